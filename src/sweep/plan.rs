//! From a sweep file to checked cases: every point is loaded before anything runs, every mistake is reported at once
//! and underlined in the sweep file.

use super::design::Point;
use super::file::{SweepFile, Vary};
use super::runner::{BatchError, Case, cases, run_all};
use super::table::{Metrics, RunRow, metrics, plain, reserved};
use crate::energy::Draws;
use crate::scenario::load::sha256_hex;
use crate::scenario::read::normal;
use crate::scenario::{self, Diagnostic, Diagnostics, InputFile, Override, Report, load_as};
use crate::sim;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Weather, prices and outages that the runs of a seed share: those of three runs of twelve sites over twelve years.
const DRAWS_BYTES: usize = 256 << 20;

/// A sweep ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The sweep file.
    pub file: SweepFile,
    /// It again as canonical TOML.
    pub text: String,
    /// Path of the base scenario, from where the program was started.
    pub base: PathBuf,
    /// All runs.
    pub cases: Vec<Case>,
    /// SHA-256, hexadecimal, of the sweep and of every point's resolved scenario and input files.
    pub hash: String,
    /// The sweep file, the base scenario and their input files.
    pub inputs: Vec<InputFile>,
}

impl Plan {
    /// Reads a sweep file and loads its base at every point.
    ///
    /// # Errors
    /// Every mistake of the sweep file and, where that is sound by itself, of the base scenario at the points.
    ///
    /// # Panics
    /// Never: a sweep file that is read without a mistake has had its base checked.
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        // A base that is wrong by itself is reported in its own lines, not in those of the sweep file.
        let mut base_mistakes = None;
        let mut checked = None;
        let loaded = load_as(path, &[], |file: &mut SweepFile, report| match check(file, path, report) {
            Ok(base) => checked = base,
            Err(diagnostics) => base_mistakes = Some(diagnostics),
        });
        if let Some(diagnostics) = base_mistakes {
            return Err(diagnostics);
        }
        let loaded = loaded?;
        let checked = checked.expect("a sweep file without a report has a checked base");
        let inputs: BTreeSet<InputFile> = loaded.inputs.into_iter().chain(checked.inputs).collect();
        Ok(Self {
            cases: cases(&loaded.scenario),
            file: loaded.scenario,
            text: loaded.text,
            base: checked.path,
            hash: sha256_hex(format!("{} {}", loaded.hash, checked.hashes.join(" ")).as_bytes()),
            inputs: inputs.into_iter().collect(),
        })
    }

    /// The varied keys, in the order of the file.
    pub fn keys(&self) -> Vec<String> {
        self.file.vary.iter().map(|v| v.key.clone()).collect()
    }

    /// Runs everything; see [`run_all`].
    ///
    /// # Errors
    /// As [`run_all`].
    pub fn run(
        &self,
        threads: usize,
        interrupted: &AtomicBool,
        done: impl Fn() + Sync,
    ) -> Result<Vec<RunRow>, BatchError> {
        let draws = Draws::within(DRAWS_BYTES);
        run_all(&self.cases, threads, interrupted, |case| self.simulate(case, &draws, interrupted), done)
    }

    fn simulate(&self, case: &Case, draws: &Draws, interrupted: &AtomicBool) -> Result<Metrics, String> {
        // Loaded anew for each run, so that memory does not grow with the number of points.
        let overrides = overrides(&self.file.vary, &case.point)?;
        let loaded = scenario::load(&self.base, &overrides).map_err(|diagnostics| {
            let messages: Vec<_> = diagnostics.list.iter().map(|d| d.message.as_str()).collect();
            messages.join("; ")
        })?;
        let output = sim::run_sharing(&loaded.scenario, case.seed, self.file.mode, draws, &mut |_| {
            if interrupted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        output.map(|output| metrics(&output.summary)).map_err(|e| e.to_string())
    }
}

/// A base scenario that is sound at every point.
struct Base {
    path: PathBuf,
    hashes: Vec<String>,
    inputs: Vec<InputFile>,
}

/// Reports what is wrong in the sweep file.
///
/// # Errors
/// What is wrong in the base scenario as it stands.
fn check(file: &SweepFile, path: &Path, report: &mut Report<'_>) -> Result<Option<Base>, Diagnostics> {
    report.within("", file.check());
    for (i, vary) in file.vary.iter().enumerate() {
        if reserved(&vary.key) {
            let message = format!("`{}` is a column of runs.csv and cannot be varied", vary.key);
            report.key(&format!("vary.{i}.key"), &message, "the seed is varied by `replicates`");
        } else if let Err(message) = Override::set(&vary.key, &toml::Value::Integer(0), "sweep") {
            report.key(&format!("vary.{i}.key"), &message, "write the dotted path of a scenario key");
        }
    }
    let base = normal(&path.parent().unwrap_or(Path::new("")).join(&file.base));
    if !base.is_file() {
        let message = format!("there is no file `{}`", base.display());
        report.key("base", &message, "the path is seen from the folder of the sweep file");
    }
    if !report.is_clean() {
        return Ok(None);
    }
    scenario::load(&base, &[])?;
    Ok(check_points(file, base, report))
}

fn check_points(file: &SweepFile, path: PathBuf, report: &mut Report<'_>) -> Option<Base> {
    let points = super::design::points(file);
    let load = |point: &Point| {
        let overrides = overrides(&file.vary, point).expect("paths and values were checked before");
        scenario::load(&path, &overrides).map(|loaded| (loaded.hash, loaded.inputs))
    };
    let outcomes: Vec<_> = points.par_iter().map(load).collect();
    let mut told = BTreeSet::new();
    let (mut hashes, mut inputs) = (Vec::new(), Vec::new());
    for (point, outcome) in points.iter().zip(outcomes) {
        match outcome {
            Ok((hash, files)) => {
                hashes.push(hash);
                inputs.extend(files);
            }
            Err(diagnostics) => {
                for diagnostic in &diagnostics.list {
                    let mistake = translate(file, point, &diagnostics, diagnostic);
                    if told.insert((mistake.path.clone(), diagnostic.message.clone())) {
                        report.key(&mistake.path, &mistake.message, diagnostic.help.as_deref().unwrap_or_default());
                    }
                }
            }
        }
    }
    inputs.sort();
    inputs.dedup();
    report.is_clean().then_some(Base { path, hashes, inputs })
}

/// Places a sweep's overrides are named by, so that mistakes can be traced back to their `[[vary]]`.
fn place(index: usize) -> String {
    format!("vary.{index}")
}

fn overrides(vary: &[Vary], point: &Point) -> Result<Vec<Override>, String> {
    let numbered = vary.iter().zip(point).enumerate();
    numbered.map(|(i, (vary, value))| Override::set(&vary.key, value, &place(i))).collect()
}

/// A mistake of a point as one of the sweep file.
struct Mistake {
    path: String,
    message: String,
}

fn translate(file: &SweepFile, point: &Point, diagnostics: &Diagnostics, diagnostic: &Diagnostic) -> Mistake {
    let traced = diagnostic.labels.iter().find_map(|(origin, _)| {
        let source = diagnostics.sources.get(origin.source);
        let index = (0..file.vary.len()).find(|&i| place(i) == source.name)?;
        // The source is `key=value`: the mistake is in the key or in the value.
        let value_start = source.text.len() - point[index].to_string().len();
        Some((index, origin.span.start >= value_start))
    });
    match traced {
        Some((index, false)) => Mistake { path: format!("vary.{index}.key"), message: diagnostic.message.clone() },
        Some((index, true)) => {
            Mistake { path: value_path(&file.vary[index], index, &point[index]), message: diagnostic.message.clone() }
        }
        None => {
            let settings = file.vary.iter().zip(point).map(|(v, value)| format!("{} = {}", v.key, plain(value)));
            let settings = settings.collect::<Vec<_>>().join(", ");
            Mistake { path: "vary.0.key".into(), message: format!("with {settings}: {}", diagnostic.message) }
        }
    }
}

/// The key of the sweep file a value came from.
fn value_path(vary: &Vary, index: usize, value: &toml::Value) -> String {
    let listed = vary.values.as_ref().and_then(|values| values.iter().position(|v| v == value));
    match listed {
        Some(position) => format!("vary.{index}.values.{position}"),
        None if vary.to.is_some_and(|to| value.as_float().or(value.as_integer().map(|i| i as f64)) == Some(to)) => {
            format!("vary.{index}.to")
        }
        None => format!("vary.{index}.from"),
    }
}
