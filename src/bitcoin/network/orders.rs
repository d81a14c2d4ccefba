//! New machines: who orders how many, and when they arrive.

use super::stock::{net_of_fees, power_prices};
use super::vintages::smooth_step;
use super::{MarketView, VintagesModel, history};
use crate::bitcoin::machine_price::machine_price_usd_per_th;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::math;
use std::collections::VecDeque;

const DAYS_PER_MONTH: f64 = DAYS_PER_YEAR / 12.0;
const BLOCKS_PER_YEAR: f64 = 6.0 * 24.0 * DAYS_PER_YEAR;
const HALVING_INTERVAL: u32 = 210_000;
/// An order is delivered in this many equal parts, spread evenly between shortest and longest delivery.
const PARTS: i32 = 3;
/// Steps per year in which buyers add up a machine's margin.
const STEPS_PER_YEAR: f64 = 2.0;

/// Machines ordered and not yet delivered, and the hashprice buyers go by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OrderBook {
    /// In order of arrival.
    due: VecDeque<Delivery>,
    smoothed_hashprice: f64,
    /// Running cost of each power-price class, USD per MWh at the machine.
    cost_usd_per_mwh: Vec<f64>,
    /// Share of hashprice that buyers expect to be left in the middle of each half-year of a machine's life, halvings
    /// apart.
    hashprice_left: Vec<f64>,
    /// Discount factor of half a year.
    step_discount: f64,
}

/// Machines that arrive on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delivery {
    pub day: Day,
    pub eh_s: f64,
    pub efficiency_j_per_th: f64,
}

impl OrderBook {
    /// The book on `start`: orders were placed so far at the rate at which the hashrate grew over the year before, and
    /// worn-out machines were replaced.
    pub fn from_history(model: &VintagesModel, start: Day, installed_eh_s: f64, hashprice: f64) -> Self {
        let cost_usd_per_mwh =
            power_prices(model).iter().map(|p| (p + model.other_running_cost_usd_per_mwh) * model.pue).collect();
        let mut book = Self {
            due: VecDeque::new(),
            smoothed_hashprice: hashprice,
            cost_usd_per_mwh,
            hashprice_left: hashprice_left(model),
            step_discount: step_discount(model),
        };
        let growth = history::growth_before(start, model.efficiency_gain_per_year).max(0.0);
        let rate = (growth + 1.0 / model.physical_life_years).min(model.manufacturing_cap_per_year);
        let period_days = 14;
        let past_orders = (model.delivery_max_months * DAYS_PER_MONTH) as i32 / period_days;
        for back in (1..=past_orders).rev() {
            let eh_s = installed_eh_s * rate * f64::from(period_days) / DAYS_PER_YEAR;
            book.order(model, start.plus_days(-back * period_days), eh_s);
        }
        book.due.retain(|delivery| delivery.day > start);
        book
    }

    /// Takes out what has arrived by `day`.
    pub fn deliver(&mut self, day: Day) -> impl Iterator<Item = Delivery> {
        let arrived = self.due.partition_point(|delivery| delivery.day <= day);
        self.due.drain(..arrived)
    }

    /// Places the orders of the `days` up to `day`.
    pub fn place(&mut self, model: &VintagesModel, day: Day, days: f64, installed_eh_s: f64, view: &MarketView) {
        let kept = math::exp(-days / model.hashprice_memory_days.max(1e-9));
        self.smoothed_hashprice = kept * self.smoothed_hashprice + (1.0 - kept) * view.hashprice_usd_per_ph_day;
        let rate = model.manufacturing_cap_per_year * self.buying_share(model, day, view);
        self.order(model, day, installed_eh_s * rate * days / DAYS_PER_YEAR);
    }

    fn order(&mut self, model: &VintagesModel, day: Day, eh_s: f64) {
        if eh_s <= 0.0 {
            return;
        }
        let efficiency_j_per_th = sold_efficiency_j_per_th(model, day);
        let (shortest, longest) = (model.delivery_min_months, model.delivery_max_months);
        for part in 0..PARTS {
            let months = shortest + (longest - shortest) * (f64::from(part) + 0.5) / f64::from(PARTS);
            let delivery = Delivery {
                day: day.plus_days((months * DAYS_PER_MONTH) as i32),
                eh_s: eh_s / f64::from(PARTS),
                efficiency_j_per_th,
            };
            let place = self.due.partition_point(|other| other.day <= delivery.day);
            self.due.insert(place, delivery);
        }
    }

    /// Share of what could be built that is ordered: the mean over power-price classes of how clearly a new machine pays.
    fn buying_share(&self, model: &VintagesModel, day: Day, view: &MarketView) -> f64 {
        let efficiency = sold_efficiency_j_per_th(model, day);
        let machine = machine_price_usd_per_th(&model.machine_price, self.smoothed_hashprice, efficiency);
        // 1 J/TH is 1 W per TH/s.
        let site = model.infrastructure_usd_per_mw / 1e6 * efficiency * model.pue;
        let price = (machine + site).max(1e-9);
        let path = self.expected_hashprices(model, view);
        let shares = self.cost_usd_per_mwh.iter().map(|cost| {
            let value = discounted_margin_usd_per_th(self.step_discount, &path, 0.024 * efficiency * cost);
            smooth_step(value / price - 1.0, model.ordering_width_share).0
        });
        shares.sum::<f64>() / self.cost_usd_per_mwh.len() as f64
    }

    /// Hashprice less pool fees that buyers expect in the middle of each half-year of a machine's life, USD/(PH/s·day): it
    /// falls steadily, and at each halving by the share of the subsidy in the reward that goes.
    fn expected_hashprices(&self, model: &VintagesModel, view: &MarketView) -> Vec<f64> {
        let to_halving = f64::from(HALVING_INTERVAL - view.height % HALVING_INTERVAL) / BLOCKS_PER_YEAR;
        let four_years = f64::from(HALVING_INTERVAL) / BLOCKS_PER_YEAR;
        let reward = view.subsidy_btc + view.fees_btc_per_block;
        let at_step = |(i, share_left): (usize, &f64)| {
            let years = middle_years(i);
            let halvings = if years < to_halving { 0.0 } else { 1.0 + ((years - to_halving) / four_years).floor() };
            let subsidy = view.subsidy_btc * math::exp2(-halvings);
            let left = if reward > 0.0 { (subsidy + view.fees_btc_per_block) / reward } else { 1.0 };
            net_of_fees(model, self.smoothed_hashprice) * left * share_left
        };
        self.hashprice_left.iter().enumerate().map(at_step).collect()
    }
}

/// J/TH of the mean machine on sale.
fn sold_efficiency_j_per_th(model: &VintagesModel, day: Day) -> f64 {
    model.sold_to_best_efficiency_multiple * history::best_efficiency_j_per_th(day, model.efficiency_gain_per_year)
}

/// In the middle of which years of its life a machine's margin is added up.
fn middle_years(step: usize) -> f64 {
    (step as f64 + 0.5) / STEPS_PER_YEAR
}

fn hashprice_left(model: &VintagesModel) -> Vec<f64> {
    let steps = (model.economic_life_years * STEPS_PER_YEAR).ceil().max(1.0) as usize;
    (0..steps).map(|i| math::powf(1.0 - model.expected_hashprice_fall_per_year, middle_years(i))).collect()
}

fn step_discount(model: &VintagesModel) -> f64 {
    math::powf(1.0 + model.discount_rate_per_year, -1.0 / STEPS_PER_YEAR)
}

/// Margin of one TH/s over its life, discounted, USD/TH; it stands still while it loses money.
fn discounted_margin_usd_per_th(step_discount: f64, hashprices: &[f64], cost_usd_per_ph_day: f64) -> f64 {
    let days = DAYS_PER_YEAR / STEPS_PER_YEAR;
    let mut discount = step_discount.sqrt();
    let mut value = 0.0;
    for hashprice in hashprices {
        value += discount * (hashprice - cost_usd_per_ph_day).max(0.0) * days / 1000.0;
        discount *= step_discount;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn book(hashprice: f64) -> OrderBook {
        OrderBook::from_history(&VintagesModel::default(), day("2025-01-01"), 800.0, hashprice)
    }

    fn view(height: u32) -> MarketView {
        MarketView::new(height, 1.1e14, 95_000.0, 3.125, 0.1)
    }

    #[test]
    fn orders_arrive_three_to_nine_months_later_in_equal_parts() {
        let model = VintagesModel::default();
        let mut book = book(55.0);
        book.due.clear();
        book.order(&model, day("2025-01-01"), 30.0);
        assert!(book.deliver(day("2025-04-01")).next().is_none());
        let arrived: Vec<Delivery> = book.deliver(day("2025-10-01")).collect();
        assert_eq!(arrived.len(), 3);
        assert!((arrived.iter().map(|d| d.eh_s).sum::<f64>() - 30.0).abs() < 1e-12);
        assert!(book.due.is_empty());
    }

    #[test]
    fn nobody_orders_at_a_hopeless_hashprice_and_all_do_at_a_great_one() {
        let model = VintagesModel::default();
        let share = |hashprice| book(hashprice).buying_share(&model, day("2025-01-01"), &view(877_000));
        assert!(share(5.0) < 0.03, "{}", share(5.0));
        assert!(share(500.0) > 0.7, "{}", share(500.0));
        assert!(share(40.0) < share(60.0));
    }

    #[test]
    fn a_halving_ahead_makes_buyers_wait() {
        let model = VintagesModel::default();
        let far = book(55.0).buying_share(&model, day("2025-01-01"), &view(840_001));
        let near = book(55.0).buying_share(&model, day("2025-01-01"), &view(1_049_000));
        assert!(near < 0.7 * far, "{near} {far}");
    }

    #[test]
    fn a_margin_is_worth_its_annuity() {
        let model = VintagesModel { discount_rate_per_year: 0.1, ..VintagesModel::default() };
        // 8 half-years of (50 − 30)/1000 USD a day, paid at mid-step, at 10 % a year.
        let expected: f64 = (0..8).map(|i| 0.02 * 182.621_25 / 1.1_f64.powi(2 * i + 1).sqrt().sqrt()).sum();
        let value = discounted_margin_usd_per_th(step_discount(&model), &[50.0; 8], 30.0);
        assert!((value / expected - 1.0).abs() < 1e-12, "{value} {expected}");
        assert_eq!(discounted_margin_usd_per_th(step_discount(&model), &[50.0; 8], 60.0), 0.0);
    }
}
