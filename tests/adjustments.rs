//! What is corrected after appeals: `golden/adjustments/<case>/` holds facts, adjustments and the scores, places and moves that come
//! of them, calculated by hand from the rules in `golden/adjustments/policy`.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use program::{Run, kaoping, root};
use serde_json::Value;

fn cases() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(root().join("golden/adjustments")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("expected.csv").is_file());
    found.sort();
    assert!(found.len() >= 3);
    found
}

fn units(results: &Value) -> BTreeMap<String, &Value> {
    results["units"].as_array().unwrap().iter().map(|unit| (unit["unit"].as_str().unwrap().to_owned(), unit)).collect()
}

/// A number, a word or null as a table says it.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "—".to_owned(),
        other => other.to_string(),
    }
}

fn standing(standing: &Value) -> String {
    let total = if standing["total"].is_null() { &standing["status"] } else { &standing["total"] };
    let mark = if standing["provisional"] == true { "(暂)" } else { "" };
    format!("{} {}{mark}", word(total), word(&standing["rank"]))
}

/// What the results say of an item, the total or the place of a unit, or of how it moved.
fn said(results: &Value, unit: &Value, item: &str) -> String {
    match item {
        "总分" => word(if unit["total"].is_null() { &unit["status"] } else { &unit["total"] }),
        "名次" => word(&unit["rank"]),
        "变动" => {
            let moved = results["moved"].as_array().unwrap().iter().find(|moved| moved["unit"] == unit["unit"]);
            moved.map(|moved| format!("{} → {}", standing(&moved["before"]), standing(&moved["after"]))).unwrap_or_default()
        }
        item => {
            let one = unit["indicators"].get(item).or_else(|| unit["sections"].get(item)).unwrap();
            word(if one["score"].is_null() { &one["status"] } else { &one["score"] })
        }
    }
}

#[test]
fn every_case_gives_what_was_calculated_by_hand() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(root().join("schema/results.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for case in cases() {
        let facts = case.join("units.csv");
        let run = kaoping(root(), &["score", "golden/adjustments/policy", "--period", "2024-01", "--facts", facts.to_str().unwrap(), "--format", "json"]);
        assert!(matches!(run.status, 0 | 3), "{}", run.err);
        let results: Value = serde_json::from_str(&run.out).unwrap();
        let faults: Vec<String> = validator.iter_errors(&results).map(|fault| format!("{} {fault}", fault.instance_path)).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        let units = units(&results);
        let mut moves = 0;
        let mut reader = csv::Reader::from_path(case.join("expected.csv")).unwrap();
        for row in reader.records() {
            let row = row.unwrap();
            moves += usize::from(&row[1] == "变动");
            assert_eq!(said(&results, units[&row[0]], &row[1]), &row[2], "{} {} {}", case.display(), &row[0], &row[1]);
        }
        assert_eq!(results["moved"].as_array().unwrap().len(), moves, "{}", case.display());
    }
}

/// The rows of a CSV file.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// A table of adjustments as a workbook: its second sheet under a title, days as days.
fn workbook(table: &[Vec<String>], path: &Path) {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    let sheet = book.add_worksheet();
    sheet.set_name("申诉结果").unwrap();
    sheet.write_string(0, 0, "附件2").unwrap();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    for (row, cells) in (1..).zip(table) {
        for (column, text) in (0..).zip(cells) {
            match rust_xlsxwriter::ExcelDateTime::parse_from_str(text) {
                Ok(date) if text.len() == 10 => sheet.write_with_format(row, column, &date, &day).unwrap(),
                _ => sheet.write_string(row, column, text).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
}

#[test]
fn adjustments_apply_alike_from_every_format() {
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        let facts = folder.path().join("units.csv");
        fs::copy(case.join("units.csv"), &facts).unwrap();
        let table = rows(&case.join("adjustments.csv"));
        let score = || {
            let arguments = ["score", "golden/adjustments/policy", "--period", "2024-01", "--facts", facts.to_str().unwrap(), "--format", "json"];
            let run = kaoping(root(), &arguments);
            assert!(matches!(run.status, 0 | 3), "{}{}", case.display(), run.err);
            let mut results: Value = serde_json::from_str(&run.out).unwrap();
            assert!(results["adjustments_sha256"].take().is_string() && !results["adjustments"].as_array().unwrap().is_empty());
            // where each stands differs, as it should
            let take = |one: &mut Value| ["file", "sheet", "row"].map(|key| one[key].take().to_string()).join(" ");
            let places: Vec<String> = results["adjustments"].as_array_mut().unwrap().iter_mut().map(take).collect();
            (results, places)
        };
        fs::copy(case.join("adjustments.csv"), folder.path().join("adjustments.csv")).unwrap();
        let (expected, _) = score();
        fs::remove_file(folder.path().join("adjustments.csv")).unwrap();

        workbook(&table, &folder.path().join("adjustments.xlsx"));
        let (results, places) = score();
        assert!(results == expected, "{}", case.display());
        assert!(places.iter().all(|place| place.contains("adjustments.xlsx\" \"申诉结果\"")), "{places:?}");
        fs::remove_file(folder.path().join("adjustments.xlsx")).unwrap();

        let record = |cells: &Vec<String>| Value::Object(table[0].iter().cloned().zip(cells.iter().map(|cell| Value::from(cell.as_str()))).collect());
        fs::write(folder.path().join("adjustments.json"), Value::Array(table[1..].iter().map(record).collect()).to_string()).unwrap();
        let (results, _) = score();
        assert!(results == expected, "{}", case.display());
    }
}

#[test]
fn what_is_wrong_in_a_workbook_of_adjustments_is_placed_by_sheet_and_cell() {
    let folder = tempfile::tempdir().unwrap();
    let case = root().join("golden/adjustments/fact_that_moves_the_places_of_others");
    fs::copy(case.join("units.csv"), folder.path().join("units.csv")).unwrap();
    let facts = folder.path().join("units.csv");
    let mut table = rows(&case.join("adjustments.csv"));
    table[1][3] = "零件".to_owned();
    let run = |table: &[Vec<String>]| {
        workbook(table, &folder.path().join("调整.xlsx"));
        let run = kaoping(root(), &["score", "golden/adjustments/policy", "--period", "2024-01", "--facts", facts.to_str().unwrap()]);
        assert_eq!(run.status, 2, "{}", run.out);
        run.err
    };
    let said = run(&table);
    assert!(said.contains("调整.xlsx「申诉结果」表 D3「改为」列"), "{said}");
    table[1][3] = "0".to_owned();
    table[1][2] = "2".to_owned();
    let said = run(&table);
    assert!(said.contains("调整.xlsx「申诉结果」表 D3:这一行") && said.contains("units.csv 第 3 行「超时数」列"), "{said}");
}

/// The golden month with adjustments beside its facts, in a folder of its own.
fn november(folder: &Path, adjustments: &str) -> PathBuf {
    for from in ["policies/lianyungang", "golden/lianyungang/2020-11"] {
        fs::create_dir_all(folder.join(from)).unwrap();
        for entry in fs::read_dir(root().join(from)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, folder.join(from).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let month = folder.join("golden/lianyungang/2020-11");
    fs::write(month.join("调整.csv"), format!("单位,事实或指标,原值,改为,理由,经办,日期\n{adjustments}")).unwrap();
    month
}

const FACTS: [&str; 4] = ["--period", "2020-11", "--facts", "golden/lianyungang/2020-11/facts.csv"];

fn score(folder: &Path, more: &[&str]) -> Run {
    let run = kaoping(folder, &[&["score", "policies/lianyungang"], &FACTS[..], more].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    run
}

// 1 - 11/146 = 92.465...% -> 92.47%; 95 - 92.47 = 2.53 -> 7.47; 84.60 - 0.68 = 83.92, which is less than the 84.12 of 连云港联通
const ONE_MORE: &str = "市教育局,超时签收数,10,11,申诉复核:漏计一件,张三,2020-12-15\n";

#[test]
fn days_are_read_as_spreadsheet_programs_and_people_write_them() {
    let folder = tempfile::tempdir().unwrap();
    for day in ["2020/12/15", "2020年12月15日", "2020.12.15"] {
        november(folder.path(), &ONE_MORE.replace("2020-12-15", day));
        let results: Value = serde_json::from_str(&score(folder.path(), &["--format", "json"]).out).unwrap();
        assert_eq!(results["adjustments"][0]["date"], "2020-12-15", "{day}");
    }
}

#[test]
fn one_more_late_receipt_of_the_bulletin_moves_two_places() {
    let folder = tempfile::tempdir().unwrap();
    november(folder.path(), ONE_MORE);
    let results: Value = serde_json::from_str(&score(folder.path(), &["--format", "json"]).out).unwrap();
    let unit = units(&results)["市教育局"];
    assert_eq!((unit["indicators"]["及时签收率"]["score"].as_str(), unit["total"].as_str()), (Some("7.47"), Some("83.92")));
    let moved: Vec<(&str, String, String)> =
        results["moved"].as_array().unwrap().iter().map(|one| (one["unit"].as_str().unwrap(), standing(&one["before"]), standing(&one["after"]))).collect();
    let expected = [("市教育局", "84.60 49", "83.92 50"), ("连云港联通", "84.12 50", "84.12 49")];
    assert_eq!(moved, expected.map(|(unit, before, after)| (unit, before.to_owned(), after.to_owned())));
    // the facts are those of the bulletin, and so is their checksum
    let plain = kaoping(root(), &[&["score", "policies/lianyungang"], &FACTS[..], &["--format", "json"]].concat());
    let plain: Value = serde_json::from_str(&plain.out).unwrap();
    assert_eq!(results["facts_sha256"], plain["facts_sha256"]);
    assert!(plain["adjustments_sha256"].is_null() && results["adjustments_sha256"].is_string());
    assert!(plain["adjustments"].as_array().unwrap().is_empty() && plain["moved"].as_array().unwrap().is_empty());
}

#[test]
fn every_output_says_what_was_adjusted_and_why() {
    let folder = tempfile::tempdir().unwrap();
    // of the fact and the indicator of one name the value without a percent sign is the score
    november(folder.path(), &format!("{ONE_MORE}市体育局,回访满意率,0,12.5,回访对象有误,李四,2020-12-16\n"));
    let told = ["超时签收数 10 件 改为 11 件", "申诉复核:漏计一件(张三,2020-12-15)", "回访满意率 0.00 分 改为 12.50 分", "回访对象有误(李四,2020-12-16)"];
    let moved = ["及时签收率 8.15 → 7.47", "总分 84.60 → 83.92", "名次 49 → 51", "总分 80.00 → 92.50", "名次 51 → 46", "名次 46 → 47"];
    for format in ["text", "md", "csv"] {
        // a table in a terminal breaks its lines
        let text = score(folder.path(), &["--format", format]).out.replace("\n    ", "");
        for words in told.iter().chain(&moved) {
            assert!(text.contains(words), "{format}: {words}\n{text}");
        }
    }
    let text = score(folder.path(), &[]).out;
    assert!(text.lines().any(|line| line.contains("市教育局") && line.contains("7.47*") && line.contains("83.92*")), "{text}");
    score(folder.path(), &["--out", "x.xlsx"]);
    let mut book = zip::ZipArchive::new(fs::File::open(folder.path().join("x.xlsx")).unwrap()).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let (strings, notes) = (part("xl/sharedStrings.xml"), part("xl/comments2.xml"));
    for words in told {
        assert!(strings.contains(words) && notes.contains(words), "{words}");
    }
    assert!(strings.contains("已调整") && moved.iter().all(|words| strings.contains(words)));
    assert!(notes.contains("算得 0.00 分,调整为 12.5 分(回访对象有误)"));
}

#[test]
fn of_one_unit_its_own_adjustments_and_move_are_told_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    november(folder.path(), &format!("{ONE_MORE}市体育局,回访满意率,0,12.5,回访对象有误,李四,2020-12-16\n"));
    let of = |unit: &str, format: &str| score(folder.path(), &["--unit", unit, "--format", format]).out.replace("\n    ", "");
    for format in ["text", "md", "csv"] {
        let text = of("市体育局", format);
        assert!(text.contains("回访满意率 0.00 分 改为 12.50 分") && text.contains("名次 51 → 46"), "{format}: {text}");
        assert!(!text.contains("市教育局") && !text.contains("超时签收数 10 件"), "{format}: {text}");
    }
    // the bulletin gives 51 departments places, the last of them to this one
    for format in ["text", "md"] {
        let text = of("市体育局", format);
        // what is said of one unit is not said of all
        assert!(text.contains("51 家之 1)") && text.contains("满分:") && !text.contains("各家"), "{format}: {text}");
    }
    let text = of("市体育局", "json");
    let results: Value = serde_json::from_str(&text).unwrap();
    let adjustments = results["adjustments"].as_array().unwrap();
    assert_eq!(adjustments.iter().map(|one| one["reason"].as_str().unwrap()).collect::<Vec<_>>(), ["回访对象有误"]);
    // the places in the list are those of the list that is left
    let unit = units(&results)["市体育局"];
    assert_eq!((&unit["adjusted"], &unit["indicators"]["回访满意率"]["adjusted"]), (&serde_json::json!([0]), &serde_json::json!([0])));
    assert_eq!(results["moved"].as_array().unwrap().len(), 1);
    score(folder.path(), &["--unit", "市体育局", "--out", "x.xlsx"]);
    let mut book = zip::ZipArchive::new(fs::File::open(folder.path().join("x.xlsx")).unwrap()).unwrap();
    let mut strings = String::new();
    book.by_name("xl/sharedStrings.xml").unwrap().read_to_string(&mut strings).unwrap();
    assert!(strings.contains("51 家之 1)") && strings.contains("回访对象有误") && !strings.contains("漏计一件"));
}

#[test]
fn an_explanation_shows_what_was_computed_and_what_stands_instead() {
    let folder = tempfile::tempdir().unwrap();
    november(folder.path(), &format!("{ONE_MORE}市体育局,指标 回访满意率,0,12.5,回访对象有误,李四,2020-12-16\n"));
    let explain = |more: &[&str]| kaoping(folder.path(), &[&["explain", "policies/lianyungang"], more, &FACTS[..]].concat()).out;
    let text = explain(&["市体育局", "--indicator", "回访满意率"]);
    for words in [
        "12.50 / 20.00 分",
        "算得 0.00 分,调整为 12.5 分",
        "回访满意率 0.00 分 改为 12.50 分,回访对象有误(李四,2020-12-16)",
        "调整.csv 第 3 行",
        "扣 22.5 分,扣完为止,得 0 分",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let text = explain(&["市体育局"]);
    assert!(text.contains("回访满意率 = 12.5 分(算得 0.00 分,已调整)") && text.contains("总分 = 92.5 分"), "{text}");
    let text = explain(&["市教育局", "--indicator", "及时签收率"]);
    assert!(text.contains("146 件工单中 11 件超时签收") && text.contains("超时签收数 11 件 [golden/lianyungang/2020-11/调整.csv 第 2 行"), "{text}");
    // what was not adjusted says nothing of it
    assert!(!explain(&["市教育局", "--indicator", "按时办结率"]).contains("调整"));
    let json: Value = serde_json::from_str(&explain(&["市体育局", "--indicator", "回访满意率", "--format", "json"])).unwrap();
    assert_eq!((json["score"].as_str(), json["computed"]["score"].as_str()), (Some("12.50"), Some("0.00")));
    assert_eq!(json["adjustments"][0]["reason"], "回访对象有误");
    assert!(json["computed"]["steps"].as_array().unwrap().len() > 5 && json["steps"][0]["effect"] == "adjusted");
}

#[test]
fn a_published_month_is_compared_after_its_adjustments() {
    let folder = tempfile::tempdir().unwrap();
    let month = november(folder.path(), ONE_MORE);
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 1);
    assert!(run.out.lines().any(|line| line.contains("及时签收率") && line.contains("8.15") && line.contains("7.47")), "{}", run.out);
    fs::remove_file(month.join("调整.csv")).unwrap();
    assert_eq!(kaoping(folder.path(), &["test", "golden"]).status, 0);
}

#[test]
fn a_table_is_named_or_found_and_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let month = november(folder.path(), ONE_MORE);
    let table = month.join("调整.csv");
    let found = score(folder.path(), &["--format", "json"]).out;
    // named as well as found
    assert_eq!(score(folder.path(), &["--format", "json", "--adjustments", "./golden/lianyungang/2020-11/调整.csv"]).out, found);
    // named only; an alias of the register names the unit
    fs::remove_file(&table).unwrap();
    fs::write(folder.path().join("申诉.csv"), "unit,fact or indicator,old,new,reason,by,date\n市交通运输局,按时办结率,93.26%,100%,upheld,A,2020-12-15\n")
        .unwrap();
    let results: Value = serde_json::from_str(&score(folder.path(), &["--format", "json", "--adjustments", "申诉.csv"]).out).unwrap();
    // 13.26 -> 15 points: 88.26 + 1.74
    assert_eq!(units(&results)["市交通局"]["total"], "90.00");
    // it is never overwritten
    let run = kaoping(folder.path(), &[&["score", "policies/lianyungang"], &FACTS[..], &["--adjustments", "申诉.csv", "--out", "申诉.csv"]].concat());
    assert!(run.status == 2 && run.err.contains("不能覆盖"), "{}", run.err);
    let run = kaoping(folder.path(), &[&["score", "policies/lianyungang"], &FACTS[..], &["--adjustments", "没有.csv"]].concat());
    assert!(run.status == 2 && run.err.contains("没有.csv"), "{}", run.err);
}

#[test]
fn facts_at_fault_may_be_mended_and_have_nothing_to_compare_with() {
    let folder = tempfile::tempdir().unwrap();
    let month = november(folder.path(), "市体育局,不满意数,0,1,录入有误,张三,2020-12-15\n");
    let facts = month.join("facts.csv");
    let text = fs::read_to_string(&facts).unwrap();
    let line = text.lines().find(|line| line.starts_with("市体育局,")).unwrap();
    assert!(line.contains(",2,1,50%"), "{line}");
    fs::write(&facts, text.replace(line, &line.replace(",2,1,50%", ",2,0,50%"))).unwrap();
    let results: Value = serde_json::from_str(&score(folder.path(), &["--format", "json"]).out).unwrap();
    assert!(results["moved"].is_null());
    assert_eq!(units(&results)["市体育局"]["total"], "80.00");
    assert!(score(folder.path(), &[]).out.contains("不能与调整前比较"));
}

#[test]
fn results_without_adjustments_are_as_before_and_the_order_of_rows_is_no_matter() {
    let folder = tempfile::tempdir().unwrap();
    let rows = ["市教育局,超时签收数,10,11,甲,张三,2020-12-15\n", "市教育局,超时签收数,11,12,乙,张三,2020-12-16\n"];
    let month = november(folder.path(), &rows.concat());
    let units = |text: &str| serde_json::from_str::<Value>(text).unwrap()["units"].clone();
    let straight = units(&score(folder.path(), &["--format", "json"]).out);
    fs::write(month.join("调整.csv"), format!("单位,事实或指标,原值,改为,理由,经办,日期\n{}{}", rows[1], rows[0])).unwrap();
    assert_eq!(units(&score(folder.path(), &["--format", "json"]).out), straight);
    // a table without rows changes nothing
    let plain = kaoping(root(), &[&["score", "policies/lianyungang"], &FACTS[..], &["--format", "json"]].concat()).out;
    fs::write(month.join("调整.csv"), "单位,事实或指标,原值,改为,理由,经办,日期\n").unwrap();
    assert_eq!(units(&score(folder.path(), &["--format", "json"]).out), units(&plain));
}

#[test]
fn of_a_section_that_was_adjusted_the_sentence_of_the_total_tells_that() {
    let folder = tempfile::tempdir().unwrap();
    // 10 + 10 + 15 + 14.81 = 49.81; with 55 all of the 100 points are there
    november(folder.path(), "市城管局,办件质效,49.81,55,申诉成立,张三,2020-12-15\n");
    let explain = |more: &[&str]| kaoping(folder.path(), &[&["explain", "policies/lianyungang", "市城管局"], more, &FACTS[..]].concat()).out;
    let sentence = |text: &str| text.lines().nth(1).unwrap().to_owned();
    assert_eq!(sentence(&explain(&[])), "办件质效 调整为 55 分,其余指标满分,得 100 分。");
    assert_eq!(sentence(&explain(&["--lang", "en"])), "办件质效 adjusted to 55 points, full marks for all others, scores 100 points.");
    // of the section itself its indicators are told as they were computed
    let section = explain(&["--indicator", "办件质效"]);
    assert!(section.contains("算得 49.81 分,调整为 55 分(申诉成立)。") && section.contains("回访满意率 14.81 分,其余指标满分,得 49.81 分。"), "{section}");
}

#[test]
fn of_a_unit_that_enters_or_leaves_only_its_standing_is_told_to_have_moved() {
    let folder = tempfile::tempdir().unwrap();
    november(folder.path(), "市卫健委,总工单数,223,0,无工单,张三,2020-12-15\n");
    let text = score(folder.path(), &[]).out;
    assert!(text.contains("\n  市卫健委:总分 100.00 → 不参评,名次 1 → —\n"), "{text}");
    let results: Value = serde_json::from_str(&score(folder.path(), &["--format", "json"]).out).unwrap();
    let moved = results["moved"].as_array().unwrap().iter().find(|moved| moved["unit"] == "市卫健委").unwrap();
    assert_eq!(moved["indicators"]["按时办结率"], serde_json::json!({"before": "15.00", "after": null}));
}

#[test]
fn the_place_of_an_adjustment_is_that_of_its_kind_of_table() {
    let folder = tempfile::tempdir().unwrap();
    let month = november(folder.path(), "");
    fs::remove_file(month.join("调整.csv")).unwrap();
    let tables = folder.path().join("申诉");
    fs::create_dir(&tables).unwrap();
    // a folder that is named holds tables as that of the facts does
    let named = ["--adjustments", "申诉"];
    let run = kaoping(folder.path(), &[&["score", "policies/lianyungang"], &FACTS[..], &named].concat());
    assert!(run.status == 2 && run.err.contains("申诉 里没有调整表"), "{}", run.err);
    let record = r#"[{"单位": "市教育局", "事实或指标": "超时签收数", "原值": 10, "改为": 11, "理由": "漏计", "经办": "张三", "日期": "2020-12-15"}]"#;
    fs::write(tables.join("adjustments.json"), record).unwrap();
    assert!(score(folder.path(), &named).out.contains("[申诉/adjustments.json 第 1 条]"));
    fs::remove_file(tables.join("adjustments.json")).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("12月").unwrap();
    let rows = [["单位", "事实或指标", "原值", "改为", "理由", "经办", "日期"], ["市教育局", "超时签收数", "10", "11", "漏计", "张三", "2020-12-15"]];
    for (row, cells) in (0..).zip(rows) {
        sheet.write_row(row, 0, cells).unwrap();
    }
    book.save(tables.join("调整.xlsx")).unwrap();
    assert!(score(folder.path(), &named).out.contains("[申诉/调整.xlsx「12月」表 D2]"));
    let results: Value = serde_json::from_str(&score(folder.path(), &[&named[..], &["--format", "json"]].concat()).out).unwrap();
    let one = &results["adjustments"][0];
    assert_eq!((one["file"].as_str(), one["sheet"].as_str(), one["row"].as_u64()), (Some("申诉/调整.xlsx"), Some("12月"), Some(2)));
}
