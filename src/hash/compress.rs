//! SHA-256 compressions of many blocks at once: midstates, winners' whole hashes, coinbase hashes.

use std::sync::OnceLock;

use sha2::block_api::compress256;

use super::work::{DIGEST_BITS, INITIAL_STATE, PADDING};

/// A way to do [`compress`].
pub(super) type Compress = fn(states: &mut [[u32; 8]], blocks: &[[u32; 16]]);

/// One SHA-256 compression of each state with its block, whose words are as SHA-256 reads them, big-endian.
///
/// Four in one call take little longer than one: each waits for itself, not for the others.
pub(super) fn compress(states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
    static FASTEST: OnceLock<Compress> = OnceLock::new();
    debug_assert_eq!(states.len(), blocks.len(), "a block for each state");
    FASTEST.get_or_init(fastest)(states, blocks);
}

/// The hashes of digests: the second half of SHA-256d, in place.
pub(super) fn hash_digests<const N: usize>(digests: &mut [[u32; 8]; N]) {
    let blocks = digests.map(|digest| {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&digest);
        block[8] = PADDING;
        block[15] = DIGEST_BITS;
        block
    });
    *digests = [INITIAL_STATE; N];
    compress(digests, &blocks);
}

/// What this processor has for it, if it passes its self-test, else the `sha2` crate.
fn fastest() -> Compress {
    detect().filter(|&compress| passes_self_test(compress)).unwrap_or(compress_each)
}

fn detect() -> Option<Compress> {
    #[cfg(target_arch = "x86_64")]
    {
        super::sha_ni::detect_compress()
    }
    #[cfg(target_arch = "aarch64")]
    {
        super::sha_arm::detect_compress()
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        None
    }
}

/// Compares every number of lanes with the `sha2` crate.
fn passes_self_test(compress: Compress) -> bool {
    const MOST: usize = 9;
    let blocks: [[u32; 16]; MOST] =
        core::array::from_fn(|lane| core::array::from_fn(|i| 0x9e37_79b9_u32.wrapping_mul((16 * lane + i) as u32)));
    (1..=MOST).all(|lanes| {
        let mut states = [INITIAL_STATE; MOST];
        let mut expected = states;
        compress(&mut states[..lanes], &blocks[..lanes]);
        compress_each(&mut expected[..lanes], &blocks[..lanes]);
        states == expected
    })
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
        // Not what has passed a self-test: that would hide a mistake.
        let compress = detect().unwrap_or(compress_each);
        for count in 0..10 {
            let mut random = rng::stream(7, "compress test", &count.to_string());
            let mut states: Vec<[u32; 8]> = (0..count).map(|_| random.random()).collect();
            let blocks: Vec<[u32; 16]> = (0..count).map(|_| random.random()).collect();
            let mut expected = states.clone();
            compress_each(&mut expected, &blocks);
            compress(&mut states, &blocks);
            assert_eq!(states, expected, "{count} blocks");
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
