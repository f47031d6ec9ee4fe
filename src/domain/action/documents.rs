//! The documents that an action or a step names, each with its place in the input. Decides nothing.

use uuid::Uuid;

use super::{Action, Document, ImposeSanction};
use crate::domain::tracks::TrackStep;

/// A file that is named, with the JSON Pointer to the place below the input.
pub type NamedFile = (String, Uuid);

impl Action {
    /// The files its documents name, with pointers into the body of a transition.
    pub fn files(&self) -> Vec<NamedFile> {
        match self {
            Self::TransferOut(input) => file("/input/letter", &input.letter),
            Self::Conclude(input) => {
                let report = file("/input/inspection_report", &input.inspection_report).into_iter();
                let letter = input.bawaslu_letter.iter();
                report.chain(letter.flat_map(|letter| file("/input/bawaslu_letter", letter))).collect()
            }
            Self::ReturnReferral(input) => file("/input/letter", &input.letter),
            Self::RecordBreach(input) | Self::RecordBreachForReview(input) | Self::RecordBreachAsSufficient(input) => {
                file("/input/letter", &input.letter)
            }
            Self::RecordNoBreach(input) => file("/input/letter", &input.letter),
            Self::SendRecommendation(input) => file("/input/letter", &input.letter),
            Self::Contest(input) => file("/input/letter", &input.letter),
            Self::ImposeSanction(input) => of_decision("/input", input),
            Self::ReportUnproven(input) => file("/input/examination_record", &input.examination_record),
            Self::DecideAppeal(input) => file("/input/decision", &input.decision),
            Self::CancelOnAppeal(input) => file("/input/decision", &input.decision),
            Self::RecordDeparture(input) => file("/input/proof", &input.proof),
            // A verb that takes a document must say so above.
            Self::Take
            | Self::Ask(_)
            | Self::Answer
            | Self::ExpireQuestion
            | Self::Accept(_)
            | Self::ReferDirectly(_)
            | Self::Dismiss(_)
            | Self::Merge(_)
            | Self::Refer(_)
            | Self::FindUnproven(_)
            | Self::Recall(_)
            | Self::RequestMoreWork(_)
            | Self::RecommendNothing(_)
            | Self::ReassignAgency(_)
            | Self::FileAppeal(_)
            | Self::TakeEffect(_)
            | Self::Close(_)
            | Self::Withdraw(_)
            | Self::ReopenTriage(_)
            | Self::ReopenReview(_)
            | Self::Unmerge(_) => Vec::new(),
        }
    }
}

impl TrackStep {
    /// The files its documents name, with pointers into the body of a step.
    pub fn files(&self) -> Vec<NamedFile> {
        let own = self.document.iter().flat_map(|document| file("/document", document));
        own.chain(self.sanction.iter().flat_map(|impose| of_decision("/sanction", impose))).collect()
    }
}

fn of_decision(at: &str, input: &ImposeSanction) -> Vec<NamedFile> {
    let mut files = file(&format!("{at}/decision"), &input.decision);
    files.append(&mut file(&format!("{at}/examination_record"), &input.examination_record));
    files
}

fn file(at: &str, document: &Document) -> Vec<NamedFile> {
    document.file.map(|id| (format!("{at}/file"), id)).into_iter().collect()
}
