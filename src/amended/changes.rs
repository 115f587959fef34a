//! The changes of an amendment as edits: what each addresses is found by path, by word with its old value, or by its full text.

use super::edits::{Bit, Edits, Gap, GapKind, behind, taken_out};
use super::{HEADINGS, called};
use crate::diag::{Code, Diagnostic, Lang, closest, words};
use crate::source::{Sources, Span};
use crate::syntax::outline::{Change, ChangeKind, Named, Outline, Role, Statement, Value};

/// The version that is amended.
pub(super) struct Target<'a> {
    sources: &'a Sources,
    outlines: &'a [Outline],
}

/// The block that changes stand in: the file, or something with a name.
#[derive(Clone, Copy)]
struct Scope<'a> {
    target: &'a Target<'a>,
    /// From the outermost to this.
    path: &'a [&'a Statement],
}

const ITEMS: &[&str] = &["k_section", "k_indicator", "k_bonus", "k_penalty"];
/// Kinds of parts that stand once in what they belong to.
const PARTS: &[&str] = &[
    "k_marks",
    "k_applies",
    "k_only",
    "k_except",
    "k_floor",
    "k_cap",
    "k_round_to",
    "k_assessed",
    "k_unknown",
    "k_column",
    "k_title",
    "k_step",
    "k_default",
    "k_up_to",
    "k_at_least",
    "k_or_from",
    "k_adjustable",
    "k_document",
    "k_period",
    "k_rounding",
    "k_ties",
    "k_calendar",
];
/// How many candidates a message lists.
const SHOWN: usize = 5;

impl<'a> Target<'a> {
    pub(super) fn new(sources: &'a Sources, outlines: &'a [Outline]) -> Self {
        Target { sources, outlines }
    }

    fn statements(&self) -> impl Iterator<Item = &'a Statement> {
        self.outlines.iter().flat_map(|outline| &outline.statements)
    }

    fn standard(&self) -> Option<&'a Statement> {
        self.statements().find(|statement| statement.kind == "k_standard")
    }

    /// What differs between versions of itself: the head, the cases, and that amendments are no part of the text.
    pub(super) fn head(&self, version: Span, effective: Span, document: Option<Span>, by: Span, edits: &mut Edits) {
        let headings = self.standard().map(|standard| standard.inside.as_slice()).unwrap_or_default();
        let find = |kind: &str| headings.iter().find(|heading| heading.kind == kind);
        let new = [("k_version", Some(version)), ("k_effective", Some(effective)), ("k_document", document)];
        for (kind, span) in new {
            match (find(kind).and_then(|heading| Some((heading, heading.value.as_ref()?))), span) {
                (Some((_, old)), Some(span)) => edits.follow(old.span, vec![Bit::Copy(span)], by),
                (Some((heading, _)), None) => edits.follow(taken_out(self.sources, heading.span, false), Vec::new(), by),
                (None, Some(span)) => {
                    if let Some(last) = headings.last() {
                        let at = behind(self.sources, last.span.file, last.span.end);
                        let gap = Gap { file: last.span.file, at, kind: GapKind::Behind };
                        edits.insert(gap, vec![Bit::Sign("文号 "), Bit::Copy(span)], by);
                    }
                }
                (None, None) => {}
            }
        }
        for case in self.statements().filter(|statement| statement.kind == "k_case") {
            edits.follow(taken_out(self.sources, case.span, false), Vec::new(), by);
        }
        for amendment in self.outlines.iter().flat_map(|outline| &outline.amendments) {
            edits.follow(taken_out(self.sources, amendment.span, false), Vec::new(), by);
        }
    }

    pub(super) fn apply(&self, changes: &[Change], edits: &mut Edits, found: &mut Vec<Diagnostic>) {
        Scope { target: self, path: &[] }.apply(changes, edits, found);
    }

    fn excerpt(&self, span: Span) -> String {
        let text = self.sources.excerpt(span);
        if text.chars().count() > 60 { text.chars().take(59).chain(['…']).collect() } else { text }
    }
}

impl<'a> Scope<'a> {
    fn container(&self) -> Option<&'a Statement> {
        self.path.last().copied()
    }

    /// The statements and parts that stand in this block.
    fn inside(&self) -> Vec<&'a Statement> {
        match self.container() {
            Some(container) => container.inside.iter().collect(),
            // cases belong to the version that states them
            None => self
                .target
                .statements()
                .filter(|statement| statement.kind != "k_case")
                .chain(self.target.standard().into_iter().flat_map(|standard| &standard.inside))
                .collect(),
        }
    }

    /// The same with the clauses that stand in 合计最多 {…}.
    fn clauses(&self) -> Vec<&'a Statement> {
        let inside = self.inside();
        let joint = inside.iter().filter(|statement| statement.kind == "clause").flat_map(|statement| &statement.inside);
        inside.iter().copied().chain(joint).collect()
    }

    fn apply(&self, changes: &[Change], edits: &mut Edits, found: &mut Vec<Diagnostic>) {
        for change in changes {
            if let Err(fault) = self.change(change, edits, found) {
                found.push(*fault);
            }
        }
    }

    fn change(&self, change: &Change, edits: &mut Edits, found: &mut Vec<Diagnostic>) -> Result<(), Box<Diagnostic>> {
        let by = change.span;
        match &change.kind {
            ChangeKind::Within(named, changes) => {
                let statement = self.named(named)?;
                let path: Vec<&Statement> = self.path.iter().copied().chain([statement]).collect();
                Scope { target: self.target, path: &path }.apply(changes, edits, found);
            }
            ChangeKind::Insert { front, what } => self.insert(*front, what, by, edits)?,
            ChangeKind::RepealNamed(named) => self.repeal(self.named(named)?, by, edits),
            ChangeKind::Repeal(old) => self.repeal(self.full(old)?, by, edits),
            ChangeKind::Rename(named, (to, place)) => self.rename(named, (to, *place), by, edits)?,
            ChangeKind::Replace { old, new, text } => {
                let statement = self.full(old)?;
                if let [one] = new.as_slice()
                    && one.words == statement.words
                    && one.notes == statement.notes
                {
                    return Err(Box::new(nothing(old.bare, *text)));
                }
                // of several in braces the separators between them go along; notes stay where the change states none
                let keeps_notes = new.iter().all(|new| new.notes.is_empty());
                edits.replace(if keeps_notes { statement.bare } else { statement.span }, vec![Bit::Copy(*text)], by);
            }
            ChangeKind::Become { kind, name, old, new, notes } => {
                let holder = self.turn(kind, name.as_ref(), (old, new), by, edits)?;
                for note in notes {
                    self.note(holder, *note, by, edits);
                }
            }
        }
        Ok(())
    }

    // --- what is addressed ---

    /// The one thing of that kind and name in this block.
    fn named(&self, named: &Named) -> Result<&'a Statement, Box<Diagnostic>> {
        let Named { kind, name, span } = named;
        let of_kind: Vec<&Statement> = self.inside().into_iter().filter(|statement| statement.kind == *kind).collect();
        let found: Vec<&Statement> = of_kind.iter().filter(|statement| statement.name.as_ref() == Some(name)).copied().collect();
        let (zh, en) = called(kind);
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Box::new(self.nowhere(named, &of_kind))),
            several => {
                let mut fault = Diagnostic::new(
                    Code::AmendedTarget,
                    words!("叫「{name}」的{zh}不止一个,不知道改哪一个", "there are several called {en} {name}: which is meant is not clear"),
                )
                .at(*span, words!("修订的是它", "this is to be changed"));
                for one in several {
                    fault = fault.at(one.bare, words!("有一个在这里", "there is one here"));
                }
                Err(Box::new(fault.help(words!("写出它的全文:将 全文 改为 …", "state it in full: replace … becomes …"))))
            }
        }
    }

    /// What is said of something that is not in this block.
    fn nowhere(&self, named: &Named, of_kind: &[&Statement]) -> Diagnostic {
        let Named { kind, name, span } = named;
        let (zh, en) = called(kind);
        let (block_zh, block_en) = self.words();
        let fault = Diagnostic::new(Code::AmendedTarget, words!("{block_zh}没有{zh}「{name}」", "{block_en} has no {en} {name}"))
            .at(*span, words!("修订的是它", "this is to be changed"));
        if kind == "k_case" {
            return fault.help(words!(
                "用例只属于写出它的那个版本,后来的版本里没有它,不必废止",
                "a case belongs to the version that states it: later versions do not hold it, and there is nothing to repeal"
            ));
        }
        if let Some(path) = self.target.path_of(kind, name) {
            let [path_zh, path_en] = [Lang::Zh, Lang::En].map(|lang| way(&path, lang));
            let place = path.last().map_or(*span, |statement| statement.name_span.unwrap_or(statement.bare));
            return fault
                .at(place, words!("它在这里", "it is here"))
                .help(words!("写出它所在的各层,例如 {path_zh}", "write the blocks around it, as in: {path_en}"));
        }
        let names: Vec<&str> = of_kind.iter().filter_map(|statement| statement.name.as_deref()).collect();
        match closest(name, names.iter().copied()) {
            Some(near) => fault.help(words!("是不是「{near}」?修订里写的是修订前的名称", "did you mean {near}? An amendment uses the names of before")),
            None if names.is_empty() => fault.help(words!(
                "这里一个{zh}也没有;看看它写在哪一层,或是不是已经废止",
                "there is no {en} here at all: see in which block it stands, or whether it was repealed"
            )),
            None => {
                let (list, list_en) = (names.join("、"), names.join(", "));
                fault.help(words!("这里的{zh}有:{list}", "there are here: {list_en}"))
            }
        }
    }

    /// Where changes stand, in words.
    fn words(&self) -> (String, String) {
        match self.container() {
            None => ("标准里".to_owned(), "the standard".to_owned()),
            Some(statement) => {
                let ((zh, en), name) = (called(&statement.kind), statement.name.clone().unwrap_or_default());
                (format!("{zh}「{name}」里"), format!("{en} {name}"))
            }
        }
    }

    /// The one statement of this block with these words.
    fn full(&self, old: &Statement) -> Result<&'a Statement, Box<Diagnostic>> {
        let all = self.clauses();
        let found: Vec<&Statement> = all.iter().filter(|statement| statement.words == old.words).copied().collect();
        let (zh, en) = self.words();
        let fault = match found.as_slice() {
            [one] => return Ok(one),
            [] => {
                let mut fault = Diagnostic::new(Code::AmendedTarget, words!("{zh}没有这一条", "{en} has no such statement"))
                    .at(old.bare, words!("要改的原文,须与现行文本一致", "the text to be changed, which must be that in force"));
                for near in nearest(old, &all) {
                    fault = fault.at(near.bare, words!("现行的是这一条", "this is in force"));
                }
                let list = all.iter().filter(|statement| statement.kind == old.kind).count();
                if list == 0 {
                    fault.help(words!("这里没有这一类条款;看看它写在哪一层", "there is nothing of this kind here: see in which block it stands"))
                } else {
                    fault.help(words!("照现行文本写全这一条(空白、注释和依据不计)", "state it as it is in force; blanks, comments and notes do not count"))
                }
            }
            several => {
                let mut fault = Diagnostic::new(
                    Code::AmendedTarget,
                    words!("{zh}有几条与它相同,不知道改哪一条", "{en} has several that say the same: which is meant is not clear"),
                )
                .at(old.bare, words!("要改的原文", "the text to be changed"));
                for one in several.iter().take(SHOWN) {
                    fault = fault.at(one.bare, words!("有一条在这里", "there is one here"));
                }
                fault.help(words!("相同的条款合为一条,或改它们外面的一层", "state the repeated clause once, or replace what is around it"))
            }
        };
        Err(Box::new(fault))
    }

    // --- what is done ---

    fn repeal(&self, statement: &Statement, by: Span, edits: &mut Edits) {
        let is_part = self.is_part(statement);
        edits.repeal(taken_out(self.target.sources, statement.span, is_part), statement.span, by);
    }

    /// Whether it stands in the head of something, not among the statements of a block.
    fn is_part(&self, statement: &Statement) -> bool {
        match self.container() {
            Some(container) => container.block.is_none_or(|block| !(block.start <= statement.span.start && statement.span.end <= block.end)),
            None => false,
        }
    }

    fn insert(&self, front: bool, what: &Statement, by: Span, edits: &mut Edits) -> Result<(), Box<Diagnostic>> {
        let there = self.inside().into_iter().find(|statement| {
            statement.kind == what.kind
                && match (&what.name, &statement.name) {
                    (Some(name), Some(other)) => name == other && !ITEMS.contains(&what.kind.as_str()),
                    (None, None) => PARTS.contains(&what.kind.as_str()),
                    _ => false,
                }
        });
        if let Some(there) = there {
            let text = self.target.excerpt(what.bare);
            let fault = Diagnostic::new(Code::AmendedTwice, words!("已经有了:{text}", "this is there already: {text}"))
                .at(what.bare, words!("新增的", "what is inserted"))
                .at(there.bare, words!("现行的", "what is in force"))
                .help(words!("要换掉它,写 … 改为 …;要另立一项,换一个名称", "to change it write … becomes …; for another one use another name"));
            return Err(Box::new(fault));
        }
        let bits = vec![Bit::Copy(what.span)];
        let (gap, bits) = match self.container() {
            None if HEADINGS.contains(&what.kind.as_str()) => (self.target.standard().map(|standard| self.in_block(standard, front)), bits),
            None => (self.at_top(what, front), bits),
            Some(container) if ITEMS.contains(&container.kind.as_str()) || container.kind == "k_record" => (Some(self.in_block(container, front)), bits),
            Some(container) => (Some(Gap { file: container.bare.file, at: container.bare.end, kind: GapKind::Part }), bits),
        };
        if let Some(gap) = gap {
            edits.insert(gap, bits, by);
        }
        Ok(())
    }

    /// The place for a statement in a block that may not be there yet.
    fn in_block(&self, container: &Statement, front: bool) -> Gap {
        let file = container.span.file;
        let Some(block) = container.block else { return Gap { file, at: container.span.end, kind: GapKind::Block } };
        let within = |statement: &&Statement| block.start <= statement.span.start && statement.span.end <= block.end;
        if front {
            return match container.inside.iter().find(|statement| within(statement) && statement.kind != "note") {
                Some(first) => Gap { file, at: first.span.start, kind: GapKind::Before },
                None => Gap { file, at: block.end, kind: GapKind::Before },
            };
        }
        match container.inside.iter().rfind(within) {
            Some(last) => Gap { file, at: behind(self.target.sources, file, last.span.end), kind: GapKind::Behind },
            None => Gap { file, at: block.end, kind: GapKind::Before },
        }
    }

    /// The place for a statement among its like in the files.
    fn at_top(&self, what: &Statement, front: bool) -> Option<Gap> {
        let class = |kind: &str| if ITEMS.contains(&kind) { "item".to_owned() } else { kind.to_owned() };
        let like: Vec<&Statement> = self.target.statements().filter(|statement| class(&statement.kind) == class(&what.kind)).collect();
        let all: Vec<&Statement> = self.target.statements().filter(|statement| statement.kind != "k_case").collect();
        let anchors = if like.is_empty() { all } else { like };
        if front {
            let first = anchors.first()?;
            return Some(Gap { file: first.span.file, at: first.span.start, kind: GapKind::Before });
        }
        let last = anchors.last()?;
        Some(Gap { file: last.span.file, at: behind(self.target.sources, last.span.file, last.span.end), kind: GapKind::Behind })
    }

    fn turn(
        &self,
        kind: &str,
        name: Option<&(String, Span)>,
        (old, new): (&Value, &Value),
        by: Span,
        edits: &mut Edits,
    ) -> Result<&'a Statement, Box<Diagnostic>> {
        let holder = match name {
            Some((name, span)) => self.named(&Named { kind: kind.to_owned(), name: name.clone(), span: *span })?,
            None => self.part(kind, by)?,
        };
        let Some(value) = &holder.value else { return Ok(holder) };
        if value.words != old.words {
            let (stands, said) = (self.target.excerpt(value.span), self.target.excerpt(old.span));
            let fault = Diagnostic::new(
                Code::AmendedOld,
                words!("原值不符:现行的是 {stands},修订写的是 {said}", "the old value differs: {stands} is in force, the amendment says {said}"),
            )
            .at(old.span, words!("这里写 {said}", "here it is {said}"))
            .at(value.span, words!("现行的是 {stands}", "in force is {stands}"))
            .fix(words!("照现行文本改正原值", "write the old value as it is in force"), old.span, stands);
            return Err(Box::new(fault));
        }
        if old.words == new.words {
            return Err(Box::new(nothing(old.span, new.span)));
        }
        edits.replace(value.span, vec![Bit::Copy(new.span)], by);
        Ok(holder)
    }

    /// A note on a change of a value: of a part it belongs to what the part is of.
    fn note(&self, holder: &Statement, note: Span, by: Span, edits: &mut Edits) {
        let owner = match (self.container(), holder.kind.as_str()) {
            (_, "k_param" | "k_let" | "k_output" | "k_total") => holder,
            (Some(container), _) => container,
            (None, _) => self.target.standard().unwrap_or(holder),
        };
        let in_block = ITEMS.contains(&owner.kind.as_str()) || matches!(owner.kind.as_str(), "k_standard" | "k_record");
        let gap = if in_block { self.in_block(owner, false) } else { Gap { file: owner.span.file, at: owner.span.end, kind: GapKind::Part } };
        edits.insert(gap, vec![Bit::Copy(note)], by);
    }

    /// The one part of this block that goes by that word.
    fn part(&self, kind: &str, by: Span) -> Result<&'a Statement, Box<Diagnostic>> {
        let inside: Vec<&Statement> = match self.container() {
            Some(container) => container.inside.iter().collect(),
            None if kind == "k_total" => self.target.statements().collect(),
            None => self.target.standard().into_iter().flat_map(|standard| &standard.inside).collect(),
        };
        let deeper = inside.iter().filter(|part| matches!(part.kind.as_str(), "k_assessed" | "k_unknown")).flat_map(|part| &part.inside);
        let found: Vec<&Statement> = inside.iter().copied().chain(deeper).filter(|part| part.kind == kind && part.value.is_some()).collect();
        let ((zh, en), (block_zh, block_en)) = (called(kind), self.words());
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                let fault = Diagnostic::new(Code::AmendedTarget, words!("{block_zh}没有写「{zh}」", "{block_en} does not say: {en}"))
                    .at(by, words!("要改的是它", "this is to be changed"));
                let fault = match self.container() {
                    Some(container) => fault.at(container.name_span.unwrap_or(container.bare), words!("这里没有「{zh}」", "nothing of the kind here")),
                    None => fault,
                };
                Err(Box::new(fault.help(words!(
                    "原来没有的用 新增;有名称的写在它自己的花括号里",
                    "what was not there is inserted: insert …; what belongs to something with a name stands in its braces"
                ))))
            }
            several => {
                let mut fault = Diagnostic::new(Code::AmendedTarget, words!("{block_zh}「{zh}」不止一处", "{block_en} says this more than once: {en}"))
                    .at(by, words!("要改的是它", "this is to be changed"));
                for one in several.iter().take(SHOWN) {
                    fault = fault.at(one.bare, words!("有一处在这里", "there is one here"));
                }
                Err(Box::new(fault.help(words!("用 将 全文 改为 …", "state it in full: replace … becomes …"))))
            }
        }
    }

    fn rename(&self, named: &Named, (to, place): (&str, Span), by: Span, edits: &mut Edits) -> Result<(), Box<Diagnostic>> {
        let statement = self.named(named)?;
        let Some(at) = statement.name_span else { return Ok(()) };
        if named.name == to {
            return Err(Box::new(nothing(named.span, place)));
        }
        edits.replace(at, vec![Bit::Copy(place)], by);
        let roles: &[Role] = match named.kind.as_str() {
            kind if ITEMS.contains(&kind) => &[Role::Item],
            "k_tier" => &[Role::Tier],
            "k_unit" => &[Role::Unit],
            _ => &[Role::Value],
        };
        let is_value = roles.contains(&Role::Value);
        let hides = |other: &Statement| other.inside.iter().any(|inner| inner.name.as_ref() == Some(&named.name) && !ITEMS.contains(&inner.kind.as_str()));
        let hidden: Vec<Span> = match self.container() {
            Some(_) => Vec::new(),
            None if is_value => self.target.statements().flat_map(flattened).filter(|item| hides(item)).map(|item| item.span).collect(),
            None => Vec::new(),
        };
        let within = |outer: Span, inner: Span| outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end;
        for mention in self.target.outlines.iter().flat_map(|outline| &outline.mentions).filter(|mention| mention.name == named.name) {
            // inside an aggregate over records a field hides what has its name outside
            if is_value && mention.among.as_ref().is_some_and(|record| self.target.has_field(record, &named.name)) {
                continue;
            }
            let reaches = match (self.container(), &mention.of) {
                (Some(container), Some(of)) if is_value => container.name.as_ref() == Some(of),
                (Some(container), None) if is_value => within(container.span, mention.span),
                (None, Some(_)) if is_value => false,
                _ => !hidden.iter().any(|outer| within(*outer, mention.span)),
            };
            if roles.contains(&mention.role) && reaches {
                edits.follow(mention.span, vec![Bit::Copy(place)], by);
            }
        }
        Ok(())
    }
}

impl<'a> Target<'a> {
    fn has_field(&self, record: &str, name: &str) -> bool {
        let mut records = self.statements().filter(|statement| statement.kind == "k_record" && statement.name.as_deref() == Some(record));
        records.any(|record| record.inside.iter().any(|field| field.name.as_deref() == Some(name)))
    }

    /// The way to something of that kind and name, wherever it stands.
    fn path_of(&self, kind: &str, name: &str) -> Option<Vec<&'a Statement>> {
        fn search<'a>(statement: &'a Statement, kind: &str, name: &str) -> Option<Vec<&'a Statement>> {
            if statement.kind == kind && statement.name.as_deref() == Some(name) {
                return Some(vec![statement]);
            }
            let below = statement.inside.iter().find_map(|inner| search(inner, kind, name))?;
            Some(std::iter::once(statement).chain(below).collect())
        }
        self.statements().find_map(|statement| search(statement, kind, name))
    }
}

fn flattened(statement: &Statement) -> Vec<&Statement> {
    std::iter::once(statement).chain(statement.inside.iter().flat_map(flattened)).collect()
}

/// A path as an amendment writes it.
fn way(path: &[&Statement], lang: Lang) -> String {
    let name = |statement: &Statement| {
        let (zh, en) = called(&statement.kind);
        format!("{} {}", if lang == Lang::Zh { zh } else { en }, statement.name.clone().unwrap_or_default())
    };
    let names: Vec<String> = path.iter().map(|statement| name(statement)).collect();
    format!("{} {{ …{}", names.join(" { "), " }".repeat(path.len()))
}

fn nothing(old: Span, new: Span) -> Diagnostic {
    Diagnostic::new(Code::AmendedTwice, words!("改了等于没改", "this changes nothing"))
        .at(new, words!("改后与原文相同", "the same as before"))
        .at(old, words!("原文", "before"))
        .help(words!("删去这一处修订,或写出不同的文本", "remove the change, or state another text"))
}

/// The statements that a text may have been meant for, those with most words in common first.
fn nearest<'a>(old: &Statement, all: &[&'a Statement]) -> Vec<&'a Statement> {
    let common = |statement: &Statement| statement.words.iter().filter(|word| old.words.contains(word)).count();
    let mut near: Vec<&Statement> = all.iter().filter(|statement| statement.kind == old.kind).copied().collect();
    near.sort_by_key(|statement| std::cmp::Reverse(common(statement)));
    near.truncate(SHOWN);
    near
}
