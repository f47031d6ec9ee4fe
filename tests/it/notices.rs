//! Who is told at which step, by the mail rules of the specification: written by hand here, read from the deliveries there.

use serde_json::json;

use crate::harness::{Persona, TestApp, steps};

/// What each event of a case told whom, in order: `kind: notice -> recipients`. An event that told nobody says so.
async fn told(app: &TestApp, case: &str) -> Vec<String> {
    let sql = format!(
        "SELECT e.kind || ': ' || coalesce(string_agg(DISTINCT d.notice || ' -> ' || coalesce(o.email, d.address, 'reporter'), ', '), '-') AS value \
         FROM events e JOIN cases c ON c.id = e.case_id LEFT JOIN deliveries d ON d.event_id = e.id LEFT JOIN officers o ON o.id = d.officer_id \
         WHERE c.case_number = '{case}' GROUP BY e.seq, e.kind ORDER BY e.seq"
    );
    app.db.values(&sql).await
}

fn to(notice: &str, people: &[Persona]) -> String {
    let mut people: Vec<_> = people.iter().map(|persona| format!("{notice} -> {}", persona.email())).collect();
    people.sort();
    people.join(", ")
}

/// One expected line; the parts in the order of the database.
fn line(kind: &str, mut parts: Vec<String>) -> String {
    parts = parts.iter().flat_map(|part| part.split(", ").map(ToOwned::to_owned)).collect();
    parts.sort();
    format!("{kind}: {}", if parts.is_empty() { "-".to_owned() } else { parts.join(", ") })
}

const STATUS: &str = "status_changed -> reporter";

async fn app_with_report() -> (TestApp, crate::harness::Receipt) {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report_from("warga@warga.example")).await;
    (app, receipt)
}

#[tokio::test]
async fn on_the_long_way_each_step_tells_those_the_rules_name() {
    use Persona::{Auditor, Inspector, Lead, Liaison, Ppk, SecondAuditor, SecondTriage, Triage};
    let (app, receipt) = app_with_report().await;
    let case = &receipt.case;
    app.walk(case, &["take", "ask"]).await;
    let token = app.open_mailbox(&receipt).await;
    let answer = json!({ "body": "Masih dapat dilihat." });
    app.post("/v1/my-report/messages").bearer(&token).json(&answer).expect(201).await;
    app.walk(case, &["accept", "refer", "record_breach"]).await;
    let mut send = steps::input(&app, "send_recommendation");
    send["addressee_email"] = "persuratan@kota.example".into();
    app.fire_with(case, "send_recommendation", &send).await;
    app.walk(case, &["impose_sanction", "file_appeal", "decide_appeal", "close", "reopen_review"]).await;
    let auditors = || to("decision_recorded", &[Auditor, SecondAuditor]);
    let expected = vec![
        line("submit", vec!["report_received -> reporter".into(), to("report_arrived", &[Triage, SecondTriage])]),
        line("take", vec![STATUS.into()]),
        line("ask", vec!["question_asked -> reporter".into()]),
        line("answer", vec![STATUS.into(), to("reporter_answered", &[Triage])]),
        line("accept", vec![STATUS.into(), to("review_assigned", &[Inspector, Lead])]),
        line("approval.requested", vec![]),
        line("refer", vec![STATUS.into(), to("referral_received", &[Liaison])]),
        line("record_breach", vec![STATUS.into(), to("case_handed_over", &[Auditor, SecondAuditor])]),
        line("approval.requested", vec![]),
        line(
            "send_recommendation",
            vec![
                STATUS.into(),
                to("recommendation_sent", &[Ppk]),
                "recommendation_sent -> persuratan@kota.example".into(),
            ],
        ),
        line("impose_sanction", vec![STATUS.into(), auditors()]),
        line("file_appeal", vec![STATUS.into(), auditors()]),
        line("decide_appeal", vec![STATUS.into(), auditors()]),
        line("close", vec!["case_closed -> reporter".into(), to("decision_recorded", &[Ppk])]),
        line("reopen_review", vec!["case_reopened -> reporter".into(), to("case_reopened_officer", &[Triage])]),
    ];
    assert_eq!(told(&app, case).await, expected);
}

#[tokio::test]
async fn on_the_other_ways_each_step_tells_those_the_rules_name() {
    use Persona::{Auditor, Inspector, Liaison, Ppk, ProvincePpk, SecondAuditor};
    let ways: Vec<(&[&str], Vec<String>)> = vec![
        (&["take", "dismiss"], vec![line("dismiss", vec!["case_closed -> reporter".into()])]),
        (
            &["take", "transfer_out"],
            vec![line(
                "transfer_out",
                vec![
                    "report_transferred -> reporter".into(),
                    "case_transferred_to_body -> surat@lembaga.example".into(),
                ],
            )],
        ),
        (
            &["take", "refer_directly", "recall"],
            vec![
                line("refer_directly", vec![STATUS.into(), to("referral_received", &[Liaison])]),
                line("recall", vec![STATUS.into(), to("referral_recalled", &[Liaison])]),
            ],
        ),
        (
            &["take", "refer_directly", "record_no_breach", "find_unproven"],
            vec![
                line("record_no_breach", vec![STATUS.into(), to("case_handed_over", &[Inspector])]),
                line("find_unproven", vec!["case_closed -> reporter".into()]),
            ],
        ),
        (
            &["take", "accept", "conclude", "send_recommendation", "contest", "send_recommendation", "reassign_agency"],
            vec![
                line("contest", vec![STATUS.into(), to("case_handed_over", &[Auditor, SecondAuditor])]),
                line(
                    "reassign_agency",
                    vec![to("recommendation_sent", &[ProvincePpk]), to("access_withdrawn", &[Ppk])],
                ),
            ],
        ),
        (
            &["take", "accept", "conclude", "request_more_work"],
            vec![line("request_more_work", vec![STATUS.into(), to("case_handed_over", &[Inspector])])],
        ),
        (&["take", "record_departure"], vec![line("record_departure", vec!["case_closed -> reporter".into()])]),
    ];
    for (way, expected) in ways {
        let (app, receipt) = app_with_report().await;
        app.walk(&receipt.case, way).await;
        let told = told(&app, &receipt.case).await;
        for line in expected {
            assert!(told.contains(&line), "{line} is not in {told:#?}");
        }
    }
}

#[tokio::test]
async fn the_reporter_of_a_merged_report_hears_of_the_case_it_was_merged_into() {
    let app = TestApp::start().await;
    let master = app.submit(&app.report_from("induk@warga.example")).await;
    let merged = app.submit(&app.report_from("gabung@warga.example")).await;
    app.walk(&master.case, &["take"]).await;
    app.walk(&merged.case, &["take"]).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = master.case.clone().into();
    app.fire_with(&merged.case, "merge", &merge).await;
    app.walk(&master.case, &["accept"]).await;
    let told = "SELECT r.complaint_number || ' ' || d.notice AS value FROM deliveries d JOIN events e ON e.id = d.event_id \
                JOIN reports r ON r.id = d.report_id WHERE e.kind IN ('merge', 'accept') ORDER BY 1";
    let told = app.db.values(told).await;
    let mut expected = [
        format!("{} report_merged", merged.number),
        format!("{} status_changed", merged.number),
        format!("{} status_changed", master.number),
    ];
    expected.sort();
    assert_eq!(told, expected, "the master's reporter hears nothing of the merge, both hear of what follows");
    app.walk(&merged.case, &["unmerge"]).await;
    let undone = self::told(&app, &merged.case).await.pop().unwrap();
    let owner = to("case_reopened_officer", &[Persona::Triage]);
    assert_eq!(undone, line("unmerge", vec!["case_reopened -> reporter".into(), owner]));
}

#[tokio::test]
async fn many_reports_within_ten_minutes_are_one_mail_to_triage_that_counts_them() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        app.submit(&app.report()).await;
    }
    let last = app.submit(&app.report()).await;
    app.deliver_after_quiet().await;
    let mails = app.mails_to(Persona::Triage.email());
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert!(mail.text.contains("3 perkara telah masuk") && mail.text.contains(&last.case), "{}", mail.text);
    assert!(mail.text.contains("/v1/cases?state=submitted"), "{}", mail.text);
    // What was counted is not counted again.
    let next = app.submit(&app.report()).await;
    app.deliver_after_quiet().await;
    let mails = app.mails_to(Persona::Triage.email());
    assert!(mails[1].text.contains(&format!("Perkara {} telah masuk", next.case)), "{}", mails[1].text);
}

#[tokio::test]
async fn each_who_takes_over_reads_until_when() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let case = &receipt.case;
    let last_day = async |code: &str| {
        let zone = "'Asia/Jakarta'";
        let sql = format!(
            "SELECT to_char(min(due_at) AT TIME ZONE {zone}, 'DD-MM-YYYY') AS value FROM deadlines WHERE code = '{code}' AND settled_at IS NULL"
        );
        app.db.value(&sql).await
    };
    for (way, persona, code, says) in [
        (["take", "accept"], Persona::Inspector, "D4", "diserahkan kepada unit Anda"),
        (["refer", ""], Persona::Liaison, "D2", "telah dirujuk"),
        (["record_breach", ""], Persona::Auditor, "D6", "diserahkan kepada Anda"),
        (["send_recommendation", ""], Persona::Ppk, "D7", "ditujukan kepada Pejabat Pembina Kepegawaian"),
    ] {
        let steps: Vec<&str> = way.into_iter().filter(|verb| !verb.is_empty()).collect();
        app.walk(case, &steps).await;
        app.deliver_all().await;
        let mails = app.mails_to(persona.email());
        let mail = mails.iter().rev().find(|mail| mail.text.contains(says)).unwrap();
        assert!(mail.text.contains(&format!("Batas waktu: {}.", last_day(code).await)), "{code}: {}", mail.text);
    }
    // A recommendation passed on is the same letter.
    let sent = app.mails_to(Persona::Ppk.email());
    let subject = sent.iter().rev().find(|mail| mail.subject.starts_with("Surat nomor")).unwrap().subject.clone();
    app.walk(case, &["reassign_agency"]).await;
    app.deliver_all().await;
    let passed_on: Vec<_> = app.mails().into_iter().filter(|mail| mail.subject == subject).collect();
    assert!(passed_on.len() >= 2, "{subject}");
    assert!(!app.mails().iter().any(|mail| mail.subject.starts_with("Surat nomor REG")));
}

#[tokio::test]
async fn what_would_go_to_a_disabled_officer_goes_to_the_unit_and_nothing_becomes_a_dead_letter() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    // One mail is on its way already.
    let disable = "UPDATE officers SET disabled_at = now() WHERE email = ";
    app.db.execute(&format!("{disable} '{}'", Persona::Triage.email())).await;
    app.deliver_after_quiet().await;
    assert_eq!(app.mails_to(Persona::Triage.email()).len(), 0);
    let token = app.open_mailbox(&receipt).await;
    let message = json!({ "body": "Ada bukti baru." });
    app.post("/v1/my-report/messages").bearer(&token).json(&message).expect(201).await;
    app.submit(&app.report()).await;
    app.deliver_after_quiet().await;
    let mails = app.mails_to(Persona::SecondTriage.email());
    assert!(mails.iter().any(|mail| mail.text.contains("Ada kabar dari pelapor")), "the owner is away, the unit hears");
    assert_eq!(app.mails_to(Persona::Triage.email()).len(), 0);
    let states = "SELECT DISTINCT state AS value FROM deliveries WHERE officer_id = (SELECT id FROM officers WHERE disabled_at IS NOT NULL)";
    assert_eq!(app.db.values(states).await, ["cancelled"]);
    assert_eq!(
        app.db.values("SELECT notice AS value FROM deliveries WHERE state = 'dead'").await,
        Vec::<String>::new()
    );
}
