//! Elementary functions from the `libm` crate: the same bits on every platform, unlike the system's.
//!
//! `.clippy.toml` forbids the `f64` methods these replace.

mod sinh;

pub use libm::{
    acos, asin, asinh, atan2, cos, erf, erfc, exp, exp2, expm1, log as ln, log1p, log2, log10, sin, sinh, tan, tanh,
};
pub(crate) use sinh::sinh_all;

/// `base` to the power `exponent`.
pub fn powf(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// Standard normal distribution function.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / core::f64::consts::SQRT_2)
}

/// Value below which a standard normal variable lies with `probability` (0 to 1), between −8 and 8: by bisection of
/// [`normal_cdf`].
pub fn normal_quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-8.0_f64, 8.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Mean of the values, 0 for none.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        for (probability, quantile) in [(0.5, 0.0), (0.975, 1.959963984540054), (0.005, -2.5758293035489004)] {
            assert!((normal_quantile(probability) - quantile).abs() < 1e-13, "{probability}");
        }
    }
}
