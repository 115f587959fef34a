//! What lies beside tables of facts and is not read, and tables that look like copies of others.
//!
//! In: folders of facts, folders of periods, and tables that are to be read. Out: a warning for what a user may take to be read, an error
//! for what would be counted twice. Hidden files and the lock files of office programs are nobody's tables.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::adjustments;
use super::files::{FORMATS, Input, PROVENANCE_ENDINGS, is_named, stem_of};
use super::table::{self, Sheets, Table, is_one_of, squeezed};
use crate::diag::{Code, Diagnostic, Words, words};
use crate::plan::Plan;
use crate::quantity::{Cycle, Period};
use crate::source::{LARGEST, read_up_to};

/// How the names of tables end that other programs write and that are not read.
const OTHER_FORMATS: [&str; 8] = ["xls", "xlsm", "xlsb", "et", "ods", "numbers", "tsv", "txt"];
/// What a program or a user puts behind the name of a copy.
const COPY_MARKS: [&str; 5] = ["副本", "拷贝", "复件", "备份", "冲突"];
const COPY_WORDS: [&str; 5] = ["copy", "backup", "bak", "duplicate", "conflicted"];
/// Names of columns that only published tables have.
const OF_RESULTS: &[&str] = &["总分", "得分", "名次", "排名", "名单", "total", "score", "rank", "list"];

/// The names of entries of a folder in their order, without hidden files and the lock files of office programs.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let named = paths.filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), path)));
    let mut found: Vec<(String, PathBuf)> = named.filter(|(name, _)| !name.starts_with(['.', '~'])).collect();
    found.sort();
    found
}

/// The stem and the ending of a name, in small letters.
fn parted(name: &str) -> (String, String) {
    let name = name.to_lowercase();
    name.rsplit_once('.').map_or((name.clone(), String::new()), |(stem, ending)| (stem.to_owned(), ending.to_owned()))
}

/// The entries of a folder of facts that look like tables and are not read, whatever they hold.
pub(super) fn unread(folder: &Path, records: &[&str]) -> Vec<(String, PathBuf)> {
    let is_unread = |name: &str, path: &Path| {
        let (stem, ending) = parted(name);
        let would_be = is_named(&stem, records);
        let is_beside = PROVENANCE_ENDINGS.iter().any(|ending| stem.ends_with(&format!(".{ending}"))) || adjustments::is_table(&name.to_lowercase());
        if path.is_dir() {
            return is_named(&name.to_lowercase(), records);
        }
        match ending.as_str() {
            ending if FORMATS.contains(&ending) => !would_be && !is_beside && stem != "known",
            ending => would_be && OTHER_FORMATS.contains(&ending),
        }
    };
    entries(folder).into_iter().filter(|(name, path)| is_unread(name, path)).collect()
}

/// Warns of what lies in folders of facts and is not read; published tables may lie beside their facts.
pub(crate) fn beside(paths: &[PathBuf], plan: &Plan) -> Vec<Diagnostic> {
    let records: Vec<&str> = plan.records.iter().map(|record| record.name.as_str()).collect();
    let folders = paths.iter().filter(|path| path.is_dir());
    let given = |path: &Path| paths.iter().any(|other| other == path);
    let unread = folders.flat_map(|folder| unread(folder, &records)).filter(|(_, path)| !given(path) && !is_of_results(path, plan));
    unread.map(|(name, path)| not_read(&name, &path, &records)).collect()
}

fn not_read(name: &str, path: &Path, records: &[&str]) -> Diagnostic {
    let (_, ending) = parted(name);
    let Words { zh, en } = read_names(records);
    let is_folder = path.is_dir();
    let (what, what_en) = if is_folder { ("文件夹", "the folder ") } else { ("", "") };
    let diagnostic = Diagnostic::new(Code::FileUnread, words!("{what}「{name}」没有读", "{what_en}{name} is not read"));
    let diagnostic = diagnostic.at_file(path.display().to_string(), words!("", ""));
    if is_folder {
        return diagnostic.help(words!("表直接放在数据文件夹里,不放在下一级", "put tables into the folder of facts itself, not into one of its folders"));
    }
    if !FORMATS.contains(&ending.as_str()) {
        return diagnostic.help(words!("另存为 .xlsx 或 .csv", "save it as .xlsx or .csv"));
    }
    diagnostic.help(words!(
        "要读的改成这样的名称:{zh};或用 --facts 写明这个文件;不该读的移出去",
        "let its name be one that is read: {en}; or name the file with --facts; if it is not to be read, move it elsewhere"
    ))
}

/// The names of tables that are read in a folder of facts.
pub(crate) fn read_names(records: &[&str]) -> Words {
    let names: Vec<String> = std::iter::once("facts").chain(records.iter().copied()).map(|name| format!("{name}*")).collect();
    let (zh, en) = (names.join("、"), names.join(", "));
    words!("{zh}(.csv、.xlsx、.json)", "{en} (.csv, .xlsx, .json)")
}

/// Whether a table prints what the rules compute.
fn is_of_results(path: &Path, plan: &Plan) -> bool {
    if !path.is_file() {
        return false;
    }
    let Ok(bytes) = read_up_to(path, LARGEST) else { return false };
    let computed = plan.items.iter().enumerate().filter(|(id, _)| !plan.facts.iter().any(|fact| fact.assesses == Some(*id))).map(|(_, item)| &item.name);
    let outputs = plan.outputs.iter().filter_map(|id| plan.values.get(*id)).map(|value| &value.name);
    let names: BTreeSet<String> = computed.chain(outputs).map(|name| squeezed(name)).collect();
    let is_result = |heading: &String| {
        let bare = table::bare(heading);
        is_one_of(bare, OF_RESULTS) || names.contains(&squeezed(bare))
    };
    let tables = table::read(&path.display().to_string(), &bytes, &mut Sheets::default(), &mut Vec::new());
    tables.iter().any(|table| table.headings.iter().any(is_result))
}

/// Warns of what lies among folders of periods and is none.
pub(crate) fn among_periods(roots: &[PathBuf], plan: &Plan) -> Vec<Diagnostic> {
    let records: Vec<&str> = plan.records.iter().map(|record| record.name.as_str()).collect();
    let found = roots.iter().flat_map(|root| entries(root)).filter_map(|(name, path)| {
        let near = near_period(&name);
        let is_folder = path.is_dir();
        let (stem, ending) = parted(&name);
        let is_table = FORMATS.contains(&ending.as_str()) || OTHER_FORMATS.contains(&ending.as_str()) && is_named(&stem, &records);
        let looks = if is_folder {
            Period::of_folder(&name).is_none() && (near.is_some() || entries(&path).iter().any(|(name, _)| is_named(&stem_of(name), &records)))
        } else {
            is_table || near.is_some() && (ending.is_empty() || !ending.bytes().any(|byte| byte.is_ascii_alphabetic()))
        };
        looks.then(|| not_a_period(&name, &path, near))
    });
    found.collect()
}

fn not_a_period(name: &str, path: &Path, near: Option<Period>) -> Diagnostic {
    let is_folder = path.is_dir();
    let diagnostic = if is_folder {
        Diagnostic::new(Code::FileUnread, words!("文件夹「{name}」的名称不是一期,没有读", "the folder {name} is named by no period and not read"))
    } else {
        Diagnostic::new(Code::FileUnread, words!("各期的文件夹之间的「{name}」没有读", "{name} lies among folders of periods and is not read"))
    };
    let diagnostic = diagnostic.at_file(path.display().to_string(), words!("", ""));
    let there = near
        .is_some_and(|near| path.parent().is_some_and(|root| entries(root).iter().any(|(name, path)| path.is_dir() && Period::of_folder(name) == Some(near))));
    let near = near.map(|near| near.to_string());
    diagnostic.help(match (near, there, is_folder) {
        (Some(near), true, true) => {
            words!("{near} 已有一个文件夹:要读的并进去,不该读的移出去", "there is a folder of {near}: move into it what is to be read, and the rest elsewhere")
        }
        (Some(near), false, true) => words!("是不是「{near}」?改成这个名称", "did you mean {near}? Rename it"),
        (Some(near), _, false) => words!("放进文件夹「{near}」,取名 facts.csv 之类", "put it into the folder {near}, named as in facts.csv"),
        (None, _, _) => words!(
            "一期一个文件夹,名称如 2020-11、2020-Q4、2020;不该读的移出去",
            "a folder a period, named as in 2020-11, 2020-Q4 or 2020; what is not to be read lies elsewhere"
        ),
    })
}

/// The period that a name seems to mean: `2023_2`, `202302`, `2023.02`, `2023年2月份`.
pub(super) fn near_period(name: &str) -> Option<Period> {
    let (year, rest) = name.split_at_checked(4)?;
    let rest = rest.trim_start_matches(['-', '_', '.', ' ', '年', '第', '/', '—', '－']);
    let quarter = rest.strip_prefix(['Q', 'q']);
    let part = quarter.unwrap_or(rest);
    let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, behind) = part.split_at_checked(digits)?;
    match (quarter.is_some() || behind.starts_with('季'), number) {
        (_, "") => Period::parse(year).filter(|_| rest.is_empty() || parted(name).0 == year),
        (true, quarter) => Period::parse(&format!("{year}-Q{quarter}")),
        (false, month) => Period::parse(&format!("{year}-{month:0>2}")),
    }
    .filter(|period| period.cycle() != Cycle::Year || number.is_empty())
}

/// Whether what stands behind the name of a table makes it the name of a copy: `-副本`, `(1)`, ` - Copy (2)`.
fn marks_a_copy(rest: &str) -> bool {
    let inner = rest.trim_matches(['(', ')', '（', '）']);
    let is_number = rest.starts_with(['(', '（']) && !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = rest.split(|letter: char| !letter.is_ascii_alphabetic());
    is_number || COPY_MARKS.iter().any(|mark| rest.contains(mark)) || words.any(|word| COPY_WORDS.contains(&word))
}

/// Whether a table is named as a copy of another.
fn is_copy_of(name: &str, other: &str) -> bool {
    squeezed(name).strip_prefix(&squeezed(other)).is_some_and(marks_a_copy)
}

/// The tables that are named as copies of others in the same folder: each with that one, by their places among the inputs.
pub(super) fn copies(inputs: &[Input]) -> Vec<(usize, usize)> {
    let named: Vec<(Option<&Path>, String)> = inputs.iter().map(|input| Path::new(&input.path)).map(|path| (path.parent(), stem_of(&name_of(path)))).collect();
    let original = |copy: usize, (folder, name): &(Option<&Path>, String)| {
        let others = named.iter().enumerate().filter(|(other, (beside, _))| *other != copy && beside == folder);
        others.filter(|(_, (_, other))| is_copy_of(name, other)).map(|(other, _)| other).next()
    };
    named.iter().enumerate().filter_map(|(copy, own)| Some((copy, original(copy, own)?))).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// That a table is named as a copy of another.
pub(super) fn named_as_a_copy(copy: &str, original: &str) -> Diagnostic {
    let (name, other) = (name_of(Path::new(copy)), name_of(Path::new(original)));
    Diagnostic::new(
        Code::Copy,
        words!("「{name}」像是「{other}」的副本,两份都读就算了两次", "{name} looks like a copy of {other}: to read both is to count twice"),
    )
    .at_file(copy, words!("这一份", "this one"))
    .at_file(original, words!("和这一份", "and this one"))
    .help(help())
}

fn help() -> Words {
    words!(
        "只留作准的一份,另一份移出去;若各有各的内容,改成 -1、-2 这样的名称",
        "keep the one that holds and move the other elsewhere; if each holds something of its own, name them as in -1, -2"
    )
}

/// A table of records with its rows in one order, each without blank cells.
pub(super) struct Content(Vec<Vec<(String, String)>>);

impl Content {
    pub(super) fn of(table: &Table) -> Content {
        let headings: Vec<String> = table.headings.iter().map(|heading| squeezed(heading)).collect();
        let row = |(_, cells): &(usize, Vec<String>)| {
            let mut row: Vec<(String, String)> = headings.iter().cloned().zip(cells.iter().cloned()).filter(|(_, cell)| !cell.is_empty()).collect();
            row.sort();
            row
        };
        let mut rows: Vec<_> = table.rows.iter().map(row).collect();
        rows.sort();
        Content(rows)
    }

    /// Whether every row, as often as it stands here, stands in another table too.
    fn lies_in(&self, other: &Content) -> bool {
        let mut rest = other.0.iter();
        !self.0.is_empty() && self.0.iter().all(|row| rest.by_ref().find(|other| *other >= row).is_some_and(|other| other == row))
    }
}

/// That the records of a table are all in another of the same kind, or that it is a sheet named as a copy of another.
pub(super) fn same_records((table, content): (&Table, &Content), (other, others): (&Table, &Content)) -> Option<Diagnostic> {
    let (count, name, other_name) = (table.rows.len(), called(table), called(other));
    let named = table.path == other.path && table.sheet.as_deref().zip(other.sheet.as_deref()).is_some_and(|(sheet, other)| is_copy_of(sheet, other));
    let title = if content.lies_in(others) {
        words!(
            "「{name}」的 {count} 条记录「{other_name}」里都有,两份都读就算了两次",
            "all records of {name} ({count}) are in {other_name} too: to read both is to count twice"
        )
    } else if named {
        words!("「{name}」像是「{other_name}」的副本,两份都读就算了两次", "{name} looks like a copy of {other_name}: to read both is to count twice")
    } else {
        return None;
    };
    let first = |table: &Table| table.row_place(table.rows.first().map_or(table.header, |(row, _)| *row));
    let diagnostic =
        Diagnostic::new(Code::Copy, title).at_cell(first(table), words!("这一份", "this one")).at_cell(first(other), words!("和这一份", "and this one"));
    Some(if named {
        diagnostic.help(help())
    } else {
        diagnostic.help(words!(
            "只留一份;若确是不同的记录,并成一张表,或加一列(如编号)把它们分开",
            "keep one of them; if the records are others, join the tables, or add a column that tells them apart, such as a number"
        ))
    })
}

/// What a table is called: its file, or of several sheets its sheet.
fn called(table: &Table) -> String {
    table.sheet.clone().unwrap_or_else(|| name_of(Path::new(&table.path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_copy_is_that_of_the_original_with_a_mark_behind_it() {
        for copy in ["来件-副本", "来件 - 副本 (2)", "来件(1)", "来件 （1）", "来件_备份", "来件 - Copy", "来件-copy2", "来件(冲突副本 2020-11-03)"]
        {
            assert!(is_copy_of(copy, "来件"), "{copy}");
        }
        assert!(is_copy_of("来件-副本(2)", "来件-副本"));
        for other in ["来件", "来件-1", "来件-11月", "来件2", "来件(甲局)", "来件-copyright", "收件-副本"] {
            assert!(!is_copy_of(other, "来件"), "{other}");
        }
    }

    #[test]
    fn a_name_that_is_nearly_a_period_means_that_period() {
        let near = |name: &str| near_period(name).map(|period| period.to_string());
        for name in ["2023_2", "2023-2", "202302", "2023.02", "2023 02", "2023年2月份", "2023-02.csv", "2023-02", "2023-02-副本"] {
            assert_eq!(near(name).as_deref(), Some("2023-02"), "{name}");
        }
        assert_eq!(near("2023q4").as_deref(), Some("2023-Q4"));
        assert_eq!(near("2023第4季").as_deref(), Some("2023-Q4"));
        assert_eq!(near("2023.csv").as_deref(), Some("2023"));
        for name in ["旧", "archive", "2023-13", "二月", "2023旧", "20", "年度", "facts.csv"] {
            assert_eq!(near(name), None, "{name}");
        }
    }
}
