//! `hashwatt examples`: the scenario gallery inside the binary.

use super::exit::Failure;
use crate::scenario::gallery;
use clap::Subcommand;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `examples`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Examples,
}

/// What to do with the gallery.
#[derive(Debug, Subcommand)]
enum Examples {
    /// List the examples with the question each answers
    List,
    /// Write an example and the files it needs into a folder
    Extract {
        /// Name as `examples list` shows it
        name: String,
        /// The folder to write to
        #[arg(long, value_name = "DIR", default_value = "scenarios")]
        to: PathBuf,
    },
}
