//! Who keeps the register of breaches is told by mail when 48 and 72 hours have gone by without the notices: each once,
//! whoever sweeps and however late, and without a word of the breach.

use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp};

const AFFECTED: &str = "Salinan cadangan basis data tanpa kunci.";

async fn breach(app: &TestApp, hours_ago: i64, persons: u32) -> Reply {
    let discovered_at = (app.now() - Duration::hours(hours_ago)).to_rfc3339_opts(SecondsFormat::Micros, true);
    let body = json!({
        "discovered_at": discovered_at, "data_affected": AFFECTED, "persons_affected": persons,
        "found_how": "Pemeriksaan rutin penyimpanan cadangan.",
    });
    app.post("/v1/breaches").by(Persona::PrivacyOfficer).json(&body).expect(201).await
}

async fn step(app: &TestApp, breach: &Reply, kind: &str) {
    let body: Value = json!({ "kind": kind, "note": "Surat pemberitahuan nomor 12/PDP/2026 dikirim." });
    let path = format!("/v1/breaches/{}/steps", breach.text("/id"));
    app.post(&path).by(Persona::PrivacyOfficer).json(&body).expect(201).await;
}

/// Which notice of which breach was entered for whom, in order.
async fn told(app: &TestApp, breach: &Reply) -> Vec<String> {
    let sql = "SELECT d.notice || ' ' || o.email AS value FROM deliveries d JOIN officers o ON o.id = d.officer_id WHERE breach_id";
    app.db.values(&format!("{sql} = '{}' ORDER BY d.id", breach.text("/id"))).await
}

/// Two workers at once, and one more after them.
async fn swept(app: &TestApp) {
    tokio::join!(app.sweep(), app.sweep());
    app.sweep().await;
}

#[tokio::test]
async fn a_breach_not_told_is_brought_to_mind_once_after_48_and_once_after_72_hours() {
    let app = TestApp::start().await;
    let open = breach(&app, 0, 3).await;
    app.advance(Duration::minutes(48 * 60 - 1));
    swept(&app).await;
    assert_eq!(told(&app, &open).await, [""; 0], "not yet");
    app.advance(Duration::minutes(1));
    swept(&app).await;
    // One notice of two is not enough.
    step(&app, &open, "authority_notified").await;
    app.advance(Duration::hours(24) - Duration::minutes(1));
    swept(&app).await;
    assert_eq!(told(&app, &open).await, ["breach_due pdp@bkn.example"]);
    app.advance(Duration::minutes(1));
    swept(&app).await;
    app.advance(Duration::days(30));
    swept(&app).await;
    assert_eq!(told(&app, &open).await, ["breach_due pdp@bkn.example", "breach_overdue pdp@bkn.example"]);
}

#[tokio::test]
async fn a_breach_that_was_told_or_needs_no_telling_reminds_nobody_and_one_found_late_once() {
    let app = TestApp::start().await;
    let (told_in_time, harmless, late) = (breach(&app, 0, 3).await, breach(&app, 0, 0).await, breach(&app, 0, 3).await);
    for kind in ["authority_notified", "subjects_notified"] {
        step(&app, &told_in_time, kind).await;
    }
    step(&app, &harmless, "closed").await;
    // Nobody swept for a week: what is overdue now was due before, and one mail says so.
    app.advance(Duration::days(7));
    swept(&app).await;
    let entered_late = breach(&app, 100, 3).await;
    swept(&app).await;
    for quiet in [&told_in_time, &harmless] {
        assert_eq!(told(&app, quiet).await, [""; 0]);
    }
    for overdue in [&late, &entered_late] {
        assert_eq!(told(&app, overdue).await, ["breach_overdue pdp@bkn.example"]);
    }
}

#[tokio::test]
async fn the_mail_about_a_breach_says_nothing_of_it_but_where_the_register_is() {
    let app = TestApp::start().await;
    breach(&app, 0, 3).await;
    app.advance(Duration::hours(48));
    app.sweep().await;
    app.deliver_all().await;
    let mails = app.mails_to(Persona::PrivacyOfficer.email());
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert!(mail.text.contains("http://netral.test/v1/breaches"), "{}", mail.text);
    assert!(!mail.text.contains("cadangan") && !mail.html.contains("cadangan"), "{}", mail.text);
    let others = app.mails().len();
    assert_eq!(others, 1, "nobody else is told");
}
