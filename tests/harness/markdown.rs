//! The fenced blocks of a document, and whether what a command prints is what the document shows.

#![allow(clippy::indexing_slicing, reason = "a test fails where its text is not as it should be")]

/// A fenced block: the line on which it begins, what is written behind the fence, and its text.
pub(crate) struct Block {
    pub(crate) line: usize,
    pub(crate) info: String,
    pub(crate) text: String,
}

/// The blocks of a document, in order.
pub(crate) fn blocks(document: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(info), None) => open = Some(Block { line: index + 1, info: info.to_owned(), text: String::new() }),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block that never ends");
    found
}

/// Whether lines are printed as shown; `…` alone stands for any lines.
pub(crate) fn agrees(shown: &str, printed: &str) -> bool {
    let (shown, printed): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), printed.lines().collect());
    let mut parts = shown.split(|line| *line == "…");
    let Some(first) = parts.next() else { return false };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let parts: Vec<&[&str]> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = (0..=rest.len()).find(|at| rest[*at..].starts_with(part)) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
