//! What is done with mined coins, and what their price makes of them.

use std::collections::VecDeque;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done with mined coins. A coin is income at its price when mined; what it brings more or less when it is sold
/// is a gain or loss of that period. All that is left is sold at the end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum Treasury {
    /// Coins are sold when they are mined.
    #[default]
    SellAtOnce,
    /// A share of the coins is kept.
    Hold {
        /// Share kept. Required.
        #[schemars(range(min = 0.0, max = 1.0))]
        share: f64,
        /// Months after which kept coins are sold, the oldest first.
        /// Default: none, at the end. Source: user's choice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 1, max = 1200))]
        months: Option<u32>,
    },
    /// No more coins are sold than energy, operation and loans (but those sized by `target_dscr`) cost beyond other
    /// income: those of the period first, then the oldest kept.
    CoverCosts {},
}

/// The coins of one period and what they can be sold for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Mined {
    /// Months until the period's end.
    pub month: usize,
    /// Coins, the pool's fee taken off.
    pub btc: f64,
    /// What they are worth when they are mined, USD/BTC.
    pub usd_per_btc: f64,
    /// What coins kept can be sold for at the period's end, USD/BTC.
    pub sale_usd_per_btc: f64,
    /// What is to be paid in the period beyond other income, USD.
    pub need_usd: f64,
}

/// What a period's dealings come to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dealings {
    /// Worth when mined of coins sold, less that of coins kept, USD.
    pub held_usd: f64,
    /// What coins sold brought beyond their worth when mined, USD.
    pub gains_usd: f64,
}

impl Treasury {
    /// Keeps and sells, period by period; in the last one all is sold.
    pub fn deal(&self, periods: &[Mined]) -> Vec<Dealings> {
        let mut holdings = Holdings::default();
        let mut deal = |(i, mined): (usize, &Mined)| {
            let (kept_btc, mut sold) = self.decide(mined, &mut holdings);
            holdings.keep(Lot { month: mined.month, btc: kept_btc, usd_per_btc: mined.usd_per_btc });
            if i + 1 == periods.len() {
                let rest = holdings.sell_until(mined.month, mined.sale_usd_per_btc);
                sold.basis_usd += rest.basis_usd;
                sold.proceeds_usd += rest.proceeds_usd;
            }
            Dealings {
                held_usd: sold.basis_usd - kept_btc * mined.usd_per_btc,
                gains_usd: sold.proceeds_usd - sold.basis_usd,
            }
        };
        periods.iter().enumerate().map(&mut deal).collect()
    }

    /// How many of the period's coins are kept, and what is sold of those kept before.
    fn decide(&self, mined: &Mined, holdings: &mut Holdings) -> (f64, Sold) {
        match self {
            Self::SellAtOnce => (0.0, Sold::default()),
            Self::Hold { share, months } => {
                let due = months.and_then(|months| mined.month.checked_sub(months as usize));
                let sold = due.map(|month| holdings.sell_until(month, mined.sale_usd_per_btc));
                (share * mined.btc, sold.unwrap_or_default())
            }
            Self::CoverCosts {} => {
                let worth_usd = mined.btc * mined.usd_per_btc;
                let sold_usd = mined.need_usd.clamp(0.0, worth_usd.max(0.0));
                let kept_btc = if sold_usd < worth_usd { mined.btc - sold_usd / mined.usd_per_btc } else { 0.0 };
                (kept_btc, holdings.sell_for(mined.need_usd - sold_usd, mined.sale_usd_per_btc))
            }
        }
    }
}

/// Coins kept since one period.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lot {
    /// Month they were mined in.
    month: usize,
    /// Coins.
    btc: f64,
    /// Their price then, USD/BTC.
    usd_per_btc: f64,
}

/// Coins kept, the oldest first.
#[derive(Debug, Clone, Default)]
struct Holdings(VecDeque<Lot>);

/// Coins sold from what was kept.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sold {
    /// What they were worth when they were mined, USD.
    basis_usd: f64,
    /// What they brought, USD.
    proceeds_usd: f64,
}

impl Holdings {
    /// Keeps coins.
    fn keep(&mut self, lot: Lot) {
        if lot.btc > 0.0 {
            self.0.push_back(lot);
        }
    }

    /// Sells all lots mined up to a month.
    fn sell_until(&mut self, month: usize, usd_per_btc: f64) -> Sold {
        let mut sold = Sold::default();
        while let Some(lot) = self.0.front().copied().filter(|lot| lot.month <= month) {
            sold.add(lot.btc, &lot, usd_per_btc);
            self.0.pop_front();
        }
        sold
    }

    /// Sells coins for so many dollars, as far as there are any.
    fn sell_for(&mut self, usd: f64, usd_per_btc: f64) -> Sold {
        let mut sold = Sold::default();
        while let Some(lot) = self.0.front_mut() {
            let wanted_btc = (usd - sold.proceeds_usd) / usd_per_btc;
            if wanted_btc.is_nan() || wanted_btc <= 0.0 {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Holdings {
        let mut holdings = Holdings::default();
        holdings.keep(Lot { month: 1, btc: 2.0, usd_per_btc: 10.0 });
        holdings.keep(Lot { month: 2, btc: 1.0, usd_per_btc: 20.0 });
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
