//! What a site developer writes about the connection of a site to the grid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// Connection that imports from the grid at the site's `price`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Largest import, MW. Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub import_limit_mw: f64,
    /// Delivery, ancillary and retail adders on each MWh, USD/MWh. Default: 10. Source: typical sum 3–25.
    #[serde(default = "default_adder")]
    #[schemars(range(min = 0.0, max = 500.0))]
    pub delivery_adder_usd_per_mwh: f64,
    /// Demand charge on the month's highest import, USD/kW-month. Default: 0. Source: 5–20 at regulated US utilities,
    /// none in competitive retail.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 100.0))]
    pub demand_charge_usd_per_kw_month: f64,
    /// Capacity charge on the year's highest import, USD/kW-year. Default: 0. Source: PJM 11 (2024/25) to 120 (2026/27);
    /// none in ERCOT.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub capacity_charge_usd_per_kw_year: f64,
    /// Transmission charge on the import at the system's peaks, which a load that stops then avoids, USD/kW-year.
    /// Default: 0. Source: ERCOT four coincident peaks 60–75.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub coincident_peak_charge_usd_per_kw_year: f64,
    /// Outages of the connection per year. Default: 1.35. Source: US SAIFI 2023 (EIA table 11.1); 0.1–0.4 at
    /// transmission voltage.
    #[serde(default = "default_outages")]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub outages_per_year: f64,
    /// Mean duration of an outage, hours. Default: 4.5. Source: US CAIDI 2023 with major events, 272 minutes
    /// (EIA table 11.1); 2 at transmission voltage.
    #[serde(default = "default_outage_hours")]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub outage_hours: f64,
    /// Coefficient of variation of the duration (lognormal). Default: 1.3. Source: assumption, a lognormal whose log
    /// has standard deviation 1.
    #[serde(default = "default_outage_variation")]
    #[schemars(range(min = 0.0, max = 5.0))]
    pub outage_variation: f64,
    /// Emissions of a MWh bought, kg of CO2 (scope 2, location-based): the mean of the grid's generation. Default: none;
    /// a cap on emissions or a price of carbon needs it at every site with a grid. Source: user's data; Electricity Maps has,
    /// direct, for 2024: Ontario 58, Germany 274, Texas 303, PJM 321, Singapore 367, Western India 680.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 2_000.0))]
    pub co2_kg_per_mwh: Option<f64>,
    /// Demand-response product of the connection. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand_response: Option<DemandResponse>,
    /// Power that the mines have bought forward. Default: none, all at the spot price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Forward>,
}

fn default_adder() -> f64 {
    10.0
}

fn default_outages() -> f64 {
    1.35
}

fn default_outage_hours() -> f64 {
    4.5
}

fn default_outage_variation() -> f64 {
    1.3
}

/// The right of the system operator to switch miners off, and what it pays for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandResponse {
    /// Paid for being callable, USD per MW and year. Required.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub capacity_payment_usd_per_mw_year: f64,
    /// Paid for each MWh not drawn while called, USD/MWh. Default: 0, the saved energy is the payment.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 20_000.0))]
    pub event_payment_usd_per_mwh: f64,
    /// Market price at and above which the operator calls, USD/MWh. Default: 300. Source: assumption; the dearest
    /// 1.5 % of ERCOT hours 2022 lie above it.
    #[serde(default = "default_trigger")]
    #[schemars(range(min = -500.0, max = 20_000.0))]
    pub trigger_price_usd_per_mwh: f64,
    /// Most hours of calls in a calendar year. Default: 300. Source: Hydro-Québec's rate for cryptographic use, 2018.
    #[serde(default = "default_call_limit")]
    #[schemars(range(min = 0.0, max = 8_784.0))]
    pub call_limit_hours_per_year: f64,
}

fn default_trigger() -> f64 {
    300.0
}

fn default_call_limit() -> f64 {
    300.0
}

/// Power bought at a fixed price for all hours, part of what the mines here can draw. Who runs when is decided at the
/// spot price all the same: what is not used is sold back at it, the *power credits* of listed miners. Each hour is settled
/// at spot less forward price, whether the grid delivers or not: as energy cost for what the mines draw from the grid, as
/// curtailment credits for the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// MW bought, share of the connection MW of the mines that run. Required. Source: user's contract; Riot had 345 MW at
    /// fixed prices at Rockdale (10-Q, third quarter of 2025), about half of that site.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    /// Price at the node, delivery not included, USD/MWh. Required. Source: user's contract.
    #[schemars(range(min = -500.0, max = 20_000.0))]
    pub price_usd_per_mwh: f64,
    /// Day after the last of the contract. Default: the end of the run. Source: user's contract; Riot's end on 31 October
    /// 2027 and 30 April 2030.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

impl Forward {
    /// Whether it is in force on a day.
    pub fn holds(&self, day: Day) -> bool {
        self.until.is_none_or(|until| day < until)
    }

    /// What a MWh bought brings at a spot price, USD.
    pub fn gain_usd_per_mwh(&self, spot_usd_per_mwh: f64) -> f64 {
        spot_usd_per_mwh - self.price_usd_per_mwh
    }
}

/// The right to sell local energy at the site's `price` instead of using it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Largest export, MW. Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub limit_mw: f64,
    /// Fees on each exported MWh, USD/MWh. Default: 3. Source: low end of delivery and uplift adders.
    #[serde(default = "default_export_fee")]
    #[schemars(range(min = 0.0, max = 500.0))]
    pub fee_usd_per_mwh: f64,
}

fn default_export_fee() -> f64 {
    3.0
}
