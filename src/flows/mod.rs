//! What the system does for someone: one public function per deed, each within the caller's transaction. Knows no HTTP.

use std::fmt;

use crate::db::DbError;
use crate::db::access::{Shown, Untraced};
use crate::domain::action::Verb;
use crate::domain::case::{Case, State};
use crate::domain::decide::Refusal;
use crate::domain::fault::FieldFault;
use crate::domain::ids::Language;
pub use crate::store::StoreError;
pub use crate::vault::VaultError;

pub mod approvals;
pub mod audit;
pub mod breaches;
pub mod calendar;
pub mod clients;
pub mod clocks;
pub mod credentials;
pub mod data_requests;
pub mod duplicates;
pub mod exclusions;
pub mod files;
pub mod identity;
pub mod intake;
pub mod mailbox;
mod merges;
mod numbers;
pub mod officers;
pub mod persons;
pub mod reading;
pub mod recusals;
mod resolve;
pub mod retention;
pub mod review_requests;
pub mod rewrap;
pub mod sealing;
pub mod sign_in;
pub mod single_sign_on;
pub mod subjects;
pub mod tracks;
pub mod transition;

/// Why a deed was not done. Nothing has changed.
#[derive(Debug)]
pub enum FlowError {
    /// Not there, or not to be seen by the caller.
    NotFound,
    /// The caller's version is not the current one.
    Stale(Untraced<Current>),
    /// The workflow refuses.
    Refused(Refusal, Untraced<Current>),
    /// A code in the input stands for nothing.
    Input(Vec<FieldFault>),
    /// Nobody administers the own account.
    OwnAccount,
    /// The officer or seat is not this administrator's to change.
    BeyondReach,
    /// There are no random numbers.
    NoRandomness,
    /// A draft of this verb waits already.
    ApprovalPending,
    /// The draft has been decided or has lapsed.
    ApprovalLapsed,
    /// The flag is about the reading of the officer who would review it.
    OwnFlag,
    /// The flag has been reviewed.
    FlagReviewed,
    /// The officer may take no step on the case now, so he adds no file to it.
    NoStepOpen,
    /// The report has been erased and takes nothing any more.
    ReportErased,
    /// The reporter left no identity, or it has been erased.
    NothingToOpen,
    /// One's own request is for somebody else to decide.
    OwnRequest,
    /// The request to open an identity was refused, or its time is over.
    IdentityClosed,
    /// The case is not closed, or has been for too long, or its reporter asked for a review already.
    NoReview,
    /// Whoever had a part in the case does not refuse to look at it again.
    HadAPart,
    /// A legal hold stands on the case.
    LegalHold,
    /// The case is still open, so its report is not erased.
    CaseOpen,
    /// The reporter has written as often as one may in a day; this many seconds until the next time.
    MailboxFull(i64),
    /// The breach is closed, or this has been entered before.
    BreachStepTaken,
    /// The breach concerns people, and not everyone has been told.
    BreachNotTold,
    /// What is sealed cannot be opened, or nothing can be sealed.
    Vault(VaultError),
    /// The folder of files failed.
    Store(StoreError),
    /// The database failed.
    Db(DbError),
}

/// The case as it stands, told with a refusal once that look is on record.
#[derive(Clone)]
pub struct Current {
    /// Its version.
    pub version: i32,
    /// Its state.
    pub state: State,
    /// What the caller may try now.
    pub allowed_actions: Vec<Verb>,
    case: Box<Case>,
}

impl Shown for Current {
    fn case(&self) -> Option<&Case> {
        Some(&self.case)
    }
}

impl From<DbError> for FlowError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<VaultError> for FlowError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Db(error) => error.fmt(f),
            Self::Vault(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Input(faults) => {
                let told = faults.iter().map(|it| format!("{} {}", it.pointer, it.fault.label(Language::English)));
                f.write_str(&told.collect::<Vec<_>>().join("; "))
            }
            other => write!(f, "{other:?}"),
        }
    }
}
