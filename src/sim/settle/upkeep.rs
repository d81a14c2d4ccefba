//! What it costs that farms stand, and what demand response pays.

use bevy_ecs::prelude::*;

use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::finance::{FinanceParams, Line, Quantity};
use crate::placement::FarmKind;
use crate::sim::components::{At, Batch, Farm, In, Today};
use crate::sim::resources::{Calendar, Ledger, Order, Plan};
use crate::sim::technology::{Model, Outlay, Technologies};

/// Books capacity, insurance and property tax, mines' maintenance and repairs, each site's overhead and lease, and
/// demand-response payments of the day.
pub fn upkeep(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    order: Res<Order>,
    technologies: Res<Technologies>,
    sites: Query<&Today>,
    farms: Query<(&Farm, &At)>,
    batches: Query<(&Batch, &In)>,
    mut ledger: ResMut<Ledger>,
    mut repairs_usd_per_mw_year: Local<Vec<Option<f64>>>,
) {
    repairs_usd_per_mw_year.resize(technologies.models.len(), None);
    let per_day = 1.0 / DAYS_PER_YEAR;
    let (mining, finance) = (&plan.0.mining, &plan.0.finance);
    let fixed_factor = finance.fixed_om_factor(calendar.start, calendar.today);
    let variable_factor = finance.variable_om_factor(calendar.start, calendar.today);
    for &entity in &order.standing {
        let Ok((batch, within)) = batches.get(entity) else { continue };
        if !batch.runs(calendar.today) {
            continue;
        }
        let Ok((farm, _)) = farms.get(within.0) else { continue };
        let account = ledger.0.account(farm.index);
        account.count(Quantity::CapacityMwHours, 24.0 * batch.mw);
        if plan.0.owes_dues(farm.kind) {
            let (insurance_usd, tax_usd) = batch.dues_usd_per_year(finance, calendar.start, calendar.today);
            account.add(Line::Insurance, -insurance_usd * per_day);
            account.add(Line::PropertyTax, -tax_usd * per_day);
        }
        if let Model::Miner(machine) = &technologies.models[batch.technology] {
            let repair = &mut repairs_usd_per_mw_year[batch.technology];
            let repair_usd_per_mw_year = *repair.get_or_insert_with(|| mining.repair_usd_per_mw_year(machine));
            let repairs_usd = batch.mw * repair_usd_per_mw_year * per_day * variable_factor;
            let fixed_usd = batch.mw * mining.fixed_om_usd_per_mw_year * per_day * fixed_factor;
            account.add(Line::FixedOm, -fixed_usd);
            account.add(Line::VariableOm, -repairs_usd);
        }
    }
    for &entity in &order.farms {
        let Ok((farm, at)) = farms.get(entity) else { continue };
        let Ok(today) = sites.get(at.0) else { continue };
        if today.slots_mw(farm.kind) <= 0.0 {
            continue;
        }
        let account = ledger.0.account(farm.index);
        let (params, share) = (&plan.0.sites[farm.site], today.slots_share(farm.kind));
        let overhead_usd = plan.0.overhead_usd_per_year(farm.site, calendar.today) * per_day * share;
        let lease_usd = plan.0.lease_usd_per_year(farm.site, calendar.today) * per_day * share;
        account.add(Line::Overhead, -overhead_usd);
        account.add(Line::SiteLease, -lease_usd);
        if farm.kind == FarmKind::Mining {
            let mined_mwh: f64 = today.account.mining_mw.iter().sum();
            let variable_usd = mined_mwh * mining.variable_om_usd_per_mwh * variable_factor;
            account.add(Line::VariableOm, -variable_usd);
            account.count(Quantity::UpMwHours, mined_mwh);
            if let Some(product) = params.grid.as_ref().and_then(|g| g.demand_response.as_ref()) {
                let enrolled_mw = today.enrolled_mw();
                let called_hours = today.called_off.iter().filter(|off| **off).count() as f64;
                let capacity_usd = enrolled_mw * product.capacity_payment_usd_per_mw_year * per_day;
                let events_usd = enrolled_mw * called_hours * product.event_payment_usd_per_mwh;
                account.add(Line::DemandResponse, capacity_usd + events_usd);
            }
        }
    }
}

impl Batch {
    /// Insurance of its machines and hall, and property tax on them, USD per year.
    fn dues_usd_per_year(&self, finance: &FinanceParams, start: Day, today: Day) -> (f64, f64) {
        let Outlay { infrastructure_usd, machines_usd } = self.paid;
        let tax_usd = infrastructure_usd * finance.property_tax_share(self.built, today)
            + machines_usd * finance.property_tax_share(self.online, today);
        (self.mw * self.paid.total_usd() * finance.insurance_share(start, today), self.mw * tax_usd)
    }
}

impl Today {
    /// Mining that runs and can be called off: the mean of the hours in which it was not, MW.
    fn enrolled_mw(&self) -> f64 {
        let hours = self.called_off.iter().zip(self.account.mining_mw);
        let running: Vec<f64> = hours.filter(|(called_off, _)| !**called_off).map(|(_, mw)| mw).collect();
        crate::math::mean(&running)
    }

    /// Part of the site's running connection MW that is of a kind of farm.
    fn slots_share(&self, kind: FarmKind) -> f64 {
        let total_mw = self.mining_slots_mw + self.ai_slots_mw;
        if total_mw > 0.0 { self.slots_mw(kind) / total_mw } else { 0.0 }
    }
}
