//! What the demonstration prints: plain text, aligned, at most 100 columns. It decides nothing about the story.

use std::io::Write as _;

const WIDTH: usize = 100;
const LABEL: usize = 9;

/// One line.
pub fn line(text: &str) {
    // A reader who went away (`| head`) must not leave the story half-way and a server running.
    let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
}

/// A chapter.
pub fn heading(text: &str) {
    line("");
    line(text);
    line(&"=".repeat(text.chars().count()));
}

/// Running text.
pub fn paragraph(text: &str) {
    wrap(text, WIDTH).iter().for_each(|text| line(text));
}

/// A step of the story.
pub fn step(number: &str, text: &str) {
    line("");
    let indent = " ".repeat(number.len() + 3);
    for (i, text) in wrap(text, WIDTH - indent.len()).iter().enumerate() {
        line(&if i == 0 { format!("[{number}] {text}") } else { format!("{indent}{text}") });
    }
}

/// A labelled line under a step; what does not fit continues below.
pub fn item(label: &str, text: &str) {
    let indent = 4 + LABEL + 1;
    for (i, text) in wrap(text, WIDTH - indent).iter().enumerate() {
        let label = if i == 0 { label } else { "" };
        line(&format!("    {label:<LABEL$} {text}"));
    }
}

/// Breaks at blanks. A word longer than the line stays whole: it is a path or an address that will be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for given in text.lines() {
        let mut current = String::new();
        for word in given.split_inclusive(' ') {
            if !current.is_empty() && current.chars().count() + word.trim_end().chars().count() > width {
                lines.push(std::mem::take(&mut current));
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_blanks_and_nothing_is_lost() {
        let text = "Laporan Anda sedang diperiksa oleh inspektorat kota.";
        let lines = wrap(text, 20);
        assert!(lines.iter().all(|line| line.trim_end().len() <= 20), "{lines:?}");
        assert_eq!(lines.concat(), text);
        assert_eq!(wrap("/var/lib/netral/postgres/data", 10), ["/var/lib/netral/postgres/data"]);
    }
}
