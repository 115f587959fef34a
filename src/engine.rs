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
use crate::eval::{self, Evaluator, Until};
use crate::extension::Scripts;
use crate::facts::named;
use crate::plan::{self, FactId, Input, InputId, Plan, Program};
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
    /// What programs read from outside the rows, of one unit after another.
    inputs: Vec<Value>,
}

/// The cells of one unit by fact, and what is read from outside its row.
struct Cells<'t> {
    cells: &'t [Value],
    inputs: &'t [Value],
}

impl eval::Cells<Value> for Cells<'_> {
    #[inline]
    fn cell(&self, fact: FactId) -> Option<Value> {
        self.cells.get(fact).copied()
    }

    #[inline]
    fn input(&self, input: InputId) -> Option<Value> {
        self.inputs.get(input).copied()
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
        Table { plan, tiers: Vec::new(), cells: Vec::new(), inputs: Vec::new() }
    }

    /// Adds a unit; the values that are set next are its own. None where there is no such tier.
    pub fn unit(&mut self, name: &str, tier: &str) -> Option<()> {
        self.tiers.push(self.plan.tier(tier)?);
        let named = |input: &Input| Value::Truth(named::names(input, name));
        self.inputs.extend(self.plan.inputs.iter().map(named));
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
        // a standard without facts has units all the same
        let width = self.plan.facts.len();
        let inputs = self.plan.inputs.len();
        for (unit, tier) in self.tiers.iter().enumerate() {
            let Some(evaluator) = evaluators.get_mut(*tier) else { continue };
            let cells = Cells { cells: part(&self.cells, unit, width), inputs: part(&self.inputs, unit, inputs) };
            let status = evaluate(evaluator, &cells, Until::Scores);
            let program = evaluator.program();
            let values = evaluator.values();
            let total = values.get(program.total).and_then(|total| total.exact().decimal());
            each(scores(program, status, total, view(values)));
        }
    }
}

/// What belongs to a unit, of so many values a unit.
fn part(values: &[Value], unit: usize, width: usize) -> &[Value] {
    values.get(unit * width..).and_then(|values| values.get(..width)).unwrap_or_default()
}

fn scores<'v>(program: &'v Program, status: Status, total: Option<Decimal>, values: View<'v>) -> Scores<'v> {
    let status = State::from(status);
    Scores { status, total: total.filter(|_| status == State::Scored), program, values }
}
