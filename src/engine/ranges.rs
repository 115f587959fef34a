//! Facts in memory of which only a range is known, and the ranges of scores that follow.

use rust_decimal::Decimal;

use super::{Cells, Gathered, Table};
use crate::eval::domain::{Absence, Bounds, Hull, Interval, Value};
use crate::eval::{self, Evaluator, Until, stages};
use crate::plan::{FactId, InputId, Program};
use crate::quantity::Number;

/// From one number to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The least; none where there is no end.
    pub low: Option<Decimal>,
    /// The most; none where there is no end.
    pub high: Option<Decimal>,
}

impl From<Hull> for Range {
    fn from(hull: Hull) -> Range {
        let end = |end: Option<Number>| end.and_then(|end| end.decimal());
        Range { low: end(hull.low), high: end(hull.high) }
    }
}

/// What the scores of one unit can be: for any facts inside the ranges they lie inside these.
#[derive(Debug, Clone, Copy)]
pub struct Ranges<'v> {
    program: &'v Program,
    values: &'v [Bounds],
}

impl Ranges<'_> {
    fn of(&self, step: usize) -> Option<Range> {
        self.values.get(step)?.numbers().map(Range::from)
    }

    fn may_be_exempt(&self, surely: bool) -> bool {
        let of = |(condition, _): &(usize, _)| self.values.get(*condition);
        self.program
            .exemptions
            .iter()
            .filter_map(of)
            .any(|condition| if surely { *condition == Bounds::of(Value::Truth(true)) } else { condition.can_be(true) })
    }

    /// What the total can be; none where the unit has none.
    #[must_use]
    pub fn total(&self) -> Option<Range> {
        self.of(self.program.total).filter(|_| !self.may_be_exempt(true))
    }

    /// Whether the unit may have no total: it may be exempt, or something may be missing.
    #[must_use]
    pub fn may_have_none(&self) -> bool {
        let absent = |bounds: &Bounds| bounds.absences().next().is_some();
        let conditions = self.program.exemptions.iter().map(|(condition, _)| condition);
        self.may_be_exempt(false) || conditions.chain([&self.program.total]).filter_map(|step| self.values.get(*step)).any(absent)
    }

    /// What the score of every item can be, sections included, in the order of the rules; none where it has none.
    pub fn items(&self) -> impl Iterator<Item = Option<Range>> {
        self.program.items.iter().map(|steps| self.of(steps.as_ref()?.score))
    }
}

/// The cells of one unit with what can be of them.
struct InPart<'t, 'p> {
    table: &'t Table<'p>,
    /// Where the cells of the unit begin.
    first: usize,
    cells: Cells<'t>,
}

impl eval::Cells<Bounds> for InPart<'_, '_> {
    #[inline]
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        match self.cells.facts.get(fact)? {
            Value::Absent(Absence::Partly) => self.table.known.get(&(self.first + fact)).copied(),
            value => Some(Bounds::of(*value)),
        }
    }

    #[inline]
    fn input(&self, input: InputId) -> Option<Bounds> {
        match self.cells.inputs.get(input)? {
            // what is made of what is not known may be anything
            Value::Absent(_) if !self.table.known.is_empty() => Some(Bounds::ANY),
            value => Some(Bounds::of(*value)),
        }
    }
}

impl Table<'_> {
    /// Sets a number of the last unit of which only a range is known: rates as fractions of 1, an end that is none is open. None
    /// where there is no such column, or where the low end is above the high one.
    ///
    /// ```
    /// # use kaoping::engine::{Table, compile};
    /// # use rust_decimal::Decimal;
    /// # let mut sources = kaoping::source::Sources::default();
    /// # sources.add("rules.kp", r#"
    /// # standard 「demo」 { version "1" cycle month rounding half up score round to 0.01 points ties skipping }
    /// # tier 「A」 marks 10 points
    /// # fact rate : %
    /// # indicator 「on time」 marks 10 points { rate below 95% per 1 pp deduct 1 points, down to 0 }
    /// # total = sum cap marks round to 0.01 points
    /// # rank tier on total
    /// # "#);
    /// # let plan = compile(&sources).plan.unwrap();
    /// let mut table = Table::new(&plan);
    /// table.unit("north", "A").unwrap();
    /// table.set_between("rate", Some(Decimal::new(90, 2)), Some(Decimal::new(93, 2))).unwrap();
    /// table.unit("south", "A").unwrap();
    /// table.set_between("rate", Some(Decimal::new(95, 2)), None).unwrap();
    /// let mut totals = Vec::new();
    /// table.score_ranges(|ranges| totals.push(ranges.total().map(|range| (range.low, range.high))));
    /// let points = |points: u32| Some(Decimal::from(points));
    /// assert_eq!(totals, [Some((points(5), points(8))), Some((points(10), points(10)))]);
    /// ```
    pub fn set_between(&mut self, column: &str, low: Option<Decimal>, high: Option<Decimal>) -> Option<()> {
        if low.zip(high).is_some_and(|(low, high)| high < low) {
            return None;
        }
        let at = self.place(column)?;
        let whole = self.plan.facts.get(self.fact(column)?)?.unit().is_some_and(crate::quantity::Unit::is_count);
        let [low, high] = [low, high].map(|end| end.map(Number::from));
        let bounds = if whole { Bounds::whole_between(low.or(Some(Number::ZERO)), high) } else { Bounds::between(low, high) };
        *self.cells.get_mut(at)? = bounds.exact().unwrap_or(Value::Absent(Absence::Partly));
        self.known.insert(at, bounds);
        Some(())
    }

    /// Scores every unit as far as its facts are known.
    pub fn score_ranges(&self, mut each: impl FnMut(Ranges<'_>)) {
        let mut evaluators: Vec<_> = self.plan.programs.iter().map(|program| Evaluator::new(Interval, program)).collect();
        let missing = Value::Absent(Absence::Missing);
        let mut gathered = Gathered { table: self, inputs: vec![missing; self.tiers.len() * self.plan.inputs.len()] };
        stages::fill(self.plan, &mut gathered);
        for (unit, tier) in self.tiers.iter().enumerate() {
            let Some(evaluator) = evaluators.get_mut(*tier) else { continue };
            let cells = InPart { table: self, first: unit * self.plan.facts.len(), cells: gathered.cells(unit) };
            evaluator.start();
            evaluator.run(&cells, Until::Scores);
            each(Ranges { program: evaluator.program(), values: evaluator.values() });
        }
    }
}
