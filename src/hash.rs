//! SHA-256d header search: one contract, several kernels.
//!
//! The order of candidates is part of the contract: candidate `index` of a [`Template`] has nonce `index / k` and
//! version roll `index % k`. A search returns the lowest index that meets the target, so the result never
//! depends on the processor. The kernel is chosen once, at run time, and only after it has passed a self-test
//! against the independent `sha2` crate.

pub mod bench;
mod kernel;
mod parallel;
mod portable;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
mod work;

use core::ops::Range;

use ruint::aliases::U256;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

pub use kernel::Kernel;
pub use parallel::{Interrupted, Parallel, search_parallel};
use work::Work;

/// A block header whose nonce and rolled version bits are to be searched.
///
/// The nonce and the rolled bits of `header` are overwritten by the candidate's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The 80 bytes of the header.
    pub header: [u8; 80],
    /// How many versions are rolled.
    pub roll: VersionRoll,
}

/// Versions rolled beside the nonce, in the lowest bits of the BIP 320 mask `1fffe000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionRoll {
    /// None: k = 1.
    None,
    /// Bits 13–14: k = 4.
    Four,
    /// Bits 13–15: k = 8.
    Eight,
}

/// A candidate that meets the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its index.
    pub index: u64,
    /// Its header.
    pub header: [u8; 80],
    /// Its hash in internal (little-endian) byte order, as [`sha256d`] gives it.
    pub hash: [u8; 32],
}

/// Result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The candidate with the lowest index that meets the target.
    pub found: Option<Found>,
    /// Candidates of the range up to and including the one found, or all of them.
    pub attempts: u64,
}

/// Lowest rolled version bit. Source: BIP 320.
const ROLL_SHIFT: u32 = 13;
/// Largest number of rolled versions.
const MAX_ROLL: usize = 8;

impl VersionRoll {
    /// Number of versions per nonce, k.
    pub fn count(self) -> u64 {
        match self {
            Self::None => 1,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }
}

impl Template {
    /// Number of candidates, 2³²·k.
    pub fn candidates(&self) -> u64 {
        self.roll.count() << 32
    }

    /// The header of candidate `index`, which counts modulo [`Template::candidates`].
    pub fn header_at(&self, index: u64) -> [u8; 80] {
        let k = self.roll.count();
        let mut header = self.header;
        let rolled = ((k - 1) as u32) << ROLL_SHIFT;
        let version = (self.version() & !rolled) | (((index % k) as u32) << ROLL_SHIFT);
        header[..4].copy_from_slice(&version.to_le_bytes());
        header[76..].copy_from_slice(&((index / k) as u32).to_le_bytes());
        header
    }

    fn version(&self) -> u32 {
        let [a, b, c, d, ..] = self.header;
        u32::from_le_bytes([a, b, c, d])
    }

    /// Word `i` of the header's second SHA-256 block: Merkle tail, time, bits, nonce.
    fn tail_word(&self, i: usize) -> u32 {
        u32::from_be_bytes(self.header.as_chunks().0[16 + i])
    }
}

/// Finds the candidate of lowest index in `range` whose hash, as a little-endian integer, is at most `target`.
///
/// The part of `range` beyond [`Template::candidates`] is ignored.
pub fn search(template: &Template, target: U256, range: Range<u64>) -> Outcome {
    Prepared::new(template).search(target, range)
}

/// SHA-256 of the SHA-256 of the data: Bitcoin's hash, in internal byte order.
pub fn sha256d(data: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(data)).into()
}

/// A template with its first block already hashed, so that many short searches share the set-up.
#[derive(Debug, Clone)]
pub struct Prepared {
    template: Template,
    work: Work,
}

impl Prepared {
    /// Hashes the first 64 bytes of the header once per rolled version.
    pub fn new(template: &Template) -> Self {
        let k = template.roll.count();
        let mut work = Work {
            midstates: [work::INITIAL_STATE; MAX_ROLL],
            versions: k,
            tail: core::array::from_fn(|i| template.tail_word(i)),
        };
        for (version, state) in (0..k).zip(&mut work.midstates) {
            compress256(state, template.header_at(version).as_chunks().0);
        }
        Self { template: template.clone(), work }
    }

    /// Replaces the header's time stamp (seconds since 1970). It lies in the second block, so this costs nothing.
    pub fn set_time(&mut self, time: u32) {
        self.template.header[68..72].copy_from_slice(&time.to_le_bytes());
        self.work.tail[1] = time.swap_bytes();
    }

    /// As [`search`].
    pub fn search(&self, target: U256, range: Range<u64>) -> Outcome {
        self.search_with(Kernel::best(), target, range)
    }

    /// As [`search`], on a kernel of choice.
    ///
    /// Kernels report candidates whose top 32 bits pass; each is hashed in full and compared on 256 bits.
    pub fn search_with(&self, kernel: Kernel, target: U256, range: Range<u64>) -> Outcome {
        let end = range.end.min(self.template.candidates());
        let limit = (target.as_limbs()[3] >> 32) as u32;
        let mut next = range.start;
        while let Some(index) = kernel.scan(&self.work, limit, next..end) {
            let header = self.template.header_at(index);
            let hash = sha256d(&header);
            if U256::from_le_bytes(hash) <= target {
                let attempts = index - range.start + 1;
                return Outcome { found: Some(Found { index, header, hash }), attempts };
            }
            next = index + 1;
        }
        Outcome { found: None, attempts: end.saturating_sub(range.start) }
    }
}

#[cfg(test)]
mod tests;
