//! Items to steps: base, deductions and additions, floor, awards, cap, rounding, in the order in which a score comes about.

use rust_decimal::Decimal;

use super::from_resolved::Lowering;
use super::{Full, ItemId, ItemSteps, Reading, Role, Side, Spill, Step, StepId};
use crate::quantity::{self, Unit};
use crate::resolved::{Act, Clause, Item, ItemKind, Move, PartOf, Precision, Sign, incoming};

/// Items one after the other; the total is none.
pub(super) type Way = Vec<Option<ItemId>>;
/// What a clause, or the floor of another item, takes off and the floor of this one may give back.
pub(super) struct Spilling {
    /// Where that goes.
    way: Way,
    amount: StepId,
}

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
        let path = item.path.join("/");
        let steps = self.within(&path, Some(item.head), |lowering| {
            let marks = lowering.marks(id);
            let cap = match item.cap.as_ref().or(item.marks.as_ref().filter(|_| !item.is_base())) {
                Some(cap) => lowering.bound(cap),
                None => marks,
            };
            let floor = item.floor.as_ref().and_then(|floor| lowering.bound(floor)).unwrap_or(Full::Fixed(Decimal::ZERO));
            let scope = lowering.scope(id);
            let score = lowering.score_of(id, item, (floor, cap), scope);
            ItemSteps { score, full: if item.is_base() { marks } else { cap }, scope }
        });
        if let Some(slot) = self.items.get_mut(id) {
            *slot = Some(steps);
        }
        Some(steps)
    }

    fn score_of(&mut self, id: ItemId, item: &Item, (floor, cap): (Full, Option<Full>), scope: Option<StepId>) -> StepId {
        let mut spilling = Vec::new();
        let mut value = self.unbounded(id, item, &mut spilling);
        if !keeps_above(item) {
            let limit = self.full_step(floor, item.floor.as_ref().map_or(item.head, |floor| floor.span));
            if !spilling.is_empty() {
                self.spilled(id, item, (value, limit, scope), spilling);
            }
            value = self.builder.push(Step::Floor(value, limit), Role::ItemFloor, Some(Unit::score()), item.head);
        }
        value = self.awarded(item, value);
        if let Some(cap) = cap.filter(|_| item.assessed.is_none()) {
            let limit = self.full_step(cap, item.cap.as_ref().or(item.marks.as_ref()).map_or(item.head, |cap| cap.span));
            value = self.builder.push(Step::Cap(value, limit), Role::ItemCap, Some(Unit::score()), item.head);
        }
        value = self.rounded(item, value);
        let step = match (item.kind, scope) {
            (ItemKind::Penalty, None) => Step::Negate(value),
            (_, None) => Step::Same(value),
            (kind, Some(scope)) => {
                if kind == ItemKind::Penalty {
                    value = self.builder.push(Step::Negate(value), Role::Expression, Some(Unit::score()), item.head);
                }
                let none = self.builder.push(Step::NotApplicable, Role::Expression, Some(Unit::score()), item.head);
                Step::Choose(scope, value, none)
            }
        };
        let score = self.builder.push(step, Role::Item(id), Some(Unit::score()), item.head);
        self.builder.note(score, &item.notes);
        score
    }

    /// What the floor gave back to clauses with 不足从: no more than they took off, nothing where an award decides or the item does not apply.
    fn spilled(&mut self, id: ItemId, item: &Item, (value, floor, scope): (StepId, StepId, Option<StepId>), spilling: Vec<Spilling>) {
        let score = || Some(Unit::score());
        let below = self.builder.push(Step::Sum(Box::new([(Sign::Plus, floor), (Sign::Minus, value)])), Role::Expression, score(), item.head);
        let zero = self.builder.points(Decimal::ZERO, item.head);
        let mut given_back = self.builder.push(Step::Floor(below, zero), Role::Expression, score(), item.head);
        let mut ways: Vec<(Way, Vec<(Sign, StepId)>)> = Vec::new();
        for Spilling { way, amount } in spilling {
            match ways.iter_mut().find(|(other, _)| *other == way) {
                Some((_, amounts)) => amounts.push((Sign::Plus, amount)),
                None => ways.push((way, vec![(Sign::Plus, amount)])),
            }
        }
        for (way, amounts) in ways {
            let taken = match amounts.as_slice() {
                [(_, one)] => *one,
                _ => self.builder.push(Step::Sum(amounts.into()), Role::Expression, score(), item.head),
            };
            let share = self.builder.push(Step::Cap(given_back, taken), Role::Expression, score(), item.head);
            given_back = self.builder.push(Step::Sum(Box::new([(Sign::Plus, given_back), (Sign::Minus, share)])), Role::Expression, score(), item.head);
            let mut amount = share;
            for clause in item.clauses.iter().rev().filter(|clause| matches!(clause.act, Act::Award(_))) {
                amount = match &clause.condition {
                    None => zero,
                    Some(condition) => {
                        let condition = self.expr(condition);
                        self.builder.push(Step::Choose(condition, zero, amount), Role::Expression, score(), clause.span)
                    }
                };
            }
            amount = self.rounded(item, amount);
            amount = self.where_applicable(scope, amount, item.head);
            let step = self.builder.push(Step::Same(amount), Role::Spill(id), score(), item.head);
            let mut way = way.into_iter();
            let to = way.next().flatten();
            self.spills.push((Spill { from: id, to, step }, way.collect()));
        }
    }

    /// What floors of other items gave back and is deducted here, with where it goes if the floor here gives it back again.
    pub(super) fn arrivals(&mut self, to: Option<ItemId>) -> Vec<(StepId, Way)> {
        for from in incoming(self.standard, to, self.tier) {
            self.item(from);
        }
        self.spills.iter().filter(|(spill, _)| spill.to == to).map(|(spill, way)| (spill.step, way.clone())).collect()
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
    fn unbounded(&mut self, id: ItemId, item: &Item, spilling: &mut Vec<Spilling>) -> StepId {
        let standard = self.standard;
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
            if let (Act::Move(movement), Some((_, amount))) = (&clause.act, terms.last())
                && !movement.spill.is_empty()
            {
                let way = movement.spill.iter().map(|spill| spill.item.and_then(|item| standard.applying(item, self.tier))).collect();
                spilling.push(Spilling { way, amount: *amount });
            }
        }
        for (amount, way) in self.arrivals(Some(id)) {
            terms.push((if item.kind == ItemKind::Penalty { Sign::Plus } else { Sign::Minus }, amount));
            if !way.is_empty() {
                spilling.push(Spilling { way, amount });
            }
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
        let deducts = item.clauses.iter().any(deducts) || !incoming(standard, Some(id), self.tier).is_empty();
        let span = item.marks.as_ref().map_or(item.head, |marks| marks.span);
        let start = if item.is_base() && deducts { self.marks(id) } else { None };
        self.full_step(start.unwrap_or(Full::Fixed(Decimal::ZERO)), span)
    }

    fn clause<T>(&mut self, clause: &Clause, lower: impl FnOnce(&mut Self) -> T) -> T
    where
        T: Into<StepId> + Copy,
    {
        let step = self.under(Some(clause.span), lower);
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
                let adds = !clauses.iter().any(deducts);
                let inner: Vec<(Sign, StepId)> = inner.into_iter().map(|(sign, step)| (if taken_off { Sign::Plus } else { sign }, step)).collect();
                let amount = self.clause(clause, |lowering| {
                    let sum = lowering.builder.push(Step::Sum(inner.into()), Role::Expression, Some(Unit::score()), clause.span);
                    let limit = lowering.expr(limit);
                    let capped = lowering.builder.push(Step::Cap(sum, limit), Role::AtMost, Some(Unit::score()), clause.span);
                    lowering.conditional(clause, capped, if adds { Role::Addition } else { Role::Deduction })
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
