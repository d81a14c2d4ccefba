//! AVX-512: sixteen words in a register, rotated by one instruction.
#![expect(unsafe_code, reason = "intrinsics may only be called once the processor is known")]
#![expect(clippy::inline_always, reason = "see `words`")]

use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_add_ps, _mm512_and_si512, _mm512_castsi512_ps, _mm512_loadu_ps, _mm512_mul_ps,
    _mm512_or_si512, _mm512_rol_epi32, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setr_epi32, _mm512_slli_epi32,
    _mm512_srli_epi32, _mm512_storeu_ps, _mm512_storeu_si512, _mm512_sub_ps, _mm512_xor_si512,
};

use super::{BYTE_BASE, BYTE_MASK, BYTE_MIDDLE, Job, Words};

/// Whether this processor has what [`run`] needs.
pub(super) fn there() -> bool {
    is_x86_feature_detected!("avx512f")
}

/// Runs a job; only where it is [`there`].
pub(super) fn run<J: Job>(job: J) {
    debug_assert!(there(), "asked before");
    // SAFETY: `super` calls this after `there` found the feature that `run_here` enables.
    unsafe { run_here(job) }
}

#[target_feature(enable = "avx512f")]
fn run_here<J: Job>(job: J) {
    job.run::<Avx512>();
}

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: `Avx512` is private, and `run` uses it on processors with AVX-512 F only. Loads and stores are unaligned
        // and within slices whose length was checked.
        unsafe { $call }
    };
}

/// Lanes 0–15.
#[derive(Debug, Clone, Copy)]
struct Avx512(__m512i);

impl Words for Avx512 {
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(value: u32) -> Self {
        Self(intrinsic!(_mm512_set1_epi32(value as i32)))
    }

    #[inline(always)]
    fn count(from: u32) -> Self {
        Self(intrinsic!(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))).add(Self::splat(from))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_xor_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn rotate_16(self) -> Self {
        Self(intrinsic!(_mm512_rol_epi32::<16>(self.0)))
    }

    #[inline(always)]
    fn rotate_12(self) -> Self {
        Self(intrinsic!(_mm512_rol_epi32::<12>(self.0)))
    }

    #[inline(always)]
    fn rotate_8(self) -> Self {
        Self(intrinsic!(_mm512_rol_epi32::<8>(self.0)))
    }

    #[inline(always)]
    fn rotate_7(self) -> Self {
        Self(intrinsic!(_mm512_rol_epi32::<7>(self.0)))
    }

    #[inline(always)]
    fn store(self, to: &mut [u32]) {
        let to = &mut to[..Self::LANES];
        intrinsic!(_mm512_storeu_si512(to.as_mut_ptr().cast(), self.0));
    }

    #[inline(always)]
    fn add_bytes(self, weight: f32, sums: &mut [f32]) {
        let (sums, _) = sums.as_chunks_mut::<16>();
        intrinsic!({
            add(_mm512_slli_epi32::<15>(self.0), weight, &mut sums[0]);
            add(_mm512_slli_epi32::<7>(self.0), weight, &mut sums[1]);
            add(_mm512_srli_epi32::<1>(self.0), weight, &mut sums[2]);
            add(_mm512_srli_epi32::<9>(self.0), weight, &mut sums[3]);
        });
    }
}

/// Adds the weighted bytes that stand at [`BYTE_MASK`].
#[inline(always)]
fn add(moved: __m512i, weight: f32, sums: &mut [f32; 16]) {
    intrinsic!({
        let (mask, base) = (_mm512_set1_epi32(BYTE_MASK as i32), _mm512_set1_epi32(BYTE_BASE as i32));
        let raised = _mm512_castsi512_ps(_mm512_or_si512(_mm512_and_si512(moved, mask), base));
        let byte = _mm512_sub_ps(raised, _mm512_set1_ps(BYTE_MIDDLE));
        let share = _mm512_mul_ps(_mm512_set1_ps(weight), byte);
        _mm512_storeu_ps(sums.as_mut_ptr(), _mm512_add_ps(_mm512_loadu_ps(sums.as_ptr()), share));
    });
}
