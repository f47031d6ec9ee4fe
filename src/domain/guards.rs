//! What a rule checks beside state and permission, each by name and in words for officers. Reads no row and no clock.

mod outcome;

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::domain::action::{Action, AppealKind};
use crate::domain::case::{CaseFacts, Category, ElectionRegime, MasterFacts, ReferralKind, State, SubjectResolution};
use crate::domain::deadline::{AppealWindow, Clock, DeadlineCode, Law, Office, Offices, appeal_window};
use crate::domain::frozen::FrozenForm;
use crate::domain::ids::Language;
use crate::domain::sanction::{ActFinding, CatalogueSanction, KnownAct, StandingSanction};
use crate::domain::tracks::guards::TrackSituation;
use crate::domain::tracks::{Track, TrackStates};

pub use self::outcome::*;

/// What a guard looks at.
pub struct Situation<'a> {
    /// The case as it stands.
    pub facts: &'a CaseFacts,
    /// What is asked.
    pub action: &'a Action,
    /// The time.
    pub now: DateTime<Utc>,
    /// Agencies and sanctions the action names by code, looked up.
    pub named: &'a Named,
}

/// A body cases are passed on to, in words for the reporter.
#[derive(Clone, Debug)]
pub struct ReceivingBody {
    /// Its name in Indonesian.
    pub title_id: String,
    /// Its name in English.
    pub title_en: String,
    /// What it takes, in Indonesian.
    pub matter_id: String,
    /// What it takes, in English.
    pub matter_en: String,
}

impl ReceivingBody {
    /// What the reporter reads in the mailbox: the mail only says that there is a name.
    pub fn wording(&self) -> String {
        let Self { title_id, title_en, matter_id, matter_en } = self;
        format!(
            "Laporan Anda diteruskan kepada: {title_id}. Alasannya: {matter_id}.\n\nYour report has been passed on to: {title_en}. The reason: {matter_en}."
        )
    }
}

/// What the codes in an action stand for.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The agency named as the subject's or as addressee.
    pub agency_id: Option<uuid::Uuid>,
    /// The agency named as reviewing.
    pub reviewing_agency_id: Option<uuid::Uuid>,
    /// The reviewing agency stands above the other one, or is BKN.
    pub reviewer_is_above: bool,
    /// How heavy the named sanction is, and its category; heavier is greater.
    pub sanction: Option<(Category, i16)>,
    /// How heavy the lightest sanction proposed to the PPK is.
    pub lightest_proposed: Option<i16>,
    /// How heavy the heaviest one is.
    pub heaviest_proposed: Option<i16>,
    /// The catalogue's entry of the named sanction.
    pub decided: Option<CatalogueSanction>,
    /// The acts of the case, where a sanction is named.
    pub acts: Vec<KnownAct>,
    /// The sanctions of the case that stand, the newest decision last, where one is imposed, challenged, changed or cancelled.
    pub standing: Vec<StandingSanction>,
    /// An examining team is on record, where a sanction is named.
    pub team_formed: bool,
    /// The subject of the examination that runs was summoned a second time, where a sanction is named.
    pub summoned_twice: bool,
    /// A dismissal was decided since the conviction was recorded, where a sanction is named.
    pub conviction_spent: bool,
    /// The first day of the acts, as reported, where a sanction is named.
    pub acted_from: Option<NaiveDate>,
    /// The date of the letter that recommends a sanction, where one is named.
    pub recommended_on: Option<NaiveDate>,
    /// Whether the named official, or where none is named some official of the agency, may impose the named sanction, as far as the
    /// subject's position is known; `None` where nobody imposes.
    pub authority_fits: Option<bool>,
    /// A sanction is proposed that no official of the agency addressed may impose, as far as the subject's position is known.
    pub beyond_officials: bool,
    /// The forms of violation named, as the catalogue has them for the day of the act.
    pub violation_forms: Vec<FrozenForm>,
    /// The body the case is passed on to.
    pub receiving_body: Option<ReceivingBody>,
    /// The person the officer says the subject is.
    pub person_id: Option<uuid::Uuid>,
    /// The law by which deadlines are counted.
    pub law: Arc<Law>,
}

impl Situation<'_> {
    /// Where the offices of the case sit.
    fn offices(&self) -> Offices<'_> {
        self.named.law.offices(&self.facts.case)
    }

    /// The day it is for the office that has this work.
    fn today(&self, of: impl Into<Office>) -> NaiveDate {
        self.offices().day_at(of, self.now)
    }

    /// The day on which a clock ends, of the office by whose days it was counted.
    fn last_day(&self, clock: &Clock) -> Option<NaiveDate> {
        clock.due_at.map(|due| self.named.law.calendar.day_at(&clock.region_code, due))
    }

    /// Whether Bawaslu's window of some report is open today under this election law (D2). A report merged into the case
    /// counts by its clock.
    fn bawaslu_window_open(&self, regime: ElectionRegime) -> bool {
        let (law, offices, today) = (&self.named.law, self.offices(), self.today(DeadlineCode::D2));
        let own = self
            .facts
            .reports
            .iter()
            .flat_map(|it| &it.known)
            .filter_map(|report| law.bawaslu_window(offices, regime, report.known_on));
        let clocks = self.facts.clocks.iter().filter(|clock| clock.code == DeadlineCode::D2 && clock.regime == regime);
        let merged = clocks.filter_map(|clock| self.last_day(clock));
        own.map(|window| window.day).chain(merged).any(|last| today <= last)
    }

    /// The time for an appeal against the decision on record (D9), once it was delivered.
    fn appeal_window(&self, delivered_on: NaiveDate, kind: Option<AppealKind>) -> Option<AppealWindow> {
        appeal_window(&self.named.law, &self.facts.case, delivered_on, kind)
    }
}

/// How a guard is checked.
#[derive(Clone, Copy)]
pub enum Check {
    /// By this function: true lets the transition pass.
    Now(fn(&Situation<'_>) -> bool),
    /// By this function, at a step of a track.
    OnTrack(fn(&TrackSituation<'_>) -> bool),
}

/// One named condition.
pub struct Guard {
    /// Stable name, as refusals carry it.
    pub name: &'static str,
    text_id: &'static str,
    text_en: &'static str,
    /// How it is checked.
    pub check: Check,
}

impl Guard {
    /// A condition with its words in Indonesian and English.
    pub const fn new(name: &'static str, text_id: &'static str, text_en: &'static str, check: Check) -> Self {
        Self { name, text_id, text_en, check }
    }

    /// The condition in words.
    pub const fn text(&self, language: Language) -> &'static str {
        match language {
            Language::Indonesian => self.text_id,
            Language::English => self.text_en,
        }
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn now(
    name: &'static str,
    text_id: &'static str,
    text_en: &'static str,
    check: fn(&Situation<'_>) -> bool,
) -> Guard {
    Guard::new(name, text_id, text_en, Check::Now(check))
}

/// T03: somebody can read the question.
pub const REPORTER_REACHABLE: Guard =
    now("reporter_reachable", "ada pelapor yang dapat ditanya", "there is a reporter to ask", |s| {
        s.facts.reports.as_ref().is_some_and(|reports| reports.count > 0)
    });
/// T03: the date lies ahead, and not further than 60 days.
pub const ANSWER_DATE_AHEAD: Guard = now(
    "answer_date_ahead",
    "batas jawaban paling cepat besok dan paling lama 60 hari",
    "the date to answer by is tomorrow at the earliest and within 60 days",
    |s| match s.action {
        Action::Ask(ask) => {
            let today = s.today(DeadlineCode::D3);
            ask.answer_by > today && today.checked_add_days(Days::new(60)).is_some_and(|last| ask.answer_by <= last)
        }
        _ => false,
    },
);
/// T05: the day to answer by is over.
pub const ANSWER_DATE_PASSED: Guard =
    now("answer_date_passed", "batas jawaban sudah lewat", "the date to answer by has passed", |s| {
        s.facts.case.reply_due_on.is_some_and(|due| s.today(DeadlineCode::D3) > due)
    });
/// T06, T19: the subject is a known person at a known agency.
pub const SUBJECT_RESOLVED: Guard = now(
    "subject_resolved",
    "terlapor sudah dipastikan: nama serta NIP atau NIK, dan instansinya",
    "the subject is resolved: name, NIP or NIK, and agency",
    |s| {
        let typed = &s.facts.subject;
        match s.action {
            Action::Accept(accept) => {
                let subject = &accept.subject;
                let number =
                    subject.nip.is_some() || subject.nik.is_some() || typed.nip.is_some() || typed.nik.is_some();
                number && (subject.name.is_some() || typed.name.is_some())
            }
            _ => typed.resolution == SubjectResolution::Confirmed && s.facts.case.agency_id.is_some(),
        }
    },
);
/// T06: once the subject is confirmed the case is not accepted again, but to move it one level up.
pub const NOT_YET_ACCEPTED: Guard = now(
    "not_yet_accepted",
    "perkara belum pernah diterima, atau kini dipindahkan ke pemeriksa setingkat di atasnya",
    "the case has not been accepted before, or is now moved one level up",
    |s| {
        let case = &s.facts.case;
        case.state == State::Triage
            || s.facts.subject.resolution != SubjectResolution::Confirmed
            || matches!(s.action, Action::Accept(accept) if accept.one_level_up() && !case.conflict_of_interest)
    },
);
/// T06: what is known of a conflict of interest does not get lost at acceptance; T09: nor by a merge into a case that is
/// reviewed where this one must not be.
pub const CONFLICT_KEPT: Guard = now(
    "conflict_kept",
    "konflik kepentingan yang sudah dicatat tetap berlaku",
    "a conflict of interest on record stays on record",
    |s| {
        !s.facts.case.conflict_of_interest
            || match s.action {
                Action::Accept(accept) => accept.one_level_up(),
                _ => s.facts.master.as_ref().is_some_and(|master| master.conflict_of_interest),
            }
    },
);
/// T06, T07, T22: under a conflict of interest another agency reviews.
pub const REVIEWED_ONE_LEVEL_UP: Guard = now(
    "reviewed_one_level_up",
    "terlapor memegang jabatan yang dilindungi atau ada konflik kepentingan: pemeriksa harus instansi di atasnya atau BKN",
    "the subject holds a protected position or there is a conflict of interest: an agency above, or BKN, must review",
    |s| match s.action {
        Action::Accept(accept) => !accept.one_level_up() || s.named.reviewer_is_above,
        Action::ReferDirectly(refer) => !refer.one_level_up() || s.named.reviewer_is_above,
        Action::ReassignAgency(_) => !s.facts.case.conflict_of_interest || s.named.reviewer_is_above,
        _ => false,
    },
);
/// T07, T11: Bawaslu acts only while an election stage runs.
pub const ELECTION_STAGE_RUNS: Guard =
    now("election_stage_runs", "ada tahapan pemilihan", "an election stage runs", |s| match s.action {
        Action::ReferDirectly(refer) => refer.election_regime != ElectionRegime::None,
        _ => s.facts.case.election_regime != ElectionRegime::None,
    });
/// T07, T11: a formal report discloses the reporter to Bawaslu.
pub const REPORTER_CONSENTS: Guard = now(
    "reporter_consents",
    "laporan formal memerlukan nama pelapor dan persetujuannya",
    "a formal report needs the reporter's name and consent",
    |s| {
        let kind = match s.action {
            Action::ReferDirectly(refer) => refer.referral_kind,
            Action::Refer(refer) => refer.referral_kind,
            _ => return false,
        };
        kind == ReferralKind::PreliminaryInformation
            || s.facts.reports.as_ref().is_some_and(|reports| reports.formal_reporter)
    },
);
/// T07, T11: D2.
pub const BAWASLU_WINDOW_OPEN: Guard = now(
    "bawaslu_window_open",
    "batas tujuh hari Bawaslu (D2) belum lewat, atau dirujuk sebagai informasi awal",
    "Bawaslu's seven days (D2) have not passed, or it goes as preliminary information",
    |s| {
        let (kind, regime) = match s.action {
            Action::ReferDirectly(refer) => (refer.referral_kind, refer.election_regime),
            Action::Refer(refer) => (refer.referral_kind, s.facts.case.election_regime),
            _ => return false,
        };
        kind == ReferralKind::PreliminaryInformation || s.bawaslu_window_open(regime)
    },
);
/// T09.
pub const MASTER_OPEN: Guard = now(
    "master_open",
    "perkara induk terbuka, bukan perkara ini, dan tidak sudah digabung",
    "the master case is open, is not this case and was not merged itself",
    |s| s.facts.master.as_ref().is_some_and(|m| m.id != s.facts.case.id && m.state != State::Closed && !m.merged),
);
/// T09.
pub const SAME_SUBJECT: Guard = now("same_subject", "terlapor sama", "the subject is the same", |s| {
    s.facts.master.as_ref().is_some_and(|m| m.same_subject)
});
/// T09.
pub const OVERLAPPING_ACT: Guard = now(
    "overlapping_act",
    "waktu peristiwa berselisih paling lama tiga hari, atau dicatat sebagai perbuatan baru",
    "the reported days are at most three days apart, or it is taken as a further act",
    |s| is_further_act(s) || s.facts.master.as_ref().is_some_and(|m| m.overlapping),
);
/// T09: a further act joins a case only while somebody will still come to a finding on it.
pub const FURTHER_ACT_BEFORE_FINDINGS: Guard = now(
    "further_act_before_findings",
    "perbuatan baru hanya dapat ditambahkan sebelum simpulan pemeriksaan; sesudahnya perkara dikembalikan dahulu ke inspektorat (T17, T18), dan sesudah sampai ke PPK perkara ditautkan",
    "a further act joins a case only before the inspectorate's findings; after them the case goes back to the inspectorate first (T17, T18), and once it is with the PPK the cases are linked",
    |s| {
        let awaits =
            |m: &MasterFacts| m.state <= State::InspectorateReview || m.state == State::BawasluReferral && !m.concluded;
        !is_further_act(s) || s.facts.master.as_ref().is_some_and(awaits)
    },
);

fn is_further_act(s: &Situation<'_>) -> bool {
    matches!(s.action, Action::Merge(merge) if merge.further_act)
}

/// T09: keeps merges one level deep, so that a reporter's label never has to be searched for.
pub const NOT_A_MASTER: Guard = now(
    "not_a_master",
    "tidak ada perkara lain yang digabung ke perkara ini",
    "no other case was merged into this one",
    |s| !s.facts.is_master,
);
/// T09.
pub const NO_LIVE_REFERRAL: Guard =
    now("no_live_referral", "tidak sedang dirujuk ke Bawaslu; tarik dahulu", "not with Bawaslu; recall first", |s| {
        !s.facts.case.tracks.referral.is_live()
    });
/// T09: live tracks go over to the master, which has at most one live track of a kind.
pub const NO_TRACK_RUNS_TWICE: Guard = now(
    "no_track_runs_twice",
    "tidak ada jalur sejenis yang berjalan di kedua perkara",
    "no track of one kind runs in both cases",
    |s| {
        let ours = &s.facts.case.tracks;
        let twice = |theirs: &TrackStates, track: &Track| ours.of(*track).is_live() && theirs.of(*track).is_live();
        s.facts.master.as_ref().is_none_or(|m| !Track::ALL.iter().any(|track| twice(&m.tracks, track)))
    },
);
/// T12.
pub const BAWASLU_HEARD_OR_SKIPPED: Guard = now(
    "bawaslu_heard_or_skipped",
    "ada hasil Bawaslu, atau alasan tanpa Bawaslu yang sesuai; bila berasal dari Bawaslu, dengan suratnya",
    "Bawaslu has given a result, or there is a fitting reason to go without; where Bawaslu is the source, with its letter",
    |s| match s.action {
        Action::Conclude(conclude) => {
            use crate::domain::action::BawasluSkipReason as Skip;
            let regime = s.facts.case.election_regime;
            let fits = |skip: &Skip| match skip {
                Skip::RegimeNone => regime == ElectionRegime::None,
                Skip::OutOfTime => !s.bawaslu_window_open(regime),
                Skip::SourceIsBawaslu => conclude.bawaslu_letter.is_some(),
            };
            s.facts.case.bawaslu_result.is_some() || conclude.bawaslu_skip_reason.as_ref().is_some_and(fits)
        }
        _ => false,
    },
);
/// T13, T29.
pub const ALL_TRACKS_TERMINAL: Guard = now(
    "all_tracks_terminal",
    "semua jalur (rujukan, etik, disiplin, pidana, upaya administratif, pengendalian) sudah selesai; blokir dicabut",
    "every track (referral, ethics, discipline, criminal, appeal, control) has ended; the block is lifted",
    |s| !s.facts.case.tracks.any_live(),
);
/// T15.
pub const INSPECTORATE_CONCLUDED: Guard = now(
    "inspectorate_concluded",
    "inspektorat sudah mencatat temuannya",
    "the inspectorate has put its findings on record",
    |s| s.facts.case.inspectorate_concluded,
);
/// T15.
pub const INSPECTORATE_NOT_CONCLUDED: Guard = now(
    "inspectorate_not_concluded",
    "inspektorat belum mencatat temuan",
    "the inspectorate has put no findings on record yet",
    |s| !s.facts.case.inspectorate_concluded,
);
/// T17: D5.
pub const BAWASLU_STUDY_OVERDUE: Guard = now(
    "bawaslu_study_overdue",
    "batas kajian Bawaslu (D5) lewat, atau rujukan keliru",
    "the time for Bawaslu's study (D5) has passed, or the referral was an error",
    |s| {
        let past = |clock| s.last_day(clock).is_some_and(|last| last < s.today(DeadlineCode::D5));
        // What the law sets Bawaslu itself (the variants) gives nobody here a right.
        let mut studies = s.facts.clocks.iter().filter(|c| c.code == DeadlineCode::D5 && c.variant.is_empty());
        studies.any(past) || matches!(s.action, Action::Recall(recall) if recall.error)
    },
);
/// T18, T32.
pub const HAS_REVIEWING_AGENCY: Guard =
    now("has_reviewing_agency", "ada inspektorat pemeriksa", "an inspectorate is assigned", |s| {
        s.facts.case.reviewing_agency_id.is_some()
    });
/// T19: letters to the wrong PPK have happened.
pub const ADDRESSEE_CONFIRMED: Guard = now(
    "addressee_confirmed",
    "PPK tujuan sudah diperiksa dan adalah instansi terlapor",
    "the addressee was checked and is the agency whose PPK acts on the subject",
    |s| match s.action {
        Action::SendRecommendation(send) => {
            send.addressee_confirmed && s.named.agency_id.is_some() && s.named.agency_id == s.facts.case.ppk_agency_id()
        }
        _ => false,
    },
);
/// T19: nothing is recommended where every act was found unproven (T20).
pub const SOME_ACT_STANDS: Guard = now(
    "some_act_stands",
    "masih ada perbuatan yang tidak dinyatakan tidak terbukti",
    "an act is left that was not found unproven",
    |s| s.named.acts.is_empty() || s.named.acts.iter().any(|act| act.finding != ActFinding::NotProven),
);
/// T19: crimes are for the criminal track; the PPK decides in ethics or discipline.
pub const PPK_MAY_DECIDE: Guard = now(
    "ppk_may_decide",
    "sekurang-kurangnya satu bentuk pelanggaran termasuk etik atau disiplin, yang dapat diputus PPK",
    "at least one form is of ethics or discipline, which the PPK can decide",
    |s| s.named.violation_forms.iter().any(|form| form.category != Category::Criminal),
);
/// T19.
pub const EVIDENCE_REDACTED: Guard = now(
    "evidence_redacted",
    "bukti untuk PPK sudah dibersihkan dari jejak pelapor",
    "the evidence shown to the PPK is cleared of traces of the reporter",
    |s| matches!(s.action, Action::SendRecommendation(send) if send.evidence_redacted),
);
