//! The command line: one file a subcommand, with its arguments and its run.
//!
//! In: arguments and files. Out: results on standard output or in `--out`, everything else on standard error. The exit status is
//! 0 where the question was answered, 1 where `check` or `test` found fault, 2 for bad arguments or input that cannot be used,
//! 3 where units were scored while facts of others are missing.

mod check;
mod explain;
mod explain_code;
mod input;
mod new;
mod output;
mod score;
mod template;
mod test;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::diag::Lang;

/// 考评:评估标准写成规则,每一分都有出处
///
/// States an evaluation standard as data and stands behind every score.
#[derive(Debug, Parser)]
#[command(name = "kaoping", version, propagate_version = true)]
struct Arguments {
    /// 语言 / language of messages and reports: zh, en
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

#[derive(Debug, Subcommand)]
enum Verb {
    /// 检查规则文件 / check rule files
    Check(check::Arguments),
    /// 按标准给一个期别打分、排名 / score and rank a period
    Score(score::Arguments),
    /// 说明一个得分的由来 / say how a score came about
    Explain(explain::Arguments),
    /// 由指标表拟定规则初稿 / draft a first rule file from a spreadsheet of indicators
    New(new::Arguments),
    /// 按标准做一张空的数据表 / an empty table of the facts that a standard needs
    Template(template::Arguments),
    /// 跑规则里的用例和公布过的月份 / run the cases in rule files and the published months
    Test(test::Arguments),
    /// 说明一个错误代码 / the long text of a diagnostic code
    ExplainCode(explain_code::Arguments),
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
    /// 期别,如 2020-11 / the period, as in 2020-11, 2020-Q4 or 2020
    #[arg(long, value_name = "期别")]
    period: Option<String>,
    /// 数据表或其文件夹,可重复 / a table of facts (XLSX, CSV, JSON) or a folder of them; may be repeated
    #[arg(long, value_name = "文件")]
    facts: Vec<PathBuf>,
    /// 只读 XLSX 的这张工作表,可重复 / read only this sheet of XLSX files; may be repeated
    #[arg(long, value_name = "工作表")]
    sheet: Vec<String>,
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
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let end = if error.use_stderr() { End::Unusable } else { End::Answered };
            let _ = error.print();
            return end.into();
        }
    };
    let lang = arguments.lang.map(|lang| match lang {
        LangArgument::Zh => Lang::Zh,
        LangArgument::En => Lang::En,
    });
    let end = match arguments.verb {
        Verb::Check(verb) => check::run(&verb, lang),
        Verb::Score(verb) => score::run(&verb, lang),
        Verb::Explain(verb) => explain::run(&verb, lang),
        Verb::New(verb) => new::run(&verb, lang),
        Verb::Template(verb) => template::run(&verb, lang),
        Verb::Test(verb) => test::run(&verb, lang),
        Verb::ExplainCode(verb) => explain_code::run(&verb, lang),
    };
    end.unwrap_or_else(|fault| fault.report(lang)).into()
}
