//! Files that are written aside and then renamed; an interruption takes along what is not renamed yet.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// The files that stand aside at this moment.
struct Aside(Mutex<BTreeSet<PathBuf>>);

static ASIDE: Aside = Aside(Mutex::new(BTreeSet::new()));
/// How a run ends that was interrupted, as shells expect it.
const INTERRUPTED: i32 = 130;

/// Writes a file whole, or not at all: first where `make` puts it, then renamed. A failure leaves what was there before.
pub(super) fn write(path: &Path, bytes: &[u8], make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<()> {
    ASIDE.write(path, bytes, make)
}

impl Aside {
    fn standing(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, path: &Path, bytes: &[u8], make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<()> {
        let mut file = {
            // an interruption waits until the file is known
            let mut standing = self.standing();
            let file = make()?;
            standing.insert(file.path().to_path_buf());
            file
        };
        let aside = file.path().to_path_buf();
        let filled = file.write_all(bytes).and_then(|()| file.as_file().sync_all());
        // nor does it come between the renaming and the list
        let mut standing = self.standing();
        standing.remove(&aside);
        filled?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Removes what stands aside; nothing is made or renamed while the list is held.
    fn clear(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        let mut standing = self.standing();
        for path in std::mem::take(&mut *standing) {
            let _ = std::fs::remove_file(path);
        }
        standing
    }
}

/// From here on an interruption (Ctrl-C, the end of the session) leaves no half-written file.
pub(super) fn clear_when_interrupted() {
    // a second handler is refused, and the first one serves
    let _ = ctrlc::set_handler(|| {
        let _standing = ASIDE.clear();
        super::progress::clear();
        std::process::exit(INTERRUPTED);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_aside_is_gone_after_an_interruption() {
        let folder = tempfile::tempdir().unwrap();
        let half_written = folder.path().join("半.tmp");
        std::fs::write(&half_written, "半").unwrap();
        let aside = Aside(Mutex::default());
        aside.standing().insert(half_written.clone());
        drop(aside.clear());
        assert!(!half_written.exists() && aside.standing().is_empty());
    }

    #[test]
    fn a_failure_leaves_what_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("结果.txt");
        std::fs::write(&target, "旧").unwrap();
        write(&target, "新".as_bytes(), || NamedTempFile::new_in(folder.path())).unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "新");
        // a file cannot be renamed over a folder
        let taken = folder.path().join("夹");
        std::fs::create_dir_all(taken.join("内")).unwrap();
        assert!(write(&taken, b"x", || NamedTempFile::new_in(folder.path())).is_err());
        assert!(write(&target, b"x", || Err(io::Error::from(io::ErrorKind::StorageFull))).is_err());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "新");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
