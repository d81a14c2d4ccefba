//! Who drew what in an hour, or in eight side by side, and what it cost.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::day::Hours;
use super::hour::{Power, Terms};
use super::merit::Served;
use crate::lanes::{Lanes, Number};

/// What one load draws from each source in an hour, MW.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Flow<V = f64> {
    /// From surplus, MW.
    pub surplus_mw: V,
    /// From hydro, MW.
    pub hydro_mw: V,
    /// From the grid, MW.
    pub grid_mw: V,
    /// From backup (AI only), MW.
    pub backup_mw: V,
}

/// The account of one hour, of eight side by side, or of a day's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HourResult<V = f64> {
    /// What the AI farm drew.
    pub ai: Flow<V>,
    /// AI load that was not served, MW.
    pub ai_unserved_mw: V,
    /// What the miners drew.
    pub mining: Flow<V>,
    /// Power of the miners, MW.
    pub mining_mw: V,
    /// What the miners earned, energy not deducted, USD.
    pub mining_value_usd: V,
    /// Value of the best machine that does not run, USD/MWh; −∞ where there is none.
    pub next_usd_per_mwh: V,
    /// Power of surplus, hydro and grid that somebody took, the market included, MW.
    pub used_mw: [V; 3],
    /// Surplus exported, MW.
    pub export_surplus_mw: V,
    /// Hydro exported, MW.
    pub export_hydro_mw: V,
    /// Surplus and hydro neither used nor exported, MW.
    pub curtailed_mw: V,
    /// Cost of the AI farm's energy with backup, USD.
    pub ai_energy_cost_usd: V,
    /// Cost of the miners' energy, USD.
    pub mining_energy_cost_usd: V,
    /// Exports times price less fee and cost of the energy, USD.
    pub export_margin_usd: V,
    /// The same in an hour without any load, USD: what the loads compete with.
    pub baseline_export_margin_usd: V,
    /// Export margin given up because the AI farm uses local energy, USD.
    pub ai_forgone_usd: V,
    /// Export margin given up because the miners use local energy, USD.
    pub mining_forgone_usd: V,
    /// Surplus that would be exported without any load, MW.
    pub baseline_surplus_mw: V,
    /// Hydro that would be exported without any load, MW.
    pub baseline_hydro_mw: V,
}

impl Flow {
    /// Power from all sources, MW.
    pub fn total_mw(&self) -> f64 {
        self.surplus_mw + self.hydro_mw + self.grid_mw + self.backup_mw
    }
}

/// Nothing.
#[inline(always)]
fn no_flow<V: Number>() -> Flow<V> {
    let zero = V::splat(0.0);
    Flow { surplus_mw: zero, hydro_mw: zero, grid_mw: zero, backup_mw: zero }
}

/// Power from surplus and hydro, MW.
#[inline(always)]
fn local_mw<V: Number>(flow: &Flow<V>) -> V {
    flow.surplus_mw.add(flow.hydro_mw)
}

#[inline(always)]
fn cost_usd<V: Number>(flow: &Flow<V>, costs: [V; 3], backup_usd_per_mwh: V) -> V {
    let local_usd = flow.surplus_mw.mul(costs[0]).add(flow.hydro_mw.mul(costs[1]));
    local_usd.add(flow.grid_mw.mul(costs[2])).add(flow.backup_mw.mul(backup_usd_per_mwh))
}

/// All of a flow where `mw` is positive, else nothing.
#[inline(always)]
fn if_any<V: Number>(mw: V, flow: &Flow<V>) -> Flow<V> {
    let zero = V::splat(0.0);
    Flow {
        surplus_mw: mw.if_greater(zero, flow.surplus_mw, zero),
        hydro_mw: mw.if_greater(zero, flow.hydro_mw, zero),
        grid_mw: mw.if_greater(zero, flow.grid_mw, zero),
        backup_mw: mw.if_greater(zero, flow.backup_mw, zero),
    }
}

impl HourResult {
    /// Value of the hour to the owner, USD: what mining, AI and export bring less the cost of all energy.
    pub fn welfare_usd(&self, ai_value_usd_per_mwh: f64) -> f64 {
        self.mining_value_usd + ai_value_usd_per_mwh * self.ai.total_mw() + self.export_margin_usd
            - self.ai_energy_cost_usd
            - self.mining_energy_cost_usd
    }
}

impl HourResult<Hours> {
    /// The account of one of the hours, 0–23.
    pub fn at(&self, hour: usize) -> HourResult {
        HourResult {
            ai: self.ai.at(hour),
            ai_unserved_mw: self.ai_unserved_mw[hour],
            mining: self.mining.at(hour),
            mining_mw: self.mining_mw[hour],
            mining_value_usd: self.mining_value_usd[hour],
            next_usd_per_mwh: self.next_usd_per_mwh[hour],
            used_mw: self.used_mw.map(|mw| mw[hour]),
            export_surplus_mw: self.export_surplus_mw[hour],
            export_hydro_mw: self.export_hydro_mw[hour],
            curtailed_mw: self.curtailed_mw[hour],
            ai_energy_cost_usd: self.ai_energy_cost_usd[hour],
            mining_energy_cost_usd: self.mining_energy_cost_usd[hour],
            export_margin_usd: self.export_margin_usd[hour],
            baseline_export_margin_usd: self.baseline_export_margin_usd[hour],
            ai_forgone_usd: self.ai_forgone_usd[hour],
            mining_forgone_usd: self.mining_forgone_usd[hour],
            baseline_surplus_mw: self.baseline_surplus_mw[hour],
            baseline_hydro_mw: self.baseline_hydro_mw[hour],
        }
    }
}

impl Flow<Hours> {
    fn at(&self, hour: usize) -> Flow {
        Flow {
            surplus_mw: self.surplus_mw[hour],
            hydro_mw: self.hydro_mw[hour],
            grid_mw: self.grid_mw[hour],
            backup_mw: self.backup_mw[hour],
        }
    }
}

/// Puts the account of the `i`th eight hours among those of the day, figure by figure: copying it as a whole takes as
/// long as its sums. Taken apart by name, so that no figure can be forgotten.
#[inline(always)]
pub(super) fn store<V: Lanes>(account: &HourResult<V>, day: &mut HourResult<Hours>, i: usize) {
    let HourResult {
        ai,
        ai_unserved_mw,
        mining,
        mining_mw,
        mining_value_usd,
        next_usd_per_mwh,
        used_mw,
        export_surplus_mw,
        export_hydro_mw,
        curtailed_mw,
        ai_energy_cost_usd,
        mining_energy_cost_usd,
        export_margin_usd,
        baseline_export_margin_usd,
        ai_forgone_usd,
        mining_forgone_usd,
        baseline_surplus_mw,
        baseline_hydro_mw,
    } = *account;
    store_flow(&ai, &mut day.ai, i);
    put(ai_unserved_mw, &mut day.ai_unserved_mw, i);
    store_flow(&mining, &mut day.mining, i);
    put(mining_mw, &mut day.mining_mw, i);
    put(mining_value_usd, &mut day.mining_value_usd, i);
    put(next_usd_per_mwh, &mut day.next_usd_per_mwh, i);
    for (used_mw, to) in used_mw.into_iter().zip(&mut day.used_mw) {
        put(used_mw, to, i);
    }
    put(export_surplus_mw, &mut day.export_surplus_mw, i);
    put(export_hydro_mw, &mut day.export_hydro_mw, i);
    put(curtailed_mw, &mut day.curtailed_mw, i);
    put(ai_energy_cost_usd, &mut day.ai_energy_cost_usd, i);
    put(mining_energy_cost_usd, &mut day.mining_energy_cost_usd, i);
    put(export_margin_usd, &mut day.export_margin_usd, i);
    put(baseline_export_margin_usd, &mut day.baseline_export_margin_usd, i);
    put(ai_forgone_usd, &mut day.ai_forgone_usd, i);
    put(mining_forgone_usd, &mut day.mining_forgone_usd, i);
    put(baseline_surplus_mw, &mut day.baseline_surplus_mw, i);
    put(baseline_hydro_mw, &mut day.baseline_hydro_mw, i);
}

#[inline(always)]
fn store_flow<V: Lanes>(flow: &Flow<V>, day: &mut Flow<Hours>, i: usize) {
    let Flow { surplus_mw, hydro_mw, grid_mw, backup_mw } = *flow;
    put(surplus_mw, &mut day.surplus_mw, i);
    put(hydro_mw, &mut day.hydro_mw, i);
    put(grid_mw, &mut day.grid_mw, i);
    put(backup_mw, &mut day.backup_mw, i);
}

#[inline(always)]
fn put<V: Lanes>(eight: V, day: &mut Hours, i: usize) {
    day.as_chunks_mut().0[i] = eight.store();
}

/// Settles who drew what of the totals served, and what it cost.
#[inline(always)]
pub(super) fn account<V: Number>(power: &Power<V>, terms: &Terms, ai_mw: f64, served: &Served<V>) -> HourResult<V> {
    let costs = terms.costs(power.price_usd_per_mwh);
    let export_value = terms.export_value(power.price_usd_per_mwh);
    let surplus_first = terms.surplus_is_cheaper();
    let (zero, backup_cost) = (V::splat(0.0), V::splat(terms.backup_cost_usd_per_mwh));
    let (exported, used) = split_exports(served.used_mw, served.export_mw, surplus_first);
    let (ai, rest) = split_loads(ai_mw, served, used, costs, surplus_first);
    // Without miners what is left is rounding.
    let mining = if_any(served.mining_mw, &rest);
    let baseline = baseline(power, costs, export_value, surplus_first);
    let (surplus_left_mw, hydro_left_mw) =
        (power.surplus_mw.sub(served.used_mw[0]), power.hydro_mw.sub(served.used_mw[1]));
    let exported_mw = exported.surplus_mw.add(exported.hydro_mw);
    let export_margin_usd = export_value.mul(exported_mw).sub(cost_usd(&exported, costs, zero));
    let forgone_usd = baseline.margin_usd.sub(export_margin_usd);
    let (ai_local_mw, mining_local_mw) = (local_mw(&ai), local_mw(&mining));
    let both_mw = ai_local_mw.add(mining_local_mw);
    HourResult {
        ai_unserved_mw: served.ai_unserved_mw,
        mining_mw: served.mining_mw,
        mining_value_usd: served.mining_value_usd,
        next_usd_per_mwh: served.next_usd_per_mwh,
        used_mw: served.used_mw,
        export_surplus_mw: exported.surplus_mw,
        export_hydro_mw: exported.hydro_mw,
        curtailed_mw: surplus_left_mw.add(hydro_left_mw),
        ai_energy_cost_usd: cost_usd(&ai, costs, backup_cost),
        mining_energy_cost_usd: cost_usd(&mining, costs, zero),
        export_margin_usd,
        baseline_export_margin_usd: baseline.margin_usd,
        ai_forgone_usd: forgone_usd.mul(share(ai_local_mw, both_mw)),
        mining_forgone_usd: forgone_usd.mul(share(mining_local_mw, both_mw)),
        baseline_surplus_mw: baseline.surplus_mw,
        baseline_hydro_mw: baseline.hydro_mw,
        ai,
        mining,
    }
}

/// A part of a whole, 0 of nothing.
#[inline(always)]
fn share<V: Number>(part: V, whole: V) -> V {
    let zero = V::splat(0.0);
    whole.if_greater(zero, part.div(whole), zero)
}

/// What AI draws of the energy the loads use, and what is left of it.
#[inline(always)]
fn split_loads<V: Number>(
    ai_mw: f64,
    served: &Served<V>,
    used: Flow<V>,
    costs: [V; 3],
    surplus_first: bool,
) -> (Flow<V>, Flow<V>) {
    if ai_mw <= 0.0 {
        return (no_flow(), used);
    }
    let ai = cheapest_first(served.ai_mw, used, costs, surplus_first);
    let rest = Flow {
        surplus_mw: used.surplus_mw.sub(ai.surplus_mw),
        hydro_mw: used.hydro_mw.sub(ai.hydro_mw),
        grid_mw: used.grid_mw.sub(ai.grid_mw),
        backup_mw: V::splat(0.0),
    };
    (Flow { backup_mw: served.backup_mw, ..ai }, rest)
}

/// Splits the local energy used into exports, the dearest of it, and what is left for the loads.
#[inline(always)]
fn split_exports<V: Number>(used_mw: [V; 3], export_mw: V, surplus_first: bool) -> (Flow<V>, Flow<V>) {
    let [surplus_mw, hydro_mw, grid_mw] = used_mw;
    let (dear, cheap) = if surplus_first { (hydro_mw, surplus_mw) } else { (surplus_mw, hydro_mw) };
    let from_dear = dear.min(export_mw);
    let from_cheap = cheap.min(export_mw.sub(from_dear));
    let (export_surplus, export_hydro) = if surplus_first { (from_cheap, from_dear) } else { (from_dear, from_cheap) };
    let exported = Flow { surplus_mw: export_surplus, hydro_mw: export_hydro, ..no_flow() };
    let used =
        Flow { surplus_mw: surplus_mw.sub(export_surplus), hydro_mw: hydro_mw.sub(export_hydro), grid_mw, ..no_flow() };
    (exported, used)
}

/// Draws `mw` from `available`, cheapest source first.
#[inline(always)]
fn cheapest_first<V: Number>(mw: V, available: Flow<V>, costs: [V; 3], surplus_first: bool) -> Flow<V> {
    let zero = V::splat(0.0);
    let (surplus, hydro) = ((costs[0], available.surplus_mw), (costs[1], available.hydro_mw));
    let (first, second) = if surplus_first { (surplus, hydro) } else { (hydro, surplus) };
    let (grid_cost, grid_mw) = (costs[2], available.grid_mw);
    let mut left_mw = mw;
    // The grid has one of three places; in the others it gives nothing.
    let grid_first_mw = draw(&mut left_mw, first.0.if_greater(grid_cost, grid_mw, zero));
    let first_mw = draw(&mut left_mw, first.1);
    let grid_between_mw = second.0.if_greater(grid_cost, grid_mw, zero);
    let grid_between_mw = draw(&mut left_mw, first.0.if_greater(grid_cost, zero, grid_between_mw));
    let second_mw = draw(&mut left_mw, second.1);
    let grid_last_mw = draw(&mut left_mw, second.0.if_greater(grid_cost, zero, grid_mw));
    let (surplus_mw, hydro_mw) = if surplus_first { (first_mw, second_mw) } else { (second_mw, first_mw) };
    Flow { surplus_mw, hydro_mw, grid_mw: grid_first_mw.add(grid_between_mw).add(grid_last_mw), backup_mw: zero }
}

/// Takes what is left to be drawn, as far as `mw` go.
#[inline(always)]
fn draw<V: Number>(left_mw: &mut V, mw: V) -> V {
    let drawn_mw = left_mw.min(mw);
    *left_mw = left_mw.sub(drawn_mw);
    drawn_mw
}

/// What an hour without any load would export.
struct Baseline<V> {
    margin_usd: V,
    surplus_mw: V,
    hydro_mw: V,
}

#[inline(always)]
fn baseline<V: Number>(power: &Power<V>, costs: [V; 3], export_value: V, surplus_first: bool) -> Baseline<V> {
    let (zero, room_mw) = (V::splat(0.0), power.export_mw);
    let (surplus, hydro) = (export_value.sub(costs[0]), export_value.sub(costs[1]));
    let better_mw = hydro.if_greater(surplus, power.hydro_mw, power.surplus_mw).min(room_mw);
    let worse_mw = hydro.if_greater(surplus, power.surplus_mw, power.hydro_mw).min(room_mw.sub(better_mw));
    let (better, worse) = (hydro.if_greater(surplus, hydro, surplus), hydro.if_greater(surplus, surplus, hydro));
    let surplus_mw = export_value.if_greater(costs[0], power.surplus_mw, zero);
    let hydro_mw = export_value.if_greater(costs[1], power.hydro_mw, zero);
    let (first_mw, second_mw) = if surplus_first { (surplus_mw, hydro_mw) } else { (hydro_mw, surplus_mw) };
    let first_mw = first_mw.min(room_mw);
    let second_mw = second_mw.min(room_mw.sub(first_mw));
    let (surplus_mw, hydro_mw) = if surplus_first { (first_mw, second_mw) } else { (second_mw, first_mw) };
    Baseline { margin_usd: better_mw.mul(better.max(zero)).add(worse_mw.mul(worse.max(zero))), surplus_mw, hydro_mw }
}
