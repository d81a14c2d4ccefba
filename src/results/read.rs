//! A run's folder, read back.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::file::{ReadError, read_rows};
use super::tables::{Row, Tables};
use super::write::{HEADERS, MANIFEST, SUMMARY};
use super::{Manifest, Summary};

/// A run read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The tables.
    pub tables: Tables,
    /// The summary.
    pub summary: Summary,
    /// The manifest.
    pub manifest: Manifest,
}

/// Reads a finished run.
///
/// # Errors
/// When the folder holds no finished run, or names file, line and column of what does not fit.
pub fn read_run(dir: &Path) -> Result<Run, ReadError> {
    let manifest = read_manifest(dir)?;
    Ok(Run { tables: read_tables(dir)?, summary: read_json(&dir.join(SUMMARY))?, manifest })
}

/// Reads the manifest of a finished run.
///
/// # Errors
/// When there is none, or what does not fit.
pub fn read_manifest(dir: &Path) -> Result<Manifest, ReadError> {
    let path = dir.join(MANIFEST);
    if !path.exists() {
        return Err(ReadError::NotARun { path: dir.to_owned() });
    }
    read_json(&path)
}

/// Reads the tables of a run.
///
/// # Errors
/// Names file, line and column of what does not fit.
pub fn read_tables(dir: &Path) -> Result<Tables, ReadError> {
    let path = dir.join(HEADERS);
    let headers = fs::read(&path).map_err(ReadError::io(&path))?;
    if headers.len() % 80 != 0 {
        let bytes = headers.len();
        return Err(ReadError::Headers { path, bytes });
    }
    Ok(Tables {
        sites: read(dir)?,
        farms: read(dir)?,
        placements: read(dir)?,
        monthly: read(dir)?,
        epochs: read(dir)?,
        returns: read(dir)?,
        cashflow: read(dir)?,
        network: read(dir)?,
        chain: read(dir)?,
        events: read(dir)?,
        dispatch: read(dir)?,
        reasons: read(dir)?,
        placed: read(dir)?,
        headers,
    })
}

fn read<R: Row>(dir: &Path) -> Result<Vec<R>, ReadError> {
    read_rows(&dir.join(R::FILE))
}

/// Reads a JSON file.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ReadError> {
    let text = fs::read_to_string(path).map_err(ReadError::io(path))?;
    serde_json::from_str(&text).map_err(|e| ReadError::Json { path: path.to_owned(), message: e.to_string() })
}
