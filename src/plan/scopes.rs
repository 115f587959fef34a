//! To which units of a tier items apply, and the marks that follow from it.

use rust_decimal::Decimal;

use super::from_resolved::Lowering;
use super::{Full, ItemId, Role, Sign, Step, StepId};
use crate::quantity::Unit;
use crate::resolved::{Expr, constant, marks_in, most, reads_varying_marks, rests_on_parts};
use crate::source::Span;

impl Lowering<'_> {
    /// Whether an item of the tier applies: what it and the items around it say, and that something inside does. None where it applies to all units.
    pub(super) fn scope(&mut self, id: ItemId) -> Option<StepId> {
        if let Some(scope) = self.scopes.get(&id) {
            return *scope;
        }
        let standard = self.standard;
        let item = standard.items.get(id)?;
        let mut links: Vec<StepId> = self.condition(id).into_iter().collect();
        if rests_on_parts(item) {
            links.extend(self.any_applies(&item.children));
        }
        let scope = self.all(links, item.head);
        self.scopes.insert(id, scope);
        scope
    }

    /// What an item and those around it say of the units that they are for.
    fn condition(&mut self, id: ItemId) -> Option<StepId> {
        if let Some(condition) = self.conditions.get(&id) {
            return *condition;
        }
        let standard = self.standard;
        let item = standard.items.get(id)?;
        let mut links: Vec<StepId> = item.parent.and_then(|parent| self.condition(parent)).into_iter().collect();
        if let Some(when) = &item.when {
            let path = item.path.join("/");
            links.push(self.within(&path, Some(when.span), |lowering| {
                let condition = lowering.expr(when);
                lowering.builder.push(Step::Same(condition), Role::Scope, None, when.span)
            }));
        }
        let condition = self.all(links, item.head);
        self.conditions.insert(id, condition);
        condition
    }

    fn all(&mut self, links: Vec<StepId>, span: Span) -> Option<StepId> {
        match links.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => Some(self.builder.push(Step::And(links.into()), Role::Condition, None, span)),
        }
    }

    /// Whether any of some items of the tier applies; none where one of them always does, or there are none.
    pub(super) fn any_applies(&mut self, items: &[ItemId]) -> Option<StepId> {
        let standard = self.standard;
        let own: Vec<ItemId> = items.iter().copied().filter(|id| standard.items.get(*id).is_some_and(|item| item.tiers.contains(&self.tier))).collect();
        let span = own.first().and_then(|first| standard.items.get(*first))?.head;
        let scopes: Option<Vec<StepId>> = own.into_iter().map(|id| self.scope(id)).collect();
        match scopes?.as_slice() {
            [one] => Some(*one),
            scopes => Some(self.builder.push(Step::Or(scopes.into()), Role::Condition, None, span)),
        }
    }

    /// The points of an item where it applies, else nothing.
    pub(super) fn where_applicable(&mut self, scope: Option<StepId>, points: StepId, span: Span) -> StepId {
        let Some(scope) = scope else { return points };
        let zero = self.builder.points(Decimal::ZERO, span);
        self.builder.push(Step::Choose(scope, points, zero), Role::Part, Some(Unit::score()), span)
    }

    /// The marks of an item of the tier; none for bonuses and penalties.
    pub(super) fn marks(&mut self, id: ItemId) -> Option<Full> {
        let standard = self.standard;
        let item = standard.items.get(id)?;
        let all = marks_in(standard, id, self.tier)?;
        if !item.varies {
            return Some(Full::Fixed(all));
        }
        if let Some(full) = self.full.get(&id) {
            return Some(*full);
        }
        let path = item.path.join("/");
        let full = match item.marks.as_ref().filter(|marks| constant(standard, marks, self.tier).is_none()) {
            Some(marks) => {
                let step = self.within(&path, Some(marks.span), |lowering| {
                    let step = lowering.expr(marks);
                    lowering.builder.push(Step::Same(step), Role::Marks(Some(id)), Some(Unit::score()), marks.span)
                });
                Full::Varying { step, most: all }
            }
            None => self.within(&path, Some(item.head), |lowering| lowering.marks_inside(Some(id), &item.children, all, item.head)),
        };
        self.full.insert(id, full);
        Some(full)
    }

    /// The marks of the tier without those of items that do not apply.
    pub(super) fn marks_of_tier(&mut self) -> Full {
        let standard = self.standard;
        let all = standard.tiers.get(self.tier).map(|tier| tier.marks).unwrap_or_default();
        if !standard.marks_vary(None) {
            return Full::Fixed(all);
        }
        if let Some(full) = self.tier_marks {
            return full;
        }
        let full = self.within("总分", None, |lowering| lowering.marks_inside(None, &standard.roots, all, standard.total.span));
        self.tier_marks = Some(full);
        full
    }

    fn marks_inside(&mut self, owner: Option<ItemId>, items: &[ItemId], all: Decimal, span: Span) -> Full {
        let mut terms = Vec::new();
        let mut varies = false;
        for id in items {
            let Some(full) = self.marks(*id) else { continue };
            let scope = self.scope(*id);
            varies |= scope.is_some() || matches!(full, Full::Varying { .. });
            terms.push((scope, full));
        }
        if !varies {
            return Full::Fixed(all);
        }
        let mut steps = Vec::new();
        for (scope, full) in terms {
            let step = self.full_step(full, span);
            steps.push((Sign::Plus, self.where_applicable(scope, step, span)));
        }
        Full::Varying { step: self.builder.push(Step::Sum(steps.into()), Role::Marks(owner), Some(Unit::score()), span), most: all }
    }

    /// A cap or floor that is written.
    pub(super) fn bound(&mut self, expr: &Expr) -> Option<Full> {
        let most = most(self.standard, expr, self.tier)?;
        if constant(self.standard, expr, self.tier).is_some() && !reads_varying_marks(self.standard, expr) {
            return Some(Full::Fixed(most));
        }
        Some(Full::Varying { step: self.expr(expr), most })
    }

    pub(super) fn full_step(&mut self, full: Full, span: Span) -> StepId {
        match full {
            Full::Fixed(points) => self.builder.points(points, span),
            Full::Varying { step, .. } => step,
        }
    }
}
