//! Who sees which case is written twice: as `policy::sees` for a case at hand, and as a condition of queries. They are
//! held against each other here, case by case, over random cases and seats; a difference would be a leak or a blind spot.

use netral::db::Pool;
use netral::db::access::Untraced;
use netral::db::case_list::{self, CaseFilter};
use netral::db::cases::{self, Found, Sight};
use netral::domain::actor::{Officer, Role, Scope};
use netral::domain::marks::{self, Marks};
use netral::domain::policy::{self, Reach, visible};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use crate::harness::TestApp;

/// Marks, as hexadecimal digits of one byte 32 times.
const MARKS: [&str; 3] = ["11", "22", "33"];
const PERSON: Uuid = Uuid::from_u128(3);
const UNITS: [&str; 2] = ["Bidang Satu", "Bidang Dua"];
const RECUSED: Uuid = Uuid::from_u128(1);
// Neighbours by text: a prefix is not yet a parent.
const REGIONS: [&str; 4] = ["15.71", "15", "15.01", "73.71"];

/// Cases in every combination of what sight depends on, each value drawn by the database.
fn planted(agencies: &[Uuid]) -> String {
    let one_of =
        |values: Vec<String>| format!("(ARRAY[{}])[1 + (n * 7919 + {{}}) % {}]", values.join(", "), values.len());
    let text = |values: &[&str]| values.iter().map(|v| format!("'{v}'")).collect::<Vec<_>>();
    let draw = |values: Vec<String>, salt: &str| one_of(values).replace("{}", salt);
    let some_agency: Vec<String> =
        agencies.iter().map(|id| format!("'{id}'::uuid")).chain(["NULL::uuid".to_owned()]).collect();
    let mark = |mark: &str| format!("decode(repeat('{mark}', 32), 'hex')");
    let some_mark = [MARKS.map(mark).to_vec(), vec!["NULL".to_owned()]].concat();
    let some_unit = [text(&UNITS), vec!["NULL".to_owned()]].concat();
    format!(
        "CREATE TEMP TABLE drawn AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, 400) n; \
         INSERT INTO cases (id, case_number, version, state, state_since, election_regime, region_code, agency_id, \
           reviewing_agency_id, referral_kind, addressed, conflict_of_interest, excluded_officers, barred_marks, event_seq, event_hash, created_at) \
         SELECT id, 'REG-UJI-' || n, 1, 'triage', now(), 'none', {region}, {agency}, {reviewing}, {referral}, n % 5 < 3, n % 3 = 0, \
           CASE n % 7 WHEN 0 THEN ARRAY['{recused}'::uuid] WHEN 1 THEN ARRAY[gen_random_uuid(), '{recused}'::uuid] ELSE '{{}}' END, \
           CASE n % 13 WHEN 0 THEN ARRAY[{mark}, decode(repeat('44', 32), 'hex')] ELSE '{{}}' END, 1, decode(repeat('00', 32), 'hex'), now() FROM drawn; \
         INSERT INTO persons (id, created_at) VALUES ('{PERSON}', now()); \
         INSERT INTO subjects (case_id, nip_index, nik_index, person_id, typed_agency_id, work_unit, resolution) \
           SELECT id, CASE n % 4 WHEN 0 THEN {mark} END, CASE n % 9 WHEN 0 THEN {mark} END, CASE n % 11 WHEN 0 THEN '{PERSON}'::uuid END, {typed}, {unit}, 'typed' FROM drawn",
        recused = RECUSED,
        region = draw(text(&REGIONS), "n / 3"),
        agency = draw(some_agency.clone(), "n / 11"),
        typed = draw(some_agency.clone(), "n / 2"),
        reviewing = draw(some_agency, "n / 5"),
        referral = draw(vec!["NULL".to_owned(), "'formal_report'".to_owned(), "NULL".to_owned()], "n / 2"),
        mark = draw(some_mark, "n / 13"),
        unit = draw(some_unit, "n / 17"),
    )
}

fn seat(roll: [usize; 6], agencies: &[Uuid]) -> Officer {
    let [role, agency, region, unit, mark, officer] = roll;
    let own = [[0x11; 32], [0x22; 32], [0x33; 32]].map(|mark| mark.to_vec());
    // However it is typed, and of another seat as well.
    let elsewhere = agencies[(agency + 1) % agencies.len()];
    let units = match unit % 4 {
        0 => vec![],
        1 => vec![marks::unit(agencies[agency % agencies.len()], " bidang SATU ")],
        2 => vec![marks::unit(elsewhere, UNITS[0])],
        _ => vec![marks::unit(agencies[agency % agencies.len()], UNITS[1]), marks::unit(elsewhere, UNITS[0])],
    };
    let known = match mark % 5 {
        0 | 1 => vec![],
        2 => vec![marks::person(PERSON)],
        n => vec![own[n % 3].clone()],
    };
    // Whose agencies protect a subject: that of the seat, and now and then that of another as well.
    let agency = agencies[agency % agencies.len()];
    let within = match unit % 3 {
        0 => vec![marks::agency(agency), marks::agency(elsewhere)],
        _ => vec![marks::agency(agency)],
    };
    Officer {
        officer_id: [RECUSED, Uuid::from_u128(2)][officer % 2],
        seat_id: Uuid::nil(),
        role: Role::ALL[role % Role::ALL.len()],
        agency_id: agency,
        region_code: ["", "15", "15.71", "15.7", "73", "15.01"][region % 6].to_owned(),
        marks: Marks([units, known, within].concat()),
        // A machine with a token for nothing sees nothing.
        scopes: if mark % 3 == 0 { Vec::new() } else { Scope::ALL.to_vec() },
    }
}

async fn list(pool: &Pool, filter: &CaseFilter, sight: &Sight) -> Vec<Found> {
    let found = case_list::page(pool, filter, sight).await.unwrap();
    found.into_iter().map(Untraced::shown_to_nobody).collect()
}

#[tokio::test]
async fn a_seat_finds_exactly_the_cases_it_may_see() {
    let app = TestApp::start().await;
    let ids = app.db.values("SELECT id AS value FROM agencies WHERE code IN ('PEMDA1571', 'PEMDA15', 'BKN')").await;
    let agencies: Vec<Uuid> = ids.iter().map(|id| id.parse().unwrap()).collect();
    app.db.execute(&planted(&agencies)).await;
    let everything = CaseFilter { limit: 1_000, ..CaseFilter::default() };
    let pool = &app.app.pool;
    let all = list(pool, &everything, &Sight::Everything).await;
    assert_eq!(all.len(), 400);
    let rolls = proptest::collection::vec(proptest::array::uniform6(0_usize..1_000), 300..=300);
    let (mut seen_in_all, mut excluded_in_all) = (0, 0);
    for roll in rolls.new_tree(&mut TestRunner::deterministic()).unwrap().current() {
        let officer = seat(roll, &agencies);
        let may: Vec<&str> = all
            .iter()
            .filter(|found| policy::sees(&officer, &found.case, &found.subject))
            .map(|found| found.case.case_number.as_str())
            .collect();
        let sight = Sight::Seat(visible(&officer));
        let found = list(pool, &everything, &sight).await;
        let listed: Vec<&str> = found.iter().map(|found| found.case.case_number.as_str()).collect();
        assert_eq!(listed, may, "{officer:?}");
        // One by one as well, by the statement that reads a single case.
        let one = &all[roll[0] % all.len()].case.case_number;
        let single = cases::find(pool, one, &sight).await.unwrap();
        assert_eq!(single.is_some(), may.contains(&one.as_str()), "{one} for {officer:?}");
        seen_in_all += may.len();
        excluded_in_all += all.iter().filter(|f| policy::excluded(&officer, &f.case, &f.subject)).count();
        assert!(may.is_empty() || visible(&officer).reach != Reach::NoCase);
    }
    assert!(
        seen_in_all > 5_000 && excluded_in_all > 5_000,
        "the draw shows too little: {seen_in_all}, {excluded_in_all}"
    );
}
