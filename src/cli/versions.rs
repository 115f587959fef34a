//! `versions`: the versions of a standard, with their dates.

use std::fmt::Write;

use comfy_table::{Table, presets};
use serde_json::json;

use super::edition::Standard;
use super::help::{Example, example};
use super::output::{Fault, print, print_diagnostics};
use super::{End, Format};
use crate::diag::{Lang, language_of};
use crate::engine::Versions;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    standard: Standard,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping versions policies/示例", "一个标准有哪些版本,各自何时施行", "Which versions a standard has, and when each is in force"),
    example("kaoping versions policies/示例 --format json", "同样的内容,供程序读取", "The same for a program"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let (policy, compiled) = arguments.standard.read()?;
    let shown = lang.unwrap_or_else(|| language_of(&policy.sources, None));
    print_diagnostics(&compiled.diagnostics, &policy.sources, lang);
    match arguments.format {
        Format::Json => {
            let versions: Vec<serde_json::Value> = compiled
                .versions
                .iter()
                .map(|version| {
                    let head = &version.plan.head;
                    let (from, until) = head.effective.clone().map_or((None, None), |(from, until)| (Some(from), until));
                    json!({
                        "version": version.name, "title": head.title, "document": head.document, "from": from, "until": until,
                        "based_on": version.based_on, "files": compiled.files(version),
                    })
                })
                .collect();
            let standard = compiled.versions.first().map(|version| version.plan.head.name.clone());
            let report = json!({ "standard": standard, "sha256": policy.sha256, "versions": versions });
            print(&format!("{report:#}\n"))?;
        }
        Format::Text => print(&table(&compiled, &policy.sha256, shown))?,
    }
    Ok(End::Answered)
}

fn table(compiled: &Versions, sha256: &str, lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["版本", "施行", "至", "基于", "文号", "写在"],
        Lang::En => ["version", "from", "until", "based on", "document", "written in"],
    });
    for version in &compiled.versions {
        let head = &version.plan.head;
        let (from, until) = head.effective.clone().unwrap_or_default();
        let document = head.document.clone().unwrap_or_default();
        let based_on = version.based_on.clone().unwrap_or_default();
        table.add_row([version.name.clone(), from, until.unwrap_or_default(), based_on, document, compiled.files(version).join(", ")]);
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let name = if lang == Lang::Zh { "规则的 SHA-256" } else { "SHA-256 of the rules" };
    let _ = writeln!(text, " {name} {sha256}");
    text
}
