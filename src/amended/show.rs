//! The text of a version in the one layout, with where each changed line was written.

use std::fmt::Write;

use super::{Amended, Version};
use crate::diag::Lang;
use crate::source::{Sources, Span, offset, position};
use crate::syntax::{self, Skin, outline};

/// The files of a version as one valid rule text: what amendments changed bears a comment with its version and place, what they
/// repealed stands as a comment.
///
/// # Errors
/// Where the layout does not read like the text: an error of the program.
pub(crate) fn show(amended: &Amended, version: &Version, skin: Option<Lang>) -> Result<String, syntax::Mismatch> {
    let mut whole = String::new();
    for file in &version.stated {
        let Some(source) = amended.sources.get(*file) else { continue };
        let lang = skin.unwrap_or_else(|| crate::diag::language_of(&amended.sources, Some(Span { file: *file, start: 0, end: 0 })));
        // what an amendment states in the other skin is respelled
        let skin_of = if skin.is_none() && version.amendment.is_none() { Skin::Kept } else { Skin::Of(lang) };
        let shown = Shown { amended, version, file: *file, lang };
        let text = shown.with_repeals(source.rules(), skin_of);
        let plain = syntax::print(&text, skin_of)?;
        let text = syntax::print(&shown.with_origins(source.rules(), &plain), skin_of)?;
        if !whole.is_empty() && !text.is_empty() {
            whole.push('\n');
        }
        whole.push_str(&text);
    }
    Ok(whole)
}

struct Shown<'a> {
    amended: &'a Amended,
    version: &'a Version,
    file: u32,
    lang: Lang,
}

impl Shown<'_> {
    fn sources(&self) -> &Sources {
        &self.amended.sources
    }

    /// The version and place of an amendment that a stretch was written in.
    fn origin(&self, written: Span) -> Option<String> {
        let (version, _) =
            self.amended.amendments.iter().find(|(_, span)| span.file == written.file && span.start <= written.start && written.end <= span.end)?;
        let place = self.sources().place(written);
        let name = place.rsplit(['/', '\\']).next().unwrap_or(&place);
        Some(format!("{version} {name}"))
    }

    /// The text with a comment for each statement that is repealed.
    fn with_repeals(&self, text: &str, skin_of: Skin) -> String {
        let repealed: Vec<_> = self.version.repealed.iter().filter(|repealed| repealed.file == self.file).collect();
        if repealed.is_empty() {
            // amendments are no part of a version
            return self.without_amendments(text);
        }
        let mut comments: Vec<(usize, String)> = Vec::new();
        for one in repealed {
            let mut said = self.sources().excerpt(one.text);
            if let Ok(respelled) = syntax::print(self.sources().text(one.text), skin_of) {
                said = respelled.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            if said.chars().count() > 60 {
                said = said.chars().take(59).chain(['…']).collect();
            }
            let origin = self.origin(one.by).unwrap_or_default();
            let (line, at) = (if self.lang == Lang::Zh { "废止" } else { "repealed" }, line_start(self.sources(), self.file, position(one.at)));
            comments.push((at, format!("# {line}({origin}):{said}\n")));
        }
        let text = self.without_amendments(text);
        let mut whole = String::new();
        let mut from = 0;
        comments.sort_by_key(|(at, _)| *at);
        for (at, comment) in comments {
            whole.push_str(text.get(from..at).unwrap_or(""));
            whole.push_str(&comment);
            from = at;
        }
        whole.push_str(text.get(from..).unwrap_or(""));
        whole
    }

    /// The standard itself, every other byte in its place.
    fn without_amendments(&self, text: &str) -> String {
        let spans: Vec<Span> = self.amended.amendments.iter().map(|(_, span)| *span).filter(|span| span.file == self.file).collect();
        let mut whole = text.to_owned();
        for span in spans {
            if let (Some(before), Some(inside), Some(after)) = (whole.get(..position(span.start)), whole.get(span.range()), whole.get(position(span.end)..)) {
                whole = format!("{before}{}{after}", " ".repeat(inside.len()));
            }
        }
        whole
    }

    /// The laid out text, each line that holds a word of an amendment with its version and place.
    fn with_origins(&self, text: &str, plain: &str) -> String {
        // both hold the same words in the same order, whatever their spelling
        let (before, after) = (outline::word_places(&self.without_amendments(text)), outline::word_places(plain));
        let mut of_line: std::collections::BTreeMap<usize, Vec<String>> = std::collections::BTreeMap::new();
        for (old, new) in before.iter().zip(&after) {
            let span = Span { file: self.file, start: offset(old.start), end: offset(old.end) };
            let Some(origin) = self.sources().pieces(span).first().filter(|(_, _, same)| *same).and_then(|(_, written, _)| self.origin(*written)) else {
                continue;
            };
            // a text of several lines is named at its end
            let line = plain.get(..new.end).map_or(0, |before| before.matches('\n').count());
            let origins = of_line.entry(line).or_default();
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        let commented = outline::commented_lines(plain);
        let mut whole = String::new();
        for (index, line) in plain.lines().enumerate() {
            match of_line.get(&index).filter(|_| line.trim() != "}") {
                Some(origins) => {
                    let sign = if commented.contains(&index) { ";" } else { "  #" };
                    let _ = writeln!(whole, "{line}{sign} {}", origins.join("; "));
                }
                None => {
                    let _ = writeln!(whole, "{line}");
                }
            }
        }
        whole
    }
}

/// Where the statement begins that a place is within: a comment does not stand in the middle of one.
fn line_start(sources: &Sources, file: u32, at: usize) -> usize {
    let Some(outline) = sources.get(file).and_then(|source| outline::outline(file, source.rules())) else { return at };
    innermost(&outline.statements, offset(at)).map_or(at, position)
}

/// Where the innermost statement of a block begins that a place is within.
fn innermost(statements: &[outline::Statement], at: u32) -> Option<u32> {
    let around = statements.iter().find(|statement| statement.span.start < at && at < statement.span.end)?;
    match around.block {
        Some(block) if block.start <= at && at <= block.end => innermost(&around.inside, at),
        _ => Some(around.span.start),
    }
}
