//! The program that replays receipts: it finds whatever is touched in them though all hashes fit, and says what it did not look at.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;
#[path = "harness/receipts.rs"]
mod receipts;

use std::collections::BTreeSet;
use std::fs;

use program::root;
use receipts::{STANDARD, folder, month, names, rehashed, replay, score, verify};
use serde_json::{Value, json};

#[test]
fn a_wrong_step_is_replayed_and_found_though_all_hashes_fit() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
    assert_eq!(replay(folder.path(), &["r.json"]).status, 0);
    // the last value of the first unit: the total of its tier is behind no other step
    let row = text.split("\"values\":[").nth(1).unwrap().split(']').next().unwrap();
    let values: Vec<&str> = row.split(',').collect();
    for at in [values.len() - 1, values.len() / 2, values.len() - 2] {
        let mut other = values.clone();
        let changed = if values[at].contains("true") { "\"false\"" } else { "\"77.7\"" };
        other[at] = changed;
        fs::write(folder.path().join("t.json"), rehashed(&text.replacen(row, &other.join(","), 1))).unwrap();
        let run = replay(folder.path(), &["t.json"]);
        assert_eq!(run.status, 1, "{at}: {}", run.out);
        assert!(!run.out.contains("sha256") && run.out.contains('#'), "{}", run.out);
    }
    for (from, to, said) in [
        ("\"total\":\"", "\"total\":\"1", "total"),
        ("\"rank\":1,", "\"rank\":3,", "rank"),
        ("\"provisional\":false", "\"provisional\":true", "provisional"),
        ("\"score\":\"6.00\",\"full\":\"6.00\"", "\"score\":\"5.99\",\"full\":\"6.00\"", "indicators/"),
        ("\"status\":\"scored\",\"reason\":null", "\"status\":\"missing\",\"reason\":null", "status"),
        ("\"with\":[\"0.0001\",\"half_up\"]", "\"with\":[\"0.0001\",\"from_zero\"]", "(round)"),
        ("\"op\":\"choose\"", "\"op\":\"chose\"", "(chose)"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(folder.path().join("t.json"), rehashed(&text.replace(from, to))).unwrap();
        let run = replay(folder.path(), &["t.json"]);
        assert_eq!(run.status, 1, "{from} → {to}: {}", run.out);
        assert!(run.out.contains(said), "{from} → {to}: {}", run.out);
    }
}

#[test]
fn what_units_read_of_one_another_is_made_again_from_what_they_bring() {
    let run = |policy: &str, facts: &str, from: &str, to: &str| {
        let folder = folder(&[(policy, "rules"), (facts, "units.csv")]);
        assert_eq!(score(folder.path(), &["rules", "--period", "2024-01", "--facts", "units.csv"], "r.json").status, 0);
        let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(folder.path().join("t.json"), rehashed(&text.replace(from, to))).unwrap();
        let (sound, touched) = (replay(folder.path(), &["r.json"]), replay(folder.path(), &["t.json"]));
        assert_eq!((sound.status, touched.status), (0, 1), "{}", touched.out);
    };
    run("golden/constructs/ratio-to-best/zh", "golden/constructs/ratio-to-best/units.csv", "\"fold\":\"best\"", "\"fold\":\"lowest\"");
    run("golden/constructs/rank-to-points/zh", "golden/constructs/rank-to-points/units.csv", "\"ascending\":false", "\"ascending\":true");
    run("golden/constructs/ties-shared/zh", "golden/constructs/ties-shared/units.csv", "\"ties\":\"shared\"", "\"ties\":\"dense\"");
}

#[test]
fn the_replay_shares_nothing_with_the_program() {
    let text = fs::read_to_string(root().join("src/bin/kaoping-replay.rs")).unwrap();
    for shared in ["kaoping::", "crate::", "super::", "rust_decimal", "include!", "include_str!", "f64", "f32"] {
        assert!(!text.contains(shared), "{shared}");
    }
    assert!(!text.lines().any(|line| line.trim_start().starts_with("mod ")));
    let allowed = ["std", "clap", "num_bigint", "num_rational", "serde", "serde_json", "sha2", "Absence", "Value"];
    for line in text.lines().filter_map(|line| line.strip_prefix("use ")) {
        assert!(allowed.contains(&line.split("::").next().unwrap()), "{line}");
    }
}

#[test]
fn files_are_hashed_where_their_folder_is_named() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    assert_eq!(replay(folder.path(), &["r.json", "--root", "."]).status, 0);
    fs::remove_file(folder.path().join("rules/名册.csv")).unwrap();
    let run = replay(folder.path(), &["r.json", "--root", "."]);
    assert!(run.status == 1 && run.out.contains("rules/名册.csv"), "{}", run.out);
    let run = replay(folder.path(), &["r.json"]);
    assert!(run.status == 0 && run.out.contains("hashes of the files"), "{}", run.out);
}

#[test]
fn arguments_that_are_wrong_are_refused() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    for (arguments, said) in [
        (&[][..], "RECEIPT"),
        (&["--nothing"], "--nothing"),
        (&["r.json", "t.json"], "t.json"),
        (&["r.json", "--root"], "--root"),
        (&["r.json", "--lang"], "--lang"),
        (&["r.json", "--lang", "fr"], "fr"),
    ] {
        let run = replay(folder.path(), arguments);
        assert!(run.status == 2 && run.out.is_empty() && run.err.contains(said), "{arguments:?}: {}", run.err);
        assert!(run.err.contains("参数有误"), "{arguments:?}: {}", run.err);
    }
    for (arguments, said) in [
        (&["nowhere.json"][..], "nowhere.json: there is no such file\n"),
        (&["rules"], "rules: this is a folder: name a receipt\n"),
        (&["r.json", "--root", "nowhere"], "nowhere: there is no such folder\n"),
        (&["r.json", "--root", "r.json", "--lang", "zh"], "r.json: 没有这个文件夹\n"),
    ] {
        let run = replay(folder.path(), arguments);
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (2, "", said), "{arguments:?}");
    }
    for (arguments, said) in [(["--help"], "--root"), (["--version"], env!("CARGO_PKG_VERSION"))] {
        let run = replay(folder.path(), &arguments);
        assert!(run.status == 0 && run.out.contains(said), "{arguments:?}: {}", run.out);
    }
}

// --- every operation ---

/// A receipt in which the value at a place of its only line with some text is another, all hashes made again.
fn with_other(receipt: &str, line_of: &str, place: &str, value: &str) -> String {
    let line = receipt.lines().find(|line| line.contains(line_of)).unwrap();
    let mut data: Value = serde_json::from_str(line.trim_end_matches(',')).unwrap();
    *data.pointer_mut(place).unwrap() = json!(value);
    let comma = if line.ends_with(',') { "," } else { "" };
    let indent: String = line.chars().take_while(|character| *character == ' ').collect();
    rehashed(&receipt.replacen(line, &format!("{indent}{data}{comma}"), 1))
}

/// Another value of the same kind.
fn other(value: &str) -> &'static str {
    match value.chars().next() {
        Some('t') => "false",
        Some('f') => "true",
        Some('=') => "=别的",
        Some('!') => "0.123",
        _ => "77.7",
    }
}

/// For each operation, with what it is told by, the first step of a receipt and a unit (or none, of a value that is the same for all)
/// whose value of it is told.
fn steps_by_operation(receipt: &Value) -> Vec<(String, u64, Option<usize>)> {
    let mut all = Vec::new();
    for tier in receipt["programs"]["tiers"].as_array().unwrap() {
        let rows = receipt["trace"].as_array().unwrap();
        let row = rows.iter().position(|row| row["tier"] == tier["tier"] && row["instead"] == json!([]));
        for step in tier["steps"].as_array().unwrap() {
            let told = match step["op"].as_str().unwrap() {
                op @ ("round" | "steps") => format!("{op} {}", step["with"][1].as_str().unwrap()),
                op @ "compare" => format!("{op} {}", step["with"][0].as_str().unwrap()),
                op => op.to_owned(),
            };
            let told = if told == "input" {
                let id: usize = step["with"][0].as_str().unwrap().parse().unwrap();
                let input = &receipt["programs"]["inputs"][id];
                format!("input {}", input["units"]["fold"].as_str().unwrap_or("elsewhere"))
            } else {
                told
            };
            let id = step["step"].as_u64().unwrap();
            let varies = step.get("value").is_none();
            if !varies || row.is_some() {
                all.push((told, id, row.filter(|_| varies)));
            }
        }
    }
    all
}

/// What the replay evaluates, each in every way.
const OPERATIONS: &[&str] = &[
    "and",
    "cap",
    "choose",
    "compare <",
    "compare =",
    "compare >",
    "compare ≠",
    "compare ≤",
    "compare ≥",
    "constant",
    "floor",
    "input best",
    "input count",
    "input lowest",
    "input mean",
    "input median",
    "input rank",
    "input sum",
    "input weighted_mean",
    "is_blank",
    "is_undefined",
    "not",
    "or",
    "or_else",
    "over",
    "round from_zero",
    "round half_even",
    "round half_up",
    "round to_zero",
    "same",
    "steps pro_rata",
    "steps started",
    "steps whole",
    "sum",
    "times",
];
/// What it takes as it is stated, and says so.
const STATED: &[&str] = &["call", "cell", "clock", "input elsewhere"];

/// A standard that needs every operation at least once.
const EVERY: &str = r#"标准 每种运算 {
    版本 "1"
    周期 月
    舍入 四舍六入
    得分 取整到 0.1 分
    并列 跳号
}
层级 县区 满分 70 分
数据 原分 : 分  精度 0.01 分
数据 率   : %
数据 件数 : 件
数据 逾期 : 件
数据 备注 : {甲,乙}
数据 停评 : {是,否}  缺省 否
不参评 当 停评,原因 "停评"
令 超时率 = 逾期 / 件数
指标 六入 满分 10 分 {
    得分 = 原分
}
指标 五入 满分 10 分 {
    得分 = 原分 取整到 0.1 分 四舍五入
}
指标 进位 满分 10 分 {
    得分 = 原分 取整到 0.1 分 进一
}
指标 舍尾 满分 10 分 {
    得分 = 原分 取整到 0.1 分 去尾
}
指标 逾期分 满分 10 分 {
    当 超时率 无从计算 得 满分
    逾期 每 3 件 扣 1 分,不足不计
    逾期 每 3 件 扣 1 分,不足按整计
    率 低于 95% 每 1 个百分点 扣 0.1 分
}
指标 时限 满分 10 分  适用 当 件数 > 0 件 且 非 (率 > 100%) {
    得 按 率 { ≥ 90%: 10 分; [80%, 90%): 8 分; (60%, 80%): 5 分; ≤ 60%: 0 分 }
}
指标 待办 满分 10 分  待定 "办法未公布"  暂按 0 分
指标 未定 满分 0 分   待定 "办法未公布"
扣分项 差错 封顶 4 分 {
    逾期 每 1 件 扣 0.5 分
}
总分 = (得分(六入) + 得分(五入) - 得分(差错)) 保底 0 分
排名 层级 依 总分
输出 均率 = 层级 平均(率) 取整到 0.01%
输出 加权率 = 层级 加权平均(率,件数) 取整到 0.01%
输出 中位率 = 层级 中位(率) 取整到 0.01%
输出 最好 = 层级 最高(率)
输出 最差 = 层级 最低(率)
输出 总件 = 层级 合计(件数)
输出 多少家 = 层级 计数(其中 率 > 70%)
输出 第几 = 层级 名次(率)
输出 有空 = 备注 为空
输出 两可 = 备注 = 甲 或 率 ≠ 80%
"#;
const EVERY_FACTS: &str =
    "单位,层级,原分,率,件数,逾期,备注,停评\n子局,县区,2.25,90%,4,1,甲,否\n丑局,县区,2.35,80%,0,0,,\n寅局,县区,3.15,70%,5,2,乙,\n卯局,县区,1,75%,2,1,乙,是\n";

#[test]
fn of_every_operation_a_touched_value_is_found() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    fs::write(folder.path().join("rules/标准.kp"), EVERY).unwrap();
    fs::write(folder.path().join("units.csv"), EVERY_FACTS).unwrap();
    let run = score(folder.path(), &["rules", "--period", "2024-01", "--facts", "units.csv"], "r.json");
    assert_eq!(run.status, 3, "{}", run.err);
    assert_eq!(replay(folder.path(), &["r.json"]).status, 0);
    let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
    let receipt: Value = serde_json::from_str(&text).unwrap();
    let mut touched = BTreeSet::new();
    for (told, step, row) in steps_by_operation(&receipt).into_iter().filter(|(told, ..)| !STATED.contains(&told.as_str())) {
        if !touched.insert(told.clone()) {
            continue;
        }
        let (line, place) = match row {
            None => (format!("{{\"step\":{step},"), "/value".to_owned()),
            Some(row) => {
                let unit = &receipt["trace"][row]["unit"];
                let steps = receipt["programs"]["tiers"][0]["steps"].as_array().unwrap();
                let at = steps.iter().filter(|step| step.get("value").is_none()).position(|varying| varying["step"] == step).unwrap();
                (format!(" {{\"unit\":{unit},\"tier\":\"县区\",\"listed\""), format!("/values/{at}"))
            }
        };
        let data: Value = serde_json::from_str(text.lines().find(|text| text.contains(&line)).unwrap().trim_end_matches(',')).unwrap();
        let value = data.pointer(&place).unwrap().as_str().unwrap();
        fs::write(folder.path().join("t.json"), with_other(&text, &line, &place, other(value))).unwrap();
        let run = replay(folder.path(), &["t.json"]);
        assert_eq!(run.status, 1, "{told} #{step}: {}", run.out);
        assert!(run.out.contains(&format!(" #{step} ")) && !run.out.contains("sha256"), "{told} #{step}: {}", run.out);
    }
    assert_eq!(touched.iter().map(String::as_str).collect::<Vec<_>>(), OPERATIONS);
}

// --- facts known in part ---

/// Standards, their facts with sets in some cells, and whether places depend on them.
fn in_part() -> Vec<(&'static str, String)> {
    let facts = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let partly = facts("golden/constructs/partly-known/facts-all.csv");
    vec![
        ("golden/constructs/partly-known/zh", partly),
        (
            "golden/constructs/tie-breakers-by-aggregate/zh",
            "单位,层级,得票,率\n甲局,县区,\"[8,10]\",70%\n乙局,县区,?,90%\n丙局,县区,9,80%\n丁局,县区,5,\n".to_owned(),
        ),
        ("golden/constructs/ratio-to-best/zh", set_in("golden/constructs/ratio-to-best/units.csv")),
        ("golden/constructs/veto/zh", set_in("golden/constructs/veto/units.csv")),
        ("golden/constructs/rank-to-points/zh", set_in("golden/constructs/rank-to-points/units.csv")),
        ("golden/constructs/outputs/zh", set_in("golden/constructs/outputs/units.csv")),
        ("golden/constructs/extension/zh", set_in("golden/constructs/extension/units.csv")),
        ("golden/constructs/conditional-scope/zh", set_in("golden/constructs/conditional-scope/units.csv")),
    ]
}

/// A table with `?` in the last cell of its first row, and a range instead of every whole number of its second row.
fn set_in(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let mut lines: Vec<String> = text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect();
    let (start, _) = lines[1].rsplit_once(',').unwrap();
    lines[1] = format!("{start},?");
    if lines.len() > 2 {
        let cell = |cell: &str| cell.parse::<u32>().map_or(cell.to_owned(), |number| format!("\"[{number},{}]\"", number + 3));
        lines[2] = lines[2].split(',').map(cell).collect::<Vec<_>>().join(",");
    }
    lines.join("\n") + "\n"
}

#[test]
fn ranges_agree_and_it_is_told_that_their_steps_were_not_replayed() {
    for (policy, facts) in in_part() {
        let folder = folder(&[(policy, "rules")]);
        fs::write(folder.path().join("units.csv"), facts).unwrap();
        let run = score(folder.path(), &["rules", "--period", "2024-01", "--facts", "units.csv"], "r.json");
        assert!(matches!(run.status, 0 | 3), "{policy}: {}", run.err);
        let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
        assert!(text.contains("\"?"), "{policy}");
        let (status, answer) = verify(folder.path(), &["r.json"]);
        assert_eq!(status, 0, "{policy}: {answer}");
        let run = replay(folder.path(), &["r.json"]);
        assert_eq!(run.status, 0, "{policy}: {}", run.out);
        assert!(run.out.contains("steps from values that are known in part"), "{policy}: {}", run.out);
    }
}

#[test]
fn a_touched_range_is_named_by_both_though_all_hashes_fit() {
    let folder = folder(&[("golden/constructs/partly-known", ".")]);
    assert_eq!(score(folder.path(), &["zh", "--period", "2024-01", "--facts", "facts-all.csv"], "r.json").status, 0);
    let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
    // what is touched; what verify names; whether the replay, which does not replay ranges, finds it in what is printed
    for (from, to, kind, place, replayed) in [
        // the score of 时效 of 甲局, its total, its place
        (
            "\"interval\":[\"6.78\",\"9.52\"]",
            "\"interval\":[\"6.79\",\"9.52\"]",
            "results",
            "甲局/indicators/时效/interval",
            Some("甲局 /indicators/时效/score"),
        ),
        ("\"interval\":[\"36.78\",\"39.52\"]", "\"interval\":[\"36.78\",\"39.53\"]", "results", "甲局/interval", Some("甲局 /total")),
        ("\"interval\":[\"28.00\",\"28.00\"]", "\"interval\":[\"28.00\",null]", "results", "丙局/interval", Some("丙局 /total")),
        ("\"interval\":[\"36.78\",\"39.52\"],", "", "results", "甲局/interval", Some("甲局 /total")),
        ("\"total\":null,\"interval\":[\"36.78\",\"39.52\"]", "\"total\":\"39.52\"", "results", "甲局/total", Some("甲局 /total")),
        ("\"rank_interval\":[1,2]", "\"rank_interval\":[1,1]", "results", "甲局/rank_interval", None),
        ("\"possible\":[\"scored\",\"exempt\"]", "\"possible\":[\"scored\"]", "results", "丙局/possible", None),
        // what the cell of 甲局 says, and the step behind it
        ("\"?8..12\"", "\"?9..12\"", "trace", "trace/甲局/19 超时数#cell", None),
        ("\"?8/146..12/146\"", "\"?9/146..12/146\"", "trace", "trace/甲局/21 超时率#expression", None),
        ("\"?36.78..39.52\",\"?36.78..39.52\"]", "\"?36.78..39.52\",\"?36.78..39.53\"]", "trace", "trace/甲局/72 总分#total", Some("甲局 /total")),
        // a range where nothing is known in part
        ("\"10/146\"", "\"?9/146..10/146\"", "trace", "trace/丁局/21", Some("丁局 #21")),
        ("\"25.15\",\"25.15\"]", "\"25.15\",\"?25..26\"]", "trace", "trace/丁局/72", Some("丁局 #72")),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(folder.path().join("t.json"), rehashed(&text.replacen(from, to, 1))).unwrap();
        let (status, answer) = verify(folder.path(), &["t.json"]);
        assert_eq!((status, names(&answer, kind, place)), (1, true), "{from} → {to}: {answer}");
        let run = replay(folder.path(), &["t.json"]);
        assert_eq!(run.status, i32::from(replayed.is_some()), "{from} → {to}: {}", run.out);
        assert!(replayed.is_none_or(|said| run.out.contains(said)), "{from} → {to}: {}", run.out);
    }
    // a byte of the set in the table
    fs::write(folder.path().join("facts-all.csv"), fs::read_to_string(folder.path().join("facts-all.csv")).unwrap().replace("[8,12]", "[8,11]")).unwrap();
    let (status, answer) = verify(folder.path(), &["r.json"]);
    assert_eq!(status, 1);
    for (kind, place) in [("file", "facts-all.csv"), ("results", "甲局/interval/0"), ("trace", "trace/甲局/19 超时数#cell")] {
        assert!(names(&answer, kind, place), "{kind} {place}: {answer}");
    }
}
