//! What firm load and miners draw over a slice: the quantities behind its value, hour by hour.

use super::super::hour::{Loads, MinerTier, Terms, serve_hour};
use super::super::welfare::Stretches;
use super::Slice;

/// How the firm load of a slice is served.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FirmSupply {
    /// Cost of what it draws from surplus, hydro and grid, USD.
    pub energy_cost_usd: f64,
    /// What they cannot give it, MWh.
    pub shortfall_mwh: f64,
}

/// Serves a firm load with the cheapest power of each hour, as the dispatch does before all others.
pub fn firm_supply(slice: &Slice, terms: &Terms, firm_mw: f64) -> FirmSupply {
    let mut supply = FirmSupply::default();
    for h in 0..slice.price_usd_per_mwh.len() {
        let hour = slice.hour(h);
        let stretches =
            Stretches::new(terms.costs(hour.price_usd_per_mwh), [hour.surplus_mw, hour.hydro_mw, hour.import_mw]);
        supply.energy_cost_usd += stretches.first_usd(firm_mw);
        supply.shortfall_mwh += stretches.missing_mw(firm_mw);
    }
    supply
}

/// Adds to `running_mwh` what each miner tier draws over the slice, MWh, as the dispatch runs them: firm load first.
/// `miners` are sorted, best value first.
pub fn slice_running_mwh(slice: &Slice, terms: &Terms, firm_mw: f64, miners: &[MinerTier], running_mwh: &mut [f64]) {
    let loads = Loads { ai_mw: firm_mw, miners };
    for h in 0..slice.price_usd_per_mwh.len() {
        let mut left_mw = serve_hour(&slice.hour(h), terms, &loads).mining_mw;
        for (running, miner) in running_mwh.iter_mut().zip(miners) {
            let mw = left_mw.min(miner.mw);
            *running += mw;
            left_mw -= mw;
        }
    }
}

/// What firm load and miners buy from the grid over the slice, MWh, as the dispatch runs them: firm load first. `miners`
/// are sorted, best value first.
pub fn slice_import_mwh(slice: &Slice, terms: &Terms, firm_mw: f64, miners: &[MinerTier]) -> f64 {
    let loads = Loads { ai_mw: firm_mw, miners };
    (0..slice.price_usd_per_mwh.len()).map(|h| serve_hour(&slice.hour(h), terms, &loads).used_mw[2]).sum()
}
