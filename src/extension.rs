//! Formulas that rules leave to a script.
//!
//! In: the scripts of a policy, and the numbers of one call. Out: compiled [`Script`]s with what is wrong with them, and of a call
//! the exact [`Number`](crate::quantity::Number) it returns or why it fails. Never: a file, a clock, a random number, a binary float,
//! anything that outlives the call; a script knows its arguments and nothing else.
//!
//! Only this stage names the script engine. There is one [`Sandbox`], and what it does not list a script does not have.

mod exact;
mod failure;
mod sandbox;
mod script;

pub(crate) use failure::Failure;
pub(crate) use script::{Absent, Argument, Function, Script, Scripts};

#[cfg(test)]
mod tests;
