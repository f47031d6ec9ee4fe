//! Values that must not slip into a log, a reply or an error: no Debug that shows them, no Serialize.

use std::fmt;

/// A personal or secret value. It leaves only where code says [`Confidential::reveal`].
#[derive(Clone, PartialEq, Eq, diesel::deserialize::FromSqlRow)]
pub struct Confidential<T>(T);

impl<T> Confidential<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Each call is a place where it can leak: keep them few.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Confidential<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[confidential]")
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Confidential<T> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        T::deserialize(d).map(Self)
    }
}

impl<T: utoipa::PartialSchema> utoipa::PartialSchema for Confidential<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        T::schema()
    }
}

impl<T: utoipa::ToSchema> utoipa::ToSchema for Confidential<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        T::name()
    }
}

impl<T, ST> diesel::deserialize::FromSql<ST, diesel::pg::Pg> for Confidential<T>
where
    T: diesel::deserialize::FromSql<ST, diesel::pg::Pg>,
{
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        T::from_sql(bytes).map(Self)
    }
}
