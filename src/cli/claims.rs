//! `claims`: the sentences of a bulletin against its tables, the facts and what the standard makes of them.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};

use super::help::{Example, example};
use super::input::{Loaded, bytes_of, holds_rules, is_rule_file, load_facts, load_policy, period};
use super::output::{Fault, Tabular, cause_words, deliver, print_diagnostics, say_written};
use super::{End, Subject, progress};
use crate::audit::claims::{self, Claims, Files, Known};
use crate::diag::{self, Diagnostic, Lang, words};
use crate::facts::Facts;
use crate::report::{self, ClaimsView};
use crate::results::{self, Results};
use crate::source::{LARGEST, Sources, decode, read_up_to};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 断言文件,可写几个;其中的规则文件或文件夹是标准 / Claims files; a rule file or folder among them is the policy
    #[arg(required = true, value_name = "文件 / FILE", value_hint = ValueHint::AnyPath)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    subject: Subject,
    /// 输出格式:text(缺省)、md、csv、json / Format: text (the default), md, csv, json
    #[arg(long, value_enum, default_value = "text", value_name = "text|md|csv|json")]
    format: Tabular,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// 有不成立的断言时以 1 结束 / End with 1 where a claim fails
    #[arg(long, value_enum, value_name = "fails")]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Fails,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping claims 通报.claims", "逐句核对,表在断言文件里写明", "Check every sentence; the claims file names the tables"),
    example(
        "kaoping claims 通报.claims policies/示例 --period 2024-01 --facts 数据.csv",
        "连同数据和按标准算出的得分",
        "With the facts and the scores by the standard",
    ),
    example("kaoping claims 通报.claims --format json", "给程序读的结果", "The result for a program"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let (policies, files): (Vec<PathBuf>, Vec<PathBuf>) = arguments.files.iter().cloned().partition(|path| is_policy(path));
    if files.is_empty() {
        return Err(Fault::Words(words!("没有写明断言文件", "no claims file is named")));
    }
    let policy = match policies.as_slice() {
        [] => None,
        [one] => Some(one.as_path()),
        _ => return Err(Fault::Words(words!("只能写一个标准", "name one policy only"))),
    };
    let mut inputs: Vec<PathBuf> = files.clone();
    let month = scored(arguments, policy, lang, &mut inputs)?;
    let known = match &month {
        Some((loaded, Some((facts, results)))) => Known::month(&loaded.plan, facts, results),
        Some((loaded, None)) => Known::policy(&loaded.plan),
        None => Known::default(),
    };
    let (mut of_files, mut shown) = (Vec::new(), lang);
    for path in &files {
        let (claims, spoken) = judge(path, &known, lang, &mut inputs)?;
        shown = shown.or(Some(spoken));
        of_files.push((path.display().to_string(), claims));
    }
    let shown = shown.unwrap_or(Lang::Zh);
    let view = ClaimsView::new(&of_files, shown);
    let text = match arguments.format {
        Tabular::Text => report::claims_in_text(&view, shown),
        Tabular::Json => serde_json::to_string_pretty(&view).map(|text| text + "\n").unwrap_or_default(),
        Tabular::Md => report::claims_in_markdown(&view, shown),
        Tabular::Csv => report::claims_in_csv(&view, shown),
    };
    deliver(text.as_bytes(), arguments.out.as_ref(), &inputs).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(if arguments.fail_on == Some(FailOn::Fails) && view.any_fails() { End::FaultFound } else { End::Answered })
}

/// A folder, a rule file, or the name of a folder in `policies/`.
fn is_policy(path: &Path) -> bool {
    is_rule_file(path) || path.is_dir() || !path.exists() && holds_rules(&Path::new("policies").join(path))
}

/// A policy, and where facts are named a month that was scored by it.
type Scored = (Loaded, Option<(Facts, Results)>);

/// What is known of the month, where a policy and facts are named.
fn scored(arguments: &Arguments, policy: Option<&Path>, lang: Option<Lang>, inputs: &mut Vec<PathBuf>) -> Result<Option<Scored>, Fault> {
    let subject = &arguments.subject;
    if policy.is_none() && subject.facts.is_empty() && subject.period.is_none() {
        return Ok(None);
    }
    let mut loaded: Loaded = load_policy(policy, subject.period.as_deref())?;
    let shown = lang.unwrap_or_else(|| diag::language_of(&loaded.policy.sources, None));
    inputs.extend(loaded.inputs(subject));
    if subject.facts.is_empty() {
        return Ok(Some((loaded, None)));
    }
    let period = period(&mut loaded, subject).map_err(|fault| fault.speaking(shown))?;
    let facts = load_facts(&mut loaded, subject, &period).map_err(|fault| fault.speaking(shown))?;
    let results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &progress::reached);
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, lang);
    Ok(Some((loaded, Some((facts, results)))))
}

/// The verdicts on one file, and the language that it is written in.
pub(super) fn judge(path: &Path, known: &Known<'_>, lang: Option<Lang>, inputs: &mut Vec<PathBuf>) -> Result<(Claims, Lang), Fault> {
    let shown_path = path.display();
    let bytes = bytes_of(path)?;
    let Ok(text) = decode(&bytes) else {
        return Err(Fault::Words(words!("读不了 {shown_path}:不是文本", "cannot read {shown_path}: it is no text")));
    };
    let spoken = lang.unwrap_or_else(|| written_in(&text));
    let mut sources = Sources::default();
    let file = sources.add(path.display().to_string(), text);
    let mut diagnostics = Vec::new();
    let draft = claims::read(&sources, file, &mut diagnostics);
    let files = read_files(path, &draft, &mut diagnostics, inputs);
    let found = claims::judge(&mut sources, &draft, &files, known, &mut diagnostics);
    diag::sort(&mut diagnostics);
    match found {
        Some(found) if !diag::any_error(&diagnostics) => {
            print_diagnostics(&diagnostics, &sources, Some(spoken));
            Ok((found, spoken))
        }
        _ => {
            diagnostics.retain(Diagnostic::is_error);
            Err(Fault::Spoken(diagnostics, Box::new(sources), spoken))
        }
    }
}

fn read_files(path: &Path, draft: &claims::Draft, diagnostics: &mut Vec<Diagnostic>, inputs: &mut Vec<PathBuf>) -> Files {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut files = Files::new();
    for (name, span) in draft.files() {
        if files.contains_key(name) {
            continue;
        }
        let file = folder.join(name);
        match read_up_to(&file, LARGEST) {
            Ok(bytes) => {
                files.insert(name.to_owned(), (file.display().to_string(), bytes));
                inputs.push(file);
            }
            Err(cause) => diagnostics.push(claims::unreadable(name, span, &cause_words(&cause))),
        }
    }
    files
}

/// The skin of a claims file: that of its first word.
fn written_in(text: &str) -> Lang {
    let first = text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with(['#', '＃']));
    if first.is_some_and(|line| line.starts_with(|letter: char| letter.is_ascii_alphabetic())) { Lang::En } else { Lang::Zh }
}
