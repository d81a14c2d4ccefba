//! `hashwatt sweep plan`.

use super::super::output::{duration, grouped, table};
use super::{Failure, default_out};
use crate::sweep::file::{Distribution, Scale, Seeds, SweepFile, Vary};
use crate::sweep::{Case, Plan, journal, table as rows};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Arguments of `sweep plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The sweep file
    sweep: PathBuf,
    /// Print every run with its seed and values as CSV, and nothing else
    #[arg(long)]
    csv: bool,
    /// Threads the cost is reckoned for [default: one per core]
    #[arg(long, value_name = "N", value_parser = super::super::mine::threads)]
    threads: Option<usize>,
}

/// Says what a sweep amounts to; two runs are done, to know what all cost.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let plan = Plan::load(&args.sweep, None)?;
    let mut stdout = io::stdout().lock();
    if args.csv {
        let text = rows::plan_csv(&plan).map_err(|e| Failure::Unexpected(e.to_string()))?;
        stdout.write_all(&text)?;
        return Ok(());
    }
    let file = &plan.file;
    writeln!(
        stdout,
        "{}: {} runs, {} points of a {} design × {} replicates",
        args.sweep.display(),
        grouped(plan.runs()),
        grouped(file.points()),
        file.design.name(),
        file.replicates
    )?;
    writeln!(stdout, "base     {}, {} mode, {}", file.base, file.mode.name(), seeds(file))?;
    writeln!(
        stdout,
        "plan     {:.12}, {} input files, results go to {}",
        plan.hash,
        plan.inputs.len(),
        default_out(&plan).display()
    )?;
    writeln!(stdout, "cost     {}", cost(&plan, args.threads)?)?;
    if !plan.file.keys().is_empty() {
        writeln!(stdout, "\n{}", table(["key", "values"], keys(&plan)))?;
    }
    Ok(())
}

fn seeds(file: &SweepFile) -> String {
    let (first, last) = (file.seed_of(1, 1), file.seed_of(file.runs(), file.replicates));
    match file.seeds {
        Seeds::Common if first == last => format!("seed {first} at every point"),
        Seeds::Common => format!("seeds {first} to {last} at every point"),
        Seeds::Independent => format!("seeds {first} to {last}, one for each run"),
    }
}

/// What a run in the middle takes, and one that shares its seed, and so all.
fn cost(plan: &Plan, threads: Option<usize>) -> Result<String, Failure> {
    let runs = plan.runs();
    let middle = plan.case(runs.div_ceil(2));
    let (first, bytes) = timed(plan, &middle)?;
    let of_seed = |run: &u64| plan.case(*run).seed == middle.seed && *run != middle.run;
    let (seconds, another) = match (1..=runs).find(of_seed) {
        Some(run) => {
            let second = timed(plan, &plan.case(run))?.0;
            let seeds = u64::from(plan.file.replicates);
            (first * seeds as f64 + second * (runs - seeds) as f64, format!(", another of its seed {second:.2} s"))
        }
        None => (first * runs as f64, String::new()),
    };
    let threads = threads.unwrap_or_else(super::super::mine::cores);
    Ok(format!(
        "run {} took {first:.2} s here{another}: {} on {threads} threads, {:.0} MB of disk on the way",
        middle.run,
        duration(seconds / threads as f64),
        (bytes as f64 * runs as f64 / 1e6).ceil()
    ))
}

/// Seconds that a case takes, and the length of its line in the journal.
fn timed(plan: &Plan, case: &Case) -> Result<(f64, usize), Failure> {
    let started = Instant::now();
    let outcome = plan.simulate(case);
    let seconds = started.elapsed().as_secs_f64();
    Ok((seconds, journal::line(&case.record(plan.cells(case), outcome))?.len()))
}

fn keys(plan: &Plan) -> Vec<[String; 2]> {
    let file = &plan.file;
    let listed = file.listed.keys.iter().map(|key| [key.clone(), "from the list".to_owned()]);
    file.vary.iter().map(|vary| [vary.key.clone(), values(vary)]).chain(listed).collect()
}

fn values(vary: &Vary) -> String {
    if let Some(values) = &vary.values {
        let weight = |i: usize| vary.weights.as_ref().map(|w| format!(" (weight {})", w[i])).unwrap_or_default();
        let texts = values.iter().enumerate().map(|(i, value)| format!("{}{}", rows::plain(value), weight(i)));
        return texts.collect::<Vec<_>>().join(", ");
    }
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let (from, to) = (number(vary.from), number(vary.to));
    if let Some(steps) = vary.steps {
        let scale = if vary.scale == Some(Scale::Log) { "equal ratios" } else { "equal steps" };
        return format!("{from} to {to}, {steps} values in {scale}");
    }
    let law = match vary.law() {
        Distribution::Normal => {
            let cut: Vec<String> = [("below", vary.from), ("above", vary.to)]
                .iter()
                .filter_map(|(end, x)| x.map(|x| format!("{end} {x}")))
                .collect();
            let cut = if cut.is_empty() { String::new() } else { format!(", cut off {}", cut.join(" and ")) };
            format!("normal, mean {}, sd {}{cut}", number(vary.mean), number(vary.standard_deviation))
        }
        Distribution::Triangular => {
            let peak = vary.peak.or_else(|| vary.from.zip(vary.to).map(|(a, b)| f64::midpoint(a, b)));
            format!("triangular, {from} to {to}, peak {}", number(peak))
        }
        Distribution::Loguniform => format!("loguniform, {from} to {to}"),
        Distribution::Uniform | Distribution::Choice => format!("uniform, {from} to {to}"),
    };
    vary.round_to.map_or(law.clone(), |unit| format!("{law}, rounded to {unit}"))
}
