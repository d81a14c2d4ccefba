//! What many values come to: moments, quantiles, and how bad the bad end is.

use crate::math;

/// Share of the probability that [`Statistics::cvar5`] averages over, as one in so many.
const TAIL: usize = 20;

/// Statistics of a sample, in the unit of its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Number of values.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population as the sample tells it (with n − 1); `None` for one value.
    pub standard_deviation: Option<f64>,
    /// Standard error of the mean: standard deviation / √n; `None` for one value.
    pub standard_error: Option<f64>,
    /// Lowest value.
    pub minimum: f64,
    /// 5th percentile; this and the others as [`quantile_of_sorted`] interpolates them.
    pub p5: f64,
    /// 10th percentile.
    pub p10: f64,
    /// 25th percentile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Highest value.
    pub maximum: f64,
    /// Share of the values below zero, 0 to 1.
    pub loss_share: f64,
    /// Conditional value at risk: mean of the lowest 5 % of the probability. The value at its boundary counts with the
    /// part of its probability that lies within, as in Rockafellar and Uryasev, "Conditional value-at-risk for general
    /// loss distributions", Journal of Banking & Finance 26 (2002).
    pub cvar5: f64,
}

impl Statistics {
    /// Statistics of the values that are finite numbers, whatever their order; `None` when there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let sorted = sorted_finite(values);
        let (&minimum, &maximum) = (sorted.first()?, sorted.last()?);
        let count = sorted.len();
        // Rounding must not push the mean of equal values off them.
        let mean = math::mean(&sorted).clamp(minimum, maximum);
        let standard_deviation = deviation(&sorted, mean);
        let quantile = |share| quantile_of_sorted(&sorted, share);
        Some(Self {
            count,
            mean,
            standard_deviation,
            standard_error: standard_deviation.map(|sd| sd / (count as f64).sqrt()),
            minimum,
            p5: quantile(0.05),
            p10: quantile(0.1),
            p25: quantile(0.25),
            p50: quantile(0.5),
            p75: quantile(0.75),
            p90: quantile(0.9),
            p95: quantile(0.95),
            maximum,
            loss_share: sorted.partition_point(|x| *x < 0.0) as f64 / count as f64,
            cvar5: mean_of_lowest(&sorted),
        })
    }
}

/// The values that are finite numbers, ascending: what [`quantile_of_sorted`] takes.
pub fn sorted_finite(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Value below which a `share` (0 to 1) of ascending values lies, interpolated linearly between the two at rank
/// share × (n − 1): type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50
/// (1996), and the default of NumPy, R and Excel.
///
/// # Panics
/// Without values.
pub fn quantile_of_sorted(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().checked_sub(1).expect("a quantile is that of some values");
    let rank = share.clamp(0.0, 1.0) * last as f64;
    let below = rank as usize;
    let above = (below + 1).min(last);
    sorted[below] + (rank - below as f64) * (sorted[above] - sorted[below])
}

/// Standard deviation about the mean (with n − 1), `None` for fewer than two values.
pub(super) fn standard_deviation(values: &[f64]) -> Option<f64> {
    deviation(values, math::mean(values))
}

/// The second of two passes: a single pass over squares loses every digit where the mean is large.
fn deviation(values: &[f64], mean: f64) -> Option<f64> {
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Mean of the first n / [`TAIL`] of n ascending values, the last of them by the fraction that is left.
fn mean_of_lowest(sorted: &[f64]) -> f64 {
    let (whole, left) = (sorted.len() / TAIL, sorted.len() % TAIL);
    let sum = TAIL as f64 * sorted[..whole].iter().sum::<f64>() + left as f64 * sorted[whole];
    sum / sorted.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_quantiles_but_no_deviation() {
        let one = Statistics::of(&[-3.0]).unwrap();
        assert_eq!((one.count, one.mean, one.p5, one.p95, one.cvar5), (1, -3.0, -3.0, -3.0, -3.0));
        assert_eq!((one.standard_deviation, one.standard_error, one.loss_share), (None, None, 1.0));
    }

    #[test]
    fn no_values_have_no_statistics_and_missing_ones_do_not_count() {
        assert_eq!(Statistics::of(&[]), None);
        assert_eq!(Statistics::of(&[f64::NAN, f64::INFINITY]), None);
        assert_eq!(Statistics::of(&[f64::NAN, 2.0, 1.0]), Statistics::of(&[1.0, 2.0]));
    }

    #[test]
    fn equal_values_do_not_deviate_and_large_ones_keep_their_digits() {
        let equal = Statistics::of(&[0.1; 10]).unwrap();
        assert_eq!((equal.mean, equal.standard_deviation), (0.1, Some(0.0)));
        let large = Statistics::of(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]).unwrap();
        assert_eq!((large.standard_deviation, large.standard_error), (Some(1.0), Some(1.0 / 3.0_f64.sqrt())));
    }

    #[test]
    fn the_order_of_the_values_changes_no_bit() {
        let values: Vec<f64> = (0..99).map(|i| f64::from(i * 37 % 99) / 7.0 - 5.0).collect();
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        assert_eq!(Statistics::of(&values), Statistics::of(&reversed));
    }

    #[test]
    fn quantiles_lie_between_the_two_values_next_to_their_rank() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        for (share, quantile) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
            assert!((quantile_of_sorted(&sorted, share) - quantile).abs() < 1e-14, "{share}");
        }
    }

    #[test]
    fn a_zero_is_no_loss() {
        assert_eq!(Statistics::of(&[-1.0, -0.0, 0.0, 1.0]).unwrap().loss_share, 0.25);
    }

    #[test]
    fn the_worst_twentieth_takes_its_boundary_value_in_part() {
        let up_to = |n: i32| (1..=n).map(f64::from).collect::<Vec<f64>>();
        // 40 values: the mean of two; 30 values: one and a half; 10 values: half of one.
        for (n, cvar) in [(40, 1.5), (30, (1.0 + 0.5 * 2.0) / 1.5), (10, 1.0)] {
            assert!((Statistics::of(&up_to(n)).unwrap().cvar5 - cvar).abs() < 1e-14, "{n}");
        }
    }
}
