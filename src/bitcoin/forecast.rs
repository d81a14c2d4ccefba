//! The planner's view: the same network run forward without luck.

use crate::bitcoin::hashprice::{HASHES_PER_DIFFICULTY, hashprice_usd_per_ph_day};
use crate::bitcoin::network::{MarketView, Network};
use crate::calendar::Day;

const HALVING_INTERVAL: u32 = 210_000;
const RETARGET_INTERVAL: u32 = 2_016;
/// Blocks of a retarget period should take this long: 2,016 of ten minutes.
const PERIOD_DAYS: f64 = 14.0;
/// A retarget changes the difficulty at most by this factor (consensus rule).
const RETARGET_CLAMP: f64 = 4.0;
/// Miners reconsider at least this often, however slow the blocks.
const LONGEST_STEP_DAYS: f64 = 30.0;

/// Where the chain stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChainSnapshot {
    /// Height of the last block.
    pub height: u32,
    /// Difficulty in force.
    pub difficulty: f64,
}

/// A stretch of time in which difficulty, hashrate and subsidy stand still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastPoint {
    /// First day.
    pub day: Day,
    /// Length, days.
    pub days: f64,
    /// Height at its beginning (a fraction where a step ends between blocks).
    pub height: f64,
    /// Difficulty.
    pub difficulty: f64,
    /// Hashrate of the network, EH/s.
    pub network_eh_s: f64,
    /// Mean efficiency of what runs, J/TH.
    pub network_j_per_th: f64,
    /// Price on the first day, USD/BTC.
    pub btc_price_usd: f64,
    /// Subsidy per block, BTC.
    pub subsidy_btc: f64,
    /// Fees per block, BTC.
    pub fees_btc_per_block: f64,
    /// Luck-free revenue, USD/(PH/s·day).
    pub hashprice_usd_per_ph_day: f64,
}

/// What the planner expects from `from` until `to`: one point per retarget period, split at halvings (and where blocks are
/// so slow that a period lasts more than a month). Points follow each other without gap; the last may end after `to`.
///
/// `price_at` is the expected price (USD/BTC, see [`crate::bitcoin::market::planner_price`]), `fees_btc_per_block` the
/// expected fees ([`crate::bitcoin::fees::FeeModel::mean_btc_per_block`]).
pub fn forecast(
    network: &Network,
    chain: ChainSnapshot,
    price_at: impl Fn(Day) -> f64,
    fees_btc_per_block: f64,
    from: Day,
    to: Day,
) -> Vec<ForecastPoint> {
    project(network, chain, price_at, |_| fees_btc_per_block, |_| 0.0, from, to)
}

/// As [`forecast`], with fees (BTC per block) that may change from day to day, and a hashrate (EH/s) beside the
/// network's own that finds blocks too: that of the mines being planned.
pub fn project(
    network: &Network,
    chain: ChainSnapshot,
    price_at: impl Fn(Day) -> f64,
    fees_at: impl Fn(Day) -> f64,
    own_eh_s_at: impl Fn(Day) -> f64,
    from: Day,
    to: Day,
) -> Vec<ForecastPoint> {
    let mut network = network.clone();
    let mut chain = SmoothChain::new(chain);
    let mut points = Vec::new();
    let (mut time, mut elapsed) = (f64::from(from.0), 0.0);
    // Miners answer to the reward they had since the last step: to a halving, at the next one.
    let mut lived_subsidy_btc = chain.subsidy_btc();
    while time < f64::from(to.0) {
        let day = Day(time.floor() as i32);
        let (price, fees) = (price_at(day), fees_at(day));
        let view = MarketView::new(chain.height as u32, chain.difficulty, price, lived_subsidy_btc, fees);
        network.step(day, elapsed, &view);
        let point = ForecastPoint {
            day,
            days: 0.0,
            height: chain.height,
            difficulty: chain.difficulty,
            network_eh_s: network.hashrate_eh_s(),
            network_j_per_th: network.efficiency_j_per_th(),
            btc_price_usd: price,
            subsidy_btc: chain.subsidy_btc(),
            fees_btc_per_block: fees,
            hashprice_usd_per_ph_day: hashprice_usd_per_ph_day(chain.difficulty, chain.subsidy_btc(), fees, price),
        };
        lived_subsidy_btc = chain.subsidy_btc();
        elapsed = chain.advance(network.hashrate_eh_s() + own_eh_s_at(day));
        time += elapsed;
        points.push(ForecastPoint { days: elapsed, ..point });
    }
    points
}

/// The chain without luck: heights and difficulties as real numbers.
struct SmoothChain {
    height: f64,
    difficulty: f64,
    /// Days and blocks since the period began, as far as seen.
    period_days: f64,
    period_blocks: f64,
}

impl SmoothChain {
    fn new(chain: ChainSnapshot) -> Self {
        Self { height: f64::from(chain.height), difficulty: chain.difficulty, period_days: 0.0, period_blocks: 0.0 }
    }

    fn subsidy_btc(&self) -> f64 {
        // The next block's subsidy.
        let halvings = (self.height + 1.0) / f64::from(HALVING_INTERVAL);
        50.0 * crate::math::exp2(-halvings.floor())
    }

    /// Goes to the next retarget, halving or month's end at a constant hashrate, and returns the days it takes.
    fn advance(&mut self, hashrate_eh_s: f64) -> f64 {
        let next = self.height + 1.0;
        let to_next = |interval: u32| f64::from(interval) - next % f64::from(interval);
        let blocks_per_day = hashrate_eh_s * 1e18 * 86_400.0 / (self.difficulty * HASHES_PER_DIFFICULTY);
        let blocks = to_next(RETARGET_INTERVAL).min(to_next(HALVING_INTERVAL)).min(blocks_per_day * LONGEST_STEP_DAYS);
        let days = blocks / blocks_per_day;
        self.height += blocks;
        // Sums of fractions of blocks: put back on the whole block they mean.
        if (self.height - self.height.round()).abs() < 1e-6 {
            self.height = self.height.round();
        }
        self.period_days += days;
        self.period_blocks += blocks;
        if (self.height + 1.0) % f64::from(RETARGET_INTERVAL) == 0.0 {
            let pace = self.period_days / self.period_blocks * f64::from(RETARGET_INTERVAL) / PERIOD_DAYS;
            self.difficulty /= pace.clamp(1.0 / RETARGET_CLAMP, RETARGET_CLAMP);
            (self.period_days, self.period_blocks) = (0.0, 0.0);
        }
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::network::{ExogenousModel, NetworkModel};

    const DIFFICULTY: f64 = 73.197_634e12; // of height 824,544, 6 January 2024

    fn run(growth_per_year: f64, to: &str) -> Vec<ForecastPoint> {
        let model = ExogenousModel { growth_per_year, ..ExogenousModel::default() };
        let start = Day::parse("2024-01-06").unwrap();
        let hashrate = crate::bitcoin::hashprice::implied_hashrate_eh_s(DIFFICULTY, 600.0);
        let network = Network::new(&NetworkModel::Exogenous(model), start, hashrate, 80.0);
        let chain = ChainSnapshot { height: 824_543, difficulty: DIFFICULTY };
        forecast(&network, chain, |_| 44_000.0, 0.1, start, Day::parse(to).unwrap())
    }

    #[test]
    fn a_network_that_stands_still_takes_fourteen_days_a_period_at_the_same_difficulty() {
        let points = run(0.0, "2024-04-01");
        assert!(points.iter().all(|p| (p.days - 14.0).abs() < 1e-9 && (p.difficulty / DIFFICULTY - 1.0).abs() < 1e-9));
        assert_eq!(points[1].height, 824_543.0 + 2016.0);
    }

    #[test]
    fn growth_makes_halvings_come_early_and_difficulty_follow() {
        let halving = |growth| run(growth, "2029-01-01").iter().find(|p| p.subsidy_btc < 3.0).unwrap().day;
        assert!(halving(0.42) < halving(0.0).plus_days(-15));
        // Two weeks' growth of 42 % a year is 1.35 %: difficulty lags hashrate by one period.
        let points = run(0.42, "2026-01-01");
        let pair = &points[points.len() - 2..];
        assert!((pair[1].difficulty / pair[0].difficulty - 1.0135).abs() < 1e-3);
    }

    #[test]
    fn the_halving_is_where_a_point_begins() {
        let points = run(0.2, "2036-01-01");
        let halvings: Vec<f64> =
            points.windows(2).filter(|p| p[1].subsidy_btc < p[0].subsidy_btc).map(|p| p[1].height).collect();
        assert_eq!(halvings, [839_999.0, 1_049_999.0, 1_259_999.0]);
        for pair in points.windows(2) {
            let gap = f64::from(pair[0].day.0) + pair[0].days - f64::from(pair[1].day.0);
            assert!(gap.abs() < 1.0, "points follow each other");
        }
    }

    #[test]
    fn a_network_that_nearly_stops_is_stepped_monthly_and_difficulty_falls_at_most_fourfold() {
        let chain = ChainSnapshot { height: 824_543, difficulty: DIFFICULTY };
        let model = NetworkModel::Exogenous(ExogenousModel { growth_per_year: 0.0, ..ExogenousModel::default() });
        let start = Day::parse("2024-01-06").unwrap();
        let network = Network::new(&model, start, 5.0, 80.0);
        let points = forecast(&network, chain, |_| 44_000.0, 0.1, start, Day::parse("2034-01-06").unwrap());
        assert!(points.iter().all(|p| p.days <= 30.0 + 1e-9));
        let steps: Vec<f64> = points.windows(2).map(|p| p[1].difficulty / p[0].difficulty).collect();
        assert!(steps.iter().all(|s| *s >= 0.25 - 1e-12) && steps.iter().any(|s| (s - 0.25).abs() < 1e-9));
    }

    #[test]
    fn nothing_is_expected_of_the_past() {
        assert!(run(0.0, "2023-01-01").is_empty());
    }
}
