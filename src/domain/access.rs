//! The words of the trace: which reads leave an entry, what counts as outside one's agency, what is unusual. Records
//! nothing.

use crate::domain::actor::Officer;
use crate::domain::case::Case;
use crate::text_enum;

text_enum! {
    /// What leaves an entry: a read, by its id in openapi.yaml, or an answer to a write that shows a case as no event tells.
    Operation {
        ListCases = "list_cases", "Daftar perkara", "List of cases";
        GetCase = "get_case", "Perkara", "Case";
        ListCaseEvents = "list_case_events", "Riwayat perkara", "Timeline of a case";
        ListDuplicates = "list_duplicates", "Perkara yang mungkin sama", "Cases that may be the same";
        ListCaseMessages = "list_case_messages", "Percakapan dengan pelapor", "Messages with the reporters";
        ListReviewRequests = "list_review_requests", "Permintaan peninjauan oleh pelapor", "Requests of reporters for a review";
        ListTracks = "list_tracks", "Jalur perkara", "Tracks of a case";
        ListCaseFiles = "list_case_files", "Berkas perkara", "Files of a case";
        GetCaseFile = "get_case_file", "Isi berkas perkara", "Content of a file";
        ListSanctions = "list_sanctions", "Sanksi pada perkara", "Sanctions of a case";
        ListCaseDeadlines = "list_case_deadlines", "Tenggat perkara", "Deadlines of a case";
        ListApprovals = "list_approvals", "Pengajuan pada perkara", "Drafts on a case";
        ListWaitingApprovals = "list_waiting_approvals", "Pengajuan yang menunggu", "Drafts that wait";
        OpenIdentity = "open_identity", "Identitas pelapor", "Who reported";
        ListIdentityRequests = "list_identity_requests", "Permintaan membuka identitas", "Requests to open an identity";
        ListLegalHolds = "list_legal_holds", "Penahanan hukum", "Legal holds";
        ListPurgeProposals = "list_purge_proposals", "Usulan pemusnahan", "Proposed purges";
        ListDataRequests = "list_data_requests", "Permintaan subjek data", "Requests of data subjects";
        Refusal = "refusal", "Penolakan yang menyebut keadaan perkara", "Refusal that tells how a case stands";
        RepeatedAnswer = "repeated_answer", "Jawaban yang diulang", "Answer given again";
        ListAccessLog = "list_access_log", "Catatan akses", "Access log";
        ListAccessFlags = "list_access_flags", "Tanda pembacaan tidak wajar", "Flags of unusual reading";
    }
}

text_enum! {
    /// What is unusual about an officer's reading within one hour.
    FlagKind {
        ManyCases = "many_cases", "Banyak perkara", "Many cases";
        ManyOutsideAgency = "many_outside_agency", "Banyak perkara di luar instansinya", "Many cases outside the agency";
    }
}

/// How many different cases an officer may be shown within an hour before a flag is raised.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// Cases of any agency.
    pub cases: u32,
    /// Cases outside the agency of the seat.
    pub outside_agency: u32,
}

impl Usual {
    /// The limit of a kind.
    pub const fn of(&self, kind: FlagKind) -> u32 {
        match kind {
            FlagKind::ManyCases => self.cases,
            FlagKind::ManyOutsideAgency => self.outside_agency,
        }
    }
}

/// Whether the case is neither of the seat's agency nor reviewed by it, and the officer does not work on it. A case that
/// has no agency yet is outside every agency.
pub fn outside_agency(officer: &Officer, case: &Case) -> bool {
    let seat = Some(officer.agency_id);
    case.agency_id != seat && case.reviewing_agency_id != seat && case.owner_id != Some(officer.officer_id)
}
