//! Changes of several facts at once: from so many steps to so many of each.

use rust_decimal::Decimal;

use super::levers::Lever;

/// A range of steps of each lever, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Area(pub(super) Box<[(i64, i64)]>);

/// What a step of each lever costs, in whole parts of one.
#[derive(Debug)]
pub(super) struct Prices {
    each: Vec<i128>,
    scale: u32,
}

impl Prices {
    pub(super) fn of(levers: &[Lever]) -> Prices {
        let costs: Vec<Decimal> = levers.iter().map(|lever| lever.cost.normalize()).collect();
        let scale = costs.iter().map(Decimal::scale).max().unwrap_or(0);
        let whole = |cost: &Decimal| 10_i128.checked_pow(scale.saturating_sub(cost.scale())).and_then(|times| cost.mantissa().checked_mul(times));
        Prices { each: costs.iter().map(|cost| whole(cost).unwrap_or(i128::MAX)).collect(), scale }
    }

    /// A sum of prices as it is told.
    pub(super) fn told(&self, price: i128) -> Decimal {
        Decimal::try_from_i128_with_scale(price, self.scale).unwrap_or(Decimal::MAX).normalize()
    }

    fn sum(&self, steps: impl Iterator<Item = i64>) -> i128 {
        let one = |(price, steps): (&i128, i64)| price.saturating_mul(i128::from(steps.unsigned_abs()));
        self.each.iter().zip(steps).map(one).fold(0, i128::saturating_add)
    }

    /// What a change costs.
    pub(super) fn point(&self, steps: &[i64]) -> i128 {
        self.sum(steps.iter().copied())
    }

    /// What the cheapest change of an area costs.
    pub(super) fn cheapest(&self, area: &Area) -> i128 {
        let nearest = |(low, high): &(i64, i64)| if *low > 0 { *low } else { (*high).min(0) };
        self.sum(area.0.iter().map(nearest))
    }
}

impl Area {
    pub(super) fn all(levers: &[Lever]) -> Area {
        Area(levers.iter().map(|lever| (lever.least, lever.most)).collect())
    }

    /// The only change in it, where there is but one.
    pub(super) fn point(&self) -> Option<Vec<i64>> {
        self.0.iter().all(|(low, high)| low == high).then(|| self.0.iter().map(|(low, _)| *low).collect())
    }

    /// Two areas that make it up, parted across its widest side: at 0 first, so that nothing on one side costs less further out.
    pub(super) fn halves(&self) -> [Area; 2] {
        let width = |(low, high): &(i64, i64)| high.saturating_sub(*low);
        let widest = self.0.iter().enumerate().max_by_key(|(index, side)| (width(side), std::cmp::Reverse(*index))).map_or(0, |(index, _)| index);
        let (mut low, mut high) = (self.clone(), self.clone());
        if let (Some(lower), Some(upper)) = (low.0.get_mut(widest), high.0.get_mut(widest)) {
            let middle = if lower.0 < 0 && lower.1 > 0 { -1 } else { lower.0.saturating_add(width(lower).div_euclid(2)) };
            (lower.1, upper.0) = (middle, middle.saturating_add(1));
        }
        [low, high]
    }
}
