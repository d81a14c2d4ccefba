//! `hashwatt sweep`.

use super::exit::Failure;

/// Arguments of `sweep`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Does it.
pub fn execute(_args: &Args) -> Result<(), Failure> {
    Ok(())
}
