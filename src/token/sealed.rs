//! Secrets sealed for the database (AES-256-GCM-SIV, RFC 8452), here and in the vault. Knows no table and no key's place.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, MAX_TAG_LEN, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// Seals and opens with one key.
pub(crate) struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// The key of these 32 bytes.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, bytes).ok().map(Self)
    }

    /// What goes before, nonce, ciphertext and tag. What `bound_to` names must be named again to open it.
    pub(crate) fn seal(&self, before: &[u8], bound_to: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        // A file is long: room is made once, and what is sealed is copied once.
        let head = before.len() + NONCE_LEN;
        let mut sealed = Vec::with_capacity(head + plain.len() + MAX_TAG_LEN);
        sealed.extend_from_slice(before);
        sealed.resize(head, 0);
        sealed.extend_from_slice(plain);
        let (open, text) = sealed.split_at_mut_checked(head)?;
        let (nonce, tag) = self.0.seal_in_place_separate_tag(Aad::from(bound_to), text).ok()?;
        open.get_mut(before.len()..)?.copy_from_slice(nonce.as_ref());
        sealed.extend_from_slice(tag.as_ref());
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
