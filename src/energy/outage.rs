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
    available.resize(sampling.hours(), 1.0);
    sampling.repeat(&mut available);
    available
}

/// Takes the time between two moments (hours) out of the availability.
fn remove(available: &mut [f64], from: f64, to: f64) {
    let last = (to.ceil() as usize).min(available.len());
    for (hour, available) in available.iter_mut().enumerate().take(last).skip(from as usize) {
        let lost = to.min(hour as f64 + 1.0) - from.max(hour as f64);
        *available = (*available - lost).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::statistics::sampled;

    fn lost_hours_per_year(grid: &Grid, seed: u64, days: usize) -> f64 {
        let available = grid_availability(grid, "a", &sampled(seed, days));
        assert!(available.iter().all(|v| (0.0..=1.0).contains(v)));
        available.iter().map(|v| 1.0 - v).sum::<f64>() / available.len() as f64 * HOURS_PER_YEAR
    }

    fn grid(outages_per_year: f64, outage_hours: f64) -> Grid {
        toml::from_str(&format!(
            "import_limit_mw = 1.0\noutages_per_year = {outages_per_year:?}\noutage_hours = {outage_hours:?}"
        ))
        .unwrap()
    }

    /// Reference: US SAIDI 2023 with major events 366 minutes = 1.35 × 4.5 h; transmission 0.3 × 2 h.
    #[test]
    fn lost_hours_are_frequency_times_duration() {
        let mean = |grid: &Grid| (0..40).map(|seed| lost_hours_per_year(grid, seed, 3_652)).sum::<f64>() / 40.0;
        let distribution = mean(&grid(1.35, 4.5));
        assert!((distribution / 6.075 - 1.0).abs() < 0.15, "{distribution}");
        let transmission = mean(&grid(0.3, 2.0));
        assert!((transmission / 0.6 - 1.0).abs() < 0.3, "{transmission}");
    }

    #[test]
    fn an_outage_takes_parts_of_its_first_and_last_hour() {
        let mut available = vec![1.0; 4];
        remove(&mut available, 0.75, 2.25);
        assert_eq!(available, [0.75, 0.0, 0.75, 1.0]);
        remove(&mut available, 3.2, 9.0);
        assert!((available[3] - 0.2).abs() < 1e-12);
        remove(&mut available, 0.0, 0.5);
        assert_eq!(available[0], 0.25);
    }

    #[test]
    fn without_outages_the_grid_is_always_there() {
        assert!(grid_availability(&grid(0.0, 4.5), "a", &sampled(1, 100)).iter().all(|v| *v == 1.0));
        assert!(grid_availability(&grid(2.0, 0.0), "a", &sampled(1, 100)).iter().all(|v| *v == 1.0));
    }
}
