//! `hashwatt schema`.

use super::exit::Failure;
use crate::scenario::schema_json;
use std::io::{self, Write};

/// Prints the JSON Schema of the scenario file.
pub fn execute() -> Result<(), Failure> {
    write!(io::stdout().lock(), "{}", schema_json())?;
    Ok(())
}
