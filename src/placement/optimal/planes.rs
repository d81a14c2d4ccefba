//! Planes above what is to be maximised, found and forgotten.

use super::hours::Cut;

/// Planes found so far, each above the value everywhere: `[site * groups + group]`.
#[derive(Debug, Clone, Default)]
pub struct Planes {
    /// Those in use.
    pub cuts: Vec<Vec<Cut>>,
    /// In how many solutions on end each had no weight.
    idle: Vec<Vec<u32>>,
}

/// Weight above which a plane holds something up.
const IDLE_WEIGHT: f64 = 1e-5;
/// Solutions on end without weight after which a plane is forgotten.
const MOST_IDLE: u32 = 8;

impl Planes {
    /// No planes yet.
    pub fn none(count: usize) -> Self {
        Self { cuts: vec![Vec::new(); count], idle: vec![Vec::new(); count] }
    }

    /// Adds a plane, unless it is there: equal ones would share their weight and none would ever be idle.
    pub fn push(&mut self, i: usize, cut: Cut) {
        if !self.cuts[i].contains(&cut) {
            self.cuts[i].push(cut);
            self.idle[i].push(0);
        }
    }

    /// Forgets all planes of a place.
    pub fn clear(&mut self, i: usize) {
        self.cuts[i].clear();
        self.idle[i].clear();
    }

    /// Forgets planes that have held up nothing for some solutions.
    pub fn forget_idle(&mut self, weights: &[Vec<f64>]) {
        for (i, weights) in weights.iter().enumerate() {
            for (idle, weight) in self.idle[i].iter_mut().zip(weights) {
                *idle = if *weight > IDLE_WEIGHT { 0 } else { *idle + 1 };
            }
            let mut of_cuts = self.idle[i].iter();
            self.cuts[i].retain(|_| of_cuts.next().is_some_and(|idle| *idle < MOST_IDLE));
            self.idle[i].retain(|idle| *idle < MOST_IDLE);
        }
    }
}
