//! Statistics of series, for the tests.

use std::sync::LazyLock;

use super::{Location, Sampling, SeriesFiles, Weather};
use crate::calendar::Day;
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

/// A draw of the default weather from 2024-01-01 without files.
pub(super) fn sampled(seed: u64, days: usize) -> Sampling<'static> {
    static WEATHER: LazyLock<Weather> = LazyLock::new(Weather::default);
    static FILES: SeriesFiles = SeriesFiles::new();
    let start = Day::parse("2024-01-01").expect("a date");
    Sampling { seed, stream: "weather", weather: &WEATHER, files: &FILES, start, days }
}

/// A place in West Texas.
pub(super) const TEXAS: Location = Location { latitude_deg: 32.3, longitude_deg: -100.2 };

/// Means by hour of the day, UTC.
pub(super) fn by_hour(x: &[f64]) -> Vec<f64> {
    (0..24).map(|hour| mean(&x.iter().skip(hour).step_by(24).copied().collect::<Vec<_>>())).collect()
}

/// Means by month of the year.
pub(super) fn by_month(x: &[f64], start: Day) -> Vec<f64> {
    let of_month = |month: i8| {
        let hours = x.iter().enumerate().filter(|(hour, _)| start.plus_days((hour / 24) as i32).month() == month);
        mean(&hours.map(|(_, value)| *value).collect::<Vec<_>>())
    };
    (1..=12).map(of_month).collect()
}
