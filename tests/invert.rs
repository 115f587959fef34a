//! `invert` on the published month, against what follows by hand and against scoring again.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use program::{Run, kaoping, root};
use serde_json::{Value, json};

const ABOUT: [&str; 6] = ["invert", "policies/lianyungang", "--period", "2020-11", "--facts", "golden/lianyungang/2020-11/facts.csv"];
const ANNEX: [&str; 2] = ["--published", "golden/lianyungang/2020-11/annex.csv"];

fn invert(arguments: &[&str]) -> Run {
    let run = kaoping(root(), &[&ABOUT, arguments].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    run
}

fn data(arguments: &[&str]) -> Value {
    serde_json::from_str(&invert(&[arguments, &["--format", "json"]].concat()).out).unwrap()
}

#[test]
fn a_cell_gives_the_only_count_that_prints_it() {
    // 146 cases are printed: 10 late is 93.15 %, 1.85 points below 95 %; 9 late is 93.84 %, 11 late 92.47 %
    let answer = data(&["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.15", "--free", "超时签收数"]);
    assert_eq!(answer["complete"], json!(true));
    assert_eq!(answer["solutions"], json!([{ "总工单数": "146", "超时签收数": "10" }]));
    assert_eq!(answer["drop"], json!([]));
    // 3 of 45 late is 93.33 %; the printed score is taken from the annex
    let answer = data(&[&["--unit", "市烟草局", "--indicator", "及时签收率"][..], &ANNEX].concat());
    assert_eq!((&answer["complete"], &answer["solutions"]), (&json!(true), &json!([{ "总工单数": "45", "超时签收数": "3" }])));
    // 1 of 14 late is 92.86 %
    let answer = data(&["--unit", "市邮政公司", "--indicator", "及时签收率", "--score", "7.86"]);
    assert_eq!((&answer["complete"], &answer["solutions"]), (&json!(true), &json!([{ "总工单数": "14", "超时签收数": "1" }])));
}

#[test]
fn a_maximum_makes_an_endless_answer_complete() {
    // 17.96 is 90.91 % or 90.92 %: 1 of 11, 2 of 22, 3 of 33 and so on
    let cell = ["--unit", "市生态环境局", "--indicator", "回访满意率", "--score", "17.96"];
    let answer = data(&[&cell[..], &["--max", "30"]].concat());
    assert_eq!(answer["complete"], json!(true));
    assert_eq!(answer["solutions"], json!([{ "回访数": "11", "不满意数": "1" }, { "回访数": "22", "不满意数": "2" }]));
    let answer = data(&cell);
    assert_eq!((&answer["complete"], &answer["unbounded"]), (&json!(false), &json!(["回访数", "不满意数"])));
    assert_eq!(answer["solutions"][0], json!({ "回访数": "11", "不满意数": "1" }));
    assert_eq!(answer["general"][0]["fact"], json!("满意率"));
    assert_eq!(answer["general"][0]["ranges"], json!([{ "from": "90.91%", "to": "90.92%" }]));
    let answer = data(&[&cell[..], &["--max", "回访数=11"]].concat());
    assert_eq!((&answer["complete"], &answer["count"]), (&json!(true), &json!(1)));
}

#[test]
fn an_impossible_cell_names_what_stands_in_its_way() {
    // 93.20 % is no share of 146; the least number of cases with such a share is 103, 7 of them late
    let answer = data(&["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.20", "--free", "超时签收数"]);
    assert_eq!((&answer["complete"], &answer["solutions"]), (&json!(true), &json!([])));
    assert_eq!(answer["drop"][0]["kind"], json!("fixed"));
    assert_eq!(answer["drop"][0]["what"], json!("总工单数 = 146 件"));
    assert_eq!(answer["drop"][0]["example"], json!({ "总工单数": "103", "超时签收数": "7" }));
    // each occurrence takes 2 points off 10: 7 points would take another rule
    let answer = data(&["--unit", "市住建局", "--indicator", "首次回应率", "--score", "7.00", "--free", "未及时回应次数"]);
    assert_eq!((&answer["complete"], &answer["count"]), (&json!(true), &json!(0)));
    let assumption = answer["drop"].as_array().unwrap().iter().find(|drop| drop["kind"] == "assumption").unwrap();
    assert_eq!(assumption["instead"], json!("3 分"));
    assert!(assumption["what"].as_str().unwrap().contains("每次扣 2 分"));
    // the printed parts of one county give 24.73 points, the annex prints 24.72
    let answer = data(&["--unit", "东海县", "--indicator", "归集数据质量", "--score", "24.72"]);
    assert_eq!((&answer["complete"], &answer["count"]), (&json!(true), &json!(0)));
    assert!(answer["drop"].as_array().unwrap().iter().any(|drop| drop["example"]["数据完整得分"] == "9.74"));
}

#[test]
fn texts_speak_both_languages() {
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.15", "--free", "超时签收数"];
    let text = invert(&cell).out;
    for line in ["固定:总工单数 = 146 件", "待求:超时签收数", "1 组数据印得出这个分,已证明没有别的:", "「签收率」只能是 93.15%", "在 6.845% 与 6.855% 之间"]
    {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let text = invert(&[&cell[..], &["--lang", "en"]].concat()).out;
    for line in ["fixed: 总工单数 = 146", "1 set of facts prints this score, proven to be all:", "签收率 can only be 93.15%"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn what_is_mistyped_is_told() {
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率"];
    let cases: [(&[&str], &str); 7] = [
        (&["--score", "8.15", "--free", "超时签收"], "没有数据「超时签收」,是不是「超时签收数」"),
        (&["--score", "8.15", "--fixed", "总工单数=1.5"], "「总工单数」:件数须为整数"),
        (&["--score", "8.15", "--max", "很多"], "要一个不小于 0 的整数"),
        (&["--score", "8.15", "--free", "总工单数", "--fixed", "总工单数"], "不能又待求又固定"),
        (&["--score", "八分"], "不是一个数"),
        (&[], "请写明印出的得分"),
        (&["--published", "没有.csv"], "读不了 没有.csv"),
    ];
    for (arguments, wanted) in cases {
        let run = kaoping(root(), &[&ABOUT[..], &cell, arguments].concat());
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(wanted), "{arguments:?}: {}", run.err);
    }
}

/// The facts of the month: the row of each unit by heading.
fn rows() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = fs::read_to_string(root().join("golden/lianyungang/2020-11/facts.csv")).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let headings = lines.next().unwrap();
    lines.map(|cells| (cells.first().unwrap().clone(), headings.iter().cloned().zip(cells).collect())).collect()
}

#[test]
fn every_solution_of_every_partial_cell_of_the_annex_scores_what_was_printed() {
    let answer = data(&[&ANNEX[..], &["--max", "300"]].concat());
    let cells = answer["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 46);
    let rates = [("及时签收率", "签收率"), ("按时办结率", "办结率"), ("回访满意率", "满意率")];
    let rows = rows();
    let headings: Vec<&String> = rows.values().next().unwrap().keys().filter(|heading| *heading != "单位").collect();
    let mut table = format!("单位,层级,{}\n", headings.iter().map(|heading| heading.as_str()).collect::<Vec<_>>().join(","));
    let mut printed = Vec::new();
    for cell in cells {
        assert_eq!(cell["complete"], json!(true), "{cell}");
        let (unit, indicator) = (cell["unit"].as_str().unwrap(), cell["indicator"].as_str().unwrap());
        let tier = if ["东海县", "灌云县", "灌南县", "赣榆区"].contains(&unit) {
            "县区"
        } else if ["海州区", "连云区", "市开发区", "徐圩新区", "云台山景区"].contains(&unit) {
            "板块"
        } else {
            "部门"
        };
        for solution in cell["solutions"].as_array().unwrap() {
            let mut row = rows[unit].clone();
            // a rate follows from the counts that were found
            for (heading, _) in rates.iter().filter(|(heading, _)| *heading == indicator) {
                row.insert((*heading).to_owned(), String::new());
            }
            if indicator == "归集数据质量" {
                row.insert(indicator.to_owned(), String::new());
            }
            for (fact, value) in solution.as_object().unwrap() {
                let value = value.as_str().unwrap().to_owned();
                row.insert(fact.clone(), value);
            }
            let name = format!("单位{}", printed.len());
            let _ = writeln!(table, "{name},{tier},{}", headings.iter().map(|heading| row[*heading].as_str()).collect::<Vec<_>>().join(","));
            printed.push((name, indicator.to_owned(), cell["score"].as_str().unwrap().to_owned()));
        }
    }
    assert!(printed.len() > 250, "{}", printed.len());
    let folder = tempfile::tempdir().unwrap();
    fs::copy(root().join("policies/lianyungang/标准.kp.md"), folder.path().join("标准.kp.md")).unwrap();
    fs::write(folder.path().join("facts.csv"), table).unwrap();
    let run = kaoping(folder.path(), &["score", "标准.kp.md", "--period", "2020-11", "--facts", "facts.csv", "--format", "json"]);
    let results: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let scores: BTreeMap<&str, &Value> = results["units"].as_array().unwrap().iter().map(|unit| (unit["unit"].as_str().unwrap(), unit)).collect();
    let value = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap().normalize();
    for (name, indicator, score) in &printed {
        let found = scores[name.as_str()]["indicators"][indicator]["score"].as_str().unwrap();
        assert_eq!(value(found), value(score), "{name} {indicator}");
    }
}

#[test]
fn facts_that_are_fixed_keep_their_limits() {
    // no more cases can be late than there are: 146
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.15"];
    let run = kaoping(root(), &[&ABOUT[..], &cell, &["--fixed", "超时签收数=500"]].concat());
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    for part in ["K0506", "500 件", "146 件", "--fixed", "facts.csv"] {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
    // a limit that rests on what is free binds that
    let answer = data(&["--unit", "市烟草局", "--indicator", "及时签收率", "--score", "8.33", "--fixed", "超时签收数=5", "--free", "总工单数"]);
    assert_eq!(answer["solutions"], json!([{ "总工单数": "75", "超时签收数": "5" }]));
    // of a table those units are not asked whose facts it breaks
    let run = invert(&[&ANNEX[..], &["--indicator", "及时签收率", "--fixed", "超时签收数=5"]].concat());
    assert!(run.out.lines().any(|line| line.contains("市体育局") && line.contains("5 件 大于「总工单数」2 件")), "{}", run.out);
}

#[test]
fn a_maximum_is_a_whole_number_and_is_told_where_it_stands_in_the_way() {
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.15", "--free", "总工单数", "--free", "超时签收数"];
    for most in ["1.5", "-1", "多"] {
        let run = kaoping(root(), &[&ABOUT[..], &cell, &["--max", most]].concat());
        assert_eq!(run.status, 2);
        assert!(run.err.contains("不小于 0 的整数") && run.err.contains(&format!("「{most}」")), "{}", run.err);
    }
    let run = kaoping(root(), &[&ABOUT[..], &cell, &["--max", "超时签收数=-1"]].concat());
    assert!(run.status == 2 && run.err.contains("件数不会是负的"), "{}", run.err);
    // of 0 cases there is no rate; 5 of 73 late is the first that is 93.15 %
    let answer = data(&[&cell[..], &["--max", "0"]].concat());
    assert_eq!((&answer["complete"], &answer["count"]), (&json!(true), &json!(0)));
    let max = answer["drop"].as_array().unwrap().iter().find(|drop| drop["kind"] == "max").unwrap();
    assert_eq!(max["example"], json!({ "总工单数": "73", "超时签收数": "5" }));
    let text = invert(&[&cell[..], &["--max", "0"]].concat()).out;
    assert!(text.contains("要印出这个分,「签收率」须是 93.15%") && !text.contains("只能是"), "{text}");
}

#[test]
fn what_has_no_effect_is_told() {
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.15"];
    let told = |wishes: &[&str]| kaoping(root(), &[&ABOUT[..], &cell, wishes].concat());
    // 10 late cases were published, and the rate follows from them; the county alone is known by its people
    for (wishes, part) in [
        (&["--max", "超时签收数=5"][..], "「超时签收数」不是待求的"),
        (&["--max", "签收率=95%"], "「签收率」不是待求的"),
        (&["--fixed", "服务知晓度=5"], "不由「服务知晓度」算得"),
        (&["--fixed", "签收率"], "表里没有写「签收率」"),
    ] {
        let run = told(wishes);
        assert!(run.status == 0 && run.err.contains(part), "{wishes:?}: {}", run.err);
    }
    assert!(!told(&["--free", "超时签收数", "--max", "超时签收数=50", "--fixed", "总工单数"]).err.contains("注意"));
    for twice in [&["--max", "5", "--max", "6"][..], &["--max", "超时签收数=5", "--max", "超时签收数=6"]] {
        let run = told(twice);
        assert!(run.status == 2 && run.err.contains("写了两次"), "{}", run.err);
    }
}

#[test]
fn the_unit_of_a_score_is_said_once() {
    let cell = |score, lang| invert(&["--unit", "市教育局", "--indicator", "及时签收率", "--score", score, "--lang", lang]).out;
    assert_eq!(cell("8.15分", "zh"), cell("8.15", "zh"));
    assert!(cell("8.15 points", "en").contains("printed as 8.15 points\n"));
}

/// Scores are rounded to 0.01: none is printed as 8.155.
#[test]
fn a_score_finer_than_print_is_told_why_none_prints_it() {
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率", "--free", "超时签收数", "--score"];
    let answer = data(&[&cell[..], &["8.155"]].concat());
    assert_eq!((&answer["complete"], &answer["count"]), (&json!(true), &json!(0)));
    assert!(answer["because"].as_str().unwrap().contains("0.01"), "{}", answer["because"]);
    let text = invert(&[&cell[..], &["8.155", "--lang", "en"]].concat()).out;
    assert!(text.contains("printed to 0.01 points, and 8.155 is finer"), "{text}");
    // 8.150 is 8.15, and so are full-width digits
    for written in ["8.150", "８．１５", "８．１５分"] {
        let answer = data(&[&cell[..], &[written]].concat());
        assert_eq!((&answer["solutions"], &answer["because"]), (&json!([{ "总工单数": "146", "超时签收数": "10" }]), &json!(null)), "{written}");
    }
}

#[test]
fn a_fact_is_fixed_at_one_value_and_none_are_listed_with_a_limit_of_0() {
    let cell = ["--unit", "市教育局", "--indicator", "及时签收率", "--score", "8.15", "--free", "超时签收数"];
    for set in ["[100,150]", "≥100", "?", "{100,146}"] {
        let run = kaoping(root(), &[&ABOUT, &cell[..], &["--fixed", &format!("总工单数={set}"), "--lang", "zh"]].concat());
        assert!(run.status == 2 && run.err.contains("一个值") && run.err.contains(set), "{}", run.err);
    }
    let answer = data(&[&cell[..], &["--limit", "0"]].concat());
    assert_eq!(
        (&answer["solutions"], &answer["count"], &answer["ranges"]),
        (&json!([]), &json!(1), &json!([{ "总工单数": { "from": "146", "to": "146" }, "超时签收数": { "from": "10", "to": "10" } }]))
    );
}
