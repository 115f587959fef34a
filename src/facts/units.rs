//! The units of the rows: by the register, or else by the tables themselves.

use std::collections::BTreeMap;

use super::register::{Register, RegisterEntry, TIER, find_tier, tidy, unknown_tier};
use super::table::{Table, excerpt, squeezed};
use super::{Cell, Facts, Member, Row};
use crate::diag::{CellPlace, Code, Diagnostic, closest, words};
use crate::plan::{Plan, TierId};

/// A row as far as it names its unit: columns and texts.
pub(super) struct Named<'t> {
    pub(super) table: &'t Table,
    pub(super) row: usize,
    pub(super) name: (usize, &'t str),
    pub(super) tier: Option<(usize, &'t str)>,
}

impl Named<'_> {
    fn place(&self, column: usize) -> CellPlace {
        self.table.place(self.row, column)
    }
}

/// Looking for near names among many takes long; so many unknown units get a suggestion.
const SUGGESTIONS: usize = 50;

/// The units that are scored, and how rows name them.
pub(super) struct Units<'a> {
    plan: &'a Plan,
    register: Option<&'a Register>,
    period: Option<&'a str>,
    /// The member of each entry of the register that is active.
    active: BTreeMap<usize, usize>,
    /// Without a register: names without white space, and where each was first seen.
    seen: BTreeMap<String, (usize, CellPlace)>,
    suggestions: usize,
}

impl<'a> Units<'a> {
    /// The members of the register enter the facts at once.
    pub(super) fn new(plan: &'a Plan, register: Option<&'a Register>, period: Option<&'a str>, facts: &mut Facts) -> Self {
        let mut units = Units { plan, register, period, active: BTreeMap::new(), seen: BTreeMap::new(), suggestions: 0 };
        if let Some(register) = register {
            for (id, entry) in register.active(period) {
                let member = add(facts, plan, entry.name.clone(), entry.tier);
                units.active.insert(id, member);
            }
            for (id, member) in &units.active {
                if let (Some(entry), Some(member)) = (register.members.get(*id), facts.members.get_mut(*member)) {
                    // a unit above that is not in office has no say in this period
                    member.parent = entry.parent.and_then(|parent| units.active.get(&parent).copied());
                    member.attributes.clone_from(&entry.attributes);
                }
            }
            facts.words.clone_from(&register.words);
        }
        units
    }

    pub(super) fn has_register(&self) -> bool {
        self.register.is_some()
    }

    /// The member of that name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        match self.register {
            Some(register) => register.find(name).and_then(|id| self.active.get(&id).copied()),
            None => self.seen.get(&squeezed(name)).map(|(member, _)| *member),
        }
    }

    /// The nearest name.
    pub(super) fn nearest(&mut self, name: &str) -> Option<String> {
        if self.suggestions >= SUGGESTIONS {
            return None;
        }
        self.suggestions += 1;
        match self.register {
            Some(register) => closest(name, register.names()).map(str::to_owned),
            None => closest(name, self.seen.keys().map(String::as_str)).map(str::to_owned),
        }
    }

    /// The member that a row speaks of; without a register it enters the facts with its first row.
    ///
    /// # Errors
    /// What is wrong with the row, unless that was said elsewhere.
    pub(super) fn of_row(&mut self, row: &Named<'_>, facts: &mut Facts) -> Result<usize, Option<Diagnostic>> {
        match self.register {
            Some(register) => self.registered(register, row),
            None => self.unregistered(row, facts),
        }
    }

    fn registered(&mut self, register: &Register, row: &Named<'_>) -> Result<usize, Option<Diagnostic>> {
        let (column, name) = row.name;
        let place = row.place(column);
        let Some(id) = register.find(name) else {
            let known = register.is_faulty(name);
            return Err((!known).then(|| self.unknown(name, place)));
        };
        let Some(entry) = register.members.get(id) else { return Err(None) };
        let Some(member) = self.active.get(&id).copied() else { return Err(Some(self.inactive(entry, place))) };
        let wanted = self.plan.programs.get(entry.tier).map(|program| program.tier.as_str()).unwrap_or_default();
        if let Some((column, tier)) = row.tier.filter(|(_, tier)| squeezed(tier) != squeezed(wanted)) {
            let (name, tier) = (&entry.name, excerpt(tier));
            return Err(Some(
                Diagnostic::new(
                    Code::TierDisagrees,
                    words!("「{name}」的层级写作「{tier}」,名册里是「{wanted}」", "{name} is given as {tier}, the register says {wanted}"),
                )
                .at_cell(row.place(column), words!("", ""))
                .at_cell(entry.place(), words!("名册的这一行", "this row of the register"))
                .help(words!("更正其中一处;层级一列可以不写", "correct one of the two; the tables need no tiers")),
            ));
        }
        Ok(member)
    }

    fn unknown(&mut self, name: &str, place: CellPlace) -> Diagnostic {
        let shown = excerpt(name);
        let diagnostic =
            Diagnostic::new(Code::UnknownMember, words!("名册里没有「{shown}」", "the register has no unit {shown}")).at_cell(place, words!("", ""));
        let diagnostic = match self.nearest(name) {
            Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
            None => diagnostic,
        };
        diagnostic.help(words!("在名册里加上这个单位,或把这个写法加为它的别名", "add the unit to the register, or this name as an alias"))
    }

    fn inactive(&self, entry: &RegisterEntry, place: CellPlace) -> Diagnostic {
        let (name, period) = (&entry.name, self.period.unwrap_or_default());
        let (from, until) = (entry.from.as_deref().unwrap_or("…"), entry.until.as_deref().unwrap_or("…"));
        Diagnostic::new(Code::UnknownMember, words!("「{name}」不在 {period} 的名册里", "{name} is not in the register of {period}"))
            .at_cell(place, words!("", ""))
            .at_cell(entry.place(), words!("名册写的是 自 {from} 至 {until}", "the register says from {from} until {until}"))
            .help(words!("更正名册的 自 与 至,或从数据里删去这个单位", "correct the dates in the register, or remove the unit from the facts"))
    }

    fn unregistered(&mut self, row: &Named<'_>, facts: &mut Facts) -> Result<usize, Option<Diagnostic>> {
        let (_, name) = row.name;
        let Some((column, text)) = row.tier else {
            // without a column of tiers the table as a whole is at fault
            return Err(row.table.column(TIER).map(|column| no_tier(name, row.place(column))));
        };
        let place = row.place(column);
        let Some(tier) = find_tier(self.plan, text) else {
            return Err(Some(unknown_tier(Code::BadTable, self.plan, text).at_cell(place, words!("", ""))));
        };
        let Some((member, first)) = self.seen.get(&squeezed(name)) else {
            let member = add(facts, self.plan, tidy(name), tier);
            self.seen.insert(squeezed(name), (member, place));
            return Ok(member);
        };
        if facts.members.get(*member).is_some_and(|member| member.tier != tier) {
            let name = excerpt(name);
            return Err(Some(
                Diagnostic::new(Code::TierDisagrees, words!("「{name}」的层级前后不一", "{name} is given with two tiers"))
                    .at_cell(place, words!("这里是一个", "one here"))
                    .at_cell(first.clone(), words!("先是另一个", "the other here first"))
                    .help(words!("更正其中一处", "correct one of the two")),
            ));
        }
        Ok(*member)
    }
}

fn no_tier(name: &str, place: CellPlace) -> Diagnostic {
    let name = excerpt(name);
    Diagnostic::new(Code::BadTable, words!("没有写「{name}」的层级", "the tier of {name} is not stated"))
        .at_cell(place, words!("这一格是空的", "this cell is blank"))
        .help(words!("补上层级", "state the tier"))
}

/// Facts that the register gives, where no table of facts does: a cell of the facts stands instead of that of the register, also
/// where it holds a set.
pub(super) fn given_by_register(units: &Units<'_>, facts: &mut Facts) {
    let Some(register) = units.register.filter(|register| register.members.iter().any(|entry| !entry.given.is_empty())) else { return };
    let file = facts.files.len();
    facts.files.push(register.file.clone());
    for (id, member) in &units.active {
        let (Some(entry), Some(row)) = (register.members.get(*id), facts.rows.get_mut(*member)) else { continue };
        for given in &entry.given {
            if let Some(slot @ None) = row.cells.get_mut(given.fact) {
                let (value, known) = (given.value, given.known.clone());
                *slot = Some(Cell { value, known, file, row: entry.row, column: given.column, provenance: None, basis: None });
            }
        }
    }
}

fn add(facts: &mut Facts, plan: &Plan, name: String, tier: TierId) -> usize {
    facts.members.push(Member { name, tier, parent: None, attributes: Vec::new() });
    facts.rows.push(Row { listed: false, cells: vec![None; plan.facts.len()], inputs: Vec::new(), bounds: Vec::new(), instead: Vec::new() });
    facts.members.len() - 1
}
