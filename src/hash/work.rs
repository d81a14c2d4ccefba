//! A header search as the kernels see it, and the constants of SHA-256.

use super::MAX_ROLL;

/// Initial state of SHA-256. Source: FIPS 180-4 § 5.3.3.
pub(super) const INITIAL_STATE: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// Round constants of SHA-256. Source: FIPS 180-4 § 4.2.2.
pub(super) const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];

/// Padding words 4–15 of the header's second block are this, zeros, and its length in bits.
pub(super) const PADDING: u32 = 0x8000_0000;
/// Bits of a header.
pub(super) const HEADER_BITS: u32 = 640;
/// Bits of a digest.
pub(super) const DIGEST_BITS: u32 = 256;

/// σ₀ of the message schedule. Source: FIPS 180-4 § 4.1.2.
#[inline]
pub(super) fn sigma0(word: u32) -> u32 {
    word.rotate_right(7) ^ word.rotate_right(18) ^ (word >> 3)
}

/// σ₁ of the message schedule. Source: FIPS 180-4 § 4.1.2.
#[inline]
pub(super) fn sigma1(word: u32) -> u32 {
    word.rotate_right(17) ^ word.rotate_right(19) ^ (word >> 10)
}

/// A header search as the kernels see it.
#[derive(Debug, Clone)]
pub(super) struct Work {
    /// SHA-256 state after the first block, for each rolled version.
    pub midstates: [[u32; 8]; MAX_ROLL],
    /// How many of them are used: 1, 4 or 8.
    pub versions: u64,
    /// Words 0–2 of the second block: Merkle tail, time, bits.
    pub tail: [u32; 3],
}
