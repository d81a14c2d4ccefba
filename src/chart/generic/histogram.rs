//! Bins of round width, and the share of values in each.

use crate::chart::scale::{extent, tick_step};
use crate::math;

/// Bins at most, about.
const MOST_BINS: f64 = 60.0;

/// Bins of equal width, of which zero is an edge if it lies among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bins {
    pub width: f64,
    /// Index of the first bin: it begins at `first · width`.
    first: i64,
    pub count: usize,
}

impl Bins {
    /// Bins for these finite, ascending values: as wide as Freedman and Diaconis (1981, "On the histogram as a density
    /// estimator") say, 2 · interquartile range / ∛n, then widened to 1, 2 or 5 × 10ⁿ.
    pub(super) fn of(sorted: &[f64]) -> Option<Self> {
        let (lo, hi) = extent(sorted.iter().copied())?;
        let quartile = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
        let wanted = 2.0 * (quartile(0.75) - quartile(0.25)) / math::powf(sorted.len() as f64, 1.0 / 3.0);
        let size = lo.abs().max(hi.abs());
        let fallback = if hi > lo { (hi - lo) / 20.0 } else { size.max(1.0) / 20.0 };
        let wanted = if wanted > 0.0 { wanted } else { fallback };
        // Not so narrow that indices of bins or neighbouring edges are no longer told apart.
        let width = tick_step(wanted.max((hi - lo) / MOST_BINS).max(size * 1e-12), 1.0);
        let (first, last) = ((lo / width).floor() as i64, (hi / width).floor() as i64);
        Some(Self { width, first, count: (last - first) as usize + 1 })
    }

    /// Where bin `i` begins; bin `count` begins where the last ends.
    pub(super) fn edge(&self, i: usize) -> f64 {
        (self.first + i as i64) as f64 * self.width
    }

    /// Share of the values in each bin, 0–1.
    pub(super) fn shares(&self, values: &[f64]) -> Vec<f64> {
        let mut shares = vec![0.0; self.count];
        for value in values {
            let bin = (value / self.width).floor() as i64 - self.first;
            shares[bin.clamp(0, self.count as i64 - 1) as usize] += 1.0;
        }
        shares.iter().map(|count| count / values.len() as f64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_as_wide_as_freedman_and_diaconis_say_and_round() {
        // Interquartile range 500, so 2 · 500 / ∛1000 = 100.
        let values = (0..1000).map(|i| f64::from(i) - 250.0).collect::<Vec<_>>();
        let bins = Bins::of(&values).unwrap();
        assert_eq!((bins.width, bins.edge(0), bins.edge(bins.count)), (100.0, -300.0, 800.0));
        let shares = bins.shares(&values);
        assert_eq!((shares[0], shares[1], shares[10]), (0.05, 0.1, 0.05));
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn odd_values_make_a_bounded_number_of_bins() {
        let mut outlier = (0..100).map(f64::from).collect::<Vec<_>>();
        outlier.push(1e12);
        for values in [
            vec![0.0],
            vec![5.0; 9],
            vec![-1e300, 1e300],
            vec![1e15, 1e15 + 1.0],
            vec![1e-300, 2e-300],
            vec![0.0, 0.0, 0.0, 0.0, 1.0],
            outlier,
        ] {
            let bins = Bins::of(&values).unwrap();
            assert!((1..=62).contains(&bins.count), "{values:?} {bins:?}");
            assert!(bins.edge(0) <= values[0] && bins.edge(bins.count) > bins.edge(0));
            assert!((bins.shares(&values).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        assert_eq!(Bins::of(&[]), None);
    }
}
