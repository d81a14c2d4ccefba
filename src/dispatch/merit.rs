//! The merit order of an hour, or of eight side by side: the exact optimum of a small linear program without a solver.
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

#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::clearing::{Demand, Export, Offers, Step, best_usd_per_mwh, may_export_grid, price};
use super::hour::{MinerTier, Power, Terms, sources_mw};
use crate::lanes::Number;

/// Totals of the optimum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served<V = f64> {
    /// Power from surplus, hydro and grid, MW.
    pub used_mw: [V; 3],
    /// AI load served from them, MW.
    pub ai_mw: V,
    /// AI load on backup, MW.
    pub backup_mw: V,
    /// AI load not served, MW.
    pub ai_unserved_mw: V,
    /// Power of the miners, MW.
    pub mining_mw: V,
    /// What they earn, USD.
    pub mining_value_usd: V,
    /// Value of the best machine that does not run, USD/MWh; −∞ if all do.
    pub next_usd_per_mwh: V,
    /// Exports, MW.
    pub export_mw: V,
}

impl<V: Number> Served<V> {
    /// This where `mask` is positive, `other` elsewhere.
    #[inline(always)]
    pub fn where_positive(&self, mask: V, other: &Self) -> Self {
        let zero = V::splat(0.0);
        Self {
            used_mw: [
                mask.if_greater(zero, self.used_mw[0], other.used_mw[0]),
                mask.if_greater(zero, self.used_mw[1], other.used_mw[1]),
                mask.if_greater(zero, self.used_mw[2], other.used_mw[2]),
            ],
            ai_mw: mask.if_greater(zero, self.ai_mw, other.ai_mw),
            backup_mw: mask.if_greater(zero, self.backup_mw, other.backup_mw),
            ai_unserved_mw: mask.if_greater(zero, self.ai_unserved_mw, other.ai_unserved_mw),
            mining_mw: mask.if_greater(zero, self.mining_mw, other.mining_mw),
            mining_value_usd: mask.if_greater(zero, self.mining_value_usd, other.mining_value_usd),
            next_usd_per_mwh: mask.if_greater(zero, self.next_usd_per_mwh, other.next_usd_per_mwh),
            export_mw: mask.if_greater(zero, self.export_mw, other.export_mw),
        }
    }
}

/// The loads that bid in a market.
pub(super) struct Bids<'a> {
    pub ai_mw: f64,
    pub miners: &'a [MinerTier],
    /// Of the miners, the first of which begins where AI ends.
    pub steps: &'a [Step],
}

impl Bids<'_> {
    const NONE: Self = Bids { ai_mw: 0.0, miners: &[], steps: &[] };

    /// The same without the miners.
    pub fn firm(&self) -> Self {
        Self { ai_mw: self.ai_mw, ..Self::NONE }
    }
}

/// Solves the hours.
#[inline(always)]
pub(super) fn solve<V: Number>(power: &Power<V>, terms: &Terms, bids: &Bids) -> Served<V> {
    let (costs, export) = (terms.costs(power.price_usd_per_mwh), export(power, terms));
    let served = serve(costs, sources_mw(power), terms, bids, export);
    if !may_export_grid(terms) {
        return served;
    }
    let (zero, [surplus_mw, hydro_mw, import_mw]) = (V::splat(0.0), sources_mw(power));
    let sold = serve(costs, [surplus_mw, hydro_mw, zero], terms, &Bids::NONE, export);
    let loads = serve(costs, [zero, zero, import_mw], terms, bids, Export { mw: zero, ..export });
    let used_mw = [sold.used_mw[0], sold.used_mw[1], loads.used_mw[2]];
    let apart = Served { used_mw, export_mw: sold.export_mw, ..loads };
    let local_mw = served.used_mw[0].add(served.used_mw[1]);
    let exports_grid = served.export_mw.if_greater(local_mw, V::splat(1.0), zero);
    let exports_grid = export.value.if_greater(costs[2], exports_grid, zero);
    apart.where_positive(exports_grid, &served)
}

#[inline(always)]
fn export<V: Number>(power: &Power<V>, terms: &Terms) -> Export<V> {
    Export { mw: power.export_mw, value: terms.export_value(power.price_usd_per_mwh) }
}

/// What [`solve`] gives without loads, to the bit, where an exported MWh brings no more than an imported one costs:
/// local power that costs less than its export brings is sold, cheapest first.
#[inline(always)]
pub(super) fn sell_all<V: Number>(power: &Power<V>, terms: &Terms) -> Served<V> {
    let zero = V::splat(0.0);
    let (costs, value) = (terms.costs(power.price_usd_per_mwh), terms.export_value(power.price_usd_per_mwh));
    let surplus_mw = value.if_greater(costs[0], power.surplus_mw, zero);
    let hydro_mw = value.if_greater(costs[1], power.hydro_mw, zero);
    let (room_mw, together_mw) = (power.export_mw, surplus_mw.add(hydro_mw));
    let surplus_first = terms.surplus_is_cheaper();
    let (first_mw, second_mw) = if surplus_first { (surplus_mw, hydro_mw) } else { (hydro_mw, surplus_mw) };
    let first_sold_mw = first_mw.min(room_mw);
    let second_sold_mw = second_mw.min(room_mw.sub(first_sold_mw).max(zero));
    let first_sold_mw = room_mw.if_greater(together_mw, first_mw, first_sold_mw);
    let second_sold_mw = room_mw.if_greater(together_mw, second_mw, second_sold_mw);
    let used_mw =
        if surplus_first { [first_sold_mw, second_sold_mw, zero] } else { [second_sold_mw, first_sold_mw, zero] };
    Served {
        used_mw,
        ai_mw: zero,
        backup_mw: zero,
        ai_unserved_mw: zero,
        mining_mw: zero,
        mining_value_usd: zero,
        next_usd_per_mwh: V::splat(f64::NEG_INFINITY),
        export_mw: room_mw.if_greater(together_mw, together_mw, room_mw),
    }
}

/// Clears one market and serves its loads.
#[inline(always)]
fn serve<V: Number>(costs: [V; 3], available: [V; 3], terms: &Terms, bids: &Bids, export: Export<V>) -> Served<V> {
    let infinite = V::splat(f64::INFINITY);
    let demand = Demand::<V, true> {
        steps: bids.steps,
        best: V::splat(best_usd_per_mwh(bids.miners)),
        firm_mw: V::splat(bids.ai_mw),
        short: infinite,
    };
    let price = price(&in_order(costs, available, terms.surplus_is_cheaper()), &demand, Some(export), infinite);
    Market { price, costs, available }.serve(V::splat(terms.backup_mw), bids, export)
}

/// The sources in order of cost; ties keep surplus before hydro before grid.
#[inline(always)]
fn in_order<V: Number>(costs: [V; 3], available: [V; 3], surplus_first: bool) -> Offers<V, 3> {
    let (first, second) = if surplus_first { (0, 1) } else { (1, 0) };
    let cost = [costs[first], costs[second], costs[2]];
    let mw = [available[first], available[second], available[2]];
    Offers { cost, mw }.insert_last()
}

/// Sources and the price at which they clear, infinite where AI is not served in full.
struct Market<V> {
    price: V,
    costs: [V; 3],
    available: [V; 3],
}

impl<V: Number> Market<V> {
    /// Serves the loads at the price. `spare_mw` is left for loads worth exactly the price, best miner first, export
    /// last.
    #[inline(always)]
    fn serve(&self, backup_mw: V, bids: &Bids, export: Export<V>) -> Served<V> {
        let (zero, ai_mw) = (V::splat(0.0), V::splat(bids.ai_mw));
        let (mut mining_mw, mut mining_value_usd) = (zero, zero);
        for miner in bids.miners {
            let (mw, usd) = (V::splat(miner.mw), V::splat(miner.mw * miner.value_usd_per_mwh));
            let value = V::splat(miner.value_usd_per_mwh);
            mining_mw = mining_mw.add(value.if_greater(self.price, mw, zero));
            mining_value_usd = mining_value_usd.add(value.if_greater(self.price, usd, zero));
        }
        let cheap_mw = self.cheap_mw();
        let supply_mw = cheap_mw[0].add(cheap_mw[1]).add(cheap_mw[2]);
        let mut demand_mw = V::splat(f64::INFINITY).if_greater(self.price, ai_mw, zero);
        demand_mw = demand_mw.add(mining_mw);
        demand_mw = demand_mw.add(export.value.if_greater(self.price, export.mw, zero));
        let mut spare_mw = supply_mw.sub(demand_mw).max(zero);

        let ai_missing = ai_mw.sub(self.draw(ai_mw, V::splat(f64::INFINITY), &mut spare_mw));
        let on_backup_mw = ai_missing.min(backup_mw);
        let mut next_usd_per_mwh = V::splat(f64::NEG_INFINITY);
        for miner in bids.miners {
            let (mw, value) = (V::splat(miner.mw), V::splat(miner.value_usd_per_mwh));
            let drawn_mw = self.draw(mw, value, &mut spare_mw);
            // Those worth more than the price are counted already.
            let more_mw = value.if_greater(self.price, zero, drawn_mw);
            mining_mw = mining_mw.add(more_mw);
            mining_value_usd = mining_value_usd.add(more_mw.mul(value));
            next_usd_per_mwh = next_usd_per_mwh.max(mw.if_greater(drawn_mw, value, next_usd_per_mwh));
        }
        Served {
            used_mw: self.used_mw(demand_mw.sub(supply_mw)),
            ai_mw: ai_mw.sub(ai_missing),
            backup_mw: on_backup_mw,
            ai_unserved_mw: ai_missing.sub(on_backup_mw),
            mining_mw,
            mining_value_usd,
            next_usd_per_mwh,
            export_mw: self.draw(export.mw, export.value, &mut spare_mw),
        }
    }

    /// What sources cheaper than the price have, MW.
    #[inline(always)]
    fn cheap_mw(&self) -> [V; 3] {
        let mut cheap_mw = self.available;
        for (mw, cost) in cheap_mw.iter_mut().zip(self.costs) {
            *mw = self.price.if_greater(cost, *mw, V::splat(0.0));
        }
        cheap_mw
    }

    /// What a load of this value gets, MW.
    #[inline(always)]
    fn draw(&self, mw: V, value: V, spare_mw: &mut V) -> V {
        let zero = V::splat(0.0);
        let at_price_mw = value.if_greater(self.price, zero, self.price.if_greater(value, zero, mw.min(*spare_mw)));
        *spare_mw = spare_mw.sub(at_price_mw);
        value.if_greater(self.price, mw, at_price_mw)
    }

    /// What the sources give, MW, if those at the price itself have to give `lacking_mw`, local ones first.
    #[inline(always)]
    fn used_mw(&self, lacking_mw: V) -> [V; 3] {
        let zero = V::splat(0.0);
        let mut lacking_mw = lacking_mw.max(zero);
        let mut used_mw = self.cheap_mw();
        for ((used_mw, available_mw), cost) in used_mw.iter_mut().zip(self.available).zip(self.costs) {
            let at_price_mw = cost.if_greater(self.price, zero, lacking_mw.min(available_mw));
            let at_price_mw = self.price.if_greater(cost, zero, at_price_mw);
            lacking_mw = lacking_mw.sub(at_price_mw);
            *used_mw = used_mw.add(at_price_mw);
        }
        used_mw
    }
}
