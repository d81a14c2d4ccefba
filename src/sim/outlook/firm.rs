//! What AI of a site earns or costs by its total draw.

use super::View;
use super::charges::REFERENCE_SHARE;
use crate::calendar::{DAYS_PER_YEAR, Day, HOURS_PER_YEAR};
use crate::compute::Sla;
use crate::dispatch::{Hour, Terms};
use crate::placement::FarmKind;
use crate::placement::field::FirmCurve;
use crate::placement::value::{Outages, expected_credit_share};
use crate::sim::setup::terms;
use crate::sim::technology::{Model, Prices, Technologies};

/// The curves of a site by segment, a point for every module of a hall up to all that the site may carry.
pub fn curves(view: &View, s: usize) -> Vec<FirmCurve> {
    let params = &view.scenario.sites[s];
    let case = Case::of(view, s);
    let step_mw = (case.module_mw * case.draw_mw_per_mw).max(1e-6);
    let most_mw = params.maximum_mw * case.draw_mw_per_mw;
    let points = ((most_mw / step_mw - 1e-9).ceil().max(1.0) as usize).min(MOST_POINTS);
    let step_mw = step_mw.max(most_mw / MOST_POINTS as f64);
    let curve = |segment: usize| {
        let point = |k: usize| case.discounted_usd(segment, k as f64 * step_mw);
        let discounted_usd = core::iter::once(0.0).chain((1..=points).map(point)).collect();
        FirmCurve { step_mw, discounted_usd }
    };
    (0..view.axis.segments()).map(curve).collect()
}

/// Points of a curve are at most so many, however small the modules.
const MOST_POINTS: usize = 64;

/// What tenants repay for a MW of draw in each segment, discounted, at the reference size of a site, USD; nothing where
/// no tenant may come.
pub fn repaid_usd_per_mw(view: &View, s: usize) -> Vec<f64> {
    let case = Case::of(view, s);
    let draw_mw = REFERENCE_SHARE * view.scenario.sites[s].maximum_mw * case.draw_mw_per_mw;
    let repaid = |segment: usize| {
        if case.tenants && draw_mw > 0.0 { case.totals(segment, draw_mw).repaid_usd / draw_mw } else { 0.0 }
    };
    (0..view.axis.segments()).map(repaid).collect()
}

/// A site with AI of the usual kind.
struct Case<'a> {
    view: &'a View<'a>,
    s: usize,
    terms: Terms,
    /// Whether AI here is reckoned as let to tenants who repay their power.
    tenants: bool,
    module_mw: f64,
    draw_mw_per_mw: f64,
    backup_share: f64,
    cap_usd_per_mwh: f64,
    sla: &'a Sla,
    restart_loss_hours: f64,
}

/// Sums over the sampled hours of a segment.
#[derive(Default)]
struct Totals {
    repaid_usd: f64,
    /// What the welfare counts shortfall at beyond what it costs.
    shortfall_usd: f64,
    /// Energy not served, by structure (outages left out), and asked for, MWh of sampled hours.
    missing_mwh: f64,
    asked_mwh: f64,
}

impl<'a> Case<'a> {
    fn of(view: &'a View<'a>, s: usize) -> Self {
        let (scenario, params) = (view.scenario, &view.scenario.sites[s]);
        let stands = |kind| params.standing.iter().any(|b| b.kind == kind);
        let tenants = super::wants(scenario, FarmKind::Hosting) || stands(FarmKind::Hosting);
        let prices = Prices::unpriced(scenario, scenario.start);
        let model = &view.models[Technologies::HALL];
        let (backup_share, sla, module_mw, draw, restart) = if tenants {
            let hosting = &scenario.hosting;
            let draw = prices.draw_share(model, params.climate);
            (hosting.backup.share, &hosting.sla, hosting.facility.module_mw, draw, hosting.facility.restart_loss_hours)
        } else {
            let cloud = &scenario.cloud;
            let draw = cloud.facility.draw_mw(1.0, params.climate);
            (cloud.backup.share, &cloud.sla, cloud.facility.module_mw, draw, cloud.facility.restart_loss_hours)
        };
        Self {
            view,
            s,
            terms: terms(params, scenario.hosting.backup.fuel_usd_per_mwh),
            tenants,
            module_mw,
            draw_mw_per_mw: draw,
            backup_share,
            cap_usd_per_mwh: scenario.hosting.power_cap_usd_per_mwh(),
            sla,
            restart_loss_hours: restart,
        }
    }

    fn discounted_usd(&self, segment: usize, draw_mw: f64) -> f64 {
        let totals = self.totals(segment, draw_mw);
        let served_share = 1.0 - if totals.asked_mwh > 0.0 { totals.missing_mwh / totals.asked_mwh } else { 0.0 };
        let lost_share = self.lost_share(served_share);
        let repaid_usd = if self.tenants { totals.repaid_usd } else { 0.0 };
        repaid_usd + totals.shortfall_usd - lost_share * draw_mw * self.rent_usd_per_mw(segment)
    }

    /// Share of the reference rent that credits take, and of own accelerators the hours not served.
    fn lost_share(&self, served_share: f64) -> f64 {
        let grid = self.view.scenario.sites[self.s].grid.as_ref();
        let (per_year, hours) = grid.map_or((0.0, 0.0), |g| (g.outages_per_year, g.outage_hours));
        let outages = Outages { per_year, hours, restart_hours: self.restart_loss_hours };
        let credits = expected_credit_share(self.sla, self.backup_share, outages, served_share);
        if self.tenants { credits } else { 1.0 - served_share * (1.0 - credits) }
    }

    /// Discounted reference rent of a MW of draw in a segment, fully let, USD: the lease signed at the start, or the
    /// newest accelerator's rent less selling cost.
    fn rent_usd_per_mw(&self, segment: usize) -> f64 {
        let (scenario, axis) = (self.view.scenario, self.view.axis);
        let (from, until) = (axis.boundaries[segment], axis.boundaries[segment + 1]);
        let usd_per_day = if self.tenants {
            let hosting = &scenario.hosting;
            let prices = Prices::unpriced(scenario, scenario.start);
            let rent = prices.signed_rent(self.s, FarmKind::Hosting);
            12_000.0 * hosting.facility.critical_it_mw(1.0) * rent * hosting.tenancy_share
        } else {
            self.cloud_usd_per_mw_year(from)
        } / DAYS_PER_YEAR;
        usd_per_day / self.draw_mw_per_mw.max(1e-9) * self.view.money.income_between(from, until)
    }

    fn cloud_usd_per_mw_year(&self, day: Day) -> f64 {
        let (scenario, cloud) = (self.view.scenario, &self.view.scenario.cloud);
        let newest = self.view.models.iter().enumerate().rev().find_map(|(m, model)| match model {
            Model::Cluster(accelerator, _) if accelerator.release <= day => Some((m, accelerator)),
            _ => None,
        });
        newest.map_or(0.0, |(model, accelerator)| {
            let rent = self.view.rents.usd_per_gpu_hour(scenario, model, accelerator, day);
            let gpus = cloud.facility.critical_it_mw(1.0) * accelerator.gpus_per_it_mw();
            let usd = |rent: f64, billed: f64| gpus * rent * billed * HOURS_PER_YEAR * (1.0 - cloud.selling_cost_share);
            let sold = scenario.cloud_contract(accelerator, day, || rent).map(|c| c.between(day, day.plus_days(1)));
            let sold = sold.unwrap_or_default();
            (1.0 - sold.share) * usd(rent, cloud.utilisation_share) + sold.share * usd(sold.usd_per_gpu_hour, 1.0)
        })
    }

    fn totals(&self, segment: usize, draw_mw: f64) -> Totals {
        let samples = self.view.samples;
        let mut totals = Totals::default();
        let mut month = (usize::MAX, 0.0, 0.0, 0.0);
        for i in samples.segment(segment) {
            let day = &samples.days[i];
            if month.0 != day.path {
                totals.repaid_usd += self.repaid_usd(month.1, month.2) * month.3;
                month = (day.path, 0.0, 0.0, day.weight);
            }
            for h in 24 * i..24 * (i + 1) {
                let energy = self.energy(&self.view.draws[self.s].hours.hour(h), draw_mw);
                month.1 += energy.cost_usd;
                month.2 += draw_mw - energy.missing_mw;
                totals.shortfall_usd += day.weight * energy.shortfall_usd;
                totals.missing_mwh += energy.structural_mw;
                totals.asked_mwh += draw_mw;
            }
        }
        totals.repaid_usd += self.repaid_usd(month.1, month.2) * month.3;
        totals
    }

    fn repaid_usd(&self, cost_usd: f64, mwh: f64) -> f64 {
        cost_usd.min(self.cap_usd_per_mwh * mwh)
    }

    /// The energy of AI in an hour: cheapest first, then backup.
    fn energy(&self, hour: &Hour, draw_mw: f64) -> Energy {
        let terms = &self.terms;
        let mut sources = [
            (terms.surplus_cost_usd_per_mwh, hour.surplus_mw),
            (terms.hydro_cost_usd_per_mwh, hour.hydro_mw),
            (hour.price_usd_per_mwh + terms.import_adder_usd_per_mwh, hour.import_mw),
        ];
        sources.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut left_mw, mut cost_usd) = (draw_mw, 0.0);
        for (cost, mw) in sources {
            let taken = left_mw.min(mw);
            cost_usd += taken * cost;
            left_mw -= taken;
        }
        let backup_mw = left_mw.min(self.backup_share * draw_mw);
        let missing_mw = left_mw - backup_mw;
        let fuel = terms.backup_cost_usd_per_mwh;
        let shortfall_price = fuel.max(sources[2].0);
        let limit_mw = self.view.scenario.sites[self.s].grid.as_ref().map_or(0.0, |g| g.import_limit_mw);
        let whole_mw = hour.surplus_mw + hour.hydro_mw + limit_mw + self.backup_share * draw_mw;
        Energy {
            cost_usd: cost_usd + backup_mw * fuel,
            missing_mw,
            shortfall_usd: (shortfall_price - fuel) * backup_mw + shortfall_price * missing_mw,
            structural_mw: (draw_mw - whole_mw).max(0.0),
        }
    }
}

struct Energy {
    cost_usd: f64,
    missing_mw: f64,
    shortfall_usd: f64,
    /// Missing even while the grid is there, MW.
    structural_mw: f64,
}
