//! The text of a draft, in either skin.

use std::fmt::Write;

use rust_decimal::Decimal;

use super::tree::{Kind, Node, leaves};
use super::{Draft, Outline, Total, tidy};
use crate::diag::Lang;
use crate::facts::table::csv_cell;
use crate::quantity::{self, BUILT_IN};
use crate::syntax::{self, Skin, keyword};

/// The digits behind the point to which scores are rounded, if marks need no more.
const DIGITS: u32 = 2;

struct Writer<'o> {
    outline: &'o Outline,
    lang: Lang,
    text: String,
}

/// Writes the rules and the register.
pub(super) fn write(outline: &Outline, name: &str, lang: Lang) -> Draft {
    let mut writer = Writer { outline, lang, text: String::new() };
    writer.head(name);
    writer.tiers();
    for node in &outline.nodes {
        writer.node(node, 0);
    }
    writer.total(&outline.total);
    let mut found = Vec::new();
    leaves(&outline.nodes, &mut found);
    let register = (!outline.units.is_empty()).then(|| writer.register());
    // a text that cannot be laid out has faults, which the check of the draft reports
    let rules = syntax::print(&writer.text, Skin::Kept).unwrap_or(writer.text);
    Draft { rules, register, lang, tiers: outline.tiers.len(), indicators: found.len(), units: outline.units.len() }
}

/// A name as rules write it: in brackets where it is not one plain word.
fn name(text: &str) -> String {
    let is_word = text.chars().all(|letter| letter.is_alphabetic() && !letter.is_ascii()) || text.chars().all(|letter| letter.is_ascii_alphabetic());
    let is_unit = BUILT_IN.iter().any(|(zh, en)| *zh == text || *en == text);
    if is_word && !text.is_empty() && !is_unit && keyword(text).is_none() { text.to_owned() } else { format!("「{text}」") }
}

/// A text in quotation marks that it does not hold itself.
fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", line.replace(['"', '\u{FF02}'], "'"))
}

impl Writer<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn points(&self, marks: Decimal) -> String {
        format!("{} {}", quantity::plain(marks), self.pick("分", "points"))
    }

    fn step(&self) -> Decimal {
        let mut found = Vec::new();
        leaves(&self.outline.nodes, &mut found);
        let digits = found.iter().filter_map(|node| node.marks).map(|marks| marks.normalize().scale()).max().unwrap_or(0);
        Decimal::new(1, digits.max(DIGITS))
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, standard: &str) {
        let (origin, step, standard) = (&self.outline.origin, quantity::plain(self.step()), tidy(standard));
        let title = self.outline.title.as_ref().map(|title| format!("    {} {}\n", self.pick("名称", "title"), quoted(title))).unwrap_or_default();
        let text = match self.lang {
            Lang::Zh => format!(
                "# 由 {origin} 拟定的初稿。每项都是人工评定:知道计分办法的,把 人工评定 换成条款,例如\n\
                 #     率 低于 95% 每 1 个百分点 扣 1 分,扣完为止\n\
                 标准 「{standard}」 {{\n{title}    版本 \"1\"    周期 月\n    舍入 四舍五入    得分 取整到 {step} 分    并列 跳号\n\
                 \x20   说明 \"版本、周期、舍入、取整、并列都是暂定的,表中没有写;核对后写上 施行 的日期\"\n}}\n"
            ),
            Lang::En => format!(
                "# A first draft from {origin}. Everything is assessed by hand: where it is known how a score comes about, put clauses in its place, as in\n\
                 #     rate below 95% per 1 pp deduct 1 points, down to 0\n\
                 standard 「{standard}」 {{\n{title}    version \"1\"    cycle month\n    rounding half up    score round to {step} points    ties skipping\n\
                 \x20   remark \"version, cycle, rounding and ties were chosen, the sheet states none; check them, and state from when it is effective\"\n}}\n"
            ),
        };
        self.line(&text);
    }

    fn tiers(&mut self) {
        let note = match (self.outline.guess, self.lang) {
            (false, _) => "",
            (true, Lang::Zh) => "   假设 \"层级按在哪些类有得分划分:表中没有写层级\"",
            (true, Lang::En) => "   assumption \"tiers by the sections in which units have scores: the sheet names none\"",
        };
        for tier in &self.outline.tiers {
            let line = format!("{} {} {} {}{note}", self.pick("层级", "tier"), name(&tier.name), self.pick("满分", "marks"), self.points(tier.marks));
            self.line(&line);
        }
        self.line("");
    }

    fn node(&mut self, node: &Node, depth: usize) {
        let indent = "    ".repeat(depth);
        let mut line = format!("{indent}{} {}", self.kind(node), name(&node.name));
        if let Some(marks) = node.marks.filter(|marks| *marks > Decimal::ZERO) {
            let word = if node.kind == Kind::Base { self.pick("满分", "marks") } else { self.pick("封顶", "cap") };
            let _ = write!(line, " {word} {}", self.points(marks));
        }
        if let Some(column) = &node.column {
            let _ = write!(line, " {} {}", self.pick("列", "column"), quoted(column));
        }
        if !node.tiers.is_empty() {
            let names: Vec<String> = node.tiers.iter().filter_map(|tier| self.outline.tiers.get(*tier)).map(|tier| name(&tier.name)).collect();
            let _ = write!(line, "  {} {}", self.pick("适用", "applies to"), names.join(self.pick("、", ", ")));
        }
        if node.children.is_empty() {
            let _ = write!(line, "  {}", self.pick("人工评定", "assessed"));
            if node.kind != Kind::Base {
                let _ = write!(line, " {} {}", self.pick("缺省", "default"), self.points(Decimal::ZERO));
            }
            line.push_str(&self.notes(node));
            self.line(&line);
            return;
        }
        let _ = write!(line, "{} {{", self.notes(node));
        self.line(&line);
        for child in &node.children {
            self.node(child, depth + 1);
        }
        let close = format!("{indent}}}");
        self.line(&close);
    }

    fn kind(&self, node: &Node) -> &'static str {
        let (zh, en) = match (node.kind, node.children.is_empty()) {
            (Kind::Base, true) => ("指标", "indicator"),
            (Kind::Base, false) => ("类", "section"),
            (Kind::Bonus, _) => ("加分项", "bonus"),
            (Kind::Penalty, _) => ("扣分项", "penalty"),
        };
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// What the sheet says, what it leaves open, and what had to be chosen.
    fn notes(&self, node: &Node) -> String {
        let mut text = String::new();
        let (remark, assumption) = (self.pick("说明", "remark"), self.pick("假设", "assumption"));
        for said in &node.remarks {
            let _ = write!(text, "  {remark} {}", quoted(said));
        }
        if node.remarks.is_empty() && node.children.is_empty() {
            let _ = write!(text, "  {remark} {}", quoted(self.pick("计分办法未写明", "how it is scored is not stated")));
        }
        if let Some(stated) = node.stated.map(quantity::plain) {
            let said = match self.lang {
                Lang::Zh => format!("表中写作 {stated} 分,与各项合计不符"),
                Lang::En => format!("the sheet has {stated} marks, which is not the sum of the parts"),
            };
            let _ = write!(text, "  {remark} {}", quoted(&said));
        }
        if node.is_rest {
            let said = self.pick("分值取所在类余下的分:表中没有写", "its marks are what is left of its section: the sheet states none");
            let _ = write!(text, "  {assumption} {}", quoted(said));
        }
        text
    }

    fn total(&mut self, total: &Total) {
        let Total { column, plain, capped, printed, odd } = total;
        let cap = if capped > plain { self.pick(" 封顶 满分", " cap marks") } else { "" };
        let rounding = format!(" {} {}", self.pick("取整到", "round to"), self.points(self.step()));
        let column = column.as_ref().filter(|column| column.as_str() != "总分" && column.as_str() != "total");
        let column = column.map(|column| format!("   {} {}", self.pick("列", "column"), quoted(column))).unwrap_or_default();
        let line = format!("\n{} = {}{cap}{rounding}{column}", self.pick("总分", "total"), self.pick("合计", "sum"));
        self.line(&line);
        let said = match (self.lang, *printed) {
            (Lang::Zh, 0) => "各项相加,不封顶:表中没有写总分怎样算".to_owned(),
            (Lang::En, 0) => "the parts are added up without a cap: the sheet does not say how the total comes about".to_owned(),
            (Lang::Zh, _) => format!("表中 {printed} 家印出总分:等于各项相加的 {plain} 家,等于相加再以满分封顶的 {capped} 家"),
            (Lang::En, _) => format!("of {printed} printed totals {plain} are the sum of the parts, and {capped} the sum cut at the marks"),
        };
        let line = format!("    {} {}", self.pick("假设", "assumption"), quoted(&said));
        self.line(&line);
        if !odd.is_empty() {
            let names = odd.join(self.pick("、", ", "));
            let line = format!("    # {}{names}", self.pick("印出的总分两样都不合的:", "printed totals that are neither: "));
            self.line(&line);
        }
        let line = self.pick("排名 层级 依 总分 从高到低", "rank tier on total descending");
        self.line(line);
    }

    fn register(&self) -> String {
        let mut text = format!("{}\n", self.pick("单位,层级", "unit,tier"));
        for (unit, tier) in &self.outline.units {
            let tier = self.outline.tiers.get(*tier).map(|tier| tier.name.as_str()).unwrap_or_default();
            let _ = writeln!(text, "{},{}", csv_cell(unit), csv_cell(tier));
        }
        text
    }
}
