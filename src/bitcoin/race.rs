//! The race for blocks: who finds which block when, hour by hour.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bitcoin::checkpoint::ChainStart;
use crate::bitcoin::protocol::CompactTarget;

/// How blocks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By computing SHA-256d of real headers at scaled difficulty.
    Hash,
    /// Drawn from the same law without hashing.
    Sampled,
    /// Without luck: every block takes the mean number of attempts.
    Expected,
}

/// A block found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundBlock {
    /// Height.
    pub height: u32,
    /// Time stamp of its header, seconds since 1970.
    pub time_unix: i64,
    /// Index of the participant who found it; without meaning (0) in [`Mode::Expected`].
    pub finder: usize,
    /// Hashes tried for it at scaled difficulty (hash of the winner included).
    pub attempts: u64,
    /// New coins, satoshis.
    pub subsidy_sat: u64,
}

/// A change of difficulty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retarget {
    /// Height of the first block with the new nBits.
    pub height: u32,
    /// Time stamp of the block before it, seconds since 1970.
    pub time_unix: i64,
    /// The nBits until then.
    pub old_bits: CompactTarget,
    /// The nBits from then on.
    pub bits: CompactTarget,
}

/// What happened in one hour (or in several: [`Race::run_hour`] only adds).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HourReport {
    /// Blocks a participant with 1 EH/s expects.
    pub expected_blocks_per_eh_s: f64,
    /// Subsidy a participant with 1 EH/s expects, BTC.
    pub expected_subsidy_btc_per_eh_s: f64,
    /// Blocks found, in order.
    pub blocks: Vec<FoundBlock>,
    /// Changes of difficulty.
    pub retargets: Vec<Retarget>,
    /// Heights of halving blocks found.
    pub halvings: Vec<u32>,
}

impl HourReport {
    /// Empties the report for the next hour and keeps its memory.
    pub fn clear(&mut self) {
        self.expected_blocks_per_eh_s = 0.0;
        self.expected_subsidy_btc_per_eh_s = 0.0;
        self.blocks.clear();
        self.retargets.clear();
        self.halvings.clear();
    }
}

/// A retarget period as far as the race mined it: a row of `chain.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Height of the period's first block, also where the run starts inside the period.
    pub first_height: u32,
    /// nBits of its blocks.
    pub bits: CompactTarget,
    /// A mined hash is at most target · 2^shift.
    pub shift: u32,
    /// Blocks mined by the race.
    pub blocks: u32,
    /// Hashes tried for them.
    pub hashes: u64,
    /// Time stamp of the period's first block, also where the run starts inside the period, seconds since 1970.
    pub first_time_unix: i64,
    /// Time stamp of the last block mined, seconds since 1970.
    pub last_time_unix: i64,
}

/// The chain and everyone who searches for its next block.
pub struct Race {
    names: Vec<String>,
    bits: CompactTarget,
    periods: Vec<Period>,
}

impl Race {
    /// A race from a chain state on. `participants[0]` is the rest of the world.
    pub fn new(start: &ChainStart, mode: Mode, hashes_per_block: f64, seed: u64, participants: &[String]) -> Self {
        let _ = (mode, hashes_per_block, seed);
        Self {
            names: participants.to_vec(),
            bits: start.bits,
            periods: Vec::new(),
        }
    }

    /// Adds a participant and returns its index.
    pub fn add_participant(&mut self, name: &str) -> usize {
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    /// Runs one hour at constant hashrates (EH/s, one per participant). What happens is added to `report`.
    pub fn run_hour(&mut self, hour_start_unix: i64, hashrate_eh_s: &[f64], report: &mut HourReport) {
        todo!("{hour_start_unix} {hashrate_eh_s:?} {report:?}")
    }

    /// Height of the last block found.
    pub fn height(&self) -> u32 {
        todo!()
    }

    /// nBits of the next block.
    pub fn bits(&self) -> CompactTarget {
        self.bits
    }

    /// Difficulty of the next block.
    pub fn difficulty(&self) -> f64 {
        self.bits.difficulty()
    }

    /// Mined hashes are at most target · 2^shift; that of the next block.
    pub fn shift(&self) -> u32 {
        todo!()
    }

    /// Hashes tried so far at scaled difficulty.
    pub fn total_hashes(&self) -> u64 {
        todo!()
    }

    /// All mined headers, 80 bytes each; empty unless the mode is [`Mode::Hash`].
    pub fn headers(&self) -> &[u8] {
        todo!()
    }

    /// The retarget periods with mined blocks, the last one still open.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }
}
