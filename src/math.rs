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

/// Mean of the values, 0 for none.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}
