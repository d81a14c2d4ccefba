//! What is done with mined coins, and what their price makes of them.

use super::contracts::{Mining, Treasury};
use super::statement::Statement;
use crate::finance::{Class, Line};
use std::collections::VecDeque;

/// Coins kept since one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lot {
    /// Period they were mined in.
    pub period: usize,
    /// Coins.
    pub btc: f64,
    /// Their price then, USD/BTC.
    pub usd_per_btc: f64,
}

/// Coins kept, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Holdings(VecDeque<Lot>);

/// Coins sold from what was kept.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sold {
    /// What they were worth when they were mined, USD.
    pub basis_usd: f64,
    /// What they brought, USD.
    pub proceeds_usd: f64,
}

impl Holdings {
    /// Keeps coins.
    pub fn keep(&mut self, lot: Lot) {
        if lot.btc > 0.0 {
            self.0.push_back(lot);
        }
    }

    /// Sells all lots mined up to a period.
    pub fn sell_until(&mut self, period: usize, usd_per_btc: f64) -> Sold {
        let mut sold = Sold::default();
        while let Some(lot) = self.0.front().copied().filter(|lot| lot.period <= period) {
            sold.add(lot.btc, &lot, usd_per_btc);
            self.0.pop_front();
        }
        sold
    }

    /// Sells coins for so many dollars, as far as there are any.
    pub fn sell_for(&mut self, usd: f64, usd_per_btc: f64) -> Sold {
        let mut sold = Sold::default();
        while let Some(lot) = self.0.front_mut() {
            let wanted_btc = (usd - sold.proceeds_usd) / usd_per_btc;
            if !(wanted_btc > 0.0) {
                break;
            }
            let btc = wanted_btc.min(lot.btc);
            sold.add(btc, lot, usd_per_btc);
            lot.btc -= btc;
            if btc == wanted_btc {
                break;
            }
            self.0.pop_front();
        }
        sold
    }
}

impl Sold {
    fn add(&mut self, btc: f64, lot: &Lot, usd_per_btc: f64) {
        self.basis_usd += btc * lot.usd_per_btc;
        self.proceeds_usd += btc * usd_per_btc;
    }
}

/// Books what is kept and what is sold later. Service of the loans known so far counts as cost.
pub(super) fn book(mining: &Mining, statement: &mut Statement) {
    if mining.treasury == Treasury::SellAtOnce {
        return;
    }
    let needs = needs_usd(statement);
    let mut holdings = Holdings::default();
    let last = statement.time.periods() - 1;
    for period in 1..=last {
        let usd_per_btc = statement.amounts.btc_usd[period];
        let mined = Lot { period, btc: statement.amounts.btc[period] * (1.0 - mining.pool_fee_share), usd_per_btc };
        let (kept_btc, mut sold) = match &mining.treasury {
            Treasury::SellAtOnce => (0.0, Sold::default()),
            Treasury::Hold { share, months } => {
                let due = months.map(|months| statement.time.after_months(months).max(1));
                let sold = due.filter(|due| *due < period).map(|due| holdings.sell_until(period - due, usd_per_btc));
                (share * mined.btc, sold.unwrap_or_default())
            }
            Treasury::CoverCosts {} => {
                let now_btc = (needs[period] / usd_per_btc).clamp(0.0, mined.btc);
                let missing_usd = needs[period] - mined.btc * usd_per_btc;
                (mined.btc - now_btc, holdings.sell_for(missing_usd, usd_per_btc))
            }
        };
        holdings.keep(Lot { btc: kept_btc, ..mined });
        if period == last {
            let rest = holdings.sell_until(last, usd_per_btc);
            sold.basis_usd += rest.basis_usd;
            sold.proceeds_usd += rest.proceeds_usd;
        }
        statement.row_mut(Line::CoinsHeld)[period] += sold.basis_usd - kept_btc * usd_per_btc;
        statement.row_mut(Line::CoinGains)[period] += sold.proceeds_usd - sold.basis_usd;
    }
}

/// What running and lenders cost beyond other income, USD by period. The pool's fee is kept from the coins.
fn needs_usd(statement: &Statement) -> Vec<f64> {
    let counts = |line: Line| match line.class() {
        Class::Revenue => line != Line::CoinRevenue,
        Class::Energy => true,
        Class::Operating => line != Line::PoolFee,
        Class::Financing => matches!(line, Line::Interest | Line::Principal),
        Class::Capital | Class::Held | Class::Tax | Class::Memo => false,
    };
    statement.sum(counts).iter().map(|usd| -usd).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Holdings {
        let mut holdings = Holdings::default();
        holdings.keep(Lot { period: 1, btc: 2.0, usd_per_btc: 10.0 });
        holdings.keep(Lot { period: 2, btc: 1.0, usd_per_btc: 20.0 });
        holdings
    }

    #[test]
    fn the_oldest_coins_are_sold_first() {
        let mut holdings = kept();
        assert_eq!(holdings.sell_for(75.0, 30.0), Sold { basis_usd: 30.0, proceeds_usd: 75.0 });
        assert_eq!(holdings.sell_until(9, 30.0), Sold { basis_usd: 10.0, proceeds_usd: 15.0 });
        assert_eq!(holdings.sell_until(9, 30.0), Sold::default());
    }

    #[test]
    fn no_more_is_sold_than_there_is() {
        let mut holdings = kept();
        assert_eq!(holdings.sell_for(1e6, 5.0), Sold { basis_usd: 40.0, proceeds_usd: 15.0 });
        assert_eq!(kept().sell_for(-1.0, 5.0), Sold::default());
        assert_eq!(kept().sell_until(1, 5.0), Sold { basis_usd: 20.0, proceeds_usd: 10.0 });
    }
}
