//! Watches what became of the mails: asks the service for its deliveries and reads the files of those it wrote. It
//! sends nothing, and without files it knows kinds of recipients only, since the API shows no address.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::client::{Call, Client};
use super::officers::SYSTEM;
use crate::config::Config;
use crate::serve::StartError;

const LIST: &str = "/v1/deliveries?state=queued&state=held&state=sent&state=collapsed&state=dead&limit=200";
/// A mail server may take this long to answer; files are written within a second.
const PATIENCE: Duration = Duration::from_secs(70);
const PAUSE: Duration = Duration::from_millis(40);

/// News of one delivery.
pub struct News {
    /// In words.
    pub text: String,
    /// The file, where there is one.
    pub file: Option<PathBuf>,
}

/// One delivery as last seen.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    code: String,
    recipient: String,
    state: String,
    error: Option<String>,
    /// Taken up by the worker, which is not done with it.
    begun: bool,
    due: Option<DateTime<Utc>>,
}

impl Seen {
    /// Whether there is nothing to tell of it yet.
    fn ahead(&self) -> bool {
        self.state == "queued" && self.error.is_none()
    }

    /// Whether it will be settled at this time. What failed is tried again only later.
    fn waits(&self, now: DateTime<Utc>) -> bool {
        let due = self.begun || self.due.is_some_and(|due| due <= now);
        self.state == "queued" && self.error.is_none() && due
    }
}

/// What is known of the deliveries since the demonstration began.
pub struct Mails {
    folder: Option<PathBuf>,
    /// Files of earlier runs.
    old: HashSet<PathBuf>,
    /// Where the page of the newest delivery before this run begins, and its number.
    cursor: Option<String>,
    before: i64,
    seen: BTreeMap<i64, Seen>,
}

impl Mails {
    /// Looks at what is already there.
    pub async fn open(client: &mut Client<'_>, config: &Config) -> Result<Self, StartError> {
        let folder = config.smtp_url.is_none().then(|| config.mail_folder.clone());
        let old = files(folder.as_deref()).into_iter().collect();
        let mut mails = Self { folder, old, cursor: None, before: 0, seen: BTreeMap::new() };
        loop {
            let (found, next) = page(client, mails.cursor.as_deref()).await?;
            mails.before = found.last().map_or(mails.before, |(id, _)| *id);
            match next {
                Some(next) => mails.cursor = Some(next),
                None => return Ok(mails),
            }
        }
    }

    /// Whether the mails can be read as files.
    pub fn readable(&self) -> bool {
        self.folder.is_some()
    }

    /// Waits until nothing is left that is due at this time, and tells what changed since it was last asked.
    pub async fn news(&mut self, client: &mut Client<'_>, at: DateTime<Utc>) -> Result<Vec<News>, StartError> {
        let begun = Instant::now();
        loop {
            let now = self.read(client).await?;
            if !now.values().any(|seen| seen.waits(at)) {
                let changed: Vec<(i64, Seen)> = now
                    .iter()
                    .filter(|(id, seen)| self.seen.get(id) != Some(seen) && !seen.ahead())
                    .map(|(i, s)| (*i, s.clone()))
                    .collect();
                self.seen = now;
                let new = self.new_files();
                return Ok(changed.into_iter().map(|(id, seen)| news(id, &seen, &new)).collect());
            }
            if begun.elapsed() > PATIENCE {
                return Err("the worker did not deliver the mails in time".into());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn read(&self, client: &mut Client<'_>) -> Result<BTreeMap<i64, Seen>, StartError> {
        let (mut all, mut cursor) = (BTreeMap::new(), self.cursor.clone());
        loop {
            let (found, next) = page(client, cursor.as_deref()).await?;
            all.extend(found.into_iter().filter(|(id, _)| *id > self.before));
            match next {
                Some(next) => cursor = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// The files of this run.
    pub fn new_files(&self) -> Vec<PathBuf> {
        files(self.folder.as_deref()).into_iter().filter(|file| !self.old.contains(file)).collect()
    }
}

async fn page(client: &mut Client<'_>, cursor: Option<&str>) -> Result<(Vec<(i64, Seen)>, Option<String>), StartError> {
    let path = cursor.map_or_else(|| LIST.to_owned(), |cursor| format!("{LIST}&after={cursor}"));
    let answer = client.send_as(SYSTEM, Call::get(path)).await?.expect(200)?;
    let found = answer.list("/data")?.iter().filter_map(seen).collect();
    Ok((found, answer.text("/page/next_cursor").ok().map(ToOwned::to_owned)))
}

fn seen(delivery: &Value) -> Option<(i64, Seen)> {
    let text = |name: &str| delivery.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let seen = Seen {
        code: text("code")?,
        recipient: text("recipient")?,
        state: text("state")?,
        error: text("last_error"),
        begun: delivery.get("attempts").and_then(Value::as_i64).is_some_and(|attempts| attempts > 0),
        due: text("due_at").and_then(|due| due.parse().ok()),
    };
    Some((delivery.get("id")?.as_i64()?, seen))
}

fn news(id: i64, seen: &Seen, new: &[PathBuf]) -> News {
    let Seen { code, recipient, state, error, .. } = seen;
    let file = new.iter().find(|file| delivery_of(file) == Some(id)).filter(|_| state == "sent").cloned();
    let letter =
        file.as_deref().and_then(read).and_then(|mail| Some((header(&mail, "To")?, header(&mail, "Subject")?)));
    let text = match (state.as_str(), letter, error) {
        ("sent", Some((to, subject)), _) => format!("{code:<4} to {to:<29} {subject}"),
        ("sent", None, _) => format!("{code:<4} to the {recipient}: handed to the mail server"),
        ("held", ..) => format!("{code:<4} to the {recipient}: held until the address is confirmed"),
        ("collapsed", ..) => format!("{code:<4} to the {recipient}: gathered into a later mail"),
        ("dead", _, error) => format!("{code:<4} to the {recipient}: given up ({})", error.as_deref().unwrap_or("?")),
        (_, _, error) => {
            format!("{code:<4} to the {recipient}: to be tried again ({})", error.as_deref().unwrap_or("?"))
        }
    };
    News { text, file }
}

fn files(folder: Option<&Path>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|kind| kind == "eml")).collect()
}

/// The delivery's number is the second part of the message id, from which the file has its name.
fn delivery_of(file: &Path) -> Option<i64> {
    let name = file.file_name()?.to_str()?;
    let digits: String = name.split_once('.')?.1.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A mail with its soft line breaks undone.
pub fn read(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.replace("=\r\n", "").replace("=3D", "="))
}

/// A header of a mail.
fn header(mail: &str, name: &str) -> Option<String> {
    let head = mail.split("\r\n\r\n").next()?.replace("\r\n ", " ");
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(ToOwned::to_owned))
}

/// The path of the link by which a reporter confirms the address, from the first mail.
pub fn confirmation_path(mail: &str) -> Option<String> {
    const PATH: &str = "/v1/email-confirmations/";
    let (_, rest) = mail.split_once(PATH)?;
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.~".contains(*c)).collect();
    Some(format!("{PATH}{token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_recognised_by_its_file_name_and_its_link_is_found_across_a_soft_break() {
        assert_eq!(delivery_of(Path::new("/m/018f.42%40x.example.eml")), Some(42));
        let mail =
            "To: a@x.example\r\nSubject: Pembaruan\r\n laporan\r\n\r\nhttp://x/v1/email-confirm=\r\nations/ab_c-1\r\n";
        let mail = mail.replace("=\r\n", "");
        assert_eq!(header(&mail, "Subject").as_deref(), Some("Pembaruan laporan"));
        assert_eq!(confirmation_path(&mail).as_deref(), Some("/v1/email-confirmations/ab_c-1"));
    }
}
