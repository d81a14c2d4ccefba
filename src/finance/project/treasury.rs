//! Coins kept and sold by a project.

use super::contracts::Mining;
use super::statement::Statement;
use crate::finance::Line;
use crate::finance::treasury::{Mined, Treasury};

/// Books what is kept and what is sold later. Service of the loans known so far counts as cost.
pub(super) fn book(mining: &Mining, statement: &mut Statement) {
    if mining.treasury == Treasury::SellAtOnce {
        return;
    }
    let needs = needs_usd(statement);
    let mined = |period: usize| Mined {
        month: period * 12 / statement.time.per_year,
        btc: statement.amounts.btc[period] * (1.0 - mining.pool_fee_share),
        usd_per_btc: statement.amounts.btc_usd[period],
        sale_usd_per_btc: statement.amounts.btc_usd[period],
        need_usd: needs[period],
    };
    let periods: Vec<Mined> = (1..statement.time.periods()).map(mined).collect();
    for (i, dealings) in mining.treasury.deal(&periods).into_iter().enumerate() {
        statement.row_mut(Line::CoinsHeld)[i + 1] += dealings.held_usd;
        statement.row_mut(Line::CoinGains)[i + 1] += dealings.gains_usd;
    }
}

/// What running and lenders cost beyond other income, USD by period. The pool's fee is kept from the coins.
fn needs_usd(statement: &Statement) -> Vec<f64> {
    statement.sum(Line::is_need).iter().map(|usd| -usd).collect()
}
