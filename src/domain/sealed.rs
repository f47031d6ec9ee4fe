//! What the vault has sealed, on its way between the database and the vault: bytes that say nothing. It opens nothing.

use std::fmt;

use uuid::Uuid;

/// A sealed value, as its column keeps it.
#[derive(Clone, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Binary)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Bytes that the vault made.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, given away.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} sealed bytes]", self.0.len())
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Binary, diesel::pg::Pg> for Sealed {
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
        <[u8] as diesel::serialize::ToSql<diesel::sql_types::Binary, diesel::pg::Pg>>::to_sql(&self.0, out)
    }
}

impl diesel::deserialize::FromSql<diesel::sql_types::Binary, diesel::pg::Pg> for Sealed {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        <Vec<u8> as diesel::deserialize::FromSql<diesel::sql_types::Binary, diesel::pg::Pg>>::from_sql(bytes).map(Self)
    }
}

/// What a data key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOf {
    /// What a reporter sends.
    Report,
    /// The file of a document.
    File,
}

impl KeyOf {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Report, Self::File];

    /// The table and column that keep it wrapped. Part of the seal, so that one kind never passes for the other.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Report => ("data_keys", "wrapped"),
            Self::File => ("files", "wrapped"),
        }
    }

    /// The column that names the owner in that table.
    pub const fn owner_column(self) -> &'static str {
        match self {
            Self::Report => "owner_id",
            Self::File => "id",
        }
    }
}

/// The data key of a report or a file, wrapped by a key-encryption key.
#[derive(Clone, Debug, diesel::Queryable, diesel::Selectable, diesel::QueryableByName)]
#[diesel(table_name = crate::schema::data_keys)]
pub struct WrappedKey {
    /// The report, or the file.
    pub owner_id: Uuid,
    /// Which key-encryption key wraps it, from 1.
    pub kek_version: i32,
    /// The key, sealed.
    pub wrapped: Sealed,
}

/// A value that can be sealed. The name of its table and column is part of the seal, so that one never passes for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Name of a reporter.
    ReporterName,
    /// E-mail address of a reporter.
    ReporterEmail,
    /// Telephone of a reporter.
    ReporterPhone,
    /// NIK of a reporter.
    ReporterNik,
    /// Name of a witness.
    WitnessName,
    /// Address of a witness.
    WitnessAddress,
    /// Telephone of a witness.
    WitnessPhone,
    /// Text of a message.
    MessageBody,
    /// What a reporter asks about his data.
    DataRequestBody,
    /// The bytes of a file; they stand in the folder of files and not in the row.
    FileContent,
}

impl Field {
    /// Table and column.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::ReporterName => ("reporter_identities", "name"),
            Self::ReporterEmail => ("reporter_identities", "email"),
            Self::ReporterPhone => ("reporter_identities", "phone"),
            Self::ReporterNik => ("reporter_identities", "nik"),
            Self::WitnessName => ("witnesses", "name"),
            Self::WitnessAddress => ("witnesses", "address"),
            Self::WitnessPhone => ("witnesses", "phone"),
            Self::MessageBody => ("messages", "body"),
            Self::DataRequestBody => ("data_requests", "body"),
            Self::FileContent => ("files", "content"),
        }
    }
}
