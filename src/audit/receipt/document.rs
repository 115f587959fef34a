//! Receipts as text: written in one layout, and taken apart without losing a byte.

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::FORMAT;
use super::seal::{Signed, sha256};

/// Between the text that is hashed and what closes it.
const SEAL: &str = "\n\"sha256\": ";

/// A receipt that was read.
#[derive(Debug, Clone)]
pub(crate) struct Document<'t> {
    /// The sections by name, each as it is written.
    pub(crate) sections: Vec<(&'static str, &'t str)>,
    /// What is hashed and signed: the text up to the hash.
    pub(crate) text: &'t str,
    /// The hash that it states.
    pub(crate) sha256: String,
    pub(crate) signature: Option<Signed>,
    /// Whether it is laid out as receipts are, to the byte.
    pub(crate) in_layout: bool,
    whole: &'t str,
}

/// Why a text is no receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    Empty,
    /// A file with a key.
    Key,
    /// Text or JSON of something else.
    Other,
    /// Another format, by its name.
    Format(String),
    /// Where it is no longer the receipt that it was: line and character, both from 1.
    Broken {
        line: usize,
        column: usize,
        why: Broken,
    },
}

/// What is found where a receipt is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The end.
    Ends,
    /// Bytes that are no UTF-8.
    NoText,
    NoJson,
    /// A field is not there, by its name.
    Missing(String),
    /// A field that receipts do not have.
    Unknown(String),
    /// A field for the second time.
    Twice(String),
    /// Something else than receipts have there.
    Data,
}

/// How files with keys begin.
const KEYS: &str = "kaoping-";

/// What is wrong with a part of a text.
fn broken(whole: &str, part: &str, fault: &serde_json::Error) -> Unreadable {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    let lines: usize = part.split_inclusive('\n').take(fault.line().saturating_sub(1)).map(str::len).sum();
    let message = fault.to_string();
    let field = |kind: &str| message.strip_prefix(kind)?.split('`').nth(1).map(str::to_owned);
    let why = match fault.classify() {
        Category::Eof => Broken::Ends,
        Category::Syntax | Category::Io => Broken::NoJson,
        Category::Data => field("missing field ")
            .map(Broken::Missing)
            .or_else(|| field("unknown field ").map(Broken::Unknown))
            .or_else(|| field("duplicate field ").map(Broken::Twice))
            .unwrap_or(Broken::Data),
    };
    at(whole.as_bytes(), start + lines + fault.column(), why)
}

/// The same at so many bytes.
fn at(bytes: &[u8], place: usize, why: Broken) -> Unreadable {
    let before = bytes.get(..place).unwrap_or(bytes);
    let line = before.split(|byte| *byte == b'\n').count();
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = String::from_utf8_lossy(last).chars().count().max(1);
    Unreadable::Broken { line, column, why }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw<'t> {
    #[serde(borrow)]
    format: &'t RawValue,
    #[serde(borrow)]
    engine: &'t RawValue,
    #[serde(borrow)]
    standard: &'t RawValue,
    #[serde(borrow)]
    period: &'t RawValue,
    #[serde(borrow)]
    call: &'t RawValue,
    #[serde(borrow)]
    previous: &'t RawValue,
    #[serde(borrow)]
    files: &'t RawValue,
    #[serde(borrow)]
    hashes: &'t RawValue,
    #[serde(borrow)]
    results: &'t RawValue,
    #[serde(borrow)]
    programs: &'t RawValue,
    #[serde(borrow)]
    trace: &'t RawValue,
    sha256: String,
    signature: Option<Signed>,
}

#[derive(Deserialize)]
struct Head {
    format: String,
}

impl<'t> Document<'t> {
    /// Takes a receipt apart.
    ///
    /// # Errors
    /// Where it is none, or one of a format that is not known.
    pub(crate) fn read(bytes: &'t [u8]) -> Result<Document<'t>, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|fault| at(bytes, fault.valid_up_to() + 1, Broken::NoText))?;
        match text.trim_start_matches('\u{feff}').trim_start() {
            "" => return Err(Unreadable::Empty),
            text if text.starts_with(KEYS) => return Err(Unreadable::Key),
            text if !text.starts_with('{') => return Err(Unreadable::Other),
            _ => {}
        }
        let head = match serde_json::from_str::<Head>(text) {
            Ok(head) => head,
            Err(fault) if fault.is_data() => return Err(Unreadable::Other),
            Err(fault) => return Err(broken(text, text, &fault)),
        };
        if head.format != FORMAT {
            return Err(Unreadable::Format(head.format));
        }
        let raw: Raw<'t> = serde_json::from_str(text).map_err(|fault| broken(text, text, &fault))?;
        let sections: Vec<(&'static str, &'t str)> = vec![
            ("format", raw.format.get()),
            ("engine", raw.engine.get()),
            ("standard", raw.standard.get()),
            ("period", raw.period.get()),
            ("call", raw.call.get()),
            ("previous", raw.previous.get()),
            ("files", raw.files.get()),
            ("hashes", raw.hashes.get()),
            ("results", raw.results.get()),
            ("programs", raw.programs.get()),
            ("trace", raw.trace.get()),
        ];
        let hashed = text.rfind(SEAL).and_then(|at| text.get(..=at)).unwrap_or(text);
        let rebuilt = self::text(sections.iter().copied());
        let end = closing(&raw.sha256, raw.signature.as_ref());
        let in_layout = text.strip_prefix(rebuilt.as_str()) == Some(end.as_str());
        Ok(Document { sections, text: hashed, sha256: raw.sha256, signature: raw.signature, in_layout, whole: text })
    }

    /// A section as it is written.
    pub(crate) fn section(&self, name: &str) -> &'t str {
        self.sections.iter().find(|(section, _)| *section == name).map_or("", |(_, text)| text)
    }

    /// A section as data, where it is what it should be.
    pub(crate) fn parsed<T: Deserialize<'t>>(&self, name: &str) -> Result<T, Unreadable> {
        let section = self.section(name);
        serde_json::from_str(section).map_err(|fault| broken(self.whole, section, &fault))
    }
}

/// The text of a receipt up to its hash.
pub(super) fn text<'s>(sections: impl Iterator<Item = (&'s str, &'s str)>) -> String {
    let mut text = "{\n".to_owned();
    for (name, section) in sections {
        text += "\"";
        text += name;
        text += "\": ";
        text += section;
        text += ",\n";
    }
    text
}

/// What closes a text.
pub(super) fn end(text: &str, signed: Option<&Signed>) -> String {
    closing(&sha256(text.as_bytes()), signed)
}

fn closing(sha256: &str, signed: Option<&Signed>) -> String {
    // INVARIANT: texts and pairs of them have a text in JSON
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    format!("\"sha256\": {},\n\"signature\": {}\n}}\n", json(serde_json::to_string(sha256)), json(serde_json::to_string(&signed)))
}
