//! [`Number`]: a decimal, or the exact fraction that a division leaves.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::small::Small;

/// A result has more digits than can be held exactly (28 significant decimals, or a fraction of such).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the exact result has more than 28 digits")]
pub struct TooLarge;

/// An exact number: a decimal, or a fraction of two decimals that nothing has rounded yet.
///
/// Operations are exact or fail with [`TooLarge`]. A fraction turns back into a decimal only through
/// [`round_to`](super::round_to).
///
/// ```
/// use kaoping::quantity::Number;
/// use rust_decimal::Decimal;
/// let third = Number::from(Decimal::ONE).over(&Number::from(Decimal::from(3))).unwrap().unwrap();
/// let whole = third.times(&Number::from(Decimal::from(3))).unwrap();
/// assert_eq!(whole, Number::from(Decimal::ONE));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Number(pub(super) Form);

/// How a number is held. The small forms are for speed alone: whatever they cannot hold is held, and computed, in the large ones.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Small(Small),
    Large(Decimal),
    /// `over / under`, with `under` greater than 0, not reduced.
    SmallFraction(Small, Small),
    LargeFraction(Decimal, Decimal),
}

impl From<Decimal> for Number {
    #[inline]
    fn from(value: Decimal) -> Self {
        Number(Small::of(value).map_or(Form::Large(value), Form::Small))
    }
}

impl Number {
    /// 0.
    pub const ZERO: Number = Number(Form::Small(Small::ZERO));

    /// The decimal, if no division has left a fraction.
    #[must_use]
    #[inline]
    pub fn decimal(&self) -> Option<Decimal> {
        match self.0 {
            Form::Small(value) => Some(value.decimal()),
            Form::Large(value) => Some(value),
            Form::SmallFraction(..) | Form::LargeFraction(..) => None,
        }
    }

    /// Numerator and denominator; the denominator of a decimal is 1.
    #[must_use]
    pub fn parts(&self) -> (Decimal, Decimal) {
        match self.0 {
            Form::Small(value) => (value.decimal(), Decimal::ONE),
            Form::Large(value) => (value, Decimal::ONE),
            Form::SmallFraction(over, under) => (over.decimal(), under.decimal()),
            Form::LargeFraction(over, under) => (over, under),
        }
    }

    /// Numerator and denominator, if both are small.
    #[inline]
    pub(super) fn small_parts(&self) -> Option<(Small, Small)> {
        match self.0 {
            Form::Small(value) => Some((value, Small::ONE)),
            Form::SmallFraction(over, under) => Some((over, under)),
            Form::Large(_) | Form::LargeFraction(..) => None,
        }
    }

    /// Whether it is 0.
    #[must_use]
    #[inline]
    pub fn is_zero(&self) -> bool {
        match self.0 {
            Form::Small(value) | Form::SmallFraction(value, _) => value.is_zero(),
            Form::Large(value) | Form::LargeFraction(value, _) => value.is_zero(),
        }
    }

    /// The number with its sign changed.
    #[must_use]
    #[inline]
    pub fn negated(&self) -> Number {
        let small = match self.0 {
            Form::Small(value) => value.negated().map(Form::Small),
            Form::SmallFraction(over, under) => over.negated().map(|over| Form::SmallFraction(over, under)),
            Form::Large(_) | Form::LargeFraction(..) => None,
        };
        match small {
            Some(form) => Number(form),
            None => self.negated_large(),
        }
    }

    #[cold]
    fn negated_large(&self) -> Number {
        match self.0 {
            Form::Small(_) | Form::Large(_) => Number::from(negate(self.parts().0)),
            Form::SmallFraction(..) | Form::LargeFraction(..) => {
                let (over, under) = self.parts();
                Number(Form::LargeFraction(negate(over), under))
            }
        }
    }

    /// `self + other`.
    ///
    /// # Errors
    /// [`TooLarge`] where the exact sum cannot be held.
    #[inline]
    pub fn plus(&self, other: &Number) -> Result<Number, TooLarge> {
        if let (Form::Small(a), Form::Small(b)) = (self.0, other.0)
            && let Some(sum) = a.plus(b)
        {
            return Ok(Number(Form::Small(sum)));
        }
        self.plus_fraction(other)
    }

    #[inline(never)]
    fn plus_fraction(&self, other: &Number) -> Result<Number, TooLarge> {
        if let (Some((a, b)), Some((c, d))) = (self.small_parts(), other.small_parts())
            && let Some(sum) = small_sum((a, b), (c, d))
        {
            return Ok(sum);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        if b == d {
            return Number::fraction(add(a, c)?, b);
        }
        Number::fraction(add(mul(a, d)?, mul(c, b)?)?, mul(b, d)?)
    }

    /// `self - other`.
    ///
    /// # Errors
    /// [`TooLarge`] where the exact difference cannot be held.
    #[inline]
    pub fn minus(&self, other: &Number) -> Result<Number, TooLarge> {
        if let (Form::Small(a), Form::Small(b)) = (self.0, other.0)
            && let Some(difference) = a.minus(b)
        {
            return Ok(Number(Form::Small(difference)));
        }
        self.plus_fraction(&other.negated())
    }

    /// `self × other`.
    ///
    /// # Errors
    /// [`TooLarge`] where the exact product cannot be held.
    #[inline]
    pub fn times(&self, other: &Number) -> Result<Number, TooLarge> {
        if let (Form::Small(a), Form::Small(b)) = (self.0, other.0)
            && let Some(product) = a.times(b)
        {
            return Ok(Number(Form::Small(product)));
        }
        self.times_fraction(other)
    }

    #[inline(never)]
    fn times_fraction(&self, other: &Number) -> Result<Number, TooLarge> {
        if let (Some((a, b)), Some((c, d))) = (self.small_parts(), other.small_parts())
            && let Some(product) = a.times(c).zip(b.times(d)).and_then(|(over, under)| small_fraction(over, under))
        {
            return Ok(product);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Number::fraction(mul(a, c)?, mul(b, d)?)
    }

    /// `self / other` as an exact fraction; `None` where `other` is 0.
    ///
    /// # Errors
    /// [`TooLarge`] where the fraction cannot be held.
    pub fn over(&self, other: &Number) -> Result<Option<Number>, TooLarge> {
        if other.is_zero() {
            return Ok(None);
        }
        if let (Form::Small(over), Form::Small(under)) = (self.0, other.0)
            && under.mantissa > 0
            && let Some(quotient) = small_fraction(over, under)
        {
            return Ok(Some(quotient));
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        let (mut over, mut under) = (mul(a, d)?, mul(b, c)?);
        if under.is_sign_negative() {
            (over, under) = (negate(over), negate(under));
        }
        Number::fraction(over, under).map(Some)
    }

    /// The greatest whole number that is not above it.
    ///
    /// # Errors
    /// [`TooLarge`] where it cannot be held.
    pub fn floor(&self) -> Result<Number, TooLarge> {
        let down = Number::from(super::round_to(self, Decimal::ONE, super::Mode::ToZero)?);
        if down > *self { down.minus(&Number::from(Decimal::ONE)) } else { Ok(down) }
    }

    /// The least whole number that is not below it.
    ///
    /// # Errors
    /// [`TooLarge`] where it cannot be held.
    pub fn ceiling(&self) -> Result<Number, TooLarge> {
        Ok(self.negated().floor()?.negated())
    }

    fn fraction(over: Decimal, under: Decimal) -> Result<Number, TooLarge> {
        if under == Decimal::ONE || over.is_zero() {
            return Ok(Number::from(over));
        }
        if !(fits_easily(over) && fits_easily(under)) {
            return reduced(over, under);
        }
        Ok(Number::of_parts(over, under))
    }

    fn of_parts(over: Decimal, under: Decimal) -> Number {
        Number(match (Small::of(over), Small::of(under)) {
            (Some(over), Some(under)) => Form::SmallFraction(over, under),
            _ => Form::LargeFraction(over, under),
        })
    }
}

impl PartialEq for Number {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Small(a), Form::Small(b)) = (self.0, other.0)
            && let Some(order) = a.order(b)
        {
            return order;
        }
        self.order_of_parts(other)
    }
}

impl Number {
    #[inline(never)]
    fn order_of_parts(&self, other: &Number) -> Ordering {
        if let (Some(a), Some(b)) = (self.decimal(), other.decimal()) {
            return a.cmp(&b);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        match (mul(a, d), mul(c, b)) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => compare_fractions((a, b), (c, d)),
        }
    }
}

/// A sum under way, as long as its digits are few.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SmallSum(Small);

impl Default for SmallSum {
    #[inline]
    fn default() -> Self {
        SmallSum(Small::ZERO)
    }
}

impl SmallSum {
    /// The sum with a term more; none where that has too many digits for it, or is a fraction.
    #[inline]
    pub(crate) fn plus(self, term: &Number) -> Option<SmallSum> {
        let Form::Small(term) = term.0 else { return None };
        self.0.plus(term).map(SmallSum)
    }

    /// The sum with a term less; none where that has too many digits for it, or is a fraction.
    #[inline]
    pub(crate) fn minus(self, term: &Number) -> Option<SmallSum> {
        let Form::Small(term) = term.0 else { return None };
        self.0.minus(term).map(SmallSum)
    }

    /// The sum.
    #[inline]
    pub(crate) fn number(self) -> Number {
        Number(Form::Small(self.0))
    }
}

/// `a / b + c / d`, where that needs no reducing.
fn small_sum((a, b): (Small, Small), (c, d): (Small, Small)) -> Option<Number> {
    if b.order(d)? == Ordering::Equal {
        return small_fraction(a.plus(c)?, b);
    }
    small_fraction(a.times(d)?.plus(c.times(b)?)?, b.times(d)?)
}

/// A fraction of small parts, where it needs no reducing.
#[inline]
fn small_fraction(over: Small, under: Small) -> Option<Number> {
    const EASY: u64 = 1 << 48;
    if under.is_one() || over.is_zero() {
        return Some(Number(Form::Small(over)));
    }
    let easy = over.mantissa.unsigned_abs() < EASY && under.mantissa.unsigned_abs() < EASY;
    easy.then_some(Number(Form::SmallFraction(over, under)))
}

/// Compares `a / b` with `c / d` (`b`, `d` > 0) whole part by whole part, for numbers too large to cross-multiply.
fn compare_fractions((a, b): (Decimal, Decimal), (c, d): (Decimal, Decimal)) -> Ordering {
    let ((mut a, mut b), (mut c, mut d)) = (whole_pair(a, b), whole_pair(c, d));
    let mut flipped = false;
    loop {
        let (q, r) = num_integer::div_mod_floor(a, b);
        let (s, t) = num_integer::div_mod_floor(c, d);
        let order = match q.cmp(&s) {
            Ordering::Equal => match (r == 0, t == 0) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => {
                    // r/b against t/d is d/t against b/r the other way round
                    (a, b, c, d) = (b, r, d, t);
                    flipped = !flipped;
                    continue;
                }
            },
            unequal => unequal,
        };
        return if flipped { order.reverse() } else { order };
    }
}

/// Numerator and denominator as whole numbers, as far as 128 bits reach.
fn whole_pair(over: Decimal, under: Decimal) -> (i128, i128) {
    let scale = over.scale().max(under.scale());
    match (mantissa_at(over, scale), mantissa_at(under, scale)) {
        (Some(over), Some(under)) => (over, under),
        // INVARIANT: `Number::fraction` holds only fractions whose parts meet on one scale; this line serves no value.
        _ => (over.mantissa(), under.mantissa().max(1)),
    }
}

/// The whole number `value × 10^scale`, if `value` has no more places than that and 128 bits hold it.
pub(super) fn mantissa_at(value: Decimal, scale: u32) -> Option<i128> {
    let shift = scale.checked_sub(value.scale())?;
    value.mantissa().checked_mul(power_of_ten(shift)?)
}

pub(super) fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn negate(mut value: Decimal) -> Decimal {
    if !value.is_zero() {
        value.set_sign_negative(value.is_sign_positive());
    }
    value
}

fn add(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    if a.is_zero() {
        return Ok(b);
    }
    if b.is_zero() {
        return Ok(a);
    }
    let scale = a.scale().max(b.scale());
    match (mantissa_at(a, scale), mantissa_at(b, scale)) {
        (Some(x), Some(y)) => held(x.checked_add(y), scale),
        _ => {
            let (a, b) = (a.normalize(), b.normalize());
            let scale = a.scale().max(b.scale());
            let (x, y) = (mantissa_at(a, scale).ok_or(TooLarge)?, mantissa_at(b, scale).ok_or(TooLarge)?);
            held(x.checked_add(y), scale)
        }
    }
}

fn mul(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    let scale = a.scale().saturating_add(b.scale());
    if let Some(product) = a.mantissa().checked_mul(b.mantissa()) {
        return held(Some(product), scale);
    }
    let (a, b) = (a.normalize(), b.normalize());
    held(a.mantissa().checked_mul(b.mantissa()), a.scale().saturating_add(b.scale()))
}

/// `mantissa × 10^-scale` without loss: trailing zeros are dropped where that is needed to hold it.
fn held(mantissa: Option<i128>, scale: u32) -> Result<Decimal, TooLarge> {
    let mut mantissa = mantissa.ok_or(TooLarge)?;
    let mut scale = scale;
    loop {
        if let Ok(value) = Decimal::try_from_i128_with_scale(mantissa, scale) {
            return Ok(value);
        }
        let (shorter, rest) = num_integer::div_rem(mantissa, 10);
        if rest != 0 || scale == 0 {
            return Err(TooLarge);
        }
        mantissa = shorter;
        scale = scale.saturating_sub(1);
    }
}

/// Parts below 2^48 leave room for a few more operations before a fraction must be reduced.
fn fits_easily(value: Decimal) -> bool {
    value.mantissa().unsigned_abs() < 1 << 48
}

fn reduced(over: Decimal, under: Decimal) -> Result<Number, TooLarge> {
    let scale = over.scale().max(under.scale());
    let (Some(a), Some(b)) = (mantissa_at(over, scale), mantissa_at(under, scale)) else {
        return Err(TooLarge);
    };
    let divisor = num_integer::gcd(a, b);
    let (a, b) = (a.checked_div(divisor).ok_or(TooLarge)?, b.checked_div(divisor).ok_or(TooLarge)?);
    let (over, under) = (held(Some(a), 0)?, held(Some(b), 0)?);
    if under == Decimal::ONE {
        return Ok(Number::from(over));
    }
    Ok(Number::of_parts(over, under))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal_macros::dec;

    fn number(value: Decimal) -> Number {
        Number::from(value)
    }

    #[test]
    fn a_product_past_28_places_is_refused_and_not_rounded() {
        let tiny = Decimal::try_from_i128_with_scale(1, 20).unwrap();
        assert_eq!(number(tiny).times(&number(tiny)), Err(TooLarge));
        assert!(number(Decimal::MAX).plus(&number(Decimal::ONE)).is_err());
    }

    #[test]
    fn a_sum_that_decimals_would_round_is_refused() {
        let tiny = Decimal::try_from_i128_with_scale(1, 28).unwrap();
        assert_eq!(number(Decimal::MAX).plus(&number(tiny)), Err(TooLarge));
    }

    #[test]
    fn fractions_compare_exactly() {
        let third = number(dec!(1)).over(&number(dec!(3))).unwrap().unwrap();
        assert!(third > number(dec!(0.3333333333333333333333333333)));
        assert!(third < number(dec!(0.3333333333333333333333333334)));
        assert_eq!(number(dec!(1)).over(&Number::ZERO), Ok(None));
    }

    #[test]
    fn floor_and_ceiling_of_negatives() {
        assert_eq!(number(dec!(-1.5)).floor(), Ok(number(dec!(-2))));
        assert_eq!(number(dec!(-1.5)).ceiling(), Ok(number(dec!(-1))));
        assert_eq!(number(dec!(2)).ceiling(), Ok(number(dec!(2))));
    }

    fn small() -> impl Strategy<Value = Number> {
        (-1_000_000_i64..1_000_000, 0_u32..4).prop_map(|(m, s)| number(Decimal::new(m, s)))
    }

    /// The same number in the form that holds any.
    fn large(value: Number) -> Number {
        Number(match value.0 {
            Form::Small(value) => Form::Large(value.decimal()),
            Form::SmallFraction(over, under) => Form::LargeFraction(over.decimal(), under.decimal()),
            form => form,
        })
    }

    /// Numbers of any size that a machine word holds, and quotients of such.
    fn of_any_size() -> impl Strategy<Value = Number> {
        let decimal = || {
            prop_oneof![(-100_000_i64..100_000, 0_u32..6), (i64::MIN..=i64::MAX, 0_u32..=28), (-9_i64..9, 0_u32..=28)]
                .prop_map(|(m, s)| number(Decimal::new(m, s)))
        };
        prop_oneof![decimal(), (decimal(), decimal()).prop_map(|(a, b)| a.over(&b).ok().flatten().unwrap_or(a))]
    }

    /// A result with whether it is a fraction.
    fn told(result: Result<Number, TooLarge>) -> Result<(Number, bool), TooLarge> {
        result.map(|number| (number, number.decimal().is_none()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn small_forms_give_what_large_ones_give(a in of_any_size(), b in of_any_size(), step in 0_u32..8) {
            let (c, d) = (large(a), large(b));
            prop_assert_eq!(a, c);
            prop_assert_eq!(a.cmp(&b), c.cmp(&d));
            prop_assert_eq!(a.is_zero(), c.is_zero());
            prop_assert_eq!(told(a.plus(&b)), told(c.plus(&d)));
            prop_assert_eq!(told(a.minus(&b)), told(c.minus(&d)));
            prop_assert_eq!(told(a.times(&b)), told(c.times(&d)));
            prop_assert_eq!(a.over(&b).map(|quotient| quotient.map(|quotient| told(Ok(quotient)))), c.over(&d).map(|quotient| quotient.map(|quotient| told(Ok(quotient)))));
            prop_assert_eq!(told(Ok(a.negated())), told(Ok(c.negated())));
            for mode in [crate::quantity::Mode::HalfUp, crate::quantity::Mode::HalfEven, crate::quantity::Mode::FromZero, crate::quantity::Mode::ToZero] {
                for step in [Decimal::new(1, step), Decimal::new(25, step)] {
                    prop_assert_eq!(crate::quantity::round_to(&a, step, mode), crate::quantity::round_to(&c, step, mode));
                }
            }
        }

        #[test]
        fn a_sum_at_once_is_the_sum_one_by_one(terms in proptest::collection::vec(of_any_size(), 0..8)) {
            let at_once = terms.iter().try_fold(SmallSum::default(), SmallSum::plus).map(SmallSum::number);
            let one_by_one = terms.iter().try_fold(Number::ZERO, |sum, term| sum.plus(term));
            if let Some(at_once) = at_once {
                prop_assert_eq!(Ok(at_once), one_by_one);
            }
        }
    }

    proptest! {
        #[test]
        fn addition_and_multiplication_are_those_of_fractions(a in small(), b in small(), c in small()) {
            prop_assert_eq!(a.plus(&b).unwrap(), b.plus(&a).unwrap());
            prop_assert_eq!(a.plus(&b).unwrap().minus(&b).unwrap(), a);
            prop_assert_eq!(a.plus(&b).unwrap().times(&c).unwrap(), a.times(&c).unwrap().plus(&b.times(&c).unwrap()).unwrap());
            if let Some(q) = a.over(&b).unwrap() {
                prop_assert_eq!(q.times(&b).unwrap(), a);
                if let Some(r) = q.plus(&c).unwrap().over(&b).unwrap() {
                    prop_assert_eq!(r.times(&b).unwrap().minus(&c).unwrap(), q);
                }
            }
        }

        #[test]
        fn order_agrees_with_the_sign_of_the_difference(a in small(), b in small(), c in small()) {
            if let Some(q) = a.over(&b).unwrap() {
                prop_assert_eq!(q.cmp(&c), q.minus(&c).unwrap().cmp(&Number::ZERO));
            }
        }
    }
}
