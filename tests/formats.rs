//! The formats of results, read back: the workbook cell by cell, CSV by `test`, Markdown by its rows; and names that mean
//! something to one of them.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_types, clippy::panic, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use program::{kaoping, root};
use serde_json::Value;

const NOVEMBER: [&str; 6] = ["score", "policies/lianyungang", "--period", "2020-11", "--facts", "golden/lianyungang/2020-11/facts.csv"];

fn november(more: &[&str]) -> program::Run {
    let run = kaoping(root(), &[&NOVEMBER, more].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    run
}

fn results() -> Value {
    serde_json::from_str(&november(&["--format", "json"]).out).unwrap()
}

/// The text of a part of a workbook.
fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn text(sheet: &Range<Data>, row: u32, column: u32) -> String {
    sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
}

/// The row of a unit, by the column of units.
fn row_of(sheet: &Range<Data>, unit: &str) -> u32 {
    (0..=sheet.end().unwrap().0).find(|row| text(sheet, *row, 1) == unit).unwrap_or_else(|| panic!("no row of {unit}"))
}

#[test]
fn the_workbook_holds_every_score_as_a_number_and_a_note_on_each() {
    let folder = tempfile::tempdir().unwrap();
    let results = results();
    for (lang, names) in [("zh", ["排名", "附表", "说明"]), ("en", ["Ranking", "Annex", "Notes"])] {
        let path = folder.path().join("结果 1.xlsx");
        november(&["--lang", lang, "--out", path.to_str().unwrap()]);
        let mut book: Xlsx<_> = open_workbook(&path).unwrap();
        assert_eq!(book.sheet_names(), names);
        let (ranking, annex) = (book.worksheet_range(names[0]).unwrap(), book.worksheet_range(names[1]).unwrap());
        let headings: BTreeMap<String, u32> = (2..24).map(|column| (heading(&annex, column), column)).collect();
        assert_eq!(headings.len(), 22);
        let mut scores = 0;
        for unit in results["units"].as_array().unwrap().iter().filter(|unit| unit["status"] == "scored") {
            let name = unit["unit"].as_str().unwrap();
            let row = row_of(&annex, name);
            for (indicator, one) in unit["indicators"].as_object().unwrap() {
                let cell = annex.get_value((row, headings[indicator])).unwrap_or(&Data::Empty);
                match one["score"].as_str() {
                    Some(score) => {
                        assert_eq!(*cell, Data::Float(score.parse().unwrap()), "{name} {indicator}");
                        scores += 1;
                    }
                    None => assert_eq!(*cell, Data::Empty, "{name} {indicator}"),
                }
            }
            let (total, rank) = (Data::Float(unit["total"].as_str().unwrap().parse().unwrap()), Data::Float(unit["rank"].as_f64().unwrap()));
            assert_eq!((annex.get_value((row, 24)), annex.get_value((row, 25))), (Some(&total), Some(&rank)), "{name}");
            let row = row_of(&ranking, name);
            assert_eq!((ranking.get_value((row, 3)), ranking.get_value((row, 0))), (Some(&total), Some(&rank)), "{name}");
        }
        // 4 counties with 22 indicators, 56 other units with 17
        assert_eq!(scores, 4 * 22 + 56 * 17);
        assert_eq!(part(&path, "xl/comments2.xml").matches("<comment ").count(), scores + 60);
        assert_eq!(part(&path, "xl/comments1.xml").matches("<comment ").count(), 60);
        assert_eq!(part(&path, "xl/worksheets/sheet2.xml").matches("<f>").count(), 0);
    }
}

/// The name of an indicator over a column: its heading without the marks.
fn heading(annex: &Range<Data>, column: u32) -> String {
    let lower = text(annex, 3, column);
    let heading = if lower.is_empty() { text(annex, 2, column) } else { lower };
    heading.lines().next().unwrap().to_owned()
}

#[test]
fn the_annex_has_sections_over_their_indicators() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xlsx");
    november(&["--out", path.to_str().unwrap()]);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let annex = book.worksheet_range("附表").unwrap();
    // as the bulletin prints them
    let sections = [
        ("工作网络(10)", 2, 3),
        ("办件质效(55)", 4, 7),
        ("知识储备(10)", 8, 9),
        ("数据质量(30)", 12, 13),
        ("服务能力(20)", 14, 16),
        ("扣分项", 17, 19),
        ("加分项", 20, 23),
    ];
    let merged = part(&path, "xl/worksheets/sheet2.xml");
    for (section, first, last) in sections {
        assert_eq!(text(&annex, 2, first), section);
        let letter = |column: u32| char::from(b'A' + u8::try_from(column).unwrap());
        assert!(merged.contains(&format!("<mergeCell ref=\"{}3:{}3\"/>", letter(first), letter(last))), "{section}");
    }
    assert_eq!((text(&annex, 3, 4), text(&annex, 2, 10)), ("及时签收率\n(10)".to_owned(), "信息报送\n(15)".to_owned()));
    // an indicator without a section stands over both rows
    assert!(merged.contains("<mergeCell ref=\"K3:K4\"/>"));
    // panes behind the unit and below the headings, headings on every page, landscape A4 as wide as the page
    assert!(merged.contains("<pane xSplit=\"2\" ySplit=\"4\" topLeftCell=\"C5\""), "{merged}");
    assert!(merged.contains("paperSize=\"9\" fitToHeight=\"0\" orientation=\"landscape\""));
    assert!(merged.contains("第 &amp;P 页") && merged.contains("绩效评估标准"));
    let titles = part(&path, "xl/workbook.xml");
    assert!(titles.contains("附表!$A:$B,附表!$3:$4") && titles.contains("排名!$2:$2"), "{titles}");
    // full marks differ by column: 10 of 及时签收率
    assert!(merged.contains("<formula>AND(ISNUMBER(E6),E6&lt;10.00)</formula>"));
}

#[test]
fn a_note_tells_sentence_equation_clause_and_cells() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xlsx");
    november(&["--out", path.to_str().unwrap()]);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let annex = book.worksheet_range("附表").unwrap();
    let cell = format!("G{}", row_of(&annex, "市教育局") + 1);
    let comments = part(&path, "xl/comments2.xml");
    let note = comments.split("<comment ").find(|note| note.starts_with(&format!("ref=\"{cell}\""))).unwrap();
    let rules = fs::read_to_string(root().join("policies/lianyungang/标准.kp.md")).unwrap();
    let line = rules.lines().position(|line| line.trim_start().starts_with("办结率 低于 95%")).unwrap() + 1;
    let clause = format!("标准.kp.md:{line} 办结率 低于 95% 每 1 个百分点 扣 1 分");
    for words in [
        "124 件应办结工单中 23 件超时办结,按时办结率 81.45 %,低于 95 % 13.55 个百分点,扣 13.55 分,得 1.45 分。",
        "按时办结率 = 15 分 - 13.55 分 = 1.45 分",
        clause.as_str(),
        "facts.csv 第 14 行「超时办结数」列 公布",
    ] {
        assert!(note.contains(words), "{words}\n{note}");
    }
}

#[test]
fn the_notes_sheet_names_standard_version_hashes_and_assumptions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xlsx");
    november(&["--out", path.to_str().unwrap()]);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let sheet = book.worksheet_range("说明").unwrap();
    let rows: Vec<(String, String)> = (0..=sheet.end().unwrap().0).map(|row| (text(&sheet, row, 0), text(&sheet, row, 1))).collect();
    let results = results();
    let has = |label: &str, words: &str| assert!(rows.iter().any(|(one, other)| one == label && other.contains(words)), "{label} {words}\n{rows:#?}");
    has("版本", "2020试行");
    has("标准 SHA-256", results["standard"]["sha256"].as_str().unwrap());
    has("数据 SHA-256", results["facts_sha256"].as_str().unwrap());
    has("13 家", "每次扣 0.2 分,扣完为止");
    has("不参评", "不参评(部门,本月无应办结工单,4 家):市信访局、市农业农村局、市气象局、市妇联");
    has("舍入", "四舍五入");
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, ending) in [("zh", "xlsx"), ("en", "xlsx"), ("zh", "csv"), ("zh", "md")] {
        let write = |name: &str| {
            let path = folder.path().join(format!("{name}.{ending}"));
            november(&["--lang", lang, "--out", path.to_str().unwrap()]);
            fs::read(path).unwrap()
        };
        assert!(write("a") == write("b"), "{lang} {ending}");
    }
}

#[test]
fn the_format_follows_the_ending_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (name, format) in [("a.md", "md"), ("a.MARKDOWN", "md"), ("a.csv", "csv"), ("a.json", "json"), ("a.txt", "text"), ("a", "text")] {
        november(&["--out", &path(name)]);
        assert_eq!(fs::read_to_string(path(name)).unwrap(), november(&["--format", format]).out, "{name}");
    }
    november(&["--format", "csv", "--out", &path("b.json")]);
    assert!(fs::read_to_string(path("b.json")).unwrap().starts_with("\u{FEFF}层级,名次,单位,总工单数,机构设置"));
    let run = kaoping(root(), &[&NOVEMBER[..], &["--out", &path("c.docx")]].concat());
    assert_eq!(run.status, 2);
    assert!(run.err.contains(".docx") && run.err.contains("--format") && !Path::new(&path("c.docx")).exists(), "{}", run.err);
}

/// A copy of the policy and the golden month without its published tables.
fn month(folder: &Path) -> std::path::PathBuf {
    for from in ["policies/lianyungang", "golden/lianyungang/2020-11"] {
        fs::create_dir_all(folder.join(from)).unwrap();
        for entry in fs::read_dir(root().join(from)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_file() && !["annex.csv", "ranking.csv", "known.csv", "quality.csv"].contains(&name.as_str()) {
                fs::copy(&path, folder.join(from).join(name)).unwrap();
            }
        }
    }
    folder.join("golden/lianyungang/2020-11")
}

#[test]
fn the_total_is_headed_alike_in_every_format() {
    // 列 "综合得分" in the rules
    let text = november(&[]).out;
    assert!(text.lines().any(|line| line.contains("单位") && line.ends_with("综合得分")), "{text}");
    assert!(november(&["--format", "md"]).out.lines().any(|line| line.ends_with("| 综合得分 |")));
    assert!(november(&["--format", "csv"]).out.lines().next().unwrap().contains(",综合得分,"));
}

#[test]
fn the_csv_reads_back_as_a_published_table() {
    let folder = tempfile::tempdir().unwrap();
    let month = month(folder.path());
    let (facts, out) = (month.join("facts.csv"), month.join("results.csv"));
    let score = |out: &Path| {
        let arguments = ["score", "policies/lianyungang", "--period", "2020-11", "--facts", facts.to_str().unwrap(), "--out", out.to_str().unwrap()];
        kaoping(folder.path(), &arguments).status
    };
    assert_eq!(score(&out), 0);
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 0, "{}", run.out);
    // tier, place, 工单 and 22 indicators and the total: what is blank is compared for indicators only
    assert!(run.out.contains("0 格不符"), "{}", run.out);
    let text = fs::read_to_string(&out).unwrap();
    fs::write(&out, text.replace(",8.15,", ",8.16,")).unwrap();
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert!(run.status == 1 && run.out.lines().any(|line| line.contains("及时签收率") && line.contains("8.16") && line.contains("8.15")), "{}", run.out);
    // units without facts say so, and that reads back too
    let rows = fs::read_to_string(&facts).unwrap();
    fs::write(&facts, rows.lines().take(30).collect::<Vec<_>>().join("\n")).unwrap();
    fs::remove_file(month.join("facts.来历.csv")).unwrap();
    assert_eq!(score(&out), 3);
    let text = fs::read_to_string(&out).unwrap();
    let missing: Vec<&str> = text.lines().filter(|line| line.contains(",缺数据,数据表里没有这个单位,")).collect();
    assert_eq!(missing.len(), 74 - 29);
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
}

/// Names that mean something to a format.
const NAMES: [&str; 11] = ["=HYPERLINK(\"x\")", "+86", "-甲", "@乙", "'=丙", "a|b", "<b>&amp;", "两\n行", "\u{1F600}局", "[丁](戊)*己*", "庚,\"辛\""];

const RULES: &str = "
标准 「a|<b> & =c」 { 版本 \"1\"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号 }
层级 部门 满分 10 分
指标 「=履职|<i>」 满分 10 分 人工评定
总分 = 合计
排名 层级 依 总分
";

#[test]
fn names_are_data_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("标准 甲")).unwrap();
    fs::write(folder.path().join("标准 甲/规则.kp"), RULES).unwrap();
    let long = "长".repeat(200);
    let names: Vec<&str> = NAMES.iter().copied().chain([long.as_str()]).collect();
    let mut facts = csv::Writer::from_path(folder.path().join("facts.csv")).unwrap();
    facts.write_record(["单位", "层级", "=履职|<i>"]).unwrap();
    for (index, name) in names.iter().enumerate() {
        // the guard of what our own tables write is a part of the name here
        let name = if *name == "'=丙" { "''=丙" } else { name };
        facts.write_record([name, "部门", &format!("{}.5", index % 9)]).unwrap();
    }
    facts.flush().unwrap();
    let score = |more: &[&str]| {
        let run = kaoping(folder.path(), &[&["score", "标准 甲", "--period", "2024-01", "--facts", "facts.csv"], more].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        run.out
    };
    let results: Value = serde_json::from_str(&score(&["--format", "json"])).unwrap();
    let read: Vec<&str> = results["units"].as_array().unwrap().iter().map(|unit| unit["unit"].as_str().unwrap()).collect();
    // a line break in a cell of a unit is a printed line that was broken
    let names: Vec<String> = names.iter().map(|name| name.replace('\n', "")).collect();
    assert_eq!(read, names);

    score(&["--out", "x.xlsx"]);
    let mut book: Xlsx<_> = open_workbook(folder.path().join("x.xlsx")).unwrap();
    let annex = book.worksheet_range("附表").unwrap();
    for (index, name) in names.iter().enumerate() {
        let row = row_of(&annex, name);
        assert_eq!(annex.get_value((row, 2)), Some(&Data::Float(format!("{}.5", index % 9).parse().unwrap())), "{name}");
    }
    assert!(book.worksheet_formula("附表").unwrap().is_empty() && book.worksheet_formula("排名").unwrap().is_empty());

    let table = score(&["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{FEFF}').as_bytes());
    let columns = reader.headers().unwrap().len();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() == names.len() && rows.iter().all(|row| row.len() == columns));
    assert!(rows.iter().all(|row| !row[2].starts_with(['=', '+', '-', '@'])));
    // tier, unit and indicator of the table are facts of the same units again
    let mut facts = csv::Writer::from_path(folder.path().join("facts.csv")).unwrap();
    facts.write_record(["层级", "单位", "'=履职|<i>"]).unwrap();
    rows.iter().for_each(|row| facts.write_record([&row[0], &row[2], &row[3]]).unwrap());
    facts.flush().unwrap();
    let again: Value = serde_json::from_str(&score(&["--format", "json"])).unwrap();
    let read = |results: &Value| {
        results["units"].as_array().unwrap().iter().map(|unit| unit["unit"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(read(&again), read(&results));

    let markdown = score(&["--format", "md"]);
    let table: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(table.len(), names.len() + 2);
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(table.iter().all(|line| cells(line) == cells(table[0])), "{markdown}");
    for shown in ["a\\|b", "&lt;b&gt;&amp;amp;", "| 两行 |", "\\[丁\\](戊)\\*己\\*", "# a\\|&lt;b&gt; &amp; =c 2024年1月"] {
        assert!(markdown.contains(shown), "{shown}\n{markdown}");
    }
}

#[test]
fn of_very_many_scores_only_those_without_full_marks_have_notes() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("p")).unwrap();
    let rules = RULES.replace(
        "指标 「=履职|<i>」 满分 10 分 人工评定",
        "指标 甲项 满分 4 分 人工评定\n指标 乙项 满分 3 分 人工评定\n指标 丙项 满分 3 分 人工评定 缺省 满分",
    );
    fs::write(folder.path().join("p/规则.kp"), rules).unwrap();
    // 5000 units with 3 scores, a total and a place; every tenth has lost a point of the first
    let rows = (0..5000).map(|unit| format!("单位{unit},部门,{},3\n", if unit % 10 == 0 { 3 } else { 4 }));
    fs::write(folder.path().join("facts.csv"), format!("单位,层级,甲项,乙项\n{}", rows.collect::<String>())).unwrap();
    let run = kaoping(folder.path(), &["score", "p", "--period", "2024-01", "--facts", "facts.csv", "--out", "x.xlsx"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let path = folder.path().join("x.xlsx");
    assert_eq!(part(&path, "xl/comments1.xml").matches("<comment ").count(), 5000 + 500);
    assert!(part(&path, "xl/sharedStrings.xml").contains("只有总分和不是满分的得分附批注"));
}

#[test]
fn provisional_places_stay_numbers_and_missing_scores_are_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("p")).unwrap();
    fs::write(folder.path().join("p/规则.kp"), RULES).unwrap();
    fs::write(folder.path().join("facts.csv"), "单位,层级,=履职|<i>\n甲,部门,9\n乙,部门,\n").unwrap();
    let run = kaoping(folder.path(), &["score", "p", "--period", "2024-01", "--facts", "facts.csv", "--out", "x.xlsx"]);
    assert_eq!(run.status, 3);
    let path = folder.path().join("x.xlsx");
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let annex = book.worksheet_range("附表").unwrap();
    let (first, second) = (row_of(&annex, "甲"), row_of(&annex, "乙"));
    assert_eq!(annex.get_value((first, 4)), Some(&Data::Float(1.0)));
    assert_eq!((text(&annex, second, 2), text(&annex, second, 3), text(&annex, second, 4)), ("缺数据".to_owned(), "缺数据".to_owned(), "—".to_owned()));
    assert!(part(&path, "xl/styles.xml").contains("0&quot;(暂)&quot;"));
    let csv = kaoping(folder.path(), &["score", "p", "--period", "2024-01", "--facts", "facts.csv", "--format", "csv"]).out;
    assert!(csv.contains("部门,1,甲,9.00,9.00,得分,,是,") && csv.contains("部门,,乙,缺数据,缺数据,缺数据,缺数据 =履职|<i>,,"), "{csv}");
}
