//! What was gathered from many units, in words: of whom, with what, and who was left out.

use std::collections::BTreeMap;

use super::pick;
use super::value::{absence_word, show};
use crate::diag::Lang;
use crate::eval::stages::Left;
use crate::explain::{Gathered, NAMED, Within};
use crate::plan::{Fold, Plan};

/// A line for those that count, one for those that are left out, one for those of which it is not known.
pub(super) fn lines(plan: &Plan, gathered: &Gathered, lang: Lang) -> Vec<String> {
    let comma = pick(lang, "、", ", ");
    let mut lines = vec![counted(plan, gathered, lang)];
    let mut left: BTreeMap<Left, Vec<&str>> = BTreeMap::new();
    for (why, unit) in &gathered.left {
        left.entry(*why).or_default().push(unit);
    }
    if !left.is_empty() {
        let told = |(why, units): (&Left, &Vec<&str>)| match lang {
            Lang::Zh => format!("{}({})", some(units, lang), left_word(*why, lang)),
            Lang::En => format!("{} ({})", some(units, lang), left_word(*why, lang)),
        };
        let groups: Vec<String> = left.iter().map(told).collect();
        lines.push(format!("{}{}", pick(lang, "不计:", "left out: "), groups.join(pick(lang, ";", "; "))));
    }
    if !gathered.open.is_empty() {
        let named = gathered.open.iter().take(NAMED).map(|(absence, unit)| format!("{unit} {}", absence_word(*absence, lang)));
        let more = (gathered.open.len() > NAMED).then(|| match lang {
            Lang::Zh => format!("等 {} 家", gathered.open.len()),
            Lang::En => format!("… ({} units)", gathered.open.len()),
        });
        let units: Vec<String> = named.chain(more).collect();
        let word = match gathered.fold {
            Fold::Rank => pick(lang, "名次暂定:", "the place is provisional: "),
            _ => pick(lang, "还不知道:", "not known: "),
        };
        lines.push(format!("{word}{}", units.join(comma)));
    }
    lines
}

/// `部门 3 家:丙 95%、甲 90%(本单位)、乙 80%`.
fn counted(plan: &Plan, gathered: &Gathered, lang: Lang) -> String {
    let count = gathered.counted.len();
    let named = gathered.named();
    let mut shown: Vec<String> = Vec::new();
    let mut before: Option<usize> = None;
    for index in named {
        if before.is_some_and(|before| before + 1 < index) {
            shown.push("…".to_owned());
        }
        before = Some(index);
        let Some(one) = gathered.counted.get(index) else { continue };
        let value = one.value.map(|value| format!(" {}", show(plan, &value, gathered.units.0.as_ref(), lang))).unwrap_or_default();
        let weight = one.weight.map(|weight| format!(" × {}", show(plan, &weight, gathered.units.1.as_ref(), lang))).unwrap_or_default();
        let own = if one.own { pick(lang, "(本单位)", " (this unit)") } else { "" };
        shown.push(format!("{}{value}{weight}{own}", one.name));
    }
    let within = match (&gathered.within, lang) {
        (Within::Tier(tier), _) => tier.clone(),
        (Within::All, _) => pick(lang, "全体", "all units").to_owned(),
        (Within::Same(name, value), _) => format!("{name} {value}"),
        (Within::Below(unit), Lang::Zh) => format!("{unit}的下级"),
        (Within::Below(unit), Lang::En) => format!("below {unit}"),
    };
    let list = shown.join(pick(lang, "、", ", "));
    let grouped = gathered.is_grouped;
    match (lang, grouped, count) {
        (Lang::Zh, _, 0) => format!("{within}:没有一家可计"),
        (Lang::En, _, 0) => format!("{within}: none that counts"),
        (Lang::Zh, false, _) => format!("{within} {count} 家:{list}"),
        (Lang::Zh, true, _) => format!("{within} {count} 组:{list}"),
        (Lang::En, false, _) => format!("{within}, units {count}: {list}"),
        (Lang::En, true, _) => format!("{within}, groups {count}: {list}"),
    }
}

/// Some names, and how many more there are.
fn some(units: &[&str], lang: Lang) -> String {
    let comma = pick(lang, "、", ", ");
    let named: Vec<&str> = units.iter().take(NAMED).copied().collect();
    let named = named.join(comma);
    match (units.len() > NAMED, lang) {
        (false, _) => named,
        (true, Lang::Zh) => format!("{named} 等 {} 家", units.len()),
        (true, Lang::En) => format!("{named} … ({} units)", units.len()),
    }
}

fn left_word(why: Left, lang: Lang) -> &'static str {
    match why {
        Left::Exempt => pick(lang, "不参评", "exempt"),
        Left::NotApplicable => pick(lang, "不适用", "not applicable"),
        Left::Undefined => pick(lang, "无从计算", "undefined"),
        Left::Excluded => pick(lang, "不合 其中", "where does not hold"),
    }
}
