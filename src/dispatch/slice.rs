//! Many hours at once: their value, and what one more MW of each load would add.

mod kernel;
mod supply;
#[cfg(test)]
mod tests;

pub use supply::{FirmSupply, firm_supply, slice_import_mwh, slice_running_mwh};

use super::clearing::with_steps;
use super::hour::{Hour, MinerTier, Terms};
use kernel::Job;

/// Hours side by side. The price has every hour; the others have as many, or none if the site lacks them.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Surplus, MW.
    pub surplus_mw: &'a [f64],
    /// Hydro, MW.
    pub hydro_mw: &'a [f64],
    /// Power the grid can deliver, MW.
    pub import_mw: &'a [f64],
    /// Power the grid can take, MW.
    pub export_mw: &'a [f64],
    /// Market price at the node, USD/MWh.
    pub price_usd_per_mwh: &'a [f64],
}

impl Slice<'_> {
    /// One of the hours.
    fn hour(&self, h: usize) -> Hour {
        let at = |values: &[f64]| values.get(h).copied().unwrap_or(0.0);
        Hour {
            surplus_mw: at(self.surplus_mw),
            hydro_mw: at(self.hydro_mw),
            import_mw: at(self.import_mw),
            export_mw: at(self.export_mw),
            price_usd_per_mwh: self.price_usd_per_mwh[h],
            miners_called_off: false,
        }
    }
}

/// The value of a slice as a sum over its hours, in the form of its dual: for every choice of capacities
/// `value <= assets_usd + Σ mw_k · gain_k - firm_mw · firm_usd_per_mw`, with equality at those it was computed for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SliceDual {
    /// What sources and export earn at the clearing price, USD.
    pub assets_usd: f64,
    /// What one MW of firm load costs at the clearing price, USD.
    pub firm_usd_per_mw: f64,
}

impl SliceDual {
    /// The bound for these capacities, USD: the value itself at those it was computed for. `gains_usd_per_mw` are those
    /// of the same call.
    pub fn value_usd(&self, firm_mw: f64, miners: &[MinerTier], gains_usd_per_mw: &[f64]) -> f64 {
        let mining: f64 = miners.iter().zip(gains_usd_per_mw).map(|(miner, gain)| miner.mw * gain).sum();
        self.assets_usd + mining - firm_mw * self.firm_usd_per_mw
    }
}

/// Adds to `gains_usd_per_mw` what one more MW of each miner would add to the value of the slice, USD, and gives the
/// rest of the dual. `miners` are sorted, best value first; those of 0 MW have a gain too.
///
/// The value is that of [`super::welfare_usd`] with AI served at no value and what cannot be served counted at the
/// shortfall price of the hour: `max(backup_cost_usd_per_mwh, cost of the dearest source)`. Miners that earn more than
/// this price go before AI here, where [`super::dispatch_hour`] serves AI first: the value would not be concave
/// otherwise, and no dual would bound it. So there, and only there, the value is more than the dispatch makes.
///
/// Same bits on every processor. Allocates nothing for up to 32 miner tiers.
///
/// # Panics
///
/// If a column of the slice has neither as many hours as the price nor none.
pub fn slice_dual(
    slice: &Slice,
    terms: &Terms,
    firm_mw: f64,
    miners: &[MinerTier],
    gains_usd_per_mw: &mut [f64],
) -> SliceDual {
    dual_by(kernel::best(), slice, terms, firm_mw, miners, gains_usd_per_mw)
}

/// [`slice_dual`] by one of the kernels.
fn dual_by(
    kernel: kernel::Kernel,
    slice: &Slice,
    terms: &Terms,
    firm_mw: f64,
    miners: &[MinerTier],
    gains_usd_per_mw: &mut [f64],
) -> SliceDual {
    let begin_mw = if kernel::firm_first(terms, firm_mw, miners) { firm_mw } else { 0.0 };
    with_steps(miners, begin_mw, |steps| {
        let mut tails = kernel::Tails::default();
        kernel(&Job::new(slice, terms, firm_mw, miners, steps, &mut tails), gains_usd_per_mw)
    })
}
