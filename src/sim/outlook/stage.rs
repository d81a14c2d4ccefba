//! What a MW does from its opening until its end, in the books' own months.

use super::View;
use super::charges;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::compute::{Accelerator, Cluster, Contract, Service};
use crate::placement::FarmKind;
use crate::placement::field::{HallWorth, Stage, Standing, Tier};
use crate::sim::components::Batch;
use crate::sim::technology::{Model, Prices};
use crate::units::UsdPerPhDay;

/// Makes the stages of a site.
pub struct Factory<'a> {
    view: &'a View<'a>,
    s: usize,
    tiers: Vec<Vec<Tier>>,
    /// What AI's energy costs a MW of draw, discounted, by segment, at the reference size: what tenants repay and own
    /// accelerators do not.
    repaid_usd_per_mw: Vec<f64>,
}

impl<'a> Factory<'a> {
    /// The factory of a site.
    pub fn of(view: &'a View<'a>, s: usize) -> Self {
        let tiers = view.models.iter().map(|m| super::field_model(view.scenario, m).tiers).collect();
        let repaid_usd_per_mw = super::firm::repaid_usd_per_mw(view, s);
        Self { view, s, tiers, repaid_usd_per_mw }
    }

    /// Prices of a day on a path.
    pub fn prices(&self, path: usize, day: Day) -> Prices<'a> {
        Prices::of(self.view.scenario, day, &self.view.paths.quote(path, day))
    }

    /// A batch that stands on the first day.
    pub fn standing(&self, id: usize, batch: &Batch) -> Standing {
        Standing { id, mw: batch.mw, stage: self.stage(batch), hall: self.hall(batch) }
    }

    /// The stage of a MW of a batch.
    pub fn stage(&self, batch: &Batch) -> Stage {
        let (view, model) = (self.view, &self.view.models[batch.technology]);
        let prices = Prices::unpriced(view.scenario, batch.online);
        let draw_mw_per_mw = prices.draw_share(model, view.scenario.sites[self.s].climate);
        let (from, until) = (view.axis.boundary(batch.online), view.axis.boundary(batch.until));
        let (first, last) = (view.axis.boundaries[from], view.axis.boundaries[until]);
        let tiers = &self.tiers[batch.technology];
        let mut steady = charges::per_mw(view, self.s, model.kind(), tiers, draw_mw_per_mw, first, last);
        match model {
            Model::Miner(machine) => {
                let (mining, finance, start) = (&view.scenario.mining, &view.scenario.finance, view.scenario.start);
                let repairs_usd = mining.repair_usd_per_mw_year(machine);
                let usd_per_year = |day: Day| {
                    mining.fixed_om_usd_per_mw_year * finance.fixed_om_factor(start, day)
                        + repairs_usd * finance.variable_om_factor(start, day)
                };
                self.add_daily(&mut steady, from, until, |day| -usd_per_year(day) / DAYS_PER_YEAR);
            }
            Model::Hall | Model::Cluster(..) => self.add_months(&mut steady, batch, model, first, last),
        }
        let dues = self.dues(model.kind(), batch.paid.machines_usd, batch.online);
        steady.iter_mut().zip(dues).take(until).skip(from).for_each(|(usd, dues_usd)| *usd -= dues_usd);
        if let Model::Cluster(accelerator, _) = model {
            self.add_advance(&mut steady, batch, accelerator, from, until);
            let repaid = steady.iter_mut().zip(&self.repaid_usd_per_mw).take(until).skip(from);
            repaid.for_each(|(usd, repaid_usd)| *usd -= draw_mw_per_mw * repaid_usd);
        }
        Stage {
            model: batch.technology,
            from,
            until,
            draw_mw_per_mw,
            steady_discounted_usd_per_mw: steady,
            machines_worth_usd_per_mw: self.machines_worth(batch, model),
            refreshable_from: self.refreshable_from(batch, model),
        }
    }

    /// Adds what a MW costs or brings a day, which changes on anniversaries of the start only.
    fn add_daily(&self, steady: &mut [f64], from: usize, until: usize, usd_per_day: impl Fn(Day) -> f64) {
        let start = self.view.scenario.start;
        for (segment, (begin, end)) in self.view.axis.spans().enumerate().take(until).skip(from) {
            steady[segment] += self.view.money.stepped_between(start, begin, end, &usd_per_day);
        }
    }

    /// Insurance of what cost so many USD and came online on a day, and property tax on it, by segment, discounted, USD.
    fn dues(&self, kind: FarmKind, usd: f64, online: Day) -> Vec<f64> {
        let (finance, start, axis) = (&self.view.scenario.finance, self.view.scenario.start, self.view.axis);
        if !self.view.scenario.owes_dues(kind) {
            return vec![0.0; axis.segments()];
        }
        let per_day = |share: f64| usd * share / DAYS_PER_YEAR;
        let money = self.view.money;
        let dues = |(from, until)| {
            money.stepped_between(start, from, until, |day| per_day(finance.insurance_share(start, day)))
                + money.stepped_between(online, from, until, |day| per_day(finance.property_tax_share(online, day)))
        };
        axis.spans().map(dues).collect()
    }

    /// Rent less its costs, billed at the end of each month in service.
    fn add_months(&self, steady: &mut [f64], batch: &Batch, model: &Model, first: Day, last: Day) {
        let mut begin = first;
        while begin < last {
            let month_ends = begin.plus_days(1 - i32::from(begin.day_of_month())).plus_months(1);
            let end = month_ends.min(last);
            let days = f64::from(end.0 - begin.0);
            let service = Service {
                hours: 24.0 * days,
                month_share: days / f64::from(begin.date().days_in_month()),
                demanded_mwh: 1.0,
                served_mwh: 1.0,
                interruptions: 0.0,
                energy_cost_usd: 0.0,
            };
            let usd = self.month_usd(batch, model, begin, end, &service);
            charges::spread(self.view, steady, begin, end, first, last, usd);
            begin = end;
        }
    }

    /// Rent of a MW from `begin` until `end`, of one month, less operating cost, USD.
    fn month_usd(&self, batch: &Batch, model: &Model, begin: Day, end: Day, service: &Service) -> f64 {
        let scenario = self.view.scenario;
        let months = 12.0 * end.plus_days(-1).years_since(batch.online);
        match model {
            Model::Miner(_) => 0.0,
            Model::Hall => {
                let hosting = &scenario.hosting;
                let rent = hosting.escalated_rent(batch.signed_rent_usd_per_kw_month, months / 12.0);
                let month = hosting.month(hosting.facility.critical_it_mw(1.0), rent, months, service);
                month.rent_usd - month.operating_cost_usd
            }
            Model::Cluster(accelerator, _) => {
                let cloud = &scenario.cloud;
                let it_mw = cloud.facility.critical_it_mw(1.0);
                let paid_usd_per_gpu = batch.paid.machines_usd / (it_mw * accelerator.gpus_per_it_mw());
                let middle = begin.plus_days((end.0 - begin.0) / 2);
                let rent = self.view.rents.usd_per_gpu_hour(scenario, batch.technology, accelerator, middle);
                let contracted = self.contract(batch, accelerator).map(|c| c.between(begin, end)).unwrap_or_default();
                let cluster = Cluster { accelerator, it_mw, paid_usd_per_gpu };
                let month = cloud.month(&cluster, rent, contracted, months, service);
                let om_factor = scenario.finance.fixed_om_factor(scenario.start, end.plus_days(-1));
                month.revenue_usd - (om_factor * month.fixed_om_usd() + month.selling_cost_usd)
            }
        }
    }

    fn contract(&self, batch: &Batch, accelerator: &Accelerator) -> Option<Contract> {
        let (scenario, online) = (self.view.scenario, batch.online);
        let market = || self.view.rents.usd_per_gpu_hour(scenario, batch.technology, accelerator, online);
        scenario.cloud_contract(accelerator, online, market)
    }

    /// What customers pay in advance. In each segment it is received at the beginning, used up day by day, and what is
    /// left paid back at the end: over those in which the MW runs it adds up, however early it ends.
    fn add_advance(&self, steady: &mut [f64], batch: &Batch, accelerator: &Accelerator, from: usize, until: usize) {
        let Some(contract) = self.contract(batch, accelerator) else { return };
        let money = self.view.money;
        let gpus = self.view.scenario.cloud.facility.critical_it_mw(1.0) * accelerator.gpus_per_it_mw();
        for (segment, (begin, end)) in self.view.axis.spans().enumerate().take(until).skip(from) {
            let held = |day: Day| contract.advance_usd_per_gpu(day) * money.cash(day);
            let days = money.cash_between(begin.max(contract.first), end.min(contract.until));
            steady[segment] += gpus * (held(begin) - contract.used_usd_per_gpu_day() * days - held(end));
        }
    }

    /// Mean over the paths of what the machines of a batch fetch on each boundary, USD per MW.
    fn machines_worth(&self, batch: &Batch, model: &Model) -> Vec<f64> {
        let view = self.view;
        let worth = |day: &Day| {
            let of = |outlook: f64| {
                let outlook = UsdPerPhDay(outlook);
                let prices = Prices { scenario: view.scenario, day: *day, hashprice: outlook, outlook };
                prices.resale_usd_per_mw(model, batch)
            };
            match model {
                Model::Miner(_) => view.paths.mean(*day, |quote| of(quote.outlook_usd)),
                Model::Hall | Model::Cluster(..) => of(0.0),
            }
        };
        view.axis.boundaries.iter().map(worth).collect()
    }

    /// Worth of the hall of a batch on each boundary, and what it costs.
    pub fn hall(&self, batch: &Batch) -> HallWorth {
        let (view, model) = (self.view, &self.view.models[batch.technology]);
        let at = |day: &Day| Prices::unpriced(view.scenario, *day);
        let closed = |prices: Prices| prices.closing_usd_per_mw(model, batch) - prices.resale_usd_per_mw(model, batch);
        let ended = |prices: Prices| prices.end_value_usd_per_mw(model, batch) - prices.resale_usd_per_mw(model, batch);
        let days = &view.axis.boundaries;
        HallWorth {
            closed_usd_per_mw: days.iter().map(|d| closed(at(d))).collect(),
            ended_usd_per_mw: days.iter().map(|d| ended(at(d))).collect(),
            dues_discounted_usd_per_mw: self.dues(model.kind(), batch.paid.infrastructure_usd, batch.built),
        }
    }

    /// First boundary at which machines are old enough to be replaced by newer ones.
    fn refreshable_from(&self, batch: &Batch, model: &Model) -> usize {
        let years = Prices::unpriced(self.view.scenario, batch.online).refresh_min_age_years(model);
        let old_enough = |day: &Day| day.years_since(batch.online) >= years;
        self.view.axis.boundaries.iter().position(old_enough).unwrap_or(usize::MAX)
    }
}
