//! `show`: the text that is in force, with where each changed line was written.

use std::path::PathBuf;

use clap::ValueHint;

use super::help::{Example, example};
use super::input::{check, policy_path};
use super::output::{Fault, deliver, print_diagnostics, say_written};
use super::{End, LangArgument};
use crate::diag::{Lang, closest, language_of, words};
use crate::engine::{Version, Versions};
use crate::period;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 标准:规则文件或文件夹;policies/ 下只有一个时可不写 / The policy, a rule file or folder; may be left out where policies/ holds just one
    #[arg(value_name = "标准 / POLICY", value_hint = ValueHint::AnyPath)]
    policy: Option<PathBuf>,
    /// 期别:显示那时施行的文本 / The period: the text that is in force then
    #[arg(long, value_name = "期别 / PERIOD")]
    period: Option<String>,
    /// 版本:显示这个版本的文本;两者都不写则是最后一个 / The version to show; the last one where neither is named
    #[arg(long = "version", value_name = "版本 / VERSION", conflicts_with = "period")]
    named: Option<String>,
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
    let path = policy_path(arguments.policy.as_deref())?;
    let (policy, compiled) = check(&path)?;
    if compiled.versions.is_empty() {
        return Err(Fault::Diagnostics(compiled.diagnostics, Box::new(policy.sources)));
    }
    let shown = lang.unwrap_or_else(|| language_of(&policy.sources, None));
    let version = match (&arguments.period, &arguments.named) {
        (Some(period), _) => in_period(&compiled, period).map_err(|fault| Fault::Diagnostics(vec![*fault], Box::new(policy.sources.clone())))?,
        (None, Some(name)) => named(&compiled, name).map_err(|fault| fault.speaking(shown))?,
        (None, None) => compiled.versions.last(),
    };
    print_diagnostics(&compiled.diagnostics, &policy.sources, lang);
    let text = version.and_then(|version| compiled.show(version, arguments.skin.map(Lang::from)));
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
    let rules = policy.sources.all().map(|(_, source)| PathBuf::from(&source.path));
    let inputs: Vec<PathBuf> = rules.chain(policy.table_paths()).collect();
    deliver(text.as_bytes(), arguments.out.as_ref(), &inputs).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(End::Answered)
}

fn in_period<'v>(compiled: &'v Versions, text: &str) -> Result<Option<&'v Version>, Box<crate::diag::Diagnostic>> {
    let heads: Vec<_> = compiled.versions.iter().map(|version| &version.plan.head).collect();
    let version = compiled.versions.get(period::version_in_force(text, &heads)?);
    if let Some(version) = version {
        period::read(text, &version.plan.head, &super::input::cycles(std::iter::once(&version.plan).chain(&version.others)))?;
    }
    Ok(version)
}

/// The version of that name.
pub(super) fn named<'v>(compiled: &'v Versions, name: &str) -> Result<Option<&'v Version>, Fault> {
    if let Some(version) = compiled.versions.iter().find(|version| version.name == name) {
        return Ok(Some(version));
    }
    let names: Vec<&str> = compiled.versions.iter().map(|version| version.name.as_str()).collect();
    let (list, list_en) = (names.join("、"), names.join(", "));
    let (near_zh, near_en) = match closest(name, names.iter().copied()) {
        Some(near) => (format!("是不是「{near}」?"), format!(" Did you mean {near}?")),
        None => (String::new(), String::new()),
    };
    Err(Fault::Words(words!("没有版本「{name}」。{near_zh}版本有:{list}", "there is no version {name}.{near_en} There are: {list_en}")))
}
