//! Reads the text of one value each. A refusal says what the value must be and never repeats it: it may be a secret.

use std::{
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use actix_web::http::Uri;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

use super::{LogFormat, TwoFactors, VaultKey};

/// A whole number within a range.
pub(super) fn whole<T: TryFrom<u64>>(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let number = text.parse::<u64>().ok().filter(|number| range.contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
    }
}

pub(super) fn flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    Ok(text.into())
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an IP address and a port such as 127.0.0.1:8080".to_owned())
}

/// IP addresses with a comma between them.
pub(super) fn addresses(text: &str) -> Result<Vec<IpAddr>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_err(|_| "must be IP addresses, comma between them".to_owned())).collect()
}

/// The URL without the slash at its end, so that paths can be put behind it.
pub(super) fn url(text: &str) -> Result<String, String> {
    let uri = text.parse::<Uri>().ok().filter(|uri| is_web(uri) && uri.query().is_none() && !text.contains('#'));
    uri.map(|_| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| "must be a URL such as https://netral.example".to_owned())
}

/// A web page, in whose address a number may be left open.
pub(super) fn page(text: &str) -> Result<String, String> {
    let filled = text.replace("{number}", "0");
    let uri = filled.split('#').next().and_then(|place| place.parse::<Uri>().ok()).filter(is_web);
    uri.map(|_| text.to_owned())
        .ok_or_else(|| "must be a page such as https://lapor.example/periksa?nomor={number}".to_owned())
}

/// Origins with a comma between them; spaces do not matter.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    let origin = |text: &str| {
        let uri = text.parse::<Uri>().ok().filter(is_web)?;
        // Browsers send an origin in small letters and without a slash, and it is compared as text.
        let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
        (origin == text && text == text.to_ascii_lowercase()).then_some(origin)
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(origin).collect::<Option<_>>().ok_or_else(|| {
        "must be origins such as https://portal.example: small letters, no path, comma between them".to_owned()
    })
}

fn is_web(uri: &Uri) -> bool {
    let host =
        uri.authority().is_some_and(|authority| !authority.as_str().contains('@') && !authority.host().is_empty());
    host && matches!(uri.scheme_str(), Some("http" | "https"))
}

/// Whether secrets may be sent to a URL: over TLS, or on this very machine, where nobody listens in.
pub fn is_private_channel(text: &str) -> bool {
    let Some(uri) = text.parse::<Uri>().ok().filter(is_web) else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    uri.scheme_str() == Some("https") || here
}

/// An OpenID provider's name for itself. It is compared as text, so that nothing is cut off it.
pub(super) fn issuer(text: &str) -> Result<String, String> {
    if is_private_channel(text) && !text.contains(['?', '#']) {
        Ok(text.to_owned())
    } else {
        Err("must be a URL such as https://sso.example/realms/pegawai, or http:// on this machine".to_owned())
    }
}

/// Any text of visible ASCII characters.
pub(super) fn text(text: &str) -> Result<String, String> {
    let fits = text.bytes().all(|b| matches!(b, b' '..=b'~'));
    if fits { Ok(text.to_owned()) } else { Err("must be visible ASCII characters".to_owned()) }
}

/// The name of a claim.
pub(super) fn claim(text: &str) -> Result<String, String> {
    let fits = text.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(text.to_owned()) } else { Err("must be the name of a claim such as nip".to_owned()) }
}

pub(super) fn second_factor(text: &str) -> Result<TwoFactors, String> {
    match text {
        "proven" => Ok(TwoFactors::Proven),
        "trusted" => Ok(TwoFactors::Trusted),
        _ => Err("must be proven or trusted".to_owned()),
    }
}

/// One key as its digits, or several as `version:digits`, each version once.
pub(super) fn vault_keys(text: &str) -> Result<Vec<VaultKey>, String> {
    let key = |version: &str, digits: &str| {
        let version = version.trim().parse().ok().filter(|version: &i32| *version > 0)?;
        let right = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        right.then(|| VaultKey { version, digits: digits.into() })
    };
    let parts = text.split(',').map(str::trim);
    let keys = parts.map(|part| part.split_once(':').map_or_else(|| key("1", part), |(v, d)| key(v, d.trim())));
    let keys = keys.collect::<Option<Vec<_>>>().filter(|keys| {
        let versions: std::collections::BTreeSet<i32> = keys.iter().map(|key| key.version).collect();
        versions.len() == keys.len()
    });
    keys.ok_or_else(|| {
        "must be 64 hexadecimal digits, or several keys as version:digits with a comma between them".to_owned()
    })
}

pub(super) fn postgres_url(text: &str) -> Result<SecretString, String> {
    scheme(text, &["postgres://", "postgresql://"])
}

pub(super) fn smtp_url(text: &str) -> Result<SecretString, String> {
    scheme(text, &["smtps://", "smtp://"])
}

/// Only the beginning: what follows is for the driver or the mailer to read.
fn scheme(text: &str, known: &[&str]) -> Result<SecretString, String> {
    let fits = known.iter().any(|scheme| text.starts_with(scheme));
    if fits { Ok(text.into()) } else { Err(format!("must begin with {}", known.join(" or "))) }
}

/// A sender as it was written, and its domain.
pub(super) fn sender(text: &str) -> Result<(String, String), String> {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>'),
        None => Some(text),
    };
    let domain = address.and_then(|address| address.split_once('@')).filter(|(user, domain)| {
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        let blank = user.is_empty() || user.contains(char::is_whitespace);
        !blank && !domain.is_empty() && domain.bytes().all(legal)
    });
    domain
        .map(|(_, domain)| (text.to_owned(), domain.to_owned()))
        .ok_or_else(|| "must be a sender such as netral <no-reply@netral.example>".to_owned())
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("must be a level, or a list such as info,netral::worker=debug".to_owned()),
    }
}

/// A role of PostgreSQL, whose names are cut at 63 bytes.
pub(super) fn role(text: &str) -> Result<String, String> {
    let name = Some(text).filter(|text| text.len() <= 63 && !text.contains('\0'));
    name.map(str::to_owned).ok_or_else(|| "must be the name of a role of PostgreSQL".to_owned())
}

pub(super) fn format(text: &str) -> Result<LogFormat, String> {
    match text {
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => Err("must be json or text".to_owned()),
    }
}
