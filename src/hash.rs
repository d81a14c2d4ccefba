//! SHA-256d header search: one contract, several kernels.
//!
//! The order of candidates is part of the contract: candidate `index` of a [`Template`] has nonce `index / k` and
//! version roll `index % k`. A search returns the lowest index that meets the target, so the result never
//! depends on the processor. The kernel is chosen once, at run time, and only after it has passed a self-test
//! against the independent `sha2` crate.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod bench;
mod compress;
mod digest;
mod kernel;
mod many;
mod parallel;
mod portable;
mod prepared;
#[cfg(target_arch = "aarch64")]
mod sha_arm;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
#[cfg(target_arch = "x86_64")]
mod sha_ni_asm;
#[cfg(target_arch = "x86_64")]
mod vector;
mod work;

use core::ops::Range;

use ruint::aliases::U256;
use sha2::{Digest as _, Sha256};

pub use digest::{Digest, sha256d_of_words};
pub use kernel::Kernel;
pub use many::{Job, Link, extend, search_many, search_many_with};
pub use parallel::{Interrupted, Parallel, search_parallel};
pub use prepared::{Draft, Prepared};

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

    /// Number of candidates of a header, 2³²·k.
    pub fn candidates(self) -> u64 {
        self.count() << 32
    }

    /// A version with the rolled bits of roll `i`.
    fn version(self, version: u32, i: u64) -> u32 {
        let rolled = ((self.count() - 1) as u32) << ROLL_SHIFT;
        (version & !rolled) | ((i as u32) << ROLL_SHIFT)
    }

    /// Writes nonce and rolled version bits of candidate `index` into a header.
    fn write(self, header: &mut [u8; 80], index: u64) {
        let k = self.count();
        let [a, b, c, d, ..] = *header;
        let version = self.version(u32::from_le_bytes([a, b, c, d]), index % k);
        header[..4].copy_from_slice(&version.to_le_bytes());
        header[76..].copy_from_slice(&((index / k) as u32).to_le_bytes());
    }
}

impl Template {
    /// Number of candidates, 2³²·k.
    pub fn candidates(&self) -> u64 {
        self.roll.candidates()
    }

    /// The header of candidate `index`, which counts modulo [`Template::candidates`].
    pub fn header_at(&self, index: u64) -> [u8; 80] {
        let mut header = self.header;
        self.roll.write(&mut header, index);
        header
    }
}

/// Finds the candidate of lowest index in `range` whose hash, as a little-endian integer, is at most `target`.
///
/// The part of `range` beyond [`Template::candidates`] is ignored.
pub fn search(template: &Template, target: U256, range: Range<u64>) -> Outcome {
    search_with(Kernel::best(), template, target, range)
}

/// As [`search`], on a kernel of choice.
pub fn search_with(kernel: Kernel, template: &Template, target: U256, range: Range<u64>) -> Outcome {
    Prepared::new(template).search_with(kernel, target, range)
}

/// SHA-256 of the SHA-256 of the data: Bitcoin's hash, in internal byte order.
pub fn sha256d(data: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(data)).into()
}

#[cfg(test)]
mod tests;
