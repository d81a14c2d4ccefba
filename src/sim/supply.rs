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
) {
    for (site, supply, mut calls, mut today) in &mut sites {
        let params = &plan.0.sites[site.index];
        if calendar.new_year {
            *calls = CallsLeft::of_year(params);
        }
        for slot in 0..24 {
            let index = 24 * calendar.index + slot;
            let mut hour = hour_at(params, &supply.0, index);
            today.outage_share[slot] = 1.0 - supply.0.grid_available[index];
            hour.miners_called_off = calls.take(params, hour.price_usd_per_mwh);
            today.hours[slot] = hour;
        }
    }
}

/// One hour of a site's supply as the dispatch kernel takes it, without demand-response calls.
pub fn hour_at(site: &SiteParams, supply: &Hourly, index: usize) -> Hour {
    let available = supply.grid_available[index];
    Hour {
        surplus_mw: supply.surplus_mw[index],
        hydro_mw: supply.hydro_mw[index],
        import_mw: site.grid.as_ref().map_or(0.0, |g| g.import_limit_mw * available),
        export_mw: site.export.as_ref().map_or(0.0, |e| e.limit_mw * available),
        price_usd_per_mwh: supply.price_usd_per_mwh[index],
        miners_called_off: false,
    }
}
