//! What an audit found of a month that was published: the page shows it beside the scores.

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
