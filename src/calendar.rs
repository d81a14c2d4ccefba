//! Days and hours of a simulation: UTC, no leap seconds, day 0 is 1970-01-01.

use std::borrow::Cow;

use jiff::civil::{Date, date};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds of a day.
pub const SECONDS_PER_DAY: i64 = 86_400;
/// Hours of a mean Gregorian year.
pub const HOURS_PER_YEAR: f64 = 8_765.82;
/// Days of a mean Gregorian year.
pub const DAYS_PER_YEAR: f64 = 365.2425;

/// A UTC day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a calendar date.
    ///
    /// # Panics
    /// Never: dates of years -9999 to 9999 lie a representable number of days apart.
    pub fn from_date(d: Date) -> Self {
        Self(
            (d.since(date(1970, 1, 1)).expect("dates of years -9999 to 9999 differ by a representable span"))
                .get_days(),
        )
    }

    /// Parses `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Says what is wrong when the text is no date of that form.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Date>().map(Self::from_date).map_err(|e| e.to_string())
    }

    /// The calendar date.
    ///
    /// # Panics
    /// When the day lies outside years -9999 to 9999.
    pub fn date(self) -> Date {
        // Years that begin in March end with their leap day; 400 of them have 146,097 days. Source: H. Hinnant,
        // "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
        let since_era = i64::from(self.0) + 719_468;
        let (era, day_of_era) = (since_era.div_euclid(146_097), since_era.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let months = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * months + 2) / 5 + 1;
        let month = if months < 10 { months + 3 } else { months - 9 };
        let year = 400 * era + year_of_era + i64::from(month <= 2);
        let year = i16::try_from(year).expect("simulated days are within years -9999 to 9999");
        Date::new(year, month as i8, day as i8).expect("simulated days are within years -9999 to 9999")
    }

    /// The day a time stamp (seconds since 1970) falls in.
    pub fn of_unix(seconds: i64) -> Self {
        Self(seconds.div_euclid(SECONDS_PER_DAY) as i32)
    }

    /// Midnight at the beginning of the day, seconds since 1970.
    pub fn unix(self) -> i64 {
        i64::from(self.0) * SECONDS_PER_DAY
    }

    /// Calendar year.
    pub fn year(self) -> i16 {
        self.date().year()
    }

    /// Month of the year, 1–12.
    pub fn month(self) -> i8 {
        self.date().month()
    }

    /// Day of the month, 1–31.
    pub fn day_of_month(self) -> i8 {
        self.date().day()
    }

    /// Day of the year, 1–366.
    pub fn day_of_year(self) -> i16 {
        self.date().day_of_year()
    }

    /// The same day `months` later (the last of the month where the day does not exist).
    ///
    /// # Panics
    /// When the day lies outside years -9999 to 9999.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self::from_date(
            self.date()
                .checked_add(jiff::Span::new().months(months))
                .expect("simulated days are within years -9999 to 9999"),
        )
    }

    /// The day `days` later.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Years of 365.2425 days from `earlier` to this day.
    pub fn years_since(self, earlier: Self) -> f64 {
        f64::from(self.0 - earlier.0) / DAYS_PER_YEAR
    }

    /// Whole years from `earlier` to this day: anniversaries that have passed, −1 in the year before it.
    pub fn whole_years_since(self, earlier: Self) -> i32 {
        let years = i32::from(self.year() - earlier.year());
        if earlier.plus_months(12 * years) > self { years - 1 } else { years }
    }

    /// `YYYY-MM`.
    pub fn month_label(self) -> String {
        let d = self.date();
        format!("{:04}-{:02}", d.year(), d.month())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

impl core::fmt::Display for Day {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_two_centuries_and_the_first_and_last_have_the_date_of_the_calendar() {
        let calendar = |day: i32| date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let (first, last) = (date(-9999, 1, 1), date(9999, 12, 31));
        assert_eq!(Day::from_date(first).date(), first);
        assert_eq!(Day::from_date(last).date(), last);
        for day in (-36_600..73_200).chain((-700_000..-36_600).step_by(997)) {
            assert_eq!(Day(day).date(), calendar(day), "{day}");
        }
    }

    #[test]
    fn days_and_dates_agree() {
        let day = Day::parse("2024-04-20").unwrap();
        assert_eq!(day.unix(), 1_713_571_200);
        assert_eq!(day.to_string(), "2024-04-20");
        assert_eq!(Day::of_unix(1_713_571_199), day.plus_days(-1));
        assert_eq!(Day::parse("2024-01-31").unwrap().plus_months(1).to_string(), "2024-02-29");
        assert!(Day::parse("2024-13-01").is_err());
    }
}
