//! Discount rates with and without inflation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a rate counts the loss of money's worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateBasis {
    /// It does: it is applied as it is.
    #[default]
    Nominal,
    /// It comes on top of inflation: (1 + rate)·(1 + inflation) − 1 is applied.
    Real,
}

/// The rate at which nominal money is discounted, share per year.
pub fn nominal_rate(rate_per_year: f64, basis: RateBasis, inflation_per_year: f64) -> f64 {
    match basis {
        RateBasis::Nominal => rate_per_year,
        RateBasis::Real => (1.0 + rate_per_year) * (1.0 + inflation_per_year) - 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_rate_is_made_nominal_as_sam_does() {
        assert_eq!(nominal_rate(0.064, RateBasis::Nominal, 0.025), 0.064);
        let rate = nominal_rate(0.064, RateBasis::Real, 0.025);
        assert!((rate - 0.0906).abs() < 1e-12, "the pair of SAM's and HOPP's defaults");
    }
}
