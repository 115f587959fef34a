//! Binding: declarations are collected first, so that they may stand in any order and in any file; then what they say is resolved.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use rust_decimal::Decimal;

use super::carried::Carried;
use super::constant::said_of_variable;
use super::dated::Setting;
use super::record::Inside;
use super::{
    Attribute, Expr, Fact, FactId, FunctionId, InForce, Input, InputId, Item, ItemId, Mark, MarkId, MarkKind, NO_STEP, Notes, Record, RecordId, Standard, Tier,
    Type, Value, ValueId, circle, function, marks, spill,
};
use crate::diag::{Code, Diagnostic, Lang, Words, words};
use crate::extension::Scripts;
use crate::quantity::Unit;
use crate::source::Span;
use crate::syntax::Parsed;
use crate::syntax::ast;

/// Resolves all files of a policy as one standard, for the periods of a setting; every fault that is found goes to `diagnostics`.
pub(super) fn resolve_for(setting: &mut Setting, parsed: &Parsed, scripts: &Scripts<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Standard> {
    if let Some(diagnostic) = two_standards(&parsed.files) {
        diagnostics.push(diagnostic);
        return None;
    }
    let mut resolver = Resolver::new(&parsed.lost, &parsed.skins, scripts, setting);
    let standard = resolver.run(&parsed.files);
    let unsure = std::mem::take(&mut resolver.unsure);
    let mut found = std::mem::take(&mut resolver.diagnostics);
    if let Some(standard) = &standard {
        let spans: Vec<Span> = parsed.diagnostics.iter().chain(&found).filter(|fault| fault.is_error()).filter_map(Diagnostic::span).collect();
        let damage = Damage { marks: !parsed.diagnostics.is_empty() || unsure, spans, items: std::mem::take(&mut resolver.damaged) };
        circle::check(standard, &mut found);
        circle::check_first_period(standard, &mut found);
        circle::check_exemptions(standard, &mut found);
        spill::check(standard, &mut found);
        function::check_ranges(standard, &mut found);
        marks::check(standard, &damage, &mut found);
        if damage.spans.is_empty() {
            circle::check_unused(standard, &mut found);
            function::check_unused(standard, scripts, &mut found);
        }
    }
    diagnostics.append(&mut found);
    standard
}

/// Two files that both state the standard, as a copy beside its original does: whatever else they repeat follows from that.
fn two_standards(files: &[ast::File]) -> Option<Diagnostic> {
    let mut stated = files.iter().flat_map(|file| &file.declarations).filter_map(|declaration| match declaration {
        ast::Declaration::Standard(standard) => Some(standard.name.span),
        _ => None,
    });
    let first = stated.next()?;
    let second = stated.find(|span| span.file != first.file)?;
    Some(
        Diagnostic::new(Code::Duplicate, words!("两个文件都写了「标准」", "two files state the standard"))
            .at(second, words!("这个文件又写了一次", "again in this file"))
            .at(first, words!("这个文件先写了", "first in this file"))
            .help(words!(
                "一个文件夹是一个标准;副本或另一个标准移到别的文件夹",
                "a folder is one standard: move a copy, or another standard, to a folder of its own"
            )),
    )
}

/// Values may read one another this deep.
const LONGEST_CHAIN: usize = 100;

/// What faults leave unknown, so that nothing is said of it that may not be so.
pub(super) struct Damage {
    /// Where faults were found.
    pub(super) spans: Vec<Span>,
    /// Marks or scopes are not all known.
    pub(super) marks: bool,
    /// The heads of items with a clause that could not be resolved, for a fault that lies elsewhere.
    pub(super) items: BTreeSet<Span>,
}

impl Damage {
    /// Whether a fault lies within an item, or took a clause from it.
    pub(super) fn touches(&self, item: &Item) -> bool {
        self.items.contains(&item.head) || self.spans.iter().any(|span| span.file == item.span.file && span.start < item.span.end && item.span.start < span.end)
    }
}

/// What a name of a fact, value or function stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Fact(FactId),
    Value(ValueId),
    Function(FunctionId),
    Record(RecordId),
}

/// A named value that is resolved when it is first read.
#[expect(clippy::large_enum_variant, reason = "there are few, and each is resolved once")]
pub(super) enum Slot<'a> {
    Todo(&'a ast::Value, Option<ItemId>),
    Busy(Span),
    Failed,
    Done(Value),
}

/// Whether words are those that facts declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    Declared,
    /// In the rows of an output a word need not be declared.
    Free,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(super) struct Resolver<'a> {
    pub(super) lost: &'a BTreeSet<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The skin of each file.
    skins: &'a [Lang],
    pub(super) scripts: &'a Scripts<'a>,
    /// Marks or scopes could not all be resolved.
    pub(super) unsure: bool,
    /// The heads of items with a clause that could not be resolved.
    pub(super) damaged: BTreeSet<Span>,
    reported_units: BTreeSet<String>,
    pub(super) tiers: Vec<Tier>,
    pub(super) whole_units: BTreeSet<String>,
    pub(super) declared_units: BTreeMap<String, Span>,
    pub(super) facts: Vec<Fact>,
    pub(super) fact_trees: Vec<Option<&'a ast::Fact>>,
    pub(super) values: Vec<Slot<'a>>,
    /// The values that are being resolved, each read by the one before.
    pub(super) reading: Vec<ValueId>,
    /// How long the chain of values is that the current expression reads, and that of each value.
    chain: usize,
    chains: BTreeMap<ValueId, usize>,
    long_chain: bool,
    pub(super) functions: Vec<function::Signature<'a>>,
    pub(super) records: Vec<Record>,
    /// The records that the expression at hand speaks of.
    pub(super) inside: Option<Inside>,
    /// Whether the head names a calendar.
    pub(super) has_calendar: bool,
    pub(super) items: Vec<Item>,
    pub(super) item_trees: Vec<&'a ast::Item>,
    pub(super) names: BTreeMap<(Option<ItemId>, String), (Named, Span)>,
    pub(super) marks: Vec<Mark>,
    pub(super) inputs: Vec<Input>,
    /// The inputs by what they say.
    pub(super) input_keys: BTreeMap<String, InputId>,
    pub(super) attributes: Vec<Attribute>,
    /// Where the rules first speak of the units below or above.
    pub(super) parents: Option<Span>,
    /// Inside 逐: the members of the group of a unit.
    pub(super) grouped: Option<super::Over>,
    pub(super) symbols: IndexSet<String>,
    /// Whether a word must be declared where it stands.
    pub(super) words: Wording,
    /// The item whose marks are being resolved: 满分 in them is that of the item around it.
    pub(super) within_marks: Option<ItemId>,
    /// Whether a veto takes away the eligibility.
    pub(super) can_lose_eligibility: bool,
    pub(super) ties: ast::Ties,
    pub(super) step: Decimal,
    pub(super) mode: crate::quantity::Mode,
    pub(super) precision: ast::Precision,
    /// The periods for which it resolves.
    pub(super) setting: &'a mut Setting,
    pub(super) in_force: Vec<InForce>,
    /// How many of the inputs the rules read; behind them stand those that only cases speak of.
    pub(super) read_by_rules: usize,
    /// Values that are read of earlier periods before they are resolved.
    pub(super) carried: Vec<Carried>,
}

/// The singular declarations of a standard.
#[derive(Default)]
pub(super) struct Once<'a> {
    pub(super) standards: Vec<&'a ast::Standard>,
    pub(super) totals: Vec<&'a ast::Total>,
    pub(super) rankings: Vec<&'a ast::Ranking>,
    pub(super) exemptions: Vec<&'a ast::Exemption>,
    pub(super) vetoes: Vec<&'a ast::Veto>,
    pub(super) lists: Vec<&'a ast::List>,
    pub(super) cases: Vec<&'a ast::Case>,
    pub(super) tiers: Vec<&'a ast::Tier>,
}

impl<'a> Once<'a> {
    fn of(files: &'a [ast::File]) -> Self {
        let mut once = Once::default();
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            match declaration {
                ast::Declaration::Standard(standard) => once.standards.push(standard),
                ast::Declaration::Tier(tier) => once.tiers.push(tier),
                ast::Declaration::Total(total) => once.totals.push(total),
                ast::Declaration::Ranking(ranking) => once.rankings.push(ranking),
                ast::Declaration::Exemption(exemption) => once.exemptions.push(exemption),
                ast::Declaration::Veto(veto) => once.vetoes.push(veto),
                ast::Declaration::List(list) => once.lists.push(list),
                ast::Declaration::Case(case) => once.cases.push(case),
                _ => {}
            }
        }
        once
    }
}

impl<'a> Resolver<'a> {
    fn new(lost: &'a BTreeSet<String>, skins: &'a [Lang], scripts: &'a Scripts<'a>, setting: &'a mut Setting) -> Self {
        Resolver {
            lost,
            diagnostics: Vec::new(),
            skins,
            scripts,
            unsure: false,
            damaged: BTreeSet::new(),
            reported_units: BTreeSet::new(),
            tiers: Vec::new(),
            whole_units: BTreeSet::new(),
            declared_units: BTreeMap::new(),
            facts: Vec::new(),
            fact_trees: Vec::new(),
            values: Vec::new(),
            reading: Vec::new(),
            chain: 0,
            chains: BTreeMap::new(),
            long_chain: false,
            functions: Vec::new(),
            records: Vec::new(),
            inside: None,
            has_calendar: false,
            items: Vec::new(),
            item_trees: Vec::new(),
            names: BTreeMap::new(),
            marks: Vec::new(),
            inputs: Vec::new(),
            input_keys: BTreeMap::new(),
            attributes: Vec::new(),
            parents: None,
            grouped: None,
            symbols: IndexSet::new(),
            words: Wording::Declared,
            within_marks: None,
            can_lose_eligibility: false,
            ties: ast::Ties::Skipping,
            step: Decimal::new(1, 2),
            mode: crate::quantity::Mode::HalfUp,
            precision: ast::Precision::Rounded,
            setting,
            in_force: Vec::new(),
            read_by_rules: 0,
            carried: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// One of two spellings, as the file of a span is written.
    pub(super) fn spelled<'t>(&self, span: Span, zh: &'t str, en: &'t str) -> &'t str {
        match self.skins.get(crate::source::position(span.file)) {
            Some(Lang::En) => en,
            _ => zh,
        }
    }

    fn run(&mut self, files: &'a [ast::File]) -> Option<Standard> {
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            if let ast::Declaration::Units(units) = declaration {
                self.declare_units(units);
            }
        }
        let once = Once::of(files);
        self.can_lose_eligibility = once.vetoes.iter().any(|veto| veto.effect == ast::Effect::NotEligible);
        let head = self.head(&once);
        self.declare_tiers(&once.tiers);
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            match declaration {
                ast::Declaration::Function(function) => self.declare_function(function),
                ast::Declaration::Record(record) => self.declare_record(record),
                _ => {}
            }
        }
        let mut roots = Vec::new();
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            match declaration {
                ast::Declaration::Fact(fact) => self.declare_fact(fact, None),
                ast::Declaration::Value(value) => self.declare_value(value, None),
                ast::Declaration::Item(item) => roots.push(self.declare_item(item, None)),
                _ => {}
            }
        }
        self.check_columns();
        self.resolve_facts();
        for id in 0..self.values.len() {
            self.value_expr(id);
        }
        self.check_carried();
        self.resolve_items();
        let exemptions = once.exemptions.iter().filter_map(|exemption| self.exemption(exemption)).collect();
        let vetoes = once.vetoes.iter().filter_map(|veto| self.veto(veto)).collect();
        let total = self.total(&once);
        let ranking = self.ranking(&once, head.as_ref().map(|head| head.ties));
        let longer = self.longer_totals(&once);
        let lists = self.lists(&once.lists);
        self.read_by_rules = self.inputs.len();
        let cases = once.cases.iter().filter_map(|case| self.case(case)).collect();
        let functions = self.resolve_functions();
        let whole = self.values.iter().all(|slot| matches!(slot, Slot::Done(_)));
        let (head, total, ranking, functions) = (head?, total?, ranking?, functions?);
        if !whole || crate::diag::any_error(&self.diagnostics) && self.items.is_empty() {
            return None;
        }
        let values = std::mem::take(&mut self.values).into_iter().filter_map(|slot| match slot {
            Slot::Done(value) => Some(value),
            _ => None,
        });
        let mut standard = Standard {
            head,
            tiers: std::mem::take(&mut self.tiers),
            facts: std::mem::take(&mut self.facts),
            values: values.collect(),
            functions,
            named_units: super::applies::named_units(&self.items),
            ways: spill::ways(&self.items),
            records: std::mem::take(&mut self.records),
            inputs: std::mem::take(&mut self.inputs),
            attributes: std::mem::take(&mut self.attributes),
            parents: self.parents,
            items: std::mem::take(&mut self.items),
            roots,
            exemptions,
            vetoes,
            total,
            ranking,
            lists,
            cases,
            marks: std::mem::take(&mut self.marks),
            symbols: std::mem::take(&mut self.symbols).into_iter().collect(),
            cycle: self.setting.longer().unwrap_or_else(|| self.setting.cycle()),
            dates: self.setting.dates(),
            in_force: std::mem::take(&mut self.in_force),
        };
        if let Some(cycle) = self.setting.longer() {
            longer.into_iter().find(|longer| longer.cycle == cycle)?.take_over(&mut standard);
        }
        Some(standard)
    }

    fn declare_units(&mut self, units: &ast::Units) {
        for name in &units.names {
            if crate::quantity::BUILT_IN.iter().chain(crate::quantity::TYPES).any(|(zh, en)| *zh == name.text || *en == name.text) {
                let unit = &name.text;
                self.report(
                    Diagnostic::new(Code::Duplicate, words!("「{unit}」是自带的单位,不用声明", "{unit} is built in and needs no declaration"))
                        .at(name.span, words!("自带的单位", "a built-in unit"))
                        .help(words!("删去这个声明", "remove the declaration")),
                );
                continue;
            }
            if let Some(first) = self.declared_units.insert(name.text.clone(), name.span) {
                self.twice(&name.text, name.span, first);
            }
            if units.whole {
                self.whole_units.insert(name.text.clone());
            }
        }
    }

    pub(super) fn twice(&mut self, name: &str, second: Span, first: Span) {
        self.report(
            Diagnostic::new(Code::Duplicate, words!("「{name}」声明了两次", "{name} is declared twice"))
                .at(second, words!("这里又声明一次", "declared again here"))
                .at(first, words!("先在这里声明", "first declared here"))
                .help(words!("改用别的名称,或删去其中一处", "rename one of them, or remove it")),
        );
    }

    /// Reports what may be said once and stands twice.
    pub(super) fn again(&mut self, what: &Words, second: Span, first: Span) {
        let (zh, en) = (&what.zh, &what.en);
        self.report(
            Diagnostic::new(Code::Duplicate, words!("「{zh}」写了两次", "{en} stands twice"))
                .at(second, words!("这里又写了一次", "again here"))
                .at(first, words!("先写在这里", "first here"))
                .help(words!("删去其中一处", "remove one of them")),
        );
    }

    fn declare_fact(&mut self, tree: &'a ast::Fact, owner: Option<ItemId>) {
        let id = self.facts.len();
        if !self.declare_name(&tree.name, owner, Named::Fact(id)) {
            return;
        }
        let kind = self.fact_kind(&tree.kind).unwrap_or_else(|| Type::Number(Unit::score()));
        let (step, columns) = (self.step_of_values(&tree.name, tree.step.as_ref(), &kind), headings_of(&tree.name, &tree.columns));
        let notes = self.notes(&tree.notes, &tree.name.text);
        self.facts.push(Fact {
            name: tree.name.text.clone(),
            owner,
            kind,
            columns,
            title: tree.title.as_ref().map(|title| title.text.clone()),
            step,
            default: None,
            up_to: None,
            at_least: None,
            or_from: None,
            assesses: None,
            notes,
            span: tree.span,
        });
        self.fact_trees.push(Some(tree));
    }

    /// A score that is assessed by hand is a fact with the name of its item.
    pub(super) fn declare_assessed(&mut self, item: ItemId, span: Span) -> FactId {
        let id = self.facts.len();
        let (name, columns) = self.items.get(item).map_or_else(Default::default, |item| (item.name.clone(), item.columns.clone()));
        let columns = if columns.is_empty() { vec![name.clone()] } else { columns };
        self.facts.push(Fact {
            name,
            owner: Some(item),
            kind: Type::Number(Unit::score()),
            columns,
            title: None,
            step: self.step,
            default: None,
            up_to: None,
            at_least: None,
            or_from: None,
            assesses: Some(item),
            notes: Notes::default(),
            span,
        });
        self.fact_trees.push(None);
        id
    }

    fn declare_value(&mut self, tree: &'a ast::Value, owner: Option<ItemId>) {
        let id = self.values.len();
        if self.declare_name(&tree.name, owner, Named::Value(id)) {
            self.values.push(Slot::Todo(tree, owner));
        }
    }

    /// Whether the name is free: nothing of that name is declared in the same place or around it.
    pub(super) fn declare_name(&mut self, name: &ast::Name, owner: Option<ItemId>, named: Named) -> bool {
        if matches!(name.text.as_str(), "期" | "period") {
            let text = &name.text;
            self.report(
                Diagnostic::new(Code::Duplicate, words!("「{text}」是自带的名称", "{text} is a built-in name"))
                    .at(name.span, words!("指打分的那一期", "it is the period that is scored"))
                    .help(words!("改用别的名称", "take another name")),
            );
        }
        let mut scope = owner;
        loop {
            if let Some((_, first)) = self.names.get(&(scope, name.text.clone())) {
                let first = *first;
                self.twice(&name.text, name.span, first);
                return false;
            }
            let Some(item) = scope else { break };
            scope = self.items.get(item).and_then(|item| item.parent);
        }
        self.names.insert((owner, name.text.clone()), (named, name.span));
        true
    }

    fn declare_item(&mut self, tree: &'a ast::Item, parent: Option<ItemId>) -> ItemId {
        let id = self.items.len();
        let mut path = parent.and_then(|parent| self.items.get(parent)).map_or_else(Vec::new, |parent| parent.path.clone());
        path.push(tree.name.text.clone());
        let cycle = self.item_cycle(tree, parent);
        let tiers = if self.setting.scores(cycle) { self.item_scope(tree, parent) } else { BTreeSet::new() };
        let columns = tree.parts.iter().find_map(|part| match part {
            ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Columns(columns), .. }) => {
                Some(columns.iter().map(|column| column.text.clone()).collect())
            }
            _ => None,
        });
        self.items.push(Item {
            kind: tree.kind,
            name: tree.name.text.clone(),
            path,
            parent,
            children: Vec::new(),
            cycle,
            tiers,
            when: None,
            marks: None,
            varies: super::scope::varies(tree),
            floor: None,
            cap: None,
            round: None,
            assessed: None,
            pending: None,
            clauses: Vec::new(),
            columns: columns.unwrap_or_default(),
            notes: Notes::default(),
            head: tree.head,
            span: tree.span,
        });
        self.item_trees.push(tree);
        self.check_item_name(id);
        for part in &tree.parts {
            match part {
                ast::Part::Fact(fact) => self.declare_fact(fact, Some(id)),
                ast::Part::Value(value) => self.declare_value(value, Some(id)),
                ast::Part::Item(child) => {
                    let child = self.declare_item(child, Some(id));
                    if let Some(item) = self.items.get_mut(id) {
                        item.children.push(child);
                    }
                }
                ast::Part::Attribute(ast::Attribute { kind: ast::AttributeKind::Assessed(_), span }) => {
                    let fact = self.declare_assessed(id, *span);
                    if let Some(item) = self.items.get_mut(id) {
                        item.assessed = Some(fact);
                    }
                }
                _ => {}
            }
        }
        id
    }

    /// Two items may share a name if no tier has both.
    fn check_item_name(&mut self, id: ItemId) {
        let Some(item) = self.items.get(id) else { return };
        let clash = self.items.iter().take(id).find(|other| other.name == item.name && !other.tiers.is_disjoint(&item.tiers));
        if let Some((name, second, first)) = clash.map(|other| (item.name.clone(), item.head, other.head)) {
            self.twice(&name, second, first);
        }
    }

    /// Two facts must not read one column, unless one assesses what the other is.
    fn check_columns(&mut self) {
        let mut seen: BTreeMap<&str, &Fact> = BTreeMap::new();
        let mut faults = Vec::new();
        for fact in &self.facts {
            for column in &fact.columns {
                match seen.insert(column, fact) {
                    Some(first) if !self.apart(first, fact) => faults.push(
                        Diagnostic::new(Code::SharedColumn, words!("两项数据都读「{column}」列", "two facts read the column {column}"))
                            .at(fact.span, words!("这里", "here"))
                            .at(first.span, words!("和这里", "and here"))
                            .help(words!("用 列 \"…\" 给其中一项写明另外的列名", "give one of them a column of its own: column \"…\"")),
                    ),
                    _ => {}
                }
            }
        }
        self.diagnostics.extend(faults);
    }

    /// Whether two assessed items are never in one tier.
    fn apart(&self, a: &Fact, b: &Fact) -> bool {
        let tiers = |fact: &Fact| fact.assesses.and_then(|item| self.items.get(item)).map(|item| &item.tiers);
        matches!((tiers(a), tiers(b)), (Some(a), Some(b)) if a.is_disjoint(b))
    }

    /// The expression of a named value, resolved now if it was not yet.
    pub(super) fn value_expr(&mut self, id: ValueId) -> Option<&Expr> {
        if let Some(Slot::Todo(tree, owner)) = self.values.get(id) {
            let (tree, owner) = (*tree, *owner);
            if let Some(slot) = self.values.get_mut(id) {
                *slot = Slot::Busy(tree.name.span);
            }
            self.reading.push(id);
            let before = std::mem::take(&mut self.chain);
            // a named value is the unit's, wherever it is read
            let (inside, grouped) = (self.inside.take(), self.grouped.take());
            let wording = if tree.kind == ast::ValueKind::Output { Wording::Free } else { Wording::Declared };
            let before_words = std::mem::replace(&mut self.words, wording);
            let within = self.within_marks.take();
            let expr = if self.reading.len() > LONGEST_CHAIN { None } else { self.word_or_expr(&tree.expr, owner) };
            (self.words, self.within_marks) = (before_words, within);
            (self.inside, self.grouped) = (inside, grouped);
            let length = std::mem::replace(&mut self.chain, before) + 1;
            self.reading.pop();
            let expr = self.within_chain(expr, length, tree);
            self.chains.insert(id, length);
            let notes = self.notes(&tree.notes, &tree.name.text);
            if tree.kind == ast::ValueKind::Param
                && let Some(expr) = &expr
            {
                self.check_param(tree, expr);
            }
            if tree.kind == ast::ValueKind::Output
                && let Some(expr) = &expr
            {
                self.must_be_rounded(expr, &words!("输出", "an output"));
            }
            let is_output = tree.kind == ast::ValueKind::Output;
            let done = expr.map_or(Slot::Failed, |expr| Slot::Done(Value { name: tree.name.text.clone(), owner, is_output, expr, notes, span: tree.span }));
            if let Some(slot) = self.values.get_mut(id) {
                *slot = done;
            }
        }
        self.chain = self.chain.max(self.chains.get(&id).copied().unwrap_or(0));
        if matches!(self.values.get(id), Some(Slot::Busy(_))) {
            self.report_circle(id);
        }
        match self.values.get(id) {
            Some(Slot::Done(value)) => Some(&value.expr),
            _ => None,
        }
    }

    /// Refuses a value at the end of too long a chain of values, each read by the next.
    fn within_chain(&mut self, expr: Option<Expr>, length: usize, tree: &ast::Value) -> Option<Expr> {
        if length <= LONGEST_CHAIN && self.reading.len() < LONGEST_CHAIN {
            return expr;
        }
        if !self.long_chain {
            self.long_chain = true;
            self.report(
                Diagnostic::new(Code::TooDeep, words!("值一个引一个,超过 {LONGEST_CHAIN} 层", "values read one another more than {LONGEST_CHAIN} deep"))
                    .at(tree.name.span, words!("到这里太深", "too deep here"))
                    .help(words!("把几步并成一个算式", "draw some of the steps together into one formula")),
            );
        }
        None
    }

    fn report_circle(&mut self, id: ValueId) {
        let circle = self.reading_from(id);
        self.report(super::circle::circle(&circle));
    }

    /// The values that are being resolved, from one on, with their names and where they are declared.
    pub(super) fn reading_from(&self, id: ValueId) -> Vec<(Words, Span)> {
        let from = self.reading.iter().position(|reading| *reading == id).unwrap_or(0);
        let spans = self.reading.iter().skip(from).filter_map(|id| match self.values.get(*id) {
            Some(Slot::Busy(span)) => Some(*span),
            _ => None,
        });
        let named = spans.filter_map(|span| {
            let (_, name) = self.names.iter().find(|(_, (_, declared))| *declared == span)?.0;
            Some((super::circle::same(name), span))
        });
        named.collect()
    }

    fn check_param(&mut self, tree: &ast::Value, expr: &Expr) {
        if !self.is_constant(expr) {
            self.report(
                Diagnostic::new(Code::NotConstant, words!("参数须为定值,可按层级分列", "a param must be a constant, by tier if need be"))
                    .at(tree.expr.span, said_of_variable(expr))
                    .help(words!("随数据变化的值用 令", "use let for a value that depends on facts")),
            );
        }
    }

    pub(super) fn notes(&mut self, notes: &[ast::Note], owner: &str) -> Notes {
        let mut found = Notes::default();
        for note in notes {
            let text = note.text.text.clone();
            match note.kind {
                ast::NoteKind::Source => found.sources.push(text),
                ast::NoteKind::Remark => found.remarks.push(text),
                ast::NoteKind::Assumption => {
                    let mark = self.mark(text, MarkKind::Assumption, owner);
                    found.assumptions.push(mark);
                }
            }
        }
        found
    }

    pub(super) fn mark(&mut self, text: String, kind: MarkKind, owner: &str) -> MarkId {
        self.marks.push(Mark { text, kind, owner: owner.to_owned() });
        self.marks.len() - 1
    }

    /// The type of a fact or parameter.
    pub(super) fn fact_kind(&mut self, kind: &ast::FactKind) -> Option<Type> {
        Some(match kind {
            ast::FactKind::Choice(names) => {
                let truths = names.iter().filter(|name| matches!(name.text.as_str(), "是" | "否" | "yes" | "no")).count();
                if truths == 2 && names.len() == 2 {
                    return Some(Type::Truth);
                }
                Type::Choice(names.iter().map(|name| self.symbols.insert_full(name.text.clone()).0).collect())
            }
            ast::FactKind::Unit(name) if Self::is_type(&name.text) => return self.plain_type(name),
            ast::FactKind::Unit(name) => Type::Number(self.unit(name)?),
        })
    }

    /// The step of the values of a fact or field; of what is no number there is none.
    pub(super) fn step_of_values(&mut self, name: &ast::Name, stated: Option<&ast::Quantity>, kind: &Type) -> Decimal {
        match kind {
            Type::Number(unit) => self.step_of(name, stated, unit),
            _ => NO_STEP,
        }
    }

    /// The step of the values of a fact or function: the one that is stated, or that of its unit.
    pub(super) fn step_of(&mut self, name: &ast::Name, stated: Option<&ast::Quantity>, unit: &Unit) -> Decimal {
        if let Some(step) = stated {
            let Some(expr) = self.quantity(step) else { return Decimal::ONE };
            let value = expr.literal().unwrap_or(Decimal::ONE);
            let same = expr.unit().is_some_and(|given| given.fits(unit) || matches!((given, unit), (Unit::Points, Unit::Rate)));
            if !same {
                let (given, given_en, unit_en) = (shown(&expr), shown_english(&expr), unit.in_english());
                self.report(
                    Diagnostic::new(Code::UnitMismatch, words!("精度的单位是 {given},数据的单位是 {unit}", "the step is in {given_en}, the fact in {unit_en}"))
                        .at(step.span, words!("精度", "the step"))
                        .at(name.span, words!("以 {unit} 计", "in {unit_en}"))
                        .help(words!("精度改以 {unit} 计", "state the step in {unit_en}")),
                );
            }
            if value <= Decimal::ZERO {
                self.report(
                    Diagnostic::new(Code::OffGrid, words!("精度须大于 0", "a step must be greater than 0"))
                        .at(step.span, words!("这里", "here"))
                        .help(words!("写最小的一格,例如 精度 0.01%", "state the finest difference, as in: step 0.01%")),
                );
                return Decimal::ONE;
            }
            return value;
        }
        let whole = matches!(unit, Unit::Named(_)) && self.whole_units.contains(&unit.to_string());
        unit.default_step().or(whole.then_some(Decimal::ONE)).unwrap_or_else(|| {
            let (text, unit_en) = (&name.text, unit.in_english());
            self.report(
                Diagnostic::new(Code::NoStep, words!("「{text}」以 {unit} 计,没有写明精度", "{text} is in {unit_en} and states no step"))
                    .at(name.span, words!("这项数据精确到多少", "to how many digits is it known"))
                    .help(words!("在后面写 精度 0.01 {unit} 之类", "state it, as in: step 0.01 {unit_en}")),
            );
            Decimal::ONE
        })
    }

    /// The unit of that name, built in or declared.
    pub(super) fn unit(&mut self, name: &ast::Name) -> Option<Unit> {
        let text = name.text.as_str();
        let built_in = matches!(text, "%" | "％" | "‰" | "数") || crate::quantity::BUILT_IN.iter().any(|(zh, en)| *zh == text || *en == text);
        if text == "数" {
            return Some(Unit::Number);
        }
        if Self::is_type(text) {
            self.report(
                Diagnostic::new(Code::WrongKind, words!("「{text}」不是计量单位", "{text} is no unit of measurement"))
                    .at(name.span, words!("这里要一个单位", "a unit is needed here"))
                    .help(words!(
                        "日子和时刻直接写,例如 2024-01-05 09:30;时长以 天、小时 等计",
                        "days and times are written as 2024-01-05 09:30; durations are in days, hours and so on"
                    )),
            );
            return None;
        }
        if built_in || self.declared_units.contains_key(text) {
            return Some(Unit::named(text));
        }
        if self.lost.contains(text) || !self.reported_units.insert(text.to_owned()) {
            return None;
        }
        let known: Vec<&str> = crate::quantity::BUILT_IN.iter().flat_map(|(zh, en)| [*zh, *en]).chain(self.declared_units.keys().map(String::as_str)).collect();
        let near = crate::diag::closest(text, known).map(str::to_owned);
        let mut diagnostic = Diagnostic::new(Code::UnknownUnit, words!("没有「{text}」这个计量单位", "there is no unit of measurement {text}"))
            .at(name.span, words!("这里", "here"));
        let advice = match text {
            "名" | "位" => {
                Some(words!("名次不写单位,例如 1;单位的个数以家计,例如 5 家", "a place has no unit; units are counted in offices, as in 5 offices"))
            }
            "倍" => Some(words!("倍数不写单位,例如 × 2", "a factor has no unit, as in × 2")),
            "月" => Some(words!("时长以个月计,例如 1 个月", "durations are in months")),
            "点" | "个点" | "百分比" | "个百分比" => {
                Some(words!("百分数之差以个百分点计,例如 1 个百分点", "differences of rates are in pp, as in 1 pp"))
            }
            "percent" => Some(words!("写 %,两个百分数之差写 个百分点", "write %, and pp for a difference of rates")),
            _ => None,
        };
        diagnostic = match near {
            _ if advice.is_some() => advice.into_iter().fold(diagnostic, Diagnostic::help),
            Some(near) => diagnostic.fix(words!("是不是「{near}」?", "did you mean {near}?"), name.span, near),
            None => diagnostic.help(words!(
                "新的单位先声明:单位 {text} 整数;数与词之间要断开时加空格",
                "declare a new one first: unit {text} whole; put a space where a word ends"
            )),
        };
        self.report(diagnostic);
        None
    }
}

/// The headings under which tables hold a fact or field; its name where none is written.
pub(super) fn headings_of(name: &ast::Name, columns: &[ast::Text]) -> Vec<String> {
    let written = if columns.is_empty() { std::slice::from_ref(name) } else { columns };
    written.iter().map(|column| column.text.clone()).collect()
}

/// The unit of an expression, for a message.
pub(super) fn shown(expr: &Expr) -> String {
    match &expr.ty {
        Type::Number(unit) => unit.to_string(),
        Type::Truth => "是、否".to_owned(),
        Type::Choice(_) => "选项".to_owned(),
        Type::Text => "文字".to_owned(),
    }
}

/// The same in English.
pub(super) fn shown_english(expr: &Expr) -> String {
    match &expr.ty {
        Type::Number(unit) => unit.in_english(),
        Type::Truth => "yes/no".to_owned(),
        Type::Choice(_) => "a choice".to_owned(),
        Type::Text => "a text".to_owned(),
    }
}

/// A number that is written without a unit.
fn is_bare(expr: &Expr) -> bool {
    expr.unit() == Some(&Unit::Number) && expr.literal().is_some()
}

/// The unit of an expression in a list of units.
pub(super) fn short_unit(expr: &Expr) -> (String, String) {
    if is_bare(expr) { ("没有单位".to_owned(), "none".to_owned()) } else { (shown(expr), shown_english(expr)) }
}

/// What an expression is, by its unit.
pub(super) fn named_unit(expr: &Expr) -> (String, String) {
    if is_bare(expr) {
        ("没有单位的数".to_owned(), "a number without a unit".to_owned())
    } else {
        (format!("以 {} 计的数", shown(expr)), format!("in {}", shown_english(expr)))
    }
}

/// What is said at an expression of its unit.
pub(super) fn in_unit(expr: &Expr) -> (String, String) {
    if is_bare(expr) {
        ("没有写单位".to_owned(), "no unit is written".to_owned())
    } else {
        (format!("以 {} 计", shown(expr)), format!("in {}", shown_english(expr)))
    }
}
