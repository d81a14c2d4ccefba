//! Transaction fees per block: a log-AR(1) process with rare spikes.

use crate::calendar::Day;
use crate::math;
use crate::rng::stream;
use rand_distr::{Distribution, Poisson, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fees of a block in BTC: ln fees is a first-order autoregression from day to day; on rare days a spike multiplies
/// them, and half of its logarithm is gone each day after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FeeModel {
    /// Median fees per block in BTC. Default: 0.1. Source: geometric mean of the medians 2016–2025 (0.204) and since May 2024 (0.049), daily chain data.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub median_btc_per_block: f64,
    /// Long-run standard deviation of the logarithm of the fees. 0 makes them constant but for spikes. Default: 1.2. Source: daily chain data 2016–2025.
    #[schemars(range(min = 0.0, max = 3.0))]
    pub log_sd: f64,
    /// Correlation of the logarithm of the fees from one day to the next. Default: 0.969. Source: daily chain data 2016–2025.
    #[schemars(range(min = 0.0, max = 0.9999))]
    pub daily_autocorrelation_share: f64,
    /// Fees per block in BTC on the first day; where left out the first day has the median. Default: none.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub initial_btc_per_block: Option<f64>,
    /// Spikes per year (Poisson). Default: 0.35. Source: three days since 2016 (26 April 2016, 20 June 2018, the halving day of 2024) whose jump is beyond six standard deviations of the autoregression.
    #[schemars(range(min = 0.0, max = 50.0))]
    pub spikes_per_year: f64,
    /// What a spike multiplies the day's fees by. Default: 7. Source: the same three days: 5.5, 6.5 and about 8 times.
    #[schemars(range(min = 1.0, max = 100.0))]
    pub spike_multiple: f64,
    /// Fees as a fixed share of a block's reward (subsidy and fees), in place of all of the above. Default: none. Source: user's choice, e.g. 0.127 in the fourth quarter of 2023.
    #[schemars(range(min = 0.0, max = 0.99))]
    pub share_of_reward: Option<f64>,
}

impl Default for FeeModel {
    fn default() -> Self {
        Self {
            median_btc_per_block: 0.1,
            log_sd: 1.2,
            daily_autocorrelation_share: 0.969,
            initial_btc_per_block: None,
            spikes_per_year: 0.35,
            spike_multiple: 7.0,
            share_of_reward: None,
        }
    }
}

/// Share of a spike's logarithm that is left on the next day.
const SPIKE_KEPT_PER_DAY: f64 = 0.5;
/// Fees per block never exceed this (BTC), however wild the parameters: twenty times the day of the 2024 halving.
const LARGEST_FEES_BTC: f64 = 200.0;

impl FeeModel {
    /// Fees of a block in BTC when `drawn_btc` were drawn for its day: the draw, or the fixed share of the reward.
    pub fn of_block(&self, drawn_btc: f64, subsidy_btc: f64) -> f64 {
        self.share_of_reward.map_or(drawn_btc, |share| subsidy_btc * share / (1.0 - share))
    }

    /// Long-run mean of the fees per block in BTC: median · exp(log_sd²/2), plus what spikes add.
    pub fn mean_btc_per_block(&self) -> f64 {
        let spike = math::ln(self.spike_multiple);
        let added: f64 = (0..12).map(|day| math::expm1(spike * math::powf(SPIKE_KEPT_PER_DAY, f64::from(day)))).sum();
        let calm = self.median_btc_per_block * math::exp(self.log_sd * self.log_sd / 2.0);
        calm * (1.0 + self.spikes_per_year / 365.0 * added)
    }
}

/// Fees per block of each of `days` days from the start of the run, BTC. The same seed gives the same path; a longer run
/// has the shorter one as its beginning.
pub fn daily_fees_btc(model: &FeeModel, _start: Day, days: usize, seed: u64) -> Vec<f64> {
    let mut normal = stream(seed, "btc fees", "");
    let mut spikes = stream(seed, "btc fee spikes", "");
    let kept = model.daily_autocorrelation_share;
    let shock = model.log_sd * (1.0 - kept * kept).max(0.0).sqrt();
    // A year without spikes is a legal parameter but no Poisson law.
    let arrivals = Poisson::new(model.spikes_per_year / 365.0).ok();
    let median = model.median_btc_per_block;
    let mut level = match model.initial_btc_per_block {
        Some(first) if first > 0.0 && median > 0.0 => math::ln(first / median),
        _ => 0.0,
    };
    let mut spike = 0.0;
    (0..days)
        .map(|_| {
            if arrivals.is_some_and(|law| law.sample(&mut spikes) >= 1.0) {
                spike = math::ln(model.spike_multiple);
            }
            let fees = (median * math::exp(level + spike)).min(LARGEST_FEES_BTC);
            let z: f64 = StandardNormal.sample(&mut normal);
            level = kept * level + shock * z;
            spike *= SPIKE_KEPT_PER_DAY;
            fees
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Day = Day(19_723);

    fn without_spikes() -> FeeModel {
        FeeModel { spikes_per_year: 0.0, ..FeeModel::default() }
    }

    #[test]
    fn fees_have_the_median_spread_and_memory_they_are_given() {
        let days = 200_000;
        let logs: Vec<f64> = daily_fees_btc(&without_spikes(), START, days, 1).iter().map(|f| math::ln(*f)).collect();
        let mean = math::mean(&logs);
        let variance = math::mean(&logs.iter().map(|l| (l - mean) * (l - mean)).collect::<Vec<_>>());
        let next = math::mean(&logs.windows(2).map(|l| (l[0] - mean) * (l[1] - mean)).collect::<Vec<_>>());
        // An AR(1) of 0.969 has n·(1−ρ)/(1+ρ) = 3,150 independent days in 200,000: mean known to 1.2/√3150 = 0.021.
        assert!((mean - math::ln(0.1)).abs() < 3.5 * 0.021, "{mean}");
        assert!((variance.sqrt() / 1.2 - 1.0).abs() < 0.05, "{}", variance.sqrt());
        assert!((next / variance - 0.969).abs() < 0.003, "{}", next / variance);
    }

    #[test]
    fn the_mean_counts_the_skew_and_the_spikes() {
        let plain = without_spikes();
        assert!((plain.mean_btc_per_block() / (0.1 * math::exp(0.72)) - 1.0).abs() < 1e-12);
        let calm = FeeModel { log_sd: 0.0, spikes_per_year: 4.0, ..FeeModel::default() };
        let fees = daily_fees_btc(&calm, START, 400_000, 2);
        // 4,400 spikes, each adding Σ(7^(1/2^k) − 1) = 9.4 times the median: the mean is known to 2 % of the 10 % added.
        assert!((math::mean(&fees) / calm.mean_btc_per_block() - 1.0).abs() < 0.01, "{}", math::mean(&fees));
    }

    #[test]
    fn a_spike_multiplies_a_day_and_fades_within_a_week() {
        let calm = FeeModel { log_sd: 0.0, ..FeeModel::default() };
        let fees = daily_fees_btc(&calm, START, 4000, 3);
        let top = fees.iter().position(|f| *f > 0.69).unwrap();
        assert!((fees[top] / 0.7 - 1.0).abs() < 1e-9);
        assert!(fees[top + 1] < 0.3 && fees[top + 7] < 0.11);
    }

    #[test]
    fn fees_start_where_they_are_told_and_may_be_constant() {
        let first = FeeModel { initial_btc_per_block: Some(0.9), ..without_spikes() };
        assert!((daily_fees_btc(&first, START, 3, 4)[0] - 0.9).abs() < 1e-12);
        let constant = FeeModel { log_sd: 0.0, ..without_spikes() };
        assert_eq!(daily_fees_btc(&constant, START, 3, 4), [0.1; 3]);
        let none = FeeModel { median_btc_per_block: 0.0, ..FeeModel::default() };
        assert_eq!(daily_fees_btc(&none, START, 3, 4), [0.0; 3]);
    }

    #[test]
    fn seeds_differ_and_a_longer_run_begins_like_a_shorter_one() {
        let model = FeeModel::default();
        let long = daily_fees_btc(&model, START, 100, 1);
        assert_eq!(long[..50], daily_fees_btc(&model, START, 50, 1));
        assert_ne!(long, daily_fees_btc(&model, START, 100, 2));
    }
}
