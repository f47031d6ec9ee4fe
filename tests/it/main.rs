//! The integration tests: one binary, so that one PostgreSQL serves them all. They see the program as its users do, over
//! HTTP and by mail, and each test has a server and a database of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by a panic")]
#![allow(clippy::disallowed_methods, reason = "the environment says where PostgreSQL is, and waits need real time")]
#![allow(missing_docs, reason = "the names of the tests are sentences")]

mod harness;
mod heartbeat;

mod agencies;
mod approvals;
mod audit;
mod bad_input;
mod bawaslu_window;
mod breach_notices;
mod cases;
mod clients;
mod clocks;
mod corrections;
mod data_protection;
mod dates;
mod deadlines;
mod denials;
mod docs;
mod duplicates;
mod exclusions;
mod files;
mod golden;
mod hidden_elsewhere;
mod idempotency;
mod keys;
mod kill;
mod law;
mod lock_order;
mod mailbox;
mod mails;
mod merged_exclusions;
mod notices;
mod officers;
mod openapi;
mod persons;
mod privacy;
mod privileges;
mod program;
mod protected_subjects;
mod recommendations;
mod reference;
mod remedies;
mod reopened;
mod reports;
mod review_requests;
mod same_files;
mod sample;
mod sanctions;
mod sessions;
mod sight;
mod single_sign_on;
mod summons;
mod sweep;
mod tour;
mod trace;
mod traced_writes;
mod track_clocks;
mod tracks;
mod transitions;
mod transport;
mod units;
mod unlocked;
mod vault;
mod walks;
mod workflow;
mod zones;
