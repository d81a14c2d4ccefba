//! What goes into an hour, and its dispatch.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use core::ops::Index;

use super::account::{HourResult, account};
use super::clearing::with_steps;
use super::merit::{Bids, Served, solve};
use crate::lanes::Number;

/// What a site has in an hour, mean MW.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Wind or solar power the grid does not take, MW, at least 0.
    pub surplus_mw: f64,
    /// Hydro power free of contracts, MW, at least 0.
    pub hydro_mw: f64,
    /// Power the grid can deliver: limit times availability, MW, at least 0.
    pub import_mw: f64,
    /// Power the grid can take: limit times availability, MW, at least 0.
    pub export_mw: f64,
    /// Market price at the node, USD/MWh, may be negative.
    pub price_usd_per_mwh: f64,
    /// Whether a demand-response event switches the miners off.
    pub miners_called_off: bool,
}

/// Power and price of an hour, of eight side by side, or of many column by column; without demand-response calls.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Power<V = f64> {
    /// Surplus, MW, at least 0.
    pub surplus_mw: V,
    /// Hydro, MW, at least 0.
    pub hydro_mw: V,
    /// What the grid can deliver, MW, at least 0.
    pub import_mw: V,
    /// What the grid can take, MW, at least 0.
    pub export_mw: V,
    /// Market price at the node, USD/MWh, may be negative.
    pub price_usd_per_mwh: V,
}

/// What energy costs at a site beside the market price. Costs of local sources may be negative (a tax credit).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Cost of surplus energy used or exported, USD/MWh.
    pub surplus_cost_usd_per_mwh: f64,
    /// Cost of hydro energy used or exported (water value), USD/MWh.
    pub hydro_cost_usd_per_mwh: f64,
    /// Delivery and other charges on top of the price for imports, USD/MWh.
    pub import_adder_usd_per_mwh: f64,
    /// Charges off the price for exports, USD/MWh.
    pub export_fee_usd_per_mwh: f64,
    /// Backup power of the AI farm, MW, at least 0.
    pub backup_mw: f64,
    /// Cost of backup energy, USD/MWh.
    pub backup_cost_usd_per_mwh: f64,
}

/// Miners that earn the same per MWh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinerTier {
    /// Facility power at the meter, MW, at least 0.
    pub mw: f64,
    /// What a MWh at the meter earns, without energy, less variable cost, USD/MWh.
    pub value_usd_per_mwh: f64,
}

/// The loads of a site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loads<'a> {
    /// Firm draw of the AI farm at the meter, MW, at least 0.
    pub ai_mw: f64,
    /// Miners, best value first.
    pub miners: &'a [MinerTier],
}

/// Hours of a site column by column, all of the same length; what the site lacks is zero.
pub type Columns = Power<Vec<f64>>;

impl Columns {
    /// The columns of hours.
    pub(super) fn of(hours: &[Hour]) -> Self {
        let mut columns = Self::default();
        for hour in hours {
            columns.push(hour);
        }
        columns
    }

    /// Adds an hour.
    pub(crate) fn push(&mut self, hour: &Hour) {
        self.surplus_mw.push(hour.surplus_mw);
        self.hydro_mw.push(hour.hydro_mw);
        self.import_mw.push(hour.import_mw);
        self.export_mw.push(hour.export_mw);
        self.price_usd_per_mwh.push(hour.price_usd_per_mwh);
    }

    /// How many hours there are.
    pub fn len(&self) -> usize {
        self.price_usd_per_mwh.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<C: Index<usize, Output = f64>> Power<C> {
    /// One of the hours, in which no miners are called off.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn hour(&self, index: usize) -> Hour {
        Hour {
            surplus_mw: self.surplus_mw[index],
            hydro_mw: self.hydro_mw[index],
            import_mw: self.import_mw[index],
            export_mw: self.export_mw[index],
            price_usd_per_mwh: self.price_usd_per_mwh[index],
            miners_called_off: false,
        }
    }
}

impl Hour {
    /// What there is, whoever may use it.
    pub(super) fn power(&self) -> Power {
        let Self { surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh, .. } = *self;
        Power { surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh }
    }
}

/// Power from surplus, hydro and grid, MW.
#[inline(always)]
pub(super) fn sources_mw<V: Number>(power: &Power<V>) -> [V; 3] {
    [power.surplus_mw, power.hydro_mw, power.import_mw]
}

impl Terms {
    /// Cost of surplus, hydro and grid energy at a market price, USD/MWh.
    #[inline(always)]
    pub(super) fn costs<V: Number>(&self, price_usd_per_mwh: V) -> [V; 3] {
        [
            V::splat(self.surplus_cost_usd_per_mwh),
            V::splat(self.hydro_cost_usd_per_mwh),
            price_usd_per_mwh.add(V::splat(self.import_adder_usd_per_mwh)),
        ]
    }

    /// What an exported MWh brings at a market price, USD/MWh.
    #[inline(always)]
    pub(super) fn export_value<V: Number>(&self, price_usd_per_mwh: V) -> V {
        price_usd_per_mwh.sub(V::splat(self.export_fee_usd_per_mwh))
    }

    /// Whether surplus goes before hydro.
    pub(super) fn surplus_is_cheaper(&self) -> bool {
        self.surplus_cost_usd_per_mwh <= self.hydro_cost_usd_per_mwh
    }
}

impl<'a> Loads<'a> {
    /// Whether nothing draws.
    pub(super) fn are_none(&self) -> bool {
        self.ai_mw <= 0.0 && self.miners.is_empty()
    }

    /// The miners that may run in an hour: none while they are called off.
    pub(super) fn miners_on(&self, hour: &Hour) -> &'a [MinerTier] {
        if hour.miners_called_off { &[] } else { self.miners }
    }
}

/// Dispatches one hour to the greatest value for the owner, AI first.
///
/// The totals are the exact optimum of the hour's linear program (`merit`). Which load draws on which source does not
/// change the total, so it is settled by rule (`account`): AI draws on the cheapest energy the loads use, the miners
/// on the rest, and exports are the dearest of the local energy used. `loads.miners` must be sorted, best value first.
pub fn dispatch_hour(hour: &Hour, terms: &Terms, loads: &Loads) -> HourResult {
    dispatch_hour_as_if(hour, terms, terms, loads)
}

/// The same where the owner decides as if energy cost something else than it does: who runs on which power follows
/// `decides`, what that costs follows `terms`.
pub fn dispatch_hour_as_if(hour: &Hour, decides: &Terms, terms: &Terms, loads: &Loads) -> HourResult {
    account(&hour.power(), terms, loads.ai_mw, &serve_hour(hour, decides, loads))
}

/// The totals of one hour.
pub(super) fn serve_hour(hour: &Hour, terms: &Terms, loads: &Loads) -> Served {
    let miners = loads.miners_on(hour);
    with_steps(miners, loads.ai_mw, |steps| solve(&hour.power(), terms, &Bids { ai_mw: loads.ai_mw, miners, steps }))
}
