//! Against all values, tried one by one.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::*;
use crate::eval::domain::Exact;
use crate::eval::{Until, keeps, run};
use crate::facts::samples::plan_of;
use crate::facts::{Cell, Provenance};
use crate::plan::Type;
use crate::quantity::{Mode, Number, round_to};

/// A standard of so many marks with a rate of two counts, rounded to 0.01 %, and what is said besides.
fn standard(marks: u32, rules: &str) -> Plan {
    plan_of(&format!(
        r#"
标准 「样例」 {{
    版本 "1"  施行 2020-01-01 至 2020-12-31  周期 月
    舍入 四舍五入  得分 取整到 0.01 分  并列 跳号
}}
层级 部门 满分 {marks} 分
数据 总数 : 件
数据 超时 : 件  不大于 总数
数据 率 : %  或由 1 - 超时 / 总数 取整到 0.01%
{rules}
总分 = 合计 取整到 0.01 分
排名 层级 依 总分 从高到低
"#
    ))
}

const RULES: &str = r#"
数据 回访 : 件
数据 不满 : 件  不大于 回访
数据 满意率 : %  或由 1 - 不满 / 回访 取整到 0.01%
数据 甲 : 件
数据 乙 : 件  不小于 甲
数据 等次 : { 优,良,差 }
数据 报送 : 件

不参评 当 总数 = 0,原因 "没有"

指标 按时 满分 10 分 {
    率 低于 95% 每 1 个百分点 扣 1 分,扣完为止
}
指标 满意 满分 20 分 {
    当 满意率 无从计算 得 满分
    满意率 低于 95% 每 1 个百分点 扣 0.5 分,扣完为止
}
指标 分档 满分 10 分 {
    起评 按 甲 { ≥ 8 件: 10 分; [3 件, 8 件): 6 分; < 3 件: 2 分 }
    乙 每 3 件 扣 0.5 分,不足不计,扣完为止
}
指标 相乘 满分 10 分 {
    得分 = (甲 / 12 件) × (乙 / 12 件) × 10 分
}
指标 评等 满分 10 分 {
    起评 按 等次 { 优: 10 分; 良: 7 分; 差: 3 分 }
    甲 每 1 件 扣 0.3 分,扣完为止
}
指标 报送情况 满分 5 分 {
    当 报送 为空 得 0 分
    报送 低于 4 件 每 1 件 扣 1 分,扣完为止
}
加分项 奖 封顶 5 分 {
    甲 每 1 件 加 0.7 分
    乙 每 2 件 加 1 分,不足按整计
}
"#;

const MOST: i64 = 12;

fn plan() -> &'static Plan {
    static PLAN: std::sync::OnceLock<Plan> = std::sync::OnceLock::new();
    PLAN.get_or_init(|| standard(65, RULES))
}

fn fact(name: &str) -> FactId {
    plan().facts.iter().position(|fact| fact.name == name).unwrap()
}

fn number(value: i64) -> Value {
    Value::Number(Number::from(Decimal::from(value)))
}

fn cell(value: Value, provenance: Option<Provenance>) -> Cell {
    Cell { value, known: None, file: 0, row: 0, column: 0, provenance, basis: None }
}

fn row(cells: &[(FactId, Value)]) -> Row {
    let mut row = Row { listed: true, cells: vec![None; plan().facts.len()], inputs: Vec::new(), bounds: Vec::new(), instead: Vec::new() };
    for (fact, value) in cells {
        row.cells[*fact] = Some(cell(*value, Some(Provenance::Published)));
    }
    row
}

/// The facts that an item reads from tables; none that follows from others.
fn facts_behind(root: StepId) -> Vec<FactId> {
    let program = &plan().programs[0];
    let mut facts: Vec<FactId> = crate::plan::closure(&program.steps, [root])
        .into_iter()
        .filter_map(|step| if let Step::Given(fact) = program.steps[step] { Some(fact) } else { None })
        .filter(|fact| !plan().facts[*fact].has_derivation)
        .collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}

/// Everything that a fact may be up to [`MOST`]; nothing at all too, where the rules ask for that.
fn choices(fact: FactId) -> Vec<Value> {
    match &plan().facts[fact].kind {
        Type::Choice(symbols) => symbols.iter().copied().map(Value::Symbol).collect(),
        _ if plan().facts[fact].name == "报送" => (0..=MOST).map(number).chain([Value::Absent(Absence::Missing)]).collect(),
        _ => (0..=MOST).map(number).collect(),
    }
}

/// What a score is printed as with these cells; none where it is not, or where the rules refuse the cells.
fn printed(root: StepId, cells: &[(FactId, Value)]) -> Option<Decimal> {
    let program = &plan().programs[0];
    let given: Vec<(FactId, Value)> = cells.iter().copied().filter(|(_, value)| value.absence().is_none()).collect();
    let mut values = Vec::new();
    run(&Exact, program, &row(&given), Until::Bounds, &mut values);
    let exempt = program.exemptions.iter().any(|(condition, _)| values[*condition] == Value::Truth(true));
    let kept = program.bounds.iter().all(|bound| {
        let fact = program.facts[bound.fact].and_then(|step| values[step].number().copied());
        fact.zip(values[bound.limit].number().copied()).is_none_or(|(fact, limit)| keeps(bound.side, &fact, &limit))
    });
    let score = values[root].number().filter(|_| !exempt && kept)?;
    Some(round_to(score, Decimal::new(1, 2), Mode::HalfUp).unwrap())
}

/// Every way to fill in some facts beside others.
fn ways(free: &[FactId], fixed: &[(FactId, Value)]) -> Vec<Vec<(FactId, Value)>> {
    let mut all = vec![fixed.to_vec()];
    for fact in free {
        all = all.iter().flat_map(|so_far| choices(*fact).into_iter().map(move |value| so_far.iter().copied().chain([(*fact, value)]).collect())).collect();
    }
    all
}

fn key(value: &Value) -> String {
    format!("{value:?}")
}

fn asked(root: StepId, printed: Decimal, row: &Row, wishes: &Wishes) -> Answer {
    let question = Question { plan: plan(), program: &plan().programs[0], row, root, step: Decimal::new(1, 2), printed, wishes };
    invert(&question, 100_000)
}

fn up_to_most() -> Wishes {
    Wishes { max_of_all: Some(Decimal::from(MOST)), ..Wishes::default() }
}

fn item(name: &str) -> StepId {
    let id = plan().items.iter().position(|item| item.name == name).unwrap();
    plan().programs[0].items[id].unwrap().score
}

const ITEMS: [&str; 7] = ["按时", "满意", "分档", "相乘", "评等", "报送情况", "奖"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]
    #[test]
    fn what_is_found_is_what_trying_everything_finds(
        name in prop::sample::select(ITEMS.to_vec()),
        pick in any::<prop::sample::Index>(),
        hold in prop::collection::vec(any::<prop::sample::Index>(), 0..2),
        beside in 0_usize..4,
        any_score in 0_i64..1000,
    ) {
        let root = item(name);
        let facts = facts_behind(root);
        let all = ways(&facts, &[]);
        let member = &all[pick.index(all.len())];
        let fixed: Vec<(FactId, Value)> = hold.iter().map(|index| member[index.index(facts.len())]).filter(|(_, value)| value.absence().is_none()).collect();
        let free: Vec<FactId> = facts.iter().copied().filter(|fact| !fixed.iter().any(|(held, _)| held == fact)).collect();
        // most scores asked for can come about
        let target = if beside == 0 { Some(Decimal::new(any_score, 2)) } else { printed(root, member) };
        let target = target.unwrap_or(Decimal::new(any_score, 2));
        let wanted: BTreeSet<Vec<String>> = ways(&free, &fixed)
            .into_iter()
            .filter(|cells| printed(root, cells) == Some(target))
            .map(|mut cells| {
                cells.sort_by_key(|(fact, _)| *fact);
                cells.dedup_by_key(|(fact, _)| *fact);
                cells.iter().map(|(_, value)| key(value)).collect()
            })
            .collect();
        let answer = asked(root, target, &row(&fixed), &up_to_most());
        let found: Vec<Vec<String>> = answer.solutions.iter().map(|values| values.iter().map(key).collect()).collect();
        prop_assert!(answer.complete);
        prop_assert_eq!(answer.facts, facts);
        prop_assert_eq!(answer.count, u64::try_from(wanted.len()).ok());
        prop_assert_eq!(found.len(), wanted.len());
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
        prop_assert!(answer.drops.is_empty() || answer.count == Some(0));
    }
}

fn told(answer: &Answer) -> Vec<Vec<i64>> {
    answer.solutions.iter().map(|values| values.iter().map(|value| value.decimal().unwrap().to_i64().unwrap()).collect()).collect()
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn a_count_that_the_score_bounds_needs_no_maximum() {
    // each thing 0.7 points, each started pair of the others 1: 5 is the cap, 4.4 is 2 × 0.7 + 3
    let answer = asked(item("奖"), decimal("4.40"), &row(&[]), &Wishes::default());
    assert!(answer.complete);
    assert_eq!(told(&answer), [[2, 5], [2, 6]]);
    assert!(answer.unbounded.is_empty());
}

#[test]
fn without_a_maximum_the_smallest_are_told_and_the_general_form() {
    // 8.33 points is a rate of 93.33 %: 1 of 15, 2 of 30, 3 of 45 and so on
    let answer = asked(item("按时"), decimal("8.33"), &row(&[]), &Wishes::default());
    assert_eq!((answer.complete, answer.open), (false, Some(Open::Endless)));
    assert_eq!(told(&answer)[..3], [[15, 1], [30, 2], [45, 3]]);
    assert_eq!(answer.unbounded, [fact("总数"), fact("超时")]);
    let [general] = answer.general.as_slice() else { panic!("{:?}", answer.general) };
    let rate = Value::Number(Number::from(decimal("0.9333")));
    assert!(general.exact && general.fact == fact("率"));
    assert_eq!(general.ranges, [(Some(rate), Some(rate))]);
    let (_, hull) = general.quotient.unwrap();
    assert_eq!((hull.low, hull.high), (Some(Number::from(decimal("0.06665"))), Some(Number::from(decimal("0.06675")))));
}

#[test]
fn a_product_of_fractions_loses_nothing_to_digits() {
    // 10 / 12 × 10 / 12 × 10 = 6.944…; no other two counts up to 12 multiply to 100
    let answer = asked(item("相乘"), decimal("6.94"), &row(&[]), &up_to_most());
    assert!(answer.complete);
    assert_eq!(told(&answer), [[10, 10]]);
}

#[test]
fn a_whole_family_is_one_box() {
    // full marks for 95 % and more: up to 5 of 100
    let answer = asked(item("按时"), decimal("10"), &row(&[(fact("总数"), number(100))]), &Wishes::default());
    assert!(answer.complete);
    assert_eq!((answer.count, answer.boxes.len()), (Some(6), 1));
    assert_eq!(answer.boxes[0][1].numbers, Some((Some(number(0)), Some(number(5)))));
}

#[test]
fn what_is_impossible_says_what_to_give_up() {
    // 9 of 10 in time is 90 %, 10 of 10 is 100 %: 7.50 points, 92.5 %, is neither
    let cells = row(&[(fact("总数"), number(10))]);
    let answer = asked(item("按时"), decimal("7.50"), &cells, &Wishes::default());
    assert_eq!((answer.complete, answer.count), (true, Some(0)));
    let kinds: Vec<&Relaxed> = answer.drops.iter().map(|drop| &drop.relaxed).collect();
    assert_eq!(kinds, [&Relaxed::Fixed(fact("总数")), &Relaxed::Derivation(fact("率"))]);
    // 3 of 40
    assert_eq!(answer.drops[0].example, [(fact("总数"), number(40)), (fact("超时"), number(3))]);
    // the maximum, where that is what stands in the way
    let answer = asked(item("按时"), decimal("7.50"), &row(&[]), &up_to_most());
    assert!(answer.drops.iter().any(|drop| drop.relaxed == Relaxed::Max(fact("总数"))), "{:?}", answer.drops);
    // more late than there are: 0 in time of 10 is 0 points, and no more than that can be taken off
    let answer = asked(item("奖"), decimal("5.70"), &row(&[]), &Wishes::default());
    let [only] = answer.drops.as_slice() else { panic!("{:?}", answer.drops) };
    assert!(matches!(only.relaxed, Relaxed::Clamp(_)));
}

#[test]
fn what_was_printed_of_a_rate_is_held_and_its_counts_are_sought() {
    let rate = Value::Number(Number::from(decimal("0.8462")));
    let wishes = Wishes { max_of_all: Some(Decimal::from(30)), ..Wishes::default() };
    // 84.62 %: 2 of 13 and 4 of 26; 20 - 10.38 × 0.5 = 14.81
    let answer = asked(item("满意"), decimal("14.81"), &row(&[(fact("满意率"), rate)]), &wishes);
    assert_eq!(told(&answer), [[13, 2], [26, 4]]);
    // and itself sought where it is asked for
    let wishes = Wishes { free: BTreeSet::from([fact("满意率")]), ..wishes };
    let answer = asked(item("满意"), decimal("14.81"), &row(&[(fact("满意率"), rate)]), &wishes);
    assert_eq!((answer.complete, answer.facts.as_slice()), (true, [fact("满意率")].as_slice()));
    let end = |text: &str| Value::Number(Number::from(decimal(text)));
    // 14.805 rounds up to 14.81: 84.61 % too
    assert_eq!(answer.solutions, [[end("0.8461")], [end("0.8462")]]);
}

/// What each point of the rate below 95 % costs.
const RATES: &str = r#"
不参评 当 率 无从计算,原因 "没有"

指标 按时 满分 15 分 {
    率 低于 95% 每 1 个百分点 扣 1 分,扣完为止
}
指标 满意 满分 20 分 {
    率 低于 95% 每 1 个百分点 扣 0.5 分,扣完为止
}
"#;

/// What a score of so many points with so much taken off for each point below 95 % is, in hundredths; none of nothing. By whole numbers
/// alone, apart from the program.
#[expect(clippy::arithmetic_side_effects, reason = "numbers of two and three digits")]
fn points(full: i64, halves: i64, all: i64, late: i64) -> Option<i64> {
    if all == 0 {
        return None;
    }
    // in hundredths of a percent, halves up
    let rate = (20_000 * (all - late) + all) / (2 * all);
    // half a hundredth of a point for each, halves up
    Some((2 * 100 * full - halves * (9500 - rate).max(0) + 1).max(0) / 2)
}

#[test]
fn no_maximum_loses_a_solution() {
    let plan = standard(35, RATES);
    let wanted_of = |full, halves, score, rate: i64, most: i64| -> Vec<Vec<i64>> {
        let all = (1..=most).flat_map(|all| (0..=all).map(move |late| [all, late]));
        all.filter(|[all, late]| points(full, halves, *all, *late) == Some(score) && (20_000 * (all - late) + all) / (2 * all) == rate)
            .map(|pair| pair.to_vec())
            .collect()
    };
    let rate_of = |rate: i64| {
        let mut row = row_of(&plan);
        let fact = plan.facts.iter().position(|fact| fact.name == "率").unwrap();
        row.cells[fact] = Some(cell(Value::Number(Number::from(Decimal::new(rate, 4))), Some(Provenance::Published)));
        row
    };
    let mut wrong = Vec::new();
    for (name, full, halves, score, rate) in
        [("按时", 15, 2, 228, 8228), ("按时", 15, 2, 1326, 9326), ("满意", 20, 1, 1661, 8821), ("满意", 20, 1, 1734, 8968), ("满意", 20, 1, 1668, 8836)]
    {
        let row = rate_of(rate);
        let id = plan.items.iter().position(|item| item.name == name).unwrap();
        let root = plan.programs[0].items[id].unwrap().score;
        for most in 5..=200 {
            let wishes = Wishes { max_of_all: Some(Decimal::from(most)), ..Wishes::default() };
            let question = Question {
                plan: &plan,
                program: &plan.programs[0],
                row: &row,
                root,
                step: Decimal::new(1, 2),
                printed: Decimal::new(score, 2),
                wishes: &wishes,
            };
            let answer = invert(&question, 100_000);
            let mut found = told(&answer);
            found.sort_unstable();
            if !answer.complete || found != wanted_of(full, halves, score, rate, most) {
                wrong.push((name, score, most, found, wanted_of(full, halves, score, rate, most)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} {:?}", wrong.len(), wrong.iter().take(3).collect::<Vec<_>>());
}

fn row_of(plan: &Plan) -> Row {
    Row { listed: true, cells: vec![None; plan.facts.len()], inputs: Vec::new(), bounds: Vec::new(), instead: Vec::new() }
}
