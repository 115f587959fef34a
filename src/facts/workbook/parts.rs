//! What the sheets of a workbook refer to: their list, the shared texts, the formats of numbers.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::package::{Flow, Package, attribute, collect};
use super::{Limits, damaged, past};
use crate::diag::{Diagnostic, words};

/// The list of sheets.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) sheets: Vec<SheetPart>,
    /// Whether days are counted from 1904.
    pub(super) from_1904: bool,
    strings: Option<String>,
    styles: Option<String>,
}

#[derive(Debug)]
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) part: String,
    pub(super) hidden: bool,
}

/// How the number of a cell is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    Percent,
    Date,
}

/// A relationship: what kind of part it leads to, and its path.
type Links = BTreeMap<String, (String, String)>;

fn links(package: &mut Package<'_>, of: &str) -> Result<Links, Diagnostic> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let part = if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") };
    let mut links = Links::new();
    package.each(&part, |event| {
        if let Event::Start(element) = &event
            && element.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(kind), Some(target)) = (attribute(element, "Id"), attribute(element, "Type"), attribute(element, "Target"))
        {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            links.insert(id, (kind, joined(folder, &target)));
        }
        Ok(Flow::On)
    })?;
    Ok(links)
}

/// The path of a target, seen from a folder.
fn joined(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            other => steps.push(other),
        }
    }
    steps.join("/")
}

/// Reads the list of sheets, in the order of their tabs.
pub(super) fn book(package: &mut Package<'_>) -> Result<Book, Diagnostic> {
    let main = links(package, "")?.into_values().find(|(kind, _)| kind == "officeDocument").map_or_else(|| "xl/workbook.xml".to_owned(), |(_, target)| target);
    let links = links(package, &main)?;
    let of_kind = |wanted: &str| links.values().find(|(kind, _)| kind == wanted).map(|(_, target)| target.clone());
    let mut book = Book { strings: of_kind("sharedStrings"), styles: of_kind("styles"), ..Book::default() };
    let found = package.each(&main, |event| {
        if let Event::Start(element) = &event {
            match element.local_name().as_ref() {
                "workbookPr" => book.from_1904 |= attribute(element, "date1904").is_some_and(|value| is_true(&value)),
                "sheet" => {
                    let link = attribute(element, "id").and_then(|id| links.get(&id));
                    // charts and dialogs have tabs too
                    if let Some((_, part)) = link.filter(|(kind, _)| kind == "worksheet") {
                        let hidden = attribute(element, "state").is_some_and(|state| state != "visible");
                        book.sheets.push(SheetPart { name: attribute(element, "name").unwrap_or_default(), part: part.clone(), hidden });
                    }
                }
                _ => {}
            }
        }
        Ok(Flow::On)
    })?;
    if !found || book.sheets.is_empty() {
        return Err(damaged(package.path(), &main, "no sheets"));
    }
    Ok(book)
}

pub(super) fn is_true(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("true")
}

/// The texts that cells share.
pub(super) fn strings(package: &mut Package<'_>, book: &Book, limits: &Limits) -> Result<Vec<RichText>, Diagnostic> {
    let mut strings = Vec::new();
    let (path, most) = (package.path(), limits.cells);
    let mut reader = TextReader::default();
    if let Some(part) = &book.strings {
        package.each(part, |event| {
            if let Some(text) = reader.take(&event, "si") {
                strings.push(text);
                if strings.len() > most {
                    return Err(past(
                        path,
                        words!("共享的文字超过 {most} 条", "there are more than {most} shared texts"),
                        words!("只留评分要用的工作表和列,或分成几个文件", "keep the sheets and columns that scoring needs, or split the file"),
                    ));
                }
            }
            Ok(Flow::On)
        })?;
    }
    Ok(strings)
}

/// The text of a cell, and whether a part of it is set above or below the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RichText {
    pub(super) text: String,
    pub(super) is_raised: bool,
}

/// Puts the runs of a rich text together; readings of characters, which East Asian workbooks hold beside the text, are left out.
#[derive(Debug, Default)]
pub(super) struct TextReader {
    found: RichText,
    /// Within `<t>`, and within `<rPh>`.
    inside: (bool, bool),
}

impl TextReader {
    /// The whole text, at the end of the element of that name.
    pub(super) fn take(&mut self, event: &Event<'_>, name: &str) -> Option<RichText> {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => self.inside.0 = true,
                "rPh" => self.inside.1 = true,
                "vertAlign" => self.found.is_raised |= attribute(element, "val").is_some_and(|value| value != "baseline"),
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "t" => self.inside.0 = false,
                "rPh" => self.inside.1 = false,
                other if other == name => {
                    let RichText { text, is_raised } = std::mem::take(&mut self.found);
                    return Some(RichText { text: unescaped(&text), is_raised });
                }
                _ => {}
            },
            other if self.inside == (true, false) => collect(other, &mut self.found.text),
            _ => {}
        }
        None
    }
}

/// Characters that XML cannot hold stand in a workbook as `_x000D_`.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        plain.push_str(before);
        let code = after.split_at_checked(4).filter(|(_, tail)| tail.starts_with('_')).and_then(|(code, _)| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) => {
                plain.push(letter);
                rest = after.get(5..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = after;
            }
        }
    }
    plain + rest
}

/// The format of each style of cells.
pub(super) fn formats(package: &mut Package<'_>, book: &Book) -> Result<Vec<Format>, Diagnostic> {
    let mut formats = Vec::new();
    let mut own: BTreeMap<String, Format> = BTreeMap::new();
    let mut in_cells = false;
    if let Some(part) = &book.styles {
        package.each(part, |event| {
            match &event {
                Event::Start(element) => match element.local_name().as_ref() {
                    "numFmt" => {
                        if let (Some(id), Some(code)) = (attribute(element, "numFmtId"), attribute(element, "formatCode")) {
                            own.insert(id, format_of(&code));
                        }
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        let id = attribute(element, "numFmtId").unwrap_or_default();
                        formats.push(own.get(&id).copied().unwrap_or_else(|| built_in(&id)));
                    }
                    _ => {}
                },
                Event::End(element) if element.local_name().as_ref() == "cellXfs" => return Ok(Flow::Stop),
                _ => {}
            }
            Ok(Flow::On)
        })?;
    }
    Ok(formats)
}

/// The formats that have a number and no code.
fn built_in(id: &str) -> Format {
    match id.parse::<u32>() {
        Ok(9 | 10) => Format::Percent,
        Ok(14..=22 | 27..=36 | 45..=47 | 50..=58) => Format::Date,
        _ => Format::Plain,
    }
}

/// What the code of a format shows: texts in quotes, colours in brackets and escaped characters aside.
fn format_of(code: &str) -> Format {
    let mut letters = code.chars();
    let mut format = Format::Plain;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                letters.by_ref().find(|letter| *letter == '"');
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                // elapsed time, as in [h]:mm
                if !inside.is_empty() && inside.chars().all(|letter| matches!(letter, 'h' | 'm' | 's' | 'H' | 'M' | 'S')) {
                    return Format::Date;
                }
            }
            '\\' | '_' | '*' => {
                letters.next();
            }
            '%' => return Format::Percent,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'e' => format = Format::Date,
            'E' => {
                // an exponent, as in 0.00E+00
                letters.next();
            }
            // General
            'G' | 'g' => return Format::Plain,
            ';' => return format,
            _ => {}
        }
    }
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_format_says_what_is_shown() {
        for code in ["0%", "0.00%", "0.0 %;[Red]-0.0 %", "#,##0.00\"分\"%"] {
            assert_eq!(format_of(code), Format::Percent, "{code}");
        }
        for code in ["yyyy\"年\"m\"月\"", "yyyy-mm-dd", "[$-804]yyyy/m/d;@", "h:mm", "[h]:mm:ss", "[DBNum1]yyyy\"年\"m\"月\"d\"日\""] {
            assert_eq!(format_of(code), Format::Date, "{code}");
        }
        for code in ["General", "0.00", "#,##0", "0\"%\"", "0.00E+00", "@", "0_);(0)", "[Red]0", "0\\%", "\"第\"0\"day\""] {
            assert_eq!(format_of(code), Format::Plain, "{code}");
        }
        assert_eq!((built_in("10"), built_in("14"), built_in("2"), built_in("x")), (Format::Percent, Format::Date, Format::Plain, Format::Plain));
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_put_back() {
        for (stored, meant) in
            [("甲_x000D_乙", "甲\r乙"), ("_x", "_x"), ("a_x12", "a_x12"), ("_x005F_x000D_", "_x000D_"), ("_xD800_", "_xD800_"), ("_x1单_", "_x1单_")]
        {
            assert_eq!(unescaped(stored), meant);
        }
    }

    #[test]
    fn targets_are_seen_from_their_folder() {
        assert_eq!(joined("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(joined("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(joined("xl/a", "../b/./c.xml"), "xl/b/c.xml");
        assert_eq!(joined("", "../../x.xml"), "x.xml");
    }
}
