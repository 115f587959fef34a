//! Advice on the mistakes that are made most: what was typed, and how it is written.

use super::{DECLARERS, Fault, ITEMS, STARTERS, offset, say, words};
use crate::diag::{Code, Diagnostic, Words, code_point, is_invisible};
use crate::source::Span;
use crate::syntax::from_text::{Rule, Stop};
use crate::syntax::tokens::{Token, TokenKind};

/// Declaring keywords that a name is run into, the longer first.
const RUN_INTO: &[&str] = &["加分项", "扣分项", "指标", "数据", "层级", "参数", "单位", "函数", "标准", "类", "令"];
/// What goes on after a declared name.
const AFTER_A_NAME: &[&str] = &["k_marks", "k_applies", "k_cap", "k_floor", "k_assessed", "k_unknown", "k_title", "k_whole", "k_column"];

/// A declaring keyword with all that was run into it: the keyword, the name, and 满分 if that was run in as well.
pub(super) fn declaration_run<'t>(text: &'t str, tokens: &[Token], token: &Token) -> Option<Vec<&'t str>> {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
    let run = word(token);
    if token.kind != TokenKind::Word || words::keyword(run).is_some() {
        return None;
    }
    let keyword = *RUN_INTO.iter().find(|keyword| run.starts_with(**keyword))?;
    let line_between = |from: usize, to: usize| text.get(from..to).is_some_and(|between| between.contains('\n'));
    let before = tokens.iter().rev().find(|other| other.end <= token.start && other.is_significant());
    if before.is_some_and(|before| !line_between(before.end, token.start) && !matches!(word(before), "{" | "｛" | "}" | "｝" | ";" | "；" | "。")) {
        return None;
    }
    let name = run.strip_prefix(keyword)?;
    let next = tokens.iter().find(|other| other.start >= token.end && other.is_significant() && !line_between(token.end, other.start));
    if let Some(name) = name.strip_suffix("满分").filter(|name| !name.is_empty() && next.is_some_and(|next| next.kind == TokenKind::Number)) {
        return Some(vec![keyword, name, "满分"]);
    }
    let goes_on = match next {
        None => token.depth == 0,
        Some(next) => {
            matches!(word(next), ":" | "：" | "=" | "＝" | "{" | "｛")
                || keyword == "函数" && next.kind == TokenKind::Open
                || words::keyword(word(next)).is_some_and(|word| AFTER_A_NAME.contains(&word.rule))
        }
    };
    goes_on.then(|| vec![keyword, name])
}

/// The words of a run; what follows a keyword that a text belongs behind is that text.
pub(super) fn with_text(run: &str, parts: Vec<String>) -> Vec<String> {
    let keyword = parts.first().filter(|first| matches!(first.as_str(), "原因" | "依据" | "假设" | "说明" | "待定" | "版本" | "文号"));
    match keyword.and_then(|keyword| Some((keyword, run.strip_prefix(keyword.as_str())?))) {
        Some((keyword, text)) if !text.is_empty() => vec![keyword.clone(), format!("\"{text}\"")],
        _ => parts,
    }
}

/// The bytes of a comment that begins as in other languages, where reading stopped at one.
pub(super) fn foreign_comment(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let start = [at, at.saturating_sub(1)].into_iter().find(|start| text.get(*start..).is_some_and(|rest| rest.starts_with("//")))?;
    let length = text.get(start..)?.find('\n').unwrap_or(text.len() - start);
    Some(start..start + length)
}

/// Where the brackets end that stand over several lines in the place of braces, if reading stopped at such.
pub(super) fn other_body(text: &str, tokens: &[Token], stop: &Stop) -> Option<usize> {
    let opener = tokens.iter().find(|token| token.start >= stop.at && token.is_significant())?;
    let curly = matches!(text.get(opener.start..opener.end), Some("{" | "｛"));
    if curly || opener.kind != TokenKind::Open || !stop.expected.iter().any(|rule| matches!(rule, Rule::body | Rule::open)) {
        return None;
    }
    let closer = tokens.iter().find(|other| other.kind == TokenKind::Close && other.start > opener.start && other.depth == opener.depth)?;
    text.get(opener.end..closer.start).filter(|inside| inside.contains('\n')).map(|_| closer.end)
}

/// The head of an item whose clauses stand behind it without `{`: its last token before the first clause.
pub(super) fn head_without_brace<'k>(text: &str, tokens: &'k [Token], before: usize) -> Option<&'k Token> {
    let rule = |token: &Token| words::keyword(text.get(token.start..token.end).unwrap_or("")).map(|word| word.rule);
    let all: Vec<&Token> = tokens.iter().filter(|token| token.start < before && (token.is_significant() || token.kind == TokenKind::Line)).collect();
    let mut found = None;
    let mut head: Option<(&Token, &Token)> = None;
    let mut fresh = true;
    for token in all {
        if token.kind == TokenKind::Line {
            fresh = true;
            continue;
        }
        let begins = std::mem::replace(&mut fresh, token.kind == TokenKind::Open);
        if begins && rule(token).is_some_and(|rule| ITEMS.contains(&rule) && rule != "k_standard") {
            head = Some((token, token));
            continue;
        }
        let Some((first, last)) = head else { continue };
        let declares = rule(token).is_some_and(|rule| STARTERS.contains(&rule) && !CLAUSES.contains(&rule) && !AFTER_A_NAME.contains(&rule));
        if matches!(text.get(token.start..token.end), Some("{" | "｛")) || token.depth < first.depth || begins && declares {
            head = None;
        } else if begins && token.kind == TokenKind::Word && rule(token).is_none_or(|rule| CLAUSES.contains(&rule)) {
            found = Some(last);
            head = None;
        } else {
            head = Some((first, token));
        }
    }
    found
}

/// Keywords that a clause begins with.
const CLAUSES: &[&str] = &["k_when", "k_award", "k_base", "k_deduct", "k_add", "k_jointly", "k_score"];

impl Fault<'_> {
    /// A mistake that is known by its look, whatever the grammar expected.
    pub(super) fn mistaken(&self, found: Option<&Token>) -> Option<Diagnostic> {
        if let Some(comment) = foreign_comment(self.text, self.stop.at) {
            let span = Span { file: self.file, start: offset(comment.start), end: offset(comment.start + 2) };
            return Some(Diagnostic::new(Code::Unexpected, say!("注释不写 //", "// begins no comment")).at(span, say!("这里", "here")).fix(
                say!("注释以 # 开头", "a comment begins with #"),
                span,
                "#",
            ));
        }
        // a number, the full stop and a number without a blank between
        let end = found.map_or(self.text.len(), |found| found.end);
        let near: Vec<&Token> = self.tokens.iter().filter(|token| token.end <= end && token.end > self.statement.start).collect();
        if let Some((hidden, sign)) = near.iter().find_map(|token| Some((*token, self.hidden(token)?))) {
            let number = code_point(sign);
            return Some(
                Diagnostic::new(Code::Unexpected, say!("这里有一个看不见的字符 {number}", "here stands {number}, a sign that is not seen"))
                    .at(self.place(hidden), say!("{number}", "{number}"))
                    .fix(say!("删去它", "remove it"), self.place(hidden), ""),
            );
        }
        for three in near.windows(3).rev().take(8) {
            let [whole, point, part] = three else { continue };
            if let Some(month) = self.month_with_a_fraction([*whole, *point, *part]) {
                return Some(month);
            }
            if self.word(point) == "。" && whole.kind == TokenKind::Number && part.kind == TokenKind::Number {
                let (whole, part) = (self.word(whole), self.word(part));
                return Some(
                    Diagnostic::new(Code::Unexpected, say!("「{whole}。{part}」里的句号不是小数点", "the full stop in {whole}。{part} is no decimal point"))
                        .at(self.place(point), say!("这里", "here"))
                        .fix(say!("小数点写作 .", "the decimal point is ."), self.place(point), "."),
                );
            }
        }
        None
    }

    /// The sign that a token consists of, if it is not seen.
    fn hidden(&self, token: &Token) -> Option<char> {
        if token.kind != TokenKind::Other {
            return None;
        }
        self.word(token).chars().next().filter(|sign| is_invisible(*sign))
    }

    /// 2022-07.5 is neither a month nor, without blanks, a difference.
    fn month_with_a_fraction(&self, [year, hyphen, number]: [&Token; 3]) -> Option<Diagnostic> {
        let adjacent = year.end == hyphen.start && hyphen.end == number.start && matches!(self.word(hyphen), "-" | "－");
        let (year_word, number_word) = (self.word(year), self.word(number));
        let (month, _) = number_word.split_once(['.', '．']).filter(|(month, _)| month.chars().count() == 2)?;
        if !adjacent || year_word.chars().count() != 4 || number.kind != TokenKind::Number || year.kind != TokenKind::Number {
            return None;
        }
        let span = self.place(year).to(self.place(number));
        let (month, written) = (format!("{year_word}-{month}"), format!("{year_word}-{number_word}"));
        let apart = format!("{year_word} - {number_word}");
        Some(
            Diagnostic::new(
                Code::Unexpected,
                say!("「{written}」以月份开头,读不成数,也读不成日期", "{written} begins like a month, and is neither a number nor a date"),
            )
            .at(span, say!("{month} 是月份", "{month} is a month"))
            .fix(say!("要相减,减号两边加空格", "a difference has spaces around its sign"), span, apart)
            .help(say!(
                "月份写成 2022-07 这样,写在 按 期、往期 里,或与日期相比",
                "a month is written like 2022-07: in by period and in period, or beside a date"
            )),
        )
    }

    /// What to write in place of a token that was not expected.
    pub(super) fn advice(&self, token: &Token) -> Option<Words> {
        let word = self.word(token);
        let expects = |wanted: &[Rule]| self.stop.expected.iter().any(|rule| wanted.contains(rule));
        let before = self.before(token.start);
        if expects(&[Rule::text])
            && before.is_some_and(|before| super::wanted_after(self.text, self.tokens, before) == Some(Rule::text) || self.keyword(before).is_some())
        {
            return Some(say!("文字写在引号里,例如 \"…\"", "a text stands in quotation marks, as in \"…\""));
        }
        if expects(&[Rule::date]) {
            return Some(say!("日期的写法,例如 2024-01-01", "a date is written like 2024-01-01"));
        }
        if matches!(word, "《" | "『" | "〈" | "〔") && expects(&[Rule::name]) {
            return Some(say!("名称直接写,或写在「」里", "a name stands as it is, or in 「…」"));
        }
        if before.is_some_and(|before| self.word(before) == "百分之") && token.kind == TokenKind::Number {
            return Some(say!("写成 {word}%", "write {word}%"));
        }
        let opens = token.kind == TokenKind::Open && !matches!(word, "{" | "｛");
        if other_body(self.text, self.tokens, self.stop).is_some() {
            return Some(say!("条款放在 {{ }} 里", "clauses stand in {{ }}"));
        }
        let declares = |token: &&Token| self.keyword(token).is_some_and(|rule| DECLARERS.contains(&rule) || rule == "k_standard");
        let names = before.is_some_and(|before| {
            declares(&before) && (token.kind == TokenKind::Number || opens)
                || before.kind == TokenKind::Word
                    && self.keyword(before).is_none()
                    && self.before(before.start).is_some_and(|declarer| declares(&declarer))
                    && (opens
                        || before.end == token.start
                            && (token.kind == TokenKind::Number || matches!(word, "." | "．" | "·" | "-" | "－" | "—" | "/" | "／" | "、")))
        });
        if names {
            return Some(say!("含数字、括号、点的名称写在「」里", "a name with digits, brackets or points stands in 「…」"));
        }
        (opens && expects(&[Rule::body, Rule::open])).then(|| say!("条款放在 {{ }} 里", "clauses stand in {{ }}"))
    }
}
