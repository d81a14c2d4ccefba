//! The oracle of the optimiser's tests: the whole decision as one linear program, written down hour by hour.
//!
//! Nothing is clever here. Every source, miner, export and shortfall of every sampled hour is a variable of its own;
//! there are no modules, no cuts and no value functions. It covers new builds on any number of dates. What stands on
//! the first day runs as it is until its own end; conversions, refreshes, retirements, opening costs and overheads are
//! left out; curves of AI are replaced by their least concave majorant. Good for some thousand site-hours.

use super::field::{Counts, Field, FieldSite, FirmCurve, HallWorth, Offer, SampleDay, Stage};
use super::lp::{Lp, Terms};
use super::problem::Action;
use crate::dispatch;

/// The best plan of the linear program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Optimum {
    /// Discounted value, USD: what is built, what stands, and what sites export without farms; risk weighed in.
    pub usd: f64,
    /// MW ordered by site and [`FieldSite::offers`]; 0 for what is no new build.
    pub mw: Vec<Vec<f64>>,
}

/// The greatest discounted value, USD: [`Optimum::usd`].
pub(crate) fn monolith(field: &Field) -> f64 {
    optimum(field).usd
}

/// The best plan.
///
/// # Panics
/// When the program has no optimum or the solver does not find it.
pub(crate) fn optimum(field: &Field) -> Optimum {
    let mut program = Program::new(field);
    for site in 0..field.sites.len() {
        program.site(site);
    }
    program.limits();
    program.cap_emissions();
    program.weigh_paths();
    let (usd, values) = program.lp.solve();
    let mw = |variables: &Vec<Option<usize>>| variables.iter().map(|v| v.map_or(0.0, |v| values[v])).collect();
    Optimum { usd: usd + program.standing_usd, mw: program.builds.iter().map(mw).collect() }
}

/// Capacity as a linear expression of the builds.
#[derive(Debug, Clone, Default)]
struct Capacity {
    /// (variable, MW per unit of it).
    terms: Terms,
    /// What stands, MW.
    standing_mw: f64,
}

/// The program as it grows.
struct Program<'a> {
    field: &'a Field,
    lp: Lp,
    /// Variable of each build, by site and offer.
    builds: Vec<Vec<Option<usize>>>,
    /// What the hours of each path bring (already over the number of paths): (variable, USD per unit).
    path_terms: Vec<Terms>,
    /// Emissions: (variable, tonnes per unit).
    emits: Terms,
    /// What does not depend on the path.
    common: Terms,
    /// Value of what stands beside its hours, USD: the same on every path, so it only adds.
    standing_usd: f64,
}

impl<'a> Program<'a> {
    fn new(field: &'a Field) -> Self {
        let mut program = Self {
            field,
            lp: Lp::default(),
            builds: Vec::new(),
            path_terms: vec![Terms::new(); field.paths],
            emits: Terms::new(),
            common: Terms::new(),
            standing_usd: 0.0,
        };
        for site in &field.sites {
            let build = |offer: &Offer| (offer.action == Action::Build).then(|| program.build(offer));
            let variables = site.offers.iter().map(build).collect();
            program.builds.push(variables);
            let worth = |s: &super::field::Standing| s.mw * run_usd_per_mw(field, &s.stage, &s.hall);
            program.standing_usd += site.standing.iter().map(worth).sum::<f64>();
        }
        program
    }

    fn build(&mut self, offer: &Offer) -> usize {
        let hall = offer.hall.as_ref().expect("a build has a hall");
        let usd = run_usd_per_mw(self.field, &offer.stage, hall) - offer.cost_discounted_usd_per_mw;
        let variable = self.lp.positive(usd);
        self.common.push((variable, usd));
        variable
    }

    /// (offer, variable) of the builds of a site.
    fn builds_at(&self, site: usize) -> impl Iterator<Item = (&'a Offer, usize)> {
        let field = self.field;
        let pairs = field.sites[site].offers.iter().zip(&self.builds[site]);
        pairs.filter_map(|(offer, variable)| variable.map(|v| (offer, v)))
    }

    /// MW of connection of the stages that `counts`, times `factor` of each.
    fn capacity(&self, site: usize, counts: impl Fn(&Stage, usize) -> f64) -> Capacity {
        let mut capacity = Capacity::default();
        for (offer, variable) in self.builds_at(site) {
            let factor = counts(&offer.stage, self.field.dates[offer.date]);
            if factor != 0.0 {
                capacity.terms.push((variable, factor));
            }
        }
        let standing = self.field.sites[site].standing.iter();
        capacity.standing_mw = standing.map(|s| s.mw * counts(&s.stage, 0)).sum();
        capacity
    }

    fn site(&mut self, site: usize) {
        for segment in 0..self.field.segments() {
            let taken = self.capacity(site, |stage, ordered| f64::from((ordered..stage.until).contains(&segment)));
            if !taken.terms.is_empty() {
                self.lp.at_most(taken.terms, self.field.sites[site].maximum_mw - taken.standing_mw);
            }
            let firm = self.firm_draw(site, segment);
            self.firm_curve(site, segment, &firm);
        }
        for (number, day) in self.field.days.iter().enumerate() {
            let firm = self.firm_draw(site, day.segment);
            let miners = self.miners(site, day);
            for hour in 24 * number..24 * (number + 1) {
                self.hour(site, hour, day, &firm, &miners);
            }
        }
    }

    /// MW that AI draws in a segment.
    fn firm_draw(&self, site: usize, segment: usize) -> Capacity {
        let firm = |stage: &Stage| self.field.models[stage.model].kind.is_firm();
        self.capacity(site, |s, _| if runs(s, segment) && firm(s) { s.draw_mw_per_mw } else { 0.0 })
    }

    /// (value in USD/MWh, power) of each tier of each model.
    fn miners(&self, site: usize, day: &SampleDay) -> Vec<(f64, Capacity)> {
        let mut miners = Vec::new();
        for (number, model) in self.field.models.iter().enumerate().filter(|(_, m)| !m.kind.is_firm()) {
            for tier in &model.tiers {
                let value = tier.value_on(day);
                let here = |s: &Stage| s.model == number && runs(s, day.segment);
                let power = self.capacity(site, |s, _| if here(s) { s.draw_mw_per_mw * tier.share } else { 0.0 });
                if power.standing_mw > 0.0 || !power.terms.is_empty() {
                    miners.push((value, power));
                }
            }
        }
        miners
    }

    /// A variable of an hour, at most `most`, that brings `usd_per_mwh`.
    fn flow(&mut self, day: &SampleDay, usd_per_mwh: f64, most: &Capacity) -> usize {
        let usd = day.weight * usd_per_mwh;
        let flow = self.lp.positive(usd);
        self.path_terms[day.path].push((flow, usd));
        let mut row: Terms = most.terms.iter().map(|(v, mw)| (*v, -mw)).collect();
        row.push((flow, 1.0));
        self.lp.at_most(row, most.standing_mw);
        flow
    }

    fn hour(&mut self, site: usize, hour: usize, day: &SampleDay, firm: &Capacity, miners: &[(f64, Capacity)]) {
        let FieldSite { terms, hours, .. } = &self.field.sites[site];
        let price = hours.price_usd_per_mwh[hour];
        let costs =
            [terms.surplus_cost_usd_per_mwh, terms.hydro_cost_usd_per_mwh, price + terms.import_adder_usd_per_mwh];
        let available = [hours.surplus_mw[hour], hours.hydro_mw[hour], hours.import_mw[hour]];
        let mut balance = Terms::new();
        let mut local_export = Terms::new();
        for (source, (cost, mw)) in costs.iter().zip(available).enumerate() {
            let flow = self.flow(day, -cost, &Capacity { standing_mw: mw, ..Capacity::default() });
            balance.push((flow, 1.0));
            if source < 2 {
                local_export.push((flow, -1.0));
            } else {
                self.emits.push((flow, day.days * self.field.sites[site].co2_t_per_mwh));
            }
        }
        let export = Capacity { standing_mw: hours.export_mw[hour], ..Capacity::default() };
        let export = self.flow(day, price - terms.export_fee_usd_per_mwh, &export);
        balance.push((export, -1.0));
        local_export.push((export, 1.0));
        self.lp.at_most(local_export, 0.0);
        for (value, power) in miners {
            balance.push((self.flow(day, *value, power), -1.0));
        }
        let short = self.flow(day, -shortfall_usd_per_mwh(terms, costs), firm);
        balance.push((short, 1.0));
        balance.extend(firm.terms.iter().map(|(v, mw)| (*v, -mw)));
        self.lp.equal(balance, firm.standing_mw);
    }

    /// What AI of a site brings in a segment by its draw.
    fn firm_curve(&mut self, site: usize, segment: usize, draw: &Capacity) {
        let pieces = self.field.sites[site].firm_curves.get(segment).map(concave_pieces).unwrap_or_default();
        if pieces.is_empty() || (draw.terms.is_empty() && draw.standing_mw == 0.0) {
            return;
        }
        let mut row: Terms = draw.terms.iter().map(|(v, mw)| (*v, -mw)).collect();
        for (mw, usd_per_mw) in pieces {
            let piece =
                if mw.is_finite() { self.lp.between_0_and(mw, usd_per_mw) } else { self.lp.positive(usd_per_mw) };
            self.common.push((piece, usd_per_mw));
            row.push((piece, 1.0));
        }
        self.lp.equal(row, draw.standing_mw);
    }

    fn limits(&mut self) {
        for limit in &self.field.limits {
            let mut terms = Terms::new();
            let mut standing_mw = 0.0;
            for (site, here) in self.field.sites.iter().enumerate() {
                terms.extend(self.builds_at(site).map(|(offer, v)| (v, self.counted(&limit.counts, offer))));
                standing_mw +=
                    here.standing.iter().filter(|s| self.stands(&limit.counts, &s.stage)).map(|s| s.mw).sum::<f64>();
            }
            terms.retain(|(_, factor)| *factor != 0.0);
            if !terms.is_empty() {
                self.lp.at_most(terms, limit.at_most - standing_mw);
            }
        }
    }

    fn cap_emissions(&mut self) {
        if let Some(cap) = self.field.co2 {
            self.lp.at_most(core::mem::take(&mut self.emits), cap.t_per_year * self.field.years());
        }
    }

    /// What a MW of an offer counts in a limit.
    fn counted(&self, counts: &Counts, offer: &Offer) -> f64 {
        match counts {
            Counts::SpentUntil(date) => {
                if offer.date <= *date {
                    offer.capital_usd_per_mw
                } else {
                    0.0
                }
            }
            Counts::Ordered { from, until, kinds, .. } => {
                f64::from((*from..*until).contains(&offer.date) && kinds[self.kind(&offer.stage)])
            }
            Counts::Standing { date, .. } => f64::from(offer.date <= *date && self.stands(counts, &offer.stage)),
        }
    }

    /// Whether a stage that has been ordered counts among what stands on a limit's date.
    fn stands(&self, counts: &Counts, stage: &Stage) -> bool {
        match counts {
            Counts::Standing { date, kinds } => self.field.dates[*date] < stage.until && kinds[self.kind(stage)],
            _ => false,
        }
    }

    fn kind(&self, stage: &Stage) -> usize {
        self.field.models[stage.model].kind as usize
    }

    /// Replaces a share of the mean by the mean of the worst paths (Rockafellar and Uryasev's program).
    fn weigh_paths(&mut self) {
        let risk = self.field.risk;
        if risk.cvar_weight == 0.0 {
            return;
        }
        let paths = self.field.paths as f64;
        for (variable, usd) in self.common.iter().chain(self.path_terms.iter().flatten()) {
            self.lp.gains(*variable, -risk.cvar_weight * usd);
        }
        // Both in millions: as dollars they would be far larger than every other variable.
        let unit = 1e6;
        let threshold = self.lp.free(risk.cvar_weight * unit);
        for terms in &self.path_terms {
            let below = self.lp.positive(-risk.cvar_weight * unit / (risk.tail_share * paths));
            let mut row: Terms = self.common.iter().map(|(v, usd)| (*v, -usd)).collect();
            row.extend(terms.iter().map(|(v, usd)| (*v, -usd * paths)));
            row.extend([(threshold, unit), (below, -unit)]);
            self.lp.at_most(row, 0.0);
        }
    }
}

/// Discounted money of a MW beside its hours, USD: what comes steadily, and its worth when it ends by itself.
fn run_usd_per_mw(field: &Field, stage: &Stage, hall: &HallWorth) -> f64 {
    let worth = stage.machines_worth_usd_per_mw[stage.until] + hall.ended_usd_per_mw[stage.until];
    let dues: f64 = hall.dues_discounted_usd_per_mw[stage.from..stage.until].iter().sum();
    stage.steady_discounted_usd_per_mw.iter().sum::<f64>() - dues + worth * field.boundary_factor[stage.until]
}

fn runs(stage: &Stage, segment: usize) -> bool {
    (stage.from..stage.until).contains(&segment)
}

/// What a MWh that AI lacks costs in an hour.
fn shortfall_usd_per_mwh(terms: &dispatch::Terms, costs: [f64; 3]) -> f64 {
    costs.iter().fold(terms.backup_cost_usd_per_mwh, |most, cost| most.max(*cost))
}

/// The least concave curve above a firm curve as (MW, USD per MW), steepest first; the last goes on for ever.
fn concave_pieces(curve: &FirmCurve) -> Vec<(f64, f64)> {
    let usd = &curve.discounted_usd;
    let mut pieces = Vec::new();
    let mut from = 0;
    while from + 1 < usd.len() {
        let slope = |to: usize| (usd[to] - usd[from]) / ((to - from) as f64 * curve.step_mw);
        // The point seen under the steepest angle, the farthest of several.
        let to = (from + 1..usd.len()).max_by(|a, b| slope(*a).total_cmp(&slope(*b))).expect("a point is left");
        pieces.push(((to - from) as f64 * curve.step_mw, slope(to)));
        from = to;
    }
    if let Some(last) = pieces.last_mut() {
        last.0 = f64::INFINITY;
    }
    pieces
}

#[cfg(test)]
mod tests;
