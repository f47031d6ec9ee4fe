//! Whoever works on several merged cases locks the merged ones before their master, so that no two officers wait for each other.

use std::time::Duration;

use netral::db::cases::{Sight, lock};
use netral::db::{Tx, pool};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Call, Persona, TestApp, steps};

const REASON: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";

/// Returns once somebody waits for a lock.
async fn somebody_waits(app: &TestApp) {
    let waiting = "SELECT count(*) AS value FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..2_000 {
        if app.db.value(waiting).await != "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits");
}

/// Two cases merged into a third, the older first, all still in triage.
async fn merged(app: &TestApp) -> [String; 3] {
    let [older, newer, master] =
        [app.case_after(&["take"]).await, app.case_after(&["take"]).await, app.case_after(&["take"]).await];
    for case in [&older, &newer] {
        app.fire_with(case, "merge", &merge_into(app, &master)).await;
    }
    [older, newer, master]
}

fn merge_into(app: &TestApp, master: &str) -> Value {
    let mut merge = steps::input(app, "merge");
    merge["master_case_number"] = master.into();
    merge
}

async fn fire<'a>(app: &'a TestApp, by: Persona, case: &str, verb: &str, input: &Value) -> Call<'a> {
    let call = app.post(&format!("/v1/cases/{case}/transitions")).by(by).if_match(app.version(case).await);
    call.json(&steps::action(verb, input))
}

/// What is asked waits for the case held, and meanwhile holds none of the others; then it is done.
async fn waits_for_the_merged_case_first(app: &TestApp, held: &str, others: &[&str], call: Call<'_>, status: u16) {
    let owner = pool(&app.db.url, None, 1).unwrap();
    let mut holder = Tx::begin(&owner).await.unwrap();
    assert!(lock(&mut holder, held, &Sight::Everything).await.unwrap().is_some());
    let meanwhile = async {
        somebody_waits(app).await;
        for other in others {
            app.db.execute(&format!("SELECT FROM cases WHERE case_number = '{other}' FOR UPDATE NOWAIT")).await;
        }
        holder.rollback().await.unwrap();
    };
    let (_, ()) = futures_util::join!(call.expect(status), meanwhile);
}

#[tokio::test]
async fn who_accepts_a_master_waits_for_the_cases_merged_into_it_before_he_holds_it() {
    let app = TestApp::start().await;
    let [older, newer, master] = merged(&app).await;
    let accept = fire(&app, Persona::Triage, &master, "accept", &steps::input(&app, "accept")).await;
    waits_for_the_merged_case_first(&app, &older, &[&newer, &master], accept, 200).await;
    let unit = json!({ "work_unit": "Bidang Angkutan", "reason": REASON });
    let path = format!("/v1/cases/{master}/subject/work-unit");
    let correct = app.call(Method::PUT, &path).by(Persona::Inspector).if_match(app.version(&master).await).json(&unit);
    waits_for_the_merged_case_first(&app, &newer, &[&master], correct, 200).await;
}

#[tokio::test]
async fn who_undoes_a_merge_or_steps_back_waits_for_the_older_merged_case_before_he_holds_his_own() {
    let app = TestApp::start().await;
    let [older, newer, master] = merged(&app).await;
    app.fire(&master, "accept").await;
    let recusal =
        app.post(&format!("/v1/cases/{newer}/recusals")).by(Persona::SecondTriage).json(&json!({ "reason": REASON }));
    waits_for_the_merged_case_first(&app, &older, &[&newer, &master], recusal, 201).await;
    let unmerge = fire(&app, Persona::Lead, &newer, "unmerge", &steps::input(&app, "unmerge")).await;
    waits_for_the_merged_case_first(&app, &older, &[&newer, &master], unmerge, 200).await;
    assert_eq!(app.state(&newer).await, "triage");
}

#[tokio::test]
async fn who_merges_one_more_case_waits_for_those_merged_before_he_holds_the_master() {
    let app = TestApp::start().await;
    let [older, newer, master] = merged(&app).await;
    let further = app.case_after(&["take"]).await;
    let merge = fire(&app, Persona::Triage, &further, "merge", &merge_into(&app, &master)).await;
    waits_for_the_merged_case_first(&app, &older, &[&newer, &master, &further], merge, 200).await;
}

#[tokio::test]
async fn who_joins_two_persons_or_names_the_person_of_another_case_waits_for_merged_cases_before_he_holds_his_own() {
    let app = TestApp::start().await;
    let further = app.case_after(&["take", "accept"]).await;
    let by_nik = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"] = json!({ "nik": "3602041211870001", "employment": "pns" });
    app.fire_with(&by_nik, "accept", &accept).await;
    let [older, newer, master] = merged(&app).await;
    app.fire(&master, "accept").await;

    let same = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["same_person_as"] = master.as_str().into();
    let accept = fire(&app, Persona::Triage, &same, "accept", &accept).await;
    waits_for_the_merged_case_first(&app, &older, &[&newer, &master, &same], accept, 200).await;

    let join = async || {
        let body = json!({ "same_person_as": master, "reason": REASON });
        let path = format!("/v1/cases/{by_nik}/subject/person");
        app.call(Method::PUT, &path).by(Persona::Lead).if_match(app.version(&by_nik).await).json(&body)
    };
    let others = [&newer, &further, &by_nik, &master, &same].map(String::as_str);
    waits_for_the_merged_case_first(&app, &older, &others, join().await, 200).await;
    assert_eq!(app.db.count("persons").await, 1);
}
