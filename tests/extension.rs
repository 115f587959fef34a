//! Extension functions through the whole program: where scripts lie, what covers them, what is shown of a call, and that a script
//! computes what the same formula in the rule language does.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use kaoping::engine::{Table, compile};
use kaoping::plan::Plan;
use kaoping::source::{Sources, read_policy};
use program::{Run, kaoping, root};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;
use sha2::{Digest, Sha256};

const HEAD: &str = "标准 「例」 { 版本 \"1\"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号 }\n层级 部门 满分 10 分\n总分 = 合计\n排名 层级 依 总分\n";
const CALL: &str = "函数 f(量: 件, 率: %) : 分 [0, 10] = rhai \"f.rhai\"\n数据 件数 : 件\n数据 满意率 : %\n指标 办理 满分 10 分 { 得分 = f(件数, 满意率) }\n";
const SCRIPT: &str = "fn f(量, 率) {\n    取整(min(量 * 率 / 3, 10), 0.01)\n}\n";
const FACTS: &str = "单位,层级,件数,满意率\n甲局,部门,10,90%\n";

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn policy(script: &[u8]) -> tempfile::TempDir {
    folder(&[("标准 一/规则.kp", format!("{HEAD}{CALL}").as_bytes()), ("标准 一/f.rhai", script), ("facts.csv", FACTS.as_bytes())])
}

fn score(at: &Path, policy: &str) -> Run {
    kaoping(at, &["score", policy, "--period", "2024-01", "--facts", "facts.csv", "--format", "json"])
}

fn total(run: &Run) -> String {
    assert_eq!(run.status, 0, "{}", run.err);
    let results: Value = serde_json::from_str(&run.out).unwrap();
    results["units"][0]["total"].as_str().unwrap().to_owned()
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

// --- where scripts lie ---

#[test]
fn a_folder_and_a_single_rule_file_find_the_script_beside_them() {
    let at = policy(SCRIPT.as_bytes());
    // 10 × 0.9 / 3
    assert_eq!(total(&score(at.path(), "标准 一")), "3.00");
    assert_eq!(total(&score(at.path(), "标准 一/规则.kp")), "3.00");
    assert_eq!(total(&score(at.path(), "./标准 一/")), "3.00");
    let inside = at.path().join("标准 一");
    fs::copy(at.path().join("facts.csv"), inside.join("facts.csv")).unwrap();
    assert_eq!(total(&score(&inside, "规则.kp")), "3.00");
}

#[test]
fn both_skins_of_the_construct_have_one_script() {
    let [zh, en] = ["zh", "en"].map(|skin| fs::read(root().join("golden/constructs/extension").join(skin).join("计分.rhai")).unwrap());
    assert_eq!(zh, en);
}

#[test]
fn a_script_in_a_folder_inside_is_found_by_its_path() {
    let rules = format!("{HEAD}{CALL}").replace("f.rhai", "脚本/计 分.rhai");
    let at = folder(&[("p/规则.kp", rules.as_bytes()), ("p/脚本/计 分.rhai", SCRIPT.as_bytes()), ("facts.csv", FACTS.as_bytes())]);
    assert_eq!(total(&score(at.path(), "p")), "3.00");
    assert_eq!(total(&score(at.path(), "p/规则.kp")), "3.00");
}

#[test]
fn a_script_reads_alike_in_every_encoding_and_with_any_line_ends() {
    let crlf = SCRIPT.replace('\n', "\r\n");
    let gb = encoding_rs::GB18030.encode(SCRIPT).0.into_owned();
    let marked = [b"\xEF\xBB\xBF", SCRIPT.as_bytes()].concat();
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(SCRIPT.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for script in [crlf.as_bytes(), &gb, &marked, &wide] {
        assert_eq!(total(&score(policy(script).path(), "标准 一")), "3.00");
    }
}

#[test]
fn the_digest_of_the_policy_covers_its_scripts() {
    let of = |script: &str| read_policy(&policy(script.as_bytes()).path().join("标准 一")).unwrap().sha256;
    assert_eq!(of(SCRIPT), of(SCRIPT));
    assert_ne!(of(SCRIPT), of(&SCRIPT.replace("0.01", "0.1")));
    // that of a policy without scripts is the one over its rules alone: the name and the bytes, each behind its length
    let bare = folder(&[("规则.kp", HEAD.as_bytes())]);
    let mut parts: Vec<u8> = Vec::new();
    for part in ["规则.kp".as_bytes(), HEAD.as_bytes()] {
        parts.extend(u64::try_from(part.len()).unwrap().to_be_bytes());
        parts.extend(part);
    }
    assert_eq!(read_policy(bare.path()).unwrap().sha256, sha256(&parts));
}

fn said(rules: &str, files: &[(&str, &[u8])]) -> String {
    let mut all: Vec<(&str, &[u8])> = vec![("p/规则.kp", rules.as_bytes())];
    all.extend(files);
    let at = folder(&all);
    let run = kaoping(at.path(), &["check", "p"]);
    assert_eq!(run.status, 1, "{}", run.err);
    run.err
}

#[test]
fn no_path_leads_out_of_the_folder_of_the_rules() {
    let outside: [(&str, &[u8]); 2] = [("f.rhai", SCRIPT.as_bytes()), ("p/别/f.rhai", SCRIPT.as_bytes())];
    for name in ["../f.rhai", "别/../../f.rhai", "/etc/f.rhai", "C:\\\\f.rhai", "C:f.rhai", "..\\\\f.rhai", "./f.rhai", "f.kp", "f", ".rhai", ""] {
        let err = said(&format!("{HEAD}{CALL}").replace("f.rhai", name), &outside);
        assert!(err.contains("[K0601]") && err.contains("不能作脚本的路径"), "{name}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let at = folder(&[("p/规则.kp", format!("{HEAD}{CALL}").as_bytes()), ("f.rhai", SCRIPT.as_bytes())]);
    std::os::unix::fs::symlink(at.path().join("f.rhai"), at.path().join("p/f.rhai")).unwrap();
    for policy in ["p", "p/规则.kp"] {
        let run = kaoping(at.path(), &["check", policy]);
        assert!(run.status == 1 && run.err.contains("[K0601]") && run.err.contains("外面"), "{}", run.err);
    }
}

#[test]
fn what_is_no_script_is_refused_and_not_read() {
    let rules = format!("{HEAD}{CALL}");
    let large = [SCRIPT.as_bytes(), &vec![b' '; 10 << 20]].concat();
    assert!(said(&rules, &[("p/f.rhai", &large)]).contains("64 KB"));
    assert!(said(&rules, &[("p/f.rhai", b"\xFF\xFF\xFF")]).contains("64 KB"));
    assert!(said(&rules, &[("p/f.rhai/x", b"")]).contains("[K0601]"));
    assert!(said(&rules, &[("p/F.rhai", SCRIPT.as_bytes())]).contains("[K0601]"));
}

#[test]
fn a_script_that_nothing_names_is_read_with_the_policy_and_a_warning() {
    let at = folder(&[("p/规则.kp", format!("{HEAD}{CALL}").as_bytes()), ("p/f.rhai", SCRIPT.as_bytes()), ("p/旧.rhai", b"fn g() { 1 }")]);
    let run = kaoping(at.path(), &["check", "p"]);
    assert!(run.status == 0 && run.err.contains("[W0201]") && run.err.contains("旧.rhai"), "{}", run.err);
    assert!(run.out.is_empty() || !run.out.contains("3 个规则文件"));
}

#[test]
fn a_script_is_never_overwritten() {
    let at = policy(SCRIPT.as_bytes());
    let run = kaoping(at.path(), &["score", "标准 一", "--period", "2024-01", "--facts", "facts.csv", "--out", "标准 一/f.rhai"]);
    assert_eq!(run.status, 2, "{}", run.err);
    assert_eq!(fs::read_to_string(at.path().join("标准 一/f.rhai")).unwrap(), SCRIPT);
}

// --- what is shown ---

#[test]
fn an_explanation_shows_call_arguments_result_and_script() {
    let at = policy(SCRIPT.as_bytes());
    let explain = |more: &[&str]| {
        let arguments = [&["explain", "标准 一", "甲局", "--period", "2024-01", "--facts", "facts.csv", "--indicator", "办理"], more].concat();
        let run = kaoping(at.path(), &arguments);
        assert_eq!(run.status, 0, "{}", run.err);
        run.out
    };
    let sha256 = sha256(SCRIPT.as_bytes());
    let text = explain(&[]);
    assert!(text.contains("f(10 件, 90%) = 3 分"), "{text}");
    let place = Path::new("标准 一").join("f.rhai").display().to_string();
    assert!(text.contains(&format!("[脚本 {place}:1 sha256 {sha256}]")), "{text}");
    for argument in ["件数 10 件 [facts.csv", "满意率 90% [facts.csv"] {
        assert!(text.contains(argument), "{text}");
    }
    let data: Value = serde_json::from_str(&explain(&["--format", "json"])).unwrap();
    let steps = data["steps"].as_array().unwrap();
    let [call] = steps.iter().filter(|step| step["does"] == "call").collect::<Vec<_>>()[..] else { panic!("one call") };
    assert_eq!(call["call"], serde_json::json!({ "function": "f", "script": place, "line": 1, "sha256": sha256 }));
    assert_eq!((&call["value"], &call["unit"]), (&Value::from("3"), &Value::from("分")));
    assert_eq!(call["from"].as_array().unwrap().len(), 2);
    assert!(steps.iter().filter(|step| step["does"] != "call").all(|step| step.get("call").is_none()));
}

#[test]
fn a_failed_call_prints_no_scores() {
    let at = policy("fn f(量, 率) {\n    throw \"不能折算\"\n}".as_bytes());
    let run = score(at.path(), "标准 一");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    for part in ["[K0606]", "甲局", "f(10 件, 90%)", "不能折算", "f.rhai:2"] {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
}

#[test]
fn a_call_that_fails_where_it_does_not_matter_is_no_fault() {
    let rules = format!("{HEAD}{CALL}").replace("{ 得分 = f(件数, 满意率) }", "{ 当 件数 < 100 件 得 5 分  得 f(件数, 满意率) }");
    let at = folder(&[("p/规则.kp", rules.as_bytes()), ("p/f.rhai", b"fn f(a, b) { 1 / 0 }"), ("facts.csv", FACTS.as_bytes())]);
    assert_eq!(total(&score(at.path(), "p")), "5.00");
}

#[test]
fn a_call_that_fails_in_an_exemption_or_a_key_of_the_ranking_is_a_fault() {
    let call = CALL.replace("{ 得分 = f(件数, 满意率) }", "人工评定 缺省 满分");
    for (more, head) in [("不参评 当 f(件数, 满意率) > 5 分,原因 \"多\"\n", HEAD.to_owned()), ("", HEAD.replace("依 总分", "依 总分 再依 f(件数, 满意率)"))]
    {
        let rules = format!("{head}{call}{more}");
        let at = folder(&[("p/规则.kp", rules.as_bytes()), ("p/f.rhai", b"fn f(a, b) { 1 / 0 }"), ("facts.csv", FACTS.as_bytes())]);
        let run = score(at.path(), "p");
        assert!(run.status == 2 && run.err.contains("[K0606]"), "{more}{}", run.err);
    }
}

#[test]
fn a_bound_that_fails_is_a_fault_and_no_bound_left_out() {
    let rules = format!("{HEAD}{CALL}").replace("数据 件数 : 件", "数据 件数 : 件  不大于 g(满意率)\n函数 g(率: %) : 件 [0, 100] = rhai \"f.rhai\"");
    let files = |g: &str| folder(&[("p/规则.kp", rules.as_bytes()), ("p/f.rhai", format!("{SCRIPT}{g}").as_bytes()), ("facts.csv", FACTS.as_bytes())]);
    let run = |g: &str| score(files(g).path(), "p");
    assert_eq!(total(&run("fn g(率) { 50 }")), "3.00");
    assert!(run("fn g(率) { 5 }").err.contains("[K0507]"));
    assert!(run("fn g(率) { 率 / 0 }").err.contains("[K0606]"));
    assert!(run("fn g(率) { 0.5 }").err.contains("[K0608]"));
    assert!(run("fn g(率) { 101 }").err.contains("[K0607]"));
}

#[test]
fn a_range_may_follow_from_the_tier() {
    let of = |marks: &str| format!("{HEAD}层级 县区 满分 10 分\n参数 顶 = 按 层级 {{ 部门: 10 分; 县区: {marks} }}\n{CALL}").replace("[0, 10]", "[0, 顶]");
    let facts = "单位,层级,件数,满意率\n甲局,部门,20,90%\n乙县,县区,20,90%\n";
    let files = |marks: &str| folder(&[("p/规则.kp", of(marks).as_bytes()), ("p/f.rhai", SCRIPT.as_bytes()), ("facts.csv", facts.as_bytes())]);
    assert_eq!(total(&score(files("6 分").path(), "p")), "6.00");
    let run = score(files("5 分").path(), "p");
    assert!(run.err.contains("[K0607]") && run.err.contains("乙县") && !run.err.contains("甲局"), "{}", run.err);
    assert!(score(files("-1 分").path(), "p").err.contains("[K0405]"));
    assert!(score(files("5.555 分").path(), "p").err.contains("[K0307]"));
}

#[test]
fn a_fact_may_follow_from_a_function_and_print_may_round_its_parts() {
    let rules =
        format!("{HEAD}{CALL}").replace("数据 满意率 : %", "数据 甲率 : %\n数据 满意率 : %  或由 g(甲率)\n函数 g(率: %) : % [0, 100] = rhai \"f.rhai\"");
    let script = format!("{SCRIPT}fn g(率) {{ 取整(率 * 1.001, 0.0001) }}\n");
    let facts = "单位,层级,件数,甲率,满意率\n甲局,部门,10,50%,50.06%\n乙局,部门,10,50%,\n";
    let at = folder(&[("p/规则.kp", rules.as_bytes()), ("p/f.rhai", script.as_bytes()), ("facts.csv", facts.as_bytes())]);
    let run = score(at.path(), "p");
    // 0.5 × 1.001 = 50.05 %; the declared range holds the given 50.06 % for some value that prints as 50 %
    assert!(run.status == 0 && run.err.contains("[W0501]"), "{}", run.err);
    let results: Value = serde_json::from_str(&run.out).unwrap();
    // 10 × 0.5006 / 3 = 1.66867; 10 × 0.5005 / 3 = 1.66833
    assert_eq!([&results["units"][0]["total"], &results["units"][1]["total"]], ["1.67", "1.67"]);
}

// --- the same formula, written twice ---

const FORMULAS: &str = "
参数 线 = 95%
函数 f(量: 件, 率: %, 差: 百分点, 级: {优, 良}, 急: {是, 否}) : 分 [0, 1000] = rhai \"f.rhai\"
数据 件数 : 件
数据 满意率 : %
令 低 = 线 - 满意率
指标 甲 满分 5 分  封顶 1000 分 { 得分 = f(件数, 满意率, 低, 优, 是) }
指标 乙 满分 5 分  封顶 1000 分 {
    得分 = ((满分 × 满意率 × (按 件数 { < 10 件: 1; [10 件, 50 件): 1.5; ≥ 50 件: 2 }) - 低 / 1 个百分点 × 0.3 分 + 30.5 分) 保底 4 分) / 7 取整到 0.01 分
}
";
const FORMULA: &str = "
fn 系数(量) {
    if 量 < 10 { 1 } else if 量 < 50 { 1.5 } else { 2 }
}
fn f(量, 率, 差, 级, 急) {
    let 分 = 5 * 率 * 系数(量) - 差 / 0.01 * 0.3 + 30;
    if 级 == \"优\" && 急 { 分 += 0.5; }
    round(max(分, 4) / 7, 0.01)
}
";

fn formulas() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let mut sources = Sources::default();
        sources.add("规则.kp", format!("{HEAD}{FORMULAS}"));
        sources.add_script("f.rhai", FORMULA);
        let compiled = compile(&sources);
        assert!(compiled.plan.is_some(), "{:?}", compiled.diagnostics);
        compiled.plan.unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_script_computes_what_the_rules_do(count in 0_u32..200, rate in 0_i64..=10000) {
        let mut table = Table::new(formulas());
        table.unit("甲", "部门").unwrap();
        table.set("件数", Decimal::from(count)).unwrap();
        table.set("满意率", Decimal::new(rate, 4)).unwrap();
        let mut found = Vec::new();
        table.score(|scores| found.push(scores.items().collect::<Vec<_>>()));
        table.score_with_trace(|scores| found.push(scores.items().collect()));
        prop_assert!(found[0][0].is_some());
        prop_assert_eq!(found[0][0], found[0][1]);
        prop_assert_eq!(&found[0], &found[1]);
    }
}
