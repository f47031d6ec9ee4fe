//! What the checks of who may see a case cost a read: the visibility condition in the database, and signature, seat and
//! sign-in in the service, which trusts what it has verified for half a second.

use std::time::Duration;

use netral::db::cases::SEEN;

use super::ceiling::{self, Script};
use super::requests::Kind;
use super::{Bench, Failure};

/// So many tokens in turn that none comes again while it is trusted.
const TOKENS: usize = 8192;
const CONNECTIONS: usize = 8;
/// How often a second a token is verified anew by each of the service's threads.
const VERIFIED: f64 = 2.0;

/// Measures and prints it, as parts of the time of a read.
pub async fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let time = Duration::from_secs(bench.options.seconds);
    let tokens = bench.server.tokens(&bench.database)?;
    let trusted = bench.load(Kind::Reads, CONNECTIONS, time).await?;
    let many = fresh(bench, TOKENS / tokens.len().max(1))?;
    let verified = bench.load_by(Kind::Reads, CONNECTIONS, time, &many).await?;
    let visible = include_str!("sql/read_visible.sql").replace("$seen", SEEN);
    let plain = rate(bench, Script::of(Kind::Reads)[0])?;
    let seen = rate(bench, Script { name: "visible", text: &visible })?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let verifying = (1.0 / verified.rate - 1.0 / trusted.rate).max(0.0) * VERIFIED * processors * tokens.len() as f64;
    let condition = (1.0 / seen - 1.0 / plain).max(0.0) * trusted.rate;
    println!("what checks cost a read at {CONNECTIONS} connections");
    println!("  trusted for half a second    {:>8.0}/s", trusted.rate);
    println!("  each token verified anew     {:>8.0}/s", verified.rate);
    println!("  the visibility condition     {seen:>8.0}/s with it, {plain:.0}/s without, by pgbench");
    println!("  together {:.1} % of a read, the condition {:.1} %", (verifying + condition) * 100.0, condition * 100.0);
    Ok(())
}

fn fresh(bench: &Bench, rounds: usize) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for _ in 0..rounds {
        all.extend(bench.server.tokens(&bench.database)?);
    }
    Ok(all)
}

fn rate(bench: &Bench, script: Script<'_>) -> Result<f64, Failure> {
    let numbers = [("seeds", bench.options.seeds)];
    ceiling::run(&bench.database, script, CONNECTIONS, bench.options.seconds, &Vec::new(), &numbers)
}
