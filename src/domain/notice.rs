//! What is told to whom by e-mail: notices, audiences, and which template says it. Holds no addresses.

use crate::domain::deadline::DeadlineCode;
use crate::text_enum;

text_enum! {
    /// One kind of notice; the text names its e-mail template.
    Notice {
        ReportReceived = "report_received", "Laporan diterima", "Report received";
        ReportArrived = "report_arrived", "Laporan masuk", "Report arrived";
        StatusChanged = "status_changed", "Status berubah", "Status changed";
        QuestionAsked = "question_asked", "Pertanyaan kepada pelapor", "Question asked";
        QuestionExpired = "question_expired", "Pertanyaan lewat waktu", "Question expired";
        ReporterAnswered = "reporter_answered", "Jawaban pelapor", "Reporter answered";
        ReviewAssigned = "review_assigned", "Pemeriksaan ditugaskan", "Review assigned";
        ReferralReceived = "referral_received", "Rujukan diterima", "Referral received";
        ReferralRecalled = "referral_recalled", "Rujukan ditarik", "Referral recalled";
        CaseClosed = "case_closed", "Laporan selesai", "Case closed";
        ReportMerged = "report_merged", "Laporan digabung", "Report merged";
        ReportTransferred = "report_transferred", "Laporan diteruskan", "Report transferred";
        CaseTransferredToBody = "case_transferred_to_body", "Perkara diteruskan kepada instansi", "Case transferred to a body";
        CaseHandedOver = "case_handed_over", "Perkara diserahkan", "Case handed over";
        RecommendationSent = "recommendation_sent", "Rekomendasi dikirim", "Recommendation sent";
        AccessWithdrawn = "access_withdrawn", "Akses dicabut", "Access withdrawn";
        DecisionRecorded = "decision_recorded", "Keputusan dicatat", "Decision recorded";
        ControlRecorded = "control_recorded", "Langkah pengendalian dicatat", "Control step recorded";
        CaseReopened = "case_reopened", "Laporan dibuka kembali", "Case reopened";
        CaseReopenedOfficer = "case_reopened_officer", "Perkara dibuka kembali", "Case reopened (officer)";
        ReviewRequested = "review_requested", "Pelapor meminta peninjauan", "A reporter asks for a review";
        ReviewRefused = "review_refused", "Permintaan peninjauan dijawab", "Request for a review answered";
        ApprovalWaiting = "approval_waiting", "Usulan menunggu persetujuan", "A draft waits for approval";
        DeadlineDigest = "deadline_digest", "Ringkasan tenggat", "Digest of deadlines";
        PpkOverdue = "ppk_overdue", "PPK lewat tenggat", "PPK overdue";
        CalendarMissing = "calendar_missing", "Kalender belum ada", "Calendar missing";
        AddressChanged = "address_changed", "Alamat surel diganti", "E-mail address changed";
        BreachDue = "breach_due", "Pelanggaran data belum diberitahukan", "Breach not told yet";
        BreachOverdue = "breach_overdue", "Batas pemberitahuan pelanggaran data lewat", "Time to tell of a breach over";
        ClientSecretMade = "client_secret_made", "Rahasia sistem klien dibuat", "Secret of a machine client made";
        CredentialsChanged = "credentials_changed", "Kata sandi atau faktor kedua diganti", "Credentials changed";
        RefreshReused = "refresh_reused", "Akses diakhiri demi keamanan", "Sign-in ended for safety";
    }
}

impl Notice {
    /// The code of the mail rules.
    pub const fn code(self) -> &'static str {
        match self {
            // The first mail to an address, which confirms it.
            Self::ReportReceived | Self::AddressChanged => "M1",
            Self::ReportArrived => "M2",
            Self::StatusChanged | Self::ReviewRefused => "M6b",
            Self::QuestionAsked => "M4",
            Self::QuestionExpired => "M4b",
            Self::ReporterAnswered | Self::ReviewRequested => "M5",
            Self::ReviewAssigned => "M7",
            Self::ReferralReceived => "M8",
            Self::ReferralRecalled => "M8b",
            Self::CaseClosed => "M9",
            Self::ReportMerged => "M10",
            Self::ReportTransferred | Self::CaseTransferredToBody => "M11",
            Self::CaseHandedOver => "M12",
            Self::RecommendationSent => "M13",
            Self::AccessWithdrawn => "M13b",
            Self::DecisionRecorded => "M14",
            Self::CaseReopened | Self::CaseReopenedOfficer => "M15",
            Self::ApprovalWaiting | Self::DeadlineDigest => "M16",
            Self::PpkOverdue | Self::ControlRecorded => "M17",
            // To those who keep the calendar: it concerns no case.
            Self::CalendarMissing => "A2",
            // To the privacy officers: it concerns no case either.
            Self::BreachDue | Self::BreachOverdue => "A3",
            // To an inspectorate and the privacy officers: a system can read its cases.
            Self::ClientSecretMade => "A4",
            // Not in the mail rules of the workflow: they tell an officer of his own account.
            Self::CredentialsChanged | Self::RefreshReused => "A1",
        }
    }

    /// The deadlines whose last day the letter names: until when the officer told has time.
    pub const fn deadlines(self) -> &'static [DeadlineCode] {
        match self {
            Self::ReviewAssigned => &[DeadlineCode::D4],
            Self::ReferralReceived => &[DeadlineCode::D2],
            // Whoever is next: the inspectorate or BKN. Only one of the two runs.
            Self::CaseHandedOver => &[DeadlineCode::D4, DeadlineCode::D6],
            Self::RecommendationSent => &[DeadlineCode::D7],
            _ => &[],
        }
    }

    /// Carries the link that confirms a reporter's address: the only mail that an address gets before.
    pub const fn confirms_address(self) -> bool {
        matches!(self, Self::ReportReceived | Self::AddressChanged)
    }

    /// Goes to who may have lost sight of the case by what it tells of: the PPK whose access is withdrawn, the desk of a recalled
    /// referral, the former owner of a reopened case. Everybody else is told only of what he may still read.
    pub const fn outlives_access(self) -> bool {
        matches!(self, Self::AccessWithdrawn | Self::ReferralRecalled | Self::CaseReopenedOfficer)
    }

    /// Waits ten minutes, so that several within that time become one mail. The receipt alone goes out at once, and so
    /// does what a single officer or body must act on.
    pub const fn waits(self) -> bool {
        matches!(
            self,
            Self::ReportArrived
                | Self::StatusChanged
                | Self::QuestionAsked
                | Self::QuestionExpired
                | Self::CaseClosed
                | Self::ReportMerged
                | Self::ReportTransferred
                | Self::CaseReopened
        )
    }
}

text_enum! {
    /// Who is told. The database turns an audience into recipients within the transition's transaction.
    Audience {
        Reporters = "reporters", "Pelapor", "The reporters who left an address";
        TriagePool = "triage_pool", "Para verifikator wilayah", "The triage officers of the region";
        Owner = "owner", "Penanggung jawab perkara", "The officer who works on the case";
        OwnerOrUnit = "owner_or_unit", "Penanggung jawab perkara, atau unitnya bila tidak ada", "The officer who works on the case, or the unit where nobody does";
        ReviewLeads = "review_leads", "Pengendali inspektorat", "The lead inspectors of the reviewing agency";
        Inspectors = "inspectors", "Auditor inspektorat", "The inspectors of the reviewing agency";
        BawasluDesk = "bawaslu_desk", "Penghubung Bawaslu wilayah", "The Bawaslu liaisons of the region";
        BknAuditors = "bkn_auditors", "Auditor Manajemen ASN wilayah", "The BKN auditors of the region";
        TaskForce = "task_force", "Satgas Netralitas wilayah", "The task force's officers of the region";
        Ppk = "ppk", "Petugas PPK", "The PPK officers of the agency";
        FormerPpk = "former_ppk", "Petugas PPK sebelumnya", "The PPK officers of the former agency";
        TypedAddress = "typed_address", "Alamat resmi yang diketik", "The official address the officer typed";
    }
}
