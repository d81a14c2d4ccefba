//! The whole horizon as an optimiser sees it: from a scenario to a [`Field`].
//!
//! Everything is drawn by path: the coin's price and fees, and with them the network run forward without luck; each
//! site's weather, power prices and outages. What is known on a decision date (prices of machines, what is on sale) is
//! the mean over the paths on that date. What the books would say of a MW is worked out with the same parts that the
//! simulation bills with, month by month.

mod axis;
mod by_path;
mod charges;
mod days;
mod firm;
mod hours;
mod limits;
mod money;
mod offers;
mod own;
mod paths;
mod rents;
mod stage;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::SimError;
use super::components::Batch;
use super::setup::{chain_start, terms};
use super::technology::{Model, Prices, Technologies, tiers};
use crate::bitcoin::checkpoint::ChainStart;
use crate::calendar::DAYS_PER_YEAR;
use crate::compute::Catalogue;
use crate::placement::FarmKind;
use crate::placement::field::{Co2Cap, Field, FieldSite, FirmCurve, Model as FieldModel, Risk, Standing, Tier};
use crate::scenario::Scenario;
use crate::units::UsdPerPhDay;
use axis::Axis;
use days::Samples;
use hours::SiteDraw;
use money::Money;
use paths::Paths;
use rents::Rents;

pub use own::{OwnHashrate, own_hashrate};

/// What the parts of a field are made with.
struct View<'a> {
    scenario: &'a Scenario,
    axis: &'a Axis,
    money: &'a Money,
    paths: &'a Paths,
    rents: &'a Rents,
    samples: &'a Samples,
    /// Per site.
    draws: &'a [SiteDraw],
    models: &'a [Model],
}

/// Everything that is drawn and known before the decision is posed.
pub struct Outlook<'a> {
    scenario: &'a Scenario,
    seed: u64,
    axis: Axis,
    money: Money,
    paths: Paths,
    samples: Samples,
    /// Per site.
    draws: Vec<SiteDraw>,
    models: Vec<Model>,
    /// Per site: what stands on the first day.
    standing: Vec<Vec<Batch>>,
    /// By decision date: numbers of the models on sale.
    on_sale: Vec<Vec<usize>>,
}

/// Poses the decision problem of the whole horizon; `own` is the hashrate that the plan itself puts on the network,
/// [`OwnHashrate::default`] where none is known yet.
///
/// # Errors
/// When the chain's start is not known or the catalogue has wrong entries: a checked scenario has neither.
pub fn field(scenario: &Scenario, seed: u64, own: &OwnHashrate) -> Result<Field, SimError> {
    Ok(Outlook::draw(scenario, seed, own)?.field())
}

impl<'a> Outlook<'a> {
    /// Draws the paths of a scenario and all that happens along them, see [`field`].
    ///
    /// # Errors
    /// See [`field`].
    pub fn draw(scenario: &'a Scenario, seed: u64, own: &OwnHashrate) -> Result<Self, SimError> {
        let catalogue = Catalogue::build(&scenario.machines, scenario.end).map_err(|wrong| SimError::setup(&wrong))?;
        let mut technologies = Technologies::new(catalogue, scenario.start, scenario.days(), seed);
        let start = chain_start(scenario)?;
        let standing = standing(scenario, &start, &mut technologies);
        let paths = Paths::draw(scenario, &start, &standing, &technologies.models, seed, own);
        let axis = Axis::of(scenario, &paths.halvings, &standing);
        let money = Money::of(scenario);
        let samples = Samples::of(scenario, &axis, &money, &paths);
        let draws = hours::draw(scenario, seed, &samples);
        let on_sale = offers::on_sale(scenario, &axis, &paths, &mut technologies);
        let models = technologies.models;
        Ok(Self { scenario, seed, axis, money, paths, samples, draws, models, standing, on_sale })
    }

    /// The decision problem.
    pub fn field(&self) -> Field {
        let sites: Vec<usize> = (0..self.scenario.sites.len()).collect();
        self.field_of(&self.paths, &self.samples, &self.draws, &Rents::Mean, &sites, &self.on_sale)
    }

    /// The decision problem on some paths, at some sites, with some of what is on sale.
    fn field_of(
        &self,
        paths: &Paths,
        samples: &Samples,
        draws: &[SiteDraw],
        rents: &Rents,
        sites: &[usize],
        on_sale: &[Vec<usize>],
    ) -> Field {
        let Self { scenario, axis, money, models, standing, .. } = self;
        let view = View { scenario, axis, money, paths, rents, samples, draws, models };
        Field {
            boundary_factor: axis.boundaries.iter().map(|day| money.income(*day)).collect(),
            dates: axis.dates.clone(),
            groups: axis.groups.clone(),
            paths: paths.count(),
            days: samples.days.clone(),
            models: models.iter().map(|m| field_model(scenario, m)).collect(),
            sites: sites.par_iter().map(|&s| site(&view, s, &standing[s], on_sale)).collect(),
            limits: limits::limits(scenario, axis),
            risk: Risk { cvar_weight: scenario.placement.cvar_weight, tail_share: scenario.placement.cvar_tail_share },
            co2: scenario.placement.co2_cap_t_per_year.map(|t_per_year| Co2Cap { t_per_year, worth_usd_per_t: 0.0 }),
            boundaries: axis.boundaries.clone(),
        }
    }
}

/// The batches that stand on the first day, by site.
fn standing(scenario: &Scenario, start: &ChainStart, technologies: &mut Technologies) -> Vec<Vec<Batch>> {
    let quote = paths::first_quote(scenario, start);
    let prices = Prices::of(scenario, scenario.start, &quote);
    let mut at = |(s, site): (usize, &crate::scenario::model::Site)| {
        let mut batch = |standing| {
            let technology = technologies.of_standing(standing, scenario)?;
            Some(prices.standing(technology, &technologies.models[technology], s, standing))
        };
        site.standing.iter().filter_map(&mut batch).collect()
    };
    scenario.sites.iter().enumerate().map(&mut at).collect()
}

fn field_model(scenario: &Scenario, model: &Model) -> FieldModel {
    let mining = &scenario.mining;
    let tiers = match model {
        Model::Miner(machine) => tiers(&mining.eco)
            .into_iter()
            .map(|(share, factor)| Tier {
                share,
                usd_per_mwh_per_hashprice: factor * mining.revenue_per_mwh(machine, UsdPerPhDay(1.0)).0,
                variable_usd_per_mwh: mining.variable_om_usd_per_mwh,
                eh_s_per_mw: factor * mining.nameplate_eh_s(1.0, machine),
            })
            .collect(),
        Model::Hall | Model::Cluster(..) => Vec::new(),
    };
    FieldModel { name: model.name().to_owned(), kind: model.kind(), tiers }
}

fn site(view: &View, s: usize, standing: &[Batch], on_sale: &[Vec<usize>]) -> FieldSite {
    let (scenario, params) = (view.scenario, &view.scenario.sites[s]);
    let hours = view.draws[s].hours.clone();
    let factory = stage::Factory::of(view, s);
    let here: Vec<Standing> = standing.iter().enumerate().map(|(id, batch)| factory.standing(id, batch)).collect();
    let offers = offers::offers(view, &factory, s, &here, on_sale);
    let any_ai = here.iter().map(|b| b.stage.model).chain(offers.iter().map(|o| o.stage.model));
    let any_ai = any_ai.into_iter().any(|m| view.models[m].kind().is_firm());
    let opening_usd = params.opening_due_usd();
    let opening = |day| view.money.cost(day, opening_usd, 0.0);
    let overhead_usd_per_day =
        |day| (scenario.overhead_usd_per_year(s, day) + scenario.lease_usd_per_year(s, day)) / DAYS_PER_YEAR;
    FieldSite {
        name: params.name.clone(),
        maximum_mw: params.maximum_mw,
        co2_t_per_mwh: params.co2_t_per_mwh(),
        terms: terms(params, scenario.hosting.backup.fuel_usd_per_mwh),
        firm_curves: if any_ai { firm::curves(view, s) } else { vec![FirmCurve::default(); view.axis.segments()] },
        standing: here,
        offers,
        convertible_mw: if scenario.conversion.allowed {
            scenario.conversion.convertible_mw(params.maximum_mw)
        } else {
            0.0
        },
        opening_discounted_usd: view.axis.dates.iter().map(|b| opening(view.axis.boundaries[*b])).collect(),
        opening_capital_usd: opening_usd,
        overhead_discounted_usd: view
            .axis
            .spans()
            .map(|(from, to)| view.money.stepped_between(scenario.start, from, to, overhead_usd_per_day))
            .collect(),
        hours,
    }
}

/// Whether a policy may order a kind of farm.
fn wants(scenario: &Scenario, kind: FarmKind) -> bool {
    scenario.placement.policy == crate::scenario::model::Policy::Fixed || scenario.placement.kinds.contains(&kind)
}
