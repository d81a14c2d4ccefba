//! Sobol' indices: shares of a metric's variance, from a sample after Saltelli.
//!
//! The estimators are those of SALib 1.5 (`SALib.analyze.sobol`): the outputs less their mean; first and total order of
//! Saltelli et al., "Variance based sensitivity analysis of model output", Computer Physics Communications 181 (2010);
//! second order of Saltelli, "Making best use of model evaluations to compute sensitivity indices", ibid. 145 (2002).

use super::{Bootstrap, Error, Estimate, complete_groups, resample};
use crate::math;
use crate::rng::Stream;

/// Which runs a base point has.
///
/// A and B are two independent points; AB_j is A with factor j of B, BA_j is B with factor j of A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// k + 2 runs: A, AB_1 … AB_k, B.
    First,
    /// 2k + 2 runs: A, AB_1 … AB_k, BA_1 … BA_k, B.
    Second,
}

impl Order {
    /// Runs of a base point with so many factors.
    pub fn group_size(self, factors: usize) -> usize {
        match self {
            Self::First => factors + 2,
            Self::Second => 2 * factors + 2,
        }
    }
}

/// Shares of the variance, factors in the order of the sample. Estimates may stray below 0 and above 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// S1: what each factor brings alone.
    pub first: Vec<Estimate>,
    /// ST: what each factor brings alone and with all others.
    pub total: Vec<Estimate>,
    /// S2: what two factors (j < k) bring together beyond what they bring alone; empty for [`Order::First`].
    pub second: Vec<(usize, usize, Estimate)>,
    /// Base points of which no run is missing: the others are left out.
    pub groups_used: usize,
}

/// Sobol' indices of `outputs`, one per run in the row order of SALib: base point after base point, each with its runs
/// in the order of [`Order`]. Confidence is from resamples of the base points; a resample without variance is left out.
///
/// # Errors
/// [`Error::Rows`], [`Error::TooFew`], [`Error::Constant`] when all A and B are the same, [`Error::Bootstrap`].
pub fn indices(
    outputs: &[f64],
    factors: usize,
    order: Order,
    bootstrap: Bootstrap,
    stream: &mut Stream,
) -> Result<Indices, Error> {
    bootstrap.check()?;
    let groups = complete_groups(outputs, order.group_size(factors))?;
    // Before they are divided by their deviation, which may be none.
    let first = groups[0].1[0];
    if groups.iter().all(|(_, group)| group[0] == first && group[group.len() - 1] == first) {
        return Err(Error::Constant);
    }
    let groups = standardised(&groups);
    let groups: Vec<Group> = groups.iter().map(|outputs| Group { outputs, factors }).collect();
    let values = estimate(&groups, factors, order).ok_or(Error::Constant)?;
    let resampled: Vec<Vec<f64>> =
        (0..bootstrap.resamples).filter_map(|_| estimate(&resample(&groups, stream), factors, order)).collect();
    let mut estimates = values.iter().enumerate().map(|(i, value)| {
        let again: Vec<f64> = resampled.iter().map(|values| values[i]).collect();
        Estimate { value: *value, half_width: bootstrap.half_width(&again) }
    });
    Ok(Indices {
        first: estimates.by_ref().take(factors).collect(),
        total: estimates.by_ref().take(factors).collect(),
        second: pairs(factors, order).zip(estimates).map(|((j, k), estimate)| (j, k, estimate)).collect(),
        groups_used: groups.len(),
    })
}

/// The outputs of one base point.
#[derive(Clone, Copy)]
struct Group<'a> {
    outputs: &'a [f64],
    factors: usize,
}

impl Group<'_> {
    fn a(&self) -> f64 {
        self.outputs[0]
    }

    fn b(&self) -> f64 {
        self.outputs[self.outputs.len() - 1]
    }

    fn ab(&self, factor: usize) -> f64 {
        self.outputs[1 + factor]
    }

    fn ba(&self, factor: usize) -> f64 {
        self.outputs[1 + self.factors + factor]
    }
}

/// The outputs less their mean and in units of their deviation: the estimators are biased when the mean is far from 0.
fn standardised(groups: &[(usize, &[f64])]) -> Vec<Vec<f64>> {
    let all = groups.iter().map(|(_, group)| *group).collect::<Vec<_>>().concat();
    let mean = math::mean(&all);
    let deviation = variance(&all).sqrt();
    groups.iter().map(|(_, group)| group.iter().map(|y| (y - mean) / deviation).collect()).collect()
}

/// First order of all factors, total order of all, second order of all pairs; `None` when A and B do not vary.
fn estimate(groups: &[Group], factors: usize, order: Order) -> Option<Vec<f64>> {
    let base: Vec<f64> = groups.iter().map(Group::a).chain(groups.iter().map(Group::b)).collect();
    if !base.iter().any(|y| *y != base[0]) {
        return None;
    }
    let variance = variance(&base);
    let share = |of: &dyn Fn(&Group) -> f64| groups.iter().map(of).sum::<f64>() / groups.len() as f64 / variance;
    let first: Vec<f64> = (0..factors).map(|j| share(&|g| g.b() * (g.ab(j) - g.a()))).collect();
    let total = (0..factors).map(|j| 0.5 * share(&|g| (g.a() - g.ab(j)) * (g.a() - g.ab(j))));
    let second =
        pairs(factors, order).map(|(j, k)| share(&|g| g.ba(j) * g.ab(k) - g.a() * g.b()) - first[j] - first[k]);
    Some(first.iter().copied().chain(total).chain(second).collect())
}

/// The pairs that have a second-order index.
fn pairs(factors: usize, order: Order) -> impl Iterator<Item = (usize, usize)> {
    let factors = if order == Order::Second { factors } else { 0 };
    (0..factors).flat_map(move |j| (j + 1..factors).map(move |k| (j, k)))
}

/// Mean square about the mean.
fn variance(values: &[f64]) -> f64 {
    let mean = math::mean(values);
    values.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;
    use rand::RngExt;
    use std::f64::consts::PI;

    /// Outputs of a function of points of the unit cube, in the rows of a Saltelli sample of random base points.
    fn sample(f: impl Fn(&[f64]) -> f64, factors: usize, order: Order, groups: usize, seed: u64) -> Vec<f64> {
        let mut stream = rng::stream(seed, "saltelli", "");
        let mut point = || (0..factors).map(|_| stream.random()).collect::<Vec<f64>>();
        let with = |to: &[f64], j: usize, from: &[f64]| {
            let mut mixed = to.to_vec();
            mixed[j] = from[j];
            f(&mixed)
        };
        let mut outputs = Vec::new();
        for _ in 0..groups {
            let (a, b) = (point(), point());
            outputs.push(f(&a));
            outputs.extend((0..factors).map(|j| with(&a, j, &b)));
            if order == Order::Second {
                outputs.extend((0..factors).map(|j| with(&b, j, &a)));
            }
            outputs.push(f(&b));
        }
        outputs
    }

    fn ishigami(u: &[f64]) -> f64 {
        let x = |i: usize| PI * (2.0 * u[i] - 1.0);
        let sine = math::sin(x(0));
        sine + 7.0 * math::sin(x(1)) * math::sin(x(1)) + 0.1 * x(2) * x(2) * x(2) * x(2) * sine
    }

    #[test]
    fn a_figure_that_never_changes_has_no_shares() {
        let mut stream = rng::stream(1, "constant", "");
        for outputs in [[40.0; 12], [0.0; 12]] {
            let indices = indices(&outputs, 2, Order::First, Bootstrap::default(), &mut stream);
            assert_eq!(indices, Err(Error::Constant));
        }
    }

    /// Two resamples: where only the values matter.
    const FEW: Bootstrap = Bootstrap { resamples: 2, level: 0.95 };

    /// Four standard errors of an index from so many base points. The mean square of each estimator's summand, in units
    /// of the variance squared, is below 3 for both functions (at most 2.7, of the total order of Ishigami's first factor).
    fn sampling_error(groups: usize) -> f64 {
        4.0 * (3.0 / groups as f64).sqrt()
    }

    fn assert_near(estimates: &[Estimate], expected: &[f64], tolerance: f64) {
        assert_eq!(estimates.len(), expected.len());
        for (estimate, expected) in estimates.iter().zip(expected) {
            assert!((estimate.value - expected).abs() < tolerance, "{estimates:?}: {expected}");
        }
    }

    #[test]
    fn indices_of_the_ishigami_function_are_the_analytic_ones() {
        let groups = 1 << 17;
        let outputs = sample(ishigami, 3, Order::Second, groups, 1);
        let indices = indices(&outputs, 3, Order::Second, FEW, &mut rng::stream(1, "bootstrap", "")).unwrap();
        let tolerance = sampling_error(groups);
        assert_near(&indices.first, &[0.3139, 0.4424, 0.0], tolerance);
        assert_near(&indices.total, &[0.5576, 0.4424, 0.2437], tolerance);
        let (pairs, second): (Vec<_>, Vec<_>) = indices.second.iter().map(|(j, k, s)| ((*j, *k), *s)).unzip();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
        // Three estimators, of which each may err.
        assert_near(&second, &[0.0, 0.2437, 0.0], 3.0 * tolerance);
    }

    #[test]
    fn indices_of_the_g_function_are_the_analytic_ones() {
        const A: [f64; 8] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
        let g = |u: &[f64]| u.iter().zip(A).map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a)).product();
        // Saltelli et al. 2010, equations 30 to 33: V_j = 1/3 / (1 + a_j)², V = Π(1 + V_j) − 1.
        let alone = A.map(|a| 1.0 / 3.0 / ((1.0 + a) * (1.0 + a)));
        let product: f64 = alone.iter().map(|v| 1.0 + v).product();
        let groups = 1 << 16;
        let outputs = sample(g, 8, Order::First, groups, 2);
        let indices = indices(&outputs, 8, Order::First, FEW, &mut rng::stream(1, "bootstrap", "")).unwrap();
        let tolerance = sampling_error(groups);
        assert_near(&indices.first, &alone.map(|v| v / (product - 1.0)), tolerance);
        assert_near(&indices.total, &alone.map(|v| v * product / (1.0 + v) / (product - 1.0)), tolerance);
        assert!(indices.second.is_empty());
    }

    #[test]
    fn the_half_width_is_how_far_repetitions_of_the_sample_stray() {
        let repetitions: Vec<Indices> = (0..200)
            .map(|seed| {
                let outputs = sample(ishigami, 3, Order::Second, 128, seed);
                let bootstrap = Bootstrap { resamples: 60, level: 0.95 };
                indices(&outputs, 3, Order::Second, bootstrap, &mut rng::stream(seed, "bootstrap", "")).unwrap()
            })
            .collect();
        let kinds: [fn(&Indices) -> Estimate; 3] = [|i| i.first[0], |i| i.total[1], |i| i.second[1].2];
        for (kind, of) in kinds.iter().enumerate() {
            let values: Vec<f64> = repetitions.iter().map(|i| of(i).value).collect();
            let told = math::mean(&repetitions.iter().map(|i| of(i).half_width).collect::<Vec<_>>());
            let seen = 1.96 * variance(&values).sqrt();
            // The deviation of 200 values is known to 5 %; a bootstrap of 128 base points adds bias of its own.
            assert!((told / seen - 1.0).abs() < 0.25, "{kind}: {told} told, {seen} seen");
        }
    }

    #[test]
    fn a_failed_run_takes_its_base_point_out_of_the_sample() {
        let outputs = sample(ishigami, 3, Order::First, 50, 3);
        let mut failed = outputs.clone();
        failed[5 * 7 + 2] = f64::NAN;
        failed[5 * 20] = f64::INFINITY;
        let without = [&outputs[..35], &outputs[40..100], &outputs[105..]].concat();
        let of = |outputs: &[f64]| {
            indices(outputs, 3, Order::First, Bootstrap::default(), &mut rng::stream(1, "bootstrap", "")).unwrap()
        };
        assert_eq!(of(&failed).groups_used, 48);
        assert_eq!(of(&failed), of(&without));
        assert_ne!(of(&failed).first, of(&outputs).first);
    }

    #[test]
    fn a_resample_without_variance_spoils_no_half_width() {
        // A quarter of the resamples take the first base point twice.
        let outputs = [0.0, 1.0, 0.0, 1.0, 3.0, 2.0];
        let indices = indices(&outputs, 1, Order::First, Bootstrap::default(), &mut rng::stream(1, "bootstrap", ""));
        assert!(indices.unwrap().first[0].half_width.is_finite());
    }

    #[test]
    fn a_shift_of_the_outputs_changes_no_index() {
        let outputs = sample(ishigami, 3, Order::First, 50, 4);
        let shifted: Vec<f64> = outputs.iter().map(|y| 3.0 * y - 1e6).collect();
        let of = |outputs: &[f64]| {
            indices(outputs, 3, Order::First, FEW, &mut rng::stream(1, "bootstrap", "")).unwrap().first
        };
        let expected: Vec<f64> = of(&outputs).iter().map(|e| e.value).collect();
        assert_near(&of(&shifted), &expected, 1e-8);
    }

    #[test]
    fn a_sample_that_has_no_indices_says_why() {
        let of = |outputs: &[f64], bootstrap| {
            indices(outputs, 3, Order::First, bootstrap, &mut rng::stream(1, "bootstrap", ""))
        };
        assert_eq!(of(&[1.0; 14], FEW), Err(Error::Rows { rows: 14, group: 5 }));
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0], FEW), Err(Error::TooFew { used: 1 }));
        assert_eq!(of(&[0.1; 15], FEW), Err(Error::Constant));
        let wide = Bootstrap { level: 1.0, ..FEW };
        assert_eq!(of(&[1.0; 15], wide), Err(Error::Bootstrap(wide)));
    }
}
