//! Writes letters: turns a notice's template and the few values it may mention into subject, text and HTML.
//! It holds every e-mail template of the program and must not know addresses, cases, the database or SMTP.

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

/// The HTML part of every letter.
const LAYOUT_HTML: &str = "layout.html.j2";
/// The plain-text part of every letter.
const LAYOUT_TEXT: &str = "layout.txt.j2";

/// Lists the notices once: their names, and their files embedded by name.
macro_rules! notices {
    ($($name:literal),+ $(,)?) => {
        const NAMES: &[&str] = &[$($name),+];
        const FILES: &[(&str, &str)] = &[
            $(
                (concat!($name, ".id.j2"), include_str!(concat!("../../templates/email/", $name, ".id.j2"))),
                (concat!($name, ".en.j2"), include_str!(concat!("../../templates/email/", $name, ".en.j2"))),
            )+
            (LAYOUT_HTML, include_str!("../../templates/email/layout.html.j2")),
            (LAYOUT_TEXT, include_str!("../../templates/email/layout.txt.j2")),
        ];
    };
}

notices![
    "access_withdrawn",
    "address_changed",
    "approval_waiting",
    "breach_due",
    "breach_overdue",
    "calendar_missing",
    "case_closed",
    "case_handed_over",
    "case_reopened",
    "case_reopened_officer",
    "case_transferred_to_body",
    "client_secret_made",
    "control_recorded",
    "credentials_changed",
    "deadline_digest",
    "decision_recorded",
    "ppk_overdue",
    "question_asked",
    "question_expired",
    "recommendation_sent",
    "referral_recalled",
    "referral_received",
    "refresh_reused",
    "report_arrived",
    "report_merged",
    "report_received",
    "report_transferred",
    "reporter_answered",
    "review_assigned",
    "review_refused",
    "review_requested",
    "status_changed",
];

/// What a notice's template may say; nothing else reaches a mail.
///
/// An empty or missing value is unknown to the template: one that needs it refuses to render, so a mail with a hole in
/// it is never sent. None of these may carry a name, a NIP or NIK, an allegation or free text of a report.
#[derive(Serialize)]
pub struct LetterContext {
    /// Complaint number (NTR-…) in mail to a reporter, case number (REG-…) in mail to an officer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Where the recipient reads more, as an absolute http(s) URL.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The public status label in the letter's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The public label of the closure reason in the letter's language, without a full stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The day by which something is expected, written out in the letter's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// How many cases it is about, where they are more than one; `number` is the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// The number of the official letter that the notice announces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter_number: Option<String>,
    /// Where a reporter confirms the address, as an absolute http(s) URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_link: Option<String>,
    /// The lines of a digest: case number, deadline, last day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// A letter ready to be mailed.
pub struct Letter {
    /// One line without a line break.
    pub subject: String,
    /// The plain-text part, paragraphs divided by blank lines.
    pub text: String,
    /// The HTML part: the same words, escaped, URLs as links.
    pub html: String,
}

/// Every letter the program can write, in every language, parsed once.
pub struct Letters(Environment<'static>);

/// What the two layouts are given.
#[derive(Serialize)]
struct Page<'a> {
    language: &'a str,
    subject: &'a str,
    paragraphs: Vec<&'a str>,
}

impl Letters {
    /// Parses all embedded templates.
    ///
    /// # Errors
    /// When a template does not parse; a test keeps that from reaching a release.
    pub fn new() -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Tags on their own line leave no blank line behind: a blank line divides paragraphs here.
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        for (name, source) in FILES {
            environment.add_template(name, source)?;
        }
        Ok(Self(environment))
    }

    /// The names of all notices, such as `status_changed`, in alphabetical order.
    pub fn templates() -> &'static [&'static str] {
        NAMES
    }

    /// Writes the letter of a notice: `template` is one of [`Letters::templates`], `language` is `id` or `en`.
    ///
    /// # Errors
    /// When the notice is not known in that language, or needs a value the context does not have.
    pub fn write(&self, template: &str, language: &str, context: &LetterContext) -> Result<Letter, Error> {
        let file = format!("{template}.{language}.j2");
        let rendered = self.0.get_template(&file)?.render(Serde(context))?;
        let (first, body) = rendered
            .split_once('\n')
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("{file} has no body")))?;
        // A subject becomes a header: a carriage return in a value must not be able to begin another one.
        let subject: String = first.trim().chars().filter(|c| !c.is_control()).collect();
        let paragraphs = body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect();
        let page = Page { language, subject: &subject, paragraphs };
        let text = self.0.get_template(LAYOUT_TEXT)?.render(Serde(&page))?;
        let html = self.0.get_template(LAYOUT_HTML)?.render(Serde(&page))?;
        Ok(Letter { subject, text, html })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A context with every value, so that every notice can be written.
    fn full() -> LetterContext {
        LetterContext {
            number: "NTR-2027-000123-K".into(),
            link: "https://netral.example/r/1".into(),
            label: Some("Sedang diperiksa".into()),
            reason: Some("Tidak terbukti".into()),
            due: Some("12 November 2027".into()),
            count: Some(3),
            letter_number: Some("B/12/2027".into()),
            confirm_link: Some("https://netral.example/confirm/abc".into()),
            lines: vec!["REG-2027-000123: D4, 12-11-2027".into()],
        }
    }

    /// A context with nothing at all.
    fn empty() -> LetterContext {
        LetterContext {
            number: String::new(),
            link: String::new(),
            label: None,
            reason: None,
            due: None,
            count: None,
            letter_number: None,
            confirm_link: None,
            lines: Vec::new(),
        }
    }

    #[test]
    fn every_notice_is_written_in_both_languages_and_refuses_an_empty_context() {
        let letters = Letters::new().unwrap();
        for name in Letters::templates() {
            for (language, footer) in [("id", "mohon tidak dibalas."), ("en", "please do not reply.")] {
                let letter =
                    letters.write(name, language, &full()).unwrap_or_else(|e| panic!("{name}.{language}: {e:#}"));
                let number = if letter.subject.starts_with('S') || letter.subject.starts_with('L') {
                    "B/12/2027"
                } else {
                    "NTR-2027-000123-K"
                };
                let of_no_case = [
                    "breach_due",
                    "breach_overdue",
                    "client_secret_made",
                    "credentials_changed",
                    "deadline_digest",
                    "ppk_overdue",
                    "refresh_reused",
                ]
                .contains(name);
                let subject = &letter.subject;
                assert!(of_no_case || subject.ends_with(number), "{name}.{language}: {subject}");
                assert!(letter.text.trim_end().ends_with(footer) && letter.html.contains(footer), "{name}.{language}");
                assert!(letter.html.contains(&format!("<html lang=\"{language}\">")), "{name}.{language}");
                assert!(
                    letter.text.contains("\n\n-- \n") && !letter.text.contains("\n\n\n"),
                    "{name}.{language}: {}",
                    letter.text
                );
                assert_eq!(letter.html.contains("<a href="), letter.text.contains("\nhttps://"), "{name}.{language}");
                assert!(letters.write(name, language, &empty()).is_err(), "{name}.{language} was written with holes");
            }
        }
    }

    #[test]
    fn no_letter_has_room_for_a_name_a_persons_number_or_an_allegation() {
        let context = serde_json::to_value(full()).unwrap();
        let mut room: Vec<&str> = context.as_object().unwrap().keys().map(String::as_str).collect();
        room.sort_unstable();
        // A template that says anything else is not rendered, as the test above shows.
        assert_eq!(
            room,
            ["confirm_link", "count", "due", "label", "letter_number", "lines", "link", "number", "reason"]
        );
        for (file, source) in FILES {
            let run = source.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            assert!(run < Some(9), "{file} holds a number as long as a person's");
        }
    }

    #[test]
    fn every_template_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/email");
        let mut found: Vec<_> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let mut embedded: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        found.sort();
        embedded.sort();
        assert_eq!(found, embedded);
    }

    #[test]
    fn what_a_notice_needs_must_be_there_and_what_is_optional_may_be_missing() {
        let letters = Letters::new().unwrap();
        let needs =
            |name: &str, context: LetterContext| assert!(letters.write(name, "id", &context).is_err(), "{name}");
        needs("status_changed", LetterContext { label: None, ..full() });
        needs("case_closed", LetterContext { reason: None, ..full() });
        needs("question_asked", LetterContext { due: None, ..full() });
        needs("report_received", LetterContext { confirm_link: None, ..full() });
        needs("recommendation_sent", LetterContext { letter_number: None, ..full() });
        needs("report_arrived", LetterContext { link: String::new(), ..full() });

        let text = |name: &str, context| letters.write(name, "id", &context).unwrap().text;
        assert!(text("review_assigned", full()).contains("Batas waktu: 12 November 2027."));
        assert!(!text("review_assigned", LetterContext { due: None, ..full() }).contains("Batas waktu"));
        let body = LetterContext { letter_number: Some("B/12/2027".into()), ..empty() };
        assert!(!text("case_transferred_to_body", body).contains("http"));
        let by_number = LetterContext { number: "REG-2027-000123".into(), ..empty() };
        assert!(text("access_withdrawn", by_number).contains("perkara REG-2027-000123"));
        assert!(letters.write("status_changed", "fr", &full()).is_err());
        assert!(letters.write("layout", "html", &full()).is_err());
    }

    #[test]
    fn values_are_escaped_in_html_and_cannot_add_a_header() {
        let hostile = LetterContext {
            number: "NTR-1\r\nBcc: x@example.org".into(),
            label: Some("<b>\"tebal\" & miring</b>".into()),
            ..full()
        };
        let letter = Letters::new().unwrap().write("status_changed", "id", &hostile).unwrap();
        assert_eq!(letter.subject, "Pembaruan laporan NTR-1");
        assert!(
            !letter.html.contains("<b>") && letter.html.contains("&lt;b&gt;") && letter.html.contains("&amp; miring")
        );
        assert!(letter.text.contains("<b>\"tebal\" & miring</b>"), "the text part is not HTML");
    }

    #[test]
    fn the_sample_of_the_rules_is_what_is_written() {
        let letter = Letters::new().unwrap().write("status_changed", "id", &full()).unwrap();
        assert_eq!(letter.subject, "Pembaruan laporan NTR-2027-000123-K");
        assert_eq!(
            letter.text,
            "Laporan Anda nomor NTR-2027-000123-K kini berstatus: Sedang diperiksa.\n\n\
             Rincian dan pesan petugas dapat dibaca di:\n\nhttps://netral.example/r/1\n\n\
             -- \nSurel ini dikirim otomatis, mohon tidak dibalas.\n"
        );
    }
}
