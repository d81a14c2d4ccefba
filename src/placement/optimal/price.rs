//! The best life of a megawatt at given marginal values: a longest path through the decision dates.
//!
//! With a price on every draw, date and limit, what a MW does after an order does not depend on what it did before,
//! but for the hall it stands in. So the best continuation of each order in each hall is worked out once.

use super::life::Life;
use crate::placement::field::{Counts, Field, FieldSite, HallWorth, Stage};
use crate::placement::problem::{Action, FarmKind};

/// What a MW earns and pays at the margin, discounted USD.
#[derive(Debug, Clone, PartialEq)]
pub struct Marginals {
    /// Per MW of draw: `[segment * models + model]`.
    pub draws: Vec<f64>,
    /// Per MW of connection on each decision date.
    pub slots: Vec<f64>,
    /// Per unit of each of [`Field::limits`].
    pub limits: Vec<f64>,
    /// Per MW converted.
    pub converted: f64,
    /// Per MW of each of [`FieldSite::offers`]: what a branch of the search puts on it.
    pub offers: Vec<f64>,
}

/// The best life that begins with an order, or goes on from what stands, and what a MW of it is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Priced {
    /// Discounted USD per MW after all marginal prices.
    pub worth_usd: f64,
    /// The life.
    pub life: Life,
}

/// How a stage ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Exit {
    End,
    Close(usize),
    Next(usize),
}

/// Best lives from each build on offer, and of each standing block, at one site.
pub fn best_lives(field: &Field, site: usize, marginals: &Marginals) -> (Vec<Priced>, Vec<Priced>) {
    let mut pricer = Pricer::new(field, site, marginals);
    let here = &field.sites[site];
    let builds = (0..here.offers.len()).filter(|o| here.offers[*o].action == Action::Build);
    let new = builds.map(|o| pricer.best_of_build(o)).collect();
    let standing = (0..here.standing.len()).map(|b| pricer.best_of_block(b)).collect();
    (new, standing)
}

struct Pricer<'a> {
    field: &'a Field,
    index: usize,
    site: &'a FieldSite,
    marginals: &'a Marginals,
    /// Sums over segments of what a MW of each stage earns: offers, then standing blocks.
    runs: Vec<Vec<f64>>,
    /// Sums over segments of what the hall of each founder costs a MW that runs.
    dues: Vec<Vec<f64>>,
    /// Price of money spent or got by boundary.
    money: Vec<f64>,
    /// Sums over dates of the price of connection.
    slots: Vec<f64>,
    /// Sums over dates of the price of standing, by kind.
    standing: [Vec<f64>; 3],
    /// All that ordering a MW costs, by offer.
    orders: Vec<f64>,
    /// Best worth and exit of offer `o` in the hall of founder `f`: `[o * founders + f]`.
    best: Vec<Option<(f64, Exit)>>,
}

impl<'a> Pricer<'a> {
    fn new(field: &'a Field, index: usize, marginals: &'a Marginals) -> Self {
        let site = &field.sites[index];
        let stages = site.offers.iter().map(|o| &o.stage).chain(site.standing.iter().map(|s| &s.stage));
        let runs = stages.map(|s| run_sums(field, site, s, marginals)).collect();
        let built = site.offers.iter().map(|o| o.hall.as_ref());
        let halls = built.chain(site.standing.iter().map(|s| Some(&s.hall)));
        let dues = halls.map(|hall| hall.map_or_else(Vec::new, |h| sums(&h.dues_discounted_usd_per_mw))).collect();
        let founders = site.offers.len() + site.standing.len();
        let mut pricer = Self {
            field,
            index,
            site,
            marginals,
            runs,
            dues,
            money: money_prices(field, marginals),
            slots: sums(&marginals.slots),
            standing: FarmKind::ALL.map(|kind| sums(&standing_prices(field, marginals, kind))),
            orders: Vec::new(),
            best: vec![None; site.offers.len() * founders],
        };
        pricer.orders = (0..site.offers.len()).map(|o| pricer.order_price(o)).collect();
        pricer
    }

    fn order_price(&self, o: usize) -> f64 {
        let offer = &self.site.offers[o];
        let limits = self.field.limits.iter().zip(&self.marginals.limits);
        let priced: f64 = limits.map(|(limit, price)| price * self.field.order_takes(&limit.counts, offer)).sum();
        let converted = if offer.action == Action::Convert { self.marginals.converted } else { 0.0 };
        offer.cost_discounted_usd_per_mw + priced + converted + self.marginals.offers[o]
    }

    fn best_of_build(&mut self, o: usize) -> Priced {
        let worth_usd = self.continue_from(o, o) - self.orders[o];
        let mut orders = vec![o];
        let closed = self.follow(o, o, &mut orders);
        Priced { worth_usd, life: Life { site: self.index, block: None, orders, closed } }
    }

    fn best_of_block(&mut self, b: usize) -> Priced {
        let founder = self.site.offers.len() + b;
        let stage = &self.site.standing[b].stage;
        let (worth_usd, exit) = self.best_exit(stage, founder, 0, founder);
        let mut orders = Vec::new();
        let closed = match exit {
            Exit::End => None,
            Exit::Close(date) => Some(date),
            Exit::Next(o) => {
                orders.push(o);
                self.follow(o, self.founder_after(o, founder), &mut orders)
            }
        };
        Priced { worth_usd, life: Life { site: self.index, block: Some(b), orders, closed } }
    }

    /// Adds the orders after `o` in the hall of `founder`; gives the date of an early close.
    fn follow(&self, o: usize, founder: usize, orders: &mut Vec<usize>) -> Option<usize> {
        let (mut o, mut founder) = (o, founder);
        loop {
            match self.best[self.place(o, founder)].map(|b| b.1) {
                Some(Exit::Next(next)) => {
                    orders.push(next);
                    founder = self.founder_after(next, founder);
                    o = next;
                }
                Some(Exit::Close(date)) => return Some(date),
                Some(Exit::End) | None => return None,
            }
        }
    }

    fn place(&self, o: usize, founder: usize) -> usize {
        o * (self.site.offers.len() + self.site.standing.len()) + founder
    }

    fn founder_after(&self, o: usize, founder: usize) -> usize {
        if self.site.offers[o].hall.is_some() { o } else { founder }
    }

    /// Worth of a MW from the order `o` on, its price not deducted.
    fn continue_from(&mut self, o: usize, founder: usize) -> f64 {
        let place = self.place(o, founder);
        if let Some((worth, _)) = self.best[place] {
            return worth;
        }
        let offer = &self.site.offers[o];
        let found = self.best_exit(&offer.stage, o, offer.date, founder);
        self.best[place] = Some(found);
        found.0
    }

    /// The best way to end a stage that was ordered on `date`, and what a MW is worth with it. Ties go to the natural
    /// end, then to the earlier date.
    fn best_exit(&mut self, stage: &'a Stage, runs: usize, date: usize, founder: usize) -> (f64, Exit) {
        let field = self.field;
        let kind = field.kind(stage.model);
        let run = |pricer: &Self, from: usize, to: usize| {
            let sum = |s: &[f64]| s[to] - s[from];
            if to > from { sum(&pricer.runs[runs]) - sum(&pricer.dues[founder]) } else { 0.0 }
        };
        let held = |pricer: &Self, until: usize| {
            let sum = |s: &[f64]| s[until.max(date)] - s[date];
            sum(&pricer.slots) + sum(&pricer.standing[kind as usize])
        };
        let sold = |pricer: &Self, usd: f64, at: usize| usd * (field.boundary_factor[at] + pricer.money[at]);
        let end = stage.until;
        let hall = self.hall(founder);
        let mut best = (
            run(self, stage.from, end) - held(self, field.date_at(end))
                + sold(self, stage.machines_worth_usd_per_mw[end] + hall.ended_usd_per_mw[end], end),
            Exit::End,
        );
        for d in date..field.dates.len() {
            let at = field.dates[d];
            if at < stage.from || at >= end || (d == date && runs < self.site.offers.len()) {
                continue;
            }
            let so_far =
                run(self, stage.from, at) - held(self, d) + sold(self, stage.machines_worth_usd_per_mw[at], at);
            let closed = so_far + sold(self, hall.closed_usd_per_mw[at], at);
            if closed > best.0 {
                best = (closed, Exit::Close(d));
            }
            for o in self.offers_on(d) {
                if !self.may_follow(stage, kind, at, o) {
                    continue;
                }
                let offer = &self.site.offers[o];
                let works = offer.old_runs_share * run(self, at, offer.stage.from.min(end));
                let next_founder = self.founder_after(o, founder);
                let worth = so_far + works - self.orders[o] + self.continue_from(o, next_founder);
                if worth > best.0 {
                    best = (worth, Exit::Next(o));
                }
            }
        }
        best
    }

    fn hall(&self, founder: usize) -> &'a HallWorth {
        let offers = self.site.offers.len();
        if founder < offers {
            self.site.offers[founder].hall.as_ref().expect("founders have halls")
        } else {
            &self.site.standing[founder - offers].hall
        }
    }

    fn offers_on(&self, date: usize) -> core::ops::Range<usize> {
        let offers = &self.site.offers;
        offers.partition_point(|o| o.date < date)..offers.partition_point(|o| o.date <= date)
    }

    fn may_follow(&self, stage: &Stage, kind: FarmKind, at: usize, o: usize) -> bool {
        let offer = &self.site.offers[o];
        let next_kind = self.field.kind(offer.stage.model);
        match offer.action {
            Action::Refresh => next_kind == kind && offer.stage.model != stage.model && stage.refreshable_from <= at,
            Action::Convert => kind == FarmKind::Mining && next_kind != FarmKind::Mining,
            Action::Build | Action::Retire => false,
        }
    }
}

/// Sums from the first segment of what a MW of a stage earns while it runs.
fn run_sums(field: &Field, site: &FieldSite, stage: &Stage, marginals: &Marginals) -> Vec<f64> {
    let models = field.models.len();
    let of = |s: usize| {
        stage.draw_mw_per_mw * marginals.draws[s * models + stage.model] + stage.steady_discounted_usd_per_mw[s]
            - site.overhead_share(s)
    };
    let segments = 0..field.segments();
    let here: Vec<f64> = segments.map(|s| if (stage.from..stage.until).contains(&s) { of(s) } else { 0.0 }).collect();
    sums(&here)
}

/// Price of a dollar spent (or got) at each boundary.
fn money_prices(field: &Field, marginals: &Marginals) -> Vec<f64> {
    let at = |boundary: usize| {
        let limits = field.limits.iter().zip(&marginals.limits);
        let counted = limits.filter(|(l, _)| matches!(l.counts, Counts::SpentUntil(d) if field.dates[d] >= boundary));
        counted.map(|(_, price)| price).sum()
    };
    (0..field.boundaries.len()).map(at).collect()
}

/// Price of a MW that stands on each date, by kind.
fn standing_prices(field: &Field, marginals: &Marginals, kind: FarmKind) -> Vec<f64> {
    let mut prices = vec![0.0; field.dates.len()];
    for (limit, price) in field.limits.iter().zip(&marginals.limits) {
        if let Counts::Standing { date, kinds } = limit.counts
            && kinds[kind as usize]
        {
            prices[date] += price;
        }
    }
    prices
}

/// Sums of the first 0, 1, 2, … values.
fn sums(values: &[f64]) -> Vec<f64> {
    let mut total = 0.0;
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0);
    sums.extend(values.iter().map(|v| {
        total += v;
        total
    }));
    sums
}
