//! A single file beside no run: written beside its place, renamed when whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::write::{WriteError, hidden, parent, sync};

/// Says whether a file may be written to `target`: nothing is there, or, with `force`, a file.
///
/// # Errors
/// [`WriteError::FileExists`] or [`WriteError::IsFolder`].
pub fn check_file(target: &Path, force: bool) -> Result<(), WriteError> {
    let path = target.to_owned();
    if target.is_dir() || target.file_name().is_none() {
        return Err(WriteError::IsFolder { path });
    }
    if target.exists() && !force { Err(WriteError::FileExists { path }) } else { Ok(()) }
}

/// Writes a file that is whole or not there; its folder is made where it is missing.
///
/// # Errors
/// As [`check_file`], or the file system's.
pub fn write_file(target: &Path, bytes: &[u8], force: bool) -> Result<(), WriteError> {
    check_file(target, force)?;
    fs::create_dir_all(parent(target)).map_err(WriteError::io(parent(target)))?;
    let partial = hidden(target, "partial", 0);
    let written = File::create(&partial).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    let moved = written.and_then(|()| fs::rename(&partial, target));
    if moved.is_err() {
        // An error is on its way already; what is left is hidden.
        let _ = fs::remove_file(&partial);
    }
    moved.map_err(WriteError::io(target))?;
    sync(parent(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_by_force_and_nothing_hidden_stays() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("new/steps.csv");
        write_file(&target, b"one", false).unwrap();
        let error = write_file(&target, b"two", false).unwrap_err();
        assert!(matches!(error, WriteError::FileExists { .. }), "{error}");
        assert_eq!(fs::read(&target).unwrap(), b"one");
        write_file(&target, b"two", true).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::read_dir(dir.path().join("new")).unwrap().count(), 1);
        for force in [false, true] {
            assert!(matches!(check_file(dir.path(), force), Err(WriteError::IsFolder { .. })));
        }
    }
}
