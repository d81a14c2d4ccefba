//! The clearing price of an hour, written once for one hour and for eight side by side.
//!
//! Lay the sources on an axis of MW, cheapest first: source `i` costs `c_i` and begins at `B_i`. Lay the loads on the
//! same axis, dearest first: `P(q)` is the value of the load at `q`. The orders cross at
//!
//! ```text
//! λ = max( floor, min(c_2, P(B_2)), …, min(c_n, P(B_n)), P(all supply) )
//! ```
//!
//! where `floor` is the cost of the first source that has any power: what the first MW costs where nobody bids for it.
//! The loads whose values are the same in every hour, the miners, form one chain of comparisons. A load of `x` MW whose
//! value `e` changes (export) is put in its place, after all that are worth at least as much and end at `A`: from there
//! on `P(q)` becomes `min(e, P(q - x))`, with `P = ∞` before 0.
//!
//! Any λ gives a bound on the value of the hour for every choice of capacities, the clearing price the least one:
//!
//! ```text
//! Σ mw_k (v_k - λ)⁺ + Σ supply_i (λ - c_i)⁺ + x (e - λ)⁺ - firm · min(λ, shortfall price)
//! ```
//!
//! **Two sides.** Grid power must not be exported. That matters where an exported MWh brings more than an imported one
//! costs. The loads then buy at one price and the local sources sell at another, `λ_local ≥ λ_load`; local power flows
//! to the loads only where the two are equal. If the markets cleared apart have prices in this order, nothing flows;
//! else the merged market gives the one price of both.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::hour::{MinerTier, Terms};
use crate::lanes::Number;

/// A miner tier in the chain of comparisons: where it ends on the axis, MW, and what the load after it bids, USD/MWh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub end_mw: f64,
    pub next_usd_per_mwh: f64,
}

impl Step {
    const NONE: Self = Self { end_mw: 0.0, next_usd_per_mwh: f64::NEG_INFINITY };
}

/// Miner tiers laid out without allocation.
const TIERS_ON_STACK: usize = 32;

/// Calls `then` with the steps of the miners, the first of which begins at `from_mw`.
#[inline(always)]
pub(super) fn with_steps<T>(miners: &[MinerTier], from_mw: f64, then: impl FnOnce(&[Step]) -> T) -> T {
    let mut on_stack = [Step::NONE; TIERS_ON_STACK];
    let mut on_heap = Vec::new();
    let steps = on_stack.get_mut(..miners.len()).unwrap_or_else(|| {
        on_heap.resize(miners.len(), Step::NONE);
        &mut on_heap
    });
    let mut end_mw = from_mw;
    for (k, (miner, step)) in miners.iter().zip(&mut *steps).enumerate() {
        end_mw += miner.mw;
        *step = Step { end_mw, next_usd_per_mwh: best_usd_per_mwh(&miners[k + 1..]) };
    }
    then(steps)
}

/// What the first of the miners bids.
pub(super) fn best_usd_per_mwh(miners: &[MinerTier]) -> f64 {
    miners.first().map_or(f64::NEG_INFINITY, |miner| miner.value_usd_per_mwh)
}

/// Whether grid power could be worth exporting.
pub(super) fn may_export_grid(terms: &Terms) -> bool {
    terms.import_adder_usd_per_mwh + terms.export_fee_usd_per_mwh < 0.0
}

/// Sources in order of cost.
#[derive(Clone, Copy)]
pub(super) struct Offers<V, const N: usize> {
    pub cost: [V; N],
    pub mw: [V; N],
}

impl<V: Number, const N: usize> Offers<V, N> {
    /// Puts the last source in its place among the others, which are in order.
    #[inline(always)]
    pub(super) fn insert_last(mut self) -> Self {
        for i in (1..N).rev() {
            let (cost, mw) = (self.cost, self.mw);
            self.cost[i - 1] = cost[i].min(cost[i - 1]);
            self.cost[i] = cost[i].max(cost[i - 1]);
            self.mw[i - 1] = cost[i - 1].if_greater(cost[i], mw[i], mw[i - 1]);
            self.mw[i] = cost[i - 1].if_greater(cost[i], mw[i - 1], mw[i]);
        }
        self
    }

    /// Cost of the first source that has power, `none` if no source has.
    #[inline(always)]
    fn floor(&self, none: V) -> V {
        let mut floor = none;
        for i in 0..N {
            floor = self.mw[i].if_greater(V::splat(0.0), self.cost[i], none).min(floor);
        }
        floor
    }
}

/// The loads of an hour but export.
#[derive(Clone, Copy)]
pub(super) struct Demand<'a, V, const FIRM_FIRST: bool> {
    /// The miners; they begin at the firm load's end if that is first, else at 0.
    pub steps: &'a [Step],
    /// What the first of them bids.
    pub best: V,
    /// Firm load, MW.
    pub firm_mw: V,
    /// What the firm load bids: with `FIRM_FIRST` at least as much as anyone else, export included.
    pub short: V,
}

impl<V: Number, const FIRM_FIRST: bool> Demand<'_, V, FIRM_FIRST> {
    /// Value of the load at each place.
    #[inline(always)]
    fn at<const N: usize>(&self, places: [V; N]) -> [V; N] {
        if FIRM_FIRST {
            return self.miners_at(places, self.firm_mw, self.short);
        }
        let until = self.miners_until(V::splat(0.0), self.short);
        let moved = before_insertion(until, self.firm_mw, places);
        let bids = self.miners_at(moved, V::splat(0.0), V::splat(f64::INFINITY));
        after_insertion(until, self.short, places, bids)
    }

    /// Where the loads end that are worth at least `value`, MW.
    #[inline(always)]
    fn until(&self, value: V) -> V {
        if FIRM_FIRST {
            return self.miners_until(self.firm_mw, value);
        }
        let miners = self.miners_until(V::splat(0.0), value);
        value.if_greater(self.short, miners, miners.add(self.firm_mw))
    }

    /// Where the miners end that earn at least `value`, MW; `begin` if there are none.
    #[inline(always)]
    fn miners_until(&self, begin: V, value: V) -> V {
        let mut until = begin;
        let mut worth = self.best;
        for step in self.steps {
            until = value.if_greater(worth, until, V::splat(step.end_mw));
            worth = V::splat(step.next_usd_per_mwh);
        }
        until
    }

    /// The chain: `lead` before the miners begin, then the value of each up to its end.
    #[inline(always)]
    fn miners_at<const N: usize>(&self, places: [V; N], begin: V, lead: V) -> [V; N] {
        let mut bids = places;
        for i in 0..N {
            bids[i] = begin.if_greater(places[i], lead, self.best);
        }
        for step in self.steps {
            let (end, next) = (V::splat(step.end_mw), V::splat(step.next_usd_per_mwh));
            for i in 0..N {
                bids[i] = end.if_greater(places[i], bids[i], next);
            }
        }
        bids
    }
}

/// Where each place was before a load of `mw` is put in at `until`.
#[inline(always)]
fn before_insertion<V: Number, const N: usize>(until: V, mw: V, mut places: [V; N]) -> [V; N] {
    for place in &mut places {
        *place = until.if_greater(*place, *place, place.sub(mw));
    }
    places
}

/// Value of the load at each place after one of `value` is put in at `until`. `bids` are the values where the places
/// were before.
#[inline(always)]
fn after_insertion<V: Number, const N: usize>(until: V, value: V, places: [V; N], mut bids: [V; N]) -> [V; N] {
    for i in 0..N {
        bids[i] = until.if_greater(places[i], bids[i], value.min(bids[i]));
    }
    bids
}

/// Power that may be sold to the market.
#[derive(Clone, Copy)]
pub(super) struct Export<V> {
    pub mw: V,
    pub value: V,
}

/// The price at which these sources meet these loads; `none` if there is no power.
#[inline(always)]
pub(super) fn price<V: Number, const N: usize, const FIRM_FIRST: bool>(
    offers: &Offers<V, N>,
    demand: &Demand<V, FIRM_FIRST>,
    export: Option<Export<V>>,
    none: V,
) -> V {
    let mut ends = offers.mw;
    for i in 1..N {
        ends[i] = ends[i - 1].add(offers.mw[i]);
    }
    let bids = match export {
        Some(Export { mw, value }) => {
            let until = demand.until(value);
            after_insertion(until, value, ends, demand.at(before_insertion(until, mw, ends)))
        }
        None => demand.at(ends),
    };
    let mut price = bids[N - 1].max(offers.floor(none));
    for i in 1..N {
        price = price.max(offers.cost[i].min(bids[i - 1]));
    }
    price
}

/// Prices of local sources and of loads, USD/MWh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prices<V> {
    pub local: V,
    pub load: V,
}

/// The prices where grid power could be worth exporting. `local` and the grid apart, `all` together.
#[inline(always)]
pub(super) fn two_prices<V: Number, const FIRM_FIRST: bool>(
    local: &Offers<V, 2>,
    grid: &Offers<V, 1>,
    demand: &Demand<V, FIRM_FIRST>,
    export: Export<V>,
    none: V,
) -> Prices<V> {
    let infinite = V::splat(f64::INFINITY);
    let nobody =
        Demand::<V, true> { steps: &[], best: V::splat(f64::NEG_INFINITY), firm_mw: V::splat(0.0), short: infinite };
    let all = Offers { cost: [local.cost[0], local.cost[1], grid.cost[0]], mw: [local.mw[0], local.mw[1], grid.mw[0]] };
    let merged = price(&all.insert_last(), demand, Some(export), none);
    let apart = Prices { local: price(local, &nobody, Some(export), none), load: price(grid, demand, None, none) };
    Prices {
        local: apart.load.if_greater(apart.local, merged, apart.local),
        load: apart.load.if_greater(apart.local, merged, apart.load),
    }
}
