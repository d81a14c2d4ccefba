//! SHA-256d header search.

use core::ops::Range;

use ruint::aliases::U256;
use sha2::{Digest, Sha256};

/// A block header whose nonce and rolled version bits are to be searched.
///
/// Candidate `index` has nonce `index / k` and version roll `index % k`; the nonce and the rolled bits of
/// `header` are overwritten by the candidate's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The 80 bytes of the header.
    pub header: [u8; 80],
    /// How many version bits are rolled.
    pub roll: VersionRoll,
}

/// Version bits rolled beside the nonce: the lowest of the BIP 320 mask `1fffe000`, lowest first.
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
    /// Its hash in internal (little-endian) byte order.
    pub hash: [u8; 32],
}

/// Result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The candidate with the lowest index that meets the target.
    pub found: Option<Found>,
    /// Candidates up to and including the found one, or all of the range.
    pub attempts: u64,
}

impl Template {
    /// Number of candidates, 2³²·k.
    pub fn candidates(&self) -> u64 {
        todo!()
    }

    /// The header of a candidate.
    pub fn header_at(&self, index: u64) -> [u8; 80] {
        todo!("{index}")
    }
}

/// Finds the candidate of lowest index in `range` whose hash is at most `target`.
pub fn search(template: &Template, target: U256, range: Range<u64>) -> Outcome {
    todo!("{template:?} {target} {range:?}")
}

/// SHA-256 of the SHA-256 of the data.
pub fn sha256d(data: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(data)).into()
}
