//! Rules inside a text: a Markdown file whose fenced blocks marked `kp` hold them.
//!
//! What a fence is, Markdown says: in a list or a quotation, of backticks or tildes, indented or not. So what a reader sees as a
//! block of rules is what is read as rules.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The word behind a fence that says: rules.
const INFO: &str = "kp";

/// A block of code in a Markdown text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// From its opening fence to its closing one, of a block without fences its lines.
    pub(crate) range: Range<usize>,
    /// What stands behind the opening fence; none where the block has no fences.
    pub(crate) info: Option<String>,
    /// Its lines with their ends, each without what sets the block off: indentation, the mark of a quotation.
    pub(crate) lines: Vec<Range<usize>>,
    /// Whether its closing fence is there.
    pub(crate) closed: bool,
}

impl Block {
    /// Whether it holds rules.
    pub(crate) fn is_rules(&self) -> bool {
        self.info.as_deref().and_then(|info| info.split_whitespace().next()) == Some(INFO)
    }

    /// The bytes between its fences.
    pub(crate) fn inside(&self) -> Range<usize> {
        match (self.lines.first(), self.lines.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => self.range.end..self.range.end,
        }
    }
}

/// The Markdown that is read and rendered.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// Whether a file of that name is a text with rules inside.
pub(crate) fn is_literate(name: &str) -> bool {
    name.len() >= ".kp.md".len() && name.get(name.len() - ".kp.md".len()..).is_some_and(|ending| ending.eq_ignore_ascii_case(".kp.md"))
}

/// Every block of code of a text, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => Some(info.to_string()),
                    CodeBlockKind::Indented => None,
                };
                open = Some(Block { range, info, lines: Vec::new(), closed: true });
            }
            Event::Text(_) => {
                if let Some(block) = &mut open {
                    add_lines(&mut block.lines, text, range);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(mut block) = open.take() {
                    block.closed = block.info.is_none() || is_closed(text, &block);
                    found.push(block);
                }
            }
            _ => {}
        }
    }
    found
}

/// Adds what was read of a block to its lines: pieces of one line are one.
fn add_lines(lines: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let mut at = range.start;
    for piece in text.get(range).unwrap_or("").split_inclusive('\n') {
        let piece = at..at + piece.len();
        at = piece.end;
        match lines.last_mut() {
            Some(last) if !text.get(last.clone()).is_some_and(|line| line.ends_with('\n')) => last.end = piece.end,
            _ => lines.push(piece),
        }
    }
}

/// Whether the last line of a fenced block is a fence like its first.
fn is_closed(text: &str, block: &Block) -> bool {
    let whole = text.get(block.range.clone()).unwrap_or("");
    let fence = whole.trim_start().chars().next().unwrap_or('`');
    let opening = whole.find('\n').map_or(block.range.end, |end| block.range.start + end + 1);
    let behind = block.lines.last().map_or(opening, |last| last.end);
    let last = text.get(behind..block.range.end).unwrap_or("").trim_start_matches(|c: char| c == '>' || c.is_whitespace()).trim_end();
    last.len() >= 3 && last.chars().all(|c| c == fence)
}

/// The text as the parser of rules sees it: every byte outside the blocks of rules is a space, line ends stay.
pub(crate) fn blanked(text: &str) -> String {
    let mut rules = String::with_capacity(text.len());
    let blank = |rules: &mut String, range: Range<usize>| {
        rules.extend(text.get(range).unwrap_or("").bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' }));
    };
    let mut at = 0;
    for line in blocks(text).iter().filter(|block| block.is_rules()).flat_map(|block| &block.lines) {
        blank(&mut rules, at..line.start.max(at));
        rules.push_str(text.get(line.start.max(at)..line.end).unwrap_or(""));
        at = line.end.max(at);
    }
    blank(&mut rules, at..text.len());
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rules of a text, a block a text.
    fn rules(text: &str) -> Vec<String> {
        let held = |block: &Block| block.lines.iter().map(|line| text.get(line.clone()).unwrap()).collect();
        blocks(text).iter().filter(|block| block.is_rules()).map(held).collect()
    }

    #[test]
    fn fences_of_every_kind_hold_rules() {
        for (text, expected) in [
            ("文\n```kp\n甲\n```\n文", vec!["甲\n"]),
            ("~~~kp\n甲\n\n乙\n~~~\n", vec!["甲\n\n乙\n"]),
            ("````kp 说明\n甲\n```\n乙\n````", vec!["甲\n```\n乙\n"]),
            ("  ```  kp\n  甲\n    乙\n  ```\n", vec!["甲\n  乙\n"]),
            ("- 一\n\n  ```kp\n  甲\n  ```\n- 二\n  ```kp\n  乙\n  ```\n", vec!["甲\n", "乙\n"]),
            ("> ```kp\n> 甲\n>\n> 乙\n> ```\n", vec!["甲\n\n乙\n"]),
            ("```kp\r\n甲\r\n乙\r\n```\r\n文\r\n", vec!["甲\r\n乙\r\n"]),
            ("```kp\n```\n", vec![""]),
            ("```KP\n甲\n```\n```text\n甲\n```\n    甲\n", vec![]),
            ("<!--\n```kp\n甲\n```\n-->\n", vec![]),
        ] {
            let found = rules(text);
            let found: Vec<String> = found.iter().map(|text| text.replace("\r\r\n", "\r\n")).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_fence_that_is_not_closed_is_known() {
        let closed = |text: &str| blocks(text).iter().map(|block| block.closed).collect::<Vec<_>>();
        assert_eq!(closed("```kp\n甲\n```"), [true]);
        assert_eq!(closed("```kp\n```"), [true]);
        assert_eq!(closed("> ```kp\n> 甲\n> ```\n"), [true]);
        assert_eq!(closed("```kp\n甲\n"), [false]);
        assert_eq!(closed("```kp"), [false]);
        assert_eq!(closed("```kp\n甲\n~~~\n"), [false]);
        assert_eq!(closed("- ```kp\n  甲\n\n文\n"), [false]);
    }

    #[test]
    fn what_is_blanked_keeps_every_place() {
        let text = "# 标题\r\n\r\n> ```kp\r\n> 指标 甲\r\n> ```\r\n文\r\n";
        let rules = blanked(text);
        assert_eq!(rules.len(), text.len());
        assert_eq!(rules.find("指标 甲"), text.find("指标 甲"));
        assert_eq!(rules.split_whitespace().collect::<Vec<_>>(), ["指标", "甲"]);
        assert_eq!(rules.matches("\r\n").count(), text.matches("\r\n").count());
    }

    #[test]
    fn a_literate_file_is_known_by_its_ending() {
        assert!(is_literate("标准.kp.md") && is_literate("a/B.KP.MD"));
        assert!(!is_literate("标准.md") && !is_literate("标准.kp") && !is_literate("kp.md"));
    }

    proptest! {
        #[test]
        fn blanking_keeps_length_and_line_ends(pieces in proptest::collection::vec(0_usize..12, 0..40)) {
            let all = ["```kp\n", "```\n", "~~~kp\n", "~~~\n", "文字", "\n", "\r\n", "  ", "> ", "- ", "\t", "指标 甲\n"];
            let text: String = pieces.iter().map(|piece| all[*piece]).collect();
            let rules = blanked(&text);
            prop_assert_eq!(rules.len(), text.len());
            for (at, byte) in rules.bytes().enumerate() {
                prop_assert!(byte == text.as_bytes()[at] || byte == b' ' && !matches!(text.as_bytes()[at], b'\n' | b'\r'));
            }
        }
    }
}
