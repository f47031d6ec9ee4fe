//! What a verification can find, and its words. Decides nothing.

use std::fmt;

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An event: the case's number (its key where it has none any more), and the event's number.
    Event(String, i32),
    /// A case.
    Case(String),
    /// A checkpoint.
    Checkpoint(i64),
    /// A line of an export, from 1.
    Line(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(case, seq) => write!(f, "{case} event {seq}"),
            Self::Case(case) => f.write_str(case),
            Self::Checkpoint(number) => write!(f, "checkpoint {number}"),
            Self::Line(line) => write!(f, "line {line}"),
        }
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One is left out.
    Missing,
    /// The text is not what it should be.
    Unreadable,
    /// An event's text was changed, or the event before it.
    HashWrong,
    /// A column of the row is not what was hashed.
    Disagrees(&'static str),
    /// The case ends elsewhere than its events.
    HeadWrong,
    /// The case stands in another state than its last event left it in.
    StateWrong,
    /// The details are gone, and no purge was approved.
    Erased,
    /// Events without their case.
    CaseMissing,
    /// A case without events.
    NoEvents,
    /// The checkpoint of this number knew another event.
    Rewritten(i64),
    /// The checkpoint of this number knew an event that is not there.
    Gone(i64),
    /// Checkpoints, but no key to check them.
    NoKey,
    /// Not by the key.
    NotSigned,
    /// The root is another.
    RootWrong,
    /// The number of events is another.
    SizeWrong,
    /// The first checkpoint that covers the event, by its number, was made long after it; or none covers it, long after.
    CoveredLate(Option<i64>),
    /// A checkpoint laid aside earlier is not among these.
    KeptUnknown,
    /// The export has lines in another order than it was written in.
    OutOfOrder,
    /// The export ends before its end.
    Truncated,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Unreadable => f.write_str("cannot be read: it is not in the form it was written in"),
            Self::HashWrong => f.write_str("was changed, or the one before it: the hash is not that of its text"),
            Self::Disagrees(column) => write!(f, "was changed: {column} is not what was hashed"),
            Self::HeadWrong => f.write_str("names another last event than it has"),
            Self::StateWrong => f.write_str("stands in another state than its last event left it in"),
            Self::Erased => f.write_str("has lost its details, though no purge of the case was approved"),
            Self::CaseMissing => f.write_str("is missing, but its events are there"),
            Self::NoEvents => f.write_str("has no events"),
            Self::Rewritten(number) => write!(f, "was rewritten: checkpoint {number} knew another"),
            Self::Gone(number) => write!(f, "is gone: checkpoint {number} knew it"),
            Self::NoKey => f.write_str("cannot be checked: there is no key"),
            Self::NotSigned => f.write_str("is not signed by the key"),
            Self::RootWrong => f.write_str("was changed, or one before it: the root is another"),
            Self::SizeWrong => f.write_str("was changed, or one before it: the number of events is another"),
            Self::CoveredLate(Some(number)) => write!(
                f,
                "happened more than two days before checkpoint {number}, the first to cover it: the service stood still that long, or \
                 history was begun anew"
            ),
            Self::CoveredLate(None) => f.write_str(
                "happened more than two days ago and no checkpoint covers it: the worker stands still, or checkpoints were taken away",
            ),
            Self::KeptUnknown => {
                f.write_str("and those before it are not the ones there were: the one kept is not among them")
            }
            Self::OutOfOrder => f.write_str("is out of order"),
            Self::Truncated => f.write_str("should be the end, with as many records as were written"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.fault)
    }
}
