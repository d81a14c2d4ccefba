//! Which days stand for the others.

use super::axis::Axis;
use super::money::Money;
use super::paths::Paths;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::placement::field::SampleDay;
use crate::scenario::Scenario;

/// Share of a turn by which the offsets move from segment to segment, so that no path always has the same place: the
/// golden ratio's.
const TURN: f64 = 0.618_033_988_749_894_9;

/// The sampled days.
pub struct Samples {
    /// In order of segment, path and day.
    pub days: Vec<SampleDay>,
    /// The calendar day of each.
    pub dates: Vec<Day>,
}

impl Samples {
    /// Evenly spaced days of each segment and path, each path shifted by its own part of the spacing: together they lie
    /// `paths` times as close. A segment's days have the same weight, which adds up to the worth of a dollar a day in it.
    pub fn of(scenario: &Scenario, axis: &Axis, money: &Money, paths: &Paths) -> Self {
        let mut samples = Self { days: Vec::new(), dates: Vec::new() };
        for (segment, (from, to)) in axis.spans().enumerate() {
            let length = f64::from(to.0 - from.0);
            let wanted = length / DAYS_PER_YEAR * f64::from(scenario.placement.sample_days_per_year);
            let count = wanted.round().clamp(1.0, length) as usize;
            let spacing = length / count as f64;
            let weight = money.income_between(from, to) / (count * paths.count()) as f64;
            let days = length / (count * paths.count()) as f64;
            for path in 0..paths.count() {
                let turn = (path as f64 + 0.5) / paths.count() as f64 + TURN * segment as f64;
                for i in 0..count {
                    let day = from.plus_days(((i as f64 + turn.fract()) * spacing) as i32);
                    let hashprice_usd_per_ph_day = paths.hashprice_usd(path, day);
                    let variable_om_factor = scenario.finance.variable_om_factor(scenario.start, day);
                    let client = scenario.hosted_terms(day);
                    samples.days.push(SampleDay {
                        path,
                        segment,
                        weight,
                        days,
                        hashprice_usd_per_ph_day,
                        variable_om_factor,
                        client,
                    });
                    samples.dates.push(day);
                }
            }
        }
        samples
    }

    /// The days of one path alone.
    pub fn only(&self, path: usize, paths: usize) -> Self {
        let of_path = self.days.iter().zip(&self.dates).filter(|(day, _)| day.path == path);
        let alone = |day: &SampleDay| SampleDay { path: 0, weight: day.weight * paths as f64, ..*day };
        let (days, dates) = of_path.map(|(day, date)| (alone(day), *date)).unzip();
        Self { days, dates }
    }

    /// The days of a segment, as indices.
    pub fn segment(&self, segment: usize) -> core::ops::Range<usize> {
        self.days.partition_point(|d| d.segment < segment)..self.days.partition_point(|d| d.segment <= segment)
    }
}
