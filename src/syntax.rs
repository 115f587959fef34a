//! Text to tree.
//!
//! In: the decoded files of a policy. Out: one [`ast::File`] a file, and every syntax fault of every file. Never: a name bound, a
//! unit checked. Only `from_text` and `tokens` know the parser generator. [`print()`] goes the other way, from a text to the same text in
//! the one layout.

pub(crate) mod ast;
mod faults;
mod from_text;
mod literate;
pub(crate) mod outline;
mod pieces;
mod print;
mod tokens;
mod uses;
mod words;

pub(crate) use faults::{HEADING, quantity_in_words};
pub(crate) use pieces::{Piece, PieceKind, pieces};
pub(crate) use print::{Mismatch, Skin, print, print_literate};
pub(crate) use words::{in_digits, keyword};

use std::collections::BTreeSet;

use crate::diag::{self, Diagnostic, Lang};
use crate::source::{Sources, Span};

/// What was read of all files.
pub(crate) struct Parsed {
    /// One tree a file, without the statements that could not be read.
    pub(crate) files: Vec<ast::File>,
    /// The faults found.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Names that statements which could not be read declare, and rules of the keywords of their parts: nothing is said of their absence.
    pub(crate) lost: BTreeSet<String>,
    /// A file could not be read at all: what it declares is unknown.
    pub(crate) unreadable: bool,
    /// The skin of each file.
    pub(crate) skins: Vec<Lang>,
}

/// Parses every rule file. A statement that cannot be read is reported once and left out; the rest is read all the same.
pub(crate) fn parse(sources: &Sources) -> Parsed {
    parse_files(sources, &sources.iter().map(|(file, _)| file).collect::<Vec<_>>())
}

/// Parses some of the files as one standard.
pub(crate) fn parse_files(sources: &Sources, files: &[u32]) -> Parsed {
    let mut parsed = Parsed { files: Vec::new(), diagnostics: Vec::new(), lost: BTreeSet::new(), unreadable: false, skins: Vec::new() };
    // trees and skins are by number, and a script has one too
    parsed.files.resize_with(sources.count(), ast::File::default);
    parsed.skins.resize(sources.count(), diag::language_of(sources, None));
    for &file in files {
        let Some(source) = sources.get(file) else { continue };
        if let Some(skin) = parsed.skins.get_mut(crate::source::position(file)) {
            *skin = diag::language_of(sources, Some(Span { file, start: 0, end: 0 }));
        }
        if source.is_literate() {
            let found = literate::check(file, source);
            parsed.diagnostics.extend(found.diagnostics);
            if found.broken {
                parsed.unreadable = true;
                continue;
            }
        }
        let one = faults::parse_file(file, source.rules(), sources);
        if let Some(slot) = parsed.files.get_mut(crate::source::position(file)) {
            *slot = one.file;
        }
        parsed.diagnostics.extend(one.diagnostics);
        parsed.lost.extend(one.lost);
        parsed.unreadable |= one.unreadable;
    }
    uses::check(&mut parsed, sources);
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
            let rule = format!("\n{} = @{{ \"{}\" ~ !idc | {english} ~ !(idc|ASCII_DIGIT)", word.rule, word.zh);
            assert!(grammar.contains(&rule), "{} {}", word.zh, word.en);
        }
        assert_eq!(grammar.matches("\nk_").count(), words::WORDS.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn parse_never_panics_on_any_text(text in "\\PC{0,200}") {
            faults_of(&text);
        }

        #[test]
        fn parse_never_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(text) = crate::source::decode(&bytes) {
                faults_of(&text);
            }
        }

        #[test]
        fn brackets_of_any_depth_are_refused_and_not_followed(open in "[({【「“]{1,400}") {
            prop_assert!(!faults_of(&open).is_empty());
        }

        #[test]
        fn quotation_marks_that_all_close_are_followed_so_deep_only(depth in 25_usize..60_000) {
            let text = format!("用例 {}甲{} {{ 应得 总分 = 1 分 }}", "“".repeat(depth), "”".repeat(depth));
            prop_assert!(faults_of(&text).iter().any(|fault| fault.code == crate::diag::Code::TooDeep));
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
