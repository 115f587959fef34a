//! Edits of the files of a version, and the files of the next that they give.

use indexmap::IndexMap;

use super::Repealed;
use crate::diag::{Code, Diagnostic, words};
use crate::source::{Sources, Span, Spliced, position};

/// What takes the place of a stretch.
#[derive(Debug, Clone)]
pub(super) enum Bit {
    /// What stands there.
    Copy(Span),
    /// A sign or keyword that nobody wrote.
    Sign(&'static str),
}

#[derive(Debug, Clone)]
struct Edit {
    /// What is taken out.
    span: Span,
    with: Vec<Bit>,
    /// The change that asks for it.
    by: Span,
    kind: EditKind,
    /// The statement that is in force no more, where it is a repeal.
    repeals: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EditKind {
    /// A change that somebody wrote.
    Change,
    /// What follows from one, or from a version being another: it gives way where its place is taken out.
    Follows,
}

/// Where something is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Gap {
    pub(super) file: u32,
    pub(super) at: u32,
    pub(super) kind: GapKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum GapKind {
    /// Behind a statement, on lines of their own.
    Behind,
    /// Before a statement.
    Before,
    /// A block that is not there yet.
    Block,
    /// A part of a statement.
    Part,
}

/// The edits of one amendment.
#[derive(Debug, Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
    gaps: IndexMap<Gap, Vec<(Vec<Bit>, Span)>>,
}

impl Edits {
    pub(super) fn replace(&mut self, span: Span, with: Vec<Bit>, by: Span) {
        self.edits.push(Edit { span, with, by, kind: EditKind::Change, repeals: None });
    }

    pub(super) fn follow(&mut self, span: Span, with: Vec<Bit>, by: Span) {
        self.edits.push(Edit { span, with, by, kind: EditKind::Follows, repeals: None });
    }

    /// Takes a statement out, with the separators that went with it.
    pub(super) fn repeal(&mut self, span: Span, statement: Span, by: Span) {
        self.edits.push(Edit { span, with: Vec::new(), by, kind: EditKind::Change, repeals: Some(statement) });
    }

    pub(super) fn insert(&mut self, gap: Gap, what: Vec<Bit>, by: Span) {
        self.gaps.entry(gap).or_default().push((what, by));
    }

    /// Changes of one thing that do not go together.
    pub(super) fn collisions(&self, sources: &Sources) -> Vec<Diagnostic> {
        let mut changes: Vec<&Edit> = self.edits.iter().filter(|edit| edit.kind == EditKind::Change).collect();
        changes.sort_by_key(|edit| (edit.span, edit.by));
        let inside = |gap: &Gap, span: Span| gap.file == span.file && gap.at > span.start && gap.at < span.end;
        let mut found = Vec::new();
        let mut clash = |first: Span, second: Span, what: Span| {
            let (first, second) = if first <= second { (first, second) } else { (second, first) };
            let mut text = sources.excerpt(what);
            if text.chars().count() > 40 {
                text = text.chars().take(39).chain(['…']).collect();
            }
            found.push(
                Diagnostic::new(Code::AmendedTwice, words!("一处规则在同一个修订里改了两次:{text}", "one amendment changes this twice: {text}"))
                    .at(second, words!("这里又改", "again here"))
                    .at(first, words!("先在这里改", "first here"))
                    .at(what, words!("被改的一条", "what is changed"))
                    .help(words!("合成一处修订,或删去一处", "make them one change, or remove one")),
            );
        };
        for (index, edit) in changes.iter().enumerate() {
            let rest = changes.get(index + 1..).unwrap_or_default();
            for other in rest.iter().take_while(|other| other.span.file == edit.span.file && other.span.start < edit.span.end) {
                clash(edit.by, other.by, other.repeals.unwrap_or(other.span));
            }
            for (gap, inserted) in self.gaps.iter().filter(|(gap, _)| inside(gap, edit.span)) {
                let _ = gap;
                inserted.iter().for_each(|(_, by)| clash(edit.by, *by, edit.repeals.unwrap_or(edit.span)));
            }
        }
        found
    }

    /// The file of the next version that a file becomes, and what is repealed in it; `kept` are repeals of earlier versions.
    pub(super) fn splice(&self, sources: &Sources, file: u32, number: u32, kept: &[Repealed]) -> (Spliced, Vec<Repealed>) {
        let mut steps: Vec<(u32, u32, Step<'_>)> = Vec::new();
        for edit in self.edits.iter().filter(|edit| edit.span.file == file && !self.gives_way(edit)) {
            steps.push((edit.span.start, edit.span.end, Step::Edit(edit)));
        }
        for (gap, what) in self.gaps.iter().filter(|(gap, _)| gap.file == file) {
            steps.push((gap.at, gap.at, Step::Gap(*gap, what)));
        }
        // what is inserted where a stretch begins that is taken out stands before it
        steps.sort_by_key(|(start, end, _)| (*start, *end));
        let length = sources.get(file).map_or(0, |source| crate::source::offset(source.rules().len()));
        let mut next = Next { sources, file, spliced: Spliced::default(), at: 0, kept, repealed: Vec::new(), number };
        for (start, end, step) in steps {
            next.copy_to(start);
            match step {
                Step::Edit(edit) => next.edit(edit, end),
                Step::Gap(gap, what) => next.fill(gap, what),
            }
        }
        next.copy_to(length);
        (next.spliced, next.repealed)
    }

    /// Whether what follows from a change stands in what another takes out.
    fn gives_way(&self, edit: &Edit) -> bool {
        let within = |other: &Edit| {
            other.span.file == edit.span.file
                && other.span.start <= edit.span.start
                && edit.span.end <= other.span.end
                && (other.kind == EditKind::Change || other.span != edit.span)
        };
        edit.kind == EditKind::Follows && self.edits.iter().any(|other| !std::ptr::eq(other, edit) && within(other))
    }
}

enum Step<'e> {
    Edit(&'e Edit),
    Gap(Gap, &'e [(Vec<Bit>, Span)]),
}

/// A file in the making.
struct Next<'s> {
    sources: &'s Sources,
    file: u32,
    spliced: Spliced,
    /// Up to where the file before is used up.
    at: u32,
    kept: &'s [Repealed],
    repealed: Vec<Repealed>,
    number: u32,
}

impl Next<'_> {
    fn copy_to(&mut self, end: u32) {
        if end <= self.at {
            return;
        }
        let from = self.spliced.end();
        let here = self.kept.iter().filter(|repealed| (self.at..end).contains(&repealed.at));
        self.repealed.extend(here.map(|repealed| Repealed { file: self.number, at: from + (repealed.at - self.at), ..*repealed }));
        self.spliced.copy(self.sources, Span { file: self.file, start: self.at, end });
        self.at = end;
    }

    fn edit(&mut self, edit: &Edit, end: u32) {
        if let Some(text) = edit.repeals {
            self.repealed.push(Repealed { file: self.number, at: self.spliced.end(), text, by: edit.by });
        }
        self.bits(&edit.with, edit.by);
        self.at = self.at.max(end);
    }

    fn bits(&mut self, bits: &[Bit], by: Span) {
        for bit in bits {
            match bit {
                Bit::Copy(span) => self.spliced.copy(self.sources, *span),
                Bit::Sign(text) => self.spliced.sign(text, by),
            }
        }
    }

    fn fill(&mut self, gap: Gap, what: &[(Vec<Bit>, Span)]) {
        let Some((_, due)) = what.first() else { return };
        if gap.kind == GapKind::Block {
            self.spliced.sign(" {\n", *due);
        }
        for (bits, by) in what {
            match gap.kind {
                GapKind::Behind => self.spliced.sign("\n; ", *by),
                GapKind::Part => self.spliced.sign(" ", *by),
                GapKind::Before | GapKind::Block => {}
            }
            self.bits(bits, *by);
            match gap.kind {
                GapKind::Before | GapKind::Block => self.spliced.sign(";\n", *by),
                GapKind::Behind | GapKind::Part => {}
            }
        }
        match gap.kind {
            GapKind::Block => self.spliced.sign("}", *due),
            GapKind::Behind => self.spliced.sign(" ", *due),
            GapKind::Before | GapKind::Part => {}
        }
    }
}

/// The end of the line of a statement, where only a comment follows it there.
pub(super) fn behind(sources: &Sources, file: u32, end: u32) -> u32 {
    let text = sources.get(file).and_then(|source| source.rules().get(position(end)..)).unwrap_or("");
    let line = text.split('\n').next().unwrap_or("");
    let rest = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | '；' | '。'));
    if rest.is_empty() || rest.starts_with(['#', '＃']) { end + crate::source::offset(line.len()) } else { end }
}

/// A statement with the separators behind it and the comment at the end of its line; of a part of a statement, with the comma before it.
pub(super) fn taken_out(sources: &Sources, span: Span, is_part: bool) -> Span {
    let Some(text) = sources.get(span.file).map(crate::source::Source::rules) else { return span };
    let blank = |c: char| c.is_whitespace();
    if is_part {
        let before = text.get(..position(span.start)).unwrap_or("");
        let kept = before.trim_end_matches([' ', '\t', '\u{3000}', ',', '，']);
        return Span { start: crate::source::offset(kept.len()), ..span };
    }
    let after = text.get(position(span.end)..).unwrap_or("");
    let separators = after.len() - after.trim_start_matches(|c: char| blank(c) || matches!(c, ';' | '；' | '。')).len();
    let separated = after.get(..separators).is_some_and(|between| between.contains([';', '；', '。']));
    let end = if separated { span.end + crate::source::offset(separators) } else { span.end };
    let rest = text.get(position(end)..).unwrap_or("");
    let line = rest.split('\n').next().unwrap_or("");
    let end = if line.trim_start().starts_with(['#', '＃']) { end + crate::source::offset(line.len()) } else { end };
    Span { end, ..span }
}
