//! `fmt`: rule files in the one layout, in their own skin or the other.
//!
//! All files are read and laid out before the first is written: where one cannot be, none is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use similar::TextDiff;

use super::check::expand;
use super::help::{Example, example};
use super::input::{holds_rules, is_rule_file, policy_path, read};
use super::output::{Fault, cause_words, deliver, locale, made, print, print_diagnostics, say};
use super::{End, LangArgument, progress};
use crate::diag::{self, Code, Diagnostic, Lang, words};
use crate::source::literate::{self, Block};
use crate::source::{Encoding, LARGEST, Source, Sources, all_up_to, decode_from, with_line_ends};
use crate::syntax::{self, Skin};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 规则文件或文件夹,缺省 policies/ 与 golden/;- 为标准输入 / Rule files and folders, by default policies/ and golden/; - is standard input
    #[arg(value_name = "文件 / PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// 只列出格式不合的文件,不改写 / List the files that differ, write nothing
    #[arg(long, conflicts_with = "out")]
    check: bool,
    /// 只打印差异,不改写 / Print a unified diff, write nothing
    #[arg(long, conflicts_with = "out")]
    diff: bool,
    /// 换成这种语言的关键词和单位 / The skin to turn keywords and units into
    #[arg(long, value_enum, value_name = "zh|en")]
    skin: Option<LangArgument>,
    /// 写到这个文件夹,脚本和旁边的表一并抄去 / The folder to write to, with copies of scripts and of the tables beside the rules
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
    /// 可以覆盖 --out 里已有的文件 / Files that are in --out already may be overwritten
    #[arg(long, requires = "out")]
    force: bool,
}

/// A rule file as it is and as it should be.
struct File {
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping fmt", "把 policies/ 与 golden/ 里的规则文件排成统一的格式", "Lay out all rule files in policies/ and golden/"),
    example("kaoping fmt --check", "只列出格式不合的", "Only list those that differ"),
    example("kaoping fmt policies/示例 --diff", "先看看会改成什么样", "See first what would change"),
    example("kaoping fmt policies/示例 --skin en --out 示例英文", "换成英文写法,存到另一个文件夹", "Turn it into English, in another folder"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    let skin = arguments.skin.map_or(Skin::Kept, |skin| Skin::Of(skin.into()));
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        return piped(arguments, skin, lang);
    }
    let paths = match (&arguments.out, arguments.paths.as_slice()) {
        (None, paths) => expand(paths)?,
        (Some(_), []) => vec![policy_path(None)?],
        (Some(_), [one]) => expand(std::slice::from_ref(one))?,
        (Some(_), _) => {
            return Err(Fault::Words(words!("--out 只收一个文件或文件夹:请一次写一个", "--out takes one file or folder: name one at a time")));
        }
    };
    let from = arguments.paths.first().or(paths.first()).cloned().unwrap_or_default();
    let found = Found::of(&paths, skin, lang)?;
    let (files, lang) = (&found.files, found.language(lang));
    let end = match &arguments.out {
        Some(folder) => Target { from: &from, folder }.write(&found, arguments.force),
        None if arguments.check || arguments.diff => compare(files, arguments),
        None => rewrite(files),
    };
    let end = end.map_err(|fault| fault.speaking(lang))?;
    let (all, differing) = (files.len(), files.iter().filter(|file| file.before != file.after).count());
    let report = match &arguments.out {
        Some(folder) => {
            let folder = folder.display();
            words!("{all} 个规则文件写到 {folder}", "rule files: {all}, written to {folder}")
        }
        None if arguments.check || arguments.diff => words!("{all} 个规则文件,{differing} 个格式不合", "rule files: {all}, to be laid out: {differing}"),
        None => words!("{all} 个规则文件,改写 {differing} 个", "rule files: {all}, rewritten: {differing}"),
    };
    say(report.get(lang));
    Ok(end)
}

/// Everything that was named, laid out, before the first file is written.
#[derive(Default)]
struct Found {
    files: Vec<File>,
    /// The scripts that rules call, and what stands beside them.
    others: BTreeSet<PathBuf>,
    sources: Sources,
}

impl Found {
    fn of(paths: &[PathBuf], skin: Skin, lang: Option<Lang>) -> Result<Self, Fault> {
        let mut found = Found::default();
        let mut broken = false;
        for path in paths {
            let policy = read(path)?;
            let faults = faults_of(&policy.sources);
            if diag::any_error(&faults) {
                print_diagnostics(&faults, &policy.sources, lang);
                broken = true;
                continue;
            }
            for (_, source) in policy.sources.iter() {
                let path = PathBuf::from(&source.path);
                progress::begin(&words!("排版", "laying out"));
                // files that several policies use are laid out once
                if found.files.iter().any(|file| file.path == path) {
                    continue;
                }
                let before = fs::read(&path).map_err(|cause| unreadable(&path, &cause))?;
                found.files.push(File { after: laid_out(&path, &before, Holds::of(source), skin)?, path, before });
                found.sources.add(source.path.clone(), source.text.clone());
            }
            found.others.extend(policy.sources.scripts().map(|(_, script)| PathBuf::from(&script.path)));
            found.others.extend(beside(path)?);
        }
        if broken {
            return Err(Fault::Words(words!("有语法错误,一个文件也没有改写", "there are syntax faults: no file was written")).speaking(found.language(lang)));
        }
        match (found.files.is_empty(), paths.first()) {
            (true, Some(path)) => {
                let path = path.display();
                Err(Fault::Words(words!("{path} 不是规则文件(.kp、.kp.md)", "{path} is no rule file (.kp, .kp.md)")))
            }
            _ => Ok(found),
        }
    }

    fn language(&self, asked: Option<Lang>) -> Lang {
        asked.unwrap_or_else(|| if self.files.is_empty() { locale() } else { diag::language_of(&self.sources, None) })
    }
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Rules and nothing else.
    Rules,
    /// A text with rules in its blocks.
    Literate,
}

impl Holds {
    fn of(source: &Source) -> Self {
        if source.is_literate() { Holds::Literate } else { Holds::Rules }
    }
}

/// The bytes of a file laid out, in its own encoding and with its own line ends.
fn laid_out(path: &Path, bytes: &[u8], holds: Holds, skin: Skin) -> Result<Vec<u8>, Fault> {
    let (text, encoding) = decode_from(bytes).map_err(|_| not_text(path))?;
    let after = match holds {
        Holds::Rules => {
            let ends = LineEnds::of(&text);
            syntax::print(&with_line_ends(text), skin).map(|after| ends.apply(&after))
        }
        // of a text whose lines end in a carriage return alone these ends are kept too
        Holds::Literate if !text.contains('\n') => syntax::print_literate(&text.replace('\r', "\n"), skin).map(|after| after.replace('\n', "\r")),
        Holds::Literate => syntax::print_literate(&with_line_ends(text), skin),
    };
    let after = after.map_err(|fault| internal(path, &fault.to_string()))?;
    let bytes = encoding.encode(&after);
    match decode_from(&bytes) {
        // an empty text is the same in every encoding without a mark
        Ok((back, found)) if back == after && (found == encoding || found == Encoding::Utf8) => Ok(bytes),
        _ => Err(internal(path, "the encoding does not give the text back")),
    }
}

/// How the lines of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnds {
    Lf,
    CrLf,
}

impl LineEnds {
    /// Those of the first line.
    fn of(text: &str) -> Self {
        let first = text.split_once('\n').map_or("", |(first, _)| first);
        if first.ends_with('\r') { LineEnds::CrLf } else { LineEnds::Lf }
    }

    fn apply(self, text: &str) -> String {
        match self {
            LineEnds::Lf => text.to_owned(),
            LineEnds::CrLf => text.replace('\n', "\r\n"),
        }
    }
}

/// `fmt -`: from standard input to standard output.
fn piped(arguments: &Arguments, skin: Skin, lang: Option<Lang>) -> Result<End, Fault> {
    if arguments.paths.len() > 1 || arguments.out.is_some() {
        return Err(Fault::Words(words!("- 是标准输入,不能和别的文件或 --out 一起用", "- is standard input and goes with no other file and no --out")));
    }
    let path = Path::new("-");
    let before = all_up_to(std::io::stdin().lock(), LARGEST).map_err(|cause| unreadable(path, &cause))?;
    let (text, _) = decode_from(&before).map_err(|_| not_text(path))?;
    let text = with_line_ends(text);
    let mut sources = Sources::default();
    sources.add("-", text.clone());
    let mut faults = faults_of(&sources);
    let mut holds = Holds::Rules;
    // what comes without a name and is no rule text may be a text with rules in its blocks
    if diag::any_error(&faults) && literate::blocks(&text).iter().any(Block::is_rules) {
        holds = Holds::Literate;
        sources = Sources::default();
        sources.add("-.kp.md", text);
        faults = faults_of(&sources);
    }
    if diag::any_error(&faults) {
        print_diagnostics(&faults, &sources, lang);
        return Ok(End::Unusable);
    }
    let files = [File { after: laid_out(path, &before, holds, skin)?, path: path.to_path_buf(), before }];
    if arguments.check || arguments.diff {
        return compare(&files, arguments);
    }
    for file in &files {
        deliver(&file.after, None, &[])?;
    }
    Ok(End::Answered)
}

/// The faults that stand in the way of a layout: which files are used, and whether they go together, does not.
fn faults_of(sources: &Sources) -> Vec<Diagnostic> {
    let mut faults = syntax::parse(sources).diagnostics;
    faults.retain(|fault| !matches!(fault.code, Code::UseMissing | Code::UseCircle | Code::UseStandard));
    faults
}

/// Lists what differs, or shows how.
fn compare(files: &[File], arguments: &Arguments) -> Result<End, Fault> {
    let mut out = String::new();
    let mut end = End::Answered;
    for file in files.iter().filter(|file| file.before != file.after) {
        let path = file.path.display().to_string();
        if arguments.diff {
            let [before, after] = [&file.before, &file.after].map(|bytes| decode_from(bytes).map(|(text, _)| text).unwrap_or_default());
            out.push_str(&TextDiff::from_lines(&before, &after).unified_diff().header(&path, &path).to_string());
        } else {
            out.extend([path.as_str(), "\n"]);
        }
        if arguments.check {
            end = End::FaultFound;
        }
    }
    print(&out)?;
    Ok(end)
}

/// Writes what differs back to where it came from.
fn rewrite(files: &[File]) -> Result<End, Fault> {
    let differing: Vec<&File> = files.iter().filter(|file| file.before != file.after).collect();
    for file in &differing {
        // a file that is aside and renamed would replace it all the same
        if fs::metadata(&file.path).is_ok_and(|meta| meta.permissions().readonly()) {
            let path = file.path.display();
            return Err(Fault::Words(words!("{path} 是只读的,一个文件也没有改写", "{path} is read-only: no file was written")));
        }
    }
    for file in differing {
        deliver(&file.after, Some(&file.path), &[])?;
    }
    Ok(End::Answered)
}

/// What was named, and the folder that takes its place.
struct Target<'a> {
    from: &'a Path,
    folder: &'a Path,
}

impl Target<'_> {
    /// Writes everything to another folder, with the scripts and tables of the rules, so that what stands there is whole. Of a
    /// folder of policies each has a folder of its own.
    fn write(&self, found: &Found, force: bool) -> Result<End, Fault> {
        self.apart(&found.files)?;
        let mut written: Vec<(PathBuf, Vec<u8>)> = found.files.iter().map(|file| (self.place(&file.path), file.after.clone())).collect();
        for other in &found.others {
            written.push((self.place(other), fs::read(other).map_err(|cause| unreadable(other, &cause))?));
        }
        if let Some((there, _)) = written.iter().find(|(path, _)| !force && path.exists()) {
            let path = there.display();
            return Err(Fault::Words(words!(
                "{path} 已经有了:换一个文件夹,或加 --force 覆盖",
                "{path} is there already: name another folder, or overwrite it with --force"
            )));
        }
        for (path, bytes) in &written {
            made(path.parent().unwrap_or(self.folder))?;
            deliver(bytes, Some(path), &[])?;
        }
        Ok(End::Answered)
    }

    /// Where a file goes that lies in what was named, or beside it.
    fn place(&self, file: &Path) -> PathBuf {
        let root = if self.from.is_dir() { self.from } else { self.from.parent().unwrap_or(Path::new("")) };
        let inside = file.strip_prefix(root).ok().or(file.file_name().map(Path::new)).unwrap_or(file);
        self.folder.join(inside)
    }

    /// What was read is not overwritten, and a folder of policies does not become one that holds itself.
    fn apart(&self, files: &[File]) -> Result<(), Fault> {
        if let Some(own) = files.iter().find(|file| same_file(&file.path, &self.place(&file.path))) {
            let path = own.path.display();
            return Err(Fault::Words(words!("{path} 是读入的文件:不写 --out 即就地改写", "{path} is what was read: leave out --out to rewrite it in place")));
        }
        let several = self.from.is_dir() && !holds_rules(self.from);
        let (from, folder) = (self.from.display(), self.folder.display());
        if several && lies_in(self.folder, self.from) {
            return Err(Fault::Words(words!("{folder} 在 {from} 里面:换一个文件夹", "{folder} lies inside {from}: name another folder")));
        }
        Ok(())
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Whether a folder, which may not be there yet, lies in another.
fn lies_in(folder: &Path, other: &Path) -> bool {
    let absolute = std::path::absolute(folder).unwrap_or_default();
    let there = absolute.ancestors().find_map(|path| path.canonicalize().ok());
    there.zip(other.canonicalize().ok()).is_some_and(|(there, other)| there.starts_with(other))
}

/// The files in the folder of a policy: tables and whatever else stands beside the rules, nothing for a rule file alone. Hidden
/// files and lock files are nobody's.
fn beside(policy: &Path) -> Result<Vec<PathBuf>, Fault> {
    if !policy.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(policy).map_err(|cause| unreadable(policy, &cause))?;
    let mut found: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    found.retain(|path| {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '~']));
        !hidden && path.is_file() && !is_rule_file(path)
    });
    Ok(found)
}

fn unreadable(path: &Path, cause: &std::io::Error) -> Fault {
    let (zh, en) = (cause_words(cause).zh, cause_words(cause).en);
    let path = path.display();
    Fault::Words(words!("读不了 {path}:{zh}", "cannot read {path}: {en}"))
}

fn not_text(path: &Path) -> Fault {
    let path = path.display();
    Fault::Words(words!("读不了 {path}:不是文本(UTF-8、UTF-16 或 GB18030)", "cannot read {path}: not a text (UTF-8, UTF-16 or GB18030)"))
}

/// What was printed does not read like what was written: nothing is written, and the author is asked to report it.
fn internal(path: &Path, what: &str) -> Fault {
    let path = path.display();
    Fault::Words(words!(
        "{path}:内部错误({what}),没有改写任何文件;请把这个文件和 kaoping --version 的输出一起报告",
        "{path}: internal error ({what}), no file was written; please report it with this file and the output of kaoping --version"
    ))
}
