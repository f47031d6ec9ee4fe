//! Why two cases may be about the same thing, and the normal form by which one page is known under several addresses.
//! Suggests only: the officer decides.

use crate::domain::event::{hex, sha256};
use crate::text_enum;

text_enum! {
    /// Why another case is shown beside this one.
    Reason {
        SameNip = "same_nip", "NIP atau NI PPPK sama", "The same NIP or NI PPPK";
        SameNik = "same_nik", "NIK sama", "The same NIK";
        SamePerson = "same_person", "Orang yang sama menurut petugas", "The same person, as an officer confirmed";
        SimilarName = "similar_name", "Nama dan instansi mirip, waktu berdekatan", "Similar name and agency, about the same days";
        SharedLink = "shared_link", "Tautan yang sama", "The same link";
        SameFile = "same_file", "Berkas dokumen yang sama persis", "A file of a document with the very same content";
        Linked = "linked", "Ditautkan oleh petugas", "Linked by an officer";
        SameReport = "same_report", "Dipisahkan dari laporan yang sama", "Split from the same report";
    }
}

/// How many days apart two acts may be reported and still be one (domain rule on duplicates).
pub const DAYS_APART: i64 = 3;

/// Parameters that say how a page was reached, not which it is.
const TRACKING: [&str; 8] = ["fbclid", "gclid", "igsh", "igshid", "mibextid", "rdid", "si", "share_id"];

/// The normal form of an address: without scheme, `www.` or `m.`, tracking parameters, fragment and closing slash; host in
/// lower case, parameters in order. `None` for what is no web address.
fn normal(link: &str) -> Option<String> {
    let link = link.trim();
    let (scheme, rest) = link.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let rest = rest.split_once('#').map_or(rest, |(page, _)| page);
    let (page, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = page.split_once('/').unwrap_or((page, ""));
    let host = host.to_lowercase();
    let host = host.trim_end_matches(":443").trim_end_matches(":80");
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    let mut told: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !name.is_empty() && !name.starts_with("utm_") && !TRACKING.contains(&name)
        })
        .collect();
    told.sort_unstable();
    let query = told.join("&");
    (!host.is_empty()).then(|| format!("{host}/{}?{query}", path.trim_end_matches('/')))
}

/// SHA-256 of a link in its normal form, shortened to 32 hexadecimal digits; `None` for what is no web address.
pub fn link_hash(link: &str) -> Option<String> {
    let hash = hex(&sha256(&[normal(link)?.as_bytes()]));
    hash.get(..32).map(ToOwned::to_owned)
}

/// The hashes of several links.
pub fn link_hashes<'a>(links: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut hashes: Vec<String> = links.into_iter().filter_map(link_hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_page_has_one_hash_however_it_was_reached() {
        let page = link_hash("https://www.sosial.example/unggahan/1");
        assert!(page.is_some());
        for same in [
            "http://sosial.example/unggahan/1/",
            "https://m.Sosial.example/unggahan/1?utm_source=wa&igsh=abc#komentar",
            " https://sosial.example:443/unggahan/1 ",
        ] {
            assert_eq!(link_hash(same), page, "{same}");
        }
        assert_eq!(link_hash("https://a.example/p?b=2&a=1"), link_hash("https://a.example/p?a=1&b=2"));
        for other in [
            "https://sosial.example/unggahan/2",
            "https://sosial.example/unggahan/1?id=2",
            "https://lain.example/unggahan/1",
        ] {
            assert_ne!(link_hash(other), page, "{other}");
        }
        assert_eq!(link_hash("bukan tautan"), None);
        assert_eq!(link_hash("ftp://sosial.example/unggahan/1"), None);
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_it_panic(text in "\\PC{0,60}") {
            let _ = (link_hash(&text), link_hash(&format!("https://{text}")));
        }
    }
}
