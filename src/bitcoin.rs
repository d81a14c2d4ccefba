//! Bitcoin: protocol in exact integers, the race for blocks, and the markets around it.
