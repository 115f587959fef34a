//! `infer-rounding`: which conventions explain what was published.

#![allow(clippy::panic, missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;

use program::{kaoping, root};
use serde_json::{Value, json};

fn inferred(folder: &std::path::Path, arguments: &[&str]) -> Value {
    let run = kaoping(folder, &[&["infer-rounding"], arguments, &["--format", "json"]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

/// What came of a convention.
fn convention<'f>(found: &'f Value, before: Option<&str>, scores: Option<&str>, mode: &str) -> &'f Value {
    let all = found["survivors"].as_array().unwrap().iter().chain(found["refuted"].as_array().unwrap());
    let wanted = |one: &&Value| one["before"] == json!(before) && one["scores"] == json!(scores) && one["mode"] == mode;
    all.into_iter().find(wanted).unwrap_or_else(|| panic!("{before:?} {scores:?} {mode}"))
}

fn witness(one: &Value) -> [&str; 4] {
    assert_eq!(one["survives"], false, "{one}");
    ["unit", "column", "published", "computed"].map(|key| one["witness"][key].as_str().unwrap())
}

const RULES: &str = r#"标准 示例 { 版本 "一" 施行 2024-01-01 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 县 满分 20 分
数据 收 : 件
数据 迟 : 件 不大于 收
数据 签收率 : % 或由 1 - 迟 / 收 取整到 0.01%
指标 签收 满分 10 分 { 当 签收率 无从计算 得 满分  签收率 低于 100% 每 1 个百分点 扣 0.5 分,扣完为止 }
指标 办结 满分 10 分 { 当 签收率 无从计算 得 满分  签收率 低于 100% 每 1 个百分点 扣 0.5 分,扣完为止 }
总分 = 合计
排名 层级 依 总分 从高到低
"#;

/// By hand, with the rate rounded to 0.01 % and the score to 0.01, half up: 1 of 7 late 85.71 %, 2.855, 2.86; 1 of 9 88.89 %, 4.445, 4.45; 1 of 18
/// 94.44 %, 7.22.
#[test]
fn only_the_stated_convention_explains_three_units() {
    for skin in ["zh", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir_all(folder.join("原")).unwrap();
        fs::write(folder.join("原/规则.kp"), RULES).unwrap();
        assert_eq!(kaoping(folder, &["fmt", "原", "--skin", skin, "--out", "rules"]).status, 0);
        fs::write(folder.join("facts.csv"), "单位,层级,收,迟\n甲,县,7,1\n乙,县,9,1\n丙,县,18,1\n").unwrap();
        fs::write(folder.join("公布.csv"), "单位,签收,办结,总分\n甲,2.86,2.86,5.72\n乙,4.45,4.45,8.90\n丙,7.22,7.22,14.44\n").unwrap();
        let arguments = ["rules", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv"];
        let found = inferred(folder, &arguments);
        assert_eq!(found["cells"], 9);
        assert_eq!(found["survivors"].as_array().unwrap().len(), 1, "{}", found["survivors"]);
        let stated = convention(&found, Some("0.01%"), Some("0.01"), "half_up");
        assert_eq!((&stated["survives"], &stated["stated"], &stated["explained"]), (&json!(true), &json!(true), &json!(9)));
        // 2.855 and 2.855 are 5.71; 1 - 1 / 9 is 4.444… left; 4.445 to even 4.44; 85.71 % cut off 2.85; 94.45 % leaves 7.225, up 7.23
        assert_eq!(witness(convention(&found, Some("0.01%"), None, "half_up")), ["甲", "总分", "5.72", "5.71"]);
        assert_eq!(witness(convention(&found, None, Some("0.01"), "half_up")), ["乙", "签收", "4.45", "4.44"]);
        assert_eq!(witness(convention(&found, Some("0.01%"), Some("0.01"), "half_even")), ["乙", "签收", "4.45", "4.44"]);
        assert_eq!(witness(convention(&found, Some("0.01%"), Some("0.01"), "to_zero")), ["甲", "签收", "2.86", "2.85"]);
        assert_eq!(witness(convention(&found, Some("0.01%"), Some("0.01"), "from_zero")), ["丙", "签收", "7.22", "7.23"]);
        let facts = &convention(&found, None, Some("0.01"), "half_up")["witness"]["facts"];
        assert_eq!(*facts, json!([{ "fact": "迟", "value": "1" }, { "fact": "收", "value": "9" }]));
        let text = kaoping(folder, &[&["infer-rounding"], arguments.as_slice(), &["--lang", "en"]].concat()).out;
        assert!(text.contains("one convention alone explains every cell") && text.contains("(as the standard says)"), "{text}");
        // a misprint is explained by none and decides nothing
        fs::write(folder.join("公布.csv"), "单位,签收,办结,总分\n甲,2.86,9.99,5.72\n乙,4.45,4.45,8.90\n丙,7.22,7.22,14.44\n").unwrap();
        let found = inferred(folder, &arguments);
        assert_eq!(found["survivors"].as_array().unwrap().len(), 1);
        assert_eq!(found["explained_by_none"][0]["published"], "9.99");
        // rates alone do not tell whether they were rounded before they were printed or before they were used
        fs::write(folder.join("facts.csv"), "单位,层级,签收率\n甲,县,85.71%\n乙,县,88.89%\n丙,县,94.44%\n").unwrap();
        fs::write(folder.join("公布.csv"), "单位,签收\n甲,2.86\n乙,4.45\n丙,7.22\n").unwrap();
        let found = inferred(folder, &arguments);
        assert_eq!(convention(&found, None, Some("0.01"), "half_up")["survives"], true);
        assert_eq!(convention(&found, Some("0.01%"), Some("0.01"), "half_even")["survives"], false);
    }
}

/// Rates are cut off to 1 %, scores half up: 1 of 3 late 66 %, 6.60 (67 % half up, 6.70); an eighth of 10 points is 1.25, of 1 point 0.125, 0.13 (0.12 cut off).
#[test]
fn a_standard_that_rounds_in_two_ways_is_a_convention_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let rules = r#"标准 示例 { 版本 "一" 施行 2024-01-01 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 县 满分 11 分
数据 收 : 件 不小于 1 件
数据 迟 : 件 不大于 收
数据 签收率 : % 或由 1 - 迟 / 收 取整到 1% 去尾
指标 签收 满分 10 分 { 得 签收率 × 10 分 }
指标 八分 满分 1 分 { 得 收 / 8 件 × 1 分 }
总分 = 合计
排名 层级 依 总分 从高到低
"#;
    fs::write(folder.join("rules.kp"), rules).unwrap();
    fs::write(folder.join("facts.csv"), "单位,层级,收,迟\n甲,县,3,1\n乙,县,1,0\n").unwrap();
    fs::write(folder.join("公布.csv"), "单位,签收,八分\n甲,6.60,0.38\n乙,10.00,0.13\n").unwrap();
    let arguments = ["rules.kp", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv"];
    let found = inferred(folder, &arguments);
    let survivors = found["survivors"].as_array().unwrap();
    assert!(survivors.iter().all(|one| one["mode"].is_null()), "{survivors:?}");
    let stated: Vec<_> = survivors.iter().filter(|one| one["stated"] == true).collect();
    assert_eq!((stated.len(), &stated[0]["before"], &stated[0]["scores"]), (1, &json!("1%"), &json!("0.01")));
    assert_eq!(witness(convention(&found, Some("1%"), Some("0.01"), "half_up")), ["甲", "签收", "6.60", "6.70"]);
    assert_eq!(witness(convention(&found, Some("1%"), Some("0.01"), "to_zero")), ["乙", "八分", "0.13", "0.12"]);
    assert_eq!(found["refuted"].as_array().unwrap().iter().filter(|one| one["stated"] == true).count(), 0);
    let text = kaoping(folder, &[&["infer-rounding"], arguments.as_slice()].concat()).out;
    assert!(text.contains("各按标准所写的方式:率等先取整到 1%,各项得分取整到 0.01 再合计(标准如此)"), "{text}");
}

/// November 2020: 88.21 % and 16.61, a total that was taken before its parts were rounded, and, where the counts behind a printed score are taken to be 10 of
/// 11, 17.96.
#[test]
fn the_bulletin_rounds_rates_first_and_adds_up_unrounded_scores() {
    let month = "golden/lianyungang/2020-11";
    let (facts, annex) = (format!("{month}/facts.csv"), format!("{month}/annex.csv"));
    let arguments = ["policies/lianyungang", "--period", "2020-11", "--facts", &facts, "--published", &annex];
    let found = inferred(root(), &arguments);
    let before = Some("0.01%, 0.01");
    assert_eq!(witness(convention(&found, before, None, "half_even")), ["市住建局", "回访满意率", "16.61", "16.60"]);
    assert_eq!(convention(&found, before, None, "half_up")["survives"], true);
    assert_eq!(convention(&found, None, None, "half_up")["survives"], true);
    // as the standard says it: the total of one county, and what its parts give of another
    let stated = convention(&found, before, Some("0.01"), "half_up");
    assert_eq!((&stated["stated"], &stated["refuting"]), (&json!(true), &json!(2)));
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("回访.csv").display().to_string();
    fs::write(&counts, "单位,层级,回访数,不满意数\n市生态环境局,部门,11,1\n").unwrap();
    let found = inferred(root(), &[&arguments, ["--facts", counts.as_str()].as_slice()].concat());
    let unrounded = convention(&found, None, None, "half_up");
    assert_eq!(witness(unrounded), ["市生态环境局", "回访满意率", "17.96", "17.95"]);
    assert_eq!(convention(&found, before, None, "half_up")["survives"], true);
}

/// 23 of 124 late: 81.4516…%, 13.5484 points below 95 %, 1.4516 left, which goes up to 1.46; to 0.1 % it is 81.5 %, 1.50, whichever way halves go. That
/// 81.45 % is printed beside the counts opens nothing.
#[test]
fn a_printed_rate_beside_its_counts_is_no_wider() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("表.csv");
    fs::write(&table, "单位,按时办结率\n市教育局,1.45\n").unwrap();
    let facts = "golden/lianyungang/2020-11/facts.csv";
    let found = inferred(root(), &["policies/lianyungang", "--period", "2020-11", "--facts", facts, "--published", table.to_str().unwrap()]);
    let up = convention(&found, None, None, "from_zero");
    assert_eq!(witness(up), ["市教育局", "按时办结率", "1.45", "1.46"]);
    assert_eq!(up["witness"]["facts"], json!([{ "fact": "超时办结数", "value": "23" }, { "fact": "应办结数", "value": "124" }]));
    for mode in ["half_up", "half_even"] {
        assert_eq!(witness(convention(&found, Some("0.1%, 0.1"), None, mode)), ["市教育局", "按时办结率", "1.45", "1.50"]);
        assert_eq!(convention(&found, None, None, mode)["survives"], true);
    }
}

/// `abc` and a range are no numbers; that there is no value, and why, is none that was left unread.
#[test]
fn cells_that_are_no_numbers_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("rules")).unwrap();
    fs::write(folder.join("rules/规则.kp"), RULES).unwrap();
    fs::write(folder.join("facts.csv"), "单位,层级,收,迟\n甲,县,7,1\n乙,县,9,1\n丙,县,18,1\n").unwrap();
    fs::write(folder.join("公布.csv"), "单位,签收,办结,总分\n甲,2.86,abc,5.72\n乙,4.45,4.45,\"[8,9]\"\n丙,缺数据,,14.44\n").unwrap();
    let arguments = ["rules", "--period", "2024-01", "--facts", "facts.csv", "--published", "公布.csv"];
    let found = inferred(folder, &arguments);
    assert_eq!(found["cells"], 5);
    let at = |row: usize, unit: &str, column: &str, text: &str| json!({ "file": "公布.csv", "row": row, "unit": unit, "column": column, "published": text });
    assert_eq!(found["unread"], json!([at(2, "甲", "办结", "abc"), at(3, "乙", "总分", "[8,9]")]));
    let told = |lang| kaoping(folder, &[&["infer-rounding"], arguments.as_slice(), &["--lang", lang]].concat()).out;
    assert!(told("zh").contains("公布.csv 第 2 行 甲 办结:abc") && told("en").contains("公布.csv row 3, 乙, 总分: [8,9]"));
}
