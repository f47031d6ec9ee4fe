//! Numbers of cases and reports within JSON, whatever they are called there: which it names, and the same without some. Looks
//! nothing up, and must not decide who may know of which.

use serde_json::Value;

/// Whether a text is a number of a case, `REG-<agency>-<year>-<sequence>`, or of a report.
fn is_number(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>| part.is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
    match parts.next() {
        Some("REG") => parts.next().is_some() && digits(parts.next()) && digits(parts.next()) && parts.next().is_none(),
        Some("NTR") => digits(parts.next()) && parts.next().is_some() && parts.next().is_none(),
        _ => false,
    }
}

/// The numbers within a text, as they are stored.
fn numbers_of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').map(str::to_ascii_uppercase);
    words.filter(|word| is_number(word))
}

/// Hands over every text in a value, however deep.
fn texts<'a>(value: &'a Value, take: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, take)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, take)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The numbers that are the whole of a text: what the value is about.
pub fn named_in(value: &Value) -> Vec<String> {
    let mut numbers = Vec::new();
    texts(value, &mut |text| numbers.extend(is_number(text).then(|| text.to_owned())));
    numbers
}

/// The numbers anywhere in a text, what somebody wrote in passing included.
pub fn mentioned_in(value: &Value) -> Vec<String> {
    let mut numbers = Vec::new();
    texts(value, &mut |text| numbers.extend(numbers_of(text)));
    numbers
}

/// Takes out every text that mentions one of these cases, and reasons beside it, which may tell of it. True when there was one.
pub fn leave_out(value: &mut Value, hidden: &[String]) -> bool {
    let tells = |value: &Value| matches!(value, Value::String(text) if numbers_of(text).any(|it| hidden.contains(&it)));
    match value {
        Value::Array(items) => {
            let all = items.len();
            items.retain(|item| !tells(item));
            let touched = items.len() < all;
            items.iter_mut().fold(touched, |touched, item| leave_out(item, hidden) || touched)
        }
        Value::Object(fields) => {
            let all = fields.len();
            fields.retain(|_, field| !tells(field));
            let touched = fields.len() < all;
            let touched = fields.values_mut().fold(touched, |touched, field| leave_out(field, hidden) || touched);
            if touched {
                fields.retain(|name, _| !name.ends_with("reason"));
            }
            touched
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_found_and_left_out_wherever_it_stands_with_the_reason_beside_it() {
        let (one, other) = ("REG-BKN-2026-1000001", "REG-BKN-2026-1000002");
        let mut told = json!({
            "action": "any", "input": { "deep": [{ "from": one, "number": 7 }], "list": [one, other], "reason": "Sama." },
            "note": format!("Lihat {}.", one.to_lowercase()), "to": "REG-BKN", "phase_reason": "Sama.",
        });
        assert_eq!(named_in(&told), [one, one, other]);
        assert_eq!(mentioned_in(&told).len(), 4);
        assert!(!leave_out(&mut told.clone(), &["REG-BKN-2026-1".to_owned()]), "another number");
        assert!(leave_out(&mut told, &[one.to_owned()]));
        let left = json!({ "action": "any", "input": { "deep": [{ "number": 7 }], "list": [other] }, "to": "REG-BKN" });
        assert_eq!(told, left);
    }

    #[test]
    fn a_report_is_named_by_its_number_and_nothing_else_is_a_number() {
        assert_eq!(named_in(&json!({ "complaint_number": "NTR-2026-7K3M9QX2B" })), ["NTR-2026-7K3M9QX2B"]);
        assert!(
            named_in(&json!(["REG-BKN-2026", "REG--x-1", "REG-BKN-2026-1-2", "2026-11-18", "NTR-2026"])).is_empty()
        );
    }
}
