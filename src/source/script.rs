//! The scripts that rules name: where they lie, and why one is not read.

use std::fs;
use std::path::{Path, PathBuf};

use super::decode;
use super::policy::has_ending;
use super::uses;

/// Scripts larger than this are no formulas; lines and columns within it are counted in 16 bits.
const LARGEST: u64 = 64 << 10;

/// Why a script that is there was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It lies outside the folder of its policy, behind a link.
    Outside,
    /// Not text, or too large to be a script.
    NotText,
    /// It is there under a name of other capital letters.
    OtherCase(String),
    /// The file system says no.
    System(String),
}

/// What was read of a script.
pub(super) struct Script {
    pub(super) bytes: Vec<u8>,
    pub(super) text: String,
}

/// Whether a name leads to a script inside the folder of the rules, as far as its letters tell.
pub(crate) fn is_script_name(name: &str) -> bool {
    uses::leads_inside(name) && is_script(Path::new(name))
}

/// Where the script lies that a rule file names.
pub(crate) fn beside(rules: &Path, name: &str) -> Option<PathBuf> {
    is_script_name(name).then(|| name.split('/').fold(rules.parent().unwrap_or(Path::new("")).to_path_buf(), |path, part| path.join(part)))
}

pub(super) fn is_script(file: &Path) -> bool {
    has_ending(file, "rhai")
}

/// The texts behind the word `rhai`, wherever it stands: what a rule may name as its script.
pub(super) fn named_in(rules: &str) -> Vec<&str> {
    let whole_word = |at: &usize| !rules.get(..*at).is_some_and(|before| before.ends_with(|c: char| c == '.' || c == '_' || c.is_alphanumeric()));
    let named = rules.match_indices("rhai").filter(|(at, _)| whole_word(at)).filter_map(|(at, word)| {
        let behind = rules.get(at + word.len()..)?.trim_start();
        let (inside, close) = behind.strip_prefix('"').map(|inside| (inside, '"')).or_else(|| Some((behind.strip_prefix('“')?, '”')))?;
        inside.split(close).next()
    });
    named.collect()
}

/// Reads a script that lies in the folder of its policy; nothing where there is no file of exactly that name.
pub(super) fn read(folder: &Path, file: &Path) -> Option<Result<Script, Unread>> {
    let name = file.file_name()?;
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // what one file system finds whatever its case another does not
    let there = fs::read_dir(parent).ok()?.filter_map(Result::ok).any(|entry| entry.file_name() == name);
    there.then(|| read_inside(folder, file))
}

/// Where a file of at most so many bytes really lies, which must be in the folder of its policy.
pub(super) fn inside(folder: &Path, file: &Path, largest: u64) -> Result<PathBuf, Unread> {
    let system = |cause: std::io::Error| Unread::System(cause.to_string());
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (folder, real) = (folder.canonicalize().map_err(system)?, file.canonicalize().map_err(system)?);
    if !real.starts_with(&folder) {
        return Err(Unread::Outside);
    }
    let meta = fs::metadata(&real).map_err(system)?;
    if meta.is_file() && meta.len() <= largest { Ok(real) } else { Err(Unread::NotText) }
}

fn read_inside(folder: &Path, file: &Path) -> Result<Script, Unread> {
    let real = inside(folder, file, LARGEST)?;
    let bytes = fs::read(&real).map_err(|cause| Unread::System(cause.to_string()))?;
    let text = decode(&bytes).map_err(|_| Unread::NotText)?;
    Ok(Script { bytes, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_but_into_the_folder() {
        for name in ["f.rhai", "计分.rhai", "scripts/f.RHAI", "两 个 字.rhai"] {
            assert!(is_script_name(name), "{name}");
        }
        for name in [
            "",
            "f.kp",
            "f",
            "../f.rhai",
            "a/../f.rhai",
            "/f.rhai",
            "C:f.rhai",
            "C:\\f.rhai",
            "\\\\host\\f.rhai",
            "./f.rhai",
            "a//f.rhai",
            ".f.rhai",
            ".rhai",
            "f.rhai/",
        ] {
            assert!(!is_script_name(name), "{name}");
        }
    }

    #[test]
    fn names_are_found_behind_the_word() {
        let rules = "函数 f() : 分 [0, 1] = rhai \"f.rhai\" 函数 g() : 分 [0, 1] =\nrhai\n “计分.rhai” rhai rhai";
        assert_eq!(named_in(rules), ["f.rhai", "计分.rhai"]);
    }
}
