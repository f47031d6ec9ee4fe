//! The machine: what it is, who used its processors during a run, and whether it is left alone. Reads /proc.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use super::Failure;

/// Above this part in use the machine is not quiet.
const QUIET: f64 = 0.08;
/// How long a quiet machine is waited for, over all runs together.
const PATIENCE: Duration = Duration::from_secs(300);

/// Whose use of the processors is told apart.
pub struct Machine {
    server: u32,
    postmaster: u32,
    patience: Duration,
}

/// Processor time used so far, in clock ticks.
pub struct Snapshot {
    all: u64,
    busy: u64,
    server: u64,
    postgres: u64,
    load: u64,
}

/// Parts of the machine's processor time during a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shares {
    /// The service.
    pub server: f64,
    /// Every process of PostgreSQL.
    pub postgres: f64,
    /// The load generator, or pgbench.
    pub load: f64,
    /// Everyone else, the kernel's own threads included.
    pub foreign: f64,
    /// Nobody.
    pub idle: f64,
}

impl Snapshot {
    /// What was used between `before` and this one.
    pub fn since(&self, before: &Self) -> Shares {
        let all = (self.all - before.all).max(1) as f64;
        let part = |now: u64, then: u64| now.saturating_sub(then) as f64 / all;
        let busy = part(self.busy, before.busy);
        let (server, postgres) = (part(self.server, before.server), part(self.postgres, before.postgres));
        let load = part(self.load, before.load);
        Shares { server, postgres, load, foreign: (busy - server - postgres - load).max(0.0), idle: 1.0 - busy }
    }
}

impl Machine {
    /// Watches the service and the database by their processes.
    pub const fn watch(server: u32, postmaster: u32) -> Self {
        Self { server, postmaster, patience: PATIENCE }
    }

    /// Who has used how much so far.
    pub fn snapshot(&self) -> Result<Snapshot, Failure> {
        let (all, busy) = processors()?;
        let mut postgres = 0;
        for process in processes() {
            if process.pid == self.postmaster {
                postgres += process.own + process.reaped;
            } else if process.parent == self.postmaster {
                postgres += process.own;
            }
        }
        let own = |pid: &str| stat(pid).map_or(0, |process| process.own);
        let load = stat("self").map_or(0, |process| process.own + process.reaped);
        Ok(Snapshot { all, busy, server: own(&self.server.to_string()), postgres, load })
    }

    /// Waits until the machine is left alone, or no patience is left.
    pub async fn wait_until_quiet(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        while begun.elapsed() < self.patience {
            let (all, busy) = processors()?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            let (all_now, busy_now) = processors()?;
            if ((busy_now - busy) as f64) < QUIET * (all_now - all) as f64 {
                break;
            }
        }
        self.patience = self.patience.saturating_sub(begun.elapsed());
        Ok(())
    }
}

/// Processor time of the whole machine: all of it, and what was used.
fn processors() -> Result<(u64, u64), Failure> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().ok_or("nothing in /proc/stat")?;
    // user nice system idle iowait irq softirq steal; guests are counted in user already.
    let ticks: Vec<u64> = line.split_whitespace().skip(1).take(8).filter_map(|word| word.parse().ok()).collect();
    let (all, idle) = (ticks.iter().sum::<u64>(), ticks.iter().skip(3).take(2).sum::<u64>());
    Ok((all, all - idle))
}

struct Process {
    pid: u32,
    parent: u32,
    /// Ticks it used.
    own: u64,
    /// Ticks of its children that have ended.
    reaped: u64,
}

fn stat(pid: &str) -> Option<Process> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, so what counts begins behind the last one.
    let (head, tail) = text.rsplit_once(')')?;
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let number = |index: usize| fields.get(index).and_then(|word| word.parse::<u64>().ok());
    Some(Process {
        pid: head.split(' ').next()?.parse().ok()?,
        parent: u32::try_from(number(1)?).ok()?,
        own: number(11)? + number(12)?,
        reaped: number(13)? + number(14)?,
    })
}

fn processes() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| stat(entry.file_name().to_str().filter(|name| name.bytes().all(|b| b.is_ascii_digit()))?))
}

/// The parent of a process.
pub fn parent(pid: u32) -> Result<u32, Failure> {
    stat(&pid.to_string()).map(|process| process.parent).ok_or_else(|| format!("no process {pid}").into())
}

/// What the machine is, for the results.
pub fn facts(postgres: &str) -> Result<serde_json::Value, Failure> {
    let value = |file: &str, label: &str| -> Option<String> {
        let text = fs::read_to_string(file).ok()?;
        let found: HashMap<_, _> = text.lines().filter_map(|line| line.split_once(':')).collect();
        found.iter().find(|(name, _)| name.trim() == label).map(|(_, value)| value.trim().to_owned())
    };
    let memory = value("/proc/meminfo", "MemTotal").unwrap_or_default();
    let memory = memory.trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024;
    Ok(serde_json::json!({
        "processors": std::thread::available_parallelism()?.get(),
        "processor": value("/proc/cpuinfo", "model name"),
        "memory_mib": memory,
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
        "postgresql": postgres,
    }))
}
