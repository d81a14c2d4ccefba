//! Many hours at once: their value, and what one more MW of each load would add.

use super::hour::{MinerTier, Terms};

/// Hours side by side, each field of the same length.
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

/// The value of a slice as a sum over its hours, in the form of its dual: for every choice of capacities
/// `value <= assets_usd + Σ mw_k · gain_k - firm_mw · firm_usd_per_mw`, with equality at those it was computed for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SliceDual {
    /// What sources and export earn at the clearing price, USD.
    pub assets_usd: f64,
    /// What one MW of firm load costs at the clearing price, USD.
    pub firm_usd_per_mw: f64,
}

/// Adds to `gains_usd_per_mw` what one more MW of each miner would add to the value of the slice, USD, and gives the
/// rest of the dual. `miners` are sorted, best value first; those of 0 MW have a gain too.
///
/// The value is that of [`super::welfare_usd`] with AI served at no value and what cannot be served counted at the
/// shortfall price of the hour: `max(backup_cost_usd_per_mwh, cost of the dearest source)`.
pub fn slice_dual(
    slice: &Slice,
    terms: &Terms,
    firm_mw: f64,
    miners: &[MinerTier],
    gains_usd_per_mw: &mut [f64],
) -> SliceDual {
    let mut dual = SliceDual::default();
    for h in 0..slice.surplus_mw.len() {
        let price = slice.price_usd_per_mwh[h];
        let grid = price + terms.import_adder_usd_per_mwh;
        let mut sources = [
            (terms.surplus_cost_usd_per_mwh, slice.surplus_mw[h]),
            (terms.hydro_cost_usd_per_mwh, slice.hydro_mw[h]),
            (grid, slice.import_mw[h]),
        ];
        sources.sort_by(|a, b| a.0.total_cmp(&b.0));
        let short = terms.backup_cost_usd_per_mwh.max(sources[2].0);
        let export = (price - terms.export_fee_usd_per_mwh, slice.export_mw[h]);
        let mut loads: Vec<(f64, f64)> = miners.iter().map(|m| (m.value_usd_per_mwh, m.mw)).collect();
        loads.push(export);
        loads.push((short, firm_mw));
        loads.sort_by(|a, b| b.0.total_cmp(&a.0));
        let bid = |q: f64| {
            let mut cumulative = 0.0;
            for (value, mw) in &loads {
                cumulative += mw;
                if cumulative > q {
                    return *value;
                }
            }
            f64::NEG_INFINITY
        };
        let first = sources[0].1;
        let second = first + sources[1].1;
        let third = second + sources[2].1;
        let clearing = [(sources[0].0, 0.0), (sources[1].0, first), (sources[2].0, second), (short, third)]
            .iter()
            .map(|(cost, from)| cost.min(bid(*from)))
            .fold(f64::NEG_INFINITY, f64::max);
        // Where no load bids for the first MW, it costs what its source does.
        let floor = sources.iter().find(|s| s.1 > 0.0).map_or(short, |s| s.0);
        let clearing = clearing.max(floor);
        for (gain, miner) in gains_usd_per_mw.iter_mut().zip(miners) {
            *gain += (miner.value_usd_per_mwh - clearing).max(0.0);
        }
        dual.firm_usd_per_mw += clearing.min(short);
        dual.assets_usd += sources.iter().map(|(cost, mw)| mw * (clearing - cost).max(0.0)).sum::<f64>()
            + export.1 * (export.0 - clearing).max(0.0);
    }
    dual
}
