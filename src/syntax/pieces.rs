//! A rule text as its readers see it: keywords, names, quantities, texts and comments, every byte of it.

use std::ops::Range;

use super::tokens::{Token, TokenKind, tokens};
use super::words::{self, WORDS};

/// What a piece of a rule text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A keyword, with the name of its rule; of a phrase the blanks between its words belong to it.
    Keyword(&'static str),
    Name,
    /// A number with the unit behind it.
    Quantity,
    Text,
    Comment,
    Sign,
    Blank,
}

/// A stretch of a rule text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: PieceKind,
    pub(crate) range: Range<usize>,
}

/// The pieces of a text, in order and without gaps.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some(first) = rest.first() {
        let (kind, length) = piece(text, first, rest);
        let (taken, behind) = rest.split_at_checked(length.max(1)).unwrap_or((rest, &[]));
        let end = taken.last().map_or(first.end, |last| last.end);
        found.push(Piece { kind, range: first.start..end });
        rest = behind;
    }
    found
}

/// What begins with a token, and of how many tokens it consists.
fn piece(text: &str, first: &Token, rest: &[Token]) -> (PieceKind, usize) {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
    match first.kind {
        TokenKind::Line => (PieceKind::Blank, 1),
        TokenKind::Space if word(first).starts_with(['#', '＃']) => (PieceKind::Comment, 1),
        TokenKind::Space => (PieceKind::Blank, 1),
        TokenKind::Text | TokenKind::OpenText => (PieceKind::Text, 1),
        TokenKind::Name => (PieceKind::Name, 1),
        TokenKind::Number => (PieceKind::Quantity, 1 + unit(text, rest)),
        TokenKind::Word => keyword(text, rest).unwrap_or((PieceKind::Name, 1)),
        TokenKind::Open | TokenKind::Close | TokenKind::OpenName | TokenKind::Other => (PieceKind::Sign, 1),
    }
}

/// The tokens behind a number that are its unit, with the blank between.
fn unit(text: &str, rest: &[Token]) -> usize {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
    let is_unit = |token: &Token| match token.kind {
        TokenKind::Word => words::keyword(word(token)).is_none(),
        TokenKind::Other => matches!(word(token), "%" | "％" | "‰"),
        _ => false,
    };
    match rest {
        [_, unit, ..] if is_unit(unit) => 1,
        [_, blank, unit, ..] if blank.kind == TokenKind::Space && !word(blank).starts_with(['#', '＃']) && is_unit(unit) => 2,
        _ => 0,
    }
}

/// The longest keyword that begins here, and of how many tokens it consists.
fn keyword(text: &str, rest: &[Token]) -> Option<(PieceKind, usize)> {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
    let first = rest.first().map(word)?;
    let phrase = |parts: &str| -> Option<usize> {
        let mut length = 0;
        for part in parts.split(' ') {
            let blanks = rest.get(length..)?.iter().take_while(|token| length > 0 && !token.is_significant()).count();
            length += blanks;
            rest.get(length).filter(|token| word(token) == part)?;
            length += 1;
        }
        Some(length)
    };
    let english = WORDS.iter().filter_map(|keyword| Some((keyword.rule, phrase(keyword.en)?)));
    let longest = english.max_by_key(|(_, length)| *length);
    let chinese = WORDS.iter().find(|keyword| keyword.zh == first).map(|keyword| (keyword.rule, 1));
    chinese.or(longest).or_else(|| words::keyword(first).map(|keyword| (keyword.rule, 1))).map(|(rule, length)| (PieceKind::Keyword(rule), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keywords_names_and_quantities_are_told_apart() {
        let text = "指标 「办 结」 满分 10 分 # 注\nrate below 95% per 1 pp deduct 1 points, down to 0";
        let shown: Vec<(&str, char)> = pieces(text)
            .iter()
            .map(|piece| {
                let kind = match piece.kind {
                    PieceKind::Keyword(_) => 'k',
                    PieceKind::Name => 'n',
                    PieceKind::Quantity => 'q',
                    PieceKind::Text => 't',
                    PieceKind::Comment => 'c',
                    PieceKind::Sign => 's',
                    PieceKind::Blank => ' ',
                };
                (text.get(piece.range.clone()).unwrap(), kind)
            })
            .filter(|(_, kind)| *kind != ' ')
            .collect();
        let expected = [
            ("指标", 'k'),
            ("「办 结」", 'n'),
            ("满分", 'k'),
            ("10 分", 'q'),
            ("# 注", 'c'),
            ("rate", 'n'),
            ("below", 'k'),
            ("95%", 'q'),
            ("per", 'k'),
            ("1 pp", 'q'),
            ("deduct", 'k'),
            ("1 points", 'q'),
            (",", 's'),
            ("down to 0", 'k'),
        ];
        assert_eq!(shown, expected);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(text in "[指标甲乙満分 a-e0-9%「」{}\"#\\n.]{0,80}") {
            let joined: String = pieces(&text).iter().map(|piece| text.get(piece.range.clone()).unwrap()).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
