//! Published tables beside the rules and the facts of a period.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueHint;

use super::edition::Standard;
use super::input::{Loaded, month, with_policy};
use super::output::{Fault, cause_words, print_diagnostics, say};
use super::{End, Subject};
use crate::audit::printed::{Named, Printed};
use crate::diag::{self, Lang, closest, words};
use crate::facts::Facts;
use crate::facts::table::{self, Sheets, squeezed};
use crate::source::{LARGEST, read_up_to};

/// What is asked of a period, and the tables that were published of it.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    #[command(flatten)]
    pub(super) standard: Standard,
    #[command(flatten)]
    pub(super) subject: Subject,
    /// 公布的表(XLSX、CSV、JSON):得分、总分、名次,有哪些列都行,可写几次 / A published table (XLSX, CSV, JSON) of scores, totals or places, any of them; may be repeated
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    pub(super) published: Vec<PathBuf>,
}

/// A period that is to be held against what was published of it.
pub(super) struct Held {
    pub(super) period: String,
    pub(super) facts: Facts,
    pub(super) printed: Printed,
    /// Every file that was read.
    pub(super) inputs: Vec<PathBuf>,
}

/// Answers of a policy and what was published by it, in its language or in the one that is asked for.
pub(super) fn with_published(asked: &Asked, lang: Option<Lang>, answer: impl FnOnce(&Loaded, Held, Lang) -> Result<End, Fault>) -> Result<End, Fault> {
    with_policy((asked.standard.named(), asked.subject.period.as_deref()), lang, |loaded, shown| {
        let held = held(asked, loaded, shown)?;
        answer(loaded, held, shown)
    })
}

/// Reads all that is asked about.
fn held(asked: &Asked, loaded: &mut Loaded, shown: Lang) -> Result<Held, Fault> {
    if asked.published.is_empty() {
        return Err(Fault::Words(words!("请用 --published 给出公布的表", "give a published table with --published")));
    }
    let (period, facts) = month(loaded, &asked.subject)?;
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(shown));
    let printed = read(&asked.published, loaded, &facts, shown)?;
    let inputs = loaded.inputs(&asked.subject).into_iter().chain(asked.published.iter().cloned()).collect();
    Ok(Held { period, facts, printed, inputs })
}

/// The cells of published tables; what of them is not read is said.
pub(super) fn read(paths: &[PathBuf], loaded: &Loaded, facts: &Facts, lang: Lang) -> Result<Printed, Fault> {
    let mut tables = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let bytes = read_up_to(path, LARGEST).map_err(|cause| {
            let cause = if path.is_dir() {
                words!("这是一个文件夹,请写明其中的表", "this is a folder: name the tables in it")
            } else {
                cause_words(&cause)
            };
            let (zh, en) = (cause.zh, cause.en);
            Fault::Words(words!("读不了 {shown}:{zh}", "cannot read {shown}: {en}"))
        })?;
        let mut faults = Vec::new();
        let read = table::read(&shown, &bytes, &mut Sheets::default(), &mut faults);
        read.iter().for_each(|table| table.report_faults(&mut faults));
        if diag::any_error(&faults) || read.is_empty() && faults.is_empty() {
            return Err(Fault::Diagnostics(faults, Box::default()));
        }
        print_diagnostics(&faults, &loaded.policy.sources, Some(lang));
        tables.extend(read);
    }
    let printed = Printed::of(&tables, &loaded.plan, facts, &|name| named(loaded, facts, name));
    for table in &printed.unread {
        let Some((path, _)) = printed.tables.get(*table) else { continue };
        return Err(Fault::Words(words!(
            "{path} 没有「单位」这一列,不知道每一行是谁的;请在第一行写上列名 单位",
            "{path} has no column unit, so that nobody knows whose its rows are: write the heading unit"
        )));
    }
    warn(&printed, loaded, lang);
    if printed.cells.is_empty() {
        const NAMED: usize = 8;
        let mut names = columns(loaded);
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        let list = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(lang_separator(lang));
        return Err(Fault::Words(words!(
            "公布的表里没有一格可以核对:要有数据里的单位,列名要与标准里的一致,例如 {list}……",
            "no cell of the published tables can be compared: they need rows of units that the facts have, and headings of the standard, as in {list} …"
        )));
    }
    Ok(printed)
}

fn lang_separator(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    }
}

/// What tables of results may have as headings.
fn columns(loaded: &Loaded) -> Vec<&str> {
    let plan = &loaded.plan;
    let items = plan.items.iter().flat_map(|item| std::iter::once(&item.name).chain(&item.columns));
    let totals = std::iter::once(&plan.total.name).chain(&plan.total_columns);
    let facts = plan.facts.iter().flat_map(|fact| std::iter::once(&fact.name).chain(&fact.columns));
    items.chain(totals).chain(facts).map(String::as_str).chain(["排名"]).collect()
}

/// Says which columns name nothing.
fn warn(printed: &Printed, loaded: &Loaded, lang: Lang) {
    let known = columns(loaded);
    for (table, column) in &printed.ignored {
        let path = printed.tables.get(*table).map(|(path, _)| path.as_str()).unwrap_or_default();
        let (near, near_en) = match closest(column, known.iter().copied()) {
            Some(near) => (format!(";是不是「{near}」?"), format!("; did you mean {near}?")),
            None => (String::new(), String::new()),
        };
        say(words!(
            "注意:{path} 的列「{column}」在标准里没有对应,没有核对{near}",
            "note: column {column} of {path} is nothing in the standard and is not compared{near_en}"
        )
        .get(lang));
    }
}

/// The unit of a name: as the facts call it, or by another name of the register.
fn named(loaded: &Loaded, facts: &Facts, name: &str) -> Named {
    let registered =
        loaded.register.as_ref().and_then(|register| register.find(name).and_then(|index| register.members.get(index))).map(|entry| entry.name.as_str());
    let wanted = squeezed(registered.unwrap_or(name));
    let found = facts.members.iter().position(|member| squeezed(&member.name) == wanted);
    found.ok_or_else(|| closest(name, facts.members.iter().map(|member| member.name.as_str())).map(str::to_owned))
}
