//! Items to steps: base, deductions and additions, floor, awards, cap, rounding, in the order in which a score comes about.

use rust_decimal::Decimal;

use super::from_resolved::Lowering;
use super::{ItemId, ItemSteps, Reading, Role, Side, Step, StepId};
use crate::quantity::{self, Unit};
use crate::resolved::{Act, Clause, Item, ItemKind, Move, PartOf, Precision, Sign, constant, marks_in};

impl Lowering<'_> {
    /// The steps of an item; none where it does not apply to this tier.
    pub(super) fn item(&mut self, id: ItemId) -> Option<ItemSteps> {
        let standard = self.standard;
        let item = standard.items.get(id)?;
        if !item.tiers.contains(&self.tier) {
            return None;
        }
        if let Some(Some(done)) = self.items.get(id) {
            return Some(*done);
        }
        let marks = marks_in(standard, id, self.tier);
        let of_expr = |expr: &Option<crate::resolved::Expr>| expr.as_ref().and_then(|expr| constant(standard, expr, self.tier));
        let stated_marks = of_expr(&item.marks);
        let cap = of_expr(&item.cap).or(stated_marks).or(marks);
        let floor = of_expr(&item.floor).unwrap_or(Decimal::ZERO);
        let path = item.path.join("/");
        let score = self.within(&path, Some(item.head), |lowering| lowering.score_of(id, item, (floor, cap)));
        let full = if item.is_base() { marks } else { cap };
        let steps = ItemSteps { score, full };
        if let Some(slot) = self.items.get_mut(id) {
            *slot = Some(steps);
        }
        Some(steps)
    }

    fn score_of(&mut self, id: ItemId, item: &Item, bounds: (Decimal, Option<Decimal>)) -> StepId {
        let (floor, cap) = bounds;
        let mut value = self.unbounded(id, item);
        if !keeps_above(item) {
            let limit = self.builder.points(floor, item.floor.as_ref().map_or(item.head, |floor| floor.span));
            value = self.builder.push(Step::Floor(value, limit), Role::ItemFloor, Some(Unit::score()), item.head);
        }
        value = self.awarded(item, value);
        if let Some(cap) = cap.filter(|_| item.assessed.is_none()) {
            let limit = self.builder.points(cap, item.cap.as_ref().or(item.marks.as_ref()).map_or(item.head, |cap| cap.span));
            value = self.builder.push(Step::Cap(value, limit), Role::ItemCap, Some(Unit::score()), item.head);
        }
        value = self.rounded(item, value);
        let step = match item.kind {
            ItemKind::Penalty => Step::Negate(value),
            _ => Step::Same(value),
        };
        let score = self.builder.push(step, Role::Item(id), Some(Unit::score()), item.head);
        self.builder.note(score, &item.notes);
        score
    }

    fn rounded(&mut self, item: &Item, value: StepId) -> StepId {
        let standard = self.standard;
        let step = match (item.round, standard.head.precision) {
            (Some(step), _) => step,
            (None, Precision::Rounded) => standard.head.step,
            (None, Precision::Shown) => return value,
        };
        if self.builder.grid_of(value).is_some_and(|grid| quantity::on_grid(grid, step)) {
            return value;
        }
        self.builder.push(Step::Round(value, step, standard.head.mode), Role::ItemRound, Some(Unit::score()), item.head)
    }

    /// The value before floor, awards, cap and rounding.
    fn unbounded(&mut self, id: ItemId, item: &Item) -> StepId {
        if let Some(fact) = item.assessed {
            return self.fact(fact);
        }
        if let Some(pending) = &item.pending {
            let step = match &pending.stand_in {
                Some(stand_in) => {
                    let value = self.expr(stand_in);
                    self.builder.push(Step::Same(value), Role::StandIn, Some(Unit::score()), pending.span)
                }
                None => self.builder.push(Step::Pending, Role::StandIn, Some(Unit::score()), pending.span),
            };
            self.builder.mark(step, &[pending.mark]);
            return step;
        }
        for clause in &item.clauses {
            if let Act::Formula(expr) = &clause.act {
                return self.clause(clause, |lowering| {
                    let value = lowering.expr(expr);
                    lowering.builder.push(Step::Same(value), Role::Formula, Some(Unit::score()), clause.span)
                });
            }
        }
        let base = self.base(id, item);
        let mut terms = vec![(Sign::Plus, base)];
        for clause in &item.clauses {
            self.moved(item, clause, &mut terms);
        }
        match terms.as_slice() {
            [(_, only)] => *only,
            _ => self.builder.push(Step::Sum(terms.into()), Role::Expression, Some(Unit::score()), item.head),
        }
    }

    fn base(&mut self, id: ItemId, item: &Item) -> StepId {
        let mut base = None;
        for clause in item.clauses.iter().rev() {
            let Act::Base(expr) = &clause.act else { continue };
            let otherwise = base;
            base = Some(self.clause(clause, |lowering| {
                let value = lowering.expr(expr);
                match &clause.condition {
                    None => lowering.builder.push(Step::Same(value), Role::Base, Some(Unit::score()), clause.span),
                    Some(condition) => {
                        let condition = lowering.expr(condition);
                        let otherwise = otherwise.unwrap_or_else(|| lowering.plain_base(id, item));
                        lowering.builder.push(Step::Choose(condition, value, otherwise), Role::Base, Some(Unit::score()), clause.span)
                    }
                }
            }));
        }
        base.unwrap_or_else(|| self.plain_base(id, item))
    }

    /// Where a score starts from if no 起评 says so: the items inside, full marks, or 0.
    fn plain_base(&mut self, id: ItemId, item: &Item) -> StepId {
        let standard = self.standard;
        if !item.children.is_empty() {
            let sum = self.part(PartOf::All, Some(id), item.head);
            // a family of penalties counts what its members take off
            return if item.kind == ItemKind::Penalty { self.builder.push(Step::Negate(sum), Role::Parts, Some(Unit::score()), item.head) } else { sum };
        }
        let deducts = item.clauses.iter().any(deducts);
        let start = if item.is_base() && deducts { marks_in(standard, id, self.tier).unwrap_or_default() } else { Decimal::ZERO };
        let span = item.marks.as_ref().map_or(item.head, |marks| marks.span);
        self.builder.points(start, span)
    }

    fn clause<T>(&mut self, clause: &Clause, lower: impl FnOnce(&mut Self) -> T) -> T
    where
        T: Into<StepId> + Copy,
    {
        let owner = self.builder.owner.clone();
        let step = self.within(&owner, Some(clause.span), lower);
        self.builder.note(step.into(), &clause.notes);
        step
    }

    /// Adds what a clause takes off or gives to the terms of an item.
    fn moved(&mut self, item: &Item, clause: &Clause, terms: &mut Vec<(Sign, StepId)>) {
        match &clause.act {
            Act::Move(movement) => {
                // in a penalty what is taken off makes the penalty larger
                let grows = movement.deducts == (item.kind == ItemKind::Penalty);
                let amount = self.clause(clause, |lowering| lowering.amount(clause, movement));
                terms.push((if grows { Sign::Plus } else { Sign::Minus }, amount));
            }
            Act::Joint(limit, clauses) => {
                let mut inner: Vec<(Sign, StepId)> = Vec::new();
                for clause in clauses {
                    self.moved(item, clause, &mut inner);
                }
                let taken_off = inner.iter().all(|(sign, _)| *sign == Sign::Minus);
                let inner: Vec<(Sign, StepId)> = inner.into_iter().map(|(sign, step)| (if taken_off { Sign::Plus } else { sign }, step)).collect();
                let amount = self.clause(clause, |lowering| {
                    let sum = lowering.builder.push(Step::Sum(inner.into()), Role::Expression, Some(Unit::score()), clause.span);
                    let limit = lowering.expr(limit);
                    let capped = lowering.builder.push(Step::Cap(sum, limit), Role::AtMost, Some(Unit::score()), clause.span);
                    lowering.conditional(clause, capped, Role::Deduction)
                });
                terms.push((if taken_off { Sign::Minus } else { Sign::Plus }, amount));
            }
            _ => {}
        }
    }

    fn amount(&mut self, clause: &Clause, movement: &Move) -> StepId {
        let score = || Some(Unit::score());
        let mut amount = self.expr(&movement.amount);
        if let Some(measure) = &movement.measure {
            let subject = self.expr(&measure.subject);
            let measured = match &measure.line {
                None => subject,
                Some((side, line)) => {
                    let line = self.expr(line);
                    let terms = match side {
                        Side::Below => [(Sign::Plus, line), (Sign::Minus, subject)],
                        Side::Above => [(Sign::Plus, subject), (Sign::Minus, line)],
                    };
                    let unit = Some(measure.per_unit.clone());
                    let distance = self.builder.push(Step::Sum(Box::new(terms)), Role::Expression, unit.clone(), measure.span);
                    let zero = self.builder.constant(super::Literal::Number(Decimal::ZERO), unit.clone(), measure.span);
                    self.builder.push(Step::Floor(distance, zero), Role::Distance(*side), unit, measure.span)
                }
            };
            // a single count is its own number of steps
            let single = measure.per == Decimal::ONE && (measure.reading == Reading::ProRata || self.builder.grid_of(measured) == Some(Decimal::ONE));
            let steps = if single {
                measured
            } else {
                self.builder.push(Step::Steps(measured, measure.per.into(), measure.reading), Role::Steps, Some(Unit::Number), measure.span)
            };
            amount = self.builder.push(Step::Times(steps, amount), Role::Expression, score(), clause.span);
        }
        if let Some(limit) = &movement.at_most {
            let limit = self.expr(limit);
            amount = self.builder.push(Step::Cap(amount, limit), Role::AtMost, score(), clause.span);
        }
        if let Some(step) = movement.round {
            amount = self.builder.push(Step::Round(amount, step, self.standard.head.mode), Role::Expression, score(), clause.span);
        }
        let role = if movement.deducts { Role::Deduction } else { Role::Addition };
        self.conditional(clause, amount, role)
    }

    /// The amount where the condition of the clause holds, else 0.
    fn conditional(&mut self, clause: &Clause, amount: StepId, role: Role) -> StepId {
        match &clause.condition {
            None => self.builder.push(Step::Same(amount), role, Some(Unit::score()), clause.span),
            Some(condition) => {
                let condition = self.expr(condition);
                let zero = self.builder.points(Decimal::ZERO, clause.span);
                self.builder.push(Step::Choose(condition, amount, zero), role, Some(Unit::score()), clause.span)
            }
        }
    }

    /// The first award whose condition holds, else the value.
    fn awarded(&mut self, item: &Item, value: StepId) -> StepId {
        let mut done = value;
        for clause in item.clauses.iter().rev() {
            let Act::Award(expr) = &clause.act else { continue };
            done = self.clause(clause, |lowering| {
                let award = lowering.expr(expr);
                match &clause.condition {
                    None => lowering.builder.push(Step::Same(award), Role::Award, Some(Unit::score()), clause.span),
                    Some(condition) => {
                        let condition = lowering.expr(condition);
                        lowering.builder.push(Step::Choose(condition, award, done), Role::Award, Some(Unit::score()), clause.span)
                    }
                }
            });
        }
        done
    }
}

fn deducts(clause: &Clause) -> bool {
    match &clause.act {
        Act::Move(movement) => movement.deducts,
        Act::Joint(_, clauses) => clauses.iter().any(deducts),
        _ => false,
    }
}

/// Whether the value cannot lie below the floor: a score assessed by hand is checked as it is read.
fn keeps_above(item: &Item) -> bool {
    item.assessed.is_some() && item.floor.is_none()
}
