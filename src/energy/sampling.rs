//! What is drawn: which weather, over which days, from which files.

use jiff::civil::Date;

use super::{MultiYear, SeriesFiles, Weather};
use crate::calendar::Day;

/// Hours of the year that [`MultiYear::Repeat`] repeats.
const YEAR_HOURS: usize = 8_760;

/// Hours that are drawn at a time: they stay in the nearest cache.
pub(super) const AT_ONCE: usize = 512;

/// One draw of the weather and the prices of a span of days.
#[derive(Debug, Clone, Copy)]
pub struct Sampling<'a> {
    /// Seed of the run.
    pub seed: u64,
    /// Name of the draw: `"weather"` is what happens, `"planner"` an independent sample for the planner.
    pub stream: &'a str,
    /// How weather is drawn.
    pub weather: &'a Weather,
    /// Every series the sites read from files.
    pub files: &'a SeriesFiles,
    /// First day; the series begin at its 00:00 UTC.
    pub start: Day,
    /// Number of days.
    pub days: usize,
}

impl Sampling<'_> {
    /// Purpose of a random stream of this draw.
    pub(super) fn purpose(&self, what: &str) -> String {
        format!("{} {what}", self.stream)
    }

    /// The day with this index.
    pub(super) fn day(&self, index: usize) -> Day {
        self.start.plus_days(index as i32)
    }

    /// The dates of the days.
    pub(super) fn dates(&self) -> impl Iterator<Item = Date> {
        core::iter::successors(Some(self.start.date()), |date| date.tomorrow().ok()).take(self.days)
    }

    /// A value for each day of the year, by its number from 0 (which is none) to 366.
    pub(super) fn of_days_of_year(of_day: impl Fn(f64) -> f64) -> [f64; 367] {
        core::array::from_fn(|day_of_year| of_day(day_of_year as f64))
    }

    /// Hours of the whole span.
    pub(super) fn hours(&self) -> usize {
        self.days * 24
    }

    /// Every hour of the span: what `fill` draws, [`AT_ONCE`] hours or fewer at a time, and after that the same again.
    pub(super) fn hourly(&self, fill: impl FnMut(&mut [f64])) -> Vec<f64> {
        let mut hours = vec![0.0; self.hours()];
        hours[..self.hours_drawn()].chunks_mut(AT_ONCE).for_each(fill);
        self.repeat(&mut hours);
        hours
    }

    /// Writes the hours drawn again and again behind themselves.
    pub(super) fn repeat(&self, hours: &mut [f64]) {
        let drawn = self.hours_drawn();
        for from in (drawn..hours.len()).step_by(drawn.max(1)) {
            let len = drawn.min(hours.len() - from);
            hours.copy_within(..len, from);
        }
    }

    /// Hours that generators draw; after them a repeated year begins again.
    pub(super) fn hours_drawn(&self) -> usize {
        match self.weather.multi_year {
            MultiYear::BlockBootstrap => self.hours(),
            MultiYear::Repeat => self.hours().min(YEAR_HOURS),
        }
    }
}
