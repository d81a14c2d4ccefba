//! Branch and bound: whole modules and open sites, proven on the same planes.
//!
//! A branch bounds the MW of some orders or what AI draws at a site, or closes or opens a site. Planes above the hours
//! and lives found anywhere hold everywhere, so a branch begins with all that is known.

use core::ops::ControlFlow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::SLACK;
use super::bounds::{Branch, What};
use super::opening::{Openings, by_date, whole_starts};
use super::relax::{Relaxed, Search, relative_gap};
use super::solve::seen;
use super::whole::{Whole, rounded};
use crate::placement::answer::PlaceError;
use crate::placement::field::{Counts, Field, Offer};
use crate::placement::problem::Action;

/// What the search for whole modules found.
#[derive(Debug, Clone)]
pub struct Branched {
    /// The best plan.
    pub best: Whole,
    /// The best of the others that were found.
    pub others: Vec<Whole>,
    /// No plan in whole modules is worth more, USD.
    pub bound_usd: f64,
    /// Nodes looked at.
    pub nodes: usize,
}

/// A node that is still to be looked into.
struct Node {
    bound_usd: f64,
    branches: Vec<Branch>,
    openings: Vec<Openings>,
}

/// Passes of exchanges after a rounding; none inside the tree where there are many dates, since each takes long.
pub const PASSES: usize = 6;
/// Share of the present gap to which a relaxation is solved.
const CLOSE: f64 = 0.02;
/// Nodes for which the search looks for a good plan, down the likelier branches until nothing is left to branch on, before
/// it looks after the best bound for three times as many.
const DIVE: usize = 20;
/// Over many dates rounding takes as long as a relaxation: on the way down only every so many nodes are rounded.
const ROUND_EVERY: usize = 4;
/// Plans that are kept beside the best.
const MOST_OTHERS: usize = 20;
/// Share of a module below which a size counts as whole.
const WHOLE: f64 = 1e-4;
/// Share of the gap that hulls of AI's curves may stand above them at a site before it is branched on.
const NEAR: f64 = 0.1;

/// Looks for the best plan in whole modules until the gap is small or `most_nodes` were looked at.
pub fn branched(
    search: &mut Search,
    root: &Relaxed,
    gap_share: f64,
    most_nodes: usize,
    watch: &mut dyn FnMut(usize, f64, f64) -> ControlFlow<()>,
) -> Result<Branched, PlaceError> {
    let mut best = rounded(search, root, PASSES);
    let mut others: Vec<Whole> = Vec::new();
    let mut nodes = 1;
    // Where nothing is left to branch on, the bound of a leaf stays.
    let mut leaves_usd = f64::NEG_INFINITY;
    let start =
        Node { bound_usd: root.proof.bound_usd, branches: Vec::new(), openings: search.master.openings.clone() };
    let at_once = search.field.dates.len() == 1;
    let near_usd = |best: &Whole| NEAR * gap_share * best.value_usd.abs();
    let mut open = parted(search, root, &start, near_usd(&best));
    if open.is_empty() {
        leaves_usd = start.bound_usd;
    }
    let mut dives = true;
    loop {
        let bound_usd = open.iter().map(|n: &Node| n.bound_usd).fold(leaves_usd, f64::max).max(best.value_usd);
        seen(watch(nodes, best.value_usd, bound_usd))?;
        let most = (0..open.len()).max_by(|a, b| open[*a].bound_usd.total_cmp(&open[*b].bound_usd));
        let done = relative_gap(bound_usd, best.value_usd) <= gap_share || nodes >= most_nodes;
        let (Some(most), false) = (most, done) else {
            search.leave();
            others.retain(|plan| plan.value_usd < best.value_usd);
            others.sort_by(|a, b| b.value_usd.total_cmp(&a.value_usd));
            others.dedup_by(|a, b| a.value_usd == b.value_usd);
            others.truncate(MOST_OTHERS);
            return Ok(Branched { best, others, bound_usd, nodes });
        };
        let node = open.swap_remove(if dives { open.len() - 1 } else { most });
        nodes += 1;
        let may_dive = (nodes / DIVE).is_multiple_of(4);
        dives = false;
        search.enter(&node.branches, &node.openings);
        let enough_usd = best.value_usd + gap_share * best.value_usd.abs();
        let close = (NEAR * gap_share).max(CLOSE * relative_gap(bound_usd, best.value_usd));
        match search.solve(close, enough_usd) {
            Ok(relaxed) => {
                let bound_usd = relaxed.proof.bound_usd.min(node.bound_usd);
                if bound_usd <= enough_usd {
                    leaves_usd = leaves_usd.max(bound_usd);
                    continue;
                }
                let parts = parted(search, &relaxed, &Node { bound_usd, ..node }, near_usd(&best));
                if parts.is_empty() {
                    leaves_usd = leaves_usd.max(bound_usd);
                }
                dives = may_dive && !parts.is_empty();
                if at_once || !dives || nodes.is_multiple_of(ROUND_EVERY) {
                    let mut found = rounded(search, &relaxed, if at_once { PASSES } else { 0 });
                    if found.value_usd > best.value_usd {
                        core::mem::swap(&mut best, &mut found);
                    }
                    others.push(found);
                }
                open.extend(parts);
            }
            // What the solver could not say anything about keeps the bound it had.
            Err(PlaceError::Solver(_)) => leaves_usd = leaves_usd.max(node.bound_usd),
            Err(other) => return Err(other),
        }
        best.mw.resize(search.master.columns.len(), 0.0);
    }
}

/// The two branches of a node at its most fractional order or opening, the likelier one last; none where it is a leaf.
fn parted(search: &Search, relaxed: &Relaxed, node: &Node, least_usd: f64) -> Vec<Node> {
    let part = |what: &What, sides: [(bool, f64); 2]| {
        let side = |(at_most, mw): (bool, f64)| {
            let mut branches = node.branches.clone();
            branches.push(Branch { what: what.clone(), at_most, mw });
            Node { bound_usd: node.bound_usd, branches, openings: node.openings.clone() }
        };
        sides.map(side).into()
    };
    if let Some((site, start, open)) = fractional_opening(search, relaxed) {
        let side = |bound: f64| {
            let mut openings = node.openings.clone();
            openings[site][start] = (bound, bound);
            Node { bound_usd: node.bound_usd, branches: node.branches.clone(), openings }
        };
        [1.0 - open.round(), open.round()].map(side).into()
    } else if let Some((site, below_mw, above_mw)) = loose_hull(search, relaxed, least_usd) {
        part(&What::Firm { site }, [(false, above_mw), (true, below_mw)])
    } else if let Some(Split { orders, below_mw, above_mw, mw }) = fractional_total(search, relaxed) {
        let (below, above) = ((true, below_mw), (false, above_mw));
        let nearer_below = mw - below_mw <= above_mw - mw;
        part(&What::Orders(orders), if nearer_below { [above, below] } else { [below, above] })
    } else {
        Vec::new()
    }
}

/// The site and the number of its first starts that are least nearly open or closed, and how much of them is open.
fn fractional_opening(search: &Search, relaxed: &Relaxed) -> Option<(usize, usize, f64)> {
    let opened = |(s, start): (usize, usize)| relaxed.best.opening[s].iter().take(start + 1).sum::<f64>();
    let part = |at: &(usize, usize)| (opened(*at) - opened(*at).round()).abs();
    let sites = (0..search.field.sites.len()).filter(|s| search.master.opens(*s));
    let starts = sites.flat_map(|s| (0..relaxed.best.opening[s].len()).map(move |start| (s, start)));
    let most = starts.filter(|at| part(at) > WHOLE).max_by(|a, b| part(a).total_cmp(&part(b)));
    most.map(|(site, start)| (site, start, opened((site, start))))
}

/// The site where hulls of AI's curves are furthest above them, if they are further than so many USD, and the MW of AI
/// that part its plans: with those below the hulls come down to what is drawn there.
fn loose_hull(search: &Search, relaxed: &Relaxed, least_usd: f64) -> Option<(usize, f64, f64)> {
    let draws = search.draws(&relaxed.best.mw);
    let mut loose: Vec<(f64, usize)> = draws.iter().enumerate().map(|(s, d)| (search.firm.gap_usd(s, d), s)).collect();
    loose.retain(|(gap_usd, _)| *gap_usd > least_usd);
    loose.sort_by(|a, b| b.0.total_cmp(&a.0));
    loose.into_iter().find_map(|(_, site)| {
        let branch = Branch { what: What::Firm { site }, at_most: true, mw: 0.0 };
        let columns = search.master.columns.iter().zip(&relaxed.best.mw);
        let firm_mw: f64 = columns.map(|(c, mw)| branch.share(search.field, c) * mw).sum();
        let offers = search.field.sites[site].offers.iter().filter(|o| search.field.becomes_firm(o));
        let module_mw = common_step_mw(offers.map(|o| o.module_mw))?;
        let modules = firm_mw / module_mw;
        let whole = (modules - modules.round()).abs() <= WHOLE;
        let below_mw = module_mw * if whole { modules.round() } else { modules.floor() };
        search.firm.may_exceed(site, below_mw).then_some((site, below_mw, below_mw + module_mw))
    })
}

/// Orders together, their MW, and those in whole modules below and above.
struct Split {
    orders: Arc<[(usize, usize)]>,
    mw: f64,
    below_mw: f64,
    above_mw: f64,
}

/// What the orders of a total have in common.
type Key = (usize, usize, usize);

/// A total that is not in whole modules: of a kind on a date over all sites, else of a model, else of a single order.
/// A budget that ends between two modules is felt by the total at once, by single sites only one after the other.
fn fractional_total(search: &Search, relaxed: &Relaxed) -> Option<Split> {
    let field = search.field;
    let key_of: [fn(&Field, usize, usize) -> Key; 3] = [
        |field, s, o| {
            let offer = &field.sites[s].offers[o];
            (offer.date, field.kind(offer.stage.model) as usize, 0)
        },
        |field, s, o| {
            let offer = &field.sites[s].offers[o];
            (offer.date, field.kind(offer.stage.model) as usize, 1 + offer.stage.model)
        },
        |_, s, o| (0, s, o),
    ];
    key_of.into_iter().find_map(|key| {
        let mut totals: BTreeMap<Key, Vec<(usize, usize)>> = BTreeMap::new();
        for (s, site) in field.sites.iter().enumerate() {
            let sized = |o: &Offer| matches!(o.action, Action::Build | Action::Convert) && o.module_mw > 0.0;
            for (o, _) in site.offers.iter().enumerate().filter(|(_, o)| sized(o)) {
                totals.entry(key(field, s, o)).or_default().push((s, o));
            }
        }
        let splits = totals.into_values().filter_map(|orders| split(search, relaxed, orders));
        splits.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, split)| split)
    })
}

/// What a total in part modules is split into, and by how much money it misses whole ones; `None` where it is whole.
fn split(search: &Search, relaxed: &Relaxed, orders: Vec<(usize, usize)>) -> Option<(f64, Split)> {
    let offer = |(s, o): (usize, usize)| &search.field.sites[s].offers[o];
    let module_mw = common_step_mw(orders.iter().map(|order| offer(*order).module_mw))?;
    let capital_usd_per_mw = orders.first().map_or(0.0, |order| offer(*order).capital_usd_per_mw);
    let orders: Arc<[(usize, usize)]> = orders.into();
    let branch = Branch { what: What::Orders(orders.clone()), at_most: true, mw: 0.0 };
    let columns = search.master.columns.iter().zip(&relaxed.best.mw);
    let modules = columns.map(|(c, mw)| branch.share(search.field, c) * mw).sum::<f64>() / module_mw;
    let part = (modules - modules.round()).abs();
    let below_mw = modules.floor() * module_mw;
    let split = Split { orders, mw: modules * module_mw, below_mw, above_mw: below_mw + module_mw };
    (part > WHOLE).then_some((part * module_mw * capital_usd_per_mw, split))
}

impl Search<'_> {
    /// Rounds connections and limits down to what whole modules can fill: no plan in modules is lost, and the bound on
    /// them comes closer.
    pub fn round_limits_down(&mut self) {
        let field = self.field;
        self.firm.keep_to_limits();
        self.master.whole_sites = true;
        self.master.starts = (0..field.sites.len()).map(|s| whole_starts(field, s)).collect();
        self.leave();
        for (s, site) in field.sites.iter().enumerate().filter(|(_, site)| site.standing.is_empty()) {
            let builds = site.offers.iter().filter(|o| o.action == Action::Build);
            if let Some(step_mw) = common_step_mw(builds.map(|o| o.module_mw)) {
                self.master.connection_mw[s] = rounded_down(self.master.connection_mw[s], step_mw);
            }
        }
        if field.sites.iter().any(|s| !s.standing.is_empty()) {
            return;
        }
        for (l, limit) in field.limits.iter().enumerate() {
            let (Counts::Ordered { kinds, .. } | Counts::Standing { kinds, .. }) = &limit.counts else { continue };
            let offers = field.sites.iter().flat_map(|s| &s.offers);
            let counted = offers.filter(|o| {
                kinds[field.kind(o.stage.model) as usize] || o.action == Action::Build && kinds.iter().any(|k| *k)
            });
            if let Some(step_mw) = common_step_mw(counted.map(|o| o.module_mw)) {
                self.master.at_most[l] = rounded_down(self.master.at_most[l], step_mw);
            }
        }
    }

    /// Takes [`Self::round_limits_down`] back, for questions about continuous sizes.
    pub fn restore_limits(&mut self) {
        self.master.at_most = self.field.limits.iter().map(|l| l.at_most).collect();
        self.master.connection_mw = self.field.sites.iter().map(|s| s.maximum_mw).collect();
        self.firm.forget_limits();
        self.master.whole_sites = false;
        self.master.starts.fill(by_date(self.field));
        self.leave();
    }
}

/// The greatest step of which all module sizes are multiples, MW, where there is one worth the name.
pub fn common_step_mw(modules_mw: impl Iterator<Item = f64>) -> Option<f64> {
    const LEAST_MW: f64 = 1e-3;
    let divisor = |mut a: f64, mut b: f64| {
        while b > LEAST_MW {
            let rest = a % b;
            (a, b) = (b, if b - rest < LEAST_MW { 0.0 } else { rest });
        }
        a
    };
    modules_mw.reduce(divisor).filter(|step| *step > LEAST_MW)
}

fn rounded_down(mw: f64, step_mw: f64) -> f64 {
    (mw / step_mw + SLACK).floor() * step_mw
}
