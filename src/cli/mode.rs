//! `--mode`.

use crate::bitcoin::race::Mode;
use clap::ValueEnum;

/// How blocks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Compute real SHA-256d hashes at scaled difficulty
    Hash,
    /// Draw from the same law without hashing
    Sampled,
    /// No luck: every block takes its mean time
    Expected,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Hash => Self::Hash,
            ModeArg::Sampled => Self::Sampled,
            ModeArg::Expected => Self::Expected,
        }
    }
}
