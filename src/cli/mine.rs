//! `hashwatt mine`: the search for blocks without a scenario around it.

mod bench;
mod block;
mod verify;

use super::exit::Failure;
use crate::hash::Kernel;
use clap::Subcommand;
use std::io::{self, Write};
use std::num::NonZero;
use std::thread;

/// Threads allowed per core that the system offers.
const THREADS_PER_CORE: usize = 4;

/// Arguments of `mine`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Mine,
}

/// What to do with the search.
#[derive(Debug, Subcommand)]
enum Mine {
    /// Measure how fast this machine searches, beside the `sha2` crate
    #[command(after_help = bench::HELP)]
    Bench(bench::Args),
    /// Check a file of raw 80-byte block headers: work, links, times, retargets
    #[command(after_help = verify::HELP)]
    Verify(verify::Args),
    /// Search the nonce of one block header on all cores
    #[command(after_help = block::HELP)]
    Block(block::Args),
}

/// Runs the command of the group.
pub fn execute(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Mine::Bench(args) => bench::execute(args),
        Mine::Verify(args) => verify::execute(args),
        Mine::Block(args) => block::execute(args),
    }
}

/// The kernel of this name.
fn kernel(name: &str) -> Result<Kernel, Failure> {
    Kernel::named(name).ok_or_else(|| {
        let names: Vec<_> = Kernel::available().iter().map(|kernel| format!("`{}`", kernel.name())).collect();
        Failure::BadInput(format!("no kernel `{name}` on this machine; it has {}", names.join(", ")))
    })
}

/// Cores the system offers.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Parses a number of threads.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    let most = cores() * THREADS_PER_CORE;
    match text.parse() {
        Ok(threads) if (1..=most).contains(&threads) => Ok(threads),
        _ => Err(format!("a whole number from 1 to {most} is wanted, four per core of this machine")),
    }
}

/// A number of threads in words.
fn on_threads(threads: usize) -> String {
    if threads == 1 { "one thread".into() } else { format!("{threads} threads") }
}

/// Prints what has been found, for a machine.
fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Failure::Unexpected(e.to_string()))?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_limited_by_the_cores() {
        let most = cores() * THREADS_PER_CORE;
        assert_eq!((threads("1"), threads(&most.to_string())), (Ok(1), Ok(most)));
        for wrong in ["0", "-1", "two", "", "1.5", "99999999999999999999999"] {
            assert!(threads(wrong).is_err(), "{wrong}");
        }
        assert!(threads(&(most + 1).to_string()).unwrap_err().contains(&most.to_string()));
    }

    #[test]
    fn an_unknown_kernel_is_answered_with_those_there_are() {
        assert_eq!(kernel("portable").unwrap().name(), "portable");
        let error = kernel("gpu").unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains("`portable`"), "{error}");
    }
}
