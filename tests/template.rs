//! Empty tables of facts: what they hold, and that they score when they are filled in.
//!
//! `tests/outside/fill_template.py` fills in the workbook as a user would; CI runs it where Python and openpyxl are there.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use program::{kaoping, root};
use serde_json::Value;

const POLICY: &str = "policies/lianyungang";
const FACTS: &str = "golden/lianyungang/2020-11/facts.csv";

fn template(arguments: &[&str], out: &Path) -> Vec<u8> {
    let run = kaoping(root(), &[&["template"], arguments, &["--out", out.to_str().unwrap()]].concat());
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.err);
    fs::read(out).unwrap()
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn units(facts: &Path) -> Value {
    let run = kaoping(root(), &["score", POLICY, "--period", "2020-11", "--facts", facts.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str::<Value>(&run.out).unwrap()["units"].take()
}

#[test]
fn the_csv_filled_in_scores_as_the_facts() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("empty.csv");
    let empty = csv_rows(&template(&[POLICY, "--period", "2020-11"], &out));
    assert_eq!((empty.len(), &empty[0][..4]), (75, ["单位", "层级", "总工单数(件)", "超时签收数(件)"].map(str::to_owned).as_slice()));
    let facts = csv_rows(&fs::read(root().join(FACTS)).unwrap());
    let given: BTreeMap<(&str, &str), &str> = facts[1..]
        .iter()
        .flat_map(|row| row.iter().zip(&facts[0]).skip(1).map(|(cell, heading)| ((row[0].as_str(), heading.as_str()), cell.as_str())))
        .collect();
    let mut text = empty[0].join(",");
    let mut typed = 0;
    for row in &empty[1..] {
        write!(text, "\n{},{}", row[0], row[1]).unwrap();
        for heading in &empty[0][2..] {
            // under a heading with (%) a rate may be typed without the sign
            let name = heading.split('(').next().unwrap();
            let cell = given.get(&(row[0].as_str(), name)).map(|cell| cell.trim_end_matches('%')).unwrap_or_default();
            typed += usize::from(!cell.is_empty());
            write!(text, ",{cell}").unwrap();
        }
    }
    assert_eq!(typed, 489);
    let filled = folder.path().join("filled.csv");
    fs::write(&filled, text).unwrap();
    assert!(units(&filled) == units(&root().join(FACTS)));
}

fn workbook(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn texts(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Vec<Vec<String>> {
    book.worksheet_range(sheet)
        .unwrap()
        .rows()
        .map(|row| row.iter().map(|cell| if *cell == Data::Empty { String::new() } else { cell.to_string() }).collect())
        .collect()
}

/// The XML of the first sheet.
fn first_sheet(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_table_that_was_filled_in_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("填好 的.xlsx");
    fs::write(&out, "填好的").unwrap();
    let path = out.to_str().unwrap();
    let run = kaoping(root(), &["template", POLICY, "--out", path]);
    assert!(run.status == 2 && run.err.contains("--force"), "{}", run.err);
    assert_eq!(fs::read_to_string(&out).unwrap(), "填好的");
    let run = kaoping(root(), &["template", POLICY, "--out", path, "--force"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    assert!(run.err.contains("已写到") && fs::read(&out).unwrap().starts_with(b"PK"), "{}", run.err);
}

#[test]
fn the_workbook_holds_the_columns_their_checks_and_their_clauses() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("空 表.xlsx");
    let bytes = template(&[POLICY, "--period", "2020-11"], &out);
    assert!(template(&[POLICY, "--period", "2020-11"], &folder.path().join("again.xlsx")) == bytes);
    let mut book = workbook(&bytes);
    assert_eq!(book.sheet_names(), ["数据", "说明"]);
    let rows = texts(&mut book, "数据");
    assert_eq!((rows.len(), rows[1][0].as_str(), rows[1][1].as_str(), rows[74][1].as_str()), (75, "东海县", "县区", "部门"));
    let csv = csv_rows(&template(&[POLICY, "--period", "2020-11"], &folder.path().join("t.csv")));
    assert_eq!(rows[0], csv[0]);
    let explained = texts(&mut book, "说明");
    let row = |name: &str| explained.iter().find(|row| row[0] == name).unwrap();
    let late = row("超时签收数(件)");
    assert_eq!((late[2].as_str(), late[4].as_str(), late[5].as_str()), ("件", "不小于 0\n不大于 总工单数", "全部"));
    let rules = fs::read_to_string(root().join(POLICY).join("标准.kp.md")).unwrap();
    let line = rules.lines().position(|line| line.starts_with("数据 签收率")).unwrap() + 1;
    assert!(late[7].contains(&format!("标准.kp.md:{line} ")) && late[7].contains("或由 1 - 超时签收数 / 总工单数"), "{}", late[7]);
    let rate = row("及时签收率(%)");
    assert!(rate[7].contains("签收率 低于 95% 每 1 个百分点 扣 1 分") && rate[8].contains("市教育局146件工单中10件超时签收"), "{rate:?}");
    assert_eq!((row("接通率(分)")[4].as_str(), row("接通率(分)")[5].as_str()), ("0 至 5", "县区"));
    let xml = first_sheet(&bytes);
    // 4 counties have the column, the 70 units below do not and have no check
    assert!(xml.contains("sqref=\"AA2:AA5\"><formula1>0</formula1><formula2>5</formula2>"), "no check of 接通率");
    assert!(!xml.contains("sqref=\"AA6"));
    assert!(xml.contains("<dataValidation type=\"whole\" errorStyle=\"warning\" operator=\"greaterThanOrEqual\""));
    assert!(xml.contains("state=\"frozen\""));
    // an empty template is read without a complaint: the facts are missing, and that is all
    let run = kaoping(root(), &["score", POLICY, "--period", "2020-11", "--facts", out.to_str().unwrap(), "--format", "json"]);
    assert_eq!((run.status, run.err.as_str()), (3, ""));
}

#[test]
fn a_period_has_its_own_units_and_english_its_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    fs::create_dir(&policy).unwrap();
    let rules = "standard demo { version \"1\" cycle month rounding half up score round to 0.01 points ties skipping }\ntier county marks 10 points\ntier office marks 10 points\nfact orders : cases\nfact gain : pp\nfact filed : { yes, no }\nfact grade : { good, \u{300C}poor, late\u{300D} }\nindicator \u{300C}A\u{300D} marks 10 points {\n    when filed = no award 0 points\n    when grade = good award marks\n    when orders = 0 award marks\n    gain above 1 pp per 1 pp deduct 1 points, down to 0\n}\ntotal = sum\nrank tier on total\n";
    fs::write(policy.join("rules.kp"), rules).unwrap();
    let run = kaoping(folder.path(), &["check", "policy"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let make = |name: &str, more: &[&str]| {
        let run = kaoping(folder.path(), &[&["template", "policy", "--force", "--out", name], more].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        fs::read(folder.path().join(name)).unwrap()
    };
    // without a register the rows are open, and tiers are chosen from a list
    let bytes = make("open.xlsx", &[]);
    let mut book = workbook(&bytes);
    assert_eq!(book.sheet_names(), ["facts", "columns"]);
    assert_eq!(texts(&mut book, "facts")[0], ["unit", "tier", "orders(cases)", "gain(pp)", "filed", "grade"]);
    let xml = first_sheet(&bytes);
    assert!(xml.contains("sqref=\"B2:B201\"><formula1>\"county,office\"</formula1>") && xml.contains("<formula1>\"yes,no\"</formula1>"));
    // without limits it is a number still
    assert!(xml.contains("<dataValidation type=\"decimal\" errorStyle=\"warning\""), "{xml}");
    assert!(xml.contains("sqref=\"D2:D201\"><formula1>-999999999999999</formula1><formula2>999999999999999</formula2>"), "{xml}");
    assert_eq!(csv_rows(&make("open.csv", &[])).len(), 1);
    fs::write(policy.join("register.csv"), "unit,tier,from,until\nNorth,county,,\n\"South, new\",office,2024-02,\n").unwrap();
    let rows = |more: &[&str]| csv_rows(&make("t.csv", more)).into_iter().skip(1).map(|row| row[0].clone()).collect::<Vec<_>>();
    assert_eq!(rows(&["--period", "2024-01"]), ["North"]);
    assert_eq!(rows(&["--period", "2024-02"]), ["North", "South, new"]);
    // no name is a formula, and read again it is as the register has it
    fs::write(policy.join("register.csv"), "unit,tier\n'=1+1,county\n'-South,office\n").unwrap();
    assert_eq!(rows(&[]), ["'=1+1", "'-South"]);
    assert_eq!(texts(&mut workbook(&make("names.xlsx", &[])), "facts")[1..].iter().map(|row| row[0].clone()).collect::<Vec<_>>(), ["=1+1", "-South"]);
    for name in ["t.csv", "names.xlsx"] {
        let run = kaoping(folder.path(), &["score", "policy", "--period", "2024-01", "--facts", name, "--format", "json"]);
        assert!(run.status == 3 && run.out.contains("\"=1+1\"") && run.out.contains("\"-South\""), "{}{}", run.out, run.err);
    }
    // nothing that was read is overwritten, and a workbook goes to a file of its own
    let run = kaoping(folder.path(), &["template", "policy", "--out", "policy/register.csv"]);
    assert_eq!(run.status, 2);
    assert_eq!(kaoping(folder.path(), &["template", "policy", "--period", "2024-13", "--out", "x.xlsx"]).status, 2);
}

#[test]
fn the_explanations_list_the_tables_of_records_with_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("表.xlsx");
    let run = kaoping(root(), &["template", "policies/examples/street-grid", "--period", "2024-03", "--out", out.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.err);
    let mut book: Xlsx<_> = calamine::open_workbook(&out).unwrap();
    let sheet = book.worksheet_range("说明").unwrap();
    let rows: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).filter(|cell| !cell.is_empty()).collect()).collect();
    let first = rows.iter().position(|row| row.first().is_some_and(|cell| cell.starts_with("记录「工单」"))).unwrap();
    assert_eq!(rows[first + 1], ["列", "怎样填", "计量单位", "精度", "空着时"]);
    // as the rules declare them: 派发时间 is called 派单时间 in tables, 签收时间 may be blank
    assert_eq!(rows[first + 3], ["来电人(隐私)", "填文字", "不能空着"]);
    assert_eq!(rows[first + 4], ["类别", "填 投诉、求助、咨询", "不能空着"]);
    assert_eq!(rows[first + 5], ["派单时间", "填时间,如 2024-01-05 09:30", "不能空着"]);
    assert_eq!(rows[first + 6], ["签收时间", "填时间,如 2024-01-05 09:30", "可以空着"]);
    assert_eq!(rows.len(), first + 10);
}
