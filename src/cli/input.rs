//! Reading what a command is about: the policy, the register, the period, the facts.

use std::path::{Path, PathBuf};

use super::Subject;
use super::output::{Fault, cause_words};
use super::progress;
use crate::diag::{self, Diagnostic, Words, words};
use crate::engine::{Compiled, compile};
use crate::facts::files::{Folders, InputFault};
use crate::facts::past::{self, Library};
use crate::facts::register::{self, Register};
use crate::facts::table::Sheets;
use crate::facts::{self, Facts, adjustments, files, load};
use crate::period;
use crate::plan::{self, Plan};
use crate::quantity::{Cycle, Period};
use crate::source::{Policy, PolicyFault, read_policy};

/// A policy that was read and checked.
pub(super) struct Loaded {
    pub(super) policy: Policy,
    /// The plan of the period that is asked for, of the latest where none is.
    pub(super) plan: Plan,
    /// The plans of other periods.
    pub(super) others: Vec<Plan>,
    pub(super) register: Option<Register>,
    /// What is worth saying and does not stop the work.
    pub(super) warnings: Vec<Diagnostic>,
}

impl Loaded {
    /// Makes the plan of a period the one that is used.
    fn use_plan_of(&mut self, period: Period) {
        let all = std::iter::once(&self.plan).chain(&self.others);
        let Some(wanted) = plan::of_period(all.clone(), period).and_then(|plan| all.clone().position(|other| std::ptr::eq(other, plan))) else { return };
        if let Some(other) = wanted.checked_sub(1).and_then(|index| self.others.get_mut(index)) {
            std::mem::swap(&mut self.plan, other);
        }
    }

    /// The cycles whose results the rules say how to come by, the shortest first.
    fn cycles(&self) -> Vec<Cycle> {
        let mut cycles: Vec<Cycle> = std::iter::once(&self.plan).chain(&self.others).map(|plan| plan.cycle).collect();
        cycles.sort_unstable();
        cycles.dedup();
        cycles
    }

    /// Every file and folder that a run reads.
    pub(super) fn inputs(&self, subject: &Subject) -> Vec<PathBuf> {
        let rules = self.policy.sources.all().map(|(_, source)| PathBuf::from(&source.path));
        let tables = self.policy.tables.iter().map(|(path, _)| PathBuf::from(path));
        let changes = adjustments::tables(&subject.facts, &subject.adjustments).unwrap_or_default();
        rules.chain(tables).chain(subject.facts.iter().cloned()).chain(changes).collect()
    }
}

/// The policy that is meant: the one named, or the only one in `policies/`.
pub(super) fn policy_path(named: Option<&Path>) -> Result<PathBuf, Fault> {
    if let Some(path) = named {
        // the name of a folder in policies/ will do
        let inside = Path::new("policies").join(path);
        return Ok(if !path.exists() && inside.exists() { inside } else { path.to_path_buf() });
    }
    let found = policies(Path::new("policies"));
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Fault::Words(words!(
            "没有写明标准,policies/ 下也没有带规则文件(.kp)的文件夹。用法:kaoping score 标准文件夹 …",
            "no policy named, and policies/ holds none with a rule file (.kp). Usage: kaoping score POLICY …"
        ))),
        many => {
            let names = many.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
            let (names, names_en) = (names.join("、"), names.join(", "));
            Err(Fault::Words(words!("policies/ 下有几个标准,请写明一个:{names}", "policies/ holds several policies, name one: {names_en}")))
        }
    }
}

/// The policies of a folder: each sub-folder that holds a rule file, each rule file; the folder itself if it holds rule files.
pub(super) fn policies(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() && holds_rules(&path) || path.is_file() && is_rule_file(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether a folder holds a rule file.
pub(super) fn holds_rules(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| entries.filter_map(Result::ok).any(|entry| is_rule_file(&entry.path())))
}

pub(super) fn is_rule_file(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("kp"))
}

/// Reads a policy as it is.
pub(super) fn read(path: &Path) -> Result<Policy, Fault> {
    progress::begin(&words!("读规则", "reading rules"));
    read_policy(path).map_err(|fault| Fault::Words(unreadable_policy(&fault)))
}

/// Reads and checks a policy; its faults and warnings, sorted, and the plans if there is no fault.
pub(super) fn check(path: &Path) -> Result<(Policy, Compiled), Fault> {
    let policy = read(path)?;
    let compiled = compile(&policy.sources);
    if compiled.plan.is_none() && !diag::any_error(&compiled.diagnostics) {
        let path = path.display();
        return Err(Fault::Words(words!(
            "{path}:内部错误(规则没有编成,也没有找出错误);请把规则文件和 kaoping --version 的输出一起报告",
            "{path}: internal error (the rules gave no plan and no fault); please report it with the rule files and the output of kaoping --version"
        )));
    }
    Ok((policy, compiled))
}

fn unreadable_policy(fault: &PolicyFault) -> Words {
    match fault {
        PolicyFault::Unreadable { path, cause } => {
            let (zh, en) = (cause_words(cause).zh, cause_words(cause).en);
            words!("读不了 {path}:{zh}", "cannot read {path}: {en}")
        }
        PolicyFault::NotText { path } => {
            words!("读不了 {path}:不是文本(UTF-8、UTF-16 或 GB18030,不超过 16 MB)", "cannot read {path}: not a text (UTF-8, UTF-16 or GB18030, at most 16 MB)")
        }
        PolicyFault::Empty { path } => words!("{path} 里没有规则文件(.kp)", "{path} holds no rule file (.kp)"),
    }
}

fn unreadable_facts(fault: &InputFault) -> Words {
    match fault {
        InputFault::Unreadable { path, cause } => {
            let (zh, en) = (cause_words(cause).zh, cause_words(cause).en);
            words!("读不了 {path}:{zh}", "cannot read {path}: {en}")
        }
        InputFault::TooLarge { path } => words!("读不了 {path}:超过 64 MB", "cannot read {path}: larger than 64 MB"),
        InputFault::NoFacts { path } => words!("{path} 里没有数据表(facts*.csv、.xlsx、.json)", "{path} holds no table of facts (facts*.csv, .xlsx, .json)"),
        InputFault::NoPeriod { path, period, there } => {
            let (list, list_en) = (there.join("、"), there.join(", "));
            words!("{path} 里没有 {period} 的文件夹;有的是:{list}", "{path} holds no folder of {period}; there are: {list_en}")
        }
        InputFault::TwoFolders { one, other } => words!("{one} 和 {other} 是同一期,只留一个", "{one} and {other} are of one period: keep one"),
        InputFault::NoAdjustments { path } => {
            words!("{path} 里没有调整表(调整.csv、adjustments.csv,或 .xlsx、.json)", "{path} holds no table of adjustments (adjustments.csv, .xlsx, .json)")
        }
        InputFault::TwoProvenances { path } => {
            words!("{path} 旁边既有 .来历.csv 又有 .provenance.csv,只留一个", "both .来历.csv and .provenance.csv stand beside {path}: keep one")
        }
    }
}

/// Reads a policy that must be without fault, and its register.
pub(super) fn load_policy(named: Option<&Path>) -> Result<Loaded, Fault> {
    let path = policy_path(named)?;
    let (policy, Compiled { plan, earlier: others, mut diagnostics }) = check(&path)?;
    let Some(plan) = plan else { return Err(Fault::Diagnostics(diagnostics, Box::new(policy.sources))) };
    let register = register::load(&policy.tables, &plan, &mut diagnostics);
    if diag::any_error(&diagnostics) {
        diagnostics.retain(Diagnostic::is_error);
        return Err(Fault::Diagnostics(diagnostics, Box::new(policy.sources)));
    }
    Ok(Loaded { policy, plan, others, register, warnings: diagnostics })
}

/// The period that is asked for, in the form that results carry; its plan is used from here on.
pub(super) fn period(loaded: &mut Loaded, subject: &Subject) -> Result<String, Fault> {
    let Some(text) = &subject.period else {
        let example = period::example(loaded.plan.head.cycle);
        return Err(Fault::Words(words!("请写明期别,例如 --period {example}", "name the period, as in --period {example}")));
    };
    read_period(loaded, text)
}

/// A period in the form that results carry; its plan is used from here on.
pub(super) fn read_period(loaded: &mut Loaded, text: &str) -> Result<String, Fault> {
    let period =
        period::read(text, &loaded.plan.head, &loaded.cycles()).map_err(|fault| Fault::Diagnostics(vec![fault], Box::new(loaded.policy.sources.clone())))?;
    if let Some(period) = Period::parse(&period) {
        loaded.use_plan_of(period);
    }
    Ok(period)
}

/// Reads the facts; a fault of any of them stops the work, warnings join those of the policy.
pub(super) fn load_facts(loaded: &mut Loaded, subject: &Subject, period: &str) -> Result<Facts, Fault> {
    let unreadable = |fault: InputFault| Fault::Words(unreadable_facts(&fault));
    progress::begin(&words!("读数据", "reading facts"));
    let (mut tables, folders) = Folders::sort_out(&subject.facts).map_err(unreadable)?;
    let of_period = Period::parse(period);
    if tables.is_empty()
        && let Some(of_period) = of_period
    {
        match folders.of(of_period) {
            Some(folder) => tables.push(folder.to_path_buf()),
            // a longer period may have no facts of its own
            None if loaded.plan.cycle != loaded.plan.head.cycle && !loaded.plan.reads_cells() => {}
            None => return Err(unreadable(folders.lacks(of_period))),
        }
    }
    let inputs = files::read(&tables).map_err(unreadable)?;
    let changes = adjustments::tables(&tables, &subject.adjustments).and_then(|tables| files::read(&tables)).map_err(unreadable)?;
    let mut diagnostics = Vec::new();
    let (plan, register) = (&loaded.plan, loaded.register.as_ref());
    let known = load::Known { plan, register, period: Some(period) };
    let mut table = load::load(&inputs, &mut Sheets::named(&subject.sheet), &known, &mut diagnostics);
    if let Some(period) = of_period {
        let plans = std::iter::once(plan).chain(&loaded.others).collect();
        let library = Library { plans, register, folders: &folders, sheets: &subject.sheet };
        past::fill(&mut table, (plan, period), &library, &mut diagnostics).map_err(unreadable)?;
    }
    progress::begin(&words!("核对数据", "checking facts"));
    if !diag::any_error(&diagnostics) {
        if changes.is_empty() {
            diagnostics.extend(facts::check::check(plan, &table));
        } else {
            table = adjustments::apply(table, &changes, plan, register, &mut diagnostics);
        }
    }
    diag::sort(&mut diagnostics);
    if diag::any_error(&diagnostics) {
        diagnostics.retain(Diagnostic::is_error);
        return Err(Fault::Diagnostics(diagnostics, Box::new(loaded.policy.sources.clone())));
    }
    loaded.warnings.extend(diagnostics);
    Ok(table)
}
