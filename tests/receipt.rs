//! Receipts: made, verified by computing them again, replayed by a program of its own; and whatever is touched is named.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;
#[path = "harness/receipts.rs"]
mod receipts;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use program::{kaoping, root};
use proptest::prelude::*;
use receipts::{STANDARD, copy, folder, found, month, names, rehashed, score, sha256, verify};
use serde_json::Value;

// --- what is untouched ---

#[test]
fn what_is_untouched_agrees_and_every_step_of_it_can_be_replayed() {
    // policy, period, facts; and what the replay says that it took as it is stated
    let cases: [(&str, &str, &str, &str); 16] = [
        ("policies/lianyungang", "2020-11", "golden/lianyungang/2020-11/facts.csv", "cells of the tables"),
        ("policies/examples/petitions", "2023", "golden/examples/petitions", "近 3 年 平均(越级访)"),
        ("policies/examples/street-grid", "2024-04", "golden/examples/street-grid", "工单 最高"),
        ("policies/examples/annual-targets", "2023", "golden/examples/annual-targets", "各 季 平均(总分)"),
        ("policies/examples/business-environment", "2023", "golden/examples/business-environment", "下级 平均"),
        ("golden/constructs/extension/zh", "2024-01", "golden/constructs/extension/units.csv", "results of scripts"),
        ("golden/constructs/extension/en", "2024-01", "golden/constructs/extension/units.csv", "results of scripts"),
        ("golden/constructs/durations/zh", "2024-01", "golden/constructs/durations/units.csv", "results of calendars"),
        ("golden/constructs/records/zh", "2024-01", "golden/constructs/records/facts", "来件 计数"),
        ("golden/constructs/ratio-to-best/en", "2024-01", "golden/constructs/ratio-to-best/units.csv", "cells of the tables"),
        ("golden/constructs/ties-shared/zh", "2024-01", "golden/constructs/ties-shared/units.csv", "cells of the tables"),
        ("golden/constructs/veto/zh", "2024-01", "golden/constructs/veto/units.csv", "cells of the tables"),
        ("golden/constructs/outputs/en", "2024-01", "golden/constructs/outputs/units.csv", "cells of the tables"),
        ("golden/constructs/shown-scores/zh", "2024-01", "golden/constructs/shown-scores/units.csv", "cells of the tables"),
        ("golden/constructs/longer-period/zh", "2023", "golden/constructs/longer-period/periods", "values from elsewhere"),
        ("golden/adjustments/policy", "2024-01", "golden/adjustments/scores_and_what_holds_them/units.csv", "cells of the tables"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one.json", "two.json"].map(|name| folder.path().join(name).display().to_string());
    let out = folder.path().join("out.txt").display().to_string();
    for (policy, period, facts, stated) in cases {
        for receipt in [&one, &two] {
            let run = kaoping(root(), &["score", policy, "--period", period, "--facts", facts, "--out", &out, "--receipt", receipt]);
            assert!(matches!(run.status, 0 | 3), "{policy}: {}", run.err);
        }
        assert_eq!(fs::read(&one).unwrap(), fs::read(&two).unwrap(), "{policy}: the same inputs give other bytes");
        let (status, answer) = verify(root(), &[&one]);
        assert_eq!((status, answer["verdict"].as_str()), (0, Some("agrees")), "{policy}: {answer}");
        let run = replay(root(), &[&one]);
        assert_eq!(run.status, 0, "{policy}: {}", run.out);
        assert!(run.out.contains(stated), "{policy}: {}", run.out);
        assert!(!run.out.contains(" 0 steps replayed"), "{policy}: {}", run.out);
    }
}

#[test]
fn a_receipt_holds_what_was_read_and_the_results_as_they_are_printed_as_json() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let receipt: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("r.json")).unwrap()).unwrap();
    assert_eq!(receipt["format"], "kaoping-receipt 1");
    assert_eq!(receipt["call"]["policy"], "rules");
    let paths: Vec<(&str, &str)> =
        receipt["files"].as_array().unwrap().iter().map(|file| (file["path"].as_str().unwrap(), file["role"].as_str().unwrap())).collect();
    let rest = [("rules/标准.kp.md", "rules"), ("facts/2020-11/facts.csv", "facts"), ("facts/2020-11/facts.来历.csv", "provenance")];
    assert_eq!(paths, [&[("rules/修订2021.kp", "rules"), ("rules/名册.csv", "register")][..], &rest].concat());
    for file in receipt["files"].as_array().unwrap() {
        let bytes = fs::read(folder.path().join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!((file["sha256"].as_str().unwrap(), file["bytes"].as_u64().unwrap()), (sha256(&bytes).as_str(), u64::try_from(bytes.len()).unwrap()));
    }
    let printed = kaoping(folder.path(), &[&["score"], month("2020-11", &["--format", "json"]).as_slice()].concat());
    assert_eq!(receipt["results"], serde_json::from_str::<Value>(&printed.out).unwrap());
    // one unit asked for is shown alone; the receipt holds all of them
    score(folder.path(), &month("2020-11", &["--unit", "市教育局"]), "one.json");
    assert_eq!(fs::read(folder.path().join("one.json")).unwrap(), fs::read(folder.path().join("r.json")).unwrap());
}

#[test]
fn a_receipt_is_verified_wherever_its_root_lies() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let moved = tempfile::tempdir().unwrap();
    copy(folder.path(), &moved.path().join("别处 2"));
    let (status, answer) = verify(moved.path(), &["别处 2/r.json", "--root", "别处 2"]);
    assert_eq!(status, 0, "{answer}");
    // paths that are given from elsewhere are those of the root all the same
    let inside = moved.path().join("别处 2");
    fs::create_dir(inside.join("sub")).unwrap();
    let arguments =
        ["score", "../rules", "--period", "2020-11", "--facts", "../facts/2020-11/facts.csv", "--out", "x.txt", "--receipt", "s.json", "--root", ".."];
    assert_eq!(kaoping(&inside.join("sub"), &arguments).status, 0);
    assert_eq!(fs::read(inside.join("sub/s.json")).unwrap(), fs::read(inside.join("r.json")).unwrap());
    let run = kaoping(&inside.join("sub"), &arguments[..arguments.len() - 2]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("请用 --root"), "{}", run.err);
}

#[test]
fn the_hash_is_that_of_the_lines_above_it() {
    let folder = folder(&[("policies/lianyungang", "policies/lianyungang"), ("golden/lianyungang", "golden/lianyungang")]);
    let run = kaoping(folder.path(), &["score", "--period", "2020-11", "--facts", "golden/lianyungang/2020-11", "--receipt", "2020-11.json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let text = fs::read_to_string(folder.path().join("2020-11.json")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (above, last) = lines.split_at(lines.len() - 3);
    assert_eq!(last[0], format!("\"sha256\": \"{}\",\n", sha256(above.concat().as_bytes())));
    assert_eq!(last[1..], ["\"signature\": null\n", "}\n"]);
}

// --- what is touched ---

/// How a receipt is touched: what becomes of which text, the kind that is named, and where.
const TOUCHED: &[(&str, &str, &str, &str)] = &[
    // results: a total, a place, a score, a status, a name
    ("\"total\":\"146.57\"", "\"total\":\"147.57\"", "results", "/total"),
    ("\"rank\":1,", "\"rank\":2,", "results", "/rank"),
    ("\"score\":\"6.00\",\"full\":\"6.00\"", "\"score\":\"5.99\",\"full\":\"6.00\"", "results", "/score"),
    ("\"facts_sha256\":\"", "\"facts_sha256\":\"0", "results", "facts_sha256"),
    // steps: a constant, an operand, a rounding, a place in the rules
    ("\"op\":\"round\",", "\"op\":\"same\",", "programs", "/op"),
    ("\"with\":[\"0.0001\",\"half_up\"]", "\"with\":[\"0.0001\",\"half_even\"]", "programs", "/with"),
    (".kp.md:1", ".kp.md:2", "programs", "/at"),
    // the trace: a value that varies, a unit that is moved
    ("\"values\":[\"", "\"values\":[\"1", "trace", "trace/"),
    ("\"listed\":true", "\"listed\":false", "trace", "/listed"),
    // what is said of the inputs
    ("\"role\":\"register\"", "\"role\":\"calendar\"", "file", "名册.csv"),
    ("\"version\":\"2020试行\"", "\"version\":\"2021试行\"", "standard", "version"),
    ("\"rules\":\"", "\"rules\":\"0", "hash", "rules"),
    ("\"facts\":\"", "\"facts\":\"0", "hash", "facts"),
    ("\"adjustments\":null", "\"adjustments\":\"00\"", "hash", "adjustments"),
    ("\"engine\": \"kaoping ", "\"engine\": \"kaoping 1", "engine", "engine"),
    // no data at all
    ("\"sheets\":[]", "\"sheets\": []", "layout", ""),
    ("\"listed\":true", "\"listed\": true", "layout", "trace"),
    ("\"signature\": ", "\"signature\":  ", "layout", ""),
];

#[test]
fn whatever_is_touched_in_a_receipt_is_named_whether_hashes_fit_or_not() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
    let first_total = text.split("\"total\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for (from, to, kind, place) in TOUCHED {
        // the first total of the receipt, whatever it is
        let [from, to] = [from, to].map(|text| text.replace("146.57", &first_total).replace("147.57", &format!("1{first_total}")));
        assert!(text.contains(&from), "{from}");
        let touched = text.replacen(&from, &to, 1);
        for (hashes, touched) in [("left", touched.clone()), ("made again", rehashed(&touched))] {
            fs::write(folder.path().join("t.json"), &touched).unwrap();
            let (status, answer) = verify(folder.path(), &["t.json"]);
            assert_eq!(status, 1, "{from} → {to}, hashes {hashes}");
            assert!(names(&answer, kind, place), "{from} → {to}, hashes {hashes}: {:?}", found(&answer));
            let outer = names(&answer, "hash", "sha256");
            assert_eq!(outer, hashes == "left" && !from.starts_with("\"signature"), "{from} → {to}, hashes {hashes}: {:?}", found(&answer));
        }
    }
    // what is no receipt any more says so
    for broken in [text.replacen('{', "[", 1), text.replacen("\"period\"", "\"peri\"", 1), String::new(), text.replacen("receipt 1", "receipt 2", 1)] {
        fs::write(folder.path().join("t.json"), broken).unwrap();
        assert_eq!(kaoping(folder.path(), &["verify", "t.json"]).status, 2);
    }
}

#[test]
fn a_call_that_is_touched_gives_other_results_or_none() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
    for (from, to, kind, place) in [
        ("\"period\": \"2020-11\"", "\"period\": \"2020-12\"", "results", "results/period"),
        ("\"policy\":\"rules\"", "\"policy\":\"elsewhere\"", "not_recomputed", "elsewhere"),
        ("\"facts\":[\"facts/2020-11/facts.csv\"]", "\"facts\":[\"../facts.csv\"]", "not_recomputed", "rules"),
        ("{\"path\":\"rules/名册.csv\"", "{\"path\":\"../名册.csv\"", "path", "../名册.csv"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(folder.path().join("t.json"), rehashed(&text.replacen(from, to, 1))).unwrap();
        let (status, answer) = verify(folder.path(), &["t.json"]);
        assert_eq!(status, 1, "{from}");
        assert!(names(&answer, kind, place), "{from} → {to}: {:?}", found(&answer));
    }
}

#[test]
fn every_file_that_was_read_is_named_when_it_changes_goes_or_joins() {
    let folder = folder(&STANDARD);
    let facts = ["rules", "--period", "2020-11", "--facts", "facts/2020-11"];
    assert_eq!(score(folder.path(), &facts, "r.json").status, 0);
    for name in ["rules/标准.kp.md", "rules/修订2021.kp", "rules/名册.csv", "facts/2020-11/facts.csv", "facts/2020-11/facts.来历.csv"] {
        let path = folder.path().join(name);
        let bytes = fs::read(&path).unwrap();
        // a blank at the end changes nothing that is computed
        fs::write(&path, [bytes.as_slice(), b"\n"].concat()).unwrap();
        let (status, answer) = verify(folder.path(), &["r.json"]);
        assert_eq!((status, names(&answer, "file", name)), (1, true), "{name}: {:?}", found(&answer));
        fs::remove_file(&path).unwrap();
        let (status, answer) = verify(folder.path(), &["r.json"]);
        assert_eq!((status, names(&answer, "file", name)), (1, true), "{name}: {:?}", found(&answer));
        let gone = answer["findings"].as_array().unwrap().iter().find(|finding| finding["place"] == name).unwrap();
        assert!(gone["found"].is_null(), "{gone}");
        fs::write(&path, bytes).unwrap();
    }
    fs::write(folder.path().join("facts/2020-11/adjustments.csv"), "unit,fact or indicator,old,new,reason,by,date\n").unwrap();
    let (_, answer) = verify(folder.path(), &["r.json"]);
    fs::remove_file(folder.path().join("facts/2020-11/adjustments.csv")).unwrap();
    assert!(names(&answer, "file", "adjustments.csv"), "{:?}", found(&answer));
    assert_eq!(verify(folder.path(), &["r.json"]).0, 0);
}

#[test]
fn all_that_a_changed_rule_does_is_named_not_only_the_first() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let path = folder.path().join("rules/标准.kp.md");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("低于 95%"));
    fs::write(&path, text.replace("低于 95%", "低于 96%")).unwrap();
    let (status, answer) = verify(folder.path(), &["r.json"]);
    assert_eq!((status, answer["verdict"].as_str()), (1, Some("differs")));
    for (kind, place) in [("file", "rules/标准.kp.md"), ("programs", "/with"), ("results", "/total"), ("trace", "trace/"), ("hash", "rules")] {
        assert!(names(&answer, kind, place), "{kind}: {:?}", found(&answer));
    }
    let run = kaoping(folder.path(), &["verify", "r.json"]);
    assert!(run.out.contains("另有") && run.out.contains("--format json"), "{}", run.out);
}

#[test]
fn rules_that_no_longer_compile_are_a_finding() {
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &[]), "r.json");
    let path = folder.path().join("rules/标准.kp.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("指标 ", "指标 指标 ", 1)).unwrap();
    let (status, answer) = verify(folder.path(), &["r.json"]);
    assert_eq!(status, 1);
    assert!(names(&answer, "file", "标准.kp.md") && names(&answer, "not_recomputed", "rules"), "{answer}");
}

// --- the chain ---

/// Three months, each behind the one before.
fn chain(key: &[&str]) -> tempfile::TempDir {
    let folder = folder(&STANDARD);
    for (period, name, before) in [("2020-08", "a.json", None), ("2020-10", "b.json", Some("a.json")), ("2020-11", "c.json", Some("b.json"))] {
        let previous = before.map(|before| vec!["--previous", before]).unwrap_or_default();
        let run = score(folder.path(), &month(period, &[&previous, key].concat()), name);
        assert_eq!(run.status, 0, "{}", run.err);
    }
    folder
}

fn unchecked(answer: &Value) -> String {
    answer["unchecked"].to_string()
}

#[test]
fn the_receipts_before_are_followed_and_gaps_are_told() {
    let folder = chain(&[]);
    let (status, answer) = verify(folder.path(), &["c.json"]);
    assert_eq!(status, 0, "{answer}");
    for said in ["between 2020-08 and 2020-10", "results of 2020-10 were not computed again", "results of 2020-08 were not computed again"] {
        assert!(unchecked(&answer).contains(said), "{answer}");
    }
    assert!(!unchecked(&answer).contains("between 2020-10"), "{answer}");
    // any byte of any receipt before, whether its own hash fits or not
    for (name, from, to) in [("b.json", "\"rank\":1,", "\"rank\":2,"), ("a.json", "\"rank\":1,", "\"rank\":2,")] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        for touched in [text.replacen(from, to, 1), rehashed(&text.replacen(from, to, 1)), format!("{text} ")] {
            fs::write(&path, touched).unwrap();
            let (status, answer) = verify(folder.path(), &["c.json"]);
            assert_eq!((status, names(&answer, "chain", name)), (1, true), "{:?}", found(&answer));
        }
        fs::write(&path, text).unwrap();
    }
    // a link that is touched, with fitting hashes
    let text = fs::read_to_string(folder.path().join("c.json")).unwrap();
    let link = text.split("\"previous\": {").nth(1).unwrap().split("\"sha256\":\"").nth(1).unwrap()[..64].to_owned();
    for (from, to) in [(link.as_str(), "0".repeat(64).as_str()), ("\"period\":\"2020-10\"", "\"period\":\"2020-09\"")] {
        fs::write(folder.path().join("t.json"), rehashed(&text.replacen(from, to, 1))).unwrap();
        let (status, answer) = verify(folder.path(), &["t.json"]);
        assert_eq!((status, names(&answer, "chain", "b.json")), (1, true), "{:?}", found(&answer));
    }
    // beside the receipt it is found as well; where it is not there at all that is said
    fs::create_dir(folder.path().join("published")).unwrap();
    for name in ["a.json", "b.json", "c.json"] {
        fs::rename(folder.path().join(name), folder.path().join("published").join(name)).unwrap();
    }
    assert_eq!(verify(folder.path(), &["published/c.json"]).0, 0);
    fs::remove_file(folder.path().join("published/b.json")).unwrap();
    let (status, answer) = verify(folder.path(), &["published/c.json"]);
    assert_eq!(status, 0);
    assert!(unchecked(&answer).contains("the receipt of 2020-10, b.json, is not here"), "{answer}");
}

#[test]
fn only_an_earlier_receipt_of_the_same_standard_is_followed() {
    let folder = chain(&[]);
    let run = score(folder.path(), &month("2020-10", &["--previous", "c.json"]), "t.json");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("2020-11 的收据,不在 2020-10 之前"), "{}", run.err);
    copy(&root().join("golden/constructs/ratio-to-best"), &folder.path().join("other"));
    score(folder.path(), &["other/zh", "--period", "2020-08", "--facts", "other/units.csv"], "o.json");
    let run = score(folder.path(), &month("2020-11", &["--previous", "o.json"]), "t.json");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("请给同一标准上一期的收据"), "{}", run.err);
    let run = score(folder.path(), &month("2020-11", &["--previous", "rules/名册.csv"]), "t.json");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("不是完好的收据"), "{}", run.err);
    let run = score(folder.path(), &month("2020-11", &[]), "out.txt");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("请写两个文件名"), "{}", run.err);
    // nor is a receipt written over what it follows
    let run = score(folder.path(), &month("2020-11", &["--previous", "b.json"]), "b.json");
    assert_eq!(run.status, 2);
}

// --- keys ---

#[test]
fn keys_are_made_once_and_the_secret_one_is_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let run = kaoping(folder.path(), &["key", "--out", "密钥", "--lang", "en"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let [secret, public] = ["密钥/kaoping.key", "密钥/kaoping.pub"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert!(secret.starts_with("kaoping-secret-key ed25519 ") && public.starts_with("kaoping-public-key ed25519 "));
    assert!(!run.out.contains(secret.trim().rsplit(' ').next().unwrap()) && run.out.contains(public.trim().rsplit(' ').next().unwrap()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.path().join("密钥/kaoping.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for left in ["kaoping.key", "kaoping.pub"] {
        let other = if left == "kaoping.key" { "kaoping.pub" } else { "kaoping.key" };
        let kept = fs::read(folder.path().join("密钥").join(left)).unwrap();
        fs::remove_file(folder.path().join("密钥").join(other)).unwrap();
        let run = kaoping(folder.path(), &["key", "--out", "密钥"]);
        assert_eq!(run.status, 2);
        assert!(run.err.contains("从不覆盖"), "{}", run.err);
        assert_eq!(fs::read(folder.path().join("密钥").join(left)).unwrap(), kept);
        assert!(!folder.path().join("密钥").join(other).exists());
        fs::write(folder.path().join("密钥").join(other), "").unwrap();
    }
}

#[test]
fn once_a_key_is_configured_what_is_unsigned_or_signed_by_another_is_refused() {
    let keys = tempfile::tempdir().unwrap();
    for name in ["own", "other"] {
        assert_eq!(kaoping(keys.path(), &["key", "--out", name]).status, 0);
    }
    let path = |name: &str| keys.path().join(name).display().to_string();
    let (own, other) = (path("own/kaoping.key"), path("other/kaoping.key"));
    let signed = chain(&["--sign", &own]);
    let (status, answer) = verify(signed.path(), &["c.json"]);
    assert_eq!(status, 0);
    assert!(unchecked(&answer).contains("whose key signed c.json"), "{answer}");

    let configured: [(&str, Option<&str>); 4] =
        [("named", None), ("root", Some("kaoping.pub")), ("rules", Some("rules/kaoping.pub")), ("by its Chinese name", Some("公钥.txt"))];
    for (how, place) in configured {
        let key = place.map_or_else(|| vec!["--key".to_owned(), path("own/kaoping.pub")], |_| Vec::new());
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let with = |folder: &Path, receipt: &str| {
            if let Some(place) = place {
                fs::copy(keys.path().join("own/kaoping.pub"), folder.join(place)).unwrap();
            }
            verify(folder, &[&[receipt], key.as_slice()].concat())
        };
        let (status, answer) = with(signed.path(), "c.json");
        assert_eq!(status, 0, "{how}: {answer}");
        let unsigned = chain(&[]);
        let (status, answer) = with(unsigned.path(), "c.json");
        assert_eq!((status, answer["verdict"].as_str()), (1, Some("refused")), "{how}");
        // those before are asked for as well
        assert!(["c.json", "b.json", "a.json"].iter().all(|name| names(&answer, "unsigned", name)), "{how}: {answer}");
        let foreign = chain(&["--sign", &other]);
        let (status, answer) = with(foreign.path(), "c.json");
        assert_eq!((status, answer["verdict"].as_str()), (1, Some("refused")), "{how}");
        assert!(["c.json", "b.json", "a.json"].iter().all(|name| names(&answer, "foreign", name)), "{how}: {answer}");
        place.iter().for_each(|place| fs::remove_file(signed.path().join(place)).unwrap());
    }
    // a signed receipt behind an unsigned one
    let mixed = chain(&[]);
    score(mixed.path(), &month("2020-11", &["--previous", "b.json", "--sign", &own]), "d.json");
    let (status, answer) = verify(mixed.path(), &["d.json", "--key", &path("own/kaoping.pub")]);
    assert_eq!(status, 1);
    assert_eq!(found(&answer), [("unsigned".to_owned(), "b.json".to_owned()), ("unsigned".to_owned(), "a.json".to_owned())]);
    // a file of keys that holds none, or something else, does not switch the check off
    for (text, said) in [("", "没有公钥"), ("# 说明\n", "没有公钥"), ("kaoping-public-key ed25519 12", "不是公钥"), ("ssh-rsa AAAA", "第 1 行不是公钥")]
    {
        fs::write(mixed.path().join("kaoping.pub"), text).unwrap();
        let run = kaoping(mixed.path(), &["verify", "c.json"]);
        assert_eq!((run.status, run.err.contains(said)), (2, true), "{text}: {}", run.err);
    }
}

#[test]
fn a_signature_is_of_its_key_and_of_every_byte() {
    let keys = tempfile::tempdir().unwrap();
    kaoping(keys.path(), &["key", "--out", "."]);
    kaoping(keys.path(), &["key", "--out", "other"]);
    let key = keys.path().join("kaoping.key").display().to_string();
    let folder = folder(&STANDARD);
    score(folder.path(), &month("2020-11", &["--sign", &key]), "r.json");
    let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
    let at = text.rfind("\"signature\":\"").unwrap() + 13;
    let flipped = |text: &str, at: usize| {
        let other = if &text[at..=at] == "0" { "1" } else { "0" };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    };
    let key_at = text.rfind("\"key\":\"").unwrap() + 7;
    let mut other = text.clone();
    let foreign = fs::read_to_string(keys.path().join("other/kaoping.pub")).unwrap();
    other.replace_range(key_at..key_at + 64, foreign.trim().rsplit(' ').next().unwrap());
    for touched in [flipped(&text, at), flipped(&text, at + 127), flipped(&text, key_at), other, rehashed(&text.replacen("\"rank\":1,", "\"rank\":2,", 1))] {
        fs::write(folder.path().join("t.json"), touched).unwrap();
        let (status, answer) = verify(folder.path(), &["t.json"]);
        assert_eq!((status, answer["verdict"].as_str()), (1, Some("refused")));
        assert!(names(&answer, "signature", "t.json"), "{answer}");
    }
    // what the program says of itself cannot be computed again: the signature alone holds it
    let engine = text.find("\"engine\":\"").unwrap() + 10;
    fs::write(folder.path().join("t.json"), rehashed(&flipped(&text, engine))).unwrap();
    let (status, answer) = verify(folder.path(), &["t.json"]);
    assert_eq!((status, names(&answer, "signature", "t.json")), (1, true), "{answer}");
}

/// Rules with scripts, facts, and the receipts of two months.
static WITH_SCRIPTS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = folder(&[("golden/constructs/extension/zh", "rules"), ("golden/constructs/extension/units.csv", "units.csv")]);
    let arguments = ["rules", "--period", "2024-02", "--facts", "units.csv"];
    score(folder.path(), &["rules", "--period", "2024-01", "--facts", "units.csv"], "before.json");
    score(folder.path(), &[arguments.as_slice(), &["--previous", "before.json"]].concat(), "r.json");
    assert_eq!(verify(folder.path(), &["r.json"]).0, 0);
    folder
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// One bit of one byte of one file, wherever: of the rules, the scripts, the facts, the receipt before, the receipt itself.
    #[test]
    fn any_byte_of_any_covered_file_matters(place in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let folder = tempfile::tempdir().unwrap();
        copy(WITH_SCRIPTS.path(), folder.path());
        let text = fs::read_to_string(folder.path().join("r.json")).unwrap();
        let receipt: Value = serde_json::from_str(&text).unwrap();
        let mut files: Vec<String> = receipt["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect();
        files.extend(["r.json", "r.json", "before.json"].map(str::to_owned));
        let name = place.get(&files);
        let mut bytes = fs::read(folder.path().join(name)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        fs::write(folder.path().join(name), bytes).unwrap();
        let run = kaoping(folder.path(), &["verify", "r.json"]);
        prop_assert!(matches!(run.status, 1 | 2), "{}, byte {}, bit {}: {}", name, at, bit, run.out);
        prop_assert!(run.out.contains(name.as_str()) || run.status == 2 || name == "r.json", "{}: {}", name, run.out);
    }
}
