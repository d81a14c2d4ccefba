//! Working capital.

use super::Calendar;
use super::calendar::sums;
use crate::finance::totals::Account;
use crate::finance::{Class, FinanceParams, Line};

/// Books what a farm puts aside for the coming months' cost, and what its customers owe for the months before; all comes
/// back when the run ends.
pub fn book(account: &mut [Account], calendar: &Calendar, params: &FinanceParams) {
    let Some(working) = &params.working_capital else { return };
    let months = calendar.months();
    let cost = sums(account, months, |a| {
        0.0 - a
            .usd
            .sum(|line| matches!(line.class(), Class::Energy | Class::Operating) && line != Line::ForgoneGridSales)
    });
    // Nobody owes what coins kept have gained: they are sold for cash.
    let owed = |line: Line| line.class() == Class::Revenue && line != Line::CoinGains;
    let revenue = sums(account, months, |a| a.usd.sum(owed));
    let mut held_usd = 0.0;
    for (month, run) in months.iter().enumerate() {
        let coming = |of: &[f64], months: f64| of.get(month + 1).map_or(0.0, |usd| months * usd);
        let asked_usd = coming(&cost, working.operating_cost_months) + coming(&revenue, working.receivable_months);
        account[run.end - 1].usd[Line::WorkingCapital] -= asked_usd - held_usd;
        held_usd = asked_usd;
    }
}
