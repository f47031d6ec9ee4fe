//! Numbers as they are typed, right and wrong.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn warned(nip: &str, employment: Employment) -> Vec<Warning> {
    warnings(Nip::read(nip).as_ref(), None, Some(employment), |_| true)
}

#[test]
fn blanks_and_dots_do_not_make_another_number() {
    assert_eq!(nip("19860926 201505 1 001").as_deref(), Some("198609262015051001"));
    assert_eq!(nip("19860926.201505.1.001"), nip("198609262015051001"));
}

#[test]
fn a_contract_number_with_24_as_month_is_valid() {
    assert!(warned("199009132025242014", Employment::Pppk).is_empty());
}

#[test]
fn a_tenured_number_with_month_13_looks_like_one_on_contract() {
    assert_eq!(warned("198609262015131001", Employment::Pns), [Warning::LooksLikePppk]);
    assert_eq!(warned("198609262015131001", Employment::Pppk), []);
    assert_eq!(Nip::read("198609262015131001").unwrap().kind(None), NumberKind::NiPppk);
}

#[test]
fn an_appointment_before_seventeen_is_a_warning_and_no_refusal() {
    assert_eq!(warned("198609262003081001", Employment::Pns), [Warning::AppointedTooYoung]);
    assert_eq!(warned("198609262003091001", Employment::Pns), []);
}

#[test]
fn impossible_numbers_are_refused() {
    for wrong in
        ["198613262015051001", "198609262015053001", "198609262015051000", "12345", "19860926201505100A", "196502011"]
    {
        assert!(nip(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn a_womans_nik_has_her_day_plus_forty() {
    let seen_on = day("2026-11-20");
    let woman = decode(None, Nik::read("3273056010900009").as_ref(), None, seen_on).unwrap();
    assert_eq!((woman.sex, woman.born_on), (Sex::Female, Some(day("1990-10-20"))));
    let man = decode(None, Nik::read("3602041211870001").as_ref(), None, seen_on).unwrap();
    assert_eq!((man.sex, man.born_on, man.age), (Sex::Male, Some(day("1987-11-12")), Some(39)));
    assert!(nik("3273057510900009").is_none());
    assert!(nik("3273053210900009").is_none() && nik("3273050010900009").is_none());
    assert!(nik("3273056013900009").is_none() && nik("3273056010900000").is_none());
}

#[test]
fn a_nik_that_differs_from_the_nip_or_names_an_unknown_region_warns() {
    let (nip, nik) = (Nip::read("198609262015051001").unwrap(), Nik::read("9973056010900009").unwrap());
    let found = warnings(Some(&nip), Some(&nik), Some(Employment::Pns), |code| code != "99.73");
    assert_eq!(found, [Warning::UnknownRegion, Warning::BirthDatesDiffer, Warning::SexesDiffer]);
    let unreal = Nik::read("3273053102900009").unwrap();
    assert_eq!(warnings(None, Some(&unreal), None, |_| true), [Warning::UnrealBirthDate]);
}

#[test]
fn a_number_tells_birth_age_sex_and_appointment() {
    let nip = Nip::read("198609262015051001").unwrap();
    let told = decode(Some(&nip), None, Some(Employment::Pns), day("2026-09-25")).unwrap();
    assert_eq!((told.born_on, told.age, told.sex), (Some(day("1986-09-26")), Some(39), Sex::Male));
    assert_eq!((told.appointed.as_deref(), told.contract_code), (Some("2015-05"), None));
    let contract = Nip::read("199009132025242014").unwrap();
    let told = decode(Some(&contract), None, Some(Employment::Pppk), day("2026-09-25")).unwrap();
    assert_eq!(
        (told.kind, told.appointed.as_deref(), told.contract_code),
        (NumberKind::NiPppk, Some("2025"), Some(24))
    );
}

proptest! {
    #[test]
    fn any_real_birth_date_makes_a_number_that_reads_back(
        days in 0i64..30_000, year in 1980i32..2030, code in 0u32..100, sex in 1u32..3, sequence in 1u32..1000,
    ) {
        let born_on = day("1930-01-01") + chrono::Duration::days(days);
        let text = format!("{}{year}{code:02}{sex}{sequence:03}", born_on.format("%Y%m%d"));
        let nip = Nip::read(&text).unwrap();
        prop_assert_eq!((nip.born_on, nip.year, nip.month_or_code, nip.digits), (born_on, year, code, text));
    }

    #[test]
    fn a_nik_agrees_with_the_birth_date_it_was_made_of(days in 0i64..40_000, woman in any::<bool>(), sequence in 1u32..10_000) {
        use chrono::Datelike as _;
        let born_on = day("1930-01-01") + chrono::Duration::days(days);
        let dd = born_on.day() + if woman { 40 } else { 0 };
        let text = format!("327305{dd:02}{:02}{:02}{sequence:04}", born_on.month(), born_on.year() % 100);
        let nik = Nik::read(&text).unwrap();
        prop_assert!(nik.agrees_on_birth(born_on));
        prop_assert_eq!(nik.sex, if woman { Sex::Female } else { Sex::Male });
    }

    #[test]
    fn nothing_typed_makes_it_panic(text in "\\PC{0,40}") {
        let _ = (Nip::read(&text), Nik::read(&text));
    }
}
