//! The first story: through every institution to a discipline sanction.

use serde_json::json;

use crate::demo::officers::{BAWASLU, BKN, INSPECTOR, LEAD, PPK, SECOND_BKN, TRIAGE};
use crate::demo::stage::{Report, Stage};
use crate::serve::StartError;

/// Born in 1900: the shape is right, and no living official has it.
const NIP: &str = "190001011930011001";

/// Plays it.
pub async fn tell(stage: &mut Stage<'_>) -> Result<(), StartError> {
    stage.story(
        "a discipline sanction",
        "A citizen of Kota Jambi reports that an official campaigned for a candidate on social media. Inspectorate, \
         Bawaslu, BKN and the PPK each do their part; the appeal window passes; the sanction is registered.",
    );
    let report = reported(stage).await?;
    asked(stage, &report).await?;
    examined(stage, &report).await?;
    recommended(stage, &report).await?;
    heard(stage, &report).await?;
    decided(stage, &report).await?;
    stage.step("The citizen reads how it ended: the reason, and the officer's words in the mailbox.");
    stage.status(&report.number).await?;
    stage.mailbox(&report, None).await?;
    stage.tracks(BKN, &report).await?;
    stage.timeline(BKN, &report).await
}

async fn reported(stage: &mut Stage<'_>) -> Result<Report, StartError> {
    stage.step("A citizen reports, naming the official and the agency, but no personal number.");
    let report = stage
        .submit(
            json!({
                "conduct": {
                    "description": "Pada Senin malam yang bersangkutan mengunggah poster calon wali kota nomor urut 9 \
                                    di akun media sosialnya dan mengajak pegawai serta warga untuk memilihnya.",
                    "medium": "social_media",
                    "occurred_from": stage.day(-3),
                    "known_on": stage.day(-2),
                    "place": "Akun media sosial pribadi yang bersangkutan",
                    "region_code": "15.71",
                    "links": ["https://media-sosial.example/unggahan/90817"]
                },
                "subject": {
                    "name": "Fulan Teladan Rekaan",
                    "agency": "Dinas Percontohan Kota Jambi",
                    "position": "Kepala Seksi Peragaan"
                },
                "evidence": ["Tangkapan layar unggahan beserta tanggal dan waktunya"],
                "truth_declaration": true,
                "reporter": { "name": "Warga Kenari Rekaan", "email": "warga.kenari@demo.example" },
                "consent_to_bawaslu": true,
                "election_regime": "pemilihan"
            }),
            "id",
        )
        .await?;
    stage.confirm(&report).await?;
    stage.step("A triage officer takes the report.");
    stage.fire(TRIAGE, &report, json!({ "action": "take" }), "triage").await?;
    Ok(report)
}

async fn asked(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    stage.step("Something is unclear, so the officer asks. The mail says that there is a question, not which.");
    let ask = json!({ "action": "ask", "input": {
        "questions": ["Apakah unggahan itu masih dapat dilihat, dan pukul berapa Anda melihatnya pertama kali?"],
        "answer_by": stage.day(5)
    } });
    stage.fire(TRIAGE, report, ask, "awaiting_reporter").await?;
    stage.step("The citizen opens the mailbox with number and access code, reads the question and answers.");
    let answer = "Unggahan itu masih ada ketika saya periksa tadi pagi; saya melihatnya pertama kali pukul 20.15 WIB.";
    stage.mailbox(report, Some(answer)).await?;
    stage.step("The officer reads the answer.");
    stage.correspondence(TRIAGE, report).await
}

async fn examined(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    let accept = |subject| {
        json!({ "action": "accept", "input": {
            "subject": subject, "agency_code": "PEMDA1571", "reviewing_agency_code": "PEMDA1571",
            "category": "discipline", "conduct_phase": "campaign", "election_regime": "pemilihan",
            "phase_reason": "Pemilihan dalam peragaan ini tidak tercatat pada jadwal pemilihan."
        } })
    };
    stage.step("Accepting it without knowing for certain who the official is: refused.");
    let unknown = json!({ "position": "Kepala Seksi Peragaan", "employment": "pns" });
    stage.refused(TRIAGE, report, accept(unknown), "subject_resolved").await?;
    stage.step("With the official's number found, the report is accepted into the inspectorate's review.");
    let known = json!({ "nip": NIP, "position": "Kepala Seksi Peragaan", "employment": "pns" });
    stage.keep(NIP);
    stage.fire(TRIAGE, report, accept(known), "inspectorate_review").await?;
    stage.step("The inspector refers the case to Bawaslu; a second pair of eyes must agree.");
    let refer = json!({ "action": "refer", "input": {
        "referral_kind": "formal_report",
        "findings_summary": "Unggahan terbukti berasal dari akun terlapor dan dilihat banyak pegawai; dirujuk untuk kajian."
    } });
    stage.fire_with_four_eyes((INSPECTOR, LEAD), report, refer, "bawaslu_referral").await?;
    stage.step("Bawaslu's liaison records its receipt and its register number: the referral is a track of its own.");
    for to in ["received", "registered"] {
        let step = json!({ "to": to, "document": stage.letter("LP-BAWASLU") });
        stage.track(BAWASLU, report, "referral", step).await?;
    }
    Ok(())
}

async fn heard(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    stage.step("The PPK summons the official, and releases him from duty until the decision.");
    let summons = json!({
        "to": "summoned", "document": stage.letter("UND"), "day": stage.day(5), "temporary_release": true
    });
    stage.track(PPK, report, "discipline", summons).await?;
    stage.step("Examined by his superior alone, where only heavy sanctions are proposed: refused.");
    let examined = json!({ "to": "examined", "document": stage.letter("BAP"), "day": stage.today() });
    stage.track_refused(PPK, report, ("discipline", examined.clone()), "team_where_heavy").await?;
    stage.step("A team is formed and examines him.");
    let team = json!({ "to": "team_formed", "document": stage.letter("SK-TIM") });
    stage.track(PPK, report, "discipline", team).await?;
    stage.track(PPK, report, "discipline", examined).await
}

async fn recommended(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    stage.step("Bawaslu finds a breach of other legislation; the case goes on to BKN.");
    let breach = json!({ "action": "record_breach", "input": {
        "result": "other_law_breach", "letter": stage.letter("B-BAWASLU")
    } });
    stage.fire(BAWASLU, report, breach, "recommendation").await?;
    stage.step("BKN's auditor drafts the recommendation to the mayor as PPK; a colleague approves it.");
    let send = json!({ "action": "send_recommendation", "input": {
        "violation_forms": [{ "code": "DIS-02", "category": "discipline" }],
        "proposed_sanctions": ["B1", "B2"],
        "addressee_agency_code": "PEMDA1571",
        "addressee_confirmed": true,
        "addressee_email": "bkpsdm.kotajambi@demo.example",
        "letter": stage.letter("B-BKN"),
        "evidence_redacted": true
    } });
    stage.fire_with_four_eyes((BKN, SECOND_BKN), report, send, "ppk_action").await
}

async fn decided(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    stage.step(
        "The PPK decides: B1, one position lower for twelve months. It uploads the decision (SK) and names the file.",
    );
    let decision = stage.letter_with_file(PPK, report, "SK").await?;
    let impose = json!({ "action": "impose_sanction", "input": {
        "category": "discipline", "sanction_code": "B1", "decision": decision,
        "deciding_official": "Wali Kota Jambi", "legal_basis": "PP 94/2021 Pasal 14 huruf i angka 3",
        "examination_record": stage.letter("BAP")
    } });
    stage.fire(PPK, report, impose, "sanction_decided").await?;
    let today = stage.today();
    stage.step("The decision is delivered to the official today; from here the time for an appeal runs.");
    stage.track(PPK, report, "discipline", json!({ "to": "delivered", "day": today })).await?;
    let effect = json!({ "action": "take_effect", "input": { "delivered_on": today } });
    stage.step("Delivered today, in force today? Not before the fifteenth day.");
    stage.refused(PPK, report, effect.clone(), "day_15_reached").await?;
    stage.step("The time for an appeal, fourteen working days, passes without one. The demo moves its own clock.");
    stage.wait(35).await?;
    stage.step("Now the decision takes effect.");
    stage.fire(PPK, report, effect, "monitoring").await?;
    let close = |idis: Option<String>| {
        let words = "Laporan Anda terbukti. Pejabat yang bersangkutan dijatuhi hukuman disiplin oleh instansinya.";
        json!({ "action": "close", "input": { "idis_ref": idis, "public_wording": words } })
    };
    stage.step("Closing it before the sanction is registered in I'DIS: refused.");
    stage.refused(BKN, report, close(None), "registered_in_idis").await?;
    stage.step("Registered and closed.");
    stage.fire(BKN, report, close(Some(stage.reference("IDIS"))), "closed").await
}
