//! Which of the varied factors a metric depends on.
//!
//! | module | design | says |
//! |---|---|---|
//! | [`sobol`] | Saltelli's | shares of the variance: of each factor alone, with all its interactions, of pairs |
//! | [`morris`] | Morris' trajectories | size, sign and evenness of each factor's effect, from few runs |
//! | [`rank`] | any | how monotone the metric is in a factor |
//! | [`tornado`] | any | the metric's mean where a factor is low and where it is high |
//!
//! Everywhere a value that is not a finite number stands for a run that failed or a figure that does not exist.

pub mod morris;
pub mod rank;
pub mod sobol;
pub mod tornado;

use super::statistics;
use crate::math;
use crate::rng::Stream;
use rand::RngExt;

/// An estimate and how far it is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate itself.
    pub value: f64,
    /// Half the width of its confidence interval, in the same unit; NaN where it cannot be told.
    pub half_width: f64,
}

/// How confidence is told: from resamples of the design with replacement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Number of resamples, 2 or more.
    pub resamples: u32,
    /// Probability of the confidence interval, above 0 and below 1.
    pub level: f64,
}

impl Default for Bootstrap {
    /// 1,000 resamples, 95 %.
    fn default() -> Self {
        Self { resamples: 1_000, level: 0.95 }
    }
}

/// Why a design has no sensitivities.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The outputs are not those of a whole design.
    #[error("{rows} outputs are no multiple of the {group} runs that belong together")]
    Rows {
        /// Number of outputs.
        rows: usize,
        /// Number of runs of a base point or a trajectory.
        group: usize,
    },
    /// Too many runs failed, or too few were asked for.
    #[error("{used} complete groups of runs: a sensitivity takes 2 or more")]
    TooFew {
        /// Number of complete base points or trajectories.
        used: usize,
    },
    /// There is no variance to give shares of.
    #[error("the output is the same at all base points")]
    Constant,
    /// A step of a trajectory moves no factor, more than one, or one that an earlier step has moved.
    #[error("step {step} of trajectory {trajectory} does not move one new factor")]
    Step {
        /// Number of the trajectory, from 1.
        trajectory: usize,
        /// Number of the step, from 1.
        step: usize,
    },
    /// [`Bootstrap`] is out of range.
    #[error("{} resamples at level {}: 2 or more and a level between 0 and 1 are needed", .0.resamples, .0.level)]
    Bootstrap(Bootstrap),
}

impl Bootstrap {
    fn check(&self) -> Result<(), Error> {
        let fine = self.resamples >= 2 && self.level > 0.0 && self.level < 1.0;
        if fine { Ok(()) } else { Err(Error::Bootstrap(*self)) }
    }

    /// Half width of the interval of an estimate that came out as `values` on the resamples: their standard deviation
    /// times the normal quantile of the level, as SALib has it. NaN for fewer than two values.
    fn half_width(&self, values: &[f64]) -> f64 {
        let z = math::normal_quantile(0.5 + self.level / 2.0);
        statistics::standard_deviation(values).map_or(f64::NAN, |sd| z * sd)
    }
}

/// As many of the items as there are, drawn with replacement.
fn resample<T: Copy>(items: &[T], stream: &mut Stream) -> Vec<T> {
    items.iter().map(|_| items[stream.random_range(0..items.len())]).collect()
}

/// The groups of `size` outputs that have all their values, with their place in the design.
fn complete_groups(outputs: &[f64], size: usize) -> Result<Vec<(usize, &[f64])>, Error> {
    if !outputs.len().is_multiple_of(size) {
        return Err(Error::Rows { rows: outputs.len(), group: size });
    }
    let whole = |(_, group): &(usize, &[f64])| group.iter().all(|y| y.is_finite());
    let groups: Vec<_> = outputs.chunks_exact(size).enumerate().filter(whole).collect();
    if groups.len() < 2 { Err(Error::TooFew { used: groups.len() }) } else { Ok(groups) }
}

/// The pairs of values of which both are finite numbers.
///
/// # Panics
/// When the two are not of the same length.
fn complete_pairs(factor: &[f64], metric: &[f64]) -> Vec<(f64, f64)> {
    assert_eq!(factor.len(), metric.len(), "a factor and a metric have one value per run");
    let pairs = factor.iter().copied().zip(metric.iter().copied());
    pairs.filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
}
