//! The long text of every code.

use super::{Code, Lang};

/// The page of a code.
pub(super) fn page(code: Code, lang: Lang) -> &'static str {
    let _ = (code, lang);
    ""
}
