//! One site, one hour: who runs on which power, and why.
//!
//! Sources are surplus (wind or solar the grid does not take), hydro, grid import and, for AI only, backup. Loads are
//! the AI firm, served first whatever it costs, then miners tier by tier; local energy that earns more in the market
//! is exported. [`dispatch_hour`] gives the full account of an hour, [`dispatch_day_as_if`] that of a day's hours,
//! eight side by side; [`hour_value`] gives an hour's value alone and [`hours_value_usd`] that of many hours;
//! [`ReadyHours`] are hours to be valued again and again. [`slice::slice_dual`] values a slice of hours together with
//! what one more MW of each load would add, from the same clearing price: what an optimiser evaluates over and over.

mod account;
mod clearing;
mod day;
mod hour;
mod merit;
mod ready;
mod reason;
pub mod slice;
#[cfg(test)]
mod tests;
mod welfare;

pub use account::{Flow, HourResult};
pub use day::{Hours, dispatch_day_as_if};
pub use hour::{Columns, Hour, Loads, MinerTier, Power, Terms, dispatch_hour, dispatch_hour_as_if};
pub use ready::ReadyHours;
pub use reason::{AiReason, MiningReason};
pub use welfare::{HourValue, hour_value, hours_value_usd, welfare_usd};
