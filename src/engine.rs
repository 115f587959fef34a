//! The engine for programs: compile a standard once, score units that are in memory.
//!
//! ```
//! use kaoping::engine::{Table, compile};
//! use kaoping::source::Sources;
//! use rust_decimal::Decimal;
//!
//! let mut sources = Sources::default();
//! sources.add(
//!     "rules.kp",
//!     r#"
//!     standard 「demo」 { version "1" cycle month rounding half up score round to 0.01 points ties skipping }
//!     tier 「A」 marks 10 points
//!     fact rate : %
//!     indicator 「on time」 marks 10 points { rate below 95% per 1 pp deduct 1 points, down to 0 }
//!     total = sum cap marks round to 0.01 points
//!     rank tier on total
//!     "#,
//! );
//! let compiled = compile(&sources);
//! assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
//! let plan = compiled.plan.unwrap();
//! let mut table = Table::new(&plan);
//! table.unit("north", "A").unwrap();
//! table.set("rate", Decimal::new(9315, 4)).unwrap(); // 93.15 %
//! let mut totals = Vec::new();
//! table.score(|scores| totals.push(scores.total));
//! assert_eq!(totals, [Some(Decimal::new(815, 2))]);
//! ```

mod ranges;

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;

pub use self::ranges::{Range, Ranges};
use crate::amended::{self, Amended, Renamed, Term};
use crate::diag::{self, Diagnostic, Lang, words};
use crate::eval::domain::{Absence, Bounds, Domain, Exact, Traced, TracedValue, Value};
use crate::eval::outcome::{AsExact, Status, evaluate};
use crate::eval::stages::{self, Members};
use crate::eval::{self, Evaluator, Until};
use crate::extension::Scripts;
use crate::facts::{named, past};
use crate::plan::{self, AttributeId, Dates, FactId, InputId, InputKind, Name, Plan, Program, TierId};
use crate::quantity::{Number, Period};
use crate::results::State;
use crate::source::Sources;
use crate::syntax::ast::Declaration;
use crate::syntax::outline::Outline;
use crate::{resolved, syntax};

/// What a compilation gives: a plan if no fault was found, and everything that was found.
#[derive(Debug)]
pub struct Compiled {
    /// The plan.
    pub plan: Option<Plan>,
    /// Faults and warnings in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// A version of a standard, ready to score with.
#[derive(Debug)]
pub struct Version {
    /// What it is called.
    pub name: String,
    /// The version that it amends.
    pub based_on: Option<String>,
    /// Its plan, which knows when it is in force; where tables by period change, that of the latest periods.
    pub plan: Plan,
    /// The plans of its other periods: those before, and longer ones.
    pub(crate) others: Vec<Plan>,
    /// Its place among the texts of all versions.
    pub(crate) text: usize,
}

/// All versions of a standard.
#[derive(Debug)]
pub struct Versions {
    /// In the order of their dates; none if any has a fault.
    pub versions: Vec<Version>,
    /// Faults and warnings in the order of their places, each once.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) texts: Amended,
}

/// Compiles the version that is last in force of the rule files of one standard, with the scripts that they call; all versions are
/// checked.
#[must_use]
pub fn compile(sources: &Sources) -> Compiled {
    let Versions { mut versions, diagnostics, .. } = compile_versions(sources);
    Compiled { plan: versions.pop().map(|version| version.plan), diagnostics }
}

/// Parses, resolves, checks and lowers every version of one standard.
#[must_use]
pub fn compile_versions(sources: &Sources) -> Versions {
    let parsed = syntax::parse(sources);
    let mut diagnostics = parsed.diagnostics.clone();
    // what cannot be read cannot be amended
    let amendments = parsed.files.iter().flat_map(|file| &file.declarations).any(|declaration| matches!(declaration, Declaration::Amendment(_)));
    let texts = if amendments && !diag::any_error(&diagnostics) { amended::amend(sources, &mut diagnostics) } else { Amended::plain(sources) };
    let scripts = Scripts::compile(&texts.sources, &mut diagnostics);
    let lang = diag::language_of(sources, None);
    let mut plans = Vec::new();
    let mut others: BTreeMap<usize, Vec<Plan>> = BTreeMap::new();
    let mut seen = Vec::new();
    for (index, version) in texts.versions.iter().enumerate() {
        let spliced = version.amendment.is_some().then(|| syntax::parse_files(&texts.sources, &version.files));
        let mut found = spliced.as_ref().map(|parsed| parsed.diagnostics.clone()).unwrap_or_default();
        let parsed = spliced.as_ref().unwrap_or(&parsed);
        // a file whose brackets do not match tells nothing of what it declares
        let standards = if parsed.unreadable { Vec::new() } else { resolved::resolve(parsed, &scripts, &mut found) };
        let broken = diag::any_error(&found);
        for fault in found.into_iter().map(|fault| fault.written(&texts.sources)) {
            if !seen.contains(&fault) {
                seen.push(fault.clone());
                diagnostics.push(in_version(fault, version));
            }
        }
        let mut lowered: Vec<Plan> = standards.into_iter().filter(|_| !broken).map(|standard| plan::lower(standard, lang)).collect();
        if let Some(plan) = lowered.pop() {
            plans.push((index, plan));
            others.insert(index, lowered);
        }
    }
    let plans = dated(plans, &texts, &mut diagnostics);
    diag::sort(&mut diagnostics);
    let mut versions = Vec::new();
    if !diag::any_error(&diagnostics) {
        for (text, mut plan) in plans {
            let mut others = others.remove(&text).unwrap_or_default();
            others.iter_mut().for_each(|other| other.head.effective.clone_from(&plan.head.effective));
            std::iter::once(&mut plan).chain(&mut others).for_each(|plan| settle(plan, &texts.sources));
            let version = texts.versions.get(text);
            let (name, based_on) = (plan.head.version.clone(), version.and_then(|version| version.based_on.clone()));
            versions.push(Version { name, based_on, plan, others, text });
        }
        let plans: Vec<&Plan> = versions.iter().flat_map(|version| std::iter::once(&version.plan).chain(&version.others)).collect();
        for warning in past::check_versions(&plans) {
            let warning = warning.written(&texts.sources);
            if !diagnostics.contains(&warning) {
                diagnostics.push(warning);
            }
        }
        diag::sort(&mut diagnostics);
    }
    Versions { versions, diagnostics, texts }
}

/// Keeps a plan within the dates of its version, and says of what it reads of other periods where the authors wrote it: by that it is
/// the same in other versions.
fn settle(plan: &mut Plan, sources: &Sources) {
    plan.dates = plan.dates.within(&Dates::of(&plan.head));
    for span in plan.inputs.iter_mut().flat_map(|input| &mut input.spans) {
        *span = sources.written(*span);
    }
}

impl Version {
    /// The plan of a period.
    pub(crate) fn at(&self, period: Period) -> Option<&Plan> {
        plan::of_period(std::iter::once(&self.plan).chain(&self.others), period)
    }
}

impl Versions {
    /// The files of the authors, and the texts that amendments make of them: places in plans are of these.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.texts.sources
    }

    /// The text of a version in the one layout, in one skin or as it was written: what amendments changed or repealed says so.
    pub(crate) fn show(&self, version: &Version, skin: Option<Lang>) -> Option<Result<String, syntax::Mismatch>> {
        Some(amended::show(&self.texts, self.texts.versions.get(version.text)?, skin))
    }

    /// The statements of a version.
    pub(crate) fn outlines(&self, version: &Version) -> Vec<Outline> {
        let text = self.texts.versions.get(version.text);
        text.map(|text| amended::outlines(&self.texts.sources, &text.files)).unwrap_or_default()
    }

    /// The statements of a version with the names that the amendments leading to another give them.
    pub(crate) fn renamed(&self, version: &Version, others: &Versions, other: &Version) -> Renamed {
        match (self.texts.versions.get(version.text), others.texts.versions.get(other.text)) {
            (Some(text), Some(other)) => self.texts.renamed(text, &others.texts, other),
            _ => Renamed::default(),
        }
    }

    /// The files that hold the text of a version: those of its authors, or spliced ones.
    pub(crate) fn texts_of(&self, version: &Version) -> &[u32] {
        self.texts.versions.get(version.text).map_or(&[], |text| text.files.as_slice())
    }

    /// The files in which a version is written, as shown.
    pub(crate) fn files(&self, version: &Version) -> Vec<String> {
        let Some(text) = self.texts.versions.get(version.text) else { return Vec::new() };
        let sources = self.sources();
        match text.amendment {
            Some(span) => sources.get(span.file).map(|source| source.path.clone()).into_iter().collect(),
            None => {
                text.files.iter().filter(|file| text.stated.contains(file)).filter_map(|file| sources.get(*file)).map(|source| source.path.clone()).collect()
            }
        }
    }
}

/// A fault that only an amended version has, with the amendment.
fn in_version(fault: Diagnostic, version: &amended::Version) -> Diagnostic {
    let name = &version.name;
    match version.amendment {
        Some(amendment) => fault.at(amendment, words!("在版本「{name}」里", "in version {name}")),
        None => fault,
    }
}

/// Plans in the order of their dates, each with its last day.
fn dated(plans: Vec<(usize, Plan)>, texts: &Amended, diagnostics: &mut Vec<Diagnostic>) -> Vec<(usize, Plan)> {
    if texts.versions.len() < 2 || plans.len() < texts.versions.len() {
        return plans;
    }
    let term = |plan: &Plan| plan.head.effective.clone().map(|(from, until)| Term { from, until });
    let terms: Option<Vec<_>> = plans.iter().map(|(text, plan)| Some((texts.versions.get(*text)?, term(plan)?))).collect();
    let Some(terms) = terms else { return plans };
    let order = amended::calendar(&terms, diagnostics);
    let mut left: Vec<Option<(usize, Plan)>> = plans.into_iter().map(Some).collect();
    let mut sorted = Vec::new();
    for (index, term) in order {
        if let Some((text, mut plan)) = left.get_mut(index).and_then(Option::take) {
            plan.head.effective = Some((term.from, term.until));
            sorted.push((text, plan));
        }
    }
    sorted
}

/// Facts in memory.
#[derive(Debug)]
pub struct Table<'p> {
    plan: &'p Plan,
    tiers: Vec<usize>,
    /// The cells of one unit after another.
    cells: Vec<Value>,
    /// What can be of the cells of which only a range is known.
    known: BTreeMap<usize, Bounds>,
    /// The names of the units, where the rules name any.
    names: Vec<String>,
    /// Names, units above and attributes, where the rules read them.
    register: Register,
}

/// What a register says of units besides their tiers.
#[derive(Debug, Default)]
struct Register {
    /// The number of each name.
    names: IndexMap<String, usize>,
    parents: BTreeMap<usize, String>,
    /// The attributes of one unit after another, as places among the words.
    attributes: Vec<Option<usize>>,
    words: IndexSet<String>,
}

/// The cells of one unit by fact, and what was gathered for it by input.
struct Cells<'t> {
    facts: &'t [Value],
    inputs: &'t [Value],
}

impl eval::Cells<Value> for Cells<'_> {
    #[inline]
    fn cell(&self, fact: FactId) -> Option<Value> {
        self.facts.get(fact).copied()
    }

    #[inline]
    fn input(&self, input: InputId) -> Option<Value> {
        self.inputs.get(input).copied()
    }
}

/// The units of a table with what was gathered for them.
struct Gathered<'t, 'p> {
    table: &'t Table<'p>,
    /// The inputs of one unit after another.
    inputs: Vec<Value>,
}

impl Gathered<'_, '_> {
    fn cells(&self, unit: usize) -> Cells<'_> {
        // a standard without facts has units all the same
        let (facts, inputs) = (self.table.plan.facts.len(), self.table.plan.inputs.len());
        Cells { facts: of_unit(&self.table.cells, unit, facts), inputs: of_unit(&self.inputs, unit, inputs) }
    }
}

/// The values of one unit among those of all, each having so many.
fn of_unit(values: &[Value], unit: usize, width: usize) -> &[Value] {
    values.get(unit * width..).and_then(|values| values.get(..width)).unwrap_or_default()
}

impl Members for Gathered<'_, '_> {
    type Row<'r>
        = Cells<'r>
    where
        Self: 'r;

    fn count(&self) -> usize {
        self.table.tiers.len()
    }

    fn tier(&self, member: usize) -> TierId {
        self.table.tiers.get(member).copied().unwrap_or(0)
    }

    fn is_listed(&self, _: usize) -> bool {
        true
    }

    fn parent(&self, member: usize) -> Option<usize> {
        let register = &self.table.register;
        register.names.get(register.parents.get(&member)?).copied()
    }

    fn attribute(&self, member: usize, attribute: AttributeId) -> Option<usize> {
        self.table.register.attributes.get(member * self.table.plan.attributes.len() + attribute).copied().flatten()
    }

    fn is_one_of(&self, member: usize, names: &[Name]) -> bool {
        self.table.names.get(member).is_some_and(|unit| named::is_one_of(unit, names, &BTreeMap::new()))
    }

    fn row(&self, member: usize) -> Cells<'_> {
        self.cells(member)
    }

    fn put(&mut self, member: usize, input: InputId, value: Value) {
        if let Some(slot) = self.inputs.get_mut(member * self.table.plan.inputs.len() + input) {
            *slot = value;
        }
    }
}

/// The scores of one unit.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'v> {
    /// Whether there is a total.
    pub status: State,
    /// The total; none where the unit has none.
    pub total: Option<Decimal>,
    program: &'v Program,
    values: View<'v>,
}

#[derive(Debug, Clone, Copy)]
enum View<'v> {
    Exact(&'v [Value]),
    Traced(&'v [TracedValue]),
}

impl Scores<'_> {
    /// The score of every item, sections included, in the order of the rules; none where it does not apply or is not known.
    pub fn items(&self) -> impl Iterator<Item = Option<Decimal>> {
        self.program.items.iter().map(|steps| {
            let step = steps.as_ref()?.score;
            match self.values {
                View::Exact(values) => values.get(step)?.decimal(),
                View::Traced(values) => values.get(step)?.exact().decimal(),
            }
        })
    }

    /// The number of steps that were kept, each with its operands and result.
    #[must_use]
    pub fn steps(&self) -> usize {
        match self.values {
            View::Exact(_) => 0,
            View::Traced(values) => values.len(),
        }
    }
}

impl<'p> Table<'p> {
    /// An empty table.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        Table { plan, tiers: Vec::new(), cells: Vec::new(), known: BTreeMap::new(), names: Vec::new(), register: Register::default() }
    }

    /// Adds a unit; the values that are set next are its own. None where there is no such tier.
    pub fn unit(&mut self, name: &str, tier: &str) -> Option<()> {
        self.tiers.push(self.plan.tier(tier)?);
        if self.plan.inputs.iter().any(|input| matches!(input.kind, InputKind::Named(_))) {
            self.names.push(name.to_owned());
        }
        // names are kept only where one unit can be named by another
        if self.plan.parents.is_some() {
            self.register.names.insert(name.to_owned(), self.tiers.len() - 1);
        }
        self.register.attributes.resize(self.tiers.len() * self.plan.attributes.len(), None);
        self.cells.resize(self.cells.len() + self.plan.facts.len(), Value::Absent(Absence::Missing));
        Some(())
    }

    /// Sets a number of the last unit, in the column of that name: rates as fractions of 1. None where there is no such column.
    pub fn set(&mut self, column: &str, value: Decimal) -> Option<()> {
        let at = self.place(column)?;
        *self.cells.get_mut(at)? = Value::Number(Number::from(value));
        Some(())
    }

    fn fact(&self, column: &str) -> Option<FactId> {
        self.plan.facts.iter().position(|fact| fact.name == column || fact.columns.iter().any(|name| name == column))
    }

    /// The cell of the last unit in the column of that name.
    fn place(&self, column: &str) -> Option<usize> {
        Some(self.cells.len().checked_sub(self.plan.facts.len())? + self.fact(column)?)
    }

    /// Says which unit stands above the last one; it may be added later. None where the rules do not ask for it.
    pub fn parent(&mut self, name: &str) -> Option<()> {
        self.plan.parents?;
        self.register.parents.insert(self.tiers.len().checked_sub(1)?, name.to_owned());
        Some(())
    }

    /// Sets an attribute of the last unit, such as the county it lies in. None where the rules do not read one of that name.
    pub fn attribute(&mut self, name: &str, value: &str) -> Option<()> {
        let attribute = self.plan.attributes.iter().position(|attribute| attribute.name == name)?;
        let first = self.tiers.len().checked_sub(1)? * self.plan.attributes.len();
        let word = self.register.words.insert_full(value.to_owned()).0;
        *self.register.attributes.get_mut(first + attribute)? = Some(word);
        Some(())
    }

    /// Scores every unit, exactly.
    pub fn score(&self, each: impl FnMut(Scores<'_>)) {
        self.score_with(Exact, |values| View::Exact(values), each);
    }

    /// Scores every unit and keeps, for each step, what it came from.
    pub fn score_with_trace(&self, each: impl FnMut(Scores<'_>)) {
        self.score_with(Traced, |values| View::Traced(values), each);
    }

    fn score_with<D: Domain<Cell = Value> + Copy>(&self, domain: D, view: fn(&[D::Value]) -> View<'_>, mut each: impl FnMut(Scores<'_>))
    where
        D::Value: AsExact,
    {
        let mut evaluators: Vec<_> = self.plan.programs.iter().map(|program| Evaluator::new(domain, program)).collect();
        let missing = Value::Absent(Absence::Missing);
        let mut gathered = Gathered { table: self, inputs: vec![missing; self.tiers.len() * self.plan.inputs.len()] };
        stages::fill(self.plan, &mut gathered);
        for (unit, tier) in self.tiers.iter().enumerate() {
            let Some(evaluator) = evaluators.get_mut(*tier) else { continue };
            let cells = gathered.cells(unit);
            let status = evaluate(evaluator, &cells, Until::Scores);
            let program = evaluator.program();
            let values = evaluator.values();
            let total = values.get(program.total).and_then(|total| total.exact().decimal());
            each(scores(program, status, total, view(values)));
        }
    }
}

fn scores<'v>(program: &'v Program, status: Status, total: Option<Decimal>, values: View<'v>) -> Scores<'v> {
    let status = State::from(status);
    Scores { status, total: total.filter(|_| status == State::Scored), program, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
    standard 「demo」 { version "1" cycle month rounding half up score round to 0.01 points ties skipping }
    tier county marks 10 points
    tier village marks 10 points
    fact rate : %
    indicator work marks 10 points applies to village { award by same area rank of(rate) { 1: 10 points; otherwise: 4 points } }
    indicator 「below」 marks 10 points applies to county {
        when children mean(score(work)) is undefined award 0 points
        award children mean(score(work)) round to 0.01 points
    }
    total = sum
    rank tier on total
    "#;

    #[test]
    fn rows_in_memory_are_gathered_from_one_another() {
        let mut sources = Sources::default();
        sources.add("rules.kp", RULES);
        let compiled = compile(&sources);
        assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
        let plan = compiled.plan.unwrap();
        let mut table = Table::new(&plan);
        for (name, tier, above, area, rate) in [
            ("c", "county", None, "x", 0),
            ("v1", "village", Some("c"), "x", 90),
            ("v2", "village", Some("c"), "x", 80),
            ("v3", "village", Some("c"), "y", 10),
            ("d", "county", None, "y", 0),
        ] {
            table.unit(name, tier).unwrap();
            table.attribute("area", area).unwrap();
            table.set("rate", Decimal::new(rate, 2)).unwrap();
            if let Some(above) = above {
                table.parent(above).unwrap();
            }
        }
        assert_eq!(table.attribute("colour", "red"), None);
        let mut totals = Vec::new();
        table.score(|scores| totals.push(scores.total.unwrap()));
        // first in x, second in x, first in y: 10, 4, 10, of which the mean is 8
        assert_eq!(totals, [8, 10, 4, 10, 0].map(Decimal::from));
    }
}
