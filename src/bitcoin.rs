//! Bitcoin: protocol in exact integers, the race for blocks, and the markets around it.

pub mod checkpoint;
pub mod fees;
pub mod forecast;
pub mod hashprice;
pub mod header;
pub mod machine_price;
pub mod market;
pub mod network;
pub mod protocol;
pub mod race;
pub mod verify;
