//! Facts of which only sets are known: what is scored for any facts inside the sets lies inside the bounds.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::cast_possible_truncation, reason = "a test makes up its facts")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use program::{kaoping, root};
use rust_decimal::Decimal;
use serde_json::Value;

/// A small generator of numbers, so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A table of facts, with the columns of units and tiers first.
fn table(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn write(table: &[Vec<String>], path: &Path) {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path).unwrap();
    table.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

/// A set that holds a number, in one of the ways to write it; none where the cell is no plain number.
fn set_around(cell: &str, dice: &mut Dice) -> Option<String> {
    let (digits, suffix) = cell.strip_suffix('%').map_or((cell, ""), |digits| (digits, "%"));
    let value: Decimal = digits.parse().ok().filter(|value: &Decimal| !value.is_sign_negative())?;
    let unit = Decimal::new(1, value.scale());
    let mut away = |most: u64| unit * Decimal::from(dice.below(most));
    let (down, up) = (away(6).min(value), away(6));
    let shown = |value: Decimal| format!("{value}{suffix}");
    Some(match dice.below(6) {
        0 => "?".to_owned(),
        1 => format!("≥{}", shown(value - down)),
        2 => format!("≤{}", shown(value + up)),
        3 => format!("{{{},{}}}", shown(value), shown(value + up)),
        4 => format!("({},{}]", shown(value - down - unit), shown(value + up)).replace("(-", "[-"),
        _ => format!("[{},{}]", shown(value - down), shown(value + up)),
    })
    .filter(|written| !written.contains('-'))
}

fn score(policy: &Path, period: &str, facts: &Path) -> Result<Value, String> {
    let run = kaoping(root(), &["score", policy.to_str().unwrap(), "--period", period, "--facts", facts.to_str().unwrap(), "--format", "json"]);
    if matches!(run.status, 0 | 3) { Ok(serde_json::from_str(&run.out).unwrap()) } else { Err(run.err) }
}

fn units(results: &Value) -> BTreeMap<String, &Value> {
    results["units"].as_array().unwrap().iter().map(|unit| (unit["unit"].as_str().unwrap().to_owned(), unit)).collect()
}

fn number(value: &Value) -> Option<Decimal> {
    value.as_str().map(|text| text.parse().unwrap()).or_else(|| value.as_u64().map(Decimal::from))
}

/// Whether an exact result lies inside what is said of it in part: its state among the possible ones, its number in between.
fn inside(exact: &Value, known: &Value, number_of: &str, what: &str) {
    let state = &exact["status"];
    if known["status"] == "partly_known" {
        let possible = known["possible"].as_array().unwrap_or_else(|| panic!("{what}: {known}"));
        assert!(possible.contains(state), "{what}: {state} is not among {possible:?}");
        if let Some(value) = number(&exact[number_of]) {
            let ends = known["interval"].as_array().unwrap_or_else(|| panic!("{what}: {known}"));
            assert!(number(&ends[0]).is_none_or(|low| low <= value), "{what}: {value} below {ends:?}");
            assert!(number(&ends[1]).is_none_or(|high| value <= high), "{what}: {value} above {ends:?}");
        }
    } else {
        assert_eq!(known["status"], *state, "{what}");
        assert_eq!(known[number_of], exact[number_of], "{what}");
    }
}

/// Compares two results of a standard, one from facts inside the sets of the other; how many values were bounds.
fn compare(exact: &Value, known: &Value, name: &str) -> usize {
    let (exact, known) = (units(exact), units(known));
    let mut bounds = 0;
    for (unit, exact) in &exact {
        let known = known[unit];
        inside(exact, known, "total", &format!("{name} {unit} total"));
        for (indicator, score) in exact["indicators"].as_object().unwrap() {
            let other = &known["indicators"][indicator];
            inside(score, other, "score", &format!("{name} {unit} {indicator}"));
            bounds += usize::from(other["status"] == "partly_known");
        }
        let place = number(&exact["rank"]);
        if let (Some(place), Some(ends)) = (place, known["rank_interval"].as_array()) {
            let ends: Vec<Decimal> = ends.iter().map(|end| number(end).unwrap()).collect();
            assert!(ends[0] <= place && place <= ends[1], "{name} {unit}: place {place} outside {ends:?}");
        } else if known["status"] == "scored" && known["provisional"] == false {
            assert_eq!(known["rank"], exact["rank"], "{name} {unit}");
        }
    }
    bounds
}

/// Standards with the facts of a period in one table.
fn cases() -> Vec<(PathBuf, &'static str, PathBuf)> {
    let mut found = vec![(root().join("policies/lianyungang"), "2020-11", root().join("golden/lianyungang/2020-11/facts.csv"))];
    for entry in fs::read_dir(root().join("golden/constructs")).unwrap() {
        let folder = entry.unwrap().path();
        if folder.join("units.csv").is_file() {
            found.push((folder.join("zh"), "2024-01", folder.join("units.csv")));
        }
    }
    found.sort();
    found
}

#[test]
fn results_of_any_facts_inside_the_sets_lie_inside_the_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let (mut scored, mut bounds) = (0, 0);
    for (policy, period, facts) in cases() {
        let exact_table = table(&facts);
        let Ok(exact) = score(&policy, period, &facts) else { continue };
        for seed in 0..6 {
            let mut dice = Dice(seed * 7919 + 17);
            let mut wide = exact_table.clone();
            for row in wide.iter_mut().skip(1) {
                for cell in row.iter_mut().skip(1) {
                    if dice.below(3) == 0 {
                        if let Some(set) = set_around(cell, &mut dice) {
                            *cell = set;
                        }
                    }
                }
            }
            write(&wide, &path);
            let name = format!("{} {seed}", policy.display());
            match score(&policy, period, &path) {
                Ok(known) => {
                    bounds += compare(&exact, &known, &name);
                    scored += 1;
                }
                // what is attribute of a unit, a grade or a time in the table is no number that a set may stand for
                Err(err) => assert!(err.contains("K05"), "{name}: {err}"),
            }
        }
    }
    assert!(scored > 150, "{scored}");
    assert!(bounds > 500, "{bounds}");
}
