//! Each site's sampled hours, and what its months say about peaks.

use rayon::prelude::*;

use super::days::Samples;
use crate::calendar::Day;
use crate::dispatch::{Columns, Hour};
use crate::energy::{Hourly, supply};
use crate::scenario::Scenario;
use crate::scenario::model::Site as SiteParams;
use crate::sim::components::CallsLeft;
use crate::sim::setup::sampling;
use crate::sim::supply::hour_at;

/// What is kept of a site's draws.
pub struct SiteDraw {
    /// The hours of [`Samples::days`].
    pub hours: Columns,
    /// By path: its months in order.
    pub months: Vec<Vec<MonthFacts>>,
}

/// What a month of a path means for charges.
#[derive(Debug, Clone, Copy)]
pub struct MonthFacts {
    /// First day.
    pub first: Day,
    /// Day after the last.
    pub next: Day,
    /// Highest price, USD/MWh.
    pub top_usd_per_mwh: f64,
    /// Local power in its hour, MW.
    pub top_local_mw: f64,
    /// Lowest price of the hours in which local power is scarce, USD/MWh; infinite where it never is.
    pub least_dry_usd_per_mwh: f64,
    /// Hours in which demand response calls.
    pub called_hours: f64,
}

/// Local power below this share of a site's MW is scarce.
const SCARCE_SHARE: f64 = 0.25;

/// Draws every site along every path, side by side, and keeps the sampled days of each: a draw depends on the seed, the
/// path and the site alone, so that a site more changes nothing else.
pub fn draw(scenario: &Scenario, seed: u64, samples: &Samples) -> Vec<SiteDraw> {
    let paths = samples.days.iter().map(|d| d.path + 1).max().unwrap_or(1);
    let cases: Vec<(usize, usize)> = (0..scenario.sites.len()).flat_map(|s| (0..paths).map(move |p| (s, p))).collect();
    let mut drawn: Vec<PathDraw> =
        cases.into_par_iter().map(|(s, p)| path_draw(scenario, seed, samples, s, p)).collect();
    let mut sites = Vec::with_capacity(scenario.sites.len());
    for _ in 0..scenario.sites.len() {
        let rest = drawn.split_off(paths.min(drawn.len()));
        sites.push(together(samples, drawn));
        drawn = rest;
    }
    sites
}

struct PathDraw {
    /// Hours of the path's sampled days, in order.
    hours: Vec<Hour>,
    months: Vec<MonthFacts>,
}

fn path_draw(scenario: &Scenario, seed: u64, samples: &Samples, site: usize, path: usize) -> PathDraw {
    let params = &scenario.sites[site];
    let stream = format!("planner/{path}");
    let drawn = supply(&params.name, params.location(), &params.energy(), &sampling(scenario, seed, &stream));
    let days = samples.days.iter().zip(&samples.dates).filter(|(d, _)| d.path == path);
    let hours = days
        .flat_map(|(_, day)| (0..24).map(move |slot| 24 * (day.0 - scenario.start.0) as usize + slot))
        .map(|index| hour_at(params, &drawn, index))
        .collect();
    let months = if params.grid.is_some() { months(scenario, params, &drawn) } else { Vec::new() };
    PathDraw { hours, months }
}

/// Puts the paths' days into the order of the samples.
fn together(samples: &Samples, drawn: Vec<PathDraw>) -> SiteDraw {
    let mut next = vec![0; drawn.len()];
    let mut hours = Columns::default();
    for day in &samples.days {
        let from = next[day.path];
        next[day.path] += 24;
        for hour in &drawn[day.path].hours[from..from + 24] {
            hours.push(hour);
        }
    }
    SiteDraw { hours, months: drawn.into_iter().map(|d| d.months).collect() }
}

fn months(scenario: &Scenario, params: &SiteParams, drawn: &Hourly) -> Vec<MonthFacts> {
    let mut months = Vec::new();
    let mut calls = CallsLeft::of_year(params);
    let mut first = scenario.start;
    while first < scenario.end {
        if first.day_of_year() == 1 {
            calls = CallsLeft::of_year(params);
        }
        let next = first.plus_days(1 - i32::from(first.day_of_month())).plus_months(1).min(scenario.end);
        let hours = 24 * (first.0 - scenario.start.0) as usize..24 * (next.0 - scenario.start.0) as usize;
        let mut month = MonthFacts {
            first,
            next,
            top_usd_per_mwh: f64::NEG_INFINITY,
            top_local_mw: 0.0,
            least_dry_usd_per_mwh: f64::INFINITY,
            called_hours: 0.0,
        };
        for index in hours {
            let price = drawn.price_usd_per_mwh[index];
            let local_mw = drawn.surplus_mw[index] + drawn.hydro_mw[index];
            if price > month.top_usd_per_mwh {
                (month.top_usd_per_mwh, month.top_local_mw) = (price, local_mw);
            }
            if local_mw < SCARCE_SHARE * params.maximum_mw && drawn.grid_available[index] > 0.0 {
                month.least_dry_usd_per_mwh = month.least_dry_usd_per_mwh.min(price);
            }
            month.called_hours += f64::from(u8::from(calls.take(params, price)));
        }
        months.push(month);
        first = next;
    }
    months
}

impl SiteDraw {
    /// One path alone, of the samples of all.
    pub fn only(&self, path: usize, samples: &Samples) -> Self {
        let mut hours = Columns::default();
        for (i, _) in samples.days.iter().enumerate().filter(|(_, day)| day.path == path) {
            (24 * i..24 * (i + 1)).for_each(|h| hours.push(&self.hours.hour(h)));
        }
        Self { hours, months: self.months.get(path).cloned().into_iter().collect() }
    }
}
