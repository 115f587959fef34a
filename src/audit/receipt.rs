//! Receipts: what a period was scored from, by which steps, with what result, so that anybody can find out whether all that agrees.
//!
//! In: a plan, facts, results, and what tells the bytes of every file that was read. Out: a text ([`written`]), the same for the same
//! inputs, and what does not agree in one ([`verified`]). Never: IO, a clock, a private key that is kept.
//!
//! A receipt is a JSON document in one layout. Its lines up to the last three are its text; these hold the hash of the text and
//! the signature over that hash:
//!
//! ```text
//! {
//! "format": "kaoping-receipt 1",
//! "engine": …,            name and version of the program
//! "standard": …,          which standard, in which version
//! "period": …,
//! "call": …,              what the program was asked: paths inside a root folder
//! "previous": …,          the receipt before this one: path, period, hash of its bytes
//! "files": […],           every file that was read: path, role, length, hash
//! "hashes": …,            of the program's sources, rules, facts, results, programs and trace
//! "results": …,           as `score --format json` gives them
//! "programs": …,          the steps of every tier, each with its operands, meaning and place in the rules
//! "trace": […],           for every unit the values of the steps that vary
//! "sha256": "…",
//! "signature": …
//! }
//! ```

mod compare;
mod document;
mod layout;
mod program;
pub(crate) mod seal;
mod value;
mod verify;

use serde::{Deserialize, Serialize};

pub(crate) use self::document::{Broken, Document, Unreadable};
use self::layout::laid_out;
use self::program::{Places, programs};
use self::seal::{KEY, sha256, sign};
pub(crate) use self::verify::{Finding, Kind, Predecessor, Seen, Unchecked, Verified, between, chained, previous, verified, without_carriage_returns};
use crate::eval::Until;
use crate::eval::domain::{Absence, Value};
use crate::eval::outcome::AsExact;
use crate::facts::{Facts, calendar};
use crate::plan::{self, Plan, StepId};
use crate::results::{Results, evaluated};
use crate::source::{FileRead, Role, Sources};

/// What the first line says.
pub(crate) const FORMAT: &str = "kaoping-receipt 1";

/// The sources that the program is built from.
const ENGINE_SHA256: &str = env!("KAOPING_SOURCES_SHA256");

/// What was asked: paths inside the root folder, with `/` between their parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    pub(crate) policy: String,
    pub(crate) facts: Vec<String>,
    pub(crate) sheets: Vec<String>,
    pub(crate) adjustments: Vec<String>,
}

/// The receipt before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Previous {
    pub(crate) path: String,
    pub(crate) period: String,
    /// SHA-256 of its bytes, signature and all.
    pub(crate) sha256: String,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) role: String,
    pub(crate) bytes: usize,
    pub(crate) sha256: String,
}

/// What a receipt is made of.
pub(crate) struct Scored<'s> {
    pub(crate) plan: &'s Plan,
    pub(crate) facts: &'s Facts,
    pub(crate) results: &'s Results,
    pub(crate) sources: &'s Sources,
    /// The files of the policy; those of the facts are known with these.
    pub(crate) policy: &'s [FileRead],
    pub(crate) call: &'s Call,
    pub(crate) previous: Option<&'s Previous>,
    /// How a path as shown is called inside the root folder.
    pub(crate) inside: &'s dyn Fn(&str) -> String,
}

/// The sections of a receipt by name, in their order.
pub(crate) type Sections = Vec<(&'static str, String)>;

#[derive(Debug, Serialize)]
struct Standard<'s> {
    id: &'s str,
    version: &'s str,
    sha256: &'s str,
}

#[derive(Debug, Serialize)]
struct Hashes<'s> {
    engine: &'s str,
    rules: &'s str,
    facts: &'s str,
    adjustments: Option<&'s str>,
    results: &'s str,
    programs: &'s str,
    trace: &'s str,
}

/// The values of one unit.
#[derive(Debug, Serialize)]
struct Row<'s> {
    unit: &'s str,
    tier: &'s str,
    /// Whether a table has a row for it.
    listed: bool,
    /// The steps whose values an adjustment states, whatever they come to.
    instead: Vec<StepId>,
    /// Of the steps that vary, in their order; of a unit that does not take part those of the exemptions.
    values: Vec<String>,
}

/// The text of every section.
pub(crate) fn sections(scored: &Scored<'_>) -> Sections {
    let results = scored.results;
    let varying = varying(scored);
    let programs = programs(scored.plan, (&varying, &scored.facts.texts), &Places::new(scored.sources, scored.inside));
    let [results_text, programs_text, trace_text] = [laid_out(results, 2), laid_out(&programs, 4), laid_out(&trace(scored, &varying), 1)];
    let hashes = Hashes {
        engine: ENGINE_SHA256,
        rules: &results.standard.sha256,
        facts: &results.facts_sha256,
        adjustments: results.adjustments_sha256.as_deref(),
        results: &sha256(results_text.as_bytes()),
        programs: &sha256(programs_text.as_bytes()),
        trace: &sha256(trace_text.as_bytes()),
    };
    let standard = Standard { id: &results.standard.id, version: &results.standard.version, sha256: &results.standard.sha256 };
    vec![
        ("format", laid_out(&FORMAT, 0)),
        ("engine", laid_out(&results.engine, 0)),
        ("standard", laid_out(&standard, 0)),
        ("period", laid_out(&results.period, 0)),
        ("call", laid_out(scored.call, 1)),
        ("previous", laid_out(&scored.previous, 1)),
        ("files", laid_out(&files(scored), 1)),
        ("hashes", laid_out(&hashes, 1)),
        ("results", results_text),
        ("programs", programs_text),
        ("trace", trace_text),
    ]
}

/// The bytes of a receipt, signed where there is a key.
pub(crate) fn written(sections: &Sections, secret: Option<&[u8; KEY]>) -> String {
    let mut text = document::text(sections.iter().map(|(name, text)| (*name, text.as_str())));
    let signed = secret.map(|secret| sign(text.as_bytes(), secret));
    text += &document::end(&text, signed.as_ref());
    text
}

/// Every file that was read, each once, in the order of roles and paths.
fn files(scored: &Scored<'_>) -> Vec<Listed> {
    let of = |file: &FileRead| Listed {
        path: (scored.inside)(&file.path),
        role: role(scored.plan, file).to_owned(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    };
    let mut files: Vec<Listed> = Vec::new();
    for file in scored.policy.iter().chain(&scored.facts.read).map(of) {
        if !files.iter().any(|other| other.path == file.path) {
            files.push(file);
        }
    }
    files
}

fn role(plan: &Plan, file: &FileRead) -> &'static str {
    match file.role {
        Role::Rules => "rules",
        Role::Script => "script",
        Role::Table if calendar::is_calendar(plan, &file.path) => "calendar",
        Role::Table => "register",
        Role::Facts => "facts",
        Role::Records => "records",
        Role::Provenance => "provenance",
        Role::Adjustments => "adjustments",
    }
}

/// The steps whose values the trace states, by tier: those that some fact or some adjustment bears on.
fn varying(scored: &Scored<'_>) -> Vec<Vec<StepId>> {
    let (members, rows) = (&scored.facts.members, &scored.facts.rows);
    let by_hand =
        |tier: usize| members.iter().zip(rows).filter(move |(member, _)| member.tier == tier).flat_map(|(_, row)| &row.instead).map(|(step, _)| *step);
    scored.plan.programs.iter().enumerate().map(|(tier, program)| plan::varying(&program.steps, &by_hand(tier).collect())).collect()
}

fn trace<'s>(scored: &Scored<'s>, varying: &[Vec<StepId>]) -> Vec<Row<'s>> {
    let (plan, texts) = (scored.plan, &scored.facts.texts);
    let mut rows = Vec::with_capacity(scored.facts.members.len());
    for (member, row) in scored.facts.members.iter().zip(&scored.facts.rows) {
        let Some((program, varying)) = plan.programs.get(member.tier).zip(varying.get(member.tier)) else { continue };
        let (outcome, _) = evaluated(program, row, Until::Bounds);
        let value = |step: &StepId| match (outcome.values.get(*step)?.exact(), outcome.bounds.get(*step)) {
            (Value::Absent(Absence::Partly), Some(bounds)) => Some(value::possible(bounds, plan, texts)),
            (value, _) => Some(value::shown(value, plan, texts)),
        };
        let instead = row.instead.iter().map(|(step, _)| *step).collect();
        rows.push(Row { unit: &member.name, tier: &program.tier, listed: row.listed, instead, values: varying.iter().filter_map(value).collect() });
    }
    rows
}
