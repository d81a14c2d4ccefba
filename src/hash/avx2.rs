//! AVX2: eight lanes, for processors without SHA extensions.
#![expect(unsafe_code, reason = "intrinsics may only be called once the processor is known")]
#![expect(clippy::inline_always, reason = "see `vector`")]

use core::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_ps, _mm256_cmpeq_epi32,
    _mm256_load_si256, _mm256_min_epu32, _mm256_movemask_ps, _mm256_or_si256, _mm256_set_epi8, _mm256_set1_epi32,
    _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srl_epi32, _mm256_srli_epi32, _mm256_store_si256, _mm256_xor_si256,
};
use core::ops::Range;

use super::kernel::Kernel;
use super::vector::{self, Vector};
use super::work::Work;

/// The kernel, where the processor has AVX2.
pub(super) fn detect() -> Option<Kernel> {
    // SAFETY: only this function gives the closure away, after finding every feature that `scan` enables.
    let kernel = Kernel::new("avx2", |work, limit, range| unsafe { scan(work, limit, range) });
    is_x86_feature_detected!("avx2").then_some(kernel)
}

/// See [`Kernel::scan`].
#[target_feature(enable = "avx2")]
fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    vector::scan::<Lanes>(work, limit, range)
}

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: `Lanes` is private and used in `scan` alone, which runs on processors with AVX2 only. Loads and
        // stores go to a `Words`, which has their size and alignment.
        unsafe { $call }
    };
}

#[derive(Clone, Copy)]
struct Lanes(__m256i);

#[derive(Clone, Copy)]
#[repr(align(32))]
struct Words([u32; 8]);

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

impl Lanes {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(intrinsic!(_mm256_and_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(intrinsic!(_mm256_xor_si256(self.0, other.0)))
    }
}

impl Vector for Lanes {
    type Words = Words;
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        Self(intrinsic!(_mm256_set1_epi32(word.cast_signed())))
    }

    #[inline(always)]
    fn zero_words() -> Words {
        Words([0; 8])
    }

    #[inline(always)]
    fn load(words: &Words) -> Self {
        Self(intrinsic!(_mm256_load_si256(words.0.as_ptr().cast())))
    }

    #[inline(always)]
    fn store(self, words: &mut Words) {
        intrinsic!(_mm256_store_si256(words.0.as_mut_ptr().cast(), self.0));
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(intrinsic!(_mm256_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn rotate_right<const N: i32, const REST: i32>(self) -> Self {
        Self(intrinsic!(_mm256_or_si256(_mm256_srli_epi32::<N>(self.0), _mm256_slli_epi32::<REST>(self.0))))
    }

    #[inline(always)]
    fn shift_right<const N: u32>(self) -> Self {
        Self(intrinsic!(_mm256_srl_epi32(self.0, _mm_cvtsi32_si128(N as i32))))
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    #[inline(always)]
    fn choose(self, f: Self, g: Self) -> Self {
        g.xor(self.and(f.xor(g)))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        b.xor(self.xor(b).and(b.xor(c)))
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        Self(intrinsic!({
            let order = _mm256_set_epi8(
                12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1,
                2, 3,
            );
            _mm256_shuffle_epi8(self.0, order)
        }))
    }

    #[inline(always)]
    fn at_most(self, limit: Self) -> u32 {
        intrinsic!({
            let passes = _mm256_cmpeq_epi32(_mm256_min_epu32(self.0, limit.0), self.0);
            _mm256_movemask_ps(_mm256_castsi256_ps(passes)).cast_unsigned()
        })
    }
}
