//! The journal of a sweep under way: one line for each finished run, whole or not there.
//!
//! A line is a JSON object (run, replicate, seed, values of the keys, figures or error), a tab, and the first eight
//! bytes of its SHA-256. Lines may stand in any order. What a killed process left unfinished fails its checksum and is
//! passed over; the next one to write begins a new line.

use super::metrics::Figures;
use crate::scenario::load::sha256_hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// At most this long after a run has ended it is on the disk, and not only with the system.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// A finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the run, from 1.
    pub run: u64,
    /// Number of the replicate of its point, from 1.
    pub replicate: u32,
    /// The seed it ran with.
    pub seed: u64,
    /// The values of the varied keys, as `runs.csv` has them.
    pub point: Vec<String>,
    /// What came out, or why nothing did.
    pub outcome: Result<Figures, String>,
}

impl Record {
    /// The same without its course, which is most of it.
    #[must_use]
    pub fn without_course(mut self) -> Self {
        if let Ok(figures) = &mut self.outcome {
            figures.course = super::metrics::Course::default();
        }
        self
    }
}

/// A journal that is written to.
#[derive(Debug)]
pub struct Journal {
    file: File,
    checkpoint: Instant,
}

impl Journal {
    /// Opens a journal, new or not, for more lines.
    ///
    /// # Errors
    /// The file system's; also when another process writes to it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        lock(&file)?;
        if !ends_in_newline(&mut file)? {
            file.write_all(b"\n")?;
        }
        // A new file is in its folder only when the folder is on the disk as well.
        if let Some(folder) = path.parent().filter(|_| !cfg!(windows)) {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self { file, checkpoint: Instant::now() })
    }

    /// Adds a run.
    ///
    /// # Errors
    /// The file system's.
    pub fn add(&mut self, record: &Record) -> io::Result<()> {
        self.file.write_all(line(record)?.as_bytes())?;
        if self.checkpoint.elapsed() >= CHECKPOINT {
            self.sync()?;
        }
        Ok(())
    }

    /// Brings everything to the disk.
    ///
    /// # Errors
    /// The file system's.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.checkpoint = Instant::now();
        Ok(())
    }
}

/// Keeps other processes out, as far as the file system can: some of clusters know no locks.
fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let text = "another process is running this sweep; wait for it, or stop it";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, text))
        }
        _ => Ok(()),
    }
}

fn ends_in_newline(file: &mut File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::Start(length - 1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A record as a line of a journal.
///
/// # Errors
/// Never for records of this program.
pub fn line(record: &Record) -> io::Result<String> {
    let text = serde_json::to_string(record)?;
    Ok(format!("{text}\t{}\n", checksum(&text)))
}

fn checksum(text: &str) -> String {
    sha256_hex(text.as_bytes())[..16].to_owned()
}

/// Calls `take` with every whole line of a journal, in the order of the file; a run that stands there twice (as two
/// journals put together would have it) comes twice.
///
/// # Errors
/// The file system's.
pub fn read(path: &Path, mut take: impl FnMut(Record)) -> io::Result<()> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        if let Some(record) = parse(&bytes) {
            take(record);
        }
        bytes.clear();
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Option<Record> {
    let line = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (text, sum) = line.rsplit_once('\t')?;
    (sum == checksum(text)).then(|| serde_json::from_str(text).ok())?
}

/// The runs of a journal that are a sweep's own, by number, without their courses.
///
/// # Errors
/// The file system's.
pub fn finished(path: &Path, is_own: impl Fn(&Record) -> bool) -> io::Result<BTreeMap<u64, Record>> {
    let mut runs = BTreeMap::new();
    read(path, |record| {
        if is_own(&record) {
            runs.insert(record.run, record.without_course());
        }
    })?;
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(run: u64) -> Record {
        let figures = Figures { metrics: vec![Some(0.1 + 0.2), None, Some(-1e300 / 3.0)], ..Figures::default() };
        let outcome = if run == 2 { Err("no\tpower\n".into()) } else { Ok(figures) };
        Record { run, replicate: 1, seed: 7, point: vec!["0.5".into(), "a".into()], outcome }
    }

    fn all(path: &Path) -> Vec<Record> {
        let mut records = Vec::new();
        read(path, |record| records.push(record)).unwrap();
        records
    }

    #[test]
    fn records_come_back_to_the_last_bit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut journal = Journal::open(&path).unwrap();
        for run in [3, 1, 2] {
            journal.add(&record(run)).unwrap();
        }
        assert_eq!(all(&path), [record(3), record(1), record(2)]);
        assert_eq!(finished(&path, |_| true).unwrap().into_keys().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn cut_at_any_byte_a_journal_keeps_the_lines_before_and_takes_new_ones() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let lines: Vec<String> = [1, 2].map(|run| line(&record(run)).unwrap()).into();
        let whole = lines.concat();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole.as_bytes()[..cut]).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            journal.add(&record(3)).unwrap();
            drop(journal);
            let kept = usize::from(cut >= lines[0].len());
            let runs: Vec<u64> = all(&path).iter().map(|r| r.run).collect();
            // Only its newline is missing: the line is whole all the same.
            let runs_of_first: &[u64] = if kept == 1 || cut + 1 == lines[0].len() { &[1] } else { &[] };
            let second: &[u64] = if cut + 1 == whole.len() { &[2] } else { &[] };
            assert_eq!(runs, [runs_of_first, second, &[3]].concat(), "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_is_no_run() {
        let good = line(&record(1)).unwrap();
        assert!(parse(good.as_bytes()).is_some());
        for byte in 0..good.len() - 1 {
            let mut bad = good.clone().into_bytes();
            bad[byte] ^= 4;
            assert!(parse(&bad).is_none(), "byte {byte}");
        }
    }

    #[test]
    fn two_processes_cannot_write_the_same_journal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let first = Journal::open(&path).unwrap();
        assert!(Journal::open(&path).unwrap_err().to_string().contains("another process"));
        drop(first);
        assert!(Journal::open(&path).is_ok());
    }
}
