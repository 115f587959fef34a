//! A rule file as a text: its comments are paragraphs, its items have headings, and its notes stand below the rules they belong to.

use std::cell::RefCell;
use std::fmt::Write;
use std::ops::Range;

use super::Heading;
use super::html::escaped;
use super::names::{Declared, Kind};
use super::rules::{Writer, in_lines};
use crate::diag::Lang;
use crate::source::Source;
use crate::syntax::ast::ItemKind;
use crate::syntax::{Piece, PieceKind};

/// Writes one file.
struct Plain<'a> {
    writer: Writer<'a>,
    file: u32,
    text: &'a str,
    html: String,
    headings: &'a mut Vec<Heading>,
    /// The number of the last note of the page.
    notes: &'a mut usize,
    lang: Lang,
}

/// A note among rules: its number, its word and its text as HTML.
struct Note {
    number: usize,
    word: String,
    text: String,
}

/// Writes the text of a file; its headings and notes are counted on through the page.
pub(super) fn write(writer: Writer<'_>, (file, source): (u32, &Source), headings: &mut Vec<Heading>, notes: &mut usize, lang: Lang) -> String {
    let text = source.rules();
    let mut plain = Plain { writer, file, text, html: String::new(), headings, notes, lang };
    plain.stretch(&(0..text.len()), None, 2);
    plain.html
}

impl Plain<'_> {
    /// Rules with the items inside that stand beneath headings of their own.
    fn stretch(&mut self, range: &Range<usize>, owner: Option<usize>, level: u8) {
        let inside: Vec<(usize, Range<usize>)> =
            self.writer.index.declared.iter().enumerate().filter_map(|(id, one)| self.item_in(range, owner, id, one)).collect();
        let mut at = range.start;
        for (id, item) in inside {
            self.rules(&(at..item.start), owner);
            self.heading(id, level);
            self.stretch(&item, Some(id), level.saturating_add(1).min(6));
            at = item.end;
        }
        self.rules(&(at..range.end), owner);
    }

    fn item_in(&self, range: &Range<usize>, owner: Option<usize>, id: usize, one: &Declared) -> Option<(usize, Range<usize>)> {
        let is_item = matches!(one.kind, Kind::Item(_));
        let extent = one.extent.filter(|extent| is_item && extent.file == self.file && one.owner == owner)?.range();
        (extent.start >= range.start && extent.end <= range.end).then_some((id, extent))
    }

    fn heading(&mut self, id: usize, level: u8) {
        let Some(one) = self.writer.index.declared.get(id) else { return };
        let kind = match one.kind {
            Kind::Item(kind) => kind_word(kind, self.lang),
            _ => "",
        };
        let heading = Heading { level, text: format!("{kind} {}", one.name), anchor: format!("s-{}", one.anchor) };
        let _ = writeln!(self.html, "<h{level} id=\"{}\"><span class=\"kind\">{kind}</span> {}</h{level}>", escaped(&heading.anchor), escaped(&one.name));
        self.headings.push(heading);
    }

    /// Rules without items of their own: comments between statements are paragraphs.
    fn rules(&mut self, range: &Range<usize>, owner: Option<usize>) {
        let pieces = self.writer.index.pieces.get(&self.file).map_or(&[][..], Vec::as_slice);
        let comments: Vec<Range<usize>> = match owner {
            None => {
                pieces.iter().filter(|piece| range.contains(&piece.range.start) && self.is_paragraph(piece, pieces)).map(|piece| piece.range.clone()).collect()
            }
            Some(_) => Vec::new(),
        };
        let mut at = range.start;
        let mut paragraph: Vec<&str> = Vec::new();
        for comment in comments {
            if self.text.get(at..comment.start).is_some_and(|between| !between.trim().is_empty() || between.matches('\n').count() > 1) {
                self.paragraph(&std::mem::take(&mut paragraph));
            }
            self.code(&(at..comment.start));
            paragraph.push(self.text.get(comment.clone()).unwrap_or("").trim_start_matches(['#', '＃']).trim());
            at = comment.end;
        }
        self.paragraph(&paragraph);
        self.code(&(at..range.end));
    }

    /// Whether a piece is a comment on a line of its own, outside all brackets.
    fn is_paragraph(&self, piece: &Piece, pieces: &[Piece]) -> bool {
        let line = self.text.get(..piece.range.start).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        if piece.kind != PieceKind::Comment || !line.trim().is_empty() {
            return false;
        }
        let signs = pieces.iter().take_while(|other| other.range.start < piece.range.start).filter(|other| other.kind == PieceKind::Sign);
        let depth = signs.fold(0_usize, |depth, sign| match self.text.get(sign.range.clone()) {
            Some("{" | "｛") => depth + 1,
            Some("}" | "｝") => depth.saturating_sub(1),
            _ => depth,
        });
        depth == 0
    }

    /// Comments beneath one another; one between rules of hyphens is a heading.
    fn paragraph(&mut self, lines: &[&str]) {
        const RULE: [char; 5] = ['-', '=', '*', '─', '—'];
        let Some(first) = lines.first() else { return };
        let title = first.trim_matches(RULE).trim();
        if lines.len() == 1 && first.starts_with(RULE) && !title.is_empty() {
            let heading = Heading::new(self.headings, 2, title.to_owned());
            let _ = writeln!(self.html, "<h2 id=\"{}\">{}</h2>", escaped(&heading.anchor), escaped(title));
            self.headings.push(heading);
            return;
        }
        let text = lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join(if self.lang == Lang::Zh { "" } else { " " });
        if !text.trim().is_empty() {
            let _ = writeln!(self.html, "<p>{text}</p>");
        }
    }

    /// Rules as they are written, their notes below them.
    fn code(&mut self, range: &Range<usize>) {
        let text = self.text.get(range.clone()).unwrap_or("");
        // what closes a block that was shown above says nothing alone
        if text.chars().all(|c| c.is_whitespace() || matches!(c, '}' | '｝')) {
            return;
        }
        let start = range.start + (text.len() - text.trim_start().len());
        let indent = self.text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or("").chars().count();
        let found: RefCell<Vec<Note>> = RefCell::new(Vec::new());
        let first = *self.notes;
        let noted = |at: usize| {
            let (end, note) = self.note(at, range.end)?;
            let number = first + found.borrow().len() + 1;
            found.borrow_mut().push(Note { number, ..note });
            Some((at..end, format!("<sup><a href=\"#note-{number}\">{number}</a></sup>")))
        };
        let html = self.writer.lines(self.file, &(start..range.end), &noted);
        let lines: Vec<&str> = html.trim_end().lines().map(|line| dedented(line, indent)).collect();
        let _ = writeln!(self.html, "<pre class=\"rules\"><code>{}</code></pre>", in_lines(&lines));
        let found = found.into_inner();
        *self.notes += found.len();
        if let Some(first) = found.first() {
            let _ = writeln!(self.html, "<ol class=\"notes\" start=\"{}\">", first.number);
            for note in &found {
                let _ = writeln!(self.html, "<li id=\"note-{}\"><b>{}</b> {}</li>", note.number, note.word, note.text);
            }
            self.html.push_str("</ol>\n");
        }
    }

    /// The note whose word begins there, and where its text ends.
    fn note(&self, at: usize, end: usize) -> Option<(usize, Note)> {
        let pieces = self.writer.index.pieces.get(&self.file)?;
        let first = pieces.partition_point(|piece| piece.range.start < at);
        let word =
            pieces.get(first).filter(|piece| piece.range.start == at && matches!(piece.kind, PieceKind::Keyword("k_source" | "k_assumption" | "k_remark")))?;
        let text = pieces
            .get(first + 1..)?
            .iter()
            .find(|piece| piece.kind != PieceKind::Blank)
            .filter(|piece| piece.kind == PieceKind::Text && piece.range.end <= end)?;
        let shown = |piece: &Piece| escaped(self.text.get(piece.range.clone()).unwrap_or("").trim_matches(['"', '“', '”'])).into_owned();
        Some((text.range.end, Note { number: 0, word: shown(word), text: shown(text) }))
    }
}

/// A line without the blanks that its whole block is indented by.
fn dedented(line: &str, indent: usize) -> &str {
    let blanks = line.bytes().take_while(|byte| *byte == b' ').count().min(indent);
    line.get(blanks..).unwrap_or(line)
}

/// What an item is called.
pub(super) fn kind_word(kind: ItemKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (ItemKind::Section, Lang::Zh) => "类",
        (ItemKind::Indicator, Lang::Zh) => "指标",
        (ItemKind::Bonus, Lang::Zh) => "加分项",
        (ItemKind::Penalty, Lang::Zh) => "扣分项",
        (ItemKind::Section, Lang::En) => "section",
        (ItemKind::Indicator, Lang::En) => "indicator",
        (ItemKind::Bonus, Lang::En) => "bonus",
        (ItemKind::Penalty, Lang::En) => "penalty",
    }
}
