//! The command line: one file a subcommand, with its arguments and its run.
//!
//! In: arguments and files. Out: results on standard output or in `--out`, everything else on standard error. The exit status is
//! 0 where the question was answered, 1 where `check`, `fmt --check` or `test` found fault or what `--fail-on` names occurred, 2 for bad arguments or input that cannot be used,
//! 3 where units were scored while facts of others are missing.

mod aside;
mod check;
mod completions;
mod diff;
mod doc;
mod edition;
mod explain;
mod explain_code;
mod fmt;
mod help;
mod infer_rounding;
mod input;
mod invert;
mod key;
mod keys;
mod man;
mod new;
mod output;
mod progress;
mod published;
mod receipt;
mod reconcile;
mod root;
mod score;
mod show;
mod template;
mod test;
mod verify;
mod versions;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};

use crate::diag::Lang;
use help::{Example, example};

/// 考评:评估标准写成规则,每一分都有出处 / States an evaluation standard as data and stands behind every score
#[derive(Debug, Parser)]
#[command(name = "kaoping", version)]
struct Arguments {
    /// 提示和报告的语言:zh、en;不写则随规则文件或系统 / Language of messages and reports: zh, en; by default that of the rules or of the system
    #[arg(long, global = true, value_enum, value_name = "zh|en")]
    lang: Option<LangArgument>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LangArgument {
    Zh,
    En,
}

impl From<LangArgument> for Lang {
    fn from(lang: LangArgument) -> Self {
        match lang {
            LangArgument::Zh => Lang::Zh,
            LangArgument::En => Lang::En,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// 由指标表拟定规则初稿 / Draft a first rule file from a spreadsheet of indicators
    New(new::Arguments),
    /// 检查规则文件 / Check rule files
    Check(check::Arguments),
    /// 把规则文件排成统一的格式,或换成另一种语言的写法 / Lay rule files out in the one layout, or turn them into the other skin
    Fmt(fmt::Arguments),
    /// 跑规则里的用例和公布过的月份 / Run the cases in rule files and the published months
    Test(test::Arguments),
    /// 按标准做一张空的数据表 / An empty table of the facts that a standard needs
    Template(template::Arguments),
    /// 按标准给一个期别打分、排名 / Score and rank a period
    Score(score::Arguments),
    /// 说明一个得分的由来 / Say how a score came about
    Explain(explain::Arguments),
    /// 由印出的得分反推可能的数据 / From a printed score to the facts that can have printed it
    Invert(invert::Arguments),
    /// 核对一份收据:规则、数据、结果、步骤、前后和签名 / Verify a receipt: rules, facts, results, trace, chain and signature
    Verify(verify::Arguments),
    /// 生成给收据签名的一对密钥 / Make a pair of keys for signing receipts
    Key(key::Arguments),
    /// 把标准做成一个网页:正文、规则、分值和数据 / Make a page of a standard: its text, rules, marks and facts
    Doc(doc::Arguments),
    /// 列出一个标准的各个版本和施行日期 / List the versions of a standard and when each is in force
    Versions(versions::Arguments),
    /// 显示施行中的规则全文,改过的行注明出处 / Show the text in force, with the origin of each changed line
    Show(show::Arguments),
    /// 比较两个版本:意思上改了什么,一个月的得分会怎样 / Compare two versions: what changed in meaning, and what it does to a month
    Diff(diff::Arguments),
    /// 拿公布的表与标准和数据逐格核对 / Hold published tables against the standard and the facts, cell by cell
    Reconcile(reconcile::Arguments),
    /// 公布的得分是怎样取整的 / Find out how published scores were rounded
    InferRounding(infer_rounding::Arguments),
    /// 说明一个错误代码 / Show the long text of a diagnostic code
    ExplainCode(explain_code::Arguments),
    /// 显示一个命令的说明 / Show the help of a command
    Help(HelpArguments),
    /// 生成命令补全脚本 / Print a completion script for a shell
    Completions(completions::Arguments),
    /// 生成手册页 / Write the manual pages
    Man(man::Arguments),
}

#[derive(Debug, clap::Args)]
struct HelpArguments {
    /// 命令;不写则列出全部命令 / The command; all of them where it is left out
    #[arg(value_name = "命令 / COMMAND")]
    command: Option<String>,
}

const HELP_EXAMPLES: &[Example] = &[example("kaoping help score", "score 命令的全部选项", "All options of the command score")];

const EXAMPLES: &[Example] = &[
    example("kaoping score policies/示例 --period 2024-01 --facts 数据.csv", "给一个月打分、排名", "Score and rank a month"),
    example("kaoping explain 甲县 --indicator 按时办结 --period 2024-01 --facts 数据.csv", "一个得分是怎么来的", "How a score came about"),
    example("kaoping check policies", "改了规则之后检查", "Check the rules after a change"),
];

/// The examples of a command by its name; those of the program under its own.
fn examples(command: &str) -> &'static [Example] {
    match command {
        "kaoping" => EXAMPLES,
        "check" => check::EXAMPLES,
        "fmt" => fmt::EXAMPLES,
        "score" => score::EXAMPLES,
        "explain" => explain::EXAMPLES,
        "invert" => invert::EXAMPLES,
        "new" => new::EXAMPLES,
        "template" => template::EXAMPLES,
        "test" => test::EXAMPLES,
        "doc" => doc::EXAMPLES,
        "verify" => verify::EXAMPLES,
        "key" => key::EXAMPLES,
        "versions" => versions::EXAMPLES,
        "show" => show::EXAMPLES,
        "diff" => diff::EXAMPLES,
        "reconcile" => reconcile::EXAMPLES,
        "infer-rounding" => infer_rounding::EXAMPLES,
        "explain-code" => explain_code::EXAMPLES,
        "completions" => completions::EXAMPLES,
        "man" => man::EXAMPLES,
        "help" => HELP_EXAMPLES,
        _ => &[],
    }
}

/// The format of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Which standard, which period, which facts.
#[derive(Debug, clap::Args)]
struct Subject {
    /// 期别,如 2020-11、2020-Q4、2020 / The period, as in 2020-11, 2020-Q4 or 2020
    #[arg(long, value_name = "期别 / PERIOD")]
    period: Option<String>,
    /// 数据表(XLSX、CSV、JSON)、其文件夹,或放各期文件夹(如 2020-11)的文件夹,可写几次 / A table of facts (XLSX, CSV, JSON), a folder of them, or one that holds a folder for each period (as in 2020-11); may be repeated
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::AnyPath)]
    facts: Vec<PathBuf>,
    /// 只读 XLSX 的这张工作表,可写几次 / Read only this sheet of XLSX files; may be repeated
    #[arg(long, value_name = "工作表 / SHEET")]
    sheet: Vec<String>,
    /// 申诉后的调整表或其文件夹,可写几次;数据旁边的 调整.csv 不必写 / A table of adjustments or a folder of them, may be repeated; adjustments.csv beside the facts is read anyway
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::AnyPath)]
    adjustments: Vec<PathBuf>,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Answered,
    FaultFound,
    Unusable,
    FactsMissing,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        ExitCode::from(match end {
            End::Answered => 0,
            End::FaultFound => 1,
            End::Unusable => 2,
            End::FactsMissing => 3,
        })
    }
}

/// Runs the command line and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let shown = help::asked_for(&arguments).unwrap_or_else(output::locale);
    let parsed = help::command(shown).try_get_matches_from(arguments).and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return if help::answer(&error, shown) { End::Answered } else { End::Unusable }.into(),
    };
    let lang = arguments.lang.map(Lang::from);
    aside::clear_when_interrupted();
    progress::speak(shown);
    let end = match arguments.verb {
        Verb::Check(verb) => check::run(&verb, lang),
        Verb::Fmt(verb) => fmt::run(&verb, lang),
        Verb::Score(verb) => score::run(&verb, lang),
        Verb::Explain(verb) => explain::run(&verb, lang),
        Verb::Invert(verb) => invert::run(&verb, lang),
        Verb::New(verb) => new::run(&verb, lang),
        Verb::Template(verb) => template::run(&verb, lang),
        Verb::Test(verb) => test::run(&verb, lang),
        Verb::Verify(verb) => verify::run(&verb, lang),
        Verb::Key(verb) => key::run(&verb, shown),
        Verb::Doc(verb) => doc::run(&verb, lang),
        Verb::Versions(verb) => versions::run(&verb, lang),
        Verb::Show(verb) => show::run(&verb, lang),
        Verb::Diff(verb) => diff::run(&verb, lang),
        Verb::Reconcile(verb) => reconcile::run(&verb, lang),
        Verb::InferRounding(verb) => infer_rounding::run(&verb, lang),
        Verb::ExplainCode(verb) => explain_code::run(&verb, lang),
        Verb::Completions(verb) => completions::run(&verb, shown),
        Verb::Man(verb) => man::run(&verb, shown),
        Verb::Help(verb) => help::run(verb.command.as_deref(), shown),
    };
    let end = end.unwrap_or_else(|fault| fault.report(lang));
    progress::clear();
    end.into()
}
