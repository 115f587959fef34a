//! `show`: the text that is in force, with where each changed line was written.

use std::path::PathBuf;

use clap::ValueHint;

use super::edition::Edition;
use super::help::{Example, example};
use super::input::files_of;
use super::output::{Fault, deliver, print_diagnostics, say_written};
use super::{End, LangArgument};
use crate::diag::{Lang, language_of, words};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    edition: Edition,
    /// 换成这种语言的关键词和单位 / The skin to turn keywords and units into
    #[arg(long, value_enum, value_name = "zh|en")]
    skin: Option<LangArgument>,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping show policies/示例 --period 2024-01",
        "2024 年 1 月施行的全文,改过的行注明出处",
        "The text in force in January 2024, with the origin of each changed line",
    ),
    example(
        "kaoping show policies/示例 --version 修订一 --skin en --out 现行.kp",
        "一个版本的全文,英文写法,存成规则文件",
        "A version in English, as a rule file",
    ),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let (policy, compiled) = arguments.edition.standard.read()?;
    let shown = lang.unwrap_or_else(|| language_of(&policy.sources, None));
    let (version, _) = arguments.edition.of(&policy, &compiled, shown)?;
    print_diagnostics(&compiled.diagnostics, &policy.sources, lang);
    let text = compiled.show(version, arguments.skin.map(Lang::from));
    let text = match text {
        Some(Ok(text)) => text,
        Some(Err(fault)) => {
            return Err(Fault::Words(words!(
                "内部错误({fault});请把规则文件和 kaoping --version 的输出一起报告",
                "internal error ({fault}); please report it with the rule files and the output of kaoping --version"
            )));
        }
        None => String::new(),
    };
    deliver(text.as_bytes(), arguments.out.as_ref(), &files_of(&policy)).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(End::Answered)
}
