//! A flood of sign-ins beside other work: wrong ones from ever new accounts and networks, so that none is delayed and each
//! costs a whole password hash. It measures nobody's sign-in, only what the others feel of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::Failure;
use super::load::{read, write};

/// More than the service hashes at once, so that its hashing threads are never idle.
const CONNECTIONS: u32 = 8;

/// A flood under way.
pub struct Flood {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Result<u32, Failure>>>,
}

impl Flood {
    /// Begins; `run` keeps its accounts apart from those of other floods.
    pub fn begin(address: SocketAddr, run: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let flooding = |n| tokio::spawn(flood(address, run, n, Arc::clone(&stop)));
        Self { tasks: (0..CONNECTIONS).map(flooding).collect(), stop: Arc::clone(&stop) }
    }

    /// Ends it; answers how many were tried.
    pub async fn end(self) -> Result<u32, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        let mut tried = 0;
        for task in self.tasks {
            tried += task.await??;
        }
        Ok(tried)
    }
}

async fn flood(address: SocketAddr, run: u64, connection: u32, stop: Arc<AtomicBool>) -> Result<u32, Failure> {
    let (stream, mut reply) = (TcpStream::connect(address).await?, vec![0; 65_536]);
    let mut tried = 0;
    while !stop.load(Ordering::Relaxed) {
        let body = format!("{{\"email\":\"tebak-{run}-{connection}-{tried}@contoh.example\",\"password\":\"salah\"}}");
        let network = format!("{}.{}.{}.1", 20 + connection, tried / 250 % 250, tried % 250);
        let request = format!(
            "POST /v1/sessions HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: {network}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        write(&stream, request.as_bytes()).await?;
        match read(&stream, &mut reply).await?.0 {
            401 => tried += 1,
            status => return Err(format!("a wrong sign-in was answered {status}").into()),
        }
    }
    Ok(tried)
}
