//! Eight hours side by side, on any processor with the same bits.
//!
//! [`Number`] is what the formula of the clearing price needs: one `f64` has it, and so have the eight lanes of each
//! [`Lanes`]. Every operation is one IEEE 754 operation per lane (no fused multiply-add), the number of lanes is always
//! eight and their sum always has the same order: so the width of the registers changes no result.
#![expect(clippy::inline_always, reason = "the target features of the caller must reach the innermost operation")]

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;

/// Hours in a [`Lanes`].
pub(super) const LANES: usize = 8;

/// Arithmetic that never orders a NaN first: comparisons with one are false.
pub(super) trait Number: Copy {
    fn splat(value: f64) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// `self` if it is less, else `other`: thus `other` if either is NaN.
    fn min(self, other: Self) -> Self;
    /// `self` if it is greater, else `other`: thus `other` if either is NaN.
    fn max(self, other: Self) -> Self;
    /// `yes` where `self` is greater than `than`, else `no`.
    fn if_greater(self, than: Self, yes: Self, no: Self) -> Self;

    /// The product where both are positive, else 0: an unlimited source at its own cost earns nothing, not NaN.
    #[inline(always)]
    fn gain(self, margin: Self) -> Self {
        let zero = Self::splat(0.0);
        self.min(margin).if_greater(zero, self.mul(margin), zero)
    }
}

/// Eight numbers.
pub(super) trait Lanes: Number {
    fn load(values: &[f64; LANES]) -> Self;
    /// `((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))`, as wide registers fold.
    fn sum(self) -> f64;
}

impl Number for f64 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self - other
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    #[inline(always)]
    fn if_greater(self, than: Self, yes: Self, no: Self) -> Self {
        if self > than { yes } else { no }
    }
}

/// Plain Rust: lanes in loops that compilers turn into vector instructions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portable([f64; LANES]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(core::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl Number for Portable {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, Number::add)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, Number::sub)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, Number::mul)
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, <f64 as Number>::min)
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, <f64 as Number>::max)
    }

    #[inline(always)]
    fn if_greater(self, than: Self, yes: Self, no: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i].if_greater(than.0[i], yes.0[i], no.0[i])))
    }
}

impl Lanes for Portable {
    #[inline(always)]
    fn load(values: &[f64; LANES]) -> Self {
        Self(*values)
    }

    #[inline(always)]
    fn sum(self) -> f64 {
        let [a, b, c, d, e, f, g, h] = self.0;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}
