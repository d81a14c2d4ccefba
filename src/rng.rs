//! Random streams keyed by (seed, purpose, entity), so that adding a site changes no other site's draws.

pub(crate) mod chacha;

use rand::SeedableRng;
use sha2::{Digest, Sha256};

use chacha::Key;

/// The generator behind every random draw: documented as portable, the same on every machine.
pub type Stream = rand::rngs::ChaCha8Rng;

/// Opens the random stream of one purpose (`"wind"`, `"btc price"`) and one entity (a site's name, or `""`).
///
/// The key is SHA-256 over the seed (little-endian), the purpose, a zero byte and the entity.
pub fn stream(seed: u64, purpose: &str, entity: &str) -> Stream {
    Stream::from_seed(digest(seed, purpose, entity))
}

/// Key of the stream that [`stream`] opens, for [`chacha::blocks`].
pub(crate) fn key(seed: u64, purpose: &str, entity: &str) -> Key {
    let bytes = digest(seed, purpose, entity);
    core::array::from_fn(|i| u32::from_le_bytes(core::array::from_fn(|byte| bytes[4 * i + byte])))
}

fn digest(seed: u64, purpose: &str, entity: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(seed.to_le_bytes());
    digest.update(purpose.as_bytes());
    digest.update([0]);
    digest.update(entity.as_bytes());
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_differ_by_seed_purpose_and_entity_and_repeat_for_the_same_key() {
        let first = |seed, purpose, entity| stream(seed, purpose, entity).next_u64();
        assert_eq!(first(1, "wind", "a"), first(1, "wind", "a"));
        assert_ne!(first(1, "wind", "a"), first(2, "wind", "a"));
        assert_ne!(first(1, "wind", "a"), first(1, "solar", "a"));
        assert_ne!(first(1, "wind", "a"), first(1, "wind", "b"));
        assert_ne!(first(1, "ab", "c"), first(1, "a", "bc"));
    }
}
