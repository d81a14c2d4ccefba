//! The value of hours alone, without the account: what a planner evaluates millions of times.

use super::hour::{Hour, Loads, Terms, dispatch_hour};

/// What a planner needs to know of an hour.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HourValue {
    /// What mining and exports bring less the cost of their energy, USD.
    pub mining_and_export_usd: f64,
    /// Cost of the AI farm's energy with backup, USD.
    pub ai_energy_cost_usd: f64,
    /// AI load that is not served, MW.
    pub ai_unserved_mw: f64,
}

/// Values one hour: the same figures as [`dispatch_hour`] in a third of its time.
///
/// The merit orders of loads and sources are laid side by side on one axis of cumulative MW; each load gains its value
/// less cost on every source its stretch overlaps. No branch depends on the hour, so none is mispredicted.
pub fn hour_value(hour: &Hour, terms: &Terms, loads: &Loads) -> HourValue {
    let costs = terms.costs(hour.price_usd_per_mwh);
    let export_value = terms.export_value(hour.price_usd_per_mwh);
    if export_value > costs[2] {
        // Only with adder and fee negative together: the merged merit order might export grid power.
        return value_of_account(hour, terms, loads);
    }
    let stretches = Stretches::new(costs, [hour.surplus_mw, hour.hydro_mw, hour.import_mw]);
    let mut gain_usd = 0.0;
    let mut start = loads.ai_mw;
    let mut export_start = loads.ai_mw;
    for tier in loads.miners_on(hour) {
        let after_export = export_value > tier.value_usd_per_mwh;
        let from = start + if after_export { hour.export_mw } else { 0.0 };
        gain_usd += stretches.gain_usd(from, tier.mw, tier.value_usd_per_mwh);
        start += tier.mw;
        export_start += if after_export { 0.0 } else { tier.mw };
    }
    let ai_missing = stretches.missing_mw(loads.ai_mw);
    let on_backup = ai_missing.min(terms.backup_mw);
    HourValue {
        mining_and_export_usd: gain_usd + stretches.gain_usd(export_start, hour.export_mw, export_value),
        ai_energy_cost_usd: stretches.first_usd(loads.ai_mw) + on_backup * terms.backup_cost_usd_per_mwh,
        ai_unserved_mw: ai_missing - on_backup,
    }
}

fn value_of_account(hour: &Hour, terms: &Terms, loads: &Loads) -> HourValue {
    let account = dispatch_hour(hour, terms, loads);
    HourValue {
        mining_and_export_usd: account.mining_value_usd - account.mining_energy_cost_usd + account.export_margin_usd,
        ai_energy_cost_usd: account.ai_energy_cost_usd,
        ai_unserved_mw: account.ai_unserved_mw,
    }
}

/// Value of one hour to the owner, USD: mining value + AI served at `ai_value_usd_per_mwh` + exports − all energy costs.
pub fn welfare_usd(hour: &Hour, terms: &Terms, loads: &Loads, ai_value_usd_per_mwh: f64) -> f64 {
    let value = hour_value(hour, terms, loads);
    let ai_usd = ai_value_usd_per_mwh * (loads.ai_mw - value.ai_unserved_mw) - value.ai_energy_cost_usd;
    value.mining_and_export_usd + ai_usd
}

/// Value of many hours with the same terms and loads, USD: the sum of [`welfare_usd`].
pub fn hours_value_usd(hours: &[Hour], terms: &Terms, loads: &Loads, ai_value_usd_per_mwh: f64) -> f64 {
    hours.iter().map(|hour| welfare_usd(hour, terms, loads, ai_value_usd_per_mwh)).sum()
}

/// Sources side by side in order of cost: source `i` spans `begin[i]..end[i]` MW.
pub(super) struct Stretches {
    cost: [f64; 3],
    begin: [f64; 3],
    end: [f64; 3],
}

impl Stretches {
    pub(super) fn new(costs: [f64; 3], mw: [f64; 3]) -> Self {
        let mut sources = [(costs[0], mw[0]), (costs[1], mw[1]), (costs[2], mw[2])];
        for (i, j) in [(0, 1), (1, 2), (0, 1)] {
            let (a, b) = (sources[i], sources[j]);
            (sources[i], sources[j]) = if b.0 < a.0 { (b, a) } else { (a, b) };
        }
        let first = sources[0].1;
        let second = first + sources[1].1;
        Self {
            cost: [sources[0].0, sources[1].0, sources[2].0],
            begin: [0.0, first, second],
            end: [first, second, second + sources[2].1],
        }
    }

    /// Gain of a load that may be left off where it does not pay, USD.
    fn gain_usd(&self, from: f64, mw: f64, value: f64) -> f64 {
        let to = from + mw;
        let on = |i: usize| (to.min(self.end[i]) - from.max(self.begin[i])).max(0.0) * (value - self.cost[i]).max(0.0);
        on(0) + on(1) + on(2)
    }

    /// Cost of the first `mw`, whatever they cost, USD.
    pub(super) fn first_usd(&self, mw: f64) -> f64 {
        let on = |i: usize| (mw.min(self.end[i]) - self.begin[i]).max(0.0) * self.cost[i];
        on(0) + on(1) + on(2)
    }

    /// What the first `mw` lack, MW.
    pub(super) fn missing_mw(&self, mw: f64) -> f64 {
        (mw - self.end[2]).max(0.0)
    }
}
