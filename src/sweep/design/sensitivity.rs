//! Samples of the unit cube that tell the keys' effects apart.

use super::sample::{PURPOSE, sobol};
use crate::rng;
use rand::RngExt;
use rand::seq::SliceRandom;

/// Morris's (1991) trajectories: a random start on a grid of `levels`, then each key in turn, in random order, moved by
/// half the levels. The rows of a trajectory follow each other.
pub fn morris(keys: usize, trajectories: u32, levels: u32, seed: u64) -> Vec<Vec<f64>> {
    let mut stream = rng::stream(seed, PURPOSE, "morris");
    (0..trajectories).flat_map(|_| trajectory(keys, levels, &mut stream)).collect()
}

fn trajectory(keys: usize, levels: u32, stream: &mut rng::Stream) -> Vec<Vec<f64>> {
    let step = levels / 2;
    // The lower of the two levels of each key, and whether the key goes down instead of up.
    let lower: Vec<(u32, bool)> = (0..keys).map(|_| (stream.random_range(0..levels - step), stream.random())).collect();
    let mut at: Vec<u32> = lower.iter().map(|&(level, down)| if down { level + step } else { level }).collect();
    let mut order: Vec<usize> = (0..keys).collect();
    order.shuffle(stream);
    let unit = |at: &[u32]| at.iter().map(|&level| f64::from(level) / f64::from(levels - 1)).collect();
    let mut rows = vec![unit(&at)];
    for key in order {
        let (level, down) = lower[key];
        at[key] = if down { level } else { level + step };
        rows.push(unit(&at));
    }
    rows
}

/// Saltelli's (2010) rows, in the order of SALib: for each base point of two halves A and B of a Sobol point in twice
/// the keys, A, then A with each key in turn of B, then (for the second order) B with each key in turn of A, then B.
pub fn saltelli(keys: usize, samples: u32, second_order: bool, seed: u64) -> Vec<Vec<f64>> {
    let with = |base: &[f64], other: &[f64], key: usize| {
        let mut row = base.to_vec();
        row[key] = other[key];
        row
    };
    let rows = |point: Vec<f64>| {
        let (a, b) = point.split_at(keys);
        let mut rows = vec![a.to_vec()];
        rows.extend((0..keys).map(|key| with(a, b, key)));
        if second_order {
            rows.extend((0..keys).map(|key| with(b, a, key)));
        }
        rows.push(b.to_vec());
        rows
    };
    sobol(2 * keys, samples, seed).into_iter().flat_map(rows).collect()
}
