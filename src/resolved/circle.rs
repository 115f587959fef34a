//! What reads what: circles are reported with their path, and names that nothing reads with a warning.

use std::collections::BTreeSet;

use super::earlier::earlier_of;
use super::{
    Act, Clause, Common, Earlier, Effect, Expr, ExprKind, FactId, FunctionId, Input, InputId, InputKind, Item, ItemId, Made, Pattern, Standard, ValueId, Who,
};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::source::Span;

/// Calls `see` with an expression and every expression inside it, outer ones first.
pub(super) fn visit<'e>(expr: &'e Expr, see: &mut dyn FnMut(&'e Expr)) {
    see(expr);
    match &expr.kind {
        ExprKind::Sum(terms) => terms.iter().for_each(|(_, term)| visit(term, see)),
        ExprKind::Product(factors) => factors.iter().for_each(|(_, factor)| visit(factor, see)),
        ExprKind::Negate(inner) | ExprKind::Round(inner, _, _) | ExprKind::Not(inner) | ExprKind::IsBlank(inner) | ExprKind::IsUndefined(inner) => {
            visit(inner, see);
        }
        ExprKind::Cap(a, b) | ExprKind::Floor(a, b) | ExprKind::Compare(a, _, b) => {
            visit(a, see);
            visit(b, see);
        }
        ExprKind::Clock(clock) => {
            visit(&clock.a, see);
            visit(&clock.b, see);
        }
        ExprKind::And(links) | ExprKind::Or(links) | ExprKind::Call(_, links) | ExprKind::Extreme(_, links) => links.iter().for_each(|link| visit(link, see)),
        ExprKind::ByTier(rows, otherwise) => rows.values().chain(otherwise.as_deref()).for_each(|row| visit(row, see)),
        ExprKind::Table(table) => {
            visit(&table.subject, see);
            for row in &table.rows {
                row.patterns.iter().for_each(|pattern| visit_pattern(pattern, see));
                visit(&row.result, see);
            }
        }
        ExprKind::Interpolated(subject, anchors) => {
            visit(subject, see);
            for (anchor, result) in anchors {
                visit(anchor, see);
                visit(result, see);
            }
        }
        ExprKind::Among(subject, patterns) => {
            visit(subject, see);
            patterns.iter().for_each(|pattern| visit_pattern(pattern, see));
        }
        ExprKind::Constant(_)
        | ExprKind::Flag(_)
        | ExprKind::Symbol(_)
        | ExprKind::Fact(_)
        | ExprKind::Value(_)
        | ExprKind::Marks(_)
        | ExprKind::Part(..)
        | ExprKind::Score(_)
        | ExprKind::NotEligible
        | ExprKind::OneOf(_)
        | ExprKind::Input(_)
        | ExprKind::Field(_)
        | ExprKind::Inner(_)
        | ExprKind::Total => {}
    }
}

fn visit_pattern<'e>(pattern: &'e Pattern, see: &mut dyn FnMut(&'e Expr)) {
    match pattern {
        Pattern::Compare(_, value) => visit(value, see),
        Pattern::Interval(low, _, high, _) => {
            visit(low, see);
            visit(high, see);
        }
    }
}

/// Calls `see` with the expressions of a clause.
pub(super) fn visit_clause<'e>(clause: &'e Clause, see: &mut dyn FnMut(&'e Expr)) {
    if let Some(condition) = &clause.condition {
        visit(condition, see);
    }
    match &clause.act {
        Act::Award(expr) | Act::Base(expr) | Act::Formula(expr) => visit(expr, see),
        Act::Joint(limit, clauses) => {
            visit(limit, see);
            clauses.iter().for_each(|clause| visit_clause(clause, see));
        }
        Act::Move(movement) => {
            if let Some(measure) = &movement.measure {
                visit(&measure.subject, see);
                if let Some((_, line)) = &measure.line {
                    visit(line, see);
                }
            }
            visit(&movement.amount, see);
            if let Some(limit) = &movement.at_most {
                visit(limit, see);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Fact(FactId),
    Value(ValueId),
    Item(ItemId),
    /// The marks of an item, or of the standard.
    Marks(Option<ItemId>),
    /// The total before any veto.
    Computed,
    /// What is gathered from outside the row.
    Input(InputId),
    Total,
    /// 取消评优.
    NotEligible,
}

struct Graph<'s> {
    standard: &'s Standard,
    below: Below,
    periods: Periods,
    done: BTreeSet<Node>,
    path: Vec<Node>,
    circle: Option<Vec<Node>>,
}

/// Reports the first circle among facts, values, items and the total.
pub(super) fn check(standard: &Standard, found: &mut Vec<Diagnostic>) {
    let mut graph = Graph::new(standard, Below::Apart);
    let nodes = (0..standard.facts.len()).map(Node::Fact).chain((0..standard.values.len()).map(Node::Value)).chain((0..standard.items.len()).map(Node::Item));
    for node in nodes.chain([Node::Total, Node::NotEligible]) {
        graph.walk(node);
    }
    // what is read of the units below may lead back to the same name, but not by way of what is gathered from others too
    let mut others = (0..standard.inputs.len()).filter(|id| !is_below(standard, *id));
    let around = graph.circle.take().or_else(|| others.find_map(|id| Graph::new(standard, Below::Together).back_to(Node::Input(id))));
    if let Some(mut nodes) = around {
        // one name for the total before and after vetoes is enough
        if nodes.contains(&Node::Total) {
            nodes.retain(|node| *node != Node::Computed);
        }
        let named = named(standard, &nodes);
        found.push(circle(&named));
    }
}

/// Reports exemptions that read what is gathered from other units: which of them take part has to be known before.
pub(super) fn check_exemptions(standard: &Standard, found: &mut Vec<Diagnostic>) {
    for exemption in &standard.exemptions {
        let mut queue = read_in(standard, |see| visit(&exemption.condition, see));
        let mut seen: BTreeSet<Node> = queue.iter().copied().collect();
        while let Some(node) = queue.pop() {
            let input = if let Node::Input(id) = node { standard.inputs.get(id) } else { None };
            if let Some(Input { kind: InputKind::Units(_), span, .. }) = input {
                found.push(
                    Diagnostic::new(
                        Code::Circle,
                        words!("谁参评要先定,不能由别的单位的数来定", "who takes part is settled first, not by what other units have"),
                    )
                    .at(*span, words!("这里汇总各单位", "gathered from the units here"))
                    .at(exemption.span, words!("不参评 要用到它", "the exemption reads it"))
                    .help(words!(
                        "不参评 只看本单位的数据;与别家比较的写成条款",
                        "let the exemption read facts of the unit alone; what compares units belongs into a clause"
                    )),
                );
                break;
            }
            if input.is_some_and(|input| earlier_of(input).is_some()) {
                continue;
            }
            queue.extend(reads(standard, node).into_iter().filter(|next| seen.insert(*next)));
        }
    }
}

/// What is said of a circle: its path, and each place on it.
pub(super) fn circle(nodes: &[(Words, Span)]) -> Diagnostic {
    let path = |name: fn(&Words) -> &String| nodes.iter().chain(nodes.first()).map(|(node, _)| name(node).as_str()).collect::<Vec<_>>().join(" → ");
    let (zh, en) = (path(|name| &name.zh), path(|name| &name.en));
    let mut diagnostic = Diagnostic::new(Code::Circle, words!("循环:{zh}", "a circle: {en}"));
    for ((name, span), (next, _)) in nodes.iter().zip(nodes.iter().cycle().skip(1)) {
        let (zh, en, next_zh, next_en) = (&name.zh, &name.en, &next.zh, &next.en);
        diagnostic = diagnostic.at(*span, words!("「{zh}」要用到「{next_zh}」", "{en} reads {next_en}"));
    }
    diagnostic.help(words!("让其中一个不用别的就能定出", "let one of them do without the others"))
}

/// A name that is the same in both languages.
pub(super) fn same(name: &str) -> Words {
    Words { zh: name.to_owned(), en: name.to_owned() }
}

/// Whether what is read of other periods, where nothing is said of the first, counts as reading the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Periods {
    This,
    All,
}

/// Reports what leads back to itself by way of earlier periods and says nothing of the first.
pub(super) fn check_first_period(standard: &Standard, found: &mut Vec<Diagnostic>) {
    for (id, input) in standard.inputs.iter().enumerate() {
        let InputKind::Earlier(Earlier { made: Made::Itself, initially: None, .. }) = &input.kind else { continue };
        let graph = Graph { periods: Periods::All, ..Graph::new(standard, Below::Together) };
        if let Some(nodes) = graph.back_to(Node::Input(id)) {
            let named = named(standard, &nodes);
            found.push(endless(&named));
            return;
        }
    }
}

/// What the nodes of a path are called, and where they stand; the total before and after its vetoes is one.
fn named(standard: &Standard, nodes: &[Node]) -> Vec<(Words, Span)> {
    let mut named: Vec<(Words, Span)> = nodes.iter().map(|node| (graph_name(standard, *node), graph_span(standard, *node))).collect();
    named.dedup_by(|later, before| later.0.zh == before.0.zh && later.1 == before.1);
    named
}

/// What is said of a value that goes back from period to period without end.
pub(super) fn endless(nodes: &[(Words, Span)]) -> Diagnostic {
    let mut diagnostic = circle(nodes);
    let path = |words: &String| words.split_once([':']).map_or(words.clone(), |(_, path)| path.trim().to_owned());
    let (zh, en) = (path(&diagnostic.words.zh), path(&diagnostic.words.en));
    diagnostic.words = words!("一期引一期,没有写首期:{zh}", "period after period, and nothing says how it begins: {en}");
    diagnostic.help = Vec::new();
    diagnostic.help(words!("写明第一期的值,例如 上期(…,首期 0 分)", "state the value of the first period, as in: previous(…, initially 0 points)"))
}

/// Whether reading what units below have counts as reading the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    Together,
    Apart,
}

/// Whether an input is gathered from the units below: a register in which no unit stands above itself makes an end of that.
fn is_below(standard: &Standard, id: InputId) -> bool {
    standard.inputs.get(id).is_some_and(|input| match &input.kind {
        InputKind::Units(units) => units.over.who == Who::Children && units.over.group.is_none(),
        InputKind::Records(_) | InputKind::Earlier(_) => false,
    })
}

impl<'s> Graph<'s> {
    fn new(standard: &'s Standard, below: Below) -> Self {
        Graph { standard, below, periods: Periods::This, done: BTreeSet::new(), path: Vec::new(), circle: None }
    }

    /// What a node reads, in the periods that count; a value of the first period makes an end of going back.
    fn next(&self, node: Node) -> Vec<Node> {
        let earlier = if let Node::Input(id) = node { self.standard.inputs.get(id).and_then(earlier_of) } else { None };
        let apart = earlier.is_some_and(|earlier| self.periods == Periods::This || earlier.initially.is_some());
        if apart { Vec::new() } else { reads(self.standard, node) }
    }

    /// A circle through a node.
    fn back_to(mut self, node: Node) -> Option<Vec<Node>> {
        self.path.push(node);
        self.search(node, node).then_some(self.path)
    }

    fn search(&mut self, from: Node, wanted: Node) -> bool {
        for next in self.next(from) {
            if next == wanted {
                return true;
            }
            if self.done.insert(next) {
                self.path.push(next);
                if self.search(next, wanted) {
                    return true;
                }
                self.path.pop();
            }
        }
        false
    }

    fn walk(&mut self, node: Node) {
        if self.circle.is_some() || self.done.contains(&node) {
            return;
        }
        if let Some(from) = self.path.iter().position(|other| *other == node) {
            self.circle = self.path.get(from..).map(<[Node]>::to_vec);
            return;
        }
        self.path.push(node);
        let apart = matches!(node, Node::Input(id) if self.below == Below::Apart && is_below(self.standard, id));
        for next in self.next(node) {
            if !apart {
                self.walk(next);
            }
        }
        self.path.pop();
        self.done.insert(node);
    }
}

/// What the expressions that are shown to the visitor read.
fn read_in<'s>(standard: &'s Standard, show: impl FnOnce(&mut dyn FnMut(&'s Expr))) -> Vec<Node> {
    let mut found = Vec::new();
    show(&mut |expr: &Expr| match &expr.kind {
        ExprKind::Fact(id) => found.push(Node::Fact(*id)),
        ExprKind::Value(id) => found.push(Node::Value(*id)),
        ExprKind::Score(id) => found.push(Node::Item(*id)),
        ExprKind::Input(id) => found.push(Node::Input(*id)),
        ExprKind::Part(_, Some(item)) => found.extend(standard.items.get(*item).into_iter().flat_map(|item| &item.children).map(|child| Node::Item(*child))),
        ExprKind::Part(_, None) => found.extend(standard.roots.iter().map(|item| Node::Item(*item))),
        ExprKind::Marks(owner) if standard.marks_vary(*owner) => found.push(Node::Marks(*owner)),
        ExprKind::Total => found.push(Node::Total),
        ExprKind::NotEligible => found.push(Node::NotEligible),
        _ => {}
    });
    found
}

/// The facts by which an input groups units.
fn grouped_by(standard: &Standard, id: InputId) -> impl Iterator<Item = FactId> {
    let units = standard.inputs.get(id).and_then(|input| if let InputKind::Units(units) = &input.kind { Some(units) } else { None });
    let commons = units.into_iter().flat_map(super::Units::commons);
    commons.filter_map(|common| if let Common::Fact(fact) = common { Some(fact) } else { None })
}

fn reads(standard: &Standard, node: Node) -> Vec<Node> {
    let mut found = read_in(standard, |see| match node {
        Node::Fact(id) => {
            if let Some(fact) = standard.facts.get(id) {
                [&fact.or_from, &fact.up_to, &fact.at_least].into_iter().flatten().for_each(|expr| visit(expr, see));
            }
        }
        Node::Value(id) => {
            if let Some(value) = standard.values.get(id) {
                visit(&value.expr, see);
            }
        }
        Node::Input(id) => {
            if let Some(input) = standard.inputs.get(id) {
                input.exprs().for_each(|expr| visit(expr, see));
            }
        }
        Node::Computed => visit(&standard.total.expr, see),
        Node::Total | Node::NotEligible => {}
        Node::Marks(owner) => {
            let own = owner.and_then(|owner| standard.items.get(owner)).and_then(|item| item.marks.as_ref());
            own.into_iter().for_each(|marks| visit(marks, see));
            for (_, item) in base_inside(standard, owner) {
                item.when.iter().for_each(|when| visit(when, see));
            }
        }
        Node::Item(id) => {
            if let Some(item) = standard.items.get(id) {
                item.when.iter().for_each(|when| visit(when, see));
                item.clauses.iter().for_each(|clause| visit_clause(clause, see));
            }
        }
    });
    if let Node::Input(id) = node {
        found.extend(grouped_by(standard, id).map(Node::Fact));
    }
    let marks = |owner: ItemId| standard.marks_vary(Some(owner)).then_some(Node::Marks(Some(owner)));
    match node {
        Node::Item(id) => {
            found.extend(standard.items.get(id).into_iter().flat_map(|item| &item.children).map(|child| Node::Item(*child)));
            found.extend(marks(id));
            found.extend(senders(standard, id));
        }
        Node::Marks(owner) => found.extend(base_inside(standard, owner).filter_map(|(child, _)| marks(child))),
        Node::Total => {
            found.extend(veto_reads(standard, |effect| matches!(effect, Effect::Total(_))));
            found.push(Node::Computed);
        }
        Node::NotEligible => found.extend(veto_reads(standard, |effect| effect == Effect::NotEligible)),
        _ => {}
    }
    found
}

/// The items inside another, or of the standard, that have marks.
fn base_inside(standard: &Standard, owner: Option<ItemId>) -> impl Iterator<Item = (ItemId, &Item)> {
    let children = match owner.and_then(|owner| standard.items.get(owner)) {
        Some(item) => &item.children,
        None => &standard.roots,
    };
    children.iter().filter_map(|child| Some((*child, standard.items.get(*child)?))).filter(|(_, item)| item.is_base())
}

/// What the vetoes of some effect read; 总分 in a veto is the total before any.
fn veto_reads(standard: &Standard, wanted: impl Fn(Effect) -> bool) -> Vec<Node> {
    let mut found = read_in(standard, |see| standard.vetoes.iter().filter(|veto| wanted(veto.effect)).for_each(|veto| visit(&veto.condition, see)));
    for node in &mut found {
        if *node == Node::Total {
            *node = Node::Computed;
        }
    }
    found
}

/// The items whose floors send points to that one.
fn senders(standard: &Standard, id: ItemId) -> Vec<Node> {
    let name = standard.items.get(id).map(|item| item.name.as_str());
    let is_named_so = |to: Option<ItemId>| to.and_then(|to| standard.items.get(to)).map(|to| to.name.as_str()) == name;
    standard.ways.iter().filter(|way| way.to.is_some() && is_named_so(way.to)).map(|way| Node::Item(way.from)).collect()
}

fn graph_name(standard: &Standard, node: Node) -> Words {
    let name = match node {
        Node::Fact(id) => standard.facts.get(id).map(|fact| &fact.name),
        Node::Value(id) => standard.values.get(id).map(|value| &value.name),
        Node::Item(id) => standard.items.get(id).map(|item| &item.name),
        Node::Marks(None) => return words!("满分", "marks"),
        Node::Marks(Some(id)) => {
            let name = standard.items.get(id).map_or("", |item| item.name.as_str());
            return words!("{name} 满分", "{name} marks");
        }
        Node::Computed | Node::Total => return words!("总分", "total"),
        Node::NotEligible => return words!("取消评优", "not eligible"),
        Node::Input(id) => return standard.inputs.get(id).map_or_else(|| same(""), |input| super::gather::input_name(standard, input)),
    };
    same(name.map_or("", String::as_str))
}

fn graph_span(standard: &Standard, node: Node) -> Span {
    match node {
        Node::Fact(id) => standard.facts.get(id).map(|fact| fact.span),
        Node::Value(id) => standard.values.get(id).map(|value| value.span),
        Node::Item(id) => standard.items.get(id).map(|item| item.head),
        Node::Marks(Some(id)) => standard.items.get(id).map(|item| item.marks.as_ref().map_or(item.head, |marks| marks.span)),
        Node::Computed | Node::Total | Node::Marks(None) => Some(standard.total.span),
        Node::NotEligible => standard.vetoes.iter().find(|veto| veto.effect == Effect::NotEligible).map(|veto| veto.span),
        Node::Input(id) => standard.inputs.get(id).map(|input| input.span),
    }
    .unwrap_or(standard.head.span)
}

/// Warns of facts, values and functions that nothing reads.
pub(super) fn check_unused(standard: &Standard, found: &mut Vec<Diagnostic>) {
    let mut read: BTreeSet<Node> = BTreeSet::new();
    let mut called: BTreeSet<FunctionId> = BTreeSet::new();
    each_expr(standard, &mut |expr| match &expr.kind {
        ExprKind::Fact(id) => {
            read.insert(Node::Fact(*id));
        }
        ExprKind::Value(id) => {
            read.insert(Node::Value(*id));
        }
        ExprKind::Call(id, _) => {
            called.insert(*id);
        }
        _ => {}
    });
    read.extend((0..standard.inputs.len()).flat_map(|id| grouped_by(standard, id)).map(Node::Fact));
    read.extend(standard.lists.iter().filter_map(|list| if let Who::Same(Common::Fact(fact)) = list.who { Some(Node::Fact(fact)) } else { None }));
    let facts = standard
        .facts
        .iter()
        .enumerate()
        .filter(|(id, fact)| fact.assesses.is_none() && !read.contains(&Node::Fact(*id)))
        .map(|(_, fact)| (&fact.name, fact.span));
    let values = standard
        .values
        .iter()
        .enumerate()
        .filter(|(id, value)| !value.is_output && !read.contains(&Node::Value(*id)))
        .map(|(_, value)| (&value.name, value.span));
    let functions = standard.functions.iter().enumerate().filter(|(id, _)| !called.contains(id)).map(|(_, function)| (&function.name, function.span));
    for (name, span) in facts.chain(values).chain(functions) {
        found.push(
            Diagnostic::new(Code::Unused, words!("「{name}」没有一条用到", "nothing reads {name}"))
                .at(span, words!("在这里声明", "declared here"))
                .help(words!("删去它,或在该用的条款里用上", "remove it, or use it in the clause that it was meant for")),
        );
    }
}

/// Calls `see` with every expression of the standard.
fn each_expr<'s>(standard: &'s Standard, see: &mut dyn FnMut(&'s Expr)) {
    let facts = standard.facts.iter().flat_map(|fact| [&fact.or_from, &fact.up_to, &fact.at_least]).flatten();
    facts.chain(standard.values.iter().map(|value| &value.expr)).chain([&standard.total.expr]).for_each(|expr| visit(expr, see));
    standard.inputs.iter().flat_map(Input::exprs).for_each(|expr| visit(expr, see));
    standard.items.iter().flat_map(|item| &item.clauses).for_each(|clause| visit_clause(clause, see));
    standard.exemptions.iter().for_each(|exemption| visit(&exemption.condition, see));
    standard.vetoes.iter().for_each(|veto| visit(&veto.condition, see));
    let listed = standard.lists.iter().flat_map(|list| &list.keys);
    standard.ranking.keys.iter().chain(&standard.ranking.listed).chain(listed).for_each(|key| visit(&key.expr, see));
    standard.lists.iter().flat_map(|list| &list.condition).for_each(|condition| visit(condition, see));
    standard.items.iter().flat_map(|item| [&item.when, &item.marks, &item.floor, &item.cap]).flatten().for_each(|expr| visit(expr, see));
    standard.functions.iter().flat_map(|function| [&function.range.low, &function.range.high]).for_each(|expr| visit(expr, see));
}
