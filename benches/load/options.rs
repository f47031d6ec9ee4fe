//! What can be asked for on the command line.

use super::Failure;
use super::requests::Kind;

const OPTIONS: &str =
    "--quick, --seconds N, --repeats N, --seeds N, --log FILTER, --only submissions,transitions,reads";

/// What is asked for.
pub struct Options {
    /// Length of a run.
    pub seconds: u64,
    /// Runs of each contender.
    pub repeats: usize,
    /// Cases in the database beforehand.
    pub seeds: u64,
    /// What the service logs.
    pub log: String,
    /// Whether a quiet machine is waited for, and a disturbed run taken again.
    pub patient: bool,
    /// What is measured.
    pub only: Vec<Kind>,
}

impl Options {
    /// Reads the words behind the program's name.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            seconds: 4,
            repeats: 3,
            seeds: 100_000,
            log: "warn".to_owned(),
            patient: true,
            only: Kind::ALL.to_vec(),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--bench" => {}
                "--quick" => {
                    (options.seconds, options.repeats, options.seeds, options.patient) = (2, 1, 30_000, false);
                }
                "--seconds" => options.seconds = value()?.parse()?,
                "--repeats" => options.repeats = value()?.parse()?,
                "--seeds" => options.seeds = value()?.parse()?,
                "--log" => options.log = value()?,
                "--only" => options.only = value()?.split(',').map(Kind::named).collect::<Result<_, _>>()?,
                other => return Err(format!("{other} is no option; there are {OPTIONS}").into()),
            }
        }
        Ok(options)
    }
}
