//! The least interval that holds some numbers; an end may be missing, and then there is none on that side.

use std::cmp::Ordering;

use crate::eval::domain::Value;
use crate::plan::Comparison;
use crate::quantity::Number;

/// Numbers from one to another, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hull {
    /// None: without end.
    pub(crate) low: Option<Number>,
    /// None: without end.
    pub(crate) high: Option<Number>,
    /// Only whole numbers are meant.
    pub(super) whole: bool,
}

/// Two are the same where their ends are: that only whole numbers are meant sharpens results and says nothing of itself.
impl PartialEq for Hull {
    fn eq(&self, other: &Self) -> bool {
        self.low == other.low && self.high == other.high
    }
}

impl Eq for Hull {}

/// A number, or what lies beyond all on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Below,
    At(Number),
    Above,
}

impl End {
    fn low(end: Option<Number>) -> End {
        end.map_or(End::Below, End::At)
    }

    fn high(end: Option<Number>) -> End {
        end.map_or(End::Above, End::At)
    }

    fn number(self) -> Option<Number> {
        match self {
            End::At(number) => Some(number),
            End::Below | End::Above => None,
        }
    }

    fn sign(&self) -> Ordering {
        match self {
            End::Below => Ordering::Less,
            End::At(number) => number.cmp(&Number::ZERO),
            End::Above => Ordering::Greater,
        }
    }

    fn before(&self, other: &End) -> bool {
        self < other
    }

    /// The product; 0 by whatever is 0, for the numbers that an open end stands for are all numbers. None where it cannot be held.
    fn times(&self, other: &End) -> Option<End> {
        let sign = match (self.sign(), other.sign()) {
            (Ordering::Equal, _) | (_, Ordering::Equal) => return Some(End::At(Number::ZERO)),
            (a, b) if a == b => End::Above,
            _ => End::Below,
        };
        match (self, other) {
            (End::At(a), End::At(b)) => a.times(b).ok().map(End::At),
            _ => Some(sign),
        }
    }
}

impl Hull {
    /// All numbers.
    pub(crate) const ALL: Hull = Hull { low: None, high: None, whole: false };

    /// One number.
    #[inline]
    pub(crate) fn of(number: Number) -> Hull {
        let whole = number.decimal().is_some_and(|decimal| decimal.scale() == 0 || decimal.fract().is_zero());
        Hull { low: Some(number), high: Some(number), whole }
    }

    /// From one to another.
    pub(crate) fn new(low: Option<Number>, high: Option<Number>) -> Hull {
        Hull { low, high, whole: false }
    }

    /// The whole numbers among them.
    pub(crate) fn of_whole_numbers(self) -> Hull {
        let low = self.low.map(|low| low.ceiling().unwrap_or(low));
        let high = self.high.map(|high| high.floor().unwrap_or(high));
        Hull { low, high, whole: true }
    }

    /// The only number, where there is but one.
    #[inline]
    pub(crate) fn point(&self) -> Option<Number> {
        match (self.low, self.high) {
            (Some(low), Some(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// Whether only whole numbers are meant.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether a number lies in between.
    pub(crate) fn holds(&self, number: &Number) -> bool {
        self.low.is_none_or(|low| low <= *number) && self.high.is_none_or(|high| *number <= high)
    }

    /// Whether a number lies in both.
    pub(crate) fn meets(&self, other: &Hull) -> bool {
        !self.is_below(other) && !other.is_below(self)
    }

    /// Whether every number is less than every number of another.
    pub(crate) fn is_below(&self, other: &Hull) -> bool {
        matches!((self.high, other.low), (Some(high), Some(low)) if high < low)
    }

    /// The numbers that are in both; none where there are none.
    pub(crate) fn common(&self, other: &Hull) -> Option<Hull> {
        let low = if End::low(self.low).before(&End::low(other.low)) { other.low } else { self.low };
        let high = if End::high(self.high).before(&End::high(other.high)) { self.high } else { other.high };
        let found = Hull { low, high, whole: self.whole || other.whole };
        let empty = matches!((low, high), (Some(low), Some(high)) if high < low);
        (!empty).then_some(found)
    }

    /// The least that holds both.
    #[inline]
    pub(crate) fn with(&self, other: &Hull) -> Hull {
        let low = self.low.zip(other.low).map(|(a, b)| a.min(b));
        let high = self.high.zip(other.high).map(|(a, b)| a.max(b));
        Hull { low, high, whole: self.whole && other.whole }
    }

    #[inline]
    pub(crate) fn plus(&self, other: &Hull) -> Hull {
        let sum = |a: Option<Number>, b: Option<Number>| a?.plus(&b?).ok();
        Hull { low: sum(self.low, other.low), high: sum(self.high, other.high), whole: self.whole && other.whole }
    }

    #[inline]
    pub(crate) fn negated(&self) -> Hull {
        let negated = |end: Option<Number>| end.map(|end| end.negated());
        Hull { low: negated(self.high), high: negated(self.low), whole: self.whole }
    }

    pub(crate) fn times(&self, other: &Hull) -> Hull {
        let ([a, b], [c, d]) = (self.ends(), other.ends());
        let products = [a.times(&c), a.times(&d), b.times(&c), b.times(&d)];
        let whole = self.whole && other.whole;
        // a product with too many digits lies anywhere: digits are no size
        let [Some(first), Some(second), Some(third), Some(fourth)] = products else { return Hull { whole, ..Hull::ALL } };
        Hull::around(&[first, second, third, fourth], whole)
    }

    /// The quotients by all numbers but 0; none where the divisor is 0.
    pub(crate) fn over(&self, divisor: &Hull) -> Option<Hull> {
        let (low, high) = (End::low(divisor.low).sign(), End::high(divisor.high).sign());
        match (low, high) {
            (Ordering::Equal, Ordering::Equal) => None,
            (Ordering::Less, Ordering::Greater) => Some(if self.point().is_some_and(|point| point.is_zero()) { *self } else { Hull::ALL }),
            (_, Ordering::Greater) => Some(self.over_positive(divisor)),
            _ => Some(self.negated().over_positive(&divisor.negated())),
        }
    }

    /// The quotients by a divisor above 0, whose least number may be as near to it as one likes.
    fn over_positive(&self, divisor: &Hull) -> Hull {
        let one = Number::from(rust_decimal::Decimal::ONE);
        let least = divisor.low.filter(|low| !low.is_zero()).or_else(|| divisor.whole.then_some(one));
        let quotient = |end: Option<Number>, by: Option<Number>| end?.over(&by?).ok().flatten();
        let negative = |end: Option<Number>| end.is_none_or(|end| end < Number::ZERO);
        let positive = |end: Option<Number>| end.is_none_or(|end| end > Number::ZERO);
        // by a divisor without end the quotient comes as near to 0 as one likes
        let far = |end: Option<Number>| if divisor.high.is_none() && end.is_some() { Some(Number::ZERO) } else { quotient(end, divisor.high) };
        let low = if negative(self.low) { quotient(self.low, least) } else { far(self.low) };
        let high = if positive(self.high) { quotient(self.high, least) } else { far(self.high) };
        // 0 divided is 0, however near the divisor comes
        let zero = |end: Option<Number>, found: Option<Number>| if end.is_some_and(|end| end.is_zero()) { Some(Number::ZERO) } else { found };
        Hull { low: zero(self.low, low), high: zero(self.high, high), whole: false }
    }

    /// The lesser of a number of each.
    pub(super) fn least(&self, other: &Hull) -> Hull {
        let low = self.low.zip(other.low).map(|(a, b)| a.min(b));
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        Hull { low, high, whole: self.whole && other.whole }
    }

    /// The greater of a number of each.
    pub(crate) fn greatest(&self, other: &Hull) -> Hull {
        self.negated().least(&other.negated()).negated()
    }

    /// What an operation makes of the ends that keeps the order of numbers, or reverses it.
    pub(super) fn mapped(&self, apply: impl Fn(&Value) -> Value, whole: bool) -> Hull {
        let end = |end: Option<Number>| end.and_then(|end| apply(&Value::Number(end)).number().copied());
        let (low, high) = (end(self.low), end(self.high));
        match (low, high) {
            (Some(a), Some(b)) if b < a => Hull { low: Some(b), high: Some(a), whole },
            _ => Hull { low, high, whole },
        }
    }

    /// Whether a comparison with a number of another can be false, and true.
    pub(super) fn compared(&self, comparison: Comparison, other: &Hull) -> [bool; 2] {
        let (below, above) = (self.is_below(other), other.is_below(self));
        let points = matches!((self.point(), other.point()), (Some(a), Some(b)) if a == b);
        // whether one can be less than the other, and greater
        let less = End::low(self.low).before(&End::high(other.high));
        let greater = End::low(other.low).before(&End::high(self.high));
        let meets = !below && !above;
        match comparison {
            Comparison::Eq => [!points, meets],
            Comparison::Ne => [meets, !points],
            Comparison::Lt => [meets || above, less],
            Comparison::Ge => [less, meets || above],
            Comparison::Gt => [meets || below, greater],
            Comparison::Le => [greater, meets || below],
        }
    }

    /// Its ends.
    pub(crate) fn ends(&self) -> [End; 2] {
        [End::low(self.low), End::high(self.high)]
    }

    fn around(ends: &[End], whole: bool) -> Hull {
        let mut found: Option<[End; 2]> = None;
        for end in ends {
            found = Some(match found {
                None => [*end, *end],
                Some([low, high]) => [if end.before(&low) { *end } else { low }, if high.before(end) { *end } else { high }],
            });
        }
        found.map_or(Hull::ALL, |[low, high]| Hull { low: low.number(), high: high.number(), whole })
    }
}
