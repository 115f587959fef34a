//! Amendments: which version scores which period, the text in force, and what differs between versions.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{kaoping, root};
use serde_json::Value;

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let run = kaoping(folder, arguments);
    assert!(matches!(run.status, 0 | 3), "{arguments:?}\n{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

/// Totals and scores of each unit, without what names the standard.
fn scores(folder: &Path, policy: &str, period: &str, facts: &str) -> Value {
    let mut results = json(folder, &["score", policy, "--period", period, "--facts", facts, "--format", "json"]);
    results.as_object_mut().unwrap().remove("standard").unwrap();
    results
}

fn total(results: &Value, unit: &str) -> String {
    let units = results["units"].as_array().unwrap();
    units.iter().find(|one| one["unit"] == unit).unwrap()["total"].to_string().trim_matches('"').to_owned()
}

const HEAD: &str = r#"标准 示例 {
    版本 "一" 施行 2020-01-01 周期 月 舍入 四舍五入 并列 跳号 得分 取整到 0.01 分
}
层级 区县 满分 10 分
数据 迟报 : 件
总分 = 合计
排名 层级 依 总分
"#;
const ITEM: &str = "指标 报送 满分 10 分 {\n    迟报 每 1 件 扣 1 分,扣完为止  依据 \"原办法\"\n}\n";

/// A policy of several files: the base, two amendments one of which amends the other in the other skin, and one that goes another way.
fn policy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("规则")).unwrap();
    put("规则/1 标准.kp", HEAD);
    put("规则/2 指标.kp", ITEM);
    put(
        "规则/3 修订.kp",
        "修订 示例 版本 \"二\" 基于 \"一\" 施行 2021-01-01 至 2021-12-31 文号 \"〔2021〕1号\" {\n    指标 报送 { 将 迟报 每 1 件 扣 1 分,扣完为止 改为 迟报 每 1 件 扣 2 分,扣完为止 }\n}\n",
    );
    put(
        "规则/4 amendments.kp",
        "amendment 示例 version \"3\" based on \"二\" effective 2022-01-01 {\n    indicator 报送 { replace 迟报 per 1 cases deduct 2 points, down to 0 becomes 迟报 per 1 cases deduct 3 points, down to 0 }\n}\n\
         amendment 示例 version \"4\" based on \"一\" effective 2023-01-01 {\n    rename fact 迟报 becomes 迟漏\n    indicator 报送 { insert floor 4 points }\n}\n",
    );
    put("甲.csv", "单位,层级,迟报\n甲,区县,4\n");
    put("丁.csv", "单位,层级,迟漏\n甲,区县,7\n");
    folder
}

#[test]
fn a_period_is_scored_by_the_version_in_force_in_it() {
    let folder = policy();
    for (period, expected) in [("2020-01", "6.00"), ("2020-12", "6.00"), ("2021-01", "2.00"), ("2021-12", "2.00"), ("2022-01", "0.00"), ("2022-12", "0.00")] {
        assert_eq!(total(&scores(folder.path(), "规则", period, "甲.csv"), "甲"), expected, "{period}");
    }
    // 7 of them leave 3, and the floor is 4
    assert_eq!(total(&scores(folder.path(), "规则", "2023-01", "丁.csv"), "甲"), "4.00");
    let before = kaoping(folder.path(), &["score", "规则", "--period", "2019-12", "--facts", "甲.csv"]);
    assert_eq!(before.status, 2);
    assert!(
        before.err.contains("「一」2020-01-01 至 2020-12-31;「二」2021-01-01 至 2021-12-31;「3」2022-01-01 至 2022-12-31;「4」2023-01-01 起"),
        "{}",
        before.err
    );
}

#[test]
fn verbs_without_a_period_take_the_version_last_in_force() {
    let folder = policy();
    let table = kaoping(folder.path(), &["template", "规则", "--format", "csv"]);
    assert!(table.out.contains("迟漏") && !table.out.contains("迟报"), "{}", table.out);
    let table = kaoping(folder.path(), &["template", "规则", "--format", "csv", "--period", "2021-05"]);
    assert!(table.out.contains("迟报"), "{}", table.out);
}

#[test]
fn versions_lists_dates_documents_and_files() {
    let folder = policy();
    let list = json(folder.path(), &["versions", "规则", "--format", "json"]);
    assert_eq!(list["standard"], "示例");
    assert_eq!(list["sha256"].as_str().unwrap().len(), 64);
    let field = |name: &str| list["versions"].as_array().unwrap().iter().map(|one| one[name].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>();
    assert_eq!(field("version"), ["一", "二", "3", "4"]);
    assert_eq!(field("from"), ["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"]);
    assert_eq!(field("until"), ["2020-12-31", "2021-12-31", "2022-12-31", "-"]);
    assert_eq!(field("based_on"), ["-", "一", "二", "一"]);
    assert_eq!(field("document"), ["-", "〔2021〕1号", "-", "-"]);
    let files: Vec<usize> = list["versions"].as_array().unwrap().iter().map(|one| one["files"].as_array().unwrap().len()).collect();
    assert_eq!(files, [2, 1, 1, 1]);
    let text = kaoping(folder.path(), &["versions", "规则"]);
    assert!(text.out.contains("二") && text.out.contains("〔2021〕1号") && text.out.contains("3 修订.kp"), "{}", text.out);
}

#[test]
fn the_text_in_force_names_the_origin_of_each_changed_line() {
    let folder = policy();
    let shown = kaoping(folder.path(), &["show", "规则", "--version", "3"]);
    assert_eq!(shown.status, 0, "{}", shown.err);
    let line = shown.out.lines().find(|line| line.contains("每 1")).unwrap();
    // the note stays with the clause that takes the place of another
    assert!(line.contains("扣 3 分") && line.contains("依据 \"原办法\"") && line.ends_with("# 3 4 amendments.kp:2"), "{}", shown.out);
}

/// The text of a version alone, as a policy, scores what the version scores.
fn alone(folder: &Path, policy: &str, version: &str, (period, facts): (&str, &str)) {
    let expected = scores(folder, policy, period, facts);
    for skin in ["zh", "en"] {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("现行.kp");
        let file = file.to_str().unwrap();
        let shown = kaoping(folder, &["show", policy, "--version", version, "--skin", skin, "--out", file]);
        assert_eq!(shown.status, 0, "{}", shown.err);
        assert_eq!(kaoping(folder, &["check", file]).status, 0, "{version} {skin}");
        assert_eq!(kaoping(folder, &["fmt", "--check", file]).status, 0, "{version} {skin}");
        // it differs in nothing from the version that it is the text of
        let differences = json(folder, &["diff", &format!("{policy}@{version}"), file, "--format", "json"]);
        assert_eq!(differences["changes"].as_array().unwrap(), &Vec::<Value>::new(), "{version} {skin}");
        let register = root().join("policies/lianyungang/名册.csv");
        if policy.contains("lianyungang") {
            fs::copy(register, out.path().join("名册.csv")).unwrap();
        }
        let mut found = scores(folder, out.path().to_str().unwrap(), period, facts);
        let mut wanted = expected.clone();
        for results in [&mut found, &mut wanted] {
            for unit in results["units"].as_array_mut().unwrap() {
                let kept = ["unit", "status", "total", "rank"];
                unit.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
            }
        }
        assert_eq!(found["units"], wanted["units"], "{version} {skin}");
    }
}

#[test]
fn the_text_in_force_is_a_rule_file_that_scores_the_same() {
    let folder = policy();
    alone(folder.path(), "规则", "一", ("2020-05", "甲.csv"));
    alone(folder.path(), "规则", "二", ("2021-05", "甲.csv"));
    alone(folder.path(), "规则", "3", ("2022-05", "甲.csv"));
    alone(folder.path(), "规则", "4", ("2023-05", "丁.csv"));
    alone(root(), "policies/lianyungang", "2021一号", ("2021-07", "golden/lianyungang/2021-07/facts.csv"));
    alone(root(), "golden/constructs/amendment/zh", "二", ("2024-01", "golden/constructs/amendment/units.csv"));
    alone(root(), "golden/constructs/amendment/en", "二", ("2024-01", "golden/constructs/amendment/units.csv"));
    for skin in ["zh", "en"] {
        let policy = format!("golden/constructs/amendment-more/{skin}");
        alone(root(), &policy, "二", ("2024-01", "golden/constructs/amendment-more/facts"));
        alone(root(), &policy, "三", ("2025-01", "golden/constructs/amendment-more/facts"));
    }
}

/// Everything that the amendment states, and nothing besides.
#[test]
fn what_has_no_place_in_an_item_is_inserted_changed_renamed_and_repealed() {
    let policy = "golden/constructs/amendment-more/zh";
    let text = kaoping(root(), &["diff", &format!("{policy}@一"), &format!("{policy}@二")]).out;
    for line in [
        "更名 户数 改为 家庭",
        "更名 来件 改为 收件",
        "更名 等次 改为 档次",
        "新增 总分 年 = 各 月 平均(总分)",
        "新增 输出 达标 = 率 ≥ 90%",
        "新增 排名 年 全体 依 总分",
        "废止 输出 户均",
        "废止 名单 黑榜",
        "新增 名单 末位榜",
        "新增 一票否决 当 家庭 = 99 户 且 档次 = 优秀",
        "废止 一票否决 当 瞒报",
        "户数 : 户 改为 户数 : 户 可空",
        "新增 街道 : 文字 可空",
        "废止 备注 : 文字 可空",
        "除外 \"丙局\" 改为 \"丙局\", \"丁局\"",
        "适用 当 家庭 > 30 户 改为 适用 当 家庭 > 10 户",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

/// Each change has its effect, as calculated by hand in the folder, where the table of results is compared; and is told.
#[test]
fn calendars_units_and_cycles_are_amended() {
    for skin in ["zh", "en"] {
        let policy = format!("golden/constructs/amendment-calendar/{skin}");
        let run = kaoping(root(), &["check", &policy]);
        // the calendar of the other version is no table that nobody reads
        assert!(run.status == 0 && !run.err.contains("W0503"), "{}{}", run.out, run.err);
    }
    let policy = "golden/constructs/amendment-calendar/zh";
    let text = kaoping(root(), &["diff", &format!("{policy}@一"), &format!("{policy}@二")]).out;
    for line in ["日历二.csv", "仅 \"甲局\" 改为 \"乙局\"", "周期 年 改为 季", "新增 总分 季", "新增 排名 季"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn a_note_on_a_change_belongs_to_what_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let amendment = "修订 示例 版本 \"二\" 基于 \"一\" 施行 2021-01-01 {\n    层级 区县 { 满分 10 分 改为 12 分 依据 \"新办法\" }\n    指标 报送 { 满分 10 分 改为 12 分 假设 \"未见原文\" }\n    总分 合计 改为 合计 封顶 满分 说明 \"封顶\"\n}\n";
    fs::write(folder.path().join("规则.kp"), format!("{HEAD}{ITEM}{amendment}")).unwrap();
    fs::write(folder.path().join("甲.csv"), "单位,层级,迟报\n甲,区县,4\n").unwrap();
    let [before, after] = ["2020-05", "2021-05"].map(|period| scores(folder.path(), "规则.kp", period, "甲.csv"));
    assert_eq!((total(&before, "甲").as_str(), total(&after, "甲").as_str()), ("6.00", "8.00"));
    assert_eq!(before["units"][0]["assumptions"], serde_json::json!([]));
    assert!(after["units"][0]["assumptions"].to_string().contains("未见原文"));
    let shown = kaoping(folder.path(), &["show", "规则.kp"]).out;
    for line in ["层级 区县 满分 12 分  依据 \"新办法\"", "总分 = 合计 封顶 满分  说明 \"封顶\""] {
        assert!(shown.contains(line), "{shown}");
    }
}

#[test]
fn what_was_published_of_the_revised_standard_is_reproduced_or_said_to_be_beyond_comparison() {
    for month in ["2021-07", "2022-02"] {
        let run = kaoping(root(), &["test", &format!("golden/lianyungang/{month}")]);
        assert_eq!(run.status, 0, "{}", run.out);
    }
    // 100 - 15 (5 cases, 1 late: 80 %), - 9.29 (7 cases, 1 late: 85.71 %), - 20 - 12.5, - 10 - 12.5 - 1, - 10 - 12.2, each 1 less
    let totals = [
        ("2021-07", "市碱业公司", "84.00"),
        ("2021-07", "连职院", "89.71"),
        ("2022-02", "市碱业公司", "66.50"),
        ("2022-02", "市体育局", "75.50"),
        ("2022-02", "万联能源集团", "76.80"),
    ];
    for (month, unit, expected) in totals {
        let facts = format!("golden/lianyungang/{month}/facts.csv");
        assert_eq!(total(&scores(root(), "policies/lianyungang", month, &facts), unit), expected, "{month} {unit}");
    }
}

// --- differences ---

fn ids(differences: &Value) -> Vec<String> {
    differences["changes"].as_array().unwrap().iter().map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["id"].as_str().unwrap())).collect()
}

fn diff(folder: &Path, old: &str, new: &str) -> Value {
    json(folder, &["diff", old, new, "--format", "json"])
}

#[test]
fn versions_differ_clause_by_clause() {
    let folder = policy();
    let found = diff(folder.path(), "规则@一", "规则@二");
    assert_eq!(ids(&found), ["changed 指标 报送/迟报 每 1 件 扣 1 分 扣完为止"]);
    let change = &found["changes"][0];
    assert_eq!((change["before"].as_str(), change["after"].as_str()), (Some("迟报 每 1 件 扣 1 分,扣完为止"), Some("迟报 每 1 件 扣 2 分,扣完为止")));
    assert_eq!(change["path"], serde_json::json!(["报送"]));
    // what another name is stated for is the same thing
    let found = diff(folder.path(), "规则@一", "规则@4");
    assert_eq!(ids(&found), ["renamed 数据 迟漏", "inserted 指标 报送/保底"]);
    assert_eq!((found["changes"][0]["before"].as_str(), found["changes"][0]["after"].as_str()), (Some("迟报"), Some("迟漏")));
    assert!(found["changes"][1]["before"].is_null());
    // the other way round nothing states that it is
    assert_eq!(diff(folder.path(), "规则@4", "规则@一")["changes"].as_array().unwrap().len(), 4);
    assert_eq!(diff(folder.path(), "规则@二", "规则@二")["changes"], serde_json::json!([]));
    let unknown = kaoping(folder.path(), &["diff", "规则@二", "规则@五"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("没有版本「五」") && unknown.err.contains("一、二、3、4"), "{}", unknown.err);
}

#[test]
fn layout_skin_order_and_files_are_no_difference() {
    let folder = policy();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put("一.kp", &format!("{ITEM}{HEAD}"));
    let english = kaoping(folder.path(), &["fmt", "一.kp", "--skin", "en", "--out", "英"]);
    assert_eq!(english.status, 0, "{}", english.err);
    for other in ["一.kp", "英/一.kp"] {
        assert_eq!(diff(folder.path(), "规则@一", other)["changes"], serde_json::json!([]), "{other}");
    }
    // another source is no difference, an assumption is
    put("二.kp", &format!("{HEAD}{}", ITEM.replace("依据 \"原办法\"", "依据 \"另一处\" 说明 \"也许\"")));
    assert_eq!(diff(folder.path(), "一.kp", "二.kp")["changes"], serde_json::json!([]));
    put("二.kp", &format!("{HEAD}{}", ITEM.replace("依据 \"原办法\"", "假设 \"也许\"")));
    assert_eq!(ids(&diff(folder.path(), "一.kp", "二.kp")).len(), 1);
}

#[test]
fn an_item_in_another_block_is_moved_and_the_order_of_awards_matters() {
    let folder = tempfile::tempdir().unwrap();
    let rules = |body: &str| format!("{}数据 漏报 : 件\n{body}", HEAD.replace("满分 10 分", "满分 20 分"));
    let awards = ["当 迟报 > 9 件 得 0 分", "当 漏报 > 5 件 得 5 分"];
    let item = |first: usize, second: usize| format!("指标 甲 满分 10 分 {{ {}\n{}\n得 满分 }}", awards[first], awards[second]);
    let other = "指标 乙 满分 10 分 { 迟报 每 1 件 扣 1 分,扣完为止 }";
    let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    put("一.kp", rules(&format!("类 丙 满分 20 分 {{ {}\n{other} }}", item(0, 1))));
    put("二.kp", rules(&format!("类 丙 满分 10 分 {{ {other} }}\n{}", item(0, 1))));
    put("三.kp", rules(&format!("类 丙 满分 10 分 {{ {other} }}\n{}", item(1, 0))));
    assert_eq!(ids(&diff(folder.path(), "一.kp", "二.kp")), ["changed 类 丙/满分", "moved 指标 甲"]);
    assert_eq!(ids(&diff(folder.path(), "二.kp", "三.kp")), ["reordered 指标 甲/次序"]);
}

#[test]
fn a_month_is_scored_under_both_versions_though_one_is_not_in_force_then() {
    let folder = policy();
    fs::write(folder.path().join("两家.csv"), "单位,层级,迟报\n甲,区县,4\n乙,区县,0\n").unwrap();
    let arguments = ["diff", "规则@一", "规则@二", "--period", "2020-03", "--facts", "两家.csv"];
    let found = json(folder.path(), &[&arguments[..], &["--format", "json"]].concat());
    let impact = found["impact"].as_array().unwrap();
    assert_eq!(impact.len(), 2);
    // 10 - 4 × 1, 10 - 4 × 2
    assert_eq!((impact[0]["unit"].as_str(), impact[0]["before"].as_str(), impact[0]["after"].as_str()), (Some("甲"), Some("6.00"), Some("2.00")));
    assert_eq!((&impact[0]["rank_before"], &impact[1]["rank_after"]), (&serde_json::json!(2), &serde_json::json!(1)));
    let text = kaoping(folder.path(), &arguments);
    assert!(text.out.contains("2 家单位,1 家的得分、名次或状态有变化") && !text.out.contains("乙"), "{}", text.out);
    let english = kaoping(folder.path(), &[&arguments[..], &["--lang", "en"]].concat());
    assert!(english.out.contains("迟报 per 1 cases deduct 1 points, down to 0 becomes 迟报 per 1 cases deduct 2 points, down to 0"), "{}", english.out);
    // a column that only one of the two versions reads is no fault, and what is then missing is missing
    let found = json(folder.path(), &["diff", "规则@一", "规则@4", "--period", "2020-03", "--facts", "两家.csv", "--format", "json"]);
    assert_eq!(found["impact"][0]["status_after"], "missing");
    let alone = kaoping(folder.path(), &["diff", "规则@一", "规则@二", "--facts", "两家.csv"]);
    assert_eq!(alone.status, 2);
}

/// What a goal may change is amended like any part of a fact: in version 1 late cases alone may become fewer, in version 2 the cases that
/// came in more, in version 3 neither. 3 late of 9 are 7 points; 1 point less costs 1.
#[test]
fn whether_a_fact_may_be_adjusted_is_amended() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let head = HEAD.replace("数据 迟报 : 件", "数据 总数 : 件\n数据 迟报 : 件  不大于 总数  可调 向下");
    put("1.kp", &format!("{head}{ITEM}"));
    put(
        "2.kp",
        "修订 示例 版本 \"二\" 基于 \"一\" 施行 2021-01-01 {\n    数据 总数 { 新增 可调 }\n    数据 迟报 { 将 可调 向下 改为 可调 向上 代价 2 }\n}\n\
         amendment 示例 version \"三\" based on \"二\" effective 2022-01-01 {\n    fact 总数 { repeal adjustable }\n    fact 迟报 { repeal adjustable up at cost 2 }\n}\n",
    );
    put("f.csv", "单位,层级,总数,迟报\n甲,区县,9,3\n");
    let goal = |period| kaoping(folder.path(), &["goal", ".", "甲", "--total", "8", "--facts", "f.csv", "--period", period]);
    let lines = |period| kaoping(folder.path(), &["show", ".", "--period", period]).out;
    let first = goal("2020-06");
    assert!(first.out.contains("迟报 3 件 → 2 件"), "{}{}", first.out, first.err);
    assert!(lines("2021-06").contains("可调 向上 代价 2") && !lines("2021-06").contains("可调 向下"));
    let second = goal("2021-06");
    assert!(second.status == 0 && second.out.contains("达不到") && !second.out.contains('→'), "{}", second.out);
    let third = goal("2022-06");
    assert!(third.status == 2 && third.err.contains("可调"), "{}", third.err);
    let moved = kaoping(folder.path(), &["diff", ".@一", ".@二"]).out;
    assert!(moved.contains("可调 向下 改为 向上 代价 2") && moved.contains("新增 可调"), "{moved}");
}

/// 4 late cases cost 2 points each by the amendment, which has comments inside its phrases.
#[test]
fn comments_inside_phrases_of_an_amendment_are_no_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let amendment = "amendment 示例 version \"二\" based # on what\n on \"一\" effective 2021-01-01 {\n    indicator 报送 {\n        \
         replace 迟报 per 1 cases deduct 1 points, down # as before\n to 0\n        becomes 迟报 per 1 cases deduct 2 points, down\n # as before\n to # nothing\n 0\n    }\n}\n";
    fs::write(folder.path().join("规则.kp"), format!("{HEAD}{ITEM}{amendment}")).unwrap();
    fs::write(folder.path().join("甲.csv"), "单位,层级,迟报\n甲,区县,4\n").unwrap();
    let [before, after] = ["2020-05", "2021-05"].map(|period| scores(folder.path(), "规则.kp", period, "甲.csv"));
    assert_eq!((total(&before, "甲").as_str(), total(&after, "甲").as_str()), ("6.00", "2.00"));
}
