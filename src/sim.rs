//! The simulation: an ECS whose one schedule runs once per simulated day.
//!
//! `sim/schedule.rs` is the table of contents of a day; each phase has a file of its own. Nothing outside this module
//! knows the ECS.

#![expect(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "systems take what they need by value, each resource and query by itself"
)]

mod advance;
mod components;
mod decide;
mod dispatch;
mod market;
mod mine;
mod network;
mod optimum;
mod outlook;
mod record;
mod resources;
mod schedule;
mod settle;
mod setup;
mod shared;
mod supply;
mod tables;
mod technology;

use core::ops::ControlFlow;
use std::borrow::Cow;

use thiserror::Error;

use crate::bitcoin::race::Mode;
use crate::calendar::Day;
use crate::results::{Summary, Tables};
use crate::scenario::Scenario;
use crate::scenario::model::Policy;
use resources::{Calendar, Chain, Wanted};

pub use optimum::{place, regret, with_optimal_plan};
pub use outlook::{OwnHashrate, field, own_hashrate};
pub use setup::chain_start;
pub use shared::Shared;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Last simulated day.
    pub day: Day,
    /// Share of the horizon done, 0–1.
    pub fraction: f64,
    /// Blocks found so far.
    pub blocks: u64,
    /// Hashes computed (or drawn) so far.
    pub hashes: u64,
}

/// What a run gives.
#[derive(Debug)]
pub struct RunOutput {
    /// The tables.
    pub tables: Tables,
    /// What they amount to.
    pub summary: Summary,
}

/// Why a run did not end.
#[derive(Debug, Error)]
pub enum SimError {
    /// The caller asked to stop.
    #[error("interrupted on {0}")]
    Interrupted(Day),
    /// The optimiser found no plan.
    #[error(transparent)]
    Place(#[from] crate::placement::answer::PlaceError),
    /// The scenario cannot be set up; a checked one can.
    #[error("the scenario cannot be set up: {0}")]
    Setup(String),
}

impl SimError {
    fn setup(wrong: &[(String, String)]) -> Self {
        let list: Vec<String> = wrong.iter().map(|(key, what)| format!("`{key}`: {what}")).collect();
        Self::Setup(list.join("; "))
    }
}

/// Runs a scenario from its first day to its last.
///
/// `progress` is called after every day and may break the run off.
///
/// # Errors
/// When the run is broken off, or the scenario was not checked and cannot be set up.
pub fn run(
    scenario: &Scenario,
    seed: u64,
    mode: Mode,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<RunOutput, SimError> {
    simulate(scenario, seed, mode, &Shared::default(), Wanted::Everything, progress)
}

/// As [`run`], for one of the runs of a sweep: `shared` is common to all of them and changes no result, and only what a
/// sweep looks at is filled in: of the tables months, network, events, what is placed,
/// capacities of sites and epochs of the portfolio, with `returns` also those; of the summary what follows from them.
///
/// # Errors
/// As [`run`].
pub fn run_for_figures(
    scenario: &Scenario,
    seed: u64,
    mode: Mode,
    shared: &Shared,
    returns: bool,
) -> Result<RunOutput, SimError> {
    simulate(scenario, seed, mode, shared, Wanted::Figures { returns }, &mut |_| ControlFlow::Continue(()))
}

fn simulate(
    scenario: &Scenario,
    seed: u64,
    mode: Mode,
    shared: &Shared,
    wanted: Wanted,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<RunOutput, SimError> {
    let planned = planned(scenario, seed, progress)?;
    let scenario = &*planned;
    let mut world = setup::world(scenario, seed, mode, shared)?;
    world.insert_resource(wanted);
    let mut day = schedule::day();
    let days = scenario.days();
    let first_height = world.resource::<Chain>().race.height();
    for done in 1..=days {
        day.run(&mut world);
        let (today, race) = (world.resource::<Calendar>().today, &world.resource::<Chain>().race);
        let now = Progress {
            day: today,
            fraction: done as f64 / days as f64,
            blocks: u64::from(race.height() - first_height),
            hashes: race.total_hashes(),
        };
        if progress(&now).is_break() {
            return Err(SimError::Interrupted(today));
        }
    }
    decide::value_what_stands(&mut world);
    Ok(tables::output(world, seed, mode))
}

/// The scenario with its plan: under `optimal` that of the optimiser, for which the run stands still on its first day.
fn planned<'a>(
    scenario: &'a Scenario,
    seed: u64,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Cow<'a, Scenario>, SimError> {
    if scenario.placement.policy != Policy::Optimal {
        return Ok(Cow::Borrowed(scenario));
    }
    let still = Progress { day: scenario.start, fraction: 0.0, blocks: 0, hashes: 0 };
    with_optimal_plan(scenario, seed, &mut |_| progress(&still)).map(Cow::Owned)
}
