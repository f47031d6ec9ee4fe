//! What is unusual about a case and stops nothing: told to officers, who may have a reason. Finds none itself.

use crate::text_enum;

text_enum! {
    /// One thing an officer should look at again.
    Warning {
        LooksLikePppk = "looks_like_pppk", "Angka ke-13 dan ke-14 bukan bulan: tampaknya NI PPPK", "Digits 13 and 14 are no month: it looks like a PPPK number";
        AppointedTooYoung = "appointed_too_young", "Pengangkatan sebelum usia 17 tahun", "Appointed before the age of 17";
        UnknownRegion = "unknown_region", "Kode wilayah pada NIK tidak dikenal", "The NIK's region code is not known";
        UnrealBirthDate = "unreal_birth_date", "Tanggal lahir pada NIK tidak ada dalam kalender", "The NIK's birth date does not exist";
        BirthDatesDiffer = "birth_dates_differ", "Tanggal lahir pada NIK dan NIP berbeda", "NIK and NIP differ on the birth date";
        SexesDiffer = "sexes_differ", "Jenis kelamin pada NIK dan NIP berbeda", "NIK and NIP differ on the sex";
        PhaseDiffers = "phase_differs", "Tahap perbuatan berbeda dari yang disarankan jadwal pemilihan", "The phase differs from what the election calendar suggests";
        RegimeDiffers = "regime_differs", "Rezim pemilihan berbeda dari yang disarankan jadwal pemilihan", "The election law differs from what the election calendar suggests";
    }
}
