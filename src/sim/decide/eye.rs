//! What the planner sees: each technology's expected revenue, cost and value by forecast period.

use super::foresight::Span;
use crate::calendar::{DAYS_PER_YEAR, Day, HOURS_PER_YEAR};
use crate::compute::{Accelerator, Climate};
use crate::finance::{Authority, Depreciation};
use crate::math;
use crate::placement::{Period, Replacement, Technology};
use crate::scenario::Scenario;
use crate::sim::components::Batch;
use crate::sim::resources::Calendar;
use crate::sim::technology::{Model, Outlay, Prices, tiers};
use crate::units::UsdPerPhDay;

/// What the planner sees with.
pub(super) struct Eye<'a> {
    pub scenario: &'a Scenario,
    pub calendar: &'a Calendar,
    pub prices: &'a Prices<'a>,
    pub spans: &'a [Span],
    pub rents_now: usize,
}

impl Eye<'_> {
    pub fn years(&self, day: Day) -> f64 {
        day.years_since(self.calendar.today)
    }

    pub fn discount(&self, years: f64) -> f64 {
        math::powf(1.0 + self.scenario.finance.nominal_rate_per_year(), -years)
    }

    pub fn period(&self, span: &Span) -> Period {
        let (from_years, to_years) = (self.years(span.from), self.years(span.to));
        let years = to_years - from_years;
        Period { from_years, years, discount: self.discount(from_years + 0.5 * years) }
    }

    pub fn technology(&self, model: &Model, on_sale: bool) -> Technology {
        let scenario = self.scenario;
        let by_climate = |f: &dyn Fn(Climate) -> f64| [Climate::Cold, Climate::Mild, Climate::Hot].map(f);
        let outlay = |climate: Climate| self.prices.new_outlay(model, climate);
        let mild = outlay(Climate::Mild);
        let kind = model.kind();
        let months = |m: u32| f64::from(m) / 12.0;
        let mut technology = Technology {
            name: model.name().to_owned(),
            kind,
            draw_share: by_climate(&|c| self.prices.draw_share(model, c)),
            tiers: Vec::new(),
            revenue_usd_per_mwh: Vec::new(),
            variable_usd_per_mwh: Vec::new(),
            firm_revenue_usd_per_mw_year: Vec::new(),
            ramp_years: 0.0,
            pass_through_cap_usd_per_mwh: 0.0,
            sla: scenario.hosting.sla.clone(),
            backup_share: 0.0,
            fixed_usd_per_mw_year: vec![0.0; self.spans.len()],
            capital_usd_per_mw: by_climate(&|c| outlay(c).total_usd()),
            tax_shield_share: self.tax_shield_share(mild),
            refresh: self.refresh(model),
            convert: self.conversion(model),
            end_value_usd_per_mw: 0.0,
            lead_years: months(self.prices.lead_months(kind)),
            life_years: self.prices.life_years(kind),
            module_mw: self.prices.module_mw(kind),
            minimum_site_mw: self.prices.minimum_site_mw(kind),
            on_sale: on_sale && self.prices.may_build(model),
        };
        match model {
            Model::Miner(machine) => {
                let mining = &scenario.mining;
                technology.tiers = tiers(&mining.eco);
                let earned = |s: &Span| {
                    let client = scenario.hosted_terms(s.from);
                    mining.earned_per_mwh(machine, UsdPerPhDay(s.hashprice), client).0
                };
                technology.revenue_usd_per_mwh = self.spans.iter().map(earned).collect();
                let (repairs_usd, (fixed, variable)) = (mining.repair_usd_per_mw_year(machine), self.om_factors());
                technology.variable_usd_per_mwh =
                    variable.iter().map(|factor| mining.variable_om_usd_per_mwh * factor).collect();
                let fixed_usd = |(f, v): (&f64, &f64)| mining.fixed_om_usd_per_mw_year * f + repairs_usd * v;
                technology.fixed_usd_per_mw_year = fixed.iter().zip(&variable).map(fixed_usd).collect();
            }
            Model::Hall => {
                let hosting = &scenario.hosting;
                technology.firm_revenue_usd_per_mw_year = self.hosting_revenue();
                technology.pass_through_cap_usd_per_mwh = hosting.power_cap_usd_per_mwh();
                technology.backup_share = hosting.backup.share;
                technology.ramp_years = hosting.facility.ramp_months / 12.0;
            }
            Model::Cluster(accelerator, rents) => {
                let cloud = &scenario.cloud;
                let it_mw = cloud.facility.critical_it_mw(1.0);
                technology.sla = cloud.sla.clone();
                technology.firm_revenue_usd_per_mw_year = self.cloud_revenue(accelerator, rents);
                technology.backup_share = cloud.backup.share;
                let om_usd =
                    it_mw * cloud.facility_om_usd_per_it_mw_year + mild.machines_usd * cloud.hardware_om_per_year_share;
                technology.fixed_usd_per_mw_year = self.om_factors().0.iter().map(|factor| om_usd * factor).collect();
                // What is under contract is billed from the first day on.
                let rented_share = 1.0 - cloud.contract.as_ref().map_or(0.0, |c| c.capacity_share);
                technology.ramp_years = rented_share * cloud.facility.ramp_months / 12.0;
            }
        }
        let dues = self.dues_usd_per_year(&technology, mild);
        technology.fixed_usd_per_mw_year.iter_mut().zip(dues).for_each(|(usd, dues_usd)| *usd += dues_usd);
        technology.end_value_usd_per_mw = self.end_value_of_new(model, &technology, mild);
        technology
    }

    /// What fixed and variable costs have risen to in the middle of each period, as factors.
    fn om_factors(&self) -> (Vec<f64>, Vec<f64>) {
        let (finance, start) = (&self.scenario.finance, self.calendar.start);
        let factors =
            |s: &Span| (finance.fixed_om_factor(start, s.middle()), finance.variable_om_factor(start, s.middle()));
        self.spans.iter().map(factors).unzip()
    }

    /// Insurance of a MW ordered today and property tax on it in the middle of each period, USD per year: what stands
    /// counts as if it were new.
    fn dues_usd_per_year(&self, technology: &Technology, paid: Outlay) -> Vec<f64> {
        let (finance, start) = (&self.scenario.finance, self.calendar.start);
        let online = self.calendar.today.plus_days((technology.lead_years * DAYS_PER_YEAR) as i32);
        if !self.scenario.owes_dues(technology.kind) {
            return vec![0.0; self.spans.len()];
        }
        let share = |day| finance.insurance_share(start, day) + finance.property_tax_share(online, day);
        self.spans.iter().map(|s| paid.total_usd() * share(s.middle())).collect()
    }

    /// Overhead and lease of a site in the middle of each period, USD per year.
    pub fn site_usd_per_year(&self, site: usize) -> Vec<f64> {
        let scenario = self.scenario;
        let due = |day| scenario.overhead_usd_per_year(site, day) + scenario.lease_usd_per_year(site, day);
        self.spans.iter().map(|s| due(s.middle())).collect()
    }

    /// What a new MW is worth in the end, discounted.
    fn end_value_of_new(&self, model: &Model, technology: &Technology, paid: Outlay) -> f64 {
        let days = |years: f64| (years * DAYS_PER_YEAR) as i32;
        let online = self.calendar.today.plus_days(days(technology.lead_years));
        self.end_value(model, &Batch::new(0, 1.0, online, online.plus_days(days(technology.life_years)), paid))
    }

    /// What a MW of a batch is worth when its life or the horizon ends, discounted: machines at resale value, the
    /// hall at book value, since a hall outlives its machines and can be filled again.
    pub fn end_value(&self, model: &Model, batch: &Batch) -> f64 {
        let day = batch.until.min(self.calendar.end);
        let span = self.spans.iter().rev().find(|s| s.from <= day);
        let hashprice = UsdPerPhDay(span.map_or(0.0, |s| s.hashprice));
        let then = Prices { scenario: self.scenario, day, hashprice, outlook: hashprice };
        then.end_value_usd_per_mw(model, batch) * self.discount(self.years(day))
    }

    fn refresh(&self, model: &Model) -> Option<Replacement> {
        let months = self.prices.refresh_months(model)?;
        Some(Replacement {
            capital_usd_per_mw: [self.prices.machines_usd_per_mw(model); 3],
            lead_years: f64::from(months) / 12.0,
            lost_share: 0.0,
            module_mw: self.prices.module_mw(model.kind()),
        })
    }

    fn conversion(&self, model: &Model) -> Option<Replacement> {
        let conversion = &self.scenario.conversion;
        let outlay = |climate: Climate| self.prices.conversion_outlay(model, climate).total_usd();
        self.prices.may_convert(model).then(|| Replacement {
            capital_usd_per_mw: [Climate::Cold, Climate::Mild, Climate::Hot].map(outlay),
            lead_years: f64::from(conversion.months) / 12.0,
            lost_share: conversion.lost_mining_share,
            module_mw: conversion.module_mw,
        })
    }

    /// Rent less operating cost of a lease signed today, USD per MW-year, by period.
    fn hosting_revenue(&self) -> Vec<f64> {
        let hosting = &self.scenario.hosting;
        let signed = hosting.rent_at_signing(
            self.calendar.today.years_since(self.calendar.start),
            self.scenario.ai_market.hosting_rent_growth_per_year_share,
        );
        let kw = 1_000.0 * hosting.facility.critical_it_mw(1.0);
        let lead_years = f64::from(hosting.facility.lead_months) / 12.0;
        self.spans
            .iter()
            .map(|s| {
                let years = self.service_years(s, lead_years);
                12.0 * kw * hosting.escalated_rent(signed, years) * hosting.tenancy_share * hosting.kept_share()
            })
            .collect()
    }

    /// Rent less selling cost of a cluster bought today, USD per MW-year, by period. That a part of it is paid in advance
    /// is worth nothing here.
    fn cloud_revenue(&self, accelerator: &Accelerator, rents: &[f64]) -> Vec<f64> {
        let (cloud, market) = (&self.scenario.cloud, &self.scenario.ai_market);
        let gpus = cloud.facility.critical_it_mw(1.0) * accelerator.gpus_per_it_mw();
        let median_now = market.median_rent_usd_per_gpu_hour(accelerator, self.calendar.today);
        let shock = rents.get(self.rents_now).map_or(0.0, |now| math::ln(now / median_now));
        let rent_on = |day: Day| {
            let kept = math::exp2(-self.years(day) / market.rent_shock_half_life_years);
            market.median_rent_usd_per_gpu_hour(accelerator, day) * math::exp(shock * kept)
        };
        let online = self.calendar.today.plus_months(cloud.facility.lead_months as i32);
        let contract = self.scenario.cloud_contract(accelerator, online, || rent_on(online));
        let revenue = |s: &Span| {
            let rent = rent_on(s.middle());
            let hours = HOURS_PER_YEAR * cloud.utilisation_share;
            let rented_usd = gpus * hours * rent * (1.0 - cloud.selling_cost_share);
            let Some(sold) = contract.map(|c| c.between(s.from.max(online), s.to)) else { return rented_usd };
            let sold_usd = gpus * HOURS_PER_YEAR * sold.usd_per_gpu_hour * (1.0 - cloud.selling_cost_share);
            (1.0 - sold.share) * rented_usd + sold.share * sold_usd
        };
        self.spans.iter().map(revenue).collect()
    }

    /// Years in service in the middle of a period of what is ordered today.
    fn service_years(&self, span: &Span, lead_years: f64) -> f64 {
        (0.5 * (self.years(span.from) + self.years(span.to)) - lead_years).max(0.0)
    }

    /// Tax saved by depreciation and credit per dollar of capital, as present value.
    fn tax_shield_share(&self, paid: Outlay) -> f64 {
        let finance = &self.scenario.finance;
        let total = paid.total_usd();
        if total <= 0.0 {
            return 0.0;
        }
        let present = |depreciation: Depreciation| -> f64 {
            let years = depreciation.shares().count().max(1);
            let of_authority = |authority: Authority| {
                let mut basis = vec![0.0; years];
                basis[0] = 1.0;
                let deducted = finance.scheduled(depreciation, authority, &basis);
                let worth = deducted.iter().enumerate().map(|(year, usd)| usd * self.discount(year as f64 + 0.5));
                finance.saved_share(authority) * worth.sum::<f64>()
            };
            Authority::BOTH.map(of_authority).iter().sum()
        };
        let machines = paid.machines_usd * present(finance.machine_depreciation);
        let basis_usd = finance.infrastructure_basis_share() * paid.infrastructure_usd;
        let credit = finance.infrastructure_credit_share * paid.infrastructure_usd * self.discount(0.5);
        (machines + basis_usd * present(finance.infrastructure_depreciation) + credit) / total
    }
}
