//! What results beside the scores of items, in tables: exemptions, vetoes, outputs and lists.

use super::{Tables, link, row, table};
use crate::syntax::ast::{self, Effect};

impl Tables<'_> {
    /// Who is not assessed, and why.
    pub(in crate::document) fn exemptions(&self) -> String {
        let mut rows = Vec::new();
        for declaration in self.declarations() {
            let ast::Declaration::Exemption(exemption) = declaration else { continue };
            let Some((_, one)) = self.index().declared_at(exemption.span) else { continue };
            rows.push(row(&[link(one), self.scopes(&exemption.scopes), self.writer.inline(exemption.condition.span)]));
        }
        table(&self.headings(&[("原因", "Reason"), ("对谁", "For whom"), ("条件", "Where")]), &rows)
    }

    /// What has happened, and what it does to the unit.
    pub(in crate::document) fn vetoes(&self) -> String {
        let mut rows = Vec::new();
        for declaration in self.declarations() {
            let ast::Declaration::Veto(veto) = declaration else { continue };
            let Some((_, one)) = self.index().declared_at(veto.span) else { continue };
            let effect = match &veto.effect {
                Effect::Total(most) => format!("{} {}", self.words("总分最多", "the total is at most"), self.writer.inline(most.span)),
                Effect::Last => self.words("末位", "ranks last").to_owned(),
                Effect::NotEligible => self.words("取消评优", "not eligible").to_owned(),
            };
            rows.push(row(&[link(one), self.scopes(&veto.scopes), self.writer.inline(veto.condition.span), effect]));
        }
        table(&self.headings(&[("原因", "Reason"), ("对谁", "For whom"), ("条件", "Where"), ("后果", "Effect")]), &rows)
    }

    /// To whom something applies, in the words of the rules.
    fn scopes(&self, scopes: &[ast::Scope]) -> String {
        let said: Vec<String> = scopes.iter().map(|scope| self.writer.inline(scope.span)).collect();
        if said.is_empty() { self.words("全体", "all").to_owned() } else { said.join("<br>") }
    }

    /// Results beside the total.
    pub(in crate::document) fn outputs(&self) -> String {
        let mut rows = Vec::new();
        for value in self.values().into_iter().filter(|value| value.kind == ast::ValueKind::Output) {
            let Some((id, one)) = self.index().declared_at(value.name.span) else { continue };
            rows.push(row(&[link(one), self.writer.inline(value.expr.span), self.readers(id)]));
        }
        table(&self.headings(&[("输出", "Output"), ("取值", "Value"), ("用于", "Read by")]), &rows)
    }

    /// The first or the last of a range of units.
    pub(in crate::document) fn lists(&self) -> String {
        let mut rows = Vec::new();
        for declaration in self.declarations() {
            let ast::Declaration::List(list) = declaration else { continue };
            let Some((_, one)) = self.index().declared_at(list.name.span) else { continue };
            let of = self.writer.inline(list.over.span);
            let only = list.condition.as_ref().map(|condition| self.writer.inline(condition.span)).unwrap_or_default();
            let count = self.writer.inline(list.count.span);
            let taken = if list.top { self.words("前", "first") } else { self.words("后", "last") };
            let keys: Vec<String> = list.keys.iter().map(|key| self.key(key)).collect();
            rows.push(row(&[link(one), of, only, format!("{taken} {count}"), keys.join("<br>")]));
        }
        let headings = [("名单", "List"), ("范围", "Of"), ("其中", "Where"), ("取", "Takes"), ("依次按", "By, in turn")];
        table(&self.headings(&headings), &rows)
    }

    fn key(&self, key: &ast::Key) -> String {
        let direction = if key.descending { self.words("从高到低", "highest first") } else { self.words("从低到高", "lowest first") };
        format!("{} <span class=\"kind\">{direction}</span>", self.writer.inline(key.expr.span))
    }
}
