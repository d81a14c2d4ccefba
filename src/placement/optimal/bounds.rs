//! What a branch of the search bounds.

use std::sync::Arc;

use super::life::Column;
use crate::placement::field::Field;

/// A bound that a branch of the search puts on orders or draws, MW.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// What is bounded.
    pub what: What,
    /// Whether at most, else at least.
    pub at_most: bool,
    /// MW.
    pub mw: f64,
}

/// What a branch bounds.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// MW ordered of one or more offers together: sites and offers, in order. No life orders two of them.
    Orders(Arc<[(usize, usize)]>),
    /// MW of connection of a site that are built for AI or converted to it at any time.
    Firm {
        /// Site.
        site: usize,
    },
}

impl Branch {
    /// Whether nothing may be ordered.
    pub fn forbids(&self) -> bool {
        self.at_most && self.mw <= 0.0
    }

    /// How much a MW of a column counts.
    pub fn share(&self, field: &Field, column: &Column) -> f64 {
        let life = &column.life;
        match &self.what {
            What::Orders(orders) => {
                let counted = life.orders.iter().any(|o| orders.binary_search(&(life.site, *o)).is_ok());
                f64::from(u8::from(counted))
            }
            What::Firm { site } => {
                let becomes = |o: &usize| field.becomes_firm(&field.sites[*site].offers[*o]);
                f64::from(u8::from(life.site == *site && life.orders.iter().any(becomes)))
            }
        }
    }
}
