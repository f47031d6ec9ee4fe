//! What the service may do in the database. That it can live with it is shown by all other tests, which run as its role.

use std::collections::BTreeMap;

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use netral::db;

use crate::harness::TestApp;
use crate::harness::db::TestDb;

/// What the service may do with each table: `r`ead, `a`dd, `c`hange, `d`elete. A new table needs a line here, and its
/// migration the same GRANT; what only grows is `ra`.
const TABLES: [(&str, &str); 69] = [
    ("__diesel_schema_migrations", "r"),
    ("access_entries", "ra"),
    ("access_flags", "rac"),
    ("acts", "rac"),
    ("agencies", "r"),
    ("agency_kinds", "r"),
    ("agency_regions", "r"),
    ("agency_roles", "r"),
    ("approvals", "rac"),
    ("audit_checkpoint_heads", "ra"),
    ("audit_checkpoints", "ra"),
    ("breach_steps", "ra"),
    ("breaches", "ra"),
    ("calendar_days", "rac"),
    ("calendar_years", "rac"),
    ("case_links", "ra"),
    ("cases", "rac"),
    ("clients", "rac"),
    ("daily_tasks", "rac"),
    ("data_keys", "racd"),
    ("data_requests", "rac"),
    ("deadline_rules", "r"),
    ("deadlines", "rac"),
    ("deliveries", "rac"),
    ("digest_lines", "ra"),
    ("digests", "rac"),
    ("election_events", "r"),
    ("events", "ra"),
    ("files", "rad"),
    ("idempotency_keys", "rad"),
    ("identity_looks", "ra"),
    ("identity_requests", "rac"),
    ("installation", "ra"),
    ("invitations", "racd"),
    ("law_changes", "ra"),
    ("law_versions", "rc"),
    ("legal_holds", "rac"),
    ("messages", "rac"),
    ("officer_events", "ra"),
    ("officer_identities", "ra"),
    ("officers", "rac"),
    ("person_numbers", "racd"),
    ("persons", "rad"),
    ("provider_sessions", "ra"),
    ("purge_proposals", "rac"),
    ("punished_acts", "rad"),
    ("recovery_codes", "racd"),
    ("reference_loads", "r"),
    ("refresh_tokens", "rac"),
    ("regions", "r"),
    ("reporter_identities", "rac"),
    ("reports", "rac"),
    ("retention_policies", "r"),
    ("review_requests", "rac"),
    ("sanction_authorities", "r"),
    ("sanctions", "r"),
    ("sanctions_imposed", "ra"),
    ("seats", "rac"),
    ("second_factors", "racd"),
    ("sign_in_delays", "racd"),
    ("sign_ins", "racd"),
    ("spent_logout_tokens", "rad"),
    ("subjects", "rac"),
    ("time_zones", "r"),
    ("track_steps", "ra"),
    ("tracks", "rac"),
    ("transfer_bodies", "r"),
    ("violation_forms", "r"),
    ("witnesses", "rad"),
];

#[tokio::test]
async fn every_table_says_what_the_service_may_do_with_it() {
    let db = TestDb::new();
    let right = |name: &str, letter: &str| {
        format!("CASE WHEN has_table_privilege('netral_service', oid, '{name}') THEN '{letter}' ELSE '' END")
    };
    let rights = [("SELECT", "r"), ("INSERT", "a"), ("UPDATE", "c"), ("DELETE", "d"), ("TRUNCATE", "T")];
    let rights = rights.map(|(name, letter)| right(name, letter)).join(" || ");
    let others = ["REFERENCES", "TRIGGER"].map(|name| right(name, "!")).join(" || ");
    let found = db
        .values(&format!(
            "SELECT relname || ' ' || {rights} || {others} AS value FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        ))
        .await;
    let found: BTreeMap<&str, &str> = found.iter().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(found, BTreeMap::from(TABLES));
}

/// What the database says to the service's role when it tries this.
async fn answer(connection: &mut AsyncPgConnection, statement: &str) -> String {
    match connection.batch_execute(statement).await {
        Ok(()) => "done".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The tables that only grow, each with a column, which an identity that is always generated is not fit for.
async fn append_only(db: &TestDb) -> Vec<(String, String)> {
    let guarded = "SELECT DISTINCT tgrelid::regclass || ' ' || attname AS value FROM pg_trigger \
                   JOIN pg_attribute ON attrelid = tgrelid AND attnum = 2 WHERE tgname LIKE '%\\_append\\_only'";
    let tables = db.values(guarded).await;
    let tables: Vec<_> = tables.iter().map(|line| line.split_once(' ').unwrap()).collect();
    assert!(tables.len() >= 8 && tables.contains(&("events", "case_id")), "{tables:?}");
    tables.iter().map(|(table, column)| ((*table).to_owned(), (*column).to_owned())).collect()
}

#[tokio::test]
async fn the_service_can_neither_change_what_only_grows_nor_remove_what_guards_it() {
    let app = TestApp::start().await;
    app.submit(&app.report()).await;
    let mut connection = app.app.pool.get().await.unwrap();
    for (table, column) in append_only(&app.db).await {
        for statement in [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("SELECT * FROM {table} FOR UPDATE"),
            format!("DO $$ BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; END $$"),
            format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
            format!("ALTER TABLE {table} ADD COLUMN extra text"),
            format!("DROP TRIGGER {table}_are_append_only ON {table}"),
            format!("DROP TABLE {table} CASCADE"),
        ] {
            let said = answer(&mut connection, &statement).await;
            assert!(said.contains("permission denied") || said.contains("must be owner"), "{statement}: {said}");
        }
    }
    for statement in [
        "UPDATE events SET details = NULL",
        "CREATE TABLE extra (id integer)",
        "CREATE FUNCTION extra() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DROP FUNCTION refuse_change_but_erasure CASCADE",
        "ALTER FUNCTION erase_event_details OWNER TO netral_service",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE ROLE extra",
        "UPDATE agencies SET name = ''",
        "DELETE FROM __diesel_schema_migrations",
        "DELETE FROM cases",
        "SELECT setval('case_numbers', 1)",
    ] {
        let said = answer(&mut connection, statement).await;
        assert!(said.contains("permission denied") || said.contains("must be owner"), "{statement}: {said}");
    }
    assert_eq!(app.db.value("SELECT count(*) > 0 AS value FROM events").await, "true");
}

#[tokio::test]
async fn the_service_erases_nothing_of_an_open_or_held_case_whatever_it_writes_beside() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let with_details = "SELECT count(details) AS value FROM events";
    let before = app.db.value(with_details).await;
    let mut connection = app.app.pool.get().await.unwrap();
    let forged = "INSERT INTO purge_proposals (id, case_id, closure_reason, closed_at, due_at, proposed_at, status, decided_by, decided_at) \
                  SELECT gen_random_uuid(), c.id, 'dismissed', c.state_since, now(), now(), 'approved', o.id, now() + interval '9 years' \
                  FROM cases c, (SELECT id FROM officers LIMIT 1) o";
    let erase = format!("SELECT erase_event_details(id) FROM cases WHERE case_number = '{case}'");
    assert_eq!(answer(&mut connection, &format!("{forged}; {erase}")).await, "done");
    let shadow =
        "CREATE TEMPORARY TABLE cases AS SELECT id, 'closed'::text AS state, state_since, master_case_id FROM cases";
    let said = answer(
        &mut connection,
        &format!(
            "{shadow}; GRANT SELECT ON pg_temp.cases TO postgres; SELECT erase_event_details(id) FROM pg_temp.cases"
        ),
    )
    .await;
    assert!(said == "done" || said.contains("permission denied"), "{said}");
    assert_eq!(app.db.value(with_details).await, before, "the case is open");
}

/// The way for those who run it: the role can then not be laid down again.
#[tokio::test]
async fn a_login_that_is_only_a_member_of_the_role_has_its_rights_and_no_way_to_others() {
    let db = TestDb::new();
    db.execute("CREATE ROLE netral_only_serves LOGIN IN ROLE netral_service").await;
    let url = db.url.replace("user=postgres", "user=netral_only_serves");
    let pool = db::pool(&url, Some("netral_service"), 1).unwrap();
    assert!(!db::migrations_pending(&pool).await.unwrap());
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    assert_eq!(answer(&mut connection, "SELECT count(*) FROM cases").await, "done");
    for statement in ["RESET ROLE; DELETE FROM events", "SET ROLE postgres", "SET session_replication_role = replica"] {
        let said = answer(&mut connection, statement).await;
        assert!(said.contains("permission denied"), "{statement}: {said}");
    }
}
