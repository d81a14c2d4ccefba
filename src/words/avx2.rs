//! AVX2: eight words in a register.
#![expect(unsafe_code, reason = "intrinsics may only be called once the processor is known")]
#![expect(clippy::inline_always, reason = "see `words`")]

use core::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_castsi256_ps, _mm256_loadu_ps, _mm256_mul_ps,
    _mm256_or_si256, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setr_epi32, _mm256_setr_epi64x, _mm256_shuffle_epi8,
    _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_ps, _mm256_storeu_si256, _mm256_sub_ps, _mm256_xor_si256,
};

use super::{BYTE_BASE, BYTE_MASK, BYTE_MIDDLE, Job, Words};

/// Whether this processor has what [`run`] needs.
pub(super) fn there() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Runs a job; only where it is [`there`].
pub(super) fn run<J: Job>(job: J) {
    debug_assert!(there(), "asked before");
    // SAFETY: `super` calls this after `there` found the feature that `run_here` enables.
    unsafe { run_here(job) }
}

#[target_feature(enable = "avx2")]
fn run_here<J: Job>(job: J) {
    job.run::<Avx2>();
}

/// Calls an intrinsic.
macro_rules! intrinsic {
    ($call:expr) => {
        // SAFETY: `Avx2` is private, and `run` uses it on processors with AVX2 only. Loads and stores are unaligned
        // and within slices whose length was checked.
        unsafe { $call }
    };
}

/// Lanes 0–7.
#[derive(Debug, Clone, Copy)]
struct Avx2(__m256i);

impl Words for Avx2 {
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(value: u32) -> Self {
        Self(intrinsic!(_mm256_set1_epi32(value as i32)))
    }

    #[inline(always)]
    fn count(from: u32) -> Self {
        Self(intrinsic!(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))).add(Self::splat(from))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(intrinsic!(_mm256_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(intrinsic!(_mm256_xor_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn rotate_16(self) -> Self {
        Self(intrinsic!(_mm256_shuffle_epi8(self.0, bytes([2, 3, 0, 1]))))
    }

    #[inline(always)]
    fn rotate_12(self) -> Self {
        Self(intrinsic!(_mm256_or_si256(_mm256_slli_epi32::<12>(self.0), _mm256_srli_epi32::<20>(self.0))))
    }

    #[inline(always)]
    fn rotate_8(self) -> Self {
        Self(intrinsic!(_mm256_shuffle_epi8(self.0, bytes([3, 0, 1, 2]))))
    }

    #[inline(always)]
    fn rotate_7(self) -> Self {
        Self(intrinsic!(_mm256_or_si256(_mm256_slli_epi32::<7>(self.0), _mm256_srli_epi32::<25>(self.0))))
    }

    #[inline(always)]
    fn store(self, to: &mut [u32]) {
        let to = &mut to[..Self::LANES];
        intrinsic!(_mm256_storeu_si256(to.as_mut_ptr().cast(), self.0));
    }

    #[inline(always)]
    fn add_bytes(self, weight: f32, sums: &mut [f32]) {
        let (sums, _) = sums.as_chunks_mut::<8>();
        intrinsic!({
            add(_mm256_slli_epi32::<15>(self.0), weight, &mut sums[0]);
            add(_mm256_slli_epi32::<7>(self.0), weight, &mut sums[1]);
            add(_mm256_srli_epi32::<1>(self.0), weight, &mut sums[2]);
            add(_mm256_srli_epi32::<9>(self.0), weight, &mut sums[3]);
        });
    }
}

/// For each word the byte that comes to each place, the lowest first.
#[inline(always)]
fn bytes(from: [u8; 4]) -> __m256i {
    let word = |k: u8| u32::from_le_bytes(from.map(|byte| byte + 4 * k));
    let two = |k: u8| (u64::from(word(k)) | u64::from(word(k + 1)) << 32) as i64;
    intrinsic!(_mm256_setr_epi64x(two(0), two(2), two(0), two(2)))
}

/// Adds the weighted bytes that stand at [`BYTE_MASK`].
#[inline(always)]
fn add(moved: __m256i, weight: f32, sums: &mut [f32; 8]) {
    intrinsic!({
        let (mask, base) = (_mm256_set1_epi32(BYTE_MASK as i32), _mm256_set1_epi32(BYTE_BASE as i32));
        let raised = _mm256_castsi256_ps(_mm256_or_si256(_mm256_and_si256(moved, mask), base));
        let byte = _mm256_sub_ps(raised, _mm256_set1_ps(BYTE_MIDDLE));
        let share = _mm256_mul_ps(_mm256_set1_ps(weight), byte);
        _mm256_storeu_ps(sums.as_mut_ptr(), _mm256_add_ps(_mm256_loadu_ps(sums.as_ptr()), share));
    });
}
