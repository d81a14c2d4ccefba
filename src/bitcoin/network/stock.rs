//! The machines installed: vintages × power prices, what of them runs, and how they wear.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::cells::{ByClass, Cells, Pace, Wear, by_class};
use super::{VintagesModel, history};
use crate::bitcoin::hashprice::revenue_usd_per_mwh;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::lanes::{Lanes, kernels};
use crate::math;

/// Machines delivered within this many days are one vintage.
const VINTAGE_DAYS: i32 = 91;
const DAYS_PER_MONTH: f64 = DAYS_PER_YEAR / 12.0;
/// Below this share of all machines a vintage is dropped.
const NEGLIGIBLE_SHARE: f64 = 1e-9;
/// Nobody foresees hashprice changing by more than a retarget can change it (consensus rule: fourfold).
const LEAST_FORESEEN: f64 = 0.25;
/// Relative precision of the foreseen hashrate, and the most iterations spent on it (five are usual).
const CONSISTENT_WITHIN: f64 = 1e-6;
const MOST_ITERATIONS: usize = 30;

/// All machines of the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stock {
    /// Running cost of each power-price class, USD per MWh at the machine (power and other cost × PUE).
    cost_usd_per_mwh: ByClass,
    /// Number of power-price classes.
    classes: usize,
    vintages: Vec<Vintage>,
}

/// Machines of one quarter, spread evenly over the power-price classes.
#[derive(Debug, Clone, PartialEq)]
struct Vintage {
    delivered: Day,
    efficiency_j_per_th: f64,
    cells: Cells,
}

impl Stock {
    /// The stock on `start`: additions of past quarters as hashrate history shows them, less wear, scaled so that what
    /// runs at this hashprice is `hashrate_eh_s` with the mean efficiency of that date.
    pub fn from_history(model: &VintagesModel, start: Day, hashrate_eh_s: f64, hashprice: f64) -> Self {
        let cost_usd_per_mwh: Vec<f64> = power_prices(model)
            .iter()
            .map(|price| (price + model.other_running_cost_usd_per_mwh) * model.pue)
            .collect();
        let mut stock = Self {
            classes: cost_usd_per_mwh.len(),
            // Beyond the last class is no machine; its cost is divided by.
            cost_usd_per_mwh: by_class(&cost_usd_per_mwh, 1.0),
            vintages: past_vintages(model, start),
        };
        let mean = model
            .fleet_efficiency_j_per_th
            .unwrap_or_else(|| history::fleet_efficiency_j_per_th(start, model.efficiency_gain_per_year));
        stock.match_mean_efficiency(model, hashprice, mean);
        let (running, _) = stock.running();
        let scale = if running > 0.0 { hashrate_eh_s / running } else { 1.0 };
        for vintage in &mut stock.vintages {
            vintage.cells.scale(scale);
        }
        stock
    }

    /// Multiplies all J/TH by one factor so that the mean of what runs is `mean`, unless that would leave more machines
    /// idle than is plausible: then by the largest factor that does not. Both rise with the factor (bisection within
    /// 0.3 to 10; known dates need about 1.5).
    fn match_mean_efficiency(&mut self, model: &VintagesModel, hashprice: f64, mean: f64) {
        let (mut low, mut high) = (0.3_f64, 10.0_f64);
        for _ in 0..40 {
            let middle = (low * high).sqrt();
            let mut trial = self.clone();
            trial.vintages.iter_mut().for_each(|v| v.efficiency_j_per_th *= middle);
            trial.switch_at_once(model, hashprice);
            let (running, efficiency) = trial.running();
            let idle_share = 1.0 - running / trial.installed_eh_s();
            if efficiency < mean && idle_share < model.idle_at_start_max_share {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.vintages.iter_mut().for_each(|v| v.efficiency_j_per_th *= low);
        self.switch_at_once(model, hashprice);
    }

    /// Adds new machines (EH/s, J/TH), evenly to all power prices; they run at once and are switched off like others where they do not pay.
    pub fn add(&mut self, day: Day, eh_s: f64, efficiency_j_per_th: f64) {
        let eh_s_each = eh_s / self.classes as f64;
        let cells = Cells::even(self.classes, eh_s_each);
        match self.vintages.last_mut().filter(|v| day.0 - v.delivered.0 < VINTAGE_DAYS) {
            Some(vintage) => vintage.merge(&cells, eh_s_each * self.classes as f64, efficiency_j_per_th),
            None => self.vintages.push(Vintage { delivered: day, efficiency_j_per_th, cells }),
        }
    }

    /// What `days` do to machines: some wear out, idle ones are scrapped or sold to where the same model still pays.
    pub fn wear(&mut self, model: &VintagesModel, day: Day, days: f64) {
        let months = days / DAYS_PER_MONTH;
        let job = WearJob {
            model,
            day,
            days,
            sold_share: 1.0 - math::exp(-months / model.relocation_months.max(1e-9)),
            kept_idle: math::exp(-months / model.idle_scrap_months),
        };
        let least = wearing::best()(&job, &mut self.vintages) * NEGLIGIBLE_SHARE;
        self.vintages.retain(|v| v.cells.installed_eh_s() > least);
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
        let foreseen = |eh_s: f64| {
            let ratio = (implied_eh_s / eh_s.max(f64::MIN_POSITIVE)).clamp(LEAST_FORESEEN, 1.0 / LEAST_FORESEEN);
            hashprice * math::powf(ratio, model.foresight_share)
        };
        let (running_eh_s, _) = self.running();
        let (answer, costs) = (answering::best(), &self.cost_usd_per_mwh);
        let mut answer_to =
            |eh_s: f64| answer(&AnswerJob { pace, hashprice: foreseen(eh_s), costs }, &mut self.vintages);
        if model.foresight_share > 0.0 {
            ask_until_consistent(running_eh_s, answer_to);
        } else {
            answer_to(implied_eh_s);
        }
        for vintage in &mut self.vintages {
            vintage.cells.settle();
        }
    }

    fn switch_at_once(&mut self, model: &VintagesModel, hashprice: f64) {
        let hashprice = net_of_fees(model, hashprice);
        for vintage in &mut self.vintages {
            let revenue = revenue_usd_per_mwh(hashprice, vintage.efficiency_j_per_th);
            vintage.cells.switch_at_once(revenue, &self.cost_usd_per_mwh, model.switching_width_share);
        }
    }

    /// Hashrate of all machines, EH/s.
    pub fn installed_eh_s(&self) -> f64 {
        self.vintages.iter().map(|v| v.cells.installed_eh_s()).sum()
    }

    /// Hashrate that runs (EH/s) and its mean efficiency (J/TH).
    pub fn running(&self) -> (f64, f64) {
        let (mut hashrate, mut power) = (0.0, 0.0);
        for vintage in &self.vintages {
            let running = vintage.cells.running_eh_s();
            hashrate += running;
            power += running * vintage.efficiency_j_per_th;
        }
        (hashrate, if hashrate > 0.0 { power / hashrate } else { 0.0 })
    }
}

impl Vintage {
    fn merge(&mut self, new: &Cells, new_eh_s: f64, efficiency_j_per_th: f64) {
        let before = self.cells.installed_eh_s();
        if before + new_eh_s > 0.0 {
            self.efficiency_j_per_th =
                (self.efficiency_j_per_th * before + efficiency_j_per_th * new_eh_s) / (before + new_eh_s);
        }
        self.cells.merge(new);
    }
}

/// A step's wear, see [`Stock::wear`].
struct WearJob<'a> {
    model: &'a VintagesModel,
    day: Day,
    days: f64,
    sold_share: f64,
    kept_idle: f64,
}

mod wearing {
    use super::{Vintage, WearJob, kernels, wear};
    kernels! {
        /// Wears all vintages; gives the hashrate of all that is left, EH/s.
        pub(super) type Kernel = fn(job: &WearJob, vintages: &mut [Vintage]) -> f64;
        wear
    }
}

#[inline(always)]
fn wear<V: Lanes>(job: &WearJob, vintages: &mut [Vintage]) -> f64 {
    // No closures: the target features of a kernel do not reach into them.
    let mut left_eh_s = 0.0;
    for vintage in vintages {
        let worn = hazard_per_year(job.model, job.day.years_since(vintage.delivered)) * job.days / DAYS_PER_YEAR;
        let kept = math::exp(-worn);
        let wear = Wear { kept_running: kept, kept_idle: kept * job.kept_idle, offered_share: job.sold_share };
        left_eh_s += vintage.cells.wear::<V>(wear);
    }
    left_eh_s
}

/// How miners answer to a hashprice net of fees.
struct AnswerJob<'a> {
    pace: Pace,
    hashprice: f64,
    costs: &'a ByClass,
}

mod answering {
    use super::{AnswerJob, Vintage, answer, kernels};
    kernels! {
        /// Hashrate that would run, EH/s.
        pub(super) type Kernel = fn(job: &AnswerJob, vintages: &mut [Vintage]) -> f64;
        answer
    }
}

#[inline(always)]
fn answer<V: Lanes>(job: &AnswerJob, vintages: &mut [Vintage]) -> f64 {
    let mut running_eh_s = 0.0;
    for vintage in vintages {
        let revenue = revenue_usd_per_mwh(job.hashprice, vintage.efficiency_j_per_th);
        running_eh_s += vintage.cells.answer::<V>(revenue, job.costs, job.pace);
    }
    running_eh_s
}

/// Asks how miners answer to a hashrate they expect, until what then runs is what they expected: the answer falls with
/// what is expected (regula falsi, Illinois).
fn ask_until_consistent(running_eh_s: f64, mut answer: impl FnMut(f64) -> f64) {
    // What is expected and what answers it lie on either side of the solution.
    let mut a = running_eh_s;
    let mut excess_a = answer(a) - a;
    let mut b = a + excess_a;
    let mut excess_b = answer(b) - b;
    for _ in 0..MOST_ITERATIONS {
        if excess_b.abs() <= CONSISTENT_WITHIN * b {
            break;
        }
        let middle = (a * excess_b - b * excess_a) / (excess_b - excess_a);
        let excess = answer(middle) - middle;
        if (excess > 0.0) == (excess_b > 0.0) {
            excess_a *= 0.5;
        } else {
            (a, excess_a) = (b, excess_b);
        }
        (b, excess_b) = (middle, excess);
    }
}

/// What a miner gets of a hashprice when the pool has taken its fee.
pub(super) fn net_of_fees(model: &VintagesModel, hashprice: f64) -> f64 {
    hashprice * (1.0 - model.pool_fee_share)
}

/// Wear per year: nothing at first, e-fold within a year beyond the physical life; the fourth power of age spreads it.
fn hazard_per_year(model: &VintagesModel, age_years: f64) -> f64 {
    let x = age_years.max(0.0) / model.physical_life_years;
    4.0 * x * x * x / model.physical_life_years
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

/// Vintages of the years before `start`: what was added each quarter is the growth of the hashrate plus what wore out.
fn past_vintages(model: &VintagesModel, start: Day) -> Vec<Vintage> {
    let quarters = (1.6 * model.physical_life_years * DAYS_PER_YEAR / f64::from(VINTAGE_DAYS)) as i32;
    let classes = model.power_price_cells.max(1) as usize;
    let gain = model.efficiency_gain_per_year;
    let lead_days = (f64::midpoint(model.delivery_min_months, model.delivery_max_months) * DAYS_PER_MONTH) as i32;
    let replacement_per_year = 1.0 / model.physical_life_years;
    (0..quarters)
        .rev()
        .map(|back| {
            let delivered = start.plus_days(-back * VINTAGE_DAYS);
            let now = history::history_hashrate_eh_s(delivered, gain);
            let before = history::history_hashrate_eh_s(delivered.plus_days(-VINTAGE_DAYS), gain);
            let added = (now - before).max(0.0) + now * replacement_per_year * f64::from(VINTAGE_DAYS) / DAYS_PER_YEAR;
            let left = added * survival(model, start.years_since(delivered));
            let best = history::best_efficiency_j_per_th(delivered.plus_days(-lead_days), gain);
            Vintage { delivered, efficiency_j_per_th: best, cells: Cells::even(classes, left / classes as f64) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
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
        let vintages = stock.vintages.len();
        let day = Day::parse("2024-06-01").unwrap();
        stock.add(day, 10.0, 20.0);
        stock.add(day.plus_days(30), 30.0, 16.0);
        assert_eq!(stock.vintages.len(), vintages + 1);
        assert!((stock.vintages.last().unwrap().efficiency_j_per_th - 17.0).abs() < 1e-12);
        assert!((stock.vintages.last().unwrap().cells.installed_eh_s() - 40.0).abs() < 1e-9);
    }

    #[test]
    fn every_processor_has_the_same_bits() {
        // Eleven classes fill no eight.
        let model = VintagesModel { power_price_cells: 11, ..VintagesModel::default() };
        let day = Day::parse("2024-06-15").unwrap();
        let before = Stock::from_history(&model, day, 600.0, 50.0);
        let pace = Pace { off: 0.7, on: 0.4, width: 0.3 };
        let answered = answering::available().into_iter().map(|kernel| {
            let mut stock = before.clone();
            let job = AnswerJob { pace, hashprice: 41.0, costs: &before.cost_usd_per_mwh };
            let running_eh_s = kernel(&job, &mut stock.vintages);
            stock.vintages.iter_mut().for_each(|v| v.cells.settle());
            assert_eq!(running_eh_s, stock.running().0, "what is answered comes true");
            stock
        });
        let stocks: Vec<Stock> = answered.collect();
        assert!(stocks.iter().all(|s| *s == stocks[0] && *s != before));
        let job = WearJob { model: &model, day, days: 14.0, sold_share: 0.1, kept_idle: 0.95 };
        let worn = wearing::available().into_iter().map(|kernel| {
            let mut stock = stocks[0].clone();
            assert_eq!(kernel(&job, &mut stock.vintages), stock.installed_eh_s());
            stock
        });
        let worn: Vec<Stock> = worn.collect();
        assert!(worn.iter().all(|s| *s == worn[0] && *s != stocks[0]));
    }
}
