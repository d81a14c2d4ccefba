//! What goes into an hour and what comes out.

use super::clearing::{may_export_grid, with_steps};
use super::merit::{Served, sold_alone, solve_laid_out};
use super::reason::{AiReason, MiningReason};
use crate::compute::hosted::STOPPED_USD_PER_MWH;
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

impl Terms {
    /// Cost of surplus, hydro and grid energy in an hour, USD/MWh.
    pub(super) fn costs(&self, hour: &Hour) -> [f64; 3] {
        [
            self.surplus_cost_usd_per_mwh,
            self.hydro_cost_usd_per_mwh,
            hour.price_usd_per_mwh + self.import_adder_usd_per_mwh,
        ]
    }

    /// What an exported MWh brings in an hour, USD/MWh.
    pub(super) fn export_value(&self, hour: &Hour) -> f64 {
        hour.price_usd_per_mwh - self.export_fee_usd_per_mwh
    }
}

impl<'a> Loads<'a> {
    /// Whether nothing draws.
    fn are_none(&self) -> bool {
        self.ai_mw <= 0.0 && self.miners.is_empty()
    }

    /// The miners that may run in an hour: none while they are called off.
    pub(super) fn miners_on(&self, hour: &Hour) -> &'a [MinerTier] {
        if hour.miners_called_off { &[] } else { self.miners }
    }
}

impl Flow {
    const NONE: Self = Self { surplus_mw: 0.0, hydro_mw: 0.0, grid_mw: 0.0, backup_mw: 0.0 };

    /// Power from all sources, MW.
    pub fn total_mw(&self) -> f64 {
        self.surplus_mw + self.hydro_mw + self.grid_mw + self.backup_mw
    }

    fn cost_usd(&self, costs: [f64; 3], backup_cost: f64) -> f64 {
        self.surplus_mw * costs[0] + self.hydro_mw * costs[1] + self.grid_mw * costs[2] + self.backup_mw * backup_cost
    }

    /// Whether any of it comes from a source cheaper than `value`.
    fn uses_below(&self, value: f64, costs: [f64; 3]) -> bool {
        (self.surplus_mw > 0.0 && costs[0] < value)
            || (self.hydro_mw > 0.0 && costs[1] < value)
            || (self.grid_mw > 0.0 && costs[2] < value)
    }
}

impl HourResult {
    /// An hour in which nothing is there.
    const NOTHING: Self = Self {
        ai: Flow::NONE,
        ai_unserved_mw: 0.0,
        mining: Flow::NONE,
        mining_mw: 0.0,
        mining_value_usd: 0.0,
        export_surplus_mw: 0.0,
        export_hydro_mw: 0.0,
        curtailed_mw: 0.0,
        ai_energy_cost_usd: 0.0,
        mining_energy_cost_usd: 0.0,
        export_margin_usd: 0.0,
        baseline_export_margin_usd: 0.0,
        mining_reason: MiningReason::NoMachines,
        ai_reason: AiReason::None,
    };

    /// Value of the hour to the owner, USD: what mining, AI and export bring less the cost of all energy.
    pub fn welfare_usd(&self, ai_value_usd_per_mwh: f64) -> f64 {
        self.mining_value_usd + ai_value_usd_per_mwh * self.ai.total_mw() + self.export_margin_usd
            - self.ai_energy_cost_usd
            - self.mining_energy_cost_usd
    }
}

/// Dispatches one hour to the greatest value for the owner, AI first.
///
/// The totals are the exact optimum of the hour's linear program (`merit`). Which load draws on which source does
/// not change the total, so it is settled by rule: AI draws on the cheapest energy the loads use, the miners on the
/// rest, and exports are the dearest of the local energy used. `loads.miners` must be sorted, best value first.
pub fn dispatch_hour(hour: &Hour, terms: &Terms, loads: &Loads) -> HourResult {
    dispatch_hour_as_if(hour, terms, terms, loads)
}

/// The same where the owner decides as if energy cost something else than it does: who runs on which power follows
/// `decides`, what that costs follows `terms`.
pub fn dispatch_hour_as_if(hour: &Hour, decides: &Terms, terms: &Terms, loads: &Loads) -> HourResult {
    let mut result = HourResult::NOTHING;
    with_steps(loads.miners, loads.ai_mw, |steps| {
        account(hour, decides, terms, loads, &solve_laid_out(hour, decides, loads, steps), &mut result);
    });
    result
}

/// [`dispatch_hour_as_if`] for each of the hours with the same loads.
pub fn dispatch_hours_as_if(hours: &[Hour], decides: &Terms, terms: &Terms, loads: &Loads, results: &mut [HourResult]) {
    let hours = hours.iter().zip(results);
    if loads.are_none() && !may_export_grid(decides) {
        for (hour, result) in hours {
            account_alone(hour, decides, terms, result);
        }
        return;
    }
    with_steps(loads.miners, loads.ai_mw, |steps| {
        for (hour, result) in hours {
            account(hour, decides, terms, loads, &solve_laid_out(hour, decides, loads, steps), result);
        }
    });
}

/// Who drew what and what it cost, of the totals served; written in place, as copying it takes as long as the sums.
fn account(hour: &Hour, decides: &Terms, terms: &Terms, loads: &Loads, served: &Served, result: &mut HourResult) {
    let costs = terms.costs(hour);
    let export_value = terms.export_value(hour);
    let (exported, used) = split_exports(served.used_mw, served.export_mw, costs);
    let (ai, rest) = split_loads(loads, served, used, costs);
    // Without miners what is left is rounding.
    let mining = if served.mining_mw > 0.0 { rest } else { Flow::default() };
    *result = HourResult {
        ai_unserved_mw: served.ai_unserved_mw,
        mining_mw: served.mining_mw,
        mining_value_usd: served.mining_value_usd,
        export_surplus_mw: exported.surplus_mw,
        export_hydro_mw: exported.hydro_mw,
        curtailed_mw: (hour.surplus_mw - served.used_mw[0]) + (hour.hydro_mw - served.used_mw[1]),
        ai_energy_cost_usd: ai.cost_usd(costs, terms.backup_cost_usd_per_mwh),
        mining_energy_cost_usd: mining.cost_usd(costs, 0.0),
        export_margin_usd: export_value * exported.total_mw() - exported.cost_usd(costs, 0.0),
        baseline_export_margin_usd: baseline_export_margin_usd(hour, costs, export_value),
        mining_reason: mining_reason(hour, loads, served, &Attribution { ai, mining, exported }, decides.costs(hour)),
        ai_reason: ai_reason(loads, served),
        ai,
        mining,
    };
}

/// The account of an hour in which there is nothing but the market to sell to.
fn account_alone(hour: &Hour, decides: &Terms, terms: &Terms, result: &mut HourResult) {
    let costs = terms.costs(hour);
    let export_value = terms.export_value(hour);
    let ([surplus_mw, hydro_mw], export_mw) = sold_alone(hour, decides);
    let (exported, _) = split_exports([surplus_mw, hydro_mw, 0.0], export_mw, costs);
    *result = HourResult {
        export_surplus_mw: exported.surplus_mw,
        export_hydro_mw: exported.hydro_mw,
        curtailed_mw: (hour.surplus_mw - surplus_mw) + (hour.hydro_mw - hydro_mw),
        export_margin_usd: export_value * exported.total_mw() - exported.cost_usd(costs, 0.0),
        baseline_export_margin_usd: baseline_export_margin_usd(hour, costs, export_value),
        ..HourResult::NOTHING
    };
}

/// What AI draws of the energy the loads use, and what is left of it.
fn split_loads(loads: &Loads, served: &Served, used: Flow, costs: [f64; 3]) -> (Flow, Flow) {
    if loads.ai_mw <= 0.0 {
        return (Flow::default(), used);
    }
    let ai = cheapest_first(served.ai_mw, used, costs, served.backup_mw);
    let rest = Flow {
        surplus_mw: used.surplus_mw - ai.surplus_mw,
        hydro_mw: used.hydro_mw - ai.hydro_mw,
        grid_mw: used.grid_mw - ai.grid_mw,
        backup_mw: 0.0,
    };
    (ai, rest)
}

/// Splits the local energy used into exports, the dearest of it, and what is left for the loads.
fn split_exports(used_mw: [f64; 3], export_mw: f64, costs: [f64; 3]) -> (Flow, Flow) {
    let [surplus_mw, hydro_mw, grid_mw] = used_mw;
    let (dear, cheap) = if costs[0] <= costs[1] { (hydro_mw, surplus_mw) } else { (surplus_mw, hydro_mw) };
    let from_dear = Number::min(dear, export_mw);
    let from_cheap = Number::min(cheap, export_mw - from_dear);
    let (export_surplus, export_hydro) =
        if costs[0] <= costs[1] { (from_cheap, from_dear) } else { (from_dear, from_cheap) };
    let exported = Flow { surplus_mw: export_surplus, hydro_mw: export_hydro, ..Flow::default() };
    let used =
        Flow { surplus_mw: surplus_mw - export_surplus, hydro_mw: hydro_mw - export_hydro, grid_mw, backup_mw: 0.0 };
    (exported, used)
}

/// Draws `mw` from `available`, cheapest source first, and adds the backup.
fn cheapest_first(mw: f64, available: Flow, costs: [f64; 3], backup_mw: f64) -> Flow {
    let mut left_mw = mw;
    let mut draw = |mw: f64| {
        let drawn_mw = Number::min(left_mw, mw);
        left_mw -= drawn_mw;
        drawn_mw
    };
    let surplus_first = costs[0] <= costs[1];
    let (surplus, hydro) = ((costs[0], available.surplus_mw), (costs[1], available.hydro_mw));
    let (first, second) = if surplus_first { (surplus, hydro) } else { (hydro, surplus) };
    // The grid has one of three places; in the others it gives nothing, which costs less than asking where it is.
    let grid_if = |here: bool| if here { available.grid_mw } else { 0.0 };
    let mut grid_mw = draw(grid_if(costs[2] < first.0));
    let first_mw = draw(first.1);
    grid_mw += draw(grid_if(costs[2] >= first.0 && costs[2] < second.0));
    let second_mw = draw(second.1);
    grid_mw += draw(grid_if(costs[2] >= second.0));
    let (surplus_mw, hydro_mw) = if surplus_first { (first_mw, second_mw) } else { (second_mw, first_mw) };
    Flow { surplus_mw, hydro_mw, grid_mw, backup_mw }
}

/// Export margin of the hour without any load, USD.
fn baseline_export_margin_usd(hour: &Hour, costs: [f64; 3], export_value: f64) -> f64 {
    let surplus = (hour.surplus_mw, export_value - costs[0]);
    let hydro = (hour.hydro_mw, export_value - costs[1]);
    let (better, worse) = if surplus.1 >= hydro.1 { (surplus, hydro) } else { (hydro, surplus) };
    let first = Number::min(better.0, hour.export_mw);
    let second = Number::min(worse.0, hour.export_mw - first);
    first * Number::max(better.1, 0.0) + second * Number::max(worse.1, 0.0)
}

/// Who drew what.
struct Attribution {
    ai: Flow,
    mining: Flow,
    exported: Flow,
}

/// Shares of a flow below this are rounding, not a source.
const ROUNDING: f64 = 1e-9;

fn mining_reason(hour: &Hour, loads: &Loads, served: &Served, who: &Attribution, costs: [f64; 3]) -> MiningReason {
    if loads.miners.iter().all(|tier| tier.mw <= 0.0) {
        return MiningReason::NoMachines;
    }
    if hour.miners_called_off {
        return MiningReason::OffCalledOff;
    }
    let Some(value) = served.next_value_usd_per_mwh else {
        return full_reason(&who.mining, served.mining_mw);
    };
    let partial = served.mining_mw > 0.0;
    let pick = |some_run, none_runs| if partial { some_run } else { none_runs };
    let available = [hour.surplus_mw, hour.hydro_mw, hour.import_mw];
    let room = available.iter().zip(served.used_mw).any(|(mw, used)| used < *mw);
    if value <= STOPPED_USD_PER_MWH {
        return pick(MiningReason::PartialClientStopped, MiningReason::OffClientStopped);
    }
    // Sources cheaper than the next machine's value are used up: by exports, by AI or by better machines.
    if who.exported.uses_below(value, costs) {
        pick(MiningReason::PartialExportPaysMore, MiningReason::OffExportPaysMore)
    } else if who.ai.uses_below(value, costs) {
        pick(MiningReason::PartialAiFirst, MiningReason::OffAiFirst)
    } else if !room && (who.mining.uses_below(value, costs) || available.iter().all(|mw| *mw <= 0.0)) {
        pick(MiningReason::PartialNoMorePower, MiningReason::OffNoPower)
    } else {
        pick(MiningReason::PartialPriceAboveBreakeven, MiningReason::OffPriceAboveBreakeven)
    }
}

fn full_reason(mining: &Flow, mining_mw: f64) -> MiningReason {
    let counts = |mw: f64| mw > ROUNDING * mining_mw;
    let (surplus, hydro, grid) = (counts(mining.surplus_mw), counts(mining.hydro_mw), counts(mining.grid_mw));
    match (surplus, hydro, grid) {
        (_, _, false) if surplus && hydro => MiningReason::FullOnLocal,
        (true, false, false) => MiningReason::FullOnSurplus,
        (false, true, false) => MiningReason::FullOnHydro,
        (false, false, _) => MiningReason::FullOnGrid,
        _ => MiningReason::FullOnLocalAndGrid,
    }
}

fn ai_reason(loads: &Loads, served: &Served) -> AiReason {
    if loads.ai_mw <= 0.0 {
        AiReason::None
    } else if served.ai_mw + served.backup_mw <= 0.0 {
        AiReason::Unserved
    } else if served.ai_unserved_mw > 0.0 {
        AiReason::PartlyUnserved
    } else if served.backup_mw > 0.0 {
        AiReason::ServedOnBackup
    } else {
        AiReason::Served
    }
}
