//! The weighted sum of the bytes of many streams.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use crate::lanes::{Job, MOST_LANES, Words};
use crate::rng::chacha::{BLOCK_WORDS, Key, blocks};

/// Bytes of a block.
const BLOCK_BYTES: usize = 4 * BLOCK_WORDS;

/// Sets the noise to the sum of `weight × (byte - 127.5)` over the cells, in their order.
pub(super) struct Sum<'a> {
    /// Key of each cell's stream, and its weight.
    pub(super) cells: &'a [(Key, f32)],
    pub(super) noise: &'a mut [f32],
}

impl Job for Sum<'_> {
    /// The bytes of several blocks are summed as they come, a word of each block side by side, and only the sums are put
    /// into the order of the stream.
    #[inline(always)]
    fn run<W: Words>(self) {
        let mut sums = [0.0; BLOCK_BYTES * MOST_LANES];
        let sums = &mut sums[..BLOCK_BYTES * W::LANES];
        for (first, noise) in (0..).step_by(W::LANES).zip(self.noise.chunks_mut(sums.len())) {
            sums.fill(0.0);
            for (key, weight) in self.cells {
                let words = blocks::<W>(key, first);
                for (word, sums) in words.into_iter().zip(sums.chunks_exact_mut(4 * W::LANES)) {
                    word.add_bytes(*weight, sums);
                }
            }
            for (lane, block) in noise.chunks_mut(BLOCK_BYTES).enumerate() {
                for (place, noise) in block.iter_mut().enumerate() {
                    *noise = sums[place * W::LANES + lane];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::each_width;
    use crate::rng::{key, stream};
    use rand::Rng;

    /// Compares the sum with one that takes a stream after the other.
    struct Compare;

    impl Job for Compare {
        #[inline(always)]
        fn run<W: Words>(self) {
            let cells = [("a", 0.7_f32), ("b", 0.31), ("c", 1e-3)];
            for len in [0, 1, 63, 64, 1_023, 5_000] {
                let mut expected = vec![0.0; len];
                for (name, weight) in cells {
                    let mut bytes = vec![0; len];
                    stream(3, "t", name).fill_bytes(&mut bytes);
                    for (sum, byte) in expected.iter_mut().zip(bytes) {
                        *sum += weight * (f32::from(byte) - 127.5);
                    }
                }
                let mut noise = vec![f32::NAN; len];
                let cells = cells.map(|(name, weight)| (key(3, "t", name), weight));
                Sum { cells: &cells, noise: &mut noise }.run::<W>();
                assert!(noise.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{len} hours");
            }
        }
    }

    #[test]
    fn every_width_gives_the_bits_of_one_stream_after_the_other() {
        each_width(|| Compare);
    }
}
