//! Checks against what is known from outside: the cases in rule files, and published months.
//!
//! In: a plan, and a folder with facts and published tables. Out: for every case and month what differs, and for every published
//! column what its agreement rests on. Never: a tolerance; a difference that is known is written down with both values and why.

pub(crate) mod case;
pub(crate) mod month;
pub(crate) mod published;

/// One value that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) unit: String,
    pub(crate) column: String,
    pub(crate) expected: String,
    pub(crate) computed: String,
}
