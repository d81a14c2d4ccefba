//! A plan somebody else made, in lives: what it is worth on the optimiser's own paths.

use super::life::Life;
use super::relax::Search;
use crate::placement::answer::PlannedStep;
use crate::placement::field::{Counts, Field, FieldSite, Offer, Stage};
use crate::placement::problem::Action;

/// Share of a budget that a plan may overdraw and still be compared: what a run pays is not what the planner reckons with.
const OVERDRAFT: f64 = 0.05;

/// Value of a plan, USD: its steps taken in order, each on the decision date nearest to its own; what replaces other
/// capacity takes that which was built first. `None` where a step is not among the offers, or they break the cap on
/// emissions.
pub fn value_of_steps(search: &mut Search, steps: &[PlannedStep]) -> Option<f64> {
    let mw = placed(search, steps)?;
    let value_usd = search.value_of_whole(&mw);
    let Some(cap) = search.field.co2 else { return Some(value_usd) };
    // What breaks the cap at the price that keeps it is no plan to compare with.
    let emitted_t = search.field.emitted(&search.draws(&mw), cap.worth_usd_per_t).total_t();
    let keeps = search.field.cap_t().is_none_or(|cap_t| emitted_t <= cap_t);
    keeps.then_some(value_usd + cap.worth_usd_per_t * emitted_t)
}

/// Value of a plan that can be compared with the best one, USD, see [`value_of_steps`].
///
/// # Errors
/// Why it cannot: a step is not among the offers, or a limit is broken.
pub fn compared_usd(search: &mut Search, steps: &[PlannedStep]) -> Result<f64, String> {
    let mw = placed(search, steps).ok_or("it takes a step that the planner does not have on offer")?;
    for (limit, used) in search.field.limits.iter().zip(search.limits_used(&mw)) {
        let spent = matches!(limit.counts, Counts::SpentUntil(_));
        if used > limit.at_most * (1.0 + if spent { OVERDRAFT } else { 1e-6 }) + 1e-6 {
            return Err(format!("it breaks the limit `{}`", limit.name));
        }
    }
    value_of_steps(search, steps).ok_or_else(|| "it breaks the cap on emissions".to_owned())
}

/// MW by column of a search that learns the lives of a plan.
fn placed(search: &mut Search, steps: &[PlannedStep]) -> Option<Vec<f64>> {
    let lives = lives(search.field, steps)?;
    let columns: Vec<(usize, f64)> = lives.into_iter().map(|(life, mw)| (search.learn(life), mw)).collect();
    let mut mw = vec![0.0; search.master.columns.len()];
    for (column, life_mw) in columns {
        mw[column] += life_mw;
    }
    Some(mw)
}

fn lives(field: &Field, steps: &[PlannedStep]) -> Option<Vec<(Life, f64)>> {
    let mut lives: Vec<(Life, f64)> = Vec::new();
    for (s, site) in field.sites.iter().enumerate() {
        for (b, block) in site.standing.iter().enumerate() {
            lives.push((Life { site: s, block: Some(b), orders: Vec::new(), closed: None }, block.mw));
        }
    }
    for step in steps {
        let s = field.sites.iter().position(|site| site.name == step.site)?;
        let days = |d: &usize| (field.boundaries[field.dates[*d]].0 - step.date.0).abs();
        let date = (0..field.dates.len()).min_by_key(days)?;
        match step.action {
            Action::Build => {
                let o = offer(field, &field.sites[s], date, step)?;
                lives.push((Life { site: s, block: None, orders: vec![o], closed: None }, step.mw));
            }
            Action::Convert | Action::Refresh => {
                let o = offer(field, &field.sites[s], date, step)?;
                change(field, &mut lives, s, date, step, |life| life.orders.push(o));
            }
            Action::Retire => change(field, &mut lives, s, date, step, |life| life.closed = Some(date)),
        }
    }
    lives.retain(|(_, mw)| *mw > 0.0);
    Some(lives)
}

/// The offer that a step takes: of its technology, or else of its kind.
fn offer(field: &Field, site: &FieldSite, date: usize, step: &PlannedStep) -> Option<usize> {
    let fits = |o: &Offer| o.date == date && o.action == step.action && field.kind(o.stage.model) == step.kind;
    let named = |o: &Offer| field.models[o.stage.model].name == step.technology;
    let offers = &site.offers;
    offers.iter().position(|o| fits(o) && named(o)).or_else(|| offers.iter().position(fits))
}

/// Changes as many MW of running lives as a step concerns, splitting them where needed.
fn change(
    field: &Field,
    lives: &mut Vec<(Life, f64)>,
    s: usize,
    date: usize,
    step: &PlannedStep,
    then: impl Fn(&mut Life),
) {
    let mut left_mw = step.mw;
    for i in 0..lives.len() {
        let (life, mw) = &lives[i];
        if left_mw <= 0.0 || *mw <= 0.0 || life.site != s || !concerned(field, life, date, step) {
            continue;
        }
        let taken = mw.min(left_mw);
        let mut changed = life.clone();
        then(&mut changed);
        lives[i].1 -= taken;
        left_mw -= taken;
        lives.push((changed, taken));
    }
}

fn concerned(field: &Field, life: &Life, date: usize, step: &PlannedStep) -> bool {
    let site = &field.sites[life.site];
    let last = life.orders.last().map(|o| &site.offers[*o].stage);
    let Some(stage): Option<&Stage> = last.or_else(|| life.block.map(|b| &site.standing[b].stage)) else {
        return false;
    };
    let (at, model) = (field.dates[date], &field.models[stage.model]);
    let runs = life.closed.is_none() && stage.from <= at && at < stage.until;
    let of_step = match step.action {
        Action::Refresh => model.kind == step.kind && model.name != step.technology && stage.refreshable_from <= at,
        Action::Convert => !model.kind.is_firm(),
        Action::Retire => model.name == step.technology,
        Action::Build => false,
    };
    runs && of_step && step.replaced.as_ref().is_none_or(|name| *name == model.name)
}
