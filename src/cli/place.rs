//! `hashwatt place`.

use super::exit::Failure;
use super::interrupt::Interrupt;
use super::progress::PlaceBar;
use super::{folder, input};
use crate::chart;
use crate::placement::answer::{Answer, Progress};
use crate::placement::optimal::Settings;
use crate::results::{
    Manifest, PlaceSummary, PlaceTables, WriteError, check_target, fill_placement, path_from, plan_toml, write_folder,
};
use crate::scenario::{Loaded, Override};
use crate::sim;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

mod print;

/// Arguments of `place`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// Folder of the results [default: output/<scenario>-place-<short hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed of every random stream, as --set seed=N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Set a key of the scenario, e.g. --set placement.budget_usd=2e9; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
    /// Stop when no plan can be better by more than this share
    #[arg(long, value_name = "SHARE", default_value = "1e-4", value_parser = share)]
    gap: f64,
    /// Let sizes be continuous: no modules, no least sizes
    #[arg(long)]
    relax: bool,
    /// Look for other plans that lose no more than this share
    #[arg(long, value_name = "SHARE", default_value = "0.01", value_parser = share)]
    alternatives_within: f64,
    /// Threads to run on [default: one per core]
    #[arg(long, value_name = "N", value_parser = super::mine::threads)]
    threads: Option<usize>,
    /// Replace a finished placement in the same folder
    #[arg(long)]
    force: bool,
    /// No progress and no summary
    #[arg(short, long)]
    quiet: bool,
    /// Print the answer as JSON on standard output, and nothing else
    #[arg(long)]
    json: bool,
}

/// Finds the best plan, writes tables and charts, prints what was found.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let loaded = input::scenario(&args.scenario, &args.overrides())?;
    let out = args.out.clone().unwrap_or_else(|| args.default_folder(&loaded));
    check_target(&out, args.force)?;
    let manifest = begin(args, &loaded);
    let interrupt = Interrupt::listen()?;
    let bar = PlaceBar::new(args.quiet || args.json);
    let answer = solve(&loaded, args, &mut |progress| {
        bar.show(progress);
        if interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.clear();
    finish(args, &loaded, answer?, manifest, &out, || interrupt.requested())
}

/// Poses and solves.
fn solve(
    loaded: &Loaded,
    args: &Args,
    watch: &mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send),
) -> Result<Answer, Failure> {
    let settings = Settings {
        gap_share: args.gap,
        relax: args.relax,
        alternatives_within_share: Some(args.alternatives_within),
        curves: true,
        ..Settings::default()
    };
    let scenario = &loaded.scenario;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0)).build();
    let pool = pool.map_err(|e| Failure::Unexpected(e.to_string()))?;
    Ok(pool.install(|| sim::place(scenario, scenario.seed, &settings, true, watch))?)
}

/// Writes and prints an answer.
fn finish(
    args: &Args,
    loaded: &Loaded,
    answer: Answer,
    mut manifest: Manifest,
    out: &Path,
    interrupted: impl Fn() -> bool,
) -> Result<(), Failure> {
    let seconds = answer.effort.seconds;
    manifest.timings_seconds.extend(seconds.named().map(|(step, s)| (step.to_owned(), s)));
    let summary = PlaceSummary::new(&loaded.scenario, answer);
    let written = write(args, loaded, &summary, &manifest, out, &interrupted)
        .map_err(|error| if interrupted() { Failure::Interrupted } else { error })?;
    if args.json {
        print::json(&written, out)
    } else if args.quiet {
        Ok(())
    } else {
        print::text(&written, out)
    }
}

impl Args {
    /// All keys set on the command line; `--seed` is a shorthand.
    fn overrides(&self) -> Vec<Override> {
        let mut all = self.overrides.clone();
        if let Some(seed) = self.seed {
            let value = toml::Value::Integer(seed as i64);
            all.push(Override::set("seed", &value, "command line").expect("`seed` is a well-formed key"));
        }
        all
    }

    /// The same folder means the same answer: what the search may stop at and look for is part of the name.
    fn default_folder(&self, loaded: &Loaded) -> PathBuf {
        let asked = format!("{} {} {} {}", loaded.hash, self.gap, self.relax, self.alternatives_within);
        folder::default(&format!("{}-place", loaded.scenario.name), &asked)
    }
}

fn begin(args: &Args, loaded: &Loaded) -> Manifest {
    Manifest {
        scenario_file: args.scenario.display().to_string(),
        overrides: args.overrides().iter().map(|o| o.text().to_owned()).collect(),
        seed: loaded.scenario.seed,
        mode: if args.relax { "place relaxed" } else { "place" }.to_owned(),
        scenario_text: loaded.text.clone(),
        scenario_hash: loaded.hash.clone(),
        inputs: folder::inputs(&loaded.inputs),
        ..Manifest::begin()
    }
}

fn write(
    args: &Args,
    loaded: &Loaded,
    summary: &PlaceSummary,
    manifest: &Manifest,
    out: &Path,
    interrupted: &impl Fn() -> bool,
) -> Result<PlaceSummary, Failure> {
    let tables = PlaceTables::new(&loaded.scenario, &summary.answer);
    let plan = plan_file(args, loaded, &summary.answer, out)?;
    let draw = |dir: &Path| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        chart::draw_placement(&tables, &folder::placement_title(summary), dir)?;
        // The last moment at which nothing has been written where the user looks.
        if interrupted() { Err("interrupted".into()) } else { Ok(()) }
    };
    let mut written = PlaceSummary::default();
    write_folder(out, manifest, args.force, |dir| -> Result<(), WriteError> {
        written = fill_placement(dir, &tables, summary, &plan, draw)?;
        Ok(())
    })?;
    Ok(written)
}

/// The plan as a scenario over the file it was asked of, with what the command line set.
fn plan_file(args: &Args, loaded: &Loaded, answer: &Answer, out: &Path) -> Result<String, Failure> {
    // Without the command line's keys the file may not be sound; then everything is written out.
    let base = crate::scenario::load(&args.scenario, &[]).ok().map(|base| base.scenario);
    plan_toml(&loaded.scenario, base.as_ref(), &path_from(out, &args.scenario), answer)
        .map_err(|e| Failure::Unexpected(format!("cannot write the plan as a scenario: {e}")))
}

/// A share from 0 to below 1.
fn share(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.0..1.0).contains(&value) { Ok(value) } else { Err(format!("`{text}` is not a share from 0 to below 1")) }
}

#[cfg(test)]
mod tests;
