//! A run's folder: written beside its place, renamed when complete.

use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::describe::describe_tables;
use super::file::write_rows;
use super::manifest::now;
use super::read::read_manifest;
use super::tables::{Row, Tables};
use super::{FileRecord, Manifest, Summary};

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SUMMARY: &str = "summary.json";
pub(super) const HEADERS: &str = "headers.bin";

/// Why a run could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A finished run is there already.
    #[error(
        "`{}` holds a finished run already (seed {seed}, scenario {}, finished {finished}); \
         `--force` replaces it, `--out` writes elsewhere",
        path.display(),
        hash.get(..12).unwrap_or(hash)
    )]
    RunExists {
        /// The folder.
        path: PathBuf,
        /// Seed of the run there.
        seed: u64,
        /// Scenario hash of the run there.
        hash: String,
        /// When it was finished.
        finished: String,
    },
    /// Something that is no run is in the way; it is never replaced.
    #[error(
        "`{}` is there and is no finished run of this program: remove it, or write elsewhere with `--out`",
        path.display()
    )]
    InTheWay {
        /// The file or folder.
        path: PathBuf,
    },
    /// A file that would be written is there already.
    #[error("`{}` is there already; `--force` replaces it", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// A folder is where a file would be written.
    #[error("`{}` is a folder, the name of a file is wanted", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The file system says no.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The charts could not be drawn.
    #[error("cannot draw the charts: {0}")]
    Charts(Box<dyn Error + Send + Sync>),
}

impl WriteError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Says before a long run whether its results may be written to `target`: nothing is there, or an empty folder, or,
/// with `force`, a finished run.
///
/// # Errors
/// [`WriteError::RunExists`], [`WriteError::InTheWay`], or the file system's.
pub fn check_target(target: &Path, force: bool) -> Result<(), WriteError> {
    match fs::symlink_metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(WriteError::io(target)(e)),
        Ok(_) => {}
    }
    let in_the_way = || WriteError::InTheWay { path: target.to_owned() };
    if !target.is_dir() {
        return Err(in_the_way());
    }
    if fs::read_dir(target).map_err(WriteError::io(target))?.next().is_none() {
        return Ok(());
    }
    match read_manifest(target) {
        Ok(there) if there.program == env!("CARGO_PKG_NAME") && !force => Err(WriteError::RunExists {
            path: target.to_owned(),
            seed: there.seed,
            hash: there.scenario_hash,
            finished: there.finished,
        }),
        Ok(there) if there.program == env!("CARGO_PKG_NAME") => Ok(()),
        _ => Err(in_the_way()),
    }
}

/// Writes a run to the folder `target` and gives the summary with its list of files.
///
/// Everything goes to a hidden folder beside it (`.NAME.partial-…`), charts included: `draw` is called with that
/// folder. When all is on the disk it gets the manifest and is renamed, so `target` is a whole run or is not there.
///
/// # Errors
/// As [`check_target`], the file system's, or what `draw` reports. The hidden folder is then removed.
pub fn write_run<E: Into<Box<dyn Error + Send + Sync>>>(
    target: &Path,
    tables: &Tables,
    summary: &Summary,
    manifest: &Manifest,
    force: bool,
    draw: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<Summary, WriteError> {
    let mut written = summary.clone();
    write_folder(target, manifest, force, |dir| {
        write_tables(dir, tables)?;
        draw(dir).map_err(|e| WriteError::Charts(e.into()))?;
        written.files = files_with(dir, &[SUMMARY, MANIFEST])?;
        write_json(&dir.join(SUMMARY), &written)
    })?;
    Ok(written)
}

/// Writes a folder of results that is whole or not there: `fill` is called with a hidden folder beside `target`; what
/// it leaves there is brought to the disk, gets the manifest and is renamed.
///
/// # Errors
/// As [`check_target`], the file system's, or what `fill` reports. The hidden folder is then removed.
pub fn write_folder(
    target: &Path,
    manifest: &Manifest,
    force: bool,
    fill: impl FnOnce(&Path) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    check_target(target, force)?;
    let partial = Partial::beside(target)?;
    let dir = partial.path.as_path();
    fill(dir)?;
    let manifest = Manifest { files: sync_and_hash(dir)?, finished: now(), ..manifest.clone() };
    write_json(&dir.join(MANIFEST), &manifest)?;
    sync(&dir.join(MANIFEST))?;
    sync(dir)?;
    // Another run may have come first.
    check_target(target, force)?;
    partial.move_to(target)
}

fn write<R: Row>(dir: &Path, rows: &[R]) -> Result<(), WriteError> {
    let path = dir.join(R::FILE);
    write_rows(&path, rows).map_err(WriteError::io(&path))
}

fn write_tables(dir: &Path, tables: &Tables) -> Result<(), WriteError> {
    write(dir, &tables.sites)?;
    write(dir, &tables.farms)?;
    write(dir, &tables.placements)?;
    write(dir, &tables.monthly)?;
    write(dir, &tables.epochs)?;
    write(dir, &tables.returns)?;
    write(dir, &tables.cashflow)?;
    write(dir, &tables.network)?;
    write(dir, &tables.chain)?;
    write(dir, &tables.events)?;
    write(dir, &tables.dispatch)?;
    write(dir, &tables.reasons)?;
    write(dir, &tables.placed)?;
    let path = dir.join("README.md");
    fs::write(&path, describe_tables()).map_err(WriteError::io(&path))?;
    let path = dir.join(HEADERS);
    fs::write(&path, &tables.headers).map_err(WriteError::io(&path))
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), WriteError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| WriteError::io(path)(e.into()))?;
    text.push('\n');
    fs::write(path, text).map_err(WriteError::io(path))
}

/// Paths of the files under `dir`, relative, with `/`, sorted.
fn files(dir: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?.into_iter().map(|file| format!("{name}/{file}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

pub(super) fn files_with(dir: &Path, more: &[&str]) -> Result<Vec<String>, WriteError> {
    let mut found = files(dir).map_err(WriteError::io(dir))?;
    found.extend(more.iter().map(|name| (*name).to_owned()));
    found.sort();
    Ok(found)
}

/// Brings every file under `dir` to the disk and gives its length and hash.
fn sync_and_hash(dir: &Path) -> Result<Vec<FileRecord>, WriteError> {
    let record = |name: String| {
        let path = dir.join(&name);
        let bytes = fs::read(&path).map_err(WriteError::io(&path))?;
        sync(&path)?;
        if let Some(folder) = path.parent().filter(|folder| *folder != dir) {
            sync(folder)?;
        }
        Ok(FileRecord { path: name, bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(&bytes)) })
    };
    files_with(dir, &[])?.into_iter().map(record).collect()
}

fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

/// Brings a file or folder to the disk. Folders cannot be opened for that on Windows, nor need they.
pub(super) fn sync(path: &Path) -> Result<(), WriteError> {
    if cfg!(windows) && path.is_dir() {
        return Ok(());
    }
    File::open(path).and_then(|file| file.sync_all()).map_err(WriteError::io(path))
}

/// The hidden folder a run is written to, removed unless it is moved to its place.
struct Partial {
    path: PathBuf,
    moved: bool,
}

impl Partial {
    fn beside(target: &Path) -> Result<Self, WriteError> {
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(WriteError::io(parent))?;
        let mut n = 0;
        loop {
            let path = hidden(target, "partial", n);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, moved: false }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && n < 1000 => n += 1,
                Err(e) => return Err(WriteError::io(&path)(e)),
            }
        }
    }

    /// Renames to `target`. A run that stands there is put aside first and then removed, or put back on failure.
    fn move_to(mut self, target: &Path) -> Result<(), WriteError> {
        let to_target = WriteError::io(target);
        if !target.is_dir() {
            fs::rename(&self.path, target).map_err(to_target)?;
        } else if fs::remove_dir(target).is_ok() {
            // It was empty.
            fs::rename(&self.path, target).map_err(to_target)?;
        } else {
            let aside = hidden(target, "replaced", 0);
            fs::rename(target, &aside).map_err(WriteError::io(target))?;
            if let Err(e) = fs::rename(&self.path, target) {
                let _ = fs::rename(&aside, target);
                return Err(to_target(e));
            }
            fs::remove_dir_all(&aside).map_err(WriteError::io(&aside))?;
        }
        self.moved = true;
        sync(parent(target))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.moved {
            // An error is on its way already; what is left is hidden and has no manifest or was never renamed.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

pub(super) fn parent(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

pub(super) fn hidden(target: &Path, what: &str, n: u32) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    parent(target).join(format!(".{name}.{what}-{}-{n}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::super::file::ReadError;
    use super::super::{FarmRow, SiteRow, read_run, read_tables};
    use super::*;
    use crate::calendar::Day;
    use crate::finance::{FinanceParams, Ledger};

    fn summary(tables: &Tables) -> Summary {
        let start = Day::parse("2024-01-01").unwrap();
        let books = Ledger::new(start, 3).close(start.plus_days(30), &FinanceParams::default());
        Summary::new("test", 7, "hash", tables, &books)
    }

    fn tables() -> Tables {
        Tables {
            sites: vec![SiteRow { site: "a".into(), npv_usd: 0.1 + 0.2, ..SiteRow::default() }],
            farms: vec![FarmRow::default()],
            headers: vec![1; 160],
            ..Tables::default()
        }
    }

    fn write_to(target: &Path, tables: &Tables, force: bool) -> Result<Summary, WriteError> {
        write_run(target, tables, &summary(tables), &Manifest::begin(), force, |_| io::Result::Ok(()))
    }

    fn names_in(dir: &Path) -> Vec<String> {
        let names = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
        names.collect()
    }

    #[test]
    fn a_run_comes_back_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("new/output/run");
        let written = write_to(&target, &tables(), false).unwrap();
        let run = read_run(&target).unwrap();
        assert_eq!(run.tables, tables());
        assert_eq!(run.summary, written);
        assert_eq!(run.summary.first_day, "2024-01-01");
        assert_eq!(run.summary.last_day, "2024-01-31");
        let listed: Vec<_> = run.manifest.files.iter().map(|f| f.path.as_str()).collect();
        let mut all = run.summary.files.clone();
        all.retain(|f| f != MANIFEST);
        assert_eq!(listed, all);
        assert_eq!(files(&target).unwrap(), run.summary.files);
        let headers = run.manifest.files.iter().find(|f| f.path == HEADERS).unwrap();
        assert_eq!((headers.bytes, headers.sha256.as_str()), (160, hex(&Sha256::digest([1; 160])).as_str()));
        assert_eq!(names_in(target.parent().unwrap()), ["run"], "no hidden folder stays");
    }

    #[test]
    fn a_finished_run_is_replaced_only_by_force() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("run");
        write_to(&target, &tables(), false).unwrap();
        let error = write_to(&target, &Tables::default(), false).unwrap_err();
        assert!(matches!(error, WriteError::RunExists { .. }), "{error}");
        assert!(error.to_string().contains("`--force` replaces it"), "{error}");
        assert_eq!(read_run(&target).unwrap().tables, tables());
        write_to(&target, &Tables::default(), true).unwrap();
        assert_eq!(read_run(&target).unwrap().tables, Tables::default());
        assert_eq!(names_in(dir.path()), ["run"]);
    }

    #[test]
    fn what_is_no_run_is_never_replaced_but_an_empty_folder_is() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("documents");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("letter.txt"), "dear").unwrap();
        for force in [false, true] {
            let error = write_to(&target, &tables(), force).unwrap_err();
            assert!(matches!(error, WriteError::InTheWay { .. }), "{error}");
        }
        fs::write(target.join(MANIFEST), "{}").unwrap();
        assert!(matches!(check_target(&target, true), Err(WriteError::InTheWay { .. })));
        assert!(matches!(check_target(&target.join("letter.txt"), true), Err(WriteError::InTheWay { .. })));
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        write_to(&empty, &tables(), false).unwrap();
        assert!(read_run(&empty).is_ok());
    }

    #[test]
    fn until_it_is_whole_a_run_is_hidden_and_has_no_manifest() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("run");
        let mut seen = Vec::new();
        let draw = |partial: &Path| {
            seen = names_in(dir.path());
            assert!(!partial.join(MANIFEST).exists() && !target.exists());
            assert!(matches!(read_run(partial), Err(ReadError::NotARun { .. })));
            fs::create_dir(partial.join("charts"))?;
            fs::write(partial.join("charts/map.svg"), "<svg/>")
        };
        let begun = Manifest::begin();
        let written = write_run(&target, &tables(), &summary(&tables()), &begun, false, draw).unwrap();
        assert!(seen.len() == 1 && seen[0].starts_with(".run.partial-"), "{seen:?}");
        assert!(written.files.contains(&"charts/map.svg".to_owned()));
    }

    #[test]
    fn a_run_that_fails_to_draw_leaves_nothing_and_the_old_one_stands() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("run");
        let fails = |_: &Path| Err("no font");
        let new = Tables::default();
        let error = write_run(&target, &new, &summary(&new), &Manifest::begin(), false, fails).unwrap_err();
        assert_eq!(error.to_string(), "cannot draw the charts: no font");
        assert!(names_in(dir.path()).is_empty());
        write_to(&target, &tables(), false).unwrap();
        write_run(&target, &new, &summary(&new), &Manifest::begin(), true, fails).unwrap_err();
        assert_eq!(read_run(&target).unwrap().tables, tables());
    }

    #[test]
    fn the_same_tables_give_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        write_to(&one, &tables(), false).unwrap();
        write_to(&two, &tables(), false).unwrap();
        for name in files(&one).unwrap().into_iter().filter(|name| name != MANIFEST) {
            assert_eq!(fs::read(one.join(&name)).unwrap(), fs::read(two.join(&name)).unwrap(), "{name}");
        }
    }

    #[test]
    fn a_torn_run_is_told_from_a_whole_one() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("run");
        write_to(&target, &tables(), false).unwrap();
        fs::write(target.join(HEADERS), [0; 100]).unwrap();
        assert!(matches!(read_tables(&target), Err(ReadError::Headers { bytes: 100, .. })));
        fs::write(target.join(SUMMARY), "{").unwrap();
        fs::write(target.join(HEADERS), []).unwrap();
        let error = read_run(&target).unwrap_err().to_string();
        assert!(error.contains("summary.json") && error.contains("line 1 column 1"), "{error}");
    }
}
