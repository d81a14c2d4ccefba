//! Where the chain stood on a date: known facts of the real chain, embedded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bitcoin::protocol::{CompactError, CompactTarget};
use crate::calendar::Day;

/// State of the chain at midnight of a start day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainStart {
    /// Height of the last block before the start.
    pub height: u32,
    /// nBits of that block.
    pub bits: CompactTarget,
    /// Height of the first block of its retarget period.
    pub period_first_height: u32,
    /// Time stamp of that first block, seconds since 1970.
    pub period_first_time_unix: i64,
    /// Time stamp of the last block before the start, seconds since 1970.
    pub time_unix: i64,
}

/// Chain state at the start, stated by the user for dates outside the embedded table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartOverride {
    /// Height of the last block found before the start day began (a count). Required: any block explorer shows it.
    #[schemars(range(min = 0, max = 6_930_000))]
    pub height: u32,
    /// Compact target of that block as 8 hex digits, e.g. "17021ec5". Required: any block explorer shows it as "bits".
    #[schemars(regex(pattern = r"^[0-9a-fA-F]{8}$"))]
    pub nbits: String,
    /// Time stamp of the first block of the running retarget period (the last height divisible by 2016), seconds
    /// since 1970. Required: any block explorer shows it.
    #[schemars(range(min = 1_231_006_505_i64, max = 4_294_967_295_i64))]
    pub period_first_time_unix: i64,
}

/// Why no chain state could be given for a start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The date lies outside the embedded table.
    #[error(
        "the state of the chain on {day} is not in the embedded table (known: {known}); \
         state `height`, `nbits` and `period_first_time_unix` under `bitcoin.start`; newest nBits known: {newest}"
    )]
    Unknown {
        /// The start day asked for.
        day: Day,
        /// The spans of days that are known.
        known: String,
        /// The newest nBits of the table and its height.
        newest: String,
    },
    /// The stated nBits is invalid.
    #[error(transparent)]
    Bits(#[from] CompactError),
    /// The stated period begins after the start day.
    #[error(
        "`period_first_time_unix` is {period_first_time_unix}, after {day} begins ({day_unix}); it must lie before"
    )]
    PeriodAfterStart {
        /// What was stated, seconds since 1970.
        period_first_time_unix: i64,
        /// The start day.
        day: Day,
        /// Its midnight, seconds since 1970.
        day_unix: i64,
    },
}

/// State of the real chain at midnight (UTC) that begins `day`.
///
/// # Errors
/// [`StartError::Unknown`] for dates the table does not cover; the message says which it does.
pub fn start_of(day: Day) -> Result<ChainStart, StartError> {
    todo!("{day}")
}

impl StartOverride {
    /// The stated chain state at midnight (UTC) that begins `day`.
    ///
    /// # Errors
    /// When the nBits is invalid or the stated period does not begin before the day.
    pub fn start_of(&self, day: Day) -> Result<ChainStart, StartError> {
        todo!("{day}")
    }

    /// Cross-field findings: relative key path and what is wrong.
    pub fn check(&self) -> Vec<(String, String)> {
        match CompactTarget::from_hex(&self.nbits) {
            Ok(_) => Vec::new(),
            Err(e) => vec![("nbits".to_owned(), e.to_string())],
        }
    }
}
