//! Greedy placement: step by step, whatever adds most discounted value per dollar.

use super::problem::{Action, FarmKind, Plan, Problem, Step};
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
    let mut candidates: Vec<Vec<Step>> = (0..problem.sites.len()).map(|s| candidates(&state, s)).collect();
    while let Some(step) = best(&state, &candidates) {
        let site = step.site;
        state.take(&step);
        plan.steps.push(step);
        candidates[site] = self::candidates(&state, site);
    }
    plan
}

/// The block whose closing pays most, if any pays.
fn best_retirement(state: &State, site: usize) -> Option<Step> {
    (0..state.blocks[site].len())
        .filter(|&b| state.blocks[site][b].free)
        .map(|b| state.retire(site, b))
        .filter(|s| s.value_usd > 0.0)
        .max_by(|a, b| a.value_usd.total_cmp(&b.value_usd))
}

/// Every step possible at a site now whose value clears the hurdle.
fn candidates(state: &State, site: usize) -> Vec<Step> {
    let problem = state.problem;
    let mut steps = Vec::new();
    for (t, technology) in problem.technologies.iter().enumerate() {
        if !technology.on_sale || (technology.kind.is_firm() && !problem.sites[site].ai_allowed) {
            continue;
        }
        let mw = state.smallest_mw(site, t);
        steps.extend(state.build(site, t, mw));
        for b in 0..state.blocks[site].len() {
            let replaced_mw = if technology.kind.is_firm() { mw } else { state.blocks[site][b].mw };
            steps.extend(state.replace(site, t, b, replaced_mw));
        }
    }
    let hurdle = problem.limits.hurdle_value_per_usd;
    steps.retain(|s| s.value_usd > (hurdle * s.capital_usd).max(0.0));
    steps
}

/// The candidate with the highest value per dollar that fits what is left; ties go to the first in file order.
fn best(state: &State, candidates: &[Vec<Step>]) -> Option<Step> {
    let mut best: Option<&Step> = None;
    for step in candidates.iter().flatten().filter(|s| fits(state, s)) {
        if best.is_none_or(|b| value_per_usd(step) > value_per_usd(b)) {
            best = Some(step);
        }
    }
    best.cloned()
}

fn fits(state: &State, step: &Step) -> bool {
    let deliverable_mw = match state.problem.technologies[step.technology].kind {
        FarmKind::Mining => state.mining_mw,
        FarmKind::Hosting | FarmKind::Cloud => state.ai_mw,
    };
    step.capital_usd <= state.budget_usd && (step.action == Action::Retire || step.mw <= deliverable_mw + 1e-9)
}

/// A step that frees money ranks above all that cost some.
fn value_per_usd(step: &Step) -> f64 {
    if step.capital_usd > 0.0 { step.value_usd / step.capital_usd } else { f64::MAX }
}
