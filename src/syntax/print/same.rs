//! Whether what was printed reads like what was written: the guard between the formatter and the author's file.

use crate::syntax::from_text::{P, Rule, meaning, statements};
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
}

/// Compares the trees without places, every text, and the comments in their order.
pub(super) fn compare(before: &str, after: &str) -> Result<(), Mismatch> {
    match (meaning(before), meaning(after)) {
        (Some(before), Some(after)) if before == after => {}
        (_, None) => return Err(Mismatch::Unreadable),
        _ => return Err(Mismatch::Tree),
    }
    if texts(before) == texts(after) && comments(before) == comments(after) { Ok(()) } else { Err(Mismatch::Texts) }
}

/// Every text without its marks: notes of some declarations have no place in the tree.
fn texts(text: &str) -> Vec<&str> {
    let words = statements(text).into_iter().flatten().flat_map(|pair| P::into_inner(pair).flatten());
    words.filter(|pair| pair.as_rule() == Rule::text).map(|pair| pair.as_str().trim_matches(['"', '“', '”'])).collect()
}
