//! What a plan is worth on each path when all that a run draws is drawn.
//!
//! The optimiser knows one price of a machine on a date, one resale value, one rent: their means over the paths, and
//! nothing more is needed for the mean of a plan. How far a single run may lie from it shows where each path has its
//! own: the plan's decision problem is posed once more for every path alone.

use rayon::prelude::*;

use super::Outlook;
use super::hours::SiteDraw;
use super::rents::Rents;
use crate::placement::answer::PlannedStep;
use crate::placement::optimal::{Search, value_of_steps};
use crate::sim::technology::Model;

/// Value of a plan by path, USD.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PathValues {
    /// As a run would see the path.
    pub drawn_usd: Vec<f64>,
    /// With the mean rents of accelerators: the mean of these is as uncertain as the plan's value is.
    pub at_mean_rents_usd: Vec<f64>,
}

impl Outlook<'_> {
    /// What a plan is worth on each path; `None` where a step is not on offer.
    pub fn path_values(&self, steps: &[PlannedStep]) -> Option<PathValues> {
        let paths = self.paths.count();
        let used = |model: &Model| steps.iter().any(|s| s.technology == model.name());
        let stands = |m: usize| self.standing.iter().flatten().any(|batch| batch.technology == m);
        let clusters = self.models.iter().enumerate().filter(|(_, m)| matches!(m, Model::Cluster(..)));
        let rented: Vec<&str> = clusters.filter(|(m, c)| stands(*m) || used(c)).map(|(_, c)| c.name()).collect();
        let rents = Rents::by_path(self.scenario, self.seed, paths, &self.models, |m| rented.contains(&m.name()));
        let value = |path: usize| {
            let at_mean_rents_usd = self.value_on(path, &Rents::Mean, steps)?;
            let drawn_usd =
                if rented.is_empty() { at_mean_rents_usd } else { self.value_on(path, &rents[path], steps)? };
            Some((drawn_usd, at_mean_rents_usd))
        };
        let values: Option<Vec<(f64, f64)>> = (0..paths).into_par_iter().map(value).collect();
        let (drawn_usd, at_mean_rents_usd) = values?.into_iter().unzip();
        Some(PathValues { drawn_usd, at_mean_rents_usd })
    }

    /// Value of a plan on one path, USD.
    fn value_on(&self, path: usize, rents: &Rents, steps: &[PlannedStep]) -> Option<f64> {
        let paths = self.paths.only(path);
        let samples = self.samples.only(path, self.paths.count());
        let concerned = |s: &usize| {
            let name = &self.scenario.sites[*s].name;
            !self.standing[*s].is_empty() || steps.iter().any(|step| step.site == *name)
        };
        let sites: Vec<usize> = (0..self.scenario.sites.len()).filter(concerned).collect();
        let draws: Vec<SiteDraw> = self.draws.iter().map(|draw| draw.only(path, &self.samples)).collect();
        let field = self.field_of(&paths, &samples, &draws, rents, &sites, &self.ordered(steps));
        value_of_steps(&mut Search::new(&field), steps)
    }

    /// What is on sale and ordered by a plan, by date.
    fn ordered(&self, steps: &[PlannedStep]) -> Vec<Vec<usize>> {
        let ordered = |(date, models): (usize, &Vec<usize>)| {
            let day = self.axis.date(date);
            let here = |m: &usize| steps.iter().any(|s| s.date == day && s.technology == self.models[*m].name());
            models.iter().copied().filter(here).collect()
        };
        self.on_sale.iter().enumerate().map(ordered).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::compute::Accelerator;
    use crate::placement::FarmKind;
    use crate::scenario::{Override, Scenario, load};
    use crate::sim::OwnHashrate;

    fn scenario(set: &[&str]) -> Scenario {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/promise.toml");
        let set: Vec<Override> = set.iter().map(|s| Override::parse(s).unwrap()).collect();
        load(&path, &set).unwrap().scenario
    }

    /// The scenario's plan as steps.
    fn steps(scenario: &Scenario) -> Vec<PlannedStep> {
        let step = |e: &crate::scenario::model::PlanEntry| PlannedStep {
            date: e.date,
            online_on: None,
            site: e.site.clone(),
            action: e.action,
            kind: e.kind,
            technology: e.machine.clone().unwrap_or_else(|| FarmKind::Hosting.as_str().to_owned()),
            replaced: e.replaces.clone(),
            mw: e.mw,
            capital_usd: 0.0,
        };
        scenario.plan.iter().map(step).collect()
    }

    /// With a cloud in place of the hall of the scenario's plan.
    fn with_a_cloud() -> Scenario {
        let mut scenario = scenario(&["placement.paths=8"]);
        for entry in scenario.plan.iter_mut().filter(|e| e.kind == FarmKind::Hosting) {
            entry.kind = FarmKind::Cloud;
            entry.machine = Some("H100 SXM 80GB".to_owned());
        }
        scenario
    }

    #[test]
    fn the_values_of_the_paths_have_the_mean_that_the_field_has() {
        for scenario in [scenario(&[]), with_a_cloud()] {
            let outlook = Outlook::draw(&scenario, 7, &OwnHashrate::default()).unwrap();
            let steps = steps(&scenario);
            let field = outlook.field();
            let pooled = value_of_steps(&mut Search::new(&field), &steps).unwrap();
            let values = outlook.path_values(&steps).unwrap();
            for by_path in [&values.drawn_usd, &values.at_mean_rents_usd] {
                let mean = crate::math::mean(by_path);
                assert!((mean / pooled - 1.0).abs() < 2e-3, "{mean} is not {pooled}");
            }
        }
    }

    #[test]
    fn rents_spread_the_paths_of_a_cloud_and_of_nothing_else() {
        let values = |scenario: &Scenario| {
            let outlook = Outlook::draw(scenario, 7, &OwnHashrate::default()).unwrap();
            outlook.path_values(&steps(scenario)).unwrap()
        };
        let spread = |values: &[f64]| {
            let mean = crate::math::mean(values);
            values.iter().map(|v| (v - mean).abs()).fold(0.0, f64::max)
        };
        let hall = values(&scenario(&["placement.paths=4"]));
        assert_eq!(hall.drawn_usd, hall.at_mean_rents_usd);
        let cloud = values(&with_a_cloud());
        let (drawn, at_mean_rents) = (spread(&cloud.drawn_usd), spread(&cloud.at_mean_rents_usd));
        assert!(drawn > 3.0 * at_mean_rents, "{drawn} and {at_mean_rents} USD");
    }

    #[test]
    fn drawn_rents_have_the_mean_rent_on_every_day_and_one_shock_for_all_accelerators() {
        let scenario = with_a_cloud();
        let outlook = Outlook::draw(&scenario, 7, &OwnHashrate::default()).unwrap();
        let rents = Rents::by_path(&scenario, 7, 8, &outlook.models, |_| true);
        let clusters: Vec<(usize, &Accelerator)> = outlook
            .models
            .iter()
            .enumerate()
            .filter_map(
                |(m, model)| if let Model::Cluster(accelerator, _) = model { Some((m, accelerator)) } else { None },
            )
            .collect();
        assert!(clusters.len() > 1);
        for day in [scenario.start, scenario.start.plus_days(1_000), scenario.end.plus_days(-1)] {
            let factor = |path: usize, m: usize, accelerator: &Accelerator| {
                let rent = |rents: &Rents| rents.usd_per_gpu_hour(&scenario, m, accelerator, day);
                rent(&rents[path]) / rent(&Rents::Mean)
            };
            for (m, accelerator) in &clusters {
                let mean = (0..8).map(|path| factor(path, *m, accelerator)).sum::<f64>() / 8.0;
                assert!((mean - 1.0).abs() < 1e-9, "{}: {mean}", accelerator.name);
                let same = factor(3, *m, accelerator) - factor(3, clusters[0].0, clusters[0].1);
                assert!(same.abs() < 1e-9, "{}", accelerator.name);
            }
        }
    }
}
