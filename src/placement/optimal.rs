//! Placement with a proven optimum.
//!
//! For given capacities every hour is a merit order, so the value of a site and what one more MW of each machine would
//! add are closed-form (`hours`). Planes through them bound the value from above; a small linear program over the
//! *lives* of megawatts (`life`, `master`) and a longest path per site that finds better lives (`price`) converge to
//! the exact optimum over all hours, dates and paths (`relax`). Whole modules follow by rounding and branch and bound
//! on the same planes (`whole`). A cap on emissions is kept by a price of carbon (`cap`).

mod accounts;
mod at_price;
mod bounds;
mod branch;
mod cap;
mod firm;
mod given;
mod hours;
mod life;
mod lives;
mod master;
mod opening;
mod others;
mod planes;
mod price;
mod program;
mod prove;
mod relax;
mod repair;
mod report;
mod risk;
mod solve;
mod whole;
mod within;

pub use cap::optimise_within_cap;
pub use given::{compared_usd, value_of_steps};
pub use life::{Column, Life};
pub use relax::{Mix, Relaxed, Search, relative_gap};
pub use report::{planned_steps, running_mw};
pub use solve::{Optimum, Settings, optimise};
pub use whole::Whole;

#[cfg(test)]
mod tests;
