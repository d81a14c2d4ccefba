//! The value of hours alone, without the account: what a planner evaluates millions of times.

use super::hour::{Hour, Loads, Terms, dispatch_hour};

/// Value of one hour to the owner, USD: mining value + AI served at `ai_value_usd_per_mwh` + exports − all energy costs.
///
/// Equals [`super::HourResult::welfare_usd`] of [`dispatch_hour`], at a fraction of its time: merit orders are laid side
/// by side on one axis of cumulative MW, and each load gains its value less cost on every source its stretch overlaps.
pub fn welfare_usd(hour: &Hour, terms: &Terms, loads: &Loads, ai_value_usd_per_mwh: f64) -> f64 {
    let costs = terms.costs(hour);
    let export_value = terms.export_value(hour);
    if export_value > costs[2] {
        // Only with a negative adder and fee together: the merged merit order might export grid power.
        return dispatch_hour(hour, terms, loads).welfare_usd(ai_value_usd_per_mwh);
    }
    let stretches = Stretches::new(costs, [hour.surplus_mw, hour.hydro_mw, hour.import_mw]);
    let ai = stretches.ai_usd(loads.ai_mw, ai_value_usd_per_mwh);
    let on_backup = (loads.ai_mw - stretches.end[2]).max(0.0).min(terms.backup_mw);
    let backup = on_backup * (ai_value_usd_per_mwh - terms.backup_cost_usd_per_mwh);
    let mut mining = 0.0;
    let mut start = loads.ai_mw;
    let mut export_start = loads.ai_mw;
    for tier in loads.miners_on(hour) {
        let after_export = export_value > tier.value_usd_per_mwh;
        let from = start + if after_export { hour.export_mw } else { 0.0 };
        mining += stretches.gain_usd(from, tier.mw, tier.value_usd_per_mwh);
        start += tier.mw;
        export_start += if after_export { 0.0 } else { tier.mw };
    }
    ai + backup + mining + stretches.gain_usd(export_start, hour.export_mw, export_value)
}

/// Value of many hours with the same terms and loads, USD.
pub fn hours_value_usd(hours: &[Hour], terms: &Terms, loads: &Loads, ai_value_usd_per_mwh: f64) -> f64 {
    hours.iter().map(|hour| welfare_usd(hour, terms, loads, ai_value_usd_per_mwh)).sum()
}

/// Sources side by side in order of cost: source `i` spans `begin[i]..end[i]` MW.
struct Stretches {
    cost: [f64; 3],
    begin: [f64; 3],
    end: [f64; 3],
}

impl Stretches {
    fn new(costs: [f64; 3], mw: [f64; 3]) -> Self {
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

    /// Gain of a load that may be left off where it does not pay.
    fn gain_usd(&self, from: f64, mw: f64, value: f64) -> f64 {
        let to = from + mw;
        let on = |i: usize| (to.min(self.end[i]) - from.max(self.begin[i])).max(0.0) * (value - self.cost[i]).max(0.0);
        on(0) + on(1) + on(2)
    }

    /// Gain of the AI load, which is first and always on.
    fn ai_usd(&self, mw: f64, value: f64) -> f64 {
        let on = |i: usize| (mw.min(self.end[i]) - self.begin[i]).max(0.0) * (value - self.cost[i]);
        on(0) + on(1) + on(2)
    }
}
