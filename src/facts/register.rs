//! The register: which units are scored, in which tier, under which names, and since when.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use rust_decimal::Decimal;

use super::columns::{Bound, Column, applying, bind_one};
use super::number::Reading;
use super::table::{self, Sheets, Table, is_ignored, is_one_of, squeezed};
use super::{File, Known, calendar, header, partly};
use crate::diag::{CellPlace, Code, Diagnostic, Words, closest, words};
use crate::eval::domain::Value;
pub(crate) use crate::plan::PARENT;
use crate::plan::{FactId, Plan, TierId};

pub(crate) const UNIT: &[&str] = &["单位", "单位名称", "unit"];
pub(crate) const TIER: &[&str] = &["层级", "tier"];
const ALIASES: &[&str] = &["别名", "aliases"];
const FROM: &[&str] = &["自", "from"];
const UNTIL: &[&str] = &["至", "until"];

/// The units of a policy.
#[derive(Debug)]
pub(crate) struct Register {
    /// In the order of the table.
    pub(crate) members: Vec<RegisterEntry>,
    /// Names and aliases without white space.
    index: BTreeMap<String, usize>,
    /// Names without white space whose rows are at fault, so that nothing more is said of them.
    faulty: BTreeSet<String>,
    /// What units have in common, by the numbers in [`RegisterEntry::attributes`].
    pub(crate) words: IndexSet<String>,
    /// The table that it was read from.
    pub(crate) file: File,
}

/// What a row of the register gives of a fact.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) fact: FactId,
    pub(crate) value: Value,
    /// What it can be, where the cell holds a set.
    pub(crate) known: Option<Box<Known>>,
    pub(crate) column: usize,
}

/// One row of the register.
#[derive(Debug)]
pub(crate) struct RegisterEntry {
    pub(crate) name: String,
    pub(crate) tier: TierId,
    pub(crate) aliases: Vec<String>,
    /// The first month or day, as in `2020-11` or `2020-11-01`.
    pub(crate) from: Option<String>,
    /// The last month or day.
    pub(crate) until: Option<String>,
    /// The unit above, as a place in the register.
    pub(crate) parent: Option<usize>,
    /// The attributes that the rules read, in their order.
    pub(crate) attributes: Vec<Option<usize>>,
    /// What the register gives of facts, each with its column.
    pub(crate) given: Vec<Given>,
    pub(crate) file: String,
    /// The sheet of a workbook.
    pub(crate) sheet: Option<String>,
    pub(crate) row: usize,
}

impl RegisterEntry {
    /// Whether the unit is in office at any time of the period; a period that cannot be read excludes nothing.
    pub(crate) fn is_active(&self, period: &str) -> bool {
        let Some((first, last)) = days_of_period(period) else { return true };
        let bound = |text: &Option<String>| text.as_deref().and_then(days_of_period);
        let begun = bound(&self.from).is_none_or(|(from, _)| from <= last);
        let ended = bound(&self.until).is_some_and(|(_, until)| until < first);
        begun && !ended
    }

    /// Where the entry stands.
    pub(crate) fn place(&self) -> CellPlace {
        CellPlace { file: self.file.clone(), sheet: self.sheet.clone(), row: self.row, ..CellPlace::default() }
    }
}

impl Register {
    /// The unit of that name or alias; white space does not count, for printed tables break names over lines.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(&squeezed(name)).copied()
    }

    /// The units in office at any time of the period, such as `2020-11`, `2020-Q4` or `2020`, with their places in the list.
    pub(crate) fn active(&self, period: Option<&str>) -> impl Iterator<Item = (usize, &RegisterEntry)> {
        self.members.iter().enumerate().filter(move |(_, entry)| period.is_none_or(|period| entry.is_active(period)))
    }

    /// Whether the row of that name is at fault.
    pub(super) fn is_faulty(&self, name: &str) -> bool {
        self.faulty.contains(&squeezed(name))
    }

    /// Every name and alias.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().flat_map(|entry| std::iter::once(&entry.name).chain(&entry.aliases)).map(String::as_str)
    }
}

/// The register among the tables of a policy: the one with headings for units and their tiers.
pub(crate) fn load(tables: &[(String, Vec<u8>)], plan: &Plan, diagnostics: &mut Vec<Diagnostic>) -> Option<Register> {
    let mut registers = Vec::new();
    for (path, bytes) in tables.iter().filter(|(path, _)| !calendar::is_calendar(plan, path)) {
        let mut found = Vec::new();
        let read = table::read(path, bytes, &mut Sheets::default(), &mut found);
        // a table that cannot be read may be the register
        if read.is_empty() && table::is_blank(path, bytes) {
            diagnostics.push(header::blank(path).help(words!(
                "是名册就写上列名 单位,层级(还可以有 别名,自,至)和各单位;不是就移到别的文件夹",
                "a register has the headings unit,tier (and may have aliases,from,until) and a row for each unit; move anything else to another folder"
            )));
        } else if read.is_empty() {
            diagnostics.append(&mut found);
        }
        for table in read {
            if table.column(UNIT).is_some() && table.column(TIER).is_some() {
                table.report_faults(&mut found);
                registers.push(table);
                diagnostics.append(&mut found);
                continue;
            }
            let mut diagnostic = Diagnostic::new(Code::Unread, words!("标准文件夹里的这张表没有读", "this table beside the rules is not read"));
            if table.sheet.is_some() {
                diagnostic = diagnostic.at_cell(table.row_place(table.header), words!("", ""));
            }
            diagnostics.push(
                diagnostic
                    .at_file(path.clone(), words!("不是名册:没有「单位」和「层级」两列", "not a register: it lacks the headings unit and tier"))
                    .help(words!("是名册就改正列名,不是就移到别的文件夹", "correct the headings of a register, move anything else to another folder")),
            );
        }
    }
    let mut registers = registers.into_iter();
    let first = registers.next()?;
    for second in registers {
        diagnostics.push(
            fault(words!("一个标准只有一张单位名册", "a policy has one register of units"))
                .at_cell(second.heading(0), words!("这张表也有单位和层级两列", "this table too has units and tiers"))
                .at_cell(first.heading(0), words!("先有这一张", "the first is here"))
                .help(words!("合并为一张,或删去一张", "merge them, or remove one")),
        );
    }
    let file = File { path: first.path.clone(), sheet: first.sheet.clone(), form: first.form, headings: first.headings.clone() };
    let register = Register { members: Vec::new(), index: BTreeMap::new(), faulty: BTreeSet::new(), words: IndexSet::new(), file };
    Some(Reader { plan, table: &first, columns: Vec::new(), register, diagnostics }.run())
}

/// What the rules read of a register where there is none.
pub(crate) fn lacking(plan: &Plan) -> Option<Diagnostic> {
    let attribute = plan.attributes.first().map(|attribute| (attribute.span, attribute.name.as_str()));
    let (span, column) = attribute.or(plan.parents.map(|span| (span, "上级")))?;
    Some(
        fault(words!("规则要用名册的「{column}」列,而没有名册", "the rules read the column {column} of a register, and there is no register"))
            .at(span, words!("这里要用到", "read here"))
            .help(words!(
                "在标准的文件夹里放一张单位名册,列名为 单位,层级,{column}",
                "put a register of units into the folder of the rules, with the headings unit,tier,{column}"
            )),
    )
}

fn fault(title: Words) -> Diagnostic {
    Diagnostic::new(Code::BadRegister, title)
}

/// What a column of the register holds that is not of every register.
enum Extra {
    Nothing,
    Attribute(usize),
    /// Facts of which no tier has two; and what 1 without a unit is, where the heading states the unit.
    Facts(Vec<FactId>, Option<Decimal>),
}

struct Reader<'a> {
    plan: &'a Plan,
    table: &'a Table,
    /// What each column holds besides name, tier and the like.
    columns: Vec<Extra>,
    register: Register,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn run(mut self) -> Register {
        self.check_headings();
        for (row, cells) in &self.table.rows {
            self.entry(*row, cells);
        }
        for id in 0..self.register.members.len() {
            self.index_names(id);
        }
        self.parents();
        self.register
    }

    fn check_headings(&mut self) {
        let known = [UNIT, TIER, ALIASES, FROM, UNTIL, PARENT];
        for (column, heading) in self.table.headings.iter().enumerate() {
            let extra = if heading.is_empty() || is_ignored(heading) || known.iter().any(|words| is_one_of(heading, words)) {
                Extra::Nothing
            } else {
                self.extra(column, heading)
            };
            self.columns.push(extra);
        }
        let headings = || self.table.headings.iter().map(String::as_str);
        let lacks = |name: &str| !headings().any(|heading| squeezed(heading) == squeezed(name));
        for attribute in self.plan.attributes.iter().filter(|attribute| lacks(&attribute.name)) {
            let name = &attribute.name;
            let mut diagnostic = Diagnostic::new(Code::UnknownName, words!("名册里没有「{name}」这一列", "the register has no column {name}"))
                .at(attribute.span, words!("按它分组", "grouped by this"))
                .at_cell(self.table.heading(0), words!("名册的列名在这里", "the headings of the register"));
            if let Some(near) = closest(name, headings()) {
                diagnostic = diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?"));
            }
            self.diagnostics.push(diagnostic.help(words!(
                "在名册里加上这一列,或按一项选项数据分组(数据 … : {{甲, 乙}})",
                "add the column to the register, or group by a fact that is a choice (fact … : {{a, b}})"
            )));
        }
        if let Some(span) = self.plan.parents.filter(|_| self.table.column(PARENT).is_none()) {
            self.diagnostics.push(
                fault(words!("规则用到下级,名册里没有「上级」这一列", "the rules speak of units below, and the register has no column parent"))
                    .at(span, words!("这里用到", "read here"))
                    .at_cell(self.table.heading(0), words!("名册的列名在这里", "the headings of the register"))
                    .help(words!(
                        "加上 上级 一列,每个单位写它的上级单位,没有上级的留空",
                        "add a column parent with the unit above each, blank where there is none"
                    )),
            );
        }
    }

    /// An attribute or facts that the rules read; any other column is read by nothing, which is said.
    fn extra(&mut self, column: usize, heading: &str) -> Extra {
        if let Some(attribute) = self.plan.attributes.iter().position(|attribute| squeezed(&attribute.name) == squeezed(heading)) {
            return Extra::Attribute(attribute);
        }
        if let Bound::Column(Column::Facts(facts, stated)) = bind_one(heading, "", self.plan) {
            return Extra::Facts(facts, stated);
        }
        let known = [UNIT, TIER, ALIASES, FROM, UNTIL, PARENT];
        let near = closest(heading, known.iter().copied().flatten().copied()).map(str::to_owned);
        let attributes = || self.plan.attributes.iter().map(|attribute| attribute.name.as_str());
        let facts = self.plan.facts.iter().map(crate::plan::Fact::label);
        let other = || closest(heading, attributes().chain(facts)).map(str::to_owned);
        let diagnostic = match &near {
            Some(_) => fault(words!("名册里没有「{heading}」这一列", "a register has no column {heading}")),
            None => Diagnostic::new(Code::Unread, words!("名册的「{heading}」列没有一条规则用到", "no rule reads the column {heading} of the register")),
        };
        let mut diagnostic = diagnostic.at_cell(self.table.heading(column), words!("", "")).help(words!(
            "名册的列:单位、层级、别名、自、至、上级,和规则里 同、逐 用到的列、数据的列;另可有 序号、备注、说明",
            "its columns are unit, tier, aliases, from, until, parent, those that same and each name and those of facts; and no., note, remark"
        ));
        if let Some(near) = near.or_else(other) {
            diagnostic = diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?"));
        }
        self.diagnostics.push(diagnostic);
        Extra::Nothing
    }

    fn cell<'c>(&self, cells: &'c [String], words: &[&str]) -> Option<(usize, &'c str)> {
        let column = self.table.column(words)?;
        cells.get(column).map(|cell| (column, cell.as_str())).filter(|(_, cell)| !cell.is_empty())
    }

    fn entry(&mut self, row: usize, cells: &[String]) {
        let name = self.required(row, cells, UNIT);
        let tier = self.required(row, cells, TIER).and_then(|tier| self.tier(row, tier));
        let from = self.date(row, cells, FROM);
        let until = self.date(row, cells, UNTIL);
        let first = from.as_deref().and_then(days_of_period).map(|(first, _)| first);
        let last = until.as_deref().and_then(days_of_period).map(|(_, last)| last);
        if let (Some(first), Some(last), Some(column)) = (first, last, self.table.column(FROM))
            && first > last
        {
            self.diagnostics.push(
                fault(words!("自 在 至 之后", "the unit ends before it begins"))
                    .at_cell(self.table.place(row, column), words!("", ""))
                    .help(words!("更正其中一个日期", "correct one of the two dates")),
            );
        }
        let (Some(name), Some(tier)) = (name, tier) else {
            self.register.faulty.extend(name.map(squeezed));
            return;
        };
        let (attributes, given) = self.extras(row, cells, tier);
        let aliases = self.cell(cells, ALIASES).map(|(_, text)| split_aliases(text)).unwrap_or_default();
        self.register.members.push(RegisterEntry {
            name: tidy(name),
            tier,
            aliases,
            from,
            until,
            parent: None,
            attributes,
            given,
            file: self.table.path.clone(),
            sheet: self.table.sheet.clone(),
            row,
        });
    }

    /// The attributes of a row, and its facts.
    fn extras(&mut self, row: usize, cells: &[String], tier: TierId) -> (Vec<Option<usize>>, Vec<Given>) {
        let mut attributes = vec![None; self.plan.attributes.len()];
        let mut given = Vec::new();
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            match self.columns.get(column) {
                Some(Extra::Attribute(_)) if partly::is_unknown(text) || text.starts_with(['{', '\u{FF5B}']) => {
                    self.diagnostics.push(
                        fault(words!("「{text}」不能是一个单位的归属", "{text} is nothing that a unit can belong to"))
                            .at_cell(self.table.place(row, column), words!("", ""))
                            .help(words!(
                                "写明归属;只有数据列可以写 ?、{{…}} 这样的范围",
                                "name what it belongs to; only columns of facts may say ?, {{…}} and the like"
                            )),
                    );
                }
                Some(Extra::Attribute(attribute)) => {
                    if let Some(slot) = attributes.get_mut(*attribute) {
                        *slot = Some(self.register.words.insert_full(tidy(text)).0);
                    }
                }
                Some(Extra::Facts(facts, stated)) => {
                    // a column that does not apply to the tier says nothing of the unit
                    let Some((id, fact)) = applying(self.plan, facts, tier).and_then(|id| Some((id, self.plan.facts.get(id)?))) else { continue };
                    let reading = Reading { plan: self.plan, fact, stated: *stated };
                    let content = partly::content(&reading, text, &self.table.place(row, column), self.diagnostics);
                    given.extend(content.map(|(value, known)| Given { fact: id, value, known, column }));
                }
                _ => {}
            }
        }
        (attributes, given)
    }

    /// The unit above each.
    fn parents(&mut self) {
        let Some(column) = self.table.column(PARENT) else { return };
        let rows: BTreeMap<usize, &str> = self.table.rows.iter().filter_map(|(row, cells)| Some((*row, cells.get(column)?.as_str()))).collect();
        for id in 0..self.register.members.len() {
            let Some(row) = self.register.members.get(id).map(|entry| entry.row) else { continue };
            let Some(name) = rows.get(&row).filter(|name| !name.is_empty()) else { continue };
            let parent = self.register.find(name);
            if parent.is_none() && !self.register.is_faulty(name) {
                let shown = table::excerpt(name);
                let mut diagnostic = fault(words!("上级「{shown}」不在名册里", "the unit above, {shown}, is not in the register"))
                    .at_cell(self.table.place(row, column), words!("", ""));
                if let Some(near) = closest(name, self.register.names()) {
                    diagnostic = diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?"));
                }
                self.diagnostics.push(diagnostic.help(words!("写名册里的单位,没有上级就留空", "name a unit of the register, or leave the cell blank")));
            }
            if let Some(entry) = self.register.members.get_mut(id) {
                entry.parent = parent;
            }
        }
        self.check_parents(column);
    }

    /// No unit stands above itself.
    fn check_parents(&mut self, column: usize) {
        let mut sound: BTreeSet<usize> = BTreeSet::new();
        for id in 0..self.register.members.len() {
            let mut path = Vec::new();
            let mut cursor = Some(id);
            while let Some(at) = cursor.filter(|at| !sound.contains(at)) {
                if let Some(from) = path.iter().position(|other| *other == at) {
                    let circle = path.get(from..).unwrap_or_default();
                    self.report_parents(circle, column);
                    break;
                }
                path.push(at);
                cursor = self.register.members.get(at).and_then(|entry| entry.parent);
            }
            sound.extend(path);
        }
    }

    fn report_parents(&mut self, circle: &[usize], column: usize) {
        let entries: Vec<&RegisterEntry> = circle.iter().filter_map(|id| self.register.members.get(*id)).collect();
        let names: Vec<&str> = entries.iter().chain(entries.first()).map(|entry| entry.name.as_str()).collect();
        let (path, path_en) = (names.join(" 上级 "), names.join(" below "));
        let diagnostic = fault(words!("上级绕成了圈:{path}", "units stand above themselves: {path_en}"));
        let diagnostic = entries
            .iter()
            .zip(names.iter().skip(1))
            .fold(diagnostic, |diagnostic, (entry, above)| diagnostic.at_cell(self.table.place(entry.row, column), words!("上级是 {above}", "below {above}")));
        self.diagnostics.push(diagnostic.help(words!("更正其中一处,最上面的单位留空", "correct one of them, and leave the topmost blank")));
    }

    fn required<'c>(&mut self, row: usize, cells: &'c [String], words: &[&str]) -> Option<&'c str> {
        let found = self.cell(cells, words).map(|(_, text)| text);
        if found.is_none() {
            let column = self.table.column(words).unwrap_or(0);
            let (zh, en) = (words.first().copied().unwrap_or_default(), words.last().copied().unwrap_or_default());
            self.diagnostics.push(
                fault(words!("名册的这一行没有写{zh}", "this row of the register states no {en}"))
                    .at_cell(self.table.place(row, column), words!("这一格是空的", "this cell is blank"))
                    .help(words!("补上{zh},或删去这一行", "state the {en}, or remove the row")),
            );
        }
        found
    }

    fn tier(&mut self, row: usize, text: &str) -> Option<TierId> {
        let found = find_tier(self.plan, text);
        if found.is_none() {
            let column = self.table.column(TIER).unwrap_or(0);
            let diagnostic = unknown_tier(Code::BadRegister, self.plan, text).at_cell(self.table.place(row, column), words!("", ""));
            self.diagnostics.push(diagnostic);
        }
        found
    }

    fn date(&mut self, row: usize, cells: &[String], words: &[&str]) -> Option<String> {
        let (column, text) = self.cell(cells, words)?;
        let date = date(text);
        if date.is_none() {
            let shown = table::excerpt(text);
            self.diagnostics.push(
                fault(words!("「{shown}」不是年月或日期", "{shown} is neither a month nor a day"))
                    .at_cell(self.table.place(row, column), words!("", ""))
                    .help(words!("写作 2020-11、2020-11-01 或 2020年11月", "write it like 2020-11 or 2020-11-01")),
            );
        }
        date
    }

    /// Enters the names of a unit; each name stands for one unit only.
    fn index_names(&mut self, id: usize) {
        let Some(entry) = self.register.members.get(id) else { return };
        for name in std::iter::once(&entry.name).chain(&entry.aliases) {
            let key = squeezed(name);
            let Some(first) = self.register.index.get(&key).copied() else {
                self.register.index.insert(key, id);
                continue;
            };
            // a unit may repeat its own name among its aliases
            if let Some(other) = self.register.members.get(first).filter(|_| first != id) {
                self.diagnostics.push(
                    fault(words!("「{name}」在名册里出现两次", "{name} stands twice in the register"))
                        .at_cell(entry.place(), words!("又在这一行", "again in this row"))
                        .at_cell(other.place(), words!("先在这一行", "first in this row"))
                        .help(words!("一个名称或别名只能指一个单位:删去或改名一处", "a name or alias stands for one unit: remove or rename one")),
                );
            }
        }
    }
}

/// The tier of that name, white space aside.
pub(super) fn find_tier(plan: &Plan, text: &str) -> Option<TierId> {
    let wanted = squeezed(text);
    plan.tiers().position(|tier| squeezed(tier) == wanted)
}

/// A tier that the rules do not declare; the place is to be added.
pub(super) fn unknown_tier(code: Code, plan: &Plan, text: &str) -> Diagnostic {
    let tiers = plan.tiers().collect::<Vec<_>>();
    let (shown, list, list_en) = (table::excerpt(text), tiers.join("、"), tiers.join(", "));
    let diagnostic = Diagnostic::new(code, words!("规则里没有「{shown}」这个层级", "the rules declare no tier {shown}"))
        .help(words!("层级有:{list}", "the tiers are: {list_en}"));
    match closest(text, plan.tiers()) {
        Some(near) => diagnostic.help(words!("是不是「{near}」?", "did you mean {near}?")),
        None => diagnostic,
    }
}

/// A name on one line: Chinese loses its white space, other scripts keep single blanks.
pub(super) fn tidy(name: &str) -> String {
    let parts = name.split_whitespace();
    if name.is_ascii() { parts.collect::<Vec<_>>().join(" ") } else { parts.collect() }
}

fn split_aliases(text: &str) -> Vec<String> {
    let is_separator = |letter: char| matches!(letter, '、' | ',' | '\u{FF0C}' | ';' | '\u{FF1B}' | '|' | '\u{FF5C}' | '/' | '\u{FF0F}');
    text.split(is_separator).map(tidy).filter(|alias| !alias.is_empty()).collect()
}

// --- days ---

/// A month or day in the form `2020-11` or `2020-11-01`, as spreadsheet programs and people write it.
pub(super) fn date(text: &str) -> Option<String> {
    let text = squeezed(text).replace(['年', '/', '.'], "-");
    let text = match text.strip_suffix('月') {
        Some(month) => month.to_owned(),
        None => text.strip_suffix('日').map_or(text.clone(), str::to_owned).replace('月', "-"),
    };
    let mut parts = text.split('-');
    let (year, month, day, more) = (number(parts.next()?)?, number(parts.next()?)?, parts.next(), parts.next());
    if more.is_some() || !(1000..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    match day {
        None => Some(format!("{year}-{month:02}")),
        Some(day) => {
            let day = number(day)?;
            Some(format!("{year}-{month:02}-{day:02}")).filter(|date| date.parse::<jiff::civil::Date>().is_ok())
        }
    }
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The first and the last day of a day, month, quarter (`2020-Q4`), half-year (`2020-H1`) or year, as numbers in calendar order.
fn days_of_period(period: &str) -> Option<(u32, u32)> {
    let period = squeezed(period);
    if let Some(date) = date(&period) {
        let mut parts = date.split('-').map(|part| number(part).unwrap_or(0));
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next());
        let ordinal = |day: u32| year * 10_000 + month * 100 + day;
        return Some((ordinal(day.unwrap_or(1)), ordinal(day.unwrap_or(31))));
    }
    let (year, part) = period.split_at_checked(4)?;
    let year = number(year)?;
    let (first, last) = match part.trim_start_matches('-') {
        "" => (1, 12),
        "q1" => (1, 3),
        "q2" => (4, 6),
        "q3" => (7, 9),
        "q4" => (10, 12),
        "h1" => (1, 6),
        "h2" => (7, 12),
        _ => return None,
    };
    Some((year * 10_000 + first * 100 + 1, year * 10_000 + last * 100 + 31))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::samples;
    use proptest::prelude::*;

    fn loaded(text: &str) -> (Option<Register>, Vec<(Code, usize, String)>) {
        let mut found = Vec::new();
        let register = load(&[("名册.csv".to_owned(), text.as_bytes().to_vec())], &samples::plan(), &mut found);
        (register, samples::brief(&found))
    }

    fn at(row: usize, column: &str) -> Vec<(Code, usize, String)> {
        vec![(Code::BadRegister, row, column.to_owned())]
    }

    #[test]
    fn units_are_found_by_name_and_alias_whatever_the_white_space() {
        let (register, found) = loaded("序号,单位,层级,别名,自,至\n1,东海县,县区,东海、东海县政府,,\n2,市教育局,部门,\"教育局,教委\",2020-01,2020年12月\n");
        let register = register.unwrap();
        assert_eq!(found, []);
        assert_eq!(register.find(" 市教\n育\u{3000}局"), Some(1));
        assert_eq!(register.find("教委"), Some(1));
        assert_eq!(register.find("东海县政府"), Some(0));
        assert_eq!(register.find("灌云县"), None);
        let entry = &register.members[1];
        assert_eq!((entry.tier, entry.from.as_deref(), entry.until.as_deref(), entry.row), (1, Some("2020-01"), Some("2020-12"), 3));
    }

    #[test]
    fn the_register_is_known_by_its_headings() {
        let tables = [("a.csv".to_owned(), "单位,分\n甲,1\n".as_bytes().to_vec()), ("b.csv".to_owned(), "unit,tier\n甲,部门\n".as_bytes().to_vec())];
        let mut found = Vec::new();
        assert_eq!(load(&tables, &samples::plan(), &mut found).unwrap().members.len(), 1);
        // the other table is not read, and that is said
        assert_eq!(found.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::Unread]);
        assert!(load(&tables[..1], &samples::plan(), &mut found).is_none());
        found.clear();
        let twice = [tables[1].clone(), tables[1].clone()];
        load(&twice, &samples::plan(), &mut found);
        assert_eq!(samples::brief(&found), at(1, "unit"));
    }

    #[test]
    fn faults_of_the_register_name_their_cells() {
        assert_eq!(loaded("单位,层级,别各\n甲,部门,\n").1, at(1, "别各"));
        assert_eq!(loaded("单位,层级\n甲,部们\n").1, at(2, "层级"));
        assert_eq!(loaded("单位,层级\n,部门\n").1, at(2, "单位"));
        assert_eq!(loaded("单位,层级\n甲,\n").1, at(2, "层级"));
        assert_eq!(loaded("单位,层级\n甲,部门\n乙,部门\n甲,县区\n").1, at(4, ""));
        assert_eq!(loaded("单位,层级,别名\n甲局,部门,\n乙,部门,甲 局\n").1, at(3, ""));
        assert_eq!(loaded("单位,层级,别名\n甲,部门,丙\n乙,部门,丙\n").1, at(3, ""));
        assert_eq!(loaded("单位,层级,自,至\n甲,部门,2020-12,2020-11\n").1, at(2, "自"));
        for bad in ["Nov-20", "2020", "2020-13", "2020-02-30", "2020-11-01-01", "11月"] {
            assert_eq!(loaded(&format!("单位,层级,自\n甲,部门,{bad}\n")).1, at(2, "自"), "{bad}");
        }
    }

    #[test]
    fn a_unit_is_active_where_its_time_meets_the_period() {
        let (register, found) = loaded("单位,层级,自,至\n甲,部门,2020-11-15,\n乙,部门,,2020年10月31日\n丙,部门,2020/11,2020-11\n丁,部门,,\n");
        assert_eq!(found, []);
        let register = register.unwrap();
        let active = |period: &str| register.active(Some(period)).map(|(_, entry)| entry.name.clone()).collect::<String>();
        assert_eq!(active("2020-11"), "甲丙丁");
        assert_eq!(active("2020-10"), "乙丁");
        assert_eq!(active("2020-12"), "甲丁");
        assert_eq!(active("2020-Q4"), "甲乙丙丁");
        assert_eq!(active("2020-Q3"), "乙丁");
        assert_eq!(active("2020"), "甲乙丙丁");
        assert_eq!(active("2021"), "甲丁");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[单位层级,自至别名县区\n\"、0-9年月\\-\\PC]{0,60}", period in "[0-9QqHh\\-年月\\PC]{0,10}") {
            let (register, _) = loaded_any(&format!("单位,层级,自,至,别名\n{text}"));
            if let Some(register) = register {
                let _ = register.active(Some(&period)).count();
            }
        }
    }

    fn loaded_any(text: &str) -> (Option<Register>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        thread_local!(static PLAN: Plan = samples::plan());
        let register = PLAN.with(|plan| load(&[("名册.csv".to_owned(), text.as_bytes().to_vec())], plan, &mut found));
        (register, found)
    }
}
