//! The first hash: the compression of a header's second block, which holds the nonce.
//!
//! The block is Merkle tail, time, bits, nonce, then padding: words 0–2 and 4–15 stay the same for all nonces, and
//! nothing but the midstate depends on the rolled version. That allows five cuts:
//!
//! * **Rounds 0–2 once.** They come before the nonce, so a search does them once per version.
//! * **Round 3 as a sum.** A round adds its word to two words of the state; the rest of round 3 is done once too.
//!   What remains are rounds 4–63: 30 instructions.
//! * **Ready words.** Words 4–17 do not depend on the nonce: no schedule, and the round constants added in advance.
//! * **Short recurrences.** Most terms of words 18–31 are zero or constant.
//! * **One schedule for all versions** of a nonce, kept with the round constants added for four further versions.

use core::arch::x86_64::{__m128i, _mm_add_epi32, _mm_cvtsi64_si128, _mm_set1_epi64x, _mm_unpacklo_epi64};

use super::super::work::{HEADER_BITS, K, PADDING, sigma0, sigma1};
use super::{Lanes, State, add_state, constants, pack, vector};

/// Words 16–63 of a message schedule, with the round constants added.
pub(super) type Words = [__m128i; 12];

/// What a search needs of one version.
#[derive(Clone, Copy)]
pub(in super::super) struct Midstate {
    /// The state before the block.
    pub before: State,
    /// The state after round 3 if the nonce were zero.
    pub after_round_3: State,
}

impl Midstate {
    /// Does rounds 0–3 of the block that begins with `tail`, with a nonce of zero.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    pub fn new(words: &[u32; 8], tail: [u32; 3]) -> Self {
        let [merkle, time, bits] = tail;
        let before = pack(words);
        let mut lane = Lanes { states: [before], window: [vector([merkle, time, bits, 0]); 4] };
        lane.four_rounds(0, 0);
        Self { before, after_round_3: lane.states[0] }
    }
}

/// What a search needs of the second block, apart from the nonce.
#[repr(C)]
pub(in super::super) struct Header {
    /// Words 16 and 17.
    pub words_16_17: __m128i,
    /// Words 18 and 19 without the terms that the nonce is in.
    pub words_18_19: [u32; 2],
    /// Words 16 and 17 with the round constants added.
    rounds_16_17: __m128i,
    /// Words 20–23 without s1.
    pub words_20_23: __m128i,
    /// Words 28–31 without s1 and without the words seven before them.
    pub words_28_31: __m128i,
}

impl Header {
    /// The words of the schedule that `tail`, words 0–2, decides.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    pub fn new(tail: [u32; 3]) -> Self {
        let [merkle, time, bits] = tail;
        let word_16 = merkle.wrapping_add(sigma0(time));
        let word_17 = time.wrapping_add(sigma0(bits)).wrapping_add(sigma1(HEADER_BITS));
        let words_16_17 = vector([word_16, word_17, 0, 0]);
        Self {
            words_16_17,
            words_18_19: [bits.wrapping_add(sigma1(word_16)), sigma0(PADDING).wrapping_add(sigma1(word_17))],
            rounds_16_17: _mm_add_epi32(words_16_17, constants(16)),
            words_20_23: vector([PADDING, 0, HEADER_BITS, word_16]),
            words_28_31: vector([0, 0, sigma0(HEADER_BITS), HEADER_BITS.wrapping_add(sigma0(word_16))]),
        }
    }

    /// Hashes of `S` nonces, each for `P` versions; the words of the first `W` schedules go to `words`.
    #[inline(never)]
    #[target_feature(enable = "sha,avx")]
    pub fn hash<const P: usize, const S: usize, const W: usize>(
        &self,
        midstates: &[[Midstate; P]; S],
        nonces: [u32; S],
        words: &mut [Words; W],
        digests: &mut [[State; P]; S],
    ) {
        let mut lanes = [Lanes { states: [midstates[0][0].before; P], window: [self.words_16_17; 4] }; S];
        for i in 0..S {
            // The nonce is little-endian in the header, but SHA-256 reads big-endian words.
            let nonce = nonces[i].swap_bytes();
            lanes[i].states = after_round_3(&midstates[i], nonce);
            lanes[i].window[3] = self.words_16_19(nonce);
        }
        rounds_4_to_15(&mut lanes);
        for lanes in &mut lanes {
            lanes.two_rounds(self.rounds_16_17);
        }
        for (i, lanes) in lanes.iter_mut().enumerate() {
            let words_16_19 = _mm_add_epi32(lanes.window[3], constants(16));
            lanes.two_rounds_high(words_16_19);
            keep(words, i, 0, words_16_19);
            // Words 5–14 are zero. So of the terms of words 20–23 only s1 is not the same for all nonces,
            lanes.push(self.words_20_23);
            keep(words, i, 1, lanes.four_rounds(20, 3));
            // words 24–27 have no terms but s1 and the word seven before,
            lanes.push(lanes.seven_before());
            keep(words, i, 2, lanes.four_rounds(24, 3));
            // and words 28–31 have these and terms that are the same for all nonces.
            lanes.push(_mm_add_epi32(lanes.seven_before(), self.words_28_31));
            keep(words, i, 3, lanes.four_rounds(28, 3));
        }
        for group in (4..12).step_by(4) {
            for (i, lanes) in lanes.iter_mut().enumerate() {
                for group in group..group + 4 {
                    keep(words, i, group, lanes.four_rounds_on(16 + 4 * group));
                }
            }
        }
        for i in 0..S {
            digests[i] = plus_midstates(&lanes[i], &midstates[i]);
        }
    }

    /// Words 16–19: two are ready, two are linear in the nonce and s0 of it, which integer units add up.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn words_16_19(&self, nonce: u32) -> __m128i {
        let [without_s0, without_nonce] = self.words_18_19;
        let word_18 = without_s0.wrapping_add(sigma0(nonce));
        let word_19 = without_nonce.wrapping_add(nonce);
        let words_18_19 = u64::from(word_18) | u64::from(word_19) << 32;
        _mm_unpacklo_epi64(self.words_16_17, _mm_cvtsi64_si128(words_18_19.cast_signed()))
    }
}

/// Hashes of the nonce whose words these are, for further versions.
#[inline(never)]
#[target_feature(enable = "sha,avx")]
pub(super) fn hash_again<const P: usize>(
    midstates: &[Midstate; P],
    nonce: u32,
    words: &Words,
    digests: &mut [[State; P]; 1],
) {
    let mut lanes = [Lanes { states: after_round_3(midstates, nonce.swap_bytes()), window: [words[0]; 4] }];
    rounds_4_to_15(&mut lanes);
    let [mut lanes] = lanes;
    for &words in words {
        lanes.two_rounds(words);
        lanes.two_rounds_high(words);
    }
    digests[0] = plus_midstates(&lanes, midstates);
}

/// Keeps words of schedule `i` if there is room for that schedule.
#[inline]
fn keep<const W: usize>(kept: &mut [Words; W], i: usize, group: usize, words: __m128i) {
    if let Some(kept) = kept.get_mut(i) {
        kept[group] = words;
    }
}

/// The states after round 3: the nonce, its word, is added to what became words a and e.
#[inline]
#[target_feature(enable = "sha,avx")]
fn after_round_3<const P: usize>(midstates: &[Midstate; P], nonce: u32) -> [State; P] {
    let in_a_and_e = _mm_set1_epi64x((u64::from(nonce) << 32).cast_signed());
    let mut states = [midstates[0].after_round_3; P];
    for (state, midstate) in states.iter_mut().zip(midstates) {
        let [abef, cdgh] = midstate.after_round_3;
        *state = [_mm_add_epi32(abef, in_a_and_e), cdgh];
    }
    states
}

/// Rounds of words that are the same in every header, padding and length.
#[inline]
#[target_feature(enable = "sha,avx")]
fn rounds_4_to_15<const P: usize, const S: usize>(lanes: &mut [Lanes<P>; S]) {
    let words_4_5 = vector([PADDING.wrapping_add(K[4]), K[5], 0, 0]);
    let words_14_15 = vector([K[14], HEADER_BITS.wrapping_add(K[15]), 0, 0]);
    for words in [words_4_5, constants(6), constants(8), constants(10), constants(12), words_14_15] {
        for lanes in lanes.iter_mut() {
            lanes.two_rounds(words);
        }
    }
}

/// The digests: states after all rounds plus midstates.
#[inline]
#[target_feature(enable = "sha,avx")]
fn plus_midstates<const P: usize>(lanes: &Lanes<P>, midstates: &[Midstate; P]) -> [State; P] {
    let mut digests = lanes.states;
    for (digest, midstate) in digests.iter_mut().zip(midstates) {
        add_state(digest, &midstate.before);
    }
    digests
}
