//! Text to tree.
//!
//! In: the decoded files of a policy. Out: one [`ast::File`] a file, and every syntax fault of every file. Never: a name bound, a
//! unit checked. Only `from_text` and `tokens` know the parser generator.

pub(crate) mod ast;
mod faults;
mod from_text;
mod tokens;
mod words;

use std::collections::BTreeSet;

use crate::diag::{self, Diagnostic, Lang};
use crate::source::{Sources, Span};

/// What was read of all files.
pub(crate) struct Parsed {
    /// One tree a file, without the statements that could not be read.
    pub(crate) files: Vec<ast::File>,
    /// The faults found.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Words inside statements that could not be read: what they declare is unknown, so nothing is said of them later.
    pub(crate) lost: BTreeSet<String>,
    /// A file could not be read at all: what it declares is unknown.
    pub(crate) unreadable: bool,
    /// The skin of each file.
    pub(crate) skins: Vec<Lang>,
}

/// Parses every file. A statement that cannot be read is reported once and left out; the rest is read all the same.
pub(crate) fn parse(sources: &Sources) -> Parsed {
    let mut parsed = Parsed { files: Vec::new(), diagnostics: Vec::new(), lost: BTreeSet::new(), unreadable: false, skins: Vec::new() };
    for (file, source) in sources.iter() {
        let one = faults::parse_file(file, &source.text);
        parsed.files.push(one.file);
        parsed.diagnostics.extend(one.diagnostics);
        parsed.lost.extend(one.lost);
        parsed.unreadable |= one.unreadable;
        parsed.skins.push(diag::language_of(sources, Some(Span { file, start: 0, end: 0 })));
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults_of(text: &str) -> Vec<Diagnostic> {
        let mut sources = Sources::default();
        sources.add("规则.kp", text);
        parse(&sources).diagnostics
    }

    #[test]
    fn words_and_grammar_hold_the_same_keywords() {
        let grammar = include_str!("../grammar/kaoping.pest");
        for word in words::WORDS {
            let english = word.en.split(' ').map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(" ~ s+ ~ ");
            let rule = format!("\n{} = @{{ \"{}\" ~ !idc | {english} ~ !(idc|ASCII_DIGIT) }}", word.rule, word.zh);
            assert!(grammar.contains(&rule), "{} {}", word.zh, word.en);
        }
        assert_eq!(grammar.matches("\nk_").count(), words::WORDS.len());
    }

    #[test]
    fn tmp_trial() {
        let text = std::fs::read_to_string("/work/shared/design/trial-standard.kp").unwrap();
        let t = std::time::Duration::from_secs(0); let _ = t;
        let mut sources = Sources::default();
        sources.add("t.kp", text.clone());
        let p = parse(&sources);
        println!("{}", crate::diag::to_text(&p.diagnostics, &sources, None, crate::diag::Colour::Off));
        let mut d = p.diagnostics.clone();
        let s = crate::resolved::resolve(&p, &mut d);
        println!("RESOLVED {} {}", s.is_some(), crate::diag::to_text(&d, &sources, None, crate::diag::Colour::Off));
        for bad in ["标准 「甲」 { 版本 \"1\" }\n数据 率 : %\n指标 丙 满分 10 分 {\n  率低于95% 每 1 个百分点 扣 1 分\n  数据 乙 件\n}\n指标 丁 满分 10 人工 {\n 扣 率 每 2 分\n}\n", "指标 甲 满分 5 分 {\n 人工评定\n指标 乙 满分 5 分 { 人工评定 }\n", "一票否决 当 甲 = 0 总分 0 分,原因 \"x\"\n得 按 率 { 县区 1; }"] {
            let mut sources = Sources::default();
            sources.add("t.kp", bad);
            let p = parse(&sources);
            println!("{}", crate::diag::to_text(&p.diagnostics, &sources, None, crate::diag::Colour::Off));
            println!("{:?}", p.lost);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn parse_never_panics_on_any_text(text in "\\PC{0,200}") {
            faults_of(&text);
        }

        #[test]
        fn parse_never_panics_on_words_of_the_language(picks in proptest::collection::vec(0_usize..400, 0..60)) {
            let pieces = ["{", "}", "(", ")", "[", ")", "1", "95%", "甲", "「乙」", "\"文\"", "=", "≥", ",", ";", ":", "\n", "+", "-", "#注\n", "0.5 分", "“", "件"];
            let mut text = String::new();
            for pick in picks {
                let word = words::WORDS.get(pick / 2).map(|word| if pick % 2 == 0 { word.zh } else { word.en });
                text.push_str(word.unwrap_or(pieces[pick % pieces.len()]));
                text.push(' ');
            }
            faults_of(&text);
        }
    }
}
