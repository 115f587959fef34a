//! Calls of extension functions: values to arguments, and a result that keeps to its declaration.

use super::domain::{Absence, Value};
use crate::extension::{Argument, Failure};
use crate::plan::{Call, StepId};
use crate::quantity::{Mode, Number, round_to};

/// The result of a call, an absence where an argument is absent.
///
/// # Errors
/// Where the script fails, or its result is not what the function declares.
pub(crate) fn answer(call: &Call, arguments: &[Value]) -> Result<Value, Failure> {
    if let Some(absence) = arguments.iter().filter_map(Value::absence).min() {
        return Ok(Value::Absent(absence));
    }
    let words = &call.function.symbols;
    let arguments: Vec<Argument<'_>> = arguments
        .iter()
        .map(|value| match value {
            Value::Number(number) => Argument::Number(*number),
            Value::Truth(truth) => Argument::Truth(*truth),
            Value::Symbol(symbol) => Argument::Word(words.get(*symbol).map_or("", String::as_str)),
            // INVARIANT: absent arguments were turned away above.
            Value::Absent(_) => Argument::Word(""),
        })
        .collect();
    let result = call.function.script.call(&arguments)?;
    if !call.range.holds(&result) {
        return Err(Failure::Outside(result));
    }
    let cut = round_to(&result, call.function.step, Mode::ToZero);
    match cut {
        Ok(cut) if Number::from(cut) == result => Ok(Value::Number(Number::from(cut))),
        _ => Err(Failure::Finer(result)),
    }
}

/// The result of a call over the values of a program. None where an argument is not there.
#[inline(never)]
pub(super) fn exact<'v>(call: &Call, of: impl Fn(StepId) -> Option<&'v Value>) -> Option<Value> {
    let arguments: Option<Vec<Value>> = call.arguments.iter().map(|argument| of(*argument).copied()).collect();
    Some(answer(call, &arguments?).unwrap_or(Value::Absent(Absence::Failed)))
}
