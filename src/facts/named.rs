//! The units that the rules name, by 仅 and 除外: whether the register knows them, and which units they are.

use std::collections::BTreeMap;

use super::register::Register;
use super::table::squeezed;
use crate::diag::{Code, Diagnostic, closest, words};
use crate::plan::{InputKind, Name, Plan};

/// How a register calls its units by all of their names, without white space; nothing where the rules name no unit.
pub(crate) fn aliases(plan: &Plan, register: Option<&Register>) -> BTreeMap<String, String> {
    if names(plan).next().is_none() {
        return BTreeMap::new();
    }
    let entries = register.into_iter().flat_map(|register| &register.members);
    entries.flat_map(|entry| entry.aliases.iter().map(|alias| (squeezed(alias), squeezed(&entry.name)))).collect()
}

/// The names of units in the scopes of the rules.
fn names(plan: &Plan) -> impl Iterator<Item = &Name> {
    plan.inputs.iter().flat_map(|input| match &input.kind {
        InputKind::Named(names) => names.as_slice(),
        InputKind::Units(_) | InputKind::Records(_) | InputKind::Earlier(_) => &[],
    })
}

/// Whether a unit is one of those.
pub(crate) fn is_one_of(unit: &str, names: &[Name], aliases: &BTreeMap<String, String>) -> bool {
    let called = |name: &str| {
        let name = squeezed(name);
        aliases.get(&name).cloned().unwrap_or(name)
    };
    let unit = called(unit);
    names.iter().any(|name| called(&name.text) == unit)
}

/// Reports names of units in the rules that a register does not know.
pub(crate) fn check(plan: &Plan, register: &Register) -> Vec<Diagnostic> {
    let in_cases = plan.cases.iter().filter_map(|case| case.unit.as_ref());
    let mut found: Vec<Diagnostic> = Vec::new();
    for name in names(plan).chain(in_cases).filter(|name| register.find(&name.text).is_none()) {
        let text = &name.text;
        let diagnostic = Diagnostic::new(Code::UnknownName, words!("名册里没有单位「{text}」", "the register has no unit {text}"))
            .at(name.span, words!("名册里没有这个名称或别名", "neither a name nor an alias of the register"));
        found.push(match closest(text, register.names()) {
            Some(near) => diagnostic.fix(words!("是不是 \"{near}\"?", "did you mean \"{near}\"?"), name.span, format!("\"{near}\"")),
            None => diagnostic.help(words!("改正名称,或把这个单位加进名册", "correct the name, or add the unit to the register")),
        });
    }
    found
}
