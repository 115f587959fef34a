//! Texts and files for people: tables of results, derivations, sentences.
//!
//! In: results and traces. Out: text in Chinese or English, Markdown, CSV or a workbook. Results pass through one [`View`], and
//! every format is written from it by a file of its own. Never: arithmetic; every number was computed before.

mod claims;
mod derivation;
mod difference;
mod gathered;
mod goal;
mod inversion;
mod markdown;
mod needs;
mod page;
mod receipt;
mod reconciled;
mod records;
mod rounding;
mod rows;
mod sensitivity;
mod sentence;
mod separated;
mod table;
pub(crate) mod template;
mod value;
mod view;
mod whatif;
mod workbook;

pub(crate) use claims::{ClaimsView, claims_in_csv, claims_in_markdown, claims_in_text};
pub(crate) use derivation::derivation;
pub(crate) use difference::{by_block, differences};
pub(crate) use goal::{GoalReport, goal_json, goal_text, stuck_words};
pub(crate) use inversion::{Inverted, inversions};
pub(crate) use markdown::{derivation_in_markdown, markdown};
pub(crate) use needs::{needs, needs_besides};
pub(crate) use page::{Findings, Subject, cells_found, claims_found, page};
pub(crate) use receipt::{finding, unchecked, verdict, verified_text};
pub(crate) use reconciled::{reconciled, reconciled_as_csv, reconciled_as_json, reconciled_in_markdown};
pub(crate) use records::records;
pub(crate) use rounding::{inferred, inferred_as_json};
pub(crate) use rows::Writing;
pub(crate) use sensitivity::{SensitivityReport, sensitivity_json, sensitivity_table};
pub(crate) use sentence::explanation;
pub(crate) use separated::comma_separated;
pub(crate) use table::{Fold, Look, table};
pub(crate) use view::{Extent, View};
pub(crate) use whatif::{WhatifReport, whatif_json, whatif_text};
pub(crate) use workbook::{Derivations, workbook};

use crate::diag::Lang;

/// One of two texts.
fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
