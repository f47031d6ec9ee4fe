//! How officers are signed in: by what, how long it lasts, why it ends, and how failures slow the next attempt. Pure.

use chrono::{DateTime, Duration, Utc};

use crate::text_enum;

text_enum! {
    /// By what an officer signed in, or a machine client got a token.
    SignInMethod {
        Password = "password", "Kata sandi dan kode verifikasi", "Password and verification code";
        SingleSignOn = "single_sign_on", "Akun instansi", "Single sign-on";
        ClientCredentials = "client_credentials", "Rahasia sistem klien", "Secret of a machine client";
    }
}

text_enum! {
    /// What ended a sign-in before its time.
    SignInEnd {
        Officer = "officer", "Petugas sendiri", "The officer";
        Administrator = "administrator", "Administrator", "An administrator";
        RefreshReused = "refresh_reused", "Token pembaruan dipakai dua kali", "A refresh token came twice";
        CredentialsChanged = "credentials_changed", "Kata sandi atau faktor kedua diganti", "Password or second factor changed";
        Provider = "provider", "Penyedia akun instansi", "The identity provider";
    }
}

/// A sign-in ends for good after this.
pub const LONGEST: Duration = Duration::hours(12);
/// A sign-in whose refresh token was not exchanged for this long is over.
pub const IDLE: Duration = Duration::hours(8);

/// When a sign-in ends if nothing more happens.
pub fn expires_at(started_at: DateTime<Utc>, last_used_at: DateTime<Utc>) -> DateTime<Utc> {
    (started_at + LONGEST).min(last_used_at + IDLE)
}

/// Seconds to wait after so many failures in a row, by position; the last one holds for all that follow, so that no
/// account is ever locked. For an account: three are free, then it doubles to half a minute.
pub const ACCOUNT_DELAYS: &[i32] = &[0, 0, 0, 2, 4, 8, 16, 30];
/// The same for a network, behind which a whole agency may sit: thirty are free, then up to five minutes.
pub const NETWORK_DELAYS: &[i32] = &[
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64,
    128, 256, 300,
];
/// No delay above is longer.
pub const LONGEST_DELAY: Duration = Duration::minutes(5);
/// Failures older than this no longer count.
pub const FORGIVEN_AFTER: Duration = Duration::hours(1);
