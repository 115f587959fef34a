//! `diff`: what differs between two versions in meaning, and what that does to a month.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::help::{Example, example};
use super::input::{Rules, check, columns_of, cycles, read_facts};
use super::output::{Fault, print, say};
use super::{End, Format, Subject, progress};
use crate::diag::{Diagnostic, Lang, Place, language_of, words};
use crate::difference::{changes, impact};
use crate::engine::{Version, Versions};
use crate::facts::register;
use crate::quantity::Period;
use crate::source::Policy;
use crate::{period, report, results};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 旧版:规则文件、文件夹,或 文件夹@版本 / The old version: a rule file, a folder, or FOLDER@VERSION
    #[arg(value_name = "旧 / OLD")]
    old: PathBuf,
    /// 新版:规则文件、文件夹,或 文件夹@版本 / The new version: a rule file, a folder, or FOLDER@VERSION
    #[arg(value_name = "新 / NEW")]
    new: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping diff policies/示例@2024 policies/示例@修订一", "一次修订改了什么", "What a revision changes"),
    example(
        "kaoping diff policies/示例@2024 policies/示例 --period 2024-01 --facts 数据.csv",
        "放到一个月里,各单位的得分、名次变多少",
        "What it does to the scores and places of a month",
    ),
];

/// One of the two that are compared.
struct Compared {
    policy: Policy,
    versions: Versions,
    index: usize,
    name: String,
}

impl Compared {
    /// A path, or a path with `@` and a version behind it.
    fn read(named: &Path) -> Result<Self, Fault> {
        let text = named.display().to_string();
        let (path, version) = match text.rsplit_once('@') {
            Some((path, version)) if !named.exists() && !path.is_empty() => (PathBuf::from(path), Some(version.to_owned())),
            _ => (named.to_path_buf(), None),
        };
        let path = super::input::policy_path(Some(&path))?;
        let (policy, versions) = check(&path)?;
        if versions.versions.is_empty() {
            return Err(Fault::Diagnostics(versions.diagnostics, Box::new(policy.sources)));
        }
        let index = match &version {
            Some(version) => {
                let name = &super::edition::named(&versions, version)?.name;
                versions.versions.iter().position(|one| one.name == *name).unwrap_or_default()
            }
            None => versions.versions.len() - 1,
        };
        let name = versions.versions.get(index).map(|version| version.name.clone()).unwrap_or_default();
        Ok(Compared { name: format!("{}@{name}", path.display()), policy, versions, index })
    }

    fn version(&self) -> Result<&Version, Fault> {
        self.versions.versions.get(self.index).ok_or(Fault::Closed)
    }

    /// The results of a period under this version, whether or not it is in force then. A column that only the other version knows
    /// is no fault.
    fn score(&self, subject: &Subject, other: &Compared) -> Result<results::Results, Fault> {
        let version = self.version()?;
        let fault = |diagnostics| Fault::Diagnostics(diagnostics, Box::new(self.policy.sources.clone()));
        let known = cycles(std::iter::once(&version.plan).chain(&version.others));
        let period = period::named(subject.period.as_deref().unwrap_or_default(), &version.plan.head, &known).map_err(|one| fault(vec![one]))?;
        let plan = Period::parse(&period).and_then(|period| version.at(period)).unwrap_or(&version.plan);
        let mut found = Vec::new();
        let register = register::load(&self.policy.tables, plan, &mut found);
        let all = self.versions.versions.iter().flat_map(|version| std::iter::once(&version.plan).chain(&version.others));
        let others: Vec<_> =
            all.filter(|other| !std::ptr::eq(*other, plan)).map(|other| (other, register::load(&self.policy.tables, other, &mut Vec::new()))).collect();
        if crate::diag::any_error(&found) {
            return Err(fault(found));
        }
        let known = columns_of(&other.version()?.plan);
        let pardoned = |fault: &Diagnostic| {
            let cell = fault.labels.iter().find_map(|label| match &label.place {
                Place::Cell(cell) => Some(cell.column.as_str()),
                _ => None,
            });
            fault.code == crate::diag::Code::UnknownColumn && cell.is_some_and(|column| known.iter().any(|other| other == column))
        };
        let others = others.iter().map(|(plan, register)| (*plan, register.as_ref())).collect();
        let rules = Rules { plan, register: register.as_ref(), others };
        let (facts, _) = read_facts(&rules, subject, &period, &pardoned).map_err(|found| found.with(&self.policy.sources))?;
        Ok(results::score(plan, &facts, &self.policy.sha256, &period, &progress::reached))
    }
}

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let (old, new) = (Compared::read(&arguments.old)?, Compared::read(&arguments.new)?);
    let shown = lang.unwrap_or_else(|| language_of(&new.policy.sources, None));
    let subject = &arguments.subject;
    let renamed = old.versions.renamed(old.version()?, &new.versions, new.version()?);
    let found = changes(&renamed, new.versions.sources(), &new.versions.outlines(new.version()?));
    let moved = match (subject.period.is_some(), subject.facts.is_empty()) {
        (true, false) => {
            let (before, after) = (old.score(subject, &new), new.score(subject, &old));
            Some(impact(&before.map_err(|fault| fault.speaking(shown))?, &after.map_err(|fault| fault.speaking(shown))?))
        }
        (false, true) => None,
        _ => {
            return Err(Fault::Words(words!(
                "--facts 和 --period 要一起写:写明数据和它的期别",
                "--facts and --period go together: name the facts and their period"
            ))
            .speaking(shown));
        }
    };
    match arguments.format {
        Format::Json => {
            let report = json!({ "old": old.name, "new": new.name, "changes": found, "impact": moved.unwrap_or_default() });
            print(&format!("{report:#}\n"))?;
        }
        Format::Text => print(&report::differences((&old.name, &new.name), &found, moved.as_deref(), shown))?,
    }
    if found.is_empty() && old.version()?.plan.head.version != new.version()?.plan.head.version {
        say(words!("两个版本只有版本名、日期或文号不同", "only the name, dates or document of the version differ").get(shown));
    }
    Ok(End::Answered)
}
