//! The part of a sweep that one task does, and how a task of an array job learns which.
//!
//! What says it, the first that does:
//!
//! 1. `--shard K/N` on the command line: the caller does not ask here at all.
//! 2. `HASHWATT_SHARD=K/N` in the environment.
//! 3. The index an engine gives its task ([`detect`]), with the number of shards from `--shards N`, else from
//!    `HASHWATT_SHARDS=N`, else from the engine where its number can be trusted.
//!
//! | engine, in this order | index | K | own number of shards |
//! |---|---|---|---|
//! | Slurm | `SLURM_ARRAY_TASK_ID` | place in `_MIN`, `_MAX`, `_STEP` | not trusted |
//! | PBS Pro, OpenPBS | `PBS_ARRAY_INDEX` | index | none |
//! | Torque | `PBS_ARRAYID` | index | none |
//! | LSF | `LSB_JOBINDEX`, 0 without an array | place in 1, `_END`, `_STEP` | not trusted |
//! | SGE | `SGE_TASK_ID`, `undefined` without an array | place in `SGE_TASK_FIRST`, `_LAST`, `_STEPSIZE` | not trusted |
//! | Kubernetes Indexed Job | `JOB_COMPLETION_INDEX` | index + 1 | none |
//! | AWS Batch | `AWS_BATCH_JOB_ARRAY_INDEX` | index + 1 | `AWS_BATCH_JOB_ARRAY_SIZE` |
//! | Google Cloud Batch | `BATCH_TASK_INDEX` | index + 1 | `BATCH_TASK_COUNT`, 1 without an array |
//!
//! An engine's own number is trusted where tasks always run from the first to the last: AWS and Google know no array
//! that lacks some. Slurm, LSF and SGE submit any part of an array again, and then describe the part: after
//! `sbatch --array=3` the smallest and largest index are 3 and the number of tasks is 1. A program that believed it
//! would do the whole sweep as shard 1 of 1. So their range is only used to see where the index stands, and only when
//! it has as many places as there are shards; any other is a part, and which shard it means is not known.
//!
//! Two engines at once (a Slurm job in a Kubernetes pod) must mean the same shard: which of them is the inner one
//! cannot be known.

mod detect;

pub use detect::{Detected, detect};

use std::fmt;
use std::str::FromStr;

/// Most shards one sweep may have; a larger number is taken for a slip.
pub const MAX_SHARDS: u32 = 1_000_000;

/// One of `count` parts of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1 to `count`.
    pub index: u32,
    /// Number of parts, from 1 to [`MAX_SHARDS`].
    pub count: u32,
}

impl Shard {
    /// Shard `index` (from 1) of `count`.
    ///
    /// # Errors
    /// When there is no such shard.
    pub fn new(index: u64, count: u64) -> Result<Self, ShardError> {
        let count = checked_count(count)?;
        match u32::try_from(index) {
            Ok(index) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err(ShardError::NoSuchShard { index, count }),
        }
    }

    /// Name of the folder its results are in: `shard-3-of-8`.
    pub fn folder_name(self) -> String {
        format!("shard-{}-of-{}", self.index, self.count)
    }

    /// Whether a run, counted from 1, is in this shard.
    ///
    /// Runs are dealt in turn, like cards: neighbours in a design take about as long, so the shards do too.
    pub fn has(self, run: u64) -> bool {
        run % u64::from(self.count) == u64::from(self.index) % u64::from(self.count)
    }
}

fn checked_count(count: u64) -> Result<u32, ShardError> {
    u32::try_from(count).ok().filter(|n| (1..=MAX_SHARDS).contains(n)).ok_or(ShardError::Count(count))
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((whole(index)?, whole(count)?)));
        let (index, count) = numbers.ok_or_else(|| ShardError::Syntax(text.to_owned()))?;
        Self::new(index, count)
    }
}

/// A whole number in plain digits: no sign, no spaces.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Why it is not known which shard to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Not of the form `K/N`.
    #[error("`{0}` is no shard: write K/N, as in 3/8 for the third of eight")]
    Syntax(String),
    /// Not a possible number of shards.
    #[error("a sweep can have 1 to {MAX_SHARDS} shards, not {0}")]
    Count(u64),
    /// The index is not one of the shards.
    #[error("there is no shard {index} of {count}: they count from 1 to {count}")]
    NoSuchShard {
        /// The index asked for.
        index: u64,
        /// Number of shards.
        count: u32,
    },
    /// A variable that should hold a number does not.
    #[error("`{variable}` is `{value}`, which is no whole number: say which shard this is by `--shard K/N`")]
    NotANumber {
        /// Its name.
        variable: &'static str,
        /// What it holds.
        value: String,
    },
    /// A variable an engine always sets is not there.
    #[error("`{index}` is set, but `{missing}` is not: say which shard this is by `--shard K/N`")]
    Missing {
        /// The variable that says a task of an array is running.
        index: &'static str,
        /// The one that belongs to it.
        missing: &'static str,
    },
    /// A task of an array, but nothing trustworthy says of how many.
    #[error(
        "`{variable}` is {index}, but {engine} does not say reliably of how many shards: \
         write `export HASHWATT_SHARDS=8` in the job when there are 8, or `--shard 3/8` for the third of them"
    )]
    CountUnknown {
        /// Name of the engine.
        engine: &'static str,
        /// The variable with the index.
        variable: &'static str,
        /// The index.
        index: u64,
    },
    /// A number of shards, but nothing says which.
    #[error("{by} says that there are {count} shards, but nothing says which this is: add `--shard K/{count}`")]
    IndexUnknown {
        /// What gave the number.
        by: &'static str,
        /// The number.
        count: u32,
    },
    /// Two numbers of shards.
    #[error("{by} says that there are {count} shards, but `{variable}` is `{value}`: remove one of the two")]
    CountsDiffer {
        /// What gave the first number.
        by: &'static str,
        /// The first number.
        count: u32,
        /// The variable that says otherwise.
        variable: &'static str,
        /// What it holds.
        value: String,
    },
    /// An index no shard has.
    #[error("`{variable}` is {index}, but the tasks of {count} shards must run from {first} to {last}")]
    Outside {
        /// The variable with the index.
        variable: &'static str,
        /// The index.
        index: u64,
        /// Number of shards.
        count: u32,
        /// First index a task may have.
        first: u64,
        /// Last index a task may have.
        last: u64,
    },
    /// A part of an array was submitted again.
    #[error(
        "`{variable}` is {index}, in an array from {first} to {last} in steps of {step}: that is not the whole of \
         {count} shards, so it is not known which one is meant; write `--shard K/{count}`"
    )]
    Part {
        /// The variable with the index.
        variable: &'static str,
        /// The index.
        index: u64,
        /// Smallest index of the array.
        first: u64,
        /// Largest index of the array.
        last: u64,
        /// Step between indices.
        step: u64,
        /// Number of shards.
        count: u32,
    },
    /// Two engines mean different shards.
    #[error(
        "{} says that this is shard {}, {} that it is {}: say which by `--shard K/N`",
        .0.engine, .0.shard, .1.engine, .1.shard
    )]
    Ambiguous(Box<Detected>, Box<Detected>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_reads_what_it_writes() {
        for text in ["1/1", "3/8", "1000000/1000000"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        assert_eq!("3/8".parse::<Shard>().unwrap().folder_name(), "shard-3-of-8");
    }

    #[test]
    fn what_is_no_shard_says_what_to_write() {
        for (text, part) in [
            ("3-8", "write K/N"),
            ("", "write K/N"),
            ("/", "write K/N"),
            ("+3/8", "write K/N"),
            (" 3/8", "write K/N"),
            ("3/8/2", "write K/N"),
            ("99999999999999999999999/8", "write K/N"),
            ("0/8", "count from 1 to 8"),
            ("9/8", "no shard 9 of 8"),
            ("4294967297/8", "no shard 4294967297 of 8"),
            ("1/0", "1 to 1000000 shards, not 0"),
            ("1/1000001", "not 1000001"),
        ] {
            let told = text.parse::<Shard>().unwrap_err().to_string();
            assert!(told.contains(part), "{text}: {told}");
        }
    }

    #[test]
    fn every_run_is_in_exactly_one_shard_and_shards_differ_by_one_run_at_most() {
        for count in [1, 2, 7, 8, 30] {
            let shards: Vec<Shard> = (1..=count).map(|k| Shard::new(k, count).unwrap()).collect();
            for run in 1..=100 {
                let owners: Vec<u32> = shards.iter().filter(|s| s.has(run)).map(|s| s.index).collect();
                assert_eq!(owners, [((run - 1) % count + 1) as u32], "run {run} of {count} shards");
            }
            let sizes = shards.iter().map(|s| (1..=100).filter(|run| s.has(*run)).count());
            assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= 1);
        }
    }
}
