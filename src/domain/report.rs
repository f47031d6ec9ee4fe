//! A report as the public sends it, and as it is kept. Checks what one field alone cannot show; stores nothing.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::calendar::Calendar;
use crate::domain::case::ElectionRegime;
use crate::domain::confidential::Confidential;
use crate::domain::election::{ElectionEvent, suggest};
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
        ReviewRequest = "review_request", "Permintaan peninjauan", "Request for a review";
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

impl ReportedSubject {
    /// Personal numbers in their stored form: digits only.
    pub fn normalised(mut self) -> Self {
        self.nip = stored(self.nip, person_number::nip);
        self.nik = stored(self.nik, person_number::nik);
        self
    }

    /// What is wrong with the persons in a list of a body, each at its place.
    pub fn faults_of(body: &serde_json::Value, list: &str) -> Vec<FieldFault> {
        let count = body.pointer(list).and_then(serde_json::Value::as_array).map_or(0, Vec::len);
        let mut faults = Vec::new();
        for i in 0..count {
            check_subject(&Sketch(body), &format!("{list}/{i}"), &mut faults);
        }
        faults
    }
}

fn stored(typed: Option<Confidential<String>>, read: fn(&str) -> Option<String>) -> Option<Confidential<String>> {
    typed.and_then(|typed| read(typed.reveal())).map(Confidential::new)
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
    /// NIK, 16 digits.
    #[schema(value_type = Option<String>, min_length = 16, max_length = 30)]
    pub nik: Option<Confidential<String>>,
}

impl ReporterContact {
    /// Personal numbers in their stored form: digits only.
    pub fn normalised(mut self) -> Self {
        self.nik = stored(self.nik, person_number::nik);
        self
    }

    /// It says who he is, and not only where he is reached.
    pub const fn names_a_person(&self) -> bool {
        self.name.is_some() || self.phone.is_some() || self.nik.is_some()
    }

    /// What is wrong with the particulars at this place of a body, beside what its schema sees.
    fn check(sketch: &Sketch<'_>, at: &str, faults: &mut Vec<FieldFault>) {
        let nik_at = format!("{at}/nik");
        if sketch.text(&nik_at).is_some_and(|typed| person_number::nik(typed).is_none()) {
            faults.push(FieldFault::new(nik_at, Fault::NotANik));
        }
    }

    /// What is wrong with a body that corrects them: it must correct something.
    pub fn faults_of_correction(body: &serde_json::Value) -> Vec<FieldFault> {
        let (sketch, mut faults) = (Sketch(body), Vec::new());
        Self::check(&sketch, "", &mut faults);
        if ["/name", "/email", "/phone", "/nik"].iter().all(|field| sketch.text(field).is_none()) {
            faults.push(FieldFault::new("", Fault::Required));
        }
        faults
    }
}

/// Someone who can confirm the report. Kept apart from the case, like the reporter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WitnessContact {
    /// Name.
    #[schema(value_type = String, min_length = 2, max_length = 200)]
    pub name: Confidential<String>,
    /// Where he lives or works.
    #[schema(value_type = Option<String>, min_length = 2, max_length = 300)]
    pub address: Option<Confidential<String>>,
    /// Telephone.
    #[schema(value_type = Option<String>, pattern = r"^\+?[0-9 ()-]{8,20}$")]
    pub phone: Option<Confidential<String>>,
}

/// A report of a breach of neutrality (T01).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "conduct": {
        "description": "Pada Senin malam pejabat tersebut mengunggah poster calon wali kota dan mengajak warga memilihnya.",
        "medium": "social_media", "occurred_from": "2026-11-16", "known_on": "2026-11-17",
        "place": "Akun media sosial pribadi", "region_code": "15.71", "links": ["https://medsos.example/unggahan/1"]
    },
    "subject": { "name": "Fulan bin Fulan", "agency": "Dinas Perhubungan Kota Jambi" },
    "truth_declaration": true
}))]
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
    /// Who can confirm it, at most five.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub witnesses: Vec<WitnessContact>,
    /// The name may be given to Bawaslu, so that it can be a formal report.
    #[serde(default)]
    pub consent_to_bawaslu: bool,
    /// Which election it concerns, where the reporter can tell; otherwise the election calendar suggests it. The officer
    /// decides.
    pub election_regime: Option<ElectionRegime>,
}

impl NewReport {
    /// Where the reporter names no election law: the one the election calendar suggests for region and last day of the
    /// conduct. Bawaslu's days run for those who have never heard of them too.
    pub fn with_regime_of(mut self, elections: &[ElectionEvent]) -> Self {
        let day = self.conduct.occurred_to.unwrap_or(self.conduct.occurred_from);
        let suggested = || suggest(elections, &self.conduct.region_code, day).regime;
        self.election_regime = Some(self.election_regime.unwrap_or_else(suggested));
        self
    }
}

/// The earliest day a report may speak of: older matters are not a civil-servant case any more.
const OLDEST_YEARS: u64 = 20;

/// The parts of a body that may be anything: looked at one by one, so that a fault in one hides no fault in another.
struct Sketch<'a>(&'a serde_json::Value);

impl<'a> Sketch<'a> {
    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.0.pointer(pointer)?.as_str()
    }

    fn day(&self, pointer: &str) -> Option<NaiveDate> {
        self.text(pointer)?.parse().ok()
    }

    fn has_items(&self, pointer: &str) -> bool {
        self.0.pointer(pointer).and_then(serde_json::Value::as_array).is_some_and(|items| !items.is_empty())
    }

    fn is_true(&self, pointer: &str) -> bool {
        self.0.pointer(pointer).and_then(serde_json::Value::as_bool) == Some(true)
    }
}

impl NewReport {
    /// Every fault that lies between fields or needs knowledge, in a body that may have other faults as well.
    /// Days are held against the day it is in the report's own region; where none is named that exists, against that of
    /// the country's east, where days begin first.
    pub fn faults(
        body: &serde_json::Value,
        calendar: &Calendar,
        now: DateTime<Utc>,
        region_exists: impl Fn(&str) -> bool,
    ) -> Vec<FieldFault> {
        let sketch = Sketch(body);
        let mut faults = Vec::new();
        let region = sketch.text("/conduct/region_code");
        let today = match region.filter(|code| region_exists(code)) {
            Some(region) => calendar.day_at(region, now),
            None => calendar.first_day_at(now),
        };
        check_days(&sketch, today, &mut faults);
        if region.is_some_and(|code| !region_exists(code)) {
            faults.push(FieldFault::new("/conduct/region_code", Fault::UnknownCode));
        }
        check_subject(&sketch, "/subject", &mut faults);
        ReporterContact::check(&sketch, "/reporter", &mut faults);
        if !sketch.has_items("/evidence") && !sketch.has_items("/conduct/links") && !sketch.is_true("/no_evidence") {
            faults.push(FieldFault::new("/evidence", Fault::EvidenceUnstated));
        }
        if !sketch.is_true("/truth_declaration") {
            faults.push(FieldFault::new("/truth_declaration", Fault::MustBeTrue));
        }
        if sketch.is_true("/consent_to_bawaslu") && sketch.text("/reporter/name").is_none() {
            faults.push(FieldFault::new("/consent_to_bawaslu", Fault::NameNeeded));
        }
        faults
    }

    /// Personal numbers in their stored form: digits only.
    pub fn normalised(mut self) -> Self {
        self.subject = self.subject.normalised();
        self.reporter = self.reporter.map(ReporterContact::normalised);
        self
    }

    /// What the reporter shows of himself.
    pub fn anonymity(&self) -> Anonymity {
        let named = self.reporter.as_ref().is_some_and(ReporterContact::names_a_person);
        if named { Anonymity::Confidential } else { Anonymity::Anonymous }
    }
}

fn check_days(sketch: &Sketch<'_>, today: NaiveDate, faults: &mut Vec<FieldFault>) {
    let oldest = today.checked_sub_days(Days::new(OLDEST_YEARS * 365)).unwrap_or(today);
    let occurred_from = sketch.day("/conduct/occurred_from");
    for pointer in ["/conduct/occurred_from", "/conduct/occurred_to", "/conduct/known_on"] {
        let Some(day) = sketch.day(pointer) else { continue };
        if day > today {
            faults.push(FieldFault::new(pointer, Fault::InFuture));
        } else if day < oldest {
            faults.push(FieldFault::new(pointer, Fault::TooLongAgo));
        } else if occurred_from.is_some_and(|occurred| day < occurred) {
            faults.push(FieldFault::new(pointer, Fault::BeforeOccurred));
        }
    }
}

fn check_subject(sketch: &Sketch<'_>, at: &str, faults: &mut Vec<FieldFault>) {
    let (nip_at, nik_at) = (format!("{at}/nip"), format!("{at}/nik"));
    let (nip, nik) = (sketch.text(&nip_at), sketch.text(&nik_at));
    let known = |name: &str| sketch.text(&format!("{at}/{name}")).is_some();
    if nip.is_some_and(|typed| person_number::nip(typed).is_none()) {
        faults.push(FieldFault::new(nip_at.as_str(), Fault::NotANip));
    }
    if nik.is_some_and(|typed| person_number::nik(typed).is_none()) {
        faults.push(FieldFault::new(nik_at.as_str(), Fault::NotANik));
    }
    if nip.is_none() && nik.is_none() && !(known("name") && (known("agency") || known("position"))) {
        faults.push(FieldFault::new(at, Fault::NotEnoughToIdentify));
    }
}
