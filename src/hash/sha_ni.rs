//! The SHA extensions of x86: four candidates interleaved, because one chain of `sha256rnds2` waits for itself.
//!
//! An instruction does two rounds, so a compression takes 32 of them and a double hash 64. Both compressions of a
//! header search are cut to the 30 whose result depends on the nonce and decides the search: see [`header`] for
//! the first, [`digest`] for the second. Every cut is named where it is made. The whole compression, for all that is
//! not a search, is in [`compress`](self::compress).
//!
//! # AVX
//!
//! The kernel asks for AVX only for its encoding: instructions that do not overwrite an operand save copies, a fifth
//! of all instructions. Processors with SHA extensions but without AVX are a few small ones.
//!
//! The SHA instructions themselves have no such encoding, and each is slow while the upper half of a YMM register
//! is in use. That half is clean at the start of every function, by the calling convention: a compiler that uses
//! it cleans it before any call. Code here uses 128 bits. So it is enough that what is entered from outside, and
//! the functions with the rounds, are never inlined into code that might do otherwise.
#![expect(unsafe_code, reason = "functions with target features may only be called once the processor is known")]

mod compress;
pub(super) mod digest;
pub(super) mod header;

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_set_epi32, _mm_set1_epi32, _mm_setzero_si128,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32,
};
use core::array::from_ref;
use core::ops::Range;

use super::compress::Compress;
use super::kernel::Kernel;
use super::work::{K, Work};
use header::{Header, Midstate};

/// Candidates side by side. Two keep the SHA unit of some cores busy, four that of all.
const LANES: usize = 4;

/// SHA-256 state as the instructions want it: words (f, e, b, a) and (h, g, d, c), lowest lane first.
type State = [__m128i; 2];

/// Whether the processor has the SHA extensions and AVX.
pub(super) fn detected() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("avx")
}

/// The kernel, where the processor can run it.
pub(super) fn detect() -> Option<Kernel> {
    // SAFETY: only this function gives the closure away, after finding every feature that `scan` enables.
    let kernel = Kernel::new("sha-ni", |work, limit, range| unsafe { scan(work, limit, range) });
    detected().then_some(kernel)
}

/// The whole compression, where the processor can run it.
pub(super) fn detect_compress() -> Option<Compress> {
    // SAFETY: as above, and `compress` enables the same.
    let compress: Compress = |states, blocks| unsafe { compress::compress(states, blocks) };
    detected().then_some(compress)
}

/// See [`Kernel::scan`].
#[inline(never)]
#[target_feature(enable = "sha,avx")]
pub(super) fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    match work.versions {
        1 => scan_nonces(work, limit, range),
        4 => scan_versions::<1>(work, limit, range),
        _ => scan_versions::<2>(work, limit, range),
    }
}

/// Four nonces at a time, each with its own message schedule.
#[inline(never)]
#[target_feature(enable = "sha,avx")]
fn scan_nonces(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    let header = Header::new(work.tail);
    let midstates = [[Midstate::new(&work.midstates[0], work.tail)]; LANES];
    let first = range.start - range.start % LANES as u64;
    one_step_ahead(first, limit, &range, |base, digests| {
        let nonce = base as u32;
        header.hash(&midstates, [nonce, nonce + 1, nonce + 2, nonce + 3], &mut [], digests);
    })
}

/// Four of `QUADS` times four versions of one nonce at a time, which share the nonce's message schedule.
#[inline(never)]
#[target_feature(enable = "sha,avx")]
fn scan_versions<const QUADS: usize>(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    let header = Header::new(work.tail);
    let mut midstates = [[Midstate::new(&work.midstates[0], work.tail); LANES]; QUADS];
    for version in 1..LANES * QUADS {
        midstates[version / LANES][version % LANES] = Midstate::new(&work.midstates[version], work.tail);
    }
    let versions = (QUADS * LANES) as u64;
    let first = range.start - range.start % versions;
    // Filled by the first four versions of a nonce for the others.
    let mut words = [[_mm_setzero_si128(); 12]];
    one_step_ahead(first, limit, &range, |base, digests| {
        let nonce = (base / versions) as u32;
        match (base % versions) as usize / LANES {
            0 if QUADS == 1 => header.hash(from_ref(&midstates[0]), [nonce], &mut [], digests),
            0 => header.hash(from_ref(&midstates[0]), [nonce], &mut words, digests),
            quad => header::hash_again(&midstates[quad], nonce, &words[0], digests),
        }
    })
}

/// Scans the range from `base` on, four candidates at a time, of which `hash` does the first hash.
///
/// The first hash of one step is done before the second hash of the step before it. So what follows in the program
/// never waits for what has just been started: there are always four chains whose input is complete.
#[inline]
#[target_feature(enable = "sha,avx")]
fn one_step_ahead<const P: usize, const S: usize>(
    mut base: u64,
    limit: u32,
    range: &Range<u64>,
    mut hash: impl FnMut(u64, &mut [[State; P]; S]),
) -> Option<u64> {
    if range.is_empty() {
        return None;
    }
    let limit = _mm_set1_epi32(limit.cast_signed());
    // The digests of even steps and of odd ones.
    let mut digests = [[[[limit; 2]; P]; S]; 2];
    let mut step = 0;
    hash(base, &mut digests[step]);
    while base < range.end {
        let next = base + LANES as u64;
        if next < range.end {
            hash(next, &mut digests[1 - step]);
        }
        let passing = digest::passing(&digests[step], limit);
        if passing != 0
            && let Some(index) = lowest(passing, base, range)
        {
            return Some(index);
        }
        base = next;
        step = 1 - step;
    }
    None
}

/// The lowest index inside the range of those whose bits are set, the lowest bit standing for index `base`.
#[cold]
fn lowest(passing: u32, base: u64, range: &Range<u64>) -> Option<u64> {
    (base..base + LANES as u64).find(|index| passing >> (index - base) & 1 == 1 && range.contains(index))
}

/// A vector of four words, the first in the lowest lane.
#[inline]
#[target_feature(enable = "sha,avx")]
pub(super) fn vector(words: [u32; 4]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

/// A state in the order of the instructions.
#[inline]
#[target_feature(enable = "sha,avx")]
fn pack(words: &[u32; 8]) -> State {
    let [a, b, c, d, e, f, g, h] = *words;
    let badc = _mm_shuffle_epi32::<0xb1>(vector([a, b, c, d]));
    let hgfe = _mm_shuffle_epi32::<0x1b>(vector([e, f, g, h]));
    [_mm_alignr_epi8::<8>(badc, hgfe), _mm_blend_epi16::<0xf0>(hgfe, badc)]
}

/// The constants of four rounds, as vectors are added to them.
#[inline]
#[target_feature(enable = "sha,avx")]
fn constants(round: usize) -> __m128i {
    vector([K[round], K[round + 1], K[round + 2], K[round + 3]])
}

/// `P` lanes that share a message schedule.
///
/// The program goes through lanes with their own schedules in turn, up to sixteen rounds each: that is long enough
/// to keep a lane's schedule in registers, and short enough for the processor to overlap the lanes.
#[derive(Clone, Copy)]
struct Lanes<const P: usize> {
    /// The states.
    states: [State; P],
    /// Sixteen words of the schedule, the latest last.
    window: [__m128i; 4],
}

impl<const P: usize> Lanes<P> {
    /// Two rounds with the two lowest words, to which the constants are added already.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn two_rounds(&mut self, words: __m128i) {
        for state in &mut self.states {
            let [abef, cdgh] = *state;
            // Two rounds move (a, b, e, f) to (c, d, g, h), so only the other half of the state is new.
            *state = [_mm_sha256rnds2_epu32(cdgh, abef, words), abef];
        }
    }

    /// As [`Self::two_rounds`], with the two highest words.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn two_rounds_high(&mut self, words: __m128i) {
        self.two_rounds(_mm_shuffle_epi32::<0x0e>(words));
    }

    /// Four rounds from `round` on with the words of a part of the window. Returns them with the constants added.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn four_rounds(&mut self, round: usize, part: usize) -> __m128i {
        let words = _mm_add_epi32(self.window[part], constants(round));
        self.two_rounds(words);
        self.two_rounds_high(words);
        words
    }

    /// As [`Self::four_rounds`] with the next words of the schedule, by the whole recurrence.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn four_rounds_on(&mut self, round: usize) -> __m128i {
        self.push(_mm_add_epi32(self.sixteen_before(), self.seven_before()));
        self.four_rounds(round, 3)
    }

    /// Moves the window on by four words, given the sum of all their terms but s1, which is of the word two before.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn push(&mut self, without_s1: __m128i) {
        let [_, b, c, d] = self.window;
        self.window = [b, c, d, _mm_sha256msg2_epu32(without_s1, d)];
    }

    /// The term of each of the next four words that is the word seven before it.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn seven_before(&self) -> __m128i {
        _mm_alignr_epi8::<4>(self.window[3], self.window[2])
    }

    /// The terms of each of the next four words that are the word 16 before it and s0 of the word 15 before it.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn sixteen_before(&self) -> __m128i {
        _mm_sha256msg1_epu32(self.window[0], self.window[1])
    }
}

/// Adds the state before a compression to that after its rounds.
#[inline]
#[target_feature(enable = "sha,avx")]
fn add_state(state: &mut State, before: &State) {
    *state = [_mm_add_epi32(state[0], before[0]), _mm_add_epi32(state[1], before[1])];
}

#[cfg(test)]
mod tests;
