//! From runs to what they amount to: statistics, courses, sensitivities, trade-offs.

mod courses;
mod effects;

use super::file::Design;
use super::journal::Record;
use super::pareto::{Direction, front};
use super::plan::Plan;
use super::statistics::Statistics;
use crate::math;
use crate::results::{ParetoRow, StatisticsRow};
use std::collections::BTreeMap;

pub use courses::{Fan, fans};
pub use effects::{number, sensitivity};

/// All finished runs by number, without their courses.
pub type Runs = BTreeMap<u64, Record>;

/// Fewest replicates whose spread is drawn as quantiles.
const FEWEST_IN_A_FAN: usize = 20;
/// Most points whose replicates have fans and distributions of their own.
const MOST_FANS: usize = 8;

/// Runs that are summed up together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// `all`, or the number of a point.
    pub name: String,
    /// The point's keys and values; empty for all.
    pub settings: String,
    /// Numbers of the runs, ascending.
    pub runs: Vec<u64>,
}

impl Population {
    /// What it is in titles.
    pub fn title(&self) -> &str {
        if self.settings.is_empty() { "all runs" } else { &self.settings }
    }
}

/// All runs, then, where points have replicates, each point by itself.
pub fn populations(plan: &Plan) -> Vec<Population> {
    let runs = 1..=plan.runs();
    let all = runs.filter(|&run| is_independent(plan, plan.case(run).point)).collect();
    let mut populations = vec![Population { name: "all".into(), settings: String::new(), runs: all }];
    let replicates = u64::from(plan.file.replicates);
    if replicates > 1 && plan.points.len() > 1 {
        populations.extend((0..plan.points.len() as u64).map(|point| Population {
            name: (point + 1).to_string(),
            settings: plan.settings(point as usize),
            runs: (point * replicates + 1..=(point + 1) * replicates).collect(),
        }));
    }
    populations
}

/// The rows of a Saltelli design between the first and the last of a base point repeat their values.
fn is_independent(plan: &Plan, point: usize) -> bool {
    if plan.file.design != Design::Saltelli {
        return true;
    }
    let group = plan.points.len() / plan.file.samples.unwrap_or(1) as usize;
    point.is_multiple_of(group) || (point + 1).is_multiple_of(group)
}

/// The populations whose spread is luck, or a risk the keys' laws stand for, and not the spacing of a grid.
pub fn risks(plan: &Plan) -> Vec<Population> {
    let mut populations = populations(plan);
    let all = populations.remove(0);
    let whole = plan.points.len() == 1 || plan.file.design.is_sample() || plan.file.design == Design::Saltelli;
    if whole {
        populations = vec![all];
    }
    populations.retain(|population| population.runs.len() >= FEWEST_IN_A_FAN);
    if populations.len() > MOST_FANS { Vec::new() } else { populations }
}

/// Statistics of every figure over every population that has it.
pub fn statistics(plan: &Plan, runs: &Runs) -> Vec<StatisticsRow> {
    let metrics = plan.metrics();
    let mut rows = Vec::new();
    for population in populations(plan) {
        for (index, metric) in metrics.iter().enumerate() {
            let values: Vec<f64> = population.runs.iter().filter_map(|run| value(runs, *run, index)).collect();
            let missing = (population.runs.len() - values.len()) as u64;
            let of = Statistics::of(&values);
            rows.extend(of.map(|of| statistics_row(&population.name, metric, missing, &of)));
        }
    }
    rows
}

/// The figure of a run; none when the run failed or does not have it.
pub fn value(runs: &Runs, run: u64, metric: usize) -> Option<f64> {
    runs.get(&run)?.outcome.as_ref().ok()?.metrics.get(metric).copied()?
}

fn statistics_row(population: &str, metric: &str, missing: u64, of: &Statistics) -> StatisticsRow {
    StatisticsRow {
        population: population.to_owned(),
        metric: metric.to_owned(),
        runs: of.count as u64,
        missing,
        mean: of.mean,
        standard_deviation: of.standard_deviation,
        standard_error: of.standard_error,
        minimum: of.minimum,
        p5: of.p5,
        p10: of.p10,
        p25: of.p25,
        p50: of.p50,
        p75: of.p75,
        p90: of.p90,
        p95: of.p95,
        maximum: of.maximum,
        loss_share: of.loss_share,
        cvar5: of.cvar5,
    }
}

/// A figure at every point: the mean over its replicates that have it, NaN where none has.
pub fn by_point(plan: &Plan, runs: &Runs, metric: usize) -> Vec<f64> {
    let replicates = u64::from(plan.file.replicates);
    let at = |point: u64| {
        let own = point * replicates + 1..=(point + 1) * replicates;
        let values: Vec<f64> = own.filter_map(|run| value(runs, run, metric)).collect();
        if values.is_empty() { f64::NAN } else { math::mean(&values) }
    };
    (0..plan.points.len() as u64).map(at).collect()
}

/// The two figures of the trade-off, with which way each is better.
pub fn trade_off(plan: &Plan) -> [(String, Direction); 2] {
    let pareto = plan.file.pareto.clone().unwrap_or_default();
    let more = pareto.maximise.into_iter().map(|name| (name, Direction::Maximise));
    let less = pareto.minimise.into_iter().map(|name| (name, Direction::Minimise));
    let mut both = more.chain(less);
    // A checked file has two.
    core::array::from_fn(|_| both.next().unwrap_or_else(|| ("npv_usd".into(), Direction::Maximise)))
}

/// Numbers (from 0) of the points that no other beats in both figures, in the order of the first.
pub fn pareto_points(plan: &Plan, runs: &Runs) -> Vec<(usize, f64, f64)> {
    let metrics = plan.metrics();
    let [first, second] = trade_off(plan).map(|(name, direction)| {
        let index = metrics.iter().position(|m| *m == name).unwrap_or(0);
        (by_point(plan, runs, index), direction)
    });
    let points: Vec<(f64, f64)> = first.0.into_iter().zip(second.0).collect();
    let mut best: Vec<(usize, f64, f64)> =
        front(&points, (first.1, second.1)).into_iter().map(|i| (i, points[i].0, points[i].1)).collect();
    best.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    best
}

/// The front as a table.
pub fn pareto(plan: &Plan, runs: &Runs) -> Vec<ParetoRow> {
    let [first, second] = trade_off(plan).map(|(name, _)| name);
    let row = |(point, first_value, second_value)| ParetoRow {
        point: point as u64 + 1,
        settings: plan.settings(point),
        first: first.clone(),
        first_value,
        second: second.clone(),
        second_value,
    };
    pareto_points(plan, runs).into_iter().map(row).collect()
}
