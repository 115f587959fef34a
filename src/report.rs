//! Texts for people: tables of results, derivations, sentences.
//!
//! In: results and traces. Out: text in Chinese or English. Never: arithmetic; every number was computed before.

mod derivation;
mod needs;
mod sentence;
mod table;
pub(crate) mod template;
mod value;

pub(crate) use derivation::derivation;
pub(crate) use needs::needs;
pub(crate) use sentence::sentence;
pub(crate) use table::{Fold, Look, table};

use crate::diag::Lang;

/// One of two texts.
fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
