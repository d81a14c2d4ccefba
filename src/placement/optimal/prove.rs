//! What prices prove: no plan is worth more than the bound.

use super::bounds::What;
use super::hours::Cut;
use super::master::Solution;
use super::planes::Planes;
use super::price::{Marginals, best_lives};
use super::relax::{Proof, Search};
use crate::placement::field::{Counts, Offer};
use crate::placement::problem::Action;

/// Price of what may not be had, USD per MW: times nothing in the bound.
const FORBIDDEN_USD: f64 = 1e15;

impl Search<'_> {
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
    pub fn prove(&self, prices: &Solution) -> Proof {
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
