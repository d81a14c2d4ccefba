//! How sites open, and what that costs.

use super::life::Column;
use super::master::Master;
use crate::placement::field::{Field, Offer};
use crate::placement::problem::Action;

/// Bounds on the opening of a site: `[start]` is of all starts up to that one.
pub type Openings = Vec<(f64, f64)>;

/// A way for a site to open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// Decision date on which it is ordered.
    pub date: usize,
    /// Nothing runs before this boundary.
    pub from: usize,
    /// What running costs at least beside the opening, discounted USD; nothing where a site may open in part.
    pub entry_usd: f64,
}

impl Master<'_> {
    /// Whether opening a site costs something.
    pub fn opens(&self, s: usize) -> bool {
        let site = &self.field.sites[s];
        site.opening_capital_usd > 0.0
            || site.opening_discounted_usd.iter().any(|usd| *usd > 0.0)
            || self.starts[s].iter().any(|start| start.entry_usd > 0.0)
    }

    /// Discounted cost of opening a site, USD.
    pub fn opening_usd(&self, site: usize, start: usize) -> f64 {
        let start = &self.starts[site][start];
        self.field.sites[site].opening_discounted_usd[start.date] + start.entry_usd
    }

    /// Number of a site's starts until a date.
    pub fn started_by(&self, site: usize, date: usize) -> usize {
        self.starts[site].partition_point(|start| start.date <= date)
    }

    /// The start of a site that a build is part of.
    pub fn start_of(&self, site: usize, offer: &Offer) -> usize {
        let of = |s: &Start| (s.date, s.from) <= (offer.date, offer.stage.from);
        self.starts[site].partition_point(of).saturating_sub(1)
    }

    /// The start of a column that is new.
    pub fn start(&self, column: &Column) -> Option<usize> {
        let life = &column.life;
        let new = life.block.is_none();
        new.then(|| self.start_of(life.site, &self.field.sites[life.site].offers[life.orders[0]]))
    }

    /// Whether a start shares its date with the next.
    pub fn is_bounded(&self, site: usize, start: usize) -> bool {
        let starts = &self.starts[site];
        starts.get(start + 1).is_some_and(|next| next.date == starts[start].date)
    }

    /// What a MW of a column earns beside the hours, USD: what its site pays on opening is no longer shared out.
    pub fn steady_usd(&self, column: &Column) -> f64 {
        column.steady_usd + self.start(column).map_or(0.0, |start| self.entry_share_usd(column.life.site, start))
    }

    /// Share of a MW in what running a site costs, where the site is full, USD.
    pub fn entry_share_usd(&self, site: usize, start: usize) -> f64 {
        let entry_usd = self.starts[site][start].entry_usd;
        if entry_usd > 0.0 { entry_usd / self.field.sites[site].maximum_mw } else { 0.0 }
    }

    /// Number of starts of a site with which it runs in a group; `None` where its planes hold however much of it is open.
    pub fn opened_until(&self, site: usize, group: usize) -> Option<usize> {
        let end = self.group_starts.get(group + 1).copied().unwrap_or(self.field.segments());
        let runs = |start: &&Start| start.from < end;
        (self.whole_sites && self.opens(site)).then(|| self.starts[site].iter().filter(runs).count())
    }

    /// Whether a site may not open in the present branch.
    pub fn is_closed(&self, site: usize) -> bool {
        self.opens(site) && self.openings[site].last().is_some_and(|all| all.1 <= 0.0)
    }

    /// Whether a site may not open as early as with a start in the present branch.
    pub fn is_too_early(&self, site: usize, start: usize) -> bool {
        self.opens(site) && self.openings[site][start..].iter().any(|o| o.1 <= 0.0)
    }
    /// Whether a column starts on the date of a start of its site, and no later.
    pub fn starts_within(&self, column: &Column, start: usize) -> bool {
        let starts = &self.starts[column.life.site];
        self.start(column).is_some_and(|own| own <= start && starts[own].date == starts[start].date)
    }
}

/// A site may open on every date.
pub fn by_date(field: &Field) -> Vec<Start> {
    let start = |(date, from): (usize, &usize)| Start { date, from: *from, entry_usd: 0.0 };
    field.dates.iter().enumerate().map(start).collect()
}

/// How a site may open as a whole. Where everything is decided at once there is a start for each time at which something
/// may begin to run, with the overhead from then until anything ends. Over many dates, and where something stands, no
/// overhead is certain.
pub fn whole_starts(field: &Field, s: usize) -> Vec<Start> {
    let site = &field.sites[s];
    let builds = || site.offers.iter().filter(|o| o.action == Action::Build);
    if field.dates.len() > 1 || !site.standing.is_empty() || builds().count() == 0 {
        return by_date(field);
    }
    let end = builds().map(|o| o.stage.until).min().unwrap_or(0);
    let mut from: Vec<usize> = builds().map(|o| o.stage.from).collect();
    from.sort_unstable();
    from.dedup();
    let entry_usd = |from: usize| site.overhead_discounted_usd[from..end.max(from)].iter().sum::<f64>();
    from.into_iter().map(|from| Start { date: 0, from, entry_usd: entry_usd(from) }).collect()
}
