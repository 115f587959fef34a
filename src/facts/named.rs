//! The units that the rules name, by 仅 and 除外: whether the register knows them, and which units they are.

use std::collections::BTreeSet;

use super::Facts;
use super::register::Register;
use super::table::squeezed;
use crate::diag::{Code, Diagnostic, closest, words};
use crate::eval::domain::Value;
use crate::plan::{Input, Plan};

/// Says for every unit whether it is one of those that the rules name.
pub(crate) fn fill(facts: &mut Facts, plan: &Plan, register: Option<&Register>) {
    if plan.inputs.is_empty() {
        return;
    }
    let registered = |name: &str| register.and_then(|register| register.members.get(register.find(name)?)).map(|entry| entry.name.as_str());
    let called = |name: &str| squeezed(registered(name).unwrap_or(name));
    let names: Vec<BTreeSet<String>> = plan.inputs.iter().map(|Input::OneOf(names)| names.iter().map(|name| called(&name.text)).collect()).collect();
    for (member, row) in facts.members.iter().zip(&mut facts.rows) {
        let name = squeezed(&member.name);
        row.inputs = names.iter().map(|names| Some(Value::Truth(names.contains(&name)))).collect();
    }
}

/// Whether a unit of that name is one of those that an input names, where there is no register of aliases.
pub(crate) fn names(input: &Input, unit: &str) -> bool {
    let Input::OneOf(names) = input;
    names.iter().any(|name| squeezed(&name.text) == squeezed(unit))
}

/// Reports names of units in the rules that a register does not know.
pub(crate) fn check(plan: &Plan, register: &Register) -> Vec<Diagnostic> {
    let in_scopes = plan.inputs.iter().flat_map(|Input::OneOf(names)| names);
    let in_cases = plan.cases.iter().filter_map(|case| case.unit.as_ref());
    let mut found: Vec<Diagnostic> = Vec::new();
    for name in in_scopes.chain(in_cases).filter(|name| register.find(&name.text).is_none()) {
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
