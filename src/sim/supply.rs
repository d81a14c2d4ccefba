//! Phase *Supply*: each site's 24 hours.

use bevy_ecs::prelude::*;

use super::components::{CallsLeft, Site, Supply, Today};
use super::resources::{Calendar, Plan};
use crate::dispatch::Hour;
use crate::energy::Hourly;
use crate::scenario::model::Site as SiteParams;

/// Lays out the hours of the day: local power, what the connection can carry, price, demand-response calls.
pub fn offer_the_day(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    mut sites: Query<(&Site, &Supply, &mut CallsLeft, &mut Today)>,
    mut stretches: Local<Vec<Stretch>>,
) {
    stretches.resize_with(plan.0.sites.len(), Stretch::default);
    for (site, supply, mut calls, mut today) in &mut sites {
        let params = &plan.0.sites[site.index];
        if calendar.new_year {
            *calls = CallsLeft::of_year(params);
        }
        let stretch = &mut stretches[site.index];
        let day_of_stretch = calendar.index % STRETCH_DAYS;
        if day_of_stretch == 0 {
            stretch.lay_out(params, &supply.0, 24 * calendar.index);
        }
        let slots = 24 * day_of_stretch..24 * (day_of_stretch + 1);
        today.hours.copy_from_slice(&stretch.hours[slots.clone()]);
        today.outage_share.copy_from_slice(&stretch.outage_share[slots]);
        for hour in &mut today.hours {
            hour.miners_called_off = calls.take(params, hour.price_usd_per_mwh);
        }
    }
}

/// Days laid out at once: the processor reads long stretches of many series well, and single days badly.
const STRETCH_DAYS: usize = 8;

/// The hours of a site's next days, without demand-response calls.
#[derive(Default)]
pub struct Stretch {
    hours: Vec<Hour>,
    outage_share: Vec<f64>,
}

impl Stretch {
    fn lay_out(&mut self, site: &SiteParams, supply: &Hourly, first: usize) {
        let last = (first + 24 * STRETCH_DAYS).min(supply.price_usd_per_mwh.len());
        let connection = Connection::of(site);
        self.hours.clear();
        self.hours.extend((first..last).map(|index| connection.hour(supply, index)));
        self.outage_share.clear();
        self.outage_share.extend(supply.grid_available[first..last].iter().map(|available| 1.0 - available));
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

    #[inline]
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
