//! Placement with a proven optimum.
//!
//! For given capacities every hour is a merit order, so the value of a site and what one more MW of each machine would
//! add are closed-form (`hours`). Planes through them bound the value from above; a small linear program over the
//! *lives* of megawatts (`life`, `master`) and a longest path per site that finds better lives (`price`) converge to
//! the exact optimum over all hours, dates and paths (`relax`). Whole modules follow by rounding and branch and bound
//! on the same planes (`whole`).

mod hours;
mod life;
mod master;
mod price;
mod relax;
mod risk;

use thiserror::Error;

pub use life::{Column, Life};
pub use relax::{Mix, Relaxed, Search, relative_gap};

/// Why no plan was found.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlaceError {
    /// A limit is missed by what stands already.
    #[error(
        "{limit}: at most {at_most} {unit}, but what stands on the first day takes {needed}: raise the limit or remove standing farms"
    )]
    Infeasible {
        /// The limit.
        limit: String,
        /// What it takes.
        needed: f64,
        /// What is allowed.
        at_most: f64,
        /// Unit of both.
        unit: &'static str,
    },
    /// The solver gave up.
    #[error("the linear program could not be solved: {0}")]
    Solver(String),
}
