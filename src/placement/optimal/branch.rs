//! Branch and bound: whole modules and open sites, proven on the same planes.
//!
//! A branch bounds the MW of one order, or closes or opens a site. Planes and lives found anywhere hold everywhere, so a
//! branch begins with all that is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::master::Branch;
use super::relax::{Relaxed, Search, relative_gap};
use super::whole::{Whole, common_step_mw, rounded};
use crate::placement::answer::PlaceError;
use crate::placement::field::{Field, Offer};
use crate::placement::problem::Action;

/// What the search for whole modules found.
#[derive(Debug, Clone)]
pub struct Branched {
    /// The best plan.
    pub best: Whole,
    /// No plan in whole modules is worth more, USD.
    pub bound_usd: f64,
    /// Nodes looked at.
    pub nodes: usize,
}

/// A node that is still to be looked into.
struct Node {
    bound_usd: f64,
    branches: Vec<Branch>,
    openings: Vec<(f64, f64)>,
}

/// Passes of exchanges after a rounding; none inside the tree where there are many dates, since each takes long.
pub const PASSES: usize = 6;
/// Share of a module below which a size counts as whole.
const WHOLE: f64 = 1e-4;

/// Looks for the best plan in whole modules until the gap is small or `most_nodes` were looked at.
pub fn branched(
    search: &mut Search,
    root: &Relaxed,
    gap_share: f64,
    most_nodes: usize,
    progress: &mut dyn FnMut(usize, f64, f64),
) -> Result<Branched, PlaceError> {
    let mut best = rounded(search, root, PASSES);
    let mut nodes = 1;
    let mut open = Vec::new();
    // Where nothing is left to branch on, the bound of a leaf stays.
    let mut leaves_usd = f64::NEG_INFINITY;
    let start =
        Node { bound_usd: root.proof.bound_usd, branches: Vec::new(), openings: search.master.openings.clone() };
    spread(search, root, &start, &mut open, &mut leaves_usd);
    loop {
        let bound_usd = open.iter().map(|n: &Node| n.bound_usd).fold(leaves_usd, f64::max).max(best.value_usd);
        progress(nodes, best.value_usd, bound_usd);
        let most = (0..open.len()).max_by(|a, b| open[*a].bound_usd.total_cmp(&open[*b].bound_usd));
        let done = relative_gap(bound_usd, best.value_usd) <= gap_share || nodes >= most_nodes;
        let (Some(most), false) = (most, done) else {
            reset(search);
            return Ok(Branched { best, bound_usd, nodes });
        };
        let node = open.swap_remove(most);
        nodes += 1;
        search.master.branches.clone_from(&node.branches);
        search.master.openings.clone_from(&node.openings);
        let enough_usd = best.value_usd + gap_share * best.value_usd.abs();
        match search.solve(0.1 * gap_share, None, enough_usd) {
            Ok(relaxed) => {
                let bound_usd = relaxed.proof.bound_usd.min(node.bound_usd);
                if bound_usd <= enough_usd {
                    leaves_usd = leaves_usd.max(bound_usd);
                    continue;
                }
                let found = rounded(search, &relaxed, if search.field.dates.len() == 1 { PASSES } else { 0 });
                if found.value_usd > best.value_usd {
                    best = found;
                }
                spread(search, &relaxed, &Node { bound_usd, ..node }, &mut open, &mut leaves_usd);
            }
            // A branch that asks for more than the limits allow holds no plan.
            Err(PlaceError::Infeasible { .. }) => {}
            Err(other) => return Err(other),
        }
        best.mw.resize(search.master.columns.len(), 0.0);
    }
}

fn reset(search: &mut Search) {
    search.master.branches.clear();
    search.master.openings.fill((0.0, 1.0));
}

/// Opens the two branches of a node at its most fractional order or opening; without one it is a leaf.
fn spread(search: &Search, relaxed: &Relaxed, node: &Node, open: &mut Vec<Node>, leaves_usd: &mut f64) {
    if let Some(site) = fractional_opening(search, relaxed) {
        for bounds in [(0.0, 0.0), (1.0, 1.0)] {
            let mut openings = node.openings.clone();
            openings[site] = bounds;
            open.push(Node { bound_usd: node.bound_usd, branches: node.branches.clone(), openings });
        }
    } else if let Some((orders, below_mw, above_mw)) = fractional_total(search, relaxed) {
        for (at_most, mw) in [(true, below_mw), (false, above_mw)] {
            let mut branches = node.branches.clone();
            branches.push(Branch { orders: orders.clone(), at_most, mw });
            open.push(Node { bound_usd: node.bound_usd, branches, openings: node.openings.clone() });
        }
    } else {
        *leaves_usd = leaves_usd.max(node.bound_usd);
    }
}

fn fractional_opening(search: &Search, relaxed: &Relaxed) -> Option<usize> {
    let opened = |s: &usize| relaxed.best.opening[*s].iter().sum::<f64>();
    let part = |s: &usize| (opened(s) - opened(s).round()).abs();
    let sites = 0..search.field.sites.len();
    sites.filter(|s| search.master.opens(*s) && part(s) > WHOLE).max_by(|a, b| part(a).total_cmp(&part(b)))
}

/// Orders together, and the MW in whole modules below and above.
type Split = (Arc<[(usize, usize)]>, f64, f64);

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
    let branch = Branch { orders: orders.clone(), at_most: true, mw: 0.0 };
    let columns = search.master.columns.iter().zip(&relaxed.best.mw);
    let modules = columns.filter(|(c, _)| branch.counts(c)).map(|p| p.1).sum::<f64>() / module_mw;
    let part = (modules - modules.round()).abs();
    let below_mw = modules.floor() * module_mw;
    (part > WHOLE).then_some((part * module_mw * capital_usd_per_mw, (orders, below_mw, below_mw + module_mw)))
}
