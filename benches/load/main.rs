//! The load benchmark: how many reports, transitions and reads a second the service does, beside what pgbench reaches
//! with the same rows on the same database. Starts a durable database and the release program, drives real HTTP, and
//! writes `target/bench/results.json`. docs/PERFORMANCE.md says how to read it.
#![expect(clippy::print_stdout, reason = "a benchmark speaks to its terminal")]
#![expect(clippy::indexing_slicing, reason = "members of a JSON object are made by their name")]

mod ceiling;
mod checks;
mod database;
mod load;
mod machine;
mod options;
mod requests;
mod results;
mod server;
mod sign_ins;

use std::time::Duration;

use ceiling::{Sample, Script};
use database::Database;
use machine::Machine;
use options::Options;
use requests::{Kind, Requests};
use results::{Contender, Results, Run};
use server::{Memory, Server};
use sign_ins::Flood;

/// Any failure; the benchmark then ends.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// HTTP connections held at once.
const CONNECTIONS: [usize; 2] = [8, 64];
/// Clients of pgbench; the best of them is the ceiling.
const CLIENTS: [usize; 2] = [8, 16];
/// A run in which others used more than this part of the processors does not count.
const FOREIGN: f64 = 0.10;
/// How often what sign-ins cost others is measured.
const TURNS: usize = 7;
/// How often a run that does not count is taken again.
const RETRIES: usize = 2;

fn main() -> Result<(), Failure> {
    // `cargo test --all-targets` starts benchmarks as well, but without this word.
    if !std::env::args().any(|word| word == "--bench") {
        return Ok(());
    }
    let options = Options::read(std::env::args().skip(1))?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: Options) -> Result<(), Failure> {
    println!("starting a durable database with {} cases", options.seeds);
    let mut database = Database::start(options.seeds).await?;
    let mut startup = Vec::new();
    for _ in 0..2 {
        startup.push(Server::start(&database, &options).await?.startup_ms());
    }
    let server = Server::start(&database, &options).await?;
    startup.push(server.startup_ms());
    let machine = Machine::watch(server.pid(), database.postmaster().await?);
    let mut results = Results::default();
    let mut bench = Bench { options, database, server, machine, runs: 0 };
    for kind in bench.options.only.clone() {
        bench.load(kind, 64, Duration::from_secs(1)).await?;
    }
    for repeat in 1..=bench.options.repeats {
        for kind in bench.options.only.clone() {
            println!("{} ({repeat} of {})", kind.name(), bench.options.repeats);
            bench.round(kind, &mut results).await?;
        }
    }
    println!("{:.0} MiB after these", bench.memory().await?.now);
    if bench.options.only.contains(&Kind::Reads) {
        checks::measure(&mut bench).await?;
        bench.beside_sign_ins().await?;
    }
    let memory = bench.memory().await?;
    let version = bench.database.version().await?;
    results.write(&bench.options, &machine::facts(&version)?, results::median(&startup), memory)
}

struct Bench {
    options: Options,
    database: Database,
    server: Server,
    machine: Machine,
    /// Counts the runs, so that no two use the same keys.
    runs: u64,
}

impl Bench {
    /// Every contender of one kind in turn, each on the same rows.
    async fn round(&mut self, kind: Kind, results: &mut Results) -> Result<(), Failure> {
        self.database.reset().await?;
        // Also opens every connection and lets every statement be prepared.
        self.load(kind, 64, Duration::from_millis(500)).await?;
        let sample = self.database.sample(kind).await?;
        let ceilings = Script::of(kind)
            .into_iter()
            .flat_map(|script| CLIENTS.map(|clients| Contender::Ceiling { script, clients }));
        let services = CONNECTIONS.map(|connections| Contender::Service { connections });
        for contender in ceilings.chain(services) {
            let run = self.counted(kind, contender, &sample).await?;
            println!("  {contender:<30} {run}");
            results.add(kind, contender, run);
        }
        Ok(())
    }

    /// One run on the seeded rows, on a machine left alone; taken again when it was not.
    async fn counted(&mut self, kind: Kind, contender: Contender, sample: &Sample) -> Result<Run, Failure> {
        let mut attempt = 0;
        loop {
            if kind.writes() {
                self.database.reset().await?;
            }
            if self.options.patient {
                self.machine.wait_until_quiet().await?;
            }
            let before = self.machine.snapshot()?;
            let mut run = match contender {
                Contender::Ceiling { script, clients } => self.ceiling(script, clients, sample)?,
                Contender::Service { connections } => {
                    self.load(kind, connections, Duration::from_secs(self.options.seconds)).await?
                }
            };
            // PostgreSQL counts a process of its own as soon as that has ended and been noticed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            run.shares = self.machine.snapshot()?.since(&before);
            run.clean = run.shares.foreign <= FOREIGN;
            if run.clean || attempt == RETRIES || !self.options.patient {
                return Ok(run);
            }
            println!("  {contender:<30} {run}; again, others used the machine");
            attempt += 1;
        }
    }

    fn ceiling(&mut self, script: Script<'static>, clients: usize, sample: &Sample) -> Result<Run, Failure> {
        self.runs += 1;
        let fixed = [("run", self.runs), ("seeds", self.options.seeds), ("share", self.options.seeds / clients as u64)];
        let rate = ceiling::run(&self.database, script, clients, self.options.seconds, sample, &fixed)?;
        Ok(Run { rate, ..Run::default() })
    }

    /// What reads feel of sign-ins at full rate: the same load alone and beside the flood, in turns. A single turn tells
    /// little: the hundredth slowest of some seconds varies by itself.
    async fn beside_sign_ins(&mut self) -> Result<(), Failure> {
        println!("reads beside sign-ins at full rate, {TURNS} turns each");
        let time = Duration::from_secs(self.options.seconds);
        for connections in CONNECTIONS {
            let (mut growth, mut rates) = (Vec::new(), Vec::new());
            for _ in 0..TURNS {
                let alone = self.load(Kind::Reads, connections, time).await?;
                let flood = Flood::begin(self.server.address(), self.runs);
                let beside = self.load(Kind::Reads, connections, time).await?;
                rates.push(f64::from(flood.end().await?) / time.as_secs_f64());
                growth.push(beside.p99_ms / alone.p99_ms);
            }
            let each: Vec<String> = growth.iter().map(|growth| format!("{growth:.2}")).collect();
            let (growth, rate) = (results::median(&growth), results::median(&rates));
            println!(
                "  {connections:>2} connections: p99 grows by {growth:.2} ({}) beside {rate:.0} sign-ins/s",
                each.join(", ")
            );
        }
        Ok(())
    }

    /// What the service holds once it has been left alone: what was freed goes back to the system within some seconds.
    async fn memory(&self) -> Result<Memory, Failure> {
        tokio::time::sleep(Duration::from_secs(5)).await;
        self.server.memory()
    }

    async fn load(&mut self, kind: Kind, connections: usize, time: Duration) -> Result<Run, Failure> {
        let tokens = self.server.tokens(&self.database)?;
        self.load_by(kind, connections, time, &tokens).await
    }

    async fn load_by(
        &mut self,
        kind: Kind,
        connections: usize,
        time: Duration,
        tokens: &[String],
    ) -> Result<Run, Failure> {
        self.runs += 1;
        let requests = Requests::new(kind, self.server.address(), tokens, self.runs, self.options.seeds);
        load::run(self.server.address(), connections, time, requests).await
    }
}
