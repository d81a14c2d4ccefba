//! The books of a plan: what it is worth exactly, site by site, and what it takes of each limit.

use rayon::prelude::*;

use super::hours::{Cut, Draws, Evaluated};
use super::life::Column;
use super::relax::Search;
use crate::placement::field::Counts;
use crate::placement::problem::FarmKind;

/// Slack of limits, as a share and absolute.
pub const SLACK: f64 = 1e-9;

/// A site under a plan.
#[derive(Debug, Clone)]
pub struct Look {
    /// Discounted value over selling, USD.
    pub value_usd: f64,
    /// By group: the most that one more MW can add, of hours and curves together.
    pub planes: Vec<Cut>,
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
    pub fn takes(&self, search: &Search, v: usize) -> f64 {
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
    /// Whether a life may have any size: what stands and is not converted.
    pub fn free_size(&self, column: usize) -> bool {
        let column = &self.master.columns[column];
        column.life.block.is_some() && !column.converts
    }

    /// Looks at one site under a plan.
    pub fn look(&self, site: usize, mw: &[f64], path_weights: Option<&[f64]>) -> Look {
        let draws = self.draws_at(site, mw);
        let hours = self.hours_at(site, &draws, path_weights);
        let value_usd = self.site_value_usd(site, mw, &draws, &hours);
        let ahead = hours.into_iter().enumerate().map(|(group, e)| {
            let mut plane = e.cut;
            self.firm.add_ahead(site, group, &draws, &mut plane);
            plane
        });
        Look { value_usd, planes: ahead.collect() }
    }

    /// The hours of one site under a plan, by group.
    fn hours_at(&self, site: usize, draws: &Draws, path_weights: Option<&[f64]>) -> Vec<Evaluated> {
        let groups = (0..self.master.groups()).into_par_iter();
        groups.map(|g| self.hours.evaluate(site, g, draws, path_weights)).collect()
    }

    /// What a site emits under a plan, tonnes.
    pub fn emitted_t(&self, site: usize, mw: &[f64]) -> f64 {
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

    /// What a plan in continuous sizes counts as overhead of a site: each MW's share in that of a full one, USD.
    pub fn overhead_shares_usd(&self, site: usize, mw: &[f64]) -> f64 {
        self.placed_at(site, mw).map(|v| mw[v] * self.overhead_share_usd(v)).sum()
    }

    /// What a MW of a column earns and costs beside hours and overhead, USD.
    pub fn steady_without_overhead_usd(&self, v: usize) -> f64 {
        self.master.columns[v].steady_usd + self.overhead_share_usd(v)
    }

    fn overhead_share_usd(&self, v: usize) -> f64 {
        let column = &self.master.columns[v];
        let site = &self.field.sites[column.life.site];
        let tenures = column.life.tenures(self.field, site);
        tenures
            .iter()
            .map(|t| {
                let full: f64 = (t.stage.from..t.ends.max(t.stage.from)).map(|s| site.overhead_share(s)).sum();
                let on: f64 = (t.ends.max(t.stage.from)..t.runs_on.1).map(|s| site.overhead_share(s)).sum();
                full + t.runs_on.0 * on
            })
            .sum()
    }

    /// Value of a site under a plan over selling, USD: hours, curves, steady money, real overhead and opening.
    fn site_value_usd(&self, site: usize, mw: &[f64], draws: &Draws, hours: &[Evaluated]) -> f64 {
        let groups = self.master.groups();
        let base_usd = &self.master.base_usd[site * groups..];
        let hours: f64 = hours.iter().zip(base_usd).map(|(e, base_usd)| e.value_usd - base_usd).sum();
        let curves = self.firm.curves_usd(site, draws);
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
        hours + curves + steady - overhead - self.opening_usd(site, mw).0
    }

    /// Value of a site under a plan over selling, USD.
    pub fn value_at_site_usd(&self, site: usize, mw: &[f64]) -> f64 {
        self.look(site, mw, None).value_usd
    }

    /// Most connection that a site's farms take up on any date, MW.
    pub fn most_placed_mw(&self, site: usize, mw: &[f64]) -> f64 {
        let mut held = vec![0.0; self.field.dates.len()];
        for v in self.placed_at(site, mw) {
            let (first, end) = self.master.columns[v].dates;
            held[first..end].iter_mut().for_each(|sum| *sum += mw[v]);
        }
        held.into_iter().fold(0.0, f64::max)
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

    /// Expected value of a plan, USD, and by path what its hours bring over selling.
    fn reckoned(&self, mw: &[f64]) -> (f64, Vec<f64>) {
        let mut mean_usd = 0.0;
        let mut hours = Vec::new();
        for site in 0..self.field.sites.len() {
            let draws = self.draws_at(site, mw);
            let here = self.hours_at(site, &draws, None);
            mean_usd += self.site_value_usd(site, mw, &draws, &here);
            hours.extend(here);
        }
        (mean_usd, self.over_by_path(hours.iter()))
    }

    /// Exact value of a plan in whole modules, USD.
    pub fn value_of_whole(&self, mw: &[f64]) -> f64 {
        let (mean_usd, over) = self.reckoned(mw);
        let weight = self.field.risk.cvar_weight;
        if weight == 0.0 {
            return mean_usd;
        }
        mean_usd + weight * (super::risk::tail_mean(&over, self.field.risk.tail_share) - crate::math::mean(&over))
    }

    /// Value of each path, USD: its hours over selling, and what is the same on all paths.
    pub fn path_values_usd(&self, mw: &[f64]) -> Vec<f64> {
        let (mean_usd, over) = self.reckoned(mw);
        let average = crate::math::mean(&over);
        over.iter().map(|v| mean_usd + v - average).collect()
    }

    /// Weights of the paths that the risk asked for gives them under a plan.
    pub fn path_weights(&self, mw: &[f64]) -> Vec<f64> {
        let weight = self.field.risk.cvar_weight;
        if weight == 0.0 {
            return vec![1.0; self.field.paths];
        }
        let tilt = super::risk::tail_tilt(&self.reckoned(mw).1, self.field.risk.tail_share);
        tilt.iter().map(|t| 1.0 - weight + weight * t).collect()
    }

    /// How much of each limit a plan uses: the field's, then connection by site and date, then conversions by site.
    pub fn used(&self, mw: &[f64]) -> Vec<f64> {
        let (limits, dates, sites) = (self.field.limits.len(), self.field.dates.len(), self.field.sites.len());
        let mut used = vec![0.0; limits + sites * dates + sites];
        for (v, mw) in mw.iter().enumerate().filter(|(_, mw)| **mw > 0.0) {
            self.add_used(v, *mw, &mut used);
        }
        for site in (0..sites).filter(|s| self.field.sites[*s].opening_capital_usd > 0.0) {
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

    /// The first limit that a plan breaks, and by how much.
    pub fn broken(&self, mw: &[f64]) -> Option<(Broken, f64)> {
        let (limits, dates, sites) = (self.field.limits.len(), self.field.dates.len(), self.field.sites.len());
        let used = self.used(mw);
        let i = (0..used.len()).find(|i| !within(used[*i], self.allowed(*i)))?;
        let broken = if i < limits {
            Broken::Limit(i)
        } else if i < limits + sites * dates {
            Broken::Connection((i - limits) / dates, (i - limits) % dates)
        } else {
            Broken::Conversion(i - limits - sites * dates)
        };
        Some((broken, used[i] - self.allowed(i)))
    }

    /// Whether the limits allow changes of some columns' MW, and the branch allows what opens.
    pub fn allows(&self, used: &[f64], mw: &[f64], changes: [(usize, f64); 2]) -> bool {
        let site = self.master.columns[changes[0].0].life.site;
        if self.master.is_closed(site) {
            return false;
        }
        let mut after = if self.field.sites[site].opening_capital_usd > 0.0 {
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
    pub fn minimum_holds(&self, site: usize, mw: &[f64]) -> bool {
        self.too_small(site, mw).is_empty()
    }

    /// Kinds at a site that have less than their smallest size there.
    pub fn too_small(&self, site: usize, mw: &[f64]) -> Vec<FarmKind> {
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
    pub fn becomes(&self, column: &Column) -> Option<FarmKind> {
        let place = &self.field.sites[column.life.site];
        let last = column.life.orders.last().map(|o| &place.offers[*o].stage);
        let stage = last.or_else(|| column.life.block.map(|b| &place.standing[b].stage));
        stage.map(|stage| self.field.kind(stage.model))
    }
}

fn within(used: f64, allowed: f64) -> bool {
    used <= allowed + SLACK * allowed.abs().max(1.0)
}
