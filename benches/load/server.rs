//! The service under test: the release program as a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use netral::token::Keys;
use tokio::net::TcpStream;

use super::Failure;
use super::database::Database;
use super::load;
use super::options::Options;

/// How long a start may take at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running service; it is stopped when this is dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    startup: Duration,
}

/// What the process holds, in MiB.
pub struct Memory {
    /// After the load.
    pub now: f64,
    /// At most.
    pub peak: f64,
}

impl Server {
    /// Starts it on a migrated database, without the worker, and waits until it is ready.
    pub async fn start(database: &Database, options: &Options) -> Result<Self, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begun = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_netral"))
            .args(["serve", "--no-worker"])
            .env("DATABASE_URL", database.url())
            .env("NETRAL_BIND", address.to_string())
            .env("NETRAL_DATA_DIR", database.service_dir())
            .env("NETRAL_TRUSTED_PROXIES", "127.0.0.1")
            .env("NETRAL_LOG", &options.log)
            .spawn()?;
        let mut server = Self { child, address, startup: Duration::ZERO };
        while !server.ready().await {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the service ended: {status}").into());
            }
            if begun.elapsed() > PATIENCE {
                return Err("the service does not become ready".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.startup = begun.elapsed();
        Ok(server)
    }

    async fn ready(&self) -> bool {
        matches!(self.ask("GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n").await, Ok((204, _)))
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From its start to its first 204.
    pub fn startup_ms(&self) -> f64 {
        self.startup.as_secs_f64() * 1000.0
    }

    /// Tokens of the officers, as signing in would give them: what is measured here is not the slow hash.
    pub fn tokens(&self, database: &Database) -> Result<Vec<String>, Failure> {
        let keys = Keys::load_or_create(&database.service_dir().join("keys"), &format!("http://{}", self.address))?;
        let (now, life) = (netral::app::Clock::default().now(), chrono::Duration::hours(1));
        database.officers.iter().map(|officer| Ok(keys.sign_officer(*officer, now, life)?)).collect()
    }

    /// One request on a connection of its own; answers status and body.
    async fn ask(&self, request: &str) -> Result<(u16, String), Failure> {
        let stream = TcpStream::connect(self.address).await?;
        load::write(&stream, request.as_bytes()).await?;
        let mut reply = vec![0; 65_536];
        let (status, length) = load::read(&stream, &mut reply).await?;
        let text = std::str::from_utf8(reply.get(..length).unwrap_or_default())?;
        Ok((status, text.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned()))
    }

    /// What the process holds in memory.
    pub fn memory(&self) -> Result<Memory, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let mib = |label: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(label)).ok_or("no memory in /proc")?;
            Ok::<_, Failure>(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
        };
        Ok(Memory { now: mib("VmRSS:")?, peak: mib("VmHWM:")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
