//! Aggregates: one value from those of many units, and the largest or smallest of several values.

use rust_decimal::Decimal;

use super::circle::visit;
use super::from_ast::{Named, Resolver};
use super::{Attribute, Common, Expr, ExprKind, Extreme, Fold, Input, InputKind, ItemId, Over, Standard, Ties, Type, Units, Who, ranges};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{self, Unit};
use crate::source::Span;
use crate::syntax::ast;

/// What the register calls the unit above.
pub(crate) const PARENT: &[&str] = &["上级", "parent"];

/// The unit in which units are counted.
pub(super) const OFFICES: &str = "家";
/// The unit in which groups of units are counted.
const GROUPS: &str = "个";

impl Resolver<'_> {
    pub(super) fn aggregate(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let Some(over) = &tree.over else {
            return match self.inside.as_ref().and_then(|inside| inside.each) {
                Some(_) if !(matches!(tree.fold, Fold::Best | Fold::Lowest) && tree.arguments.len() > 1) => self.of_group(tree, owner, span),
                _ => self.without_range(tree, owner, span),
            };
        };
        // what is gathered inside an aggregate over records is that of their unit
        let inside = self.inside.take();
        let gathered = self.over(over, tree, owner, span);
        self.inside = inside;
        gathered
    }

    fn over(&mut self, over: &ast::Gathered, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let who = match &over.kind {
            ast::GatheredKind::Tier => Who::Tier,
            ast::GatheredKind::All => Who::All,
            ast::GatheredKind::Records(name) => return self.outside_groups(|resolver| resolver.over_records(name, tree, owner, span)),
            ast::GatheredKind::Children => {
                self.needs_parents(over.span);
                Who::Children
            }
            ast::GatheredKind::Same(name) => Who::Same(self.common(name, owner)?),
            ast::GatheredKind::Recent(_) | ast::GatheredKind::Every(_) => {
                self.not_available(span);
                return None;
            }
        };
        let over = Over { who, group: None };
        let Some(name) = &tree.each else {
            return self.outside_groups(|resolver| resolver.over_units(tree, (over, None), owner, span));
        };
        let common = self.common(name, owner)?;
        let before = self.grouped.replace(Over { group: Some(common), ..over });
        let found = self.over_units(tree, (over, Some(common)), owner, span);
        self.grouped = before;
        found
    }

    /// Resolves something in which names are those of a member, whatever stands around it.
    fn outside_groups<T>(&mut self, resolve: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.grouped.take();
        let done = resolve(self);
        self.grouped = before;
        done
    }

    /// What units have in common by that name: a fact that is a choice, or else a column of the register.
    pub(super) fn common(&mut self, name: &ast::Name, owner: Option<ItemId>) -> Option<Common> {
        if let Some((named, declared)) = self.lookup(name, owner) {
            let kind = if let Named::Fact(id) = named { self.facts.get(id).map(|fact| (id, fact.kind.clone())) } else { None };
            if let Some((id, Type::Choice(_) | Type::Truth)) = kind {
                return Some(Common::Fact(id));
            }
            let text = &name.text;
            self.report(
                Diagnostic::new(Code::WrongType, words!("「{text}」不是选项,不能按它分组", "{text} is no choice: units are not grouped by it"))
                    .at(name.span, words!("按它分组", "grouped by this"))
                    .at(declared, words!("在这里声明", "declared here"))
                    .help(words!(
                        "写一项声明为选项的数据(数据 … : {{甲, 乙}}),或名册里的一列",
                        "name a fact that is a choice (fact … : {{a, b}}), or a column of the register"
                    )),
            );
            return None;
        }
        if PARENT.contains(&name.text.as_str()) {
            self.needs_parents(name.span);
            return Some(Common::Parent);
        }
        Some(Common::Attribute(self.attribute_named(&name.text, name.span)))
    }

    fn attribute_named(&mut self, name: &str, span: Span) -> usize {
        let found = self.attributes.iter().position(|attribute| attribute.name == name);
        found.unwrap_or_else(|| {
            self.attributes.push(Attribute { name: name.to_owned(), span });
            self.attributes.len() - 1
        })
    }

    /// The register must say which unit stands above which.
    fn needs_parents(&mut self, span: Span) {
        self.parents.get_or_insert(span);
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
        // inside an aggregate over groups it speaks of the group
        if let Some(over) = self.grouped {
            return self.outside_groups(|resolver| resolver.over_units(tree, (over, None), owner, span));
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
        if each.is_some() && !arguments.iter().chain(&condition).all(|expr| self.speaks_of_group(expr)) {
            return None;
        }
        if tree.fold == Fold::Rank && (over.who == Who::Children || each.is_some()) {
            self.report(
                Diagnostic::new(Code::Conflict, words!("名次是本单位在一群单位里的位置", "a rank is the place of the unit itself among others"))
                    .at(tree.word, words!("下级里、各组里没有本单位", "the unit itself is not among those below it, or among groups"))
                    .help(words!("写 层级 名次(…)、全体 名次(…) 或 同 … 名次(…)", "write: tier rank of(…), all rank of(…), or same … rank of(…)")),
            );
            return None;
        }
        let ties = tree.ties.unwrap_or(self.ties);
        let counted = if each.is_some() { GROUPS } else { OFFICES };
        let (ty, step) = fold_type(tree.fold, &arguments, ties, counted)?;
        let units = Units {
            over,
            each,
            fold: tree.fold,
            arguments,
            condition,
            ascending: tree.direction.as_ref().is_some_and(|(direction, _)| *direction == ast::Direction::Ascending),
            ties,
        };
        let id = self.input(InputKind::Units(units), span);
        Some(Expr { kind: ExprKind::Input(id), ty, step, span })
    }

    /// Whether an expression is the same for all members of a group: it reads them by way of aggregates only.
    fn speaks_of_group(&mut self, expr: &Expr) -> bool {
        let mut own = None;
        visit(expr, &mut |part| {
            let constant = matches!(part.kind, ExprKind::Value(_)) && self.is_constant(part);
            if matches!(part.kind, ExprKind::Fact(_) | ExprKind::Value(_) | ExprKind::Score(_) | ExprKind::Total | ExprKind::Part(..)) && !constant {
                own.get_or_insert(part.span);
            }
        });
        if let Some(span) = own {
            self.report(
                Diagnostic::new(
                    Code::WrongKind,
                    words!("逐 … 里要的是每一组的数,这是一个单位的数", "each … wants a value of every group, this is one of a unit"),
                )
                .at(span, words!("一组里各单位不同", "differs within a group"))
                .help(words!("先把一组的数合成一个,例如 合计(最高(分值))", "draw those of a group together first, as in: sum(best(points))")),
            );
        }
        own.is_none()
    }

    /// What is gathered of each member is a number whose digits end.
    fn fold_argument(&mut self, tree: &ast::Expr, owner: Option<ItemId>) -> Option<Expr> {
        let expr = self.number(tree, owner)?;
        self.must_be_rounded(&expr, &words!("汇总的数", "what is gathered"));
        Some(expr)
    }

    /// Whether an aggregate has as many arguments as it takes, and only parts that go with it.
    pub(super) fn takes_arguments(&mut self, tree: &ast::Aggregate) -> bool {
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
        let direction = tree.direction.as_ref().map(|(_, span)| *span).filter(|_| tree.fold != Fold::Rank);
        if let Some(span) = direction {
            self.report(
                Diagnostic::new(Code::Conflict, words!("从高到低、从低到高 只用于 名次", "ascending and descending go with rank of only"))
                    .at(span, words!("这里", "here"))
                    .at(tree.word, words!("「{zh}」不分先后", "“{en}” has no order"))
                    .help(words!("删去它;要名次的写 名次(…)", "remove it; for a place write rank of(…)")),
            );
            return false;
        }
        true
    }

    /// The place of an input in its list; one that says the same as another is that other.
    pub(super) fn input(&mut self, kind: InputKind, span: Span) -> usize {
        let key = ranges::input_key(&kind);
        if let Some(id) = self.input_keys.get(&key) {
            return *id;
        }
        self.inputs.push(Input { kind, span });
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
pub(super) fn fold_type(fold: Fold, arguments: &[Expr], ties: Ties, counted: &str) -> Option<(Type, Option<Decimal>)> {
    let of = || arguments.first().map(|argument| (argument.ty.clone(), argument.step));
    Some(match fold {
        Fold::Count | Fold::Size => (Type::Number(Unit::named(counted)), Some(Decimal::ONE)),
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

/// What an input is called: `层级 平均(率)`; an argument of several names is left open.
pub(crate) fn input_name(standard: &Standard, input: &Input) -> Words {
    match &input.kind {
        InputKind::Records(records) => {
            let name = standard.records.get(records.record).map_or("", |record| record.name.as_str());
            let (fold, fold_en) = fold_word(records.whole.fold);
            words!("{name} {fold}(…)", "{name} {fold_en}(…)")
        }
        InputKind::Units(units) => {
            let common = |common: Common| match common {
                Common::Fact(fact) => standard.facts.get(fact).map(|fact| fact.name.as_str()),
                Common::Attribute(attribute) => standard.attributes.get(attribute).map(|attribute| attribute.name.as_str()),
                Common::Parent => PARENT.first().copied(),
            };
            let (who, who_en) = match units.over.who {
                Who::Tier => ("层级".to_owned(), "tier".to_owned()),
                Who::All => ("全体".to_owned(), "all".to_owned()),
                Who::Same(same) => (format!("同 {}", common(same).unwrap_or_default()), format!("same {}", common(same).unwrap_or_default())),
                Who::Children => ("下级".to_owned(), "children".to_owned()),
            };
            let (each, each_en) = match units.each.and_then(common) {
                Some(each) => (format!(" 逐 {each}"), format!(" each {each}")),
                None => Default::default(),
            };
            let (fold, fold_en) = fold_word(units.fold);
            let argument = |score: &str, total: &str| match units.arguments.first().map(|argument| &argument.kind) {
                None => String::new(),
                Some(ExprKind::Fact(id)) => standard.facts.get(*id).map(|fact| fact.name.clone()).unwrap_or_default(),
                Some(ExprKind::Value(id)) => standard.values.get(*id).map(|value| value.name.clone()).unwrap_or_default(),
                Some(ExprKind::Score(id)) => standard.items.get(*id).map(|item| format!("{score}({})", item.name)).unwrap_or_default(),
                Some(ExprKind::Total) => total.to_owned(),
                Some(_) => "…".to_owned(),
            };
            let (of, of_en) = (argument("得分", "总分"), argument("score", "total"));
            words!("{who}{each} {fold}({of})", "{who_en}{each_en} {fold_en}({of_en})")
        }
    }
}
