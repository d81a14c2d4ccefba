//! Statistics of series, for the tests.

use crate::math::mean;

/// Pearson correlation of two series of the same length.
pub(super) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product =
        |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 { x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum() };
    product(a, mean_a, b, mean_b) / (product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b)).sqrt()
}

/// Autocorrelation at a lag.
pub(super) fn autocorrelation(x: &[f64], lag: usize) -> f64 {
    correlation(&x[lag..], &x[..x.len() - lag])
}

/// Standard deviation.
pub(super) fn deviation(x: &[f64]) -> f64 {
    let m = mean(x);
    (x.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / x.len() as f64).sqrt()
}

/// Share of the values for which something holds.
pub(super) fn share(x: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    x.iter().filter(|v| holds(**v)).count() as f64 / x.len() as f64
}
