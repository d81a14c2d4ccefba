//! What simulating the plan should give, and how surely.

use serde::{Deserialize, Serialize};

/// The plan's value on paths of their own, as simulated runs would see them.
///
/// A plan looks its best on the paths it was chosen for: so it is valued anew on as many others. On those everything
/// that a run draws is drawn: hours, coin fees, the prices of machines on the day they are ordered, rents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Mean value, USD: what the mean of many simulated runs should be.
    pub mean_usd: f64,
    /// Standard error of the mean, USD; `None` for one path.
    pub standard_error_usd: Option<f64>,
    /// Standard deviation of one simulated run, USD; `None` for one path.
    pub run_sd_usd: Option<f64>,
    /// Where 95 % of simulated runs lie, USD: error of the mean and deviation of a run together; `None` for one path.
    pub run_range_usd: Option<[f64; 2]>,
    /// Value on each path, USD.
    pub path_values_usd: Vec<f64>,
}

/// Standard deviations on either side of the mean that hold 95 % of a normal law.
const NORMAL_95: f64 = 1.96;

impl Promise {
    /// From values of the same paths, USD: `drawn_usd` with everything drawn, `certain_rents_usd` with the mean rents of
    /// accelerators. The mean rents are known, so that the mean is that of the latter, and only as uncertain as they are.
    pub fn of(drawn_usd: &[f64], certain_rents_usd: &[f64]) -> Self {
        let mean_usd = crate::math::mean(certain_rents_usd);
        let shift = mean_usd - crate::math::mean(drawn_usd);
        let standard_error_usd = sd(certain_rents_usd).map(|sd| sd / (certain_rents_usd.len() as f64).sqrt());
        let run_sd_usd = sd(drawn_usd);
        let reach = |(sd, error): (f64, f64)| NORMAL_95 * (sd * sd + error * error).sqrt();
        let reach = run_sd_usd.zip(standard_error_usd).map(reach);
        Self {
            mean_usd,
            standard_error_usd,
            run_sd_usd,
            run_range_usd: reach.map(|reach| [mean_usd - reach, mean_usd + reach]),
            path_values_usd: drawn_usd.iter().map(|usd| usd + shift).collect(),
        }
    }
}

/// Standard deviation of a sample; `None` where it has one value or none.
fn sd(values: &[f64]) -> Option<f64> {
    let mean = crate::math::mean(values);
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_strays_by_its_own_deviation_and_the_error_of_the_mean() {
        let promise = Promise::of(&[0.0, 4.0, 8.0], &[2.0, 4.0, 6.0]);
        assert_eq!((promise.mean_usd, promise.run_sd_usd), (4.0, Some(4.0)));
        let error = 2.0 / 3.0_f64.sqrt();
        assert!((promise.standard_error_usd.unwrap() - error).abs() < 1e-12);
        let [low, high] = promise.run_range_usd.unwrap();
        let reach = 1.96 * (16.0 + error * error).sqrt();
        assert!((low - 4.0 + reach).abs() < 1e-12 && (high - 4.0 - reach).abs() < 1e-12);
    }

    #[test]
    fn one_path_says_nothing_about_errors() {
        let promise = Promise::of(&[3.0], &[2.0]);
        assert_eq!((promise.mean_usd, promise.path_values_usd.as_slice()), (2.0, [2.0].as_slice()));
        assert_eq!((promise.standard_error_usd, promise.run_sd_usd, promise.run_range_usd), (None, None, None));
    }
}
