//! Typical hours made ready once, and valued for many choices of loads, eight hours side by side.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

mod arrange;

use super::clearing::may_export_grid;
use super::hour::{Columns, Hour, Loads, MinerTier, Terms};
use super::welfare::{HourValue, hour_value};
use crate::lanes::{LANES, Lanes, Number, kernels};

/// Hours of a site under its terms, the sources of each in order of cost.
#[derive(Debug, Clone)]
pub struct ReadyHours {
    terms: Terms,
    layout: Layout,
    /// What is known of each eight hours, a row of eights after the other: cost of each source and where it ends on the
    /// axis of [`hour_value`], then MW and value of export if that matters.
    eights: Vec<[f64; LANES]>,
    /// Hours valued one by one: those that fill no eight, or all where miners are called off or grid power might be
    /// worth exporting.
    rest: Vec<Hour>,
    count: usize,
    dearest_usd_per_mwh: f64,
}

impl ReadyHours {
    /// Makes hours ready; of the terms all but `backup_mw` counts.
    pub fn new(hours: &[Hour], terms: &Terms) -> Self {
        let mut ready = Self::of_columns(&Columns::of(hours), terms);
        if hours.iter().any(|hour| hour.miners_called_off) {
            (ready.eights, ready.rest) = (Vec::new(), hours.to_vec());
        }
        ready
    }

    /// The same for hours that lie column by column.
    pub fn of_columns(hours: &Columns, terms: &Terms) -> Self {
        let any = |column: &[f64]| greatest(column) > 0.0;
        let (surplus, hydro) = (any(&hours.surplus_mw), any(&hours.hydro_mw));
        let layout = Layout { surplus, hydro, exports: (surplus || hydro) && any(&hours.export_mw) };
        let arranged = if may_export_grid(terms) { 0 } else { hours.len() / LANES };
        Self {
            terms: *terms,
            layout,
            eights: if arranged > 0 { arrange::best()(hours, terms, layout) } else { Vec::new() },
            rest: (LANES * arranged..hours.len()).map(|index| hours.hour(index)).collect(),
            count: hours.len(),
            dearest_usd_per_mwh: greatest(&hours.price_usd_per_mwh),
        }
    }

    /// How many hours there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Market price of the dearest hour, USD/MWh.
    pub fn dearest_usd_per_mwh(&self) -> f64 {
        self.dearest_usd_per_mwh
    }

    /// The sum of [`hour_value`] over the hours (USD, USD, MWh) with so much backup.
    pub fn value(&self, backup_mw: f64, loads: &Loads) -> HourValue {
        let terms = Terms { backup_mw, ..self.terms };
        let job = Job { hours: self, terms: &terms, ai_mw: loads.ai_mw, miners: loads.miners };
        let mut sum = if self.eights.is_empty() { HourValue::default() } else { best()(&job) };
        for hour in &self.rest {
            let value = hour_value(hour, &terms, loads);
            sum.mining_and_export_usd += value.mining_and_export_usd;
            sum.ai_energy_cost_usd += value.ai_energy_cost_usd;
            sum.ai_unserved_mw += value.ai_unserved_mw;
        }
        sum
    }
}

/// What is known of each eight hours.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// Whether these local sources have power in any hour.
    surplus: bool,
    hydro: bool,
    /// Whether export matters: local power may be sold.
    exports: bool,
}

impl Layout {
    /// How many sources there are, the grid among them.
    fn sources(self) -> usize {
        1 + usize::from(self.surplus) + usize::from(self.hydro)
    }

    /// Rows of eights per eight hours.
    fn rows(self) -> usize {
        rows(self.sources(), self.exports)
    }
}

const fn rows(sources: usize, exports: bool) -> usize {
    2 * sources + if exports { 2 } else { 0 }
}

/// The greatest value of a column, [`f64::MIN`] if it is empty.
fn greatest(column: &[f64]) -> f64 {
    let mut lanes = [f64::MIN; LANES];
    let (eights, rest) = column.as_chunks::<LANES>();
    for eight in eights {
        for (most, value) in lanes.iter_mut().zip(eight) {
            *most = Number::max(*value, *most);
        }
    }
    lanes.iter().chain(rest).copied().fold(f64::MIN, f64::max)
}

/// What a kernel is asked.
struct Job<'a> {
    hours: &'a ReadyHours,
    terms: &'a Terms,
    ai_mw: f64,
    miners: &'a [MinerTier],
}

kernels! {
    /// One way to compute; all give the same bits.
    type Kernel = fn(job: &Job) -> HourValue;
    run
}

#[inline(always)]
fn run<V: Lanes>(job: &Job) -> HourValue {
    match (job.hours.layout.sources(), job.hours.layout.exports) {
        (1, _) => sum::<V, 1, false>(job),
        (2, false) => sum::<V, 2, false>(job),
        (2, true) => sum::<V, 2, true>(job),
        (_, false) => sum::<V, 3, false>(job),
        (_, true) => sum::<V, 3, true>(job),
    }
}

/// [`hour_value`] of eight hours after eight hours.
#[inline(always)]
fn sum<V: Lanes, const N: usize, const EXPORT: bool>(job: &Job) -> HourValue {
    let zero = V::splat(0.0);
    let ai_mw = V::splat(job.ai_mw);
    let (backup_mw, backup_cost) = (V::splat(job.terms.backup_mw), V::splat(job.terms.backup_cost_usd_per_mwh));
    let (mut gain_usd, mut ai_usd, mut unserved) = (zero, zero, zero);
    for eight in job.hours.eights.chunks_exact(rows(N, EXPORT)) {
        let sources = Sources::<V, N>::load(eight);
        let (mut export_mw, mut export_value) = (zero, zero);
        if EXPORT {
            (export_mw, export_value) = (V::load(&eight[2 * N]), V::load(&eight[2 * N + 1]));
        }
        let (mut start, mut export_start, mut gain) = (ai_mw, ai_mw, zero);
        for tier in job.miners {
            let (mw, value) = (V::splat(tier.mw), V::splat(tier.value_usd_per_mwh));
            let mut from = start;
            if EXPORT {
                from = from.add(export_value.if_greater(value, export_mw, zero));
                export_start = export_start.add(export_value.if_greater(value, zero, mw));
            }
            gain = gain.add(sources.gain_usd(from, mw, value));
            start = start.add(mw);
        }
        if EXPORT {
            gain = gain.add(sources.gain_usd(export_start, export_mw, export_value));
        }
        gain_usd = gain_usd.add(gain);
        if job.ai_mw > 0.0 {
            let missing = ai_mw.sub(sources.end_mw[N - 1]).max(zero);
            let on_backup = missing.min(backup_mw);
            ai_usd = ai_usd.add(sources.first_usd(ai_mw).add(on_backup.mul(backup_cost)));
            unserved = unserved.add(missing.sub(on_backup));
        }
    }
    HourValue {
        mining_and_export_usd: gain_usd.sum(),
        ai_energy_cost_usd: ai_usd.sum(),
        ai_unserved_mw: unserved.sum(),
    }
}

/// The sources of eight hours.
struct Sources<V, const N: usize> {
    cost: [V; N],
    begin_mw: [V; N],
    end_mw: [V; N],
}

impl<V: Lanes, const N: usize> Sources<V, N> {
    #[inline(always)]
    fn load(eight: &[[f64; LANES]]) -> Self {
        let zero = V::splat(0.0);
        let mut sources = Self { cost: [zero; N], begin_mw: [zero; N], end_mw: [zero; N] };
        for i in 0..N {
            sources.cost[i] = V::load(&eight[i]);
            sources.end_mw[i] = V::load(&eight[N + i]);
            sources.begin_mw[i] = if i == 0 { zero } else { sources.end_mw[i - 1] };
        }
        sources
    }

    #[inline(always)]
    fn gain_usd(&self, from: V, mw: V, value: V) -> V {
        let zero = V::splat(0.0);
        let to = from.add(mw);
        let mut gain = zero;
        for i in 0..N {
            let overlap = to.min(self.end_mw[i]).sub(from.max(self.begin_mw[i])).max(zero);
            gain = gain.add(overlap.mul(value.sub(self.cost[i]).max(zero)));
        }
        gain
    }

    #[inline(always)]
    fn first_usd(&self, mw: V) -> V {
        let zero = V::splat(0.0);
        let mut cost = zero;
        for i in 0..N {
            cost = cost.add(mw.min(self.end_mw[i]).sub(self.begin_mw[i]).max(zero).mul(self.cost[i]));
        }
        cost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_has_the_same_bits() {
        let terms = Terms {
            surplus_cost_usd_per_mwh: 5.1,
            hydro_cost_usd_per_mwh: 19.7,
            import_adder_usd_per_mwh: 10.3,
            export_fee_usd_per_mwh: 2.2,
            backup_mw: 1.1,
            backup_cost_usd_per_mwh: 300.0,
        };
        let hour = |h: i32| Hour {
            surplus_mw: f64::from(h % 5) / 0.7,
            hydro_mw: f64::from(h % 3) / 0.9,
            import_mw: f64::from(h % 7) / 1.3,
            export_mw: f64::from(h % 4) / 0.6,
            price_usd_per_mwh: f64::from(h * 37 % 101) / 1.1,
            miners_called_off: false,
        };
        let hours: Vec<Hour> = (0..48).map(hour).collect();
        let miners = [90.1, 47.3, 20.9].map(|value_usd_per_mwh| MinerTier { mw: 2.3, value_usd_per_mwh });
        let ready = ReadyHours::new(&hours, &terms);
        let job = Job { hours: &ready, terms: &terms, ai_mw: 2.9, miners: &miners };
        let values: Vec<HourValue> = available().into_iter().map(|kernel| kernel(&job)).collect();
        assert!(values.iter().all(|value| *value == values[0]));
        assert!(values[0].ai_unserved_mw > 0.0 && values[0].mining_and_export_usd > 0.0);
    }
}
