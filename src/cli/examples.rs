//! `hashwatt examples`.

use super::exit::Failure;

/// Arguments of `examples`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Does it.
pub fn execute(_args: &Args) -> Result<(), Failure> {
    Ok(())
}
