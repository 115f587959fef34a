//! What a standard declares, where each name stands, and what it leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::html::anchor;
use crate::source::{Sources, Span, position};
use crate::syntax::ast::{self, ItemKind};
use crate::syntax::{Piece, PieceKind, pieces};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Tier,
    Fact,
    Value,
    Function,
    Item(ItemKind),
}

/// A declaration.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Where its name is written.
    pub(super) span: Span,
    /// The item it stands in, by its place in the list.
    pub(super) owner: Option<usize>,
    /// The whole of an item, a fact or a value.
    pub(super) extent: Option<Span>,
    /// The name of its place on the page.
    pub(super) anchor: String,
}

/// A name that is read somewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    /// What it leads to.
    pub(super) target: usize,
    /// The item, fact or value in which it is read.
    pub(super) within: Option<usize>,
}

/// The declarations of all files, the pieces of their texts and what each name leads to.
pub(super) struct Index {
    pub(super) declared: Vec<Declared>,
    /// The pieces of each file, by its number.
    pub(super) pieces: BTreeMap<u32, Vec<Piece>>,
    /// By file and first byte of a name: what it leads to.
    links: BTreeMap<(u32, usize), usize>,
    pub(super) uses: Vec<Use>,
}

impl Index {
    pub(super) fn of(files: &[ast::File], sources: &Sources) -> Self {
        let mut index = Index { declared: Vec::new(), pieces: BTreeMap::new(), links: BTreeMap::new(), uses: Vec::new() };
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            match declaration {
                ast::Declaration::Tier(tier) => index.declare(Kind::Tier, &tier.name, None, None),
                ast::Declaration::Fact(fact) => index.declare(Kind::Fact, &fact.name, None, Some(fact.span)),
                ast::Declaration::Value(value) => index.declare(Kind::Value, &value.name, None, Some(value.span)),
                ast::Declaration::Function(function) => index.declare(Kind::Function, &function.name, None, None),
                ast::Declaration::Item(item) => index.item(item, None),
                _ => {}
            }
        }
        for (file, source) in sources.iter() {
            let pieces = pieces(source.rules());
            index.read(file, source.rules(), &pieces);
            index.pieces.insert(file, pieces);
        }
        index
    }

    fn declare(&mut self, kind: Kind, name: &ast::Name, owner: Option<usize>, extent: Option<Span>) {
        let prefix = match kind {
            Kind::Tier => "tier-",
            Kind::Fact => "fact-",
            Kind::Value => "value-",
            Kind::Function => "function-",
            Kind::Item(_) => "item-",
        };
        let first = anchor(prefix, &name.text);
        let taken: BTreeSet<&str> = self.declared.iter().map(|declared| declared.anchor.as_str()).collect();
        let numbered = (2_usize..).map(|number| format!("{first}-{number}"));
        let anchor = std::iter::once(first.clone()).chain(numbered).find(|anchor| !taken.contains(anchor.as_str())).unwrap_or_default();
        self.declared.push(Declared { kind, name: name.text.clone(), span: name.span, owner, extent, anchor });
    }

    fn item(&mut self, item: &ast::Item, owner: Option<usize>) {
        let id = self.declared.len();
        self.declare(Kind::Item(item.kind), &item.name, owner, Some(item.span));
        for part in &item.parts {
            match part {
                ast::Part::Item(inner) => self.item(inner, Some(id)),
                ast::Part::Fact(fact) => self.declare(Kind::Fact, &fact.name, Some(id), Some(fact.span)),
                ast::Part::Value(value) => self.declare(Kind::Value, &value.name, Some(id), Some(value.span)),
                _ => {}
            }
        }
    }

    /// Finds what the names of a file lead to.
    fn read(&mut self, file: u32, text: &str, pieces: &[Piece]) {
        let declared: BTreeMap<usize, usize> =
            self.declared.iter().enumerate().filter(|(_, one)| one.span.file == file).map(|(id, one)| (position(one.span.start), id)).collect();
        let significant: Vec<&Piece> = pieces.iter().filter(|piece| !matches!(piece.kind, PieceKind::Blank | PieceKind::Comment)).collect();
        let word = |piece: Option<&&Piece>| piece.and_then(|piece| text.get(piece.range.clone())).unwrap_or("");
        for (at, piece) in significant.iter().enumerate().filter(|(_, piece)| piece.kind == PieceKind::Name) {
            if declared.contains_key(&piece.range.start) {
                continue;
            }
            let back = |steps: usize| at.checked_sub(steps).and_then(|at| significant.get(at));
            let within = self.around(file, piece.range.start);
            let name = plain(word(Some(piece)));
            let scored = word(back(1)) == "(" && back(2).is_some_and(|piece| piece.kind == PieceKind::Keyword("k_score"));
            let target = if scored || word(significant.get(at + 1)) == "." {
                self.item_named(name)
            } else if word(back(1)) == "." {
                let owner = self.item_named(plain(word(back(2))));
                self.declared.iter().position(|one| one.name == name && one.owner == owner && !matches!(one.kind, Kind::Item(_)))
            } else {
                self.found(name, within)
            };
            if let Some(target) = target {
                self.links.insert((file, piece.range.start), target);
                self.uses.push(Use { target, within });
            }
        }
    }

    /// The innermost item, fact or value around a place.
    pub(super) fn around(&self, file: u32, at: usize) -> Option<usize> {
        let holds = |span: Span| span.file == file && span.range().contains(&at);
        self.declared.iter().rposition(|one| one.extent.is_some_and(holds))
    }

    fn item_named(&self, name: &str) -> Option<usize> {
        self.declared.iter().position(|one| one.name == name && matches!(one.kind, Kind::Item(_)))
    }

    /// What a name stands for inside an item: what is declared there, then around it, then for the whole standard.
    fn found(&self, name: &str, within: Option<usize>) -> Option<usize> {
        let mut owner = within;
        while let Some(item) = owner {
            if let Some(id) = self.declared.iter().position(|one| one.name == name && one.owner == Some(item) && matches!(one.kind, Kind::Fact | Kind::Value)) {
                return Some(id);
            }
            owner = self.declared.get(item).and_then(|item| item.owner);
        }
        let outer = self.declared.iter().position(|one| one.name == name && one.owner.is_none() && !matches!(one.kind, Kind::Item(_)));
        // a case speaks of what items declare
        outer.or_else(|| self.item_named(name)).or_else(|| self.declared.iter().position(|one| one.name == name))
    }

    /// What a name in the text leads to, if anything is called so.
    pub(super) fn named(&self, name: &str) -> Option<&Declared> {
        let id = self.item_named(name).or_else(|| self.declared.iter().position(|one| one.name == name))?;
        self.declared.get(id)
    }

    /// What a name that begins there declares or leads to.
    pub(super) fn at(&self, file: u32, range: &Range<usize>) -> Option<(Place, &Declared)> {
        if let Some(own) = self.declared.iter().find(|one| one.span.file == file && position(one.span.start) == range.start) {
            return Some((Place::Declared, own));
        }
        self.links.get(&(file, range.start)).and_then(|target| Some((Place::Used, self.declared.get(*target)?)))
    }

    /// What reads a declaration, in order, each once.
    pub(super) fn readers(&self, target: usize) -> Vec<&Declared> {
        let readers: BTreeSet<usize> =
            self.uses.iter().filter(|one| one.target == target).filter_map(|one| one.within).filter(|item| *item != target).collect();
        readers.into_iter().filter_map(|item| self.declared.get(item)).collect()
    }
}

/// Whether a name is declared where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Declared,
    Used,
}

/// A name without its 「」.
pub(super) fn plain(name: &str) -> &str {
    name.strip_prefix('「').and_then(|name| name.strip_suffix('」')).unwrap_or(name)
}
