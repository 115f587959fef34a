//! The commands as their users run them: what they print, how they end, what they leave behind.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{kaoping, kaoping_in, root};
use serde_json::Value;

const FACTS: [&str; 4] = ["--period", "2020-11", "--facts", "golden/lianyungang/2020-11/facts.csv"];

fn with<'a>(verb: &[&'a str]) -> Vec<&'a str> {
    verb.iter().chain(&FACTS).copied().collect()
}

/// A copy of the policy and the golden month that may be changed.
fn copy(to: &Path) {
    for folder in ["policies/lianyungang", "golden/lianyungang/2020-11"] {
        copy_of(folder, to);
    }
}

fn copy_of(folder: &str, to: &Path) {
    fs::create_dir_all(to.join(folder)).unwrap();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(folder).join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_shipped_policy_checks_clean() {
    let run = kaoping(root(), &["check", "policies/lianyungang", "--format", "json"]);
    assert_eq!(run.status, 0);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((report["errors"].as_u64(), report["warnings"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn everything_in_the_repository_checks_clean_and_passes() {
    let run = kaoping(root(), &["check", "policies", "golden", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.status, report["errors"].as_u64()), (0, Some(0)));
    assert!(report["files"].as_u64() > Some(70));
    let run = kaoping(root(), &["test", "policies", "golden/adjustments", "golden/constructs", "golden/lianyungang", "golden/examples", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.status, report["failed"].as_u64()), (0, Some(0)));
    assert!(report["cases"].as_u64() > Some(200));
}

#[test]
fn an_input_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    for target in ["golden/lianyungang/2020-11/facts.csv", "policies/lianyungang/标准.kp.md", "policies/lianyungang/名册.csv"] {
        let before = fs::read(folder.path().join(target)).unwrap();
        let run = kaoping(folder.path(), &with(&["score", "policies/lianyungang", "--out", target]));
        assert_eq!(run.status, 2, "{target}");
        assert!(fs::read(folder.path().join(target)).unwrap() == before, "{target}");
    }
    // nor are results told where their receipt has no place
    for nowhere in ["no/such/folder/r.json", "golden"] {
        let run = kaoping(folder.path(), &with(&["score", "policies/lianyungang", "--receipt", nowhere]));
        assert!(run.status == 2 && run.out.is_empty() && run.err.contains(nowhere), "{}", run.err);
    }
    // the table of provenance was read beside the facts; and nothing is told before a receipt is refused
    let provenance = "golden/lianyungang/2020-11/facts.来历.csv";
    for option in [&["--out", provenance][..], &["--receipt", provenance], &["--receipt", "policies/lianyungang/标准.kp.md"], &["--receipt", FACTS[3]]] {
        let before = fs::read(folder.path().join(option[1])).unwrap();
        let run = kaoping(folder.path(), &with(&[&["score", "policies/lianyungang"], option].concat()));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{option:?}");
        assert!(run.err.contains("不能覆盖") && fs::read(folder.path().join(option[1])).unwrap() == before, "{option:?}: {}", run.err);
    }
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_not_read_and_a_pipe_is() {
    let facts = |path| kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11", "--facts", path]);
    let endless = "/dev/zero";
    let month = |verb, options: &[&'static str]| kaoping(root(), &with(&[&[verb, "policies/lianyungang"], options].concat()));
    for run in [
        facts(endless),
        month("reconcile", &["--published", endless]),
        month("infer-rounding", &["--published", endless]),
        month("invert", &["--published", endless]),
        month("whatif", &["--changes", endless]),
        month("score", &["--adjustments", endless]),
        kaoping(root(), &["new", endless, "--name", "甲"]),
        kaoping(root(), &["claims", endless]),
        kaoping(root(), &["verify", endless]),
        kaoping(root(), &["check", endless]),
    ] {
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.contains(endless) && run.err.contains("MB"), "{}", run.err);
    }
    let zero = fs::File::open(endless).unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_kaoping")).args(["fmt", "-", "--lang", "en"]).stdin(zero).output().unwrap();
    assert!(run.status.code() == Some(2) && String::from_utf8_lossy(&run.stderr).contains("larger than 64 MB"), "{run:?}");
    let table = fs::read(root().join(FACTS[3])).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kaoping"))
        .args(["score", "policies/lianyungang", "--period", "2020-11", "--format", "csv", "--facts", "/dev/stdin"])
        .current_dir(root())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &table).unwrap();
    let piped = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(piped, kaoping(root(), &with(&["score", "policies/lianyungang", "--format", "csv"])).out);
}

#[test]
fn a_registered_unit_without_a_row_is_missing_even_where_everything_has_a_default() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    fs::create_dir(&policy).unwrap();
    let rules = "标准 示例 { 版本 \"1\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }\n层级 区县 满分 10 分\n指标 甲 满分 10 分 人工评定 缺省 满分\n总分 = 合计\n排名 层级 依 总分\n";
    fs::write(policy.join("标准.kp"), rules).unwrap();
    fs::write(policy.join("名册.csv"), "单位,层级\n东县,区县\n西县,区县\n").unwrap();
    fs::write(folder.path().join("facts.csv"), "单位,甲\n东县,\n").unwrap();
    let run = kaoping(folder.path(), &["score", "policy", "--period", "2020-11", "--facts", "facts.csv", "--format", "json"]);
    assert_eq!(run.status, 3);
    let results: Value = serde_json::from_str(&run.out).unwrap();
    // the one that is listed has the default; the other is not scored, and the place beside it is provisional
    assert_eq!((&results["units"][0]["total"], &results["units"][0]["provisional"]), (&Value::from("10.00"), &Value::from(true)));
    assert_eq!((&results["units"][1]["status"], &results["units"][1]["rank"]), (&Value::from("missing"), &Value::Null));
    assert_eq!(results["units"][1]["indicators"]["甲"]["status"], "missing");
    // its explanation is data like any other
    let run = kaoping(folder.path(), &["explain", "policy", "西县", "--period", "2020-11", "--facts", "facts.csv", "--format", "json"]);
    let explanation: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&explanation["status"], &explanation["score"]), (&Value::from("missing"), &Value::Null));
    assert_eq!(explanation["sentence"]["zh"], "数据表里没有这个单位。");
}

/// The units of the construct of vetoes scored with other facts: the exit status, and of each unit its place and whether that is provisional.
fn vetoed(facts: &str) -> (program::Run, Vec<(String, Option<u64>, bool)>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("facts.csv"), facts).unwrap();
    let path = folder.path().join("facts.csv");
    let run = kaoping(root(), &["score", "golden/constructs/veto/zh", "--period", "2024-01", "--facts", path.to_str().unwrap(), "--format", "json"]);
    let results: Value = serde_json::from_str(&run.out).unwrap();
    let of = |unit: &Value| {
        let get = |key: &str| unit.get(key).unwrap();
        (get("unit").as_str().unwrap().to_owned(), get("rank").as_u64(), get("provisional").as_bool().unwrap())
    };
    let units = results.get("units").and_then(Value::as_array).unwrap().iter().map(of).collect();
    (run, units)
}

#[test]
fn a_fact_that_only_a_veto_wants_is_missing_too() {
    let (run, units) = vetoed("单位,层级,重大事故,一般事故,瞒报,履职\n甲局,部门,0,0,否,95\n乙局,部门,0,0,,96\n");
    assert_eq!(run.status, 3, "{}", run.err);
    assert_eq!(units, [("甲局".to_owned(), Some(1), true), ("乙局".to_owned(), None, false)]);
    let (run, _) = vetoed("单位,层级,重大事故,一般事故,瞒报,履职\n甲局,部门,0,0,否,95\n乙局,部门,0,0,是,96\n");
    assert_eq!(run.status, 0, "{}", run.err);
}

#[test]
fn a_unit_without_a_total_that_ranks_last_leaves_the_places_before_it_as_they_are() {
    let (run, units) = vetoed("单位,层级,重大事故,一般事故,瞒报,履职\n甲局,部门,0,0,否,95\n乙局,部门,0,0,是,\n丙局,部门,0,0,是,90\n");
    assert_eq!(run.status, 3, "{}", run.err);
    assert_eq!(units, [("甲局".to_owned(), Some(1), false), ("乙局".to_owned(), None, false), ("丙局".to_owned(), Some(2), true)]);
}

#[test]
fn a_pending_unit_names_what_is_open_in_its_own_tier_only() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "标准 示例 { 版本 \"1\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 施行 2020年1月 至 2020年2月 }\n层级 区县 满分 10 分\n层级 部门 满分 10 分\n指标 甲 满分 10 分 适用 区县 待定 \"甲法未定\"\n指标 乙 满分 10 分 适用 部门 待定 \"乙法未定\"\n总分 = 合计\n排名 层级 依 总分\n";
    fs::write(folder.path().join("标准.kp"), rules).unwrap();
    fs::write(folder.path().join("facts.csv"), "单位,层级\n东县,区县\n商务局,部门\n").unwrap();
    let score = |period: &str| kaoping(folder.path(), &["score", "标准.kp", "--period", period, "--facts", "facts.csv", "--format", "json"]);
    let results: Value = serde_json::from_str(&score("2020-02").out).unwrap();
    let unit = |index: usize| (&results["units"][index]["status"], results["units"][index]["reason"].as_str().unwrap());
    assert_eq!(unit(0), (&Value::from("pending"), "待定 甲:甲法未定"));
    assert_eq!(unit(1), (&Value::from("pending"), "待定 乙:乙法未定"));
    let explained = kaoping(folder.path(), &["explain", "标准.kp", "东县", "--period", "2020-02", "--facts", "facts.csv", "--indicator", "甲"]).out;
    assert!(explained.contains("\n`-- 待定 [标准.kp:4"), "{explained}");
    // a version until a month ends with the last day of that month
    let run = score("2020-03");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("2020-01-01 至 2020-02-29"), "{}", run.err);
}

#[test]
fn cases_and_months_pass_and_are_counted() {
    let run = kaoping(root(), &["test", "policies/lianyungang", "golden/lianyungang", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["failed"], 0);
    assert_eq!(report["cases"], report["passed"]);
    let month = report["results"].as_array().unwrap().iter().find(|result| result["name"] == "2020-11").unwrap();
    let evidence = &month["evidence"];
    // what rests on fitted facts is never counted as confirmed
    assert_eq!(evidence["及时签收率"]["published"], 5);
    assert_eq!(evidence["及时签收率"]["fitted"], 55);
    assert_eq!(evidence["按时办结率"]["published"], 3);
    assert_eq!(evidence["综合得分"]["published"], 0);
}

#[test]
fn a_wrong_expectation_fails_and_shows_both_values() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    replace(&folder.path().join("policies/lianyungang/标准.kp.md"), "及时签收率 = 8.15 分", "及时签收率 = 8.16 分");
    let run = kaoping(folder.path(), &["test", "policies"]);
    assert_eq!(run.status, 1);
    let line = run.out.lines().find(|line| line.contains("8.16")).unwrap();
    assert!(line.contains("及时签收率") && line.contains("8.15"), "{line}");
}

#[test]
fn a_changed_published_cell_and_a_stale_known_difference_fail() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let month = folder.path().join("golden/lianyungang/2020-11");
    replace(&month.join("annex.csv"), "148.16", "148.17");
    let run = kaoping(folder.path(), &["test"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("known.csv"), "{}", run.out);
    replace(&month.join("annex.csv"), "18.43", "18.44");
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert!(run.out.lines().any(|line| line.contains("东海县") && line.contains("18.44") && line.contains("18.43")), "{}", run.out);
}

/// An example with lists and the results that were calculated for it, of which one text is replaced.
fn lists_with(from: &str, to: &str) -> program::Run {
    let folder = tempfile::tempdir().unwrap();
    for inside in ["policies/examples/street-grid", "golden/examples/street-grid/2024-03", "golden/examples/street-grid/2024-04"] {
        copy_of(inside, folder.path());
    }
    replace(&folder.path().join("golden/examples/street-grid/2024-03/名单.csv"), from, to);
    kaoping(folder.path(), &["test", "golden/examples"])
}

#[test]
fn a_published_list_is_compared_unit_by_unit() {
    let run = lists_with("提醒,东坊街道", "提醒,东坊街道");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(!run.out.contains("没有核对的列"), "{}", run.out);
    let run = lists_with("提醒,东坊街道", "提醒,望楼街道");
    assert_eq!(run.status, 1);
    for (unit, expected, computed) in [("望楼街道", "在名单上", "不在名单上"), ("东坊街道", "不在名单上", "在名单上")] {
        let cells = [unit, "提醒", expected, computed];
        assert!(run.out.lines().any(|line| line.split_whitespace().eq(cells)), "{unit}: {}", run.out);
    }
    let run = lists_with("提醒,东坊街道", "警示,东坊街道");
    assert!(run.status == 1 && run.out.contains("规则里没有"), "{}", run.out);
}

#[test]
fn a_published_list_is_compared_in_its_order() {
    // the last of a list of the last may be printed first or last
    let run = lists_with("提醒,东坊街道\n提醒,柳营街道", "提醒,柳营街道\n提醒,东坊街道");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let folder = tempfile::tempdir().unwrap();
    copy_of("policies/examples/annual-targets", folder.path());
    for period in ["2023", "2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"] {
        copy_of(&format!("golden/examples/annual-targets/{period}"), folder.path());
    }
    let quarter = |name: &str| folder.path().join("golden/examples/annual-targets").join(name).join("名单.csv");
    // those that share a place may stand in any order
    replace(&quarter("2023-Q2"), "先进单位,南屏区\n先进单位,西泽县", "先进单位,西泽县\n先进单位,南屏区");
    let run = kaoping(folder.path(), &["test", "golden/examples"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    // tiers may stand in any order, places may not
    replace(&quarter("2023-Q1"), "先进单位,东屿县\n先进单位,北辰区\n先进单位,高新区", "先进单位,高新区\n先进单位,北辰区\n先进单位,东屿县");
    let run = kaoping(folder.path(), &["test", "golden/examples"]);
    assert_eq!(run.status, 1);
    for cells in ["北辰区 先进单位 第 1 位 第 2 位", "东屿县 先进单位 第 2 位 第 1 位"] {
        assert!(run.out.lines().any(|line| line.split_whitespace().eq(cells.split(' '))), "{cells}: {}", run.out);
    }
    assert!(!run.out.lines().any(|line| line.contains("高新区") && line.contains("位")), "{}", run.out);
}

#[test]
fn months_lie_in_golden_as_their_policies_lie_in_policies() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    for (from, to) in [("policies/lianyungang", "policies/cities/lyg"), ("golden/lianyungang", "golden/cities/lyg")] {
        fs::create_dir_all(folder.path().join(to).parent().unwrap()).unwrap();
        fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
    }
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    // the policy that lies as the month does is taken before one of that name elsewhere
    fs::create_dir_all(folder.path().join("policies/lyg")).unwrap();
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
}

#[test]
fn a_published_table_may_call_units_by_their_aliases_and_is_no_file_that_was_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    at(
        "policies/示例/规则.kp",
        r#"标准 示例 { 版本 "1" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 部门 满分 10 分
数据 超时 : 件
指标 甲 满分 10 分 { 超时 每 1 件 扣 1 分,扣完为止 }
总分 = 合计
排名 层级 依 总分
"#,
    );
    at("policies/示例/名册.csv", "单位,层级,别名\n市教育局,部门,教育局\n市财政局,部门,\n");
    at("golden/示例/2024-01/facts.csv", "单位,超时\n教育局,3\n市财政局,1\n");
    // a table of what was printed of facts has no score in it
    at("golden/示例/2024-01/超时.csv", "单位,超时\n教育局,3\n");
    at("golden/示例/2024-01/得分.csv", "单位,甲,总分\n教育局,7,7.00\n市财政局,9,8.00\n");
    at("golden/示例/2024-01/known.csv", "单位,列,公布,计算,原因\n市财政局,总分,8.00,9.00,印错\n");
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    let run = kaoping(folder.path(), &["test", "golden", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(run.out.contains("市财政局") && !run.out.contains("结果里没有"), "{found}");
}

#[test]
fn facts_of_earlier_periods_are_no_test_where_a_later_one_is() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let months = folder.path().join("golden/lianyungang");
    fs::create_dir_all(months.join("2020-10")).unwrap();
    fs::copy(months.join("2020-11/facts.csv"), months.join("2020-10/facts.csv")).unwrap();
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(!run.out.contains("2020-10"), "{}", run.out);
    // alone, or named, they have nothing to be compared with
    let run = kaoping(folder.path(), &["test", "golden/lianyungang/2020-10"]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    for table in ["annex.csv", "ranking.csv"] {
        fs::remove_file(months.join("2020-11").join(table)).unwrap();
    }
    let run = kaoping(folder.path(), &["test", "golden"]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
}

#[test]
fn the_sentence_of_a_bulletin_is_printed() {
    let run = kaoping(root(), &with(&["explain", "市教育局", "--indicator", "按时办结率"]));
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("124 件应办结工单中 23 件超时办结,按时办结率 81.45 %,低于 95 % 13.55 个百分点,扣 13.55 分,得 1.45 分"), "{}", run.out);
    for part in ["标准.kp.md:", "facts.csv 第 14 行「超时办结数」列 公布", "81.4516…% 取整到 0.01%(四舍五入)"] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn an_explanation_is_data_too() {
    let run = kaoping(root(), &with(&["explain", "policies/lianyungang", "--unit", "市体育局", "--indicator", "回访满意率", "--format", "json"]));
    let explanation: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(explanation["score"], "0.00");
    let steps = explanation["steps"].as_array().unwrap();
    let floor = steps.iter().find(|step| step["id"] == "办件质效/回访满意率#floor").unwrap();
    assert_eq!((floor["value"].as_str(), floor["effect"].as_str()), (Some("0"), Some("took effect")));
    let ids: Vec<&str> = steps.iter().map(|step| step["id"].as_str().unwrap()).collect();
    for step in steps {
        assert!(step["from"].as_array().unwrap().iter().all(|from| ids.contains(&from.as_str().unwrap())), "{step}");
    }
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn an_alias_names_its_unit() {
    let by_alias = kaoping(root(), &with(&["explain", "市交通运输局"]));
    let by_name = kaoping(root(), &with(&["explain", "市交通局"]));
    assert_eq!(by_alias.out, by_name.out);
    assert_eq!(by_alias.status, 0);
    // without a register too, white space does not count
    let folder = tempfile::tempdir().unwrap();
    let rules = "标准 示例 { 版本 \"1\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }\n层级 区县 满分 10 分\n指标 甲 满分 10 分 人工评定\n总分 = 合计\n排名 层级 依 总分\n";
    fs::write(folder.path().join("标准.kp"), rules).unwrap();
    fs::write(folder.path().join("facts.csv"), "单位,层级,甲\n1. 东县,区县,9\nNorth Office,区县,8\n").unwrap();
    for (named, score) in [("1. 东县", "9.00"), ("north office", "8.00")] {
        let run = kaoping(folder.path(), &["explain", "标准.kp", named, "--period", "2020-11", "--facts", "facts.csv"]);
        assert!(run.status == 0 && run.out.contains(score), "{named}: {}", run.err);
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("结果 1.json");
    let path = out.to_str().unwrap();
    let run = kaoping(root(), &with(&["score", "policies/lianyungang", "--format", "json", "--out", path]));
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    let direct = kaoping(root(), &with(&["score", "policies/lianyungang", "--format", "json"]));
    assert_eq!(fs::read_to_string(&out).unwrap(), direct.out);
    // a run that fails leaves the file as it was
    let run = kaoping(root(), &["score", "policies/lianyungang", "--period", "2031-01", "--facts", FACTS[3], "--out", path]);
    assert_eq!(run.status, 2);
    assert_eq!(fs::read_to_string(&out).unwrap(), direct.out);
    let run = kaoping(root(), &with(&["score", "policies/lianyungang", "--out", "/no/such/folder/x.json"]));
    assert_eq!(run.status, 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn bad_arguments_end_with_2_and_say_what_to_do() {
    let cases: [(&[&str], &str); 7] = [
        (&["score", "policies/lianyungang", "--period", "Abc", "--facts", FACTS[3]], "「Abc」不是期别"),
        (&["score", "policies/lianyungang", "--period", "2020-13", "--facts", FACTS[3]], "2020-11"),
        (&["score", "policies/lianyungang", "--period", "2019-12", "--facts", FACTS[3]], "2020-12-31"),
        (&["score", "policies/lianyungang", "--facts", FACTS[3]], "--period"),
        (&["score", "policies/lianyungang", "--period", "2020-11", "--facts", "no.csv"], "no.csv"),
        (&["score", "no/such/policy", "--period", "2020-11", "--facts", FACTS[3]], "no/such/policy"),
        (&["explain", "市教育", "--period", "2020-11", "--facts", FACTS[3]], "市教育局"),
    ];
    for (arguments, part) in cases {
        let run = kaoping(root(), arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.err.contains(part) && run.out.is_empty(), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn without_facts_it_says_which_the_standard_needs() {
    let run = kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11"]);
    assert_eq!(run.status, 2);
    for column in ["总工单数", "及时签收率", "拨测扣分次数", "服务知晓度"] {
        assert!(run.out.contains(column), "{column}");
    }
}

#[test]
fn faults_in_masses_are_counted_and_not_all_printed() {
    let folder = tempfile::tempdir().unwrap();
    let lines = (0..5_000).map(|row| format!("单位{row},部门,一\n")).collect::<Vec<_>>().concat();
    fs::write(folder.path().join("facts.csv"), format!("单位,层级,总工单数\n{lines}")).unwrap();
    let rules = root().join("policies/lianyungang");
    let arguments = ["score", rules.to_str().unwrap(), "--period", "2020-11", "--facts", "facts.csv", "--lang", "en"];
    let run = kaoping(folder.path(), &arguments);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_eq!(run.err.matches("error[").count(), 40, "{}", run.err);
    assert!(run.err.contains("facts.csv, column 总工单数: 4980 more of K05"), "{}", run.err);
    assert!(run.err.len() < 20_000, "{}", run.err.len());
}

#[test]
fn the_table_fits_its_width_and_counts_wide_characters_as_two() {
    use unicode_width::UnicodeWidthStr;
    let run = kaoping(root(), &with(&["score", "policies/lianyungang"]));
    assert!(run.out.lines().count() > 80);
    let too_wide: Vec<&str> = run.out.lines().filter(|line| line.width() > 110).collect();
    assert!(too_wide.is_empty(), "{too_wide:?}");
    assert!(run.out.contains("各家均为满分:机构设置"));
    let wide = kaoping(root(), &with(&["score", "policies/lianyungang", "--wide"]));
    assert!(wide.out.contains("信息报送") && !wide.out.contains("均为满分"));
}

#[test]
fn however_narrow_the_table_no_number_breaks_over_lines() {
    use unicode_width::UnicodeWidthStr;
    let is_number = |word: &&str| word.trim_end_matches('*').chars().all(|letter| letter.is_ascii_digit() || letter == '.') && word.contains('.');
    // the scores of the tables, without the paragraphs under them
    let numbers = |columns: &str| {
        let out = kaoping_in(root(), &with(&["score", "policies/lianyungang"]), &[("COLUMNS", columns)]).out;
        // up to the paragraphs beneath a table, which may begin with a space as its lines do
        let tables = out
            .split("\n\n")
            .filter(|block| !block.starts_with("标准里的"))
            .flat_map(|block| block.lines().skip_while(|line| !line.starts_with(' ')).take_while(|line| !line.trim_start().starts_with("各家均为")));
        let tables: Vec<&str> = tables.collect();
        assert!(tables.iter().all(|line| line.width() <= columns.parse().unwrap()), "{columns}: {out}");
        let mut found: Vec<String> = tables.iter().flat_map(|line| line.split_whitespace()).filter(is_number).map(str::to_owned).collect();
        found.sort();
        found
    };
    let wide = numbers("300");
    assert!(wide.len() > 300);
    for columns in ["100", "80", "60", "44"] {
        assert_eq!(numbers(columns), wide, "{columns}");
    }
}

#[test]
fn a_rule_file_saved_by_an_editor_of_the_office_reads_alike() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let rules = folder.path().join("policies/lianyungang/标准.kp.md");
    let text = fs::read_to_string(&rules).unwrap();
    let plain = kaoping(folder.path(), &with(&["score", "policies/lianyungang", "--format", "json"]));
    let strip = |text: &str| {
        let mut results: Value = serde_json::from_str(text).unwrap();
        let units = results["units"].as_array_mut().unwrap();
        units.iter_mut().map(|unit| format!("{} {} {} {}", unit["unit"], unit["total"], unit["rank"], unit["sections"])).collect::<Vec<_>>()
    };
    // full-width signs and digits, wide spaces, no-break spaces, carriage returns, a byte order mark, GB18030
    let office = text
        .replace("每 1 个百分点", "每\u{3000}\u{FF11}\u{a0}个百分点")
        .replace("{\n", "\u{FF5B}\r\n")
        .replace(",扣完为止", "\u{FF0C}扣完为止")
        .replace("95%", "\u{FF19}\u{FF15}\u{FF05}");
    let (gb, _, _) = encoding_rs::GB18030.encode(&office);
    for bytes in [office.as_bytes().to_vec(), [b"\xEF\xBB\xBF", office.as_bytes()].concat(), gb.into_owned()] {
        fs::write(&rules, bytes).unwrap();
        let run = kaoping(folder.path(), &with(&["score", "policies/lianyungang", "--format", "json"]));
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(strip(&run.out) == strip(&plain.out));
    }
}
