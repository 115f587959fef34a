//! Texts that are spliced from files: for every stretch, where its author wrote it.

use super::{Kind, Source, Sources, Span, offset, position};

/// A stretch of a spliced text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its bytes in the spliced text.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where it was written, in a file of an author; of a sign that nobody wrote, what made it necessary.
    pub(crate) from: Span,
    /// Whether `from` holds the same bytes.
    pub(crate) same: bool,
}

impl Piece {
    /// Where a part of it was written.
    fn part(&self, start: u32, end: u32) -> Span {
        if !self.same {
            return self.from;
        }
        let (start, end) = (start.max(self.start), end.min(self.end));
        Span { file: self.from.file, start: self.from.start + (start - self.start), end: self.from.start + (end.max(start) - self.start) }
    }
}

/// A text in the making.
#[derive(Debug, Default)]
pub(crate) struct Spliced {
    pub(crate) text: String,
    pub(crate) pieces: Vec<Piece>,
}

impl Spliced {
    /// Where the next byte will stand.
    pub(crate) fn end(&self) -> u32 {
        offset(self.text.len())
    }

    /// Adds a stretch of a file, itself spliced or not.
    pub(crate) fn copy(&mut self, sources: &Sources, span: Span) {
        for (part, from, same) in sources.pieces(span) {
            self.add(sources.text(part), from, same);
        }
    }

    /// Adds signs that nobody wrote.
    pub(crate) fn sign(&mut self, text: &str, due_to: Span) {
        self.add(text, due_to, false);
    }

    fn add(&mut self, text: &str, from: Span, same: bool) {
        let start = self.end();
        self.text.push_str(text);
        if !text.is_empty() {
            self.pieces.push(Piece { start, end: self.end(), from, same });
        }
    }
}

impl Sources {
    /// Adds a text that was spliced from others, under the path of the file that it amends.
    pub(crate) fn add_spliced(&mut self, path: impl Into<String>, spliced: Spliced) -> u32 {
        self.push(Source::of(path, spliced.text, Kind::Spliced(spliced.pieces)))
    }

    /// The stretches of a span, each with where it was written and whether that is the same text.
    pub(crate) fn pieces(&self, span: Span) -> Vec<(Span, Span, bool)> {
        let Some(Source { kind: Kind::Spliced(pieces), .. }) = self.get(span.file) else { return vec![(span, span, true)] };
        let first = pieces.partition_point(|piece| piece.end <= span.start);
        let touched = pieces.iter().skip(first).take_while(|piece| piece.start < span.end.max(span.start + 1));
        touched
            .map(|piece| {
                let part = Span { file: span.file, start: piece.start.max(span.start), end: piece.end.min(span.end) };
                (part, piece.part(span.start, span.end), piece.same)
            })
            .collect()
    }

    /// Where a span was written: of what was written in several places the one file whose part is longest.
    #[must_use]
    pub fn written(&self, span: Span) -> Span {
        if !matches!(self.get(span.file).map(|source| &source.kind), Some(Kind::Spliced(_))) {
            return span;
        }
        let pieces = self.pieces(span);
        let length = |span: Span| position(span.end).saturating_sub(position(span.start));
        let of_file = |file: u32| pieces.iter().filter(move |(_, from, same)| from.file == file && *same);
        let total = |file: u32| of_file(file).map(|(_, from, _)| length(*from)).sum::<usize>();
        // the first of those that are equally long
        let Some((_, longest, _)) = pieces.iter().rev().max_by_key(|(_, from, _)| total(from.file)) else { return Span { end: span.start, ..span } };
        let (first, last) = (of_file(longest.file).next(), of_file(longest.file).next_back());
        match (first, last) {
            (Some((_, first, _)), Some((_, last, _))) if first.start <= last.end => first.to(*last),
            _ => *longest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_a_spliced_text_is_shown_where_it_was_written() {
        let mut sources = Sources::default();
        let base = sources.add("标准.kp", "满分 30 分 保底 1 分");
        let amendment = sources.add("修订.kp", "满分 30 分 改为 35 分");
        let at = |file, text: &str, piece: &str| {
            let start = text.find(piece).unwrap();
            Span { file, start: offset(start), end: offset(start + piece.len()) }
        };
        let (old, new) = (sources.text(Span { file: base, start: 0, end: 999 }).to_owned(), "满分 30 分 改为 35 分");
        assert_eq!(old, "");
        let mut spliced = Spliced::default();
        spliced.copy(&sources, at(base, "满分 30 分 保底 1 分", "满分 "));
        spliced.copy(&sources, at(amendment, new, "35 分"));
        spliced.copy(&sources, at(base, "满分 30 分 保底 1 分", " 保底 1 分"));
        assert_eq!(spliced.text, "满分 35 分 保底 1 分");
        let text = spliced.text.clone();
        let version = sources.add_spliced("标准.kp", spliced);
        assert_eq!(sources.written(at(version, &text, "35 分")), at(amendment, new, "35 分"));
        assert_eq!(sources.text(sources.written(at(version, &text, "1 分"))), "1 分");
        assert_eq!(sources.text(sources.written(at(version, &text, "35 分 保底 1 分"))), " 保底 1 分");
        assert_eq!(sources.place(at(version, &text, "35 分")), "修订.kp:1");
        assert_eq!(sources.excerpt(at(version, &text, "满分 35 分")), "满分 35 分");
        // a text that was spliced is spliced again
        let mut again = Spliced::default();
        again.copy(&sources, at(version, &text, "35 分 保底"));
        let once_more = sources.add_spliced("标准.kp", again);
        assert_eq!(sources.written(Span { file: once_more, start: 0, end: 2 }), Span { end: at(amendment, new, "35").end, ..at(amendment, new, "35") });
    }
}
