//! The SHA2 extension of 64-bit ARM: four or eight candidates interleaved, because one chain of `sha256h` waits for
//! itself.
//!
//! `sha256h` and `sha256h2` each do four rounds for one half of the state, so work is saved in groups of four rounds:
//!
//! - Group 0 of the header's second block reads the Merkle tail, time, bits and, last, the nonce. The last word of a
//!   group only enters a and e, by addition. So this group is done once per version and search, for a nonce of zero,
//!   and each candidate adds its own nonce.
//! - Versions of one nonce share the message schedule of that block, which depends on the nonce but not on the version.
//! - Only word 7 of the second hash is formed. It is h after round 63, which is e after round 60: the last group needs
//!   `sha256h2` alone.
//!
//! That leaves 61 of these instructions per candidate. It would be 59 if the groups of the second hash were rounds
//! 1–4, …, 57–60 behind a round 0 done by addition, at the price of shifting every word by one place.
//!
//! This kernel is tested under emulation. Its speed has not been measured.
#![expect(unsafe_code, reason = "vector loads, and functions that may only be called once the processor is known")]

use core::arch::aarch64::{
    uint32x4_t, vaddq_u32, vdupq_n_u32, vgetq_lane_u32, vld1q_u32, vsha256h2q_u32, vsha256hq_u32, vsha256su0q_u32,
    vsha256su1q_u32, vst1q_u32,
};
use core::ops::Range;
use std::arch::is_aarch64_feature_detected;

use super::compress::Compress;
use super::kernel::Kernel;
use super::work::{DIGEST_BITS, HEADER_BITS, INITIAL_STATE, K, PADDING, Work};

/// Groups of four rounds in a compression.
const GROUPS: usize = 16;

/// The kernel, where the processor can run it.
pub(super) fn detect() -> Option<Kernel> {
    // SAFETY: only this function gives the closure away, after finding the feature that `scan` enables.
    let kernel = Kernel::new("sha2-arm", |work, limit, range| unsafe { scan(work, limit, range) });
    is_aarch64_feature_detected!("sha2").then_some(kernel)
}

/// The whole compression, where the processor can run it.
pub(super) fn detect_compress() -> Option<Compress> {
    // SAFETY: as above, and `compress` enables the same.
    let compress: Compress = |states, blocks| unsafe { compress(states, blocks) };
    is_aarch64_feature_detected!("sha2").then_some(compress)
}

/// SHA-256 state as the instructions want it: words a–d and e–h, the first in the lowest lane.
type State = [uint32x4_t; 2];
/// Sixteen successive words of a message schedule.
type Words = [uint32x4_t; 4];

#[inline]
#[target_feature(enable = "sha2")]
fn load(words: &[u32; 4]) -> uint32x4_t {
    // SAFETY: the 16 bytes read are those of `words`; the load needs no more alignment than `u32` has.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[inline]
#[target_feature(enable = "sha2")]
fn store(words: &mut [u32; 4], vector: uint32x4_t) {
    // SAFETY: the 16 bytes written are those of `words`; the store needs no more alignment than `u32` has.
    unsafe { vst1q_u32(words.as_mut_ptr(), vector) }
}

#[inline]
#[target_feature(enable = "sha2")]
fn load_state(words: &[u32; 8]) -> State {
    let [a, b, c, d, e, f, g, h] = *words;
    [load(&[a, b, c, d]), load(&[e, f, g, h])]
}

#[inline]
#[target_feature(enable = "sha2")]
fn add(left: State, right: State) -> State {
    [vaddq_u32(left[0], right[0]), vaddq_u32(left[1], right[1])]
}

/// The words of a group of rounds with the round constants added.
#[inline]
#[target_feature(enable = "sha2")]
fn with_constants(words: uint32x4_t, group: usize) -> uint32x4_t {
    vaddq_u32(words, load(&K.as_chunks().0[group]))
}

/// Four rounds; the words come with the round constants added.
#[inline]
#[target_feature(enable = "sha2")]
fn four_rounds([abcd, efgh]: State, words: uint32x4_t) -> State {
    [vsha256hq_u32(abcd, efgh, words), vsha256h2q_u32(efgh, abcd, words)]
}

/// The rounds of some groups in `N` lanes with `M` message schedules, which the lanes take in turn.
///
/// `words` are the message blocks, and afterwards the last sixteen words of their schedules.
#[inline]
#[target_feature(enable = "sha2")]
fn rounds<const N: usize, const M: usize>(states: &mut [State; N], words: &mut [Words; M], groups: Range<usize>) {
    // Two loops, so that the inner one is unrolled: then every word stays in a register of its own.
    for first in (0..GROUPS).step_by(4) {
        for i in 0..4 {
            let group = first + i;
            if groups.contains(&group) {
                let mut added = [vdupq_n_u32(0); M];
                for (added, w) in added.iter_mut().zip(&*words) {
                    *added = with_constants(w[i], group);
                }
                for (lane, state) in states.iter_mut().enumerate() {
                    *state = four_rounds(*state, added[lane % M]);
                }
            }
            if group + 4 < GROUPS {
                for w in words.iter_mut() {
                    let partial = vsha256su0q_u32(w[i], w[(i + 1) % 4]);
                    w[i] = vsha256su1q_u32(partial, w[(i + 2) % 4], w[(i + 3) % 4]);
                }
            }
        }
    }
}

/// See [`compress`](super::compress::compress). Four lanes at a time, then the rest one by one.
#[target_feature(enable = "sha2")]
fn compress(states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
    let (states, states_left) = states.as_chunks_mut::<4>();
    let (blocks, blocks_left) = blocks.as_chunks::<4>();
    for (states, blocks) in states.iter_mut().zip(blocks) {
        compress_lanes(states, blocks);
    }
    for (state, block) in states_left.as_chunks_mut::<1>().0.iter_mut().zip(blocks_left.as_chunks::<1>().0) {
        compress_lanes(state, block);
    }
}

#[target_feature(enable = "sha2")]
fn compress_lanes<const N: usize>(states: &mut [[u32; 8]; N], blocks: &[[u32; 16]; N]) {
    let mut words = [[vdupq_n_u32(0); 4]; N];
    for (vectors, block) in words.iter_mut().zip(blocks) {
        for (vector, words) in vectors.iter_mut().zip(block.as_chunks().0) {
            *vector = load(words);
        }
    }
    let mut before = [[vdupq_n_u32(0); 2]; N];
    for (vectors, state) in before.iter_mut().zip(&*states) {
        *vectors = load_state(state);
    }
    let mut after = before;
    rounds(&mut after, &mut words, 0..GROUPS);
    for ((state, before), after) in states.iter_mut().zip(before).zip(after) {
        for (words, vector) in state.as_chunks_mut().0.iter_mut().zip(add(before, after)) {
            store(words, vector);
        }
    }
}

#[target_feature(enable = "sha2")]
fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    match work.versions {
        1 => scan_lanes::<4, 4>(work, limit, range),
        4 => scan_lanes::<4, 1>(work, limit, range),
        _ => scan_lanes::<8, 1>(work, limit, range),
    }
}

/// Searches `N` candidates at a time: successive nonces of one version or, where `NONCES` is 1, versions of one nonce.
#[inline]
#[target_feature(enable = "sha2")]
fn scan_lanes<const N: usize, const NONCES: usize>(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    let mut midstates = [[vdupq_n_u32(0); 2]; N];
    for (lane, midstate) in midstates.iter_mut().enumerate() {
        *midstate = load_state(&work.midstates[lane / NONCES]);
    }
    let no_nonce = with_constants(header_tail(work.tail, 0)[0], 0);
    let mut starts = midstates;
    for start in &mut starts {
        *start = four_rounds(*start, no_nonce);
    }

    let mut base = range.start - range.start % N as u64;
    while base < range.end {
        let nonce = (base / work.versions) as u32;
        let digests = first_hashes::<N, NONCES>(&midstates, &starts, work.tail, nonce);
        for (base, digests) in (base..).step_by(4).zip(digests.as_chunks().0) {
            for (index, top) in (base..).zip(top_words(digests)) {
                if top <= limit && range.contains(&index) {
                    return Some(index);
                }
            }
        }
        base += N as u64;
    }
    None
}

/// The header's second block.
#[inline]
#[target_feature(enable = "sha2")]
fn header_tail([merkle, time, bits]: [u32; 3], nonce: u32) -> Words {
    [
        // The nonce is little-endian in the header, but SHA-256 reads big-endian words.
        load(&[merkle, time, bits, nonce.swap_bytes()]),
        load(&[PADDING, 0, 0, 0]),
        vdupq_n_u32(0),
        load(&[0, 0, 0, HEADER_BITS]),
    ]
}

/// First hashes, of `NONCES` nonces from `nonce` on.
///
/// `starts` are the states after rounds 0–3 of the second block if the nonce were zero.
#[inline]
#[target_feature(enable = "sha2")]
fn first_hashes<const N: usize, const NONCES: usize>(
    midstates: &[State; N],
    starts: &[State; N],
    tail: [u32; 3],
    nonce: u32,
) -> [State; N] {
    let mut words = [header_tail(tail, nonce); NONCES];
    let mut nonces = [vdupq_n_u32(0); NONCES];
    for (offset, (words, vector)) in (0..).zip(words.iter_mut().zip(&mut nonces)) {
        let nonce = nonce.wrapping_add(offset);
        *words = header_tail(tail, nonce);
        *vector = load(&[nonce.swap_bytes(), 0, 0, 0]);
    }
    let mut states = *starts;
    for (lane, state) in states.iter_mut().enumerate() {
        *state = add(*state, [nonces[lane % NONCES]; 2]);
    }
    rounds(&mut states, &mut words, 1..GROUPS);
    for (state, midstate) in states.iter_mut().zip(midstates) {
        *state = add(*state, *midstate);
    }
    states
}

/// The 32 most significant bits of four second hashes.
#[inline]
#[target_feature(enable = "sha2")]
fn top_words(digests: &[State; 4]) -> [u32; 4] {
    let padding = [load(&[PADDING, 0, 0, 0]), load(&[0, 0, 0, DIGEST_BITS])];
    let mut words = [[padding[0]; 4]; 4];
    for (words, [low, high]) in words.iter_mut().zip(*digests) {
        *words = [low, high, padding[0], padding[1]];
    }
    let mut states = [load_state(&INITIAL_STATE); 4];
    rounds(&mut states, &mut words, 0..GROUPS - 1);

    let mut tops = [0; 4];
    for ((top, [abcd, efgh]), [.., last]) in tops.iter_mut().zip(states).zip(words) {
        let efgh = vsha256h2q_u32(efgh, abcd, with_constants(last, GROUPS - 1));
        *top = vgetq_lane_u32::<3>(efgh).wrapping_add(INITIAL_STATE[7]).swap_bytes();
    }
    tops
}
