//! `template`: an empty table of the facts that a standard needs.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

use super::End;
use super::edition::Standard;
use super::help::{Example, example};
use super::input::{Loaded, files_of, read_period, with_policy};
use super::output::{Fault, deliver, print_diagnostics, say, say_written};
use crate::diag::{Lang, words};
use crate::facts::register::Register;
use crate::plan::TierId;
use crate::report;
use crate::report::template::{Subject, Template};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    /// 期别:只列那一期在册的单位 / The period: only units that are in the register then
    #[arg(long, value_name = "期别 / PERIOD")]
    period: Option<String>,
    /// 输出格式,缺省看 --out 的扩展名,否则 xlsx / Format: xlsx, csv; by default that of --out, else xlsx
    #[arg(long, value_enum, value_name = "xlsx|csv")]
    format: Option<TemplateFormat>,
    /// 写到文件 / Write to a file
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// 可以覆盖已有的文件,里面填好的数据随之丢失 / A file that is there may be overwritten, with what was filled in
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TemplateFormat {
    Xlsx,
    Csv,
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping template policies/示例 --period 2024-01 --out 2024-01.xlsx",
        "本月要填的表,单位已填好",
        "The table to fill in for a month, with its units",
    ),
    example("kaoping template --period 2024-01 --out 2024-01.csv", "同样的表,CSV 格式", "The same as CSV"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_policy((arguments.standard.named(), arguments.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, shown: Lang) -> Result<End, Fault> {
    let period = match &arguments.period {
        Some(text) => Some(read_period(loaded, text)?),
        None => None,
    };
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(shown));
    if let Some(out) = arguments.out.as_ref().filter(|out| !arguments.force && out.is_file()) {
        let out = out.display();
        return Err(Fault::Words(words!(
            "{out} 已经有了,里面也许填了数据:换一个文件名,或加 --force 覆盖",
            "{out} is there already and may have been filled in: name another file, or overwrite it with --force"
        )));
    }
    let units = loaded.register.as_ref().map(|register| active(register, period.as_deref()));
    let subject = Subject { plan: &loaded.plan, sources: &loaded.policy.sources, units, period: period.as_deref(), lang: shown };
    let template = Template::new(subject);
    let bytes = match format(arguments) {
        TemplateFormat::Csv => template.to_csv().into_bytes(),
        TemplateFormat::Xlsx if arguments.out.is_none() && io::stdout().is_terminal() => {
            return Err(Fault::Words(words!("请用 --out 写明文件,例如 --out 数据.xlsx", "name a file with --out, as in --out facts.xlsx")));
        }
        TemplateFormat::Xlsx => template.to_workbook().map_err(|fault| Fault::Words(words!("做不成工作簿:{fault}", "the workbook cannot be made: {fault}")))?,
    };
    deliver(&bytes, arguments.out.as_ref(), &files_of(&loaded.policy))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    // a table of facts is not all that some standards read
    let besides = report::needs_besides(&loaded.plan, shown);
    if !besides.is_empty() {
        say(besides.trim());
    }
    Ok(End::Answered)
}

fn format(arguments: &Arguments) -> TemplateFormat {
    let by_name = || arguments.out.as_ref()?.extension().map(|ending| ending.eq_ignore_ascii_case("csv"));
    match (arguments.format, by_name()) {
        (Some(format), _) => format,
        (None, Some(true)) => TemplateFormat::Csv,
        (None, _) => TemplateFormat::Xlsx,
    }
}

/// The units of the register that are in office in the period.
fn active(register: &Register, period: Option<&str>) -> Vec<(String, TierId)> {
    register.active(period).map(|(_, entry)| (entry.name.clone(), entry.tier)).collect()
}
