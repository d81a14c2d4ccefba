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

/// The price at which the net present value is zero. The prices of all years keep their ratio to each other; where some are
/// negative or all are nothing, one level price is sought instead.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakEven {
    /// What is solved for.
    pub price: Price,
    /// Year of operation, from 1, whose price is stated: the first that has one.
    pub year: usize,
    /// Price of that year as it is, in its own unit.
    pub today_usd: f64,
    /// Whether the price found is level over all years (but for the escalator) instead of keeping the shape of today's.
    pub level: bool,
    /// Price of that year at which the owner gains and loses nothing, or why there is none.
    pub usd: Result<f64, NoBreakEven>,
}

/// Why no price makes the net present value zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBreakEven {
    /// The project loses whatever the price, up to a million times today's.
    AlwaysLoses,
    /// It gains even where what it sells brings nothing, or where what it buys costs a million times today's price.
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
        let place = figure.values().iter().position(|usd| *usd != 0.0).unwrap_or(0);
        let today_usd = figure.values()[place];
        let level = figure.values().iter().any(|usd| *usd < 0.0) || figure.is_zero();
        if level {
            *figure = ByYear::First(1.0);
        }
        let unit_usd = if level { 1.0 } else { today_usd };
        let npv_usd = |k: f64| {
            let mut project = base.clone();
            price.scale(&mut project, k);
            project.evaluate().npv_usd(project.nominal_rate_per_year())
        };
        let factor = if price == Price::Power { solve_bought(&npv_usd) } else { solve_sold(&npv_usd) };
        Some(BreakEven { price, year: place + 1, today_usd, level, usd: factor.map(|k| k * unit_usd) })
    }
}

/// The multiple of a price of what is sold at which the value crosses zero.
fn solve_sold(npv_usd: &dyn Fn(f64) -> f64) -> Result<f64, NoBreakEven> {
    if npv_usd(0.0) >= 0.0 {
        return Err(NoBreakEven::AlwaysGains);
    }
    let high = reach(1.0, |k| npv_usd(k) >= 0.0).ok_or(NoBreakEven::AlwaysLoses)?;
    Ok(between(npv_usd, 0.0, high))
}

/// The multiple of a price of what is bought; it may be negative: one is paid for taking it.
fn solve_bought(npv_usd: &dyn Fn(f64) -> f64) -> Result<f64, NoBreakEven> {
    if npv_usd(0.0) >= 0.0 {
        let high = reach(1.0, |k| npv_usd(k) < 0.0).ok_or(NoBreakEven::AlwaysGains)?;
        return Ok(between(npv_usd, 0.0, high));
    }
    let low = reach(-1.0, |k| npv_usd(k) >= 0.0).ok_or(NoBreakEven::AlwaysLoses)?;
    Ok(between(npv_usd, low, 0.0))
}

/// The first of ±1, ±4, ±16, … at which it is so.
fn reach(from: f64, so: impl Fn(f64) -> bool) -> Option<f64> {
    core::iter::successors(Some(from), |k| Some(4.0 * k)).take_while(|k| k.abs() <= MOST).find(|k| so(*k))
}
