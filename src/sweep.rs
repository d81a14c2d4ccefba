//! Designs over scenario keys, run on all cores.

pub mod design;
pub mod file;

pub use file::{Design, SweepFile, Vary};
