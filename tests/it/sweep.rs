//! The rounds of the worker: what one case fails at keeps no other waiting.

use chrono::Duration;
use netral::worker::sweep;

use crate::harness::TestApp;

#[tokio::test]
async fn a_case_that_fails_keeps_no_other_waiting_and_the_round_tells_of_it() {
    let app = TestApp::start().await;
    let broken = app.case_after(&["take", "ask"]).await;
    let whole = app.case_after(&["take", "ask"]).await;
    let id = app.db.value(&format!("SELECT id AS value FROM cases WHERE case_number = '{broken}'")).await;
    app.db
        .execute(&format!(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the row cannot be written''; END'; \
             CREATE TRIGGER fails BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.case_id = '{id}') EXECUTE FUNCTION fail()"
        ))
        .await;
    app.advance(Duration::days(30));
    assert!(sweep::round(&app.app).await.is_err(), "else nobody would look");
    assert_eq!(app.state(&whole).await, "triage", "its question expired");
    assert_eq!(app.state(&broken).await, "awaiting_reporter");
    app.db.execute("DROP TRIGGER fails ON events").await;
    app.sweep().await;
    assert_eq!(app.state(&broken).await, "triage");
}
