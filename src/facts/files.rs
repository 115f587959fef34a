//! The files of tables on disk: which of them a folder gives, what stands beside them, and their checksum.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ledger;
use crate::source::hex;

/// Files larger than this are no table of facts.
const LARGEST: u64 = 64 << 20;
/// How the names of tables of facts in a folder end.
pub(crate) const FORMATS: [&str; 3] = ["csv", "xlsx", "json"];
/// How the file of provenance beside `FACTS.csv` ends.
const PROVENANCE_ENDINGS: [&str; 2] = ["来历", "provenance"];

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
    /// Larger than any table of facts.
    #[error("{path}: larger than 64 MB")]
    TooLarge { path: String },
    /// A folder without facts.
    #[error("{path}: no facts*.csv, .xlsx or .json in this folder")]
    NoFacts { path: String },
    /// A folder without a table of adjustments.
    #[error("{path}: no table of adjustments")]
    NoAdjustments { path: String },
    /// Two tables of provenance beside one table of facts.
    #[error("{path}: both .来历.csv and .provenance.csv stand beside it")]
    TwoProvenances { path: String },
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
        let is_table = |stem: &&str| stem.starts_with("facts") || records.iter().any(|record| ledger::stands_for(stem, record));
        let stem = FORMATS.iter().find_map(|format| name.strip_suffix(&format!(".{format}"))).filter(is_table);
        if stem.is_some_and(|stem| !PROVENANCE_ENDINGS.iter().any(|ending| stem.ends_with(&format!(".{ending}")))) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() { Err(InputFault::NoFacts { path: shown }) } else { Ok(files) }
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
    let path = || file.display().to_string();
    let unreadable = |cause| InputFault::Unreadable { path: path(), cause };
    if fs::metadata(file).map_err(unreadable)?.len() > LARGEST {
        return Err(InputFault::TooLarge { path: path() });
    }
    fs::read(file).map_err(unreadable)
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
