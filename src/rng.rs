//! Random streams keyed by (seed, purpose, entity), so that adding a site changes no other site's draws.

use rand::SeedableRng;
use sha2::{Digest, Sha256};

/// The generator behind every random draw: documented as portable, the same on every machine.
pub type Stream = rand::rngs::ChaCha8Rng;

/// Opens the random stream of one purpose (`"wind"`, `"btc price"`) and one entity (a site's name, or `""`).
///
/// The key is SHA-256 over the seed (little-endian), the purpose, a zero byte and the entity.
pub fn stream(seed: u64, purpose: &str, entity: &str) -> Stream {
    let mut key = Sha256::new();
    key.update(seed.to_le_bytes());
    key.update(purpose.as_bytes());
    key.update([0]);
    key.update(entity.as_bytes());
    Stream::from_seed(key.finalize().into())
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
