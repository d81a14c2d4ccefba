//! The folder of a finished sweep.

use super::analysis::{Fan, Runs, fans, pareto, sensitivity, statistics};
use super::folder::{Identity, JOURNAL, PLAN};
use super::journal::{self, Record};
use super::plan::Plan;
use super::table;
use crate::results::{FanRow, ParetoRow, Row, SensitivityRow, StatisticsRow, WriteError, csv_bytes, describe_table};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the runs are written as beside `runs.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Nothing more.
    #[default]
    Csv,
    /// Parquet, in a folder `parquet/shard=K/` that DuckDB, Polars and pandas read as one table.
    Parquet,
}

impl Format {
    /// Whether this program can write it.
    ///
    /// # Errors
    /// Says how to get a program that can.
    pub fn check(self) -> Result<(), String> {
        if self == Self::Parquet && !cfg!(feature = "parquet") {
            return Err("this program was built without Parquet: build it with `--features parquet`".into());
        }
        Ok(())
    }
}

/// Writes the tables and charts of a whole sweep, whose runs are in these journals.
///
/// # Errors
/// The file system's, or that a chart cannot be drawn.
pub fn fill(dir: &Path, plan: &Plan, journals: &[PathBuf], format: Format) -> Result<(), WriteError> {
    let mut runs = Runs::new();
    for path in journals {
        runs.extend(journal::finished(path, |record| plan.owns(record)).map_err(io_error(path))?);
    }
    write_runs(dir, plan, &runs, 1, format)?;
    let fans = fans(plan, journals).map_err(io_error(dir))?;
    let tables = Tables {
        statistics: statistics(plan, &runs),
        sensitivity: sensitivity(plan, &runs),
        pareto: pareto(plan, &runs),
        fans,
    };
    write_rows(dir, &tables.statistics)?;
    write_rows(dir, &tables.sensitivity)?;
    write_rows(dir, &tables.pareto)?;
    write_rows(dir, &tables.fans.iter().flat_map(|fan| fan.rows.iter().cloned()).collect::<Vec<FanRow>>())?;
    write(dir, "README.md", describe(plan).as_bytes())?;
    super::picture::draw(dir, plan, &runs, &tables).map_err(WriteError::Charts)
}

/// What a sweep is summed up to.
pub struct Tables {
    /// statistics.csv
    pub statistics: Vec<StatisticsRow>,
    /// sensitivity.csv
    pub sensitivity: Vec<SensitivityRow>,
    /// pareto.csv
    pub pareto: Vec<ParetoRow>,
    /// fan.csv, by population.
    pub fans: Vec<Fan>,
}

/// Writes the runs of a shard, so that they can be put together with the others.
///
/// # Errors
/// The file system's.
pub fn fill_shard(
    dir: &Path,
    plan: &Plan,
    identity: &Identity,
    journal: &Path,
    format: Format,
) -> Result<(), WriteError> {
    let mut lines: std::collections::BTreeMap<u64, String> = std::collections::BTreeMap::new();
    let mut broken = Ok(());
    let take = |record: Record| match journal::line(&record) {
        Ok(line) if plan.owns(&record) => {
            lines.insert(record.run, line);
        }
        Ok(_) => {}
        Err(error) => broken = Err(error),
    };
    journal::read(journal, take).and(broken).map_err(io_error(journal))?;
    // In the order of the runs, whatever the order of their ends.
    write(dir, JOURNAL, lines.into_values().collect::<String>().as_bytes())?;
    let text = serde_json::to_vec_pretty(identity).map_err(|e| io_error(&dir.join(PLAN))(e.into()))?;
    write(dir, PLAN, &text)?;
    let runs = journal::finished(journal, |record| plan.owns(record)).map_err(io_error(journal))?;
    let shard = identity.shard.as_deref().and_then(|shard| shard.split('/').next()?.parse().ok());
    write_runs(dir, plan, &runs, shard.unwrap_or(1), format)
}

fn write_runs(dir: &Path, plan: &Plan, runs: &Runs, shard: u32, format: Format) -> Result<(), WriteError> {
    let path = dir.join("runs.csv");
    write(dir, "runs.csv", &table::to_csv(plan, runs).map_err(|e| io_error(&path)(e.into()))?)?;
    if format == Format::Parquet {
        write_parquet(dir, plan, runs, shard)?;
    }
    Ok(())
}

#[cfg(feature = "parquet")]
fn write_parquet(dir: &Path, plan: &Plan, runs: &Runs, shard: u32) -> Result<(), WriteError> {
    let folder = dir.join("parquet").join(format!("shard={shard}"));
    fs::create_dir_all(&folder).map_err(io_error(&folder))?;
    let path = folder.join("runs.parquet");
    super::parquet::write(&path, plan, runs).map_err(io_error(&path))
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(dir: &Path, _: &Plan, _: &Runs, _: u32) -> Result<(), WriteError> {
    Err(io_error(dir)(io::ErrorKind::Unsupported.into()))
}

fn write_rows<R: Row>(dir: &Path, rows: &[R]) -> Result<(), WriteError> {
    let path = dir.join(R::FILE);
    write(dir, R::FILE, &csv_bytes(rows).map_err(io_error(&path))?)
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
    let path = dir.join(name);
    fs::write(&path, bytes).map_err(io_error(&path))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io { path, source }
}

/// What the columns mean, as Markdown.
fn describe(plan: &Plan) -> String {
    let columns: Vec<String> =
        table::columns(plan).iter().map(|(name, meaning)| format!("| `{name}` | {meaning} |\n")).collect();
    let courses: Vec<String> =
        super::metrics::COURSES.iter().map(|(name, meaning)| format!("- `{name}`: {meaning}\n")).collect();
    format!(
        "# Tables of this sweep\n\n## runs.csv\n\nOne run of the sweep.\n\n| column | meaning |\n|---|---|\n{}{}{}{}{}\nCourses:\n\n{}",
        columns.concat(),
        describe_table::<StatisticsRow>(),
        describe_table::<SensitivityRow>(),
        describe_table::<ParetoRow>(),
        describe_table::<FanRow>(),
        courses.concat()
    )
}
