//! The first decision as a network of PyPSA, for asking an independent program the same question.
//!
//! [`files`] writes what `pypsa.Network(FOLDER)` reads and `n.optimize()` solves, without a line of Python around it:
//! the linear program of [`Field::first_decision`]. What maps to what is told in the folder's README
//! (`pypsa/folder.md`). Three things are less than obvious:
//!
//! - A build is a link whose capacity is MW of connection, so that limits of MW and of money can be sums over links:
//!   the types `transmission_volume_expansion_limit` (length × capacity) and `transmission_expansion_cost_limit`
//!   (`capital_cost` × capacity) take any list of carriers, and every build has a carrier of its own. The objective
//!   sees `capital_cost + fom_cost`, the budget `capital_cost` alone.
//! - A machine that runs in several states is one link per state; links of length -1 tie their capacities to the first.
//! - What AI earns by its draw ([`FirmCurve`]) is spread over the hours of a segment: its power ends in generators that
//!   take it in steps, best first. Its draw is the same in all of them, so nothing is lost.

mod network;

use super::answer::PlaceError;
use super::field::{Counts, Field, FieldSite, FirmCurve, HallWorth, SampleDay, Stage};
use super::optimal::{Settings, optimise};
use core::ops::ControlFlow;
use network::{Generator, GlobalLimit, Link, Network};

/// Why a field cannot be exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Nothing to decide.
    #[error("nothing can be built on the first decision date, so there is nothing to optimise")]
    NothingToBuild,
    /// PyPSA's own cap counts the energy of carriers in snapshots, whose weights are money here and not hours.
    #[error("a cap on emissions cannot be exported: take `placement.co2_cap_t_per_year` away, or ask `hashwatt place`")]
    Capped,
}

/// What our own relaxation makes of the first decision: the number to compare with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Own {
    /// Value, USD, with what sites export without any farm, as PyPSA sees it.
    pub objective_usd: f64,
    /// What sites export without any farm, USD.
    pub selling_usd: f64,
    /// How much better any plan could be, as a share of the value over selling.
    pub gap_share: f64,
    /// Rounds of cutting planes.
    pub rounds: u64,
    /// Time of the clock.
    pub seconds: f64,
}

/// Gap at which our own search ends: PyPSA is held to a thousand times as much.
const OWN_GAP_SHARE: f64 = 1e-9;

/// Solves [`Field::first_decision`] by cutting planes.
///
/// # Errors
/// When what stands breaks a limit, or the linear program fails.
pub fn own_optimum(field: &Field) -> Result<Own, PlaceError> {
    let first = field.first_decision();
    first.check_what_is_kept()?;
    let settings = Settings { relax: true, relaxed_gap_share: OWN_GAP_SHARE, ..Settings::default() };
    let optimum = optimise(&first, &settings, &mut |_| ControlFlow::Continue(()))?;
    let (proof, effort) = (&optimum.answer.proof, &optimum.answer.effort);
    let selling_usd = optimum.search.selling_usd();
    Ok(Own {
        objective_usd: proof.objective_usd + selling_usd,
        selling_usd,
        gap_share: proof.gap_share,
        rounds: effort.rounds,
        seconds: effort.seconds.relaxation,
    })
}

/// The files of the network, (name, contents), and the README that goes with them.
///
/// # Errors
/// When there is nothing to decide, or emissions are capped.
pub fn files(field: &Field, title: &str, own: &Own) -> Result<Vec<(String, String)>, ExportError> {
    if field.co2.is_some() {
        return Err(ExportError::Capped);
    }
    let first = field.first_decision();
    if first.sites.iter().all(|site| site.offers.is_empty()) {
        return Err(ExportError::NothingToBuild);
    }
    let mut export = Export::new(&first);
    for site in &first.sites {
        export.site(site);
    }
    export.limits();
    let offset_usd = export.offset_usd;
    let mut files = export.network.files(title);
    let readme = include_str!("pypsa/folder.md").replace("OFFSET_USD", &offset_usd.to_string());
    files.push(("README.md".to_owned(), readme));
    let meta = format!(
        "{{\"hashwatt_objective_usd\": {}, \"hashwatt_offset_usd\": {offset_usd}, \"hashwatt_selling_usd\": {}}}\n",
        own.objective_usd, own.selling_usd
    );
    files.push(("meta.json".to_owned(), meta));
    Ok(files)
}

/// Where the power of miners ends.
const HASHES: &str = "hashes";

struct Export<'a> {
    field: &'a Field,
    network: Network,
    /// Builds so far.
    builds: Vec<Build<'a>>,
    /// Links so far: their number is their carrier.
    links: usize,
    /// Value that no decision changes and PyPSA does not see, USD.
    offset_usd: f64,
}

/// A new build: the link whose capacity is its MW of connection.
struct Build<'a> {
    carrier: String,
    site: &'a str,
    stage: &'a Stage,
}

/// Capacity that is exported.
struct Capacity<'a> {
    site: &'a FieldSite,
    stage: &'a Stage,
    /// MW that stand; `None` for a build.
    mw: Option<f64>,
    capital_usd_per_mw: f64,
    /// Discounted value beside the hours, capital deducted, USD per MW.
    value_usd_per_mw: f64,
}

impl<'a> Export<'a> {
    fn new(field: &'a Field) -> Self {
        let weights = field.days.iter().flat_map(|day| [day.weight; 24]).collect();
        let mut network = Network::new(weights);
        let miners_mw = field.sites.iter().map(|site| most_mw(site, |_| true)).sum();
        network.bus(HASHES);
        let hours = 24 * field.days.len();
        network.generator(Generator {
            name: HASHES.to_owned(),
            bus: HASHES.to_owned(),
            carrier: HASHES.to_owned(),
            draws: true,
            mw: vec![miners_mw; hours],
            usd_per_mwh: vec![0.0; hours],
        });
        Self { field, network, builds: Vec::new(), links: 0, offset_usd: 0.0 }
    }

    /// A value for each hour, from one for each day.
    fn hourly(&self, of_day: impl Fn(&SampleDay) -> f64) -> Vec<f64> {
        self.field.days.iter().flat_map(|day| [of_day(day); 24]).collect()
    }

    fn is_firm(&self, stage: &Stage) -> bool {
        self.field.models[stage.model].kind.is_firm()
    }

    fn site(&mut self, site: &'a FieldSite) {
        self.sources(site);
        let stages = || site.offers.iter().map(|o| &o.stage).chain(site.standing.iter().map(|s| &s.stage));
        if stages().any(|stage| self.is_firm(stage)) {
            self.firm_buses(site);
        }
        for standing in &site.standing {
            let usd = standing.mw * run_usd_per_mw(self.field, &standing.stage, &standing.hall);
            self.offset_usd += usd;
            self.capacity(&Capacity {
                site,
                stage: &standing.stage,
                mw: Some(standing.mw),
                capital_usd_per_mw: 0.0,
                value_usd_per_mw: 0.0,
            });
        }
        for offer in &site.offers {
            let hall = offer.hall.clone().unwrap_or_else(|| no_worth(self.field));
            let value = run_usd_per_mw(self.field, &offer.stage, &hall) - offer.cost_discounted_usd_per_mw;
            self.capacity(&Capacity {
                site,
                stage: &offer.stage,
                mw: None,
                capital_usd_per_mw: offer.capital_usd_per_mw,
                value_usd_per_mw: value,
            });
        }
    }

    /// Sources and export. Grid power is exported where that pays, which it does only where adder and fee together are
    /// negative: there the local sources have a bus of their own.
    fn sources(&mut self, site: &FieldSite) {
        let (terms, hours) = (&site.terms, &site.hours);
        let count = hours.price_usd_per_mwh.len();
        let of_price = |by: f64, sign: f64| hours.price_usd_per_mwh.iter().map(|price| sign * (price + by)).collect();
        self.network.bus(&site_bus(site));
        let local = if terms.import_adder_usd_per_mwh + terms.export_fee_usd_per_mwh < 0.0 {
            self.local_bus(site, count)
        } else {
            site_bus(site)
        };
        let surplus_cost = vec![terms.surplus_cost_usd_per_mwh; count];
        let hydro_cost = vec![terms.hydro_cost_usd_per_mwh; count];
        let grid_cost = of_price(terms.import_adder_usd_per_mwh, 1.0);
        let export_cost = of_price(-terms.export_fee_usd_per_mwh, -1.0);
        for (carrier, bus, mw, usd_per_mwh) in [
            ("surplus", &local, &hours.surplus_mw, surplus_cost),
            ("hydro", &local, &hours.hydro_mw, hydro_cost),
            ("grid", &site_bus(site), &hours.import_mw, grid_cost),
            ("export", &local, &hours.export_mw, export_cost),
        ] {
            self.network.generator(Generator {
                name: format!("{} {carrier}", site.name),
                bus: bus.clone(),
                carrier: carrier.to_owned(),
                draws: carrier == "export",
                mw: mw.clone(),
                usd_per_mwh,
            });
        }
    }

    fn local_bus(&mut self, site: &FieldSite, hours: usize) -> String {
        let local = format!("{} local", site.name);
        let most = |mw: &[f64]| mw.iter().fold(0.0, |most: f64, mw| most.max(*mw));
        let most_mw = most(&site.hours.surplus_mw) + most(&site.hours.hydro_mw);
        self.network.bus(&local);
        self.wire(format!("{} local to site", site.name), local.clone(), site_bus(site), most_mw, hours);
        local
    }

    /// A connection that costs nothing and is never full.
    fn wire(&mut self, name: String, from: String, to: String, mw: f64, hours: usize) {
        self.network.link(Link {
            name,
            from,
            to,
            carrier: "wire".to_owned(),
            mw: Some(mw),
            per_mw: vec![1.0; hours],
            usd_per_mwh: vec![0.0; hours],
            ..Link::default()
        });
    }

    /// The bus that AI is served from, by the site or by nobody, and the one where its power ends.
    fn firm_buses(&mut self, site: &FieldSite) {
        let hours = 24 * self.field.days.len();
        let most_mw = most_mw(site, |stage| self.is_firm(stage));
        self.network.bus(&ai_bus(site));
        self.wire(format!("{} site to ai", site.name), site_bus(site), ai_bus(site), most_mw, hours);
        let terms = &site.terms;
        let local = terms.surplus_cost_usd_per_mwh.max(terms.hydro_cost_usd_per_mwh);
        let least = local.max(terms.backup_cost_usd_per_mwh);
        let short = |price: &f64| least.max(price + terms.import_adder_usd_per_mwh);
        self.network.generator(Generator {
            name: format!("{} short", site.name),
            bus: ai_bus(site),
            carrier: "short".to_owned(),
            draws: false,
            mw: vec![most_mw; hours],
            usd_per_mwh: site.hours.price_usd_per_mwh.iter().map(short).collect(),
        });
        self.firm_curve(site, most_mw);
    }

    fn firm_curve(&mut self, site: &FieldSite, most_mw: f64) {
        let bus = tenants_bus(site);
        self.network.bus(&bus);
        let mut weight = vec![0.0; self.field.segments()];
        for day in &self.field.days {
            weight[day.segment] += 24.0 * day.weight;
        }
        let none = FirmCurve::default();
        let steps = |s: usize| concave_steps(site.firm_curves.get(s).unwrap_or(&none), most_mw);
        let steps: Vec<Vec<(f64, f64)>> = (0..self.field.segments()).map(steps).collect();
        for step in 0..steps.iter().map(Vec::len).max().unwrap_or(0) {
            let of = |segment: usize| steps[segment].get(step).copied().unwrap_or((0.0, 0.0));
            let cost = |day: &SampleDay| {
                let usd_per_mw = of(day.segment).1;
                if usd_per_mw == 0.0 { 0.0 } else { -usd_per_mw / weight[day.segment] }
            };
            let generator = Generator {
                name: format!("{} tenants {}", site.name, step + 1),
                bus: bus.clone(),
                carrier: "tenants".to_owned(),
                draws: true,
                mw: self.hourly(|day| of(day.segment).0),
                usd_per_mwh: self.hourly(cost),
            };
            self.network.generator(generator);
        }
    }

    /// A farm, standing or not: one link, or one per state of its machines.
    fn capacity(&mut self, capacity: &Capacity<'a>) {
        let field = self.field;
        let model = &field.models[capacity.stage.model];
        if self.is_firm(capacity.stage) {
            let link = self.link(capacity, 1.0, |_| 0.0);
            self.add_first(capacity, Link { firm: true, ..link });
            return;
        }
        let mut first: Option<String> = None;
        for tier in &model.tiers {
            let cost = |day: &SampleDay| 0.0 - tier.value_on(day);
            let link = self.link(capacity, tier.share, cost);
            match &first {
                None => first = Some(self.add_first(capacity, link)),
                Some(first) => self.add_tied(capacity, link, first),
            }
        }
    }

    fn link(&mut self, capacity: &Capacity, share: f64, cost: impl Fn(&SampleDay) -> f64) -> Link {
        let Capacity { site, stage, .. } = capacity;
        self.links += 1;
        let what = if capacity.mw.is_some() { "standing" } else { "build" };
        let runs = |day: &SampleDay| (stage.from..stage.until).contains(&day.segment);
        let per_mw = |day: &SampleDay| if runs(day) { stage.draw_mw_per_mw * share } else { 0.0 };
        let firm = self.is_firm(stage);
        Link {
            name: format!("{} {what} {} {}", site.name, self.field.models[stage.model].name, self.links),
            from: if firm { ai_bus(site) } else { site_bus(site) },
            to: if firm { tenants_bus(site) } else { HASHES.to_owned() },
            carrier: format!("{what} {}", self.links),
            mw: capacity.mw,
            per_mw: self.hourly(per_mw),
            usd_per_mwh: self.hourly(cost),
            ..Link::default()
        }
    }

    /// Adds the link that carries money and limits; gives its carrier.
    fn add_first(&mut self, capacity: &Capacity<'a>, link: Link) -> String {
        let carrier = link.carrier.clone();
        if capacity.mw.is_none() {
            let build = Build { carrier: carrier.clone(), site: &capacity.site.name, stage: capacity.stage };
            self.builds.push(build);
        }
        self.network.link(Link {
            capital_usd_per_mw: capacity.capital_usd_per_mw,
            other_usd_per_mw: -capacity.value_usd_per_mw - capacity.capital_usd_per_mw,
            length: 1.0,
            ..link
        });
        carrier
    }

    /// Adds the link of another state, as large as the first.
    fn add_tied(&mut self, capacity: &Capacity, link: Link, first: &str) {
        if capacity.mw.is_none() {
            self.network.limit(&GlobalLimit {
                name: format!("states of {}", link.name),
                of_capital: false,
                carriers: vec![first.to_owned(), link.carrier.clone()],
                sense: "==",
                constant: 0.0,
            });
        }
        self.network.link(Link { length: -1.0, ..link });
    }

    fn limits(&mut self) {
        for site in &self.field.sites {
            // Everything is ordered on the first day, when all that stands still does.
            let standing_mw: f64 = site.standing.iter().map(|s| s.mw).sum();
            let here = self.carriers(|build| build.site == site.name);
            self.limit(&format!("MW at {}", site.name), false, here, site.maximum_mw - standing_mw);
        }
        for limit in &self.field.limits {
            let (of_capital, carriers, standing_mw) = match &limit.counts {
                Counts::SpentUntil(_) => (true, self.carriers(|_| true), 0.0),
                Counts::Ordered { kinds, .. } => (false, self.carriers(|b| kinds[self.kind(b.stage)]), 0.0),
                Counts::Standing { kinds, .. } => {
                    let all = self.field.sites.iter().flat_map(|site| &site.standing);
                    let counted = all.filter(|s| s.stage.until > 0 && kinds[self.kind(&s.stage)]);
                    let standing_mw: f64 = counted.map(|s| s.mw).sum();
                    (false, self.carriers(|b| kinds[self.kind(b.stage)]), standing_mw)
                }
            };
            self.limit(&limit.name, of_capital, carriers, limit.at_most - standing_mw);
        }
    }

    fn kind(&self, stage: &Stage) -> usize {
        self.field.models[stage.model].kind as usize
    }

    fn carriers(&self, counts: impl Fn(&Build) -> bool) -> Vec<String> {
        self.builds.iter().filter(|build| counts(build)).map(|build| build.carrier.clone()).collect()
    }

    fn limit(&mut self, name: &str, of_capital: bool, carriers: Vec<String>, constant: f64) {
        if !carriers.is_empty() && constant.is_finite() {
            self.network.limit(&GlobalLimit { name: name.to_owned(), of_capital, carriers, sense: "<=", constant });
        }
    }
}

fn site_bus(site: &FieldSite) -> String {
    format!("{} site", site.name)
}

fn ai_bus(site: &FieldSite) -> String {
    format!("{} ai", site.name)
}

fn tenants_bus(site: &FieldSite) -> String {
    format!("{} tenants", site.name)
}

/// The most that loads of a site can draw, MW.
fn most_mw(site: &FieldSite, counts: impl Fn(&Stage) -> bool) -> f64 {
    let offers = site.offers.iter().map(|o| &o.stage).filter(|stage| counts(stage));
    let draw = offers.fold(0.0, |most: f64, stage| most.max(stage.draw_mw_per_mw));
    let standing = site.standing.iter().filter(|s| counts(&s.stage));
    draw * site.maximum_mw + standing.map(|s| s.mw * s.stage.draw_mw_per_mw).sum::<f64>()
}

/// Discounted money of a MW beside its hours, USD: what comes steadily, and its worth when it ends by itself.
fn run_usd_per_mw(field: &Field, stage: &Stage, hall: &HallWorth) -> f64 {
    let worth = stage.machines_worth_usd_per_mw[stage.until] + hall.ended_usd_per_mw[stage.until];
    let dues: f64 = hall.dues_discounted_usd_per_mw[stage.from..stage.until].iter().sum();
    stage.steady_discounted_usd_per_mw.iter().sum::<f64>() - dues + worth * field.boundary_factor[stage.until]
}

fn no_worth(field: &Field) -> HallWorth {
    let nothing = vec![0.0; field.boundaries.len()];
    HallWorth {
        closed_usd_per_mw: nothing.clone(),
        ended_usd_per_mw: nothing.clone(),
        dues_discounted_usd_per_mw: nothing,
    }
}

/// The least concave curve above a firm curve as steps (MW, USD per MW), best first; the last reaches to `most_mw`.
fn concave_steps(curve: &FirmCurve, most_mw: f64) -> Vec<(f64, f64)> {
    // The corners of the curve so far; one that lies under the chord of its neighbours goes.
    let mut corners: Vec<(f64, f64)> = Vec::new();
    let slope = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) / (b.0 - a.0);
    for (k, usd) in curve.discounted_usd.iter().enumerate() {
        let point = (k as f64 * curve.step_mw, *usd);
        while let [.., before, last] = corners[..]
            && slope(before, last) <= slope(last, point)
        {
            corners.pop();
        }
        corners.push(point);
    }
    let mut steps: Vec<(f64, f64)> = corners.windows(2).map(|c| (c[1].0 - c[0].0, slope(c[0], c[1]))).collect();
    match steps.last_mut() {
        Some(last) => last.0 = last.0.max(most_mw),
        None => steps.push((most_mw, 0.0)),
    }
    steps
}

#[cfg(test)]
mod tests;
