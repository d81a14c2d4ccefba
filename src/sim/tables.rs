//! The finished world becomes tables and a summary.

use bevy_ecs::prelude::*;

use super::RunOutput;
use super::components::{Batch, Farm, In, Site, SiteLog};
use super::record::ReasonHours;
use super::resources::{Calendar, Chain, Journal, Ledger, Order, Plan, Wanted};
use super::technology::Technologies;
use crate::bitcoin::race::Mode;
use crate::finance::{Books, Kind};
use crate::placement::FarmKind;
use crate::results::tables::{ChainRow, DispatchRow, FarmRow, ReasonRow, Scope, SiteRow, Tables};
use crate::results::{EmissionsSummary, Summary, cashflow_rows, epoch_rows, monthly_rows, returns_rows};
use crate::scenario::model::Site as SiteParams;

/// Closes the books and writes the tables that are wanted.
pub fn output(mut world: World, seed: u64, mode: Mode) -> RunOutput {
    let plan = world.remove_resource::<Plan>().expect("the world was set up").0;
    let ledger = world.remove_resource::<Ledger>().expect("the world was set up").0;
    let journal = world.remove_resource::<Journal>().expect("the world was set up");
    let wanted = *world.resource::<Wanted>();
    let everything = wanted == Wanted::Everything;
    let books = ledger.close(plan.end.plus_days(-1), &plan.finance);
    let mut tables = Tables {
        monthly: monthly_rows(&books),
        epochs: epoch_rows(&books, &journal.network, |scope| everything || scope == Scope::Portfolio),
        network: journal.network,
        events: journal.events,
        placements: journal.placements,
        placed: journal.placed,
        ..Tables::default()
    };
    let chain = world.resource::<Chain>();
    tables.chain = chain.race.periods().iter().map(chain_row).collect();
    tables.headers = chain.race.headers().to_vec();
    for &entity in &world.resource::<Order>().sites {
        let site = &plan.sites[world.get::<Site>(entity).expect("sites keep their component").index];
        let log = world.get::<SiteLog>(entity).expect("sites keep their log");
        let mut row = site_row(site, log);
        if everything {
            row.fill_from(&books);
            tables.dispatch.extend(dispatch_rows(site, log));
            tables.reasons.extend(reason_rows(&world, entity, site, log));
        }
        tables.sites.push(row);
    }
    if wanted != (Wanted::Figures { returns: false }) {
        tables.returns = returns_rows(&books);
    }
    if everything {
        tables.cashflow = cashflow_rows(&books);
        tables.farms = farm_rows(&world, &plan.sites, &books);
    }
    let mode = match mode {
        Mode::Hash => "hash",
        Mode::Sampled => "sampled",
        Mode::Expected => "expected",
    };
    let mut summary = Summary::new(&plan.name, seed, mode, &tables, &books);
    let stated = plan.sites.iter().filter(|site| site.grid.as_ref().is_some_and(|g| g.co2_kg_per_mwh.is_some()));
    summary.emissions = stated.flat_map(|s| EmissionsSummary::of_site(&s.name, s.co2_t_per_mwh(), &books)).collect();
    RunOutput { tables, summary }
}

fn chain_row(period: &crate::bitcoin::race::Period) -> ChainRow {
    ChainRow {
        first_height: period.first_height,
        nbits: format!("{:08x}", period.bits.bits()),
        shift: period.shift,
        blocks: period.blocks,
        hashes: period.hashes,
        first_time_unix: period.first_time_unix,
        last_time_unix: period.last_time_unix,
    }
}

/// The row without what the books say.
fn site_row(site: &SiteParams, log: &SiteLog) -> SiteRow {
    let cells = || log.heat.iter().flatten();
    let hours: f64 = cells().map(|c| c.hours).sum();
    let price: f64 = cells().map(|c| c.price_usd_per_mwh).sum();
    SiteRow {
        site: site.name.clone(),
        site_class: site.class(),
        latitude_deg: site.latitude_deg,
        longitude_deg: site.longitude_deg,
        mining_mw: log.mining_mw,
        ai_mw: log.ai_mw,
        peak_mining_mw: log.peak_mining_mw,
        peak_ai_mw: log.peak_ai_mw,
        surplus_available_mwh: log.surplus_available_mwh,
        hydro_available_mwh: log.hydro_available_mwh,
        export_mwh: cells().map(|c| c.export_mwh).sum(),
        curtailed_mwh: cells().map(|c| c.curtailed_mwh).sum(),
        grid_outage_hours: log.outage_hours,
        mean_price_usd_per_mwh: (site.price.is_some() && hours > 0.0).then(|| price / hours),
        ..SiteRow::default()
    }
}

fn dispatch_rows(site: &SiteParams, log: &SiteLog) -> Vec<DispatchRow> {
    let mut rows = Vec::new();
    for (month, cells) in (1..).zip(&log.heat) {
        for (hour_utc, cell) in (0..).zip(cells).filter(|(_, c)| c.hours > 0.0) {
            let mean = |sum: f64| sum / cell.hours;
            rows.push(DispatchRow {
                site: site.name.clone(),
                month,
                hour_utc,
                mining_mw: mean(cell.mining_mwh),
                ai_mw: mean(cell.ai_mwh),
                export_mw: mean(cell.export_mwh),
                curtailed_mw: mean(cell.curtailed_mwh),
                surplus_mw: mean(cell.surplus_mwh),
                hydro_mw: mean(cell.hydro_mwh),
                grid_mw: mean(cell.grid_mwh),
                price_usd_per_mwh: site.price.is_some().then(|| mean(cell.price_usd_per_mwh)),
            });
        }
    }
    rows
}

fn reason_rows(world: &World, entity: Entity, site: &SiteParams, log: &SiteLog) -> Vec<ReasonRow> {
    let plan_index = world.get::<Site>(entity).map(|s| s.index);
    let farms = world.resource::<Order>().farms.iter().filter_map(|&f| world.get::<Farm>(f));
    let hosted = farms.into_iter().any(|f| f.kind == FarmKind::Hosting && Some(f.site) == plan_index);
    let ai = if hosted { Kind::Hosting } else { Kind::Cloud };
    log.reasons
        .iter()
        .flat_map(ReasonHours::rows)
        .map(|(year, mining, reason, hours)| ReasonRow {
            year: i32::from(year),
            site: site.name.clone(),
            kind: if mining { Kind::Mining } else { ai },
            reason: reason.to_owned(),
            hours,
        })
        .collect()
}

/// One row per farm, in order of creation, and one per site's grid sale that could sell anything.
fn farm_rows(world: &World, sites: &[SiteParams], books: &Books) -> Vec<FarmRow> {
    let order = world.resource::<Order>();
    let mut rows: Vec<FarmRow> = order
        .farms
        .iter()
        .filter_map(|&entity| Some((entity, world.get::<Farm>(entity)?)))
        .map(|(entity, farm)| {
            let batches: Vec<&Batch> = order
                .batches
                .iter()
                .filter(|&&b| world.get::<In>(b).is_some_and(|i| i.0 == entity))
                .filter_map(|&b| world.get::<Batch>(b))
                .collect();
            farm_row(world, farm, &batches, sites, books)
        })
        .collect();
    for (site, name) in sites.iter().map(|s| (s, format!("{}/grid_sale", s.name))) {
        if books.totals(|f| f.name == name, |_| true).energy_mwh() > 0.0 {
            let mut row = FarmRow {
                farm: name,
                site: site.name.clone(),
                site_class: site.class(),
                kind: Kind::GridSale,
                origin: crate::results::tables::Origin::Standing,
                ..FarmRow::default()
            };
            row.fill_from(books);
            rows.push(row);
        }
    }
    rows
}

fn farm_row(world: &World, farm: &Farm, batches: &[&Batch], sites: &[SiteParams], books: &Books) -> FarmRow {
    let (calendar, technologies) = (world.resource::<Calendar>(), world.resource::<Technologies>());
    let site = &sites[farm.site];
    let last = batches.iter().map(|b| b.until).max().unwrap_or(calendar.end).min(calendar.end);
    let at_last = |b: &&&Batch| b.runs(last.plus_days(-1));
    let machines: Vec<String> = batches
        .iter()
        .filter(at_last)
        .map(|b| format!("{} {:.1} MW", technologies.models[b.technology].name(), b.mw))
        .collect();
    let online = batches.iter().map(|b| b.online).min().filter(|d| *d < calendar.end);
    let mut row = FarmRow {
        farm: format!("{}/{}", site.name, farm.kind.as_str()),
        site: site.name.clone(),
        site_class: site.class(),
        kind: super::decide::act::book_kind(farm.kind),
        machines: machines.join("; "),
        capacity_mw: batches.iter().filter(at_last).map(|b| b.mw).sum(),
        built_on: farm.decided.map(|d| d.to_string()),
        online_on: online.map(|d| d.to_string()),
        retired_on: (last < calendar.end).then(|| last.to_string()),
        origin: farm.origin,
        ..FarmRow::default()
    };
    row.fill_from(books);
    row
}
