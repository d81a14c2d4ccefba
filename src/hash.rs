//! SHA-256d header search: one contract, several kernels.
//!
//! # The contract
//!
//! The order of candidates is part of it: candidate `index` of a [`Template`] has nonce `index / k` and version roll
//! `index % k`. A search returns the lowest index that meets the target, and the attempts are `index + 1`, not what a
//! processor happened to compute beside. So results never depend on the machine.
//!
//! [`search`] is for one long search; [`Prepared`] for several parts of one header's candidates; [`search_many`] for
//! many short ones; [`extend`] for chains, whose next header contains the hash of the one before;
//! [`search_parallel`] for one search on all cores.
//!
//! # What need not be computed
//!
//! A header has 80 bytes, so its hash is two compressions, and the second hash a third: 192 rounds. A search changes
//! only the nonce, word 3 of the second block, and bits of the version, word 0 of the first. Of the 192 rounds 120
//! are left, and of the three message schedules little more than one:
//!
//! | what | why it can go |
//! |---|---|
//! | the first block | does not contain the nonce: hashed once per version, the *midstate* |
//! | rounds 0–2 of the second block | come before the nonce |
//! | round 3 | a round adds its word to two words of the state, a and e: so the nonce is two additions |
//! | the schedule of the second block, k − 1 times of k | does not depend on the version: rolled versions of a nonce share it |
//! | words 4–17 of it | constants: their sums with the round constants are formed once |
//! | round 0 of the second hash | starts from a constant state: again two additions |
//! | parts of words 16–30 there | the digest is padded by constants, six of them zero |
//! | rounds 61–63 and most of the last sum | the top 32 bits of the hash come from word h after round 63, which is word e after round 60 |
//! | the hash itself | a candidate whose top 32 bits are above the target's is no hit; few others are hashed in full |
//!
//! Rolling versions inside the mask of BIP 320 (bits 13–28) is what miners of the real network do, for the same
//! reason.
//!
//! # The kernels
//!
//! | kernel | how | bound by |
//! |---|---|---|
//! | `avx512` | 16 nonces in a register, one instruction per rotation and per three-input function; a version's second hash beside the next one's first | about 2,500 vector operations for 16 hashes, at four per cycle |
//! | `sha-ni-asm` | `sha256rnds2`, two rounds in an instruction: 60 per hash. Four chains, because each waits four cycles for itself: two in the first hash, two in the second, in hand-ordered assembly (feature `asm`, on by default) | the SHA unit: one per cycle on Zen 3, one in two on Zen 5 |
//! | `sha-ni` | the same in intrinsics, the order left to the compiler | the same, and moves between registers |
//! | `avx2` | as `avx512` with 8 nonces; a rotation is three instructions | vector operations |
//! | `sha2-arm` | `sha256h`, four rounds in an instruction | not measured |
//! | `portable` | plain Rust, compiled to whatever the processor has in common with its family | |
//!
//! [`Kernel::best`] asks the processor what it can do, lets each kernel prove itself against the independent `sha2`
//! crate, and takes the fastest in a trial of 2 ms. [`mod@bench`] measures them.

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
#[cfg(all(target_arch = "x86_64", feature = "asm"))]
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
