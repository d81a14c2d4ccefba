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
    /// Index into [`Problem::technologies`]: what is to stand; for a retirement what stands.
    pub technology: usize,
    /// MW of connection.
    pub mw: f64,
}

/// Carries the orders out as far as capacity to build on, convert or retire is there; what is not possible is
/// returned as a sentence. Budget and delivery limits do not bind a fixed plan.
pub fn fixed(problem: &Problem, orders: &[Order]) -> (Plan, Vec<String>) {
    let mut state = State::new(problem);
    let mut plan = Plan::default();
    let mut refused = Vec::new();
    for order in orders {
        let placed_mw = carry_out(&mut state, &mut plan, order);
        if placed_mw + 1e-9 < order.mw {
            refused.push(format!(
                "{} of {} MW {} at `{}`: {placed_mw} MW were possible",
                order.action.as_str(),
                order.mw,
                problem.technologies[order.technology].name,
                problem.sites[order.site].name,
            ));
        }
    }
    (plan, refused)
}

/// Takes steps until the order is filled or nothing more is possible; gives the MW done.
fn carry_out(state: &mut State, plan: &mut Plan, order: &Order) -> f64 {
    let mut left_mw = order.mw;
    while left_mw > 1e-9 {
        let Some(step) = next_step(state, order, left_mw) else { break };
        let step = state.valued(step);
        left_mw -= step.mw;
        state.take(&step);
        plan.steps.push(step);
    }
    order.mw - left_mw
}

fn next_step(state: &State, order: &Order, left_mw: f64) -> Option<Step> {
    let mut blocks = state.blocks[order.site].iter();
    match order.action {
        Action::Build => state.build(order.site, order.technology, left_mw),
        Action::Convert | Action::Refresh => blocks
            .filter_map(|b| state.replace(order.site, order.technology, b, left_mw.min(b.slots_mw)))
            .find(|s| s.action == order.action),
        Action::Retire => {
            blocks.find(|b| b.free && b.technology == order.technology).map(|b| state.retire(order.site, b))
        }
    }
}
