//! What is booked while a run goes on: by farm, period and line.

use super::totals::Account;
use super::{Books, FinanceParams, Kind, Line, Quantity, pooled_taxes, spans};
use crate::calendar::{DAYS_PER_YEAR, Day};

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farm {
    /// Name, unique in the run.
    pub name: String,
    /// Name of its site.
    pub site: String,
    /// What it does.
    pub kind: Kind,
}

/// A month, or the part of one before or after a halving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub first: Day,
    /// Last day, included.
    pub last: Day,
    /// Halving epoch its days belong to.
    pub epoch: u32,
}

impl Period {
    /// Number of days.
    pub fn days(&self) -> i32 {
        self.last.0 - self.first.0 + 1
    }

    /// Years from `start` to the period's middle, counted in months of 1/12: (m + ½)/12 for the whole month m.
    pub fn mid_years(&self, start: Day) -> f64 {
        let middle = 0.5 * (months(self.first) + months(self.last.plus_days(1)));
        (middle - months(start)) / 12.0
    }
}

/// Months since year 0, with the day as a share of its month.
fn months(day: Day) -> f64 {
    let date = day.date();
    12.0 * f64::from(date.year())
        + f64::from(date.month() - 1)
        + f64::from(date.day() - 1) / f64::from(date.days_in_month())
}

/// The open books of a run.
#[derive(Debug, Clone)]
pub struct Ledger {
    periods: Vec<Period>,
    farms: Vec<Farm>,
    /// `[farm][period]`; a farm's list ends with the last period it booked in.
    accounts: Vec<Vec<Account>>,
}

impl Ledger {
    /// Opens the books on `start` with its first period, in halving epoch `epoch`.
    pub fn new(start: Day, epoch: u32) -> Self {
        let first = Period { first: start, last: start, epoch };
        Self { periods: vec![first], farms: Vec::new(), accounts: Vec::new() }
    }

    /// Begins a new period on `first`, at a month's beginning or at a halving; the one before ends on its eve.
    /// Nothing happens when the open period began that day, but that its epoch becomes `epoch`.
    pub fn begin_period(&mut self, first: Day, epoch: u32) {
        let open = self.open_period();
        if open.first >= first {
            open.epoch = epoch;
            return;
        }
        open.last = first.plus_days(-1);
        self.periods.push(Period { first, last: first, epoch });
    }

    fn open_period(&mut self) -> &mut Period {
        self.periods.last_mut().expect("a ledger is opened with a period")
    }

    /// Opens an account and returns its number.
    pub fn add_farm(&mut self, name: &str, site: &str, kind: Kind) -> usize {
        self.farms.push(Farm { name: name.to_owned(), site: site.to_owned(), kind });
        self.accounts.push(Vec::new());
        self.farms.len() - 1
    }

    /// The accounts, in the order they were opened.
    pub fn farms(&self) -> &[Farm] {
        &self.farms
    }

    /// Books dollars (income positive) in the open period.
    ///
    /// # Panics
    /// When `farm` is no number that [`Self::add_farm`] gave.
    pub fn add(&mut self, farm: usize, line: Line, usd: f64) {
        let period = self.periods.len() - 1;
        self.account(farm, period).usd[line] += usd;
    }

    /// Books a quantity in the open period.
    ///
    /// # Panics
    /// When `farm` is no number that [`Self::add_farm`] gave.
    pub fn count(&mut self, farm: usize, quantity: Quantity, amount: f64) {
        let period = self.periods.len() - 1;
        self.account(farm, period).amounts[quantity as usize] += amount;
    }

    fn account(&mut self, farm: usize, period: usize) -> &mut Account {
        let accounts = &mut self.accounts[farm];
        if accounts.len() <= period {
            accounts.resize(period + 1, Account::default());
        }
        &mut accounts[period]
    }

    /// Ends the last period on `last`, books overhead, depreciation and tax, and closes the books.
    ///
    /// Tax is paid in the last period of its calendar year. Depreciation, a memo, is spread over the year's
    /// periods in proportion to the farm's capacity online, so that the all-in cost of an epoch carries its part.
    pub fn close(mut self, last: Day, params: &FinanceParams) -> Books {
        let open = self.open_period();
        open.last = open.last.max(last);
        self.book_overhead(params);
        let years = Years::of(&self.periods);
        let depreciation: Vec<_> = (0..self.farms.len()).map(|farm| self.depreciation(farm, &years, params)).collect();
        let taxable: Vec<_> =
            (0..self.farms.len()).map(|farm| self.taxable(farm, &years, &depreciation[farm].deducted())).collect();
        let taxes = pooled_taxes(&taxable, params.tax_rate_share, params.tax_losses);
        for farm in 0..self.farms.len() {
            self.book_by_capacity(farm, &years, &depreciation[farm].scheduled);
            let last = self.periods.len() - 1;
            let write_off_usd = depreciation[farm].left_usd;
            if write_off_usd.abs() > 0.005 {
                self.account(farm, last).usd[Line::WriteOff] -= write_off_usd;
            }
            for (year, tax) in taxes[farm].iter().enumerate() {
                if *tax != 0.0 {
                    self.account(farm, years.last_period[year]).usd[Line::Tax] += tax;
                }
            }
        }
        Books::new(self.periods, self.farms, self.accounts, params.nominal_rate_per_year())
    }

    fn book_overhead(&mut self, params: &FinanceParams) {
        if params.corporate_overhead_usd_per_year == 0.0 {
            return;
        }
        let start = self.periods[0].first;
        for period in 0..self.periods.len() {
            let shares: Vec<f64> = self.accounts.iter().map(|a| capacity(a, period)).collect();
            let total: f64 = shares.iter().sum();
            let Period { first, last, .. } = self.periods[period];
            let steps = spans(start, first, last.plus_days(1), |day| params.fixed_om_factor(start, day));
            let days: f64 = steps.iter().map(|(from, until, factor)| f64::from(until.0 - from.0) * factor).sum();
            let due = params.corporate_overhead_usd_per_year * days / DAYS_PER_YEAR;
            for (farm, share) in shares.into_iter().enumerate().filter(|(_, share)| *share > 0.0) {
                self.account(farm, period).usd[Line::Overhead] -= due * share / total;
            }
        }
    }

    fn depreciation(&self, farm: usize, years: &Years, params: &FinanceParams) -> Deductions {
        let bought = |line: Line| -> Vec<f64> { years.sum(&self.accounts[farm], |a| -a.usd[line]) };
        let (machines, halls) = (bought(Line::MachineCapital), bought(Line::InfrastructureCapital));
        let by_machine = params.machine_depreciation.scheduled(&machines);
        let by_hall = params.infrastructure_depreciation.scheduled(&halls);
        let mut scheduled: Vec<f64> = by_machine.iter().zip(by_hall).map(|(m, h)| m + h).collect();
        // A last year that the run cuts short uses up its part of the year's depreciation.
        if let Some(last) = scheduled.last_mut() {
            *last *= self.last_year_share();
        }
        let basis_usd: f64 = machines.iter().chain(&halls).sum();
        Deductions { left_usd: basis_usd - scheduled.iter().sum::<f64>(), scheduled }
    }

    /// Part of its last calendar year up to the run's end, 0–1.
    fn last_year_share(&self) -> f64 {
        let end = self.periods.last().map_or(Day(0), |p| p.last).plus_days(1);
        if end.day_of_year() == 1 { 1.0 } else { f64::from(end.day_of_year() - 1) / DAYS_PER_YEAR }
    }

    fn taxable(&self, farm: usize, years: &Years, depreciation: &[f64]) -> Vec<f64> {
        let income = |a: &Account| -> f64 { a.usd.sum(|line| line.is_taxable() && line.is_cash()) };
        let income = years.sum(&self.accounts[farm], income);
        income.iter().zip(depreciation).map(|(i, d)| i - d).collect()
    }

    fn book_by_capacity(&mut self, farm: usize, years: &Years, depreciation: &[f64]) {
        for (year, usd) in depreciation.iter().enumerate().filter(|(_, usd)| **usd != 0.0) {
            let periods: Vec<usize> = years.periods(year).collect();
            let shares: Vec<f64> = periods.iter().map(|p| capacity(&self.accounts[farm], *p)).collect();
            let total: f64 = shares.iter().sum();
            if total > 0.0 {
                for (period, share) in periods.into_iter().zip(shares).filter(|(_, share)| *share > 0.0) {
                    self.account(farm, period).usd[Line::Depreciation] -= usd * share / total;
                }
            } else {
                self.account(farm, years.last_period[year]).usd[Line::Depreciation] -= usd;
            }
        }
    }
}

fn capacity(accounts: &[Account], period: usize) -> f64 {
    accounts.get(period).map_or(0.0, |a| a.amounts[Quantity::CapacityMwHours as usize])
}

/// What a farm deducts for its capital, USD, positive.
struct Deductions {
    /// By the schedules, each year.
    scheduled: Vec<f64>,
    /// What is left when the run ends, deducted in the last year against the end value.
    left_usd: f64,
}

impl Deductions {
    /// All that is deducted in each year.
    fn deducted(&self) -> Vec<f64> {
        let mut years = self.scheduled.clone();
        if let Some(last) = years.last_mut() {
            *last += self.left_usd;
        }
        years
    }
}

/// The calendar years of the run and their periods.
struct Years {
    /// Year of each period, counted from the first.
    of_period: Vec<usize>,
    /// Last period of each year.
    last_period: Vec<usize>,
}

impl Years {
    fn of(periods: &[Period]) -> Self {
        let first = periods.first().map_or(0, |p| p.first.year());
        let of_period: Vec<usize> = periods.iter().map(|p| (p.first.year() - first) as usize).collect();
        let mut last_period = vec![0; of_period.last().map_or(0, |last| last + 1)];
        for (period, year) in of_period.iter().enumerate() {
            last_period[*year] = period;
        }
        Self { of_period, last_period }
    }

    fn periods(&self, year: usize) -> impl Iterator<Item = usize> {
        (0..self.of_period.len()).filter(move |p| self.of_period[*p] == year)
    }

    fn sum(&self, accounts: &[Account], value: impl Fn(&Account) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.last_period.len()];
        for (account, year) in accounts.iter().zip(&self.of_period) {
            sums[*year] += value(account);
        }
        sums
    }
}
