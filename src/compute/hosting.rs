//! Hosting: critical IT leased by the kW-month; the tenant owns the machines.

use super::facility::{AiFacility, Backup, Screens, Sla};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[hosting]`: lease of AI halls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostingParams {
    /// Rent of a lease signed at the start of the scenario, USD per kW of critical IT and month.
    /// Default: 145.8. Source: 1.75 M USD per MW and year; public miner leases 1.22–2.13 M, median 149 USD/kW-month.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub rent_usd_per_kw_month: f64,
    /// Yearly rise of the rent of a signed lease, a share.
    /// Default: 0.025. Source: Hut 8–Fluidstack 3 % (December 2025), range 0–3 %.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub escalator_per_year_share: f64,
    /// Operating income as a share of rent: the rest pays staff, maintenance, insurance and property tax.
    /// Default: 0.85. Source: TeraWulf 85 %, Cipher 80–90 %, Riot 80 %, Galaxy 90 %.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub noi_margin_share: f64,
    /// The tenant repays the month's power up to this mean price, USD/MWh; what is above is the landlord's.
    /// Default: 100. Source: assumption; leases pass power through (Core Scientific, Hut 8 NNN), and 100 is twice a US
    /// hub price with delivery (40 + 10).
    #[schemars(range(min = 0.0, max = 100000.0))]
    pub power_pass_through_cap_usd_per_mwh: f64,
    /// Share of the critical IT that is leased after the ramp.
    /// Default: 1.0. Source: miner leases are take-or-pay for whole halls.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub tenancy_share: f64,
    /// Term of a lease, years; the farm may close or be re-let at market rent after it.
    /// Default: 12. Source: Core Scientific–CoreWeave 12; range 10–15.
    #[schemars(range(min = 0.5, max = 60.0))]
    pub lease_years: f64,
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
    /// Default: see its keys. Source: see its keys.
    pub screens: Screens,
}

impl Default for HostingParams {
    fn default() -> Self {
        Self {
            rent_usd_per_kw_month: 145.8,
            escalator_per_year_share: 0.025,
            noi_margin_share: 0.85,
            power_pass_through_cap_usd_per_mwh: 100.0,
            tenancy_share: 1.0,
            lease_years: 12.0,
            facility: AiFacility::default(),
            sla: Sla::default(),
            backup: Backup::default(),
            screens: Screens::default(),
        }
    }
}
