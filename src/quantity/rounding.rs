//! [`round_to`]: the only place where a number loses digits.

use rust_decimal::Decimal;
use serde::Serialize;

use super::number::{Form, Number, TooLarge, power_of_ten};
use super::small::Small;

/// How a number between two steps is rounded. The sign does not matter: −0.5 goes where 0.5 goes, mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 四舍五入: to the nearest step, halves away from zero.
    HalfUp,
    /// 四舍六入: to the nearest step, halves to the even one.
    HalfEven,
    /// 进一: to the next step away from zero.
    FromZero,
    /// 去尾: to the next step toward zero.
    ToZero,
}

/// The multiple of `step` that `value` rounds to. `step` is greater than 0 and carries the unit of `value`: a rate, kept as a
/// fraction of 1, is rounded to 0.01 % with a step of 0.0001.
///
/// ```
/// use kaoping::quantity::{Mode, Number, round_to};
/// use rust_decimal::Decimal;
/// let value = Number::from(Decimal::new(17_955, 3)); // 17.955
/// assert_eq!(round_to(&value, Decimal::new(1, 2), Mode::HalfUp).unwrap(), Decimal::new(1796, 2));
/// ```
///
/// # Errors
/// [`TooLarge`] where the result cannot be held.
pub fn round_to(value: &Number, step: Decimal, mode: Mode) -> Result<Decimal, TooLarge> {
    match rounded(value, step, mode)?.decimal() {
        Some(rounded) => Ok(rounded),
        // INVARIANT: what is rounded is no fraction.
        None => Err(TooLarge),
    }
}

/// [`round_to`], as a number.
#[inline]
pub(crate) fn rounded(value: &Number, step: Decimal, mode: Mode) -> Result<Number, TooLarge> {
    if let (Some((over, under)), Some(step)) = (value.small_parts(), Small::of(step))
        && let Some(rounded) = rounded_small(over, under, step, mode)
    {
        return Ok(Number(Form::Small(rounded)));
    }
    rounded_large(value, step, mode)
}

/// `over / under` on its step, if every number on the way is small.
fn rounded_small(over: Small, under: Small, step: Small, mode: Mode) -> Option<Small> {
    let whole = under.mantissa == 1 && under.scale == 0;
    if whole && over.scale <= step.scale && step.mantissa == 1 {
        return Some(over);
    }
    // over / (under × step) as a quotient of whole numbers
    let divisor = Small { mantissa: under.mantissa.checked_mul(step.mantissa)?, scale: under.scale + step.scale };
    let scale = over.scale.max(divisor.scale);
    let (a, b) = (over.at(scale)?, divisor.at(scale)?);
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?.unsigned_abs());
    let on = goes_on(mode, quotient & 1 == 1, rest, b.unsigned_abs().checked_sub(rest)?);
    // INVARIANT: denominators and steps are positive, so that the sign of the quotient is that of the numerator.
    let steps = if !on {
        quotient
    } else if a < 0 {
        quotient.checked_sub(1)?
    } else {
        quotient.checked_add(1)?
    };
    Some(Small { mantissa: steps.checked_mul(step.mantissa)?, scale: step.scale })
}

/// Whether what lies `below` a next step at `above` goes there, away from zero, rather than back to the step before.
#[inline]
fn goes_on<T: Copy + Ord + Default>(mode: Mode, odd: bool, below: T, above: T) -> bool {
    match mode {
        Mode::ToZero => false,
        Mode::FromZero => below > T::default(),
        Mode::HalfUp => below >= above,
        Mode::HalfEven => below > above || (below == above && odd),
    }
}

fn rounded_large(value: &Number, step: Decimal, mode: Mode) -> Result<Number, TooLarge> {
    if let Some(value) = value.decimal()
        && value.scale() <= step.scale()
        && step.mantissa() == 1
    {
        return Ok(Number::from(value));
    }
    let (over, under) = value.parts();
    // over / (under × step) as a quotient of whole numbers
    let mut a = over.mantissa();
    let mut b = under.mantissa().checked_mul(step.mantissa()).ok_or(TooLarge)?;
    let scale = under.scale().saturating_add(step.scale());
    if scale >= over.scale() {
        a = a.checked_mul(power_of_ten(scale.saturating_sub(over.scale())).ok_or(TooLarge)?).ok_or(TooLarge)?;
    } else {
        b = b.checked_mul(power_of_ten(over.scale().saturating_sub(scale)).ok_or(TooLarge)?).ok_or(TooLarge)?;
    }
    let steps = divide(a, b, mode).ok_or(TooLarge)?;
    let mantissa = steps.checked_mul(step.mantissa()).ok_or(TooLarge)?;
    Decimal::try_from_i128_with_scale(mantissa, step.scale()).map(Number::from).map_err(|_| TooLarge)
}

/// `a / b` as a whole number; `None` where `b` is 0.
fn divide(a: i128, b: i128, mode: Mode) -> Option<i128> {
    let (negative, a, b) = ((a < 0) != (b < 0), a.unsigned_abs(), b.unsigned_abs());
    let (quotient, rest) = match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => (u128::from(a.checked_div(b)?), u128::from(a.checked_rem(b)?)),
        _ => (a.checked_div(b)?, a.checked_rem(b)?),
    };
    let up = goes_on(mode, quotient & 1 == 1, rest, b.checked_sub(rest)?);
    let size = i128::try_from(quotient.checked_add(u128::from(up))?).ok()?;
    if negative { size.checked_neg() } else { Some(size) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal_macros::dec;

    fn rounded(value: Decimal, step: Decimal, mode: Mode) -> Decimal {
        round_to(&Number::from(value), step, mode).unwrap()
    }

    #[test]
    fn halves_go_away_from_zero_for_negatives_too() {
        assert_eq!(rounded(dec!(2.355), dec!(0.01), Mode::HalfUp), dec!(2.36));
        assert_eq!(rounded(dec!(-2.355), dec!(0.01), Mode::HalfUp), dec!(-2.36));
        assert_eq!(rounded(dec!(2.345), dec!(0.01), Mode::HalfEven), dec!(2.34));
        assert_eq!(rounded(dec!(2.355), dec!(0.01), Mode::HalfEven), dec!(2.36));
        assert_eq!(rounded(dec!(-2.301), dec!(0.01), Mode::FromZero), dec!(-2.31));
        assert_eq!(rounded(dec!(-2.309), dec!(0.01), Mode::ToZero), dec!(-2.30));
    }

    #[test]
    fn a_fraction_is_rounded_once() {
        // 29/32 = 0.90625: to 0.01 % this is 90.63 %; 3/32 rounded first would give 90.62 %
        let rate = Number::from(dec!(29)).over(&Number::from(dec!(32))).unwrap().unwrap();
        assert_eq!(round_to(&rate, dec!(0.0001), Mode::HalfUp).unwrap(), dec!(0.9063));
    }

    #[test]
    fn small_and_large_numbers_round_alike() {
        // the same rest on a step that a machine word holds and on one that it does not
        for mode in [Mode::HalfUp, Mode::HalfEven, Mode::FromZero, Mode::ToZero] {
            for value in [dec!(0.004), dec!(0.005), dec!(0.006), dec!(0.015), dec!(0.01)] {
                for value in [value, -value] {
                    let whole = if value.is_sign_negative() { dec!(-10000000000000000000000) } else { dec!(10000000000000000000000) };
                    assert_eq!(rounded(value, dec!(0.01), mode) + whole, rounded(value + whole, dec!(0.01), mode), "{value} {mode:?}");
                }
            }
        }
    }

    #[test]
    fn a_step_need_not_be_a_power_of_ten() {
        assert_eq!(rounded(dec!(7.3), dec!(0.5), Mode::HalfUp), dec!(7.5));
        assert_eq!(rounded(dec!(12), dec!(5), Mode::ToZero), dec!(10));
    }

    proptest! {
        #[test]
        fn the_error_is_at_most_half_a_step(m in -1_000_000_000_i64..1_000_000_000, d in 1_i64..100_000, places in 0_u32..5) {
            let value = Number::from(Decimal::from(m)).over(&Number::from(Decimal::from(d))).unwrap().unwrap();
            let step = Decimal::new(1, places);
            let half = Number::from(Decimal::new(5, places + 1));
            for mode in [Mode::HalfUp, Mode::HalfEven] {
                let error = Number::from(round_to(&value, step, mode).unwrap()).minus(&value).unwrap();
                prop_assert!(error <= half && error.negated() <= half);
            }
            let down = Number::from(round_to(&value, step, Mode::ToZero).unwrap());
            let up = Number::from(round_to(&value, step, Mode::FromZero).unwrap());
            prop_assert!(up.minus(&down).unwrap() == Number::ZERO || up != down);
            let mirrored = round_to(&value.negated(), step, Mode::HalfUp).unwrap();
            prop_assert_eq!(Number::from(mirrored).negated(), Number::from(round_to(&value, step, Mode::HalfUp).unwrap()));
        }
    }
}
