//! What a finished sweep prints.

use super::super::output::{grouped, millions, percent};
use super::Failure;
use crate::sweep::Plan;
use crate::sweep::analysis::{populations, value};
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
    let of_all =
        if (runs.len() as u64) < plan.runs() { format!(" of {}", grouped(plan.runs())) } else { String::new() };
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{}{of_all} runs: {} points × {} replicates, {} mode; {} failed",
        grouped(runs.len() as u64),
        grouped(plan.file.points()),
        plan.file.replicates,
        plan.file.mode.name(),
        grouped(failed.len() as u64),
    )?;
    for (run, error) in failed.iter().take(NAMED) {
        writeln!(stdout, "failed   run {run}: {error}")?;
    }
    // A shard is no sample of the sweep.
    if of_all.is_empty() {
        print_values(&mut stdout, plan, runs)?;
    }
    writeln!(stdout, "results  {}", out.display())?;
    let charts = out.join("charts");
    if charts.is_dir() {
        writeln!(stdout, "charts   {}", charts.display())?;
    }
    Ok(())
}

fn print_values(stdout: &mut impl Write, plan: &Plan, runs: &BTreeMap<u64, Record>) -> io::Result<()> {
    /// Its place among the figures.
    const NPV: usize = 0;
    let all = &populations(plan)[0];
    let values: Vec<f64> = all.runs.iter().filter_map(|&run| value(runs, run, NPV)).collect();
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
    let mut ranked: Vec<(f64, &Record)> = runs.values().filter_map(|r| Some((value(runs, r.run, NPV)?, r))).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let [(lowest, worst), .., (highest, best)] = ranked.as_slice() {
        for (what, npv, record) in [("lowest ", lowest, worst), ("highest", highest, best)] {
            writeln!(stdout, "{what}  {} M USD, run {}{}", millions(*npv), record.run, settings(plan, record))?;
        }
    }
    Ok(())
}

fn settings(plan: &Plan, record: &Record) -> String {
    let text = plan.settings(plan.case(record.run).point);
    if text.is_empty() { format!(", seed {}", record.seed) } else { format!(": {text}") }
}
