//! Outages of a grid connection.

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::Grid;
use super::sampling::Sampling;
use crate::calendar::HOURS_PER_YEAR;
use crate::math;
use crate::rng;

/// Share of each hour in which the grid is there.
///
/// Outages begin at random (Poisson) and last a lognormal time; the method of EIA table 11.1's SAIFI and CAIDI.
pub(super) fn grid_availability(grid: &Grid, site: &str, sampling: &Sampling) -> Vec<f64> {
    let hours = sampling.hours_drawn();
    let mut available = vec![1.0; hours];
    if grid.outages_per_year > 0.0 && grid.outage_hours > 0.0 {
        let mut stream = rng::stream(sampling.seed, &sampling.purpose("outages"), site);
        let sigma = math::log1p(grid.outage_variation * grid.outage_variation).sqrt();
        let log_median = math::ln(grid.outage_hours) - 0.5 * sigma * sigma;
        let mut now = 0.0;
        loop {
            let wait: f64 = Exp1.sample(&mut stream);
            let score: f64 = StandardNormal.sample(&mut stream);
            let from = now + wait * HOURS_PER_YEAR / grid.outages_per_year;
            if from >= hours as f64 {
                break;
            }
            now = from + math::exp(log_median + sigma * score);
            remove(&mut available, from, now);
        }
    }
    (0..sampling.hours()).map(|hour| available[hour % hours]).collect()
}

/// Takes the time between two moments (hours) out of the availability.
fn remove(available: &mut [f64], from: f64, to: f64) {
    let last = (to.ceil() as usize).min(available.len());
    for (hour, available) in available.iter_mut().enumerate().take(last).skip(from as usize) {
        let lost = to.min(hour as f64 + 1.0) - from.max(hour as f64);
        *available = (*available - lost).max(0.0);
    }
}
