//! The queue in front of intake: reports that arrive while one batch is being written make up the next. Adds no delay
//! of its own, keeps nothing: a report is acknowledged only after its commit.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::intake::{self, Intake};
use super::{DbError, Pool};

/// How a report was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Written.
    New,
    /// Its idempotency key is already there: answer from the record.
    KeyKnown,
}

struct Job {
    intake: Intake,
    done: oneshot::Sender<Result<Taken, DbError>>,
}

/// Takes reports and writes them in batches.
#[derive(Clone)]
pub struct Writer(mpsc::Sender<Job>);

const WRITERS: usize = 2;
const BATCH: usize = 64;
/// So many may wait; then a reporter is told to try again instead of waiting without end.
const QUEUE: usize = 2048;

impl Writer {
    /// Starts the writing tasks on the current runtime. They end when every `Writer` is gone.
    pub fn start(pool: &Pool) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..WRITERS {
            tokio::spawn(drain(pool.clone(), receiver.clone()));
        }
        Self(sender)
    }

    /// Writes one report; returns once it is durable.
    pub async fn write(&self, intake: Intake) -> Result<Taken, DbError> {
        let (done, written) = oneshot::channel();
        self.0.try_send(Job { intake, done }).map_err(|_| DbError::Unavailable("too many reports wait".to_owned()))?;
        written.await.map_err(|_| DbError::Unavailable("the writer has stopped".to_owned()))?
    }
}

async fn drain(pool: Pool, receiver: Arc<Mutex<mpsc::Receiver<Job>>>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while receiver.lock().await.recv_many(&mut jobs, BATCH).await > 0 {
        write(&pool, &mut jobs).await;
    }
}

/// Writes what waits. Of two reports with one key the first counts; a failed batch is written again one by one, so that
/// one bad row harms no other report.
async fn write(pool: &Pool, jobs: &mut Vec<Job>) {
    let mut keys = HashSet::new();
    let (fresh, repeated): (Vec<Job>, Vec<Job>) =
        jobs.drain(..).partition(|job| keys.insert(job.intake.key_hash.clone()));
    let (batch, waiting): (Vec<Intake>, Vec<_>) = fresh.into_iter().map(|job| (job.intake, job.done)).unzip();
    match intake::write(pool, &batch).await {
        Ok(written) => {
            let written: HashSet<_> = written.into_iter().collect();
            for (intake, done) in batch.iter().zip(waiting) {
                let _ = done.send(Ok(if written.contains(&intake.report_id) { Taken::New } else { Taken::KeyKnown }));
            }
        }
        Err(_) => {
            for (intake, done) in batch.into_iter().zip(waiting) {
                let key = intake.key_hash.clone();
                let written = alone(pool, intake).await;
                if written.is_err() {
                    keys.remove(&key);
                }
                let _ = done.send(written);
            }
        }
    }
    for job in repeated {
        // Without the first there is no record to answer from.
        let first_written = keys.contains(&job.intake.key_hash);
        let failed = || DbError::Unavailable("the first of these requests failed".to_owned());
        let _ = job.done.send(if first_written { Ok(Taken::KeyKnown) } else { Err(failed()) });
    }
}

async fn alone(pool: &Pool, intake: Intake) -> Result<Taken, DbError> {
    let written = intake::write(pool, std::slice::from_ref(&intake)).await?;
    Ok(if written.is_empty() { Taken::KeyKnown } else { Taken::New })
}
