//! `explain`: the derivation of a score, down to clauses and cells.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};

use super::help::{Example, example};
use super::input::{Loaded, month, with_policy};
use super::output::{Fault, deliver, say_written};
use super::{End, Subject};
use crate::diag::{Lang, closest, words};
use crate::eval::Until;
use crate::eval::trace::Trace;
use crate::explain::{Case, Explanation, Private, Topic};
use crate::facts::table::squeezed;
use crate::facts::{Facts, Member};
use crate::plan::Plan;
use crate::report;
use crate::results::evaluated;
use crate::source::is_rule_name;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 单位,前面可写标准 / The unit, with the policy before it if need be
    #[arg(value_name = "标准或单位 / POLICY or UNIT", num_args = 0..=2)]
    named: Vec<String>,
    #[command(flatten)]
    subject: Subject,
    /// 单位 / The unit
    #[arg(long, value_name = "单位 / UNIT")]
    unit: Option<String>,
    /// 指标、类、加分扣分项或输出,可写几次;不写则说明总分 / An indicator, section or output, may be repeated; the total where it is left out
    #[arg(long, value_name = "指标 / INDICATOR")]
    indicator: Vec<String>,
    /// 列出所用的每条记录 / List every record that was read
    #[arg(long)]
    records: bool,
    /// 列出记录时遮住标为隐私的列 / Mask the columns that are marked private
    #[arg(long, requires = "records")]
    mask: bool,
    /// 输出格式:text(缺省)、md、json / Format: text (the default), md, json
    #[arg(long, value_enum, default_value = "text", value_name = "text|md|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping explain 甲县 --indicator 按时办结 --period 2024-01 --facts 数据.csv",
        "一个指标的得分是怎么来的",
        "How the score of an indicator came about",
    ),
    example("kaoping explain policies/示例 --unit 乙县 --period 2024-01 --facts 数据.csv --format json", "总分的由来,供程序读取", "The total, for a program"),
];

/// The format of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Md,
    Json,
}

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let (policy, named) = split(&arguments.named, arguments.unit.is_some());
    with_policy((policy.as_deref(), arguments.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, named, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, named: Option<String>, lang: Lang) -> Result<End, Fault> {
    let Some(name) = arguments.unit.clone().or(named) else {
        return Err(Fault::Words(words!("请写明单位,例如 kaoping explain 单位名 …", "name the unit, as in: kaoping explain UNIT …")));
    };
    let (period, facts) = month(loaded, &arguments.subject)?;
    let unit = find_unit(loaded, &facts, &name)?;
    let topics: Vec<Topic> = if arguments.indicator.is_empty() {
        vec![Topic::Total]
    } else {
        arguments.indicator.iter().map(|name| find_item(&loaded.plan, &facts, &unit, name)).collect::<Result<_, _>>()?
    };
    let listing = arguments.records.then_some(if arguments.mask { Private::Masked } else { Private::Shown });
    let asked = Asked { unit: &unit, period: &period, topics: &topics, listing, lang };
    let text = explain(loaded, &facts, &asked, arguments.format);
    deliver(text.as_bytes(), arguments.out.as_ref(), &loaded.inputs(&arguments.subject))?;
    say_written(arguments.out.as_deref(), "", "", lang);
    Ok(End::Answered)
}

/// The arguments without a flag: a path is the policy, anything else the unit.
pub(super) fn split(named: &[String], has_unit: bool) -> (Option<PathBuf>, Option<String>) {
    let is_path = |text: &String| Path::new(text).exists() || text.contains(['/', '\\']) || is_rule_name(Path::new(text));
    match named {
        [] => (None, None),
        [one] if has_unit || is_path(one) => (Some(PathBuf::from(one)), None),
        [one] => (None, Some(one.clone())),
        [first, second] if !is_path(first) && is_path(second) => (Some(PathBuf::from(second)), Some(first.clone())),
        [first, second, ..] => (Some(PathBuf::from(first)), Some(second.clone())),
    }
}

/// The unit of that name or alias.
pub(super) fn find_unit(loaded: &Loaded, facts: &Facts, name: &str) -> Result<String, Fault> {
    let registered =
        loaded.register.as_ref().and_then(|register| register.find(name).and_then(|index| register.members.get(index))).map(|entry| entry.name.clone());
    let wanted = registered.unwrap_or_else(|| name.trim().to_owned());
    // white space and small letters do not tell units apart, as in tables
    let same = |member: &&Member| squeezed(&member.name) == squeezed(&wanted);
    if let Some(member) = facts.members.iter().find(|member| member.name == wanted).or_else(|| facts.members.iter().find(same)) {
        return Ok(member.name.clone());
    }
    let near = closest(&wanted, facts.members.iter().map(|member| member.name.as_str())).unwrap_or_default();
    Err(Fault::Words(if near.is_empty() {
        words!("没有单位「{wanted}」", "there is no unit {wanted}")
    } else {
        words!("没有单位「{wanted}」,是不是「{near}」", "there is no unit {wanted}, did you mean {near}")
    }))
}

/// The item of that name that applies to the unit, else any of that name.
pub(super) fn find_item(plan: &Plan, facts: &Facts, unit: &str, name: &str) -> Result<Topic, Fault> {
    if name == plan.total.name || plan.total_columns.iter().any(|column| column == name) || name == "total" {
        return Ok(Topic::Total);
    }
    let program = facts.members.iter().find(|member| member.name == unit).and_then(|member| plan.programs.get(member.tier));
    let applies = |id: usize| program.is_some_and(|program| matches!(program.items.get(id), Some(Some(_))));
    let named: Vec<usize> =
        plan.items.iter().enumerate().filter(|(_, item)| item.name == name || item.columns.iter().any(|column| column == name)).map(|(id, _)| id).collect();
    if let Some(id) = named.iter().copied().find(|id| applies(*id)).or(named.first().copied()) {
        return Ok(Topic::Item(id));
    }
    if let Some(output) = plan.outputs.iter().find(|output| plan.values.get(**output).is_some_and(|output| output.name == name)) {
        return Ok(Topic::Output(*output));
    }
    let outputs = plan.outputs.iter().filter_map(|output| plan.values.get(*output)).map(|output| output.name.as_str());
    let known: Vec<&str> = plan.items.iter().map(|item| item.name.as_str()).chain(outputs).collect();
    let near = closest(name, known.iter().copied()).unwrap_or_default();
    let near_zh = if near.is_empty() { String::new() } else { format!("是不是「{near}」?") };
    let near = if near.is_empty() { String::new() } else { format!(" Did you mean {near}?") };
    let (list, list_en) = (known.join("、"), known.join(", "));
    Err(Fault::Words(words!("没有指标「{name}」。{near_zh}指标有:{list}", "there is no indicator {name}.{near} There are: {list_en}")))
}

/// What is to be explained.
struct Asked<'a> {
    unit: &'a str,
    period: &'a str,
    topics: &'a [Topic],
    /// Whether the records are listed, and how.
    listing: Option<Private>,
    lang: Lang,
}

fn explain(loaded: &Loaded, facts: &Facts, asked: &Asked<'_>, format: Format) -> String {
    let Asked { unit, period, topics, listing, lang } = *asked;
    let Some((index, member)) = facts.members.iter().enumerate().find(|(_, member)| member.name == unit) else { return String::new() };
    let (Some(program), Some(row)) = (loaded.plan.programs.get(member.tier), facts.rows.get(index)) else { return String::new() };
    if !row.listed && format != Format::Json {
        let text = format!("{unit}: {}\n", crate::results::not_listed(lang));
        return if format == Format::Md { report::derivation_in_markdown(&text) } else { text };
    }
    let (outcome, _) = evaluated(program, row, Until::Scores);
    let trace = Trace { plan: &loaded.plan, program, outcome: &outcome };
    let case = Case { trace, facts, row, sources: &loaded.policy.sources, unit, member: index, period };
    let records = |topic: Topic| listing.map(|private| case.records(topic, private, lang));
    let told = |topic: &Topic| {
        let listed: String = records(*topic).map(|records| report::records(&records, lang)).unwrap_or_default();
        format!("{}{listed}", report::derivation(&case, *topic, lang))
    };
    match format {
        Format::Text => topics.iter().map(told).collect::<Vec<_>>().join("\n"),
        Format::Md => topics.iter().map(|topic| report::derivation_in_markdown(&told(topic))).collect::<Vec<_>>().join("\n"),
        Format::Json => {
            let explanation = |topic: &Topic| Explanation { records: records(*topic).unwrap_or_default(), ..report::explanation(&case, *topic) };
            let all: Vec<_> = topics.iter().map(explanation).collect();
            let text = match all.as_slice() {
                [one] => serde_json::to_string_pretty(one),
                many => serde_json::to_string_pretty(many),
            };
            text.map(|text| text + "\n").unwrap_or_default()
        }
    }
}
