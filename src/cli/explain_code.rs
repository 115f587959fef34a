//! `explain-code`: the long text of a diagnostic code.

use super::End;
use super::help::{Example, example};
use super::output::{Fault, locale, print};
use crate::diag::{Code, Lang, words};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 代码,如 K0302;不写则列出全部 / A code, as in K0302; all of them where it is left out
    #[arg(value_name = "代码 / CODE")]
    code: Option<String>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping explain-code K0302", "什么意思、避免怎样写、应当怎样写、为什么", "What it means, what to avoid, what to prefer, and why"),
    example("kaoping explain-code", "列出全部代码", "List all codes"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let lang = lang.unwrap_or_else(locale);
    let Some(id) = &arguments.code else {
        let list: Vec<String> = Code::ALL.iter().map(|code| format!("{}  {}", code.id(), code.title().get(lang))).collect();
        print(&format!("{}\n", list.join("\n")))?;
        return Ok(End::Answered);
    };
    let Some(code) = Code::from_id(id) else {
        return Err(Fault::Words(words!("没有代码 {id};kaoping explain-code 列出全部", "there is no code {id}; kaoping explain-code lists them all")));
    };
    let page = code.page(lang);
    print(page)?;
    Ok(End::Answered)
}
