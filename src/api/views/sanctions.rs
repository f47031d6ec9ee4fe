//! Acts and sanctions of a case as officers who may see them do, with what I'DIS asks for.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Label;
use crate::db::sanctions::{Act, EarlierSanctions, ImposedSanction};
use crate::domain::action::Employment;
use crate::domain::case::Category;
use crate::domain::sanction::{ActFinding, SanctionOrigin};

/// An act of the case.
#[derive(Serialize, ToSchema)]
pub struct ActView {
    /// Its number in the case.
    #[schema(example = 1)]
    pub number: i16,
    /// In short; absent for the act as reported, and once the case was purged.
    pub description: Option<String>,
    /// The category it is put under; once punished, that of the sanction.
    pub category: Option<Category>,
    /// What was found on it.
    pub finding: ActFinding,
}

impl From<&Act> for ActView {
    fn from(act: &Act) -> Self {
        Self { number: act.number, description: act.description.clone(), category: act.category, finding: act.finding }
    }
}

/// The fields of a discipline record that only SIASN can fill: its keys of the person, of the rank, of the legal standing and of the
/// documents uploaded there, and its own lists of sanctions and reasons.
const ONLY_SIASN_KNOWS: [&str; 6] =
    ["pnsOrangId", "golonganId", "kedudukanHukumId", "jenisHukumanId", "alasanHukumanDisiplinId", "path"];

/// What I'DIS asks for of a discipline sanction, in its names and its form of dates, as far as the case knows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdisView {
    /// `R`, `S` or `B`.
    pub jenis_tingkat_hukuman_id: &'static str,
    /// Name of the sanction: stands in for SIASN's own key, `jenisHukumanId`.
    #[schema(example = "Penurunan jabatan setingkat lebih rendah selama 12 bulan")]
    pub jenis_hukuman: String,
    /// Number of the decision.
    pub sk_nomor: Option<String>,
    /// Its date, `dd-mm-yyyy`.
    pub sk_tanggal: Option<String>,
    /// In force since, `dd-mm-yyyy`.
    pub hukuman_tanggal: Option<String>,
    /// Whole years of its length.
    pub masa_tahun: i16,
    /// Months beside them.
    pub masa_bulan: i16,
    /// Over on, `dd-mm-yyyy`.
    pub akhir_hukuman_tanggal: Option<String>,
    /// Why it was imposed, in words: stands in for SIASN's own key, `alasanHukumanDisiplinId`.
    pub alasan_hukuman_disiplin: Option<String>,
    /// Remarks.
    pub keterangan: Option<String>,
    /// Regulation.
    pub nomor_pp: Option<String>,
    /// The version it takes the place of.
    pub hukdis_yang_diberhentikan_id: Option<Uuid>,
    /// Number of the decision that annuls it.
    pub sk_pembatalan_nomor: Option<String>,
    /// Its date, `dd-mm-yyyy`.
    pub sk_pembatalan_tanggal: Option<String>,
    /// Fields of the record that are missing here, because only SIASN can fill them.
    pub only_siasn_knows: &'static [&'static str],
}

impl IdisView {
    fn of(sanction: &ImposedSanction) -> Option<Self> {
        let level = match sanction.level.as_str() {
            "light" => "R",
            "medium" => "S",
            "heavy" | "dismissal" => "B",
            _ => return None,
        };
        let day = |day: Option<NaiveDate>| day.map(|day| day.format("%d-%m-%Y").to_string());
        let regulation = |basis: &String| basis.split(" Pasal").next().unwrap_or_default().to_owned();
        Some(Self {
            jenis_tingkat_hukuman_id: level,
            jenis_hukuman: sanction.title_id.clone(),
            sk_nomor: sanction.sk_number.clone(),
            sk_tanggal: day(sanction.sk_date),
            hukuman_tanggal: day(sanction.start_on),
            masa_tahun: sanction.months.unwrap_or(0) / 12,
            masa_bulan: sanction.months.unwrap_or(0) % 12,
            akhir_hukuman_tanggal: day(sanction.end_on),
            alasan_hukuman_disiplin: sanction.punishment_reason.clone(),
            keterangan: sanction.remarks.clone(),
            nomor_pp: sanction.basis.as_ref().filter(|basis| !basis.is_empty()).map(regulation),
            hukdis_yang_diberhentikan_id: sanction.version_of,
            sk_pembatalan_nomor: sanction.annulment_number.clone(),
            sk_pembatalan_tanggal: day(sanction.annulment_date),
            only_siasn_knows: &ONLY_SIASN_KNOWS,
        })
    }
}

/// One version of a sanction. What it says never changes; remedies make new versions.
#[derive(Serialize, ToSchema)]
pub struct SanctionView {
    /// Key.
    pub id: Uuid,
    /// Counts the versions of the case.
    pub version: i16,
    /// How it came about.
    pub origin: SanctionOrigin,
    /// The version it takes the place of.
    pub version_of: Option<Uuid>,
    /// Ethics or discipline.
    pub category: Category,
    /// Code of the catalogue.
    #[schema(example = "B1")]
    pub sanction_code: String,
    /// Its name, as the catalogue had it then.
    pub title: Label,
    /// First day of the catalogue's row it was taken from.
    pub catalogue_from: Option<NaiveDate>,
    /// How the subject was employed when it was decided.
    pub employment: Option<Employment>,
    /// Numbers of the acts it is for; none where a conviction alone proves anything.
    pub acts: Vec<i16>,
    /// Number of the decision letter (SK).
    pub sk_number: Option<String>,
    /// Its date.
    pub sk_date: Option<NaiveDate>,
    /// Its file.
    pub sk_file: Option<Uuid>,
    /// The office that decided.
    pub deciding_official: Option<String>,
    /// Articles applied.
    pub legal_basis: Option<String>,
    /// Number of the examination record or minutes.
    pub record_number: Option<String>,
    /// Its date.
    pub record_date: Option<NaiveDate>,
    /// Its file.
    pub record_file: Option<Uuid>,
    /// The file of the decision that annuls it, whose number and date `idis` has.
    pub annulment_file: Option<Uuid>,
    /// Length in months.
    pub months: Option<i16>,
    /// Since when it is in force.
    pub start_on: Option<NaiveDate>,
    /// First day it is over.
    pub end_on: Option<NaiveDate>,
    /// Registration in I'DIS.
    pub idis_ref: Option<String>,
    /// When it was recorded.
    pub imposed_at: DateTime<Utc>,
    /// What I'DIS asks for; discipline only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idis: Option<IdisView>,
}

impl From<&ImposedSanction> for SanctionView {
    fn from(sanction: &ImposedSanction) -> Self {
        Self {
            id: sanction.id,
            version: sanction.version,
            origin: sanction.origin,
            version_of: sanction.version_of,
            category: sanction.category,
            sanction_code: sanction.sanction_code.clone(),
            title: Label { id: sanction.title_id.clone(), en: sanction.title_en.clone() },
            catalogue_from: sanction.catalogue_from,
            employment: sanction.employment,
            acts: sanction.acts.iter().copied().flatten().collect(),
            sk_number: sanction.sk_number.clone(),
            sk_date: sanction.sk_date,
            sk_file: sanction.sk_file,
            deciding_official: sanction.deciding_official.clone(),
            legal_basis: sanction.legal_basis.clone(),
            record_number: sanction.record_number.clone(),
            record_date: sanction.record_date,
            record_file: sanction.record_file,
            annulment_file: sanction.annulment_file,
            months: sanction.months,
            start_on: sanction.start_on,
            end_on: sanction.end_on,
            idis_ref: sanction.idis_ref.clone(),
            imposed_at: sanction.imposed_at,
            idis: IdisView::of(sanction),
        }
    }
}

/// What other cases about the same person, under any of its numbers, ended with: a repeat is punished more heavily.
#[derive(Serialize, ToSchema)]
pub struct EarlierSanctionsView {
    /// In how many cases.
    pub cases: i64,
    /// The codes, oldest first.
    pub codes: Vec<String>,
}

impl From<EarlierSanctions> for EarlierSanctionsView {
    fn from(earlier: EarlierSanctions) -> Self {
        Self { cases: earlier.cases, codes: earlier.codes }
    }
}
