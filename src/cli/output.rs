//! Where output goes: results to standard output or a file written aside and renamed, messages to standard error.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::{End, aside, progress};
use crate::diag::{self, Colour, Diagnostic, Lang, Words, words};
use crate::source::{Sources, TooLarge};

/// What stops a run before there is an answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// Said in words.
    Words(Words),
    /// Diagnostics of rules or facts; they name their places.
    Diagnostics(Vec<Diagnostic>, Box<Sources>),
    /// Diagnostics of a text whose language they speak where none is asked for.
    Spoken(Vec<Diagnostic>, Box<Sources>, Lang),
    /// The reader of the output went away.
    Closed,
}

impl Fault {
    /// The same, in one language whatever the locale says: that of the policy that was read.
    pub(super) fn speaking(self, lang: Lang) -> Fault {
        match self {
            Fault::Words(words) => {
                let said = words.get(lang).to_owned();
                Fault::Words(Words { zh: said.clone(), en: said })
            }
            other => other,
        }
    }

    /// Says it on standard error.
    pub(super) fn report(&self, lang: Option<Lang>) -> End {
        match self {
            Fault::Words(words) => say(words.get(lang.unwrap_or_else(locale))),
            Fault::Diagnostics(diagnostics, sources) => print_diagnostics(diagnostics, sources, lang),
            Fault::Spoken(diagnostics, sources, spoken) => print_diagnostics(diagnostics, sources, Some(lang.unwrap_or(*spoken))),
            Fault::Closed => {}
        }
        End::Unusable
    }
}

/// The language of the locale; Chinese where it says nothing.
pub(super) fn locale() -> Lang {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    // where there are no such variables the system has a setting of its own
    match named.or_else(sys_locale::get_locale) {
        Some(name) if !name.starts_with("zh") && name != "C" && name != "POSIX" && !name.starts_with("C.") => Lang::En,
        _ => Lang::Zh,
    }
}

/// A line on standard error.
pub(super) fn say(text: &str) {
    progress::clear();
    let _ = writeln!(io::stderr(), "{text}");
}

/// Diagnostics on standard error, in colour on a terminal only; of many of one kind some are shown and the rest counted.
pub(super) fn print_diagnostics(diagnostics: &[Diagnostic], sources: &Sources, lang: Option<Lang>) {
    let colour = if io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() { Colour::On } else { Colour::Off };
    progress::clear();
    let _ = write!(io::stderr(), "{}", diag::to_short_text(diagnostics, sources, lang, colour));
}

/// Prints a result.
pub(super) fn print(text: &str) -> Result<(), Fault> {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<(), Fault> {
    progress::clear();
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|cause| match cause.kind() {
        io::ErrorKind::BrokenPipe => Fault::Closed,
        _ => {
            let (zh, en) = (cause_words(&cause).zh, cause_words(&cause).en);
            Fault::Words(words!("结果写不出去(标准输出):{zh}", "the results cannot be written to standard output: {en}"))
        }
    })
}

/// Prints a result, or writes it to a file: first aside, then renamed, so that no half-written file is ever there.
///
/// What is no regular file (a device, a pipe) is written through; a link is followed; a file that was read for this very run is
/// not overwritten.
pub(super) fn deliver(bytes: &[u8], out: Option<&PathBuf>, inputs: &[PathBuf]) -> Result<(), Fault> {
    let Some(path) = out else { return print_bytes(bytes) };
    spared(path, inputs)?;
    let path = &path.canonicalize().unwrap_or_else(|_| path.clone());
    let existing = std::fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|meta| !meta.is_file() && !meta.is_dir()) {
        return std::fs::write(path, bytes).map_err(|cause| {
            let path = path.display();
            Fault::Words(not_written(&path.to_string(), &cause))
        });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    aside::write(path, bytes, || builder(existing.as_ref()).tempfile_in(folder)).map_err(|cause| {
        let path = path.display();
        Fault::Words(not_written(&path.to_string(), &cause))
    })
}

/// That a file which is to be written was not read for this very run.
pub(super) fn spared(path: &Path, inputs: &[PathBuf]) -> Result<(), Fault> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == target || target.starts_with(&input) && input.is_dir() && target.is_file())) {
        let path = path.display();
        return Err(Fault::Words(words!(
            "{path} 是这次读入的文件,不能覆盖;请换一个文件名",
            "{path} was read for this run and is not overwritten: name another file"
        )));
    }
    Ok(())
}

/// That a file can stand where it is to be written, as far as that shows beforehand.
pub(super) fn placed(path: &Path) -> Result<(), Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cause = match std::fs::metadata(folder) {
        Err(cause) => cause,
        Ok(_) if path.is_dir() => io::Error::from(io::ErrorKind::IsADirectory),
        Ok(_) => return Ok(()),
    };
    Err(Fault::Words(not_written(&path.display().to_string(), &cause)))
}

/// Says that a file was written, and what its reader should know; nothing where the result was printed.
pub(super) fn say_written(out: Option<&Path>, zh: &str, en: &str, lang: Lang) {
    if let Some(out) = out.filter(|out| out.is_file()) {
        let out = out.display();
        say(words!("已写到 {out}{zh}", "written to {out}{en}").get(lang));
    }
}

/// Makes a folder for results, and those above it, where they are not there yet.
pub(super) fn made(folder: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(folder).map_err(|cause| {
        let path = folder.display();
        Fault::Words(not_written(&path.to_string(), &cause))
    })
}

/// What the system says of a file, in words; its own text where it is a rare thing.
pub(super) fn cause_words(cause: &std::io::Error) -> Words {
    match cause.kind() {
        std::io::ErrorKind::NotFound => words!("没有这个文件或文件夹", "there is no such file or folder"),
        std::io::ErrorKind::PermissionDenied => words!("没有权限", "permission denied"),
        std::io::ErrorKind::IsADirectory => words!("这是一个文件夹", "this is a folder"),
        std::io::ErrorKind::AlreadyExists | std::io::ErrorKind::NotADirectory => words!("那里是一个文件,不是文件夹", "a file stands there, not a folder"),
        std::io::ErrorKind::FileTooLarge => match cause.get_ref().and_then(|cause| cause.downcast_ref::<TooLarge>()) {
            Some(TooLarge { megabytes }) => words!(
                "超过 {megabytes} MB,不读;是不是写错了文件?确有这么多,就分成几个文件",
                "larger than {megabytes} MB, which is not read: is it the right file? If there is so much, split it"
            ),
            None => words!("文件太大", "the file is too large"),
        },
        std::io::ErrorKind::StorageFull => words!("磁盘已满", "the disk is full"),
        std::io::ErrorKind::ReadOnlyFilesystem => words!("磁盘是只读的", "the disk is read-only"),
        std::io::ErrorKind::InvalidFilename => {
            words!("文件名太长,或者有不能用的字符", "the name of the file is too long, or has characters that it may not have")
        }
        _ => match cause.raw_os_error() {
            Some(code) => words!("系统错误 {code}", "{cause}"),
            None => words!("系统做不到", "{cause}"),
        },
    }
}

fn not_written(path: &str, cause: &io::Error) -> Words {
    let (zh, en) = (cause_words(cause).zh, cause_words(cause).en);
    words!("写不了 {path}:{zh}", "cannot write {path}: {en}")
}

/// How the file aside is made: with the rights of the file it replaces, or those that a fresh file gets.
fn builder(existing: Option<&std::fs::Metadata>) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(existing.map_or_else(|| std::fs::Permissions::from_mode(0o666), std::fs::Metadata::permissions));
    }
    #[cfg(not(unix))]
    let _ = existing;
    builder
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The number of columns that a table may take.
pub(super) fn width() -> usize {
    const DEFAULT: usize = 120;
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.or_else(|| io::stdout().is_terminal().then(|| comfy_table::Table::new().width().map(usize::from)).flatten()).unwrap_or(DEFAULT).max(40)
}

/// The formats of an answer that is a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Tabular {
    Text,
    Md,
    Csv,
    Json,
}

/// A page has the ending of one: nothing else is written under the name of something else.
pub(super) fn names_a_page(out: &Path) -> Result<(), Fault> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if matches!(ending.as_deref(), Some("html" | "htm")) || out.exists() && !out.is_file() {
        return Ok(());
    }
    let (path, page) = (out.display(), out.with_extension("html"));
    let page = page.display();
    Err(Fault::Words(words!(
        "这里写的是网页,--out 要以 .html 或 .htm 结尾,不能是 {path}:请写 --out {page};要 PDF,用浏览器打开网页后打印",
        "this writes a page of HTML: --out ends in .html or .htm, not as {path} does. Write --out {page}; for a PDF open the page in a browser and print it"
    )))
}
