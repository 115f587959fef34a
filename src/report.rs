//! Texts and files for people: tables of results, derivations, sentences.
//!
//! In: results and traces. Out: text in Chinese or English, Markdown, CSV or a workbook. Results pass through one [`View`], and
//! every format is written from it by a file of its own. Never: arithmetic; every number was computed before.

mod derivation;
mod difference;
mod gathered;
mod inversion;
mod markdown;
mod needs;
mod receipt;
mod reconciled;
mod records;
mod rounding;
mod sentence;
mod separated;
mod table;
pub(crate) mod template;
mod value;
mod view;
mod workbook;

pub(crate) use derivation::derivation;
pub(crate) use difference::{by_block, differences};
pub(crate) use inversion::{Inverted, inversions};
pub(crate) use markdown::{derivation_in_markdown, markdown};
pub(crate) use needs::{needs, needs_besides};
pub(crate) use receipt::{finding, unchecked, verdict, verified_text};
pub(crate) use reconciled::{reconciled, reconciled_as_csv, reconciled_as_json, reconciled_in_markdown};
pub(crate) use records::records;
pub(crate) use rounding::{inferred, inferred_as_json};
pub(crate) use sentence::explanation;
pub(crate) use separated::comma_separated;
pub(crate) use table::{Fold, Look, table};
pub(crate) use view::{Extent, View};
pub(crate) use workbook::{Derivations, workbook};

use crate::diag::Lang;

/// One of two texts.
fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
