//! What kinds of regions there are. Holds no region: those are rows.

use crate::text_enum;

text_enum! {
    /// Levels of regions by their codes (Kepmendagri 300.2.2-2138/2025).
    RegionKind {
        Province = "province", "Provinsi", "Province";
        Regency = "regency", "Kabupaten", "Regency";
        City = "city", "Kota", "City";
        District = "district", "Kecamatan", "District";
    }
}
