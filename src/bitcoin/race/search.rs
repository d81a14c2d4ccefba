//! Two ways to the next block: hashing candidates, or drawing how many it took.

use core::ops::Range;

use rand::RngExt;
use rand_distr::{Distribution, Exp1};
use sha2::{Digest as _, Sha256};

use super::HourReport;
use super::chain::{Chain, Solved};
use crate::hash::{Digest, Draft, Kernel, Prepared, VersionRoll, sha256d_of_words};
use crate::rng::{self, Stream};

/// Candidates that share one header, time stamp included: 64 nonces × 4 rolled versions.
const QUANTUM: u64 = 256;
/// Quanta drawn together: that many Merkle roots take as long as one.
const DRAWN_AT_ONCE: usize = 4;
/// BIP 9 version that signals nothing.
const BASE_VERSION: u32 = 0x2000_0000;
/// Opens every coinbase commitment.
const COMMITMENT_TAG: [u32; 2] = [u32::from_be_bytes(*b"hash"), u32::from_be_bytes(*b"watt")];
const SECONDS_PER_HOUR: f64 = 3_600.0;
const HASHES_PER_EXAHASH: f64 = 1e18;
/// More than all energy of the world could hash; keeps a single hour finite.
const MAX_HASHRATE_EH_S: f64 = 1e12;

/// One hour of the race: how far it is, and who hashes how fast.
pub(super) struct Hour<'a> {
    pub start_unix: i64,
    pub elapsed_s: f64,
    pub rates: &'a Rates,
}

impl Hour<'_> {
    pub fn left_s(&self) -> f64 {
        SECONDS_PER_HOUR - self.elapsed_s
    }

    /// Time after more seconds.
    pub fn unix_after(&self, seconds: f64) -> i64 {
        self.start_unix + (self.elapsed_s + seconds) as i64
    }

    /// Scaled attempts per second of all participants together.
    fn attempts_per_s(&self, chain: &Chain) -> f64 {
        self.rates.total_eh_s() * HASHES_PER_EXAHASH * chain.attempts_per_hash
    }

    /// How blocks without luck follow each other.
    pub fn pace(&self, chain: &Chain) -> Pace {
        let attempts_per_s = self.attempts_per_s(chain);
        let Draw { attempts, left } = Draw::mean(chain);
        Pace { attempts_per_s, attempts, seconds: left / attempts_per_s }
    }
}

/// What every block without luck takes, as long as hashrates and nBits stay the same.
pub(super) struct Pace {
    pub attempts_per_s: f64,
    pub attempts: u64,
    pub seconds: f64,
}

/// Hashrates of an hour, summed up so that a participant can be drawn in proportion.
#[derive(Default)]
pub(super) struct Rates {
    cumulative_eh_s: Vec<f64>,
}

impl Rates {
    /// Takes the hashrates of the first `participants`; what is not a positive number counts as none.
    pub fn set(&mut self, hashrate_eh_s: &[f64], participants: usize) {
        let mut total = 0.0;
        self.cumulative_eh_s.clear();
        self.cumulative_eh_s.extend(hashrate_eh_s.iter().take(participants).map(|&rate| {
            total += if rate > 0.0 { rate.min(MAX_HASHRATE_EH_S) } else { 0.0 };
            total
        }));
    }

    fn total_eh_s(&self) -> f64 {
        self.cumulative_eh_s.last().copied().unwrap_or(0.0)
    }

    fn draw(&self, stream: &mut Stream) -> usize {
        // `random` is below 1 but the product may round up to the total.
        let total = self.total_eh_s();
        let drawn = (stream.random::<f64>() * total).min(total.next_down());
        self.cumulative_eh_s.partition_point(|&up_to| up_to <= drawn)
    }
}

/// A stretch of the race with at most one block at its end.
pub(super) struct Step {
    pub seconds: f64,
    pub hashes: u64,
    pub solved: Option<Solved>,
}

/// Finds blocks by hashing.
///
/// A header carries the time at which its quantum began: miners, too, make a template, then search it. The number of
/// whole quanta before a hit and the place of the hit in the last one are independent, as for every memoryless search:
/// so stamps come early, but the time between them follows the law of the time between blocks.
pub(super) struct Hashing {
    /// Any kernel gives the same blocks.
    pub(super) kernel: Kernel,
    seed: u64,
    owners: Stream,
    /// What stands for each participant in commitments.
    tags: Vec<Tag>,
    /// The quanta to come, last one first; they are for the next block and the hashrates of this hour.
    drawn: Vec<Drawn>,
    quantum: Option<Quantum>,
    /// Distinguishes the quanta, so that no candidate is tried twice.
    extra_nonce: u64,
    /// Part of an attempt already paid for by time, 0–1.
    partial: f64,
    /// Attempts on the next block so far.
    attempts: u64,
    headers: Vec<u8>,
}

/// The first 128 bits of the SHA-256 of a participant's name.
type Tag = [u32; 4];

/// Whose a quantum is, and what it commits to.
struct Drawn {
    owner: usize,
    merkle_root: Digest,
}

struct Quantum {
    owner: usize,
    time_unix: i64,
    search: Prepared,
    left: Range<u64>,
}

impl Hashing {
    pub fn new(seed: u64) -> Self {
        Self {
            kernel: Kernel::best(),
            seed,
            owners: rng::stream(seed, "race owner", ""),
            tags: Vec::new(),
            drawn: Vec::with_capacity(DRAWN_AT_ONCE),
            quantum: None,
            extra_nonce: 0,
            partial: 0.0,
            attempts: 0,
            headers: Vec::new(),
        }
    }

    pub fn headers(&self) -> &[u8] {
        &self.headers
    }

    /// The hashrates change: whoever searches on is drawn anew.
    pub fn begin_hour(&mut self) {
        self.quantum = None;
        self.drawn.clear();
    }

    pub fn step(&mut self, chain: &Chain, hour: &Hour, names: &[String]) -> Step {
        let per_s = hour.attempts_per_s(chain);
        let affordable = hour.left_s() * per_s + self.partial;
        if affordable < 1.0 {
            self.partial = affordable;
            return Step { seconds: hour.left_s(), hashes: 0, solved: None };
        }
        let mut quantum = match self.quantum.take() {
            Some(quantum) if !quantum.left.is_empty() => quantum,
            _ => self.next_quantum(chain, hour, names),
        };
        let end = quantum.left.end.min(quantum.left.start.saturating_add(affordable as u64));
        let outcome = quantum.search.search_with(self.kernel, chain.scaled_target, quantum.left.start..end);
        quantum.left.start = end;

        let seconds = (outcome.attempts as f64 - self.partial) / per_s;
        self.partial = 0.0;
        self.attempts += outcome.attempts;
        let Quantum { owner, time_unix, .. } = quantum;
        let solved = outcome.found.map(|found| {
            self.headers.extend_from_slice(&found.header);
            Solved {
                time_unix,
                finder: owner,
                attempts: core::mem::take(&mut self.attempts),
                hash: Digest::from_bytes(&found.hash),
            }
        });
        if solved.is_some() {
            self.drawn.clear();
        } else {
            self.quantum = Some(quantum);
        }
        Step { seconds, hashes: outcome.attempts, solved }
    }

    fn next_quantum(&mut self, chain: &Chain, hour: &Hour, names: &[String]) -> Quantum {
        if self.drawn.is_empty() {
            self.draw(chain.height + 1, hour.rates, names);
        }
        let Drawn { owner, merkle_root } = self.drawn.pop().expect("some were drawn");
        let time_unix = chain.stamp(hour.unix_after(0.0));
        let draft = Draft {
            version: BASE_VERSION,
            prev: chain.tip,
            merkle_root,
            time: time_unix as u32,
            bits: chain.bits.bits(),
        };
        Quantum { owner, time_unix, search: Prepared::of_draft(&draft, VersionRoll::Four), left: 0..QUANTUM }
    }

    /// Draws the owners of the next quanta, and forms their Merkle roots in one go.
    ///
    /// A Merkle root is the sha256d of tag, seed, height, extra nonce (big-endian) and the participant's own tag.
    fn draw(&mut self, height: u32, rates: &Rates, names: &[String]) {
        self.tags.extend(names[self.tags.len()..].iter().map(|name| tag(name)));
        let owners: [usize; DRAWN_AT_ONCE] = core::array::from_fn(|_| rates.draw(&mut self.owners));
        let commitments = owners.map(|owner| {
            self.extra_nonce += 1;
            let [n1, n0] = [(self.extra_nonce >> 32) as u32, self.extra_nonce as u32];
            let [s1, s0] = [(self.seed >> 32) as u32, self.seed as u32];
            let [t0, t1, t2, t3] = self.tags[owner];
            let [h, w] = COMMITMENT_TAG;
            [h, w, s1, s0, height, n1, n0, t0, t1, t2, t3]
        });
        let mut roots = [Digest::default(); DRAWN_AT_ONCE];
        sha256d_of_words(&commitments, &mut roots);
        let drawn = owners.into_iter().zip(roots).rev();
        self.drawn.extend(drawn.map(|(owner, merkle_root)| Drawn { owner, merkle_root }));
    }
}

fn tag(name: &str) -> Tag {
    let hash = Sha256::digest(name);
    core::array::from_fn(|i| u32::from_be_bytes(hash.as_chunks().0[i]))
}

/// Draws the attempts of each block, or takes their mean.
pub(super) struct Drawing {
    luck: Option<Luck>,
    next: Option<Draw>,
}

struct Luck {
    attempts: Stream,
    finders: Stream,
}

struct Draw {
    attempts: u64,
    left: f64,
}

impl Drawing {
    /// The law of hashing.
    pub fn sampled(seed: u64) -> Self {
        let luck =
            Luck { attempts: rng::stream(seed, "race attempts", ""), finders: rng::stream(seed, "race finder", "") };
        Self { luck: Some(luck), next: None }
    }

    /// Its mean.
    pub fn expected() -> Self {
        Self { luck: None, next: None }
    }

    pub fn step(&mut self, chain: &Chain, hour: &Hour) -> Step {
        let per_s = hour.attempts_per_s(chain);
        let affordable = hour.left_s() * per_s;
        let draw = self.next.get_or_insert_with(|| match &mut self.luck {
            Some(luck) => Draw::geometric(chain, &mut luck.attempts),
            None => Draw::mean(chain),
        });
        if affordable < draw.left {
            draw.left -= affordable;
            return Step { seconds: hour.left_s(), hashes: 0, solved: None };
        }
        let seconds = draw.left / per_s;
        let attempts = draw.attempts;
        self.next = None;
        let finder = self.luck.as_mut().map_or(0, |luck| hour.rates.draw(&mut luck.finders));
        let time_unix = chain.stamp(hour.unix_after(seconds));
        let solved = Solved { time_unix, finder, attempts, hash: Digest::default() };
        Step { seconds, hashes: attempts, solved: Some(solved) }
    }

    /// Finds the whole ordinary blocks that follow a block in an hour, as one step after the other would; gives their
    /// hashes.
    pub fn run_ordinary(&mut self, chain: &mut Chain, hour: &mut Hour, report: &mut HourReport) -> u64 {
        let before = chain.height;
        let hashes = match &mut self.luck {
            Some(luck) => luck.run(chain, hour, report, &mut self.next),
            None => run_evenly(chain, hour, report),
        };
        chain.count_in_period(chain.height - before, hashes);
        hashes
    }
}

impl Luck {
    fn run(&mut self, chain: &mut Chain, hour: &mut Hour, report: &mut HourReport, next: &mut Option<Draw>) -> u64 {
        let (per_s, last) = (hour.attempts_per_s(chain), chain.last_ordinary_height());
        let mut hashes = 0;
        while chain.height < last {
            let draw = Draw::geometric(chain, &mut self.attempts);
            if hour.left_s() * per_s < draw.left {
                *next = Some(draw);
                break;
            }
            let seconds = draw.left / per_s;
            let (finder, time_unix) = (hour.rates.draw(&mut self.finders), chain.stamp(hour.unix_after(seconds)));
            report.expect(seconds, chain);
            hour.elapsed_s += seconds;
            hashes += draw.attempts;
            chain.push(time_unix, finder, draw.attempts, report);
        }
        hashes
    }
}

/// The same without luck, where each block takes as long as the one before.
fn run_evenly(chain: &mut Chain, hour: &mut Hour, report: &mut HourReport) -> u64 {
    let pace = hour.pace(chain);
    let (blocks, btc) = HourReport::expectation(pace.seconds, chain);
    let (before, last) = (chain.height, chain.last_ordinary_height());
    while chain.height < last && hour.left_s() * pace.attempts_per_s >= chain.mean_attempts {
        let time_unix = chain.stamp(hour.unix_after(pace.seconds));
        report.expected_blocks_per_eh_s += blocks;
        report.expected_subsidy_btc_per_eh_s += btc;
        hour.elapsed_s += pace.seconds;
        chain.push(time_unix, 0, pace.attempts, report);
    }
    u64::from(chain.height - before) * pace.attempts
}

impl Draw {
    fn mean(chain: &Chain) -> Self {
        Self { attempts: chain.whole_mean_attempts, left: chain.mean_attempts }
    }

    /// Attempts up to and including the first success: the exponential of the chain's rate, rounded up, has their law.
    fn geometric(chain: &Chain, stream: &mut Stream) -> Self {
        let exponential: f64 = Exp1.sample(stream);
        let exact = exponential / chain.success_rate;
        let whole = exact as i64;
        let attempts = if exact > whole as f64 { whole + 1 } else { whole }.max(1);
        Self { attempts: attempts as u64, left: attempts as f64 }
    }
}
