//! Which facts a standard needs, and under which headings a table holds them.

use comfy_table::{Table, presets};

use super::pick;
use super::value::{unit_behind, unit_word};
use crate::diag::Lang;
use crate::plan::{Fact, Plan, Type};
use crate::quantity::{self, Unit};

/// The columns of a table of facts, with unit, step and what stands in for a blank cell.
pub(crate) fn needs(plan: &Plan, lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        pick(lang, "列", "column"),
        pick(lang, "单位", "unit"),
        pick(lang, "精度", "step"),
        pick(lang, "层级", "tiers"),
        pick(lang, "空着时", "where blank"),
    ]);
    for (id, fact) in plan.facts.iter().enumerate() {
        let read: Vec<&str> = plan
            .programs
            .iter()
            .filter(|program| program.facts.get(id).is_some_and(|step| step.is_some_and(|step| step < program.score_end)))
            .map(|program| program.tier.as_str())
            .collect();
        let tiers = if read.len() == plan.programs.len() { pick(lang, "全部", "all").to_owned() } else { read.join(pick(lang, "、", ", ")) };
        if read.is_empty() {
            continue;
        }
        table.add_row([fact.label().to_owned(), unit(fact, plan, lang), step(fact, lang), tiers, blank(fact, lang).to_owned()]);
    }
    let head = match lang {
        Lang::Zh => "数据表的第一列是「单位」,没有名册时还要「层级」,其余各列:\n",
        Lang::En => "The first column of a table of facts is unit (without a register also tier); the others are:\n",
    };
    format!("{head}{}\n{}", lines(&table), needs_besides(plan, lang))
}

fn lines(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// What a standard reads besides the table of facts: tables of records with their columns, and folders of other periods.
pub(crate) fn needs_besides(plan: &Plan, lang: Lang) -> String {
    let mut text = String::new();
    for record in &plan.records {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header([pick(lang, "列", "column"), pick(lang, "单位", "unit"), pick(lang, "精度", "step"), pick(lang, "空着时", "where blank")]);
        for field in &record.fields {
            let fact = &field.fact;
            let blank = if field.nullable { pick(lang, "可以空着", "may stay blank") } else { pick(lang, "不能空着", "must not be blank") };
            let private = if field.private { pick(lang, "(隐私)", " (private)") } else { "" };
            table.add_row([format!("{}{private}", fact.label()), unit(fact, plan, lang), step(fact, lang), blank.to_owned()]);
        }
        let name = &record.name;
        let said = match lang {
            Lang::Zh => format!("\n记录「{name}」每条一行,写在 --facts 文件夹的 {name}.csv,或工作簿的「{name}」表,第一列是「单位」,其余各列:\n"),
            Lang::En => format!(
                "\nThe records {name}, a line for each, stand in {name}.csv in the folder of --facts, or on the sheet {name} of a workbook; the first column is unit, \
                 the others are:\n"
            ),
        };
        text.push_str(&said);
        text.push_str(&lines(&table));
        text.push('\n');
    }
    let mut earlier: Vec<&str> = Vec::new();
    for name in plan.inputs.iter().filter(|input| input.earlier().is_some()).map(|input| input.name.get(lang)) {
        if !earlier.contains(&name) {
            earlier.push(name);
        }
    }
    if !earlier.is_empty() {
        let list = earlier.join(pick(lang, "、", ", "));
        let said = match lang {
            Lang::Zh => format!("\n还要读别的期:{list}。各期的数据每期一个文件夹(例如 2024-01),放在同一个文件夹里,把它用 --facts 给出\n"),
            Lang::En => format!(
                "\nOther periods are read too: {list}. Their facts stand in a folder for each (such as 2024-01) inside one folder, which is given with --facts\n"
            ),
        };
        text.push_str(&said);
    }
    text
}

fn unit(fact: &Fact, plan: &Plan, lang: Lang) -> String {
    match &fact.kind {
        Type::Number(unit) => unit_word(unit, lang),
        Type::Text => pick(lang, "文字", "a text").to_owned(),
        Type::Truth => pick(lang, "是、否", "yes, no").to_owned(),
        Type::Choice(symbols) => symbols.iter().filter_map(|symbol| plan.symbols.get(*symbol)).cloned().collect::<Vec<_>>().join(pick(lang, "、", ", ")),
    }
}

fn step(fact: &Fact, lang: Lang) -> String {
    match fact.unit() {
        None | Some(Unit::Date | Unit::Time) => String::new(),
        Some(unit) if unit.is_percent() => {
            let percent =
                quantity::Number::from(fact.step).times(&rust_decimal::Decimal::ONE_HUNDRED.into()).ok().and_then(|step| step.decimal()).unwrap_or(fact.step);
            format!("{}%", quantity::plain(percent))
        }
        Some(unit) => {
            let digits = quantity::plain(fact.step);
            format!("{digits} {}", unit_behind(&digits, unit, lang))
        }
    }
}

fn blank(fact: &Fact, lang: Lang) -> &'static str {
    match (fact.has_derivation, fact.has_default) {
        (true, _) => pick(lang, "由其他各列推得", "follows from other columns"),
        (false, true) => pick(lang, "按缺省值", "takes its default"),
        (false, false) => pick(lang, "缺数据", "missing"),
    }
}
