//! A mine: what its machines draw, hash, earn and cost.

use super::hosted::{HostedParams, HostedTerms};
use super::machines::{Cooling, MiningMachine};
use crate::units::{Megawatts, UsdPerMwh, UsdPerPhDay};
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
        Self { power_share: 1.0, hashrate_share: 1.0 }
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
    /// Clients' machines in place of own ones.
    /// Default: none, the machines are the owner's. Source: user's choice.
    pub hosted: Option<HostedParams>,
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
            hosted: None,
        }
    }
}

/// A step in which the machines of a batch can run: all of it, or eco mode and the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RunLevel {
    /// Facility power at the meter of the machines at work, MW.
    pub mw: f64,
    /// Their hashrate, EH/s.
    pub hashrate_eh_s: f64,
    /// What a MWh at the meter earns after pool fee and variable cost, energy not deducted, USD/MWh.
    pub value_usd_per_mwh: f64,
}

impl MiningParams {
    /// Facility power over machine power.
    pub fn pue(&self, cooling: Cooling) -> f64 {
        match cooling {
            Cooling::Air => self.pue_air,
            Cooling::Immersion => self.pue_immersion,
            Cooling::Hydro => self.pue_hydro,
        }
    }

    /// Share of the machines that hash when power is offered: uptime of those not in repair. A machine works for
    /// `1/f` months on average and is then away for `r`, so a share `1/(1 + f r)` is at hand.
    pub fn available_share(&self) -> f64 {
        self.uptime_share / (1.0 + self.failure_per_month_share * self.repair_months)
    }

    /// Share of the coins that is the owner's.
    pub fn paid_share(&self) -> f64 {
        match self.payout {
            Payout::Fpps => 1.0 - self.pool_fee_share,
            Payout::Solo => 1.0,
        }
    }

    /// Nameplate hashrate of `facility_mw` of machines, EH/s.
    pub fn nameplate_eh_s(&self, facility_mw: f64, machine: &MiningMachine) -> f64 {
        Megawatts(facility_mw / self.pue(machine.cooling)).hashrate(machine.efficiency()).0
    }

    /// Machines in one facility MW.
    pub fn machines_per_mw(&self, machine: &MiningMachine) -> f64 {
        1e6 / (machine.power_w * self.pue(machine.cooling))
    }

    /// Revenue per MWh at the meter after the pool fee: hashprice/(0.024·J/TH·PUE)·(1−fee), USD/MWh.
    ///
    /// Source: power breakeven of the Hashrate Index, PUE and fee added.
    pub fn revenue_per_mwh(&self, machine: &MiningMachine, hashprice: UsdPerPhDay) -> UsdPerMwh {
        hashprice.revenue_per_mwh(machine.efficiency()) * (self.paid_share() / self.pue(machine.cooling))
    }

    /// What a MWh at the meter earns the owner of the hall, neither energy nor variable cost deducted, USD/MWh: the coins,
    /// or what a client pays.
    pub fn earned_per_mwh(
        &self,
        machine: &MiningMachine,
        hashprice: UsdPerPhDay,
        client: Option<HostedTerms>,
    ) -> UsdPerMwh {
        let coins = self.revenue_per_mwh(machine, hashprice);
        client.map_or(coins, |terms| terms.earned(coins))
    }

    /// The steps in which `facility_mw` of machines can run when variable cost has risen by a factor, the better first;
    /// the second is 0 MW without eco mode.
    pub fn run_levels(
        &self,
        facility_mw: f64,
        machine: &MiningMachine,
        hashprice: UsdPerPhDay,
        om_factor: f64,
        client: Option<HostedTerms>,
    ) -> [RunLevel; 2] {
        let mw = facility_mw * self.available_share();
        let hashrate_eh_s = self.nameplate_eh_s(mw, machine);
        let revenue = self.earned_per_mwh(machine, hashprice, client).0;
        let level = |power: f64, hash: f64| RunLevel {
            mw: mw * power,
            hashrate_eh_s: hashrate_eh_s * hash,
            value_usd_per_mwh: revenue * hash / power - self.variable_om_usd_per_mwh * om_factor,
        };
        let EcoMode { power_share, hashrate_share } = self.eco;
        if power_share < 1.0 {
            [level(power_share, hashrate_share), level(1.0 - power_share, 1.0 - hashrate_share)]
        } else {
            let full = level(1.0, 1.0);
            [full, RunLevel { mw: 0.0, hashrate_eh_s: 0.0, ..full }]
        }
    }

    /// Repairs of one facility MW of machines, USD per year; a client repairs its own.
    pub fn repair_usd_per_mw_year(&self, machine: &MiningMachine) -> f64 {
        if self.hosted.is_some() {
            return 0.0;
        }
        12.0 * self.failure_per_month_share * self.repair_usd * self.machines_per_mw(machine)
    }

    /// What does not fit together, as (key, what to do).
    pub fn check(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        if self.eco.power_share <= 0.0 {
            wrong.push((
                "eco.power_share".into(),
                "eco mode draws some power: give a share above 0, or 1 for no eco mode".into(),
            ));
        }
        if self.eco.hashrate_share < self.eco.power_share {
            wrong.push((
                "eco.hashrate_share".into(),
                format!(
                    "eco mode must improve J/TH: hashrate share {} is below power share {}",
                    self.eco.hashrate_share, self.eco.power_share
                ),
            ));
        }
        if self.hosted.is_some() && self.eco.power_share < 1.0 {
            let what = "a client's machines run in full or not at all: take `[mining.eco]` away, or `[mining.hosted]`";
            wrong.push(("eco.power_share".into(), what.into()));
        }
        if self.refresh && self.refresh_min_age_years > self.machine_life_years {
            wrong.push((
                "refresh_min_age_years".into(),
                format!(
                    "machines are scrapped at {} years; give less, or set refresh = false",
                    self.machine_life_years
                ),
            ));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;

    fn machine(efficiency: f64) -> MiningMachine {
        MiningMachine {
            name: "test".into(),
            vendor: "test".into(),
            release: Day::parse("2024-01-01").unwrap(),
            hashrate_th_s: 200.0,
            power_w: 200.0 * efficiency,
            cooling: Cooling::Air,
            listed_usd_per_th: None,
            fixed_usd_per_th: None,
            source: String::new(),
        }
    }

    /// No losses between hashprice and the meter.
    fn ideal() -> MiningParams {
        MiningParams {
            pue_air: 1.0,
            pool_fee_share: 0.0,
            variable_om_usd_per_mwh: 0.0,
            uptime_share: 1.0,
            failure_per_month_share: 0.0,
            ..MiningParams::default()
        }
    }

    #[test]
    fn breakevens_are_those_of_the_published_table() {
        let table = [
            (30.0, [131.6, 92.6, 71.4, 58.1, 42.4, 36.8, 12.8]),
            (39.0, [171.1, 120.4, 92.9, 75.6, 55.1, 47.8, 16.6]),
            (53.0, [232.5, 163.6, 126.2, 102.7, 74.9, 65.0, 22.5]),
            (82.6, [362.3, 254.9, 196.7, 160.1, 116.7, 101.2, 35.1]),
        ];
        for (hashprice, row) in table {
            for (efficiency, expected) in [9.5, 13.5, 17.5, 21.5, 29.5, 34.0, 98.0].into_iter().zip(row) {
                let got = ideal().revenue_per_mwh(&machine(efficiency), UsdPerPhDay(hashprice)).0;
                assert!((got - expected).abs() < 0.051, "{hashprice} at {efficiency}: {got}, expected {expected}");
            }
        }
    }

    #[test]
    fn pue_and_pool_fee_come_off_the_revenue_at_the_meter() {
        let params = MiningParams { pue_air: 1.25, pool_fee_share: 0.1, ..ideal() };
        let got = params.revenue_per_mwh(&machine(17.5), UsdPerPhDay(39.0)).0;
        assert!((got - 39.0 / (0.024 * 17.5 * 1.25) * 0.9).abs() < 1e-9);
        let solo = MiningParams { payout: Payout::Solo, ..params };
        assert!((solo.revenue_per_mwh(&machine(17.5), UsdPerPhDay(39.0)).0 - got / 0.9).abs() < 1e-9);
    }

    #[test]
    fn value_times_energy_is_hashrate_times_hashprice() {
        let params = MiningParams { variable_om_usd_per_mwh: 0.0, ..MiningParams::default() };
        let [full, none] = params.run_levels(10.0, &machine(20.0), UsdPerPhDay(50.0), 1.0, None);
        let a_day = full.mw * 24.0 * full.value_usd_per_mwh;
        assert!((a_day - full.hashrate_eh_s * 1000.0 * 50.0 * 0.98).abs() < 1e-6);
        assert!((full.mw - 10.0 * 0.95 / 1.005).abs() < 1e-12);
        assert_eq!(none.mw, 0.0);
    }

    #[test]
    fn eco_mode_is_worth_more_per_mwh_and_both_steps_together_make_full_power() {
        let mut params = MiningParams::default();
        let [full, _] = params.run_levels(10.0, &machine(20.0), UsdPerPhDay(50.0), 1.0, None);
        params.eco = EcoMode { power_share: 0.6, hashrate_share: 0.7 };
        let [eco, rest] = params.run_levels(10.0, &machine(20.0), UsdPerPhDay(50.0), 1.0, None);
        assert!(eco.value_usd_per_mwh > full.value_usd_per_mwh && full.value_usd_per_mwh > rest.value_usd_per_mwh);
        assert!((eco.mw + rest.mw - full.mw).abs() < 1e-12);
        assert!((eco.hashrate_eh_s + rest.hashrate_eh_s - full.hashrate_eh_s).abs() < 1e-12);
        let value = |l: RunLevel| l.mw * l.value_usd_per_mwh;
        assert!((value(eco) + value(rest) - value(full)).abs() < 1e-9);
    }

    #[test]
    fn ccaf_all_in_cost_is_met_by_the_default_operating_costs() {
        // 55.5 all-in less 45 power; hours at the default availability.
        let params = MiningParams::default();
        let hours = 8765.82 * params.available_share();
        let other = params.fixed_om_usd_per_mw_year / hours + params.variable_om_usd_per_mwh;
        assert!((other - 10.5).abs() < 0.1, "{other}");
    }

    #[test]
    fn a_hosted_mine_bids_the_fee_less_variable_cost_and_has_no_repairs() {
        let hosted =
            HostedParams { fee_usd_per_kwh: 0.07, escalator_per_year_share: 0.0, client_stops_at_a_loss: true };
        let client = Some(hosted.terms(0));
        let params = MiningParams { hosted: Some(hosted), ..MiningParams::default() };
        let value = |hashprice| {
            params.run_levels(10.0, &machine(20.0), UsdPerPhDay(hashprice), 1.0, client)[0].value_usd_per_mwh
        };
        assert!((value(50.0) - 68.0).abs() < 1e-9);
        assert!(value(30.0) < -1e5, "the client's machines stand still");
        assert_eq!(params.repair_usd_per_mw_year(&machine(20.0)), 0.0);
        assert!(params.check().is_empty());
        let eco = EcoMode { power_share: 0.6, hashrate_share: 0.7 };
        assert_eq!(MiningParams { eco, ..params }.check()[0].0, "eco.power_share");
    }

    #[test]
    fn an_eco_mode_that_wastes_energy_is_refused() {
        let eco = EcoMode { power_share: 0.7, hashrate_share: 0.6 };
        let wrong = MiningParams { eco, ..MiningParams::default() }.check();
        assert_eq!(wrong[0].0, "eco.hashrate_share");
        assert!(MiningParams::default().check().is_empty());
    }
}
