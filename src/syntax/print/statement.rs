//! Statements: their parts on one line where they fit, else a part a line; blocks always broken.

use super::comment::Gap;
use super::doc::Doc;
use super::expression::is_member;
use super::node::Node;
use super::run;
use super::spelling::Speller;
use crate::syntax::from_text::Rule;

type Docs<'t> = Vec<Doc<'t>>;

/// Makes documents of the statements of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    pub(super) speller: Speller,
}

/// How a part of a statement follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Always on the same line, behind a space.
    Close,
    /// Two spaces, or a line of its own.
    Wide,
    /// A comma, and the next line where the part does not fit.
    Comma(&'static str),
    /// A space, or a line of its own.
    Space,
}

/// A statement, its parts not yet joined.
#[derive(Debug)]
pub(super) struct Statement<'t> {
    pub(super) rule: Rule,
    pub(super) gap: Gap<'t>,
    /// A semicolon keeps it apart from the statement before.
    pub(super) kept_apart: bool,
    pub(super) parts: Vec<(Join, Docs<'t>)>,
    pub(super) notes: Vec<Docs<'t>>,
    /// The block, from its opening to its closing brace.
    pub(super) block: Option<Docs<'t>>,
    /// Words that would continue it if the next statement began with them.
    open_to: Vec<Rule>,
}

const NOTES: [Rule; 3] = [Rule::k_source, Rule::k_assumption, Rule::k_remark];
/// What adjusts the whole of an expression.
const ADJUSTMENTS: [Rule; 3] = [Rule::k_round_to, Rule::k_cap, Rule::k_floor];
/// What a sum takes in at its end: signs by which it goes on, and, behind a name, what is made of many values.
const SUM: [Rule; 11] = [
    Rule::op_minus,
    Rule::paren,
    Rule::k_sum,
    Rule::k_mean,
    Rule::k_weighted_mean,
    Rule::k_best,
    Rule::k_lowest,
    Rule::k_median,
    Rule::k_count,
    Rule::k_rank_of,
    Rule::k_size,
];
/// What the head of an item takes in.
const ATTRIBUTES: [Rule; 11] = [
    Rule::k_marks,
    Rule::k_period,
    Rule::k_applies,
    Rule::k_only,
    Rule::k_except,
    Rule::k_assessed,
    Rule::k_unknown,
    Rule::k_column,
    Rule::k_round_to,
    Rule::k_cap,
    Rule::k_floor,
];

/// What an expression takes in at its end.
fn expression() -> impl Iterator<Item = Rule> {
    ADJUSTMENTS.into_iter().chain(SUM)
}

impl Statement<'_> {
    /// Whether it stands in one run with the statement before: nothing between them, and of one kind.
    pub(super) fn joins(&self, before: Option<&Statement<'_>>) -> bool {
        before.is_some_and(|before| before.rule == self.rule) && self.gap.comments.is_empty() && !self.gap.blank && !self.kept_apart
    }

    /// Whether the next statement would be read as a part of this one if no semicolon stood between.
    fn takes_in(&self, next: &Node<'_>) -> bool {
        self.open_to.contains(&next.first().rule)
    }
}

impl Writer {
    /// A statement of a block or of the file.
    pub(super) fn statement<'t>(self, node: &Node<'t>, before: Option<&Statement<'_>>, depth: usize) -> Statement<'t> {
        let apart = matches!(node.gap.sign, Some(';' | '；' | '。')) && before.is_some_and(|before| before.takes_in(node));
        let (notes, rest): (Vec<&Node<'t>>, Vec<&Node<'t>>) = match node.rule {
            Rule::note => (Vec::new(), vec![node]),
            _ => node.children.iter().partition(|child| child.rule == Rule::note),
        };
        let mut statement = Statement {
            rule: node.rule,
            gap: node.gap.clone(),
            kept_apart: apart,
            parts: Vec::new(),
            notes: notes.iter().map(|note| self.docs(note)).collect(),
            block: None,
            open_to: NOTES.to_vec(),
        };
        match node.rule {
            Rule::standard | Rule::test_case | Rule::case_unit => {
                statement.notes.clear();
                self.braced(&mut statement, &node.children, depth);
            }
            Rule::amendment => self.amendment(&mut statement, &node.children, depth),
            Rule::within => {
                statement.notes.clear();
                self.braced(&mut statement, &node.children, depth);
            }
            Rule::insertion | Rule::repeal => self.prefixed(&mut statement, node, depth),
            Rule::replacement => self.replacement(&mut statement, node, depth),
            Rule::becoming => self.becoming(&mut statement, &rest),
            Rule::item => self.item(&mut statement, &rest, depth),
            Rule::clause => self.clause(&mut statement, &rest, depth),
            Rule::function => self.function(&mut statement, &rest),
            Rule::record => self.record(&mut statement, &rest, depth),
            _ => self.plain(&mut statement, node, &rest),
        }
        if !statement.notes.is_empty() {
            statement.open_to = NOTES.to_vec();
        }
        statement
    }

    /// 修订 「名」 and its parts, each on a line of its own where they do not fit on one.
    fn amendment<'t>(self, statement: &mut Statement<'t>, children: &[Node<'t>], depth: usize) {
        statement.notes.clear();
        let at = children.iter().position(|child| child.rule == Rule::open).unwrap_or(children.len());
        let (head, block) = children.split_at_checked(at).unwrap_or((children, &[]));
        for (index, child) in head.iter().enumerate() {
            match index {
                1 => self.go_on(statement, child),
                _ => self.begin(statement, if index == 0 { Join::Close } else { Join::Wide }, child),
            }
        }
        statement.block = Some(self.block(block, depth));
        statement.open_to.clear();
    }

    /// 新增 or 废止 with a statement behind it.
    fn prefixed<'t>(self, statement: &mut Statement<'t>, node: &Node<'t>, depth: usize) {
        let Some((last, words)) = node.children.split_last() else { return };
        let mut inner = self.statement(last, None, depth);
        let mut lead = self.words(words);
        lead.push(Doc::word(" "));
        lead.extend(inner.gap.comments.iter().map(|comment| Doc::Own(comment.text)));
        if let Some((_, first)) = inner.parts.first_mut() {
            first.splice(0..0, lead);
        }
        statement.parts = inner.parts;
        statement.notes = inner.notes;
        statement.block = inner.block;
        statement.open_to = inner.open_to;
    }

    /// 将 a statement, 改为 another, or several in braces.
    fn replacement<'t>(self, statement: &mut Statement<'t>, node: &Node<'t>, depth: usize) {
        let at = node.children.iter().position(|child| child.rule == Rule::k_becomes).unwrap_or(node.children.len());
        let (old, new) = node.children.split_at_checked(at).unwrap_or((&node.children, &[]));
        let Some((becomes, new)) = new.split_first() else { return };
        let mut first = Vec::new();
        for (index, child) in old.iter().enumerate() {
            match child.rule {
                Rule::k_replace => first.extend(self.docs(child)),
                _ => {
                    first.extend((index > 0).then_some(Doc::word(" ")));
                    first.extend(self.flat(child, depth));
                }
            }
        }
        statement.parts.push((Join::Close, first));
        let mut lead = self.docs(becomes);
        lead.push(Doc::word(" "));
        match new {
            [open, .., close] if open.rule == Rule::open && close.rule == Rule::close => {
                lead.pop();
                statement.parts.push((Join::Wide, lead));
                statement.block = Some(self.block(new, depth));
                statement.open_to.clear();
            }
            [one] => {
                let inner = self.statement(one, None, depth);
                lead.extend(inner.gap.comments.iter().map(|comment| Doc::Own(comment.text)));
                statement.notes = inner.notes.into_iter().collect();
                statement.block = inner.block;
                statement.open_to = inner.open_to;
                lead.extend(joined(inner.parts));
                statement.parts.push((Join::Wide, lead));
            }
            _ => {}
        }
    }

    /// A statement in the middle of another, its notes and block with it.
    fn flat<'t>(self, node: &Node<'t>, depth: usize) -> Docs<'t> {
        let inner = self.statement(node, None, depth);
        let mut docs: Docs<'t> = inner.gap.comments.iter().map(|comment| Doc::Own(comment.text)).collect();
        docs.extend(joined(inner.parts));
        if let Some(block) = inner.block {
            docs.push(Doc::word(" "));
            docs.extend(block);
        }
        for note in inner.notes {
            docs.push(Doc::Nest(std::iter::once(Doc::Line("  ")).chain(note).collect()));
        }
        docs
    }

    /// 满分 30 分 改为 35 分.
    fn becoming<'t>(self, statement: &mut Statement<'t>, rest: &[&Node<'t>]) {
        let mut before: Option<&Node<'t>> = None;
        for child in rest {
            let listed = before.is_some_and(|before| before.rule == child.rule && is_member(child.rule));
            match (before, statement.parts.last_mut()) {
                (Some(_), _) if child.rule == Rule::k_becomes => self.begin(statement, Join::Space, child),
                (Some(_), Some((_, part))) if listed => {
                    part.push(self.comma(child));
                    part.extend(self.docs(child));
                }
                (Some(_), _) => self.go_on(statement, child),
                (None, _) => self.begin(statement, Join::Close, child),
            }
            before = Some(child);
        }
        statement.open_to.extend(expression());
    }

    /// A head, and a block from its first brace on.
    fn braced<'t>(self, statement: &mut Statement<'t>, children: &[Node<'t>], depth: usize) {
        let at = children.iter().position(|child| child.rule == Rule::open).unwrap_or(children.len());
        let (head, block) = children.split_at_checked(at).unwrap_or((children, &[]));
        statement.parts.push((Join::Close, self.words(head)));
        statement.block = Some(match statement.rule {
            Rule::case_unit => self.bindings(block),
            Rule::test_case if !block.iter().any(|child| child.rule == Rule::case_unit) => self.bindings(block),
            _ => self.block(block, depth),
        });
        statement.open_to.clear();
    }

    fn item<'t>(self, statement: &mut Statement<'t>, rest: &[&Node<'t>], depth: usize) {
        statement.open_to.extend(ATTRIBUTES.iter().chain(&SUM));
        for (index, child) in rest.iter().enumerate() {
            match child.rule {
                Rule::body => {
                    let comments = child.gap.comments.iter().map(|comment| Doc::Own(comment.text));
                    statement.block = Some(comments.chain(self.block(&child.children, depth)).collect());
                    statement.open_to.clear();
                }
                _ => {
                    let close = index == 2 && child.first().rule == Rule::k_marks;
                    match index {
                        1 => self.go_on(statement, child),
                        _ => self.begin(statement, if close { Join::Space } else { Join::Wide }, child),
                    }
                }
            }
        }
        if statement.block.is_some() && !statement.notes.is_empty() {
            // notes before the block belong to the head, and stay in it
            let notes = std::mem::take(&mut statement.notes);
            statement.parts.extend(notes.into_iter().map(|note| (Join::Wide, note)));
        }
    }

    /// Adds a part.
    fn begin<'t>(self, statement: &mut Statement<'t>, join: Join, node: &Node<'t>) {
        statement.parts.push((join, self.docs(node)));
    }

    /// Goes on with the last part.
    fn go_on<'t>(self, statement: &mut Statement<'t>, node: &Node<'t>) {
        let docs = self.docs(node);
        match statement.parts.last_mut() {
            Some((_, part)) => {
                part.push(Doc::word(" "));
                part.extend(docs);
            }
            None => statement.parts.push((Join::Close, docs)),
        }
    }

    /// 当 …, and what is done.
    fn clause<'t>(self, statement: &mut Statement<'t>, rest: &[&Node<'t>], depth: usize) {
        for (index, child) in rest.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| rest.get(index));
            let join = match before {
                None => Join::Close,
                Some(before) if runs_on(before, child) => Join::Comma(self.speller.behind_comma(child)),
                Some(_) => Join::Space,
            };
            match child.rule {
                Rule::joint => {
                    let at = child.children.iter().position(|child| child.rule == Rule::open).unwrap_or(0);
                    let (head, block) = child.children.split_at_checked(at).unwrap_or((&child.children, &[]));
                    let comments = child.gap.comments.iter().map(|comment| Doc::Own(comment.text));
                    statement.parts.push((join, comments.chain(self.words(head)).collect()));
                    statement.block = Some(self.block(block, depth));
                }
                Rule::act | Rule::r#move => self.act(statement, join, child),
                Rule::k_when => self.begin(statement, join, child),
                // a condition of several lines is indented further than what is done under it
                _ => match statement.parts.last_mut() {
                    Some((_, part)) => part.extend([Doc::word(" "), Doc::Hang(self.docs(child))]),
                    None => self.begin(statement, join, child),
                },
            }
        }
    }

    /// 得 …, 起评 …, or 扣 and 加 with their measure and tails.
    fn act<'t>(self, statement: &mut Statement<'t>, join: Join, node: &Node<'t>) {
        let own = node.gap.comments.iter().map(|comment| Doc::Own(comment.text));
        let first = statement.parts.len();
        for child in &node.children {
            match child.rule {
                Rule::tail => statement.parts.push((Join::Comma(self.speller.behind_comma(child)), self.docs(child))),
                Rule::k_deduct | Rule::k_add | Rule::k_award | Rule::k_base | Rule::measure => {
                    let join = if statement.parts.len() == first { join } else { Join::Space };
                    self.begin(statement, join, child);
                }
                _ => self.go_on(statement, child),
            }
        }
        if let Some((_, part)) = statement.parts.get_mut(first) {
            part.splice(0..0, own);
        }
        if node.rule == Rule::act {
            statement.open_to.extend(expression());
        } else {
            let last = node.children.last();
            let sum = last.is_some_and(|last| last.rule != Rule::tail || last.child(Rule::k_at_most).is_some());
            statement.open_to.push(Rule::k_round_to);
            statement.open_to.extend(SUM.iter().filter(|_| sum));
        }
    }

    /// 函数 f(件数: 件) : 分 [0, 10]  精度 0.1 分 = rhai "f.rhai".
    fn function<'t>(self, statement: &mut Statement<'t>, rest: &[&Node<'t>]) {
        let at = |rule: Rule| rest.iter().position(|child| child.rule == rule).unwrap_or(rest.len());
        let (head, behind) = rest.split_at_checked(at(Rule::unparen) + 1).unwrap_or((rest, &[]));
        let (named, parameters) = head.split_at_checked(at(Rule::paren)).unwrap_or((head, &[]));
        for child in named {
            self.go_on(statement, child);
        }
        if let Some((_, part)) = statement.parts.last_mut() {
            part.extend(self.arguments(parameters));
        }
        for child in behind {
            match child.rule {
                Rule::colon | Rule::equals => self.begin(statement, Join::Close, child),
                Rule::k_step => self.begin(statement, Join::Wide, child),
                _ => self.go_on(statement, child),
            }
        }
    }

    /// 记录 来件 : 件 { … }: a field a line.
    fn record<'t>(self, statement: &mut Statement<'t>, rest: &[&Node<'t>], depth: usize) {
        let at = rest.iter().position(|child| child.rule == Rule::open).unwrap_or(rest.len());
        let (head, block) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        for child in head {
            self.go_on(statement, child);
        }
        let notes = std::mem::take(&mut statement.notes);
        statement.parts.extend(notes.into_iter().map(|note| (Join::Wide, note)));
        statement.block = Some(self.block_of(block, depth));
        statement.open_to.clear();
    }

    /// A statement without a block.
    fn plain<'t>(self, statement: &mut Statement<'t>, node: &Node<'t>, rest: &[&Node<'t>]) {
        if matches!(node.rule, Rule::note | Rule::heading | Rule::attribute | Rule::scope) {
            statement.parts.push((Join::Close, self.content(node)));
            statement.notes.clear();
            statement.open_to.clear();
            let ended = [Rule::text, Rule::name, Rule::k_assessed];
            if node.rule == Rule::attribute && node.child(Rule::k_round_to).is_none() && node.children.last().is_some_and(|last| !ended.contains(&last.rule)) {
                statement.open_to.extend(SUM);
            }
            return;
        }
        match node.rule {
            Rule::value | Rule::output | Rule::formula => statement.open_to.extend(expression()),
            Rule::fact => statement.open_to.push(Rule::k_column),
            _ => {}
        }
        let mut before: Option<&Node<'t>> = None;
        for child in rest {
            let join = match child.rule {
                _ if before.is_none() => Some(Join::Close),
                Rule::colon | Rule::equals => Some(Join::Close),
                Rule::k_marks if node.rule != Rule::total => Some(Join::Space),
                Rule::fact_attribute | Rule::field_attribute | Rule::k_title | Rule::k_column | Rule::k_ties | Rule::k_listed_on | Rule::k_whole => {
                    Some(Join::Wide)
                }
                Rule::effect | Rule::k_reason => Some(Join::Comma(self.speller.behind_comma(child))),
                Rule::k_top | Rule::k_bottom if node.child(Rule::k_where).is_some() => Some(Join::Comma(self.speller.behind_comma(child))),
                _ => None,
            };
            let listed = before.is_some_and(|before| before.rule == child.rule && is_member(child.rule));
            match (join, statement.parts.last_mut()) {
                (Some(join), _) => self.begin(statement, join, child),
                (None, Some((_, part))) if listed => {
                    part.push(self.comma(child));
                    part.extend(self.docs(child));
                }
                _ => self.go_on(statement, child),
            }
            before = Some(child);
        }
        match before.filter(|last| last.rule == Rule::fact_attribute).map(|last| last.first().rule) {
            Some(Rule::k_or_from) => statement.open_to.extend(expression()),
            Some(Rule::k_default | Rule::k_up_to | Rule::k_at_least) => statement.open_to.extend(SUM),
            _ => {}
        }
    }

    /// A block from its opening to its closing brace.
    fn block<'t>(self, block: &[Node<'t>], depth: usize) -> Docs<'t> {
        self.block_of(&block.iter().collect::<Vec<_>>(), depth)
    }

    fn block_of<'t>(self, block: &[&Node<'t>], depth: usize) -> Docs<'t> {
        let [open, inside @ .., close] = block else { return Docs::new() };
        let mut docs = self.docs(open);
        let mut statements: Vec<Statement<'t>> = Vec::new();
        for (index, node) in inside.iter().enumerate() {
            let mut statement = self.statement(node, statements.last(), depth + 1);
            if index == 0 {
                statement.gap.begin();
            }
            statements.push(statement);
        }
        let mut gap = close.gap.clone();
        gap.end();
        if inside.is_empty() {
            gap.begin();
        }
        if !inside.is_empty() || !gap.is_empty() || open.trailing.is_some() {
            let mut nested = run::docs(statements, depth + 1);
            nested.extend(gap.docs());
            docs.push(Doc::Nest(nested));
            docs.push(Doc::Hard);
        }
        docs.extend(self.content(close));
        docs
    }

    /// 已知 … and 应得 …, each on lines of their own.
    fn bindings<'t>(self, block: &[Node<'t>]) -> Docs<'t> {
        let [open, inside @ .., close] = block else { return self.words(block) };
        let mut docs = self.docs(open);
        let mut nested = Vec::new();
        for side in inside.chunk_by(|_, next| matches!(next.rule, Rule::binding | Rule::case_record)) {
            let [word, bindings @ ..] = side else { continue };
            nested.extend(word.gap.docs().into_iter().filter(|doc| !matches!(doc, Doc::Blank)));
            nested.push(Doc::Hard);
            nested.extend(self.content(word));
            nested.push(Doc::word(" "));
            nested.push(Doc::Hang(self.given(bindings)));
        }
        nested.extend(close.gap.docs().into_iter().filter(|doc| !matches!(doc, Doc::Blank)));
        docs.push(Doc::Nest(nested));
        docs.push(Doc::Hard);
        docs.extend(self.content(close));
        docs
    }
}

impl Writer {
    /// Facts with commas between, as many on a line as fit; every record on a line of its own.
    fn given<'t>(self, bindings: &[Node<'t>]) -> Docs<'t> {
        let mut docs = Vec::new();
        for (index, run) in bindings.chunk_by(|one, next| one.rule == Rule::binding && next.rule == Rule::binding).enumerate() {
            docs.extend((index > 0).then_some(Doc::Hard));
            match run {
                [record] if record.rule == Rule::case_record => docs.extend(self.case_record(record)),
                bindings => docs.extend(self.list(bindings)),
            }
        }
        docs
    }

    /// 来件 { 类别 = 投诉,到达 = 2024-01-05 09:00 }
    fn case_record<'t>(self, record: &Node<'t>) -> Docs<'t> {
        let [name, open, fields @ .., close] = record.children.as_slice() else { return self.words(&record.children) };
        let mut docs: Docs<'t> = record.gap.comments.iter().map(|comment| Doc::Own(comment.text)).collect();
        docs.extend(self.content(name));
        docs.push(Doc::word(" "));
        docs.extend(self.docs(open));
        docs.push(Doc::word(" "));
        docs.push(Doc::Hang(self.list(fields)));
        docs.extend((!fields.is_empty()).then_some(Doc::word(" ")));
        docs.extend(self.docs(close));
        docs
    }
}

/// The parts of a statement on one line, with places to break behind its commas.
fn joined(parts: Vec<(Join, Docs<'_>)>) -> Docs<'_> {
    let mut docs = Vec::new();
    for (index, (join, part)) in parts.into_iter().enumerate() {
        match join {
            _ if index == 0 => {}
            Join::Close | Join::Space => docs.push(Doc::word(" ")),
            Join::Wide => docs.push(Doc::word("  ")),
            Join::Comma(space) => {
                docs.push(Doc::Sign(","));
                docs.push(Doc::Group(vec![Doc::Nest(std::iter::once(Doc::Line(space)).chain(part).collect())]));
                continue;
            }
        }
        docs.extend(part);
    }
    docs
}

/// Whether a condition would take in the beginning of what is done under it if no comma stood between: a name for the unit of a
/// number, or a sign by which a sum or a call goes on.
fn runs_on(condition: &Node<'_>, act: &Node<'_>) -> bool {
    let first = act.first().rule;
    SUM.contains(&first) || first == Rule::name && matches!(condition.last().rule, Rule::number | Rule::plain_number)
}
