//! What a decision may punish, what it takes the place of, and what it frees.

use super::*;
use crate::domain::action::{Close, Registration};

fn impose(category: Category, acts: Option<Vec<i16>>) -> ImposeSanction {
    let paper = Document { number: "1".to_owned(), dated: NaiveDate::default(), file: None };
    ImposeSanction {
        category,
        sanction_code: "S1".to_owned(),
        decision: paper.clone(),
        deciding_official: "Wali Kota".to_owned(),
        legal_basis: "PP 94/2021".to_owned(),
        examination_record: paper,
        below_range_explanation: None,
        acts,
        months: None,
        punishment_reason: None,
        remarks: None,
        authority: None,
        position_level: None,
    }
}

fn named(acts: &[(i16, ActFinding, Option<Category>)]) -> Named {
    let acts = acts.iter().map(|(number, finding, punished)| KnownAct {
        number: *number,
        finding: *finding,
        punished: *punished,
    });
    Named { acts: acts.collect(), ..Named::default() }
}

fn standing(id: u128, category: Category, acts: &[i16]) -> StandingSanction {
    StandingSanction {
        id: Uuid::from_u128(id),
        category,
        sanction_code: format!("S{id}"),
        level: "medium".to_owned(),
        weight: None,
        acts: acts.to_vec(),
        remedy: None,
        version: i16::try_from(id).unwrap(),
        sk_date: None,
        start_on: None,
        idis_ref: None,
        challenged: false,
    }
}

#[test]
fn what_is_cancelled_frees_its_own_acts_and_leaves_what_else_stands() {
    let known = |standing| Named { standing, ..Named::default() };
    let (first, second) = (standing(1, Category::Discipline, &[1]), standing(2, Category::Discipline, &[2]));
    let both = known(vec![first, standing(3, Category::Ethics, &[3]), second]);
    let paper = Document { number: "1".to_owned(), dated: NaiveDate::default(), file: None };
    let ends = cancelled(&paper, newest(Category::Discipline, &both), &both).unwrap();
    assert_eq!((ends.version_of, &ends.frees), (Some(Uuid::from_u128(2)), &vec![2]), "the newest one");
    assert_eq!(left_standing(Some(&ends), &both).unwrap().sanction_code, "S1", "discipline before ethics");
    let moral = known(vec![standing(3, Category::Ethics, &[3])]);
    assert!(cancelled(&paper, newest(Category::Discipline, &moral), &moral).is_none());
    assert_eq!(left_standing(None, &moral).unwrap().sanction_code, "S3");
}

#[test]
fn a_remedy_is_against_the_decision_it_names_and_otherwise_against_the_newest() {
    let (first, second) = (standing(1, Category::Discipline, &[1]), standing(2, Category::Discipline, &[2]));
    let mut known = Named { standing: vec![first, second, standing(3, Category::Ethics, &[3])], ..Named::default() };
    assert_eq!((challenged(&known).map(|one| one.version), challenges_newest(&known)), (Some(2), true));
    known.standing[0].challenged = true;
    assert_eq!((challenged(&known).map(|one| one.version), challenges_newest(&known)), (Some(1), false));
    let paper = Document { number: "1".to_owned(), dated: NaiveDate::default(), file: None };
    let code = "R1".to_owned();
    let lightened = after_appeal(TrackState::Lightened, Some(&code), &paper, &known).unwrap();
    assert_eq!(lightened.version_of, Some(Uuid::from_u128(1)));
}

#[test]
fn a_case_without_listed_acts_is_about_one() {
    assert_eq!(punished_acts(&impose(Category::Discipline, None), &named(&[]), Ground::Case), [1]);
    assert!(acts_stand(&impose(Category::Discipline, Some(vec![1])), &named(&[]), Ground::Case));
    assert!(!acts_stand(&impose(Category::Discipline, Some(vec![2])), &named(&[]), Ground::Case));
}

#[test]
fn one_act_is_not_punished_in_ethics_and_discipline_but_another_may_be() {
    let known = named(&[
        (1, ActFinding::Proven, Some(Category::Discipline)),
        (2, ActFinding::Proven, None),
        (3, ActFinding::NotProven, None),
    ]);
    assert!(!not_punished_twice(&impose(Category::Ethics, Some(vec![1])), &known, Ground::OtherAct));
    assert!(not_punished_twice(&impose(Category::Ethics, Some(vec![2])), &known, Ground::OtherAct));
    assert_eq!(
        punished_acts(&impose(Category::Ethics, None), &known, Ground::OtherAct),
        [2],
        "what is free, by itself"
    );
    let unproven = &impose(Category::Ethics, Some(vec![3]));
    assert!(!acts_stand(unproven, &known, Ground::OtherAct), "nothing was proven of it");
    let all = named(&[(1, ActFinding::Proven, Some(Category::Discipline))]);
    assert!(!not_punished_twice(&impose(Category::Ethics, None), &all, Ground::Case));
}

#[test]
fn a_second_decision_on_the_same_act_takes_the_place_of_the_first_and_no_further_one_may() {
    let mut known = named(&[(1, ActFinding::Proven, Some(Category::Discipline))]);
    known.standing = vec![standing(1, Category::Discipline, &[1, 2])];
    assert!(not_punished_twice(&impose(Category::Discipline, None), &known, Ground::Case));
    assert!(!not_punished_twice(&impose(Category::Discipline, None), &known, Ground::OtherAct));
    let again = imposed(&impose(Category::Discipline, None), &known, Ground::Case);
    assert_eq!((again.origin, again.version_of), (SanctionOrigin::Changed, Some(Uuid::from_u128(1))));
    assert_eq!(again.frees, [2], "what the new decision no longer punishes is free");
}

#[test]
fn a_dismissal_after_a_conviction_takes_the_place_of_all_that_its_acts_bear_and_comes_once() {
    let mut known = named(&[
        (1, ActFinding::Proven, Some(Category::Ethics)),
        (2, ActFinding::Proven, Some(Category::Discipline)),
        (3, ActFinding::Open, None),
        (4, ActFinding::NotProven, None),
    ]);
    known.standing = vec![standing(1, Category::Ethics, &[1]), standing(2, Category::Discipline, &[2])];
    let dismissal = impose(Category::Discipline, None);
    assert!(not_punished_twice(&dismissal, &known, Ground::Conviction) && not_dismissed_already(&known));
    let left = imposed(&dismissal, &known, Ground::Conviction);
    assert_eq!((left.origin, left.version_of), (SanctionOrigin::Changed, Some(Uuid::from_u128(2))));
    assert_eq!((left.acts, left.takes_over), (Some(vec![1, 2, 3]), vec![1]), "what is moral becomes discipline");
    let unproven = named(&[(1, ActFinding::NotProven, None)]);
    assert!(acts_stand(&dismissal, &unproven, Ground::Conviction), "the court has found it");
    assert!(!acts_stand(&dismissal, &unproven, Ground::Case), "no act is left to punish");
    assert!(not_punished_twice(&dismissal, &unproven, Ground::Case), "and none is punished twice");
    known.standing[1].level = DISMISSAL.to_owned();
    assert!(!not_dismissed_already(&known), "one stands");
    known.standing.clear();
    known.conviction_spent = true;
    assert!(!not_dismissed_already(&known), "what became of the first is not gone round");
}

#[test]
fn an_act_named_twice_is_one() {
    let finding = |act: &str, proven| Finding { act: act.to_owned(), proven, category: None };
    let acts = found(&[finding("Unggahan", false), finding("Rapat", true), finding(" unggahan ", true)]);
    let told: Vec<_> = acts.iter().map(|act| (act.ordinal, act.description.as_deref(), act.finding)).collect();
    assert_eq!(told, [(1, Some("Rapat"), ActFinding::Proven), (2, Some("unggahan"), ActFinding::Proven)]);
}

#[test]
fn each_discipline_sanction_that_stands_is_registered_by_what_is_on_record_or_told_now() {
    let (first, second) = (standing(1, Category::Discipline, &[1]), standing(2, Category::Discipline, &[2]));
    let mut known = Named { standing: vec![first, second, standing(3, Category::Ethics, &[3])], ..Named::default() };
    let close = |idis_ref: Option<&str>, other: Option<i16>| Close {
        idis_ref: idis_ref.map(ToOwned::to_owned),
        registrations: other.map(|version| vec![Registration { version, idis_ref: "IDIS-1".to_owned() }]),
        public_wording: String::new(),
    };
    let done = |close: &Close, known: &Named| all_registered(&registered(close, known), known);
    assert!(!done(&close(Some("IDIS-2"), None), &known), "the first is in no register");
    assert!(!done(&close(None, Some(1)), &known));
    assert!(done(&close(Some("IDIS-2"), Some(1)), &known));
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day);
    (known.standing[0].start_on, known.standing[1].start_on) = (day(2), day(9));
    assert_eq!(owed_since(None, &[], &known), day(2), "the first that is in force");
    known.standing[0].idis_ref = Some("IDIS-1".to_owned());
    assert!(done(&close(Some("IDIS-2"), None), &known));
    let paper = Document { number: "1".to_owned(), dated: NaiveDate::default(), file: None };
    let ends = cancelled(&paper, known.standing.get(1), &known);
    assert_eq!(owed_since(ends.as_ref(), &[], &known), None, "what is left is registered");
    assert_eq!(owed_since(None, &[], &known), day(9));
    let told = SanctionDates { id: None, category: Category::Discipline, start_on: day(11), idis_ref: None };
    assert_eq!(owed_since(None, &[told], &known), day(11), "what is told now of the newest");
    let code = "R1".to_owned();
    let lightened = after_appeal(TrackState::Lightened, Some(&code), &paper, &known);
    assert_eq!(owed_since(lightened.as_ref(), &[], &known), Some(paper.dated), "in force since the outcome");
}
