//! The whole compression, for midstates, whole hashes and coinbase hashes.

use core::arch::x86_64::{__m128i, _mm_alignr_epi8, _mm_blend_epi16, _mm_setzero_si128, _mm_shuffle_epi32};

use super::{LANES, Lanes, State, add_state, pack, vector};

/// See [`compress`](super::super::compress::compress). Four lanes at a time, then the rest at once.
#[inline(never)]
#[target_feature(enable = "sha,avx")]
pub(super) fn compress(states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
    let (states, blocks) = compress_by::<LANES>(states, blocks);
    let (states, blocks) = compress_by::<3>(states, blocks);
    let (states, blocks) = compress_by::<2>(states, blocks);
    compress_by::<1>(states, blocks);
}

/// Compresses `N` at a time; returns the rest, less than `N`.
#[inline]
#[target_feature(enable = "sha,avx")]
fn compress_by<'a, const N: usize>(
    states: &'a mut [[u32; 8]],
    blocks: &'a [[u32; 16]],
) -> (&'a mut [[u32; 8]], &'a [[u32; 16]]) {
    let (states, other_states) = states.as_chunks_mut::<N>();
    let (blocks, other_blocks) = blocks.as_chunks::<N>();
    for (states, blocks) in states.iter_mut().zip(blocks) {
        compress_lanes(states, blocks);
    }
    (other_states, other_blocks)
}

/// One compression in each lane.
#[inline]
#[target_feature(enable = "sha,avx")]
fn compress_lanes<const N: usize>(results: &mut [[u32; 8]; N], blocks: &[[u32; 16]; N]) {
    let zero = [_mm_setzero_si128(); 4];
    let mut before = [[zero[0]; 2]; N];
    let mut lanes = [Lanes { states: [before[0]], window: zero }; N];
    for i in 0..N {
        before[i] = pack(&results[i]);
        lanes[i] = Lanes { states: [before[i]], window: words_0_to_15(&blocks[i]) };
    }
    for part in 0..4 {
        for lane in &mut lanes {
            lane.four_rounds(4 * part, part);
        }
    }
    for round in (16..64).step_by(16) {
        for lane in &mut lanes {
            for round in (round..round + 16).step_by(4) {
                lane.four_rounds_on(round);
            }
        }
    }
    for i in 0..N {
        add_state(&mut lanes[i].states[0], &before[i]);
        results[i] = unpack(&lanes[i].states[0]);
    }
}

/// The words of a block.
#[inline]
#[target_feature(enable = "sha,avx")]
fn words_0_to_15(block: &[u32; 16]) -> [__m128i; 4] {
    let mut window = [_mm_setzero_si128(); 4];
    for (four, words) in window.iter_mut().zip(block.as_chunks().0) {
        *four = vector(*words);
    }
    window
}

/// A state in the order of its words.
#[inline]
#[target_feature(enable = "sha,avx")]
fn unpack(state: &State) -> [u32; 8] {
    let abef = _mm_shuffle_epi32::<0x1b>(state[0]);
    let ghcd = _mm_shuffle_epi32::<0xb1>(state[1]);
    let halves = [_mm_blend_epi16::<0xf0>(abef, ghcd), _mm_alignr_epi8::<8>(ghcd, abef)];
    // SAFETY: both types are 32 bytes long, and any bits are valid words.
    unsafe { core::mem::transmute::<[__m128i; 2], [u32; 8]>(halves) }
}
