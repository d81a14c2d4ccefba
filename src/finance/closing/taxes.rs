//! Depreciation, tax and the investment credit, by calendar year.

use super::Calendar;
use super::calendar::{capacity, sums};
use crate::finance::params::Authority;
use crate::finance::totals::Account;
use crate::finance::{Class, FinanceParams, Line, pooled_taxes};

/// Books depreciation, taxes and credits. Tax is due in the last period of its calendar year; depreciation, a memo, is
/// spread over the year's periods in proportion to the farm's capacity online, so that the all-in cost of an epoch
/// carries its part.
pub fn book(accounts: &mut [Vec<Account>], calendar: &Calendar, params: &FinanceParams) {
    let deductions: Vec<[Deductions; 2]> = accounts
        .iter()
        .map(|account| Authority::BOTH.map(|authority| Deductions::of(account, calendar, params, authority)))
        .collect();
    let with_debt = taxes(accounts, calendar, params, &deductions, |line| line.is_taxable() && line.is_cash());
    let financed = accounts
        .iter()
        .flatten()
        .any(|a| a.usd.sum(|line| line.class() == Class::Financing && line.is_taxable()) != 0.0);
    let without = financed.then(|| {
        let counts = |line: Line| line.is_taxable() && line.is_cash() && line.class() != Class::Financing;
        taxes(accounts, calendar, params, &deductions, counts)
    });
    for (farm, account) in accounts.iter_mut().enumerate() {
        let credits = sums(account, calendar.years(), |a| {
            params.infrastructure_credit_share * (0.0 - a.usd[Line::InfrastructureCapital])
        });
        for (year, run) in calendar.years().iter().enumerate() {
            let due = &mut account[run.end - 1].usd;
            due[Line::Tax] += with_debt.federal[farm][year];
            due[Line::StateTax] += with_debt.state[farm][year];
            due[Line::InvestmentTaxCredit] += credits[year];
            if let Some(without) = &without {
                let saved_usd = with_debt.total(farm, year) - without.total(farm, year);
                due[Line::InterestTaxShield] += saved_usd;
            }
        }
        let [federal, state] = &deductions[farm];
        spread(account, calendar, Line::Depreciation, &federal.scheduled);
        if params.state_tax_rate_share > 0.0 {
            spread(account, calendar, Line::StateDepreciation, &state.scheduled);
        }
        if federal.left_usd.abs() > 0.005 {
            let last = account.len() - 1;
            account[last].usd[Line::WriteOff] -= federal.left_usd;
        }
    }
}

/// Taxes by farm and year, USD, negative when paid.
struct Taxes {
    federal: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
}

impl Taxes {
    fn total(&self, farm: usize, year: usize) -> f64 {
        self.federal[farm][year] + self.state[farm][year]
    }
}

fn taxes(
    accounts: &[Vec<Account>],
    calendar: &Calendar,
    params: &FinanceParams,
    deductions: &[[Deductions; 2]],
    counts: impl Fn(Line) -> bool,
) -> Taxes {
    let incomes: Vec<Vec<f64>> =
        accounts.iter().map(|account| sums(account, calendar.years(), |a| a.usd.sum(&counts))).collect();
    let base = |authority: usize| -> Vec<Vec<f64>> {
        let farms = incomes.iter().zip(deductions);
        farms.map(|(income, d)| income.iter().zip(d[authority].deducted()).map(|(i, d)| i - d).collect()).collect()
    };
    let state = pooled_taxes(&base(1), params.state_tax_rate_share, params.tax_losses);
    let mut federal_base = base(0);
    for (base, paid) in federal_base.iter_mut().flatten().zip(state.iter().flatten()) {
        *base += paid;
    }
    Taxes { federal: pooled_taxes(&federal_base, params.tax_rate_share, params.tax_losses), state }
}

/// What a farm deducts for its capital, USD, positive.
struct Deductions {
    /// By the schedules, each year.
    scheduled: Vec<f64>,
    /// What is left when the run ends, deducted in the last year against the end value.
    left_usd: f64,
}

impl Deductions {
    fn of(account: &[Account], calendar: &Calendar, params: &FinanceParams, authority: Authority) -> Self {
        let bought = |line: Line| -> Vec<f64> { sums(account, calendar.years(), |a| 0.0 - a.usd[line]) };
        let mut halls = bought(Line::InfrastructureCapital);
        for basis in &mut halls {
            *basis *= params.infrastructure_basis_share();
        }
        let machines = bought(Line::MachineCapital);
        let by_machine = params.scheduled(params.machine_depreciation, authority, &machines);
        let by_hall = params.scheduled(params.infrastructure_depreciation, authority, &halls);
        let mut scheduled: Vec<f64> = by_machine.iter().zip(by_hall).map(|(m, h)| m + h).collect();
        // A last year that the run cuts short uses up its part of the year's depreciation.
        if let Some(last) = scheduled.last_mut() {
            *last *= calendar.last_year_share();
        }
        let basis_usd: f64 = machines.iter().chain(&halls).sum();
        Self { left_usd: basis_usd - scheduled.iter().sum::<f64>(), scheduled }
    }

    /// All that is deducted in each year.
    fn deducted(&self) -> Vec<f64> {
        let mut years = self.scheduled.clone();
        if let Some(last) = years.last_mut() {
            *last += self.left_usd;
        }
        years
    }
}

fn spread(account: &mut [Account], calendar: &Calendar, line: Line, by_year_usd: &[f64]) {
    for (run, usd) in calendar.years().iter().zip(by_year_usd).filter(|(_, usd)| **usd != 0.0) {
        let total: f64 = account[run.clone()].iter().map(capacity).sum();
        if total > 0.0 {
            for booked in &mut account[run.clone()] {
                booked.usd[line] -= usd * capacity(booked) / total;
            }
        } else {
            account[run.end - 1].usd[line] -= usd;
        }
    }
}
