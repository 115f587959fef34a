//! `test`: the cases in rule files, and the published months.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use clap::ValueHint;

use super::help::{Example, example};
use super::input::{self, holds_rules, is_rule_file};
use super::output::{Fault, cause_words, locale, print, print_diagnostics};
use super::{End, Format, Subject, progress};
use crate::diag::{self, Code, Lang, Place, words};
use crate::engine::Versions;
use crate::facts::files::{FORMATS, is_root};
use crate::facts::ledger;
use crate::facts::register::UNIT;
use crate::facts::table::{self, Sheets, Table as Cells};
use crate::facts::{adjustments, named, register};
use crate::golden::Difference;
use crate::golden::case;
use crate::golden::month::{Evidence, Known, Report, compare};
use crate::plan::{Case, Plan};
use crate::results;
use crate::source::only_shares;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 规则文件、文件夹或公布过的月份;不写则是 policies/ 与 golden/ / Policies and published months; by default policies/ and golden/
    #[arg(value_name = "文件 / PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// 公布的月份依哪个标准;不写则按文件夹名在 policies/ 下找 / The policy of published months; by default the one named like their folder
    #[arg(long, value_name = "标准 / POLICY", value_hint = ValueHint::AnyPath)]
    policy: Option<PathBuf>,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
}

/// What came of one case or month.
struct Outcome {
    name: String,
    place: String,
    differences: Vec<Difference>,
    month: Option<Report>,
    /// The language of the rules.
    lang: Lang,
}

impl Outcome {
    fn passed(&self) -> bool {
        self.differences.is_empty() && self.month.as_ref().is_none_or(|month| month.differences.is_empty() && month.stale.is_empty() && month.results > 0)
    }
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping test", "跑 policies/ 与 golden/ 里的所有用例和月份", "Run all cases and months in policies/ and golden/"),
    example("kaoping test golden/示例/2024-01 --policy policies/示例", "把一个公布过的月份与算得的逐格核对", "Compare one published month cell by cell"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let defaults = [PathBuf::from("policies"), PathBuf::from("golden")];
    let paths: Vec<PathBuf> = if arguments.paths.is_empty() { defaults.into_iter().filter(|path| path.exists()).collect() } else { arguments.paths.clone() };
    if paths.is_empty() {
        return Err(Fault::Words(words!("当前文件夹下没有 policies/ 和 golden/,请写明要测的文件", "neither policies/ nor golden/ here: name what to test")));
    }
    let mut outcomes = Vec::new();
    for path in &paths {
        visit(path, arguments, lang, &mut outcomes)?;
    }
    if outcomes.is_empty() {
        return Err(Fault::Words(words!("没有找到用例或公布过的月份", "no case and no published month found")));
    }
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let (cases, failed) = (outcomes.len(), outcomes.len() - passed);
    match arguments.format {
        Format::Json => {
            let report = json!({ "cases": cases, "passed": passed, "failed": failed, "results": outcomes.iter().map(to_json).collect::<Vec<_>>() });
            print(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let lang = lang.unwrap_or_else(|| outcomes.first().map_or_else(locale, |outcome| outcome.lang));
            let mut text = String::new();
            for outcome in &outcomes {
                write(outcome, lang, &mut text);
            }
            let of = if cases == 1 { "case" } else { "cases" };
            let _ =
                writeln!(text, "{}", words!("{cases} 个用例,{passed} 个通过,{failed} 个不通过", "{cases} {of}, {passed} passed, {failed} failed").get(lang));
            print(&text)?;
        }
    }
    Ok(if failed > 0 { End::FaultFound } else { End::Answered })
}

fn visit(path: &Path, arguments: &Arguments, lang: Option<Lang>, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
    // rules that are wrong on purpose: what is said of them is kept beside them
    if path.join(super::check::EXPECT).is_file() {
        return Ok(());
    }
    if is_rule_file(path) || holds_rules(path) {
        // declarations that others use have no cases of their own
        return if only_shares(path) { Ok(()) } else { cases(path, outcomes) };
    }
    if !facts_of(path).is_empty() {
        outcomes.push(month(path, arguments, lang)?);
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|cause| {
        let (zh, en) = (cause_words(&cause).zh, cause_words(&cause).en);
        let path = path.display();
        Fault::Words(words!("读不了 {path}:{zh}", "cannot read {path}: {en}"))
    })?;
    let mut inside: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink()).collect();
    inside.sort();
    // facts without a table of results beside periods that have one are what those look back at
    if inside.iter().any(|path| !facts_of(path).is_empty() && has_results(path)) {
        inside.retain(|path| facts_of(path).is_empty() || has_results(path));
    }
    inside.iter().try_for_each(|path| visit(path, arguments, lang, outcomes))
}

fn cases(path: &Path, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
    let (policy, Versions { versions, mut diagnostics, .. }) = input::check(path)?;
    if versions.is_empty() {
        return Err(Fault::Diagnostics(diagnostics, Box::new(policy.sources)));
    }
    for version in &versions {
        let register = register::load(&policy.tables, &version.plan, &mut diagnostics);
        diagnostics.extend(register.iter().flat_map(|register| named::check(&version.plan, register)));
        if diag::any_error(&diagnostics) {
            return Err(Fault::Diagnostics(diagnostics, Box::new(policy.sources)));
        }
        let plan_of = |case: &Case| case.period.and_then(|period| version.at(period)).unwrap_or(&version.plan);
        outcomes.extend(version.plan.cases.iter().map(|case| (plan_of(case), case)).map(|(plan, case)| Outcome {
            name: case.name.clone(),
            place: policy.sources.place(case.span),
            differences: case::run(plan, case, register.as_ref()),
            month: None,
            lang: plan.lang,
        }));
    }
    Ok(())
}

// --- published months ---

fn month(folder: &Path, arguments: &Arguments, lang: Option<Lang>) -> Result<Outcome, Fault> {
    let policy = match &arguments.policy {
        Some(policy) => policy.clone(),
        None => policy_of(folder)?,
    };
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut loaded = input::load_policy(Some(&policy), Some(&name))?;
    let subject = Subject {
        period: Some(name),
        facts: std::iter::once(folder.to_path_buf()).chain(folder.parent().filter(|above| is_root(above)).map(Path::to_path_buf)).collect(),
        sheet: Vec::new(),
        adjustments: Vec::new(),
    };
    let period = input::period(&mut loaded, &subject)?;
    let facts = input::load_facts(&mut loaded, &subject, &period)?;
    let (mut tables, mut known) = published(folder, &loaded.plan)?;
    let is_published = |path: &str| tables.iter().any(|table| table.path == path && table.column(UNIT).is_some());
    let of_published = |place: &Place| matches!(place, Place::File(path) if is_published(path));
    // a published table is read, though not as facts
    loaded.warnings.retain(|warning| warning.code != Code::FileUnread || !warning.labels.iter().any(|label| of_published(&label.place)));
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, lang);
    if let Some(register) = &loaded.register {
        registered(&mut tables, &mut known, register);
    }
    let results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &progress::reached);
    let report = compare(&loaded.plan, &facts, &results, &tables, &known);
    Ok(Outcome { name: period, place: folder.display().to_string(), differences: Vec::new(), month: Some(report), lang: loaded.plan.lang })
}

/// The facts of a month: `facts.csv`, `facts.xlsx` and `facts.json`, as many as there are.
fn facts_of(folder: &Path) -> Vec<PathBuf> {
    FORMATS.iter().map(|format| folder.join(format!("facts.{format}"))).filter(|path| path.is_file()).collect()
}

/// The policy of a month, in the `policies/` nearest above it: the folder that lies there as the month's own folder lies beside it
/// (`policies/a/b` for `golden/a/b/2020-11`), or the one with the name of the month's folder.
fn policy_of(folder: &Path) -> Result<PathBuf, Fault> {
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let months = full.parent().unwrap_or(&full);
    let name = months.file_name().unwrap_or_default().to_os_string();
    for above in full.ancestors() {
        let inside: PathBuf = months.strip_prefix(above).unwrap_or(Path::new("")).iter().skip(1).collect();
        let policies = above.join("policies");
        let candidates = [inside, PathBuf::from(&name)].into_iter().filter(|inside| !inside.as_os_str().is_empty()).map(|inside| policies.join(inside));
        if let Some(candidate) = candidates.into_iter().find(|candidate| candidate.exists()) {
            let here = std::env::current_dir().ok();
            let short = here.and_then(|here| candidate.strip_prefix(here.canonicalize().ok()?).ok().map(Path::to_path_buf));
            return Ok(short.unwrap_or(candidate));
        }
    }
    let (folder, name) = (folder.display(), name.to_string_lossy());
    Err(Fault::Words(words!("{folder}:找不到标准 policies/{name},请用 --policy 写明", "{folder}: no policies/{name}, name the policy with --policy")))
}

/// Whether a table beside the facts of a month prints nothing; lock files of an office program are nobody's table.
fn is_no_result(name: &str) -> bool {
    name.starts_with("facts.") || adjustments::is_table(name) || name.starts_with(['.', '~'])
}

/// Whether a published table lies in the folder of a month.
fn has_results(folder: &Path) -> bool {
    let is_table = |name: &str| Path::new(name).extension().is_some_and(|ending| ending == "csv" || ending == "xlsx");
    std::fs::read_dir(folder).is_ok_and(|entries| {
        let mut names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.any(|name| is_table(&name) && !is_no_result(&name) && !name.starts_with("known."))
    })
}

/// The published tables of a month, and the differences that are known.
fn published(folder: &Path, plan: &Plan) -> Result<(Vec<Cells>, Vec<Known>), Fault> {
    let unreadable = |path: &Path, cause: std::io::Error| {
        let (zh, en) = (cause_words(&cause).zh, cause_words(&cause).en);
        let path = path.display();
        Fault::Words(words!("读不了 {path}:{zh}", "cannot read {path}: {en}"))
    };
    let entries = std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv" || ending == "xlsx"))
        .collect();
    paths.sort();
    let (mut tables, mut known) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        if is_no_result(&name) || plan.records.iter().any(|record| ledger::stands_for(stem, &record.name)) {
            continue;
        }
        let bytes = input::bytes_of(&path)?;
        let mut faults = Vec::new();
        let read = table::read(&path.display().to_string(), &bytes, &mut Sheets::default(), &mut faults);
        read.iter().for_each(|table| table.report_faults(&mut faults));
        if read.is_empty() || diag::any_error(&faults) {
            return Err(Fault::Diagnostics(faults, Box::default()));
        }
        for table in read {
            if name.starts_with("known.") {
                known.extend(table.rows.iter().map(|(_, row)| known_of(&table, row)));
            } else {
                tables.push(table);
            }
        }
    }
    Ok((tables, known))
}

/// Calls every unit by its name in the register.
fn registered(tables: &mut [Cells], known: &mut [Known], register: &register::Register) {
    let rename = |name: &mut String| {
        if let Some(entry) = register.find(name).and_then(|found| register.members.get(found)) {
            name.clone_from(&entry.name);
        }
    };
    for table in tables {
        let Some(column) = table.column(UNIT) else { continue };
        table.rows.iter_mut().filter_map(|(_, row)| row.get_mut(column)).for_each(rename);
    }
    known.iter_mut().for_each(|known| rename(&mut known.unit));
}

fn known_of(table: &Cells, row: &[String]) -> Known {
    let at = |zh: &str, en: &str| {
        table.headings.iter().position(|heading| heading == zh || heading == en).and_then(|index| row.get(index)).cloned().unwrap_or_default()
    };
    Known {
        unit: at("单位", "unit"),
        column: at("列", "column"),
        published: at("公布", "published"),
        computed: at("计算", "computed"),
        reason: at("原因", "reason"),
    }
}

// --- what is printed ---

fn write(outcome: &Outcome, lang: Lang, text: &mut String) {
    let (name, place) = (&outcome.name, &outcome.place);
    let verdict = match (outcome.passed(), lang) {
        (true, Lang::Zh) => "通过  ",
        (false, Lang::Zh) => "不通过",
        (true, Lang::En) => "passed",
        (false, Lang::En) => "FAILED",
    };
    let _ = writeln!(text, "{verdict} {name}  [{place}]");
    write_differences(&outcome.differences, lang, text);
    if let Some(month) = &outcome.month {
        write_month(month, lang, text);
    }
}

fn write_differences(differences: &[Difference], lang: Lang, text: &mut String) {
    if differences.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["单位或用例", "项目", "应为", "算得"],
        Lang::En => ["unit or case", "column", "expected", "computed"],
    });
    for difference in differences {
        table.add_row([&difference.unit, &difference.column, &difference.expected, &difference.computed]);
    }
    for line in table.lines() {
        let _ = writeln!(text, "    {}", line.trim_end());
    }
}

fn write_month(month: &Report, lang: Lang, text: &mut String) {
    let (cells, wrong, known) = (month.cells, month.differences.len(), month.known_cells);
    let _ = writeln!(
        text,
        "    {}",
        words!("核对 {cells} 格:{wrong} 格不符,{known} 格是已知的出入", "{cells} cells compared: {wrong} differ, {known} differ as known").get(lang)
    );
    write_differences(&month.differences, lang, text);
    for known in &month.known {
        let Known { unit, column, published, computed, reason } = known;
        let _ = writeln!(
            text,
            "    {}",
            words!(
                "已知 {unit} {column}:公布 {published},算得 {computed}:{reason}",
                "known {unit} {column}: published {published}, computed {computed}: {reason}"
            )
            .get(lang)
        );
    }
    for stale in &month.stale {
        let Known { unit, column, .. } = stale;
        let _ = writeln!(
            text,
            "    {}",
            words!("known.csv 写的出入没有出现,请删去:{unit} {column}", "known.csv lists a difference that does not occur, remove it: {unit} {column}")
                .get(lang)
        );
    }
    if month.results == 0 {
        let _ = writeln!(
            text,
            "    {}",
            words!(
                "没有一格得分、总分或名次可以核对:旁边要有公布的表,列名与指标一致",
                "no score, total or place to compare: published tables must lie beside the facts, with the names of the indicators as headings"
            )
            .get(lang)
        );
    }
    write_evidence(month, lang, text);
    if !month.ignored.is_empty() {
        let (names, names_en) = (month.ignored.join("、"), month.ignored.join(", "));
        let _ = writeln!(text, "    {}", words!("没有核对的列:{names}", "columns not compared: {names_en}").get(lang));
    }
}

/// Every kind of evidence with its heading.
const EVIDENCE: [(Evidence, &str, &str); 7] = [
    (Evidence::Published, "仅凭公布", "published"),
    (Evidence::Assumed, "另依假设", "assumed"),
    (Evidence::Fitted, "反推代入", "fitted"),
    (Evidence::Entered, "照录评定", "entered"),
    (Evidence::Default, "缺省", "default"),
    (Evidence::Unstated, "来历不明", "unstated"),
    (Evidence::Blank, "空格", "blank"),
];

fn write_evidence(month: &Report, lang: Lang, text: &mut String) {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let mut header = vec![match lang {
        Lang::Zh => "相符的格依据什么",
        Lang::En => "what agreeing cells rest on",
    }];
    header.extend(EVIDENCE.iter().map(|(_, zh, en)| if lang == Lang::Zh { *zh } else { *en }));
    table.set_header(header);
    for (column, counts) in &month.evidence {
        let mut row = vec![column.clone()];
        row.extend(EVIDENCE.iter().map(|(evidence, ..)| counts.get(evidence).map(usize::to_string).unwrap_or_default()));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.lines() {
        let _ = writeln!(text, "    {}", line.trim_end());
    }
}

fn to_json(outcome: &Outcome) -> Value {
    let differences = |differences: &[Difference]| -> Vec<Value> {
        differences.iter().map(|one| json!({ "unit": one.unit, "column": one.column, "expected": one.expected, "computed": one.computed })).collect()
    };
    let known = |known: &[Known]| -> Vec<Value> {
        known
            .iter()
            .map(|one| json!({ "unit": one.unit, "column": one.column, "published": one.published, "computed": one.computed, "reason": one.reason }))
            .collect()
    };
    let mut value = json!({ "name": outcome.name, "place": outcome.place, "passed": outcome.passed(), "differences": differences(&outcome.differences) });
    if let (Some(month), Some(object)) = (&outcome.month, value.as_object_mut()) {
        let evidence: serde_json::Map<String, Value> = month
            .evidence
            .iter()
            .map(|(column, counts)| {
                let counts: serde_json::Map<String, Value> =
                    EVIDENCE.iter().map(|(evidence, _, en)| ((*en).to_owned(), json!(counts.get(evidence).copied().unwrap_or(0)))).collect();
                (column.clone(), Value::Object(counts))
            })
            .collect();
        object.insert("differences".to_owned(), json!(differences(&month.differences)));
        object.insert("cells".to_owned(), json!(month.cells));
        object.insert("known".to_owned(), json!(known(&month.known)));
        object.insert("stale".to_owned(), json!(known(&month.stale)));
        object.insert("evidence".to_owned(), Value::Object(evidence));
        object.insert("not_compared".to_owned(), json!(month.ignored));
    }
    value
}
