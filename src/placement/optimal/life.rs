//! The life of a megawatt of connection: ordered, refreshed, converted, closed.
//!
//! A plan is a set of lives with MW. A life is a path through the decision dates, and everything about it is linear in
//! its MW but the hours, in which it competes with the other lives of its site.

use crate::placement::field::{Counts, Field, FieldSite, HallWorth, Offer, Stage};
use crate::placement::problem::{Action, FarmKind};

/// What happens to a MW of connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Life {
    /// Index into [`Field::sites`].
    pub site: usize,
    /// Index into [`FieldSite::standing`] where it stands on the first day.
    pub block: Option<usize>,
    /// Indices into [`FieldSite::offers`], in order of date: a build (unless it stands), then refreshes and at most one
    /// conversion with refreshes after it.
    pub orders: Vec<usize>,
    /// Decision date on which it is closed before its end.
    pub closed: Option<usize>,
}

/// What one MW of a life amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The life.
    pub life: Life,
    /// Discounted value beside the hours, USD: steady money and worth at the end less costs.
    pub steady_usd: f64,
    /// Draw in the hours: segment, model, MW per MW.
    pub draws: Vec<(usize, usize, f64)>,
    /// Decision dates on which it takes up connection: the first, and the one after the last.
    pub dates: (usize, usize),
    /// What it takes of each of [`Field::limits`], per MW.
    pub takes: Vec<f64>,
    /// Whether it is converted.
    pub converts: bool,
}

/// A stage of a life from its order until what comes next.
pub(super) struct Tenure<'a> {
    pub stage: &'a Stage,
    /// Boundary at which it was ordered; 0 for what stands.
    pub ordered: usize,
    /// Boundary at which it stops to run in full.
    pub ends: usize,
    /// Share that runs on during the works of the next, and until when.
    pub runs_on: (f64, usize),
    /// The hall it stands in.
    pub hall: Option<&'a HallWorth>,
}

impl Tenure<'_> {
    /// Discounted money of a segment per MW that runs, beside the hours, USD.
    fn steady_usd(&self, site: &FieldSite, segment: usize) -> f64 {
        let dues_usd = self.hall.map_or(0.0, |hall| hall.dues_discounted_usd_per_mw[segment]);
        self.stage.steady_discounted_usd_per_mw[segment] - site.overhead_share(segment) - dues_usd
    }
}

impl Life {
    /// The stages in order.
    pub(super) fn tenures<'a>(&self, field: &Field, site: &'a FieldSite) -> Vec<Tenure<'a>> {
        let standing = self.block.map(|b| &site.standing[b]).map(|b| (&b.stage, 0, Some(&b.hall)));
        let ordered = self.orders.iter().map(|o| &site.offers[*o]);
        let ordered = ordered.map(|o| (&o.stage, field.dates[o.date], o.hall.as_ref()));
        let stages: Vec<_> = standing.into_iter().chain(ordered).collect();
        let first_order = stages.len() - self.orders.len();
        (0..stages.len())
            .map(|i| {
                let (stage, ordered, _) = stages[i];
                let hall = stages[..=i].iter().rev().find_map(|(_, _, hall)| *hall);
                let next = (i + 1 < stages.len()).then(|| &site.offers[self.orders[i + 1 - first_order]]);
                let (ends, runs_on) = match (next, self.closed) {
                    (Some(next), _) => {
                        let ends = field.dates[next.date];
                        (ends, (next.old_runs_share, next.stage.from.min(stage.until).max(ends)))
                    }
                    (None, Some(date)) => (field.dates[date], (0.0, field.dates[date])),
                    (None, None) => (stage.until, (0.0, stage.until)),
                };
                Tenure { stage, ordered, ends, runs_on, hall }
            })
            .collect()
    }

    /// What one MW of it amounts to.
    pub fn column(self, field: &Field) -> Column {
        let site = &field.sites[self.site];
        let tenures = self.tenures(field, site);
        let end = tenures.last().map_or(0, |t| t.ends);
        let hall = tenures.last().and_then(|t| t.hall).map_or(0.0, |h| {
            let worth = if self.closed.is_some() { &h.closed_usd_per_mw } else { &h.ended_usd_per_mw };
            worth[end]
        });
        let mut steady_usd = hall * field.boundary_factor[end];
        let mut draws = Vec::new();
        for tenure in &tenures {
            let stage = tenure.stage;
            steady_usd += stage.machines_worth_usd_per_mw[tenure.ends] * field.boundary_factor[tenure.ends];
            let mut run = |segments: core::ops::Range<usize>, share: f64| {
                for segment in segments.filter(|_| share > 0.0) {
                    steady_usd += share * tenure.steady_usd(site, segment);
                    draws.push((segment, stage.model, share * stage.draw_mw_per_mw));
                }
            };
            run(stage.from..tenure.ends.max(stage.from), 1.0);
            run(tenure.ends.max(stage.from)..tenure.runs_on.1, tenure.runs_on.0);
        }
        for order in &self.orders {
            steady_usd -= site.offers[*order].cost_discounted_usd_per_mw;
        }
        let first = self.block.map_or_else(|| site.offers[self.orders[0]].date, |_| 0);
        let dates = (first, field.date_at(end));
        let takes = field.limits.iter().map(|l| self.takes(field, site, &tenures, hall, &l.counts)).collect();
        let converts = self.orders.iter().any(|o| site.offers[*o].action == Action::Convert);
        Column { life: self, steady_usd, draws, dates, takes, converts }
    }

    fn takes(&self, field: &Field, site: &FieldSite, tenures: &[Tenure], hall_usd: f64, counts: &Counts) -> f64 {
        let ordered: f64 = self.orders.iter().map(|o| field.order_takes(counts, &site.offers[*o])).sum();
        match counts {
            Counts::SpentUntil(date) => {
                let until = field.dates[*date];
                let sold = tenures.iter().filter(|t| t.ends <= until);
                let sold: f64 = sold.map(|t| t.stage.machines_worth_usd_per_mw[t.ends]).sum();
                let closed = tenures.last().is_some_and(|t| t.ends <= until);
                ordered - sold - if closed { hall_usd } else { 0.0 }
            }
            Counts::Ordered { .. } => ordered,
            Counts::Standing { date, kinds } => {
                let then = field.dates[*date];
                let stands = tenures
                    .iter()
                    .any(|t| t.ordered <= then && then < t.ends && kinds[field.kind(t.stage.model) as usize]);
                f64::from(u8::from(stands))
            }
        }
    }
}

impl Field {
    /// First decision date on or after a boundary; the number of dates when there is none.
    pub(super) fn date_at(&self, boundary: usize) -> usize {
        self.dates.partition_point(|d| *d < boundary)
    }

    /// The first date on which a stage that stands may be closed: it must run by then, and not have ended.
    pub(super) fn first_close(&self, stage: &Stage) -> Option<usize> {
        (0..self.dates.len()).find(|date| (stage.from..stage.until).contains(&self.dates[*date]))
    }

    /// What ordering a MW takes from a limit on money or orders.
    pub(super) fn order_takes(&self, counts: &Counts, offer: &Offer) -> f64 {
        match counts {
            Counts::SpentUntil(date) if offer.date <= *date => offer.capital_usd_per_mw,
            Counts::Ordered { from, until, kinds, refreshes } => {
                let counted = (*from..*until).contains(&offer.date)
                    && kinds[self.kind(offer.stage.model) as usize]
                    && (*refreshes || offer.action != Action::Refresh);
                f64::from(u8::from(counted))
            }
            Counts::SpentUntil(_) | Counts::Standing { .. } => 0.0,
        }
    }

    /// Whether a MW that did not serves AI after an order.
    pub(super) fn becomes_firm(&self, offer: &Offer) -> bool {
        self.kind(offer.stage.model) != FarmKind::Mining && matches!(offer.action, Action::Build | Action::Convert)
    }

    /// What a model sells.
    pub(super) fn kind(&self, model: usize) -> FarmKind {
        self.models[model].kind
    }
}

impl FieldSite {
    /// Overhead of a segment per MW that runs, as if the site were full: what the relaxation counts, USD.
    pub(super) fn overhead_share(&self, segment: usize) -> f64 {
        if self.maximum_mw > 0.0 { self.overhead_discounted_usd[segment] / self.maximum_mw } else { 0.0 }
    }
}
