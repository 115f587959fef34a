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
use super::stand::{Stand, Standing, Upper};
use crate::plan::ItemId;
use crate::quantity::Number;

/// So many areas are examined at most.
const PATIENCE: usize = 400_000;

/// What is to be reached.
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
    pub(crate) reached_before: Option<Number>,
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
pub(crate) fn goal(stand: &mut Stand<'_>, aim: Aim, target: Number, limit: usize) -> Option<Goal> {
    let still = vec![0; stand.levers.len()];
    let before = stand.standing(&still)?;
    let reached_before = stand.reached(&still, aim);
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
    Some(Goal { before, reached_before, ways, cost, complete: found.complete, proved, areas, best })
}

fn way(stand: &Stand<'_>, steps: Vec<i64>) -> Option<Way> {
    Some(Way { after: stand.standing(&steps)?, bindings: bindings(stand, &steps), steps })
}

struct Search<'s, 'a> {
    stand: &'s mut Stand<'a>,
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
