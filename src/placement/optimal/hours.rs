//! What a site's sampled hours bring for given capacities, and what one more MW of each model would add.

use rayon::prelude::*;

use crate::dispatch::slice::{Slice, SliceDual, slice_dual};
use crate::dispatch::{Columns, MinerTier};
use crate::placement::field::{Field, FieldSite, SampleDay};
use crate::placement::problem::FarmKind;

/// MW drawn at full run by segment and model: `[segment * models + model]`.
pub type Draws = Vec<f64>;

/// The value of one site in one group of segments: a plane that touches the value where it was made and lies above
/// it everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// Discounted USD at no capacity.
    pub constant_usd: f64,
    /// Discounted USD per MW of draw: `[(segment - first of the group) * models + model]`.
    pub gains_usd_per_mw: Vec<f64>,
}

/// A site's hours in a group, evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The plane.
    pub cut: Cut,
    /// Expected discounted value of the hours, USD.
    pub value_usd: f64,
    /// Value of the hours by path, as if the path were certain, USD.
    pub by_path_usd: Vec<f64>,
}

/// The hours of all sites, prepared for evaluating over and over.
pub struct Hours<'a> {
    field: &'a Field,
    /// Segments of each group.
    pub groups: Vec<core::ops::Range<usize>>,
    /// Days of each segment, as indices into [`Field::days`].
    days: Vec<core::ops::Range<usize>>,
    /// Models that can run at a site in a segment: `[site][segment]`.
    present: Vec<Vec<Vec<usize>>>,
}

impl<'a> Hours<'a> {
    /// Prepares.
    pub fn new(field: &'a Field) -> Self {
        let segments = field.segments();
        // Where everything is decided at once, one value function per site makes the smallest master problem.
        let all = if field.dates.len() == 1 { vec![0; segments] } else { field.groups.clone() };
        let groups = all.last().map_or(0, |g| g + 1);
        let range = |g: usize| all.partition_point(|x| *x < g)..all.partition_point(|x| *x <= g);
        let days = (0..segments)
            .map(|s| field.days.partition_point(|d| d.segment < s)..field.days.partition_point(|d| d.segment <= s))
            .collect();
        Self {
            field,
            groups: (0..groups).map(range).collect(),
            days,
            present: field.sites.iter().map(|s| present(s, segments)).collect(),
        }
    }

    /// Evaluates every site and group, in that order. `path_weights` tilts the mean towards some paths (1 for each is
    /// the mean).
    pub fn evaluate_all(&self, draws: &[Draws], path_weights: Option<&[f64]>) -> Vec<Evaluated> {
        let groups = self.groups.len();
        (0..self.field.sites.len() * groups)
            .into_par_iter()
            .map(|i| self.evaluate(i / groups, i % groups, &draws[i / groups], path_weights))
            .collect()
    }

    /// Evaluates one site in one group.
    pub fn evaluate(&self, site: usize, group: usize, draws: &Draws, path_weights: Option<&[f64]>) -> Evaluated {
        let models = self.field.models.len();
        let segments = self.groups[group].clone();
        let mut sum = Evaluated {
            cut: Cut { constant_usd: 0.0, gains_usd_per_mw: vec![0.0; segments.len() * models] },
            value_usd: 0.0,
            by_path_usd: vec![0.0; self.field.paths],
        };
        for (i, segment) in segments.enumerate() {
            let of_segment = &draws[segment * models..(segment + 1) * models];
            self.add_segment(site, segment, of_segment, path_weights, &mut sum, i * models);
        }
        sum
    }

    fn add_segment(
        &self,
        site: usize,
        segment: usize,
        draws: &[f64],
        path_weights: Option<&[f64]>,
        sum: &mut Evaluated,
        at: usize,
    ) {
        let field = self.field;
        let present = &self.present[site][segment];
        let firm: Vec<usize> = present.iter().copied().filter(|m| field.kind(*m) != FarmKind::Mining).collect();
        let firm_mw: f64 = firm.iter().map(|m| draws[*m]).sum();
        let mut fleet = Fleet::new(field, present, draws);
        for d in self.days[segment].clone() {
            let day = &field.days[d];
            fleet.muster(day);
            let dual = fleet.dispatch(&field.sites[site], d, firm_mw);
            let weight = day.weight * path_weights.map_or(1.0, |w| w[day.path]);
            sum.cut.constant_usd += weight * dual.assets_usd;
            let mut value_usd = dual.assets_usd - firm_mw * dual.firm_usd_per_mw;
            for (order, gain) in fleet.order.iter().zip(&fleet.gains) {
                sum.cut.gains_usd_per_mw[at + order.model] += weight * gain * order.share;
                value_usd += gain * order.mw;
            }
            for model in &firm {
                sum.cut.gains_usd_per_mw[at + model] -= weight * dual.firm_usd_per_mw;
            }
            sum.by_path_usd[day.path] += weight * field.paths as f64 * value_usd;
            sum.value_usd += weight * value_usd;
        }
    }
}

/// Models that can run at a site, by segment.
fn present(site: &FieldSite, segments: usize) -> Vec<Vec<usize>> {
    let stages = || site.standing.iter().map(|s| &s.stage).chain(site.offers.iter().map(|o| &o.stage));
    (0..segments)
        .map(|segment| {
            let here = stages().filter(|s| s.from <= segment && segment < s.until);
            let mut models: Vec<usize> = here.map(|s| s.model).collect();
            models.sort_unstable();
            models.dedup();
            models
        })
        .collect()
}

/// The mining states of a site in a segment, sorted anew for each day's hashprice.
struct Fleet<'a> {
    field: &'a Field,
    order: Vec<State>,
    tiers: Vec<MinerTier>,
    gains: Vec<f64>,
}

/// A state of a model's machines.
#[derive(Debug, Clone, Copy)]
struct State {
    model: usize,
    tier: usize,
    share: f64,
    mw: f64,
    value_usd_per_mwh: f64,
}

impl<'a> Fleet<'a> {
    fn new(field: &'a Field, present: &[usize], draws: &[f64]) -> Self {
        let states = |m: usize| {
            let tiers = field.models[m].tiers.iter().enumerate();
            tiers.map(move |(tier, t)| State {
                model: m,
                tier,
                share: t.share,
                mw: t.share * draws[m],
                value_usd_per_mwh: 0.0,
            })
        };
        let order: Vec<State> = present.iter().flat_map(|m| states(*m)).collect();
        let count = order.len();
        Self { field, order, tiers: Vec::with_capacity(count), gains: vec![0.0; count] }
    }

    fn muster(&mut self, day: &SampleDay) {
        for state in &mut self.order {
            let tier = &self.field.models[state.model].tiers[state.tier];
            state.value_usd_per_mwh = tier.value_on(day);
        }
        self.order.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
        self.tiers.clear();
        self.tiers.extend(self.order.iter().map(|s| MinerTier { mw: s.mw, value_usd_per_mwh: s.value_usd_per_mwh }));
        self.gains.fill(0.0);
    }

    fn dispatch(&mut self, site: &FieldSite, day: usize, firm_mw: f64) -> SliceDual {
        let terms = self.field.terms_of_day(site, &self.field.days[day]);
        slice_dual(&site.hours.day(day), &terms, firm_mw, &self.tiers, &mut self.gains)
    }
}

impl Columns {
    /// The hours of a sampled day.
    pub fn day(&self, day: usize) -> Slice<'_> {
        let hours = 24 * day..24 * (day + 1);
        Slice {
            surplus_mw: &self.surplus_mw[hours.clone()],
            hydro_mw: &self.hydro_mw[hours.clone()],
            import_mw: &self.import_mw[hours.clone()],
            export_mw: &self.export_mw[hours.clone()],
            price_usd_per_mwh: &self.price_usd_per_mwh[hours],
        }
    }
}
