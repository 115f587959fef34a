//! What the tables say of every claim.

use super::given::Standing;
use super::model::{Asked, CellOf, Made, Model, Reads};
use super::parse::{ClaimTree, ListTree, Printed, Query};
use super::terms::Figure;
use super::{Cell, Count, Evidence, Found, Listed, Off, Shown, Stranger, Verdict, Why, Wrong};
use crate::diag::closest;
use crate::eval::domain::{Absence, Exact, Value};
use crate::eval::stages::records;
use crate::eval::{self, Until};
use crate::facts::Facts;
use crate::facts::table::squeezed;
use crate::plan::{Comparison, Fold, InputKind, OfRecords, Program, RecordId, Step, StepId, closure};
use crate::quantity::{Mode, Number, Unit, plain, round_to};

/// The tables of a claims file, evaluated.
pub(super) struct Judge<'j> {
    model: &'j Model,
    facts: &'j Facts,
    program: &'j Program,
    values: Vec<Value>,
    mode: Mode,
}

/// A row of a table as a query sees it.
struct Seen<'s> {
    name: String,
    fields: &'s [Value],
}

/// A query that is evaluated for every row.
struct OverRows<'p> {
    record: RecordId,
    made: &'p OfRecords,
}

impl<'j> Judge<'j> {
    pub(super) fn new(model: &'j Model, facts: &'j Facts, mode: Mode) -> Option<Self> {
        let (program, row) = (model.plan.programs.first()?, facts.rows.first()?);
        let mut values = Vec::new();
        eval::run(&Exact, program, row, Until::Bounds, &mut values);
        Some(Judge { model, facts, program, values, mode })
    }

    /// The verdict on a claim and what it rests on.
    pub(super) fn judge(&self, claim: &ClaimTree, asked: &Asked) -> (Verdict, Found) {
        if let Query::Unknown(why) = &claim.query {
            return unknown(Why::Stated(why.clone()));
        }
        let closed = asked.reads.tables.iter().filter_map(|table| self.model.tables.get(*table)).find(|table| !table.known);
        if let Some(table) = closed {
            return unknown(Why::NoPolicy(table.name.clone()));
        }
        if let Some(found) = self.lost_row(&asked.reads) {
            return found;
        }
        let found = match (&asked.made, &claim.query) {
            (Made::Holds { output, stated }, _) => self.holds(output, stated.as_deref(), &asked.reads),
            (Made::List { .. }, Query::List(list)) => self.list(&asked.made, list, &asked.reads),
            (Made::Values { table, values }, Query::Values { names, .. }) => Some(self.of_names(*table, values, names, &asked.reads)),
            (Made::Rows { table, condition, holds }, _) => self.rows(*table, condition.as_deref(), holds, &asked.reads),
            _ => None,
        };
        found.unwrap_or_else(|| unknown(Why::Absent(Absence::Missing)))
    }

    /// What it is worth that a claim holds.
    pub(super) fn evidence(&self, claim: &ClaimTree, asked: &Asked) -> Evidence {
        let is_copied = |table: &usize| self.model.tables.get(*table).is_some_and(|table| table.is_copied_from(claim.line.0));
        let lists_copies = match &claim.query {
            Query::List(list) => list.cut.is_none() && asked.reads.gathered.is_empty() && asked.reads.tables.iter().all(is_copied),
            _ => false,
        };
        let rows = self.rows_of(claim, asked);
        let stand = |cells: &[CellOf], wanted: Standing| rows.iter().filter(|row| cells.iter().any(|cell| self.stands(cell, row, asked, wanted))).count();
        if lists_copies || asked.bare.iter().any(|cell| is_copied(&cell.table)) || stand(&asked.bare, Standing::Copied) > 0 {
            return Evidence::Copied;
        }
        match stand(&asked.reads.cells, Standing::Fitted) {
            0 => Evidence::Own,
            fitted => Evidence::Fitted { rows: fitted, of: rows.len() },
        }
    }

    /// The rows that a claim speaks of; one without a name where it speaks of none.
    fn rows_of(&self, claim: &ClaimTree, asked: &Asked) -> Vec<String> {
        let names = |names: &[Printed]| names.iter().map(|printed| self.canonical(&printed.name.text)).collect();
        match (&asked.made, &claim.query) {
            (Made::Rows { table, condition, .. }, _) => {
                let condition = condition.as_deref().and_then(|condition| self.over_rows(condition));
                let holds = |row: &Seen<'_>| condition.as_ref().is_none_or(|condition| self.in_row(condition, row).0 == Value::Truth(true));
                self.seen(*table).into_iter().filter(holds).map(|row| row.name).collect()
            }
            (Made::List { table, .. }, Query::List(list)) if list.names.iter().all(|printed| printed.value.is_none()) => self.names(*table),
            (_, Query::List(ListTree { names: printed, .. }) | Query::Values { names: printed, .. }) => names(printed),
            _ => vec![String::new()],
        }
    }

    /// Whether a cell of a row, or any where it is gathered over all, has that standing.
    fn stands(&self, cell: &CellOf, row: &str, asked: &Asked, wanted: Standing) -> bool {
        let Some(table) = self.model.tables.get(cell.table) else { return false };
        let is = |key: &str| table.standing(key, &cell.column) == Some(wanted);
        match &cell.key {
            Some(key) => is(key),
            None if asked.reads.gathered.contains(&cell.table) => self.names(cell.table).iter().any(|name| is(name)),
            None => is(row),
        }
    }

    /// A row that an expression names and no table has.
    fn lost_row(&self, reads: &Reads) -> Option<(Verdict, Found)> {
        reads.rows.iter().find_map(|(table, key)| {
            let names = self.names(*table);
            let found = names.iter().any(|name| squeezed(name) == squeezed(&key.text));
            (!found).then(|| unknown(Why::NoRow { table: self.table_name(*table), stranger: stranger(&key.text, &names) }))
        })
    }

    // --- steps ---

    fn output(&self, name: &str) -> Option<StepId> {
        let id = self.model.plan.values.iter().position(|value| value.name == name)?;
        self.program.values.get(id).copied().flatten()
    }

    fn value(&self, step: StepId) -> Value {
        self.values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing))
    }

    fn over_rows(&self, output: &str) -> Option<OverRows<'j>> {
        let (count, _) = compared(&self.program.steps, self.output(output)?)?;
        let Some(Step::Input(input)) = self.program.steps.get(same(&self.program.steps, count)) else { return None };
        let made = self.program.of_records.get(*input)?.as_ref()?;
        let InputKind::Records(records) = &self.model.plan.inputs.get(*input)?.kind else { return None };
        Some(OverRows { record: records.record, made })
    }

    fn seen(&self, table: usize) -> Vec<Seen<'j>> {
        let Some((record, key)) = self.key(table) else { return Vec::new() };
        let Some(Some(ledger)) = self.facts.ledgers.get(record) else { return Vec::new() };
        let name = |fields: &[Value]| fields.get(key).map(|value| self.word(value)).unwrap_or_default();
        ledger.of(0).into_iter().map(|fields| Seen { name: name(fields), fields }).collect()
    }

    fn key(&self, table: usize) -> Option<(RecordId, usize)> {
        let table = self.model.tables.get(table)?;
        let record = self.model.plan.records.iter().position(|record| record.name == table.name)?;
        let key = self.model.plan.records.get(record)?.fields.iter().position(|field| field.fact.name == table.key)?;
        Some((record, key))
    }

    fn names(&self, table: usize) -> Vec<String> {
        self.seen(table).into_iter().map(|seen| seen.name).collect()
    }

    fn table_name(&self, table: usize) -> String {
        self.model.tables.get(table).map(|table| table.name.clone()).unwrap_or_default()
    }

    /// A text of a cell, or a number that names a row.
    fn word(&self, value: &Value) -> String {
        let known = &self.model.plan.symbols;
        match value {
            Value::Number(number) => number.decimal().map(plain).unwrap_or_default(),
            Value::Symbol(symbol) => known.get(*symbol).or_else(|| self.facts.texts.get(symbol.checked_sub(known.len())?)).cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn shown(&self, value: &Value, unit: Option<&Unit>) -> Shown {
        match value {
            Value::Number(number) => Shown::Number(*number, unit.cloned()),
            Value::Truth(truth) => Shown::Truth(*truth),
            Value::Symbol(_) => Shown::Word(self.word(value)),
            Value::Absent(absence) => Shown::Absent(*absence),
        }
    }

    /// What the condition of a query comes to in a row, and the two sides where it compares.
    fn in_row(&self, over: &OverRows<'_>, seen: &Seen<'_>) -> (Value, Option<(Value, Value, Option<Unit>)>) {
        let program = &over.made.whole;
        let values = records::values(program, seen.fields, |step| self.value(step));
        let at = |step: StepId| values.get(step).copied().unwrap_or(Value::Absent(Absence::Missing));
        let Some(condition) = program.condition else { return (Value::Truth(true), None) };
        let sides =
            compared(&program.steps, condition).map(|(one, other)| (at(one), at(other), self.unit_in_row(over, one).or_else(|| self.unit_in_row(over, other))));
        (at(condition), sides)
    }

    /// The unit of a step in a row, as far as a column says it.
    fn unit_in_row(&self, over: &OverRows<'_>, step: StepId) -> Option<Unit> {
        let steps = &over.made.whole.steps;
        match steps.get(step)? {
            Step::Given(field) => self.model.plan.records.get(over.record)?.fields.get(*field)?.fact.unit().cloned(),
            Step::Same(a) | Step::Round(a, _, _) | Step::Negate(a) | Step::Cap(a, _) | Step::Floor(a, _) => self.unit_in_row(over, *a),
            Step::Sum(terms) => terms.iter().find_map(|(_, term)| self.unit_in_row(over, *term)),
            Step::Choose(_, a, b) => self.unit_in_row(over, *a).or_else(|| self.unit_in_row(over, *b)),
            _ => None,
        }
    }

    fn partial(&self, tables: impl IntoIterator<Item = usize>) -> Option<String> {
        tables.into_iter().filter_map(|table| self.model.tables.get(table)).find(|table| table.partial).map(|table| table.name.clone())
    }

    // --- the kinds of queries ---

    fn holds(&self, output: &str, stated: Option<&str>, reads: &Reads) -> Option<(Verdict, Found)> {
        let step = self.output(output)?;
        let sides = compared(&self.program.steps, step);
        let unit = |step: StepId| self.program.infos.get(step).and_then(|info| info.unit.clone());
        let show = |step: StepId| self.shown(&self.value(step), unit(step).as_ref());
        if let Some(table) = self.partial(reads.gathered.iter().copied()) {
            return Some(match self.beyond(step, stated) {
                Some(verdict) => (verdict, Found::Truth { sides: sides.map(|(one, other)| (show(one), show(other))), partial: Some(table) }),
                None => unknown(Why::Partial { table, shown: sides.map(|(found, _)| show(found)) }),
            });
        }
        if let Some((figure, (found, printed))) = stated.and_then(Figure::read).zip(sides) {
            let (value, printed) = (self.value(found), self.value(printed));
            return Some(match (value, printed) {
                (Value::Number(number), Value::Number(printed)) => {
                    let (verdict, under) = self.agree(&number, &figure);
                    let off = number.minus(&printed).ok().filter(|_| verdict == Verdict::Fails).map(|off| Off::of(off, figure.unit.as_ref()));
                    (verdict, Found::Value { found: Shown::Number(number, unit(found).or(figure.unit)), under, off })
                }
                (Value::Absent(absence), _) => unknown(Why::Absent(absence)),
                _ => return None,
            });
        }
        Some(match self.value(step) {
            Value::Truth(truth) => {
                let sides = sides.map(|(one, other)| (show(one), show(other)));
                (if truth { Verdict::Holds } else { Verdict::Fails }, Found::Truth { sides, partial: None })
            }
            Value::Absent(absence) => unknown(Why::Absent(absence)),
            Value::Number(_) | Value::Symbol(_) => return None,
        })
    }

    /// What a comparison comes to whatever the rows are that a table lacks: a count, a highest value and a sum of counts only grow with them, and a lowest
    /// value only falls. None where they decide it.
    fn beyond(&self, step: StepId, stated: Option<&str>) -> Option<Verdict> {
        let steps = &self.program.steps;
        let Some(Step::Compare(one, comparison, other)) = steps.get(same(steps, step)) else { return None };
        let Some(Step::Input(input)) = steps.get(same(steps, *one)) else { return None };
        let InputKind::Records(records) = &self.model.plan.inputs.get(*input)?.kind else { return None };
        // nothing on the other side may change as well
        if closure(steps, [*other]).into_iter().any(|step| matches!(steps.get(step), Some(Step::Input(_)))) || records.each.is_some() {
            return None;
        }
        let counts = || self.program.infos.get(*one).and_then(|info| info.unit.as_ref()).is_some_and(Unit::is_count);
        let grows = match self.program.of_records.get(*input)?.as_ref()?.whole.fold {
            Fold::Count | Fold::Best => true,
            Fold::Sum if counts() => true,
            Fold::Lowest => false,
            _ => return None,
        };
        let (Value::Number(found), Value::Number(limit)) = (self.value(*one), self.value(*other)) else { return None };
        let is_printed = stated.and_then(Figure::read).is_some_and(|figure| self.agree(&found, &figure).0 == Verdict::Holds);
        let past = !is_printed && if grows { found > limit } else { found < limit };
        let (at_most, at_least) = if grows { (Comparison::Le, Comparison::Ge) } else { (Comparison::Ge, Comparison::Le) };
        let (below, above) = if grows { (Comparison::Lt, Comparison::Gt) } else { (Comparison::Gt, Comparison::Lt) };
        let reached = past || found == limit;
        match *comparison {
            one if past && (one == Comparison::Eq || one == at_most) || reached && one == below => Some(Verdict::Fails),
            one if past && (one == Comparison::Ne || one == above) || reached && one == at_least => Some(Verdict::Holds),
            _ => None,
        }
    }

    /// Whether a number is printed as that; if not, under which other rounding it would be.
    fn agree(&self, number: &Number, figure: &Figure) -> (Verdict, Option<Mode>) {
        let printed = |mode: Mode| round_to(number, figure.step, mode).is_ok_and(|rounded| Number::from(rounded) == figure.value);
        if printed(self.mode) {
            return (Verdict::Holds, None);
        }
        let others = [Mode::HalfUp, Mode::HalfEven, Mode::ToZero, Mode::FromZero];
        (Verdict::Fails, others.into_iter().find(|mode| printed(*mode)))
    }

    fn list(&self, made: &Made, list: &ListTree, reads: &Reads) -> Option<(Verdict, Found)> {
        let Made::List { table, holds, key, values } = made else { return None };
        let seen = self.seen(*table);
        let mut selected = self.selected(&seen, holds, key.as_deref(), list)?;
        let names: Vec<String> = seen.iter().map(|seen| seen.name.clone()).collect();
        let named: Vec<String> = list.names.iter().map(|printed| self.canonical(&printed.name.text)).collect();
        let strangers: Vec<Stranger> = named.iter().filter(|name| !holds_name(&names, name)).map(|name| stranger(name, &names)).collect();
        let surplus: Vec<Cell> = named
            .iter()
            .filter(|name| holds_name(&names, name))
            .filter(|name| !selected.is_open(name) && !selected.has(name))
            .map(|name| self.cell(&seen, key.as_deref(), name))
            .collect();
        let lacking: Vec<&String> = selected.names.iter().filter(|name| list.complete && !selected.undecided && !holds_name(&named, name)).collect();
        let missing: Vec<Cell> = lacking.into_iter().map(|name| self.cell(&seen, key.as_deref(), name)).collect();
        let (wrong, absent) = self.wrong(&seen, values, &list.names);
        let mut open = [std::mem::take(&mut selected.open), absent].concat();
        if !list.complete && list.cut.is_none() && list.counting.is_none() {
            // examples say nothing of the rest
            open.retain(|name| holds_name(&named, name));
        }
        let partial = self.partial(reads.gathered.iter().copied().chain([*table]));
        let counted =
            list.counting.as_ref().map(|(stated, _)| Count { stated: *stated, found: selected.names.len(), named: list.complete.then_some(named.len()) });
        let miscounted = counted.as_ref().is_some_and(|count| {
            let unnamed = count.named.is_some_and(|named| named != count.stated);
            // of a table that is not whole only too many prove anything
            let unlike = if partial.is_some() { count.found > count.stated } else { open.is_empty() && strangers.is_empty() && count.found != count.stated };
            unnamed || unlike
        });
        // a name that the table does not know may be that of a row that seems to be missing, and a row that is not published may come before one
        let lacks = !missing.is_empty() && strangers.is_empty() && !(partial.is_some() && list.cut.is_some());
        let failing = miscounted || !wrong.is_empty() || !surplus.is_empty() || lacks;
        let found = Listed { count: selected.names.len(), missing, surplus, strangers, wrong, open, counted, partial };
        let unsure = !found.strangers.is_empty()
            || !found.open.is_empty()
            || found.partial.is_some() && (list.complete || list.cut.is_some() || list.counting.is_some());
        let verdict = if failing {
            Verdict::Fails
        } else if unsure {
            Verdict::Unknown
        } else {
            Verdict::Holds
        };
        Some((verdict, Found::List(Box::new(found))))
    }

    /// The rows that a list takes.
    fn selected(&self, seen: &[Seen<'_>], holds: &str, key: Option<&str>, list: &ListTree) -> Option<Selected> {
        let over = self.over_rows(holds)?;
        let mut selected = Selected::default();
        for row in seen {
            match self.in_row(&over, row).0 {
                Value::Truth(true) => selected.names.push(row.name.clone()),
                Value::Truth(false) => {}
                _ => selected.open.push(row.name.clone()),
            }
        }
        let (Some(cut), Some(key)) = (&list.cut, key) else { return Some(selected) };
        let over = self.over_rows(key)?;
        let mut keyed: Vec<(Number, String)> = Vec::new();
        let taken: Vec<&Seen<'_>> = seen.iter().filter(|row| selected.has(&row.name)).collect();
        for row in taken {
            match self.in_row(&over, row).1 {
                Some((Value::Number(number), ..)) => keyed.push((number, row.name.clone())),
                _ => selected.open.push(row.name.clone()),
            }
        }
        keyed.sort_by(|(one, _), (other, _)| if cut.top == cut.descending { other.cmp(one) } else { one.cmp(other) });
        let last = cut.count.checked_sub(1).and_then(|last| keyed.get(last)).map(|(number, _)| *number);
        let within = |(place, (number, _)): &(usize, &(Number, String))| *place < cut.count || last == Some(*number);
        selected.names = keyed.iter().enumerate().filter(within).map(|(_, (_, name))| name.clone()).collect();
        // whatever is not known of a row may put it before these
        selected.undecided = !selected.open.is_empty();
        Some(selected)
    }

    fn cell(&self, seen: &[Seen<'_>], key: Option<&str>, name: &str) -> Cell {
        let row = seen.iter().find(|row| squeezed(&row.name) == squeezed(name));
        let value = key.and_then(|key| self.over_rows(key)).zip(row).and_then(|(over, row)| self.in_row(&over, row).1);
        Cell { name: name.to_owned(), value: value.map(|(value, _, unit)| self.shown(&value, unit.as_ref())) }
    }

    /// Values that are not as printed, and rows of which the value is not known.
    fn wrong(&self, seen: &[Seen<'_>], values: &[Option<(String, String)>], names: &[Printed]) -> (Vec<Wrong>, Vec<String>) {
        let (mut wrong, mut open) = (Vec::new(), Vec::new());
        for (printed, (output, stated)) in names.iter().zip(values).filter_map(|(printed, value)| Some((printed, value.as_ref()?))) {
            let name = self.canonical(&printed.name.text);
            let row = seen.iter().find(|row| squeezed(&row.name) == squeezed(&name));
            let Some((row, over)) = row.zip(self.over_rows(output)) else { continue };
            let figure = Figure::read(stated);
            match (self.in_row(&over, row), figure) {
                ((_, Some((Value::Number(number), _, unit))), Some(figure)) => {
                    let (verdict, under) = self.agree(&number, &figure);
                    if verdict == Verdict::Fails {
                        let said = Shown::Number(figure.value, figure.unit.clone());
                        wrong.push(Wrong { name, stated: said, found: Shown::Number(number, unit.or(figure.unit)), under });
                    }
                }
                ((Value::Truth(true), _), _) => {}
                ((Value::Truth(false), Some((value, _, unit))), _) => {
                    let said = Shown::Word(super::parse::inside_marks(stated).to_owned());
                    wrong.push(Wrong { name, stated: said, found: self.shown(&value, unit.as_ref()), under: None });
                }
                _ => open.push(name),
            }
        }
        (wrong, open)
    }

    fn of_names(&self, table: usize, values: &[(String, String)], names: &[Printed], reads: &Reads) -> (Verdict, Found) {
        let seen = self.seen(table);
        let known: Vec<String> = seen.iter().map(|row| row.name.clone()).collect();
        let named: Vec<String> = names.iter().map(|printed| self.canonical(&printed.name.text)).collect();
        let strangers: Vec<Stranger> = named.iter().filter(|name| !holds_name(&known, name)).map(|name| stranger(name, &known)).collect();
        let values: Vec<Option<(String, String)>> = values.iter().cloned().map(Some).collect();
        let (wrong, open) = self.wrong(&seen, &values, names);
        let partial = self.partial(reads.gathered.iter().copied());
        let verdict = if !wrong.is_empty() {
            Verdict::Fails
        } else if !strangers.is_empty() || !open.is_empty() || partial.is_some() {
            Verdict::Unknown
        } else {
            Verdict::Holds
        };
        (verdict, Found::Values { count: named.len(), wrong, strangers, open })
    }

    fn rows(&self, table: usize, condition: Option<&str>, holds: &str, reads: &Reads) -> Option<(Verdict, Found)> {
        let over = self.over_rows(holds)?;
        let condition = match condition {
            Some(condition) => Some(self.over_rows(condition)?),
            None => None,
        };
        if let Some(table) = self.partial(reads.gathered.iter().copied()) {
            return Some(unknown(Why::Partial { table, shown: None }));
        }
        let (mut checked, mut failing, mut open) = (0_usize, Vec::new(), Vec::new());
        for row in self.seen(table) {
            match condition.as_ref().map_or(Value::Truth(true), |condition| self.in_row(condition, &row).0) {
                Value::Truth(true) => {}
                Value::Truth(false) => continue,
                _ => {
                    open.push(row.name);
                    continue;
                }
            }
            checked += 1;
            match self.in_row(&over, &row) {
                (Value::Truth(true), _) => {}
                (Value::Truth(false), sides) => {
                    let sides = sides.map(|(one, other, unit)| (self.shown(&one, unit.as_ref()), self.shown(&other, unit.as_ref())));
                    failing.push((row.name, sides));
                }
                _ => open.push(row.name),
            }
        }
        let verdict = match (failing.is_empty(), open.is_empty() && checked > 0) {
            (false, _) => Verdict::Fails,
            (true, true) => Verdict::Holds,
            (true, false) => Verdict::Unknown,
        };
        Some((verdict, Found::Rows { checked, failing, open }))
    }

    fn canonical(&self, name: &str) -> String {
        self.model.aliases.get(&squeezed(name)).cloned().unwrap_or_else(|| name.to_owned())
    }
}

impl Off {
    fn of(difference: Number, unit: Option<&Unit>) -> Off {
        let more = difference > Number::ZERO;
        let unit = if unit.is_some_and(Unit::is_percent) { Some(Unit::Points) } else { unit.cloned() };
        Off { more, by: Shown::Number(if more { difference } else { difference.negated() }, unit) }
    }
}

/// The rows that a list takes, and those of which it is open whether it does.
#[derive(Debug, Default)]
struct Selected {
    names: Vec<String>,
    open: Vec<String>,
    /// Whether those that are open leave open which rows it takes at all.
    undecided: bool,
}

impl Selected {
    fn has(&self, name: &str) -> bool {
        holds_name(&self.names, name)
    }

    fn is_open(&self, name: &str) -> bool {
        self.undecided || holds_name(&self.open, name)
    }
}

fn holds_name(names: &[String], name: &str) -> bool {
    names.iter().any(|other| squeezed(other) == squeezed(name))
}

fn stranger(name: &str, known: &[String]) -> Stranger {
    Stranger { name: name.to_owned(), near: closest(name, known.iter().map(String::as_str)).map(str::to_owned) }
}

fn unknown(why: Why) -> (Verdict, Found) {
    (Verdict::Unknown, Found::Unknown(why))
}

/// The step itself, where it only stands for another.
fn same(steps: &[Step], step: StepId) -> StepId {
    match steps.get(step) {
        Some(Step::Same(other)) if *other < step => same(steps, *other),
        _ => step,
    }
}

/// The two sides of a comparison.
fn compared(steps: &[Step], step: StepId) -> Option<(StepId, StepId)> {
    match steps.get(same(steps, step))? {
        Step::Compare(one, _, other) => Some((*one, *other)),
        _ => None,
    }
}
