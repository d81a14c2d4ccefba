//! What AI earns by its total draw: the curves, and the least concave functions above them.
//!
//! A curve need not be concave: tenants who repay the cheapest power of a site pay little for the first MW. The
//! relaxation takes the hull of what a curve is worth on the draws that are possible; a branch of the search leaves
//! fewer of them, and the hull comes closer.

use core::ops::Range;

use super::bounds::{Branch, What};
use super::hours::{Cut, Draws};
use crate::placement::field::{Counts, Field, FirmCurve};
use crate::placement::problem::FarmKind;

/// The curves of all sites with their hulls.
pub struct Firm<'a> {
    field: &'a Field,
    groups: Vec<Range<usize>>,
    /// Draws that are possible at all, MW: `[site][segment]`.
    possible: Vec<Vec<Interval>>,
    /// Hulls on the draws that are left: `[site][segment]`.
    hulls: Vec<Vec<Hull>>,
}

/// Least and most, MW.
type Interval = (f64, f64);

impl<'a> Firm<'a> {
    /// All draws are possible.
    pub fn new(field: &'a Field, groups: &[Range<usize>]) -> Self {
        let possible: Vec<Vec<Interval>> =
            field.sites.iter().map(|s| vec![(0.0, f64::INFINITY); s.firm_curves.len()]).collect();
        let hulls = field.sites.iter().map(|s| s.firm_curves.iter().map(|c| Hull::over(c, (0.0, f64::INFINITY))));
        let hulls = hulls.map(Iterator::collect).collect();
        Self { field, groups: groups.to_vec(), possible, hulls }
    }

    /// Whether a site has curves in a group at all.
    pub fn matters(&self, site: usize, group: usize) -> bool {
        let curves = &self.field.sites[site].firm_curves[self.groups[group].clone()];
        curves.iter().any(|c| c.discounted_usd.iter().any(|usd| *usd != 0.0))
    }

    /// Leaves out draws that no plan in the limits has.
    pub fn keep_to_limits(&mut self) {
        for (s, possible) in self.possible.iter_mut().enumerate() {
            for (segment, interval) in possible.iter_mut().enumerate() {
                interval.1 = most_draw_mw(self.field, s, segment);
            }
        }
    }

    /// Takes [`Self::keep_to_limits`] back.
    pub fn forget_limits(&mut self) {
        self.possible.iter_mut().flatten().for_each(|interval| *interval = (0.0, f64::INFINITY));
    }

    /// Takes the hulls on what a branch leaves; gives the sites where they changed.
    pub fn narrow(&mut self, branches: &[Branch]) -> Vec<usize> {
        let mut left = self.possible.clone();
        for branch in branches {
            let What::Firm { site } = branch.what else { continue };
            let draw_share = draw_shares(self.field, site).fold(0.0, f64::max);
            if branch.at_most {
                let most_mw = (branch.mw + self.standing_mw(site)) * draw_share;
                left[site].iter_mut().for_each(|i| i.1 = i.1.min(most_mw));
            } else {
                self.drawn_by_all(site).for_each(|s| left[site][s].0 = left[site][s].0.max(branch.mw * draw_share));
            }
        }
        let mut changed = Vec::new();
        for (site, left) in left.into_iter().enumerate() {
            if self.hulls[site].iter().zip(&left).any(|(hull, interval)| hull.interval != *interval) {
                let curves = &self.field.sites[site].firm_curves;
                self.hulls[site] = curves.iter().zip(left).map(|(c, interval)| Hull::over(c, interval)).collect();
                changed.push(site);
            }
        }
        changed
    }

    /// Segments in which all AI of a site draws, whatever is ordered, and all the same.
    fn drawn_by_all(&self, site: usize) -> Range<usize> {
        let place = &self.field.sites[site];
        let firm = |model: usize| self.field.kind(model) != FarmKind::Mining;
        let offers = || place.offers.iter().map(|o| &o.stage).filter(|stage| firm(stage.model));
        let alike = draw_shares(self.field, site).all(|share| Some(share) == draw_shares(self.field, site).next());
        if self.field.dates.len() > 1 || !alike || place.standing.iter().any(|b| firm(b.stage.model)) {
            return 0..0;
        }
        offers().map(|o| o.from).max().unwrap_or(0)..offers().map(|o| o.until).min().unwrap_or(0)
    }

    /// Value of a site's hulls in a group, USD, and the plane that touches them there.
    pub fn hulls_at(&self, site: usize, group: usize, draws: &Draws) -> (f64, Cut) {
        let mut plane = self.nothing(group);
        let mut usd = 0.0;
        for (i, segment) in self.groups[group].clone().enumerate() {
            let mw = self.draw_mw(segment, draws);
            let (slope, intercept) = self.hulls[site][segment].tangent(mw);
            plane.constant_usd += intercept;
            usd += intercept + slope * mw;
            self.add_slope(&mut plane, i, slope);
        }
        (usd, plane)
    }

    /// Planes that touch a site's hulls in a group at the ends of what is possible.
    pub fn ends(&self, site: usize, group: usize) -> [Cut; 2] {
        let models = self.field.models.len();
        let firm = (0..models).find(|m| self.field.kind(*m) != FarmKind::Mining);
        let at = |end: fn(&Hull) -> f64| {
            let mut draws = vec![0.0; self.field.segments() * models];
            for (segment, hull) in self.hulls[site].iter().enumerate() {
                if let Some(firm) = firm {
                    draws[segment * models + firm] = end(hull);
                }
            }
            self.hulls_at(site, group, &draws).1
        };
        [at(|hull| hull.corners[0].0), at(|hull| hull.corners[hull.corners.len() - 1].0)]
    }

    /// Value of a site's curves, USD.
    pub fn curves_usd(&self, site: usize, draws: &Draws) -> f64 {
        let curves = self.field.sites[site].firm_curves.iter().enumerate();
        curves.map(|(segment, curve)| curve.usd(self.draw_mw(segment, draws))).sum()
    }

    /// Adds to a plane of hours the most that a step of AI can bring by the curves.
    pub fn add_ahead(&self, site: usize, group: usize, draws: &Draws, plane: &mut Cut) {
        for (i, segment) in self.groups[group].clone().enumerate() {
            let curve = &self.field.sites[site].firm_curves[segment];
            self.add_slope(plane, i, curve.steepest_ahead(self.draw_mw(segment, draws)));
        }
    }

    /// By how much the hulls of a site are above its curves under a plan, USD.
    pub fn gap_usd(&self, site: usize, draws: &Draws) -> f64 {
        let hulls = (0..self.groups.len()).map(|group| self.hulls_at(site, group, draws).0);
        hulls.sum::<f64>() - self.curves_usd(site, draws)
    }

    /// Whether AI of a site may draw more than what stands and so many MW of connection besides.
    pub fn may_exceed(&self, site: usize, mw: f64) -> bool {
        let most_mw = (mw + self.standing_mw(site)) * draw_shares(self.field, site).fold(0.0, f64::max);
        self.hulls[site].iter().any(|hull| hull.corners[hull.corners.len() - 1].0 > most_mw + TINY_MW)
    }

    /// AI that stands at a site, MW of connection.
    fn standing_mw(&self, site: usize) -> f64 {
        let standing = self.field.sites[site].standing.iter();
        standing.filter(|b| self.field.kind(b.stage.model) != FarmKind::Mining).map(|b| b.mw).sum()
    }

    fn draw_mw(&self, segment: usize, draws: &Draws) -> f64 {
        let models = self.field.models.len();
        let of_segment = draws[segment * models..(segment + 1) * models].iter().enumerate();
        of_segment.filter(|(model, _)| self.field.kind(*model) != FarmKind::Mining).map(|(_, mw)| mw).sum()
    }

    fn nothing(&self, group: usize) -> Cut {
        Cut { constant_usd: 0.0, gains_usd_per_mw: vec![0.0; self.groups[group].len() * self.field.models.len()] }
    }

    fn add_slope(&self, plane: &mut Cut, i: usize, slope: f64) {
        let models = self.field.models.len();
        for model in (0..models).filter(|m| self.field.kind(*m) != FarmKind::Mining) {
            plane.gains_usd_per_mw[i * models + model] += slope;
        }
    }
}

/// MW that are no difference.
const TINY_MW: f64 = 1e-6;

/// Most that AI can draw at a site in a segment by the limits on connection, orders and what stands, MW.
fn most_draw_mw(field: &Field, site: usize, segment: usize) -> f64 {
    let place = &field.sites[site];
    let stages = || place.standing.iter().map(|b| &b.stage).chain(place.offers.iter().map(|o| &o.stage));
    let kinds = [FarmKind::Hosting, FarmKind::Cloud];
    let by_limits: f64 = kinds
        .into_iter()
        .filter(|kind| stages().any(|s| field.kind(s.model) == *kind))
        .map(|kind| {
            let standing = place.standing.iter().filter(|b| field.kind(b.stage.model) == kind);
            let standing_mw: f64 = standing.map(|b| b.mw).sum();
            let stood = |limit: &Counts| {
                matches!(limit, Counts::Standing { date, kinds }
                if kinds[kind as usize] && *date + 1 == field.date_at(segment + 1))
            };
            let most_standing = field.limits.iter().filter(|l| stood(&l.counts)).map(|l| l.at_most);
            (standing_mw + most_ordered_mw(field, kind, segment)).min(most_standing.fold(f64::INFINITY, f64::min))
        })
        .sum();
    place.maximum_mw.min(by_limits) * draw_shares(field, site).fold(0.0, f64::max)
}

/// MW drawn by a MW of connection of all AI that may run at a site.
fn draw_shares(field: &Field, site: usize) -> impl Iterator<Item = f64> {
    let place = &field.sites[site];
    let stages = place.standing.iter().map(|b| &b.stage).chain(place.offers.iter().map(|o| &o.stage));
    stages.filter(|s| field.kind(s.model) != FarmKind::Mining).map(|s| s.draw_mw_per_mw)
}

/// Most MW of a kind that may be ordered until a segment.
fn most_ordered_mw(field: &Field, kind: FarmKind, segment: usize) -> f64 {
    let last = field.date_at(segment + 1);
    let (mut covered, mut sum_mw) = (0, 0.0);
    for limit in &field.limits {
        match limit.counts {
            Counts::Ordered { from, until, kinds, .. } if kinds[kind as usize] && from == covered && from < last => {
                covered = until;
                sum_mw += limit.at_most;
            }
            _ => {}
        }
    }
    if covered >= last { sum_mw } else { f64::INFINITY }
}

impl FirmCurve {
    /// The curve; beyond its last point its last slope goes on.
    fn usd(&self, mw: f64) -> f64 {
        let points = self.discounted_usd.len();
        if points < 2 {
            return 0.0;
        }
        let i = ((mw / self.step_mw) as usize).min(points - 2);
        let share = mw / self.step_mw - i as f64;
        self.discounted_usd[i] + share * (self.discounted_usd[i + 1] - self.discounted_usd[i])
    }

    /// The steepest way from a draw to a point of the curve beyond it, USD per MW.
    fn steepest_ahead(&self, mw: f64) -> f64 {
        let from_usd = self.usd(mw);
        let ahead = |k: usize| {
            let way_mw = k as f64 * self.step_mw - mw;
            (way_mw > TINY_MW).then(|| (self.discounted_usd[k] - from_usd) / way_mw)
        };
        let steepest = (0..self.discounted_usd.len()).filter_map(ahead).fold(f64::NEG_INFINITY, f64::max);
        if steepest.is_finite() { steepest } else { 0.0 }
    }
}

/// The least concave function above a curve on an interval.
#[derive(Debug, Clone)]
struct Hull {
    interval: Interval,
    /// Corners: (MW, USD), ascending; at least one.
    corners: Vec<(f64, f64)>,
}

impl Hull {
    fn over(curve: &FirmCurve, interval: Interval) -> Self {
        let last_mw = curve.step_mw * curve.discounted_usd.len().saturating_sub(1) as f64;
        let (least, most) = (interval.0, interval.1.min(last_mw.max(interval.0)));
        let knots = (0..curve.discounted_usd.len()).map(|k| k as f64 * curve.step_mw);
        let inside = knots.filter(|mw| *mw > least + TINY_MW && *mw < most - TINY_MW);
        let mut corners: Vec<(f64, f64)> = Vec::new();
        for mw in core::iter::once(least).chain(inside).chain((most > least + TINY_MW).then_some(most)) {
            let next = (mw, curve.usd(mw));
            while let [.., a, b] = corners[..] {
                let below = (b.1 - a.1) * (next.0 - a.0) <= (next.1 - a.1) * (b.0 - a.0);
                if !below {
                    break;
                }
                corners.pop();
            }
            corners.push(next);
        }
        Self { interval, corners }
    }

    /// Slope and intercept of the hull at a draw; beyond the last corner its last slope goes on.
    fn tangent(&self, mw: f64) -> (f64, f64) {
        let last = self.corners.len() - 1;
        let right = self.corners.partition_point(|c| c.0 <= mw).clamp(1, last.max(1));
        let (Some(a), Some(b)) = (self.corners.get(right - 1), self.corners.get(right)) else {
            return (0.0, self.corners[0].1);
        };
        let slope = (b.1 - a.1) / (b.0 - a.0);
        (slope, a.1 - slope * a.0)
    }
}
