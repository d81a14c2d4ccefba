//! `hashwatt man`: manual pages in roff.

use super::exit::Failure;
use clap_mangen::Man;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write hashwatt.1 and one page per command into this folder instead of printing the main page
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the main page, or writes all pages.
pub fn execute(args: &Args) -> Result<(), Failure> {
    if let Some(folder) = &args.out {
        return write_all(folder);
    }
    let mut page = Vec::new();
    Man::new(super::command()).render(&mut page)?;
    io::stdout().lock().write_all(&page)?;
    Ok(())
}

fn write_all(folder: &Path) -> Result<(), Failure> {
    let failed =
        |e: io::Error| Failure::Unexpected(format!("cannot write manual pages to `{}`: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(super::command(), folder).map_err(failed)
}
