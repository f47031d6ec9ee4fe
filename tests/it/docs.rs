//! The repository against itself: generated documents are current, every problem code is used, layers are kept, and the
//! schema that the code knows is the one that the migrations make, up and down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use diesel_async::{AsyncConnection as _, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::MigrationHarness as _;
use netral::api::problem::ProblemCode;

use crate::harness::TestDb;
use crate::harness::db::wait;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every source file below a folder, with its path from there, tests left out.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn the_printed_documents_are_current() {
    for (path, printed) in [
        ("docs/workflow.md", netral::print::workflow_markdown()),
        ("docs/authorization.md", netral::print::grants_markdown()),
    ] {
        assert!(read(path) == printed, "{path} is stale: `make generated` prints it anew");
    }
}

/// Everything that lies below a folder, as one text.
fn everything_in(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { everything_in(&path) } else { fs::read_to_string(path).unwrap() }).collect()
}

#[test]
fn every_name_that_the_glossary_gives_for_code_is_there() {
    let code: String = ["src", "data", "migrations"].iter().map(|folder| everything_in(&root().join(folder))).collect();
    let (glossary, mut named, mut strange) = (read("docs/GLOSSARY.md"), 0, Vec::new());
    let mut column = None;
    for line in glossary.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.get(1) == Some(&"---") {
            continue;
        }
        let head = cells.iter().position(|cell| *cell == "in code");
        if head.is_some() || cells.len() == 1 {
            column = head;
            continue;
        }
        let names = column.and_then(|column| cells.get(column)).map_or("", |cell| cell);
        for name in names.split('`').skip(1).step_by(2) {
            named += 1;
            if !code.contains(name) {
                strange.push(name);
            }
        }
    }
    assert!(named > 100, "only {named} names were found");
    assert_eq!(strange, [""; 0], "named as code, but nowhere in it");
}

#[test]
fn no_condition_holds_by_itself() {
    for (path, text) in sources(&root().join("src/domain")) {
        assert!(!text.contains("|_| true"), "{}: what is not checked is no condition", path.display());
    }
}

/// Names that `docs/SECURITY.md` gives for tests, as file and function: `vault::some_test`, `src/token/jwt.rs::some_test`.
fn promised() -> Vec<(String, String)> {
    let text = read("docs/SECURITY.md");
    let quoted = text.split('`').skip(1).step_by(2).filter_map(|name| name.split_once("::"));
    quoted.map(|(file, test)| (file.to_owned(), test.to_owned())).collect()
}

#[test]
fn every_promise_of_the_security_page_is_kept_by_a_test_that_is_there() {
    let promised = promised();
    assert!(promised.len() > 30, "the page could not be read: {promised:?}");
    for (file, test) in promised {
        let path = if file.contains('/') { file.clone() } else { format!("tests/it/{file}.rs") };
        let text = read(&path);
        let head = text.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{path} has no {test}"));
        let attribute = text[..head].lines().rev().find(|line| line.starts_with("#[") || line.trim().starts_with("#["));
        assert!(attribute.is_some_and(|line| line.contains("test]")), "{path}: {test} is no test");
    }
    let rows = read("docs/SECURITY.md").lines().filter(|line| line.starts_with("- ") && line.contains("::")).count();
    assert!(rows >= 10, "an attacker's story has lost its tests");
}

/// Names of variables with our prefix that a text speaks of.
fn variables(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>();
    text.match_indices("NETRAL_").map(|(at, _)| name(&text[at..])).filter(|name| name != "NETRAL_").collect()
}

#[test]
fn people_find_every_setting_and_no_document_speaks_of_one_that_is_not() {
    let table = netral::config::table();
    for setting in netral::config::settings() {
        assert!(table.contains(setting.env), "`netral config` does not print {}", setting.env);
    }
    assert!(read("README.md").contains("`netral config`"), "README.md does not lead to the settings");
    // These are for the Makefile, the tests and docker compose; the configuration knows them as foreign.
    let foreign = ["NETRAL_CONFIG", "NETRAL_CACHE", "NETRAL_TEST_", "NETRAL_PORT"];
    let documents = ["README.md", "CONTRIBUTING.md", ".env.example", "docker-compose.yml", "Dockerfile"];
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    for path in documents.map(|name| root().join(name)).into_iter().chain(docs) {
        for name in variables(&fs::read_to_string(&path).unwrap()) {
            let bare = name.strip_suffix("_FILE").unwrap_or(&name);
            let known = netral::config::settings().iter().any(|setting| setting.env == bare || setting.env == name);
            let known = known || foreign.iter().any(|prefix| name.starts_with(prefix));
            assert!(known, "{} speaks of {name}, which is no setting", path.display());
        }
    }
}

#[test]
fn every_problem_code_is_used_somewhere() {
    let text: String = sources(&root().join("src")).into_iter().map(|(_, text)| text).collect();
    for code in ProblemCode::ALL {
        // The framework's own refusals get their code by status, within the table.
        let used = text.contains(&format!("ProblemCode::{code:?}")) || text.contains(&format!("=> Self::{code:?},"));
        assert!(used, "{} is never answered", code.as_str());
    }
}

/// Who may import whom, as the head of lib.rs says it; `None` for what may import anything.
fn layers() -> BTreeMap<String, Option<BTreeSet<String>>> {
    let mut layers = BTreeMap::new();
    let lib = read("src/lib.rs");
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! ")).filter(|line| line.contains("->")) {
        // Two columns, with blanks between them; a remark in brackets is for people.
        for rule in line.split("  ").filter(|rule| rule.contains("->")) {
            let (who, whom) = rule.split_once("->").unwrap();
            let names = |text: &str| -> BTreeSet<String> {
                text.split(',').map(|name| name.split('(').next().unwrap().trim().to_owned()).collect()
            };
            let whom = (whom.trim() != "any module").then(|| names(whom));
            for name in names(who) {
                assert!(layers.insert(name.clone(), whom.clone()).is_none(), "lib.rs speaks of {name} twice");
            }
        }
    }
    layers
}

/// The first segments after `crate::` (in main.rs `netral::`) of a file.
fn imports(text: &str, of: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split(&format!("{of}::")).skip(1) {
            let list = rest.strip_prefix('{').map_or(rest, |list| list.split_once('}').map_or(list, |(list, _)| list));
            let parts = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
            for part in parts {
                let name: String = part.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                found.insert(name);
            }
        }
    }
    // A macro of the crate's root belongs to no layer.
    found.retain(|name| !name.is_empty() && name != "text_enum");
    found
}

#[test]
fn no_layer_imports_from_above() {
    let layers = layers();
    let src = root().join("src");
    for (path, text) in sources(&src) {
        let below = path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
        let layer = below.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if layer == "lib" || layer == "schema" {
            continue;
        }
        let of = if layer == "main" { "netral" } else { "crate" };
        let allowed = match layers.get(&layer) {
            Some(Some(allowed)) => allowed.clone(),
            Some(None) => continue,
            None => BTreeSet::new(),
        };
        for import in imports(&text, of) {
            assert!(import == layer || allowed.contains(&import), "{below} imports {import}: see the head of lib.rs");
        }
    }
    let modules: Vec<String> = read("src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(ToOwned::to_owned))
        .collect();
    for name in layers.iter().flat_map(|(who, whom)| std::iter::once(who).chain(whom.iter().flatten())) {
        assert!(name == "main" || modules.contains(name), "lib.rs speaks of {name}, which is no module");
    }
}

/// Tables, columns, types and whether a column may be empty, as diesel's `table!` says it.
fn columns_of_the_code() -> BTreeSet<String> {
    let mut columns = BTreeSet::new();
    let schema = read("src/schema.rs");
    let mut table = String::new();
    for line in schema.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        if let Some((name, _)) = line.strip_suffix(" {").and_then(|line| line.split_once(" (")) {
            table = name.to_owned();
        } else if let Some((name, of_type)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            columns.insert(format!("{table}.{name} {of_type}"));
        }
    }
    columns
}

const COLUMNS: &str = "SELECT table_name || '.' || column_name || ' ' || CASE is_nullable WHEN 'YES' THEN 'Nullable<' ELSE '' END \
    || CASE data_type WHEN 'text' THEN 'Text' WHEN 'uuid' THEN 'Uuid' WHEN 'date' THEN 'Date' WHEN 'boolean' THEN 'Bool' \
       WHEN 'timestamp with time zone' THEN 'Timestamptz' WHEN 'smallint' THEN 'Int2' WHEN 'integer' THEN 'Int4' \
       WHEN 'bigint' THEN 'Int8' WHEN 'jsonb' THEN 'Jsonb' WHEN 'bytea' THEN 'Bytea' \
       WHEN 'ARRAY' THEN CASE udt_name WHEN '_uuid' THEN 'Array<Nullable<Uuid>>' \
         WHEN '_text' THEN 'Array<Nullable<Text>>' WHEN '_bytea' THEN 'Array<Nullable<Bytea>>' WHEN '_int2' THEN 'Array<Nullable<Int2>>' ELSE udt_name END ELSE data_type END \
    || CASE is_nullable WHEN 'YES' THEN '>' ELSE '' END AS value \
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

#[tokio::test]
async fn the_code_knows_the_columns_that_the_migrations_make() {
    let db = TestDb::new();
    let made: BTreeSet<String> = db.values(COLUMNS).await.into_iter().collect();
    let known = columns_of_the_code();
    let missing: Vec<_> = made.difference(&known).collect();
    let gone: Vec<_> = known.difference(&made).collect();
    assert!(missing.is_empty() && gone.is_empty(), "schema.rs lacks {missing:?} and has too much {gone:?}");
    assert!(known.len() > 100, "schema.rs could not be read");
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let db = TestDb::new();
    let bare = "SELECT conrelid::regclass || '(' || attname || ')' AS value FROM pg_constraint \
        JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] \
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS \
        (SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])";
    assert_eq!(db.values(bare).await, [""; 0]);
}

/// Everything the migrations make, as text.
async fn shape(db: &TestDb) -> Vec<String> {
    let mut shape = Vec::new();
    for sql in [
        COLUMNS,
        "SELECT indexdef AS value FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS value FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace",
        "SELECT pg_get_triggerdef(oid) AS value FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT pg_get_functiondef(oid) AS value FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT sequencename || ' ' || start_value AS value FROM pg_sequences WHERE schemaname = 'public'",
        "SELECT coalesce(obj_description(oid), '') || relname AS value FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    ] {
        let mut part = db.values(sql).await;
        part.sort();
        part.retain(|line| !line.contains("__diesel_schema_migrations"));
        shape.extend(part);
    }
    shape
}

#[tokio::test]
async fn migrations_can_be_taken_back_to_nothing_and_run_again_to_the_same() {
    let db = TestDb::empty();
    let up = async || {
        let url = db.url.clone();
        wait(async move { netral::db::migrate(&url).await.map_err(|error| error.to_string()) }).unwrap()
    };
    assert_eq!(
        up().await.len(),
        1.max(fs::read_dir(root().join("migrations")).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count())
    );
    assert_eq!(up().await, [""; 0], "a second run finds nothing to do");
    let made = shape(&db).await;
    assert!(made.len() > 100, "{made:?}");
    let url = db.url.clone();
    wait(async move {
        let connection = AsyncPgConnection::establish(&url).await.unwrap();
        let mut harness = AsyncMigrationHarness::new(connection);
        tokio::task::block_in_place(|| {
            harness.revert_all_migrations(netral::db::MIGRATIONS).map(drop).map_err(|e| e.to_string())
        })
    })
    .unwrap();
    assert_eq!(shape(&db).await, [""; 0], "something stays behind");
    up().await;
    assert_eq!(shape(&db).await, made);
}

#[tokio::test]
async fn two_programs_that_migrate_at_once_do_it_once() {
    let db = TestDb::empty();
    let up = |url: String| {
        tokio::task::spawn_blocking(move || {
            wait(async move { netral::db::migrate(&url).await.map_err(|error| error.to_string()) })
        })
    };
    let (first, second) = tokio::join!(up(db.url.clone()), up(db.url.clone()));
    let (first, second) = (first.unwrap().unwrap(), second.unwrap().unwrap());
    assert!(first.is_empty() != second.is_empty(), "{first:?} {second:?}");
}

#[test]
fn the_printed_workflow_explains_every_deadline_and_where_each_closing_leads() {
    let printed = netral::print::workflow_markdown();
    for code in netral::domain::deadline::DeadlineCode::ALL {
        let row = printed.lines().find(|line| line.starts_with(&format!("| {code} |")));
        assert!(row.is_some() || printed.contains(&format!("\n{code} (")), "{code} is not explained");
    }
    let row = |start: &str| printed.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}"));
    let follow_up = row("| D7 |");
    for said in ["14 calendar days", "recommendation letter received", "ppk; once over also bkn_auditors, task_force"] {
        assert!(follow_up.contains(said), "{said}: {follow_up}");
    }
    assert!(
        row("| D5 | Penanganan oleh Bawaslu (pemilu)").ends_with("| – | nothing here: it is Bawaslu's own time |"),
        "nobody is reminded of Bawaslu's own time"
    );
    for (id, said, unsaid) in [
        ("| T09 |", "live tracks go over to the master", "monitoring"),
        ("| T13 |", "closed (not_proven) |", "monitoring"),
        ("| T20 |", "while a track is live or a sanction stands", "closed (not_proven) |"),
        ("| T24 |", "monitoring while a track is live |", "sanction stands"),
    ] {
        let row = row(id);
        assert!(row.contains(said) && !row.contains(unsaid), "{row}");
    }
}
