//! The settings of single sign-on, which are all there or all absent. It must not ask the provider anything.

use secrecy::SecretString;

use super::reader::Reader;
use super::values::{claim, issuer, second_factor, text};
use super::{OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ISSUER, OIDC_OFFICER_CLAIM, OIDC_SECOND_FACTOR};

/// The OpenID provider of single sign-on.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// The provider, exactly as it names itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: SecretString,
    /// The claim of the ID token that holds the officer's NIP.
    pub officer_claim: String,
    /// What is asked of the provider's own sign-in.
    pub second_factor: TwoFactors,
}

/// How we know that the provider asks for two factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoFactors {
    /// Each ID token says so, or is refused.
    Proven,
    /// Whoever runs netral vouches for it.
    Trusted,
}

/// The provider, if the three settings that name it are there. Some without the others are a problem each.
pub(super) fn read(read: &mut Reader<'_>) -> Option<Oidc> {
    let needed = [OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET];
    let officer_claim = read.value(&OIDC_OFFICER_CLAIM, claim);
    let second_factor = read.value(&OIDC_SECOND_FACTOR, second_factor);
    let given = needed.iter().chain(&[OIDC_OFFICER_CLAIM, OIDC_SECOND_FACTOR]).any(|setting| read.is_given(setting));
    if given {
        for setting in needed {
            read.must_be_given(&setting, "for single sign-on");
        }
    }
    let secret = |given: &str| text(given).map(SecretString::from);
    let (issuer, client_id) = (read.optional(&OIDC_ISSUER, issuer), read.optional(&OIDC_CLIENT_ID, text));
    let client_secret = read.optional(&OIDC_CLIENT_SECRET, secret);
    Some(Oidc {
        issuer: issuer?,
        client_id: client_id?,
        client_secret: client_secret?,
        officer_claim: officer_claim?,
        second_factor: second_factor?,
    })
}
