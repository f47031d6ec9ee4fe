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

/// The mark of a work unit of an agency, however it is typed. The same as `convert_to(agency::text || ' ' ||
/// lower(btrim(unit)), 'UTF8')` in the database.
pub fn unit(agency_id: Uuid, unit: &str) -> Vec<u8> {
    format!("{agency_id} {}", unit.trim().to_lowercase()).into_bytes()
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
        let mine = Marks(vec![unit(one, " Bidang SATU ")]);
        assert!(mine.meet(&Marks(vec![vec![1; 32], unit(one, "bidang satu")])));
        assert!(!mine.meet(&Marks(vec![unit(other, "bidang satu"), person(one)])) && !mine.meet(&Marks::default()));
    }
}
