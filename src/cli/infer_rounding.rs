//! `infer-rounding`: which conventions of rounding explain what was published.

use std::path::PathBuf;

use clap::ValueHint;

use super::help::{Example, example};
use super::input::Loaded;
use super::output::{Fault, deliver, say_written};
use super::published::{Asked, Held, with_published};
use super::{End, Format, progress};
use crate::audit::rounding::infer;
use crate::diag::{Lang, words};
use crate::report;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    asked: Asked,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[example(
    "kaoping infer-rounding policies/示例 --period 2024-01 --facts 数据.csv --published 公布.csv",
    "公布的得分是怎样取整的,别的办法各有什么反例",
    "How the published scores were rounded, and what speaks against every other way",
)];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    with_published(&arguments.asked, lang, |loaded, held, shown| answer(arguments, loaded, &held, shown))
}

fn answer(arguments: &Arguments, loaded: &Loaded, Held { facts, printed, inputs, .. }: &Held, shown: Lang) -> Result<End, Fault> {
    progress::begin(&words!("比较取整办法", "comparing conventions"));
    let found = infer(&loaded.plan, facts, printed, &progress::reached);
    let text = match arguments.format {
        Format::Text => report::inferred(&found, &loaded.plan, shown),
        Format::Json => format!("{:#}\n", report::inferred_as_json(&found, &loaded.plan, shown)),
    };
    deliver(text.as_bytes(), arguments.out.as_ref(), inputs)?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(End::Answered)
}
