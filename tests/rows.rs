//! What real standards do, row by row: `golden/constructs/rows.csv` quotes two tables, the practice of published schemes and the
//! spellings of the language, and names for each part of a row the case that shows it in both skins and an example that uses it.
//! `golden/constructs/mistakes.csv` lists what people get wrong in each of these cases, and where in `golden/diagnostics` it is shown.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use program::root;

/// The tables and their rows.
const TABLES: [(&str, usize); 2] = [("practice", 23), ("language", 11)];

/// One part of a row.
struct Line {
    table: String,
    /// The row as the table words it, and in Chinese.
    row: String,
    row_zh: String,
    part: String,
    case_zh: String,
    case_en: String,
    policy: String,
}

fn parts() -> Vec<Line> {
    let mut reader = csv::Reader::from_path(root().join("golden/constructs/rows.csv")).unwrap();
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(headings, ["table", "row", "example", "row_zh", "part", "case_zh", "case_en", "policy"]);
    let cells = |row: csv::StringRecord| -> Vec<String> { row.iter().map(str::to_owned).collect() };
    reader
        .records()
        .map(|row| match <[String; 8]>::try_from(cells(row.unwrap())).unwrap() {
            [table, row, _, row_zh, part, case_zh, case_en, policy] => Line { table, row, row_zh, part, case_zh, case_en, policy },
        })
        .collect()
}

/// The folders of the example policies.
fn examples(inside: &str) -> BTreeSet<PathBuf> {
    fs::read_dir(root().join(inside)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

fn names(paths: &BTreeSet<PathBuf>) -> Vec<String> {
    paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_tables_are_quoted_completely() {
    let parts = parts();
    for (table, count) in TABLES {
        let of_table = || parts.iter().filter(|part| part.table == table);
        let rows: BTreeSet<&str> = of_table().map(|part| part.row.as_str()).collect();
        let in_chinese: BTreeSet<&str> = of_table().map(|part| part.row_zh.as_str()).collect();
        assert_eq!((rows.len(), in_chinese.len()), (count, count), "{table}");
        assert!(!rows.contains("") && !in_chinese.contains(""), "{table}");
    }
    assert!(parts.iter().all(|part| TABLES.iter().any(|(table, _)| part.table == *table)));
    let distinct: BTreeSet<_> = parts.iter().map(|part| (&part.table, &part.row, &part.part)).collect();
    assert_eq!(distinct.len(), parts.len(), "a part is listed twice");
}

#[test]
fn every_part_of_every_row_has_a_case() {
    let without: Vec<String> =
        parts().iter().filter(|part| part.case_zh.is_empty()).map(|part| format!("{}: {}: {}", part.table, part.row, part.part)).collect();
    assert!(without.is_empty(), "parts of rows without a case in {{zh,en}}:\n{}", without.join("\n"));
}

#[test]
fn a_case_stands_in_both_skins_and_names_its_rows() {
    for part in parts().iter().filter(|part| !(part.case_zh.is_empty() && part.case_en.is_empty())) {
        for (path, line) in [(&part.case_zh, format!("# 行: {}", part.row_zh)), (&part.case_en, format!("# row: {}", part.row))] {
            let text = fs::read_to_string(root().join(path)).unwrap_or_else(|cause| panic!("{}: {}: 「{path}」 {cause}", part.row, part.part));
            assert!(text.lines().any(|found| found == line), "{path}: no line {line}");
        }
        assert!(part.case_en.contains("/en/") && part.case_zh.replace("/zh/", "/en/") == part.case_en, "{}", part.case_zh);
    }
}

#[test]
fn a_case_names_only_rows_that_it_shows() {
    let parts = parts();
    let mut found = 0;
    for folder in examples("golden/constructs") {
        for (skin, mark) in [("zh", "# 行: "), ("en", "# row: ")] {
            // a text with rules inside speaks of rows in its own words
            let path = folder.join(skin).join("标准.kp");
            if folder.join(skin).join("标准.kp.md").is_file() {
                continue;
            }
            for row in fs::read_to_string(&path).unwrap().lines().filter_map(|line| line.strip_prefix(mark)) {
                let shows = |part: &&Line| root().join(if skin == "zh" { &part.case_zh } else { &part.case_en }) == path;
                assert!(parts.iter().filter(shows).any(|part| part.row_zh == row || part.row == row), "{}: {row}", path.display());
                found += 1;
            }
        }
    }
    assert!(found >= 120, "{found}");
}

/// A mistake that people make with a construct.
struct Mistake {
    /// The folder in `golden/constructs`.
    construct: String,
    /// What is wrong, in Chinese and English.
    said: [String; 2],
    /// The folder in `golden/diagnostics`.
    case: String,
}

fn mistakes() -> Vec<Mistake> {
    let mut reader = csv::Reader::from_path(root().join("golden/constructs/mistakes.csv")).unwrap();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["construct", "mistake_zh", "mistake", "case"]);
    let cells = |row: csv::StringRecord| -> Vec<String> { row.iter().map(str::to_owned).collect() };
    reader
        .records()
        .map(|row| match <[String; 4]>::try_from(cells(row.unwrap())).unwrap() {
            [construct, zh, en, case] => Mistake { construct, said: [zh, en], case },
        })
        .collect()
}

#[test]
fn of_every_part_of_every_row_two_mistakes_are_shown() {
    let mistakes = mistakes();
    for part in parts() {
        let construct = part.case_zh.split('/').nth(2).unwrap();
        let shown = mistakes.iter().filter(|mistake| mistake.construct == construct).count();
        assert!(shown >= 2, "{}: {}: {shown} mistakes with {construct}", part.row, part.part);
    }
}

#[test]
fn a_mistake_is_said_in_both_languages_and_shown_by_a_case_that_expects_a_code() {
    let mut listed = BTreeSet::new();
    for Mistake { construct, said, case } in mistakes() {
        assert!(root().join("golden/constructs").join(&construct).is_dir(), "{construct}");
        assert!(said.iter().all(|said| !said.is_empty()), "{construct}: {case}");
        let expected = fs::read_to_string(root().join("golden/diagnostics").join(&case).join("expect")).unwrap_or_else(|fault| panic!("{case}: {fault}"));
        assert!(expected.split_whitespace().any(|code| code.starts_with(['K', 'W']) && code.len() == 5), "{case} expects no code");
        assert!(listed.insert((construct.clone(), case.clone())), "{construct}: {case} is listed twice");
    }
}

#[test]
fn every_part_is_used_by_an_example() {
    for part in parts() {
        let folder = root().join(&part.policy);
        assert!(part.policy.starts_with("policies/examples/") && folder.is_dir(), "{}: {}: 「{}」", part.row, part.part, part.policy);
    }
}

#[test]
fn an_example_has_its_text_its_calculation_and_its_periods() {
    let policies = examples("policies/examples");
    assert!(policies.len() >= 7, "{}", policies.len());
    assert_eq!(names(&policies), names(&examples("golden/examples")));
    for policy in &policies {
        for file in ["README.md", "计算.md"] {
            assert!(policy.join(file).is_file(), "{}: {file}", policy.display());
        }
        assert!(policy.join("标准.kp").is_file() || policy.join("标准.kp.md").is_file(), "{}", policy.display());
        let periods = examples(&format!("golden/examples/{}", policy.file_name().unwrap().to_string_lossy()));
        assert!(periods.iter().all(|period| period.join("facts.csv").is_file()), "{}", policy.display());
        assert!(periods.iter().any(|period| published(period)), "{}", policy.display());
    }
}

/// Whether a period holds a table of results.
fn published(period: &Path) -> bool {
    ["得分.csv", "scores.csv"].iter().any(|name| period.join(name).is_file())
}

#[test]
fn the_examples_come_out_as_calculated() {
    let run = program::kaoping(root(), &["test", "policies/examples", "golden/examples"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
}
