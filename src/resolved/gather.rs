//! Aggregates: one value from those of many units, and the largest or smallest of several values.

use rust_decimal::Decimal;

use super::from_ast::Resolver;
use super::{Common, Expr, ExprKind, Extreme, Fold, Input, InputKind, ItemId, Over, Ties, Type, Units, Who, ranges};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{self, Unit};
use crate::source::Span;
use crate::syntax::ast;

/// The unit in which units are counted.
const OFFICES: &str = "家";

impl Resolver<'_> {
    pub(super) fn aggregate(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let Some(over) = &tree.over else { return self.without_range(tree, owner, span) };
        let who = match &over.kind {
            ast::GatheredKind::Tier => Who::Tier,
            ast::GatheredKind::All => Who::All,
            ast::GatheredKind::Recent(_) | ast::GatheredKind::Every(_) => return self.over_periods(tree, owner, span),
            ast::GatheredKind::Children | ast::GatheredKind::Same(_) | ast::GatheredKind::Records(_) => {
                self.not_available(span);
                return None;
            }
        };
        self.over_units(tree, (Over { who, group: None }, None), owner, span)
    }

    /// A construct of the grammar that is not evaluated.
    pub(super) fn not_available(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::NotAvailable, words!("这种写法本版本还不能计算", "this version does not evaluate the construct"))
                .at(span, words!("这里", "here"))
                .help(words!("改用手册 docs/language.md 列出的写法", "state it with what docs/language.md lists")),
        );
    }

    /// Without a range: the largest or smallest of several values.
    fn without_range(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let extreme = match tree.fold {
            Fold::Best => Some(Extreme::Largest),
            Fold::Lowest => Some(Extreme::Smallest),
            _ => None,
        };
        if let (Some(extreme), [_, _, ..]) = (extreme, tree.arguments.as_slice()) {
            return self.extreme(extreme, &tree.arguments, owner, span);
        }
        let (zh, en) = fold_word(tree.fold);
        let diagnostic =
            Diagnostic::new(Code::MissingPart, words!("「{zh}」没有写明范围", "“{en}” states no range")).at(tree.word, words!("哪些单位的", "of which units"));
        self.report(diagnostic.help(if extreme.is_some() {
            words!(
                "写明范围,例如 层级 {zh}(…)、全体 {zh}(…);几个数里取一个,写 {zh}(甲, 乙)",
                "state it, as in: tier {en}(…), all {en}(…); of several values write {en}(a, b)"
            )
        } else {
            words!("写明范围,例如 层级 {zh}(…)、全体 {zh}(…)", "state it, as in: tier {en}(…), all {en}(…)")
        }));
        None
    }

    fn extreme(&mut self, extreme: Extreme, arguments: &[ast::Expr], owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let found: Vec<Option<Expr>> = arguments.iter().map(|argument| self.number(argument, owner)).collect();
        let mut done: Vec<Expr> = Vec::new();
        for expr in found {
            let mut expr = expr?;
            if let Some(first) = done.first() {
                let (first, other) = self.same_unit(first.clone(), expr, "几个数", "values")?;
                expr = other;
                if let Some(slot) = done.first_mut() {
                    *slot = first;
                }
            }
            done.push(expr);
        }
        let (ty, step) = (done.first()?.ty.clone(), done.first()?.step);
        let step = done.iter().skip(1).fold(step, |step, expr| Some(quantity::common_step(step?, expr.step?)));
        Some(Expr { kind: ExprKind::Extreme(extreme, done), ty, step, span })
    }

    fn over_units(&mut self, tree: &ast::Aggregate, (over, each): (Over, Option<Common>), owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let (arguments, condition) = self.gathered_parts(tree, owner)?;
        let ties = tree.ties.unwrap_or(self.ties);
        let (ty, step) = fold_type(tree.fold, &arguments, ties)?;
        let units = Units { over, each, fold: tree.fold, arguments, condition, ascending: tree.ascending.is_some(), ties };
        let id = self.input(InputKind::Units(units), span);
        Some(Expr { kind: ExprKind::Input(id), ty, step, span })
    }

    /// The arguments of an aggregate and its condition.
    pub(super) fn gathered_parts(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>) -> Option<(Vec<Expr>, Option<Expr>)> {
        let arguments: Vec<Option<Expr>> = tree.arguments.iter().map(|argument| self.fold_argument(argument, owner)).collect();
        let condition = tree.condition.as_ref().map(|condition| self.condition(condition, owner));
        if !self.takes_arguments(tree) {
            return None;
        }
        let arguments: Vec<Expr> = arguments.into_iter().collect::<Option<_>>()?;
        let condition = match condition {
            Some(condition) => Some(condition?),
            None => None,
        };
        Some((arguments, condition))
    }

    /// What is gathered of each member is a number whose digits end.
    fn fold_argument(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        let expr = self.number(tree, owner)?;
        self.must_be_rounded(&expr, &words!("汇总的数", "what is gathered"));
        Some(expr)
    }

    /// Whether an aggregate has as many arguments as it takes, and only parts that go with it.
    fn takes_arguments(&mut self, tree: &ast::Aggregate) -> bool {
        let (zh, en) = fold_word(tree.fold);
        let (wanted, given) = (arity(tree.fold), tree.arguments.len());
        if wanted != given {
            let help = match wanted {
                0 => words!("要数哪些,写在 其中 后面,例如 {zh}(其中 率 低于 60%)", "say which are counted behind where, as in: {en}(where rate below 60%)"),
                1 => words!("括号里写一个数,例如 {zh}(率)", "put one value into the brackets, as in: {en}(rate)"),
                _ => words!("先写数,再写权数,例如 {zh}(率, 件数)", "the value, then its weight, as in: {en}(rate, cases)"),
            };
            self.report(
                Diagnostic::new(Code::ArgumentCount, words!("「{zh}」要 {wanted} 个数,写了 {given} 个", "“{en}” takes {wanted} values, not {given}"))
                    .at(tree.word, words!("这里写了 {given} 个", "{given} here"))
                    .help(help),
            );
            return false;
        }
        true
    }

    /// The place of an input in its list; one that says the same as another is that other.
    pub(super) fn input(&mut self, kind: InputKind, span: Span) -> usize {
        let key = ranges::input_key(&kind);
        if let Some(id) = self.input_keys.get(&key) {
            if let Some(input) = self.inputs.get_mut(*id).filter(|input| !input.spans.contains(&span)) {
                input.spans.push(span);
            }
            return *id;
        }
        self.inputs.push(Input { kind, span, spans: vec![span] });
        self.input_keys.insert(key, self.inputs.len() - 1);
        self.inputs.len() - 1
    }
}

/// How many values an aggregate takes.
fn arity(fold: Fold) -> usize {
    match fold {
        Fold::Count | Fold::Size => 0,
        Fold::WeightedMean => 2,
        Fold::Sum | Fold::Mean | Fold::Best | Fold::Lowest | Fold::Median | Fold::Rank => 1,
    }
}

/// What an aggregate gives: a mean is an exact fraction, a place a bare number.
pub(super) fn fold_type(fold: Fold, arguments: &[Expr], ties: Ties) -> Option<(Type, Option<Decimal>)> {
    let of = || arguments.first().map(|argument| (argument.ty.clone(), argument.step));
    Some(match fold {
        Fold::Count | Fold::Size => (Type::Number(Unit::named(OFFICES)), Some(Decimal::ONE)),
        Fold::Rank => (Type::Number(Unit::Number), Some(if ties == Ties::Shared { Decimal::new(5, 1) } else { Decimal::ONE })),
        Fold::Sum | Fold::Best | Fold::Lowest => of()?,
        Fold::Mean | Fold::WeightedMean | Fold::Median => (of()?.0, None),
    })
}

/// The word of an aggregate in both skins.
pub(super) fn fold_word(fold: Fold) -> (&'static str, &'static str) {
    match fold {
        Fold::Sum => ("合计", "sum"),
        Fold::Mean => ("平均", "mean"),
        Fold::WeightedMean => ("加权平均", "weighted mean"),
        Fold::Best => ("最高", "best"),
        Fold::Lowest => ("最低", "lowest"),
        Fold::Median => ("中位", "median"),
        Fold::Count => ("计数", "count"),
        Fold::Rank => ("名次", "rank of"),
        Fold::Size => ("家数", "size"),
    }
}

/// What an input is called.
pub(super) fn input_name(input: &Input) -> Words {
    match &input.kind {
        InputKind::Units(units) => {
            let (who, who_en) = match units.over.who {
                Who::Tier => ("层级", "tier"),
                Who::All => ("全体", "all"),
                Who::Same(_) => ("同", "same"),
                Who::Children => ("下级", "children"),
            };
            let (fold, fold_en) = fold_word(units.fold);
            words!("{who} {fold}(…)", "{who_en} {fold_en}(…)")
        }
        InputKind::Earlier(earlier) => {
            let Words { zh, en } = super::earlier::name(earlier);
            words!("{zh}(…)", "{en}(…)")
        }
    }
}
