//! The ceiling: pgbench writing or reading the same rows by scripts in their fastest form. No HTTP, no checks, nothing
//! but the database and what every client of it must pay.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::Failure;
use super::database::Database;
use super::requests::Kind;

/// Values the service wrote, which pgbench writes again.
pub type Sample = Vec<(String, String)>;

/// One way of writing or reading the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Script<'a> {
    /// Its name.
    pub name: &'static str,
    /// What pgbench runs.
    pub text: &'a str,
}

impl Script<'static> {
    /// The ways for one kind: each row by a statement of its own in one flight, or everything by one statement.
    pub const fn of(kind: Kind) -> [Self; 2] {
        let (pipeline, statement) = match kind {
            Kind::Submissions => {
                (include_str!("sql/submission_pipeline.sql"), include_str!("sql/submission_statement.sql"))
            }
            Kind::Transitions => {
                (include_str!("sql/transition_pipeline.sql"), include_str!("sql/transition_statement.sql"))
            }
            Kind::Reads => (include_str!("sql/read_pipeline.sql"), include_str!("sql/read_statement.sql")),
        };
        [Self { name: "pipeline", text: pipeline }, Self { name: "statement", text: statement }]
    }
}

/// Runs the script; answers its transactions a second. Fails when one of them failed.
pub fn run(
    database: &Database,
    script: Script<'_>,
    clients: usize,
    seconds: u64,
    sample: &Sample,
    numbers: &[(&str, u64)],
) -> Result<f64, Failure> {
    let mut pgbench = Command::new(database.program("pgbench")?);
    pgbench.args(["-n", "-M", "prepared", "-j", "2", "-f", "-", "-D", "n=0"]);
    pgbench.args(["-c", &clients.to_string(), "-T", &seconds.to_string()]);
    for (name, value) in sample {
        pgbench.arg("-D").arg(format!("{name}={value}"));
    }
    for (name, value) in numbers {
        pgbench.arg("-D").arg(format!("{name}={value}"));
    }
    pgbench.arg(database.url());
    let mut child = pgbench.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(script.text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let number = |label: &str| {
        let rest = said.lines().find_map(|line| line.trim().strip_prefix(label))?;
        rest.trim().split(' ').next()?.parse::<f64>().ok()
    };
    match (output.status.success(), number("number of failed transactions:"), number("tps =")) {
        (true, Some(0.0), Some(rate)) => Ok(rate),
        _ => Err(format!("pgbench failed: {said}{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
