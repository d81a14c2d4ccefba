//! Which keys a figure depends on.

use super::{Runs, by_point, value};
use crate::results::SensitivityRow;
use crate::rng;
use crate::sweep::design;
use crate::sweep::file::Design;
use crate::sweep::plan::Plan;
use crate::sweep::sensitivity::{Bootstrap, morris, rank, sobol, tornado};
use crate::sweep::table::plain;
use toml::Value;

/// Every index of every figure and key that the design allows; figures that do not vary have none.
pub fn sensitivity(plan: &Plan, runs: &Runs) -> Vec<SensitivityRow> {
    let mut rows = Vec::new();
    for (index, metric) in plan.metrics().into_iter().enumerate() {
        let mut of_metric = match plan.file.design {
            Design::Saltelli => of_saltelli(plan, &metric, &by_point(plan, runs, index)),
            Design::Morris => of_morris(plan, &metric, &by_point(plan, runs, index)),
            _ => Vec::new(),
        };
        of_metric.extend(of_runs(plan, runs, index));
        // An index that does not exist is no reason to lose a sweep.
        let there = of_metric.into_iter().filter(|row| row.value.is_finite());
        rows.extend(there.map(|row| SensitivityRow { metric: metric.clone(), ..row }));
    }
    rows
}

fn row(factor: &str, index: &str, value: f64, used: usize) -> SensitivityRow {
    SensitivityRow {
        factor: factor.to_owned(),
        index: index.to_owned(),
        value,
        used: used as u64,
        ..SensitivityRow::default()
    }
}

/// The stream of a figure's resamples.
fn resamples(plan: &Plan, metric: &str) -> rng::Stream {
    rng::stream(plan.file.seed, "sweep bootstrap", metric)
}

fn confident(row: SensitivityRow, half_width: f64) -> SensitivityRow {
    SensitivityRow { confidence: half_width.is_finite().then_some(half_width), ..row }
}

fn of_saltelli(plan: &Plan, metric: &str, outputs: &[f64]) -> Vec<SensitivityRow> {
    let keys = plan.file.keys();
    let order = if plan.file.second_order() { sobol::Order::Second } else { sobol::Order::First };
    let mut stream = resamples(plan, metric);
    let Ok(indices) = sobol::indices(outputs, keys.len(), order, Bootstrap::default(), &mut stream) else {
        return Vec::new();
    };
    let used = indices.groups_used;
    let mut rows = Vec::new();
    for (name, estimates) in [("sobol_first", &indices.first), ("sobol_total", &indices.total)] {
        let of_keys = keys.iter().zip(estimates);
        rows.extend(of_keys.map(|(key, e)| confident(row(key, name, e.value, used), e.half_width)));
    }
    rows.extend(indices.second.iter().map(|&(j, k, e)| {
        let row = row(&keys[j], "sobol_second", e.value, used);
        confident(SensitivityRow { other_factor: keys[k].clone(), ..row }, e.half_width)
    }));
    rows
}

fn of_morris(plan: &Plan, metric: &str, outputs: &[f64]) -> Vec<SensitivityRow> {
    let (file, keys) = (&plan.file, plan.file.keys());
    let cube = design::morris(keys.len(), file.trajectories(), file.levels(), file.seed);
    let mut stream = resamples(plan, metric);
    let screening = morris::effects(&cube, outputs, file.levels(), Bootstrap::default(), &mut stream);
    let Ok(screening) = screening else { return Vec::new() };
    let used = screening.trajectories_used;
    let of_key = |(key, effect): (&String, &morris::Effect)| {
        [
            row(key, "morris_mu", effect.mu, used),
            confident(row(key, "morris_mu_star", effect.mu_star.value, used), effect.mu_star.half_width),
            row(key, "morris_sigma", effect.sigma, used),
        ]
    };
    keys.iter().zip(&screening.effects).flat_map(of_key).collect()
}

/// What any design allows: rank correlation and the ends of a tornado, or means by category.
fn of_runs(plan: &Plan, runs: &Runs, metric: usize) -> Vec<SensitivityRow> {
    let outputs: Vec<f64> = (1..=plan.runs()).map(|run| value(runs, run, metric).unwrap_or(f64::NAN)).collect();
    let mut rows = Vec::new();
    for (k, key) in plan.file.keys().iter().enumerate() {
        let of_run = |run: u64| &plan.points[plan.case(run).point][k];
        let values: Vec<&Value> = (1..=plan.runs()).map(of_run).collect();
        let numbers: Option<Vec<f64>> = values.iter().map(|v| number(v)).collect();
        match numbers {
            Some(numbers) => rows.extend(of_numbers(key, &numbers, &outputs)),
            None => rows.extend(of_choices(key, &values, &outputs)),
        }
    }
    rows
}

fn of_numbers(key: &str, numbers: &[f64], outputs: &[f64]) -> Vec<SensitivityRow> {
    let correlation = rank::spearman(numbers, outputs).map(|r| row(key, "rank_correlation", r.value, r.used));
    let swing = tornado::swing(numbers, outputs).into_iter().flat_map(|swing| {
        [("tornado_low", swing.low), ("tornado_high", swing.high)].map(|(index, end)| SensitivityRow {
            other_factor: end.factor_mean.to_string(),
            ..row(key, index, end.metric_mean, end.runs)
        })
    });
    correlation.into_iter().chain(swing).collect()
}

fn of_choices(key: &str, values: &[&Value], outputs: &[f64]) -> Vec<SensitivityRow> {
    let mut choices: Vec<&Value> = Vec::new();
    let mut indices = Vec::with_capacity(values.len());
    for value in values {
        let known = choices.iter().position(|choice| choice == value);
        indices.push(known.unwrap_or_else(|| {
            choices.push(value);
            choices.len() - 1
        }));
    }
    let categories = tornado::categories(&indices, outputs).into_iter();
    categories
        .map(|category| SensitivityRow {
            other_factor: plain(choices[category.index]),
            ..row(key, "category_mean", category.metric_mean, category.runs)
        })
        .collect()
}

/// A value as a number, where it is one.
pub fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|i| i as f64))
}
