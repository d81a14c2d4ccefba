//! `hashwatt run`.

use super::exit::Failure;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Does it.
pub fn execute(_args: &Args) -> Result<(), Failure> {
    Ok(())
}
