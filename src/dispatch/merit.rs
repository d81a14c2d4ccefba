//! The merit order of one hour: the exact optimum of a small linear program without a solver.
//!
//! Variables: power from surplus, hydro and grid; to AI, to each miner tier, to export. AI takes what it needs first,
//! whatever it costs. The rest maximises what miners and export bring less what energy costs, within the limits, where
//! grid power must not be exported.
//!
//! **Merged market.** Leave the last rule out: then sources are interchangeable, and the optimum is where the merit
//! orders of loads (dearest first) and sources (cheapest first) cross. If an exported MWh brings no more than an imported
//! one costs, export never reaches the grid's step, so the rule holds of itself: this is the case whenever adder and fee
//! are not negative together.
//!
//! **Two sides.** Otherwise the merged solution may export more than the local sources give. Then the rule binds at the
//! optimum: from any permitted point, moving towards the (better, forbidden) merged solution gains until exports equal
//! local generation. With exports equal to local generation all loads run on the grid alone, and the two sides are two
//! separate merit orders. (AI cannot stand in the way: if it needed local energy, no merged solution could export all.)

use super::hour::{Hour, Loads, MinerTier, Terms};

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

/// Sources in order of cost, used up from the cheapest.
struct Stack {
    order: [usize; 3],
    costs: [f64; 3],
    left: [f64; 3],
    at: usize,
}

impl Stack {
    fn new(costs: [f64; 3], mw: [f64; 3]) -> Self {
        Self { order: order(costs), costs, left: mw, at: 0 }
    }

    /// Draws up to `mw` from sources that cost less than `value`; gives what could not be had, exactly 0 if all could.
    fn draw(&mut self, mw: f64, value: f64) -> f64 {
        let mut missing = mw;
        while missing > 0.0 && self.at < 3 {
            let source = self.order[self.at];
            if self.costs[source] >= value {
                break;
            }
            let taken = missing.min(self.left[source]);
            missing -= taken;
            self.left[source] -= taken;
            if self.left[source] <= 0.0 {
                self.at += 1;
            }
        }
        missing
    }
}

/// Indices in order of cost; ties keep surplus before hydro before grid.
pub(super) fn order(costs: [f64; 3]) -> [usize; 3] {
    let [a, b, c] = costs;
    let rank_a = usize::from(b < a) + usize::from(c < a);
    let rank_b = usize::from(a <= b) + usize::from(c < b);
    let mut order = [0; 3];
    order[rank_a] = 0;
    order[rank_b] = 1;
    order[3 - rank_a - rank_b] = 2;
    order
}

/// Solves the hour.
pub(super) fn solve(hour: &Hour, terms: &Terms, loads: &Loads) -> Served {
    let costs = terms.costs(hour);
    let available = [hour.surplus_mw, hour.hydro_mw, hour.import_mw];
    let export_value = terms.export_value(hour);
    let mut stack = Stack::new(costs, available);
    let mut served = serve(&mut stack, hour, terms, loads, hour.export_mw, export_value);
    let exports_grid = export_value > costs[2] && served.export_mw > served.used_mw[0] + served.used_mw[1];
    if exports_grid {
        let mut local = Stack::new(costs, [available[0], available[1], 0.0]);
        let export_mw = hour.export_mw - local.draw(hour.export_mw, export_value);
        let mut grid = Stack::new(costs, [0.0, 0.0, available[2]]);
        served = serve(&mut grid, hour, terms, loads, 0.0, export_value);
        served.export_mw = export_mw;
        served.used_mw[0] = available[0] - local.left[0];
        served.used_mw[1] = available[1] - local.left[1];
    }
    served
}

/// Serves AI, then miners and export in order of their value, from one stack of sources.
fn serve(stack: &mut Stack, hour: &Hour, terms: &Terms, loads: &Loads, export_mw: f64, export_value: f64) -> Served {
    let available = stack.left;
    let ai_missing = stack.draw(loads.ai_mw, f64::INFINITY);
    let backup_mw = ai_missing.min(terms.backup_mw);
    let mut served = Served {
        used_mw: [0.0; 3],
        ai_mw: loads.ai_mw - ai_missing,
        backup_mw,
        ai_unserved_mw: ai_missing - backup_mw,
        mining_mw: 0.0,
        mining_value_usd: 0.0,
        next_value_usd_per_mwh: None,
        export_mw: 0.0,
    };
    let mut export_waits = export_mw > 0.0;
    for &MinerTier { mw, value_usd_per_mwh } in loads.miners_on(hour) {
        if export_waits && export_value > value_usd_per_mwh {
            served.export_mw = export_mw - stack.draw(export_mw, export_value);
            export_waits = false;
        }
        let missing = stack.draw(mw, value_usd_per_mwh);
        served.mining_mw += mw - missing;
        served.mining_value_usd += (mw - missing) * value_usd_per_mwh;
        if missing > 0.0 && served.next_value_usd_per_mwh.is_none() {
            served.next_value_usd_per_mwh = Some(value_usd_per_mwh);
        }
    }
    if export_waits {
        served.export_mw = export_mw - stack.draw(export_mw, export_value);
    }
    served.used_mw = core::array::from_fn(|source| available[source] - stack.left[source]);
    served
}
