//! Exact numbers, their units and grids, and the one rounding function.
//!
//! In: decimals from rule files and facts. Out: exact results or [`TooLarge`]. Never: a binary float, a silent rounding, a
//! panic on overflow. `Decimal`'s own operators round what does not fit and are used nowhere else.

pub(crate) mod moment;
mod number;
mod rounding;
mod small;
mod unit;

pub(crate) use number::SmallSum;
pub use number::{Number, TooLarge};
pub(crate) use rounding::rounded;
pub use rounding::{Mode, round_to};
pub(crate) use unit::{BUILT_IN, TYPES, one_name};
pub use unit::{Unit, UnitFault, Whole};

use rust_decimal::Decimal;

/// The largest grid on which both numbers lie: the common step of a sum.
///
/// A step is positive; 0.01 and 0.5 give 0.01, 2 and 3 give 1.
#[must_use]
pub fn common_step(a: Decimal, b: Decimal) -> Decimal {
    let scale = a.scale().max(b.scale());
    let (Some(a), Some(b)) = (number::mantissa_at(a, scale), number::mantissa_at(b, scale)) else {
        return a.min(b);
    };
    Decimal::try_from_i128_with_scale(num_integer::gcd(a, b), scale).map_or(Decimal::ONE, |step| step.normalize())
}

/// Whether `value` is a whole multiple of `step`.
#[must_use]
pub fn on_grid(value: Decimal, step: Decimal) -> bool {
    round_to(&Number::from(value), step, Mode::ToZero).is_ok_and(|rounded| rounded == value)
}

/// The grid that a written number lies on: 0.1 for 12.50.
#[must_use]
pub fn written_step(value: Decimal) -> Decimal {
    let scale = value.normalize().scale();
    Decimal::try_from_i128_with_scale(1, scale).unwrap_or(Decimal::ONE)
}

/// 1 / value, if its digits end within 14 places.
#[must_use]
pub fn reciprocal(value: Decimal) -> Option<Decimal> {
    let quotient = Number::from(Decimal::ONE).over(&Number::from(value)).ok()??;
    let rounded = round_to(&quotient, Decimal::new(1, 14), Mode::ToZero).ok()?;
    (Number::from(rounded) == quotient).then(|| rounded.normalize())
}

/// A decimal with at least as many places as its step has: 1.5 on a step of 0.01 is `1.50`, and nothing is cut.
///
/// Minus zero prints as zero.
#[must_use]
pub fn padded(value: Decimal, step: Decimal) -> String {
    let mut shown = value.normalize();
    let places = step.normalize().scale();
    if shown.scale() < places {
        shown.rescale(places);
    }
    if shown.is_zero() {
        shown.set_sign_positive(true);
    }
    shown.to_string()
}

/// A decimal as short as it is exact: `0.50` prints as `0.5`, minus zero as `0`.
#[must_use]
pub fn plain(value: Decimal) -> String {
    padded(value, Decimal::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal_macros::dec;

    #[test]
    fn grids_meet_in_their_greatest_common_step() {
        assert_eq!(common_step(dec!(0.01), dec!(0.5)), dec!(0.01));
        assert_eq!(common_step(dec!(2), dec!(3)), dec!(1));
        assert_eq!(common_step(dec!(0.4), dec!(0.6)), dec!(0.2));
    }

    #[test]
    fn printing_pads_and_never_cuts() {
        assert_eq!(padded(dec!(1.5), dec!(0.01)), "1.50");
        assert_eq!(padded(dec!(1.505), dec!(0.01)), "1.505");
        assert_eq!(padded(dec!(-0.00), dec!(0.01)), "0.00");
        assert_eq!(plain(dec!(100.00)), "100");
    }
}
