//! The mail transport against a real SMTP server and against broken ones: what arrives, and what each failure is taken for.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use netral::mail::{MailSettings, Mailer, OutgoingMail, SendError};
use serde_json::json;

use crate::harness::smtp::SmtpServer;

const PATIENCE: Duration = Duration::from_secs(10);

fn mailer(url: String, timeout: Duration) -> Mailer {
    let settings = MailSettings {
        smtp_url: Some(url),
        folder: PathBuf::from("unused"),
        from: "netral <no-reply@netral.example>".into(),
        timeout,
    };
    Mailer::new(&settings).unwrap_or_else(|error| panic!("{error}"))
}

fn mail<'a>(to: &'a str, id: &'a str) -> OutgoingMail<'a> {
    OutgoingMail {
        to,
        subject: "Pembaruan laporan NTR-1 – café",
        text: "Halo é\n\n.titik di awal\n\n-- \nkaki\n",
        html: "<!DOCTYPE html>\n<p>Halo é</p>\n",
        message_id: id,
        thread: "root@netral.example",
        language: "id",
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let smtp = SmtpServer::start();
    mailer(smtp.url(), PATIENCE).send(&mail("ani@warga.example", "e1@netral.example")).await.unwrap();
    let messages = smtp.messages();
    let got = &messages[0];
    assert_eq!(messages.len(), 1);
    assert_eq!(got["to"], json!(["ani@warga.example"]));
    assert_eq!(got["from"], "no-reply@netral.example");
    assert_eq!(got["message_id"], "<e1@netral.example>");
    assert_eq!(got["references"], "<root@netral.example>");
    assert_eq!(got["in_reply_to"], "<root@netral.example>");
    assert_eq!(got["auto_submitted"], "auto-generated");
    assert_eq!(got["content_language"], "id");
    assert_eq!(got["subject"], "Pembaruan laporan NTR-1 – café");
    let text = got["text"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "Halo é\n\n.titik di awal\n\n-- \nkaki");
}

#[tokio::test]
async fn each_refusal_is_taken_for_what_it_is_and_harms_no_later_mail() {
    let smtp = SmtpServer::start();
    let mailer = mailer(smtp.url(), PATIENCE);
    for _ in 0..2 {
        let refused = mailer.send(&mail("tempfail-2-x@warga.example", "e2@netral.example")).await;
        assert_eq!(refused, Err(SendError::Transient("smtp 451 4.7.1 at recipient".into())));
    }
    mailer.send(&mail("tempfail-2-x@warga.example", "e2@netral.example")).await.unwrap();
    let refused = mailer.send(&mail("nouser1@warga.example", "e3@netral.example")).await;
    assert_eq!(refused, Err(SendError::AddressRefused("smtp 550 5.1.1 at recipient".into())));
    let refused = mailer.send(&mail("reject@warga.example", "e4@netral.example")).await;
    assert_eq!(refused, Err(SendError::Permanent("smtp 554 5.6.0 at message".into())));
    mailer.send(&mail("budi@warga.example", "e5@netral.example")).await.unwrap();
    assert_eq!(smtp.messages().len(), 2);
}

#[tokio::test]
async fn a_server_that_goes_down_and_comes_back_takes_the_same_mail() {
    let mut smtp = SmtpServer::start();
    let mailer = mailer(smtp.url(), PATIENCE);
    mailer.send(&mail("a@x.example", "e1@netral.example")).await.unwrap();
    smtp.stop();
    for _ in 0..2 {
        let refused = mailer.send(&mail("a@x.example", "e2@netral.example")).await;
        assert_eq!(refused, Err(SendError::Transient("connection: connection refused".into())));
    }
    smtp.restart_on_same_port();
    mailer.send(&mail("a@x.example", "e2@netral.example")).await.unwrap();
    // The connection kept from before this restart is stale; the mail does not suffer from it.
    smtp.restart_on_same_port();
    mailer.send(&mail("a@x.example", "e3@netral.example")).await.unwrap();
    assert_eq!(smtp.wait_for(3, PATIENCE).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_mails_at_once_all_arrive() {
    let smtp = SmtpServer::start();
    let mailer = Arc::new(mailer(smtp.url(), PATIENCE));
    let tasks: Vec<_> = (0..100)
        .map(|i| {
            let mailer = mailer.clone();
            tokio::spawn(async move { mailer.send(&mail("a@x.example", &format!("e{i}@netral.example"))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let ids: HashSet<_> = smtp.messages().iter().map(|message| message["message_id"].to_string()).collect();
    assert_eq!(ids.len(), 100);
}

/// A server that says these lines, one for each the client sends, and then hangs up or hangs.
fn scripted(replies: &'static [&'static str]) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            for reply in replies {
                if *reply == "HANG" {
                    std::thread::sleep(Duration::from_secs(3));
                    return;
                }
                let read = stream.write_all(reply.as_bytes()).and_then(|()| stream.read(&mut [0; 4096]));
                if read.unwrap_or(0) == 0 {
                    break;
                }
            }
        }
    });
    url
}

#[tokio::test]
async fn a_bad_server_is_never_held_against_the_mail() {
    const HI: &str = "220 hi\r\n";
    const HELLO: &str = "250 hi\r\n";
    const OK: &str = "250 ok\r\n";
    const GO: &str = "354 go\r\n";
    let cases: &[(&[&str], &str)] = &[
        (&["554 5.7.1 a@x.example go away\r\n"], "smtp 554 5.7.1 at connect"),
        (&["HANG"], "timeout"),
        (&[HI, "HANG"], "timeout"),
        (&[HI, HELLO, "553 5.7.1 a@x.example not your sender\r\n"], "smtp 553 5.7.1 at sender"),
        (&[HI, HELLO, OK, "554 5.7.1 a@x.example Relay access denied\r\n"], "smtp 554 5.7.1 at recipient"),
        (&[HI, HELLO, OK, OK, GO, "451-first a@x.example\r\n451 second\r\n"], "smtp 451 at message"),
        (&[HI, HELLO, OK, OK, GO, "HANG"], "timeout"),
        (&["HTTP/1.1 400 Bad\r\n"], "connection"),
        (&["220 caf\u{e9}\r\n", HELLO, OK, "421 4.3.0 a@x.example\r\n"], "smtp 421 4.3.0 at recipient"),
        (&[], "connection"),
    ];
    let short = Duration::from_millis(700);
    let all = cases.iter().map(async |(replies, wanted)| {
        let sent = mailer(scripted(replies), short).send(&mail("a@x.example", "e1@netral.example")).await;
        assert_eq!(sent, Err(SendError::Transient((*wanted).to_owned())), "{replies:?}");
    });
    futures_util::future::join_all(all).await;
    let nowhere = mailer("smtp://does-not-exist.invalid:25".into(), PATIENCE);
    let error = nowhere.send(&mail("a@x.example", "e1@netral.example")).await.unwrap_err();
    assert!(error.class().starts_with("connection"), "{error}");
}

#[tokio::test]
async fn a_mail_given_up_half_way_does_not_disturb_the_next() {
    let smtp = SmtpServer::start();
    let mailer = mailer(smtp.url(), PATIENCE);
    mailer.send(&mail("a@x.example", "e0@n.example")).await.unwrap();
    for micros in (0..6000).step_by(300) {
        let id = format!("cut{micros}@n.example");
        // Whether it was in time or not is of no matter here.
        let _ = tokio::time::timeout(Duration::from_micros(micros), mailer.send(&mail("a@x.example", &id))).await;
        let id = format!("ok{micros}@n.example");
        mailer.send(&mail("b@x.example", &id)).await.unwrap();
        let refused = mailer.send(&mail("nouser@x.example", &id)).await;
        assert!(matches!(refused, Err(SendError::AddressRefused(_))), "{refused:?}");
    }
    let whole = |message: &&serde_json::Value| message["message_id"].as_str().unwrap().starts_with("<ok");
    assert_eq!(smtp.messages().iter().filter(whole).count(), 20);
}
