//! Designs of given values.

use super::super::file::{Scale, Vary};
use super::{Point, number, tidy};
use crate::math;
use toml::Value;

/// Every combination; the first key varies slowest.
pub fn grid(vary: &[Vary]) -> Vec<Point> {
    vary.iter().map(levels).fold(vec![Point::new()], |points, values| {
        points
            .iter()
            .flat_map(|point| values.iter().map(|value| [point.as_slice(), core::slice::from_ref(value)].concat()))
            .collect()
    })
}

/// The first values of all keys, then the second ones; keys of a checked file have equally many.
pub fn zip(vary: &[Vary]) -> Vec<Point> {
    let columns: Vec<Vec<Value>> = vary.iter().map(levels).collect();
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    (0..rows).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn levels(vary: &Vary) -> Vec<Value> {
    if let Some(values) = &vary.values {
        return values.clone();
    }
    let (from, to) = (vary.from.unwrap_or(0.0), vary.to.unwrap_or(0.0));
    let steps = vary.steps.unwrap_or(2);
    let ratios = vary.scale == Some(Scale::Log);
    (0..steps)
        .map(|step| match step {
            // The ends exactly as written, whatever rounding does in between.
            0 => number(from),
            last if last + 1 == steps => number(to),
            _ => {
                let share = f64::from(step) / f64::from(steps - 1);
                let value = if ratios { from * math::powf(to / from, share) } else { from + (to - from) * share };
                number(tidy(value))
            }
        })
        .collect()
}
