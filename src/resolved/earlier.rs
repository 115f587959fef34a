//! What is read of other periods: 上期, 同期 and 往期, 近 n 期 and 各 月.

use super::circle::visit;
use super::from_ast::Resolver;
use super::gather::fold_word;
use super::{Expr, ExprKind, Fold, Input, InputId, InputKind, ItemId, Literal, Standard, TierId};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{Cycle, Period};
use crate::source::Span;
use crate::syntax::ast;

/// What is read of other periods. Names in it are those of the rules that are in force then.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) when: When,
    pub(crate) made: Made,
    pub(crate) arguments: Vec<Expr>,
    /// 其中: which periods count.
    pub(crate) condition: Option<Expr>,
    /// 首期: the value where there is no such period.
    pub(crate) initially: Option<Expr>,
}

/// Which other periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// 上期.
    Previous,
    /// 同期: the same period of the year before.
    LastYear,
    /// 往期.
    Stated(Period),
    /// 近 n 期: so many periods before.
    Recent(u32),
    /// 近 n 年: the same period of so many years before.
    RecentYears(u32),
    /// 各 月: the periods of a shorter cycle that lie in it.
    Every(Cycle),
}

impl When {
    /// The periods that are read for one, in the order of time; only earlier ones, and those within it.
    pub(crate) fn periods(self, of: Period) -> Vec<Period> {
        let back = |steps: u32, back: &dyn Fn(u32) -> Option<Period>| (1..=steps).rev().filter_map(back).collect();
        match self {
            When::Previous => back(1, &|steps| of.back(steps)),
            When::LastYear => back(1, &|steps| of.years_back(steps)),
            When::Recent(steps) => back(steps, &|steps| of.back(steps)),
            When::RecentYears(steps) => back(steps, &|steps| of.years_back(steps)),
            When::Stated(period) => (period < of).then_some(period).into_iter().collect(),
            When::Every(cycle) => of.each(cycle),
        }
    }
}

/// What is made of the values that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// The one value itself.
    Itself,
    /// One value of many.
    Fold(Fold),
    /// Whether the unit took part in none of them.
    ExemptThroughout,
}

/// So many periods at most are read back.
const MOST: u32 = 120;

impl Resolver<'_> {
    /// 上期(x), 同期(x), 往期(x, 2019-12).
    pub(super) fn earlier(&mut self, tree: &ast::Earlier, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let when = match &tree.when {
            ast::When::Previous => Some(When::Previous),
            ast::When::LastYear => Some(When::LastYear),
            ast::When::Stated(name) => self.stated(name),
        };
        let initially = tree.initially.as_ref().map(|initially| self.expr(initially, owner));
        let expr = match self.leads_back(&tree.expr, owner) {
            Some(back) => self.carry(tree, initially.as_ref().and_then(Option::as_ref), (owner, back), span),
            None => self.expr(&tree.expr, owner),
        };
        let (when, expr) = (when?, expr?);
        self.must_be_rounded(&expr, &words!("另一期要用的数", "what another period reads"));
        let mut step = expr.step;
        let initially = match initially {
            None => None,
            Some(initially) => {
                let (_, initially) = self.same_unit(expr.clone(), initially?, "首期", "first period")?;
                let literal = matches!(initially.kind, ExprKind::Flag(_) | ExprKind::Symbol(_));
                if !literal && !self.is_constant(&initially) {
                    self.report(
                        Diagnostic::new(Code::NotConstant, words!("首期的值须为定值", "the value of the first period must be a constant"))
                            .at(initially.span, super::constant::said_of_variable(&initially))
                            .help(words!("例如 首期 0 件", "as in: initially 0 cases")),
                    );
                    return None;
                }
                step = match (step, initially.step) {
                    (Some(a), Some(b)) => Some(crate::quantity::common_step(a, b)),
                    _ => step,
                };
                Some(initially)
            }
        };
        let ty = expr.ty.clone();
        let earlier = Earlier { when, made: Made::Itself, arguments: vec![expr], condition: None, initially };
        let id = self.input(InputKind::Earlier(earlier), span);
        Some(Expr { kind: ExprKind::Input(id), ty, step, span })
    }

    /// The inputs that read the same of the same periods as one of them, which the rules do not read.
    pub(super) fn same_earlier(&self, id: InputId) -> Vec<InputId> {
        let key = |input: &Input| match &input.kind {
            InputKind::Earlier(earlier) => Some(super::ranges::earlier_key(earlier, None)),
            InputKind::Units(_) | InputKind::Records(_) => None,
        };
        let Some(wanted) = self.inputs.get(id).and_then(key) else { return Vec::new() };
        let same = self.inputs.iter().enumerate().take(self.read_by_rules).filter(|(_, input)| key(input).as_ref() == Some(&wanted));
        same.map(|(id, _)| id).collect()
    }

    fn stated(&mut self, name: &ast::Name) -> Option<When> {
        let cycle = self.setting.cycle();
        let period = Period::parse(&name.text).filter(|period| period.cycle() == cycle);
        if period.is_none() {
            let (text, example) = (&name.text, Period::parse("2019").map_or_else(String::new, |year| year.within(cycle).to_string()));
            self.report(
                Diagnostic::new(Code::BadDate, words!("{text} 不是这个标准的一期", "{text} is no period of this standard"))
                    .at(name.span, words!("这里", "here"))
                    .help(words!("写成 {example} 的样子", "write it as in {example}")),
            );
        }
        period.map(When::Stated)
    }

    /// 近 3 年 平均(x), 各 月 平均(x).
    pub(super) fn over_periods(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let over = tree.over.as_ref()?;
        let when = match &over.kind {
            ast::GatheredKind::Recent(quantity) => self.recent(quantity, over.span),
            ast::GatheredKind::Every(cycle) => self.every(*cycle, owner, over.span),
            _ => None,
        };
        let unit = match (&over.kind, when) {
            (ast::GatheredKind::Every(Cycle::Month), _) => "个月",
            (_, Some(When::RecentYears(_))) => "年",
            _ => "期",
        };
        if let Some(each) = &tree.each {
            self.report(
                Diagnostic::new(Code::Conflict, words!("各期的数不再分组", "what is gathered from periods is not grouped"))
                    .at(each.span, words!("这里", "here"))
                    .help(words!("删去 逐,或改用 层级、全体 汇总", "remove each, or gather from tier or all")),
            );
            return None;
        }
        if matches!(tree.fold, Fold::Rank | Fold::Size) {
            let (zh, en) = fold_word(tree.fold);
            self.report(
                Diagnostic::new(Code::Conflict, words!("各期之间不算「{zh}」", "there is no “{en}” among periods")).at(tree.word, words!("这里", "here")).help(
                    words!(
                        "各期可用:平均、合计、最高、最低、中位、加权平均、计数",
                        "of periods there are: mean, sum, best, lowest, median, weighted mean, count"
                    ),
                ),
            );
            return None;
        }
        let (arguments, condition) = self.gathered_parts(tree, owner)?;
        let (ty, step) = super::gather::fold_type(tree.fold, &arguments, self.ties, unit)?;
        let earlier = Earlier { when: when?, made: Made::Fold(tree.fold), arguments, condition, initially: None };
        let id = self.input(InputKind::Earlier(earlier), span);
        Some(Expr { kind: ExprKind::Input(id), ty, step, span })
    }

    /// 近 n 期, 近 n 年.
    fn recent(&mut self, quantity: &ast::Quantity, span: Span) -> Option<When> {
        let cycle = self.setting.cycle();
        let unit = quantity.unit.as_ref().map_or("", |unit| unit.text.as_str());
        let whole = u32::try_from(quantity.value.normalize().mantissa()).ok().filter(|_| quantity.value.normalize().scale() == 0);
        let count = whole.filter(|count| (1..=MOST).contains(count));
        let when = match (unit, cycle) {
            ("年" | "years" | "year", _) => count.map(When::RecentYears),
            ("期" | "periods" | "period", _)
            | ("个月" | "月" | "months" | "month", Cycle::Month)
            | ("个季" | "季" | "quarters" | "quarter", Cycle::Quarter) => count.map(When::Recent),
            _ => None,
        };
        if when.is_none() {
            self.report(
                Diagnostic::new(Code::WrongType, words!("近 之后写几期或几年", "recent takes a number of periods or years"))
                    .at(span, words!("这里", "here"))
                    .help(words!("例如 近 3 期、近 3 年;最多 {MOST} 期", "as in: recent 3 periods, recent 3 years; {MOST} at most")),
            );
        }
        when
    }

    /// 各 月: of a period that is longer.
    fn every(&mut self, cycle: Cycle, owner: Option<ItemId>, span: Span) -> Option<When> {
        let of_item = owner.and_then(|owner| self.items.get(owner)).and_then(|item| item.cycle);
        let shorter = self.setting.total_of().or(of_item).is_some_and(|total| total > cycle) && cycle == self.setting.cycle();
        if !shorter {
            let (zh, en) = cycle_words(cycle);
            let (own, own_en) = cycle_words(self.setting.cycle());
            if self.setting.total_of().or(of_item).is_some_and(|total| total > cycle) {
                self.report(
                    Diagnostic::new(
                        Code::Conflict,
                        words!("标准按{own}打分,没有各 {zh} 的分", "the standard scores by the {own_en}: there is none of every {en}"),
                    )
                    .at(span, words!("这里", "here"))
                    .help(words!("写 各 {own}", "write: every {own_en}")),
                );
                return None;
            }
            self.report(
                Diagnostic::new(
                    Code::Conflict,
                    words!("各 {zh} 只用在更长一期的总分和各项里", "every {en} stands in the total and the items of a longer period only"),
                )
                .at(span, words!("这里", "here"))
                .help(words!("写在 总分 年 = … 里;往前几期写 近 n 期", "write it in: total year = …; for the periods before write: recent n periods")),
            );
            return None;
        }
        Some(When::Every(cycle))
    }
}

fn cycle_words(cycle: Cycle) -> (&'static str, &'static str) {
    match cycle {
        Cycle::Month => ("月", "month"),
        Cycle::Quarter => ("季", "quarter"),
        Cycle::Year => ("年", "year"),
    }
}

/// What an input from other periods is called.
pub(super) fn name(earlier: &Earlier) -> Words {
    let of = match earlier.when {
        When::Previous => words!("上期", "previous"),
        When::LastYear => words!("同期", "last year"),
        When::Stated(period) => words!("往期 {period}", "in period {period}"),
        When::Recent(count) => words!("近 {count} 期", "recent {count} periods"),
        When::RecentYears(count) => words!("近 {count} 年", "recent {count} years"),
        When::Every(cycle) => {
            let (zh, en) = cycle_words(cycle);
            words!("各 {zh}", "every {en}")
        }
    };
    match earlier.made {
        Made::Itself | Made::ExemptThroughout => of,
        Made::Fold(fold) => {
            let (zh, en) = fold_word(fold);
            Words { zh: format!("{} {zh}", of.zh), en: format!("{} {en}", of.en) }
        }
    }
}

/// What an input from other periods is called, with what is read.
pub(super) fn called(standard: &Standard, earlier: &Earlier) -> Words {
    let Words { zh, en } = name(earlier);
    let read: Vec<Words> = earlier.arguments.iter().map(|argument| read_name(standard, argument)).collect();
    let join = |of: fn(&Words) -> &String| read.iter().map(|words| of(words).as_str()).collect::<Vec<_>>().join(", ");
    let (read, read_en) = (join(|words| &words.zh), join(|words| &words.en));
    let (condition, condition_en) = if earlier.condition.is_some() { ("其中 …", "where …") } else { ("", "") };
    words!("{zh}({read}{condition})", "{en}({read_en}{condition_en})")
}

fn read_name(standard: &Standard, expr: &Expr) -> Words {
    let named = match &expr.kind {
        ExprKind::Fact(id) => standard.facts.get(*id).map(|fact| &fact.name),
        ExprKind::Value(id) => standard.values.get(*id).map(|value| &value.name),
        ExprKind::Score(id) => {
            let name = standard.items.get(*id).map_or("", |item| item.name.as_str());
            return words!("得分({name})", "score({name})");
        }
        ExprKind::Total => return words!("总分", "total"),
        _ => None,
    };
    super::circle::same(named.map_or("…", String::as_str))
}

/// Whether a value rests on scores: there is none for a unit that does not take part.
pub(crate) fn reads_scores(standard: &Standard, expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| {
        found |= match &part.kind {
            ExprKind::Score(_) | ExprKind::Total | ExprKind::Part(..) => true,
            ExprKind::Value(id) => standard.values.get(*id).is_some_and(|value| reads_scores(standard, &value.expr)),
            _ => false,
        };
    });
    found
}

/// The value of 首期 in a tier.
pub(crate) fn initial(standard: &Standard, earlier: &Earlier, tier: TierId) -> Option<Literal> {
    let initially = earlier.initially.as_ref()?;
    match initially.kind {
        ExprKind::Flag(flag) => Some(Literal::Truth(flag)),
        ExprKind::Symbol(symbol) => Some(Literal::Symbol(symbol)),
        _ => super::constant(standard, initially, tier).map(Literal::Number),
    }
}

/// What an input reads of other periods, if it does.
pub(super) fn earlier_of(input: &Input) -> Option<&Earlier> {
    if let InputKind::Earlier(earlier) = &input.kind { Some(earlier) } else { None }
}
