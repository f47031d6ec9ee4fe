//! Passwords: slow hashes, a few at a time. It must not know accounts.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use aws_lc_rs::rand;
use secrecy::{ExposeSecret as _, SecretString};
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};
use tokio::sync::{mpsc, oneshot};

/// OWASP's first choice for Argon2id: 19 MiB of memory, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes made at once, at most: each holds its memory and one processor for some 30 ms. Never on more than half of the
/// processors, so that one is left for everybody else even where the system knows no priorities.
const AT_ONCE: usize = 2;
/// So many may wait, some seconds at most; then an officer is told to try again.
const QUEUE: usize = 128;
/// What Linux runs only where nothing else wants the processor, whatever session it belongs to; niceness counts only among
/// the threads of one session where sessions are scheduled as groups.
const LEFTOVERS: ThreadSchedulePolicy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
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

/// Everyone asks at once: to be tried again in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

type Job = Box<dyn FnOnce() + Send>;

/// Hashes and checks passwords on threads of its own, never more than two at a time and with what the serving
/// threads leave of the processors: a flood of sign-ins eats neither the memory nor the time of other requests. One for
/// the whole program; its threads end with it.
#[derive(Clone)]
pub struct PasswordHasher {
    jobs: mpsc::Sender<Job>,
    pepper: Arc<[u8; 32]>,
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHasher")
    }
}

impl PasswordHasher {
    /// A hasher with its own threads. Without the `pepper` its hashes match nothing.
    pub fn start(pepper: [u8; 32]) -> Self {
        let (jobs, waiting) = mpsc::channel::<Job>(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..AT_ONCE.min(processors / 2).max(1) {
            let waiting = Arc::clone(&waiting);
            std::thread::spawn(move || {
                // Where the system does not allow it, sign-ins are as urgent as everything else.
                let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, LEFTOVERS);
                while let Some(job) = next(&waiting) {
                    job();
                }
            });
        }
        Self { jobs, pepper: Arc::new(pepper) }
    }

    /// The Argon2id hash of a password with a fresh salt, as a PHC string.
    ///
    /// # Errors
    /// When there is no memory or no random salt for it, or too many wait.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let (password, pepper) = (SecretString::from(password), Arc::clone(&self.pepper));
        let hash = move || argon2(&*pepper)?.hash_password(password.expose_secret().as_bytes()).ok();
        let hash = self.run(hash).await.map_err(|Busy| PasswordError)?;
        hash.map(|hash| hash.to_string()).ok_or(PasswordError)
    }

    /// Whether this is the password of the stored hash. With `None`, for an account that does not exist, a hash of the
    /// same cost is tried, so that the time does not tell which accounts exist. A hash that cannot be read matches
    /// nothing.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn verify(&self, stored: Option<String>, password: String) -> Result<bool, Busy> {
        let (known, hash) = (stored.is_some(), stored.unwrap_or_else(|| NOBODY.to_owned()));
        let (password, pepper) = (SecretString::from(password), Arc::clone(&self.pepper));
        let verify = move || {
            let argon2 = argon2(&*pepper);
            argon2.is_some_and(|a| a.verify_password(password.expose_secret().as_bytes(), hash.as_str()).is_ok())
        };
        Ok(self.run(verify).await? && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let (done, result) = oneshot::channel();
        // Whoever asked may have gone: then nobody wants the result.
        let job = Box::new(move || drop(done.send(work())));
        self.jobs.try_send(job).map_err(|_| Busy)?;
        result.await.map_err(|_| Busy)
    }
}

fn next(waiting: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

fn argon2(pepper: &[u8]) -> Option<Argon2<'_>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).ok()
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
        let hasher = PasswordHasher::start([7; 32]);
        let password = random_password().unwrap();
        let hash = hasher.hash(password.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash(password.clone()).await.unwrap());
        assert!(hasher.verify(Some(hash.clone()), password.clone()).await.unwrap());
        assert!(!hasher.verify(Some(hash.clone()), format!("{password} ")).await.unwrap());
        let stolen = PasswordHasher::start([8; 32]);
        assert!(!stolen.verify(Some(hash.clone()), password.clone()).await.unwrap(), "without the pepper");
        assert!(!hasher.verify(Some("not a hash".to_owned()), password.clone()).await.unwrap());
        assert!(!hasher.verify(None, password).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_are_made_with_what_others_leave_of_the_processors() {
        let hasher = PasswordHasher::start([7; 32]);
        let class = hasher.run(thread_priority::thread_schedule_policy).await.unwrap();
        assert_eq!(class, Ok(LEFTOVERS));
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_costs_as_much() {
        let hasher = PasswordHasher::start([7; 32]);
        let hash = hasher.hash("a password".to_owned()).await.unwrap();
        let params = |hash: &str| hash.rsplit_once('$').unwrap().0.rsplit_once('$').unwrap().0.to_owned();
        assert_eq!(params(NOBODY), params(&hash));
        let took = Instant::now();
        hasher.verify(None, "a password".to_owned()).await.unwrap();
        assert!(took.elapsed() > Duration::from_millis(5), "the dummy hash was not even read");
    }

    #[test]
    fn random_passwords_have_five_groups_and_differ() {
        let (one, other) = (random_password().unwrap(), random_password().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [5; 5]);
    }
}
