//! A plan becomes farms, batches, ledger lines and rows.

use bevy_ecs::prelude::*;

use super::problem::Case;
use crate::calendar::Day;
use crate::finance::{Kind, Line};
use crate::placement::{Action, FarmKind, Plan as Steps, Step};
use crate::results::tables::{EventRow, Origin, PlacementRow};
use crate::sim::components::{At, Batch, Farm, In};
use crate::sim::resources::{Calendar, Chain, Journal, Ledger, Order, Plan, Purse, Quote};
use crate::sim::technology::{Outlay, Prices, Technologies};

/// Carries out the steps in order.
pub fn carry_out(world: &mut World, case: &Case, plan: &Steps, why: &str) {
    for step in &plan.steps {
        let online = match step.action {
            Action::Build => Some(build(world, step)),
            Action::Convert | Action::Refresh => Some(replace(world, case, step)),
            Action::Retire => {
                retire(world, case, step);
                None
            }
        };
        note(world, case, step, online, why);
    }
}

/// New capacity on free MW; gives its first day.
fn build(world: &mut World, step: &Step) -> Day {
    let today = world.resource::<Calendar>().today;
    let kind = kind(world, step);
    let (outlay, lead_months) = with_prices(world, |prices, technologies| {
        let model = &technologies.models[step.technology];
        let site = &prices.scenario.sites[step.site];
        let lead_months = prices.lead_months(kind).max(site.least_lead_months()) as i32;
        (prices.new_outlay(model, site.climate), lead_months)
    });
    let online = today.plus_months(lead_months);
    let due_usd =
        if opened(world, step.site) { 0.0 } else { world.resource::<Plan>().0.sites[step.site].opening_due_usd() };
    let farm = farm_of(world, step.site, kind, Origin::New, Some(today));
    book(world, farm, Line::InfrastructureCapital, 0.0 - due_usd);
    order_batch(world, farm, step, online, outlay, outlay);
    online
}

/// Whether a farm stands or was ever ordered at a site.
pub fn opened(world: &World, site: usize) -> bool {
    let here = |&farm: &Entity| world.get::<Farm>(farm).is_some_and(|f| f.site == site);
    world.resource::<Order>().farms.iter().any(here)
}

/// New machines or AI in place of older capacity; gives its first day.
fn replace(world: &mut World, case: &Case, step: &Step) -> Day {
    let today = world.resource::<Calendar>().today;
    let kind = kind(world, step);
    let old_entity = old_batch(case, step);
    let old = world.get::<Batch>(old_entity).expect("a step replaces a batch that stands").clone();
    let (price, worth, resale_usd, months, lost_share) = with_prices(world, |prices, technologies| {
        let model = &technologies.models[step.technology];
        let climate = prices.scenario.sites[step.site].climate;
        let resale_usd = step.mw * prices.resale_usd_per_mw(&technologies.models[old.technology], &old);
        if step.action == Action::Convert {
            let conversion = &prices.scenario.conversion;
            let outlay = prices.conversion_outlay(model, climate);
            (outlay, outlay, resale_usd, conversion.months as i32, conversion.lost_mining_share)
        } else {
            let machines_usd = prices.machines_usd_per_mw(model);
            let months = if kind == FarmKind::Mining { prices.scenario.mining.lead_months as i32 } else { 0 };
            let price = Outlay { infrastructure_usd: 0.0, machines_usd };
            (price, Outlay { machines_usd, ..old.paid }, resale_usd, months, 0.0)
        }
    });
    let online = today.plus_months(months);
    let origin = if step.action == Action::Convert { Origin::Conversion } else { Origin::New };
    let farm = farm_of(world, step.site, kind, origin, Some(today));
    let batch = order_batch(world, farm, step, online, price, worth);
    if step.action == Action::Refresh {
        world.get_mut::<Batch>(batch).expect("just spawned").built = old.built;
    }
    let old_farm = world.get::<In>(old_entity).expect("batches stand in farms").0;
    book(world, old_farm, Line::Resale, resale_usd);
    shrink(world, old_entity, step.mw);
    // What runs on during the works leaves with them.
    let during = Batch { mw: step.mw * (1.0 - lost_share), slots_mw: 0.0, until: online.min(old.until), ..old };
    if during.mw > 0.0 && during.until > today {
        spawn_batch(world, old_farm, during);
    }
    online
}

fn retire(world: &mut World, case: &Case, step: &Step) {
    let entity = old_batch(case, step);
    let batch = world.get::<Batch>(entity).expect("a step retires a batch that stands").clone();
    let farm = world.get::<In>(entity).expect("batches stand in farms").0;
    let closing_usd = with_prices(world, |prices, technologies| {
        step.mw * prices.closing_usd_per_mw(&technologies.models[batch.technology], &batch)
    });
    close(world, farm, &batch, step.mw, closing_usd);
    shrink(world, entity, step.mw);
}

/// Closes the batches whose life ended last night: what is left of the machines and the hall, at its book value, is
/// sold, and AI demand is free again.
pub fn wind_up(world: &mut World) {
    let today = world.resource::<Calendar>().today;
    let mut standing = core::mem::take(&mut world.resource_mut::<Order>().standing);
    let stands = |entity: &mut Entity| world.get::<Batch>(*entity).is_some_and(|b| b.stands(today));
    let over: Vec<Entity> = standing.extract_if(.., |entity| !stands(entity)).collect();
    world.resource_mut::<Order>().standing = standing;
    for entity in over {
        let batch = world.get::<Batch>(entity).expect("batches are never despawned").clone();
        if batch.until != today || batch.slots_mw <= 0.0 {
            continue;
        }
        let farm = world.get::<In>(entity).expect("batches stand in farms").0;
        let worth_usd = with_prices(world, |prices, technologies| {
            batch.slots_mw * prices.end_value_usd_per_mw(&technologies.models[batch.technology], &batch)
        });
        close(world, farm, &batch, batch.slots_mw, worth_usd);
        let farm = world.get::<Farm>(farm).expect("farms are never despawned");
        let site = world.resource::<Plan>().0.sites[farm.site].name.clone();
        let model = &world.resource::<Technologies>().models[batch.technology];
        let row = EventRow {
            date: today.to_string(),
            kind: "end_of_life".to_owned(),
            farm: format!("{site}/{}", model.kind().as_str()),
            site,
            mw: Some(batch.slots_mw),
            usd: None,
            detail: format!("{} {} MW", model.name(), batch.slots_mw),
        };
        world.resource_mut::<Journal>().events.push(row);
    }
}

/// Sells a part of a batch for good: books what it fetches and frees the AI demand.
fn close(world: &mut World, farm: Entity, batch: &Batch, mw: f64, proceeds_usd: f64) {
    let it_mw = with_prices(world, |prices, technologies| {
        mw * prices.critical_it_mw_per_mw(&technologies.models[batch.technology])
    });
    book(world, farm, Line::Resale, proceeds_usd);
    let kind = world.get::<Farm>(farm).expect("farms are never despawned").kind;
    let mut purse = world.resource_mut::<Purse>();
    purse.left_usd += proceeds_usd;
    if let Some(i) = ai_index(kind) {
        purse.it_mw[i].0 -= it_mw;
    }
}

/// Books what stands on the last day at its value: machines at resale, halls at book value.
pub fn value_what_stands(world: &mut World) {
    let (end, entities) = (world.resource::<Calendar>().end, world.resource::<Order>().batches.clone());
    for entity in entities {
        let batch = world.get::<Batch>(entity).expect("batches are never despawned").clone();
        if !batch.stands(end) || batch.slots_mw <= 0.0 {
            continue;
        }
        let value_usd = {
            let prices = Prices::of(&world.resource::<Plan>().0, end, world.resource::<Quote>());
            let model = &world.resource::<Technologies>().models[batch.technology];
            batch.slots_mw * prices.end_value_usd_per_mw(model, &batch)
        };
        let farm = world.get::<In>(entity).expect("batches stand in farms").0;
        book(world, farm, Line::EndValue, value_usd);
        book(world, farm, Line::Prepayments, 0.0 - batch.advance_usd);
    }
}

/// Takes MW out of a batch, which pays back what their customers advanced; an empty one ends today.
fn shrink(world: &mut World, entity: Entity, mw: f64) {
    let today = world.resource::<Calendar>().today;
    let farm = world.get::<In>(entity).expect("batches stand in farms").0;
    let mut batch = world.get_mut::<Batch>(entity).expect("batches are never despawned");
    let returned_usd = if batch.advance_usd > 0.0 { batch.advance_usd * (mw / batch.mw).min(1.0) } else { 0.0 };
    batch.advance_usd -= returned_usd;
    batch.mw -= mw;
    batch.slots_mw -= mw;
    if batch.slots_mw <= 1e-9 {
        batch.until = today;
    }
    book(world, farm, Line::Prepayments, 0.0 - returned_usd);
}

/// Spawns the batch a step buys, pays for it and counts it against demand; `worth` is what it stands for later.
fn order_batch(world: &mut World, farm: Entity, step: &Step, online: Day, price: Outlay, worth: Outlay) -> Entity {
    let kind = kind(world, step);
    let (life_months, rent) =
        with_prices(world, |prices, _| (prices.life_months(kind), prices.signed_rent(step.site, kind)));
    let until = online.plus_months(life_months);
    let mut batch = Batch::new(step.technology, step.mw, online, until, worth);
    batch.signed_rent_usd_per_kw_month = rent;
    let entity = spawn_batch(world, farm, batch);
    book(world, farm, Line::InfrastructureCapital, -step.mw * price.infrastructure_usd);
    book(world, farm, Line::MachineCapital, -step.mw * price.machines_usd);
    let it_mw = with_prices(world, |p, t| step.mw * p.critical_it_mw_per_mw(&t.models[step.technology]));
    let mut purse = world.resource_mut::<Purse>();
    purse.left_usd -= step.capital_usd;
    match ai_index(kind) {
        None => purse.mining_mw_this_year += step.mw,
        Some(i) if step.action != Action::Refresh => {
            purse.it_mw[i].0 += it_mw;
            purse.it_mw[i].1 += it_mw;
        }
        Some(_) => {}
    }
    entity
}

/// Spawns a batch in a farm and puts it in the order of folding.
pub fn spawn_batch(world: &mut World, farm: Entity, batch: Batch) -> Entity {
    let entity = world.spawn((batch, In(farm))).id();
    let mut order = world.resource_mut::<Order>();
    order.batches.push(entity);
    order.standing.push(entity);
    entity
}

/// The farm of a kind at a site; opens it, its account and its number in the race when it is the first.
pub fn farm_of(world: &mut World, site: usize, kind: FarmKind, origin: Origin, decided: Option<Day>) -> Entity {
    let known = world
        .resource::<Order>()
        .farms
        .iter()
        .copied()
        .find(|&f| world.get::<Farm>(f).is_some_and(|farm| farm.site == site && farm.kind == kind));
    if let Some(entity) = known {
        return entity;
    }
    let site_name = world.resource::<Plan>().0.sites[site].name.clone();
    let name = format!("{site_name}/{}", kind.as_str());
    let index = world.resource_mut::<Ledger>().0.add_farm(&name, &site_name, book_kind(kind));
    let participant = (kind == FarmKind::Mining).then(|| {
        let mut chain = world.resource_mut::<Chain>();
        chain.hashrate_eh_s.push(0.0);
        chain.race.add_participant(&name)
    });
    let at = At(world.resource::<Order>().sites[site]);
    let entity = world.spawn((Farm { index, site, kind, participant, origin, decided }, at)).id();
    world.resource_mut::<Order>().farms.push(entity);
    entity
}

/// The books' name of a kind.
pub fn book_kind(kind: FarmKind) -> Kind {
    match kind {
        FarmKind::Mining => Kind::Mining,
        FarmKind::Hosting => Kind::Hosting,
        FarmKind::Cloud => Kind::Cloud,
    }
}

/// Place in `Purse::it_mw`.
pub fn ai_index(kind: FarmKind) -> Option<usize> {
    match kind {
        FarmKind::Mining => None,
        FarmKind::Hosting => Some(0),
        FarmKind::Cloud => Some(1),
    }
}

fn old_batch(case: &Case, step: &Step) -> Entity {
    case.batches[step.block.expect("converting, refreshing and retiring name a block")]
}

fn kind(world: &World, step: &Step) -> FarmKind {
    world.resource::<Technologies>().models[step.technology].kind()
}

fn book(world: &mut World, farm: Entity, line: Line, usd: f64) {
    let index = world.get::<Farm>(farm).expect("farms are never despawned").index;
    world.resource_mut::<Ledger>().0.add(index, line, usd);
}

fn with_prices<T>(world: &World, ask: impl FnOnce(&Prices, &Technologies) -> T) -> T {
    let today = world.resource::<Calendar>().today;
    let prices = Prices::of(&world.resource::<Plan>().0, today, world.resource::<Quote>());
    ask(&prices, world.resource::<Technologies>())
}

/// Rows of a decision.
fn note(world: &mut World, case: &Case, step: &Step, online: Option<Day>, why: &str) {
    let today = world.resource::<Calendar>().today.to_string();
    let site = case.problem.sites[step.site].name.clone();
    let technology = &case.problem.technologies[step.technology];
    let farm = format!("{site}/{}", technology.kind.as_str());
    let value_per_usd = (step.capital_usd > 0.0).then(|| step.value_usd / step.capital_usd);
    let detail = format!("{} {} MW {}", step.action.as_str(), step.mw, technology.name);
    let mut journal = world.resource_mut::<Journal>();
    journal.events.push(EventRow {
        date: today.clone(),
        kind: step.action.as_str().to_owned(),
        site: site.clone(),
        farm: farm.clone(),
        mw: Some(step.mw),
        usd: Some(step.capital_usd),
        detail,
    });
    journal.placements.push(PlacementRow {
        decided_on: today,
        online_on: online.map(|d| d.to_string()),
        site,
        farm,
        action: step.action,
        technology: technology.name.clone(),
        mw: step.mw,
        capital_usd: step.capital_usd,
        expected_value_usd: step.value_usd,
        value_per_usd,
        reason: why.to_owned(),
    });
}
