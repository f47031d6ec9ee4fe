//! The numbers of a person: NIP or NI PPPK (18 digits) and NIK (16 digits). Reads and checks their shape; stores nothing.

use chrono::NaiveDate;

fn digits(text: &str, count: usize) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    (digits.len() == count && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn number(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to)?.parse().ok()
}

/// The 18 digits of a NIP or NI PPPK, typed with or without blanks and dots (Perka BKN 22/2007).
///
/// `None` unless the first eight digits are a real birth date, the sex digit is 1 or 2 and the sequence is not 000.
/// Digits 13-14 are not read as a month: contract employees carry a contract code there.
pub fn nip(text: &str) -> Option<String> {
    let digits = digits(text, 18)?;
    let year = i32::try_from(number(&digits, 0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&digits, 4, 6)?, number(&digits, 6, 8)?)?;
    let sex = number(&digits, 14, 15)?;
    (matches!(sex, 1 | 2) && number(&digits, 15, 18)? != 0).then_some(digits)
}

/// The 16 digits of a NIK. The day of birth is 1-31, or 41-71 for women; region codes are not checked, since the
/// place of first registration may no longer exist.
pub fn nik(text: &str) -> Option<String> {
    let digits = digits(text, 16)?;
    let day = number(&digits, 6, 8)?;
    let month = number(&digits, 8, 10)?;
    let day_fits = matches!(day, 1..=31 | 41..=71);
    (day_fits && matches!(month, 1..=12) && number(&digits, 12, 16)? != 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_dots_do_not_make_another_number() {
        assert_eq!(nip("19860926 201505 1 001").as_deref(), Some("198609262015051001"));
        assert_eq!(nip("19860926.201505.1.001"), nip("198609262015051001"));
    }

    #[test]
    fn a_contract_number_with_24_as_month_is_valid() {
        assert!(nip("199009132025242014").is_some());
    }

    #[test]
    fn impossible_numbers_are_refused() {
        for wrong in ["198613262015051001", "198609262015053001", "198609262015051000", "12345", "19860926201505100A"] {
            assert!(nip(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_womans_nik_has_her_day_plus_forty() {
        assert!(nik("3273056010900009").is_some());
        assert!(nik("3602041211870001").is_some());
        assert!(nik("3273057510900009").is_none());
    }
}
