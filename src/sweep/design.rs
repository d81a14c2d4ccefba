//! From varied keys to points: which value every key takes in every run.

pub(super) mod law;
mod levels;
mod sample;
mod sensitivity;

use super::file::{Design, SweepFile, Vary};
use toml::Value;

pub use sensitivity::morris;

/// The values of all varied keys at one point, in the order of the file.
pub type Point = Vec<Value>;

/// All points of a checked sweep file, in the order of their runs.
pub fn points(file: &SweepFile) -> Vec<Point> {
    let vary = &file.vary;
    let samples = file.samples.unwrap_or(0);
    match file.design {
        Design::Grid => levels::grid(vary),
        Design::Zip => levels::zip(vary),
        Design::List => file.listed.rows.clone(),
        Design::Random => at(vary, &sample::random(vary, samples, file.seed)),
        Design::LatinHypercube => at(vary, &sample::latin_hypercube(vary, samples, file.seed)),
        Design::Sobol => at(vary, &sample::sobol(vary.len(), samples, file.seed)),
        Design::Morris => at(vary, &sensitivity::morris(vary.len(), file.trajectories(), file.levels(), file.seed)),
        Design::Saltelli => at(vary, &sensitivity::saltelli(vary.len(), samples, file.second_order(), file.seed)),
    }
}

/// Points of the unit cube as values of the keys by their laws.
fn at(vary: &[Vary], cube: &[Vec<f64>]) -> Vec<Point> {
    cube.iter().map(|point| vary.iter().zip(point).map(|(vary, &share)| law::value(vary, share)).collect()).collect()
}

/// Whole numbers are written as such, so that keys that count something can be varied as well.
fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 1e15 { Value::Integer(x as i64) } else { Value::Float(x) }
}

/// Twelve significant digits: 0.30000000000000004 is 0.3 in a table and in a scenario.
fn tidy(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests;
