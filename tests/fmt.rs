//! `fmt` as its users run it: what it writes, what it leaves alone, and that both skins of a policy score the same.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use program::{kaoping, root};
use serde_json::Value;

const WRITTEN: &str = "层级 县区 满分 ５分\n指标 甲 满分 5分,人工评定 # 尾\n总分=合计\n";
const LAID_OUT: &str = "层级 县区 满分 5 分\n指标 甲 满分 5 分  人工评定  # 尾\n总分 = 合计\n";

/// A folder with one rule file.
fn folder_with(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("规则 一.kp");
    fs::write(&file, bytes).unwrap();
    (folder, file)
}

fn fmt(folder: &Path, arguments: &[&str]) -> program::Run {
    kaoping(folder, &[&["fmt"], arguments].concat())
}

type Encode = fn(&str) -> Vec<u8>;

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn everything_in_the_repository_is_laid_out() {
    let run = fmt(root(), &["--check", "policies", "golden"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.err);
}

#[test]
fn a_file_keeps_its_encoding_and_its_line_ends() {
    let gb18030: Encode = |text| encoding_rs::GB18030.encode(text).0.into_owned();
    let marked: Encode = |text| format!("\u{feff}{text}").into_bytes();
    let plain: Encode = |text| text.as_bytes().to_vec();
    let encodings = [plain, marked, gb18030, |text| utf16(text, u16::to_le_bytes), |text| utf16(text, u16::to_be_bytes)];
    for encode in encodings {
        for ends in ["\n", "\r\n"] {
            let (folder, file) = folder_with(&encode(&WRITTEN.replace('\n', ends)));
            let run = fmt(folder.path(), &["."]);
            assert_eq!(run.status, 0, "{}", run.err);
            assert!(fs::read(&file).unwrap() == encode(&LAID_OUT.replace('\n', ends)));
        }
    }
}

#[test]
fn lines_that_end_in_a_carriage_return_alone_are_lines() {
    let (folder, file) = folder_with(WRITTEN.replace('\n', "\r").as_bytes());
    assert_eq!(fmt(folder.path(), &["."]).status, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), LAID_OUT);
}

#[test]
fn a_file_that_is_laid_out_is_not_touched() {
    let (folder, file) = folder_with(LAID_OUT.as_bytes());
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&file).unwrap().set_modified(long_ago).unwrap();
    let run = fmt(folder.path(), &["."]);
    assert_eq!((run.status, run.err.as_str()), (0, "1 个规则文件,改写 0 个\n"));
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), long_ago);
}

#[test]
fn check_and_diff_write_nothing() {
    let (folder, file) = folder_with(WRITTEN.as_bytes());
    let check = fmt(folder.path(), &["--check", "规则 一.kp"]);
    assert_eq!((check.status, check.out.as_str()), (1, "规则 一.kp\n"));
    let diff = fmt(folder.path(), &["--diff", "规则 一.kp"]);
    let expected = "--- 规则 一.kp\n+++ 规则 一.kp\n@@ -1,3 +1,3 @@\n-层级 县区 满分 ５分\n-指标 甲 满分 5分,人工评定 # 尾\n-总分=合计\n\
                    +层级 县区 满分 5 分\n+指标 甲 满分 5 分  人工评定  # 尾\n+总分 = 合计\n";
    assert_eq!((diff.status, diff.out.as_str()), (0, expected));
    assert_eq!(fmt(folder.path(), &["--diff", "--check", "规则 一.kp"]).status, 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), WRITTEN);
}

#[test]
fn where_one_file_has_a_fault_none_is_written() {
    let (folder, file) = folder_with(WRITTEN.as_bytes());
    fs::write(folder.path().join("错.kp"), "层级 县区 满分\n").unwrap();
    for verb in [&["."][..], &["--check", "."], &["--skin", "en", "."], &["--skin", "en", "--out", "out", "."]] {
        let run = fmt(folder.path(), verb);
        assert_eq!(run.status, 2, "{verb:?}");
        assert!(run.err.contains("K0101") && run.err.contains("错.kp"), "{}", run.err);
        assert!(run.err.contains("一个文件也没有改写"), "{}", run.err);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), WRITTEN);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn files_that_cannot_be_used_are_named_and_nothing_is_written() {
    let (folder, file) = folder_with(WRITTEN.as_bytes());
    fs::write(folder.path().join("图.kp"), b"\x89PNG\x00\x00").unwrap();
    for (path, said) in [("图.kp", "不是文本"), ("没有.kp", "没有这个文件"), (".", "图.kp")] {
        let run = fmt(folder.path(), &["规则 一.kp", path]);
        assert!(run.status == 2 && run.err.contains(said), "{}", run.err);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), WRITTEN);
}

#[test]
fn a_read_only_file_is_left_alone() {
    let (folder, file) = folder_with(WRITTEN.as_bytes());
    let mut rights = fs::metadata(&file).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&file, rights).unwrap();
    let run = fmt(folder.path(), &["."]);
    assert!(run.status == 2 && run.err.contains("规则 一.kp 是只读的"), "{}", run.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), WRITTEN);
}

#[test]
fn empty_files_and_files_of_comments_are_laid_out() {
    for (text, laid_out) in [("", ""), (" \n\n", ""), ("# 一\n\n\n\n  # 二", "# 一\n\n# 二\n")] {
        let (folder, file) = folder_with(text.as_bytes());
        assert_eq!(fmt(folder.path(), &["."]).status, 0);
        assert_eq!(fs::read_to_string(&file).unwrap(), laid_out);
    }
}

#[test]
fn standard_input_goes_to_standard_output() {
    let piped = |text: &str, arguments: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kaoping"))
            .args(["fmt", "-"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(piped(WRITTEN, &[]), (0, LAID_OUT.to_owned()));
    assert_eq!(piped("层级 县区 满分 5分", &["--skin", "en"]), (0, "tier 县区 marks 5 points\n".to_owned()));
    assert_eq!(piped("层级 县区 满分", &[]), (2, String::new()));
}

#[test]
fn an_existing_file_is_overwritten_only_with_force() {
    let (folder, _) = folder_with(WRITTEN.as_bytes());
    fs::write(folder.path().join("名册.csv"), "单位,层级\n东县,县区\n").unwrap();
    let convert = |more: &[&str]| fmt(folder.path(), &[&["--skin", "en", "--out", "../新 文件夹", "."], more].concat());
    let made = folder.path().parent().unwrap().join("新 文件夹");
    let _ = fs::remove_dir_all(&made);
    assert_eq!(convert(&[]).status, 0);
    let rules = fs::read_to_string(made.join("规则 一.kp")).unwrap();
    assert_eq!(rules, "tier 县区 marks 5 points\nindicator 甲 marks 5 points  assessed  # 尾\ntotal = sum\n");
    assert_eq!(fs::read_to_string(made.join("名册.csv")).unwrap(), "单位,层级\n东县,县区\n");
    fs::write(made.join("规则 一.kp"), "# 改过").unwrap();
    let again = convert(&[]);
    assert!(again.status == 2 && again.err.contains("--force"), "{}", again.err);
    assert_eq!(fs::read_to_string(made.join("规则 一.kp")).unwrap(), "# 改过");
    assert_eq!(convert(&["--force"]).status, 0);
    assert_eq!(fs::read_to_string(made.join("规则 一.kp")).unwrap(), rules);
    fs::remove_dir_all(&made).unwrap();
    let own = fmt(folder.path(), &["--out", ".", "--force", "."]);
    assert!(own.status == 2 && own.err.contains("就地改写"), "{}", own.err);
}

/// Rules that call a script in a folder beside them.
const CALLING: &str = "函数 计分(量: 件) : 分 [0, 5] = rhai \"脚本/计分.rhai\"\n数据 量 : 件\n";
const SCRIPT: &str = "fn 计分(量) { 取小(量, 5) }\n";

#[test]
fn scripts_go_along_to_another_folder() {
    let (folder, file) = folder_with(CALLING.as_bytes());
    fs::create_dir(folder.path().join("脚本")).unwrap();
    fs::write(folder.path().join("脚本/计分.rhai"), SCRIPT).unwrap();
    fs::write(folder.path().join("脚本/无关.rhai"), SCRIPT).unwrap();
    for (from, out) in [(".", "out/folder"), (file.file_name().unwrap().to_str().unwrap(), "out/file")] {
        let run = fmt(folder.path(), &["--skin", "en", "--out", out, from]);
        assert_eq!(run.status, 0, "{}", run.err);
        let out = folder.path().join(out);
        assert_eq!(fs::read_to_string(out.join("脚本/计分.rhai")).unwrap(), SCRIPT);
        assert!(!out.join("脚本/无关.rhai").exists());
        assert!(fs::read_to_string(out.join("规则 一.kp")).unwrap().starts_with("function 计分(量: cases) : points [0, 5] = rhai"));
    }
}

#[test]
fn each_of_several_policies_goes_to_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for policy in ["甲", "内/乙"] {
        let policy = folder.path().join("标准").join(policy);
        fs::create_dir_all(&policy).unwrap();
        fs::write(policy.join("规则.kp"), WRITTEN).unwrap();
        fs::write(policy.join("名册.csv"), "单位,层级\n东县,县区\n").unwrap();
    }
    let run = fmt(folder.path(), &["标准", "--out", "新"]);
    assert_eq!((run.status, run.err.as_str()), (0, "2 个规则文件写到 新\n"));
    for policy in ["新/甲", "新/内/乙"] {
        let policy = folder.path().join(policy);
        assert_eq!(fs::read_to_string(policy.join("规则.kp")).unwrap(), LAID_OUT);
        assert_eq!(fs::read_to_string(policy.join("名册.csv")).unwrap(), "单位,层级\n东县,县区\n");
    }
    for inside in ["标准", "标准/新"] {
        let run = fmt(folder.path(), &["标准", "--out", inside]);
        assert!(run.status == 2 && (run.err.contains("里面") || run.err.contains("就地改写")), "{}", run.err);
    }
    assert!(!folder.path().join("标准/新").exists());
    assert_eq!(fs::read_to_string(folder.path().join("标准/甲/规则.kp")).unwrap(), WRITTEN);
}

#[test]
fn what_cannot_be_a_rule_file_or_a_folder_is_said() {
    let (folder, _) = folder_with(WRITTEN.as_bytes());
    fs::write(folder.path().join("名册.csv"), "单位,层级\n").unwrap();
    let table = fmt(folder.path(), &["名册.csv"]);
    assert!(table.status == 2 && table.err.contains("不是规则文件"), "{}", table.err);
    let onto_a_file = fmt(folder.path(), &[".", "--out", "名册.csv"]);
    assert!(onto_a_file.status == 2 && onto_a_file.err.contains("不是文件夹"), "{}", onto_a_file.err);
    assert_eq!(fs::read_to_string(folder.path().join("名册.csv")).unwrap(), "单位,层级\n");
}

#[test]
fn a_long_file_is_laid_out_piece_by_piece() {
    let item = "指标 甲 满分 5 分 { 乙 低于 95% 每 1 个百分点 扣 1 分,扣完为止 依据 \"附表\" } # 尾\n";
    let laid_out = "指标 甲 满分 5 分 {\n    乙 低于 95% 每 1 个百分点 扣 1 分,扣完为止  依据 \"附表\"\n}  # 尾\n";
    let (folder, file) = folder_with(item.repeat(1000).as_bytes());
    assert_eq!(fmt(folder.path(), &["."]).status, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), laid_out.repeat(1000));
}

#[test]
fn brackets_as_deep_as_they_may_be_are_laid_out() {
    for (open, inside, close) in [("(", "1 分", ")"), ("按 甲 { 其余: ", "1 分", " }")] {
        let written = format!("指标 甲 满分 5 分 {{ 得 {}{inside}{} }}\n", open.repeat(22), close.repeat(22));
        let (folder, file) = folder_with(written.as_bytes());
        let run = fmt(folder.path(), &["."]);
        assert_eq!(run.status, 0, "{}", run.err);
        let words = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(words(&fs::read_to_string(&file).unwrap()), words(&written));
    }
}

// --- both skins score the same ---

/// What a policy scores, without what names or dates the standard and in which words reasons are said.
fn results(policy: &Path, period: &str, facts: &str) -> Value {
    let run = kaoping(root(), &["score", policy.to_str().unwrap(), "--period", period, "--facts", facts, "--format", "json"]);
    assert!(matches!(run.status, 0 | 3), "{}: {}", policy.display(), run.err);
    let mut results: Value = serde_json::from_str(&run.out).unwrap();
    results.as_object_mut().unwrap().remove("standard").unwrap();
    in_chinese(&mut results);
    results
}

/// The words that the program itself puts into results, in the language of the rules: English and Chinese.
const OWN_WORDS: [(&str, &str); 4] =
    [("missing ", "缺数据 "), ("pending ", "待定 "), (", stand-in 0 points", ",暂按 0 分"), ("no item applies", "各项均不适用")];

fn in_chinese(results: &mut Value) {
    match results {
        Value::String(text) => OWN_WORDS.iter().for_each(|(en, zh)| *text = text.replace(en, zh)),
        Value::Array(list) => list.iter_mut().for_each(in_chinese),
        Value::Object(fields) => fields.iter_mut().filter(|(name, _)| *name != "status").for_each(|(_, value)| in_chinese(value)),
        _ => {}
    }
}

/// A policy in the other skin, in a folder of its own.
fn converted(policy: &str, skin: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let run = fmt(root(), &["--skin", skin, "--out", folder.path().to_str().unwrap(), policy]);
    assert_eq!(run.status, 0, "{}", run.err);
    folder
}

#[test]
fn the_shipped_policy_scores_the_same_in_english() {
    let english = converted("policies/lianyungang", "en");
    let facts = "golden/lianyungang/2020-11/facts.csv";
    let [zh, en] = [&root().join("policies/lianyungang"), english.path()].map(|policy| results(policy, "2020-11", facts));
    assert!(zh["units"].as_array().unwrap().len() > 60);
    assert_eq!(zh, en);
    let run = kaoping(root(), &["test", english.path().to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
}

#[test]
fn every_construct_scores_the_same_in_the_other_skin() {
    let mut compared = 0;
    for entry in fs::read_dir(root().join("golden/constructs")).unwrap() {
        let construct = entry.unwrap().path();
        if !construct.is_dir() {
            continue;
        }
        for (own, other) in [("zh", "en"), ("en", "zh")] {
            let policy = construct.join(own);
            let turned = converted(policy.to_str().unwrap(), other);
            let run = kaoping(root(), &["test", turned.path().to_str().unwrap()]);
            assert_eq!(run.status, 0, "{}\n{}{}", policy.display(), run.out, run.err);
            let facts = construct.join("units.csv");
            if facts.is_file() {
                let [a, b] = [policy.as_path(), turned.path()].map(|policy| results(policy, "2024-01", facts.to_str().unwrap()));
                assert_eq!(a, b, "{}", policy.display());
                compared += 1;
            }
        }
    }
    assert!(compared >= 40, "{compared}");
}
