//! A rule file in the one layout, in the skin it is written in or in the other.
//!
//! In: the text of a file without syntax faults. Out: the same statements and comments, laid out anew. What comes out depends on
//! the words and signs, on the comments and whether they stand on lines of their own, and on blank lines between statements; not
//! on line breaks, indentation or spaces. Never: a text that does not read like the one that came in, see [`same`].

mod comment;
mod doc;
mod expression;
mod literate;
mod node;
mod run;
mod same;
mod spelling;
mod statement;

use super::from_text::Reading;
use crate::diag::Lang;
use doc::Printer;
pub(crate) use literate::print_literate;
use node::Reader;
pub(crate) use same::Mismatch;
use spelling::Speller;
pub(super) use spelling::compared;
use statement::Writer;

/// Lines are at most this wide where they can be broken; Han take two columns.
const WIDTH: usize = 100;
/// What stands inside a block or continues a statement is indented by this much.
const INDENT: usize = 4;

/// The words in which a file is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skin {
    /// Each word in the skin in which it is written.
    Kept,
    /// Every word in this skin.
    Of(Lang),
}

/// Prints the text of a file that has no syntax fault. Line ends are `\n`, and the last line has one.
///
/// # Errors
/// [`Mismatch`] where what was printed does not read like the text: an error of the program.
pub(crate) fn print(text: &str, skin: Skin) -> Result<String, Mismatch> {
    let text = text.replace("\r\n", "\n");
    let written = Reading::of(&text).ok_or(Mismatch::Unreadable)?;
    let printed = layout(&text, &written, skin);
    let read_again = Reading::of(&printed).ok_or(Mismatch::Unreadable)?;
    same::compare((&text, &written), (&printed, &read_again))?;
    Ok(printed)
}

fn layout(text: &str, reading: &Reading<'_>, skin: Skin) -> String {
    let mut reader = Reader::new(text);
    let mut printer = Printer::default();
    let mut writer: Option<Writer> = None;
    let mut statements = Vec::new();
    for pair in reading.statements() {
        let node = reader.node(pair);
        let writer = writer.get_or_insert_with(|| Writer { speller: Speller::of(&node, skin) });
        let statement = writer.statement(&node, statements.last(), 0);
        if !statement.joins(statements.last()) {
            printer.print(&run::docs(std::mem::take(&mut statements), 0));
        }
        statements.push(statement);
    }
    printer.print(&run::docs(statements, 0));
    printer.print(&reader.rest());
    printer.finish()
}

#[cfg(test)]
mod tests;
