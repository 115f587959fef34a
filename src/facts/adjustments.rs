//! What was corrected after appeals: facts and scores, each with the value that it replaces, why, by whom and when.
//!
//! In: facts, and the tables beside them that say what is changed. Out: facts with the changes in place, the changes themselves, and
//! the facts as they were. Never: a change whose old value is not what was there.

mod applying;
mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Facts;
use super::files::{Input, InputFault, checksum};
use super::register::Register;
use crate::diag::{CellPlace, Diagnostic, Lang, any_error};
use crate::eval::domain::Value;
use crate::plan::{FactId, ItemId, Plan, Type};
use crate::quantity::Unit;
use crate::source::{FileRead, Role};

/// How a table of adjustments beside the facts is called, and how its name ends.
const STEMS: [&str; 2] = ["adjustments", "调整"];
const ENDINGS: [&str; 3] = ["csv", "xlsx", "json"];

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// The cell of a fact.
    Fact(FactId),
    /// The score of an item.
    Item(ItemId),
}

/// One change.
#[derive(Debug, Clone)]
pub(crate) struct Adjustment {
    /// Which of the members.
    pub(crate) member: usize,
    pub(crate) target: Target,
    /// What was there; nothing where no value was.
    pub(crate) old: Option<Value>,
    /// What is there instead; nothing where a fact is withdrawn.
    pub(crate) new: Option<Value>,
    pub(crate) reason: String,
    pub(crate) by: String,
    /// As in `2020-12-15`.
    pub(crate) date: String,
    /// The row that says so, in the column of the new value.
    pub(crate) place: CellPlace,
    /// Which column of its table that is.
    pub(crate) column: usize,
}

/// What was changed, and the facts before it was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Adjustments {
    /// In the order of the tables.
    pub(crate) all: Vec<Adjustment>,
    /// SHA-256 over the bytes of the tables, sorted by path.
    pub(crate) sha256: String,
    /// The facts as they were; none where they had faults that the changes mend.
    pub(crate) before: Option<Box<Facts>>,
    /// The numbers of the changes of every member that has any, in order.
    by_member: BTreeMap<usize, Vec<usize>>,
}

impl Adjustments {
    fn new(all: Vec<Adjustment>, sha256: String, before: Option<Box<Facts>>) -> Self {
        let mut by_member: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, adjustment) in all.iter().enumerate() {
            by_member.entry(adjustment.member).or_default().push(index);
        }
        Adjustments { all, sha256, before, by_member }
    }

    /// The changes of a member, each with its number.
    pub(crate) fn of(&self, member: usize) -> impl Iterator<Item = (usize, &Adjustment)> {
        let own = self.by_member.get(&member).into_iter().flatten();
        own.filter_map(|index| self.all.get(*index).map(|adjustment| (*index, adjustment)))
    }
}

/// The tables of adjustments that lie beside tables of facts, and those that are named, each once; of a folder those in it.
///
/// # Errors
/// An [`InputFault`] where a folder is named that holds none.
pub(crate) fn tables(facts: &[PathBuf], named: &[PathBuf]) -> Result<Vec<PathBuf>, InputFault> {
    let folder = |path: &PathBuf| if path.is_dir() { path.clone() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() };
    let mut all: Vec<PathBuf> = facts.iter().map(folder).flat_map(|folder| tables_in(&folder)).collect();
    for path in named {
        let found = if path.is_dir() { tables_in(path) } else { vec![path.clone()] };
        if found.is_empty() {
            return Err(InputFault::NoAdjustments { path: path.display().to_string() });
        }
        all.extend(found);
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let same = |a: &Path, b: &Path| a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    for path in all {
        if !found.iter().any(|other| same(other, &path)) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The tables of adjustments in a folder.
fn tables_in(folder: &Path) -> Vec<PathBuf> {
    let names = STEMS.iter().flat_map(|stem| ENDINGS.map(|ending| format!("{stem}.{ending}")));
    names.map(|name| folder.join(name)).filter(|path| path.is_file()).collect()
}

/// Whether a file is a table of adjustments by its name.
pub(crate) fn is_table(name: &str) -> bool {
    name.split_once('.').is_some_and(|(stem, ending)| STEMS.contains(&stem) && ENDINGS.contains(&ending))
}

/// The facts with the changes in place, checked; what is wrong with either goes to `diagnostics`.
pub(crate) fn apply(mut facts: Facts, inputs: &[Input], plan: &Plan, register: Option<&Register>, diagnostics: &mut Vec<Diagnostic>) -> Facts {
    let all = reading::read(inputs, &reading::Known::new(plan, register, &facts), diagnostics);
    if any_error(diagnostics) {
        return facts;
    }
    let before = facts.clone();
    applying::facts(&mut facts, &all, plan, diagnostics);
    super::partly::narrow(plan, &mut facts, diagnostics);
    facts.gather(plan);
    if any_error(diagnostics) {
        return facts;
    }
    diagnostics.extend(super::check::check(plan, &facts));
    if !any_error(diagnostics) {
        applying::scores(&mut facts, &all, plan, diagnostics);
        facts.gather(plan);
    }
    let sound = !any_error(&super::check::check(plan, &before));
    facts.read.extend(inputs.iter().map(|input| FileRead::new(Role::Adjustments, &input.path, &input.bytes)));
    facts.adjustments = Some(Box::new(Adjustments::new(all, checksum(inputs), sound.then(|| Box::new(before)))));
    facts
}

/// How a target is called.
pub(crate) fn name(plan: &Plan, target: Target) -> &str {
    match target {
        Target::Fact(fact) => plan.facts.get(fact).map(crate::plan::Fact::label),
        Target::Item(item) => plan.items.get(item).map(|item| item.name.as_str()),
    }
    .unwrap_or_default()
}

/// A value of a target in print; a word where there is none.
pub(crate) fn shown(plan: &Plan, target: Target, value: Option<&Value>, lang: Lang) -> String {
    let score = Unit::score();
    let (unit, step) = match target {
        Target::Fact(fact) => {
            let Some(fact) = plan.facts.get(fact) else { return String::new() };
            (if let Type::Number(unit) = &fact.kind { Some(unit) } else { None }, fact.step)
        }
        Target::Item(item) => (Some(&score), plan.items.get(item).map_or(plan.head.step, |item| item.step)),
    };
    match (value, lang) {
        (Some(Value::Number(number)), lang) => super::check::show(number, unit, step, lang),
        (Some(Value::Truth(truth)), Lang::Zh) => if *truth { "是" } else { "否" }.to_owned(),
        (Some(Value::Truth(truth)), Lang::En) => if *truth { "yes" } else { "no" }.to_owned(),
        (Some(Value::Symbol(symbol)), _) => plan.symbols.get(*symbol).cloned().unwrap_or_default(),
        (Some(Value::Absent(_)) | None, Lang::Zh) => "空".to_owned(),
        (Some(Value::Absent(_)) | None, Lang::En) => "blank".to_owned(),
    }
}
