//! Bounds: for values that are known in part, what can follow from them.
//!
//! A value is a set of possibilities: numbers by their hull, truths, words and absences one by one. Sound, not tight: the exact result
//! for any values inside the operands lies inside the result. The tables of absences and of three-valued truth are those of
//! [`Exact`], applied to every pair of possibilities. What [`Exact`] cannot hold, or a script refuses, is a fault of the data and no
//! result: it is left aside.

mod hull;

use rust_decimal::Decimal;

pub(crate) use self::hull::{End, Hull};
use super::{Absence, Domain, Exact, Value};
use crate::eval::call::answer;
use crate::plan::{Call, Clock, ClockKind, Comparison, Lapse, Literal, Per, Reading, Sign, StepId};
use crate::quantity::moment::DAY;
use crate::quantity::{Mode, Number, Unit};

/// The domain of bounds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Interval;

/// What a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// Just this.
    Exactly(Value),
    /// One of several.
    Within(Possible),
}

/// Several possibilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Possible {
    /// The numbers that it can be lie in between; none where it is no number.
    pub(crate) numbers: Option<Hull>,
    /// Whether it can be false, and true.
    truths: [bool; 2],
    /// The words that it can be, each a bit; all from the last bit on share it.
    words: u128,
    /// The absences that it can be, each a bit, the gravest first.
    absences: u8,
}

/// The absences in the order of their bits.
const ABSENCES: [Absence; 8] =
    [Absence::TooLarge, Absence::NoRow, Absence::Failed, Absence::NotApplicable, Absence::Missing, Absence::Partly, Absence::Pending, Absence::Undefined];

fn bit_of(absence: Absence) -> u8 {
    ABSENCES.iter().position(|other| *other == absence).and_then(|place| u32::try_from(place).ok()).map_or(0, |place| 1_u8.checked_shl(place).unwrap_or(0))
}

/// Whether it can be that truth.
fn can([no, yes]: [bool; 2], truth: bool) -> bool {
    if truth { yes } else { no }
}

fn word_bit(word: usize) -> u128 {
    1_u128.checked_shl(u32::try_from(word).unwrap_or(u32::MAX).min(127)).unwrap_or(0)
}

impl Possible {
    /// Any value at all, or none.
    pub(crate) const ANYTHING: Possible = Possible { numbers: Some(Hull::ALL), truths: [true, true], words: u128::MAX, absences: u8::MAX };

    fn of(value: &Value) -> Self {
        let mut found = Possible::default();
        found.admit(value);
        found
    }

    /// Takes one possibility more.
    pub(crate) fn admit(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.admit_numbers(&Hull::of(*number)),
            Value::Truth(false) => self.truths[0] = true,
            Value::Truth(true) => self.truths[1] = true,
            Value::Symbol(word) => self.words |= word_bit(*word),
            Value::Absent(absence) => self.absences |= bit_of(*absence),
        }
    }

    /// Takes numbers in between.
    pub(crate) fn admit_numbers(&mut self, hull: &Hull) {
        self.numbers = Some(self.numbers.map_or(*hull, |so_far| so_far.with(hull)));
    }

    /// Takes all possibilities of another.
    pub(crate) fn join(&mut self, other: &Possible) {
        if let Some(hull) = &other.numbers {
            self.admit_numbers(hull);
        }
        self.truths = [self.truths[0] || other.truths[0], self.truths[1] || other.truths[1]];
        self.words |= other.words;
        self.absences |= other.absences;
    }

    /// Whether it can be a value.
    fn is_value(&self) -> bool {
        self.numbers.is_some() || self.truths != [false, false] || self.words != 0
    }

    /// Exactly the one possibility, where there is but one.
    pub(crate) fn settled(self) -> Bounds {
        let number = match &self.numbers {
            None => None,
            Some(hull) => match hull.point() {
                Some(point) => Some(Value::Number(point)),
                None => return Bounds::Within(self),
            },
        };
        let truths = [false, true].into_iter().zip(self.truths).filter(|(_, can)| *can).map(|(truth, _)| Value::Truth(truth));
        let absences = ABSENCES.into_iter().filter(|absence| self.absences & bit_of(*absence) != 0).map(Value::Absent);
        let mut all = number.into_iter().chain(truths).chain(absences);
        match (all.next(), all.next(), self.words.count_ones()) {
            (Some(one), None, 0) => Bounds::Exactly(one),
            (None, None, 1) if self.words != word_bit(127) => {
                usize::try_from(self.words.trailing_zeros()).map_or(Bounds::Within(self), |word| Bounds::Exactly(Value::Symbol(word)))
            }
            // INVARIANT: no operation leaves nothing possible; were it so, nothing would be known
            (None, None, 0) => Bounds::Within(Possible::ANYTHING),
            _ => Bounds::Within(self),
        }
    }
}

/// The absences of a result of two operands that needs both: the graver of each pair.
fn absent_of_two(a: &Possible, b: &Possible) -> u8 {
    let up_to = |absences: u8| u8::MAX.checked_shr(absences.leading_zeros()).unwrap_or(0);
    let mut found = (a.absences & up_to(b.absences)) | (b.absences & up_to(a.absences));
    if b.is_value() {
        found |= a.absences;
    }
    if a.is_value() {
        found |= b.absences;
    }
    found
}

impl Bounds {
    /// Nothing is known: any value, or none.
    pub(crate) const ANY: Bounds = Bounds::Within(Possible::ANYTHING);

    /// Numbers from one to another, both included; without end where an end is none.
    pub(crate) fn between(low: Option<Number>, high: Option<Number>) -> Bounds {
        Possible { numbers: Some(Hull::new(low, high)), ..Possible::default() }.settled()
    }

    /// Whole numbers from one to another.
    pub(crate) fn whole_between(low: Option<Number>, high: Option<Number>) -> Bounds {
        Possible { numbers: Some(Hull::new(low, high).of_whole_numbers()), ..Possible::default() }.settled()
    }

    /// Any word, also one that no rule writes.
    pub(crate) fn any_word() -> Bounds {
        Possible { words: u128::MAX, ..Possible::default() }.settled()
    }

    /// Half a step around a number.
    pub(crate) fn around(value: &Number, step: Decimal) -> Bounds {
        let half = Number::from(step).times(&Number::from(Decimal::new(5, 1)));
        match half.and_then(|half| Ok((value.minus(&half)?, value.plus(&half)?))) {
            Ok((low, high)) => Bounds::between(Some(low), Some(high)),
            Err(_) => Bounds::between(None, None),
        }
    }

    /// Exactly this.
    #[inline]
    pub(crate) fn of(value: Value) -> Bounds {
        Bounds::Exactly(value)
    }

    /// One of these; anything where there are none.
    pub(crate) fn one_of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Bounds {
        let mut found = Possible::default();
        values.into_iter().for_each(|value| found.admit(value));
        found.settled()
    }

    /// The value, where it is known exactly.
    #[inline]
    pub(crate) fn exact(&self) -> Option<Value> {
        match self {
            Bounds::Exactly(value) => Some(*value),
            Bounds::Within(_) => None,
        }
    }

    /// Everything that it can be.
    pub(crate) fn possible(&self) -> Possible {
        match self {
            Bounds::Exactly(value) => Possible::of(value),
            Bounds::Within(possible) => *possible,
        }
    }

    /// The numbers that it can be lie in between; none where it is no number.
    pub(crate) fn numbers(&self) -> Option<Hull> {
        match self {
            Bounds::Exactly(value) => value.number().map(|number| Hull::of(*number)),
            Bounds::Within(possible) => possible.numbers,
        }
    }

    /// Whether it can be that absence.
    pub(crate) fn can_be_absent(&self, absence: Absence) -> bool {
        match self {
            Bounds::Exactly(value) => value.absence() == Some(absence),
            Bounds::Within(possible) => possible.absences & bit_of(absence) != 0,
        }
    }

    /// The absences that it can be, the gravest first.
    pub(crate) fn absences(&self) -> impl Iterator<Item = Absence> {
        let absences = self.possible().absences;
        ABSENCES.into_iter().filter(move |absence| absences & bit_of(*absence) != 0)
    }

    /// The words that it can be, of so many.
    pub(crate) fn words(&self, count: usize) -> impl Iterator<Item = usize> {
        let words = self.possible().words;
        (0..count).filter(move |word| words & word_bit(*word) != 0)
    }

    /// Whether it can be true, or false.
    pub(crate) fn can_be(&self, truth: bool) -> bool {
        match self {
            Bounds::Exactly(value) => *value == Value::Truth(truth),
            Bounds::Within(possible) => can(possible.truths, truth),
        }
    }

    /// Whether it can be just this value.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        let possible = self.possible();
        match value {
            Value::Number(number) => possible.numbers.is_some_and(|hull| hull.holds(number)),
            Value::Truth(truth) => can(possible.truths, *truth),
            Value::Symbol(word) => possible.words & word_bit(*word) != 0,
            Value::Absent(absence) => possible.absences & bit_of(*absence) != 0,
        }
    }

    /// Whether two can be the same.
    pub(crate) fn meet(&self, other: &Bounds) -> bool {
        let (a, b) = (self.possible(), other.possible());
        let numbers = matches!((&a.numbers, &b.numbers), (Some(a), Some(b)) if a.meets(b));
        numbers || a.truths[0] && b.truths[0] || a.truths[1] && b.truths[1] || a.words & b.words != 0 || a.absences & b.absences != 0
    }

    /// What both can be; none where there is no such thing.
    pub(crate) fn common(&self, other: &Bounds) -> Option<Bounds> {
        let (a, b) = (self.possible(), other.possible());
        let found = Possible {
            numbers: a.numbers.zip(b.numbers).and_then(|(a, b)| a.common(&b)),
            truths: [a.truths[0] && b.truths[0], a.truths[1] && b.truths[1]],
            words: a.words & b.words,
            absences: a.absences & b.absences,
        };
        (found.is_value() || found.absences != 0).then(|| found.settled())
    }

    /// The least bounds that hold both.
    pub(crate) fn join(&self, other: &Bounds) -> Bounds {
        if self == other {
            return *self;
        }
        let mut found = self.possible();
        found.join(&other.possible());
        found.settled()
    }
}

/// An operation that needs both operands: the numbers of the result, and the absences that the absences of the operands make.
#[inline]
fn of_two(a: &Bounds, b: &Bounds, exact: impl FnOnce(&Value, &Value) -> Value, numbers: impl FnOnce(&Hull, &Hull) -> Hull) -> Bounds {
    match (a, b) {
        (Bounds::Exactly(a), Bounds::Exactly(b)) => Bounds::Exactly(exact(a, b)),
        _ => of_two_sets(a, b, |a, b| (Some(numbers(a, b)), 0)),
    }
}

#[inline(never)]
fn of_two_sets(a: &Bounds, b: &Bounds, numbers: impl FnOnce(&Hull, &Hull) -> (Option<Hull>, u8)) -> Bounds {
    // most often neither can be absent
    if let (Some(a), Some(b)) = (a.only_numbers(), b.only_numbers()) {
        let (numbers, absences) = numbers(&a, &b);
        return Possible { numbers, absences, ..Possible::default() }.settled();
    }
    let (a, b) = (a.possible(), b.possible());
    let mut found = Possible { absences: absent_of_two(&a, &b), ..Possible::default() };
    if let (Some(a), Some(b)) = (&a.numbers, &b.numbers) {
        let (numbers, absences) = numbers(a, b);
        found.numbers = numbers;
        found.absences |= absences;
    }
    found.settled()
}

/// An operation on one operand that keeps the order of numbers, or reverses it.
#[inline]
fn of_one(a: &Bounds, exact: impl Fn(&Value) -> Value, numbers: impl FnOnce(&Hull) -> Hull) -> Bounds {
    match a {
        Bounds::Exactly(value) => Bounds::Exactly(exact(value)),
        Bounds::Within(possible) => Possible { numbers: possible.numbers.as_ref().map(numbers), ..*possible }.settled(),
    }
}

/// Every truth and absence of an operand of 且 or 或.
fn truths(possible: &Possible) -> impl Iterator<Item = Value> + Clone {
    let truths = [false, true].into_iter().zip(possible.truths).filter(|(_, can)| *can).map(|(truth, _)| Value::Truth(truth));
    let absences = possible.absences;
    truths.chain(ABSENCES.into_iter().filter(move |absence| absences & bit_of(*absence) != 0).map(Value::Absent))
}

/// The table of [`Exact`] for every pair of possibilities.
fn pairwise(a: &Bounds, b: &Bounds, exact: impl Fn(&Value, &Value) -> Value) -> Bounds {
    if let (Bounds::Exactly(a), Bounds::Exactly(b)) = (a, b) {
        return Bounds::Exactly(exact(a, b));
    }
    let (a, b) = (a.possible(), b.possible());
    let mut found = Possible::default();
    for one in truths(&a) {
        for other in truths(&b) {
            found.admit(&exact(&one, &other));
        }
    }
    found.settled()
}

impl Bounds {
    /// The numbers, where it can be nothing else.
    fn only_numbers(&self) -> Option<Hull> {
        match self {
            Bounds::Exactly(Value::Number(number)) => Some(Hull::of(*number)),
            Bounds::Within(possible) if possible.absences == 0 => possible.numbers,
            _ => None,
        }
    }
}

impl Domain for Interval {
    type Value = Bounds;
    type Cell = Bounds;

    #[inline]
    fn constant(&self, literal: Literal) -> Bounds {
        Bounds::of(Exact.constant(literal))
    }

    #[inline]
    fn given(&self, cell: Option<Bounds>) -> Bounds {
        cell.unwrap_or(Bounds::Exactly(Value::Absent(Absence::Missing)))
    }

    #[inline]
    fn or_else(&self, first: &Bounds, second: &Bounds) -> Bounds {
        match first {
            Bounds::Exactly(Value::Absent(Absence::Missing)) => *second,
            Bounds::Within(possible) if possible.absences & bit_of(Absence::Missing) != 0 => {
                let mut found = *possible;
                found.absences &= !bit_of(Absence::Missing);
                found.join(&second.possible());
                found.settled()
            }
            given => *given,
        }
    }

    #[inline]
    fn same(&self, a: &Bounds) -> Bounds {
        *a
    }

    #[inline]
    fn sum(&self, terms: &[(Sign, StepId)], values: &[Bounds]) -> Option<Bounds> {
        if terms.iter().all(|(_, term)| matches!(values.get(*term), Some(Bounds::Exactly(_)))) {
            let of = |id: StepId| match values.get(id) {
                Some(Bounds::Exactly(value)) => Some(value),
                _ => None,
            };
            return super::exact::sum(terms, of).map(Bounds::Exactly);
        }
        let ((sign, first), rest) = terms.split_first()?;
        let first = values.get(*first)?;
        let mut sum = if *sign == Sign::Plus { *first } else { self.negate(first) };
        for (sign, term) in rest {
            let term = values.get(*term)?;
            sum = if *sign == Sign::Plus { self.plus(&sum, term) } else { self.minus(&sum, term) };
        }
        Some(sum)
    }

    #[inline]
    fn plus(&self, a: &Bounds, b: &Bounds) -> Bounds {
        of_two(a, b, |a, b| Exact.plus(a, b), Hull::plus)
    }

    #[inline]
    fn minus(&self, a: &Bounds, b: &Bounds) -> Bounds {
        of_two(a, b, |a, b| Exact.minus(a, b), |a, b| a.plus(&b.negated()))
    }

    #[inline]
    fn times(&self, a: &Bounds, b: &Bounds) -> Bounds {
        of_two(a, b, |a, b| Exact.times(a, b), Hull::times)
    }

    #[inline]
    fn over(&self, a: &Bounds, b: &Bounds, step: Option<Decimal>) -> Bounds {
        if let (Bounds::Exactly(a), Bounds::Exactly(b)) = (a, b) {
            return Bounds::Exactly(Exact.over(a, b, step));
        }
        of_two_sets(a, b, |a, b| (a.over(b), if b.holds(&Number::ZERO) { bit_of(Absence::Undefined) } else { 0 }))
    }

    #[inline]
    fn negate(&self, a: &Bounds) -> Bounds {
        of_one(a, |a| Exact.negate(a), Hull::negated)
    }

    #[inline]
    fn round(&self, a: &Bounds, step: Decimal, mode: Mode) -> Bounds {
        let apply = |a: &Value| Exact.round(a, step, mode);
        let whole = step.fract().is_zero();
        of_one(a, apply, |hull| hull.mapped(apply, whole))
    }

    fn either(&self, first: &Bounds, second: &Bounds) -> Bounds {
        first.join(second)
    }

    #[inline]
    fn cap(&self, a: &Bounds, b: &Bounds) -> Bounds {
        of_two(a, b, |a, b| Exact.cap(a, b), Hull::least)
    }

    #[inline]
    fn floor(&self, a: &Bounds, b: &Bounds) -> Bounds {
        of_two(a, b, |a, b| Exact.floor(a, b), Hull::greatest)
    }

    /// Of what is known exactly the exact result; else anything in the range that the function declares.
    fn call(&self, call: &Call, values: &[Bounds]) -> Option<Bounds> {
        let arguments: Option<Vec<&Bounds>> = call.arguments.iter().map(|argument| values.get(*argument)).collect();
        let arguments = arguments?;
        let exact: Option<Vec<Value>> = arguments.iter().map(|argument| argument.exact()).collect();
        if let Some(exact) = exact {
            return Some(Bounds::of(answer(call, &exact).unwrap_or(Value::Absent(Absence::Failed))));
        }
        let mut all = Possible { truths: [false, true], ..Possible::default() };
        for argument in &arguments {
            let argument = argument.possible();
            let absences = absent_of_two(&all, &argument);
            let value = all.is_value() && argument.is_value();
            all = Possible { truths: [false, value], absences, ..Possible::default() };
        }
        let mut found = Possible { absences: all.absences, ..Possible::default() };
        if all.is_value() {
            let end = |end: Option<(Decimal, bool)>| end.map(|(end, _)| Number::from(end));
            found.admit_numbers(&Hull::new(end(call.range.low), end(call.range.high)));
        }
        Some(found.settled())
    }

    fn clock(&self, clock: &Clock, a: &Bounds, b: &Bounds) -> Bounds {
        of_two(a, b, |a, b| Exact.clock(clock, a, b), |a, b| timed(clock, a, b))
    }

    #[inline]
    fn steps(&self, a: &Bounds, per: &Per, reading: Reading) -> Bounds {
        let apply = |a: &Value| Exact.steps(a, per, reading);
        of_one(a, apply, |hull| hull.mapped(apply, reading != Reading::ProRata))
    }

    #[inline]
    fn compare(&self, a: &Bounds, comparison: Comparison, b: &Bounds) -> Bounds {
        if let (Bounds::Exactly(a), Bounds::Exactly(b)) = (a, b) {
            return Bounds::Exactly(Exact.compare(a, comparison, b));
        }
        let (a, b) = (a.possible(), b.possible());
        let mut found = Possible { absences: absent_of_two(&a, &b), ..Possible::default() };
        if let (Some(a), Some(b)) = (&a.numbers, &b.numbers) {
            found.truths = a.compared(comparison, b);
        }
        if a.words != 0 && b.words != 0 {
            let one = a.words == b.words && a.words.is_power_of_two() && a.words != word_bit(127);
            found.truths = equal_or_not(comparison, found.truths, a.words & b.words != 0, !one);
        }
        for one in truths(&a).filter(|one| matches!(one, Value::Truth(_))) {
            for other in truths(&b).filter(|other| matches!(other, Value::Truth(_))) {
                found.admit(&Exact.compare(&one, comparison, &other));
            }
        }
        found.settled()
    }

    fn is_blank(&self, a: &Bounds) -> Bounds {
        match a {
            Bounds::Exactly(value) => Bounds::Exactly(Exact.is_blank(value)),
            Bounds::Within(possible) => {
                let missing = possible.absences & bit_of(Absence::Missing) != 0;
                let other = possible.is_value() || possible.absences & !bit_of(Absence::Missing) != 0;
                Possible { truths: [other, missing], ..Possible::default() }.settled()
            }
        }
    }

    fn is_undefined(&self, a: &Bounds) -> Bounds {
        match a {
            Bounds::Exactly(value) => Bounds::Exactly(Exact.is_undefined(value)),
            Bounds::Within(possible) => {
                let undefined = bit_of(Absence::Undefined);
                let truths = [possible.is_value(), possible.absences & undefined != 0];
                Possible { truths, absences: possible.absences & !undefined, ..Possible::default() }.settled()
            }
        }
    }

    #[inline]
    fn and(&self, a: &Bounds, b: &Bounds) -> Bounds {
        pairwise(a, b, |a, b| Exact.and(a, b))
    }

    #[inline]
    fn or(&self, a: &Bounds, b: &Bounds) -> Bounds {
        pairwise(a, b, |a, b| Exact.or(a, b))
    }

    #[inline]
    fn not(&self, a: &Bounds) -> Bounds {
        match a {
            Bounds::Exactly(value) => Bounds::Exactly(Exact.not(value)),
            Bounds::Within(possible) => Possible { truths: [possible.truths[1], possible.truths[0]], ..*possible }.settled(),
        }
    }

    #[inline]
    fn choose(&self, condition: &Bounds, a: &Bounds, b: &Bounds) -> Bounds {
        let possible = match condition {
            Bounds::Exactly(Value::Truth(true)) => return *a,
            Bounds::Exactly(Value::Truth(false)) => return *b,
            Bounds::Exactly(other) => return Bounds::Exactly(*other),
            Bounds::Within(possible) => possible,
        };
        let mut found = Possible { absences: possible.absences, ..Possible::default() };
        if possible.truths[1] {
            found.join(&a.possible());
        }
        if possible.truths[0] {
            found.join(&b.possible());
        }
        found.settled()
    }

    #[inline]
    fn pending(&self) -> Bounds {
        Bounds::of(Exact.pending())
    }

    #[inline]
    fn not_applicable(&self) -> Bounds {
        Bounds::of(Exact.not_applicable())
    }

    #[inline]
    fn no_row(&self) -> Bounds {
        Bounds::of(Exact.no_row())
    }
}

/// What an operation on days and times gives: time, and time worked, grow with the later moment and shrink with the earlier one, and
/// what lies behind a moment comes the later the later that is.
fn timed(clock: &Clock, a: &Hull, b: &Hull) -> Hull {
    let of = |a: Option<Number>, b: Option<Number>| Exact.clock(clock, &Value::Number(a?), &Value::Number(b?)).number().copied();
    match clock.kind {
        ClockKind::Between(_) => Hull::new(of(a.high, b.low), of(a.low, b.high)),
        // the time of day stays: of two moments on days off the earlier one may be moved behind the other
        ClockKind::After(Lapse::WorkingDays) if clock.of != Unit::Date => {
            let day = Number::from(Decimal::from(DAY));
            let beginning = |time: Number| time.over(&day).ok().flatten()?.floor().ok()?.times(&day).ok();
            let ending = |time: Number| beginning(time)?.plus(&day).ok();
            Hull::new(of(a.low, b.low).and_then(beginning), of(a.high, b.high).and_then(ending))
        }
        ClockKind::After(_) => Hull::new(of(a.low, b.low), of(a.high, b.high)),
    }
}

/// The truths of a comparison of words, of which it is known whether they can be equal, and whether they can differ.
fn equal_or_not(comparison: Comparison, so_far: [bool; 2], equal: bool, different: bool) -> [bool; 2] {
    let [no, yes] = match comparison {
        Comparison::Eq => [different, equal],
        Comparison::Ne => [equal, different],
        _ => [true, true],
    };
    [so_far[0] || no, so_far[1] || yes]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Cells, Until, run};
    use crate::plan::{FactId, Plan};
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn plan() -> &'static Plan {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| {
            let mut sources = crate::source::Sources::default();
            sources.add(
                "规则.kp",
                r#"
                标准 「例」 { 版本 "1"  周期 月  舍入 四舍五入  得分 取整到 0.01 分  并列 跳号 }
                层级 部门 满分 10 分
                函数 f(量: 件, 率: %) : 分 [0, 10) = rhai "f.rhai"
                数据 件数 : 件
                数据 满意率 : %
                指标 办理 满分 10 分 { 得分 = 满分 - f(件数, 满意率) / 2 }
                总分 = 合计
                排名 层级 依 总分
                "#,
            );
            sources.add_script("f.rhai", "fn f(a, b) { round((a * b) % 9, 0.01) }");
            crate::engine::compile(&sources).plan.unwrap()
        })
    }

    struct Row<C>([Option<C>; 2]);

    impl<C: Copy> Cells<C> for Row<C> {
        fn cell(&self, fact: FactId) -> Option<C> {
            self.0[fact]
        }
    }

    fn total<D: Domain + Copy>(domain: D, row: &impl Cells<D::Cell>) -> D::Value {
        let program = &plan().programs[0];
        let mut values = Vec::new();
        run(&domain, program, row, Until::Scores, &mut values);
        values[program.total].clone()
    }

    proptest! {
        #[test]
        fn what_a_call_gives_lies_within_its_bounds(counts in (0_i64..500, 0_i64..500), at in 0_i64..500, rate in 0_i64..=10000, width in 0_i64..300) {
            let number = |value: i64, scale: u32| Number::from(Decimal::new(value, scale));
            let (low, high) = (counts.0.min(counts.1), counts.0.max(counts.1));
            let (count, rate) = (number(at.clamp(low, high), 0), number(rate, 4));
            let exact = total(Exact, &Row([Some(Value::Number(count)), Some(Value::Number(rate))]));
            let wide = Bounds::between(Some(rate.minus(&number(width, 4)).unwrap()), Some(rate.plus(&number(width, 4)).unwrap()));
            let bounds = total(Interval, &Row([Some(Bounds::between(Some(number(low, 0)), Some(number(high, 0)))), Some(wide)]));
            prop_assert!(bounds.holds(&exact), "{exact:?} {bounds:?}");
            // what is known exactly is computed exactly
            let points = total(Interval, &Row([Some(Bounds::of(Value::Number(count))), Some(Bounds::of(Value::Number(rate)))]));
            prop_assert_eq!(points, Bounds::of(exact));
        }
    }

    /// A value of an operand: of the kind that the operation takes, or absent.
    fn number() -> impl Strategy<Value = Value> {
        prop_oneof![
            6 => (-40_i64..40, 1_i64..7).prop_map(|(over, under)| {
                Value::Number(Number::from(Decimal::from(over)).over(&Number::from(Decimal::from(under))).unwrap().unwrap())
            }),
            4 => (-6_i64..6).prop_map(|whole| Value::Number(Number::from(Decimal::from(whole)))),
            1 => absence(),
        ]
    }

    fn absence() -> impl Strategy<Value = Value> {
        prop::sample::select(ABSENCES.to_vec()).prop_map(Value::Absent)
    }

    fn truth() -> impl Strategy<Value = Value> {
        prop_oneof![4 => any::<bool>().prop_map(Value::Truth), 1 => absence()]
    }

    fn word() -> impl Strategy<Value = Value> {
        prop_oneof![4 => prop_oneof![0_usize..4, 125_usize..131].prop_map(Value::Symbol), 1 => absence()]
    }

    /// Bounds over some values, the numbers open or not, and one of the possibilities.
    fn operand(of: impl Strategy<Value = Value>) -> impl Strategy<Value = (Bounds, Value)> {
        (prop::collection::vec(of, 1..4), any::<prop::sample::Index>(), 0_u8..8, 0_i64..=10).prop_map(|(values, pick, open, part)| {
            let mut bounds = Bounds::one_of(&values);
            let mut member = values[pick.index(values.len())];
            let whole = values.iter().filter_map(Value::number).all(|number| number.decimal().is_some_and(|number| number.fract().is_zero()));
            if let (Value::Number(from), Some(hull)) = (member, bounds.numbers()) {
                // a number on the way to the upper end
                let to = hull.high.unwrap();
                let way = to.minus(&from).unwrap().times(&Number::from(Decimal::new(part, 1))).unwrap();
                if !whole {
                    member = Value::Number(from.plus(&way).unwrap());
                }
                let mut possible = bounds.possible();
                if open == 1 || open == 3 {
                    possible.numbers = Some(Hull { low: None, whole: false, ..hull });
                }
                if open == 2 || open == 3 {
                    possible.numbers = Some(Hull { high: None, whole: false, ..possible.numbers.unwrap() });
                }
                bounds = possible.settled();
            }
            (bounds, member)
        })
    }

    fn inside(bounds: &Bounds, exact: &Value) -> bool {
        // what cannot be held is no result
        *exact == Value::Absent(Absence::TooLarge) || bounds.holds(exact)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn operations_on_numbers_stay_inside((a, x) in operand(number()), (b, y) in operand(number()), hundredths in 1_i64..200, down in any::<bool>()) {
            let step = Decimal::new(hundredths, 2);
            prop_assert!(inside(&a, &x) && inside(&b, &y));
            let two: [(&str, Bounds, Value); 6] = [
                ("plus", Interval.plus(&a, &b), Exact.plus(&x, &y)),
                ("minus", Interval.minus(&a, &b), Exact.minus(&x, &y)),
                ("times", Interval.times(&a, &b), Exact.times(&x, &y)),
                ("over", Interval.over(&a, &b, None), Exact.over(&x, &y, None)),
                ("cap", Interval.cap(&a, &b), Exact.cap(&x, &y)),
                ("floor", Interval.floor(&a, &b), Exact.floor(&x, &y)),
            ];
            for (name, bounds, exact) in two {
                prop_assert!(inside(&bounds, &exact), "{name} of {x:?} in {a:?} and {y:?} in {b:?}: {exact:?} in {bounds:?}");
            }
            let mode = if down { Mode::ToZero } else { Mode::HalfUp };
            let per = Per::from(step);
            let reading = if down { Reading::Whole } else { Reading::Started };
            let one: [(&str, Bounds, Value); 6] = [
                ("negate", Interval.negate(&a), Exact.negate(&x)),
                ("round", Interval.round(&a, step, mode), Exact.round(&x, step, mode)),
                ("steps", Interval.steps(&a, &per, reading), Exact.steps(&x, &per, reading)),
                ("blank", Interval.is_blank(&a), Exact.is_blank(&x)),
                ("undefined", Interval.is_undefined(&a), Exact.is_undefined(&x)),
                ("or else", Interval.or_else(&a, &b), Exact.or_else(&x, &y)),
            ];
            for (name, bounds, exact) in one {
                prop_assert!(inside(&bounds, &exact), "{name} of {x:?} in {a:?}: {exact:?} in {bounds:?}");
            }
            for comparison in [Comparison::Eq, Comparison::Ne, Comparison::Lt, Comparison::Le, Comparison::Gt, Comparison::Ge] {
                let (bounds, exact) = (Interval.compare(&a, comparison, &b), Exact.compare(&x, comparison, &y));
                prop_assert!(inside(&bounds, &exact), "{x:?} in {a:?} {comparison:?} {y:?} in {b:?}: {exact:?} in {bounds:?}");
            }
        }

        #[test]
        fn operations_on_truths_and_words_stay_inside((a, x) in operand(truth()), (b, y) in operand(truth()), (c, z) in operand(word()), (d, w) in operand(word())) {
            let all: [(&str, Bounds, Value); 6] = [
                ("and", Interval.and(&a, &b), Exact.and(&x, &y)),
                ("or", Interval.or(&a, &b), Exact.or(&x, &y)),
                ("not", Interval.not(&a), Exact.not(&x)),
                ("choose", Interval.choose(&a, &c, &d), Exact.choose(&x, &z, &w)),
                ("equal", Interval.compare(&c, Comparison::Eq, &d), Exact.compare(&z, Comparison::Eq, &w)),
                ("not equal", Interval.compare(&a, Comparison::Ne, &b), Exact.compare(&x, Comparison::Ne, &y)),
            ];
            for (name, bounds, exact) in all {
                prop_assert!(inside(&bounds, &exact), "{name}: {exact:?} in {bounds:?}");
            }
        }
    }

    #[test]
    fn ends_are_no_wider_than_they_must_be() {
        let number = |value: i64| Some(Number::from(Decimal::from(value)));
        let between = |low: i64, high: i64| Bounds::between(number(low), number(high));
        let counts = Bounds::whole_between(number(0), number(4));
        // 2 to 6 parts of 0 to 4 whole things, of which there may be none
        let shares = Interval.over(&between(2, 6), &counts, None);
        assert_eq!(shares.numbers(), Some(Hull::new(Some(Number::from(Decimal::new(5, 1))), number(6))));
        assert!(shares.can_be_absent(Absence::Undefined));
        assert_eq!(Interval.times(&between(-2, 3), &between(-5, 4)), between(-15, 12));
        assert_eq!(Interval.over(&between(-2, 3), &between(1, 4), None), between(-2, 3));
        assert_eq!(Interval.over(&Bounds::between(number(1), None), &Bounds::between(number(2), None), None).numbers(), Some(Hull::new(number(0), None)));
        // what lies above 3 for certain is not below 3
        assert_eq!(Interval.compare(&between(4, 9), Comparison::Le, &between(0, 3)), Bounds::of(Value::Truth(false)));
        assert_eq!(Interval.cap(&Bounds::between(number(7), None), &between(5, 5)), between(5, 5));
    }

    #[test]
    fn an_absent_argument_is_an_absent_result_and_anything_stays_anything() {
        let number = |value: i64| Some(Number::from(Decimal::from(value)));
        let count = Bounds::between(number(0), number(10));
        assert_eq!(total(Interval, &Row([Some(count), None])), Bounds::of(Value::Absent(Absence::Missing)));
        // 10 - 10 / 2 to 10 - 0 / 2, the range that the function declares; where nothing is known of an argument, any absence besides
        let anything = total(Interval, &Row([Some(count), Some(Bounds::ANY)]));
        assert_eq!(anything.numbers(), Some(Hull::new(number(5), number(10))));
        assert!(ABSENCES.into_iter().all(|absence| anything.can_be_absent(absence)));
        let rate = Bounds::between(number(0), number(1));
        assert_eq!(total(Interval, &Row([Some(count), Some(rate)])), Bounds::between(number(5), number(10)));
    }
}
