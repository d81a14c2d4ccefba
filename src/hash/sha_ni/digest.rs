//! The second hash: the compression of the first hash's digest, as far as the search is decided by it.
//!
//! The block is the digest, words 0–7, then padding. That allows five cuts:
//!
//! * **Only word 7 of the hash**, which holds its 32 most significant bits, is formed. It is word e after round 60,
//!   which the last three rounds only move.
//! * **Round 0 as a sum.** A round adds its word to two words of the state, and the rest of round 0 is the same for
//!   all. What remains are rounds 1–60: 30 instructions.
//! * **The schedule in groups 1–4, 5–8, …** instead of 0–3, 4–7, …, which the recurrence allows. So the rounds are
//!   whole groups still, and words 61–63 are never formed.
//! * **Ready words.** Words 8–15 are padding and length.
//! * **Short recurrences.** Some terms of words 16–28 are zero.

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_castps_si128, _mm_castsi128_ps, _mm_cmpeq_epi32,
    _mm_insert_ps, _mm_min_epu32, _mm_movemask_ps, _mm_set_epi8, _mm_set1_epi32, _mm_setzero_si128,
    _mm_sha256msg1_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_shuffle_ps, _mm_unpackhi_epi64, _mm_unpacklo_epi32,
};

use super::super::work::{DIGEST_BITS, INITIAL_STATE, K, PADDING};
use super::{LANES, Lanes, State, constants, pack, vector};

/// A bit for each digest, the first in the lowest bit: whether its hash has its 32 most significant bits at most
/// `limit`, which is in every lane.
#[inline(never)]
#[target_feature(enable = "sha,avx")]
pub(super) fn passing<const P: usize, const S: usize>(digests: &[[State; P]; S], limit: __m128i) -> u32 {
    let states = after_round_60(digests).map(|lane| lane.states[0]);
    let e_of_two = [_mm_unpacklo_epi32(states[0][0], states[1][0]), _mm_unpacklo_epi32(states[2][0], states[3][0])];
    let e = _mm_unpackhi_epi64(e_of_two[0], e_of_two[1]);
    let word_7 = _mm_add_epi32(e, _mm_set1_epi32(INITIAL_STATE[7].cast_signed()));
    // The hash is a little-endian number, but SHA-256 writes big-endian words.
    let swap_bytes = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    let top = _mm_shuffle_epi8(word_7, swap_bytes);
    let passing = _mm_cmpeq_epi32(_mm_min_epu32(top, limit), top);
    _mm_movemask_ps(_mm_castsi128_ps(passing)).cast_unsigned()
}

/// The states after round 60.
#[inline]
#[target_feature(enable = "sha,avx")]
fn after_round_60<const P: usize, const S: usize>(digests: &[[State; P]; S]) -> [Lanes<1>; LANES] {
    let mut lanes = [Lanes { states: [digests[0][0]], window: [_mm_setzero_si128(); 4] }; LANES];
    for (lane, digest) in lanes.iter_mut().zip(digests.as_flattened()) {
        *lane = Lanes { states: [after_round_0(digest)], window: words_1_to_16(digest) };
    }
    for lane in &mut lanes {
        lane.four_rounds(1, 0);
        lane.four_rounds(5, 1);
    }
    // Words 9–15 are zero but for the length.
    for words in [constants(9), constants(11), constants(13)] {
        for lane in &mut lanes {
            lane.two_rounds(words);
        }
    }
    for lane in &mut lanes {
        lane.two_rounds_high(_mm_add_epi32(lane.window[3], constants(13)));
    }
    for lane in &mut lanes {
        // Words 10–13 are zero.
        lane.push(lane.sixteen_before());
        lane.four_rounds(17, 3);
        lane.four_rounds_on(21);
        // Words 9–12 are zero, and so is s0 of words 10–13.
        lane.push(lane.seven_before());
        lane.four_rounds(25, 3);
    }
    for round in (29..61).step_by(16) {
        for lane in &mut lanes {
            for round in (round..round + 16).step_by(4) {
                lane.four_rounds_on(round);
            }
        }
    }
    lanes
}

/// The state after round 0: word 0 is added to what became words a and e.
#[inline]
#[target_feature(enable = "sha,avx")]
fn after_round_0(digest: &State) -> State {
    const ZERO_LANES_0_AND_2: i32 = 0b0101;
    const LANE_3_TO_LANE_1: i32 = 3 << 6 | 1 << 4;
    let feba = _mm_castsi128_ps(digest[0]);
    let word_0 = _mm_insert_ps::<{ LANE_3_TO_LANE_1 | ZERO_LANES_0_AND_2 }>(feba, feba);
    let [abef, cdgh] = pack(&AFTER_ROUND_0);
    [_mm_add_epi32(abef, _mm_castps_si128(word_0)), cdgh]
}

/// The state after round 0 if word 0 were zero.
pub(in super::super) const AFTER_ROUND_0: [u32; 8] = {
    let [a, b, c, d, e, f, g, h] = INITIAL_STATE;
    let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
    let choice = (e & f) ^ (!e & g);
    let t1 = h.wrapping_add(sum1).wrapping_add(choice).wrapping_add(K[0]);
    let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
    let majority = (a & b) ^ (a & c) ^ (b & c);
    [t1.wrapping_add(sum0).wrapping_add(majority), a, b, c, d.wrapping_add(t1), e, f, g]
};

/// Words 1–16 of the second block.
#[inline]
#[target_feature(enable = "sha,avx")]
fn words_1_to_16(digest: &State) -> [__m128i; 4] {
    let (feba, hgdc) = (_mm_castsi128_ps(digest[0]), _mm_castsi128_ps(digest[1]));
    let becd = _mm_castps_si128(_mm_shuffle_ps::<0b10_11_01_10>(feba, hgdc));
    let bcde = _mm_shuffle_epi32::<0b01_11_10_00>(becd);
    let ffgh = _mm_castps_si128(_mm_shuffle_ps::<0b00_01_00_00>(feba, hgdc));
    let fgh_padding = _mm_alignr_epi8::<4>(vector([PADDING, 0, 0, 0]), ffgh);
    // Words 1–8 and 10–14 are there; word 16 is word 0 and s0 of word 1, which the instruction gives in lane 3.
    let word_16 = _mm_sha256msg1_epu32(digest[0], bcde);
    let words_13_16 = _mm_blend_epi16::<0b1100_0000>(vector([0, 0, DIGEST_BITS, 0]), word_16);
    [bcde, fgh_padding, _mm_setzero_si128(), words_13_16]
}
