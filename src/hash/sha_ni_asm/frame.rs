//! Memory that the assembly works with, and what is set up once per search.

use core::arch::x86_64::{__m128i, _mm_set1_epi32};
use core::mem::MaybeUninit;

use super::super::MAX_ROLL;
use super::super::sha_ni::digest::AFTER_ROUND_0;
use super::super::sha_ni::header::{Header, Midstate};
use super::super::sha_ni::vector;
use super::super::work::{DIGEST_BITS, HEADER_BITS, INITIAL_STATE, K, PADDING, Work};

/// What the assembly needs of every search. The first 128 bytes are within reach of a short displacement.
#[repr(C, align(64))]
pub(super) struct Constants {
    /// Shuffle (h, g, d, c) to (0, c, d, 0), lowest lane first.
    pub cd: [u8; 16],
    /// Shuffle (h, g, d, c) to (0, g, h, 0).
    pub gh: [u8; 16],
    /// Shuffle (f, e, b, a) to (b, 0, 0, e).
    pub be: [u8; 16],
    /// Shuffle (f, e, b, a) to (0, a, 0, a).
    pub aa: [u8; 16],
    /// Reverses the bytes of each word.
    pub swap: [u8; 16],
    /// Words 13–15 of the second compression.
    pub padding: [u32; 4],
    /// State words (h, g, d, c) after round 0 of the second compression.
    pub cdgh: [u32; 4],
    /// Initial value of `h`.
    pub h: [u32; 4],
    /// Round constants of the first compression, with the padding in words 4–15 added.
    pub first: [u32; 64],
    /// Round constants of the second compression from round 1 on.
    pub second: [u32; 60],
}

pub(super) static CONSTANTS: Constants = {
    const NONE: u8 = 0x80;
    const fn lanes(from: [u8; 4]) -> [u8; 16] {
        let mut mask = [NONE; 16];
        let mut i = 0;
        while i < 16 {
            if from[i / 4] != NONE {
                mask[i] = 4 * from[i / 4] + i as u8 % 4;
            }
            i += 1;
        }
        mask
    }
    let [_, _, c, d, _, _, g, h] = AFTER_ROUND_0;
    let (mut first, mut second) = (K, [0; 60]);
    first[4] = first[4].wrapping_add(PADDING);
    first[15] = first[15].wrapping_add(HEADER_BITS);
    second.copy_from_slice(K.split_at(1).1.split_at(60).0);
    Constants {
        cd: lanes([NONE, 3, 2, NONE]),
        gh: lanes([NONE, 1, 0, NONE]),
        be: lanes([2, NONE, NONE, 1]),
        aa: lanes([NONE, 3, NONE, 3]),
        swap: [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12],
        padding: [0, 0, DIGEST_BITS, 0],
        cdgh: [h, g, d, c],
        h: [INITIAL_STATE[7]; 4],
        first,
        second,
    }
};

/// What one search needs, and its scratch memory.
#[repr(C, align(64))]
pub(super) struct Frame {
    /// Memory of the assembly alone.
    pub scratch: MaybeUninit<Scratch>,
    /// Largest top word of a hash that is a hit.
    pub limit: __m128i,
    /// Of the first compression.
    pub header: Header,
    /// Of each rolled version.
    pub versions: [MaybeUninit<Version>; MAX_ROLL],
}

/// Memory of the assembly alone. The first 128 bytes are within reach of a short displacement.
#[repr(C, align(64))]
pub(super) struct Scratch {
    /// Last two quarters of the next nonce's schedule.
    pub quarters: [[u32; 4]; 2],
    /// Words 18 and 19 of the next nonce.
    pub word_18: [u32; 2],
    /// Words `e` of the pair that finished first.
    pub half: [u32; 2],
    /// Hits among versions 0–3 while versions 4–7 are at work.
    pub low_versions: u32,
    /// How many versions there are.
    pub k: u32,
    /// How many nonces to search.
    pub nonces: u64,
    /// State (f, e, b, a) after round 0 of the two chains about to start their second compression.
    pub starts: [[u32; 4]; 2],
    /// Sums of `sha256msg1` of the next nonce, by the quarter they go into.
    pub sums: [[u32; 4]; 16],
    /// The same of the two chains in the second compression.
    pub chain_sums: [ChainQuarters; 2],
    /// Round words of the two chains in the second compression.
    pub chain_words: [ChainQuarters; 2],
    /// State after the first compression, (f, e, b, a) and (h, g, d, c), of each version.
    pub digests: [[[u32; 4]; 2]; MAX_ROLL],
    /// Of this nonce and the next.
    pub nonce_words: [NonceWords; 2],
}

/// Quarters of four words each.
pub(super) type ChainQuarters = [[u32; 4]; 15];

/// What the first compressions of one nonce share.
#[repr(C, align(64))]
pub(super) struct NonceWords {
    /// Words of rounds 16–63, constants added.
    pub rounds: [u32; 48],
    /// Zero and word 3, which is the nonce.
    pub nonce: [u32; 2],
}

/// What belongs to one rolled version, with midstate words as a–h. Lanes lowest first.
#[repr(C)]
pub(super) struct Version {
    /// State (f, e, b, a) after round 3 if the nonce were zero.
    pub abef: __m128i,
    /// State (h, g, d, c) after round 3.
    pub cdgh: __m128i,
    /// (f, e, b, a).
    pub midstate: __m128i,
    /// State (f, e, b, a) after round 0 of the second compression if the digest were the midstate.
    pub second: __m128i,
    /// (b, c, d, e), of words 1–4 of the second compression.
    pub word_1: __m128i,
    /// (0, g, h, padding), of words 5–8.
    pub word_5: __m128i,
}

impl Version {
    /// The midstate in every order in which it is wanted.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    fn new(midstate: &[u32; 8], tail: [u32; 3]) -> Self {
        let [a, b, c, d, e, _, g, h] = *midstate;
        let Midstate { before: [abef, _], after_round_3 } = Midstate::new(midstate, tail);
        let [second_a, second_b, _, _, second_e, second_f, ..] = AFTER_ROUND_0;
        Self {
            abef: after_round_3[0],
            cdgh: after_round_3[1],
            midstate: abef,
            second: vector([second_f, second_e.wrapping_add(a), second_b, second_a.wrapping_add(a)]),
            word_1: vector([b, c, d, e]),
            word_5: vector([0, g, h, PADDING]),
        }
    }
}

impl Frame {
    /// Everything that does not depend on the nonce.
    #[inline]
    #[target_feature(enable = "sha,avx")]
    pub fn new(work: &Work, limit: u32) -> Self {
        let mut frame = Self {
            scratch: MaybeUninit::uninit(),
            limit: _mm_set1_epi32(limit.cast_signed()),
            header: Header::new(work.tail),
            versions: [const { MaybeUninit::uninit() }; MAX_ROLL],
        };
        for (version, midstate) in frame.versions.iter_mut().zip(&work.midstates[..work.versions as usize]) {
            version.write(Version::new(midstate, work.tail));
        }
        frame
    }
}
