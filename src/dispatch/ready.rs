//! Typical hours made ready once, and valued for many choices of loads, eight hours side by side.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::clearing::may_export_grid;
use super::hour::{Hour, Loads, MinerTier, Terms};
use super::welfare::{HourValue, hour_value};
use crate::lanes::{LANES, Lanes, kernels};

/// Hours of a site under its terms, the sources of each in order of cost.
#[derive(Debug, Clone)]
pub struct ReadyHours {
    terms: Terms,
    /// How many sources there are: the grid, and local ones with power in any hour.
    sources: usize,
    /// Whether export matters: local power may be sold.
    exports: bool,
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
        let one_by_one = may_export_grid(terms) || hours.iter().any(|hour| hour.miners_called_off);
        let (eights, rest) = if one_by_one { (Default::default(), hours) } else { hours.as_chunks::<LANES>() };
        let local = [hours.iter().any(|hour| hour.surplus_mw > 0.0), hours.iter().any(|hour| hour.hydro_mw > 0.0)];
        let mut ready = Self {
            terms: *terms,
            sources: 1 + local.iter().filter(|has| **has).count(),
            exports: local != [false; 2] && hours.iter().any(|hour| hour.export_mw > 0.0),
            eights: Vec::new(),
            rest: rest.to_vec(),
            count: hours.len(),
            dearest_usd_per_mwh: hours.iter().map(|hour| hour.price_usd_per_mwh).fold(f64::MIN, f64::max),
        };
        ready.eights.reserve_exact(eights.len() * rows(ready.sources, ready.exports));
        for hours in eights {
            ready.push(&EightHours::new(hours, terms, local));
        }
        ready
    }

    fn push(&mut self, eight: &EightHours) {
        self.eights.extend_from_slice(&eight.cost[..self.sources]);
        self.eights.extend_from_slice(&eight.end_mw[..self.sources]);
        if self.exports {
            self.eights.extend_from_slice(&[eight.export_mw, eight.export_value]);
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

/// Rows of eights per eight hours.
const fn rows(sources: usize, exports: bool) -> usize {
    2 * sources + if exports { 2 } else { 0 }
}

/// Eight hours. Sources lie side by side in order of cost, as in [`hour_value`]: each begins where the one before ends,
/// those without power in any hour come last.
struct EightHours {
    cost: [[f64; LANES]; 3],
    end_mw: [[f64; LANES]; 3],
    export_mw: [f64; LANES],
    export_value: [f64; LANES],
}

impl EightHours {
    fn new(hours: &[Hour; LANES], terms: &Terms, [surplus, hydro]: [bool; 2]) -> Self {
        let has_power = [surplus, hydro, true];
        let zero = [0.0; LANES];
        let mut eight = Self { cost: [zero; 3], end_mw: [zero; 3], export_mw: zero, export_value: zero };
        for (lane, hour) in hours.iter().enumerate() {
            let (costs, mw) = (terms.costs(hour), [hour.surplus_mw, hour.hydro_mw, hour.import_mw]);
            for i in 0..3 {
                eight.cost[i][lane] = if has_power[i] { costs[i] } else { f64::INFINITY };
                eight.end_mw[i][lane] = mw[i];
            }
            eight.export_mw[lane] = hour.export_mw;
            eight.export_value[lane] = terms.export_value(hour);
        }
        for (i, j) in [(0, 1), (1, 2), (0, 1)] {
            eight.put_in_order(i, j);
        }
        for i in 1..3 {
            for lane in 0..LANES {
                eight.end_mw[i][lane] += eight.end_mw[i - 1][lane];
            }
        }
        eight
    }

    /// Swaps two sources where the later one costs less; `end_mw` still is what each gives.
    fn put_in_order(&mut self, i: usize, j: usize) {
        let (cost, mw) = (self.cost, self.end_mw);
        for lane in 0..LANES {
            let swap = cost[j][lane] < cost[i][lane];
            self.cost[i][lane] = if swap { cost[j][lane] } else { cost[i][lane] };
            self.cost[j][lane] = if swap { cost[i][lane] } else { cost[j][lane] };
            self.end_mw[i][lane] = if swap { mw[j][lane] } else { mw[i][lane] };
            self.end_mw[j][lane] = if swap { mw[i][lane] } else { mw[j][lane] };
        }
    }
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
    match (job.hours.sources, job.hours.exports) {
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
