//! Diagnostics as plain data, and their two renderings: text with carets, and JSON for an editor.
//!
//! In: what a stage found, with every place involved. Out: text in the language of the file, or JSON. Never: a decision whether
//! to go on; a stage collects what it finds and stops at its gate.

mod code;
mod pages;
mod render;
mod suggest;
mod visible;

pub use code::{Code, Severity};
pub(crate) use pages::examples;
pub(crate) use render::to_short_text;
pub use render::{Colour, to_json, to_text};
pub(crate) use suggest::{closest, opposite};
pub(crate) use visible::{code_point, is_invisible, visible};

use serde::Serialize;

use crate::source::{Sources, Span};

/// The language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// One sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The sentence in that language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A sentence in both languages, each a format string over the same values.
macro_rules! words {
    ($zh:literal, $en:literal) => {
        $crate::diag::Words { zh: format!($zh), en: format!($en) }
    };
}
pub(crate) use words;

/// So many things in English: `1 cell`, `2 cells`.
pub(crate) fn number_of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A cell of a table that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CellPlace {
    /// The file as shown.
    pub file: String,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row, counted from 1 with the header; of a JSON file the record.
    pub row: usize,
    /// The heading of the column, empty for the row as a whole.
    pub column: String,
    /// The cell as a spreadsheet names it, as in `C14`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether the rows are the records of a JSON file.
    #[serde(skip_serializing_if = "is_false")]
    pub record: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl CellPlace {
    /// The place in words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let CellPlace { file, sheet, row, column, address, record } = self;
        let row = match (lang, address, record) {
            (Lang::Zh, Some(address), _) => format!(" {address}"),
            (Lang::Zh, None, false) => format!(" 第 {row} 行"),
            (Lang::Zh, None, true) => format!(" 第 {row} 条"),
            (Lang::En, Some(address), _) => format!(" {address}"),
            (Lang::En, None, false) => format!(" row {row}"),
            (Lang::En, None, true) => format!(" record {row}"),
        };
        let text = match (lang, sheet) {
            (Lang::Zh, Some(sheet)) => format!("{file}「{sheet}」表{row}"),
            (Lang::En, Some(sheet)) => format!("{file} sheet {sheet}{row}"),
            (_, None) => format!("{file}{row}"),
        };
        match (lang, column.is_empty()) {
            (_, true) => text,
            (Lang::Zh, false) => format!("{text}「{column}」列"),
            (Lang::En, false) => format!("{text}, column {column}"),
        }
    }
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a rule file.
    Rule(Span),
    /// In a table.
    Cell(CellPlace),
    /// A file as a whole.
    File(String),
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// What is said there.
    pub words: Words,
}

/// What the author can do, with the edit that does it where there is exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// The action in words.
    pub words: Words,
    /// The text that replaces a span.
    pub edit: Option<(Span, String)>,
}

/// One root cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of fault it is.
    pub code: Code,
    /// What was found against what was expected.
    pub words: Words,
    /// The smallest guilty text first, then the places where the expectation came from.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Vec<Help>,
}

impl Diagnostic {
    /// A fault with its title; labels and help follow.
    #[must_use]
    pub fn new(code: Code, words: Words) -> Self {
        Self { code, words, labels: Vec::new(), help: Vec::new() }
    }

    /// Adds a label in a rule file.
    #[must_use]
    pub fn at(mut self, span: Span, words: Words) -> Self {
        self.labels.push(Label { place: Place::Rule(span), words });
        self
    }

    /// Adds a label on a cell of a table.
    #[must_use]
    pub fn at_cell(mut self, cell: CellPlace, words: Words) -> Self {
        self.labels.push(Label { place: Place::Cell(cell), words });
        self
    }

    /// Adds a label on a whole file.
    #[must_use]
    pub fn at_file(mut self, file: impl Into<String>, words: Words) -> Self {
        self.labels.push(Label { place: Place::File(file.into()), words });
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, words: Words) -> Self {
        self.help.push(Help { words, edit: None });
        self
    }

    /// Adds advice with the edit that carries it out.
    #[must_use]
    pub fn fix(mut self, words: Words, span: Span, replacement: impl Into<String>) -> Self {
        self.help.push(Help { words, edit: Some((span, replacement.into())) });
        self
    }

    /// The same with every place where its author wrote it.
    #[must_use]
    pub fn written(&self, sources: &Sources) -> Diagnostic {
        let mut diagnostic = self.clone();
        for label in &mut diagnostic.labels {
            if let Place::Rule(span) = &mut label.place {
                *span = sources.written(*span);
            }
        }
        for help in &mut diagnostic.help {
            if let Some((span, _)) = &mut help.edit {
                *span = sources.written(*span);
            }
        }
        diagnostic
    }

    /// Whether it stops the work.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// The span of the first label in a rule file.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.labels.iter().find_map(|label| match label.place {
            Place::Rule(span) => Some(span),
            _ => None,
        })
    }
}

/// Puts diagnostics in the order of their places and drops what says the same thing of the same place twice.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|diagnostic| {
        let cell = diagnostic.labels.iter().find_map(|label| match &label.place {
            Place::Cell(cell) => Some(cell.clone()),
            _ => None,
        });
        (diagnostic.span(), cell, diagnostic.code)
    });
    diagnostics.dedup();
}

/// Whether any of them stops the work.
#[must_use]
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// The language in which the statements of a file begin, or of all files where no place is given: that of most lines.
#[must_use]
pub fn language_of(sources: &Sources, span: Option<Span>) -> Lang {
    const ZH: &[&str] = &["标准", "层级", "数据", "类", "指标", "加分项", "扣分项", "当", "得", "总分", "排名", "用例", "不参评"];
    const EN: &[&str] = &["standard", "tier", "fact", "section", "indicator", "bonus", "penalty", "when", "award", "total", "rank", "case", "exempt"];
    // a script is spoken of in the language of the rules that call it
    let rules = span.and_then(|span| sources.get(span.file)).filter(|source| source.script_sha256().is_none());
    // of no place in particular the rules as a whole speak: an amendment of a few lines does not change their language
    let spoken: Vec<_> =
        rules.map_or_else(|| sources.iter().map(|(_, source)| source).filter(|source| source.script_sha256().is_none()).collect(), |source| vec![source]);
    let (mut english, mut chinese) = (0_usize, 0_usize);
    for line in spoken.iter().flat_map(|source| source.rules().lines()).map(str::trim_start) {
        let (words, count) = if line.starts_with(|first: char| first.is_ascii()) { (EN, &mut english) } else { (ZH, &mut chinese) };
        *count = count.saturating_add(usize::from(words.iter().any(|word| line.starts_with(word))));
    }
    if english > chinese { Lang::En } else { Lang::Zh }
}
