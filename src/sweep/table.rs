//! `runs.csv`: one row per run.

use super::journal::Record;
use super::metrics::METRICS;
use super::plan::Plan;
use std::collections::BTreeMap;

use toml::Value;

/// Columns before the varied keys.
const BEFORE: [(&str, &str); 4] = [
    ("run", "Number of the run, from 1."),
    ("point", "Number of the point of the design, from 1."),
    ("replicate", "Number of the replicate of its point, from 1."),
    ("seed", "Seed of the run; with common seeds the same for the same replicate at every point."),
];

/// Columns after the metrics.
const AFTER: [(&str, &str); 2] = [("status", "ok or failed."), ("error", "Why it failed; empty when it did not.")];

/// A key of this name cannot be varied because `runs.csv` has a column of that name.
pub fn reserved(key: &str) -> bool {
    BEFORE.iter().chain(&METRICS).chain(&AFTER).any(|column| column.0 == key)
}

/// The columns of a sweep with their meaning.
pub fn columns(plan: &Plan) -> Vec<(String, String)> {
    let fixed = |column: &(&str, &str)| (column.0.to_owned(), column.1.to_owned());
    let own = |metric: &super::file::Metric| (metric.name.clone(), metric.meaning());
    BEFORE
        .iter()
        .map(fixed)
        .chain(plan.file.keys().into_iter().map(|key| (key, "Varied key of the scenario.".to_owned())))
        .chain(METRICS.iter().map(fixed))
        .chain(plan.file.metric.iter().map(own))
        .chain(AFTER.iter().map(fixed))
        .collect()
}

/// The text of `runs.csv`: the runs in the order of their numbers.
///
/// # Errors
/// Only when memory cannot be written to.
pub fn to_csv(plan: &Plan, runs: &BTreeMap<u64, Record>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns(plan).iter().map(|c| c.0.as_str()))?;
    for record in runs.values() {
        writer.write_record(cells(plan, record))?;
    }
    writer.flush()?;
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

/// The runs to do as CSV: number, seed and values of the keys.
///
/// # Errors
/// Only when memory cannot be written to.
pub fn plan_csv(plan: &Plan) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let keys = plan.file.keys();
    writer.write_record(BEFORE.iter().map(|c| c.0).chain(keys.iter().map(String::as_str)))?;
    for run in 1..=plan.runs() {
        let case = plan.case(run);
        let numbers = [case.run, case.point as u64 + 1, u64::from(case.replicate), case.seed];
        writer.write_record(numbers.iter().map(u64::to_string).chain(plan.cells(&case)))?;
    }
    writer.flush()?;
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

/// The cells of a run.
fn cells(plan: &Plan, record: &Record) -> Vec<String> {
    let point = plan.case(record.run).point + 1;
    let mut cells =
        vec![record.run.to_string(), point.to_string(), record.replicate.to_string(), record.seed.to_string()];
    cells.extend(record.point.iter().cloned());
    let (status, error) = match &record.outcome {
        Ok(figures) => {
            cells.extend(figures.metrics.iter().map(|m| m.map(|x| x.to_string()).unwrap_or_default()));
            ("ok", "")
        }
        Err(error) => {
            cells.extend(plan.metrics().iter().map(|_| String::new()));
            ("failed", error.as_str())
        }
    };
    cells.extend([status.to_owned(), error.to_owned()]);
    cells
}

/// A value as it stands in a table: texts without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
