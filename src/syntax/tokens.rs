//! A text cut into tokens, every byte of it, whatever it is. Recovery finds its places by them.

use pest::Parser;

use super::from_text::{Grammar, Rule};

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
    let mut found = Vec::new();
    let mut depth: usize = 0;
    let Ok(pairs) = Grammar::parse(Rule::tokens, text) else {
        return found;
    };
    for pair in pairs.flatten() {
        let kind = match pair.as_rule() {
            Rule::t_line => TokenKind::Line,
            Rule::t_blank | Rule::t_comment => TokenKind::Space,
            Rule::t_text => TokenKind::Text,
            Rule::t_open_text => TokenKind::OpenText,
            Rule::t_name => TokenKind::Name,
            Rule::t_open_name => TokenKind::OpenName,
            Rule::t_number => TokenKind::Number,
            Rule::t_word => TokenKind::Word,
            Rule::t_open => TokenKind::Open,
            Rule::t_close => TokenKind::Close,
            Rule::t_other => TokenKind::Other,
            _ => continue,
        };
        if kind == TokenKind::Close {
            depth = depth.saturating_sub(1);
        }
        found.push(Token { kind, start: pair.as_span().start(), end: pair.as_span().end(), depth });
        if kind == TokenKind::Open {
            depth += 1;
        }
    }
    found
}

/// The comments of a text in order, without the blanks at their ends.
pub(super) fn comments(text: &str) -> Vec<&str> {
    let pairs = Grammar::parse(Rule::tokens, text).into_iter().flat_map(pest::iterators::Pairs::flatten);
    pairs.filter(|pair| pair.as_rule() == Rule::t_comment).map(|pair| pair.as_str().trim_end()).collect()
}

/// The lines of a text, counted from 0, that end in a comment.
pub(crate) fn commented_lines(text: &str) -> std::collections::BTreeSet<usize> {
    let pairs = Grammar::parse(Rule::tokens, text).into_iter().flat_map(pest::iterators::Pairs::flatten);
    let comments = pairs.filter(|pair| pair.as_rule() == Rule::t_comment);
    comments.map(|pair| text.get(..pair.as_span().start()).map_or(0, |before| before.matches('\n').count())).collect()
}
