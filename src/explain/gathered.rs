//! What an input was gathered from: which units counted and with what, which were left out and why.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;

use super::{Case, absence_name, exact};
use crate::eval::domain::{Absence, Value};
use crate::eval::stages::{Brought, Group, Left, Part, account};
use crate::facts::Facts;
use crate::plan::{Common, Fold, InputId, InputKind, Plan, Units, Who};
use crate::quantity::Unit;

/// Of more units than this only the first and the last are named.
pub(crate) const NAMED: usize = 12;

/// What an aggregate was gathered from, for one unit.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) fold: Fold,
    pub(crate) within: Within,
    /// Whether groups of units count, and not the units.
    pub(crate) is_grouped: bool,
    /// Those that count, the first first.
    pub(crate) counted: Vec<Counted>,
    pub(crate) left: Vec<(Left, String)>,
    /// Those of which it is not known.
    pub(crate) open: Vec<(Absence, String)>,
    /// The unit of what is gathered, and of its weight.
    pub(crate) units: (Option<Unit>, Option<Unit>),
}

/// Of which units.
#[derive(Debug)]
pub(crate) enum Within {
    Tier(String),
    All,
    /// Those that have this in common: the name of the column or fact, and what it says.
    Same(String, String),
    Below(String),
}

/// A unit that counts, or a group of them.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) name: String,
    /// Whether it is the unit that is explained.
    pub(crate) own: bool,
    /// What it brings; none where units are only counted.
    pub(crate) value: Option<Value>,
    pub(crate) weight: Option<Value>,
}

/// The same as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct GatheredView {
    /// The tier, or what the units have in common; null for all units.
    within: Option<String>,
    /// How many count.
    counted: usize,
    /// Those that count, the first first; of many the first and the last.
    units: Vec<CountedView>,
    /// Those that are left out, and why.
    left_out: Vec<LeftView>,
    /// Those of which it is not known: a place among them is provisional.
    not_known: Vec<LeftView>,
}

#[derive(Debug, Serialize)]
struct CountedView {
    unit: String,
    value: Option<String>,
    weight: Option<String>,
}

#[derive(Debug, Serialize)]
struct LeftView {
    unit: String,
    why: &'static str,
}

impl Gathered {
    /// The positions of those that are named: all of few, else the first, the last and those about the unit itself.
    pub(crate) fn named(&self) -> Vec<usize> {
        let count = self.counted.len();
        if count <= NAMED {
            return (0..count).collect();
        }
        let own = self.counted.iter().position(|counted| counted.own);
        let about = own.into_iter().flat_map(|own| [own.saturating_sub(1), own, own + 1]);
        let wanted: BTreeSet<usize> = [0, count - 1].into_iter().chain(about).filter(|index| *index < count).collect();
        wanted.into_iter().collect()
    }

    pub(super) fn view(&self, plan: &Plan) -> GatheredView {
        let left = |why: &'static str, unit: &String| LeftView { unit: unit.clone(), why };
        let value = |value: &Option<Value>, unit: &Option<Unit>| value.and_then(|value| exact(plan, &value, unit.as_ref()));
        let counted = self.named().into_iter().filter_map(|index| self.counted.get(index));
        GatheredView {
            within: match &self.within {
                Within::Tier(name) | Within::Same(_, name) | Within::Below(name) => Some(name.clone()),
                Within::All => None,
            },
            counted: self.counted.len(),
            units: counted
                .map(|one| CountedView { unit: one.name.clone(), value: value(&one.value, &self.units.0), weight: value(&one.weight, &self.units.1) })
                .collect(),
            left_out: self.left.iter().map(|(why, unit)| left(left_name(*why), unit)).collect(),
            not_known: self.open.iter().map(|(why, unit)| left(absence_name(*why), unit)).collect(),
        }
    }
}

fn left_name(why: Left) -> &'static str {
    match why {
        Left::Exempt => "exempt",
        Left::NotApplicable => "not applicable",
        Left::Undefined => "undefined",
        Left::Excluded => "excluded",
    }
}

/// What an input of a unit was gathered from.
pub(super) fn gathered(case: &Case<'_>, id: InputId) -> Option<Gathered> {
    let (plan, facts) = (case.plan(), case.facts);
    let InputKind::Units(units) = &plan.inputs.get(id)?.kind else { return None };
    let brought = account(plan, facts, id);
    let read = brought.get(case.member)?.read;
    let mut found = Gathered {
        fold: units.fold,
        within: within(plan, facts, case.member, units),
        is_grouped: units.each.is_some(),
        counted: Vec::new(),
        left: Vec::new(),
        open: Vec::new(),
        units: (None, None),
    };
    let mut seen: BTreeSet<Group> = BTreeSet::new();
    for (member, one) in brought.iter().enumerate().filter(|(_, one)| one.group == read || matches!(one.group, Group::Open(_))) {
        let name = || facts.members.get(member).map(|member| member.name.clone()).unwrap_or_default();
        let open_group = |group: Group| if let Group::Open(absence) = group { Some(absence) } else { None };
        let open = open_group(one.group).or(units.each.and_then(|_| open_group(one.each)));
        match (one.part, open) {
            (Part::Left(why), _) => found.left.push((why, name())),
            (_, Some(absence)) | (Part::Open(absence), _) => found.open.push((absence, name())),
            (Part::Counted(..), _) if units.each.is_some() && !seen.insert(one.each) => {}
            (Part::Counted(value, weight), _) => found.counted.push(Counted {
                name: units.each.map_or_else(name, |common| common_value(plan, facts, member, common, one)),
                own: member == case.member && units.each.is_none(),
                value: value.number().map(|_| value),
                weight: weight.number().map(|_| weight),
            }),
        }
        if found.units.0.is_none()
            && let Some(program) = plan.programs.get(facts.members.get(member).map_or(0, |member| member.tier))
            && let Some(Some(brought)) = program.brought.get(id)
        {
            let unit = |index: usize| brought.values.get(index).and_then(|step| program.infos.get(*step)).and_then(|info| info.unit.clone());
            found.units = (unit(0), unit(1));
        }
    }
    let ascending = units.fold == Fold::Rank && units.ascending || units.fold == Fold::Lowest;
    found.counted.sort_by(|a, b| order(a, b, ascending));
    Some(found)
}

/// The higher first, or the lower; units with equal values as the register has them.
fn order(a: &Counted, b: &Counted, ascending: bool) -> Ordering {
    match (a.value.as_ref().and_then(Value::number), b.value.as_ref().and_then(Value::number)) {
        (Some(a), Some(b)) if ascending => a.cmp(b),
        (Some(a), Some(b)) => b.cmp(a),
        _ => Ordering::Equal,
    }
}

fn within(plan: &Plan, facts: &Facts, member: usize, units: &Units) -> Within {
    let name = |member: usize| facts.members.get(member).map(|member| member.name.clone()).unwrap_or_default();
    match units.over.who {
        Who::Tier => {
            let tier = facts.members.get(member).and_then(|member| plan.programs.get(member.tier));
            Within::Tier(tier.map(|program| program.tier.clone()).unwrap_or_default())
        }
        Who::All => Within::All,
        Who::Children => Within::Below(name(member)),
        Who::Same(Common::Parent) => Within::Below(facts.members.get(member).and_then(|member| member.parent).map(name).unwrap_or_default()),
        Who::Same(Common::Attribute(attribute)) => {
            let word = facts.members.get(member).and_then(|member| member.attributes.get(attribute).copied().flatten());
            Within::Same(
                plan.attributes.get(attribute).map(|attribute| attribute.name.clone()).unwrap_or_default(),
                word.and_then(|word| facts.words.get_index(word)).cloned().unwrap_or_default(),
            )
        }
        Who::Same(Common::Fact(fact)) => {
            let value = facts.rows.get(member).and_then(|row| row.get(fact)).map(|cell| cell.value);
            let name = plan.facts.get(fact).map(|fact| fact.label().to_owned()).unwrap_or_default();
            Within::Same(name, value.map(|value| exact(plan, &value, None).unwrap_or_default()).unwrap_or_default())
        }
    }
}

/// What a group has in common, as a name for it.
fn common_value(plan: &Plan, facts: &Facts, member: usize, common: Common, one: &Brought) -> String {
    let known = if let Group::Known(value, _) = one.each { Some(value) } else { None };
    let found = match common {
        Common::Fact(fact) => match plan.facts.get(fact).map(|fact| &fact.kind) {
            Some(crate::plan::Type::Truth) => known.map(|truth| (truth == 1).to_string()),
            _ => known.and_then(|symbol| plan.symbols.get(symbol)).cloned(),
        },
        Common::Attribute(_) => known.and_then(|word| facts.words.get_index(word)).cloned(),
        Common::Parent => facts.members.get(member).and_then(|member| facts.members.get(member.parent?)).map(|parent| parent.name.clone()),
    };
    found.unwrap_or_default()
}
