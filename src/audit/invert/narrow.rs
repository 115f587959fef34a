//! From what a result must be back to what its operands can be.
//!
//! In: the bounds of every step over some rooms, and the numbers that some steps must come to. Out: for every step the numbers that it
//! must lie among, or that there are none. Sound, not tight: no value of an operand is given up with which the result could come
//! about. Beside the evaluation it is the one walk of the steps that goes from results to facts, for no domain of values can.

use rust_decimal::Decimal;

use crate::eval::domain::{Absence, Bounds, Hull, Value};
use crate::plan::{Comparison, Sign, Step, StepId};
use crate::quantity::{Mode, Number, round_to};

/// Nothing can come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Impossible;

/// The numbers that steps must come to.
#[derive(Debug)]
pub(crate) struct Backward<'v> {
    steps: &'v [Step],
    values: &'v [Bounds],
    wanted: &'v mut [Option<Hull>],
}

impl<'v> Backward<'v> {
    pub(crate) fn new(steps: &'v [Step], values: &'v [Bounds], wanted: &'v mut [Option<Hull>]) -> Self {
        Backward { steps, values, wanted }
    }

    pub(crate) fn of(&self, step: StepId) -> Option<Hull> {
        self.wanted.get(step).copied().flatten()
    }

    fn numbers(&self, step: StepId) -> Result<Hull, Impossible> {
        match self.of(step) {
            Some(hull) => Ok(hull),
            None => self.values.get(step).and_then(Bounds::numbers).ok_or(Impossible),
        }
    }

    /// A step must be a number in a hull.
    pub(crate) fn want(&mut self, step: StepId, hull: &Hull) -> Result<(), Impossible> {
        let found = coarse(&self.numbers(step)?.common(hull).ok_or(Impossible)?);
        if let Some(slot) = self.wanted.get_mut(step) {
            *slot = Some(found);
        }
        Ok(())
    }

    /// What a step must come to makes demands on what it reads.
    pub(crate) fn back(&mut self, id: StepId, step: &Step) -> Result<(), Impossible> {
        let Some(hull) = self.of(id) else { return Ok(()) };
        match step {
            Step::Same(a) => self.want(*a, &hull),
            Step::Negate(a) => self.want(*a, &hull.negated()),
            Step::Sum(terms) => self.sum(terms, &hull),
            Step::Times(a, b) => {
                self.factor(*a, *b, &hull)?;
                self.factor(*b, *a, &hull)
            }
            Step::Over(a, b, _) => self.quotient(*a, *b, &hull),
            Step::Round(a, step, mode) => self.rounded(*a, *step, *mode, &hull),
            Step::Cap(a, b) => self.least(*a, *b, &hull),
            Step::Floor(a, b) => self.most(*a, *b, &hull),
            Step::Steps(a, per, reading) => {
                let per = Number::from(*per);
                let slack = if *reading == crate::plan::Reading::ProRata { Number::ZERO } else { per };
                let hull = hull.times(&Hull::of(per));
                self.want(*a, &widened(&hull, &slack))
            }
            Step::OrElse(a, b) => match self.values.get(*a) {
                Some(Bounds::Exactly(Value::Absent(Absence::Missing))) => self.want(*b, &hull),
                Some(first) if !first.can_be_absent(Absence::Missing) => self.want(*a, &hull),
                _ => Ok(()),
            },
            Step::Choose(condition, a, b) => self.choice(*condition, (*a, *b), &hull),
            _ => Ok(()),
        }
    }

    fn sum(&mut self, terms: &[(Sign, StepId)], hull: &Hull) -> Result<(), Impossible> {
        for (place, (sign, term)) in terms.iter().enumerate() {
            let mut rest = *hull;
            for (other, (sign, step)) in terms.iter().enumerate() {
                if other != place {
                    let numbers = self.numbers(*step)?;
                    rest = rest.plus(&if *sign == Sign::Plus { numbers.negated() } else { numbers });
                }
            }
            self.want(*term, &if *sign == Sign::Plus { rest } else { rest.negated() })?;
        }
        Ok(())
    }

    /// A factor of a product, where the other one cannot be 0.
    fn factor(&mut self, factor: StepId, other: StepId, hull: &Hull) -> Result<(), Impossible> {
        let other = self.numbers(other)?;
        if hull.holds(&Number::ZERO) && other.holds(&Number::ZERO) {
            return Ok(());
        }
        let hull = hull.over(&other).ok_or(Impossible)?;
        self.want(factor, &hull)
    }

    fn quotient(&mut self, a: StepId, b: StepId, hull: &Hull) -> Result<(), Impossible> {
        let divisor = self.numbers(b)?;
        self.want(a, &hull.times(&divisor))?;
        if hull.holds(&Number::ZERO) {
            return Ok(());
        }
        let hull = self.numbers(a)?.over(hull).ok_or(Impossible)?;
        self.want(b, &hull)
    }

    fn rounded(&mut self, a: StepId, step: Decimal, mode: Mode, hull: &Hull) -> Result<(), Impossible> {
        let size = Number::from(step);
        let on_grid = |end: Option<Number>, up: bool| -> Option<Number> {
            let steps = end?.over(&size).ok()??;
            if up { steps.ceiling() } else { steps.floor() }.ok()?.times(&size).ok()
        };
        let (low, high) = (on_grid(hull.low, true), on_grid(hull.high, false));
        if matches!((low, high), (Some(low), Some(high)) if low > high) {
            return Err(Impossible);
        }
        self.want(a, &widened(&Hull::new(low, high), &reach(step, mode)))
    }

    /// The lesser of two.
    fn least(&mut self, a: StepId, b: StepId, hull: &Hull) -> Result<(), Impossible> {
        let (first, second) = (self.numbers(a)?, self.numbers(b)?);
        let above = Hull::new(hull.low, None);
        let apart = |other: &Hull| matches!((other.low, hull.high), (Some(low), Some(high)) if low > high);
        self.want(a, if apart(&second) { hull } else { &above })?;
        self.want(b, if apart(&first) { hull } else { &above })
    }

    /// The greater of two.
    fn most(&mut self, a: StepId, b: StepId, hull: &Hull) -> Result<(), Impossible> {
        let (first, second) = (self.numbers(a)?, self.numbers(b)?);
        let below = Hull::new(None, hull.high);
        let apart = |other: &Hull| matches!((other.high, hull.low), (Some(high), Some(low)) if high < low);
        self.want(a, if apart(&second) { hull } else { &below })?;
        self.want(b, if apart(&first) { hull } else { &below })
    }

    fn choice(&mut self, condition: StepId, (a, b): (StepId, StepId), hull: &Hull) -> Result<(), Impossible> {
        let Some(truth) = self.values.get(condition).copied() else { return Ok(()) };
        let can = |step: StepId| self.values.get(step).and_then(Bounds::numbers).is_some_and(|numbers| numbers.meets(hull));
        match (truth.can_be(true) && can(a), truth.can_be(false) && can(b)) {
            (true, true) => Ok(()),
            (true, false) => {
                self.want(a, hull)?;
                self.hold(condition, true)
            }
            (false, true) => {
                self.want(b, hull)?;
                self.hold(condition, false)
            }
            (false, false) => Err(Impossible),
        }
    }

    /// A condition must come out so.
    fn hold(&mut self, condition: StepId, truth: bool) -> Result<(), Impossible> {
        if self.values.get(condition).is_some_and(|bounds| !bounds.can_be(truth)) {
            return Err(Impossible);
        }
        let steps = self.steps;
        match (steps.get(condition), truth) {
            (Some(Step::Compare(a, comparison, b)), true) => self.compared(*a, *comparison, *b),
            (Some(Step::Compare(a, comparison, b)), false) => self.compared(*a, opposite(*comparison), *b),
            (Some(Step::Not(a)), truth) => self.hold(*a, !truth),
            (Some(Step::And(links)), true) | (Some(Step::Or(links)), false) => links.iter().try_for_each(|link| self.hold(*link, truth)),
            _ => Ok(()),
        }
    }

    /// A condition must not be true; where it can be absent that demands nothing.
    pub(crate) fn fail(&mut self, condition: StepId) -> Result<(), Impossible> {
        match self.values.get(condition) {
            Some(bounds) if bounds.absences().next().is_none() => self.hold(condition, false),
            _ => Ok(()),
        }
    }

    /// A comparison must come out so.
    pub(crate) fn compared(&mut self, a: StepId, comparison: Comparison, b: StepId) -> Result<(), Impossible> {
        // words and truths are compared too, and what is absent is no number
        let only_numbers = |step: StepId| self.values.get(step).filter(|bounds| bounds.absences().next().is_none()).and_then(Bounds::numbers);
        let (Some(first), Some(second)) = (only_numbers(a), only_numbers(b)) else { return Ok(()) };
        let (up, down) = (|hull: &Hull| Hull::new(hull.low, None), |hull: &Hull| Hull::new(None, hull.high));
        match comparison {
            Comparison::Lt | Comparison::Le => {
                self.want(a, &down(&second))?;
                self.want(b, &up(&first))
            }
            Comparison::Gt | Comparison::Ge => {
                self.want(a, &up(&second))?;
                self.want(b, &down(&first))
            }
            Comparison::Eq => {
                self.want(a, &second)?;
                self.want(b, &first)
            }
            Comparison::Ne => Ok(()),
        }
    }
}

/// The same or a little more, with ends of few digits: fractions of fractions soon have too many.
fn coarse(hull: &Hull) -> Hull {
    let unit = Decimal::new(1, 12);
    let end = |number: Number, away: bool| -> Option<Number> {
        if number.decimal().is_some() {
            return Some(number);
        }
        let cut = Number::from(round_to(&number, unit, Mode::ToZero).ok()?);
        if away { cut.plus(&Number::from(unit)) } else { cut.minus(&Number::from(unit)) }.ok()
    };
    Hull::new(hull.low.and_then(|low| end(low, false)), hull.high.and_then(|high| end(high, true)))
}

/// What holds where a comparison of two numbers does not.
fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Eq => Comparison::Ne,
        Comparison::Ne => Comparison::Eq,
        Comparison::Lt => Comparison::Ge,
        Comparison::Le => Comparison::Gt,
        Comparison::Gt => Comparison::Le,
        Comparison::Ge => Comparison::Lt,
    }
}

/// How far a number can lie from what it is rounded to.
pub(crate) fn reach(step: Decimal, mode: Mode) -> Number {
    let size = Number::from(step);
    match mode {
        Mode::HalfUp | Mode::HalfEven => size.times(&Number::from(Decimal::new(5, 1))).unwrap_or(size),
        Mode::FromZero | Mode::ToZero => size,
    }
}

/// A hull with so much more on either side.
pub(crate) fn widened(hull: &Hull, by: &Number) -> Hull {
    let low = hull.low.and_then(|low| low.minus(by).ok());
    let high = hull.high.and_then(|high| high.plus(by).ok());
    Hull::new(low, high)
}
