//! Whether a receipt agrees with itself, with the files, with what comes out of them again, and with the receipts before it.
//!
//! What outer hashes are recomputed for is found all the same: every section is compared with the one that the files give.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::compare::{Difference, differences};
use super::document::Document;
use super::seal::{holds, sha256};
use super::{Listed, Previous, Sections};
use crate::quantity::Period;

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// Where: a file, a receipt, the names that lead to a value.
    pub(crate) place: String,
    /// What the receipt says.
    pub(crate) recorded: Option<String>,
    /// What is there, or comes out.
    pub(crate) found: Option<String>,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The bytes are not laid out as those of a receipt.
    Layout,
    /// A section holds something else than receipts have there.
    Section,
    /// A hash in the receipt is not that of what it stands for.
    Hash,
    /// A file is another, is gone, or was not read for the receipt.
    File,
    /// A file, or a receipt, is the same but for the ends of its lines.
    LineEnds,
    /// A path leads out of the root folder.
    Path,
    Engine,
    Standard,
    Call,
    Results,
    Programs,
    Trace,
    /// The receipt before is another than the one that was followed.
    Chain,
    /// The receipt before is of another standard.
    ChainStandard,
    /// The receipt before is not of an earlier period.
    ChainOrder,
    /// A signature is not that of its key.
    Signature,
    /// A key is configured, and there is no signature.
    Unsigned,
    /// A key is configured, and the signature is of another.
    Foreign,
    /// The files give no results.
    NotRecomputed,
}

impl Kind {
    /// Whether a receipt is refused for it, whatever it says.
    pub(crate) fn refuses(self) -> bool {
        matches!(self, Kind::Signature | Kind::Unsigned | Kind::Foreign)
    }
}

/// What was not looked at, or cannot be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unchecked {
    /// It was made by another version, or from other sources.
    OtherEngine { recorded: String, own: String },
    /// The receipt before is not there.
    PreviousGone { path: String, period: String },
    /// The results of the receipt before were not computed again.
    PreviousTrusted { path: String, period: String },
    /// There is none before.
    First,
    /// Periods between two receipts have none.
    Gap { from: String, to: String },
    /// It is not signed, and no key is configured.
    Unsigned { path: String },
    /// It is signed, and no key is configured.
    KeyUnknown { path: String, key: String },
    /// The results were not computed again.
    NothingRecomputed,
    /// The arithmetic is that of the program itself.
    SameProgram,
    /// Whether what the tables say is so.
    Facts,
}

/// What became of a receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) findings: Vec<Finding>,
    pub(crate) unchecked: Vec<Unchecked>,
}

impl Verified {
    pub(crate) fn name(&mut self, kind: Kind, place: impl Into<String>, recorded: Option<String>, found: Option<String>) {
        let finding = Finding { kind, place: place.into(), recorded, found };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// A file as it is.
#[derive(Debug)]
pub(crate) struct Seen {
    bytes: usize,
    sha256: String,
    /// Whether it is what is listed but for the ends of its lines.
    with_other_line_ends: bool,
}

impl Seen {
    pub(crate) fn of(listed: &Listed, bytes: &[u8]) -> Seen {
        let sha256 = sha256(bytes);
        let with_other_line_ends = sha256 != listed.sha256 && same_but_for_line_ends(bytes, &listed.sha256);
        Seen { bytes: bytes.len(), sha256, with_other_line_ends }
    }
}

/// Bytes without the carriage returns before the ends of lines.
pub(crate) fn without_carriage_returns(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'\r') {
        return bytes.into();
    }
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    bytes.iter().zip(next).filter(|(byte, next)| !(**byte == b'\r' && *next == Some(&b'\n'))).map(|(byte, _)| *byte).collect()
}

/// Whether bytes with that hash become these where all lines end in one way or all in the other.
fn same_but_for_line_ends(bytes: &[u8], hash: &str) -> bool {
    let plain = without_carriage_returns(bytes);
    sha256(&plain) == hash || sha256(&plain.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice())) == hash
}

/// A receipt before the one that is verified.
#[derive(Debug)]
pub(crate) struct Predecessor {
    pub(crate) path: String,
    /// Its bytes; none where it is not there.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// Compares a receipt with itself, with the files that it lists as they are (none of a file that is gone), and with the
/// sections that come out of the files again, if they do.
pub(crate) fn verified(document: &Document<'_>, present: &[(Listed, Option<Seen>)], expected: Option<&Sections>) -> Verified {
    let mut verified = Verified::default();
    if !document.in_layout {
        verified.name(Kind::Layout, "", None, None);
    }
    own_hashes(document, &mut verified);
    for (listed, found) in present {
        if !found.as_ref().is_some_and(|found| found.bytes == listed.bytes && found.sha256 == listed.sha256) {
            let kind = if found.as_ref().is_some_and(|found| found.with_other_line_ends) { Kind::LineEnds } else { Kind::File };
            verified.name(kind, &listed.path, Some(listed.sha256.clone()), found.as_ref().map(|found| found.sha256.clone()));
        }
    }
    engine(document, &mut verified);
    match expected {
        Some(expected) => recomputed(document, expected, &mut verified),
        None => verified.unchecked.push(Unchecked::NothingRecomputed),
    }
    verified.unchecked.extend([Unchecked::Facts, Unchecked::SameProgram]);
    verified
}

/// The hashes that a receipt states of itself.
fn own_hashes(document: &Document<'_>, verified: &mut Verified) {
    let text = sha256(document.text.as_bytes());
    if text != document.sha256 {
        verified.name(Kind::Hash, "sha256", Some(document.sha256.clone()), Some(text));
    }
    let Ok(hashes) = document.parsed::<BTreeMap<String, Option<String>>>("hashes") else {
        verified.name(Kind::Section, "hashes", None, None);
        return;
    };
    for name in ["results", "programs", "trace"] {
        let found = sha256(document.section(name).as_bytes());
        let recorded = hashes.get(name).cloned().flatten();
        if recorded.as_ref() != Some(&found) {
            verified.name(Kind::Hash, format!("hashes/{name}"), recorded, Some(found));
        }
    }
}

/// Results as far as they say by which program they were made.
#[derive(Deserialize)]
struct Engine {
    engine: String,
}

/// What a receipt and its results say of the program is the same.
fn engine(document: &Document<'_>, verified: &mut Verified) {
    let stated = document.parsed::<String>("engine").ok();
    let in_results = document.parsed::<Engine>("results").ok().map(|results| results.engine);
    if stated != in_results {
        verified.name(Kind::Engine, "engine", stated, in_results);
    }
}

fn recomputed(document: &Document<'_>, expected: &Sections, verified: &mut Verified) {
    for (name, found) in expected {
        let recorded = document.section(name);
        if recorded == found {
            continue;
        }
        let (Ok(recorded), Ok(found)) = (serde_json::from_str::<Value>(recorded), serde_json::from_str::<Value>(found)) else {
            verified.name(Kind::Section, *name, None, None);
            continue;
        };
        let found = differences(&recorded, &found);
        if found.is_empty() {
            verified.name(Kind::Layout, *name, None, None);
        }
        for difference in found {
            differs(document, name, difference, verified);
        }
    }
}

/// Names a difference as what it is.
fn differs(document: &Document<'_>, section: &str, difference: Difference, verified: &mut Verified) {
    let Difference { place, recorded, found } = difference;
    let joined = place.join("/");
    let kind = match (section, joined.as_str()) {
        // of another program it can only be said that it is another
        ("engine", _) | ("hashes", "engine") => {
            verified.unchecked.push(Unchecked::OtherEngine { recorded: recorded.unwrap_or_default(), own: found.unwrap_or_default() });
            return;
        }
        ("results", "engine") => return,
        // said of the section itself
        ("hashes", "results" | "programs" | "trace") => return,
        ("hashes", _) => Kind::Hash,
        ("files", _) => {
            let path = place.first().cloned().unwrap_or_default();
            let named = verified.findings.iter().any(|finding| matches!(finding.kind, Kind::File | Kind::LineEnds) && finding.place == path);
            if !named {
                let place = if recorded.is_none() || found.is_none() { path } else { joined };
                verified.name(Kind::File, place, recorded, found);
            }
            return;
        }
        ("standard", _) => Kind::Standard,
        ("call" | "period", _) => Kind::Call,
        ("previous", _) => Kind::Chain,
        ("programs", _) => Kind::Programs,
        ("trace", _) => return verified.name(Kind::Trace, step_place(document, &place), recorded, found),
        _ => Kind::Results,
    };
    let place = if joined.is_empty() { section.to_owned() } else { format!("{section}/{joined}") };
    verified.name(kind, place, recorded, found);
}

/// Of a value of the trace the unit, the step and what it means, instead of its place in the list.
fn step_place(document: &Document<'_>, place: &[String]) -> String {
    let told = || {
        let [unit, values, at] = place else { return None };
        let at: usize = at.parse().ok().filter(|_| values == "values")?;
        let rows: Vec<Value> = document.parsed("trace").ok()?;
        let row = rows.into_iter().find(|row| row.get("unit").and_then(Value::as_str) == Some(unit))?;
        let programs: Value = document.parsed("programs").ok()?;
        let tier = programs.get("tiers")?.as_array()?.iter().find(|tier| tier.get("tier") == row.get("tier"))?;
        let stated = tier.get("steps")?.as_array()?.iter().filter(|step| step.get("value").is_none()).nth(at)?;
        let (step, means) = (stated.get("step")?, stated.get("means")?.as_str()?);
        Some(format!("trace/{unit}/{step} {means}"))
    };
    told().unwrap_or_else(|| format!("trace/{}", place.join("/")))
}

/// Follows the chain: each receipt before is the one that was followed, of the same standard, of an earlier period. And asks of each, the
/// first included, whether it is signed by a key that is trusted, where keys are configured.
pub(crate) fn chained(path: &str, document: &Document<'_>, before: &[Predecessor], keys: Option<&BTreeSet<String>>, verified: &mut Verified) {
    signed(path, document, keys, verified);
    let mut current = (document.section("standard").to_owned(), document.parsed::<String>("period").unwrap_or_default());
    let mut link = previous(document);
    if link.is_none() {
        verified.unchecked.push(Unchecked::First);
    }
    for predecessor in before {
        let Some(expected) = link.take() else { return };
        let (path, period) = (expected.path.clone(), expected.period.clone());
        let Some(bytes) = &predecessor.bytes else {
            verified.unchecked.push(Unchecked::PreviousGone { path, period });
            return;
        };
        let found = sha256(bytes);
        let mut bytes = Cow::from(bytes);
        if found != expected.sha256 && same_but_for_line_ends(&bytes, &expected.sha256) {
            verified.name(Kind::LineEnds, &path, Some(expected.sha256), Some(found));
            bytes = without_carriage_returns(&bytes).into_owned().into();
        } else if found != expected.sha256 {
            verified.name(Kind::Chain, &path, Some(expected.sha256), Some(found));
        }
        let Ok(previous_document) = Document::read(&bytes) else {
            verified.name(Kind::Chain, &path, Some(period), None);
            return;
        };
        own_hash_of(&path, &previous_document, verified);
        signed(&path, &previous_document, keys, verified);
        let stated = previous_document.parsed::<String>("period").unwrap_or_default();
        if stated != period {
            verified.name(Kind::Chain, format!("{path}/period"), Some(period), Some(stated.clone()));
        }
        if standard_of(&current.0) != standard_of(previous_document.section("standard")) {
            verified.name(Kind::ChainStandard, &path, standard_of(&current.0), standard_of(previous_document.section("standard")));
        }
        order(&path, &stated, &current.1, verified);
        verified.unchecked.push(Unchecked::PreviousTrusted { path, period: stated.clone() });
        link = previous(&previous_document);
        current = (previous_document.section("standard").to_owned(), stated);
    }
}

/// The receipt before, if one is named.
pub(crate) fn previous(document: &Document<'_>) -> Option<Previous> {
    document.parsed::<Option<Previous>>("previous").ok().flatten()
}

fn standard_of(section: &str) -> Option<String> {
    Some(serde_json::from_str::<Value>(section).ok()?.get("id")?.as_str()?.to_owned())
}

/// What lies between two periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Between {
    Nothing,
    Periods,
}

/// What lies between a period and a later one of the same length; none where it is no later one.
pub(crate) fn between(earlier: &str, later: &str) -> Option<Between> {
    let periods = [Period::parse(earlier)?, Period::parse(later)?];
    let ([one, other], [cycle, other_cycle]) = (periods, periods.map(Period::cycle));
    (cycle == other_cycle && one < other).then(|| if one.next() == other { Between::Nothing } else { Between::Periods })
}

fn order(path: &str, earlier: &str, later: &str, verified: &mut Verified) {
    match between(earlier, later) {
        Some(Between::Nothing) => {}
        Some(Between::Periods) => verified.unchecked.push(Unchecked::Gap { from: earlier.to_owned(), to: later.to_owned() }),
        None => verified.name(Kind::ChainOrder, path, Some(later.to_owned()), Some(earlier.to_owned())),
    }
}

fn own_hash_of(path: &str, document: &Document<'_>, verified: &mut Verified) {
    let text = sha256(document.text.as_bytes());
    if text != document.sha256 {
        verified.name(Kind::Hash, format!("{path}/sha256"), Some(document.sha256.clone()), Some(text));
    }
}

fn signed(path: &str, document: &Document<'_>, keys: Option<&BTreeSet<String>>, verified: &mut Verified) {
    match (&document.signature, keys) {
        (Some(signed), _) if !holds(document.text.as_bytes(), signed) => {
            verified.name(Kind::Signature, path, Some(signed.signature.clone()), None);
        }
        (Some(signed), Some(keys)) if !keys.contains(&signed.key) => verified.name(Kind::Foreign, path, Some(signed.key.clone()), None),
        (Some(_), Some(_)) => {}
        (Some(signed), None) => verified.unchecked.push(Unchecked::KeyUnknown { path: path.to_owned(), key: signed.key.clone() }),
        (None, Some(_)) => verified.name(Kind::Unsigned, path, None, None),
        (None, None) => verified.unchecked.push(Unchecked::Unsigned { path: path.to_owned() }),
    }
}
