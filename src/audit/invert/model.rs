//! One question as steps: which of them are free, what is held fixed, and what must hold.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::narrow::{Backward, Impossible, reach, widened};
use super::room::Room;
use super::{Question, Relaxed, Wishes};
use crate::eval::domain::{Absence, Bounds, Domain, Hull, Interval, Value};
use crate::eval::{Cells, evaluate};
use crate::facts::{InPart, Known, Provenance, Row};
use crate::plan::{Comparison, FactId, InputId, Limit, Plan, Precision, Program, Role, Step, StepId, Type, closure, operands};
use crate::quantity::{self, Mode, Number, Unit};

/// What is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Fact(FactId),
    /// A step whose rule is left aside, or a fact that follows from others.
    Step(StepId),
}

/// A step that takes any value of a room instead of what it comes to.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) of: Of,
    pub(crate) step: StepId,
    pub(crate) grid: Decimal,
    pub(crate) room: Room,
}

/// How a step is come by.
#[derive(Debug, Clone, Copy)]
enum Made<'p> {
    Step(&'p Step),
    Variable(usize),
    /// An operation that is left aside: the value of its operand.
    Passed(StepId),
}

/// What must hold of a solution, beside the score.
#[derive(Debug, Clone, Copy)]
enum Demand {
    /// A step must be this number.
    Equal(StepId, Number),
    /// A fact is one of what its cell says that it can be.
    Among(StepId, FactId),
    /// A fact keeps its limit.
    Keep(StepId, Limit, StepId),
    /// A condition is not true.
    Not(StepId),
}

/// What can be said of some rooms together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No values of them will do.
    None,
    /// Some may.
    Some,
    /// All will.
    All,
}

/// A question that rooms can be put to.
pub(crate) struct Model<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) program: &'p Program,
    pub(crate) variables: Vec<Variable>,
    /// Facts that are held at a value and bear on the score, and those among them that follow from others.
    pub(crate) fixed: BTreeMap<FactId, Value>,
    /// Facts that follow from others and are read by that.
    pub(crate) followed: BTreeSet<FactId>,
    /// What cells say that facts can be which are free within that, as it is written.
    pub(crate) within: BTreeMap<FactId, String>,
    /// What is read from outside the row of the unit.
    pub(crate) held: Vec<InputId>,
    pub(crate) root: StepId,
    printed: Number,
    /// In which steps the score is printed, and how that comes about; none where it is printed as it is.
    print: Option<(Decimal, Mode)>,
    demands: Vec<Demand>,
    /// The steps that are behind the score.
    pub(crate) behind: Vec<StepId>,
    /// The steps that rest on something free, in order.
    varying: Vec<(StepId, Made<'p>)>,
    values: Vec<Bounds>,
    wanted: Vec<Option<Hull>>,
    cells: Held<'p>,
}

/// The cells of the unit that are held fixed.
struct Held<'p> {
    row: &'p Row,
    facts: BTreeMap<FactId, Bounds>,
}

impl Cells<Bounds> for Held<'_> {
    fn cell(&self, fact: FactId) -> Option<Bounds> {
        self.facts.get(&fact).copied()
    }

    fn input(&self, input: InputId) -> Option<Bounds> {
        InPart(self.row).input(input)
    }
}

/// What a fact is held at: what was asked for, or what was printed.
pub(crate) fn fixed_at(wishes: &Wishes, row: &Row, fact: FactId) -> Option<Value> {
    if wishes.free.contains(&fact) {
        return None;
    }
    let cell = row.get(fact);
    match wishes.fixed.get(&fact) {
        Some(Some(value)) => Some(*value),
        Some(None) => cell.filter(|cell| cell.known.is_none()).map(|cell| cell.value),
        None => cell.filter(|cell| cell.known.is_none() && cell.provenance == Some(Provenance::Published)).map(|cell| cell.value),
    }
}

/// What a cell says that a fact can be, where that is a set and not left aside.
fn known_of<'r>(question: &Question<'r>, relaxed: Option<&Relaxed>, fact: FactId) -> Option<&'r Known> {
    let aside = question.wishes.free.contains(&fact) || question.wishes.fixed.contains_key(&fact) || matches!(relaxed, Some(Relaxed::Known(of)) if *of == fact);
    question.row.get(fact).filter(|_| !aside)?.known.as_deref()
}

/// Every value that the rules let a fact have, apart from limits that rest on other facts.
fn room_of(plan: &Plan, fact: FactId, max: Option<Decimal>) -> Option<(Decimal, Room)> {
    let declared = plan.facts.get(fact)?;
    match &declared.kind {
        Type::Number(unit) => {
            let mut room = Room::of_numbers(unit.is_count().then_some(0), None);
            if let Some(max) = max {
                room.keep(&Hull::new(None, Some(Number::from(max))), declared.step);
            }
            Some((declared.step, room))
        }
        Type::Truth => Some((Decimal::ONE, Room { span: None, others: vec![Value::Truth(false), Value::Truth(true)] })),
        Type::Choice(symbols) => Some((Decimal::ONE, Room { span: None, others: symbols.iter().copied().map(Value::Symbol).collect() })),
        Type::Text => None,
    }
}

/// Whatever a fact may be of which nothing is asked.
fn anything(plan: &Plan, fact: FactId) -> Bounds {
    match room_of(plan, fact, None) {
        Some((grid, mut room)) => {
            room.others.push(Value::Absent(Absence::Missing));
            room.bounds(grid)
        }
        None => Bounds::ANY,
    }
}

impl<'p> Model<'p> {
    /// The question, with one thing left aside.
    pub(crate) fn new(question: &Question<'p>, relaxed: Option<&Relaxed>) -> Self {
        let mut direct: BTreeSet<FactId> = question.wishes.free.iter().copied().collect();
        if let Some(Relaxed::Derivation(fact)) = relaxed {
            direct.insert(*fact);
        }
        loop {
            let model = Self::following(question, relaxed, &direct);
            // what does not follow from the others for want of them is free itself; a quotient by 0 is no want
            let wanting = |fact: &FactId| model.derived(*fact).is_none_or(|step| matches!(model.value(step), Bounds::Exactly(Value::Absent(Absence::Missing))));
            let barren: Vec<FactId> = model.followed.iter().copied().filter(wanting).collect();
            if barren.is_empty() {
                return model;
            }
            direct.extend(barren);
        }
    }

    fn following(question: &Question<'p>, relaxed: Option<&Relaxed>, direct: &BTreeSet<FactId>) -> Self {
        let Question { plan, program, row, root, .. } = *question;
        let behind = behind(question, relaxed, direct);
        let mut model = Model {
            plan,
            program,
            variables: Vec::new(),
            fixed: BTreeMap::new(),
            followed: BTreeSet::new(),
            within: BTreeMap::new(),
            held: Vec::new(),
            root,
            printed: Number::from(question.printed),
            print: print(question, relaxed),
            demands: Vec::new(),
            behind,
            varying: Vec::new(),
            values: vec![Bounds::ANY; program.steps.len()],
            wanted: vec![None; program.steps.len()],
            cells: Held { row, facts: BTreeMap::new() },
        };
        model.settle_facts(question, relaxed, direct);
        if let Some(Relaxed::Assumed(step, _)) = relaxed {
            let grid = question.step;
            model.variables.push(Variable { of: Of::Step(*step), step: *step, grid, room: Room::of_numbers(None, None) });
        }
        let mut roots = vec![root];
        roots.extend(model.demand(question, relaxed));
        model.arrange(closure(&program.steps, roots), relaxed);
        model
    }

    /// What becomes of every fact behind the score.
    fn settle_facts(&mut self, question: &Question<'_>, relaxed: Option<&Relaxed>, direct: &BTreeSet<FactId>) {
        let (plan, wishes) = (self.plan, question.wishes);
        let blank_matters = |step: StepId| self.behind.iter().any(|id| matches!(self.program.steps.get(*id), Some(Step::IsBlank(of)) if *of == step));
        let given: Vec<(StepId, FactId, bool)> = self
            .behind
            .iter()
            .filter_map(|id| match self.program.steps.get(*id) {
                Some(Step::Given(fact)) => Some((*id, *fact, blank_matters(*id))),
                _ => None,
            })
            .collect();
        self.held = self.behind.iter().filter_map(|id| if let Some(Step::Input(input)) = self.program.steps.get(*id) { Some(*input) } else { None }).collect();
        for (step, fact, blank_matters) in given {
            let fixed = fixed_at(wishes, question.row, fact).filter(|_| !matches!(relaxed, Some(Relaxed::Fixed(free)) if *free == fact));
            let derived = plan.facts.get(fact).is_some_and(|fact| fact.has_derivation);
            if let Some(value) = fixed {
                self.fixed.insert(fact, value);
            }
            if derived && !direct.contains(&fact) {
                self.followed.insert(fact);
                self.cells.facts.insert(fact, Bounds::of(Value::Absent(Absence::Missing)));
                let known = known_of(question, relaxed, fact);
                self.within.extend(known.map(|known| (fact, known.written.clone())));
                match (fixed, known, self.program.facts.get(fact)) {
                    (Some(Value::Number(number)), _, Some(Some(step))) => self.demands.push(Demand::Equal(*step, number)),
                    (None, Some(_), Some(Some(step))) => self.demands.push(Demand::Among(*step, fact)),
                    _ => {}
                }
                continue;
            }
            if let Some(value) = fixed {
                self.cells.facts.insert(fact, Bounds::of(value));
                continue;
            }
            let max = match relaxed {
                Some(Relaxed::Max(of)) if *of == fact => None,
                Some(Relaxed::MaxOfAll) => wishes.max.get(&fact).copied(),
                _ => wishes.max_of(plan, fact),
            };
            let Some((grid, mut room)) = room_of(plan, fact, max) else { continue };
            match known_of(question, relaxed, fact) {
                Some(known) => {
                    self.within.insert(fact, known.written.clone());
                    match (known.listed.as_slice(), known.stated.numbers()) {
                        ([], Some(hull)) => {
                            room.keep(&hull, grid);
                        }
                        ([], None) => {}
                        (listed, _) => room = Room { span: None, others: listed.to_vec() },
                    }
                }
                None if blank_matters => room.others.push(Value::Absent(Absence::Missing)),
                None => {}
            }
            self.variables.push(Variable { of: Of::Fact(fact), step, grid, room });
        }
    }

    /// The limits of facts and the exemptions that something free bears on; gives the steps that they read.
    fn demand(&mut self, question: &Question<'_>, relaxed: Option<&Relaxed>) -> Vec<StepId> {
        let program = self.program;
        let touches = |roots: &[StepId], model: &Self| {
            let read = closure(&program.steps, roots.iter().copied());
            model.variables.iter().any(|variable| read.binary_search(&variable.step).is_ok())
        };
        let mut found = Vec::new();
        for (index, bound) in program.bounds.iter().enumerate() {
            let Some(fact) = program.facts.get(bound.fact).copied().flatten() else { continue };
            let aside = matches!(relaxed, Some(Relaxed::Bound(of)) if *of == index);
            if !aside && touches(&[fact, bound.limit], self) {
                found.push((vec![fact, bound.limit], Demand::Keep(fact, bound.side, bound.limit)));
            }
        }
        for (condition, index) in &program.exemptions {
            let aside = matches!(relaxed, Some(Relaxed::Exemption(of)) if of == index);
            if !aside && touches(&[*condition], self) {
                found.push((vec![*condition], Demand::Not(*condition)));
            }
        }
        let roots: Vec<StepId> = found.iter().flat_map(|(roots, _)| roots.iter().copied()).collect();
        self.demands.extend(found.into_iter().map(|(_, demand)| demand));
        // facts that only limits, exemptions and derivations left aside read
        for step in closure(&program.steps, roots.iter().copied().chain([self.root])) {
            let Some(Step::Given(fact)) = program.steps.get(step) else { continue };
            if !self.cells.facts.contains_key(fact) && !self.variables.iter().any(|variable| variable.of == Of::Fact(*fact)) {
                let partly = || known_of(question, relaxed, *fact).map_or_else(|| anything(self.plan, *fact), |known| known.stated);
                let known = fixed_at(question.wishes, question.row, *fact).map_or_else(partly, Bounds::of);
                self.cells.facts.insert(*fact, known);
            }
        }
        roots
    }

    /// Puts the steps in order, and evaluates those that rest on nothing free.
    fn arrange(&mut self, steps: Vec<StepId>, relaxed: Option<&Relaxed>) {
        let mut varies = vec![false; self.program.steps.len()];
        for id in steps {
            let Some(step) = self.program.steps.get(id) else { continue };
            let made = match self.variables.iter().position(|variable| variable.step == id) {
                Some(variable) => Made::Variable(variable),
                None => match (relaxed, step) {
                    (Some(Relaxed::Rounding(of) | Relaxed::Clamp(of)), Step::Round(a, ..) | Step::Cap(a, _) | Step::Floor(a, _)) if *of == id => {
                        Made::Passed(*a)
                    }
                    _ => Made::Step(step),
                },
            };
            let varying = match made {
                Made::Variable(_) => true,
                Made::Passed(a) => varies.get(a) == Some(&true),
                Made::Step(step) => operands(step).iter().any(|operand| varies.get(*operand) == Some(&true)),
            };
            if varying {
                self.varying.push((id, made));
            }
            if let Some(slot) = varies.get_mut(id) {
                *slot = varying;
            }
            if !varying {
                self.evaluate(id, made, &[]);
            }
        }
        let rooms = self.rooms();
        self.forward(&rooms);
    }

    /// The rooms to begin with.
    pub(crate) fn rooms(&self) -> Vec<Room> {
        self.variables.iter().map(|variable| variable.room.clone()).collect()
    }

    fn evaluate(&mut self, id: StepId, made: Made<'p>, rooms: &[Room]) {
        let Some((before, [value, ..])) = self.values.split_at_mut_checked(id) else { return };
        match made {
            Made::Step(step) => {
                let _ = evaluate(&Interval, step, &self.cells, before, value);
            }
            Made::Passed(a) => {
                if let Some(of) = before.get(a) {
                    *value = *of;
                }
            }
            Made::Variable(variable) => {
                if let (Some(room), Some(variable)) = (rooms.get(variable), self.variables.get(variable)) {
                    *value = room.bounds(variable.grid);
                }
            }
        }
    }

    fn forward(&mut self, rooms: &[Room]) {
        for place in 0..self.varying.len() {
            if let Some((id, made)) = self.varying.get(place).copied() {
                self.evaluate(id, made, rooms);
            }
        }
    }

    fn value(&self, step: StepId) -> Bounds {
        self.values.get(step).copied().unwrap_or(Bounds::ANY)
    }

    /// The numbers that a step can be over the rooms last looked at.
    pub(crate) fn hull(&self, step: StepId) -> Option<Hull> {
        self.value(step).numbers()
    }

    /// The numbers that a step must be among for the printed score, over the rooms last looked at.
    pub(crate) fn wanted(&self, step: StepId) -> Option<Hull> {
        self.wanted.get(step).copied().flatten()
    }

    /// The step by which a fact follows from others.
    pub(crate) fn derived(&self, fact: FactId) -> Option<StepId> {
        self.program.infos.iter().position(|info| info.role == Role::Derived(fact))
    }

    /// How much it is to look at rooms once: a step for every operand, of a sum for every pair of them.
    pub(crate) fn weight(&self) -> usize {
        let of = |made: &Made<'_>| match made {
            Made::Step(step @ Step::Sum(_)) => operands(step).len().saturating_pow(2),
            Made::Step(step) => operands(step).len(),
            Made::Variable(_) | Made::Passed(_) => 1,
        };
        self.varying.iter().map(|(_, made)| of(made)).sum::<usize>().max(1)
    }

    /// What can be said of some rooms together, which lose what cannot be.
    pub(crate) fn look(&mut self, rooms: &mut [Room]) -> Verdict {
        const ROUNDS: usize = 4;
        let single = |rooms: &[Room]| rooms.iter().all(|room| room.size() == Some(1));
        let mut round = 0;
        loop {
            self.forward(rooms);
            match self.verdict() {
                Verdict::Some => {}
                found => return found,
            }
            if single(rooms) {
                // what is undecided rests on facts of which nothing is asked
                return Verdict::All;
            }
            round += 1;
            match self.narrow(rooms) {
                Err(Impossible) => return Verdict::None,
                // single values are always judged: they cannot be parted
                Ok(true) if round < ROUNDS || single(rooms) => {}
                Ok(_) => return Verdict::Some,
            }
        }
    }

    fn verdict(&self) -> Verdict {
        let score = self.value(self.root);
        let shown = match self.print {
            Some((step, mode)) => Interval.round(&score, step, mode),
            None => score,
        };
        let printed = Value::Number(self.printed);
        if !shown.holds(&printed) {
            return Verdict::None;
        }
        let mut verdict = if shown == Bounds::Exactly(printed) { Verdict::All } else { Verdict::Some };
        for demand in &self.demands {
            let [may, must] = match *demand {
                Demand::Equal(step, number) => {
                    let value = self.value(step);
                    [value.holds(&Value::Number(number)), value == Bounds::Exactly(Value::Number(number))]
                }
                Demand::Among(step, fact) => self.among(&self.value(step), fact),
                Demand::Keep(fact, side, limit) => {
                    let comparison = if side == Limit::AtMost { Comparison::Le } else { Comparison::Ge };
                    let kept = Interval.compare(&self.value(fact), comparison, &self.value(limit));
                    // a limit that cannot be computed limits nothing
                    [kept.can_be(true) || kept.absences().next().is_some(), !kept.can_be(false)]
                }
                Demand::Not(condition) => {
                    let condition = self.value(condition);
                    [condition != Bounds::Exactly(Value::Truth(true)), !condition.can_be(true)]
                }
            };
            match (may, must) {
                (false, _) => return Verdict::None,
                (true, false) => verdict = Verdict::Some,
                (true, true) => {}
            }
        }
        verdict
    }

    /// Whether a fact may be, and must be, one of what its cell says.
    fn among(&self, value: &Bounds, fact: FactId) -> [bool; 2] {
        let Some(known) = self.cells.row.get(fact).and_then(|cell| cell.known.as_ref()) else { return [true, true] };
        match (known.listed.as_slice(), value.exact(), known.stated.numbers().zip(value.numbers())) {
            ([], Some(value), _) => [known.stated.holds(&value); 2],
            (listed, Some(value), _) => [listed.contains(&value); 2],
            ([], None, Some((within, numbers))) => {
                let ends = numbers.low.is_some_and(|low| within.holds(&low)) && numbers.high.is_some_and(|high| within.holds(&high));
                [value.meet(&known.stated), ends && value.absences().next().is_none()]
            }
            (listed, None, _) => [listed.is_empty() || listed.iter().any(|one| value.holds(one)), false],
        }
    }

    /// Takes from the rooms what cannot give the score; says whether anything went.
    fn narrow(&mut self, rooms: &mut [Room]) -> Result<bool, Impossible> {
        self.wanted.fill(None);
        let mut wanted = Backward::new(&self.program.steps, &self.values, &mut self.wanted);
        let printed = Hull::of(self.printed);
        let hull = self.print.map_or(printed, |(step, mode)| widened(&printed, &reach(step, mode)));
        wanted.want(self.root, &hull)?;
        for demand in &self.demands {
            match *demand {
                Demand::Equal(step, number) => wanted.want(step, &Hull::of(number))?,
                Demand::Among(step, fact) => {
                    if let Some(hull) = self.cells.row.get(fact).and_then(|cell| cell.known.as_ref()?.stated.numbers()) {
                        wanted.want(step, &hull)?;
                    }
                }
                Demand::Keep(fact, Limit::AtMost, limit) => wanted.compared(fact, Comparison::Le, limit)?,
                Demand::Keep(fact, Limit::AtLeast, limit) => wanted.compared(fact, Comparison::Ge, limit)?,
                Demand::Not(condition) => wanted.fail(condition)?,
            }
        }
        for (id, made) in self.varying.iter().rev() {
            match made {
                Made::Step(step) => wanted.back(*id, step)?,
                Made::Passed(a) => {
                    if let Some(hull) = wanted.of(*id) {
                        wanted.want(*a, &hull)?;
                    }
                }
                Made::Variable(_) => {}
            }
        }
        let mut changed = false;
        for (variable, room) in self.variables.iter().zip(rooms) {
            if let Some(hull) = wanted.of(variable.step) {
                changed |= room.keep(&hull, variable.grid);
                if room.is_empty() {
                    return Err(Impossible);
                }
            }
        }
        Ok(changed)
    }
}

/// The steps that the score rests on, in order: of a fact that is given, not those by which it would follow from others; of a step that
/// takes any value, none.
fn behind(question: &Question<'_>, relaxed: Option<&Relaxed>, direct: &BTreeSet<FactId>) -> Vec<StepId> {
    let Question { plan, program, root, .. } = *question;
    let given_itself = |step: StepId| match program.steps.get(step) {
        Some(Step::Given(fact)) => direct.contains(fact) && plan.facts.get(*fact).is_some_and(|fact| fact.has_derivation),
        _ => false,
    };
    let (mut seen, mut ahead) = (BTreeSet::new(), vec![root]);
    while let Some(id) = ahead.pop() {
        if !seen.insert(id) || matches!(relaxed, Some(Relaxed::Assumed(step, _)) if *step == id) {
            continue;
        }
        match program.steps.get(id) {
            Some(Step::OrElse(a, _)) if given_itself(*a) => ahead.push(*a),
            Some(step) => ahead.extend(operands(step)),
            None => {}
        }
    }
    seen.into_iter().collect()
}

/// How a score is printed: rounded to its step, unless the rules leave it finer.
fn print(question: &Question<'_>, relaxed: Option<&Relaxed>) -> Option<(Decimal, Mode)> {
    let Question { plan, program, root, step, .. } = *question;
    let grid = program.infos.get(root).and_then(|info| info.step);
    let as_it_is = grid.is_some_and(|grid| quantity::on_grid(grid, step) || matches!(plan.head.precision, Precision::Rounded)) && relaxed.is_none();
    (!as_it_is).then_some((step, plan.head.mode))
}

impl Wishes {
    /// The most that a fact may be by what was asked for: `--max N` is of counts.
    pub(crate) fn max_of(&self, plan: &Plan, fact: FactId) -> Option<Decimal> {
        let of_all = self.max_of_all.filter(|_| plan.facts.get(fact).and_then(|fact| fact.unit()).is_some_and(Unit::is_count));
        self.max.get(&fact).copied().or(of_all)
    }
}
