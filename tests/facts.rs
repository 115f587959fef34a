//! Facts from every format: the same table scores alike, whatever the file, and a bad file ends in a message.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "a test reads its own files, and a workbook that another program writes holds floats"
)]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::io::Write;
use std::path::Path;

use program::{Run, kaoping, root};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::{Map, Value};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const FACTS: &str = "golden/lianyungang/2020-11/facts.csv";

fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Writes a cell as a user types it: numbers as numbers, percentages as numbers with a percent format.
fn type_in(sheet: &mut Worksheet, row: usize, column: usize, text: &str) {
    let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
    let percent = Format::new().set_num_format("0.00%");
    if let Some(Ok(rate)) = text.strip_suffix('%').map(str::parse::<f64>) {
        sheet.write_number_with_format(row, column, rate / 100.0, &percent).unwrap();
    } else if let Ok(number) = text.parse::<f64>() {
        sheet.write_number(row, column, number).unwrap();
    } else if !text.is_empty() {
        sheet.write_string(row, column, text).unwrap();
    }
}

fn workbook(sheets: &[(&str, Vec<Vec<String>>)], path: &Path) {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                type_in(sheet, row, column, text);
            }
        }
    }
    book.save(path).unwrap();
}

fn score(facts: &[&Path], more: &[&str]) -> Run {
    let mut arguments = vec!["score", "policies/lianyungang", "--period", "2020-11", "--format", "json"];
    for path in facts {
        arguments.extend(["--facts", path.to_str().unwrap()]);
    }
    arguments.extend(more);
    kaoping(root(), &arguments)
}

fn units(run: &Run) -> Value {
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str::<Value>(&run.out).unwrap()["units"].take()
}

#[test]
fn one_table_scores_alike_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = fs::read_to_string(root().join(FACTS)).unwrap();
    let table = rows(&root().join(FACTS));
    let csv = units(&score(&[&root().join(FACTS)], &[]));

    fs::write(at("tabs.csv"), text.replace(',', "\t")).unwrap();
    fs::write(at("semicolons.csv"), format!("附件1;;\n{}", text.replace(',', ";"))).unwrap();
    fs::write(at("gb.csv"), encoding_rs::GB18030.encode(&text).0).unwrap();
    fs::write(at("wide.csv"), [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<u8>>()).unwrap();
    workbook(&[("十一月 数据", table.clone())], &at("facts.xlsx"));
    // an ending that lies is no matter
    fs::copy(at("facts.xlsx"), at("renamed.csv")).unwrap();
    let record = |cells: &Vec<String>, from: usize| -> Map<String, Value> {
        let entries = table[0].iter().zip(cells).skip(from).filter(|(_, cell)| !cell.is_empty());
        entries.map(|(key, cell)| (key.clone(), serde_json::from_str(cell).unwrap_or_else(|_| Value::from(cell.as_str())))).collect()
    };
    let list: Vec<Value> = table[1..].iter().map(|cells| Value::Object(record(cells, 0))).collect();
    let by_unit: Map<String, Value> = table[1..].iter().map(|cells| (cells[0].clone(), Value::Object(record(cells, 1)))).collect();
    fs::write(at("list.json"), Value::Array(list.clone()).to_string()).unwrap();
    fs::write(at("facts.json"), serde_json::json!({ "facts": list }).to_string()).unwrap();
    fs::write(at("by-unit.json"), Value::Object(by_unit).to_string()).unwrap();
    for name in ["tabs.csv", "semicolons.csv", "gb.csv", "wide.csv", "facts.xlsx", "renamed.csv", "list.json", "facts.json", "by-unit.json"] {
        assert!(units(&score(&[&at(name)], &[])) == csv, "{name}");
    }
}

#[test]
fn sheets_and_files_are_joined_by_unit() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let table = rows(&root().join(FACTS));
    let csv = units(&score(&[&root().join(FACTS)], &[]));
    let columns =
        |from: usize, to: usize| -> Vec<Vec<String>> { table.iter().map(|row| row.iter().take(1).chain(&row[from..to]).cloned().collect()).collect() };
    let (first, second, third) = (columns(1, 8), columns(8, 16), columns(16, table[0].len()));
    workbook(&[("签收与办结", first.clone()), ("回访 等", second.clone())], &at("facts-1.xlsx"));
    workbook(&[("其余", third), ("上月的", first.iter().take(2).cloned().collect())], &at("facts-2.xlsx"));
    let sheets = ["--sheet", "签收与办结", "--sheet", "回访等", "--sheet", "其余"];
    assert!(units(&score(&[&at("facts-1.xlsx"), &at("facts-2.xlsx")], &sheets)) == csv);
    // a folder stands for its tables
    assert!(units(&score(&[folder.path()], &sheets)) == csv);
    let run = score(&[folder.path()], &["--sheet", "其余的"]);
    assert!(run.status == 2 && run.err.contains("没有叫「其余的」的工作表") && run.err.contains("签收与办结、回访 等、其余、上月的"), "{}", run.err);
}

#[test]
fn provenance_and_the_register_may_be_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let register = rows(&root().join("policies/lianyungang/名册.csv"));
    let provenance = rows(&root().join("golden/lianyungang/2020-11/facts.来历.csv"));
    fs::create_dir(at("policy")).unwrap();
    fs::copy(root().join("policies/lianyungang/标准.kp.md"), at("policy/标准.kp.md")).unwrap();
    workbook(&[("名册", register)], &at("policy/名册.xlsx"));
    workbook(&[("数据", rows(&root().join(FACTS))), ("来历", provenance)], &at("facts.xlsx"));
    let arguments = ["explain", "policy", "市教育局", "--period", "2020-11", "--facts", "facts.xlsx", "--indicator", "及时签收率"];
    let run = kaoping(folder.path(), &arguments);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("[facts.xlsx「数据」表 C14「超时签收数」列 公布"), "{}", run.out);
    let run = kaoping(folder.path(), &[arguments.as_slice(), &["--format", "json"]].concat());
    let explained: Value = serde_json::from_str(&run.out).unwrap();
    let cells: Vec<&Value> = explained["steps"].as_array().unwrap().iter().map(|step| &step["cell"]).filter(|cell| cell.is_object()).collect();
    assert!(cells.iter().any(|cell| cell["sheet"] == "数据" && cell["address"] == "C14" && cell["row"] == 14 && cell["provenance"] == "published"));
    // the hash of the policy covers its register
    let hash = || {
        serde_json::from_str::<Value>(&kaoping(folder.path(), &["score", "policy", "--period", "2020-11", "--facts", "facts.xlsx", "--format", "json"]).out)
            .unwrap()["standard"]["sha256"]
            .take()
    };
    let before = hash();
    assert!(before.is_string());
    workbook(&[("名册表", rows(&root().join("policies/lianyungang/名册.csv")))], &at("policy/名册.xlsx"));
    assert_ne!(hash(), before);
}

#[test]
fn the_printed_annex_serves_as_the_published_table() {
    let folder = tempfile::tempdir().unwrap();
    let month = folder.path().join("golden/lianyungang/2020-11");
    fs::create_dir_all(&month).unwrap();
    fs::create_dir_all(folder.path().join("policies/lianyungang")).unwrap();
    for file in ["标准.kp.md", "名册.csv"] {
        fs::copy(root().join("policies/lianyungang").join(file), folder.path().join("policies/lianyungang").join(file)).unwrap();
    }
    for file in ["facts.csv", "facts.来历.csv", "known.csv"] {
        fs::copy(root().join("golden/lianyungang/2020-11").join(file), month.join(file)).unwrap();
    }
    fs::copy(root().join("golden/workbooks/annex.xlsx"), month.join("annex.xlsx")).unwrap();
    let test = || kaoping(folder.path(), &["test", "golden", "--format", "json"]);
    let run = test();
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    // 60 units with 22 indicators and a total; the known difference is the only one
    assert_eq!((&report["results"][0]["cells"], report["results"][0]["known"].as_array().unwrap().len()), (&Value::from(60 * 23), 1));
    assert_eq!(report["results"][0]["not_compared"], serde_json::json!(["序号"]));
    // without it the one cell is reported by the name of its column, and the facts may be a workbook too
    fs::remove_file(month.join("known.csv")).unwrap();
    workbook(&[("数据", rows(&month.join("facts.csv")))], &month.join("facts.xlsx"));
    fs::remove_file(month.join("facts.csv")).unwrap();
    let report: Value = serde_json::from_str(&test().out).unwrap();
    assert_eq!(
        report["results"][0]["differences"],
        serde_json::json!([{ "unit": "赣榆区", "column": "综合得分", "expected": "148.16", "computed": "148.17" }])
    );
}

/// A workbook whose only sheet has this XML.
fn sheet_of(path: &Path, method: CompressionMethod, mut write: impl FnMut(&mut dyn Write)) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let parts = [
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"sheet.xml\"/></Relationships>"),
    ];
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.start_file(
        "xl/sheet.xml",
        SimpleFileOptions::default().compression_method(method).compression_level((method == CompressionMethod::Deflated).then_some(1)),
    )
    .unwrap();
    write(&mut zip);
    zip.finish().unwrap();
}

#[test]
fn a_sheet_of_a_million_rows_and_a_zip_bomb_meet_their_limits() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("long.xlsx");
    sheet_of(&long, CompressionMethod::Stored, |out| {
        out.write_all(b"<worksheet><sheetData>").unwrap();
        let block = "<row><c><v>1</v></c></row>".repeat(10_000);
        (0..100).for_each(|_| out.write_all(block.as_bytes()).unwrap());
        out.write_all(b"</sheetData></worksheet>").unwrap();
    });
    let run = score(&[&long], &[]);
    assert!(run.status == 2 && run.err.contains("K0518") && run.err.contains("超过 250000 行"), "{}", run.err);
    let bomb = folder.path().join("bomb.xlsx");
    sheet_of(&bomb, CompressionMethod::Deflated, |out| {
        let block = vec![b' '; 1 << 20];
        out.write_all(b"<worksheet><sheetData>").unwrap();
        (0..300).for_each(|_| out.write_all(&block).unwrap());
    });
    assert!(fs::metadata(&bomb).unwrap().len() < 4 << 20);
    let run = score(&[&bomb], &[]);
    assert!(run.status == 2 && run.err.contains("K0518") && run.err.contains("256 MB"), "{}", run.err);
}

#[test]
fn records_of_a_unit_need_no_tier_where_a_table_of_facts_has_it() {
    let folder = tempfile::tempdir().unwrap();
    // the name of the table of records sorts before that of the facts as well as behind it
    for (records, facts) in [("来件.csv", "facts.csv"), ("来件.csv", "件数.csv")] {
        let path = |name: &str| folder.path().join(name);
        fs::write(path(facts), "单位,层级,总数\n甲局,部门,\n乙局,部门,\n").unwrap();
        fs::write(path(records), "单位,编号,派出时间,签收时间,类别,街道,评分,户数\n甲局,A1,2024-01-02 09:00,,投诉,,,1\n").unwrap();
        for order in [[records, facts], [facts, records]] {
            let [first, second] = order.map(|name| path(name).to_string_lossy().into_owned());
            let run =
                kaoping(root(), &["score", "golden/constructs/records/zh", "--period", "2024-01", "--format", "csv", "--facts", &first, "--facts", &second]);
            // not signed: one overdue, 10 - 2
            assert!(run.out.lines().any(|line| line.contains("甲局") && line.contains(",8.00")), "{}{}", run.out, run.err);
        }
    }
}
