//! The bars of a tornado chart: a metric's mean where a factor is low and where it is high, all other factors free.
//!
//! As "change in output mean" of @RISK, with fifths of the runs for its tenths.

use super::complete_pairs;
use crate::math;
use std::collections::BTreeMap;

/// The runs at one end of a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    /// Mean of the factor over these runs.
    pub factor_mean: f64,
    /// Mean of the metric over these runs.
    pub metric_mean: f64,
    /// Number of these runs.
    pub runs: usize,
}

/// What a metric does between the ends of a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// The runs with the lowest values of the factor.
    pub low: End,
    /// The runs with the highest values of the factor.
    pub high: End,
    /// Mean of the metric over all runs that have both values.
    pub overall_mean: f64,
    /// Number of all runs that have both values.
    pub runs: usize,
}

/// The runs with one value of a factor that is chosen among texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Category {
    /// Index of the value, as the caller gave it.
    pub index: usize,
    /// Mean of the metric over these runs.
    pub metric_mean: f64,
    /// Number of these runs.
    pub runs: usize,
}

/// Means of a metric at the ends of a factor; `None` when the factor is the same in all runs.
///
/// An end is as many whole levels of the factor as hold no more than a fifth of the runs (rounded up), but one at
/// least: a fifth of random values, the outermost level of a grid of few. So runs with the same value are never parted,
/// and the ends never overlap.
///
/// # Panics
/// When the two are not of the same length.
pub fn swing(factor: &[f64], metric: &[f64]) -> Option<Swing> {
    let mut runs = complete_pairs(factor, metric);
    let overall_mean = math::mean(&runs.iter().map(|run| run.1).collect::<Vec<_>>());
    // Runs with the same value of the factor stay in the order of the sweep.
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let low = end(runs.iter().copied(), runs.len());
    let high = end(runs.iter().rev().copied(), runs.len());
    (low.runs < runs.len()).then_some(Swing { low, high, overall_mean, runs: runs.len() })
}

/// The end that the runs, sorted by the factor, begin with.
fn end(sorted: impl Iterator<Item = (f64, f64)>, count: usize) -> End {
    let sorted: Vec<(f64, f64)> = sorted.collect();
    let mut runs = 0;
    for level in sorted.chunk_by(|a, b| a.0 == b.0) {
        if runs > 0 && runs + level.len() > count.div_ceil(5) {
            break;
        }
        runs += level.len();
    }
    let (factor, metric): (Vec<f64>, Vec<f64>) = sorted[..runs].iter().copied().unzip();
    End { factor_mean: math::mean(&factor), metric_mean: math::mean(&metric), runs }
}

/// Means of a metric for each value of a factor that has no order, by the index of the value in each run; ascending.
/// A value without a run that has the metric is left out.
///
/// # Panics
/// When the two are not of the same length.
pub fn categories(indices: &[usize], metric: &[f64]) -> Vec<Category> {
    assert_eq!(indices.len(), metric.len(), "a factor and a metric have one value per run");
    let mut by_index: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (index, value) in indices.iter().zip(metric).filter(|(_, value)| value.is_finite()) {
        by_index.entry(*index).or_default().push(*value);
    }
    let category =
        |(index, values): (usize, Vec<f64>)| Category { index, metric_mean: math::mean(&values), runs: values.len() };
    by_index.into_iter().map(category).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_scattered_values_are_fifths_of_the_runs() {
        // 0, 7, 4, 1, 8, … : a permutation of 0 to 9, with the metric at its square.
        let factor: Vec<f64> = (0..10).map(|i| f64::from(i * 7 % 10)).collect();
        let metric: Vec<f64> = factor.iter().map(|x| x * x).collect();
        let swing = swing(&factor, &metric).unwrap();
        assert_eq!(swing.low, End { factor_mean: 0.5, metric_mean: 0.5, runs: 2 });
        assert_eq!(swing.high, End { factor_mean: 8.5, metric_mean: 72.5, runs: 2 });
        assert_eq!((swing.overall_mean, swing.runs), (28.5, 10));
    }

    #[test]
    fn the_ends_of_a_grid_are_whole_levels() {
        let grid = |levels: u32, runs: u32| (0..runs).map(|i| f64::from(i % levels)).collect::<Vec<_>>();
        // Three levels: one each. Ten levels: two each. Two runs missing: still whole levels.
        for (levels, runs, low, high) in [(3, 30, 10, 10), (10, 100, 20, 20), (10, 98, 20, 18), (2, 2, 1, 1)] {
            let factor = grid(levels, runs);
            let swing = swing(&factor, &factor).unwrap();
            assert_eq!((swing.low.runs, swing.high.runs), (low, high), "{levels} {runs}");
        }
    }

    #[test]
    fn a_level_with_most_of_the_runs_is_one_end_and_the_others_are_the_other() {
        let mut factor = [0.0; 10];
        factor[3] = 1.0;
        let swing = swing(&factor, &factor).unwrap();
        assert_eq!((swing.low.runs, swing.high.runs), (9, 1));
    }

    #[test]
    fn runs_without_a_value_are_left_out_and_a_constant_factor_has_no_swing() {
        let swung = swing(&[1.0, 2.0, 0.0, 3.0], &[10.0, 20.0, f64::NAN, 30.0]).unwrap();
        assert_eq!((swung.low.metric_mean, swung.high.metric_mean, swung.runs), (10.0, 30.0, 3));
        assert_eq!(swing(&[1.0, 1.0, 2.0], &[1.0, 2.0, f64::NAN]), None);
        assert_eq!(swing(&[], &[]), None);
    }

    #[test]
    fn categories_have_the_means_of_their_runs() {
        let means = categories(&[2, 0, 2, 1, 0], &[1.0, 5.0, 2.0, f64::NAN, 7.0]);
        let category = |index, metric_mean| Category { index, metric_mean, runs: 2 };
        assert_eq!(means, [category(0, 6.0), category(2, 1.5)]);
    }
}
