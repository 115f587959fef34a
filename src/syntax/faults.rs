//! Reading a file to its end in spite of its faults: a statement that cannot be read is reported once, blanked, and the rest is
//! read again.

use std::collections::BTreeSet;

use super::from_text::{self, Rule, Stop};
use super::tokens::{Token, TokenKind, tokens};
use super::{ast, words};
use crate::diag::{Code, Diagnostic, words as say};
use crate::quantity::BUILT_IN;
use crate::source::{Sources, Span, offset};

mod advice;
mod habits;

pub(crate) use habits::quantity_in_words;

/// Brackets may be nested this deep.
const DEEPEST: usize = 24;
/// Faults after this many are follow-ups of a file that is no rule file.
const MOST: usize = 40;

/// Among what is lost: a line of the head of the standard, whichever it is.
pub(crate) const HEADING: &str = "heading";

/// One file as far as it could be read.
pub(super) struct ParsedFile {
    pub(super) file: ast::File,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) lost: BTreeSet<String>,
    /// Nothing of the file could be used.
    pub(super) unreadable: bool,
}

/// Parses one file of a policy; the names that the other files declare help to read runs of words.
pub(super) fn parse_file(file: u32, text: &str, sources: &Sources) -> ParsedFile {
    let mut current = tokens(text);
    let mut parsed = ParsedFile { file: ast::File::default(), diagnostics: bracket_faults(file, text, &current), lost: BTreeSet::new(), unreadable: false };
    if !parsed.diagnostics.is_empty() {
        parsed.unreadable = true;
        return parsed;
    }
    let mut work = text.to_owned();
    let mut seen: Vec<usize> = Vec::new();
    let mut names: Option<BTreeSet<&str>> = None;
    for _ in 0..MOST {
        match from_text::file(file, &work, &current) {
            Ok((tree, faults)) => {
                parsed.file = tree;
                parsed.diagnostics.extend(faults);
                return parsed;
            }
            Err(stop) => {
                let (statement, hole) = Statement::blamed(&work, &current, &stop);
                let again = seen.contains(&statement.start);
                if !again {
                    let names = names.get_or_insert_with(|| sources.iter().flat_map(|(_, source)| declared(source.rules(), &tokens(source.rules()))).collect());
                    let fault = Fault { file, text: &work, tokens: &current, names, stop: &stop, statement: &statement };
                    parsed.diagnostics.push(hole.map_or_else(|| fault.describe(), |hole| fault.describe_hole(hole)));
                }
                if in_head(&work, &current, statement.start) {
                    parsed.lost.insert(HEADING.to_owned());
                }
                seen.push(statement.start);
                let blanked = if again { statement.start..statement.with_block } else { statement.guilty.clone() };
                let blanked = if blanked.is_empty() { stop.at..work.len() } else { blanked };
                note_lost(&mut parsed.lost, &work, &current, &blanked);
                blank(&mut work, blanked);
                current = tokens(&work);
            }
        }
    }
    parsed.unreadable = true;
    parsed
}

/// Whether a place is in the head of the standard.
fn in_head(text: &str, tokens: &[Token], at: usize) -> bool {
    let outer = tokens.iter().rev().filter(|token| token.depth == 0 && token.start <= at && token.kind == TokenKind::Word);
    let mut rules = outer.filter_map(|token| words::keyword(text.get(token.start..token.end)?)).map(|word| word.rule);
    rules.find(|rule| STARTERS.contains(rule)) == Some("k_standard")
}

/// Overwrites bytes with spaces, so that every other byte keeps its place.
fn blank(text: &mut String, range: std::ops::Range<usize>) {
    let (Some(before), Some(inside), Some(after)) = (text.get(..range.start), text.get(range.clone()), text.get(range.end..)) else {
        text.clear();
        return;
    };
    let spaces: String = inside.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    *text = format!("{before}{spaces}{after}");
}

/// What the blanked text declares, so that nothing is said of its absence later.
fn note_lost(lost: &mut BTreeSet<String>, text: &str, tokens: &[Token], range: &std::ops::Range<usize>) {
    let inside: Vec<Token> = tokens.iter().filter(|token| range.contains(&token.start)).copied().collect();
    lost.extend(declared(text, &inside).into_iter().map(|name| name.trim_matches(['「', '」']).to_owned()));
    let parts = inside.iter().filter_map(|token| words::keyword(text.get(token.start..token.end)?)).map(|word| word.rule);
    lost.extend(parts.filter(|rule| PARTS.contains(rule)).map(str::to_owned));
    // so does a keyword that its name was run into
    let run = inside.iter().filter_map(|token| words::keyword(advice::declaration_run(text, tokens, token)?.first()?));
    lost.extend(run.filter(|word| PARTS.contains(&word.rule)).map(|word| word.rule.to_owned()));
    // the first word may be the keyword of a part, misspelt
    let first = inside.iter().find(|token| token.is_significant()).filter(|first| first.depth == 0 && first.kind == TokenKind::Word);
    let near = first.and_then(|first| text.get(first.start..first.end)).filter(|word| words::keyword(word).is_none()).and_then(near_starter);
    lost.extend(near.filter(|word| PARTS.contains(&word.rule)).map(|word| word.rule.to_owned()));
}

/// Keywords of the parts that a standard must have.
const PARTS: &[&str] = &["k_standard", "k_tier", "k_total", "k_rank"];

/// The keyword of a statement that a word may be meant for.
fn near_starter(word: &str) -> Option<&'static words::Word> {
    let starters = || words::WORDS.iter().filter(|starter| STARTERS.contains(&starter.rule));
    let near = crate::diag::closest(word, starters().flat_map(|starter| [starter.zh, starter.en]))?;
    starters().find(|starter| starter.zh == near || starter.en == near)
}

/// The statement that reading stopped in.
struct Statement {
    start: usize,
    /// What is blanked: the statement, or for the head of an item the part that could not be read.
    guilty: std::ops::Range<usize>,
    /// The end with the block that belongs to it.
    with_block: usize,
}

/// A bracket that is open, and the statement that is being read inside it.
struct Frame {
    block: bool,
    statement: Option<usize>,
    previous: Option<usize>,
    item: bool,
    table: bool,
}

impl Frame {
    fn block() -> Self {
        Frame { block: true, statement: None, previous: None, item: false, table: false }
    }
}

const STARTERS: &[&str] = &[
    "k_standard",
    "k_tier",
    "k_unit",
    "k_fact",
    "k_param",
    "k_let",
    "k_output",
    "k_exempt",
    "k_total",
    "k_rank",
    "k_case",
    "k_section",
    "k_indicator",
    "k_bonus",
    "k_penalty",
    "k_when",
    "k_award",
    "k_score",
    "k_base",
    "k_jointly",
    "k_deduct",
    "k_add",
    "k_amendment",
    "k_insert",
    "k_repeal",
    "k_replace",
    "k_rename",
    "k_use",
    "k_record",
    "k_function",
    "k_list",
    "k_veto",
    "k_marks",
    "k_applies",
    "k_only",
    "k_except",
    "k_assessed",
    "k_unknown",
    "k_source",
    "k_assumption",
    "k_remark",
];
/// What may follow the points of a deduction.
const TAILS: &[&str] = &["k_down_to_zero", "k_at_most", "k_pro_rata", "k_whole_steps", "k_started_steps", "k_round_to", "k_spill"];
const ITEMS: &[&str] = &["k_section", "k_indicator", "k_bonus", "k_penalty", "k_standard", "k_amendment"];

/// Words and signs behind which an expression must follow.
const WANTING: &[&str] = &[
    "k_when",
    "k_award",
    "k_base",
    "k_deduct",
    "k_add",
    "k_per",
    "k_below",
    "k_above",
    "k_not_below",
    "k_not_above",
    "k_at_most",
    "k_jointly",
    "k_round_to",
    "k_show_to",
    "k_cap",
    "k_floor",
    "k_by",
    "k_and",
    "k_or",
    "k_not",
    "k_up_to",
    "k_at_least",
    "k_default",
    "k_or_from",
    "k_stand_in",
    "k_on",
    "k_then_on",
    "k_listed_on",
    "k_step",
];
const OPERATORS: &[&str] = &["=", "＝", "+", "＋", "-", "－", "−", "×", "*", "＊", "/", "／", "÷", "<", "＜", ">", "＞", "≥", "≤", "≠", "≧", "≦"];

/// What must follow a token, if something must: a text, a tier or an expression.
fn wanted_after(text: &str, tokens: &[Token], token: &Token) -> Option<Rule> {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
    if OPERATORS.contains(&word(token)) {
        return Some(Rule::expression);
    }
    let before = tokens.iter().rev().find(|other| other.end <= token.start && other.is_significant()).map_or("", word);
    let phrase = format!("{before} {}", word(token));
    let keyword = words::WORDS
        .iter()
        .find(|keyword| keyword.en == phrase)
        .or_else(|| words::WORDS.iter().find(|keyword| keyword.zh == word(token) || keyword.en == word(token)))?;
    match keyword.rule {
        "k_column" | "k_use" | "k_reason" | "k_calendar" | "k_source" | "k_assumption" | "k_remark" | "k_only" | "k_except" => Some(Rule::text),
        "k_applies" => Some(Rule::name),
        rule => WANTING.contains(&rule).then_some(Rule::expression),
    }
}

impl Statement {
    /// The statement to blame, and the token behind which something is missing if that is what is wrong.
    fn blamed(text: &str, tokens: &[Token], stop: &Stop) -> (Statement, Option<Token>) {
        if let Some(comment) = advice::foreign_comment(text, stop.at) {
            return (Statement { start: comment.start, with_block: comment.end, guilty: comment }, None);
        }
        let statement = Statement::around(text, tokens, stop);
        let significant = |at: usize| tokens.iter().rev().find(move |token| token.end <= at && token.is_significant());
        let line_between = |from: usize, to: usize| text.get(from..to).is_some_and(|between| between.contains('\n'));
        let found = tokens.iter().find(|token| token.start >= stop.at && token.is_significant());
        if let Some(before) = significant(stop.at).filter(|before| wanted_after(text, tokens, before).is_some())
            && found.is_none_or(|found| found.kind == TokenKind::Close || line_between(before.end, found.start))
        {
            return (statement, Some(*before));
        }
        // what was read as the missing part is the statement after
        if let Some(before) = significant(statement.start).filter(|before| wanted_after(text, tokens, before).is_some())
            && line_between(before.end, statement.start)
        {
            let at = Stop { at: before.start, expected: vec![Rule::item] };
            return (Statement::around(text, tokens, &at), Some(*before));
        }
        // clauses in other brackets than braces go with their item
        match advice::other_body(text, tokens, stop) {
            Some(end) => (Statement { guilty: statement.start..end, with_block: end, ..statement }, None),
            None => (statement, None),
        }
    }

    fn around(text: &str, tokens: &[Token], stop: &Stop) -> Statement {
        let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
        let rule = |token: &Token| words::keyword(word(token)).map(|word| word.rule);
        // a statement could begin here: then what stands here is to blame, else the statement before, which lacks its end
        let may_begin = stop
            .expected
            .iter()
            .any(|rule| matches!(rule, Rule::k_indicator | Rule::k_fact | Rule::declaration | Rule::item | Rule::fact | Rule::heading | Rule::k_version));
        let mut frames = vec![Frame::block()];
        let mut fresh = true;
        let significant: Vec<&Token> = tokens.iter().filter(|token| token.is_significant() || token.kind == TokenKind::Line).collect();
        let mut index = 0;
        while let Some(token) = significant.get(index) {
            let closes = token.kind == TokenKind::Close && !may_begin;
            if token.start > stop.at || (token.start == stop.at && (closes || !may_begin && starts(token, fresh, rule(token), &frames))) {
                break;
            }
            index += 1;
            if token.kind == TokenKind::Line {
                fresh = true;
                continue;
            }
            let begins = starts(token, fresh, rule(token), &frames);
            fresh = matches!(word(token), ";" | "；" | "。");
            let Some(frame) = frames.last_mut() else { break };
            if begins {
                frame.previous = frame.statement;
                frame.statement = Some(token.start);
                frame.item = rule(token).is_some_and(|rule| ITEMS.contains(&rule));
                frame.table = false;
            }
            match token.kind {
                TokenKind::Word if matches!(rule(token), Some("k_by" | "k_among")) => frame.table = true,
                TokenKind::Open => {
                    let block = frame.block && frame.item && !frame.table && matches!(word(token), "{" | "｛");
                    frame.table = false;
                    frames.push(Frame { block, ..Frame::block() });
                    fresh = true;
                }
                TokenKind::Close if frames.len() > 1 => fresh |= frames.pop().is_some_and(|frame| frame.block),
                _ => {}
            }
            if token.start >= stop.at {
                break;
            }
        }
        let home = frames.iter().rposition(|frame| frame.block && frame.statement.is_some());
        let (start, item) = home.and_then(|home| frames.get(home)).map_or((stop.at, false), |frame| (frame.statement.unwrap_or(stop.at), frame.item));
        Statement::ending(text, tokens, start.min(stop.at), item, stop.at)
    }

    /// Finds where the statement that begins at `start` ends.
    fn ending(text: &str, tokens: &[Token], start: usize, item: bool, at: usize) -> Statement {
        let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
        let depth = tokens.iter().find(|token| token.start >= start && token.is_significant()).map_or(0, |token| token.depth);
        let (mut end, mut brace, mut fresh) = (text.len(), None, false);
        let mut first = true;
        for token in tokens.iter().filter(|token| token.start >= start) {
            if token.kind == TokenKind::Line {
                fresh = true;
                continue;
            }
            if !token.is_significant() {
                continue;
            }
            if token.depth < depth {
                end = token.start;
                break;
            }
            let rule = words::keyword(word(token)).map(|word| word.rule);
            if !first && token.depth == depth && token.start > at && fresh && starts(token, true, rule, &[Frame::block()]) {
                end = token.start;
                break;
            }
            if token.depth == depth && token.kind == TokenKind::Open && token.start >= at && brace.is_none() && item {
                brace = Some(token.start);
            }
            if token.depth == depth && matches!(word(token), ";" | "；" | "。") && token.start >= at {
                end = token.start;
                break;
            }
            first = false;
            fresh = false;
        }
        let guilty = if item {
            // the head goes on at the next attribute, or its block begins
            let from = at.max(start);
            let next = tokens.iter().filter(|token| token.start > from && token.is_significant()).find(|token| {
                let rule = words::keyword(word(token)).map(|word| word.rule);
                token.kind == TokenKind::Open && matches!(word(token), "{" | "｛")
                    || rule.is_some_and(|rule| {
                        matches!(rule, "k_marks" | "k_applies" | "k_only" | "k_except" | "k_cap" | "k_floor" | "k_assessed" | "k_unknown")
                            || STARTERS.contains(&rule)
                    })
            });
            from..next.map_or(end, |token| token.start).min(end)
        } else {
            start..end
        };
        Statement { start, guilty, with_block: end }
    }
}

fn starts(token: &Token, fresh: bool, rule: Option<&str>, frames: &[Frame]) -> bool {
    let in_block = frames.last().is_some_and(|frame| frame.block);
    let starter = match token.kind {
        TokenKind::Word => rule.is_none_or(|rule| STARTERS.contains(&rule)),
        TokenKind::Name => true,
        _ => false,
    };
    in_block && fresh && starter
}

// --- what is said ----------------------------------------------------------------------------------------------------------

/// Where reading stopped, with all that is said from.
struct Fault<'f> {
    file: u32,
    text: &'f str,
    tokens: &'f [Token],
    /// The names that all files declare.
    names: &'f BTreeSet<&'f str>,
    stop: &'f Stop,
    statement: &'f Statement,
}

impl<'f> Fault<'f> {
    fn place(&self, token: &Token) -> Span {
        Span { file: self.file, start: offset(token.start), end: offset(token.end) }
    }

    fn word(&self, token: &Token) -> &'f str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    fn keyword(&self, token: &Token) -> Option<&'static str> {
        words::keyword(self.word(token)).map(|word| word.rule)
    }

    /// The last token before a place.
    fn before(&self, at: usize) -> Option<&'f Token> {
        self.tokens.iter().rev().find(|token| token.end <= at && token.is_significant())
    }

    /// Something is missing behind a token, and what was read in its stead is another statement.
    fn describe_hole(&self, hole: Token) -> Diagnostic {
        let wanted = wanted_after(self.text, self.tokens, &hole).unwrap_or(Rule::expression);
        let ((zh, en), name) = (expectation(&[wanted]), self.word(&hole));
        Diagnostic::new(Code::Unexpected, say!("「{name}」后面缺{zh}", "{en} is missing after {name}"))
            .at(self.place(&hole), say!("其后应有{zh}", "expected {en} after this"))
    }

    fn describe(&self) -> Diagnostic {
        let found = self.tokens.iter().find(|token| token.start >= self.stop.at && token.is_significant());
        let before = self.before(self.stop.at);
        if let Some(diagnostic) = self.mistaken(found) {
            return diagnostic;
        }
        if let Some(diagnostic) = self.habit(found, before) {
            return diagnostic;
        }
        for token in [before, found].into_iter().flatten().filter(|token| token.kind == TokenKind::Word && token.end > self.statement.start) {
            let declaration = advice::declaration_run(self.text, self.tokens, token).map(|parts| parts.into_iter().map(str::to_owned).collect());
            if let Some(parts) = declaration.or_else(|| readings(self.word(token), self.names).map(|parts| advice::with_text(self.word(token), parts))) {
                let (run, spaced) = (self.word(token), parts.join(" "));
                return Diagnostic::new(Code::RunTogether, say!("「{run}」连成了一个词,没有这个名称", "{run} is one word, and no such name is declared"))
                    .at(self.place(token), say!("应读作 {spaced}", "reads as {spaced}"))
                    .fix(say!("在词与词之间加空格", "put spaces between the words"), self.place(token), spaced);
            }
        }
        let (zh, en) = expectation(&self.stop.expected);
        match found {
            Some(token) => self.unexpected(token, (&zh, &en)),
            None => {
                let span = before.map_or(Span { file: self.file, start: 0, end: 0 }, |before| self.place(before));
                Diagnostic::new(Code::Unexpected, say!("文件到此结束,后面还应有{zh}", "the file ends here, expected {en}"))
                    .at(span, say!("其后应有{zh}", "expected {en} after this"))
            }
        }
    }

    fn unexpected(&self, token: &Token, (zh, en): (&str, &str)) -> Diagnostic {
        let whole = self.word(token);
        let shown = whole.chars().take(20).collect::<String>();
        let diagnostic = Diagnostic::new(Code::Unexpected, say!("读到「{shown}」,此处应为{zh}", "found {shown}, expected {en}"))
            .at(self.place(token), say!("此处应为{zh}", "expected {en}"));
        let first = self.tokens.iter().find(|other| other.start == self.statement.start).filter(|first| first.start != token.start);
        let diagnostic = match first {
            Some(first) => diagnostic.at(self.place(first), say!("在这一条里", "in this clause")),
            None => diagnostic,
        };
        let expects = |wanted: &[Rule]| self.stop.expected.iter().any(|rule| wanted.contains(rule));
        let keyword = self.keyword(token);
        let diagnostic = match self.accustomed(token, diagnostic) {
            Ok(advised) => return advised,
            Err(diagnostic) => diagnostic,
        };
        if let Some(advice) = self.advice(token) {
            return diagnostic.help(advice);
        }
        let doubled = keyword == Some("k_not") && self.before(token.start).is_some_and(|before| self.keyword(before) == Some("k_not"));
        if let Some(first) = self.before(token.start).filter(|_| doubled) {
            return diagnostic.fix(
                say!("两个「{whole}」相抵,都去掉;或给第二个加括号", "{whole} twice is yes: leave out both, or put the second in parentheses"),
                self.place(first).to(self.place(token)),
                "",
            );
        }
        if keyword.is_some() && expects(&[Rule::name, Rule::path, Rule::sum]) {
            return diagnostic.help(say!("「{whole}」是保留的词;要作名称,写成 「{whole}」", "{whole} is a reserved word; as a name write 「{whole}」"));
        }
        if matches!(keyword, Some("k_deduct" | "k_add")) && expects(&[Rule::k_per]) {
            return diagnostic.help(say!(
                "按差距计的写 每 …,例如 每 1 个百分点;只看是否达到的写 当 …",
                "by the distance: per …, as in per 1 pp; by whether it is reached: when …"
            ));
        }
        let rules: Vec<String> = self.stop.expected.iter().map(|rule| format!("{rule:?}")).collect();
        let possible = |word: &&words::Word| {
            rules.iter().any(|rule| rule == word.rule)
                || expects(&[Rule::declaration]) && STARTERS.contains(&word.rule)
                || expects(&[Rule::heading]) && HEADINGS.contains(&word.rule)
                || expects(&[Rule::tail]) && TAILS.contains(&word.rule)
        };
        let near = crate::diag::closest(whole, words::WORDS.iter().filter(possible).flat_map(|word| [word.zh, word.en]));
        if let Some(near) = near.filter(|_| keyword.is_none()) {
            return diagnostic.fix(say!("是不是「{near}」?", "did you mean {near}?"), self.place(token), near);
        }
        // an unknown word before it, taken for a name, may be a keyword misspelt
        let before = self.before(token.start).filter(|before| before.kind == TokenKind::Word && self.keyword(before).is_none());
        if let Some(before) = before.filter(|before| !self.names.contains(self.word(before))) {
            let tails = words::WORDS.iter().filter(|word| TAILS.contains(&word.rule)).flat_map(|word| [word.zh, word.en]);
            if let Some(near) = crate::diag::closest(self.word(before), tails) {
                let word = self.word(before);
                return diagnostic.fix(say!("前面的「{word}」是不是「{near}」?", "did you mean {near} by {word} before it?"), self.place(before), near);
            }
        }
        if self.in_table(token) {
            return diagnostic.help(say!("表的各行之间写 ;", "part the rows of a table by ;"));
        }
        diagnostic
    }

    /// Whether a token stands between the braces of a table.
    fn in_table(&self, token: &Token) -> bool {
        let opener = self.tokens.iter().rev().find(|other| other.kind == TokenKind::Open && other.start < token.start && other.depth < token.depth);
        let Some(opener) = opener.filter(|opener| matches!(self.word(opener), "{" | "｛")) else { return false };
        self.tokens.iter().any(|other| other.start >= self.statement.start && other.start < opener.start && self.keyword(other) == Some("k_by"))
    }
}

/// The expected rules in words, the broadest first, at most six.
fn expectation(rules: &[Rule]) -> (String, String) {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut push = |chinese, english| {
        if !found.contains(&(chinese, english)) {
            found.push((chinese, english));
        }
    };
    // behind an operator all that can stand is an operand, of whatever form
    let operand = [Rule::group];
    let rules = if rules.contains(&Rule::group) { &operand } else { rules };
    for rule in rules {
        match rule {
            Rule::expression
            | Rule::condition
            | Rule::negation
            | Rule::test
            | Rule::sum
            | Rule::negative
            | Rule::group
            | Rule::path
            | Rule::call
            | Rule::argument
            | Rule::quantity
            | Rule::unsigned
            | Rule::key => {
                push("数量、名称或算式", "a quantity, a name or a formula");
            }
            Rule::statement | Rule::declaration | Rule::item | Rule::clause | Rule::function => push("一条规则", "a clause"),
            Rule::name | Rule::item_path | Rule::choice => push("名称", "a name"),
            Rule::parameter => push("名称 : 单位", "name : unit"),
            Rule::unit_name | Rule::unit | Rule::fact_type => push("计量单位", "a unit of measurement"),
            Rule::text => push("引号里的文字", "a text in quotation marks"),
            Rule::change => push("一处修订(新增、废止、将 … 改为 … 等)", "a change (insert, repeal, replace … becomes …)"),
            Rule::amendment_part => push("版本、基于、施行、文号", "version, based on, effective, document"),
            Rule::heading => push("抬头的一行(版本、周期、舍入 等)", "a line of the head (version, cycle, rounding, …)"),
            Rule::effect => push("总分 … 分、末位 或 取消评优", "total … points, last or not eligible"),
            Rule::spill_target => push("总分 或 指标的名称", "total or the name of an item"),
            Rule::attribute => push("满分、适用、封顶 等", "marks, applies to, cap, …"),
            Rule::fact_attribute => push("列、精度、缺省 等", "column, step, default, …"),
            Rule::field_attribute => push("列、可空、隐私 等", "column, nullable, private, …"),
            Rule::field | Rule::record_part => push("名称 : 种类", "name : type"),
            Rule::tail => push("扣完为止、最多 等", "down to 0, at most, …"),
            Rule::cycle => push("月、季 或 年", "month, quarter or year"),
            Rule::mode => push("四舍五入、四舍六入、进一 或 去尾", "half up, half even, away from zero or toward zero"),
            Rule::ties => push("跳号、不跳号 或 平分", "skipping, dense or shared"),
            Rule::range => push("层级 或 全体", "tier or all"),
            Rule::list_range => push("层级、全体 或 同 …", "tier, all or same …"),
            Rule::past => push("期别,例如 2019-12", "a period, as in 2019-12"),
            Rule::row | Rule::patterns | Rule::pattern => push("一档,例如 ≥ 95%", "a row, as in ≥ 95%"),
            Rule::binding => push("名称 = 数", "name = value"),
            Rule::date => push("日期", "a date"),
            Rule::body | Rule::open => push("{", "{"),
            Rule::close => push("}", "}"),
            Rule::unparen => push(")", ")"),
            Rule::colon => push(":", ":"),
            Rule::equals => push("=", "="),
            _ => {}
        }
    }
    for rule in rules {
        let name = format!("{rule:?}");
        // behind any name the records of that name could be gathered: that is worth saying where nothing else can stand
        if *rule == Rule::k_each && rules.contains(&Rule::fold) {
            continue;
        }
        // amendments are written by those who know the word
        let said = |word: &&words::Word| word.rule == name && word.rule != "k_amendment";
        if let Some(word) = words::WORDS.iter().find(said) {
            push(word.zh, word.en);
        }
    }
    if found.is_empty() {
        found.push(alone(rules));
    }
    let (more_zh, more_en) = if found.len() > 6 { (" 等", ", …") } else { ("", "") };
    found.truncate(6);
    let (zh, en): (Vec<&str>, Vec<&str>) = found.into_iter().unzip();
    (format!("{}{more_zh}", zh.join("、")), format!("{}{more_en}", en.join(", ")))
}

/// What is expected where nothing but the beginning of something is.
fn alone(rules: &[Rule]) -> (&'static str, &'static str) {
    // behind any name a call could begin, and before any bound a range: that is worth saying where nothing else can stand
    match rules {
        _ if rules.contains(&Rule::fold) => ("平均、最高、计数 等", "mean, best, count, …"),
        _ if rules.contains(&Rule::paren) => ("(", "("),
        _ if rules.contains(&Rule::interval_open) => ("取值范围,例如 [0, 10]", "a range, as in [0, 10]"),
        _ if rules.iter().any(|rule| matches!(rule, Rule::number | Rule::plain | Rule::plain_number | Rule::digit | Rule::sign)) => {
            ("数量,例如 1 个百分点", "a quantity, as in 1 pp")
        }
        _ if rules.contains(&Rule::comparison) => ("比较,例如 ≥", "a comparison, as in ≥"),
        _ if rules.contains(&Rule::interval_close) => ("] 或 )", "] or )"),
        _ if rules.iter().any(|rule| matches!(rule, Rule::op_plus | Rule::op_minus | Rule::op_times | Rule::op_over)) => ("运算符号", "an operator"),
        _ => ("一条规则", "a clause"),
    }
}

/// Keywords that a line of the head begins with.
const HEADINGS: &[&str] =
    &["k_title", "k_version", "k_document", "k_effective", "k_period", "k_rounding", "k_score", "k_ties", "k_calendar", "k_source", "k_assumption", "k_remark"];

/// Keywords that a declared name stands behind.
const DECLARERS: &[&str] = &["k_fact", "k_let", "k_param", "k_output", "k_section", "k_indicator", "k_bonus", "k_penalty", "k_tier", "k_function"];

/// The names that a file declares, as far as its tokens tell.
fn declared<'t>(text: &'t str, tokens: &[Token]) -> BTreeSet<&'t str> {
    let mut names = BTreeSet::new();
    let mut declares = false;
    for token in tokens.iter().filter(|token| token.is_significant()) {
        let word = text.get(token.start..token.end).unwrap_or("");
        let keyword = words::keyword(word).map(|word| word.rule);
        if let Some([_, name, ..]) = advice::declaration_run(text, tokens, token).as_deref() {
            names.insert(*name);
        }
        if declares && keyword.is_none() && matches!(token.kind, TokenKind::Word | TokenKind::Name) {
            names.insert(word);
        }
        declares = keyword.is_some_and(|rule| DECLARERS.contains(&rule));
    }
    names
}

/// The words that one run of letters consists of: keywords, units and names, with at least one keyword and little left over.
fn readings(run: &str, names: &BTreeSet<&str>) -> Option<Vec<String>> {
    if names.contains(run) || words::keyword(run).is_some() {
        return None;
    }
    if let Some(phrase) = words::WORDS.iter().find(|word| word.en.contains(' ') && word.en.replace(' ', "") == run) {
        return Some(phrase.en.split(' ').map(str::to_owned).collect());
    }
    let letters: Vec<char> = run.chars().collect();
    let known = |piece: &str| {
        names.contains(piece)
            || words::keyword(piece).is_some()
            || BUILT_IN.iter().any(|(zh, en)| *zh == piece || *en == piece)
            || piece.bytes().all(|byte| byte.is_ascii_digit())
    };
    // best[i]: (letters that no word covers, words), reading the first i letters
    let mut best: Vec<Option<(usize, Vec<String>)>> = vec![Some((0, Vec::new()))];
    for end in 1..=letters.len() {
        let mut choice: Option<(usize, Vec<String>)> = None;
        for start in 0..end {
            let piece: String = letters.get(start..end)?.iter().collect();
            let cost = if known(&piece) { 0 } else { end - start };
            if let Some(Some((before, parts))) = best.get(start) {
                let (total, count) = (before + cost, parts.len() + 1);
                if choice.as_ref().is_none_or(|(least, words)| (total, count) < (*least, words.len())) {
                    let mut parts = parts.clone();
                    parts.push(piece);
                    choice = Some((total, parts));
                }
            }
        }
        best.push(choice);
    }
    let (unknown, parts) = best.pop()??;
    let keyword =
        parts.iter().any(|part| part.chars().count() > 1 && words::keyword(part).is_some()) || parts.first().is_some_and(|part| words::keyword(part).is_some());
    // short English words hide in longer ones: there every letter must be accounted for
    let allowed = if run.is_ascii() { 0 } else { letters.len() / 2 };
    // a single letter that happens to be a keyword proves nothing unless all the rest is known
    let sure = parts.iter().any(|part| part.chars().count() > 1 && words::keyword(part).is_some());
    (parts.len() > 1 && keyword && unknown <= if sure { allowed } else { 0 }).then_some(parts)
}

// --- brackets and quotation marks ------------------------------------------------------------------------------------------

/// How deep the quotation marks of a text stand in one another.
fn nested(text: &str) -> usize {
    let mut deepest = 0_usize;
    text.chars().fold(0_usize, |depth, sign| {
        let depth = match sign {
            '“' => depth.saturating_add(1),
            '”' => depth.saturating_sub(1),
            _ => depth,
        };
        deepest = deepest.max(depth);
        depth
    });
    deepest
}

fn nested_too_deep(text: &str, token: &Token, place: Span) -> Option<Diagnostic> {
    (token.kind == TokenKind::Text && nested(text.get(token.start..token.end)?) > DEEPEST).then(|| {
        Diagnostic::new(Code::TooDeep, say!("引号套了 {DEEPEST} 层以上", "quotation marks are nested more than {DEEPEST} deep"))
            .at(place, say!("这段文字", "in this text"))
            .help(say!("里层改用 「…」,或者分成几段写", "write fewer inside one another"))
    })
}

fn bracket_faults(file: u32, text: &str, tokens: &[Token]) -> Vec<Diagnostic> {
    let place = |token: &Token| Span { file, start: offset(token.start), end: offset(token.end) };
    let mut faults: Vec<Diagnostic> = tokens.iter().filter_map(|token| nested_too_deep(text, token, place(token))).take(1).collect();
    let mut open: Vec<&Token> = Vec::new();
    let mut suspect: Option<&Token> = None;
    for token in tokens {
        match token.kind {
            TokenKind::OpenText | TokenKind::OpenName => {
                // of several texts the first that runs over its line is the one that was left open
                let over = |other: &&Token| {
                    other.kind == TokenKind::Text && other.start < token.start && text.get(other.start..other.end).is_some_and(|text| text.contains('\n'))
                };
                let token = if token.kind == TokenKind::OpenText { tokens.iter().find(over).unwrap_or(token) } else { token };
                let mark = text.get(token.start..token.end).and_then(|text| text.chars().next()).unwrap_or('"');
                faults.push(
                    Diagnostic::new(Code::OpenText, say!("引号 {mark} 没有配对", "the quotation mark {mark} has no partner"))
                        .at(Span { end: offset(token.start + mark.len_utf8()), ..place(token) }, say!("从这里开始", "it stands here"))
                        .help(say!("文字用 \"…\" 或 “…”,名称用 「…」,都要成对;名称不能跨行", "texts stand in \"…\" or “…”, names in 「…」, always in pairs")),
                );
                return faults;
            }
            TokenKind::Open => {
                open.push(token);
                if open.len() == DEEPEST + 1 {
                    faults.push(
                        Diagnostic::new(Code::TooDeep, say!("括号套了 {DEEPEST} 层以上", "brackets are nested more than {DEEPEST} deep"))
                            .at(place(token), say!("这一层太深", "this one is too deep"))
                            .help(say!("用 令 给中间的算式取名", "name inner formulas with let")),
                    );
                    return faults;
                }
            }
            TokenKind::Close => match open.pop() {
                Some(opener) if suits(text, opener, token) => {
                    // a closing bracket that stands further left than its line of opening closes somebody else's block
                    if suspect.is_none() && indent(text, token.start).is_some_and(|close| indent_of_line(text, opener.start) > close) {
                        suspect = Some(opener);
                    }
                }
                Some(opener) => {
                    let (left, right) = (text.get(opener.start..opener.end).unwrap_or(""), text.get(token.start..token.end).unwrap_or(""));
                    faults.push(
                        Diagnostic::new(Code::Unclosed, say!("{left} 还没有闭合就遇到 {right}", "{right} stands where {left} is still open"))
                            .at(place(opener), say!("{left} 从这里开始", "{left} opens here"))
                            .at(place(token), say!("这里不是它的右括号", "this does not close it"))
                            .help(say!("补上缺的右括号,或删去多的", "add the closing bracket, or remove the odd one")),
                    );
                    return faults;
                }
                None => {
                    let mark = text.get(token.start..token.end).unwrap_or("");
                    if let Some(head) = advice::head_without_brace(text, tokens, token.start).filter(|_| matches!(mark, "}" | "｝")) {
                        faults.push(
                            Diagnostic::new(Code::Stray, say!("这一项的条款前面缺 {{", "the clauses of an item stand without {{ before them"))
                                .at(place(head), say!("其后应有 {{", "expected {{ after this"))
                                .at(place(token), say!("与它相配的右括号", "the bracket that closes it"))
                                .help(say!("在名称和满分之后写 {{", "write {{ after the name and the marks")),
                        );
                        return faults;
                    }
                    faults.push(
                        Diagnostic::new(Code::Stray, say!("多出一个 {mark}", "{mark} closes nothing"))
                            .at(place(token), say!("前面没有与它相配的左括号", "no bracket is open here"))
                            .help(say!("删去它,或在前面补上左括号", "remove it, or open the bracket before it")),
                    );
                    return faults;
                }
            },
            _ => {}
        }
    }
    if let Some(last) = open.last() {
        let opener = suspect.unwrap_or(last);
        let mark = text.get(opener.start..opener.end).unwrap_or("");
        faults.push(
            Diagnostic::new(Code::Unclosed, say!("{mark} 没有闭合,直到文件结束", "{mark} is never closed"))
                .at(place(opener), say!("从这里开始", "it opens here"))
                .help(say!("在这一段结束处补上右括号", "close it where the block ends")),
        );
    }
    faults
}

fn suits(text: &str, open: &Token, close: &Token) -> bool {
    let (open, close) = (text.get(open.start..open.end).unwrap_or(""), text.get(close.start..close.end).unwrap_or(""));
    let curly = |mark: &str| matches!(mark, "{" | "｛" | "}" | "｝");
    curly(open) == curly(close)
}

/// The indentation of a token that is the first on its line.
fn indent(text: &str, at: usize) -> Option<usize> {
    let line = text.get(..at)?.rsplit('\n').next()?;
    line.chars().all(char::is_whitespace).then(|| line.chars().count())
}

fn indent_of_line(text: &str, at: usize) -> usize {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    text.get(start..).map_or(0, |line| line.chars().take_while(|c| *c != '\n' && c.is_whitespace()).count())
}
