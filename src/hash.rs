//! SHA-256d header search.
