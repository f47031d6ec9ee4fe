//! Transitions as officers fire them: the whole way of a case, four eyes, versions, refusals, and what happens when two
//! come at once.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Persona, Receipt, Reply, TestApp, steps};

async fn label(app: &TestApp, receipt: &Receipt) -> String {
    app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await.text("/label/id").to_owned()
}

async fn fire_at(app: &TestApp, by: Persona, case: &str, version: i64, verb: &str) -> Reply {
    let body = steps::action(verb, &steps::input(app, verb));
    app.post(&format!("/v1/cases/{case}/transitions")).by(by).if_match(version).json(&body).send().await
}

#[tokio::test]
async fn a_report_becomes_a_sanction_and_the_reporter_can_follow_it() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let case = receipt.case.clone();
    for (verb, state, public) in [
        ("take", "triage", "Sedang diverifikasi"),
        ("accept", "inspectorate_review", "Sedang diperiksa"),
        ("refer", "bawaslu_referral", "Dalam kajian instansi terkait"),
        ("record_breach", "recommendation", "Penyusunan rekomendasi"),
        ("send_recommendation", "ppk_action", "Ditindaklanjuti instansi"),
        ("impose_sanction", "sanction_decided", "Keputusan telah ditetapkan"),
    ] {
        let reply = app.fire(&case, verb).await;
        assert_eq!(reply.text("/state"), state, "{verb}");
        assert_eq!(reply.version(), app.version(&case).await);
        assert_eq!(label(&app, &receipt).await, public, "{verb}");
    }
    let delivered = json!({ "delivered_on": app.day(0) });
    app.advance(Duration::days(14));
    let early = app.try_to(Persona::Ppk, &case, "take_effect", &delivered).await;
    assert_eq!(early.problem("guard-failed").text("/guards/0/name"), "day_15_reached");
    app.advance(Duration::days(1));
    let early = app.try_to(Persona::Ppk, &case, "take_effect", &delivered).await;
    assert_eq!(early.problem("guard-failed").text("/guards/0/name"), "appeal_window_passed");
    // However many days off there are, fourteen working days are over by then.
    app.advance(Duration::days(25));
    let effective = app.fire_with(&case, "take_effect", &delivered).await;
    assert_eq!(effective.text("/state"), "monitoring");
    let mut close = steps::input(&app, "close");
    close.as_object_mut().unwrap().remove("idis_ref");
    let unregistered = app.try_to(Persona::Auditor, &case, "close", &close).await;
    assert_eq!(unregistered.problem("guard-failed").text("/guards/0/name"), "registered_in_idis");
    let closed = app.fire(&case, "close").await;
    assert_eq!((closed.text("/state"), closed.text("/closure_reason")), ("closed", "proven_sanctioned"));
    assert_eq!(label(&app, &receipt).await, "Selesai – Terbukti, sanksi dijatuhkan");
    let token = app.open_mailbox(&receipt).await;
    let mailbox = app.get("/v1/my-report/messages").bearer(&token).expect(200).await;
    assert!(mailbox.body().contains("kata-kata yang jelas"), "the wording is in the mailbox: {}", mailbox.body());
}

#[tokio::test]
async fn a_suspected_crime_is_hidden_from_the_public_and_keeps_the_case_open_until_it_has_ended() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let case = receipt.case.clone();
    app.walk(&case, &["take", "refer_directly"]).await;
    let mut breach = steps::input(&app, "record_breach_as_sufficient");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&case, "record_breach_as_sufficient", &breach).await;
    let reply = app.fire(&case, "recommend_nothing").await;
    assert_eq!((reply.text("/state"), reply.text("/administrative_result")), ("monitoring", "not_proven"));
    let refused = app.try_to(Persona::Auditor, &case, "close", &steps::input(&app, "close")).await;
    assert_eq!(refused.problem("guard-failed").text("/guards/0/name"), "all_tracks_terminal");
    let path = format!("/v1/cases/{case}/tracks/criminal/transitions");
    let document = json!({ "number": "12/Pid.Sus/2026", "dated": app.day(0) });
    let step = async |by: Persona, body: Value| {
        app.post(&path).by(by).if_match(app.version(&case).await).json(&body).send().await
    };
    let skipped = step(Persona::Liaison, json!({ "to": "convicted", "document": document })).await;
    assert_eq!(skipped.status, 409, "{}", skipped.body());
    skipped.problem("not-in-state");
    let stranger = step(Persona::Triage, json!({ "to": "at_gakkumdu", "document": document })).await;
    assert_eq!(stranger.status, 403);
    let reason = step(Persona::Liaison, json!({ "to": "stopped", "document": document })).await;
    assert_eq!(reason.faults(), [("/stop_reason", "required")]);
    for to in ["at_gakkumdu", "investigation", "prosecution", "trial", "convicted"] {
        let reply = step(Persona::Liaison, json!({ "to": to, "document": document })).await;
        assert_eq!((reply.status, reply.at("/criminal_state")), (200, &json!(to)), "{}", reply.body());
        assert_eq!(reply.text("/state"), "monitoring", "the criminal track never moves the case");
        let public = app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await.body();
        for word in ["pidana", "crim", "Gakkumdu", "court"] {
            assert!(!public.to_lowercase().contains(&word.to_lowercase()), "{to}: {public}");
        }
    }
    let closed = app.fire(&case, "close").await;
    assert_eq!(closed.text("/closure_reason"), "criminal_only");
}

#[tokio::test]
async fn a_dismissal_waits_for_a_second_officer_who_is_not_the_first() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let case = receipt.case.clone();
    app.walk(&case, &["take"]).await;
    let draft = app.try_to(Persona::Triage, &case, "dismiss", &steps::input(&app, "dismiss")).await;
    assert_eq!((draft.status, draft.text("/approval/status")), (202, "pending"));
    let id = draft.text("/approval/id").to_owned();
    assert!(draft.header("location").ends_with(&format!("/approvals/{id}")), "{}", draft.header("location"));
    assert_eq!(draft.at("/version"), &json!(draft.version()));
    assert_eq!(app.state(&case).await, "triage", "nothing has moved");
    assert_eq!(label(&app, &receipt).await, "Sedang diverifikasi");
    let again = app.try_to(Persona::SecondTriage, &case, "dismiss", &steps::input(&app, "dismiss")).await;
    assert_eq!(again.status, 409);
    again.problem("approval-pending");
    let yes = json!({ "approve": true });
    let own = app.decide(Persona::Triage, &case, &id, &yes).await.expect(403).await.problem("forbidden");
    assert!(own.text("/detail").contains("Pengusul"), "{}", own.body());
    app.decide(Persona::Auditor, &case, &id, &yes).await.expect(403).await.problem("forbidden");
    app.decide(Persona::Lead, &case, &id, &yes).await.expect(404).await.problem("not-found");
    let reason = app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": false })).await.expect(422).await;
    assert_eq!(reason.faults(), [("/reason", "required")]);
    let closed = app.decide(Persona::SecondTriage, &case, &id, &yes).await.expect(200).await;
    assert_eq!((closed.text("/state"), closed.text("/dismissal_code")), ("closed", "insufficient_evidence"));
    app.decide(Persona::SecondTriage, &case, &id, &yes).await.expect(409).await.problem("approval-lapsed");
    let drafts = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::Triage).expect(200).await;
    assert_eq!(drafts.text("/data/0/status"), "approved");
    let timeline = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    let kinds: Vec<&Value> = timeline.at("/data").as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["submit", "take", "approval.requested", "dismiss"]);
}

#[tokio::test]
async fn a_rejected_or_withdrawn_draft_leaves_the_case_where_it_was_and_can_be_made_again() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let draft = async || {
        let reply = app.try_to(Persona::Triage, &case, "dismiss", &steps::input(&app, "dismiss")).await;
        assert_eq!(reply.status, 202, "{}", reply.body());
        reply.text("/approval/id").to_owned()
    };
    let no = json!({ "approve": false, "reason": "Masih ada bukti yang belum diperiksa." });
    let id = draft().await;
    app.decide(Persona::Auditor, &case, &id, &no).await.expect(403).await.problem("forbidden");
    let rejected = app.decide(Persona::SecondTriage, &case, &id, &no).await.expect(200).await;
    assert_eq!(rejected.text("/state"), "triage");
    let own = draft().await;
    app.decide(Persona::Triage, &case, &own, &no).await.expect(200).await;
    draft().await;
    let drafts = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::Triage).expect(200).await;
    let statuses: Vec<&Value> = drafts.at("/data").as_array().unwrap().iter().map(|draft| &draft["status"]).collect();
    assert_eq!(statuses, ["pending", "lapsed", "rejected"], "newest first");
}

#[tokio::test]
async fn a_second_officer_decides_only_on_the_case_as_it_was_read() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    let draft = app.try_to(Persona::Triage, &receipt.case, "dismiss", &steps::input(&app, "dismiss")).await;
    let path = format!("/v1/cases/{}/approvals/{}/decision", receipt.case, draft.text("/approval/id"));
    let yes = json!({ "approve": true });
    app.post(&path).by(Persona::SecondTriage).json(&yes).expect(428).await.problem("precondition-required");
    // The reporter writes something that might change the second officer's mind.
    let token = app.open_mailbox(&receipt).await;
    let message = json!({ "body": "Ada tautan baru yang memperlihatkan unggahan itu." });
    app.post("/v1/my-report/messages").bearer(&token).json(&message).expect(201).await;
    let late = app.post(&path).by(Persona::SecondTriage).if_match(draft.version()).json(&yes).expect(412).await;
    assert_eq!(late.problem("stale-version").at("/current/version"), &json!(app.version(&receipt.case).await));
    let waiting = app.get("/v1/approvals").by(Persona::SecondTriage).expect(200).await;
    let version = waiting.at("/data/0/version").as_i64().unwrap();
    app.post(&path).by(Persona::SecondTriage).if_match(version).json(&yes).expect(200).await;
    assert_eq!(app.state(&receipt.case).await, "closed");
}

#[tokio::test]
async fn an_approval_is_decided_on_the_case_as_it_stands_then() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let draft = app.try_to(Persona::Triage, &case, "dismiss", &steps::input(&app, "dismiss")).await;
    let id = draft.text("/approval/id").to_owned();
    app.fire(&case, "accept").await;
    let late = app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": true })).await.send().await;
    assert_eq!(late.status, 409, "{}", late.body());
    assert_eq!(app.state(&case).await, "inspectorate_review", "the late approval changed nothing");
    let drafter_gone = app.case_after(&["take"]).await;
    let draft = app.try_to(Persona::Triage, &drafter_gone, "dismiss", &steps::input(&app, "dismiss")).await;
    let id = draft.text("/approval/id").to_owned();
    let sql = format!("UPDATE officers SET disabled_at = now() WHERE email = '{}'", Persona::Triage.email());
    app.db.execute(&sql).await;
    let lapsed =
        app.decide(Persona::SecondTriage, &drafter_gone, &id, &json!({ "approve": true })).await.expect(409).await;
    lapsed.problem("approval-lapsed");
    assert_eq!(app.state(&drafter_gone).await, "triage");
}

#[tokio::test]
async fn a_transition_needs_the_version_last_read_and_is_told_the_current_one() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let path = format!("/v1/cases/{case}/transitions");
    let body = steps::action("accept", &steps::input(&app, "accept"));
    let missing = app.post(&path).by(Persona::Triage).json(&body).expect(428).await;
    missing.problem("precondition-required");
    for wrong in ["2", "*", "W/\"2\"", "\"2\", \"3\"", "\"x\""] {
        let refused = app.post(&path).by(Persona::Triage).header("if-match", wrong).json(&body).expect(400).await;
        assert_eq!(refused.problem("invalid-parameter").faults(), [("If-Match", "bad-format")], "{wrong}");
    }
    for stale in [1, 3, 99] {
        let refused = app.post(&path).by(Persona::Triage).if_match(stale).json(&body).expect(412).await;
        let refused = refused.problem("stale-version");
        assert_eq!((refused.text("/current/state"), refused.at("/current/version")), ("triage", &json!(2)));
        assert_eq!(refused.version(), 2);
        assert!(refused.texts("/allowed_actions").contains(&"accept"), "{}", refused.body());
    }
    assert_eq!(app.version(&case).await, 2);
}

#[tokio::test]
async fn an_action_of_another_state_is_refused_with_what_can_be_done_instead() {
    let app = TestApp::start().await;
    let case = app.case_after(&[]).await;
    let seen = app.case(Persona::Triage, &case).await;
    let mut before = app.db.row_counts().await;
    let refused = app.try_to(Persona::Triage, &case, "accept", &steps::input(&app, "accept")).await;
    assert_eq!(refused.status, 409);
    let refused = refused.problem("not-in-state");
    assert_eq!(refused.texts("/allowed_actions"), ["take", "merge", "withdraw"]);
    assert_eq!(refused.text("/current/state"), "submitted");
    assert_eq!(seen.at("/allowed_actions"), refused.at("/allowed_actions"));
    let forbidden = app.try_to(Persona::Auditor, &case, "take", &Value::Null).await;
    assert_eq!(forbidden.status, 403);
    assert_eq!(forbidden.problem("forbidden").text("/permission"), "case_triage");
    for verb in ["answer", "expire_question"] {
        let refused = app.try_to(Persona::Triage, &case, verb, &Value::Null).await;
        assert!(matches!(refused.status, 403 | 409), "{verb}: {}", refused.body());
    }
    // Nothing but the look at the case that each of them gave.
    before.entry("access_entries".to_owned()).and_modify(|looks| *looks += 4);
    assert_eq!(app.db.row_counts().await, before);
}

#[tokio::test]
async fn every_condition_that_does_not_hold_is_named_in_the_callers_language() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"] = json!({ "employment": "pns" });
    accept["conflict_of_interest"] = true.into();
    let refuse = async |language| {
        let path = format!("/v1/cases/{case}/transitions");
        let call = app.post(&path).by(Persona::Triage).if_match(2).language(language);
        call.json(&steps::action("accept", &accept)).expect(422).await.problem("guard-failed")
    };
    let (en, id) = (refuse("en").await, refuse("id").await);
    let names = |reply: &Reply| -> Vec<String> {
        reply.at("/guards").as_array().unwrap().iter().map(|guard| guard["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&en), ["subject_resolved", "reviewed_one_level_up"]);
    assert_eq!(names(&id), names(&en));
    assert_eq!(en.text("/guards/0/detail"), "the subject is resolved: name, NIP or NIK, and agency");
    assert!(id.text("/guards/0/detail").starts_with("terlapor"));
    assert_eq!(en.text("/current/state"), "triage");
    accept["subject"]["nip"] = steps::NIP.into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    let accepted = app.fire_with(&case, "accept", &accept).await;
    assert_eq!(accepted.text("/reviewing_agency_code"), "PEMDA15");
    app.get(&format!("/v1/cases/{case}")).by(Persona::ProvinceLead).expect(200).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
}

#[tokio::test]
async fn of_two_officers_at_once_one_wins_and_the_other_sees_where_the_case_stands() {
    let app = TestApp::start().await;
    for _ in 0..4 {
        let case = app.case_after(&["take"]).await;
        let first = fire_at(&app, Persona::Triage, &case, 2, "accept");
        let second = fire_at(&app, Persona::SecondTriage, &case, 2, "refer_directly");
        let (first, second) = tokio::join!(first, second);
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", first.body(), second.body());
        let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
        let lost = lost.problem("stale-version");
        assert_eq!(lost.at("/current/state"), won.at("/state"));
        assert_eq!(lost.at("/current/version"), won.at("/version"));
        assert_eq!(lost.header("etag"), won.header("etag"));
        assert_eq!(
            app.db.count(&format!("events WHERE case_id = (SELECT id FROM cases WHERE case_number = '{case}')")).await,
            3
        );
    }
}

#[tokio::test]
async fn of_a_dismissal_and_an_acceptance_at_once_one_is_stale() {
    let app = TestApp::start().await;
    let yes = json!({ "approve": true });
    for _ in 0..4 {
        let case = app.case_after(&["take"]).await;
        let draft = app.try_to(Persona::Triage, &case, "dismiss", &steps::input(&app, "dismiss")).await;
        let dismiss = app.decide(Persona::SecondTriage, &case, draft.text("/approval/id"), &yes);
        let (dismiss, version) = (dismiss.await, app.version(&case).await);
        let (dismissed, accepted) =
            tokio::join!(dismiss.send(), fire_at(&app, Persona::Triage, &case, version, "accept"));
        let mut statuses = [dismissed.status, accepted.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", dismissed.body(), accepted.body());
        let closed = dismissed.status == 200;
        if closed { accepted } else { dismissed }.problem("stale-version");
        assert_eq!(app.state(&case).await, if closed { "closed" } else { "inspectorate_review" });
    }
}

#[tokio::test]
async fn of_two_second_officers_at_once_one_decides() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude"]).await;
    let input = steps::input(&app, "recommend_nothing");
    let draft = app.try_to(Persona::Auditor, &case, "recommend_nothing", &input).await;
    let id = draft.text("/approval/id");
    let no = json!({ "approve": false, "reason": "Ditarik kembali oleh pengusul sendiri." });
    let approve = app.decide(Persona::SecondAuditor, &case, id, &json!({ "approve": true })).await;
    let withdraw = app.decide(Persona::Auditor, &case, id, &no).await;
    let (approved, withdrawn) = tokio::join!(approve.send(), withdraw.send());
    let mut statuses = [approved.status, withdrawn.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{} {}", approved.body(), withdrawn.body());
    assert_eq!(app.state(&case).await, if approved.status == 200 { "closed" } else { "recommendation" });
}

#[tokio::test]
async fn an_answer_and_the_end_of_its_time_at_once_move_the_case_once() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        let receipt = app.submit(&app.report()).await;
        app.walk(&receipt.case, &["take", "ask"]).await;
        app.advance(Duration::days(7));
        let token = app.open_mailbox(&receipt).await;
        let body = json!({ "body": "Jawaban pada saat terakhir." });
        let (answered, ()) =
            tokio::join!(app.post("/v1/my-report/messages").bearer(&token).json(&body).send(), app.sweep());
        assert_eq!(answered.status, 201, "{}", answered.body());
        assert_eq!(app.state(&receipt.case).await, "triage");
        let returns = format!(
            "events WHERE from_state = 'awaiting_reporter' AND to_state = 'triage' AND case_id = \
             (SELECT id FROM cases WHERE case_number = '{}')",
            receipt.case
        );
        assert_eq!(app.db.count(&returns).await, 1);
    }
}

#[tokio::test]
async fn a_merge_into_a_case_that_closes_meanwhile_is_refused() {
    let app = TestApp::start().await;
    let master = app.case_after(&["take"]).await;
    let case = app.case_after(&["take"]).await;
    let mut merge = steps::input(&app, "merge");
    for (number, status) in [(case.as_str(), 422), ("REG-BKN-2026-9999999", 422)] {
        merge["master_case_number"] = number.into();
        assert_eq!(app.try_to(Persona::Triage, &case, "merge", &merge).await.status, status, "{number}");
    }
    app.walk(&master, &["transfer_out"]).await;
    merge["master_case_number"] = master.clone().into();
    let refused = app.try_to(Persona::Triage, &case, "merge", &merge).await;
    assert_eq!(refused.problem("guard-failed").text("/guards/0/name"), "master_open");
    assert_eq!(app.state(&case).await, "triage");
}

#[tokio::test]
async fn a_wrong_ppk_loses_the_case_and_the_right_one_gets_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    app.case(Persona::Ppk, &case).await;
    app.fire(&case, "reassign_agency").await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Ppk).expect(404).await;
    let seen = app.case(Persona::ProvincePpk, &case).await;
    assert_eq!((seen.text("/state"), seen.text("/agency_code")), ("ppk_action", "PEMDA15"));
    let sanction = steps::input(&app, "impose_sanction");
    assert_eq!(app.try_to(Persona::Ppk, &case, "impose_sanction", &sanction).await.status, 404);
    assert_eq!(app.try_to(Persona::ProvincePpk, &case, "impose_sanction", &sanction).await.status, 200);
}

#[tokio::test]
async fn a_ppk_contests_once_and_a_sanction_below_the_range_is_explained() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation", "contest"]).await;
    app.walk(&case, &["send_recommendation"]).await;
    let again = app.try_to(Persona::Ppk, &case, "contest", &steps::input(&app, "contest")).await;
    assert_eq!(again.problem("guard-failed").text("/guards/0/name"), "contested_at_most_once");
    let mut sanction = steps::input(&app, "impose_sanction");
    sanction["sanction_code"] = "R1".into();
    let light = app.try_to(Persona::Ppk, &case, "impose_sanction", &sanction).await;
    assert_eq!(light.problem("guard-failed").text("/guards/0/name"), "below_range_explained");
    sanction["sanction_code"] = "MORAL_OPEN".into();
    let other = app.try_to(Persona::Ppk, &case, "impose_sanction", &sanction).await;
    assert_eq!(other.problem("guard-failed").text("/guards/0/name"), "sanction_fits_category");
    sanction["sanction_code"] = "R1".into();
    sanction["below_range_explanation"] = "Yang bersangkutan mengakui dan menghapus unggahannya.".into();
    assert_eq!(app.fire_with(&case, "impose_sanction", &sanction).await.text("/sanction_code"), "R1");
}

#[tokio::test]
async fn a_closed_case_is_opened_again_and_a_merged_one_is_separated() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "find_unproven"]).await;
    assert_eq!(app.state(&case).await, "closed");
    let reopened = app.fire(&case, "reopen_review").await;
    assert_eq!((reopened.text("/state"), reopened.at("/reopen_count")), ("inspectorate_review", &json!(1)));
    assert_eq!(reopened.at("/closure_reason"), &Value::Null);
    let master = app.case_after(&["take", "accept"]).await;
    let merged = app.case_after(&["take", "accept"]).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = master.into();
    app.fire_with(&merged, "merge", &merge).await;
    let refused = app.try_to(Persona::Lead, &merged, "reopen_review", &steps::input(&app, "reopen_review")).await;
    assert_eq!(refused.problem("guard-failed").text("/guards/0/name"), "not_merged");
    app.walk(&merged, &["unmerge"]).await;
    assert_eq!(app.state(&merged).await, "triage");
}

#[tokio::test]
async fn what_went_straight_to_bawaslu_is_accepted_later_and_reaches_the_ppk() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "refer_directly", "record_breach_for_review"]).await;
    app.fire(&case, "conclude").await;
    let early =
        app.try_to(Persona::Auditor, &case, "send_recommendation", &steps::input(&app, "send_recommendation")).await;
    assert_eq!(early.text("/guards/0/name"), "subject_resolved", "{}", early.body());
    app.walk(&case, &["request_more_work", "accept"]).await;
    let again = app.try_to(Persona::Triage, &case, "accept", &steps::input(&app, "accept")).await;
    assert_eq!(again.problem("guard-failed").text("/guards/0/name"), "not_yet_accepted");
    app.walk(&case, &["conclude", "send_recommendation"]).await;
    assert_eq!(app.state(&case).await, "ppk_action");
}
