//! What the AI halls earned.

use bevy_ecs::prelude::*;

use crate::calendar::Day;
use crate::compute::{Accelerator, Cluster, Contract, Contracted, Service};
use crate::finance::{Line, Quantity};
use crate::placement::FarmKind;
use crate::scenario::Scenario;
use crate::sim::components::{At, Batch, Farm, In, Serving, Today};
use crate::sim::resources::{Calendar, Chain, Ledger, Order, Plan, Quote};
use crate::sim::technology::{Model, Prices, Technologies};

/// Notes how each AI batch was served today; bills at the month's end, at a halving and when a batch ends.
pub fn ai(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    quote: Res<Quote>,
    chain: Res<Chain>,
    order: Res<Order>,
    technologies: Res<Technologies>,
    sites: Query<&Today>,
    farms: Query<(&Farm, &At)>,
    mut batches: Query<(&mut Batch, &In)>,
    mut ledger: ResMut<Ledger>,
) {
    let prices = Prices::of(&plan.0, calendar.today, &quote);
    let period_ends = calendar.month_ends || !chain.day.halvings.is_empty();
    for &entity in &order.standing {
        let Ok((mut batch, within)) = batches.get_mut(entity) else { continue };
        let model = &technologies.models[batch.technology];
        if model.kind() == FarmKind::Mining || !batch.runs(calendar.today) {
            continue;
        }
        let Ok((farm, at)) = farms.get(within.0) else { continue };
        let Ok(today) = sites.get(at.0) else { continue };
        if batch.online == calendar.today {
            settle_advance(&plan.0, &calendar, &mut batch, model, calendar.today, farm.index, &mut ledger.0);
        }
        let climate = plan.0.sites[farm.site].climate;
        let draw_mw = batch.mw * prices.draw_share(model, climate);
        batch.serving.note(today, draw_mw);
        let ends = batch.until == calendar.today.plus_days(1);
        if period_ends || ends {
            bill(&plan.0, &calendar, &batch, model, farm.index, &mut ledger.0);
            let tomorrow = calendar.today.plus_days(1);
            settle_advance(&plan.0, &calendar, &mut batch, model, tomorrow, farm.index, &mut ledger.0);
            batch.serving = Serving { interrupted: batch.serving.interrupted, ..Serving::default() };
        }
    }
}

impl Serving {
    fn note(&mut self, today: &Today, draw_mw: f64) {
        let site_draw_mw = today.ai_draw_mw();
        let part = if site_draw_mw > 0.0 { draw_mw / site_draw_mw } else { 0.0 };
        let account = &today.account;
        for (unserved_mw, usd) in account.ai_unserved_mw.iter().zip(account.ai_energy_cost_usd) {
            let unserved_mw = part * unserved_mw;
            let interrupted = unserved_mw > 1e-9;
            self.hours += 1.0;
            self.demanded_mwh += draw_mw;
            self.served_mwh += draw_mw - unserved_mw;
            self.energy_cost_usd += part * usd;
            if interrupted && !self.interrupted {
                self.interruptions += 1.0;
            }
            self.interrupted = interrupted;
        }
    }

    fn service(&self, days_in_month: f64) -> Service {
        Service {
            hours: self.hours,
            month_share: self.hours / (24.0 * days_in_month),
            demanded_mwh: self.demanded_mwh,
            served_mwh: self.served_mwh,
            interruptions: self.interruptions,
            energy_cost_usd: self.energy_cost_usd,
        }
    }
}

fn bill(
    scenario: &Scenario,
    calendar: &Calendar,
    batch: &Batch,
    model: &Model,
    farm: usize,
    ledger: &mut crate::finance::Ledger,
) {
    let service = batch.serving.service(calendar.days_in_month);
    let months = 12.0 * calendar.today.years_since(batch.online);
    match model {
        Model::Miner(_) => {}
        Model::Hall => bill_tenant(scenario, batch, months, &service, farm, ledger),
        Model::Cluster(accelerator, rents) => {
            let days = (batch.serving.hours / 24.0) as usize;
            let rent = crate::math::mean(&rents[calendar.index + 1 - days..=calendar.index]);
            let om_factor = scenario.finance.fixed_om_factor(calendar.start, calendar.today);
            let tomorrow = calendar.today.plus_days(1);
            let contract = contract(scenario, calendar, batch, accelerator, rents);
            let sold = contract.map(|c| c.between(tomorrow.plus_days(-(days as i32)), tomorrow)).unwrap_or_default();
            bill_hours(scenario, accelerator, batch, rent, sold, months, om_factor, &service, farm, ledger);
        }
    }
}

fn bill_tenant(
    scenario: &Scenario,
    batch: &Batch,
    months: f64,
    service: &Service,
    farm: usize,
    ledger: &mut crate::finance::Ledger,
) {
    let hosting = &scenario.hosting;
    let rent = hosting.escalated_rent(batch.signed_rent_usd_per_kw_month, months / 12.0);
    let month = hosting.month(hosting.facility.critical_it_mw(batch.mw), rent, months, service);
    ledger.add(farm, Line::HostingRent, month.rent_usd);
    ledger.count(farm, Quantity::CriticalItKwMonths, month.let_kw_months);
    ledger.add(farm, Line::SlaCredits, -month.sla_credit_usd);
    ledger.add(farm, Line::PowerPassThrough, month.power_recovered_usd);
    ledger.add(farm, Line::FixedOm, -month.operating_cost_usd);
    book_uptime(batch, month.uptime_share, service, farm, ledger);
}

fn bill_hours(
    scenario: &Scenario,
    accelerator: &Accelerator,
    batch: &Batch,
    rent_usd_per_gpu_hour: f64,
    contracted: Contracted,
    months: f64,
    om_factor: f64,
    service: &Service,
    farm: usize,
    ledger: &mut crate::finance::Ledger,
) {
    let cloud = &scenario.cloud;
    let it_mw = cloud.facility.critical_it_mw(batch.mw);
    let paid_usd_per_gpu = batch.paid.machines_usd * batch.mw / (it_mw * accelerator.gpus_per_it_mw());
    let cluster = Cluster { accelerator, it_mw, paid_usd_per_gpu };
    let month = cloud.month(&cluster, rent_usd_per_gpu_hour, contracted, months, service);
    ledger.add(farm, Line::CloudRent, month.revenue_usd);
    ledger.add(farm, Line::SlaCredits, -month.sla_credit_usd);
    ledger.add(farm, Line::FixedOm, -om_factor * month.fixed_om_usd());
    ledger.add(farm, Line::VariableOm, -month.selling_cost_usd);
    ledger.count(farm, Quantity::GpuHours, month.gpu_hours);
    book_uptime(batch, month.uptime_share, service, farm, ledger);
}

/// The contract of a cluster, at the rent of its first day.
fn contract(
    scenario: &Scenario,
    calendar: &Calendar,
    batch: &Batch,
    accelerator: &Accelerator,
    rents: &[f64],
) -> Option<Contract> {
    let index = (batch.online.0 - calendar.start.0).max(0) as usize;
    scenario.cloud_contract(accelerator, batch.online, || rents.get(index).copied().unwrap_or(0.0))
}

/// Brings what customers paid a cluster in advance to what they have left when `day` begins.
fn settle_advance(
    scenario: &Scenario,
    calendar: &Calendar,
    batch: &mut Batch,
    model: &Model,
    day: Day,
    farm: usize,
    ledger: &mut crate::finance::Ledger,
) {
    let Model::Cluster(accelerator, rents) = model else { return };
    let Some(contract) = contract(scenario, calendar, batch, accelerator, rents) else { return };
    let gpus = scenario.cloud.facility.critical_it_mw(batch.mw) * accelerator.gpus_per_it_mw();
    let left_usd = if batch.runs(day) { gpus * contract.advance_usd_per_gpu(day) } else { 0.0 };
    ledger.add(farm, Line::Prepayments, left_usd - batch.advance_usd);
    batch.advance_usd = left_usd;
}

fn book_uptime(batch: &Batch, uptime_share: f64, service: &Service, farm: usize, ledger: &mut crate::finance::Ledger) {
    ledger.count(farm, Quantity::UpMwHours, batch.mw * service.hours * uptime_share);
}
