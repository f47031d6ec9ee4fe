//! One commit for all who wait: what arrives while one batch is being written makes up the next. Adds no delay of its
//! own and keeps nothing: each is answered only after its commit. It must not know what is written.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::{DbError, Pool};

/// Something that is written together with others of its kind.
pub trait Job: Send + Sync + Sized + 'static {
    /// What the one who waits is told.
    type Done: Send + 'static;

    /// How many batches are written at once. One makes batches larger and commits fewer; two overlap one batch's commit
    /// with the next one's work.
    const WRITERS: usize;

    /// What no two of one batch may have in common; the second is then written by itself, after the batch.
    fn key(&self) -> Option<&[u8]> {
        None
    }

    /// Writes a batch in one statement and one commit; answers each in its order.
    fn write(pool: &Pool, batch: &[Self]) -> impl Future<Output = Result<Vec<Self::Done>, DbError>> + Send;
}

struct Waiting<J: Job> {
    job: J,
    done: oneshot::Sender<Result<J::Done, DbError>>,
}

/// Takes jobs and writes them in batches.
pub struct Writer<J: Job>(mpsc::Sender<Waiting<J>>);

impl<J: Job> Clone for Writer<J> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

const BATCH: usize = 64;
/// So many may wait; then one is told to try again instead of waiting without end.
const QUEUE: usize = 2048;

impl<J: Job> Writer<J> {
    /// Starts the writing tasks on the current runtime. They end when every `Writer` is gone.
    pub fn start(pool: &Pool) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..J::WRITERS {
            tokio::spawn(drain(pool.clone(), receiver.clone()));
        }
        Self(sender)
    }

    /// Writes one job; returns once it is durable.
    pub async fn write(&self, job: J) -> Result<J::Done, DbError> {
        let (done, written) = oneshot::channel();
        self.0.try_send(Waiting { job, done }).map_err(|_| DbError::Unavailable("too many wait".to_owned()))?;
        written.await.map_err(|_| DbError::Unavailable("the writer has stopped".to_owned()))?
    }
}

async fn drain<J: Job>(pool: Pool, receiver: Arc<Mutex<mpsc::Receiver<Waiting<J>>>>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while receiver.lock().await.recv_many(&mut waiting, BATCH).await > 0 {
        write(&pool, &mut waiting).await;
    }
}

/// Writes what waits. A failed batch is written again one by one, so that one bad row harms no other.
async fn write<J: Job>(pool: &Pool, waiting: &mut Vec<Waiting<J>>) {
    let mut keys = HashSet::new();
    let (fresh, repeated): (Vec<Waiting<J>>, Vec<Waiting<J>>) =
        waiting.drain(..).partition(|waits| waits.job.key().is_none_or(|key| keys.insert(key.to_owned())));
    let (batch, senders): (Vec<J>, Vec<_>) = fresh.into_iter().map(|waits| (waits.job, waits.done)).unzip();
    match J::write(pool, &batch).await {
        Ok(all) => {
            for (answer, done) in all.into_iter().zip(senders) {
                let _ = done.send(Ok(answer));
            }
        }
        // Nobody gets through: to try each of them would only make them wait.
        Err(DbError::Unavailable(why)) => {
            for done in senders.into_iter().chain(repeated.into_iter().map(|waits| waits.done)) {
                let _ = done.send(Err(DbError::Unavailable(why.clone())));
            }
            return;
        }
        Err(DbError::Query(_)) => {
            for (job, done) in batch.iter().zip(senders) {
                let _ = done.send(alone(pool, job).await);
            }
        }
    }
    for Waiting { job, done } in repeated {
        let _ = done.send(alone(pool, &job).await);
    }
}

async fn alone<J: Job>(pool: &Pool, job: &J) -> Result<J::Done, DbError> {
    let written = J::write(pool, std::slice::from_ref(job)).await?;
    written.into_iter().next().ok_or_else(|| DbError::Unavailable("nothing was written".to_owned()))
}
