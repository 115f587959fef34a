//! Every construct of the rule language, as one standard in both skins: `golden/constructs/<name>/{zh,en}/`.
//!
//! The expected values in the cases and in `expected.csv` were calculated by hand; `units.csv` holds the facts of a few units, or the
//! folder `facts` their records.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use kaoping::engine::compile;
use kaoping::source::read_policy;
use program::{kaoping, root};
use serde_json::Value;

const SKINS: [&str; 2] = ["zh", "en"];

fn constructs() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(root().join("golden/constructs")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The keywords of both skins, from the table that the program is built from.
fn keywords() -> Vec<(String, String)> {
    let source = fs::read_to_string(root().join("src/syntax/words.rs")).unwrap();
    let rows = source.lines().filter_map(|line| line.trim().strip_prefix("word(\"k_"));
    rows.map(|row| {
        let parts: Vec<&str> = row.split('"').collect();
        (parts[2].to_owned(), parts[4].to_owned())
    })
    .collect()
}

/// The words of a rule file outside texts, comments and quoted names.
fn words(rules: &str) -> Vec<String> {
    let mut plain = String::new();
    for line in rules.lines() {
        let mut open: Option<char> = None;
        for letter in line.chars() {
            match (open, letter) {
                (None, '#' | '＃') => break,
                (None, '"') => open = Some('"'),
                (None, '“') => open = Some('”'),
                (None, '「') => open = Some('」'),
                (None, letter) => plain.push(letter),
                (Some(end), letter) if letter == end => open = None,
                (Some(_), _) => {}
            }
        }
        plain.push('\n');
    }
    plain.split(|letter: char| !(letter.is_alphabetic() || letter == '_')).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words that the program itself puts into results, in the language of the rules: Chinese and English.
const OWN_WORDS: [(&str, &str); 6] = [
    ("缺数据 ", "missing "),
    ("待定 ", "pending "),
    (",暂按 0 分", ", stand-in 0 points"),
    ("2023-10 的数据、2023-09 的数据", "the facts of 2023-10, the facts of 2023-09"),
    ("各项均不适用", "no item applies"),
    ("各期均不参评", "exempt in every period"),
];

/// Reasons and assumptions with the program's own words in Chinese.
fn in_chinese(results: &mut Value) {
    match results {
        Value::String(text) => OWN_WORDS.iter().for_each(|(zh, en)| *text = text.replace(en, zh)),
        Value::Array(list) => list.iter_mut().for_each(in_chinese),
        Value::Object(fields) => fields.iter_mut().filter(|(name, _)| *name != "status").for_each(|(_, value)| in_chinese(value)),
        _ => {}
    }
}

/// The rules of a construct: of a text with rules inside, the lines between its fences.
fn rules(folder: &Path) -> String {
    if let Ok(rules) = fs::read_to_string(folder.join("标准.kp")) {
        return rules;
    }
    let (mut rules, mut inside) = (String::new(), false);
    for line in fs::read_to_string(folder.join("标准.kp.md")).unwrap().lines() {
        let bare = line.trim_start_matches(['>', ' ']);
        if bare.starts_with("```") || bare.starts_with("~~~") {
            inside = !inside;
        } else if inside {
            rules.extend([bare, "\n"]);
        }
    }
    rules
}

/// The facts of a construct: a table of units, or a folder with records.
fn facts(construct: &Path) -> Option<PathBuf> {
    ["units.csv", "facts"].iter().map(|name| construct.join(name)).find(|path| path.exists())
}

/// What a policy scores for the facts of its construct, without what names the standard.
fn results(construct: &Path, skin: &str) -> Value {
    let found = facts(construct).unwrap();
    results_of(construct, skin, ("2024-01", &found.file_name().unwrap().to_string_lossy()))
}

/// The same for a period and the facts of that name in the folder of the construct.
fn results_of(construct: &Path, skin: &str, (period, facts): (&str, &str)) -> Value {
    let (policy, facts) = (text(&construct.join(skin)), text(&construct.join(facts)));
    let run = kaoping(root(), &["score", &policy, "--period", period, "--facts", &facts, "--format", "json"]);
    assert!(matches!(run.status, 0 | 3), "{policy}: {}", run.err);
    let mut results: Value = serde_json::from_str(&run.out).unwrap();
    results.as_object_mut().unwrap().remove("standard").unwrap();
    in_chinese(&mut results);
    // how values from other periods are called is in the words of the skin
    results["units"].as_array_mut().unwrap().iter_mut().for_each(|unit| drop(unit.as_object_mut().unwrap().remove("periods")));
    results
}

#[test]
fn there_is_a_construct_in_every_folder() {
    let found = constructs();
    assert!(found.len() >= 25, "{}", found.len());
    for construct in found {
        for skin in SKINS {
            assert!(["标准.kp", "标准.kp.md"].iter().any(|name| construct.join(skin).join(name).is_file()), "{}", construct.display());
        }
    }
}

#[test]
fn both_skins_check_clean() {
    for construct in constructs() {
        for skin in SKINS {
            let policy = read_policy(&construct.join(skin)).unwrap();
            let found = compile(&policy.sources).diagnostics;
            let shown = kaoping::diag::to_text(&found, &policy.sources, None, kaoping::diag::Colour::Off);
            assert!(found.is_empty(), "{} {skin}\n{shown}", construct.display());
        }
    }
}

#[test]
fn the_cases_of_both_skins_pass() {
    for construct in constructs() {
        for skin in SKINS {
            let folder = text(&construct.join(skin));
            let run = kaoping(root(), &["test", &folder]);
            assert_eq!(run.status, 0, "{folder}\n{}{}", run.out, run.err);
        }
    }
}

#[test]
fn each_skin_is_written_in_its_own_words() {
    let keywords = keywords();
    for construct in constructs() {
        let [zh, en] = SKINS.map(|skin| words(&rules(&construct.join(skin))));
        // what is spelled alike in both is of either
        for (chinese, english) in keywords.iter().filter(|(chinese, english)| chinese != english) {
            assert!(!en.contains(chinese), "{}: {chinese} in the English skin", construct.display());
            let first = english.split(' ').next().unwrap();
            assert!(!zh.iter().any(|word| word == first), "{}: {first} in the Chinese skin", construct.display());
        }
    }
}

#[test]
fn both_skins_give_the_same_results() {
    let mut compared = 0;
    for construct in constructs().iter().filter(|construct| facts(construct).is_some()) {
        let [zh, en] = SKINS.map(|skin| results(construct, skin));
        assert_eq!(zh, en, "{}", construct.display());
        compared += 1;
    }
    assert!(compared >= 20, "{compared}");
}

/// The periods of a construct that has facts of several, each with the table of what was calculated by hand.
fn periods(construct: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(construct)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((name.strip_prefix("expected-")?.strip_suffix(".csv")?.to_owned(), path))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn both_skins_give_the_same_results_of_several_periods() {
    let mut compared = 0;
    for construct in constructs() {
        for (period, _) in periods(&construct) {
            let [zh, en] = SKINS.map(|skin| results_of(&construct, skin, (&period, "periods")));
            assert_eq!(zh, en, "{} {period}", construct.display());
            compared += 1;
        }
    }
    assert!(compared >= 4, "{compared}");
}

#[test]
fn totals_and_places_are_those_calculated_by_hand() {
    let mut compared = 0;
    for construct in constructs() {
        if construct.join("expected.csv").is_file() {
            compared += compare(&construct, &results(&construct, "zh"), &construct.join("expected.csv"));
        }
        for (period, expected) in periods(&construct) {
            compared += compare(&construct, &results_of(&construct, "zh", (&period, "periods")), &expected);
        }
    }
    assert!(compared >= 100, "{compared}");
}

#[test]
fn lists_are_those_drawn_up_by_hand() {
    let mut compared = 0;
    for construct in constructs().iter().filter(|construct| construct.join("lists.csv").is_file()) {
        let results = results(construct, "zh");
        let lists = results["lists"].as_array().unwrap();
        let found: Vec<[String; 2]> = lists
            .iter()
            .flat_map(|list| list["units"].as_array().unwrap().iter().map(|unit| [&list["name"], &unit["unit"]].map(|text| text.as_str().unwrap().to_owned())))
            .collect();
        let mut expected = csv::Reader::from_path(construct.join("lists.csv")).unwrap();
        let expected: Vec<[String; 2]> = expected.records().map(|row| row.unwrap()).map(|row| [row[0].to_owned(), row[1].to_owned()]).collect();
        assert_eq!(found, expected, "{}", construct.display());
        compared += found.len();
    }
    assert!(compared >= 9, "{compared}");
}

/// Compares results with a table that was calculated by hand; how many cells agree.
fn compare(construct: &Path, results: &Value, expected: &Path) -> usize {
    let mut compared = 0;
    let units = results["units"].as_array().unwrap();
    let mut expected = csv::Reader::from_path(expected).unwrap();
    let headings = expected.headers().unwrap().clone();
    for row in expected.records() {
        let row = row.unwrap();
        let name = &row[0];
        let unit = units.iter().find(|unit| unit["unit"] == *name).unwrap();
        for (heading, wanted) in headings.iter().zip(&row).skip(1) {
            let key = match heading {
                "状态" => "status",
                "总分" => "total",
                "名次" => "rank",
                "原因" => "reason",
                other => panic!("{other}"),
            };
            let found = match &unit[key] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(found, wanted, "{} {name} {heading}", construct.display());
            compared += 1;
        }
    }
    compared
}

#[test]
fn the_results_of_every_construct_keep_the_schema() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(root().join("schema/results.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for construct in constructs().iter().filter(|construct| construct.join("units.csv").is_file()) {
        let (policy, facts) = (text(&construct.join("zh")), text(&construct.join("units.csv")));
        let run = kaoping(root(), &["score", &policy, "--period", "2024-01", "--facts", &facts, "--format", "json"]);
        let results: Value = serde_json::from_str(&run.out).unwrap();
        let faults: Vec<String> = validator.iter_errors(&results).map(|fault| format!("{} {fault}", fault.instance_path)).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", construct.display());
    }
}

/// Outputs, vetoes, lists, records, other periods and longer ones.
#[test]
fn the_results_of_every_example_keep_the_schema() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(root().join("schema/results.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for (policy, facts, period) in [
        ("policies/examples/river-chief", "golden/examples/river-chief", "2023"),
        ("policies/examples/annual-targets", "golden/examples/annual-targets", "2023"),
        ("golden/constructs/amendment-more/zh", "golden/constructs/amendment-more/facts", "2024-01"),
        ("golden/constructs/amendment-more/en", "golden/constructs/amendment-more/facts", "2024-01"),
    ] {
        let run = kaoping(root(), &["score", policy, "--period", period, "--facts", facts, "--format", "json"]);
        let results: Value = serde_json::from_str(&run.out).unwrap_or_else(|fault| panic!("{policy}: {fault} {}", run.err));
        let faults: Vec<String> = validator.iter_errors(&results).map(|fault| format!("{} {fault}", fault.instance_path)).collect();
        assert!(faults.is_empty(), "{policy}: {faults:#?}");
        let units = results["units"].as_array().unwrap();
        kinds.extend(units.iter().flat_map(|unit| unit.as_object().unwrap().keys().cloned()).chain(results.as_object().unwrap().keys().cloned()));
    }
    for kind in ["lists", "outputs", "vetoes", "eligible", "periods"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}
