use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Skin, print, print_literate};
use crate::diag::Lang;
use crate::syntax::tokens::{Token, TokenKind, tokens};

/// The layout of a file by its name.
fn of_file(path: &Path, text: &str, skin: Skin) -> String {
    let literate = crate::source::literate::is_literate(&path.to_string_lossy());
    let printed = if literate { print_literate(text, skin) } else { print(text, skin) };
    printed.unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn kept(text: &str) -> String {
    print(text, Skin::Kept).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

fn in_skin(text: &str, lang: Lang) -> String {
    print(text, Skin::Of(lang)).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

/// Every shipped rule file that is meant to be right.
fn shipped() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("policies"), root.join("golden")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("golden/diagnostics") {
                folders.push(path);
            } else if crate::source::is_rule_name(&path) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 70);
    found
}

/// The same as rules alone: those inside a text, laid out without it.
fn shipped_rules() -> Vec<(PathBuf, String)> {
    let rules = |(path, text): (PathBuf, String)| match path.extension() {
        Some(ending) if ending == "kp" => (path, text),
        _ => (path, kept(&crate::source::literate::blanked(&text))),
    };
    shipped().into_iter().map(rules).collect()
}

#[test]
fn every_shipped_standard_prints_as_it_is() {
    for (path, text) in shipped() {
        assert_eq!(of_file(&path, &text, Skin::Kept), text, "{}", path.display());
    }
}

#[test]
fn every_shipped_standard_comes_back_from_the_other_skin() {
    for (path, text) in shipped() {
        let chinese = text.lines().any(|line| ["标准 ", "修订 ", "层级 ", "数据 ", "指标 "].iter().any(|start| line.starts_with(start)));
        let (own, other) = if chinese { (Lang::Zh, Lang::En) } else { (Lang::En, Lang::Zh) };
        let turned = of_file(&path, &text, Skin::Of(other));
        assert_ne!(turned, text);
        assert_eq!(of_file(&path, &turned, Skin::Of(own)), text, "{}", path.display());
    }
}

#[test]
fn layout_signs_and_spellings_become_one() {
    let written = "标准　「示例」｛版本“1”；周期 月。舍入 四舍五入;得分 取整到 ０．０１分;并列 跳号;施行 2024年1月1日 至 2024年;｝
层级 县区 满分 1，000分,名称 “所谓“县区””
数据 甲数：件，列“甲”、“乙”不大于「乙数」,精度 1件;数据 增速:个百分点
指标「甲项」满分 10 分,适用 县区、「县 城」｛当 甲数＞＝3件 且 甲数!=5件,得 按 甲数｛【0件，3件）：－1 分；3件、4件:２ 分;其余:满分＊50 ％}；
甲数 高于 3 件,每 1件 扣 0.5 分 扣完为止,最多 ２ 分;增速 低于 5百分点 每 1 百分点 扣 1分｝
总分＝合计，列“总”。";
    let printed = "\
标准 示例 {
    版本 \"1\"
    周期 月
    舍入 四舍五入
    得分 取整到 0.01 分
    并列 跳号
    施行 2024-01-01 至 2024-12-31
}
层级 县区 满分 1,000 分  名称 “所谓“县区””
数据 甲数 : 件  列 \"甲\", \"乙\"  不大于 乙数  精度 1 件
数据 增速 : 百分点
指标 甲项 满分 10 分  适用 县区,「县 城」 {
    当 甲数 ≥ 3 件 且 甲数 ≠ 5 件
        得 按 甲数 { [0 件, 3 件): -1 分; 3 件, 4 件: 2 分; 其余: 满分 × 50% }
    甲数 高于 3 件 每 1 件 扣 0.5 分,扣完为止,最多 2 分
    增速 低于 5 个百分点 每 1 个百分点 扣 1 分
}
总分 = 合计  列 \"总\"
";
    assert_eq!(kept(written), printed);
}

#[test]
fn what_does_not_fit_is_broken_at_its_parts() {
    let text = "\
数据 办结总数 : 件
    列 \"一个很长很长的列名一个很长很长的列名\", \"又一个很长很长的列名又一个很长很长的列名\"
    不大于 乙
    依据 \"一\"
指标 甲
    满分 按 层级 {
        县区: 10 分;
        部门: 20 分  依据 \"二\";
        很长的一个层级名称很长的一个层级名称很长的一个层级名称很长的一个层级名称: 50 分;
        其余: 40 分
    }
    适用 县区
{
    当 甲 > 1 件 且 乙 属于 {优,良} 且 丙的一个很长的名称 不低于 丁的一个很长的名称
           或 戊的一个很长的名称 为空
        得 满分
        依据 \"三\"
    甲的一个很长的名称甲的一个很长的名称 低于 乙的一个很长的名称乙的一个很长的名称 每 1 个百分点
        扣 0.5 分,扣完为止,最多 5 分,按比例,取整到 0.01 分
    得分 = (甲的一个很长的名称甲的一个很长的名称 + 乙的一个很长的名称乙的一个很长的名称)
        / 2
        × (丙的一个很长的名称丙的一个很长的名称 - 1 取整到 0.01)
        封顶 5 分
}
";
    assert_eq!(kept(text), text);
}

#[test]
fn comments_stay_where_they_are() {
    let text = "\
# 文件
标准 示例 {  # 头
    # 版本之前
    版本 \"1\"  # 版本之后

    # 末尾
}  # 头完

数据 甲 : 件  # 甲的
    缺省 0 件
数据 乙
    # 冒号之前
    : 件
令 丙 = 甲  # 先
    + 乙
令 丁 = 按 甲 {
    1 件: 2 分;  # 第一行
    # 第二行之前
    其余: 3 分
}
用例 \"一\" {
    # 已知之前
    已知 甲 = 1 件,  # 一
         乙 = 2 件
    应得 丙 = 3 件
    # 完
}
指标 空 {
    # 还没有写
}
# 结尾
";
    assert_eq!(kept(text), text);
}

#[test]
fn a_comment_within_a_phrase_goes_before_it() {
    let text = "\
indicator late marks 5 points {
    letters per 1 cases deduct 1 points, down  # one
        to\u{2009}# two
        # three
        0
}
";
    let printed = "\
indicator late marks 5 points {
    letters per 1 cases
        deduct 1 points,
        # one
        # two
        # three
        down to 0
}
";
    assert_eq!(kept(text), printed);
    assert_eq!(kept(printed), printed);
}

#[test]
fn a_semicolon_stays_only_where_it_keeps_statements_apart() {
    let text = "\
指标 甲 满分 5 分 {
    得分 = 满分;
    封顶 4 分
    乙 每 1 次 扣 1 分;
    依据 \"属于本项\"
    令 丙 = 乙;
    -丙 每 1 次 扣 1 分,最多 2 分;
    -丙 每 1 次 扣 1 分,扣完为止
    -丙 每 1 次 扣 1 分
    保底 1 分;
    -丙 每 1 次 加 1 分,不足不计;
    取整到 1 分
    数据 丁 : 件  不大于 丙;
    列 \"一\"
    指标 戊  人工评定;
    满分 5 分
}
";
    assert_eq!(kept(text), text);
    let superfluous = text.replace("封顶 4 分\n", "封顶 4 分;;。\n").replace("5 分\n}", "5 分;\n}").replace("扣完为止\n", "扣完为止;\n");
    assert_eq!(kept(&superfluous), text);
}

#[test]
fn a_comma_stays_only_where_it_keeps_a_condition_apart() {
    let text = "\
指标 甲 满分 5 分 {
    当 乙 > 0,丙 每 1 件 扣 1 分
    当 乙 ≥ 丙, -丁 每 1 件 扣 1 分
    当 乙 ≥ 丙, (丙 + 丁) 每 1 件 扣 1 分
    当 乙 属于 {1, 2} 丙 每 1 件 扣 1 分
    当 乙 > 0 件 丙 每 1 件 扣 1 分
    当 乙 > 0 扣 1 分
}
";
    assert_eq!(kept(text), text);
    let superfluous = text.replace("} 丙", "},丙").replace("件 丙", "件,丙").replace("0 扣", "0,扣");
    assert_eq!(kept(&superfluous), text);
    let english = "indicator a marks 5 points {\n    when b > 0, c per 1 cases deduct 1 points\n}\n";
    assert_eq!(kept(english), english);
    let on_two_lines = english.replace("0, c", "0\n    c");
    assert_eq!(kept(&on_two_lines), english);
}

#[test]
fn words_of_authors_stay_in_both_skins() {
    let zh = "单位 篇 整数\n数据 cases : 件\n数据 文章 : 篇\n数据 完成 : {是,否}  缺省 否\n指标 「total score」 满分 5 分 {\n    文章 每 1 篇 扣 1 分\n}\n";
    let en = "unit 篇  whole\nfact cases : cases\nfact 文章  : 篇\nfact 完成  : {yes, no}  default no\nindicator 「total score」 marks 5 points {\n    文章 per 1 篇 deduct 1 points\n}\n";
    assert_eq!(in_skin(zh, Lang::En), en);
    assert_eq!(in_skin(en, Lang::Zh), kept(zh));
}

// --- any layout of a text ---

const BLANKS: [&str; 7] = [" ", "\n", "   ", "\n\t", "\u{3000}", "\r\n      ", "\t \n"];

/// Takes one of the choices in turn.
struct Picks<'p>(std::iter::Cycle<std::slice::Iter<'p, u8>>);

impl Picks<'_> {
    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(*self.0.next().unwrap()) % choices.len()]
    }
}

/// The same text with other blanks, line breaks and signs. What a line break means is kept: before and behind a comment, at a blank line, and
/// behind a number, whose unit stands on its line.
fn scrambled(text: &str, picks: &[u8]) -> String {
    let mut picks = Picks(picks.iter().cycle());
    let all = tokens(text);
    let of = |token: &Token| text.get(token.start..token.end).unwrap();
    let (mut out, mut blanks, mut before, mut date) = (String::new(), String::new(), None, 0_usize);
    for (index, token) in all.iter().enumerate() {
        let comment = token.kind == TokenKind::Space && of(token).starts_with('#');
        if !token.is_significant() && !comment {
            blanks.push_str(of(token));
            continue;
        }
        let lines = blanks.matches('\n').count();
        let behind_comment = out.rsplit('\n').next().is_some_and(|line| matches!(before, Some("#")) && !line.is_empty());
        let number = matches!(before, Some("1"));
        match lines {
            _ if blanks.is_empty() => {}
            0 if comment || number => out.push_str(picks.of(&[" ", "  ", "\t"])),
            0 => out.push_str(picks.of(&BLANKS)),
            1 if comment || behind_comment || number => out.push_str(picks.of(&["\n", "\n   ", " \n\t"])),
            1 => out.push_str(picks.of(&BLANKS)),
            _ => out.push_str(picks.of(&["\n\n", "\n \n\n  ", "\r\n\r\n"])),
        }
        blanks.clear();
        let next = all.get(index + 1).map(of);
        date = if date > 0 {
            date - 1
        } else if token.kind == TokenKind::Number && token.end - token.start == 4 && next == Some("-") {
            4
        } else {
            0
        };
        let shown = match (token.kind, of(token)) {
            (TokenKind::Number, number) if number != "0" && picks.of(&[true, false]) => wide(number),
            (TokenKind::Open | TokenKind::Close | TokenKind::Other, sign) if date == 0 && picks.of(&[true, false]) => wide(sign),
            (_, other) => other.to_owned(),
        };
        out.push_str(&shown);
        before = Some(if comment {
            "#"
        } else if token.kind == TokenKind::Number {
            "1"
        } else {
            ""
        });
    }
    out.push_str(&blanks);
    out
}

/// Digits and signs of full width.
fn wide(text: &str) -> String {
    let one = |c: char| match c {
        '0'..='9' => char::from_u32(u32::from(c) - 48 + u32::from('０')).unwrap(),
        '.' if text.len() > 1 => '．',
        ',' => '，',
        ';' => '；',
        ':' => '：',
        '{' => '｛',
        '}' => '｝',
        '(' => '（',
        ')' => '）',
        '[' => '【',
        ']' => '］',
        '=' => '＝',
        '+' => '＋',
        '-' => '－',
        '/' => '÷',
        '×' => '＊',
        '<' => '＜',
        '>' => '＞',
        '%' => '％',
        '≥' => '≧',
        '≤' => '≦',
        other => other,
    };
    text.chars().map(one).collect()
}

/// The same text with comments between words, at the ends of lines and on lines of their own.
fn commented(text: &str, picks: &[u8]) -> String {
    let mut picks = Picks(picks.iter().cycle());
    let mut out = String::new();
    let mut number = false;
    for token in tokens(text) {
        let word = text.get(token.start..token.end).unwrap();
        let blank = token.kind == TokenKind::Space && word.trim().is_empty();
        out.push_str(if blank && !number { picks.of(&[" ", " ", " ", "  # 尾\n", "\n\n# 独行\n", "# 一\n# 二\n"]) } else { word });
        number = token.kind == TokenKind::Number;
    }
    out
}

/// One line where that may be: blank lines go, comments end their lines.
fn squeezed(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let open = out.rsplit('\n').next().is_some_and(|last: &str| last.contains('#')) || line.starts_with('#') && !out.is_empty();
        out.push_str(if open || out.ends_with(|c: char| c.is_ascii_digit()) { "\n" } else { " " });
        out.push_str(line);
    }
    out
}

#[test]
fn a_standard_squeezed_onto_one_line_comes_out_as_it_was() {
    for (path, text) in shipped_rules() {
        let without_blank_lines: String = text.split_inclusive('\n').filter(|line| *line != "\n").collect();
        let expected = kept(&without_blank_lines);
        assert_eq!(kept(&squeezed(&text)), expected, "{}", path.display());
    }
}

// --- generated standards ---

fn name() -> BoxedStrategy<String> {
    prop_oneof![Just("甲"), Just("乙数"), Just("rate"), Just("「12 率」"), Just("「丙」"), Just("「满分」"), Just("扣分项得分"), Just("a1")]
        .prop_map(str::to_owned)
        .boxed()
}

fn quantity() -> BoxedStrategy<String> {
    let unit = prop_oneof![Just("%"), Just(" 分"), Just("件"), Just(" 个百分点"), Just(" 百分点"), Just(" 工作小时"), Just(""), Just(" ‰"), Just(" 「公里」")];
    ("[0-9]{1,3}(\\.[0-9]{1,2})?", unit).prop_map(|(number, unit)| format!("{number}{unit}")).boxed()
}

fn sum() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        quantity(),
        name(),
        Just("满分".to_owned()),
        Just("合计".to_owned()),
        Just("得分(甲)".to_owned()),
        Just("甲.乙".to_owned()),
        Just("-甲".to_owned())
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("÷")], inner.clone()).prop_map(|(a, by, b)| format!("{a} {by} {b}")),
            inner.clone().prop_map(|a| format!("( {a} 取整到 0.01 分 四舍六入,封顶 满分)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(按 {a} {{ [0%, 5%):{b}; ≥ 3件、「丙」 或 5: {b}  依据 \"甲乙\"; 其余: {a} }})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("(按 甲 插值 {{ {a}: 1 分, {b}: 0 分 }})")),
        ]
    })
    .boxed()
}

fn condition() -> BoxedStrategy<String> {
    let test = prop_oneof![
        (sum(), prop_oneof![Just(">="), Just("≤"), Just("不低于"), Just("="), Just("!=")], sum()).prop_map(|(a, by, b)| format!("{a} {by} {b}")),
        sum().prop_map(|a| format!("非 {a} 无从计算")),
        sum().prop_map(|a| format!("{a} 属于 {{1, 200、[3,4)}}")),
        name(),
    ];
    proptest::collection::vec(test, 1..4).prop_map(|tests| tests.join(" 且 ").replacen(" 且 ", " 或 ", 1)).boxed()
}

fn note() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), Just("依据 \"甲;乙,丙{\"".to_owned()), Just("假设 “他说“好””\n说明 “短”".to_owned())].boxed()
}

fn clause() -> BoxedStrategy<String> {
    let act = prop_oneof![
        sum().prop_map(|a| format!("得 {a}")),
        (name(), sum(), quantity()).prop_map(|(a, b, q)| format!("{a} 低于 {b},每 {q} 扣 {b} 扣完为止,最多 5 分")),
        (name(), quantity()).prop_map(|(a, q)| format!("{a} 每 {q} 加 1 分,不足不计")),
        name().prop_map(|a| format!("合计最多 3 分 {{ {a} 每 1 件 扣 1 分; 当 {a} 扣 2 分 }}")),
    ];
    // a sign or bracket begins what is done only behind a condition: elsewhere it goes on with the statement before
    let start = prop_oneof![3 => Just(""), 1 => Just("-"), 1 => Just("(甲 + 乙数) / "), 1 => Just("甲(5, 乙数) × ")];
    (proptest::option::of((condition(), start)), act, note())
        .prop_map(|(when, act, note)| match when {
            Some((when, start)) if act.contains("每") && !act.starts_with("合计最多") => format!("当 {when}, {start}{act} {note}"),
            Some((when, _)) => format!("当 {when}, {act} {note}"),
            None => format!("{act} {note}"),
        })
        .boxed()
}

fn declaration() -> BoxedStrategy<String> {
    prop_oneof![
        (name(), note(), sum()).prop_map(|(a, n, s)| format!("数据 {a}:件,列 \"一\"、“二” 不大于 {s} {n}")),
        (name(), sum(), note()).prop_map(|(a, s, n)| format!("令 {a} = {s} 取整到 0.1 分 {n}")),
        (name(), sum()).prop_map(|(a, s)| format!("数据 {a} : 个百分点 或由 {s}")),
        name().prop_map(|a| format!("数据 {a} : {{优、良,「中 下」}} 缺省 5")),
    ]
    .boxed()
}

fn end() -> BoxedStrategy<String> {
    prop_oneof![4 => Just("\n"), 1 => Just("\n\n"), 1 => Just("; # 尾\n"), 1 => Just("。\n"), 1 => Just("  # 尾注 \n"), 1 => Just("\n# 独行\n"), 1 => Just("\n\n  # 独行\n\n\n")].prop_map(str::to_owned).boxed()
}

fn many(one: BoxedStrategy<String>) -> BoxedStrategy<String> {
    proptest::collection::vec((one, end()), 0..5).prop_map(|all| all.into_iter().flat_map(|(one, end)| [one, end]).collect()).boxed()
}

fn standard() -> BoxedStrategy<String> {
    let part = prop_oneof![clause(), declaration(), Just("依据 \"块首\"".to_owned()), Just("封顶 5 分".to_owned()), Just("列 \"一\"".to_owned())];
    let item = (name(), many(part.boxed()), note()).prop_map(|(a, body, n)| format!("指标 {a} 满分 10 分,适用 甲、「乙 地」 {n} {{ # 开\n{body}}}"));
    let short = (name(), note()).prop_map(|(a, n)| format!("加分项 {a} 人工评定,缺省 0 分 {n}"));
    let case = (name(), sum()).prop_map(|(a, _)| format!("用例 \"一\" 层级 {a} {{ 已知 {a} = 1 \n 乙.丙 = -5 分；应得 总分 = 不参评、{a}=是 }}"));
    let exempt = (condition(), note()).prop_map(|(c, n)| format!("不参评 适用 甲 当 {c} 原因 \"无\" {n}"));
    let head = Just("标准 「示例」{版本 \"1\";得分 显示到 0.01分 施行 2024-1-2 至 2024年 说明 \"甲\"}".to_owned());
    let rank = Just("总分=合计 封顶 满分,列 \"一\"、\"二\"\n排名 层级 依 总分 从高到低 再依 甲 并列 跳号,列序 甲、乙 从低到高".to_owned());
    (end(), many(prop_oneof![item, short, case, exempt, head, rank, declaration()].boxed()))
        .prop_map(|(start, all)| format!("{}层级 甲 满分 5 分\n{all}", start.trim_start_matches([';', '。'])))
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn printing_twice_gives_the_same_bytes(text in standard()) {
        let once = kept(&text);
        prop_assert_eq!(kept(&once), once);
    }

    #[test]
    fn comments_anywhere_are_kept(text in standard(), picks in proptest::collection::vec(any::<u8>(), 1..80)) {
        // that every comment is printed, in its place among the words, is what `print` compares itself
        let once = kept(&commented(&text, &picks));
        prop_assert_eq!(kept(&once), once);
    }

    #[test]
    fn comments_between_the_words_of_a_phrase_are_kept(text in standard(), picks in proptest::collection::vec(any::<u8>(), 1..80)) {
        let once = kept(&commented(&in_skin(&text, Lang::En), &picks));
        prop_assert_eq!(kept(&once), once);
    }

    #[test]
    fn there_and_back_gives_the_same_text(text in standard()) {
        prop_assert_eq!(in_skin(&in_skin(&text, Lang::En), Lang::Zh), kept(&text));
    }

    #[test]
    fn any_layout_prints_alike(text in standard(), picks in proptest::collection::vec(any::<u8>(), 1..80)) {
        let once = kept(&text);
        let other = scrambled(&once, &picks);
        prop_assert_eq!(kept(&other), once, "{}", other);
    }

    #[test]
    fn any_layout_of_a_shipped_standard_prints_as_it_is(which in any::<proptest::sample::Index>(), picks in proptest::collection::vec(any::<u8>(), 1..80)) {
        let all = shipped_rules();
        let (_, text) = &all[which.index(all.len())];
        let other = scrambled(text, &picks);
        prop_assert_eq!(&kept(&other), text, "{}", other);
    }
}

// --- Markdown texts ---

fn literate(text: &str) -> String {
    print_literate(text, Skin::Kept).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

#[test]
fn only_the_blocks_of_a_text_are_laid_out() {
    let text = "\
# 标准　「一」

　　正文  里的 **空格** 不动。\t
```kp
类 甲 满分 10分 {
数据 量:件
```
* 甲类有一项:

  ~~~~ kp 一项
    指标 乙 满分 10分 {
    量 每 1件 扣 1分

  # 注

  }


  ~~~~
> ```kp
>   }
> 总分=合计
> 
> 排名 层级 依 总分
> ```
```text
指标 不动
```
    指标 也不动
";
    let laid_out = "\
# 标准　「一」

　　正文  里的 **空格** 不动。\t
```kp
类 甲 满分 10 分 {
    数据 量 : 件
```
* 甲类有一项:

  ~~~~ kp 一项
      指标 乙 满分 10 分 {
          量 每 1 件 扣 1 分

          # 注
      }
  ~~~~
> ```kp
> }
> 总分 = 合计
>
> 排名 层级 依 总分
> ```
```text
指标 不动
```
    指标 也不动
";
    assert_eq!(literate(text), laid_out);
    assert_eq!(literate(laid_out), laid_out);
}

#[test]
fn a_text_with_nothing_to_lay_out_is_kept() {
    for text in ["", "正文", "# 一\n\n```kp\n```\n", "```kp\n# 注\n```", "甲\r\n```kp\r\n总分 = 合计\r\n```\r\n乙"] {
        assert_eq!(literate(text), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn prose_is_kept_byte_for_byte(which in 0_usize..1000, cuts in proptest::collection::vec((1_usize..12, 0_usize..6, 0_usize..6), 1..12)) {
        const PROSE: [&str; 6] = ["", "　正文 一段。  \n", "\n\n# 题 {\n\n", "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n\n", "甲\r\n乙\r\n", "```text\n指标 甲 {\n```\n"];
        const FENCES: [(&str, &str, &str); 6] =
            [("```kp\n", "", "```\n"), ("~~~~kp 甲\n", "", "~~~~\n"), ("  ```  kp\n", "  ", "  ```\n"), ("- ```kp\n", "  ", "  ```\n"), ("> ```kp\n", "> ", "> ```\n"), ("```kp\r\n", "", "```\r\n")];
        let plain = shipped_rules();
        let rules = &plain[which % plain.len()].1;
        let mut lines = rules.lines().peekable();
        let (mut text, mut around) = (String::new(), vec![String::new()]);
        let mut cuts = cuts.iter().cycle().enumerate();
        while lines.peek().is_some() {
            let (number, (count, prose, fence)) = cuts.next().unwrap();
            let (open, prefix, close) = FENCES[*fence];
            let before = format!("{}第 {number} 处\n\n{open}", PROSE[*prose]);
            around.last_mut().unwrap().push_str(&before);
            text.push_str(&before);
            for line in lines.by_ref().take(*count) {
                let end = if open.ends_with("\r\n") { "\r\n" } else { "\n" };
                text.extend([prefix, "   ", line, "  ", end]);
            }
            text.extend([close, "\n"]);
            around.push(format!("{close}\n"));
        }
        let printed = literate(&text);
        let mut rest = printed.as_str();
        for (index, part) in around.iter().enumerate() {
            let at = if index == 0 { Some(0) } else { rest.find(part.as_str()) };
            let behind = at.and_then(|at| rest.get(at..)).and_then(|rest| rest.strip_prefix(part.as_str()));
            prop_assert!(behind.is_some(), "{part:?} is gone from\n{printed}");
            rest = behind.unwrap();
        }
        prop_assert_eq!(rest, "");
        prop_assert_eq!(&literate(&printed), &printed);
        let unfenced = |text: &str| print(&crate::source::literate::blanked(text), Skin::Kept).unwrap();
        prop_assert_eq!(unfenced(&printed), unfenced(&text));
    }
}
