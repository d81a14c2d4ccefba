//! `hashwatt schema`.

use super::exit::Failure;

/// Prints the JSON Schema of the scenario file.
pub fn execute() -> Result<(), Failure> {
    Ok(())
}
