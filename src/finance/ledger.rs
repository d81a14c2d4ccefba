//! What is booked while a run goes on: by farm, period and line.

use super::closing::{self, Calendar};
use super::totals::Account;
use super::{Books, FinanceParams, Kind, Line, Quantity};
use crate::calendar::Day;

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
    /// What a coin was last quoted at in each period, USD.
    btc_usd: Vec<f64>,
}

impl Ledger {
    /// Opens the books on `start` with its first period, in halving epoch `epoch`.
    pub fn new(start: Day, epoch: u32) -> Self {
        let first = Period { first: start, last: start, epoch };
        Self { periods: vec![first], farms: Vec::new(), accounts: Vec::new(), btc_usd: Vec::new() }
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
        self.account(farm).add(line, usd);
    }

    /// Books a quantity in the open period.
    ///
    /// # Panics
    /// When `farm` is no number that [`Self::add_farm`] gave.
    pub fn count(&mut self, farm: usize, quantity: Quantity, amount: f64) {
        self.account(farm).count(quantity, amount);
    }

    /// The account of a farm in the open period, for many bookings in a row.
    ///
    /// # Panics
    /// When `farm` is no number that [`Self::add_farm`] gave.
    pub fn account(&mut self, farm: usize) -> &mut Account {
        let accounts = &mut self.accounts[farm];
        if accounts.len() < self.periods.len() {
            accounts.resize(self.periods.len(), Account::default());
        }
        &mut accounts[self.periods.len() - 1]
    }

    /// Notes what a coin can be sold for in the open period, USD; the last note of a period counts.
    pub fn quote_btc(&mut self, usd: f64) {
        let period = self.periods.len() - 1;
        self.btc_usd.resize(period + 1, usd);
        self.btc_usd[period] = usd;
    }

    /// Ends the last period on `last`, books what is only known at the end (the module `closing`) and closes the books.
    pub fn close(mut self, last: Day, params: &FinanceParams) -> Books {
        let open = self.open_period();
        open.last = open.last.max(last);
        let periods = self.periods.len();
        for accounts in &mut self.accounts {
            accounts.resize(periods, Account::default());
        }
        self.btc_usd.resize(periods, self.btc_usd.last().copied().unwrap_or(0.0));
        let refused = closing::close(&mut self.accounts, &Calendar::of(&self.periods), &self.btc_usd, params);
        let note = |(farm, loan): (usize, String)| {
            format!(
                "no loan `{loan}` for `{}`: in some year in which it runs throughout, cash covers no service, or other loans leave nothing to lend on",
                self.farms[farm].name
            )
        };
        let notes = refused.into_iter().map(note).collect();
        Books::new(self.periods, self.farms, self.accounts, params, notes)
    }
}
