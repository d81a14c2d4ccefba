//! `[cloud.contract]`: GPU-hours sold for years ahead, taken or paid for.

use crate::calendar::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[cloud.contract]`: a part of every cluster is sold for years from its first day on, at one price. The customer pays
/// for every hour that is served, used or not, and pays a part of the whole in advance. The rest of the cluster, and all
/// of it after the term, is rented out at the market. A cluster that is replaced, closed or valued at the run's end
/// before the term is over pays back what is not yet used. One that is older than the scenario has its contract too, but
/// what was paid in advance is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContractParams {
    /// Share of the GPUs that is under contract.
    /// Default: 0.96. Source: share of CoreWeave's revenue that is contracted (2024).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub capacity_share: f64,
    /// Price, USD per GPU-hour; left out, the market's rent on the cluster's first day less the discount.
    /// Default: none. Source: user's choice; IREN–Microsoft (November 2025) comes to about 2.1.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub usd_per_gpu_hour: Option<f64>,
    /// What the contract's price lies below the market's rent of the first day, a share; not beside `usd_per_gpu_hour`.
    /// Default: 0.20. Source: H100 reserved for a year 1.79, on demand 2.23 USD/h (CoreWeave, gridstackhub.ai 2026).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub discount_share: Option<f64>,
    /// Term, years; at most the accelerators' life.
    /// Default: 5. Source: IREN–Microsoft (November 2025).
    #[schemars(range(min = 0.25, max = 20.0))]
    pub term_years: f64,
    /// Share of the contract's whole value that is paid on the first day; the rest is paid month by month.
    /// Default: 0.20. Source: IREN–Microsoft (November 2025), 20 % prepaid.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub prepaid_share: f64,
}

/// Default of a key that is meaningless beside a price: not given, it stays out of such a scenario.
const DISCOUNT_SHARE: f64 = 0.20;

impl Default for ContractParams {
    fn default() -> Self {
        Self {
            capacity_share: 0.96,
            usd_per_gpu_hour: None,
            discount_share: None,
            term_years: 5.0,
            prepaid_share: 0.20,
        }
    }
}

impl ContractParams {
    /// The contract of a cluster with its first day and the market's rent on it, USD per GPU-hour.
    pub fn signed(&self, first: Day, market_usd_per_gpu_hour: f64) -> Contract {
        let discount_share = self.discount_share.unwrap_or(DISCOUNT_SHARE);
        Contract {
            first,
            until: first.plus_months((12.0 * self.term_years).round() as i32),
            capacity_share: self.capacity_share,
            usd_per_gpu_hour: self.usd_per_gpu_hour.unwrap_or(market_usd_per_gpu_hour * (1.0 - discount_share)),
            prepaid_share: self.prepaid_share,
        }
    }
}

/// The contract of a cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contract {
    /// First day.
    pub first: Day,
    /// Day after the last.
    pub until: Day,
    /// Share of the GPUs under contract.
    pub capacity_share: f64,
    /// Price, USD per GPU-hour.
    pub usd_per_gpu_hour: f64,
    /// Share of the whole value paid on the first day.
    pub prepaid_share: f64,
}

/// The part of some days' GPU-hours that is sold under contract; the default is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Contracted {
    /// Share of the GPU-hours.
    pub share: f64,
    /// Price, USD per GPU-hour.
    pub usd_per_gpu_hour: f64,
}

impl Contract {
    /// What is sold of the days `from..until`.
    pub fn between(&self, from: Day, until: Day) -> Contracted {
        let days = (until.0.min(self.until.0) - from.0.max(self.first.0)).max(0);
        let share = self.capacity_share * f64::from(days) / f64::from((until.0 - from.0).max(1));
        Contracted { share, usd_per_gpu_hour: self.usd_per_gpu_hour }
    }

    /// What a day uses up of the advance, USD per GPU of the cluster.
    pub fn used_usd_per_gpu_day(&self) -> f64 {
        24.0 * self.capacity_share * self.usd_per_gpu_hour * self.prepaid_share
    }

    /// What is paid in advance and not used up when `day` begins, USD per GPU of the cluster. The advance is used up
    /// evenly over the term.
    pub fn advance_usd_per_gpu(&self, day: Day) -> f64 {
        f64::from((self.until.0 - day.0.max(self.first.0)).max(0)) * self.used_usd_per_gpu_day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn the_price_is_the_markets_less_the_discount_or_as_agreed() {
        let signed = |keys: &str| toml::from_str::<ContractParams>(keys).unwrap().signed(day("2026-07-01"), 3.0);
        assert!((signed("").usd_per_gpu_hour - 2.4).abs() < 1e-12);
        assert_eq!(signed("usd_per_gpu_hour = 2.1").usd_per_gpu_hour, 2.1);
        assert_eq!(signed("term_years = 1.5").until, day("2028-01-01"));
    }

    #[test]
    fn the_advance_is_the_prepaid_part_of_the_whole_and_is_used_up_by_the_end() {
        let contract = ContractParams::default().signed(day("2026-07-01"), 2.5);
        let hours = 24.0 * f64::from(contract.until.0 - contract.first.0);
        let whole = 0.96 * 2.0 * hours;
        assert!((contract.advance_usd_per_gpu(contract.first) / (0.2 * whole) - 1.0).abs() < 1e-12);
        assert!((contract.advance_usd_per_gpu(contract.first.plus_days(-9)) / (0.2 * whole) - 1.0).abs() < 1e-12);
        assert_eq!(contract.advance_usd_per_gpu(contract.until), 0.0);
    }

    #[test]
    fn a_month_in_which_the_term_ends_is_sold_in_part() {
        let contract =
            ContractParams { capacity_share: 0.5, ..ContractParams::default() }.signed(day("2020-01-16"), 2.0);
        let share = |from, until| contract.between(day(from), day(until)).share;
        assert_eq!(share("2020-02-01", "2020-03-01"), 0.5);
        assert_eq!(share("2025-01-01", "2025-02-01"), 0.5 * 15.0 / 31.0);
        assert_eq!(share("2025-02-01", "2025-03-01"), 0.0);
    }
}
