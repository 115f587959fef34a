//! Which standard a command is about, and which version of it.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::input::{check, cycles, policy_path};
use super::output::Fault;
use crate::diag::{Diagnostic, Lang, closest, words};
use crate::engine::{Version, Versions};
use crate::period;
use crate::plan::Plan;
use crate::quantity::Period;
use crate::source::Policy;

/// Which standard.
#[derive(Debug, clap::Args)]
pub(super) struct Standard {
    /// 标准:规则文件或文件夹;policies/ 下只有一个时可不写 / The policy, a rule file or folder; may be left out where policies/ holds just one
    #[arg(value_name = "标准 / POLICY", value_hint = ValueHint::AnyPath)]
    policy: Option<PathBuf>,
}

impl Standard {
    /// As it was named, if it was.
    pub(super) fn named(&self) -> Option<&Path> {
        self.policy.as_deref()
    }

    /// Reads and checks it with all its versions; it must be without fault.
    pub(super) fn read(&self) -> Result<(Policy, Versions), Fault> {
        let (policy, compiled) = check(&policy_path(self.named())?)?;
        if compiled.versions.is_empty() {
            return Err(Fault::Diagnostics(compiled.diagnostics, Box::new(policy.sources)));
        }
        Ok((policy, compiled))
    }
}

/// Which version of which standard.
#[derive(Debug, clap::Args)]
pub(super) struct Edition {
    #[command(flatten)]
    pub(super) standard: Standard,
    /// 期别:显示那时施行的版本 / The period: the version that is in force then
    #[arg(long, value_name = "期别 / PERIOD")]
    period: Option<String>,
    /// 版本:显示这个版本;两者都不写则是最后一个 / The version to show; the last one where neither is named
    #[arg(long = "version", value_name = "版本 / VERSION", conflicts_with = "period")]
    version: Option<String>,
}

impl Edition {
    /// The version that is meant, with its plan of the period if one is named; faults speak the language of the policy.
    pub(super) fn of<'v>(&self, policy: &Policy, compiled: &'v Versions, lang: Lang) -> Result<(&'v Version, &'v Plan), Fault> {
        match (&self.period, &self.version) {
            (Some(period), _) => in_period(compiled, period).map_err(|fault| Fault::Diagnostics(vec![*fault], Box::new(policy.sources.clone())))?,
            (None, Some(name)) => Some(named(compiled, name).map_err(|fault| fault.speaking(lang))?).map(|version| (version, &version.plan)),
            (None, None) => compiled.versions.last().map(|version| (version, &version.plan)),
        }
        .ok_or(Fault::Closed)
    }
}

fn in_period<'v>(compiled: &'v Versions, text: &str) -> Result<Option<(&'v Version, &'v Plan)>, Box<Diagnostic>> {
    let heads: Vec<_> = compiled.versions.iter().map(|version| &version.plan.head).collect();
    let Some(version) = compiled.versions.get(period::version_in_force(text, &heads)?) else { return Ok(None) };
    let period = period::read(text, &version.plan.head, &cycles(std::iter::once(&version.plan).chain(&version.others)))?;
    let plan = Period::parse(&period).and_then(|period| version.at(period)).unwrap_or(&version.plan);
    Ok(Some((version, plan)))
}

/// The version of that name.
pub(super) fn named<'v>(compiled: &'v Versions, name: &str) -> Result<&'v Version, Fault> {
    if let Some(version) = compiled.versions.iter().find(|version| version.name == name) {
        return Ok(version);
    }
    let names: Vec<&str> = compiled.versions.iter().map(|version| version.name.as_str()).collect();
    let (list, list_en) = (names.join("、"), names.join(", "));
    let (near_zh, near_en) = match closest(name, names.iter().copied()) {
        Some(near) => (format!("是不是「{near}」?"), format!(" Did you mean {near}?")),
        None => (String::new(), String::new()),
    };
    Err(Fault::Words(words!("没有版本「{name}」。{near_zh}版本有:{list}", "there is no version {name}.{near_en} There are: {list_en}")))
}
