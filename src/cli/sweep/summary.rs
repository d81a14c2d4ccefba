//! What a finished sweep prints.

use super::super::output::{grouped, millions, percent};
use super::Failure;
use crate::sweep::Plan;
use crate::sweep::journal::Record;
use crate::sweep::statistics::Statistics;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Failed runs that are named.
const NAMED: usize = 3;

/// Prints how many runs, what they are worth, the best and the worst, and where everything is.
pub fn print(plan: &Plan, runs: &BTreeMap<u64, Record>, out: &Path) -> Result<(), Failure> {
    let failed: Vec<(u64, &str)> =
        runs.values().filter_map(|r| Some((r.run, r.outcome.as_ref().err()?.as_str()))).collect();
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{} runs: {} points × {} replicates, {} mode; {} failed",
        grouped(runs.len() as u64),
        grouped(plan.file.points()),
        plan.file.replicates,
        plan.file.mode.name(),
        grouped(failed.len() as u64),
    )?;
    for (run, error) in failed.iter().take(NAMED) {
        writeln!(stdout, "failed   run {run}: {error}")?;
    }
    let npv = |record: &Record| record.outcome.as_ref().ok().and_then(|figures| figures.metrics[0]);
    let mut ranked: Vec<(f64, &Record)> = runs.values().filter_map(|r| Some((npv(r)?, r))).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let values: Vec<f64> = ranked.iter().map(|r| r.0).collect();
    if let Some(s) = Statistics::of(&values).filter(|s| s.count > 1) {
        let error = s.standard_error.map(|e| format!(" ± {}", millions(e))).unwrap_or_default();
        writeln!(
            stdout,
            "NPV      mean {}{error}, P5 {}, median {}, P95 {} M USD; below zero in {} of the runs",
            millions(s.mean),
            millions(s.p5),
            millions(s.p50),
            millions(s.p95),
            percent(Some(s.loss_share)),
        )?;
    }
    if let [(lowest, worst), .., (highest, best)] = ranked.as_slice() {
        for (what, npv, record) in [("lowest ", lowest, worst), ("highest", highest, best)] {
            writeln!(stdout, "{what}  {} M USD, run {}{}", millions(*npv), record.run, settings(plan, record))?;
        }
    }
    writeln!(stdout, "results  {}", out.display())?;
    let charts = out.join("charts");
    if charts.is_dir() {
        writeln!(stdout, "charts   {}", charts.display())?;
    }
    Ok(())
}

fn settings(plan: &Plan, record: &Record) -> String {
    let text = plan.settings(plan.case(record.run).point);
    if text.is_empty() { format!(", seed {}", record.seed) } else { format!(": {text}") }
}
