//! What machines cost new and used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[machines.pricing]`: price of a mining machine from the hashprice of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MachinePricing {
    /// Months of margin a new machine costs.
    /// Default: 16. Source: Luxor's June 2023 sheet 13.8 (S19 Pro) to 18.2 (S19 XP) months.
    #[schemars(range(min = 0.1, max = 120.0))]
    pub payback_months: f64,
    /// Power price at which that margin is reckoned, USD/MWh.
    /// Default: 65. Source: the sheet's 6–7 US cents per kWh.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub reference_power_usd_per_mwh: f64,
    /// Least price of a new machine, USD/TH, however small the margin.
    /// Default: 6. Source: assumption below the cheapest list price of a current machine, 7.9 (SEALMINER A2 Pro Hyd).
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub floor_usd_per_th: f64,
}

impl Default for MachinePricing {
    fn default() -> Self {
        Self {
            payback_months: 16.0,
            reference_power_usd_per_mwh: 65.0,
            floor_usd_per_th: 6.0,
        }
    }
}

/// `[machines.accelerator_pricing]`: price of accelerators over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AcceleratorPricing {
    /// Yearly drift of the logarithm of a new accelerator's price after its release.
    /// Default: −0.10. Source: H100 all-in 40,000 USD (2024) to 33,000 (2026).
    #[schemars(range(min = -3.0, max = 1.0))]
    pub log_drift_per_year: f64,
    /// Resale after three years as a share of the price paid.
    /// Default: 0.30. Source: residual 25–35 % after 36 months.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub resale_after_3_years_share: f64,
    /// Resale after five years as a share of the price paid.
    /// Default: 0.15. Source: recommended default.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub resale_after_5_years_share: f64,
}

impl Default for AcceleratorPricing {
    fn default() -> Self {
        Self {
            log_drift_per_year: -0.10,
            resale_after_3_years_share: 0.30,
            resale_after_5_years_share: 0.15,
        }
    }
}
