//! What each halving epoch adds to a project's value.

use core::ops::Range;

use serde::Serialize;

use super::params::Project;
use super::returns::{Factors, Levelised, least, levelised, mean, worth};
use super::statement::{Statement, Time};
use crate::finance::{Class, Line};

/// What a halving epoch adds to the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpochFigures {
    /// Years of operation before it.
    pub from_year: f64,
    /// Years of operation at its end.
    pub to_year: f64,
    /// Sum of its cash flows, USD; the first epoch carries the construction.
    pub cash_flow_usd: f64,
    /// Their present value, USD; the epochs add up to the whole.
    pub npv_usd: f64,
    /// Levelised cost of what it sells: its own revenue and running cost, and of all else (capital, loans, the tax they
    /// save) its part by discounted time.
    pub levelised: Vec<Levelised>,
    /// Mean price of a coin at which it would add nothing to the value, with its part of all else as for the levelised
    /// cost, USD; `None` where coins are worth nothing or the price would be negative. Return and payback belong to the
    /// whole: an epoch alone has no investment of its own.
    pub break_even_usd_per_btc: Option<f64>,
    /// The same as a hashprice, USD per PH/s and day.
    pub break_even_usd_per_ph_day: Option<f64>,
    /// Mean price of power at which it would add nothing, USD/MWh: all prices by the same amount; `None` where none is used.
    pub break_even_power_usd_per_mwh: Option<f64>,
    /// Least coverage of a year that begins in it.
    pub minimum_dscr: Option<f64>,
    /// Mean coverage of the years that begin in it.
    pub average_dscr: Option<f64>,
}

/// The epochs between the halvings a project states; none where it states none.
pub(super) fn of(
    project: &Project,
    statement: &Statement,
    factors: &Factors,
    coverage: &[Option<f64>],
) -> Vec<EpochFigures> {
    let halvings = project.mining.as_ref().map_or(&[][..], |mining| &mining.halvings_after_months);
    if halvings.is_empty() {
        return Vec::new();
    }
    let time = statement.time;
    let inner = halvings.iter().map(|months| 1 + time.after_months(*months));
    let mut bounds: Vec<usize> = core::iter::once(0).chain(inner).chain([time.periods()]).collect();
    bounds.dedup();
    let parts = Parts::of(project, statement, factors);
    bounds.windows(2).map(|pair| parts.figures(pair[0]..pair[1], coverage)).collect()
}

/// A project's value in parts that belong to periods.
struct Parts<'a> {
    statement: &'a Statement,
    factors: &'a Factors,
    cash_usd: Vec<f64>,
    /// What is left of a dollar of taxable income of each period, discounted: its tax is due at the year's end.
    income: Vec<f64>,
    /// Revenue less running cost of each period, after tax, discounted, USD.
    running_usd: Vec<f64>,
    /// All else, discounted, USD: it belongs to the whole.
    rest_usd: f64,
}

impl<'a> Parts<'a> {
    fn of(project: &Project, statement: &'a Statement, factors: &'a Factors) -> Self {
        let time = statement.time;
        let taxed_share = project.tax.income_tax_share();
        let left = |period: usize| match period {
            0 => 0.0,
            _ => factors.nominal[period] - taxed_share * factors.nominal[time.last_of_year(time.year_of(period))],
        };
        let income: Vec<f64> = (0..time.periods()).map(left).collect();
        let runs = |line: Line| matches!(line.class(), Class::Revenue | Class::Energy | Class::Operating);
        let running_usd: Vec<f64> = statement.sum(runs).iter().zip(&income).map(|(usd, left)| usd * left).collect();
        let cash_usd = statement.cash_flow_usd();
        let rest_usd = worth(&cash_usd, &factors.nominal) - running_usd.iter().sum::<f64>();
        Self { statement, factors, cash_usd, income, running_usd, rest_usd }
    }

    fn figures(&self, periods: Range<usize>, coverage: &[Option<f64>]) -> EpochFigures {
        let time = self.statement.time;
        let value_usd = self.value_usd(&periods);
        let years = || years_beginning_in(time, &periods).map(|year| coverage[year]);
        let factor = self.break_even_factor(&periods, value_usd);
        let amounts = &self.statement.amounts;
        let at = |amounts: &[f64]| {
            let (amount, revenue) =
                (&amounts[periods.clone()], &self.statement.row(Line::CoinRevenue)[periods.clone()]);
            let (amount, revenue_usd): (f64, f64) = (amount.iter().sum(), revenue.iter().sum());
            factor.filter(|_| amount > 0.0).map(|factor| factor * revenue_usd / amount)
        };
        EpochFigures {
            from_year: periods.start.saturating_sub(1) as f64 / time.per_year as f64,
            to_year: (periods.end - 1) as f64 / time.per_year as f64,
            cash_flow_usd: self.cash_usd[periods.clone()].iter().sum(),
            npv_usd: worth(&self.cash_usd[periods.clone()], &self.factors.nominal[periods.clone()]),
            break_even_usd_per_btc: at(&amounts.btc),
            break_even_usd_per_ph_day: at(&amounts.ph_days),
            break_even_power_usd_per_mwh: self.break_even_power(&periods, value_usd),
            minimum_dscr: least(years()),
            average_dscr: mean(years()),
            levelised: levelised(self.statement, self.factors, periods, value_usd),
        }
    }

    /// What some periods are worth with their part of what belongs to the whole, by discounted time, USD.
    fn value_usd(&self, periods: &Range<usize>) -> f64 {
        let present_time = |periods: Range<usize>| self.factors.nominal[periods].iter().sum::<f64>();
        let whole = present_time(1..self.statement.time.periods());
        let part = present_time(periods.start.max(1)..periods.end);
        self.running_usd[periods.clone()].iter().sum::<f64>() + self.rest_usd * part / whole
    }

    /// Mean price of power at which the periods would be worth nothing, USD/MWh.
    fn break_even_power(&self, periods: &Range<usize>, value_usd: f64) -> Option<f64> {
        let used = &self.statement.amounts.used_mwh[periods.clone()];
        let mwh: f64 = used.iter().sum();
        let worth_mwh = worth(used, &self.income[periods.clone()]);
        let paid_usd: f64 = self.statement.row(Line::EnergyCost)[periods.clone()].iter().sum();
        (mwh > 0.0 && worth_mwh > 0.0).then(|| value_usd / worth_mwh - paid_usd / mwh)
    }

    /// Factor on the coin's price at which the periods would be worth nothing.
    fn break_even_factor(&self, periods: &Range<usize>, value_usd: f64) -> Option<f64> {
        let row = |line| &self.statement.row(line)[periods.clone()];
        let net = row(Line::CoinRevenue).iter().zip(row(Line::PoolFee)).zip(&self.income[periods.clone()]);
        let worth_usd: f64 = net.map(|((revenue, fee), left)| (revenue + fee) * left).sum();
        (worth_usd > 0.0).then(|| 1.0 - value_usd / worth_usd).filter(|factor| *factor >= 0.0)
    }
}

fn years_beginning_in(time: Time, periods: &Range<usize>) -> impl Iterator<Item = usize> {
    (0..time.years).filter(move |year| periods.contains(&time.of_year(*year).start))
}
