//! Whether what was printed reads like what was written: the guard between the formatter and the author's file.

use crate::syntax::from_text::{P, Reading, Rule};
use crate::syntax::tokens::comments;

/// What differs between a text and its print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mismatch {
    /// The print cannot be read.
    #[error("the layout cannot be read")]
    Unreadable,
    /// Its tree is another.
    #[error("the layout has another tree")]
    Tree,
    /// Its comments or texts are others.
    #[error("the layout has other comments or texts")]
    Texts,
    /// What stands around the rules of a Markdown text would change.
    #[error("the layout changes what is no rule")]
    Prose,
}

/// Compares the trees without places, every text, and the comments in their order.
pub(super) fn compare((before, written): (&str, &Reading<'_>), (after, printed): (&str, &Reading<'_>)) -> Result<(), Mismatch> {
    if written.meaning() != printed.meaning() {
        return Err(Mismatch::Tree);
    }
    if texts(written).eq(texts(printed)) && comments(before) == comments(after) { Ok(()) } else { Err(Mismatch::Texts) }
}

/// Every text without its marks: notes of some declarations have no place in the tree.
fn texts<'t>(reading: &Reading<'t>) -> impl Iterator<Item = &'t str> {
    let words = reading.statements().flat_map(|pair| P::into_inner(pair).flatten());
    words.filter(|pair| pair.as_rule() == Rule::text).map(|pair| pair.as_str().trim_matches(['"', '“', '”']))
}
