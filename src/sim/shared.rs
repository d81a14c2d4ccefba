//! What the runs of a sweep share.

use std::sync::Arc;

use super::decide::foresight::Foresight;
use crate::energy::Draws;

/// What runs may share without a change of any result: [`Shared::default`] is for a run alone.
#[derive(Debug, Default)]
pub struct Shared {
    pub(super) draws: Draws,
    pub(super) foresight: Arc<Foresight>,
}

/// Expectations kept: those of some dozens of runs.
const EXPECTATIONS: usize = 1_024;

impl Shared {
    /// Shares draws of that many bytes together, and what planners expect.
    pub fn within(draws_bytes: usize) -> Self {
        Self { draws: Draws::within(draws_bytes), foresight: Arc::new(Foresight::of_at_most(EXPECTATIONS)) }
    }
}
