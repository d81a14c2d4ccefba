//! Checks of a file of headers: is every block's work real, and does the difficulty follow from the times?
//!
//! Two kinds of file: one that a run of this program mined ([`verify_run`], with the periods of its `chain.csv`), and
//! one exported from a node of the main network ([`verify_export`]). Nothing here can be panicked by its input: what
//! does not hold becomes a [`Fault`], what could not be checked a [`Gap`].
//!
//! Not looked at: transactions, the versions that later rules demand, and whether another chain has more work.

mod export;
mod fault;
mod run;

use rayon::prelude::*;
use ruint::aliases::U256;

use crate::bitcoin::header::Header;
use crate::bitcoin::protocol::Target;
use crate::hash::sha256d;

pub use export::verify_export;
pub use fault::{BlockHash, Broken, Fault, Gap, Place};
pub use run::verify_run;

/// Faults told of headers, and again of periods; the others are counted.
pub const TOLD: usize = 10;
/// A block's time must be above the median of this many before it. Source: Bitcoin Core `nMedianTimeSpan`.
const MEDIAN_TIME_SPAN: usize = 11;
/// Headers checked by one thread at a time.
const CHUNK: usize = 4_096;

/// What a check of a file found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Number of headers in the file.
    pub headers: usize,
    /// Height of the first of them, where it is known.
    pub first_height: Option<u32>,
    /// Hash of the last of them.
    pub tip: Option<BlockHash>,
    /// Retargets whose arithmetic was checked.
    pub retargets: usize,
    /// What could not be checked.
    pub gaps: Vec<Gap>,
    /// What does not hold: up to [`TOLD`] faults of periods, then up to [`TOLD`] of headers, each in order.
    pub faults: Vec<Fault>,
    /// How many faults there are in all.
    pub faults_total: u64,
}

impl Report {
    /// Whether everything that could be checked holds.
    pub fn holds(&self) -> bool {
        self.faults_total == 0
    }
}

/// The first faults of many, and their number.
#[derive(Debug, Default)]
struct Faults {
    told: Vec<Fault>,
    total: u64,
}

impl Faults {
    fn push(&mut self, place: Place, broken: Broken) {
        self.total += 1;
        if self.told.len() < TOLD {
            self.told.push(Fault { place, broken });
        }
    }

    fn append(&mut self, other: Self) {
        self.total += other.total;
        let room = TOLD - self.told.len();
        self.told.extend(other.told.into_iter().take(room));
    }
}

/// Headers with their hashes.
struct Headers {
    all: Vec<Header>,
    hashes: Vec<[u8; 32]>,
    first_height: Option<u32>,
    /// Whether the file begins where the chain does, so that nothing lies before it.
    from_genesis: bool,
}

impl Headers {
    fn new(raw: &[[u8; 80]]) -> Self {
        Self {
            all: raw.iter().map(Header::from_bytes).collect(),
            hashes: raw.par_iter().map(|header| sha256d(header)).collect(),
            first_height: None,
            from_genesis: false,
        }
    }

    fn len(&self) -> usize {
        self.all.len()
    }

    fn place(&self, number: usize) -> Place {
        let height = self.first_height.and_then(|first| first.checked_add(u32::try_from(number).ok()?));
        Place::Header { number, height }
    }

    fn bits(&self, number: usize) -> u32 {
        self.all[number].bits
    }

    fn time(&self, number: usize) -> i64 {
        i64::from(self.all[number].time)
    }

    /// Checks every header in parallel; faults come in the order of the file.
    fn check_each(&self, check: impl Fn(usize, &mut Vec<Broken>) + Sync) -> Faults {
        let chunks: Vec<Faults> = (0..self.len().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut faults, mut broken) = (Faults::default(), Vec::new());
                for number in chunk * CHUNK..self.len().min((chunk + 1) * CHUNK) {
                    check(number, &mut broken);
                    for broken in broken.drain(..) {
                        faults.push(self.place(number), broken);
                    }
                }
                faults
            })
            .collect();
        let mut faults = Faults::default();
        for chunk in chunks {
            faults.append(chunk);
        }
        faults
    }

    /// Each header names the hash of the one before.
    fn link(&self, number: usize) -> Option<Broken> {
        let expected = self.hashes[number.checked_sub(1)?];
        let found = self.all[number].prev;
        (found != expected).then_some(Broken::Link { expected: BlockHash(expected), found: BlockHash(found) })
    }

    /// Its hash is at most the target.
    fn work(&self, number: usize, target: Target) -> Option<Broken> {
        let hash = self.hashes[number];
        (!target.is_met_by(&hash))
            .then(|| Broken::Target { hash: BlockHash(hash), target: BlockHash(target.0.to_le_bytes()) })
    }

    /// Its time is above the median of the eleven before; near genesis, of as many as there are.
    fn median(&self, number: usize) -> Option<Broken> {
        let span = number.min(MEDIAN_TIME_SPAN);
        if span == 0 || (span < MEDIAN_TIME_SPAN && !self.from_genesis) {
            return None;
        }
        let mut times = [0; MEDIAN_TIME_SPAN];
        let times = &mut times[..span];
        for (time, header) in times.iter_mut().zip(&self.all[number - span..]) {
            *time = header.time;
        }
        times.sort_unstable();
        let (time, median) = (self.all[number].time, times[span / 2]);
        (time <= median).then_some(Broken::Median { time, median })
    }

    /// What the beginning of the file leaves open.
    fn gaps(&self) -> Vec<Gap> {
        if self.from_genesis || self.len() == 0 {
            return Vec::new();
        }
        vec![Gap::FirstLink, Gap::FirstTimes(self.len().min(MEDIAN_TIME_SPAN))]
    }

    fn report(self, retargets: usize, gaps: Vec<Gap>, periods: Faults, headers: Faults) -> Report {
        Report {
            headers: self.len(),
            first_height: self.first_height,
            tip: self.hashes.last().copied().map(BlockHash),
            retargets,
            gaps,
            faults_total: periods.total + headers.total,
            faults: [periods.told, headers.told].concat(),
        }
    }
}

/// The target eased by `shift` bits, at most 2²⁵⁶ − 1.
fn eased(target: Target, shift: u32) -> Target {
    let room = target.0.leading_zeros();
    Target(if shift as usize > room { U256::MAX } else { target.0 << shift as usize })
}

#[cfg(test)]
mod tests;
