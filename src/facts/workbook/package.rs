//! The archive of a workbook: its parts as streams of XML, unpacked within a limit that counts what really comes out.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::{Limits, damaged, no_format, past, save_as};
use crate::diag::{Diagnostic, words};

/// An archive that is being read.
pub(super) struct Package<'b> {
    path: &'b str,
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// The parts by their names in small letters and with forward slashes.
    parts: BTreeMap<String, usize>,
    /// The bytes that may still be unpacked.
    left: u64,
    unpacked: u64,
}

/// What a reader of events wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Stop,
}

impl<'b> Package<'b> {
    pub(super) fn open(path: &'b str, bytes: &'b [u8], limits: &Limits) -> Result<Self, Diagnostic> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| damaged(path, "zip", &fault.to_string()))?;
        let (count, most) = (zip.len(), limits.entries);
        if count > most {
            return Err(past(
                path,
                words!("压缩包里有 {count} 个文件,限 {most} 个", "the archive holds {count} parts, the limit is {most}"),
                words!("这不像一张表格;在表格软件里打开、另存一次", "this is hardly a table; open it in the spreadsheet program and save it again"),
            ));
        }
        let mut parts = BTreeMap::new();
        for index in 0..count {
            if let Some(Ok(name)) = zip.name_for_index(index) {
                parts.entry(normal(&name)).or_insert(index);
            }
        }
        let package = Package { path, zip, parts, left: limits.unpacked, unpacked: limits.unpacked };
        package.refuse_others()?;
        Ok(package)
    }

    /// Archives of other programs.
    fn refuse_others(&self) -> Result<(), Diagnostic> {
        let refuse = |what| Err(no_format(self.path, &what));
        let has = |name: &str| self.parts.contains_key(name);
        if has("[content_types].xml") && has("xl/workbook.bin") {
            return refuse(words!("这是二进制的工作簿(.xlsb)", "this is a binary workbook (.xlsb)")).map_err(save_as);
        }
        if has("mimetype") && has("content.xml") {
            return refuse(words!("这是 OpenDocument 文件(.ods 等)", "this is an OpenDocument file (.ods and its kin)")).map_err(save_as);
        }
        if has("word/document.xml") || has("ppt/presentation.xml") {
            return refuse(words!("这是文档或演示文稿,不是工作簿", "this is a document or a presentation, no workbook"))
                .map_err(|fault| fault.help(words!("把其中的表格复制到工作簿里", "copy its tables into a workbook")));
        }
        if !has("[content_types].xml") {
            return refuse(words!("这是压缩包,不是工作簿", "this is an archive, no workbook"))
                .map_err(|fault| fault.help(words!("先解压,再给出里面的文件", "unpack it, and name the file inside")));
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &'b str {
        self.path
    }

    /// Goes through the XML of a part, empty elements as a start and an end; whether there is such a part.
    pub(super) fn each(&mut self, part: &str, mut visit: impl FnMut(Event<'_>) -> Result<Flow, Diagnostic>) -> Result<bool, Diagnostic> {
        let Some(index) = self.parts.get(&normal(part)).copied() else { return Ok(false) };
        let damaged = |why: &dyn std::fmt::Display| damaged(self.path, part, &why.to_string());
        let file = self.zip.by_index(index).map_err(|fault| damaged(&fault))?;
        let mut over = false;
        let bounded = Bounded { inner: file, left: &mut self.left, over: &mut over };
        let mut reader = Reader::from_reader(BufReader::new(bounded));
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        let ended = loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Eof) => break Ok(()),
                Ok(event) => {
                    if visit(event)? == Flow::Stop {
                        break Ok(());
                    }
                }
                Err(fault) => break Err(fault.to_string()),
            }
        };
        drop(reader);
        match ended {
            Ok(()) => Ok(true),
            Err(_) if over => {
                let megabytes = self.unpacked >> 20;
                Err(past(
                    self.path,
                    words!("工作簿解压后超过 {megabytes} MB", "the workbook is larger than {megabytes} MB when unpacked"),
                    words!(
                        "删去数据下方和右侧只有格式的空行、空列,删去图片,或分成几个文件",
                        "delete the empty formatted rows and columns below and beside the data, remove pictures, or split the file"
                    ),
                ))
            }
            Err(why) => Err(damaged(&why)),
        }
    }
}

/// A reader that gives no more than what is left.
struct Bounded<'l, R> {
    inner: R,
    left: &'l mut u64,
    over: &'l mut bool,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let read = u64::try_from(count).unwrap_or(u64::MAX);
        match self.left.checked_sub(read) {
            Some(left) => {
                *self.left = left;
                Ok(count)
            }
            None => {
                *self.over = true;
                Err(io::Error::other("limit"))
            }
        }
    }
}

fn normal(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// The value of an attribute, whatever the prefix of its name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned))
}

/// Adds the text of an event, if it has any.
pub(super) fn collect(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => text.extend(resolved(reference)),
        _ => {}
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(letter)) => Some(letter.to_string()),
        _ => quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned),
    }
}
