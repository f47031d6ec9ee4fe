//! Files of documents as officers see them; their bytes are an answer of their own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::Label;
use crate::db::DbError;
use crate::db::files::{NewFile, ShownFile};
use crate::domain::event::hex;
use crate::domain::file::{LONGEST, MediaType};

/// The bytes of a file, as the document speaks of them.
pub struct FileContent;

impl PartialSchema for FileContent {
    fn schema() -> RefOr<Schema> {
        let binary = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .max_length(Some(LONGEST))
            .description(Some("The file itself, byte for byte."));
        binary.into()
    }
}

impl ToSchema for FileContent {}

/// A file that was just uploaded.
#[derive(Serialize, ToSchema)]
pub struct KeptFileView {
    /// The case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Key: what the document of a step names as its `file`.
    #[schema(example = "019ab10c-5f3a-7d21-8c44-2b1f0e6a9d10")]
    pub id: Uuid,
    /// What it is by its content.
    #[schema(example = "application/pdf")]
    pub media_type: MediaType,
    /// Its length, in bytes.
    #[schema(example = 48_213)]
    pub byte_size: i32,
    /// SHA-256 of its bytes, in hexadecimal: compare it with that of the file at hand.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// What to do with it now.
    #[schema(example = json!({ "id": "Sebutkan id ini sebagai file pada dokumen.", "en": "Name this id as the file of a document." }))]
    pub hint: Label,
}

impl KeptFileView {
    /// The view of a file of this case.
    pub fn new(case_number: &str, file: &NewFile) -> Self {
        let hint = Label {
            id: format!(
                "Sebutkan id ini pada dokumen langkah berikutnya: \"document\": {{ \"number\": …, \"dated\": …, \"file\": \"{}\" }}. \
                 Sampai saat itu hanya instansi Anda yang melihatnya.",
                file.id
            ),
            en: format!(
                "Name this id in the document of the next step: \"document\": {{ \"number\": …, \"dated\": …, \"file\": \"{}\" }}. \
                 Until then only your agency sees it.",
                file.id
            ),
        };
        Self {
            case_number: case_number.to_owned(),
            id: file.id,
            media_type: file.media_type,
            byte_size: file.byte_size,
            sha256: hex(&file.sha256),
            uploaded_at: file.uploaded_at,
            hint,
        }
    }
}

/// A document that names a file.
#[derive(Serialize, ToSchema)]
pub struct NamingDocumentView {
    /// Number as printed on it.
    #[schema(example = "800/12/BKPSDM/2026")]
    pub number: Option<String>,
    /// Date printed on it.
    #[schema(example = "2026-11-20")]
    pub dated: Option<NaiveDate>,
}

/// A file of a case.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    /// Key.
    #[schema(example = "019ab10c-5f3a-7d21-8c44-2b1f0e6a9d10")]
    pub id: Uuid,
    /// What it is by its content.
    #[schema(example = "application/pdf")]
    pub media_type: MediaType,
    /// Its length, in bytes.
    #[schema(example = 48_213)]
    pub byte_size: i32,
    /// SHA-256 of its bytes, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// The officer who uploaded it.
    pub uploaded_by: Uuid,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// The documents that name it and that the caller is shown; none while no step has named it.
    pub documents: Vec<NamingDocumentView>,
}

impl TryFrom<&ShownFile> for FileView {
    type Error = DbError;

    fn try_from(file: &ShownFile) -> Result<Self, DbError> {
        let documents = file.documents()?.into_iter();
        Ok(Self {
            id: file.id,
            media_type: file.media_type,
            byte_size: file.byte_size,
            sha256: hex(&file.sha256),
            uploaded_by: file.uploaded_by,
            uploaded_at: file.uploaded_at,
            documents: documents.map(|it| NamingDocumentView { number: it.number, dated: it.dated }).collect(),
        })
    }
}
