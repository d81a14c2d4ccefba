//! The policy `optimal`: the plan of the whole horizon, and what other policies make of the same decision.

use super::outlook::Outlook;
use super::{OwnHashrate, RunOutput, SimError, field, own_hashrate, run};
use crate::bitcoin::race::Mode;
use crate::calendar::Day;
use crate::placement::FarmKind;
use crate::placement::answer::{Answer, Phase, PlaceError, PlannedStep, PolicyValue, Progress, Promise};
use crate::placement::field::Field;
use crate::placement::optimal::{Optimum, Settings, compared_usd, optimise_within_cap, running_mw};
use crate::rng;
use crate::scenario::Scenario;
use crate::scenario::model::{Co2Price, PlanEntry, Policy};
use core::ops::ControlFlow;
use rand::Rng;
use std::time::Instant;

/// How often the decision is posed: with no machines of our own on the network, then with those of the plan before.
const POSES: usize = 3;

/// Poses the decision of a scenario and solves it. Our own machines move the network's difficulty: the plan is made
/// for the hashprice that it leaves itself.
///
/// With `others`, the answer says too what the plan promises on other paths, and what the policies `greedy` and (where
/// the scenario has a plan) `fixed` would earn on the same.
///
/// # Errors
/// When the scenario was not checked and cannot be set up, when what stands breaks a limit, or when `progress` breaks
/// the search off.
pub fn place(
    scenario: &Scenario,
    seed: u64,
    settings: &Settings,
    others: bool,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Answer, SimError> {
    optimum(scenario, seed, settings, progress, |mut optimum, own, progress| {
        let mut answer = core::mem::take(&mut optimum.answer);
        if others {
            answer.promise = promise(scenario, seed, own, &answer.plan)?;
            policies(scenario, seed, &mut optimum, &mut answer, progress)?;
        }
        Ok(answer)
    })
}

/// What a run decided, valued as the optimiser values plans, against the bound on the best plan; or why it cannot be
/// compared.
///
/// # Errors
/// See [`place`].
pub fn regret(
    scenario: &Scenario,
    seed: u64,
    output: &RunOutput,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Result<PolicyValue, String>, SimError> {
    optimum(scenario, seed, &Settings::default(), progress, |mut optimum, _, _| {
        let bound_usd = optimum.answer.proof.upper_bound_usd;
        let value_usd = compared_usd(&mut optimum.search, &steps(output));
        Ok(value_usd.map(|usd| PolicyValue::against(scenario.placement.policy.as_str(), usd, bound_usd)))
    })
}

/// Poses a decision and solves it, over and over while our own machines change it, and hands on the last optimum.
fn optimum<T>(
    scenario: &Scenario,
    seed: u64,
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    then: impl FnOnce(Optimum, &OwnHashrate, &mut dyn FnMut(&Progress) -> ControlFlow<()>) -> Result<T, SimError>,
) -> Result<T, SimError> {
    let mut posing = 0.0;
    let mut own = OwnHashrate::default();
    for pose in 1..=POSES {
        let started = Instant::now();
        watch(progress, &Progress { phase: Phase::Posing, ..Progress::default() }, scenario)?;
        let mut decision = field(scenario, seed, &own)?;
        posing += started.elapsed().as_secs_f64();
        let last = pose == POSES || !mines(&decision);
        let settings = if last {
            *settings
        } else {
            Settings {
                relax: true,
                curves: false,
                alternatives_within_share: None,
                relaxed_gap_share: 1e-4,
                ..*settings
            }
        };
        let mut optimum = match optimise_within_cap(&mut decision, &settings, progress) {
            Err(PlaceError::Interrupted) => return Err(SimError::Interrupted(scenario.start)),
            found => found?,
        };
        if last {
            optimum.answer.effort.seconds.posing = posing;
            return then(optimum, &own, progress);
        }
        let running = running_mw(&optimum.search, &optimum.plan.mw);
        let decision = optimum.search.field;
        let models = decision.models.len();
        own = own_hashrate(decision, &|s, segment, model| running[s][segment * models + model]);
    }
    unreachable!("the last pose returns")
}

fn watch(
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    now: &Progress,
    scenario: &Scenario,
) -> Result<(), SimError> {
    if progress(now).is_break() { Err(SimError::Interrupted(scenario.start)) } else { Ok(()) }
}

/// Whether mining is on offer anywhere.
fn mines(decision: &Field) -> bool {
    let mining = |model: usize| decision.models[model].kind == FarmKind::Mining;
    decision
        .sites
        .iter()
        .any(|s| s.offers.iter().any(|o| mining(o.stage.model)) || s.standing.iter().any(|b| mining(b.stage.model)))
}

/// A scenario with the plan of the policy `optimal` as its `[[plan]]`, and the price of carbon that keeps its cap.
///
/// # Errors
/// See [`place`].
pub fn with_optimal_plan(
    scenario: &Scenario,
    seed: u64,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Scenario, SimError> {
    let answer = place(scenario, seed, &Settings::default(), false, progress)?;
    let mut planned = scenario.clone();
    planned.plan = answer.plan.iter().map(PlannedStep::entry).collect();
    planned.placement.internal_co2_price = answer.internal_co2_price();
    Ok(planned)
}

impl Answer {
    /// The price of carbon inside the company that keeps the cap, as a scenario says it.
    pub fn internal_co2_price(&self) -> Vec<Co2Price> {
        let prices = self.co2.iter().flat_map(|co2| &co2.internal_price);
        prices.map(|price| Co2Price { from: price.from, usd_per_t: price.usd_per_t }).collect()
    }
}

impl PlannedStep {
    /// The step as an entry of a scenario's `[[plan]]`.
    pub fn entry(&self) -> PlanEntry {
        let named = self.kind != FarmKind::Hosting;
        PlanEntry {
            date: self.date,
            action: self.action,
            site: self.site.clone(),
            kind: self.kind,
            mw: self.mw,
            machine: named.then(|| self.technology.clone()),
            replaces: self.replaced.clone(),
        }
    }
}

/// What a plan is worth on paths that it was not made for.
fn promise(
    scenario: &Scenario,
    seed: u64,
    own: &OwnHashrate,
    plan: &[PlannedStep],
) -> Result<Option<Promise>, SimError> {
    let mut planned = scenario.clone();
    planned.plan = plan.iter().map(PlannedStep::entry).collect();
    let other_seed = rng::stream(seed, "planner's promise", "").next_u64();
    let values = Outlook::draw(&planned, other_seed, own)?.path_values(plan);
    Ok(values.map(|values| Promise::of(&values.drawn_usd, &values.at_mean_rents_usd)))
}

/// What `greedy` and `fixed` decide in a run without luck, valued as the optimiser values plans.
fn policies(
    scenario: &Scenario,
    seed: u64,
    optimum: &mut Optimum,
    answer: &mut Answer,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<(), SimError> {
    let now = Progress { phase: Phase::Afterwards, ..Progress::default() };
    for policy in [Policy::Greedy, Policy::Fixed] {
        if policy == Policy::Fixed && scenario.plan.is_empty() {
            continue;
        }
        let mut by_policy = scenario.clone();
        by_policy.placement.policy = policy;
        let output = run(&by_policy, seed, Mode::Expected, &mut |_| progress(&now))?;
        let name = policy.as_str();
        match compared_usd(&mut optimum.search, &steps(&output)) {
            Ok(usd) => answer.policies.push(PolicyValue::against(name, usd, answer.proof.upper_bound_usd)),
            Err(why) => answer.policies_left_out.push(format!("The plan of `{name}` is not compared: {why}.")),
        }
    }
    Ok(())
}

/// The decisions of a run.
fn steps(output: &RunOutput) -> Vec<PlannedStep> {
    let kind = |farm: &str| {
        let of = |k: &FarmKind| farm.ends_with(&format!("/{}", k.as_str()));
        FarmKind::ALL.into_iter().find(of).unwrap_or(FarmKind::Mining)
    };
    let rows = output.tables.placements.iter();
    rows.filter_map(|row| {
        Some(PlannedStep {
            date: Day::parse(&row.decided_on).ok()?,
            online_on: row.online_on.as_ref().and_then(|d| Day::parse(d).ok()),
            site: row.site.clone(),
            action: row.action,
            kind: kind(&row.farm),
            technology: row.technology.clone(),
            replaced: None,
            mw: row.mw,
            capital_usd: row.capital_usd,
        })
    })
    .collect()
}
