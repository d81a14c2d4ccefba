//! The merit order of one hour: the exact optimum of a small linear program without a solver.
//!
//! Variables: power from surplus, hydro and grid; to AI, to each miner tier, to export. AI takes what it needs first,
//! whatever it costs: it bids without limit. The rest maximises what miners and export bring less what energy costs,
//! within the limits, where grid power must not be exported.
//!
//! The clearing price λ of [`clearing`](super::clearing) tells who is served: sources cheaper than λ give all they
//! have, loads worth more than λ get all they want, and what is short on one side comes from those at λ itself. A load
//! that earns exactly what its source costs does not run.
//!
//! **Two sides.** If an exported MWh brings no more than an imported one costs, export never reaches the grid's step.
//! Otherwise the merged solution may export more than the local sources give. Then the rule binds at the optimum: from
//! any permitted point, moving towards the (better, forbidden) merged solution gains until exports equal local
//! generation. With exports equal to local generation all loads run on the grid alone, and the two sides are two
//! separate markets. (AI cannot stand in the way: if it needed local energy, no merged solution could export all.)

use super::clearing::{Demand, Export, Offers, Step, best_usd_per_mwh, price, with_steps};
use super::hour::{Hour, Loads, MinerTier, Terms};
use crate::lanes::Number;

/// Totals of the optimum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    /// Power from surplus, hydro and grid, MW.
    pub used_mw: [f64; 3],
    /// AI load served from them, MW.
    pub ai_mw: f64,
    /// AI load on backup, MW.
    pub backup_mw: f64,
    /// AI load not served, MW.
    pub ai_unserved_mw: f64,
    /// Power of the miners, MW.
    pub mining_mw: f64,
    /// What they earn, USD.
    pub mining_value_usd: f64,
    /// Value of the best machine that does not run.
    pub next_value_usd_per_mwh: Option<f64>,
    /// Exports, MW.
    pub export_mw: f64,
}

/// Solves the hour.
pub(super) fn solve(hour: &Hour, terms: &Terms, loads: &Loads) -> Served {
    with_steps(loads.miners, loads.ai_mw, |steps| solve_laid_out(hour, terms, loads, steps))
}

/// The same where the miners' `steps` behind AI are there already, as they are for all hours of a day.
pub(super) fn solve_laid_out(hour: &Hour, terms: &Terms, loads: &Loads, steps: &[Step]) -> Served {
    let costs = terms.costs(hour);
    let [surplus_mw, hydro_mw, import_mw] = [hour.surplus_mw, hour.hydro_mw, hour.import_mw];
    let export = Export { mw: hour.export_mw, value: terms.export_value(hour) };
    let miners = loads.miners_on(hour);
    let bids = Bids { ai_mw: loads.ai_mw, miners, steps: &steps[..miners.len()] };
    let served = serve(costs, [surplus_mw, hydro_mw, import_mw], terms, &bids, export);
    let exports_grid = export.value > costs[2] && served.export_mw > served.used_mw[0] + served.used_mw[1];
    if !exports_grid {
        return served;
    }
    let nobody = Bids { ai_mw: 0.0, miners: &[], steps: &[] };
    let sold = serve(costs, [surplus_mw, hydro_mw, 0.0], terms, &nobody, export);
    let no_export = Export { mw: 0.0, ..export };
    let served = serve(costs, [0.0, 0.0, import_mw], terms, &bids, no_export);
    let used_mw = [sold.used_mw[0], sold.used_mw[1], served.used_mw[2]];
    Served { used_mw, export_mw: sold.export_mw, ..served }
}

/// What [`solve`] gives without loads, to the bit, where an exported MWh brings no more than an imported one costs: local
/// power that costs less than its export brings is sold, cheapest first. MW of surplus and of hydro, and of both together.
pub(super) fn sold_alone(hour: &Hour, terms: &Terms) -> ([f64; 2], f64) {
    let (costs, value) = (terms.costs(hour), terms.export_value(hour));
    let pays = |mw: f64, cost: f64| if cost < value { mw } else { 0.0 };
    let [surplus_mw, hydro_mw] = [pays(hour.surplus_mw, costs[0]), pays(hour.hydro_mw, costs[1])];
    let room_mw = hour.export_mw;
    let together_mw = surplus_mw + hydro_mw;
    if together_mw < room_mw {
        ([surplus_mw, hydro_mw], together_mw)
    } else if costs[0] <= costs[1] {
        let first = Number::min(surplus_mw, room_mw);
        ([first, Number::min(hydro_mw, Number::max(room_mw - first, 0.0))], room_mw)
    } else {
        let first = Number::min(hydro_mw, room_mw);
        ([Number::min(surplus_mw, Number::max(room_mw - first, 0.0)), first], room_mw)
    }
}

/// The loads that bid in a market.
struct Bids<'a> {
    ai_mw: f64,
    miners: &'a [MinerTier],
    /// Of the miners, the first of which begins where AI ends.
    steps: &'a [Step],
}

/// Clears one market and serves its loads.
fn serve(costs: [f64; 3], available: [f64; 3], terms: &Terms, bids: &Bids, export: Export<f64>) -> Served {
    let best = best_usd_per_mwh(bids.miners);
    let demand = Demand::<f64, true> { steps: bids.steps, best, firm_mw: bids.ai_mw, short: f64::INFINITY };
    let price = price(&in_order(costs, available), &demand, Some(export), f64::INFINITY);
    Market { price, costs, available }.serve(terms, bids, export)
}

/// The sources in order of cost; ties keep surplus before hydro before grid.
fn in_order(costs: [f64; 3], available: [f64; 3]) -> Offers<f64, 3> {
    let (first, second) = if costs[0] <= costs[1] { (0, 1) } else { (1, 0) };
    let cost = [costs[first], costs[second], costs[2]];
    let mw = [available[first], available[second], available[2]];
    Offers { cost, mw }.insert_last()
}

/// Sources and the price at which they clear, infinite where AI is not served in full.
struct Market {
    price: f64,
    costs: [f64; 3],
    available: [f64; 3],
}

impl Market {
    /// Serves the loads at the price. `spare_mw` is left for loads worth exactly the price, best miner first, export
    /// last.
    fn serve(&self, terms: &Terms, bids: &Bids, export: Export<f64>) -> Served {
        let ai_mw = bids.ai_mw;
        let (mut mining_mw, mut mining_value_usd) = (0.0, 0.0);
        let mut miners = bids.miners.iter().peekable();
        while let Some(miner) = miners.next_if(|miner| miner.value_usd_per_mwh > self.price) {
            mining_mw += miner.mw;
            mining_value_usd += miner.mw * miner.value_usd_per_mwh;
        }
        // Nothing from dearer sources: adding it costs less than asking whether to.
        let cheap_mw = |i: usize| if self.costs[i] < self.price { self.available[i] } else { 0.0 };
        let supply_mw = cheap_mw(0) + cheap_mw(1) + cheap_mw(2);
        let mut demand_mw = if self.price < f64::INFINITY { ai_mw } else { 0.0 };
        demand_mw += mining_mw;
        demand_mw += if export.value > self.price { export.mw } else { 0.0 };
        let mut spare_mw = Number::max(supply_mw - demand_mw, 0.0);

        let ai_missing = ai_mw - self.draw(ai_mw, f64::INFINITY, &mut spare_mw);
        let backup_mw = Number::min(ai_missing, terms.backup_mw);
        let mut next_value_usd_per_mwh = None;
        for miner in miners {
            let mw = self.draw(miner.mw, miner.value_usd_per_mwh, &mut spare_mw);
            mining_mw += mw;
            mining_value_usd += mw * miner.value_usd_per_mwh;
            if mw < miner.mw {
                next_value_usd_per_mwh = Some(miner.value_usd_per_mwh);
                break;
            }
        }
        Served {
            used_mw: self.used_mw(demand_mw - supply_mw),
            ai_mw: ai_mw - ai_missing,
            backup_mw,
            ai_unserved_mw: ai_missing - backup_mw,
            mining_mw,
            mining_value_usd,
            next_value_usd_per_mwh,
            export_mw: self.draw(export.mw, export.value, &mut spare_mw),
        }
    }

    /// What a load of this value gets, MW.
    fn draw(&self, mw: f64, value: f64, spare_mw: &mut f64) -> f64 {
        if value > self.price {
            return mw;
        }
        let drawn = if value == self.price { Number::min(mw, *spare_mw) } else { 0.0 };
        *spare_mw -= drawn;
        drawn
    }

    /// What the sources give, MW, if those at the price itself have to give `lacking_mw`, local ones first.
    fn used_mw(&self, lacking_mw: f64) -> [f64; 3] {
        let mut lacking_mw = Number::max(lacking_mw, 0.0);
        core::array::from_fn(|i| {
            if self.costs[i] < self.price {
                return self.available[i];
            }
            let mw = if self.costs[i] == self.price { Number::min(lacking_mw, self.available[i]) } else { 0.0 };
            lacking_mw -= mw;
            mw
        })
    }
}
