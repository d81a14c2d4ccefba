//! The paths of price, fees and network.

use rand::Rng;
use rayon::prelude::*;

use super::own::OwnHashrate;
use crate::bitcoin::checkpoint::ChainStart;
use crate::bitcoin::fees::daily_fees_btc;
use crate::bitcoin::forecast::{ChainSnapshot, ForecastPoint, project};
use crate::bitcoin::hashprice::hashprice_usd_per_ph_day;
use crate::bitcoin::market::{PriceModel, daily_prices, planner_price};
use crate::bitcoin::protocol::{SAT_PER_BTC, subsidy_sat};
use crate::calendar::Day;
use crate::math;
use crate::rng;
use crate::scenario::Scenario;
use crate::sim::components::Batch;
use crate::sim::resources::Quote;
use crate::sim::setup::rest_of_world;
use crate::sim::technology::Model;

/// Blocks of a day at ten minutes each.
const BLOCKS_PER_DAY: u32 = 144;
/// Days over which the world's miners look back on fees: about a retarget period.
const FEE_MEMORY_DAYS: usize = 14;

/// All paths.
pub struct Paths {
    drawn: Vec<Path>,
    /// Days on which halvings are expected, at the expected price.
    pub halvings: Vec<Day>,
    start: Day,
}

/// One path, day by day.
#[derive(Clone)]
struct Path {
    /// Hashprice at noon, USD per PH/s and day.
    hashprice_usd: Vec<f64>,
    /// Quote at midnight.
    quotes: Vec<Quote>,
}

impl Paths {
    /// Draws the paths of a scenario and runs the network along each.
    pub fn draw(
        scenario: &Scenario,
        start: &ChainStart,
        standing: &[Vec<Batch>],
        models: &[Model],
        seed: u64,
        own: &OwnHashrate,
    ) -> Self {
        let ours_eh_s = standing.iter().flatten().map(|b| b.mw * models[b.technology].eh_s_per_mw(scenario)).sum();
        let world = World { scenario, start, ours_eh_s };
        let count = usize::from(scenario.placement.paths).max(1);
        let drawn: Vec<(Path, Vec<ForecastPoint>)> = (0..count)
            .into_par_iter()
            .map(|path| {
                let seed = seed_of(seed, path);
                let fees = daily_fees_btc(&scenario.bitcoin.fees, scenario.start, scenario.days(), seed);
                world.run(&world.prices(seed), &fees, &|day| own.eh_s(path, day))
            })
            .collect();
        let expected = world.expected_prices();
        let fees = vec![scenario.bitcoin.fees.mean_btc_per_block(); scenario.days()];
        let (_, points) = world.run(&expected, &fees, &|day| own.mean_eh_s(day));
        let halvings = points.windows(2).filter(|w| w[1].subsidy_btc < w[0].subsidy_btc).map(|w| w[1].day).collect();
        Self { drawn: drawn.into_iter().map(|(path, _)| path).collect(), halvings, start: scenario.start }
    }

    /// One of the paths alone.
    pub fn only(&self, path: usize) -> Self {
        Self { drawn: vec![self.drawn[path].clone()], halvings: self.halvings.clone(), start: self.start }
    }

    /// Number of paths.
    pub fn count(&self) -> usize {
        self.drawn.len()
    }

    /// Hashprice of a path on a day, USD per PH/s and day.
    pub fn hashprice_usd(&self, path: usize, day: Day) -> f64 {
        let days = &self.drawn[path].hashprice_usd;
        days.get(self.index(day, days.len())).copied().unwrap_or(0.0)
    }

    /// Quote of a path at the beginning of a day; the day after the last has that of the last.
    pub fn quote(&self, path: usize, day: Day) -> Quote {
        let quotes = &self.drawn[path].quotes;
        quotes.get(self.index(day, quotes.len())).copied().unwrap_or_default()
    }

    /// Mean over the paths of what a quote of a day says.
    pub fn mean(&self, day: Day, of: impl Fn(&Quote) -> f64) -> f64 {
        let sum: f64 = (0..self.count()).map(|path| of(&self.quote(path, day))).sum();
        sum / self.count() as f64
    }

    fn index(&self, day: Day, days: usize) -> usize {
        ((day.0 - self.start.0).max(0) as usize).min(days.saturating_sub(1))
    }
}

/// Seed of a path of the planner's.
pub fn seed_of(seed: u64, path: usize) -> u64 {
    rng::stream(seed, "planner path", &path.to_string()).next_u64()
}

/// Quote of the first day before anything is drawn.
pub fn first_quote(scenario: &Scenario, start: &ChainStart) -> Quote {
    let price = daily_prices(&scenario.bitcoin.price, scenario.data.price.as_ref(), scenario.start, 1, 0);
    let fees = daily_fees_btc(&scenario.bitcoin.fees, scenario.start, 1, 0);
    let first = |values: &[f64]| values.first().copied().unwrap_or(0.0);
    Quote::new(scenario, first(&price), first(&fees), start.height, start.bits.difficulty())
}

/// What all paths have in common.
struct World<'a> {
    scenario: &'a Scenario,
    start: &'a ChainStart,
    ours_eh_s: f64,
}

impl World<'_> {
    /// Price by day, USD/BTC: drawn from the scenario's law with a seed of the planner's own. A file's future and a
    /// price that is expected to grow are no draws.
    fn prices(&self, seed: u64) -> Vec<f64> {
        let bitcoin = &self.scenario.bitcoin;
        let growth = self.scenario.placement.expected_price_growth_per_year_share;
        if growth.is_some() || matches!(bitcoin.price, PriceModel::Csv(_)) {
            return self.expected_prices();
        }
        daily_prices(&bitcoin.price, None, self.scenario.start, self.scenario.days(), seed)
    }

    /// Price by day as a planner expects it who sees the first day's, USD/BTC.
    fn expected_prices(&self) -> Vec<f64> {
        let (scenario, model) = (self.scenario, &self.scenario.bitcoin.price);
        let first = daily_prices(model, scenario.data.price.as_ref(), scenario.start, 1, 0);
        let today_usd = first.first().copied().unwrap_or(0.0);
        let growth = scenario.placement.expected_price_growth_per_year_share;
        let price =
            |i: usize| planner_price(model, scenario.start, today_usd, growth, scenario.start.plus_days(i as i32));
        (0..scenario.days()).map(price).collect()
    }

    fn run(&self, price_usd: &[f64], fees_btc: &[f64], own: &dyn Fn(Day) -> f64) -> (Path, Vec<ForecastPoint>) {
        let scenario = self.scenario;
        let at = |days: &[f64], day: Day| {
            let index = ((day.0 - scenario.start.0).max(0) as usize).min(days.len().saturating_sub(1));
            days.get(index).copied().unwrap_or(0.0)
        };
        let (price_0, fees_0) = (at(price_usd, scenario.start), at(fees_btc, scenario.start));
        let difficulty = self.start.bits.difficulty();
        let quote = Quote::new(scenario, price_0, fees_0, self.start.height, difficulty);
        let network = rest_of_world(scenario, self.start, quote.hashprice_usd, self.ours_eh_s);
        let points = project(
            &network,
            ChainSnapshot { height: self.start.height, difficulty },
            |day| at(price_usd, day),
            |day| self.lived_fees_btc(fees_btc, day),
            own,
            scenario.start,
            scenario.end,
        );
        let path = self.by_day(&points, price_usd, fees_btc);
        (path, points)
    }

    /// Mean fees of the days up to one, BTC per block.
    fn lived_fees_btc(&self, fees_btc: &[f64], day: Day) -> f64 {
        let index = ((day.0 - self.scenario.start.0).max(0) as usize).min(fees_btc.len().saturating_sub(1));
        let lived = fees_btc.get((index + 1).saturating_sub(FEE_MEMORY_DAYS)..=index).unwrap_or_default();
        let blocks = u32::try_from(index).unwrap_or(u32::MAX).saturating_mul(BLOCKS_PER_DAY);
        let subsidy_btc = subsidy_sat(self.start.height.saturating_add(blocks)) as f64 / SAT_PER_BTC as f64;
        self.scenario.bitcoin.fees.of_block(math::mean(lived), subsidy_btc)
    }

    fn by_day(&self, points: &[ForecastPoint], price_usd: &[f64], fees_btc: &[f64]) -> Path {
        let scenario = self.scenario;
        let mut path = Path { hashprice_usd: Vec::new(), quotes: Vec::new() };
        let (mut at, mut point_ends) = (0, points.first().map_or(0.0, |p| p.days));
        let mut go_to = |time: f64| {
            while at + 1 < points.len() && point_ends <= time {
                at += 1;
                point_ends += points[at].days;
            }
            let point = points.get(at)?;
            let gone_share = 1.0 - (point_ends - time) / point.days.max(1e-9);
            let next_height = points.get(at + 1).map_or(point.height, |next| next.height);
            Some((point, point.height + gone_share.clamp(0.0, 1.0) * (next_height - point.height)))
        };
        for (i, (price, fees)) in price_usd.iter().zip(fees_btc).enumerate() {
            let Some((point, height)) = go_to(i as f64) else { break };
            path.quotes.push(Quote::new(scenario, *price, *fees, height as u32, point.difficulty));
            let Some((noon, _)) = go_to(i as f64 + 0.5) else { break };
            let fees = scenario.bitcoin.fees.of_block(*fees, noon.subsidy_btc);
            path.hashprice_usd.push(hashprice_usd_per_ph_day(noon.difficulty, noon.subsidy_btc, fees, *price));
        }
        path
    }
}
