//! The one place that speaks SMTP or touches the mail folder: takes a finished letter, sends it, says how that ended.
//! It must not choose recipients or words, retry, or know cases; the worker does. No address ever reaches an error.

mod smtp;

use std::{
    fmt,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

use smtp::Relay;

/// The longest file name made from a message id, in bytes; common file systems end at 255.
const NAME_LIMIT: usize = 240;

/// Where mail goes and who it is from. It has no `Debug`: the URL holds a password.
pub struct MailSettings {
    /// `smtp[s]://[user:password@]host[:port][/ehlo-name][?tls=required|opportunistic]`, parts percent-encoded.
    /// `smtps` is TLS from the start (port 465), `tls=required` is STARTTLS or nothing (587), `tls=opportunistic` is
    /// STARTTLS if offered (587), plain `smtp` is never encrypted (25). A password is only accepted with the first two.
    /// `None` writes mail to `folder` instead.
    pub smtp_url: Option<String>,
    /// The folder that takes the mail as `.eml` files when there is no server; made with mode 700 if missing.
    pub folder: PathBuf,
    /// The sender, such as `netral <no-reply@netral.example>`.
    pub from: String,
    /// How long sending one mail may take at most, waiting for one of the four connections included.
    pub timeout: Duration,
}

/// Why a mailer could not be made. Neither the URL nor the password is ever repeated.
#[derive(Debug)]
pub enum MailError {
    /// The sender is not `Name <address>` or an address.
    From,
    /// The SMTP URL is wrong; what is wrong with it.
    Url(&'static str),
    /// The system's certificate authorities could not be read.
    Tls,
    /// The mail folder could not be made.
    Folder(io::Error),
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From => f.write_str("the mail sender is not an address"),
            Self::Url(problem) => write!(f, "the SMTP URL {problem}"),
            Self::Tls => f.write_str("no certificate authorities for TLS to the mail server"),
            Self::Folder(error) => write!(f, "the mail folder: {error}"),
        }
    }
}

impl std::error::Error for MailError {}

/// Why a mail was not sent. The text is a class fit for logs, metrics and screens, such as `smtp 550 5.1.1 at
/// recipient`; it never holds the address or a server's own words, which may repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// Nothing is known against this mail: the server is unreachable, slow, busy or misconfigured. Try again later.
    Transient(String),
    /// The server refused this very message, or no message can be made of it. Trying again is pointless, but the
    /// address may be good.
    Permanent(String),
    /// The address cannot receive mail. Trying again is pointless, and so is the next mail to it.
    AddressRefused(String),
}

impl SendError {
    /// The class of the failure, such as `smtp 451 4.7.1 at recipient`, `connection: connection refused` or `timeout`.
    /// A certificate that is not trusted shows as `connection: invalid data`.
    pub fn class(&self) -> &str {
        let (Self::Transient(class) | Self::Permanent(class) | Self::AddressRefused(class)) = self;
        class
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class())
    }
}

impl std::error::Error for SendError {}

/// One mail to one recipient. It has no `Debug`: the address must not reach a log.
pub struct OutgoingMail<'a> {
    /// The recipient's address, without a name.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// The plain-text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// The same for every try of the same mail, as `unique@host` without angle brackets.
    pub message_id: &'a str,
    /// The id that every mail of the same thread refers to, written like `message_id`. It may belong to no mail.
    pub thread: &'a str,
    /// The language of the text: `id` or `en`.
    pub language: &'a str,
}

/// Sends mail, over SMTP or into a folder.
pub struct Mailer {
    from: Mailbox,
    timeout: Duration,
    transport: Transport,
}

enum Transport {
    Smtp(Box<Relay>),
    Folder(PathBuf),
}

impl Mailer {
    /// Prepares sending. Nothing is connected yet: a mail server that is down now is no error.
    ///
    /// # Errors
    /// When the sender or the URL is wrong, TLS has no certificate authorities, or the folder cannot be made.
    pub fn new(settings: &MailSettings) -> Result<Self, MailError> {
        let transport = match &settings.smtp_url {
            Some(url) => Transport::Smtp(Box::new(Relay::new(url)?)),
            None => {
                make_folder(&settings.folder).map_err(MailError::Folder)?;
                Transport::Folder(settings.folder.clone())
            }
        };
        Ok(Self { from: settings.from.parse().map_err(|_| MailError::From)?, timeout: settings.timeout, transport })
    }

    /// Sends one mail; `Ok` means the server, or the disk, has taken responsibility for it.
    ///
    /// At least once: after a `timeout` or a lost connection the server may have it all the same. Dropping the future
    /// closes its connection.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn send(&self, mail: &OutgoingMail<'_>) -> Result<(), SendError> {
        let id = bare_id(mail.message_id)?;
        let to = mail.to.parse::<Address>().ok().filter(|_| mail.to.is_ascii());
        let to = to.ok_or_else(|| SendError::AddressRefused("not an address".to_owned()))?;
        // lettre encodes everything to ASCII lines that end in CR LF, which every server takes.
        let message = String::from_utf8(self.message(mail, id, to.clone())?.formatted())
            .map_err(|_| SendError::Permanent("message".to_owned()))?;
        match &self.transport {
            Transport::Smtp(relay) => relay.send(&self.from.email, &to, &message, self.timeout).await,
            Transport::Folder(folder) => {
                let (folder, name) = (folder.clone(), file_name(id));
                let written =
                    tokio::task::spawn_blocking(move || write_durably(&folder, &name, message.as_bytes())).await;
                // A full or read-only disk is the operator's to repair, never the recipient's fault.
                match written {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(SendError::Transient(format!("mail folder: {}", error.kind()))),
                    Err(_) => Err(SendError::Transient("mail folder".to_owned())),
                }
            }
        }
    }

    /// The mail as a message of RFC 5322 with both parts.
    fn message(&self, mail: &OutgoingMail<'_>, id: &str, to: Address) -> Result<Message, SendError> {
        let thread = bare_id(mail.thread)?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .date_now()
            .message_id(Some(format!("<{id}>")))
            // RFC 3834: keeps holiday answers and mailing lists from replying to a machine.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", mail.language));
        if thread != id {
            builder = builder.in_reply_to(format!("<{thread}>")).references(format!("<{thread}>"));
        }
        builder
            .multipart(MultiPart::alternative_plain_html(mail.text.to_owned(), mail.html.to_owned()))
            .map_err(|_| SendError::Permanent("message".to_owned()))
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A message id without angle brackets, or a refusal if it would not survive in a header or as a file name.
fn bare_id(id: &str) -> Result<&str, SendError> {
    let bare = id.trim_start_matches('<').trim_end_matches('>');
    let fits = bare.contains('@') && bare.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'));
    if fits && file_name(bare).len() <= NAME_LIMIT {
        Ok(bare)
    } else {
        Err(SendError::Permanent("message id".to_owned()))
    }
}

/// The file of a message: one id, one name, so that a second try replaces the first instead of doubling it.
fn file_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len() + 8);
    for character in id.chars() {
        match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' => name.push(character),
            // A dot may not come first: it would hide the file or climb out of the folder.
            '.' if !name.is_empty() => name.push(character),
            other => name.push_str(&format!("%{:02X}", u32::from(other))),
        }
    }
    name.push_str(".eml");
    name
}

/// Only the program's own user may read mail; an existing folder keeps the rights its owner gave it.
fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// After a crash there is the whole file or none: written aside, flushed, renamed, and the name flushed too.
fn write_durably(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    make_folder(folder)?;
    let aside = folder.join(format!(".{}.tmp", Uuid::new_v4().simple()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&aside, folder.join(name))?;
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // The failure itself is what matters; a leftover is hidden and harmless.
        let _ = std::fs::remove_file(&aside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mail<'a>(to: &'a str, id: &'a str) -> OutgoingMail<'a> {
        OutgoingMail {
            to,
            subject: "Pembaruan laporan – é",
            text: "Isi\n",
            html: "<p>Isi</p>",
            message_id: id,
            thread: "root@x.example",
            language: "id",
        }
    }

    #[tokio::test]
    async fn the_folder_takes_a_mail_once_and_privately() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("mail/out");
        let settings = MailSettings {
            smtp_url: None,
            folder: folder.clone(),
            from: "netral <no-reply@x.example>".into(),
            timeout: Duration::from_secs(5),
        };
        let mailer = Mailer::new(&settings).unwrap();
        for _ in 0..2 {
            mailer.send(&mail("a@x.example", "e1.d2@x.example")).await.unwrap();
        }
        mailer.send(&mail("a@x.example", "<../e2@x.example>")).await.unwrap();
        let mut names: Vec<_> =
            folder.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["%2E.%2Fe2%40x.example.eml", "e1.d2%40x.example.eml"]);
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let file = folder.join("e1.d2%40x.example.eml");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(file).unwrap();
        for line in [
            "Message-ID: <e1.d2@x.example>\r\n",
            "In-Reply-To: <root@x.example>\r\n",
            "References: <root@x.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Language: id\r\n",
            "To: a@x.example\r\n",
            "MIME-Version: 1.0\r\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(text.contains("multipart/alternative") && text.contains("\r\nDate: ") && text.is_ascii(), "{text}");
    }

    #[tokio::test]
    async fn what_cannot_be_a_mail_is_refused_without_repeating_the_address() {
        let scratch = tempfile::tempdir().unwrap();
        let mut settings = MailSettings {
            smtp_url: None,
            folder: scratch.path().to_owned(),
            from: "no-reply@x.example".into(),
            timeout: Duration::from_secs(5),
        };
        let mailer = Mailer::new(&settings).unwrap();
        for bad in ["", "siapa", "a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "a é@x.example"] {
            let error = mailer.send(&mail(bad, "e1@x.example")).await.unwrap_err();
            assert_eq!(error, SendError::AddressRefused("not an address".into()), "{bad}");
        }
        for bad in ["", "noat", "a b@x", "a\r\n@x", &format!("{}@x", "a".repeat(300))] {
            let error = mailer.send(&mail("a@x.example", bad)).await.unwrap_err();
            assert_eq!(error, SendError::Permanent("message id".into()), "{bad}");
        }
        settings.from = "no one".into();
        assert!(matches!(Mailer::new(&settings), Err(MailError::From)));
    }
}
