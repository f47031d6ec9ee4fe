//! Reads the mail that the program wrote into its folder, as a recipient's program would show it.

use std::path::{Path, PathBuf};

use base64::Engine as _;

/// A mail as its reader sees it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The recipient.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The plain-text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
    /// Every header by its name in small letters, decoded.
    pub headers: Vec<(String, String)>,
}

impl Mail {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The first address in the text that contains `part`.
    pub fn link(&self, part: &str) -> String {
        let words = self.text.split_whitespace().filter(|word| word.starts_with("http") && word.contains(part));
        words.map(|word| word.trim_end_matches(['.', ',', ')'])).next().expect("a link in the mail").to_owned()
    }

    /// Reads the text of an `.eml` file.
    pub fn parse(message: &str) -> Self {
        let message = message.replace("\r\n", "\n");
        let (head, body) = message.split_once("\n\n").expect("a header and a body");
        let headers = headers(head);
        let mut mail =
            Self { to: String::new(), subject: String::new(), text: String::new(), html: String::new(), headers };
        mail.to = mail.header("to").to_owned();
        mail.subject = mail.header("subject").to_owned();
        let boundary = mail.header("content-type").split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next());
        let boundary = boundary.expect("a mail of several parts").to_owned();
        for part in body.split(&format!("--{boundary}")).filter(|part| part.contains("\n\n")) {
            let (head, body) = part.trim_start_matches('\n').split_once("\n\n").expect("a part");
            let kept = Self { headers: self::headers(head), ..mail.clone() };
            let text = decoded(body, kept.header("content-transfer-encoding"));
            if kept.header("content-type").starts_with("text/html") { mail.html = text } else { mail.text = text }
        }
        mail
    }
}

/// All mails in a folder, in the order they were made.
pub fn read(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut files: Vec<(u64, PathBuf)> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| (delivery(&path), path))
        .collect();
    files.sort();
    files.iter().map(|(_, path)| Mail::parse(&std::fs::read_to_string(path).expect("a mail"))).collect()
}

/// The number of the delivery, which the file's name ends with: `<event>.<delivery>@<domain>.eml`.
fn delivery(path: &Path) -> u64 {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split("%40").next().and_then(|id| id.rsplit('.').next()).and_then(|id| id.parse().ok()).unwrap_or(0)
}

fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    unfolded
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), words(value.trim())))
        .collect()
}

/// Encoded words (RFC 2047).
fn words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, word)) = rest.split_once("=?") {
        // White space between two encoded words is no text.
        if !before.trim().is_empty() || text.is_empty() {
            text.push_str(before);
        }
        let mut parts = word.splitn(4, '?');
        let (_charset, encoding, content) = (parts.next(), parts.next().unwrap_or_default(), parts.next());
        let content = content.unwrap_or_default();
        text.push_str(&match encoding.to_ascii_lowercase().as_str() {
            "b" => decoded(content, "base64"),
            _ => decoded(&content.replace('_', " "), "quoted-printable"),
        });
        rest = parts.next().and_then(|rest| rest.strip_prefix('=')).unwrap_or_default();
    }
    text + rest
}

fn decoded(body: &str, encoding: &str) -> String {
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "base64" => {
            let digits: String = body.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(digits).expect("base64")
        }
        "quoted-printable" => quoted_printable(&body.replace("=\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8(bytes).expect("UTF-8")
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = (*first == b'=').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}
