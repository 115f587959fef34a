//! The least change of the facts of a unit by which it gets where it is to be.
//!
//! Areas of changes are examined by what the cheapest change in them costs; one whose bounds lie below the goal is ruled out as a whole, others are
//! parted, down to single changes, which are computed exactly. So a first change that gets there costs least: whatever is cheaper was ruled
//! out. Nothing is assumed of the rules: cliffs, tables and steps are in the bounds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rust_decimal::Decimal;

use super::area::{Area, Prices};
use super::binding::{Binding, bindings};
use super::changing::{Changing, Standing, Upper};
use crate::plan::ItemId;
use crate::quantity::Number;

/// So many areas are examined at most.
const PATIENCE: usize = 400_000;

/// What is to be reached, whatever the facts are that are known in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    Total,
    Item(ItemId),
    /// The place, counted downward: place 3 is −3, so that more is better.
    Place,
}

/// A change that gets there.
#[derive(Debug)]
pub(crate) struct Way {
    /// By how many steps each lever changes.
    pub(crate) steps: Vec<i64>,
    pub(crate) after: Standing,
    pub(crate) bindings: Vec<Binding>,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Goal {
    pub(crate) before: Standing,
    /// The cheapest changes; without any change where it is reached as it is, none where it cannot be reached.
    pub(crate) ways: Vec<Way>,
    /// What each of them costs.
    pub(crate) cost: Decimal,
    /// Whether there are no others of that cost.
    pub(crate) complete: bool,
    /// Whether everything cheaper was ruled out, and what is out of reach is so for certain.
    pub(crate) proved: bool,
    /// How many areas were examined.
    pub(crate) areas: usize,
    /// Where the goal is out of reach: the best that is not, and a cheapest change that gets there.
    pub(crate) best: Option<(Number, Option<(Way, Decimal)>)>,
}

/// Looks for the cheapest changes by which a unit reaches so much; at most so many of them.
pub(crate) fn goal(stand: &mut Changing<'_>, aim: Aim, target: Number, limit: usize) -> Option<Goal> {
    let still = vec![0; stand.levers.len()];
    let before = stand.standing(&still)?;
    let mut search = Search { prices: Prices::of(&stand.levers), stand, aim, areas: 0 };
    let found = search.least(target, limit);
    let mut proved = found.proved;
    let mut best = None;
    if found.ways.is_empty() && proved {
        let (most, certain) = search.best();
        proved = certain;
        best = most.map(|most| {
            let to_best = search.least(most, 1);
            let price = search.prices.told(to_best.price);
            (most, to_best.ways.into_iter().next().and_then(|steps| way(search.stand, steps)).map(|way| (way, price)))
        });
    }
    let cost = search.prices.told(found.price);
    let areas = search.areas;
    let ways = found.ways.into_iter().filter_map(|steps| way(stand, steps)).collect();
    Some(Goal { before, ways, cost, complete: found.complete, proved, areas, best })
}

fn way(stand: &Changing<'_>, steps: Vec<i64>) -> Option<Way> {
    Some(Way { after: stand.standing(&steps)?, bindings: bindings(stand, &steps), steps })
}

struct Search<'s, 'a> {
    stand: &'s mut Changing<'a>,
    prices: Prices,
    aim: Aim,
    areas: usize,
}

/// The cheapest changes.
struct Cheapest {
    ways: Vec<Vec<i64>>,
    price: i128,
    complete: bool,
    proved: bool,
}

impl Search<'_, '_> {
    /// The most that is in an area; of a single change just what it reaches.
    fn upper(&mut self, area: &Area) -> Upper {
        self.areas += 1;
        match area.point() {
            Some(steps) => self.stand.reached(&steps, self.aim).map_or(Upper::Nothing, Upper::UpTo),
            None => self.stand.upper(area, self.aim),
        }
    }

    fn least(&mut self, target: Number, limit: usize) -> Cheapest {
        let mut found = Cheapest { ways: Vec::new(), price: 0, complete: true, proved: true };
        // the cheapest first; of equals the last, which is the smallest
        let mut open: BinaryHeap<(Reverse<i128>, usize, Area)> = BinaryHeap::new();
        let begun = self.areas;
        let mut number = 0;
        let all = Area::all(&self.stand.levers);
        if self.upper(&all) >= Upper::UpTo(target) {
            open.push((Reverse(self.prices.cheapest(&all)), number, all));
        }
        while let Some((Reverse(price), _, area)) = open.pop() {
            if !found.ways.is_empty() && price > found.price {
                break;
            }
            if let Some(steps) = area.point() {
                if found.ways.len() == limit {
                    found.complete = false;
                    break;
                }
                found.price = self.prices.point(&steps);
                found.ways.push(steps);
                continue;
            }
            if self.areas.saturating_sub(begun) > PATIENCE {
                found.proved = !found.ways.is_empty();
                found.complete = false;
                break;
            }
            for half in area.halves() {
                let price = self.prices.cheapest(&half);
                let too_dear = !found.ways.is_empty() && price > found.price;
                if !too_dear && self.upper(&half) >= Upper::UpTo(target) {
                    number += 1;
                    open.push((Reverse(price), number, half));
                }
            }
        }
        found
    }

    /// The most that can be reached, and whether that is certain.
    fn best(&mut self) -> (Option<Number>, bool) {
        let mut open: BinaryHeap<(Upper, Reverse<i128>, usize, Area)> = BinaryHeap::new();
        let begun = self.areas;
        let mut number = 0;
        let all = Area::all(&self.stand.levers);
        open.push((self.upper(&all), Reverse(0), number, all));
        let mut best = None;
        while let Some((upper, _, _, area)) = open.pop() {
            if upper == Upper::Nothing {
                break;
            }
            if let Some(steps) = area.point() {
                return (self.stand.reached(&steps, self.aim), true);
            }
            if self.areas.saturating_sub(begun) > PATIENCE {
                let some = open.iter().filter_map(|(upper, _, _, area)| area.point().and(Some(*upper))).max();
                best = if let Some(Upper::UpTo(some)) = some { Some(some) } else { None };
                return (best, false);
            }
            for half in area.halves() {
                let upper = self.upper(&half);
                if upper > Upper::Nothing {
                    number += 1;
                    open.push((upper, Reverse(self.prices.cheapest(&half)), number, half));
                }
            }
        }
        (best, true)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

    use super::super::changing::Changing;
    use super::super::levers::{Lever, wanted};
    use super::super::rivals::Ranked;
    use super::*;
    use crate::facts::{Cell, Facts, Member, Row};
    use crate::plan::{Adjustable, Plan};
    use crate::source::Sources;
    use proptest::prelude::*;

    /// A cliff, started steps, a table, a product of rates, a condition over two facts and a cap: less is not always worse.
    fn plan() -> &'static Plan {
        static PLAN: std::sync::OnceLock<Plan> = std::sync::OnceLock::new();
        PLAN.get_or_init(|| {
            let mut sources = Sources::default();
            sources.add(
                "rules.kp",
                r#"
                标准 示例 { 版本 "1" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 平分 }
                层级 部门 满分 30 分
                数据 工单 : 件 不小于 1 件
                数据 超时 : 件 不大于 工单 可调 向下
                数据 退回 : 件 可调 向下
                数据 回访 : 件 不大于 10 件 可调
                数据 率 : % 或由 1 - 超时 / 工单 取整到 0.01%
                数据 退回率 : % 或由 1 - 退回 / 工单 取整到 0.01%
                指标 甲 满分 10 分 {
                    当 率 < 80% 得 0 分
                    率 低于 98% 每 2 个百分点 扣 0.7 分,不足按整计
                    当 超时 > 3 件 且 退回 > 2 件 扣 3 分
                }
                指标 乙 满分 10 分 { 得 按 退回 { ≤ 1 件: 10 分; (1 件, 4 件]: 6 分; (4 件, 7 件]: 7 分; 其余: 0 分 } }
                指标 丙 满分 10 分 { 得分 = 满分 × 率 × 退回率 × (按 回访 { < 3 件: 0.9; [3 件, 5 件]: 0.4; 其余: 1 }) 取整到 0.01 分 }
                加分项 丁 封顶 3 分 { 回访 每 1 件 加 0.6 分 }
                总分 = 合计 封顶 满分
                排名 层级 依 总分
                "#,
            );
            crate::engine::compile(&sources).plan.unwrap()
        })
    }

    fn facts(units: &[[i64; 4]]) -> Facts {
        let cell = |value: i64| Cell {
            value: crate::eval::domain::Value::Number(Number::from(Decimal::from(value))),
            known: None,
            file: 0,
            row: 0,
            column: 0,
            provenance: None,
            basis: None,
        };
        let row = |unit: &[i64; 4]| Row {
            listed: true,
            cells: unit.iter().map(|value| Some(cell(*value))).chain(std::iter::repeat_n(None, plan().facts.len() - 4)).collect(),
            ..Row::default()
        };
        let member = |name: usize| Member { name: name.to_string(), tier: 0, parent: None, attributes: Vec::new() };
        let mut facts = Facts { members: (0..units.len()).map(member).collect(), rows: units.iter().map(row).collect(), ..Facts::default() };
        facts.gather(plan());
        facts
    }

    /// Every change there is, with its cost and what it reaches, each computed for itself.
    fn every_change(stand: &Changing<'_>, aim: Aim, costs: [i64; 3]) -> Vec<(Vec<i64>, i64, Number)> {
        let ranges: Vec<(i64, i64)> = stand.levers.iter().map(|lever| (lever.least, lever.most.min(12))).collect();
        let mut found = Vec::new();
        for a in ranges[0].0..=ranges[0].1 {
            for b in ranges[1].0..=ranges[1].1 {
                for c in ranges[2].0..=ranges[2].1 {
                    let steps = vec![a, b, c];
                    let cost = a.abs() * costs[0] + b.abs() * costs[1] + c.abs() * costs[2];
                    let Some(standing) = stand.standing(&steps) else { continue };
                    found.extend(standing.reached(aim).map(|reached| (steps, cost, reached)));
                }
            }
        }
        found
    }

    /// One unit, and others with twenty cases each.
    fn units(one: [i64; 4], others: &[(i64, i64, i64)]) -> Vec<[i64; 4]> {
        std::iter::once(one).chain(others.iter().map(|(late, back, calls)| [20, *late, *back, *calls])).collect()
    }

    /// A total, a score or a place that may be aimed at.
    fn aimed(of: usize, halves: i64) -> (Aim, Number) {
        match of {
            0 | 1 => (Aim::Total, Number::from(Decimal::new(halves * 5, 1))),
            2 | 3 => (Aim::Item(of - 2), Number::from(Decimal::new(halves * 2, 1))),
            _ => (Aim::Place, Number::from(Decimal::new(-5 - halves % 10 * 5, 1))),
        }
    }

    /// A fact of a unit that is known to lie between two numbers.
    fn known_between(facts: &mut Facts, unit: usize, fact: usize, ends: (i64, i64)) {
        let number = |end: i64| Some(Number::from(Decimal::from(end)));
        let bounds = crate::eval::domain::Bounds::whole_between(number(ends.0), number(ends.1));
        let cell = facts.rows[unit].cells[fact].as_mut().unwrap();
        if ends.0 < ends.1 {
            cell.value = crate::eval::domain::Value::Absent(crate::eval::domain::Absence::Partly);
            cell.known = Some(Box::new(crate::facts::Known { bounds, stated: bounds, listed: Vec::new(), written: String::new() }));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// One has a number of cases that is known in part, and so has each of the others of those that are late and sent back.
        #[test]
        fn what_is_said_to_be_reached_is_reached_whatever_is_known_in_part(
            unit in (1_i64..16, 0_i64..9, 0_i64..9, 0_i64..=10),
            others in prop::collection::vec((0_i64..9, 0_i64..9, 0_i64..=10), 1..5),
            width in (0_i64..4, 0_i64..4),
            cases in prop::collection::vec((0_i64..=100, 0_i64..=100), 8),
            of in 0_usize..6,
            halves in 0_i64..=66,
        ) {
            let (n, late, back, calls) = unit;
            let n = n + late;
            let all = units([n, late, back, calls], &others);
            let mut sets = facts(&all);
            known_between(&mut sets, 0, 0, (n, n + width.0 * 5));
            for (unit, (late, back, _)) in others.iter().enumerate() {
                known_between(&mut sets, unit + 1, 1, (*late, late + width.1));
                known_between(&mut sets, unit + 1, 2, (*back, back + width.0));
            }
            sets.gather(plan());
            let levers: Vec<Lever> = wanted(plan(), 0).into_iter().map(|wanted| Lever::of((plan(), &plan().programs[0]), &sets.rows[0], wanted).unwrap()).collect();
            let (aim, target) = aimed(of, halves);
            let ranked = Ranked::new(plan(), &sets);
            let rivals = ranked.beside(0);
            let mut stand = Changing::new((plan(), &sets), 0, &rivals, levers.clone()).unwrap();
            let every = every_change(&stand, aim, [1, 1, 1]);
            let found = goal(&mut stand, aim, target, 1_000).unwrap();
            prop_assert!(found.proved);
            let least = every.iter().filter(|(.., reached)| *reached >= target).map(|(_, cost, _)| Decimal::from(*cost)).min();
            prop_assert_eq!((!found.ways.is_empty()).then_some(found.cost), least);
            // whatever the facts are: by scoring alone
            for way in &found.ways {
                for (more, late_more) in &cases {
                    let within = |low: i64, width: i64, part: i64| low + width * part / 100;
                    let mut units = vec![[within(n, width.0 * 5, *more), late + way.steps[0], back + way.steps[1], calls + way.steps[2]]];
                    units.extend(others.iter().map(|(late, back, calls)| [20, within(*late, width.1, *late_more), within(*back, width.0, 100 - *more), *calls]));
                    let results = crate::results::score(plan(), &facts(&units), "", "2024-01", &|_, _| {});
                    let one = &results.units[0];
                    let reached: Decimal = match aim {
                        Aim::Total => one.total.as_ref().unwrap().parse().unwrap(),
                        Aim::Item(item) => one.indicators[&plan().items[item].name].score.as_ref().unwrap().parse().unwrap(),
                        Aim::Place => -one.rank.unwrap().0,
                    };
                    prop_assert!(reached >= target.decimal().unwrap(), "{:?}: {}", units, reached);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn the_least_change_is_that_of_looking_at_every_change(
            unit in (1_i64..16, 0_i64..9, 0_i64..9, 0_i64..=10),
            others in prop::collection::vec((0_i64..4, 0_i64..9, 0_i64..=10), 0..5),
            costs in (1_i64..4, 1_i64..4, 1_i64..4),
            of in 0_usize..6,
            halves in 0_i64..=66,
        ) {
            let (n, late, back, calls) = unit;
            let n = n + late;
            let all = units([n, late, back, calls], &others);
            let facts = facts(&all);
            let costs = [costs.0, costs.1, costs.2];
            let row = &facts.rows[0];
            let levers: Vec<Lever> = wanted(plan(), 0).into_iter().zip(costs).map(|((fact, adjustable), cost)| {
                Lever::of((plan(), &plan().programs[0]), row, (fact, Adjustable { cost: Decimal::from(cost), ..adjustable })).unwrap()
            }).collect();
            let (aim, target) = aimed(of, halves);
            let ranked = Ranked::new(plan(), &facts);
            let rivals = ranked.beside(0);
            let mut stand = Changing::new((plan(), &facts), 0, &rivals, levers).unwrap();
            let every = every_change(&stand, aim, costs);
            let found = goal(&mut stand, aim, target, 1_000).unwrap();
            prop_assert!(found.proved && found.complete);
            let least = every.iter().filter(|(.., reached)| *reached >= target).map(|(_, cost, _)| *cost).min();
            match least {
                Some(least) => {
                    let mut wanted: Vec<&Vec<i64>> = every.iter().filter(|(_, cost, reached)| *cost == least && *reached >= target).map(|(steps, ..)| steps).collect();
                    let mut ways: Vec<&Vec<i64>> = found.ways.iter().map(|way| &way.steps).collect();
                    wanted.sort();
                    ways.sort();
                    prop_assert_eq!(found.cost, Decimal::from(least));
                    prop_assert_eq!(ways, wanted);
                }
                None => {
                    prop_assert!(found.ways.is_empty());
                    let best = every.iter().map(|(.., reached)| *reached).max();
                    prop_assert_eq!(found.best.as_ref().map(|(best, _)| *best), best);
                    let cheapest = every.iter().filter(|(.., reached)| Some(*reached) == best).map(|(_, cost, _)| Decimal::from(*cost)).min();
                    prop_assert_eq!(found.best.and_then(|(_, way)| way).map(|(_, cost)| cost), cheapest);
                }
            }
        }
    }
}
