//! What stands or can be bought, and what a MW of it costs and fetches.

mod rules;

use bevy_ecs::prelude::*;

use super::components::Batch;
use super::resources::Quote;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::compute::{Accelerator, Catalogue, Climate, MiningMachine};
use crate::placement::FarmKind;
use crate::scenario::Scenario;
use crate::scenario::model::Standing;
use crate::units::UsdPerPhDay;

pub use rules::tiers;

/// What a batch is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// Mining machines.
    Miner(MiningMachine),
    /// A hall; the tenant owns the machines.
    Hall,
    /// Own accelerators, and their rent day by day, USD per GPU-hour.
    Cluster(Accelerator, Vec<f64>),
}

impl Model {
    /// What it sells.
    pub fn kind(&self) -> FarmKind {
        match self {
            Self::Miner(_) => FarmKind::Mining,
            Self::Hall => FarmKind::Hosting,
            Self::Cluster(..) => FarmKind::Cloud,
        }
    }

    /// Hashrate of one MW of connection at full run, EH/s; 0 for AI.
    pub fn eh_s_per_mw(&self, scenario: &Scenario) -> f64 {
        match self {
            Self::Miner(machine) => scenario.mining.nameplate_eh_s(scenario.mining.available_share(), machine),
            Self::Hall | Self::Cluster(..) => 0.0,
        }
    }

    /// Name for tables.
    pub fn name(&self) -> &str {
        match self {
            Self::Miner(machine) => &machine.name,
            Self::Hall => "hosting",
            Self::Cluster(accelerator, _) => &accelerator.name,
        }
    }
}

/// Every model met so far, numbered in order of first use; and the catalogue they come from.
#[derive(Resource, Debug)]
pub struct Technologies {
    /// The models.
    pub models: Vec<Model>,
    /// What is on sale when.
    pub catalogue: Catalogue,
    start: Day,
    days: usize,
    seed: u64,
}

impl Technologies {
    /// Nothing met yet.
    pub fn new(catalogue: Catalogue, start: Day, days: usize, seed: u64) -> Self {
        Self { models: vec![Model::Hall], catalogue, start, days, seed }
    }

    /// Number of the leased hall.
    pub const HALL: usize = 0;

    /// Number of a mining machine.
    pub fn miner(&mut self, machine: &MiningMachine) -> usize {
        self.models.iter().position(|m| m.kind() == FarmKind::Mining && m.name() == machine.name).unwrap_or_else(|| {
            self.models.push(Model::Miner(machine.clone()));
            self.models.len() - 1
        })
    }

    /// Number of an accelerator.
    pub fn cluster(&mut self, accelerator: &Accelerator, scenario: &Scenario) -> usize {
        let known = self.models.iter().position(|m| m.kind() == FarmKind::Cloud && m.name() == accelerator.name);
        known.unwrap_or_else(|| {
            let rents = scenario.ai_market.daily_rent_usd_per_gpu_hour(accelerator, self.start, self.days, self.seed);
            self.models.push(Model::Cluster(accelerator.clone(), rents));
            self.models.len() - 1
        })
    }

    /// Number of what a scenario says stands.
    pub fn of_standing(&mut self, standing: &Standing, scenario: &Scenario) -> Option<usize> {
        match (standing.kind, &standing.machine) {
            (FarmKind::Hosting, _) => Some(Self::HALL),
            (FarmKind::Mining, Some(name)) => {
                let machine = self.catalogue.mining_named(name)?.clone();
                Some(self.miner(&machine))
            }
            (FarmKind::Cloud, Some(name)) => {
                let accelerator = self.catalogue.accelerator_named(name)?.clone();
                Some(self.cluster(&accelerator, scenario))
            }
            (FarmKind::Mining | FarmKind::Cloud, None) => None,
        }
    }
}

/// Capital of one MW of connection, USD.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outlay {
    /// Hall, cooling, connection, backup.
    pub infrastructure_usd: f64,
    /// Machines.
    pub machines_usd: f64,
}

impl Outlay {
    /// Both together, USD.
    pub fn total_usd(&self) -> f64 {
        self.infrastructure_usd + self.machines_usd
    }
}

/// Prices of a day, for asking what capacity costs and fetches.
pub struct Prices<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The day.
    pub day: Day,
    /// Hashprice of the day: what machines earn.
    pub hashprice: UsdPerPhDay,
    /// Hashprice that sellers of machines reckon with.
    pub outlook: UsdPerPhDay,
}

impl<'a> Prices<'a> {
    /// Prices of `day` at a quote.
    pub fn of(scenario: &'a Scenario, day: Day, quote: &Quote) -> Self {
        Self { scenario, day, hashprice: UsdPerPhDay(quote.hashprice_usd), outlook: UsdPerPhDay(quote.outlook_usd) }
    }

    /// For asking what does not depend on the hashprice.
    pub fn unpriced(scenario: &'a Scenario, day: Day) -> Self {
        Self { scenario, day, hashprice: UsdPerPhDay(0.0), outlook: UsdPerPhDay(0.0) }
    }

    /// Meter MW drawn at full run for one MW of connection.
    pub fn draw_share(&self, model: &Model, climate: Climate) -> f64 {
        match model {
            Model::Miner(_) => self.scenario.mining.available_share(),
            Model::Hall => self.scenario.hosting.facility.draw_mw(1.0, climate),
            Model::Cluster(..) => self.scenario.cloud.facility.draw_mw(1.0, climate),
        }
    }

    /// Capital of a new MW.
    pub fn new_outlay(&self, model: &Model, climate: Climate) -> Outlay {
        let infrastructure_usd = match model {
            Model::Miner(_) => self.scenario.mining.infrastructure_usd_per_mw,
            Model::Hall => {
                let hosting = &self.scenario.hosting;
                hosting.facility.critical_it_mw(1.0) * hosting.facility.infrastructure_usd_per_it_mw
            }
            Model::Cluster(..) => {
                let cloud = &self.scenario.cloud;
                cloud.facility.critical_it_mw(1.0) * cloud.facility.infrastructure_usd_per_it_mw
            }
        };
        Outlay {
            infrastructure_usd: infrastructure_usd + self.backup_usd(model, climate),
            machines_usd: self.machines_usd_per_mw(model),
        }
    }

    /// What a scenario says stands at a site on its first day, the prices' day: its capital is sunk, but its worth is
    /// that of a new one of the same age.
    pub fn standing(&self, technology: usize, model: &Model, site: usize, standing: &Standing) -> Batch {
        let online = self.day.plus_days(-(standing.age_years * DAYS_PER_YEAR).round() as i32);
        let worth = self.new_outlay(model, self.scenario.sites[site].climate);
        let until = online.plus_months(self.life_months(standing.kind));
        let mut batch = Batch::new(technology, standing.mw, online, until.max(self.day.plus_months(12)), worth);
        batch.signed_rent_usd_per_kw_month = self.signed_rent(site, standing.kind);
        batch
    }

    /// Capital of a MW of AI in place of a MW of mining.
    pub fn conversion_outlay(&self, model: &Model, climate: Climate) -> Outlay {
        let it_mw = self.critical_it_mw_per_mw(model);
        let works_usd = self.scenario.conversion.capital_usd(it_mw, self.scenario.mining.infrastructure_usd_per_mw);
        Outlay {
            infrastructure_usd: works_usd + self.backup_usd(model, climate),
            machines_usd: self.machines_usd_per_mw(model),
        }
    }

    /// Critical IT of one MW of connection, MW; 0 for a mine.
    pub fn critical_it_mw_per_mw(&self, model: &Model) -> f64 {
        match model {
            Model::Miner(_) => 0.0,
            Model::Hall => self.scenario.hosting.facility.critical_it_mw(1.0),
            Model::Cluster(..) => self.scenario.cloud.facility.critical_it_mw(1.0),
        }
    }

    /// New machines for one MW of connection, USD; a client buys its own.
    pub fn machines_usd_per_mw(&self, model: &Model) -> f64 {
        match model {
            Model::Miner(_) if self.scenario.mining.hosted.is_some() => 0.0,
            Model::Miner(machine) => {
                self.th_per_mw(machine) * self.scenario.machines.pricing.new_usd_per_th(machine, self.outlook)
            }
            Model::Hall => 0.0,
            Model::Cluster(accelerator, _) => {
                let gpus = self.critical_it_mw_per_mw(model) * accelerator.gpus_per_it_mw();
                gpus * self.scenario.machines.accelerator_pricing.new_usd(accelerator, self.day)
            }
        }
    }

    /// What the machines of a batch fetch on `day`, USD per MW; a client's are not for sale.
    pub fn resale_usd_per_mw(&self, model: &Model, batch: &Batch) -> f64 {
        let age_years = self.day.years_since(batch.online).max(0.0);
        match model {
            Model::Miner(_) if self.scenario.mining.hosted.is_some() => 0.0,
            Model::Miner(machine) => {
                let life_years = self.scenario.mining.machine_life_years;
                let pricing = &self.scenario.machines.pricing;
                self.th_per_mw(machine) * pricing.used_usd_per_th(machine, self.outlook, age_years, life_years)
            }
            Model::Hall => 0.0,
            Model::Cluster(..) => {
                let share = self.scenario.machines.accelerator_pricing.resale_share(age_years);
                batch.paid.machines_usd * share
            }
        }
    }

    /// What a batch fetches when its farm closes on `day`, USD per MW: machines sold, hall at its salvage value.
    pub fn closing_usd_per_mw(&self, model: &Model, batch: &Batch) -> f64 {
        let (salvage_share, _) = self.hall(model);
        self.resale_usd_per_mw(model, batch) + salvage_share * batch.paid.infrastructure_usd
    }

    /// What a batch is worth when the horizon ends on `day`, USD per MW: machines at resale value, hall at its
    /// straight-line book value, at least its salvage value.
    pub fn end_value_usd_per_mw(&self, model: &Model, batch: &Batch) -> f64 {
        let (salvage_share, life_years) = self.hall(model);
        let left_share = 1.0 - self.day.years_since(batch.built).max(0.0) / life_years;
        self.resale_usd_per_mw(model, batch) + left_share.max(salvage_share) * batch.paid.infrastructure_usd
    }

    /// Salvage share and life of a hall.
    fn hall(&self, model: &Model) -> (f64, f64) {
        let scenario = self.scenario;
        match model {
            Model::Miner(_) => {
                (scenario.mining.infrastructure_salvage_share, scenario.mining.infrastructure_life_years)
            }
            Model::Hall => {
                let facility = &scenario.hosting.facility;
                (facility.infrastructure_salvage_share, facility.infrastructure_life_years)
            }
            Model::Cluster(..) => {
                let facility = &scenario.cloud.facility;
                (facility.infrastructure_salvage_share, facility.infrastructure_life_years)
            }
        }
    }

    fn backup_usd(&self, model: &Model, climate: Climate) -> f64 {
        let draw_mw = self.draw_share(model, climate);
        match model {
            Model::Miner(_) => 0.0,
            Model::Hall => self.scenario.hosting.backup.capital_usd(draw_mw),
            Model::Cluster(..) => self.scenario.cloud.backup.capital_usd(draw_mw),
        }
    }

    fn th_per_mw(&self, machine: &MiningMachine) -> f64 {
        self.scenario.mining.nameplate_eh_s(1.0, machine) * 1e6
    }
}
