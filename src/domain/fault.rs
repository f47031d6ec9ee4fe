//! What can be wrong with one field of an input, by code and in words. Names the place, never repeats the value.

use crate::text_enum;

text_enum! {
    /// One kind of fault in one field.
    Fault {
        Required = "required", "wajib diisi", "is required";
        WrongType = "wrong-type", "jenis nilainya salah", "has the wrong type";
        UnknownField = "unknown-field", "tidak dikenal", "is not a known field";
        TooShort = "too-short", "terlalu pendek atau terlalu sedikit", "is too short or has too few items";
        TooLong = "too-long", "terlalu panjang atau terlalu banyak", "is too long or has too many items";
        NotAllowed = "not-allowed", "bukan salah satu nilai yang diperbolehkan", "is not one of the allowed values";
        BadFormat = "bad-format", "bentuknya salah", "has the wrong format";
        OutOfRange = "out-of-range", "di luar batas", "is out of range";
        ControlCharacter = "control-character", "berisi karakter yang tidak diperbolehkan", "contains a character that is not allowed";
        InFuture = "in-future", "tidak boleh di masa depan", "must not be in the future";
        TooLongAgo = "too-long-ago", "terlalu lama di masa lalu", "is too long ago";
        BeforeOccurred = "before-occurred", "tidak boleh mendahului tanggal kejadian", "must not be before the day it occurred";
        BeforeFiled = "before-filed", "tidak boleh mendahului tanggal pengajuan", "must not be before the day it was filed";
        NumberNeeded = "number-needed", "isi NIP atau NIK: siapa pun yang menangani perkara dikenali dari nomornya", "needs NIP or NIK: whoever works on cases is known by a number";
        NotEnoughToIdentify = "not-enough-to-identify", "isi NIP, atau NIK, atau nama beserta instansi, atau nama beserta jabatan", "needs NIP, or NIK, or name with agency, or name with position";
        EvidenceUnstated = "evidence-unstated", "sebutkan bukti atau tautan, atau nyatakan bahwa tidak ada", "name evidence or a link, or state that there is none";
        MustBeTrue = "must-be-true", "harus dinyatakan benar", "must be declared true";
        NotANip = "not-a-nip", "bukan NIP atau NI PPPK 18 angka yang sah", "is not a valid NIP or NI PPPK of 18 digits";
        NotANik = "not-a-nik", "bukan NIK 16 angka yang sah", "is not a valid NIK of 16 digits";
        UnknownCode = "unknown-code", "kode tidak dikenal", "is not a known code";
        NameNeeded = "name-needed", "persetujuan memerlukan nama pelapor", "consent needs the reporter's name";
        WeakPassword = "weak-password", "terlalu mudah ditebak", "is too easy to guess";
        Taken = "taken", "sudah dipakai", "is taken already";
        Invalid = "invalid", "tidak sah", "is not valid";
    }
}

/// A fault at a place: a JSON Pointer (RFC 6901) into the body, or the name of a parameter or header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Where.
    pub pointer: String,
    /// What.
    pub fault: Fault,
}

impl FieldFault {
    /// A fault at a pointer.
    pub fn new(pointer: impl Into<String>, fault: Fault) -> Self {
        Self { pointer: pointer.into(), fault }
    }
}
