//! Tracks beside the main state as officers take them: who may, in which order, with what data, and that no case closes
//! while one of them is live.

use chrono::Duration;
use netral::domain::tracks::Track;
use serde_json::{Value, json};

use crate::harness::{Persona, Receipt, Reply, TestApp, steps};
use crate::sample;

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];

async fn label(app: &TestApp, receipt: &Receipt) -> String {
    app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await.text("/label/id").to_owned()
}

/// A report that Bawaslu suspects to be a crime, taken as sufficient, so that a recommendation can follow.
async fn suspected(app: &TestApp) -> Receipt {
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take", "refer_directly"]).await;
    let mut breach = steps::input(app, "record_breach_as_sufficient");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&receipt.case, "record_breach_as_sufficient", &breach).await;
    receipt
}

/// The same after the inspectorate has reviewed it, so that it can go to the PPK.
async fn reviewed_and_suspected(app: &TestApp) -> Receipt {
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take", "accept", "refer"]).await;
    let mut breach = steps::input(app, "record_breach");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&receipt.case, "record_breach", &breach).await;
    receipt
}

async fn stopped(app: &TestApp, case: &str) {
    let document = json!({ "number": "S.Tap/1/2026", "dated": app.day(0) });
    let step = json!({ "to": "stopped", "document": document, "stop_reason": "evidence" });
    assert_eq!(app.try_step(Persona::Liaison, case, "criminal", &step).await.status, 200);
}

async fn convicted(app: &TestApp, case: &str) {
    for to in ["at_gakkumdu", "investigation", "prosecution", "trial", "convicted"] {
        app.step(Persona::Liaison, case, "criminal", to, None).await;
    }
}

/// The conditions a refusal names.
fn guards(reply: &Reply) -> Vec<&str> {
    reply.at("/guards").as_array().into_iter().flatten().map(|guard| guard["name"].as_str().unwrap()).collect()
}

async fn tracks(app: &TestApp, by: Persona, case: &str, track: &str) -> Value {
    let reply = app.get(&format!("/v1/cases/{case}/tracks")).by(by).expect(200).await;
    let all = reply.at("/data").as_array().unwrap().clone();
    assert_eq!(all.len(), Track::ALL.len());
    all.into_iter().find(|one| one["track"] == track).unwrap()
}

#[tokio::test]
async fn a_merge_moves_live_tracks_to_the_master_and_each_reporter_reads_only_its_label() {
    let app = TestApp::start().await;
    let (b, a) = (suspected(&app).await, app.submit(&app.report()).await);
    app.walk(&a.case, &["take", "accept"]).await;
    let merge = json!({ "master_case_number": a.case, "reason": "Laporan tentang perbuatan yang sama." });
    let merged = app.fire_with(&b.case, "merge", &merge).await;
    assert_eq!((merged.text("/state"), merged.text("/closure_reason")), ("closed", "merged_duplicate"));
    assert_eq!(
        (app.track(&b.case, "criminal").await, app.track(&a.case, "criminal").await),
        ("none".into(), "suspected".into())
    );
    assert_eq!(label(&app, &b).await, "Sedang diperiksa", "B's reporter reads A's label");
    let ran = tracks(&app, Persona::Auditor, &a.case, "criminal").await;
    assert_eq!(ran["runs"][0]["steps"][0]["state"], "suspected");
    let events = app.get(&format!("/v1/cases/{}/events", a.case)).by(Persona::Auditor).expect(200).await;
    assert!(events.body().contains("tracks.received"), "{}", events.body());
    let draft = app.try_to(Persona::Inspector, &a.case, "find_unproven", &steps::input(&app, "find_unproven")).await;
    assert_eq!(guards(&draft.problem("guard-failed")), ["all_tracks_terminal"], "the master cannot close before it");
    app.step(Persona::Auditor, &a.case, "criminal", "at_gakkumdu", None).await;
    app.fire_with(&b.case, "unmerge", &json!({ "reason": "Perbuatan ternyata tidak sama." })).await;
    assert_eq!((app.state(&b.case).await, label(&app, &b).await), ("triage".into(), "Sedang diverifikasi".into()));
    assert_eq!(app.track(&a.case, "criminal").await, "at_gakkumdu", "what went over stays");
}

#[tokio::test]
async fn a_case_is_not_merged_while_the_same_kind_of_track_runs_in_both() {
    let app = TestApp::start().await;
    let (one, other) = (suspected(&app).await, suspected(&app).await);
    let merge = json!({ "master_case_number": other.case, "reason": "Laporan tentang perbuatan yang sama." });
    let refused = app.try_to(Persona::Triage, &one.case, "merge", &merge).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["no_track_runs_twice"]);
    stopped(&app, &other.case).await;
    app.fire_with(&one.case, "merge", &merge).await;
    assert_eq!(app.track(&other.case, "criminal").await, "suspected", "the live one goes on beside the one that ended");
    let runs = tracks(&app, Persona::Auditor, &other.case, "criminal").await["runs"].clone();
    let states: Vec<&Value> = runs.as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["suspected", "stopped"]);
}

#[tokio::test]
async fn a_suspected_crime_lets_the_recommendation_proceed_and_keeps_the_case_from_closing() {
    let app = TestApp::start().await;
    let case = reviewed_and_suspected(&app).await.case;
    app.walk(&case, &["send_recommendation", "impose_sanction", "take_effect"]).await;
    let close = steps::input(&app, "close");
    let refused = app.try_to(Persona::Auditor, &case, "close", &close).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["all_tracks_terminal"]);
    assert_eq!(app.case(Persona::Auditor, &case).await.at("/live_tracks"), &json!(["criminal"]));
    stopped(&app, &case).await;
    assert_eq!(app.fire(&case, "close").await.text("/closure_reason"), "proven_sanctioned");
}

#[tokio::test]
async fn a_silent_ppk_is_warned_reprimanded_and_blocked_and_only_lifting_ends_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let letter = json!({ "number": "B/7/KR.VII/2026", "dated": app.day(0) });
    let warning = json!({ "to": "warning", "document": letter });
    let early = app.try_step(Persona::Auditor, &case, "control", &warning).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["follow_up_overdue_or_explained"]);
    assert_eq!(app.try_step(Persona::Ppk, &case, "control", &warning).await.status, 403);
    app.advance(Duration::days(15));
    app.step(Persona::Auditor, &case, "control", "warning", None).await;
    let soon =
        app.try_step(Persona::Auditor, &case, "control", &json!({ "to": "reprimand", "document": letter })).await;
    assert_eq!(guards(&soon.problem("guard-failed")), ["warned_long_enough_or_explained"]);
    app.advance(Duration::days(6));
    app.step(Persona::Auditor, &case, "control", "reprimand", None).await;
    let blocked = app.step(Persona::Auditor, &case, "control", "blocked", None).await;
    assert_eq!(blocked.text("/state"), "ppk_action", "the main state never moves");
    let told = app.deliver_all().await;
    let about = |persona: Persona| {
        told.iter().filter(|mail| mail.to == persona.email() && mail.subject.contains(&case)).count()
    };
    assert!(about(Persona::Ppk) >= 3 && about(Persona::Taskforce) >= 3, "PPK and task force are told of each step");
    app.walk(&case, &["impose_sanction", "take_effect"]).await;
    assert_eq!(app.track(&case, "control").await, "blocked", "deciding lifts nothing");
    let counts = app.get("/v1/compliance").by(Persona::Taskforce).expect(200).await;
    assert_eq!((counts.text("/data/0/agency_code"), counts.at("/data/0/blocked")), ("PEMDA1571", &json!(1)));
    let refused = app.try_to(Persona::Auditor, &case, "close", &steps::input(&app, "close")).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["all_tracks_terminal"]);
    app.step(Persona::Auditor, &case, "control", "lifted", None).await;
    app.fire(&case, "close").await;
}

#[tokio::test]
async fn a_warning_before_its_time_needs_a_reason_and_can_be_taken_back() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let reason = "PPK menyatakan tidak akan menindaklanjuti.";
    let letter = json!({ "number": "B/8/KR.VII/2026", "dated": app.day(0) });
    let warned = app
        .try_step(Persona::Auditor, &case, "control", &json!({ "to": "warning", "document": letter, "reason": reason }))
        .await;
    assert_eq!(warned.status, 200, "{}", warned.body());
    let back = app.try_step(Persona::Auditor, &case, "control", &json!({ "to": "none", "reason": reason })).await;
    assert_eq!(back.at("/live_tracks"), &json!([]));
    let seen = tracks(&app, Persona::Ppk, &case, "control").await;
    assert_eq!((&seen["state"], &seen["exists"]), (&json!("none"), &json!(true)), "the PPK sees what was said of it");
}

#[tokio::test]
async fn an_appeal_that_cancels_the_sanction_leaves_a_case_with_live_proceedings_in_monitoring() {
    let app = TestApp::start().await;
    let receipt = reviewed_and_suspected(&app).await;
    let case = &receipt.case;
    app.walk(case, &["send_recommendation", "impose_sanction", "file_appeal"]).await;
    app.step(Persona::Ppk, case, "appeal", "examined", None).await;
    let cancelled = app.fire(case, "cancel_on_appeal").await;
    assert_eq!(
        (cancelled.text("/state"), cancelled.text("/administrative_result")),
        ("monitoring", "sanction_cancelled")
    );
    assert_eq!(
        (app.track(case, "appeal").await, app.track(case, "discipline").await),
        ("cancelled".into(), "cancelled".into())
    );
    assert_eq!(label(&app, &receipt).await, "Dalam kajian instansi terkait", "nothing of the proceedings shows");
    convicted(&app, case).await;
    assert_eq!(label(&app, &receipt).await, "Pemantauan pelaksanaan");
    assert_eq!(app.fire(case, "close").await.text("/closure_reason"), "sanction_cancelled");
}

#[tokio::test]
async fn a_suspected_heavy_breach_is_examined_by_a_team_step_by_step() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude"]).await;
    let mut send = steps::input(&app, "send_recommendation");
    // One heavy proposal is enough to suspect a heavy breach.
    send["proposed_sanctions"] = json!(["S1", "B1"]);
    app.fire_with(&case, "send_recommendation", &send).await;
    let (today, soon) = (app.day(0), app.day(5));
    let letter = json!({ "number": "800/1/BKPSDM", "dated": today });
    let bare =
        app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "summoned", "stop_reason": "other" })).await;
    assert_eq!(bare.faults(), [("/document", "required"), ("/day", "required"), ("/stop_reason", "unknown-field")]);
    let released = json!({ "to": "summoned", "document": letter, "day": soon, "temporary_release": true });
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &released).await.status, 200);
    let seen = tracks(&app, Persona::Ppk, &case, "discipline").await;
    assert_eq!(
        (&seen["runs"][0]["temporary_release"], &seen["runs"][0]["steps"][0]["day"]),
        (&json!(true), &json!(soon))
    );
    let allowed: Vec<&str> = seen["allowed_steps"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(allowed, ["summoned_2", "team_formed", "examined"]);
    assert_eq!(tracks(&app, Persona::Taskforce, &case, "discipline").await["allowed_steps"], json!([]));
    let alone = json!({ "to": "examined", "document": letter, "day": today });
    let refused = app.try_step(Persona::Ppk, &case, "discipline", &alone).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["team_where_heavy"]);
    let warned = app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "delivered", "day": today })).await;
    warned.problem("not-in-state");
    app.step(Persona::Ppk, &case, "discipline", "team_formed", None).await;
    app.step(Persona::Ppk, &case, "discipline", "examined", Some(&today)).await;
    let mut impose = steps::input(&app, "impose_sanction");
    impose["sanction_code"] = "B1".into();
    let decided = app.fire_with(&case, "impose_sanction", &impose).await;
    assert!(decided.at("/warnings").is_null(), "the team is on record: {}", decided.body());
    let tomorrow = json!({ "to": "delivered", "day": app.day(1) });
    assert_eq!(guards(&app.try_step(Persona::Ppk, &case, "discipline", &tomorrow).await), ["day_by_today"]);
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&today)).await;
    app.advance(Duration::days(30));
    let another = app.try_to(Persona::Ppk, &case, "take_effect", &json!({ "delivered_on": app.day(-20) })).await;
    assert_eq!(
        guards(&another.problem("guard-failed")),
        ["delivered_by_today", "appeal_window_passed"],
        "another day is on record"
    );
    app.fire_with(&case, "take_effect", &json!({ "delivered_on": today })).await;
    let steps = tracks(&app, Persona::Auditor, &case, "discipline").await["runs"][0]["steps"].clone();
    let course: Vec<&str> = steps.as_array().unwrap().iter().filter_map(|step| step["state"].as_str()).collect();
    assert_eq!(course, ["summoned", "team_formed", "examined", "decided", "delivered", "in_force"]);
    assert_eq!(tracks(&app, Persona::Auditor, &case, "discipline").await["runs"][0]["temporary_release"], json!(false));
}

#[tokio::test]
async fn an_ethics_council_that_recommends_administrative_action_opens_the_discipline_track() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let today = app.day(0);
    app.step(Persona::Ppk, &case, "ethics", "council_formed", None).await;
    app.step(Persona::Ppk, &case, "ethics", "hearing", Some(&today)).await;
    let letter = json!({ "number": "MKE/3/2026", "dated": today });
    let ended = json!({ "to": "not_proven", "document": letter, "admin_action_recommended": true });
    let reply = app.try_step(Persona::Ppk, &case, "ethics", &ended).await;
    assert_eq!((reply.at("/live_tracks"), reply.text("/state")), (&json!(["discipline"]), "ppk_action"));
    assert_eq!(app.track(&case, "discipline").await, "recommended");
    app.step(Persona::Ppk, &case, "discipline", "summoned", Some(&today)).await;
    let unproven = app.fire(&case, "report_unproven").await;
    assert_eq!(unproven.text("/state"), "closed", "the PPK's result ends the track, so the case may close");
    assert_eq!(app.track(&case, "discipline").await, "not_proven");
}

#[tokio::test]
async fn a_referral_keeps_its_numbers_and_each_referral_is_one_of_its_own() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "refer"]).await;
    for to in ["received", "completion_requested", "registered"] {
        app.step(Persona::Liaison, &case, "referral", to, None).await;
    }
    let early = json!({ "to": "no_breach", "document": { "number": "1", "dated": app.day(0) } });
    let refused = app.try_step(Persona::Liaison, &case, "referral", &early).await;
    refused.problem("not-in-state");
    app.walk(&case, &["return_referral", "refer", "record_breach"]).await;
    let seen = tracks(&app, Persona::Liaison, &case, "referral").await;
    let course = |run: usize| -> Vec<String> {
        let steps = seen["runs"][run]["steps"].as_array().unwrap();
        steps.iter().map(|step| step["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(course(0), ["sent", "received", "completion_requested", "registered", "needs_agency_examination"]);
    assert_eq!(course(1), ["sent", "other_law_breach"]);
    assert_eq!(seen["runs"][0]["steps"][1]["document_number"], "200/received/2026");
    assert_eq!(seen["runs"][0]["referral_kind"], "preliminary_information");
    let owner = app.deliver_all().await;
    assert!(owner.iter().any(|mail| mail.to == Persona::Inspector.email()), "who must complete it is told");
}

#[tokio::test]
async fn a_subject_who_leaves_the_service_leaves_tracks_that_are_ended_before_the_case_closes() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "refer"]).await;
    let left = app.fire(&case, "record_departure").await;
    assert_eq!((left.text("/state"), left.text("/administrative_result")), ("monitoring", "subject_left_service"));
    app.step(Persona::Liaison, &case, "referral", "no_breach", None).await;
    assert_eq!(app.fire(&case, "close").await.text("/closure_reason"), "subject_left_service");
}

#[tokio::test]
async fn a_crime_suspected_when_the_case_is_only_monitored_opens_the_criminal_track_too() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "refer", "record_departure"]).await;
    let suspected = app.step(Persona::Liaison, &case, "referral", "crime_suspected", None).await;
    assert_eq!(suspected.at("/live_tracks"), &json!(["criminal"]), "{}", suspected.body());
    let refused = app.try_to(Persona::Auditor, &case, "close", &steps::input(&app, "close")).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["all_tracks_terminal"]);
    convicted(&app, &case).await;
    app.fire(&case, "close").await;
}

#[tokio::test]
async fn the_ppk_reads_that_there_are_proceedings_and_a_stale_or_repeated_step_is_one() {
    let app = TestApp::start().await;
    let case = reviewed_and_suspected(&app).await.case;
    app.walk(&case, &["send_recommendation"]).await;
    let seen = tracks(&app, Persona::Ppk, &case, "criminal").await;
    assert_eq!((&seen["exists"], &seen["state"], &seen["runs"]), (&json!(true), &Value::Null, &json!([])));
    let version = app.case(Persona::Liaison, &case).await.version();
    let path = format!("/v1/cases/{case}/tracks/criminal/transitions");
    let body = json!({ "to": "at_gakkumdu", "document": { "number": "1", "dated": app.day(0) } });
    let call = || app.post(&path).by(Persona::Liaison).if_match(version).key("langkah-1").json(&body);
    let (first, again) = (call().expect(200).await, call().expect(200).await);
    assert_eq!((first.bytes, again.header("idempotency-replayed")), (again.bytes.clone(), "true"));
    let stale = app.post(&path).by(Persona::Liaison).if_match(version).json(&body).expect(412).await;
    stale.problem("stale-version");
    app.post(&format!("/v1/cases/{case}/tracks/nothing/transitions"))
        .by(Persona::Liaison)
        .if_match(1)
        .json(&body)
        .expect(404)
        .await;
}

/// What the program calls live is what the database keeps from closing, and every state has its place in a column.
#[tokio::test]
async fn the_database_lets_a_case_close_with_the_states_the_program_calls_ended_and_with_no_other() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "dismiss"]).await;
    assert_eq!(app.state(&case).await, "closed");
    for track in Track::ALL {
        for state in sample::states_of(*track) {
            let sql = format!("UPDATE cases SET {track}_state = '{state}' WHERE case_number = '{case}'");
            if state.is_live() {
                let said = app.db.refusal(&sql).await;
                assert!(said.contains("closed_has_no_live_track"), "{track} {state}: {said}");
            } else {
                app.db.execute(&sql).await;
            }
        }
        app.db.execute(&format!("UPDATE cases SET {track}_state = 'none'")).await;
    }
}

#[tokio::test]
async fn what_one_ppk_was_warned_of_ends_when_the_case_goes_to_another_whose_time_begins_anew() {
    let app = TestApp::start().await;
    for (steps, ends) in [
        (&["warning"][..], "none"),
        (&["warning", "reprimand"], "lifted"),
        (&["warning", "reprimand", "blocked"], "lifted"),
    ] {
        let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
        app.advance(Duration::days(15));
        for to in steps {
            app.step(Persona::Auditor, &case, "control", to, None).await;
            app.advance(Duration::days(6));
        }
        app.fire(&case, "reassign_agency").await;
        assert_eq!(app.track(&case, "control").await, ends, "{steps:?}");
        let letter = json!({ "number": "B/1/2026", "dated": app.day(0) });
        let early =
            app.try_step(Persona::Auditor, &case, "control", &json!({ "to": "warning", "document": letter })).await;
        assert_eq!(early.problem("guard-failed").text("/guards/0/name"), "follow_up_overdue_or_explained");
        app.advance(Duration::days(15));
        app.step(Persona::Auditor, &case, "control", "warning", None).await;
    }
}
