//! Facts against each other: bounds that the rules declare, and facts that are given and also follow from others.

mod records;

use super::{Cell, Facts, InPart, Member, Provenance, Row};
use crate::diag::{Code, Diagnostic, Lang, Words, words};
use crate::eval::call::answer;
use crate::eval::clock::{self, ClockFault};
use rust_decimal::Decimal;

use crate::eval::domain::{Absence, Bounds, Exact, Hull, Interval, Value};
use crate::eval::{Cells, Until, keeps, operands, run};
use crate::extension::Failure;
use crate::plan::{Bound, Call, Clock, Fact, FactId, InputId, Limit, Plan, Program, Role, Step, StepId};
use crate::quantity::{self, Number, TooLarge, Unit};

/// Checks the facts of every unit; results are computed only from facts without a fault.
pub(crate) fn check(plan: &Plan, facts: &Facts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, (member, row)) in facts.members.iter().zip(&facts.rows).enumerate() {
        let Some(program) = plan.programs.get(member.tier) else { continue };
        let mut values = Vec::new();
        run(&Exact, program, row, Until::Bounds, &mut values);
        let check = Check { plan, facts, member, row, program, values: &values };
        found.extend(records::open(&check, index));
        let broken: Vec<Diagnostic> = program.bounds.iter().filter_map(|bound| check.bound(bound)).collect();
        if broken.is_empty() {
            found.extend(program.steps.iter().filter_map(|step| check.derivation(step)));
            found.extend(check.result());
        }
        found.extend(broken);
    }
    found
}

/// The limits that facts break whatever is not given: those of which everything that bears on them is given.
pub(crate) fn limits(plan: &Plan, facts: &Facts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (member, row) in facts.members.iter().zip(&facts.rows) {
        let Some(program) = plan.programs.get(member.tier) else { continue };
        let mut values = Vec::new();
        run(&Exact, program, row, Until::Bounds, &mut values);
        let check = Check { plan, facts, member, row, program, values: &values };
        let settled = program.bounds.iter().filter(|bound| row.get(bound.fact).is_some() && check.is_settled(bound.limit));
        found.extend(settled.filter_map(|bound| check.bound(bound)));
    }
    found
}

struct Check<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    member: &'a Member,
    row: &'a Row,
    program: &'a Program,
    values: &'a [Value],
}

impl Check<'_> {
    fn bound(&self, bound: &Bound) -> Option<Diagnostic> {
        let limit = self.values.get(bound.limit)?.number()?;
        let Some(cell) = self.row.get(bound.fact) else { return self.default_bound(bound, limit) };
        let value = cell.value.number()?;
        if keeps(bound.side, value, limit) {
            return None;
        }
        let fact = self.plan.facts.get(bound.fact)?;
        let unit = &self.member.name;
        let (shown, top) = (self.show(bound.fact, value, Lang::Zh), self.show(bound.fact, limit, Lang::Zh));
        let (shown_en, top_en) = (self.show(bound.fact, value, Lang::En), self.show(bound.fact, limit, Lang::En));
        let label = fact.label();
        let place = self.facts.place(cell);
        if let Some(by) = bound.by
            && let Some(other) = self.plan.facts.get(by)
        {
            let name = other.label();
            let mut diagnostic = match bound.side {
                Limit::AtMost => Diagnostic::new(
                    Code::AboveBound,
                    words!("{unit}:「{label}」{shown} 大于「{name}」{top}", "{unit}: {label} of {shown_en} is above {name} of {top_en}"),
                ),
                Limit::AtLeast => Diagnostic::new(
                    Code::AboveBound,
                    words!("{unit}:「{label}」{shown} 小于「{name}」{top}", "{unit}: {label} of {shown_en} is below {name} of {top_en}"),
                ),
            }
            .at_cell(place, words!("是 {shown}", "is {shown_en}"));
            if let Some(cell) = self.row.get(by) {
                diagnostic = diagnostic.at_cell(self.facts.place(cell), words!("是 {top}", "is {top_en}"));
            }
            return Some(diagnostic.help(words!("核对这两格,改正填错的一格", "check the two cells and correct the wrong one")));
        }
        let diagnostic = match bound.side {
            Limit::AtMost => Diagnostic::new(
                Code::OutOfRange,
                words!("{unit}:「{label}」{shown} 超过上限 {top}", "{unit}: {label} of {shown_en} is above its limit of {top_en}"),
            ),
            Limit::AtLeast => Diagnostic::new(
                Code::OutOfRange,
                words!("{unit}:「{label}」{shown} 低于下限 {top}", "{unit}: {label} of {shown_en} is below its limit of {top_en}"),
            ),
        };
        Some(
            diagnostic
                .at_cell(place, words!("是 {shown}", "is {shown_en}"))
                .at(fact.span, words!("范围由这里定", "the range comes from here"))
                .help(words!("核对这一格;范围确需放宽时改规则", "check the cell; if the range is too narrow, change the rules")),
        )
    }

    /// Whether a step rests on nothing but what is given.
    fn is_settled(&self, root: StepId) -> bool {
        let given = |step: StepId| match self.program.steps.get(step) {
            Some(Step::Given(fact)) => Some((self.row.get(*fact).is_some(), self.plan.facts.get(*fact).is_some_and(|fact| fact.has_derivation))),
            _ => None,
        };
        let (mut ahead, mut seen) = (vec![root], vec![false; self.program.steps.len()]);
        while let Some(id) = ahead.pop() {
            if seen.get_mut(id).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            match (given(id), self.program.steps.get(id)) {
                (Some((false, _)), _) => return false,
                (Some(_), _) | (None, None) => {}
                // what a fact follows from bears on it only where it is not given; a default may be any other value
                (None, Some(Step::OrElse(a, b))) => match given(*a) {
                    Some((false, true)) => ahead.push(*b),
                    _ => ahead.push(*a),
                },
                (None, Some(step)) => ahead.extend(operands(step)),
            }
        }
        true
    }

    /// A default that the bounds of its fact refuse for this unit.
    fn default_bound(&self, bound: &Bound, limit: &Number) -> Option<Diagnostic> {
        let fact = self.plan.facts.get(bound.fact).filter(|fact| fact.has_default && !fact.has_derivation)?;
        let value = self.values.get(self.program.facts.get(bound.fact).copied().flatten()?)?.number()?;
        if keeps(bound.side, value, limit) {
            return None;
        }
        let (unit, label) = (&self.member.name, fact.label());
        let (shown, shown_en) = (self.show(bound.fact, value, Lang::Zh), self.show(bound.fact, value, Lang::En));
        let (top, top_en) = (self.show(bound.fact, limit, Lang::Zh), self.show(bound.fact, limit, Lang::En));
        let mut diagnostic = Diagnostic::new(
            Code::OutOfRange,
            words!(
                "{unit}:「{label}」没有填,缺省值 {shown} 却不合它的界限 {top}",
                "{unit}: {label} is blank, and its default of {shown_en} breaks its limit of {top_en}"
            ),
        );
        if let Some(cell) = bound.by.and_then(|by| self.row.get(by)) {
            diagnostic = diagnostic.at_cell(self.facts.place(cell), words!("是 {top}", "is {top_en}"));
        }
        Some(diagnostic.at(fact.span, words!("缺省和界限写在这里", "default and limit stand here")).help(words!("把这一格填上", "fill in the cell")))
    }

    /// A fact that is given where it also follows from others.
    fn derivation(&self, step: &Step) -> Option<Diagnostic> {
        let Step::OrElse(_, derived) = step else { return None };
        let Role::Derived(fact) = self.program.infos.get(*derived)?.role else { return None };
        let cell = self.row.get(fact)?;
        let derived_value = self.values.get(*derived)?;
        if cell.known.is_some() || *derived_value == Value::Absent(Absence::Partly) {
            return self.apart_in_part(fact, cell, *derived);
        }
        if *derived_value == Value::Absent(Absence::Undefined) {
            return self.given_though_undefined(fact, cell, *derived);
        }
        let (given, follows) = (cell.value.number()?, derived_value.number()?);
        if given == follows {
            return None;
        }
        let declared = self.plan.facts.get(fact)?;
        let (unit, label) = (&self.member.name, declared.label());
        let (given_en, follows_en) = (self.show(fact, given, Lang::En), self.show(fact, follows, Lang::En));
        let (given, follows) = (self.show(fact, given, Lang::Zh), self.show(fact, follows, Lang::Zh));
        let place = self.facts.place(cell);
        if self.may_follow(fact, cell, *derived) {
            return Some(
                Diagnostic::new(
                    Code::PrintedApart,
                    words!(
                        "{unit}:「{label}」给出 {given},按印出的分项推得 {follows},在印刷取整之内",
                        "{unit}: {label} is given as {given_en}, its printed parts give {follows_en}, which the roundings of print explain"
                    ),
                )
                .at_cell(place, words!("按给出的 {given} 计算", "computed with the given {given_en}")),
            );
        }
        let mut diagnostic = Diagnostic::new(
            Code::GivenDerived,
            words!("{unit}:「{label}」给出 {given},由其他数据推得 {follows}", "{unit}: {label} is given as {given_en}, other facts give {follows_en}"),
        )
        .at_cell(place, words!("给出 {given}", "given as {given_en}"));
        for other in self.read_by(*derived) {
            if let Some(cell) = self.row.get(other)
                && let Some(value) = cell.value.number()
            {
                let (shown, shown_en) = (self.show(other, value, Lang::Zh), self.show(other, value, Lang::En));
                diagnostic = diagnostic.at_cell(self.facts.place(cell), words!("推算用到 {shown}", "{shown_en} is read"));
            }
        }
        Some(
            diagnostic
                .at(declared.span, words!("推算的办法在这里", "how it follows"))
                .help(words!("核对这几格;只知道其一时另一个留空", "check these cells; leave blank what is not known by itself")),
        )
    }

    /// A fact that is given where it also follows from others, of which not all is known: nothing that one says is what the others say.
    fn apart_in_part(&self, fact: FactId, cell: &Cell, derived: StepId) -> Option<Diagnostic> {
        let mut values = Vec::new();
        run(&Interval, self.program, &InPart(self.row), Until::Bounds, &mut values);
        let given = cell.known.as_ref().map_or(Bounds::of(cell.value), |known| known.bounds);
        let follows: Bounds = *values.get(derived)?;
        // what may not follow at all may leave the given one as it is
        let may_lack = follows.can_be_absent(Absence::Missing) || follows.can_be_absent(Absence::Partly);
        if may_lack || self.may_follow(fact, cell, derived) {
            return None;
        }
        let declared = self.plan.facts.get(fact)?;
        let (unit, label) = (&self.member.name, declared.label());
        let shown = |bounds: &Bounds, lang| self.show_bounds(fact, bounds, lang);
        // of listed values what lies between them is none
        let listed = cell.known.as_ref().filter(|known| !known.listed.is_empty()).map(|known| known.written.clone());
        let given_in = |lang| listed.clone().unwrap_or_else(|| shown(&given, lang));
        let (given_zh, follows_zh) = (given_in(Lang::Zh), shown(&follows, Lang::Zh));
        let (given_en, follows_en) = (given_in(Lang::En), shown(&follows, Lang::En));
        let mut diagnostic = Diagnostic::new(
            Code::GivenDerived,
            words!("{unit}:「{label}」给出 {given_zh},由其他数据推得 {follows_zh}", "{unit}: {label} is given as {given_en}, other facts give {follows_en}"),
        )
        .at_cell(self.facts.place(cell), words!("给出 {given_zh}", "given as {given_en}"));
        for other in self.read_by(derived) {
            if let Some(cell) = self.row.get(other) {
                let bounds = cell.known.as_ref().map_or(Bounds::of(cell.value), |known| known.bounds);
                let (zh, en) = (self.show_bounds(other, &bounds, Lang::Zh), self.show_bounds(other, &bounds, Lang::En));
                diagnostic = diagnostic.at_cell(self.facts.place(cell), words!("推算用到 {zh}", "{en} is read"));
            }
        }
        Some(
            diagnostic
                .at(declared.span, words!("推算的办法在这里", "how it follows"))
                .help(words!("核对这几格;只知道其一时另一个留空", "check these cells; leave blank what is not known by itself")),
        )
    }

    /// What a fact can be, in words.
    fn show_bounds(&self, fact: FactId, bounds: &Bounds, lang: Lang) -> String {
        let end = |end: Option<Number>| end.map(|end| self.show(fact, &end, lang));
        let Some(hull) = bounds.numbers() else { return words!("无从计算", "undefined").get(lang).to_owned() };
        match (end(hull.low), end(hull.high)) {
            (Some(low), Some(high)) if low == high => low,
            (Some(low), Some(high)) => format!("[{low}, {high}]"),
            (Some(low), None) => format!("≥{low}"),
            (None, Some(high)) => format!("≤{high}"),
            (None, None) => "?".to_owned(),
        }
    }

    /// A fact that is given although the others say that there is nothing to compute it from.
    fn given_though_undefined(&self, fact: FactId, cell: &Cell, derived: StepId) -> Option<Diagnostic> {
        let declared = self.plan.facts.get(fact)?;
        let (unit, label) = (&self.member.name, declared.label());
        let mut diagnostic = Diagnostic::new(
            Code::GivenDerived,
            words!("{unit}:「{label}」已给出,而按其他数据除数为 0,无从计算", "{unit}: {label} is given, while by the other facts its divisor is 0"),
        )
        .at_cell(self.facts.place(cell), words!("这里给出了值", "a value is given here"));
        for other in self.read_by(derived) {
            if let Some(cell) = self.row.get(other).filter(|cell| cell.value.number().is_some_and(Number::is_zero)) {
                diagnostic = diagnostic.at_cell(self.facts.place(cell), words!("这里是 0", "this is 0"));
            }
        }
        Some(
            diagnostic
                .at(declared.span, words!("推算的办法在这里", "how it follows"))
                .help(words!("核对这几格,留空给错的一格", "check these cells, and leave the wrong one blank")),
        )
    }

    /// A result that cannot be held, a value that no row of a table matches, or an extension function that fails.
    fn result(&self) -> Option<Diagnostic> {
        let (wanted, at) = self.guilty()?;
        let info = self.program.infos.get(at)?;
        let unit = &self.member.name;
        let diagnostic = match wanted {
            Absence::TooLarge => {
                Diagnostic::new(Code::Overflow, words!("{unit}:算得的数位数太多,不能精确表示", "{unit}: the exact result has too many digits to be held"))
                    .at(info.span, words!("在这里算出", "computed here"))
            }
            Absence::NoRow => Diagnostic::new(Code::OutOfRange, words!("{unit}:这个值不在分档的任何一行", "{unit}: the value matches no row of the table"))
                .at(info.span, words!("按它分档", "the table is by this")),
            _ => return self.failed_call(at),
        };
        // of a table that no row of matches the cells behind its conditions are to blame
        let rows = self.program.steps.iter().find_map(|step| match step {
            Step::Choose(condition, _, otherwise) if *otherwise == at => Some(*condition),
            _ => None,
        });
        let diagnostic = self.with_cells(diagnostic, rows.unwrap_or(at));
        Some(diagnostic.help(words!("核对这些格;值确实无误时补全规则", "check these cells; if they are right, complete the rules")))
    }

    /// What is no result in the total, an exemption, a key of the ranking or the bound of a fact, and the step where it comes from.
    fn guilty(&self) -> Option<(Absence, StepId)> {
        let exemptions = self.program.exemptions.iter().map(|(condition, _)| condition);
        let exempt = exemptions.clone().any(|condition| self.values.get(*condition) == Some(&Value::Truth(true)));
        let scores = std::iter::once(&self.program.total).chain(&self.program.keys).chain(&self.program.listed).filter(|_| !exempt);
        // a bound that cannot be computed bounds nothing
        let limits = self.program.bounds.iter().filter(|bound| self.row.get(bound.fact).is_some()).map(|bound| &bound.limit);
        let absences = exemptions.chain(scores).chain(limits).filter_map(|step| self.values.get(*step)?.absence());
        let wanted = absences.min().filter(|absence| matches!(absence, Absence::TooLarge | Absence::NoRow | Absence::Failed))?;
        let at = self.values.iter().position(|value| *value == Value::Absent(wanted))?;
        Some((wanted, at))
    }

    /// A call that fails: its arguments, the place in the script, the cells behind the arguments.
    fn failed_call(&self, at: StepId) -> Option<Diagnostic> {
        let info = self.program.infos.get(at)?;
        let call = match self.program.steps.get(at)? {
            Step::Call(call) => call,
            Step::Clock(clock, a, b) => {
                let unit = &self.member.name;
                let (a, b) = (self.values.get(*a)?, self.values.get(*b)?);
                let (why, why_en) = clock_fault(clock, a, b)?;
                let diagnostic =
                    Diagnostic::new(Code::OutsideCalendar, words!("{unit}:{why}", "{unit}: {why_en}")).at(info.span, words!("在这里算", "computed here"));
                return Some(self.with_cells(diagnostic, at).help(wider_calendar()));
            }
            _ => return None,
        };
        let arguments: Option<Vec<Value>> = call.arguments.iter().map(|argument| self.values.get(*argument).copied()).collect();
        let failure = answer(call, &arguments?).err()?;
        let (unit, function) = (&self.member.name, &call.function);
        let name = &function.name;
        let result = |number: &Number, lang| show_exact(number, &function.unit, lang);
        let (called, called_en) = (self.shown_call(call, Lang::Zh), self.shown_call(call, Lang::En));
        let (defined, script) = (function.script.at, &function.script.script.path);
        let diagnostic = match &failure {
            Failure::Script { at, words } => {
                let (zh, en) = (&words.zh, &words.en);
                Diagnostic::new(Code::CallFailed, words!("{unit}:函数「{name}」算不出:{zh}", "{unit}: the function {name} fails: {en}"))
                    .at(info.span, words!("{called}", "{called_en}"))
                    .at(*at, words!("脚本在这里", "here in the script"))
                    .help(words!("核对数据;数据无误时改脚本 {script}", "check the data; if they are right, correct the script {script}"))
            }
            Failure::Outside(number) => {
                let (value, value_en) = (result(number, Lang::Zh), result(number, Lang::En));
                Diagnostic::new(
                    Code::CallOutside,
                    words!("{unit}:函数「{name}」得 {value},超出它的范围", "{unit}: the function {name} gives {value_en}, out of its range"),
                )
                .at(info.span, words!("{called} = {value}", "{called_en} = {value_en}"))
                .at(function.range, words!("范围声明在这里", "the range is declared here"))
                .at(defined, words!("由脚本算出", "computed by the script"))
                .help(if function.unit.is_percent() {
                    words!(
                        "核对数据;数据无误时改脚本 {script}(脚本里的率是 1 的分数,90% 写作 0.9),或改范围",
                        "check the data; if they are right, correct the script {script} (its rates are fractions of 1: 90% is 0.9) or the range"
                    )
                } else {
                    words!("核对数据;数据无误时改脚本 {script},或改范围", "check the data; if they are right, correct the script {script} or the range")
                })
            }
            Failure::Finer(number) => {
                let (value, value_en) = (result(number, Lang::Zh), result(number, Lang::En));
                // in the script rates are fractions of 1
                let (step, written) = (&Number::from(function.step), quantity::plain(function.step));
                let (step, step_en) = (result(step, Lang::Zh), result(step, Lang::En));
                Diagnostic::new(
                    Code::CallFiner,
                    words!("{unit}:函数「{name}」得 {value},细过精度 {step}", "{unit}: the function {name} gives {value_en}, finer than its step of {step_en}"),
                )
                .at(info.span, words!("{called} = {value}", "{called_en} = {value_en}"))
                .at(function.span, words!("精度由这里的单位或 精度 定", "the step comes from the unit or the step stated here"))
                .at(defined, words!("由脚本算出", "computed by the script"))
                .help(words!("在脚本里写 取整(…, {written}),或声明更细的 精度", "round in the script: round(…, {written}); or declare a finer step"))
            }
        };
        Some(self.with_cells(diagnostic, at))
    }

    /// A call with the values of its arguments.
    fn shown_call(&self, call: &Call, lang: Lang) -> String {
        let argument = |step: &StepId| match self.values.get(*step) {
            Some(Value::Number(number)) => match self.program.infos.get(*step).and_then(|info| info.unit.as_ref()) {
                Some(unit) => show_exact(number, unit, lang),
                None => show_exact(number, &Unit::Number, lang),
            },
            Some(Value::Truth(truth)) => match (truth, lang) {
                (true, Lang::Zh) => "是",
                (false, Lang::Zh) => "否",
                (true, Lang::En) => "yes",
                (false, Lang::En) => "no",
            }
            .to_owned(),
            Some(Value::Symbol(symbol)) => self.plan.symbols.get(*symbol).cloned().unwrap_or_default(),
            Some(Value::Absent(_)) | None => String::new(),
        };
        format!("{}({})", call.function.name, call.arguments.iter().map(argument).collect::<Vec<_>>().join(", "))
    }

    /// The cells that a step reads, with what they hold.
    fn with_cells(&self, mut diagnostic: Diagnostic, read: StepId) -> Diagnostic {
        for other in self.read_by(read) {
            if let Some(cell) = self.row.get(other) {
                let value = cell.value.number().map(|number| (self.show(other, number, Lang::Zh), self.show(other, number, Lang::En)));
                let (shown, shown_en) = value.unwrap_or_default();
                diagnostic = diagnostic.at_cell(self.facts.place(cell), words!("是 {shown}", "is {shown_en}"));
            }
        }
        diagnostic
    }

    /// The facts that a step reads.
    fn read_by(&self, root: StepId) -> Vec<FactId> {
        let mut wanted = vec![false; root.saturating_add(1)];
        if let Some(slot) = wanted.get_mut(root) {
            *slot = true;
        }
        let mut facts = Vec::new();
        for id in (0..=root).rev() {
            if wanted.get(id) != Some(&true) {
                continue;
            }
            let Some(step) = self.program.steps.get(id) else { continue };
            if let Step::Given(fact) = step {
                facts.push(*fact);
            }
            for operand in operands(step) {
                if let Some(slot) = wanted.get_mut(operand) {
                    *slot = true;
                }
            }
        }
        facts.sort_unstable();
        facts
    }

    /// Whether what is given can be what follows from printed cells, each standing for the half step around it.
    fn may_follow(&self, fact: FactId, cell: &Cell, derived: StepId) -> bool {
        let mut values = Vec::new();
        run(&Interval, self.program, &Printed { plan: self.plan, row: self.row }, Until::Bounds, &mut values);
        let given = cell.known.as_ref().map_or(Bounds::of(cell.value), |known| known.bounds);
        let Some(follows) = values.get(derived) else { return false };
        let allowed = self.plan.facts.get(fact).zip(follows.numbers()).and_then(|(declared, hull)| agreeing(declared, cell, &hull));
        match (&cell.known, allowed, given.numbers()) {
            (Some(known), Some(allowed), _) if !known.listed.is_empty() => known.listed.iter().filter_map(Value::number).any(|value| allowed.holds(value)),
            (_, Some(allowed), Some(given)) => given.meets(&allowed),
            _ => follows.meet(&given),
        }
    }

    fn show(&self, fact: FactId, value: &Number, lang: Lang) -> String {
        let Some(fact) = self.plan.facts.get(fact) else { return String::new() };
        show(value, fact.unit(), fact.step, lang)
    }
}

/// Why an operation on two times has no result, in Chinese and in English.
pub(crate) fn clock_fault(clock: &Clock, a: &Value, b: &Value) -> Option<(String, String)> {
    let fault = clock::answer(clock, a.number()?, b.number()?).err()?;
    let covers = clock.calendar.get().map(|calendar| {
        let (first, last) = calendar.covers();
        [first, last].map(quantity::moment::show_day)
    });
    Some(match (fault, covers) {
        (ClockFault::Outside(Some(time)), Some([first, last])) => {
            let time = quantity::moment::show_time(time);
            (format!("{time} 不在日历的范围 {first} 至 {last} 里"), format!("{time} is outside the days {first} to {last} that the calendar covers"))
        }
        (ClockFault::Outside(None), Some([first, last])) => (
            format!("算得的时间超出日历的范围 {first} 至 {last}"),
            format!("the resulting time lies outside the days {first} to {last} that the calendar covers"),
        ),
        (ClockFault::NoCalendar, _) | (ClockFault::Outside(_), None) => ("没有工作日历".to_owned(), "there is no calendar".to_owned()),
        (ClockFault::NoTime, _) => ("时间须精确到秒,算得的数也不能太大".to_owned(), "times are whole seconds, and the result must not be too large".to_owned()),
    })
}

/// What to do about a time outside the calendar.
pub(crate) fn wider_calendar() -> Words {
    words!(
        "核对这个时间;时间无误时把日历的 范围 放宽,并补上那些日子的假期",
        "check the time; if it is right, let the range of the calendar cover more days, with their holidays"
    )
}

/// A number with its unit and all its digits; a fraction as one.
fn show_exact(number: &Number, unit: &Unit, lang: Lang) -> String {
    if let Some(value) = number.decimal() {
        return show(number, Some(unit), quantity::written_step(value), lang);
    }
    let number = if unit.is_percent() { number.times(&Number::from(rust_decimal::Decimal::ONE_HUNDRED)).unwrap_or(*number) } else { *number };
    let (over, under) = number.parts();
    let shown = format!("{}/{}", quantity::plain(over), quantity::plain(under));
    match unit {
        unit if unit.is_percent() => format!("{shown} %"),
        Unit::Number | Unit::Quotient => shown,
        unit => format!("{shown} {}", if lang == Lang::Zh { unit.to_string() } else { unit.in_english_behind(&shown) }),
    }
}

/// A number with its unit, padded to its step.
pub(crate) fn show(value: &Number, unit: Option<&Unit>, step: rust_decimal::Decimal, lang: Lang) -> String {
    let Some(value) = value.decimal() else { return String::from("…") };
    match unit {
        Some(unit) if unit.is_percent() => {
            let hundred = |value: rust_decimal::Decimal| {
                Number::from(value).times(&Number::from(rust_decimal::Decimal::ONE_HUNDRED)).ok().and_then(|value| value.decimal()).unwrap_or(value)
            };
            format!("{}%", quantity::padded(hundred(value), hundred(step)))
        }
        Some(unit) if unit.is_moment() => quantity::moment::show(&Number::from(value), unit).unwrap_or_default(),
        Some(Unit::Number | Unit::Quotient) | None => quantity::padded(value, step),
        Some(unit) => {
            let digits = quantity::padded(value, step);
            let name = if lang == Lang::Zh { unit.to_string() } else { unit.in_english_behind(&digits) };
            format!("{digits} {name}")
        }
    }
}

/// The cells of a unit as print leaves them: what is marked as printed, or not marked at all, is known to within half of its
/// step, counts exactly.
pub(super) struct Printed<'a> {
    pub(super) plan: &'a Plan,
    pub(super) row: &'a Row,
}

impl Printed<'_> {
    fn bounds(&self, fact: FactId, cell: &Cell) -> Bounds {
        if let Some(known) = &cell.known {
            return known.bounds;
        }
        match (cell.value.number(), self.plan.facts.get(fact).filter(|fact| is_rounded(fact, cell))) {
            (Some(number), Some(fact)) => Bounds::around(number, fact.step),
            _ => Bounds::of(cell.value),
        }
    }
}

/// Whether a cell may have been rounded in print: what states no provenance is not held to be more exact than print.
fn is_rounded(fact: &Fact, cell: &Cell) -> bool {
    matches!(cell.provenance, Some(Provenance::Published) | None) && !fact.unit().is_some_and(|unit| unit.is_count() || unit.is_moment())
}

/// The values of a cell that agree with what follows from others: the same, or of a printed one those on its grid within half a step.
/// None where there are none.
pub(super) fn agreeing(fact: &Fact, cell: &Cell, follows: &Hull) -> Option<Hull> {
    if !is_rounded(fact, cell) {
        return Some(*follows);
    }
    let step = Number::from(fact.step);
    let half = step.times(&Number::from(Decimal::new(5, 1))).ok()?;
    let on_grid = |end: Number, cut: fn(&Number) -> Result<Number, TooLarge>| {
        let steps = end.over(&step).ok().flatten()?;
        cut(&steps).and_then(|steps| steps.times(&step)).ok()
    };
    let end = |end: Option<Number>, aside: Number, cut: fn(&Number) -> Result<Number, TooLarge>| match end {
        None => Some(None),
        Some(end) => Some(Some(on_grid(end.plus(&aside).ok()?, cut)?)),
    };
    let (low, high) = (end(follows.low, half.negated(), Number::ceiling)?, end(follows.high, half, Number::floor)?);
    Hull::new(low, None).common(&Hull::new(None, high))
}

impl Cells<Bounds> for Printed<'_> {
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        self.row.get(fact).map(|cell| self.bounds(fact, cell))
    }

    fn input(&self, input: InputId) -> Option<Bounds> {
        InPart(self.row).input(input)
    }
}
