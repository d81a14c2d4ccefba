//! Rents of accelerators along the paths.

use rayon::prelude::*;

use super::paths::seed_of;
use crate::calendar::Day;
use crate::compute::Accelerator;
use crate::scenario::Scenario;
use crate::sim::technology::Model;

/// Which rents a field is posed with.
pub enum Rents {
    /// Their mean over all that the market's law may bring: what a plan is judged by. Rents enter its value in
    /// proportion, so that their mean is all it takes, without the error of a few paths.
    Mean,
    /// Those of one path: by model, day by day, USD per GPU-hour; the mean where a model has none.
    Drawn(Vec<Option<Vec<f64>>>),
}

impl Rents {
    /// Rent of a model on a day, USD per GPU-hour.
    pub fn usd_per_gpu_hour(&self, scenario: &Scenario, model: usize, accelerator: &Accelerator, day: Day) -> f64 {
        let drawn = match self {
            Self::Mean => None,
            Self::Drawn(by_model) => by_model.get(model).and_then(Option::as_ref),
        };
        let index = (day.0 - scenario.start.0).max(0) as usize;
        drawn
            .and_then(|days| days.get(index).or(days.last()).copied())
            .unwrap_or_else(|| scenario.ai_market.mean_rent_usd_per_gpu_hour(accelerator, scenario.start, day))
    }

    /// Rents by path of the models that are wanted. Each path has a shock of its own for all accelerators, as a run
    /// has; all paths of a day are scaled so that together they have the mean rent.
    pub fn by_path(
        scenario: &Scenario,
        seed: u64,
        paths: usize,
        models: &[Model],
        wanted: impl Fn(&Model) -> bool + Sync,
    ) -> Vec<Self> {
        let of_model = |model: &Model| match model {
            Model::Cluster(accelerator, _) if wanted(model) => Some(drawn(scenario, accelerator, seed, paths)),
            _ => None,
        };
        let by_model: Vec<Option<Vec<Vec<f64>>>> = models.par_iter().map(of_model).collect();
        let of_path = |path: usize| {
            let rents = by_model.iter().map(|model| model.as_ref().map(|by_path| by_path[path].clone()));
            Self::Drawn(rents.collect())
        };
        (0..paths).map(of_path).collect()
    }
}

/// Rent of an accelerator by path and day, USD per GPU-hour.
fn drawn(scenario: &Scenario, accelerator: &Accelerator, seed: u64, paths: usize) -> Vec<Vec<f64>> {
    let (market, start, days) = (&scenario.ai_market, scenario.start, scenario.days());
    let of_path = |path| market.daily_rent_usd_per_gpu_hour(accelerator, start, days, seed_of(seed, path));
    let mut rents: Vec<Vec<f64>> = (0..paths).map(of_path).collect();
    for i in 0..days {
        let mean = market.mean_rent_usd_per_gpu_hour(accelerator, start, start.plus_days(i as i32));
        let sum: f64 = rents.iter().map(|of_path| of_path[i]).sum();
        let scale = if sum > 0.0 { mean * paths as f64 / sum } else { 1.0 };
        for of_path in &mut rents {
            of_path[i] *= scale;
        }
    }
    rents
}
