//! kaoping 考评 states an evaluation standard as data and stands behind every score it gives.
//!
//! The pipeline, top to bottom; data moves down it only:
//!
//! ```text
//! quantity   exact numbers, units and grids; the one rounding function
//! calendar   working time: hours of the week, holidays, days worked instead
//! source     the only reader of policy text: files, encodings, spans
//! diag       diagnostics as data, their codes and renderings
//! syntax     text -> ast: grammar, recovery; both skins give one tree; and back to text in the one layout
//! amended    amendments -> the text of every version, each stretch with where it was written
//! extension  scripts -> functions: the sandbox, exact numbers at its boundary
//! resolved   ast -> names bound, units checked, marks added up
//! plan       resolved -> flat steps in dependency order, one program a tier
//! period     months, quarters and years
//! eval       one evaluator over a plan, generic over the domain of values
//! facts      tables -> typed facts, each with its cell and provenance; the register of units
//! draft      a spreadsheet of indicators -> a first rule text
//! results    units, indicators, totals, places: the JSON contract
//! explain    how a score came about, as data
//! golden     cases and published months against what is computed
//! difference two versions -> what changed in meaning, and what that does to a month
//! audit      what follows from what is partly known, and what was published, against the rules
//! report     texts for people
//! document   a standard as one page: its text, its rules, its tables, and links between them
//! engine     the same for programs: compile once, score tables in memory
//! cli        the command line
//! ```
//!
//! What is absent: nothing below `cli` prints or exits; evaluation does no IO, reads no clock and draws no random number; only
//! `syntax` knows the parser generator, only `extension` knows the script engine, only `facts` reads tables, only `report` words results. There is no binary float anywhere.
//! The program `kaoping-replay`, which replays the receipts of `score`, shares nothing with all this: `src/bin/kaoping-replay.rs`.
//! Nothing here knows a city, a hotline or any other field: every rule, name and number lives in the files of a policy.

// the parser generator names it where it does without the check of the stack
extern crate alloc;

pub mod cli;
pub mod diag;
pub mod engine;
pub mod plan;
pub mod quantity;
pub mod results;
pub mod source;

pub(crate) mod amended;
pub(crate) mod audit;
pub(crate) mod calendar;
pub(crate) mod difference;
pub(crate) mod document;
pub(crate) mod draft;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod extension;
pub(crate) mod facts;
pub(crate) mod golden;
pub(crate) mod period;
pub(crate) mod report;
pub(crate) mod resolved;
pub(crate) mod syntax;

pub use engine::{Compiled, Scores, Table};
pub use plan::Plan;
pub use results::Results;
