//! The dual of a slice, eight hours at a time.
//!
//! Each block of hours is gone through twice: once for the clearing prices and what sources, export and the firm load
//! earn or pay, once for the gains of the miners, four miners at a time. What a site lacks costs no time: the text is
//! compiled for grid with zero, one or two local sources, with and without export.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::super::clearing::{
    Demand, Export, Offers, Prices, Step, best_usd_per_mwh, may_export_grid, price, two_prices,
};
use super::super::hour::{MinerTier, Terms};
use super::{Slice, SliceDual};
use crate::lanes::{LANES, Lanes, kernels};

kernels! {
    /// One way to compute; all give the same bits.
    pub(super) type Kernel = fn(job: &Job, gains: &mut [f64]) -> SliceDual;
    run
}

/// Eights of hours in a block: its prices stay in the nearest cache.
const BLOCK: usize = 16;

/// Whether the firm load certainly bids at least as much as every miner, or has no part in it.
pub(super) fn firm_first(terms: &Terms, firm_mw: f64, miners: &[MinerTier]) -> bool {
    let least_shortfall_price = constant_shortfall_price(terms);
    !may_export_grid(terms) && (firm_mw <= 0.0 || best_usd_per_mwh(miners) <= least_shortfall_price)
}

/// The shortfall price if the grid is not the dearest source, USD/MWh.
fn constant_shortfall_price(terms: &Terms) -> f64 {
    terms.backup_cost_usd_per_mwh.max(terms.surplus_cost_usd_per_mwh).max(terms.hydro_cost_usd_per_mwh)
}

/// A column of hours in eights. Beyond its end it is 0, also where it has no hours at all.
#[derive(Clone, Copy)]
struct Column<'a> {
    full: &'a [[f64; LANES]],
    tail: &'a [f64; LANES],
}

/// Room for the ends of the columns.
pub(super) type Tails = [[f64; LANES]; 5];

impl<'a> Column<'a> {
    /// `tail` is all 0.
    fn new(values: &'a [f64], tail: &'a mut [f64; LANES]) -> Self {
        let (full, rest) = values.as_chunks();
        if !rest.is_empty() {
            tail[..rest.len()].copy_from_slice(rest);
        }
        Self { full, tail }
    }

    /// Nothing if every hour is 0.
    fn power(values: &'a [f64], tail: &'a mut [f64; LANES]) -> Option<Self> {
        let some = |hours: &[f64]| hours.iter().filter(|mw| **mw > 0.0).count() > 0;
        values.chunks(4 * LANES).any(some).then(|| Self::new(values, tail))
    }

    #[inline(always)]
    fn at<V: Lanes>(&self, i: usize) -> V {
        V::load(self.full.get(i).unwrap_or(self.tail))
    }
}

const NOTHING: Column = Column { full: &[], tail: &[0.0; LANES] };

/// A slice made ready.
pub(super) struct Job<'a> {
    terms: &'a Terms,
    firm_mw: f64,
    miners: &'a [MinerTier],
    steps: &'a [Step],
    firm_first: bool,
    hours: usize,
    price: Column<'a>,
    grid: Column<'a>,
    export: Column<'a>,
    exports: bool,
    /// Local sources by cost, those the site has before those it lacks.
    local: [(f64, Column<'a>); 2],
    local_count: usize,
}

impl<'a> Job<'a> {
    /// `steps` are those of the miners, see [`super::super::clearing::with_steps`]; the tails are all 0.
    pub(super) fn new(
        slice: &Slice<'a>,
        terms: &'a Terms,
        firm_mw: f64,
        miners: &'a [MinerTier],
        steps: &'a [Step],
        [price, grid, export, surplus, hydro]: &'a mut Tails,
    ) -> Self {
        let hours = slice.price_usd_per_mwh.len();
        let columns = [slice.surplus_mw, slice.hydro_mw, slice.import_mw, slice.export_mw];
        assert!(columns.iter().all(|c| c.is_empty() || c.len() == hours), "columns have every hour or none");
        let surplus = (terms.surplus_cost_usd_per_mwh, Column::power(slice.surplus_mw, surplus));
        let hydro = (terms.hydro_cost_usd_per_mwh, Column::power(slice.hydro_mw, hydro));
        let export = Column::power(slice.export_mw, export);
        let local_count = usize::from(surplus.1.is_some()) + usize::from(hydro.1.is_some());
        let hydro_leads = if local_count == 2 { hydro.0 < surplus.0 } else { surplus.1.is_none() };
        let (first, second) = if hydro_leads { (hydro, surplus) } else { (surplus, hydro) };
        Self {
            terms,
            firm_mw,
            miners,
            steps,
            firm_first: firm_first(terms, firm_mw, miners),
            hours,
            price: Column::new(slice.price_usd_per_mwh, price),
            grid: Column::new(slice.import_mw, grid),
            export: export.unwrap_or(NOTHING),
            exports: export.is_some(),
            local: [first, second].map(|(cost, column)| (cost, column.unwrap_or(NOTHING))),
            local_count,
        }
    }
}

/// Computes a slice with registers of this kind.
#[inline(always)]
fn run<V: Lanes>(job: &Job, gains: &mut [f64]) -> SliceDual {
    match (job.firm_first, job.local_count, job.exports) {
        (false, ..) => sum::<V, 3, true, true>(job, gains),
        (true, 0, _) => sum::<V, 1, false, false>(job, gains),
        (true, 1, false) => sum::<V, 2, false, false>(job, gains),
        (true, 1, true) => sum::<V, 2, true, false>(job, gains),
        (true, _, false) => sum::<V, 3, false, false>(job, gains),
        (true, _, true) => sum::<V, 3, true, false>(job, gains),
    }
}

/// Eight hours.
struct Cleared<V> {
    price: V,
    assets_usd: V,
    firm_usd_per_mw: V,
}

#[inline(always)]
fn sum<V: Lanes, const N: usize, const EXPORT: bool, const GENERAL: bool>(job: &Job, gains: &mut [f64]) -> SliceDual {
    let zero = V::splat(0.0);
    let (mut assets, mut firm) = (zero, zero);
    let mut prices = [zero; BLOCK];
    let eights = job.hours.div_ceil(LANES);
    let hours_of_last: [f64; LANES] =
        core::array::from_fn(|lane| if eights * LANES < job.hours + LANES - lane { 1.0 } else { 0.0 });
    for from in (0..eights).step_by(BLOCK) {
        let count = BLOCK.min(eights - from);
        for (i, price) in (from..).zip(&mut prices[..count]) {
            let cleared = clear::<V, N, EXPORT, GENERAL>(job, i);
            let is_hour = if i + 1 < eights { V::splat(1.0) } else { V::load(&hours_of_last) };
            *price = cleared.price;
            assets = assets.add(cleared.assets_usd);
            firm = firm.add(cleared.firm_usd_per_mw.mul(is_hour));
        }
        add_gains(&prices[..count], job.miners, gains);
    }
    SliceDual { assets_usd: assets.sum(), firm_usd_per_mw: firm.sum() }
}

/// Clears the `i`-th eight hours.
#[inline(always)]
fn clear<V: Lanes, const N: usize, const EXPORT: bool, const GENERAL: bool>(job: &Job, i: usize) -> Cleared<V> {
    let market: V = job.price.at(i);
    let grid_cost = market.add(V::splat(job.terms.import_adder_usd_per_mwh));
    let short = grid_cost.max(V::splat(constant_shortfall_price(job.terms)));
    let export = Export { mw: job.export.at(i), value: market.sub(V::splat(job.terms.export_fee_usd_per_mwh)) };
    let mut offers = Offers { cost: [grid_cost; N], mw: [job.grid.at(i); N] };
    for k in 0..N - 1 {
        offers.cost[k] = V::splat(job.local[k].0);
        offers.mw[k] = job.local[k].1.at(i);
    }
    let prices = if GENERAL {
        general_prices(job, &offers, export, short)
    } else {
        let demand = demand::<V, true>(job, short);
        let sold = if EXPORT { Some(export) } else { None };
        let both = price(&offers.insert_last(), &demand, sold, short.max(demand.best));
        Prices { local: both, load: both }
    };
    let mut assets = offers.mw[N - 1].gain(prices.load.sub(grid_cost));
    for k in 0..N - 1 {
        assets = assets.add(offers.mw[k].gain(prices.local.sub(offers.cost[k])));
    }
    if EXPORT {
        assets = assets.add(export.mw.gain(export.value.sub(prices.local)));
    }
    Cleared { price: prices.load, assets_usd: assets, firm_usd_per_mw: prices.load.min(short) }
}

#[inline(always)]
fn demand<'a, V: Lanes, const FIRM_FIRST: bool>(job: &Job<'a>, short: V) -> Demand<'a, V, FIRM_FIRST> {
    let best = V::splat(best_usd_per_mwh(job.miners));
    Demand { steps: job.steps, best, firm_mw: V::splat(job.firm_mw), short }
}

/// Prices where miners may bid more than the firm load, or grid power could be worth exporting.
#[inline(always)]
fn general_prices<V: Lanes, const N: usize>(
    job: &Job,
    offers: &Offers<V, N>,
    export: Export<V>,
    short: V,
) -> Prices<V> {
    let local = Offers { cost: [offers.cost[0], offers.cost[1]], mw: [offers.mw[0], offers.mw[1]] };
    let grid = Offers { cost: [offers.cost[N - 1]], mw: [offers.mw[N - 1]] };
    let demand = demand::<V, false>(job, short);
    let none = short.max(demand.best).max(export.value);
    two_prices(&local.insert_last(), &grid, &demand, export, none)
}

/// Adds what the miners gain at these prices.
#[inline(always)]
fn add_gains<V: Lanes>(prices: &[V], miners: &[MinerTier], gains: &mut [f64]) {
    for (miners, gains) in miners.chunks(4).zip(gains.chunks_mut(4)) {
        match miners.len() {
            1 => add_gains_of::<V, 1>(prices, miners, gains),
            2 => add_gains_of::<V, 2>(prices, miners, gains),
            3 => add_gains_of::<V, 3>(prices, miners, gains),
            _ => add_gains_of::<V, 4>(prices, miners, gains),
        }
    }
}

/// Adds what `N` miners gain: each is a running sum in a register of its own.
#[inline(always)]
fn add_gains_of<V: Lanes, const N: usize>(prices: &[V], miners: &[MinerTier], gains: &mut [f64]) {
    let zero = V::splat(0.0);
    let mut values = [zero; N];
    let mut sums = [zero; N];
    for (value, miner) in values.iter_mut().zip(miners) {
        *value = V::splat(miner.value_usd_per_mwh);
    }
    for price in prices {
        for k in 0..N {
            sums[k] = sums[k].add(values[k].sub(*price).max(zero));
        }
    }
    for (gain, sum) in gains.iter_mut().zip(sums) {
        *gain += sum.sum();
    }
}
