//! Walks cases through the workflow over HTTP, as officers do, with data that fits.

use serde_json::{Value, json};

use super::app::TestApp;
use super::client::Reply;
use super::persona::Persona;

/// A NIP that is well-formed and nobody's.
pub const NIP: &str = "198609262015051001";

const REASON: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";
const WORDING: &str = "Penjelasan bagi pelapor dengan kata-kata yang jelas.";

/// Data that fits for a verb, as an officer of Kota Jambi's case would send it; null for a verb without data.
/// Dates are set against the program's clock. `merge` needs a master case of its own.
pub fn input(app: &TestApp, verb: &str) -> Value {
    let letter = || json!({ "number": format!("100/{verb}/2026"), "dated": app.day(0) });
    match verb {
        "ask" => json!({ "questions": ["Apakah unggahan itu masih dapat dilihat?"], "answer_by": app.day(5) }),
        "accept" => json!({
            "subject": { "name": "Budi Santoso", "nip": NIP, "employment": "pns" },
            "agency_code": "PEMDA1571", "reviewing_agency_code": "PEMDA1571",
            "category": "discipline", "conduct_phase": "campaign", "election_regime": "pemilihan", "phase_reason": REASON,
        }),
        "refer_directly" => json!({
            "referral_kind": "preliminary_information", "election_regime": "pemilihan",
            "reviewing_agency_code": "PEMDA1571",
        }),
        "dismiss" => json!({ "dismissal_code": "insufficient_evidence", "reason": REASON, "public_wording": WORDING }),
        "merge" => json!({ "master_case_number": "REG-BKN-2026-1", "reason": REASON }),
        "transfer_out" => json!({
            "receiving_body_code": "DKPP", "receiving_email": "surat@lembaga.example",
            "letter": letter(), "reason": REASON,
        }),
        "refer" => json!({ "referral_kind": "preliminary_information", "findings_summary": REASON }),
        "conclude" => json!({
            "findings": [{ "act": "Mengunggah poster calon", "proven": true }],
            "inspection_report": letter(), "bawaslu_skip_reason": "source_is_bawaslu", "bawaslu_letter": letter(),
        }),
        "find_unproven" | "recommend_nothing" => json!({ "reason": REASON, "public_wording": WORDING }),
        "return_referral" => json!({ "result": "needs_agency_examination", "letter": letter() }),
        "record_breach" | "record_breach_for_review" | "record_breach_as_sufficient" => {
            json!({ "result": "other_law_breach", "letter": letter() })
        }
        "record_no_breach" => json!({ "letter": letter() }),
        "recall" => json!({ "reason": REASON, "error": true }),
        "request_more_work" | "unmerge" => json!({ "reason": REASON }),
        "send_recommendation" => json!({
            "violation_forms": [{ "code": "DIS-06", "category": "discipline" }], "proposed_sanctions": ["S1", "B1"],
            "addressee_agency_code": "PEMDA1571", "addressee_confirmed": true,
            "letter": { "number": "100/send_recommendation/2026", "dated": app.day(-20) },
            "evidence_redacted": true,
        }),
        "contest" => json!({ "reason": REASON, "letter": letter() }),
        "reassign_agency" => json!({ "agency_code": "PEMDA15", "reason": REASON }),
        "impose_sanction" => json!({
            "category": "discipline", "sanction_code": "S1",
            "decision": { "number": "100/impose_sanction/2026", "dated": app.day(-16) },
            "deciding_official": "Wali Kota Jambi", "legal_basis": "PP 94/2021 Pasal 14 huruf i",
            "examination_record": { "number": "101/impose_sanction/2026", "dated": app.day(-17) },
        }),
        "report_unproven" => json!({ "examination_record": letter(), "reason": REASON, "public_wording": WORDING }),
        "file_appeal" => json!({ "kind": "objection", "filed_on": app.day(0), "body": "Wali Kota Jambi" }),
        "take_effect" => json!({ "delivered_on": app.day(-16), "early_effect_reason": REASON }),
        "decide_appeal" => json!({ "outcome": "upheld", "decision": letter() }),
        "cancel_on_appeal" => json!({ "decision": letter(), "public_wording": WORDING }),
        "close" => json!({ "idis_ref": "IDIS-2026-1", "public_wording": WORDING }),
        "record_departure" => json!({ "kind": "retired", "departed_on": app.day(-1), "proof": letter() }),
        "withdraw" => json!({ "no_reason_to_continue": true, "reason": REASON }),
        "reopen_triage" | "reopen_review" => json!({ "ground": "new_evidence", "reason": REASON }),
        _ => Value::Null,
    }
}

/// The body of a transition.
pub fn action(verb: &str, input: &Value) -> Value {
    if input.is_null() { json!({ "action": verb }) } else { json!({ "action": verb, "input": input }) }
}

/// Who fires a verb where nothing else is said, and who approves it where that is needed.
pub fn people(verb: &str) -> (Persona, Option<Persona>) {
    match verb {
        "take" | "ask" | "accept" | "refer_directly" | "merge" | "transfer_out" | "withdraw" => (Persona::Triage, None),
        "dismiss" => (Persona::Triage, Some(Persona::SecondTriage)),
        "refer" | "conclude" | "find_unproven" => (Persona::Inspector, Some(Persona::Lead)),
        "return_referral" | "record_breach" | "record_breach_for_review" | "record_no_breach" => {
            (Persona::Liaison, None)
        }
        "recall" | "reopen_triage" | "reopen_review" | "unmerge" => (Persona::Lead, None),
        "send_recommendation" | "recommend_nothing" => (Persona::Auditor, Some(Persona::SecondAuditor)),
        "record_breach_as_sufficient" | "request_more_work" | "reassign_agency" | "close" | "record_departure" => {
            (Persona::Auditor, None)
        }
        "report_unproven" => (Persona::Ppk, Some(Persona::Auditor)),
        _ => (Persona::Ppk, None),
    }
}

impl TestApp {
    /// The case as this officer sees it.
    pub async fn case(&self, by: Persona, case: &str) -> Reply {
        self.get(&format!("/v1/cases/{case}")).by(by).expect(200).await
    }

    /// The state, version and everything else of a case straight from its row.
    pub async fn state(&self, case: &str) -> String {
        self.db.value(&format!("SELECT state AS value FROM cases WHERE case_number = '{case}'")).await
    }

    /// Fires a verb on the case as it stands, with any answer.
    pub async fn try_to(&self, by: Persona, case: &str, verb: &str, input: &Value) -> Reply {
        let sql = format!("SELECT version AS value FROM cases WHERE case_number = '{case}'");
        let version = self.db.value(&sql).await.parse().expect("a version");
        let path = format!("/v1/cases/{case}/transitions");
        self.post(&path).by(by).if_match(version).json(&action(verb, input)).send().await
    }

    /// Takes a step of a track of the case as it stands, with any answer.
    pub async fn try_step(&self, by: Persona, case: &str, track: &str, step: &Value) -> Reply {
        let sql = format!("SELECT version AS value FROM cases WHERE case_number = '{case}'");
        let version = self.db.value(&sql).await.parse().expect("a version");
        let path = format!("/v1/cases/{case}/tracks/{track}/transitions");
        self.post(&path).by(by).if_match(version).json(step).send().await
    }

    /// Takes a step with a letter of today and, where there is one, a day. Answers the case.
    pub async fn step(&self, by: Persona, case: &str, track: &str, to: &str, day: Option<&str>) -> Reply {
        let mut step = json!({ "to": to, "document": { "number": format!("200/{to}/2026"), "dated": self.day(0) } });
        if let Some(day) = day {
            step["day"] = day.into();
        }
        let reply = self.try_step(by, case, track, &step).await;
        assert_eq!(reply.status, 200, "{track}.{to}: {}", reply.body());
        reply
    }

    /// Where a track of the case stands, as its row keeps it.
    pub async fn track(&self, case: &str, track: &str) -> String {
        self.db.value(&format!("SELECT {track}_state AS value FROM cases WHERE case_number = '{case}'")).await
    }

    /// Fires a verb with data that fits; where a second officer must approve it, that one does. Answers the case.
    pub async fn fire(&self, case: &str, verb: &str) -> Reply {
        self.fire_with(case, verb, &input(self, verb)).await
    }

    /// The same with data of the test's own.
    pub async fn fire_with(&self, case: &str, verb: &str, input: &Value) -> Reply {
        let (by, approver) = people(verb);
        let reply = self.try_to(by, case, verb, input).await;
        let Some(approver) = approver else {
            assert_eq!(reply.status, 200, "{verb}: {}", reply.body());
            return reply;
        };
        assert_eq!(reply.status, 202, "{verb}: {}", reply.body());
        self.decide(approver, case, reply.text("/approval/id"), &json!({ "approve": true })).await.expect(200).await
    }

    /// The version of a case.
    pub async fn version(&self, case: &str) -> i64 {
        let found = format!("SELECT version AS value FROM cases WHERE case_number = '{case}'");
        self.db.value(&found).await.parse().unwrap()
    }

    /// The second officer's word on a draft, of the case as it stands now.
    pub async fn decide(&self, by: Persona, case: &str, approval: &str, decision: &Value) -> super::Call<'_> {
        let path = format!("/v1/cases/{case}/approvals/{approval}/decision");
        self.post(&path).by(by).if_match(self.version(case).await).json(decision)
    }

    /// Fires these verbs one after the other.
    pub async fn walk(&self, case: &str, verbs: &[&str]) {
        for verb in verbs {
            self.fire(case, verb).await;
        }
    }

    /// A new case that has come this far.
    pub async fn case_after(&self, verbs: &[&str]) -> String {
        let receipt = self.submit(&self.report()).await;
        self.walk(&receipt.case, verbs).await;
        receipt.case
    }
}

/// Verbs that bring a new case into each state but `awaiting_reporter`'s answer, in the order of the workflow.
pub const WAYS: [(&str, &[&str]); 11] = [
    ("submitted", &[]),
    ("triage", &["take"]),
    ("awaiting_reporter", &["take", "ask"]),
    ("inspectorate_review", &["take", "accept"]),
    ("bawaslu_referral", &["take", "accept", "refer"]),
    ("recommendation", &["take", "accept", "conclude"]),
    ("ppk_action", &["take", "accept", "conclude", "send_recommendation"]),
    ("sanction_decided", &["take", "accept", "conclude", "send_recommendation", "impose_sanction"]),
    ("appeal", &["take", "accept", "conclude", "send_recommendation", "impose_sanction", "file_appeal"]),
    ("monitoring", &["take", "accept", "conclude", "send_recommendation", "impose_sanction", "take_effect"]),
    ("closed", &["take", "accept", "conclude", "send_recommendation", "impose_sanction", "take_effect", "close"]),
];
