//! Amendments: the text of every version of a standard, spliced from those of its authors.
//!
//! In: the files of a policy without syntax faults. Out: one [`Version`] for the standard and for each 修订, with the files that hold
//! its text; they are parsed, resolved and checked like any other, and every stretch of them knows where it was written. Never: a
//! text that nobody wrote, apart from the signs that keep statements apart.
//!
//! The cases of a version are those that stand in its own text: what an earlier version expected is no longer expected.

mod calendar;
mod changes;
mod edits;
mod show;

pub(crate) use calendar::{Term, calendar};
pub(crate) use show::show;

use crate::diag::{Code, Diagnostic, closest, words};
use crate::source::{Sources, Span};
use crate::syntax::outline::{self, Amendment, Change, ChangeKind, Named, Outline, Statement, outline};
use changes::Target;
use edits::Edits;

/// A version and the files that hold its text.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) name: String,
    /// The version that it amends.
    pub(crate) based_on: Option<String>,
    /// Its rule files: those of the authors, or spliced ones.
    pub(crate) files: Vec<u32>,
    /// Those of its files that hold more than amendments.
    pub(crate) stated: Vec<u32>,
    /// The head of the amendment; none of the standard itself.
    pub(crate) amendment: Option<Span>,
    /// Where its dates stand.
    pub(crate) effective: Option<Span>,
    pub(crate) repealed: Vec<Repealed>,
    /// The changes that give something another name.
    pub(crate) renames: Vec<Change>,
}

/// A statement that is in force no more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repealed {
    /// Where it would stand.
    pub(crate) file: u32,
    pub(crate) at: u32,
    /// The statement.
    pub(crate) text: Span,
    /// The change that repealed it.
    pub(crate) by: Span,
}

/// All versions of a policy.
#[derive(Debug)]
pub(crate) struct Amended {
    /// The files of the authors, and behind them those that were spliced.
    pub(crate) sources: Sources,
    /// The standard first, each amendment behind what it amends.
    pub(crate) versions: Vec<Version>,
    /// The amendments in the order of the files, with their versions.
    pub(crate) amendments: Vec<(String, Span)>,
}

impl Amended {
    /// A policy without amendments.
    pub(crate) fn plain(sources: &Sources) -> Self {
        let files: Vec<u32> = sources.iter().map(|(file, _)| file).collect();
        let version = Version {
            name: String::new(),
            based_on: None,
            stated: files.clone(),
            files,
            amendment: None,
            effective: None,
            repealed: Vec::new(),
            renames: Vec::new(),
        };
        Amended { sources: sources.clone(), versions: vec![version], amendments: Vec::new() }
    }
}

/// Applies every amendment to what it amends. Where a file has syntax faults there is nothing to apply them to: then the standard is
/// the only version.
pub(crate) fn amend(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Amended {
    let files: Vec<u32> = sources.iter().map(|(file, _)| file).collect();
    let outlines: Option<Vec<Outline>> = sources.iter().map(|(file, source)| outline(file, source.rules())).collect();
    let outlines = outlines.unwrap_or_default();
    let stated = outlines.iter().flat_map(|outline| &outline.statements).find(|statement| statement.kind == "k_standard");
    let dates = stated.and_then(|standard| standard.inside.iter().find(|heading| heading.kind == "k_effective")).map(|heading| heading.span);
    let holding = files.iter().zip(&outlines).filter(|(_, outline)| !outline.statements.is_empty()).map(|(file, _)| *file).collect();
    let base = Version {
        name: version_of(sources, stated),
        based_on: None,
        stated: holding,
        files,
        amendment: None,
        effective: dates,
        repealed: Vec::new(),
        renames: Vec::new(),
    };
    let mut amended = Amended { sources: sources.clone(), versions: vec![base], amendments: Vec::new() };
    let mut waiting: Vec<&Amendment> = Vec::new();
    for amendment in outlines.iter().flat_map(|outline| &outline.amendments) {
        amended.amendments.extend(amendment.version.clone().map(|(version, _)| (version, amendment.span)));
        if whole(amendment, stated, diagnostics) && alone(amendment, &waiting, &amended.versions, stated, diagnostics) {
            waiting.push(amendment);
        }
    }
    while !waiting.is_empty() {
        let known: Vec<String> = amended.versions.iter().map(|version| version.name.clone()).collect();
        let based_on_known = |amendment: &&Amendment| amendment.based_on.as_ref().is_some_and(|(name, _)| known.contains(name));
        let (ready, rest): (Vec<&Amendment>, Vec<&Amendment>) = waiting.into_iter().partition(based_on_known);
        if ready.is_empty() {
            diagnostics.extend(without_base(&rest, &known));
            break;
        }
        for amendment in ready {
            apply(&mut amended, amendment, diagnostics);
        }
        waiting = rest;
    }
    amended
}

/// What the head of the standard calls its version.
fn version_of(sources: &Sources, stated: Option<&Statement>) -> String {
    let heading = stated.and_then(|standard| standard.inside.iter().find(|heading| heading.kind == "k_version"));
    let text = heading.and_then(|heading| heading.value.as_ref()).map_or("", |value| sources.text(value.span));
    text.trim_matches(['"', '“', '”']).to_owned()
}

/// Whether an amendment says what it must, and is one of this standard.
fn whole(amendment: &Amendment, stated: Option<&Statement>, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let before = diagnostics.len();
    let parts = [
        (amendment.version.is_some(), "版本 \"…\"", "version \"…\""),
        (amendment.based_on.is_some(), "基于 \"…\"", "based on \"…\""),
        (amendment.effective.is_some(), "施行 2021-01-01", "effective 2021-01-01"),
    ];
    for (_, zh, en) in parts.iter().filter(|(stands, ..)| !stands) {
        diagnostics.push(
            Diagnostic::new(Code::MissingPart, words!("修订没有写「{zh}」", "the amendment does not say: {en}"))
                .at(amendment.head, words!("这个修订", "this amendment"))
                .help(words!("在名称之后、花括号之前写明 {zh}", "state it behind the name, before the braces, as in: {en}")),
        );
    }
    for (second, first) in &amendment.again {
        diagnostics.push(
            Diagnostic::new(Code::Duplicate, words!("修订的这一项写了两次", "the amendment says this twice"))
                .at(*second, words!("这里又写", "again here"))
                .at(*first, words!("先写在这里", "first here"))
                .help(words!("只留一处", "keep one of them")),
        );
    }
    match stated.and_then(|standard| Some((standard.name.as_ref()?, standard.name_span?))) {
        Some((name, place)) if *name != amendment.name.0 => {
            let other = &amendment.name.0;
            diagnostics.push(
                Diagnostic::new(
                    Code::AmendedTarget,
                    words!("修订的是「{other}」,这里的标准是「{name}」", "the amendment is of {other}, the standard here is {name}"),
                )
                .at(amendment.name.1, words!("没有这个标准", "there is no such standard"))
                .at(place, words!("标准的名称", "the name of the standard"))
                .help(words!(
                    "写标准的名称 「{name}」,或把修订移到它的标准所在的文件夹",
                    "write 「{name}」, or move the amendment to the folder of its standard"
                )),
            );
        }
        Some(_) => {}
        // that there is no standard is said elsewhere
        None => return false,
    }
    if let (Some(standard), Some(effective)) = (stated, amendment.effective)
        && !standard.inside.iter().any(|heading| heading.kind == "k_effective")
    {
        diagnostics.push(
            Diagnostic::new(
                Code::Calendar,
                words!("有修订,而标准没有写自何日起施行", "there is an amendment, and the standard does not say since when it is in force"),
            )
            .at(standard.name_span.unwrap_or(standard.span), words!("这个标准", "this standard"))
            .at(effective, words!("修订自此施行", "the amendment is in force from here"))
            .help(words!("在抬头里写明 施行 2020-01-01 一类的一行", "add a line to the head, as in: effective 2020-01-01")),
        );
    }
    diagnostics.len() == before
}

/// Whether no other has the name of its version.
fn alone(amendment: &Amendment, others: &[&Amendment], versions: &[Version], stated: Option<&Statement>, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let Some((name, place)) = &amendment.version else { return false };
    let other = others.iter().filter_map(|other| other.version.as_ref()).find(|(other, _)| other == name).map(|(_, place)| *place);
    let base = versions.iter().any(|version| version.name == *name).then(|| stated.map_or(*place, |standard| standard.name_span.unwrap_or(standard.span)));
    let Some(first) = other.or(base) else { return true };
    diagnostics.push(
        Diagnostic::new(Code::Duplicate, words!("两个版本都叫「{name}」", "two versions are called {name}"))
            .at(*place, words!("这个修订", "this amendment"))
            .at(first, words!("先有的一个", "the other"))
            .help(words!("每个版本取一个自己的名称", "give each version a name of its own")),
    );
    false
}

/// Amendments of versions that are not there, or that amend one another in a circle.
fn without_base(waiting: &[&Amendment], known: &[String]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let names: Vec<&str> = waiting.iter().filter_map(|amendment| amendment.version.as_ref()).map(|(name, _)| name.as_str()).collect();
    let mut circle: Option<Diagnostic> = None;
    for amendment in waiting {
        let Some((base, place)) = &amendment.based_on else { continue };
        if names.contains(&base.as_str()) {
            let said = words!("它基于这一个", "it amends this one");
            circle = Some(match circle {
                Some(diagnostic) => diagnostic.at(*place, said),
                None => Diagnostic::new(Code::Circle, words!("几个修订互为基础", "amendments that amend one another")).at(*place, said),
            });
            continue;
        }
        let list = known.join("、");
        let list_en = known.join(", ");
        let near = closest(base, known.iter().map(String::as_str));
        let diagnostic = Diagnostic::new(Code::AmendedTarget, words!("没有版本「{base}」", "there is no version {base}"))
            .at(*place, words!("修订所基于的版本", "what the amendment is based on"));
        found.push(match near {
            Some(near) => diagnostic.fix(words!("是不是「{near}」?", "did you mean {near}?"), *place, format!("\"{near}\"")),
            None => diagnostic.help(words!("已有的版本:{list}", "the versions are: {list_en}")),
        });
    }
    // where a base is unknown, what follows it is no circle
    if found.is_empty() {
        found.extend(circle.map(|diagnostic| diagnostic.help(words!("改正其中一个修订的 基于", "correct what one of them is based on"))));
    }
    found
}

/// Splices a version from the one it amends.
fn apply(amended: &mut Amended, amendment: &Amendment, diagnostics: &mut Vec<Diagnostic>) {
    let (Some((name, version)), Some((based_on, _)), Some(effective)) = (&amendment.version, &amendment.based_on, amendment.effective) else { return };
    let Some(base) = amended.versions.iter().find(|version| version.name == *based_on).cloned() else { return };
    let text = |file: u32| amended.sources.get(file).and_then(|source| outline(file, source.rules()));
    let Some(outlines) = base.files.iter().map(|file| text(*file)).collect::<Option<Vec<Outline>>>() else { return };
    let target = Target::new(&amended.sources, &outlines);
    let mut edits = Edits::default();
    target.head(*version, effective, amendment.document.as_ref().map(|(_, span)| *span), amendment.head, &mut edits);
    let mut found = Vec::new();
    target.apply(&amendment.changes, &mut edits, &mut found);
    found.extend(edits.collisions(&amended.sources));
    if !found.is_empty() {
        diagnostics.append(&mut found);
        return;
    }
    let (mut files, mut stated) = (Vec::new(), Vec::new());
    let mut repealed = Vec::new();
    for &file in &base.files {
        let number = u32::try_from(amended.sources.count()).unwrap_or(u32::MAX);
        let kept: Vec<Repealed> = base.repealed.iter().filter(|repealed| repealed.file == file).copied().collect();
        let (spliced, mut gone) = edits.splice(&amended.sources, file, number, &kept);
        let path = amended.sources.get(file).map(|source| source.path.clone()).unwrap_or_default();
        let added = amended.sources.add_spliced(path, spliced);
        files.push(added);
        stated.extend(base.stated.contains(&file).then_some(added));
        repealed.append(&mut gone);
    }
    let (name, based_on) = (name.clone(), Some(based_on.clone()));
    amended.versions.push(Version {
        name,
        based_on,
        stated,
        files,
        amendment: Some(amendment.head),
        effective: Some(effective),
        repealed,
        renames: renames(&amendment.changes),
    });
}

/// The statements of files.
pub(crate) fn outlines(sources: &Sources, files: &[u32]) -> Vec<Outline> {
    files.iter().filter_map(|file| outline(*file, sources.get(*file)?.rules())).collect()
}

/// The renames among changes, with the blocks around them.
fn renames(changes: &[Change]) -> Vec<Change> {
    let kept = changes.iter().filter_map(|change| match &change.kind {
        ChangeKind::Rename(..) => Some(change.clone()),
        ChangeKind::Within(named, inside) => {
            let inside = renames(inside);
            (!inside.is_empty()).then(|| Change { kind: ChangeKind::Within(named.clone(), inside), ..change.clone() })
        }
        _ => None,
    });
    kept.collect()
}

impl Amended {
    /// The versions that lead from the standard to this one, this one included.
    fn chain<'a>(&'a self, version: &'a Version) -> Vec<&'a Version> {
        let mut chain = vec![version];
        while let Some(base) = chain.last().and_then(|last| last.based_on.as_ref()) {
            match self.versions.iter().find(|version| version.name == *base) {
                Some(base) if chain.len() <= self.versions.len() => chain.push(base),
                _ => break,
            }
        }
        chain.reverse();
        chain
    }

    /// The text of a version with the names that the amendments leading to another give to what is in it. What cannot be applied to
    /// it is left alone: the two need not have anything in common.
    pub(crate) fn renamed(&self, version: &Version, others: &Amended, other: &Version) -> Renamed {
        let mut given = Vec::new();
        let mut sources = self.sources.clone();
        let mut files = version.files.clone();
        let here: Vec<&str> = self.chain(version).iter().map(|version| version.name.as_str()).collect();
        let ahead = others.chain(other).into_iter().filter(|step| !here.contains(&step.name.as_str()) && !step.renames.is_empty());
        for step in ahead {
            // the new names are copied from the amendment, whose file becomes one of these
            let Some(amendment) = step.amendment.and_then(|span| others.sources.get(span.file)) else { continue };
            let file = sources.add(amendment.path.clone(), amendment.text.clone());
            let changes: Vec<Change> = step.renames.iter().map(|change| relocated(change, file)).collect();
            let outlines = outlines(&sources, &files);
            names_given(&step.renames, &outlines, &mut given);
            let mut edits = Edits::default();
            Target::new(&sources, &outlines).apply(&changes, &mut edits, &mut Vec::new());
            let mut next = Vec::new();
            for file in files {
                let (spliced, _) = edits.splice(&sources, file, 0, &[]);
                let path = sources.get(file).map(|source| source.path.clone()).unwrap_or_default();
                next.push(sources.add_spliced(path, spliced));
            }
            files = next;
        }
        let outlines = outlines(&sources, &files);
        Renamed { sources, outlines, renames: given }
    }
}

/// A text in which things have the names that later versions give them.
#[derive(Default)]
pub(crate) struct Renamed {
    pub(crate) sources: Sources,
    pub(crate) outlines: Vec<Outline>,
    /// What kind of thing, the name before, and the name after.
    pub(crate) renames: Vec<(String, String, String)>,
}

/// The renames of things that a text holds.
fn names_given(changes: &[Change], outlines: &[Outline], given: &mut Vec<(String, String, String)>) {
    fn holds(statements: &[Statement], named: &Named) -> bool {
        statements.iter().any(|one| one.kind == named.kind && one.name.as_ref() == Some(&named.name) || holds(&one.inside, named))
    }
    for change in changes {
        match &change.kind {
            ChangeKind::Rename(named, (to, _)) if outlines.iter().any(|outline| holds(&outline.statements, named)) => {
                given.push((named.kind.clone(), named.name.clone(), to.clone()));
            }
            ChangeKind::Within(_, inside) => names_given(inside, outlines, given),
            _ => {}
        }
    }
}

/// A rename with its places in a copy of its file.
fn relocated(change: &Change, file: u32) -> Change {
    let at = |span: Span| Span { file, ..span };
    let kind = match &change.kind {
        ChangeKind::Rename(named, (to, span)) => ChangeKind::Rename(Named { span: at(named.span), ..named.clone() }, (to.clone(), at(*span))),
        ChangeKind::Within(named, inside) => {
            ChangeKind::Within(Named { span: at(named.span), ..named.clone() }, inside.iter().map(|change| relocated(change, file)).collect())
        }
        other => other.clone(),
    };
    Change { kind, span: at(change.span) }
}

/// The kinds of statements that stand in the head of a standard.
const HEADINGS: &[&str] = &["k_title", "k_version", "k_document", "k_effective", "k_period", "k_rounding", "k_ties", "k_score", "k_calendar"];

/// What a keyword is called in both skins.
pub(crate) fn called(kind: &str) -> (String, String) {
    outline::called(kind)
}
