//! What a standard reads, in tables: facts, records, and the functions that compute from them.

use super::{Tables, escaped, in_parts, link, row, table};
use crate::syntax::ast;

impl Tables<'_> {
    fn facts(&self) -> Vec<&ast::Fact> {
        let mut found = Vec::new();
        for declaration in self.declarations() {
            match declaration {
                ast::Declaration::Fact(fact) => found.push(fact),
                ast::Declaration::Item(item) => in_parts(item, &mut |part| {
                    if let ast::Part::Fact(fact) = part {
                        found.push(fact);
                    }
                }),
                _ => {}
            }
        }
        found
    }

    /// Facts with their units, headings, limits and derivations; behind them what is assessed by hand.
    pub(in crate::document) fn facts_table(&self) -> String {
        let mut rows = Vec::new();
        for fact in self.facts() {
            let Some((id, one)) = self.index().declared_at(fact.name.span) else { continue };
            let said = [
                ("或由", "or from", &fact.or_from),
                ("缺省", "default", &fact.default),
                ("不大于", "up to", &fact.up_to),
                ("不小于", "at least", &fact.at_least),
            ];
            let mut said: Vec<String> =
                said.into_iter().filter_map(|(zh, en, expr)| Some(format!("{} {}", self.words(zh, en), self.writer.inline(expr.as_ref()?.span)))).collect();
            said.extend(self.step(fact.step.as_ref()));
            said.extend(fact.adjustable.as_ref().map(|adjustable| self.writer.inline(adjustable.span)));
            let columns = self.columns(&fact.columns, &fact.name);
            rows.push(row(&[titled(link(one), fact.title.as_ref()), self.kind(&fact.kind), columns, said.join("<br>"), self.readers(id)]));
        }
        for fact in &self.plan.facts {
            let Some((_, one)) = fact.assesses.and_then(|item| self.plan.items.get(item)).and_then(|item| self.declared(item)) else { continue };
            let said = if fact.has_default { self.words("人工评定,有缺省", "assessed, with a default") } else { self.words("人工评定", "assessed") };
            rows.push(row(&[link(one), self.words("分", "points").to_owned(), escaped(fact.label()).into_owned(), said.to_owned(), link(one)]));
        }
        table(
            &self.headings(&[("数据", "Fact"), ("单位或选项", "Unit or choices"), ("表里的列", "Column"), ("取法", "How it is had"), ("用于", "Read by")]),
            &rows,
        )
    }

    /// Tables of records, each with its fields below it.
    pub(in crate::document) fn records(&self) -> String {
        let mut rows = Vec::new();
        for declaration in self.declarations() {
            let ast::Declaration::Record(record) = declaration else { continue };
            let Some((id, one)) = self.index().declared_at(record.name.span) else { continue };
            let unit = escaped(&record.unit.text);
            rows.push(format!("<tr><th scope=\"row\" class=\"d0\">{}</th><td>{unit}</td><td></td><td></td><td>{}</td></tr>\n", link(one), self.readers(id)));
            rows.extend(record.fields.iter().filter_map(|field| self.field(field)));
        }
        let headings = [
            ("记录和字段", "Record and fields"),
            ("单位、类型或选项", "Unit, type or choices"),
            ("表里的列", "Column"),
            ("格子", "Cells"),
            ("用于", "Read by"),
        ];
        table(&self.headings(&headings), &rows)
    }

    fn field(&self, field: &ast::Field) -> Option<String> {
        let (id, one) = self.index().declared_at(field.name.span)?;
        let mut said: Vec<String> = Vec::new();
        said.extend(field.nullable.then(|| self.words("可空", "may be blank").to_owned()));
        said.extend(field.private.then(|| self.words("隐私,不显示", "private, not shown").to_owned()));
        said.extend(self.step(field.step.as_ref()));
        Some(format!(
            "<tr><th scope=\"row\" class=\"d1\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            titled(link(one), field.title.as_ref()),
            self.kind(&field.kind),
            self.columns(&field.columns, &field.name),
            said.join("<br>"),
            self.readers(id),
        ))
    }

    /// Extension functions with what they are given, and their scripts.
    pub(in crate::document) fn functions(&self) -> String {
        let mut rows = Vec::new();
        for declaration in self.declarations() {
            let ast::Declaration::Function(function) = declaration else { continue };
            let Some((id, one)) = self.index().declared_at(function.name.span) else { continue };
            let script =
                self.writer.sources.scripts().find(|(_, script)| script.path.ends_with(&function.script.text)).and_then(|(_, script)| script.script_sha256());
            let sha256 = script.map(|sha256| format!("<br><small class=\"hash\">{sha256}</small>")).unwrap_or_default();
            let given: Vec<String> = function.parameters.iter().map(|given| format!("{}: {}", escaped(&given.name.text), self.kind(&given.kind))).collect();
            let range = self.writer.inline(function.range.span);
            let mut result = vec![format!("{} {range}", escaped(&function.unit.text))];
            result.extend(self.step(function.step.as_ref()));
            rows.push(row(&[link(one), given.join("<br>"), result.join("<br>"), format!("{}{sha256}", escaped(&function.script.text)), self.readers(id)]));
        }
        let headings = [("函数", "Function"), ("参数", "Given"), ("结果", "Result"), ("脚本", "Script"), ("用于", "Read by")];
        table(&self.headings(&headings), &rows)
    }

    /// The unit of a number, the type of what is none, or the words between which is chosen.
    fn kind(&self, kind: &ast::FactKind) -> String {
        match kind {
            ast::FactKind::Unit(unit) => escaped(&unit.text).into_owned(),
            ast::FactKind::Choice(choices) => self.texts(choices),
        }
    }

    /// The headings under which a table has it.
    fn columns(&self, columns: &[ast::Text], name: &ast::Name) -> String {
        if columns.is_empty() { escaped(&name.text).into_owned() } else { self.texts(columns) }
    }

    fn texts(&self, texts: &[ast::Text]) -> String {
        texts.iter().map(|text| escaped(&text.text).into_owned()).collect::<Vec<_>>().join(self.words("、", ", "))
    }

    /// The step of the values, if it is stated.
    fn step(&self, step: Option<&ast::Quantity>) -> Option<String> {
        step.map(|step| format!("{} {}", self.words("精度", "step"), self.writer.inline(step.span)))
    }
}

/// A name with the title below it, if it has one.
fn titled(name: String, title: Option<&ast::Text>) -> String {
    match title {
        Some(title) => format!("{name}<br><small>{}</small>", escaped(&title.text)),
        None => name,
    }
}
