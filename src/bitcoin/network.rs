//! Hashrate of the rest of the world, at two speeds.
//!
//! **Stock**: machines in vintages (J/TH, date of delivery), each spread over the same quantile cells of a lognormal law
//! of power prices. **Fast**: a cell runs when its revenue per MWh covers its power and running cost, and takes some days
//! to do what pays. **Slow**: each power-price class orders new machines when their discounted margin over their life
//! beats their price ([`crate::bitcoin::machine_price`]), at most what factories make; they arrive months later; idle and
//! worn-out machines are scrapped.
//!
//! The theory behind it: free entry holds the payoff per hash below a barrier that falls with technical progress (Prat &
//! Walter, JPE 2021); sunk machines run until price falls below running cost (Garratt & van Oordt). One set of parameters
//! serves all years; `tests/reference_network.rs` replays the halvings of 2016, 2020 and 2024 with it.

mod history;
mod orders;
mod stock;
mod vintages;

use crate::bitcoin::hashprice::implied_hashrate_eh_s;
use crate::bitcoin::machine_price::MachinePriceRule;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::math;
use orders::OrderBook;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stock::Stock;

pub use history::{best_efficiency_j_per_th, fleet_efficiency_j_per_th, history_hashrate_eh_s};

/// Hashrate never falls below this (EH/s), so that a chain can always go on.
const LEAST_HASHRATE_EH_S: f64 = 1e-9;
/// What retargets aim at.
const SECONDS_PER_BLOCK: f64 = 600.0;

/// How the hashrate of the rest of the world moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NetworkModel {
    /// A stock of machine vintages over a spread of power prices that switches, orders and scraps (the default).
    Vintages(VintagesModel),
    /// A fixed growth rate, whatever mining earns.
    Exogenous(ExogenousModel),
    /// Given hashrates, each from its date on, whatever mining earns.
    Dated(DatedModel),
}

impl Default for NetworkModel {
    fn default() -> Self {
        Self::Vintages(VintagesModel::default())
    }
}

/// Hashrate grows at a fixed rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExogenousModel {
    /// Growth of the hashrate per year as a share (0.42 is +42 % a year, -0.1 shrinks it). Default: 0.42. Source: 14-day means since April 2024; it was 0.52 in 2020–2024.
    #[schemars(range(min = -0.99, max = 20.0))]
    pub growth_per_year: f64,
    /// Mean efficiency of the network at the start in J/TH; where left out the history of the start date. Default: none.
    #[schemars(range(min = 0.1, max = 1e7))]
    pub fleet_efficiency_j_per_th: Option<f64>,
    /// Share by which the network's mean J/TH falls in a year. Default: 0.175. Source: best machines since 2020 (machine table).
    #[schemars(range(min = 0.0, max = 0.9))]
    pub efficiency_gain_per_year: f64,
}

impl Default for ExogenousModel {
    fn default() -> Self {
        Self { growth_per_year: 0.42, fleet_efficiency_j_per_th: None, efficiency_gain_per_year: 0.175 }
    }
}

/// Hashrate holds from each date to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedModel {
    /// Hashrates from their dates on, in order of date; the first also holds before its date. Required.
    #[schemars(length(min = 1))]
    pub points: Vec<HashratePoint>,
    /// Mean efficiency of the network in J/TH; where left out the history of the start date. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.1, max = 1e7))]
    pub fleet_efficiency_j_per_th: Option<f64>,
}

/// Hashrate of the rest of the world from a date on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HashratePoint {
    /// First UTC day, YYYY-MM-DD. It is taken up at the first retarget or halving from then on. Required.
    pub date: Day,
    /// Hashrate in EH/s. Required.
    #[schemars(range(min = 1e-9, max = 1e9))]
    pub hashrate_eh_s: f64,
}

impl DatedModel {
    fn hashrate_eh_s(&self, day: Day) -> f64 {
        let known = self.points.iter().rev().find(|p| p.date <= day).or(self.points.first());
        known.map_or(LEAST_HASHRATE_EH_S, |p| p.hashrate_eh_s)
    }
}

/// Vintages of machines over a spread of power prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VintagesModel {
    /// Mean efficiency of what runs at the start in J/TH; where left out the history of the start date. Default: none (70 in 2021, 49.7 in 2022 with overhead, 34 in January, 28.2 in June 2024). Source: CBECI, CoinShares, CCAF.
    #[schemars(range(min = 0.1, max = 1e7))]
    pub fleet_efficiency_j_per_th: Option<f64>,
    /// Share by which the J/TH of the best machine on sale falls in a year after the table of machines ends (2026). Default: 0.175. Source: best machines since 2020; 0.199 since the S9 of 2016.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub efficiency_gain_per_year: f64,
    /// J/TH of the mean machine sold, as a multiple of the best on sale. Default: 1.2. Source: the four models of Luxor's sheet of June 2023 (26.1 against 21.5 J/TH).
    #[schemars(range(min = 1.0, max = 5.0))]
    pub sold_to_best_efficiency_multiple: f64,
    /// Median power price of the world's miners in USD/MWh. Default: 45. Source: CCAF survey 2025 (49 firms, 48 % of the network).
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub power_price_median_usd_per_mwh: f64,
    /// Standard deviation of the logarithm of power prices among miners. Default: 0.37. Source: 14 published site prices of 2.5 to 8.1 cents per kWh (companies and countries).
    #[schemars(range(min = 0.0, max = 2.0))]
    pub power_price_log_sd: f64,
    /// Number of power-price classes of equal size. Default: 16. Source: chosen; 32 changes the hashrate by less than 1 %.
    #[schemars(range(min = 1, max = 64))]
    pub power_price_cells: u32,
    /// Other cost a running machine causes in USD per MWh it draws. Default: 10.5. Source: CCAF survey 2025, all-in operating cost of 55.5 less power of 45.
    #[schemars(range(min = 0.0, max = 500.0))]
    pub other_running_cost_usd_per_mwh: f64,
    /// Share of revenue that pools keep. Default: 0.02. Source: Braiins and OCEAN 2 %, between Luxor's 0.7 and F2Pool's 4 % (table of January 2026).
    #[schemars(range(min = 0.0, max = 0.5))]
    pub pool_fee_share: f64,
    /// Facility power per machine power. Default: 1.05. Source: midway between CBECI's best guess of 1.10 and the figures of CCAF and CoinShares, which count none.
    #[schemars(range(min = 1.0, max = 2.0))]
    pub pue: f64,
    /// Width of the transition between off and on, relative to the class's cost. Default: 0.3. Source: chosen; contracts, hedges and firmware settings spread the switching, and difficulty would swing from period to period if all answered alike.
    #[schemars(range(min = 0.001, max = 1.0))]
    pub switching_width_share: f64,
    /// Days in which 63 % of the machines that lose money are switched off, counted from the retarget after a halving. Default: 4. Source: chosen so that the replays meet the troughs of the 14-day mean after the halvings of 2016, 2020 and 2024 (−8 to −22 %, 15 to 76 days after).
    #[schemars(range(min = 0.0, max = 365.0))]
    pub switch_off_days: f64,
    /// Days in which 63 % of idle machines that would pay are switched on again. Default: 7. Source: hashrate follows price by 1 to 6 weeks (Fantazzini & Kolodin 2020).
    #[schemars(range(min = 0.0, max = 365.0))]
    pub switch_on_days: f64,
    /// How far miners foresee the retarget that their own switching causes: at 1 they answer to the hashprice of the difficulty to come, at 0 to that in force. Default: 0.8. Source: chosen with `switch_off_days`; estimates of the next difficulty are public, and at 0 hashrate swings from retarget to retarget after a halving; 0.7 to 1 all meet the replays.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub foresight_share: f64,
    /// Price of new machines.
    pub machine_price: MachinePriceRule,
    /// What a site costs a buyer beside the machines in USD per MW of facility power. Default: 350000. Source: Sabre56 2024, 0.30 to 0.35 million USD/MW (CoinShares 2026: 0.7 to 1.0 million).
    #[schemars(range(min = 0.0, max = 1e7))]
    pub infrastructure_usd_per_mw: f64,
    /// Discount rate of machine buyers per year. Default: 0.2. Source: chosen, so that growth after the halving of 2024 comes out (859 EH/s a year later).
    #[schemars(range(min = 0.0, max = 2.0))]
    pub discount_rate_per_year: f64,
    /// Years over which buyers count a machine's margin. Default: 4. Source: typical life of 3 to 5 years (Compass).
    #[schemars(range(min = 0.5, max = 20.0))]
    pub economic_life_years: f64,
    /// Share by which buyers expect hashprice to fall in a year, halvings apart. Default: 0.06. Source: mean hashprice fell from 217.6 (2019) to 53.7 (2025), 21 % a year, of which halvings are 16 %; theory (Prat & Walter) gives the rate of technical progress where revenue does not grow.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub expected_hashprice_fall_per_year: f64,
    /// Width of the transition between buying and not buying, relative to the price of a machine. Default: 0.25. Source: chosen; buyers differ in what they expect.
    #[schemars(range(min = 0.01, max = 5.0))]
    pub ordering_width_share: f64,
    /// Days over which buyers average hashprice. Default: 30. Source: hashrate follows price by 1 to 6 weeks (Fantazzini & Kolodin 2020).
    #[schemars(range(min = 0.0, max = 730.0))]
    pub hashprice_memory_days: f64,
    /// Shortest time from order to running machine in months. Default: 3. Source: deliveries after 3 to 9 months.
    #[schemars(range(min = 0.0, max = 36.0))]
    pub delivery_min_months: f64,
    /// Longest time from order to running machine in months. Default: 9. Source: deliveries after 3 to 9 months.
    #[schemars(range(min = 0.0, max = 60.0))]
    pub delivery_max_months: f64,
    /// Most that factories can deliver in a year, as a share of all machines installed. Default: 1. Source: largest growth of the years 2020–2025 (+95 % in 2023) plus replacement.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub manufacturing_cap_per_year: f64,
    /// Years after which a machine is worn out. Default: 7. Source: physical life of 5 to 10 years (asic24).
    #[schemars(range(min = 0.5, max = 30.0))]
    pub physical_life_years: f64,
    /// Most of all machines that may be idle at the start; the fleet is taken as more efficient than history says where more would be. Default: 0.35. Source: the 34 % that the fleet of 28.2 J/TH (CCAF, June 2024) implies at that month's hashprice of 50 USD/PH/day.
    #[schemars(range(min = 0.01, max = 0.95))]
    pub idle_at_start_max_share: f64,
    /// Months after which 63 % of the idle machines that pay elsewhere have been sold to cheaper power. Default: 3. Source: chosen, as long as the shortest delivery.
    #[schemars(range(min = 0.1, max = 1200.0))]
    pub relocation_months: f64,
    /// Months of idleness after which 63 % of the machines are scrapped. Default: 24. Source: chosen, so that economic life ends 2 to 4 years before physical life (asic24).
    #[schemars(range(min = 0.1, max = 240.0))]
    pub idle_scrap_months: f64,
}

impl Default for VintagesModel {
    fn default() -> Self {
        Self {
            fleet_efficiency_j_per_th: None,
            efficiency_gain_per_year: 0.175,
            sold_to_best_efficiency_multiple: 1.2,
            power_price_median_usd_per_mwh: 45.0,
            power_price_log_sd: 0.37,
            power_price_cells: 16,
            other_running_cost_usd_per_mwh: 10.5,
            pool_fee_share: 0.02,
            pue: 1.05,
            switching_width_share: 0.3,
            switch_off_days: 4.0,
            switch_on_days: 7.0,
            foresight_share: 0.8,
            machine_price: MachinePriceRule::default(),
            infrastructure_usd_per_mw: 350_000.0,
            discount_rate_per_year: 0.2,
            economic_life_years: 4.0,
            expected_hashprice_fall_per_year: 0.06,
            ordering_width_share: 0.25,
            hashprice_memory_days: 30.0,
            delivery_min_months: 3.0,
            delivery_max_months: 9.0,
            manufacturing_cap_per_year: 1.0,
            physical_life_years: 7.0,
            idle_at_start_max_share: 0.35,
            relocation_months: 3.0,
            idle_scrap_months: 24.0,
        }
    }
}

impl NetworkModel {
    /// What is wrong with the parameters beyond single ranges: (key path below this table, what to do about it).
    pub fn check(&self) -> Vec<(String, String)> {
        match self {
            Self::Vintages(m) if m.delivery_min_months > m.delivery_max_months => vec![(
                "delivery_min_months".into(),
                format!(
                    "{} months is longer than `delivery_max_months` ({}): lower the one or raise the other",
                    m.delivery_min_months, m.delivery_max_months
                ),
            )],
            Self::Dated(m) if m.points.windows(2).any(|w| w[0].date >= w[1].date) => {
                vec![("points".into(), "the dates are not in order: put the earlier point first".into())]
            }
            _ => Vec::new(),
        }
    }
}

/// What the network's miners see when they decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketView {
    /// Height of the last block.
    pub height: u32,
    /// Difficulty in force from now on.
    pub difficulty: f64,
    /// Price, USD/BTC.
    pub btc_price_usd: f64,
    /// Subsidy per block, BTC.
    pub subsidy_btc: f64,
    /// Fees per block, BTC.
    pub fees_btc_per_block: f64,
    /// Luck-free revenue, USD/(PH/s·day); [`MarketView::new`] derives it.
    pub hashprice_usd_per_ph_day: f64,
}

impl MarketView {
    /// The view at a height, its hashprice derived from the rest.
    pub fn new(height: u32, difficulty: f64, btc_price_usd: f64, subsidy_btc: f64, fees_btc_per_block: f64) -> Self {
        let hashprice_usd_per_ph_day = crate::bitcoin::hashprice::hashprice_usd_per_ph_day(
            difficulty,
            subsidy_btc,
            fees_btc_per_block,
            btc_price_usd,
        );
        Self { height, difficulty, btc_price_usd, subsidy_btc, fees_btc_per_block, hashprice_usd_per_ph_day }
    }
}

/// The rest of the world's machines, and what of them runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    kind: Kind,
    hashrate_eh_s: f64,
    efficiency_j_per_th: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Vintages(Box<Machines>),
    Exogenous(ExogenousModel),
    Dated(DatedModel),
}

#[derive(Debug, Clone, PartialEq)]
struct Machines {
    model: VintagesModel,
    stock: Stock,
    orders: OrderBook,
}

impl Network {
    /// The network on `start`: running exactly `start_hashrate_eh_s` (EH/s) at a hashprice of `hashprice_usd_per_ph_day`,
    /// with the vintages, and the machines on order, that history gives that date.
    pub fn new(model: &NetworkModel, start: Day, start_hashrate_eh_s: f64, hashprice_usd_per_ph_day: f64) -> Self {
        let hashrate = start_hashrate_eh_s.max(LEAST_HASHRATE_EH_S);
        match model {
            NetworkModel::Exogenous(model) => Self {
                kind: Kind::Exogenous(model.clone()),
                hashrate_eh_s: hashrate,
                efficiency_j_per_th: model
                    .fleet_efficiency_j_per_th
                    .unwrap_or_else(|| fleet_efficiency_j_per_th(start, model.efficiency_gain_per_year)),
            },
            NetworkModel::Dated(model) => Self {
                hashrate_eh_s: model.hashrate_eh_s(start),
                efficiency_j_per_th: model
                    .fleet_efficiency_j_per_th
                    .unwrap_or_else(|| fleet_efficiency_j_per_th(start, 0.0)),
                kind: Kind::Dated(model.clone()),
            },
            NetworkModel::Vintages(model) => {
                let stock = Stock::from_history(model, start, hashrate, hashprice_usd_per_ph_day);
                let orders = OrderBook::from_history(model, start, stock.installed_eh_s(), hashprice_usd_per_ph_day);
                let mut network = Self {
                    kind: Kind::Vintages(Box::new(Machines { model: model.clone(), stock, orders })),
                    hashrate_eh_s: hashrate,
                    efficiency_j_per_th: 0.0,
                };
                network.measure();
                network
            }
        }
    }

    /// Lets `elapsed_days` pass up to `day`, at which miners see `view`: machines arrive and wear out, orders are
    /// placed, and what pays is switched on, what does not off. To be called at each retarget and each halving;
    /// the hashrate holds until the next call.
    pub fn step(&mut self, day: Day, elapsed_days: f64, view: &MarketView) {
        match &mut self.kind {
            Kind::Exogenous(model) => {
                let years = elapsed_days / DAYS_PER_YEAR;
                let growth = math::powf(1.0 + model.growth_per_year, years);
                self.hashrate_eh_s = (self.hashrate_eh_s * growth).clamp(LEAST_HASHRATE_EH_S, 1e15);
                self.efficiency_j_per_th *= math::powf(1.0 - model.efficiency_gain_per_year, years);
            }
            Kind::Dated(model) => self.hashrate_eh_s = model.hashrate_eh_s(day),
            Kind::Vintages(machines) => {
                let Machines { model, stock, orders } = &mut **machines;
                for delivery in orders.deliver(day) {
                    stock.add(day, delivery.eh_s, delivery.efficiency_j_per_th);
                }
                stock.wear(model, day, elapsed_days);
                orders.place(model, day, elapsed_days, stock.installed_eh_s(), view);
                let implied_eh_s = implied_hashrate_eh_s(view.difficulty, SECONDS_PER_BLOCK);
                stock.switch(model, elapsed_days, view.hashprice_usd_per_ph_day, implied_eh_s);
                self.measure();
            }
        }
    }

    /// Hashrate that runs, EH/s; always above zero.
    pub fn hashrate_eh_s(&self) -> f64 {
        self.hashrate_eh_s
    }

    /// Mean efficiency of what runs, J/TH, overhead not counted.
    pub fn efficiency_j_per_th(&self) -> f64 {
        self.efficiency_j_per_th
    }

    /// Hashrate of all machines installed, running or idle, EH/s.
    pub fn installed_eh_s(&self) -> f64 {
        match &self.kind {
            Kind::Vintages(machines) => machines.stock.installed_eh_s(),
            Kind::Exogenous(_) | Kind::Dated(_) => self.hashrate_eh_s,
        }
    }

    fn measure(&mut self) {
        if let Kind::Vintages(machines) = &self.kind {
            let (hashrate, efficiency) = machines.stock.running();
            self.hashrate_eh_s = hashrate.clamp(LEAST_HASHRATE_EH_S, 1e15);
            self.efficiency_j_per_th = efficiency;
        }
    }
}

#[cfg(test)]
mod tests;
