//! The results of a period as Markdown: a table a tier, what it leaves open beneath.

use std::fmt::Write;

use super::pick;
use super::table::Fold;
use super::view::{Tier, View};

/// The whole report.
pub(crate) fn markdown(view: &View<'_>, fold: Fold) -> String {
    let lang = view.lang;
    let mut text = String::new();
    let standard = &view.results.standard;
    let _ = writeln!(text, "# {} {}", escaped(&standard.name), escaped(&view.period()));
    for tier in &view.tiers {
        write_tier(view, tier, fold, &mut text);
    }
    if !view.results.lists.is_empty() {
        let _ = writeln!(text, "\n## {}\n", view.lists_heading());
    }
    for (heading, units) in view.lists() {
        let _ = writeln!(text, "- {}{}{}", begun(&heading), pick(lang, ":", ": "), escaped(&units));
    }
    if !view.without_total.is_empty() {
        let _ = writeln!(text, "\n## {}\n", pick(lang, "没有总分的单位", "Units without a total"));
    }
    for without in &view.without_total {
        let _ = writeln!(text, "- {}", begun(&without.text(lang)));
    }
    if view.vetoes().next().is_some() {
        let _ = writeln!(text, "\n## {}\n", pick(lang, "一票否决", "Vetoes"));
    }
    for (unit, vetoes) in view.vetoes() {
        let _ = writeln!(text, "- {}{}{}", begun(unit), pick(lang, ":", ": "), escaped(&vetoes));
    }
    if view.has_provisional {
        let _ = writeln!(text, "\n{}", escaped(view.provisional_note()));
    }
    let periods = view.periods();
    if !periods.is_empty() {
        let _ = writeln!(text, "\n## {}\n", pick(lang, "由各期得出", "From the periods"));
    }
    for line in &periods {
        let _ = writeln!(text, "- {}", begun(line));
    }
    if view.has_adjustments() {
        let _ = writeln!(text, "\n## {}\n\n{}\n", pick(lang, "调整", "Adjustments"), escaped(view.adjustments_heading()));
        for adjustment in view.adjustments() {
            let _ = writeln!(text, "- {}", begun(&adjustment));
        }
        let _ = writeln!(text, "\n{}", escaped(view.moved_heading()));
        text.push_str(if view.moved.is_empty() { "" } else { "\n" });
    }
    for (unit, moved) in &view.moved {
        let _ = writeln!(text, "- {}{}{}", begun(unit), pick(lang, ":", ": "), escaped(moved));
    }
    if !view.assumptions.is_empty() {
        let _ = writeln!(text, "\n## {}\n", pick(lang, "假设与未定之处", "Assumptions and open points"));
        let _ = writeln!(text, "{}\n", escaped(view.assumptions_heading()));
    }
    for assumption in &view.assumptions {
        let _ = writeln!(text, "- {}", begun(&view.assumption(assumption)));
    }
    let _ = writeln!(text, "\n## {}\n", pick(lang, "出处", "Provenance"));
    for (name, value) in view.provenance().iter().chain(&view.rules) {
        let _ = writeln!(text, "- {}{}{}", begun(name), pick(lang, ":", ": "), escaped(value));
    }
    text
}

/// A derivation as text in Markdown: its head as a heading, its sentence, and the rest as it stands.
pub(crate) fn derivation_in_markdown(text: &str) -> String {
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (sentence, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let mut shown = format!("# {}\n\n{}\n", escaped(head), begun(sentence));
    let rest = rest.trim_matches('\n');
    if !rest.is_empty() {
        // a fence is longer than any inside it
        let longest = rest.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(shown, "\n{fence}text\n{rest}\n{fence}\n");
    }
    shown
}

fn write_tier(view: &View<'_>, tier: &Tier<'_>, fold: Fold, text: &mut String) {
    let lang = view.lang;
    let (folded, shown) = fold.part(view, tier);
    let shown: Vec<&str> = shown.iter().filter_map(|column| view.columns.get(*column)).map(|column| column.name).collect();
    let _ = writeln!(text, "\n## {}\n", escaped(&tier.heading(lang)));
    let mut header = vec![pick(lang, "名次", "rank"), pick(lang, "单位", "unit")];
    header.extend(tier.listed.iter().map(|listed| listed.label.as_str()));
    header.extend(&shown);
    header.push(view.total);
    header.extend(&view.outputs);
    write_row(header.iter().copied(), text);
    let rule = (0..header.len()).map(|column| if column == 1 { ":--" } else { "--:" });
    let _ = writeln!(text, "| {} |", rule.collect::<Vec<_>>().join(" | "));
    for unit in &tier.units {
        let mut row = vec![view.place(unit), unit.unit.clone()];
        row.extend(tier.listed.iter().map(|listed| listed.of(unit)));
        row.extend(shown.iter().map(|name| view.score(unit, name)));
        row.push(view.total_of(unit));
        row.extend(view.outputs.iter().map(|name| view.output(unit, name)));
        write_row(row.iter().map(String::as_str), text);
    }
    for told in view.folded(tier, &folded) {
        let _ = writeln!(text, "\n{}", escaped(&told));
    }
}

fn write_row<'c>(cells: impl Iterator<Item = &'c str>, text: &mut String) {
    let cells: Vec<String> = cells.map(escaped).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// A text that stands for itself, whatever it holds: on one line, without a mark that Markdown or HTML reads.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' | '\r' => shown.push_str("<br>"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                shown.push('\\');
                shown.push(letter);
            }
            letter if letter.is_control() => shown.push(' '),
            letter => shown.push(letter),
        }
    }
    shown
}

/// The same at the beginning of a paragraph or of an item of a list, where the marks of headings and lists are read too.
fn begun(text: &str) -> String {
    let shown = escaped(text.trim_start());
    let number = shown.trim_start_matches(|letter: char| letter.is_ascii_digit());
    match shown.strip_suffix(number) {
        Some(digits) if !digits.is_empty() && number.starts_with(['.', ')']) => format!("{digits}\\{number}"),
        _ if shown.starts_with(['#', '+', '-', '=']) => format!("\\{shown}"),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::{begun, derivation_in_markdown, escaped};

    #[test]
    fn a_derivation_is_fenced_whatever_it_holds() {
        assert_eq!(derivation_in_markdown("甲|  1 分\n得 1 分。\n\n算式\n  a```b\n"), "# 甲\\|  1 分\n\n得 1 分。\n\n````text\n算式\n  a```b\n````\n");
        assert_eq!(derivation_in_markdown("甲\n不适用。\n"), "# 甲\n\n不适用。\n");
    }

    #[test]
    fn names_stand_for_themselves() {
        assert_eq!(escaped("a|b"), "a\\|b");
        assert_eq!(escaped("<b>&"), "&lt;b&gt;&amp;");
        assert_eq!(escaped("一\r\n二\n三"), "一<br>二<br>三");
        assert_eq!(escaped("*甲* _乙_ [丙](d) `e` \\"), "\\*甲\\* \\_乙\\_ \\[丙\\](d) \\`e\\` \\\\");
        assert_eq!(escaped("局\u{1F600}"), "局\u{1F600}");
    }

    #[test]
    fn at_the_beginning_of_an_item_no_name_is_a_heading_or_a_list() {
        let names = ["# Office", "1. Alpha", "12) South", "- Beta", "+ Gamma", "---", "=== x", "  # x", "2020 年", "甲局", "* a", "3.5"];
        let shown = ["\\# Office", "1\\. Alpha", "12\\) South", "\\- Beta", "\\+ Gamma", "\\---", "\\=== x", "\\# x", "2020 年", "甲局", "\\* a", "3\\.5"];
        assert_eq!(names.map(begun), shown);
    }
}
