//! The bytes of an XLSX workbook to the grids of its sheets.
//!
//! A number is read from the digits that the file holds (see [`super::figure`]), a formula by the result that is stored with it,
//! a cell with a percent format as a percentage, one with a date format as a date. Cells are read as they come, and what a file
//! says of its own size is not believed: every limit counts what was really read.

mod package;
mod parts;
mod sheet;

use super::grid::Grid;
use super::table::trimmed;
use crate::diag::{Code, Diagnostic, Words, words};
use package::Package;

/// What a workbook may hold at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Parts of the archive.
    pub(super) entries: usize,
    /// Bytes after unpacking, of all parts that are read.
    pub(super) unpacked: u64,
    /// Rows of a sheet with content.
    pub(super) rows: usize,
    /// Columns up to the last one with content.
    pub(super) columns: usize,
    /// Cells with content of all sheets; of one sheet also the gaps before the last cell of each row. As many texts may be shared.
    pub(super) cells: usize,
    /// Bytes of text in the cells of a sheet.
    pub(super) text: usize,
    /// Merged stretches of a sheet.
    pub(super) merges: usize,
}

pub(super) const LIMITS: Limits =
    Limits { entries: 10_000, unpacked: 256 << 20, rows: 250_000, columns: 1_000, cells: 5_000_000, text: 64 << 20, merges: 2_000 };

/// Whether the bytes are a zip archive, as a workbook is.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// The compound file of older office programs, in which workbooks with a password are kept too.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Why a file that is no XLSX workbook and no text cannot be read; none for other files.
pub(super) fn other_format(path: &str, bytes: &[u8]) -> Option<Diagnostic> {
    if bytes.starts_with(COMPOUND) {
        let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        return Some(if bytes.windows(locked.len()).any(|window| window == locked) {
            no_format(path, &words!("工作簿有密码", "the workbook has a password"))
                .help(words!("在表格软件里打开,去掉密码再保存", "open it in the spreadsheet program, remove the password and save it"))
        } else {
            save_as(no_format(path, &words!("这是旧格式的表格(.xls、.et)", "this is a workbook of an older format (.xls, .et)")))
        });
    }
    bytes.starts_with(b"%PDF-").then(|| {
        no_format(path, &words!("这是 PDF 文件", "this is a PDF file")).help(words!("把表格抄录为 XLSX 或 CSV", "copy the table into an XLSX or CSV file"))
    })
}

/// Why a text that is a page or a document in XML is no table, whatever the ending of its name; none for other texts.
pub(super) fn marked_up(path: &str, text: &str) -> Option<Diagnostic> {
    const WITHIN: usize = 4_000;
    let beginning: String = trimmed(text).chars().take(WITHIN).flat_map(char::to_lowercase).collect();
    let has = |words: &[&str]| words.iter().any(|word| beginning.contains(word));
    if !beginning.starts_with('<') && !beginning.starts_with("mime-version:") {
        return None;
    }
    // a workbook in XML has elements called Table too
    let what = if beginning.starts_with("<?xml") && has(&["<workbook", "<ss:workbook", "progid=\"excel"]) {
        words!("这是 XML 电子表格 2003", "this is an XML Spreadsheet 2003")
    } else if has(&["<html", "<table", "<body", "<!doctype html", "mime-version:"]) {
        words!("这是网页(HTML),不少系统导出的 .xls 其实是它", "this is a page in HTML, as which many systems export what they call .xls")
    } else if beginning.starts_with("<?xml") {
        words!("这是 XML 文件", "this is a file in XML")
    } else {
        return None;
    };
    Some(save_as(no_format(path, &what)))
}

fn no_format(path: &str, what: &Words) -> Diagnostic {
    let (zh, en) = (&what.zh, &what.en);
    Diagnostic::new(Code::NoFormat, words!("读不了这种文件:{zh}", "this kind of file is not read: {en}")).at_file(path, words!("", ""))
}

fn save_as(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help(words!("在表格软件里另存为 .xlsx 或 CSV(UTF-8)", "save it as .xlsx or CSV (UTF-8) from the spreadsheet program"))
}

fn damaged(path: &str, part: &str, why: &str) -> Diagnostic {
    no_format(path, &words!("工作簿已损坏({part}:{why})", "the workbook is damaged ({part}: {why})")).help(words!(
        "在表格软件里打开、另存一次;打不开就请对方重发",
        "open it in the spreadsheet program and save it again; if that fails, ask for the file anew"
    ))
}

/// A file that goes past a limit.
fn past(path: &str, title: Words, help: Words) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, title).at_file(path, words!("", "")).help(help)
}

/// Reads every sheet of a workbook, hidden ones too.
///
/// # Errors
/// What is wrong with the file as a whole, or the limit that it passes.
pub(super) fn read(path: &str, bytes: &[u8], limits: &Limits) -> Result<Vec<Grid>, Diagnostic> {
    let mut package = Package::open(path, bytes, limits)?;
    let book = parts::book(&mut package)?;
    let strings = parts::strings(&mut package, &book, limits)?;
    let formats = parts::formats(&mut package, &book)?;
    let context = sheet::Context { path, limits, strings: &strings, formats: &formats, from_1904: book.from_1904 };
    let mut filled = 0;
    book.sheets.iter().map(|sheet| sheet::read(&mut package, sheet, &context, &mut filled)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_types, reason = "floats go into a workbook that another program writes")]

    use super::*;
    use crate::facts::grid::CellFault;
    use calamine::{Data, Reader};
    use proptest::prelude::*;
    use std::io::{Cursor, Read, Write};
    use zip::write::SimpleFileOptions;

    const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// A workbook with one sheet of that content.
    fn book(data: &str, after: &str) -> Vec<u8> {
        let sheet = format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{data}</sheetData>{after}</worksheet>");
        let links = "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
            <Relationship Id=\"b\" Type=\"x/sharedStrings\" Target=\"/xl/shared.xml\"/><Relationship Id=\"c\" Type=\"x/styles\" Target=\"styles.xml\"/></Relationships>";
        let strings = "<sst count=\"99999999999\" uniqueCount=\"99999999999\"><si><t>单位</t></si>\
            <si><r><t>满</t></r><r><t xml:space=\"preserve\">意率</t></r><rPh><t>man</t></rPh></si><si><t/></si><si><t>a&amp;b&#65;</t></si></sst>";
        let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"0.0%\"/></numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>\
            <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"10\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
        archive(&[
            TYPES,
            ("_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
            ("xl/workbook.xml", "<workbook><sheets><sheet name=\"十一月\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", links),
            ("xl/shared.xml", strings),
            ("xl/styles.xml", styles),
            ("xl/worksheets/sheet1.xml", &sheet),
        ])
    }

    fn grid(data: &str, after: &str) -> Grid {
        read("表.xlsx", &book(data, after), &LIMITS).unwrap().pop().unwrap()
    }

    fn fault(bytes: &[u8], limits: &Limits) -> (Code, String) {
        let fault = read("表.xlsx", bytes, limits).unwrap_err();
        assert!(!fault.help.is_empty() && !fault.labels.is_empty());
        (fault.code, fault.words.zh)
    }

    #[test]
    fn every_kind_of_cell_is_read() {
        let data = "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c r=\"D2\" t=\"s\"><v>3</v></c></row>\
            <row><c t=\"inlineStr\"><is><r><t>甲</t></r><r><t>区</t></r></is></c><c s=\"1\"><v>0.93149999999999999</v></c><c s=\"2\"><v>1</v></c><c s=\"3\"><v>44136</v></c></row>\
            <row r=\"9\"><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c><c t=\"str\"><f>A1&amp;1</f><v>文</v></c><c><f>1+1</f><v>2</v></c></row>\
            <row r=\"10\"><c r=\"A10\"><f>1/0</f><v></v></c><c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c t=\"str\"><f>\"\"</f><v></v></c><c t=\"d\"><v>2020-11-01T00:00:00</v></c><c s=\"1\"/></row>\
            <row r=\"11\"><c s=\"1\"/><c s=\"1\"><v></v></c></row>";
        let grid = grid(data, "<mergeCells><mergeCell ref=\"A2:A3\"/><mergeCell ref=\"B2:B2\"/></mergeCells>");
        let rows: Vec<(usize, Vec<&str>)> = grid.rows.iter().map(|(row, cells)| (*row, cells.iter().map(String::as_str).collect())).collect();
        assert_eq!(
            rows,
            [
                (2, vec!["单位", "满意率", "", "a&bA"]),
                (3, vec!["甲区", "93.15%", "100%", "2020-11-01"]),
                (9, vec!["是", "否", "文", "2"]),
                (10, vec!["=", "#DIV/0!", "", "2020-11-01"]),
            ]
        );
        assert_eq!(grid.faults.get(&(10, 0)), Some(&CellFault::NoResult));
        assert_eq!(grid.faults.get(&(10, 1)), Some(&CellFault::Error("#DIV/0!".to_owned())));
        assert_eq!((grid.faults.len(), grid.merges.len(), grid.sheet.as_deref()), (2, 1, Some("十一月")));
        assert_eq!(grid.seen(3, 0), "单位");
    }

    #[test]
    fn cells_far_apart_take_no_room_and_meet_the_limit_of_columns() {
        let grid = grid("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"A1048576\"><v>2</v></c></row>", "");
        assert_eq!(grid.rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 1_048_576]);
        let far = book("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>", "");
        let (code, words) = fault(&far, &LIMITS);
        assert!(code == Code::TooLarge && words.contains("XFD1048576"), "{words}");
        assert_eq!(fault(&book("<row r=\"1048577\"><c><v>1</v></c></row>", ""), &LIMITS).0, Code::NoFormat);
    }

    #[test]
    fn every_limit_has_its_message() {
        let rows = "<row><c><v>1</v></c><c><v>12345678</v></c></row>".repeat(20);
        let merges = "<mergeCell ref=\"A1:B1\"/>".repeat(20);
        let bytes = book(&rows, &merges);
        assert!(read("表.xlsx", &bytes, &LIMITS).is_ok());
        for (limits, part) in [
            (Limits { entries: 6, ..LIMITS }, "7 个文件"),
            (Limits { unpacked: 1 << 10, ..LIMITS }, "解压后"),
            (Limits { rows: 19, ..LIMITS }, "超过 19 行"),
            (Limits { columns: 1, ..LIMITS }, "限 1 列"),
            (Limits { cells: 39, ..LIMITS }, "超过 39 个"),
            (Limits { cells: 3, ..LIMITS }, "共享的文字超过 3 条"),
            (Limits { text: 179, ..LIMITS }, "文字"),
            (Limits { merges: 19, ..LIMITS }, "超过 19 处"),
        ] {
            let (code, words) = fault(&bytes, &limits);
            assert_eq!(code, Code::TooLarge);
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn cells_are_counted_over_all_sheets() {
        let mut parts = parts().to_vec();
        let sheet = |name: &str| format!("<sheet name=\"{name}\" r:id=\"a\"/>");
        let book = parts.iter_mut().find(|(name, _)| name == "xl/workbook.xml").unwrap();
        book.1 = format!("<workbook><sheets>{}{}{}</sheets></workbook>", sheet("一"), sheet("二"), sheet("三")).into_bytes();
        let bytes = archive(&parts.iter().map(|(name, content)| (name.as_str(), std::str::from_utf8(content).unwrap())).collect::<Vec<_>>());
        assert_eq!(read("表.xlsx", &bytes, &Limits { cells: 6, ..LIMITS }).unwrap().len(), 3);
        let (code, words) = fault(&bytes, &Limits { cells: 5, ..LIMITS });
        assert!(code == Code::TooLarge && words.contains("读到「三」表"), "{words}");
    }

    #[test]
    fn what_later_versions_add_to_a_cell_is_no_value() {
        let grid = grid("<row r=\"1\"><c><v>4</v><extLst><ext><f>1</f><v>99</v></ext></extLst></c></row>", "");
        assert_eq!(grid.rows, [(1, vec!["4".to_owned()])]);
        assert!(grid.faults.is_empty());
    }

    #[test]
    fn a_number_with_a_mark_above_the_line_is_none() {
        let run = |text: &str, align: &str| format!("<r><rPr><vertAlign val=\"{align}\"/></rPr><t>{text}</t></r>");
        let cell = |runs: &str| format!("<c t=\"inlineStr\"><is>{runs}</is></c>");
        let first = "<r><t>1</t></r>";
        let cells = [
            cell(&format!("{first}{}", run("2", "superscript"))),
            cell(&format!("{first}{}<r><t>件</t></r>", run("2", "subscript"))),
            cell(&format!("{first}{}", run("2", "baseline"))),
            cell(&format!("<r><t>甲区</t></r>{}", run("2", "superscript"))),
            // what is said of one cell is not said of the next
            cell(first),
        ];
        let grid = grid(&format!("<row r=\"1\">{}</row>", cells.concat()), "");
        assert_eq!(grid.rows, [(1, ["12", "12件", "12", "甲区2", "1"].map(str::to_owned).to_vec())]);
        let faults: Vec<_> = grid.faults.into_iter().collect();
        assert_eq!(faults, [((1, 0), CellFault::Raised("12".to_owned())), ((1, 1), CellFault::Raised("12件".to_owned()))]);
        let said = faults[0].1.diagnostic(crate::diag::CellPlace::default());
        assert_eq!((said.code, said.words.en.as_str()), (Code::NoValue, "this number has a superscript or subscript, which would make it 12"));
    }

    #[test]
    fn shared_texts_know_their_marks_too() {
        let mut parts = parts().to_vec();
        let shared = parts.iter_mut().find(|(name, _)| name == "xl/shared.xml").unwrap();
        shared.1 = b"<sst><si><r><t>1</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>2</t></r></si></sst>".to_vec();
        let bytes = archive(&parts.iter().map(|(name, content)| (name.as_str(), std::str::from_utf8(content).unwrap())).collect::<Vec<_>>());
        let grids = read("表.xlsx", &bytes, &LIMITS).unwrap();
        assert_eq!(grids[0].faults.get(&(1, 0)), Some(&CellFault::Raised("12".to_owned())));
    }

    #[test]
    fn a_time_is_no_number() {
        // the format of style 3 is that of a date
        let grid = grid("<row r=\"1\"><c s=\"3\"><v>0.5</v></c><c s=\"3\"><v>0</v></c><c s=\"3\"><v>-0.5</v></c><c s=\"3\"><v>9999999</v></c></row>", "");
        assert_eq!(grid.rows, [(1, ["12:00:00", "00:00:00", "####", "####"].map(str::to_owned).to_vec())]);
    }

    #[test]
    fn the_size_that_an_archive_states_is_not_believed() {
        let mut bytes = book(&format!("<row r=\"1\"><c t=\"str\"><v>{}</v></c></row>", "1".repeat(4 << 20)), "");
        assert!(bytes.len() < 64 << 10);
        let honest = bytes.clone();
        let stated = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        // the sizes of every entry of the central directory and of every local header
        for at in 0..bytes.len() - 46 {
            let field = match bytes.get(at..at + 4) {
                Some(b"PK\x01\x02") => at + 24,
                Some(b"PK\x03\x04") => at + 22,
                _ => continue,
            };
            bytes[field..field + 4].copy_from_slice(&stated);
        }
        // more comes out than is stated: the archive is refused as damaged, long before all of it is unpacked
        let (code, words) = fault(&bytes, &Limits { unpacked: 1 << 20, ..LIMITS });
        assert!(code == Code::NoFormat && words.contains("损坏"), "{words}");
        let (code, words) = fault(&honest, &Limits { unpacked: 1 << 20, ..LIMITS });
        assert!(code == Code::TooLarge && words.contains("1 MB"), "{words}");
    }

    #[test]
    fn files_of_other_programs_are_named() {
        for (parts, name) in [
            (vec![TYPES, ("xl/workbook.bin", "")], ".xlsb"),
            (vec![("mimetype", ""), ("content.xml", "")], ".ods"),
            (vec![TYPES, ("word/document.xml", "")], "文档"),
            (vec![("a.txt", "")], "压缩包"),
        ] {
            let (code, words) = fault(&archive(&parts), &LIMITS);
            assert!(code == Code::NoFormat && words.contains(name), "{words}");
        }
        assert!(fault(&archive(&[TYPES]), &LIMITS).1.contains("损坏"));
        assert!(fault(b"PK\x03\x04 and no more", &LIMITS).1.contains("损坏"));
        let compound = |rest: &[u8]| other_format("表.xls", &[COMPOUND, rest].concat()).unwrap().words.zh;
        assert!(compound(b"").contains(".xls"));
        assert!(compound(&"EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).contains("密码"));
        assert!(other_format("表.pdf", b"%PDF-1.7").unwrap().words.zh.contains("PDF"));
        assert_eq!(other_format("表.csv", "单位".as_bytes()), None);
    }

    #[test]
    fn pages_and_documents_in_xml_are_named() {
        let named = |text: &str| marked_up("表.xls", text).map(|fault| (fault.code, fault.words.zh, fault.help.len()));
        for page in [
            "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><table><tr><td>单位</td></tr></table></html>",
            "\n <!DOCTYPE HTML>\n<HTML>",
            "<table border=1><tr><td>单位",
            "MIME-Version: 1.0\nX-Document-Type: Workbook\n",
            "<?xml version=\"1.0\"?><!DOCTYPE html><html/>",
        ] {
            let (code, words, help) = named(page).unwrap();
            assert!(code == Code::NoFormat && words.contains("HTML") && help == 1, "{words}");
        }
        let (_, words, _) = named("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook><Table/></Workbook>").unwrap();
        assert!(words.contains("XML 电子表格"), "{words}");
        assert!(named("<?xml version=\"1.0\"?>\n<facts/>").unwrap().1.contains("XML 文件"));
        for table in ["单位,数\n<html>,1\n", "<甲>,单位\n", "", "{\"甲\": \"<html>\"}"] {
            assert_eq!(named(table), None, "{table}");
        }
        let mut found = Vec::new();
        assert!(crate::facts::table::grids("表.xls", b"<html><table>", &mut found).is_empty());
        assert_eq!(found.len(), 1);
    }

    fn annex() -> Vec<u8> {
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/workbooks/annex.xlsx")).unwrap()
    }

    #[test]
    fn another_reader_sees_the_same_cells() {
        let ours = read("annex.xlsx", &annex(), &LIMITS).unwrap();
        let mut theirs = calamine::Xlsx::new(Cursor::new(annex())).unwrap();
        assert_eq!(ours.iter().map(|grid| grid.sheet.clone().unwrap()).collect::<Vec<_>>(), theirs.sheet_names());
        let range = theirs.worksheet_range("综合得分明细表").unwrap();
        let mut compared = 0;
        for (row, cells) in range.rows().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let text = ours[0].row(row + 1).and_then(|cells| cells.get(column)).map(String::as_str).unwrap_or_default();
                match cell {
                    Data::Empty => assert_eq!(text, ""),
                    Data::Float(number) => assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits()),
                    Data::Int(number) => assert_eq!(text.parse::<i64>().unwrap(), *number),
                    other => assert_eq!(text, other.to_string().trim()),
                }
                compared += usize::from(!text.is_empty());
            }
        }
        assert!(compared > 800, "{compared}");
    }

    /// The parts of a workbook, to be changed and put together again.
    fn parts() -> &'static [(String, Vec<u8>)] {
        static PARTS: std::sync::OnceLock<Vec<(String, Vec<u8>)>> = std::sync::OnceLock::new();
        PARTS.get_or_init(|| {
            let mut zip = zip::ZipArchive::new(Cursor::new(book(
                "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" s=\"1\"><f>1</f><v>0.5</v></c></row>",
                "<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
            )))
            .unwrap();
            (0..zip.len())
                .map(|index| {
                    let mut file = zip.by_index(index).unwrap();
                    let mut content = Vec::new();
                    file.read_to_end(&mut content).unwrap();
                    (file.name().unwrap().into_owned(), content)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn a_workbook_with_bytes_changed_makes_nothing_panic(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20), cut in any::<proptest::sample::Index>(), shorten in any::<bool>()) {
            let mut bytes = book("<row r=\"1\"><c t=\"s\"><v>0</v></c><c s=\"1\"><v>0.5</v></c></row>", "");
            for (index, value) in changes {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            if shorten {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = read("表.xlsx", &bytes, &LIMITS);
        }

        #[test]
        fn parts_with_text_changed_make_nothing_panic(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), "[<>/\"=&;#a-zA-Z0-9:!_\\-.单]{0,6}", 0_usize..12), 1..6)) {
            let mut parts: Vec<(String, Vec<u8>)> = parts().to_vec();
            for (part, at, text, removed) in changes {
                let index = part.index(parts.len());
                let content = &mut parts[index].1;
                let from = at.index(content.len() + 1);
                let to = (from + removed).min(content.len());
                content.splice(from..to, text.bytes());
            }
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (name, content) in &parts {
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                zip.write_all(content).unwrap();
            }
            let bytes = zip.finish().unwrap().into_inner();
            let mut found = Vec::new();
            crate::facts::table::read("表.xlsx", &bytes, &mut crate::facts::table::Sheets::default(), &mut found);
        }
    }
}
