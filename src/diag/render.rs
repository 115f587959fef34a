//! Text with carets that stand right under wide characters, and JSON.

use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::{Diagnostic, Lang, Place, Severity, language_of};
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
    for diagnostic in diagnostics {
        let lang = lang.unwrap_or_else(|| language_of(sources, diagnostic.span()));
        let _ = writeln!(text, "{}\n", one(diagnostic, sources, lang, colour));
    }
    text
}

fn one(diagnostic: &Diagnostic, sources: &Sources, lang: Lang, colour: Colour) -> String {
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
    let mut group = Group::with_title(level.primary_title(diagnostic.words.get(lang)).id(diagnostic.code.id()));
    for (file, source) in sources.all() {
        let mut snippet = Snippet::source(source.text.as_str()).path(source.path.as_str()).fold(true);
        let mut any = false;
        for (index, label) in diagnostic.labels.iter().enumerate() {
            if let Place::Rule(span) = label.place
                && span.file == file
            {
                let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let words = apart(diagnostic, &source.text, span, label.words.get(lang));
                snippet = snippet.annotation(kind.span(span.range()).label(words));
                any = true;
            }
        }
        if any {
            group = group.element(snippet);
        }
    }
    for label in &diagnostic.labels {
        match &label.place {
            Place::Rule(_) => {}
            Place::Cell(cell) => {
                let place = cell.text(lang);
                group = group.element(note.clone().message(
                    format!("{place}:{}{}", if lang == Lang::En { " " } else { "" }, label.words.get(lang)).trim_end().trim_end_matches(':').to_owned(),
                ));
            }
            Place::File(file) if label.words.get(lang).is_empty() => {
                group = group.element(Origin::path(file.as_str()));
            }
            Place::File(file) => {
                group = group.element(note.clone().message(format!("{file} {}", label.words.get(lang))));
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
        group = group.element(help.clone().message(text));
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

/// All diagnostics as a JSON array, in both languages. Lines and columns count from 1, columns in characters.
#[must_use]
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let both = |words: &super::Words| json!({ "zh": words.zh, "en": words.en });
    let range = |span: crate::source::Span| -> Value {
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
