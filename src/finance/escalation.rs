//! Costs that rise year by year.

use crate::calendar::Day;
use crate::math;

/// What a price of `start` has risen to on a day: `(1 + rate)^k`, with k the whole years since `start`, as in SAM's cash
/// flows, where the first year has the price as it is.
pub fn escalation(rate_per_year: f64, start: Day, day: Day) -> f64 {
    if rate_per_year == 0.0 {
        return 1.0;
    }
    math::powf(1.0 + rate_per_year, f64::from(day.whole_years_since(start).max(0)))
}

/// A value that changes on anniversaries of a day only, from `from` until `until`: first day, day after the last, value
/// of each span, in order; neighbours differ.
pub fn spans(anniversary: Day, from: Day, until: Day, value: impl Fn(Day) -> f64) -> Vec<(Day, Day, f64)> {
    let mut spans: Vec<(Day, Day, f64)> = Vec::new();
    let mut first = from;
    while first < until {
        let next = anniversary.plus_months(12 * (first.whole_years_since(anniversary) + 1)).min(until);
        let here = value(first);
        match spans.last_mut() {
            Some(last) if last.2 == here => last.1 = next,
            _ => spans.push((first, next, here)),
        }
        first = next;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn costs_step_at_each_anniversary_of_the_start() {
        let start = day("2024-02-29");
        for (date, years) in
            [("2024-02-29", 0), ("2025-02-27", 0), ("2025-02-28", 1), ("2028-02-28", 3), ("2028-02-29", 4)]
        {
            assert_eq!(day(date).whole_years_since(start), years, "{date}");
            let want = 1.03_f64.powi(years);
            assert!((escalation(0.03, start, day(date)) - want).abs() < 1e-12, "{date}");
        }
        assert_eq!(day("2024-02-28").whole_years_since(start), -1);
        assert_eq!(escalation(0.03, start, day("2020-01-01")), 1.0);
        assert_eq!(escalation(0.0, start, day("2030-01-01")), 1.0);
    }

    #[test]
    fn spans_cover_the_days_and_one_value_is_one_span() {
        let (start, from, until) = (day("2024-05-15"), day("2024-01-01"), day("2026-08-01"));
        assert_eq!(spans(start, from, until, |_| 1.0), [(from, until, 1.0)]);
        assert_eq!(spans(start, until, from, |_| 1.0), []);
        let found = spans(start, from, until, |d| f64::from(d.whole_years_since(start)));
        let want = [("2024-01-01", -1.0), ("2024-05-15", 0.0), ("2025-05-15", 1.0), ("2026-05-15", 2.0)];
        assert_eq!(found.iter().map(|s| (s.0, s.2)).collect::<Vec<_>>(), want.map(|(d, v)| (day(d), v)));
        assert!(found.windows(2).all(|w| w[0].1 == w[1].0));
        assert_eq!(found.last().map(|s| s.1), Some(until));
    }
}
