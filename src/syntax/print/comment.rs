//! What stands between two words and is not seen by the parser: comments and blank lines.

use super::doc::Doc;
use crate::syntax::tokens::is_blank;

/// A comment on a line of its own.
#[derive(Debug, Clone)]
pub(super) struct Own<'t> {
    pub(super) text: &'t str,
    /// A blank line stands before it.
    pub(super) blank: bool,
}

/// What was found before a word.
#[derive(Debug, Clone, Default)]
pub(super) struct Gap<'t> {
    pub(super) comments: Vec<Own<'t>>,
    /// A blank line stands right before the word.
    pub(super) blank: bool,
    /// A comma, semicolon or the like that has no pair of its own in the grammar.
    pub(super) sign: Option<char>,
}

impl<'t> Gap<'t> {
    /// Reads the text between two words; `commented` says that the first comment belongs to the word before, see [`trailing`].
    pub(super) fn read(between: &'t str, commented: bool) -> Self {
        let mut gap = Gap::default();
        let (mut lines, mut ended) = (0_usize, !commented);
        let mut rest = between;
        while let Some(c) = rest.chars().next() {
            match c {
                '#' | '＃' => {
                    let end = rest.find('\n').unwrap_or(rest.len());
                    let (comment, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                    // the comment of the word before ends its line and is printed with that word
                    if ended {
                        gap.comments.push(Own { text: comment.trim_end(), blank: lines >= 2 });
                    }
                    (rest, lines, ended) = (after, 0, true);
                    continue;
                }
                '\n' => lines += 1,
                c if is_blank(c) => {}
                sign => gap.sign = gap.sign.or(Some(sign)),
            }
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
        gap.blank = lines >= 2;
        gap
    }

    /// Takes in comments that stand behind those found.
    pub(super) fn insert(&mut self, comments: Vec<&'t str>) {
        if !comments.is_empty() {
            let blank = std::mem::take(&mut self.blank);
            let own = comments.into_iter().enumerate().map(|(index, text)| Own { text, blank: blank && index == 0 });
            self.comments.extend(own);
        }
    }

    /// A blank line at the beginning of a block says nothing.
    pub(super) fn begin(&mut self) {
        match self.comments.first_mut() {
            Some(first) => first.blank = false,
            None => self.blank = false,
        }
    }

    /// Nor does one at its end.
    pub(super) fn end(&mut self) {
        self.blank = false;
    }

    /// Whether there is nothing to print.
    pub(super) fn is_empty(&self) -> bool {
        self.comments.is_empty()
    }

    /// The comments before a statement and whether a blank line precedes it, on lines of their own.
    pub(super) fn docs(&self) -> Vec<Doc<'t>> {
        let mut docs = Vec::new();
        for comment in &self.comments {
            if comment.blank {
                docs.push(Doc::Blank);
            }
            docs.extend([Doc::Hard, Doc::Own(comment.text)]);
        }
        docs.extend(self.blank.then_some(Doc::Blank));
        docs
    }
}

/// The comment behind a word on the same line, with at most a separator between.
pub(super) fn trailing(after: &str) -> Option<&str> {
    let at = after.find(|c: char| !is_blank(c) && !matches!(c, ',' | '，' | '、' | ';' | '；' | '。'))?;
    let rest = after.get(at..)?;
    rest.starts_with(['#', '＃']).then(|| rest.split('\n').next().unwrap_or(rest).trim_end())
}
