//! Daily price paths of each model.

use super::{DailySeries, GbmPrice, MertonPrice, PowerLawPrice, PriceModel, TRADING_DAYS_PER_YEAR, TwoStatePrice};
use crate::calendar::Day;
use crate::math;
use crate::rng::{Stream, stream};
use rand_distr::{Bernoulli, Distribution, Poisson, StandardNormal};

/// Prices stay within these bounds (USD/BTC), so that no path, however wild its parameters, leaves finite numbers.
const PRICE_BOUNDS_USD: (f64, f64) = (1e-3, 1e12);

/// Price of each of `days` days from `start`, USD/BTC. The same model and seed give the same path; a longer run has
/// the shorter one as its beginning.
///
/// `csv` is the file of [`PriceModel::Csv`], held flat beyond its ends ([`DailySeries::check_covers`] refuses that
/// earlier).
pub fn daily_prices(model: &PriceModel, csv: Option<&DailySeries>, start: Day, days: usize, seed: u64) -> Vec<f64> {
    let mut normal = stream(seed, "btc price", "");
    let each = |f: &dyn Fn(Day) -> f64| (0..days).map(|i| f(start.plus_days(i as i32))).collect();
    let mut prices: Vec<f64> = match model {
        PriceModel::Constant(p) => vec![p.initial_price_usd; days],
        PriceModel::Path(p) => {
            let points = p.dated();
            each(&|day| path_price(&points, day))
        }
        PriceModel::Csv(_) => each(&|day| csv.map_or(0.0, |series| series.at(day))),
        PriceModel::Gbm(p) => walk(p.initial_price_usd, days, || gbm_step(p, &mut normal)),
        PriceModel::Merton(p) => {
            let mut jumps = stream(seed, "btc price jumps", "");
            walk(p.initial_price_usd, days, || merton_step(p, &mut normal, &mut jumps))
        }
        PriceModel::TwoState(p) => {
            let mut states = stream(seed, "btc price states", "");
            let mut turbulent = starts_turbulent(p, &mut states);
            walk(p.initial_price_usd, days, || {
                let step = two_state_step(p, turbulent, &mut normal);
                turbulent = next_state(p, turbulent, &mut states);
                step
            })
        }
        PriceModel::PowerLaw(p) => power_law_prices(p, start, days, &mut normal),
    };
    for price in &mut prices {
        *price = price.clamp(PRICE_BOUNDS_USD.0, PRICE_BOUNDS_USD.1);
    }
    prices
}

/// Price of a dated path on a day: log-linear between its points, flat outside.
pub(super) fn path_price(points: &[(Day, f64)], day: Day) -> f64 {
    let after = points.partition_point(|&(d, _)| d <= day);
    match (after.checked_sub(1).and_then(|i| points.get(i)), points.get(after)) {
        (Some(&(d0, p0)), Some(&(d1, p1))) => {
            let share = f64::from(day.0 - d0.0) / f64::from(d1.0 - d0.0);
            p0 * math::powf(p1 / p0, share)
        }
        (Some(&(_, p)), None) | (None, Some(&(_, p))) => p,
        (None, None) => 0.0,
    }
}

fn walk(initial: f64, days: usize, mut log_return: impl FnMut() -> f64) -> Vec<f64> {
    let mut price = initial;
    (0..days)
        .map(|_| {
            let today = price;
            price *= math::exp(log_return());
            today
        })
        .collect()
}

fn diffusion(volatility_per_year: f64, normal: &mut Stream) -> f64 {
    let z: f64 = StandardNormal.sample(normal);
    volatility_per_year * (1.0 / TRADING_DAYS_PER_YEAR).sqrt() * z
}

fn gbm_step(p: &GbmPrice, normal: &mut Stream) -> f64 {
    p.log_drift_per_year / TRADING_DAYS_PER_YEAR + diffusion(p.volatility_per_year, normal)
}

fn merton_step(p: &MertonPrice, normal: &mut Stream, jumps: &mut Stream) -> f64 {
    let drift = p.drift_per_year - p.volatility_per_year * p.volatility_per_year / 2.0;
    // No jumps a year is a legal parameter but no Poisson law.
    let count = Poisson::new(p.jumps_per_year / TRADING_DAYS_PER_YEAR).map_or(0.0, |law| law.sample(jumps));
    let z: f64 = StandardNormal.sample(jumps);
    let jump = count * p.jump_mean_log + count.sqrt() * p.jump_sd_log * z;
    drift / TRADING_DAYS_PER_YEAR + diffusion(p.volatility_per_year, normal) + jump
}

fn chance(probability: f64, draws: &mut Stream) -> bool {
    Bernoulli::new(probability.clamp(0.0, 1.0)).is_ok_and(|law| law.sample(draws))
}

fn starts_turbulent(p: &TwoStatePrice, states: &mut Stream) -> bool {
    let (to_turbulent, to_calm) = (1.0 - p.calm_stays_share, 1.0 - p.turbulent_stays_share);
    let share = if to_turbulent + to_calm > 0.0 { to_turbulent / (to_turbulent + to_calm) } else { 0.0 };
    chance(share, states)
}

fn next_state(p: &TwoStatePrice, turbulent: bool, states: &mut Stream) -> bool {
    let stays = chance(if turbulent { p.turbulent_stays_share } else { p.calm_stays_share }, states);
    turbulent == stays
}

fn two_state_step(p: &TwoStatePrice, turbulent: bool, normal: &mut Stream) -> f64 {
    let volatility = if turbulent { p.turbulent_volatility_per_year } else { p.calm_volatility_per_year };
    p.log_drift_per_year / TRADING_DAYS_PER_YEAR + diffusion(volatility, normal)
}

fn power_law_prices(p: &PowerLawPrice, start: Day, days: usize, normal: &mut Stream) -> Vec<f64> {
    let kept = p.persistence(1.0);
    let shock = p.deviation_sd_log10 * core::f64::consts::LN_10 * (1.0 - kept * kept).sqrt();
    let mut deviation = p.initial_price_usd.map_or(0.0, |price| math::ln(price) - p.law_ln(start));
    (0..days)
        .map(|i| {
            let price = math::exp(p.law_ln(start.plus_days(i as i32)) + deviation);
            let z: f64 = StandardNormal.sample(normal);
            deviation = kept * deviation + shock * z;
            price
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::PathPrice;
    use super::*;
    use crate::bitcoin::market::{ConstantPrice, PricePoint};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn model(text: &str) -> PriceModel {
        toml::from_str(text).unwrap()
    }

    fn log_returns(prices: &[f64]) -> Vec<f64> {
        prices.windows(2).map(|p| math::ln(p[1] / p[0])).collect()
    }

    /// Mean and standard deviation per year of daily log returns.
    fn moments(model: &PriceModel, days: usize, seed: u64) -> (f64, f64) {
        let returns = log_returns(&daily_prices(model, None, day("2024-01-01"), days, seed));
        let mean = math::mean(&returns);
        let variance = math::mean(&returns.iter().map(|r| (r - mean) * (r - mean)).collect::<Vec<_>>());
        (mean * 365.0, (variance * 365.0).sqrt())
    }

    // 100,000 days are 274 years: the mean of a year is known to σ/√274 = 0.06 σ; the standard deviation of n normal
    // returns to 1/√(2n) = 0.22 %, of fat-tailed ones (kurtosis κ) to √((κ−1)/4n). Tests allow 3.5 of these.
    const DAYS: usize = 100_001;

    #[test]
    fn gbm_has_the_drift_and_volatility_it_is_given() {
        let gbm = model("kind = 'gbm'\ninitial_price_usd = 5e4\nlog_drift_per_year = 0.0\nvolatility_per_year = 0.59");
        let (mean, sd) = moments(&gbm, 10_001, 7);
        assert!(mean.abs() < 3.5 * 0.59 / 27.4_f64.sqrt(), "{mean}");
        assert!((sd / 0.59 - 1.0).abs() < 3.5 * 0.0071, "{sd}");
        let still =
            model("kind = 'gbm'\ninitial_price_usd = 5e4\nlog_drift_per_year = 0.28\nvolatility_per_year = 0.0");
        let path = daily_prices(&still, None, day("2024-01-01"), 366, 7);
        assert!((path[365] / 5e4 - math::exp(0.28)).abs() < 1e-9);
    }

    #[test]
    fn merton_adds_the_variance_and_kurtosis_of_its_jumps() {
        let merton = model("kind = 'merton'\ninitial_price_usd = 5e4\ndrift_per_year = 0.1402");
        // (0.1402 − 0.48²/2) − 10·0.0025 = 0: the path stays in bounds over 274 years.
        let returns = log_returns(&daily_prices(&merton, None, day("2024-01-01"), DAYS, 3));
        let square = math::mean(&returns.iter().map(|r| r * r).collect::<Vec<_>>());
        let fourth = math::mean(&returns.iter().map(|r| r * r * r * r).collect::<Vec<_>>());
        let variance = 0.48 * 0.48 + 10.0 * (0.083 * 0.083 + 0.0025 * 0.0025);
        assert!((square * 365.0 / variance - 1.0).abs() < 0.05, "{}", square * 365.0);
        // Excess kurtosis 3 λ E[J⁴-like]/σ⁴·365: 10·3·0.083⁴·365 / variance² ≈ 5.8.
        let excess = fourth / (square * square) - 3.0;
        assert!((3.5..8.5).contains(&excess), "{excess}");
    }

    #[test]
    fn two_states_mix_to_the_volatility_of_the_whole() {
        let two = model("kind = 'two_state'\ninitial_price_usd = 5e4\nlog_drift_per_year = 0.0");
        let (_, sd) = moments(&two, DAYS, 11);
        // Calm share 0.31/(0.31+0.17) = 0.646: sqrt(0.646·0.32² + 0.354·1.03²) = 0.665, the 0.67 measured 2018–2025.
        assert!((sd / 0.665 - 1.0).abs() < 0.03, "{sd}");
    }

    #[test]
    fn turbulence_clusters() {
        let two = model("kind = 'two_state'\ninitial_price_usd = 5e4\nlog_drift_per_year = 0.0");
        let sizes: Vec<f64> =
            log_returns(&daily_prices(&two, None, day("2024-01-01"), DAYS, 5)).iter().map(|r| r.abs()).collect();
        let mean = math::mean(&sizes);
        let covariance = math::mean(&sizes.windows(2).map(|s| (s[0] - mean) * (s[1] - mean)).collect::<Vec<_>>());
        let variance = math::mean(&sizes.iter().map(|s| (s - mean) * (s - mean)).collect::<Vec<_>>());
        assert!((0.08..0.30).contains(&(covariance / variance)), "{}", covariance / variance);
    }

    #[test]
    fn the_power_law_wanders_around_the_law_by_its_deviation() {
        // Over 100 independent 12-year paths; the last day's deviation has sd 0.305·√(1−2^(−12)) = 0.305 in log10,
        // known from 100 draws to 7 %.
        let law = model("kind = 'power_law'");
        let PriceModel::PowerLaw(p) = &law else { panic!("parsed as power law") };
        let (start, days) = (day("2024-01-01"), 4383);
        let end = start.plus_days(days - 1);
        let deviations: Vec<f64> = (0..100)
            .map(|seed| {
                let last = *daily_prices(&law, None, start, days as usize, seed).last().unwrap();
                (math::ln(last) - p.law_ln(end)) / core::f64::consts::LN_10
            })
            .collect();
        let sd = math::mean(&deviations.iter().map(|d| d * d).collect::<Vec<_>>()).sqrt();
        assert!((sd / 0.305 - 1.0).abs() < 0.25, "{sd}");
        assert!(math::mean(&deviations).abs() < 0.305 * 0.35);
    }

    #[test]
    fn a_power_law_path_starts_at_its_initial_price() {
        let law = model("kind = 'power_law'\ninitial_price_usd = 42000.0");
        assert!((daily_prices(&law, None, day("2024-01-01"), 1, 0)[0] - 42_000.0).abs() < 1e-6);
    }

    #[test]
    fn a_dated_path_is_straight_in_the_logarithm_and_flat_outside() {
        let point = |date: &str, price_usd| PricePoint { date: date.into(), price_usd };
        let path = PathPrice { points: vec![point("2024-01-01", 100.0), point("2024-01-11", 10_000.0)] };
        assert_eq!(path_price(&path.dated(), day("2020-01-01")), 100.0);
        assert!((path_price(&path.dated(), day("2024-01-06")) - 1000.0).abs() < 1e-9);
        assert_eq!(path_price(&path.dated(), day("2024-01-11")), 10_000.0);
        assert_eq!(path_price(&path.dated(), day("2030-01-01")), 10_000.0);
    }

    #[test]
    fn seeds_differ_and_a_longer_run_begins_like_a_shorter_one() {
        for text in [
            "kind = 'gbm'\ninitial_price_usd = 1.0",
            "kind = 'merton'\ninitial_price_usd = 1.0",
            "kind = 'two_state'\ninitial_price_usd = 1.0",
            "kind = 'power_law'",
        ] {
            let (model, start) = (model(text), day("2024-01-01"));
            let long = daily_prices(&model, None, start, 200, 1);
            assert_eq!(long[..100], daily_prices(&model, None, start, 100, 1), "{text}");
            assert_ne!(long, daily_prices(&model, None, start, 200, 2), "{text}");
        }
    }

    #[test]
    fn the_wildest_parameters_stay_finite() {
        let wild = model(
            "kind = 'merton'\ninitial_price_usd = 1e9\ndrift_per_year = 3.0\nvolatility_per_year = 3.0\njumps_per_year = 400.0\njump_sd_log = 1.0",
        );
        let prices = daily_prices(&wild, None, day("2024-01-01"), 4000, 1);
        assert!(prices.iter().all(|p| p.is_finite() && *p > 0.0));
        let flat = PriceModel::Constant(ConstantPrice { initial_price_usd: 5.0 });
        assert_eq!(daily_prices(&flat, None, day("2024-01-01"), 2, 1), [5.0, 5.0]);
    }
}
