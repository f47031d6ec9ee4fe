//! A report as the public sends it, and as it is kept. Checks what one field alone cannot show; stores nothing.

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::case::ElectionRegime;
use crate::domain::confidential::Confidential;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::person_number;
use crate::text_enum;

text_enum! {
    /// Through what the conduct showed.
    Medium {
        SocialMedia = "social_media", "Media sosial", "Social media";
        Event = "event", "Kegiatan", "Event";
        Photo = "photo", "Foto", "Photo";
        Decision = "decision", "Keputusan", "Decision";
        Facility = "facility", "Fasilitas negara", "State facility";
        Other = "other", "Lainnya", "Other";
    }
}

text_enum! {
    /// What the reporter shows of himself.
    Anonymity {
        Anonymous = "anonymous", "Anonim", "Anonymous";
        Confidential = "confidential", "Dirahasiakan", "Confidential";
    }
}

text_enum! {
    /// Which way a message in a mailbox goes.
    Direction {
        ToReporter = "to_reporter", "Kepada pelapor", "To the reporter";
        FromReporter = "from_reporter", "Dari pelapor", "From the reporter";
    }
}

text_enum! {
    /// What a reporter's message is.
    MessageKind {
        Answer = "answer", "Jawaban atau keterangan", "Answer or information";
        WithdrawalRequest = "withdrawal_request", "Permintaan pencabutan", "Request to withdraw";
    }
}

/// What happened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Conduct {
    /// What the official did, in the reporter's words.
    #[schema(value_type = String, min_length = 50, max_length = 10_000, example = "Pada Senin malam yang bersangkutan mengunggah poster calon wali kota di akun media sosialnya dan mengajak warga memilihnya.")]
    pub description: Confidential<String>,
    /// Through what.
    pub medium: Medium,
    /// The day it happened, or the first day.
    #[schema(example = "2026-11-16")]
    pub occurred_from: NaiveDate,
    /// The last day, where it went on.
    pub occurred_to: Option<NaiveDate>,
    /// The day the reporter learned of it; taken as the day of receipt when left out. Bawaslu's seven days run from it.
    #[schema(example = "2026-11-17")]
    pub known_on: Option<NaiveDate>,
    /// Where it happened.
    #[schema(value_type = String, min_length = 2, max_length = 300, example = "Akun media sosial pribadi, Kota Jambi")]
    pub place: Confidential<String>,
    /// Region of the place: Kemendagri code of a province or a regency or city.
    #[schema(pattern = r"^[0-9]{2}(\.[0-9]{2})?$", example = "15.71")]
    pub region_code: String,
    /// Addresses of pages that show it. They are kept as text and never opened by the service.
    #[serde(default)]
    #[schema(max_items = 20, min_length = 8, max_length = 2000)]
    pub links: Vec<String>,
}

/// The official reported, as far as the reporter knows: NIP, or NIK, or a name with agency or position.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportedSubject {
    /// Name.
    #[schema(value_type = Option<String>, min_length = 2, max_length = 200, example = "Budi Santoso")]
    pub name: Option<Confidential<String>>,
    /// NIP or NI PPPK, 18 digits; blanks and dots are ignored.
    #[schema(value_type = Option<String>, min_length = 18, max_length = 30)]
    pub nip: Option<Confidential<String>>,
    /// NIK, 16 digits.
    #[schema(value_type = Option<String>, min_length = 16, max_length = 30)]
    pub nik: Option<Confidential<String>>,
    /// Agency, in the reporter's words.
    #[schema(min_length = 2, max_length = 200, example = "Dinas Perhubungan Kota Jambi")]
    pub agency: Option<String>,
    /// Position.
    #[schema(min_length = 2, max_length = 200)]
    pub position: Option<String>,
    /// Work unit.
    #[schema(min_length = 2, max_length = 200)]
    pub work_unit: Option<String>,
}

/// Who reports, as far as he wishes to say. Kept apart from the case.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReporterContact {
    /// Name; needed only where Bawaslu is to treat it as a formal report.
    #[schema(value_type = Option<String>, min_length = 2, max_length = 200)]
    pub name: Option<Confidential<String>>,
    /// E-mail address for notices of news; they never say what was reported.
    #[schema(value_type = Option<String>, format = "email", max_length = 254, example = "warga@example.org")]
    pub email: Option<Confidential<String>>,
    /// Telephone.
    #[schema(value_type = Option<String>, pattern = r"^\+?[0-9 ()-]{8,20}$")]
    pub phone: Option<Confidential<String>>,
}

/// A report of a breach of neutrality (T01).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// What happened.
    pub conduct: Conduct,
    /// Who did it.
    pub subject: ReportedSubject,
    /// Evidence the reporter has, in words.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20, min_length = 3, max_length = 1000)]
    pub evidence: Vec<Confidential<String>>,
    /// The reporter has no evidence.
    #[serde(default)]
    pub no_evidence: bool,
    /// The reporter declares the report true to the best of his knowledge; must be true.
    pub truth_declaration: bool,
    /// Contact; leave out to stay anonymous.
    pub reporter: Option<ReporterContact>,
    /// The name may be given to Bawaslu, so that it can be a formal report.
    #[serde(default)]
    pub consent_to_bawaslu: bool,
    /// Which election it concerns, where the reporter can tell; the officer decides.
    pub election_regime: Option<ElectionRegime>,
}

/// The earliest day a report may speak of: older matters are not a civil-servant case any more.
const OLDEST_YEARS: u64 = 20;

impl NewReport {
    /// Brings personal numbers into their stored form and names every fault that lies between fields.
    /// `today` is the day in the country's west, the last to begin: one more day is allowed for its east.
    pub fn check(&mut self, today: NaiveDate, region_exists: impl Fn(&str) -> bool) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        self.check_days(today, &mut faults);
        if !region_exists(&self.conduct.region_code) {
            faults.push(FieldFault::new("/conduct/region_code", Fault::UnknownCode));
        }
        self.check_subject(&mut faults);
        if self.evidence.is_empty() && self.conduct.links.is_empty() && !self.no_evidence {
            faults.push(FieldFault::new("/evidence", Fault::EvidenceUnstated));
        }
        if !self.truth_declaration {
            faults.push(FieldFault::new("/truth_declaration", Fault::MustBeTrue));
        }
        let named = self.reporter.as_ref().is_some_and(|r| r.name.is_some());
        if self.consent_to_bawaslu && !named {
            faults.push(FieldFault::new("/consent_to_bawaslu", Fault::NameNeeded));
        }
        faults
    }

    fn check_days(&self, today: NaiveDate, faults: &mut Vec<FieldFault>) {
        let conduct = &self.conduct;
        let latest = today.checked_add_days(Days::new(1)).unwrap_or(today);
        let oldest = today.checked_sub_days(Days::new(OLDEST_YEARS * 365)).unwrap_or(today);
        let days = [
            ("/conduct/occurred_from", Some(conduct.occurred_from)),
            ("/conduct/occurred_to", conduct.occurred_to),
            ("/conduct/known_on", conduct.known_on),
        ];
        for (pointer, day) in days {
            match day {
                Some(day) if day > latest => faults.push(FieldFault::new(pointer, Fault::InFuture)),
                Some(day) if day < oldest => faults.push(FieldFault::new(pointer, Fault::TooLongAgo)),
                _ => {}
            }
        }
        for (pointer, day) in [("/conduct/occurred_to", conduct.occurred_to), ("/conduct/known_on", conduct.known_on)] {
            if day.is_some_and(|day| day < conduct.occurred_from) {
                faults.push(FieldFault::new(pointer, Fault::BeforeOccurred));
            }
        }
    }

    fn check_subject(&mut self, faults: &mut Vec<FieldFault>) {
        let subject = &mut self.subject;
        if let Some(typed) = &subject.nip {
            match person_number::nip(typed.reveal()) {
                Some(nip) => subject.nip = Some(Confidential::new(nip)),
                None => faults.push(FieldFault::new("/subject/nip", Fault::NotANip)),
            }
        }
        if let Some(typed) = &subject.nik {
            match person_number::nik(typed.reveal()) {
                Some(nik) => subject.nik = Some(Confidential::new(nik)),
                None => faults.push(FieldFault::new("/subject/nik", Fault::NotANik)),
            }
        }
        let by_name = subject.name.is_some() && (subject.agency.is_some() || subject.position.is_some());
        if subject.nip.is_none() && subject.nik.is_none() && !by_name {
            faults.push(FieldFault::new("/subject", Fault::NotEnoughToIdentify));
        }
    }

    /// What the reporter shows of himself.
    pub fn anonymity(&self) -> Anonymity {
        let named = self.reporter.as_ref().is_some_and(|r| r.name.is_some() || r.phone.is_some());
        if named { Anonymity::Confidential } else { Anonymity::Anonymous }
    }
}
