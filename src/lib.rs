//! **hashwatt** answers one question from a scenario file: *given these candidate energy sites, where should
//! mining farms and AI farms stand, how big, when built, when converted, and what do they earn across
//! Bitcoin's halving epochs?*
//!
//! The house, bottom to top; a lower module never imports a higher one:
//!
//! | module | holds |
//! |---|---|
//! | [`units`], [`math`], [`rng`], [`calendar`] | units, bit-portable maths, keyed random streams, dates |
//! | `lanes`, `words` | arithmetic on numbers, and on 32-bit words, side by side, on any processor with the same bits |
//! | [`hash`] | SHA-256d header search: one contract, several kernels |
//! | [`bitcoin`] | protocol in exact integers, the race for blocks, price, fees, rest-of-world hashrate |
//! | [`energy`] | supply of a site hour by hour: files and stochastic generators |
//! | [`compute`] | mining machines and accelerators: what one MW of them earns |
//! | [`dispatch`] | one site, a slice of hours: who runs on which power, and why |
//! | [`finance`] | ledger, tax, loans, kept coins; NPV, IRR, payback, levelised cost, break-even; stand-alone projects; bridges |
//! | [`placement`] | what to build, where and when: fixed and greedy policies behind one interface |
//! | [`scenario`] | scenario file to validated [`scenario::Scenario`]; diagnostics; schema; gallery |
//! | [`sim`] | the ECS loop: one schedule run per simulated day |
//! | [`results`] | tables, manifest, atomic writing, reading back |
//! | [`chart`] | pictures from tables |
//! | [`sweep`] | designs over scenario keys, run on all cores or many machines, summed up |
//! | [`cli`] | one file per command |

pub mod bitcoin;
pub mod calendar;
pub mod chart;
pub mod cli;
pub mod compute;
pub mod dispatch;
pub mod energy;
pub mod finance;
pub mod hash;
mod lanes;
pub mod math;
pub mod placement;
pub mod results;
pub mod rng;
pub mod scenario;
pub mod sim;
pub mod sweep;
pub mod units;
mod words;
