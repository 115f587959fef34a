//! kaoping
pub mod quantity;
pub mod source;
pub mod diag;
pub(crate) mod syntax;
pub(crate) mod resolved;
pub mod plan;
pub(crate) mod eval;
pub(crate) mod facts;
pub mod results;
