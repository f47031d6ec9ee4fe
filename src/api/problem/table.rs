//! The closed table of problems: code, status, and the words for both languages. It must not know requests or causes.

use actix_web::http::StatusCode;

use crate::domain::ids::Language;

/// The words of one problem in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// A short name, the same for every occurrence.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What the caller can do.
    pub remedy: &'static str,
}

/// Declares the codes once: enum, texts, statuses and words cannot drift apart.
macro_rules! problems {
    ($($variant:ident = $code:literal, $status:ident,
        id: $title_id:literal, $meaning_id:literal, $remedy_id:literal,
        en: $title_en:literal, $meaning_en:literal, $remedy_en:literal;)+) => {
        /// What went wrong, as a code that is never translated and never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $(#[doc = $meaning_en] $variant,)+ }

        impl ProblemCode {
            /// Every code, by status.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The status it always comes with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// The words in a language.
            pub const fn words(self, language: Language) -> Words {
                match (self, language) { $(
                    (Self::$variant, Language::Indonesian) => Words { title: $title_id, meaning: $meaning_id, remedy: $remedy_id },
                    (Self::$variant, Language::English) => Words { title: $title_en, meaning: $meaning_en, remedy: $remedy_en },
                )+ }
            }

            /// The code with this text, if there is one.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

problems! {
    InvalidRequest = "invalid-request", BAD_REQUEST,
        id: "Permintaan tidak sah", "Permintaan HTTP tidak dapat dibaca.", "Periksa header dan cara pengirimannya.",
        en: "Invalid request", "The HTTP request could not be read.", "Check its headers and the way it is sent.";
    InvalidJson = "invalid-json", BAD_REQUEST,
        id: "JSON tidak sah", "Isi permintaan bukan JSON yang dapat dibaca.", "Kirim satu nilai JSON dalam UTF-8, tanpa nama ganda, paling dalam 32 tingkat.",
        en: "Invalid JSON", "The body is not JSON that can be read.", "Send one JSON value in UTF-8, without repeated names, at most 32 levels deep.";
    InvalidParameter = "invalid-parameter", BAD_REQUEST,
        id: "Parameter tidak sah", "Sebuah parameter atau header tidak dikenal atau salah nilainya.", "Lihat errors: tiap nama yang salah disebut di sana.",
        en: "Invalid parameter", "A parameter or header is unknown or has a wrong value.", "See errors: it names each of them.";
    MissingIdempotencyKey = "missing-idempotency-key", BAD_REQUEST,
        id: "Idempotency-Key tidak ada", "Permintaan ini memerlukan header Idempotency-Key, agar pengulangan tidak mencatat dua kali.", "Kirim kunci acak baru, misalnya UUID, untuk tiap permintaan baru, dan kunci yang sama saat mengulang.",
        en: "Missing Idempotency-Key", "This request needs the header Idempotency-Key, so that repeating it does nothing twice.", "Send a new random key, a UUID for instance, with each new request, and the same key when repeating it.";
    InvalidIdempotencyKey = "invalid-idempotency-key", BAD_REQUEST,
        id: "Idempotency-Key tidak sah", "Kunci harus terdiri atas 1 sampai 255 karakter ASCII tanpa spasi.", "Gunakan UUID.",
        en: "Invalid Idempotency-Key", "The key must be 1 to 255 visible ASCII characters without blanks.", "Use a UUID.";
    SingleSignOnLost = "single-sign-on-lost", BAD_REQUEST,
        id: "Proses masuk tidak dikenal", "Proses masuk ini tidak dimulai di peramban ini, sudah dipakai, atau dimulai lebih dari sepuluh menit yang lalu.", "Mulai kembali dari /v1/single-sign-on, di peramban yang sama dan dengan cookie diizinkan.",
        en: "Sign-in not known", "This sign-in was not started in this browser, was used already, or was started more than ten minutes ago.", "Start again at /v1/single-sign-on, in the same browser and with cookies allowed.";
    LogoutTokenRefused = "logout-token-refused", BAD_REQUEST,
        id: "Token keluar ditolak", "Token keluar tidak dibuat oleh penyedia identitas untuk layanan ini, sudah kedaluwarsa, atau sudah pernah dipakai.", "Kirim logout_token baru. Alasan penolakan ada di log layanan ini.",
        en: "Logout token refused", "The logout token was not made by the identity provider for this service, is too old, or was used before.", "Send a new logout_token. The reason stands in the log of this service.";
    Unauthorized = "unauthorized", UNAUTHORIZED,
        id: "Belum masuk", "Permintaan ini memerlukan token yang sah dan masih berlaku.", "Masuk kembali, lalu kirim token di header Authorization.",
        en: "Not signed in", "This request needs a valid token that has not expired.", "Sign in again and send the token in the header Authorization.";
    ReporterSessionRefused = "reporter-session-refused", UNAUTHORIZED,
        id: "Nomor atau kode akses tidak cocok", "Nomor pengaduan dan kode akses tidak membuka laporan mana pun.", "Periksa keduanya pada tanda terima. Kode akses hanya ditampilkan sekali dan tidak dapat diminta lagi.",
        en: "Number or access code refused", "The complaint number and access code do not open a report.", "Check both on the receipt. The access code was shown once and cannot be asked for again.";
    SignInRefused = "sign-in-refused", UNAUTHORIZED,
        id: "Gagal masuk", "Nama, kata sandi, atau kode verifikasi tidak cocok.", "Periksa ketiganya, atau hubungi administrator instansi Anda.",
        en: "Sign-in refused", "The name, password or verification code does not match.", "Check all three, or ask the administrator of your agency.";
    SingleSignOnRefused = "single-sign-on-refused", UNAUTHORIZED,
        id: "Penyedia identitas tidak mengesahkan", "Penyedia identitas menolak, atau jawabannya tidak dapat diterima.", "Masuk kembali melalui /v1/single-sign-on. Bila berulang, hubungi administrator: alasannya ada di log.",
        en: "Not vouched for", "The identity provider refuses, or its answer cannot be accepted.", "Sign in again through /v1/single-sign-on. If it stays, ask the administrator: the reason stands in the log.";
    Forbidden = "forbidden", FORBIDDEN,
        id: "Tidak diizinkan", "Peran Anda tidak mengizinkan tindakan ini.", "Minta petugas yang berwenang melakukannya.",
        en: "Not allowed", "Your role does not allow this.", "Ask an officer whose role does.";
    OfficerNotAdmitted = "officer-not-admitted", FORBIDDEN,
        id: "Bukan petugas", "Penyedia identitas mengenal Anda, tetapi tidak ada akun petugas yang aktif untuk Anda di sini.", "Minta administrator instansi Anda mendaftarkan Anda sebagai petugas dengan NIP yang sama.",
        en: "Not an officer", "The identity provider knows you, but there is no active account of an officer for you here.", "Ask the administrator of your agency to add you as an officer with the same NIP.";
    SecondFactorMissing = "second-factor-missing", FORBIDDEN,
        id: "Faktor kedua belum ada", "Kata sandi cocok, tetapi akun ini belum memiliki faktor kedua, yang wajib bagi setiap petugas.", "Daftarkan aplikasi autentikator lewat POST /v1/second-factor, lalu masuk kembali.",
        en: "No second factor yet", "The password is right, but this account has no second factor, which every officer needs.", "Enrol an authenticator with POST /v1/second-factor, then sign in again.";
    NotFound = "not-found", NOT_FOUND,
        id: "Tidak ditemukan", "Tidak ada apa pun di alamat ini, atau Anda tidak berhak melihatnya.", "Periksa alamat dan nomornya.",
        en: "Not found", "There is nothing at this address, or you may not see it.", "Check the address and the number in it.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED,
        id: "Metode tidak diperbolehkan", "Alamat ini tidak mengenal metode HTTP tersebut.", "Lihat header Allow dan dokumentasi API.",
        en: "Method not allowed", "This address does not know that HTTP method.", "See the header Allow and the documentation of the API.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE,
        id: "Bentuk jawaban tidak tersedia", "Jawaban tidak tersedia dalam bentuk yang diminta.", "Ubah header Accept.",
        en: "Not acceptable", "The answer is not available in the form asked for.", "Change the header Accept.";
    NotInState = "not-in-state", CONFLICT,
        id: "Tidak dapat pada tahap ini", "Tindakan ini tidak ada pada tahap perkara sekarang.", "Lihat current dan allowed_actions untuk tahap sekarang dan tindakan yang mungkin.",
        en: "Not in this state", "The case is in a state in which this action does not exist.", "See current and allowed_actions for where it stands and what can be done.";
    ApprovalPending = "approval-pending", CONFLICT,
        id: "Menunggu persetujuan", "Tindakan ini sudah diajukan dan menunggu persetujuan petugas kedua.", "Tunggu keputusannya, atau batalkan pengajuan itu.",
        en: "Approval pending", "This action was proposed already and waits for a second officer.", "Wait for the decision, or withdraw the proposal.";
    ApprovalLapsed = "approval-lapsed", CONFLICT,
        id: "Pengajuan sudah gugur", "Pengajuan ini sudah diputuskan, dibatalkan, atau perkaranya sudah berubah sejak itu.", "Ajukan kembali pada keadaan perkara sekarang.",
        en: "Proposal lapsed", "The proposal was decided or withdrawn, or the case has changed since.", "Propose it again on the case as it stands now.";
    ReportErased = "report-erased", CONFLICT,
        id: "Laporan sudah dihapus", "Data pribadi dan pesan laporan ini sudah dihapus untuk selamanya; kotak pesannya tidak menerima pesan lagi.", "Kirim laporan baru bila ada hal baru.",
        en: "Report erased", "The personal data and messages of this report have been erased for good; its mailbox takes no messages any more.", "Send a new report if there is something new.";
    NothingToOpen = "nothing-to-open", CONFLICT,
        id: "Tidak ada identitas", "Pelapor tidak meninggalkan identitas, identitasnya sudah dihapus untuk selamanya, atau tidak boleh dibuka untuk Anda.", "Gunakan kotak pesan untuk menghubungi pelapor.",
        en: "Nothing to open", "The reporter left no identity, it has been erased for good, or it must not be opened to you.", "Reach the reporter through the mailbox.";
    LegalHold = "legal-hold", CONFLICT,
        id: "Penahanan hukum berlaku", "Perkara ini ditahan untuk keperluan hukum; tidak ada yang dihapus selama penahanan berlaku.", "Cabut penahanan itu lebih dahulu bila alasannya sudah tidak ada.",
        en: "Legal hold", "A legal hold stands on the case; nothing of it is erased while it does.", "Lift the hold first if its reason is gone.";
    CaseOpen = "case-open", CONFLICT,
        id: "Perkara masih berjalan", "Data laporan tidak dihapus selama perkaranya, atau perkara lain yang membaca laporan itu, berjalan atau masih harus disimpan.", "Tolak atau tangguhkan dengan alasan; kabulkan setelah tidak ada lagi perkara yang memerlukannya.",
        en: "Case still open", "The data of a report are not erased while its case, or another that reads the report, is open or still has to be kept.", "Refuse or defer with a reason; grant it once no case needs them any more.";
    StaleVersion = "stale-version", PRECONDITION_FAILED,
        id: "Versi sudah berubah", "Data sudah diubah oleh orang lain sejak Anda membacanya.", "Baca kembali, periksa perubahannya, lalu kirim ulang dengan ETag yang baru.",
        en: "Version is stale", "Somebody has changed the data since you read it.", "Read it again, look at what changed, and send your request with the new ETag.";
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE,
        id: "Isi terlalu besar", "Isi permintaan melebihi batas ukuran.", "Kirim isi yang lebih kecil.",
        en: "Payload too large", "The body is larger than the limit.", "Send a smaller body.";
    UriTooLong = "uri-too-long", URI_TOO_LONG,
        id: "Alamat terlalu panjang", "Alamat permintaan terlalu panjang.", "Perpendek parameternya.",
        en: "Address too long", "The address of the request is too long.", "Shorten its parameters.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE,
        id: "Jenis isi tidak didukung", "Jenis atau pengodean isi permintaan tidak diterima di alamat ini.", "Perbaiki header Content-Type; untuk JSON: application/json, tanpa kompresi.",
        en: "Unsupported media type", "The type or coding of the body is not accepted at this address.", "Correct the header Content-Type; for JSON: application/json, not compressed.";
    InvalidInput = "invalid-input", UNPROCESSABLE_ENTITY,
        id: "Isian tidak sah", "Satu atau beberapa isian tidak sah; semuanya disebut di errors.", "Perbaiki tiap isian yang ditunjuk pointer, lalu kirim kembali.",
        en: "Invalid input", "One or more fields are not valid; errors names all of them.", "Correct each field a pointer names and send it again.";
    GuardFailed = "guard-failed", UNPROCESSABLE_ENTITY,
        id: "Syarat belum terpenuhi", "Tindakan ini ada pada tahap sekarang, tetapi syaratnya belum terpenuhi; semuanya disebut di guards.", "Penuhi tiap syarat, lalu kirim kembali.",
        en: "Condition not met", "The action exists in this state, but its conditions are not met; guards names all of them.", "Meet each condition and send it again.";
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY,
        id: "Idempotency-Key sudah dipakai", "Kunci ini sudah dipakai untuk permintaan yang berbeda.", "Gunakan kunci baru untuk permintaan baru.",
        en: "Idempotency-Key reused", "The key was used before for a different request.", "Use a new key for a new request.";
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED,
        id: "If-Match diperlukan", "Permintaan ini memerlukan header If-Match, agar perubahan orang lain tidak tertimpa.", "Baca dahulu, lalu kirim ETag-nya di header If-Match.",
        en: "If-Match required", "This request needs the header If-Match, so that it overwrites nobody else's change.", "Read first, then send the ETag in the header If-Match.";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS,
        id: "Terlalu banyak permintaan", "Batas jumlah permintaan terlampaui.", "Ulangi setelah waktu pada header Retry-After.",
        en: "Too many requests", "The limit of requests is exceeded.", "Repeat the request after the time in the header Retry-After.";
    Internal = "internal", INTERNAL_SERVER_ERROR,
        id: "Kesalahan internal", "Terjadi kesalahan pada layanan ini, bukan pada permintaan Anda.", "Ulangi nanti. Bila berulang, sampaikan request_id kepada pengelola.",
        en: "Internal error", "Something went wrong in the service, not in your request.", "Try again later. If it stays, tell the operator the request_id.";
    SealBroken = "seal-broken", INTERNAL_SERVER_ERROR,
        id: "Segel data rusak", "Data tersegel tidak dapat dibuka: isinya diubah atau dipindahkan di basis data.", "Sampaikan request_id kepada pengelola; data itu perlu dipulihkan dari cadangan.",
        en: "Seal broken", "Sealed data do not open: they were changed or moved in the database.", "Tell the operator the request_id; the data must be restored from a backup.";
    IdentityProviderFailed = "identity-provider-failed", BAD_GATEWAY,
        id: "Penyedia identitas gagal", "Penyedia identitas tidak dapat dihubungi atau menjawab keliru.", "Ulangi beberapa saat lagi, atau masuk dengan kata sandi. Bila berulang, sampaikan request_id kepada pengelola.",
        en: "Identity provider failed", "The identity provider cannot be reached or answers wrongly.", "Try again in a moment, or sign in with a password. If it stays, tell the operator the request_id.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE,
        id: "Layanan belum tersedia", "Layanan sedang penuh atau belum siap.", "Ulangi setelah waktu pada header Retry-After.",
        en: "Service unavailable", "The service is overloaded or not ready.", "Repeat the request after the time in the header Retry-After.";
}

impl ProblemCode {
    /// The code for a status that came without a problem: the framework's own refusals.
    pub fn for_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            406 => Self::NotAcceptable,
            413 => Self::PayloadTooLarge,
            414 => Self::UriTooLong,
            415 => Self::UnsupportedMediaType,
            429 => Self::TooManyRequests,
            503 => Self::Unavailable,
            400..500 => Self::InvalidRequest,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_kebab_case_is_read_back_and_has_all_its_words() {
        for code in ProblemCode::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code:?}");
            assert_eq!(ProblemCode::parse(code.as_str()), Some(*code));
            assert!(code.status().is_client_error() || code.status().is_server_error());
            for language in Language::ALL {
                let words = code.words(language);
                assert!(
                    !words.title.ends_with('.') && words.meaning.ends_with('.') && words.remedy.ends_with('.'),
                    "{code:?}"
                );
            }
        }
    }

    #[test]
    fn codes_stand_in_the_order_of_their_status() {
        assert!(ProblemCode::ALL.is_sorted_by_key(|code| code.status().as_u16()));
    }
}
