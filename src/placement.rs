//! What to build, where and when.
//!
//! A [`Problem`] holds everything a planner may know on a decision day: the forecast by period, each site's
//! typical hours, what stands there, what could be built, and the limits. A policy turns it into a [`Plan`].
//! Every policy, and the optimiser that will join them, takes a `&Problem` and gives a `Plan`; the value of a
//! site is always computed by the same hourly dispatch the simulation runs ([`value::Valuer`]).

pub mod answer;
mod carbon;
pub mod field;
mod first;
mod fixed;
mod greedy;
pub mod optimal;
mod problem;
pub mod pypsa;
mod state;
pub mod value;

pub use fixed::{Order, fixed};
pub use greedy::greedy;
pub use problem::{Action, Block, FarmKind, Limits, Period, Plan, Problem, Replacement, SiteCase, Step, Technology};

#[cfg(test)]
mod lp;
#[cfg(test)]
mod monolith;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
