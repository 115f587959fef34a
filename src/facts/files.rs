//! The files of tables on disk: which of them a folder gives, what stands beside them, and their checksum.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{ledger, stray};
use crate::diag::Words;
use crate::quantity::{Cycle, Period};
use crate::source::{LARGEST, hex, read_up_to};

/// How the names of tables of facts in a folder end.
pub(crate) const FORMATS: [&str; 3] = ["csv", "xlsx", "json"];
/// How the file of provenance beside `FACTS.csv` ends.
pub(super) const PROVENANCE_ENDINGS: [&str; 2] = ["来历", "provenance"];

/// A table of facts as it is on disk, and the table of provenance beside it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) provenance: Option<(String, Vec<u8>)>,
}

/// Why facts cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputFault {
    /// The file system says no.
    #[error("{path}: {cause}")]
    Unreadable { path: String, cause: std::io::Error },
    /// A folder without facts: what the names of tables are, and which tables have others.
    #[error("{path}: no facts*.csv, .xlsx or .json in this folder")]
    NoFacts { path: String, names: Words, there: Vec<String> },
    /// Folders of periods, and none of the one that is wanted.
    #[error("{path}: no folder of {period}")]
    NoPeriod { path: String, period: Period, there: Vec<String>, near: Option<String> },
    /// Two folders of one period.
    #[error("{one} and {other}: two folders of one period")]
    TwoFolders { one: String, other: String },
    /// A folder without a table of adjustments.
    #[error("{path}: no table of adjustments")]
    NoAdjustments { path: String },
    /// Two tables of provenance beside one table of facts.
    #[error("{path}: both .来历.csv and .provenance.csv stand beside it")]
    TwoProvenances { path: String },
}

/// The folders of periods, by the periods that their names are.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    /// The folders that hold them.
    pub(crate) roots: Vec<PathBuf>,
    found: BTreeMap<Period, PathBuf>,
}

impl Folders {
    /// Tells folders that hold folders of periods from tables and from folders of tables.
    ///
    /// # Errors
    /// Where two folders are of one period.
    pub(crate) fn sort_out(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Folders), InputFault> {
        let (mut tables, mut folders) = (Vec::new(), Folders::default());
        for path in paths {
            let inside = if is_root(path) { periods_in(path) } else { Vec::new() };
            if inside.is_empty() {
                tables.push(path.clone());
                continue;
            }
            folders.roots.push(path.clone());
            for (period, folder) in inside {
                if let Some(other) = folders.found.insert(period, folder.clone()).filter(|other| *other != folder) {
                    return Err(InputFault::TwoFolders { one: other.display().to_string(), other: folder.display().to_string() });
                }
            }
        }
        Ok((tables, folders))
    }

    /// The folder of a period.
    pub(crate) fn of(&self, period: Period) -> Option<&Path> {
        self.found.get(&period).map(PathBuf::as_path)
    }

    /// The first of the periods of a cycle of which there is a folder.
    pub(crate) fn first(&self, cycle: Cycle) -> Option<Period> {
        self.found.keys().copied().find(|period| period.cycle() == cycle)
    }

    /// What lies among the folders and seems to mean a period.
    fn near(&self, period: Period) -> Option<String> {
        let names = self.roots.iter().filter_map(|root| fs::read_dir(root).ok()).flatten().filter_map(Result::ok).map(|entry| entry.file_name());
        let mut near: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).filter(|name| stray::near_period(name) == Some(period)).collect();
        near.sort();
        near.into_iter().next()
    }

    /// That there is no folder of a period.
    pub(crate) fn lacks(&self, period: Period) -> InputFault {
        let path = self.roots.iter().map(|root| root.display().to_string()).collect::<Vec<_>>().join(", ");
        let there = self.found.values().filter_map(|folder| folder.file_name()).map(|name| name.to_string_lossy().into_owned()).collect();
        InputFault::NoPeriod { path, period, there, near: self.near(period) }
    }
}

/// Whether a folder holds folders of periods, and no facts itself.
pub(crate) fn is_root(folder: &Path) -> bool {
    folder.is_dir() && facts_in(folder, &[]).is_err() && !periods_in(folder).is_empty()
}

/// The folders in a folder that are named by periods.
fn periods_in(folder: &Path) -> Vec<(Period, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let inside = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut found: Vec<(Period, PathBuf)> = inside.filter_map(|path| Some((Period::of_folder(&path.file_name()?.to_string_lossy())?, path))).collect();
    found.sort();
    found
}

/// Reads tables, each with its provenance; of a folder every `facts*.csv`, `facts*.xlsx` and `facts*.json`, and those that are named as
/// one of the records, in the order of names.
///
/// # Errors
/// An [`InputFault`] for the first that cannot be read.
pub(crate) fn read(paths: &[PathBuf], records: &[&str]) -> Result<Vec<Input>, InputFault> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let found = if path.is_dir() { facts_in(path, records)? } else { vec![path.clone()] };
        for file in found {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    let siblings: Vec<PathBuf> = files.iter().flat_map(|file| siblings(file)).collect();
    files.iter().filter(|file| !siblings.contains(file)).map(|file| read_one(file)).collect()
}

fn facts_in(folder: &Path, records: &[&str]) -> Result<Vec<PathBuf>, InputFault> {
    let shown = folder.display().to_string();
    let unreadable = |cause| InputFault::Unreadable { path: shown.clone(), cause };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let stem = FORMATS.iter().find_map(|format| name.strip_suffix(&format!(".{format}"))).filter(|stem| file.is_file() && is_named(stem, records));
        if stem.is_some_and(|stem| !PROVENANCE_ENDINGS.iter().any(|ending| stem.ends_with(&format!(".{ending}")))) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let there = stray::unread(folder, records).into_iter().map(|(name, _)| name).collect();
        return Err(InputFault::NoFacts { path: shown, names: stray::read_names(records), there });
    }
    Ok(files)
}

/// Whether a table of that name, without its ending and in small letters, is read in a folder of facts.
pub(super) fn is_named(stem: &str, records: &[&str]) -> bool {
    stem.starts_with("facts") || records.iter().any(|record| ledger::stands_for(stem, record))
}

/// A name without its ending, in small letters.
pub(super) fn stem_of(name: &str) -> String {
    let name = name.to_lowercase();
    name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
}

fn siblings(file: &Path) -> [PathBuf; 2] {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    PROVENANCE_ENDINGS.map(|ending| file.with_file_name(format!("{stem}.{ending}.csv")))
}

fn read_one(file: &Path) -> Result<Input, InputFault> {
    let path = file.display().to_string();
    let mut found = siblings(file).into_iter().filter(|sibling| sibling.is_file());
    let (first, second) = (found.next(), found.next());
    if second.is_some() {
        return Err(InputFault::TwoProvenances { path });
    }
    let provenance = first.map(|sibling| bytes_of(&sibling).map(|bytes| (sibling.display().to_string(), bytes))).transpose()?;
    Ok(Input { bytes: bytes_of(file)?, path, provenance })
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, InputFault> {
    read_up_to(file, LARGEST).map_err(|cause| InputFault::Unreadable { path: file.display().to_string(), cause })
}

/// One for all files, whatever their folders and order.
pub(super) fn checksum(inputs: &[Input]) -> String {
    let name = |path: &str| Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let tables = inputs.iter().map(|input| (name(&input.path), input.bytes.as_slice()));
    let provenances = inputs.iter().filter_map(|input| input.provenance.as_ref()).map(|(path, bytes)| (name(path), bytes.as_slice()));
    let mut files: Vec<(String, &[u8])> = tables.chain(provenances).collect();
    files.sort();
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}

/// One for the facts of a period and those of the others that were read with them.
pub(super) fn checksum_of_periods(own: &str, others: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(own).chain(others.iter().flat_map(|(period, sha256)| [period.as_str(), sha256.as_str()])) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, text: &str) -> Input {
        Input { path: path.to_owned(), bytes: text.as_bytes().to_vec(), provenance: None }
    }

    #[test]
    fn the_checksum_knows_every_file_and_not_their_order() {
        let (a, b) = (input("x/a.csv", "单位\n"), input("y/b.csv", "单位\n东海县\n"));
        let sum = |inputs: &[Input]| checksum(inputs);
        assert_eq!(sum(&[a.clone(), b.clone()]), sum(&[b.clone(), a.clone()]));
        assert_eq!(sum(std::slice::from_ref(&a)), sum(&[input("z/a.csv", "单位\n")]));
        let with = Input { provenance: Some(("x/a.来历.csv".to_owned(), Vec::new())), ..a.clone() };
        assert_ne!(sum(std::slice::from_ref(&a)), sum(&[with]));
        assert_ne!(sum(&[a]), sum(&[b]));
    }

    #[test]
    fn a_folder_gives_its_facts_with_their_provenance() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), "单位\n").unwrap();
        assert!(matches!(read(&[folder.path().to_path_buf()], &[]), Err(InputFault::NoFacts { .. })));
        for name in ["facts.csv", "facts-2.csv", "facts.来历.csv", "known.csv"] {
            write(name);
        }
        let inputs = read(&[folder.path().to_path_buf(), folder.path().join("known.csv")], &[]).unwrap();
        let shown: Vec<(&str, bool)> = inputs.iter().map(|input| (input.path.rsplit('/').next().unwrap(), input.provenance.is_some())).collect();
        assert_eq!(shown, [("facts-2.csv", false), ("facts.csv", true), ("known.csv", false)]);
        write("facts.provenance.csv");
        assert!(matches!(read(&[folder.path().join("facts.csv")], &[]), Err(InputFault::TwoProvenances { .. })));
        assert!(matches!(read(&[folder.path().join("none.csv")], &[]), Err(InputFault::Unreadable { .. })));
    }
}
