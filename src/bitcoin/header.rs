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
