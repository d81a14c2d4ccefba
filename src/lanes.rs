//! Eight numbers side by side (hours, classes of miners), on any processor with the same bits.
//!
//! [`Number`] is what the formulas need: one `f64` has it, and so have the eight lanes of each [`Lanes`]. Every operation is one IEEE 754 operation per lane (no fused multiply-add), the number of lanes is always
//! eight and their sum always has the same order: so the width of the registers changes no result.
#![expect(clippy::inline_always, reason = "the target features of the caller must reach the innermost operation")]

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;

/// Compiles a function that is generic over [`Lanes`] for every width of registers: `best()` gives the one with the
/// widest that this processor has, `available()` all that it can run, the portable one first. All give the same bits.
macro_rules! kernels {
    ($(#[$doc:meta])* $visible:vis type $Kernel:ident = fn($($name:ident: $Type:ty),*) -> $Out:ty; $run:ident) => {
        $(#[$doc])*
        $visible type $Kernel = fn($($Type),*) -> $Out;

        /// The kernel with the widest registers this processor has.
        $visible fn best() -> $Kernel {
            #[cfg(target_arch = "x86_64")]
            {
                if let Some(kernel) = avx512().or_else(avx2) {
                    return kernel;
                }
            }
            $run::<$crate::lanes::Portable>
        }

        /// All kernels this processor can run, the portable one first.
        #[cfg(test)]
        $visible fn available() -> Vec<$Kernel> {
            #[allow(unused_mut, reason = "other processors have the portable kernel only")]
            let mut kernels: Vec<$Kernel> = vec![$run::<$crate::lanes::Portable>];
            #[cfg(target_arch = "x86_64")]
            kernels.extend([avx2(), avx512()].into_iter().flatten());
            kernels
        }

        /// The kernel in AVX2, where the processor has it.
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "functions with target features may only be called once the processor is known")]
        fn avx2() -> Option<$Kernel> {
            #[target_feature(enable = "avx2")]
            fn run_avx2($($name: $Type),*) -> $Out {
                $run::<$crate::lanes::avx2::Avx2>($($name),*)
            }
            // SAFETY: only this function gives the closure away, after finding the feature that `run_avx2` enables.
            let kernel: $Kernel = |$($name),*| unsafe { run_avx2($($name),*) };
            is_x86_feature_detected!("avx2").then_some(kernel)
        }

        /// The kernel in AVX-512, where the processor has it.
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "functions with target features may only be called once the processor is known")]
        fn avx512() -> Option<$Kernel> {
            #[target_feature(enable = "avx512f")]
            fn run_avx512($($name: $Type),*) -> $Out {
                $run::<$crate::lanes::avx512::Avx512>($($name),*)
            }
            // SAFETY: only this function gives the closure away, after finding the feature that `run_avx512` enables.
            let kernel: $Kernel = |$($name),*| unsafe { run_avx512($($name),*) };
            is_x86_feature_detected!("avx512f").then_some(kernel)
        }
    };
}
pub(crate) use kernels;

/// Numbers in a [`Lanes`].
pub(crate) const LANES: usize = 8;

/// Arithmetic that never orders a NaN first: comparisons with one are false.
pub(crate) trait Number: Copy {
    fn splat(value: f64) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    fn sqrt(self) -> Self;
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
pub(crate) trait Lanes: Number {
    fn load(values: &[f64; LANES]) -> Self;
    fn store(self) -> [f64; LANES];
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
    fn div(self, other: Self) -> Self {
        self / other
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
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
pub(crate) struct Portable([f64; LANES]);

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
    fn div(self, other: Self) -> Self {
        self.zip(other, Number::div)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.map(f64::sqrt))
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
    fn store(self) -> [f64; LANES] {
        self.0
    }

    #[inline(always)]
    fn sum(self) -> f64 {
        let [a, b, c, d, e, f, g, h] = self.0;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}
