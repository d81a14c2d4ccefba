//! The Bitcoin price: the processes a scenario can choose from, their daily paths, and what a planner expects.
//!
//! Parameters default to estimates on daily log returns, annualised on 365 days (Coin Metrics community data
//! 2018–2025, own maximum likelihood). All windows include one great bull market: a default drift of 0.28 per
//! year is history, not a forecast, and every scenario should state its own.

mod daily_file;
mod paths;
mod planner;

pub use daily_file::{DailyError, DailySeries, read_daily};
pub use paths::daily_prices;
pub use planner::planner_price;

use crate::calendar::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Days of a year on which drifts and volatilities of a price that trades every day are annualised.
pub(crate) const TRADING_DAYS_PER_YEAR: f64 = 365.0;

/// How the price of one bitcoin (USD/BTC) moves from day to day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PriceModel {
    /// The same price every day.
    Constant(ConstantPrice),
    /// Dated points, joined by straight lines in the logarithm; flat before the first and after the last.
    Path(PathPrice),
    /// Daily prices from a CSV file.
    Csv(CsvPrice),
    /// Geometric Brownian motion: normal daily log returns.
    Gbm(GbmPrice),
    /// Merton (1976): geometric Brownian motion with normally distributed jumps of the logarithm.
    Merton(MertonPrice),
    /// Volatility switches between a calm and a turbulent state (two-state Markov chain, Gaussian returns).
    TwoState(TwoStatePrice),
    /// Mean reversion of the logarithm around a power law of the chain's age.
    PowerLaw(PowerLawPrice),
}

/// A price that never moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstantPrice {
    /// Price of one bitcoin in USD on every day. Required.
    #[schemars(range(min = 0.01, max = 1e9))]
    pub initial_price_usd: f64,
}

/// A price given by dated points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathPrice {
    /// The points in order of date, at least one. Between two of them the logarithm of the price is a straight line. Required.
    pub points: Vec<PricePoint>,
}

/// One dated price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricePoint {
    /// UTC date, YYYY-MM-DD. Required.
    pub date: String,
    /// Price of one bitcoin in USD on that date. Required.
    #[schemars(range(min = 0.01, max = 1e9))]
    pub price_usd: f64,
}

/// Daily prices from a CSV file with a header line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvPrice {
    /// Path of the file, relative to the scenario file. One row per day, no day left out. Required.
    pub file: String,
    /// Header of the column with the UTC date, YYYY-MM-DD. Default: date. Source: Coin Metrics and this program's own tables.
    #[serde(default = "default_date_column")]
    pub date_column: String,
    /// Header of the column with the price in USD per BTC. Default: price_usd. Source: this program's own tables.
    #[serde(default = "default_price_column")]
    pub price_column: String,
}

fn default_date_column() -> String {
    "date".into()
}

fn default_price_column() -> String {
    "price_usd".into()
}

/// Geometric Brownian motion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GbmPrice {
    /// Price of one bitcoin in USD on the first day. Required.
    #[schemars(range(min = 0.01, max = 1e9))]
    pub initial_price_usd: f64,
    /// Mean log return per year, so that the median price grows by exp of it. Default: 0.28. Source: daily returns 2021–2025.
    #[serde(default = "default_log_drift")]
    #[schemars(range(min = -3.0, max = 3.0))]
    pub log_drift_per_year: f64,
    /// Standard deviation of the log return of a year. Default: 0.59. Source: daily returns 2021–2025.
    #[serde(default = "default_volatility")]
    #[schemars(range(min = 0.0, max = 3.0))]
    pub volatility_per_year: f64,
}

fn default_log_drift() -> f64 {
    0.28
}

fn default_volatility() -> f64 {
    0.59
}

/// Merton's jump diffusion: d ln P = (drift − volatility²/2) dt + volatility dW + jumps, without compensator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MertonPrice {
    /// Price of one bitcoin in USD on the first day. Required.
    #[schemars(range(min = 0.01, max = 1e9))]
    pub initial_price_usd: f64,
    /// Drift of the diffusion per year; the mean log return is drift − volatility²/2 + jumps × mean jump. Default: 0.44. Source: maximum likelihood 2021–2025 with 10 jumps a year.
    #[serde(default = "default_merton_drift")]
    #[schemars(range(min = -3.0, max = 3.0))]
    pub drift_per_year: f64,
    /// Volatility of the diffusion per year, jumps not counted. Default: 0.48. Source: maximum likelihood 2021–2025 with 10 jumps a year.
    #[serde(default = "default_merton_volatility")]
    #[schemars(range(min = 0.0, max = 3.0))]
    pub volatility_per_year: f64,
    /// Jumps per year (Poisson). Default: 10. Source: fixed by choice, the unrestricted likelihood runs to 300 and becomes a fat-tail mixture.
    #[serde(default = "default_jumps_per_year")]
    #[schemars(range(min = 0.0, max = 400.0))]
    pub jumps_per_year: f64,
    /// Mean jump of the log price. Default: -0.0025. Source: maximum likelihood 2021–2025 with 10 jumps a year.
    #[serde(default = "default_jump_mean")]
    #[schemars(range(min = -1.0, max = 1.0))]
    pub jump_mean_log: f64,
    /// Standard deviation of a jump of the log price. Default: 0.083. Source: maximum likelihood 2021–2025 with 10 jumps a year.
    #[serde(default = "default_jump_sd")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub jump_sd_log: f64,
}

fn default_merton_drift() -> f64 {
    0.44
}

fn default_merton_volatility() -> f64 {
    0.48
}

fn default_jumps_per_year() -> f64 {
    10.0
}

fn default_jump_mean() -> f64 {
    -0.0025
}

fn default_jump_sd() -> f64 {
    0.083
}

/// Gaussian returns whose volatility follows a two-state Markov chain; the first state is drawn from its stationary law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TwoStatePrice {
    /// Price of one bitcoin in USD on the first day. Required.
    #[schemars(range(min = 0.01, max = 1e9))]
    pub initial_price_usd: f64,
    /// Mean log return per year in both states. Default: 0.27. Source: daily returns 2018–2025.
    #[serde(default = "default_two_state_drift")]
    #[schemars(range(min = -3.0, max = 3.0))]
    pub log_drift_per_year: f64,
    /// Volatility per year in the calm state. Default: 0.32. Source: Gaussian switching model 2018–2025.
    #[serde(default = "default_calm_volatility")]
    #[schemars(range(min = 0.0, max = 3.0))]
    pub calm_volatility_per_year: f64,
    /// Volatility per year in the turbulent state. Default: 1.03. Source: Gaussian switching model 2018–2025.
    #[serde(default = "default_turbulent_volatility")]
    #[schemars(range(min = 0.0, max = 5.0))]
    pub turbulent_volatility_per_year: f64,
    /// Probability that a calm day is followed by a calm one. Default: 0.83. Source: Gaussian switching model 2018–2025.
    #[serde(default = "default_calm_stays")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub calm_stays_share: f64,
    /// Probability that a turbulent day is followed by a turbulent one. Default: 0.69. Source: Gaussian switching model 2018–2025.
    #[serde(default = "default_turbulent_stays")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub turbulent_stays_share: f64,
}

fn default_two_state_drift() -> f64 {
    0.27
}

fn default_calm_volatility() -> f64 {
    0.32
}

fn default_turbulent_volatility() -> f64 {
    1.03
}

fn default_calm_stays() -> f64 {
    0.83
}

fn default_turbulent_stays() -> f64 {
    0.69
}

/// log₁₀ P = intercept + exponent · log₁₀(days since 3 January 2009) + a mean-reverting deviation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerLawPrice {
    /// Price of one bitcoin in USD on the first day; where left out the path starts on the law. Default: none.
    #[serde(default)]
    #[schemars(range(min = 0.01, max = 1e9))]
    pub initial_price_usd: Option<f64>,
    /// Decimal logarithm of the law's price one day after the genesis block. Default: -16.557. Source: least squares 2010–2025, R² 0.96.
    #[serde(default = "default_intercept")]
    #[schemars(range(min = -40.0, max = 10.0))]
    pub intercept_log10: f64,
    /// Exponent of the law. Default: 5.705. Source: least squares 2010–2025.
    #[serde(default = "default_exponent")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub exponent: f64,
    /// Long-run standard deviation of the deviation, decimal logarithm. Default: 0.305. Source: residuals 2010–2025.
    #[serde(default = "default_deviation_sd")]
    #[schemars(range(min = 0.0, max = 2.0))]
    pub deviation_sd_log10: f64,
    /// Years in which half of a deviation is gone. Default: 2. Source: the half-life at which the long-run deviation of 0.305 goes with a volatility of 0.58 per year, as seen since 2021 (the autocorrelation of the residuals 2010–2022 alone gives 0.76, with the wilder days of 2011).
    #[serde(default = "default_half_life")]
    #[schemars(range(min = 0.01, max = 50.0))]
    pub half_life_years: f64,
}

fn default_intercept() -> f64 {
    -16.557
}

fn default_exponent() -> f64 {
    5.705
}

fn default_deviation_sd() -> f64 {
    0.305
}

fn default_half_life() -> f64 {
    2.0
}

impl PriceModel {
    /// What is wrong with the parameters beyond single ranges: (key path below this table, what to do about it).
    pub fn check(&self) -> Vec<(String, String)> {
        match self {
            Self::Path(path) => path.check(),
            _ => Vec::new(),
        }
    }
}

impl PathPrice {
    fn check(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        if self.points.is_empty() {
            faults.push(("points".into(), "no points: give at least one date and price_usd".into()));
        }
        let mut last: Option<Day> = None;
        for (i, point) in self.points.iter().enumerate() {
            match Day::parse(&point.date) {
                Err(error) => faults.push((
                    format!("points.{i}.date"),
                    format!("`{}` is no date: write it as YYYY-MM-DD ({error})", point.date),
                )),
                Ok(day) => {
                    if last.is_some_and(|before| before >= day) {
                        faults.push((
                            format!("points.{i}.date"),
                            format!("{day} does not come after the point before it: order the points by date"),
                        ));
                    }
                    last = Some(day);
                }
            }
        }
        faults
    }

    /// The points with a readable date, in file order ([`PriceModel::check`] reports the others).
    fn dated(&self) -> Vec<(Day, f64)> {
        self.points.iter().filter_map(|p| Day::parse(&p.date).ok().map(|day| (day, p.price_usd))).collect()
    }
}

impl PowerLawPrice {
    /// Natural logarithm of the law's price on a day (the first day of the law is the one after genesis).
    fn law_ln(&self, day: Day) -> f64 {
        const GENESIS: Day = Day(14_247); // 2009-01-03
        let age = f64::from((day.0 - GENESIS.0).max(1));
        core::f64::consts::LN_10 * (self.intercept_log10 + self.exponent * crate::math::log10(age))
    }

    /// Share of a deviation that is left after so many days.
    fn persistence(&self, days: f64) -> f64 {
        crate::math::exp2(-days / (TRADING_DAYS_PER_YEAR * self.half_life_years))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_law_gives_about_66_thousand_dollars_at_the_halving_of_2024() {
        let law: PowerLawPrice = toml::from_str("").unwrap();
        let price = crate::math::exp(law.law_ln(Day::parse("2024-04-20").unwrap()));
        assert!((65_000.0..67_500.0).contains(&price), "{price}");
    }

    #[test]
    fn unknown_keys_are_refused_in_every_variant() {
        for text in [
            "kind = 'constant'\ninitial_price_usd = 1.0\nx = 1",
            "kind = 'gbm'\ninitial_price_usd = 1.0\nx = 1",
            "kind = 'power_law'\nx = 1",
        ] {
            assert!(toml::from_str::<PriceModel>(text).is_err(), "{text}");
        }
        let model: PriceModel = toml::from_str("kind = 'merton'\ninitial_price_usd = 1.0").unwrap();
        assert!(matches!(model, PriceModel::Merton(m) if m.jumps_per_year == 10.0));
    }

    #[test]
    fn a_path_out_of_order_or_with_a_bad_date_is_reported_with_its_key() {
        let point = |date: &str| PricePoint { date: date.into(), price_usd: 1.0 };
        let path = |dates: &[&str]| PriceModel::Path(PathPrice { points: dates.iter().map(|d| point(d)).collect() });
        assert!(path(&["2024-01-01", "2025-01-01"]).check().is_empty());
        assert_eq!(path(&["2024-01-01", "2024-01-01"]).check()[0].0, "points.1.date");
        assert_eq!(path(&["2024-13-01"]).check()[0].0, "points.0.date");
        assert_eq!(path(&[]).check()[0].0, "points");
    }
}
