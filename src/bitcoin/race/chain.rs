//! The chain as the race extends it: heights, times, retargets and the scaled target.

use ruint::aliases::U256;

use super::{FoundBlock, HourReport, Period, Retarget};
use crate::bitcoin::checkpoint::ChainStart;
use crate::bitcoin::protocol::{CompactTarget, HALVING_INTERVAL, RETARGET_INTERVAL, retarget, subsidy_sat};
use crate::hash::Digest;
use crate::math;

/// A block's time stamp must be above the median of this many before it. Source: Bitcoin Core `nMedianTimeSpan`.
const MEDIAN_TIME_SPAN: usize = 11;
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
    /// The next block's target, scaled.
    pub scaled_target: U256,
    /// Mean number of hashes of the real network for the next block.
    pub expected_hashes: f64,
    /// Mean number of scaled attempts for the next block.
    pub mean_attempts: f64,
    /// Periods with mined blocks, the last one open.
    pub periods: Vec<Period>,
    hashes_per_block: f64,
    period_first_height: u32,
    period_first_time_unix: i64,
    /// A ring.
    recent_times: [i64; MEDIAN_TIME_SPAN],
    /// Where the oldest of them is.
    oldest: usize,
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
            scaled_target: U256::ZERO,
            expected_hashes: 0.0,
            mean_attempts: 0.0,
            periods: Vec::new(),
            hashes_per_block,
            period_first_height: start.period_first_height,
            period_first_time_unix: start.period_first_time_unix,
            recent_times: core::array::from_fn(|i| start.time_unix - (MEDIAN_TIME_SPAN - 1 - i) as i64 * SPACING_S),
            oldest: 0,
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
        self.height += 1;
        self.tip = block.hash;
        self.note_time(block.time_unix);
        self.count_in_period(block);
        report.blocks.push(FoundBlock {
            height: self.height,
            time_unix: block.time_unix,
            finder: block.finder,
            attempts: block.attempts,
            subsidy_sat: subsidy_sat(self.height),
        });
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

    /// Height of the block up to which nBits and subsidy stay as the next one's.
    pub fn last_height_at_pace(&self) -> u32 {
        let before = |interval: u32| (self.height + 1) / interval * interval + interval - 1;
        before(RETARGET_INTERVAL).min(before(HALVING_INTERVAL))
    }

    fn period_is_complete(&self) -> bool {
        (self.height + 1).is_multiple_of(RETARGET_INTERVAL)
    }

    fn count_in_period(&mut self, block: &Solved) {
        if self.height.is_multiple_of(RETARGET_INTERVAL) {
            self.period_first_height = self.height;
            self.period_first_time_unix = block.time_unix;
        }
        if self.periods.last().is_none_or(|period| period.first_height != self.period_first_height) {
            self.periods.push(Period {
                first_height: self.period_first_height,
                bits: self.bits,
                shift: self.shift,
                blocks: 0,
                hashes: 0,
                first_time_unix: self.period_first_time_unix,
                last_time_unix: block.time_unix,
            });
        }
        let period = self.periods.last_mut().expect("pushed above where there was none");
        period.blocks += 1;
        period.hashes += block.attempts;
        period.last_time_unix = block.time_unix;
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
        self.mean_attempts = self.expected_hashes / self.hashes_per_attempt;
        self.scaled_target = target << self.shift;
    }

    fn note_time(&mut self, time_unix: i64) {
        let newest = self.recent_times[(self.oldest + MEDIAN_TIME_SPAN - 1) % MEDIAN_TIME_SPAN];
        self.in_order = if time_unix >= newest { self.in_order + 1 } else { 1 };
        self.recent_times[self.oldest] = time_unix;
        self.oldest = (self.oldest + 1) % MEDIAN_TIME_SPAN;
        self.apply_median_rule();
    }

    fn apply_median_rule(&mut self) {
        let median = if self.in_order >= MEDIAN_TIME_SPAN {
            self.recent_times[(self.oldest + MEDIAN_TIME_SPAN / 2) % MEDIAN_TIME_SPAN]
        } else {
            let mut times = self.recent_times;
            times.sort_unstable();
            times[MEDIAN_TIME_SPAN / 2]
        };
        self.earliest_next_unix = median + 1;
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
        let mut stamps = chain.recent_times.to_vec();
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
