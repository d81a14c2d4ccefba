//! Consensus arithmetic in exact integers: targets, difficulty, retargets, work and the subsidy.
//!
//! Source of every rule: Bitcoin Core `src/pow.cpp`, `src/arith_uint256.cpp`, `src/validation.cpp` (main network).

use core::fmt;
use core::ops::{Add, AddAssign};

use ruint::aliases::U256;

use crate::math;

/// Blocks between two halvings of the subsidy.
pub const HALVING_INTERVAL: u32 = 210_000;
/// Blocks between two retargets.
pub const RETARGET_INTERVAL: u32 = 2_016;
/// Seconds the blocks of one retarget period should take: two weeks.
pub const RETARGET_TIMESPAN_S: i64 = 1_209_600;
/// Satoshis of one bitcoin.
pub const SAT_PER_BTC: u64 = 100_000_000;
/// The easiest target of the main network, 2²²⁴ − 1; its compact form `1d00ffff` is difficulty 1.
pub const POW_LIMIT: Target = Target(U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, 0xffff_ffff]));

const INITIAL_SUBSIDY_SAT: u64 = 50 * SAT_PER_BTC;
const MANTISSA_MASK: u32 = 0x007f_ffff;
const SIGN_BIT: u32 = 0x0080_0000;

/// New coins of a block, satoshis: 50 BTC, halved every 210,000 blocks, 0 from height 6,930,000 on.
pub fn subsidy_sat(height: u32) -> u64 {
    INITIAL_SUBSIDY_SAT.checked_shr(halving_epoch(height)).unwrap_or(0)
}

/// Number of halvings before or at this height: 0 up to 209,999, 4 from 840,000 (April 2024) on.
pub fn halving_epoch(height: u32) -> u32 {
    height / HALVING_INTERVAL
}

/// Height of the first block of the retarget period a block lies in.
pub fn period_start(height: u32) -> u32 {
    height - height % RETARGET_INTERVAL
}

/// The nBits after a period with these times (seconds since 1970) of its first and its **last** block.
///
/// Two weeks are compared with the 2,015 intervals between those blocks (Bitcoin's off-by-one), a change is
/// limited to a factor of four, and the new target to [`POW_LIMIT`].
/// Source: Bitcoin Core `CalculateNextWorkRequired`.
pub fn retarget(old: CompactTarget, first_time_unix: i64, last_time_unix: i64) -> CompactTarget {
    let timespan_s =
        last_time_unix.saturating_sub(first_time_unix).clamp(RETARGET_TIMESPAN_S / 4, RETARGET_TIMESPAN_S * 4);
    // At most 2²²⁴ · 2²³: no overflow.
    let scaled = old.target().0 * U256::from(timespan_s.unsigned_abs()) / U256::from(RETARGET_TIMESPAN_S as u64);
    let next = Target(scaled.clamp(U256::ONE, POW_LIMIT.0));
    CompactTarget(next.to_compact_bits())
}

/// A threshold: a block is valid when its hash, as a little-endian integer, is at most this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(pub U256);

impl Target {
    /// Expands the compact form of a header's nBits field: base-256 exponent and 23-bit mantissa with a sign bit.
    ///
    /// # Errors
    /// [`CompactError::Negative`] and [`CompactError::Overflow`] as in Core's `arith_uint256::SetCompact`.
    pub fn from_compact_bits(bits: u32) -> Result<Self, CompactError> {
        let size = bits >> 24;
        let mantissa = bits & MANTISSA_MASK;
        let target = Self::expand(bits);
        if target.0.is_zero() && (mantissa == 0 || size <= 3) {
            Ok(target)
        } else if bits & SIGN_BIT != 0 {
            Err(CompactError::Negative(bits))
        } else if size > 34 || (size > 33 && mantissa > 0xff) || (size > 32 && mantissa > 0xffff) {
            Err(CompactError::Overflow(bits))
        } else {
            Ok(target)
        }
    }

    /// Reads the compact form as 8 hex digits: any positive target, also one that is easier than the main network's
    /// limit, such as `207fffff` of regression tests.
    ///
    /// # Errors
    /// When the text is not 8 hex digits, or the target is negative, zero or above 256 bits.
    pub fn from_compact_hex(text: &str) -> Result<Self, CompactError> {
        let bits = bits_from_hex(text)?;
        match Self::from_compact_bits(bits)? {
            Self(U256::ZERO) => Err(CompactError::Zero(bits)),
            target => Ok(target),
        }
    }

    /// The 23-bit mantissa moved to its place; what moves out of 256 bits is lost.
    fn expand(bits: u32) -> Self {
        let size = bits >> 24;
        let mantissa = U256::from(bits & MANTISSA_MASK);
        Self(if size <= 3 { mantissa >> (8 * (3 - size)) } else { mantissa << (8 * (size - 3)) })
    }

    /// The compact form: the three leading bytes survive, the rest is cut off.
    pub fn to_compact_bits(self) -> u32 {
        let mut size = self.0.bit_len().div_ceil(8) as u32;
        let mut mantissa =
            if size <= 3 { self.0.to::<u32>() << (8 * (3 - size)) } else { (self.0 >> (8 * (size - 3))).to::<u32>() };
        // The mantissa's top bit is the sign: make room.
        if mantissa & SIGN_BIT != 0 {
            mantissa >>= 8;
            size += 1;
        }
        size << 24 | mantissa
    }

    /// Expected number of hashes to meet this target, as consensus counts it: 2²⁵⁶ / (target + 1), rounded down.
    ///
    /// A target of zero, which is invalid, counts as no work. Source: Bitcoin Core `GetBlockProof`.
    pub fn work(self) -> Work {
        if self.0.is_zero() {
            return Work(U256::ZERO);
        }
        // 2²⁵⁶ does not fit: 2²⁵⁶ / (t + 1) = (2²⁵⁶ − t − 1) / (t + 1) + 1.
        match self.0.checked_add(U256::ONE) {
            Some(next) => Work(!self.0 / next + U256::ONE),
            None => Work(U256::ONE),
        }
    }

    /// Whether a hash in internal (little-endian) byte order meets the target.
    pub fn is_met_by(self, hash: &[u8; 32]) -> bool {
        U256::from_le_bytes(*hash) <= self.0
    }
}

/// Accumulated or single expected work, hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Work(pub U256);

impl Add for Work {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// A valid nBits of the main network: positive and not easier than [`POW_LIMIT`]. Displayed as 8 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CompactTarget(u32);

impl CompactTarget {
    /// Difficulty 1, the easiest.
    pub const EASIEST: Self = Self(0x1d00_ffff);

    /// Accepts the nBits of a header.
    ///
    /// # Errors
    /// When the encoded target is negative, zero, above 256 bits or above [`POW_LIMIT`].
    pub fn from_bits(bits: u32) -> Result<Self, CompactError> {
        match Target::from_compact_bits(bits)? {
            Target(U256::ZERO) => Err(CompactError::Zero(bits)),
            target if target > POW_LIMIT => Err(CompactError::AboveLimit(bits)),
            _ => Ok(Self(bits)),
        }
    }

    /// Reads 8 hex digits such as `17034219`, the way explorers print nBits.
    ///
    /// # Errors
    /// When the text is not 8 hex digits, or as [`CompactTarget::from_bits`].
    pub fn from_hex(text: &str) -> Result<Self, CompactError> {
        Self::from_bits(bits_from_hex(text)?)
    }

    /// The nBits as in a header.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The target it stands for.
    pub fn target(self) -> Target {
        Target::expand(self.0)
    }

    /// How many times harder than the easiest target `1d00ffff`: 0xffff·2²⁰⁸ / target.
    pub fn difficulty(self) -> f64 {
        f64::from(0xffff) / self.mantissa() * math::exp2(f64::from(8 * (29 - self.size())))
    }

    /// Mean number of hashes until one meets the target: 2²⁵⁶ / target ≈ difficulty · 2³² · (65536/65535).
    pub fn expected_hashes(self) -> f64 {
        math::exp2(f64::from(256 - 8 * (self.size() - 3))) / self.mantissa()
    }

    fn size(self) -> i32 {
        (self.0 >> 24) as i32
    }

    fn mantissa(self) -> f64 {
        f64::from(self.0 & MANTISSA_MASK)
    }
}

fn bits_from_hex(text: &str) -> Result<u32, CompactError> {
    let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match u32::from_str_radix(text, 16) {
        Ok(bits) if digits => Ok(bits),
        _ => Err(CompactError::NotHex(text.to_owned())),
    }
}

impl fmt::Display for CompactTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// Why an nBits value is no valid target of the main network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompactError {
    /// The sign bit is set.
    #[error("nBits `{0:08x}` encodes a negative target")]
    Negative(u32),
    /// Larger than 256 bits.
    #[error("nBits `{0:08x}` encodes a target above 256 bits")]
    Overflow(u32),
    /// A target of 0, which no hash meets.
    #[error("nBits `{0:08x}` encodes a target of zero")]
    Zero(u32),
    /// Easier than the main network allows.
    #[error("nBits `{0:08x}` is easier than the main network's limit `1d00ffff`")]
    AboveLimit(u32),
    /// Not the 8 hex digits of an nBits.
    #[error("nBits `{0}` is not 8 hex digits; write it as explorers do, e.g. \"17034219\"")]
    NotHex(String),
}

#[cfg(test)]
mod tests;
