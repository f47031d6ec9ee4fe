//! Secrets sealed for the database (AES-256-GCM-SIV, RFC 8452), here and in the vault. Knows no table and no key's place.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// Seals and opens with one key.
pub(crate) struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// The key of these 32 bytes.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, bytes).ok().map(Self)
    }

    /// Nonce, ciphertext and tag. What `bound_to` names must be named again to open it.
    pub(crate) fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let mut text = plain.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(bound_to), &mut text).ok()?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut text);
        Some(sealed)
    }

    /// What was sealed, if it was sealed by this key for the same purpose and nothing was changed.
    pub(crate) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = self.0.open_in_place(nonce, Aad::from(bound_to), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}
