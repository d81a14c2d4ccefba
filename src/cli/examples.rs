//! `hashwatt examples`: the scenario gallery inside the binary.

use super::exit::Failure;
use crate::scenario::gallery::{self, GalleryError};
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

/// Lists the gallery, or writes one of it.
pub fn execute(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Examples::List => list(),
        Examples::Extract { name, to } => extract(name, to),
    }
}

fn list() -> Result<(), Failure> {
    let examples = gallery::list();
    let width = examples.iter().map(|e| e.name.chars().count()).max().unwrap_or(0);
    let mut out = io::stdout().lock();
    for example in examples {
        writeln!(out, "{:width$}  {}", example.name, example.question)?;
    }
    Ok(())
}

fn extract(name: &str, folder: &Path) -> Result<(), Failure> {
    let written = gallery::extract(name, folder).map_err(|error| match error {
        GalleryError::Unknown { .. } | GalleryError::Exists(_) => Failure::BadInput(error.to_string()),
        GalleryError::Incomplete(_) | GalleryError::Write { .. } => Failure::Unexpected(error.to_string()),
    })?;
    let mut out = io::stdout().lock();
    for path in written {
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}
