//! What results, reports and explanations say of vetoes, outputs, items that do not apply and points deducted elsewhere.
//!
//! The standards are those of `golden/constructs`; the expected values were calculated by hand there.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;

use program::{Run, kaoping, root};
use serde_json::{Value, json};

fn run(verb: &str, construct: &str, skin: &str, more: &[&str]) -> Run {
    let policy = format!("golden/constructs/{construct}/{skin}");
    let facts = format!("golden/constructs/{construct}/units.csv");
    let mut arguments = vec![verb, policy.as_str()];
    arguments.extend(["--period", "2024-01", "--facts", facts.as_str()]);
    arguments.extend(more);
    kaoping(root(), &arguments)
}

fn units(construct: &str) -> Vec<Value> {
    let run = run("score", construct, "zh", &["--format", "json"]);
    let results: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    results["units"].as_array().unwrap().clone()
}

fn unit(construct: &str, name: &str) -> Value {
    units(construct).into_iter().find(|unit| unit["unit"] == name).unwrap()
}

/// The derivation of a unit, or of one of its items or outputs.
fn explained(construct: &str, skin: &str, unit: &str, more: &[&str]) -> String {
    let mut arguments = vec!["--unit", unit];
    arguments.extend(more);
    let run = run("explain", construct, skin, &arguments);
    assert_eq!(run.status, 0, "{}", run.err);
    run.out
}

fn sentence(text: &str) -> &str {
    text.lines().nth(1).unwrap()
}

#[test]
fn vetoes_that_hold_are_listed_with_their_reasons() {
    let second = unit("veto", "乙局");
    assert_eq!(second["vetoes"], json!([{ "effect": "total", "total": "0.00", "reason": "发生重大事故", "holds": true }]));
    assert_eq!((&second["total"], &second["uncapped"], &second["eligible"]), (&json!("0.00"), &json!("96.00"), &json!(true)));
    let fourth = unit("veto", "丁局");
    let reasons: Vec<&str> = fourth["vetoes"].as_array().unwrap().iter().map(|veto| veto["effect"].as_str().unwrap()).collect();
    assert_eq!((reasons, &fourth["eligible"]), (vec!["last", "not_eligible"], &json!(false)));
    // the assumption of a veto bears on the totals that it changes only
    assert_eq!(unit("veto", "丙局")["assumptions"], json!(["一般事故三起以上:三起以上不合格"]));
    assert_eq!(unit("veto", "甲局")["assumptions"], json!([]));
}

#[test]
fn a_veto_of_which_nothing_is_known_leaves_open_what_it_could_change() {
    let first = unit("veto-unknown", "乙局");
    let open = |veto: &Value| veto["holds"].is_null();
    assert!(first["vetoes"].as_array().unwrap().iter().all(open));
    // a total that is no higher than the veto leaves is known; whether the unit ranks last is not
    assert_eq!((&first["total"], &first["rank"]), (&json!("50.00"), &Value::Null));
    let others: Vec<bool> = units("veto-unknown").iter().filter(|unit| !unit["rank"].is_null()).map(|unit| unit["provisional"] == true).collect();
    assert_eq!(others, [true, true]);
}

#[test]
fn every_format_shows_vetoes_and_outputs() {
    let text = run("score", "veto", "zh", &[]).out;
    assert!(text.contains("一票否决:\n  乙局:发生重大事故(总分至多 0.00 分)\n"), "{text}");
    let markdown = run("score", "veto", "en", &["--format", "md"]).out;
    assert!(markdown.contains("## Vetoes\n\n- 乙局: 发生重大事故 (total at most 0.00 points)\n"), "{markdown}");
    let csv = run("score", "veto", "zh", &["--format", "csv"]).out;
    assert!(csv.lines().next().unwrap().contains("总分,否决,可评优,状态"), "{csv}");
    assert!(csv.contains("部门,5,丁局,99.00,99.00,\"瞒报(列末位);瞒报或履职不到三十分(取消评优)\",否,得分"), "{csv}");
    let outputs = run("score", "outputs", "zh", &["--format", "csv"]).out;
    assert!(outputs.lines().next().unwrap().contains("总分,按时办结率,等次,评优,奖金,组别,否决"), "{outputs}");
    assert!(outputs.contains("县区,2,甲县,90.00,90.00,87.50%,优秀,是,180.00,一组,,是,得分"), "{outputs}");
    let text = run("score", "outputs", "zh", &[]).out;
    let words: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(words.contains(&vec!["2", "甲县", "90.00", "90.00", "87.50%", "优秀", "是", "180.00", "一组"]), "{text}");
    assert_eq!(unit("outputs", "乙县")["outputs"], json!({ "按时办结率": "100.00%", "等次": "优秀", "评优": false, "奖金": "200.00", "组别": "一组" }));
    // an output of which a fact is missing is null, and the others are there
    assert_eq!(unit("outputs", "乙局")["outputs"], json!({ "按时办结率": null, "等次": null, "评优": null, "奖金": null, "组别": "二组" }));
}

#[test]
fn the_csv_of_outputs_and_vetoes_reads_back_as_a_published_table() {
    for construct in ["outputs", "veto", "marks-by-data"] {
        let folder = tempfile::tempdir().unwrap();
        let month = folder.path().join("2024-01");
        fs::create_dir(&month).unwrap();
        fs::copy(root().join(format!("golden/constructs/{construct}/units.csv")), month.join("facts.csv")).unwrap();
        let published = run("score", construct, "zh", &["--format", "csv"]).out;
        fs::write(month.join("published.csv"), &published).unwrap();
        let policy = format!("golden/constructs/{construct}/zh");
        let agrees = kaoping(root(), &["test", month.to_str().unwrap(), "--policy", &policy]);
        assert_eq!(agrees.status, 0, "{}{}", agrees.out, agrees.err);
        // a table that says otherwise is told
        let changed = published.replace("优秀", "良好").replace(",是,得分", ",否,得分").replace("98.00", "97.00");
        fs::write(month.join("published.csv"), changed).unwrap();
        let differs = kaoping(root(), &["test", month.to_str().unwrap(), "--policy", &policy]);
        assert_eq!(differs.status, 1, "{construct}: {}", differs.out);
    }
}

#[test]
fn explanations_say_why_an_item_does_not_apply() {
    let section = explained("conditional-scope", "zh", "乙局", &["--indicator", "执法"]);
    assert_eq!(sentence(&section), "不适用于本单位(适用 当 执法件数 > 0 件)。");
    assert!(section.contains("`-- 不适用: [golden/constructs/conditional-scope/zh/标准.kp:"), "{section}");
    assert!(section.contains("适用 当 执法件数 > 0 件] (执法件数 0 件)"), "{section}");
    let english = explained("named-units", "en", "丙局", &["--indicator", "专项"]);
    assert_eq!(sentence(&english), "Does not apply to this unit (only \"甲局\", \"乙局\").");
    // the sum and the marks are those of what applies
    let total = explained("conditional-scope", "zh", "乙局", &[]);
    assert!(total.contains("合计 = 14 分 + 47.5 分 = 61.5 分"), "{total}");
    assert!(total.contains("满分 = 20 分 + 50 分 = 70 分"), "{total}");
}

#[test]
fn explanations_follow_points_to_where_they_are_deducted() {
    let item = explained("spill", "zh", "甲局", &["--indicator", "生产安全"]);
    assert_eq!(sentence(&item), "迟报 0 次,不扣分,事故 1 起,扣 30 分,扣完为止,不足的 24 分从安全扣,得 0 分。");
    let section = explained("spill", "zh", "甲局", &["--indicator", "安全"]);
    assert!(section.contains("「生产安全」扣不足的 24 分在此扣,不足的 10 分从总分扣"), "{section}");
    let total = explained("spill", "en", "甲局", &[]);
    assert!(total.contains("10 points left over from 安全 are deducted here"), "{total}");
    assert!(total.contains("sum = 0 points + 10 points + 70 points - 10 points = 70 points"), "{total}");
}

#[test]
fn explanations_tell_a_total_before_and_after_its_veto() {
    let total = explained("veto", "zh", "乙局", &[]);
    assert_eq!(sentence(&total), "履职 96 分,合计 96 分,一票否决(发生重大事故),得 0 分。");
    assert!(total.contains("否决前的总分 = 96 分"), "{total}");
    assert!(total.contains("一票否决: [golden/constructs/veto/zh/标准.kp:"), "{total}");
    let english = explained("veto", "en", "丁局", &[]);
    assert_eq!(sentence(&english), "履职 99 points, ranked last (瞒报), not eligible (瞒报或履职不到三十分), scores 99 points.");
}

#[test]
fn outputs_have_explanations_of_their_own() {
    let grade = explained("outputs", "zh", "甲县", &["--indicator", "等次"]);
    assert_eq!(grade.lines().next().unwrap(), "甲县(县区) 2024-01  等次  优秀");
    assert_eq!(sentence(&grade), "得分率 90 %,等次为 优秀。");
    let rate = explained("outputs", "en", "甲县", &["--indicator", "按时办结率", "--format", "json"]);
    let rate: Value = serde_json::from_str(&rate).unwrap();
    assert_eq!((&rate["score"], &rate["status"], &rate["full"]), (&json!("87.50%"), &json!("scored"), &Value::Null));
}

#[test]
fn an_assessed_score_is_checked_against_the_marks_of_its_unit() {
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts.csv");
    fs::write(&facts, "单位,层级,抽查率,问题数,规模,窗口\n甲局,部门,75%,1,大,25\n乙局,部门,75%,1,小,21\n").unwrap();
    let run = kaoping(root(), &["score", "golden/constructs/marks-by-data/zh", "--period", "2024-01", "--facts", facts.to_str().unwrap()]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.err.contains("K0507") && run.err.contains("乙局:「窗口」21.00 分 超过上限 20.00 分") && !run.err.contains("甲局"), "{}", run.err);
}

#[test]
fn a_score_that_does_not_apply_is_not_adjusted() {
    let folder = tempfile::tempdir().unwrap();
    let changes = folder.path().join("调整.csv");
    fs::write(&changes, "单位,事实或指标,原值,改为,理由,经办,日期\n乙局,指标 规范,,8,申诉成立,张三,2024-02-01\n").unwrap();
    let refused = run("score", "conditional-scope", "zh", &["--adjustments", changes.to_str().unwrap()]);
    assert_eq!(refused.status, 2, "{}", refused.out);
    assert!(refused.err.contains("K0522") && refused.err.contains("「规范」不适用于 乙局,没有得分可改"), "{}", refused.err);
    // of a unit to which it applies the sums follow: 8 + 8 + 1 and 0.8 for what is 10 % of it
    fs::write(&changes, "单位,事实或指标,原值,改为,理由,经办,日期\n甲局,指标 规范,12,8,申诉成立,张三,2024-02-01\n").unwrap();
    let adjusted = run("score", "conditional-scope", "zh", &["--adjustments", changes.to_str().unwrap(), "--format", "json"]);
    let results: Value = serde_json::from_str(&adjusted.out).unwrap_or_else(|_| panic!("{}", adjusted.err));
    assert_eq!(results["units"][0]["total"], "79.30");
}

#[test]
fn units_are_named_by_the_register_or_its_aliases() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    fs::create_dir(&policy).unwrap();
    let rules = "standard s { version \"1\" cycle month rounding half up score round to 0.01 points ties skipping }\n\
                 tier a marks 10 points\nindicator x marks 10 points assessed\nbonus y cap 1 points only \"N.\" assessed default 1 points\n\
                 total = sum\nrank tier on total\ncase \"by alias\" unit \"the North\" { given x = 1 points expect total = 2 points }\n";
    fs::write(policy.join("rules.kp"), rules).unwrap();
    fs::write(policy.join("units.csv"), "unit,tier,aliases\nNorth,a,N.;the North\nSouth,a,\n").unwrap();
    fs::write(folder.path().join("facts.csv"), "unit,x\nThe North,5\nSouth,5\n".replace("The", "the")).unwrap();
    let run = kaoping(folder.path(), &["score", "policy", "--period", "2024-01", "--facts", "facts.csv", "--format", "json"]);
    let results: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let totals: Vec<&str> = results["units"].as_array().unwrap().iter().map(|unit| unit["total"].as_str().unwrap()).collect();
    assert_eq!(totals, ["6.00", "5.00"]);
    let cases = kaoping(folder.path(), &["test", "policy"]);
    assert_eq!(cases.status, 0, "{}{}", cases.out, cases.err);
}
