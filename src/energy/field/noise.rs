//! White noise: the weighted sum of the bytes of many streams.
#![expect(clippy::inline_always, reason = "see `words`")]

use crate::rng::chacha::{BLOCK_BYTES, Key, blocks};
use crate::words::{self, Job, MOST_LANES, Words};

/// Values that are computed at a time.
const BUFFER: usize = BLOCK_BYTES * MOST_LANES;

/// White noise without end.
pub(in crate::energy) struct Noise {
    /// Key of each cell's stream, and its weight.
    cells: Vec<(Key, f32)>,
    /// Block after the last in the buffer.
    next_block: u32,
    buffer: Box<[f32; BUFFER]>,
    /// Place of the next value in the buffer.
    next: usize,
}

impl Noise {
    /// The sum of the cells' streams, each with its key and weight.
    pub(super) fn of(cells: Vec<(Key, f32)>) -> Self {
        Self { cells, next_block: 0, buffer: Box::new([0.0; BUFFER]), next: BUFFER }
    }

    /// The next values.
    pub(in crate::energy) fn fill(&mut self, mut values: &mut [f32]) {
        while !values.is_empty() {
            if self.next == BUFFER {
                self.refill();
            }
            let len = values.len().min(BUFFER - self.next);
            let (now, later) = values.split_at_mut(len);
            now.copy_from_slice(&self.buffer[self.next..self.next + len]);
            self.next += len;
            values = later;
        }
    }

    fn refill(&mut self) {
        words::widest(Sum { cells: &self.cells, first: self.next_block, noise: &mut self.buffer[..] });
        self.next_block += MOST_LANES as u32;
        self.next = 0;
    }
}

impl Iterator for Noise {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let mut value = [0.0];
        self.fill(&mut value);
        Some(value[0])
    }
}

/// Sets the noise to the sum of `weight × (byte - 127.5)` over the cells, in their order.
struct Sum<'a> {
    cells: &'a [(Key, f32)],
    /// Block of the first value.
    first: u32,
    noise: &'a mut [f32],
}

impl Job for Sum<'_> {
    /// The bytes of several blocks are summed as they come, a word of each block side by side, and only the sums are put
    /// into the order of the stream.
    #[inline(always)]
    fn run<W: Words>(self) {
        let mut sums = [0.0; BLOCK_BYTES * MOST_LANES];
        let sums = &mut sums[..BLOCK_BYTES * W::LANES];
        for (first, noise) in (self.first..).step_by(W::LANES).zip(self.noise.chunks_mut(sums.len())) {
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
    use crate::rng::{key, stream};
    use crate::words::each_width;
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
                Sum { cells: &cells, first: 0, noise: &mut noise }.run::<W>();
                assert!(noise.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{len} hours");
            }
        }
    }

    #[test]
    fn noise_goes_on_where_its_buffer_ends() {
        let cells = vec![(key(3, "t", "a"), 0.7)];
        let mut bytes = vec![0; 3 * BUFFER + 5];
        stream(3, "t", "a").fill_bytes(&mut bytes);
        assert!(Noise::of(cells).zip(bytes).all(|(noise, byte)| noise == 0.7 * (f32::from(byte) - 127.5)));
    }

    #[test]
    fn every_width_gives_the_bits_of_one_stream_after_the_other() {
        each_width(|| Compare);
    }
}
