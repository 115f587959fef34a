//! Resolved standard to programs: expressions become steps, tier by tier.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::builder::Builder;
use super::items::Way;
use super::{
    Around, Bound, Brought, Call, Clock, Earlier, Effect, Fact, FactId, Field, Full, Function, Input, InputId, InputKind, Item, ItemId, ItemSteps, Limit, List,
    ListSteps, Literal, Name, Named, OfRecords, Plan, Program, Range, Ranking, Read, Record, Records, Role, RowProgram, Spill, Step, StepId, TierId, Units,
    ValueId, Veto,
};
use crate::calendar::Calendar;
use crate::diag::{Lang, words};
use crate::quantity::Unit;
use crate::resolved::{self, Comparison, Expr, ExprKind, Extreme, FunctionId, PartOf, Pattern, Sign, Standard, Times, Type, constant};
use crate::source::Span;

/// Lowers a standard without faults.
pub(crate) fn lower(standard: Standard, lang: Lang) -> Plan {
    let functions = functions(&standard);
    let calendar = Arc::new(OnceLock::new());
    let shared = Shared { functions: &functions, calendar: &calendar };
    let named = RefCell::default();
    let mut programs: Vec<Program> = Vec::with_capacity(standard.tiers.len());
    for tier in 0..standard.tiers.len() {
        // the rules of most tiers are about as long
        let room = programs.last().map_or(0, |program| program.steps.len());
        programs.push(Lowering { builder: Builder::of(room), ..Lowering::new(&standard, shared, &named, tier) }.program());
    }
    let gathered = standard.inputs.iter().map(|one| input(&standard, one));
    let inputs: Vec<Input> = gathered.chain(named.into_inner()).collect();
    let stages = super::inputs::arrange(&inputs, &mut programs);
    let head = standard.head.clone();
    let facts = standard
        .facts
        .into_iter()
        .map(|fact| Fact {
            name: fact.name,
            owner: fact.owner,
            kind: fact.kind,
            columns: fact.columns,
            title: fact.title,
            step: fact.step,
            has_default: fact.default.is_some(),
            has_derivation: fact.or_from.is_some(),
            adjustable: fact.adjustable,
            assesses: fact.assesses,
            span: fact.span,
        })
        .collect();
    let items = standard
        .items
        .into_iter()
        .map(|item| Item {
            step: item.round.unwrap_or(head.step),
            kind: item.kind,
            name: item.name,
            parent: item.parent,
            children: item.children,
            cycle: item.cycle.unwrap_or(head.cycle),
            columns: item.columns,
            head: item.head,
        })
        .collect();
    Plan {
        lang,
        facts,
        records: standard.records.into_iter().map(record).collect(),
        calendar,
        items,
        outputs: standard.values.iter().enumerate().filter(|(_, value)| value.is_output).map(|(id, _)| id).collect(),
        values: standard.values.into_iter().map(|value| Named { name: value.name, span: value.span }).collect(),
        marks: standard.marks,
        exemptions: standard.exemptions.into_iter().map(|exemption| Named { name: exemption.reason, span: exemption.span }).collect(),
        vetoes: standard.vetoes.into_iter().map(|veto| Veto { effect: veto.effect, reason: veto.reason }).collect(),
        programs,
        inputs,
        stages,
        attributes: standard.attributes,
        parents: standard.parents,
        ranking: Ranking {
            within_tier: standard.ranking.within_tier,
            ties: standard.ranking.ties,
            keys: standard.ranking.keys.iter().map(|key| key.descending).collect(),
            listed: standard.ranking.listed.iter().map(|key| key.descending).collect(),
        },
        lists: standard.lists.into_iter().map(list).collect(),
        total: Named { name: "总分".to_owned(), span: standard.total.span },
        total_columns: standard.total.columns,
        cases: standard.cases,
        symbols: standard.symbols,
        cycle: standard.cycle,
        dates: standard.dates,
        in_force: standard.in_force,
        head,
    }
}

fn record(record: resolved::Record) -> Record {
    let field = |field: resolved::Field| Field {
        nullable: field.nullable,
        private: field.private,
        fact: Fact {
            name: field.name,
            owner: None,
            kind: field.kind,
            columns: field.columns,
            title: field.title,
            step: field.step,
            has_default: false,
            has_derivation: false,
            adjustable: None,
            assesses: None,
            span: field.span,
        },
    };
    Record { name: record.name, unit: record.unit, fields: record.fields.into_iter().map(field).collect(), span: record.span }
}

fn list(list: resolved::List) -> List {
    let by_total = list.keys.first().is_some_and(|key| matches!(key.expr.kind, ExprKind::Total));
    List { name: list.name, who: list.who, top: list.top, count: list.count, keys: list.keys.iter().map(|key| key.descending).collect(), by_total }
}

/// The one thing with a name that is read of another period.
fn read(standard: &Standard, earlier: &resolved::Earlier) -> Option<Read> {
    let [argument] = earlier.arguments.as_slice() else { return None };
    let name = match argument.kind {
        ExprKind::Fact(id) => Read::Fact(standard.facts.get(id)?.name.clone()),
        ExprKind::Value(id) => Read::Value(standard.values.get(id)?.name.clone()),
        ExprKind::Score(id) => Read::Item(standard.items.get(id)?.name.clone()),
        ExprKind::Total => Read::Total,
        _ => return None,
    };
    Some(name).filter(|_| earlier.condition.is_none())
}

fn input(standard: &Standard, input: &resolved::Input) -> Input {
    let kind = match &input.kind {
        resolved::InputKind::Records(records) => InputKind::Records(Records { record: records.record, each: records.each }),
        resolved::InputKind::Units(units) => {
            InputKind::Units(Units { over: units.over, each: units.each, fold: units.fold, ascending: units.ascending, ties: units.ties })
        }
        resolved::InputKind::Earlier(earlier) => InputKind::Earlier(Earlier {
            when: earlier.when,
            made: earlier.made,
            initially: (0..standard.tiers.len()).map(|tier| resolved::initial(standard, earlier, tier)).collect(),
            read: read(standard, earlier),
            of_scores: input.exprs().any(|expr| resolved::reads_scores(standard, expr)),
        }),
    };
    Input { name: resolved::input_name(standard, input), kind, span: input.span, spans: input.spans.clone() }
}

/// The functions that scripts compute, for calls of every tier.
fn functions(standard: &Standard) -> Vec<Arc<Function>> {
    let symbols: Arc<[String]> = standard.symbols.as_slice().into();
    let function = |function: &resolved::Function| {
        Arc::new(Function {
            name: function.name.clone(),
            unit: function.unit.clone(),
            step: function.step,
            script: Arc::clone(&function.script),
            symbols: Arc::clone(&symbols),
            range: function.range.span,
            span: function.span,
        })
    };
    standard.functions.iter().map(function).collect()
}

/// What the programs of all tiers have in common.
#[derive(Clone, Copy)]
struct Shared<'s> {
    functions: &'s [Arc<Function>],
    calendar: &'s Arc<OnceLock<Calendar>>,
}

pub(super) struct Lowering<'s> {
    pub(super) standard: &'s Standard,
    shared: Shared<'s>,
    /// The units that the scopes of all tiers name, each list an input behind those that are gathered.
    named: &'s RefCell<Vec<Input>>,
    pub(super) tier: TierId,
    pub(super) builder: Builder,
    pub(super) items: Vec<Option<ItemSteps>>,
    facts: Vec<Option<StepId>>,
    values: Vec<Option<StepId>>,
    inputs: Vec<Option<StepId>>,
    parts: BTreeMap<(Option<ItemId>, u8), StepId>,
    pub(super) computed: Option<StepId>,
    pub(super) total: Option<StepId>,
    /// The conditions of vetoes.
    pub(super) vetoes: BTreeMap<usize, StepId>,
    /// 总分 is the total before any veto.
    pub(super) before_vetoes: bool,
    /// For every item that was asked for, whether it applies, where that is not so for all units.
    pub(super) scopes: BTreeMap<ItemId, Option<StepId>>,
    /// The same without regard to what is inside.
    pub(super) conditions: BTreeMap<ItemId, Option<StepId>>,
    /// Marks that may differ from unit to unit.
    pub(super) full: BTreeMap<ItemId, Full>,
    pub(super) tier_marks: Option<Full>,
    /// The ways that points take which floors gave back, with what is left of each way.
    pub(super) spills: Vec<(Spill, Way)>,
    /// Where the steps of a record are made.
    row: Option<RowLowering>,
}

/// The steps of the unit, while those of its records are made.
#[derive(Default)]
struct RowLowering {
    unit: Builder,
    around: Vec<Around>,
}

impl<'s> Lowering<'s> {
    fn new(standard: &'s Standard, shared: Shared<'s>, named: &'s RefCell<Vec<Input>>, tier: TierId) -> Self {
        Lowering {
            standard,
            shared,
            named,
            tier,
            builder: Builder::default(),
            items: vec![None; standard.items.len()],
            facts: vec![None; standard.facts.len()],
            values: vec![None; standard.values.len()],
            inputs: vec![None; standard.inputs.len()],
            parts: BTreeMap::new(),
            computed: None,
            total: None,
            vetoes: BTreeMap::new(),
            before_vetoes: false,
            scopes: BTreeMap::new(),
            conditions: BTreeMap::new(),
            full: BTreeMap::new(),
            tier_marks: None,
            spills: Vec::new(),
            row: None,
        }
    }

    fn program(mut self) -> Program {
        let standard = self.standard;
        let mut exemptions = Vec::new();
        for (index, exemption) in standard.exemptions.iter().enumerate() {
            if exemption.tiers.contains(&self.tier) {
                let condition = self.within("", Some(exemption.span), |lowering| lowering.expr(&exemption.condition));
                self.builder.note(condition, &exemption.notes);
                exemptions.push((condition, index));
            }
        }
        let exempt_end = self.builder.steps.len();
        for id in 0..standard.items.len() {
            self.item(id);
        }
        let uncapped = self.part(PartOf::All, None, standard.total.span);
        let (computed, total) = (self.computed(), self.total());
        let vetoes = self.vetoes(|_| true);
        let last = self.any_veto(|effect| effect == Effect::Last);
        let not_eligible = self.any_veto(|effect| effect == Effect::NotEligible);
        let marks = self.marks_of_tier();
        for (id, _) in standard.values.iter().enumerate().filter(|(_, value)| value.is_output) {
            self.value(id);
        }
        let key = |key: &resolved::Key, lowering: &mut Self| lowering.expr(&key.expr);
        let keys = standard.ranking.keys.iter().map(|one| key(one, &mut self)).collect();
        let listed = standard.ranking.listed.iter().map(|one| key(one, &mut self)).collect();
        let lists = standard.lists.iter().map(|list| self.list(list)).collect();
        let score_end = self.builder.steps.len();
        let brought = (0..standard.inputs.len()).map(|id| self.brought(id)).collect();
        let of_records = (0..standard.inputs.len()).map(|id| self.of_records(id)).collect();
        // every fact has its step, also where only a case or a bound speaks of it
        let bounds = self.bounds();
        let tier = standard.tiers.get(self.tier);
        Program {
            tier: tier.map(|tier| tier.name.clone()).unwrap_or_default(),
            title: tier.and_then(|tier| tier.title.clone()),
            marks,
            varying: super::varying(&self.builder.steps, &BTreeSet::new()),
            steps: self.builder.steps,
            infos: self.builder.infos,
            exemptions,
            exempt_end,
            score_end,
            items: self.items,
            facts: self.facts,
            values: self.values,
            uncapped,
            computed,
            total,
            vetoes,
            last,
            not_eligible,
            spills: self.spills.into_iter().map(|(spill, _)| spill).collect(),
            keys,
            listed,
            lists,
            brought,
            of_records,
            stages: Vec::new(),
            bounds,
        }
    }

    /// What puts a unit of the tier on a list; none where that does not apply to it.
    fn list(&mut self, list: &resolved::List) -> Option<ListSteps> {
        let standard = self.standard;
        let mut exprs = list.keys.iter().map(|key| &key.expr).chain(&list.condition);
        if !exprs.all(|expr| resolved::applies(standard, expr, self.tier)) {
            return None;
        }
        if let resolved::Who::Same(resolved::Common::Fact(fact)) = list.who {
            self.fact(fact);
        }
        let condition = list.condition.as_ref().map(|condition| self.expr(condition));
        Some(ListSteps { condition, keys: list.keys.iter().map(|key| self.expr(&key.expr)).collect() })
    }

    /// What a unit of the tier brings to an input; none where that does not apply to it.
    fn brought(&mut self, id: InputId) -> Option<Brought> {
        let standard = self.standard;
        let input = standard.inputs.get(id)?;
        if !input.exprs().all(|expr| resolved::applies(standard, expr, self.tier)) {
            return None;
        }
        match &input.kind {
            resolved::InputKind::Units(units) => {
                let values = units.arguments.iter().map(|argument| self.expr(argument)).collect();
                let condition = units.condition.as_ref().map(|condition| self.expr(condition));
                Some(Brought { values, condition })
            }
            resolved::InputKind::Records(_) => None,
            resolved::InputKind::Earlier(earlier) => {
                let values = earlier.arguments.iter().map(|argument| self.expr(argument)).collect();
                let condition = earlier.condition.as_ref().map(|condition| self.expr(condition));
                Some(Brought { values, condition })
            }
        }
    }

    /// How an input is made of the records of a unit; none where that does not apply to the tier.
    fn of_records(&mut self, id: InputId) -> Option<OfRecords> {
        let standard = self.standard;
        let input = standard.inputs.get(id)?;
        let resolved::InputKind::Records(records) = &input.kind else { return None };
        if !input.exprs().all(|expr| resolved::applies(standard, expr, self.tier)) {
            return None;
        }
        let inner = records.inner.iter().map(|gathering| self.row_program(gathering)).collect();
        Some(OfRecords { whole: self.row_program(&records.whole), inner })
    }

    /// The steps of one record or group, apart from those of its unit.
    fn row_program(&mut self, gathering: &resolved::Gathering) -> RowProgram {
        self.row = Some(RowLowering { unit: std::mem::take(&mut self.builder), around: Vec::new() });
        let arguments = gathering.arguments.iter().map(|argument| self.expr(argument)).collect();
        let condition = gathering.condition.as_ref().map(|condition| self.expr(condition));
        let RowLowering { unit, around } = self.row.take().unwrap_or_default();
        let Builder { steps, .. } = std::mem::replace(&mut self.builder, unit);
        RowProgram { fold: gathering.fold, steps, around, arguments, condition }
    }

    /// What does not depend on the record is a step of the unit.
    fn of_unit(&mut self, expr: &Expr) -> Option<StepId> {
        let row = self.row.take()?;
        if resolved::reads_row(expr) || matches!(expr.kind, ExprKind::Constant(_) | ExprKind::Flag(_) | ExprKind::Symbol(_)) {
            self.row = Some(row);
            return None;
        }
        let RowLowering { unit, around } = row;
        let of_row = std::mem::replace(&mut self.builder, unit);
        let step = self.expr(expr);
        let unit = std::mem::replace(&mut self.builder, of_row);
        self.row = Some(RowLowering { unit, around });
        Some(self.around(Around::Unit(step), expr))
    }

    /// The step that reads what is around the record.
    fn around(&mut self, around: Around, expr: &Expr) -> StepId {
        let Some(row) = &mut self.row else { return 0 };
        let known = row.around.iter().position(|other| *other == around);
        let id = known.unwrap_or_else(|| {
            row.around.push(around);
            row.around.len() - 1
        });
        let step = self.builder.push(Step::Input(id), Role::Expression, unit_of(expr), expr.span);
        if let Some(info) = self.builder.infos.get_mut(step) {
            info.step = expr.step;
        }
        step
    }

    /// Lowers something with its owner and clause in force.
    pub(super) fn within<T>(&mut self, owner: &str, clause: Option<Span>, lower: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.builder.turn_to(owner);
        let done = self.under(clause, lower);
        self.builder.turn_back(before);
        done
    }

    /// Lowers something with its clause in force.
    pub(super) fn under<T>(&mut self, clause: Option<Span>, lower: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.builder.clause, clause);
        let done = lower(self);
        self.builder.clause = before;
        done
    }

    fn bounds(&mut self) -> Vec<Bound> {
        let standard = self.standard;
        let mut bounds = Vec::new();
        for (id, fact) in standard.facts.iter().enumerate() {
            if fact.owner.and_then(|owner| standard.items.get(owner)).is_some_and(|owner| !owner.tiers.contains(&self.tier)) {
                continue;
            }
            for (side, limit) in [(Limit::AtMost, &fact.up_to), (Limit::AtLeast, &fact.at_least)] {
                if let Some(limit) = limit {
                    let by = if let ExprKind::Fact(by) = limit.kind { Some(by) } else { None };
                    let limit = self.within(&fact.name, Some(fact.span), |lowering| lowering.expr(limit));
                    bounds.push(Bound { fact: id, side, limit, by });
                }
            }
            if let Some(item) = fact.assesses.and_then(|item| standard.items.get(item)) {
                let zero = self.builder.points(rust_decimal::Decimal::ZERO, item.head);
                bounds.push(Bound { fact: id, side: Limit::AtLeast, limit: zero, by: None });
                let full = fact.assesses.and_then(|id| self.item(id)).and_then(|steps| steps.full);
                if let Some(top) = item.cap.as_ref().and_then(|cap| self.bound(cap)).or(full) {
                    let limit = self.full_step(top, item.head);
                    bounds.push(Bound { fact: id, side: Limit::AtMost, limit, by: None });
                }
            }
            self.fact(id);
        }
        bounds
    }

    // --- names ---

    /// The step of a fact: the cell, else what it follows from, else its default.
    pub(super) fn fact(&mut self, id: FactId) -> StepId {
        if let Some(Some(step)) = self.facts.get(id) {
            return *step;
        }
        let standard = self.standard;
        let Some(fact) = standard.facts.get(id) else { return 0 };
        let unit = match &fact.kind {
            Type::Number(unit) => Some(unit.clone()),
            _ => None,
        };
        let owner = match fact.owner.and_then(|owner| standard.items.get(owner)) {
            Some(item) => format!("{}/{}", item.path.join("/"), fact.name),
            None => fact.name.clone(),
        };
        let step = self.within(&owner, Some(fact.span), |lowering| {
            let mut step = lowering.builder.push(Step::Given(id), Role::Cell(id), unit.clone(), fact.span);
            if let (Some(info), Some(_)) = (lowering.builder.infos.get_mut(step), &unit) {
                info.step = Some(fact.step);
            }
            if let Some(or_from) = &fact.or_from {
                let derived = lowering.expr(or_from);
                let derived = lowering.builder.push(Step::Same(derived), Role::Derived(id), unit.clone(), or_from.span);
                lowering.builder.note(derived, &fact.notes);
                step = lowering.builder.push(Step::OrElse(step, derived), Role::Fact(id), unit.clone(), fact.span);
            }
            if let Some(default) = &fact.default {
                let default = lowering.expr(default);
                let default = lowering.builder.push(Step::Same(default), Role::Default(id), unit.clone(), fact.span);
                step = lowering.builder.push(Step::OrElse(step, default), Role::Fact(id), unit.clone(), fact.span);
            }
            if fact.or_from.is_none() {
                lowering.builder.note(step, &fact.notes);
            }
            step
        });
        if let Some(slot) = self.facts.get_mut(id) {
            *slot = Some(step);
        }
        step
    }

    fn value(&mut self, id: ValueId) -> StepId {
        if let Some(Some(step)) = self.values.get(id) {
            return *step;
        }
        let standard = self.standard;
        let Some(value) = standard.values.get(id) else { return 0 };
        // a value is the same wherever it is read
        let before = std::mem::replace(&mut self.before_vetoes, false);
        let step = self.within(&value.name, Some(value.span), |lowering| {
            let inner = lowering.expr(&value.expr);
            lowering.builder.push(Step::Same(inner), Role::Value(id), unit_of(&value.expr), value.span)
        });
        self.before_vetoes = before;
        self.builder.note(step, &value.notes);
        if let Some(slot) = self.values.get_mut(id) {
            *slot = Some(step);
        }
        step
    }

    /// The score of the item of that name that applies to this tier.
    fn score(&mut self, id: ItemId) -> StepId {
        let id = self.standard.applying(id, self.tier).unwrap_or(id);
        self.item(id).map_or(0, |item| item.score)
    }

    /// A sum of scores: of the items inside an item, or of the standard.
    pub(super) fn part(&mut self, part: PartOf, owner: Option<ItemId>, span: Span) -> StepId {
        let key = (
            owner,
            match part {
                PartOf::All => 0,
                PartOf::Basic => 1,
                PartOf::Bonuses => 2,
                PartOf::Penalties => 3,
            },
        );
        if let Some(step) = self.parts.get(&key) {
            return *step;
        }
        let standard = self.standard;
        let children: &[ItemId] = match owner.and_then(|owner| standard.items.get(owner)) {
            Some(item) => &item.children,
            None => &standard.roots,
        };
        let mut terms = Vec::new();
        for child in children {
            let Some(item) = standard.items.get(*child) else { continue };
            let wanted = match part {
                PartOf::All => true,
                PartOf::Basic => item.is_base(),
                PartOf::Bonuses => item.kind == resolved::ItemKind::Bonus,
                PartOf::Penalties => item.kind == resolved::ItemKind::Penalty,
            };
            if wanted && let Some(steps) = self.item(*child) {
                terms.push((Sign::Plus, self.where_applicable(steps.scope, steps.score, span)));
            }
        }
        if owner.is_none() && matches!(part, PartOf::All | PartOf::Basic) {
            terms.extend(self.arrivals(None).into_iter().map(|(step, _)| (Sign::Minus, step)));
        }
        let role = if owner.is_none() && part == PartOf::All { Role::Uncapped } else { Role::Parts };
        let step = if terms.is_empty() {
            self.builder.points(rust_decimal::Decimal::ZERO, span)
        } else {
            self.builder.push(Step::Sum(terms.into()), role, Some(Unit::score()), span)
        };
        self.parts.insert(key, step);
        step
    }

    /// Whether the unit is one of those.
    fn one_of(&mut self, names: &[Name], span: Span) -> StepId {
        let listed = {
            let mut named = self.named.borrow_mut();
            let same = |input: &Input| matches!(&input.kind, InputKind::Named(others) if others == names);
            named.iter().position(same).unwrap_or_else(|| {
                let list: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
                let (zh, en) = (list.join("、"), list.join(", "));
                named.push(Input { name: words!("单位是 {zh}", "the unit is {en}"), kind: InputKind::Named(names.to_vec()), span, spans: vec![span] });
                named.len() - 1
            })
        };
        let input = self.standard.inputs.len() + listed;
        self.builder.push(Step::Input(input), Role::Input(input), None, span)
    }

    // --- expressions ---

    pub(super) fn expr(&mut self, expr: &Expr) -> StepId {
        if let Some(step) = self.of_unit(expr) {
            return step;
        }
        let (unit, span) = (unit_of(expr), expr.span);
        let step = match &expr.kind {
            ExprKind::Constant(value) => {
                let step = self.builder.constant(Literal::Number(*value), unit, span);
                self.note_row(step, span);
                return step;
            }
            ExprKind::Flag(flag) => return self.builder.constant(Literal::Truth(*flag), None, span),
            ExprKind::Symbol(symbol) => return self.builder.constant(Literal::Symbol(*symbol), None, span),
            ExprKind::Fact(id) => return self.fact(*id),
            ExprKind::Value(id) => return self.value(*id),
            ExprKind::Score(id) => return self.score(*id),
            ExprKind::Total if self.before_vetoes => return self.computed(),
            ExprKind::Total => return self.total(),
            ExprKind::NotEligible => {
                return self.any_veto(|effect| effect == Effect::NotEligible).unwrap_or_else(|| self.builder.constant(Literal::Truth(false), None, span));
            }
            ExprKind::OneOf(names) => return self.one_of(names, span),
            ExprKind::Part(part, owner) => return self.part(*part, *owner, span),
            ExprKind::Marks(owner) => {
                let full = match owner {
                    Some(item) => self.marks(*item),
                    None => Some(self.marks_of_tier()),
                };
                return match full {
                    Some(full) => self.full_step(full, span),
                    // of a bonus that states them
                    None => self.builder.points(constant(self.standard, expr, self.tier).unwrap_or_default(), span),
                };
            }
            ExprKind::ByTier(rows, otherwise) => match rows.get(&self.tier).or(otherwise.as_deref()) {
                Some(row) => return self.expr(row),
                None => Step::NoRow,
            },
            ExprKind::Sum(terms) => Step::Sum(terms.iter().map(|(sign, term)| (*sign, self.expr(term))).collect()),
            ExprKind::Product(factors) => return self.product(factors, unit.as_ref(), span),
            ExprKind::Negate(inner) => Step::Negate(self.expr(inner)),
            ExprKind::Round(inner, step, mode) => Step::Round(self.expr(inner), *step, *mode),
            ExprKind::Cap(value, limit) => Step::Cap(self.expr(value), self.expr(limit)),
            ExprKind::Floor(value, limit) => Step::Floor(self.expr(value), self.expr(limit)),
            ExprKind::Compare(a, comparison, b) => Step::Compare(self.expr(a), *comparison, self.expr(b)),
            ExprKind::IsBlank(inner) => Step::IsBlank(self.expr(inner)),
            ExprKind::IsUndefined(inner) => Step::IsUndefined(self.expr(inner)),
            ExprKind::And(links) => Step::And(links.iter().map(|link| self.expr(link)).collect()),
            ExprKind::Or(links) => Step::Or(links.iter().map(|link| self.expr(link)).collect()),
            ExprKind::Not(inner) => Step::Not(self.expr(inner)),
            ExprKind::Call(id, arguments) => return self.call(*id, arguments, span),
            ExprKind::Clock(clock) => return self.clock(clock, expr),
            ExprKind::Extreme(extreme, parts) => return self.extreme(*extreme, parts, unit.as_ref(), span),
            ExprKind::Input(id) => return self.input(*id, expr),
            ExprKind::Inner(id) => return self.around(Around::Inner(*id), expr),
            ExprKind::Field(id) => {
                let step = self.builder.push(Step::Given(*id), Role::Expression, unit, span);
                if let Some(info) = self.builder.infos.get_mut(step) {
                    info.step = expr.step;
                }
                return step;
            }
            ExprKind::Table(table) => return self.table(table, unit.as_ref()),
            ExprKind::Interpolated(subject, anchors) => return self.interpolated(subject, anchors, unit, span),
            ExprKind::Among(subject, patterns) => {
                let subject = self.expr(subject);
                return self.matches(subject, patterns, span);
            }
        };
        self.builder.push(step, Role::Expression, unit, span)
    }

    /// What the row of a table by period notes about itself, on the number that it gives.
    fn note_row(&mut self, step: StepId, span: Span) {
        let noted = self.builder.infos.get(step).is_none_or(|info| !info.marks.is_empty() || !info.evidence.is_empty());
        let standard = self.standard;
        if let Some(row) = standard.in_force.iter().find(|row| !noted && row.row.holds(span)) {
            self.builder.note(step, &row.notes);
        }
    }

    fn product(&mut self, factors: &[(Times, Expr)], unit: Option<&Unit>, span: Span) -> StepId {
        let mut steps = factors.iter();
        let Some((_, first)) = steps.next() else { return 0 };
        let mut done = self.expr(first);
        let mut of = first.unit().cloned().unwrap_or(Unit::Number);
        for (times, factor) in steps {
            let other = self.expr(factor);
            let factor_unit = factor.unit().cloned().unwrap_or(Unit::Number);
            let joined = if *times == Times::Times { of.times(&factor_unit) } else { of.over(&factor_unit) };
            of = joined.unwrap_or_else(|_| unit.cloned().unwrap_or(Unit::Number));
            let step = match times {
                Times::Times => Step::Times(done, other),
                Times::Over => Step::Over(done, other, self.quotient_step(done, other)),
            };
            done = self.builder.push(step, Role::Expression, Some(of.clone()), span);
        }
        done
    }

    /// What is gathered from outside the row.
    fn input(&mut self, id: InputId, expr: &Expr) -> StepId {
        if let Some(Some(step)) = self.inputs.get(id) {
            return *step;
        }
        let step = self.builder.push(Step::Input(id), Role::Input(id), unit_of(expr), expr.span);
        if let Some(info) = self.builder.infos.get_mut(step) {
            info.step = expr.step;
        }
        if let Some(slot) = self.inputs.get_mut(id) {
            *slot = Some(step);
        }
        step
    }

    /// The largest or smallest of several values, two at a time.
    fn extreme(&mut self, extreme: Extreme, parts: &[Expr], unit: Option<&Unit>, span: Span) -> StepId {
        let steps: Vec<StepId> = parts.iter().map(|part| self.expr(part)).collect();
        let joined = steps.into_iter().reduce(|done, next| {
            let step = match extreme {
                Extreme::Largest => Step::Floor(done, next),
                Extreme::Smallest => Step::Cap(done, next),
            };
            self.builder.push(step, Role::Extreme, unit.cloned(), span)
        });
        joined.unwrap_or(0)
    }

    fn call(&mut self, id: FunctionId, arguments: &[Expr], span: Span) -> StepId {
        let arguments = arguments.iter().map(|argument| self.expr(argument)).collect();
        let (Some(declared), Some(function)) = (self.standard.functions.get(id), self.shared.functions.get(id)) else { return 0 };
        let bound = |bound: &Expr, closed: bool| constant(self.standard, bound, self.tier).map(|value| (value, closed));
        let range = Range { low: bound(&declared.range.low, declared.range.closed_low), high: bound(&declared.range.high, declared.range.closed_high) };
        let call = Call { function: Arc::clone(function), arguments, range };
        let step = self.builder.push(Step::Call(Box::new(call)), Role::Call, Some(function.unit.clone()), span);
        self.builder.note(step, &declared.notes);
        step
    }

    fn clock(&mut self, clock: &resolved::Clock, expr: &Expr) -> StepId {
        let (a, b) = (self.expr(&clock.a), self.expr(&clock.b));
        let of = clock.a.unit().cloned().unwrap_or(Unit::Time);
        let step = Step::Clock(Box::new(Clock { kind: clock.kind, of, calendar: Arc::clone(self.shared.calendar) }), a, b);
        let id = self.builder.push(step, Role::Clock, unit_of(expr), expr.span);
        if let Some(info) = self.builder.infos.get_mut(id) {
            info.step = expr.step;
        }
        id
    }

    /// The grid of a quotient whose digits end because its divisor is written and of twos and fives.
    fn quotient_step(&self, over: StepId, under: StepId) -> Option<rust_decimal::Decimal> {
        let reciprocal = crate::quantity::reciprocal(self.builder.written(under)?)?;
        let step = crate::quantity::Number::from(self.builder.grid_of(over)?);
        step.times(&crate::quantity::Number::from(reciprocal)).ok()?.decimal().map(|step| step.abs())
    }

    fn matches(&mut self, subject: StepId, patterns: &[Pattern], span: Span) -> StepId {
        let mut conditions = Vec::new();
        for pattern in patterns {
            let condition = match pattern {
                Pattern::Compare(comparison, value) => {
                    let value = self.expr(value);
                    Step::Compare(subject, *comparison, value)
                }
                Pattern::Interval(low, closed_low, high, closed_high) => {
                    let (low, high) = (self.expr(low), self.expr(high));
                    let above = if *closed_low { Comparison::Ge } else { Comparison::Gt };
                    let below = if *closed_high { Comparison::Le } else { Comparison::Lt };
                    let above = self.builder.push(Step::Compare(subject, above, low), Role::Condition, None, span);
                    let below = self.builder.push(Step::Compare(subject, below, high), Role::Condition, None, span);
                    Step::And(Box::new([above, below]))
                }
            };
            conditions.push(self.builder.push(condition, Role::Condition, None, span));
        }
        match conditions.as_slice() {
            [one] => *one,
            _ => self.builder.push(Step::Or(conditions.into()), Role::Condition, None, span),
        }
    }

    fn table(&mut self, table: &resolved::Table, unit: Option<&Unit>) -> StepId {
        let subject = self.expr(&table.subject);
        let mut rows = Vec::new();
        let mut rest = None;
        for row in &table.rows {
            let result = self.expr(&row.result);
            let result = if row.notes.assumptions.is_empty() {
                result
            } else {
                let marked = self.builder.push(Step::Same(result), Role::Expression, unit.cloned(), row.span);
                self.builder.note(marked, &row.notes);
                marked
            };
            if row.patterns.is_empty() {
                rest = Some(result);
            } else {
                rows.push((self.matches(subject, &row.patterns, row.span), result, row.span));
            }
        }
        let mut done = rest.unwrap_or_else(|| self.builder.push(Step::NoRow, Role::Expression, unit.cloned(), table.subject.span));
        for (condition, result, span) in rows.into_iter().rev() {
            done = self.builder.push(Step::Choose(condition, result, done), Role::Expression, unit.cloned(), span);
        }
        done
    }

    /// y0 + (x − x0) × (y1 − y0) / (x1 − x0) between two anchors, the first and last result outside.
    fn interpolated(&mut self, subject: &Expr, anchors: &[(Expr, Expr)], unit: Option<Unit>, span: Span) -> StepId {
        let x = self.expr(subject);
        let x_unit = unit_of(subject);
        let points: Vec<(StepId, StepId)> = anchors.iter().map(|(anchor, result)| (self.expr(anchor), self.expr(result))).collect();
        let Some((_, last)) = points.last().copied() else { return 0 };
        let mut done = last;
        let number = || Some(Unit::Number);
        for pair in points.windows(2).rev() {
            let [(x0, y0), (x1, y1)] = pair else { continue };
            let mut push = |step: Step, unit: Option<Unit>| self.builder.push(step, Role::Expression, unit, span);
            let run = push(Step::Sum(Box::new([(Sign::Plus, x), (Sign::Minus, *x0)])), x_unit.clone());
            let rise = push(Step::Sum(Box::new([(Sign::Plus, *y1), (Sign::Minus, *y0)])), unit.clone());
            let width = push(Step::Sum(Box::new([(Sign::Plus, *x1), (Sign::Minus, *x0)])), x_unit.clone());
            let share = push(Step::Over(run, width, None), number());
            let part = push(Step::Times(rise, share), unit.clone());
            let between = push(Step::Sum(Box::new([(Sign::Plus, *y0), (Sign::Plus, part)])), unit.clone());
            let below = push(Step::Compare(x, Comparison::Lt, *x1), None);
            done = push(Step::Choose(below, between, done), unit.clone());
        }
        if let Some((x0, y0)) = points.first() {
            let before = self.builder.push(Step::Compare(x, Comparison::Le, *x0), Role::Condition, None, span);
            done = self.builder.push(Step::Choose(before, *y0, done), Role::Expression, unit, span);
        }
        done
    }
}

pub(super) fn unit_of(expr: &Expr) -> Option<Unit> {
    expr.unit().cloned()
}
