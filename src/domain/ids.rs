//! Identifiers people and programs use: languages, complaint numbers, access codes. No storage, no secrets kept.

use crate::domain::confidential::Confidential;

/// The languages people read. Codes stay the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// `id`, the default.
    Indonesian,
    /// `en`.
    English,
}

impl Language {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Indonesian, Self::English];

    /// ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    /// The language a stored code or an `Accept-Language` header asks for first; Indonesian when neither is named.
    pub fn preferred(header: &str) -> Self {
        header
            .split(',')
            .map(|part| part.trim().to_ascii_lowercase())
            .find_map(|part| match part.get(..2) {
                Some("id") => Some(Self::Indonesian),
                Some("en") => Some(Self::English),
                _ => None,
            })
            .unwrap_or(Self::Indonesian)
    }
}

/// Crockford's base 32: no I, L, O, U, so that a number survives being read out or written by hand.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn symbol(value: u8) -> char {
    ALPHABET.get(usize::from(value & 31)).map_or('0', |b| char::from(*b))
}

fn value(symbol: char) -> Option<u8> {
    let canonical = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|b| char::from(*b) == canonical).and_then(|i| u8::try_from(i).ok())
}

/// Doubles in GF(32), the field of 32 elements with x^5 = x^2 + 1.
const fn double(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 32 != 0 { (shifted ^ 0b10_0101) & 31 } else { shifted & 31 }
}

/// The check value: each symbol weighs a different power of two in GF(32), so every single wrong
/// symbol and every swap of two symbols changes it.
fn check(values: &[u8]) -> u8 {
    values.iter().fold(0, |sum, v| double(sum ^ v))
}

fn encode(bits: u128, symbols: u32) -> Vec<u8> {
    (0..symbols).rev().map(|i| u8::try_from((bits >> (5 * i)) & 31).unwrap_or(0)).collect()
}

/// The public number of a report: `NTR-<year>-<8 random symbols><check symbol>`. It cannot be guessed and tells no
/// order; by itself it opens only the coarse public status.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ComplaintNumber(String);

impl ComplaintNumber {
    /// The number for a report received in `year` from 40 random bits.
    pub fn new(year: i32, random: u64) -> Self {
        let body = encode(u128::from(random), 8);
        let text: String = body.iter().chain([&check(&body)]).map(|v| symbol(*v)).collect();
        Self(format!("NTR-{year:04}-{text}"))
    }

    /// Reads what a person typed: any case, with or without the dashes, `O` for `0`, `I` or `L` for `1`.
    /// `None` when it cannot be a number of ours, a wrong check symbol included.
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let rest = compact.get(..3).filter(|p| p.eq_ignore_ascii_case("NTR")).and(compact.get(3..))?;
        let (year, body) = (rest.get(..4)?, rest.get(4..)?);
        let year: String = year.chars().map(|c| value(c).filter(|v| *v < 10).map(symbol)).collect::<Option<_>>()?;
        let values: Vec<u8> = body.chars().map(value).collect::<Option<_>>()?;
        let (last, payload) = values.split_last()?;
        (payload.len() == 8 && check(payload) == *last).then(|| {
            let body: String = values.iter().map(|v| symbol(*v)).collect();
            Self(format!("NTR-{year}-{body}"))
        })
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What opens a report's mailbox together with its number: 80 bits in four groups of four symbols, shown once.
#[derive(Clone)]
pub struct AccessCode(Confidential<String>);

impl AccessCode {
    /// The code made of the first ten bytes of a keyed digest (80 bits).
    pub fn from_digest(digest: &[u8]) -> Self {
        let bits = digest.iter().take(10).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        let symbols: Vec<char> = encode(bits, 16).into_iter().map(symbol).collect();
        let groups: Vec<String> = symbols.chunks(4).map(|group| group.iter().collect()).collect();
        Self(Confidential::new(groups.join("-")))
    }

    /// Reads what a person typed; `None` when it cannot be a code.
    pub fn parse(text: &str) -> Option<Self> {
        let values: Vec<u8> = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(value).collect::<Option<_>>()?;
        (values.len() == 16).then(|| {
            let symbols: Vec<char> = values.into_iter().map(symbol).collect();
            let groups: Vec<String> = symbols.chunks(4).map(|group| group.iter().collect()).collect();
            Self(Confidential::new(groups.join("-")))
        })
    }

    /// The canonical text: to be shown once, or hashed.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_being_typed_by_hand() {
        let number = ComplaintNumber::new(2026, 0x12_3456_789A);
        let sloppy = number.as_str().to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(ComplaintNumber::parse(&sloppy), Some(number));
    }

    #[test]
    fn every_wrong_symbol_and_every_swap_in_a_number_is_noticed() {
        for seed in [0_u64, 1, 0xFF_FFFF_FFFF, 0x5A_C3F0_1234, 987_654_321] {
            let number = ComplaintNumber::new(2026, seed);
            let body: Vec<char> = number.as_str()[9..].chars().collect();
            for i in 0..body.len() {
                for other in ALPHABET.iter().map(|b| char::from(*b)).filter(|c| *c != body[i]) {
                    let mut wrong = body.clone();
                    wrong[i] = other;
                    let text: String = wrong.into_iter().collect();
                    assert_eq!(ComplaintNumber::parse(&format!("NTR-2026-{text}")), None);
                }
                for j in (i + 1)..body.len() {
                    let mut swapped = body.clone();
                    swapped.swap(i, j);
                    if swapped != body {
                        let text: String = swapped.into_iter().collect();
                        assert_eq!(ComplaintNumber::parse(&format!("NTR-2026-{text}")), None);
                    }
                }
            }
        }
    }

    #[test]
    fn an_access_code_has_sixteen_symbols_and_is_read_back() {
        let code = AccessCode::from_digest(&[0xAB; 32]);
        assert_eq!(code.reveal().len(), 19);
        assert_eq!(
            AccessCode::parse(&code.reveal().to_lowercase()).map(|c| c.reveal().to_owned()),
            Some(code.reveal().to_owned())
        );
        assert!(AccessCode::parse("AAAA-BBBB").is_none());
    }
}
