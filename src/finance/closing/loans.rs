//! Loans on what a farm builds, drawn when it is paid for.

use super::Calendar;
use super::calendar::{capacity, sums};
use crate::finance::debt::{Finances, Payment, Tranche, lent_share};
use crate::finance::totals::Account;
use crate::finance::{FinanceParams, Line};

/// Books the loans that are a share of what they finance.
pub fn book_shares(account: &mut [Account], calendar: &Calendar, params: &FinanceParams) {
    for tranche in &params.debt {
        if let Some(share) = tranche.share {
            let spent = spent_usd(account, tranche.finances);
            book(account, calendar, params, tranche, &service(tranche, calendar, &spent, share));
        }
    }
}

/// Books the loans that are sized to a coverage: the largest share of the cost, up to what others leave of it, that every
/// calendar year in which the farm runs throughout covers. What the run brings is known here, so it is the loan of a
/// lender who knew. Gives the names of those that come to nothing.
pub fn book_sized<'p>(account: &mut [Account], calendar: &Calendar, params: &'p FinanceParams) -> Vec<&'p str> {
    let mut refused = Vec::new();
    let mut lent_share = lent_share(&params.debt);
    for tranche in &params.debt {
        let Some(target) = tranche.target_dscr else { continue };
        let spent = spent_usd(account, tranche.finances);
        let covered = covered_share(account, calendar, &service(tranche, calendar, &spent, 1.0), target);
        let share = covered.min(tranche.maximum_share.unwrap_or(1.0)).min((1.0 - lent_share).max(0.0));
        lent_share += share;
        book(account, calendar, params, tranche, &service(tranche, calendar, &spent, share));
        if share == 0.0 && spent.iter().any(|usd| *usd > 0.0) {
            refused.push(tranche.name.as_str());
        }
    }
    refused
}

/// Capital by period, USD.
fn spent_usd(account: &[Account], finances: Finances) -> Vec<f64> {
    let counts = |line: Line| match line {
        Line::InfrastructureCapital => finances != Finances::Machines,
        Line::MachineCapital => finances != Finances::Infrastructure,
        _ => false,
    };
    account.iter().map(|a| (0.0 - a.usd.sum(counts)).max(0.0)).collect()
}

/// What is drawn in each period and paid at the end of each month, USD.
struct Service {
    drawn_usd: Vec<f64>,
    payments: Vec<Payment>,
    /// What is owed when the run ends.
    owed_usd: f64,
}

/// Each month's spending is a loan of its own, paid from the month after.
fn service(tranche: &Tranche, calendar: &Calendar, spent_usd: &[f64], share: f64) -> Service {
    let drawn_usd: Vec<f64> = spent_usd.iter().map(|usd| share * usd).collect();
    let mut payments = vec![Payment::default(); calendar.months().len()];
    let mut owed_usd = 0.0;
    for (month, run) in calendar.months().iter().enumerate() {
        let loan_usd: f64 = drawn_usd[run.clone()].iter().sum();
        let left = &mut payments[month + 1..];
        let runs_on = tranche.periods(12) > left.len();
        let mut unpaid_usd = loan_usd;
        for (sum, payment) in left.iter_mut().zip(tranche.payments(loan_usd, 12)) {
            sum.interest_usd += payment.interest_usd;
            sum.principal_usd += payment.principal_usd;
            unpaid_usd -= payment.principal_usd;
        }
        owed_usd += if runs_on { unpaid_usd } else { 0.0 };
    }
    Service { drawn_usd, payments, owed_usd }
}

/// The share of a loan that the farm's cash covers so many times, in the year in which it is least, at least 0.
fn covered_share(account: &[Account], calendar: &Calendar, whole: &Service, target: f64) -> f64 {
    let cash = sums(account, calendar.years(), |a| a.usd.sum(Line::serves_debt) + others_service(a));
    let mut share = f64::INFINITY;
    let mut payments = whole.payments.iter();
    for (year, cash_usd) in calendar.years().iter().zip(cash) {
        let service_usd: f64 = payments.by_ref().take(months_of(calendar, year)).map(Payment::total_usd).sum();
        if service_usd > 0.0 && account[year.clone()].iter().all(|a| capacity(a) > 0.0) {
            share = share.min((cash_usd / (target * service_usd)).max(0.0));
        }
    }
    if share.is_finite() { share } else { 0.0 }
}

fn others_service(account: &Account) -> f64 {
    account.usd[Line::Interest] + account.usd[Line::Principal]
}

fn months_of(calendar: &Calendar, year: &core::ops::Range<usize>) -> usize {
    calendar.months().iter().filter(|month| year.contains(&month.start)).count()
}

fn book(account: &mut [Account], calendar: &Calendar, params: &FinanceParams, tranche: &Tranche, service: &Service) {
    for (booked, drawn_usd) in account.iter_mut().zip(&service.drawn_usd) {
        booked.usd[Line::DebtDraws] += drawn_usd;
        booked.usd[Line::DebtFees] -= tranche.fee_share * drawn_usd;
    }
    let mut reserve_usd = 0.0;
    for (month, run) in calendar.months().iter().enumerate() {
        let booked = &mut account[run.end - 1].usd;
        let payment = service.payments[month];
        booked[Line::Interest] -= payment.interest_usd;
        booked[Line::Principal] -= payment.principal_usd;
        booked[Line::DebtReserveInterest] += params.reserve_interest_per_year / 12.0 * reserve_usd;
        let next_usd = service.payments.get(month + 1).map_or(0.0, Payment::total_usd);
        booked[Line::DebtReserve] -= tranche.reserve_months * next_usd - reserve_usd;
        reserve_usd = tranche.reserve_months * next_usd;
    }
    if let Some(last) = account.last_mut() {
        last.usd[Line::DebtAtEnd] -= service.owed_usd;
    }
}
