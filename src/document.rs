//! A standard as one page of HTML: its text with the rules in place, its tables, and links between them.
//!
//! In: a plan and the files it came from. Out: one page that needs nothing else: no script, no picture, no network. What people
//! wrote is data on it and never runs. Never: facts, scores, or a word of what the standard says that is not in its files.

mod html;
mod names;
mod plain;
mod prose;
mod rules;
mod tables;

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::diag::Lang;
use crate::difference::Change;
use crate::plan::{Cycle, Head, MarkKind, Plan, Precision, Ties};
use crate::quantity::{self, Mode};
use crate::source::{Source, Sources, position};
use crate::syntax::{self, ast};
use html::{anchor, escaped};
use names::Index;
use rules::Writer;
use tables::Tables;

/// What is shown.
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    /// The files that hold the text of the version that is shown: its tables are made from them.
    pub(crate) files: &'a [u32],
    /// The version that it amends, if it amends one: then the text of the page is not its own.
    pub(crate) based_on: Option<&'a str>,
    /// What each amendment changes.
    pub(crate) revisions: &'a [Revision<'a>],
    pub(crate) sources: &'a Sources,
    /// The digest of all files.
    pub(crate) sha256: &'a str,
    pub(crate) lang: Lang,
}

/// What a version changes of the one that it amends.
pub(crate) struct Revision<'a> {
    pub(crate) head: &'a Head,
    pub(crate) based_on: &'a str,
    pub(crate) changes: Vec<Change>,
}

/// A heading of the page.
#[derive(Debug)]
struct Heading {
    level: u8,
    text: String,
    anchor: String,
}

impl Heading {
    /// A heading with a place of its own.
    fn new(others: &[Heading], level: u8, text: String) -> Self {
        let first = anchor("s-", &text);
        let taken: BTreeSet<&str> = others.iter().map(|heading| heading.anchor.as_str()).collect();
        let numbered = (2_usize..).map(|number| format!("{first}-{number}"));
        let anchor = std::iter::once(first.clone()).chain(numbered).find(|anchor| !taken.contains(anchor.as_str())).unwrap_or_default();
        Heading { level, text, anchor }
    }
}

/// The page.
pub(crate) fn page(subject: &Subject<'_>) -> String {
    let Subject { plan, files, revisions, sources, sha256, lang, .. } = *subject;
    let parsed = syntax::parse(sources);
    let shown = syntax::parse_files(sources, files);
    let index = Index::of(&parsed.files, &shown.files, (sources, files));
    let writer = Writer { index: &index, sources };
    let tables = Tables { plan, writer, files: &shown.files, revisions, lang };
    let mut headings = Vec::new();
    let own = own_title(&parsed.files, sources);
    let lower = u8::from(own.is_none());
    let text = texts(writer, &in_order(&parsed.files, sources), lower, (lang, &mut headings));
    let annex = annex(&tables, lang, &mut headings);
    let title = own.as_deref().or(plan.head.title.as_deref()).unwrap_or(&plan.head.name);
    let mut page = String::new();
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"generator\" content=\"kaoping {}\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#text\">{}</a>\n",
        pick(lang, "zh-CN", "en"),
        env!("CARGO_PKG_VERSION"),
        escaped(title),
        include_str!("document/style.css"),
        pick(lang, "跳到正文", "Skip to the text"),
    );
    let _ = write!(page, "<header>\n<h1>{}</h1>\n{}</header>\n", escaped(title), head(&plan.head, lang));
    page.push_str(&contents(&headings, lang));
    let _ = write!(page, "<main id=\"text\">\n{}{text}{annex}</main>\n", of_version(subject));
    let files: Vec<String> = sources.all().map(|(_, source)| escaped(file_name(&source.path)).into_owned()).collect();
    let _ = write!(
        page,
        "<footer>\n<p>{}{}</p>\n<p>{} <span class=\"hash\">{}</span></p>\n</footer>\n</body>\n</html>\n",
        pick(lang, "出自:", "From: "),
        files.join(pick(lang, "、", ", ")),
        pick(lang, "指纹(sha256)", "Digest (sha256)"),
        escaped(sha256),
    );
    page
}

/// Where the text is not that of the version: what of the page is.
fn of_version(subject: &Subject<'_>) -> String {
    let Some(based_on) = subject.based_on else { return String::new() };
    let (version, based_on) = (escaped(&subject.plan.head.version), escaped(based_on));
    match subject.lang {
        Lang::Zh => format!(
            "<p class=\"note\">正文和规则照各文件原样;附表是版本「{version}」的,它对版本「{based_on}」的改动列在<a href=\"#revisions\">修订所改</a>。</p>\n"
        ),
        Lang::En => format!(
            "<p class=\"note\">Text and rules stand as the files have them; the annexes are those of version {version}. What it changes of version {based_on} is listed under <a href=\"#revisions\">what amendments change</a>.</p>\n"
        ),
    }
}

fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The title of a standard whose only file is a text that has one.
fn own_title(files: &[ast::File], sources: &Sources) -> Option<String> {
    let amends = |file: u32| {
        let declarations = files.get(position(file)).map_or(&[][..], |file| file.declarations.as_slice());
        !declarations.is_empty() && declarations.iter().all(|declaration| matches!(declaration, ast::Declaration::Amendment(_)))
    };
    let mut stating = sources.iter().filter(|(file, _)| !amends(*file));
    let (_, only) = stating.next().filter(|(_, source)| source.is_literate())?;
    if stating.next().is_some() { None } else { prose::title(&only.text) }
}

/// The rule files, first the one that states the standard: what it uses may stand before it.
fn in_order<'a>(files: &[ast::File], sources: &'a Sources) -> Vec<(u32, &'a Source)> {
    let states = |file: u32| {
        let declarations = files.get(position(file)).map_or(&[][..], |file| file.declarations.as_slice());
        declarations.iter().any(|declaration| matches!(declaration, ast::Declaration::Standard(_)))
    };
    let mut found: Vec<(u32, &Source)> = sources.iter().collect();
    found.sort_by_key(|(file, _)| !states(*file));
    found
}

/// The text of every file.
fn texts(writer: Writer<'_>, files: &[(u32, &Source)], lower: u8, (lang, headings): (Lang, &mut Vec<Heading>)) -> String {
    let mut notes = 0;
    let mut html = String::new();
    for (file, source) in files.iter().copied() {
        if files.len() > 1 && !source.is_literate() {
            let heading = Heading::new(headings, 2, file_name(&source.path).to_owned());
            let _ = writeln!(html, "<h2 id=\"{}\" class=\"file\">{}</h2>", escaped(&heading.anchor), escaped(&heading.text));
            headings.push(heading);
        }
        html.push_str(&if source.is_literate() {
            prose::write(writer, (file, source), lower, headings, lang)
        } else {
            plain::write(writer, (file, source), headings, &mut notes, lang)
        });
    }
    html
}

/// The tables behind the text; those without rows are left out.
fn annex(tables: &Tables<'_>, lang: Lang, headings: &mut Vec<Heading>) -> String {
    let parts = [
        (pick(lang, "附:修订所改", "Annex: what amendments change"), tables.revisions()),
        (pick(lang, "附:各层级分值", "Annex: marks by tier"), tables.marks()),
        (pick(lang, "附:参数", "Annex: parameters"), tables.parameters()),
        (pick(lang, "附:数据", "Annex: facts"), tables.facts_table()),
        (pick(lang, "附:记录", "Annex: records"), tables.records()),
        (pick(lang, "附:扩展函数", "Annex: extension functions"), tables.functions()),
        (pick(lang, "附:不参评", "Annex: exemptions"), tables.exemptions()),
        (pick(lang, "附:一票否决", "Annex: vetoes"), tables.vetoes()),
        (pick(lang, "附:输出", "Annex: outputs"), tables.outputs()),
        (pick(lang, "附:名单", "Annex: lists"), tables.lists()),
        (pick(lang, "附:假设", "Annex: what is assumed"), tables.unknowns(&[MarkKind::Assumption])),
        (pick(lang, "附:待定", "Annex: what is not known"), tables.unknowns(&[MarkKind::StandIn, MarkKind::Pending])),
    ];
    let mut html = String::new();
    for (title, inside) in parts.into_iter().filter(|(_, inside)| !inside.is_empty()) {
        let heading = Heading::new(headings, 2, title.to_owned());
        let _ = write!(html, "<section>\n<h2 id=\"{}\">{}</h2>\n{inside}</section>\n", escaped(&heading.anchor), escaped(title));
        headings.push(heading);
    }
    html
}

/// What leads to the headings of the page.
fn contents(headings: &[Heading], lang: Lang) -> String {
    const DEEPEST: u8 = 4;
    let word = pick(lang, "目录", "Contents");
    let mut html = format!("<nav aria-label=\"{word}\">\n<h2>{word}</h2>\n<ol>\n");
    for heading in headings.iter().filter(|heading| heading.level <= DEEPEST) {
        let _ = writeln!(html, "<li class=\"l{}\"><a href=\"#{}\">{}</a></li>", heading.level, escaped(&heading.anchor), escaped(&heading.text));
    }
    html.push_str("</ol>\n</nav>\n");
    html
}

/// Version, dates and how scores are rounded.
fn head(head: &Head, lang: Lang) -> String {
    let mut lines = vec![(pick(lang, "标准", "Standard"), head.name.clone()), (pick(lang, "版本", "Version"), head.version.clone())];
    if let Some(document) = &head.document {
        lines.push((pick(lang, "文号", "Document"), document.clone()));
    }
    if let Some((from, until)) = &head.effective {
        let until = until.as_deref().map(|until| format!(" {} {until}", pick(lang, "至", "until"))).unwrap_or_default();
        lines.push((pick(lang, "施行", "Effective"), format!("{from}{until}")));
    }
    let cycle = match head.cycle {
        Cycle::Month => pick(lang, "每月", "monthly"),
        Cycle::Quarter => pick(lang, "每季", "quarterly"),
        Cycle::Year => pick(lang, "每年", "yearly"),
    };
    lines.push((pick(lang, "周期", "Cycle"), cycle.to_owned()));
    let mode = match head.mode {
        Mode::HalfUp => pick(lang, "四舍五入", "half up"),
        Mode::HalfEven => pick(lang, "四舍六入", "half even"),
        Mode::FromZero => pick(lang, "进一", "away from zero"),
        Mode::ToZero => pick(lang, "去尾", "toward zero"),
    };
    let step = quantity::plain(head.step);
    let precision = match (head.precision, lang) {
        (Precision::Rounded, Lang::Zh) => format!("各项取整到 {step} 分,{mode}"),
        (Precision::Rounded, Lang::En) => format!("each item to {step} points, {mode}"),
        (Precision::Shown, Lang::Zh) => format!("各项显示到 {step} 分,{mode},合计不取整"),
        (Precision::Shown, Lang::En) => format!("each item shown to {step} points, {mode}; sums take the exact score"),
    };
    lines.push((pick(lang, "得分", "Scores"), precision));
    let ties = match head.ties {
        Ties::Skipping => pick(lang, "跳号(1、1、3)", "skipping (1, 1, 3)"),
        Ties::Dense => pick(lang, "不跳号(1、1、2)", "dense (1, 1, 2)"),
        Ties::Shared => pick(lang, "平分(1.5、1.5、3)", "shared (1.5, 1.5, 3)"),
    };
    lines.push((pick(lang, "并列", "Ties"), ties.to_owned()));
    let mut html = String::from("<dl>\n");
    for (word, text) in &lines {
        let _ = writeln!(html, "<div><dt>{word}</dt><dd>{}</dd></div>", escaped(text));
    }
    html + "</dl>\n"
}
