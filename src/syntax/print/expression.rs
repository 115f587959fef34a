//! Words inside a statement: where a space, a comma or a place to break stands between two of them.

use super::doc::Doc;
use super::node::Node;
use super::statement::Writer;
use crate::syntax::from_text::Rule;

type Docs<'t> = Vec<Doc<'t>>;

impl Writer {
    /// A node with the comments that stand before it.
    pub(super) fn docs<'t>(self, node: &Node<'t>) -> Docs<'t> {
        let mut docs: Docs<'t> = node.gap.comments.iter().map(|comment| Doc::Own(comment.text)).collect();
        docs.extend(self.content(node));
        docs
    }

    /// A node without the comments that stand before it.
    pub(super) fn content<'t>(self, node: &Node<'t>) -> Docs<'t> {
        let children = node.children.as_slice();
        match node.rule {
            _ if children.is_empty() => std::iter::once(Doc::Text(self.speller.spell(node))).chain(node.trailing.map(Doc::Trailing)).collect(),
            Rule::quantity | Rule::unsigned | Rule::plain => self.quantity(children),
            Rule::path | Rule::item_path => self.joined(children, || vec![Doc::word(".")]),
            Rule::score_of | Rule::negative => self.joined(children, Vec::new),
            Rule::group => self.bracketed(children),
            Rule::expression => self.done_to(children),
            Rule::condition => self.chain(children, &[Rule::k_or]),
            Rule::sum => self.chain(children, &[Rule::op_plus, Rule::op_minus]),
            Rule::table => self.table(children),
            Rule::row => self.row(children),
            Rule::fact_type | Rule::pattern_set => self.set(children),
            Rule::interval => self.interval(children),
            Rule::parameter => self.parameter(children),
            Rule::call => self.call(children),
            Rule::earlier => self.earlier(children),
            Rule::aggregate => self.aggregate(children),
            _ => self.words(children),
        }
    }

    fn joined<'t>(self, children: &[Node<'t>], between: impl Fn() -> Docs<'t>) -> Docs<'t> {
        let mut docs = Vec::new();
        for (index, child) in children.iter().enumerate() {
            if index > 0 {
                docs.extend(between());
            }
            docs.extend(self.docs(child));
        }
        docs
    }

    /// 0.01%, 1 件, -5 分.
    fn quantity<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let mut docs = Vec::new();
        for child in children {
            let spelled = self.speller.spell(child);
            if child.rule == Rule::unit && !matches!(spelled.as_ref(), "%" | "‰") {
                docs.push(Doc::word(" "));
            }
            docs.extend(self.docs(child));
        }
        docs
    }

    /// Words with spaces between, members of a list with commas.
    pub(super) fn words<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let mut docs = Vec::new();
        let mut before: Option<&Node<'t>> = None;
        for child in children {
            match before {
                Some(before) if before.rule == child.rule && is_member(child.rule) => docs.push(self.comma(child)),
                Some(_) => docs.push(Doc::word(" ")),
                None => {}
            }
            let mut inside = self.docs(child);
            if child.rule == Rule::date
                && let Some(Doc::Text(date)) = inside.iter_mut().find(|doc| matches!(doc, Doc::Text(_)))
                && let Some(year) = date.strip_suffix('年')
            {
                // a year alone has no form in digits: its first day, or its last where it ends something
                let last = before.is_some_and(|before| before.rule == Rule::k_until);
                *date = format!("{year}-{}", if last { "12-31" } else { "01-01" }).into();
            }
            docs.extend(inside);
            before = Some(child);
        }
        docs
    }

    /// A comma behind which the line may break.
    pub(super) fn comma<'t>(self, next: &Node<'t>) -> Doc<'t> {
        Doc::Group(vec![Doc::Sign(","), Doc::Nest(vec![Doc::Line(self.speller.behind_comma(next))])])
    }

    /// Members with commas, as many on a line as fit.
    pub(super) fn list<'t>(self, members: &[Node<'t>]) -> Docs<'t> {
        let mut docs = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let inside = self.docs(member);
            if index == 0 {
                docs.extend(inside);
            } else {
                docs.push(Doc::Sign(","));
                docs.push(Doc::Group(std::iter::once(Doc::Line(self.speller.behind_comma(member))).chain(inside).collect()));
            }
        }
        docs
    }

    fn bracketed<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        match children {
            [open, inside @ .., close] if open.rule == Rule::paren => {
                let mut nested = vec![Doc::Line("")];
                nested.extend(inside.iter().flat_map(|child| self.docs(child)));
                let mut docs = self.docs(open);
                docs.push(Doc::Nest(nested));
                docs.push(Doc::Line(""));
                docs.extend(self.docs(close));
                vec![Doc::Group(docs)]
            }
            children => self.words(children),
        }
    }

    /// An expression with what is done to it at the end, broken before each.
    fn done_to<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let Some((first, rest)) = children.split_first() else { return Vec::new() };
        let mut docs = self.docs(first);
        for adjustment in rest {
            docs.push(Doc::Nest(std::iter::once(Doc::Line(" ")).chain(self.docs(adjustment)).collect()));
        }
        vec![Doc::Group(docs)]
    }

    /// Operands with their operators, broken before the operators that bind least; between those, before the others.
    fn chain<'t>(self, children: &[Node<'t>], loose: &[Rule]) -> Docs<'t> {
        let mut docs = Vec::new();
        for (index, link) in children.chunk_by(|_, next| !loose.contains(&next.rule)).enumerate() {
            match link {
                [operator, operands @ ..] if index > 0 => {
                    let mut nested = vec![Doc::Line(" ")];
                    nested.extend(self.docs(operator));
                    nested.push(Doc::word(" "));
                    nested.extend(self.close(operands));
                    docs.push(Doc::Nest(nested));
                }
                operands => docs.extend(self.close(operands)),
            }
        }
        if children.iter().any(|child| loose.contains(&child.rule)) { vec![Doc::Group(docs)] } else { docs }
    }

    /// Operands with operators that bind equally.
    fn close<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let Some((first, rest)) = children.split_first().filter(|(_, rest)| !rest.is_empty()) else {
            return children.iter().flat_map(|child| self.docs(child)).collect();
        };
        let mut docs = self.docs(first);
        for link in rest.chunks(2) {
            let mut nested = vec![Doc::Line(" ")];
            nested.extend(self.joined(link, || vec![Doc::word(" ")]));
            docs.push(Doc::Nest(nested));
        }
        vec![Doc::Group(docs)]
    }

    /// 按 率 插值 { … }: on one line or a row a line.
    fn table<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let at = children.iter().position(|child| child.rule == Rule::open).unwrap_or(children.len());
        let (head, rest) = children.split_at_checked(at).unwrap_or((children, &[]));
        let [open, rows @ .., close] = rest else { return self.words(children) };
        let mut docs = self.joined(head, || vec![Doc::word(" ")]);
        docs.push(Doc::word(" "));
        docs.extend(self.docs(open));
        let mut nested = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                nested.push(Doc::Sign(";"));
            }
            nested.push(Doc::Line(" "));
            nested.extend(self.docs(row));
        }
        docs.push(Doc::Nest(nested));
        docs.push(Doc::Line(" "));
        docs.extend(self.docs(close));
        vec![Doc::Group(docs)]
    }

    /// A row, its notes beneath if they do not fit.
    fn row<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let mut docs = Vec::new();
        for (index, child) in children.iter().enumerate() {
            match child.rule {
                Rule::note => docs.push(Doc::Nest(std::iter::once(Doc::Line("  ")).chain(self.docs(child)).collect())),
                Rule::colon => docs.extend(self.docs(child)),
                _ => {
                    docs.extend((index > 0).then_some(Doc::word(" ")));
                    docs.extend(self.docs(child));
                }
            }
        }
        vec![Doc::Group(docs)]
    }

    /// {是,否}: without spaces inside the braces. A unit is no set.
    fn set<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let [open, members @ .., close] = children else { return self.words(children) };
        let mut docs = self.docs(open);
        docs.push(Doc::Nest(self.list(members)));
        docs.extend(self.docs(close));
        docs
    }

    /// [95%, 98%)
    fn interval<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let [open, low, high, close] = children else { return self.words(children) };
        let mut docs = self.docs(open);
        docs.extend(self.docs(low));
        docs.extend([Doc::Sign(","), Doc::word(" ")]);
        docs.extend(self.docs(high));
        docs.extend(self.docs(close));
        docs
    }

    /// 件数: 件
    fn parameter<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let [name, colon, kind] = children else { return self.words(children) };
        let mut docs = self.docs(name);
        docs.extend(self.docs(colon));
        docs.push(Doc::word(" "));
        docs.extend(self.docs(kind));
        docs
    }

    /// 计分(件数,率)
    fn call<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let [name, arguments @ ..] = children else { return self.words(children) };
        let mut docs: Docs<'t> = name.gap.comments.iter().map(|comment| Doc::Own(comment.text)).collect();
        docs.push(Doc::Text(self.speller.function(name)));
        docs.extend(name.trailing.map(Doc::Trailing));
        docs.extend(self.arguments(&arguments.iter().collect::<Vec<_>>()));
        docs
    }

    /// 上期(案件,首期 0 件)
    fn earlier<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let [word, paren, inside @ .., unparen] = children else { return self.words(children) };
        let mut nested = vec![Doc::Line("")];
        let mut before: Option<Rule> = None;
        for child in inside {
            match before {
                Some(Rule::k_initially) => nested.push(Doc::word(" ")),
                Some(_) => nested.extend([Doc::Sign(","), Doc::Line(self.speller.behind_comma(child))]),
                None => {}
            }
            nested.extend(self.docs(child));
            before = Some(child.rule);
        }
        let mut docs = self.docs(word);
        docs.extend(self.docs(paren));
        docs.extend([Doc::Nest(nested), Doc::Line("")]);
        docs.extend(self.docs(unparen));
        vec![Doc::Group(docs)]
    }

    /// 层级 名次(率 从低到高,并列 平分), 工单 计数(其中 超时 = 是)
    fn aggregate<'t>(self, children: &[Node<'t>]) -> Docs<'t> {
        let at = children.iter().position(|child| child.rule == Rule::paren).unwrap_or(children.len());
        let (head, rest) = children.split_at_checked(at).unwrap_or((children, &[]));
        let [paren, inside @ .., unparen] = rest else { return self.words(children) };
        let mut docs = self.joined(head, || vec![Doc::word(" ")]);
        docs.extend(self.docs(paren));
        let mut nested = vec![Doc::Line("")];
        for (index, child) in inside.iter().enumerate() {
            match child.rule {
                _ if index == 0 => {}
                Rule::fold_where => nested.push(Doc::Line(" ")),
                _ => nested.extend([Doc::Sign(","), Doc::Line(self.speller.behind_comma(child))]),
            }
            nested.extend(self.docs(child));
        }
        docs.extend([Doc::Nest(nested), Doc::Line("")]);
        docs.extend(self.docs(unparen));
        vec![Doc::Group(docs)]
    }

    /// Brackets with members between, on one line or a member a line.
    pub(super) fn arguments<'t>(self, children: &[&Node<'t>]) -> Docs<'t> {
        let [open, members @ .., close] = children else { return Vec::new() };
        let mut nested = vec![Doc::Line("")];
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                nested.extend([Doc::Sign(","), Doc::Line(self.speller.behind_comma(member))]);
            }
            nested.extend(self.docs(member));
        }
        let mut docs = self.docs(open);
        docs.push(Doc::Nest(nested));
        docs.push(Doc::Line(""));
        docs.extend(self.docs(close));
        vec![Doc::Group(docs)]
    }
}

/// What stands in lists: two in a row have a comma between.
pub(super) fn is_member(rule: Rule) -> bool {
    matches!(rule, Rule::name | Rule::text | Rule::spill_target | Rule::unit_name | Rule::choice | Rule::pattern | Rule::key | Rule::binding)
}
