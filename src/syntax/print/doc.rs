//! Documents and their layout: a group stands on one line where it fits and breaks at its lines where it does not.
//!
//! After Wadler's "A prettier printer", with two things that rule files need: a comment ends its line wherever it stands, and
//! the columns of Han count twice.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{INDENT, WIDTH};

/// A text that can be laid out in several ways.
#[derive(Debug)]
pub(super) enum Doc<'t> {
    /// A word, or words that stay together.
    Text(Cow<'t, str>),
    /// A separator: it stands before the comment of the word that it follows.
    Sign(&'static str),
    /// A line break, or in a group on one line this text.
    Line(&'static str),
    /// A line break wherever it stands.
    Hard,
    /// A blank line.
    Blank,
    /// On one line if it fits.
    Group(Vec<Doc<'t>>),
    /// Lines inside are indented.
    Nest(Vec<Doc<'t>>),
    /// Lines inside begin in this column.
    Hang(Vec<Doc<'t>>),
    /// A comment at the end of a line.
    Trailing(&'t str),
    /// A comment on a line of its own.
    Own(&'t str),
}

impl<'t> Doc<'t> {
    pub(super) fn word(text: &'t str) -> Self {
        Doc::Text(Cow::Borrowed(text))
    }

    /// The text on one line with the comment at its end; nothing if it must be broken.
    pub(super) fn on_one_line(docs: &[Doc<'t>]) -> Option<(String, Option<&'t str>)> {
        let (mut line, mut end) = (String::new(), None);
        let mut todo: Vec<&Doc<'t>> = docs.iter().rev().collect();
        while let Some(doc) = todo.pop() {
            match doc {
                Doc::Text(text) if text.contains('\n') || end.is_some() => return None,
                Doc::Text(text) => line.push_str(text),
                Doc::Line(_) if end.is_some() => return None,
                Doc::Sign(text) | Doc::Line(text) => line.push_str(text),
                Doc::Group(inner) | Doc::Nest(inner) | Doc::Hang(inner) => todo.extend(inner.iter().rev()),
                Doc::Trailing(comment) => end = Some(*comment),
                Doc::Hard | Doc::Blank | Doc::Own(_) => return None,
            }
        }
        Some((line, end))
    }
}

/// How wide a text is drawn.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

/// What is to be printed yet: the indentation of its lines, whether it is on one line, the document.
type Step<'d, 't> = (usize, Mode, &'d Doc<'t>);

/// Prints documents one after another.
#[derive(Debug, Default)]
pub(super) struct Printer {
    out: String,
    /// The column after what was printed.
    column: usize,
    /// At the beginning of a line: its indentation, to be written with its first word.
    fresh: Option<usize>,
    /// A comment that the end of the line will print.
    waiting: Option<String>,
}

impl Printer {
    pub(super) fn print(&mut self, docs: &[Doc<'_>]) {
        let mut todo: Vec<Step<'_, '_>> = docs.iter().rev().map(|doc| (0, Mode::Broken, doc)).collect();
        while let Some((indent, mode, doc)) = todo.pop() {
            let mut inside = |docs, indent, mode| todo.extend(Iterator::rev(<[Doc<'_>]>::iter(docs)).map(|doc| (indent, mode, doc)));
            match doc {
                Doc::Text(text) => self.text(text, indent),
                Doc::Sign(text) => self.write(text),
                Doc::Line(text) if mode == Mode::Flat => self.text(text, indent),
                Doc::Line(_) | Doc::Hard => self.line(indent),
                Doc::Blank => self.blank(indent),
                Doc::Nest(docs) => inside(docs, indent + INDENT, mode),
                Doc::Hang(docs) => inside(docs, self.fresh.unwrap_or(self.column), mode),
                Doc::Group(docs) if mode == Mode::Flat => inside(docs, indent, mode),
                Doc::Group(docs) => {
                    let mode = if self.fits(docs, indent, &todo) { Mode::Flat } else { Mode::Broken };
                    todo.extend(docs.iter().rev().map(|doc| (indent, mode, doc)));
                }
                Doc::Trailing(comment) => self.waiting = Some((*comment).to_owned()),
                Doc::Own(comment) => self.own(comment, indent),
            }
        }
    }

    /// The whole text, its last line ended.
    pub(super) fn finish(mut self) -> String {
        self.line(0);
        self.out
    }

    /// A word: behind a comment it begins a line.
    fn text(&mut self, text: &str, indent: usize) {
        if self.waiting.is_some() {
            self.line(if text == "{" { indent } else { indent + INDENT });
        }
        if !(self.fresh.is_some() && text.trim().is_empty()) {
            self.write(text);
        }
    }

    /// Writes text where the line is, behind its indentation.
    fn write(&mut self, text: &str) {
        if let Some(indent) = self.fresh.take() {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
        }
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => self.column + width(text),
        };
    }

    /// Ends the line, if anything stands on it.
    fn line(&mut self, indent: usize) {
        if let Some(comment) = self.waiting.take() {
            self.write("  ");
            self.write(&comment);
        }
        if self.fresh.is_none() && !self.out.is_empty() {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\n');
        }
        self.fresh = Some(indent);
    }

    /// Leaves a line blank, but none at the beginning and no two.
    fn blank(&mut self, indent: usize) {
        self.line(indent);
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A comment on a line of its own: in the middle of a statement it is indented like what continues the statement.
    fn own(&mut self, comment: &str, indent: usize) {
        let indent = match self.fresh {
            Some(indent) if self.waiting.is_none() => indent,
            _ => indent + INDENT,
        };
        if self.fresh.is_none() || self.waiting.is_some() {
            self.line(indent);
        }
        self.write(comment);
        self.line(indent);
    }

    /// Whether a group fits on the line with what follows it up to the next place where the line may end.
    fn fits(&self, group: &[Doc<'_>], indent: usize, rest: &[Step<'_, '_>]) -> bool {
        let mut left = WIDTH.saturating_sub(self.fresh.unwrap_or(self.column));
        let mut behind = rest.iter().rev();
        let mut todo: Vec<Step<'_, '_>> = group.iter().rev().map(|doc| (indent, Mode::Flat, doc)).collect();
        let mut commented = self.waiting.is_some();
        loop {
            let Some((indent, mode, doc)) = todo.pop().or_else(|| behind.next().copied()) else { return true };
            let flat = mode == Mode::Flat;
            let text = match doc {
                Doc::Text(text) => text.as_ref(),
                Doc::Sign(text) => text,
                Doc::Line(text) if flat => text,
                Doc::Line(_) => return true,
                Doc::Hard | Doc::Blank | Doc::Own(_) => return !flat,
                Doc::Group(docs) | Doc::Nest(docs) | Doc::Hang(docs) => {
                    todo.extend(docs.iter().rev().map(|doc| (indent, mode, doc)));
                    continue;
                }
                Doc::Trailing(_) => {
                    commented = true;
                    continue;
                }
            };
            if commented && !matches!(doc, Doc::Sign(_)) {
                return !flat;
            }
            let (first, last) = text.split_once('\n').map_or((text, None), |(first, rest)| (first, rest.rsplit('\n').next()));
            let Some(room) = left.checked_sub(width(first)) else { return false };
            left = match last {
                None => room,
                Some(last) => WIDTH.saturating_sub(width(last)),
            };
        }
    }
}

/// Whether a text begins with a letter or sign that takes two columns.
pub(super) fn begins_wide(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.width() == Some(2))
}
