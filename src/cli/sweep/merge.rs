//! `hashwatt sweep merge`.

use super::{Failure, manifest, summary};
use crate::results::{check_target, write_folder};
use crate::sweep::Plan;
use crate::sweep::merge::{Shards, gather};
use crate::sweep::results::{Format, fill};
use std::path::PathBuf;

/// Arguments of `sweep merge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of shards, or a folder that holds them
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder of the results [default: `merged` in the folder that holds the shards]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The sweep file, where it is not where it was when the shards were run
    #[arg(long, value_name = "FILE")]
    sweep: Option<PathBuf>,
    /// Replace a finished sweep in the same folder
    #[arg(long)]
    force: bool,
    /// No summary
    #[arg(short, long)]
    quiet: bool,
    /// Write the runs as this beside runs.csv
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Checks that the shards are all parts of one sweep and puts them together.
pub fn execute(args: &Args) -> Result<(), Failure> {
    args.format.check().map_err(Failure::BadInput)?;
    let bad = |error: crate::sweep::merge::MergeError| Failure::BadInput(error.to_string());
    let shards = gather(&args.folders).map_err(bad)?;
    let out = args.out.clone().unwrap_or_else(|| shards.parent.join("merged"));
    check_target(&out, args.force)?;
    let plan = Plan::load(args.sweep.as_deref().unwrap_or(&shards.identity.sweep_file), None)?;
    let runs = shards.verify(&plan).map_err(bad)?;
    let Shards { journals, .. } = shards;
    write_folder(&out, &manifest(&plan), args.force, |dir| fill(dir, &plan, &journals, args.format))?;
    if args.quiet { Ok(()) } else { summary::print(&plan, &runs, &out) }
}
