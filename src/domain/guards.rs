//! What a rule checks beside state and permission, each by name and in words for officers. Reads no row and no clock.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use crate::domain::action::{Action, AppealKind};
use crate::domain::case::{CaseFacts, Category, ClosureReason, ElectionRegime, ReferralKind, State, SubjectResolution};
use crate::domain::deadline::{AppealWindow, DeadlineCode, Law, appeal_window};
use crate::domain::frozen::FrozenForm;
use crate::domain::ids::Language;
use crate::domain::sanction::{self, CatalogueSanction, Ground, KnownAct};
use crate::domain::tracks::guards::TrackSituation;
use crate::domain::tracks::{Track, TrackStates};

/// What a guard looks at.
pub struct Situation<'a> {
    /// The case as it stands.
    pub facts: &'a CaseFacts,
    /// What is asked.
    pub action: &'a Action,
    /// The day it is for the handling office.
    pub today: NaiveDate,
    /// Agencies and sanctions the action names by code, looked up.
    pub named: &'a Named,
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
    /// The catalogue's entry of the named sanction.
    pub decided: Option<CatalogueSanction>,
    /// The acts of the case, where a sanction is named.
    pub acts: Vec<KnownAct>,
    /// An examining team is on record, where a sanction is named.
    pub team_formed: bool,
    /// Whether the named official may impose the named sanction; `None` where that was not told.
    pub authority_fits: Option<bool>,
    /// The forms of violation named, as the catalogue has them for the day of the act.
    pub violation_forms: Vec<FrozenForm>,
    /// The person the officer says the subject is.
    pub person_id: Option<uuid::Uuid>,
    /// The law by which deadlines are counted.
    pub law: Arc<Law>,
}

impl Situation<'_> {
    /// Whether Bawaslu's window of some report is open today under this election law (D2). A report merged into the case
    /// counts by its clock.
    fn bawaslu_window_open(&self, regime: ElectionRegime) -> bool {
        let (law, region) = (&self.named.law, &self.facts.case.region_code);
        let own = self
            .facts
            .reports
            .iter()
            .flat_map(|it| &it.known)
            .filter_map(|report| law.bawaslu_window(region, regime, report.known_on));
        let clocks = self.facts.clocks.iter().filter(|clock| clock.code == DeadlineCode::D2 && clock.regime == regime);
        let merged = clocks.filter_map(|clock| clock.due_at).map(|due| law.calendar.day_at(region, due));
        own.map(|window| window.day).chain(merged).any(|last| self.today <= last)
    }

    /// The time for an appeal against the decision on record (D9), once it was delivered.
    fn appeal_window(&self, delivered_on: NaiveDate, kind: Option<AppealKind>) -> Option<AppealWindow> {
        let case = &self.facts.case;
        appeal_window(&self.named.law, &case.region_code, case.election_regime, delivered_on, kind)
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

/// T02. Holds by itself: an officer with a conflict of interest does not see the case at all.
pub const NO_CONFLICT: Guard = now(
    "no_conflict_of_interest",
    "petugas bukan terlapor dan bukan dari unit kerja terlapor",
    "the officer is not the subject and not of the subject's work unit",
    |_| true,
);
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
            ask.answer_by > s.today && s.today.checked_add_days(Days::new(60)).is_some_and(|last| ask.answer_by <= last)
        }
        _ => false,
    },
);
/// T05: the day to answer by is over.
pub const ANSWER_DATE_PASSED: Guard =
    now("answer_date_passed", "batas jawaban sudah lewat", "the date to answer by has passed", |s| {
        s.facts.case.reply_due_on.is_some_and(|due| s.today > due)
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
/// T06: once the subject is confirmed the case is not accepted again.
pub const NOT_YET_ACCEPTED: Guard =
    now("not_yet_accepted", "perkara belum pernah diterima", "the case has not been accepted before", |s| {
        s.facts.case.state == State::Triage || s.facts.subject.resolution != SubjectResolution::Confirmed
    });
/// T06: under a conflict of interest another agency reviews.
pub const REVIEWED_ONE_LEVEL_UP: Guard = now(
    "reviewed_one_level_up",
    "terlapor memegang jabatan yang dilindungi atau ada konflik kepentingan: pemeriksa harus instansi di atasnya atau BKN",
    "the subject holds a protected position or there is a conflict of interest: an agency above, or BKN, must review",
    |s| match s.action {
        Action::Accept(accept) => !accept.one_level_up() || s.named.reviewer_is_above,
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
/// T09: a further act joins a case only while its findings are not out of the inspectorate's hands.
pub const FURTHER_ACT_BEFORE_PPK: Guard = now(
    "further_act_before_ppk",
    "perbuatan baru hanya dapat ditambahkan pada perkara yang belum sampai ke PPK; sesudah itu perkara ditautkan",
    "a further act joins a case only before it reaches the PPK; after that the cases are linked",
    |s| !is_further_act(s) || s.facts.master.as_ref().is_some_and(|m| m.state < State::PpkAction),
);

fn is_further_act(s: &Situation<'_>) -> bool {
    matches!(s.action, Action::Merge(merge) if merge.further_act)
}

/// T09: keeps merges one level deep, so that a reporter's label never has to be searched for.
pub const NOT_A_MASTER: Guard = now(
    "not_a_master",
    "tidak ada perkara lain yang digabung ke perkara ini",
    "no other case was merged into this one",
    |s| s.facts.reports.as_ref().is_some_and(|reports| !reports.is_master),
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
    "ada hasil Bawaslu, atau alasan tanpa Bawaslu yang sesuai",
    "Bawaslu has given a result, or there is a fitting reason to go without",
    |s| match s.action {
        Action::Conclude(conclude) => {
            use crate::domain::action::BawasluSkipReason as Skip;
            let fits = |skip: &Skip| *skip != Skip::RegimeNone || s.facts.case.election_regime == ElectionRegime::None;
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
        let past = |due| s.named.law.calendar.day_at(&s.facts.case.region_code, due) < s.today;
        let overdue = s.facts.clocks.iter().any(|c| c.code == DeadlineCode::D5 && c.due_at.is_some_and(past));
        overdue || matches!(s.action, Action::Recall(recall) if recall.error)
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
/// T19.
pub const EVIDENCE_REDACTED: Guard = now(
    "evidence_redacted",
    "bukti untuk PPK sudah dibersihkan dari jejak pelapor",
    "the evidence shown to the PPK is cleared of traces of the reporter",
    |s| matches!(s.action, Action::SendRecommendation(send) if send.evidence_redacted),
);
/// T21.
pub const CONTESTED_AT_MOST_ONCE: Guard = now(
    "contested_at_most_once",
    "PPK belum pernah berkeberatan, kecuali auditor mengizinkan sekali lagi",
    "the PPK has not contested before, unless the auditor allows it once more",
    |s| s.facts.case.contest_count == 0,
);
/// T22.
pub const ANOTHER_AGENCY: Guard =
    now("another_agency", "instansi baru berbeda", "the new agency is another one", |s| {
        s.named.agency_id.is_some() && s.named.agency_id != s.facts.case.agency_id
    });
/// T23: ethics or discipline, and the sanction belongs to it.
pub const SANCTION_FITS_CATEGORY: Guard = now(
    "sanction_fits_category",
    "sanksi termasuk kategori etik atau disiplin yang dipilih",
    "the sanction belongs to the chosen category, ethics or discipline",
    |s| matches!(s.action, Action::ImposeSanction(impose) if sanction::fits_category(impose, s.named)),
);
/// T23.
pub const ACTS_STAND: Guard = now(
    "acts_stand",
    "perbuatan yang dihukum tercatat dan tidak dinyatakan tidak terbukti",
    "the acts punished are on record, and none was found not proven",
    |s| matches!(s.action, Action::ImposeSanction(impose) if sanction::acts_stand(impose, s.named)),
);
/// T23: ethics or discipline for one act, not both.
pub const NOT_PUNISHED_TWICE: Guard = now(
    "not_punished_twice",
    "satu perbuatan tidak dijatuhi sanksi etik dan disiplin sekaligus",
    "no act is punished in ethics and in discipline",
    |s| matches!(s.action, Action::ImposeSanction(impose) if sanction::not_punished_twice(impose, s.named, Ground::Case)),
);
/// T23.
pub const BELOW_RANGE_EXPLAINED: Guard = now(
    "below_range_explained",
    "sanksi yang lebih ringan daripada usulan dijelaskan",
    "a sanction lighter than every proposed one is explained",
    |s| match s.action {
        Action::ImposeSanction(impose) => {
            let below = s
                .named
                .sanction
                .zip(s.facts.case.proposed_weight)
                .is_some_and(|((_, weight), lightest)| weight < lightest);
            !below || impose.below_range_explanation.is_some()
        }
        _ => false,
    },
);
/// T25: in `monitoring` too there must be a decision to appeal against.
pub const SANCTION_ON_RECORD: Guard =
    now("sanction_on_record", "ada keputusan sanksi", "a sanction is on record", |s| {
        s.facts.case.sanction_code.is_some()
    });
/// T25.
pub const NOT_A_MORAL_SANCTION: Guard = now(
    "not_a_moral_sanction",
    "sanksi moral tidak dapat diajukan upaya administratif",
    "a moral sanction has no administrative remedy",
    |s| s.facts.case.category != Some(Category::Ethics),
);
/// T25.
pub const FILED_BY_TODAY: Guard = now(
    "filed_by_today",
    "tanggal pengajuan tidak di masa depan",
    "the filing date is not in the future",
    |s| matches!(s.action, Action::FileAppeal(appeal) if appeal.filed_on <= s.today),
);
/// T25: D9.
pub const APPEAL_IN_TIME_OR_EXPLAINED: Guard = now(
    "appeal_in_time_or_explained",
    "diajukan dalam batas waktu (D9), atau ada alasan keterlambatan",
    "filed in time (D9), or the delay is explained",
    |s| match s.action {
        Action::FileAppeal(appeal) => {
            // What has not been delivered cannot be appealed too late.
            let in_time = appeal.delivered_on.or(s.facts.case.delivered_on).is_none_or(|delivered| {
                let window = s.appeal_window(delivered, Some(appeal.kind));
                window.is_some_and(|window| appeal.filed_on <= window.last_day)
            });
            in_time || appeal.late_filing_reason.is_some()
        }
        _ => false,
    },
);
/// T25, T26.
pub const DELIVERED_BY_TODAY: Guard = now(
    "delivered_by_today",
    "tanggal penyampaian tidak di masa depan, dan sama dengan yang sudah tercatat",
    "the delivery date is not in the future, and is the one on record where there is one",
    |s| match s.action {
        Action::TakeEffect(effect) => {
            let recorded = s.facts.case.delivered_on;
            effect.delivered_on <= s.today && recorded.is_none_or(|day| day == effect.delivered_on)
        }
        Action::FileAppeal(appeal) => appeal.delivered_on.is_none_or(|delivered| delivered <= s.today),
        _ => false,
    },
);
/// T26: a discipline decision takes effect on the fifteenth day after receipt (PP 94/2021); a moral statement at once.
pub const DAY_15_REACHED: Guard = now(
    "day_15_reached",
    "hari ke-15 setelah penyampaian keputusan disiplin sudah tiba",
    "the fifteenth day after delivery of a discipline decision has come",
    |s| match s.action {
        Action::TakeEffect(effect) => {
            let window = || s.appeal_window(effect.delivered_on, None);
            s.facts.case.category == Some(Category::Ethics) || window().is_some_and(|w| s.today >= w.in_force_on)
        }
        _ => false,
    },
);
/// T26: D9, fourteen working days (PP 79/2021). They usually end behind day 15 of PP 94/2021; the PPK may go by the
/// latter alone and says why. A moral statement has no remedy to wait for.
pub const APPEAL_WINDOW_PASSED: Guard = now(
    "appeal_window_passed",
    "batas empat belas hari kerja untuk upaya administratif (D9) sudah lewat, atau PPK memberi alasan tidak menunggu",
    "the fourteen working days for an appeal (D9) have passed, or the PPK says why it does not wait for them",
    |s| match s.action {
        Action::TakeEffect(effect) => {
            let window = || s.appeal_window(effect.delivered_on, None);
            s.facts.case.category == Some(Category::Ethics)
                || effect.early_effect_reason.is_some()
                || window().is_some_and(|w| s.today > w.last_day)
        }
        _ => false,
    },
);
/// T27.
pub const NEW_SANCTION_NAMED: Guard = now(
    "new_sanction_named",
    "sanksi disiplin baru disebut bila putusan mengubahnya, dan hanya bila demikian",
    "a new discipline sanction is named when the outcome changes it, and only then",
    |s| match s.action {
        Action::DecideAppeal(decide) => {
            use crate::domain::action::AppealOutcome as Outcome;
            let changes = matches!(decide.outcome, Outcome::Lightened | Outcome::Aggravated | Outcome::Changed);
            let discipline = s.named.sanction.is_none_or(|(category, _)| category == Category::Discipline);
            changes == decide.sanction_code.is_some() && (!changes || discipline)
        }
        _ => false,
    },
);
/// T29.
pub const REGISTERED_IN_IDIS: Guard = now(
    "registered_in_idis",
    "sanksi disiplin sudah terdaftar di I'DIS",
    "a discipline sanction is registered in I'DIS",
    |s| match s.action {
        Action::Close(close) => {
            let needed = s.facts.case.category == Some(Category::Discipline)
                && s.facts.case.administrative_result == Some(ClosureReason::ProvenSanctioned);
            !needed || close.idis_ref.is_some()
        }
        _ => false,
    },
);
/// T30.
pub const DEPARTED_BY_TODAY: Guard = now(
    "departed_by_today",
    "tanggal berhenti tidak di masa depan",
    "the date of leaving is not in the future",
    |s| matches!(s.action, Action::RecordDeparture(departure) if departure.departed_on <= s.today),
);
/// T31.
pub const WITHDRAWAL_REQUESTED: Guard =
    now("withdrawal_requested", "pelapor meminta pencabutan", "the reporter asked to withdraw", |s| {
        s.facts.reports.as_ref().is_some_and(|reports| reports.withdrawals > 0)
    });
/// T31: another report keeps the case open.
pub const NO_OTHER_REPORT: Guard =
    now("no_other_report", "tidak ada laporan lain pada perkara ini", "no other report belongs to the case", |s| {
        s.facts.reports.as_ref().is_some_and(|it| it.count <= it.withdrawals && it.merged_reports == 0)
    });
/// T31.
pub const NO_REASON_TO_CONTINUE: Guard = now(
    "no_reason_to_continue",
    "petugas menyatakan tidak ada alasan melanjutkan atas jabatan",
    "the officer states that nothing calls for going on ex officio",
    |s| matches!(s.action, Action::Withdraw(withdraw) if withdraw.no_reason_to_continue),
);
/// T32.
pub const NOT_MERGED: Guard =
    now("not_merged", "perkara tidak ditutup karena digabung", "the case was not closed by a merge", |s| {
        s.facts.case.master_case_id.is_none()
    });
/// T33.
pub const MERGED: Guard = now("merged", "perkara ditutup karena digabung", "the case was closed by a merge", |s| {
    s.facts.case.master_case_id.is_some()
});
