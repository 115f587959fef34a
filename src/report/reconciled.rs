//! Published cells with their verdicts, in words.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::pick;
use crate::audit::printed::Printed;
use crate::audit::reconcile::{Checked, Fitted, Reconciled, Verdict, Why};
use crate::audit::relaxed::{Relaxed, RelaxedKind};
use crate::diag::{Lang, number_of, words};
use crate::facts::Provenance;
use crate::facts::table::csv_cell;
use crate::golden::published::number;
use crate::quantity;
use crate::results::State;

const VERDICTS: [Verdict; 4] = [Verdict::Consistent, Verdict::Rounding, Verdict::Inconsistent, Verdict::Unknown];

/// A verdict as data.
fn key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Consistent => "consistent",
        Verdict::Rounding => "rounding",
        Verdict::Inconsistent => "inconsistent",
        Verdict::Unknown => "unknown",
    }
}

fn name(verdict: Verdict, lang: Lang) -> &'static str {
    match (verdict, lang) {
        (Verdict::Consistent, Lang::Zh) => "一致",
        (Verdict::Rounding, Lang::Zh) => "舍入可释",
        (Verdict::Inconsistent, Lang::Zh) => "不可释",
        (Verdict::Unknown, Lang::Zh) => "无从核",
        (verdict, Lang::En) => key(verdict),
    }
}

/// A table as it is named.
fn table_name(printed: &Printed, table: usize) -> String {
    match printed.tables.get(table) {
        Some((path, Some(sheet))) => format!("{path} [{sheet}]"),
        Some((path, None)) => path.clone(),
        None => String::new(),
    }
}

/// How many cells have which verdict, and every cell that is not as computed.
pub(crate) fn reconciled(found: &Reconciled, printed: &Printed, lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", summary(found, lang));
    text.push('\n');
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for row in counts(found, printed, lang) {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for verdict in [Verdict::Inconsistent, Verdict::Rounding, Verdict::Unknown] {
        let cells: Vec<&Checked> = found.cells.iter().filter(|cell| cell.verdict == verdict).collect();
        if cells.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", name(verdict, lang));
        for cell in cells {
            let _ = writeln!(text, "  {}", sentence(cell, lang));
        }
    }
    text
}

fn summary(found: &Reconciled, lang: Lang) -> String {
    let counts = found.counts();
    let of = |verdict: Verdict| counts.get(&verdict).copied().unwrap_or_default();
    let (all, same, rounding) = (found.cells.len(), of(Verdict::Consistent), of(Verdict::Rounding));
    let (not, unknown) = (of(Verdict::Inconsistent), of(Verdict::Unknown));
    let cells = number_of(all, "cell", "cells");
    let copied = match found.copied() {
        0 => String::new(),
        copied => {
            words!("(其中 {copied} 格是照录、缺省或层级,不能作为旁证)", " ({copied} of them as entered, by default or tiers: no evidence)").get(lang).to_owned()
        }
    };
    words!(
        "核对 {all} 格:一致 {same}{copied},舍入可释 {rounding},不可释 {not},无从核 {unknown}",
        "{cells}: {same} consistent{copied}, {rounding} by rounding, {not} inconsistent, {unknown} unknown"
    )
    .get(lang)
    .to_owned()
}

/// The heading and the rows of a table of counts: one row for every column of every table.
fn counts(found: &Reconciled, printed: &Printed, lang: Lang) -> Vec<Vec<String>> {
    let mut by_column: IndexMap<(usize, &str), [usize; 4]> = IndexMap::new();
    for cell in &found.cells {
        let counts = by_column.entry((cell.table, cell.column.as_str())).or_default();
        if let Some(count) = VERDICTS.iter().position(|verdict| *verdict == cell.verdict).and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    let mut header = vec![pick(lang, "表", "table").to_owned(), pick(lang, "列", "column").to_owned()];
    header.extend(VERDICTS.iter().map(|verdict| name(*verdict, lang).to_owned()));
    let mut rows = vec![header];
    let mut last = None;
    for ((table, column), counts) in by_column {
        let shown = if last == Some(table) { String::new() } else { table_name(printed, table) };
        last = Some(table);
        let mut row = vec![shown, column.to_owned()];
        row.extend(counts.iter().map(|count| if *count == 0 { String::new() } else { count.to_string() }));
        rows.push(row);
    }
    rows
}

/// A cell, what it prints and why that has its verdict.
fn sentence(cell: &Checked, lang: Lang) -> String {
    let (unit, column, why) = (&cell.unit, &cell.column, why(cell, lang));
    let published = if cell.published.is_empty() { pick(lang, "(空)", "(blank)") } else { &cell.published };
    words!("{unit} {column}:公布 {published}。{why}", "{unit}, {column}: published {published}. {why}").get(lang).to_owned()
}

/// The same as Markdown.
pub(crate) fn reconciled_in_markdown(found: &Reconciled, printed: &Printed, lang: Lang) -> String {
    let mut text = format!("{}\n", summary(found, lang));
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let row = |text: &mut String, cells: &[String]| {
        let _ = writeln!(text, "| {} |", cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | "));
    };
    text.push('\n');
    for (index, counts) in counts(found, printed, lang).iter().enumerate() {
        row(&mut text, counts);
        if index == 0 {
            let _ = writeln!(text, "| --- | --- | ---: | ---: | ---: | ---: |");
        }
    }
    if found.cells.iter().all(|cell| cell.verdict == Verdict::Consistent) {
        return text;
    }
    text.push('\n');
    row(&mut text, &headings(lang).map(str::to_owned));
    let _ = writeln!(text, "| --- | --- | --- | --- | --- | --- | --- |");
    for cell in found.cells.iter().filter(|cell| cell.verdict != Verdict::Consistent) {
        row(&mut text, &columns(cell, printed, lang));
    }
    text
}

fn headings(lang: Lang) -> [&'static str; 7] {
    match lang {
        Lang::Zh => ["表", "单位", "列", "公布", "算得", "结论", "理由"],
        Lang::En => ["table", "unit", "column", "published", "computed", "verdict", "why"],
    }
}

fn columns(cell: &Checked, printed: &Printed, lang: Lang) -> [String; 7] {
    let computed = cell.computed.clone().unwrap_or_default();
    let (table, verdict) = (table_name(printed, cell.table), name(cell.verdict, lang).to_owned());
    [table, cell.unit.clone(), cell.column.clone(), cell.published.clone(), computed, verdict, why(cell, lang)]
}

/// Every cell as a row of CSV.
pub(crate) fn reconciled_as_csv(found: &Reconciled, printed: &Printed, lang: Lang) -> String {
    let mut text = String::from('\u{FEFF}');
    let row = |cells: &[String]| cells.iter().map(|text| csv_cell(text)).collect::<Vec<_>>().join(",") + "\r\n";
    text.push_str(&row(&headings(lang).map(str::to_owned)));
    for cell in &found.cells {
        text.push_str(&row(&columns(cell, printed, lang)));
    }
    text
}

/// Every cell as data.
pub(crate) fn reconciled_as_json(found: &Reconciled, printed: &Printed, lang: Lang) -> Value {
    let counts = found.counts();
    let of = |verdict: &Verdict| (key(*verdict).to_owned(), json!(counts.get(verdict).copied().unwrap_or_default()));
    let counts: serde_json::Map<String, Value> = VERDICTS.iter().map(of).collect();
    let cell = |cell: &Checked| {
        let interval = cell.interval.as_ref().map(|(low, high)| json!([low, high]));
        let roundings = if let Why::Roundings(relaxed) = &cell.why { relaxed.iter().map(|one| relaxed_name(one, lang)).collect() } else { Vec::new() };
        json!({
            "unit": cell.unit, "column": cell.column, "published": cell.published, "computed": cell.computed, "verdict": key(cell.verdict),
            "interval": interval, "why": why(cell, lang), "table": table_name(printed, cell.table), "row": cell.row, "roundings": roundings,
            "evidence": evidence(cell),
        })
    };
    let ignored = |(table, column): &(usize, String)| json!({ "table": table_name(printed, *table), "column": column });
    json!({
        "cells": found.cells.iter().map(cell).collect::<Vec<_>>(), "counts": counts,
        "not_compared": printed.ignored.iter().map(ignored).collect::<Vec<_>>(),
    })
}

// --- why ---

/// Some names one after the other.
fn listed<'n>(names: impl IntoIterator<Item = &'n String>, lang: Lang) -> String {
    names.into_iter().map(String::as_str).collect::<Vec<_>>().join(pick(lang, "、", ", "))
}

/// Why a cell has its verdict.
pub(super) fn why(cell: &Checked, lang: Lang) -> String {
    let computed = cell.computed.as_deref().unwrap_or_default();
    let said = match &cell.why {
        Why::Equal => words!("与算得的相等", "equal to what is computed"),
        Why::EqualByParts { parts, in_part } => {
            let parts = listed(parts, lang);
            match in_part {
                false => {
                    words!("按公布的 {parts} 算得相等;这几项的数据是照印出的值定的", "what follows from {parts} as published; their facts were fitted to these")
                }
                true => words!(
                    "按公布的 {parts} 算得相等;这几项的数据是照印出的值定的,或只知道范围",
                    "what follows from {parts} as published; their facts were fitted to these or are known in part"
                ),
            }
        }
        Why::Copied(Provenance::Default) => words!("照缺省或暂按的,不能作为旁证", "by default or stand-in: no evidence"),
        Why::Copied(_) => words!("数据就是照这一格录入的,不能作为旁证", "entered from this very cell: no evidence"),
        Why::Given => words!("层级取自数据,不是算得的,不能作为旁证", "the tier is one that the facts give: no evidence"),
        Why::Listed { on, without } => return listed_words(cell, *on, without, lang),
        Why::Within => {
            let range = range(cell, lang);
            words!("在公布的范围之内{range}", "within the published range{range}")
        }
        Why::NoList => words!("标准里没有这份名单", "the rules name no such list"),
        Why::Blank => words!("空格:不适用,或没有加减分", "blank: it does not apply, or comes to nothing"),
        Why::Said => words!("公布的话与算得的相合", "the words published are those of the result"),
        Why::Fitted(fitted) => return fitted_words(cell, fitted, lang),
        Why::InPart(facts) if facts.is_empty() => {
            let range = range(cell, lang);
            words!("只知道范围,与公布的部分相合{range}", "known within limits only, which meet what is published in part{range}")
        }
        Why::InPart(facts) => {
            let (facts, range) = (listed(facts, lang), range(cell, lang));
            words!("数据只知道范围:{facts}{range}", "facts are known within limits only: {facts}{range}")
        }
        Why::Missing(facts) => return missing_words(cell, facts, lang),
        Why::Pending(marks) => {
            let (marks, range) = (listed(marks, lang), range(cell, lang));
            words!("算得 {computed},但标准没有写明:{marks}{range}", "computed {computed}, but the standard does not say: {marks}{range}")
        }
        Why::Roundings(relaxed) => {
            let (names, range) = (listed(&relaxed.iter().map(|one| relaxed_name(one, lang)).collect::<Vec<_>>(), lang), range_of_all(cell, lang));
            words!(
                "算得 {computed};{names} 不先取整,就能得到公布的值{range}",
                "computed {computed}; with {names} not rounded first the published value is reached{range}"
            )
        }
        Why::Apart if cell.computed.is_none() => {
            let range = range(cell, lang);
            words!("无论所缺的数据是多少都得不到这个值{range}", "whatever the missing facts are, this value does not come about{range}")
        }
        Why::Apart => {
            let range = range(cell, lang);
            words!(
                "算得 {computed},各处不先取整也得不到公布的值{range}",
                "computed {computed}, and leaving roundings out does not lead to the published value{range}"
            )
        }
        Why::AddsUp(off) => {
            let off = listed(off, lang);
            words!(
                "算得 {computed};由公布的各项合得出公布的值,而公布的 {off} 与算得的不同",
                "computed {computed}; it does follow from the scores as published, of which {off} differ from what is computed"
            )
        }
        Why::Nothing(State::Exempt, reason) => {
            let reason = reason.as_deref().unwrap_or_default();
            words!("按标准不参评:{reason}", "exempt by the standard: {reason}")
        }
        Why::Nothing(..) => words!("按标准这一项不适用", "by the standard this does not apply"),
        Why::NoUnit(near) => match near {
            Some(near) => words!("数据里没有这个单位;是不是「{near}」?", "the facts have no such unit; did you mean {near}?"),
            None => words!("数据里没有这个单位", "the facts have no such unit"),
        },
        Why::NoNumber => words!("公布的不是数", "what is published is no number"),
        Why::Place { computed, by_totals, complete, provisional } => return place_words((*computed, *provisional), (*by_totals, *complete), lang),
    };
    said.get(lang).to_owned()
}

/// What a value can be.
fn range(cell: &Checked, lang: Lang) -> String {
    let Some((low, high)) = &cell.interval else { return String::new() };
    let end = |end: &Option<String>, open: &str| end.clone().unwrap_or_else(|| open.to_owned());
    let (low, high) = (end(low, "-∞"), end(high, "∞"));
    words!(",范围 [{low}, {high}]", ", range [{low}, {high}]").get(lang).to_owned()
}

/// What a value can be where no rounding comes first: more than those that are named.
fn range_of_all(cell: &Checked, lang: Lang) -> String {
    let Some((Some(low), Some(high))) = &cell.interval else { return range(cell, lang) };
    words!(";各处都不先取整时的范围 [{low}, {high}]", "; range with no rounding first anywhere [{low}, {high}]").get(lang).to_owned()
}

fn fitted_words(cell: &Checked, fitted: &[Fitted], lang: Lang) -> String {
    let one = |one: &Fitted| {
        let Fitted { fact, provenance, basis } = one;
        let word = match provenance {
            Some(Provenance::Derived) => pick(lang, "推得", "derived"),
            _ => pick(lang, "代入", "fitted"),
        };
        match basis {
            Some(basis) => words!("{fact}({word}:{basis})", "{fact} ({word}: {basis})").get(lang).to_owned(),
            None => words!("{fact}({word})", "{fact} ({word})").get(lang).to_owned(),
        }
    };
    let facts = listed(&fitted.iter().map(one).collect::<Vec<_>>(), lang);
    let same = cell.computed.is_some() && cell.computed.as_deref().and_then(number) == number(&cell.published);
    let range = range(cell, lang);
    // a basis that names the column and the number tells which cell it was
    let names = |one: &Fitted| one.basis.as_ref().is_some_and(|basis| basis.contains(&format!("{} {} ", cell.column, cell.published)));
    let said = if same && fitted.iter().all(names) {
        words!("虽然相等,所依的数据却是照这一格定的:{facts}", "equal, but the facts were fitted to this very cell: {facts}")
    } else if same {
        words!(
            "虽然相等,所依的数据却是照这一格(或所给各表以外的一格)定的:{facts}",
            "equal, but the facts were fitted to this cell, or to one that no given table holds: {facts}"
        )
    } else {
        words!("所依的数据不是确知的:{facts}{range}", "the facts are not known for certain: {facts}{range}")
    };
    said.get(lang).to_owned()
}

fn listed_words(cell: &Checked, on: bool, without: &[String], lang: Lang) -> String {
    let open = match without {
        [] => String::new(),
        units => {
            let units = listed(units, lang);
            words!("(尚无总分、可能在名单上的:{units})", " (units that may belong on it and have no total yet: {units})").get(lang).to_owned()
        }
    };
    let list = cell.computed.as_deref().unwrap_or(&cell.published);
    match (on, cell.row) {
        (true, Some(_)) => words!("按算得的在「{list}」上{open}", "on {list} as computed{open}"),
        (true, None) => words!("按算得的在「{list}」上,表里没有列它{open}", "on {list} as computed, where the table does not have it{open}"),
        (false, _) => words!("按算得的不在「{list}」上{open}", "not on {list} as computed{open}"),
    }
    .get(lang)
    .to_owned()
}

/// Whether agreement proves anything: `transcribed` where the fact was entered from this very cell, `default` where it stands by default,
/// `given` where it is no result at all.
fn evidence(cell: &Checked) -> Option<&'static str> {
    match &cell.why {
        Why::Copied(Provenance::Default) => Some("default"),
        Why::Copied(_) => Some("transcribed"),
        Why::Given => Some("given"),
        _ => None,
    }
}

fn missing_words(cell: &Checked, facts: &[String], lang: Lang) -> String {
    let (facts, range) = (listed(facts, lang), range(cell, lang));
    words!("缺数据 {facts}{range}", "missing {facts}{range}").get(lang).trim_end().to_owned()
}

fn place_words((computed, provisional): (Option<Decimal>, bool), (by_totals, complete): (Option<Decimal>, bool), lang: Lang) -> String {
    let shown = |place: Option<Decimal>| place.map(quantity::plain);
    let by_computed = match (shown(computed), provisional) {
        (Some(place), false) => words!("按算得的总分排第 {place}", "number {place} by the totals as computed"),
        (Some(place), true) => words!("按算得的总分暂排第 {place}(还有单位缺数据)", "number {place} for the time being by the totals as computed"),
        (None, _) => words!("算不出名次", "no place can be computed"),
    };
    let by_published = match shown(by_totals) {
        Some(place) if complete => words!("按公布的总分排第 {place}", "number {place} by the totals as published"),
        Some(place) => words!("在公布了总分的各家里排第 {place}", "number {place} among those whose totals are published"),
        None => words!("没有公布的总分可比", "there are no published totals to go by"),
    };
    let (one, other) = (by_computed.get(lang), by_published.get(lang));
    words!("{one};{other}", "{one}; {other}").get(lang).to_owned()
}

/// A rounding that is left out, in words.
pub(super) fn relaxed_name(relaxed: &Relaxed, lang: Lang) -> String {
    let Relaxed { kind, name, step, percent, inner } = relaxed;
    let hundred = Decimal::ONE_HUNDRED;
    let step = if *percent { step.checked_mul(hundred).map(quantity::plain).map(|step| step + "%") } else { Some(quantity::plain(*step)) };
    let step = step.unwrap_or_default();
    let inner = listed(inner, lang);
    match kind {
        RelaxedKind::Rule if !inner.is_empty() => {
            words!("{name}里由 {inner} 算得的中间值(取整到 {step})", "what {name} computes of {inner} on the way (rounded to {step})")
        }
        RelaxedKind::Rule => words!("{name}(取整到 {step})", "{name} (rounded to {step})"),
        RelaxedKind::Fact => words!("{name}(数据印到 {step})", "{name} (a fact printed to {step})"),
        RelaxedKind::Part => words!("{name}(公布到 {step})", "{name} (published to {step})"),
    }
    .get(lang)
    .to_owned()
}
