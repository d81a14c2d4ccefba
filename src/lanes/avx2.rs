//! AVX2: eight lanes in two registers.
#![expect(unsafe_code, reason = "intrinsics may only be called once the processor is known")]
#![expect(clippy::inline_always, reason = "see `lanes`")]

use core::arch::x86_64::{
    __m256d, _CMP_GT_OQ, _mm_add_pd, _mm_add_sd, _mm_cvtsd_f64, _mm_unpackhi_pd, _mm256_add_pd, _mm256_blendv_pd,
    _mm256_castpd256_pd128, _mm256_cmp_pd, _mm256_div_pd, _mm256_extractf128_pd, _mm256_loadu_pd, _mm256_max_pd,
    _mm256_min_pd, _mm256_mul_pd, _mm256_set1_pd, _mm256_sqrt_pd, _mm256_storeu_pd, _mm256_sub_pd,
};

use super::{LANES, Lanes, Number};

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: the functions that use `Avx2` run on processors with AVX2 only, see `kernels`. Loads and stores
        // are unaligned and within an array of eight.
        unsafe { $call }
    };
}

/// Lanes 0–3 and 4–7.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(__m256d, __m256d);

impl Number for Avx2 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        let lanes = intrinsic!(_mm256_set1_pd(value));
        Self(lanes, lanes)
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_add_pd(self.0, other.0), _mm256_add_pd(self.1, other.1)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_sub_pd(self.0, other.0), _mm256_sub_pd(self.1, other.1)))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_mul_pd(self.0, other.0), _mm256_mul_pd(self.1, other.1)))
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_div_pd(self.0, other.0), _mm256_div_pd(self.1, other.1)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        intrinsic!(Self(_mm256_sqrt_pd(self.0), _mm256_sqrt_pd(self.1)))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_min_pd(self.0, other.0), _mm256_min_pd(self.1, other.1)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        intrinsic!(Self(_mm256_max_pd(self.0, other.0), _mm256_max_pd(self.1, other.1)))
    }

    #[inline(always)]
    fn if_greater(self, than: Self, yes: Self, no: Self) -> Self {
        intrinsic!(Self(
            _mm256_blendv_pd(no.0, yes.0, _mm256_cmp_pd::<_CMP_GT_OQ>(self.0, than.0)),
            _mm256_blendv_pd(no.1, yes.1, _mm256_cmp_pd::<_CMP_GT_OQ>(self.1, than.1)),
        ))
    }
}

impl Lanes for Avx2 {
    #[inline(always)]
    fn load(values: &[f64; LANES]) -> Self {
        let (low, high) = values.split_at(LANES / 2);
        intrinsic!(Self(_mm256_loadu_pd(low.as_ptr()), _mm256_loadu_pd(high.as_ptr())))
    }

    #[inline(always)]
    fn store(self) -> [f64; LANES] {
        let mut values = [0.0; LANES];
        let (low, high) = values.split_at_mut(LANES / 2);
        intrinsic!({
            _mm256_storeu_pd(low.as_mut_ptr(), self.0);
            _mm256_storeu_pd(high.as_mut_ptr(), self.1);
        });
        values
    }

    #[inline(always)]
    fn sum(self) -> f64 {
        intrinsic!({
            let four = _mm256_add_pd(self.0, self.1);
            let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
            _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
        })
    }
}
