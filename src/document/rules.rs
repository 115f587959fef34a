//! Rules as HTML: keywords in colour, names as links to what they stand for.

use std::fmt::Write;
use std::ops::Range;

use super::html::escaped;
use super::names::{Index, Place};
use crate::source::{Sources, Span};
use crate::syntax::{Piece, PieceKind};

/// Writes rules of any file.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) index: &'a Index,
    pub(super) sources: &'a Sources,
}

/// What becomes of a note that stands among rules.
pub(super) type Noted<'n> = &'n dyn Fn(usize) -> Option<(Range<usize>, String)>;

impl Writer<'_> {
    /// A stretch of a file on one line, as part of a text: links, but no place of its own.
    pub(super) fn inline(self, span: Span) -> String {
        let mut html = String::new();
        for piece in self.pieces(span.file, &span.range()) {
            match piece.kind {
                PieceKind::Blank => {
                    if !html.ends_with(' ') {
                        html.push(' ');
                    }
                }
                PieceKind::Comment => {}
                _ => self.piece(&mut html, (span.file, &span.range()), piece, Show::Inline),
            }
        }
        html.trim().to_owned()
    }

    /// A stretch of a file as it is written; what `noted` names is replaced.
    pub(super) fn lines(self, file: u32, range: &Range<usize>, noted: Noted<'_>) -> String {
        let mut html = String::new();
        let mut skipped = 0;
        for piece in self.pieces(file, range) {
            if piece.range.start < skipped {
                continue;
            }
            if let Some((note, mark)) = noted(piece.range.start) {
                html.truncate(html.trim_end().len());
                html.push_str(&mark);
                skipped = note.end;
                continue;
            }
            self.piece(&mut html, (file, range), piece, Show::Whole);
        }
        html
    }

    fn pieces(&self, file: u32, range: &Range<usize>) -> impl Iterator<Item = &Piece> {
        let pieces = self.index.pieces.get(&file).map_or(&[][..], Vec::as_slice);
        let first = pieces.partition_point(|piece| piece.range.end <= range.start);
        let end = range.end;
        pieces.get(first..).unwrap_or_default().iter().take_while(move |piece| piece.range.start < end)
    }

    /// What lies of a piece within a stretch of its file.
    fn piece(&self, html: &mut String, (file, within): (u32, &Range<usize>), piece: &Piece, show: Show) {
        let range = piece.range.start.max(within.start)..piece.range.end.min(within.end);
        let text = self.sources.get(file).and_then(|source| source.rules().get(range)).unwrap_or("");
        let safe = escaped(text);
        let own = self.index.at(file, &piece.range);
        let class = match piece.kind {
            PieceKind::Keyword(_) => "k",
            PieceKind::Quantity => "q",
            PieceKind::Text => "t",
            PieceKind::Comment => "c",
            PieceKind::Name => {
                let _ = match (own, show) {
                    (Some((Place::Declared, one)), Show::Whole) => write!(html, "<dfn id=\"{}\">{safe}</dfn>", escaped(&one.anchor)),
                    (Some((_, one)), _) => write!(html, "<a href=\"#{}\">{safe}</a>", escaped(&one.anchor)),
                    (None, _) => write!(html, "{safe}"),
                };
                return;
            }
            PieceKind::Sign | PieceKind::Blank => {
                html.push_str(&safe);
                return;
            }
        };
        if let (Some((Place::Declared, one)), PieceKind::Keyword(_), Show::Whole) = (own, piece.kind, show) {
            let _ = write!(html, "<span class=\"{class}\" id=\"{}\">{safe}</span>", escaped(&one.anchor));
            return;
        }
        // a text of several lines is one of each line
        let lines: Vec<String> =
            safe.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("<span class=\"{class}\">{line}</span>") }).collect();
        html.push_str(&lines.join("\n"));
    }
}

/// Lines of rules, each an element of its own: where one is too long for the page, what is left of it is indented.
pub(super) fn in_lines(lines: &[&str]) -> String {
    let mut html = String::new();
    for line in lines {
        let indent = line.bytes().take_while(|byte| *byte == b' ').count();
        let _ = write!(html, "<span class=\"l\" style=\"--i:{indent}ch\">{line}\n</span>");
    }
    html
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    /// Where the rules stand.
    Whole,
    /// Once more, in a table or a sentence.
    Inline,
}
