//! Keys on disk: one line of text each.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::output::{Fault, cause_words};
use super::root::Root;
use crate::audit::receipt::seal::{KEY, bytes_of};
use crate::diag::{Words, words};
use crate::source::hex;

const SECRET: &str = "kaoping-secret-key ed25519 ";
const PUBLIC: &str = "kaoping-public-key ed25519 ";
/// The names of files of trusted keys, in the root folder and beside the rules.
pub(super) const TRUSTED: [&str; 2] = ["kaoping.pub", "公钥.txt"];

/// A file with a secret key as it is written.
pub(super) fn secret_text(secret: &[u8; KEY]) -> String {
    format!("{SECRET}{}\n", hex(secret))
}

/// A file with a public key.
pub(super) fn public_text(public: &str) -> String {
    format!("{PUBLIC}{public}\n")
}

/// The secret key in a file.
pub(super) fn secret(path: &Path) -> Result<[u8; KEY], Fault> {
    let text = text_of(path)?;
    let keys: Vec<&str> = lines(&text).map(|(_, line)| line).collect();
    let key = match keys.as_slice() {
        [one] => one.strip_prefix(SECRET).and_then(|hex| bytes_of::<KEY>(hex.trim())),
        _ => None,
    };
    key.ok_or_else(|| {
        let path = path.display();
        if keys.iter().any(|line| line.starts_with(PUBLIC)) {
            return Fault::Words(words!(
                "{path} 是公钥,签名要用私钥(kaoping key 生成的 kaoping.key)",
                "{path} holds public keys: signing takes the secret one, kaoping.key as kaoping key makes it"
            ));
        }
        Fault::Words(words!(
            "{path} 不是私钥;应为一行「{SECRET}…」,由 kaoping key 生成",
            "{path} holds no secret key: it should be one line, {SECRET}…, as kaoping key writes it"
        ))
    })
}

/// The keys whose signatures count: those of the files that are named, or else those that lie in the root folder and beside the rules.
/// None where there is no such file: nothing is configured.
pub(super) fn trusted(named: &[PathBuf], root: &Root, policy: &str) -> Result<Option<BTreeSet<String>>, Fault> {
    let mut files = named.to_vec();
    if files.is_empty() {
        let policy = root.path_of(policy).map(|policy| if policy.is_dir() { policy } else { policy.parent().map(Path::to_path_buf).unwrap_or_default() });
        let folders = root.path_of("").into_iter().chain(policy);
        files = folders.flat_map(|folder| TRUSTED.map(|name| folder.join(name))).filter(|file| file.symlink_metadata().is_ok()).collect();
    }
    if files.is_empty() {
        return Ok(None);
    }
    let mut keys = BTreeSet::new();
    for file in &files {
        let text = text_of(file)?;
        let before = keys.len();
        for (number, line) in lines(&text) {
            let words: Vec<&str> = line.strip_prefix(PUBLIC).unwrap_or_default().split_whitespace().collect();
            let Some(key) = words.first().filter(|key| bytes_of::<KEY>(key).is_some()) else {
                let path = file.display();
                if line.starts_with(SECRET) {
                    return Err(Fault::Words(words!(
                        "{path} 第 {number} 行是私钥,核对要用公钥(kaoping.pub);私钥不要给别人",
                        "{path}, line {number}: a secret key; verifying takes the public one, kaoping.pub, and nobody else should have this"
                    )));
                }
                return Err(Fault::Words(words!(
                    "{path} 第 {number} 行不是公钥;应为「{PUBLIC}…」,后面可写名称,# 开头的行是说明",
                    "{path}, line {number}: no public key; it should be {PUBLIC}…, a name may follow, and # begins a comment"
                )));
            };
            keys.insert((*key).to_owned());
        }
        if keys.len() == before && !named.is_empty() || keys.is_empty() {
            let path = file.display();
            return Err(Fault::Words(words!("{path} 里没有公钥;不用就删掉这个文件", "{path} holds no public key: delete the file if it is not meant to")));
        }
    }
    Ok(Some(keys))
}

/// Writes a file that is not there yet, for its owner alone where that is asked for.
pub(super) fn create(path: &Path, text: &str, owner: Readers) -> Result<(), Fault> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if owner == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = owner;
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|cause| {
        let (path, Words { zh, en }) = (path.display(), cause_words(&cause));
        Fault::Words(match cause.kind() {
            io::ErrorKind::AlreadyExists => words!(
                "{path} 已经有了,密钥从不覆盖;请换一个文件夹,或先把旧的移走",
                "{path} is there already, and keys are never overwritten: name another folder, or move the old one away"
            ),
            _ => words!("写不了 {path}:{zh}", "cannot write {path}: {en}"),
        })
    })
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    Owner,
    All,
}

fn text_of(path: &Path) -> Result<String, Fault> {
    let bytes = super::receipt::read(path)?;
    String::from_utf8(bytes).map_err(|_| {
        let path = path.display();
        Fault::Words(words!("{path} 不是密钥文件(UTF-8 文本)", "{path} is no file of keys (a text in UTF-8)"))
    })
}

/// The lines that say something, each with its number.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_start_matches('\u{feff}').trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
