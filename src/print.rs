//! The tables of the product as text: for a terminal, and as docs/workflow.md and docs/authorization.md. Only prints
//! what `domain` says; nothing is written here a second time.

use std::fmt::Write;

use crate::domain::action::Verb;
use crate::domain::actor::{Role, Scope};
use crate::domain::case::State;
use crate::domain::decide::denies_sanction;
use crate::domain::guards::ALL_TRACKS_TERMINAL;
use crate::domain::ids::Language;
use crate::domain::policy::{GRANTS, Permission, opened_by};
use crate::domain::tracks::rules::TRACK_RULES;
use crate::domain::workflow::{Firer, OPENING, OPENING_DEADLINES, OPENING_NOTICES, RULES, Rule, Target};

mod deadlines;
mod tracks;

fn states(states: &[State]) -> String {
    if states.len() == State::ALL.len() - 1 {
        return "any open state".to_owned();
    }
    states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ")
}

fn target(rule: &Rule) -> String {
    match rule.to {
        Target::To(state) => state.as_str().to_owned(),
        Target::Return => "the state the question was asked in".to_owned(),
        Target::Close(reason) if rule.verb == Verb::Merge => {
            format!("closed ({reason}); live tracks go over to the master")
        }
        Target::Close(reason) if rule.guards.iter().any(|guard| guard.name == ALL_TRACKS_TERMINAL.name) => {
            format!("closed ({reason})")
        }
        // T24 ends what stood.
        Target::Close(reason) if denies_sanction(reason) && rule.verb != Verb::ReportUnproven => {
            format!("closed ({reason}), or monitoring while a track is live or a sanction stands")
        }
        Target::Close(reason) => format!("closed ({reason}), or monitoring while a track is live"),
        Target::CloseWithResult => "closed (the result on record)".to_owned(),
    }
}

fn roles(permission: Permission) -> String {
    let roles = GRANTS.iter().filter(|grant| grant.permissions.contains(&permission));
    roles.map(|grant| grant.role.as_str()).collect::<Vec<_>>().join(", ")
}

fn firer(by: Firer) -> String {
    match by {
        Firer::Officer(permission) => roles(permission),
        Firer::Reporter => "reporter".to_owned(),
        Firer::Timer => "timer".to_owned(),
    }
}

fn notices(rule: &Rule) -> String {
    let told = rule.notices.iter().map(|(notice, audience)| format!("{} {audience}", rule.mail_code(*notice)));
    told.collect::<Vec<_>>().join(", ")
}

fn guards(rule: &Rule) -> String {
    rule.guards.iter().map(|guard| guard.name).collect::<Vec<_>>().join(", ")
}

/// The transition table for a terminal.
pub fn rules_text() -> String {
    let mut text = String::new();
    let _ = writeln!(text, "T01 submit: -> {OPENING}");
    for rule in RULES {
        let _ = writeln!(text, "{} {}: {} -> {}", rule.id, rule.verb, states(rule.from), target(rule));
        let _ = writeln!(text, "      by {}", firer(rule.by));
        if let Some(approval) = rule.approval {
            let _ = writeln!(text, "      approved by another: {}", roles(approval));
        }
        for (head, list) in [("checks", guards(rule)), ("tells", notices(rule))] {
            if !list.is_empty() {
                let _ = writeln!(text, "      {head} {list}");
            }
        }
    }
    tracks::text(&mut text);
    text
}

const WORKFLOW_HEAD: &str = "# Workflow\n\n\
    Printed by `netral rules --markdown` from the tables in `src/domain/workflow.rs` and `src/domain/tracks/`; a test fails when it is stale.\n\n\
    ## Diagram\n\n```mermaid\nstateDiagram-v2\n";

/// docs/workflow.md.
pub fn workflow_markdown() -> String {
    let mut text = WORKFLOW_HEAD.to_owned();
    let _ = writeln!(text, "    [*] --> {OPENING}: T01");
    for rule in RULES {
        for from in rule.from.iter().filter(|_| rule.from.len() < State::ALL.len() - 1) {
            let to = match rule.to {
                Target::To(state) => state.as_str(),
                Target::Close(_) | Target::CloseWithResult => State::Closed.as_str(),
                Target::Return => continue,
            };
            let _ = writeln!(text, "    {from} --> {to}: {} {}", rule.id, rule.verb);
        }
    }
    let _ = writeln!(
        text,
        "    awaiting_reporter --> triage: T04, T05\n    awaiting_reporter --> inspectorate_review: T04, T05"
    );
    let _ = writeln!(
        text,
        "    closed --> [*]\n```\n\n`T30 record_departure` leads from any open state to `closed` or `monitoring` and is left out of the diagram.\n"
    );
    states_table(&mut text);
    rules_table(&mut text);
    deadlines::markdown(&mut text);
    tracks::markdown(&mut text);
    conditions(&mut text);
    tracks::mail_names(&mut text);
    text
}

fn states_table(text: &mut String) {
    text.push_str("## States\n\n| State | Petugas | Masyarakat | Public |\n|---|---|---|---|\n");
    for state in State::ALL {
        let (id, en) = (Language::Indonesian, Language::English);
        let _ = writeln!(
            text,
            "| `{state}` | {} | {} | {} |",
            state.label(id),
            state.public_label(id),
            state.public_label(en)
        );
    }
}

fn rules_table(text: &mut String) {
    text.push_str("\n## Transitions\n\n| Id | Action | From | To | Fired by | Approved by | Deadlines | Conditions | Mail |\n|---|---|---|---|---|---|---|---|---|\n");
    let opening: Vec<String> =
        OPENING_NOTICES.iter().map(|(notice, audience)| format!("{} {audience}", notice.code())).collect();
    let _ = writeln!(
        text,
        "| T01 | `submit` | – | `{OPENING}` | reporter | – | {} | – | {} |",
        OPENING_DEADLINES.join(", "),
        opening.join(", ")
    );
    for rule in RULES {
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} | {} | {} | {} | {} |",
            rule.id,
            rule.verb,
            states(rule.from),
            target(rule),
            firer(rule.by),
            rule.approval.map_or_else(|| "–".to_owned(), roles),
            or_dash(rule.deadlines.join(", ")),
            or_dash(guards(rule)),
            or_dash(notices(rule)),
        );
    }
    text.push_str(
        "\nWhenever the public label changes the reporter is told (M6b), even where the row does not say so.\n\n\
        No row names the conflict check, because it is made before every action and every approval, not for T02 alone: to an officer who \
        is the subject, of the subject's work unit, the reporter or recused, the case does not exist \
        ([exclusions](authorization.md#exclusions)).\n",
    );
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}

fn conditions(text: &mut String) {
    text.push_str("\n## Conditions\n\n| Name | Syarat | Condition |\n|---|---|---|\n");
    let mut seen = Vec::new();
    let of_tracks = TRACK_RULES.iter().flat_map(|rule| rule.guards);
    for guard in RULES.iter().flat_map(|rule| rule.guards).chain(of_tracks) {
        if seen.contains(&guard.name) {
            continue;
        }
        seen.push(guard.name);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            guard.name,
            guard.text(Language::Indonesian),
            guard.text(Language::English)
        );
    }
}

/// Who may do what, for a terminal.
pub fn grants_text() -> String {
    let mut text = String::new();
    for grant in GRANTS {
        let permissions: Vec<&str> = grant.permissions.iter().map(|permission| permission.as_str()).collect();
        let _ = writeln!(text, "{} ({}): {}", grant.role, grant.reach, permissions.join(", "));
    }
    text
}

const EXCLUSIONS: &str = "\n## Exclusions\n\n\
    To these officers a case does not exist, whatever their seat: lists leave it out, and its address is not found.\n\n\
    - The subject himself: a NIP, NI PPPK or NIK that he has or had, or that is known of the same person, is the subject's.\n\
    - Whoever holds or held a seat, the one acted through or another, in the subject's own work unit of the subject's agency; before \
      acceptance, of the agency whose name or code the reporter typed. A unit given anew takes nothing away.\n\
    - Where the subject is protected by his office or close to the PPK, whoever holds a seat at the subject's agency or at one below it.\n\
    - Whoever reported it: an address or NIK of the report is his.\n\
    - Whoever stepped back from the case.\n\
    - Any of these on a case that was merged into it, that it was merged into, or that was merged with it.\n\n\
    Who sent a report is opened to nobody who is kept from any case that reads it, also where a case split from it may be read.\n\n\
    Mails and digests leave it out as well, an owner loses it, and a kept answer about it is not repeated.\n\n\
    Where the subject is protected by his office the case moves one level up: the agency that reviews in place of the \
    subject's own also acts as PPK, and the subject's agency no longer does.\n";

/// docs/authorization.md: permission by role.
pub fn grants_markdown() -> String {
    let mut text = "# Authorization\n\n\
        Printed by `netral grants --markdown` from the table in `src/domain/policy.rs`; a test fails when it is stale.\n\n\
        A permission counts only on a case within the reach of the seat, and the exclusions always win.\n\n## Reach\n\n| Role | Jabatan | Reach |\n|---|---|---|\n"
        .to_owned();
    for grant in GRANTS {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            grant.role,
            grant.role.label(Language::Indonesian),
            grant.reach.label(Language::English)
        );
    }
    text.push_str(EXCLUSIONS);
    text.push_str("\n## Scopes\n\nA token of a machine client is worth what the grant of its seat's role and its own scopes both name. It opens no write.\n\n| Scope | Opens |\n|---|---|\n");
    for scope in Scope::ALL {
        let opened: Vec<String> = opened_by(*scope).iter().map(|permission| format!("`{permission}`")).collect();
        let _ = writeln!(text, "| `{scope}` | {} |", opened.join(", "));
    }
    text.push_str("\n## Permissions\n\n| Permission |");
    for role in Role::ALL {
        let _ = write!(text, " {role} |");
    }
    text.push_str("\n|---|");
    text.push_str(&":-:|".repeat(Role::ALL.len()));
    text.push('\n');
    for permission in Permission::ALL {
        let _ = write!(text, "| `{permission}` |");
        for role in Role::ALL {
            let has = GRANTS.iter().any(|grant| grant.role == *role && grant.permissions.contains(permission));
            text.push_str(if has { " ✓ |" } else { "  |" });
        }
        text.push('\n');
    }
    text
}
