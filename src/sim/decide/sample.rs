//! The typical hours of a site's future, as the planner knows them.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::eye::Eye;
use super::foresight::Span;
use crate::calendar::{DAYS_PER_YEAR, HOURS_PER_YEAR};
use crate::compute::SiteFacts;
use crate::dispatch::{Columns, ReadyHours, Terms};
use crate::energy::Hourly;
use crate::lanes::{LANES, Lanes, kernels};
use crate::scenario::model::Site as SiteParams;
use crate::sim::supply::Connection;

/// What the planner knows of a site's hours: those of evenly spaced days of each period, from its own draw of the
/// weather.
pub struct Sample {
    /// By period.
    pub hours: Vec<ReadyHours>,
    /// What power bought forward brings a MW of mining over the spot price, by period, USD per year.
    pub forward_usd_per_mw_year: Vec<f64>,
    /// Hours of all periods in which power for the smallest hall is there, and all of them.
    firm_hours: usize,
    all_hours: usize,
}

impl Sample {
    pub fn of(params: &SiteParams, terms: &Terms, supply: &Hourly, eye: &Eye) -> Self {
        let mut sample = Self { hours: Vec::new(), forward_usd_per_mw_year: Vec::new(), firm_hours: 0, all_hours: 0 };
        let smallest_mw = 0.5 * params.maximum_mw.min(50.0);
        let mut columns = Columns::default();
        for span in eye.spans {
            let days: Vec<usize> = days(span, eye).collect();
            let source = Source { supply, connection: Connection::of(params), smallest_mw, days: &days };
            sample.firm_hours += best()(&source, &mut columns) as usize;
            sample.hours.push(ReadyHours::of_columns(&columns, terms));
            sample.forward_usd_per_mw_year.push(forward_usd_per_mw_year(params, &columns, span));
            sample.all_hours += columns.len();
        }
        sample
    }

    /// What the screens ask: fibre, room, and the share of hours in which power for the smallest hall is there.
    pub fn facts(&self, params: &SiteParams) -> SiteFacts {
        let none = self.all_hours == 0;
        SiteFacts {
            fibre: params.fibre,
            utility_mw: params.maximum_mw,
            availability_share: if none { 0.0 } else { self.firm_hours as f64 / self.all_hours as f64 },
        }
    }
}

/// Indices of the days that stand for a period.
fn days(span: &Span, eye: &Eye) -> impl Iterator<Item = usize> {
    let per_year = f64::from(eye.scenario.placement.sample_days_per_year);
    let first = (span.from.0 - eye.calendar.start.0) as usize;
    let days = (span.to.0 - span.from.0) as usize;
    let count = ((days as f64 / DAYS_PER_YEAR * per_year) as usize).clamp(4.min(days), days.max(1));
    (0..count).map(move |i| first + (2 * i + 1) * days / (2 * count))
}

/// What power bought forward brings a MW of mining over the spot price in a period, USD per year.
fn forward_usd_per_mw_year(params: &SiteParams, hours: &Columns, span: &Span) -> f64 {
    let Some(forward) = params.grid.as_ref().and_then(|g| g.forward.as_ref()) else { return 0.0 };
    let ends = forward.until.map_or(span.to, |until| until.clamp(span.from, span.to));
    let held_share = f64::from(ends.0 - span.from.0) / f64::from((span.to.0 - span.from.0).max(1));
    let gains: Vec<f64> = hours.price_usd_per_mwh.iter().map(|usd| forward.gain_usd_per_mwh(*usd)).collect();
    held_share * forward.share * HOURS_PER_YEAR * crate::math::mean(&gains)
}

/// Where hours come from.
struct Source<'a> {
    supply: &'a Hourly,
    connection: Connection,
    /// More power than this and the smallest hall has its own, MW.
    smallest_mw: f64,
    days: &'a [usize],
}

kernels! {
    /// Lays the hours of the days side by side, without demand-response calls, and counts those in which power for the
    /// smallest hall is there; the ways to do so give the same bits.
    type Kernel = fn(source: &Source, hours: &mut Columns) -> f64;
    gather
}

const EIGHTS_PER_DAY: usize = 24 / LANES;

#[inline(always)]
fn gather<V: Lanes>(source: &Source, hours: &mut Columns) -> f64 {
    let Source { supply, connection, smallest_mw, days } = source;
    let (import_limit_mw, export_limit_mw) = (V::splat(connection.import_mw), V::splat(connection.export_mw));
    let (zero, one, smallest_mw) = (V::splat(0.0), V::splat(1.0), V::splat(*smallest_mw));
    let surplus = eights(&supply.surplus_mw);
    let hydro = eights(&supply.hydro_mw);
    let price = eights(&supply.price_usd_per_mwh);
    let available = eights(&supply.grid_available);
    let Columns { surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh } = hours;
    let columns = [surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh];
    let [to_surplus, to_hydro, to_import, to_export, to_price] = columns.map(|column| {
        column.resize(24 * days.len(), 0.0);
        column.as_chunks_mut::<LANES>().0
    });
    let mut firm = zero;
    for (n, day) in days.iter().enumerate() {
        for eight in 0..EIGHTS_PER_DAY {
            let (from, to) = (EIGHTS_PER_DAY * day + eight, EIGHTS_PER_DAY * n + eight);
            let available = V::load(&available[from]);
            let (import_mw, export_mw) = (import_limit_mw.mul(available), export_limit_mw.mul(available));
            let (surplus_mw, hydro_mw) = (V::load(&surplus[from]), V::load(&hydro[from]));
            to_surplus[to] = surplus_mw.store();
            to_hydro[to] = hydro_mw.store();
            to_import[to] = import_mw.store();
            to_export[to] = export_mw.store();
            to_price[to] = V::load(&price[from]).store();
            firm = firm.add(import_mw.add(surplus_mw).add(hydro_mw).if_greater(smallest_mw, one, zero));
        }
    }
    firm.sum()
}

fn eights(column: &[f64]) -> &[[f64; LANES]] {
    column.as_chunks().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_gathers_the_same_hours() {
        let column = |n: u32| (0..72).map(|hour| f64::from(hour * 37 % n) / 7.0).collect::<Vec<f64>>();
        let supply = Hourly {
            surplus_mw: column(5),
            hydro_mw: column(3),
            price_usd_per_mwh: column(41),
            grid_available: column(7),
        };
        let connection = Connection { import_mw: 3.3, export_mw: 1.1 };
        let source = Source { supply: &supply, connection, smallest_mw: 2.0, days: &[0, 2] };
        for kernel in available() {
            let mut hours = Columns::default();
            let firm = kernel(&source, &mut hours);
            let days = |column: &[f64]| [&column[..24], &column[48..]].concat();
            assert_eq!(hours.price_usd_per_mwh, days(&supply.price_usd_per_mwh));
            assert_eq!(hours.surplus_mw, days(&supply.surplus_mw));
            let import_mw: Vec<f64> = days(&supply.grid_available).iter().map(|share| 3.3 * share).collect();
            assert_eq!(hours.import_mw, import_mw);
            let all_mw = (0..48).map(|i| import_mw[i] + hours.surplus_mw[i] + hours.hydro_mw[i]);
            assert_eq!(firm as usize, all_mw.filter(|mw| *mw > 2.0).count());
        }
    }
}
