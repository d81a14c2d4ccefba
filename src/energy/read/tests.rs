use std::fmt::Write as _;

use super::*;
use crate::energy::Unit;

fn source(text: &str) -> CsvSource {
    toml::from_str(&format!("file = \"f.csv\"\ncolumn = \"price\"\nunit = \"usd_per_mwh\"\n{text}")).unwrap()
}

/// A file of `hours` hours from 2022-01-01 00:00, each with what `row` writes for its time and its number.
fn file(hours: usize, row: impl Fn(&str, usize) -> String) -> String {
    let start = Day::parse("2022-01-01").unwrap();
    let mut text = "time,price\n".to_owned();
    for hour in 0..hours {
        let time = format!("{}T{:02}:00:00Z", start.plus_days((hour / 24) as i32), hour % 24);
        let _ = writeln!(text, "{}", row(&time, hour));
    }
    text
}

fn year() -> String {
    file(8_760, |time, hour| format!("{time},{}", 30 + hour % 24))
}

fn messages(text: &str, source: &CsvSource) -> Vec<String> {
    read_hourly(text, source).expect_err("the file is bad").iter().map(ToString::to_string).collect()
}

fn only_message(text: &str, source: &CsvSource) -> String {
    let messages = messages(text, source);
    assert_eq!(messages.len(), 1, "{messages:?}");
    messages[0].clone()
}

#[test]
fn a_whole_year_reads_as_it_stands() {
    let series = read_hourly(&year(), &source("")).unwrap();
    assert_eq!((series.values.len(), series.quantity), (8_760, Quantity::Price));
    assert_eq!(series.start_unix, Day::parse("2022-01-01").unwrap().unix());
    assert_eq!(series.values[..26], core::array::from_fn::<f64, 26, _>(|h| (30 + h % 24) as f64));
    let marked = format!("\u{feff}{}", year());
    assert_eq!(read_hourly(&marked, &source("")).unwrap(), series);
}

#[test]
fn rows_in_any_order_give_the_same_series() {
    let text = year();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    assert_eq!(read_hourly(&lines.join("\n"), &source("")).unwrap(), read_hourly(&text, &source("")).unwrap());
}

#[test]
fn times_are_read_in_every_form() {
    let noon = Day::parse("2022-03-04").unwrap().unix() + 12 * 3_600;
    for text in [
        "2022-03-04T12:00:00Z",
        "2022-03-04 12:00",
        "2022-03-04 12:00:00",
        "2022-03-04T12:00",
        "2022-03-04T12:00:00.000Z",
        "2022-03-04 06:00:00-06:00",
        "2022-03-04T17:30+05:30",
    ] {
        assert_eq!(read_time(text, 0), Some(noon), "{text}");
    }
    assert_eq!(read_time("2022-03-03 24:00", -12 * 3_600), Some(noon));
    assert_eq!(read_time("2022-03-04 24:00", 0), Some(noon + 12 * 3_600));
    for text in [
        "",
        "2022-03-04",
        "2022-03-04 12",
        "2022-03-04 24:01",
        "2022-03-04 12:60",
        "04/03/2022 12:00",
        "2022-13-04 12:00",
        "2022-03-04 12:00 CST",
        "2022-03-04é12:00",
    ] {
        assert_eq!(read_time(text, 0), None, "{text}");
    }
}

#[test]
fn fixed_offsets_and_hour_ending_stamps_shift_the_start() {
    let start = Day::parse("2022-01-01").unwrap().unix();
    let local = year().replace('Z', "");
    let begin = |text: &str| read_hourly(&local, &source(text)).unwrap().start_unix - start;
    assert_eq!(begin("time_zone = \"-06:00\""), 6 * 3_600);
    assert_eq!(begin("time_zone = \"+01:00\""), -3_600);
    assert_eq!(begin("stamp = \"hour_ending\""), -3_600);
    let ending = file(8_760, |_, hour| {
        let day = Day::parse("2022-01-01").unwrap().plus_days((hour / 24) as i32);
        format!("{day} {:02}:00,30", hour % 24 + 1)
    });
    let series = read_hourly(&ending, &source("stamp = \"hour_ending\"")).unwrap();
    assert_eq!((series.start_unix, series.values.len()), (start, 8_760));
    assert!(only_message(&local, &source("time_zone = \"+05:30\"")).contains("not on a full hour of UTC"));
    assert!(only_message(&local, &source("time_zone = \"CST\"")).contains("time_zone `CST` is neither"));
}

#[test]
fn units_and_scale_convert_explicitly() {
    let first = |text: &str, values: &str| {
        read_hourly(&file(8_760, |time, _| format!("{time},{values}")), &source(text)).unwrap().values[0]
    };
    let with_unit = |unit: Unit| CsvSource { unit, ..source("") };
    let read = |unit: Unit, value: &str| {
        read_hourly(&file(8_760, |time, _| format!("{time},{value}")), &with_unit(unit)).unwrap().values[0]
    };
    assert_eq!(first("scale = 1.08", "50"), 54.0);
    assert_eq!(read(Unit::UsdPerKwh, "0.05"), 50.0);
    assert_eq!(read(Unit::CentsPerKwh, "5"), 50.0);
    assert_eq!(read(Unit::Kw, "2500"), 2.5);
    assert_eq!(read(Unit::Mw, "2.5"), 2.5);
    assert_eq!(read(Unit::Percent, "40"), 0.4);
    assert_eq!(read(Unit::CapacityFactor, "0.4"), 0.4);
}

#[test]
fn a_missing_column_names_the_nearest_and_the_key() {
    let text = year().replace("time,price", "time,price_hb_west_usd_mwh");
    let message = only_message(&text, &source(""));
    assert!(
        message.starts_with("line 1: no column `price` (key `column`); did you mean `price_hb_west_usd_mwh`?"),
        "{message}"
    );
    let both = messages(&year().replace("time,price", "when,prize"), &source(""));
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both[0].contains("key `time_column`"));
}

#[test]
fn unreadable_cells_are_listed_with_their_lines() {
    let text = file(8_760, |time, hour| match hour {
        3 => format!("{time},"),
        4 => format!("{time},n/a"),
        5 => "yesterday,30".to_owned(),
        6 => format!("{time},nan"),
        7 => time.to_owned(),
        _ => format!("{time},30"),
    });
    let messages = messages(&text, &source(""));
    assert_eq!(messages.len(), 5, "{messages:?}");
    assert_eq!(messages[0], "line 5: no value in column `price`; a series may have no gaps");
    assert_eq!(messages[1], "line 6: `n/a` in column `price` is no number");
    assert!(messages[2].starts_with("line 7: time `yesterday` is not of the form"));
    assert!(messages[3].starts_with("line 8: `nan`"));
    assert!(messages[4].starts_with("line 9: no value"));
}

#[test]
fn at_most_twenty_problems_are_listed_and_the_others_counted() {
    let messages = messages(&file(8_760, |time, _| format!("{time},x")), &source(""));
    assert_eq!(messages.len(), 21);
    assert_eq!(messages[20], "and 8740 more problems of this kind");
}

#[test]
fn missing_and_duplicate_hours_are_counted_and_placed() {
    let text = file(8_784, |time, hour| match hour {
        100 => "2022-01-05T03:00:00Z,30".to_owned(),
        200..=202 => String::new(),
        _ => format!("{time},30"),
    });
    let messages = messages(&text, &source(""));
    assert!(
        messages[0].starts_with("4 missing and 1 duplicate hours; a clock with daylight saving time"),
        "{messages:?}"
    );
    assert_eq!(messages[1], "line 102: 2022-01-05 03:00 UTC is there already in line 101");
    assert_eq!(messages[2], "line 103: 1 hours are missing before 2022-01-05 05:00 UTC");
    assert_eq!(messages[3], "line 202: 3 hours are missing before 2022-01-09 11:00 UTC");
    assert_eq!(messages.len(), 4);
}

#[test]
fn a_file_that_is_not_hourly_says_so_once() {
    let text = file(8_760, |time, _| format!("{time},30\n{},30", time.replace(":00:00Z", ":30:00Z")));
    assert!(only_message(&text, &source("")).starts_with("most rows are 30 minutes apart"));
    let text = file(8_760, |time, _| format!("{},30", time.replace(":00:00Z", ":30:00Z")));
    assert!(
        only_message(&text, &source(""))
            .starts_with("line 2: the time is not on a full hour of UTC (it is 2022-01-01 00:30 UTC)")
    );
}

#[test]
fn less_than_a_year_is_refused() {
    let text = file(8_759, |time, _| format!("{time},30"));
    assert_eq!(only_message(&text, &source("")), "the file holds 8759 hours; a whole year is needed (at least 8760)");
    assert_eq!(only_message("time,price\n", &source("")), "the file has no rows");
    assert!(only_message("time,price\n2022-01-01T00:00Z,30\n", &source("")).starts_with("the file holds 1 hours"));
}

#[test]
fn values_of_the_wrong_size_ask_about_the_unit() {
    let constant = |value: &str| file(8_760, |time, _| format!("{time},{value}"));
    assert!(only_message(&constant("0.05"), &source("")).contains("is `unit` right?"));
    assert!(only_message(&constant("5000"), &source("")).contains("is `unit` right"));
    let share = CsvSource { unit: Unit::CapacityFactor, ..source("") };
    assert!(only_message(&constant("45"), &share).contains("is it `percent`?"));
    assert!(only_message(&constant("-0.5"), &share).contains("8760 values are no shares"));
}

#[test]
fn an_empty_file_is_called_empty() {
    assert_eq!(messages("", &source("")), ["the file is empty: it needs a header line and a row for each hour"]);
}
