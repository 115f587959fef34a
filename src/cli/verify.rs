//! `verify`: whether a receipt agrees with the files, with what comes out of them again, and with those before it.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Serialize;

use super::help::{Example, example};
use super::keys::trusted;
use super::output::{Fault, deliver, locale, say_written};
use super::receipt::{LARGEST, again, no_receipt, read};
use super::root::Root;
use super::{End, Format};
use crate::audit::receipt::{self, Call, Document, Finding, Kind, Listed, Predecessor, Seen, Verified};
use crate::diag::{Lang, Words, words};
use crate::report;
use crate::source::read_up_to;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 收据(kaoping score --receipt 写出的文件) / The receipt, as kaoping score --receipt writes one
    #[arg(value_name = "收据 / RECEIPT", value_hint = ValueHint::FilePath)]
    receipt: PathBuf,
    /// 收据里的路径从哪个文件夹算起,不写则是当前文件夹 / The folder from which the receipt names files, by default the one at hand
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// 只认这个文件里的公钥,可写几次;不写则认根文件夹和规则旁边的 kaoping.pub / Trust only the public keys of this file, may be repeated; by default those of kaoping.pub in the root folder and beside the rules
    #[arg(long, value_name = "公钥 / KEY", value_hint = ValueHint::FilePath)]
    key: Vec<PathBuf>,
    /// 输出格式:text、json / Format: text, json
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    format: Format,
    /// 写到文件,不写则显示 / Write to a file instead of the screen
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping verify 收据.json", "核对一份收据", "Verify a receipt"),
    example("kaoping verify 收据.json --format json", "每处不符,供程序读取", "Every finding, for a program"),
];

/// What became of a receipt, as JSON.
#[derive(Serialize)]
struct Answer<'v> {
    verdict: &'v str,
    receipt: String,
    period: String,
    signed_by: Option<&'v str>,
    findings: Vec<Told<'v>>,
    unchecked: Vec<String>,
}

#[derive(Serialize)]
struct Told<'v> {
    #[serde(flatten)]
    finding: &'v Finding,
    message: String,
}

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let shown = lang.unwrap_or_else(locale);
    let root = Root::new(arguments.root.as_deref())?;
    let read = read(&arguments.receipt)?;
    let bytes = receipt::without_carriage_returns(&read);
    let unreadable = |fault| Fault::Words(no_receipt(&arguments.receipt, &fault));
    let document = Document::read(&bytes).map_err(unreadable)?;
    let call: Call = document.parsed("call").map_err(unreadable)?;
    let period: String = document.parsed("period").map_err(unreadable)?;
    let listed: Vec<Listed> = document.parsed("files").map_err(unreadable)?;
    let keys = trusted(&arguments.key, &root, &call.policy)?;

    let mut outside = Verified::default();
    let path = arguments.receipt.display().to_string();
    if bytes.len() != read.len() {
        outside.name(Kind::LineEnds, &path, None, None);
    }
    let present: Vec<(Listed, Option<Seen>)> = listed.into_iter().filter_map(|listed| present(listed, &root, &mut outside)).collect();
    let link = receipt::previous(&document);
    let expected = again(&call, &period, link.as_ref(), &root);
    let mut verified = receipt::verified(&document, &present, expected.as_ref().ok());
    verified.findings.splice(0..0, outside.findings);
    if let Err(fault) = expected {
        let mut cause = in_words(&fault, lang);
        if !present.is_empty() && present.iter().all(|(_, found)| found.is_none()) {
            cause += words!(
                ";收据里的文件一个都不在,请用 --root 写明它们所在的文件夹",
                "; none of the files of the receipt is there: name the folder that they lie in with --root"
            )
            .get(shown);
        }
        verified.name(Kind::NotRecomputed, call.policy.clone(), None, Some(cause));
    }
    let before = before(&arguments.receipt, &document, &root);
    receipt::chained(&path, &document, &before, keys.as_ref(), &mut verified);

    let signed_by = document.signature.as_ref().map(|signed| signed.key.as_str());
    let text = match arguments.format {
        Format::Text => {
            let standard = document.parsed::<Standard>("standard").map_err(unreadable)?;
            let Standard { id, version } = standard;
            let by = signed_by.map_or_else(|| words!("没有签名", "not signed"), |key| words!("由 {key} 签名", "signed by {key}"));
            let (by, by_en) = (by.zh, by.en);
            let about = words!("收据 {path}:{id} {version},{period},{by}", "receipt {path}: {id} {version}, {period}, {by_en}");
            report::verified_text(&verified, &about, shown)
        }
        Format::Json => {
            let message = |words: Words| words.get(shown).to_owned();
            let answer = Answer {
                verdict: report::verdict(&verified),
                receipt: path,
                period,
                signed_by,
                findings: verified.findings.iter().map(|finding| Told { finding, message: message(report::finding(finding)) }).collect(),
                unchecked: verified.unchecked.iter().map(|unchecked| message(report::unchecked(unchecked))).collect(),
            };
            serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n"
        }
    };
    let kept: Vec<PathBuf> = std::iter::once(arguments.receipt.clone()).chain(arguments.key.iter().cloned()).collect();
    deliver(text.as_bytes(), arguments.out.as_ref(), &kept).map_err(|fault| fault.speaking(shown))?;
    say_written(arguments.out.as_deref(), "", "", shown);
    Ok(if verified.findings.is_empty() { End::Answered } else { End::FaultFound })
}

#[derive(serde::Deserialize)]
struct Standard {
    id: String,
    version: String,
}

/// A file that a receipt lists, as it is.
fn present(listed: Listed, root: &Root, outside: &mut Verified) -> Option<(Listed, Option<Seen>)> {
    let Some(path) = root.path_of(&listed.path) else {
        outside.name(Kind::Path, &listed.path, None, None);
        return None;
    };
    let found = read_up_to(&path, LARGEST).ok().map(|bytes| Seen::of(&listed, &bytes));
    Some((listed, found))
}

/// Why nothing came out of the files, in words; diagnostics are printed as well.
fn in_words(fault: &Fault, lang: Option<Lang>) -> String {
    match fault {
        Fault::Words(words) => words.get(lang.unwrap_or_else(locale)).to_owned(),
        Fault::Diagnostics(found, _) | Fault::Spoken(found, _, _) => {
            fault.report(lang);
            found.first().map(|first| format!("{} {}", first.code.id(), first.words.get(lang.unwrap_or_else(locale)))).unwrap_or_default()
        }
        Fault::Closed => String::new(),
    }
}

/// The receipts before, from the last one on, as far as they are there: where they were, or beside the one that follows.
fn before(receipt: &Path, document: &Document<'_>, root: &Root) -> Vec<Predecessor> {
    let mut found: Vec<Predecessor> = Vec::new();
    let mut link = receipt::previous(document);
    // a chain that leads back to itself ends where it does
    while let Some(previous) = link.take().filter(|previous| found.iter().all(|other| other.path != previous.path)) {
        let there = root.path_of(&previous.path);
        let beside = there.as_ref().and_then(|there| Some(receipt.with_file_name(there.file_name()?)));
        let bytes = [there, beside].into_iter().flatten().find_map(|path| read_up_to(&path, LARGEST).ok());
        link = bytes.as_deref().and_then(|bytes| Document::read(bytes).ok()).and_then(|document| receipt::previous(&document));
        found.push(Predecessor { path: previous.path, bytes });
    }
    found
}
