//! What a case keeps of a catalogue, text and all: a later version changes nothing that a case says. Looks nothing up.

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::sql_types;
use serde::{Deserialize, Serialize};

use crate::domain::case::Category;

/// A form of violation with the text the catalogue had for the day of the act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenForm {
    /// Code.
    pub code: String,
    /// Category.
    pub category: Category,
    /// Indonesian title.
    pub title_id: String,
    /// English title.
    pub title_en: String,
    /// The decree or law.
    pub source_decree: String,
    /// First day this version held.
    pub valid_from: NaiveDate,
    /// The sanctions it provides for; unknown in cases from before they were kept.
    #[serde(default)]
    pub sanction_codes: Vec<String>,
}

/// Forms of violation as a column.
#[derive(Clone, Debug, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = sql_types::Jsonb)]
pub struct FrozenForms(pub Vec<FrozenForm>);

impl diesel::deserialize::FromSql<sql_types::Jsonb, Pg> for FrozenForms {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let value = <serde_json::Value as diesel::deserialize::FromSql<sql_types::Jsonb, Pg>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_value(value)?))
    }
}

impl diesel::serialize::ToSql<sql_types::Jsonb, Pg> for FrozenForms {
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, Pg>) -> diesel::serialize::Result {
        let value = serde_json::to_value(&self.0)?;
        <serde_json::Value as diesel::serialize::ToSql<sql_types::Jsonb, Pg>>::to_sql(&value, &mut out.reborrow())
    }
}
