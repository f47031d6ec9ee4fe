//! Random walks of real people on real rows: whatever they try, in whatever order, the workflow refuses it or the
//! database takes it. No constraint of a table is ever what stops somebody, and each case's chain of events holds.

use chrono::{Duration, NaiveDateTime};
use netral::db::approvals::{self, ApprovalStatus};
use netral::db::{self, Tx};
use netral::domain::action::Action;
use netral::domain::actor::{Actor, Officer};
use netral::domain::calendar::today;
use netral::domain::case::{Case, State};
use netral::domain::confidential::Confidential;
use netral::domain::policy::{self, Permission};
use netral::domain::report::{MessageKind, ReportedSubject};
use netral::domain::tracks::rules::rule_for as step_for;
use netral::domain::workflow::{Firer, rule_for};
use netral::flows::FlowError;
use netral::flows::transition::{Fired, Setting, fire, fire_on, sight};
use netral::flows::{approvals as second, duplicates, exclusions, mailbox, tracks};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::dice::{Dice, Roll};
use crate::harness::steps::WAYS;
use crate::harness::{TestApp, TestDb};
use crate::sample;

/// The cases of one walk, by number, with the key of a report of each.
struct Ground {
    app: TestApp,
    cases: Vec<String>,
    reports: Vec<uuid::Uuid>,
    officers: Vec<Officer>,
}

async fn ground(cases: usize) -> Ground {
    let app = TestApp::start().await;
    // What is reported lies before what the standard bodies say of it.
    app.advance(sample::now() - app.now());
    let mut numbers = Vec::new();
    for i in 0..cases {
        // Some name themselves and consent, some leave an address, some neither.
        let mut report = app.report();
        match i % 3 {
            0 => {
                report["reporter"] =
                    serde_json::json!({ "name": "Pelapor Uji", "email": format!("w{i}@warga.example") });
                report["consent_to_bawaslu"] = true.into();
            }
            1 => report["reporter"] = serde_json::json!({ "email": format!("w{i}@warga.example") }),
            _ => {}
        }
        let case = app.submit(&report).await.case;
        // They set out from different places, so that the far end is walked as well.
        let (_, way) = WAYS[[0, 8, 1, 7, 9, 6][i % 6]];
        app.walk(&case, way).await;
        numbers.push(case);
    }
    let ids = "SELECT r.id AS value FROM reports r JOIN cases c ON c.id = r.case_id ORDER BY c.case_number";
    let reports = app.db.values(ids).await.iter().map(|id| id.parse().unwrap()).collect();
    numbers.sort();
    let mut officers = Vec::new();
    let mut tx = Tx::begin(&app.app.pool).await.unwrap();
    for seat in app.db.values("SELECT id AS value FROM seats ORDER BY id").await {
        let seated = db::officers::acting_in(&mut tx, seat.parse().unwrap()).await.unwrap().unwrap();
        officers.push(exclusions::recognised(&app.app.keys, seated));
    }
    tx.commit().await.unwrap();
    Ground { app, cases: numbers, reports, officers }
}

impl Ground {
    /// One deed of one person; true when something changed.
    async fn step(&self, roll: &Roll, setting: &Setting) -> bool {
        let mut dice = Dice::new(roll);
        let at = dice.pick(&(0..self.cases.len()).collect::<Vec<_>>());
        let number = &self.cases[at];
        let mut tx = Tx::begin(&self.app.app.pool).await.unwrap();
        let seen = db::cases::find(&self.app.app.pool, number, &db::cases::Sight::Everything).await.unwrap();
        let seen = seen.unwrap().shown_to_nobody();
        let done = match dice.pick(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 5]) {
            0 => {
                let verb = dice.verb(seen.case.state);
                let action = dice.action(verb, today(setting.now), &self.cases);
                let firer = rule_for(verb, seen.case.state).map(|rule| rule.by);
                let permission = match firer {
                    Some(Firer::Officer(permission)) => Some(permission),
                    _ => None,
                };
                let actor = self.holder(&mut dice, permission);
                let version = if dice.once_in(12) { seen.case.version - 1 } else { seen.case.version };
                let locked = db::cases::lock(&mut tx, number, &sight(&actor)).await.unwrap();
                fire(&mut tx, setting, &actor, locked, version, action)
                    .await
                    .map(|fired| matches!(fired, Fired::Moved(..)))
            }
            1 => self.second_officer(&mut tx, &mut dice, setting, &seen.case).await,
            2 => {
                let (track, step) = dice.step(&seen.case, today(setting.now));
                let rule = step_for(track, seen.case.tracks.of(track), step.to, seen.case.state);
                let actor = self.holder(&mut dice, rule.map(|rule| rule.permission));
                let locked = db::cases::lock(&mut tx, number, &sight(&actor)).await.unwrap();
                let version = seen.case.version;
                tracks::take(&mut tx, setting, &actor, locked, version, track, &step).await.map(|_| true)
            }
            3 => {
                let facts = db::cases::lock_by_id(&mut tx, seen.case.id).await.unwrap().unwrap();
                let clock = Actor::System;
                fire_on(&mut tx, setting, &clock, None, facts, Action::ExpireQuestion).await.map(|_| true)
            }
            4 => {
                let other = ReportedSubject {
                    name: Some(Confidential::new("Orang Lain".to_owned())),
                    nip: None,
                    nik: None,
                    agency: Some("Dinas Uji".to_owned()),
                    position: None,
                    work_unit: None,
                };
                let actor = self.holder(&mut dice, Some(Permission::Triage));
                let version = seen.case.version;
                duplicates::split(&mut tx, setting, &actor, number, version, vec![other], "Satu foto, dua orang")
                    .await
                    .map(|_| true)
            }
            _ => {
                let kind = dice.pick(&[MessageKind::Answer, MessageKind::Answer, MessageKind::WithdrawalRequest]);
                let report = self.reports[at];
                let case = db::reports::deciding_case(&self.app.app.pool, report).await.unwrap().unwrap();
                mailbox::post(&mut tx, setting, case, report, kind, "Keterangan tambahan").await.map(|_| true)
            }
        };
        match done {
            Ok(moved) => {
                tx.commit().await.unwrap_or_else(|error| panic!("the commit failed: {error:?}"));
                moved
            }
            Err(FlowError::Db(error)) => {
                panic!("the database refused what the workflow let through: {error:?}, {roll:?}")
            }
            Err(_) => {
                tx.rollback().await.unwrap();
                false
            }
        }
    }

    /// Mostly one whose role has the permission, else anybody.
    fn holder(&self, dice: &mut Dice<'_>, permission: Option<Permission>) -> Actor {
        let able = |officer: &&Officer| permission.is_some_and(|permission| policy::granted(officer.role, permission));
        let able: Vec<Officer> = self.officers.iter().filter(able).cloned().collect();
        Actor::Officer(if able.is_empty() || dice.once_in(6) { dice.pick(&self.officers) } else { dice.pick(&able) })
    }

    /// Somebody approves or rejects a draft that waits.
    async fn second_officer(
        &self,
        tx: &mut Tx,
        dice: &mut Dice<'_>,
        setting: &Setting,
        case: &Case,
    ) -> Result<bool, FlowError> {
        let drafts = approvals::of_case(&self.app.app.pool, case.id).await?;
        let Some(draft) = drafts.iter().find(|draft| draft.status == ApprovalStatus::Pending || dice.once_in(9)) else {
            return Ok(false);
        };
        let permission = rule_for(draft.verb, case.state).and_then(|rule| rule.approval);
        let actor = self.holder(dice, permission);
        let draft = second::Draft { case_number: &case.case_number, case_version: case.version, id: draft.id };
        if dice.once_in(6) {
            second::reject(tx, setting, &actor, &draft, "Alasan penolakan yang cukup panjang").await.map(|_| true)
        } else {
            second::approve(tx, setting, &actor, &draft).await.map(|_| true)
        }
    }
}

/// Makes sure that every case's events are numbered without a gap, each links to the one before, and the last one is
/// what the case says it is.
pub async fn every_chain_holds(db: &TestDb) -> usize {
    let rows = "SELECT json_build_object('case', c.id, 'seq', e.seq, 'body', e.body, 'hash', encode(e.hash, 'hex'), 'to', \
         e.to_state, 'details', e.details, 'head', encode(c.event_hash, 'hex'), 'last', c.event_seq, 'state', c.state, 'version', c.version) \
         AS value FROM cases c JOIN events e ON e.case_id = c.id ORDER BY c.id, e.seq";
    let hex = |bytes: &[u8]| {
        netral::domain::event::hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
    };
    let unhex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    };
    let (mut case, mut seq, mut previous, mut events) = (String::new(), 0, vec![0; 32], 0);
    for row in db.values(rows).await {
        let row: serde_json::Value = serde_json::from_str(&row).unwrap();
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        if text("case") != case {
            (case, seq, previous) = (text("case"), 0, vec![0; 32]);
        }
        seq += 1;
        events += 1;
        assert_eq!(row["seq"], seq, "an event is missing in {case}");
        let body = text("body");
        let hash = hex(&[previous.as_slice(), body.as_bytes()].concat());
        assert_eq!(hash, text("hash"), "event {seq} of {case} was changed, or the one before it");
        let said: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(said["seq"] == seq && said["case"] == case.as_str() && said["to"] == row["to"], "{body}");
        if let Some(details) = row["details"].as_str() {
            assert_eq!(said["details_sha256"], hex(details.as_bytes()), "the details of event {seq} were changed");
        }
        if row["last"] == seq {
            assert_eq!(text("head"), hash, "the case does not end its chain");
            assert!(row["to"] == row["state"] && row["version"] == row["last"], "{row}");
        }
        previous = unhex(&hash);
    }
    let cases = "SELECT count(*) AS value FROM cases c WHERE event_seq <> (SELECT count(*) FROM events e WHERE e.case_id = c.id)";
    assert_eq!(db.value(cases).await, "0", "a case counts other events than it has");
    events
}

/// Makes sure that what the case's row keeps of its tracks is what the tracks say, that no closed case has a live one, and
/// that no act bears a sanction in ethics and in discipline.
async fn tracks_and_sanctions_agree(db: &TestDb) {
    let kinds = ["referral", "ethics", "discipline", "criminal", "appeal", "control"];
    for kind in kinds {
        let sql = format!(
            "SELECT c.case_number || ' ' || c.{kind}_state || ' ' || coalesce(t.state, '-') AS value FROM cases c \
             LEFT JOIN tracks t ON t.case_id = c.id AND t.track = '{kind}' AND t.ended_at IS NULL \
             WHERE (t.id IS NOT NULL AND (t.state <> c.{kind}_state OR c.state = 'closed')) \
                OR (t.id IS NULL AND NOT EXISTS (SELECT FROM tracks e WHERE e.case_id = c.id AND e.track = '{kind}' \
                    AND e.state = c.{kind}_state) AND c.{kind}_state <> 'none')"
        );
        assert_eq!(db.values(&sql).await, Vec::<String>::new(), "{kind}");
    }
    let unlinked = "SELECT count(*) AS value FROM track_steps s JOIN tracks t ON t.id = s.track_id JOIN events e ON e.id = s.event_id \
        JOIN cases c ON c.id = t.case_id WHERE e.case_id <> t.case_id AND NOT EXISTS \
        (SELECT FROM cases m WHERE m.id = e.case_id AND m.master_case_id = c.id)";
    assert_eq!(db.value(unlinked).await, "0", "a step belongs to another case's event");
    // Told apart from the program's own condition: what stands is what nothing replaced.
    let bears = "WITH standing AS (SELECT s.* FROM sanctions_imposed s LEFT JOIN sanctions_imposed n ON n.version_of = s.id \
        WHERE n.id IS NULL AND s.origin <> 'cancelled') \
        SELECT s.case_id || ' ' || act || ' ' || s.category AS value FROM standing s CROSS JOIN unnest(s.acts) act";
    let mut bears = db.values(bears).await;
    let mut kept =
        db.values("SELECT case_id || ' ' || act_number || ' ' || category AS value FROM punished_acts").await;
    bears.sort();
    kept.sort();
    assert_eq!(bears, kept, "each punished act bears one sanction that stands");
    let of_no_act = "SELECT case_id || ' ' || sanction_code AS value FROM sanctions_imposed s WHERE acts = '{}' AND origin = 'decided' \
        AND (level <> 'dismissal' OR NOT EXISTS (SELECT FROM tracks t WHERE t.case_id = s.case_id AND t.track = 'criminal' AND t.state = 'convicted'))";
    assert_eq!(db.values(of_no_act).await, Vec::<String>::new(), "a sanction for nothing");
}

/// Makes sure that the clocks of every case are those of where it stands: none runs on a closed case, the one of the state is
/// there, and no other state's was left behind. The case's row says what is due next.
async fn clocks_agree(db: &TestDb) {
    let of_state = "CASE c.state WHEN 'submitted' THEN 'D1' WHEN 'triage' THEN 'D1' WHEN 'awaiting_reporter' THEN 'D3' \
        WHEN 'inspectorate_review' THEN 'D4' WHEN 'bawaslu_referral' THEN 'D5' WHEN 'recommendation' THEN 'D6' \
        WHEN 'ppk_action' THEN 'D7' WHEN 'appeal' THEN 'D10' WHEN 'sanction_decided' THEN CASE WHEN c.delivered_on IS NULL THEN 'D8' END END";
    let missing = format!(
        "SELECT c.case_number || ' ' || c.state AS value FROM cases c WHERE {of_state} IS NOT NULL AND NOT EXISTS \
         (SELECT FROM deadlines d WHERE d.case_id = c.id AND d.settled_at IS NULL AND d.code = {of_state} \
          AND d.variant NOT IN ('statutory', 'statutory_extended', 'reprimand'))"
    );
    assert_eq!(db.values(&missing).await, Vec::<String>::new(), "a state without its clock");
    let stray = format!(
        "SELECT c.case_number || ' ' || c.state || ' ' || d.code || ' ' || d.variant AS value FROM cases c JOIN deadlines d ON d.case_id = c.id \
         WHERE d.settled_at IS NULL AND NOT CASE WHEN c.state = 'closed' THEN false WHEN d.code = 'D2' THEN true \
           WHEN d.variant IN ('statutory', 'statutory_extended') THEN c.state = 'bawaslu_referral' AND c.referral_state = 'registered' \
           WHEN d.variant = 'reprimand' THEN c.control_state = 'warning' \
           WHEN d.code IN ('D8', 'D9') THEN c.state = 'sanction_decided' OR c.state IN ('appeal', 'monitoring') \
             AND c.discipline_state = CASE d.code WHEN 'D8' THEN 'decided' ELSE 'delivered' END \
           WHEN d.code = 'D12' THEN c.state = 'monitoring' \
           WHEN c.state = 'awaiting_reporter' AND d.code IN ('D1', 'D4') THEN d.status <> 'running' \
           ELSE d.code = {of_state} END"
    );
    assert_eq!(db.values(&stray).await, Vec::<String>::new(), "a clock that was left behind");
    let unsaid = "SELECT c.case_number AS value FROM cases c WHERE c.next_due_at IS DISTINCT FROM (SELECT min(d.due_at) FROM deadlines d \
        WHERE d.case_id = c.id AND d.settled_at IS NULL AND d.code NOT IN ('D2', 'D9') AND d.variant NOT IN ('statutory', 'statutory_extended'))";
    assert_eq!(db.values(unsaid).await, Vec::<String>::new(), "lists say another day");
}

/// Makes sure that whoever left an address was mailed whenever the public label of his case changed. Monitoring is left out
/// while criminal proceedings are on record: what the public then reads depends on more than the state.
async fn every_label_change_is_mailed(db: &TestDb) {
    let silent = "SELECT c.case_number || ' ' || e.seq || ' ' || e.kind AS value FROM cases c JOIN events e ON e.case_id = c.id \
        JOIN reports r ON r.case_id = coalesce(c.split_from, c.id) JOIN reporter_identities i ON i.report_id = r.id \
        WHERE i.email IS NOT NULL AND i.email_disabled_at IS NULL AND e.from_state <> e.to_state \
          AND NOT ('monitoring' IN (e.from_state, e.to_state) AND c.criminal_state <> 'none') \
          AND NOT EXISTS (SELECT FROM deliveries v WHERE v.event_id = e.id AND v.report_id = r.id)";
    assert_eq!(db.values(silent).await, Vec::<String>::new(), "a label changed in silence");
    let mailed = "SELECT count(*) AS value FROM deliveries WHERE report_id IS NOT NULL";
    assert_ne!(db.value(mailed).await, "0", "the walk mailed nobody");
}

/// The seeds are fixed, so that a run says the same tomorrow.
fn rolls(steps: usize) -> Vec<Roll> {
    let strategy = proptest::collection::vec(proptest::array::uniform10(0_u16..), steps..=steps);
    strategy.new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

#[tokio::test]
async fn no_constraint_of_the_database_ever_stops_what_people_try() {
    let ground = ground(6).await;
    let start: NaiveDateTime = sample::now().naive_utc();
    let mut moves = 0;
    for (i, roll) in rolls(2_000).iter().enumerate() {
        let now = start.and_utc() + Duration::hours(i64::try_from(i).unwrap() * 7);
        let (vault, keys) = (ground.app.app.vault.clone(), ground.app.app.keys.clone());
        let setting = Setting { now, quiet: Duration::minutes(10), vault, keys, laws: ground.app.app.laws.clone() };
        moves += usize::from(ground.step(roll, &setting).await);
    }
    let states = ground.app.db.values("SELECT DISTINCT to_state AS value FROM events ORDER BY 1").await;
    assert_eq!(states.len(), State::ALL.len(), "the walk saw only {states:?}");
    assert!(moves > 200, "only {moves} steps of the walk moved anything");
    tracks_and_sanctions_agree(&ground.app.db).await;
    clocks_agree(&ground.app.db).await;
    every_label_change_is_mailed(&ground.app.db).await;
    let kinds = ground.app.db.values("SELECT DISTINCT track AS value FROM tracks ORDER BY 1").await;
    assert_eq!(kinds.len(), 6, "the walk saw only {kinds:?}");
    let events = every_chain_holds(&ground.app.db).await;
    assert!(events > moves, "{events} events of {moves} moves");
}

#[tokio::test]
async fn many_people_at_once_leave_whole_chains_and_no_step_counted_twice() {
    let ground = ground(3).await;
    let (vault, keys) = (ground.app.app.vault.clone(), ground.app.app.keys.clone());
    let setting =
        Setting { now: sample::now(), quiet: Duration::minutes(10), vault, keys, laws: ground.app.app.laws.clone() };
    for some in rolls(240).chunks(6) {
        futures_util::future::join_all(some.iter().take(3).map(|roll| ground.step(roll, &setting))).await;
    }
    every_chain_holds(&ground.app.db).await;
    tracks_and_sanctions_agree(&ground.app.db).await;
    clocks_agree(&ground.app.db).await;
    every_label_change_is_mailed(&ground.app.db).await;
}
