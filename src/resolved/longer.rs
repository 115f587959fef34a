//! Results of longer periods than those that the standard scores: 总分 年 of a monthly standard, and the items that take part in it alone.

use rust_decimal::Decimal;

use super::circle::visit;
use super::from_ast::{Once, Resolver};
use super::{Earlier, Exemption, Expr, ExprKind, InputKind, ItemId, Key, Made, Notes, Ranking, Standard, Total, Type, When, constant};
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{Cycle, Unit};
use crate::syntax::ast;

/// What a longer period is scored by.
pub(super) struct Longer {
    pub(super) cycle: Cycle,
    pub(super) total: Total,
    /// The marks; those of the tier where none are stated.
    pub(super) marks: Option<Expr>,
    pub(super) ranking: Option<Ranking>,
    /// A unit that is exempt in every period of it has no result.
    pub(super) exemption: Exemption,
}

impl Longer {
    /// Makes of a standard, resolved for the longer period, one that scores it.
    pub(super) fn take_over(self, standard: &mut Standard) {
        if let Some(marks) = self.marks {
            let found: Vec<Option<Decimal>> = (0..standard.tiers.len()).map(|tier| constant(standard, &marks, tier)).collect();
            for (tier, marks) in standard.tiers.iter_mut().zip(found) {
                tier.marks = marks.unwrap_or(tier.marks);
            }
        }
        let ranking = &mut standard.ranking;
        match self.ranking {
            Some(own) => *ranking = own,
            // where no ranking of its own is stated, the total alone decides
            None => {
                let total = ExprKind::Total;
                let total = Expr { kind: total, ty: Type::Number(Unit::score()), step: Some(standard.head.step), span: ranking.span };
                (ranking.keys, ranking.listed) = (vec![Key { expr: total, descending: true }], Vec::new());
            }
        }
        // other lists are of what every period has
        standard.lists.retain(|list| list.condition.iter().chain(list.keys.iter().map(|key| &key.expr)).all(is_of_result));
        (standard.total, standard.exemptions) = (self.total, vec![self.exemption]);
    }
}

/// Whether an expression reads nothing but the result: the total, and whether the unit may be commended.
fn is_of_result(expr: &Expr) -> bool {
    let mut of_result = true;
    visit(expr, &mut |inner| {
        let result = matches!(inner.kind, ExprKind::Total | ExprKind::NotEligible | ExprKind::Constant(_) | ExprKind::Flag(_) | ExprKind::ByTier(..));
        let joins = matches!(inner.kind, ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Compare(..));
        of_result &= result || joins;
    });
    of_result
}

impl<'a> Resolver<'a> {
    /// The cycle of an item, which those inside it share.
    pub(super) fn item_cycle(&mut self, tree: &ast::Item, parent: Option<ItemId>) -> Option<Cycle> {
        let own = tree.parts.iter().find_map(|part| match part {
            ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Cycle(cycle), span }) => Some((*cycle, *span)),
            _ => None,
        });
        let outer = parent.and_then(|parent| self.items.get(parent)).map(|parent| (parent.cycle, parent.head));
        let Some((cycle, span)) = own else { return outer.and_then(|(cycle, _)| cycle) };
        if cycle == self.setting.cycle() {
            return None;
        }
        if cycle < self.setting.cycle() {
            self.report(
                Diagnostic::new(Code::Conflict, words!("一项的周期不能短于标准的周期", "the cycle of an item is not shorter than that of the standard"))
                    .at(span, words!("这里", "here"))
                    .help(words!("删去它;更短的一期另立标准", "remove it: a shorter period has a standard of its own")),
            );
            return None;
        }
        if let Some((_, head)) = outer.filter(|(outer, _)| *outer != Some(cycle)) {
            // which marks add up is open
            self.unsure = true;
            self.report(
                Diagnostic::new(
                    Code::Conflict,
                    words!("只计入更长一期的项不写在每期计分的项里", "what counts in a longer period only does not stand in an item of every period"),
                )
                .at(span, words!("这里", "here"))
                .at(head, words!("每期都计分", "scored in every period"))
                .help(words!("把它移到外面,或给外面一项也写同一周期", "move it out, or give the item around it the same cycle")),
            );
            return None;
        }
        Some(cycle)
    }

    /// The totals of longer periods, with their rankings.
    pub(super) fn longer_totals(&mut self, once: &Once<'a>) -> Vec<Longer> {
        let mut found: Vec<Longer> = Vec::new();
        for tree in once.totals.iter().copied() {
            let Some(cycle) = tree.cycle else { continue };
            if cycle <= self.setting.cycle() {
                self.report(
                    Diagnostic::new(
                        Code::Conflict,
                        words!("这个总分的一期不比标准的周期长", "the period of this total is no longer than the cycle of the standard"),
                    )
                    .at(tree.span, words!("这里", "here"))
                    .help(words!("每期的总分写 总分 = …", "the total of every period is: total = …")),
                );
                continue;
            }
            if let Some(first) = once.totals.iter().find(|other| other.cycle == Some(cycle) && other.span < tree.span) {
                let first = first.span;
                self.again(&words!("总分", "total"), tree.span, first);
                continue;
            }
            self.setting.in_total_of(Some(cycle));
            let expr = self.amount(&tree.expr, None);
            self.setting.in_total_of(None);
            let marks = tree.marks.as_ref().and_then(|marks| self.amount(marks, None)).filter(|marks| self.constant_amount(marks));
            let ranking = once.rankings.iter().copied().find(|ranking| ranking.cycle == Some(cycle));
            let ranking = ranking.map(|ranking| self.ranking_of(ranking, None));
            let Some(expr) = expr else { continue };
            self.must_be_rounded(&expr, &words!("总分", "the total"));
            let notes = self.notes(&tree.notes, "总分");
            let total = Total { expr, columns: tree.columns.iter().map(|column| column.text.clone()).collect(), notes, span: tree.span };
            found.push(Longer { cycle, total, marks, ranking: ranking.flatten(), exemption: self.exempt_throughout(tree) });
        }
        for ranking in &once.rankings {
            if let Some(cycle) = ranking.cycle
                && !once.totals.iter().any(|total| total.cycle == Some(cycle))
            {
                self.report(
                    Diagnostic::new(Code::MissingPart, words!("没有这一周期的总分", "there is no total of that cycle"))
                        .at(ranking.span, words!("这个排名", "this ranking"))
                        .help(words!(
                            "补上一行,例如 总分 年 = 各 月 平均(总分) 取整到 0.01 分",
                            "add it, as in: total year = every month mean(total) round to 0.01 points"
                        )),
                );
            }
        }
        found
    }

    fn exempt_throughout(&mut self, tree: &ast::Total) -> Exemption {
        let span = tree.span;
        let earlier =
            Earlier { when: When::Every(self.setting.cycle()), made: Made::ExemptThroughout, arguments: Vec::new(), condition: None, initially: None };
        let id = self.input(InputKind::Earlier(earlier), span);
        let condition = Expr { kind: ExprKind::Input(id), ty: Type::Truth, step: None, span };
        let reason = self.spelled(span, "各期均不参评", "exempt in every period").to_owned();
        Exemption { tiers: self.all_tiers(), condition, reason, notes: Notes::default(), span }
    }
}
