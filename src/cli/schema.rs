//! `hashwatt schema`.

use super::exit::Failure;
use crate::finance::Project;
use crate::scenario::schema::Schema;
use crate::scenario::schema_json;
use crate::sweep::SweepFile;
use clap::ValueEnum;
use std::io::{self, Write};

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kind of file
    #[arg(default_value = "scenario")]
    of: Of,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// What `run`, `place` and `check` read
    Scenario,
    /// What `finance` reads
    Project,
    /// What `sweep` reads
    Sweep,
}

/// Prints the JSON Schema of a kind of file.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let text = match args.of {
        Of::Scenario => schema_json(),
        Of::Project => Schema::of::<Project>().published("hashwatt project"),
        Of::Sweep => Schema::of::<SweepFile>().published("hashwatt sweep"),
    };
    write!(io::stdout().lock(), "{text}")?;
    Ok(())
}
