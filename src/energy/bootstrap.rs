//! Long runs from short files: blocks of days drawn from the same season.
//!
//! The draws depend on the run, not on the site or the file, so the files of a run stay aligned in time: where a wind
//! file and a price file both have the drawn days, both give those very days.

use rand::{Rng, RngExt};

use super::sampling::Sampling;
use super::series::HourlySeries;
use super::{MultiYear, Weather};
use crate::calendar::{Day, SECONDS_PER_DAY};
use crate::rng;

/// The values of a file for every hour of the run.
pub(super) fn resampled(series: &HourlySeries, sampling: &Sampling) -> Vec<f64> {
    let mut values = Vec::with_capacity(sampling.hours());
    for block in blocks(sampling) {
        let from = first_hour(series, &block, sampling);
        // A file is a circle of whole days, so the hour of the day survives the seam.
        let circle = series.values.len() / 24 * 24;
        values.extend((0..block.days * 24).map(|hour| series.values[(from + hour) % circle]));
    }
    values
}

/// Consecutive days of the run that come from consecutive days of a file.
struct Block {
    index: usize,
    days: usize,
    /// Day of the year the block is taken from, 1–365.
    source_day_of_year: i16,
}

/// The blocks of a run: the same for every site and file.
fn blocks(sampling: &Sampling) -> Vec<Block> {
    let Weather { multi_year, block_days, season_window_days, .. } = *sampling.weather;
    // A repeated year is looked up day by day, so that leap years do not shift the seasons.
    let (length, window) = match multi_year {
        MultiYear::BlockBootstrap => (usize::from(block_days), i32::from(season_window_days)),
        MultiYear::Repeat => (1, 0),
    };
    let mut stream = rng::stream(sampling.seed, &sampling.purpose("blocks"), "");
    (0..sampling.days.div_ceil(length))
        .map(|index| {
            let first = index * length;
            let shift = stream.random_range(-window..=window);
            let day_of_year = i32::from(sampling.day(first).day_of_year()) + shift;
            Block {
                index,
                days: length.min(sampling.days - first),
                source_day_of_year: (day_of_year - 1).rem_euclid(365) as i16 + 1,
            }
        })
        .collect()
}

/// Index in the file of the block's first hour.
///
/// Of the file's years that hold the day, the one with the highest drawn score: files that cover different years still
/// agree whenever both have the winner.
fn first_hour(series: &HourlySeries, block: &Block, sampling: &Sampling) -> usize {
    let end = series.start_unix + series.values.len() as i64 * 3_600;
    let years = Day::of_unix(series.start_unix).year()..=Day::of_unix(end).year();
    let starts = years
        .map(|year| (year, january_first(year).unix() + i64::from(block.source_day_of_year - 1) * SECONDS_PER_DAY));
    let held = starts.filter(|(_, unix)| (series.start_unix..end).contains(unix));
    let drawn = held.max_by_key(|(year, _)| match sampling.weather.multi_year {
        MultiYear::BlockBootstrap => score(sampling, block, *year),
        // The first year of the file.
        MultiYear::Repeat => u64::MAX - *year as u64,
    });
    // A file of one year that begins after midnight may lack the first hours of one day: that day wraps round.
    let unix = drawn.map_or(next_midnight(series.start_unix), |(_, unix)| unix);
    ((unix - series.start_unix) / 3_600) as usize
}

/// Score of a source year for a block.
fn score(sampling: &Sampling, block: &Block, year: i16) -> u64 {
    rng::stream(sampling.seed, &sampling.purpose("block years"), &format!("{} {year}", block.index)).next_u64()
}

fn january_first(year: i16) -> Day {
    Day::from_date(jiff::civil::date(year, 1, 1))
}

/// A time stamp, or the next midnight.
fn next_midnight(unix: i64) -> i64 {
    unix + (-unix).rem_euclid(SECONDS_PER_DAY)
}
