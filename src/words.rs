//! Several 32-bit words side by side, on any processor with the same bits.
//!
//! A [`Job`] is written once over [`Words`]; [`widest`] runs it with the widest registers this processor has. The
//! operations are those of integers, or one IEEE 754 operation per lane (no fused multiply-add), and no lane meets
//! another: so the width of the registers changes no result.
#![expect(clippy::inline_always, reason = "the target features of the caller must reach the innermost operation")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// The most lanes that [`Words`] may have.
pub(crate) const MOST_LANES: usize = 16;

/// Something to do with words of any number of lanes.
pub(crate) trait Job {
    /// Does it. Mark it `#[inline(always)]`, and all that it calls.
    fn run<W: Words>(self);
}

/// As many words as a register holds.
pub(crate) trait Words: Copy {
    /// Number of words, at most [`MOST_LANES`].
    const LANES: usize;

    fn splat(value: u32) -> Self;
    /// `from`, `from + 1`, …
    fn count(from: u32) -> Self;
    /// Sum modulo 2^32.
    fn add(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn rotate_16(self) -> Self;
    fn rotate_12(self) -> Self;
    fn rotate_8(self) -> Self;
    fn rotate_7(self) -> Self;
    /// Writes the words to the first [`Self::LANES`] places.
    fn store(self, to: &mut [u32]);
    /// Adds `weight × (byte - 127.5)` of each word's bytes, the lowest first, to `sums`: [`Self::LANES`] sums of the
    /// first byte, as many of the second, and so on.
    fn add_bytes(self, weight: f32, sums: &mut [f32]);
}

/// Runs a job with the widest registers of this processor.
pub(crate) fn widest(job: impl Job) {
    #[cfg(target_arch = "x86_64")]
    {
        if avx512::there() {
            return avx512::run(job);
        }
        if avx2::there() {
            return avx2::run(job);
        }
    }
    job.run::<Portable>();
}

/// Runs jobs with every width of registers that this processor has.
#[cfg(test)]
pub(crate) fn each_width<J: Job>(job: impl Fn() -> J) {
    job().run::<Portable>();
    #[cfg(target_arch = "x86_64")]
    {
        if avx2::there() {
            avx2::run(job());
        }
        if avx512::there() {
            avx512::run(job());
        }
    }
}

/// Bits of a float of 256 to 512 whose fraction holds a byte from [`BYTE_SHIFT`] on: 256 + byte, without rounding.
const BYTE_BASE: u32 = 0x4380_0000;
/// Where a byte stands in the fraction of such a float.
const BYTE_SHIFT: u32 = 15;
/// The bits of that byte.
const BYTE_MASK: u32 = 0xff << BYTE_SHIFT;
/// What the middle of all bytes is in such floats.
const BYTE_MIDDLE: f32 = 256.0 + 127.5;

/// Plain Rust: four lanes in loops that compilers turn into vector instructions.
#[derive(Debug, Clone, Copy)]
struct Portable([u32; 4]);

impl Portable {
    #[inline(always)]
    fn map(self, f: impl Fn(u32) -> u32) -> Self {
        Self(self.0.map(f))
    }
}

impl Words for Portable {
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(value: u32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    fn count(from: u32) -> Self {
        Self([from, from + 1, from + 2, from + 3])
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i].wrapping_add(other.0[i])))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] ^ other.0[i]))
    }

    #[inline(always)]
    fn rotate_16(self) -> Self {
        self.map(|word| word.rotate_left(16))
    }

    #[inline(always)]
    fn rotate_12(self) -> Self {
        self.map(|word| word.rotate_left(12))
    }

    #[inline(always)]
    fn rotate_8(self) -> Self {
        self.map(|word| word.rotate_left(8))
    }

    #[inline(always)]
    fn rotate_7(self) -> Self {
        self.map(|word| word.rotate_left(7))
    }

    #[inline(always)]
    fn store(self, to: &mut [u32]) {
        to[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn add_bytes(self, weight: f32, sums: &mut [f32]) {
        for (byte, sums) in (0..4).zip(sums.as_chunks_mut::<4>().0) {
            for (word, sum) in self.0.iter().zip(sums) {
                let moved = if byte < 2 { word << (BYTE_SHIFT - 8 * byte) } else { word >> (8 * byte - BYTE_SHIFT) };
                *sum += weight * (f32::from_bits(moved & BYTE_MASK | BYTE_BASE) - BYTE_MIDDLE);
            }
        }
    }
}
