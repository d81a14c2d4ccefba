//! Hydro: a wet and a dry season, and an autoregression on the log of the flow.

use jiff::civil::Date;

use super::GeneratedFlow;
use super::field::{Ar1, Field, run_in};
use super::memo::Memo;
use super::sampling::Sampling;
use crate::math;

/// Days of a mean month.
const MONTH_DAYS: f64 = 30.44;

/// Output share of a hydro plant, hour by hour.
pub(super) fn hydro_output(flow: &GeneratedFlow, field: &Field, sampling: &Sampling) -> Vec<f64> {
    let river = River::of(flow);
    let score = daily_score(flow, field, sampling);
    let period = sampling.hours_drawn() / 24;
    let share = |(day, date): (usize, Date)| {
        let drawn = if day < score.len() { day } else { day % period };
        river.output(season_position(date), score[drawn])
    };
    // The flow of a day holds at its noon; between noons it runs straight.
    let one_day_more = Sampling { days: sampling.days + 1, ..*sampling };
    let noons: Vec<f64> = one_day_more.dates().enumerate().map(share).collect();
    let mut output = Vec::with_capacity(sampling.hours());
    for day in 0..sampling.days {
        for hour in 0..24 {
            let after_noon = (f64::from(hour) + 0.5 - 12.0) / 24.0;
            let neighbour = if after_noon < 0.0 { noons[day.saturating_sub(1)] } else { noons[day + 1] };
            output.push(noons[day] + after_noon.abs() * (neighbour - noons[day]));
        }
    }
    output
}

/// Normal score of the flow of each day, one more than the days drawn.
fn daily_score(flow: &GeneratedFlow, field: &Field, sampling: &Sampling) -> Vec<f64> {
    let phi = math::powf(flow.monthly_correlation, 1.0 / MONTH_DAYS);
    let noise = field.noise(sampling.seed, &sampling.purpose("flow")).map(f64::from);
    let mut score = Ar1::new(phi);
    noise.map(|noise| score.next(noise)).skip(run_in(phi)).take(sampling.hours_drawn() / 24 + 1).collect()
}

/// Months since the middle of January, 0 to 12.
fn season_position(date: Date) -> f64 {
    (f64::from(date.month() - 1) + (f64::from(date.day()) - 15.5) / MONTH_DAYS).rem_euclid(12.0)
}

#[derive(Debug, Clone, Copy)]
struct River {
    /// Log of the median flow at the middle of each month.
    log_median: [f64; 12],
    /// Standard deviation of the log flow around it.
    sigma: f64,
    /// Log of the scale that gives the capacity factor asked for.
    log_scale: f64,
}

impl River {
    fn of(flow: &GeneratedFlow) -> Self {
        thread_local! {
            static KNOWN: Memo<GeneratedFlow, River> = const { Memo::new() };
        }
        KNOWN.with(|known| known.get(flow, || Self::calibrated(flow)))
    }

    fn calibrated(flow: &GeneratedFlow) -> Self {
        let half_ratio = 0.5 * math::ln(flow.wet_to_dry_ratio);
        let log_median =
            core::array::from_fn(
                |month| {
                    if flow.wet_months.contains(&(month as u8 + 1)) { half_ratio } else { -half_ratio }
                },
            );
        let sigma = math::log1p(flow.variation * flow.variation).sqrt();
        let mut river = Self { log_median, sigma, log_scale: 0.0 };
        let scores = scores();
        let (mut low, mut high) = (-10.0, 10.0);
        for _ in 0..40 {
            river.log_scale = 0.5 * (low + high);
            if river.expected_output(&scores) < flow.capacity_factor_share {
                low = river.log_scale;
            } else {
                high = river.log_scale;
            }
        }
        river
    }

    /// Long-run mean output: over the year in thirds of months, over the quantiles of the flow.
    fn expected_output(&self, scores: &[(f64, f64)]) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for point in 0..36 {
            for (score, weight) in scores.iter().copied() {
                sum += weight * self.output(f64::from(point) / 3.0, score);
                weights += weight;
            }
        }
        sum / weights
    }

    /// Output share: the flow through the turbines, the rest is spilled.
    fn output(&self, months: f64, score: f64) -> f64 {
        let month = months as usize % 12;
        let fraction = months - months.floor();
        let season = self.log_median[month] + fraction * (self.log_median[(month + 1) % 12] - self.log_median[month]);
        math::exp(self.log_scale + season + self.sigma * score).min(1.0)
    }
}

/// Normal scores of the flow and their weights.
fn scores() -> Vec<(f64, f64)> {
    let score = |step: i32| f64::from(step) * 0.2;
    (-20..=20).map(score).map(|score| (score, math::exp(-0.5 * score * score))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::energy::statistics::{TEXAS, autocorrelation, by_month, sampled};

    fn output(flow: &GeneratedFlow, seed: u64, days: usize) -> Vec<f64> {
        hydro_output(flow, &Field::around(TEXAS, 400.0), &sampled(seed, days))
    }

    #[test]
    fn the_long_run_mean_is_the_capacity_factor_asked_for() {
        for target in [0.35, 0.46, 0.65] {
            let flow = GeneratedFlow { capacity_factor_share: target, ..GeneratedFlow::default() };
            let mean = math::mean(&(0..8).map(|seed| math::mean(&output(&flow, seed, 7_305))).collect::<Vec<_>>());
            assert!((mean / target - 1.0).abs() < 0.03, "{mean} for {target}");
        }
    }

    /// Reference: RTS-GMLC hydro fleet 0.23 (January) to 0.65 (July), ac24 0.946, ac168 0.898; ratio 2.5.
    #[test]
    fn wet_and_dry_seasons_differ_by_their_ratio() {
        let series = output(&GeneratedFlow::default(), 11, 14_610);
        let months = by_month(&series, Day::parse("2024-01-01").unwrap());
        let (wet, dry) = (math::mean(&months[5..9]), math::mean(&[months[0], months[1], months[11]]));
        assert!((2.1..=2.6).contains(&(wet / dry)), "{}", wet / dry);
        assert!(autocorrelation(&series, 24) > 0.94);
        assert!((0.85..0.97).contains(&autocorrelation(&series, 168)));
        assert!(series.iter().all(|v| (0.0..=1.0).contains(v)));
    }

    #[test]
    fn a_steady_river_without_seasons_gives_its_capacity_factor_always() {
        let flow = GeneratedFlow { wet_to_dry_ratio: 1.0, variation: 0.0, ..GeneratedFlow::default() };
        assert!(output(&flow, 1, 400).iter().all(|v| (v - 0.46).abs() < 1e-9));
    }
}
