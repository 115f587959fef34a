//! The questions of an auditor, asked of plans and evaluations.
//!
//! In: a plan, facts, results and what was published. Out: verdicts and witnesses as data. Never: a tolerance, a rule of its own:
//! every answer is a walk of the one plan over some kind of values.

mod area;
mod binding;
mod changing;
pub(crate) mod claims;
pub(crate) mod denominators;
pub(crate) mod distribution;
mod goal;
pub(crate) mod invert;
mod levers;
pub(crate) mod printed;
pub(crate) mod receipt;
pub(crate) mod reconcile;
pub(crate) mod relaxed;
mod rivals;
pub(crate) mod rounding;
mod sensitivity;
mod stand;

pub(crate) use binding::{Binding, BoundClause, Shift};
pub(crate) use changing::{Changing, Standing};
pub(crate) use goal::{Aim, Goal, Way, goal};
pub(crate) use levers::{Lever, Stuck, apart, freed, is_outside, wanted};
pub(crate) use rivals::Ranked;
pub(crate) use sensitivity::{Neighbour, Sensitivity, Stand, sensitivity};
