//! Charges for peaks, payments for being callable and power bought forward, as money per MW.
//!
//! The first two depend on what all loads of a site draw together; here each MW is charged as if the site were built out to half
//! of what it may carry: that is where its import limit and local power are set against the load.

use super::View;
use super::hours::MonthFacts;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::energy::Forward;
use crate::placement::FarmKind;
use crate::placement::field::{SampleDay, Tier};
use crate::sim::settle::COINCIDENT_MONTHS;

/// Part of a site's MW at which linear terms are right.
pub const REFERENCE_SHARE: f64 = 0.5;

/// Discounted money by segment per MW of connection that runs from one day until another, USD: charges are negative.
pub fn per_mw(view: &View, s: usize, kind: FarmKind, tiers: &[Tier], draw_mw: f64, from: Day, until: Day) -> Vec<f64> {
    let mut by_segment = vec![0.0; view.axis.segments()];
    let Some(grid) = &view.scenario.sites[s].grid else { return by_segment };
    let charged = kind != FarmKind::Hosting
        && grid.demand_charge_usd_per_kw_month
            + grid.capacity_charge_usd_per_kw_year
            + grid.coincident_peak_charge_usd_per_kw_year
            > 0.0;
    let product = grid.demand_response.as_ref().filter(|_| kind == FarmKind::Mining);
    if let Some(forward) = grid.forward.as_ref().filter(|_| kind == FarmKind::Mining) {
        add_forward(view, s, forward, &mut by_segment, from, until);
    }
    if !charged && product.is_none() {
        return by_segment;
    }
    let load = Load { view, s, tiers, draw_mw, reference_mw: REFERENCE_SHARE * view.scenario.sites[s].maximum_mw };
    for (path, months) in view.draws[s].months.iter().enumerate() {
        let share = 1.0 / view.paths.count() as f64;
        for month in months.iter().filter(|m| m.first < until && from < m.next) {
            let usd = if charged { -load.charges_usd(path, month) } else { 0.0 };
            let events_usd = product.map_or(0.0, |p| draw_mw * month.called_hours * p.event_payment_usd_per_mwh);
            spread(view, &mut by_segment, month.first, month.next, from, until, share * (usd + events_usd));
        }
    }
    if let Some(product) = product {
        let usd_per_hour = draw_mw * product.capacity_payment_usd_per_mw_year / (24.0 * DAYS_PER_YEAR);
        load.add_enrolled(&mut by_segment, usd_per_hour, from, until);
    }
    by_segment
}

/// Adds what power bought forward brings a MW of mining over the spot price, whatever runs: what is not used is sold.
fn add_forward(view: &View, s: usize, forward: &Forward, by_segment: &mut [f64], from: Day, until: Day) {
    let prices = &view.draws[s].hours.price_usd_per_mwh;
    for (i, (day, date)) in view.samples.days.iter().zip(&view.samples.dates).enumerate() {
        if (from..until).contains(date) && forward.holds(*date) {
            let gain: f64 = prices[24 * i..24 * (i + 1)].iter().map(|price| forward.gain_usd_per_mwh(*price)).sum();
            by_segment[day.segment] += day.weight * forward.share * gain;
        }
    }
}

/// Spreads what a month brings over its days in the segments, as far as they lie between `from` and `until`.
pub fn spread(view: &View, by_segment: &mut [f64], first: Day, next: Day, from: Day, until: Day, usd: f64) {
    let usd_per_day = usd / f64::from((next.0 - first.0).max(1));
    for (segment, (begin, end)) in view.axis.spans().enumerate() {
        let (begin, end) = (begin.max(first).max(from), end.min(next).min(until));
        if begin < end {
            by_segment[segment] += usd_per_day * view.money.income_between(begin, end);
        }
    }
}

struct Load<'a> {
    view: &'a View<'a>,
    s: usize,
    tiers: &'a [Tier],
    draw_mw: f64,
    reference_mw: f64,
}

impl Load<'_> {
    /// Demand, capacity and coincident-peak charges of a month of a path, USD per MW.
    fn charges_usd(&self, path: usize, month: &MonthFacts) -> f64 {
        let Some(grid) = &self.view.scenario.sites[self.s].grid else { return 0.0 };
        let adder = grid.delivery_adder_usd_per_mwh;
        let middle = month.first.plus_days((month.next.0 - month.first.0) / 2);
        let hashprice = self.view.paths.hashprice_usd(path, middle);
        let limit_share = (grid.import_limit_mw / (self.reference_mw * self.draw_mw).max(1e-9)).min(1.0);
        let import_mw = self.draw_mw * limit_share;
        let running_share = |hashprice, usd_per_mwh| self.running_share(middle, hashprice, usd_per_mwh);
        let peak_hashprice = self.peak_hashprice_usd(path, month).unwrap_or(hashprice);
        let peak_mw = import_mw * running_share(peak_hashprice, month.least_dry_usd_per_mwh + adder);
        let top_dry = (1.0 - month.top_local_mw / (self.reference_mw * self.draw_mw).max(1e-9)).clamp(0.0, 1.0);
        let top_mw = import_mw * top_dry * running_share(hashprice, month.top_usd_per_mwh + adder);
        let coincident = if COINCIDENT_MONTHS.contains(&month.first.month()) {
            top_mw * grid.coincident_peak_charge_usd_per_kw_year / 4.0
        } else {
            0.0
        };
        let monthly_usd_per_kw = grid.demand_charge_usd_per_kw_month + grid.capacity_charge_usd_per_kw_year / 12.0;
        1_000.0 * (peak_mw * monthly_usd_per_kw + coincident)
    }

    /// Highest hashprice of a month's days where mines are hosted: a client that runs on one of them sets the month's peak.
    /// Own machines earn next to nothing where they stop, so that the middle of the month says enough of theirs.
    fn peak_hashprice_usd(&self, path: usize, month: &MonthFacts) -> Option<f64> {
        self.view.scenario.mining.hosted.as_ref()?;
        let days = (month.first.0..month.next.0).map(Day);
        Some(days.map(|day| self.view.paths.hashprice_usd(path, day)).fold(0.0, f64::max))
    }

    /// Part of the load that runs at a cost of energy: of miners the states that it pays, of AI all.
    fn running_share(&self, day: Day, hashprice: f64, usd_per_mwh: f64) -> f64 {
        if self.tiers.is_empty() {
            return if usd_per_mwh.is_finite() { 1.0 } else { 0.0 };
        }
        let scenario = self.view.scenario;
        let om_factor = scenario.finance.variable_om_factor(scenario.start, day);
        let client = scenario.hosted_terms(day);
        let pays = |t: &&Tier| t.value_usd_per_mwh(hashprice, om_factor, client) > usd_per_mwh;
        self.tiers.iter().filter(pays).map(|t| t.share).sum()
    }

    /// Adds what each hour pays for the part of the mining that runs and so can be called off.
    fn add_enrolled(&self, by_segment: &mut [f64], usd_per_hour: f64, from: Day, until: Day) {
        let samples = self.view.samples;
        for (i, (day, date)) in samples.days.iter().zip(&samples.dates).enumerate() {
            if *date < from || until <= *date {
                continue;
            }
            let running: f64 = (24 * i..24 * (i + 1)).map(|h| self.served_share(h, day)).sum();
            by_segment[day.segment] += day.weight * usd_per_hour * running;
        }
    }

    /// Part of a mine of the reference size that an hour's energy serves with a gain.
    fn served_share(&self, hour: usize, day: &SampleDay) -> f64 {
        let hour = self.view.draws[self.s].hours.hour(hour);
        let params = &self.view.scenario.sites[self.s];
        let adder = params.grid.as_ref().map_or(0.0, |g| g.delivery_adder_usd_per_mwh);
        let fee = params.export.as_ref().map_or(0.0, |e| e.fee_usd_per_mwh);
        let mine_mw = (self.reference_mw * self.draw_mw).max(1e-9);
        let serve = |tier: &Tier| {
            let value = tier.value_on(day);
            let sold_mw = if hour.price_usd_per_mwh - fee > value { hour.export_mw } else { 0.0 };
            let local_mw = (hour.surplus_mw + hour.hydro_mw - sold_mw).max(0.0);
            let grid_mw = if hour.price_usd_per_mwh + adder < value { hour.import_mw } else { 0.0 };
            tier.share * ((local_mw + grid_mw) / mine_mw).min(1.0)
        };
        self.tiers.iter().map(serve).sum()
    }
}
