//! The relaxation solved to a proven gap: rounds of master problem, evaluation and pricing.
//!
//! Each round the master gives MW and prices. The prices prove an upper bound whatever the solver's accuracy: the cuts
//! lie above the value everywhere, and the best life at those prices bounds all lives, known or not. The hours at the
//! MW give the true value of a plan that can be had, a lower bound, and new cuts.

use std::collections::BTreeMap;

use super::firm::Firm;
use super::hours::{Cut, Draws, Evaluated, Hours};
use super::life::{Column, Life};
use super::master::{Branch, Master, Openings, Planes, Solution, Start, What};
use super::price::{Marginals, Priced, best_lives};
use super::risk::tail_tilt;
use crate::placement::answer::PlaceError;
use crate::placement::field::{Counts, Field, Offer};
use crate::placement::problem::Action;

/// A plan of lives with MW, and its value.
#[derive(Debug, Clone, Default)]
pub struct Mix {
    /// MW by column.
    pub mw: Vec<f64>,
    /// Opening by site and start.
    pub opening: Vec<Vec<f64>>,
    /// Discounted value, USD.
    pub value_usd: f64,
}

/// How a relaxation ended.
#[derive(Debug, Clone)]
pub struct Relaxed {
    /// The best plan found.
    pub best: Mix,
    /// The prices that prove that no plan is worth more than the bound.
    pub prices: Solution,
    /// What follows from them.
    pub proof: Proof,
}

/// What prices prove.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// No plan is worth more, USD.
    pub bound_usd: f64,
    /// Price of connection that the proof takes, by site and date, USD per MW.
    pub slots: Vec<Vec<f64>>,
    /// Best life from each build on offer, by site, worth after all prices.
    pub new: Vec<Vec<Priced>>,
    /// Best life of each standing block, by site.
    pub standing: Vec<Vec<Priced>>,
    /// Marginal values at each site.
    pub marginals: Vec<Marginals>,
}

/// Cuts and lives found so far, and the hours behind them.
pub struct Search<'a> {
    /// The decision.
    pub field: &'a Field,
    /// Its hours.
    pub hours: Hours<'a>,
    /// What AI earns beside them by its total draw.
    pub firm: Firm<'a>,
    /// The master problem.
    pub master: Master<'a>,
    /// Value of the hours without farms by path, USD.
    base_by_path_usd: Vec<f64>,
    /// Column of each life.
    known: BTreeMap<Life, usize>,
    /// Columns of each site.
    pub at_site: Vec<Vec<usize>>,
    /// Rounds so far.
    pub rounds: usize,
    /// Tonnes that rounding to whole modules may let the farms emit; `None` for as many as they like.
    pub limit_t: Option<f64>,
}

/// Reduced worth below which a life is no news, USD per MW.
const NEWS_USD: f64 = 1e-3;
/// Rounds after which a relaxation is given up as it is.
const MOST_ROUNDS: usize = 400;
/// Price of what may not be had, USD per MW: times nothing in the bound.
const FORBIDDEN_USD: f64 = 1e15;
/// Rounds without progress after which a relaxation is taken as it is.
const MOST_STALLED: usize = 20;
/// MW that are the solver's rounding: where nothing is placed its planes shall be the same each time.
const NOTHING_MW: f64 = 1e-6;
/// MW below which a column has none.
const UNUSED_MW: f64 = 1e-4;

impl<'a> Search<'a> {
    /// Begins with the value without farms and the best lives at it.
    pub fn new(field: &'a Field) -> Self {
        let hours = Hours::new(field);
        let idle: Vec<Draws> = vec![vec![0.0; field.segments() * field.models.len()]; field.sites.len()];
        let at_rest = hours.evaluate_all(&idle, None);
        let base_by_path_usd = by_path(&at_rest, field.paths);
        let group_starts = hours.groups.iter().map(|g| g.start).collect();
        let firm = Firm::new(field, &hours.groups);
        let mut at_first = Planes::none(at_rest.len());
        at_rest.iter().enumerate().for_each(|(i, e)| at_first.push(i, e.cut.clone()));
        let master = Master {
            field,
            base_usd: at_rest.iter().map(|e| e.value_usd).collect(),
            columns: Vec::new(),
            unused: Vec::new(),
            hours: at_first,
            firm: Planes::none(at_rest.len()),
            tail_cuts: Vec::new(),
            at_most: field.limits.iter().map(|l| l.at_most).collect(),
            connection_mw: field.sites.iter().map(|s| s.maximum_mw).collect(),
            branches: Vec::new(),
            openings: vec![vec![(0.0, 1.0); field.dates.len()]; field.sites.len()],
            starts: vec![by_date(field); field.sites.len()],
            whole_sites: false,
            group_starts,
        };
        let mut search = Self {
            field,
            hours,
            firm,
            master,
            base_by_path_usd,
            known: BTreeMap::new(),
            at_site: vec![Vec::new(); field.sites.len()],
            rounds: 0,
            limit_t: None,
        };
        // Without a plane the worst paths would be worth anything.
        if field.risk.cvar_weight > 0.0 {
            search.learn_tail(&idle);
        }
        (0..field.sites.len()).for_each(|site| search.touch_firm(site));
        search.add_first_lives();
        search
    }

    /// Goes into a branch of the search: its bounds, and the hulls of what it leaves.
    pub fn enter(&mut self, branches: &[Branch], openings: &[Openings]) {
        self.master.branches = branches.to_vec();
        self.master.openings = openings.to_vec();
        for site in self.firm.narrow(branches) {
            self.touch_firm(site);
        }
    }

    /// Goes back to where nothing is branched.
    pub fn leave(&mut self) {
        let free = self.master.starts.iter().map(|starts| vec![(0.0, 1.0); starts.len()]);
        self.enter(&[], &free.collect::<Vec<_>>());
    }

    /// Begins the planes above what AI earns at a site anew.
    fn touch_firm(&mut self, site: usize) {
        let groups = self.master.groups();
        for group in (0..groups).filter(|g| self.firm.matters(site, *g)) {
            let i = site * groups + group;
            self.master.firm.clear(i);
            self.firm.ends(site, group).into_iter().for_each(|plane| self.master.firm.push(i, plane));
        }
    }

    /// Lives that make every order possible: each build to its natural end, each standing block as it is.
    fn add_first_lives(&mut self) {
        for (s, site) in self.field.sites.iter().enumerate() {
            for b in 0..site.standing.len() {
                self.learn(Life { site: s, block: Some(b), orders: Vec::new(), closed: None });
            }
        }
        let free = Solution {
            mw: Vec::new(),
            opening: Vec::new(),
            limits: vec![0.0; self.field.limits.len()],
            slots: vec![vec![0.0; self.field.dates.len()]; self.field.sites.len()],
            starts: self.master.starts.iter().map(|starts| vec![0.0; starts.len()]).collect(),
            converted: vec![0.0; self.field.sites.len()],
            branches: Vec::new(),
            hours: self.master.hours.cuts.iter().map(|_| vec![self.master.mean_weight()]).collect(),
            firm: self.master.firm.cuts.iter().map(|cuts| vec![1.0; cuts.len()]).collect(),
            tail_weights: vec![self.field.risk.cvar_weight; self.master.tail_cuts.len()],
        };
        for site in 0..self.field.sites.len() {
            let (new, standing) = best_lives(self.field, site, &self.marginals(&free, site));
            self.learn_best(&new);
            for priced in standing {
                self.learn(priced.life);
            }
        }
    }

    /// Adds a life to the columns, or takes it up again where it was left out; gives its column.
    pub fn learn(&mut self, life: Life) -> usize {
        if let Some(column) = self.known.get(&life) {
            self.master.unused[*column] = 0;
            return *column;
        }
        let column = self.master.columns.len();
        self.at_site[life.site].push(column);
        self.known.insert(life.clone(), column);
        self.master.columns.push(life.column(self.field));
        self.master.unused.push(0);
        column
    }

    /// Solves until the gap is small, from what is known. Stops early where the bound falls below `cutoff_usd`: then
    /// nothing here is better than what is known elsewhere.
    ///
    /// # Errors
    /// When no plan keeps the limits, or the linear program fails.
    ///
    /// # Panics
    /// Never: there is always a first round.
    pub fn solve(&mut self, gap_share: f64, cutoff_usd: f64) -> Result<Relaxed, PlaceError> {
        let mut best: Option<Mix> = None;
        let mut proven: Option<Relaxed> = None;
        let mut stalled = 0;
        for round in 0..MOST_ROUNDS {
            self.rounds += 1;
            let prices = self.master.solve()?;
            let proof = self.prove(&prices);
            let step = if round == 0 { 1.0 } else { STEP };
            let tried = Self::between(best.as_ref(), &self.repaired(&prices), step);
            let tried = self.valued(tried);
            stalled += 1;
            if best.as_ref().is_none_or(|b| tried.value_usd > b.value_usd) {
                best = Some(tried);
                stalled = 0;
            }
            self.forget_idle(&prices, best.as_ref());
            self.learn_all(&proof);
            if proven.as_ref().is_none_or(|p| proof.bound_usd < p.proof.bound_usd) {
                proven = Some(Relaxed { best: Mix::default(), prices, proof });
                stalled = 0;
            }
            if let (Some(proven), Some(best)) = (&proven, &best) {
                let bound_usd = proven.proof.bound_usd;
                if relative_gap(bound_usd, best.value_usd) <= gap_share
                    || bound_usd <= cutoff_usd
                    || stalled > MOST_STALLED
                {
                    break;
                }
            }
        }
        let mut proven = proven.expect("there was a round");
        proven.best = best.expect("each round values a plan");
        proven.best.mw.resize(self.master.columns.len(), 0.0);
        Ok(proven)
    }

    /// Adds the lives that are worth more than they cost at the prices of a proof, and what standing blocks do best.
    fn learn_all(&mut self, proof: &Proof) {
        for (new, standing) in proof.new.iter().zip(&proof.standing) {
            self.learn_best(new);
            for priced in standing {
                self.learn(priced.life.clone());
            }
        }
    }

    /// Adds the best of some new lives for each date, where it is worth more than it costs.
    fn learn_best(&mut self, new: &[Priced]) {
        for date in 0..self.field.dates.len() {
            let of_date = new.iter().filter(|p| {
                p.worth_usd > NEWS_USD && self.field.sites[p.life.site].offers[p.life.orders[0]].date == date
            });
            if let Some(best) = of_date.max_by(|a, b| a.worth_usd.total_cmp(&b.worth_usd)) {
                self.learn(best.life.clone());
            }
        }
    }

    /// Takes out cuts that have held up nothing for some solutions, and leaves out lives that had no MW.
    fn forget_idle(&mut self, prices: &Solution, best: Option<&Mix>) {
        for (column, mw) in prices.mw.iter().enumerate() {
            let used = *mw > UNUSED_MW || best.is_some_and(|b| b.mw.get(column).is_some_and(|mw| *mw > UNUSED_MW));
            self.master.unused[column] = if used { 0 } else { self.master.unused[column].saturating_add(1) };
        }
        self.master.hours.forget_idle(&prices.hours);
        self.master.firm.forget_idle(&prices.firm);
    }

    /// The solver's MW, made to keep every limit exactly.
    fn repaired(&self, prices: &Solution) -> Mix {
        let placed = |mw: &f64| if *mw > NOTHING_MW { *mw } else { 0.0 };
        let mw = prices.mw.iter().map(placed).collect();
        let mut mix = Mix { mw, opening: prices.opening.clone(), value_usd: 0.0 };
        self.repair(&mut mix);
        mix
    }

    /// Rounding of the solver, undone: standing blocks add up, and what is new shrinks until all limits hold.
    fn repair(&self, mix: &mut Mix) {
        for (s, site) in self.field.sites.iter().enumerate() {
            for (b, block) in site.standing.iter().enumerate() {
                let of_block = |c: &Column| c.life.block == Some(b);
                let columns = || self.at_site[s].iter().copied().filter(|v| of_block(&self.master.columns[*v]));
                let sum: f64 = columns().map(|v| mix.mw[v]).sum();
                for (i, v) in columns().enumerate() {
                    mix.mw[v] = if sum > 0.0 {
                        mix.mw[v] * block.mw / sum
                    } else if i == 0 {
                        block.mw
                    } else {
                        0.0
                    };
                }
            }
        }
        self.open_enough(mix);
        let excess = self.excess(mix);
        if excess > 0.0 {
            for (mw, column) in mix.mw.iter_mut().zip(&self.master.columns) {
                if column.life.block.is_none() {
                    *mw /= 1.0 + excess;
                }
            }
        }
    }

    /// Opens as much of each site as what starts there takes up.
    fn open_enough(&self, mix: &mut Mix) {
        let columns = &self.master.columns;
        for (s, opening) in mix.opening.iter_mut().enumerate() {
            let here = || self.at_site[s].iter().filter(|v| mix.mw[**v] > 0.0);
            let mut open = 0.0;
            for start in 0..opening.len() {
                let date = self.master.starts[s][start].date;
                let within = here().filter(|v| self.master.starts_within(&columns[**v], start));
                let within_mw: f64 = within.map(|v| mix.mw[*v]).sum();
                let held = here().filter(|v| (columns[**v].dates.0..columns[**v].dates.1).contains(&date));
                let held_mw: f64 = held.map(|v| mix.mw[*v]).sum();
                let need_mw = if self.master.is_bounded(s, start) { within_mw } else { within_mw.max(held_mw) };
                open += opening[start];
                let missing = (need_mw / self.master.connection_mw[s].max(1e-9)).min(1.0) - open;
                if missing > 0.0 {
                    opening[start] += missing;
                    open += missing;
                }
            }
        }
    }

    /// Largest share by which a limit is missed, as far as shrinking what is new can mend it.
    fn excess(&self, mix: &Mix) -> f64 {
        let mut worst = 0.0_f64;
        let mut look = |used: f64, at_most: f64| {
            if used > at_most && at_most > 0.0 {
                worst = worst.max(used / at_most - 1.0);
            } else if used > at_most + 1e-9 {
                worst = worst.max(1e-6);
            }
        };
        for (l, limit) in self.field.limits.iter().enumerate() {
            let used: f64 = mix.mw.iter().zip(&self.master.columns).map(|(mw, c)| mw * c.takes[l]).sum();
            let opening: f64 = match limit.counts {
                Counts::SpentUntil(until) => (0..self.field.sites.len())
                    .map(|s| {
                        let share: f64 = mix.opening[s].iter().take(self.master.started_by(s, until)).sum();
                        share * self.field.sites[s].opening_capital_usd
                    })
                    .sum(),
                _ => 0.0,
            };
            look(used + opening, self.master.at_most[l]);
        }
        for (s, site) in self.field.sites.iter().enumerate() {
            let here: Vec<_> = mix.mw.iter().zip(&self.master.columns).filter(|(_, c)| c.life.site == s).collect();
            for date in 0..self.field.dates.len() {
                let used: f64 = here.iter().filter(|(_, c)| (c.dates.0..c.dates.1).contains(&date)).map(|p| p.0).sum();
                look(used, self.master.connection_mw[s]);
            }
            let converted: f64 = here.iter().filter(|(_, c)| c.converts).map(|p| p.0).sum();
            look(converted, site.convertible_mw);
        }
        worst
    }

    /// A plan on the way from the best one to a new one.
    fn between(best: Option<&Mix>, found: &Mix, step: f64) -> Mix {
        let Some(best) = best else { return found.clone() };
        let mix = |a: f64, b: f64| a + step * (b - a);
        let old = |v: usize| best.mw.get(v).copied().unwrap_or(0.0);
        Mix {
            mw: found.mw.iter().enumerate().map(|(v, mw)| mix(old(v), *mw)).collect(),
            opening: found
                .opening
                .iter()
                .zip(&best.opening)
                .map(|(f, b)| f.iter().zip(b).map(|(f, b)| mix(*b, *f)).collect())
                .collect(),
            value_usd: 0.0,
        }
    }

    /// Draws of all sites under a plan.
    pub fn draws(&self, mw: &[f64]) -> Vec<Draws> {
        let models = self.field.models.len();
        let mut draws = vec![vec![0.0; self.field.segments() * models]; self.field.sites.len()];
        for (mw, column) in mw.iter().zip(&self.master.columns).filter(|(mw, _)| **mw > 0.0) {
            for (segment, model, share) in &column.draws {
                draws[column.life.site][segment * models + model] += mw * share;
            }
        }
        draws
    }

    /// Values a plan by its hours and learns their cuts.
    pub fn valued(&mut self, mut mix: Mix) -> Mix {
        let mut draws = self.draws(&mix.mw);
        let mut worth_usd = 0.0;
        if self.field.risk.cvar_weight > 0.0 {
            worth_usd += self.field.risk.cvar_weight * self.learn_tail(&draws);
        }
        let open = self.open_shares(&mix);
        self.scale(&mut draws, &open);
        let groups = self.master.groups();
        for (i, e) in self.hours.evaluate_all(&draws, None).into_iter().enumerate() {
            worth_usd += self.master.mean_weight() * open[i] * (e.value_usd - self.master.base_usd[i]);
            self.master.hours.push(i, e.cut);
            let (site, group) = (i / groups, i % groups);
            if self.firm.matters(site, group) {
                let (usd, plane) = self.firm.hulls_at(site, group, &draws[site]);
                worth_usd += open[i] * usd;
                self.master.firm.push(i, plane);
            }
        }
        mix.value_usd = worth_usd + self.steady_usd(&mix);
        mix
    }

    /// How much of each site is open in each group.
    fn open_shares(&self, mix: &Mix) -> Vec<f64> {
        let groups = self.master.groups();
        let share = |i: usize| match self.master.opened_until(i / groups, i % groups) {
            Some(until) => mix.opening[i / groups].iter().take(until).sum::<f64>().min(1.0),
            None => 1.0,
        };
        (0..self.master.base_usd.len()).map(share).collect()
    }

    /// Draws of the part of each site that is open, were that the whole site.
    fn scale(&self, draws: &mut [Draws], open: &[f64]) {
        let (models, groups) = (self.field.models.len(), self.master.groups());
        for (i, share) in open.iter().enumerate().filter(|(_, share)| **share > 0.0 && **share < 1.0) {
            let segments = &self.hours.groups[i % groups];
            let of_group = &mut draws[i / groups][segments.start * models..segments.end * models];
            of_group.iter_mut().for_each(|mw| *mw /= share);
        }
    }

    /// Mean of the worst paths' hours over selling, USD; learns its cut.
    fn learn_tail(&mut self, draws: &[Draws]) -> f64 {
        let over = self.over_by_path(self.hours.evaluate_all(draws, None).iter());
        let tilt = tail_tilt(&over, self.field.risk.tail_share);
        let tilted = self.hours.evaluate_all(draws, Some(&tilt));
        let base: f64 =
            self.base_by_path_usd.iter().zip(&tilt).map(|(b, t)| b * t).sum::<f64>() / self.field.paths as f64;
        let value: f64 = tilted.iter().map(|e| e.value_usd).sum::<f64>() - base;
        self.master.tail_cuts.push((tilted.into_iter().map(|e| e.cut).collect(), base));
        value
    }

    /// Value of all hours without farms, USD: what every value here is over.
    pub fn selling_usd(&self) -> f64 {
        self.master.base_usd.iter().sum()
    }

    /// Value of hours over selling by path, USD.
    pub fn over_by_path<'e>(&self, evaluated: impl Iterator<Item = &'e Evaluated>) -> Vec<f64> {
        let mut over: Vec<f64> = self.base_by_path_usd.iter().map(|usd| -usd).collect();
        for e in evaluated {
            for (sum, usd) in over.iter_mut().zip(&e.by_path_usd) {
                *sum += usd;
            }
        }
        over
    }

    /// What a plan earns and costs beside its hours, USD.
    fn steady_usd(&self, mix: &Mix) -> f64 {
        let lives: f64 = mix.mw.iter().zip(&self.master.columns).map(|(mw, c)| mw * self.master.steady_usd(c)).sum();
        let opened = mix.opening.iter().enumerate();
        let opening: f64 = opened
            .flat_map(|(site, shares)| shares.iter().enumerate().map(move |(start, share)| (site, start, share)))
            .map(|(site, start, share)| share * self.master.opening_usd(site, start))
            .sum();
        lives - opening
    }

    /// Marginal values at a site under the master's prices.
    pub fn marginals(&self, prices: &Solution, site: usize) -> Marginals {
        let (models, groups) = (self.field.models.len(), self.master.groups());
        let mut draws = vec![0.0; self.field.segments() * models];
        for group in 0..groups {
            let at = self.master.group_starts[group] * models;
            let i = site * groups + group;
            let mut add = |cut: &Cut, weight: f64| {
                for (sum, gain) in draws[at..].iter_mut().zip(&cut.gains_usd_per_mw) {
                    *sum += weight * gain;
                }
            };
            for (planes, weights, total) in self.weighed(prices) {
                planes.cuts[i].iter().zip(normalised(&weights[i], total)).for_each(|(cut, weight)| add(cut, weight));
            }
            let tail = normalised(&prices.tail_weights, self.field.risk.cvar_weight);
            self.master.tail_cuts.iter().zip(tail).for_each(|((planes, _), weight)| add(&planes[i], weight));
        }
        let built = |o: &Offer| {
            let start = self.master.start_of(site, o);
            if self.master.is_too_early(site, start) {
                return FORBIDDEN_USD;
            }
            let bounded = (start..prices.starts[site].len()).take_while(|s| self.master.is_bounded(site, *s));
            bounded.map(|s| prices.starts[site][s]).sum::<f64>() - self.master.entry_share_usd(site, start)
        };
        let build_only = |o: &Offer| if o.action == Action::Build { built(o) } else { 0.0 };
        let mut offers: Vec<f64> = self.field.sites[site].offers.iter().map(build_only).collect();
        for (branch, price) in self.master.branches.iter().zip(&prices.branches) {
            let price = match branch.at_most {
                true if branch.forbids() => FORBIDDEN_USD,
                true => *price,
                false => -*price,
            };
            match &branch.what {
                What::Orders(orders) => {
                    orders.iter().filter(|order| order.0 == site).for_each(|order| offers[order.1] += price);
                }
                What::Firm { site: there } if *there == site => {
                    let becomes = |o: &Offer| if self.field.becomes_firm(o) { price } else { 0.0 };
                    offers.iter_mut().zip(&self.field.sites[site].offers).for_each(|(sum, o)| *sum += becomes(o));
                }
                What::Firm { .. } => {}
            }
        }
        let limits = prices.limits.iter().enumerate();
        let limits = limits.map(|(l, p)| if self.master.allows_nothing(l) { FORBIDDEN_USD } else { *p }).collect();
        let convertible = self.field.sites[site].convertible_mw > 0.0;
        Marginals {
            draws,
            slots: prices.slots[site].clone(),
            limits,
            converted: if convertible { prices.converted[site] } else { FORBIDDEN_USD },
            offers,
        }
    }

    /// What prices prove: a bound on all plans, and the best lives at them.
    fn prove(&self, prices: &Solution) -> Proof {
        let groups = self.master.groups();
        let lifted = self.lifted_usd(prices);
        let mut proof = Proof { bound_usd: self.tail_constants_usd(prices), ..Proof::default() };
        for (at_most, price) in self.master.at_most.iter().zip(&prices.limits) {
            proof.bound_usd += at_most * price;
        }
        for (branch, price) in self.master.branches.iter().zip(&prices.branches) {
            proof.bound_usd += if branch.at_most { branch.mw * price } else { -branch.mw * price };
        }
        for (s, site) in self.field.sites.iter().enumerate() {
            let marginals = self.marginals(prices, s);
            let (new, standing) = best_lives(self.field, s, &marginals);
            proof.bound_usd += site.convertible_mw * prices.converted[s];
            proof.bound_usd += site.standing.iter().zip(&standing).map(|(b, p)| b.mw * p.worth_usd).sum::<f64>();
            // No life may be worth more than its connection costs: where one is, connection costs more on its date.
            let mut slots = prices.slots[s].clone();
            for priced in &new {
                let date = site.offers[priced.life.orders[0]].date;
                let missing = priced.worth_usd - (slots[date] - prices.slots[s][date]);
                slots[date] += missing.max(0.0);
            }
            proof.bound_usd += self.connection_usd(s, &slots, prices, &lifted[s * groups..(s + 1) * groups]);
            proof.slots.push(slots);
            proof.new.push(new);
            proof.standing.push(standing);
            proof.marginals.push(marginals);
        }
        proof
    }

    /// What a site's connection and the constants of its planes are worth at its prices, USD; where opening costs, of
    /// the best start.
    fn connection_usd(&self, s: usize, slots: &[f64], prices: &Solution, lifted: &[f64]) -> f64 {
        let site = &self.field.sites[s];
        if !self.master.opens(s) {
            return self.master.connection_mw[s] * slots.iter().sum::<f64>() + lifted.iter().sum::<f64>();
        }
        let (of_part, of_all): (Vec<_>, Vec<_>) = lifted
            .iter()
            .enumerate()
            .map(|(g, usd)| (self.master.opened_until(s, g), usd))
            .partition(|l| l.0.is_some());
        let of_all: f64 = of_all.iter().map(|l| l.1).sum();
        let spent_from = |date: usize| -> f64 {
            let limits = self.field.limits.iter().zip(&prices.limits);
            limits.filter(|(l, _)| matches!(l.counts, Counts::SpentUntil(d) if d >= date)).map(|(_, p)| p).sum()
        };
        let open_with = |start: usize| {
            let date = self.master.starts[s][start].date;
            let planes: f64 = of_part.iter().filter(|l| l.0 > Some(start)).map(|l| l.1).sum();
            let connection = slots[date..].iter().sum::<f64>() + prices.starts[s][start..].iter().sum::<f64>();
            self.master.connection_mw[s] * connection + planes
                - self.master.opening_usd(s, start)
                - site.opening_capital_usd * spent_from(date)
        };
        let openings = &self.master.openings[s];
        let may_open = |start: &usize| {
            openings[..*start].iter().all(|(least, _)| *least <= 0.0) && openings[*start..].iter().all(|o| o.1 > 0.0)
        };
        let closed = if openings.iter().all(|(least, _)| *least <= 0.0) { 0.0 } else { f64::NEG_INFINITY };
        of_all + (0..openings.len()).filter(may_open).map(open_with).fold(closed, f64::max)
    }

    /// Planes with their weights and what these must add up to.
    fn weighed<'s>(&'s self, prices: &'s Solution) -> [(&'s Planes, &'s [Vec<f64>], f64); 2] {
        [(&self.master.hours, &prices.hours, self.master.mean_weight()), (&self.master.firm, &prices.firm, 1.0)]
    }

    /// What the planes say of no capacity at all, over selling, by site and group, USD.
    fn lifted_usd(&self, prices: &Solution) -> Vec<f64> {
        let mean_weight = self.master.mean_weight();
        let mut usd: Vec<f64> = self.master.base_usd.iter().map(|base_usd| -mean_weight * base_usd).collect();
        for (planes, weights, total) in self.weighed(prices) {
            for ((usd, cuts), weights) in usd.iter_mut().zip(&planes.cuts).zip(weights) {
                *usd += cuts.iter().zip(normalised(weights, total)).map(|(c, w)| w * c.constant_usd).sum::<f64>();
            }
        }
        usd
    }

    /// The same of the worst paths' planes, over all sites.
    fn tail_constants_usd(&self, prices: &Solution) -> f64 {
        let tail = normalised(&prices.tail_weights, self.field.risk.cvar_weight);
        let planes = self.master.tail_cuts.iter().zip(tail);
        planes.map(|((p, subtract), weight)| weight * (p.iter().map(|c| c.constant_usd).sum::<f64>() - subtract)).sum()
    }
}

/// A site may open on every date.
pub fn by_date(field: &Field) -> Vec<Start> {
    let start = |(date, from): (usize, &usize)| Start { date, from: *from, entry_usd: 0.0 };
    field.dates.iter().enumerate().map(start).collect()
}

/// Share of the way from the best plan to the master's that is tried.
const STEP: f64 = 0.6;

/// Gap between a bound and a value, relative to the bound.
pub fn relative_gap(bound_usd: f64, value_usd: f64) -> f64 {
    (bound_usd - value_usd).max(0.0) / bound_usd.abs().max(1.0)
}

/// Weights that are not negative and add up to `total`.
fn normalised(weights: &[f64], total: f64) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        weights.iter().map(|w| w * total / sum).collect()
    } else {
        let mut first = vec![0.0; weights.len()];
        if let Some(first) = first.first_mut() {
            *first = total;
        }
        first
    }
}

/// Values of all sites and groups by path, USD.
fn by_path(evaluated: &[Evaluated], paths: usize) -> Vec<f64> {
    (0..paths).map(|p| evaluated.iter().map(|e| e.by_path_usd[p]).sum()).collect()
}
