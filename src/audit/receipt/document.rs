//! Receipts as text: written in one layout, and taken apart without losing a byte.

use serde::Deserialize;
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
}

/// Why a text is no receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Not UTF-8, not JSON, or not with the fields of a receipt.
    NoReceipt(String),
    /// Another format, by its name.
    Format(String),
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
        let text = std::str::from_utf8(bytes).map_err(|fault| Unreadable::NoReceipt(fault.to_string()))?;
        let head = serde_json::from_str::<Head>(text).map_err(|fault| Unreadable::NoReceipt(fault.to_string()))?;
        if head.format != FORMAT {
            return Err(Unreadable::Format(head.format));
        }
        let raw: Raw<'t> = serde_json::from_str(text).map_err(|fault| Unreadable::NoReceipt(fault.to_string()))?;
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
        Ok(Document { sections, text: hashed, sha256: raw.sha256, signature: raw.signature, in_layout })
    }

    /// A section as it is written.
    pub(crate) fn section(&self, name: &str) -> &'t str {
        self.sections.iter().find(|(section, _)| *section == name).map_or("", |(_, text)| text)
    }

    /// A section as data, where it is what it should be.
    pub(crate) fn parsed<T: Deserialize<'t>>(&self, name: &str) -> Result<T, Unreadable> {
        serde_json::from_str(self.section(name)).map_err(|fault| Unreadable::NoReceipt(format!("{name}: {fault}")))
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
