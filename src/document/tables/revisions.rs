//! What each amendment changes, in words.

use super::{Tables, escaped, link, row, table};
use crate::diag::Lang;
use crate::document::Revision;
use crate::report;

impl Tables<'_> {
    /// A table an amendment, in the order of the versions; a row a block with what is changed in it.
    pub(in crate::document) fn revisions(&self) -> String {
        let tables: Vec<String> = self.revisions.iter().map(|revision| self.revision(revision)).collect();
        if tables.is_empty() { String::new() } else { format!("<div id=\"revisions\">\n{}</div>\n", tables.concat()) }
    }

    fn revision(&self, revision: &Revision<'_>) -> String {
        let blocks = report::by_block(&revision.changes, self.lang);
        let rows: Vec<String> = blocks
            .into_iter()
            .map(|(way, sentences)| {
                let said: Vec<String> = sentences.iter().map(|sentence| escaped(sentence).into_owned()).collect();
                row(&[self.way(way), said.join("<br>")])
            })
            .collect();
        let changes = if rows.is_empty() {
            format!("<p>{}</p>\n", self.words("意思上没有差别。", "Nothing differs in meaning."))
        } else {
            table(&self.headings(&[("所在", "Where"), ("改动", "What changes")]), &rows)
        };
        format!("<h3>{}</h3>\n{changes}", escaped(&self.called(revision)))
    }

    /// The version with its dates, its document and what it amends.
    fn called(&self, Revision { head, based_on, .. }: &Revision<'_>) -> String {
        let mut said = match self.lang {
            Lang::Zh => vec![format!("版本「{}」改版本「{based_on}」", head.version)],
            Lang::En => vec![format!("Version {} amends version {based_on}", head.version)],
        };
        if let Some((from, until)) = &head.effective {
            let until = until.as_deref().map(|until| format!(" {} {until}", self.words("至", "until"))).unwrap_or_default();
            said.push(format!("{} {from}{until}", self.words("施行", "effective")));
        }
        said.extend(head.document.clone());
        said.join(self.words(",", ", "))
    }

    /// The way to a block; its last part leads to where that is declared.
    fn way(&self, way: &str) -> String {
        let (around, last) = way.rsplit_once(" > ").map_or(("", way), |(around, last)| (around, last));
        let around = if around.is_empty() { String::new() } else { format!("{} &gt; ", escaped(around)) };
        match last.split_once(' ').and_then(|(kind, name)| Some((kind, self.index().named(name)?))) {
            Some((kind, one)) => format!("{around}{} {}", escaped(kind), link(one)),
            None => format!("{around}{}", escaped(last)),
        }
    }
}
