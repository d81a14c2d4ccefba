//! Rank correlation: how monotone a metric is in a factor.

use super::complete_pairs;

/// Spearman's rank correlation of a factor and a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankCorrelation {
    /// −1 (the metric always falls as the factor rises) to 1 (it always rises).
    pub value: f64,
    /// Runs that have both values: the others are left out.
    pub used: usize,
}

/// Spearman's rank correlation: that of Pearson between the ranks, equal values having the mean of their ranks (as
/// `scipy.stats.spearmanr`). `None` when the factor or the metric is the same in all runs.
///
/// # Panics
/// When the two are not of the same length.
pub fn spearman(factor: &[f64], metric: &[f64]) -> Option<RankCorrelation> {
    let (factor, metric): (Vec<f64>, Vec<f64>) = complete_pairs(factor, metric).into_iter().unzip();
    let (x, y) = (centred_ranks(&factor), centred_ranks(&metric));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    let value = (product(&x, &y) / scale).clamp(-1.0, 1.0);
    (scale > 0.0).then_some(RankCorrelation { value, used: x.len() })
}

/// The rank of each value less the mean of all ranks: quarters at the finest, so that sums of them are exact.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|i, j| values[*i].total_cmp(&values[*j]));
    let middle = values.len().saturating_sub(1) as f64 / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equals in order.chunk_by(|i, j| values[*i] == values[*j]) {
        let rank = below as f64 + (equals.len() - 1) as f64 / 2.0;
        for i in equals {
            ranks[*i] = rank - middle;
        }
        below += equals.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(factor: &[f64], metric: &[f64]) -> Option<f64> {
        spearman(factor, metric).map(|r| r.value)
    }

    #[test]
    fn a_monotone_metric_correlates_fully_however_bent() {
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], &[0.0, 1.0, 100.0, 101.0]), Some(1.0));
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], &[9.0, 1.0, 0.5, -7.0]), Some(-1.0));
    }

    #[test]
    fn equal_values_share_the_mean_of_their_ranks() {
        assert_eq!(centred_ranks(&[7.0, -0.0, 7.0, 0.0, 9.0]), [0.5, -1.5, 0.5, -1.5, 2.0]);
    }

    #[test]
    fn runs_without_a_value_are_left_out_before_ranking() {
        let correlation = spearman(&[1.0, 2.0, f64::NAN, 3.0, 9.0], &[1.0, 3.0, 0.0, 2.0, f64::NAN]).unwrap();
        assert_eq!(correlation, RankCorrelation { value: 0.5, used: 3 });
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(of(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(of(&[1.0, 2.0, 3.0], &[1.0, 1.0, 1.0]), None);
        assert_eq!(of(&[1.0], &[1.0]), None);
        assert_eq!(of(&[], &[]), None);
    }
}
