//! First rules from spreadsheets: `golden/drafts` holds lists and tables, and beside each the rules that come of it.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use program::{kaoping, root};
use serde_json::Value;

const ANNEX: &str = "golden/workbooks/annex.xlsx";

#[test]
fn every_sheet_gives_the_rules_that_were_accepted() {
    insta::glob!("../golden/drafts", "*.csv", |path| {
        let name = path.file_name().unwrap().to_string_lossy();
        let run = kaoping(path.parent().unwrap(), &["new", &name]);
        assert_eq!(run.status, 0, "{}", run.err);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().unwrap());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        settings.remove_input_file();
        settings.bind(|| insta::assert_snapshot!(path.file_stem().unwrap().to_str().unwrap(), format!("{}{}", run.out, run.err)));
    });
}

fn new(folder: &Path, more: &[&str]) -> program::Run {
    let annex = root().join(ANNEX);
    kaoping(folder, &[&["new", annex.to_str().unwrap(), "--name", "附表", "--out", "新 标准"], more].concat())
}

/// The printed totals by unit.
fn printed() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("golden/lianyungang/2020-11/annex.csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.map(|row| (row[1].to_owned(), row[row.len() - 1].to_owned())).collect()
}

#[test]
fn the_head_of_the_annex_gives_rules_by_which_the_annex_scores_as_printed_but_for_one_total() {
    for lang in ["zh", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let run = new(folder.path(), &["--lang", lang]);
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        let check = kaoping(folder.path(), &["check", "新 标准", "--format", "json"]);
        let report: Value = serde_json::from_str(&check.out).unwrap();
        assert_eq!((check.status, &report["errors"], &report["warnings"]), (0, &Value::from(0), &Value::from(0)), "{}", check.err);
        let annex = root().join(ANNEX);
        let run = kaoping(folder.path(), &["score", "新 标准", "--period", "2020-11", "--facts", annex.to_str().unwrap(), "--format", "json"]);
        assert_eq!(run.status, 0, "{}", run.err);
        // the column of totals is no fact, and that is all that is said
        assert_eq!((run.err.matches("W0505").count(), run.err.matches('[').count()), (1, 1), "{}", run.err);
        let results: Value = serde_json::from_str(&run.out).unwrap();
        let computed: BTreeMap<String, String> = results["units"]
            .as_array()
            .unwrap()
            .iter()
            .map(|unit| (unit["unit"].as_str().unwrap().to_owned(), unit["total"].as_str().unwrap().to_owned()))
            .collect();
        let printed = printed();
        assert_eq!((computed.len(), printed.len()), (60, 60));
        let differing: Vec<(&str, &str, &str)> = printed
            .iter()
            .filter(|(unit, total)| computed[*unit] != **total)
            .map(|(unit, total)| (unit.as_str(), total.as_str(), computed[unit].as_str()))
            .collect();
        assert_eq!(differing, [("赣榆区", "148.16", "148.17")]);
        // four counties are scored out of 150, the others out of 100
        let full = |marks: &str| results["units"].as_array().unwrap().iter().filter(|unit| unit["full"] == marks).count();
        assert_eq!((full("150.00"), full("100.00")), (4, 56));
    }
}

#[test]
fn the_sections_and_marks_are_those_of_the_printed_head() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(new(folder.path(), &[]).status, 0);
    let rules = fs::read_to_string(folder.path().join("新 标准/标准.kp")).unwrap();
    for line in [
        "标准 附表 {",
        "类 工作网络 满分 10 分 {",
        "类 办件质效 满分 55 分 {",
        "指标 回访满意率 满分 20 分  人工评定",
        "类 知识储备 满分 10 分 {",
        "指标 信息报送 满分 15 分  人工评定",
        "指标 实例拨测 满分 10 分  人工评定",
        "类 数据质量 满分 30 分  适用 第一组  说明 \"只评估各县、赣榆区\" {",
        "类 服务能力 满分 20 分  适用 第一组  说明 \"只评测各县、赣榆区\" {",
        "扣分项 媒体曝光  人工评定 缺省 0 分",
        "加分项 服务整合  人工评定 缺省 0 分",
        "总分 = 合计 封顶 满分 取整到 0.01 分  列 \"综合得分\"",
    ] {
        // the layout brings neighbours into columns
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(rules.lines().any(|found| words(found).starts_with(&words(line))), "{line}\n{rules}");
    }
    assert_eq!(rules.matches("指标 ").count() + rules.matches("分项 ").count(), 22);
    let register = fs::read_to_string(folder.path().join("新 标准/名册.csv")).unwrap();
    assert_eq!((register.lines().count(), register.lines().nth(4)), (61, Some("赣榆区,第一组")));
}

#[test]
fn nothing_is_overwritten_and_what_holds_no_indicators_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(new(folder.path(), &[]).status, 0);
    let before = fs::read(folder.path().join("新 标准/标准.kp")).unwrap();
    let run = new(folder.path(), &[]);
    assert!(run.status == 2 && run.err.contains("不覆盖"), "{}", run.err);
    assert!(fs::read(folder.path().join("新 标准/标准.kp")).unwrap() == before);
    fs::remove_file(folder.path().join("新 标准/标准.kp")).unwrap();
    assert_eq!(new(folder.path(), &[]).status, 2);
    let facts = root().join("golden/lianyungang/2020-11/facts.csv");
    let run = kaoping(folder.path(), &["new", facts.to_str().unwrap()]);
    assert!(run.status == 2 && run.out.is_empty() && run.err.contains("K0512") && run.err.contains("类、指标、满分、层级"), "{}", run.err);
    let run = new(folder.path(), &["--sheet", "Sheet2"]);
    assert_eq!(run.status, 2);
}

/// The rules from a workbook.
fn drafted(rows: &[&[&str]], merges: &[(u32, u16, u32, u16)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells.iter()).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    for (top, left, bottom, right) in merges {
        let text = rows[usize::try_from(*top).unwrap()][usize::from(*left)];
        sheet.merge_range(*top, *left, *bottom, *right, text, &rust_xlsxwriter::Format::new()).unwrap();
    }
    book.save(folder.path().join("表.xlsx")).unwrap();
    let run = kaoping(folder.path(), &["new", "表.xlsx", "--out", "标准"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    for arguments in [["check", "标准"].as_slice(), &["fmt", "--check", "标准"], &["template", "标准", "--out", "数据.csv"]] {
        assert_eq!(kaoping(folder.path(), arguments).status, 0, "{arguments:?}");
    }
    fs::read_to_string(folder.path().join("标准/标准.kp")).unwrap()
}

#[test]
fn headings_that_are_merged_say_the_same_as_those_that_are_not() {
    let rows: [&[&str]; 5] = [
        &["一级指标", "二级指标", "分值", ""],
        &["", "", "县区", "部门"],
        &["办理", "按时", "10", "15"],
        &["", "满意", "20", "\u{2014}"],
        &["建设", "机构", "5分", "5.0"],
    ];
    let plain = drafted(&rows, &[]);
    for line in ["层级 县区 满分 35 分", "层级 部门 满分 20 分", "指标 满意 满分 20 分 适用 县区 人工评定"] {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.lines().any(|found| words(found).starts_with(line)), "{line}\n{plain}");
    }
    // the section goes on below its cell, whether the cells of the headings, or its own too, are merged
    assert_eq!(drafted(&rows, &[(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)]), plain);
    assert_eq!(drafted(&rows, &[(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (2, 0, 3, 0)]), plain);
    // two headings for marks may state the tiers in brackets, and levels are no tiers
    let brackets: [&[&str]; 4] = [&["一级指标", "二级指标", "分值(县区)", "分值(部门)"], rows[2], rows[3], rows[4]];
    assert_eq!(drafted(&brackets, &[]), plain);
    let levels = drafted(&[&["一级指标", "一级分值", "二级指标", "分值"], &["办理", "30", "按时", "10"], &["", "", "满意", "20"]], &[]);
    assert!(levels.contains("层级 各单位 满分 30 分"), "{levels}");
}
