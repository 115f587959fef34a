//! `check`: every fault of every rule file, in one run.

use std::path::{Path, PathBuf};

use serde_json::json;

use clap::ValueHint;

use super::help::{Example, example};
use super::input::{check, holds_rules, policies};
use super::output::{Fault, print, print_diagnostics, say};
use super::{End, Format};
use crate::diag::{self, Diagnostic, Lang, words};
use crate::engine::Versions;
use crate::facts::{named, register};
use crate::source::Sources;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 规则文件或文件夹;不写则是 policies/ 与 golden/ / Rule files and folders; by default policies/ and golden/
    #[arg(value_name = "文件 / PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping check", "检查 policies/ 与 golden/ 里的所有规则", "Check all rules in policies/ and golden/"),
    example("kaoping check policies/示例/标准.kp", "检查一个规则文件", "Check one rule file"),
    example("kaoping check policies --format json", "供编辑器读取的结果", "The same for an editor"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let mut found: Vec<(Vec<Diagnostic>, Sources)> = Vec::new();
    let mut files = 0;
    for path in expand(&arguments.paths)? {
        let (policy, Versions { versions, mut diagnostics, .. }) = check(&path)?;
        for version in &versions {
            let mut found = Vec::new();
            if let Some(register) = register::load(&policy.tables, &version.plan, &mut found) {
                found.extend(named::check(&version.plan, &register));
            }
            found.retain(|fault| !diagnostics.contains(fault));
            diagnostics.append(&mut found);
        }
        files += policy.sources.iter().count();
        found.push((diagnostics, policy.sources));
    }
    let errors = found.iter().flat_map(|(diagnostics, _)| diagnostics).filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = found.iter().map(|(diagnostics, _)| diagnostics.len()).sum::<usize>() - errors;
    match arguments.format {
        Format::Json => {
            let all: Vec<serde_json::Value> =
                found.iter().flat_map(|(diagnostics, sources)| diag::to_json(diagnostics, sources).as_array().cloned().unwrap_or_default()).collect();
            let report = json!({ "files": files, "errors": errors, "warnings": warnings, "diagnostics": all });
            print(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            for (diagnostics, sources) in &found {
                print_diagnostics(diagnostics, sources, lang);
            }
            let lang = lang.unwrap_or_else(|| found.first().map_or_else(super::output::locale, |(_, sources)| diag::language_of(sources, None)));
            say(words!("{files} 个规则文件,{errors} 处错误,{warnings} 处提醒", "rule files: {files}, errors: {errors}, warnings: {warnings}").get(lang));
        }
    }
    Ok(if errors > 0 { End::FaultFound } else { End::Answered })
}

/// The file that says which faults are expected of the rules beside it.
pub(super) const EXPECT: &str = "expect";

/// The policies that paths name: a folder with rule files is one, a folder of such folders is all of them.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    let mut default = vec![PathBuf::from("policies"), PathBuf::from("golden")];
    default.retain(|path| path == Path::new("policies") || path.is_dir());
    let mut found = Vec::new();
    for path in if paths.is_empty() { &default[..] } else { paths } {
        if path.is_dir() && !holds_rules(path) {
            let inside = nested(path);
            if inside.is_empty() && !(paths.is_empty() && path == Path::new("golden")) {
                let path = path.display();
                return Err(Fault::Words(words!("{path} 里没有规则文件(.kp、.kp.md)", "{path} holds no rule file (.kp, .kp.md)")));
            }
            found.extend(inside);
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// The policies inside a folder; rules that are wrong on purpose, with what is expected of them beside them, are left out.
fn nested(folder: &Path) -> Vec<PathBuf> {
    if folder.join(EXPECT).is_file() {
        return Vec::new();
    }
    let mut found = policies(folder);
    found.retain(|path| !path.join(EXPECT).is_file());
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    let mut folders: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink() && !holds_rules(path)).collect();
    folders.sort();
    found.extend(folders.iter().flat_map(|folder| nested(folder)));
    found
}
