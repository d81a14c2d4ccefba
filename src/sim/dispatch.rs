//! Phase *Dispatch*: who runs on which power.

use bevy_ecs::prelude::*;

use super::components::{Batch, Batches, Farms, Site, Today};
use super::resources::{Calendar, Order, Plan, Quote};
use super::technology::{Model, Prices, Technologies};
use crate::dispatch::{Loads, MinerTier, dispatch_day_as_if};

/// Musters the machines of each site and dispatches its 24 hours.
pub fn run_sites(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    quote: Res<Quote>,
    order: Res<Order>,
    technologies: Res<Technologies>,
    mut sites: Query<(&Site, &mut Today, Option<&Farms>)>,
    farms: Query<&Batches>,
    batches: Query<&Batch>,
) {
    let prices = Prices::of(&plan.0, calendar.today, &quote);
    for &entity in &order.sites {
        let Ok((site, mut today, here)) = sites.get_mut(entity) else { continue };
        let mut terms = site.terms;
        today.stand_down();
        let standing = here.into_iter().flat_map(RelationshipTarget::iter).filter_map(|f| farms.get(f).ok());
        for batch in standing.flat_map(RelationshipTarget::iter).filter_map(|b| batches.get(b).ok()) {
            if batch.runs(calendar.today) {
                today.muster(batch, &technologies.models[batch.technology], &prices, &mut terms, site.index);
            }
        }
        today.offer_machines(&technologies, &prices);
        today.backup_usd_per_mwh = terms.backup_cost_usd_per_mwh;
        let params = &plan.0.sites[site.index];
        let mut decides = terms;
        decides.import_adder_usd_per_mwh +=
            plan.0.placement.internal_co2_usd_per_t(calendar.today) * params.co2_t_per_mwh();
        today.dispatch(&decides, &terms);
    }
}

impl Today {
    fn stand_down(&mut self) {
        self.machines_mw.clear();
        self.miners.clear();
        self.miners_eh_s.clear();
        self.mining_slots_mw = 0.0;
        self.ai_slots_mw = 0.0;
        self.hosting_draw_mw = 0.0;
        self.cloud_draw_mw = 0.0;
    }

    /// Adds a running batch to the day's loads.
    fn muster(
        &mut self,
        batch: &Batch,
        model: &Model,
        prices: &Prices,
        terms: &mut crate::dispatch::Terms,
        site: usize,
    ) {
        let scenario = prices.scenario;
        let draw_mw = batch.mw * prices.draw_share(model, scenario.sites[site].climate);
        match model {
            Model::Miner(_) => {
                self.mining_slots_mw += batch.mw;
                match self.machines_mw.iter_mut().find(|(technology, _)| *technology == batch.technology) {
                    Some((_, mw)) => *mw += batch.mw,
                    None => self.machines_mw.push((batch.technology, batch.mw)),
                }
            }
            Model::Hall => {
                self.ai_slots_mw += batch.mw;
                self.hosting_draw_mw += draw_mw;
                terms.add_backup(scenario.hosting.backup.mw(draw_mw), scenario.hosting.backup.fuel_usd_per_mwh);
            }
            Model::Cluster(..) => {
                self.ai_slots_mw += batch.mw;
                self.cloud_draw_mw += draw_mw;
                terms.add_backup(scenario.cloud.backup.mw(draw_mw), scenario.cloud.backup.fuel_usd_per_mwh);
            }
        }
    }

    /// Offers the states in which the machines mustered can run, those of one model together.
    fn offer_machines(&mut self, technologies: &Technologies, prices: &Prices) {
        if self.machines_mw.is_empty() {
            return;
        }
        let scenario = prices.scenario;
        let om_factor = scenario.finance.variable_om_factor(scenario.start, prices.day);
        let client = scenario.hosted_terms(prices.day);
        for i in 0..self.machines_mw.len() {
            let (technology, mw) = self.machines_mw[i];
            let Model::Miner(machine) = &technologies.models[technology] else { continue };
            for level in scenario.mining.run_levels(mw, machine, prices.hashprice, om_factor, client) {
                let tier = MinerTier { mw: level.mw, value_usd_per_mwh: level.value_usd_per_mwh };
                self.offer(tier, level.hashrate_eh_s);
            }
        }
    }

    /// Puts a mining state in its place, best value first.
    fn offer(&mut self, tier: MinerTier, eh_s: f64) {
        if tier.mw > 0.0 {
            let place = self.miners.partition_point(|t| t.value_usd_per_mwh >= tier.value_usd_per_mwh);
            self.miners.insert(place, tier);
            self.miners_eh_s.insert(place, eh_s);
        }
    }

    /// Decides as if energy cost what `decides` says; it costs what `terms` says.
    fn dispatch(&mut self, decides: &crate::dispatch::Terms, terms: &crate::dispatch::Terms) {
        let loads = Loads { ai_mw: self.ai_draw_mw(), miners: &self.miners };
        dispatch_day_as_if(self.stretch.power(), &self.called_off, decides, terms, &loads, &mut self.account);
        self.decides = *decides;
        // Most hours run as much as the one before.
        let mut last = (0.0, 0.0);
        for (&mining_mw, eh_s) in self.account.mining_mw.iter().zip(&mut self.hashrate_eh_s) {
            if mining_mw != last.0 {
                last = (mining_mw, hashrate_eh_s(mining_mw, &self.miners, &self.miners_eh_s));
            }
            *eh_s = last.1;
        }
    }
}

/// Hashrate when `mining_mw` is given to the states in order, EH/s.
fn hashrate_eh_s(mining_mw: f64, miners: &[MinerTier], miners_eh_s: &[f64]) -> f64 {
    let mut left_mw = mining_mw;
    let mut total = 0.0;
    for (tier, eh_s) in miners.iter().zip(miners_eh_s) {
        let mw = if left_mw < tier.mw { left_mw } else { tier.mw };
        total += eh_s * mw / tier.mw;
        left_mw -= mw;
    }
    total
}

impl crate::dispatch::Terms {
    /// Adds backup; its cost is the mean of all there is.
    fn add_backup(&mut self, mw: f64, usd_per_mwh: f64) {
        let total_mw = self.backup_mw + mw;
        if total_mw > 0.0 {
            self.backup_cost_usd_per_mwh =
                (self.backup_mw * self.backup_cost_usd_per_mwh + mw * usd_per_mwh) / total_mw;
            self.backup_mw = total_mw;
        }
    }
}
