//! What an officer asks of a case: one variant per verb with exactly the data that verb needs. Decides nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text_enum;

mod documents;
mod inputs;
mod outcomes;

pub use documents::NamedFile;
pub use inputs::*;
pub use outcomes::*;

text_enum! {
    /// What Bawaslu answered to a referral.
    BawasluResult {
        NotRegistered = "not_registered", "Tidak diregistrasi", "Not registered";
        TreatedAsPreliminary = "treated_as_preliminary", "Diperlakukan sebagai informasi awal", "Treated as preliminary information";
        NeedsAgencyExamination = "needs_agency_examination", "Perlu pemeriksaan instansi", "Needs examination by the agency";
        NoBreach = "no_breach", "Bukan pelanggaran", "No breach";
        OtherLawBreach = "other_law_breach", "Pelanggaran peraturan perundang-undangan lainnya", "Breach of other legislation";
        CrimeSuspected = "crime_suspected", "Dugaan tindak pidana", "Crime suspected";
    }
}

text_enum! {
    /// Results with which Bawaslu returns a case unstudied.
    ReturnResult {
        NotRegistered = "not_registered", "Tidak diregistrasi", "Not registered";
        TreatedAsPreliminary = "treated_as_preliminary", "Diperlakukan sebagai informasi awal", "Treated as preliminary information";
        NeedsAgencyExamination = "needs_agency_examination", "Perlu pemeriksaan instansi", "Needs examination by the agency";
    }
}

text_enum! {
    /// Results in which Bawaslu finds a breach.
    BreachResult {
        OtherLawBreach = "other_law_breach", "Pelanggaran peraturan perundang-undangan lainnya", "Breach of other legislation";
        CrimeSuspected = "crime_suspected", "Dugaan tindak pidana", "Crime suspected";
    }
}

text_enum! {
    /// Why a case is concluded without a result of Bawaslu.
    BawasluSkipReason {
        RegimeNone = "regime_none", "Tidak ada tahapan pemilihan", "No election stage";
        SourceIsBawaslu = "source_is_bawaslu", "Berasal dari Bawaslu", "Bawaslu is the source";
        OutOfTime = "out_of_time", "Lewat batas waktu Bawaslu", "Out of Bawaslu's time limit";
    }
}

text_enum! {
    /// How the subject is employed. Every value is a civil servant, so choosing one confirms jurisdiction.
    Employment {
        Pns = "pns", "PNS", "Tenured civil servant";
        Cpns = "cpns", "Calon PNS", "Civil servant on probation";
        Pppk = "pppk", "PPPK", "Government employee on contract";
    }
}

text_enum! {
    /// The two administrative remedies (PP 79/2021).
    AppealKind {
        Objection = "objection", "Keberatan", "Objection";
        AdministrativeAppeal = "administrative_appeal", "Banding administratif", "Administrative appeal";
    }
}

text_enum! {
    /// How an appeal ended when the decision stands in some form.
    AppealOutcome {
        Upheld = "upheld", "Diperkuat", "Upheld";
        Lightened = "lightened", "Diperingan", "Lightened";
        Aggravated = "aggravated", "Diperberat", "Aggravated";
        Changed = "changed", "Diubah", "Changed";
        Inadmissible = "inadmissible", "Tidak dapat diterima", "Inadmissible";
    }
}

text_enum! {
    /// How the subject left the service.
    DepartureKind {
        Retired = "retired", "Pensiun", "Retired";
        Resigned = "resigned", "Mengundurkan diri", "Resigned";
        Died = "died", "Meninggal dunia", "Died";
        DismissedElsewhere = "dismissed_elsewhere", "Diberhentikan dalam perkara lain", "Dismissed in another case";
    }
}

text_enum! {
    /// On what ground a closed case is opened again.
    ReopenGround {
        NewEvidence = "new_evidence", "Bukti baru", "New evidence";
        CourtDecision = "court_decision", "Putusan pengadilan atau BPASN", "Decision of a court or BPASN";
        ProceduralError = "procedural_error", "Kesalahan prosedur", "Procedural error";
        WrongMerge = "wrong_merge", "Penggabungan keliru", "Wrong merge";
    }
}

/// Declares the verbs, the request body and what ties them, once.
macro_rules! actions {
    ($($verb:ident = $text:literal, $label_id:literal, $label_en:literal $(, $input:ident)?;)+) => {
        text_enum! {
            /// The verbs of the workflow, T02 to T33. T01 is the report itself.
            Verb { $($verb = $text, $label_id, $label_en;)+ }
        }

        /// The body of a transition: the verb under `action`, its data under `input`.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "action", content = "input", rename_all = "snake_case", deny_unknown_fields)]
        pub enum Action { $(#[doc = $label_en] $verb $(($input))?,)+ }

        impl Action {
            /// The verb of this body.
            pub const fn verb(&self) -> Verb {
                match self { $(actions!(@pattern $verb $($input)?) => Verb::$verb,)+ }
            }

            /// What the timeline keeps of it: verb and data but for the texts that reporters find in their mailboxes, which
            /// are kept there only, sealed. `None` for a verb without data.
            pub fn on_record(&self) -> Option<serde_json::Value> {
                let mut action = serde_json::to_value(self).ok()?;
                let input = action.get_mut("input")?.as_object_mut()?;
                MAILBOX_TEXTS.iter().for_each(|field| drop(input.remove(*field)));
                Some(action)
            }
        }

        impl Verb {
            /// Name of the schema of its `input` in openapi.yaml; `None` for a verb without data.
            pub const fn input_schema(self) -> Option<&'static str> {
                match self { $(Self::$verb => actions!(@schema $($input)?),)+ }
            }
        }
    };
    (@pattern $verb:ident $input:ident) => { Self::$verb(_) };
    (@pattern $verb:ident) => { Self::$verb };
    (@schema $input:ident) => { Some(stringify!($input)) };
    (@schema) => { None };
}

/// The fields of inputs whose text goes to reporters.
const MAILBOX_TEXTS: [&str; 2] = ["questions", "public_wording"];

actions! {
    Take = "take", "Ambil", "Take";
    Ask = "ask", "Tanya pelapor", "Ask the reporter", Ask;
    Answer = "answer", "Jawaban pelapor", "The reporter answers";
    ExpireQuestion = "expire_question", "Tidak ada jawaban", "No answer in time";
    Accept = "accept", "Terima untuk diperiksa", "Accept into review", Accept;
    ReferDirectly = "refer_directly", "Rujuk langsung ke Bawaslu", "Refer to Bawaslu at once", ReferDirectly;
    Dismiss = "dismiss", "Tolak", "Dismiss", Dismiss;
    Merge = "merge", "Gabungkan", "Merge", Merge;
    TransferOut = "transfer_out", "Teruskan ke instansi lain", "Pass on to another body", TransferOut;
    Refer = "refer", "Rujuk ke Bawaslu", "Refer to Bawaslu", Refer;
    Conclude = "conclude", "Simpulkan", "Conclude", Conclude;
    FindUnproven = "find_unproven", "Nyatakan tidak terbukti", "Find not proven", Unproven;
    ReturnReferral = "return_referral", "Dikembalikan Bawaslu", "Returned by Bawaslu", ReturnReferral;
    RecordBreach = "record_breach", "Hasil Bawaslu: pelanggaran", "Bawaslu finds a breach", RecordBreach;
    RecordBreachForReview = "record_breach_for_review", "Hasil Bawaslu: pelanggaran, perlu pemeriksaan", "Bawaslu finds a breach, review to follow", RecordBreach;
    RecordBreachAsSufficient = "record_breach_as_sufficient", "Hasil Bawaslu: pelanggaran, kajian dinilai cukup", "Bawaslu finds a breach, its study suffices", RecordBreach;
    RecordNoBreach = "record_no_breach", "Hasil Bawaslu: bukan pelanggaran", "Bawaslu finds no breach", RecordNoBreach;
    Recall = "recall", "Tarik rujukan", "Recall the referral", Recall;
    RequestMoreWork = "request_more_work", "Minta pemeriksaan tambahan", "Ask for more work", Reasoned;
    SendRecommendation = "send_recommendation", "Kirim rekomendasi", "Send the recommendation", SendRecommendation;
    RecommendNothing = "recommend_nothing", "Tanpa rekomendasi", "No recommendation", Unproven;
    Contest = "contest", "PPK keberatan atas rekomendasi", "The PPK contests", Contest;
    ReassignAgency = "reassign_agency", "Alihkan ke PPK yang tepat", "Reassign to the right PPK", ReassignAgency;
    ImposeSanction = "impose_sanction", "Jatuhkan sanksi", "Impose a sanction", ImposeSanction;
    ReportUnproven = "report_unproven", "PPK: tidak terbukti", "The PPK finds it not proven", ReportUnproven;
    FileAppeal = "file_appeal", "Upaya administratif diajukan", "An appeal is filed", FileAppeal;
    TakeEffect = "take_effect", "Berlaku", "The decision takes effect", TakeEffect;
    DecideAppeal = "decide_appeal", "Putusan upaya administratif", "The appeal is decided", DecideAppeal;
    CancelOnAppeal = "cancel_on_appeal", "Keputusan dibatalkan", "The decision is cancelled on appeal", CancelOnAppeal;
    Close = "close", "Tutup", "Close", Close;
    RecordDeparture = "record_departure", "Terlapor bukan ASN lagi", "The subject left the service", RecordDeparture;
    Withdraw = "withdraw", "Cabut", "Withdraw", Withdraw;
    ReopenTriage = "reopen_triage", "Buka kembali ke verifikasi", "Reopen in triage", Reopen;
    ReopenReview = "reopen_review", "Buka kembali ke pemeriksaan", "Reopen in review", Reopen;
    Unmerge = "unmerge", "Pisahkan kembali", "Undo the merge", Reasoned;
}
