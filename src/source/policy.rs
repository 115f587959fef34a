//! A policy on disk: a rule file, or a folder with rule files, the scripts that they call and the tables beside them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::literate::is_literate;
use super::script::{self, Script};
use super::uses::{self, is_rule_name};
use super::{Kind, Source, Sources, decode, read_up_to, with_line_ends};

/// Files larger than this are no policy.
pub(super) const LARGEST: u64 = 16 << 20;

/// Everything that was read of a policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name of the folder, or of the file without its ending.
    pub name: String,
    /// The rule files, and the scripts that they call.
    pub sources: Sources,
    /// The CSV and XLSX tables beside them: path as shown and bytes.
    pub tables: Vec<(String, Vec<u8>)>,
    /// Those of them that a version of the rules names as its calendar, set apart once the rules are known.
    pub calendars: Vec<(String, Vec<u8>)>,
    /// SHA-256 over the sorted (path, bytes) of all files above, in hexadecimal.
    pub sha256: String,
    /// Each of the files above by itself, in the order of their paths.
    pub read: Vec<FileRead>,
}

/// A file that was read, and what tells its bytes from all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRead {
    /// The path as shown.
    pub path: String,
    /// What it was read for.
    pub role: Role,
    /// How many bytes it has.
    pub bytes: usize,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Rules, amendments among them.
    Rules,
    /// A script that rules call.
    Script,
    /// A table beside the rules: the register, a calendar.
    Table,
    /// A table of facts.
    Facts,
    /// A table of raw records.
    Records,
    /// Where facts come from.
    Provenance,
    /// What was corrected after appeals.
    Adjustments,
}

impl FileRead {
    pub(crate) fn new(role: Role, path: &str, bytes: &[u8]) -> Self {
        FileRead { path: path.to_owned(), role, bytes: bytes.len(), sha256: sha256(bytes) }
    }
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
    #[error("{path}: no rule file (.kp, .kp.md) in this folder")]
    Empty {
        /// The path as given.
        path: String,
    },
}

impl Policy {
    /// The tables beside the rules, calendars too: where they lie.
    pub fn table_paths(&self) -> impl Iterator<Item = PathBuf> {
        self.tables.iter().chain(&self.calendars).map(|(path, _)| PathBuf::from(path))
    }
}

/// Reads a rule file, or a folder with its `.kp`, `.kp.md`, `.rhai`, `.csv` and `.xlsx` files (not those of its sub-folders), in the
/// order of their names; and the rule files and scripts that the rules name, wherever in the folder of the rules they lie.
///
/// A single rule file stands alone with what it names, a calendar too: other tables beside it are not read. A script or a rule file
/// that is named and cannot be read is no fault here: where it is named the check says so.
///
/// # Errors
/// A [`PolicyFault`] for the first file that cannot be read.
pub fn read_policy(path: &Path) -> Result<Policy, PolicyFault> {
    let shown = path.display().to_string();
    let unreadable = |cause| PolicyFault::Unreadable { path: shown.clone(), cause };
    let meta = fs::metadata(path).map_err(unreadable)?;
    let mut rules: Vec<PathBuf> = Vec::new();
    let mut tables: Vec<PathBuf> = Vec::new();
    let mut scripts: Vec<PathBuf> = Vec::new();
    if meta.is_dir() {
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            // lock files of an office program and hidden files are nobody's rules
            let hidden = entry_name(&file).starts_with(['.', '~']);
            if !hidden && file.is_file() {
                if is_rule_name(&file) {
                    rules.push(file);
                } else if is_table(&file) {
                    tables.push(file);
                } else if script::is_script(&file) {
                    scripts.push(file);
                }
            }
        }
        rules.sort();
        tables.sort();
        if rules.is_empty() {
            return Err(PolicyFault::Empty { path: shown });
        }
    } else if is_table(path) {
        tables.push(path.to_path_buf());
    } else {
        rules.push(path.to_path_buf());
    }
    let folder = if meta.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let mut reader = Reader {
        folder,
        policy: Policy { name: name_of(path), sources: Sources::default(), tables: Vec::new(), calendars: Vec::new(), sha256: String::new(), read: Vec::new() },
        parts: Vec::new(),
        scripts,
        known: BTreeMap::new(),
        alone: !meta.is_dir(),
    };
    reader.rules(&rules)?;
    for file in tables {
        let shown = file.display().to_string();
        let bytes = read(&file, &shown)?;
        reader.policy.tables.push((shown, bytes.clone()));
        reader.parts.push((file, bytes));
    }
    if reader.alone {
        reader.calendars()?;
    }
    Ok(reader.finish())
}

/// Reads the files of one policy.
struct Reader<'p> {
    folder: &'p Path,
    policy: Policy,
    /// Everything that was read.
    parts: Vec<(PathBuf, Vec<u8>)>,
    /// The scripts to be read.
    scripts: Vec<PathBuf>,
    /// Where rule files really lie, and the path under which each was read first.
    known: BTreeMap<PathBuf, PathBuf>,
    /// One rule file was asked for, not a folder.
    alone: bool,
}

/// A rule file whose uses are being read.
struct Open {
    file: PathBuf,
    bytes: Vec<u8>,
    text: String,
    /// The files it names that were not looked at yet, the next one last.
    rest: Vec<PathBuf>,
}

impl Reader<'_> {
    /// Rule files, each behind those that it uses.
    fn rules(&mut self, files: &[PathBuf]) -> Result<(), PolicyFault> {
        for file in files {
            if let Ok(real) = file.canonicalize() {
                self.known.entry(real).or_insert_with(|| file.clone());
            }
        }
        for file in files {
            let shown = file.display().to_string();
            let bytes = read(file, &shown)?;
            let first = open(file.clone(), bytes).ok_or(PolicyFault::NotText { path: shown })?;
            let mut chain = vec![first];
            while let Some(last) = chain.last_mut() {
                match last.rest.pop() {
                    Some(used) => chain.extend(self.used(&used)),
                    None => self.close(chain.pop()),
                }
            }
        }
        Ok(())
    }

    /// A file that another uses, where it was not read yet.
    fn used(&mut self, file: &Path) -> Option<Open> {
        let real = match uses::located(self.folder, file)? {
            Ok(real) => real,
            Err(unread) => {
                self.policy.sources.unread.push((file.display().to_string(), unread));
                return None;
            }
        };
        if let Some(first) = self.known.get(&real) {
            self.policy.sources.links.push((file.display().to_string(), first.display().to_string()));
            return None;
        }
        let found = match read_up_to(&real, LARGEST) {
            Ok(bytes) => open(file.to_path_buf(), bytes).ok_or(script::Unread::NotText),
            Err(cause) => Err(script::Unread::System(cause.to_string())),
        };
        self.known.insert(real, file.to_path_buf());
        found.map_err(|unread| self.policy.sources.unread.push((file.display().to_string(), unread))).ok()
    }

    fn close(&mut self, open: Option<Open>) {
        if let Some(Open { file, bytes, text, .. }) = open {
            self.policy.sources.add(file.display().to_string(), text);
            self.parts.push((file, bytes));
        }
    }

    /// The calendars that a rule file names beside it.
    fn calendars(&mut self) -> Result<(), PolicyFault> {
        let mut files: Vec<PathBuf> = Vec::new();
        for (_, source) in self.policy.sources.iter() {
            files.extend(calendars_named_in(source.rules()).map(|name| Path::new(&source.path).with_file_name(name)));
        }
        files.sort();
        files.dedup();
        for file in files.into_iter().filter(|file| is_table(file) && file.is_file()) {
            let shown = file.display().to_string();
            let bytes = read(&file, &shown)?;
            self.policy.tables.push((shown, bytes.clone()));
            self.parts.push((file, bytes));
        }
        Ok(())
    }

    /// The policy with the scripts that its rules name.
    fn finish(mut self) -> Policy {
        for (_, source) in self.policy.sources.iter() {
            let rules = Path::new(&source.path);
            self.scripts.extend(script::named_in(source.rules()).iter().filter_map(|name| super::beside(rules, name)));
        }
        self.scripts.sort();
        self.scripts.dedup();
        for file in self.scripts {
            let path = file.display().to_string();
            match script::read(self.folder, &file) {
                Some(Ok(Script { bytes, text })) => {
                    self.policy.sources.push(Source::of(path, text, Kind::Script(sha256(&bytes))));
                    self.parts.push((file, bytes));
                }
                Some(Err(unread)) => self.policy.sources.unread.push((path, unread)),
                None => {}
            }
        }
        let role = |file: &Path| match () {
            () if is_table(file) => Role::Table,
            () if script::is_script(file) => Role::Script,
            () => Role::Rules,
        };
        self.policy.read = self.parts.iter().map(|(file, bytes)| FileRead::new(role(file), &file.display().to_string(), bytes)).collect();
        self.policy.read.sort();
        self.policy.sha256 = sha256_of(self.folder, self.parts);
        self.policy
    }
}

/// A rule file as text, with the files that it uses; nothing where it is no text.
fn open(file: PathBuf, bytes: Vec<u8>) -> Option<Open> {
    let text = with_line_ends(decode(&bytes).ok()?);
    let shown = file.display().to_string();
    let source = Source::of(shown, text, Kind::Rules);
    let mut rest: Vec<PathBuf> = uses::used_in(source.rules()).iter().filter_map(|name| uses::named_by(&file, name).ok()).collect();
    rest.reverse();
    Some(Open { file, bytes, text: source.text, rest })
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
    read_up_to(file, LARGEST).map_err(|cause| match cause.kind() {
        io::ErrorKind::FileTooLarge => PolicyFault::NotText { path: shown.to_owned() },
        _ => unreadable(cause),
    })
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
    if path.is_dir() {
        return entry_name(&path);
    }
    // of `标准.kp.md` both endings go
    let stem = if is_literate(&entry_name(&path)) { path.with_extension("") } else { path };
    stem.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
