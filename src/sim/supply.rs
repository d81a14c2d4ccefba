//! Phase *Supply*: each site's 24 hours.

use bevy_ecs::prelude::*;

use super::components::{CallsLeft, Site, Supply, Today};
use super::resources::{Calendar, Plan};
use crate::dispatch::{Hour, Hours, Power};
use crate::energy::Hourly;
use crate::scenario::model::Site as SiteParams;

/// Lays out the hours of the day: local power, what the connection can carry, price, demand-response calls.
pub fn offer_the_day(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    mut sites: Query<(&Site, &Supply, &mut CallsLeft, &mut Today)>,
) {
    for (site, supply, mut calls, mut today) in &mut sites {
        let params = &plan.0.sites[site.index];
        if calendar.new_year {
            *calls = CallsLeft::of_year(params);
        }
        let today = &mut *today;
        today.stretch.turn_to(calendar.index, params, &supply.0);
        for (called_off, price) in today.called_off.iter_mut().zip(&today.stretch.power().price_usd_per_mwh) {
            *called_off = calls.take(params, *price);
        }
    }
}

/// Days laid out at once: the processor reads long stretches of many series well, and single days badly.
const STRETCH_DAYS: usize = 8;

/// The hours of a site on some days that follow each other, one of which is today.
#[derive(Debug, Default)]
pub struct Stretch {
    power: Vec<Power<Hours>>,
    outage_share: Vec<Hours>,
    today: usize,
}

impl Stretch {
    /// Goes to a day of the run: to the first, or to the one after today.
    fn turn_to(&mut self, day: usize, site: &SiteParams, supply: &Hourly) {
        self.today = day % STRETCH_DAYS;
        if self.today == 0 {
            self.lay_out(day, site, supply);
        }
    }

    fn lay_out(&mut self, first: usize, site: &SiteParams, supply: &Hourly) {
        let days = (supply.price_usd_per_mwh.len() / 24 - first).min(STRETCH_DAYS);
        self.power.resize(days, Power::default());
        self.outage_share.resize(days, [0.0; 24]);
        let connection = Connection::of(site);
        for (i, (power, outage_share)) in self.power.iter_mut().zip(&mut self.outage_share).enumerate() {
            let hours = 24 * (first + i)..24 * (first + i + 1);
            power.surplus_mw.copy_from_slice(&supply.surplus_mw[hours.clone()]);
            power.hydro_mw.copy_from_slice(&supply.hydro_mw[hours.clone()]);
            power.price_usd_per_mwh.copy_from_slice(&supply.price_usd_per_mwh[hours.clone()]);
            for (hour, available) in supply.grid_available[hours].iter().enumerate() {
                power.import_mw[hour] = connection.import_mw * available;
                power.export_mw[hour] = connection.export_mw * available;
                outage_share[hour] = 1.0 - available;
            }
        }
    }

    /// What there is today.
    pub fn power(&self) -> &Power<Hours> {
        &self.power[self.today]
    }

    /// Share of each hour of today without grid.
    pub fn outage_share(&self) -> &Hours {
        &self.outage_share[self.today]
    }
}

/// One hour of a site's supply as the dispatch kernel takes it, without demand-response calls.
pub fn hour_at(site: &SiteParams, supply: &Hourly, index: usize) -> Hour {
    Connection::of(site).hour(supply, index)
}

/// What a site's connection carries while the grid is there, MW.
pub struct Connection {
    pub import_mw: f64,
    pub export_mw: f64,
}

impl Connection {
    pub fn of(site: &SiteParams) -> Self {
        Self {
            import_mw: site.grid.as_ref().map_or(0.0, |g| g.import_limit_mw),
            export_mw: site.export.as_ref().map_or(0.0, |e| e.limit_mw),
        }
    }

    fn hour(&self, supply: &Hourly, index: usize) -> Hour {
        let available = supply.grid_available[index];
        Hour {
            surplus_mw: supply.surplus_mw[index],
            hydro_mw: supply.hydro_mw[index],
            import_mw: self.import_mw * available,
            export_mw: self.export_mw * available,
            price_usd_per_mwh: supply.price_usd_per_mwh[index],
            miners_called_off: false,
        }
    }
}
