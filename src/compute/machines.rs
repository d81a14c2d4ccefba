//! `[machines]`: the user's own machines, price rules and projection; what a machine is.

use super::pricing::{AcceleratorPricing, MachinePricing};
use crate::calendar::Day;
use crate::units::JoulesPerTerahash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a mining machine is cooled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cooling {
    /// Fans.
    #[default]
    Air,
    /// Oil bath.
    Immersion,
    /// Water plates.
    Hydro,
}

/// `[[machines.mining]]`: a mining machine of the user's own, or in place of the catalogue's of the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineSpec {
    /// Name, as used in `mining.machine`.
    pub name: String,
    /// Day from which it is delivered, `YYYY-MM-DD` or `YYYY-MM`.
    pub release: String,
    /// Hashrate, TH/s.
    #[schemars(range(min = 1e-6, max = 1e6))]
    pub hashrate_th_s: f64,
    /// Power at the machine, W; efficiency in J/TH is power over hashrate.
    #[schemars(range(min = 0.1, max = 1e7))]
    pub power_w: f64,
    /// Cooling: `air`, `immersion` or `hydro`.
    /// Default: air. Source: user's choice.
    #[serde(default)]
    pub cooling: Cooling,
    /// Price of a new one, USD/TH, fixed; left out, the price follows hashprice (`[machines.pricing]`).
    /// Default: none. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6))]
    pub price_usd_per_th: Option<f64>,
}

/// `[[machines.accelerators]]`: an accelerator of the user's own, or in place of the catalogue's of the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceleratorSpec {
    /// Name, as used in `cloud.accelerator`.
    pub name: String,
    /// Day from which it is delivered, `YYYY-MM-DD` or `YYYY-MM`.
    pub release: String,
    /// IT power per GPU with its share of server, network and storage, nameplate kW.
    #[schemars(range(min = 0.001, max = 1000.0))]
    pub all_in_kw: f64,
    /// Price per GPU at release with its share of server, network and storage, USD.
    #[schemars(range(min = 0.0, max = 1e8))]
    pub price_usd: f64,
    /// Rent at release, USD per GPU-hour.
    #[schemars(range(min = 0.0001, max = 10000.0))]
    pub release_rent_usd_per_gpu_hour: f64,
    /// Whether `cloud` buys it of itself while it is the newest.
    /// Default: true. Source: user's choice.
    #[serde(default = "yes")]
    pub flagship: bool,
}

fn yes() -> bool {
    true
}

/// `[machines.projection]`: models after the last of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Projection {
    /// Yearly fall of the best available J/TH, a share; one model a year, named "Projected 2028".
    /// Default: 0.175. Source: best available since 2020 −17.5 %/yr, S9 to S23 Hyd −19.9 %/yr.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub mining_improvement_per_year_share: f64,
    /// Years between accelerator generations after the last of the catalogue, named "Projected accelerator 2028".
    /// Default: 2. Source: A100 2020, H100 2022–23, B200 2025.
    #[schemars(range(min = 1.0, max = 20.0))]
    pub accelerator_cadence_years: f64,
    /// Rent at release of a projected accelerator over that of the catalogue's last flagship.
    /// Default: 1.0. Source: recommended 5.0 USD/h (3.5–7.0) at the launch of any generation.
    #[schemars(range(min = 0.01, max = 100.0))]
    pub accelerator_rent_factor: f64,
    /// Price and power of a projected accelerator over those of the catalogue's last flagship.
    /// Default: 1.0. Source: assumption.
    #[schemars(range(min = 0.01, max = 100.0))]
    pub accelerator_cost_factor: f64,
}

impl Default for Projection {
    fn default() -> Self {
        Self {
            mining_improvement_per_year_share: 0.175,
            accelerator_cadence_years: 2.0,
            accelerator_rent_factor: 1.0,
            accelerator_cost_factor: 1.0,
        }
    }
}

/// `[machines]`: what can be bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Machines {
    /// Years a mining machine is sold new after its release; one named in `mining.machine` is sold for ever.
    /// Default: 3. Source: assumption; S19 XP (2022) and S21 (2024) were still listed in 2025.
    #[schemars(range(min = 0.25, max = 100.0))]
    pub sold_for_years: f64,
    /// Mining machines beside or in place of the catalogue's.
    /// Default: none. Source: user's data.
    pub mining: Vec<MachineSpec>,
    /// Accelerators beside or in place of the catalogue's.
    /// Default: none. Source: user's data.
    pub accelerators: Vec<AcceleratorSpec>,
    /// Price rule of mining machines.
    /// Default: see its keys. Source: see its keys.
    pub pricing: MachinePricing,
    /// Price rule of accelerators.
    /// Default: see its keys. Source: see its keys.
    pub accelerator_pricing: AcceleratorPricing,
    /// Models after the last of the catalogue.
    /// Default: see its keys. Source: see its keys.
    pub projection: Projection,
}

impl Default for Machines {
    fn default() -> Self {
        Self {
            sold_for_years: 3.0,
            mining: Vec::new(),
            accelerators: Vec::new(),
            pricing: MachinePricing::default(),
            accelerator_pricing: AcceleratorPricing::default(),
            projection: Projection::default(),
        }
    }
}

/// A mining machine of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct MiningMachine {
    /// Name, unique.
    pub name: String,
    /// Maker.
    pub vendor: String,
    /// Day from which it is delivered.
    pub release: Day,
    /// Hashrate, TH/s.
    pub hashrate_th_s: f64,
    /// Power at the machine, W.
    pub power_w: f64,
    /// Cooling.
    pub cooling: Cooling,
    /// A price seen in the market, USD/TH: a fact to compare with, prices follow the rule.
    pub listed_usd_per_th: Option<f64>,
    /// The user's fixed price, USD/TH.
    pub fixed_usd_per_th: Option<f64>,
    /// Where the facts come from.
    pub source: String,
}

impl MiningMachine {
    /// Energy per hash, J/TH: power over hashrate.
    pub fn efficiency(&self) -> JoulesPerTerahash {
        JoulesPerTerahash(self.power_w / self.hashrate_th_s)
    }
}

/// An accelerator of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Accelerator {
    /// Name, unique.
    pub name: String,
    /// Maker.
    pub vendor: String,
    /// Day from which it is delivered.
    pub release: Day,
    /// IT power per GPU with its share of server, network and storage, nameplate kW.
    pub all_in_kw: f64,
    /// Price per GPU at release with its share of server, network and storage, USD.
    pub price_usd: f64,
    /// Rent at release, USD per GPU-hour.
    pub release_rent_usd_per_gpu_hour: f64,
    /// Whether `cloud` buys it of itself while it is the newest.
    pub flagship: bool,
    /// Where the facts come from.
    pub source: String,
}

impl Accelerator {
    /// GPUs in one MW of critical IT.
    pub fn gpus_per_it_mw(&self) -> f64 {
        1000.0 / self.all_in_kw
    }
}
