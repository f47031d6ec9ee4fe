//! The fourth story: a report that cannot be processed, from a reporter who reads English.

use serde_json::json;

use crate::demo::officers::{SECOND_TRIAGE, TRIAGE};
use crate::demo::stage::Stage;
use crate::serve::StartError;

/// Plays it.
pub async fn tell(stage: &mut Stage<'_>) -> Result<(), StartError> {
    stage.story(
        "a dismissal",
        "Not everything is a matter of neutrality. Dismissing takes two officers as well, and the reporter is told why. \
         This reporter's browser asks for English, and so the mails are in English.",
    );
    stage.step("A citizen reports long queues.");
    let report = stage
        .submit(
            json!({
                "conduct": {
                    "description": "The counter opened an hour late three times this week and the clerk was unfriendly; \
                                    nobody spoke about any candidate or party.",
                    "medium": "other",
                    "occurred_from": stage.day(-5),
                    "occurred_to": stage.day(-1),
                    "place": "Service counter of an invented office, Kota Jambi",
                    "region_code": "15.71"
                },
                "subject": { "name": "Fulan Misal Rekaan", "agency": "Loket Percontohan Kota Jambi" },
                "no_evidence": true,
                "truth_declaration": true,
                "reporter": { "email": "reader.wren@demo.example" }
            }),
            "en",
        )
        .await?;
    stage.confirm(&report).await?;
    stage.step("A triage officer takes it and finds that it is a complaint about service.");
    stage.fire(TRIAGE, &report, json!({ "action": "take" }), "triage").await?;
    stage.step("The officer drafts the dismissal; a colleague approves it.");
    let dismiss = json!({ "action": "dismiss", "input": {
        "dismissal_code": "not_a_neutrality_matter",
        "reason": "Laporan mengenai mutu layanan loket; tidak ada unsur keberpihakan.",
        "public_wording": "Your report is about service at a counter. Please bring it to SP4N-LAPOR! (lapor.go.id)."
    } });
    stage.fire_with_four_eyes((TRIAGE, SECOND_TRIAGE), &report, dismiss, "closed").await?;
    stage.step("The citizen reads the reason.");
    stage.status(&report.number).await?;
    stage.mailbox(&report, None).await?;
    stage.timeline(TRIAGE, &report).await
}
