//! `hashwatt sweep`.

use super::exit::Failure;
use super::interrupt::Interrupt;
use super::mode::name;
use super::output::{grouped, millions};
use super::{folder, progress};
use crate::chart;
use crate::results::{Manifest, WriteError, check_target, write_folder};
use crate::sweep::picture::{Picture, pictures};
use crate::sweep::table::{describe, plain, to_csv};
use crate::sweep::{BatchError, Design, Plan, RunRow};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `sweep`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The sweep file
    sweep: PathBuf,
    /// Folder of the results [default: output/<sweep>-<short hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace a finished sweep in the same folder
    #[arg(long)]
    force: bool,
    /// No progress bar and no summary
    #[arg(short, long)]
    quiet: bool,
    /// Threads to run on [default: one per core]
    #[arg(long, value_name = "N", value_parser = super::mine::threads)]
    threads: Option<usize>,
}

/// Checks every point, runs them all, writes runs.csv and charts.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let plan = Plan::load(&args.sweep)?;
    let stem = args.sweep.file_stem().unwrap_or_default().to_string_lossy();
    let out = args.out.clone().unwrap_or_else(|| folder::default(&stem, &plan.hash));
    check_target(&out, args.force)?;
    let manifest = begin(args, &plan);
    let interrupt = Interrupt::listen()?;

    let bar = progress::batch_bar(plan.cases.len() as u64, args.quiet);
    let rows = plan.run(args.threads.unwrap_or(0), interrupt.flag(), || bar.inc(1));
    bar.finish_and_clear();
    let rows = rows.map_err(|error| match error {
        BatchError::Interrupted => Failure::Interrupted,
        BatchError::Threads(_) => Failure::Unexpected(error.to_string()),
    })?;

    write_folder(&out, &manifest, args.force, |dir| fill(dir, &plan, &rows))?;
    if args.quiet { Ok(()) } else { print(&plan, &rows, &out) }
}

fn begin(args: &Args, plan: &Plan) -> Manifest {
    Manifest {
        scenario_file: args.sweep.display().to_string(),
        scenario_text: plan.text.clone(),
        scenario_hash: plan.hash.clone(),
        seed: plan.file.seed,
        mode: name(plan.file.mode).to_owned(),
        inputs: folder::inputs(&plan.inputs),
        ..Manifest::begin()
    }
}

fn fill(dir: &Path, plan: &Plan, rows: &[RunRow]) -> Result<(), WriteError> {
    let keys = plan.keys();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        std::fs::write(&path, bytes).map_err(|source| WriteError::Io { path, source })
    };
    let table = to_csv(&keys, rows).map_err(|e| WriteError::Io { path: dir.join("runs.csv"), source: e.into() })?;
    write("runs.csv", &table)?;
    write("README.md", describe(&keys).as_bytes())?;
    draw(dir, plan, &keys, rows).map_err(WriteError::Charts)
}

fn draw(
    dir: &Path,
    plan: &Plan,
    keys: &[String],
    rows: &[RunRow],
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let charts = dir.join("charts");
    for picture in pictures(keys, plan.file.design == Design::Grid, rows) {
        std::fs::create_dir_all(&charts)?;
        match picture {
            Picture::HeatMap(stem, map) => chart::heat_map(&map, &charts.join(stem))?,
            Picture::Lines(stem, lines) => chart::lines(&lines, &charts.join(stem))?,
        };
    }
    Ok(())
}

fn print(plan: &Plan, rows: &[RunRow], out: &Path) -> Result<(), Failure> {
    let failed = rows.iter().filter(|r| r.outcome.is_err()).count();
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{} runs: {} points × {} replicates, {} mode; {failed} failed",
        grouped(rows.len() as u64),
        grouped(plan.file.points()),
        plan.file.replicates,
        name(plan.file.mode),
    )?;
    let npv = |row: &&RunRow| row.outcome.as_ref().ok().and_then(|m| m[0]).unwrap_or(f64::NAN);
    let finished = || rows.iter().filter(|r| !npv(r).is_nan());
    let worst = finished().min_by(|a, b| npv(a).total_cmp(&npv(b)));
    let best = finished().max_by(|a, b| npv(a).total_cmp(&npv(b)));
    for (what, row) in [("lowest ", worst), ("highest", best)] {
        if let Some(row) = row {
            writeln!(stdout, "{what} NPV  {} M USD, run {}: {}", millions(npv(&row)), row.run, settings(plan, row))?;
        }
    }
    writeln!(stdout, "results  {}", out.display())?;
    let charts = out.join("charts");
    if charts.is_dir() {
        writeln!(stdout, "charts   {}", charts.display())?;
    } else {
        writeln!(stdout, "no charts: they are drawn over one or two keys that are numbers, over two on a grid")?;
    }
    Ok(())
}

fn settings(plan: &Plan, row: &RunRow) -> String {
    let pairs = plan.file.vary.iter().zip(&row.point).map(|(v, value)| format!("{} = {}", v.key, plain(value)));
    pairs.collect::<Vec<_>>().join(", ")
}
