//! The merit order of one hour.

use super::reason::{AiReason, MiningReason};

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

/// What one load draws from each source in an hour, MW.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Flow {
    /// From surplus, MW.
    pub surplus_mw: f64,
    /// From hydro, MW.
    pub hydro_mw: f64,
    /// From the grid, MW.
    pub grid_mw: f64,
    /// From backup (AI only), MW.
    pub backup_mw: f64,
}

/// The account of one hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourResult {
    /// What the AI farm drew.
    pub ai: Flow,
    /// AI load that was not served, MW.
    pub ai_unserved_mw: f64,
    /// What the miners drew.
    pub mining: Flow,
    /// Power of the miners, MW.
    pub mining_mw: f64,
    /// What the miners earned, energy not deducted, USD.
    pub mining_value_usd: f64,
    /// Surplus exported, MW.
    pub export_surplus_mw: f64,
    /// Hydro exported, MW.
    pub export_hydro_mw: f64,
    /// Surplus and hydro neither used nor exported, MW.
    pub curtailed_mw: f64,
    /// Cost of the AI farm's energy with backup, USD.
    pub ai_energy_cost_usd: f64,
    /// Cost of the miners' energy, USD.
    pub mining_energy_cost_usd: f64,
    /// Exports times price less fee and cost of the energy, USD.
    pub export_margin_usd: f64,
    /// The same in an hour without any load, USD: what the loads compete with.
    pub baseline_export_margin_usd: f64,
    /// Why the miners ran or did not.
    pub mining_reason: MiningReason,
    /// How the AI farm fared.
    pub ai_reason: AiReason,
}

/// Dispatches one hour.
pub fn dispatch_hour(_hour: &Hour, _terms: &Terms, _loads: &Loads) -> HourResult {
    todo!()
}
/// Value of one hour.
pub fn welfare_usd(_hour: &Hour, _terms: &Terms, _loads: &Loads, _ai_value_usd_per_mwh: f64) -> f64 {
    todo!()
}
/// Value of many hours.
pub fn hours_value_usd(_hours: &[Hour], _terms: &Terms, _loads: &Loads, _ai_value_usd_per_mwh: f64) -> f64 {
    todo!()
}
