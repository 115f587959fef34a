//! The questions of an auditor, asked of plans and evaluations.
//!
//! In: a plan, facts, results and what was published. Out: verdicts and witnesses as data. Never: a tolerance, a rule of its own:
//! every answer is a walk of the one plan over some kind of values.

pub(crate) mod invert;
pub(crate) mod printed;
pub(crate) mod receipt;
pub(crate) mod reconcile;
pub(crate) mod relaxed;
pub(crate) mod rounding;
mod stand;
