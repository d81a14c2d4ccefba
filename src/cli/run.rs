//! `hashwatt run`.

use super::exit::Failure;
use super::interrupt::Interrupt;
use super::mode::ModeArg;
use super::progress::RunBar;
use super::{folder, load, summary};
use crate::bitcoin::race::Mode;
use crate::scenario::Override;
use crate::sim::{self, SimError};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// Folder of the results [default: output/<scenario>-<short hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed of every random stream [default: the scenario's]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Set a key of the scenario, e.g. --set bitcoin.price.initial_usd=90000; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
    /// How blocks are found [default: the scenario's]
    #[arg(long)]
    mode: Option<ModeArg>,
    /// Replace a finished run of the same folder
    #[arg(long)]
    force: bool,
    /// No progress bar, no summary
    #[arg(short, long)]
    quiet: bool,
    /// Print the summary as JSON, and nothing else, on standard output
    #[arg(long)]
    json: bool,
}
