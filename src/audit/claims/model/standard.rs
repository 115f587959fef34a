//! A claims file as the text of a standard, and that compiled.

use std::collections::BTreeSet;

use super::super::given::Given;
use super::super::parse::{Stretch, Tree, unquoted};
use super::{Column, Expression, Kind, Part, Table};
use crate::diag::{Diagnostic, Lang};
use crate::extension::Scripts;
use crate::plan::{self, Plan};
use crate::quantity::Mode;
use crate::source::{Sources, Span, Spliced, offset};
use crate::syntax::PieceKind;
use crate::{resolved, syntax};

/// The plan of a standard; none where there is a fault, which is told of the claims file.
pub(super) fn compile(sources: &mut Sources, claims: u32, spliced: Spliced, diagnostics: &mut Vec<Diagnostic>) -> Option<Plan> {
    let path = sources.get(claims).map(|source| source.path.clone()).unwrap_or_default();
    let file = sources.add_spliced(path, spliced);
    let parsed = syntax::parse_files(sources, &[file]);
    let mut found = parsed.diagnostics.clone();
    let standards = if parsed.unreadable { Vec::new() } else { resolved::resolve(&parsed, &Scripts::compile(sources, &mut found), &mut found) };
    let faults = found.iter().filter(|fault| fault.is_error()).map(|fault| fault.written(sources));
    let before = diagnostics.len();
    for fault in faults {
        if !diagnostics.contains(&fault) {
            diagnostics.push(fault);
        }
    }
    if diagnostics.len() > before {
        return None;
    }
    standards.into_iter().next().map(|standard| plan::lower(standard, Lang::Zh))
}

/// The units that the rules behind given tables declare, as declarations.
pub(super) fn given_units(given: [Option<&Given>; 2]) -> Vec<String> {
    let mut units: Vec<String> = given.into_iter().flatten().flat_map(|given| &given.columns).filter_map(|column| column.unit.clone()).collect();
    units.sort();
    units.dedup();
    units
}

/// What stands for the unit of places in given columns.
pub(in super::super) const RANK: &str = "{rank}";

/// The unit of places: in the language of the claims.
fn rank_unit(sources: &Sources, tree: &Tree) -> &'static str {
    let english = tree.claims.first().is_some_and(|claim| {
        let line = sources.text(Span { file: tree.file, start: 0, end: claim.quotation.span.start });
        line.trim_end().ends_with("claim") || line.lines().next_back().is_some_and(|line| line.trim_start().starts_with("claim"))
    });
    if english { "places" } else { "位" }
}

/// The standard that a claims file comes to.
pub(super) fn rules(sources: &Sources, tree: &Tree, tables: &[Table], outputs: &[(String, Expression)], (units, mode): (&[String], Mode)) -> Spliced {
    let start = Span { file: tree.file, start: 0, end: 0 };
    let mode = match mode {
        Mode::HalfUp => "四舍五入",
        Mode::HalfEven => "四舍六入",
        Mode::FromZero => "进一",
        Mode::ToZero => "去尾",
    };
    let mut text = Spliced::default();
    text.sign(&format!("标准 「断言」 {{ 版本 \"1\" 周期 月 舍入 {mode} 得分 取整到 0.01 分 并列 跳号 }}\n层级 「通报」 满分 1 分\n"), start);
    let declared: Vec<String> = tree.units.iter().flat_map(|stretch| names_in(sources, tree, stretch)).collect();
    let rank = rank_unit(sources, tree);
    let placed = tables.iter().any(|table| !table.places.is_empty());
    let needed = units.iter().map(|unit| if unit == RANK { rank } else { unit.as_str() }).chain(placed.then_some(rank));
    let needed: BTreeSet<&str> = needed.filter(|unit| !declared.iter().any(|declared| declared == unit)).collect();
    for unit in needed {
        text.sign(&format!("单位 「{unit}」 整数\n"), start);
    }
    for stretch in &tree.units {
        text.copy(sources, span_of(tree, stretch));
        text.sign("\n", start);
    }
    for table in tables.iter().filter(|table| table.known) {
        text.sign(&format!("记录 「{}」 : 「{}」 {{\n", table.name, table.unit), table.span);
        for column in &table.columns {
            field(sources, tree, &mut text, &column.name, (column, table.span));
        }
        for (other, name) in &table.joins {
            let Some(other) = tables.get(*other) else { continue };
            if let Some(column) = other.column(name) {
                field(sources, tree, &mut text, &joined(&other.name, name), (column, table.span));
                // given columns that may be blank say so already
                if !matches!(&column.kind, Kind::Made(kind) if kind.ends_with("可空")) {
                    text.sign(" 可空\n", table.span);
                }
            }
        }
        for placed in &table.places {
            text.sign(&format!("「{}」 : 「{rank}」 可空\n", placed.name()), table.span);
        }
        text.sign("}\n", table.span);
    }
    for (name, expression) in outputs {
        let span = expression.parts.first().map_or(start, |part| match part {
            Part::Copy(span) | Part::Sign(_, span) => *span,
        });
        text.sign(&format!("输出 「{name}」 = "), span);
        for part in &expression.parts {
            match part {
                Part::Copy(span) => text.copy(sources, *span),
                Part::Sign(sign, span) => text.sign(sign, *span),
            }
        }
        text.sign("\n", span);
    }
    text.sign("指标 「断言」 满分 1 分 { 得 1 分 }\n总分 = 合计\n排名 层级 依 总分\n", start);
    text
}

/// What a column of another table is called in the rows of one.
pub(in super::super) fn joined(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

fn field(sources: &Sources, tree: &Tree, text: &mut Spliced, name: &str, (column, span): (&Column, Span)) {
    text.sign(&format!("「{name}」 "), span);
    match &column.kind {
        Kind::Written(stretch) => {
            // a column that is read from another table has the heading of its own name
            let is_own = column.name == name;
            let stretch = if is_own { stretch.clone() } else { without_headings(tree, stretch) };
            text.copy(sources, span_of(tree, &stretch));
        }
        Kind::Made(kind) => text.sign(&format!(": {}", kind.replace(RANK, rank_unit(sources, tree))), span),
    }
    text.sign("\n", span);
}

/// The pieces of a declaration up to 列, 名称 or 可空.
fn without_headings(tree: &Tree, stretch: &Stretch) -> Stretch {
    let is_end =
        |at: &usize| matches!(tree.pieces.get(*at).map(|piece| piece.kind), Some(PieceKind::Keyword("k_column" | "k_title" | "k_nullable" | "k_private")));
    let end = stretch.clone().find(is_end).unwrap_or(stretch.end);
    stretch.start..end
}

fn names_in(sources: &Sources, tree: &Tree, stretch: &Stretch) -> Vec<String> {
    let text = |at: usize| sources.text(span_of(tree, &(at..at + 1)));
    stretch.clone().filter(|at| tree.pieces.get(*at).is_some_and(|piece| piece.kind == PieceKind::Name)).map(|at| unquoted(text(at)).to_owned()).collect()
}

/// The text of some pieces.
pub(in super::super) fn span_of(tree: &Tree, stretch: &Stretch) -> Span {
    let first = tree.pieces.get(stretch.start).map_or(0, |piece| piece.range.start);
    let last = stretch.end.checked_sub(1).and_then(|last| tree.pieces.get(last)).map_or(first, |piece| piece.range.end);
    Span { file: tree.file, start: offset(first), end: offset(last.max(first)) }
}
