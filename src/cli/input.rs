//! Reading what a command is about: the policy, the register, the period, the facts.

use std::path::{Path, PathBuf};

use super::output::{Fault, cause_words};
use super::progress;
use super::{End, Subject};
use crate::diag::{self, Diagnostic, Lang, Words, language_of, words};
use crate::engine::{Version, Versions, compile_versions};
use crate::facts::files::{Folders, InputFault};
use crate::facts::past::{self, Library};
use crate::facts::register::{self, Register};
use crate::facts::table::Sheets;
use crate::facts::{self, Facts, adjustments, calendar, files, load, named, stray};
use crate::period;
use crate::plan::{self, Plan};
use crate::quantity::{Cycle, Period};
use crate::source::{LARGEST, Policy, PolicyFault, Sources, is_rule_name, only_shares, read_policy, read_up_to};

/// A policy that was read and checked.
pub(super) struct Loaded {
    pub(super) policy: Policy,
    /// The plan of the period that is asked for, of the latest where none is.
    pub(super) plan: Plan,
    pub(super) register: Option<Register>,
    /// The plans of other periods, each with the register as its tiers have it.
    pub(super) others: Vec<(Plan, Option<Register>)>,
    /// What is worth saying and does not stop the work.
    pub(super) warnings: Vec<Diagnostic>,
    /// The files that facts were read from, those beside the ones that were named among them.
    pub(super) read: Vec<PathBuf>,
}

impl Loaded {
    /// Makes the plan of a period the one that is used.
    fn use_plan_of(&mut self, period: Period) {
        let all = || std::iter::once(&self.plan).chain(self.others.iter().map(|(plan, _)| plan));
        let Some(wanted) = plan::of_period(all(), period).and_then(|plan| all().position(|other| std::ptr::eq(other, plan))) else { return };
        if let Some((other, register)) = wanted.checked_sub(1).and_then(|index| self.others.get_mut(index)) {
            std::mem::swap(&mut self.plan, other);
            std::mem::swap(&mut self.register, register);
        }
    }

    /// The cycles whose results the rules say how to come by, the shortest first.
    fn cycles(&self) -> Vec<Cycle> {
        cycles(std::iter::once(&self.plan).chain(self.others.iter().map(|(plan, _)| plan)))
    }

    /// What facts are read by.
    fn rules(&self) -> Rules<'_> {
        let others = self.others.iter().map(|(plan, register)| (plan, register.as_ref()));
        Rules { plan: &self.plan, register: self.register.as_ref(), others: others.collect() }
    }

    /// Every file and folder that a run reads.
    pub(super) fn inputs(&self, subject: &Subject) -> Vec<PathBuf> {
        let changes = adjustments::tables(&subject.facts, &subject.adjustments).unwrap_or_default();
        files_of(&self.policy).into_iter().chain(subject.facts.iter().cloned()).chain(self.read.iter().cloned()).chain(changes).collect()
    }
}

/// The files of a policy: none of them is written over.
pub(super) fn files_of(policy: &Policy) -> Vec<PathBuf> {
    let rules = policy.sources.all().map(|(_, source)| PathBuf::from(&source.path));
    rules.chain(policy.table_paths()).collect()
}

/// The plan by which facts are read, and those of other periods, each with the register as its tiers have it.
pub(super) struct Rules<'r> {
    pub(super) plan: &'r Plan,
    pub(super) register: Option<&'r Register>,
    pub(super) others: Vec<(&'r Plan, Option<&'r Register>)>,
}

/// The cycles of plans, the shortest first.
pub(super) fn cycles<'p>(plans: impl Iterator<Item = &'p Plan>) -> Vec<Cycle> {
    let mut cycles: Vec<Cycle> = plans.map(|plan| plan.cycle).collect();
    cycles.sort_unstable();
    cycles.dedup();
    cycles
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
            "没有写明标准,policies/ 下也没有带规则文件(.kp、.kp.md)的文件夹。用法:kaoping score 标准文件夹 …",
            "no policy named, and policies/ holds none with a rule file (.kp, .kp.md). Usage: kaoping score POLICY …"
        ))),
        many => {
            let names = many.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
            let (names, names_en) = (names.join("、"), names.join(", "));
            Err(Fault::Words(words!("policies/ 下有几个标准,请写明一个:{names}", "policies/ holds several policies, name one: {names_en}")))
        }
    }
}

/// The policies of a folder: each sub-folder that holds a rule file, each rule file. What holds nothing but declarations for others to use is none.
pub(super) fn policies(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if (path.is_dir() && holds_rules(&path) || is_rule_file(&path)) && !only_shares(&path) {
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
    path.is_file() && is_rule_name(path)
}

/// Reads a policy as it is.
pub(super) fn read(path: &Path) -> Result<Policy, Fault> {
    progress::begin(&words!("读规则", "reading rules"));
    read_policy(path).map_err(|fault| Fault::Words(unreadable_policy(&fault)))
}

/// Reads and checks a policy: all its versions if there is no fault, and faults and warnings, sorted.
pub(super) fn check(path: &Path) -> Result<(Policy, Versions), Fault> {
    let mut policy = read(path)?;
    let mut compiled = compile_versions(&policy.sources);
    if compiled.versions.is_empty() && !diag::any_error(&compiled.diagnostics) {
        let path = path.display();
        return Err(Fault::Words(words!(
            "{path}:内部错误(规则没有编成,也没有找出错误);请把规则文件和 kaoping --version 的输出一起报告",
            "{path}: internal error (the rules gave no plan and no fault); please report it with the rule files and the output of kaoping --version"
        )));
    }
    for version in &compiled.versions {
        for plan in std::iter::once(&version.plan).chain(&version.others) {
            let mut found = Vec::new();
            calendar::load(&policy.tables, plan, &mut found);
            found.retain(|fault| !compiled.diagnostics.contains(fault));
            compiled.diagnostics.append(&mut found);
        }
    }
    // the calendar of one version is no register of another
    let plans = || compiled.versions.iter().flat_map(|version| std::iter::once(&version.plan).chain(&version.others));
    (policy.calendars, policy.tables) = policy.tables.into_iter().partition(|(path, _)| plans().any(|plan| calendar::is_calendar(plan, path)));
    if diag::any_error(&compiled.diagnostics) {
        compiled.versions.clear();
    }
    policy.sources = compiled.sources().clone();
    Ok((policy, compiled))
}

/// The bytes of a file that is named on the command line.
pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>, Fault> {
    bytes_up_to(path, LARGEST)
}

/// The same of a file that may have so many.
pub(super) fn bytes_up_to(path: &Path, largest: u64) -> Result<Vec<u8>, Fault> {
    read_up_to(path, largest).map_err(|cause| {
        let why = if path.is_dir() {
            words!("这是一个文件夹,请写明其中的文件", "this is a folder: name the files in it")
        } else {
            cause_words(&cause)
        };
        let (path, Words { zh, en }) = (path.display(), why);
        Fault::Words(words!("读不了 {path}:{zh}", "cannot read {path}: {en}"))
    })
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
        PolicyFault::Empty { path } => words!("{path} 里没有规则文件(.kp、.kp.md)", "{path} holds no rule file (.kp, .kp.md)"),
    }
}

fn unreadable_facts(fault: &InputFault) -> Words {
    match fault {
        InputFault::Unreadable { path, cause } => {
            let (zh, en) = (cause_words(cause).zh, cause_words(cause).en);
            words!("读不了 {path}:{zh}", "cannot read {path}: {en}")
        }
        InputFault::NoFacts { path, names: Words { zh, en }, there } => {
            let (list, list_en) = (there.join("、"), there.join(", "));
            let (list, list_en) = match there.as_slice() {
                [] => (String::new(), String::new()),
                _ => (
                    format!(";有的是:{list}。改成要读的名称,或用 --facts 写明文件"),
                    format!("; there are: {list_en}. Let the name be one that is read, or name the file with --facts"),
                ),
            };
            words!("{path} 里没有数据表:{zh}{list}", "{path} holds no table of facts: {en}{list_en}")
        }
        InputFault::NoPeriod { path, period, there, near } => {
            let (list, list_en) = (there.join("、"), there.join(", "));
            let (near, near_en) = match near {
                Some(near) => (format!("。「{near}」是不是 {period}?改成这个名称"), format!(". Did you mean {period} by {near}? Rename it")),
                None => (String::new(), String::new()),
            };
            words!("{path} 里没有 {period} 的文件夹;有的是:{list}{near}", "{path} holds no folder of {period}; there are: {list_en}{near_en}")
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

/// Reads a policy that must be without fault, and its register: the version that is in force in a period, or else the last.
pub(super) fn load_policy(named: Option<&Path>, period: Option<&str>) -> Result<Loaded, Fault> {
    let path = policy_path(named)?;
    let (policy, Versions { mut versions, mut diagnostics, .. }) = check(&path)?;
    if versions.is_empty() {
        return Err(Fault::Diagnostics(diagnostics, Box::new(policy.sources)));
    }
    let index = match period {
        Some(text) => {
            let heads: Vec<_> = versions.iter().map(|version| &version.plan.head).collect();
            period::version_in_force(text, &heads).map_err(|fault| Fault::Diagnostics(vec![*fault], Box::new(policy.sources.clone())))?
        }
        None => versions.len() - 1,
    };
    let Version { plan, others, .. } = versions.swap_remove(index);
    let register = register::load(&policy.tables, &plan, &mut diagnostics);
    diagnostics.extend(register.iter().flat_map(|register| named::check(&plan, register)));
    // the rules of other periods first: of a longer period the version with which it begins
    let others = others.into_iter().chain(versions.into_iter().flat_map(|version| std::iter::once(version.plan).chain(version.others)));
    let others = others.map(|plan| {
        // what is wrong with the register was said of the version that is used
        let register = register::load(&policy.tables, &plan, &mut Vec::new());
        (plan, register)
    });
    let others = others.collect();
    if diag::any_error(&diagnostics) {
        diagnostics.retain(Diagnostic::is_error);
        return Err(Fault::Diagnostics(diagnostics, Box::new(policy.sources)));
    }
    Ok(Loaded { policy, plan, register, others, warnings: diagnostics, read: Vec::new() })
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
    let fault = |fault| Fault::Diagnostics(vec![fault], Box::new(loaded.policy.sources.clone()));
    let period = period::read(text, &loaded.plan.head, &loaded.cycles()).map_err(fault)?;
    if let Some(period) = Period::parse(&period) {
        loaded.use_plan_of(period);
    }
    Ok(period)
}

/// What stops the reading of facts.
pub(super) enum Stopped {
    Unreadable(InputFault),
    Faults(Vec<Diagnostic>),
}

impl Stopped {
    pub(super) fn with(self, sources: &Sources) -> Fault {
        match self {
            Stopped::Unreadable(fault) => Fault::Words(unreadable_facts(&fault)),
            Stopped::Faults(found) => Fault::Diagnostics(found, Box::new(sources.clone())),
        }
    }
}

/// Answers of a policy, and says what is wrong in its language, or in the one that is asked for.
pub(super) fn with_policy(
    (named, period): (Option<&Path>, Option<&str>),
    lang: Option<Lang>,
    answer: impl FnOnce(&mut Loaded, Lang) -> Result<End, Fault>,
) -> Result<End, Fault> {
    let mut loaded = load_policy(named, period)?;
    let shown = lang.unwrap_or_else(|| language_of(&loaded.policy.sources, None));
    answer(&mut loaded, shown).map_err(|fault| fault.speaking(shown))
}

/// The period that is asked of and its facts, which have to be named.
pub(super) fn month(loaded: &mut Loaded, subject: &Subject) -> Result<(String, Facts), Fault> {
    if subject.facts.is_empty() {
        return Err(Fault::Words(words!("请用 --facts 给出数据表", "give a table of facts with --facts")));
    }
    let period = period(loaded, subject)?;
    let facts = load_facts(loaded, subject, &period)?;
    Ok((period, facts))
}

/// Reads the facts; a fault of any of them stops the work, warnings join those of the policy.
pub(super) fn load_facts(loaded: &mut Loaded, subject: &Subject, period: &str) -> Result<Facts, Fault> {
    let read = read_facts(&loaded.rules(), subject, period, &|_| false);
    let (facts, warnings) = read.map_err(|stopped| stopped.with(&loaded.policy.sources))?;
    loaded.warnings.extend(warnings);
    loaded.read.extend(facts.read.iter().map(|file| PathBuf::from(&file.path)));
    Ok(facts)
}

/// Reads facts against a plan, with what is worth saying; a fault stops the work unless it is pardoned.
pub(super) fn read_facts(
    Rules { plan, register, others }: &Rules<'_>,
    subject: &Subject,
    period: &str,
    pardoned: &dyn Fn(&Diagnostic) -> bool,
) -> Result<(Facts, Vec<Diagnostic>), Stopped> {
    let (plan, register) = (*plan, *register);
    progress::begin(&words!("读数据", "reading facts"));
    let records: Vec<&str> = plan.records.iter().map(|record| record.name.as_str()).collect();
    let (mut tables, folders) = Folders::sort_out(&subject.facts).map_err(Stopped::Unreadable)?;
    let of_period = Period::parse(period);
    if tables.is_empty()
        && let Some(of_period) = of_period
    {
        match folders.of(of_period) {
            Some(folder) => tables.push(folder.to_path_buf()),
            // a longer period may have no facts of its own
            None if plan.cycle != plan.head.cycle && !plan.reads_cells() => {}
            None => return Err(Stopped::Unreadable(folders.lacks(of_period))),
        }
    }
    let inputs = files::read(&tables, &records).map_err(Stopped::Unreadable)?;
    let changes = adjustments::tables(&tables, &subject.adjustments).and_then(|tables| files::read(&tables, &[])).map_err(Stopped::Unreadable)?;
    let mut diagnostics = stray::among_periods(&folders.roots, plan);
    diagnostics.extend(stray::beside(&tables, plan));
    let known = load::Known { plan, register, period: Some(period) };
    let mut table = load::load(&inputs, &mut Sheets::named(&subject.sheet), &known, &mut diagnostics);
    diagnostics.retain(|fault| !pardoned(fault));
    if let Some(period) = of_period {
        let rules = std::iter::once((plan, register)).chain(others.iter().copied()).collect();
        let library = Library { rules, folders: &folders, sheets: &subject.sheet };
        past::fill(&mut table, (plan, period), &library, &mut diagnostics).map_err(Stopped::Unreadable)?;
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
        return Err(Stopped::Faults(diagnostics));
    }
    Ok((table, diagnostics))
}

/// Every heading under which a plan reads facts.
pub(super) fn columns_of(plan: &Plan) -> Vec<String> {
    plan.facts.iter().flat_map(|fact| std::iter::once(&fact.name).chain(&fact.columns)).cloned().collect()
}
