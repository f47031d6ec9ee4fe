//! What is true and what is allowed. Pure: no SQL, no HTTP, no async, no clock of its own.

pub mod access;
pub mod action;
pub mod actor;
pub mod audit;
pub mod calendar;
pub mod case;
pub mod checkpoint;
pub mod confidential;
pub mod criminal;
pub mod deadline;
pub mod decide;
pub mod event;
pub mod fault;
pub mod guards;
pub mod ids;
pub mod notice;
pub mod person_number;
pub mod policy;
pub mod report;
pub mod sealed;
pub mod sign_in;
pub mod text_enum;
pub mod workflow;
