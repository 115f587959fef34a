//! What a standard comes to, in tables: marks by tier, parameters by date, what is read, what results beside the scores, and what is
//! not known. They are those of the version that is shown; their links lead to where each thing was written.

mod read;
mod results;
mod revisions;

use std::fmt::Write;

use super::Revision;
use super::html::escaped;
use super::names::{Declared, Index, Kind};
use super::plain::kind_word;
use super::rules::Writer;
use crate::diag::Lang;
use crate::plan::{Item, ItemId, MarkKind, Plan};
use crate::quantity::plain;
use crate::source::Span;
use crate::syntax::ast;

/// Writes the tables of one standard.
pub(super) struct Tables<'a> {
    pub(super) plan: &'a Plan,
    pub(super) writer: Writer<'a>,
    /// The trees of the version that is shown.
    pub(super) files: &'a [ast::File],
    pub(super) revisions: &'a [Revision<'a>],
    pub(super) lang: Lang,
}

/// One of two texts.
fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// A link to a declaration by its name.
fn link(one: &Declared) -> String {
    format!("<a href=\"#{}\">{}</a>", escaped(&one.anchor), escaped(&one.name))
}

/// What the heading of a column of numbers begins with.
const NUMBERS: char = '\u{1}';

/// A table; nothing where it has no rows.
fn table(headings: &[String], rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let label = headings.first().map_or("", String::as_str);
    let heads: String = headings
        .iter()
        .map(|heading| match heading.strip_prefix(NUMBERS) {
            Some(heading) => format!("<th scope=\"col\" class=\"n\">{heading}</th>"),
            None => format!("<th scope=\"col\">{heading}</th>"),
        })
        .collect();
    format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
        label.trim_start_matches(NUMBERS),
        rows.concat()
    )
}

fn row(cells: &[String]) -> String {
    let mut html = String::from("<tr>");
    for (at, cell) in cells.iter().enumerate() {
        let _ = if at == 0 { write!(html, "<th scope=\"row\">{cell}</th>") } else { write!(html, "<td>{cell}</td>") };
    }
    html.push_str("</tr>\n");
    html
}

impl Tables<'_> {
    fn index(&self) -> &Index {
        self.writer.index
    }

    fn words(&self, zh: &'static str, en: &'static str) -> &'static str {
        pick(self.lang, zh, en)
    }

    fn headings(&self, words: &[(&'static str, &'static str)]) -> Vec<String> {
        words.iter().map(|(zh, en)| self.words(zh, en).to_owned()).collect()
    }

    /// The declaration of an item.
    fn declared(&self, item: &Item) -> Option<(usize, &Declared)> {
        self.index().declared_in(item.head)
    }

    /// A link to a declaration; what is called by its reason says what it is.
    fn link(&self, one: &Declared) -> String {
        let kind = match one.kind {
            Kind::Veto => self.words("一票否决", "veto"),
            Kind::Exemption => self.words("不参评", "exemption"),
            _ => return link(one),
        };
        format!("<span class=\"kind\">{kind}</span> {}", link(one))
    }

    /// What reads a declaration, as links.
    fn readers(&self, id: usize) -> String {
        self.index().readers(id).into_iter().map(|one| self.link(one)).collect::<Vec<_>>().join(self.words("、", ", "))
    }

    /// Expressions and the like, one after the other.
    fn inlines(&self, spans: impl Iterator<Item = Span>) -> String {
        spans.map(|span| self.writer.inline(span)).collect::<Vec<_>>().join(self.words("、", ", "))
    }

    fn declarations(&self) -> impl Iterator<Item = &ast::Declaration> {
        self.files.iter().flat_map(|file| &file.declarations)
    }

    /// The marks of every item in every tier, and what reads its score where anything does.
    pub(super) fn marks(&self) -> String {
        let declared: Vec<Option<(usize, &Declared)>> = self.plan.items.iter().map(|item| self.declared(item)).collect();
        let readers: Vec<String> = declared.iter().map(|one| one.map(|(id, _)| self.readers(id)).unwrap_or_default()).collect();
        let any_reader = readers.iter().any(|readers| !readers.is_empty());
        let mut headings = vec![self.words("项目", "Item").to_owned()];
        for program in &self.plan.programs {
            let name = program.title.as_deref().filter(|title| *title != program.tier);
            let title = name.map(|title| format!("<br><small>{}</small>", escaped(title))).unwrap_or_default();
            headings.push(format!("{NUMBERS}{}{title}", escaped(&program.tier)));
        }
        headings.extend(any_reader.then(|| self.words("用于", "Read by").to_owned()));
        let mut rows = Vec::new();
        for (id, (item, readers)) in self.plan.items.iter().zip(&readers).enumerate() {
            let name = declared.get(id).copied().flatten().map_or_else(|| escaped(&item.name).into_owned(), |(_, one)| link(one));
            let readers = if any_reader { format!("<td>{readers}</td>") } else { String::new() };
            rows.push(format!("<tr>{}{}{readers}</tr>\n", self.item_name(item, &name), self.item_marks(id, item)));
        }
        let total: Vec<String> = self.plan.programs.iter().map(|program| format!("<td class=\"n\">{}</td>", plain(program.marks.most()))).collect();
        let end = if any_reader { "<td></td>" } else { "" };
        rows.push(format!("<tr class=\"sum\"><th scope=\"row\">{}</th>{}{end}</tr>\n", self.words("满分", "Full marks"), total.concat()));
        table(&headings, &rows)
    }

    fn item_name(&self, item: &Item, name: &str) -> String {
        let depth = std::iter::successors(item.parent, |parent| self.plan.items.get(*parent).and_then(|parent| parent.parent)).count();
        let kind = if item.is_base() { String::new() } else { format!("<span class=\"kind\">{}</span> ", kind_word(item.kind, self.lang)) };
        format!("<th scope=\"row\" class=\"d{}\">{kind}{name}</th>", depth.min(5))
    }

    fn item_marks(&self, id: ItemId, item: &Item) -> String {
        let pending = self.plan.marks.iter().any(|mark| mark.kind != MarkKind::Assumption && mark.owner == item.name);
        let mut cells = String::new();
        for program in &self.plan.programs {
            let full = program.items.get(id).copied().flatten().map(|steps| steps.full.map(|full| plain(full.most())));
            let cell = match full {
                None => "—".to_owned(),
                Some(Some(full)) if item.is_base() => full,
                Some(Some(full)) => format!("≤ {full}"),
                Some(None) if pending => self.words("待定", "unknown").to_owned(),
                Some(None) => self.words("不限", "open").to_owned(),
            };
            let _ = write!(cells, "<td class=\"n\">{cell}</td>");
        }
        cells
    }

    /// Parameters, and whatever else changes by date, a row a stretch of dates.
    pub(super) fn parameters(&self) -> String {
        let mut rows = Vec::new();
        for value in self.values() {
            let dated = by_date(&value.expr);
            if value.kind != ast::ValueKind::Param && dated.is_none() {
                continue;
            }
            let Some((id, one)) = self.index().declared_at(value.name.span) else { continue };
            let readers = self.readers(id);
            match dated {
                None => rows.push(row(&[link(one), String::new(), self.writer.inline(value.expr.span), readers])),
                Some(table) => {
                    for dated in &table.rows {
                        let dates = self.inlines(dated.patterns.iter().map(|pattern| pattern.span));
                        let dates = if dates.is_empty() { self.words("其余", "otherwise").to_owned() } else { dates };
                        rows.push(row(&[link(one), dates, self.writer.inline(dated.result.span), readers.clone()]));
                    }
                }
            }
        }
        table(&self.headings(&[("参数", "Parameter"), ("期别", "Period"), ("取值", "Value"), ("用于", "Read by")]), &rows)
    }

    fn values(&self) -> Vec<&ast::Value> {
        let mut found = Vec::new();
        for declaration in self.declarations() {
            match declaration {
                ast::Declaration::Value(value) => found.push(value),
                ast::Declaration::Item(item) => in_parts(item, &mut |part| {
                    if let ast::Part::Value(value) = part {
                        found.push(value);
                    }
                }),
                _ => {}
            }
        }
        found
    }

    /// What is assumed, and what is not known.
    pub(super) fn unknowns(&self, kinds: &[MarkKind]) -> String {
        let mut html = String::new();
        for mark in self.plan.marks.iter().filter(|mark| kinds.contains(&mark.kind)) {
            let owner = self.index().named(&mark.owner).map_or_else(|| escaped(&mark.owner).into_owned(), |one| self.link(one));
            let kind = match mark.kind {
                MarkKind::Pending => self.words("(没有暂按的数)", " (nothing stands in)"),
                // what stands in is said already
                MarkKind::StandIn | MarkKind::Assumption => "",
            };
            let colon = self.words(":", ": ");
            let _ = writeln!(html, "<li>{owner}{colon}{}{kind}</li>", escaped(&mark.text));
        }
        if html.is_empty() { html } else { format!("<ul>\n{html}</ul>\n") }
    }
}

/// The table by date that an expression is, if it is one.
fn by_date(expr: &ast::Expr) -> Option<&ast::Table> {
    match &expr.kind {
        ast::ExprKind::Adjusted(inner, _) => by_date(inner),
        ast::ExprKind::Table(table) => match &table.subject.kind {
            ast::ExprKind::Period => Some(table),
            _ => None,
        },
        _ => None,
    }
}

fn in_parts<'t>(item: &'t ast::Item, each: &mut dyn FnMut(&'t ast::Part)) {
    for part in &item.parts {
        each(part);
        if let ast::Part::Item(inner) = part {
            in_parts(inner, each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::names::Index;
    use crate::source::Sources;
    use crate::syntax;

    #[test]
    fn a_parameter_by_date_has_a_row_a_stretch() {
        let mut sources = Sources::default();
        sources.add("甲.kp", "标准 甲 { 版本 \"1\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }\n层级 乙 满分 1 分\n指标 丙 满分 1 分 人工评定\n总分 = 合计\n排名 层级 依 总分\n");
        let plan = crate::engine::compile(&sources).plan.unwrap();
        let mut dated = Sources::default();
        dated.add("乙.kp", "参数 线 = 按 期 { ≥ 2022-07: 97%; 其余: 95% }\n参数 步 = 2 分");
        let files = syntax::parse(&dated).files;
        let index = Index::of(&files, &[], (&dated, &[0]));
        let tables = Tables { plan: &plan, writer: Writer { index: &index, sources: &dated }, files: &files, revisions: &[], lang: Lang::Zh };
        let html = tables.parameters();
        assert_eq!(html.matches("<tr><th scope=\"row\"><a href=\"#value-线\">线</a></th>").count(), 2, "{html}");
        assert!(
            html.contains("<td>≥ <span class=\"q\">2022</span>-<span class=\"q\">07</span></td><td><span class=\"q\">97%</span></td>")
                && html.contains("<td>其余</td><td><span class=\"q\">95%</span></td>"),
            "{html}"
        );
        assert!(html.contains("<a href=\"#value-步\">步</a></th><td></td><td><span class=\"q\">2 分</span></td>"), "{html}");
    }
}
