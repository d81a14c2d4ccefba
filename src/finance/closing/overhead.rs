//! Corporate overhead, borne by the farms online.

use super::Calendar;
use super::calendar::capacity;
use crate::calendar::DAYS_PER_YEAR;
use crate::finance::totals::Account;
use crate::finance::{FinanceParams, Line, spans};

/// Books the overhead of each period to the farms online, in proportion to their capacity.
pub fn book(accounts: &mut [Vec<Account>], calendar: &Calendar, params: &FinanceParams) {
    if params.corporate_overhead_usd_per_year == 0.0 {
        return;
    }
    let start = calendar.start();
    for (i, period) in calendar.periods.iter().enumerate() {
        let shares: Vec<f64> = accounts.iter().map(|account| capacity(&account[i])).collect();
        let total: f64 = shares.iter().sum();
        let steps = spans(start, period.first, period.last.plus_days(1), |day| params.fixed_om_factor(start, day));
        let days: f64 = steps.iter().map(|(from, until, factor)| f64::from(until.0 - from.0) * factor).sum();
        let due = params.corporate_overhead_usd_per_year * days / DAYS_PER_YEAR;
        for (account, share) in accounts.iter_mut().zip(shares).filter(|(_, share)| *share > 0.0) {
            account[i].usd[Line::Overhead] -= due * share / total;
        }
    }
}
