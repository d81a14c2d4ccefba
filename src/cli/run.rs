//! `hashwatt run`.

use super::exit::Failure;
use super::interrupt::Interrupt;
use super::mode::ModeArg;
use super::progress::{PlaceBar, RunBar};
use super::{folder, input, summary};
use crate::bitcoin::race::Mode;
use crate::chart;
use crate::placement::answer::PolicyValue;
use crate::results::{Manifest, Summary, check_target, write_run};
use crate::scenario::{Loaded, Override};
use crate::sim::{self, RunOutput};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// Folder of the results [default: output/<scenario>-<short hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed of every random stream, as --set seed=N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Set a key of the scenario, e.g. --set bitcoin.hashes_per_block=1024; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
    /// How blocks are found, as --set bitcoin.mode=MODE
    #[arg(long)]
    mode: Option<ModeArg>,
    /// Solve the placement too, and say how far the run's plan is from the best there is
    #[arg(long)]
    regret: bool,
    /// Replace a finished run in the same folder
    #[arg(long)]
    force: bool,
    /// No progress bar and no summary
    #[arg(short, long)]
    quiet: bool,
    /// Print the summary as JSON on standard output, and nothing else
    #[arg(long)]
    json: bool,
}

/// Simulates, writes tables and charts, prints the summary.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let mut clock = Clock::start();
    let loaded = input::scenario(&args.scenario, &args.overrides())?;
    let out = args.out.clone().unwrap_or_else(|| folder::default(&loaded.scenario.name, &loaded.hash));
    check_target(&out, args.force)?;
    let mut manifest = begin(args, &loaded);
    clock.lap("load", &mut manifest);

    let interrupt = Interrupt::listen()?;
    let mut output = simulate(&loaded, args.quiet, &interrupt)?;
    clock.lap("simulate", &mut manifest);
    if args.regret {
        output.summary.regret = regret(&loaded, &output, args.quiet || args.json, &interrupt)?;
        clock.lap("regret", &mut manifest);
    }

    let summary = write(&out, &output, &manifest, args.force, &interrupt)?;
    if args.json {
        summary::print_json(&summary, &out)
    } else if args.quiet {
        Ok(())
    } else {
        summary::print(&summary, &out)
    }
}

impl Args {
    /// All keys set on the command line; `--seed` and `--mode` are shorthands.
    fn overrides(&self) -> Vec<Override> {
        let set = |key: &str, value: toml::Value| {
            Override::set(key, &value, "command line").expect("the keys of the shorthands are well-formed")
        };
        let mut all = self.overrides.clone();
        if let Some(seed) = self.seed {
            all.push(set("seed", toml::Value::Integer(seed as i64)));
        }
        if let Some(mode) = self.mode {
            all.push(set("bitcoin.mode", Mode::from(mode).name().into()));
        }
        all
    }
}

fn begin(args: &Args, loaded: &Loaded) -> Manifest {
    Manifest {
        scenario_file: args.scenario.display().to_string(),
        overrides: args.overrides().iter().map(|o| o.text().to_owned()).collect(),
        seed: loaded.scenario.seed,
        mode: loaded.scenario.bitcoin.mode.name().to_owned(),
        scenario_text: loaded.text.clone(),
        scenario_hash: loaded.hash.clone(),
        inputs: folder::inputs(&loaded.inputs),
        ..Manifest::begin()
    }
}

fn simulate(loaded: &Loaded, quiet: bool, interrupt: &Interrupt) -> Result<RunOutput, Failure> {
    let scenario = &loaded.scenario;
    let bar = RunBar::new(quiet, scenario.bitcoin.mode == Mode::Hash);
    let outcome = sim::run(scenario, scenario.seed, scenario.bitcoin.mode, &mut |progress| {
        bar.show(progress);
        if interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.clear();
    Ok(outcome?)
}

/// What the run's plan lacks of the best one.
fn regret(
    loaded: &Loaded,
    output: &RunOutput,
    quiet: bool,
    interrupt: &Interrupt,
) -> Result<Option<PolicyValue>, Failure> {
    let bar = PlaceBar::new(quiet);
    let regret = sim::regret(&loaded.scenario, loaded.scenario.seed, output, &mut |progress| {
        bar.show(progress);
        if interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.clear();
    match regret? {
        Ok(regret) => Ok(Some(regret)),
        Err(why) => {
            writeln!(io::stderr().lock(), "note: the plan of this run is not compared with the best: {why}")?;
            Ok(None)
        }
    }
}

fn write(
    out: &Path,
    output: &RunOutput,
    manifest: &Manifest,
    force: bool,
    interrupt: &Interrupt,
) -> Result<Summary, Failure> {
    let draw = |dir: &Path| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        chart::draw_all(&output.tables, &folder::title(&output.summary), dir)?;
        // The last moment at which nothing has been written where the user looks.
        if interrupt.requested() { Err("interrupted".into()) } else { Ok(()) }
    };
    write_run(out, &output.tables, &output.summary, manifest, force, draw)
        .map_err(|error| if interrupt.requested() { Failure::Interrupted } else { error.into() })
}

/// Seconds between steps, for the manifest.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self, step: &str, manifest: &mut Manifest) {
        manifest.timings_seconds.insert(step.to_owned(), self.0.elapsed().as_secs_f64());
        self.0 = Instant::now();
    }
}
