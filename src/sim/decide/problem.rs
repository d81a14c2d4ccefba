//! The decision problem of today: forecast, sites, technologies, limits.

use bevy_ecs::prelude::*;

use crate::bitcoin::forecast::{ChainSnapshot, ForecastPoint, forecast};
use crate::bitcoin::market::planner_price;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::compute::{Climate, SiteFacts};
use crate::dispatch::Hour;
use crate::finance::Depreciation;
use crate::math;
use crate::placement::{Block, FarmKind, Limits, Period, Problem, Replacement, SiteCase, Technology};
use crate::scenario::Scenario;
use crate::scenario::model::{Policy, Site as SiteParams};
use crate::sim::components::{Batch, Batches, Farms, Site};
use crate::sim::decide::act::rent_factor;
use crate::sim::resources::{Calendar, Chain, Order, Plan, PlannerSupply, Purse, Quote, RestOfWorld};
use crate::sim::supply::hour_at;
use crate::sim::technology::{Model, Outlay, Prices, Technologies};
use crate::units::UsdPerPhDay;

/// The problem, and what its numbers stand for.
pub struct Case {
    pub problem: Problem,
    /// Batch entity of each block id.
    pub batches: Vec<Entity>,
}

/// A forecast period in days and prices.
struct Span {
    from: Day,
    to: Day,
    hashprice: f64,
}

/// Poses the problem of today.
pub fn pose(world: &mut World) -> Case {
    let considered = considered_models(world);
    let spans = spans(world);
    let calendar = world.resource::<Calendar>();
    let scenario = &world.resource::<Plan>().0;
    let technologies = world.resource::<Technologies>();
    let prices = Prices::of(scenario, calendar.today, world.resource::<Quote>());
    let eye = Eye { scenario, calendar, prices: &prices, spans: &spans, rents_now: calendar.index };
    let offers =
        technologies.models.iter().enumerate().map(|(t, m)| eye.technology(m, considered.contains(&t))).collect();
    let mut batches = Vec::new();
    let sites = world
        .resource::<Order>()
        .sites
        .iter()
        .map(|&entity| site_case(world, entity, &eye, technologies, &mut batches))
        .collect();
    let problem = Problem {
        periods: spans.iter().map(|s| eye.period(s)).collect(),
        technologies: offers,
        sites,
        limits: limits(scenario, world.resource::<Purse>()),
        after_tax_share: 1.0 - scenario.finance.tax_rate_share,
    };
    Case { problem, batches }
}

/// Numbers of the models a planner may build today.
fn considered_models(world: &mut World) -> Vec<usize> {
    let today = world.resource::<Calendar>().today;
    let outlook = UsdPerPhDay(world.resource::<Quote>().outlook_usd);
    world.resource_scope(|world, mut technologies: Mut<Technologies>| {
        let scenario = &world.resource::<Plan>().0;
        let placement = &scenario.placement;
        let fixed = placement.policy == Policy::Fixed;
        let wants = |kind: FarmKind| fixed || placement.kinds.contains(&kind);
        let mut numbers = Vec::new();
        if wants(FarmKind::Mining) {
            let mut named: Vec<String> = scenario
                .plan
                .iter()
                .filter(|e| e.date == today && e.kind == FarmKind::Mining)
                .filter_map(|e| e.machine.clone())
                .collect();
            named.extend(scenario.mining.machine.clone());
            let count = usize::from(placement.mining_models);
            for machine in machines_to_compare(scenario, &technologies, today, outlook, count, &named) {
                numbers.push(technologies.miner(&machine));
            }
        }
        if wants(FarmKind::Hosting) {
            numbers.push(Technologies::HALL);
        }
        if wants(FarmKind::Cloud) {
            for accelerator in accelerators_to_compare(scenario, &technologies, today) {
                let number = technologies.cluster(&accelerator, scenario);
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
        numbers
    })
}

/// The named accelerator, or else the newest flagships today (for refreshing) and on the days on which a conversion
/// and a new hall ordered today open: makers announce their generations years ahead, and machines are bought for
/// the opening.
fn accelerators_to_compare(
    scenario: &Scenario,
    technologies: &Technologies,
    today: Day,
) -> Vec<crate::compute::Accelerator> {
    let catalogue = &technologies.catalogue;
    if let Some(name) = &scenario.cloud.accelerator {
        return catalogue.accelerator_named(name).cloned().into_iter().collect();
    }
    [0, scenario.conversion.months, scenario.cloud.facility.lead_months]
        .into_iter()
        .filter_map(|months| catalogue.newest_flagship(today.plus_months(months as i32)).cloned())
        .collect()
}

/// The named machines, or else those on sale with the least cost of machine and power per hash.
fn machines_to_compare(
    scenario: &Scenario,
    technologies: &Technologies,
    today: Day,
    outlook: UsdPerPhDay,
    count: usize,
    named: &[String],
) -> Vec<crate::compute::MiningMachine> {
    if !named.is_empty() {
        return named.iter().filter_map(|n| technologies.catalogue.mining_named(n)).cloned().collect();
    }
    let pricing = &scenario.machines.pricing;
    let days = scenario.mining.machine_life_years * DAYS_PER_YEAR;
    let cost_usd_per_th_day = |machine: &crate::compute::MiningMachine| {
        let power_usd = 0.024e-3
            * machine.efficiency().0
            * scenario.mining.pue(machine.cooling)
            * pricing.reference_power_usd_per_mwh;
        pricing.new_usd_per_th(machine, outlook) / days + power_usd
    };
    let mut on_sale: Vec<_> = technologies.catalogue.available(today).cloned().collect();
    on_sale.sort_by(|a, b| cost_usd_per_th_day(a).total_cmp(&cost_usd_per_th_day(b)));
    on_sale.truncate(count);
    on_sale
}

/// The forecast in spans of a year, cut at halvings: the world's network model run forward without luck.
fn spans(world: &World) -> Vec<Span> {
    let calendar = world.resource::<Calendar>();
    let scenario = &world.resource::<Plan>().0;
    let chain = world.resource::<Chain>();
    let quote = world.resource::<Quote>();
    let growth = scenario.placement.expected_price_growth_per_year_share;
    let price_at = |day: Day| planner_price(&scenario.bitcoin.price, calendar.today, quote.price_usd, growth, day);
    let snapshot = ChainSnapshot { height: chain.race.height(), difficulty: quote.difficulty };
    let fees = &scenario.bitcoin.fees;
    let fees_btc = fees.of_block(fees.mean_btc_per_block(), quote.subsidy_btc);
    let points =
        forecast(&world.resource::<RestOfWorld>().0, snapshot, price_at, fees_btc, calendar.today, calendar.end);
    let mut spans: Vec<Span> = Vec::new();
    let mut group: Vec<&ForecastPoint> = Vec::new();
    for point in &points {
        let full = group
            .first()
            .is_some_and(|first| point.day.years_since(first.day) >= 1.0 || point.subsidy_btc != first.subsidy_btc);
        if full {
            close_span(&mut spans, &mut group, point.day);
        }
        group.push(point);
    }
    close_span(&mut spans, &mut group, calendar.end);
    spans
}

fn close_span(spans: &mut Vec<Span>, group: &mut Vec<&ForecastPoint>, to: Day) {
    let Some(first) = group.first() else { return };
    let days: f64 = group.iter().map(|p| p.days).sum();
    let sum: f64 = group.iter().map(|p| p.days * p.hashprice_usd_per_ph_day).sum();
    if to > first.day && days > 0.0 {
        spans.push(Span { from: first.day, to, hashprice: sum / days });
    }
    group.clear();
}

/// What the planner sees with.
struct Eye<'a> {
    scenario: &'a Scenario,
    calendar: &'a Calendar,
    prices: &'a Prices<'a>,
    spans: &'a [Span],
    rents_now: usize,
}

impl Eye<'_> {
    fn years(&self, day: Day) -> f64 {
        day.years_since(self.calendar.today)
    }

    fn discount(&self, years: f64) -> f64 {
        math::powf(1.0 + self.scenario.finance.discount_rate_per_year, -years)
    }

    fn period(&self, span: &Span) -> Period {
        let (from_years, to_years) = (self.years(span.from), self.years(span.to));
        let years = to_years - from_years;
        Period { from_years, years, discount: self.discount(from_years + 0.5 * years) }
    }

    fn technology(&self, model: &Model, on_sale: bool) -> Technology {
        let scenario = self.scenario;
        let by_climate = |f: &dyn Fn(Climate) -> f64| [Climate::Cold, Climate::Mild, Climate::Hot].map(f);
        let outlay = |climate: Climate| self.prices.new_outlay(model, climate);
        let mild = outlay(Climate::Mild);
        let convert_outlay = by_climate(&|c| self.prices.conversion_outlay(model, c).total_usd());
        let machines_only = [self.prices.machines_usd_per_mw(model); 3];
        let months = |m: u32| f64::from(m) / 12.0;
        let mut technology = Technology {
            name: model.name().to_owned(),
            kind: model.kind(),
            draw_share: by_climate(&|c| self.prices.draw_share(model, c)),
            tiers: Vec::new(),
            revenue_usd_per_mwh: Vec::new(),
            variable_usd_per_mwh: 0.0,
            firm_revenue_usd_per_mw_year: Vec::new(),
            pass_through_cap_usd_per_mwh: 0.0,
            sla: scenario.hosting.sla.clone(),
            backup_share: 0.0,
            fixed_usd_per_mw_year: 0.0,
            capital_usd_per_mw: by_climate(&|c| outlay(c).total_usd()),
            tax_shield_share: self.tax_shield_share(mild),
            refresh: None,
            convert: None,
            end_value_usd_per_mw: 0.0,
            lead_years: 0.0,
            life_years: 0.0,
            module_mw: 1.0,
            minimum_site_mw: 0.0,
            on_sale,
        };
        match model {
            Model::Miner(machine) => {
                let mining = &scenario.mining;
                technology.tiers = tiers(&mining.eco);
                technology.revenue_usd_per_mwh =
                    self.spans.iter().map(|s| mining.revenue_per_mwh(machine, UsdPerPhDay(s.hashprice)).0).collect();
                technology.variable_usd_per_mwh = mining.variable_om_usd_per_mwh;
                technology.fixed_usd_per_mw_year =
                    mining.fixed_om_usd_per_mw_year + mining.repair_usd_per_mw_year(machine);
                technology.lead_years = months(mining.lead_months);
                technology.life_years = mining.machine_life_years;
                technology.module_mw = mining.module_mw;
                technology.refresh = mining.refresh.then_some(Replacement {
                    capital_usd_per_mw: machines_only,
                    lead_years: months(mining.lead_months),
                    lost_share: 0.0,
                });
            }
            Model::Hall => {
                let hosting = &scenario.hosting;
                technology.firm_revenue_usd_per_mw_year = self.hosting_revenue();
                technology.pass_through_cap_usd_per_mwh = hosting.power_pass_through_cap_usd_per_mwh;
                technology.backup_share = hosting.backup.share;
                technology.lead_years = months(hosting.facility.lead_months);
                technology.life_years = hosting.lease_years;
                technology.module_mw = hosting.facility.module_mw;
                technology.minimum_site_mw = hosting.screens.minimum_mw;
                technology.convert = self.conversion(crate::compute::ConversionTarget::Hosting, convert_outlay);
            }
            Model::Cluster(accelerator, rents) => {
                let cloud = &scenario.cloud;
                let it_mw = cloud.facility.critical_it_mw(1.0);
                technology.sla = cloud.sla.clone();
                technology.firm_revenue_usd_per_mw_year = self.cloud_revenue(accelerator, rents);
                technology.backup_share = cloud.backup.share;
                technology.fixed_usd_per_mw_year =
                    it_mw * cloud.facility_om_usd_per_it_mw_year + mild.machines_usd * cloud.hardware_om_per_year_share;
                technology.lead_years = months(cloud.facility.lead_months);
                technology.life_years = cloud.accelerator_life_years;
                technology.module_mw = cloud.facility.module_mw;
                technology.minimum_site_mw = cloud.screens.minimum_mw;
                let opening = |months: u32| self.calendar.today.plus_months(months as i32);
                let delivered = |day: Day| accelerator.release <= day;
                technology.refresh = (cloud.refresh && delivered(self.calendar.today)).then_some(Replacement {
                    capital_usd_per_mw: machines_only,
                    lead_years: 0.0,
                    lost_share: 0.0,
                });
                technology.convert = self
                    .conversion(crate::compute::ConversionTarget::Cloud, convert_outlay)
                    .filter(|_| delivered(opening(scenario.conversion.months)));
                technology.on_sale &= delivered(opening(cloud.facility.lead_months));
            }
        }
        technology.end_value_usd_per_mw = self.end_value_of_new(model, &technology, mild);
        technology
    }

    /// What a new MW is worth in the end, discounted.
    fn end_value_of_new(&self, model: &Model, technology: &Technology, paid: Outlay) -> f64 {
        let days = |years: f64| (years * DAYS_PER_YEAR) as i32;
        let online = self.calendar.today.plus_days(days(technology.lead_years));
        self.end_value(model, &Batch::new(0, 1.0, online, online.plus_days(days(technology.life_years)), paid))
    }

    /// What a MW of a batch is worth when its life or the horizon ends, discounted: machines at resale value, the
    /// hall at book value, since a hall outlives its machines and can be filled again.
    fn end_value(&self, model: &Model, batch: &Batch) -> f64 {
        let day = batch.until.min(self.calendar.end);
        let span = self.spans.iter().rev().find(|s| s.from <= day);
        let hashprice = UsdPerPhDay(span.map_or(0.0, |s| s.hashprice));
        let then = Prices { scenario: self.scenario, day, hashprice, outlook: hashprice };
        then.end_value_usd_per_mw(model, batch) * self.discount(self.years(day))
    }

    fn conversion(&self, to: crate::compute::ConversionTarget, capital_usd_per_mw: [f64; 3]) -> Option<Replacement> {
        let conversion = &self.scenario.conversion;
        let fits = conversion.target == to || conversion.target == crate::compute::ConversionTarget::Best;
        (conversion.allowed && fits).then_some(Replacement {
            capital_usd_per_mw,
            lead_years: f64::from(conversion.months) / 12.0,
            lost_share: conversion.lost_mining_share,
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
                let let_share = hosting.tenancy_share * hosting.facility.ramp_share(12.0 * years);
                12.0 * kw * hosting.escalated_rent(signed, years) * let_share * hosting.noi_margin_share
            })
            .collect()
    }

    /// Rent less selling cost of a cluster bought today, USD per MW-year, by period.
    fn cloud_revenue(&self, accelerator: &crate::compute::Accelerator, rents: &[f64]) -> Vec<f64> {
        let (cloud, market) = (&self.scenario.cloud, &self.scenario.ai_market);
        let gpus = cloud.facility.critical_it_mw(1.0) * accelerator.gpus_per_it_mw();
        let median_now = market.median_rent_usd_per_gpu_hour(accelerator, self.calendar.today);
        let shock = rents.get(self.rents_now).map_or(0.0, |now| math::ln(now / median_now));
        let lead_years = f64::from(cloud.facility.lead_months) / 12.0;
        self.spans
            .iter()
            .map(|s| {
                let middle = s.from.plus_days((s.to.0 - s.from.0) / 2);
                let kept = math::exp2(-self.years(middle) / market.rent_shock_half_life_years);
                let rent = market.median_rent_usd_per_gpu_hour(accelerator, middle) * math::exp(shock * kept);
                let ramp = cloud.facility.ramp_share(12.0 * self.service_years(s, lead_years));
                let hours = crate::calendar::HOURS_PER_YEAR * cloud.utilisation_share * ramp;
                gpus * hours * rent * (1.0 - cloud.selling_cost_share)
            })
            .collect()
    }

    /// Years in service in the middle of a period of what is ordered today.
    fn service_years(&self, span: &Span, lead_years: f64) -> f64 {
        (0.5 * (self.years(span.from) + self.years(span.to)) - lead_years).max(0.0)
    }

    /// Tax saved by depreciation per dollar of capital, as present value.
    fn tax_shield_share(&self, paid: Outlay) -> f64 {
        let finance = &self.scenario.finance;
        let present = |d: Depreciation| -> f64 {
            d.schedule().iter().enumerate().map(|(year, share)| share * self.discount(year as f64 + 0.5)).sum()
        };
        let total = paid.total_usd();
        if total <= 0.0 {
            return 0.0;
        }
        let machines = paid.machines_usd * present(finance.machine_depreciation);
        let halls = paid.infrastructure_usd * present(finance.infrastructure_depreciation);
        finance.tax_rate_share * (machines + halls) / total
    }
}

/// The states of a machine as shares of its draw and factors on its revenue per MWh.
fn tiers(eco: &crate::compute::EcoMode) -> Vec<(f64, f64)> {
    let (power, hash) = (eco.power_share, eco.hashrate_share);
    if power < 1.0 && power > 0.0 {
        vec![(power, hash / power), (1.0 - power, (1.0 - hash) / (1.0 - power))]
    } else {
        vec![(1.0, 1.0)]
    }
}

fn limits(scenario: &Scenario, purse: &Purse) -> Limits {
    let mining_mw = scenario.placement.mining_mw_per_year - purse.mining_mw_this_year;
    let demands = [
        (&scenario.ai_market.hosting_demand, &scenario.hosting.facility),
        (&scenario.ai_market.cloud_demand, &scenario.cloud.facility),
    ];
    let mut kind_mw = [mining_mw.max(0.0), 0.0, 0.0];
    for (i, (demand, facility)) in demands.into_iter().enumerate() {
        let (total_mw, this_year_mw) = purse.it_mw[i];
        let it_mw = (demand.limit_mw - total_mw).min(demand.limit_mw_per_year - this_year_mw);
        kind_mw[i + 1] = it_mw.max(0.0) / facility.critical_it_share;
    }
    Limits { budget_usd: purse.left_usd, kind_mw, hurdle_value_per_usd: scenario.placement.hurdle_value_per_usd }
}

fn site_case(
    world: &World,
    entity: Entity,
    eye: &Eye,
    technologies: &Technologies,
    batches: &mut Vec<Entity>,
) -> SiteCase {
    let site = world.get::<Site>(entity).expect("sites keep their component");
    let params = &eye.scenario.sites[site.index];
    let mut blocks = Vec::new();
    for &batch_entity in &standing(world, entity) {
        let Some(batch) = world.get::<Batch>(batch_entity) else { continue };
        if batch.stands(eye.calendar.today) && batch.slots_mw > 0.0 {
            blocks.push(block(batch, batches.len(), &technologies.models[batch.technology], eye));
            batches.push(batch_entity);
        }
    }
    let supply = &world.resource::<PlannerSupply>().0[site.index];
    let hours = sample_hours(params, supply, eye);
    let facts = facts(params, &hours);
    let mining_mw: f64 = blocks
        .iter()
        .filter(|b| technologies.models[b.technology].kind() == FarmKind::Mining)
        .map(|b| b.slots_mw)
        .sum();
    let convertible_mw = eye.scenario.conversion.convertible_mw(mining_mw);
    let grid = params.grid.as_ref();
    SiteCase {
        name: params.name.clone(),
        hours,
        terms: site.terms,
        climate: params.climate,
        blocks,
        maximum_mw: params.maximum_mw,
        convertible_mw,
        hosting_rent_factor: rent_factor(eye.scenario, site.index),
        hosting_allowed: eye.scenario.hosting.screens.refusal(&facts).is_none(),
        cloud_allowed: eye.scenario.cloud.screens.refusal(&facts).is_none(),
        conversion_allowed: eye.scenario.conversion.screens.refusal(&facts).is_none(),
        peak_usd_per_mw_year: grid
            .map_or(0.0, |g| 1_000.0 * (12.0 * g.demand_charge_usd_per_kw_month + g.capacity_charge_usd_per_kw_year)),
        coincident_usd_per_mw_year: grid.map_or(0.0, |g| 1_000.0 * g.coincident_peak_charge_usd_per_kw_year),
        demand_response_usd_per_mw_year: grid
            .and_then(|g| g.demand_response.as_ref())
            .map_or(0.0, |d| d.capacity_payment_usd_per_mw_year),
        overhead_usd_per_year: params.overhead_usd_per_year,
        outages_per_year: grid.map_or(0.0, |g| g.outages_per_year),
        outage_hours: grid.map_or(0.0, |g| g.outage_hours),
    }
}

/// Batches of a site's farms in order of building.
fn standing(world: &World, site: Entity) -> Vec<Entity> {
    let farms = world.get::<Farms>(site).into_iter().flat_map(|f| f.iter());
    farms.filter_map(|f| world.get::<Batches>(f)).flat_map(|b| b.iter()).collect()
}

fn block(batch: &Batch, id: usize, model: &Model, eye: &Eye) -> Block {
    let today = eye.calendar.today;
    let age_years = today.years_since(batch.online);
    let min_age_years = match model {
        Model::Miner(_) => eye.scenario.mining.refresh_min_age_years,
        Model::Hall => f64::INFINITY,
        Model::Cluster(..) => eye.scenario.cloud.refresh_min_age_years,
    };
    Block {
        id,
        technology: batch.technology,
        mw: batch.mw,
        slots_mw: batch.slots_mw,
        from_years: eye.years(batch.online),
        until_years: eye.years(batch.until),
        resale_usd_per_mw: eye.prices.resale_usd_per_mw(model, batch),
        closing_usd_per_mw: eye.prices.closing_usd_per_mw(model, batch),
        end_value_usd_per_mw: eye.end_value(model, batch),
        free: batch.runs(today),
        refreshable: age_years >= min_age_years,
    }
}

/// Hours of evenly spaced days of each period, from the planner's own draw of the weather.
fn sample_hours(params: &SiteParams, supply: &crate::energy::Hourly, eye: &Eye) -> Vec<Vec<Hour>> {
    let per_year = f64::from(eye.scenario.placement.sample_days_per_year);
    eye.spans
        .iter()
        .map(|span| {
            let first = (span.from.0 - eye.calendar.start.0) as usize;
            let days = (span.to.0 - span.from.0) as usize;
            let count = ((days as f64 / DAYS_PER_YEAR * per_year) as usize).clamp(4.min(days), days.max(1));
            let day_at = |i: usize| first + (2 * i + 1) * days / (2 * count);
            (0..count)
                .flat_map(|i| (0..24).map(move |slot| 24 * day_at(i) + slot))
                .map(|index| hour_at(params, supply, index))
                .collect()
        })
        .collect()
}

/// What the screens ask: fibre, room, and the share of hours in which power for the smallest hall is there.
fn facts(params: &SiteParams, hours: &[Vec<Hour>]) -> SiteFacts {
    let all: Vec<&Hour> = hours.iter().flatten().collect();
    let firm = |h: &&&Hour| h.import_mw + h.surplus_mw + h.hydro_mw > 0.5 * params.maximum_mw.min(50.0);
    let firm_hours = all.iter().filter(firm).count() as f64;
    SiteFacts {
        fibre: params.fibre,
        utility_mw: params.maximum_mw,
        availability_share: if all.is_empty() { 0.0 } else { firm_hours / all.len() as f64 },
    }
}
