//! Fixed placement: what the scenario's plan says for this day, valued like any other step.

use super::problem::{Action, Plan, Problem, Step};
use super::state::State;

/// One entry of the scenario's plan, resolved to indices.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Index into [`Problem::sites`].
    pub site: usize,
    /// What is to be done.
    pub action: Action,
    /// Indices into [`Problem::technologies`], in order of preference: what may stand afterwards; for a retirement
    /// what may be retired.
    pub technologies: Vec<usize>,
    /// Name of the only technology it may take the place of; `None` for any.
    pub replaces: Option<String>,
    /// MW of connection.
    pub mw: f64,
    /// What the plan calls it, for saying what was not possible.
    pub name: String,
}

/// Carries the orders out as far as there is capacity to build on, convert, refresh or retire. What is not possible
/// comes back as (index of the site, sentence). Budget and delivery limits do not bind a fixed plan.
pub fn fixed(problem: &Problem, orders: &[Order]) -> (Plan, Vec<(usize, String)>) {
    let mut state = State::new(problem);
    let mut plan = Plan::default();
    let mut refused = Vec::new();
    for order in orders {
        let done_mw = carry_out(&mut state, &mut plan, order);
        if done_mw + 1e-9 < order.mw {
            let (action, mw, name) = (order.action.as_str(), order.mw, &order.name);
            refused.push((order.site, format!("{action} {mw} MW {name}: {done_mw} MW were possible")));
        }
    }
    (plan, refused)
}

/// Takes steps until the order is filled or nothing more is possible; gives the MW done.
fn carry_out(state: &mut State, plan: &mut Plan, order: &Order) -> f64 {
    let mut left_mw = order.mw;
    while left_mw > 1e-9 {
        let next = order.technologies.iter().find_map(|t| next_step(state, order, *t, left_mw));
        let Some(step) = next else { break };
        let step = state.valued(step);
        left_mw -= step.mw;
        state.take(&step);
        plan.steps.push(step);
    }
    order.mw - left_mw
}

fn next_step(state: &State, order: &Order, technology: usize, left_mw: f64) -> Option<Step> {
    let site = order.site;
    let mut blocks = state.blocks[site].iter();
    match order.action {
        Action::Build => state.build(site, technology, left_mw.min(state.free_mw(site))),
        Action::Convert | Action::Refresh => blocks
            .filter(|b| {
                let old = &state.problem.technologies[b.technology].name;
                order.replaces.as_ref().is_none_or(|name| name == old)
            })
            .filter_map(|b| state.replace(site, technology, b, left_mw.min(b.slots_mw)))
            .find(|s| s.action == order.action),
        Action::Retire => blocks.find(|b| b.free && b.technology == technology).map(|b| state.retire(site, b, left_mw)),
    }
}
