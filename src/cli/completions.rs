//! `hashwatt completions SHELL`.

use super::exit::Failure;
use clap_complete::Shell;
use std::io::{self, Write};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to complete in
    shell: Shell,
}

/// Prints the completion script.
pub fn execute(args: &Args) -> Result<(), Failure> {
    // Into memory first: clap_complete panics when the pipe closes.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "hashwatt", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(())
}
