//! Reads a daily price file: every fault with its line, no gap accepted.

use super::CsvPrice;
use crate::calendar::Day;
use std::collections::BTreeMap;

/// Daily values without gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct DailySeries {
    /// Day of the first value.
    pub start: Day,
    /// One value per day, USD/BTC.
    pub values: Vec<f64>,
}

/// What is wrong in a line of a daily file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct DailyError {
    /// Line of the file, counted from 1 (the header line).
    pub line: u64,
    /// What is wrong and what to do.
    pub message: String,
}

impl DailySeries {
    /// The day of the last value.
    pub fn last_day(&self) -> Day {
        self.start.plus_days(self.values.len() as i32 - 1)
    }

    /// The value of a day; the first before the series begins, the last after it ends.
    pub fn at(&self, day: Day) -> f64 {
        let index = i64::from(day.0) - i64::from(self.start.0);
        let last = self.values.len().saturating_sub(1);
        let index = usize::try_from(index).unwrap_or(0).min(last);
        self.values.get(index).copied().unwrap_or(0.0)
    }

    /// Makes sure the series has a value for each of `days` days from `start`.
    ///
    /// # Errors
    /// Says which dates the series covers and which are asked for.
    pub fn check_covers(&self, start: Day, days: usize) -> Result<(), String> {
        let end = start.plus_days(days as i32 - 1);
        if self.start <= start && end <= self.last_day() {
            return Ok(());
        }
        Err(format!(
            "prices run from {} to {}, but the simulation needs {start} to {end}: use a longer file or other dates",
            self.start,
            self.last_day()
        ))
    }
}

/// Reads a CSV file of daily prices, columns as named in `spec`; rows before the first price may be empty.
///
/// # Errors
/// All faults found, each with its line: missing columns, unreadable dates or prices, prices not above zero, days
/// missing, repeated or out of order.
pub fn read_daily(text: &str, spec: &CsvPrice) -> Result<DailySeries, Vec<DailyError>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = columns_of(&mut reader, spec)?;
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Err(error) => faults.push(DailyError {
                line: error.position().map_or(0, csv::Position::line),
                message: format!("unreadable row: {error}"),
            }),
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                match parse_row(&record, columns, rows.is_empty()) {
                    Ok(Some((day, price))) => rows.push((line, day, price)),
                    Ok(None) => {}
                    Err(message) => faults.push(DailyError { line, message }),
                }
            }
        }
    }
    faults.extend(order_faults(&rows));
    faults.sort_by_key(|fault| fault.line);
    match rows.first() {
        _ if !faults.is_empty() => Err(faults),
        None => Err(vec![DailyError { line: 1, message: "no row with a price".into() }]),
        Some(&(_, start, _)) => Ok(DailySeries { start, values: rows.iter().map(|row| row.2).collect() }),
    }
}

fn columns_of(reader: &mut csv::Reader<&[u8]>, spec: &CsvPrice) -> Result<(usize, usize), Vec<DailyError>> {
    let fault = |message| DailyError { line: 1, message };
    let header = reader.headers().map_err(|error| vec![fault(format!("unreadable header: {error}"))])?;
    let places: BTreeMap<&str, usize> = header.iter().enumerate().map(|(i, name)| (name, i)).collect();
    let find = |name: &str, key: &str| {
        places.get(name).copied().ok_or_else(|| {
            let known: Vec<&str> = header.iter().collect();
            fault(format!("no column `{name}`: set `{key}` to one of `{}`", known.join("`, `")))
        })
    };
    match (find(&spec.date_column, "date_column"), find(&spec.price_column, "price_column")) {
        (Ok(date), Ok(price)) => Ok((date, price)),
        (date, price) => Err([date.err(), price.err()].into_iter().flatten().collect()),
    }
}

fn parse_row(
    record: &csv::StringRecord,
    (date, price): (usize, usize),
    before_first: bool,
) -> Result<Option<(Day, f64)>, String> {
    let date = record.get(date).unwrap_or("");
    let day = Day::parse(date).map_err(|_| format!("`{date}` is no date: write it as YYYY-MM-DD"))?;
    let text = record.get(price).unwrap_or("");
    if text.is_empty() {
        return if before_first { Ok(None) } else { Err(format!("no price for {day}: gaps are not filled in")) };
    }
    match text.parse::<f64>() {
        Ok(price) if price.is_finite() && price > 0.0 => Ok(Some((day, price))),
        _ => Err(format!("`{text}` is no price above zero")),
    }
}

fn order_faults(rows: &[(u64, Day, f64)]) -> Vec<DailyError> {
    rows.windows(2)
        .filter_map(|pair| {
            let ((_, before, _), (line, day, _)) = (pair[0], pair[1]);
            let message = match i64::from(day.0) - i64::from(before.0) {
                1 => return None,
                2.. => format!("days are missing between {before} and {day}: gaps are not filled in"),
                0 => format!("{day} appears twice"),
                _ => format!("{day} comes after {before}: order the rows by date"),
            };
            Some(DailyError { line, message })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> CsvPrice {
        toml::from_str("file = 'x.csv'").unwrap()
    }

    #[test]
    fn a_clean_file_is_read_and_held_beyond_its_ends() {
        let series = read_daily("date,price_usd\n2024-01-01,\n2024-01-02,10\n2024-01-03,20.5\n", &spec()).unwrap();
        assert_eq!(series.start, Day::parse("2024-01-02").unwrap());
        assert_eq!(series.values, [10.0, 20.5]);
        assert_eq!(series.at(Day::parse("2023-01-01").unwrap()), 10.0);
        assert_eq!(series.at(Day::parse("2024-01-03").unwrap()), 20.5);
        assert_eq!(series.at(Day::parse("2025-01-01").unwrap()), 20.5);
        assert!(series.check_covers(series.start, 2).is_ok());
        assert!(series.check_covers(series.start, 3).unwrap_err().contains("2024-01-04"));
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let text =
            "date,price_usd\n2024-01-01,10\nyesterday,11\n2024-01-02,-3\n2024-01-03,\n2024-01-05,12\n2024-01-05,12\n";
        let faults = read_daily(text, &spec()).unwrap_err();
        let lines: Vec<u64> = faults.iter().map(|f| f.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7], "{faults:?}");
        assert!(faults[3].message.contains("missing between 2024-01-01 and 2024-01-05"));
        assert!(faults[4].message.contains("twice"));
    }

    #[test]
    fn a_missing_column_names_the_key_and_the_columns_there_are() {
        let faults = read_daily("day,close\n2024-01-01,1\n", &spec()).unwrap_err();
        assert_eq!(faults.len(), 2);
        assert!(faults[1].message.contains("price_column") && faults[1].message.contains("`close`"));
    }

    #[test]
    fn an_empty_file_is_an_error_not_an_empty_series() {
        assert!(read_daily("", &spec()).is_err());
        assert!(read_daily("date,price_usd\n", &spec()).is_err());
    }
}
