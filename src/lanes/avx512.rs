//! AVX-512: eight lanes in one register; a comparison and the choice by it are two instructions without a detour.
#![expect(unsafe_code, reason = "intrinsics may only be called once the processor is known")]
#![expect(clippy::inline_always, reason = "see `lanes`")]

use core::arch::x86_64::{
    __m512d, _CMP_GT_OQ, _mm_add_pd, _mm_add_sd, _mm_cvtsd_f64, _mm_unpackhi_pd, _mm256_add_pd, _mm256_castpd256_pd128,
    _mm256_extractf128_pd, _mm512_add_pd, _mm512_castpd512_pd256, _mm512_cmp_pd_mask, _mm512_div_pd,
    _mm512_extractf64x4_pd, _mm512_loadu_pd, _mm512_mask_blend_pd, _mm512_max_pd, _mm512_min_pd, _mm512_mul_pd,
    _mm512_set1_pd, _mm512_sqrt_pd, _mm512_storeu_pd, _mm512_sub_pd,
};

use super::{LANES, Lanes, Number};

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: the functions that use `Avx512` run on processors with AVX-512 F only, see `kernels`. Loads and stores
        // are unaligned and within an array of eight.
        unsafe { $call }
    };
}

/// Lanes 0–7.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(__m512d);

impl Number for Avx512 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(intrinsic!(_mm512_set1_pd(value)))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_add_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_sub_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_mul_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_div_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(intrinsic!(_mm512_sqrt_pd(self.0)))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_min_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(intrinsic!(_mm512_max_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn if_greater(self, than: Self, yes: Self, no: Self) -> Self {
        Self(intrinsic!(_mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(self.0, than.0), no.0, yes.0)))
    }
}

impl Lanes for Avx512 {
    #[inline(always)]
    fn load(values: &[f64; LANES]) -> Self {
        Self(intrinsic!(_mm512_loadu_pd(values.as_ptr())))
    }

    #[inline(always)]
    fn store(self) -> [f64; LANES] {
        let mut values = [0.0; LANES];
        intrinsic!(_mm512_storeu_pd(values.as_mut_ptr(), self.0));
        values
    }

    #[inline(always)]
    fn sum(self) -> f64 {
        intrinsic!({
            let four = _mm256_add_pd(_mm512_castpd512_pd256(self.0), _mm512_extractf64x4_pd::<1>(self.0));
            let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
            _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
        })
    }
}
