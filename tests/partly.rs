//! Facts of which only sets are known: what is scored for any facts inside the sets lies inside the bounds.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::cast_possible_truncation, reason = "a test makes up its facts")]

#[path = "harness/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
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

/// The value of some other facts inside a set: a value of its list or between its ends, or one near to the first.
fn point_inside(set: &str, first: &str, dice: &mut Dice) -> String {
    let suffix = if first.ends_with('%') { "%" } else { "" };
    let number = |text: &str| -> Decimal { text.trim_end_matches('%').parse().unwrap() };
    let value = number(first);
    let unit = Decimal::new(1, value.scale());
    let between = |low: Decimal, high: Decimal, dice: &mut Dice| low + unit * Decimal::from(dice.below(u64::try_from((high - low) / unit).unwrap() + 1));
    let away = unit * Decimal::from(5);
    let low = (value - away).max(Decimal::ZERO);
    let found = if let Some(end) = set.strip_prefix('≥') {
        between(number(end), value + away, dice)
    } else if let Some(end) = set.strip_prefix('≤') {
        between(low, number(end), dice)
    } else if set == "?" {
        between(low, value + away, dice)
    } else {
        let (a, b) = set.trim_matches(['[', ']', '(', ')', '{', '}']).split_once(',').unwrap();
        let open = if set.starts_with('(') { unit } else { Decimal::ZERO };
        if set.starts_with('{') && dice.below(2) == 0 {
            number(a)
        } else if set.starts_with('{') {
            number(b)
        } else {
            between(number(a) + open, number(b), dice)
        }
    };
    format!("{found}{suffix}")
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

/// A standard with facts: a table, or a folder of periods.
struct Case {
    policy: PathBuf,
    period: String,
    facts: PathBuf,
}

fn folders(inside: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(root().join(inside)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Standards with the facts of a period in one table.
fn cases() -> Vec<Case> {
    let case = |policy: PathBuf, period: &str, facts: PathBuf| Case { policy, period: period.to_owned(), facts };
    let mut found = vec![case(root().join("policies/lianyungang"), "2020-11", root().join("golden/lianyungang/2020-11/facts.csv"))];
    for folder in folders("golden/constructs").into_iter().filter(|folder| folder.join("units.csv").is_file()) {
        found.push(case(folder.join("zh"), "2024-01", folder.join("units.csv")));
    }
    found
}

/// Standards whose facts are a folder of periods: each period of each.
fn cases_of_periods() -> Vec<Case> {
    let constructs = folders("golden/constructs").into_iter().map(|folder| (folder.join("zh"), folder.join("periods")));
    let examples = folders("golden/examples").into_iter().map(|folder| (root().join("policies/examples").join(folder.file_name().unwrap()), folder));
    let mut found = Vec::new();
    for (policy, facts) in constructs.chain(examples).filter(|(_, facts)| facts.is_dir()) {
        let periods = folders(facts.strip_prefix(root()).unwrap().to_str().unwrap());
        let periods = periods.iter().map(|period| period.file_name().unwrap().to_str().unwrap().to_owned());
        found.extend(periods.map(|period| Case { policy: policy.clone(), period, facts: facts.clone() }));
    }
    found
}

/// A table of facts with sets in some of its cells, and with the values of other facts inside them.
fn widened(exact: &[Vec<String>], dice: &mut Dice, one_of: u64) -> [Vec<Vec<String>>; 2] {
    let (mut wide, mut others) = (exact.to_vec(), exact.to_vec());
    for (wide, others) in wide.iter_mut().zip(&mut others).skip(1) {
        for (wide, other) in wide.iter_mut().zip(others).skip(1) {
            if dice.below(one_of) == 0
                && let Some(set) = set_around(wide, dice)
            {
                if dice.below(3) == 0 {
                    *other = point_inside(&set, wide, dice);
                }
                *wide = set;
            }
        }
    }
    [wide, others]
}

#[test]
fn results_of_any_facts_inside_the_sets_lie_inside_the_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.csv");
    let (mut scored, mut bounds, mut sampled) = (0, 0, 0);
    for Case { policy, period, facts } in cases() {
        let exact_table = table(&facts);
        let Ok(exact) = score(&policy, &period, &facts) else { continue };
        for seed in 0..4 {
            let [wide, others] = widened(&exact_table, &mut Dice(seed * 7919 + 17), 3);
            write(&wide, &path);
            let name = format!("{} {seed}", policy.display());
            match score(&policy, &period, &path) {
                Ok(known) => {
                    bounds += compare(&exact, &known, &name);
                    scored += 1;
                    write(&others, &path);
                    // other facts may contradict each other: those are none that the sets stand for
                    if let Ok(other) = score(&policy, &period, &path) {
                        compare(&other, &known, &name);
                        sampled += 1;
                    }
                }
                // what is attribute of a unit, a grade or a time in the table is no number that a set may stand for
                Err(err) => assert!(err.contains("K05"), "{name}: {err}"),
            }
        }
    }
    assert!(scored > 100, "{scored}");
    assert!(bounds > 300, "{bounds}");
    assert!(sampled > 60, "{sampled}");
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn facts_of_other_periods_may_be_known_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let (mut scored, mut bounds, mut sampled) = (0, 0, 0);
    for (number, Case { policy, period, facts }) in cases_of_periods().into_iter().enumerate() {
        let Ok(exact) = score(&policy, &period, &facts) else { continue };
        let seed = u64::try_from(number).unwrap();
        let copies = ["wide", "others"].map(|kind| folder.path().join(format!("{number} {kind}")));
        copies.iter().for_each(|copy| copied(&facts, copy));
        let mut dice = Dice(seed * 7919 + 29);
        for period in fs::read_dir(&facts).unwrap().map(|entry| entry.unwrap().file_name()) {
            for table_name in ["facts.csv", "facts-all.csv", "units.csv"] {
                let path = facts.join(&period).join(table_name);
                if path.is_file() {
                    let tables = widened(&table(&path), &mut dice, 8);
                    copies.iter().zip(&tables).for_each(|(copy, table)| write(table, &copy.join(&period).join(table_name)));
                }
            }
        }
        let name = format!("{} {period}", policy.display());
        match score(&policy, &period, &copies[0]) {
            Ok(known) => {
                bounds += compare(&exact, &known, &name);
                scored += 1;
                if let Ok(other) = score(&policy, &period, &copies[1]) {
                    compare(&other, &known, &name);
                    sampled += 1;
                }
            }
            Err(err) => assert!(err.contains("K05"), "{name}: {err}"),
        }
    }
    assert!(scored >= 10, "{scored}");
    assert!(bounds >= 10, "{bounds}");
    assert!(sampled >= 5, "{sampled}");
}

const BY_HAND: &str = "golden/constructs/partly-known";

/// The ends of a printed range, or one number twice.
fn ends(text: &str) -> [Option<Decimal>; 2] {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).and_then(|text| text.split_once(", ")) {
        Some((low, high)) => [low, high].map(|end| Some(end.parse::<Decimal>().unwrap().normalize())),
        None => [text, text].map(|end| Some(end.parse::<Decimal>().unwrap().normalize())),
    }
}

fn ends_of(number_of: &Value, interval: &Value) -> [Option<Decimal>; 2] {
    match (number(number_of), interval.as_array()) {
        (Some(value), None) => [Some(value.normalize()); 2],
        (None, Some(found)) => [0, 1].map(|end| number(&found[end]).map(|end| end.normalize())),
        (value, interval) => panic!("{value:?} {interval:?}"),
    }
}

#[test]
fn sets_give_what_was_calculated_by_hand() {
    let folder = root().join(BY_HAND);
    let printed = table(&folder.join("得分.csv"));
    for skin in ["zh", "en"] {
        let found = score(&folder.join(skin), "2024-01", &folder.join("facts-all.csv")).unwrap();
        let found = units(&found);
        for row in &printed[1..] {
            let unit = found[&row[0]];
            for (heading, text) in printed[0].iter().zip(row).skip(1) {
                let computed = match heading.as_str() {
                    "总分" => ends_of(&unit["total"], &unit["interval"]),
                    "名次" => ends_of(&unit["rank"], &unit["rank_interval"]),
                    item => ends_of(&unit["indicators"][item]["score"], &unit["indicators"][item]["interval"]),
                };
                assert_eq!(computed, ends(text), "{skin} {} {heading}", row[0]);
            }
        }
        let states = |unit: &Value| (unit["status"].clone(), unit["possible"].clone());
        assert_eq!(states(found["甲局"]), ("partly_known".into(), serde_json::json!(["scored"])));
        assert_eq!(states(&found["甲局"]["indicators"]["满意"]), ("scored".into(), Value::Null));
        assert_eq!(states(found["丙局"]), ("partly_known".into(), serde_json::json!(["scored", "exempt"])));
        assert_eq!(states(found["丁局"]), ("scored".into(), Value::Null));
    }
}

#[test]
fn every_format_shows_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, facts) = (format!("{BY_HAND}/zh"), format!("{BY_HAND}/facts-all.csv"));
    let arguments = ["score", policy.as_str(), "--period", "2024-01", "--facts", facts.as_str(), "--format"];
    let shown = ["[36.78, 39.52]", "[1, 2]", "[6.78, 9.52]", "28.00或不参评", "[2, 4]"];
    for format in ["text", "md", "csv"] {
        let run = kaoping(root(), &[arguments.as_slice(), &[format]].concat());
        // Markdown takes brackets for links
        let out = run.out.replace("\\[", "[").replace("\\]", "]");
        shown.iter().for_each(|range| assert!(out.contains(range), "{format}: no {range}\n{out}"));
    }
    let path = folder.path().join("结果.xlsx");
    let run = kaoping(root(), &[arguments.as_slice(), &["xlsx", "--out", path.to_str().unwrap()]].concat());
    assert!(path.is_file(), "{}", run.err);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let mut cells = Vec::new();
    for (_, sheet) in book.worksheets() {
        cells.extend(sheet.used_cells().map(|(_, _, cell)| if let Data::String(text) = cell { text.clone() } else { cell.to_string() }));
    }
    shown.iter().for_each(|range| assert!(cells.iter().any(|cell| cell.starts_with(range)), "xlsx: no {range}"));
}

#[test]
fn a_published_range_is_compared_with_the_computed_one() {
    let folder = tempfile::tempdir().unwrap();
    let month = folder.path().join("2024-01");
    fs::create_dir(&month).unwrap();
    for (name, there) in [("facts-all.csv", "facts.csv"), ("得分.csv", "得分.csv")] {
        fs::copy(root().join(BY_HAND).join(name), month.join(there)).unwrap();
    }
    let policy = root().join(BY_HAND).join("zh");
    let arguments = ["test", month.to_str().unwrap(), "--policy", policy.to_str().unwrap()];
    let run = kaoping(root(), &arguments);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let printed = fs::read_to_string(month.join("得分.csv")).unwrap();
    for (right, wrong) in [("[16, 40]", "[16, 39]"), ("[2, 3]", "[1, 3]"), ("[0, 10]", "10"), ("25.15,", "\"[25, 26]\",")] {
        fs::write(month.join("得分.csv"), printed.replacen(right, wrong, 1)).unwrap();
        let run = kaoping(root(), &arguments);
        assert_eq!(run.status, 1, "{right} {wrong}: {}{}", run.out, run.err);
    }
}

/// The JSON of the hand-calculated standard with these tables, and the folder that they are in.
fn scored_with(tables: &[(&str, &str)], more: &[&str]) -> (i32, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["score".to_owned(), format!("{BY_HAND}/zh"), "--period".into(), "2024-01".into(), "--format".into(), "json".into()];
    for (name, text) in tables {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let option = if name.starts_with("adjustments") { "--adjustments" } else { "--facts" };
        arguments.extend([option.to_owned(), path.to_str().unwrap().to_owned()]);
    }
    arguments.extend(more.iter().map(|one| (*one).to_owned()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = kaoping(root(), &arguments);
    (run.status, serde_json::from_str(&run.out).unwrap_or(Value::Null), run.err)
}

const ONE: &str = "单位,层级,总件数,超时数,满意率,通报次数,评定,停评\n";

#[test]
fn two_tables_say_together_what_each_says() {
    let late = |first: &str, second: &str| {
        let (status, found, err) =
            scored_with(&[("a.csv", &format!("{ONE}甲局,部门,100,{first},95%,0,甲,否\n")), ("b.csv", &format!("单位,层级,超时数\n甲局,部门,{second}\n"))], &[]);
        let one = &found["units"][0]["indicators"]["时效"];
        if status == 2 { Err(err) } else { Ok(ends_of(&one["score"], &one["interval"])) }
    };
    let between = |low: u32, high: u32| Ok([Some(Decimal::from(low)), Some(Decimal::from(high))]);
    // 100 in all: what is late is the rate, and every one above 5 costs a point
    assert_eq!(late("\"[6,9]\"", "\"[8,12]\""), between(6, 7));
    assert_eq!(late("\"[6,8]\"", "\"[8,12]\""), between(7, 7));
    assert_eq!(late("≤9", "8"), between(7, 7));
    assert_eq!(late("8", "?"), between(7, 7));
    assert_eq!(late("\"{6,9,12}\"", "≥8"), between(3, 6));
    assert_eq!(late("\"{6,9}\"", "\"[7,12]\""), between(6, 6));
    for (first, second) in [("\"[6,8]\"", "\"[9,12]\""), ("≤9", "10"), ("10", "\"{9,11}\""), ("\"{6,9}\"", "\"[7,8]\"")] {
        assert!(late(first, second).unwrap_err().contains("K0509"), "{first} {second}");
    }
}

#[test]
fn a_limit_that_is_corrected_narrows_by_what_it_becomes() {
    let facts = format!("{ONE}甲局,部门,10,≤24,95%,0,甲,否\n");
    let adjustments = "单位,事实或指标,原值,改为,理由,经办,日期\n甲局,总件数,10,400,漏计,张三,2024-02-15\n";
    let (_, found, err) = scored_with(&[("facts.csv", &facts), ("adjustments.csv", adjustments)], &[]);
    let one = &found["units"][0]["indicators"]["时效"];
    // 24 of 400 are 6%: from full marks to one point less
    assert_eq!(ends_of(&one["score"], &one["interval"]), [Some(Decimal::from(9)), Some(Decimal::from(10))], "{err}");
    // a corrected cell that held a set: what it was is one of the set
    let adjusted = |old: &str| {
        let adjustments = format!("单位,事实或指标,原值,改为,理由,经办,日期\n甲局,超时数,{old},8,核实,张三,2024-02-15\n");
        scored_with(&[("facts.csv", &format!("{ONE}甲局,部门,100,\"[6,9]\",95%,0,甲,否\n")), ("adjustments.csv", &adjustments)], &[])
    };
    assert_eq!(adjusted("7").1["units"][0]["indicators"]["时效"]["score"], "7.00");
    let (status, _, err) = adjusted("10");
    assert_eq!((status, err.contains("K05")), (2, true), "{err}");
}

#[test]
fn results_known_in_part_keep_to_the_schema() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(root().join("schema/results.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = root().join(BY_HAND);
    let found = score(&folder.join("zh"), "2024-01", &folder.join("facts-all.csv")).unwrap();
    let faults: Vec<String> = validator.iter_errors(&found).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// Facts of the month that are counts.
const COUNTS: [&str; 8] = ["总工单数", "超时签收数", "未及时回应次数", "应办结数", "超时办结数", "回访数", "不满意数", "拨测扣分次数"];

/// Facts of the month that follow from others, which are given beside them.
const FOLLOW: [(&str, &[&str]); 4] = [
    ("及时签收率", &["超时签收数", "总工单数"]),
    ("按时办结率", &["超时办结数", "应办结数"]),
    ("回访满意率", &["不满意数", "回访数"]),
    ("归集数据质量", &["数据完整得分", "内容完整得分", "扣分项得分", "工单抽检得分", "数据及时得分"]),
];

/// The fact that is left blank where another is changed, so that the two do not contradict each other.
fn left_blank(heading: &str) -> Option<&'static str> {
    let of = |(whole, parts): &(&'static str, &'static [&'static str])| match parts {
        parts if parts.contains(&heading) => Some(*whole),
        parts if *whole == heading => Some(parts[0]),
        _ => None,
    };
    FOLLOW.iter().find_map(of)
}

/// A unit of the November month under another name, with a cell that is a set and with values inside it.
struct Trial {
    set: String,
    points: Vec<String>,
}

/// A number written as a cell was.
fn shown(value: Decimal, suffix: &str) -> String {
    format!("{value}{suffix}")
}

/// The set of a cell for the measure of tightness, and values inside it: one case or one percentage point to each side, or anything.
fn around(heading: &str, cell: &str) -> Vec<(&'static str, String, Vec<String>)> {
    let (digits, suffix) = cell.strip_suffix('%').map_or((cell, ""), |digits| (digits, "%"));
    let Ok(value) = digits.parse::<Decimal>() else { return Vec::new() };
    let (low, high) = ((value - Decimal::ONE).max(Decimal::ZERO), value + Decimal::ONE);
    let from_to = |low: Decimal, high: Decimal, step: Decimal| {
        let mut points: Vec<Decimal> = std::iter::successors(Some(low), |point| Some(*point + step).filter(|point| *point <= high)).collect();
        points.push(high);
        points.into_iter().map(|point| shown(point, suffix)).collect::<Vec<_>>()
    };
    if suffix == "%" {
        let high = high.min(Decimal::ONE_HUNDRED);
        let near = ("±1%", format!("[{},{}]", shown(low, suffix), shown(high, suffix)), from_to(low, high, Decimal::new(1, 1)));
        return vec![near, ("?", "?".to_owned(), from_to(Decimal::ZERO, Decimal::ONE_HUNDRED, Decimal::from(5)))];
    }
    if !COUNTS.contains(&heading) {
        return vec![("-1", format!("[{low},{value}]"), from_to(low, value, Decimal::new(25, 2)))];
    }
    vec![("±1", format!("[{low},{high}]"), from_to(low, high, Decimal::ONE))]
}

/// The numbers that a value can be by a result in JSON.
fn hull_of(value: &Value, number_of: &str) -> Option<[Decimal; 2]> {
    match (number(&value[number_of]), value["interval"].as_array()) {
        (Some(exact), _) => Some([exact, exact]),
        (None, Some(ends)) => Some([number(&ends[0])?, number(&ends[1])?]),
        (None, None) => None,
    }
}

/// How much wider than the range of values that occur the bounds are: the share of those that are just as wide, and the mean ratio.
#[test]
fn bounds_are_as_tight_as_the_month_allows() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("标准");
    fs::create_dir(&policy).unwrap();
    fs::copy(root().join("policies/lianyungang/标准.kp.md"), policy.join("标准.kp.md")).unwrap();
    let register = table(&root().join("policies/lianyungang/名册.csv"));
    let tier_of: BTreeMap<&str, &str> = register[1..].iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    let month = table(&root().join("golden/lianyungang/2020-11/facts.csv"));
    let mut rows = vec![[vec!["单位".to_owned(), "层级".to_owned()], month[0][1..].to_vec()].concat()];
    let mut trials: BTreeMap<String, Trial> = BTreeMap::new();
    for row in &month[1..] {
        let mut add = |name: &str, column: usize, cell: &str| {
            let mut cells = [vec![name.to_owned(), tier_of[row[0].as_str()].to_owned()], row[1..].to_vec()].concat();
            if let Some(blank) = left_blank(&month[0][column]).and_then(|blank| month[0].iter().position(|heading| heading == blank)) {
                cells[blank + 1].clear();
            }
            cells[column + 1] = cell.to_owned();
            rows.push(cells);
        };
        for (column, heading) in month[0].iter().enumerate().skip(1) {
            for (kind, set, points) in around(heading, &row[column]) {
                let name = format!("{}/{heading}/{kind}", row[0]);
                add(&name, column, &set);
                points.iter().enumerate().for_each(|(at, point)| add(&format!("{name}/{at}"), column, point));
                trials.insert(name, Trial { set, points });
            }
        }
    }
    let path = folder.path().join("facts.csv");
    // values that break a limit of the rules are none that a set stands for
    let results = loop {
        write(&rows, &path);
        let err = match score(&policy, "2020-11", &path) {
            Ok(results) => break results,
            Err(err) => err,
        };
        let broken: BTreeSet<&str> = err.lines().filter_map(|line| line.strip_prefix("错误[K0506]: ")?.split_once(':')).map(|(name, _)| name).collect();
        assert!(!broken.is_empty(), "{err}");
        rows.retain(|row| !broken.contains(row[0].as_str()));
    };
    let found = units(&results);
    let (mut tight, mut all, mut ratios, mut totals) = (0_usize, 0_usize, Decimal::ZERO, 0_usize);
    let mut loose: Vec<String> = Vec::new();
    for (name, trial) in &trials {
        let known = found[name];
        let exact: Vec<&Value> = (0..trial.points.len()).filter_map(|at| found.get(&format!("{name}/{at}")).copied()).collect();
        let range = |of: &dyn Fn(&Value) -> Option<Decimal>| {
            let values: Vec<Decimal> = exact.iter().filter_map(|one| of(one)).collect();
            Some([values.iter().copied().min()?, values.iter().copied().max()?])
        };
        for (item, bounds) in known["indicators"].as_object().unwrap() {
            let (Some(hull), Some(range)) = (hull_of(bounds, "score"), range(&|one| number(&one["indicators"][item]["score"]))) else { continue };
            if bounds["status"] != "partly_known" && range[0] == range[1] {
                continue;
            }
            assert!(hull[0] <= range[0] && range[1] <= hull[1], "{name} {item} {}: {hull:?} {range:?}", trial.set);
            all += 1;
            if hull == range {
                tight += 1;
            } else {
                loose.push(format!("{name} {item} {}: {hull:?} {range:?}", trial.set));
            }
        }
        if let (Some(hull), Some(range)) = (hull_of(known, "total"), range(&|one| number(&one["total"])))
            && range[0] < range[1]
        {
            totals += 1;
            ratios += (hull[1] - hull[0]) / (range[1] - range[0]);
        }
    }
    println!("{tight} of {all} indicator cells are tight; mean ratio of {totals} totals {}", ratios / Decimal::from(totals.max(1)));
    assert!(all >= 500 && totals >= 300, "{all} {totals}");
    assert_eq!((loose, ratios), (Vec::<String>::new(), Decimal::from(totals)));
}

/// What follows of the standard with adjustable facts where 20 cases are known and called back are 10 to 20 of them.
fn in_part(verb: &str, rest: &[&str]) -> program::Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("数 据.csv");
    fs::write(&path, "单位,层级,工单,超时,退回,稿件,回访\n甲局,部门,20,4,2,1,\"[10,20]\"\n").unwrap();
    let path = path.to_str().unwrap();
    kaoping(root(), &[&[verb, "golden/constructs/adjustable/zh", "--period", "2024-01", "--facts", path], rest].concat())
}

/// 10 - 4 × 0.5 - 2 is 6, and 5 where fewer than 20 are called back; without the 4 late it is 8 or 7. The bonus is 0.5.
#[test]
fn a_unit_whose_bounds_move_has_moved() {
    let run = in_part("whatif", &["--set", "甲局.超时=0", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let moved = &answer["moved"][0];
    assert_eq!(moved["before"]["interval"], serde_json::json!(["5.50", "6.50"]));
    assert_eq!(moved["after"]["interval"], serde_json::json!(["7.50", "8.50"]));
    assert_eq!(moved["indicators"]["办理"]["before_in_part"]["interval"], serde_json::json!(["5.00", "6.00"]));
    assert_eq!(moved["indicators"]["办理"]["after_in_part"]["interval"], serde_json::json!(["7.00", "8.00"]));
    let run = in_part("whatif", &["--set", "甲局.超时=0", "--format", "csv"]);
    assert!(run.out.contains("[5.00, 6.00]") && run.out.contains("[7.50, 8.50]"), "{}", run.out);
    // one number for the set: the bounds become a score
    let run = in_part("whatif", &["--set", "甲局.回访=20", "--format", "csv"]);
    assert!(run.out.contains("\"[5.00, 6.00]\",6.00") && run.out.contains("\"[5.50, 6.50]\",6.50"), "{}", run.out);
}

/// A piece more is half a point of the bonus, whatever the total is; how far the score of 办理 moves depends on the unknown.
#[test]
fn what_one_case_moves_is_never_nothing_where_it_is_not_known() {
    let run = in_part("sensitivity", &["--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.err.contains("部分已知"), "{}", run.err);
    let all: Value = serde_json::from_str(&run.out).unwrap();
    let of = |fact: &str| all.as_array().unwrap().iter().find(|one| one["fact"] == fact).unwrap().clone();
    assert_eq!((&of("稿件")["moves"], &of("稿件")["total_moves"]), (&"0.50".into(), &Value::Null));
    for fact in ["超时", "退回"] {
        assert_eq!((&of(fact)["moves"], &of(fact)["total_moves"]), (&Value::Null, &Value::Null), "{fact}");
        assert_eq!(of(fact)["partly_known"], serde_json::json!(["回访"]));
    }
}

/// A standard of one tier with a register: what follows from counts, and what the register gives.
const FOLLOWS: &str = r#"标准 例 { 版本 "1"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号 }
层级 部门 满分 20 分
数据 件数 : 件
数据 超时数 : 件  不大于 件数
数据 按时率 : %  或由 1 - 超时数 / 件数 取整到 0.01%
数据 编制 : 人
指标 按时 满分 10 分 { 当 按时率 无从计算 得 满分;按时率 低于 100% 每 1 个百分点 扣 1 分,扣完为止 }
指标 人力 满分 10 分 { 编制 低于 50 人 每 1 人 扣 0.1 分,扣完为止 }
总分 = 合计
排名 层级 依 总分 从高到低
"#;

/// A folder with files, by their names.
fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run_in(folder: &Path, verb: &str, rest: &[&str]) -> program::Run {
    let policy = folder.join("标准");
    let tables: Vec<PathBuf> = ["facts.csv", "来件.csv"].map(|name| folder.join(name)).into_iter().filter(|table| table.is_file()).collect();
    let tables = tables.iter().flat_map(|table| ["--facts", table.to_str().unwrap()]);
    let arguments: Vec<&str> = [verb, policy.to_str().unwrap(), "--period", "2024-01"].into_iter().chain(tables).chain(rest.iter().copied()).collect();
    kaoping(root(), &arguments)
}

/// The results of a standard with a register, or what is wrong.
fn scored_in(files: &[(&str, &str)]) -> Result<Value, String> {
    let run = run_in(folder_of(files).path(), "score", &["--format", "json"]);
    if matches!(run.status, 0 | 3) { Ok(serde_json::from_str(&run.out).unwrap()) } else { Err(run.err) }
}

fn shown_ends(item: &Value) -> [Option<String>; 2] {
    ends_of(&item["score"], &item["interval"]).map(|end| end.map(|end| end.to_string()))
}

fn both(low: &str, high: &str) -> [Option<String>; 2] {
    [low, high].map(|end| Some(end.to_owned()))
}

/// 50 - 46 people cost 0.4 points, 50 - 40 cost 1; the table says for 乙局 what it has, and the register no more.
#[test]
fn a_cell_of_the_register_may_hold_a_set() {
    let register = "单位,层级,编制\n甲局,部门,\"[40,46]\"\n乙局,部门,≥48\n丙局,部门,?\n丁局,部门,44\n";
    let facts = "单位,件数,超时数,编制\n甲局,10,0,\n乙局,10,0,\"[40,45]\"\n丙局,10,0,\n丁局,10,0,≤45\n";
    let files = [("标准/规则.kp", FOLLOWS), ("标准/名册.csv", register), ("facts.csv", facts)];
    let found = scored_in(&files).unwrap();
    let of = |unit: &str| shown_ends(&units(&found)[unit]["indicators"]["人力"]);
    assert_eq!(of("甲局"), both("9", "9.6"));
    assert_eq!(of("乙局"), both("9", "9.5"));
    assert_eq!(of("丙局"), both("5", "10"));
    assert_eq!(of("丁局"), both("5", "9.5"));
    // it stands in the account of the score, with its cell
    let folder = folder_of(&files);
    let run = run_in(folder.path(), "explain", &["--unit", "甲局", "--lang", "zh"]);
    assert!(run.out.contains("[40 人, 46 人]") && run.out.contains("名册.csv 第 2 行「编制」列"), "{}{}", run.out, run.err);
    let wrong = scored_in(&[("标准/规则.kp", FOLLOWS), ("标准/名册.csv", "单位,层级,编制\n甲局,部门,\"[46,40]\"\n"), ("facts.csv", facts)]).unwrap_err();
    assert!(wrong.contains("K0535") && wrong.contains("名册.csv"), "{wrong}");
}

/// 超时数 is at most 件数, whichever table says so.
#[test]
fn the_limits_of_the_rules_narrow_what_the_register_gives() {
    let with = |late: &str| {
        let register = format!("单位,层级,超时数\n甲局,部门,{late}\n");
        scored_in(&[("标准/规则.kp", FOLLOWS), ("标准/名册.csv", &register), ("facts.csv", "单位,件数,编制\n甲局,20,50\n")])
    };
    // 1 of 20 is 5 %, 20 of 20 all
    assert_eq!(shown_ends(&with("≥1").unwrap()["units"][0]["indicators"]["按时"]), both("0", "5"));
    assert!(with("≥21").unwrap_err().contains("K0535"));
}

/// 6 of 100 late are 94 % on time: 4 points. 8 of 146 are 94.5205… %, which is printed 94.52 %.
#[test]
fn what_a_fact_follows_from_narrows_what_is_given_of_it() {
    let with = |counts: &str, rate: &str| {
        let facts = format!("单位,层级,件数,超时数,按时率,编制\n甲局,部门,{counts},{rate},50\n");
        let found = scored_in(&[("标准/规则.kp", FOLLOWS), ("facts.csv", &facts)])?;
        Ok::<_, String>(shown_ends(&found["units"][0]["indicators"]["按时"]))
    };
    for rate in ["≥90%", "?", "\"[94%,95%]\"", "\"{90%,94%}\""] {
        assert_eq!(with("100,6", rate), Ok(both("4", "4")), "{rate}");
    }
    assert_eq!(with("146,8", "≥90%"), Ok(both("4.52", "4.52")));
    // 4 to 8 of 100 late; at least 95 % on time
    assert_eq!(with("100,\"[4,8]\"", "≥95%"), Ok(both("5", "6")));
    // what has no counts is what is given
    assert_eq!(with(",", "\"[95%,96%]\""), Ok(both("5", "6")));
    for rate in ["≥95%", "\"[90%,93.99%]\"", "\"{90%,98%}\""] {
        assert!(with("100,6", rate).unwrap_err().contains("K0510"), "{rate}");
    }
    // nothing was received: a rate that is given all the same is a fault
    assert!(with("0,0", "≥90%").unwrap_err().contains("K0510"));
}

/// 乙局 has 14 to 15 points, 甲局 18 and 丙局 11: it is second whatever it has; 丁局 may be third or last.
#[test]
fn a_unit_with_a_certain_place_is_listed_at_its_place() {
    let facts =
        "单位,层级,件数,超时数,编制\n甲局,部门,100,2,50\n乙局,部门,100,\"[5,6]\",50\n丁局,部门,100,\"[5,9]\",20\n丙局,部门,100,9,50\n戊局,部门,100,10,30\n";
    let folder = folder_of(&[("标准/规则.kp", FOLLOWS), ("facts.csv", facts)]);
    let run = run_in(folder.path(), "score", &["--format", "csv"]);
    let units: Vec<&str> = run.out.lines().skip(1).filter_map(|line| line.rsplit_once('局')?.0.rsplit(|sign: char| ",\"".contains(sign)).next()).collect();
    assert_eq!(units, ["甲", "乙", "丙", "戊", "丁"], "{}", run.out);
}

/// 甲局 has 18 points, 丁局 16 to 20 and 乙局 14 to 15; of 丙局 it is not known what it has, so that it may stand before any of them.
#[test]
fn places_are_provisional_beside_a_unit_without_a_total_though_they_are_ranges() {
    let table = |people: &str| {
        let rows = "甲局,部门,100,2,50\n丁局,部门,100,\"[0,4]\",50\n乙局,部门,100,\"[5,6]\",50\n丙局,部门,100,9,";
        format!("单位,层级,件数,超时数,编制\n{rows}{people}\n")
    };
    let folder = folder_of(&[("标准/规则.kp", FOLLOWS), ("facts.csv", &table(""))]);
    let run = run_in(folder.path(), "score", &["--format", "json"]);
    let results: Value = serde_json::from_str(&run.out).unwrap();
    let found = units(&results);
    let between = |best: u8, worst: u8| serde_json::json!([best, worst]);
    for (unit, places, provisional) in
        [("甲局", between(1, 2), true), ("丁局", between(1, 2), true), ("乙局", between(3, 3), true), ("丙局", Value::Null, false)]
    {
        assert_eq!((&found[unit]["rank_interval"], &found[unit]["provisional"]), (&places, &Value::Bool(provisional)), "{unit}");
    }
    for format in ["text", "md"] {
        let run = run_in(folder.path(), "score", &["--format", format]);
        let out = run.out.replace("\\[", "[").replace("\\]", "]");
        assert!(out.matches("[1, 2](暂)").count() == 2 && out.contains("3(暂)") && out.contains("标(暂)的名次是暂定的"), "{out}");
    }
    let path = folder.path().join("结果.xlsx");
    run_in(folder.path(), "score", &["--format", "xlsx", "--out", path.to_str().unwrap()]);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let marked = |cell: &Data| matches!(cell, Data::String(text) if text == "[1, 2](暂)");
    assert!(book.worksheets().iter().any(|(_, sheet)| sheet.used_cells().filter(|(_, _, cell)| marked(cell)).count() == 2));
    // once 丙局 has a total the places are ranges that stay
    let known = scored_in(&[("标准/规则.kp", FOLLOWS), ("facts.csv", &table("50"))]).unwrap();
    assert!(units(&known).values().all(|unit| unit["provisional"] == false), "{known}");
}

/// 甲局 and 乙局 have a bonus, 丙局 none; 丙局 has 40 to 50 people, and an assumption if these are fewer than 45.
#[test]
fn units_known_in_part_are_counted_where_they_may_rest_on_an_assumption() {
    let rules = FOLLOWS
        .replace("编制 低于 50 人 每 1 人 扣 0.1 分,扣完为止", "当 编制 低于 45 人 得 0 分 假设 \"人少\"\n得 满分")
        .replace("总分 = 合计", "加分项 表扬 封顶 3 分 人工评定 缺省 0 分 假设 \"上限 3 分\"\n总分 = 合计");
    let facts = "单位,层级,件数,超时数,编制,表扬\n甲局,部门,100,2,50,1\n乙局,部门,100,\"[5,6]\",50,3\n丙局,部门,100,9,\"[40,50]\",\n";
    let run = run_in(folder_of(&[("标准/规则.kp", &rules), ("facts.csv", facts)]).path(), "score", &[]);
    assert!(run.out.contains("上限 3 分(2 家)") && run.out.contains("人少(1 家)"), "{}{}", run.out, run.err);
}

/// Without its people 丙局 has no total: 甲局 stays first, for the time being.
#[test]
fn a_place_that_becomes_provisional_is_shown_as_a_move() {
    let facts = "单位,层级,件数,超时数,编制\n甲局,部门,100,2,50\n丙局,部门,100,9,50\n";
    let folder = folder_of(&[("标准/规则.kp", FOLLOWS), ("facts.csv", facts)]);
    let csv = run_in(folder.path(), "whatif", &["--set", "丙局.编制=", "--format", "csv"]);
    assert!(csv.out.contains("甲局,名次,1,1(暂)"), "{}{}", csv.out, csv.err);
    for format in ["text", "md"] {
        let run = run_in(folder.path(), "whatif", &["--set", "丙局.编制=", "--format", format]);
        assert!(run.out.contains("2 家的") && run.out.contains("1(暂)"), "{}", run.out);
    }
}

#[test]
fn a_condition_on_a_set_of_truths_names_the_cell() {
    let rules =
        FOLLOWS.replace("数据 编制 : 人", "数据 达标 : { 是, 否 }").replace("编制 低于 50 人 每 1 人 扣 0.1 分,扣完为止", "当 达标 = 否 得 0 分\n得 满分");
    let folder = folder_of(&[("标准/规则.kp", &rules), ("facts.csv", "单位,层级,件数,超时数,达标\n甲局,部门,100,2,\"{是,否}\"\n")]);
    let run = run_in(folder.path(), "explain", &["--unit", "甲局", "--indicator", "人力"]);
    let line = run.out.lines().find(|line| line.contains("部分已知")).unwrap_or_else(|| panic!("{}{}", run.out, run.err));
    assert!(line.contains("达标 否或是 [") && line.contains("第 2 行「达标」列"), "{line}");
}

#[test]
fn goals_name_the_counts_that_are_known_exactly_and_exempt_units() {
    let rules = FOLLOWS.replace("指标 按时 满分", "不参评 当 件数 = 0 件,原因 \"无办件\"\n指标 按时 满分");
    let facts = "单位,层级,件数,超时数,编制\n甲局,部门,100,\"[2,5]\",50\n乙局,部门,0,0,50\n";
    let folder = folder_of(&[("标准/规则.kp", &rules), ("facts.csv", facts)]);
    let ask = |unit: &str| run_in(folder.path(), "goal", &["--unit", unit, "--total", "20", "--adjust", "超时数:向下"]).err;
    let (partly, exempt) = (ask("甲局"), ask("乙局"));
    assert!(partly.contains("「超时数」只部分已知") && partly.contains("知道的件数有:件数、编制"), "{partly}");
    assert!(exempt.contains("乙局 本期不参评(无办件)") && !exempt.contains("没有数据"), "{exempt}");
}

/// 2 late of 100 are 98 %, within what is given of the rate; 9 are 91 %, outside.
#[test]
fn a_set_that_follows_a_change_is_named_as_the_set_that_it_was() {
    let facts = "单位,层级,件数,超时数,按时率,编制\n甲局,部门,100,?,≥95%,50\n";
    let folder = folder_of(&[("标准/规则.kp", FOLLOWS), ("facts.csv", facts)]);
    let ask = |late: &str| run_in(folder.path(), "whatif", &["--set", &format!("甲局.超时数={late}")]).out;
    let (inside, outside) = (ask("2"), ask("9"));
    assert!(inside.contains("甲局 按时率:原给出 ≥95%,改为随之推算\n"), "{inside}");
    assert!(outside.contains("甲局 按时率:原给出 ≥95%,改为随之推算;推得的不在其内\n"), "{outside}");
}

// --- records ---

/// A cell of a record that is made up, as a set and as two of its values; where it is known exactly both are the cell.
struct Made {
    wide: String,
    points: [String; 2],
}

impl Made {
    fn exact(text: String) -> Made {
        Made { wide: text.clone(), points: [text.clone(), text] }
    }

    /// Numbers from 0 to a limit: a range, a list, a limit to one side, or nothing known.
    fn number(most: u64, dice: &mut Dice) -> Made {
        let value = dice.below(most + 1);
        let (low, high) = (value.saturating_sub(dice.below(3)), (value + dice.below(3)).min(most));
        let inside = |dice: &mut Dice, low: u64, high: u64| (low + dice.below(high - low + 1)).to_string();
        let one = value.to_string();
        match dice.below(12) {
            0 => Made { wide: "?".into(), points: [one, inside(dice, 0, most)] },
            1 => Made { wide: format!("≥{low}"), points: [one, inside(dice, low, most)] },
            2 => Made { wide: format!("≤{high}"), points: [one, inside(dice, 0, high)] },
            3 => Made { wide: format!("{{{low},{value},{high}}}"), points: [one, high.to_string()] },
            4 => Made { wide: format!("[{low},{high}]"), points: [one, inside(dice, low, high)] },
            _ => Made::exact(one),
        }
    }

    /// One of some words, any of those or of some, or nothing known.
    fn word(words: &[&str], is_text: bool, dice: &mut Dice) -> Made {
        let mut one = || words[usize::try_from(dice.below(words.len() as u64)).unwrap()].to_owned();
        let (first, other) = (one(), one());
        match dice.below(6) {
            0 => Made { wide: "?".into(), points: [first, other] },
            1 if !is_text => Made { wide: format!("{{{first},{other}}}"), points: [first, other] },
            _ => Made::exact(first),
        }
    }

    /// A time of January 2024 on the hour, or blank where it may be.
    fn time(may_be_blank: bool, dice: &mut Dice) -> Made {
        let shown = |hours: u64| format!("2024-01-{:02} {:02}:00", hours / 24 + 2, hours % 24);
        let hours = dice.below(20 * 24);
        let (low, high) = (hours - dice.below(hours.min(30) + 1), hours + dice.below(60));
        let inside = |dice: &mut Dice, low: u64, high: u64| shown(low + dice.below(high - low + 1));
        match dice.below(12) {
            0 => Made { wide: "?".into(), points: [shown(hours), inside(dice, 0, 480)] },
            1 => Made { wide: format!("≥{}", shown(low)), points: [shown(hours), inside(dice, low, 600)] },
            2 => Made { wide: format!("{{{},{}}}", shown(hours), shown(high)), points: [shown(hours), shown(high)] },
            3 | 4 => Made { wide: format!("[{},{}]", shown(low), shown(high)), points: [shown(hours), inside(dice, low, high)] },
            5 if may_be_blank => Made::exact(String::new()),
            _ => Made::exact(shown(hours)),
        }
    }

    /// The same, or a blank.
    fn or_blank(self, dice: &mut Dice) -> Made {
        if dice.below(5) == 0 { Made::exact(String::new()) } else { self }
    }
}

/// Tables of records, one with sets and two with values inside them.
fn made_up(headings: &str, dice: &mut Dice, record: impl Fn(&mut Dice) -> Vec<Made>) -> [Vec<Vec<String>>; 3] {
    let head: Vec<String> = headings.split(',').map(str::to_owned).collect();
    let mut tables = [vec![head.clone()], vec![head.clone()], vec![head]];
    for unit in ["甲局", "乙局", "丙局"] {
        for _ in 0..=dice.below(5) {
            let cells = record(dice);
            let start = [unit.to_owned(), "部门".to_owned()];
            let of = |cell: &dyn Fn(&Made) -> String| start.iter().cloned().chain(cells.iter().map(cell)).collect::<Vec<String>>();
            tables[0].push(of(&|made| made.wide.clone()));
            tables[1].push(of(&|made| made.points[0].clone()));
            tables[2].push(of(&|made| made.points[1].clone()));
        }
    }
    tables
}

/// How many values were bounds, and how many runs there were.
fn records_keep_inside(construct: &str, period: &str, name: &str, headings: &str, record: impl Fn(&mut Dice) -> Vec<Made>) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let policy = root().join("golden/constructs").join(construct).join("zh");
    let (mut bounds, mut runs) = (0, 0);
    for seed in 0..60 {
        let tables = made_up(headings, &mut Dice(seed * 7919 + 41), &record);
        write(&tables[0], &path);
        let known = score(&policy, period, &path).unwrap_or_else(|err| panic!("{construct} {seed}: {err}"));
        for exact in &tables[1..] {
            write(exact, &path);
            let exact = score(&policy, period, &path).unwrap_or_else(|err| panic!("{construct} {seed}: {err}"));
            bounds += compare(&exact, &known, &format!("{construct} {seed}"));
            runs += 1;
        }
    }
    (bounds, runs)
}

#[test]
fn results_of_any_records_inside_the_sets_lie_inside_the_bounds() {
    let orders = |dice: &mut Dice| {
        let times = [Made::time(false, dice), Made::time(true, dice)];
        let kind = Made::word(&["投诉", "咨询"], false, dice);
        let street = Made::word(&["北街", "南街", "新街"], true, dice).or_blank(dice);
        let marks = [Made::number(9, dice).or_blank(dice), Made::number(4, dice)];
        [Made::exact("A".into())].into_iter().chain(times).chain([kind, street]).chain(marks).collect()
    };
    let (bounds, runs) = records_keep_inside("records", "2024-01", "来件.csv", "单位,层级,编号,派出时间,签收时间,类别,街道,评分,户数", orders);
    assert!(bounds > 300 && runs == 120, "{bounds} {runs}");
    let praise = |dice: &mut Dice| {
        let about = Made::word(&["治水", "绿化", "信访"], true, dice);
        vec![about, Made::word(&["国家", "省", "市"], false, dice), Made::number(5, dice)]
    };
    let (bounds, runs) = records_keep_inside("record-groups", "2024", "表彰.csv", "单位,层级,事项,级别,分值", praise);
    assert!(bounds > 100 && runs == 120, "{bounds} {runs}");
}

const ORDERS: &str = r#"标准 例 { 版本 "1"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号 }
层级 部门 满分 10 分
记录 来件 : 件 {
    类别 : {投诉,咨询}
    街道 : 文字
    户数 : 户
    派出 : 时间
    签收 : 时间  可空
    评分 : 分    隐私
}
数据 超时 : 件  或由 来件 计数(其中 签收 为空 或 小时(派出, 签收) > 2 小时)
指标 甲 满分 10 分 { 超时 每 1 件 扣 1 分 }
输出 投诉数 = 来件 计数(其中 类别 = 投诉)
输出 北街 = 来件 计数(其中 街道 = "北街")
输出 户数 = 来件 合计(户数)
输出 投诉户数 = 来件 合计(户数 其中 类别 = 投诉)
输出 平均户 = 来件 平均(户数) 取整到 0.01 户
输出 投诉平均 = 来件 平均(户数 其中 类别 = 投诉) 取整到 0.01 户
输出 最多户 = 来件 最高(户数)
输出 最少户 = 来件 最低(户数)
输出 中位户 = 来件 中位(户数) 取整到 0.5 户
输出 加权 = 来件 加权平均(评分, 户数) 取整到 0.01 分
输出 最长 = 来件 最高(小时(派出, 签收) 其中 非 (签收 为空)) 取整到 0.01 小时
输出 街道数 = 来件 逐 街道 计数()
输出 大街 = 来件 逐 街道 计数(其中 合计(户数) ≥ 5 户)
总分 = 合计
排名 层级 依 总分 从高到低
"#;

const ORDER_HEADINGS: &str = "单位,层级,类别,街道,户数,派出,签收,评分";

/// Every aggregate by hand, of three orders of which the second is known in part and of a fourth of which hardly anything is.
#[test]
fn aggregates_of_records_known_in_part_are_those_calculated_by_hand() {
    let outputs = |rows: &[&str]| {
        let table = format!("{ORDER_HEADINGS}\n{}\n", rows.join("\n"));
        let found = scored_in(&[("标准/规则.kp", ORDERS), ("facts.csv", "单位,层级\n甲局,部门\n"), ("来件.csv", &table)]);
        found.map(|found| found["units"][0].clone())
    };
    let first = "甲局,部门,投诉,北街,3,2024-01-02 09:00,2024-01-02 10:00,8";
    let third = "甲局,部门,咨询,南街,1,2024-01-02 09:00,2024-01-02 12:00,6";
    let of = |unit: &Value, name: &str| {
        let output = &unit["outputs"][name];
        let plain = |value: &Value| value.as_str().unwrap_or_default().split(' ').next().unwrap().to_owned();
        match output["interval"].as_array() {
            Some(ends) => ends.iter().map(plain).collect::<Vec<_>>().join(" "),
            None => plain(output),
        }
    };
    // signed after one to four hours; 2 to 4 households; a complaint or not
    let some = "甲局,部门,?,北街,\"[2,4]\",2024-01-02 09:00,\"[2024-01-02 10:00,2024-01-02 13:00]\",7";
    let unit = outputs(&[first, some, third]).unwrap();
    let by_hand = [
        ("投诉数", "1 2"),
        ("北街", "2"),
        ("户数", "6 8"),
        // the second is no complaint, or one of 4 households
        ("投诉户数", "3 7"),
        // 6 / 3 and 8 / 3
        ("平均户", "2 2.67"),
        ("最多户", "3 4"),
        ("最少户", "1"),
        ("中位户", "2 3"),
        ("最长", "3 4"),
        ("街道数", "2"),
        // the first and the second are 5 to 7 in one street
        ("大街", "1"),
    ];
    let number = |text: &str| text.split(' ').map(|one| one.parse::<Decimal>().unwrap().normalize()).collect::<Vec<_>>();
    for (name, expected) in by_hand {
        assert_eq!(number(&of(&unit, name)), number(expected), "{name}: {unit}");
    }
    // the weights are not known: between the marks of all that count
    assert_eq!(number(&of(&unit, "加权")), number("6 8"));
    // the third is late, the second may be
    assert_eq!(ends_of(&unit["total"], &unit["interval"]), ends("[8, 9]"));
    // 6 to 9 marks for 2 households: 42 / 6 and 48 / 6
    let marked = "甲局,部门,投诉,北街,2,2024-01-02 09:00,2024-01-02 10:00,\"[6,9]\"";
    assert_eq!(number(&of(&outputs(&[first, marked, third]).unwrap(), "加权")), number("7 8"));
    // the mean of 3, 1 and, where they are complaints, 1 and 5: 3 and 1 alone are 2, with 1 they are 1.67, with 5 they are 3
    let two = ["1", "5"].map(|count| format!("甲局,部门,?,北街,{count},2024-01-02 09:00,2024-01-02 10:00,8"));
    let kinds = [first, &third.replace("咨询", "投诉"), two[0].as_str(), two[1].as_str()];
    assert_eq!(number(&of(&outputs(&kinds).unwrap(), "投诉平均")), number("1.67 3"));
    // a street that is not known: one of the others or one of its own; it may bring 5 households or none
    let unknown = "甲局,部门,投诉,?,5,2024-01-02 09:00,2024-01-02 10:00,9";
    let unit = outputs(&[first, third, unknown]).unwrap();
    for (name, expected) in [("街道数", "2 3"), ("大街", "0 3"), ("北街", "1 2"), ("投诉数", "2"), ("户数", "9")] {
        assert_eq!(number(&of(&unit, name)), number(expected), "{name}");
    }
    // every record with its cells, as they are written
    let table = format!("{ORDER_HEADINGS}\n{first}\n{some}\n");
    let folder = folder_of(&[("标准/规则.kp", ORDERS), ("facts.csv", "单位,层级\n甲局,部门\n"), ("来件.csv", &table)]);
    let run = run_in(folder.path(), "explain", &["--unit", "甲局", "--records", "--mask", "--lang", "zh"]);
    assert!(run.out.contains("[2024-01-02 10:00,2024-01-02 13:00]") && run.out.contains("来件 2 件中 0 件,1 件不能确定"), "{}{}", run.out, run.err);
    // what is missing leaves all open, whatever else is known in part; what a private cell holds is not quoted
    let wrong = outputs(&[first, "甲局,部门,投诉,北街,1,2024-01-02 09:00,,\"[9,8]\""]).unwrap_err();
    assert!(wrong.contains("K0535") && wrong.contains("评分") && !wrong.contains("[9,8]"), "{wrong}");
    assert!(outputs(&[first, "甲局,部门,投诉,北街,\"[9,8]\",2024-01-02 09:00,,8"]).unwrap_err().contains("K0535"));
}

/// What begins on a day off falls due on Monday at the same time of day: at 8:00 of what began at 8:00, whether on Saturday or on Sunday,
/// and at 23:00 of what began on Saturday at 23:00, which lies in between.
#[test]
fn the_time_of_day_stays_after_working_days() {
    let rules = r#"标准 例 { 版本 "1"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号  日历 "日历.csv" }
层级 部门 满分 10 分
数据 派出 : 时间
数据 签收 : 时间
指标 甲 满分 10 分 { 当 签收 > 派出 + 1 工作日 扣 4 分 }
总分 = 合计
排名 层级 依 总分 从高到低
"#;
    let calendar = "类别,日期,时间\n范围,2024-01-01 至 2024-01-31,\n工作时间,周一至周五,09:00-17:00\n";
    let with = |sent: &str| {
        let facts = format!("单位,层级,派出,签收\n甲局,部门,{sent},2024-01-08 12:00\n");
        let found = scored_in(&[("标准/规则.kp", rules), ("标准/日历.csv", calendar), ("facts.csv", &facts)]).unwrap();
        shown_ends(&found["units"][0]["indicators"]["甲"])
    };
    assert_eq!(with("2024-01-06 08:00"), both("6", "6"));
    assert_eq!(with("2024-01-06 23:00"), both("10", "10"));
    assert_eq!(with("\"[2024-01-06 08:00,2024-01-07 08:00]\""), both("6", "10"));
    // from Thursday on, and of whatever began by then, the ends decide
    assert_eq!(with("≤2024-01-04 08:00"), both("6", "6"));
    assert_eq!(with("≥2024-01-08 09:00"), both("10", "10"));
}

/// 10 - 0.48 and 10 - 3.22 points: the condition that surely does not hold hides nothing of it.
#[test]
fn what_is_known_in_part_is_accounted_for_down_to_its_cells() {
    let arguments = ["explain", &format!("{BY_HAND}/zh"), "甲局", "--indicator", "时效", "--period", "2024-01"];
    let run = kaoping(root(), &[arguments.as_slice(), &["--facts", &format!("{BY_HAND}/facts-all.csv")]].concat());
    for line in
        ["10 分 - [0.48 分, 3.22 分]", "[8 件, 12 件] / 146 件", "超时数 [8 件, 12 件] [golden/constructs/partly-known/facts-all.csv 第 2 行「超时数」列]"]
    {
        assert!(run.out.contains(line), "no {line}\n{}{}", run.out, run.err);
    }
}

/// Rates of 90 %, 80 to 85 % and 70 %: each is at least 50 %, so that three count whatever the second is; the mean is 240 / 3 to 245 / 3. What a unit brings is
/// computed behind its scores.
#[test]
fn what_surely_counts_on_a_condition_is_counted() {
    let rules = r#"
标准 示例 { 版本 "1" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 县 满分 10 分
数据 率 : %
令 高 = 层级 计数(其中 率 ≥ 50%)
指标 甲 满分 10 分 { 高 低于 3 家 每 1 家 扣 1 分 }
总分 = 合计
输出 高数 = 高
输出 均 = 层级 平均(率 其中 率 ≥ 50%) 取整到 0.01%
排名 层级 依 总分
"#;
    let found = scored_in(&[("标准/规则.kp", rules), ("facts.csv", "单位,层级,率\n一,县,90%\n二,县,\"[80%,85%]\"\n三,县,70%\n")]).unwrap();
    for unit in found["units"].as_array().unwrap() {
        assert_eq!((&unit["total"], &unit["outputs"]["高数"]), (&"10.00".into(), &"3".into()), "{unit}");
        assert_eq!(unit["outputs"]["均"]["interval"], serde_json::json!(["80.00%", "81.67%"]), "{unit}");
    }
}

/// A unit belongs somewhere, or it is blank; that nobody knows where is no name of a place.
#[test]
fn what_a_unit_belongs_to_is_no_set() {
    let rules = r#"
标准 示例 { 版本 "1" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 镇 满分 10 分
数据 值 : 件
指标 甲 满分 10 分 { 同 所在县 最高(值) 高于 0 件 每 1 件 扣 1 分,扣完为止 }
总分 = 合计
排名 层级 依 总分
"#;
    for (place, fits) in [("甲县", true), ("?", false), ("{甲县,乙县}", false)] {
        let register = format!("单位,层级,所在县\n一,镇,甲县\n二,镇,\"{place}\"\n");
        let folder = folder_of(&[("标准/规则.kp", rules), ("标准/名册.csv", &register), ("facts.csv", "单位,值\n一,9\n二,3\n")]);
        let run = run_in(folder.path(), "score", &[]);
        assert_eq!((run.status, run.err.contains("K0513")), (if fits { 0 } else { 2 }, !fits), "{place}: {}{}", run.out, run.err);
    }
}
