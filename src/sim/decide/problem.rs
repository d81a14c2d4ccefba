//! The decision problem of today: forecast, sites, technologies, limits.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use super::act::opened;
use super::considered::considered_models;
use super::eye::Eye;
use super::foresight::{Situation, Span};
use super::sample::Sample;
use crate::bitcoin::forecast::ChainSnapshot;
use crate::placement::{Block, FarmKind, Limits, Problem, SiteCase};
use crate::scenario::Scenario;
use crate::sim::components::{Batch, Batches, Farms, Site};
use crate::sim::resources::{Calendar, Chain, Order, Plan, PlannerSupply, Purse, Quote, RestOfWorld, SharedForesight};
use crate::sim::technology::{Model, Prices, Technologies};
use crate::units::UsdPerPhDay;

/// The problem, and what its numbers stand for.
pub struct Case {
    pub problem: Problem,
    /// Batch entity of each block id.
    pub batches: Vec<Entity>,
}

/// Poses the problem of today.
pub fn pose(world: &mut World) -> Case {
    let (today, outlook) = (world.resource::<Calendar>().today, world.resource::<Quote>().outlook_usd);
    let considered = world.resource_scope(|world, mut technologies: Mut<Technologies>| {
        considered_models(&world.resource::<Plan>().0, &mut technologies, today, UsdPerPhDay(outlook))
    });
    let spans = spans(world);
    let calendar = world.resource::<Calendar>();
    let scenario = &world.resource::<Plan>().0;
    let technologies = world.resource::<Technologies>();
    let prices = Prices::of(scenario, calendar.today, world.resource::<Quote>());
    let eye = Eye { scenario, calendar, prices: &prices, spans: &spans, rents_now: calendar.index };
    let offers =
        technologies.models.iter().enumerate().map(|(t, m)| eye.technology(m, considered.contains(&t))).collect();
    let mut batches = Vec::new();
    let sites = world
        .resource::<Order>()
        .sites
        .iter()
        .map(|&entity| site_case(world, entity, &eye, technologies, &mut batches))
        .collect();
    let problem = Problem {
        periods: spans.iter().map(|s| eye.period(s)).collect(),
        technologies: offers,
        sites,
        limits: limits(scenario, world.resource::<Purse>()),
        after_tax_share: 1.0 - scenario.finance.income_tax_share(),
    };
    Case { problem, batches }
}

/// The forecast in spans of a year: the world's network model run forward without luck.
fn spans(world: &World) -> Arc<[Span]> {
    let calendar = world.resource::<Calendar>();
    let scenario = &world.resource::<Plan>().0;
    let quote = world.resource::<Quote>();
    let fees = &scenario.bitcoin.fees;
    world.resource::<SharedForesight>().0.spans(Situation {
        today: calendar.today,
        end: calendar.end,
        chain: ChainSnapshot { height: world.resource::<Chain>().race.height(), difficulty: quote.difficulty },
        price_usd: quote.price_usd,
        fees_btc: fees.of_block(fees.mean_btc_per_block(), quote.subsidy_btc),
        growth_per_year_share: scenario.placement.expected_price_growth_per_year_share,
        price: scenario.bitcoin.price.clone(),
        network: world.resource::<RestOfWorld>().0.clone(),
    })
}

fn limits(scenario: &Scenario, purse: &Purse) -> Limits {
    let mining_mw = scenario.placement.mining_mw_per_year - purse.mining_mw_this_year;
    let demands = [
        (&scenario.ai_market.hosting_demand, &scenario.hosting.facility),
        (&scenario.ai_market.cloud_demand, &scenario.cloud.facility),
    ];
    let mut kind_mw = [mining_mw.max(0.0), 0.0, 0.0];
    for (i, (demand, facility)) in demands.into_iter().enumerate() {
        let (total_mw, this_year_mw) = purse.it_mw[i];
        let it_mw = (demand.limit_mw - total_mw).min(demand.limit_mw_per_year - this_year_mw);
        kind_mw[i + 1] = it_mw.max(0.0) / facility.critical_it_share;
    }
    Limits { budget_usd: purse.left_usd, kind_mw, hurdle_value_per_usd: scenario.placement.hurdle_value_per_usd }
}

fn site_case(
    world: &World,
    entity: Entity,
    eye: &Eye,
    technologies: &Technologies,
    batches: &mut Vec<Entity>,
) -> SiteCase {
    let site = world.get::<Site>(entity).expect("sites keep their component");
    let params = &eye.scenario.sites[site.index];
    let mut blocks = Vec::new();
    for &batch_entity in &standing(world, entity) {
        let Some(batch) = world.get::<Batch>(batch_entity) else { continue };
        if batch.stands(eye.calendar.today) && batch.slots_mw > 0.0 {
            blocks.push(block(batch, batches.len(), &technologies.models[batch.technology], eye));
            batches.push(batch_entity);
        }
    }
    let supply = &world.resource::<PlannerSupply>().0[site.index];
    let sample = Sample::of(params, &site.terms, supply, eye);
    let facts = sample.facts(params);
    let mining_mw: f64 = blocks
        .iter()
        .filter(|b| technologies.models[b.technology].kind() == FarmKind::Mining)
        .map(|b| b.slots_mw)
        .sum();
    let convertible_mw = eye.scenario.conversion.convertible_mw(mining_mw);
    let grid = params.grid.as_ref();
    SiteCase {
        name: params.name.clone(),
        terms: site.terms,
        climate: params.climate,
        blocks,
        maximum_mw: params.maximum_mw,
        convertible_mw,
        hosting_rent_factor: eye.prices.rent_factor(site.index),
        hosting_allowed: eye.scenario.hosting.screens.refusal(&facts).is_none(),
        cloud_allowed: eye.scenario.cloud.screens.refusal(&facts).is_none(),
        conversion_allowed: eye.scenario.conversion.screens.refusal(&facts).is_none(),
        import_limit_mw: grid.map_or(0.0, |g| g.import_limit_mw),
        peak_usd_per_mw_year: grid
            .map_or(0.0, |g| 1_000.0 * (12.0 * g.demand_charge_usd_per_kw_month + g.capacity_charge_usd_per_kw_year)),
        coincident_usd_per_mw_year: grid.map_or(0.0, |g| 1_000.0 * g.coincident_peak_charge_usd_per_kw_year),
        demand_response_usd_per_mw_year: grid
            .and_then(|g| g.demand_response.as_ref())
            .map_or(0.0, |d| d.capacity_payment_usd_per_mw_year),
        forward_usd_per_mw_year: sample.forward_usd_per_mw_year,
        opening_usd: if opened(world, site.index) { 0.0 } else { params.opening_due_usd() },
        least_lead_years: f64::from(params.least_lead_months()) / 12.0,
        overhead_usd_per_year: eye.site_usd_per_year(site.index),
        outages_per_year: grid.map_or(0.0, |g| g.outages_per_year),
        outage_hours: grid.map_or(0.0, |g| g.outage_hours),
        hours: sample.hours,
    }
}

/// Batches of a site's farms in order of building.
fn standing(world: &World, site: Entity) -> Vec<Entity> {
    let farms = world.get::<Farms>(site).into_iter().flat_map(RelationshipTarget::iter);
    farms.filter_map(|f| world.get::<Batches>(f)).flat_map(RelationshipTarget::iter).collect()
}

fn block(batch: &Batch, id: usize, model: &Model, eye: &Eye) -> Block {
    let today = eye.calendar.today;
    let age_years = today.years_since(batch.online);
    Block {
        id,
        technology: batch.technology,
        mw: batch.mw,
        slots_mw: batch.slots_mw,
        from_years: eye.years(batch.online),
        until_years: eye.years(batch.until),
        resale_usd_per_mw: eye.prices.resale_usd_per_mw(model, batch),
        closing_usd_per_mw: eye.prices.closing_usd_per_mw(model, batch),
        end_value_usd_per_mw: eye.end_value(model, batch),
        free: batch.runs(today),
        refreshable: age_years >= eye.prices.refresh_min_age_years(model),
    }
}
