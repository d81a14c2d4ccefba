//! Designs over scenario keys, run on all cores.
