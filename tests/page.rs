//! The page of `report`, read as a file: one document that carries its data, in which names are data, and whose derivations are
//! those of `explain`. `tests/outside/audit_page.py` drives it in a browser.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{kaoping, root};
use rust_decimal::Decimal;
use rust_decimal_macros::dec;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MONTH: [&str; 5] = ["policies/lianyungang", "--period", "2020-11", "--facts", "golden/lianyungang/2020-11/facts.csv"];

fn report(more: &[&str]) -> String {
    let run = kaoping(root(), &[&["report"], &MONTH[..], more].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    run.out
}

fn data(page: &str) -> Value {
    let inside = page.split("<script type=\"application/json\" id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(inside).unwrap()
}

fn place(number: &Value) -> usize {
    usize::try_from(number.as_u64().unwrap()).unwrap()
}

fn unit<'d>(data: &'d Value, name: &str) -> &'d Value {
    data["units"].as_array().unwrap().iter().find(|unit| unit["name"] == name).unwrap()
}

fn tier<'d>(data: &'d Value, unit: &Value) -> &'d Value {
    &data["tiers"][place(&unit["tier"])]
}

/// A derivation put together as the page does it: how deep each line hangs, and its words one blank apart.
fn unpacked(data: &Value, unit: &Value, topic: usize) -> Vec<(usize, String)> {
    let name = unit["name"].as_str().unwrap();
    let held = |text: &str| {
        text.strip_prefix('~').map_or_else(|| text.to_owned(), |quote| data["quotes"][quote.parse::<usize>().unwrap()].as_str().unwrap().to_owned())
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    for block in unit["derivations"][topic].as_str().unwrap().split('|') {
        let kept: Vec<&str> = block.split(' ').collect();
        for line in data["shapes"][kept[0].parse::<usize>().unwrap()].as_array().unwrap() {
            let (kind, depth) = line[0].as_str().unwrap().split_at(1);
            let mut open = line[2].as_array().unwrap().iter();
            let mut text = String::new();
            for letter in data["texts"][place(&line[1])].as_str().unwrap().chars() {
                match letter {
                    '\u{1}' => text.push_str(name),
                    '\u{2}' => match open.next().unwrap() {
                        Value::String(always) => text.push_str(&held(always)),
                        kept_at => text.push_str(&held(kept[place(kept_at) + 1])),
                    },
                    '\u{3}' => text.push(' '),
                    other => text.push(other),
                }
            }
            if kind == "+" { found.last_mut().unwrap().1.push_str(&text) } else { found.push((depth.parse().unwrap(), text)) }
        }
    }
    found.into_iter().map(|(depth, text)| (depth, text.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

/// What `explain` prints, in the same form.
fn drawn(text: &str) -> Vec<(usize, String)> {
    let line = |line: &str| {
        let (mut rest, mut depth) = (line, 0);
        while let Some(inner) = ["|   ", "    ", "|-- ", "`-- "].iter().find_map(|sign| rest.strip_prefix(sign)) {
            (rest, depth) = (inner, depth + 1);
        }
        (depth, rest.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(line).collect()
}

fn base64(bytes: &[u8]) -> String {
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)).collect();
    let mut text: String = bits.chunks(6).map(|six| letters[six.iter().chain(&[0; 6]).take(6).fold(0, |sum, bit| sum * 2 + usize::from(*bit))]).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

#[test]
fn the_page_is_whole_and_lets_nothing_else_in() {
    for (lang, said) in [("zh", "zh-CN"), ("en", "en")] {
        let page = report(&["--lang", lang]);
        assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{said}\">\n")));
        let (style, script) = (
            page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap(),
            page.rsplit("<script>").next().unwrap().split("</script>").next().unwrap(),
        );
        let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(policy.starts_with("default-src 'none'; "));
        for (kind, text) in [("script-src", script), ("style-src", style)] {
            assert!(policy.contains(&format!("{kind} 'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))), "{kind}");
        }
        assert_eq!(page.matches("<script").count(), 2, "the data and the script");
        let tags = page.split("<script").next().unwrap();
        for word in [" src=", " style=", " onclick", "http:", "https:", "@import", "url("] {
            assert!(!tags.contains(word), "{word}");
        }
        assert!(tags.split(" href=\"").skip(1).all(|link| link.starts_with('#')));
        let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
        for link in tags.split(" href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(ids.contains(&link), "{link}");
        }
        for label in tags.split("<label for=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(ids.contains(&label), "{label}");
        }
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(page.len() < 400_000, "{} bytes", page.len());
    }
    assert_eq!(report(&[]), report(&[]), "the same inputs give the same bytes");
}

#[test]
fn every_derivation_is_the_one_of_explain() {
    for (lang, names) in [("zh", ["市教育局", "赣榆区", "云台山景区"]), ("en", ["市体育局", "东海县", "市住建局"])] {
        let data = data(&report(&["--lang", lang]));
        for name in names {
            let unit = unit(&data, name);
            let columns: Vec<&str> =
                tier(&data, unit)["columns"].as_array().unwrap().iter().map(|one| data["columns"][place(one)]["name"].as_str().unwrap()).collect();
            let indicators: Vec<&str> = columns.iter().flat_map(|column| ["--indicator", column]).collect();
            let asked: Vec<&str> = [&["explain"], &MONTH[..], &["--unit", name, "--lang", lang]].concat();
            let explained = kaoping(root(), &[asked.as_slice(), indicators.as_slice(), &["--indicator", "综合得分"]].concat()).out;
            let mut told: Vec<(usize, String)> = Vec::new();
            for topic in 0..=columns.len() {
                told.extend(unpacked(&data, unit, topic));
            }
            assert_eq!(told, drawn(&explained), "{name}");
        }
    }
}

#[test]
fn places_and_listed_values_are_derived_too() {
    let data = data(&report(&["--lang", "zh"]));
    let unit = unit(&data, "市教育局");
    let after = tier(&data, unit)["columns"].as_array().unwrap().len();
    let text = |topic| unpacked(&data, unit, topic).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    let place = text(after + 1);
    // 市交通局 88.26 is place 48 and 连云港联通 84.12 place 50 of the 51 in the published ranking
    for told in ["51 家中列第 49", "前一名:市交通局 88.26(第 48)", "后一名:连云港联通 84.12(第 50)", "并列跳号(1、1、3)"] {
        assert!(place.contains(told), "{told} in\n{place}");
    }
    let listed = text(after + 2);
    assert!(listed.contains("总工单数 146 件 [golden/lianyungang/2020-11/facts.csv 第 14 行「总工单数」列 公布 第一部分"), "{listed}");
}

#[test]
fn one_case_of_few_moves_a_score_by_much() {
    let data = data(&report(&[]));
    let weight = |name: &str, rate: &str| {
        let unit = unit(&data, name);
        let rates = tier(&data, unit)["rates"].as_array().unwrap();
        unit["weights"][rates.iter().position(|one| one["name"] == rate).unwrap()].clone()
    };
    // 22 late of 124 are 82.26 %, which is 12.74 below the line: 2.26 points for 1.45, 0.81 more; 24 are 80.65 %: 0.65, 0.80 less
    assert_eq!(weight("市教育局", "按时办结率"), json!(["124", ["0.81"]]));
    // 1 of 2 is 50 %, 45 below the line, 22.5 points off 20; none of 2 is 100 %: all 20
    assert_eq!(weight("市体育局", "回访满意率"), json!(["2", ["20.00"]]));
    // 10 late of 146 are 93.15 %: 8.15 points; 9 are 93.84 %: 8.84; 11 are 92.47 %: 7.47
    assert_eq!(weight("市教育局", "及时签收率"), json!(["146", ["0.69"]]));
    // the count of visits is not known
    assert_eq!(weight("市教育局", "回访满意率"), Value::Null);
}

#[test]
fn ranges_hold_the_totals_that_were_published() {
    let page = report(&["--lang", "en"]);
    let published = fs::read_to_string(root().join("golden/lianyungang/2020-11/ranking.csv")).unwrap();
    let totals: Vec<Decimal> =
        published.lines().filter(|line| line.starts_with("部门,")).map(|line| line.split(',').nth(3).unwrap().parse().unwrap()).collect();
    for (row, from, to) in [("94 to under 96", dec!(94), dec!(96)), ("98 to under 100", dec!(98), dec!(100)), ("100 to under 102", dec!(100), dec!(102))] {
        let count = totals.iter().filter(|total| (from..to).contains(*total)).count();
        let shown: Vec<&str> =
            page.split(&format!("<th scope=\"row\">{row}</th>")).skip(1).filter_map(|rest| rest.split("</button>").next()?.rsplit('>').next()).collect();
        assert!(shown.contains(&count.to_string().as_str()), "{row}: {count} of {shown:?}");
    }
}

/// A month of a small standard, with one more file beside its facts.
fn small(facts: &str, beside: Option<(&str, &str)>, lang: &str) -> (program::Run, tempfile::TempDir) {
    const RULES: &str = "标准 「小」 {\n    版本 \"1\"  施行 2024-01-01  周期 月\n    舍入 四舍五入  得分 取整到 0.01 分  并列 跳号\n}\n层级 县 满分 10 分\n数据 件数 : 件\n数据 错数 : 件\n令 错率 = 错数 / 件数 取整到 0.01%\n指标 对错 满分 10 分 {\n    当 件数 = 0 得 满分\n    错率 高于 0% 每 1 个百分点 扣 0.1 分,扣完为止\n}\n总分 = 合计\n排名 层级 依 总分 从高到低\n";
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("policies/小")).unwrap();
    fs::write(folder.path().join("policies/小/小.kp"), RULES).unwrap();
    fs::write(folder.path().join("数据.csv"), facts).unwrap();
    if let Some((name, text)) = beside {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let run = kaoping(folder.path(), &["report", "--period", "2024-01", "--facts", "数据.csv", "--lang", lang]);
    (run, folder)
}

#[test]
fn names_are_data_and_break_nothing() {
    let names = [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\" onclick=\"alert(1)",
        "' & &lt;",
        "\u{202E}倒\u{202C}",
        "{0} $&",
        "|0 1|~2",
        "constructor",
    ];
    let rows: Vec<String> = names.iter().map(|name| format!("县,\"{}\",10,1\n", name.replace('"', "\"\""))).collect();
    let rows = rows.concat();
    let (run, _folder) = small(&format!("层级,单位,件数,错数\n{rows}县,\"两\n行\",10,2\n县,{},10,2\n", "长".repeat(3000)), None, "zh");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.out.matches("<script").count(), 2);
    assert!(!run.out.contains("<img") && !run.out.contains("onerror=alert(1)>"));
    let data = data(&run.out);
    for name in names {
        let unit = unit(&data, name);
        assert!(unpacked(&data, unit, 0)[0].1.starts_with(&format!("{name}(县) 2024-01 对错 ")), "{name}");
    }
    assert_eq!(data["units"].as_array().unwrap().len(), names.len() + 2);
}

#[test]
fn what_is_to_be_known_of_a_number_is_marked() {
    let adjustments = ("调整.csv", "单位,事实或指标,原值,改为,理由,经办,日期\n甲,错数,5,1,查实,张三,2024-02-01\n");
    let (run, _folder) = small("层级,单位,件数,错数\n县,甲,50,5\n县,乙,50,2\n县,丙,50,\n", Some(adjustments), "zh");
    assert_eq!(run.status, 3, "facts of one unit are missing: {}", run.err);
    let data = data(&run.out);
    let first = unit(&data, "甲");
    // 1 of 50 is 2 %: 0.2 points off; it would have been 5 of 50
    assert_eq!((&first["total"], &first["rank"], &first["provisional"]), (&json!("9.80"), &json!("1"), &json!(true)));
    assert_eq!(first["marks"], json!(["j", "j", ""]));
    assert_eq!(first["moved"], "对错 9.00 → 9.80,总分 9.00 → 9.80,名次 2(暂) → 1(暂)");
    let third = unit(&data, "丙");
    assert_eq!((&third["state"], &third["total"], &third["rank"]), (&json!("missing"), &json!("缺数据"), &json!("—")));
    for told in ["<h3>调整</h3>", "甲:错数 5 件 改为 1 件,查实(张三,2024-02-01)", "<h3>暂定的名次</h3>", "<h3>没有总分的单位</h3>"] {
        assert!(run.out.contains(told), "{told}");
    }
}

#[test]
fn facts_that_are_known_in_part_give_bounds() {
    let (run, _folder) = small("层级,单位,件数,错数\n县,甲,50,2\n县,乙,50,\"[1,3]\"\n", None, "zh");
    assert_eq!(run.status, 0, "{}", run.err);
    let data = data(&run.out);
    let second = unit(&data, "乙");
    // 1 to 3 of 50 are 2 to 6 %: 0.2 to 0.6 points off 10; 甲 has 9.60
    assert_eq!((&second["state"], &second["total"], &second["rank"]), (&json!("partly_known"), &json!("[9.40, 9.80]"), &json!("[1, 2]")));
    assert_eq!(second["marks"], json!(["b", "b", "b"]));
    assert_eq!(second["levels"], "--");
    assert_eq!(unpacked(&data, second, 2)[1].1, "数据部分已知,名次在 [1, 2] 之间。");
}

#[test]
fn what_cannot_be_written_is_said() {
    let run = kaoping(root(), &["report", "policies/lianyungang", "--period", "2020-11", "--lang", "en"]);
    assert_eq!((run.status, run.err.trim()), (2, "give a table of facts with --facts"));
    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str| folder.path().join(name).display().to_string();
    let run = kaoping(root(), &[&["report"], &MONTH[..], &["--out", &out("审阅.pdf"), "--lang", "zh"]].concat());
    assert_eq!(run.status, 2);
    assert!(run.err.contains("要以 .html 或 .htm 结尾") && run.err.contains("审阅.html"), "{}", run.err);
    assert!(!Path::new(&out("审阅.pdf")).exists());
    for asked in [vec!["--format", "html"], vec!["--out", &out("得分.html")]] {
        let run = kaoping(root(), &[&["score"], &MONTH[..], &asked, &["--lang", "en"]].concat());
        assert_eq!(run.status, 2);
        assert!(run.err.contains("Write report in place of score"), "{}", run.err);
    }
    let run = kaoping(root(), &[&["report"], &MONTH[..], &["--out", &out("审 阅.html")]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(fs::read_to_string(out("审 阅.html")).unwrap(), report(&[]));
}
