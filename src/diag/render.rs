//! Text with carets that stand right under wide characters, and JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::{CellPlace, Code, Diagnostic, Lang, Place, Severity, language_of, visible, words};
use crate::source::{Sources, Span, position};

/// Whether escape codes colour the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// For a terminal.
    On,
    /// For everything else.
    Off,
}

/// All diagnostics as text, each in the language of the file it points into unless `lang` says otherwise.
#[must_use]
pub fn to_text(diagnostics: &[Diagnostic], sources: &Sources, lang: Option<Lang>, colour: Colour) -> String {
    let mut text = String::new();
    let mut spoken = Spoken { sources, lang, known: BTreeMap::new() };
    for diagnostic in diagnostics {
        write_one(&mut text, diagnostic, sources, spoken.of(diagnostic), colour);
    }
    text
}

/// In which language to speak of what, each file asked once.
struct Spoken<'s> {
    sources: &'s Sources,
    lang: Option<Lang>,
    known: BTreeMap<Option<u32>, Lang>,
}

impl Spoken<'_> {
    fn of(&mut self, diagnostic: &Diagnostic) -> Lang {
        let span = diagnostic.span();
        self.lang.unwrap_or_else(|| *self.known.entry(span.map(|span| span.file)).or_insert_with(|| language_of(self.sources, span)))
    }
}

/// The file, sheet and column of a cell, and what is wrong there.
type Kind<'d> = (&'d str, Option<&'d str>, &'d str, Code);

/// As [`to_text`], for a reader who is not to drown: of one code in one column of one table the first twenty, then how many more there are.
pub(crate) fn to_short_text(diagnostics: &[Diagnostic], sources: &Sources, lang: Option<Lang>, colour: Colour) -> String {
    const SHOWN: usize = 20;
    let mut text = String::new();
    let mut spoken = Spoken { sources, lang, known: BTreeMap::new() };
    let mut counts: BTreeMap<Kind<'_>, (usize, Lang)> = BTreeMap::new();
    for diagnostic in diagnostics {
        let cell = diagnostic.labels.iter().find_map(|label| match &label.place {
            Place::Cell(cell) => Some(cell),
            _ => None,
        });
        if let Some(CellPlace { file, sheet, column, .. }) = cell {
            let (count, _) = counts.entry((file, sheet.as_deref(), column, diagnostic.code)).or_insert_with(|| (0, spoken.of(diagnostic)));
            *count += 1;
            if *count > SHOWN {
                continue;
            }
        }
        write_one(&mut text, diagnostic, sources, spoken.of(diagnostic), colour);
    }
    for ((file, sheet, column, code), (count, lang)) in counts {
        let more = count.saturating_sub(SHOWN);
        if more > 0 {
            let (place, code) = (column_words(file, sheet, column, lang), code.id());
            let said = words!("{place}还有 {more} 处 {code},没有一一列出", "{place}: {more} more of {code}, not shown");
            let _ = writeln!(text, "{}", said.get(lang));
        }
    }
    text
}

/// A column of a table in words; the table where no column is named.
fn column_words(file: &str, sheet: Option<&str>, column: &str, lang: Lang) -> String {
    let table = match (lang, sheet) {
        (Lang::Zh, Some(sheet)) => format!("{file}「{sheet}」表"),
        (Lang::En, Some(sheet)) => format!("{file} sheet {sheet}"),
        (_, None) => file.to_owned(),
    };
    match (lang, column.is_empty()) {
        (Lang::Zh, false) => format!("{table}「{column}」列"),
        (Lang::En, false) => format!("{table}, column {column}"),
        (Lang::Zh, true) => format!("{table} "),
        (Lang::En, true) => table,
    }
}

fn write_one(text: &mut String, diagnostic: &Diagnostic, sources: &Sources, lang: Lang, colour: Colour) {
    let _ = writeln!(text, "{}\n", one(diagnostic, sources, lang, colour));
}

fn one(diagnostic: &Diagnostic, sources: &Sources, lang: Lang, colour: Colour) -> String {
    let diagnostic = &diagnostic.written(sources);
    let level = match (diagnostic.code.severity(), lang) {
        (Severity::Error, Lang::Zh) => Level::ERROR.with_name("错误"),
        (Severity::Error, Lang::En) => Level::ERROR,
        (Severity::Warning, Lang::Zh) => Level::WARNING.with_name("提醒"),
        (Severity::Warning, Lang::En) => Level::WARNING,
    };
    let note = match lang {
        Lang::Zh => Level::NOTE.with_name("位置"),
        Lang::En => Level::NOTE.with_name("place"),
    };
    let help = match lang {
        Lang::Zh => Level::HELP.with_name("办法"),
        Lang::En => Level::HELP,
    };
    let mut group = Group::with_title(level.primary_title(visible(diagnostic.words.get(lang))).id(diagnostic.code.id()));
    for (file, source) in sources.all() {
        let spans = || diagnostic.labels.iter().filter_map(|label| if let Place::Rule(span) = label.place { Some(span) } else { None });
        let Some(lines) = lines_of(&source.text, spans().filter(|span| span.file == file)) else { continue };
        let first = source.text.get(..lines.start).map_or(1, |before| before.matches('\n').count() + 1);
        let shown = source.text.get(lines.clone()).unwrap_or_default();
        let mut snippet = Snippet::source(shown).line_start(first).path(source.path.as_str()).fold(true);
        for (index, label) in diagnostic.labels.iter().enumerate() {
            if let Place::Rule(span) = label.place
                && span.file == file
            {
                let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let words = apart(diagnostic, &source.text, span, &visible(label.words.get(lang)));
                let within = |at: usize| at.saturating_sub(lines.start).min(shown.len());
                snippet = snippet.annotation(kind.span(within(span.range().start)..within(span.range().end)).label(words));
            }
        }
        group = group.element(snippet);
    }
    for label in &diagnostic.labels {
        match &label.place {
            Place::Rule(_) => {}
            Place::Cell(cell) => {
                let place = cell.text(lang);
                let said = format!("{place}:{}{}", if lang == Lang::En { " " } else { "" }, label.words.get(lang));
                group = group.element(note.clone().message(visible(said.trim_end().trim_end_matches(':')).into_owned()));
            }
            Place::File(file) if label.words.get(lang).is_empty() => {
                group = group.element(Origin::path(file.as_str()));
            }
            Place::File(file) => {
                group = group.element(note.clone().message(visible(&format!("{file} {}", label.words.get(lang))).into_owned()));
            }
        }
    }
    for advice in &diagnostic.help {
        let text = match &advice.edit {
            Some((_, replacement)) if !replacement.contains('\n') && !advice.words.get(lang).contains(replacement.as_str()) => {
                format!("{}: {replacement}", advice.words.get(lang))
            }
            _ => advice.words.get(lang).to_owned(),
        };
        group = group.element(help.clone().message(visible(&text).into_owned()));
    }
    let renderer = match colour {
        Colour::On => Renderer::styled(),
        Colour::Off => Renderer::plain(),
    };
    let text = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The words of a label, made too long to be drawn between two marks on one line: there the renderer counts a wide character as
/// one column, and whatever stands to the right of it would be out of place. Too long, they are drawn on a line of their own.
fn apart(diagnostic: &Diagnostic, text: &str, span: Span, words: &str) -> String {
    let line_end = |span: Span| text.get(position(span.end)..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| position(span.end) + length);
    let next = diagnostic.labels.iter().filter_map(|other| match other.place {
        Place::Rule(other) if other.file == span.file && other.start >= span.end && position(other.start) <= line_end(span) => Some(position(other.start)),
        _ => None,
    });
    let Some(next) = next.min() else { return words.to_owned() };
    let gap = text.get(position(span.end)..next).map_or(0, UnicodeWidthStr::width);
    let missing = (gap + 2).saturating_sub(words.chars().count());
    if words.is_ascii() { words.to_owned() } else { format!("{words}{}", " ".repeat(missing)) }
}

/// The lines of a text that some spans are in, whole: what is drawn of a long text is not looked for in all of it. None where there is no span.
fn lines_of(text: &str, spans: impl Iterator<Item = Span>) -> Option<std::ops::Range<usize>> {
    let range = spans.map(Span::range).reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))?;
    let start = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text.get(range.end..).and_then(|behind| behind.find('\n')).map_or(text.len(), |length| range.end + length + 1);
    // where a text ends in the end of a line, what is said of its end stands beneath that line
    let start = if start >= text.len() { text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1) } else { start };
    Some(start..end)
}

/// All diagnostics as a JSON array, in both languages. Lines and columns count from 1, columns in characters.
#[must_use]
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let both = |words: &super::Words| json!({ "zh": visible(&words.zh), "en": visible(&words.en) });
    let range = |span: crate::source::Span| -> Value {
        let span = sources.written(span);
        let Some(source) = sources.get(span.file) else { return Value::Null };
        let (from, to) = (source.line_column(position(span.start)), source.line_column(position(span.end)));
        json!({ "file": source.path, "line": from.line, "column": from.column, "end_line": to.line, "end_column": to.column })
    };
    diagnostics
        .iter()
        .map(|diagnostic| {
            json!({
                "code": diagnostic.code.id(),
                "severity": diagnostic.code.severity(),
                "message": both(&diagnostic.words),
                "labels": diagnostic.labels.iter().map(|label| {
                    let place = match &label.place {
                        Place::Rule(span) => range(*span),
                        Place::Cell(cell) => json!(cell),
                        Place::File(file) => json!({ "file": file }),
                    };
                    json!({ "place": place, "message": both(&label.words) })
                }).collect::<Vec<_>>(),
                "help": diagnostic.help.iter().map(|help| {
                    let edit = help.edit.as_ref().map(|(span, text)| json!({ "place": range(*span), "text": text }));
                    json!({ "message": both(&help.words), "edit": edit })
                }).collect::<Vec<_>>(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(code: Code, row: usize, column: &str, sheet: Option<&str>) -> Diagnostic {
        let place = CellPlace { file: "表.xlsx".to_owned(), sheet: sheet.map(str::to_owned), row, column: column.to_owned(), ..CellPlace::default() };
        Diagnostic::new(code, words!("不是数", "no number")).at_cell(place, words!("", ""))
    }

    #[test]
    fn of_many_of_one_kind_twenty_are_shown_and_the_rest_counted() {
        let mut all = Vec::new();
        for row in 1..=150_usize {
            all.push(at(Code::BadCell, row, "甲数", None));
            all.push(at(Code::BadCell, row, "乙数", Some("县")));
        }
        all.extend((1..=21_usize).map(|row| at(Code::BadCount, row, "", None)));
        all.extend((1..=20_usize).map(|row| at(Code::BadCount, row, "甲数", None)));
        all.extend((1..=30_usize).map(|_| Diagnostic::new(Code::NoEffect, words!("无用", "no effect")).at_file("规则.kp", words!("", ""))));
        let short = |lang| to_short_text(&all, &Sources::default(), Some(lang), Colour::Off);
        let (zh, en) = (short(Lang::Zh), short(Lang::En));
        for text in [&zh, &en] {
            assert_eq!(text.matches(&format!("[{}]", Code::BadCell.id())).count(), 40);
            assert_eq!(text.matches(&format!("[{}]", Code::BadCount.id())).count(), 40);
            assert_eq!(text.matches(&format!("[{}]", Code::NoEffect.id())).count(), 30);
        }
        let tail = |text: &str| text.lines().rev().take(3).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            tail(&zh),
            [
                "表.xlsx「县」表「乙数」列还有 130 处 K0504,没有一一列出",
                "表.xlsx「甲数」列还有 130 处 K0504,没有一一列出",
                "表.xlsx 还有 1 处 K0505,没有一一列出"
            ]
        );
        assert_eq!(
            tail(&en),
            [
                "表.xlsx sheet 县, column 乙数: 130 more of K0504, not shown",
                "表.xlsx, column 甲数: 130 more of K0504, not shown",
                "表.xlsx: 1 more of K0505, not shown"
            ]
        );
        assert_eq!(to_json(&all, &Sources::default()).as_array().unwrap().len(), all.len());
        assert_eq!(to_text(&all, &Sources::default(), None, Colour::Off).matches("[K0504]").count(), 300);
    }
}
