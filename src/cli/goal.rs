//! `goal`: the least change of the facts of a unit by which it gets where it is to be.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};
use rust_decimal::Decimal;

use super::explain::{find_item, find_unit, split};
use super::help::{Example, example};
use super::input::{Loaded, month, with_policy};
use super::output::{Fault, deliver, print_diagnostics, say_written};
use super::{End, Subject, levers, progress};
use crate::audit::{Aim, Changing, Ranked, goal};
use crate::diag::{Lang, words};
use crate::eval::Until;
use crate::eval::outcome::Status;
use crate::explain::Topic;
use crate::facts::Facts;
use crate::quantity::Number;
use crate::report::{self, GoalReport};
use crate::results::evaluated;

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
    /// 要达到的总分 / The total to be reached
    #[arg(long, value_name = "分 / POINTS", conflicts_with_all = ["rank", "indicator"], allow_negative_numbers = true)]
    total: Option<String>,
    /// 要达到的名次;其他单位的数据不变 / The place to be reached, while the facts of all other units stay
    #[arg(long, value_name = "名次 / PLACE", conflicts_with = "indicator", allow_negative_numbers = true)]
    rank: Option<String>,
    /// 要达到 --score 的指标 / The indicator that is to reach --score
    #[arg(long, value_name = "指标 / INDICATOR", requires = "score")]
    indicator: Option<String>,
    /// 这个指标要达到的得分 / The score that the indicator is to reach
    #[arg(long, value_name = "分 / POINTS", requires = "indicator", allow_negative_numbers = true)]
    score: Option<String>,
    /// 可以改的数据,代替规则里的 可调:写作 名称:向下、名称:向上,后面可写每一步的代价,可写几次 / A fact that may change, instead of those that the rules call adjustable: NAME:down or NAME:up, with the cost of a step behind it if need be; may be repeated
    #[arg(long, value_name = "数据:向下 / FACT:down")]
    adjust: Vec<String>,
    /// 代价相同的改动最多列几种 / How many changes of the same cost are listed at most
    #[arg(long, value_name = "数 / NUMBER", default_value_t = 5, allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// 输出格式:text(缺省)、json / Format: text (the default), json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

/// The format of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) const EXAMPLES: &[Example] = &[
    example(
        "kaoping goal 甲县 --total 90 --adjust 超时件数:down --period 2024-01 --facts 数据.csv",
        "最少少几件超时,总分到 90 分",
        "How few late cases it takes for a total of 90",
    ),
    example("kaoping goal 甲县 --rank 1 --adjust 超时件数:down --period 2024-01 --facts 数据.csv", "怎样排到第 1", "What it takes to be first"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    // a goal has a unit: what stands alone is its name, whatever signs are in it
    let (policy, named) = match arguments.named.as_slice() {
        [one] if arguments.unit.is_none() => (None, Some(one.clone())),
        named => split(named, arguments.unit.is_some()),
    };
    with_policy((policy.as_deref(), arguments.subject.period.as_deref()), lang, |loaded, shown| answer(arguments, loaded, named, shown))
}

fn answer(arguments: &Arguments, loaded: &mut Loaded, named: Option<String>, lang: Lang) -> Result<End, Fault> {
    let Some(name) = arguments.unit.clone().or(named) else {
        return Err(Fault::Words(words!("请写明单位,例如 kaoping goal 单位名 --total 90 …", "name the unit, as in: kaoping goal UNIT --total 90 …")));
    };
    let (period, facts) = month(loaded, &arguments.subject)?;
    print_diagnostics(&loaded.warnings, &loaded.policy.sources, Some(lang));
    let unit = find_unit(loaded, &facts, &name)?;
    let member = facts.members.iter().position(|member| member.name == unit).ok_or(Fault::Closed)?;
    let (aim, target) = aim(arguments, loaded, &facts, &unit)?;
    let asked = Asked { unit: &unit, member, period: &period, aim, target };
    let text = sought(arguments, loaded, &facts, &asked, lang)?;
    deliver(text.as_bytes(), arguments.out.as_ref(), &loaded.inputs(&arguments.subject))?;
    say_written(arguments.out.as_deref(), "", "", lang);
    Ok(End::Answered)
}

struct Asked<'a> {
    unit: &'a str,
    member: usize,
    period: &'a str,
    aim: Aim,
    target: Decimal,
}

/// What is to be reached: just one of a total, a place, a score.
fn aim(arguments: &Arguments, loaded: &Loaded, facts: &Facts, unit: &str) -> Result<(Aim, Decimal), Fault> {
    let number = |text: &str| {
        let digits = text.trim().trim_end_matches("points").trim_end_matches('分').trim();
        Decimal::from_str_exact(digits)
            .map_err(|_| Fault::Words(words!("「{text}」不是数,写成 90 或 92.5 的样子", "{text} is no number: write it like 90 or 92.5")))
    };
    match (&arguments.total, &arguments.rank, &arguments.indicator, &arguments.score) {
        (Some(total), ..) => Ok((Aim::Total, number(total)?)),
        (_, Some(rank), ..) => {
            let place = number(rank)?;
            if place < Decimal::ONE || !place.fract().is_zero() {
                return Err(Fault::Words(words!(
                    "--rank 是名次,从 1 数起的整数,如 --rank 3,不能是「{rank}」",
                    "--rank is a place, a whole number that counts from 1, as in --rank 3; it cannot be {rank}"
                )));
            }
            Ok((Aim::Place, place))
        }
        (.., Some(indicator), Some(score)) => match find_item(&loaded.plan, facts, unit, indicator)? {
            Topic::Total => Ok((Aim::Total, number(score)?)),
            Topic::Item(item) => Ok((Aim::Item(item), number(score)?)),
            Topic::Output(_) => {
                Err(Fault::Words(words!("「{indicator}」是输出,不是得分;请写一个指标", "{indicator} is an output and no score: name an indicator")))
            }
        },
        _ => Err(Fault::Words(words!(
            "请写明目标:--total 90、--rank 40,或 --indicator 指标 --score 9",
            "name the goal: --total 90, --rank 40, or --indicator NAME --score 9"
        ))),
    }
}

fn sought(arguments: &Arguments, loaded: &Loaded, facts: &Facts, asked: &Asked<'_>, lang: Lang) -> Result<String, Fault> {
    let plan = &loaded.plan;
    let named = levers::parse_all(plan, &arguments.adjust)?;
    let unit = asked.unit;
    let (Some(member), Some(row)) = (facts.members.get(asked.member), facts.rows.get(asked.member)) else { return Err(Fault::Closed) };
    let program = plan.programs.get(member.tier).ok_or(Fault::Closed)?;
    if !row.listed {
        return Err(Fault::Words(words!("{unit}:数据表里没有这个单位,不知从何改起", "{unit} has no row in the tables of facts: there is nothing to change")));
    }
    if let Status::Exempt(exemption) = evaluated(program, row, Until::Scores).0.status {
        let reason = plan.exemptions.get(exemption).map(|exemption| exemption.name.as_str()).unwrap_or_default();
        return Err(Fault::Words(words!(
            "{unit} 本期不参评({reason}),没有得分,也就没有可达的目标",
            "{unit} is exempt ({reason}): it has no score, and no goal can be reached"
        )));
    }
    let wanted = levers::of_tier(plan, member.tier, &named);
    let (levers, stuck) = levers::of_unit((plan, program), row, &wanted);
    if levers.is_empty() {
        return Err(nothing_to_change(loaded, facts, asked.member, &stuck, named.is_empty()));
    }
    progress::begin(&words!("寻找最小的改动", "looking for the least change"));
    let target = Number::from(asked.target);
    let target = if asked.aim == Aim::Place { target.negated() } else { target };
    let ranked = Ranked::new(plan, facts);
    let rivals = ranked.beside(asked.member);
    let mut stand = Changing::new((plan, facts), asked.member, &rivals, levers).ok_or(Fault::Closed)?;
    let partly = stand.partly();
    let found = goal(&mut stand, asked.aim, target, usize::from(arguments.limit)).ok_or(Fault::Closed)?;
    let report = GoalReport {
        plan,
        program,
        sources: &loaded.policy.sources,
        unit,
        period: asked.period,
        aim: asked.aim,
        target: asked.target,
        levers: &stand.levers,
        stuck: &stuck,
        freed: &stand.freed,
        held: &stand.held,
        open: rivals.open,
        partly: &partly,
        in_part: rivals.in_part,
        by_bounds: stand.is_open() || asked.aim == Aim::Place && rivals.in_part > 0,
        goal: &found,
    };
    Ok(match arguments.format {
        Format::Text => report::goal_text(&report, lang),
        Format::Json => format!("{:#}\n", report::goal_json(&report)),
    })
}

/// Says why nothing can change, and what would.
fn nothing_to_change(loaded: &Loaded, facts: &Facts, member: usize, stuck: &[(usize, crate::audit::Stuck)], by_rules: bool) -> Fault {
    let plan = &loaded.plan;
    let label = |fact: usize| plan.facts.get(fact).map(crate::plan::Fact::label).unwrap_or_default();
    let known: Vec<&str> = levers::counts(plan, facts, member).into_iter().map(label).collect();
    let (list, list_en) = if known.is_empty() { ("无".to_owned(), "none".to_owned()) } else { (known.join("、"), known.join(", ")) };
    if stuck.is_empty() && by_rules {
        return Fault::Words(words!(
            "规则没有说哪些数据可调;在数据后面写 可调 向下,或用 --adjust 数据名:向下。这个单位知道的件数有:{list}",
            "the rules call no fact adjustable: write adjustable down behind a fact, or --adjust FACT:down. The counts that are known of the unit: {list_en}"
        ));
    }
    if stuck.is_empty() {
        return Fault::Words(words!("--adjust 写的数据都不适用于这个单位", "none of the facts of --adjust applies to the unit"));
    }
    let why: Vec<_> = stuck.iter().map(|(fact, stuck)| report::stuck_words(label(*fact), *stuck)).collect();
    let (zh, en) =
        (why.iter().map(|words| words.zh.as_str()).collect::<Vec<_>>().join(";"), why.iter().map(|words| words.en.as_str()).collect::<Vec<_>>().join("; "));
    Fault::Words(words!("没有可以改的数据:{zh}。知道的件数有:{list}", "nothing can change: {en}. The counts that are known of the unit: {list_en}"))
}
