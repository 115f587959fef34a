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

use rust_decimal::Decimal;

use crate::diag::{self, Diagnostic};
use crate::eval::domain::{Absence, Domain, Exact, Traced, TracedValue, Value};
use crate::eval::outcome::{AsExact, Status, evaluate};
use crate::eval::stages::{self, Members};
use crate::eval::{self, Evaluator, Until};
use crate::extension::Scripts;
use crate::plan::{self, AttributeId, FactId, InputId, Plan, Program, TierId};
use crate::quantity::{Number, Period};
use crate::results::State;
use crate::source::Sources;
use crate::{resolved, syntax};

/// What a compilation gives: a plan if no fault was found, and everything that was found.
#[derive(Debug)]
pub struct Compiled {
    /// The plan; where tables by period change, that of the latest periods.
    pub plan: Option<Plan>,
    /// The plans of other periods: those before, and longer ones.
    pub(crate) earlier: Vec<Plan>,
    /// Faults and warnings in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// The plan that is in force in a period.
    pub(crate) fn at(&self, period: Period) -> Option<&Plan> {
        plan::of_period(self.plan.iter().chain(&self.earlier), period)
    }
}

/// Parses, resolves, checks and lowers the rule files of one standard, with the scripts that they call.
#[must_use]
pub fn compile(sources: &Sources) -> Compiled {
    let parsed = syntax::parse(sources);
    let mut diagnostics = parsed.diagnostics.clone();
    let scripts = Scripts::compile(sources, &mut diagnostics);
    // a file whose brackets do not match tells nothing of what it declares
    let standards = if parsed.unreadable { Vec::new() } else { resolved::resolve(&parsed, &scripts, &mut diagnostics) };
    diag::sort(&mut diagnostics);
    let lang = diag::language_of(sources, None);
    let sound = !diag::any_error(&diagnostics);
    let mut earlier: Vec<Plan> = standards.into_iter().filter(|_| sound).map(|standard| plan::lower(standard, lang)).collect();
    Compiled { plan: earlier.pop(), earlier, diagnostics }
}

/// Facts in memory.
#[derive(Debug)]
pub struct Table<'p> {
    plan: &'p Plan,
    tiers: Vec<usize>,
    /// The cells of one unit after another.
    cells: Vec<Value>,
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

    fn parent(&self, _: usize) -> Option<usize> {
        None
    }

    fn attribute(&self, _: usize, _: AttributeId) -> Option<usize> {
        None
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
        Table { plan, tiers: Vec::new(), cells: Vec::new() }
    }

    /// Adds a unit; the values that are set next are its own. None where there is no such tier.
    pub fn unit(&mut self, _name: &str, tier: &str) -> Option<()> {
        self.tiers.push(self.plan.tier(tier)?);
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
