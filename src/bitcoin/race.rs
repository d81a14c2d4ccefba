//! The race for blocks: who finds which block when, hour by hour.
//!
//! Consensus works on the true target; the search meets `target << shift`, where one scaled attempt stands for
//! 2^shift hashes of the network. Candidates are dealt out in quanta to participants in proportion to their
//! hashrate, so the finder and the number of attempts follow the real law, and time passes by attempts.

mod chain;
mod search;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bitcoin::checkpoint::ChainStart;
use crate::bitcoin::protocol::{CompactTarget, SAT_PER_BTC, subsidy_sat};
use chain::Chain;
use search::{Drawing, Hashing, Hour, Rates};

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

impl Mode {
    /// The mode as files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Sampled => "sampled",
            Self::Expected => "expected",
        }
    }
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
    fn expect(&mut self, seconds: f64, chain: &Chain) {
        let (blocks, btc) = Self::expectation(seconds, chain);
        self.expected_blocks_per_eh_s += blocks;
        self.expected_subsidy_btc_per_eh_s += btc;
    }

    /// Blocks and BTC that 1 EH/s expects in some seconds: hashes ÷ mean hashes per block, at the next block's subsidy.
    fn expectation(seconds: f64, chain: &Chain) -> (f64, f64) {
        let blocks = seconds * 1e18 / chain.expected_hashes;
        (blocks, blocks * subsidy_sat(chain.height + 1) as f64 / SAT_PER_BTC as f64)
    }

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
    chain: Chain,
    search: Search,
    names: Vec<String>,
    rates: Rates,
    total_hashes: u64,
}

enum Search {
    Hashing(Box<Hashing>),
    Drawing(Box<Drawing>),
}

impl Race {
    /// A race from a chain state on. `participants[0]` is the rest of the world; `hashes_per_block` (at least 1) is
    /// the mean number of hashes this machine computes for a block, within a factor √2.
    pub fn new(start: &ChainStart, mode: Mode, hashes_per_block: f64, seed: u64, participants: &[String]) -> Self {
        Self {
            chain: Chain::new(start, hashes_per_block),
            search: match mode {
                Mode::Hash => Search::Hashing(Box::new(Hashing::new(seed))),
                Mode::Sampled => Search::Drawing(Box::new(Drawing::sampled(seed))),
                Mode::Expected => Search::Drawing(Box::new(Drawing::expected())),
            },
            names: participants.to_vec(),
            rates: Rates::default(),
            total_hashes: 0,
        }
    }

    /// Adds a participant and returns its index.
    pub fn add_participant(&mut self, name: &str) -> usize {
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    /// Runs one hour at constant hashrates, EH/s by participant (missing ones count as 0), and adds what happens to
    /// `report`. A search in progress goes on in the next hour.
    pub fn run_hour(&mut self, hour_start_unix: i64, hashrate_eh_s: &[f64], report: &mut HourReport) {
        self.rates.set(hashrate_eh_s, self.names.len());
        if let Search::Hashing(hashing) = &mut self.search {
            hashing.begin_hour();
        }
        let mut hour = Hour { start_unix: hour_start_unix, elapsed_s: 0.0, rates: &self.rates };
        while hour.left_s() > 0.0 {
            let step = match &mut self.search {
                Search::Hashing(hashing) => hashing.step(&self.chain, &hour, &self.names),
                Search::Drawing(drawing) => drawing.step(&self.chain, &hour),
            };
            report.expect(step.seconds, &self.chain);
            hour.elapsed_s += step.seconds;
            self.total_hashes += step.hashes;
            if let Some(block) = step.solved {
                self.chain.append(&block, report);
                if let Search::Drawing(drawing) = &mut self.search {
                    self.total_hashes += drawing.run_ordinary(&mut self.chain, &mut hour, report);
                }
            }
        }
    }

    /// Height of the last block found.
    pub fn height(&self) -> u32 {
        self.chain.height
    }

    /// nBits of the next block.
    pub fn bits(&self) -> CompactTarget {
        self.chain.bits
    }

    /// Difficulty of the next block.
    pub fn difficulty(&self) -> f64 {
        self.chain.bits.difficulty()
    }

    /// The next block's hash must be at most its target · 2^shift.
    pub fn shift(&self) -> u32 {
        self.chain.shift
    }

    /// Hashes tried so far at scaled difficulty (in [`Mode::Hash`] with those of the search in progress).
    pub fn total_hashes(&self) -> u64 {
        self.total_hashes
    }

    /// All mined headers, 80 bytes each, in order; empty unless the mode is [`Mode::Hash`].
    ///
    /// The first one's previous hash is zero: the real one is not known at an interpolated height.
    pub fn headers(&self) -> &[u8] {
        match &self.search {
            Search::Hashing(hashing) => hashing.headers(),
            Search::Drawing(_) => &[],
        }
    }

    /// The retarget periods with mined blocks, the last one still open: the rows of `chain.csv`.
    pub fn periods(&self) -> &[Period] {
        &self.chain.periods
    }
}

#[cfg(test)]
mod tests;
