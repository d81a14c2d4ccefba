//! The months and calendar years of a run, and the periods they are made of.

use core::ops::Range;

use crate::calendar::Day;
use crate::finance::totals::Account;
use crate::finance::{Period, Quantity};

/// Periods of a run by month and by calendar year.
pub struct Calendar {
    /// The periods, in order: months, and parts of one before and after a halving.
    pub periods: Vec<Period>,
    /// Periods of each month, in order.
    months: Vec<Range<usize>>,
    /// Periods of each calendar year, in order.
    years: Vec<Range<usize>>,
}

impl Calendar {
    pub fn of(periods: &[Period]) -> Self {
        let months = runs(periods, |day| (day.year(), day.month()));
        let years = runs(periods, |day| (day.year(), 1));
        Self { periods: periods.to_vec(), months, years }
    }

    /// First day of the run.
    pub fn start(&self) -> Day {
        self.periods[0].first
    }

    /// Periods of each month.
    pub fn months(&self) -> &[Range<usize>] {
        &self.months
    }

    /// Periods of each calendar year.
    pub fn years(&self) -> &[Range<usize>] {
        &self.years
    }

    /// Part of its last calendar year up to the run's end, 0–1.
    pub fn last_year_share(&self) -> f64 {
        let end = self.periods.last().map_or(Day(0), |p| p.last).plus_days(1);
        if end.day_of_year() == 1 { 1.0 } else { f64::from(end.day_of_year() - 1) / crate::calendar::DAYS_PER_YEAR }
    }
}

/// Runs of periods with the same key.
fn runs<K: PartialEq>(periods: &[Period], key: impl Fn(Day) -> K) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (i, period) in periods.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if key(periods[run.start].first) == key(period.first) => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

/// Sum of a value of a farm's account over each run of periods.
pub fn sums(account: &[Account], runs: &[Range<usize>], value: impl Fn(&Account) -> f64) -> Vec<f64> {
    runs.iter().map(|run| account[run.clone()].iter().map(&value).sum()).collect()
}

/// Capacity online × hours of a period, MW·h.
pub fn capacity(account: &Account) -> f64 {
    account.amounts[Quantity::CapacityMwHours as usize]
}
