//! What the entities of the simulation are made of.
//!
//! Sites, farms and batches are entities: a farm stands *at* a site, a batch stands *in* a farm (ECS
//! relationships). Their states are fields, not markers, so that archetypes stay few.

use bevy_ecs::prelude::*;

use crate::calendar::Day;
use crate::dispatch::{Hour, HourResult, MinerTier, Terms};
use crate::energy::{DemandResponse, Hourly};
use crate::placement::FarmKind;
use crate::scenario::Site as SiteParams;

/// A candidate site, in file order.
#[derive(Component, Debug)]
pub struct Site {
    /// Index into `Scenario::sites`.
    pub index: usize,
    /// Prices of the site's sources; backup follows its AI farms.
    pub terms: Terms,
}

/// The site's supply over the whole horizon.
#[derive(Component, Debug)]
pub struct Supply(pub Hourly);

/// Hours of demand-response calls left in the calendar year.
#[derive(Component, Debug)]
pub struct CallsLeft(pub f64);

impl CallsLeft {
    /// A full year's hours.
    pub fn of_year(site: &SiteParams) -> Self {
        Self(product(site).map_or(0.0, |p| p.call_limit_hours_per_year))
    }

    /// Whether the operator calls in an hour of this price; counts the hour if so.
    pub fn take(&mut self, site: &SiteParams, price_usd_per_mwh: f64) -> bool {
        let called = self.0 >= 1.0 && product(site).is_some_and(|p| price_usd_per_mwh >= p.trigger_price_usd_per_mwh);
        if called {
            self.0 -= 1.0;
        }
        called
    }
}

fn product(site: &SiteParams) -> Option<&DemandResponse> {
    site.grid.as_ref().and_then(|g| g.demand_response.as_ref())
}

/// The site's day: what is there, who runs, what came of it.
#[derive(Component, Debug)]
pub struct Today {
    /// Supply, limits and price of the 24 hours.
    pub hours: [Hour; 24],
    /// Outcome of the 24 hours.
    pub results: [HourResult; 24],
    /// Mining states on offer, best first.
    pub tiers: Vec<Tier>,
    /// The tiers as the dispatch kernel takes them.
    pub miners: Vec<MinerTier>,
    /// Firm AI load at the meter, MW, by farm kind (hosting, cloud).
    pub ai_draw_mw: [f64; 2],
    /// Hashrate running in each hour, EH/s.
    pub hashrate_eh_s: [f64; 24],
    /// Energy of the mining tiers' hours, MWh.
    pub mining_mwh: f64,
}

/// One state of one batch: its power and what a MWh in it yields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tier {
    /// Power at the meter, MW.
    pub mw: f64,
    /// Revenue less what running costs beside energy, USD/MWh.
    pub value_usd_per_mwh: f64,
    /// Hashrate per MW at the meter, EH/s.
    pub eh_s_per_mw: f64,
    /// Cost of running beside energy and pool fee, USD/MWh.
    pub variable_usd_per_mwh: f64,
}

/// A farm: all capacity of one kind at one site.
#[derive(Component, Debug)]
pub struct Farm {
    /// Index into the farms of the books, stable in order of creation.
    pub index: usize,
    /// What it sells.
    pub kind: FarmKind,
    /// The miner's number in the race.
    pub participant: Option<usize>,
}

/// The site a farm stands at.
#[derive(Component, Debug)]
#[relationship(relationship_target = Farms)]
pub struct At(pub Entity);

/// The farms of a site.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = At)]
pub struct Farms(Vec<Entity>);

/// The farm a batch stands in.
#[derive(Component, Debug)]
#[relationship(relationship_target = Batches)]
pub struct In(pub Entity);

/// The batches of a farm, in order of building.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = In)]
pub struct Batches(Vec<Entity>);

/// Machines bought together, or a hall built together.
#[derive(Component, Debug, Clone)]
pub struct Batch {
    /// Index into the catalogue's technologies.
    pub technology: usize,
    /// MW of connection that run when it is online.
    pub mw: f64,
    /// MW of connection it occupies.
    pub slots_mw: f64,
    /// Day of the order.
    pub ordered: Day,
    /// First day of operation.
    pub online: Day,
    /// Day after the last of operation.
    pub until: Day,
}

impl Batch {
    /// Whether it runs on a day.
    pub fn runs(&self, day: Day) -> bool {
        self.online <= day && day < self.until
    }

    /// Whether it stands, or is being built, on a day.
    pub fn stands(&self, day: Day) -> bool {
        day < self.until
    }
}
