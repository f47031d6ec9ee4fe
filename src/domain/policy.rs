//! Who may do what to which case: one table of grants, then the exclusions, which always win. Looks nothing up.

use crate::domain::actor::{Actor, Officer, Role, Scope};
use crate::domain::case::{Case, Subject};
use crate::domain::marks::Marks;
use crate::text_enum;
use uuid::Uuid;

text_enum! {
    /// What a seat can be allowed. Rules of the workflow name permissions, never roles.
    Permission {
        ReadCase = "case_read", "Membaca perkara", "Read cases";
        ReadDetails = "details_read", "Membaca rincian peristiwa", "Read the details of events";
        ReadReport = "report_read", "Membaca isi laporan", "Read what the reporter wrote";
        Triage = "case_triage", "Verifikasi", "Triage";
        ApproveDismissal = "dismissal_approve", "Menyetujui penolakan", "Approve a dismissal";
        Ask = "reporter_ask", "Bertanya kepada pelapor", "Ask the reporter";
        Merge = "case_merge", "Menggabungkan perkara", "Merge cases";
        Transfer = "case_transfer", "Meneruskan ke instansi lain", "Pass a case on";
        Review = "case_review", "Pemeriksaan", "Review";
        CorrectSubject = "subject_correct", "Memperbaiki unit kerja terlapor dan tahap perbuatan, menyatukan orang yang sama", "Correct the subject's work unit and the phase of the conduct, join persons who are one";
        ApproveReview = "review_approve", "Menyetujui hasil pemeriksaan", "Approve the review";
        RecallReferral = "referral_recall", "Menarik rujukan", "Recall a referral";
        AnswerReferral = "referral_answer", "Mencatat hasil Bawaslu", "Record Bawaslu's result";
        ReturnReferral = "referral_return", "Mencatat pengembalian Bawaslu", "Record a return by Bawaslu";
        Recommend = "recommendation_draft", "Menyusun rekomendasi", "Draft a recommendation";
        ApproveRecommendation = "recommendation_approve", "Menyetujui rekomendasi", "Approve a recommendation";
        ActAsPpk = "ppk_act", "Tindak lanjut PPK", "Act for the PPK";
        AcceptPpkResult = "ppk_result_accept", "Menerima hasil PPK", "Accept the PPK's result";
        DecideAppeal = "appeal_decide", "Mencatat putusan upaya administratif", "Record the outcome of an appeal";
        Close = "case_close", "Menutup perkara", "Close a case";
        RecordDeparture = "departure_record", "Mencatat berakhirnya status ASN", "Record that the subject left the service";
        Reopen = "case_reopen", "Membuka kembali", "Reopen a case";
        Unmerge = "case_unmerge", "Memisahkan kembali", "Undo a merge";
        ControlPpk = "ppk_control", "Mengendalikan PPK", "Control a PPK that does not act";
        ReadSanctions = "sanctions_read", "Membaca keputusan sanksi", "Read acts and sanction decisions in full";
        ReadCompliance = "compliance_read", "Membaca kepatuhan PPK", "Read how PPKs follow up";
        RecordCriminal = "criminal_record", "Mencatat proses pidana", "Record criminal proceedings";
        RequestIdentity = "identity_request", "Meminta pembukaan identitas pelapor", "Ask to be shown who reported";
        ApproveIdentity = "identity_approve", "Memutuskan pembukaan identitas pelapor", "Decide on opening who reported";
        ProtectData = "data_protect", "Pelindungan data pribadi", "Protect personal data: holds, purges, requests, breaches";
        ManageOfficers = "officers_manage", "Mengelola petugas dan jabatan", "Manage officers and their seats";
        ManageClients = "clients_manage", "Mengelola sistem klien", "Manage machine clients";
        ManageDeliveries = "deliveries_manage", "Mengelola pengiriman surel", "Manage e-mail deliveries";
        ManageCalendar = "calendar_manage", "Mengelola kalender hari libur", "Keep the calendar of days off";
        ReadAccessLog = "access_log_read", "Membaca catatan akses", "Read who looked at what";
    }
}

text_enum! {
    /// How far a grant reaches.
    Reach {
        Region = "region", "Wilayah jabatan", "Cases in the seat's region";
        Reviewed = "reviewed", "Yang diperiksa inspektoratnya", "Cases its inspectorate reviews";
        Referred = "referred", "Wilayah jabatan, setelah dirujuk", "Cases in the seat's region once referred to Bawaslu";
        Addressed = "addressed", "Yang dialamatkan kepada instansinya", "Cases whose recommendation went to its agency";
        NoCase = "no_case", "Tanpa isi perkara", "No case content";
    }
}

/// One line of the policy.
pub struct Grant {
    /// Who.
    pub role: Role,
    /// What.
    pub permissions: &'static [Permission],
    /// Which cases.
    pub reach: Reach,
}

use Permission as P;

/// The whole policy: one line a role, so that a role's reach is the same for everything it may do.
pub const GRANTS: &[Grant] = &[
    Grant {
        role: Role::TriageOfficer,
        permissions: &[
            P::ReadCase,
            P::ReadDetails,
            P::ReadReport,
            P::Triage,
            P::ApproveDismissal,
            P::Ask,
            P::Merge,
            P::Transfer,
            P::RequestIdentity,
        ],
        reach: Reach::Region,
    },
    Grant {
        role: Role::Inspector,
        permissions: &[
            P::ReadCase,
            P::ReadDetails,
            P::ReadReport,
            P::Ask,
            P::Merge,
            P::Review,
            P::CorrectSubject,
            P::RequestIdentity,
        ],
        reach: Reach::Reviewed,
    },
    Grant {
        role: Role::InspectorLead,
        permissions: &[
            P::ReadCase,
            P::ReadDetails,
            P::ReadReport,
            P::Transfer,
            P::CorrectSubject,
            P::ApproveReview,
            P::RecallReferral,
            P::ReturnReferral,
            P::Reopen,
            P::Unmerge,
            P::ReadSanctions,
            P::RequestIdentity,
        ],
        reach: Reach::Reviewed,
    },
    Grant {
        role: Role::BawasluLiaison,
        // Of a reporter's identity only what he allowed to go to Bawaslu.
        permissions: &[
            P::ReadCase,
            P::ReadReport,
            P::AnswerReferral,
            P::ReturnReferral,
            P::RecordCriminal,
            P::RequestIdentity,
        ],
        reach: Reach::Referred,
    },
    Grant {
        role: Role::BknAuditor,
        permissions: &[
            P::ReadCase,
            P::ReadDetails,
            P::ReadReport,
            P::CorrectSubject,
            P::Recommend,
            P::ApproveRecommendation,
            P::AcceptPpkResult,
            P::DecideAppeal,
            P::Close,
            P::RecordDeparture,
            P::Reopen,
            P::ControlPpk,
            P::ReadSanctions,
            P::ReadCompliance,
            P::RecordCriminal,
            P::RequestIdentity,
        ],
        reach: Reach::Region,
    },
    Grant {
        role: Role::PpkOfficer,
        permissions: &[P::ReadCase, P::ActAsPpk, P::DecideAppeal, P::RecordDeparture, P::ReadSanctions],
        reach: Reach::Addressed,
    },
    Grant { role: Role::TaskforceViewer, permissions: &[P::ReadCase, P::ReadCompliance], reach: Reach::Region },
    Grant { role: Role::AgencyAdmin, permissions: &[P::ManageOfficers], reach: Reach::NoCase },
    Grant {
        role: Role::SystemAdmin,
        permissions: &[P::ManageOfficers, P::ManageClients, P::ManageDeliveries, P::ManageCalendar],
        reach: Reach::NoCase,
    },
    Grant {
        role: Role::PrivacyOfficer,
        permissions: &[P::ReadAccessLog, P::ApproveIdentity, P::ProtectData],
        reach: Reach::NoCase,
    },
    // What its scopes open together; a token opens what its own do.
    Grant { role: Role::IntegrationClient, permissions: &[P::ReadCase], reach: Reach::Reviewed },
];

/// What a scope opens to a machine client. None opens a write.
pub const fn opened_by(scope: Scope) -> &'static [Permission] {
    match scope {
        Scope::ReadAgencyCases => &[P::ReadCase],
    }
}

fn grant(role: Role) -> Option<&'static Grant> {
    GRANTS.iter().find(|grant| grant.role == role)
}

/// Everything the role may do somewhere.
pub fn permissions(role: Role) -> &'static [Permission] {
    grant(role).map_or(&[], |grant| grant.permissions)
}

/// Whether the role has the permission at all, leaving the case aside.
pub fn granted(role: Role, permission: Permission) -> bool {
    grant(role).is_some_and(|grant| grant.permissions.contains(&permission))
}

/// Whether a seat of the role is a machine's and never a person's.
pub const fn is_machine(role: Role) -> bool {
    matches!(role, Role::IntegrationClient)
}

/// Whether the officer has the permission at all, leaving the case aside: a machine no more than the scopes of its token open.
pub fn permits(officer: &Officer, permission: Permission) -> bool {
    let scoped = || officer.scopes.iter().any(|scope| opened_by(*scope).contains(&permission));
    granted(officer.role, permission) && (!is_machine(officer.role) || scoped())
}

/// Whether the role works on cases, be it without seeing them: all but those who keep accounts and the service.
pub fn handles_cases(role: Role) -> bool {
    !matches!(role, Role::AgencyAdmin | Role::SystemAdmin)
}

/// Which cases seats of the role reach.
pub fn reach(role: Role) -> Reach {
    grant(role).map_or(Reach::NoCase, |grant| grant.reach)
}

/// Whether an administrator of this role gives and takes seats of that role to people. Those who run the service and those who watch
/// over it are appointed by the service's own administrators only.
pub fn may_appoint(administrator: Role, role: Role) -> bool {
    match administrator {
        Role::SystemAdmin => !is_machine(role),
        Role::AgencyAdmin => !is_machine(role) && !matches!(role, Role::SystemAdmin | Role::PrivacyOfficer),
        _ => false,
    }
}

/// Whether `inner` is `outer` or lies below it. The empty code is the whole country.
pub fn region_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

fn reaches(officer: &Officer, case: &Case, reach: Reach) -> bool {
    let in_region = || region_within(&case.region_code, &officer.region_code);
    match reach {
        Reach::Region => in_region(),
        Reach::Reviewed => case.reviewing_agency_id == Some(officer.agency_id),
        Reach::Referred => case.referral_kind.is_some() && in_region(),
        Reach::Addressed => case.addressed && case.ppk_agency_id() == Some(officer.agency_id),
        Reach::NoCase => false,
    }
}

/// An officer never handles a case about himself or a work unit of his, through whatever seat, nor one he reported or is
/// recused from, nor one whose subject his agency, or one above it, protects (domain rule on conflict of interest). What holds for
/// one of several merged cases holds for all.
pub fn excluded(officer: &Officer, case: &Case, subject: &Subject) -> bool {
    hidden_from(officer.officer_id, &officer.marks, case, subject)
}

/// The same of an officer who holds no seat at the moment.
pub fn hidden_from(officer_id: Uuid, marks: &Marks, case: &Case, subject: &Subject) -> bool {
    subject.marks(case).meet(marks) || case.barred_marks.meet(marks) || case.excluded_officers.0.contains(&officer_id)
}

/// Whether the officer may know that the case exists. Unseen means not found.
pub fn sees(officer: &Officer, case: &Case, subject: &Subject) -> bool {
    meant(officer, P::ReadCase, case) && !excluded(officer, case, subject)
}

/// Whether the officer may use the permission on cases like this one that he may see, going by the seat alone: to whom mails are
/// written. Who among them must not hear of the case is asked when they are sent.
pub fn meant(officer: &Officer, permission: Permission, case: &Case) -> bool {
    permits(officer, P::ReadCase) && permits(officer, permission) && reaches(officer, case, reach(officer.role))
}

/// Whether the actor may use the permission on this case. A rule without an officer's permission names who else fires it.
pub fn may(actor: &Actor, permission: Permission, case: &Case, subject: &Subject) -> bool {
    actor.officer().is_some_and(|officer| permits(officer, permission) && sees(officer, case, subject))
}

/// Whether the role is shown where criminal proceedings stand. The PPK is told only that they run (9.2).
pub const fn shows_criminal_steps(role: Role) -> bool {
    !matches!(role, Role::PpkOfficer)
}

/// The same reach as [`sees`], in the form a query takes it.
#[derive(Clone, Debug)]
pub struct Visible {
    /// How far the seat reaches; [`Reach::NoCase`] sees nothing.
    pub reach: Reach,
    /// The officer: cases that exclude him are hidden.
    pub officer_id: Uuid,
    /// Agency of the seat.
    pub agency_id: Uuid,
    /// Region of the seat.
    pub region_code: String,
    /// What the officer is recognised by: cases about himself, of his units and of his reports are hidden.
    pub marks: Marks,
}

/// What a query may return to this officer.
pub fn visible(officer: &Officer) -> Visible {
    let reach = if permits(officer, P::ReadCase) { reach(officer.role) } else { Reach::NoCase };
    Visible {
        reach,
        officer_id: officer.officer_id,
        agency_id: officer.agency_id,
        region_code: officer.region_code.clone(),
        marks: officer.marks.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_reaches_itself_and_what_lies_below_it() {
        assert!(region_within("15.71", "15") && region_within("15.71", "15.71") && region_within("15.71", ""));
        assert!(!region_within("15", "15.71") && !region_within("15.71", "15.7") && !region_within("16.71", "15"));
    }

    #[test]
    fn every_role_has_exactly_one_line_of_grants() {
        for role in Role::ALL {
            assert_eq!(GRANTS.iter().filter(|grant| grant.role == *role).count(), 1, "{role}");
        }
    }

    #[test]
    fn a_machine_may_what_its_grant_and_the_scopes_of_its_token_both_name_and_a_person_has_no_scopes() {
        let officer = |role, scopes: &[Scope]| Officer {
            officer_id: Uuid::nil(),
            seat_id: Uuid::nil(),
            role,
            agency_id: Uuid::nil(),
            region_code: String::new(),
            marks: Marks::default(),
            scopes: scopes.to_vec(),
        };
        for permission in Permission::ALL {
            assert!(!permits(&officer(Role::IntegrationClient, &[]), *permission), "{permission} without a scope");
            let opened = Scope::ALL.iter().any(|scope| opened_by(*scope).contains(permission));
            assert_eq!(
                granted(Role::IntegrationClient, *permission),
                opened,
                "{permission}: the grant is what scopes open"
            );
            assert_eq!(permits(&officer(Role::IntegrationClient, Scope::ALL), *permission), opened, "{permission}");
            for role in Role::ALL.iter().copied().filter(|role| !is_machine(*role)) {
                assert_eq!(
                    permits(&officer(role, &[]), *permission),
                    granted(role, *permission),
                    "{role} {permission}"
                );
            }
        }
        assert_eq!(visible(&officer(Role::IntegrationClient, &[])).reach, Reach::NoCase);
    }
}
