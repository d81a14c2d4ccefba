//! The `hashwatt` binary.

fn main() {}
