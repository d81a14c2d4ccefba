//! Hashes as SHA-256 leaves them.

use ruint::aliases::U256;

use super::compress::{compress, hash_digests};
use super::work::{INITIAL_STATE, PADDING};

/// A 256-bit hash as SHA-256 leaves and reads it: eight big-endian words. A header made of such words is hashed
/// without turning a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest(pub(super) [u32; 8]);

impl Digest {
    /// From internal byte order (explorers print hashes reversed).
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let words = bytes.as_chunks().0;
        Self(core::array::from_fn(|i| u32::from_be_bytes(words[i])))
    }

    /// In internal byte order.
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }

    /// The number compared with a target: the bytes read as little-endian.
    pub fn value(self) -> U256 {
        let word = |i: usize| u64::from(self.0[i].swap_bytes());
        U256::from_limbs(core::array::from_fn(|i| word(2 * i) | word(2 * i + 1) << 32))
    }
}

/// SHA-256d of messages of `N` big-endian words, at most 13, written to the digest at the same place. Four messages in
/// one call take little longer than one.
pub fn sha256d_of_words<const N: usize>(messages: &[[u32; N]], digests: &mut [Digest]) {
    const AT_ONCE: usize = 4;
    const { assert!(N <= 13, "a single block holds 13 words, the padding and the length") };
    for (messages, digests) in messages.chunks(AT_ONCE).zip(digests.chunks_mut(AT_ONCE)) {
        let mut blocks = [[0; 16]; AT_ONCE];
        for (block, message) in blocks.iter_mut().zip(messages) {
            block[..N].copy_from_slice(message);
            block[N] = PADDING;
            block[15] = 32 * N as u32;
        }
        let mut states = [INITIAL_STATE; AT_ONCE];
        compress(&mut states, &blocks);
        hash_digests(&mut states);
        for (digest, state) in digests.iter_mut().zip(states) {
            *digest = Digest(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sha256d;
    use super::*;

    #[test]
    fn a_digest_keeps_its_bytes_and_is_read_as_a_little_endian_number() {
        let bytes: [u8; 32] = core::array::from_fn(|i| 7 * i as u8);
        let digest = Digest::from_bytes(&bytes);
        assert_eq!(digest.to_bytes(), bytes);
        assert_eq!(digest.value(), U256::from_le_bytes(bytes));
    }

    #[test]
    fn short_messages_have_the_double_hash_of_their_bytes_however_many_there_are() {
        for count in 0..10 {
            let messages: Vec<[u32; 11]> =
                (0..count).map(|m| core::array::from_fn(|i| 0x9e37_79b9_u32.wrapping_mul(11 * m + i as u32))).collect();
            let mut digests = vec![Digest::default(); messages.len()];
            sha256d_of_words(&messages, &mut digests);
            for (message, digest) in messages.iter().zip(digests) {
                assert_eq!(digest.to_bytes(), sha256d(message.map(u32::to_be_bytes).as_flattened()));
            }
        }
    }
}
