//! Bitcoin: protocol in exact integers, the race for blocks, and the markets around it.

pub mod checkpoint;
pub mod header;
pub mod protocol;
pub mod race;
