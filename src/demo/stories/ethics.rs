//! The second story: an ethics case, where a moral sanction takes effect at once.

use serde_json::json;

use crate::demo::officers::{BKN, INSPECTOR, LEAD, PPK, SECOND_BKN, TRIAGE};
use crate::demo::stage::{Report, Stage};
use crate::serve::StartError;

const NIP: &str = "190002021930022002";

/// Plays it.
pub async fn tell(stage: &mut Stage<'_>) -> Result<(), StartError> {
    stage.story(
        "an ethics case",
        "Before any election stage an official shares the posts of a would-be candidate. Bawaslu has no part in it. The \
         reporter confirms the e-mail address late: until then every further mail is held.",
    );
    let report = reported(stage).await?;
    stage.confirm(&report).await?;
    examined(stage, &report).await?;
    decided(stage, &report).await?;
    stage.step("The citizen reads how it ended.");
    stage.status(&report.number).await?;
    stage.mailbox(&report, None).await?;
    stage.timeline(BKN, &report).await
}

async fn reported(stage: &mut Stage<'_>) -> Result<Report, StartError> {
    stage.step("A citizen reports; only an e-mail address for news is left, no name.");
    let report = stage
        .submit(
            json!({
                "conduct": {
                    "description": "Yang bersangkutan berulang kali membagikan unggahan bakal calon wali kota dan \
                                    menuliskan dukungannya di kolom komentar pada jam kerja.",
                    "medium": "social_media",
                    "occurred_from": stage.day(-9),
                    "occurred_to": stage.day(-4),
                    "place": "Grup percakapan pegawai dan akun media sosial",
                    "region_code": "15.71"
                },
                "subject": { "name": "Fulanah Peraga Rekaan", "agency": "Kantor Percontohan Kecamatan Rekaan" },
                "evidence": ["Tangkapan layar lima unggahan"],
                "truth_declaration": true,
                "reporter": { "email": "warga.melati@demo.example" }
            }),
            "id",
        )
        .await?;
    stage.step("A triage officer takes it.");
    stage.fire(TRIAGE, &report, json!({ "action": "take" }), "triage").await?;
    Ok(report)
}

async fn examined(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    stage.step("Accepted into review, as a matter of ethics outside any election stage.");
    stage.keep(NIP);
    let accept = json!({ "action": "accept", "input": {
        "subject": { "nip": NIP, "employment": "pns" },
        "agency_code": "PEMDA1571", "reviewing_agency_code": "PEMDA1571",
        "category": "ethics", "conduct_phase": "outside_stage", "election_regime": "none"
    } });
    stage.fire(TRIAGE, report, accept, "inspectorate_review").await?;
    stage.step("The inspectorate concludes, with four eyes, and says why Bawaslu was not asked.");
    let conclude = json!({ "action": "conclude", "input": {
        "findings": [{ "act": "Membagikan unggahan bakal calon", "proven": true }],
        "inspection_report": stage.letter("LHP"),
        "bawaslu_skip_reason": "regime_none"
    } });
    stage.fire_with_four_eyes((INSPECTOR, LEAD), report, conclude, "recommendation").await
}

async fn decided(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    stage.step("BKN recommends a moral sanction.");
    let send = json!({ "action": "send_recommendation", "input": {
        "violation_forms": [{ "code": "ETH-04", "category": "ethics" }],
        "proposed_sanctions": ["MORAL_CLOSED", "MORAL_OPEN"],
        "addressee_agency_code": "PEMDA1571", "addressee_confirmed": true,
        "letter": stage.letter("B-BKN"), "evidence_redacted": true
    } });
    stage.fire_with_four_eyes((BKN, SECOND_BKN), report, send, "ppk_action").await?;
    stage.step("An ethics council is formed and hears the official.");
    let council = json!({ "to": "council_formed", "document": stage.letter("SK-MKE") });
    stage.track(PPK, report, "ethics", council).await?;
    let hearing = json!({ "to": "hearing", "document": stage.letter("BA-MKE"), "day": stage.today() });
    stage.track(PPK, report, "ethics", hearing).await?;
    stage.step("The PPK follows it, on the minutes of the ethics council: an open statement.");
    let impose = json!({ "action": "impose_sanction", "input": {
        "category": "ethics", "sanction_code": "MORAL_OPEN", "decision": stage.letter("SK"),
        "deciding_official": "Wali Kota Jambi", "legal_basis": "PP 42/2004 Pasal 15",
        "examination_record": stage.letter("BA-MKE")
    } });
    stage.fire(PPK, report, impose, "sanction_decided").await?;
    stage.step("The statement is made today, and a moral sanction needs no waiting.");
    let effect = json!({ "action": "take_effect", "input": { "delivered_on": stage.today() } });
    stage.fire(PPK, report, effect, "monitoring").await?;
    stage.step("BKN closes the case; I'DIS keeps discipline sanctions only.");
    let words = "Laporan Anda terbukti sebagai pelanggaran kode etik dan sanksi moral telah dijatuhkan.";
    stage.fire(BKN, report, json!({ "action": "close", "input": { "public_wording": words } }), "closed").await
}
