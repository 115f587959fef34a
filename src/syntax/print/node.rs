//! The grammar's pairs as a tree that holds every word with the comments around it.

use super::comment::{Gap, trailing};
use super::doc::Doc;
use crate::syntax::from_text::{P, Rule};
use crate::syntax::tokens::comments;

/// A word, or what is made of several.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) rule: Rule,
    /// The word; of what is made of several, nothing.
    pub(super) text: &'t str,
    pub(super) children: Vec<Node<'t>>,
    /// What stands before it; that of a first child is its parent's.
    pub(super) gap: Gap<'t>,
    /// The comment at the end of a word's line.
    pub(super) trailing: Option<&'t str>,
}

impl<'t> Node<'t> {
    /// The first word.
    pub(super) fn first(&self) -> &Node<'t> {
        let mut node = self;
        while let Some(child) = node.children.first() {
            node = child;
        }
        node
    }

    /// The last word.
    pub(super) fn last(&self) -> &Node<'t> {
        let mut node = self;
        while let Some(child) = node.children.last() {
            node = child;
        }
        node
    }

    pub(super) fn child(&self, rule: Rule) -> Option<&Node<'t>> {
        self.children.iter().find(|child| child.rule == rule)
    }
}

/// Reads pairs in the order of the text.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// The end of the last word read.
    end: usize,
    /// A comment was read that belongs to it.
    commented: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Reader { text, end: 0, commented: false }
    }

    fn gap(&self, end: usize) -> Gap<'t> {
        Gap::read(self.text.get(self.end..end).unwrap_or(""), self.commented)
    }

    pub(super) fn node(&mut self, pair: P<'t>) -> Node<'t> {
        let (rule, text, span) = (pair.as_rule(), pair.as_str(), pair.as_span());
        let mut children: Vec<Node<'t>> = pair.into_inner().map(|pair| self.node(pair)).collect();
        if is_link(rule)
            && children.len() == 1
            && let Some(only) = children.pop()
        {
            return only;
        }
        if let Some(first) = children.first_mut() {
            let gap = std::mem::take(&mut first.gap);
            return Node { rule, text: "", children, gap, trailing: None };
        }
        let mut gap = self.gap(span.start());
        if !matches!(rule, Rule::text | Rule::name | Rule::unit | Rule::unit_name) {
            // a phrase is one word: what stands between its parts goes before it
            gap.insert(comments(text));
        }
        self.end = span.end();
        let trailing = trailing(self.text.get(self.end..).unwrap_or(""));
        self.commented = trailing.is_some();
        Node { rule, text, children, gap, trailing }
    }

    /// The comments behind the last word.
    pub(super) fn rest(&self) -> Vec<Doc<'t>> {
        self.gap(self.text.len()).docs()
    }
}

/// Whether a node of one child is that child.
fn is_link(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::declaration
            | Rule::statement
            | Rule::change
            | Rule::fragment
            | Rule::kind
            | Rule::cycle
            | Rule::mode
            | Rule::ties
            | Rule::range
            | Rule::act
            | Rule::part
            | Rule::comparison
            | Rule::expression
            | Rule::condition
            | Rule::test
            | Rule::sum
            | Rule::text_choice
            | Rule::record_part
    )
}
