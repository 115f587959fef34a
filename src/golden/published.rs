//! What the columns of a published table show, and what its cells say.

use rust_decimal::Decimal;

use crate::plan::{FactId, Item, ItemId, Plan, Program};

/// What a published column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Total,
    Rank,
    Tier,
    /// An item by any of its names; which one depends on the tier.
    Item,
    Fact(FactId),
    /// 输出, by its place among them.
    Output(usize),
    /// Whether the unit may be commended.
    Eligible,
    /// 名单: one of those that the rules name, by its place among them; none where they name none so.
    Listed(Option<usize>),
}

/// Whether a column holds the names of lists.
pub(crate) fn is_of_lists(heading: &str) -> bool {
    matches!(heading, "名单" | "list" | "Lists")
}

/// The names in a cell of lists: one whole name, or several with separators.
pub(crate) fn lists_in<'t>(plan: &Plan, text: &'t str) -> Vec<(&'t str, Option<usize>)> {
    let place = |name: &str| plan.lists.iter().position(|list| list.name == name);
    match place(text) {
        Some(list) => vec![(text, Some(list))],
        None => names_in(text).map(|name| (name, place(name))).collect(),
    }
}

/// Names with separators between them.
pub(crate) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', ',', '\u{FF0C}', ';', '\u{FF1B}']).map(str::trim).filter(|name| !name.is_empty())
}

/// What a heading names, without its marks; none where the rules have nothing of that name.
pub(crate) fn column(plan: &Plan, heading: &str) -> Option<Column> {
    if plan.items.iter().any(|item| is_called(item, heading)) {
        return Some(Column::Item);
    }
    if plan.total.name == heading || heading == "total" || plan.total_columns.iter().any(|column| column == heading) {
        return Some(Column::Total);
    }
    if let Some(output) = plan.outputs.iter().position(|output| plan.values.get(*output).is_some_and(|output| output.name == heading)) {
        return Some(Column::Output(output));
    }
    match heading {
        "排名" | "名次" | "rank" => Some(Column::Rank),
        "可评优" | "eligible" if !plan.vetoes.is_empty() => Some(Column::Eligible),
        "层级" | "tier" => Some(Column::Tier),
        _ => plan.facts.iter().position(|fact| fact.name == heading || fact.columns.iter().any(|column| column == heading)).map(Column::Fact),
    }
}

/// The item of a heading that applies to a tier.
pub(crate) fn item(plan: &Plan, program: &Program, heading: &str) -> Option<ItemId> {
    plan.items.iter().enumerate().find(|(id, item)| is_called(item, heading) && matches!(program.items.get(*id), Some(Some(_)))).map(|(id, _)| id)
}

fn is_called(item: &Item, heading: &str) -> bool {
    item.name == heading || item.columns.iter().any(|column| column == heading)
}

/// Whether a published text says yes or no.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "是" | "yes" => Some(true),
        "否" | "no" => Some(false),
        _ => None,
    }
}

/// The number that a published text says, with or without a percent sign, as points or as a place (`8.15分`, `第3名`).
pub(crate) fn number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let bare = ["分", "points", "point"].iter().find_map(|unit| text.strip_suffix(unit));
    let place = || text.strip_prefix('第').map(|place| place.strip_suffix(['名', '位']).unwrap_or(place));
    let digits = bare.or_else(place).unwrap_or(text).trim_end().trim_end_matches(['%', '\u{FF05}']);
    let ascii = |letter: char| match letter {
        '\u{2212}' => '-',
        '\u{FF10}'..='\u{FF19}' | '\u{FF0E}' => char::from_u32(u32::from(letter).saturating_sub(0xFEE0)).unwrap_or(letter),
        other => other,
    };
    let digits: String = digits.chars().filter(|letter| !matches!(letter, ',' | '\u{FF0C}')).map(ascii).collect();
    Decimal::from_str_exact(digits.trim()).ok().map(|value| value.normalize())
}

/// The ends of a printed range, as in `[60, 80.50]` or `≥60`.
pub(crate) fn span(text: &str) -> Option<[Option<Decimal>; 2]> {
    if let Some(low) = text.strip_prefix('≥') {
        return Some([Some(number(low)?), None]);
    }
    if let Some(high) = text.strip_prefix('≤') {
        return Some([None, Some(number(high)?)]);
    }
    let (low, high) = text.strip_prefix('[')?.strip_suffix(']')?.split_once([',', '\u{FF0C}'])?;
    Some([Some(number(low)?), Some(number(high)?)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_tables_print_it() {
        let said = |text: &str| number(text).map(|number| number.to_string());
        let texts = ["8.15", " 8.15 分", "8.150分", "8.15 points", "1,234", "95%", "第49名", "第 3 位", "\u{2212}1.5", "８．５"];
        let wanted = ["8.15", "8.15", "8.15", "8.15", "1234", "95", "49", "3", "-1.5", "8.5"];
        assert_eq!(texts.map(|text| said(text).unwrap()), wanted);
        assert_eq!(["", "分", "第名", "abc", "—", "1-3", "8.15人"].map(said), [const { None }; 7]);
    }
}
