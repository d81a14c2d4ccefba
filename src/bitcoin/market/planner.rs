//! The price a planner expects who knows the model but not the path.

use super::paths::path_price;
use super::{PriceModel, TRADING_DAYS_PER_YEAR};
use crate::calendar::Day;
use crate::math;

/// Median price expected on day `at` by someone who sees `price_today_usd` on day `from` and knows the model but not
/// the path it will take, USD/BTC.
///
/// | model | expectation |
/// |---|---|
/// | constant | today's price |
/// | path | the dated path: the scenario's own assumption, known to everybody in it |
/// | csv | today's price: a planner has not read tomorrow's newspaper |
/// | gbm, two_state | today's price × exp(log drift × years) |
/// | merton | today's price × exp((drift − volatility²/2 + jumps × mean jump) × years) |
/// | power_law | the law × today's deviation, which fades with its half-life |
///
/// `growth_override_per_year` replaces all of these by today's price × (1 + growth)^years. Years have 365 days, as
/// the processes do.
pub fn planner_price(
    model: &PriceModel,
    from: Day,
    price_today_usd: f64,
    growth_override_per_year: Option<f64>,
    at: Day,
) -> f64 {
    let days = f64::from(at.0 - from.0);
    let years = days / TRADING_DAYS_PER_YEAR;
    if let Some(growth) = growth_override_per_year {
        return price_today_usd * math::powf((1.0 + growth).max(0.0), years);
    }
    let drifting = |log_drift: f64| price_today_usd * math::exp(log_drift * years);
    match model {
        PriceModel::Constant(_) | PriceModel::Csv(_) => price_today_usd,
        PriceModel::Path(path) => path_price(&path.dated(), at),
        PriceModel::Gbm(p) => drifting(p.log_drift_per_year),
        PriceModel::TwoState(p) => drifting(p.log_drift_per_year),
        PriceModel::Merton(p) => drifting(
            p.drift_per_year - p.volatility_per_year * p.volatility_per_year / 2.0 + p.jumps_per_year * p.jump_mean_log,
        ),
        PriceModel::PowerLaw(p) => {
            let deviation = math::ln(price_today_usd) - p.law_ln(from);
            math::exp(p.law_ln(at) + deviation * p.persistence(days))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::market::daily_prices;

    #[test]
    fn the_planner_expects_the_median_of_the_paths() {
        let from = Day::parse("2024-01-01").unwrap();
        let at = from.plus_days(730);
        for text in [
            "kind = 'gbm'\ninitial_price_usd = 4e4",
            "kind = 'merton'\ninitial_price_usd = 4e4",
            "kind = 'two_state'\ninitial_price_usd = 4e4",
            "kind = 'power_law'\ninitial_price_usd = 4e4",
        ] {
            let model: PriceModel = toml::from_str(text).unwrap();
            let mut ends: Vec<f64> = (0..801).map(|seed| daily_prices(&model, None, from, 731, seed)[730]).collect();
            ends.sort_by(f64::total_cmp);
            let expected = planner_price(&model, from, 4e4, None, at);
            // Two years' log sd is at most 0.95; the median of 801 is known to 1.25·0.95/√801 = 4.2 %.
            assert!((math::ln(ends[400] / expected)).abs() < 3.0 * 0.042, "{text}: {} {expected}", ends[400]);
        }
    }

    #[test]
    fn an_override_grows_at_its_rate_whatever_the_model() {
        let from = Day::parse("2024-01-01").unwrap();
        let model: PriceModel = toml::from_str("kind = 'power_law'").unwrap();
        let price = planner_price(&model, from, 1000.0, Some(0.1), from.plus_days(730));
        assert!((price - 1210.0).abs() < 1e-9);
    }

    #[test]
    fn a_planner_knows_a_dated_path_but_not_a_file() {
        let from = Day::parse("2024-01-01").unwrap();
        let path: PriceModel = toml::from_str(
            "kind = 'path'\npoints = [{ date = '2024-01-01', price_usd = 10.0 }, { date = '2025-01-01', price_usd = 20.0 }]",
        )
        .unwrap();
        let csv: PriceModel = toml::from_str("kind = 'csv'\nfile = 'x.csv'").unwrap();
        let later = from.plus_days(500);
        assert_eq!(planner_price(&path, from, 10.0, None, later), 20.0);
        assert_eq!(planner_price(&csv, from, 10.0, None, later), 10.0);
    }
}
