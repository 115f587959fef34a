//! `whatif`: facts changed at will, and what follows.

use std::path::PathBuf;

use clap::ValueHint;

use super::edition::Standard;
use super::help::{Example, example};
use super::input::{Loaded, Stopped, month, with_policy};
use super::output::{Fault, Tabular, deliver, print_diagnostics, say_written};
use super::{End, Subject, progress};
use crate::audit::{apart, freed, is_outside};
use crate::diag::{Code, Diagnostic, Lang, any_error, sort, words};
use crate::facts::changes::{Changed, Written, apply, in_tables, resolve, typed};
use crate::facts::{Facts, check, files};
use crate::plan::FactId;
use crate::report::{self, Freed, WhatifReport, Writing};
use crate::results;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    #[command(flatten)]
    subject: Subject,
    /// 改一个数:单位.列=值,值留空就是去掉,可写几次 / Change a fact: UNIT.COLUMN=VALUE, where no value takes it out; may be repeated
    #[arg(long, value_name = "单位.列=值 / UNIT.COLUMN=VALUE")]
    set: Vec<String>,
    /// 各单位都改:列=值,可写几次 / Change a fact of every unit: COLUMN=VALUE; may be repeated
    #[arg(long, value_name = "列=值 / COLUMN=VALUE")]
    set_all: Vec<String>,
    /// 改动表(CSV、XLSX、JSON,列为 单位、列、值),可写几次 / A table of changes (CSV, XLSX, JSON with the columns unit, column, value); may be repeated
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    changes: Vec<PathBuf>,
    /// 输出格式:text(缺省)、md、csv、json / Format: text (the default), md, csv, json
    #[arg(long, value_enum, default_value = "text", value_name = "text|md|csv|json")]
    format: Tabular,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping whatif --period 2024-01 --facts 数据.csv --set 甲县.超时件数=0", "甲县没有超时,会怎样", "What if one unit had no late case"),
    example("kaoping whatif --period 2024-01 --facts 数据.csv --set-all 超时件数=0 --format md", "谁都没有超时,会怎样", "What if no unit had any"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_policy((arguments.standard.named(), arguments.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, lang: Lang) -> Result<End, Fault> {
    let (period, facts) = month(loaded, &arguments.subject)?;
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(lang));
    let what_if = changed(arguments, loaded, &facts)?;
    print_diagnostics(&what_if.warnings, &loaded.policy.sources, Some(lang));
    progress::begin(&words!("打分", "scoring"));
    let scored = |facts: &Facts| results::score(&loaded.plan, facts, &loaded.policy.sha256, &period, &progress::reached);
    let (before, after) = (scored(&facts), scored(&what_if.facts));
    let moved = results::moved(&before, &after);
    let report = WhatifReport {
        plan: &loaded.plan,
        facts: &what_if.facts,
        period: &period,
        changes: &what_if.changes,
        moved: &moved,
        units: after.units.len(),
        freed: &what_if.freed,
        held: &what_if.held,
    };
    let text = match arguments.format {
        Tabular::Text => report::whatif_text(&report, Writing::Text, lang),
        Tabular::Md => report::whatif_text(&report, Writing::Md, lang),
        Tabular::Csv => report::whatif_text(&report, Writing::Csv, lang),
        Tabular::Json => format!("{:#}\n", report::whatif_json(&report)),
    };
    let inputs: Vec<PathBuf> = loaded.inputs(&arguments.subject).into_iter().chain(arguments.changes.iter().cloned()).collect();
    deliver(text.as_bytes(), arguments.out.as_ref(), &inputs)?;
    say_written(arguments.out.as_deref(), "", "", lang);
    Ok(End::Answered)
}

/// Facts with changes in place.
struct WhatIf {
    facts: Facts,
    changes: Vec<Changed>,
    /// Facts that follow, though they were given, and that stay as given.
    freed: Vec<Freed>,
    held: Vec<(usize, FactId)>,
    /// What is worth saying of the changes.
    warnings: Vec<Diagnostic>,
}

/// The changes of the command line and of tables, checked like any facts.
fn changed(arguments: &Arguments, loaded: &Loaded, facts: &Facts) -> Result<WhatIf, Fault> {
    let plan = &loaded.plan;
    let inputs = files::read(&arguments.changes, &[]).map_err(|fault| Stopped::Unreadable(fault).with(&loaded.policy.sources))?;
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut written: Vec<Written> = in_tables(&inputs, &mut diagnostics);
    for (texts, of_all) in [(&arguments.set_all, true), (&arguments.set, false)] {
        for (number, text) in texts.iter().enumerate() {
            written.push(typed(text, number + 1, of_all, plan).ok_or_else(|| malformed(text, of_all))?);
        }
    }
    if written.is_empty() && diagnostics.is_empty() {
        return Err(Fault::Words(words!(
            "请写明改什么:--set 单位.列=值、--set-all 列=值,或 --changes 文件",
            "name what is changed: --set UNIT.COLUMN=VALUE, --set-all COLUMN=VALUE or --changes FILE"
        )));
    }
    let changes = resolve(&written, facts, plan, loaded.register.as_ref(), &mut diagnostics);
    let stop = |mut diagnostics: Vec<Diagnostic>| {
        sort(&mut diagnostics);
        diagnostics.retain(Diagnostic::is_error);
        Fault::Diagnostics(diagnostics, Box::new(loaded.policy.sources.clone()))
    };
    if any_error(&diagnostics) {
        return Err(stop(diagnostics));
    }
    let mut what_if = WhatIf { facts: facts.clone(), changes: Vec::new(), freed: Vec::new(), held: Vec::new(), warnings: Vec::new() };
    // what adjustments did is in the facts already
    what_if.facts.adjustments = None;
    for (member, one) in facts.members.iter().enumerate() {
        let changing: Vec<FactId> = changes.iter().filter(|(change, _)| change.member == member).map(|(change, _)| change.fact).collect();
        let (Some(program), Some(row), false) = (plan.programs.get(one.tier), what_if.facts.rows.get_mut(member), changing.is_empty()) else { continue };
        let (out, _) = freed(program, row, &changing);
        what_if.freed.extend(out.into_iter().map(|fact| Freed { member, fact, set: None }));
    }
    apply(&mut what_if.facts, &changes, plan, &mut diagnostics);
    if any_error(&diagnostics) {
        return Err(stop(diagnostics));
    }
    for (member, (one, row)) in what_if.facts.members.iter().zip(&what_if.facts.rows).enumerate() {
        let Some(program) = plan.programs.get(one.tier).filter(|_| changes.iter().any(|(change, _)| change.member == member)) else { continue };
        what_if.held.extend(apart(program, row).into_iter().map(|fact| (member, fact)));
    }
    for one in &mut what_if.freed {
        let rows = facts.rows.get(one.member).zip(what_if.facts.rows.get(one.member));
        let program = facts.members.get(one.member).and_then(|member| plan.programs.get(member.tier));
        let (Some((before, after)), Some(program)) = (rows, program) else { continue };
        let given = before.get(one.fact).and_then(|cell| cell.known.as_ref());
        one.set = given.map(|given| (given.written.clone(), is_outside(program, after, one.fact, &given.stated)));
    }
    let known = check::check(plan, facts);
    // that a given value is not what follows is told with the answer: it holds
    let told = |fault: &Diagnostic| fault.code == Code::GivenDerived || known.contains(fault);
    let faults: Vec<Diagnostic> = check::check(plan, &what_if.facts).into_iter().filter(|fault| !told(fault)).collect();
    if any_error(&faults) {
        return Err(stop(faults));
    }
    what_if.warnings = diagnostics.into_iter().chain(faults).collect();
    sort(&mut what_if.warnings);
    what_if.changes = changes.into_iter().map(|(change, _)| change).collect();
    Ok(what_if)
}

fn malformed(text: &str, of_all: bool) -> Fault {
    Fault::Words(if of_all {
        words!("--set-all 「{text}」写得不对:写作 列=值,如 超时件数=0", "--set-all {text} is not understood: write COLUMN=VALUE, as in late=0")
    } else {
        words!("--set 「{text}」写得不对:写作 单位.列=值,如 甲县.超时件数=0", "--set {text} is not understood: write UNIT.COLUMN=VALUE, as in North.late=0")
    })
}
