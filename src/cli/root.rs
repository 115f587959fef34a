//! The folder that the paths in receipts start from.

use std::path::{Component, Path, PathBuf};

use super::output::Fault;
use crate::diag::words;

/// A root folder.
#[derive(Debug)]
pub(super) struct Root {
    /// As it was given; empty for the folder at hand.
    given: PathBuf,
    whole: PathBuf,
}

impl Root {
    /// The one that is named, or the folder at hand.
    pub(super) fn new(named: Option<&Path>) -> Result<Root, Fault> {
        let given = named.map(Path::to_path_buf).unwrap_or_default();
        if named.is_some_and(|root| !root.is_dir()) {
            let path = given.display();
            return Err(Fault::Words(words!("没有文件夹 {path}", "there is no folder {path}")));
        }
        let whole = whole(if given.as_os_str().is_empty() { Path::new(".") } else { &given });
        Ok(Root { given, whole })
    }

    /// A path as receipts write it: from the root, with `/`; none for what lies elsewhere.
    pub(super) fn inside(&self, path: &Path) -> Option<String> {
        let path = whole(path);
        let parts = path.strip_prefix(&self.whole).ok()?.iter().map(|part| part.to_str());
        let parts: Option<Vec<&str>> = parts.collect();
        parts.map(|parts| parts.join("/"))
    }

    /// The same, or why it cannot be.
    pub(super) fn named(&self, path: &Path) -> Result<String, Fault> {
        self.inside(path).ok_or_else(|| {
            let (path, root) = (path.display(), self.whole.display());
            Fault::Words(words!(
                "{path} 不在 {root} 里,收据写不出它的路径;请用 --root 写明一个装着规则和数据的文件夹",
                "{path} does not lie in {root}, from where receipts name files: name a folder that holds rules and facts with --root"
            ))
        })
    }

    /// Where what a receipt names lies; none for a path that leads out of the root.
    pub(super) fn path_of(&self, name: &str) -> Option<PathBuf> {
        let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        (plain && !name.contains(['\\', ':'])).then(|| match name {
            "" => self.given.join("."),
            _ => self.given.join(name),
        })
    }
}

/// A path from the top, without links being followed.
fn whole(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::CurDir => {}
            part => found.push(part),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_root_and_never_lead_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(Some(folder.path())).unwrap();
        assert_eq!(root.inside(&folder.path().join("a/../规 则/b.kp")), Some("规 则/b.kp".to_owned()));
        assert_eq!(root.inside(folder.path()), Some(String::new()));
        assert_eq!(root.inside(Path::new("/elsewhere")), None);
        assert_eq!(root.path_of("规 则/b.kp"), Some(folder.path().join("规 则/b.kp")));
        for name in ["../a", "/etc/passwd", "a/../../b", "C:\\a", "a\\b"] {
            assert_eq!(root.path_of(name), None, "{name}");
        }
    }
}
