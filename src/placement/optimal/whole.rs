//! Whole modules: a plan that can be built, from the relaxation's.
//!
//! The relaxation's MW are cut down to modules; then modules are added while they gain, and exchanged while that gains.
//! What a step may gain is known from above by the last planes, so most steps are ruled out without looking at hours.

use std::collections::BTreeSet;

use super::accounts::{Broken, Look, SLACK};
use super::life::Life;
use super::price::Priced;
use super::relax::{Relaxed, Search};
use crate::placement::field::Offer;
use crate::placement::problem::Action;

/// MW by column in whole modules, and what they are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// MW by column of the master problem.
    pub mw: Vec<f64>,
    /// Discounted value, USD, with service credits and passed-on power as they are.
    pub value_usd: f64,
}

/// Value of what breaks a limit, USD.
const NO_PLAN_USD: f64 = -1e30;
/// Steps from nothing to a full site, about, where modules are smaller than that.
const MOST_STEPS: f64 = 200.0;
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
    let value_usd = if search.broken(&plan.mw).is_some() { NO_PLAN_USD } else { search.value_of_whole(&plan.mw) };
    Whole { value_usd, mw: plan.mw }
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
    /// Each site as it stands.
    sites: Vec<Look>,
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
            let planes = self.sites[site].planes.iter().enumerate();
            let hours: f64 = planes.map(|(g, plane)| master.gain_usd(plane, g, &master.columns[*v])).sum();
            self.gains_usd[*v] = hours + self.steady_usd[*v];
        }
    }

    fn look(&self, site: usize, mw: &[f64]) -> Look {
        self.search.look(site, mw, Some(&self.path_weights))
    }

    /// Takes modules off, last first, until every limit holds: what fits in parts may not fit whole. Where nothing new
    /// takes from a limit, what stands gives up what it was to become.
    fn make_room(&mut self) {
        while let Some((worst, excess)) = self.search.broken(&self.mw) {
            let columns = &self.search.master.columns;
            let takes = |v: &usize| worst.takes(self.search, *v);
            let new = |v: &usize| self.mw[*v] > 0.0 && columns[*v].life.block.is_none() && takes(v) > 0.0;
            if let Some(v) = (0..self.mw.len()).rev().find(new) {
                let module_mw = module_mw(self.search, v);
                let modules = (excess / takes(&v) / module_mw).ceil().max(1.0);
                self.mw[v] = (self.mw[v] - modules * module_mw).max(0.0);
                if self.mw[v] < 0.5 * module_mw {
                    self.mw[v] = 0.0;
                }
            } else if let Some((from, to)) = self.way_out(&worst) {
                let least_mw = excess * (1.0 + SLACK) / (takes(&from) - takes(&to));
                let module_mw = module_mw(self.search, from);
                let free = self.search.free_size(from);
                let mw = if free { least_mw } else { (least_mw / module_mw).ceil() * module_mw };
                let mw = mw.clamp(SLACK, self.mw[from].max(SLACK)).min(self.mw[from]);
                self.mw[from] -= mw;
                self.mw[to] += mw;
            } else {
                break;
            }
        }
    }

    /// A life of what stands that takes from a broken limit, and one of the same block that takes least: staying as it
    /// is, or closing.
    fn way_out(&self, worst: &Broken) -> Option<(usize, usize)> {
        let columns = &self.search.master.columns;
        let takes = |v: usize| worst.takes(self.search, v);
        let taking = (0..self.mw.len()).rev().filter(|v| self.mw[*v] > 0.0 && columns[*v].life.block.is_some());
        taking.filter(|v| takes(*v) > 0.0).find_map(|from| {
            let life = &columns[from].life;
            let bare = |v: &usize| columns[*v].life.orders.is_empty() && columns[*v].life.block == life.block;
            let others = self.search.at_site[life.site].iter().copied().filter(bare);
            let to = others.min_by(|a, b| takes(*a).total_cmp(&takes(*b)))?;
            (takes(to) < takes(from)).then_some((from, to))
        })
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

    fn take(&mut self, mw: Vec<f64>, seen: impl IntoIterator<Item = (usize, Look)>) {
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
            let mut best: Option<(f64, Step, Look)> = None;
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
                let gain = look.value_usd - self.sites[site].value_usd;
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
        // Where modules are fine, rounding down loses next to nothing.
        let coarse = |v: &usize| step_mw(self.search, *v) <= module_mw(self.search, *v);
        let worth_trying: Vec<usize> = (0..self.mw.len()).filter(coarse).collect();
        for v in worth_trying {
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
        without[v] = (without[v] - step_mw(search, v)).max(0.0);
        if !search.minimum_holds(site, &without) {
            return false;
        }
        let look_without = self.look(site, &without);
        let loss = self.sites[site].value_usd - look_without.value_usd;
        let before = (self.mw.clone(), self.sites[site].clone());
        self.take(without, [(site, look_without)]);
        let mut best: Option<(f64, Step, Look)> = None;
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
                let gain = look.value_usd - self.sites[there].value_usd;
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
            steps.push(Step { to: *v, from: None, mw: step_mw(search, *v) });
            if first_mw > offer.module_mw {
                steps.push(Step { to: *v, from: None, mw: first_mw });
            }
            continue;
        }
        let rest = near
            .iter()
            .filter(|w| *w != v && columns[**w].life.block == life.block && columns[**w].life.site == life.site);
        steps.extend(rest.map(|w| Step { to: *v, from: Some(*w), mw: step_mw(search, *v) }));
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

/// By how much a life grows and shrinks at a time, MW: a module, or so many as keep the steps few.
fn step_mw(search: &Search, column: usize) -> f64 {
    let module_mw = module_mw(search, column);
    let site = &search.field.sites[search.master.columns[column].life.site];
    if module_mw <= 0.0 { 0.0 } else { module_mw * (site.maximum_mw / MOST_STEPS / module_mw).floor().max(1.0) }
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
