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
    Record,
    /// A column of a table of records, which owns it.
    Field,
    /// 名单.
    List,
    /// 一票否决; it is called by its reason.
    Veto,
    /// 不参评; it is called by its reason.
    Exemption,
    Item(ItemKind),
}

impl Kind {
    /// Whether rules speak of it by its name.
    fn is_read_by_name(self) -> bool {
        !matches!(self, Kind::Veto | Kind::Exemption)
    }
}

/// A declaration.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The item it stands in, or the record of a field, by its place in the list.
    pub(super) owner: Option<usize>,
    /// The whole of an item, a fact or the like; of what only an amendment states, nothing.
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

/// The declarations of all files, the pieces of their texts and what each name leads to. Texts that amendments made are read like
/// those of their authors; what they declare has its place where it was written.
pub(super) struct Index {
    pub(super) declared: Vec<Declared>,
    /// By file and first byte: what is declared there.
    places: BTreeMap<(u32, usize), usize>,
    /// The stretches that items, facts and the like take up, what is inside behind what is around it.
    extents: Vec<(Span, usize)>,
    /// The pieces of each file, by its number.
    pub(super) pieces: BTreeMap<u32, Vec<Piece>>,
    /// By file and first byte of a name: what it leads to.
    links: BTreeMap<(u32, usize), usize>,
    pub(super) uses: Vec<Use>,
}

/// What is declared: its kind, the item or record that it stands in, and the whole of it.
#[derive(Debug, Clone, Copy)]
struct Stated {
    kind: Kind,
    owner: Option<usize>,
    extent: Option<Span>,
}

impl Index {
    /// Of what the authors wrote, and of the files of the version that is shown: these tell what is read.
    pub(super) fn of(written: &[ast::File], shown: &[ast::File], (sources, files): (&Sources, &[u32])) -> Self {
        let mut index =
            Index { declared: Vec::new(), places: BTreeMap::new(), extents: Vec::new(), pieces: BTreeMap::new(), links: BTreeMap::new(), uses: Vec::new() };
        for declaration in written.iter().chain(shown).flat_map(|file| &file.declarations) {
            index.declaration(declaration, sources);
        }
        let written: BTreeSet<u32> = sources.iter().map(|(file, _)| file).chain(files.iter().copied()).collect();
        for file in written {
            let Some(source) = sources.get(file) else { continue };
            let pieces = pieces(source.rules());
            let found = index.read(file, source.rules(), &pieces);
            index.uses.extend(found.into_iter().filter(|_| files.contains(&file)));
            index.pieces.insert(file, pieces);
        }
        index
    }

    fn declaration(&mut self, declaration: &ast::Declaration, sources: &Sources) {
        let plain = |kind| Stated { kind, owner: None, extent: None };
        let whole = |kind, span| Stated { kind, owner: None, extent: Some(span) };
        match declaration {
            ast::Declaration::Tier(tier) => _ = self.declare(plain(Kind::Tier), &tier.name, sources),
            ast::Declaration::Fact(fact) => _ = self.declare(whole(Kind::Fact, fact.span), &fact.name, sources),
            ast::Declaration::Value(value) => _ = self.declare(whole(Kind::Value, value.span), &value.name, sources),
            ast::Declaration::Function(function) => _ = self.declare(plain(Kind::Function), &function.name, sources),
            ast::Declaration::List(list) => _ = self.declare(whole(Kind::List, list.span), &list.name, sources),
            ast::Declaration::Veto(veto) => _ = self.declare(whole(Kind::Veto, veto.span), &called_by(&veto.reason, veto.span), sources),
            ast::Declaration::Exemption(exemption) => {
                self.declare(whole(Kind::Exemption, exemption.span), &called_by(&exemption.reason, exemption.span), sources);
            }
            ast::Declaration::Record(record) => {
                let owner = Some(self.declare(plain(Kind::Record), &record.name, sources));
                for field in &record.fields {
                    self.declare(Stated { kind: Kind::Field, owner, extent: None }, &field.name, sources);
                }
            }
            ast::Declaration::Item(item) => self.item(item, None, sources),
            _ => {}
        }
    }

    /// Notes a declaration; one that stands in a text which was spliced is that which was copied there.
    fn declare(&mut self, Stated { kind, owner, extent }: Stated, name: &ast::Name, sources: &Sources) -> usize {
        let place = |span: Span| (span.file, position(span.start));
        let span = sources.written(name.span);
        let id = self.places.get(&place(span)).copied().unwrap_or(self.declared.len());
        if id == self.declared.len() {
            let (anchor, extent) = (self.anchor(kind, &name.text), extent.filter(|extent| extent.file == span.file));
            self.declared.push(Declared { kind, name: name.text.clone(), owner, extent, anchor });
        }
        self.places.extend([(place(span), id), (place(name.span), id)]);
        self.extents.extend(extent.map(|extent| (extent, id)));
        id
    }

    /// The name of a place on the page that no other has.
    fn anchor(&self, kind: Kind, name: &str) -> String {
        let prefix = match kind {
            Kind::Tier => "tier-",
            Kind::Fact => "fact-",
            Kind::Value => "value-",
            Kind::Function => "function-",
            Kind::Record => "record-",
            Kind::Field => "field-",
            Kind::List => "list-",
            Kind::Veto => "veto-",
            Kind::Exemption => "exemption-",
            Kind::Item(_) => "item-",
        };
        let first = anchor(prefix, name);
        let taken: BTreeSet<&str> = self.declared.iter().map(|declared| declared.anchor.as_str()).collect();
        let numbered = (2_usize..).map(|number| format!("{first}-{number}"));
        std::iter::once(first.clone()).chain(numbered).find(|anchor| !taken.contains(anchor.as_str())).unwrap_or_default()
    }

    fn item(&mut self, item: &ast::Item, owner: Option<usize>, sources: &Sources) {
        let owner = Some(self.declare(Stated { kind: Kind::Item(item.kind), owner, extent: Some(item.span) }, &item.name, sources));
        for part in &item.parts {
            match part {
                ast::Part::Item(inner) => self.item(inner, owner, sources),
                ast::Part::Fact(fact) => _ = self.declare(Stated { kind: Kind::Fact, owner, extent: Some(fact.span) }, &fact.name, sources),
                ast::Part::Value(value) => _ = self.declare(Stated { kind: Kind::Value, owner, extent: Some(value.span) }, &value.name, sources),
                _ => {}
            }
        }
    }

    /// Finds what the names of a file lead to.
    fn read(&mut self, file: u32, text: &str, pieces: &[Piece]) -> Vec<Use> {
        let significant: Vec<&Piece> = pieces.iter().filter(|piece| !matches!(piece.kind, PieceKind::Blank | PieceKind::Comment)).collect();
        let word = |piece: Option<&&Piece>| piece.and_then(|piece| text.get(piece.range.clone())).unwrap_or("");
        let mut found = Vec::new();
        // of each bracket that is open: the record whose fields are read in it
        let mut brackets: Vec<Option<usize>> = Vec::new();
        let mut record = None;
        for (at, piece) in significant.iter().enumerate() {
            match word(Some(piece)) {
                "(" | "（" | "{" | "｛" => brackets.push(record.take().or(brackets.last().copied().flatten())),
                ")" | "）" | "}" | "｝" => _ = brackets.pop(),
                _ => {}
            }
            if piece.kind != PieceKind::Name {
                continue;
            }
            if self.places.contains_key(&(file, piece.range.start)) {
                record = None;
                continue;
            }
            let back = |steps: usize| at.checked_sub(steps).and_then(|at| significant.get(at));
            let keyword = |steps: usize, rule| back(steps).is_some_and(|piece| piece.kind == PieceKind::Keyword(rule));
            let within = self.around(file, piece.range.start);
            let name = plain(word(Some(piece)));
            let each = record.filter(|_| keyword(1, "k_each"));
            let field = each.or(brackets.last().copied().flatten()).and_then(|record| self.field(record, name));
            let target = if word(back(1)) == "(" && keyword(2, "k_score") || word(significant.get(at + 1)) == "." {
                self.item_named(name)
            } else if word(back(1)) == "." {
                let owner = self.item_named(plain(word(back(2))));
                self.declared.iter().position(|one| one.name == name && one.owner == owner && !matches!(one.kind, Kind::Item(_)))
            } else {
                field.or_else(|| self.found(name, within))
            };
            record = each.or(target.filter(|target| self.declared.get(*target).is_some_and(|one| one.kind == Kind::Record)));
            if let Some(target) = target {
                self.links.insert((file, piece.range.start), target);
                found.push(Use { target, within });
            }
        }
        found
    }

    /// The innermost item, fact or the like around a place.
    pub(super) fn around(&self, file: u32, at: usize) -> Option<usize> {
        let holds = |span: Span| span.file == file && span.range().contains(&at);
        self.extents.iter().rfind(|(extent, _)| holds(*extent)).map(|(_, id)| *id)
    }

    /// What is declared at a place, by the first byte of its name.
    pub(super) fn declared_at(&self, span: Span) -> Option<(usize, &Declared)> {
        let id = *self.places.get(&(span.file, position(span.start)))?;
        Some((id, self.declared.get(id)?))
    }

    /// What is declared first within a stretch.
    pub(super) fn declared_in(&self, span: Span) -> Option<(usize, &Declared)> {
        let (_, id) = self.places.range((span.file, position(span.start))..(span.file, position(span.end))).next()?;
        Some((*id, self.declared.get(*id)?))
    }

    fn field(&self, record: usize, name: &str) -> Option<usize> {
        self.declared.iter().position(|one| one.kind == Kind::Field && one.owner == Some(record) && one.name == name)
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
        let read = |one: &Declared| one.name == name && one.kind.is_read_by_name();
        let outer = self.declared.iter().position(|one| read(one) && one.owner.is_none() && !matches!(one.kind, Kind::Item(_)));
        // a case speaks of what items declare
        outer.or_else(|| self.item_named(name)).or_else(|| self.declared.iter().position(read))
    }

    /// What a name in the text leads to, if anything is called so.
    pub(super) fn named(&self, name: &str) -> Option<&Declared> {
        let read = |one: &Declared| one.name == name && one.kind.is_read_by_name();
        let id = self.item_named(name).or_else(|| self.declared.iter().position(read))?;
        self.declared.get(id)
    }

    /// What a name or keyword that begins there declares or leads to.
    pub(super) fn at(&self, file: u32, range: &Range<usize>) -> Option<(Place, &Declared)> {
        let place = (file, range.start);
        if let Some(own) = self.places.get(&place) {
            return Some((Place::Declared, self.declared.get(*own)?));
        }
        self.links.get(&place).and_then(|target| Some((Place::Used, self.declared.get(*target)?)))
    }

    /// What reads a declaration, in order, each once.
    pub(super) fn readers(&self, target: usize) -> Vec<&Declared> {
        let readers: BTreeSet<usize> =
            self.uses.iter().filter(|one| one.target == target).filter_map(|one| one.within).filter(|item| *item != target).collect();
        readers.into_iter().filter_map(|item| self.declared.get(item)).collect()
    }
}

/// What has no name of its own, called by its reason and found by its keyword.
fn called_by(reason: &ast::Text, span: Span) -> ast::Name {
    ast::Name { text: reason.text.clone(), span: Span { end: span.start + 1, ..span } }
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
