//! Guards from the PPK's answer on (T21 to T33). Reads no row and no clock.

use chrono::NaiveDate;

use super::{Guard, now};
use crate::domain::action::Action;
use crate::domain::case::Category;
use crate::domain::deadline::Office;
use crate::domain::sanction::{self, Ground};

/// T21.
pub const CONTESTED_AT_MOST_ONCE: Guard = now(
    "contested_at_most_once",
    "PPK belum pernah berkeberatan, kecuali auditor mengizinkan sekali lagi",
    "the PPK has not contested before, unless the auditor allows it once more",
    |s| s.facts.case.contest_count == 0,
);
/// T08, T09, T10, T13, T31: a reopened case whose sanction stands does not end as if there were none, and its acts are not
/// punished again in another case. It is concluded, and the PPK decides again or nothing is recommended (T20).
pub const NO_SANCTION_STANDS: Guard = now(
    "no_sanction_stands",
    "tidak ada sanksi perkara ini yang masih berdiri",
    "no sanction imposed in the case stands",
    |s| s.facts.case.sanction_code.is_none(),
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
    "ada perbuatan yang dihukum; setiap perbuatan tercatat dan tidak dinyatakan tidak terbukti",
    "there is an act to punish; each is on record, and none was found not proven",
    |s| matches!(s.action, Action::ImposeSanction(impose) if sanction::acts_stand(impose, s.named, Ground::Case)),
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
    now("sanction_on_record", "ada keputusan sanksi disiplin", "a discipline sanction is on record", |s| {
        sanction::newest(Category::Discipline, s.named).is_some()
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
    |s| matches!(s.action, Action::FileAppeal(appeal) if appeal.filed_on <= s.today(Office::Ppk)),
);
/// T25: D9.
pub const APPEAL_IN_TIME_OR_EXPLAINED: Guard = now(
    "appeal_in_time_or_explained",
    "diajukan dalam batas waktu (D9), atau ada alasan keterlambatan",
    "filed in time (D9), or the delay is explained",
    |s| match s.action {
        Action::FileAppeal(appeal) => {
            // What has not been delivered cannot be appealed too late; of a decision before the newest that is not on record.
            let newest = sanction::challenges_newest(s.named);
            let delivered = appeal.delivered_on.or(s.facts.case.delivered_on.filter(|_| newest));
            let in_time = delivered.map_or(newest, |delivered| {
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
            effect.delivered_on <= s.today(Office::Ppk) && recorded.is_none_or(|day| day == effect.delivered_on)
        }
        Action::FileAppeal(appeal) => {
            // What is on record is of the newest decision.
            let recorded = s.facts.case.delivered_on.filter(|_| sanction::challenges_newest(s.named));
            let fits = |day: NaiveDate| day <= s.today(Office::Ppk) && recorded.is_none_or(|known| known == day);
            appeal.delivered_on.is_none_or(fits)
        }
        _ => false,
    },
);
/// T25, T26: nothing is delivered or challenged before it was decided.
pub const SINCE_DECISION: Guard = now(
    "since_decision",
    "tanggal penyampaian dan tanggal pengajuan tidak mendahului tanggal surat keputusan",
    "neither delivery nor filing is before the day the decision is dated",
    |s| match s.action {
        Action::TakeEffect(effect) => {
            let decision = s.facts.case.category.and_then(|category| sanction::newest(category, s.named));
            sanction::decided_by(decision, effect.delivered_on)
        }
        Action::FileAppeal(appeal) => {
            let decision = sanction::challenged(s.named);
            // A delivery on record was held against its decision then; a remedy may have changed the decision since.
            let told = s.facts.case.delivered_on.is_none() || !sanction::challenges_newest(s.named);
            let mut days = [Some(appeal.filed_on), appeal.delivered_on.filter(|_| told)].into_iter().flatten();
            days.all(|day| sanction::decided_by(decision, day))
        }
        _ => false,
    },
);
/// T23, T24, T27, T28.
pub const DECISION_BY_TODAY: Guard = now(
    "decision_by_today",
    "tanggal keputusan dan tanggal berita acara tidak di masa depan",
    "neither the decision nor the examination record is dated in the future",
    |s| match s.action {
        Action::ImposeSanction(impose) => sanction::dated_by(impose, s.today(Office::Ppk)),
        Action::ReportUnproven(unproven) => unproven.examination_record.dated <= s.today(Office::Ppk),
        Action::DecideAppeal(decide) => decide.decision.dated <= s.today(Office::Ppk),
        Action::CancelOnAppeal(cancel) => cancel.decision.dated <= s.today(Office::Ppk),
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
            let window = || s.appeal_window(effect.delivered_on, sanction::remedy(s.named));
            s.facts.case.category == Some(Category::Ethics)
                || window().is_some_and(|w| s.today(Office::Ppk) >= w.in_force_on)
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
            let window = || s.appeal_window(effect.delivered_on, sanction::remedy(s.named));
            s.facts.case.category == Some(Category::Ethics)
                || effect.early_effect_reason.is_some()
                || window().is_some_and(|w| s.today(Office::Ppk) > w.last_day)
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
    "setiap sanksi disiplin yang berdiri sudah terdaftar di I'DIS",
    "every discipline sanction that stands is registered in I'DIS",
    |s| match s.action {
        Action::Close(close) => sanction::all_registered(&sanction::registered(close, s.named), s.named),
        _ => false,
    },
);
/// T30.
pub const DEPARTED_BY_TODAY: Guard = now(
    "departed_by_today",
    "tanggal berhenti tidak di masa depan",
    "the date of leaving is not in the future",
    |s| matches!(s.action, Action::RecordDeparture(departure) if departure.departed_on <= s.today(Office::Ppk)),
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
