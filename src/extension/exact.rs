//! The numbers of a script: exact, whatever it writes.
//!
//! A number is held as an integer where it is whole, as a decimal where its digits end, else as a [`Fraction`]; every operator takes
//! every pair of them and gives the exact result in that form again. So 7 / 2 is 3.5 and 1 / 3 × 3 is 1, and where the exact result
//! cannot be held the script fails.

use std::any::TypeId;
use std::cmp::Ordering;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext, Position};
use rust_decimal::Decimal;

use super::failure::Trouble;
use crate::quantity::{Mode, Number, TooLarge, round_to};

/// A number whose digits do not end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction(Number);

/// A type that numbers of a script are held in.
trait Form: rhai::Variant + Clone {
    fn number(&self) -> Number;
}

impl Form for i64 {
    fn number(&self) -> Number {
        Number::from(Decimal::from(*self))
    }
}

impl Form for Decimal {
    fn number(&self) -> Number {
        Number::from(*self)
    }
}

impl Form for Fraction {
    fn number(&self) -> Number {
        self.0
    }
}

/// What scripts can call, with the number of arguments, those behind a dot included.
pub(super) const FUNCTIONS: &[(&str, usize)] = &[
    ("min", 2),
    ("取小", 2),
    ("max", 2),
    ("取大", 2),
    ("abs", 1),
    ("绝对值", 1),
    ("round", 2),
    ("取整", 2),
    ("round_up", 2),
    ("进一", 2),
    ("round_down", 2),
    ("去尾", 2),
    ("len", 1),
    ("长度", 1),
    ("push", 2),
    ("添加", 2),
    ("contains", 2),
    ("包含", 2),
];

/// An operation on two numbers.
type Operation = fn(&Number, &Number) -> Answer;
/// Whether an order is the one that a comparison asks for.
type Holds = fn(Ordering) -> bool;

type Answer = Result<Dynamic, Box<EvalAltResult>>;

/// A number in the form that scripts hold it in.
pub(super) fn held(number: &Number) -> Dynamic {
    let ended = number.decimal().or_else(|| {
        let cut = round_to(number, Decimal::new(1, 14), Mode::ToZero).ok()?;
        (Number::from(cut) == *number).then_some(cut)
    });
    let Some(decimal) = ended.map(|decimal| decimal.normalize()) else { return Dynamic::from(Fraction(*number)) };
    match i64::try_from(decimal.mantissa()) {
        Ok(whole) if decimal.scale() == 0 => Dynamic::from(whole),
        _ => Dynamic::from(decimal),
    }
}

/// The number that a value of a script is, if it is one.
pub(super) fn number_of(value: &Dynamic) -> Option<Number> {
    let whole = value.as_int().ok().map(|whole| whole.number());
    let decimal = || value.as_decimal().ok().map(Number::from);
    whole.or_else(decimal).or_else(|| value.clone().try_cast::<Fraction>().map(|fraction| fraction.0))
}

/// Equality of what a script may compare: numbers by value, anything else only with its own kind.
fn same(a: &Dynamic, b: &Dynamic) -> bool {
    match (number_of(a), number_of(b)) {
        (Some(a), Some(b)) => return a == b,
        (None, None) => {}
        _ => return false,
    }
    let texts = a.clone().into_immutable_string().ok().zip(b.clone().into_immutable_string().ok());
    let truths = a.as_bool().ok().zip(b.as_bool().ok());
    texts.is_some_and(|(a, b)| a == b) || truths.is_some_and(|(a, b)| a == b)
}

fn trouble(trouble: Trouble) -> Answer {
    Err(EvalAltResult::ErrorRuntime(Dynamic::from(trouble), Position::NONE).into())
}

fn exactly(result: Result<Number, TooLarge>) -> Answer {
    match result {
        Ok(number) => Ok(held(&number)),
        Err(TooLarge) => trouble(Trouble::TooLarge),
    }
}

fn plus(a: &Number, b: &Number) -> Answer {
    exactly(a.plus(b))
}

fn minus(a: &Number, b: &Number) -> Answer {
    exactly(a.minus(b))
}

fn times(a: &Number, b: &Number) -> Answer {
    exactly(a.times(b))
}

fn over(a: &Number, b: &Number) -> Answer {
    match a.over(b) {
        Ok(None) => trouble(Trouble::DivisionByZero),
        Ok(Some(quotient)) => exactly(Ok(quotient)),
        Err(TooLarge) => exactly(Err(TooLarge)),
    }
}

/// What a division by whole times leaves; it has the sign of the dividend.
fn remainder(a: &Number, b: &Number) -> Answer {
    let quotient = match a.over(b) {
        Ok(Some(quotient)) => quotient,
        Ok(None) => return trouble(Trouble::DivisionByZero),
        Err(TooLarge) => return exactly(Err(TooLarge)),
    };
    let whole = round_to(&quotient, Decimal::ONE, Mode::ToZero).map(Number::from);
    exactly(whole.and_then(|whole| a.minus(&whole.times(b)?)))
}

/// Registers what every pair of numbers can do.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Fraction>("fraction");
    of_pairs::<i64>(engine);
    of_pairs::<Decimal>(engine);
    of_pairs::<Fraction>(engine);
    of_one::<i64>(engine);
    of_one::<Decimal>(engine);
    of_one::<Fraction>(engine);
    of_arrays(engine);
    incomparable::<ImmutableString, bool>(engine);
    incomparable::<Array, Array>(engine);
    incomparable::<Map, Map>(engine);
    // alternatives of a switch are parted by the sign that would join bits
    engine.register_fn("|", |_: i64, _: i64| trouble(Trouble::NoOperation));
    engine.register_fn("!", |truth: bool| !truth);
    for name in ["contains", "包含"] {
        engine.register_fn(name, |list: &mut Array, value: Dynamic| list.iter().any(|other| same(other, &value)));
    }
}

fn of_pairs<A: Form>(engine: &mut Engine) {
    pair::<A, i64>(engine);
    pair::<A, Decimal>(engine);
    pair::<A, Fraction>(engine);
}

fn pair<A: Form, B: Form>(engine: &mut Engine) {
    let operators: [(&str, &str, Operation); 5] = [("+", "+=", plus), ("-", "-=", minus), ("*", "*=", times), ("/", "/=", over), ("%", "%=", remainder)];
    for (operator, assigning, apply) in operators {
        engine.register_fn(operator, move |a: A, b: B| apply(&a.number(), &b.number()));
        // the result may be held in another form than the variable was
        let types = [TypeId::of::<A>(), TypeId::of::<B>()];
        engine.register_raw_fn(assigning, types, move |_: NativeCallContext<'_>, arguments: &mut [&mut Dynamic]| {
            if let [a, b] = arguments
                && let (Some(left), Some(right)) = (number_of(a), number_of(b))
            {
                **a = apply(&left, &right)?;
            }
            Ok(())
        });
    }
    let comparisons: [(&str, Holds); 6] =
        [("==", Ordering::is_eq), ("!=", Ordering::is_ne), ("<", Ordering::is_lt), ("<=", Ordering::is_le), (">", Ordering::is_gt), (">=", Ordering::is_ge)];
    for (operator, holds) in comparisons {
        engine.register_fn(operator, move |a: A, b: B| holds(a.number().cmp(&b.number())));
    }
    for name in ["min", "取小"] {
        engine.register_fn(name, |a: A, b: B| held(&a.number().min(b.number())));
    }
    for name in ["max", "取大"] {
        engine.register_fn(name, |a: A, b: B| held(&a.number().max(b.number())));
    }
    // by the mode of the standard, which the call carries
    for name in ["round", "取整"] {
        engine.register_fn(name, |context: NativeCallContext<'_>, a: A, step: B| rounded(&a.number(), &step.number(), mode(&context)));
    }
    for (name, mode) in [("round_up", Mode::FromZero), ("进一", Mode::FromZero), ("round_down", Mode::ToZero), ("去尾", Mode::ToZero)] {
        engine.register_fn(name, move |a: A, step: B| rounded(&a.number(), &step.number(), mode));
    }
}

fn rounded(value: &Number, step: &Number, mode: Mode) -> Answer {
    match step.decimal() {
        Some(step) if step > Decimal::ZERO => exactly(round_to(value, step, mode).map(Number::from)),
        _ => trouble(Trouble::BadStep),
    }
}

/// The mode of the standard as a call carries it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rounding(pub(super) Mode);

fn mode(context: &NativeCallContext<'_>) -> Mode {
    context.tag().and_then(|tag| tag.clone().try_cast::<Rounding>()).map_or(Mode::HalfUp, |rounding| rounding.0)
}

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// Values of two kinds do not compare; the engine would take them for unequal and go on.
fn incomparable<A: rhai::Variant + Clone, B: rhai::Variant + Clone>(engine: &mut Engine) {
    for operator in COMPARISONS {
        engine.register_fn(operator, |_: A, _: B| trouble(Trouble::Incomparable));
        engine.register_fn(operator, |_: B, _: A| trouble(Trouble::Incomparable));
    }
}

fn of_one<A: Form>(engine: &mut Engine) {
    incomparable::<A, ImmutableString>(engine);
    incomparable::<A, bool>(engine);
    incomparable::<A, char>(engine);
    incomparable::<A, Array>(engine);
    incomparable::<A, Map>(engine);
    // whether a variable was set can be asked, not how large nothing is
    for operator in COMPARISONS.into_iter().filter(|operator| !matches!(*operator, "==" | "!=")) {
        engine.register_fn(operator, |_: A, (): ()| trouble(Trouble::Incomparable));
        engine.register_fn(operator, |(): (), _: A| trouble(Trouble::Incomparable));
    }
    engine.register_fn("-", |a: A| held(&a.number().negated()));
    engine.register_fn("+", |a: A| held(&a.number()));
    for name in ["abs", "绝对值"] {
        engine.register_fn(name, |a: A| {
            let number = a.number();
            held(&if number < Number::ZERO { number.negated() } else { number })
        });
    }
    // for the words of a throw
    engine.register_fn("+", |text: ImmutableString, a: A| ImmutableString::from(format!("{text}{}", shown(&a.number()))));
    engine.register_fn("+=", |text: &mut ImmutableString, a: A| *text = ImmutableString::from(format!("{text}{}", shown(&a.number()))));
    engine.register_fn("+", |a: A, text: ImmutableString| ImmutableString::from(format!("{}{text}", shown(&a.number()))));
}

fn of_arrays(engine: &mut Engine) {
    for name in ["len", "长度"] {
        engine.register_fn(name, |list: &mut Array| i64::try_from(list.len()).unwrap_or(i64::MAX));
    }
    for name in ["push", "添加"] {
        engine.register_fn(name, |list: &mut Array, value: Dynamic| list.push(value));
    }
    engine.register_iterator::<Array>();
    engine.register_iterator::<std::ops::Range<i64>>();
    engine.register_iterator::<std::ops::RangeInclusive<i64>>();
}

/// A number as a script's own words show it.
pub(super) fn shown(number: &Number) -> String {
    match number_of(&held(number)).and_then(|number| number.decimal()) {
        Some(decimal) => crate::quantity::plain(decimal),
        None => {
            let (over, under) = number.parts();
            format!("{}/{}", crate::quantity::plain(over), crate::quantity::plain(under))
        }
    }
}
