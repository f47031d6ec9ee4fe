//! Files of documents: what may be uploaded, who may do so, and to whom a file is shown. Holds no bytes and looks nothing up.

use uuid::Uuid;

use crate::domain::actor::{Actor, Officer};
use crate::domain::case::{Case, Subject};
use crate::domain::decide::allowed_actions;
use crate::domain::policy::{Permission, permits, shows_criminal_steps};
use crate::domain::tracks::Track;
use crate::domain::tracks::step::allowed_steps;
use crate::text_enum;

/// The longest file that is taken, in bytes: 10 MiB.
pub const LONGEST: usize = 10 << 20;

text_enum! {
    /// What a file may be.
    MediaType {
        Pdf = "application/pdf", "Dokumen PDF", "PDF document";
        Jpeg = "image/jpeg", "Gambar JPEG", "JPEG image";
        Png = "image/png", "Gambar PNG", "PNG image";
    }
}

impl MediaType {
    /// What the bytes are by their content, whatever they are called; `None` for anything that is not taken.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        infer::get(bytes).and_then(|kind| Self::parse(kind.mime_type()))
    }

    /// The usual ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// Whether the actor may add a file to the case: who may try a step on it now, in its main state or in a track.
pub fn may_add(case: &Case, subject: &Subject, actor: &Actor) -> bool {
    !allowed_actions(case, subject, actor).is_empty()
        || Track::ALL.iter().any(|track| !allowed_steps(case, subject, actor, *track).is_empty())
}

/// By which documents an officer sees files on a case that he sees: where he is shown a document's number and date he is shown
/// its file, and before a step names a file, his agency's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSight {
    /// Documents of criminal proceedings, beside those of other tracks.
    pub criminal_steps: bool,
    /// Decisions on sanctions and what they rest on.
    pub sanctions: bool,
    /// Whatever the timeline keeps of actions.
    pub details: bool,
    /// Files of this agency that no step has named yet.
    pub agency_id: Uuid,
}

impl FileSight {
    /// What this officer's seat shows him.
    pub fn of(officer: &Officer) -> Self {
        Self {
            criminal_steps: shows_criminal_steps(officer.role),
            sanctions: permits(officer, Permission::ReadSanctions),
            details: permits(officer, Permission::ReadDetails),
            agency_id: officer.agency_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        assert_eq!(MediaType::of_content(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), Some(MediaType::Pdf));
        assert_eq!(MediaType::of_content(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 16]), Some(MediaType::Jpeg));
        assert_eq!(MediaType::of_content(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(MediaType::Png));
        for other in [&b"PK\x03\x04\x14\0"[..], b"<html><script>", b"MZ\x90\0", b"GIF89a", b"%PD", b""] {
            assert_eq!(MediaType::of_content(other), None, "{other:?}");
        }
    }
}
