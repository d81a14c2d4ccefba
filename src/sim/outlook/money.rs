//! What a dollar of a day is worth on the first day, as the books discount and tax it.

use crate::calendar::Day;
use crate::finance::{Authority, Depreciation, FinanceParams, Period, npv, spans};
use crate::scenario::Scenario;

/// Discount and tax by day.
///
/// Months are discounted from their middle; income is taxed in the last month of its year; capital is deducted by its
/// schedule, and what is left in the run's last year. A loss saves tax at once (`tax_losses = "carried_forward"` is
/// reckoned so too).
pub struct Money {
    start: Day,
    /// By day of the run: discount of its month.
    discount: Vec<f64>,
    /// By day of the run: what is left of a dollar of taxable income, discounted.
    income: Vec<f64>,
    /// Sums of `income` before each day; one more than days.
    before: Vec<f64>,
    /// By calendar year: discount of the day its tax is due.
    due: Vec<f64>,
    first_year: i16,
    finance: FinanceParams,
}

impl Money {
    /// The money of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let finance = &scenario.finance;
        let (start, end) = (scenario.start, scenario.end);
        let first_year = start.year();
        let mut discount = Vec::with_capacity(scenario.days());
        let mut due = Vec::new();
        let mut first = start;
        while first < end {
            let next = first.plus_days(1 - i32::from(first.day_of_month())).plus_months(1).min(end);
            let factor = month_discount(finance, start, first, next);
            discount.extend((first.0..next.0).map(|_| factor));
            // The last month of each year is the one that stays.
            due.resize((first.year() - first_year) as usize + 1, 0.0);
            due[(first.year() - first_year) as usize] = factor;
            first = next;
        }
        let taxed_share = finance.income_tax_share();
        let year = |i: usize| (start.plus_days(i as i32).year() - first_year) as usize;
        let left = |(i, factor): (usize, &f64)| factor - taxed_share * due[year(i)];
        let income: Vec<f64> = discount.iter().enumerate().map(left).collect();
        let mut before = vec![0.0];
        for factor in &income {
            before.push(before[before.len() - 1] + factor);
        }
        Self { start, discount, income, before, due, first_year, finance: finance.clone() }
    }

    fn index(&self, day: Day) -> usize {
        ((day.0 - self.start.0).max(0) as usize).min(self.income.len().saturating_sub(1))
    }

    /// What a dollar of taxable income on a day is worth, discounted; what comes on the day after the last is booked on
    /// the last.
    pub fn income(&self, day: Day) -> f64 {
        self.income.get(self.index(day)).copied().unwrap_or(0.0)
    }

    /// What a dollar that is no income is worth on a day, discounted.
    pub fn cash(&self, day: Day) -> f64 {
        self.discount.get(self.index(day)).copied().unwrap_or(0.0)
    }

    /// The same of a dollar a day from a day until another.
    pub fn cash_between(&self, from: Day, until: Day) -> f64 {
        let at = |day: Day| ((day.0 - self.start.0).max(0) as usize).min(self.discount.len());
        self.discount.get(at(from)..at(until)).unwrap_or_default().iter().sum()
    }

    /// What a dollar a day is worth from a day until another, discounted, after tax.
    pub fn income_between(&self, from: Day, until: Day) -> f64 {
        let at = |day: Day| ((day.0 - self.start.0).max(0) as usize).min(self.income.len());
        (self.before[at(until)] - self.before[at(from)]).max(0.0)
    }

    /// What money a day is worth from a day until another where it changes on anniversaries of a day only, discounted,
    /// after tax.
    pub fn stepped_between(&self, anniversary: Day, from: Day, until: Day, usd_per_day: impl Fn(Day) -> f64) -> f64 {
        let steps = spans(anniversary, from, until, usd_per_day);
        steps.into_iter().map(|(from, until, usd_per_day)| usd_per_day * self.income_between(from, until)).sum()
    }

    /// What capital of a day costs after its credit and the tax its depreciation saves, discounted, USD.
    pub fn cost(&self, day: Day, halls_usd: f64, machines_usd: f64) -> f64 {
        let finance = &self.finance;
        let bought = (day.year() - self.first_year).max(0) as usize;
        let basis_usd = finance.infrastructure_basis_share() * halls_usd;
        let saved = |depreciation: Depreciation, usd: f64| -> f64 {
            let mut basis = vec![0.0; self.due.len()];
            if let Some(basis) = basis.get_mut(bought) {
                *basis = usd;
            }
            let of_authority = |authority: Authority| -> f64 {
                let deducted = finance.deducted(depreciation, authority, &basis);
                let saved_share = finance.saved_share(authority);
                deducted.iter().zip(&self.due).map(|(usd, due)| usd * (saved_share * due)).sum()
            };
            Authority::BOTH.into_iter().filter(|a| finance.saved_share(*a) > 0.0).map(of_authority).sum()
        };
        let credit = finance.infrastructure_credit_share * halls_usd * self.due.get(bought).copied().unwrap_or(0.0);
        let paid = (halls_usd + machines_usd) * self.cash(day);
        paid - credit
            - saved(finance.infrastructure_depreciation, basis_usd)
            - saved(finance.machine_depreciation, machines_usd)
    }
}

/// Discount of the month, or the part of one, from `first` until `next`.
fn month_discount(finance: &FinanceParams, start: Day, first: Day, next: Day) -> f64 {
    let period = Period { first, last: next.plus_days(-1), epoch: 0 };
    npv(finance.nominal_rate_per_year(), &[(period.mid_years(start), 1.0)])
}
