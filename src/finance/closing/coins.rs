//! Coins kept and sold.

use super::Calendar;
use crate::finance::totals::Account;
use crate::finance::treasury::{Mined, Treasury};
use crate::finance::{Line, Quantity};

/// Books what a farm keeps of its coins and what those kept bring. Coins kept are sold at the last price of a period.
pub fn book(account: &mut [Account], calendar: &Calendar, btc_usd: &[f64], treasury: &Treasury) {
    if *treasury == Treasury::SellAtOnce || account.iter().all(|a| a.usd[Line::CoinRevenue] == 0.0) {
        return;
    }
    let mut periods = Vec::with_capacity(account.len());
    for (month, run) in calendar.months().iter().enumerate() {
        periods.extend(run.clone().map(|i| mined(&account[i], month + 1, btc_usd[i])));
    }
    for (booked, dealings) in account.iter_mut().zip(treasury.deal(&periods)) {
        booked.usd[Line::CoinsHeld] += dealings.held_usd;
        booked.usd[Line::CoinGains] += dealings.gains_usd;
    }
}

fn mined(account: &Account, month: usize, sale_usd_per_btc: f64) -> Mined {
    let (usd, btc) = (account.usd[Line::CoinRevenue], account.amounts[Quantity::BtcMined as usize]);
    let net_share = if usd > 0.0 { 1.0 + account.usd[Line::PoolFee] / usd } else { 0.0 };
    Mined {
        month,
        btc: btc * net_share,
        usd_per_btc: if btc > 0.0 { usd / btc } else { sale_usd_per_btc },
        sale_usd_per_btc,
        need_usd: 0.0 - account.usd.sum(Line::is_need),
    }
}
