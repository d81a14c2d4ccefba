//! What binds all sites together.

use super::axis::Axis;
use crate::compute::AiMarket;
use crate::placement::FarmKind;
use crate::placement::field::{Counts, Limit};
use crate::scenario::Scenario;

const MINING: [bool; 3] = [true, false, false];
const HOSTING: [bool; 3] = [false, true, false];
const CLOUD: [bool; 3] = [false, false, true];

/// Budget, deliveries, demand, and the fleet's own limits.
pub fn limits(scenario: &Scenario, axis: &Axis) -> Vec<Limit> {
    let mut limits = budgets(scenario, axis);
    let years = years(axis);
    let AiMarket { hosting_demand, cloud_demand, .. } = &scenario.ai_market;
    // Demand is for critical IT; what is ordered is counted in MW of connection.
    let mw = |it_mw: f64, kind: FarmKind| match kind {
        FarmKind::Mining => it_mw,
        FarmKind::Hosting => it_mw / scenario.hosting.facility.critical_it_share,
        FarmKind::Cloud => it_mw / scenario.cloud.facility.critical_it_share,
    };
    let mining_mw = scenario.placement.mining_mw_per_year;
    let hosting_mw = mw(hosting_demand.limit_mw_per_year, FarmKind::Hosting);
    let cloud_mw = mw(cloud_demand.limit_mw_per_year, FarmKind::Cloud);
    for (year, from, until) in years {
        let ordered = |what: &str, kinds, refreshes, at_most| Limit {
            name: format!("{what} {year}"),
            counts: Counts::Ordered { from, until, kinds, refreshes },
            at_most,
        };
        limits.push(ordered("mining machines", MINING, true, mining_mw));
        limits.push(ordered("hosting demand", HOSTING, false, hosting_mw));
        limits.push(ordered("cloud demand", CLOUD, false, cloud_mw));
    }
    let fleet = scenario.placement.fleet_limits_mw.unwrap_or_default();
    let standing = [
        ("hosting demand", HOSTING, Some(mw(hosting_demand.limit_mw, FarmKind::Hosting))),
        ("cloud demand", CLOUD, Some(mw(cloud_demand.limit_mw, FarmKind::Cloud))),
        ("mining fleet", MINING, fleet.mining),
        ("hosting fleet", HOSTING, fleet.hosting),
        ("cloud fleet", CLOUD, fleet.cloud),
        ("fleet", [true; 3], fleet.all),
    ];
    for (what, kinds, at_most) in standing {
        for date in 0..axis.dates.len() {
            let name = format!("{what} on {}", axis.date(date));
            limits.extend(at_most.map(|at_most| Limit { name, counts: Counts::Standing { date, kinds }, at_most }));
        }
    }
    limits
}

/// Money added so far, by date.
fn budgets(scenario: &Scenario, axis: &Axis) -> Vec<Limit> {
    let placement = &scenario.placement;
    let budget = |date: usize| {
        let years = f64::from(axis.date(date).year() - scenario.start.year());
        Limit {
            name: format!("budget until {}", axis.date(date)),
            counts: Counts::SpentUntil(date),
            at_most: placement.budget_usd + years * placement.budget_usd_per_year,
        }
    };
    (0..axis.dates.len()).map(budget).collect()
}

/// Calendar years with their dates: (year, first date, date after the last).
fn years(axis: &Axis) -> Vec<(i16, usize, usize)> {
    let mut years: Vec<(i16, usize, usize)> = Vec::new();
    for date in 0..axis.dates.len() {
        let year = axis.date(date).year();
        match years.last_mut() {
            Some(last) if last.0 == year => last.2 = date + 1,
            _ => years.push((year, date, date + 1)),
        }
    }
    years
}
