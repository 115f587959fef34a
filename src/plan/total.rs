//! The total, and what vetoes make of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::from_resolved::Lowering;
use super::{Comparison, Effect, Role, Step, StepId};
use crate::quantity::Unit;
use crate::resolved;

impl Lowering<'_> {
    /// The total before any veto.
    pub(super) fn computed(&mut self) -> StepId {
        if let Some(computed) = self.computed {
            return computed;
        }
        let standard = self.standard;
        let span = standard.total.span;
        let step = self.within("总分", Some(span), |lowering| {
            let mut inner = lowering.expr(&standard.total.expr);
            // where no item applies there is no total
            if let Some(scope) = lowering.any_applies(&standard.roots) {
                let none = lowering.builder.push(Step::NotApplicable, Role::Expression, Some(Unit::score()), span);
                inner = lowering.builder.push(Step::Choose(scope, inner, none), Role::Expression, Some(Unit::score()), span);
            }
            let vetoed = lowering.has_veto(|effect| matches!(effect, Effect::Total(_)));
            lowering.builder.push(Step::Same(inner), if vetoed { Role::Computed } else { Role::Total }, Some(Unit::score()), span)
        });
        self.builder.note(step, &standard.total.notes);
        self.computed = Some(step);
        step
    }

    /// The total after the vetoes, of which the gravest counts; none raises a total.
    pub(super) fn total(&mut self) -> StepId {
        if let Some(total) = self.total {
            return total;
        }
        let computed = self.computed();
        let mut limits: BTreeMap<Decimal, Vec<(StepId, usize)>> = BTreeMap::new();
        for (condition, veto) in self.vetoes(|effect| matches!(effect, Effect::Total(_))) {
            if let Some(resolved::Veto { effect: Effect::Total(limit), .. }) = self.standard.vetoes.get(veto) {
                limits.entry(*limit).or_default().push((condition, veto));
            }
        }
        let span = self.standard.total.span;
        let score = || Some(Unit::score());
        let mut total = computed;
        // the gravest is asked last, so that it decides whatever is unknown of the others
        for (limit, vetoes) in limits.into_iter().rev() {
            total = self.within("总分", None, |lowering| {
                let conditions: Vec<StepId> = vetoes.iter().map(|(condition, _)| *condition).collect();
                let any = match conditions.as_slice() {
                    [one] => *one,
                    _ => lowering.builder.push(Step::Or(conditions.into()), Role::Condition, None, span),
                };
                let span = vetoes.first().and_then(|(_, veto)| lowering.standard.vetoes.get(*veto)).map_or(span, |veto| veto.span);
                let limit = lowering.builder.points(limit, span);
                // where the total is no higher nothing can change
                let higher = lowering.builder.push(Step::Compare(computed, Comparison::Gt, limit), Role::Condition, None, span);
                let acts = lowering.builder.push(Step::And(Box::new([any, higher])), Role::Condition, None, span);
                lowering.builder.push(Step::Choose(acts, limit, total), Role::Vetoed, score(), span)
            });
        }
        if total != computed {
            total = self.within("总分", Some(span), |lowering| lowering.builder.push(Step::Same(total), Role::Total, score(), span));
        }
        self.total = Some(total);
        total
    }

    fn has_veto(&self, wanted: impl Fn(Effect) -> bool) -> bool {
        self.standard.vetoes.iter().any(|veto| veto.tiers.contains(&self.tier) && wanted(veto.effect))
    }

    /// The conditions of the vetoes of the tier that have some effect, in the order of the rules.
    pub(super) fn vetoes(&mut self, wanted: impl Fn(Effect) -> bool) -> Vec<(StepId, usize)> {
        let (standard, tier) = (self.standard, self.tier);
        let own = standard.vetoes.iter().enumerate().filter(|(_, veto)| veto.tiers.contains(&tier) && wanted(veto.effect));
        own.map(|(index, veto)| (self.veto(index, veto), index)).collect()
    }

    fn veto(&mut self, index: usize, veto: &resolved::Veto) -> StepId {
        if let Some(condition) = self.vetoes.get(&index) {
            return *condition;
        }
        let before = std::mem::replace(&mut self.before_vetoes, true);
        let condition = self.within("", Some(veto.span), |lowering| {
            let condition = lowering.expr(&veto.condition);
            lowering.builder.push(Step::Same(condition), Role::Veto(index), None, veto.span)
        });
        self.before_vetoes = before;
        self.builder.note(condition, &veto.notes);
        self.vetoes.insert(index, condition);
        condition
    }

    /// Whether any veto of some effect holds; none where the tier has no such veto.
    pub(super) fn any_veto(&mut self, wanted: impl Fn(Effect) -> bool) -> Option<StepId> {
        let span = self.standard.total.span;
        let conditions: Vec<StepId> = self.vetoes(wanted).into_iter().map(|(condition, _)| condition).collect();
        match conditions.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => Some(self.within("", None, |lowering| lowering.builder.push(Step::Or(conditions.into()), Role::Condition, None, span))),
        }
    }
}
