//! Reading input files for the terminal: diagnostics in colour where colours are welcome.

use super::exit::Failure;
use crate::scenario::{self, Diagnostics, Loaded, Override};
use std::io::IsTerminal;
use std::path::Path;

/// Loads and validates a scenario.
pub fn scenario(path: &Path, overrides: &[Override]) -> Result<Loaded, Failure> {
    Ok(scenario::load(path, overrides)?)
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Diagnosed(diagnostics.render(colour()))
    }
}

/// Whether standard error takes colours: a terminal, and no NO_COLOR (<https://no-color.org>).
fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
