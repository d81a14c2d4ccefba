//! From a sweep file to checked cases: points are loaded before anything runs, every mistake is reported at once and
//! underlined in the sweep file.

use super::design::Point;
use super::file::{Seeds, SweepFile};
use super::journal::Record;
use super::metrics::{Figures, METRICS, figures};
use super::shard::Shard;
use super::{analysis, check, table};
use crate::scenario::load::sha256_hex;
use crate::scenario::read::normal;
use crate::scenario::{Base, Diagnostics, InputFile, Override, Report, load_as};
use crate::sim::{self, Shared};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Weather, prices and outages that the runs of a seed share: those of three runs of twelve sites over twelve years.
const DRAWS_BYTES: usize = 256 << 20;

/// One run to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Number of the run, from 1.
    pub run: u64,
    /// Index of its point, from 0.
    pub point: usize,
    /// Number of the replicate of its point, from 1.
    pub replicate: u32,
    /// The seed to run with.
    pub seed: u64,
}

/// A sweep ready to run.
#[derive(Debug)]
pub struct Plan {
    /// Path of the sweep file, from where the program was started.
    pub path: PathBuf,
    /// The sweep file.
    pub file: SweepFile,
    /// It again as canonical TOML.
    pub text: String,
    /// The base scenario.
    pub base: Base,
    /// The values of the varied keys at every point.
    pub points: Vec<Point>,
    /// The keys that take more than one value.
    pub varying: Vec<Varying>,
    /// SHA-256, hexadecimal, of the sweep, its base scenario and all input files: what the results are results of.
    pub hash: String,
    /// The sweep file, the base scenario and their input files.
    pub inputs: Vec<InputFile>,
    /// What runs share without a change of any result.
    shared: Shared,
}

impl Plan {
    /// Reads a sweep file, its base, and the base at the points of `shard` (all without one).
    ///
    /// # Errors
    /// Every mistake of the sweep file and, where that is sound by itself, of the base scenario at the points.
    ///
    /// # Panics
    /// Never: a sweep file that is read without a mistake has had its base checked.
    pub fn load(path: &Path, shard: Option<Shard>) -> Result<Self, Diagnostics> {
        // A base that is wrong by itself is reported in its own lines, not in those of the sweep file.
        let mut base_mistakes = None;
        let mut checked = None;
        let loaded = load_as(path, &[], |file: &mut SweepFile, report: &mut Report<'_>| {
            match check::check(file, path, shard, report) {
                Ok(base) => checked = base,
                Err(diagnostics) => base_mistakes = Some(diagnostics),
            }
        });
        if let Some(diagnostics) = base_mistakes {
            return Err(diagnostics);
        }
        let loaded = loaded?;
        let checked = checked.expect("a sweep file without a report has a checked base");
        let (base, points) = (checked.base, checked.points);
        let inputs = loaded.inputs.iter().chain(&base.loaded.inputs).chain(&checked.files);
        let inputs: BTreeSet<InputFile> = inputs.cloned().collect();
        let varied: Vec<&str> = checked.files.iter().map(|f| f.sha256.as_str()).collect();
        let whole = format!("{} {} {}", loaded.hash, base.loaded.hash, varied.join(" "));
        Ok(Self {
            path: path.to_owned(),
            text: loaded.text,
            base,
            varying: varying(&loaded.scenario.keys(), &points),
            points,
            file: loaded.scenario,
            hash: sha256_hex(whole.as_bytes()),
            inputs: inputs.into_iter().collect(),
            shared: Shared::within(DRAWS_BYTES),
        })
    }

    /// Number of runs.
    pub fn runs(&self) -> u64 {
        self.file.runs()
    }

    /// The case of a run, counted from 1.
    pub fn case(&self, run: u64) -> Case {
        let replicates = u64::from(self.file.replicates);
        let replicate = ((run - 1) % replicates) as u32 + 1;
        Case { run, point: ((run - 1) / replicates) as usize, replicate, seed: self.file.seed_of(run, replicate) }
    }

    /// The runs of a shard (all without one) in the order they are best done: those with the same seed follow each
    /// other, because they have the same weather.
    pub fn cases(&self, shard: Option<Shard>) -> Vec<Case> {
        let own = (1..=self.runs()).filter(|&run| shard.is_none_or(|shard| shard.has(run)));
        let mut cases: Vec<Case> = own.map(|run| self.case(run)).collect();
        if self.file.seeds == Seeds::Common {
            cases.sort_by_key(|case| (case.replicate, case.run));
        }
        cases
    }

    /// Names of all figures: those of every sweep, then the sweep's own.
    pub fn metrics(&self) -> Vec<String> {
        let own = self.file.metric.iter().map(|m| m.name.clone());
        METRICS.iter().map(|m| m.0.to_owned()).chain(own).collect()
    }

    /// Where the sweep file stands.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The values of a case's keys as tables have them.
    pub fn cells(&self, case: &Case) -> Vec<String> {
        self.points[case.point].iter().map(table::plain).collect()
    }

    /// Whether a record is that of one of this sweep's runs, and not of another sweep whose journal came between.
    pub fn owns(&self, record: &Record) -> bool {
        if record.run < 1 || record.run > self.runs() {
            return false;
        }
        let case = self.case(record.run);
        let figures = record.outcome.as_ref().map_or(self.metrics().len(), |figures| figures.metrics.len());
        (record.replicate, record.seed) == (case.replicate, case.seed)
            && record.point == self.cells(&case)
            && figures == self.metrics().len()
    }

    /// Runs a case from its first day to its last.
    ///
    /// # Errors
    /// Says what is wrong with the scenario at this point, or why the run came to no end.
    pub fn simulate(&self, case: &Case) -> Result<Figures, String> {
        let overrides = overrides(self.folder(), &self.file.keys(), &self.points[case.point])?;
        let scenario = self.base.scenario(&overrides).map_err(|diagnostics| {
            let messages: Vec<_> = diagnostics.list.iter().map(|d| d.message.as_str()).collect();
            messages.join("; ")
        })?;
        let own = &self.file.metric;
        let output = sim::run_for_figures(&scenario, case.seed, self.file.mode, &self.shared, !own.is_empty());
        figures(&output.map_err(|e| e.to_string())?, own)
    }

    /// What is varied at a point, in words.
    pub fn settings(&self, point: usize) -> String {
        let value = |v: &Varying| table::plain(&self.points[point][v.index]);
        let pairs: Vec<String> = self.varying.iter().map(|v| format!("{} = {}", v.key, value(v))).collect();
        pairs.join(", ")
    }
}

/// A key that takes more than one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Varying {
    /// Its place among the keys.
    pub index: usize,
    /// Its name.
    pub key: String,
    /// All its values are numbers.
    pub is_numeric: bool,
}

fn varying(keys: &[String], points: &[Point]) -> Vec<Varying> {
    let keys = keys.iter().enumerate();
    keys.filter_map(|(index, key)| {
        let mut values = points.iter().map(|point| &point[index]);
        let first = values.clone().next()?;
        let is_numeric = values.clone().all(|value| analysis::number(value).is_some());
        values.any(|value| value != first).then(|| Varying { index, key: key.clone(), is_numeric })
    })
    .collect()
}

/// Places a sweep's overrides are named by, so that mistakes can be traced back to their key.
pub fn place(index: usize) -> String {
    format!("vary.{index}")
}

/// The keys of a point set to its values; names of files are seen from the folder of the sweep file.
///
/// # Errors
/// When a key is no path.
pub fn overrides(folder: &Path, keys: &[String], point: &Point) -> Result<Vec<Override>, String> {
    let of_key = |(i, (key, value)): (usize, (&String, &toml::Value))| {
        let file = value.as_str().filter(|_| names_a_file(key)).map(|name| normal(&folder.join(name)));
        let file = file.and_then(|path| path.to_str().map(toml::Value::from));
        Override::set(key, file.as_ref().unwrap_or(value), &place(i))
    };
    keys.iter().zip(point).enumerate().map(of_key).collect()
}

/// Whether a key is one of those called `file`.
pub fn names_a_file(key: &str) -> bool {
    key.rsplit('.').next() == Some("file")
}
