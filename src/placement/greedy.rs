//! Greedy placement: step by step, whatever adds most discounted value per dollar.

use rayon::prelude::*;

use super::problem::{FarmKind, Plan, Problem, Step};
use super::state::State;

/// Takes the step with the highest expected value per dollar of capital until none clears the hurdle or fits the
/// limits. Steps that free money (retirement) come first. A site's candidates are valued again only after a step
/// there, since sites are linked by budget and limits alone.
pub fn greedy(problem: &Problem) -> Plan {
    let mut state = State::new(problem);
    let mut plan = Plan::default();
    for site in 0..problem.sites.len() {
        while let Some(step) = best_retirement(&state, site) {
            state.take(&step);
            plan.steps.push(step);
        }
    }
    let mut candidates: Vec<Vec<Step>> = (0..problem.sites.len()).map(|s| possible(&state, s)).collect();
    candidates = candidates.into_par_iter().map(|steps| worthwhile(&state, steps)).collect();
    while let Some(step) = best(&state, &candidates) {
        let site = step.site;
        state.take(&step);
        plan.steps.push(step);
        candidates[site] = worthwhile(&state, possible(&state, site));
    }
    plan.merged()
}

/// Of the blocks that nothing pays for any more, the one whose closing gains most.
///
/// A block is given up when the site is worth more without it even if its machines fetched nothing: a planner that
/// counted the proceeds would sell running mines into every boom of machine prices.
fn best_retirement(state: &State, site: usize) -> Option<Step> {
    state.blocks[site]
        .iter()
        .filter(|b| b.free)
        .map(|b| state.retire(site, b, b.slots_mw))
        .filter(|s| s.value_usd + s.capital_usd > 0.0)
        .max_by(|a, b| a.value_usd.total_cmp(&b.value_usd))
}

/// Every step possible and affordable at a site now, not yet valued.
fn possible(state: &State, site: usize) -> Vec<Step> {
    let problem = state.problem;
    let case = &problem.sites[site];
    let mut steps = Vec::new();
    for (t, technology) in problem.technologies.iter().enumerate().filter(|(_, t)| t.on_sale) {
        let mw = state.smallest_mw(site, t);
        let allowed = match technology.kind {
            FarmKind::Mining => true,
            FarmKind::Hosting => case.hosting_allowed,
            FarmKind::Cloud => case.cloud_allowed,
        };
        if allowed {
            steps.extend(state.build(site, t, mw));
        }
        for block in &state.blocks[site] {
            let same_kind = problem.technologies[block.technology].kind == technology.kind;
            let module_mw = technology.convert.map_or(mw, |c| c.module_mw);
            steps.extend(state.replace(site, t, block, if same_kind { block.slots_mw } else { module_mw }));
        }
    }
    steps.retain(|s| state.fits(s));
    steps
}

/// The steps whose value clears the hurdle.
fn worthwhile(state: &State, steps: Vec<Step>) -> Vec<Step> {
    let hurdle = state.problem.limits.hurdle_value_per_usd;
    steps.into_iter().map(|s| state.valued(s)).filter(|s| s.value_usd > (hurdle * s.capital_usd).max(0.0)).collect()
}

/// The candidate with the highest value per dollar that fits what is left; ties go to the first in file order.
fn best(state: &State, candidates: &[Vec<Step>]) -> Option<Step> {
    let mut best: Option<&Step> = None;
    for step in candidates.iter().flatten().filter(|s| state.fits(s)) {
        if best.is_none_or(|b| value_per_usd(step) > value_per_usd(b)) {
            best = Some(step);
        }
    }
    best.cloned()
}

/// A step that frees money ranks above all that cost some.
fn value_per_usd(step: &Step) -> f64 {
    if step.capital_usd > 0.0 { step.value_usd / step.capital_usd } else { f64::MAX }
}
