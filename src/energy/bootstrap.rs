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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::statistics::sampled;
    use crate::energy::{HourlySeries, Quantity};

    /// A series whose value is its own time, in hours since 1970.
    fn clock(start: &str, first_hour: i64, hours: usize) -> HourlySeries {
        let start_unix = Day::parse(start).unwrap().unix() + first_hour * 3_600;
        let values = (0..hours).map(|hour| (start_unix / 3_600 + hour as i64) as f64).collect();
        HourlySeries { start_unix, quantity: Quantity::Price, values }
    }

    #[test]
    fn hour_of_day_and_season_survive() {
        let sampling = sampled(3, 4_566);
        // The ERCOT 2022 file begins at 06 UTC, the RTS-GMLC file at 08 UTC of a leap year.
        for series in [clock("2022-01-01", 6, 8_760), clock("2020-01-01", 8, 8_784), clock("2019-05-01", 0, 3 * 8_760)]
        {
            let values = resampled(&series, &sampling);
            assert_eq!(values.len(), sampling.hours());
            for (hour, value) in values.iter().enumerate() {
                assert_eq!(*value as usize % 24, hour % 24, "hour of day");
                let source = i32::from(Day((*value / 24.0) as i32).day_of_year());
                let target = i32::from(sampling.day(hour / 24).day_of_year());
                let apart = (source - target).rem_euclid(365);
                assert!(apart.min(365 - apart) <= 15 + 2, "{source} for {target}");
            }
        }
    }

    #[test]
    fn files_stay_aligned_in_time() {
        let sampling = sampled(3, 4_566);
        let long = resampled(&clock("2019-01-01", 0, 4 * 8_766), &sampling);
        let same = resampled(&clock("2019-01-01", 0, 4 * 8_766), &sampling);
        assert_eq!(long, same);
        // Another span that shares three of the years: the same days wherever both have the year drawn.
        let other = resampled(&clock("2020-01-01", 0, 4 * 8_766), &sampling);
        let equal = long.iter().zip(&other).filter(|(a, b)| a == b).count() as f64 / long.len() as f64;
        assert!(equal > 0.5, "{equal}");
        // Files of one year each, of different years: the same day of the year, hour for hour.
        let (wind, price) = (
            resampled(&clock("2021-01-01", 0, 8_760), &sampling),
            resampled(&clock("2022-01-01", 0, 8_760), &sampling),
        );
        assert!(wind.iter().zip(&price).all(|(wind, price)| price - wind == 8_760.0));
    }

    #[test]
    fn blocks_differ_by_seed_and_stream_and_use_every_year() {
        let series = clock("2019-01-01", 0, 4 * 8_766);
        let values = resampled(&series, &sampled(1, 3_000));
        assert_ne!(values, resampled(&series, &sampled(2, 3_000)));
        assert_ne!(values, resampled(&series, &Sampling { stream: "planner", ..sampled(1, 3_000) }));
        for year in 2019..=2022 {
            let of_year = values.iter().filter(|v| Day((*v / 24.0) as i32).year() == year).count();
            assert!(of_year as f64 / values.len() as f64 > 0.15, "{year}");
        }
        assert_eq!(
            values[..24 * 30],
            resampled(&series, &sampled(1, 30))[..],
            "a longer run begins like a shorter one"
        );
    }

    #[test]
    fn a_repeated_year_is_the_file_day_by_day() {
        let weather = Weather { multi_year: MultiYear::Repeat, ..Weather::default() };
        let values = resampled(&clock("2022-01-01", 0, 8_760), &Sampling { weather: &weather, ..sampled(1, 1_000) });
        assert_eq!(values[..8_760], clock("2022-01-01", 0, 8_760).values[..]);
        assert_eq!(
            values[24 * 366..24 * 366 + 8_760],
            clock("2022-01-01", 0, 8_760).values[..],
            "2025 after the leap year 2024"
        );
    }
}
