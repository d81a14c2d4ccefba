//! Reads `time,value` CSV files.

use super::series::{CsvSource, HourlySeries, Quantity, SeriesError, Stamp, Unit};
use crate::calendar::{Day, SECONDS_PER_DAY};

/// Most problems that are listed one by one.
const MOST_ERRORS: usize = 20;
/// More hours missing or doubled than this are no clock changes: two a year for a decade.
const CLOCK_CHANGES: i64 = 20;
/// Hours of a common year: the least a file must hold.
const YEAR_HOURS: usize = 8_760;

/// One data row.
struct Row {
    line: usize,
    /// Beginning of its hour, seconds since 1970.
    unix: i64,
    value: f64,
}

/// Reads one column of an hourly CSV file.
///
/// Times are ISO 8601 (`2022-01-01T06:00:00Z`, `2022-01-01 06:00`, with or without seconds and zone; `24:00` is the end of
/// a day). Rows may be in any order. Nothing is repaired or filled in: what is missing is an error.
///
/// # Errors
/// Everything that is wrong with the file, in order of lines, at most 20 one by one and the rest as a count: a missing column
/// (with the nearest name), unreadable times and values, duplicate and missing hours, steps that are no hours, less than
/// a year, prices or shares whose size says that the unit is wrong.
pub fn read_hourly(text: &str, source: &CsvSource) -> Result<HourlySeries, Vec<SeriesError>> {
    let mut errors = Vec::new();
    let rows = read_rows(text, source, &mut errors);
    let values = if errors.is_empty() { check_hours(rows, &mut errors) } else { None };
    let Some((start_unix, values)) = values else {
        return Err(capped(errors));
    };
    check_size(&values, source, &mut errors);
    if errors.is_empty() {
        Ok(HourlySeries { start_unix, quantity: source.unit.quantity(), values })
    } else {
        Err(capped(errors))
    }
}

fn whole_file(message: impl Into<String>) -> SeriesError {
    SeriesError { line: 0, message: message.into() }
}

/// The first problems, and the number of the others.
fn capped(mut errors: Vec<SeriesError>) -> Vec<SeriesError> {
    if errors.len() > MOST_ERRORS {
        let more = errors.len() - MOST_ERRORS;
        errors.truncate(MOST_ERRORS);
        errors.push(whole_file(format!("and {more} more problems of this kind")));
    }
    errors
}

fn read_rows(text: &str, source: &CsvSource, errors: &mut Vec<SeriesError>) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            errors.push(SeriesError { line: 1, message: format!("the header cannot be read: {error}") });
            return Vec::new();
        }
    };
    if header.iter().all(str::is_empty) {
        errors.push(whole_file("the file is empty: it needs a header line and a row for each hour".to_owned()));
        return Vec::new();
    }
    let mut find = |key: &str, name: &str| {
        let found = header.iter().position(|column| column == name);
        if found.is_none() {
            errors.push(SeriesError { line: 1, message: missing_column(key, name, &header) });
        }
        found
    };
    let (time, value) = (find("time_column", &source.time_column), find("column", &source.column));
    let offset = zone_offset(&source.time_zone);
    if offset.is_none() {
        errors.push(whole_file(format!("time_zone `{}` is neither `UTC` nor `+HH:MM` or `-HH:MM`", source.time_zone)));
    }
    let (Some(time), Some(value), Some(offset)) = (time, value, offset) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let parsed = match &record {
            Ok(record) => {
                let line = record.position().map_or(0, |p| p.line() as usize);
                let cells = (record.get(time).unwrap_or(""), record.get(value).unwrap_or(""));
                read_row(cells, offset, source)
                    .map(|(unix, value)| Row { line, unix, value })
                    .map_err(|message| (line, message))
            }
            Err(error) => Err((error.position().map_or(0, |p| p.line() as usize), format!("cannot be read: {error}"))),
        };
        match parsed {
            Ok(row) => rows.push(row),
            Err((line, message)) => errors.push(SeriesError { line, message }),
        }
    }
    rows
}

fn missing_column(key: &str, name: &str, header: &csv::StringRecord) -> String {
    let nearest = header.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let names: Vec<&str> = header.iter().take(12).collect();
    let more = if header.len() > names.len() { ", …" } else { "" };
    let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
    format!("no column `{name}` (key `{key}`){hint} The file has {}{more}", names.join(", "))
}

/// Time and value of a row.
fn read_row((time, value): (&str, &str), offset: i64, source: &CsvSource) -> Result<(i64, f64), String> {
    let stamp = read_time(time, offset)
        .ok_or_else(|| format!("time `{time}` is not of the form 2022-01-31T06:00:00Z or 2022-01-31 06:00"))?;
    let number: f64 = value.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(|| match value {
        "" => format!("no value in column `{}`; a series may have no gaps", source.column),
        _ => format!("`{value}` in column `{}` is no number", source.column),
    })?;
    let unix = if source.stamp == Stamp::HourEnding { stamp - 3_600 } else { stamp };
    Ok((unix, number * source.scale * source.unit.factor()))
}

/// Seconds east of UTC of `UTC`, `+HH:MM` or `-HH:MM`.
fn zone_offset(zone: &str) -> Option<i64> {
    if zone == "UTC" || zone == "Z" {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    if text.len() == count && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Seconds since 1970 of `YYYY-MM-DD[T ]HH:MM[:SS[.fff]][zone]`; `offset` counts where the text has no zone.
fn read_time(text: &str, offset: i64) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = (clock[..zone_at].trim_end(), &clock[zone_at..]);
    let offset = if zone.is_empty() { offset } else { zone_offset(&zone.to_ascii_uppercase())? };
    let mut parts = clock.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |s| digits(s.split('.').next()?, 2))?;
    let of_day = hour * 3_600 + minute * 60 + second;
    if parts.next().is_some() || minute > 59 || second > 59 || of_day > SECONDS_PER_DAY {
        return None;
    }
    Some(Day::parse(date).ok()?.unix() + of_day - offset)
}

/// The values in order of time, when every hour is there once.
fn check_hours(mut rows: Vec<Row>, errors: &mut Vec<SeriesError>) -> Option<(i64, Vec<f64>)> {
    rows.sort_by_key(|row| row.unix);
    let start_unix = rows.first().map(|row| row.unix);
    let Some(start_unix) = start_unix else {
        errors.push(whole_file("the file has no rows"));
        return None;
    };
    if let Some(minutes) = odd_step(&rows) {
        errors.push(whole_file(format!(
            "most rows are {minutes} minutes apart; the file must be hourly: average or repeat the values to hours first"
        )));
        return None;
    }
    if let Some(row) = rows.iter().find(|row| row.unix.rem_euclid(3_600) != 0) {
        let message = format!(
            "the time is not on a full hour of UTC (it is {}); a stamp names the beginning or the end of its hour",
            label(row.unix)
        );
        errors.push(SeriesError { line: row.line, message });
        return None;
    }
    let (mut duplicates, mut missing) = (0, 0);
    for pair in rows.windows(2) {
        let hours = (pair[1].unix - pair[0].unix) / 3_600;
        let (line, message) = match hours {
            1 => continue,
            0 => (pair[1].line, format!("{} is there already in line {}", label(pair[1].unix), pair[0].line)),
            _ => (pair[1].line, format!("{} hours are missing before {}", hours - 1, label(pair[1].unix))),
        };
        duplicates += i64::from(hours == 0);
        missing += (hours - 1).max(0);
        errors.push(SeriesError { line, message });
    }
    if errors.is_empty() && rows.len() < YEAR_HOURS {
        errors.push(whole_file(format!("the file holds {} hours; a whole year is needed (at least 8760)", rows.len())));
    }
    if duplicates + missing > 0 {
        let advice = if missing.max(duplicates) <= CLOCK_CHANGES {
            "a clock with daylight saving time makes both: give the file in UTC, or in standard time with `time_zone`"
        } else {
            "fill the gaps, or use another file"
        };
        errors.insert(0, whole_file(format!("{missing} missing and {duplicates} duplicate hours; {advice}")));
    }
    errors.is_empty().then(|| (start_unix, rows.iter().map(|row| row.value).collect()))
}

/// The commonest step, minutes, unless it is an hour.
fn odd_step(rows: &[Row]) -> Option<i64> {
    let mut steps: Vec<i64> =
        rows.windows(2).map(|pair| pair[1].unix - pair[0].unix).filter(|step| *step > 0).collect();
    steps.sort_unstable();
    let median = *steps.get(steps.len() / 2)?;
    (median != 3_600).then_some(median / 60)
}

fn label(unix: i64) -> String {
    let second = unix.rem_euclid(SECONDS_PER_DAY);
    format!("{} {:02}:{:02} UTC", Day::of_unix(unix), second / 3_600, second / 60 % 60)
}

/// Asks about the unit where the size of the values says that it is another.
fn check_size(values: &[f64], source: &CsvSource, errors: &mut Vec<SeriesError>) {
    let median = median(values);
    match source.unit.quantity() {
        Quantity::Price if median > 500.0 => errors.push(whole_file(format!(
            "half of the prices are above {median:.0} USD/MWh: is `unit` right, or `scale`? A price in USD/MWh read as \
             cents_per_kwh is ten times too high"
        ))),
        Quantity::Price if median < 1.0 => errors.push(whole_file(format!(
            "half of the prices are below {median:.3} USD/MWh: is `unit` right? Prices in USD/kWh want `usd_per_kwh`, in cents \
             `cents_per_kwh`"
        ))),
        Quantity::Share => {
            let outside = values.iter().filter(|v| !(-0.05..=1.05).contains(*v)).count();
            if outside > 0 {
                let greatest = values.iter().fold(0.0_f64, |a, b| a.max(*b));
                let hint = if source.unit == Unit::CapacityFactor && greatest <= 105.0 { "; is it `percent`?" } else { "" };
                errors.push(whole_file(format!(
                    "{outside} values are no shares of nameplate (0–1), the greatest is {greatest:.3}{hint}"
                )));
            }
        }
        Quantity::Price | Quantity::Power => {}
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests;
