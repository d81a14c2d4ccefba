//! Samples of the unit cube: one row for each point, one column for each key.

use super::super::file::Vary;
use crate::rng;
use rand::RngExt;
use rand::seq::SliceRandom;

/// Purpose of the random streams of designs.
pub const PURPOSE: &str = "sweep design";

/// Independent draws, each key from its own stream.
pub fn random(vary: &[Vary], samples: u32, seed: u64) -> Vec<Vec<f64>> {
    let mut streams: Vec<_> = vary.iter().map(|v| rng::stream(seed, PURPOSE, &v.key)).collect();
    (0..samples).map(|_| streams.iter_mut().map(RngExt::random).collect()).collect()
}

/// Each key's range in equally likely parts, each used once, in an order of the key's own stream (McKay, Beckman and
/// Conover 1979).
pub fn latin_hypercube(vary: &[Vary], samples: u32, seed: u64) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = vary
        .iter()
        .map(|v| {
            let mut stream = rng::stream(seed, PURPOSE, &v.key);
            let mut parts: Vec<u32> = (0..samples).collect();
            parts.shuffle(&mut stream);
            let within = |part: u32| (f64::from(part) + stream.random::<f64>()) / f64::from(samples);
            parts.into_iter().map(within).collect()
        })
        .collect();
    (0..samples as usize).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

/// The first points of an Owen-scrambled Sobol sequence (direction numbers of Joe and Kuo, scrambling of Burley 2020).
pub fn sobol(keys: usize, samples: u32, seed: u64) -> Vec<Vec<f64>> {
    /// The sequence has 24 bits: half a step keeps away from 0 and 1, where a normal law is infinite.
    const HALF_STEP: f64 = 1.0 / (1 << 25) as f64;
    // The sequence is seeded by 32 bits.
    let seed = (seed ^ (seed >> 32)) as u32;
    let coordinate = |point: u32, key: usize| f64::from(sobol_burley::sample(point, key as u32, seed)) + HALF_STEP;
    (0..samples).map(|point| (0..keys).map(|key| coordinate(point, key)).collect()).collect()
}
