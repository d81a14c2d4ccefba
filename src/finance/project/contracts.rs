//! What a project sells, and on what terms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finance::by_year::ByYear;
use crate::finance::treasury::Treasury;

/// `[exports]`: energy sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exports {
    /// Energy sold, MWh per year. Required.
    pub mwh_per_year: ByYear,
    /// Yearly loss of output, share, compounding from year 2.
    /// Default: 0. Source: user's choice; SAM's default is 0.5 %.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 0.5))]
    pub degradation_per_year: f64,
    /// Price, USD/MWh. Required.
    pub price_usd_per_mwh: ByYear,
    /// Yearly rise of the price, share; inflation does not come on top.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub price_escalator_per_year: f64,
    /// Output curtailed and paid for, MWh per year.
    /// Default: 0. Source: user's choice.
    #[serde(default = "nothing")]
    pub curtailed_mwh_per_year: ByYear,
    /// Payment for it, USD/MWh, rising as the price.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -10000.0, max = 10000.0))]
    pub curtailment_credit_usd_per_mwh: f64,
}

/// `[mining]`: coins mined with machines of one's own. Give `btc_per_year`, or `hashrate_ph_s` with
/// `hashprice_usd_per_ph_day`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mining {
    /// Price of a coin, USD/BTC. Required.
    pub price_usd_per_btc: ByYear,
    /// Yearly change of that price, share.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.9, max = 5.0))]
    pub price_growth_per_year: f64,
    /// Coins mined before the pool's fee, BTC per year.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub btc_per_year: Option<ByYear>,
    /// Yearly change of the coins, share: what a growing network leaves of them.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.9, max = 5.0))]
    pub btc_growth_per_year: f64,
    /// Hashrate, PH/s.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashrate_ph_s: Option<ByYear>,
    /// Share of the time in which it runs.
    /// Default: 1. Source: user's choice.
    #[serde(default = "whole")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub uptime_share: f64,
    /// Hashprice, USD per PH/s and day.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashprice_usd_per_ph_day: Option<ByYear>,
    /// Yearly change of the hashprice, share.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.9, max = 5.0))]
    pub hashprice_growth_per_year: f64,
    /// Months of operation after which the reward halves, ascending. Coins and hashprice given as one number fall by
    /// `halving_leaves_share` then; the results are also given for the epochs between.
    /// Default: none. Source: user's choice; blocks 1,050,000 and 1,260,000 are expected in spring 2028 and 2032.
    #[serde(default)]
    #[schemars(inner(range(min = 1, max = 1199)))]
    pub halvings_after_months: Vec<u32>,
    /// What a halving leaves of coins and hashprice, share: 0.5, or more where fees and a shrinking network soften it.
    /// Default: 0.5. Source: protocol.
    #[serde(default = "half")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub halving_leaves_share: f64,
    /// The pool's fee, share of the coins' value.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub pool_fee_share: f64,
    /// What is done with the coins.
    /// Default: sold at once. Source: choice.
    #[serde(default)]
    pub treasury: Treasury,
}

/// `[hosted_mining]`: machines of a client, hosted for a fee per kWh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostedMining {
    /// Energy the client's machines use, MWh per year. Required.
    pub mwh_per_year: ByYear,
    /// Fee, USD per kWh. Required.
    pub fee_usd_per_kwh: ByYear,
    /// Yearly rise of the fee, share.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub fee_escalator_per_year: f64,
}

/// `[lease]`: critical IT leased to a tenant who owns the machines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Critical IT leased, kW. Required.
    pub critical_it_kw: ByYear,
    /// Rent of year 1, USD per kW and month. Required.
    pub rent_usd_per_kw_month: ByYear,
    /// Yearly rise of the rent, share.
    /// Default: 0. Source: user's choice; 0–3 % in public miner leases, Hut 8–Fluidstack 3 %.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub escalator_per_year: f64,
    /// Months without rent at the beginning.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0, max = 120))]
    pub free_rent_months: u32,
    /// Who pays the running costs.
    /// Default: gross. Source: choice.
    #[serde(default)]
    pub structure: LeaseStructure,
}

/// Who pays the running costs of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaseStructure {
    /// The landlord.
    #[default]
    Gross,
    /// The tenant repays energy, insurance, property tax and operation (triple net); the site's lease and the overhead
    /// stay with the landlord.
    Nnn,
}

/// `[cloud]`: accelerators of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// Number of accelerators. Required.
    pub gpus: ByYear,
    /// Share of their hours that is billed on the market. Required.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub utilisation_share: f64,
    /// Market rent, USD per GPU-hour. Required.
    pub rent_usd_per_gpu_hour: ByYear,
    /// Yearly change of the market rent, share.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.9, max = 1.0))]
    pub rent_growth_per_year: f64,
    /// Sales, software and support, share of revenue; booked as variable operation.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub selling_cost_share: f64,
    /// Part sold ahead for years.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<CloudContract>,
}

/// `[cloud.contract]`: accelerators sold ahead, all their hours billed whether used or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudContract {
    /// Share of the accelerators under contract. Required.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub capacity_share: f64,
    /// Price, USD per GPU-hour. Required.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub usd_per_gpu_hour: f64,
    /// Years from the first revenue; the accelerators go to the market after them. Required.
    #[schemars(range(min = 1, max = 100))]
    pub years: u32,
    /// Share of the whole contract's price paid on the day before the first revenue; it is used up as hours are served.
    /// Default: 0. Source: user's choice; 20 % in IREN–Microsoft (November 2025).
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub prepaid_share: f64,
}

/// `[demand_response]`: payments for being ready to switch off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandResponse {
    /// Payments, USD per year. Required.
    pub usd_per_year: ByYear,
    /// Yearly rise, share.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub escalator_per_year: f64,
}

fn nothing() -> ByYear {
    ByYear::First(0.0)
}

fn whole() -> f64 {
    1.0
}

fn half() -> f64 {
    0.5
}
