//! The rows of tables of adjustments: of which unit, of what, from which value to which.

use std::collections::BTreeMap;

use super::super::Facts;
use super::super::columns::{applying, facts_named};
use super::super::files::Input;
use super::super::number::Reading;
use super::super::register::{Register, UNIT, date};
use super::super::table::{self, Sheets, Table, excerpt, is_ignored, is_one_of, squeezed};
use super::{Adjustment, Target, name, shown};
use crate::diag::{CellPlace, Code, Diagnostic, Help, Lang, Place, Words, closest, words};
use crate::eval::domain::Value;
use crate::plan::{Fact, FactId, Item, ItemId, Plan, TierId, Type};
use crate::quantity::Unit;

const TARGET: &[&str] = &["事实或指标", "事实", "指标", "fact or indicator", "fact", "indicator"];
const OLD: &[&str] = &["原值", "old"];
const NEW: &[&str] = &["改为", "new"];
const REASON: &[&str] = &["理由", "reason"];
const BY: &[&str] = &["经办", "by"];
const DATE: &[&str] = &["日期", "date"];
/// The columns in the order in which rows are read.
const COLUMNS: [&[&str]; 7] = [UNIT, TARGET, OLD, NEW, REASON, BY, DATE];
/// Words before a name that say what it names.
const FACT_WORDS: &[&str] = &["数据", "事实", "fact"];
const ITEM_WORDS: &[&str] = &["指标", "类", "加分项", "扣分项", "indicator", "section", "bonus", "penalty"];
/// Names of what follows from the scores.
const TOTAL_WORDS: &[&str] = &["总分", "total", "名次", "排名", "rank"];

/// What the rows may speak of.
pub(super) struct Known<'a> {
    pub(super) plan: &'a Plan,
    pub(super) register: Option<&'a Register>,
    pub(super) facts: &'a Facts,
    /// The members by their names without white space and in small letters.
    members: BTreeMap<String, usize>,
}

impl<'a> Known<'a> {
    pub(super) fn new(plan: &'a Plan, register: Option<&'a Register>, facts: &'a Facts) -> Self {
        let mut members = BTreeMap::new();
        for (index, member) in facts.members.iter().enumerate() {
            members.entry(squeezed(&member.name)).or_insert(index);
        }
        Known { plan, register, facts, members }
    }
}

/// The changes of all tables, those of one cell in the order of their dates.
pub(super) fn read(inputs: &[Input], known: &Known<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Adjustment> {
    let mut all: Vec<Adjustment> = Vec::new();
    for input in inputs {
        for table in table::read(&input.path, &input.bytes, &mut Sheets::default(), diagnostics) {
            table.report_faults(diagnostics);
            let Some(columns) = columns(&table, diagnostics) else { continue };
            let mut reader = Reader { known, table: &table, columns, diagnostics };
            for (row, cells) in &table.rows {
                all.extend(reader.row(*row, cells));
            }
        }
    }
    // a stable sort: those of one day stand as the tables have them
    all.sort_by(|a, b| a.date.cmp(&b.date));
    check_chains(&all, known.plan, diagnostics);
    all
}

fn fault(title: Words) -> Diagnostic {
    Diagnostic::new(Code::BadAdjustment, title)
}

/// Where the seven columns stand.
fn columns(table: &Table, diagnostics: &mut Vec<Diagnostic>) -> Option<[usize; 7]> {
    let found = COLUMNS.map(|words| table.column(words));
    let lacking: Vec<&[&str]> = COLUMNS.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(words, _)| *words).collect();
    let known = |heading: &str| heading.is_empty() || is_ignored(heading) || COLUMNS.iter().any(|words| is_one_of(heading, words));
    let unknown = || table.headings.iter().enumerate().filter(|(_, heading)| !known(heading));
    if lacking.is_empty() {
        for (column, heading) in unknown() {
            let heading = excerpt(heading);
            diagnostics.push(
                fault(words!("调整表没有「{heading}」这一列", "a table of adjustments has no column {heading}"))
                    .at_cell(table.heading(column), words!("", ""))
                    .help(words!("不读的列在列名前加 #", "begin the heading of a column that is not to be read with #")),
            );
        }
        let mut places = [0; 7];
        places.iter_mut().zip(found.iter().flatten()).for_each(|(place, found)| *place = *found);
        return Some(places);
    }
    let (list, list_en) = (names(&lacking, |words| words.first(), "、"), names(&lacking, |words| words.iter().find(|word| word.is_ascii()), ", "));
    let mut diagnostic = fault(words!("调整表缺 {list}", "a table of adjustments lacks {list_en}"))
        .at_cell(CellPlace { column: String::new(), ..table.heading(0) }, words!("列名在这一行", "its headings stand in this row"));
    for (column, heading) in unknown() {
        diagnostic = diagnostic.at_cell(table.heading(column), words!("不认识这一列", "not known"));
        if let Some(near) = closest(heading, lacking.iter().copied().flatten().copied()) {
            diagnostic = diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?"));
        }
    }
    diagnostics.push(
        diagnostic.help(words!("第一行写 单位,事实或指标,原值,改为,理由,经办,日期", "let the first row be unit,fact or indicator,old,new,reason,by,date")),
    );
    None
}

/// The names of columns as a list.
fn names<'w>(columns: &[&'w [&'w str]], name: impl Fn(&'w [&'w str]) -> Option<&'w &'w str>, comma: &str) -> String {
    columns.iter().filter_map(|words| name(words).copied()).collect::<Vec<_>>().join(comma)
}

struct Reader<'r, 'd> {
    known: &'r Known<'r>,
    table: &'r Table,
    columns: [usize; 7],
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn row(&mut self, row: usize, cells: &[String]) -> Option<Adjustment> {
        let at = self.columns;
        let text = |column: usize| cells.get(column).map(String::as_str).unwrap_or_default();
        let [unit, target, old, new, reason, by, date] = at.map(text);
        let [_, _, _, new_column, ..] = at;
        let [at_unit, at_target, at_old, at_new, at_reason, at_by, at_date] = at.map(|column| self.table.place(row, column));
        let stated = [(unit, &at_unit), (target, &at_target), (reason, &at_reason), (by, &at_by), (date, &at_date)];
        let blank: Vec<Diagnostic> = stated.iter().filter(|(text, _)| text.is_empty()).map(|(_, place)| incomplete(place)).collect();
        let complete = blank.is_empty();
        self.diagnostics.extend(blank);
        let date = if date.is_empty() { None } else { self.date(date, &at_date) };
        let member = self.member(unit, &at_unit)?;
        let tier = self.known.facts.members.get(member)?.tier;
        let target = self.target(target, tier, [old, new], &at_target)?;
        let kept = self.diagnostics.len();
        let (old, new) = (self.value(target, old, &at_old), self.value(target, new, &at_new));
        if self.diagnostics.iter().skip(kept).any(Diagnostic::is_error) || !complete {
            return None;
        }
        if old == new {
            let value = shown(self.known.plan, target, old.as_ref(), Lang::Zh);
            let value_en = shown(self.known.plan, target, old.as_ref(), Lang::En);
            self.diagnostics.push(
                fault(words!("原值与改为都是 {value},没有改什么", "old and new are both {value_en}: nothing is changed"))
                    .at_cell(at_new, words!("", ""))
                    .help(words!("写上改成的值,或删去这一行", "write the value that holds, or remove the row")),
            );
            return None;
        }
        let (reason, by) = (reason.to_owned(), by.to_owned());
        Some(Adjustment { member, target, old, new, reason, by, date: date?, place: at_new, column: new_column })
    }

    /// A day, as in `2020-12-15`.
    fn date(&mut self, text: &str, place: &CellPlace) -> Option<String> {
        let day = date(text).filter(|date| date.len() == 10);
        if day.is_none() {
            let shown = excerpt(text);
            self.diagnostics.push(
                fault(words!("「{shown}」不是日期", "{shown} is no date"))
                    .at_cell(place.clone(), words!("", ""))
                    .help(words!("写成 2020-12-15 的样子", "write it like 2020-12-15")),
            );
        }
        day
    }

    fn member(&mut self, unit: &str, place: &CellPlace) -> Option<usize> {
        if unit.is_empty() {
            return None;
        }
        let Known { register, facts, members, .. } = self.known;
        let registered = register.and_then(|register| register.find(unit).and_then(|id| register.members.get(id))).map(|entry| entry.name.as_str());
        let found = members.get(&squeezed(registered.unwrap_or(unit))).copied();
        if found.is_none() {
            let names = facts.members.iter().map(|member| member.name.as_str());
            let near = closest(unit, names.chain(register.iter().flat_map(|register| register.names()))).map(str::to_owned);
            let shown = excerpt(unit);
            self.unknown(words!("数据里没有「{shown}」这个单位", "the facts have no unit {shown}"), place, near);
        }
        found
    }

    fn unknown(&mut self, title: Words, place: &CellPlace, near: Option<String>) {
        let diagnostic = Diagnostic::new(Code::AdjustedTarget, title).at_cell(place.clone(), words!("", ""));
        self.diagnostics.push(match near {
            Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
            None => diagnostic.help(words!("更正名称,或删去这一行", "correct the name, or remove the row")),
        });
    }

    // --- what is changed ---

    fn target(&mut self, text: &str, tier: TierId, values: [&str; 2], place: &CellPlace) -> Option<Target> {
        if text.is_empty() {
            return None;
        }
        let (mut facts, mut items) = (self.facts(text), self.items(text));
        if facts.is_empty()
            && items.is_empty()
            && let Some((word, rest)) = text.split_once(char::is_whitespace)
        {
            if is_one_of(word, FACT_WORDS) {
                facts = self.facts(rest.trim());
            } else if is_one_of(word, ITEM_WORDS) {
                items = self.items(rest.trim());
            }
        }
        let Known { plan, .. } = self.known;
        if facts.is_empty() && items.is_empty() {
            self.nothing_of_that_name(text, place);
            return None;
        }
        let fact = applying(plan, &facts, tier);
        let applies = |item: &ItemId| plan.programs.get(tier).is_some_and(|program| matches!(program.items.get(*item), Some(Some(_))));
        let mut items = items.into_iter().filter(applies);
        let (item, another) = (items.next(), items.next());
        match (fact, item) {
            (None, None) => {
                let (tier, shown) = (plan.programs.get(tier).map(|program| program.tier.as_str()).unwrap_or_default(), excerpt(text));
                self.unknown(words!("「{shown}」不适用于「{tier}」", "{shown} does not apply to {tier}"), place, None);
                None
            }
            (Some(fact), None) => Some(Target::Fact(fact)),
            (None, Some(item)) if another.is_none() => Some(Target::Item(item)),
            // what is assessed by hand is entered in the table
            (Some(fact), Some(item)) if plan.facts.get(fact).is_some_and(|fact| fact.assesses == Some(item)) => Some(Target::Fact(fact)),
            (fact, item) => self.by_value(fact.map(Target::Fact), item.filter(|_| another.is_none()).map(Target::Item), text, (values, place)),
        }
    }

    fn facts(&self, name: &str) -> Vec<FactId> {
        facts_named(self.known.plan, name).unwrap_or_default()
    }

    fn items(&self, name: &str) -> Vec<ItemId> {
        let wanted = squeezed(name);
        let named = |item: &crate::plan::Item| std::iter::once(&item.name).chain(&item.columns).any(|name| squeezed(name) == wanted);
        self.known.plan.items.iter().enumerate().filter(|(_, item)| named(item)).map(|(id, _)| id).collect()
    }

    fn nothing_of_that_name(&mut self, text: &str, place: &CellPlace) {
        let plan = self.known.plan;
        let shown = excerpt(text);
        let total = std::iter::once(&plan.total.name).chain(&plan.total_columns).map(String::as_str).chain(TOTAL_WORDS.iter().copied());
        if is_one_of(text, &total.collect::<Vec<_>>()) {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::AdjustedTarget,
                    words!("「{shown}」由各项得分算出,不能直接改", "{shown} follows from the scores and is not changed itself"),
                )
                .at_cell(place.clone(), words!("", ""))
                .help(words!("改正数据,或改某一项的得分", "correct a fact, or the score of an item")),
            );
            return;
        }
        let names = plan.facts.iter().map(Fact::label).chain(plan.items.iter().map(|item| item.name.as_str()));
        let near = closest(text, names).map(str::to_owned);
        self.unknown(words!("没有叫「{shown}」的数据或指标", "there is no fact or item {shown}"), place, near);
    }

    /// Of a fact and an item with one name the one whose values they can be.
    fn by_value(&mut self, fact: Option<Target>, item: Option<Target>, text: &str, (values, place): ([&str; 2], &CellPlace)) -> Option<Target> {
        let fits = |target: &Target| {
            let mut found = Vec::new();
            let mut scratch = Reader { known: self.known, table: self.table, columns: self.columns, diagnostics: &mut found };
            for value in values {
                scratch.value(*target, value, place);
            }
            !crate::diag::any_error(&found)
        };
        match (fact.filter(fits), item.filter(fits)) {
            (Some(target), None) | (None, Some(target)) => Some(target),
            _ => {
                let shown = excerpt(text);
                self.diagnostics.push(
                    Diagnostic::new(Code::AdjustedTarget, words!("「{shown}」可以指数据,也可以指指标", "{shown} may be a fact or an indicator"))
                        .at_cell(place.clone(), words!("", ""))
                        .help(words!("写作「数据 {shown}」或「指标 {shown}」", "write fact {shown} or indicator {shown}")),
                );
                None
            }
        }
    }

    // --- values ---

    /// A value as the cell of a fact is read, or as a score.
    fn value(&mut self, target: Target, text: &str, place: &CellPlace) -> Option<Value> {
        if text.is_empty() {
            return None;
        }
        let plan = self.known.plan;
        match target {
            Target::Fact(fact) => Reading { plan, fact: plan.facts.get(fact)?, stated: None }.read(text, place, self.diagnostics),
            Target::Item(item) => {
                let item = plan.items.get(item)?;
                let fact = Fact {
                    name: item.name.clone(),
                    owner: None,
                    kind: Type::Number(Unit::score()),
                    columns: Vec::new(),
                    title: None,
                    step: item.step,
                    has_default: false,
                    has_derivation: false,
                    adjustable: None,
                    assesses: None,
                    span: item.head,
                };
                let kept = self.diagnostics.len();
                let value = Reading { plan, fact: &fact, stated: None }.read(text, place, self.diagnostics);
                self.diagnostics.iter_mut().skip(kept).for_each(|fault| speak_of_score(fault, item));
                value
            }
        }
    }
}

/// A fault of a score that was read like a fact, in words that suit it.
fn speak_of_score(fault: &mut Diagnostic, item: &Item) {
    for label in fault.labels.iter_mut().filter(|label| matches!(label.place, Place::Rule(_))) {
        label.words = words!("这一项在这里", "the item stands here");
    }
    if fault.code == Code::TooFine {
        let step = crate::quantity::plain(item.step);
        fault.help.clear();
        fault.help.push(Help { words: words!("得分取整到 {step} 分再填", "round the score to {step} points"), edit: None });
    }
}

fn incomplete(place: &CellPlace) -> Diagnostic {
    let column = &place.column;
    fault(words!("这一行没有写「{column}」", "the row states no {column}"))
        .at_cell(place.clone(), words!("这一格是空的", "this cell is blank"))
        .help(words!("补上;每一处调整都要写明理由、经办和日期", "fill it in: every adjustment states its reason, by whom and when"))
}

/// Several changes of one cell must follow from each other.
fn check_chains(all: &[Adjustment], plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
    let mut last: BTreeMap<(usize, Target), &Adjustment> = BTreeMap::new();
    for adjustment in all {
        let Some(before) = last.insert((adjustment.member, adjustment.target), adjustment) else { continue };
        if before.new == adjustment.old {
            continue;
        }
        let label = name(plan, adjustment.target);
        let of = |value: &Option<Value>, lang| shown(plan, adjustment.target, value.as_ref(), lang);
        let (old, new) = (of(&adjustment.old, Lang::Zh), of(&before.new, Lang::Zh));
        let (old_en, new_en) = (of(&adjustment.old, Lang::En), of(&before.new, Lang::En));
        diagnostics.push(
            Diagnostic::new(
                Code::AdjustmentChain,
                words!(
                    "「{label}」调整了两次,后一次的原值 {old} 不是前一次改成的 {new}",
                    "{label} is adjusted twice: the old value {old_en} is not {new_en}, which the first made of it"
                ),
            )
            .at_cell(CellPlace { column: String::new(), ..adjustment.place.clone() }, words!("后一次", "the later one"))
            .at_cell(CellPlace { column: String::new(), ..before.place.clone() }, words!("前一次", "the earlier one"))
            .help(words!(
                "同一格的几次调整按日期先后相接;更正其中一行,或删去一行",
                "adjustments of one cell follow each other by date: correct one of the rows, or remove it"
            )),
        );
    }
}
