//! The worst paths.

/// Weights of the paths, 1 on average, under which the mean is the mean of the worst `tail_share` of them.
pub fn tail_tilt(values_usd: &[f64], tail_share: f64) -> Vec<f64> {
    let count = values_usd.len() as f64;
    let mut order: Vec<usize> = (0..values_usd.len()).collect();
    order.sort_by(|a, b| values_usd[*a].total_cmp(&values_usd[*b]).then(a.cmp(b)));
    let mut left = (tail_share * count).max(1.0).min(count);
    let tail = left;
    let mut tilt = vec![0.0; values_usd.len()];
    for path in order {
        let part = left.min(1.0);
        tilt[path] = part / tail * count;
        left -= part;
    }
    tilt
}

/// Mean of the worst `tail_share` of the paths, USD.
pub fn tail_mean(values_usd: &[f64], tail_share: f64) -> f64 {
    let tilt = tail_tilt(values_usd, tail_share);
    values_usd.iter().zip(tilt).map(|(v, t)| v * t).sum::<f64>() / values_usd.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_mean_of_the_worst_paths_in_parts_where_it_must() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(tail_mean(&values, 0.25), 1.0);
        assert_eq!(tail_mean(&values, 0.5), 1.5);
        assert_eq!(tail_mean(&values, 0.375), (1.0 + 0.5 * 2.0) / 1.5);
        assert_eq!(tail_mean(&values, 1.0), 2.5);
    }
}
