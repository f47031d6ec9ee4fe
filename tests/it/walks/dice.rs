//! What chance decides in a walk: which verb, by whom, with what data. Random numbers of one step are spent one by one;
//! a failing walk shrinks them towards zero, which picks the first of each list. Data stays what the API lets through.

use chrono::{Days, NaiveDate};
use netral::domain::action::{Action, AppealOutcome, BawasluSkipReason, BreachResult, Employment, Finding, Verb};
use netral::domain::case::{Case, Category, DismissalCode, ElectionRegime, ReferralKind, State};
use netral::domain::tracks::rules::{Datum, TRACK_RULES, TrackRule};
use netral::domain::tracks::{Track, TrackStep};
use netral::domain::workflow::RULES;

use crate::sample;

/// Random numbers of one step.
pub type Roll = [u16; 10];

const EARLY_ENDS: &[Verb] = &[
    Verb::Dismiss,
    Verb::Merge,
    Verb::TransferOut,
    Verb::FindUnproven,
    Verb::RecommendNothing,
    Verb::ReportUnproven,
    Verb::RecordDeparture,
    Verb::Withdraw,
];

/// Spends the numbers of one step.
pub struct Dice<'a> {
    roll: &'a Roll,
    spent: usize,
}

impl<'a> Dice<'a> {
    pub fn new(roll: &'a Roll) -> Self {
        Self { roll, spent: 0 }
    }

    fn next(&mut self) -> usize {
        let value = self.roll[self.spent % self.roll.len()];
        self.spent += 1;
        usize::from(value)
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.next() % from.len()].clone()
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.next() % times == times - 1
    }

    /// A verb; mostly one the state knows and seldom one that ends the case early, so that walks get somewhere.
    pub fn verb(&mut self, state: State) -> Verb {
        let known: Vec<Verb> = RULES.iter().filter(|r| r.from.contains(&state)).map(|r| r.verb).collect();
        let onward: Vec<Verb> = known.iter().copied().filter(|verb| !EARLY_ENDS.contains(verb)).collect();
        match self.pick(&[0, 0, 0, 0, 0, 0, 1, 2]) {
            0 if !onward.is_empty() => self.pick(&onward),
            2 => self.pick(Verb::ALL),
            _ => self.pick(&known),
        }
    }

    /// A body for the verb as people send it: often right, sometimes not.
    pub fn action(&mut self, verb: Verb, today: NaiveDate, masters: &[String]) -> Action {
        let mut action = sample::action(verb);
        let near = [-40, -16, -15, -1, 0, 1, 5, 59, 60, 61];
        match &mut action {
            Action::Ask(ask) => ask.answer_by = shifted(today, self.pick(&near)),
            Action::Accept(accept) => {
                accept.agency_code =
                    self.pick(&["PEMDA1571", "PEMDA1571", "PEMDA1571", "PEMDA15", "BUKAN1"]).to_owned();
                accept.reviewing_agency_code =
                    self.pick(&["PEMDA1571", "PEMDA1571", "PEMDA1571", "PEMDA15"]).to_owned();
                accept.conflict_of_interest = self.once_in(5);
                accept.category = self.pick(Category::ALL);
                accept.election_regime = self.pick(ElectionRegime::ALL);
                accept.subject.nip =
                    self.pick(&[Some("198609262015051001"), Some("123456789012345678"), None]).map(Into::into);
                accept.subject.employment = self.pick(Employment::ALL);
            }
            Action::ReferDirectly(refer) => {
                refer.referral_kind = self.pick(ReferralKind::ALL);
                refer.election_regime = self.pick(ElectionRegime::ALL);
            }
            Action::Refer(refer) => refer.referral_kind = self.pick(ReferralKind::ALL),
            Action::Dismiss(dismiss) => dismiss.dismissal_code = self.pick(DismissalCode::ALL),
            Action::Merge(merge) if !masters.is_empty() => merge.master_case_number = self.pick(masters),
            Action::Conclude(conclude) => {
                let reasons = [Some(BawasluSkipReason::OutOfTime), None, Some(BawasluSkipReason::RegimeNone)];
                conclude.bawaslu_skip_reason = self.pick(&reasons);
                if self.once_in(2) {
                    let act = self.pick(&["Rapat dinas", "unggahan Kampanye"]).to_owned();
                    conclude.findings.push(Finding { act, proven: !self.once_in(3), category: None });
                }
            }
            Action::RecordBreach(breach)
            | Action::RecordBreachForReview(breach)
            | Action::RecordBreachAsSufficient(breach) => breach.result = self.pick(BreachResult::ALL),
            Action::SendRecommendation(send) => {
                let (form, category, sanction) = self.pick(&[
                    ("DIS-06", Category::Discipline, "S1"),
                    ("ETH-02", Category::Ethics, "MORAL_OPEN"),
                    ("CRM-K188", Category::Criminal, "B1"),
                    ("DIS-06", Category::Ethics, "NIHIL"),
                ]);
                (send.violation_forms[0].code, send.violation_forms[0].category) = (form.to_owned(), category);
                send.proposed_sanctions = vec![sanction.to_owned()];
                send.addressee_agency_code = self.pick(&["PEMDA1571", "PEMDA1571", "PEMDA1571", "PEMDA15"]).to_owned();
                send.further_contest_allowed = self.once_in(3);
            }
            Action::ReassignAgency(reassign) => {
                reassign.agency_code = self.pick(&["PEMDA15", "PEMDA1571"]).to_owned();
            }
            Action::ImposeSanction(impose) => {
                let (category, code) = self.pick(&[
                    (Category::Discipline, "B1"),
                    (Category::Discipline, "R1"),
                    (Category::Ethics, "MORAL_OPEN"),
                    (Category::Ethics, "B1"),
                ]);
                (impose.category, impose.sanction_code) = (category, code.to_owned());
                impose.below_range_explanation =
                    self.once_in(2).then(|| "Sikap kooperatif selama pemeriksaan.".to_owned());
                impose.acts = self.pick(&[None, None, Some(vec![1]), Some(vec![2]), Some(vec![2, 1])]);
            }
            Action::FileAppeal(appeal) => appeal.filed_on = shifted(today, self.pick(&near)),
            Action::TakeEffect(effect) => effect.delivered_on = shifted(today, self.pick(&near)),
            Action::CancelOnAppeal(cancel) => cancel.decision.dated = shifted(today, self.pick(&[0, 0, -20])),
            Action::DecideAppeal(decide) => {
                decide.decision.dated = shifted(today, self.pick(&[0, 0, -20]));
                decide.outcome = self.pick(AppealOutcome::ALL);
                decide.sanction_code = self.pick(&[None, Some("R2"), Some("B2")]).map(Into::into);
            }
            Action::Close(close) => close.idis_ref = self.pick(&[Some("IDIS-1"), None]).map(Into::into),
            Action::RecordDeparture(departure) => departure.departed_on = shifted(today, self.pick(&near)),
            Action::Withdraw(withdraw) => withdraw.no_reason_to_continue = !self.once_in(3),
            _ => {}
        }
        action
    }
}

impl Dice<'_> {
    /// A step of a track of this case; mostly one its table knows.
    pub fn step(&mut self, case: &Case, today: NaiveDate) -> (Track, TrackStep) {
        let fits =
            |rule: &&TrackRule| rule.from.contains(&case.tracks.of(rule.track)) && rule.within.contains(&case.state);
        let known: Vec<&TrackRule> = TRACK_RULES.iter().filter(fits).collect();
        let rule = if known.is_empty() || self.once_in(8) {
            self.pick(&TRACK_RULES.iter().collect::<Vec<_>>())
        } else {
            self.pick(&known)
        };
        let mut step = sample::step(rule.track, rule.to);
        if rule.needs.contains(&Datum::Day) {
            step.day = Some(shifted(today, self.pick(&[-20, -1, 0, 0, 3])));
        }
        if rule.takes.contains(&Datum::Reason) && self.once_in(2) {
            step.reason = Some("Alasan yang cukup panjang untuk berkas perkara.".to_owned());
        }
        if rule.takes.contains(&Datum::AdminActionRecommended) {
            step.admin_action_recommended = self.pick(&[None, Some(false), Some(true)]);
        }
        if let Some(outcome) = step.document.as_mut().filter(|_| rule.track == Track::Appeal) {
            outcome.dated = shifted(today, self.pick(&[0, 0, -20]));
        }
        if let Some(sanction) = &mut step.sanction {
            sanction.acts = self.pick(&[None, Some(vec![1]), Some(vec![2])]);
            if rule.track == Track::Discipline {
                sanction.sanction_code = self.pick(&["S2", "PTDH", "PTDH"]).to_owned();
            }
        }
        (rule.track, step)
    }
}

fn shifted(day: NaiveDate, by: i64) -> NaiveDate {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day - days } else { day + days }
}
