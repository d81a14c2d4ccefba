//! What the entities of the simulation are made of.
//!
//! Sites, farms and batches are entities: a farm stands *at* a site, a batch stands *in* a farm (ECS
//! relationships). Their states are fields, not markers, so that archetypes stay few.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::calendar::Day;
use crate::dispatch::{HourResult, Hours, MinerTier, Terms};
use crate::energy::{DemandResponse, Hourly};
use crate::placement::FarmKind;
use crate::results::tables::Origin;
use crate::scenario::model::Site as SiteParams;

use super::record::{HeatCell, ReasonHours};
use super::supply::Stretch;
use super::technology::Outlay;

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
pub struct Supply(pub Arc<Hourly>);

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
    /// Supply, limits and price of the hours of today and the next days.
    pub stretch: Stretch,
    /// Whether a demand-response event switches the miners off, by hour.
    pub called_off: [bool; 24],
    /// Outcome of the 24 hours.
    pub account: HourResult<Hours>,
    /// Terms by which the owner decides who runs.
    pub decides: Terms,
    /// MW of connection of the mining machines that run today, by number of their technology.
    pub machines_mw: Vec<(usize, f64)>,
    /// Mining states on offer, best first.
    pub miners: Vec<MinerTier>,
    /// Hashrate of each state in full, EH/s.
    pub miners_eh_s: Vec<f64>,
    /// Hashrate running in each hour, EH/s.
    pub hashrate_eh_s: [f64; 24],
    /// Connection MW of mines that run today.
    pub mining_slots_mw: f64,
    /// Connection MW of AI that runs today.
    pub ai_slots_mw: f64,
    /// Firm draw of hosting, MW.
    pub hosting_draw_mw: f64,
    /// Firm draw of cloud, MW.
    pub cloud_draw_mw: f64,
    /// Cost of backup energy, USD/MWh.
    pub backup_usd_per_mwh: f64,
}

impl Today {
    /// Connection MW of a kind of farm that runs today.
    pub fn slots_mw(&self, kind: FarmKind) -> f64 {
        match kind {
            FarmKind::Mining => self.mining_slots_mw,
            FarmKind::Hosting | FarmKind::Cloud => self.ai_slots_mw * self.ai_share(kind),
        }
    }

    /// Firm draw of AI, MW.
    pub fn ai_draw_mw(&self) -> f64 {
        self.hosting_draw_mw + self.cloud_draw_mw
    }

    /// Whether nothing runs or waits for power.
    pub fn is_idle(&self) -> bool {
        self.miners.is_empty() && self.ai_draw_mw() <= 0.0
    }

    /// Part of the site's AI load that is of a kind of farm.
    pub fn ai_share(&self, kind: FarmKind) -> f64 {
        let total_mw = self.ai_draw_mw();
        let part_mw = match kind {
            FarmKind::Mining => 0.0,
            FarmKind::Hosting => self.hosting_draw_mw,
            FarmKind::Cloud => self.cloud_draw_mw,
        };
        if total_mw > 0.0 { part_mw / total_mw } else { 0.0 }
    }
}

/// The site's grid-sale account.
#[derive(Component, Debug)]
pub struct GridSale(pub usize);

/// What a site's tables need beside the books.
#[derive(Component, Debug, Default)]
pub struct SiteLog {
    /// By month of the year and hour of the day.
    pub heat: [[HeatCell; 24]; 12],
    /// Hours by reason of each year with loads.
    pub reasons: Vec<ReasonHours>,
    /// Hours without grid.
    pub outage_hours: f64,
    /// Largest connection MW of mines that ran.
    pub peak_mining_mw: f64,
    /// Largest connection MW of AI that ran.
    pub peak_ai_mw: f64,
    /// Connection MW of mines that run today.
    pub mining_mw: f64,
    /// Connection MW of AI that runs today.
    pub ai_mw: f64,
    /// Surplus offered, MWh.
    pub surplus_available_mwh: f64,
    /// Hydro offered, MWh.
    pub hydro_available_mwh: f64,
}

/// A farm: all capacity of one kind at one site.
#[derive(Component, Debug)]
pub struct Farm {
    /// Its account in the books.
    pub index: usize,
    /// Index of its site into `Scenario::sites`.
    pub site: usize,
    /// What it sells.
    pub kind: FarmKind,
    /// The miner's number in the race.
    pub participant: Option<usize>,
    /// How it came to be.
    pub origin: Origin,
    /// Day of the first decision to build; none for what stood already.
    pub decided: Option<Day>,
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
    /// Its number in `Technologies`.
    pub technology: usize,
    /// MW of connection that run when it is online.
    pub mw: f64,
    /// MW of connection it occupies; 0 for what runs on while its slots are rebuilt.
    pub slots_mw: f64,
    /// Day its hall was built.
    pub built: Day,
    /// First day of operation.
    pub online: Day,
    /// Day after the last of operation.
    pub until: Day,
    /// Capital paid per MW.
    pub paid: Outlay,
    /// Rent at which an AI lease was signed, USD/kW-month; 0 for what has none.
    pub signed_rent_usd_per_kw_month: f64,
    /// What customers paid in advance and have not used up, USD.
    pub advance_usd: f64,
    /// How an AI hall was served since its last bill.
    pub serving: Serving,
}

/// Service of an AI batch since its last bill.
#[derive(Debug, Clone, Copy, Default)]
pub struct Serving {
    /// Hours in service.
    pub hours: f64,
    /// Energy asked for, MWh.
    pub demanded_mwh: f64,
    /// Energy got, MWh.
    pub served_mwh: f64,
    /// Interruptions begun.
    pub interruptions: f64,
    /// What the energy cost, USD.
    pub energy_cost_usd: f64,
    /// Whether the last hour was interrupted.
    pub interrupted: bool,
}

impl Batch {
    /// A batch whose hall is built with it.
    pub fn new(technology: usize, mw: f64, online: Day, until: Day, paid: Outlay) -> Self {
        Self {
            technology,
            mw,
            slots_mw: mw,
            built: online,
            online,
            until,
            paid,
            signed_rent_usd_per_kw_month: 0.0,
            advance_usd: 0.0,
            serving: Serving::default(),
        }
    }

    /// Whether it runs on a day.
    pub fn runs(&self, day: Day) -> bool {
        self.online <= day && day < self.until
    }

    /// Whether it stands, or is being built, on a day.
    pub fn stands(&self, day: Day) -> bool {
        day < self.until
    }
}
