//! What an audit found of a month that was published: the page shows it beside the scores.

use crate::audit::printed::Printed;
use crate::audit::reconcile::{self, Reconciled};
use crate::diag::Lang;
use crate::golden::published::Column;
use crate::plan::Plan;
use crate::report::claims::{ClaimsView, verdict_word};
use crate::report::pick;
use crate::report::reconciled::why;

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Of published cells.
    pub(crate) cells: Vec<CellVerdict>,
    /// Of claims in prose.
    pub(crate) claims: Vec<ClaimVerdict>,
}

/// Whether a published number is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Consistent,
    /// It is, if numbers were added before they were rounded for print.
    Rounding,
    Inconsistent,
    Unknown,
}

impl Verdict {
    /// The letter of its mark.
    pub(super) fn letter(self) -> char {
        match self {
            Verdict::Consistent => 'c',
            Verdict::Rounding => 'r',
            Verdict::Inconsistent => 'x',
            Verdict::Unknown => 'u',
        }
    }
}

/// A published cell.
#[derive(Debug)]
pub(crate) struct CellVerdict {
    pub(crate) unit: String,
    /// Its heading, as the rules name the indicator or the total.
    pub(crate) column: String,
    pub(crate) published: String,
    pub(crate) computed: Option<String>,
    pub(crate) verdict: Verdict,
    pub(crate) why: String,
}

/// A sentence that was published.
#[derive(Debug)]
pub(crate) struct ClaimVerdict {
    pub(crate) id: String,
    /// The line of the file of claims.
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) verdict: ClaimOutcome,
    /// The verdict and what it is worth, in words.
    pub(crate) said: &'static str,
    /// What was found in its place.
    pub(crate) found: String,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimOutcome {
    Holds,
    Fails,
    Unknown,
}

/// The verdicts on published cells, each by what the page calls what the cell prints.
pub(crate) fn cells_found(plan: &Plan, found: &Reconciled, printed: &Printed, lang: Lang) -> Vec<CellVerdict> {
    let total = || plan.total_columns.first().cloned().unwrap_or_else(|| pick(lang, "总分", "total").to_owned());
    let verdict = |verdict: reconcile::Verdict| match verdict {
        reconcile::Verdict::Consistent => Verdict::Consistent,
        reconcile::Verdict::Rounding => Verdict::Rounding,
        reconcile::Verdict::Inconsistent => Verdict::Inconsistent,
        reconcile::Verdict::Unknown => Verdict::Unknown,
    };
    let cell = |checked: &reconcile::Checked| {
        let source = printed.cells.iter().find(|cell| (cell.table, Some(cell.row), &cell.column) == (checked.table, checked.row, &checked.column));
        let column = match source.map(|cell| (cell.shows, cell.item)) {
            Some((Column::Total, _)) => total(),
            Some((Column::Rank, _)) => pick(lang, "名次", "rank").to_owned(),
            Some((Column::Item, Some(item))) => plan.items.get(item).map_or_else(|| checked.column.clone(), |item| item.name.clone()),
            _ => checked.column.clone(),
        };
        CellVerdict {
            unit: checked.unit.clone(),
            column,
            published: checked.published.clone(),
            computed: checked.computed.clone(),
            verdict: verdict(checked.verdict),
            why: why(checked, lang),
        }
    };
    found.cells.iter().map(cell).collect()
}

/// The verdicts on claims.
pub(crate) fn claims_found(view: &ClaimsView, lang: Lang) -> Vec<ClaimVerdict> {
    let outcome = |verdict: &str| match verdict {
        "holds" => ClaimOutcome::Holds,
        "fails" => ClaimOutcome::Fails,
        _ => ClaimOutcome::Unknown,
    };
    let claim = |claim: &crate::report::claims::ClaimView| ClaimVerdict {
        id: claim.id.clone(),
        line: claim.line,
        text: claim.text.clone(),
        verdict: outcome(claim.verdict),
        said: verdict_word(claim, lang),
        found: claim.found.clone(),
    };
    view.claims.iter().map(claim).collect()
}
