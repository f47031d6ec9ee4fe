//! The third story: Bawaslu suspects a crime, and a court decides.

use serde_json::json;

use crate::demo::officers::{BAWASLU, BKN, INSPECTOR, LEAD, SECOND_BKN, TRIAGE};
use crate::demo::stage::{Report, Stage};
use crate::serve::StartError;

const NIP: &str = "190003031930031003";

/// Plays it.
pub async fn tell(stage: &mut Stage<'_>) -> Result<(), StartError> {
    stage.story(
        "a crime",
        "The reporter stays wholly anonymous: no name, no e-mail address, so no mail to the reporter either; number and \
         access code are enough. Bawaslu suspects a crime, and the case stays open until a court has spoken.",
    );
    let report = referred(stage).await?;
    stage.step("Bawaslu suspects a crime. That opens the criminal track beside the case.");
    let breach = json!({ "action": "record_breach", "input": {
        "result": "crime_suspected", "letter": stage.letter("B-BAWASLU")
    } });
    stage.fire(BAWASLU, &report, breach, "recommendation").await?;
    stage.step("BKN leaves the matter to the court. The case cannot close yet: it is monitored.");
    let nothing = json!({ "action": "recommend_nothing", "input": {
        "reason": "Perbuatan yang sama sedang diproses pidana; sanksi administratif tidak diusulkan.",
        "public_wording": "Tidak ada rekomendasi sanksi administratif. Laporan Anda tetap kami pantau."
    } });
    stage.fire_with_four_eyes((BKN, SECOND_BKN), &report, nothing, "monitoring").await?;
    judged(stage, &report).await?;
    stage.step("The citizen reads how it ended, by number and access code.");
    stage.status(&report.number).await?;
    stage.mailbox(&report, None).await?;
    stage.tracks(BKN, &report).await?;
    stage.timeline(BKN, &report).await
}

async fn referred(stage: &mut Stage<'_>) -> Result<Report, StartError> {
    stage.step("A citizen reports, anonymously.");
    let report = stage
        .submit(
            json!({
                "conduct": {
                    "description": "Dalam rapat dinas yang bersangkutan membagikan bantuan pemerintah dengan syarat \
                                    penerimanya memilih calon tertentu dan mencatat nama mereka.",
                    "medium": "event",
                    "occurred_from": stage.day(-2),
                    "known_on": stage.day(-2),
                    "place": "Aula kantor kelurahan rekaan, Kota Jambi",
                    "region_code": "15.71"
                },
                "subject": { "name": "Polan Umpama Rekaan", "agency": "Kelurahan Percontohan, Kota Jambi" },
                "evidence": ["Rekaman suara rapat", "Daftar hadir dan daftar penerima"],
                "truth_declaration": true,
                "election_regime": "pemilihan"
            }),
            "id",
        )
        .await?;
    stage.step("Taken, and accepted into review.");
    stage.fire(TRIAGE, &report, json!({ "action": "take" }), "triage").await?;
    stage.keep(NIP);
    let accept = json!({ "action": "accept", "input": {
        "subject": { "nip": NIP, "employment": "pns" },
        "agency_code": "PEMDA1571", "reviewing_agency_code": "PEMDA1571",
        "category": "criminal", "conduct_phase": "campaign", "election_regime": "pemilihan",
        "phase_reason": "Pemilihan dalam peragaan ini tidak tercatat pada jadwal pemilihan."
    } });
    stage.fire(TRIAGE, &report, accept, "inspectorate_review").await?;
    stage.step("Referred to Bawaslu, as preliminary information: no named reporter stands behind it.");
    let refer = json!({ "action": "refer", "input": {
        "referral_kind": "preliminary_information",
        "findings_summary": "Bantuan dibagikan dengan syarat memilih calon tertentu; diduga tindak pidana pemilihan."
    } });
    stage.fire_with_four_eyes((INSPECTOR, LEAD), &report, refer, "bawaslu_referral").await?;
    Ok(report)
}

async fn judged(stage: &mut Stage<'_>, report: &Report) -> Result<(), StartError> {
    let close = json!({ "action": "close", "input": {
        "public_wording": "Perkara telah diputus oleh pengadilan pidana. Terima kasih atas laporan Anda."
    } });
    stage.step("Closing it while the proceedings run: refused.");
    stage.refused(BKN, report, close.clone(), "all_tracks_terminal").await?;
    stage.step("Bawaslu's liaison records how the proceedings go on, to the conviction.");
    for to in ["at_gakkumdu", "investigation", "prosecution", "trial", "convicted"] {
        let step = json!({ "to": to, "document": stage.letter("B-PID") });
        stage.track(BAWASLU, report, "criminal", step).await?;
    }
    stage.step("With the conviction on record the case closes, as decided in criminal proceedings.");
    stage.fire(BKN, report, close, "closed").await
}
