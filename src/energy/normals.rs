//! Standard normal draws by the thousand: the bits of `rand_distr`, in less time.
//!
//! Its ziggurat takes 99 % of the draws at the first look: a byte of a word names a strip, the rest of it a point in the
//! strip, and where the point surely lies under the bell it is the draw. Here only this look is done; whatever it does
//! not settle is left to `rand_distr`, from the same word on.

use std::convert::Infallible;
use std::sync::LazyLock;

use rand::{Rng, TryRng};
use rand_distr::{Distribution, StandardNormal};

use crate::rng;
use crate::rng::chacha::{BLOCK_WORDS, Fill, Key};
use crate::words;

/// Strips of the ziggurat.
const STRIPS: usize = 256;
/// Words that are computed at a time.
const BUFFER_WORDS: usize = 32 * BLOCK_WORDS;

/// Standard normal draws without end.
pub(super) struct Normals {
    words: Words,
    widths: &'static Widths,
}

impl Normals {
    /// Those of the stream that [`rng::stream`] opens.
    pub(super) fn of(seed: u64, purpose: &str, entity: &str) -> Self {
        static WIDTHS: LazyLock<Widths> = LazyLock::new(widths);
        Self { words: Words::new(rng::key(seed, purpose, entity)), widths: &WIDTHS }
    }
}

impl Normals {
    /// The next draws.
    pub(super) fn fill(&mut self, draws: &mut [f64]) {
        let mut done = 0;
        while done < draws.len() {
            let settled = self.look(&mut draws[done..]);
            self.words.next += settled;
            done += settled;
            if let Some(draw) = draws.get_mut(done) {
                *draw = StandardNormal.sample(&mut self.words);
                done += 1;
            }
        }
    }

    /// Draws from the words in the buffer as long as the first look settles them, and says how many it did.
    fn look(&self, draws: &mut [f64]) -> usize {
        let words = &self.words.buffer[self.words.next..];
        for (settled, (draw, word)) in draws.iter_mut().zip(words).enumerate() {
            let strip = (word & 0xff) as usize;
            *draw = point(*word) * self.widths[strip];
            if draw.abs() >= self.widths[strip + 1] {
                return settled;
            }
        }
        draws.len().min(words.len())
    }
}

/// Where a word points to in its strip, -1 to 1.
fn point(word: u64) -> f64 {
    f64::from_bits(1_u64 << 62 | word >> 12) - 3.0
}

/// Half of each strip's width, and after the last one a 0.
type Widths = [f64; STRIPS + 1];

/// The widths that `rand_distr` has, asked by words that point to the middle of a strip's half.
fn widths() -> Widths {
    core::array::from_fn(|strip| {
        let middle = 0b11 << 62 | strip as u64;
        let half: f64 = StandardNormal.sample(&mut Question { first: Some(middle) });
        if strip == STRIPS { 0.0 } else { 2.0 * half }
    })
}

/// A word, and then the one with which the ziggurat takes any point of a strip.
struct Question {
    first: Option<u64>,
}

impl TryRng for Question {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_u64() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.first.take().unwrap_or(u64::MAX))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        to.fill(0xff);
        Ok(())
    }
}

/// The words of a stream from its beginning, 64 bits each.
struct Words {
    key: Key,
    /// Block after the last in the buffer.
    next_block: u32,
    buffer: Box<[u64; BUFFER_WORDS]>,
    /// Place of the next word in the buffer.
    next: usize,
}

impl Words {
    fn new(key: Key) -> Self {
        Self { key, next_block: 0, buffer: Box::new([0; BUFFER_WORDS]), next: BUFFER_WORDS }
    }

    fn refill(&mut self) {
        words::widest(Fill { key: &self.key, first: self.next_block, words: &mut self.buffer[..] });
        self.next_block += (BUFFER_WORDS / BLOCK_WORDS) as u32;
        self.next = 0;
    }
}

impl TryRng for Words {
    type Error = Infallible;

    /// The lower half of a word; the normals do not ask for halves.
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_u64() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        if self.next == BUFFER_WORDS {
            self.refill();
        }
        let word = self.buffer[self.next];
        self.next += 1;
        Ok(word)
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for bytes in to.chunks_mut(8) {
            bytes.copy_from_slice(&self.next_u64().to_le_bytes()[..bytes.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draws_are_those_of_rand_distr() {
        for entity in ["a", "b"] {
            let mut expected = StandardNormal.sample_iter(rng::stream(5, "clouds", entity));
            let mut normals = Normals::of(5, "clouds", entity);
            for len in (0..2_000).cycle().step_by(7).take(2_000) {
                let mut draws = vec![0.0_f64; len];
                normals.fill(&mut draws);
                assert!(draws.iter().all(|draw| Some(draw.to_bits()) == expected.next().map(f64::to_bits)));
            }
        }
    }

    #[test]
    fn strips_narrow_to_nothing() {
        let widths = widths();
        // Doornik (2005): the tail begins at 3.6541528853610088.
        assert_eq!(widths[1], 3.654_152_885_361_009);
        assert!(widths.is_sorted_by(|a, b| a > b) && widths[STRIPS] == 0.0);
    }
}
