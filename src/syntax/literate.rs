//! Faults of a Markdown text with rules inside: a block that is not closed, one that is not read, a text that leaves its block.

use std::ops::Range;

use super::tokens::{TokenKind, tokens};
use super::words;
use crate::diag::{Code, Diagnostic, words as say};
use crate::source::literate::{Block, blocks};
use crate::source::{Source, Span, offset};

/// What was found of the blocks of a file.
pub(super) struct Found {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What the author meant as rules is not what was read as rules.
    pub(super) broken: bool,
}

/// Looks through the blocks of a file.
pub(super) fn check(file: u32, source: &Source) -> Found {
    let mut found = Found { diagnostics: Vec::new(), broken: false };
    let blocks = blocks(&source.text);
    let view = View { file, text: &source.text };
    let open = blocks.iter().find(|block| block.is_rules() && !block.closed);
    let fault = open.map(|block| view.unclosed(block)).or_else(|| view.text_over_end(&blocks, source.rules()));
    if let Some(fault) = fault {
        found.broken = true;
        found.diagnostics.push(fault);
        return found;
    }
    found.diagnostics.extend(blocks.iter().filter(|block| !block.is_rules()).filter_map(|block| view.unread(block)));
    if found.diagnostics.is_empty() && !blocks.iter().any(Block::is_rules) {
        found.diagnostics.push(
            Diagnostic::new(Code::BlockUnread, say!("这个文件里没有规则", "there are no rules in this file"))
                .at_file(&source.path, say!("没有规则块", "holds no block of rules"))
                .help(say!("规则写在 ```kp 与 ``` 之间", "rules stand between ```kp and ```")),
        );
    }
    found
}

struct View<'t> {
    file: u32,
    text: &'t str,
}

impl View<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span { file: self.file, start: offset(range.start), end: offset(range.end) }
    }

    /// The opening fence with what stands behind it, without the blanks before it.
    fn opening(&self, block: &Block) -> Range<usize> {
        let whole = self.text.get(block.range.clone()).unwrap_or("");
        let line = whole.split('\n').next().unwrap_or("");
        let start = block.range.start + (line.len() - line.trim_start().len());
        start..start + line.trim().len()
    }

    fn unclosed(&self, block: &Block) -> Diagnostic {
        let opening = self.opening(block);
        let line = self.text.get(opening.clone()).unwrap_or("");
        let mark = line.chars().next().unwrap_or('`');
        let fence: String = line.chars().take_while(|c| *c == mark).collect();
        Diagnostic::new(Code::OpenBlock, say!("规则块没有闭合,后面的文字都成了规则", "the block of rules is never closed: all text behind it counts as rules"))
            .at(self.span(opening), say!("从这里开始", "it begins here"))
            .help(say!("在规则之后单起一行写 {fence}", "write {fence} on a line of its own behind the rules"))
    }

    /// A text that begins in one block and would end in another, with prose between.
    fn text_over_end(&self, blocks: &[Block], rules: &str) -> Option<Diagnostic> {
        let ends: Vec<usize> = blocks.iter().filter(|block| block.is_rules()).map(|block| block.inside().end).collect();
        let over = tokens(rules)
            .into_iter()
            .find(|token| matches!(token.kind, TokenKind::Text | TokenKind::OpenText) && ends.iter().any(|end| token.start < *end && *end < token.end))?;
        let mark = rules.get(over.start..)?.chars().next()?;
        Some(
            Diagnostic::new(Code::OpenText, say!("引号 {mark} 到规则块末尾还没有配对", "the quotation mark {mark} has no partner in its block"))
                .at(self.span(over.start..over.start + mark.len_utf8()), say!("从这里开始", "it stands here"))
                .help(say!("一段文字不能跨过规则块", "a text does not go on in another block: close it where it stands")),
        )
    }

    /// A block that holds what looks like rules and is not marked as such.
    fn unread(&self, block: &Block) -> Option<Diagnostic> {
        let held: String = block.lines.iter().filter_map(|line| self.text.get(line.clone())).collect();
        if !looks_like_rules(&held) {
            return None;
        }
        let opening = self.opening(block);
        let said = say!("这一块像是规则,但没有读", "this block looks like rules and was not read");
        let Some(info) = &block.info else {
            return Some(
                Diagnostic::new(Code::BlockUnread, said)
                    .at(self.span(opening), say!("缩进四格以上的是普通代码", "indented by four columns it is plain code"))
                    .help(say!("去掉缩进,放在 ```kp 与 ``` 之间", "put it between ```kp and ```, without indentation")),
            );
        };
        let word = info.split_whitespace().next().unwrap_or("");
        if !may_mean_rules(word) {
            return None;
        }
        let at = self.span(opening.clone());
        if word.is_empty() {
            let fence = self.text.get(opening.clone()).unwrap_or("");
            return Some(Diagnostic::new(Code::BlockUnread, said).at(at, say!("没有写 kp", "not marked kp")).fix(
                say!("是规则则写 {fence}kp,只是示例则写 {fence}text", "write {fence}kp for rules, or {fence}text for an example"),
                at,
                format!("{fence}kp"),
            ));
        }
        let start = opening.start + self.text.get(opening).unwrap_or("").find(word)?;
        let place = self.span(start..start + word.len());
        Some(Diagnostic::new(Code::BlockUnread, said).at(place, say!("这里写的是 {word}", "marked {word}")).fix(
            say!("规则块写 kp", "blocks of rules are marked kp"),
            place,
            "kp",
        ))
    }
}

/// Whether a mark may be meant for `kp`; of a block without any the content decides.
fn may_mean_rules(word: &str) -> bool {
    let small = word.to_lowercase();
    small.is_empty() || small.starts_with("kp") || strsim::osa_distance(&small, "kp") <= 1 || matches!(small.as_str(), "kaoping" | "考评" | "规则" | "rules")
}

/// Whether a text begins as a rule file does: with the keyword of a declaration and what it declares.
fn looks_like_rules(text: &str) -> bool {
    let found = tokens(text);
    let mut significant = found.iter().filter(|token| token.is_significant());
    let first = significant.next().and_then(|token| words::keyword(text.get(token.start..token.end)?));
    let second = significant.next().map(|token| token.kind);
    first.is_some_and(|word| DECLARING.contains(&word.rule)) && matches!(second, Some(TokenKind::Word | TokenKind::Name | TokenKind::Text | TokenKind::Other))
}

/// Keywords that a rule file may begin with, of those that no prose begins with.
const DECLARING: &[&str] = &[
    "k_standard",
    "k_amendment",
    "k_use",
    "k_tier",
    "k_unit",
    "k_fact",
    "k_param",
    "k_let",
    "k_section",
    "k_indicator",
    "k_bonus",
    "k_penalty",
    "k_exempt",
    "k_total",
    "k_rank",
    "k_case",
    "k_function",
];
