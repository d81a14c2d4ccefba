//! Plans that are nearly as good as the best one.
//!
//! Some the search for the best plan came across. Others are the best that is found when one thing must be otherwise: a
//! site does without farms, or with a module less, or a site that has none has one.

use super::bounds::{Branch, What};
use super::relax::{Relaxed, Search};
use super::report::{NOTHING_MW, planned_steps};
use super::solve::Settings;
use super::whole::{Whole, rounded};
use crate::placement::answer::{Alternative, Difference, PlaceError, PlannedStep};
use crate::placement::problem::Action;

/// Sites that are tried: those that would be missed least, and those that lack least.
const MOST_SITES: usize = 10;
/// Passes of exchanges after a rounding.
const PASSES: usize = 1;

/// What must be otherwise.
enum Otherwise {
    /// A site has no farms that do not stand.
    Without(usize),
    /// A site has at most so many MW.
    Less(usize, f64),
    /// A site gets at least so many MW built.
    More(usize, f64),
}

/// Plans that lose at most a share of the best plan's value, best first, each different; `others` are known already.
pub fn alternatives(
    search: &mut Search,
    relaxed: &Relaxed,
    best: &Whole,
    mut others: Vec<Whole>,
    within_share: f64,
    settings: &Settings,
) -> Result<Vec<Alternative>, PlaceError> {
    for otherwise in ideas(search, relaxed, best) {
        others.extend(tried(search, &otherwise, best, within_share, settings)?);
    }
    let mut found: Vec<Alternative> = Vec::new();
    for plan in others {
        let loss_share = (best.value_usd - plan.value_usd) / best.value_usd.abs().max(1.0);
        let differences = differences(search, &best.mw, &plan.mw);
        let new = !differences.is_empty() && found.iter().all(|other| other.differences != differences);
        if new && loss_share <= within_share {
            found.push(Alternative { value_usd: plan.value_usd, loss_share, differences });
        }
    }
    found.sort_by(|a, b| b.value_usd.total_cmp(&a.value_usd));
    Ok(found)
}

fn ideas(search: &Search, relaxed: &Relaxed, best: &Whole) -> Vec<Otherwise> {
    let sites = 0..search.field.sites.len();
    let placed_mw: Vec<f64> = sites.clone().map(|s| search.most_placed_mw(s, &best.mw)).collect();
    let ordered = |s: &usize| {
        let columns = search.master.columns.iter().zip(&best.mw);
        columns.into_iter().any(|(c, mw)| *mw > NOTHING_MW && c.life.site == *s && !c.life.orders.is_empty())
    };
    let mut used: Vec<(f64, usize)> =
        sites.clone().filter(ordered).map(|s| (search.value_at_site_usd(s, &best.mw), s)).collect();
    let lacks_usd = |s: usize| relaxed.proof.new[s].iter().map(|life| life.worth_usd).fold(f64::NEG_INFINITY, f64::max);
    let mut unused: Vec<(f64, usize)> =
        sites.filter(|s| placed_mw[*s] <= NOTHING_MW).map(|s| (-lacks_usd(s), s)).collect();
    let mut ideas = Vec::new();
    for sites in [&mut used, &mut unused] {
        sites.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        sites.truncate(MOST_SITES);
    }
    for (_, s) in used {
        ideas.push(Otherwise::Without(s));
        ideas.extend(least_build_mw(search, s).map(|(module_mw, _)| Otherwise::Less(s, placed_mw[s] - module_mw)));
    }
    ideas.extend(unused.into_iter().filter_map(|(_, s)| Some(Otherwise::More(s, least_build_mw(search, s)?.1))));
    ideas
}

/// The smallest module that can be built at a site, and the smallest farm, MW.
fn least_build_mw(search: &Search, site: usize) -> Option<(f64, f64)> {
    let builds = search.field.sites[site].offers.iter().filter(|o| o.action == Action::Build);
    let sizes = builds.map(|o| (o.module_mw, o.module_mw * (o.minimum_mw / o.module_mw).ceil().max(1.0)));
    sizes.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)))
}

/// The best plan that is found when one thing is otherwise; `None` where there is none.
fn tried(
    search: &mut Search,
    otherwise: &Otherwise,
    best: &Whole,
    within_share: f64,
    settings: &Settings,
) -> Result<Option<Whole>, PlaceError> {
    let branch = |site: usize, offers: Vec<usize>, at_most: bool, mw: f64| {
        let orders = offers.into_iter().map(|o| (site, o)).collect::<Vec<_>>();
        Branch { what: What::Orders(orders.into()), at_most, mw }
    };
    let field = search.field;
    let connection_mw = search.master.connection_mw.clone();
    let branches = match *otherwise {
        Otherwise::Without(s) => (0..field.sites[s].offers.len()).map(|o| branch(s, vec![o], true, 0.0)).collect(),
        Otherwise::Less(s, mw) => {
            search.master.connection_mw[s] = mw;
            Vec::new()
        }
        Otherwise::More(s, mw) => {
            let offers = &field.sites[s].offers;
            let builds = (0..offers.len()).filter(|o| offers[*o].action == Action::Build).collect();
            vec![branch(s, builds, false, mw)]
        }
    };
    let openings = search.master.openings.clone();
    search.enter(&branches, &openings);
    let enough_usd = best.value_usd * (1.0 - within_share);
    let relaxed = search.solve(0.1 * within_share.max(settings.gap_share), enough_usd);
    // Exchanges would take back what was asked for.
    let passes = if matches!(otherwise, Otherwise::More(..)) { 0 } else { PASSES };
    let plan = relaxed.map(|r| {
        let relax = settings.relax;
        if relax { Whole { mw: r.best.mw, value_usd: r.best.value_usd } } else { rounded(search, &r, passes) }
    });
    search.master.connection_mw = connection_mw;
    search.leave();
    match plan {
        Ok(plan) => Ok(Some(plan)),
        Err(PlaceError::Infeasible { .. } | PlaceError::Solver(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Orders whose MW differ between two plans.
fn differences(search: &Search, best: &[f64], other: &[f64]) -> Vec<Difference> {
    let (a, b) = (planned_steps(search, best), planned_steps(search, other));
    let same = |x: &PlannedStep, y: &PlannedStep| {
        (x.date, &x.site, x.action, &x.technology) == (y.date, &y.site, y.action, &y.technology)
    };
    let mw_in = |steps: &[PlannedStep], wanted: &PlannedStep| {
        steps.iter().filter(|s| same(s, wanted)).map(|s| s.mw).sum::<f64>()
    };
    let mut seen: Vec<&PlannedStep> = Vec::new();
    let mut found = Vec::new();
    for step in a.iter().chain(&b).filter(|s| s.action != Action::Retire) {
        if seen.iter().any(|s| same(s, step)) {
            continue;
        }
        seen.push(step);
        let (best_mw, mw) = (mw_in(&a, step), mw_in(&b, step));
        if (best_mw - mw).abs() > 1e-3 {
            found.push(Difference {
                site: step.site.clone(),
                kind: step.kind,
                technology: step.technology.clone(),
                date: step.date,
                best_mw,
                mw,
            });
        }
    }
    found
}
