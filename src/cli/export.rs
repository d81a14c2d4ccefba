//! `hashwatt export`: the decision problem in the formats of other programs.

use super::exit::Failure;
use super::{folder, input};
use crate::placement::field::Field;
use crate::placement::pypsa::{self, ExportError, Own};
use crate::results::{Manifest, WriteError, check_target, write_folder};
use crate::scenario::{Loaded, Override};
use crate::sim::{self, OwnHashrate};
use clap::Subcommand;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Export,
}

/// Which program is to read it.
#[derive(Debug, Subcommand)]
enum Export {
    /// Write what may be built on the first decision date, on one sampled path, as the CSV folder of a PyPSA network
    Pypsa(PypsaArgs),
}

/// Arguments of `export pypsa`.
#[derive(Debug, clap::Args)]
struct PypsaArgs {
    /// The scenario file
    scenario: PathBuf,
    /// The folder to write to
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Set a key of the scenario, e.g. --set placement.budget_usd=1e9; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
    /// Replace an earlier export in the same folder
    #[arg(long)]
    force: bool,
    /// Say nothing
    #[arg(short, long)]
    quiet: bool,
}

/// Poses the decision and writes it.
pub fn execute(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Export::Pypsa(args) => pypsa(args),
    }
}

fn pypsa(args: &PypsaArgs) -> Result<(), Failure> {
    let loaded = input::scenario(&args.scenario, &args.overrides)?;
    check_target(&args.folder, args.force)?;
    let manifest = begin(args, &loaded);
    let field = pose(&loaded)?;
    if field.co2.is_some() {
        return Err(ExportError::Capped.into());
    }
    let own = pypsa::own_optimum(&field)?;
    let files = pypsa::files(&field, &loaded.scenario.name, &own)?;
    write_folder(&args.folder, &manifest, args.force, |dir| fill(dir, &files))?;
    if args.quiet { Ok(()) } else { print(&field, &own, &args.folder) }
}

fn begin(args: &PypsaArgs, loaded: &Loaded) -> Manifest {
    Manifest {
        scenario_file: args.scenario.display().to_string(),
        overrides: args.overrides.iter().map(|o| o.text().to_owned()).collect(),
        seed: loaded.scenario.seed,
        mode: loaded.scenario.bitcoin.mode.name().to_owned(),
        scenario_text: loaded.text.clone(),
        scenario_hash: loaded.hash.clone(),
        inputs: folder::inputs(&loaded.inputs),
        ..Manifest::begin()
    }
}

/// The decision as the simulation poses it, with no machines of our own on the network yet.
fn pose(loaded: &Loaded) -> Result<Field, Failure> {
    let scenario = &loaded.scenario;
    sim::field(scenario, scenario.seed, &OwnHashrate::default()).map_err(|e| Failure::Unexpected(e.to_string()))
}

fn fill(dir: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    files.iter().try_for_each(|(name, contents)| {
        let path = dir.join(name);
        std::fs::write(&path, contents).map_err(|source| WriteError::Io { path, source })
    })
}

fn print(field: &Field, own: &Own, folder: &Path) -> Result<(), Failure> {
    let first = field.first_decision();
    let offers: usize = first.sites.iter().map(|site| site.offers.len()).sum();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} sites, {offers} possible builds, {} hours: the first of {} decision dates ({}), the first of {} paths",
        first.sites.len(),
        24 * first.days.len(),
        field.dates.len(),
        field.boundaries[field.dates[0]],
        field.paths,
    )?;
    writeln!(
        out,
        "optimum  {:.2} USD in {:.2} s and {} rounds to a gap of {:.0e}, of it {:.2} USD of export without farms",
        own.objective_usd, own.seconds, own.rounds, own.gap_share, own.selling_usd,
    )?;
    writeln!(out, "network  {}", folder.display())?;
    Ok(())
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NothingToBuild | ExportError::Capped => Self::BadInput(error.to_string()),
        }
    }
}
