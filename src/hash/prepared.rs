//! A header made ready for searching, and what becomes of a candidate that passes.

use core::ops::Range;

use ruint::aliases::U256;

use super::compress::{compress, hash_digests};
use super::work::{HEADER_BITS, INITIAL_STATE, PADDING, Work};
use super::{Digest, Found, Kernel, MAX_ROLL, Outcome, Template, VersionRoll};

/// What a block is mined from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// Version; its rolled bits are overwritten.
    pub version: u32,
    /// Hash of the previous header.
    pub prev: Digest,
    /// Hash of the transactions' Merkle tree.
    pub merkle_root: Digest,
    /// Time stamp, seconds since 1970.
    pub time: u32,
    /// Compact target as written in the header.
    pub bits: u32,
}

/// A header with its first block already hashed, once per rolled version: searches of parts of its candidates share
/// this work.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The header as SHA-256 reads it, in big-endian words; nonce and rolled bits are the candidate's.
    words: [u32; 20],
    roll: VersionRoll,
    pub(super) work: Work,
}

/// A candidate that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Winner {
    pub index: u64,
    pub digest: Digest,
}

impl Prepared {
    /// Prepares a template.
    pub fn new(template: &Template) -> Self {
        let words = template.header.as_chunks().0;
        Self::of_words(core::array::from_fn(|i| u32::from_be_bytes(words[i])), template.roll)
    }

    /// Prepares a block's draft.
    pub fn of_draft(draft: &Draft, roll: VersionRoll) -> Self {
        let mut words = [0; 20];
        words[0] = draft.version.swap_bytes();
        words[1..9].copy_from_slice(&draft.prev.0);
        words[9..17].copy_from_slice(&draft.merkle_root.0);
        words[17] = draft.time.swap_bytes();
        words[18] = draft.bits.swap_bytes();
        Self::of_words(words, roll)
    }

    fn of_words(words: [u32; 20], roll: VersionRoll) -> Self {
        let versions = roll.count();
        let mut midstates = [INITIAL_STATE; MAX_ROLL];
        let mut blocks = [[0; 16]; MAX_ROLL];
        for (version, block) in (0..versions).zip(&mut blocks) {
            block.copy_from_slice(&words[..16]);
            block[0] = roll.version(words[0].swap_bytes(), version).swap_bytes();
        }
        compress(&mut midstates[..versions as usize], &blocks[..versions as usize]);
        Self { words, roll, work: Work { midstates, versions, tail: [words[16], words[17], words[18]] } }
    }

    /// As [`search`](super::search).
    pub fn search(&self, target: U256, range: Range<u64>) -> Outcome {
        self.search_with(Kernel::best(), target, range)
    }

    /// As [`search`](super::search), on a kernel of choice.
    pub fn search_with(&self, kernel: Kernel, target: U256, range: Range<u64>) -> Outcome {
        let range = range.start..range.end.min(self.roll.candidates());
        self.outcome(&range, self.find(kernel, target, range.clone()))
    }

    /// The lowest candidate that meets the target. Kernels report candidates whose top 32 bits pass; each is hashed in
    /// full and compared on 256 bits.
    pub(super) fn find(&self, kernel: Kernel, target: U256, mut range: Range<u64>) -> Option<Winner> {
        loop {
            let index = self.passing(kernel, target, range.clone())?;
            let [digest] = digests([(self, index)]);
            if digest.value() <= target {
                return Some(Winner { index, digest });
            }
            range.start = index + 1;
        }
    }

    /// The first candidate of a range of which the 32 most significant bits of the hash are as small as the target's.
    pub(super) fn passing(&self, kernel: Kernel, target: U256, range: Range<u64>) -> Option<u64> {
        kernel.scan(&self.work, (target.as_limbs()[3] >> 32) as u32, range)
    }

    /// What a search of the range amounts to.
    pub(super) fn outcome(&self, range: &Range<u64>, winner: Option<Winner>) -> Outcome {
        match winner {
            Some(Winner { index, digest }) => Outcome {
                found: Some(Found { index, header: self.header_at(index), hash: digest.to_bytes() }),
                attempts: index - range.start + 1,
            },
            None => Outcome { found: None, attempts: range.end.saturating_sub(range.start) },
        }
    }

    fn header_at(&self, index: u64) -> [u8; 80] {
        let mut header = [0; 80];
        for (bytes, word) in header.as_chunks_mut().0.iter_mut().zip(self.words) {
            *bytes = word.to_be_bytes();
        }
        self.roll.write(&mut header, index);
        header
    }
}

/// The hashes of candidates, all at once.
pub(super) fn digests<const N: usize>(candidates: [(&Prepared, u64); N]) -> [Digest; N] {
    let mut states = [INITIAL_STATE; N];
    let mut blocks = [[0; 16]; N];
    for (((prepared, index), state), block) in candidates.iter().zip(&mut states).zip(&mut blocks) {
        let Work { midstates, versions, tail } = &prepared.work;
        *state = midstates[(index % versions) as usize];
        block[..3].copy_from_slice(tail);
        block[3] = ((index / versions) as u32).swap_bytes();
        block[4] = PADDING;
        block[15] = HEADER_BITS;
    }
    compress(&mut states, &blocks);
    hash_digests(&mut states);
    states.map(Digest)
}
