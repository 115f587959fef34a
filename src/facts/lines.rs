//! The text of a CSV file to a grid, with the line numbers that an editor shows.

use csv::{ReaderBuilder, StringRecord};

use super::grid::{Form, Grid};
use super::table::{trimmed, unguarded};

/// Reads the records of a text; blank ones are left out.
pub(super) fn read(path: &str, text: &str) -> Grid {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let records = records(&text);
    let rows = records.rows.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
    Grid { path: path.to_owned(), form: Form::Lines, rows, open: records.open, ..Grid::default() }
}

/// The records of a text, and where a quotation begins that never ends.
struct Records {
    rows: Vec<(usize, Vec<String>)>,
    open: Option<(usize, usize)>,
}

fn records(text: &str) -> Records {
    // a quotation that is open at the end swallows the last record
    let closed = format!("{text}\n.\n");
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(closed.as_bytes());
    let mut found = Records { rows: Vec::new(), open: None };
    let (mut line, mut at) = (1, 0);
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        // blank lines before a record are read with it
        let rest = closed.get(start..).unwrap_or_default().trim_start_matches('\n');
        let start = closed.len() - rest.len();
        line += breaks(closed.get(at..start).unwrap_or_default());
        at = start;
        if at > text.len() {
            break;
        }
        if usize::try_from(reader.position().byte()).is_ok_and(|end| end >= closed.len()) {
            found.open = Some((line, record.len().saturating_sub(1)));
        } else {
            found.rows.push((line, record.iter().map(|cell| unguarded(trimmed(cell)).to_owned()).collect()));
        }
    }
    found
}

fn breaks(text: &str) -> usize {
    text.matches('\n').count()
}

/// Comma, tab or semicolon: whichever the line of the headings holds most of, outside quotations.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    for letter in text.trim_start_matches('\n').chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(char::from(*delimiter) == letter);
                }
            }
        }
    }
    // of several with one count the first
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}
