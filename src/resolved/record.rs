//! 记录: tables of raw records, many of a unit.

use super::from_ast::{Named, Resolver};
use super::{Field, NO_STEP, Record, RecordId, Type};
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{TYPES, Unit};
use crate::source::Span;
use crate::syntax::ast;

/// The name of the type of texts.
const TEXT: &str = "文字";

impl<'a> Resolver<'a> {
    pub(super) fn declare_record(&mut self, tree: &'a ast::Record) {
        let id = self.records.len();
        if !self.declare_name(&tree.name, None, Named::Record(id)) {
            return;
        }
        let unit = self.unit(&tree.unit).unwrap_or_else(|| Unit::named("件"));
        let notes = self.notes(&tree.notes, &tree.name.text);
        let mut fields: Vec<Field> = Vec::new();
        for field in &tree.fields {
            if let Some(first) = fields.iter().find(|other| other.name == field.name.text) {
                let first = first.span;
                self.twice(&field.name.text, field.name.span, first);
                continue;
            }
            let field = self.field(field);
            fields.push(field);
        }
        self.shared_columns(&fields);
        if fields.is_empty() && !self.lost.contains(&tree.name.text) {
            let name = &tree.name.text;
            self.report(
                Diagnostic::new(Code::MissingPart, words!("记录「{name}」没有声明一列", "the record {name} declares no field"))
                    .at(tree.span, words!("这里", "here"))
                    .help(words!("在花括号里写各列,例如 到达 : 时间", "declare them between the braces, as in: arrived : time")),
            );
        }
        self.records.push(Record { name: tree.name.text.clone(), unit, fields, notes, span: tree.span });
    }

    fn field(&mut self, tree: &ast::Field) -> Field {
        let kind = self.field_kind(&tree.kind).unwrap_or(Type::Text);
        let step = match &kind {
            Type::Number(unit) => self.step_of(&tree.name, tree.step.as_ref(), &unit.clone()),
            _ => NO_STEP,
        };
        let mut columns: Vec<String> = tree.columns.iter().map(|column| column.text.clone()).collect();
        if columns.is_empty() {
            columns.push(tree.name.text.clone());
        }
        let notes = self.notes(&tree.notes, &tree.name.text);
        let title = tree.title.as_ref().map(|title| title.text.clone());
        Field { name: tree.name.text.clone(), kind, columns, title, step, nullable: tree.nullable, private: tree.private, notes, span: tree.span }
    }

    /// The type of a field, which may be a text.
    fn field_kind(&mut self, kind: &ast::FactKind) -> Option<Type> {
        match kind {
            ast::FactKind::Unit(name) if crate::quantity::one_name(&name.text) == TEXT => Some(Type::Text),
            kind => self.fact_kind(kind),
        }
    }

    /// What is counted in no unit: a date, a time; a text only in records.
    pub(super) fn plain_type(&mut self, name: &ast::Name) -> Option<Type> {
        match crate::quantity::one_name(&name.text) {
            "日期" => Some(Type::Number(Unit::Date)),
            "时间" => Some(Type::Number(Unit::Time)),
            _ => {
                self.report(
                    Diagnostic::new(Code::WrongType, words!("数据不能是文字", "a fact is no text"))
                        .at(name.span, words!("只有记录的列可以是文字", "only fields of records may be texts"))
                        .help(words!("列出可选的词,例如 : {{优, 良}};原文放进 记录", "list its choices, as in : {{good, fair}}; free texts belong into a record")),
                );
                None
            }
        }
    }

    /// Whether a name is that of a type that is counted in no unit.
    pub(super) fn is_type(name: &str) -> bool {
        TYPES.iter().any(|(zh, en)| *zh == name || *en == name)
    }

    fn shared_columns(&mut self, fields: &[Field]) {
        for (index, field) in fields.iter().enumerate() {
            let clash = fields.iter().take(index).find_map(|other| other.columns.iter().find(|column| field.columns.contains(column)).map(|column| (column, other.span)));
            if let Some((column, first)) = clash {
                self.report(
                    Diagnostic::new(Code::SharedColumn, words!("两项都读「{column}」列", "two fields read the column {column}"))
                        .at(field.span, words!("这里", "here"))
                        .at(first, words!("和这里", "and here"))
                        .help(words!("用 列 \"…\" 给其中一项写明另外的列名", "give one of them a column of its own: column \"…\"")),
                );
            }
        }
    }

    /// The name of a table of records where a value is wanted.
    pub(super) fn not_counted(&mut self, id: RecordId, span: Span) {
        let Some((name, declared)) = self.records.get(id).map(|record| (record.name.clone(), record.span)) else { return };
        let count = self.spelled(span, "计数", "count");
        self.report(
            Diagnostic::new(Code::WrongKind, words!("「{name}」是记录,不是一个数", "{name} is a table of records, not a number"))
                .at(span, words!("这里要一个值", "a value is needed here"))
                .at(declared, words!("在这里声明", "declared here"))
                .fix(words!("数有几条,写", "to count them write"), span, format!("{name} {count}()")),
        );
    }
}
