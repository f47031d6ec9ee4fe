//! Finds the text of each setting in the environment or the file, and gathers what is wrong. It must not know what any
//! setting means.

use std::{collections::BTreeMap, ffi::OsString, fs, path::PathBuf};

use config::{File, FileFormat, Source as _, Value, ValueKind};

use super::{FILE_ENV, SETTINGS, Setting};

/// Variables with our prefix that are meant for someone else: the Makefile, the tests, docker compose, and the links to
/// a service of our name that Kubernetes puts into every container.
const NOT_OURS: [&str; 4] = ["NETRAL_CACHE", "NETRAL_TEST_", "NETRAL_PORT", "NETRAL_SERVICE_"];

pub(super) struct Reader<'a> {
    env: &'a BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Looks through both sources for names that no setting has. `problems` is what went wrong before.
    pub(super) fn new(env: &'a BTreeMap<String, String>, toml: Option<&str>, problems: Vec<String>) -> Self {
        let mut reader = Self { env, file: BTreeMap::new(), problems };
        for name in env.keys().filter(|name| name.starts_with("NETRAL_")) {
            let known = |s: &Setting| s.env == name || (s.secret && name.strip_suffix("_FILE") == Some(s.env));
            let foreign = name == FILE_ENV || NOT_OURS.iter().any(|prefix| name.starts_with(prefix));
            if !foreign && !SETTINGS.iter().any(known) {
                reader.problems.push(format!("{name} is not a setting"));
            }
        }
        match toml.map_or_else(|| Ok(BTreeMap::new()), parse) {
            Ok(values) => {
                for (name, value) in values {
                    if !SETTINGS.iter().any(|s| s.name == name) {
                        reader.problems.push(format!("{name} in the configuration file is not a setting"));
                    } else if let Some(text) = plain(value) {
                        reader.file.insert(name, text);
                    } else {
                        reader.problems.push(format!("{name} in the configuration file must be one value or a list"));
                    }
                }
            }
            Err(problem) => reader.problems.push(format!("the configuration file: {problem}")),
        }
        reader
    }

    /// The setting's value, or its default; `None` when it is wrong, which is then among the problems.
    pub(super) fn value<T>(&mut self, setting: &Setting, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match self.find(setting) {
            Found::Text(place, text) => self.parsed(setting, &place, &text, parse),
            Found::Nothing => self.parsed(setting, "the default of", setting.default, parse),
            Found::Problem => None,
        }
    }

    /// The setting's value, if it is set and right. A wrong one is then among the problems.
    pub(super) fn optional<T>(&mut self, setting: &Setting, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match self.find(setting) {
            Found::Text(place, text) => self.parsed(setting, &place, &text, parse),
            Found::Nothing | Found::Problem => None,
        }
    }

    /// Whether anyone says anything of the setting, right or wrong.
    pub(super) fn is_given(&mut self, setting: &Setting) -> bool {
        !matches!(self.find(setting), Found::Nothing)
    }

    /// Makes a setting that nobody gave a problem; `what` it is needed for.
    pub(super) fn must_be_given(&mut self, setting: &Setting, what: &str) {
        if !self.is_given(setting) {
            self.problems.push(format!("{} must be set {what}", setting.env));
        }
    }

    /// Where data is kept when nobody says: the system's folder for root, else the user's own.
    pub(super) fn default_data_dir(&mut self, setting: &Setting, root: bool) -> Option<PathBuf> {
        if root {
            return Some("/var/lib/netral".into());
        }
        let absolute = |name| self.env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
        if base.is_none() && matches!(self.find(setting), Found::Nothing) {
            self.problems.push(format!("{} must be set: there is no home folder", setting.env));
        }
        base.map(|base| base.join("netral"))
    }

    /// Where programs are searched for.
    pub(super) fn search_path(&self) -> Option<OsString> {
        self.env.get("PATH").map(OsString::from)
    }

    /// What is wrong, each problem once.
    pub(super) fn problems(mut self) -> Vec<String> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }

    /// An empty variable counts as unset: docker compose passes on what is not set as empty.
    fn find(&mut self, setting: &Setting) -> Found {
        let get = |name: &str| self.env.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let by_file = format!("{}_FILE", setting.env);
        let direct = get(setting.env);
        match (direct, setting.secret.then(|| get(&by_file)).flatten()) {
            (Some(_), Some(_)) => {
                self.problems.push(format!("{} and {by_file} are both set", setting.env));
                Found::Problem
            }
            (Some(text), None) => Found::Text(setting.env.to_owned(), text.to_owned()),
            (None, Some(path)) => match fs::read_to_string(path) {
                Ok(text) => Found::Text(by_file, text.trim().to_owned()),
                Err(error) => {
                    self.problems.push(format!("{by_file}: {path}: {error}"));
                    Found::Problem
                }
            },
            (None, None) => match self.file.get(setting.name) {
                Some(text) if !text.is_empty() => {
                    Found::Text(format!("{} in the configuration file", setting.name), text.clone())
                }
                _ => Found::Nothing,
            },
        }
    }

    fn parsed<T>(
        &mut self,
        setting: &Setting,
        place: &str,
        text: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let problem = match parse(text) {
            Ok(value) => return Some(value),
            Err(problem) if setting.secret => format!("{place} {problem}"),
            Err(problem) => format!("{place} {problem}, not {text:?}"),
        };
        self.problems.push(problem);
        None
    }
}

enum Found {
    /// What the source is called, and the text.
    Text(String, String),
    Nothing,
    /// Already among the problems.
    Problem,
}

fn parse(toml: &str) -> Result<BTreeMap<String, Value>, String> {
    let table = File::from_str(toml, FileFormat::Toml).collect();
    // Only the first line, which says where: the next ones quote the text, which may be a secret.
    table.map(|table| table.into_iter().collect()).map_err(|error| {
        let error = error.to_string();
        error.lines().next().unwrap_or("is not TOML").to_owned()
    })
}

/// The text that an environment variable would have; `None` for a table.
fn plain(value: Value) -> Option<String> {
    match value.kind {
        ValueKind::Array(items) => items.into_iter().map(plain).collect::<Option<Vec<_>>>().map(|all| all.join(",")),
        ValueKind::Table(_) | ValueKind::Nil => None,
        _ => value.into_string().ok().map(|text| text.trim().to_owned()),
    }
}
