//! What is carried over from period to period: values that lead back to themselves by way of 上期(…, 首期 …).
//!
//! Values are resolved when they are first read, so that one which leads back cannot wait for its own end: it is taken to be what
//! 首期 says, and when all values are resolved it is checked that it is.

use super::from_ast::{Named, Resolver, Slot};
use super::{Expr, ExprKind, ItemId, ValueId};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{common_step, on_grid, plain};
use crate::source::Span;
use crate::syntax::ast;

/// A value that is read of an earlier period before it is resolved.
pub(super) struct Carried {
    id: ValueId,
    /// What it was taken to be, at the place where it is read.
    taken: Expr,
    /// 首期.
    initially: Expr,
}

impl Resolver<'_> {
    /// The value being resolved to which an expression leads back by what it reads in its own period, or of others without a value of
    /// the first: what has one makes an end of the way back.
    pub(super) fn leads_back(&self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<ValueId> {
        let mut seen: Vec<ValueId> = Vec::new();
        let mut queue: Vec<(&ast::Expr, Option<ItemId>)> = vec![(tree, owner)];
        while let Some((tree, owner)) = queue.pop() {
            if let Some(id) = self.value_named(tree, owner).filter(|id| !seen.contains(id)) {
                seen.push(id);
                match self.values.get(id) {
                    Some(Slot::Busy(_)) => return Some(id),
                    Some(Slot::Todo(value, owner)) => queue.push((&value.expr, *owner)),
                    _ => {}
                }
            }
            if !matches!(&tree.kind, ast::ExprKind::Earlier(earlier) if earlier.initially.is_some()) {
                queue.extend(tree.inside().into_iter().map(|inner| (inner, owner)));
            }
        }
        None
    }

    fn value_named(&self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<ValueId> {
        let named = match &tree.kind {
            ast::ExprKind::Path(name, None) => self.lookup(name, owner)?.0,
            ast::ExprKind::Path(item, Some(name)) => {
                let mut items = self.items.iter().enumerate().filter(|(_, other)| other.name == item.text);
                items.find_map(|(id, _)| self.names.get(&(Some(id), name.text.clone())))?.0
            }
            _ => return None,
        };
        if let Named::Value(id) = named { Some(id) } else { None }
    }

    /// What leads back to a value that is being resolved: it has the unit of the first period, and the customary step of that.
    pub(super) fn carry(&mut self, tree: &ast::Earlier, initially: Option<&Expr>, (owner, back): (Option<ItemId>, ValueId), whole: Span) -> Option<Expr> {
        let span = tree.expr.span;
        if tree.initially.is_none() {
            let mut circle = self.reading_from(back);
            circle.push((words!("上期(…)", "previous(…)"), whole));
            self.report(super::circle::endless(&circle));
            return None;
        }
        let initially = initially?;
        let Some(id) = self.value_named(&tree.expr, owner) else {
            self.report_formula(span);
            return None;
        };
        let step = initially.unit().and_then(|unit| unit.default_step().or(initially.step));
        let taken = Expr { kind: ExprKind::Value(id), ty: initially.ty.clone(), step, span };
        self.carried.push(Carried { id, taken: taken.clone(), initially: initially.clone() });
        Some(taken)
    }

    /// That a formula leads back: of what is carried over there must be something to take it for, which a name has.
    fn report_formula(&mut self, span: Span) {
        let within = self.reading.last().map(|id| self.reading_from(*id)).unwrap_or_default();
        let diagnostic = Diagnostic::new(
            Code::Circle,
            words!("这个算式回到正在定的值,要先给它取名", "this formula leads back to the value that it is part of, and needs a name"),
        )
        .at(span, words!("从这里绕回来", "leads back from here"));
        let diagnostic = within.into_iter().fold(diagnostic, |diagnostic, (_, span)| diagnostic.at(span, words!("在这个值里", "in this value")));
        self.report(
            diagnostic
                .help(words!("用 令 名称 = … 给算式取名,再写 上期(名称,首期 …)", "name the formula with let NAME = …, and write previous(NAME, initially …)")),
        );
    }

    /// Reports values that are carried over in another unit than that of the first period, or with more digits than their step has.
    pub(super) fn check_carried(&mut self) {
        for Carried { id, taken, initially } in std::mem::take(&mut self.carried) {
            let Some(Slot::Done(value)) = self.values.get(id) else { continue };
            let (name, at) = (value.name.clone(), value.expr.span);
            let real = Expr { ty: value.expr.ty.clone(), step: value.expr.step, ..taken.clone() };
            if self.same_unit(real.clone(), initially.clone(), "首期", "first period").is_none() {
                continue;
            }
            let Some(step) = taken.step.map(|step| initially.step.map_or(step, |first| common_step(step, first))) else { continue };
            if real.step.is_some_and(|fine| on_grid(fine, step)) {
                continue;
            }
            let unit = initially.unit().map(|unit| Words { zh: unit.to_string(), en: unit.in_english() });
            let Words { zh: unit, en: unit_en } = unit.unwrap_or_else(|| words!("分", "points"));
            let step = plain(step);
            self.report(
                Diagnostic::new(Code::Unrounded, words!("「{name}」没有取整就带到下一期", "{name} is carried over without rounding"))
                    .at(at, words!("这个算式", "this formula"))
                    .at(taken.span, words!("下一期用到", "read in the next period"))
                    .help(words!("在算式末尾取整,例如 取整到 {step} {unit}", "round it at its end, as in: round to {step} {unit_en}")),
            );
        }
    }
}
