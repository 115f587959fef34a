//! Claims that cannot all be true, whatever the tables say.
//!
//! Every claim states something of a query: a number, within half of its last printed place; or a set of names, all of them or some.
//! Two claims contradict each other where they state of one query (the same words, spelling apart) numbers or names that do not go
//! together. A list that claims to be complete also states how many it has. An equation between sums, of a claim or of a 约束,
//! or that one is no more than another, is checked with what the claims state of its terms: where every term is stated or written
//! and the two sides cannot stand so, they contradict each other together. No further conclusion is drawn.

use std::collections::BTreeMap;

use super::model::Model;
use super::parse::{ListTree, Query, Stretch, Tree};
use super::terms::{Figure, Reader};
use super::{Contradiction, Shown};
use crate::facts::table::squeezed;
use crate::plan::Comparison;
use crate::quantity::Number;
use crate::source::Sources;

/// What a claim states of a query.
#[derive(Debug, Clone)]
struct Statement {
    claim: usize,
    figure: Figure,
    tolerance: Number,
}

/// The names that a claim states of a query.
#[derive(Debug)]
struct Naming {
    claim: usize,
    names: Vec<String>,
    complete: bool,
}

/// Two sums that are compared, and the claim that does it.
struct Equation {
    claim: Option<usize>,
    comparison: Comparison,
    left: Vec<(bool, Stretch)>,
    right: Vec<(bool, Stretch)>,
}

struct Stating<'s> {
    reader: Reader<'s>,
    model: &'s Model,
    numbers: BTreeMap<String, Vec<Statement>>,
    lists: BTreeMap<String, Vec<Naming>>,
    equations: Vec<Equation>,
}

/// The contradictions between claims; members by the numbers of the claims.
pub(super) fn contradictions(sources: &Sources, tree: &Tree, model: &Model) -> Vec<Contradiction> {
    let reader = Reader::new(tree, sources);
    let mut stating = Stating { reader, model, numbers: BTreeMap::new(), lists: BTreeMap::new(), equations: Vec::new() };
    for (number, claim) in tree.claims.iter().enumerate() {
        stating.claim(number, &claim.query);
    }
    for constraint in &tree.constraints {
        stating.equation(None, constraint);
    }
    let mut found = stating.same_query();
    found.extend(stating.lists());
    found.extend(stating.sums());
    found
}

impl Stating<'_> {
    fn canonical(&self, name: &str) -> String {
        self.model.aliases.get(&squeezed(name)).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn key(&self, stretch: &Stretch) -> String {
        self.reader.key(stretch, &|name| self.canonical(name))
    }

    fn state(&mut self, key: String, claim: usize, text: &str) {
        if let Some(figure) = Figure::read(text) {
            let tolerance = figure.tolerance();
            self.numbers.entry(key).or_default().push(Statement { claim, figure, tolerance });
        }
    }

    /// The text of some pieces without blanks.
    fn plain(&self, stretch: &Stretch) -> String {
        squeezed(&stretch.clone().map(|at| self.reader.text(at)).collect::<String>())
    }

    fn claim(&mut self, claim: usize, query: &Query) {
        match query {
            Query::Holds(stretch) => {
                let Some((left, comparison, right)) = self.reader.relation(stretch) else { return };
                match self.reader.quantity(&right) {
                    Some(value) if comparison == Comparison::Eq && self.reader.terms(&left).len() == 1 => {
                        let (key, text) = (self.key(&left), self.plain(&value));
                        self.state(key, claim, &text);
                    }
                    _ => self.equation(Some(claim), stretch),
                }
            }
            Query::Values { table, expression, names } => {
                for printed in names {
                    if let Some(value) = &printed.value {
                        let (key, text) = (self.of_row(&table.text, &printed.name.text, expression), self.plain(value));
                        self.state(key, claim, &text);
                    }
                }
            }
            Query::List(list) => self.list(claim, list),
            Query::Rows { .. } | Query::Unknown(_) => {}
        }
    }

    /// A cell of one row, in the words in which an expression names it.
    fn of_row(&self, table: &str, name: &str, expression: &Stretch) -> String {
        format!("「{table}」(“{}”).{}", self.canonical(name), self.key(expression))
    }

    fn list(&mut self, claim: usize, list: &ListTree) {
        let table = &list.table.text;
        let condition = list.condition.as_ref().map(|condition| self.key(condition));
        let names: Vec<String> = list.names.iter().map(|printed| self.canonical(&printed.name.text)).collect();
        if let Some(cut) = &list.cut {
            for printed in &list.names {
                if let Some(value) = &printed.value {
                    let (key, text) = (self.of_row(table, &printed.name.text, &cut.key), self.plain(value));
                    self.state(key, claim, &text);
                }
            }
        }
        if list.cut.is_none() {
            let counted =
                condition.as_ref().map_or_else(|| format!("「{table}」 k_count ()"), |condition| format!("「{table}」 k_count ( k_where {condition})"));
            if let Some((_, word)) = &list.counting {
                self.state(counted.clone(), claim, &word.text);
            }
            if list.complete {
                let unit = self.model.tables.iter().find(|one| one.name == *table).map(|one| one.unit.clone()).unwrap_or_default();
                self.state(counted, claim, &format!("{}{unit}", names.len()));
            }
        }
        let cut = list.cut.as_ref().map(|cut| format!("{}{}{}{}", cut.top, cut.count, cut.descending, self.key(&cut.key)));
        let key = format!("{table}|{}|{}", condition.unwrap_or_default(), cut.unwrap_or_default());
        self.lists.entry(key).or_default().push(Naming { claim, names, complete: list.complete });
    }

    fn equation(&mut self, claim: Option<usize>, stretch: &Stretch) {
        if let Some((left, comparison, right)) = self.reader.relation(stretch) {
            let (left, right) = (self.reader.terms(&left), self.reader.terms(&right));
            self.equations.push(Equation { claim, comparison, left, right });
        }
    }

    // --- what does not go together ---

    /// One query with two numbers.
    fn same_query(&self) -> Vec<Contradiction> {
        let mut found = Vec::new();
        for stated in self.numbers.values() {
            let apart = stated.iter().enumerate().find_map(|(index, one)| Some((one, stated.iter().skip(index + 1).find(|other| apart(one, other))?)));
            if let Some((one, other)) = apart {
                found.push(Contradiction { claims: members([one.claim, other.claim]), stated: vec![shown(one), shown(other)], names: Vec::new(), sum: false });
            }
        }
        found.sort_by(|one, other| one.claims.cmp(&other.claims));
        found
    }

    /// One list with other names.
    fn lists(&self) -> Vec<Contradiction> {
        let mut found = Vec::new();
        for stated in self.lists.values() {
            for (index, one) in stated.iter().enumerate() {
                for other in stated.iter().skip(index + 1) {
                    let lacking = |all: &Naming, some: &Naming| -> Vec<String> {
                        if all.complete {
                            some.names.iter().filter(|name| !all.names.iter().any(|one| squeezed(one) == squeezed(name))).cloned().collect()
                        } else {
                            Vec::new()
                        }
                    };
                    let names = [lacking(one, other), lacking(other, one)].concat();
                    if !names.is_empty() {
                        found.push(Contradiction { claims: members([one.claim, other.claim]), stated: Vec::new(), names, sum: false });
                    }
                }
            }
        }
        found.sort_by(|one, other| one.claims.cmp(&other.claims));
        found
    }

    /// Sums whose stated terms do not give the stated whole.
    fn sums(&self) -> Vec<Contradiction> {
        self.equations.iter().filter_map(|equation| self.sum(equation)).collect()
    }

    fn sum(&self, equation: &Equation) -> Option<Contradiction> {
        let (mut difference, mut tolerance) = (Number::ZERO, Number::ZERO);
        let mut claims: Vec<usize> = equation.claim.into_iter().collect();
        let mut stated = Vec::new();
        let terms = equation.left.iter().map(|(plus, term)| (*plus, term)).chain(equation.right.iter().map(|(plus, term)| (!*plus, term)));
        for (plus, term) in terms {
            let (value, within) = match self.reader.quantity(term) {
                Some(literal) => {
                    let figure = Figure::read(&self.plain(&literal))?;
                    // a number that the claim itself prints is as exact as print
                    (figure.value, if equation.claim.is_some() { figure.tolerance() } else { Number::ZERO })
                }
                None => {
                    let one = self.numbers.get(&self.key(term))?.first()?;
                    claims.push(one.claim);
                    stated.push(shown(one));
                    (one.figure.value, one.tolerance)
                }
            };
            difference = if plus { difference.plus(&value) } else { difference.minus(&value) }.ok()?;
            tolerance = tolerance.plus(&within).ok()?;
        }
        let (more, less) = (difference, difference.negated());
        let cannot = match equation.comparison {
            Comparison::Eq => more > tolerance || less > tolerance,
            Comparison::Le => more > tolerance,
            Comparison::Lt => more >= tolerance,
            Comparison::Ge => less > tolerance,
            Comparison::Gt => less >= tolerance,
            Comparison::Ne => false,
        };
        (!stated.is_empty() && cannot).then(|| Contradiction { claims: members(claims), stated, names: Vec::new(), sum: true })
    }
}

/// Whether two printed numbers cannot come from one.
fn apart(one: &Statement, other: &Statement) -> bool {
    let Ok(difference) = one.figure.value.minus(&other.figure.value) else { return false };
    let apart = if difference < Number::ZERO { difference.negated() } else { difference };
    let within = one.tolerance.plus(&other.tolerance).unwrap_or(Number::ZERO);
    !apart.is_zero() && apart >= within
}

fn shown(one: &Statement) -> (usize, Shown) {
    (one.claim, Shown::Number(one.figure.value, one.figure.unit.clone()))
}

fn members(claims: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut claims: Vec<usize> = claims.into_iter().collect();
    claims.sort_unstable();
    claims.dedup();
    claims
}
