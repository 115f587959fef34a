//! The text of a CSV file to a grid, with the line numbers that an editor shows.

use csv::{ReaderBuilder, StringRecord};

use super::grid::{Form, Grid};
use super::register::UNIT;
use super::table::{is_one_of, trimmed, unguarded};

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

/// Comma, tab or semicolon: the one that parts a heading for units from others in one of the first lines; without such a heading
/// whichever the first line with any of them holds most of, outside quotations.
fn delimiter(text: &str) -> u8 {
    const WITHIN: usize = 40;
    let first = || text.lines().filter(|line| !line.trim().is_empty()).take(WITHIN);
    let parts_unit =
        |line: &str, letter: char| line.contains(letter) && line.split(letter).any(|cell| is_one_of(cell.trim().trim_matches(['"', '“', '”', '\'']), UNIT));
    let of_headings = first().find_map(|line| DELIMITERS.into_iter().find(|(_, letter)| parts_unit(line, *letter)));
    if let Some((delimiter, _)) = of_headings {
        return delimiter;
    }
    let most = |line: &str| {
        let counts = DELIMITERS.map(|(delimiter, letter)| (delimiter, outside_quotations(line, letter)));
        // of several with one count the first
        counts.into_iter().rev().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0)
    };
    first().find_map(most).map_or(b',', |(delimiter, _)| delimiter)
}

const DELIMITERS: [(u8, char); 3] = [(b',', ','), (b'\t', '\t'), (b';', ';')];

fn outside_quotations(line: &str, letter: char) -> usize {
    line.split('"').step_by(2).map(|part| part.matches(letter).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_headings_says_what_parts_columns() {
        for (text, wanted) in [
            ("单位,数\n甲;局,1", b','),
            ("附件1\n11月得分表,含开发区\n\"单位\";数\n甲;1", b';'),
            ("附件1\n单位\t数", b'\t'),
            ("name;\"a,b,c\";d\n", b';'),
            ("单位\n甲\n", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter(text), wanted, "{text}");
        }
    }
}
