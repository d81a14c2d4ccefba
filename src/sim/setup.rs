//! From a scenario to a world on the eve of its first day.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::components::{Batch, CallsLeft, GridSale, Site, SiteLog, Supply, Today};
use super::decide::act::{ai_index, farm_of, spawn_batch};
use super::resources::{
    Calendar, Chain, ChainDay, Coin, Journal, LastStep, Ledger, Order, Plan, PlannerSupply, Purse, Quote, RestOfWorld,
    RunMode, SharedForesight,
};
use super::settle::Peaks;
use super::shared::Shared;
use super::supply::Stretch;
use super::technology::{Prices, Technologies};
use crate::bitcoin::checkpoint::{ChainStart, start_of};
use crate::bitcoin::fees::daily_fees_btc;
use crate::bitcoin::market::daily_prices;
use crate::bitcoin::network::Network;
use crate::bitcoin::protocol::{RETARGET_TIMESPAN_S, halving_epoch};
use crate::bitcoin::race::{Mode, Race};
use crate::compute::Catalogue;
use crate::dispatch::{HourResult, Terms};
use crate::energy::{Draws, Hourly, Sampling};
use crate::finance::Kind;
use crate::results::tables::Origin;
use crate::scenario::Scenario;
use crate::scenario::model::{Site as SiteParams, Standing};

use super::SimError;

/// The world of a scenario on the eve of its first day; under `optimal` the scenario has its plan.
///
/// # Errors
/// When the chain's start is not known or the catalogue has wrong entries: a checked scenario has neither.
pub fn world(scenario: &Scenario, seed: u64, mode: Mode, shared: &Shared) -> Result<World, SimError> {
    let start = chain_start(scenario)?;
    let days = scenario.days();
    let catalogue = Catalogue::build(&scenario.machines, scenario.end).map_err(|wrong| SimError::setup(&wrong))?;
    let coin = coin(scenario, days, seed);
    let (price_usd, fees_btc) = (coin.price_usd[0], coin.fees_btc[0]);
    let quote = Quote::new(scenario, price_usd, fees_btc, start.height, start.bits.difficulty());
    let mut world = World::new();
    insert_chain(&mut world, scenario, &start, mode, seed);
    world.insert_resource(Calendar::new(scenario.start, scenario.end, halving_epoch(start.height + 1)));
    world.insert_resource(Ledger(crate::finance::Ledger::new(scenario.start, halving_epoch(start.height + 1))));
    world.insert_resource(Technologies::new(catalogue, scenario.start, days, seed));
    world.insert_resource(Purse {
        left_usd: scenario.placement.budget_usd,
        mining_mw_this_year: 0.0,
        it_mw: [(0.0, 0.0); 2],
    });
    world.insert_resource(PlannerSupply(supplies(scenario, seed, "planner", &shared.draws)));
    world.insert_resource(SharedForesight(Arc::clone(&shared.foresight)));
    world.insert_resource(RunMode(mode));
    world.insert_resource(LastStep { day: scenario.start, subsidy_btc: quote.subsidy_btc });
    world.insert_resource(coin);
    world.insert_resource(quote);
    world.init_resource::<Order>();
    world.init_resource::<Journal>();
    world.insert_resource(Plan(scenario.clone()));
    spawn_sites(&mut world, scenario, supplies(scenario, seed, "weather", &shared.draws));
    stand_farms(&mut world, scenario);
    let ours_eh_s = standing_hashrate_eh_s(&mut world);
    insert_rest_of_world(&mut world, scenario, &start, quote.hashprice_usd, ours_eh_s);
    Ok(world)
}

/// State of the chain on the first day.
///
/// # Errors
/// When the embedded table does not know the date and the scenario does not say.
pub fn chain_start(scenario: &Scenario) -> Result<ChainStart, SimError> {
    let start = match &scenario.bitcoin.start {
        Some(given) => given.start_of(scenario.start),
        None => start_of(scenario.start),
    };
    start.map_err(|e| SimError::Setup(e.to_string()))
}

fn coin(scenario: &Scenario, days: usize, seed: u64) -> Coin {
    let bitcoin = &scenario.bitcoin;
    Coin {
        price_usd: daily_prices(&bitcoin.price, scenario.data.price.as_ref(), scenario.start, days, seed),
        fees_btc: daily_fees_btc(&bitcoin.fees, scenario.start, days, seed),
    }
}

fn insert_chain(world: &mut World, scenario: &Scenario, start: &ChainStart, mode: Mode, seed: u64) {
    let everybody_else = ["rest of the world".to_owned()];
    let race = Race::new(start, mode, scenario.bitcoin.hashes_per_block, seed, &everybody_else);
    world.insert_resource(Chain { race, hashrate_eh_s: vec![0.0], day: ChainDay::default() });
}

fn insert_rest_of_world(
    world: &mut World,
    scenario: &Scenario,
    start: &ChainStart,
    hashprice_usd: f64,
    ours_eh_s: f64,
) {
    world.insert_resource(RestOfWorld(rest_of_world(scenario, start, hashprice_usd, ours_eh_s)));
}

/// The rest of the world runs what the difficulty implies at ten minutes a block, less what stands at our sites.
pub fn rest_of_world(scenario: &Scenario, start: &ChainStart, hashprice_usd: f64, ours_eh_s: f64) -> Network {
    let block_s = RETARGET_TIMESPAN_S as f64 / 2_016.0;
    let everybody_eh_s = start.bits.expected_hashes() / block_s / 1e18;
    let others_eh_s = (everybody_eh_s - ours_eh_s).max(0.0);
    Network::new(&scenario.bitcoin.network, scenario.start, others_eh_s, hashprice_usd)
}

/// Every site's hours over the horizon, drawn side by side: a site's draw depends on nothing but itself.
fn supplies(scenario: &Scenario, seed: u64, stream: &str, draws: &Draws) -> Vec<Arc<Hourly>> {
    let sampling = sampling(scenario, seed, stream);
    let draw = if stream == "planner" { Draws::supply_sample } else { Draws::supply };
    scenario.sites.par_iter().map(|site| draw(draws, &site.name, site.location(), &site.energy(), &sampling)).collect()
}

/// A draw of the scenario's weather and markets over its whole horizon.
pub fn sampling<'a>(scenario: &'a Scenario, seed: u64, stream: &'a str) -> Sampling<'a> {
    Sampling {
        seed,
        stream,
        weather: &scenario.weather,
        files: &scenario.data.series,
        start: scenario.start,
        days: scenario.days(),
    }
}

fn spawn_sites(world: &mut World, scenario: &Scenario, supplies: Vec<Arc<Hourly>>) {
    for (index, (params, supply)) in scenario.sites.iter().zip(supplies).enumerate() {
        let account = world.resource_mut::<Ledger>().0.add_farm(
            &format!("{}/grid_sale", params.name),
            &params.name,
            Kind::GridSale,
        );
        let site_terms = terms(params, scenario.hosting.backup.fuel_usd_per_mwh);
        let site = Site { index, terms: site_terms };
        let entity = world
            .spawn((
                site,
                Supply(supply),
                CallsLeft::of_year(params),
                Today::idle(&site_terms),
                GridSale(account),
                SiteLog::default(),
                Peaks::default(),
            ))
            .id();
        world.resource_mut::<Order>().sites.push(entity);
    }
}

/// What energy costs at a site beside the market price.
pub fn terms(site: &SiteParams, backup_fuel_usd_per_mwh: f64) -> Terms {
    Terms {
        surplus_cost_usd_per_mwh: site.surplus.as_ref().map_or(0.0, |s| s.cost_usd_per_mwh),
        hydro_cost_usd_per_mwh: site.hydro.as_ref().map_or(0.0, |h| h.water_value_usd_per_mwh),
        import_adder_usd_per_mwh: site.grid.as_ref().map_or(0.0, |g| g.delivery_adder_usd_per_mwh),
        export_fee_usd_per_mwh: site.export.as_ref().map_or(0.0, |e| e.fee_usd_per_mwh),
        backup_mw: 0.0,
        backup_cost_usd_per_mwh: backup_fuel_usd_per_mwh,
    }
}

/// The farms that stand on the first day, their capital sunk.
fn stand_farms(world: &mut World, scenario: &Scenario) {
    for (site, params) in scenario.sites.iter().enumerate() {
        for standing in &params.standing {
            stand(world, scenario, site, standing);
        }
    }
}

fn stand(world: &mut World, scenario: &Scenario, site: usize, standing: &Standing) {
    let Some(technology) = world.resource_mut::<Technologies>().of_standing(standing, scenario) else { return };
    let quote = *world.resource::<Quote>();
    let model = &world.resource::<Technologies>().models[technology];
    let prices = Prices::of(scenario, scenario.start, &quote);
    let it_mw = standing.mw * prices.critical_it_mw_per_mw(model);
    let batch = prices.standing(technology, model, site, standing);
    if let Some(i) = ai_index(standing.kind) {
        world.resource_mut::<Purse>().it_mw[i].0 += it_mw;
    }
    let farm = farm_of(world, site, standing.kind, Origin::Standing, None);
    spawn_batch(world, farm, batch);
}

fn standing_hashrate_eh_s(world: &mut World) -> f64 {
    let mut batches = world.query::<&Batch>();
    let (scenario, technologies) = (&world.resource::<Plan>().0, world.resource::<Technologies>());
    batches.iter(world).map(|b| technologies.models[b.technology].eh_s_per_mw(scenario) * b.mw).sum()
}

impl Today {
    /// A day on which nothing is there.
    fn idle(terms: &Terms) -> Self {
        Self {
            stretch: Stretch::default(),
            called_off: [false; 24],
            account: HourResult::default(),
            decides: *terms,
            machines_mw: Vec::new(),
            miners: Vec::new(),
            miners_eh_s: Vec::new(),
            hashrate_eh_s: [0.0; 24],
            mining_slots_mw: 0.0,
            ai_slots_mw: 0.0,
            hosting_draw_mw: 0.0,
            cloud_draw_mw: 0.0,
            backup_usd_per_mwh: 0.0,
        }
    }
}
