//! Expressions of a claims file as the rules have them, and what they rest on.

use super::super::parse::{Stretch, Word, inside_marks, unquoted};
use super::bind::{Binder, unknown_column};
use super::{CellOf, Expression, Part, Placed, joined, span_of};
use crate::diag::{Code, Diagnostic, words};
use crate::syntax::PieceKind;

impl Binder<'_> {
    /// An expression as the rules have it. In the rows of a table names are first those of its columns.
    pub(super) fn expression(&mut self, stretch: &Stretch, context: Option<usize>) -> Expression {
        let mut made = Expression::default();
        // of which table the rows are spoken of, by bracket
        let mut around = vec![context];
        let mut gathering = None;
        let mut at = stretch.start;
        while at < stretch.end {
            let here = around.last().copied().flatten();
            let (kind, text) = (self.kind(at), self.text(at).to_owned());
            let span = span_of(self.tree, &(at..at + 1));
            match (kind, text.as_str()) {
                (Some(PieceKind::Sign), "(" | "（") => {
                    around.push(gathering.take().or(here));
                    made.parts.push(Part::Copy(span));
                }
                (Some(PieceKind::Sign), ")" | "）") => {
                    around.pop();
                    made.parts.push(Part::Copy(span));
                }
                (Some(PieceKind::Text), text) => {
                    let inner = inside_marks(text);
                    let canonical = self.canonical(inner);
                    made.parts.push(if canonical == inner { Part::Copy(span) } else { Part::Sign(format!("“{canonical}”"), span) });
                }
                (Some(PieceKind::Name | PieceKind::Keyword(_)), _) => {
                    at = self.name(&mut made, (at, stretch.end), here, &mut gathering);
                    continue;
                }
                _ => made.parts.push(Part::Copy(span)),
            }
            at += 1;
        }
        made
    }

    /// A name, with what belongs to it; the piece that follows.
    fn name(&mut self, made: &mut Expression, (at, end): (usize, usize), here: Option<usize>, gathering: &mut Option<usize>) -> usize {
        let name = unquoted(self.text(at)).to_owned();
        let span = span_of(self.tree, &(at..at + 1));
        let quoted = Part::Sign(format!("「{name}」"), span);
        let is_keyword = matches!(self.kind(at), Some(PieceKind::Keyword(_)));
        if let Some(table) = self.tables.iter().position(|table| table.name == name).filter(|_| !is_keyword || self.speaks_of_rows(at, end)) {
            made.reads.tables.push(table);
            if let Some((word, column, next)) = self.row_of(at, end) {
                made.parts.push(Part::Sign(self.row(table, &word, &column), span_of(self.tree, &(at..next))));
                made.reads.cells.push(CellOf { table, key: Some(word.text.clone()), column: column.text });
                made.reads.rows.push((table, word));
                return next;
            }
            if let Some((column, next)) = self.dotted(at, end) {
                made.parts.push(Part::Sign(self.join(here, table, &column), span_of(self.tree, &(at..next))));
                made.reads.cells.push(CellOf { table, key: None, column: column.text });
                return next;
            }
            *gathering = Some(table);
            made.reads.gathered.push(table);
            made.parts.push(quoted);
            return at + 1;
        }
        if let Some((table, placed, next)) = here.and_then(|table| self.placed(table, (at, end))) {
            made.parts.push(Part::Sign(format!("「{}」", placed.name()), span_of(self.tree, &(at..next))));
            made.reads.cells.push(CellOf { table, key: None, column: placed.by.clone() });
            if let Some(table) = self.tables.get_mut(table).filter(|table| !table.places.contains(&placed)) {
                table.places.push(placed);
            }
            made.reads.gathered.push(table);
            return next;
        }
        if !is_keyword && self.speaks_of_rows(at, end) {
            let _ = self.table(&Word { text: name.clone(), span });
        }
        let column_of = here.filter(|here| self.tables.get(*here).is_some_and(|table| table.column(&name).is_some()));
        let expressive = matches!(self.kind(at), Some(PieceKind::Keyword(rule)) if EXPRESSIVE.contains(&rule));
        let Some(table) = column_of.filter(|_| !expressive) else {
            made.parts.push(Part::Copy(span));
            return at + 1;
        };
        made.parts.push(quoted);
        made.reads.cells.push(CellOf { table, key: None, column: name });
        at + 1
    }

    /// Whether what follows a name is a column of it.
    fn is_table_here(&self, at: usize, end: usize) -> bool {
        self.dotted(at, end).is_some() || self.row_of(at, end).is_some()
    }

    /// Whether what follows a name is said of the rows of a table only.
    fn speaks_of_rows(&self, at: usize, end: usize) -> bool {
        let gathers = self.next(at, end).is_some_and(|next| matches!(self.kind(next), Some(PieceKind::Keyword(rule)) if GATHERING.contains(&rule)));
        gathers || self.is_table_here(at, end)
    }

    /// `("甲").得分` behind a table: the key, the column, and what follows.
    pub(super) fn row_of(&self, at: usize, end: usize) -> Option<(Word, Word, usize)> {
        let open = self.next(at, end).filter(|open| matches!(self.text(*open), "(" | "（"))?;
        let key = self.next(open, end).filter(|key| self.kind(*key) == Some(PieceKind::Text))?;
        let close = self.next(key, end).filter(|close| matches!(self.text(*close), ")" | "）"))?;
        let (column, next) = self.dotted(close, end)?;
        let text = self.canonical(inside_marks(self.text(key)));
        Some((Word { text, span: span_of(self.tree, &(key..key + 1)) }, column, next))
    }

    /// `.得分` behind something.
    pub(super) fn dotted(&self, at: usize, end: usize) -> Option<(Word, usize)> {
        let dot = self.next(at, end).filter(|dot| self.text(*dot) == ".")?;
        let column = self.next(dot, end).filter(|column| matches!(self.kind(*column), Some(PieceKind::Name | PieceKind::Keyword(_))))?;
        Some((Word { text: unquoted(self.text(column)).to_owned(), span: span_of(self.tree, &(column..column + 1)) }, column + 1))
    }

    /// `同 层级 名次(得分)` or `全体 名次(得分)` in the rows of a table: the place by a column, and what follows.
    fn placed(&mut self, table: usize, (at, end): (usize, usize)) -> Option<(usize, Placed, usize)> {
        let is = |at: usize, rule: &str| matches!(self.kind(at), Some(PieceKind::Keyword(found)) if found == rule);
        let (same, before) = match self.kind(at) {
            Some(PieceKind::Keyword("k_same")) => {
                let same = self.next(at, end)?;
                (Some(same), same)
            }
            Some(PieceKind::Keyword("k_all")) => (None, at),
            _ => return None,
        };
        let word = self.next(before, end).filter(|word| is(*word, "k_rank_of"))?;
        let open = self.next(word, end).filter(|open| matches!(self.text(*open), "(" | "（"))?;
        let by = self.next(open, end)?;
        let after = self.next(by, end)?;
        let ascending = is(after, "k_ascending");
        let close = if ascending || is(after, "k_descending") { self.next(after, end)? } else { after };
        if !matches!(self.text(close), ")" | "）") {
            return None;
        }
        for column in same.into_iter().chain([by]) {
            let (name, span) = (unquoted(self.text(column)).to_owned(), span_of(self.tree, &(column..column + 1)));
            let fault = self.tables.get(table).filter(|table| table.known && table.column(&name).is_none()).map(|table| unknown_column(table, &name, span));
            self.diagnostics.extend(fault);
        }
        let text = |at: usize| unquoted(self.text(at)).to_owned();
        Some((table, Placed { same: same.map(text), by: text(by), descending: !ascending }, close + 1))
    }

    /// The cell of one row: the highest of those with that key, of which there is one.
    fn row(&mut self, table: usize, key: &Word, column: &Word) -> String {
        let Some(found) = self.tables.get(table) else { return String::new() };
        let (name, by, text, of) = (&found.name, &found.key, &key.text, &column.text);
        let made = format!("「{name}」 最高(「{of}」 其中 「{by}」 = “{text}”)");
        if found.known && found.column(&column.text).is_none() {
            let fault = unknown_column(found, &column.text, column.span);
            self.diagnostics.push(fault);
        }
        made
    }

    /// A column of another table in the rows of one.
    fn join(&mut self, here: Option<usize>, table: usize, column: &Word) -> String {
        let Some(other) = self.tables.get(table) else { return String::new() };
        let (name, of) = (&other.name, &column.text);
        if other.known && other.column(of).is_none() {
            let fault = unknown_column(other, of, column.span);
            self.diagnostics.push(fault);
            return format!("「{of}」");
        }
        let Some(here) = here else {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::BadClaim,
                    words!("「{name}.{of}」不在一行里,不知道是哪一行的", "{name}.{of} stands in no row: it is open of which row it is"),
                )
                .at(column.span, words!("这里", "here"))
                .help(words!("写明哪一行:{name}(\"…\").{of};或合计:{name} 合计({of})", "name the row: {name}(\"…\").{of}; or gather: {name} sum({of})")),
            );
            return format!("「{of}」");
        };
        if here == table {
            return format!("「{of}」");
        }
        let (made, join) = (format!("「{}」", joined(name, of)), (table, of.clone()));
        if let Some(reader) = self.tables.get_mut(here).filter(|reader| !reader.joins.contains(&join)) {
            reader.joins.push(join);
        }
        made
    }
}

/// Keywords with which rows are gathered.
const GATHERING: &[&str] = &["k_sum", "k_mean", "k_weighted_mean", "k_best", "k_lowest", "k_median", "k_count", "k_each"];

/// Keywords that say something in an expression: a column that is called so stands between 「」.
const EXPRESSIVE: &[&str] = &[
    "k_sum",
    "k_mean",
    "k_weighted_mean",
    "k_best",
    "k_lowest",
    "k_median",
    "k_count",
    "k_rank_of",
    "k_size",
    "k_where",
    "k_each",
    "k_and",
    "k_or",
    "k_not",
    "k_among",
    "k_is_blank",
    "k_is_undefined",
    "k_below",
    "k_above",
    "k_not_below",
    "k_not_above",
    "k_round_to",
    "k_cap",
    "k_floor",
    "k_by",
    "k_otherwise",
    "k_interpolated",
    "k_yes",
    "k_no",
    "k_half_up",
    "k_half_even",
    "k_away_from_zero",
    "k_toward_zero",
    "k_ascending",
    "k_descending",
    "k_ties",
];

pub(super) fn bracketed(expression: Expression) -> Expression {
    let Some(span) = expression.parts.first().map(|part| match part {
        Part::Copy(span) | Part::Sign(_, span) => *span,
    }) else {
        return expression;
    };
    let mut parts = vec![Part::Sign("(".to_owned(), span)];
    parts.extend(expression.parts);
    parts.push(Part::Sign(")".to_owned(), span));
    Expression { parts, reads: expression.reads }
}

pub(super) fn equal(one: &Expression, other: Expression) -> Expression {
    let one = bracketed(one.clone());
    let span = other.parts.first().map(|part| match part {
        Part::Copy(span) | Part::Sign(_, span) => *span,
    });
    let mut parts = one.parts;
    parts.extend(span.map(|span| Part::Sign(" = ".to_owned(), span)));
    parts.extend(other.parts);
    Expression { parts, reads: one.reads }
}
