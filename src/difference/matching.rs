//! Statements of two texts side by side: by kind and name, unnamed ones by their words.

use super::{Change, Kind, written};
use crate::source::{Sources, Span};
use crate::syntax::outline::{Outline, Statement, called};

const ITEMS: &[&str] = &["k_section", "k_indicator", "k_bonus", "k_penalty"];
/// What versions differ in by being two, and what has no meaning for scores.
const LEFT_OUT: &[&str] = &["k_version", "k_effective", "k_document", "k_case", "k_source", "k_remark"];
/// What may stand several times in one block without a name.
const MANY: &[&str] = &["clause", "formula", "k_base", "k_exempt", "k_veto", "k_assumption"];

/// A rename that an amendment states: what kind of thing, from which name to which.
pub(crate) type Rename = (String, String, String);

/// The text of one version.
type Text<'a> = (&'a Sources, &'a [Outline]);

/// What differs between two texts; `renames` are stated, so that what has another name is the same thing. The first text has the new
/// names already.
pub(super) fn compare((old_sources, old): Text<'_>, (new_sources, new): Text<'_>, renames: &[Rename]) -> Vec<Change> {
    fn top(outlines: &[Outline]) -> Vec<&Statement> {
        outlines.iter().flat_map(|outline| &outline.statements).collect()
    }
    let mut pairs = Pairs { old: old_sources, new: new_sources, renames, found: Vec::new() };
    pairs.blocks(&[], &top(old), &top(new));
    pairs.moves(&top(old), &top(new));
    pairs.found
}

struct Pairs<'a> {
    old: &'a Sources,
    new: &'a Sources,
    renames: &'a [Rename],
    found: Vec<Change>,
}

/// Whether two statements are one thing in two versions.
fn is_one(a: &Statement, b: &Statement) -> bool {
    let class = |statement: &Statement| if ITEMS.contains(&statement.kind.as_str()) { "item" } else { class_of(&statement.kind) }.to_owned();
    class(a) == class(b) && (a.name == b.name || a.kind == "k_standard")
}

/// Parameters and named formulas are one name space.
fn class_of(kind: &str) -> &str {
    match kind {
        "k_param" | "k_let" => "value",
        kind => kind,
    }
}

impl Pairs<'_> {
    fn blocks(&mut self, path: &[&Statement], old: &[&Statement], new: &[&Statement]) {
        let kept = |all: &[&Statement]| -> Vec<usize> {
            all.iter().enumerate().filter(|(_, one)| !LEFT_OUT.contains(&one.kind.as_str())).map(|(index, _)| index).collect()
        };
        let at = |all: &[&Statement], index: usize| all.get(index).map(|one| (*one).clone());
        let (many_old, once_old): (Vec<usize>, Vec<usize>) = kept(old).into_iter().partition(|index| is_many(old, *index));
        let (many_new, once_new): (Vec<usize>, Vec<usize>) = kept(new).into_iter().partition(|index| is_many(new, *index));
        let mut left: Vec<usize> = once_old;
        for index in once_new {
            let Some(after) = at(new, index) else { continue };
            let same: Vec<usize> = left.iter().copied().filter(|other| old.get(*other).is_some_and(|before| is_one(before, &after))).collect();
            // of several with one name that whose words agree
            let best = same.iter().find(|other| old.get(**other).is_some_and(|before| before.words == after.words)).or(same.first()).copied();
            match best.and_then(|other| Some((other, at(old, other)?))) {
                Some((other, before)) => {
                    left.retain(|one| *one != other);
                    self.pair(path, &before, &after);
                }
                None => self.push(Kind::Inserted, path, None, Some(&after)),
            }
        }
        for index in left {
            self.push(Kind::Repealed, path, at(old, index).as_ref(), None);
        }
        let pick = |all: &[&Statement], indices: &[usize]| -> Vec<Statement> { indices.iter().filter_map(|index| at(all, *index)).collect() };
        self.unnamed(path, &pick(old, &many_old), &pick(new, &many_new));
    }

    /// One thing in both versions.
    fn pair(&mut self, path: &[&Statement], before: &Statement, after: &Statement) {
        let renamed = self.renames.iter().find(|(kind, _, to)| *kind == after.kind && Some(to) == after.name.as_ref());
        if let Some((_, from, to)) = renamed.cloned() {
            let mut change = self.change(Kind::Renamed, path, Some(before), Some(after));
            (change.before, change.after) = (Some(from), Some(to));
            self.found.push(change);
        }
        let inside: Vec<&Statement> = path.iter().copied().chain([after]).collect();
        let is_leaf = before.inside.is_empty() && after.inside.is_empty() && before.block.is_none() && after.block.is_none();
        if is_leaf || !has_parts(&after.kind) {
            if before.words != after.words {
                self.push(Kind::Changed, path, Some(before), Some(after));
            }
        } else {
            if before.kind != after.kind || own_words(before) != own_words(after) {
                self.push(Kind::Changed, path, Some(before), Some(after));
            }
            self.blocks(&inside, &before.inside.iter().collect::<Vec<_>>(), &after.inside.iter().collect::<Vec<_>>());
        }
        self.assumptions(&inside, before, after);
    }

    /// Assumptions mark the scores that rest on them; sources and remarks do not.
    fn assumptions(&mut self, path: &[&Statement], before: &Statement, after: &Statement) {
        let of = |statement: &Statement| -> Vec<String> { statement.notes.iter().filter(|note| note.starts_with("假设")).cloned().collect() };
        let (old, new) = (of(before), of(after));
        let mut add = |kind, text: &String, at: (Option<String>, Option<String>)| {
            let (mut id, mut names) = named(path);
            id = format!("{id}/{text}");
            names.push("假设".to_owned());
            let text = Some(text.clone());
            let (before, after) = if kind == Kind::Inserted { (None, text) } else { (text, None) };
            self.found.push(Change { id, kind, path: names, way: way(path), before, after, before_at: at.0, after_at: at.1 });
        };
        for note in new.iter().filter(|note| !old.contains(note)) {
            add(Kind::Inserted, note, (None, Some(self.new.place(after.bare))));
        }
        for note in old.iter().filter(|note| !new.contains(note)) {
            add(Kind::Repealed, note, (Some(self.old.place(before.bare)), None));
        }
    }

    /// Clauses and the like: the same words are the same clause; what is left is paired by the words in common.
    fn unnamed(&mut self, path: &[&Statement], old: &[Statement], new: &[Statement]) {
        let mut left: Vec<&Statement> = old.iter().collect();
        let mut fresh: Vec<&Statement> = Vec::new();
        let mut same: Vec<(&Statement, &Statement)> = Vec::new();
        for after in new {
            match left.iter().position(|before| before.words == after.words) {
                Some(index) => same.push((left.remove(index), after)),
                None => fresh.push(after),
            }
        }
        for after in fresh {
            let common = |before: &Statement| before.words.iter().filter(|word| after.words.contains(word)).count();
            let near =
                (0..left.len()).filter(|index| left.get(*index).is_some_and(|before| before.kind == after.kind && common(before) * 2 >= after.words.len()));
            match near.max_by_key(|index| (left.get(*index).map(|before| common(before)), usize::MAX - *index)) {
                Some(index) => {
                    let before = left.remove(index);
                    self.push(Kind::Changed, path, Some(before), Some(after));
                    self.assumptions(path, before, after);
                }
                None => self.push(Kind::Inserted, path, None, Some(after)),
            }
        }
        for before in left {
            self.push(Kind::Repealed, path, Some(before), None);
        }
        for (before, after) in &same {
            self.assumptions(path, before, after);
        }
        self.order(path, old, new, &same);
    }

    /// The first 得 that holds decides, and the first exemption gives the reason: their order has a meaning.
    fn order(&mut self, path: &[&Statement], old: &[Statement], new: &[Statement], same: &[(&Statement, &Statement)]) {
        for group in ["得", "不参评"] {
            let of = |all: &[Statement]| -> Vec<Vec<String>> {
                let kept = all.iter().filter(|one| one.words.iter().any(|word| word == group)).map(|one| one.words.clone());
                kept.filter(|words| same.iter().any(|(before, _)| before.words == *words)).collect()
            };
            let (before, after) = (of(old), of(new));
            if before != after {
                let text = |sources: &Sources, all: &[Statement]| {
                    let kept = all.iter().filter(|one| one.words.iter().any(|word| word == group) && before.contains(&one.words));
                    kept.map(|one| written(sources, one.bare)).collect::<Vec<_>>().join("; ")
                };
                let (mut id, names) = named(path);
                id.push_str("/次序");
                let (old_text, new_text) = (Some(text(self.old, old)), Some(text(self.new, new)));
                let change =
                    Change { id, kind: Kind::Reordered, path: names, way: way(path), before: old_text, after: new_text, before_at: None, after_at: None };
                self.found.push(change);
            }
        }
    }

    fn push(&mut self, kind: Kind, path: &[&Statement], before: Option<&Statement>, after: Option<&Statement>) {
        let change = self.change(kind, path, before, after);
        self.found.push(change);
    }

    fn change(&self, kind: Kind, path: &[&Statement], before: Option<&Statement>, after: Option<&Statement>) -> Change {
        let (mut id, mut names) = named(path);
        if let Some(one) = after.or(before) {
            match &one.name {
                Some(name) => {
                    id = format!("{id}/{} {name}", called(&one.kind).0);
                    names.push(name.clone());
                }
                None if MANY.contains(&one.kind.as_str()) => id = format!("{id}/{}", before.unwrap_or(one).words.join(" ")),
                None => {
                    id = format!("{id}/{}", called(&one.kind).0);
                    names.push(called(&one.kind).0);
                }
            }
        }
        let text = |sources: &Sources, one: Option<&Statement>| one.map(|one| said(sources, one));
        let place = |sources: &Sources, one: Option<&Statement>| one.map(|one| sources.place(one.bare));
        let id = id.trim_start_matches('/').to_owned();
        let (before_text, after_text) = (text(self.old, before), text(self.new, after));
        Change {
            id,
            kind,
            path: names,
            way: way(path),
            before: before_text,
            after: after_text,
            before_at: place(self.old, before),
            after_at: place(self.new, after),
        }
    }

    /// What is gone from one block and stands in another is moved, not repealed and inserted.
    fn moves(&mut self, old: &[&Statement], new: &[&Statement]) {
        let candidates: Vec<(usize, usize)> = self
            .found
            .iter()
            .enumerate()
            .filter(|(_, change)| change.kind == Kind::Inserted)
            .filter_map(|(index, change)| {
                let last = change.id.rsplit('/').next()?;
                let gone =
                    self.found.iter().position(|other| other.kind == Kind::Repealed && other.id != change.id && other.id.rsplit('/').next() == Some(last))?;
                find_item(new, &[], &change.id).is_some().then_some((index, gone))
            })
            .collect();
        let mut dropped: Vec<usize> = Vec::new();
        for (inserted, repealed) in candidates {
            if dropped.contains(&repealed) {
                continue;
            }
            let (Some(after), Some(before)) = (self.found.get(inserted).cloned(), self.found.get(repealed).cloned()) else { continue };
            let (Some((_, old_item)), Some((path, new_item))) = (find_item(old, &[], &before.id), find_item(new, &[], &after.id)) else { continue };
            let (old_way, new_way) = (before.path.join(" > "), after.path.join(" > "));
            if let Some(change) = self.found.get_mut(inserted) {
                (change.kind, change.before, change.after, change.before_at) = (Kind::Moved, Some(old_way), Some(new_way), before.before_at);
            }
            dropped.push(repealed);
            let (old_item, new_item) = (old_item.clone(), new_item.clone());
            self.pair(&path, &old_item, &new_item);
        }
        let mut index = 0;
        self.found.retain(|_| {
            index += 1;
            !dropped.contains(&(index - 1))
        });
    }
}

/// An item by the last part of its way.
fn find_item<'s>(all: &[&'s Statement], path: &[&'s Statement], id: &str) -> Option<(Vec<&'s Statement>, &'s Statement)> {
    for one in all.iter().filter(|one| ITEMS.contains(&one.kind.as_str())) {
        let (here, _) = named(&path.iter().copied().chain([*one]).collect::<Vec<_>>());
        if here.trim_start_matches('/') == id {
            return Some((path.to_vec(), one));
        }
        let inside: Vec<&Statement> = one.inside.iter().collect();
        let deeper: Vec<&Statement> = path.iter().copied().chain([*one]).collect();
        if let Some(found) = find_item(&inside, &deeper, id) {
            return Some(found);
        }
    }
    None
}

fn is_many(all: &[&Statement], index: usize) -> bool {
    all.get(index).is_some_and(|one| MANY.contains(&one.kind.as_str()))
}

/// Whether a statement is compared part by part.
fn has_parts(kind: &str) -> bool {
    ITEMS.contains(&kind) || matches!(kind, "k_standard" | "k_tier" | "k_fact" | "k_record")
}

/// The words of a statement without those of its parts; of what has a block nothing but its name.
fn own_words(statement: &Statement) -> Vec<String> {
    if matches!(statement.kind.as_str(), "k_fact") {
        let parts: usize = statement.inside.iter().map(|part| part.words.len()).sum();
        return statement.words.iter().take(statement.words.len().saturating_sub(parts)).cloned().collect();
    }
    Vec::new()
}

/// A statement as it was written, without sources and remarks.
fn said(sources: &Sources, statement: &Statement) -> String {
    let (Some(block), Some(name)) = (statement.block, statement.name_span) else { return written(sources, statement.bare) };
    let mut text = written(sources, Span { end: name.end, ..statement.bare });
    let mut inside: Vec<String> = Vec::new();
    for part in statement.inside.iter().filter(|part| !LEFT_OUT.contains(&part.kind.as_str())) {
        if part.span.start < block.start {
            text.push(' ');
            text.push_str(&said(sources, part));
        } else {
            inside.push(said(sources, part));
        }
    }
    format!("{text} {{ {} }}", inside.join("; "))
}

fn named(path: &[&Statement]) -> (String, Vec<String>) {
    let mut id = String::new();
    let mut names = Vec::new();
    for one in path {
        let name = one.name.clone().unwrap_or_else(|| called(&one.kind).0);
        id = format!("{id}/{} {name}", called(&one.kind).0);
        names.push(name);
    }
    (id.trim_start_matches('/').to_owned(), names)
}

/// The way to a block in both skins.
fn way(path: &[&Statement]) -> (String, String) {
    let one = |english: bool| {
        let names = path.iter().map(|one| {
            let (zh, en) = called(&one.kind);
            format!("{} {}", if english { en } else { zh }, one.name.clone().unwrap_or_default()).trim_end().to_owned()
        });
        names.collect::<Vec<_>>().join(" > ")
    };
    (one(false), one(true))
}
