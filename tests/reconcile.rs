//! `reconcile`: published tables against the standard and the facts, a verdict for every cell.

#![allow(clippy::panic, missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{Run, kaoping, root};
use serde_json::{Value, json};

const MONTH: &str = "golden/lianyungang/2020-11";

fn november(published: &[&str], more: &[&str]) -> Run {
    let facts = format!("{MONTH}/facts.csv");
    let mut arguments = vec!["reconcile", "policies/lianyungang", "--period", "2020-11", "--facts", &facts];
    for path in published {
        arguments.extend(["--published", path]);
    }
    arguments.extend(more);
    kaoping(root(), &arguments)
}

fn cells(run: &Run) -> Vec<Value> {
    assert_eq!(run.status, 0, "{}", run.err);
    let found: Value = serde_json::from_str(&run.out).unwrap();
    found["cells"].as_array().unwrap().clone()
}

fn cell<'c>(cells: &'c [Value], unit: &str, column: &str) -> &'c Value {
    cells.iter().find(|cell| cell["unit"] == unit && cell["column"] == column).unwrap_or_else(|| panic!("{unit} {column}"))
}

fn said(cells: &[Value], verdict: &str) -> Vec<String> {
    let of = cells.iter().filter(|cell| cell["verdict"] == verdict);
    of.map(|cell| ["unit", "column", "published", "computed"].map(|key| cell[key].as_str().unwrap_or("-")).join(" ")).collect()
}

/// The tables of the bulletin of November 2020: of all totals and parts two are explained by roundings alone, each in two tables.
#[test]
fn the_bulletin_holds_but_for_roundings() {
    let tables = ["annex.csv", "ranking.csv", "quality.csv"].map(|name| format!("{MONTH}/{name}"));
    let run = november(&tables.each_ref().map(String::as_str), &["--format", "json"]);
    let cells = cells(&run);
    // 60 units by 22 indicators and the total; tier, orders, total and place of each; 4 counties by 7 columns of the table of section four
    assert_eq!(cells.len(), 60 * 23 + 60 * 4 + 4 * 7);
    assert!(run.err.contains("quality.csv 的列「工单总数」在标准里没有对应"), "{}", run.err);
    assert_eq!(said(&cells, "inconsistent"), Vec::<String>::new());
    // 9.75 + (9.99 + 10.00 + 10.00) / 3 + 4.98 with the mean rounded to 10.00, and 5.00 more
    assert_eq!(
        said(&cells, "rounding"),
        ["东海县 归集数据质量 24.72 24.73", "赣榆区 综合得分 148.16 148.17", "赣榆区 得分 148.16 148.17", "东海县 数据质量总分 29.72 29.73"]
    );
    let county = cell(&cells, "赣榆区", "综合得分");
    assert!(county["roundings"].as_array().unwrap().len() > 1, "one part alone cannot take half a hundredth off: {county}");
    // every other total and every place
    let of = |column: &str| cells.iter().filter(|cell| cell["column"] == column && cell["verdict"] == "consistent").count();
    assert_eq!([of("综合得分"), of("得分"), of("排名"), of("归集数据质量"), of("数据质量总分")], [59, 59, 60, 59, 3]);
    // 1 - 10 / 146 and 1 - 23 / 124 were printed as counts, 88.21 % as a rate
    for (unit, column) in [("市教育局", "及时签收率"), ("市教育局", "按时办结率"), ("市住建局", "回访满意率"), ("连云港联通", "及时签收率")]
    {
        assert_eq!(cell(&cells, unit, column)["verdict"], "consistent", "{unit} {column}");
    }
    // 91.86 % was chosen because it gives 18.43
    let fitted = cell(&cells, "东海县", "回访满意率");
    assert_eq!((&fitted["verdict"], &fitted["computed"]), (&json!("unknown"), &json!("18.43")));
    assert!(fitted["why"].as_str().unwrap().contains("91.86%"), "{fitted}");
}

#[test]
fn what_was_printed_otherwise_cannot_be_explained() {
    let folder = tempfile::tempdir().unwrap();
    let changed = |name: &str, changes: &[(&str, &str)]| {
        let mut text = fs::read_to_string(root().join(MONTH).join(name)).unwrap();
        for (from, to) in changes {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text = text.replace(from, to);
        }
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let annex = changed(
        "annex.csv",
        &[
            // a score whose facts were printed, a total by a hundredth, a score to which its fact was fitted, a unit of another name
            ("市教育局,4,6,8.15,10.00,1.45,", "市教育局,4,6,8.15,10.00,1.54,"),
            (",5,15,9.8,5,24.68,6.35,5,5,,,,5,,,,148.16", ",5,15,9.8,5,24.68,6.35,5,5,,,,5,,,,148.06"),
            ("云台山景区,4,6,10.00,10.00,2.28,16.68,", "云台山景区,4,6,10.00,10.00,2.28,15.68,"),
            (",市水利局,", ",市水力局,"),
        ],
    );
    let ranking = changed("ranking.csv", &[("市教育局,146,84.60,49", "市教育局,146,84.60,48"), ("连云港联通,85,84.12,50", "连云港联通,85,84.12,五十")]);
    let run = november(&[&annex, &ranking], &["--format", "json"]);
    let cells = cells(&run);
    let verdict = |unit: &str, column: &str| cell(&cells, unit, column)["verdict"].as_str().unwrap().to_owned();
    assert_eq!(verdict("市教育局", "按时办结率"), "inconsistent");
    assert_eq!(cell(&cells, "市教育局", "按时办结率")["computed"], "1.45");
    assert_eq!(verdict("市教育局", "综合得分"), "consistent");
    assert_eq!(verdict("市教育局", "排名"), "inconsistent");
    assert_eq!(verdict("连云港联通", "排名"), "inconsistent");
    assert_eq!(verdict("赣榆区", "综合得分"), "inconsistent");
    // the fact gives 16.68, and the total does not follow from the score as printed
    assert_eq!(verdict("云台山景区", "回访满意率"), "inconsistent");
    assert_eq!(verdict("云台山景区", "综合得分"), "inconsistent");
    let stranger = cell(&cells, "市水力局", "综合得分");
    assert_eq!(stranger["verdict"], "unknown");
    assert!(stranger["why"].as_str().unwrap().contains("市水利局"), "{stranger}");
    for (on, status) in [("inconsistent", 1), ("rounding,unknown", 1)] {
        assert_eq!(november(&[&annex], &["--fail-on", on]).status, status);
    }
    let quality = format!("{MONTH}/quality.csv");
    assert_eq!(november(&[&quality], &["--fail-on", "inconsistent"]).status, 0);
    assert_eq!(november(&[&quality], &["--fail-on", "rounding"]).status, 1);
}

/// Totals printed otherwise. By hand: sign-in, on-time and satisfaction scores (the last two fitted) and the knowledge base at full marks may each have lost
/// less than 0.005; counts times 0.2 or 2, blanks, stand-ins and defaults nothing.
#[test]
fn only_real_roundings_explain_a_total() {
    let text = fs::read_to_string(root().join(MONTH).join("annex.csv")).unwrap();
    let with = |unit: &str, total: &str| -> Value {
        let changed = |line: &str| {
            let own = line.split(',').nth(1) == Some(unit);
            if own { format!("{},{total}\n", line.rsplit_once(',').unwrap().0) } else { format!("{line}\n") }
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("annex.csv");
        fs::write(&path, text.lines().map(changed).collect::<String>()).unwrap();
        let run = november(&[&path.display().to_string()], &["--format", "json", "--unit", unit]);
        cell(&cells(&run), unit, "综合得分").clone()
    };
    for (unit, total, verdict) in [
        // 50 % of 2 is exact and its score the floor: above 80 - 3 x 0.005 = 79.985
        ("市体育局", "79.97", "inconsistent"),
        // above 99.80 - 4 x 0.005 = 99.78
        ("市公安局", "99.76", "inconsistent"),
        ("市工信局", "99.96", "inconsistent"),
        // 13.33 may be 13.325 too: above 98.13 - 4 x 0.005 = 98.11
        ("江苏有线连云港分公司", "98.10", "inconsistent"),
        // ten parts that are no counts: above 149.80 - 10 x 0.005 = 149.75
        ("东海县", "149.72", "inconsistent"),
        // 5 of 85 late: 94.117…%, 9.1176… points, a total of 84.1176…: satisfaction at 19.996 gives 84.1136
        ("连云港联通", "84.11", "rounding"),
        // 88.205 % gives 16.6025, two parts at 0.004 below: 94.5945
        ("市住建局", "94.59", "rounding"),
        ("赣榆区", "148.16", "rounding"),
        // 10 of 146 and 23 of 124 late: 8.15068… + 1.45161… + 75 = 84.6023, whatever prints as 81.45 %; satisfaction and knowledge base at 0.005 below 84.5923
        ("市教育局", "84.61", "inconsistent"),
        ("市教育局", "84.59", "rounding"),
        // 148.185 is what no number below prints as
        ("赣榆区", "148.19", "inconsistent"),
        ("赣榆区", "148.18", "rounding"),
    ] {
        let found = with(unit, total);
        match unit {
            "市教育局" => assert_eq!(found["interval"], json!(["84.59", "84.60"]), "{found}"),
            "赣榆区" => assert_eq!(found["interval"], json!(["148.12", "148.18"]), "{found}"),
            _ => {}
        }
        assert_eq!(found["verdict"], verdict, "{found}");
        for no in ["服务整合", "专题任务", "媒体曝光", "实例拨测", "首次回应率", "机构设置"] {
            assert!(!found["roundings"].to_string().contains(no), "{found}");
        }
    }
}

/// A score that is entered as printed agrees with itself.
#[test]
fn what_was_copied_is_no_evidence() {
    let annex = format!("{MONTH}/annex.csv");
    let found = cells(&november(&[&annex], &["--format", "json", "--unit", "东海县"]));
    for column in ["服务知晓度", "接通率"] {
        let why = cell(&found, "东海县", column)["why"].as_str().unwrap();
        assert!(why.contains("不能作为旁证"), "{column} {why}");
    }
    assert!(cell(&found, "东海县", "机构设置")["why"].as_str().unwrap().contains("缺省"));
    assert!(!cell(&found, "东海县", "实例拨测")["why"].as_str().unwrap().contains("旁证"));
    // blank: a stand-in for deductions that the rules do not state; a bonus by default; what does not apply to departments
    assert_eq!(cell(&found, "东海县", "媒体曝光")["evidence"], "default");
    let department = cells(&november(&[&annex], &["--format", "json", "--unit", "市教育局"]));
    assert_eq!(cell(&department, "市教育局", "信息采用")["evidence"], "default");
    assert_eq!(cell(&department, "市教育局", "接通率")["evidence"], Value::Null);
    let text = november(&[&annex], &["--unit", "东海县"]).out;
    assert!(text.contains("照录、缺省或层级,不能作为旁证"), "{text}");
    assert!(text.contains("虽然相等,所依的数据却是照这一格定的"), "{text}");
}

/// Totals alone: facts that were fitted to scores in another table may have been fitted to these.
#[test]
fn tables_stand_alone() {
    let ranking = format!("{MONTH}/ranking.csv");
    let cells = cells(&november(&[&ranking], &["--format", "json", "--unit", "市教育局"]));
    assert_eq!(cells.len(), 4);
    assert_eq!(cell(&cells, "市教育局", "得分")["verdict"], "unknown");
    assert!(cell(&cells, "市教育局", "得分")["why"].as_str().unwrap().contains("99%"));
    assert_eq!(cell(&cells, "市教育局", "排名")["verdict"], "consistent");
}

const RULES: &str = r#"标准 示例 { 版本 "一" 施行 2024-01-01 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 县 满分 20 分
数据 收 : 件
数据 迟 : 件 不大于 收
数据 办 : 件
数据 误 : 件 不大于 办
数据 签收率 : % 或由 1 - 迟 / 收 取整到 0.01%
数据 办结率 : % 或由 1 - 误 / 办 取整到 0.01%
指标 签收 满分 10 分 { 当 签收率 无从计算 得 满分  签收率 低于 100% 每 1 个百分点 扣 0.5 分,扣完为止 }
指标 办结 满分 10 分 { 当 办结率 无从计算 得 满分  办结率 低于 100% 每 1 个百分点 扣 0.5 分,扣完为止 }
总分 = 合计
排名 层级 依 总分 从高到低
"#;

fn policy(folder: &Path, skin: &str) {
    fs::create_dir_all(folder.join("原")).unwrap();
    fs::write(folder.join("原/规则.kp"), RULES).unwrap();
    let run = kaoping(folder, &["fmt", "原", "--skin", skin, "--out", "rules"]);
    assert_eq!(run.status, 0, "{}", run.err);
}

/// By hand: 1 of 7 late is 85.71 %, 14.29 points below, 7.145 off, 2.855 left and 2.86 printed; two of these give 5.72, unrounded 5.71. Nothing rounded
/// at all is 2.857142… and 5.714285…
#[test]
fn each_verdict_by_hand_in_both_skins() {
    for (skin, lang) in [("zh", "zh"), ("en", "en")] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        policy(folder, skin);
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        put(
            "facts.csv",
            "单位,层级,收,迟,办,误\n甲,县,7,1,7,1\n乙,县,7,1,7,1\n丙,县,7,1,7,1\n丁,县,7,1,7,\n戊,县,7,1,7,1\n己,县,7,1,7,1\n庚,县,10,\"[0,1]\",10,0\n辛,县,10,\"[0,1]\",10,0\n",
        );
        put("facts.来历.csv", "单位,列,来历,根据\n戊,误,代入,附表 2.86\n己,误,推得,附表 2.86\n");
        put(
            "公布.csv",
            "单位,签收,办结,总分\n甲,2.86,2.86,5.72\n乙,2.86,2.86,5.71\n丙,2.86,2.86,5.73\n丁,2.86,2.86,5.72\n戊,2.86,2.86,5.72\n己,2.86,2.86,5.70\n庚,10,10,20\n辛,4,10,20\n",
        );
        let run = kaoping(
            folder,
            &["reconcile", "rules", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv", "--format", "json", "--lang", lang],
        );
        let cells = cells(&run);
        let wanted = [
            ("甲", ["consistent", "consistent", "consistent"]),
            ("乙", ["consistent", "consistent", "rounding"]),
            ("丙", ["consistent", "consistent", "inconsistent"]),
            ("丁", ["consistent", "unknown", "unknown"]),
            // what was fitted to a score says nothing of it; the total is that of the printed scores
            ("戊", ["consistent", "unknown", "consistent"]),
            ("己", ["consistent", "unknown", "inconsistent"]),
            // 90 to 100 %: 5 to 10 points; the total is that of the printed scores
            ("庚", ["unknown", "consistent", "consistent"]),
            // a score that cannot be stands for nothing: 15 to 20 in all
            ("辛", ["inconsistent", "consistent", "unknown"]),
        ];
        for (unit, verdicts) in wanted {
            for (column, verdict) in ["签收", "办结", "总分"].iter().zip(verdicts) {
                assert_eq!(cell(&cells, unit, column)["verdict"], verdict, "{skin} {}", cell(&cells, unit, column));
            }
        }
        assert_eq!(cell(&cells, "乙", "总分")["interval"], json!(["5.71", "5.72"]));
        assert_eq!(cell(&cells, "庚", "签收")["interval"], json!(["5.00", "10.00"]));
        for cell in &cells {
            let why = cell["why"].as_str().unwrap();
            assert!(!why.is_empty());
            assert!(lang == "zh" || !why.contains(['。', '是', '的']), "{why}");
        }
    }
}

/// A rate beside its counts. By hand: 1 of 7 late is 85.714…%, 2.857… unrounded; 85.71 % alone may be from 85.705 %, 2.8525, to below 85.715 %, 2.8575.
#[test]
fn a_rate_is_what_its_counts_make_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    policy(folder, "zh");
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    put("facts.csv", "单位,层级,收,迟,签收率\n甲,县,7,1,85.71%\n乙,县,,,85.71%\n丁,县,7,\"[0,1]\",85.71%\n戊,县,7,1,85.71%\n");
    put("facts.来历.csv", "单位,列,来历,根据\n戊,迟,代入,附表 2.86\n");
    put("公布.csv", "单位,签收\n甲,2.85\n乙,2.85\n丁,2.85\n戊,2.85\n");
    let run = kaoping(folder, &["reconcile", "rules", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv", "--format", "json"]);
    let cells = cells(&run);
    let found = |unit| (cell(&cells, unit, "签收")["verdict"].clone(), cell(&cells, unit, "签收")["interval"].clone());
    assert_eq!(found("甲"), (json!("inconsistent"), json!(["2.86", "2.86"])));
    // no counts, a range of them, fitted ones
    for (unit, interval) in [("乙", ["2.85", "2.86"]), ("丁", ["2.85", "2.86"]), ("戊", ["2.85", "2.86"])] {
        assert_eq!(found(unit), (json!("rounding"), json!(interval)), "{unit}");
    }
}

/// Between 0 and 3 of 7 late: 100, 85.71, 71.43 or 57.14 %, from none to 10 points. By hand, of 2.86 in print beside 2.86 of 1 in 7: 5.72; unrounded from
/// 2.855 and 2.855, or 2.857142…, to below 2.865 and 2.857142…: 5.71 to 5.72.
#[test]
fn printed_scores_stand_for_facts_known_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    policy(folder, "zh");
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    put("facts.csv", "单位,层级,收,迟,办,误\n甲,县,7,\"[0,3]\",7,1\n乙,县,7,\"[0,3]\",7,1\n丙,县,7,\"[0,3]\",7,1\n丁,县,7,\"[0,3]\",7,1\n");
    // of the last no score is printed: 2.86 to 12.86
    put("公布.csv", "单位,签收,办结,总分\n甲,2.86,2.86,5.72\n乙,2.86,2.86,5.71\n丙,2.86,2.86,5.73\n丁,缺数据,2.86,5.73\n");
    let run = kaoping(folder, &["reconcile", "rules", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv", "--format", "json"]);
    let cells = cells(&run);
    for (unit, verdict) in [("甲", "consistent"), ("乙", "rounding"), ("丙", "inconsistent"), ("丁", "unknown")] {
        assert_eq!(cell(&cells, unit, "总分")["verdict"], verdict, "{}", cell(&cells, unit, "总分"));
    }
    assert!(cell(&cells, "甲", "总分")["why"].as_str().unwrap().contains("只知道范围"));
    assert_eq!(cell(&cells, "丙", "总分")["interval"], json!(["5.71", "5.72"]));
}

/// 10, 9 and 8 points: places 1, 2, 3. Totals of 10, 8 and 9 would give 1, 3, 2.
#[test]
fn places_are_held_against_computed_and_published_totals() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    policy(folder, "zh");
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    put("facts.csv", "单位,层级,签收率,办结率\n甲,县,80%,100%\n乙,县,80%,98%\n丙,县,80%,96%\n");
    let places = |table: &str| -> Vec<(String, String)> {
        put("公布.csv", table);
        let run = kaoping(folder, &["reconcile", "rules", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv", "--format", "json"]);
        let of = |cell: &Value| (cell["verdict"].as_str().unwrap().to_owned(), cell["why"].as_str().unwrap().to_owned());
        cells(&run).iter().filter(|cell| cell["column"] == "排名").map(of).collect()
    };
    let verdicts = |found: &[(String, String)]| found.iter().map(|(verdict, _)| verdict.clone()).collect::<Vec<_>>();
    // places alone
    assert_eq!(verdicts(&places("单位,排名\n甲,1\n乙,2\n丙,2\n")), ["consistent", "consistent", "inconsistent"]);
    let found = places("单位,总分,排名\n甲,10,1\n乙,8,3\n丙,9,2\n");
    assert_eq!(verdicts(&found), ["consistent", "inconsistent", "inconsistent"]);
    assert!(found[1].1.contains("按算得的总分排第 2") && found[1].1.contains("按公布的总分排第 3"), "{}", found[1].1);
    // right by the facts, though not by the totals beside them
    let found = places("单位,总分,排名\n甲,10,1\n乙,8,2\n丙,9,3\n");
    assert_eq!(verdicts(&found), ["consistent", "consistent", "consistent"]);
    assert!(found[1].1.contains("按公布的总分排第 3"), "{}", found[1].1);
}

#[test]
fn bad_input_is_named() {
    let none = november(&[], &[]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("--published"), "{}", none.err);
    let folder = november(&[MONTH], &[]);
    assert_eq!(folder.status, 2);
    assert!(folder.err.contains("文件夹"), "{}", folder.err);
    let temporary = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = temporary.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let none = november(&[&put("甲.csv", "单位,总得分数\n东海县,1\n")], &[]);
    assert_eq!((none.status, none.out.as_str()), (2, ""));
    assert!(none.err.contains("总得分数") && none.err.contains("没有一格可以核对"), "{}", none.err);
    let unit = november(&[&format!("{MONTH}/quality.csv")], &["--unit", "东海"]);
    assert_eq!(unit.status, 2);
    assert!(unit.err.contains("东海县"), "{}", unit.err);
}

/// A workbook that `score` wrote is a published table like any other.
#[test]
fn the_annex_workbook_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("结果.xlsx").display().to_string();
    let facts = format!("{MONTH}/facts.csv");
    let run = kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11", "--facts", &facts, "--out", &out]);
    assert!(matches!(run.status, 0 | 3), "{}", run.err);
    let cells = cells(&november(&[&out], &["--format", "json"]));
    assert!(cells.len() > 60 * 23, "{}", cells.len());
    assert_eq!(said(&cells, "inconsistent"), Vec::<String>::new());
}

/// 101 of 124 are 81.45 % in time, 13.55 points below 95 %: 1.45 points, whatever stands behind the number in print.
#[test]
fn a_unit_behind_a_number_is_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("表.csv");
    let path = table.to_str().unwrap();
    for text in ["1.45分", "1.45 points", "１．４５"] {
        fs::write(&table, format!("单位,按时办结率\n市教育局,{text}\n")).unwrap();
        let run = november(&[path], &["--format", "json"]);
        assert_eq!(cell(&cells(&run), "市教育局", "按时办结率")["verdict"], json!("consistent"), "{text}");
    }
    fs::write(&table, "单位\n市教育局\n").unwrap();
    let run = november(&[path], &[]);
    assert!(run.status == 2 && run.err.contains("没有一格可以核对") && run.err.lines().all(|line| line.chars().count() < 200), "{}", run.err);
}

/// The lists of `golden/constructs/lists`, calculated by hand there: first as they are, then with a unit that does not belong on one, which leaves out one that does.
#[test]
fn lists_are_held_against_those_that_the_rules_make() {
    let folder = tempfile::tempdir().unwrap();
    let case = "golden/constructs/lists";
    let published = folder.path().join("名单.csv");
    let run = |text: &str, facts: &str| {
        fs::write(&published, text).unwrap();
        let published = published.display().to_string();
        let policy = format!("{case}/zh/标准.kp");
        kaoping(root(), &["reconcile", &policy, "--period", "2024-01", "--facts", facts, "--published", &published, "--format", "json"])
    };
    let units = format!("{case}/units.csv");
    let lists = fs::read_to_string(root().join(case).join("lists.csv")).unwrap();
    let same = cells(&run(&lists, &units));
    assert_eq!((same.len(), said(&same, "consistent").len()), (9, 9), "{same:?}");

    let other = cells(&run(&lists.replace("红榜,丙局", "红榜,乙局"), &units));
    assert_eq!(said(&other, "inconsistent"), ["乙局 名单 红榜 -", "丙局 名单  红榜"]);
    let left_out = other.iter().find(|cell| cell["unit"] == "丙局").unwrap();
    assert!(left_out["row"].is_null() && left_out["why"].as_str().unwrap().contains("表里没有列它"), "{left_out}");
    // beside scores a cell may name several, and the rules may not have one
    let beside = "单位,层级,总分,名单\n北县,县区,75,黑榜、提醒\n甲局,部门,80,红榜、光荣榜\n";
    let beside = cells(&run(beside, &units));
    let of = |unit: &str, list: &str| beside.iter().find(|cell| cell["unit"] == unit && cell["published"] == list).unwrap().clone();
    assert_eq!(
        [of("北县", "黑榜"), of("北县", "提醒"), of("甲局", "红榜")].map(|cell| cell["verdict"].clone()),
        ["consistent"; 3].map(|verdict| json!(verdict))
    );
    assert_eq!(of("甲局", "光荣榜")["verdict"], "unknown");
    // the tier is what the facts say: that it agrees proves nothing
    assert_eq!((&of("甲局", "部门")["verdict"], &of("甲局", "部门")["evidence"]), (&json!("consistent"), &json!("given")));

    // without the faults of one county nobody knows whom it leaves out of the lists of counties and of all; that of departments stands
    let table = fs::read_to_string(root().join(&units)).unwrap();
    let facts = folder.path().join("数据.csv");
    fs::write(&facts, table.replace("西县,县区,2,否", "西县,县区,,否")).unwrap();
    let open = cells(&run(&lists, &facts.display().to_string()));
    assert_eq!(said(&open, "consistent"), ["丙局 名单 红榜 红榜", "甲局 名单 红榜 红榜"]);
    assert_eq!(cell(&open, "西县", "名单")["verdict"], "unknown");
}

/// 市教育局 has 84.60 and 8.15 in the annex; a range that holds them agrees, one that does not cannot be explained.
#[test]
fn a_range_in_print_is_held_against_what_is_computed() {
    let folder = tempfile::tempdir().unwrap();
    let published = folder.path().join("公布.csv");
    fs::write(&published, "单位,及时签收率,按时办结率,综合得分\n市教育局,\"[8,9]\",≥2,≤90\n").unwrap();
    let cells = cells(&november(&[&published.display().to_string()], &["--format", "json"]));
    let verdict = |column: &str| cell(&cells, "市教育局", column)["verdict"].clone();
    assert_eq!([verdict("及时签收率"), verdict("按时办结率"), verdict("综合得分")], ["consistent", "inconsistent", "consistent"].map(|verdict| json!(verdict)));
}
