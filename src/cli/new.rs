//! `new`: a first rule file from a spreadsheet of indicators.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::help::{Example, example};
use super::output::{Fault, cause_words, deliver, print, print_diagnostics};
use super::{End, input};
use crate::diag::{self, Lang, words};
use crate::draft::{self, Draft, draft, is_outline};
use crate::engine::compile;
use crate::facts::grid::Grid;
use crate::facts::table::{grids, squeezed};
use crate::source::Sources;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 指标表:类、指标、满分、层级各一列,或列名带分值的得分表(XLSX、CSV) / A list of indicators, or a table of scores with marks in its headings
    #[arg(value_name = "表 / TABLE", value_hint = ValueHint::FilePath)]
    table: PathBuf,
    /// 标准的名称,缺省用文件名 / The name of the standard, by default that of the file
    #[arg(long, value_name = "名称 / NAME")]
    name: Option<String>,
    /// XLSX 的哪张工作表 / Which sheet of an XLSX file
    #[arg(long, value_name = "工作表 / SHEET")]
    sheet: Option<String>,
    /// 写到这个文件夹,不写则印出规则 / Write into this folder; the rules are printed where it is left out
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping new 指标表.csv --out 新标准", "由指标表拟一份能检查通过的规则", "Draft rules that check clean from a list of indicators"),
    example("kaoping new 指标表.csv --name 新标准", "先看看拟成什么样", "See first what they are like"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let path = &arguments.table;
    let shown = path.display().to_string();
    let bytes = input::bytes_of(path)?;
    let mut found = Vec::new();
    let grid = pick(grids(&shown, &bytes, &mut found), arguments.sheet.as_deref());
    let name = arguments.name.clone().or_else(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).unwrap_or_default();
    let draft = grid.and_then(|grid| draft(grid, &name, lang, &mut found));
    let Some(draft) = draft else {
        if !diag::any_error(&found) {
            found.push(draft::no_outline(&shown));
        }
        found.retain(diag::Diagnostic::is_error);
        return Err(Fault::Diagnostics(found, Box::default()));
    };
    print_diagnostics(&found, &Sources::default(), Some(lang.unwrap_or(draft.lang)));
    check(&draft)?;
    match &arguments.out {
        None => print(&draft.rules)?,
        Some(folder) => write(&draft, folder, lang.unwrap_or(draft.lang))?,
    }
    Ok(End::Answered)
}

/// The sheet of that name, or the first that is not hidden and can be drafted from.
fn pick(grids: Vec<Grid>, name: Option<&str>) -> Option<Grid> {
    let is_named = |grid: &Grid, name: &str| grid.sheet.as_deref().is_some_and(|sheet| squeezed(sheet) == squeezed(name));
    grids.into_iter().find(|grid| match name {
        Some(name) => is_named(grid, name),
        None => !grid.hidden && is_outline(grid),
    })
}

/// What is written must be without fault: whatever the sheet says, the rules read it.
fn check(draft: &Draft) -> Result<(), Fault> {
    let mut sources = Sources::default();
    sources.add("标准.kp", draft.rules.clone());
    let compiled = compile(&sources);
    if compiled.plan.is_some() { Ok(()) } else { Err(Fault::Diagnostics(compiled.diagnostics, Box::new(sources))) }
}

fn write(draft: &Draft, folder: &Path, lang: Lang) -> Result<(), Fault> {
    let [rules, register] = match draft.lang {
        Lang::Zh => ["标准.kp", "名册.csv"],
        Lang::En => ["rules.kp", "register.csv"],
    };
    let shown = folder.display();
    if input::holds_rules(folder) || folder.join(register).exists() {
        return Err(Fault::Words(words!(
            "{shown} 里已有标准或名册,不覆盖;请换一个文件夹",
            "{shown} holds a policy or a register already, which is not overwritten: name another folder"
        )));
    }
    fs::create_dir_all(folder).map_err(|cause| {
        let (zh, en) = (cause_words(&cause).zh, cause_words(&cause).en);
        Fault::Words(words!("写不了 {shown}:{zh}", "cannot write {shown}: {en}"))
    })?;
    deliver(draft.rules.as_bytes(), Some(&folder.join(rules)), &[])?;
    if let Some(text) = &draft.register {
        // spreadsheet programs know UTF-8 by its mark
        deliver(format!("\u{FEFF}{text}").as_bytes(), Some(&folder.join(register)), &[])?;
    }
    let Draft { tiers, indicators, units, .. } = draft;
    // to be copied as it stands
    let typed = folder.display().to_string();
    let typed = if typed.contains(char::is_whitespace) { format!("\"{typed}\"") } else { typed };
    let done = words!(
        "写好 {shown}/{rules}:{tiers} 个层级,{indicators} 项;名册 {units} 家。接着:kaoping check {typed},再用 kaoping template {typed} 做数据表\n",
        "{shown}/{rules}: tiers {tiers}, items {indicators}; units in the register: {units}. Next: kaoping check {typed}, and kaoping template {typed} for a table of facts\n"
    );
    print(done.get(lang))
}
