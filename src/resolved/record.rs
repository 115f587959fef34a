//! 记录: tables of raw records, many of a unit.

use rust_decimal::Decimal;

use super::expr::{said_of, with_suggestion};
use super::from_ast::{Named, Resolver, headings_of};
use super::gather::{fold_type, fold_word};
use super::{Expr, ExprKind, Field, FieldId, Fold, Gathering, InputKind, ItemId, Record, RecordId, Records, Ties, Type};
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{TYPES, Unit};
use crate::source::Span;
use crate::syntax::ast;

/// The name of the type of texts.
const TEXT: &str = "文字";

/// The unit in which groups are counted.
const GROUPS: &str = "个";

/// What an expression inside an aggregate over records speaks of.
pub(super) struct Inside {
    record: RecordId,
    /// Of groups: what they are grouped by.
    pub(super) each: Option<FieldId>,
    /// What is made of each group, so far.
    inner: Vec<Gathering>,
}

impl<'a> Resolver<'a> {
    pub(super) fn declare_record(&mut self, tree: &'a ast::Record) {
        let id = self.records.len();
        if !self.declare_name(&tree.name, None, Named::Record(id)) {
            return;
        }
        let unit = self.unit(&tree.unit).unwrap_or_else(|| Unit::named("件"));
        // what it assumes is listed with all that the standard assumes
        self.notes(&tree.notes, &tree.name.text);
        let mut fields: Vec<Field> = Vec::new();
        for field in &tree.fields {
            if let Some(first) = fields.iter().find(|other| other.name == field.name.text) {
                let first = first.span;
                self.twice(&field.name.text, field.name.span, first);
                continue;
            }
            let field = self.declared_field(field);
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
        self.records.push(Record { name: tree.name.text.clone(), unit, fields, span: tree.span });
    }

    fn declared_field(&mut self, tree: &ast::Field) -> Field {
        let kind = self.field_kind(&tree.kind).unwrap_or(Type::Text);
        let (step, columns) = (self.step_of_values(&tree.name, tree.step.as_ref(), &kind), headings_of(&tree.name, &tree.columns));
        self.notes(&tree.notes, &tree.name.text);
        let title = tree.title.as_ref().map(|title| title.text.clone());
        Field { name: tree.name.text.clone(), kind, columns, title, step, nullable: tree.nullable, private: tree.private, span: tree.span }
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
                        .help(words!(
                            "列出可选的词,例如 : {{优, 良}};原文放进 记录",
                            "list its choices, as in : {{good, fair}}; free texts belong into a record"
                        )),
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
            let clash = fields
                .iter()
                .take(index)
                .find_map(|other| other.columns.iter().find(|column| field.columns.contains(column)).map(|column| (column, other.span)));
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

    // --- what is made of records ---

    /// The field of that name, where the expression at hand speaks of records.
    pub(super) fn field(&self, name: &ast::Name) -> Option<FieldId> {
        let record = self.records.get(self.inside.as_ref()?.record)?;
        record.fields.iter().position(|field| field.name == name.text)
    }

    /// The names of the fields of the record at hand.
    pub(super) fn inside_fields(&self) -> Vec<String> {
        let record = self.inside.as_ref().and_then(|inside| self.records.get(inside.record));
        record.into_iter().flat_map(|record| &record.fields).map(|field| field.name.clone()).collect()
    }

    /// A field as an expression. None where the name is no field; nothing inside where it cannot be read there.
    pub(super) fn field_named(&mut self, name: &ast::Name) -> Option<Option<Expr>> {
        let id = self.field(name)?;
        let inside = self.inside.as_ref()?;
        let field = self.records.get(inside.record)?.fields.get(id)?;
        if inside.each.is_some_and(|each| each != id) {
            let text = &name.text;
            let diagnostic = Diagnostic::new(Code::WrongKind, words!("一组记录里「{text}」不止一个值", "a group of records has more than one {text}"))
                .at(name.span, words!("这里要每组一个值", "one value a group is needed here"))
                .at(field.span, words!("每条记录一个值", "one value a record"))
                .help(words!("写明取哪一个,例如 最高({text})、合计({text})", "say which, as in best({text}) or sum({text})"));
            self.report(diagnostic);
            return Some(None);
        }
        let step = matches!(field.kind, Type::Number(_)).then_some(field.step);
        Some(Some(Expr { kind: ExprKind::Field(id), ty: field.kind.clone(), step, span: name.span }))
    }

    /// 来件 计数(其中 …), and with 逐 what is made of groups.
    pub(super) fn over_records(&mut self, name: &ast::Name, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let record = match self.lookup(name, owner) {
            Some((Named::Record(id), _)) => id,
            Some((_, declared)) => {
                let text = &name.text;
                self.report(
                    Diagnostic::new(Code::WrongKind, words!("「{text}」不是记录", "{text} is no record"))
                        .at(name.span, words!("这里要一种记录", "a record is needed here"))
                        .at(declared, words!("在这里声明", "declared here"))
                        .help(words!(
                            "各单位的数写 层级 或 全体;记录先声明:记录 {text} : 件 {{ … }}",
                            "of units write tier or all; a record is declared: record {text} : cases {{ … }}"
                        )),
                );
                return None;
            }
            None => {
                if !self.lost.contains(&name.text) {
                    let known = crate::diag::closest(&name.text, self.records.iter().map(|record| record.name.as_str())).map(str::to_owned);
                    let near = every_run_together(&name.text).or(known);
                    let text = &name.text;
                    let diagnostic = Diagnostic::new(Code::UnknownName, words!("没有声明记录「{text}」", "no record {text} is declared"))
                        .at(name.span, words!("没有这种记录", "no such record"));
                    let diagnostic = if near.is_none() {
                        diagnostic.help(words!("先声明:记录 {text} : 件 {{ … }}", "declare it: record {text} : cases {{ … }}"))
                    } else {
                        diagnostic
                    };
                    self.report(with_suggestion(diagnostic, name.span, near));
                }
                return None;
            }
        };
        let each = match &tree.each {
            None => None,
            Some(key) => Some(self.group_key(record, key)?),
        };
        self.inside = Some(Inside { record, each, inner: Vec::new() });
        let gathered = self.gathering(tree, owner);
        let inner = self.inside.take().map(|inside| inside.inner).unwrap_or_default();
        let (whole, mut ty, step) = gathered?;
        if whole.fold == Fold::Count {
            ty = Type::Number(if each.is_some() { Unit::named(GROUPS) } else { self.records.get(record)?.unit.clone() });
        }
        let id = self.input(InputKind::Records(Records { record, each, whole, inner }), span);
        Some(Expr { kind: ExprKind::Input(id), ty, step, span })
    }

    /// What is made of the records of a group.
    pub(super) fn of_group(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>, span: Span) -> Option<Expr> {
        // inside it names are those of each record
        let each = self.inside.as_mut()?.each.take();
        let gathered = self.gathering(tree, owner);
        let inside = self.inside.as_mut()?;
        inside.each = each;
        let (gathering, mut ty, step) = gathered?;
        if gathering.fold == Fold::Count {
            ty = Type::Number(self.records.get(inside.record)?.unit.clone());
        }
        inside.inner.push(gathering);
        Some(Expr { kind: ExprKind::Inner(inside.inner.len() - 1), ty, step, span })
    }

    fn group_key(&mut self, record: RecordId, key: &ast::Name) -> Option<FieldId> {
        let declared = self.records.get(record)?;
        if let Some(id) = declared.fields.iter().position(|field| field.name == key.text) {
            return Some(id);
        }
        let near = crate::diag::closest(&key.text, declared.fields.iter().map(|field| field.name.as_str())).map(str::to_owned);
        let (text, name, span) = (&key.text, declared.name.clone(), declared.span);
        let diagnostic = Diagnostic::new(Code::UnknownName, words!("记录「{name}」没有「{text}」这一列", "the record {name} has no field {text}"))
            .at(key.span, words!("按它分组", "grouped by this"))
            .at(span, words!("在这里声明", "declared here"));
        self.report(with_suggestion(diagnostic, key.span, near));
        None
    }

    fn gathering(&mut self, tree: &ast::Aggregate, owner: Option<ItemId>) -> Option<(Gathering, Type, Option<Decimal>)> {
        let arguments: Vec<Option<Expr>> = tree.arguments.iter().map(|argument| self.number(argument, owner)).collect();
        let condition = tree.condition.as_ref().map(|condition| self.condition(condition, owner));
        let (zh, en) = fold_word(tree.fold);
        if matches!(tree.fold, Fold::Rank | Fold::Size) {
            self.report(
                Diagnostic::new(Code::WrongKind, words!("记录没有「{zh}」", "records have no “{en}”"))
                    .at(tree.word, words!("只有单位才有", "only units have it"))
                    .help(words!("数有几条写 计数()", "to count records write count()")),
            );
            return None;
        }
        if !self.takes_arguments(tree) {
            return None;
        }
        let arguments: Vec<Expr> = arguments.into_iter().collect::<Option<_>>()?;
        let condition = match condition {
            Some(condition) => Some(condition?),
            None => None,
        };
        if let Some(moment) = arguments.iter().find(|argument| argument.unit().is_some_and(Unit::is_moment))
            && !matches!(tree.fold, Fold::Best | Fold::Lowest)
        {
            self.report(
                Diagnostic::new(Code::UnitMismatch, words!("日子和时刻不能{zh}", "days and times have no {en}")).at(moment.span, said_of(moment)).help(words!(
                    "{zh}的是时长,例如 小时(从, 至);最晚写 最高,最早写 最低",
                    "take a duration, as in hours(from, until); the latest is best(…), the earliest lowest(…)"
                )),
            );
            return None;
        }
        let (ty, step) = fold_type(tree.fold, &arguments, Ties::Skipping, GROUPS)?;
        Some((Gathering { fold: tree.fold, arguments, condition }, ty, step))
    }
}

/// 各 and the cycle are two words.
fn every_run_together(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix('近')
        && let Some(unit) = ["个月", "年", "期"].into_iter().find(|unit| rest.ends_with(unit))
        && let Some(number) = rest.strip_suffix(unit).and_then(crate::syntax::in_digits)
    {
        return Some(format!("近 {number} {unit}"));
    }
    let written = match text {
        "各月" | "每月" => Some("各 月"),
        "各季" | "每季" | "各季度" => Some("各 季"),
        _ => None,
    };
    written.map(str::to_owned)
}
