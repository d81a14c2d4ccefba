//! The price at which a project is worth nothing: solved for, not scanned.

use core::fmt;

use serde::Serialize;

use super::params::Project;
use crate::finance::by_year::ByYear;
use crate::finance::root::between;

/// A price that can be solved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Price {
    /// Of energy sold, USD/MWh.
    Export,
    /// Of energy bought, USD/MWh.
    Power,
    /// Of a coin, USD/BTC: with hashprice given, the hashprice follows it.
    Btc,
    /// Of a PH/s, USD per day, with the coins as they are: the coin's price follows it.
    Hashprice,
    /// For hosting, USD/kWh.
    HostingFee,
    /// Of critical IT, USD per kW and month.
    Rent,
    /// Of an accelerator on the market, USD per hour.
    GpuRent,
}

/// The price of year 1 at which the net present value is zero; the other years' prices keep their ratio to it.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakEven {
    /// What is solved for.
    pub price: Price,
    /// Price of year 1 as it is, in its own unit.
    pub today_usd: f64,
    /// Price of year 1 at which the owner gains and loses nothing, or why there is none.
    pub usd: Result<f64, NoBreakEven>,
}

/// Why no price makes the net present value zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBreakEven {
    /// The project loses at every price from nothing to a million times today's.
    AlwaysLoses,
    /// It gains even at a price of nothing (of what it sells), or at a million times today's (of what it buys).
    AlwaysGains,
}

impl fmt::Display for NoBreakEven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlwaysLoses => "the project loses at any such price",
            Self::AlwaysGains => "the project gains at any such price",
        })
    }
}

/// Most that a price may be multiplied by.
const MOST: f64 = 1e6;

impl Price {
    const ALL: [Self; 7] =
        [Self::Export, Self::Power, Self::Btc, Self::Hashprice, Self::HostingFee, Self::Rent, Self::GpuRent];

    /// The price in a sentence, with its unit.
    pub fn name(self) -> &'static str {
        match self {
            Self::Export => "price of energy sold, USD/MWh",
            Self::Power => "price of power, USD/MWh",
            Self::Btc => "BTC price, USD",
            Self::Hashprice => "hashprice, USD per PH/s and day",
            Self::HostingFee => "hosting fee, USD/kWh",
            Self::Rent => "rent, USD per kW and month",
            Self::GpuRent => "rent, USD per GPU-hour",
        }
    }

    /// Where the price stands in a project.
    fn of(self, project: &mut Project) -> Option<&mut ByYear> {
        match self {
            Self::Export => project.exports.as_mut().map(|e| &mut e.price_usd_per_mwh),
            Self::Power => project.energy.as_mut().map(|e| &mut e.price_usd_per_mwh),
            Self::Btc => project.mining.as_mut().map(|m| &mut m.price_usd_per_btc),
            Self::Hashprice => project.mining.as_mut().and_then(|m| m.hashprice_usd_per_ph_day.as_mut()),
            Self::HostingFee => project.hosted_mining.as_mut().map(|h| &mut h.fee_usd_per_kwh),
            Self::Rent => project.lease.as_mut().map(|l| &mut l.rent_usd_per_kw_month),
            Self::GpuRent => project.cloud.as_mut().map(|c| &mut c.rent_usd_per_gpu_hour),
        }
    }

    /// Multiplies the price.
    fn scale(self, project: &mut Project, k: f64) {
        // Coins from a hashprice are worth hashprice: the two move together.
        let prices: &[Self] = match self {
            Self::Btc | Self::Hashprice => &[Self::Btc, Self::Hashprice],
            _ => core::slice::from_ref(&self),
        };
        for price in prices {
            if let Some(figure) = price.of(project) {
                *figure = figure.times(k);
            }
        }
    }
}

impl Project {
    /// Solves for every price that the project has.
    pub fn break_evens(&self) -> Vec<BreakEven> {
        Price::ALL.into_iter().filter_map(|price| self.break_even(price)).collect()
    }

    /// Solves for one price; `None` where the project has no such price.
    pub fn break_even(&self, price: Price) -> Option<BreakEven> {
        let mut base = self.clone();
        let figure = price.of(&mut base)?;
        let today_usd = figure.values()[0];
        if figure.values().iter().any(|usd| *usd < 0.0) || figure.is_zero() {
            // Without a shape to keep, a level price is sought.
            *figure = ByYear::First(1.0);
        }
        let unit_usd = price.of(&mut base)?.values()[0];
        let npv_usd = |k: f64| {
            let mut project = base.clone();
            price.scale(&mut project, k);
            project.evaluate().npv_usd(project.nominal_rate_per_year())
        };
        let usd = solve(&npv_usd, price != Price::Power).map(|k| k * unit_usd);
        Some(BreakEven { price, today_usd, usd })
    }
}

/// The multiple at which the value crosses zero; `rises` with what is sold, falls with what is bought.
fn solve(npv_usd: &dyn Fn(f64) -> f64, rises: bool) -> Result<f64, NoBreakEven> {
    let gains = |k: f64| npv_usd(k) >= 0.0;
    if gains(0.0) == rises {
        return Err(if rises { NoBreakEven::AlwaysGains } else { NoBreakEven::AlwaysLoses });
    }
    let mut high = 1.0;
    while gains(high) != rises {
        high *= 4.0;
        if high > MOST {
            return Err(if rises { NoBreakEven::AlwaysLoses } else { NoBreakEven::AlwaysGains });
        }
    }
    Ok(between(npv_usd, 0.0, high))
}
