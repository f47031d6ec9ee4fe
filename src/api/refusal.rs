//! Turns what a flow or the database refused into a problem. One place, so that a refusal reads the same everywhere.

use super::problem::{Problem, ProblemCode};
use crate::db::DbError;
use crate::domain::decide::Refusal;
use crate::flows::sign_in::SignInError;
use crate::flows::{FlowError, StoreError, VaultError};

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::unavailable(5, Some(&error)),
            DbError::Query(_) => Self::internal(&error),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::KeyBroken(_) | VaultError::SealBroken(..) => Self::new(ProblemCode::SealBroken).because(&error),
            other => Self::internal(&other),
        }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::NotFound => Self::new(ProblemCode::NotFound),
            FlowError::Stale(current) => Self::new(ProblemCode::StaleVersion).standing(current),
            FlowError::Refused(refusal, current) => refused(refusal).standing(current),
            FlowError::Input(faults) => Self::input(faults),
            FlowError::OwnAccount => Self::new(ProblemCode::Forbidden).detail(
                "Akun sendiri dikelola oleh administrator lain.",
                "One's own account is administered by somebody else.",
            ),
            FlowError::BeyondReach => Self::new(ProblemCode::Forbidden).detail(
                "Jabatan itu tidak termasuk yang dapat Anda berikan atau akhiri.",
                "That seat is not one that you may give or end.",
            ),
            FlowError::NoRandomness => Self::new(ProblemCode::Internal),
            FlowError::ApprovalPending => Self::new(ProblemCode::ApprovalPending),
            FlowError::ApprovalLapsed => Self::new(ProblemCode::ApprovalLapsed),
            FlowError::OwnFlag => Self::new(ProblemCode::Forbidden).detail(
                "Tanda atas pembacaan sendiri ditinjau oleh orang lain.",
                "A flag about one's own reading is reviewed by somebody else.",
            ),
            FlowError::FlagReviewed => Self::new(ProblemCode::NotInState)
                .with("state", "reviewed")
                .detail("Tanda ini sudah ditinjau.", "This flag has been reviewed already."),
            FlowError::NoStepOpen => Self::new(ProblemCode::Forbidden).detail(
                "Berkas diunggah oleh petugas yang saat ini dapat melakukan langkah pada perkara ini.",
                "Files are uploaded by an officer who may take a step on the case now.",
            ),
            FlowError::ReportErased => Self::new(ProblemCode::ReportErased),
            FlowError::NothingToOpen => Self::new(ProblemCode::NothingToOpen),
            FlowError::OwnRequest => Self::new(ProblemCode::Forbidden).detail(
                "Pemohon tidak dapat memutuskan permintaannya sendiri, juga melalui jabatan lain.",
                "Whoever made a request may not decide it, through another seat neither.",
            ),
            FlowError::IdentityClosed => Self::new(ProblemCode::ApprovalLapsed).detail(
                "Permintaan ini ditolak, atau waktu untuk membuka identitas sudah habis.",
                "The request was refused, or the time to open the identity is over.",
            ),
            FlowError::NoReview => Self::new(ProblemCode::NotInState).detail(
                "Peninjauan dapat diminta satu kali untuk tiap hasil, dalam waktu yang ditetapkan sejak laporan selesai.",
                "A review can be asked for once for each outcome, within the time set for it after the report was closed.",
            ),
            FlowError::HadAPart => Self::new(ProblemCode::Forbidden).detail(
                "Permintaan peninjauan ditolak oleh petugas yang belum pernah terlibat dalam perkara ini.",
                "A request for a review is refused by an officer who had no part in the case before.",
            ),
            FlowError::LegalHold => Self::new(ProblemCode::LegalHold),
            FlowError::CaseOpen => Self::new(ProblemCode::CaseOpen),
            FlowError::MailboxFull(seconds) => {
                Self::new(ProblemCode::TooManyRequests).retry_after(u64::try_from(seconds).unwrap_or(1)).detail(
                    "Batas surat untuk satu laporan dalam sehari tercapai. Jawaban atas pertanyaan petugas selalu dapat dikirim.",
                    "The day's limit of letters on one report is reached. An answer to an officer's question can always be sent.",
                )
            }
            FlowError::BreachNotTold => Self::new(ProblemCode::NotInState).detail(
                "Pelanggaran yang mengenai orang ditutup sesudah lembaga dan orangnya diberi tahu.",
                "A breach that concerns people is closed after the authority and the people have been told.",
            ),
            FlowError::BreachStepTaken => Self::new(ProblemCode::NotInState).detail(
                "Catatan pelanggaran ini sudah ditutup, atau langkah ini sudah dicatat.",
                "The breach is closed, or this step has been entered before.",
            ),
            FlowError::Vault(error) => error.into(),
            FlowError::Store(error @ (StoreError::Lost(_) | StoreError::Foreign(_))) => Self::internal(&error),
            FlowError::Store(error) => Self::unavailable(5, Some(&error)),
            FlowError::Db(error) => error.into(),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::new(ProblemCode::SignInRefused),
            SignInError::Wait(seconds) => {
                Self::new(ProblemCode::TooManyRequests).retry_after(u64::try_from(seconds).unwrap_or(1))
            }
            SignInError::SecondFactorMissing => Self::new(ProblemCode::SecondFactorMissing),
            SignInError::Ended => Self::new(ProblemCode::Unauthorized),
            SignInError::Input(faults) => Self::input(faults),
            SignInError::Busy => Self::unavailable(2, None),
            SignInError::Db(error) => error.into(),
            SignInError::Token(error) => Self::internal(&error),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotInState => Problem::new(ProblemCode::NotInState),
        Refusal::Guards(guards) => Problem::new(ProblemCode::GuardFailed).guards(guards),
        Refusal::Forbidden(permission) => Problem::new(ProblemCode::Forbidden).with("permission", permission.as_str()),
        Refusal::NotForOfficers => Problem::new(ProblemCode::Forbidden).detail(
            "Hanya pelapor atau jam layanan yang dapat melakukan ini.",
            "Only the reporter or the service's clock does this.",
        ),
        Refusal::OwnDraft => Problem::new(ProblemCode::Forbidden).detail(
            "Pengusul tidak dapat menyetujui usulannya sendiri.",
            "Whoever drafted an action may not approve it.",
        ),
    }
}
