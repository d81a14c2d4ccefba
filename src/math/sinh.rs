//! The hyperbolic sine of many numbers at a time, with the bits of `libm`.
//!
//! FreeBSD's `s_expm1.c` and musl's `sinh.c`, which `libm` follows, with their branches as choices: every number takes
//! the same way, so that compilers lay several side by side.
#![expect(clippy::inline_always, reason = "the target features of the caller must reach the innermost operation")]

use crate::words::{self, Job, Words};

/// Numbers that are looked at together.
const BLOCK: usize = 64;
/// Least magnitude that takes the common way; below it the sine is the number.
const LEAST: f64 = 1.5e-8;
/// Magnitude from which on another formula is due: `19.5 ln 2`, less a margin.
const LIMIT: f64 = 13.5;
/// Least number above `0.5 ln 2` by the upper half of its bits.
const HALF_LN_2: f64 = f64::from_bits(0x3fd6_2e43_0000_0000);
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
const PER_LN_2: f64 = f64::from_bits(0x3ff7_1547_652b_82fe);
/// Coefficients of the rational part.
const Q: [f64; 5] = [
    f64::from_bits(0xbfa1_1111_1111_10f4),
    f64::from_bits(0x3f5a_01a0_19fe_5585),
    f64::from_bits(0xbf14_ce19_9eaa_dbb7),
    f64::from_bits(0x3ed0_cfca_86e6_5239),
    f64::from_bits(0xbe8a_fdb7_6e09_c32d),
];
/// Added to a whole number below 2^20, it puts the number into the lowest bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// Replaces every number by its hyperbolic sine.
pub(crate) fn sinh_all(values: &mut [f64]) {
    words::widest(All(values));
}

struct All<'a>(&'a mut [f64]);

impl Job for All<'_> {
    #[inline(always)]
    fn run<W: Words>(self) {
        for block in self.0.chunks_mut(BLOCK) {
            let common = block.iter().fold(true, |all, x| all & (x.abs() >= LEAST) & (x.abs() < LIMIT));
            if common {
                for x in block {
                    *x = common_sinh(*x);
                }
            } else {
                for x in block {
                    *x = libm::sinh(*x);
                }
            }
        }
    }
}

/// For magnitudes from [`LEAST`] to [`LIMIT`].
#[inline(always)]
fn common_sinh(x: f64) -> f64 {
    let t = common_expm1(x.abs());
    let half = 0.5_f64.copysign(x);
    let small = half * (2.0 * t - t * t / (t + 1.0));
    let large = half * (t + t / (t + 1.0));
    if x.abs() < 1.0 { small } else { large }
}

/// For numbers from [`LEAST`] to [`LIMIT`]: `2^k (1 + remainder) - 1`, with `k` from 0 to 19.
#[inline(always)]
fn common_expm1(x: f64) -> f64 {
    let k = if x < HALF_LN_2 { 0.0 } else { (PER_LN_2 * x + 0.5).trunc() };
    let high = x - k * LN_2_HIGH;
    let low = k * LN_2_LOW;
    let x = high - low;
    let lost = (high - x) - low;

    let half = 0.5 * x;
    let square = x * half;
    let r = 1.0 + square * (Q[0] + square * (Q[1] + square * (Q[2] + square * (Q[3] + square * Q[4]))));
    let t = 3.0 - r * half;
    let e = square * ((r - t) / (6.0 - x * t));
    let e = x * (e - lost) - lost - square;

    let doubled = if x < -0.25 { -2.0 * (e - (x + 0.5)) } else { 1.0 + 2.0 * (x - e) };
    let scaled = (x - e + (1.0 - power_of_two(-k))) * power_of_two(k);
    let of_more = if k < 2.0 { doubled } else { scaled };
    if k < 1.0 { x - e } else { of_more }
}

/// `2^k` for a whole `k`.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits((k + (WHOLE + 1_023.0)).to_bits() << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::each_width;

    fn assert_like_libm(values: &[f64]) {
        each_width(|| Compare(values));
    }

    struct Compare<'a>(&'a [f64]);

    impl Job for Compare<'_> {
        #[inline(always)]
        fn run<W: Words>(self) {
            let mut sines = self.0.to_vec();
            All(&mut sines).run::<W>();
            for (x, sine) in self.0.iter().zip(sines) {
                assert_eq!(sine.to_bits(), libm::sinh(*x).to_bits(), "{x}");
            }
        }
    }

    #[test]
    fn millions_of_numbers_have_the_bits_of_libm() {
        let mut state = 1_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            2.0 * ((state >> 11) as f64 / (1_u64 << 53) as f64) - 1.0
        };
        for limit in [0.3, 1.2, 6.0, LIMIT] {
            let values: Vec<f64> = (0..1_000_000).map(|_| limit * uniform()).collect();
            assert_like_libm(&values);
        }
        let tiny: Vec<f64> = (0..1_000_000).map(|_| uniform() * libm::exp2(-12.0 + 13.0 * uniform())).collect();
        assert_like_libm(&tiny);
    }

    #[test]
    fn the_ends_of_the_common_way_have_the_bits_of_libm() {
        // Where a branch of the formula begins, some thousand numbers on each side.
        let starts = [LEAST, HALF_LN_2, 1.0, f64::from_bits(0x3ff0_a2b2_0000_0000), LIMIT];
        let halves = (0..19).map(|k| (f64::from(k) + 0.5) * core::f64::consts::LN_2);
        for start in starts.into_iter().chain(halves) {
            let around = |step: u64| f64::from_bits(start.to_bits() - 2_048 + step);
            let values: Vec<f64> = (0..4_096).flat_map(|step| [around(step), -around(step)]).collect();
            assert_like_libm(&values);
        }
    }

    #[test]
    fn whatever_else_has_the_bits_of_libm() {
        let odd = [0.0, -0.0, 1e-300, 1e-9, 14.0, -40.0, 710.5, 1e5, f64::INFINITY, f64::NEG_INFINITY];
        assert_like_libm(&odd);
        let mixed: Vec<f64> = (0..1_000).map(|i| odd[i % odd.len()] + (i % 7) as f64).collect();
        assert_like_libm(&mixed);
    }
}
