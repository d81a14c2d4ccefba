//! What every AI hall has, leased or own: how much IT a utility MW carries, its PUE, SLA, backup and site screens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Climate of a site as far as cooling is concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Climate {
    /// Hardly any hour above 25 °C (Québec, Norway).
    Cold,
    /// Some hundred hours above 25 °C (Frankfurt, Ohio, Virginia).
    #[default]
    Mild,
    /// Thousands of hours above 25 °C (Texas, Singapore).
    Hot,
}

/// The hall of an AI farm. Sizes of AI farms are MW at the utility; costs are per MW of critical IT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AiFacility {
    /// Capital of shell, mechanical and electrical works without backup and machines, USD per MW of critical IT.
    /// Default: 9,750,000. Source: 10.5 M with backup (JLL 2026: 11.3 M mean; miners' halls 8–11 M), less 0.75 M backup.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub infrastructure_usd_per_it_mw: f64,
    /// Economic life of the hall, years.
    /// Default: 20. Source: assumption; leases run 10–15 years with two or three 5-year options.
    #[schemars(range(min = 0.5, max = 60.0))]
    pub infrastructure_life_years: f64,
    /// What the hall's capital is still worth when the farm closes, as a share of it.
    /// Default: 0.2. Source: assumption.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub infrastructure_salvage_share: f64,
    /// Months from the decision to service, power in hand.
    /// Default: 20. Source: Hut 8 16–18, HIVE 15–18+, range 16–60 months.
    #[schemars(range(min = 0, max = 240))]
    pub lead_months: u32,
    /// Size of the steps in which AI capacity is built, utility MW.
    /// Default: 25. Source: Riot–AMD 25 MW (January 2026), the smallest of the public miner leases.
    #[schemars(range(min = 0.001, max = 10000.0))]
    pub module_mw: f64,
    /// Critical IT per utility MW (redundancy and design margin; not the energy PUE).
    /// Default: 0.72. Source: contracts 0.67–0.82 (Cipher 168/244, Hut 8 245/330, TeraWulf 200/250, Galaxy 533/800).
    #[schemars(range(min = 0.05, max = 1.0))]
    pub critical_it_share: f64,
    /// Mean draw of the IT as a share of its nameplate.
    /// Default: 0.75. Source: 10.2 of 14.3 kW measured on HGX B200 (gpusolutions.ai 2026); range 0.60–0.90.
    #[schemars(range(min = 0.05, max = 1.0))]
    pub it_power_share: f64,
    /// Annual energy PUE in a cold climate.
    /// Default: 1.08. Source: liquid cooling 1.03–1.15 (industry survey 2025–26).
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_cold: f64,
    /// Annual energy PUE in a mild climate.
    /// Default: 1.12. Source: liquid cooling, central 1.10; design 1.18 (Applied Digital).
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_mild: f64,
    /// Annual energy PUE in a hot climate.
    /// Default: 1.20. Source: 1.2–1.3 (Bitfarms), survey upper quartile 1.28.
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_hot: f64,
    /// Hours of service lost for each interruption beside the unserved time: restart, work since the last checkpoint.
    /// Default: 0.5. Source: 5–30 min of lost work per stop (unverified) plus restart.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub restart_loss_hours: f64,
    /// Months until tenancy or utilisation has risen linearly from nothing to its full share.
    /// Default: 6. Source: assumption.
    #[schemars(range(min = 0.0, max = 120.0))]
    pub ramp_months: f64,
}

impl Default for AiFacility {
    fn default() -> Self {
        Self {
            infrastructure_usd_per_it_mw: 9_750_000.0,
            infrastructure_life_years: 20.0,
            infrastructure_salvage_share: 0.2,
            lead_months: 20,
            module_mw: 25.0,
            critical_it_share: 0.72,
            it_power_share: 0.75,
            pue_cold: 1.08,
            pue_mild: 1.12,
            pue_hot: 1.20,
            restart_loss_hours: 0.5,
            ramp_months: 6.0,
        }
    }
}

/// One step of a service-level agreement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaStep {
    /// The credit is due when the month's uptime is below this share.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub below_uptime_share: f64,
    /// Credit as a share of the month's charge.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub credit_share: f64,
}

/// Service-level agreement: credits by monthly uptime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sla {
    /// Steps; the largest credit whose threshold the month's uptime misses is due.
    /// Default: below 0.999 10 %, below 0.99 25 %, below 0.95 100 %. Source: Google A3/A4, Azure ND (public texts, July
    /// 2026).
    pub steps: Vec<SlaStep>,
}

impl Default for Sla {
    fn default() -> Self {
        let step = |below_uptime_share, credit_share| SlaStep {
            below_uptime_share,
            credit_share,
        };
        Self {
            steps: vec![step(0.999, 0.10), step(0.99, 0.25), step(0.95, 1.0)],
        }
    }
}

/// Backup power (UPS and generators) of an AI hall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Backup power as a share of the hall's draw at the meter; 0 for none.
    /// Default: 1.0. Source: Tier III practice; US grid availability is 99.93 % (EIA 2023), the obligation 99.9 %.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    /// Capital of backup, USD per MW of backup.
    /// Default: 750,000. Source: UPS and N+1 diesel or gas 0.5–1.0 M USD/MW (unverified).
    #[schemars(range(min = 0.0, max = 1e8))]
    pub capital_usd_per_mw: f64,
    /// Fuel and wear of backup, USD/MWh.
    /// Default: 300. Source: assumption, diesel at about 0.25 l/kWh and 1.2 USD/l.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub fuel_usd_per_mwh: f64,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            share: 1.0,
            capital_usd_per_mw: 750_000.0,
            fuel_usd_per_mwh: 300.0,
        }
    }
}

/// What a site must offer before an AI farm is considered there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Screens {
    /// Whether the site must have fibre.
    /// Default: true. Source: every screen of miners' portfolios names it (Sabre56 2024, VanEck 2024).
    pub fibre_required: bool,
    /// Smallest size worth a tenant or a cluster, utility MW.
    /// Default: 25. Source: Riot–AMD 25 MW (January 2026); larger tenants ask 50–100 MW contiguous.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub minimum_mw: f64,
    /// Smallest share of the year in which the site's grid or other firm supply must be there; 0 asks nothing and
    /// leaves it to SLA credits and backup costs.
    /// Default: 0. Source: none needed; the cost of interruptions is modelled.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub minimum_availability_share: f64,
}

impl Default for Screens {
    fn default() -> Self {
        Self {
            fibre_required: true,
            minimum_mw: 25.0,
            minimum_availability_share: 0.0,
        }
    }
}

/// Why a site is not eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The site has no fibre.
    NoFibre,
    /// The capacity is below the smallest size.
    TooSmall,
    /// Supply is there too seldom.
    NotFirm,
}
