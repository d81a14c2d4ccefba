//! Sources of hours put in order of cost, eight hours side by side.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::super::hour::{Columns, Terms};
use super::Layout;
use crate::lanes::{LANES, Lanes, kernels};

kernels! {
    /// One way to fill the rows of eights that [`Layout`] describes; all give the same bits.
    pub(super) type Kernel = fn(hours: &Columns, terms: &Terms, layout: Layout) -> Vec<[f64; LANES]>;
    run
}

#[inline(always)]
fn run<V: Lanes>(hours: &Columns, terms: &Terms, layout: Layout) -> Vec<[f64; LANES]> {
    let surplus = (terms.surplus_cost_usd_per_mwh, &*hours.surplus_mw);
    let hydro = (terms.hydro_cost_usd_per_mwh, &*hours.hydro_mw);
    match (layout.surplus, layout.hydro) {
        (true, true) => arrange::<V, 2, 3>(hours, terms, [surplus, hydro], layout),
        (true, false) => arrange::<V, 1, 2>(hours, terms, [surplus], layout),
        (false, true) => arrange::<V, 1, 2>(hours, terms, [hydro], layout),
        (false, false) => arrange::<V, 0, 1>(hours, terms, [], layout),
    }
}

/// Puts `L` local sources (cost, MW) and the grid in order, `N` in all.
#[inline(always)]
fn arrange<V: Lanes, const L: usize, const N: usize>(
    hours: &Columns,
    terms: &Terms,
    local: [(f64, &[f64]); L],
    layout: Layout,
) -> Vec<[f64; LANES]> {
    let adder = V::splat(terms.import_adder_usd_per_mwh);
    let fee = V::splat(terms.export_fee_usd_per_mwh);
    let (price, import, export) = (eight(&hours.price_usd_per_mwh), eight(&hours.import_mw), eight(&hours.export_mw));
    let local = local.map(|(cost, mw)| (V::splat(cost), eight(mw)));
    let mut eights = Vec::with_capacity(price.len() * layout.rows());
    for i in 0..price.len() {
        let usd_per_mwh = V::load(&price[i]);
        let mut sources = Sources { cost: [usd_per_mwh.add(adder); N], mw: [V::load(&import[i]); N] };
        for (l, (cost, mw)) in local.iter().enumerate() {
            (sources.cost[l], sources.mw[l]) = (*cost, V::load(&mw[i]));
        }
        sources.put_in_order();
        for n in 1..N {
            sources.mw[n] = sources.mw[n - 1].add(sources.mw[n]);
        }
        for row in [sources.cost, sources.mw] {
            for eight in row {
                eights.push(eight.store());
            }
        }
        if layout.exports {
            eights.push(export[i]);
            eights.push(usd_per_mwh.sub(fee).store());
        }
    }
    eights
}

fn eight(column: &[f64]) -> &[[f64; LANES]] {
    column.as_chunks().0
}

/// What each source costs and gives in eight hours.
struct Sources<V, const N: usize> {
    cost: [V; N],
    mw: [V; N],
}

impl<V: Lanes, const N: usize> Sources<V, N> {
    /// Cheapest first; of equal ones the earlier stays first.
    #[inline(always)]
    fn put_in_order(&mut self) {
        for last in (1..N).rev() {
            for i in 0..last {
                let (cost, mw) = (self.cost, self.mw);
                self.cost[i] = cost[i].if_greater(cost[i + 1], cost[i + 1], cost[i]);
                self.cost[i + 1] = cost[i].if_greater(cost[i + 1], cost[i], cost[i + 1]);
                self.mw[i] = cost[i].if_greater(cost[i + 1], mw[i + 1], mw[i]);
                self.mw[i + 1] = cost[i].if_greater(cost[i + 1], mw[i], mw[i + 1]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_has_the_same_bits_and_cheap_sources_come_first() {
        let column = |n: u32| (0..16).map(|hour| f64::from(hour * 37 % n) / 0.7).collect::<Vec<f64>>();
        let hours = Columns {
            surplus_mw: column(5),
            hydro_mw: column(3),
            import_mw: column(7),
            export_mw: column(4),
            price_usd_per_mwh: column(41),
        };
        let terms = Terms {
            surplus_cost_usd_per_mwh: 25.1,
            hydro_cost_usd_per_mwh: 19.7,
            import_adder_usd_per_mwh: 3.3,
            export_fee_usd_per_mwh: 2.2,
            backup_mw: 0.0,
            backup_cost_usd_per_mwh: 300.0,
        };
        for (surplus, hydro) in [(true, true), (true, false), (false, true), (false, false)] {
            let layout = Layout { surplus, hydro, exports: surplus };
            let rows: Vec<_> = available().into_iter().map(|kernel| kernel(&hours, &terms, layout)).collect();
            assert!(rows.iter().all(|other| *other == rows[0]));
            assert_eq!(rows[0].len(), 2 * layout.rows());
            for eight in rows[0].chunks_exact(layout.rows()) {
                let in_order = |pair: &[[f64; LANES]]| pair[0].iter().zip(&pair[1]).all(|(one, next)| one <= next);
                assert!(eight[..layout.sources()].windows(2).all(in_order), "{eight:?}");
            }
        }
    }
}
