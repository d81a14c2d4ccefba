//! From a share of probability to the value of a key: the inverse distribution functions.

use super::super::file::{Distribution, Vary};
use super::{number, tidy};
use crate::math;
use toml::Value;

/// The value of a key below which this share (0–1) of its law lies.
pub fn value(vary: &Vary, share: f64) -> Value {
    if let Some(values) = &vary.values {
        return values[chosen(values.len(), vary.weights.as_deref(), share)].clone();
    }
    let (from, to) = (vary.from.unwrap_or(f64::NEG_INFINITY), vary.to.unwrap_or(f64::INFINITY));
    let drawn = match vary.law() {
        Distribution::Uniform | Distribution::Choice => from + (to - from) * share,
        Distribution::Loguniform => from * math::powf(to / from, share),
        Distribution::Triangular => triangular(from, vary.peak.unwrap_or(f64::midpoint(from, to)), to, share),
        Distribution::Normal => {
            let (mean, sd) = (vary.mean.unwrap_or(0.0), vary.standard_deviation.unwrap_or(1.0));
            mean + sd * normal((from - mean) / sd, (to - mean) / sd, share)
        }
    };
    // Rounding, of the arithmetic or to a unit, must not leave the range.
    let Some(unit) = vary.round_to else { return number(drawn.clamp(from, to)) };
    let (first, last) = multiples(unit, from, to);
    number(tidy((drawn / unit).round().clamp(first, last) * unit))
}

/// The first and last multiple of a unit in a range.
pub fn multiples(unit: f64, from: f64, to: f64) -> (f64, f64) {
    // An end that is a multiple but for rounding is one.
    (tidy(from / unit).ceil(), tidy(to / unit).floor())
}

/// The share of a standard normal law between two values.
pub fn normal_mass(from: f64, to: f64) -> f64 {
    if from > 0.0 {
        math::normal_cdf(-from) - math::normal_cdf(-to)
    } else {
        math::normal_cdf(to) - math::normal_cdf(from)
    }
}

/// The value below which this share of a standard normal law, cut off at both ends, lies.
fn normal(from: f64, to: f64, share: f64) -> f64 {
    if from > 0.0 {
        // The lower tail is the precise one.
        return -normal(-to, -from, 1.0 - share);
    }
    if share <= 0.0 && from.is_finite() {
        return from;
    }
    if share >= 1.0 && to.is_finite() {
        return to;
    }
    let below = math::normal_cdf(from) + normal_mass(from, to) * share;
    let above = math::normal_cdf(-to) + normal_mass(from, to) * (1.0 - share);
    if below < above { math::normal_quantile(below) } else { -math::normal_quantile(above) }
}

/// The index of the choice, each with its weight, equal ones without.
fn chosen(choices: usize, weights: Option<&[f64]>, share: f64) -> usize {
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let total: f64 = (0..choices).map(weight).sum();
    let mut reached = 0.0;
    let index = (0..choices).position(|i| {
        reached += weight(i);
        share * total < reached
    });
    // A share of 1 is the last choice that has a chance.
    index.or_else(|| (0..choices).rfind(|&i| weight(i) > 0.0)).unwrap_or(0)
}

fn triangular(from: f64, peak: f64, to: f64, share: f64) -> f64 {
    let below = (peak - from) / (to - from);
    if share < below {
        from + (share * (to - from) * (peak - from)).sqrt()
    } else {
        to - ((1.0 - share) * (to - from) * (to - peak)).sqrt()
    }
}
