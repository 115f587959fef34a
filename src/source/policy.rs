//! A policy on disk: a rule file, or a folder with rule files, the scripts that they call and the tables beside them.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::script::{self, Script};
use super::{Kind, Source, Sources, decode, with_line_ends};

/// Files larger than this are no policy.
const LARGEST: u64 = 16 << 20;

/// Everything that was read of a policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name of the folder, or of the file without its ending.
    pub name: String,
    /// The rule files, and the scripts that they call.
    pub sources: Sources,
    /// The CSV and XLSX tables beside them: path as shown and bytes.
    pub tables: Vec<(String, Vec<u8>)>,
    /// SHA-256 over the sorted (path, bytes) of all files above, in hexadecimal.
    pub sha256: String,
}

/// Why a policy cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFault {
    /// The file system says no.
    #[error("{path}: {cause}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Not text, or too large to be a rule file.
    #[error("{path}: not a text file (UTF-8, UTF-16 or GB18030, at most 16 MB)")]
    NotText {
        /// The path as given.
        path: String,
    },
    /// A folder without a rule file.
    #[error("{path}: no rule file (.kp) in this folder")]
    Empty {
        /// The path as given.
        path: String,
    },
}

/// Reads a rule file, or a folder with its `.kp`, `.rhai`, `.csv` and `.xlsx` files (not those of its sub-folders), in the order of
/// their names; and the scripts that the rules name, wherever in the folder of the rules they lie.
///
/// A single rule file stands alone with the scripts and the calendar that it names: other tables beside it are not read. A script that cannot be read is
/// no fault here: where a rule calls it the check says so.
///
/// # Errors
/// A [`PolicyFault`] for the first file that cannot be read.
pub fn read_policy(path: &Path) -> Result<Policy, PolicyFault> {
    let shown = path.display().to_string();
    let unreadable = |cause| PolicyFault::Unreadable { path: shown.clone(), cause };
    let meta = fs::metadata(path).map_err(unreadable)?;
    let mut files: Vec<PathBuf> = Vec::new();
    let mut scripts: Vec<PathBuf> = Vec::new();
    if meta.is_dir() {
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            // lock files of an office program and hidden files are nobody's rules
            let hidden = entry_name(&file).starts_with(['.', '~']);
            if !hidden && file.is_file() {
                if has_ending(&file, "kp") || is_table(&file) {
                    files.push(file);
                } else if script::is_script(&file) {
                    scripts.push(file);
                }
            }
        }
        files.sort();
        if !files.iter().any(|file| has_ending(file, "kp")) {
            return Err(PolicyFault::Empty { path: shown });
        }
    } else {
        files.push(path.to_path_buf());
    }
    let folder = if meta.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let mut policy = Policy { name: name_of(path), sources: Sources::default(), tables: Vec::new(), sha256: String::new() };
    let mut parts: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut calendars: Vec<PathBuf> = Vec::new();
    for file in files {
        let shown = file.display().to_string();
        let bytes = read(&file, &shown)?;
        if is_table(&file) {
            policy.tables.push((shown, bytes.clone()));
        } else {
            let text = decode(&bytes).map_err(|_| PolicyFault::NotText { path: shown.clone() })?;
            scripts.extend(script::named_in(&text).iter().filter_map(|name| super::beside(&file, name)));
            if !meta.is_dir() {
                calendars.extend(calendars_named_in(&text).map(|name| file.with_file_name(name)));
            }
            policy.sources.add(shown, with_line_ends(text));
        }
        parts.push((file, bytes));
    }
    calendars.sort();
    calendars.dedup();
    for file in calendars.into_iter().filter(|file| is_table(file) && file.is_file()) {
        let shown = file.display().to_string();
        let bytes = read(&file, &shown)?;
        policy.tables.push((shown, bytes.clone()));
        parts.push((file, bytes));
    }
    scripts.sort();
    scripts.dedup();
    for file in scripts {
        let path = file.display().to_string();
        match script::read(folder, &file) {
            Some(Ok(Script { bytes, text })) => {
                policy.sources.push(Source { path, text, kind: Kind::Script(sha256(&bytes)) });
                parts.push((file, bytes));
            }
            Some(Err(unread)) => policy.sources.unread.push((path, unread)),
            None => {}
        }
    }
    policy.sha256 = sha256_of(folder, parts);
    Ok(policy)
}

/// SHA-256 over the sorted (path, bytes) of all files, paths relative to their folder.
fn sha256_of(folder: &Path, mut parts: Vec<(PathBuf, Vec<u8>)>) -> String {
    parts.sort();
    let mut hash = Sha256::new();
    for (file, bytes) in parts {
        let inside = file.strip_prefix(folder).unwrap_or(&file);
        let name = inside.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        for part in [name.as_bytes(), &bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}

/// SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn read(file: &Path, shown: &str) -> Result<Vec<u8>, PolicyFault> {
    let unreadable = |cause| PolicyFault::Unreadable { path: shown.to_owned(), cause };
    if fs::metadata(file).map_err(unreadable)?.len() > LARGEST {
        return Err(PolicyFault::NotText { path: shown.to_owned() });
    }
    fs::read(file).map_err(unreadable)
}

/// The texts behind the word for a calendar, as far as they can name a file beside the rules.
fn calendars_named_in(rules: &str) -> impl Iterator<Item = &str> {
    let words = ["日历", "calendar"];
    let named = words.into_iter().flat_map(|word| rules.match_indices(word)).filter_map(|(at, word)| {
        let behind = rules.get(at + word.len()..)?.trim_start();
        let (inside, close) = behind.strip_prefix('"').map(|inside| (inside, '"')).or_else(|| Some((behind.strip_prefix('“')?, '”')))?;
        inside.split(close).next()
    });
    named.filter(|name| !name.starts_with('.') && !name.contains(['/', '\\', ':']))
}

fn entry_name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(super) fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn is_table(file: &Path) -> bool {
    has_ending(file, "csv") || has_ending(file, "xlsx")
}

fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
