//! AVX-512: sixteen lanes, 32 registers; rotations and three-input logic are single instructions.
#![expect(unsafe_code, reason = "intrinsics may only be called once the processor is known")]
#![expect(clippy::inline_always, reason = "see `vector`")]

use core::arch::x86_64::{
    __m512i, _mm_set_epi8, _mm512_add_epi32, _mm512_broadcast_i32x4, _mm512_cmple_epu32_mask, _mm512_load_si512,
    _mm512_ror_epi32, _mm512_set1_epi32, _mm512_shuffle_epi8, _mm512_srli_epi32, _mm512_store_si512,
    _mm512_ternarylogic_epi32,
};
use core::ops::Range;

use super::kernel::Kernel;
use super::vector::{self, Vector};
use super::work::Work;

/// The kernel, where the processor has AVX-512 F and BW.
pub(super) fn detect() -> Option<Kernel> {
    // SAFETY: only this function gives the closure away, after finding every feature that `scan` enables.
    let kernel = Kernel::new("avx512", |work, limit, range| unsafe { scan(work, limit, range) });
    (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")).then_some(kernel)
}

/// See [`Kernel::scan`].
#[target_feature(enable = "avx512f,avx512bw")]
fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    vector::scan::<Lanes>(work, limit, range)
}

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: `Lanes` is private and used in `scan` alone, which runs on processors with AVX-512 F and BW only.
        // Loads and stores go to a `Words`, which has their size and alignment.
        unsafe { $call }
    };
}

#[derive(Clone, Copy)]
struct Lanes(__m512i);

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Words([u32; 16]);

impl AsRef<[u32]> for Words {
    fn as_ref(&self) -> &[u32] {
        &self.0
    }
}

impl AsMut<[u32]> for Words {
    fn as_mut(&mut self) -> &mut [u32] {
        &mut self.0
    }
}

impl Vector for Lanes {
    type Words = Words;
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        Self(intrinsic!(_mm512_set1_epi32(word.cast_signed())))
    }

    #[inline(always)]
    fn zero_words() -> Words {
        Words([0; 16])
    }

    #[inline(always)]
    fn load(words: &Words) -> Self {
        Self(intrinsic!(_mm512_load_si512(words.0.as_ptr().cast())))
    }

    #[inline(always)]
    fn store(self, words: &mut Words) {
        intrinsic!(_mm512_store_si512(words.0.as_mut_ptr().cast(), self.0));
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn rotate_right<const N: i32, const REST: i32>(self) -> Self {
        Self(intrinsic!(_mm512_ror_epi32::<N>(self.0)))
    }

    #[inline(always)]
    fn shift_right<const N: u32>(self) -> Self {
        Self(intrinsic!(_mm512_srli_epi32::<N>(self.0)))
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi32::<0x96>(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn choose(self, f: Self, g: Self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi32::<0xca>(self.0, f.0, g.0)))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        Self(intrinsic!(_mm512_ternarylogic_epi32::<0xe8>(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        Self(intrinsic!({
            let order = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
            _mm512_shuffle_epi8(self.0, _mm512_broadcast_i32x4(order))
        }))
    }

    #[inline(always)]
    fn at_most(self, limit: Self) -> u32 {
        u32::from(intrinsic!(_mm512_cmple_epu32_mask(self.0, limit.0)))
    }
}
