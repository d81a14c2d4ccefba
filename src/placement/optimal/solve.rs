//! From a field to an answer.

use core::ops::ControlFlow;
use std::time::Instant;

use super::branch::branched;
use super::others::alternatives;
use super::relax::{Relaxed, Search};
use super::report;
use super::whole::Whole;
use crate::placement::answer::{Answer, Effort, Phase, PlaceError, Progress, Proof, Seconds, Sizes};
use crate::placement::field::{Counts, Field, Standing};

/// What is asked of the optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Relative gap at which the search for whole modules may stop.
    pub gap_share: f64,
    /// Relative gap of the relaxation.
    pub relaxed_gap_share: f64,
    /// Whether sizes may be continuous.
    pub relax: bool,
    /// Nodes of branch and bound after which the search stops as it is.
    pub most_nodes: usize,
    /// Largest loss of an alternative, as a share of the best plan's value; `None` for no alternatives.
    pub alternatives_within_share: Option<f64>,
    /// Whether value curves and the trade-off of budget are worked out.
    pub curves: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            gap_share: 1e-4,
            relaxed_gap_share: 1e-6,
            relax: false,
            most_nodes: 60,
            alternatives_within_share: None,
            curves: false,
        }
    }
}

/// An answer, and the search behind it for further questions.
pub struct Optimum<'a> {
    /// The answer.
    pub answer: Answer,
    /// Planes and lives found.
    pub search: Search<'a>,
    /// The plan, MW by column.
    pub plan: Whole,
}

/// Is shown how far a search has come, and may break it off.
pub type Watch<'w> = &'w mut dyn FnMut(&Progress) -> ControlFlow<()>;

/// What was seen, as a result.
pub(super) fn seen(flow: ControlFlow<()>) -> Result<(), PlaceError> {
    if flow.is_break() { Err(PlaceError::Interrupted) } else { Ok(()) }
}

/// MW that a plan in continuous sizes does not tell: what is left of the way to the optimum.
const CRUMB_MW: f64 = 0.01;

/// Finds the best plan of a field.
///
/// # Errors
/// When what stands breaks a limit, `watch` breaks the search off, or the linear program fails.
pub fn optimise<'a>(field: &'a Field, settings: &Settings, watch: Watch) -> Result<Optimum<'a>, PlaceError> {
    check_what_stands(field)?;
    let mut clock = Instant::now();
    let mut lap = || core::mem::replace(&mut clock, Instant::now()).elapsed().as_secs_f64();
    seen(watch(&Progress { phase: Phase::Relaxation, ..Progress::default() }))?;
    let mut search = Search::new(field);
    let relaxed = search.solve(settings.relaxed_gap_share.min(settings.gap_share), f64::NEG_INFINITY)?;
    let mut seconds = Seconds { relaxation: lap(), ..Seconds::default() };
    let relaxation = Proof::new(relaxed.best.value_usd, relaxed.proof.bound_usd, settings.relaxed_gap_share);
    let (plan, others, proof, nodes) = if settings.relax {
        let mw = relaxed.best.mw.iter().map(|mw| if *mw < CRUMB_MW { 0.0 } else { *mw }).collect();
        (Whole { mw, value_usd: relaxed.best.value_usd }, Vec::new(), relaxation, 0)
    } else {
        search.round_limits_down();
        let root = search.solve(0.1 * settings.gap_share, f64::NEG_INFINITY)?;
        let rounds = search.rounds as u64;
        let found =
            branched(&mut search, &root, settings.gap_share, settings.most_nodes, &mut |nodes, best, bound| {
                watch(&Progress {
                    phase: Phase::Modules,
                    rounds,
                    nodes: nodes as u64,
                    objective_usd: Some(best),
                    upper_bound_usd: Some(bound),
                })
            })?;
        let proof = Proof::new(found.best.value_usd, found.bound_usd, settings.gap_share);
        (found.best, found.others, proof, found.nodes)
    };
    seconds.modules = lap();
    seen(watch(&Progress { phase: Phase::Afterwards, ..Progress::default() }))?;
    let effort = Effort {
        rounds: search.rounds as u64,
        cuts: search.master.hours.cuts.iter().map(|c| c.len() as u64).sum(),
        nodes: nodes as u64,
        seconds,
    };
    let sizes = if settings.relax { Sizes::Continuous } else { Sizes::Modules };
    let mut answer = Answer { sizes, proof, relaxation, effort, ..Answer::default() };
    report::describe(&search, &relaxed, &plan, &mut answer);
    if let Some(within) = settings.alternatives_within_share {
        answer.alternatives = alternatives(&mut search, &relaxed, &plan, others, within, settings)?;
    }
    search.restore_limits();
    if settings.curves {
        answer.value_curves = report::value_curves(field, &relaxed, &answer.sites)?;
        answer.trade_off = report::trade_off(&mut search, &relaxed)?;
    }
    answer.effort.seconds.afterwards = lap();
    Ok(Optimum { answer, search, plan })
}

/// What stands must fit its site's connection and the limits: nothing can be done about it.
pub(super) fn check_what_stands(field: &Field) -> Result<(), PlaceError> {
    for site in &field.sites {
        let need: f64 = site.standing.iter().map(|b| b.mw).sum();
        if need > site.maximum_mw * (1.0 + 1e-9) {
            let limit = format!("maximum_mw of {}", site.name);
            return Err(PlaceError::Infeasible { limit, need, have: site.maximum_mw, unit: "MW".to_owned() });
        }
    }
    for limit in &field.limits {
        let Counts::Standing { date, kinds } = limit.counts else { continue };
        // It counts until it may be closed.
        let stands = |b: &&Standing| {
            kinds[field.kind(b.stage.model) as usize]
                && b.stage.until > field.dates[date]
                && field.first_close(&b.stage).is_none_or(|closed| closed > date)
        };
        let blocks = field.sites.iter().flat_map(|s| &s.standing);
        let need: f64 = blocks.filter(stands).map(|b| b.mw).sum();
        if need > limit.at_most * (1.0 + 1e-9) {
            let (limit, have) = (limit.name.clone(), limit.at_most);
            return Err(PlaceError::Infeasible { limit, need, have, unit: "MW".to_owned() });
        }
    }
    Ok(())
}

impl Relaxed {
    /// Value of one more MW of connection at a site, USD.
    pub fn connection_usd_per_mw(&self, site: usize) -> f64 {
        self.proof.slots[site].iter().sum()
    }
}
