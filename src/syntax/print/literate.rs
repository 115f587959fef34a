//! A Markdown text with its blocks of rules in the one layout: whatever stands outside of them stays, byte for byte.
//!
//! The rules of all blocks are laid out as one text, in which a comment on a line of its own stands for what lies between two
//! blocks; so an item may be open over several of them and keeps its indentation. Then each block takes its own lines back.

use super::{Mismatch, Skin, print};
use crate::source::literate::{Block, blocks};

/// Prints a Markdown text whose rules have no syntax fault. Line ends are those of each block's first line.
///
/// # Errors
/// [`Mismatch`] where what was printed does not read like the text, or anything but rules would change: an error of the program.
pub(crate) fn print_literate(text: &str, skin: Skin) -> Result<String, Mismatch> {
    let rules: Vec<Block> = blocks(text).into_iter().filter(Block::is_rules).collect();
    let mark = mark_for(text);
    let printed = print(&joined(text, &rules, &mark), skin)?;
    let parts = parts(&printed, &mark);
    if parts.len() != rules.len() && !rules.is_empty() {
        return Err(Mismatch::Prose);
    }
    let mut laid_out = String::with_capacity(text.len());
    let mut at = 0;
    for (block, lines) in rules.iter().zip(&parts) {
        let frame = Frame::of(text, block);
        laid_out.push_str(text.get(at..frame.start).ok_or(Mismatch::Prose)?);
        for line in lines {
            frame.write(&mut laid_out, line);
        }
        at = frame.end;
    }
    laid_out.push_str(text.get(at..).ok_or(Mismatch::Prose)?);
    guard(text, &rules, &laid_out, (&printed, &mark))?;
    Ok(laid_out)
}

/// A comment that stands nowhere in the text.
fn mark_for(text: &str) -> String {
    let mut mark = String::from("#·");
    while text.contains(mark.as_str()) {
        mark.push('·');
    }
    mark
}

/// The rules of all blocks as one text, the mark on a line of its own between two of them.
fn joined(text: &str, rules: &[Block], mark: &str) -> String {
    let line = |range: &std::ops::Range<usize>| text.get(range.clone()).map(|line| line.trim_end_matches(['\r', '\n']));
    let of = |block: &Block| block.lines.iter().filter_map(line).collect::<Vec<_>>().join("\n").trim_end().to_owned();
    let texts: Vec<String> = rules.iter().map(of).collect();
    texts.join(&format!("\n{mark}\n"))
}

/// The lines between the marks, without blank ones at both ends.
fn parts<'t>(printed: &'t str, mark: &str) -> Vec<Vec<&'t str>> {
    let lines: Vec<&str> = printed.lines().collect();
    let trimmed = |part: &[&'t str]| {
        let first = part.iter().position(|line| !line.is_empty()).unwrap_or(part.len());
        let last = part.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
        part.get(first..last).unwrap_or_default().to_vec()
    };
    lines.split(|line| line.trim() == mark).map(trimmed).collect()
}

/// What surrounds the lines of a block.
struct Frame {
    /// The first byte behind the line of its opening fence.
    start: usize,
    /// The first byte of the line of its closing fence.
    end: usize,
    /// What stands before each of its lines: indentation, the mark of a quotation.
    prefix: String,
    line_end: &'static str,
}

impl Frame {
    fn of(text: &str, block: &Block) -> Frame {
        let line_start = |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let whole = text.get(block.range.clone()).unwrap_or("");
        let first = line_start(block.range.start);
        let fence = block.range.start + (whole.len() - whole.trim_start().len());
        // what opens a list stands on its first line only
        let prefix: String = text.get(first..fence).unwrap_or("").chars().map(|c| if c == '>' || c.is_whitespace() { c } else { ' ' }).collect();
        let start = text.get(block.range.start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| block.range.start + end + 1);
        let end = line_start(block.range.start + whole.trim_end().len()).max(start);
        let line_end = if text.get(first..start).is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        Frame { start, end, prefix, line_end }
    }

    fn write(&self, out: &mut String, line: &str) {
        let whole = format!("{}{line}", self.prefix);
        out.push_str(if line.is_empty() { whole.trim_end() } else { &whole });
        out.push_str(self.line_end);
    }
}

/// Whether the text that comes out has the same prose, and holds in each block what was laid out for it.
fn guard(text: &str, before: &[Block], laid_out: &str, (printed, mark): (&str, &str)) -> Result<(), Mismatch> {
    let after: Vec<Block> = blocks(laid_out).into_iter().filter(Block::is_rules).collect();
    let prose = |text: &str, rules: &[Block]| {
        let mut parts = Vec::new();
        let mut at = 0;
        for frame in rules.iter().map(|block| Frame::of(text, block)) {
            parts.push(text.get(at..frame.start).unwrap_or("").to_owned());
            at = frame.end;
        }
        parts.push(text.get(at..).unwrap_or("").to_owned());
        parts
    };
    let held = joined(laid_out, &after, mark);
    if prose(text, before) == prose(laid_out, &after) && parts(&held, mark) == parts(printed, mark) { Ok(()) } else { Err(Mismatch::Prose) }
}
