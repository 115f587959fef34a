//! A text cut into tokens, every byte of it, whatever it is. Recovery, spans and layout find their places by them.
//!
//! Words, names, numbers and texts are those of the grammar: a property holds each token to its rule. They are cut by hand because
//! every text is cut before it is read, and the rules of a generated parser cost ten times as much for it.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Line,
    Space,
    Text,
    OpenText,
    Name,
    OpenName,
    Number,
    Word,
    Open,
    Close,
    Other,
}

/// A token with its bytes and the number of brackets open around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) depth: usize,
}

impl Token {
    /// Whether the parser sees it.
    pub(super) fn is_significant(&self) -> bool {
        !matches!(self.kind, TokenKind::Line | TokenKind::Space)
    }
}

/// The tokens of a text, in order and without gaps.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::with_capacity(text.len() / 3);
    let (mut depth, mut start) = (0_usize, 0);
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = first(rest);
        let end = start.saturating_add(length.max(1));
        if kind == TokenKind::Close {
            depth = depth.saturating_sub(1);
        }
        found.push(Token { kind, start, end, depth });
        if kind == TokenKind::Open {
            depth += 1;
        }
        start = end;
    }
    found
}

/// The first token of a text that is not empty, and its length.
fn first(text: &str) -> (TokenKind, usize) {
    let Some(sign) = text.chars().next() else { return (TokenKind::Other, 0) };
    let alone = sign.len_utf8();
    let up_to_line = || text.find('\n').unwrap_or(text.len());
    match sign {
        '\n' => (TokenKind::Line, alone),
        '#' | '\u{FF03}' => (TokenKind::Space, up_to_line()),
        '"' | '“' | '”' => quoted(text, sign).map_or_else(|| (TokenKind::OpenText, up_to_line()), |length| (TokenKind::Text, length)),
        '「' | '」' => named(text, sign).map_or((TokenKind::OpenName, alone), |length| (TokenKind::Name, length)),
        '{' | '\u{FF5B}' | '(' | '\u{FF08}' | '[' | '\u{FF3B}' | '【' => (TokenKind::Open, alone),
        '}' | '\u{FF5D}' | ')' | '\u{FF09}' | ']' | '\u{FF3D}' | '】' => (TokenKind::Close, alone),
        sign if is_blank(sign) => (TokenKind::Space, length_while(text, is_blank)),
        sign if is_digit(sign) => (TokenKind::Number, number(text)),
        sign if is_letter(sign) || sign == '_' => (TokenKind::Word, word(text)),
        _ => (TokenKind::Other, alone),
    }
}

/// White space within a line, whatever it is written with.
pub(super) fn is_blank(sign: char) -> bool {
    sign != '\n' && (sign.is_whitespace() || matches!(sign, '\u{feff}' | '\u{200b}'))
}

fn is_digit(sign: char) -> bool {
    matches!(sign, '0'..='9' | '\u{FF10}'..='\u{FF19}')
}

fn is_letter(sign: char) -> bool {
    matches!(sign, 'a'..='z' | 'A'..='Z' | '一'..='鿿') || !sign.is_ascii() && sign.is_alphabetic()
}

fn length_while(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|sign| !holds(sign)).unwrap_or(text.len())
}

/// The longest run of letters; digits belong to it behind an ASCII letter or `_`.
fn word(text: &str) -> usize {
    let mut latin = false;
    text.find(|sign: char| {
        let belongs = is_letter(sign) || sign == '_' || latin && sign.is_ascii_digit();
        latin = sign == '_' || sign.is_ascii_alphanumeric();
        !belongs
    })
    .unwrap_or(text.len())
}

/// Digits, commas between thousands, and a fraction.
fn number(text: &str) -> usize {
    let mut end = length_while(text, is_digit);
    let behind = |end: usize| text.get(end..).unwrap_or_default();
    while let Some(group) = behind(end).strip_prefix([',', '\u{FF0C}']) {
        let digits: Vec<char> = group.chars().take_while(|sign| is_digit(*sign)).take(4).collect();
        if digits.len() != 3 {
            break;
        }
        let comma = behind(end).len().saturating_sub(group.len());
        end = end.saturating_add(comma).saturating_add(digits.iter().map(|digit| digit.len_utf8()).sum());
    }
    if let Some(fraction) = behind(end).strip_prefix(['.', '\u{FF0E}'])
        && fraction.starts_with(is_digit)
    {
        let point = behind(end).len().saturating_sub(fraction.len());
        end = end.saturating_add(point).saturating_add(length_while(fraction, is_digit));
    }
    end
}

/// A text up to the mark that closes it; those in Chinese marks may hold others.
fn quoted(text: &str, open: char) -> Option<usize> {
    let inside = text.get(open.len_utf8()..)?;
    if open == '"' {
        return inside.find('"').map(|at| at + 2);
    }
    let mut depth = 0_usize;
    for (at, sign) in text.char_indices() {
        match sign {
            '“' => depth += 1,
            '”' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + sign.len_utf8());
        }
    }
    None
}

/// A name in brackets, on one line and not empty.
fn named(text: &str, open: char) -> Option<usize> {
    let inside = text.strip_prefix('「').filter(|_| open == '「')?;
    let end = inside.find(['」', '\n']).filter(|end| *end > 0)?;
    inside.get(end..)?.starts_with('」').then_some(end + 2 * open.len_utf8())
}

/// The comments of a text, with where they begin.
fn all_comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let comments = tokens(text).into_iter().filter(|token| token.kind == TokenKind::Space);
    comments.filter_map(|token| Some((token.start, text.get(token.start..token.end)?))).filter(|(_, space)| space.starts_with(['#', '\u{FF03}']))
}

/// The comments of a text in order, without the blanks at their ends.
pub(super) fn comments(text: &str) -> Vec<&str> {
    all_comments(text).map(|(_, comment)| comment.trim_end()).collect()
}

/// The lines of a text, counted from 0, that end in a comment.
pub(crate) fn commented_lines(text: &str) -> std::collections::BTreeSet<usize> {
    all_comments(text).map(|(start, _)| text.get(..start).map_or(0, |before| before.matches('\n').count())).collect()
}

#[cfg(test)]
mod tests {
    use pest::Parser;
    use proptest::prelude::*;

    use super::super::from_text::{Grammar, Rule};
    use super::*;

    /// How much of a text a rule of the grammar takes; none where it does not begin with it.
    fn taken(rule: Rule, text: &str) -> Option<usize> {
        Grammar::parse(rule, text).ok()?.next().map(|pair| pair.as_span().end())
    }

    /// Holds every token to the grammar, which reads them one by one.
    fn agrees(text: &str) {
        let mut end = 0;
        for token in tokens(text) {
            assert_eq!(token.start, end, "{text:?}");
            end = token.end;
            let rest = text.get(token.start..).unwrap();
            let length = Some(token.end - token.start);
            let rules = [(Rule::word, TokenKind::Word), (Rule::number, TokenKind::Number), (Rule::text, TokenKind::Text), (Rule::bracketed, TokenKind::Name)];
            for (rule, kind) in rules {
                assert_eq!(taken(rule, rest), length.filter(|_| token.kind == kind), "{rule:?} of {rest:?}");
            }
            if token.kind == TokenKind::Space && !rest.starts_with(['#', '\u{FF03}']) {
                assert_eq!(taken(Rule::blanks, rest), length, "{rest:?}");
            }
        }
        assert_eq!(end, text.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]
        #[test]
        fn tokens_are_those_of_the_grammar(text in "[-a1_ ,.0\\t\\n\\r甲“”\"「」{}()\\[\\]#%\u{FF0C}\u{FF11}\u{3000}\u{200b}é々〇①]{0,24}") {
            agrees(&text);
        }

        #[test]
        fn tokens_of_any_text_are_those_of_the_grammar(text in "\\PC{0,40}") {
            agrees(&text);
        }
    }
}
