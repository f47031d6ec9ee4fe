//! The numbers of a person: NIP or NI PPPK (18 digits) and NIK (16 digits). Reads, checks and decodes them; stores nothing.

use chrono::{Datelike, NaiveDate};

use crate::domain::action::Employment;
use crate::domain::warning::Warning;
use crate::text_enum;

text_enum! {
    /// What kind of number it is.
    NumberKind {
        Nip = "nip", "NIP", "Number of a tenured civil servant";
        NiPppk = "ni_pppk", "NI PPPK", "Number of a government employee on contract";
        Nik = "nik", "NIK", "National identity number";
    }
}

text_enum! {
    /// Sex, as a number tells it.
    Sex {
        Male = "male", "Laki-laki", "Male";
        Female = "female", "Perempuan", "Female";
    }
}

/// A person younger than this is not appointed; a number that says so is unusual.
const YOUNGEST_APPOINTED: i32 = 17;

fn digits(text: &str, count: usize) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    (digits.len() == count && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn number(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to)?.parse().ok()
}

/// What the 18 digits of a NIP (Perka BKN 22/2007) or NI PPPK say. Has no `Debug`: it holds the number.
#[derive(Clone, PartialEq, Eq)]
pub struct Nip {
    digits: String,
    born_on: NaiveDate,
    year: i32,
    /// Digits 13-14: the month of a tenured official's appointment, the contract's code of one on contract.
    month_or_code: u32,
    sex: Sex,
}

impl Nip {
    /// Reads a number typed with or without blanks, dots and dashes.
    ///
    /// `None` unless the first eight digits are a real birth date, the sex digit is 1 or 2 and the sequence is not 000.
    /// Digits 13-14 refuse nothing: contract employees carry a contract code there.
    pub fn read(text: &str) -> Option<Self> {
        let digits = digits(text, 18)?;
        let year = |from| i32::try_from(number(&digits, from, from + 4)?).ok();
        let born_on = NaiveDate::from_ymd_opt(year(0)?, number(&digits, 4, 6)?, number(&digits, 6, 8)?)?;
        let sex = match number(&digits, 14, 15)? {
            1 => Sex::Male,
            2 => Sex::Female,
            _ => return None,
        };
        let (year, month_or_code) = (year(8)?, number(&digits, 12, 14)?);
        (number(&digits, 15, 18)? != 0).then_some(Self { digits, born_on, year, month_or_code, sex })
    }

    /// Whose kind of number it is. Where nobody has said how the person is employed, a month that does not exist tells.
    pub fn kind(&self, employment: Option<Employment>) -> NumberKind {
        match employment {
            Some(Employment::Pns | Employment::Cpns) => NumberKind::Nip,
            Some(Employment::Pppk) => NumberKind::NiPppk,
            None if self.month_or_code > 12 => NumberKind::NiPppk,
            None => NumberKind::Nip,
        }
    }

    fn warnings(&self, employment: Option<Employment>) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let tenured = self.kind(employment) == NumberKind::Nip;
        if tenured && !(1..=12).contains(&self.month_or_code) {
            warnings.push(Warning::LooksLikePppk);
        }
        let month = if tenured { self.month_or_code.clamp(1, 12) } else { 12 };
        let grown = (self.born_on.year() + YOUNGEST_APPOINTED, self.born_on.month());
        if (self.year, month) < grown {
            warnings.push(Warning::AppointedTooYoung);
        }
        warnings
    }
}

/// What the 16 digits of a NIK say. Its region is the place of first registration, which may no longer exist.
/// Has no `Debug`: it holds the number.
#[derive(Clone, PartialEq, Eq)]
pub struct Nik {
    digits: String,
    day: u32,
    month: u32,
    /// Two digits: the century is not told.
    year: i32,
    sex: Sex,
}

impl Nik {
    /// Reads a number typed with or without blanks, dots and dashes.
    ///
    /// `None` unless the day of birth is 1-31, or 41-71 for women, the month 1-12 and the sequence not 0000.
    pub fn read(text: &str) -> Option<Self> {
        let digits = digits(text, 16)?;
        let (day, sex) = match number(&digits, 6, 8)? {
            day @ 1..=31 => (day, Sex::Male),
            day @ 41..=71 => (day - 40, Sex::Female),
            _ => return None,
        };
        let month = number(&digits, 8, 10)?;
        let year = i32::try_from(number(&digits, 10, 12)?).ok()?;
        let real = (1..=12).contains(&month) && number(&digits, 12, 16)? != 0;
        real.then_some(Self { digits, day, month, year, sex })
    }

    /// Code of the regency or city of first registration, dotted.
    fn region(&self) -> Option<String> {
        Some(format!("{}.{}", self.digits.get(0..2)?, self.digits.get(2..4)?))
    }

    /// The birth date, taken from the last century unless the person were then too old to be in service.
    fn born_on(&self, seen_on: NaiveDate) -> Option<NaiveDate> {
        let this_century = 2000 + self.year;
        let year = if this_century + YOUNGEST_APPOINTED <= seen_on.year() { this_century } else { this_century - 100 };
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }

    fn warnings(&self, region_exists: impl Fn(&str) -> bool) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.region().is_some_and(|code| region_exists(&code)) {
            warnings.push(Warning::UnknownRegion);
        }
        let real = |century: i32| NaiveDate::from_ymd_opt(century + self.year, self.month, self.day).is_some();
        if !real(1900) && !real(2000) {
            warnings.push(Warning::UnrealBirthDate);
        }
        warnings
    }

    fn agrees_on_birth(&self, born_on: NaiveDate) -> bool {
        (self.day, self.month, self.year) == (born_on.day(), born_on.month(), born_on.year() % 100)
    }
}

/// The digits of a NIP or NI PPPK as they are stored.
pub fn nip(text: &str) -> Option<String> {
    Nip::read(text).map(|nip| nip.digits)
}

/// The digits of a NIK as they are stored.
pub fn nik(text: &str) -> Option<String> {
    Nik::read(text).map(|nik| nik.digits)
}

/// What is unusual about the numbers of one person, alone and beside each other. Refuses nothing.
pub fn warnings(
    nip: Option<&Nip>,
    nik: Option<&Nik>,
    employment: Option<Employment>,
    region_exists: impl Fn(&str) -> bool,
) -> Vec<Warning> {
    let mut warnings = nip.map(|nip| nip.warnings(employment)).unwrap_or_default();
    warnings.extend(nik.map(|nik| nik.warnings(region_exists)).unwrap_or_default());
    if let (Some(nip), Some(nik)) = (nip, nik) {
        if !nik.agrees_on_birth(nip.born_on) {
            warnings.push(Warning::BirthDatesDiffer);
        }
        if nik.sex != nip.sex {
            warnings.push(Warning::SexesDiffer);
        }
    }
    warnings
}

/// What the numbers tell about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Which kind of number it was read from.
    pub kind: NumberKind,
    /// Birth date.
    pub born_on: Option<NaiveDate>,
    /// Full years on the day asked about.
    pub age: Option<u32>,
    /// Sex.
    pub sex: Sex,
    /// Year and, of a tenured official, month of appointment, as `2015-05`; the year a contract began.
    pub appointed: Option<String>,
    /// Code of the contract.
    pub contract_code: Option<u32>,
}

/// What the numbers tell, the NIP before the NIK, seen on this day.
pub fn decode(
    nip: Option<&Nip>,
    nik: Option<&Nik>,
    employment: Option<Employment>,
    seen_on: NaiveDate,
) -> Option<Decoded> {
    let age = |born_on: NaiveDate| seen_on.years_since(born_on);
    if let Some(nip) = nip {
        let kind = nip.kind(employment);
        let month = (kind == NumberKind::Nip && (1..=12).contains(&nip.month_or_code)).then_some(nip.month_or_code);
        let appointed = month.map_or_else(|| nip.year.to_string(), |month| format!("{}-{month:02}", nip.year));
        return Some(Decoded {
            kind,
            born_on: Some(nip.born_on),
            age: age(nip.born_on),
            sex: nip.sex,
            appointed: Some(appointed),
            contract_code: (kind == NumberKind::NiPppk).then_some(nip.month_or_code),
        });
    }
    nik.map(|nik| {
        let born_on = nik.born_on(seen_on);
        let age = born_on.and_then(age);
        Decoded { kind: NumberKind::Nik, born_on, age, sex: nik.sex, appointed: None, contract_code: None }
    })
}

#[cfg(test)]
mod tests;
