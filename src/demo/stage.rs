//! What every story is played with: the citizen's and the officers' deeds, each over HTTP, printed, and followed by the
//! time in which news becomes mail. An answer that the story does not expect ends it.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Answer, Call, Client};
use super::mails::{self, Mails};
use super::officers::{self, Credentials, Officer, TRIAGE};
use super::{home, paper, say};
use crate::app::Clock;
use crate::config::Config;
use crate::domain::calendar::today;
use crate::serve::{Running, StartError};

/// A report of this run, with what its reporter keeps and the case that officers know it by.
pub struct Report {
    /// Public number.
    pub number: String,
    /// As shown once.
    code: String,
    /// Number of the case, for officers.
    pub case: String,
    /// Path of the link in the first mail.
    confirmation: Option<String>,
}

/// The stage.
pub struct Stage<'a> {
    client: Client<'a>,
    mails: Mails,
    clock: Clock,
    /// Longer than the time in which news is gathered into one mail.
    quiet: Duration,
    /// Part of made-up letter numbers, so that no two runs name the same letter.
    marker: String,
    story: u32,
    step: u32,
    /// The numbers by which mails of this run name what they are about.
    numbers: Vec<String>,
    /// What no mail may hold: names, numbers, words of the reports.
    secrets: Vec<String>,
}

impl<'a> Stage<'a> {
    /// The stage for a running service.
    pub async fn open(running: &Running, config: &Config, officers: &'a [Officer]) -> Result<Self, StartError> {
        let mut client = Client::new(home(running.address), officers, running.app.clock.clone())?;
        client.enrol().await?;
        let mails = Mails::open(&mut client, config).await?;
        let quiet = Duration::minutes(i64::from(config.mail_quiet_minutes) + 1);
        let marker = Uuid::new_v4().simple().to_string().chars().take(6).collect::<String>().to_uppercase();
        let (clock, numbers, secrets) = (running.app.clock.clone(), vec![marker.clone()], Vec::new());
        Ok(Self { client, mails, clock, quiet, marker, story: 0, step: 0, numbers, secrets })
    }

    /// Shows who plays.
    pub fn cast(&self) {
        say::line("");
        say::line("The officers, by the names they have below:");
        for officer in self.client.officers() {
            let (seat, title) = (officer.seat, officer.title());
            say::line(&format!("    {:<13} {title:<34} region {}", seat.key, officers::region(seat)));
        }
    }

    /// What the officers sign in with from now on.
    pub fn credentials(&mut self) -> Result<Vec<Credentials>, StartError> {
        let with_code = |officer: &Officer, recovery_code| Credentials {
            seat: officer.seat,
            email: officer.email.clone(),
            password: officer.password.clone(),
            recovery_code,
        };
        let officers = self.client.officers().iter();
        officers.map(|officer| Ok(with_code(officer, self.client.recovery_code(officer.seat.key)?))).collect()
    }

    /// The day it is.
    pub fn today(&self) -> NaiveDate {
        today(self.clock.now())
    }

    /// A day before or after.
    pub fn day(&self, offset: i64) -> NaiveDate {
        self.today() + Duration::days(offset)
    }

    /// A letter or decision of today.
    pub fn letter(&self, series: &str) -> Value {
        json!({ "number": format!("{series}/{}/{}", self.marker, self.story), "dated": self.today() })
    }

    /// The same with its file: a made-up scan, uploaded to the case first.
    pub async fn letter_with_file(&mut self, who: &str, report: &Report, series: &str) -> Result<Value, StartError> {
        let mut letter = self.letter(series);
        let number = letter.pointer("/number").and_then(Value::as_str).unwrap_or_default();
        let scan = paper::pdf(&["Contoh, bukan dokumen resmi", number, &self.today().to_string()]);
        let call = Call::upload(format!("/v1/cases/{}/files", report.case), scan).keyed();
        say::item("call", &format!("{who}: {}  (application/pdf)", call.shown()));
        let kept = self.client.send_as(who, call).await?.expect(201)?;
        let sum: String = kept.text("/sha256")?.chars().take(16).collect();
        say::item("answer", &format!("201, kept sealed, sha256 {sum}...; the decision names it as its file"));
        if let Some(members) = letter.as_object_mut() {
            members.insert("file".to_owned(), kept.text("/id")?.into());
        }
        Ok(letter)
    }

    /// A registration of this run.
    pub fn reference(&self, series: &str) -> String {
        format!("{series}-{}-{}", self.marker, self.story)
    }

    /// Begins a story.
    pub fn story(&mut self, title: &str, plot: &str) {
        (self.story, self.step) = (self.story + 1, 0);
        say::heading(&format!("Story {}: {title}", self.story));
        say::paragraph(plot);
    }

    /// Begins a step.
    pub fn step(&mut self, text: &str) {
        self.step += 1;
        say::step(&format!("{}.{:02}", self.story, self.step), text);
    }

    /// A citizen sends a report; the answer shows number and code.
    pub async fn submit(&mut self, report: Value, language: &str) -> Result<Report, StartError> {
        self.keep_secret(&report);
        let said = report.pointer("/conduct/description").and_then(Value::as_str).unwrap_or_default().to_owned();
        say::item("writes", &format!("\"{said}\""));
        let call = Call::post("/v1/reports", report).language(language).keyed();
        say::item("call", &format!("a citizen, without an account: {}", call.shown()));
        let receipt = self.client.send(call).await?.expect(201)?;
        let (number, code) = (receipt.text("/complaint_number")?.to_owned(), receipt.text("/access_code")?.to_owned());
        say::item("answer", &format!("201, number {number}, access code {code} (shown once)"));
        self.status(&number).await?;
        let case = self.case_of(&number, receipt.text("/received_at")?).await?;
        self.numbers.extend([number.clone(), case.clone()]);
        let files = self.pass_time().await?;
        let first = files.iter().filter_map(|file| mails::read(file)).find_map(|mail| mails::confirmation_path(&mail));
        Ok(Report { number, code, case, confirmation: first })
    }

    /// The reporter opens the link of the first mail and presses its button.
    pub async fn confirm(&mut self, report: &Report) -> Result<(), StartError> {
        self.step("The citizen opens the link in the first mail and confirms the address.");
        let Some(path) = &report.confirmation else {
            if self.mails.readable() {
                return Err("the first mail holds no link that confirms the address".into());
            }
            say::item("note", "the link went to the mail server; until it is opened, further mail is held");
            return Ok(());
        };
        self.client.send(Call::get(path)).await?.expect(200)?;
        let shown: String = path.chars().take(34).collect();
        say::item("call", &format!("GET {shown}...  a page with a button, which changes nothing"));
        self.client.send(Call::press(path)).await?.expect(200)?;
        say::item("call", &format!("POST {shown}...  200, confirmed"));
        self.pass_time().await.map(drop)
    }

    /// The case of a report: the officer looks through what came in.
    async fn case_of(&mut self, number: &str, since: &str) -> Result<String, StartError> {
        let list = Call::get(format!("/v1/cases?state=submitted&region=15.71&submitted_after={since}"));
        let found = self.client.send_as(TRIAGE, list).await?.expect(200)?;
        for case in found.list("/data")? {
            let Some(case) = case.pointer("/case_number").and_then(Value::as_str) else { continue };
            let read = self.client.send_as(TRIAGE, Call::get(format!("/v1/cases/{case}"))).await?.expect(200)?;
            let same = |report: &Value| report.pointer("/complaint_number").and_then(Value::as_str) == Some(number);
            if read.list("/reports")?.iter().any(same) {
                return Ok(case.to_owned());
            }
        }
        Err(format!("no officer finds the case of {number}").into())
    }

    /// What the number alone shows.
    pub async fn status(&mut self, number: &str) -> Result<(), StartError> {
        let status = self.client.send(Call::get(format!("/v1/reports/{number}/status"))).await?.expect(200)?;
        say::item("public", &format!("{} | {}", status.text("/label/id")?, status.text("/label/en")?));
        Ok(())
    }

    /// An officer fires a transition.
    pub async fn fire(&mut self, who: &str, report: &Report, act: Value, state: &str) -> Result<(), StartError> {
        let moved = self.attempt(who, report, &act).await?.expect(200)?;
        self.arrived(report, &moved, state).await
    }

    /// A second officer approves what the first proposed; whoever proposed is refused.
    pub async fn fire_with_four_eyes(
        &mut self,
        (who, second): (&str, &str),
        report: &Report,
        act: Value,
        state: &str,
    ) -> Result<(), StartError> {
        let draft = self.attempt(who, report, &act).await?.expect(202)?;
        let id = draft.text("/approval/id")?.to_owned();
        say::item("answer", "202, waits for a second officer; the case has not moved");
        let path = format!("/v1/cases/{}/approvals/{id}/decision", report.case);
        let shown = format!("POST /v1/cases/{}/approvals/.../decision approve", report.case);
        let version = draft.version()?.to_owned();
        let decision = || {
            let call = Call::post(path.as_str(), json!({ "approve": true }));
            call.language("en").on_version(&version).keyed()
        };
        let own = self.client.send_as(who, decision()).await?.expect(403)?;
        say::item("call", &format!("{who}: {shown}"));
        say::item("answer", &format!("403 {}: {}", own.text("/code")?, own.text("/detail")?));
        let moved = self.client.send_as(second, decision()).await?.expect(200)?;
        say::item("call", &format!("{second}: {shown}"));
        self.arrived(report, &moved, state).await
    }

    /// An officer tries what a condition forbids.
    pub async fn refused(&mut self, who: &str, report: &Report, act: Value, guard: &str) -> Result<(), StartError> {
        let answer = self.attempt(who, report, &act).await?.expect(422)?;
        named(&answer, guard)
    }

    /// Reads the case as the officer sees it, and fires on that version.
    async fn attempt(&mut self, who: &str, report: &Report, act: &Value) -> Result<Answer, StartError> {
        let case = self.read(who, report).await?;
        let verb = act.pointer("/action").and_then(Value::as_str).unwrap_or_default();
        if !case.list("/allowed_actions")?.iter().any(|allowed| allowed.as_str() == Some(verb)) {
            return Err(format!("{who} is not offered {verb} in state {}", case.text("/state")?).into());
        }
        let call = Call::post(format!("/v1/cases/{}/transitions", report.case), act.clone()).keyed();
        say::item("call", &format!("{who}: {}", call.shown()));
        say::item("", &summary(act));
        self.client.send_as(who, call.language("en").on_version(case.version()?)).await
    }

    async fn read(&mut self, who: &str, report: &Report) -> Result<Answer, StartError> {
        self.client.send_as(who, Call::get(format!("/v1/cases/{}", report.case))).await?.expect(200)
    }

    async fn arrived(&mut self, report: &Report, moved: &Answer, state: &str) -> Result<(), StartError> {
        let now = moved.text("/state")?;
        if now != state {
            return Err(format!("the case {} is in state {now} instead of {state}", report.case).into());
        }
        let reason = ["/closure_reason", "/administrative_result"].iter().find_map(|part| moved.text(part).ok());
        let reason = reason.map(|reason| format!(", result {reason}")).unwrap_or_default();
        say::item("answer", &format!("{}, state {now}{reason}", moved.status));
        self.status(&report.number).await?;
        self.clocks(report).await?;
        self.pass_time().await.map(drop)
    }

    /// The deadlines that run on the case, in one line.
    async fn clocks(&mut self, report: &Report) -> Result<(), StartError> {
        let call = Call::get(format!("/v1/cases/{}/deadlines", report.case));
        let deadlines = self.client.send_as(TRIAGE, call).await?.expect(200)?;
        let running = deadlines.list("/data")?.iter().filter(|deadline| deadline["settled_at"].is_null());
        let shown: Vec<String> = running
            .map(|deadline| {
                let text = |part: &str| deadline.pointer(part).and_then(Value::as_str).unwrap_or_default();
                let provisional = if deadline["provisional"] == true { " (provisional)" } else { "" };
                let left = deadline["remaining"].as_u64().map(|days| format!("paused with {days} days left"));
                let end = left.unwrap_or_else(|| format!("until {}{provisional}", text("/last_day")));
                format!("{} {} {end}", text("/code"), text("/title/en"))
            })
            .collect();
        if !shown.is_empty() {
            say::item("deadline", &shown.join("; "));
        }
        Ok(())
    }

    /// An officer takes a step of a track; the state of the case stays.
    pub async fn track(&mut self, who: &str, report: &Report, track: &str, step: Value) -> Result<(), StartError> {
        let moved = self.attempt_step(who, report, track, &step).await?.expect(200)?;
        let live: Vec<&str> = moved.list("/live_tracks")?.iter().filter_map(Value::as_str).collect();
        let live = if live.is_empty() { "none".to_owned() } else { live.join(", ") };
        say::item("answer", &format!("200, state {}, live tracks: {live}", moved.text("/state")?));
        self.pass_time().await.map(drop)
    }

    /// An officer tries a step that a condition forbids.
    pub async fn track_refused(
        &mut self,
        who: &str,
        report: &Report,
        (track, step): (&str, Value),
        guard: &str,
    ) -> Result<(), StartError> {
        let answer = self.attempt_step(who, report, track, &step).await?.expect(422)?;
        named(&answer, guard)
    }

    async fn attempt_step(
        &mut self,
        who: &str,
        report: &Report,
        track: &str,
        step: &Value,
    ) -> Result<Answer, StartError> {
        let case = self.read(who, report).await?;
        let path = format!("/v1/cases/{}/tracks/{track}/transitions", report.case);
        let call = Call::post(path, step.clone()).keyed();
        let to = step.pointer("/to").and_then(Value::as_str).unwrap_or_default();
        say::item("call", &format!("{who}: {} to={to}", call.shown()));
        self.client.send_as(who, call.language("en").on_version(case.version()?)).await
    }

    /// The course of each track that was begun, as the officer reads it.
    pub async fn tracks(&mut self, who: &str, report: &Report) -> Result<(), StartError> {
        let call = Call::get(format!("/v1/cases/{}/tracks", report.case));
        self.step("What ran beside the main state.");
        say::item("call", &format!("{who}: {}", call.shown()));
        let tracks = self.client.send_as(who, call).await?.expect(200)?;
        for track in tracks.list("/data")? {
            let name = track.pointer("/track").and_then(Value::as_str).unwrap_or_default();
            for run in track.pointer("/runs").and_then(Value::as_array).into_iter().flatten() {
                let steps = run.pointer("/steps").and_then(Value::as_array).into_iter().flatten();
                let course: Vec<&str> = steps.filter_map(|step| step.pointer("/state")?.as_str()).collect();
                say::item("answer", &format!("{name}: {}", course.join(" > ")));
            }
        }
        Ok(())
    }

    /// The reporter opens the mailbox with number and code, reads it, and answers if there is something to say.
    pub async fn mailbox(&mut self, report: &Report, answer: Option<&str>) -> Result<(), StartError> {
        let known = json!({ "complaint_number": report.number, "access_code": report.code });
        let session = self.client.send(Call::post("/v1/reporter-sessions", known)).await?.expect(201)?;
        say::item("call", "POST /v1/reporter-sessions  201, a short token for number and access code");
        let token = session.text("/access_token")?;
        let read = Call::get("/v1/my-report/messages").bearer(token);
        say::item("call", &format!("{}  200", read.shown()));
        let messages = self.client.send(read).await?.expect(200)?;
        for message in messages.list("/data")? {
            let text = |part: &str| message.pointer(part).and_then(Value::as_str).unwrap_or_default();
            let who = if text("/direction") == "to_reporter" { "officer" } else { "citizen" };
            say::item("", &format!("{who}: \"{}\"", text("/body")));
        }
        let Some(answer) = answer else { return Ok(()) };
        self.secrets.push(answer.to_owned());
        let call = Call::post("/v1/my-report/messages", json!({ "body": answer })).bearer(token).keyed();
        say::item("call", &call.shown());
        self.client.send(call).await?.expect(201)?;
        say::item("answer", &format!("201, kept: \"{answer}\""));
        self.status(&report.number).await?;
        self.pass_time().await.map(drop)
    }

    /// The officer reads what the reporter answered.
    pub async fn correspondence(&mut self, who: &str, report: &Report) -> Result<(), StartError> {
        let call = Call::get(format!("/v1/cases/{}/messages", report.case));
        say::item("call", &format!("{who}: {}", call.shown()));
        let messages = self.client.send_as(who, call).await?.expect(200)?;
        say::item("answer", &format!("200, {} messages", messages.list("/data")?.len()));
        Ok(())
    }

    /// The case's timeline in one line.
    pub async fn timeline(&mut self, who: &str, report: &Report) -> Result<(), StartError> {
        let call = Call::get(format!("/v1/cases/{}/events", report.case));
        self.step("The whole course of the case, as the timeline keeps it.");
        say::item("call", &format!("{who}: {}", call.shown()));
        let events = self.client.send_as(who, call).await?.expect(200)?;
        let kinds = events.list("/data")?.iter().filter_map(|event| event.pointer("/kind")?.as_str());
        say::item("answer", &kinds.collect::<Vec<_>>().join(" > "));
        Ok(())
    }

    /// Moves the clock.
    pub async fn wait(&mut self, days: i64) -> Result<(), StartError> {
        self.clock.advance(Duration::days(days));
        say::item("clock", &format!("{days} days later: {}", self.today()));
        self.pass_time().await.map(drop)
    }

    /// Lets the quiet time pass, and shows what was mailed.
    async fn pass_time(&mut self) -> Result<Vec<std::path::PathBuf>, StartError> {
        self.clock.advance(self.quiet);
        let news = self.mails.news(&mut self.client, self.clock.now()).await?;
        for one in &news {
            // A run that was broken off leaves a case that goes on by itself: its question runs out of time.
            let ours = one.file.is_none() || self.numbers.iter().any(|number| one.text.contains(number));
            say::item("mail", &if ours { one.text.clone() } else { format!("{} (of an earlier run)", one.text) });
        }
        Ok(news.into_iter().filter_map(|one| one.file).collect())
    }

    /// This belongs in no mail either.
    pub fn keep(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// What the citizen wrote belongs in no mail.
    fn keep_secret(&mut self, report: &Value) {
        let places = ["/conduct/description", "/conduct/place", "/subject/name", "/subject/agency", "/reporter/name"];
        let texts = places.iter().filter_map(|place| report.pointer(place)?.as_str().map(ToOwned::to_owned));
        self.secrets.extend(texts);
    }

    /// Looks at the pages for people, and through the mails for what must not be in them.
    pub async fn look_round(&mut self) -> Result<(), StartError> {
        for page in ["/docs/", "/openapi.yaml", "/problems", "/problems/guard-failed", "/readyz"] {
            let found = self.client.send(Call::get(page)).await?;
            let status = if page == "/readyz" { 204 } else { 200 };
            found.expect(status)?;
        }
        say::line("");
        let files = self.mails.new_files();
        if self.mails.readable() {
            let told = |mail: &String| self.secrets.iter().any(|secret| mail.contains(secret));
            if files.iter().filter_map(|file| mails::read(file)).any(|mail| told(&mail)) {
                return Err("a mail holds a name, an allegation or an answer".into());
            }
            say::paragraph(&format!(
                "Looked through all {} mails: none holds the name of an official or a citizen, or what was reported.",
                files.len()
            ));
        }
        say::line(&format!("Everything above went over HTTP to {}.", self.client.base()));
        Ok(())
    }
}

/// Shows a refusal, which must name this condition.
fn named(answer: &Answer, guard: &str) -> Result<(), StartError> {
    let guards = answer.list("/guards")?;
    let name = |guard: &Value| guard.pointer("/name").and_then(Value::as_str).map(ToOwned::to_owned);
    if !guards.iter().any(|found| name(found).as_deref() == Some(guard)) {
        return Err(format!("the refusal does not name the condition {guard}").into());
    }
    for guard in guards {
        let text = guard.pointer("/detail").and_then(Value::as_str).unwrap_or_default();
        let name = name(guard).unwrap_or_default();
        say::item("answer", &format!("422 {}: {name} ({text})", answer.text("/code")?));
    }
    Ok(())
}

/// An action in one line: its verb and its short values. Texts and persons stay out.
fn summary(act: &Value) -> String {
    let mut parts = vec![act.pointer("/action").and_then(Value::as_str).unwrap_or_default().to_owned()];
    let input = act.pointer("/input").and_then(Value::as_object);
    for (name, value) in input.into_iter().flatten() {
        match value {
            Value::String(text) if text.len() <= 40 => parts.push(format!("{name}={text}")),
            Value::Bool(flag) => parts.push(format!("{name}={flag}")),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let short: Vec<&str> = items.iter().filter_map(Value::as_str).filter(|text| text.len() <= 16).collect();
                if !short.is_empty() {
                    parts.push(format!("{name}={}", short.join(",")));
                }
            }
            Value::Object(document) => {
                if let Some(number) = document.get("number").and_then(Value::as_str) {
                    parts.push(format!("{name}={number}"));
                }
            }
            _ => {}
        }
    }
    parts.join(" ")
}
