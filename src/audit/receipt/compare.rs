//! What differs between a section as it is recorded and as it comes out again.

use serde_json::Value;

/// One place where two sections differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The way to it, one name after another.
    pub(super) place: Vec<String>,
    pub(super) recorded: Option<String>,
    pub(super) found: Option<String>,
}

/// By what an element of a list is called.
const LABELS: &[&str] = &["unit", "tier", "path", "step", "input", "list", "name"];

/// Every place where two values differ; nothing where they are the same data.
pub(super) fn differences(recorded: &Value, found: &Value) -> Vec<Difference> {
    let mut all = Vec::new();
    compare(recorded, found, &mut Vec::new(), &mut all);
    all
}

fn compare(recorded: &Value, found: &Value, place: &mut Vec<String>, all: &mut Vec<Difference>) {
    match (recorded, found) {
        (a, b) if a == b => {}
        (Value::Object(a), Value::Object(b)) => {
            for (name, value) in a {
                inside(Some(value), b.get(name), name, place, all);
            }
            for (name, value) in b.iter().filter(|(name, _)| !a.contains_key(*name)) {
                inside(None, Some(value), name, place, all);
            }
        }
        (Value::Array(a), Value::Array(b)) => lists(a, b, place, all),
        (a, b) => all.push(Difference { place: place.clone(), recorded: Some(brief(a)), found: Some(brief(b)) }),
    }
}

fn inside(recorded: Option<&Value>, found: Option<&Value>, name: &str, place: &mut Vec<String>, all: &mut Vec<Difference>) {
    place.push(name.to_owned());
    match (recorded, found) {
        (Some(a), Some(b)) => compare(a, b, place, all),
        (a, b) => all.push(Difference { place: place.clone(), recorded: a.map(brief), found: b.map(brief) }),
    }
    place.pop();
}

fn lists(a: &[Value], b: &[Value], place: &mut Vec<String>, all: &mut Vec<Difference>) {
    let Some((names_a, names_b)) = labels(a).zip(labels(b)) else {
        for at in 0..a.len().max(b.len()) {
            inside(a.get(at), b.get(at), &at.to_string(), place, all);
        }
        return;
    };
    let places: std::collections::BTreeMap<&str, usize> = names_b.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let before = all.len();
    for (name, value) in names_a.iter().zip(a) {
        inside(Some(value), places.get(name.as_str()).and_then(|at| b.get(*at)), name, place, all);
    }
    let known: std::collections::BTreeSet<&str> = names_a.iter().map(String::as_str).collect();
    for (name, value) in names_b.iter().zip(b).filter(|(name, _)| !known.contains(name.as_str())) {
        inside(None, Some(value), name, place, all);
    }
    if all.len() == before && names_a != names_b {
        all.push(Difference { place: place.clone(), recorded: Some(names_a.join(" ")), found: Some(names_b.join(" ")) });
    }
}

/// The names of all elements of a list, where each has one of its own.
fn labels(list: &[Value]) -> Option<Vec<String>> {
    let label = LABELS.iter().find(|label| list.first().is_some_and(|first| first.get(**label).is_some()))?;
    let names: Option<Vec<String>> = list.iter().map(|value| value.get(label).map(brief)).collect();
    let names = names?;
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    (distinct.len() == names.len()).then_some(names)
}

/// A value in few words.
fn brief(value: &Value) -> String {
    const LONGEST: usize = 100;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(a: &Value, b: &Value) -> Vec<(String, Option<String>, Option<String>)> {
        differences(a, b).into_iter().map(|one| (one.place.join("/"), one.recorded, one.found)).collect()
    }

    #[test]
    fn elements_are_found_by_their_names_and_every_difference_is_told() {
        let a = json!([{"unit": "甲", "total": "1"}, {"unit": "乙", "total": "2"}]);
        let b = json!([{"unit": "乙", "total": "3"}, {"unit": "甲", "total": "1"}, {"unit": "丙"}]);
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(told(&a, &b), [("乙/total".to_owned(), of("2"), of("3")), ("丙".to_owned(), None, of(r#"{"unit":"丙"}"#))]);
        assert_eq!(told(&json!([{"unit": "甲"}, {"unit": "乙"}]), &json!([{"unit": "乙"}, {"unit": "甲"}])), [(String::new(), of("甲 乙"), of("乙 甲"))]);
        assert_eq!(told(&json!([1, 2]), &json!([1])), [("1".to_owned(), of("2"), None)]);
        assert_eq!(told(&a, &a), []);
    }
}
