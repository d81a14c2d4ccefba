//! Elementary effects: what moving one factor by one step does, from few runs.
//!
//! As `SALib.analyze.morris` of SALib 1.5 without groups and scaling, after Morris, "Factorial sampling plans for
//! preliminary computational experiments", Technometrics 33 (1991), and Campolongo, Cariboni and Saltelli, "An effective
//! screening design for sensitivity analysis of large models", Environmental Modelling & Software 22 (2007).

use super::{Bootstrap, Error, Estimate, complete_groups, resample};
use crate::math;
use crate::rng::Stream;
use crate::sweep::statistics::standard_deviation;

/// The effects of one factor, in the unit of the output per whole range of the factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Mean effect: its sign says which way the output goes.
    pub mu: f64,
    /// Mean size of the effect: how much the factor matters.
    pub mu_star: Estimate,
    /// Standard deviation of the effect: how much it depends on where the factors stand.
    pub sigma: f64,
}

/// Effects of all factors, in the order of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Screening {
    /// The effect of each factor.
    pub effects: Vec<Effect>,
    /// Trajectories of which no run is missing: the others are left out whole, so that all factors are judged by the
    /// same trajectories.
    pub trajectories_used: usize,
}

/// Elementary effects of `outputs` at the `points` of the unit cube, in trajectories of k + 1 rows of which each moves
/// one of the k factors by p / (2 (p − 1)), p being the number of `levels`.
///
/// # Errors
/// [`Error::Rows`], [`Error::TooFew`], [`Error::Step`], [`Error::Bootstrap`].
///
/// # Panics
/// When `points` and `outputs` are not of the same length, or for fewer than two levels.
pub fn effects(
    points: &[Vec<f64>],
    outputs: &[f64],
    levels: u32,
    bootstrap: Bootstrap,
    stream: &mut Stream,
) -> Result<Screening, Error> {
    assert_eq!(points.len(), outputs.len(), "every point has an output");
    assert!(levels >= 2, "a factor moves between levels");
    bootstrap.check()?;
    let factors = points.first().map_or(0, Vec::len);
    let step = f64::from(levels) / (2.0 * f64::from(levels - 1));
    let trajectories = complete_groups(outputs, factors + 1)?;
    let by_trajectory: Vec<Vec<f64>> = trajectories
        .iter()
        .map(|(place, outputs)| trajectory_effects(&points[place * (factors + 1)..], outputs, step, *place + 1))
        .collect::<Result<_, _>>()?;
    let of_factor = |factor: usize| by_trajectory.iter().map(move |effects| effects[factor]).collect::<Vec<f64>>();
    Ok(Screening {
        effects: (0..factors).map(|factor| summarise(&of_factor(factor), bootstrap, stream)).collect(),
        trajectories_used: trajectories.len(),
    })
}

/// The effect of each factor along one trajectory.
fn trajectory_effects(points: &[Vec<f64>], outputs: &[f64], step: f64, trajectory: usize) -> Result<Vec<f64>, Error> {
    let mut effects = vec![None; outputs.len() - 1];
    for (row, (from, to)) in points.iter().zip(&points[1..]).take(effects.len()).enumerate() {
        let mut moved = (0..effects.len()).filter(|factor| from[*factor] != to[*factor]);
        match (moved.next(), moved.next()) {
            (Some(factor), None) if effects[factor].is_none() => {
                let rise = outputs[row + 1] - outputs[row];
                effects[factor] = Some(if to[factor] > from[factor] { rise } else { -rise } / step);
            }
            _ => return Err(Error::Step { trajectory, step: row + 1 }),
        }
    }
    // Every step moved another factor, so that no effect is missing.
    Ok(effects.into_iter().flatten().collect())
}

fn summarise(effects: &[f64], bootstrap: Bootstrap, stream: &mut Stream) -> Effect {
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    let again: Vec<f64> = (0..bootstrap.resamples).map(|_| math::mean(&resample(&sizes, stream))).collect();
    Effect {
        mu: math::mean(effects),
        mu_star: Estimate { value: math::mean(&sizes), half_width: bootstrap.half_width(&again) },
        sigma: standard_deviation(effects).unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    const THIRD: f64 = 1.0 / 3.0;

    /// Three trajectories of two factors on four levels, with steps of two thirds up and down.
    fn points() -> Vec<Vec<f64>> {
        let rows = [
            [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]],
            [[3.0, 1.0], [3.0, 3.0], [1.0, 3.0]],
            [[1.0, 2.0], [1.0, 0.0], [3.0, 0.0]],
        ];
        rows.as_flattened().iter().map(|row| row.map(|level| level * THIRD).to_vec()).collect()
    }

    fn of(points: &[Vec<f64>], outputs: &[f64]) -> Result<Screening, Error> {
        effects(points, outputs, 4, Bootstrap::default(), &mut rng::stream(1, "bootstrap", ""))
    }

    fn outputs(f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        points().iter().map(|p| f(p[0], p[1])).collect()
    }

    #[test]
    fn a_linear_output_has_its_slopes_as_effects_without_spread() {
        let screening = of(&points(), &outputs(|x, y| 3.0 * x - 5.0 * y)).unwrap();
        assert_eq!(screening.trajectories_used, 3);
        for (effect, slope) in screening.effects.iter().zip([3.0, -5.0_f64]) {
            assert!((effect.mu - slope).abs() < 1e-13 && (effect.mu_star.value - slope.abs()).abs() < 1e-13);
            assert!(effect.sigma < 1e-13 && effect.mu_star.half_width < 1e-13);
        }
    }

    #[test]
    fn effects_of_both_signs_cancel_in_mu_but_not_in_mu_star() {
        // The effect of x is that of (y − 1/2) where x moves: −1/2, 1/2 and −1/2.
        let x = of(&points(), &outputs(|x, y| x * (y - 0.5))).unwrap().effects[0];
        assert!((x.mu + 1.0 / 6.0).abs() < 1e-14 && (x.mu_star.value - 0.5).abs() < 1e-14);
        assert!((x.sigma - THIRD.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn the_half_width_is_that_of_a_mean_of_resampled_sizes() {
        // Sizes of the effect of x: 0, 1 and 0, whose resampled means have the variance (2/9) / 3.
        let x = of(&points(), &outputs(|x, y| if y == 1.0 { x } else { 0.0 })).unwrap().effects[0];
        let expected = 1.96 * (2.0_f64 / 27.0).sqrt();
        // 1,000 resamples tell a deviation to 2.2 %.
        assert!((x.mu_star.half_width / expected - 1.0).abs() < 0.09, "{x:?}");
    }

    #[test]
    fn a_failed_run_takes_its_trajectory_out_of_the_sample() {
        let mut failed = outputs(|x, y| x * x + y);
        let (points, whole) = (points(), failed.clone());
        failed[4] = f64::NAN;
        let rest = |values: &[f64]| [&values[..3], &values[6..]].concat();
        let rest_of_points = [&points[..3], &points[6..]].concat();
        assert_eq!(of(&points, &failed).unwrap().trajectories_used, 2);
        assert_eq!(of(&points, &failed), of(&rest_of_points, &rest(&whole)));
        failed[0] = f64::NAN;
        assert_eq!(of(&points, &failed), Err(Error::TooFew { used: 1 }));
    }

    #[test]
    fn rows_that_are_no_trajectories_are_refused() {
        let good = points();
        let outputs = outputs(|x, y| x + y);
        assert_eq!(of(&good[..8], &outputs[..8]), Err(Error::Rows { rows: 8, group: 3 }));
        let spoil = |row: usize, point: [f64; 2]| {
            let mut points = good.clone();
            points[row] = point.to_vec();
            of(&points, &outputs)
        };
        // No factor moves, both move, the first moves again.
        assert_eq!(spoil(1, [0.0, 0.0]), Err(Error::Step { trajectory: 1, step: 1 }));
        assert_eq!(spoil(5, [0.5, 0.5]), Err(Error::Step { trajectory: 2, step: 2 }));
        assert_eq!(spoil(2, [0.0, 0.0]), Err(Error::Step { trajectory: 1, step: 2 }));
    }
}
