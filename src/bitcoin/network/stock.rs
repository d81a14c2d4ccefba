//! The machines installed: vintages × power prices, what of them runs, and how they wear.

use super::vintages::{AnswerJob, Pace, Vintages, WearJob, answering, wearing};
use super::{LEAST_HASHRATE_EH_S, VintagesModel, history};
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::lanes::LANES;
use crate::math;

/// Machines delivered within this many days are one vintage.
const VINTAGE_DAYS: i32 = 91;
const DAYS_PER_MONTH: f64 = DAYS_PER_YEAR / 12.0;
/// Below this share of all machines a vintage is dropped.
const NEGLIGIBLE_SHARE: f64 = 1e-9;
/// Nobody foresees hashprice changing by more than a retarget can change it (consensus rule: fourfold).
const LEAST_FORESEEN: f64 = 0.25;
/// Relative precision of the foreseen hashrate, and the most answers asked for (two are usual).
const CONSISTENT_WITHIN: f64 = 1e-6;
const MOST_ANSWERS: usize = 30;

/// All machines of the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stock {
    /// Running cost of each power-price class, USD per MWh at the machine (power and other cost × PUE).
    cost_usd_per_mwh: Vec<f64>,
    /// The oldest first, none of them all empty.
    eights: Vec<Vintages>,
    /// By which factor the last switching changed what runs: the next will be alike.
    last_change: f64,
}

impl Stock {
    /// The stock on `start`: additions of past quarters as hashrate history shows them, less wear, scaled so that what
    /// runs at this hashprice is `hashrate_eh_s` with the mean efficiency of that date.
    pub fn from_history(model: &VintagesModel, start: Day, hashrate_eh_s: f64, hashprice: f64) -> Self {
        let cost_usd_per_mwh = power_prices(model)
            .iter()
            .map(|price| (price + model.other_running_cost_usd_per_mwh) * model.pue)
            .collect();
        let mut stock = Self { cost_usd_per_mwh, eights: Vec::new(), last_change: 1.0 };
        stock.add_past(model, start);
        let mean = model
            .fleet_efficiency_j_per_th
            .unwrap_or_else(|| history::fleet_efficiency_j_per_th(start, model.efficiency_gain_per_year));
        stock.match_mean_efficiency(model, hashprice, mean);
        let (running, _) = stock.running();
        let scale = if running > 0.0 { hashrate_eh_s / running } else { 1.0 };
        stock.eights.iter_mut().for_each(|eight| eight.scale(scale));
        stock
    }

    /// Adds the vintages of the years before `start`: what was added each quarter is the growth of the hashrate plus
    /// what wore out.
    fn add_past(&mut self, model: &VintagesModel, start: Day) {
        let quarters = (1.6 * model.physical_life_years * DAYS_PER_YEAR / f64::from(VINTAGE_DAYS)) as i32;
        let gain = model.efficiency_gain_per_year;
        let lead_days = (f64::midpoint(model.delivery_min_months, model.delivery_max_months) * DAYS_PER_MONTH) as i32;
        let replacement_per_year = 1.0 / model.physical_life_years;
        for back in (0..quarters).rev() {
            let delivered = start.plus_days(-back * VINTAGE_DAYS);
            let now = history::history_hashrate_eh_s(delivered, gain);
            let before = history::history_hashrate_eh_s(delivered.plus_days(-VINTAGE_DAYS), gain);
            let added = (now - before).max(0.0) + now * replacement_per_year * f64::from(VINTAGE_DAYS) / DAYS_PER_YEAR;
            let left = added * survival(model, start.years_since(delivered));
            let best = history::best_efficiency_j_per_th(delivered.plus_days(-lead_days), gain);
            self.push(delivered, left / self.cost_usd_per_mwh.len() as f64, best);
        }
    }

    /// Multiplies all J/TH by one factor so that the mean of what runs is `mean`, unless that would leave more machines
    /// idle than is plausible: then by the largest factor that does not. Both rise with the factor (bisection within
    /// 0.3 to 10; known dates need about 1.5).
    fn match_mean_efficiency(&mut self, model: &VintagesModel, hashprice: f64, mean: f64) {
        let (mut low, mut high) = (0.3_f64, 10.0_f64);
        for _ in 0..40 {
            let middle = (low * high).sqrt();
            let mut trial = self.clone();
            trial.scale_efficiency(middle);
            trial.switch_at_once(model, hashprice);
            let (running, efficiency) = trial.running();
            let idle_share = 1.0 - running / trial.installed_eh_s();
            if efficiency < mean && idle_share < model.idle_at_start_max_share {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.scale_efficiency(low);
        self.switch_at_once(model, hashprice);
    }

    fn scale_efficiency(&mut self, factor: f64) {
        self.eights.iter_mut().flat_map(|e| &mut e.efficiency_j_per_th).for_each(|j_per_th| *j_per_th *= factor);
    }

    /// Adds new machines (EH/s, J/TH), evenly to all power prices; they run at once and are switched off like others where they do not pay.
    pub fn add(&mut self, day: Day, eh_s: f64, efficiency_j_per_th: f64) {
        if eh_s <= 0.0 {
            return;
        }
        let eh_s_each = eh_s / self.cost_usd_per_mwh.len() as f64;
        match self.last_vintage() {
            Some((eight, place)) if day.0 - eight.delivered[place].0 < VINTAGE_DAYS => {
                eight.merge(place, eh_s_each, efficiency_j_per_th);
            }
            _ => self.push(day, eh_s_each, efficiency_j_per_th),
        }
    }

    fn last_vintage(&mut self) -> Option<(&mut Vintages, usize)> {
        let eight = self.eights.last_mut()?;
        let place = eight.last_place()?;
        Some((eight, place))
    }

    /// Adds a vintage.
    fn push(&mut self, delivered: Day, eh_s_each: f64, efficiency_j_per_th: f64) {
        let place = self.last_vintage().map_or(LANES, |(_, place)| place + 1);
        if place == LANES {
            self.eights.push(Vintages::empty(self.cost_usd_per_mwh.len()));
        }
        if let Some(eight) = self.eights.last_mut() {
            eight.put(place % LANES, delivered, eh_s_each, efficiency_j_per_th);
        }
    }

    /// What `days` do to machines: some wear out, idle ones are scrapped or sold to where the same model still pays.
    pub fn wear(&mut self, model: &VintagesModel, day: Day, days: f64) {
        let months = days / DAYS_PER_MONTH;
        let job = WearJob {
            model,
            day,
            days,
            offered_share: 1.0 - math::exp(-months / model.relocation_months.max(1e-9)),
            kept_idle: math::exp(-months / model.idle_scrap_months),
        };
        wearing::best()(&job, &mut self.eights);
        let least = self.installed_eh_s() * NEGLIGIBLE_SHARE;
        self.eights.retain_mut(|eight| eight.keep_above(least));
    }

    /// Switches on what pays and off what does not, as far as `days` allow.
    ///
    /// `hashprice` is that of a difficulty which stands for `implied_eh_s`. Miners know that the next retarget raises
    /// hashprice by as much as their own switching lowers the hashrate, so they answer to the hashprice at which just what
    /// then runs would run: with foresight of 1 that of a difficulty fit for it, with 0 that of the difficulty in force.
    pub fn switch(&mut self, model: &VintagesModel, days: f64, hashprice: f64, implied_eh_s: f64) {
        let pace = Pace {
            off: 1.0 - math::exp(-days / model.switch_off_days.max(1e-9)),
            on: 1.0 - math::exp(-days / model.switch_on_days.max(1e-9)),
            width: model.switching_width_share,
        };
        let hashprice = net_of_fees(model, hashprice);
        let (answer, costs) = (answering::best(), &self.cost_usd_per_mwh);
        let before_eh_s = self.running().0.max(LEAST_HASHRATE_EH_S);
        let answer_to = |eh_s: f64| {
            let ratio = implied_eh_s / eh_s;
            let foreseen = ratio.clamp(LEAST_FORESEEN, 1.0 / LEAST_FORESEEN);
            let hashprice = hashprice * math::powf(foreseen, model.foresight_share);
            let answer = answer(&AnswerJob { pace, hashprice, costs }, &mut self.eights);
            let foresight_share = if foreseen == ratio { model.foresight_share } else { 0.0 };
            (answer.running_eh_s, -foresight_share * answer.rise_eh_s / eh_s)
        };
        let after_eh_s = ask_until_consistent((self.last_change * before_eh_s).max(LEAST_HASHRATE_EH_S), answer_to);
        self.last_change = after_eh_s / before_eh_s;
        self.eights.iter_mut().for_each(Vintages::settle);
    }

    fn switch_at_once(&mut self, model: &VintagesModel, hashprice: f64) {
        let hashprice = net_of_fees(model, hashprice);
        for eight in &mut self.eights {
            eight.switch_at_once(hashprice, &self.cost_usd_per_mwh, model.switching_width_share);
        }
    }

    /// Hashrate of all machines, EH/s.
    pub fn installed_eh_s(&self) -> f64 {
        self.eights.iter().flat_map(|eight| eight.installed_eh_s).sum()
    }

    /// Hashrate that runs (EH/s) and its mean efficiency (J/TH).
    pub fn running(&self) -> (f64, f64) {
        let (mut hashrate, mut power) = (0.0, 0.0);
        for eight in &self.eights {
            for (running, efficiency) in eight.running_eh_s.iter().zip(eight.efficiency_j_per_th) {
                hashrate += running;
                power += running * efficiency;
            }
        }
        (hashrate, if hashrate > 0.0 { power / hashrate } else { 0.0 })
    }
}

/// Asks how miners answer to a hashrate they expect, until what then runs is what they expected, and gives it. An
/// answer comes with its slope, which is never above zero: so the solution lies between what is expected and what
/// answers it. Newton's method within these bounds, and their middle after a step that has not halved what is missing.
fn ask_until_consistent(first_eh_s: f64, mut answer: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (0.0_f64, f64::INFINITY);
    let (mut expected, mut last_excess) = (first_eh_s, f64::INFINITY);
    for _ in 0..MOST_ANSWERS {
        let (answered, slope) = answer(expected);
        let excess: f64 = answered - expected;
        if excess.abs() <= CONSISTENT_WITHIN * expected {
            break;
        }
        (low, high) = (low.max(expected.min(answered)), high.min(expected.max(answered)));
        let next = expected + excess / (1.0 - slope);
        let nears = excess.abs() < 0.5 * last_excess;
        expected = if nears { next.max(low).min(high) } else { f64::midpoint(low, high) };
        last_excess = excess.abs();
    }
    expected
}

/// What a miner gets of a hashprice when the pool has taken its fee.
pub(super) fn net_of_fees(model: &VintagesModel, hashprice: f64) -> f64 {
    hashprice * (1.0 - model.pool_fee_share)
}

/// Share of a vintage left at an age: exp(−(age/life)⁴).
fn survival(model: &VintagesModel, age_years: f64) -> f64 {
    let x = age_years / model.physical_life_years;
    math::exp(-x * x * x * x)
}

/// Power price of each class, USD/MWh: the medians of equal-sized slices of the lognormal law.
pub(super) fn power_prices(model: &VintagesModel) -> Vec<f64> {
    let cells = model.power_price_cells.max(1);
    (0..cells)
        .map(|i| {
            let z = math::normal_quantile((f64::from(i) + 0.5) / f64::from(cells));
            model.power_price_median_usd_per_mwh * math::exp(model.power_price_log_sd * z)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::vintages::smooth_step;
    use super::*;

    fn stock(date: &str, eh_s: f64, hashprice: f64) -> Stock {
        Stock::from_history(&VintagesModel::default(), Day::parse(date).unwrap(), eh_s, hashprice)
    }

    #[test]
    fn power_prices_have_their_median_and_spread() {
        let prices = power_prices(&VintagesModel { power_price_cells: 64, ..VintagesModel::default() });
        let logs: Vec<f64> = prices.iter().map(|p| math::ln(p / 45.0)).collect();
        assert!(math::mean(&logs).abs() < 1e-9);
        let sd = math::mean(&logs.iter().map(|l| l * l).collect::<Vec<_>>()).sqrt();
        assert!((sd / 0.37 - 1.0).abs() < 0.03, "{sd}");
    }

    #[test]
    fn the_stock_of_a_date_runs_its_hashrate_at_its_mean_efficiency() {
        for (date, eh_s, hashprice, mean) in
            [("2024-01-01", 515.0, 80.0, 34.0), ("2024-06-15", 600.0, 50.0, 28.2), ("2022-07-01", 211.0, 95.0, 45.18)]
        {
            let (running, efficiency) = stock(date, eh_s, hashprice).running();
            assert!((running / eh_s - 1.0).abs() < 1e-9);
            assert!((efficiency / mean - 1.0).abs() < 0.01, "{date}: {efficiency}");
        }
    }

    #[test]
    fn the_least_efficient_machines_are_switched_off_first() {
        let model = VintagesModel::default();
        let mut stock = stock("2024-04-19", 637.0, 107.0);
        let (before, efficiency_before) = stock.running();
        stock.switch(&model, 365.0, 52.0, 637.0);
        let (after, efficiency_after) = stock.running();
        assert!(after < 0.95 * before && after > 0.6 * before, "{before} {after}");
        assert!(efficiency_after < efficiency_before);
        stock.switch(&model, 1000.0, 107.0, 637.0);
        assert!((stock.running().0 / before - 1.0).abs() < 1e-3, "what was switched off comes back when it pays");
    }

    #[test]
    fn what_is_expected_comes_true_however_sharply_miners_answer() {
        for (width, most) in [(50.0, 6), (0.01, MOST_ANSWERS - 1)] {
            let answer = |eh_s: f64| {
                let (share, rise) = smooth_step(93.0 - eh_s, width);
                (50.0 + 100.0 * share, -100.0 * rise)
            };
            for first in [1e-9, 70.0, 92.9, 94.0, 1e4] {
                let mut asked = 0;
                let found = ask_until_consistent(first, |eh_s| {
                    asked += 1;
                    answer(eh_s)
                });
                assert!((answer(found).0 / found - 1.0).abs() <= CONSISTENT_WITHIN);
                assert!(asked <= most, "{width} {first}: {asked}");
            }
        }
    }

    #[test]
    fn idle_machines_are_scrapped_and_running_ones_wear_by_age() {
        let model = VintagesModel::default();
        let day = Day::parse("2024-04-19").unwrap();
        let mut stock = stock("2024-04-19", 637.0, 107.0);
        stock.switch(&model, 1e4, 1e-6, 637.0);
        let idle = stock.installed_eh_s();
        stock.wear(&model, day, 365.2425);
        let left = stock.installed_eh_s() / idle;
        assert!((0.5..0.65).contains(&left), "a year of idleness leaves e^-1/2 = 0.61, less wear: {left}");
    }

    #[test]
    fn deliveries_of_a_quarter_are_one_vintage() {
        let mut stock = stock("2024-01-01", 500.0, 80.0);
        let count = |s: &Stock| s.eights.iter().flat_map(|e| e.installed_eh_s).filter(|eh_s| *eh_s > 0.0).count();
        let vintages = count(&stock);
        let day = Day::parse("2024-06-01").unwrap();
        stock.add(day, 10.0, 20.0);
        stock.add(day.plus_days(30), 30.0, 16.0);
        assert_eq!(count(&stock), vintages + 1);
        let (eight, place) = stock.last_vintage().unwrap();
        assert!((eight.efficiency_j_per_th[place] - 17.0).abs() < 1e-12);
        assert!((eight.installed_eh_s[place] - 40.0).abs() < 1e-9);
    }

    #[test]
    fn every_processor_has_the_same_bits() {
        let model = VintagesModel::default();
        let day = Day::parse("2024-06-15").unwrap();
        let before = Stock::from_history(&model, day, 600.0, 50.0);
        let pace = Pace { off: 0.7, on: 0.4, width: 0.3 };
        let answered = answering::available().into_iter().map(|kernel| {
            let mut stock = before.clone();
            let job = AnswerJob { pace, hashprice: 41.0, costs: &before.cost_usd_per_mwh };
            let answer = kernel(&job, &mut stock.eights);
            stock.eights.iter_mut().for_each(Vintages::settle);
            assert_eq!(answer.running_eh_s, stock.running().0, "what is answered comes true");
            stock
        });
        let stocks: Vec<Stock> = answered.collect();
        assert!(stocks.iter().all(|s| *s == stocks[0] && *s != before));
        let job = WearJob { model: &model, day, days: 14.0, offered_share: 0.1, kept_idle: 0.95 };
        let worn = wearing::available().into_iter().map(|kernel| {
            let mut stock = stocks[0].clone();
            kernel(&job, &mut stock.eights);
            stock
        });
        let worn: Vec<Stock> = worn.collect();
        let mut summed = worn[0].clone();
        summed.eights.iter_mut().for_each(Vintages::sum_up);
        assert_eq!(summed, worn[0], "the sums over the classes are kept");
        assert!(worn.iter().all(|s| *s == worn[0] && *s != stocks[0]));
    }
}
