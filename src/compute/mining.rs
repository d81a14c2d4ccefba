//! A mine: what its machines draw, hash, earn and cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the pool pays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Payout {
    /// Full pay per share: the expected coins of the hashes delivered, subsidy and fees, less the pool fee.
    #[default]
    Fpps,
    /// The coins of the blocks really found, no pool fee.
    Solo,
}

/// Low-power mode of the machines: less power, somewhat less hashrate, so a better J/TH.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EcoMode {
    /// Power in eco mode as a share of full power.
    /// Default: 1.0, no eco mode. Source: operating model of hass-miner #327 (full, low power, sleep).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub power_share: f64,
    /// Hashrate in eco mode as a share of full hashrate; at least the power share.
    /// Default: 1.0, no eco mode. Source: as above.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hashrate_share: f64,
}

impl Default for EcoMode {
    fn default() -> Self {
        Self {
            power_share: 1.0,
            hashrate_share: 1.0,
        }
    }
}

/// `[mining]`: a mine's hall, machines' service, payout and costs. MW are facility MW at the meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MiningParams {
    /// Size of the steps in which mining capacity is built, MW.
    /// Default: 10. Source: assumption, a few containers; CleanSpark bought 60 MW in one turnkey lot (2024).
    #[schemars(range(min = 0.001, max = 10000.0))]
    pub module_mw: f64,
    /// Capital of hall, transformers and cooling without machines, USD per MW.
    /// Default: 450,000. Source: 0.30–0.35 M (Sabre56 2024), 0.43 M turnkey (CleanSpark 2024), 0.7–1.0 M (CoinShares
    /// 2026).
    #[schemars(range(min = 0.0, max = 1e8))]
    pub infrastructure_usd_per_mw: f64,
    /// Economic life of the hall, years.
    /// Default: 15. Source: assumption, transformers and switchgear outlive several generations of machines.
    #[schemars(range(min = 0.5, max = 60.0))]
    pub infrastructure_life_years: f64,
    /// What the hall's capital is still worth when the farm closes, as a share of it.
    /// Default: 0.25. Source: assumption; an energised site with substation sold for 0.225 M USD/MW (Cipher Barber
    /// Lake 2024), half of a new hall.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub infrastructure_salvage_share: f64,
    /// Months from the decision to the first hash (hall and machine delivery).
    /// Default: 6. Source: machine deliveries of 3–9 months; assumption for the hall.
    #[schemars(range(min = 0, max = 240))]
    pub lead_months: u32,
    /// Facility power over machine power with air cooling.
    /// Default: 1.05. Source: 1.03–1.08 in use (unverified), high-side claims to 1.15.
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_air: f64,
    /// Facility power over machine power with immersion cooling.
    /// Default: 1.03. Source: 1.02–1.05 in use (unverified).
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_immersion: f64,
    /// Facility power over machine power with water-cooled machines.
    /// Default: 1.04. Source: 1.03–1.06 in use (unverified).
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_hydro: f64,
    /// Share of the time a working machine hashes when power is offered (restarts, network, heat).
    /// Default: 0.95. Source: 93–98 % in reports; Sazmining sells 95 %.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub uptime_share: f64,
    /// Share of the machines that fail in a month.
    /// Default: 0.005. Source: 0.3–1 %/month for the S19 generation and later (no primary figure).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub failure_per_month_share: f64,
    /// Months a failed machine is away for repair.
    /// Default: 1. Source: assumption.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub repair_months: f64,
    /// Cost of one repair, USD.
    /// Default: 150. Source: assumption, one hashboard or power-supply repair.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub repair_usd: f64,
    /// Name of the machine to buy; left out, the best of the catalogue at each order.
    /// Default: none. Source: user's choice.
    pub machine: Option<String>,
    /// Years after which a machine is scrapped; resale falls linearly to nothing by then.
    /// Default: 7. Source: physical life 5–10 years (asic24.com), resale of a four-year-old S19 at 2.5 USD/TH (2024).
    #[schemars(range(min = 0.5, max = 30.0))]
    pub machine_life_years: f64,
    /// Whether machines may be replaced by better ones before the end of their life.
    /// Default: true. Source: user's choice.
    pub refresh: bool,
    /// Youngest age at which machines may be replaced, years.
    /// Default: 2. Source: economic life 2–4 years (asic24.com), payback up to 2 years (TheMinerMag 2025).
    #[schemars(range(min = 0.0, max = 30.0))]
    pub refresh_min_age_years: f64,
    /// Staff, rent, insurance, administration, USD per MW and year.
    /// Default: 70,000. Source: CCAF 2025: all-in 55.5 less power 45 USD/MWh = 10.5 USD/MWh, of which 2 variable.
    #[schemars(range(min = 0.0, max = 1e8))]
    pub fixed_om_usd_per_mw_year: f64,
    /// Costs that come with each MWh used, without power, USD/MWh.
    /// Default: 2. Source: part of CCAF's 10.5 USD/MWh (split is an assumption).
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub variable_om_usd_per_mwh: f64,
    /// Pool's share of the coins under `fpps`.
    /// Default: 0.02. Source: Braiins 2 %, OCEAN 2 %, AntPool 2.5 %, Luxor 0.7 % (spark.money, January 2026).
    #[schemars(range(min = 0.0, max = 0.999))]
    pub pool_fee_share: f64,
    /// How coins are paid: `fpps` or `solo`.
    /// Default: fpps. Source: what listed miners use.
    pub payout: Payout,
    /// Low-power mode as a second step of the merit order.
    /// Default: off. Source: user's choice.
    pub eco: EcoMode,
}

impl Default for MiningParams {
    fn default() -> Self {
        Self {
            module_mw: 10.0,
            infrastructure_usd_per_mw: 450_000.0,
            infrastructure_life_years: 15.0,
            infrastructure_salvage_share: 0.25,
            lead_months: 6,
            pue_air: 1.05,
            pue_immersion: 1.03,
            pue_hydro: 1.04,
            uptime_share: 0.95,
            failure_per_month_share: 0.005,
            repair_months: 1.0,
            repair_usd: 150.0,
            machine: None,
            machine_life_years: 7.0,
            refresh: true,
            refresh_min_age_years: 2.0,
            fixed_om_usd_per_mw_year: 70_000.0,
            variable_om_usd_per_mwh: 2.0,
            pool_fee_share: 0.02,
            payout: Payout::Fpps,
            eco: EcoMode::default(),
        }
    }
}
