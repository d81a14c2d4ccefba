//! The relaxation solved to a proven gap: rounds of master problem, evaluation and pricing.
//!
//! Each round the master gives MW and prices. The prices prove an upper bound whatever the solver's accuracy: the cuts
//! lie above the value everywhere, and the best life at those prices bounds all lives, known or not. The hours at the
//! MW give the true value of a plan that can be had, a lower bound, and new cuts.

use std::collections::BTreeMap;

use super::bounds::Branch;
use super::firm::Firm;
use super::hours::{Draws, Evaluated, Hours};
use super::life::Life;
use super::master::{Master, Solution};
use super::opening::{Openings, by_date};
use super::planes::Planes;
use super::price::{Marginals, Priced, best_lives};
use super::risk::tail_tilt;
use crate::placement::answer::PlaceError;
use crate::placement::field::Field;

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
/// Rounds without progress after which a relaxation is taken as it is.
const MOST_STALLED: usize = 20;
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

    /// Lives with which every limit can be kept, since what stands stays as it is or closes as soon as it may; and the
    /// best ones while nothing is scarce.
    fn add_first_lives(&mut self) {
        for (s, site) in self.field.sites.iter().enumerate() {
            for b in 0..site.standing.len() {
                self.learn(Life { site: s, block: Some(b), orders: Vec::new(), closed: None });
                let closed = self.field.first_close(&site.standing[b].stage);
                self.learn(Life { site: s, block: Some(b), orders: Vec::new(), closed });
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
            let life = &self.master.columns[column].life;
            let always = life.block.is_some() && life.orders.is_empty();
            let used =
                always || *mw > UNUSED_MW || best.is_some_and(|b| b.mw.get(column).is_some_and(|mw| *mw > UNUSED_MW));
            self.master.unused[column] = if used { 0 } else { self.master.unused[column].saturating_add(1) };
        }
        self.master.hours.forget_idle(&prices.hours);
        self.master.firm.forget_idle(&prices.firm);
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
        mix.value_usd = worth_usd + self.steady_usd(&mix) - self.master.shortfall_usd(&mix);
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
            for mw in of_group {
                *mw /= share;
            }
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
}

/// Share of the way from the best plan to the master's that is tried.
const STEP: f64 = 0.6;

/// Gap between a bound and a value, relative to the bound.
pub fn relative_gap(bound_usd: f64, value_usd: f64) -> f64 {
    (bound_usd - value_usd).max(0.0) / bound_usd.abs().max(1.0)
}

/// Values of all sites and groups by path, USD.
fn by_path(evaluated: &[Evaluated], paths: usize) -> Vec<f64> {
    (0..paths).map(|p| evaluated.iter().map(|e| e.by_path_usd[p]).sum()).collect()
}
