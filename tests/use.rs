//! 引用: rule files that others use, on disk.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::kaoping;
use serde_json::Value;

/// A standard of two indicators, of which it declares one.
fn standard(name: &str, used: &str) -> String {
    format!(
        "{used}标准 {name} {{ 版本 \"1\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }}\n\
         指标 {name}自评 满分 4 分 人工评定\n总分 = 合计\n排名 层级 依 总分\n"
    )
}

const SHARED: &str = "层级 街道 满分 10 分\n数据 件数 : 件\n指标 办件 满分 6 分 { 件数 每 1 件 扣 1 分,扣完为止 }\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// What a policy scores for one unit with 2 cases and 3 points of its own.
fn score(folder: &Path, policy: &str, own: &str) -> Value {
    fs::write(folder.join("facts.csv"), format!("单位,层级,件数,{own}\n东街,街道,2,3\n")).unwrap();
    let run = kaoping(folder, &["score", policy, "--period", "2024-01", "--facts", "facts.csv", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn two_standards_of_one_folder_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (standard("甲", "引用 \"公共.kp\"\n"), standard("乙", "引用 \"公共.kp\"\n"));
    write(folder.path(), &[("标 准/甲.kp", &one), ("标 准/乙.kp", &other), ("标 准/公共.kp", SHARED)]);
    for name in ["甲", "乙"] {
        // 6 - 2 and 3
        let results = score(folder.path(), &format!("标 准/{name}.kp"), &format!("{name}自评"));
        let unit = &results["units"][0];
        assert_eq!((unit["total"].as_str(), results["standard"]["name"].as_str()), (Some("7.00"), Some(name)), "{unit}");
    }
}

#[test]
fn what_is_used_stands_before_what_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("甲.kp", &standard("甲", "引用 \"公共.kp\"\n")), ("公共.kp", SHARED)]);
    let results = score(folder.path(), "甲.kp", "甲自评");
    let names: Vec<&String> = results["units"][0]["indicators"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["办件", "甲自评"]);
}

#[test]
fn a_file_is_read_once_however_often_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("p/标准.kp", standard("甲", "引用 \"a/一.kp\"\n引用 \"a/二.kp.md\"\n引用 \"a/一.kp\"\n")),
        ("p/a/一.kp", "引用 \"公共.kp\"\n".to_owned()),
        ("p/a/二.kp.md", "共用的:\n\n```kp\n引用 \"公共.kp\"\n引用 \"公共.kp\"\n```\n".to_owned()),
        ("p/a/公共.kp", SHARED.to_owned()),
    ];
    write(folder.path(), &files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let run = kaoping(folder.path(), &["check", "p"]);
    assert_eq!((run.status, run.err.trim()), (0, "4 个规则文件,0 处错误,0 处提醒"), "{}", run.err);
    assert_eq!(score(folder.path(), "p", "甲自评")["units"][0]["total"], "7.00");
}

#[test]
fn the_digest_covers_what_is_used_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("p/甲.kp", &standard("甲", "引用 \"a/公共.kp\"\n")), ("p/a/公共.kp", SHARED), ("p/a/别的.kp", "数据 甲 : 件\n")]);
    let digest = || score(folder.path(), "p", "甲自评")["standard"]["sha256"].as_str().unwrap().to_owned();
    let before = digest();
    write(folder.path(), &[("p/a/别的.kp", "数据 乙 : 件\n")]);
    assert_eq!(digest(), before);
    write(folder.path(), &[("p/a/公共.kp", &format!("{SHARED}# 注\n"))]);
    assert_ne!(digest(), before);
}

#[test]
fn in_a_folder_the_files_are_read_as_they_are_without_being_used() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("p/标准.kp", &standard("甲", "")), ("p/公共.kp", SHARED), ("q/标准.kp", &standard("甲", "引用 \"公共.kp\"\n")), ("q/公共.kp", SHARED)],
    );
    let [plain, used] = ["p", "q"].map(|policy| score(folder.path(), policy, "甲自评")["units"].take());
    assert_eq!(plain, used);
    // of two that use each other's standard only the circle is a fault
    write(folder.path(), &[("q/公共.kp", &format!("引用 \"标准.kp\"\n{SHARED}"))]);
    let run = kaoping(folder.path(), &["check", "q"]);
    assert!(run.status == 1 && run.err.matches("错误[").count() == 1 && run.err.contains("K0227"), "{}", run.err);
}

#[test]
fn a_folder_of_shared_declarations_is_no_policy() {
    let folder = tempfile::tempdir().unwrap();
    let rules = standard("甲", "引用 \"公共/声明.kp\"\n");
    write(
        folder.path(),
        &[("policies/甲/标准.kp", &rules), ("policies/甲/公共/声明.kp", SHARED), ("policies/共用/声明.kp.md", &format!("```kp\n{SHARED}```\n"))],
    );
    let run = kaoping(folder.path(), &["check"]);
    assert_eq!((run.status, run.err.trim()), (0, "2 个规则文件,0 处错误,0 处提醒"), "{}", run.err);
    // the only policy need not be named
    fs::write(folder.path().join("facts.csv"), "单位,层级,件数,甲自评\n东街,街道,2,3\n").unwrap();
    assert_eq!(kaoping(folder.path(), &["score", "--period", "2024-01", "--facts", "facts.csv"]).status, 0);
    // nor do its declarations have cases
    write(folder.path(), &[("policies/甲/标准.kp", &format!("{rules}用例 \"一\" {{ 已知 件数 = 2 件 应得 办件 = 4 分 }}\n"))]);
    let run = kaoping(folder.path(), &["test"]);
    assert!(run.status == 0 && run.out.contains("1 个用例,1 个通过"), "{}{}", run.out, run.err);
    // a standard without its head is one all the same, and a faulty one
    write(folder.path(), &[("policies/乙/标准.kp", "层级 街道 满分 1 分\n指标 乙 满分 1 分 人工评定\n总分 = 合计\n排名 层级 依 总分\n")]);
    assert_eq!(kaoping(folder.path(), &["check"]).status, 1);
}

#[test]
fn layout_reaches_what_is_used_and_counts_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (standard("甲", "引用 \"公共.kp\"\n"), standard("乙", "引用 \"公共.kp\"\n"));
    write(folder.path(), &[("甲.kp", &one), ("乙.kp", &other), ("公共.kp", "层级 街道   满分 10分\n指标 丙 满分 6分 人工评定\n")]);
    let run = kaoping(folder.path(), &["fmt", "甲.kp", "乙.kp"]);
    assert_eq!((run.status, run.err.trim()), (0, "3 个规则文件,改写 3 个"));
    assert_eq!(fs::read_to_string(folder.path().join("公共.kp")).unwrap(), "层级 街道 满分 10 分\n指标 丙 满分 6 分  人工评定\n");
    assert_eq!(kaoping(folder.path(), &["fmt", "--check", "甲.kp", "乙.kp"]).status, 0);
    let run = kaoping(folder.path(), &["fmt", "甲.kp", "--skin", "en", "--out", "英 文"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(fs::read_to_string(folder.path().join("英 文/公共.kp")).unwrap().starts_with("tier 街道 marks 10 points\n"));
    assert_eq!(kaoping(folder.path(), &["check", "英 文/甲.kp"]).status, 0);
}

#[test]
fn a_used_file_names_its_scripts_from_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "层级 街道 满分 10 分\n数据 件数 : 件\n函数 f(量: 件) : 分 [0, 6] = rhai \"f.rhai\"\n指标 办件 满分 6 分 { 得分 = f(件数) }\n";
    write(folder.path(), &[("p/甲.kp", &standard("甲", "引用 \"a/公共.kp\"\n")), ("p/a/公共.kp", rules), ("p/a/f.rhai", "fn f(n) { 6 - n }")]);
    assert_eq!(score(folder.path(), "p", "甲自评")["units"][0]["total"], "7.00");
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("p/甲.kp", &standard("甲", "引用 \"公共.kp\"\n")), ("外/公共.kp", SHARED), ("p/内/公共.kp", SHARED)]);
    symlink(folder.path().join("外/公共.kp"), folder.path().join("p/公共.kp")).unwrap();
    let run = kaoping(folder.path(), &["check", "p/甲.kp"]);
    assert!(run.status == 1 && run.err.contains("K0226") && run.err.contains("指到标准的文件夹外面"), "{}", run.err);
    // a folder that leads out does so too
    fs::remove_file(folder.path().join("p/公共.kp")).unwrap();
    symlink(folder.path().join("外"), folder.path().join("p/链")).unwrap();
    write(folder.path(), &[("p/甲.kp", &standard("甲", "引用 \"链/公共.kp\"\n"))]);
    assert!(kaoping(folder.path(), &["check", "p/甲.kp"]).err.contains("K0226"));
    // one that stays inside is the file that it leads to, read once
    symlink("内/公共.kp", folder.path().join("p/公共.kp")).unwrap();
    write(folder.path(), &[("p/甲.kp", &standard("甲", "引用 \"公共.kp\"\n引用 \"内/公共.kp\"\n"))]);
    let run = kaoping(folder.path(), &["check", "p/甲.kp"]);
    assert_eq!((run.status, run.err.trim()), (0, "2 个规则文件,0 处错误,0 处提醒"), "{}", run.err);
}

#[test]
fn chains_of_any_length_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (last, count) = (1_000, 1_000_usize);
    write(folder.path(), &[("标准.kp", &standard("甲", "引用 \"n/0.kp\"\n"))]);
    for number in 0..count {
        write(folder.path(), &[(&format!("n/{number}.kp"), &format!("引用 \"{}.kp\"\n", number + 1))]);
    }
    write(folder.path(), &[(&format!("n/{last}.kp"), SHARED)]);
    let run = kaoping(folder.path(), &["check", "标准.kp"]);
    assert_eq!(run.status, 0, "{}", run.err);
}
