//! Tables, manifest, atomic writing, reading back.
