//! `hashwatt chart`.

use super::exit::Failure;

/// Arguments of `chart`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Does it.
pub fn execute(_args: &Args) -> Result<(), Failure> {
    Ok(())
}
