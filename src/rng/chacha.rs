//! The words of a [`Stream`](super::Stream) for those who want many: several blocks of ChaCha8 side by side.
#![expect(clippy::inline_always, reason = "see `words`")]

use crate::words::{Job, MOST_LANES, Words};

/// 32-bit words of a block.
const BLOCK_PLACES: usize = 16;
/// Bytes of a block.
pub(crate) const BLOCK_BYTES: usize = 4 * BLOCK_PLACES;
/// 64-bit words of a block.
pub(crate) const BLOCK_WORDS: usize = BLOCK_BYTES / 8;
/// The first words of every state.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
/// Two rounds each: columns, then diagonals.
const DOUBLE_ROUNDS: usize = 4;
/// Key of a stream, as words.
pub(crate) type Key = [u32; 8];

/// The blocks from `first` on, one per lane: the words of each in order.
///
/// Bernstein's layout as `rand` uses it: the number of the block in words 12 and 13, no nonce. Blocks are numbered below
/// 2^32 - 16 here, which leaves word 13 at 0: that many are 256 GB.
#[inline(always)]
pub(crate) fn blocks<W: Words>(key: &Key, first: u32) -> [W; BLOCK_PLACES] {
    let start: [W; BLOCK_PLACES] = core::array::from_fn(|i| match i {
        0..4 => W::splat(CONSTANTS[i]),
        4..12 => W::splat(key[i - 4]),
        12 => W::count(first),
        _ => W::splat(0),
    });
    let mut state = start;
    for _ in 0..DOUBLE_ROUNDS {
        // Written out, so that every word stays in a register.
        mix::<W, 0, 4, 8, 12>(&mut state);
        mix::<W, 1, 5, 9, 13>(&mut state);
        mix::<W, 2, 6, 10, 14>(&mut state);
        mix::<W, 3, 7, 11, 15>(&mut state);
        mix::<W, 0, 5, 10, 15>(&mut state);
        mix::<W, 1, 6, 11, 12>(&mut state);
        mix::<W, 2, 7, 8, 13>(&mut state);
        mix::<W, 3, 4, 9, 14>(&mut state);
    }
    for (word, start) in state.iter_mut().zip(start) {
        *word = word.add(start);
    }
    state
}

/// Fills whole blocks with the 64-bit words of a stream, in order.
pub(crate) struct Fill<'a> {
    pub(crate) key: &'a Key,
    /// Number of the first block.
    pub(crate) first: u32,
    pub(crate) words: &'a mut [u64],
}

impl Job for Fill<'_> {
    #[inline(always)]
    fn run<W: Words>(self) {
        for (first, words) in (self.first..).step_by(W::LANES).zip(self.words.chunks_mut(BLOCK_WORDS * W::LANES)) {
            let mut by_place = [[0; MOST_LANES]; BLOCK_PLACES];
            for (lanes, to) in blocks::<W>(self.key, first).into_iter().zip(&mut by_place) {
                lanes.store(to);
            }
            for (lane, block) in words.chunks_exact_mut(BLOCK_WORDS).enumerate() {
                for (word, [low, high]) in block.iter_mut().zip(by_place.as_chunks().0) {
                    *word = u64::from(low[lane]) | u64::from(high[lane]) << 32;
                }
            }
        }
    }
}

/// The quarter round.
#[inline(always)]
fn mix<W: Words, const A: usize, const B: usize, const C: usize, const D: usize>(state: &mut [W; BLOCK_PLACES]) {
    state[A] = state[A].add(state[B]);
    state[D] = state[D].xor(state[A]).rotate_16();
    state[C] = state[C].add(state[D]);
    state[B] = state[B].xor(state[C]).rotate_12();
    state[A] = state[A].add(state[B]);
    state[D] = state[D].xor(state[A]).rotate_8();
    state[C] = state[C].add(state[D]);
    state[B] = state[B].xor(state[C]).rotate_7();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{key, stream};
    use crate::words::each_width;
    use rand::Rng;

    /// Compares words from block 3 on with the stream's.
    struct Compare;

    impl Job for Compare {
        #[inline(always)]
        fn run<W: Words>(self) {
            let mut stream = stream(7, "wind", "a");
            for _ in 0..3 * BLOCK_WORDS {
                stream.next_u64();
            }
            let mut words = [0; 37 * BLOCK_WORDS];
            Fill { key: &key(7, "wind", "a"), first: 3, words: &mut words }.run::<W>();
            assert!(words.iter().all(|word| *word == stream.next_u64()), "{} lanes", W::LANES);
        }
    }

    #[test]
    fn blocks_side_by_side_are_the_stream() {
        each_width(|| Compare);
    }
}
