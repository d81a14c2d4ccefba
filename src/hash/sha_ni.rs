//! The SHA extensions of x86: four candidates interleaved, because one chain of `sha256rnds2` waits for itself.
//!
//! Four versions of one nonce share the message schedule of the header's second block, which depends on the nonce
//! but not on the version. Only word 7 of the hash is formed, and of its last four rounds only what it needs.
#![expect(unsafe_code, reason = "functions with target features may only be called once the processor is known")]

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_cvtsi128_si32, _mm_set_epi32, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32,
};
use core::ops::Range;

use super::MAX_ROLL;
use super::work::{DIGEST_BITS, HEADER_BITS, INITIAL_STATE, K, PADDING, Work};

const LANES: usize = 4;
/// Groups of four rounds in a compression.
const GROUPS: usize = 16;

/// Proof that the processor has the SHA extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShaNi(());

impl ShaNi {
    pub fn detect() -> Option<Self> {
        (is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3"))
            .then_some(Self(()))
    }

    /// See [`Kernel::scan`](super::kernel::Kernel::scan).
    #[expect(clippy::unused_self, reason = "holding a `ShaNi` is what makes the call sound")]
    pub fn scan(self, work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
        // SAFETY: a `ShaNi` only comes from `detect`, which found every feature that `scan` enables.
        unsafe { scan(work, limit, range) }
    }
}

/// SHA-256 state as the instructions want it: words (a, b, e, f) and (c, d, g, h), the first in the top lane.
type State = [__m128i; 2];

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    let mut midstates = [state(&INITIAL_STATE); MAX_ROLL];
    for (packed, words) in midstates.iter_mut().zip(&work.midstates[..work.versions as usize]) {
        *packed = state(words);
    }
    let (low, high) = (of_four(&midstates, 0), of_four(&midstates, 4));
    let mut base = range.start - range.start % LANES as u64;
    while base < range.end {
        let nonce = (base / work.versions) as u32;
        let digests = match (work.versions, base % work.versions) {
            (1, _) => hash_four_nonces(&midstates[0], work.tail, nonce),
            (_, 0) => hash_four_versions(&low, work.tail, nonce),
            _ => hash_four_versions(&high, work.tail, nonce),
        };
        for (index, top) in (base..).zip(top_words(&digests)) {
            if top <= limit && range.contains(&index) {
                return Some(index);
            }
        }
        base += LANES as u64;
    }
    None
}

fn of_four(states: &[State; MAX_ROLL], from: usize) -> [State; LANES] {
    core::array::from_fn(|i| states[from + i])
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn vector(words: [u32; 4]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn state(words: &[u32; 8]) -> State {
    let [a, b, c, d, e, f, g, h] = *words;
    [vector([f, e, b, a]), vector([h, g, d, c])]
}

/// State words back in order: a–d and e–h, the first two quarters of a message block.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn message(state: State) -> [__m128i; 2] {
    let abef = _mm_shuffle_epi32::<0x1b>(state[0]);
    let ghcd = _mm_shuffle_epi32::<0xb1>(state[1]);
    [_mm_blend_epi16::<0xf0>(abef, ghcd), _mm_alignr_epi8::<8>(ghcd, abef)]
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn constants(group: usize) -> __m128i {
    vector([K[4 * group], K[4 * group + 1], K[4 * group + 2], K[4 * group + 3]])
}

/// The quarter of the message schedule that follows four.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn extend(w: &[__m128i; 4]) -> __m128i {
    let partial = _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]), _mm_alignr_epi8::<4>(w[3], w[2]));
    _mm_sha256msg2_epu32(partial, w[3])
}

/// The header's second block.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn header_tail(tail: [u32; 3], nonce: u32) -> [__m128i; 4] {
    let [merkle, time, bits] = tail;
    [
        // The nonce is little-endian in the header, but SHA-256 reads big-endian words.
        vector([merkle, time, bits, nonce.swap_bytes()]),
        vector([PADDING, 0, 0, 0]),
        vector([0; 4]),
        vector([0, 0, 0, HEADER_BITS]),
    ]
}

/// Four rounds in every lane; the words come with the round constants added.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn four_rounds(states: &mut [State; LANES], words: [__m128i; LANES]) {
    for ([abef, cdgh], w) in states.iter_mut().zip(words) {
        *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, w);
        *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0x0e>(w));
    }
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn add_initial(states: &mut [State; LANES], initial: &[State; LANES]) {
    for (state, initial) in states.iter_mut().zip(initial) {
        *state = [_mm_add_epi32(state[0], initial[0]), _mm_add_epi32(state[1], initial[1])];
    }
}

/// First hash of one nonce in four versions: one message schedule for all.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn hash_four_versions(midstates: &[State; LANES], tail: [u32; 3], nonce: u32) -> [State; LANES] {
    let mut states = *midstates;
    let mut w = header_tail(tail, nonce);
    for group in 0..GROUPS {
        four_rounds(&mut states, [_mm_add_epi32(w[0], constants(group)); LANES]);
        w = [w[1], w[2], w[3], extend(&w)];
    }
    add_initial(&mut states, midstates);
    states
}

/// First hash of four successive nonces.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn hash_four_nonces(midstate: &State, tail: [u32; 3], nonce: u32) -> [State; LANES] {
    let midstates = [*midstate; LANES];
    let mut states = midstates;
    let mut w = [header_tail(tail, nonce); LANES];
    for (lane, w) in (0..).zip(&mut w) {
        *w = header_tail(tail, nonce.wrapping_add(lane));
    }
    all_but_last_group(&mut states, &mut w);
    let mut last = [w[0][0]; LANES];
    for (last, w) in last.iter_mut().zip(&w) {
        *last = _mm_add_epi32(w[0], constants(GROUPS - 1));
    }
    four_rounds(&mut states, last);
    add_initial(&mut states, &midstates);
    states
}

/// The first 60 rounds with a message schedule per lane, which is left at its last quarter.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn all_but_last_group(states: &mut [State; LANES], w: &mut [[__m128i; 4]; LANES]) {
    for group in 0..GROUPS - 1 {
        let k = constants(group);
        let mut words = [k; LANES];
        for (word, w) in words.iter_mut().zip(w.iter_mut()) {
            *word = _mm_add_epi32(w[0], k);
            *w = [w[1], w[2], w[3], extend(w)];
        }
        four_rounds(states, words);
    }
}

/// The 32 most significant bits of the second hash.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn top_words(digests: &[State; LANES]) -> [u32; LANES] {
    let padding = [vector([PADDING, 0, 0, 0]), vector([0, 0, 0, DIGEST_BITS])];
    let mut w = [[padding[0]; 4]; LANES];
    for (w, digest) in w.iter_mut().zip(digests) {
        let [low, high] = message(*digest);
        *w = [low, high, padding[0], padding[1]];
    }
    let mut states = [state(&INITIAL_STATE); LANES];
    all_but_last_group(&mut states, &mut w);

    // Word h after round 63 is word e after round 60, which stands at f after round 61: two rounds are enough.
    let mut tops = [0; LANES];
    for ((top, [abef, cdgh]), w) in tops.iter_mut().zip(states).zip(&w) {
        let abef = _mm_sha256rnds2_epu32(cdgh, abef, _mm_add_epi32(w[0], constants(GROUPS - 1)));
        let f = _mm_cvtsi128_si32(abef).cast_unsigned();
        *top = f.wrapping_add(INITIAL_STATE[7]).swap_bytes();
    }
    tops
}
