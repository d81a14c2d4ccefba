//! Whole modules: a plan that can be built, from the relaxation's.
//!
//! The relaxation's MW are cut down to modules; then modules are added while they gain, and exchanged while that gains.
//! What a step may gain is known from above by the last planes, so most steps are ruled out without looking at hours.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::hours::{Draws, Evaluated};
use super::life::{Column, Life};
use super::price::Priced;
use super::relax::{Relaxed, Search};
use crate::placement::field::{Counts, Offer};
use crate::placement::problem::{Action, FarmKind};

/// MW by column in whole modules, and what they are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// MW by column of the master problem.
    pub mw: Vec<f64>,
    /// Discounted value, USD, with service credits and passed-on power as they are.
    pub value_usd: f64,
}

/// Slack of limits, as a share and absolute.
const SLACK: f64 = 1e-9;
/// USD that a step must gain to be taken.
const WORTHWHILE_USD: f64 = 1.0;
/// Share of its discounted cost that a life may lack and still be tried.
const NEAR_SHARE: f64 = 0.05;

/// The best plan in whole modules that rounding and some passes of exchanges find.
pub fn rounded(search: &Search, relaxed: &Relaxed, passes: usize) -> Whole {
    let mut plan = Plan::new(search, relaxed);
    plan.add_while_it_gains();
    for _ in 0..passes {
        if !plan.exchange() {
            break;
        }
        plan.add_while_it_gains();
    }
    Whole { value_usd: search.value_of_whole(&plan.mw), mw: plan.mw }
}

/// A step by one module.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    /// Column that grows.
    to: usize,
    /// Column of the same standing block that shrinks.
    from: Option<usize>,
    /// MW.
    mw: f64,
}

struct Plan<'a> {
    search: &'a Search<'a>,
    mw: Vec<f64>,
    steps: Vec<Step>,
    /// Prices of the limits, USD per unit.
    prices: Vec<f64>,
    path_weights: Vec<f64>,
    /// Each site as it stands: value, and planes by group.
    sites: Vec<(f64, Vec<Evaluated>)>,
    used: Vec<f64>,
    /// What each site emits as it stands, tonnes; empty where the search limits no emissions.
    emitted_t: Vec<f64>,
    /// What a MW of each column adds beside hours and overhead, USD.
    steady_usd: Vec<f64>,
    /// Most that a MW of each column can add at its site as it stands, USD.
    gains_usd: Vec<f64>,
}

impl<'a> Plan<'a> {
    fn new(search: &'a Search<'a>, relaxed: &Relaxed) -> Self {
        let mw = cut_to_modules(search, &relaxed.best.mw);
        let mut plan = Self {
            search,
            steps: steps(search, relaxed),
            prices: relaxed.prices.limits.clone(),
            path_weights: search.path_weights(&mw),
            sites: Vec::new(),
            used: Vec::new(),
            emitted_t: Vec::new(),
            steady_usd: (0..mw.len()).map(|v| search.steady_without_overhead_usd(v)).collect(),
            gains_usd: vec![0.0; mw.len()],
            mw,
        };
        plan.make_room();
        plan.drop_too_small();
        plan.sites = (0..search.field.sites.len()).map(|s| plan.look(s, &plan.mw)).collect();
        plan.used = search.used(&plan.mw);
        if search.limit_t.is_some() {
            plan.emitted_t = (0..search.field.sites.len()).map(|s| search.emitted_t(s, &plan.mw)).collect();
        }
        (0..search.field.sites.len()).for_each(|s| plan.reckon(s));
        plan
    }

    /// Works out anew what a MW of each column of a site can add: by the planes at the site as it stands.
    fn reckon(&mut self, site: usize) {
        let master = &self.search.master;
        for v in &self.search.at_site[site] {
            let planes = self.sites[site].1.iter().enumerate();
            let hours: f64 = planes.map(|(g, e)| master.gain_usd(&e.cut, g, &master.columns[*v])).sum();
            self.gains_usd[*v] = hours + self.steady_usd[*v];
        }
    }

    /// Value and planes of a site under a plan.
    fn look(&self, site: usize, mw: &[f64]) -> (f64, Vec<Evaluated>) {
        let evaluated = self.search.evaluate_site(site, mw, Some(&self.path_weights));
        (self.search.site_value_usd(site, mw, &evaluated), evaluated)
    }

    /// Takes modules off, last first, until every limit holds: what fits in parts may not fit whole.
    fn make_room(&mut self) {
        while let Some(worst) = self.search.broken(&self.mw) {
            let columns = &self.search.master.columns;
            let takes = |v: &usize| worst.takes(self.search, *v);
            let Some(v) = (0..self.mw.len())
                .rev()
                .find(|v| self.mw[*v] > 0.0 && columns[*v].life.block.is_none() && takes(v) > 0.0)
            else {
                break;
            };
            let module_mw = module_mw(self.search, v);
            self.mw[v] = (self.mw[v] - module_mw).max(0.0);
            if self.mw[v] < 0.5 * module_mw {
                self.mw[v] = 0.0;
            }
        }
    }

    /// Takes out what is new of a kind that rounding has left below its smallest size at a site.
    fn drop_too_small(&mut self) {
        let search = self.search;
        for site in 0..search.field.sites.len() {
            for kind in search.too_small(site, &self.mw) {
                for (mw, column) in self.mw.iter_mut().zip(&search.master.columns) {
                    let new = column.life.site == site && column.life.block.is_none();
                    if new && search.becomes(column) == Some(kind) {
                        *mw = 0.0;
                    }
                }
            }
        }
    }

    fn after(&self, step: Step) -> Vec<f64> {
        let mut mw = self.mw.clone();
        mw[step.to] += step.mw;
        if let Some(from) = step.from {
            mw[from] -= step.mw;
        }
        mw
    }

    /// Most that a step can gain, USD. Opening and overhead are left out.
    fn most_usd(&self, step: Step) -> f64 {
        step.mw * (self.gains_usd[step.to] - step.from.map_or(0.0, |from| self.gains_usd[from]))
    }

    /// What the limits that a step takes from are worth elsewhere, USD.
    fn price_usd(&self, step: Step) -> f64 {
        let takes = |v: usize| {
            let takes = &self.search.master.columns[v].takes;
            takes.iter().zip(&self.prices).map(|(t, p)| t * p).sum::<f64>()
        };
        step.mw * (takes(step.to) - step.from.map_or(0.0, takes))
    }

    fn possible(&self, step: Step) -> bool {
        step.from.is_none_or(|from| self.mw[from] + SLACK >= step.mw)
            && self.search.allows(&self.used, &self.mw, step_list(step))
    }

    /// Whether the limit on emissions allows what a change at a site leaves.
    fn keeps_cap(&self, site: usize, mw: &[f64]) -> bool {
        self.search.limit_t.is_none_or(|limit_t| {
            let others_t: f64 = self.emitted_t.iter().sum::<f64>() - self.emitted_t[site];
            others_t + self.search.emitted_t(site, mw) <= limit_t
        })
    }

    fn take(&mut self, mw: Vec<f64>, seen: impl IntoIterator<Item = (usize, (f64, Vec<Evaluated>))>) {
        self.mw = mw;
        for (site, look) in seen {
            self.sites[site] = look;
            self.reckon(site);
            if let Some(emitted_t) = self.emitted_t.get_mut(site) {
                *emitted_t = self.search.emitted_t(site, &self.mw);
            }
        }
        self.used = self.search.used(&self.mw);
    }

    /// Adds the module with the greatest gain above the price of what it takes until none gains.
    fn add_while_it_gains(&mut self) {
        loop {
            let mut ranked: Vec<(f64, Step)> = self
                .steps
                .iter()
                .filter_map(|step| {
                    let most = self.most_usd(*step);
                    (most > WORTHWHILE_USD).then_some((most - self.price_usd(*step), *step))
                })
                .collect();
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut best: Option<(f64, Step, (f64, Vec<Evaluated>))> = None;
            for (most, step) in ranked {
                if best.as_ref().is_some_and(|b| b.0 >= most) {
                    break;
                }
                if !self.possible(step) {
                    continue;
                }
                let site = self.search.master.columns[step.to].life.site;
                let mw = self.after(step);
                if !self.search.minimum_holds(site, &mw) {
                    continue;
                }
                let look = self.look(site, &mw);
                let gain = look.0 - self.sites[site].0;
                let net = gain - self.price_usd(step);
                if gain > WORTHWHILE_USD && best.as_ref().is_none_or(|b| net > b.0) && self.keeps_cap(site, &mw) {
                    best = Some((net, step, look));
                }
            }
            let Some((_, step, look)) = best else { break };
            let site = self.search.master.columns[step.to].life.site;
            self.take(self.after(step), [(site, look)]);
        }
    }

    /// Gives up a module for another where that gains; whether any was exchanged.
    fn exchange(&mut self) -> bool {
        let mut any = false;
        for v in 0..self.mw.len() {
            while self.mw[v] > 0.0 && self.search.master.columns[v].life.block.is_none() && self.exchange_one(v) {
                any = true;
            }
        }
        any
    }

    /// Exchanges a module of one column for the best other.
    fn exchange_one(&mut self, v: usize) -> bool {
        let search = self.search;
        let site = search.master.columns[v].life.site;
        let mut without = self.mw.clone();
        without[v] = (without[v] - module_mw(search, v)).max(0.0);
        if !search.minimum_holds(site, &without) {
            return false;
        }
        let look_without = self.look(site, &without);
        let loss = self.sites[site].0 - look_without.0;
        let before = (self.mw.clone(), self.sites[site].clone());
        self.take(without, [(site, look_without)]);
        let mut best: Option<(f64, Step, (f64, Vec<Evaluated>))> = None;
        let mut ranked: Vec<(f64, Step)> = self
            .steps
            .iter()
            .filter(|step| step.to != v)
            .map(|step| (self.most_usd(*step), *step))
            .filter(|(most, _)| *most > loss + WORTHWHILE_USD)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (most, step) in ranked {
            if best.as_ref().is_some_and(|b| b.0 >= most) {
                break;
            }
            if !self.possible(step) {
                continue;
            }
            let there = search.master.columns[step.to].life.site;
            let mw = self.after(step);
            if search.minimum_holds(there, &mw) {
                let look = self.look(there, &mw);
                let gain = look.0 - self.sites[there].0;
                let better = gain > loss + WORTHWHILE_USD && best.as_ref().is_none_or(|b| gain > b.0);
                if better && self.keeps_cap(there, &mw) {
                    best = Some((gain, step, look));
                }
            }
        }
        if let Some((_, step, look)) = best {
            let there = search.master.columns[step.to].life.site;
            self.take(self.after(step), [(there, look)]);
            true
        } else {
            self.take(before.0, [(site, before.1)]);
            false
        }
    }
}

fn step_list(step: Step) -> [(usize, f64); 2] {
    [(step.to, step.mw), (step.from.unwrap_or(step.to), if step.from.is_some() { -step.mw } else { 0.0 })]
}

/// Steps worth trying: modules of lives that the relaxation uses or would use at slightly better prices, and of standing
/// blocks from one life to another.
fn steps(search: &Search, relaxed: &Relaxed) -> Vec<Step> {
    let columns = &search.master.columns;
    let near_lives = near(search, relaxed);
    let near: Vec<usize> = (0..columns.len())
        .filter(|v| relaxed.best.mw.get(*v).is_some_and(|mw| *mw > 1e-6) || near_lives.contains(&columns[*v].life))
        .collect();
    let mut steps = Vec::new();
    for v in &near {
        let life = &columns[*v].life;
        if life.block.is_none() {
            let offer = &search.field.sites[life.site].offers[life.orders[0]];
            let first_mw = offer.module_mw * (offer.minimum_mw / offer.module_mw).ceil().max(1.0);
            steps.push(Step { to: *v, from: None, mw: offer.module_mw });
            if first_mw > offer.module_mw {
                steps.push(Step { to: *v, from: None, mw: first_mw });
            }
            continue;
        }
        let rest = near
            .iter()
            .filter(|w| *w != v && columns[**w].life.block == life.block && columns[**w].life.site == life.site);
        steps.extend(rest.map(|w| Step { to: *v, from: Some(*w), mw: module_mw(search, *v) }));
    }
    steps
}

/// Lives that would be worth building if a small part of their capital were given back.
fn near(search: &Search, relaxed: &Relaxed) -> BTreeSet<Life> {
    let slack = |p: &Priced| {
        let site = &search.field.sites[p.life.site];
        NEAR_SHARE * p.life.orders.iter().map(|o| site.offers[*o].cost_discounted_usd_per_mw).sum::<f64>()
    };
    let new = relaxed.proof.new.iter().flatten().filter(|p| p.worth_usd > -slack(p));
    new.chain(relaxed.proof.standing.iter().flatten()).map(|p| p.life.clone()).collect()
}

/// Smallest step of a life, MW: of its building, or of the conversion of what stands.
pub fn module_mw(search: &Search, column: usize) -> f64 {
    let life = &search.master.columns[column].life;
    let site = &search.field.sites[life.site];
    let orders = || life.orders.iter().map(|o| &site.offers[*o]);
    let sized = orders().find(|o: &&Offer| matches!(o.action, Action::Build | Action::Convert));
    match (sized, life.block) {
        (Some(offer), _) => offer.module_mw,
        (None, Some(block)) => site.standing[block].mw,
        (None, None) => 0.0,
    }
}

/// Whole modules, rounded down; what a standing block loses by that goes to the life that has most of it and needs no
/// modules.
fn cut_to_modules(search: &Search, mw: &[f64]) -> Vec<f64> {
    let mut cut: Vec<f64> = mw
        .iter()
        .enumerate()
        .map(|(v, mw)| {
            let module = module_mw(search, v);
            if search.free_size(v) { *mw } else { (mw / module + 1e-6).floor() * module }
        })
        .collect();
    cut.resize(search.master.columns.len(), 0.0);
    for (s, site) in search.field.sites.iter().enumerate() {
        for (b, block) in site.standing.iter().enumerate() {
            let of_block = |v: &usize| {
                let life = &search.master.columns[*v].life;
                life.site == s && life.block == Some(b)
            };
            let sized: f64 = (0..cut.len()).filter(of_block).filter(|v| !search.free_size(*v)).map(|v| cut[v]).sum();
            let free: Vec<usize> = (0..cut.len()).filter(of_block).filter(|v| search.free_size(*v)).collect();
            let Some(most) = free.iter().copied().max_by(|a, b| cut[*a].total_cmp(&cut[*b])) else { continue };
            for v in free {
                cut[v] = 0.0;
            }
            cut[most] = (block.mw - sized).max(0.0);
        }
    }
    cut
}

/// A limit that a plan breaks.
pub enum Broken {
    /// Of the field, by index.
    Limit(usize),
    /// Connection of a site on a date.
    Connection(usize, usize),
    /// Conversions at a site.
    Conversion(usize),
}

impl Broken {
    fn takes(&self, search: &Search, v: usize) -> f64 {
        let column = &search.master.columns[v];
        match *self {
            Self::Limit(l) => column.takes[l],
            Self::Connection(site, date) => {
                let there = column.life.site == site && (column.dates.0..column.dates.1).contains(&date);
                f64::from(u8::from(there))
            }
            Self::Conversion(site) => f64::from(u8::from(column.life.site == site && column.converts)),
        }
    }
}

impl Search<'_> {
    /// Rounds connections and limits down to what whole modules can fill: no plan in modules is lost, and the bound on
    /// them comes closer.
    pub fn round_limits_down(&mut self) {
        let field = self.field;
        for (s, site) in field.sites.iter().enumerate().filter(|(_, site)| site.standing.is_empty()) {
            let builds = site.offers.iter().filter(|o| o.action == Action::Build);
            if let Some(step_mw) = common_step_mw(builds.map(|o| o.module_mw)) {
                self.master.connection_mw[s] = rounded_down(self.master.connection_mw[s], step_mw);
            }
        }
        if field.sites.iter().any(|s| !s.standing.is_empty()) {
            return;
        }
        for (l, limit) in field.limits.iter().enumerate() {
            let (Counts::Ordered { kinds, .. } | Counts::Standing { kinds, .. }) = &limit.counts else { continue };
            let offers = field.sites.iter().flat_map(|s| &s.offers);
            let counted = offers.filter(|o| {
                kinds[field.kind(o.stage.model) as usize] || o.action == Action::Build && kinds.iter().any(|k| *k)
            });
            if let Some(step_mw) = common_step_mw(counted.map(|o| o.module_mw)) {
                self.master.at_most[l] = rounded_down(self.master.at_most[l], step_mw);
            }
        }
    }

    /// Takes [`Self::round_limits_down`] back, for questions about continuous sizes.
    pub fn restore_limits(&mut self) {
        self.master.at_most = self.field.limits.iter().map(|l| l.at_most).collect();
        self.master.connection_mw = self.field.sites.iter().map(|s| s.maximum_mw).collect();
    }

    /// Whether a life may have any size: what stands and is not converted.
    fn free_size(&self, column: usize) -> bool {
        let column = &self.master.columns[column];
        column.life.block.is_some() && !column.converts
    }

    /// Evaluates one site under a plan.
    fn evaluate_site(&self, site: usize, mw: &[f64], path_weights: Option<&[f64]>) -> Vec<Evaluated> {
        let draws = self.draws_at(site, mw);
        let groups = (0..self.master.groups()).into_par_iter();
        groups.map(|g| self.hours.evaluate(site, g, &draws, path_weights)).collect()
    }

    /// What a site emits under a plan, tonnes.
    fn emitted_t(&self, site: usize, mw: &[f64]) -> f64 {
        let worth = self.field.co2.map_or(0.0, |cap| cap.worth_usd_per_t);
        self.field.emitted_at(site, &self.draws_at(site, mw), worth).iter().sum()
    }

    /// Columns that have MW at a site.
    fn placed_at<'m>(&'m self, site: usize, mw: &'m [f64]) -> impl Iterator<Item = usize> + 'm {
        self.at_site[site].iter().copied().filter(|v| mw.get(*v).is_some_and(|mw| *mw > 0.0))
    }

    fn draws_at(&self, site: usize, mw: &[f64]) -> Draws {
        let models = self.field.models.len();
        let mut draws = vec![0.0; self.field.segments() * models];
        for v in self.at_site[site].iter().filter(|v| mw.get(**v).is_some_and(|mw| *mw > 0.0)) {
            for (segment, model, share) in &self.master.columns[*v].draws {
                draws[segment * models + model] += mw[*v] * share;
            }
        }
        draws
    }

    /// What a MW of a column earns and costs beside hours and overhead, USD.
    fn steady_without_overhead_usd(&self, v: usize) -> f64 {
        let column = &self.master.columns[v];
        let site = &self.field.sites[column.life.site];
        let tenures = column.life.tenures(self.field, site);
        let overhead: f64 = tenures
            .iter()
            .map(|t| {
                let full: f64 = (t.stage.from..t.ends.max(t.stage.from)).map(|s| site.overhead_share(s)).sum();
                let on: f64 = (t.ends.max(t.stage.from)..t.runs_on.1).map(|s| site.overhead_share(s)).sum();
                full + t.runs_on.0 * on
            })
            .sum();
        column.steady_usd + overhead
    }

    /// Value of a site under a plan over selling, USD: hours, steady money, real overhead and opening.
    fn site_value_usd(&self, site: usize, mw: &[f64], evaluated: &[Evaluated]) -> f64 {
        let groups = self.master.groups();
        let hours: f64 =
            evaluated.iter().enumerate().map(|(g, e)| e.true_usd - self.master.base_usd[site * groups + g]).sum();
        let here = || self.placed_at(site, mw);
        let steady: f64 = here().map(|v| mw[v] * self.steady_without_overhead_usd(v)).sum();
        let mut runs = vec![false; self.field.segments()];
        for v in here() {
            for (segment, _, _) in &self.master.columns[v].draws {
                runs[*segment] = true;
            }
        }
        let place = &self.field.sites[site];
        let overhead: f64 =
            runs.iter().zip(&place.overhead_discounted_usd).filter(|(r, _)| **r).map(|(_, usd)| usd).sum();
        hours + steady - overhead - self.opening_usd(site, mw).0
    }

    /// Value of a site under a plan over selling, USD.
    pub fn value_at_site_usd(&self, site: usize, mw: &[f64]) -> f64 {
        self.site_value_usd(site, mw, &self.evaluate_site(site, mw, None))
    }

    /// How much of each of the field's limits a plan uses.
    pub fn limits_used(&self, mw: &[f64]) -> Vec<f64> {
        let mut used = self.used(mw);
        used.truncate(self.field.limits.len());
        used
    }

    /// Cost of opening a site under a plan: discounted, and by date what it takes from the budget, USD.
    fn opening_usd(&self, site: usize, mw: &[f64]) -> (f64, Option<usize>) {
        let place = &self.field.sites[site];
        let first = self.placed_at(site, mw).map(|v| self.master.columns[v].dates.0).min();
        let standing = !place.standing.is_empty();
        match first {
            Some(date) if !standing => (place.opening_discounted_usd[date], Some(date)),
            _ => (0.0, None),
        }
    }

    /// Exact value of a plan in whole modules, USD.
    pub fn value_of_whole(&self, mw: &[f64]) -> f64 {
        let evaluated: Vec<Vec<Evaluated>> =
            (0..self.field.sites.len()).map(|s| self.evaluate_site(s, mw, None)).collect();
        let mean: f64 = evaluated.iter().enumerate().map(|(s, e)| self.site_value_usd(s, mw, e)).sum();
        let weight = self.field.risk.cvar_weight;
        if weight == 0.0 {
            return mean;
        }
        let over = self.over_by_path(evaluated.iter().flatten());
        let average: f64 = over.iter().sum::<f64>() / over.len().max(1) as f64;
        mean + weight * (super::risk::tail_mean(&over, self.field.risk.tail_share) - average)
    }

    /// Value of each path, USD: its hours over selling, and what is the same on all paths.
    pub fn path_values_usd(&self, mw: &[f64]) -> Vec<f64> {
        let evaluated: Vec<Vec<Evaluated>> =
            (0..self.field.sites.len()).map(|s| self.evaluate_site(s, mw, None)).collect();
        let mean: f64 = evaluated.iter().enumerate().map(|(s, e)| self.site_value_usd(s, mw, e)).sum();
        let over = self.over_by_path(evaluated.iter().flatten());
        let average: f64 = over.iter().sum::<f64>() / over.len().max(1) as f64;
        over.iter().map(|v| mean + v - average).collect()
    }

    /// Weights of the paths that the risk asked for gives them under a plan.
    fn path_weights(&self, mw: &[f64]) -> Vec<f64> {
        let weight = self.field.risk.cvar_weight;
        if weight == 0.0 {
            return vec![1.0; self.field.paths];
        }
        let evaluated: Vec<Vec<Evaluated>> =
            (0..self.field.sites.len()).map(|s| self.evaluate_site(s, mw, None)).collect();
        let tilt = super::risk::tail_tilt(&self.over_by_path(evaluated.iter().flatten()), self.field.risk.tail_share);
        tilt.iter().map(|t| 1.0 - weight + weight * t).collect()
    }

    /// How much of each limit a plan uses: the field's, then connection by site and date, then conversions by site.
    fn used(&self, mw: &[f64]) -> Vec<f64> {
        let (limits, dates, sites) = (self.field.limits.len(), self.field.dates.len(), self.field.sites.len());
        let mut used = vec![0.0; limits + sites * dates + sites];
        for (v, mw) in mw.iter().enumerate().filter(|(_, mw)| **mw > 0.0) {
            self.add_used(v, *mw, &mut used);
        }
        for site in (0..sites).filter(|s| self.master.opens(*s)) {
            if let (_, Some(opened)) = self.opening_usd(site, mw) {
                for (l, limit) in self.field.limits.iter().enumerate() {
                    if matches!(limit.counts, Counts::SpentUntil(until) if until >= opened) {
                        used[l] += self.field.sites[site].opening_capital_usd;
                    }
                }
            }
        }
        used
    }

    fn add_used(&self, v: usize, mw: f64, used: &mut [f64]) {
        let (limits, dates, sites) = (self.field.limits.len(), self.field.dates.len(), self.field.sites.len());
        let column = &self.master.columns[v];
        for (used, takes) in used.iter_mut().zip(&column.takes) {
            *used += mw * takes;
        }
        for date in column.dates.0..column.dates.1 {
            used[limits + column.life.site * dates + date] += mw;
        }
        if column.converts {
            used[limits + sites * dates + column.life.site] += mw;
        }
    }

    fn allowed(&self, i: usize) -> f64 {
        let (limits, dates, sites) = (self.field.limits.len(), self.field.dates.len(), self.field.sites.len());
        if i < limits {
            self.master.at_most[i]
        } else if i < limits + sites * dates {
            self.master.connection_mw[(i - limits) / dates]
        } else {
            self.field.sites[i - limits - sites * dates].convertible_mw
        }
    }

    /// The first limit that a plan breaks.
    fn broken(&self, mw: &[f64]) -> Option<Broken> {
        let (limits, dates, sites) = (self.field.limits.len(), self.field.dates.len(), self.field.sites.len());
        let used = self.used(mw);
        let i = (0..used.len()).find(|i| !within(used[*i], self.allowed(*i)))?;
        Some(if i < limits {
            Broken::Limit(i)
        } else if i < limits + sites * dates {
            Broken::Connection((i - limits) / dates, (i - limits) % dates)
        } else {
            Broken::Conversion(i - limits - sites * dates)
        })
    }

    /// Whether the limits allow changes of some columns' MW, and the branch allows what opens.
    fn allows(&self, used: &[f64], mw: &[f64], changes: [(usize, f64); 2]) -> bool {
        let site = self.master.columns[changes[0].0].life.site;
        if self.master.openings[site].1 <= 0.0 {
            return false;
        }
        let mut after = if self.master.opens(site) {
            let mut then = mw.to_vec();
            for (v, change) in changes {
                then[v] += change;
            }
            return {
                let after = self.used(&then);
                (0..after.len()).all(|i| within(after[i], self.allowed(i)))
            };
        } else {
            used.to_vec()
        };
        for (v, change) in changes {
            self.add_used(v, change, &mut after);
        }
        (0..after.len()).all(|i| after[i] <= used[i] || within(after[i], self.allowed(i)))
    }

    /// Whether every kind that is built at a site has at least its smallest size there.
    fn minimum_holds(&self, site: usize, mw: &[f64]) -> bool {
        self.too_small(site, mw).is_empty()
    }

    /// Kinds at a site that have less than their smallest size there.
    fn too_small(&self, site: usize, mw: &[f64]) -> Vec<FarmKind> {
        let place = &self.field.sites[site];
        let of_kind = |wanted: FarmKind| -> f64 {
            let columns = self.placed_at(site, mw).map(|v| (&self.master.columns[v], mw[v]));
            columns.filter(|(c, _)| self.becomes(c) == Some(wanted)).map(|p| p.1).sum()
        };
        let too_small = |wanted: &FarmKind| {
            let offer = place.offers.iter().find(|o| self.field.kind(o.stage.model) == *wanted);
            let minimum_mw = offer.map_or(0.0, |offer| offer.minimum_mw);
            let mw = of_kind(*wanted);
            mw > 0.0 && mw + SLACK < minimum_mw
        };
        FarmKind::ALL.into_iter().filter(too_small).collect()
    }

    /// The kind that a life ends as.
    fn becomes(&self, column: &Column) -> Option<FarmKind> {
        let place = &self.field.sites[column.life.site];
        let last = column.life.orders.last().map(|o| &place.offers[*o].stage);
        let stage = last.or_else(|| column.life.block.map(|b| &place.standing[b].stage));
        stage.map(|stage| self.field.kind(stage.model))
    }
}

/// The greatest step of which all module sizes are multiples, MW, where there is one worth the name.
pub fn common_step_mw(modules_mw: impl Iterator<Item = f64>) -> Option<f64> {
    const LEAST_MW: f64 = 1e-3;
    let divisor = |mut a: f64, mut b: f64| {
        while b > LEAST_MW {
            let rest = a % b;
            (a, b) = (b, if b - rest < LEAST_MW { 0.0 } else { rest });
        }
        a
    };
    modules_mw.reduce(divisor).filter(|step| *step > LEAST_MW)
}

fn rounded_down(mw: f64, step_mw: f64) -> f64 {
    (mw / step_mw + SLACK).floor() * step_mw
}

fn within(used: f64, allowed: f64) -> bool {
    used <= allowed + SLACK * allowed.abs().max(1.0)
}
