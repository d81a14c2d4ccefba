//! `hashwatt check`.

use super::exit::Failure;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Does it.
pub fn execute(_args: &Args) -> Result<(), Failure> {
    Ok(())
}
