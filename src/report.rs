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
pub(crate) use whatif::{Freed, WhatifReport, whatif_json, whatif_text};
pub(crate) use workbook::{Derivations, workbook};

use crate::diag::Lang;
use crate::eval::domain::Hull;
use crate::plan::Plan;
use crate::results::{Place, Places, Span, print};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

/// A number as results print it; its ends where it is known in part.
fn printed(plan: &Plan, hull: &Hull, step: Decimal) -> Option<String> {
    match hull.point() {
        Some(number) => print(plan, &number, step),
        None => Some(Span::of(plan, hull, step).to_string()),
    }
}

/// The same as data: a number, or the ends of what it can be.
fn number_or_ends(plan: &Plan, hull: Option<&Hull>, step: Decimal) -> (Option<String>, Option<Span>) {
    match hull.map(|hull| (hull, hull.point())) {
        None => (None, None),
        Some((_, Some(number))) => (print(plan, &number, step), None),
        Some((hull, None)) => (None, Some(Span::of(plan, hull, step))),
    }
}

fn places([best, worst]: [Decimal; 2]) -> Places {
    Places { best: Place(best), worst: Place(worst) }
}

/// A place as data: one, or the ends of what it can be.
fn place_or_ends(rank: Option<[Decimal; 2]>) -> (Option<Place>, Option<Places>) {
    match rank.map(places) {
        None => (None, None),
        Some(places) if places.best == places.worst => (Some(places.best), None),
        Some(places) => (None, Some(places)),
    }
}

/// Puts in what a value is, and its ends where it is known in part.
fn put(data: &mut Map<String, Json>, [one, ends]: [&str; 2], (value, between): (Option<impl Serialize>, Option<impl Serialize>)) {
    data.insert(one.to_owned(), json!(value));
    if let Some(between) = between {
        data.insert(ends.to_owned(), json!(between));
    }
}

/// One of two texts.
fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
