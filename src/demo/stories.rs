//! The four stories, one file each: what is done by whom, in order, and the words that people write. Invented
//! throughout; the officials reported have names and numbers that nobody can have.

pub mod criminal;
pub mod discipline;
pub mod dismissal;
pub mod ethics;
