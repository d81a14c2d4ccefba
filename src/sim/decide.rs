//! Phase *Decide*: on decision dates, what to build, convert, refresh and retire.

pub mod act;
pub mod considered;
mod eye;
pub mod foresight;
mod problem;
mod sample;

use bevy_ecs::prelude::*;

pub use act::value_what_stands;

use super::resources::{Calendar, Plan, Purse};
use crate::placement::{Action, Order, Problem, fixed, greedy};
use crate::results::tables::EventRow;
use crate::scenario::model::{Occasion, PlanEntry, Policy};

/// Asks the scenario's policy what to do, and does it. An exclusive system: it spawns farms and batches.
pub fn decide(world: &mut World) {
    refill_purse(world);
    act::wind_up(world);
    match world.resource::<Plan>().0.placement.policy {
        Policy::Greedy if due(world) => {
            let case = problem::pose(world);
            let plan = greedy(&case.problem);
            act::carry_out(world, &case, &plan, "most value per dollar");
        }
        Policy::Fixed | Policy::Optimal => follow_the_plan(world),
        Policy::Greedy => {}
    }
}

/// New money and new delivery slots on the first of January.
fn refill_purse(world: &mut World) {
    if !world.resource::<Calendar>().new_year {
        return;
    }
    let added_usd = world.resource::<Plan>().0.placement.budget_usd_per_year;
    let mut purse = world.resource_mut::<Purse>();
    purse.left_usd += added_usd;
    purse.mining_mw_this_year = 0.0;
    for (_, this_year_mw) in &mut purse.it_mw {
        *this_year_mw = 0.0;
    }
}

fn due(world: &World) -> bool {
    let calendar = world.resource::<Calendar>();
    world.resource::<Plan>().0.placement.decide.iter().any(|occasion| match occasion {
        Occasion::Start => calendar.index == 0,
        Occasion::Yearly => calendar.new_year,
        Occasion::Halving => calendar.after_halving,
    })
}

/// What `[[plan]]` says for today, in file order.
fn follow_the_plan(world: &mut World) {
    let today = world.resource::<Calendar>().today;
    let entries: Vec<_> = world.resource::<Plan>().0.plan.iter().filter(|e| e.date == today).cloned().collect();
    if entries.is_empty() {
        return;
    }
    let case = problem::pose(world);
    let orders: Vec<Order> = entries.iter().filter_map(|entry| resolve(&case.problem, entry)).collect();
    let (plan, refused) = fixed(&case.problem, &orders);
    act::carry_out(world, &case, &plan, "the scenario's plan");
    for (site, text) in refused {
        report(world, &case.problem.sites[site].name, text);
    }
}

/// An entry of the plan in the problem's indices; its site was checked when the scenario was read.
fn resolve(problem: &Problem, entry: &PlanEntry) -> Option<Order> {
    let site = problem.sites.iter().position(|s| s.name == entry.site)?;
    let fits = |t: &usize| {
        let technology = &problem.technologies[*t];
        let stands = problem.sites[site].blocks.iter().any(|b| b.technology == *t);
        let wanted = entry.machine.as_ref().is_none_or(|name| *name == technology.name);
        let offered = if entry.action == Action::Retire { stands } else { technology.on_sale };
        technology.kind == entry.kind && wanted && offered
    };
    Some(Order {
        site,
        action: entry.action,
        technologies: (0..problem.technologies.len()).filter(fits).collect(),
        replaces: entry.replaces.clone(),
        mw: entry.mw,
        name: entry.machine.clone().unwrap_or_else(|| entry.kind.as_str().to_owned()),
    })
}

fn report(world: &mut World, site: &str, detail: String) {
    let date = world.resource::<Calendar>().today.to_string();
    let row = EventRow { date, kind: "not_possible".to_owned(), site: site.to_owned(), detail, ..EventRow::default() };
    world.resource_mut::<super::resources::Journal>().events.push(row);
}
