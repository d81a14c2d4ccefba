//! The 80-byte block header.

use crate::bitcoin::protocol::Target;
use crate::hash::sha256d;

/// A block header. Hashes are in internal byte order (explorers print them reversed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Version, with the BIP 320 rolling bits 13–28.
    pub version: u32,
    /// Hash of the previous header.
    pub prev: [u8; 32],
    /// Root of the transactions' Merkle tree.
    pub merkle_root: [u8; 32],
    /// Time stamp, seconds since 1970.
    pub time: u32,
    /// Compact target as written in the header (nBits), not checked.
    pub bits: u32,
    /// Search counter.
    pub nonce: u32,
}

impl Header {
    /// Serialises as the network does: all fields little-endian.
    pub fn to_bytes(&self) -> [u8; 80] {
        let mut bytes = [0; 80];
        bytes[0..4].copy_from_slice(&self.version.to_le_bytes());
        bytes[4..36].copy_from_slice(&self.prev);
        bytes[36..68].copy_from_slice(&self.merkle_root);
        bytes[68..72].copy_from_slice(&self.time.to_le_bytes());
        bytes[72..76].copy_from_slice(&self.bits.to_le_bytes());
        bytes[76..80].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// Reads the network's serialisation.
    pub fn from_bytes(bytes: &[u8; 80]) -> Self {
        Self {
            version: u32::from_le_bytes(part(bytes, 0)),
            prev: part(bytes, 4),
            merkle_root: part(bytes, 36),
            time: u32::from_le_bytes(part(bytes, 68)),
            bits: u32::from_le_bytes(part(bytes, 72)),
            nonce: u32::from_le_bytes(part(bytes, 76)),
        }
    }

    /// Hash of the header in internal byte order.
    pub fn hash(&self) -> [u8; 32] {
        sha256d(&self.to_bytes())
    }

    /// Whether the hash meets the header's own target.
    pub fn meets_its_target(&self) -> bool {
        Target::from_compact_bits(self.bits).is_ok_and(|target| target.is_met_by(&self.hash()))
    }
}

fn part<const N: usize>(bytes: &[u8; 80], at: usize) -> [u8; N] {
    *bytes[at..].first_chunk().expect("fields lie inside the 80 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
    }

    /// Block 840,000, the halving of April 2024, as on the main network.
    const HALVING: &str = "00e05f2aab948491071265ad552351d0ad625745668da54b0172010000000000000000004f89a5d73bd4d4887f25981fe81892ccafda10c27f52d6f3dd28183a7c411b03b7072366194203177d9863ea";

    #[test]
    fn the_halving_block_of_2024_is_read_field_by_field_and_written_back() {
        let raw: [u8; 80] = bytes(HALVING);
        let header = Header::from_bytes(&raw);
        assert_eq!(
            (header.version, header.time, header.bits, header.nonce),
            (710926336, 1713571767, 0x17034219, 3932395645)
        );
        let mut merkle_root: [u8; 32] = bytes("031b417c3a1828ddf3d6527fc210daafcc9218e81f98257f88d4d43bd7a5894f");
        merkle_root.reverse();
        assert_eq!(header.merkle_root, merkle_root);
        let mut prev: [u8; 32] = bytes("0000000000000000000172014ba58d66455762add0512355ad651207918494ab");
        prev.reverse();
        assert_eq!(header.prev, prev);
        assert_eq!(header.to_bytes(), raw);
    }

    #[test]
    fn a_real_header_meets_its_target_and_a_forged_one_does_not() {
        let header = Header::from_bytes(&bytes(HALVING));
        let mut hash: [u8; 32] = bytes("0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5");
        hash.reverse();
        assert_eq!(header.hash(), hash);
        assert!(header.meets_its_target());
        assert!(!Header { nonce: header.nonce + 1, ..header }.meets_its_target());
        assert!(!Header { bits: 0xff123456, ..header }.meets_its_target(), "an invalid target is met by nothing");
    }
}
