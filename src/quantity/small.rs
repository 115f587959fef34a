//! [`Small`]: a decimal in a machine word.

use std::cmp::Ordering;

use rust_decimal::Decimal;

/// `mantissa × 10^-scale`, the scale at most 28.
///
/// Most numbers of a standard have few digits. Their sums, products and comparisons are single machine operations here; what
/// does not fit is `None`, never another number, and is then computed with all 28 digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Small {
    pub(super) mantissa: i64,
    pub(super) scale: u32,
}

/// The powers of ten that a machine word holds.
const POWERS: [i64; 19] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
    10_000_000_000_000,
    100_000_000_000_000,
    1_000_000_000_000_000,
    10_000_000_000_000_000,
    100_000_000_000_000_000,
    1_000_000_000_000_000_000,
];

/// `10^exponent`.
#[inline]
pub(super) fn power(exponent: u32) -> Option<i64> {
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

impl Small {
    pub(super) const ZERO: Small = Small { mantissa: 0, scale: 0 };
    pub(super) const ONE: Small = Small { mantissa: 1, scale: 0 };

    /// The same number, if its digits fit.
    #[inline]
    pub(super) fn of(value: Decimal) -> Option<Small> {
        let parts = value.unpack();
        if parts.hi != 0 {
            return None;
        }
        let size = i64::try_from(u64::from(parts.mid) << 32 | u64::from(parts.lo)).ok()?;
        Some(Small { mantissa: if parts.negative { size.checked_neg()? } else { size }, scale: parts.scale })
    }

    /// The same number.
    #[inline]
    pub(super) fn decimal(self) -> Decimal {
        // INVARIANT: every operation keeps the scale at most 28, so that the number is always held.
        Decimal::try_new(self.mantissa, self.scale).unwrap_or_default()
    }

    #[inline]
    pub(super) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Whether it is 1, however many zeros it is written with.
    #[inline]
    pub(super) fn is_one(self) -> bool {
        power(self.scale) == Some(self.mantissa)
    }

    #[inline]
    pub(super) fn negated(self) -> Option<Small> {
        Some(Small { mantissa: self.mantissa.checked_neg()?, scale: self.scale })
    }

    /// Both mantissas on the finer scale of the two.
    #[inline]
    fn meet(self, other: Small) -> Option<(i64, i64, u32)> {
        if self.scale == other.scale {
            return Some((self.mantissa, other.mantissa, self.scale));
        }
        if self.scale < other.scale {
            Some((self.at(other.scale)?, other.mantissa, other.scale))
        } else {
            Some((self.mantissa, other.at(self.scale)?, self.scale))
        }
    }

    /// The mantissa on a scale that is not coarser.
    #[inline]
    pub(super) fn at(self, scale: u32) -> Option<i64> {
        self.mantissa.checked_mul(power(scale.checked_sub(self.scale)?)?)
    }

    #[inline]
    pub(super) fn plus(self, other: Small) -> Option<Small> {
        let (a, b, scale) = self.meet(other)?;
        Some(Small { mantissa: a.checked_add(b)?, scale })
    }

    #[inline]
    pub(super) fn minus(self, other: Small) -> Option<Small> {
        let (a, b, scale) = self.meet(other)?;
        Some(Small { mantissa: a.checked_sub(b)?, scale })
    }

    #[inline]
    pub(super) fn times(self, other: Small) -> Option<Small> {
        let scale = self.scale + other.scale;
        if scale > Decimal::MAX_SCALE {
            return None;
        }
        Some(Small { mantissa: self.mantissa.checked_mul(other.mantissa)?, scale })
    }

    #[inline]
    pub(super) fn order(self, other: Small) -> Option<Ordering> {
        let (a, b, _) = self.meet(other)?;
        Some(a.cmp(&b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_power_of_ten_is_ten_times_the_one_before() {
        assert_eq!(POWERS[0], 1);
        for pair in POWERS.windows(2) {
            assert_eq!(pair[0].checked_mul(10), Some(pair[1]));
        }
        assert_eq!(power(19), None);
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let most = Small { mantissa: i64::MAX, scale: 0 };
        assert!(most.plus(Small::ONE).is_none());
        assert!(most.times(most).is_none());
        assert!(most.order(Small { mantissa: 1, scale: 1 }).is_none());
        assert!(Small { mantissa: 1, scale: 20 }.times(Small { mantissa: 1, scale: 20 }).is_none());
        assert!(Small::of(Decimal::MAX).is_none());
        assert!(Small::of(Decimal::from(u64::MAX)).is_none());
    }

    proptest! {
        #[test]
        fn a_decimal_comes_back_as_it_was(mantissa: i64, scale in 0_u32..=28) {
            let value = Decimal::new(mantissa, scale);
            if let Some(small) = Small::of(value) {
                prop_assert_eq!(small.decimal(), value);
                prop_assert_eq!(small.decimal().scale(), scale);
            } else {
                prop_assert_eq!(mantissa, i64::MIN);
            }
        }
    }
}
