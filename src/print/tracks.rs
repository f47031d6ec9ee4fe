//! The tables of the tracks as text, for a terminal and for docs/workflow.md, with what the codes of mails stand for.
//! Only prints what `domain` says.

use std::fmt::Write;

use super::{or_dash, roles, states};
use crate::domain::case::State;
use crate::domain::ids::Language;
use crate::domain::notice::{Audience, Notice};
use crate::domain::tracks::driven::{DRIVEN, Driven};
use crate::domain::tracks::rules::{Datum, TRACK_RULES, TrackRule};
use crate::domain::tracks::{Track, TrackState};
use crate::domain::workflow::RULES;

fn rules_of(track: Track) -> impl Iterator<Item = &'static TrackRule> {
    TRACK_RULES.iter().filter(move |rule| rule.track == track)
}

fn driven_of(track: Track) -> impl Iterator<Item = &'static Driven> {
    DRIVEN.iter().filter(move |line| line.track == track)
}

fn names<T: std::fmt::Display>(list: &[T], between: &str) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

fn mails(notices: &[(Notice, Audience)]) -> String {
    let mails = notices.iter().map(|(notice, audience)| format!("{} {audience}", notice.code()));
    mails.collect::<Vec<_>>().join(", ")
}

fn data(rule: &TrackRule) -> String {
    let needed = rule.needs.iter().map(|datum: &Datum| format!("{datum}"));
    let taken = rule.takes.iter().map(|datum: &Datum| format!("[{datum}]"));
    needed.chain(taken).collect::<Vec<_>>().join(", ")
}

/// The tracks for a terminal.
pub(super) fn text(text: &mut String) {
    for track in Track::ALL {
        let _ = writeln!(text, "\nTrack {track}:");
        for line in driven_of(*track) {
            let _ = writeln!(text, "  {} brings it to {}", line.verb, names(line.to, " or "));
        }
        for rule in rules_of(*track) {
            let _ = writeln!(
                text,
                "  {} -> {} while the case is in {}",
                names(rule.from, ", "),
                rule.to,
                states(rule.within)
            );
            let _ = writeln!(text, "      by {}", roles(rule.permission));
            let checks = names(&rule.guards.iter().map(|guard| guard.name).collect::<Vec<_>>(), ", ");
            for (head, list) in [("needs", data(rule)), ("checks", checks), ("tells", mails(rule.notices))] {
                if !list.is_empty() {
                    let _ = writeln!(text, "      {head} {list}");
                }
            }
        }
    }
}

/// The tracks for docs/workflow.md.
pub(super) fn markdown(text: &mut String) {
    text.push_str(
        "\n## Tracks (jalur)\n\nWhat runs beside the main state. A step of a track never moves the main state, but a case closes only when no \
         track is live: until then it stays in `monitoring` with its result. Labelled arrows are taken by transitions of the case itself; \
         data in brackets may be left out.\n",
    );
    for track in Track::ALL {
        let (id, en) = (track.label(Language::Indonesian), track.label(Language::English));
        let _ = writeln!(text, "\n### {id} ({en}): `{track}`\n\n```mermaid\nstateDiagram-v2");
        diagram(text, *track);
        text.push_str("```\n\n| Langkah | Step | From | While the case is in | By | Data | Conditions | Deadlines | Mail |\n|---|---|---|---|---|---|---|---|---|\n");
        for rule in rules_of(*track) {
            let conditions: Vec<&str> = rule.guards.iter().map(|guard| guard.name).collect();
            let _ = writeln!(
                text,
                "| {} | `{}` | {} | {} | {} | {} | {} | {} | {} |",
                rule.to.label(Language::Indonesian),
                rule.to,
                names(rule.from, ", "),
                states(rule.within),
                roles(rule.permission),
                or_dash(data(rule)),
                or_dash(conditions.join(", ")),
                or_dash(rule.deadlines.join(", ")),
                or_dash(mails(rule.notices)),
            );
        }
        for line in driven_of(*track) {
            let (step, id) =
                (names(line.to, ", "), RULES.iter().find(|rule| rule.verb == line.verb).map(|rule| rule.id));
            let by = format!("{} `{}`", id.unwrap_or_default(), line.verb);
            let _ = writeln!(text, "| – | {step} | – | – | {by} | – | – | – | – |");
        }
    }
}

/// Officers' steps by their states; what transitions of the case do, from wherever the track stands.
fn diagram(text: &mut String, track: Track) {
    let ended = |state: &TrackState| if state.is_live() { state.to_string() } else { "[*]".to_owned() };
    // What a transition of the case does as well is drawn once, with its name.
    let by_the_case = |rule: &TrackRule| {
        rule.within == [State::Monitoring] && driven_of(track).any(|line| line.to.contains(&rule.to))
    };
    let mut edges: Vec<String> = Vec::new();
    for rule in rules_of(track).filter(|rule| !by_the_case(rule)) {
        let to = if rule.to == TrackState::None { "[*]".to_owned() } else { rule.to.to_string() };
        edges.extend(rule.from.iter().map(|from| format!("    {} --> {to}\n", ended(from))));
    }
    let mut drawn: Vec<&str> = Vec::new();
    for edge in &edges {
        if !drawn.contains(&edge.as_str()) {
            drawn.push(edge);
            text.push_str(edge);
        }
    }
    let mut reached: Vec<TrackState> = driven_of(track).flat_map(|line| line.to).copied().collect();
    reached.sort_unstable();
    reached.dedup();
    if reached.iter().any(|to| !to.is_live()) {
        let _ = writeln!(text, "    any_live: setiap keadaan berjalan (any live state)");
    }
    for to in reached {
        let verbs: Vec<&str> =
            driven_of(track).filter(|line| line.to.contains(&to)).map(|line| line.verb.as_str()).collect();
        let from = if to.is_live() { "[*]" } else { "any_live" };
        let to = if to == TrackState::None { "[*]".to_owned() } else { to.to_string() };
        let _ = writeln!(text, "    {from} --> {to}: {}", verbs.join(", "));
    }
}

/// What the codes in the columns "Mail" stand for.
pub(super) fn mail_names(text: &mut String) {
    text.push_str("\n## Mail (surel)\n\n| Code | Surel | Mail |\n|---|---|---|\n");
    let mut notices = Notice::ALL.to_vec();
    notices.sort_by_key(|notice| notice.code());
    for notice in notices {
        let (id, en) = (notice.label(Language::Indonesian), notice.label(Language::English));
        let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.mail_code(notice)).collect();
        codes.sort_unstable();
        codes.dedup();
        let _ = writeln!(text, "| {} | {id} | {en} |", codes.join(", "));
    }
}
