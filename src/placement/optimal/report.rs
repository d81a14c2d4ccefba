//! What an optimum says beside the plan: values of sites, prices of limits, what others lack, what else is nearly as
//! good.

use rayon::prelude::*;

use super::hours::Hours;
use super::life::Column;
use super::price::Priced;
use super::relax::{Relaxed, Search};
use super::whole::Whole;
use crate::placement::answer::{
    Answer, Lack, LimitAnswer, LimitUnit, PlaceError, PlannedStep, Sampling, SiteAnswer, TradeOff, ValueAtBudget,
    ValueAtSize, ValueCurve, WorstPaths,
};
use crate::placement::field::{Counts, Field, Offer};
use crate::placement::problem::{Action, FarmKind};

/// MW below which nothing is placed.
pub(super) const NOTHING_MW: f64 = 1e-6;
/// Points of a value curve.
const CURVE_POINTS: usize = 8;
/// Gap of curves and trade-off.
const CURVE_GAP: f64 = 1e-4;
/// Budgets of the trade-off, as shares of the scenario's.
const BUDGET_SHARES: [f64; 8] = [0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0];

/// Fills in everything that follows from a plan and the prices of its relaxation.
pub fn describe(search: &Search, relaxed: &Relaxed, plan: &Whole, answer: &mut Answer) {
    let field = search.field;
    answer.plan = planned_steps(search, &plan.mw);
    let evaluated: Vec<f64> = (0..field.sites.len()).map(|s| search.value_at_site_usd(s, &plan.mw)).collect();
    answer.sites = (0..field.sites.len()).map(|s| site_answer(search, relaxed, &plan.mw, s, evaluated[s])).collect();
    answer.limits = field
        .limits
        .iter()
        .zip(search.limits_used(&plan.mw))
        .zip(&relaxed.prices.limits)
        .map(|((limit, used), price)| LimitAnswer {
            name: limit.name.clone(),
            unit: if matches!(limit.counts, Counts::SpentUntil(_)) { LimitUnit::Usd } else { LimitUnit::Mw },
            at_most: limit.at_most,
            used,
            usd_per_unit: worth_telling(*price, &limit.counts),
        })
        .collect();
    let values = search.path_values_usd(&plan.mw);
    let risk = field.risk;
    let worst = (risk.cvar_weight > 0.0).then(|| WorstPaths {
        weight: risk.cvar_weight,
        tail_share: risk.tail_share,
        mean_usd: super::risk::tail_mean(&values, risk.tail_share),
    });
    let hours = 24 * field.days.len() / field.paths.max(1);
    answer.sampling = Sampling::of(values, hours as u64, worst);
}

/// Prices that are the solver's rounding are none.
fn worth_telling(price: f64, counts: &Counts) -> f64 {
    let least = if matches!(counts, Counts::SpentUntil(_)) { 1e-6 } else { 1.0 };
    if price > least { price } else { 0.0 }
}

/// The plan's steps in order of date and site, equal ones together.
pub fn planned_steps(search: &Search, mw: &[f64]) -> Vec<PlannedStep> {
    let field = search.field;
    let mut steps: Vec<((usize, usize), PlannedStep)> = Vec::new();
    for (v, column) in search.master.columns.iter().enumerate() {
        if mw.get(v).is_some_and(|mw| *mw > NOTHING_MW) {
            for (key, step) in steps_of(field, column, mw[v]) {
                let same = |s: &&mut ((usize, usize), PlannedStep)| {
                    s.0 == key
                        && s.1.action == step.action
                        && s.1.technology == step.technology
                        && s.1.replaced == step.replaced
                };
                if let Some((_, earlier)) = steps.iter_mut().find(same) {
                    earlier.mw += step.mw;
                    earlier.capital_usd += step.capital_usd;
                } else {
                    steps.push((key, step));
                }
            }
        }
    }
    steps.sort_by_key(|s| s.0);
    steps.into_iter().map(|s| s.1).collect()
}

/// The steps of some MW of a life, with date and site.
fn steps_of(field: &Field, column: &Column, mw: f64) -> Vec<((usize, usize), PlannedStep)> {
    let life = &column.life;
    let site = &field.sites[life.site];
    let mut before = life.block.map(|b| &site.standing[b].stage);
    let mut steps = Vec::new();
    for offer in life.orders.iter().map(|o| &site.offers[*o]) {
        let at = field.dates[offer.date];
        let model = &field.models[offer.stage.model];
        let resale = before.map_or(0.0, |s| s.machines_worth_usd_per_mw[at]);
        let step = PlannedStep {
            date: field.boundaries[at],
            online_on: Some(field.boundaries[offer.stage.from]),
            site: site.name.clone(),
            action: offer.action,
            kind: model.kind,
            technology: model.name.clone(),
            replaced: before.map(|s| field.models[s.model].name.clone()),
            mw,
            capital_usd: mw * (offer.capital_usd_per_mw - resale),
        };
        steps.push(((offer.date, life.site), step));
        before = Some(&offer.stage);
    }
    if let (Some(date), Some(stage)) = (life.closed, before) {
        let model = &field.models[stage.model];
        let step = PlannedStep {
            date: field.boundaries[field.dates[date]],
            online_on: None,
            site: site.name.clone(),
            action: Action::Retire,
            kind: model.kind,
            technology: model.name.clone(),
            replaced: None,
            mw,
            capital_usd: 0.0,
        };
        steps.push(((date, life.site), step));
    }
    steps
}

/// MW of connection that run under a plan: `[site][segment * models + model]`.
pub fn running_mw(search: &Search, mw: &[f64]) -> Vec<Vec<f64>> {
    let (field, models) = (search.field, search.field.models.len());
    let mut running = vec![vec![0.0; field.segments() * models]; field.sites.len()];
    for (column, mw) in search.master.columns.iter().zip(mw).filter(|(_, mw)| **mw > NOTHING_MW) {
        let s = column.life.site;
        for tenure in column.life.tenures(field, &field.sites[s]) {
            let mut run = |segments: core::ops::Range<usize>, share: f64| {
                for segment in segments {
                    running[s][segment * models + tenure.stage.model] += share * mw;
                }
            };
            run(tenure.stage.from..tenure.ends.max(tenure.stage.from), 1.0);
            run(tenure.ends.max(tenure.stage.from)..tenure.runs_on.1, tenure.runs_on.0);
        }
    }
    running
}

fn site_answer(search: &Search, relaxed: &Relaxed, mw: &[f64], s: usize, value_usd: f64) -> SiteAnswer {
    let field = search.field;
    let site = &field.sites[s];
    let mut by_kind = vec![[0.0; 3]; field.segments()];
    let mut slots = vec![0.0; field.dates.len()];
    let mut capital_usd = 0.0;
    for (v, column) in search.master.columns.iter().enumerate().filter(|(_, c)| c.life.site == s) {
        let mw = mw.get(v).copied().unwrap_or(0.0);
        if mw <= NOTHING_MW {
            continue;
        }
        for tenure in column.life.tenures(field, site) {
            for of_segment in &mut by_kind[tenure.stage.from..tenure.ends.max(tenure.stage.from)] {
                of_segment[field.kind(tenure.stage.model) as usize] += mw;
            }
        }
        for slot in &mut slots[column.dates.0..column.dates.1] {
            *slot += mw;
        }
        capital_usd += column.life.orders.iter().map(|o| mw * site.offers[*o].capital_usd_per_mw).sum::<f64>();
    }
    let peak = |kind: FarmKind| by_kind.iter().map(|mw| mw[kind as usize]).fold(0.0, f64::max);
    let placed_mw = slots.into_iter().fold(0.0, f64::max);
    // What one more MW takes off the share that each MW has in the overhead of a full site.
    let spared = search.overhead_shares_usd(s, &relaxed.best.mw) / site.maximum_mw.max(NOTHING_MW);
    let connection = match relaxed.connection_usd_per_mw(s) {
        scarce if scarce > 1.0 => scarce + spared,
        _ => 0.0,
    };
    SiteAnswer {
        site: site.name.clone(),
        mining_mw: peak(FarmKind::Mining),
        hosting_mw: peak(FarmKind::Hosting),
        cloud_mw: peak(FarmKind::Cloud),
        placed_mw,
        maximum_mw: site.maximum_mw,
        value_usd,
        capital_usd,
        connection_usd_per_mw: connection,
        lacks: (placed_mw <= NOTHING_MW).then(|| lack(field, relaxed, s)).flatten(),
    }
}

/// What comes nearest to being chosen at a site, and what it lacks.
fn lack(field: &Field, relaxed: &Relaxed, s: usize) -> Option<Lack> {
    let best = relaxed.proof.new[s].iter().max_by(|a, b| a.worth_usd.total_cmp(&b.worth_usd))?;
    let offer = &field.sites[s].offers[best.life.orders[0]];
    let model = &field.models[offer.stage.model];
    let usd_per_mw = (-best.worth_usd).max(0.0);
    let relief = if model.kind == FarmKind::Hosting { 0.0 } else { relief_usd_per_mw(field, s, best) };
    Some(Lack {
        kind: model.kind,
        technology: model.name.clone(),
        date: field.boundaries[field.dates[offer.date]],
        usd_per_mw,
        usd_per_mwh: (relief > 0.0).then(|| usd_per_mw / relief),
    })
}

/// What a MW of a life would gain if all power at the site cost 1 USD/MWh less, USD.
fn relief_usd_per_mw(field: &Field, s: usize, priced: &Priced) -> f64 {
    let gain = |cheaper: f64| {
        let one = only(field, s, cheaper);
        let hours = Hours::new(&one);
        let idle = vec![0.0; field.segments() * field.models.len()];
        let mut life = priced.life.clone();
        life.site = 0;
        let column = life.column(&one);
        let planes: Vec<_> = (0..hours.groups.len()).map(|g| hours.evaluate(0, g, &idle, None).cut).collect();
        let models = field.models.len();
        let gain = |d: &(usize, usize, f64)| {
            let group = hours.groups.iter().position(|g| g.contains(&d.0)).expect("every segment has a group");
            d.2 * planes[group].gains_usd_per_mw[(d.0 - hours.groups[group].start) * models + d.1]
        };
        column.draws.iter().map(gain).sum::<f64>()
    };
    gain(1.0) - gain(0.0)
}

/// The field of one site without limits, its power cheaper by so much.
fn only(field: &Field, s: usize, cheaper_usd_per_mwh: f64) -> Field {
    let mut site = field.sites[s].clone();
    site.terms.surplus_cost_usd_per_mwh -= cheaper_usd_per_mwh;
    site.terms.hydro_cost_usd_per_mwh -= cheaper_usd_per_mwh;
    site.terms.import_adder_usd_per_mwh -= cheaper_usd_per_mwh;
    Field {
        boundaries: field.boundaries.clone(),
        boundary_factor: field.boundary_factor.clone(),
        dates: field.dates.clone(),
        groups: field.groups.clone(),
        paths: field.paths,
        days: field.days.clone(),
        models: field.models.clone(),
        sites: vec![site],
        limits: Vec::new(),
        risk: field.risk,
        co2: field.co2,
    }
}

/// What each site would be worth by its connection, when money, deliveries and demand can be had at their prices.
pub fn value_curves(field: &Field, relaxed: &Relaxed, sites: &[SiteAnswer]) -> Result<Vec<ValueCurve>, PlaceError> {
    (0..field.sites.len())
        .into_par_iter()
        .map(|s| {
            let mut alone = only(field, s, 0.0);
            for offer in &mut alone.sites[0].offers {
                offer.cost_discounted_usd_per_mw += scarce_usd_per_mw(field, offer, &relaxed.prices.limits);
            }
            let mut search = Search::new(&alone);
            let maximum_mw = field.sites[s].maximum_mw;
            let standing: f64 = field.sites[s].standing.iter().map(|b| b.mw).sum();
            let mut points = Vec::new();
            for i in (1..=CURVE_POINTS).rev() {
                let mw = standing + (maximum_mw - standing) * i as f64 / CURVE_POINTS as f64;
                search.master.connection_mw[0] = mw;
                let relaxed = search.solve(CURVE_GAP, 0.0)?;
                points.push(ValueAtSize { mw, value_usd: relaxed.best.value_usd });
            }
            points.push(ValueAtSize { mw: standing, value_usd: 0.0 });
            points.reverse();
            Ok(ValueCurve { site: field.sites[s].name.clone(), chosen_mw: sites[s].placed_mw, points })
        })
        .collect()
}

/// What the limits that an order takes from are worth elsewhere, USD per MW.
fn scarce_usd_per_mw(field: &Field, offer: &Offer, prices: &[f64]) -> f64 {
    let kind = field.kind(offer.stage.model) as usize;
    let holds = field.dates[offer.date]..offer.stage.until;
    let takes = |counts: &Counts| match counts {
        Counts::Standing { date, kinds } => f64::from(u8::from(kinds[kind] && holds.contains(&field.dates[*date]))),
        _ => field.order_takes(counts, offer),
    };
    field.limits.iter().zip(prices).map(|(limit, price)| price * takes(&limit.counts)).sum()
}

/// Value of the best plan in continuous sizes by budget, all dates' budgets scaled alike.
pub fn trade_off(search: &mut Search, relaxed: &Relaxed) -> Result<TradeOff, PlaceError> {
    let limits = &search.field.limits;
    let spent = |l: &usize| matches!(limits[*l].counts, Counts::SpentUntil(_));
    let budgets: Vec<usize> = (0..limits.len()).filter(spent).collect();
    let Some(scenario_budget_usd) = budgets.last().map(|l| limits[*l].at_most) else { return Ok(TradeOff::default()) };
    let mut points = vec![];
    for share in BUDGET_SHARES {
        let value_usd = if share == 1.0 {
            relaxed.best.value_usd
        } else {
            for l in &budgets {
                search.master.at_most[*l] = share * search.field.limits[*l].at_most;
            }
            search.solve(CURVE_GAP, f64::NEG_INFINITY)?.best.value_usd
        };
        points.push(ValueAtBudget { budget_usd: share * scenario_budget_usd, value_usd });
    }
    search.restore_limits();
    Ok(TradeOff { scenario_budget_usd, points })
}
