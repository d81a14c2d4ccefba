//! The chain as the race extends it: heights, times, retargets and the scaled target.

use ruint::aliases::U256;

use super::{FoundBlock, HourReport, Period, Retarget};
use crate::bitcoin::checkpoint::ChainStart;
use crate::bitcoin::protocol::{CompactTarget, HALVING_INTERVAL, RETARGET_INTERVAL, retarget, subsidy_sat};
use crate::hash::Digest;
use crate::math;

/// A block's time stamp must be above the median of this many before it. Source: Bitcoin Core `nMedianTimeSpan`.
const MEDIAN_TIME_SPAN: usize = 11;
/// Room for them; a power of two.
const RING: usize = 16;
/// Spacing assumed for the blocks before the start, seconds.
const SPACING_S: i64 = 600;

pub(super) struct Chain {
    /// Height of the last block.
    pub height: u32,
    /// Hash of the last mined header; zero at the start, where it is not known.
    pub tip: Digest,
    /// nBits of the next block.
    pub bits: CompactTarget,
    /// Scale of the search for the next block.
    pub shift: u32,
    /// Hashes of the real network that one scaled attempt stands for: 2^shift.
    pub hashes_per_attempt: f64,
    /// Its inverse, exact: 2^-shift.
    pub attempts_per_hash: f64,
    /// The next block's target, scaled.
    pub scaled_target: U256,
    /// Mean number of hashes of the real network for the next block.
    pub expected_hashes: f64,
    /// Mean number of scaled attempts for the next block.
    pub mean_attempts: f64,
    /// The same as a whole number.
    pub whole_mean_attempts: u64,
    /// −ln(1 − p) where an attempt succeeds with probability p: the rate of the exponential law of attempts without
    /// success.
    pub success_rate: f64,
    /// Periods with mined blocks, the last one open.
    pub periods: Vec<Period>,
    hashes_per_block: f64,
    period_first_height: u32,
    period_first_time_unix: i64,
    /// Stamps of the last blocks, in a ring.
    recent_times: [i64; RING],
    /// Where the newest of them is.
    newest: usize,
    /// How many of the last blocks have stamps in order; where all recent ones have, their median needs no sorting.
    in_order: usize,
    /// The median rule: no later block may have an earlier stamp.
    earliest_next_unix: i64,
}

/// A block ready to be appended.
pub(super) struct Solved {
    pub time_unix: i64,
    pub finder: usize,
    pub attempts: u64,
    /// Hash of its header; zero where nothing is hashed.
    pub hash: Digest,
}

impl Chain {
    pub fn new(start: &ChainStart, hashes_per_block: f64) -> Self {
        let mut chain = Self {
            height: start.height,
            tip: Digest::default(),
            bits: start.bits,
            shift: 0,
            hashes_per_attempt: 1.0,
            attempts_per_hash: 1.0,
            scaled_target: U256::ZERO,
            expected_hashes: 0.0,
            mean_attempts: 0.0,
            whole_mean_attempts: 0,
            success_rate: 0.0,
            periods: Vec::new(),
            hashes_per_block,
            period_first_height: start.period_first_height,
            period_first_time_unix: start.period_first_time_unix,
            recent_times: core::array::from_fn(|i| start.time_unix - (RING - 1 - i) as i64 * SPACING_S),
            newest: RING - 1,
            in_order: MEDIAN_TIME_SPAN,
            earliest_next_unix: 0,
        };
        chain.apply_median_rule();
        chain.set_bits(start.bits);
        if chain.period_is_complete() {
            chain.set_bits(retarget(start.bits, start.period_first_time_unix, start.time_unix));
        }
        chain
    }

    /// The stamp a block found now gets: integer seconds, above the median of the last eleven.
    pub fn stamp(&self, now_unix: i64) -> i64 {
        now_unix.max(self.earliest_next_unix)
    }

    /// Appends a block, adds it to the report, and retargets after the last block of a period.
    pub fn append(&mut self, block: &Solved, report: &mut HourReport) {
        self.push(block.time_unix, block.finder, block.attempts, report);
        self.tip = block.hash;
        self.open_period(block.time_unix);
        self.count_in_period(1, block.attempts);
        if self.height.is_multiple_of(HALVING_INTERVAL) {
            report.halvings.push(self.height);
        }
        if self.period_is_complete() {
            let old_bits = self.bits;
            self.set_bits(retarget(old_bits, self.period_first_time_unix, block.time_unix));
            report.retargets.push(Retarget {
                height: self.height + 1,
                time_unix: block.time_unix,
                old_bits,
                bits: self.bits,
            });
        }
    }

    /// Moves height and time on by a block and adds it to the report. All that makes some blocks other than ordinary is
    /// left to the caller: its hash, periods, retarget and halving.
    #[inline]
    pub fn push(&mut self, time_unix: i64, finder: usize, attempts: u64, report: &mut HourReport) {
        self.height += 1;
        self.note_time(time_unix);
        let subsidy_sat = subsidy_sat(self.height);
        report.blocks.push(FoundBlock { height: self.height, time_unix, finder, attempts, subsidy_sat });
    }

    /// Height up to which all blocks to come are ordinary.
    pub fn last_ordinary_height(&self) -> u32 {
        let next = self.height + 1;
        // The last block of a period comes before the first of the next.
        let last = (next.next_multiple_of(RETARGET_INTERVAL) - 2).min(next.next_multiple_of(HALVING_INTERVAL) - 1);
        self.height.max(last)
    }

    fn period_is_complete(&self) -> bool {
        (self.height + 1).is_multiple_of(RETARGET_INTERVAL)
    }

    /// Opens a period where the last block, at `time_unix`, is its first or the first one mined.
    fn open_period(&mut self, time_unix: i64) {
        if self.height.is_multiple_of(RETARGET_INTERVAL) {
            self.period_first_height = self.height;
            self.period_first_time_unix = time_unix;
        }
        if self.periods.last().is_none_or(|period| period.first_height != self.period_first_height) {
            self.periods.push(Period {
                first_height: self.period_first_height,
                bits: self.bits,
                shift: self.shift,
                blocks: 0,
                hashes: 0,
                first_time_unix: self.period_first_time_unix,
                last_time_unix: time_unix,
            });
        }
    }

    /// Counts the last blocks, all of the open period, and their hashes.
    pub fn count_in_period(&mut self, blocks: u32, hashes: u64) {
        let period = self.periods.last_mut().expect("a period is opened by its first block");
        period.blocks += blocks;
        period.hashes += hashes;
        period.last_time_unix = self.recent_times[self.newest];
    }

    /// Sets the next block's target, and the scale at which its search costs `hashes_per_block` within a factor √2.
    ///
    /// The scale stops where the scaled target fills 256 bits, so `target << shift` never overflows.
    fn set_bits(&mut self, bits: CompactTarget) {
        let target = bits.target().0;
        self.bits = bits;
        self.expected_hashes = bits.expected_hashes();
        let doublings = math::log2(self.expected_hashes / self.hashes_per_block).round();
        self.shift = doublings.clamp(0.0, target.leading_zeros() as f64) as u32;
        self.hashes_per_attempt = math::exp2(f64::from(self.shift));
        self.attempts_per_hash = math::exp2(-f64::from(self.shift));
        self.mean_attempts = self.expected_hashes / self.hashes_per_attempt;
        self.whole_mean_attempts = self.mean_attempts.round() as u64;
        self.success_rate = -math::log1p(-(self.hashes_per_attempt / self.expected_hashes));
        self.scaled_target = target << self.shift;
    }

    #[inline]
    fn note_time(&mut self, time_unix: i64) {
        self.in_order = if time_unix >= self.recent_times[self.newest] { self.in_order + 1 } else { 1 };
        self.newest = (self.newest + 1) % RING;
        self.recent_times[self.newest] = time_unix;
        self.apply_median_rule();
    }

    #[inline]
    fn apply_median_rule(&mut self) {
        let in_order = self.in_order >= MEDIAN_TIME_SPAN;
        let median = if in_order { self.recent_time(MEDIAN_TIME_SPAN / 2) } else { self.median_by_sorting() };
        self.earliest_next_unix = median + 1;
    }

    /// Stamp of the block so many before the last one.
    #[inline]
    fn recent_time(&self, blocks_ago: usize) -> i64 {
        self.recent_times[(self.newest + RING - blocks_ago) % RING]
    }

    #[cold]
    fn median_by_sorting(&self) -> i64 {
        let mut times: [i64; MEDIAN_TIME_SPAN] = core::array::from_fn(|blocks_ago| self.recent_time(blocks_ago));
        times.sort_unstable();
        times[MEDIAN_TIME_SPAN / 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::protocol::CompactTarget;

    #[test]
    fn the_next_stamp_is_above_the_median_of_the_last_eleven_whatever_their_order() {
        let start = ChainStart {
            height: 823_000,
            time_unix: 1_704_067_200,
            bits: CompactTarget::from_bits(0x1703e8b3).unwrap(),
            period_first_height: 822_528,
            period_first_time_unix: 1_703_311_464,
        };
        let mut chain = Chain::new(&start, 1.0);
        let mut stamps = chain.recent_times.to_vec(); // in order: the newest is the last of the ring
        for block in 0..200_i64 {
            // Every third stamp of the first hundred is early.
            let early_s = if block < 100 && block % 3 == 0 { 2_000 } else { 0 };
            stamps.push(start.time_unix + 600 * block - early_s);
            chain.note_time(stamps[stamps.len() - 1]);
            let mut last = stamps[stamps.len() - MEDIAN_TIME_SPAN..].to_vec();
            last.sort_unstable();
            assert_eq!(chain.earliest_next_unix, last[MEDIAN_TIME_SPAN / 2] + 1, "{block}");
        }
    }
}
