//! The command line: one file per command.
//!
//! Results and summaries go to standard output, everything meant for a person waiting (progress, errors) to
//! standard error. Exit codes are stable, see [`exit`]; so are arguments, `--json` and file formats. The wording of
//! human text is not.

mod chart;
mod check;
mod compare;
mod completions;
mod examples;
pub mod exit;
mod export;
mod finance;
mod folder;
mod input;
mod interrupt;
mod man;
mod mine;
mod mode;
mod output;
mod place;
mod progress;
mod run;
mod schema;
mod summary;
mod sweep;

use clap::{CommandFactory, Parser, Subcommand};
use exit::Failure;
use std::process::ExitCode;

/// Where should Bitcoin-mining farms and AI farms stand, how big, when built, when converted, and what do they earn
/// across the halvings?
#[derive(Debug, Parser)]
#[command(name = "hashwatt", version, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate a scenario: tables, charts and a short summary
    Run(run::Args),
    /// Find the plan that is worth most, prove how good it is, and say what limits it; no simulation
    Place(place::Args),
    /// Check a scenario and say what it amounts to, without running it
    Check(check::Args),
    /// Draw the charts of a finished run again from its tables
    Chart(chart::Args),
    /// Say why the net present values of two runs, sites or farms differ, in steps that add up
    #[command(after_help = compare::HELP)]
    Compare(compare::Args),
    /// Run a scenario many times over a design of its keys, on all cores or many machines
    #[command(after_help = sweep::HELP)]
    Sweep(sweep::Args),
    /// Cash flow by year with tax and loans, returns and break-even prices: of a project file, or of a run's farm or site
    #[command(after_help = finance::HELP)]
    Finance(finance::Args),
    /// Write the decision problem for another program to solve
    Export(export::Args),
    /// The search for blocks by itself: how fast it is, whether headers verify, one block
    Mine(mine::Args),
    /// The scenarios that come with the program
    Examples(examples::Args),
    /// Print the JSON Schema of a scenario, project or sweep file
    Schema(schema::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page, or write the pages of all commands
    Man(man::Args),
}

/// Parses the arguments, does what they ask and gives the program's exit code.
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => exit::code(cli.command.execute()),
        Err(error) => exit::usage(&error),
    }
}

impl Command {
    fn execute(self) -> Result<(), Failure> {
        match self {
            Self::Run(args) => run::execute(&args),
            Self::Place(args) => place::execute(&args),
            Self::Check(args) => check::execute(&args),
            Self::Chart(args) => chart::execute(&args),
            Self::Compare(args) => compare::execute(&args),
            Self::Sweep(args) => sweep::execute(&args),
            Self::Finance(args) => finance::execute(&args),
            Self::Export(args) => export::execute(&args),
            Self::Mine(args) => mine::execute(&args),
            Self::Examples(args) => examples::execute(&args),
            Self::Schema(args) => schema::execute(&args),
            Self::Completions(args) => completions::execute(&args),
            Self::Man(args) => man::execute(&args),
        }
    }
}

/// The whole command line as clap sees it, for completions and manual pages.
fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
