//! Cloud: own accelerators rented by the GPU-hour.

use super::facility::{AiFacility, Backup, Screens, Sla};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[cloud]`: own accelerators. Rents per GPU-hour come from `[ai_market]` and the catalogue of accelerators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloudParams {
    /// Name of the accelerator to buy; left out, the newest flagship of the catalogue at each order.
    /// Default: none. Source: user's choice.
    pub accelerator: Option<String>,
    /// Share of the GPU-hours that is billed after the ramp.
    /// Default: 0.80. Source: planning value on demand 0.60–0.95; contracted 0.98.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub utilisation_share: f64,
    /// Hall operation and maintenance, USD per MW of critical IT and year.
    /// Default: 262,500. Source: 15 % of a lease of 1.75 M USD per MW and year, as in hosting.
    #[schemars(range(min = 0.0, max = 1e8))]
    pub facility_om_usd_per_it_mw_year: f64,
    /// Spares, support and network of the machines per year as a share of their purchase price.
    /// Default: 0.03. Source: assumption.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hardware_om_per_year_share: f64,
    /// Sales, software and support as a share of revenue.
    /// Default: 0.10. Source: assumption; below 80 % utilisation gross margins fall under 50 % (disintermediate.global).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub selling_cost_share: f64,
    /// Years after which accelerators are replaced or the farm's machines are sold.
    /// Default: 5. Source: CoreWeave 6, Meta 5.5, Amazon 5, Nebius 4 years.
    #[schemars(range(min = 0.5, max = 20.0))]
    pub accelerator_life_years: f64,
    /// Whether accelerators may be replaced by newer ones before the end of their life.
    /// Default: true. Source: user's choice.
    pub refresh: bool,
    /// Youngest age at which accelerators may be replaced, years.
    /// Default: 3. Source: IREN's leases of 36 months, residual 25–35 % then.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub refresh_min_age_years: f64,
    /// The hall.
    /// Default: see its keys. Source: see its keys.
    pub facility: AiFacility,
    /// Service-level agreement.
    /// Default: see its keys. Source: see its keys.
    pub sla: Sla,
    /// Backup power.
    /// Default: see its keys. Source: see its keys.
    pub backup: Backup,
    /// What a site must offer.
    /// Default: as in hosting, but from 5 MW. Source: Bit Digital MTL-3, 5 MW (2025).
    pub screens: Screens,
}

impl Default for CloudParams {
    fn default() -> Self {
        Self {
            accelerator: None,
            utilisation_share: 0.80,
            facility_om_usd_per_it_mw_year: 262_500.0,
            hardware_om_per_year_share: 0.03,
            selling_cost_share: 0.10,
            accelerator_life_years: 5.0,
            refresh: true,
            refresh_min_age_years: 3.0,
            facility: AiFacility {
                module_mw: 5.0,
                ..AiFacility::default()
            },
            sla: Sla::default(),
            backup: Backup::default(),
            screens: Screens {
                minimum_mw: 5.0,
                ..Screens::default()
            },
        }
    }
}
