//! The market for AI compute: how much it takes, and what a GPU-hour rents for day by day.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much new capacity a market takes from this owner, MW of critical IT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Limit of all capacity in service or under way, MW of critical IT.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub limit_mw: f64,
    /// Limit of what can be newly placed in a calendar year, MW of critical IT.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub limit_mw_per_year: f64,
}

/// One dated rent of an accelerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedRent {
    /// Day of the rent, `YYYY-MM-DD`.
    pub date: String,
    /// Rent, USD per GPU-hour.
    #[schemars(range(min = 0.0001, max = 10000.0))]
    pub usd_per_gpu_hour: f64,
}

/// `[ai_market]`: demand and rents of AI compute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AiMarket {
    /// Demand for leased halls.
    /// Default: 2,000 MW, 250 MW a year. Source: assumption; single miners signed 168–590 MW in 2024–25.
    pub hosting_demand: Demand,
    /// Demand for GPU-hours of own accelerators.
    /// Default: 400 MW, 50 MW a year. Source: assumption; IREN–Microsoft 200 MW (2025), 96 % of CoreWeave's revenue is
    /// contracted to a few.
    pub cloud_demand: Demand,
    /// Yearly growth of the rent at which new leases are signed, a share.
    /// Default: 0. Source: CBRE asking rents rose 15 %/yr 2022–24, later leases lie below them.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub hosting_rent_growth_per_year_share: f64,
    /// Yearly drift of the logarithm of a given accelerator's rent after its release.
    /// Default: −0.20. Source: recommended −20 %/yr; H100 −8.6 to −36 %/yr by start date.
    #[schemars(range(min = -3.0, max = 1.0))]
    pub rent_log_drift_per_year: f64,
    /// Yearly volatility of the logarithm of all rents together; 0 makes rents deterministic.
    /// Default: 0.30. Source: recommended default on the H100 series 2023–26.
    #[schemars(range(min = 0.0, max = 3.0))]
    pub rent_log_vol_per_year: f64,
    /// Years after which half of a market-wide shock to rents is gone.
    /// Default: 2. Source: H100 one-year contracts 2.85 (early 2024), 1.70 (October 2025), 2.35 USD/h (March 2026).
    #[schemars(range(min = 0.05, max = 100.0))]
    pub rent_shock_half_life_years: f64,
    /// Dated rents of an accelerator by its name, in place of its catalogue rent; between dates the logarithm is linear,
    /// after the last the drift goes on.
    /// Default: none. Source: user's data.
    pub rent_paths: BTreeMap<String, Vec<DatedRent>>,
}

impl Default for AiMarket {
    fn default() -> Self {
        Self {
            hosting_demand: Demand {
                limit_mw: 2_000.0,
                limit_mw_per_year: 250.0,
            },
            cloud_demand: Demand {
                limit_mw: 400.0,
                limit_mw_per_year: 50.0,
            },
            hosting_rent_growth_per_year_share: 0.0,
            rent_log_drift_per_year: -0.20,
            rent_log_vol_per_year: 0.30,
            rent_shock_half_life_years: 2.0,
            rent_paths: BTreeMap::new(),
        }
    }
}
