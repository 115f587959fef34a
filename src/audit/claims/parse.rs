//! The statements of a claims file: tables, aliases, claims and constraints, each with its places; what stands in an expression is
//! left to the grammar of the rules.

use std::ops::{Range, RangeInclusive};

use crate::diag::{Code, Diagnostic, Words, closest, words};
use crate::source::{Sources, Span, offset};
use crate::syntax::{Piece, PieceKind, pieces};

/// A word with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
}

/// Pieces that make up an expression, by their numbers.
pub(super) type Stretch = Range<usize>;

/// Where the rows of a table come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A file beside the claims.
    File(Word),
    /// The whole numbers of a range, counted in a unit.
    Numbers { numbers: RangeInclusive<usize>, unit: String },
    /// The facts of the period.
    Facts,
    /// What the standard makes of them.
    Results,
}

#[derive(Debug, Clone)]
pub(super) struct TableTree {
    pub(super) name: Word,
    /// What a row is counted in.
    pub(super) unit: Word,
    pub(super) origin: Origin,
    pub(super) sheet: Option<String>,
    pub(super) key: Word,
    /// 不全: only some of the rows are published.
    pub(super) partial: bool,
    /// 照录: the lines of the text that it was copied from, and where they are named.
    pub(super) copied: Vec<(RangeInclusive<usize>, Span)>,
    /// What stands between the braces.
    pub(super) fields: Option<Stretch>,
}

/// A name with the value that is printed beside it.
#[derive(Debug, Clone)]
pub(super) struct Printed {
    pub(super) name: Word,
    pub(super) value: Option<Stretch>,
}

/// Which rows a list takes by their place.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    /// Whether it takes those that come first.
    pub(super) top: bool,
    pub(super) count: usize,
    pub(super) key: Stretch,
    /// Whether the highest comes first.
    pub(super) descending: bool,
}

#[derive(Debug)]
pub(super) struct ListTree {
    pub(super) table: Word,
    pub(super) condition: Option<Stretch>,
    pub(super) cut: Option<Cut>,
    /// What the sentence says of how many there are.
    pub(super) counting: Option<(usize, Word)>,
    /// Whether the sentence names all of them.
    pub(super) complete: bool,
    pub(super) names: Vec<Printed>,
}

#[derive(Debug)]
pub(super) enum Query {
    /// An expression that is true or not.
    Holds(Stretch),
    List(ListTree),
    /// What an expression comes to in each of some rows.
    Values {
        table: Word,
        expression: Stretch,
        names: Vec<Printed>,
    },
    /// What is true of every row.
    Rows {
        table: Word,
        condition: Option<Stretch>,
        holds: Stretch,
    },
    /// What no table can tell, and why.
    Unknown(String),
}

#[derive(Debug)]
pub(super) struct ClaimTree {
    pub(super) name: Option<Word>,
    pub(super) quotation: Word,
    pub(super) line: (usize, Span),
    pub(super) query: Query,
}

#[derive(Debug)]
pub(super) struct AliasTree {
    pub(super) name: Word,
    pub(super) others: Vec<Word>,
}

#[derive(Debug, Default)]
pub(super) struct Tree {
    /// 通报: the file of the text.
    pub(super) text: Option<Word>,
    pub(super) tables: Vec<TableTree>,
    pub(super) aliases: Vec<AliasTree>,
    pub(super) claims: Vec<ClaimTree>,
    /// What must hold of what the claims state, whatever the tables say.
    pub(super) constraints: Vec<Stretch>,
    /// Declarations of units, as they stand.
    pub(super) units: Vec<Stretch>,
    pub(super) pieces: Vec<Piece>,
    pub(super) file: u32,
}

/// The words of a claims file that are no keywords of the rules, in both skins.
const TEXT: [&str; 2] = ["通报", "bulletin"];
const TABLE: [&str; 2] = ["表", "table"];
const FROM: [&str; 2] = ["来自", "from"];
const SHEET: [&str; 2] = ["工作表", "sheet"];
const KEY: [&str; 2] = ["键", "key"];
const PARTIAL: [&str; 2] = ["不全", "partial"];
const COPIED: [&str; 2] = ["照录", "transcribed"];
const ALIAS: [&str; 2] = ["别名", "alias"];
const CLAIM: [&str; 2] = ["断言", "claim"];
const LINE: [&str; 2] = ["行", "line"];
const VALUES: [&str; 2] = ["值", "values"];
const ROWS: [&str; 2] = ["逐行", "rows"];
const UNCHECKED: [&str; 2] = ["无从核", "unverifiable"];
const CONSTRAINT: [&str; 2] = ["约束", "constraint"];
const COUNTING: [&str; 2] = ["共", "counting"];
const INCLUDING: [&str; 2] = ["等", "including"];

/// So many whole numbers a range may have.
const MOST_NUMBERS: usize = 100_000;

/// Reads the statements. One that cannot be read is reported, and the next one is read.
pub(super) fn parse(sources: &Sources, file: u32, diagnostics: &mut Vec<Diagnostic>) -> Tree {
    let text = sources.get(file).map(|source| source.text.as_str()).unwrap_or_default();
    let mut parser = Parser { text, file, pieces: pieces(text), at: 0, diagnostics, tree: Tree { file, ..Tree::default() } };
    parser.skip();
    while parser.at < parser.pieces.len() {
        let start = parser.at;
        if parser.statement().is_none() {
            parser.recover(start);
        }
    }
    let Parser { pieces, mut tree, .. } = parser;
    tree.pieces = pieces;
    tree
}

struct Parser<'p> {
    text: &'p str,
    file: u32,
    pieces: Vec<Piece>,
    at: usize,
    diagnostics: &'p mut Vec<Diagnostic>,
    tree: Tree,
}

/// A name without its 「」.
pub(super) fn unquoted(text: &str) -> &str {
    text.strip_prefix('「').and_then(|text| text.strip_suffix('」')).unwrap_or(text)
}

/// A text without its quotation marks.
pub(super) fn inside_marks(text: &str) -> &str {
    let mut inner = text.chars();
    inner.next();
    inner.next_back();
    inner.as_str()
}

/// Whether a sign is one of those that part the entries of a list.
fn is_comma(text: &str) -> bool {
    matches!(text, "," | "，" | "、")
}

impl Parser<'_> {
    // --- pieces ---

    fn text_of(&self, at: usize) -> &str {
        self.pieces.get(at).and_then(|piece| self.text.get(piece.range.clone())).unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<PieceKind> {
        self.pieces.get(at).map(|piece| piece.kind)
    }

    fn span(&self, at: usize) -> Span {
        let range = self.pieces.get(at).map_or(self.text.len()..self.text.len(), |piece| piece.range.clone());
        Span { file: self.file, start: offset(range.start), end: offset(range.end) }
    }

    fn skip(&mut self) {
        while matches!(self.kind(self.at), Some(PieceKind::Blank | PieceKind::Comment)) {
            self.at += 1;
        }
    }

    /// Leaves the piece at hand for the next that says something.
    fn step(&mut self) {
        self.at += 1;
        self.skip();
    }

    fn is(&self, words: [&str; 2]) -> bool {
        self.kind(self.at) == Some(PieceKind::Name) && words.contains(&self.text_of(self.at))
    }

    fn takes(&mut self, words: [&str; 2]) -> bool {
        let found = self.is(words);
        if found {
            self.step();
        }
        found
    }

    fn is_keyword(&self, rule: &str) -> bool {
        matches!(self.kind(self.at), Some(PieceKind::Keyword(found)) if found == rule)
    }

    fn takes_keyword(&mut self, rule: &str) -> bool {
        let found = self.is_keyword(rule);
        if found {
            self.step();
        }
        found
    }

    fn is_sign(&self, signs: &[&str]) -> bool {
        self.kind(self.at) == Some(PieceKind::Sign) && signs.contains(&self.text_of(self.at))
    }

    fn takes_sign(&mut self, signs: &[&str]) -> bool {
        let found = self.is_sign(signs);
        if found {
            self.step();
        }
        found
    }

    /// Says what was expected here.
    fn fault<T>(&mut self, expected: Words, help: Words) -> Option<T> {
        let (zh, en) = (expected.zh, expected.en);
        let found = match self.kind(self.at) {
            Some(_) => {
                let found = self.text_of(self.at);
                words!("这里是「{found}」", "found {found}")
            }
            None => words!("文件到这里就完了", "the file ends here"),
        };
        let fault = Diagnostic::new(Code::BadClaim, words!("断言文件的这里应当是{zh}", "{en} is expected here")).at(self.span(self.at), found).help(help);
        self.diagnostics.push(fault);
        None
    }

    /// Goes on at the next word that begins a statement.
    fn recover(&mut self, start: usize) {
        if self.at <= start {
            self.at = start;
            self.step();
        }
        while self.at < self.pieces.len() && !self.begins() {
            self.step();
        }
    }

    fn begins(&self) -> bool {
        [TEXT, TABLE, ALIAS, CLAIM, CONSTRAINT].iter().any(|words| self.is(*words)) && !self.is_followed_by_operator()
    }

    /// A column may be called as a statement is.
    fn is_followed_by_operator(&self) -> bool {
        let mut next = self.at + 1;
        while matches!(self.kind(next), Some(PieceKind::Blank | PieceKind::Comment)) {
            next += 1;
        }
        self.kind(next) == Some(PieceKind::Sign) && !matches!(self.text_of(next), "「" | "“")
    }

    // --- parts ---

    fn word(&mut self, expected: Words, example: Words) -> Option<Word> {
        match self.kind(self.at) {
            Some(PieceKind::Name | PieceKind::Keyword(_)) => {
                let word = Word { text: unquoted(self.text_of(self.at)).to_owned(), span: self.span(self.at) };
                self.step();
                Some(word)
            }
            _ => self.fault(expected, example),
        }
    }

    fn quoted(&mut self, expected: Words, example: Words) -> Option<Word> {
        if self.kind(self.at) != Some(PieceKind::Text) {
            return self.fault(expected, example);
        }
        let word = Word { text: inside_marks(self.text_of(self.at)).to_owned(), span: self.span(self.at) };
        self.step();
        Some(word)
    }

    /// A name that may stand between quotation marks.
    fn named(&mut self, expected: Words, example: Words) -> Option<Word> {
        if self.kind(self.at) == Some(PieceKind::Text) { self.quoted(expected, example) } else { self.word(expected, example) }
    }

    /// A whole number, with or without a unit.
    fn whole(&mut self, expected: Words, example: Words) -> Option<(usize, Word)> {
        let text = self.text_of(self.at).to_owned();
        let digits: String = text.chars().take_while(|sign| sign.is_ascii_digit() || *sign == ',').filter(char::is_ascii_digit).collect();
        let is_whole = !text.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ',').starts_with('.');
        match (self.kind(self.at), digits.parse()) {
            (Some(PieceKind::Quantity), Ok(number)) if is_whole => {
                let word = Word { text, span: self.span(self.at) };
                self.step();
                Some((number, word))
            }
            _ => self.fault(expected, example),
        }
    }

    /// The number of a line, with nothing behind it.
    fn line_number(&mut self, expected: Words, example: Words) -> Option<(usize, Word)> {
        let bare = self.text_of(self.at).chars().all(|sign| sign.is_ascii_digit());
        if bare { self.whole(expected, example) } else { self.fault(expected, example) }
    }

    fn sign(&mut self, signs: &[&str]) -> Option<()> {
        if self.takes_sign(signs) {
            return Some(());
        }
        let sign = signs.first().copied().unwrap_or_default();
        self.fault(words!("「{sign}」", "{sign}"), words!("补上「{sign}」", "write {sign}"))
    }

    /// The pieces up to where one of these ends them, outside of all brackets.
    fn stretch(&mut self, ends: &dyn Fn(&Self) -> bool) -> Option<Stretch> {
        let start = self.at;
        let (mut depth, mut end) = (0_usize, start);
        while self.at < self.pieces.len() {
            if depth == 0 && ends(self) {
                break;
            }
            match self.text_of(self.at) {
                "(" | "（" | "[" | "［" | "{" | "｛" => depth += 1,
                ")" | "）" | "]" | "］" | "}" | "｝" if depth == 0 => break,
                ")" | "）" | "]" | "］" | "}" | "｝" => depth -= 1,
                _ => {}
            }
            end = self.at + 1;
            self.step();
        }
        if end == start {
            return self.fault(words!("一个算式", "an expression"), words!("例如 来源 合计(件数) = 78840 件", "as in origins sum(orders) = 78840 cases"));
        }
        Some(start..end)
    }

    fn braces(&mut self) -> Option<Stretch> {
        self.sign(&["{", "｛"])?;
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.pieces.len() {
            match self.text_of(self.at) {
                "{" | "｛" => depth += 1,
                "}" | "｝" if depth == 0 => {
                    let end = self.at;
                    self.step();
                    return Some(start..end);
                }
                "}" | "｝" => depth -= 1,
                _ => {}
            }
            self.step();
        }
        self.fault(words!("「}}」", "}}"), words!("补上「}}」", "write }}"))
    }

    // --- statements ---

    fn statement(&mut self) -> Option<()> {
        if self.is_keyword("k_unit") {
            let stretch = self.stretch(&|parser| parser.begins())?;
            self.tree.units.push(stretch);
            return Some(());
        }
        if self.takes(TEXT) {
            let file = self
                .quoted(words!("通报正文的文件", "the file of the bulletin's text"), words!("例如 通报 \"bulletin.txt\"", "as in bulletin \"bulletin.txt\""))?;
            self.tree.text.get_or_insert(file);
            return Some(());
        }
        if self.is(TABLE) {
            return self.table();
        }
        if self.takes(ALIAS) {
            return self.alias();
        }
        if self.takes(CONSTRAINT) {
            self.sign(&["{", "｛"])?;
            let stretch = self.stretch(&|_| false)?;
            self.sign(&["}", "｝"])?;
            self.tree.constraints.push(stretch);
            return Some(());
        }
        if self.takes(CLAIM) {
            return self.claim();
        }
        self.fault(
            words!("通报、表、别名、断言或约束", "bulletin, table, alias, claim or constraint"),
            words!(
                "一条断言写作:断言 \"引文\" 行 15 {{ 来源 合计(件数) = 78840 件 }}",
                "a claim is written: claim \"quotation\" line 15 {{ origins sum(orders) = 78840 cases }}"
            ),
        )
    }

    fn table(&mut self) -> Option<()> {
        self.step();
        let example = || {
            words!(
                "例如 表 来源 : 项 来自 \"来源.csv\" 键 名称 {{ 名称 : 文字  件数 : 件 }}",
                "as in table origins : items from \"origins.csv\" key name {{ name : text  orders : cases }}"
            )
        };
        let name = self.word(words!("表的名字", "the name of the table"), example())?;
        self.sign(&[":", "："])?;
        let unit = self.word(words!("一行计作什么", "what a row is counted in"), example())?;
        if !self.takes(FROM) {
            return self.fault(words!("「来自」", "from"), example());
        }
        if self.kind(self.at) == Some(PieceKind::Name) {
            return self.same_rows(name, unit);
        }
        let origin = if self.takes_keyword("k_fact") {
            Origin::Facts
        } else if self.takes_keyword("k_total") {
            Origin::Results
        } else if self.kind(self.at) == Some(PieceKind::Quantity) {
            self.numbers()?
        } else {
            Origin::File(
                self.quoted(words!("文件名、数据、总分、另一张表或一段整数", "a file, fact, total, another table or a range of whole numbers"), example())?,
            )
        };
        let sheet = if self.takes(SHEET) { Some(self.quoted(words!("工作表的名字", "the name of the sheet"), example())?.text) } else { None };
        if !self.takes(KEY) {
            return self.fault(words!("「键」", "key"), example());
        }
        let key = self.word(words!("作键的列", "the column that is the key"), example())?;
        let partial = self.takes(PARTIAL);
        let copied = self.lines()?;
        let fields = if matches!(origin, Origin::File(_)) { Some(self.braces()?) } else { None };
        self.tree.tables.push(TableTree { name, unit, origin, sheet, key, partial, copied, fields });
        Some(())
    }

    /// `来自 附表 不全`: the rows of a table that was declared, for what is said of more than they are.
    fn same_rows(&mut self, name: Word, unit: Word) -> Option<()> {
        let other = self.word(words!("另一张表的名字", "the name of another table"), words!("例如 来自 附表 不全", "as in from annex partial"))?;
        let key = if self.takes(KEY) {
            Some(self.word(words!("作键的列", "the column that is the key"), words!("例如 键 单位", "as in key unit"))?)
        } else {
            None
        };
        let partial = self.takes(PARTIAL);
        let copied = self.lines()?;
        let Some(found) = self.tree.tables.iter().find(|table| table.name.text == other.text).cloned() else {
            let text = &other.text;
            let fault = Diagnostic::new(Code::UnknownTable, words!("前面没有声明表「{text}」", "no table {text} is declared before"))
                .at(other.span, words!("没有这张表", "no such table"));
            let near = closest(text, self.tree.tables.iter().map(|table| table.name.text.as_str()));
            self.diagnostics.push(match near {
                Some(near) => fault.fix(words!("是不是「{near}」?", "did you mean {near}?"), other.span, near),
                None => fault.help(words!("文件名写在引号里:来自 \"{text}\"", "the name of a file stands between quotation marks: from \"{text}\"")),
            });
            return Some(());
        };
        let (key, copied) = (key.unwrap_or_else(|| found.key.clone()), if copied.is_empty() { found.copied.clone() } else { copied });
        self.tree.tables.push(TableTree { name, unit, key, copied, partial: partial || found.partial, ..found });
        Some(())
    }

    /// `1 件 至 83 件`.
    fn numbers(&mut self) -> Option<Origin> {
        let example = || words!("例如 表 整数 : 个 来自 1 件 至 83 件 键 几件", "as in table numbers : items from 1 cases to 83 cases key many");
        let (first, _) = self.whole(words!("最小的整数", "the least whole number"), example())?;
        if !self.takes_range() {
            return self.fault(words!("「至」", "to"), example());
        }
        let start = self.span(self.at);
        let (last, word) = self.whole(words!("最大的整数", "the greatest whole number"), example())?;
        if last.saturating_sub(first) > MOST_NUMBERS {
            self.diagnostics.push(
                Diagnostic::new(Code::BadClaim, words!("一段整数最多 {MOST_NUMBERS} 个", "a range has at most {MOST_NUMBERS} whole numbers"))
                    .at(start, words!("到这里太多", "up to here they are more"))
                    .help(words!("把范围写小", "write a smaller range")),
            );
            return None;
        }
        let unit = word.text.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ',').trim().to_owned();
        if unit.is_empty() {
            return self.fault(words!("整数后面的单位", "the unit behind the number"), example());
        }
        Some(Origin::Numbers { numbers: first..=last, unit: unquoted(&unit).to_owned() })
    }

    fn takes_range(&mut self) -> bool {
        self.takes_keyword("k_until") || self.takes(["至", "to"])
    }

    /// `照录 行 67、73 至 79`: what a table was copied from.
    fn lines(&mut self) -> Option<Vec<(RangeInclusive<usize>, Span)>> {
        let mut lines = Vec::new();
        if !self.takes(COPIED) {
            return Some(lines);
        }
        let example = || words!("例如 照录 行 67、73 至 79", "as in transcribed line 67, 73 to 79");
        if !self.takes(LINE) {
            return self.fault(words!("「行」", "line"), example());
        }
        loop {
            let (first, word) = self.line_number(words!("抄自哪一行", "the line that was copied"), example())?;
            let (last, end) = if self.takes_range() {
                self.line_number(words!("抄到哪一行", "the last line that was copied"), example())?
            } else {
                (first, word.clone())
            };
            lines.push((first..=last, word.span.to(end.span)));
            if self.kind(self.at) == Some(PieceKind::Sign) && is_comma(self.text_of(self.at)) {
                self.step();
            } else {
                return Some(lines);
            }
        }
    }

    fn alias(&mut self) -> Option<()> {
        let example = || words!("例如 别名 \"市交通局\" = \"交通局\"、\"市交通运输局\"", "as in alias \"Library\" = \"The library\"");
        let name = self.named(words!("表里的名字", "the name that the tables have"), example())?;
        self.sign(&["=", "＝"])?;
        let mut others = vec![self.named(words!("另一种写法", "another name"), example())?];
        while self.kind(self.at) == Some(PieceKind::Sign) && is_comma(self.text_of(self.at)) {
            self.step();
            others.push(self.named(words!("另一种写法", "another name"), example())?);
        }
        self.tree.aliases.push(AliasTree { name, others });
        Some(())
    }

    fn claim(&mut self) -> Option<()> {
        let example = || words!("例如 断言 \"引文\" 行 15 {{ … }}", "as in claim \"quotation\" line 15 {{ … }}");
        let is_named = matches!(self.kind(self.at), Some(PieceKind::Name | PieceKind::Keyword(_)));
        let name = if is_named { Some(self.word(words!("名字", "a name"), example())?) } else { None };
        let quotation = self.quoted(words!("引文", "the quotation"), example())?;
        if !self.takes(LINE) {
            return self.fault(words!("「行」", "line"), example());
        }
        let (line, word) = self.line_number(words!("引文所在的行", "the line that is quoted"), example())?;
        self.sign(&["{", "｛"])?;
        let query = self.query()?;
        self.sign(&["}", "｝"])?;
        self.tree.claims.push(ClaimTree { name, quotation, line: (line, word.span), query });
        Some(())
    }

    fn query(&mut self) -> Option<Query> {
        let colon = |parser: &Self| parser.is_sign(&[":", "："]);
        if self.takes_keyword("k_list") {
            return self.list().map(Query::List);
        }
        if self.takes(VALUES) {
            let example = || words!("例如 值 排名表 得分 : 甲县 98 分、乙县 97.5 分", "as in values ranking total : North 98 points, South 97.5 points");
            let table = self.word(words!("表的名字", "the name of a table"), example())?;
            let expression = self.stretch(&colon)?;
            self.sign(&[":", "："])?;
            let names = self.names()?;
            return Some(Query::Values { table, expression, names });
        }
        if self.takes(ROWS) {
            let example = || words!("例如 逐行 排名表 : 得分 = 附表.综合得分", "as in rows ranking : points = annex.points");
            let table = self.word(words!("表的名字", "the name of a table"), example())?;
            let condition = if self.takes_keyword("k_where") { Some(self.stretch(&colon)?) } else { None };
            self.sign(&[":", "："])?;
            let holds = self.stretch(&|_| false)?;
            return Some(Query::Rows { table, condition, holds });
        }
        if self.takes(UNCHECKED) {
            let why = self.quoted(
                words!("为什么", "the reason"),
                words!("例如 无从核 \"没有公布上月的件数\"", "as in unverifiable \"last month's count is not published\""),
            )?;
            return Some(Query::Unknown(why.text));
        }
        self.stretch(&|_| false).map(Query::Holds)
    }

    fn list(&mut self) -> Option<ListTree> {
        let example = || words!("例如 名单 排名表 其中 得分 = 100 分 : 甲县、乙县", "as in list ranking where points = 100 points : North, South");
        let ends = |parser: &Self| {
            let cut = ["k_top", "k_bottom"].iter().any(|rule| parser.is_keyword(rule));
            cut || parser.is_sign(&[":", "："]) || parser.is(COUNTING) || parser.is(INCLUDING)
        };
        let table = self.word(words!("表的名字", "the name of a table"), example())?;
        let condition = if self.takes_keyword("k_where") { Some(self.stretch(&ends)?) } else { None };
        let cut = if self.is_keyword("k_top") || self.is_keyword("k_bottom") { Some(self.cut(&ends)?) } else { None };
        let counting = if self.takes(COUNTING) { Some(self.whole(words!("共有几家", "how many there are"), example())?) } else { None };
        let complete = !self.takes(INCLUDING);
        self.sign(&[":", "："])?;
        let names = if self.is_sign(&["}", "｝"]) { Vec::new() } else { self.names()? };
        Some(ListTree { table, condition, cut, counting, complete, names })
    }

    fn cut(&mut self, ends: &dyn Fn(&Self) -> bool) -> Option<Cut> {
        let top = self.is_keyword("k_top");
        self.step();
        let example = || words!("例如 后 3 家 依 满意率", "as in bottom 3 offices on rate");
        let (count, _) = self.whole(words!("取几家", "how many are taken"), example())?;
        if !self.takes_keyword("k_on") {
            return self.fault(words!("「依」", "on"), example());
        }
        let key = self.stretch(&|parser| ends(parser) || parser.is_keyword("k_ascending") || parser.is_keyword("k_descending"))?;
        let descending = !self.takes_keyword("k_ascending");
        if descending {
            self.takes_keyword("k_descending");
        }
        Some(Cut { top, count, key, descending })
    }

    /// Names, each with the value that is printed beside it.
    fn names(&mut self) -> Option<Vec<Printed>> {
        let mut names = Vec::new();
        loop {
            let name = self.named(words!("一个名字", "a name"), words!("几个名字之间用「、」", "part names with commas"))?;
            let start = self.at;
            let mut value = None;
            self.takes_sign(&["-", "－", "−"]);
            if matches!(self.kind(self.at), Some(PieceKind::Quantity | PieceKind::Text)) {
                value = Some(start..self.at + 1);
                self.step();
            }
            names.push(Printed { name, value });
            if self.kind(self.at) == Some(PieceKind::Sign) && is_comma(self.text_of(self.at)) {
                self.step();
            } else {
                return Some(names);
            }
        }
    }
}
