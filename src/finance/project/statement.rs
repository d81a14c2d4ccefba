//! The cash-flow table: every line in every period.

use super::params::{Project, Timing};
use crate::finance::Line;
use crate::math;

/// How a project's time is divided: period 0 is construction, the others are years or months of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Years of operation.
    pub years: usize,
    /// Periods of a year.
    pub per_year: usize,
    /// Months of construction.
    pub construction_months: usize,
}

impl Time {
    pub(super) fn of(project: &Project) -> Self {
        let per_year = match project.timing {
            Timing::Annual => 1,
            Timing::Monthly => 12,
        };
        Self { years: project.years as usize, per_year, construction_months: project.construction_months as usize }
    }

    /// Periods, construction among them.
    pub fn periods(&self) -> usize {
        self.years * self.per_year + 1
    }

    /// Periods of a year of operation counted from 0.
    pub fn of_year(&self, year: usize) -> core::ops::Range<usize> {
        1 + year * self.per_year..1 + (year + 1) * self.per_year
    }

    /// Year of operation, counted from 0, of a period of operation.
    pub fn year_of(&self, period: usize) -> usize {
        (period - 1) / self.per_year
    }

    /// Last period of a year of operation counted from 0.
    pub fn last_of_year(&self, year: usize) -> usize {
        (year + 1) * self.per_year
    }

    /// Period at whose end so many months of operation are over.
    pub fn after_months(&self, months: u32) -> usize {
        months as usize * self.per_year / 12
    }

    /// Years from the time values are for to a period's end.
    pub fn end_years(&self, period: usize) -> f64 {
        self.construction_months as f64 / 12.0 + period as f64 / self.per_year as f64
    }

    /// Discount factor of each period.
    pub fn discount(&self, rate_per_year: f64) -> Vec<f64> {
        let x = math::log1p(rate_per_year);
        let step = math::exp(-x / self.per_year as f64);
        let mut factor = math::exp(-x * self.construction_months as f64 / 12.0);
        let mut factors = vec![self.construction_discount(x)];
        factors.extend((1..self.periods()).map(|_| {
            factor *= step;
            factor
        }));
        factors
    }

    /// Mean discount of the ends of the months of construction.
    fn construction_discount(&self, x: f64) -> f64 {
        let months = self.construction_months;
        if months == 0 {
            return 1.0;
        }
        (1..=months).map(|month| math::exp(-x * month as f64 / 12.0)).sum::<f64>() / months as f64
    }
}

/// Every [`Line`] of a project in every period, USD, income positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// How the periods lie.
    pub time: Time,
    usd: Vec<f64>,
    /// What it is a statement of, in amounts by period.
    pub(super) amounts: Amounts,
    /// The loans, USD, in the order of the file.
    pub loans_usd: Vec<f64>,
    /// Interest during construction, added to the loans, USD.
    pub construction_interest_usd: f64,
    /// Change of what customers owe, USD by period; empty where they pay at once.
    pub(super) receivables_usd: Vec<f64>,
    /// Cost put aside before the first period, USD.
    pub(super) cost_reserve_usd: f64,
}

/// Amounts sold or used, by period.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amounts {
    pub exported_mwh: Vec<f64>,
    pub used_mwh: Vec<f64>,
    pub hosted_mwh: Vec<f64>,
    pub btc: Vec<f64>,
    pub btc_usd: Vec<f64>,
    pub ph_days: Vec<f64>,
    pub gpu_hours: Vec<f64>,
    pub kw_months: Vec<f64>,
}

impl Statement {
    pub(super) fn new(time: Time) -> Self {
        let periods = time.periods();
        let none = || vec![0.0; periods];
        Self {
            time,
            usd: vec![0.0; periods * Line::ALL.len()],
            amounts: Amounts {
                exported_mwh: none(),
                used_mwh: none(),
                hosted_mwh: none(),
                btc: none(),
                btc_usd: none(),
                ph_days: none(),
                gpu_hours: none(),
                kw_months: none(),
            },
            loans_usd: Vec::new(),
            construction_interest_usd: 0.0,
            receivables_usd: Vec::new(),
            cost_reserve_usd: 0.0,
        }
    }

    /// A line by period, construction first, USD.
    pub fn row(&self, line: Line) -> &[f64] {
        let periods = self.time.periods();
        &self.usd[line as usize * periods..][..periods]
    }

    pub(super) fn row_mut(&mut self, line: Line) -> &mut [f64] {
        let periods = self.time.periods();
        &mut self.usd[line as usize * periods..][..periods]
    }

    /// Sum of the lines chosen, by period, USD.
    pub fn sum(&self, chosen: impl Fn(Line) -> bool) -> Vec<f64> {
        let mut sum = vec![0.0; self.time.periods()];
        for line in Line::ALL.into_iter().filter(|line| chosen(*line)) {
            for (sum, usd) in sum.iter_mut().zip(self.row(line)) {
                *sum += usd;
            }
        }
        sum
    }

    /// What the owner pays and receives after tax and loans, by period, USD: SAM's `cf_project_return_aftertax`.
    pub fn cash_flow_usd(&self) -> Vec<f64> {
        self.sum(Line::is_cash)
    }

    /// Net present value of the owner's cash flow, USD, at the beginning of construction.
    pub fn npv_usd(&self, rate_per_year: f64) -> f64 {
        let factors = self.time.discount(rate_per_year);
        self.cash_flow_usd().iter().zip(factors).map(|(usd, factor)| usd * factor).sum()
    }

    /// Earnings before interest, tax and depreciation, resale and salvage among them, by period, USD: SAM's `cf_ebitda`.
    pub fn ebitda_usd(&self) -> Vec<f64> {
        self.sum(Line::is_ebitda)
    }

    /// What is owed to lenders at the end of each period, USD.
    pub fn debt_usd(&self) -> Vec<f64> {
        let paid = self.row(Line::DebtDraws).iter().zip(self.row(Line::Principal)).map(|(drawn, paid)| drawn + paid);
        paid.scan(0.0, |owed, change| {
            *owed += change;
            Some(*owed)
        })
        .collect()
    }

    /// Debt service coverage of each year of operation: cash before tax per dollar of service, `None` without service.
    pub fn dscr(&self) -> Vec<Option<f64>> {
        super::funding::coverage(self)
    }

    /// A row by year: construction first, then the years of operation.
    pub fn by_year(&self, row: &[f64]) -> Vec<f64> {
        let years = (0..self.time.years).map(|year| row[self.time.of_year(year)].iter().sum());
        core::iter::once(row[0]).chain(years).collect()
    }

    /// Flows as (years, USD): construction month by month, then every period.
    pub fn dated(&self, row: &[f64]) -> Vec<(f64, f64)> {
        let months = self.time.construction_months;
        let operation = row.iter().enumerate().skip(1).map(|(period, usd)| (self.time.end_years(period), *usd));
        if months == 0 {
            return core::iter::once((0.0, row[0])).chain(operation).collect();
        }
        let built = (1..=months).map(|month| (month as f64 / 12.0, row[0] / months as f64));
        built.chain(operation).collect()
    }
}
