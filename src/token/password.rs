//! Passwords: slow hashes, a few at a time. It must not know accounts.

use std::{fmt, sync::Arc};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use aws_lc_rs::rand;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// OWASP's first choice for Argon2id: 19 MiB of memory, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes made at once. Each holds its memory and one processor for some 30 ms.
const AT_ONCE: usize = 2;
/// A hash with the same cost of a password nobody knows: what is tried when there is no account.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$WlVWAZZEiw1eBMJZGX0hFQ$W0uToKU/snyYk8VTEzSr0yG9CJqhWbWYfSU3wDp0NkE";

/// Small letters and digits without those that look alike; 32 of them, so each carries five bits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const GROUPS: usize = 5;
const GROUP: usize = 5;

/// Why a password could not be hashed. It never holds the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordError;

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the password could not be hashed")
    }
}

impl std::error::Error for PasswordError {}

/// Hashes and checks passwords off the serving threads, and never more than two at once: sign-ins in a flood wait here
/// instead of eating the memory. One for the whole program.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    permits: Arc<Semaphore>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl PasswordHasher {
    /// A hasher with its own limit.
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The Argon2id hash of a password with a fresh salt, as a PHC string.
    ///
    /// # Errors
    /// When there is no memory or no random salt for it, or the runtime is shutting down.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let password = SecretString::from(password);
        let hash = self.run(move || argon2()?.hash_password(password.expose_secret().as_bytes()).ok()).await;
        hash.flatten().map(|hash| hash.to_string()).ok_or(PasswordError)
    }

    /// Whether this is the password of the stored hash. With `None`, for an account that does not exist, a hash of the
    /// same cost is tried, so that the time does not tell which accounts exist. A hash that cannot be read matches
    /// nothing.
    pub async fn verify(&self, stored: Option<String>, password: String) -> bool {
        let (known, hash) = (stored.is_some(), stored.unwrap_or_else(|| NOBODY.to_owned()));
        let password = SecretString::from(password);
        let verify = move || {
            argon2().is_some_and(|a| a.verify_password(password.expose_secret().as_bytes(), hash.as_str()).is_ok())
        };
        self.run(verify).await == Some(true) && known
    }

    /// The permit goes with the work: a caller who gives up must not let the next one in before it is done.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        let work = move || {
            let _permit = permit;
            work()
        };
        spawn_blocking(work).await.ok()
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A password that people can type and nobody can guess: 125 random bits in five groups.
///
/// # Errors
/// When there are no random numbers.
pub fn random_password() -> Result<String, PasswordError> {
    let mut bytes = [0; GROUPS * GROUP];
    rand::fill(&mut bytes).map_err(|_| PasswordError)?;
    let symbols: Vec<char> = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
        .map(|symbol| char::from(*symbol))
        .collect();
    let groups: Vec<String> = symbols.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let hasher = PasswordHasher::new();
        let password = random_password().unwrap();
        let hash = hasher.hash(password.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash(password.clone()).await.unwrap());
        assert!(hasher.verify(Some(hash.clone()), password.clone()).await);
        assert!(!hasher.verify(Some(hash), format!("{password} ")).await);
        assert!(!hasher.verify(Some("not a hash".to_owned()), password.clone()).await);
        assert!(!hasher.verify(None, password).await);
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_costs_as_much() {
        let hasher = PasswordHasher::new();
        let hash = hasher.hash("a password".to_owned()).await.unwrap();
        let params = |hash: &str| hash.rsplit_once('$').unwrap().0.rsplit_once('$').unwrap().0.to_owned();
        assert_eq!(params(NOBODY), params(&hash));
        let took = Instant::now();
        hasher.verify(None, "a password".to_owned()).await;
        assert!(took.elapsed() > Duration::from_millis(5), "the dummy hash was not even read");
    }

    #[test]
    fn random_passwords_have_five_groups_and_differ() {
        let (one, other) = (random_password().unwrap(), random_password().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [5; 5]);
    }
}
