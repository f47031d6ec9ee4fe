//! Holds the conversation with the mail server: connections, their reuse and limit, and what a refusal means.
//! It must not build messages or know where they come from; no reply text of a server leaves it, only its codes.
//!
//! The commands are spoken here over lettre's connection, not by lettre's transport, for two reasons. A refusal is
//! judged by the command it answers, so a wrong password at the server is never taken for a dead address. And lettre
//! 0.11 waits for replies without a time limit, while its pool takes a conversation that was given up half-way back
//! into use, where the next mail would read the answers meant for the last one.

use std::{
    error::Error as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Tls, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use reqwest::Url;
use tokio::{sync::Semaphore, time::timeout};

use super::{MailError, SendError};

/// How many connections to the mail server are open at once; more mails wait for their turn.
const CONNECTIONS: usize = 4;
/// How long one network address of the server may take to answer, so that a dead one leaves time for the next.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an unused connection is kept; servers commonly close theirs after a minute or more.
const IDLE: Duration = Duration::from_secs(30);

/// A mail server and the few open connections to it.
pub(super) struct Relay {
    host: String,
    port: u16,
    hello: ClientId,
    tls: Tls,
    credentials: Option<Credentials>,
    turns: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// The command that a reply answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Greeting, EHLO, STARTTLS, AUTH.
    Connect,
    /// MAIL FROM: our own sender.
    Sender,
    /// RCPT TO: the recipient.
    Recipient,
    /// DATA, before the message is sent.
    Data,
    /// The whole message.
    Message,
}

impl Relay {
    /// Reads the URL as documented at [`super::MailSettings::smtp_url`]; connects nowhere.
    pub(super) fn new(url: &str) -> Result<Self, MailError> {
        let url = Url::parse(url).map_err(|_| MailError::Url("is not a URL"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(MailError::Url("has no host"))?;
        // A literal IPv6 address wears brackets in a URL and nowhere else.
        let host = host.trim_matches(['[', ']']).to_owned();
        let mode = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let parameters = || TlsParameters::new(host.clone()).map_err(|_| MailError::Tls);
        let (tls, port) = match (url.scheme(), mode.as_deref()) {
            ("smtps", None) => (Tls::Wrapper(parameters()?), 465),
            ("smtp", Some("required")) => (Tls::Required(parameters()?), 587),
            ("smtp", Some("opportunistic")) => (Tls::Opportunistic(parameters()?), 587),
            ("smtp", None) => (Tls::None, 25),
            ("smtp" | "smtps", _) => return Err(MailError::Url("has a wrong tls parameter")),
            _ => return Err(MailError::Url("must begin with smtp:// or smtps://")),
        };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None if url.username().is_empty() => None,
            None => return Err(MailError::Url("has a user but no password")),
        };
        if credentials.is_some() && !matches!(tls, Tls::Wrapper(_) | Tls::Required(_)) {
            return Err(MailError::Url("has a password that could travel unencrypted: use smtps or tls=required"));
        }
        let hello = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            hello,
            tls,
            credentials,
            turns: Semaphore::new(CONNECTIONS),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Hands one message over, waiting for a free connection included, within `limit`.
    ///
    /// A conversation that fails or is given up takes its connection with it: only one that ended well is kept.
    pub(super) async fn send(
        &self,
        from: &Address,
        to: &Address,
        message: &str,
        limit: Duration,
    ) -> Result<(), SendError> {
        timeout(limit, self.converse(from, to, message))
            .await
            .unwrap_or_else(|_| Err(SendError::Transient("timeout".to_owned())))
    }

    async fn converse(&self, from: &Address, to: &Address, message: &str) -> Result<(), SendError> {
        let Ok(_turn) = self.turns.acquire().await else {
            // Nothing closes the turns today.
            return Err(SendError::Transient("shut down".to_owned()));
        };
        let mut connection = self.begin(from).await?;
        let rcpt = Rcpt::new(to.clone(), Vec::new());
        connection.command(rcpt).await.map_err(|error| judge(&error, Stage::Recipient))?;
        connection.command(Data).await.map_err(|error| judge(&error, Stage::Data))?;
        // lettre's own `message` writes the closing dot apart, which the kernel holds back until the server's delayed
        // acknowledgement: 40 ms for each mail. Written as one, it leaves at once.
        connection.command(stuffed(message)).await.map_err(|error| judge(&error, Stage::Message))?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
        Ok(())
    }

    /// A connection on which the server has accepted our sender.
    async fn begin(&self, from: &Address) -> Result<AsyncSmtpConnection, SendError> {
        // A kept connection may have been closed by the server meanwhile, which shows at its first command. That says
        // nothing about the mail, so the next one is tried, and a new one in the end.
        while let Some(mut kept) = self.take_kept() {
            if kept.command(Mail::new(Some(from.clone()), Vec::new())).await.is_ok() {
                return Ok(kept);
            }
        }
        let mut fresh = self.connect().await.map_err(|error| judge(&error, Stage::Connect))?;
        let accepted = fresh.command(Mail::new(Some(from.clone()), Vec::new())).await;
        accepted.map_err(|error| judge(&error, Stage::Sender))?;
        Ok(fresh)
    }

    fn take_kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let from_the_start = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &self.hello, from_the_start, None).await?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.hello).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

/// A message as it follows DATA (RFC 5321, 4.5.2): a line that begins with a dot gets another, a lone dot ends it.
fn stuffed(message: &str) -> String {
    let message = message.strip_suffix("\r\n").unwrap_or(message);
    let first = if message.starts_with('.') { "." } else { "" };
    format!("{first}{}\r\n.\r\n", message.replace("\r\n.", "\r\n.."))
}

/// What a failure at a stage means for the mail.
fn judge(error: &Error, stage: Stage) -> SendError {
    let Some(code) = error.status() else {
        return SendError::Transient(unanswered(error));
    };
    // lettre keeps the reply's text as the error's source; only a leading status code is taken from it.
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    verdict(u16::from(code), enhanced_status(&text), stage)
}

/// The class of a failure without a reply code. Only the kind of an input or output error is told: it names no one.
fn unanswered(error: &Error) -> String {
    if error.is_client() {
        // STARTTLS or a way to sign in is required here and not offered there.
        return "connection: the server lacks STARTTLS or AUTH".to_owned();
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return format!("connection: {}", io.kind());
        }
        cause = inner.source();
    }
    if error.is_tls() { "connection: tls" } else { "connection" }.to_owned()
}

/// What a refusal means: its reply code, its enhanced status code (RFC 3463) if any, and the command it answers.
fn verdict(code: u16, status: Option<[u16; 3]>, stage: Stage) -> SendError {
    let at = match stage {
        Stage::Connect => "connect",
        Stage::Sender => "sender",
        Stage::Recipient => "recipient",
        Stage::Data => "data",
        Stage::Message => "message",
    };
    let class = match status {
        Some([class, subject, detail]) => format!("smtp {code} {class}.{subject}.{detail} at {at}"),
        None => format!("smtp {code} at {at}"),
    };
    let about_address = match status {
        // 5.1.7 and 5.1.8 are about the sender. A full mailbox (5.2.2) gets room one day, a disabled one (5.2.1) not.
        Some([5, 1, detail]) => !matches!(detail, 7 | 8),
        Some([5, 2, 1]) => true,
        // 5.7 and the like refuse relaying or our sender, which is for the operator to repair.
        Some(_) => false,
        None => stage == Stage::Recipient && matches!(code, 550 | 551 | 553 | 556),
    };
    match stage {
        Stage::Recipient | Stage::Message if code >= 500 && about_address => SendError::AddressRefused(class),
        Stage::Message if code >= 500 => SendError::Permanent(class),
        _ => SendError::Transient(class),
    }
}

/// The enhanced status code a reply begins with, such as `5.1.1`.
fn enhanced_status(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.split_whitespace().next()?.split('.').map(|part| part.parse::<u16>().ok());
    let status = [numbers.next()??, numbers.next()??, numbers.next()??];
    (numbers.next().is_none() && matches!(status, [2 | 4 | 5, _, _])).then_some(status)
}

/// Undoes the percent-encoding of a user name or password.
fn decoded(text: &str) -> Result<String, MailError> {
    let wrong = || MailError::Url("has a user or password that is not percent-encoded UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = (digit().ok_or_else(wrong)?, digit().ok_or_else(wrong)?);
                u8::try_from(high * 16 + low).map_err(|_| wrong())?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_the_recipient_or_the_message_is_held_against_them() {
        use SendError::{AddressRefused, Permanent, Transient};
        let at = |code, status: &str, stage| verdict(code, enhanced_status(status), stage);
        assert_eq!(
            at(550, "5.1.1 <a@b> unknown", Stage::Recipient),
            AddressRefused("smtp 550 5.1.1 at recipient".into())
        );
        assert_eq!(at(550, "<a@b> unknown", Stage::Recipient), AddressRefused("smtp 550 at recipient".into()));
        assert_eq!(at(550, "5.1.1 late", Stage::Message), AddressRefused("smtp 550 5.1.1 at message".into()));
        assert_eq!(at(554, "5.6.0 no", Stage::Message), Permanent("smtp 554 5.6.0 at message".into()));
        assert_eq!(at(550, "spam", Stage::Message), Permanent("smtp 550 at message".into()));
        for (code, status, stage) in [
            (451, "4.7.1 greylisted", Stage::Recipient),
            (421, "", Stage::Message),
            (552, "5.2.2 full", Stage::Recipient),
            (554, "5.7.1 relay access denied", Stage::Recipient),
            (550, "5.1.8 sender domain", Stage::Recipient),
            (503, "5.5.1 order", Stage::Recipient),
            (553, "5.7.1 sender not yours", Stage::Sender),
            (550, "5.1.1 sender", Stage::Sender),
            (535, "5.7.8 password", Stage::Connect),
            (554, "no service", Stage::Connect),
            (554, "5.5.1 no valid recipients", Stage::Data),
        ] {
            assert!(matches!(at(code, status, stage), Transient(_)), "{code} {status}");
        }
    }

    #[test]
    fn a_url_is_read_and_a_password_is_never_sent_in_the_clear() {
        let port = |url: &str| Relay::new(url).map(|relay| relay.port).ok();
        assert_eq!(port("smtp://mail.example"), Some(25));
        assert_eq!(port("smtp://mail.example:2525"), Some(2525));
        for bad in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example?tls=maybe",
            "smtp://u:p@mail.example",
            "smtp://u:p@mail.example?tls=opportunistic",
            "smtp://u@mail.example",
        ] {
            assert_eq!(port(bad), None, "{bad}");
        }
        assert_eq!(Relay::new("smtp://[::1]:25/mx.example").map(|relay| relay.host).ok().as_deref(), Some("::1"));
        assert_eq!(decoded("p%40ss%2Fw%C3%B6rd+").unwrap(), "p@ss/wörd+");
        assert!(decoded("100%").is_err() && decoded("%ff").is_err());
    }

    #[test]
    fn a_dot_in_a_message_does_not_end_it() {
        assert_eq!(stuffed("a\r\n.\r\n..b\r\n"), "a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(stuffed(".a"), "..a\r\n.\r\n");
    }

    #[test]
    fn only_a_leading_status_code_is_kept() {
        assert_eq!(enhanced_status("4.7.1 try <a@b> later"), Some([4, 7, 1]));
        for none in ["", "a@b is unknown 5.1.1", "5.1", "5.1.1.1 x", "10.0.0 x", "5.1.x y"] {
            assert_eq!(enhanced_status(none), None, "{none}");
        }
    }
}
