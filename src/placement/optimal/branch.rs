//! Branch and bound: whole modules and open sites, proven on the same planes.
//!
//! A branch bounds the MW of one order, or closes or opens a site. Planes and lives found anywhere hold everywhere, so a
//! branch begins with all that is known.

use super::master::Branch;
use super::relax::{Relaxed, Search, relative_gap};
use super::whole::{Whole, rounded};
use crate::placement::answer::PlaceError;
use crate::placement::field::Offer;
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
    let mut best = rounded(search, root);
    let mut nodes = 1;
    let mut open = Vec::new();
    // Where nothing is left to branch on, the bound of a leaf stays.
    let mut leaves_usd = f64::NEG_INFINITY;
    let start =
        Node { bound_usd: root.proof.bound_usd, branches: Vec::new(), openings: search.master.openings.clone() };
    spread(search, root, start, &mut open, &mut leaves_usd);
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
                let found = rounded(search, &relaxed);
                if found.value_usd > best.value_usd {
                    best = found;
                }
                spread(search, &relaxed, Node { bound_usd, ..node }, &mut open, &mut leaves_usd);
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
fn spread(search: &Search, relaxed: &Relaxed, node: Node, open: &mut Vec<Node>, leaves_usd: &mut f64) {
    if let Some(site) = fractional_opening(search, relaxed) {
        for bounds in [(0.0, 0.0), (1.0, 1.0)] {
            let mut openings = node.openings.clone();
            openings[site] = bounds;
            open.push(Node { bound_usd: node.bound_usd, branches: node.branches.clone(), openings });
        }
    } else if let Some((order, below_mw, above_mw)) = fractional_order(search, relaxed) {
        for (at_most, mw) in [(true, below_mw), (false, above_mw)] {
            let mut branches = node.branches.clone();
            branches.push(Branch { order, at_most, mw });
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

/// The order whose size is furthest from whole modules by what the part of a module costs, with the sizes around it.
fn fractional_order(search: &Search, relaxed: &Relaxed) -> Option<((usize, usize), f64, f64)> {
    let mut worst: Option<(f64, (usize, usize), f64, f64)> = None;
    for (s, site) in search.field.sites.iter().enumerate() {
        let sized = |o: &Offer| matches!(o.action, Action::Build | Action::Convert) && o.module_mw > 0.0;
        for (o, offer) in site.offers.iter().enumerate().filter(|(_, o)| sized(o)) {
            let columns = search.master.columns.iter().zip(&relaxed.best.mw);
            let ordered = columns.filter(|(c, _)| c.life.site == s && c.life.orders.contains(&o));
            let modules = ordered.map(|p| p.1).sum::<f64>() / offer.module_mw;
            let part = (modules - modules.round()).abs();
            let weight = part * offer.module_mw * offer.capital_usd_per_mw;
            if part > WHOLE && worst.is_none_or(|w| weight > w.0) {
                let below = modules.floor() * offer.module_mw;
                worst = Some((weight, (s, o), below, below + offer.module_mw));
            }
        }
    }
    worst.map(|(_, order, below, above)| (order, below, above))
}
