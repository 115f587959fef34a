//! What is read of other periods: their facts, and their results under the rules that were in force then.
//!
//! In: the facts of a period, the plans by their dates and the folders of periods. Out: the facts with what other periods give filled in,
//! and an account of it. Never: a period before the date of its rules; one that no clause reads; one that is not earlier, save those
//! that a longer period is made of. Periods are evaluated once each, in the order of time.

use std::collections::{BTreeMap, BTreeSet};

use super::adjustments;
use super::check;
use super::files::{self, Folders, InputFault, checksum_of_periods};
use super::load::{self, Known};
use super::register::Register;
use super::stray;
use super::table::{Sheets, squeezed};
use super::{Facts, InPart, Member, Row};
use crate::diag::{CellPlace, Code, Diagnostic, Lang, Words, any_error, words};
use crate::eval::domain::{Absence, Bounds, Interval, Value};
use crate::eval::stages::{self, Counted, Left, Members, Part};
use crate::eval::{Until, run};
use crate::plan::{Brought, Earlier, Input, InputId, InputKind, Literal, Made, Plan, Program, Read, Role, Step, StepId, When, each_operand, of_period};
use crate::quantity::{Cycle, Number, Period};

/// What was read of other periods.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    /// How each input of each member came about.
    accounts: BTreeMap<(usize, InputId), Account>,
    /// The periods that were read, each with the checksum of its facts.
    pub(crate) read: Vec<(String, String)>,
}

impl Past {
    /// How an input of a member came about.
    pub(crate) fn account(&self, member: usize, input: InputId) -> Option<&Account> {
        self.accounts.get(&(member, input))
    }

    /// What other periods lack for an input, each in words of the language of the rules.
    pub(crate) fn wanting(&self, plan: &Plan, member: usize, input: InputId) -> Vec<String> {
        let Some(read) = plan.inputs.get(input) else { return Vec::new() };
        let name = read.name.get(plan.lang);
        let Some(earlier) = read.earlier() else { return vec![name.to_owned()] };
        let parts = self.account(member, input).map(|account| account.parts.as_slice()).unwrap_or_default();
        let told = |was: &Was| {
            let period = was.period;
            let left = matches!(was.gave, Gave::Before | Gave::NotInForce | Gave::NoUnit | Gave::Left(_));
            match (was.gave, plan.lang) {
                (Gave::Value(_), _) => None,
                (Gave::NoFacts, Lang::Zh) => Some(format!("{period} 的数据")),
                (Gave::NoFacts, Lang::En) => Some(format!("the facts of {period}")),
                // what is left out of a mean is not wanting
                _ if left && earlier.made != Made::Itself => None,
                (gave, lang) => gave.words().map(|words| format!("{name}[{period} {}]", words.get(lang))),
            }
        };
        let told: Vec<String> = parts.iter().filter_map(told).collect();
        if told.is_empty() { vec![name.to_owned()] } else { told }
    }
}

/// How a value from other periods came about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// In the order of time.
    pub(crate) parts: Vec<Was>,
    /// Whether it is the value of the first period.
    pub(crate) initially: bool,
}

/// What one period gave.
#[derive(Debug, Clone)]
pub(crate) struct Was {
    pub(crate) period: Period,
    /// The version that was in force then.
    pub(crate) version: Option<String>,
    pub(crate) gave: Gave,
    /// What it counts for in a weighted mean.
    weight: Option<Value>,
    /// The cell, where it is that of a fact.
    pub(crate) cell: Option<CellPlace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gave {
    Value(Value),
    /// A value that is not there.
    Open(Absence),
    /// It does not count.
    Left(Left),
    /// The unit was not there.
    NoUnit,
    /// The version in force then has no such thing.
    NotThen,
    /// Before the first period of which there are facts.
    Before,
    /// No rules were in force.
    NotInForce,
    /// No facts of that period are given.
    NoFacts,
}

impl Gave {
    /// Why it is no value, in words; none where it is one.
    pub(crate) fn words(self) -> Option<Words> {
        Some(match self {
            Gave::Value(_) => return None,
            Gave::Open(Absence::Pending) => words!("待定", "pending"),
            Gave::Open(Absence::Partly) => words!("部分已知", "partly known"),
            Gave::Open(Absence::Undefined) | Gave::Left(Left::Undefined) => words!("无从计算", "undefined"),
            Gave::Open(_) => words!("缺数据", "missing"),
            Gave::Left(Left::Exempt) => words!("不参评", "exempt"),
            Gave::Left(Left::NotApplicable) => words!("不适用", "not applicable"),
            Gave::Left(Left::Excluded) => words!("不计", "not counted"),
            Gave::NoUnit => words!("当时没有这个单位", "no such unit then"),
            Gave::NotThen => words!("当时的版本没有这一项", "not in the version of that time"),
            Gave::Before => words!("在有数据的第一期之前", "before the first period with facts"),
            Gave::NotInForce => words!("不在施行期内", "no rules in force"),
            Gave::NoFacts => words!("没有这一期的数据", "no facts of that period"),
        })
    }
}

/// The rules and facts of all periods.
pub(crate) struct Library<'l> {
    /// Every plan, with the register as its tiers have it.
    pub(crate) rules: Vec<(&'l Plan, Option<&'l Register>)>,
    pub(crate) folders: &'l Folders,
    pub(crate) sheets: &'l [String],
}

impl<'l> Library<'l> {
    /// The plan of a period.
    fn plan(&self, period: Period) -> Option<&'l Plan> {
        of_period(self.rules.iter().map(|(plan, _)| *plan), period)
    }

    /// The register as the tiers of a plan have it.
    fn register(&self, plan: &Plan) -> Option<&'l Register> {
        self.rules.iter().find(|(other, _)| std::ptr::eq(*other, plan)).and_then(|(_, register)| *register)
    }

    /// Whether facts begin later.
    fn is_before(&self, period: Period) -> bool {
        self.folders.first(period.cycle()).is_some_and(|first| period < first)
    }
}

/// The facts of a folder with their adjustments, checked; faults go to `diagnostics`.
fn facts_of(library: &Library<'_>, plan: &Plan, period: Period, fill: impl FnOnce(&mut Facts), diagnostics: &mut Vec<Diagnostic>) -> Result<Facts, InputFault> {
    let folders: Vec<std::path::PathBuf> = library.folders.of(period).map(std::path::Path::to_path_buf).into_iter().collect();
    let records: Vec<&str> = plan.records.iter().map(|record| record.name.as_str()).collect();
    let inputs = files::read(&folders, &records)?;
    diagnostics.extend(stray::beside(&folders, plan));
    let changes = files::read(&adjustments::tables(&folders, &[])?, &[])?;
    let name = period.to_string();
    let known = Known { plan, register: library.register(plan), period: Some(&name) };
    let mut facts = load::load(&inputs, &mut Sheets::named(library.sheets), &known, diagnostics);
    fill(&mut facts);
    if any_error(diagnostics) {
        return Ok(facts);
    }
    if changes.is_empty() {
        diagnostics.extend(check::check(plan, &facts).into_iter().filter(Diagnostic::is_error));
        return Ok(facts);
    }
    Ok(adjustments::apply(facts, &changes, plan, library.register(plan), diagnostics))
}

/// What every unit had in a period of what is asked.
struct Had {
    parts: BTreeMap<String, (Part, Option<CellPlace>)>,
}

/// Everything that was read of other periods so far.
struct Reading<'r, 'l> {
    library: &'r Library<'l>,
    had: BTreeMap<(Period, Asked), Had>,
    read: Vec<(String, String)>,
}

/// Fills in what the rules read of other periods, before anything else is gathered.
///
/// # Errors
/// Where the facts of another period cannot be read; what is wrong in them goes to `diagnostics`.
pub(crate) fn fill(facts: &mut Facts, (plan, period): (&Plan, Period), library: &Library<'_>, diagnostics: &mut Vec<Diagnostic>) -> Result<(), InputFault> {
    // of a longer period only what its result is made of; of the others also what facts and cases speak of
    let own = plan.cycle == plan.head.cycle;
    let of_result = |program: &Program| [program.results(), program.beside(&plan.outputs)].concat();
    let wanted = read_by(plan, &|program| if own { (0..program.steps.len()).collect() } else { of_result(program) });
    if wanted.is_empty() {
        return Ok(());
    }
    let mut reading = Reading { library, had: BTreeMap::new(), read: Vec::new() };
    for (earlier, asked) in needed(library, plan, period, &wanted) {
        let Some(plan) = library.plan(earlier) else { continue };
        let mut found = Vec::new();
        let inside = asked.iter().flat_map(|asked| read_by(plan, &|program| asked.roots(plan, program))).collect();
        let past = facts_of(library, plan, earlier, |facts| reading.put(facts, plan, earlier, &inside), &mut found)?;
        if any_error(&found) {
            diagnostics.extend(found.into_iter().filter(Diagnostic::is_error));
            return Ok(());
        }
        // what is wrong with the facts of another period is for its own run to say, but not what they lack
        diagnostics.extend(found.into_iter().filter(|one| one.code == Code::FileUnread));
        reading.read.push((earlier.to_string(), past.sha256.clone()));
        facts.read.extend(past.read.iter().cloned());
        for asked in asked {
            let had = had(plan, &past, &asked);
            reading.had.insert((earlier, asked), had);
        }
        if !own && earlier.within(period.cycle()) == period {
            join(facts, &past, plan);
        }
    }
    reading.put(facts, plan, period, &wanted);
    diagnostics.extend(not_given(facts, plan, library));
    facts.sha256 = if reading.read.is_empty() { facts.sha256.clone() } else { checksum_of_periods(&facts.sha256, &reading.read) };
    facts.past.read = reading.read;
    Ok(())
}

/// That the rules read other periods, where no folder of their facts is given.
fn not_given(facts: &Facts, plan: &Plan, library: &Library<'_>) -> Option<Diagnostic> {
    let lacks = |account: &Account| account.parts.iter().any(|was| was.gave == Gave::NoFacts);
    let (_, input) = facts.past.accounts.iter().find(|(_, account)| library.folders.roots.is_empty() && lacks(account)).map(|(key, _)| *key)?;
    let input = plan.inputs.get(input)?;
    let Words { zh, en } = &input.name;
    Some(
        Diagnostic::new(Code::NoPeriods, words!("没有给出往期的数据,「{zh}」等记为缺数据", "the facts of other periods are not given: {en} is missing"))
            .at(input.span, words!("这里要用到", "read here"))
            .help(words!(
                "各期数据放在一个文件夹下,每期一个子文件夹(如 2020-11),--facts 给上一级",
                "put the facts of all periods into one folder, a folder each (as in 2020-11), and give that to --facts"
            )),
    )
}

/// Adds the units of a period to those of a longer one that it lies in. Where that has no tables of its own, all of them count as listed.
fn join(facts: &mut Facts, past: &Facts, plan: &Plan) {
    let listed = facts.files.is_empty();
    for member in &past.members {
        let name = squeezed(&member.name);
        if !facts.members.iter().any(|other| squeezed(&other.name) == name) {
            facts.members.push(member.clone());
            facts.rows.push(Row { cells: vec![None; plan.facts.len()], ..Row::default() });
        }
    }
    facts.rows.iter_mut().for_each(|row| row.listed |= listed);
}

/// The periods whose facts are needed, and which inputs of their own rules tell what is read of them; in the order of time.
fn needed(library: &Library<'_>, plan: &Plan, period: Period, wanted: &BTreeSet<InputId>) -> BTreeMap<Period, BTreeSet<Asked>> {
    let mut needed: BTreeMap<Period, BTreeSet<Asked>> = BTreeMap::new();
    let mut queue: Vec<(Period, &Plan, InputId)> = wanted.iter().map(|input| (period, plan, *input)).collect();
    while let Some((period, plan, input)) = queue.pop() {
        let Some(earlier) = plan.inputs.get(input).and_then(Input::earlier) else { continue };
        for then in earlier.when.periods(period) {
            let (Some(rules), Some(_)) = (library.plan(then), library.folders.of(then)) else { continue };
            let Some(asked) = Asked::of(plan, input, rules) else { continue };
            if needed.entry(then).or_default().insert(asked.clone()) {
                queue.extend(read_by(rules, &|program| asked.roots(rules, program)).into_iter().map(|input| (then, rules, input)));
            }
        }
    }
    needed
}

/// What is asked of the rules of another period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// What they read so themselves.
    Input(InputId),
    /// What has this name in them; of a value that rests on no score also where a unit does not take part.
    Named(Read, bool),
}

impl Asked {
    /// What an input asks of other rules: the same place of the text, or else what is called the same and has the same unit.
    fn of(plan: &Plan, input: InputId, rules: &Plan) -> Option<Asked> {
        let asking = plan.inputs.get(input)?;
        let same = |other: &Input| other.earlier().is_some() && other.spans.iter().any(|span| asking.spans.contains(span));
        if let Some(id) = rules.inputs.iter().position(same) {
            return Some(Asked::Input(id));
        }
        let earlier = asking.earlier()?;
        let read = earlier.read.clone()?;
        let unit = |plan: &Plan| {
            let of = |program: &Program| program.infos.get(program.step_of(plan, &read)?).map(|info| info.unit.clone());
            plan.programs.iter().find_map(of)
        };
        let alike = unit(rules).is_some_and(|theirs| unit(plan).is_none_or(|ours| ours == theirs));
        alike.then(|| Asked::Named(read.clone(), earlier.made == Made::Itself && !earlier.of_scores))
    }

    /// The steps that say what a unit of a tier has.
    fn brought(&self, plan: &Plan, program: &Program) -> Option<Brought> {
        match self {
            Asked::Input(id) => program.brought.get(*id)?.clone(),
            Asked::Named(read, _) => Some(Brought { values: vec![program.step_of(plan, read)?], condition: None }),
        }
    }

    /// Whether units that do not take part have it too.
    fn of_all(&self, plan: &Plan) -> bool {
        match self {
            Asked::Input(id) => plan.inputs.get(*id).and_then(Input::earlier).is_some_and(|earlier| earlier.made == Made::Itself && !earlier.of_scores),
            Asked::Named(_, of_all) => *of_all,
        }
    }

    /// What it rests on.
    fn roots(&self, plan: &Plan, program: &Program) -> Vec<StepId> {
        let own = self.brought(plan, program);
        own.iter().flat_map(Brought::steps).chain(program.exemptions.iter().map(|(condition, _)| *condition)).collect()
    }
}

/// The inputs from other periods that steps read, also by way of what is gathered from the units of this one.
fn read_by(plan: &Plan, roots_of: &dyn Fn(&Program) -> Vec<StepId>) -> BTreeSet<InputId> {
    let mut seen: BTreeSet<InputId> = BTreeSet::new();
    let mut reached: Vec<Vec<bool>> = plan.programs.iter().map(|program| vec![false; program.steps.len()]).collect();
    let of_each = |roots: &dyn Fn(&Program) -> Vec<StepId>| -> Vec<(usize, StepId)> {
        plan.programs.iter().enumerate().flat_map(|(at, program)| roots(program).into_iter().map(move |step| (at, step))).collect()
    };
    let mut with_commons = false;
    let mut queue = of_each(roots_of);
    while let Some((at, id)) = queue.pop() {
        let Some(slot) = reached.get_mut(at).and_then(|reached| reached.get_mut(id)) else { continue };
        let Some(step) = plan.programs.get(at).and_then(|program| program.steps.get(id)).filter(|_| !std::mem::replace(slot, true)) else { continue };
        let Step::Input(input) = step else {
            each_operand(step, |step| queue.push((at, step)));
            continue;
        };
        if seen.insert(*input)
            && let Some(InputKind::Units(units)) = plan.inputs.get(*input).map(|input| &input.kind)
        {
            queue.extend(of_each(&|program| Asked::Input(*input).roots(plan, program)));
            if units.commons().next().is_some() && !std::mem::replace(&mut with_commons, true) {
                queue.extend(of_each(&commons));
            }
        }
    }
    seen.retain(|input| plan.inputs.get(*input).is_some_and(|input| input.earlier().is_some()));
    seen
}

/// The facts of a program that a unit may have been given.
fn commons(program: &Program) -> Vec<StepId> {
    let facts = program.facts.iter().flatten().copied();
    facts.filter(|step| matches!(program.steps.get(*step), Some(Step::Given(_) | Step::OrElse(..)))).collect()
}

/// Warns of what versions read of periods in which another is in force that has no such thing.
pub(crate) fn check_versions(plans: &[&Plan]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for plan in plans {
        let read = read_by(plan, &|program| (0..program.steps.len()).collect());
        for (id, input) in plan.inputs.iter().enumerate().filter(|(id, _)| read.contains(id)) {
            let Some(earlier) = input.earlier() else { continue };
            let lacking = periods_before(plan, earlier).into_iter().find_map(|then| {
                let rules = of_period(plans.iter().copied(), then)?;
                Asked::of(plan, id, rules).is_none().then_some((then, rules))
            });
            found.extend(lacking.map(|(then, rules)| not_then(input, earlier, (then, &rules.head.version))));
        }
    }
    found
}

/// The periods before the first of a plan that it reads, the latest first; of a longer one also those that lie in it.
fn periods_before(plan: &Plan, earlier: &Earlier) -> Vec<Period> {
    let first = plan
        .dates
        .first
        .as_deref()
        .and_then(|first| Period::beginning(first, plan.cycle).or_else(|| Some(Period::beginning(first, Cycle::Month)?.within(plan.cycle))));
    let Some(first) = first else { return Vec::new() };
    let mut before: Vec<Period> = Vec::new();
    let mut period = first;
    while plan.dates.hold(&period.first_day()) || period == first {
        let read = earlier.when.periods(period);
        let old: Vec<Period> = read.iter().copied().filter(|then| then.first_day() < first.first_day() || then.cycle() != plan.cycle).collect();
        before.extend(&old);
        // a period by name is read by all, and what lies in a longer period by that one only
        if old.len() < read.len() || matches!(earlier.when, When::Stated(_) | When::Every(_)) || old.is_empty() {
            break;
        }
        period = period.next();
    }
    before.sort();
    before.dedup();
    before.reverse();
    before
}

fn not_then(input: &Input, earlier: &Earlier, (then, version): (Period, &str)) -> Diagnostic {
    let Words { zh, en } = &input.name;
    let diagnostic = Diagnostic::new(
        Code::NotThen,
        words!(
            "「{zh}」读到 {then},那时的版本「{version}」里没有这一项,记为缺数据",
            "{en} reads {then}, when version {version} has no such thing: it is missing then"
        ),
    )
    .at(input.span, words!("这里", "here"));
    diagnostic.help(if earlier.read.is_some() {
        words!(
            "读那个版本里也有的名称,或用 按 期 {{ … }} 让头几期不读它",
            "read a name that this version has too, or let a table by period do without it at first"
        )
    } else {
        words!(
            "别的版本只认名称,不认算式:分开读各项,例如 上期(甲) + 上期(乙),或用 按 期 {{ … }} 让头几期不读它",
            "another version knows names, no formulas: read each by itself, as in previous(a) + previous(b), or let a table by period do without it at first"
        )
    })
}

/// What every unit has of what is asked, in the period of these facts.
fn had(plan: &Plan, facts: &Facts, asked: &Asked) -> Had {
    let cell = |index: usize, member: &Member| {
        let program = plan.programs.get(member.tier)?;
        let brought = asked.brought(plan, program)?;
        let [value] = brought.values.as_slice() else { return None };
        let given = match program.steps.get(*value)? {
            Step::OrElse(given, _) => given,
            _ => value,
        };
        let Role::Cell(fact) = program.infos.get(*given)?.role else { return None };
        facts.rows.get(index)?.get(fact).map(|cell| facts.place(cell))
    };
    let mut parts = stages::had(plan, facts, &|program| asked.brought(plan, program), asked.of_all(plan));
    for ((part, member), row) in parts.iter_mut().zip(&facts.members).zip(&facts.rows) {
        if row.is_open()
            && plan.programs.get(member.tier).is_some_and(|program| !is_certain(program, row, asked.brought(plan, program).as_ref(), asked.of_all(plan)))
        {
            *part = Part::Open(Absence::Partly);
        }
    }
    let by_name = facts.members.iter().enumerate().zip(parts).map(|((index, member), part)| (squeezed(&member.name), (part, cell(index, member))));
    Had { parts: by_name.collect() }
}

/// Whether what a unit has follows whatever its facts are that are known in part: what is missing beside them may not be read.
fn is_certain(program: &Program, row: &Row, brought: Option<&Brought>, of_all: bool) -> bool {
    let mut values: Vec<Bounds> = Vec::new();
    run(&Interval, program, &InPart(row), Until::Bounds, &mut values);
    let exact = |step: &StepId| values.get(*step).and_then(Bounds::exact);
    let exemptions: Vec<Option<Value>> = program.exemptions.iter().filter(|_| !of_all).map(|(condition, _)| exact(condition)).collect();
    exemptions.contains(&Some(Value::Truth(true)))
        || exemptions.iter().all(Option::is_some) && brought.into_iter().flat_map(Brought::steps).all(|step| exact(&step).is_some())
}

/// Fills in what other periods give to a case, which is of the first period save for what it states.
pub(crate) fn fill_case(facts: &mut Facts, plan: &Plan, stated: &[Vec<(Vec<InputId>, Literal)>]) {
    for (id, input) in plan.inputs.iter().enumerate() {
        let Some(earlier) = input.earlier() else { continue };
        for ((member, row), stated) in facts.members.iter().zip(&mut facts.rows).zip(stated) {
            row.inputs.resize(plan.inputs.len(), None);
            let initially = earlier.initially.get(member.tier).copied().flatten();
            let value = match stated.iter().find(|(inputs, _)| inputs.contains(&id)) {
                Some((_, literal)) => of_literal(*literal),
                None => value_of(earlier, &mut Account::default(), initially),
            };
            if let Some(slot) = row.inputs.get_mut(id) {
                *slot = Some(value);
            }
        }
    }
    facts.gather(plan);
}

fn of_literal(literal: Literal) -> Value {
    match literal {
        Literal::Number(value) => Value::Number(Number::from(value)),
        Literal::Truth(truth) => Value::Truth(truth),
        Literal::Symbol(symbol) => Value::Symbol(symbol),
    }
}

impl Reading<'_, '_> {
    /// Puts what other periods give into the rows of one.
    fn put(&self, facts: &mut Facts, plan: &Plan, period: Period, inputs: &BTreeSet<InputId>) {
        for member in 0..facts.count() {
            let (name, tier) = facts.members.get(member).map_or((String::new(), 0), |member| (squeezed(&member.name), member.tier));
            for input in inputs {
                let Some(earlier) = plan.inputs.get(*input).and_then(Input::earlier) else { continue };
                let parts = earlier.when.periods(period).into_iter().map(|then| self.was(plan, *input, then, &name)).collect();
                let mut account = Account { parts, initially: false };
                let value = value_of(earlier, &mut account, earlier.initially.get(tier).copied().flatten());
                if let Some(row) = facts.rows.get_mut(member) {
                    row.inputs.resize(plan.inputs.len(), None);
                    if let Some(slot) = row.inputs.get_mut(*input) {
                        *slot = Some(value);
                    }
                }
                facts.past.accounts.insert((member, *input), account);
            }
        }
        facts.gather(plan);
    }

    /// What a period gave for a unit.
    fn was(&self, plan: &Plan, input: InputId, period: Period, name: &str) -> Was {
        let rules = self.library.plan(period);
        let nothing = |gave: Gave| Was { period, version: rules.map(|rules| rules.head.version.clone()), gave, weight: None, cell: None };
        let Some(rules) = rules else { return nothing(Gave::NotInForce) };
        let Some(asked) = Asked::of(plan, input, rules) else { return nothing(Gave::NotThen) };
        let Some(had) = self.had.get(&(period, asked)) else {
            return nothing(if self.library.is_before(period) { Gave::Before } else { Gave::NoFacts });
        };
        let Some((part, cell)) = had.parts.get(name) else { return nothing(Gave::NoUnit) };
        let (gave, weight) = match part {
            Part::Counted(Value::Symbol(symbol), weight) => {
                // a word is known by itself: its number is that of the version
                let word = rules.symbols.get(*symbol);
                let here = plan.symbols.iter().position(|other| Some(other) == word);
                (here.map_or(Gave::NotThen, |symbol| Gave::Value(Value::Symbol(symbol))), Some(*weight))
            }
            Part::Counted(value, weight) => (Gave::Value(*value), Some(*weight)),
            Part::Left(left) => (Gave::Left(*left), None),
            Part::Open(absence) => (Gave::Open(*absence), None),
        };
        Was { weight, cell: cell.clone(), ..nothing(gave) }
    }
}

/// What is made of what the periods gave.
fn value_of(earlier: &Earlier, account: &mut Account, initially: Option<Literal>) -> Value {
    let missing = Value::Absent(Absence::Missing);
    if earlier.made == Made::ExemptThroughout {
        let exempt = |was: &Was| was.gave == Gave::Left(Left::Exempt);
        let open = |was: &Was| was.gave == Gave::Open(Absence::Partly);
        if account.parts.iter().any(open)
            && account.parts.iter().all(|was| open(was) || exempt(was) || matches!(was.gave, Gave::Before | Gave::NotInForce | Gave::NoUnit))
        {
            return Value::Absent(Absence::Partly);
        }
        let none = account.parts.iter().all(|was| exempt(was) || matches!(was.gave, Gave::Before | Gave::NotInForce | Gave::NoUnit));
        return Value::Truth(none && account.parts.iter().any(exempt));
    }
    let Made::Fold(fold) = earlier.made else {
        let gave = account.parts.last().map_or(Gave::Before, |was| was.gave);
        return match gave {
            Gave::Value(value) => value,
            Gave::Open(absence) => Value::Absent(absence),
            Gave::Left(Left::Exempt | Left::Undefined | Left::Excluded) => Value::Absent(Absence::Undefined),
            Gave::NotThen | Gave::NoFacts => missing,
            Gave::Before | Gave::NotInForce | Gave::NoUnit | Gave::Left(Left::NotApplicable) => {
                account.initially = initially.is_some();
                initially.map_or(missing, of_literal)
            }
        };
    };
    let open = account.parts.iter().filter_map(|was| match was.gave {
        Gave::Open(absence) => Some(absence),
        Gave::NoFacts | Gave::NotThen => Some(Absence::Missing),
        _ => None,
    });
    if let Some(absence) = open.min() {
        return Value::Absent(absence);
    }
    let counted: Vec<Counted> = account
        .parts
        .iter()
        .enumerate()
        .filter_map(|(member, was)| if let Gave::Value(value) = was.gave { Some(Counted { member, value, weight: was.weight.unwrap_or(value) }) } else { None })
        .collect();
    stages::fold(fold, &counted)
}
