//! One table in one CSV file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::tables::Row;

/// Why results could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The first line does not name the columns of the table.
    #[error("`{}`, line 1: {message}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// Which columns are missing or unknown.
        message: String,
    },
    /// A line does not fit the table.
    #[error("`{}`, line {line}{}: {message}", path.display(), of_column(column.as_deref()))]
    Cell {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// Name of the column, where one is to blame.
        column: Option<String>,
        /// What is wrong.
        message: String,
    },
    /// A JSON file does not fit.
    #[error("`{}`: {message}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// headers.bin is cut short.
    #[error("`{}` has {bytes} bytes, which is no whole number of 80-byte headers", path.display())]
    Headers {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// The folder holds no finished run.
    #[error("`{}` holds no finished run: it has no manifest.json", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
}

fn of_column(column: Option<&str>) -> String {
    column.map(|c| format!(", column `{c}`")).unwrap_or_default()
}

impl ReadError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Writes a table with its line of column names, which an empty table has as well.
///
/// # Errors
/// The system's; and `InvalidData`, naming row and column, for a number that is not finite.
pub fn write_rows<R: Row>(path: &Path, rows: &[R]) -> io::Result<()> {
    write_to(File::create(path)?, rows)
}

/// A table as the bytes of its file.
///
/// # Errors
/// `InvalidData`, naming row and column, for a number that is not finite.
pub fn csv_bytes<R: Row>(rows: &[R]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_to(&mut bytes, rows)?;
    Ok(bytes)
}

fn write_to<R: Row>(file: impl Write, rows: &[R]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(BufWriter::new(file));
    writer.write_record(R::COLUMNS.iter().map(|c| c.0))?;
    for (i, row) in rows.iter().enumerate() {
        if let Some(column) = row.not_finite() {
            let message = format!("{}, line {}, column `{column}`: not a finite number", R::FILE, i + 2);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        writer.serialize(row)?;
    }
    writer.flush()
}

/// Reads a table back. Columns may stand in any order.
///
/// # Errors
/// Names file, line and column of what does not fit.
pub fn read_rows<R: Row>(path: &Path) -> Result<Vec<R>, ReadError> {
    let file = File::open(path).map_err(ReadError::io(path))?;
    let mut reader = csv::Reader::from_reader(io::BufReader::new(file));
    let columns = reader.headers().map_err(|e| cell_error(path, &e, None))?.clone();
    check_columns::<R>(path, &columns)?;
    reader.deserialize().map(|row| row.map_err(|e| cell_error(path, &e, Some(&columns)))).collect()
}

fn check_columns<R: Row>(path: &Path, found: &csv::StringRecord) -> Result<(), ReadError> {
    let wanted = || R::COLUMNS.iter().map(|c| c.0);
    let missing: Vec<_> = wanted().filter(|w| !found.iter().any(|f| f == *w)).collect();
    let unknown: Vec<_> = found.iter().filter(|f| !wanted().any(|w| w == *f)).collect();
    let list = |names: &[&str]| format!("`{}`", names.join("`, `"));
    let message = match (missing.is_empty(), unknown.is_empty()) {
        (true, true) => return Ok(()),
        (false, true) => format!("missing columns {}", list(&missing)),
        (true, false) => format!("unknown columns {}", list(&unknown)),
        (false, false) => format!("missing columns {}, unknown columns {}", list(&missing), list(&unknown)),
    };
    Err(ReadError::Columns { path: path.to_owned(), message })
}

fn cell_error(path: &Path, error: &csv::Error, columns: Option<&csv::StringRecord>) -> ReadError {
    let line = error.position().map_or(1, csv::Position::line);
    let (column, message) = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            let name = err.field().and_then(|i| columns?.get(i as usize));
            (name.map(str::to_owned), err.kind().to_string())
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            (None, format!("{len} cells where the first line names {expected_len}"))
        }
        _ => (None, error.to_string()),
    };
    ReadError::Cell { path: path.to_owned(), line, column, message }
}

#[cfg(test)]
mod tests {
    use super::super::tables::{ChainRow, EventRow, FarmRow, MonthlyRow};
    use super::*;
    use crate::finance::{Kind, Line};

    fn file_with(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        (dir, path)
    }

    #[test]
    fn rows_come_back_as_they_were_written() {
        let rows = [
            FarmRow {
                farm: "Big \"Lake\", TX/mining".into(),
                kind: Kind::Mining,
                irr_per_year: Some(0.1 + 0.2),
                npv_usd: -1.234_567_890_123e17,
                built_on: Some("2024-01-01".into()),
                ..FarmRow::default()
            },
            FarmRow::default(),
        ];
        let (_dir, path) = file_with("");
        write_rows(&path, &rows).unwrap();
        assert_eq!(read_rows::<FarmRow>(&path).unwrap(), rows);
    }

    #[test]
    fn an_empty_table_has_its_columns() {
        let (_dir, path) = file_with("");
        write_rows::<EventRow>(&path, &[]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "date,kind,site,farm,mw,usd,detail\n");
        assert!(read_rows::<EventRow>(&path).unwrap().is_empty());
    }

    #[test]
    fn every_ledger_line_has_its_column_in_the_months() {
        let names: Vec<_> = MonthlyRow::COLUMNS.iter().map(|c| c.0).collect();
        let lines: Vec<_> = Line::ALL.iter().map(|l| format!("{}_usd", l.name())).collect();
        let first = names.iter().position(|n| *n == lines[0]).unwrap();
        assert_eq!(names[first..first + lines.len()], lines);
    }

    #[test]
    fn a_number_gone_wrong_is_not_written() {
        let (_dir, path) = file_with("");
        let row = FarmRow { npv_usd: f64::NAN, ..FarmRow::default() };
        let error = write_rows(&path, &[FarmRow::default(), row]).unwrap_err();
        assert_eq!(error.to_string(), "farms.csv, line 3, column `npv_usd`: not a finite number");
    }

    #[test]
    fn what_does_not_fit_is_named_by_line_and_column() {
        let head = "first_height,nbits,shift,blocks,hashes,first_time_unix,last_time_unix\n";
        let cases = [
            (
                format!("{head}1,170b3ce9,60,2016,1,2,3\n2,170b3ce9,60,many,1,2,3\n"),
                "line 3, column `blocks`: invalid digit found in string",
            ),
            (format!("{head}1,170b3ce9,60\n"), "line 2: 3 cells where the first line names 7"),
            (
                "first_height,bits,shift,blocks,hashes,first_time_unix,last_time_unix\n".to_owned(),
                "line 1: missing columns `nbits`, unknown columns `bits`",
            ),
        ];
        for (text, want) in cases {
            let (_dir, path) = file_with(&text);
            let error = read_rows::<ChainRow>(&path).unwrap_err().to_string();
            assert!(error.ends_with(want), "{error}");
        }
        let missing = read_rows::<ChainRow>(Path::new("no/such/chain.csv")).unwrap_err();
        assert!(missing.to_string().starts_with("cannot read `no/such/chain.csv`"), "{missing}");
    }
}
