//! Files are read up to a size: what never ends, and what is far too large, is refused before it fills the memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Tables and texts of a period are no larger than this.
pub(crate) const LARGEST: u64 = 64 << 20;

/// That a file is larger than what is read of its kind.
#[derive(Debug, thiserror::Error)]
#[error("larger than {megabytes} MB")]
pub(crate) struct TooLarge {
    pub(crate) megabytes: u64,
}

/// The bytes of a file, a pipe or a device; no more of them than so many.
///
/// # Errors
/// Where the system says no; where there are more, with [`TooLarge`] as the cause.
pub(crate) fn read_up_to(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > largest { Err(too_large(largest)) } else { all_up_to(file, largest) }
}

/// What comes from where nothing says how much it is; no more than so many bytes.
///
/// # Errors
/// As of a file.
pub(crate) fn all_up_to(from: impl Read, largest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(largest.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > largest) { Err(too_large(largest)) } else { Ok(bytes) }
}

fn too_large(largest: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, TooLarge { megabytes: largest >> 20 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("表");
        std::fs::write(&path, [b'x'; 8]).unwrap();
        assert_eq!(read_up_to(&path, 8).unwrap(), [b'x'; 8]);
        assert_eq!(read_up_to(&path, 7).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_up_to(&folder.path().join("无"), 7).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    #[cfg(unix)]
    fn a_device_without_end_is_refused() {
        let refused = read_up_to(Path::new("/dev/zero"), 1 << 20).unwrap_err();
        assert_eq!(refused.to_string(), "larger than 1 MB");
    }
}
