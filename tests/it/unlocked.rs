//! A transition decided on a case that was read and not locked is written only while nothing about it has changed since.

use futures_util::future::join_all;
use netral::api::setting;
use netral::db::cases::Sought;
use netral::db::idempotency::KeptReply;
use netral::db::{self, Tx};
use netral::domain::action::Action;
use netral::domain::actor::Actor;
use netral::flows::exclusions::recognised;
use netral::flows::transition::{plan, sight};
use serde_json::{Value, json};

use crate::harness::db::signed_in;
use crate::harness::{Persona, TestApp, steps};

async fn actor(app: &TestApp, persona: Persona) -> Actor {
    let mut tx = Tx::begin(&app.app.pool).await.unwrap();
    let seated = db::officers::acting_in(&mut tx, signed_in(persona).seat_id).await.unwrap().unwrap();
    Actor::Officer(recognised(&app.app.keys, seated))
}

fn reply(app: &TestApp) -> KeptReply {
    KeptReply {
        key_hash: vec![7; 32],
        fingerprint: vec![8; 32],
        status: 200,
        reply: "{}".to_owned(),
        created_at: app.now(),
    }
}

#[tokio::test]
async fn whatever_changes_about_a_case_meanwhile_keeps_a_plan_from_being_written() {
    let changes = [
        ("another step", "UPDATE cases SET version = version + 1"),
        ("a clock counted anew", "UPDATE cases SET next_due_at = next_due_at + interval '1 day'"),
        (
            "an officer who stepped back",
            "UPDATE cases SET excluded_officers = array_append(excluded_officers, gen_random_uuid())",
        ),
        ("a merge into it", "UPDATE cases SET next_due_at = next_due_at"),
    ];
    for (what, change) in changes {
        let app = TestApp::start().await;
        let case = app.case_after(&[]).await;
        let (setting, triage) = (setting(&app.app), actor(&app, Persona::Triage).await);
        let sight = sight(&triage);
        let sought = Sought { number: &case, sight: &sight };
        let seen = sought.read(&app.app.pool).await.unwrap().unwrap();
        let planned = plan(&setting, &triage, seen, 1, &Action::Take).unwrap();
        app.db.execute(change).await;
        let before = app.db.row_counts().await;
        assert!(!planned.write(&app.app.pool, Some(&reply(&app))).await.unwrap(), "{what}");
        assert_eq!((app.state(&case).await.as_str(), app.db.row_counts().await), ("submitted", before), "{what}");
        // Read again, it is written with its reply, which is kept once.
        let seen = sought.read(&app.app.pool).await.unwrap().unwrap();
        let version = seen.0.case.version;
        let planned = plan(&setting, &triage, seen, version, &Action::Take).unwrap();
        assert!(planned.write(&app.app.pool, Some(&reply(&app))).await.unwrap(), "{what}");
        assert_eq!((app.state(&case).await.as_str(), app.db.count("idempotency_keys").await), ("triage", 2), "{what}");
    }
}

#[tokio::test]
async fn what_needs_more_than_the_case_is_left_to_the_lock() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let (setting, triage) = (setting(&app.app), actor(&app, Persona::Triage).await);
    let sight = sight(&triage);
    let seen = Sought { number: &case, sight: &sight }.read(&app.app.pool).await.unwrap().unwrap();
    for verb in ["ask", "accept", "dismiss", "transfer_out", "merge", "take"] {
        let action = steps::action(verb, &steps::input(&app, verb));
        let action: Action = serde_json::from_value(action).unwrap();
        assert!(plan(&setting, &triage, seen.clone(), seen.0.case.version, &action).is_none(), "{verb}");
    }
    // A version that is not the case's, and a law that is not the one in hand, are looked into under the lock.
    let fresh = app.case_after(&[]).await;
    let (facts, row) = Sought { number: &fresh, sight: &sight }.read(&app.app.pool).await.unwrap().unwrap();
    assert!(plan(&setting, &triage, (facts.clone(), row.clone()), 2, &Action::Take).is_none());
    let mut newer = facts;
    newer.law_version += 1;
    assert!(plan(&setting, &triage, (newer, row), 1, &Action::Take).is_none());
}

#[tokio::test]
async fn many_who_take_one_case_at_once_take_it_once() {
    let app = TestApp::start().await;
    let case = app.case_after(&[]).await;
    let path = format!("/v1/cases/{case}/transitions");
    let officers = [Persona::Triage, Persona::SecondTriage];
    let takes = (0..12).map(|n| {
        let call = app.post(&path).by(officers[n % 2]).key(&format!("ambil-{n}")).if_match(1);
        call.json(&json!({ "action": "take" })).send()
    });
    let replies = join_all(takes).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for refused in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!((refused.status, refused.at("/current/state")), (412, &Value::from("triage")));
    }
    let events = "SELECT kind AS value FROM events ORDER BY seq";
    assert_eq!(app.db.values(events).await, ["submit", "take"]);
    // The report's own key and the winner's.
    assert_eq!(app.db.count("idempotency_keys").await, 2);
}
