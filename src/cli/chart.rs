//! `hashwatt chart`.

use super::exit::Failure;
use super::folder;
use crate::chart;
use crate::results::{ReadError, is_placement, read_placement, read_run};
use std::io::{self, Write};
use std::path::PathBuf;

/// Arguments of `chart`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of a finished run or placement
    run_dir: PathBuf,
}

/// Draws the charts from the tables.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let unreadable = |e: ReadError| Failure::BadInput(e.to_string());
    let drawn = if is_placement(&args.run_dir) {
        let (tables, summary) = read_placement(&args.run_dir).map_err(unreadable)?;
        chart::draw_placement(&tables, &folder::placement_title(&summary), &args.run_dir)
    } else {
        let run = read_run(&args.run_dir).map_err(unreadable)?;
        chart::draw_all(&run.tables, &folder::title(&run.summary), &args.run_dir)
    };
    drawn.map_err(|e| Failure::Unexpected(e.to_string()))?;
    writeln!(io::stdout().lock(), "charts   {}", args.run_dir.join("charts").display())?;
    Ok(())
}
