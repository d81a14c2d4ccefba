//! Statistics and sensitivities against SALib 1.5.2, SciPy and NumPy: `tests/sensitivity/make_vectors.py` writes the
//! samples and the answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use hashwatt::sweep::sensitivity::{Bootstrap, Estimate, morris, rank, sobol};
use hashwatt::sweep::statistics::{Statistics, quantile_of_sorted, sorted_finite};
use hashwatt::{math, rng};
use serde_json::Value;
use std::f64::consts::PI;

fn cases(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/sensitivity/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).expect("a list of cases")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list of numbers").iter().map(number).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("a list of lists").iter().map(numbers).collect()
}

fn whole(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a whole number")).unwrap()
}

/// Both sides add in different orders: they agree to rounding, relative to the value or, where an index is a small
/// difference of large sums, to the `scale` of the sums.
fn assert_same(value: f64, expected: f64, scale: f64, what: &str) {
    let tolerance = 1e-12 * expected.abs().max(scale);
    assert!((value - expected).abs() <= tolerance, "{what}: {value} instead of {expected}");
}

/// Two bootstraps of 1,000 resamples from different random streams: each knows its half width to 1/√1,998 = 2.2 %, so
/// that they differ by more than 4 × √2 × 2.2 % = 13 % once in 15,000 comparisons; resampled indices have longer tails
/// than the normal law behind that figure.
fn assert_alike(half_width: f64, expected: f64, what: &str) {
    assert!((half_width / expected - 1.0).abs() < 0.16, "{what}: {half_width} instead of {expected}");
}

fn assert_estimates(estimates: &[Estimate], case: &Value, index: &str) {
    let (values, half_widths) = (numbers(&case[index]), numbers(&case[format!("{index}_half_width")]));
    assert_eq!(estimates.len(), values.len(), "{index}");
    for (j, estimate) in estimates.iter().enumerate() {
        assert_same(estimate.value, values[j], 1.0, &format!("{index} {j}"));
        assert_alike(estimate.half_width, half_widths[j], &format!("half width of {index} {j}"));
    }
}

fn order(case: &Value) -> sobol::Order {
    if case["second_order"].as_bool().unwrap() { sobol::Order::Second } else { sobol::Order::First }
}

#[test]
fn sobol_indices_are_those_of_salib() {
    for mut case in cases("sobol") {
        let bootstrap = Bootstrap::default();
        let stream = &mut rng::stream(1, "bootstrap", "");
        let (outputs, factors) = (numbers(&case["outputs"]), whole(&case["factors"]));
        let indices = sobol::indices(&outputs, factors, order(&case), bootstrap, stream).unwrap();
        assert_estimates(&indices.first, &case, "first");
        assert_estimates(&indices.total, &case, "total");
        let triples = rows(&case["second"]);
        let pairs: Vec<[f64; 2]> = indices.second.iter().map(|(j, k, _)| [*j as f64, *k as f64]).collect();
        assert_eq!(pairs, triples.iter().map(|triple| [triple[0], triple[1]]).collect::<Vec<_>>());
        case["second"] = triples.iter().map(|triple| triple[2]).collect();
        assert_estimates(&indices.second.iter().map(|second| second.2).collect::<Vec<_>>(), &case, "second");
    }
}

fn ishigami(u: &[f64]) -> f64 {
    let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
    math::sin(x[0]) + 7.0 * math::powf(math::sin(x[1]), 2.0) + 0.1 * math::powf(x[2], 4.0) * math::sin(x[0])
}

fn g(u: &[f64]) -> f64 {
    let a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
    u.iter().zip(a).map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a)).product()
}

/// The runs of a base point: A, AB_1 …, BA_1 … where the order has them, B.
fn runs(base: &[f64], factors: usize, order: sobol::Order) -> Vec<Vec<f64>> {
    let (a, b) = base.split_at(factors);
    let mixed = |to: &[f64], from: &[f64], j: usize| {
        let mut point = to.to_vec();
        point[j] = from[j];
        point
    };
    let mut runs = vec![a.to_vec()];
    runs.extend((0..factors).map(|j| mixed(a, b, j)));
    if order == sobol::Order::Second {
        runs.extend((0..factors).map(|j| mixed(b, a, j)));
    }
    runs.push(b.to_vec());
    runs
}

#[test]
fn the_documented_row_order_is_that_of_salib() {
    for case in cases("sobol") {
        let f = if case["function"] == "g" { g } else { ishigami };
        let (factors, order) = (whole(&case["factors"]), order(&case));
        let base = rows(&case["base"]);
        let outputs: Vec<f64> = base.iter().flat_map(|base| runs(base, factors, order)).map(|run| f(&run)).collect();
        let expected = numbers(&case["outputs"]);
        assert_eq!(outputs.len(), base.len() * order.group_size(factors));
        assert_eq!(outputs.len(), expected.len());
        for (row, (output, expected)) in outputs.iter().zip(expected).enumerate() {
            assert_same(*output, expected, 1.0, &format!("row {row}"));
        }
    }
}

#[test]
fn elementary_effects_are_those_of_salib() {
    for case in cases("morris") {
        let (points, outputs) = (rows(&case["points"]), numbers(&case["outputs"]));
        let levels = u32::try_from(whole(&case["levels"])).unwrap();
        let stream = &mut rng::stream(1, "bootstrap", "");
        let screening = morris::effects(&points, &outputs, levels, Bootstrap::default(), stream).unwrap();
        assert_eq!(screening.trajectories_used, 10);
        let answers = ["mu", "mu_star", "sigma", "mu_star_half_width"].map(|name| numbers(&case[name]));
        assert_eq!(screening.effects.len(), answers[0].len());
        for (j, effect) in screening.effects.iter().enumerate() {
            // Effects are of the order of 1.
            assert_same(effect.mu, answers[0][j], 1.0, &format!("mu {j}"));
            assert_same(effect.mu_star.value, answers[1][j], 1.0, &format!("mu* {j}"));
            assert_same(effect.sigma, answers[2][j], 1.0, &format!("sigma {j}"));
            // A linear factor has the same effect everywhere: only rounding is resampled.
            if answers[3][j] > 1e-12 {
                assert_alike(effect.mu_star.half_width, answers[3][j], &format!("half width of mu* {j}"));
            } else {
                assert!(effect.mu_star.half_width < 1e-12, "half width of mu* {j}");
            }
        }
    }
}

#[test]
fn rank_correlations_with_ties_are_those_of_scipy() {
    for case in cases("rank") {
        let correlation = rank::spearman(&numbers(&case["factor"]), &numbers(&case["metric"])).unwrap();
        assert_same(correlation.value, number(&case["value"]), 0.0, "rank correlation");
        assert_eq!(correlation.used, 60);
    }
}

#[test]
fn statistics_are_those_of_numpy() {
    for case in cases("statistics") {
        let values = numbers(&case["values"]);
        let statistics = Statistics::of(&values).unwrap();
        assert_eq!(statistics.count, values.len());
        // The mean of values of both signs is a small difference of large sums.
        let scale = values.iter().map(|x| x.abs()).sum::<f64>() / values.len() as f64;
        let same = |value: f64, name: &str, scale: f64| assert_same(value, number(&case[name]), scale, name);
        same(statistics.mean, "mean", scale);
        same(statistics.standard_deviation.unwrap(), "standard_deviation", 0.0);
        same(statistics.standard_error.unwrap(), "standard_error", 0.0);
        same(statistics.loss_share, "loss_share", 0.0);
        same(statistics.cvar5, "cvar5", 0.0);
        let s = statistics;
        let percentiles = [s.p5, s.p10, s.p25, s.p50, s.p75, s.p90, s.p95];
        for (percentile, expected) in percentiles.iter().zip(numbers(&case["percentiles"])) {
            assert_same(*percentile, expected, 0.0, "percentile");
        }
        let sorted = sorted_finite(&values);
        assert_eq!((s.minimum, s.maximum), (quantile_of_sorted(&sorted, 0.0), quantile_of_sorted(&sorted, 1.0)));
    }
}
