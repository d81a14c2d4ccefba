//! What is booked when a run's books are closed: all that needs the whole run, or the year, to be known.
//!
//! In order: overhead; loans that are a share of what is built; coins kept; loans sized by the cash there is; working
//! capital; depreciation and tax. A later step reads what an earlier one booked.

mod calendar;
mod coins;
mod loans;
mod overhead;
mod taxes;
mod working;

pub(super) use calendar::Calendar;

use super::FinanceParams;
use super::totals::Account;

/// Books all of it to the accounts, `[farm][period]`, every farm with an account in every period. Gives the loans that come
/// to nothing: number of the farm and name of the loan.
pub(super) fn close(
    accounts: &mut [Vec<Account>],
    calendar: &Calendar,
    btc_usd: &[f64],
    params: &FinanceParams,
) -> Vec<(usize, String)> {
    overhead::book(accounts, calendar, params);
    let mut refused = Vec::new();
    for (farm, account) in accounts.iter_mut().enumerate() {
        loans::book_shares(account, calendar, params);
        coins::book(account, calendar, btc_usd, &params.treasury);
        let here = loans::book_sized(account, calendar, params);
        refused.extend(here.into_iter().map(|loan| (farm, loan.to_owned())));
        working::book(account, calendar, params);
    }
    taxes::book(accounts, calendar, params);
    refused
}

#[cfg(test)]
pub(super) mod tests;
