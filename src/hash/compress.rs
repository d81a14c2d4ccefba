//! SHA-256 compressions of many blocks at once: midstates, winners' whole hashes, coinbase hashes.

use std::sync::OnceLock;

use sha2::block_api::compress256;

use super::work::{DIGEST_BITS, INITIAL_STATE, PADDING};

/// What compresses.
#[derive(Debug, Clone, Copy)]
enum Compressor {
    /// The `sha2` crate, one block after the other.
    Reference,
    #[cfg(target_arch = "x86_64")]
    ShaNi(super::sha_ni::ShaNi),
    #[cfg(target_arch = "aarch64")]
    ShaArm(super::sha_arm::ShaArm),
}

/// One SHA-256 compression of each state with its block, whose words are as SHA-256 reads them, big-endian.
///
/// Four in one call take little longer than one: each waits for itself, not for the others.
pub(super) fn compress(states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
    static FASTEST: OnceLock<Compressor> = OnceLock::new();
    FASTEST.get_or_init(Compressor::fastest).compress(states, blocks);
}

/// The hashes of digests: the second half of SHA-256d, in place.
pub(super) fn hash_digests(digests: &mut [[u32; 8]]) {
    const AT_ONCE: usize = 4;
    for digests in digests.chunks_mut(AT_ONCE) {
        let mut blocks = [[0; 16]; AT_ONCE];
        for (block, digest) in blocks.iter_mut().zip(digests.iter_mut()) {
            block[..8].copy_from_slice(digest);
            block[8] = PADDING;
            block[15] = DIGEST_BITS;
            *digest = INITIAL_STATE;
        }
        let count = digests.len();
        compress(digests, &blocks[..count]);
    }
}

impl Compressor {
    fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        let found = super::sha_ni::ShaNi::detect().map(Self::ShaNi);
        #[cfg(target_arch = "aarch64")]
        let found = super::sha_arm::ShaArm::detect().map(Self::ShaArm);
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let found = None;
        found.filter(|compressor: &Self| compressor.passes_self_test()).unwrap_or(Self::Reference)
    }

    fn compress(self, states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
        debug_assert_eq!(states.len(), blocks.len(), "a block for each state");
        match self {
            Self::Reference => compress_each(states, blocks),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi(kernel) => kernel.compress(states, blocks),
            #[cfg(target_arch = "aarch64")]
            Self::ShaArm(kernel) => kernel.compress(states, blocks),
        }
    }

    /// Compares every number of lanes with the `sha2` crate.
    fn passes_self_test(self) -> bool {
        const MOST: usize = 9;
        let blocks: [[u32; 16]; MOST] =
            core::array::from_fn(|lane| core::array::from_fn(|i| 0x9e37_79b9_u32.wrapping_mul((16 * lane + i) as u32)));
        (1..=MOST).all(|lanes| {
            let mut states = [INITIAL_STATE; MOST];
            let mut expected = states;
            self.compress(&mut states[..lanes], &blocks[..lanes]);
            compress_each(&mut expected[..lanes], &blocks[..lanes]);
            states == expected
        })
    }
}

/// Compressions by the `sha2` crate.
fn compress_each(states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
    for (state, block) in states.iter_mut().zip(blocks) {
        compress256(state, block.map(u32::to_be_bytes).as_flattened().as_chunks().0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;
    use rand::RngExt;
    use sha2::{Digest, Sha256};

    #[test]
    fn compressions_of_any_number_of_blocks_are_those_of_sha2() {
        for compressor in [Compressor::Reference, Compressor::fastest()] {
            for count in 0..10 {
                let mut random = rng::stream(7, "compress test", &count.to_string());
                let mut states: Vec<[u32; 8]> = (0..count).map(|_| random.random()).collect();
                let blocks: Vec<[u32; 16]> = (0..count).map(|_| random.random()).collect();
                let mut expected = states.clone();
                compress_each(&mut expected, &blocks);
                compressor.compress(&mut states, &blocks);
                assert_eq!(states, expected, "{compressor:?}, {count} blocks");
            }
        }
    }

    #[test]
    fn the_hash_of_a_digest_is_the_second_half_of_the_double_hash() {
        let first = Sha256::digest(b"hashwatt");
        let words = core::array::from_fn(|i| u32::from_be_bytes(first.as_chunks().0[i]));
        let mut digests = [words; 6];
        hash_digests(&mut digests);
        let expected = crate::hash::sha256d(b"hashwatt");
        for digest in digests {
            assert_eq!(digest.map(u32::to_be_bytes).as_flattened(), expected);
        }
    }
}
