//! The results: medians of what was measured, as a table for people and as `target/bench/results.json` for programs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::Failure;
use super::ceiling::Script;
use super::machine::Shares;
use super::options::Options;
use super::requests::Kind;
use super::server::Memory;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contender {
    /// pgbench with a script.
    Ceiling {
        /// The script.
        script: Script<'static>,
        /// Its clients.
        clients: usize,
    },
    /// The service.
    Service {
        /// HTTP connections.
        connections: usize,
    },
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Ceiling { script, clients } => format!("pgbench {}, {clients} clients", script.name),
            Self::Service { connections } => format!("netral, {connections} connections"),
        })
    }
}

/// One run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// Done in a second.
    pub rate: f64,
    /// Half of them took no longer; nothing for pgbench.
    pub p50_ms: f64,
    /// All but one in a hundred took no longer.
    pub p99_ms: f64,
    /// Who used the processors.
    pub shares: Shares,
    /// Whether others left the machine alone.
    pub clean: bool,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = &self.shares;
        write!(
            f,
            "{:>8.0}/s  p50 {:>6.2} ms  p99 {:>6.2} ms  netral {:.2} postgres {:.2} load {:.2} others {:.2} idle {:.2}",
            self.rate, self.p50_ms, self.p99_ms, s.server, s.postgres, s.load, s.foreign, s.idle
        )
    }
}

/// Every run that counts.
#[derive(Default)]
pub struct Results(BTreeMap<(Kind, Contender), Vec<Run>>);

/// One contender's runs, reduced.
struct Summary {
    rate: f64,
    least: f64,
    most: f64,
    p50_ms: f64,
    p99_ms: f64,
    shares: Shares,
    clean: usize,
    runs: usize,
}

impl Results {
    /// Notes a run.
    pub fn add(&mut self, kind: Kind, contender: Contender, run: Run) {
        self.0.entry((kind, contender)).or_default().push(run);
    }

    /// Writes `target/bench/results.json` and prints the table.
    #[expect(clippy::print_stdout, reason = "the table is what one runs it for")]
    pub fn write(&self, options: &Options, machine: &Value, startup_ms: f64, memory: Memory) -> Result<(), Failure> {
        let mut all = json!({
            "machine": machine,
            "settings": { "seconds": options.seconds, "repeats": options.repeats, "cases": options.seeds, "log": options.log },
            "startup_ms": rounded(startup_ms),
            "memory_mib": rounded(memory.now),
            "memory_peak_mib": rounded(memory.peak),
        });
        println!(
            "\n| | connections | rate/s | ceiling/s | ratio | p50 ms | p99 ms | µs each | netral | PostgreSQL | load | others | clean runs |"
        );
        println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for kind in &options.only {
            let (ceiling, by) = self.ceiling(*kind).ok_or("no ceiling was measured")?;
            let mut entry = json!({ "ceiling": { "rate": rounded(ceiling), "by": by.to_string() } });
            for ((_, contender), runs) in self.0.iter().filter(|((of, _), _)| of == kind) {
                let found = summary(runs);
                match contender {
                    Contender::Ceiling { .. } => entry["ceilings"][contender.to_string()] = found.json(),
                    Contender::Service { connections } => {
                        let mut one = found.json();
                        one["ceiling"] = rounded(ceiling);
                        one["ratio"] = rounded(found.rate / ceiling);
                        entry[connections.to_string()] = one;
                        println!("{}", found.row(*kind, *connections, ceiling));
                    }
                }
            }
            all[kind.name()] = entry;
        }
        println!(
            "\nready after {startup_ms:.0} ms; {:.0} MiB after the load, {:.0} MiB at most",
            memory.now, memory.peak
        );
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/results.json");
        std::fs::create_dir_all(file.parent().ok_or("no folder")?)?;
        std::fs::write(&file, serde_json::to_string_pretty(&all)? + "\n")?;
        println!("written to {}", file.display());
        Ok(())
    }

    /// The best median of pgbench, and by which script.
    fn ceiling(&self, kind: Kind) -> Option<(f64, Contender)> {
        let ceilings = self.0.iter().filter(|((of, by), _)| *of == kind && matches!(by, Contender::Ceiling { .. }));
        ceilings.map(|((_, by), runs)| (summary(runs).rate, *by)).max_by(|(a, _), (b, _)| a.total_cmp(b))
    }
}

/// The medians of the clean runs, or of all when none was.
fn summary(runs: &[Run]) -> Summary {
    let clean: Vec<Run> = runs.iter().copied().filter(|run| run.clean).collect();
    let counted = if clean.is_empty() { runs } else { &clean };
    let of = |pick: fn(&Run) -> f64| median(&counted.iter().map(pick).collect::<Vec<_>>());
    Summary {
        rate: of(|run| run.rate),
        least: counted.iter().map(|run| run.rate).fold(f64::INFINITY, f64::min),
        most: counted.iter().map(|run| run.rate).fold(0.0, f64::max),
        p50_ms: of(|run| run.p50_ms),
        p99_ms: of(|run| run.p99_ms),
        shares: Shares {
            server: of(|run| run.shares.server),
            postgres: of(|run| run.shares.postgres),
            load: of(|run| run.shares.load),
            foreign: of(|run| run.shares.foreign),
            idle: of(|run| run.shares.idle),
        },
        clean: clean.len(),
        runs: runs.len(),
    }
}

impl Summary {
    fn json(&self) -> Value {
        let s = &self.shares;
        json!({
            "rate": rounded(self.rate), "rate_min": rounded(self.least), "rate_max": rounded(self.most),
            "p50_ms": rounded(self.p50_ms), "p99_ms": rounded(self.p99_ms), "runs": self.runs, "clean_runs": self.clean,
            "processor_us_each": rounded(self.processor_us()),
            "processors": { "netral": rounded(s.server), "postgresql": rounded(s.postgres), "load": rounded(s.load),
                "others": rounded(s.foreign), "idle": rounded(s.idle) },
        })
    }

    /// Processor time of service, database and load for each one, in microseconds: what stays comparable when others
    /// use the machine as well.
    fn processor_us(&self) -> f64 {
        let processors = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let used = self.shares.server + self.shares.postgres + self.shares.load;
        used * processors * 1e6 / self.rate.max(1.0)
    }

    fn row(&self, kind: Kind, connections: usize, ceiling: f64) -> String {
        let s = &self.shares;
        format!(
            "| {} | {connections} | {:.0} | {ceiling:.0} | **{:.2}** | {:.2} | {:.2} | {:.0} | {:.0} % | {:.0} % | {:.0} % | {:.0} % | {} of {} |",
            kind.name(),
            self.rate,
            self.rate / ceiling,
            self.p50_ms,
            self.p99_ms,
            self.processor_us(),
            s.server * 100.0,
            s.postgres * 100.0,
            s.load * 100.0,
            s.foreign * 100.0,
            self.clean,
            self.runs
        )
    }
}

/// To a hundredth.
fn rounded(value: f64) -> Value {
    json!((value * 100.0).round() / 100.0)
}

/// The one in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => (sorted.get(middle.wrapping_sub(1)).unwrap_or(&0.0) + sorted.get(middle).unwrap_or(&0.0)) / 2.0,
        _ => sorted.get(middle).copied().unwrap_or(0.0),
    }
}

/// The time, in milliseconds, that this part of the sorted times does not exceed.
pub fn percentile(sorted: &[Duration], part: f64) -> f64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
