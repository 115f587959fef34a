//! A template as a workbook: a sheet to be filled in, with checks on what is typed, and a sheet that explains each column.

use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::{Column, Entry, Range, Template};
use crate::diag::Lang;
use crate::plan::TierId;
use crate::quantity;
use crate::report::pick;

/// Rows to be filled in where no register says how many units there are.
const OPEN_ROWS: usize = 200;
/// What a list of choices and a message may hold.
const LONGEST_LIST: usize = 255;
const LONGEST_MESSAGE: usize = 255;
const LONGEST_TITLE: usize = 32;
/// The largest number that a spreadsheet keeps to its last digit, and its opposite.
const LARGEST: [&str; 2] = ["-999999999999999", "999999999999999"];
/// What a cell may hold.
const LONGEST_TEXT: usize = 32_000;

/// The formats of cells.
struct Look {
    title: Format,
    heading: Format,
    optional: Format,
    unit: Format,
    cell: Format,
    beside: Format,
    text: Format,
}

impl Look {
    fn new() -> Self {
        let base = || Format::new().set_font_name("宋体").set_font_size(11).set_align(FormatAlign::VerticalCenter);
        let boxed = || base().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00A6_A6A6));
        let head = || boxed().set_bold().set_text_wrap().set_align(FormatAlign::Center);
        Look {
            title: base().set_bold().set_font_size(14),
            heading: head().set_background_color(Color::RGB(0x00BD_D7EE)),
            optional: head().set_background_color(Color::RGB(0x00DE_EAF6)),
            unit: boxed().set_background_color(Color::RGB(0x00F2_F2F2)),
            cell: boxed().set_align(FormatAlign::Right),
            beside: boxed().set_background_color(Color::RGB(0x00BF_BFBF)),
            text: boxed().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

pub(super) fn write(template: &Template<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // a fixed date: the same template is the same bytes
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let look = Look::new();
    let lang = template.subject.lang;
    let sheet = book.add_worksheet();
    sheet.set_name(pick(lang, "数据", "facts"))?;
    fill_in(template, &look, sheet)?;
    let sheet = book.add_worksheet();
    sheet.set_name(pick(lang, "说明", "columns"))?;
    explain(template, &look, sheet)?;
    book.save_to_buffer()
}

fn row_of(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

fn column_of(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

// --- the sheet to be filled in ---

fn fill_in(template: &Template<'_>, look: &Look, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let units = template.subject.units.as_deref();
    let rows = units.map_or(OPEN_ROWS, <[_]>::len);
    let [unit, tier] = template.first_headings();
    sheet.write_string_with_format(0, 0, unit, &look.heading)?;
    sheet.write_string_with_format(0, 1, tier, &look.heading)?;
    let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(UnicodeWidthStr::width).max().unwrap_or(0);
    let names = widest(&mut units.into_iter().flatten().map(|(name, _)| name.as_str()));
    let tiers = widest(&mut template.subject.plan.tiers());
    sheet.set_column_width(0, width(names.max(14)))?;
    sheet.set_column_width(1, width(tiers.max(6)))?;
    for row in 0..rows {
        let at = row_of(row + 1);
        let unit = units.and_then(|units| units.get(row));
        sheet.write_string_with_format(at, 0, unit.map(|(name, _)| name.as_str()).unwrap_or_default(), &look.unit)?;
        sheet.write_string_with_format(at, 1, unit.map(|(_, tier)| template.tier(*tier)).unwrap_or_default(), &look.unit)?;
    }
    if units.is_none() && rows > 0 {
        let names: Vec<String> = template.subject.plan.tiers().map(str::to_owned).collect();
        if let Some(check) = list(&names) {
            sheet.add_data_validation(1, 1, row_of(rows), 1, &check)?;
        }
    }
    for (index, column) in template.columns.iter().enumerate() {
        fill_column(template, look, sheet, (index + 2, column), rows)?;
    }
    sheet.set_row_height(0, 48)?;
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn fill_column(template: &Template<'_>, look: &Look, sheet: &mut Worksheet, (index, column): (usize, &Column), rows: usize) -> Result<(), XlsxError> {
    let at = column_of(index);
    sheet.write_string_with_format(0, at, &column.heading, if column.optional { &look.optional } else { &look.heading })?;
    // a heading breaks over two lines
    sheet.set_column_width(at, width((UnicodeWidthStr::width(column.heading.as_str()) / 2 + 3).max(8)))?;
    let tier_of = |row: usize| template.subject.units.as_ref().and_then(|units| units.get(row)).map(|(_, tier)| *tier);
    // whether the column is for the unit of a row, and its limits there
    let state = |row: usize| tier_of(row).map_or_else(|| Some(range(column, None)), |tier| column.tiers.get(tier).copied().flatten());
    for row in 0..rows {
        sheet.write_blank(row_of(row + 1), at, if state(row).is_some() { &look.cell } else { &look.beside })?;
    }
    // rows with the same limits that follow each other have one check
    let mut first = 0;
    while first < rows {
        let mut end = first + 1;
        while end < rows && state(end) == state(first) {
            end += 1;
        }
        if let Some(check) = state(first).and_then(|range| check(column, &range, template.subject.lang)) {
            sheet.add_data_validation(row_of(first + 1), at, row_of(end), at, &check)?;
        }
        first = end;
    }
    Ok(())
}

/// A width in characters; a spreadsheet leaves some room beside them.
fn width(characters: usize) -> u16 {
    column_of(characters.saturating_add(2).min(80))
}

/// What may be typed into the cells of a column, and what is said there.
fn check(column: &Column, range: &Range, lang: Lang) -> Option<DataValidation> {
    let number = |value: Decimal| Formula::new(quantity::plain(value));
    let rule = match (range.from, range.to) {
        (Some(from), Some(to)) => Some(DataValidationRule::Between(number(from), number(to))),
        (Some(from), None) => Some(DataValidationRule::GreaterThanOrEqualTo(number(from))),
        (None, Some(to)) => Some(DataValidationRule::LessThanOrEqualTo(number(to))),
        // that it is a number at all
        (None, None) => {
            let [from, to] = LARGEST.map(Formula::new);
            Some(DataValidationRule::Between(from, to))
        }
    };
    let check = match (&column.entry, rule) {
        (Entry::Whole, Some(rule)) => DataValidation::new().allow_whole_number_formula(rule),
        (Entry::Number | Entry::Percent, Some(rule)) => DataValidation::new().allow_decimal_number_formula(rule),
        (Entry::Words(words), _) => list(words)?,
        (_, None) => DataValidation::new().allow_any_value(),
    };
    // a rate may lie outside 0 to 100 %, and of any number only a range may be known: that is asked about, not forbidden
    let is_number = matches!(column.entry, Entry::Whole | Entry::Number | Entry::Percent);
    let style = if is_number { DataValidationErrorStyle::Warning } else { DataValidationErrorStyle::Stop };
    let message = message(column, range, lang);
    let check = check.set_error_style(style).set_input_title(cut(&column.heading, LONGEST_TITLE)).ok()?;
    let check = check.set_input_message(cut(&message, LONGEST_MESSAGE)).ok()?;
    let check = check.set_error_title(pick(lang, "请核对", "please check")).ok()?;
    check.set_error_message(cut(&message, LONGEST_MESSAGE)).ok()
}

/// The limits in a tier; where rows are of any tier those that all tiers have.
fn range(column: &Column, tier: Option<TierId>) -> Range {
    if let Some(tier) = tier {
        return column.tiers.get(tier).copied().flatten().unwrap_or_default();
    }
    let ranges: Vec<Range> = column.tiers.iter().copied().flatten().collect();
    let lowest = ranges.iter().map(|range| range.from).collect::<Option<Vec<_>>>();
    let highest = ranges.iter().map(|range| range.to).collect::<Option<Vec<_>>>();
    Range { from: lowest.and_then(|all| all.into_iter().min()), to: highest.and_then(|all| all.into_iter().max()) }
}

fn list(words: &[String]) -> Option<DataValidation> {
    let long = words.join(",").encode_utf16().count() > LONGEST_LIST;
    if long || words.iter().any(|word| word.contains(',')) {
        return None;
    }
    DataValidation::new().allow_list_strings(words).ok()
}

fn message(column: &Column, range: &Range, lang: Lang) -> String {
    let mut parts = vec![what(column, range, lang)];
    parts.extend(column.limits.iter().cloned());
    let (stop, blank) = (pick(lang, ";", "; "), column.blank);
    match lang {
        Lang::Zh => format!("{}。空着:{blank}。", parts.join(stop)),
        Lang::En => format!("{}. Blank: {blank}.", parts.join(stop)),
    }
}

/// What is entered, in words.
fn kind(column: &Column, lang: Lang) -> String {
    match &column.entry {
        Entry::Whole => pick(lang, "填整数", "a whole number").to_owned(),
        Entry::Number => pick(lang, "填数", "a number").to_owned(),
        Entry::Percent => pick(lang, "填 93.15 或 93.15%", "write 93.15 or 93.15%").to_owned(),
        Entry::Words(words) => match lang {
            Lang::Zh => format!("填 {}", words.join("、")),
            Lang::En => format!("one of {}", words.join(", ")),
        },
    }
}

/// What is entered and between which limits, in words.
fn what(column: &Column, range: &Range, lang: Lang) -> String {
    let kind = kind(column, lang);
    let limits = limits(range, lang);
    let step = match (column.step.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!(",精确到 {}", column.step),
        (false, Lang::En) => format!(", to {}", column.step),
    };
    let limits = if limits.is_empty() { limits } else { format!("{}{limits}", pick(lang, ",", ", ")) };
    format!("{kind}{limits}{step}")
}

fn limits(range: &Range, lang: Lang) -> String {
    let shown = |value: Decimal| quantity::plain(value);
    match (range.from, range.to) {
        (Some(from), Some(to)) => match lang {
            Lang::Zh => format!("{} 至 {}", shown(from), shown(to)),
            Lang::En => format!("{} to {}", shown(from), shown(to)),
        },
        (Some(from), None) => match lang {
            Lang::Zh => format!("不小于 {}", shown(from)),
            Lang::En => format!("at least {}", shown(from)),
        },
        (None, Some(to)) => match lang {
            Lang::Zh => format!("不大于 {}", shown(to)),
            Lang::En => format!("at most {}", shown(to)),
        },
        (None, None) => String::new(),
    }
}

/// The beginning of a text, as long as a spreadsheet bears.
fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if short.encode_utf16().count() + letter.len_utf16() + 1 > most {
            break;
        }
        short.push(letter);
    }
    short + "…"
}

// --- the sheet that explains the columns ---

fn explain(template: &Template<'_>, look: &Look, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let lang = template.subject.lang;
    let head = &template.subject.plan.head;
    let name = head.title.as_ref().unwrap_or(&head.name);
    let period = template.subject.period.map(|period| format!(" {period}")).unwrap_or_default();
    let title = match lang {
        Lang::Zh => format!("{name}{period} 数据表填写说明"),
        Lang::En => format!("{name}{period}: how to fill in the table of facts"),
    };
    sheet.write_string_with_format(0, 0, title, &look.title)?;
    sheet.set_row_height(0, 24)?;
    let notes = [
        pick(lang, "一行一个单位;单位和层级照名册,不要改。", "One row a unit; leave units and tiers as they are in the register."),
        pick(
            lang,
            "不知道就空着,不要填 0:空着是没有这项数据,0 是有而为零。",
            "Leave blank what is not known, do not write 0: blank means not known, 0 means none.",
        ),
        pick(
            lang,
            "灰色的格不适用于这个单位,不填。列名颜色浅的可以空着。",
            "Grey cells do not apply to the unit. Columns with a light heading may stay blank.",
        ),
        pick(lang, "列名不要改:打分时按列名认数据。", "Do not change the headings: facts are known by them."),
    ];
    for (row, note) in notes.iter().enumerate() {
        sheet.write_string(row_of(row + 1), 0, *note)?;
    }
    let first = notes.len() + 2;
    let headings = match lang {
        Lang::Zh => ["列", "怎样填", "计量单位", "精度", "界限", "层级", "空着时", "哪些条款用它", "条款的依据"],
        Lang::En => ["column", "what to write", "unit of measure", "step", "limits", "tiers", "where blank", "clauses that read it", "what they rest on"],
    };
    for (column, (heading, wide)) in headings.iter().zip(WIDTHS).enumerate() {
        sheet.write_string_with_format(row_of(first), column_of(column), *heading, &look.heading)?;
        sheet.set_column_width(column_of(column), width(wide))?;
    }
    for (index, column) in template.columns.iter().enumerate() {
        let texts = explanation(template, column);
        sheet.set_row_height(row_of(first + 1 + index), height(&texts))?;
        for (at, text) in texts.into_iter().enumerate() {
            sheet.write_string_with_format(row_of(first + 1 + index), column_of(at), cut(&text, LONGEST_TEXT), &look.text)?;
        }
    }
    explain_records(template, look, sheet, first + template.columns.len() + 2)?;
    sheet.set_freeze_panes(row_of(first + 1), 1)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The tables of records below the columns: where each stands, and what its fields hold.
fn explain_records(template: &Template<'_>, look: &Look, sheet: &mut Worksheet, first: usize) -> Result<(), XlsxError> {
    let lang = template.subject.lang;
    let mut row = first;
    for record in &template.subject.plan.records {
        let name = &record.name;
        let said = match lang {
            Lang::Zh => format!("记录「{name}」另填一张表:这个工作簿里名为「{name}」的表,或数据文件夹里的 {name}.csv。每条一行,第一列是「单位」,其余各列:"),
            Lang::En => format!(
                "The records {name} are a table of their own: a sheet {name} of this workbook, or {name}.csv in the folder of facts. A line for each; the first column \
                 is “unit”, the others are:"
            ),
        };
        sheet.write_string(row_of(row), 0, said)?;
        let headings = match lang {
            Lang::Zh => ["列", "怎样填", "计量单位", "精度", "空着时"],
            Lang::En => ["column", "what to write", "unit of measure", "step", "where blank"],
        };
        let cells = headings.map(str::to_owned);
        for (column, heading) in FIELD_COLUMNS.iter().zip(&cells) {
            sheet.write_string_with_format(row_of(row + 1), *column, heading, &look.heading)?;
        }
        for (below, field) in record.fields.iter().enumerate() {
            for (column, text) in FIELD_COLUMNS.iter().zip(super::field(&template.subject, field)) {
                sheet.write_string_with_format(row_of(row + 2 + below), *column, cut(&text, LONGEST_TEXT), &look.text)?;
            }
        }
        row += record.fields.len() + 3;
    }
    Ok(())
}

/// The columns of the sheet in which fields of records are explained: those of the same headings above.
const FIELD_COLUMNS: [u16; 5] = [0, 1, 2, 3, 6];

/// The widths of the columns of explanations, in characters.
const WIDTHS: [usize; 9] = [24, 22, 10, 10, 20, 14, 30, 60, 60];

/// The height of a row in which every text is seen whole; not every program finds it by itself.
fn height(texts: &[String; 9]) -> u16 {
    const LINE: usize = 15;
    const HIGHEST: usize = 400;
    let broken = |text: &str, wide: usize| text.lines().map(|line| UnicodeWidthStr::width(line).div_ceil(wide).max(1)).sum::<usize>();
    let lines = texts.iter().zip(WIDTHS).map(|(text, wide)| broken(text, wide)).max().unwrap_or(1).max(1);
    column_of((lines * LINE + 3).min(HIGHEST))
}

/// The cells that explain a column.
fn explanation(template: &Template<'_>, column: &Column) -> [String; 9] {
    let lang = template.subject.lang;
    let plan = template.subject.plan;
    let separator = pick(lang, "、", ", ");
    let of_tiers: Vec<(&str, Range)> = plan.tiers().zip(&column.tiers).filter_map(|(name, range)| Some((name, (*range)?))).collect();
    let same = of_tiers.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a == b));
    let mut bounds: Vec<String> = if same {
        of_tiers.first().map(|(_, range)| limits(range, lang)).into_iter().collect()
    } else {
        of_tiers.iter().map(|(name, range)| format!("{name}: {}", limits(range, lang))).collect()
    };
    bounds.extend(column.limits.iter().cloned());
    bounds.retain(|text| !text.is_empty());
    let tiers = if of_tiers.len() == column.tiers.len() {
        pick(lang, "全部", "all").to_owned()
    } else {
        of_tiers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(separator)
    };
    let clauses: Vec<String> = column.clauses.iter().map(|(place, text)| format!("{place}  {text}")).collect();
    [
        column.heading.clone(),
        kind(column, lang),
        column.unit.clone(),
        column.step.clone(),
        bounds.join("\n"),
        tiers,
        column.blank.to_owned(),
        clauses.join("\n"),
        column.evidence.join("\n"),
    ]
}
