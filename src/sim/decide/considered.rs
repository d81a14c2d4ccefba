//! Which models a planner compares.

use bevy_ecs::prelude::*;

use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::compute::{Accelerator, MiningMachine};
use crate::placement::FarmKind;
use crate::scenario::Scenario;
use crate::scenario::model::Policy;
use crate::sim::resources::{Calendar, Plan, Quote};
use crate::sim::technology::Technologies;
use crate::units::UsdPerPhDay;

/// Numbers of the models a planner may build today.
pub(super) fn considered_models(world: &mut World) -> Vec<usize> {
    let today = world.resource::<Calendar>().today;
    let outlook = UsdPerPhDay(world.resource::<Quote>().outlook_usd);
    world.resource_scope(|world, mut technologies: Mut<Technologies>| {
        let scenario = &world.resource::<Plan>().0;
        let placement = &scenario.placement;
        let fixed = placement.policy == Policy::Fixed;
        let wants = |kind: FarmKind| fixed || placement.kinds.contains(&kind);
        let mut numbers = Vec::new();
        if wants(FarmKind::Mining) {
            let mut named: Vec<String> = scenario
                .plan
                .iter()
                .filter(|e| e.date == today && e.kind == FarmKind::Mining)
                .filter_map(|e| e.machine.clone())
                .collect();
            named.extend(scenario.mining.machine.clone());
            let count = usize::from(placement.mining_models);
            for machine in machines_to_compare(scenario, &technologies, today, outlook, count, &named) {
                numbers.push(technologies.miner(&machine));
            }
        }
        if wants(FarmKind::Hosting) {
            numbers.push(Technologies::HALL);
        }
        if wants(FarmKind::Cloud) {
            for accelerator in accelerators_to_compare(scenario, &technologies, today) {
                let number = technologies.cluster(&accelerator, scenario);
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
        numbers
    })
}

/// The named accelerator, or else the newest flagships today (for refreshing) and on the days on which a conversion
/// and a new hall ordered today open: makers announce their generations years ahead, and machines are bought for
/// the opening.
fn accelerators_to_compare(scenario: &Scenario, technologies: &Technologies, today: Day) -> Vec<Accelerator> {
    let catalogue = &technologies.catalogue;
    if let Some(name) = &scenario.cloud.accelerator {
        return catalogue.accelerator_named(name).cloned().into_iter().collect();
    }
    [0, scenario.conversion.months, scenario.cloud.facility.lead_months]
        .into_iter()
        .filter_map(|months| catalogue.newest_flagship(today.plus_months(months as i32)).cloned())
        .collect()
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
