//! The records behind a score, as text.

use std::fmt::Write;

use super::pick;
use crate::diag::Lang;
use crate::explain::{RecordView, RecordsCount, RecordsView};
use crate::quantity::Unit;

/// How many records there are and count, as in `来件 200 件中 10 件`.
pub(super) fn counted(count: &RecordsCount, lang: Lang) -> String {
    let RecordsCount { record, of, counted, undefined, open, groups, .. } = count;
    let unit = Unit::named(&count.unit);
    let mut text = match lang {
        Lang::Zh => format!("{record} {of} {unit}中 {counted} {unit}"),
        Lang::En => format!("{counted} of {of} {} of {record}", unit.in_english()),
    };
    if let Some(groups) = groups {
        let _ = match lang {
            Lang::Zh => write!(text, ",{groups} 组"),
            Lang::En => write!(text, ", {groups} {}", if *groups == 1 { "group" } else { "groups" }),
        };
    }
    if *undefined > 0 {
        let _ = match lang {
            Lang::Zh => write!(text, ",另 {undefined} {unit}无从计算"),
            Lang::En => write!(text, ", {undefined} more undefined"),
        };
    }
    if *open > 0 {
        let _ = match lang {
            Lang::Zh => write!(text, ",{open} {unit}不能确定"),
            Lang::En => write!(text, ", {open} open"),
        };
    }
    text
}

/// Every record that counts, with its place and its fields.
pub(crate) fn records(views: &[RecordsView], lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "\n{}", pick(lang, "记录", "Records"));
    if views.is_empty() {
        let _ = writeln!(text, "  {}", pick(lang, "没有用到记录", "no records were read"));
    }
    for view in views {
        let _ = writeln!(text, "  {}  ({})", view.rule, counted(&view.count, lang));
        for row in &view.rows {
            let _ = writeln!(text, "    {}", record(row, lang));
        }
    }
    text
}

fn record(row: &RecordView, lang: Lang) -> String {
    let mark = match row.state {
        "undefined" => pick(lang, "(无从计算)", " (undefined)"),
        "unknown" => pick(lang, "(不能确定)", " (open)"),
        _ => "",
    };
    let fields: Vec<String> = row.fields.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect();
    format!("[{}]{mark} {}", row.place.text(lang), fields.join(pick(lang, ",", ", ")))
}
