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

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;

use crate::diag::{self, Diagnostic};
use crate::eval::domain::{Absence, Domain, Exact, Traced, TracedValue, Value};
use crate::eval::outcome::{AsExact, Status, evaluate};
use crate::eval::stages::{self, Members};
use crate::eval::{self, Evaluator, Until};
use crate::extension::Scripts;
use crate::plan::{self, AttributeId, FactId, InputId, Plan, Program, TierId};
use crate::quantity::Number;
use crate::results::State;
use crate::source::Sources;
use crate::{resolved, syntax};

/// What a compilation gives: a plan if no fault was found, and everything that was found.
#[derive(Debug)]
pub struct Compiled {
    /// The plan.
    pub plan: Option<Plan>,
    /// Faults and warnings in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses, resolves, checks and lowers the rule files of one standard, with the scripts that they call.
#[must_use]
pub fn compile(sources: &Sources) -> Compiled {
    let parsed = syntax::parse(sources);
    let mut diagnostics = parsed.diagnostics.clone();
    let scripts = Scripts::compile(sources, &mut diagnostics);
    // a file whose brackets do not match tells nothing of what it declares
    let standard = if parsed.unreadable { None } else { resolved::resolve(&parsed, &scripts, &mut diagnostics) };
    diag::sort(&mut diagnostics);
    let lang = diag::language_of(sources, None);
    let plan = standard.filter(|_| !diag::any_error(&diagnostics)).map(|standard| plan::lower(standard, lang));
    Compiled { plan, diagnostics }
}

/// Facts in memory.
#[derive(Debug)]
pub struct Table<'p> {
    plan: &'p Plan,
    tiers: Vec<usize>,
    /// The cells of one unit after another.
    cells: Vec<Value>,
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
        Table { plan, tiers: Vec::new(), cells: Vec::new(), register: Register::default() }
    }

    /// Adds a unit; the values that are set next are its own. None where there is no such tier.
    pub fn unit(&mut self, name: &str, tier: &str) -> Option<()> {
        self.tiers.push(self.plan.tier(tier)?);
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
        let fact = self.plan.facts.iter().position(|fact| fact.name == column || fact.columns.iter().any(|name| name == column))?;
        let first = self.cells.len().checked_sub(self.plan.facts.len())?;
        *self.cells.get_mut(first + fact)? = Value::Number(Number::from(value));
        Some(())
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
    indicator villages marks 10 points applies to county {
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
