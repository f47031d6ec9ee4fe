//! Mail from end to end, through a real SMTP server: who hears of what and when, and what becomes of a mail that cannot
//! be delivered. What the letters say is in the golden files; the transport alone is in `transport`.

use std::collections::BTreeSet;
use std::time::Duration as Wait;

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::smtp::SmtpServer;
use crate::harness::{Persona, Receipt, TestApp};

/// A program and its mail server.
struct Post {
    app: TestApp,
    smtp: SmtpServer,
}

impl Post {
    async fn open() -> Self {
        let smtp = SmtpServer::start();
        let app = TestApp::start_with(&[("NETRAL_SMTP_URL", &smtp.url())], false).await;
        Self { app, smtp }
    }

    /// A report of a reporter with this address.
    async fn report_of(&self, address: &str) -> Receipt {
        self.app.submit(&self.app.report_from(address)).await
    }

    /// A report whose reporter has confirmed the address by the link in the first mail.
    async fn confirmed(&self, address: &str) -> Receipt {
        let receipt = self.report_of(address).await;
        self.app.deliver_all().await;
        self.confirm(address).await;
        receipt
    }

    async fn confirm(&self, address: &str) {
        let text = text(&self.to(address)[0]);
        let link = text.split_whitespace().find(|word| word.contains("/v1/email-confirmations/")).unwrap().to_owned();
        self.app.post(&link).expect(200).await;
    }

    /// What the mail server has taken for an address.
    fn to(&self, address: &str) -> Vec<Value> {
        let all = self.smtp.messages();
        all.into_iter().filter(|message| message["to"] == json!([address])).collect()
    }

    /// Deliveries as the administrator sees them.
    async fn deliveries(&self, state: &str) -> Vec<Value> {
        let path = format!("/v1/deliveries?state={state}&limit=200");
        let reply = self.app.get(&path).by(Persona::SystemAdmin).expect(200).await;
        reply.at("/data").as_array().unwrap().clone()
    }

    async fn quiet(&self) {
        self.app.deliver_after_quiet().await;
    }
}

fn text(message: &Value) -> String {
    message["text"].as_str().unwrap().replace("\r\n", "\n")
}

fn ids(messages: &[Value]) -> BTreeSet<String> {
    messages.iter().map(|message| message["message_id"].to_string()).collect()
}

#[tokio::test]
async fn a_reporter_gets_a_receipt_at_once_and_triage_hears_of_the_report_after_the_quiet_time() {
    let post = Post::open().await;
    let receipt = post.report_of("warga@warga.example").await;
    post.app.deliver_all().await;
    let all = post.smtp.messages();
    assert_eq!(all.len(), 1, "only the receipt is urgent");
    assert_eq!(all[0]["to"], json!(["warga@warga.example"]));
    assert_eq!(all[0]["subject"], format!("Pembaruan laporan {}", receipt.number));
    assert_eq!(all[0]["content_language"], "id");
    post.quiet().await;
    let heard: BTreeSet<String> = post.smtp.messages()[1..].iter().map(|m| m["to"][0].to_string()).collect();
    let pool = [Persona::Triage, Persona::SecondTriage].map(|persona| format!("\"{}\"", persona.email()));
    assert_eq!(heard, BTreeSet::from(pool), "the officers of the region, and nobody of another");
    assert!(text(&post.to(Persona::Triage.email())[0]).contains(&receipt.case));
}

#[tokio::test]
async fn a_reporter_is_written_to_in_the_language_he_asked_for() {
    let post = Post::open().await;
    for (address, language, subject, content) in [
        ("en@warga.example", "en-GB,en;q=0.9", "Update on report ", "en"),
        ("id@warga.example", "id", "Pembaruan laporan ", "id"),
        ("fr@warga.example", "fr", "Pembaruan laporan ", "id"),
    ] {
        let report = post.app.report_from(address);
        let key = uuid::Uuid::new_v4().to_string();
        post.app.post("/v1/reports").key(&key).language(language).json(&report).expect(201).await;
        post.app.deliver_all().await;
        let mail = &post.to(address)[0];
        assert!(mail["subject"].as_str().unwrap().starts_with(subject), "{mail}");
        assert_eq!(mail["content_language"], content);
    }
}

#[tokio::test]
async fn a_mail_refused_for_now_is_tried_again_later_and_arrives_once() {
    let post = Post::open().await;
    post.report_of("tempfail-2-x@warga.example").await;
    post.app.deliver_all().await;
    let waiting = post.deliveries("queued").await;
    let receipt = waiting.iter().find(|delivery| delivery["notice"] == "report_received").unwrap();
    assert_eq!(receipt["attempts"], 1);
    assert_eq!(receipt["last_error"], "smtp 451 4.7.1 at recipient");
    post.app.advance(Duration::seconds(50));
    post.app.deliver_all().await;
    assert_eq!(post.deliveries("queued").await, waiting, "not before a minute is over");
    for minutes in [1, 5] {
        assert!(post.to("tempfail-2-x@warga.example").is_empty());
        post.app.advance(Duration::minutes(minutes));
        post.app.deliver_all().await;
    }
    assert_eq!(post.to("tempfail-2-x@warga.example").len(), 1);
    post.quiet().await;
    assert_eq!(post.to("tempfail-2-x@warga.example").len(), 1);
}

#[tokio::test]
async fn a_mail_refused_for_good_is_shown_to_the_administrator_and_to_nobody_else() {
    let post = Post::open().await;
    post.report_of("reject@warga.example").await;
    post.app.deliver_all().await;
    let dead = post.app.get("/v1/deliveries").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(dead.at("/data/0/notice"), "report_received");
    assert_eq!(dead.at("/data/0/state"), "dead");
    assert_eq!(dead.at("/data/0/last_error"), "smtp 554 5.6.0 at message");
    assert!(!dead.body().contains("warga.example"), "an address is shown to nobody: {}", dead.body());
    for persona in [Persona::Triage, Persona::Auditor, Persona::AgencyAdmin, Persona::PrivacyOfficer] {
        post.app.get("/v1/deliveries").by(persona).expect(403).await.problem("forbidden");
    }
}

#[tokio::test]
async fn a_mail_given_up_after_two_days_can_be_sent_again() {
    let mut post = Post::open().await;
    post.smtp.stop();
    post.report_of("warga@warga.example").await;
    let began = post.app.now();
    let given_up = "SELECT count(*) AS value FROM deliveries WHERE state = 'dead' AND report_id IS NOT NULL";
    while post.app.db.value(given_up).await == "0" {
        assert!(post.app.now() - began < Duration::hours(60), "still not given up");
        post.app.deliver_all().await;
        post.app.advance(Duration::hours(1));
    }
    assert!(post.app.now() - began > Duration::hours(48), "given up too early");
    let dead = post.deliveries("dead").await;
    let receipt = dead.iter().find(|delivery| delivery["notice"] == "report_received").unwrap();
    post.smtp.restart_on_same_port();
    let path = format!("/v1/deliveries/{}/resend", receipt["id"]);
    post.app.post(&path).by(Persona::Triage).expect(403).await;
    post.app.post(&path).by(Persona::SystemAdmin).expect(202).await;
    post.app.deliver_all().await;
    assert_eq!(post.to("warga@warga.example").len(), 1);
    post.app.post(&path).by(Persona::SystemAdmin).expect(409).await.problem("not-in-state");
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_never_written_to_again() {
    let post = Post::open().await;
    let receipt = post.report_of("nouser-1@warga.example").await;
    post.app.deliver_all().await;
    let dead = post.deliveries("dead").await;
    assert_eq!(dead[0]["last_error"], "smtp 550 5.1.1 at recipient");
    post.app.walk(&receipt.case, &["take", "accept"]).await;
    post.quiet().await;
    let to_reporter = "SELECT count(*) AS value FROM deliveries WHERE report_id IS NOT NULL";
    assert_eq!(post.app.db.value(to_reporter).await, "1", "nothing more is written for that reporter");
    // The report itself goes on, and its reporter reads of it by the number.
    let path = format!("/v1/reports/{}/status", receipt.number);
    let status = post.app.get(&path).expect(200).await;
    assert!(status.body().contains("Sedang diperiksa"), "{}", status.body());
}

#[tokio::test]
async fn an_address_that_dies_later_gets_nothing_that_was_still_waiting() {
    let post = Post::open().await;
    let receipt = post.confirmed("warga@warga.example").await;
    post.app.walk(&receipt.case, &["take"]).await;
    post.app.reseal_email(&receipt, "nouser-2@warga.example").await;
    post.quiet().await;
    assert_eq!(post.deliveries("dead").await.len(), 1);
    post.app.walk(&receipt.case, &["accept"]).await;
    post.quiet().await;
    assert_eq!(post.deliveries("dead").await.len(), 1, "the second was never tried");
}

#[tokio::test]
async fn a_transition_succeeds_while_the_mail_server_is_down_and_is_told_once_after_it_is_back() {
    let mut post = Post::open().await;
    let receipt = post.confirmed("warga@warga.example").await;
    post.quiet().await;
    let before = post.smtp.messages().len();
    post.smtp.stop();
    assert_eq!(post.app.fire(&receipt.case, "take").await.status, 200);
    post.quiet().await;
    assert_eq!(post.smtp.messages().len(), before);
    post.smtp.restart_on_same_port();
    post.app.advance(Duration::minutes(2));
    post.app.deliver_all().await;
    post.quiet().await;
    let mails = post.to("warga@warga.example");
    assert_eq!(mails.len(), 2, "the receipt and one mail on the new status");
    assert!(text(&mails[1]).contains("kini berstatus: Sedang diverifikasi."));
    assert_eq!(post.smtp.messages().len(), before + 1);
}

#[tokio::test]
async fn news_waits_for_the_address_to_be_confirmed_and_then_comes_as_one_mail() {
    let post = Post::open().await;
    let receipt = post.report_of("warga@warga.example").await;
    post.app.deliver_all().await;
    for verb in ["take", "accept"] {
        post.app.fire(&receipt.case, verb).await;
        post.quiet().await;
    }
    assert_eq!(post.to("warga@warga.example").len(), 1, "only the receipt before the address is confirmed");
    assert_eq!(post.deliveries("held").await.len(), 2);
    post.confirm("warga@warga.example").await;
    post.app.deliver_all().await;
    let mails = post.to("warga@warga.example");
    assert_eq!(mails.len(), 2);
    assert!(text(&mails[1]).contains("kini berstatus: Sedang diperiksa."), "the newest of them: {}", text(&mails[1]));
    post.quiet().await;
    assert_eq!(post.to("warga@warga.example").len(), 2);
}

#[tokio::test]
async fn several_steps_within_ten_minutes_become_one_mail_with_the_last_word() {
    let post = Post::open().await;
    let receipt = post.confirmed("warga@warga.example").await;
    post.app.fire(&receipt.case, "take").await;
    post.app.advance(Duration::minutes(4));
    post.app.fire(&receipt.case, "accept").await;
    post.app.advance(Duration::minutes(4));
    post.app.deliver_all().await;
    assert_eq!(post.to("warga@warga.example").len(), 1, "still quiet");
    post.quiet().await;
    let mails = post.to("warga@warga.example");
    assert_eq!(mails.len(), 2);
    assert!(text(&mails[1]).contains("Sedang diperiksa"));
    // A later step is news again.
    post.app.fire(&receipt.case, "conclude").await;
    post.quiet().await;
    assert_eq!(post.to("warga@warga.example").len(), 3);
}

#[tokio::test]
async fn an_older_notice_gives_way_to_a_newer_one_that_another_worker_has_just_sent() {
    use netral::db::{Tx, deliveries};
    let post = Post::open().await;
    let receipt = post.confirmed("warga@warga.example").await;
    post.quiet().await;
    post.app.walk(&receipt.case, &["take", "ask"]).await;
    post.app.advance(Duration::minutes(11));
    let (pool, now) = (&post.app.app.pool, post.app.now());
    let older = deliveries::claim(pool, now, now + Duration::minutes(10), 1).await.unwrap();
    post.app.deliver_all().await;
    let mut tx = Tx::begin(pool).await.unwrap();
    let gave_way = deliveries::give_way(&mut tx, &older[0], now, post.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(gave_way, "{} would follow what is newer", older[0].notice);
    post.app.advance(Duration::minutes(11));
    post.app.deliver_all().await;
    let mails = post.to("warga@warga.example");
    assert_eq!(mails.len(), 2);
    assert!(text(&mails[1]).contains("mengajukan pertanyaan"));
}

#[tokio::test]
async fn the_access_code_is_in_no_mail() {
    let post = Post::open().await;
    let receipt = post.confirmed("warga@warga.example").await;
    post.app.walk(&receipt.case, &["take", "accept", "conclude", "send_recommendation"]).await;
    post.quiet().await;
    assert!(post.smtp.messages().len() > 5);
    let plain = receipt.code.replace('-', "");
    for message in post.smtp.messages() {
        let all = message.to_string();
        assert!(!all.contains(&receipt.code) && !all.contains(&plain), "{all}");
        assert!(!receipt.code.split('-').any(|group| text(&message).contains(group)), "{all}");
    }
}

#[tokio::test]
async fn a_mail_sent_twice_is_the_same_mail_for_the_recipients_program() {
    let post = Post::open().await;
    post.report_of("warga@warga.example").await;
    post.app.deliver_all().await;
    // As after a worker that died between sending and writing down that it did.
    post.app
        .db
        .execute("UPDATE deliveries SET state = 'queued', settled_at = NULL WHERE notice = 'report_received'")
        .await;
    post.app.advance(Duration::minutes(11));
    post.app.deliver_all().await;
    let mails = post.to("warga@warga.example");
    assert_eq!((mails.len(), ids(&mails).len()), (2, 1), "twice, under one Message-ID");
}

#[tokio::test]
async fn a_worker_that_dies_with_a_mail_in_hand_leaves_it_to_the_next() {
    let post = Post::open().await;
    post.report_of("warga@warga.example").await;
    let now = post.app.now();
    let lease = now + Duration::minutes(10);
    let claimed = netral::db::deliveries::claim(&post.app.app.pool, now, lease, 16).await.unwrap();
    assert_eq!(claimed.len(), 1);
    post.app.deliver_all().await;
    assert!(post.smtp.messages().is_empty(), "it is in somebody's hand");
    post.app.advance(Duration::minutes(11));
    post.app.deliver_all().await;
    assert_eq!(post.to("warga@warga.example").len(), 1);
}

#[tokio::test]
async fn two_workers_at_once_send_each_mail_once() {
    let post = Post::open().await;
    for i in 0..12 {
        post.report_of(&format!("warga{i}@warga.example")).await;
    }
    futures_util::future::join_all((0..4).map(|_| post.app.deliver_all())).await;
    post.app.advance(Duration::minutes(11));
    futures_util::future::join_all((0..4).map(|_| post.app.deliver_all())).await;
    let mails = post.smtp.messages();
    assert_eq!(ids(&mails).len(), mails.len());
    assert_eq!(mails.iter().filter(|m| m["to"][0].as_str().unwrap().starts_with("warga")).count(), 12);
}

#[tokio::test]
async fn a_repeated_report_brings_no_second_mail() {
    let post = Post::open().await;
    let report = post.app.report_from("warga@warga.example");
    for _ in 0..3 {
        post.app.post("/v1/reports").key("kunci-yang-sama-00001").json(&report).expect(201).await;
    }
    post.quiet().await;
    assert_eq!(post.to("warga@warga.example").len(), 1);
    assert_eq!(post.to(Persona::Triage.email()).len(), 1);
}

#[tokio::test]
async fn all_mails_of_a_report_form_one_thread_and_no_reply_is_asked_for() {
    let post = Post::open().await;
    let receipt = post.confirmed("warga@warga.example").await;
    for verb in ["take", "accept", "conclude"] {
        post.app.fire(&receipt.case, verb).await;
        post.quiet().await;
    }
    let of = |address: &str| {
        let mails = post.to(address);
        let threads: BTreeSet<String> = mails.iter().map(|mail| mail["references"].to_string()).collect();
        (mails.len(), threads)
    };
    let (count, reporters) = of("warga@warga.example");
    assert_eq!((count, reporters.len()), (4, 1));
    let (_, officers) = of(Persona::Auditor.email());
    assert_eq!(officers.len(), 1);
    assert!(reporters.is_disjoint(&officers), "what a reporter sees tells nothing of the case");
    for message in post.smtp.messages() {
        assert_eq!(message["auto_submitted"], "auto-generated");
        assert_eq!(message["content_type"], "multipart/alternative");
        assert!(message["in_reply_to"] == message["references"] && message["date"].is_string(), "{message}");
    }
}

#[tokio::test]
async fn the_running_worker_sends_by_itself() {
    let smtp = SmtpServer::start();
    let app = TestApp::start_with(&[("NETRAL_SMTP_URL", &smtp.url()), ("NETRAL_MAIL_QUIET_MINUTES", "0")], true).await;
    app.submit(&app.report_from("warga@warga.example")).await;
    let arrived = tokio::task::spawn_blocking(move || smtp.wait_for(3, Wait::from_secs(20))).await.unwrap();
    assert_eq!(ids(&arrived).len(), 3, "the receipt, and a note to each of two triage officers");
}
