//! Marks: by which it is seen that an officer is the one a case is about, of the subject's work unit, or its reporter.
//! Compares them; makes no hash, and must not say whose they are.

use std::fmt;

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{Array, Binary, Nullable};
use uuid::Uuid;

/// What somebody is recognised by: keyed hashes of numbers and addresses, keys of persons, and work units. Each kind has a
/// form of its own, so that none passes for another.
#[derive(Clone, Default, PartialEq, Eq, deserialize::FromSqlRow)]
pub struct Marks(pub Vec<Vec<u8>>);

impl Marks {
    /// Whether the two have one in common.
    pub fn meet(&self, other: &Self) -> bool {
        self.0.iter().any(|mark| other.0.contains(mark))
    }
}

/// A name as names of units are compared: in small letters, and any blanks, those that do not show included, are one. The same as
/// the function `folded` of the database; a test holds them against each other.
pub fn folded(name: &str) -> String {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    name.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The mark of a work unit of an agency, however it is typed.
pub fn unit(agency_id: Uuid, unit: &str) -> Vec<u8> {
    format!("{agency_id} {}", folded(unit)).into_bytes()
}

/// The mark of whoever holds a seat at an agency or below it; on a case, of the agency that protects its subject.
pub fn agency(agency_id: Uuid) -> Vec<u8> {
    format!("agency {agency_id}").into_bytes()
}

/// The mark of a person behind subjects.
pub fn person(person_id: Uuid) -> Vec<u8> {
    person_id.as_bytes().to_vec()
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} marks]", self.0.len())
    }
}

impl FromSql<Array<Nullable<Binary>>, Pg> for Marks {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let marks = <Vec<Option<Vec<u8>>> as FromSql<Array<Nullable<Binary>>, Pg>>::from_sql(bytes)?;
        Ok(Self(marks.into_iter().flatten().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_the_same_however_it_is_typed_and_another_agencys_is_not() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mine = Marks(vec![unit(one, " Bidang \u{a0}\u{200b} SATU ")]);
        assert!(mine.meet(&Marks(vec![vec![1; 32], unit(one, "bidang satu")])));
        let others = Marks(vec![unit(other, "bidang satu"), unit(one, "bidangsatu"), person(one), agency(one)]);
        assert!(!mine.meet(&others) && !mine.meet(&Marks::default()));
    }
}
