//! Tiers, and which items apply to them.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::circle::visit;
use super::expr::with_suggestion;
use super::from_ast::Resolver;
use super::{Expr, ExprKind, InputKind, ItemId, Standard, Tier, TierId, Who};
use crate::diag::{Code, Diagnostic, words};
use crate::syntax::ast;

/// Whether an expression reads the record, or the group of records, at hand.
pub(crate) fn reads_row(expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| found |= matches!(part.kind, ExprKind::Field(_) | ExprKind::Inner(_)));
    found
}

/// Whether everything that an expression reads applies to a tier.
pub(crate) fn applies(standard: &Standard, expr: &Expr, tier: TierId) -> bool {
    let owned = |owner: Option<ItemId>| owner.and_then(|owner| standard.items.get(owner)).is_none_or(|owner| owner.tiers.contains(&tier));
    let mut whole = true;
    visit(expr, &mut |part| {
        whole &= match &part.kind {
            ExprKind::Score(id) => {
                let name = standard.items.get(*id).map(|item| item.name.as_str());
                standard.items.iter().any(|item| Some(item.name.as_str()) == name && item.tiers.contains(&tier))
            }
            ExprKind::Fact(id) => owned(standard.facts.get(*id).and_then(|fact| fact.owner)),
            ExprKind::Value(id) => standard.values.get(*id).is_some_and(|value| owned(value.owner) && applies(standard, &value.expr, tier)),
            ExprKind::Part(_, owner) | ExprKind::Marks(owner) => owned(*owner),
            ExprKind::ByTier(rows, otherwise) => otherwise.is_some() || rows.contains_key(&tier),
            ExprKind::Input(id) => standard.inputs.get(*id).is_some_and(|input| match &input.kind {
                InputKind::Units(units) if units.over.who == Who::Tier => input.exprs().all(|expr| applies(standard, expr, tier)),
                InputKind::Units(_) => true,
                InputKind::Records(_) => input.exprs().all(|expr| applies(standard, expr, tier)),
                // what did not apply to the tier then gives no value, and that is one of its ways to be absent
                InputKind::Earlier(_) => true,
            }),
            _ => true,
        };
    });
    whole
}

impl Resolver<'_> {
    pub(super) fn declare_tiers(&mut self, trees: &[&ast::Tier]) {
        for tree in trees {
            if let Some(first) = self.tiers.iter().find(|tier| tier.name == tree.name.text) {
                let first = first.span;
                self.twice(&tree.name.text, tree.name.span, first);
                continue;
            }
            let marks = match &tree.marks.kind {
                kind if is_written(kind) => self.amount(&tree.marks, None).and_then(|marks| marks.literal()),
                _ => {
                    self.report(
                        Diagnostic::new(Code::NotConstant, words!("层级的满分写一个数", "the marks of a tier are one number"))
                            .at(tree.marks.span, words!("这里", "here"))
                            .help(words!(
                                "例如 100 分,或 按 期 {{ ≥ 2022-07: 100 分; 其余: 90 分 }}",
                                "as in 100 points, or: by period {{ ≥ 2022-07: 100 points; otherwise: 90 points }}"
                            )),
                    );
                    None
                }
            };
            self.unsure |= marks.is_none();
            let title = tree.title.as_ref().map(|title| title.text.clone());
            self.tiers.push(Tier { name: tree.name.text.clone(), title, marks: marks.unwrap_or(Decimal::ONE_HUNDRED), span: tree.name.span });
        }
    }

    /// The tier of that name.
    pub(super) fn tier(&mut self, name: &ast::Name) -> Option<TierId> {
        let found = self.tiers.iter().position(|tier| tier.name == name.text);
        self.unsure |= found.is_none();
        // where no tier is declared at all, that is said of the standard
        if found.is_none() && !self.tiers.is_empty() && !self.lost.contains(&name.text) {
            let names: Vec<String> = self.tiers.iter().map(|tier| tier.name.clone()).collect();
            let near = crate::diag::closest(&name.text, names.iter().map(String::as_str)).map(str::to_owned);
            let (text, known, known_en) = (&name.text, names.join("、"), names.join(", "));
            let diagnostic =
                Diagnostic::new(Code::UnknownTier, words!("没有「{text}」这个层级", "there is no tier {text}")).at(name.span, words!("这里", "here"));
            let diagnostic = with_suggestion(diagnostic, name.span, near);
            self.report(diagnostic.help(words!("声明了的层级有:{known}", "the tiers are: {known_en}")));
        }
        found
    }

    pub(super) fn all_tiers(&self) -> BTreeSet<TierId> {
        (0..self.tiers.len()).collect()
    }

    /// The tiers of a scope; all where there is none.
    pub(super) fn scope(&mut self, scope: Option<&ast::Scope>) -> BTreeSet<TierId> {
        let Some(scope) = scope else { return self.all_tiers() };
        scope.tiers.iter().filter_map(|name| self.tier(name)).collect()
    }

    /// The tiers that an item applies to, within those of its parent.
    pub(super) fn item_scope(&mut self, tree: &ast::Item, parent: Option<ItemId>) -> BTreeSet<TierId> {
        let scopes: Vec<&ast::Scope> = tree
            .parts
            .iter()
            .filter_map(|part| match part {
                ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Scope(scope), .. }) => Some(scope),
                _ => None,
            })
            .collect();
        let own = self.scope(scopes.first().copied());
        let Some(outer) = parent.and_then(|parent| self.items.get(parent)) else { return own };
        if scopes.is_empty() { outer.tiers.clone() } else { own.intersection(&outer.tiers).copied().collect() }
    }
}

/// One number, or one a period.
fn is_written(kind: &ast::ExprKind) -> bool {
    match kind {
        ast::ExprKind::Quantity(_) => true,
        ast::ExprKind::Table(table) => {
            matches!(table.subject.kind, ast::ExprKind::Period) && table.rows.iter().all(|row| matches!(row.result.kind, ast::ExprKind::Quantity(_)))
        }
        _ => false,
    }
}
