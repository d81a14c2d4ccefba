//! Which models a planner compares.

use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::compute::{Accelerator, MiningMachine};
use crate::placement::FarmKind;
use crate::scenario::Scenario;
use crate::scenario::model::Policy;
use crate::sim::technology::Technologies;
use crate::units::UsdPerPhDay;

/// Numbers of the models a planner may build on `day`, when sellers of machines reckon with `outlook`.
pub fn considered_models(
    scenario: &Scenario,
    technologies: &mut Technologies,
    day: Day,
    outlook: UsdPerPhDay,
) -> Vec<usize> {
    let placement = &scenario.placement;
    let planned = placement.policy != Policy::Greedy && !scenario.plan.is_empty();
    let wants = |kind: FarmKind| planned || placement.policy == Policy::Fixed || placement.kinds.contains(&kind);
    let named = |kind: FarmKind| -> Vec<String> {
        let entries = scenario.plan.iter().filter(|e| e.date == day && e.kind == kind);
        entries.filter_map(|e| e.machine.clone()).collect()
    };
    let mut numbers = Vec::new();
    if wants(FarmKind::Mining) {
        let mut names = named(FarmKind::Mining);
        names.extend(scenario.mining.machine.clone());
        let count = usize::from(placement.mining_models);
        for machine in machines_to_compare(scenario, technologies, day, outlook, count, &names) {
            numbers.push(technologies.miner(&machine));
        }
    }
    if wants(FarmKind::Hosting) {
        numbers.push(Technologies::HALL);
    }
    if wants(FarmKind::Cloud) {
        for accelerator in accelerators_to_compare(scenario, technologies, day, &named(FarmKind::Cloud)) {
            numbers.push(technologies.cluster(&accelerator, scenario));
        }
    }
    let mut once = Vec::with_capacity(numbers.len());
    for number in numbers {
        if !once.contains(&number) {
            once.push(number);
        }
    }
    once
}

/// The named accelerator, or else the newest flagships today (for refreshing) and on the days on which a conversion
/// and a new hall ordered today open: makers announce their generations years ahead, and machines are bought for
/// the opening.
fn accelerators_to_compare(
    scenario: &Scenario,
    technologies: &Technologies,
    today: Day,
    named: &[String],
) -> Vec<Accelerator> {
    let catalogue = &technologies.catalogue;
    let named = named.iter().filter_map(|name| catalogue.accelerator_named(name));
    if let Some(name) = &scenario.cloud.accelerator {
        return named.chain(catalogue.accelerator_named(name)).cloned().collect();
    }
    let newest = [0, scenario.conversion.months, scenario.cloud.facility.lead_months]
        .into_iter()
        .filter_map(|months| catalogue.newest_flagship(today.plus_months(months as i32)));
    named.chain(newest).cloned().collect()
}

/// The named machines, or else those on sale with the least cost of machine and power per hash.
fn machines_to_compare(
    scenario: &Scenario,
    technologies: &Technologies,
    today: Day,
    outlook: UsdPerPhDay,
    count: usize,
    named: &[String],
) -> Vec<MiningMachine> {
    if !named.is_empty() {
        return named.iter().filter_map(|n| technologies.catalogue.mining_named(n)).cloned().collect();
    }
    let pricing = &scenario.machines.pricing;
    let days = scenario.mining.machine_life_years * DAYS_PER_YEAR;
    let cost_usd_per_th_day = |machine: &MiningMachine| {
        let power_usd = 0.024e-3
            * machine.efficiency().0
            * scenario.mining.pue(machine.cooling)
            * pricing.reference_power_usd_per_mwh;
        pricing.new_usd_per_th(machine, outlook) / days + power_usd
    };
    let mut on_sale: Vec<_> = technologies.catalogue.available(today).cloned().collect();
    on_sale.sort_by(|a, b| cost_usd_per_th_day(a).total_cmp(&cost_usd_per_th_day(b)));
    on_sale.truncate(count);
    on_sale
}
