//! The market for AI compute: how much it takes, and what a GPU-hour rents for day by day.

use super::machines::Accelerator;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::math::{exp, ln};
use crate::rng;
use rand_distr::{Distribution, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much new capacity a market takes from this owner, MW of critical IT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Limit of all capacity in service or under way, MW of critical IT.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub limit_mw: f64,
    /// Limit of what can be newly placed in a calendar year, MW of critical IT.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub limit_mw_per_year: f64,
}

/// One dated rent of an accelerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedRent {
    /// Day of the rent, `YYYY-MM-DD`.
    pub date: String,
    /// Rent, USD per GPU-hour.
    #[schemars(range(min = 0.0001, max = 10000.0))]
    pub usd_per_gpu_hour: f64,
}

/// `[ai_market]`: demand and rents of AI compute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AiMarket {
    /// Demand for leased halls.
    /// Default: 2,000 MW, 250 MW a year. Source: assumption; single miners signed 168–590 MW in 2024–25.
    pub hosting_demand: Demand,
    /// Demand for GPU-hours of own accelerators.
    /// Default: 400 MW, 50 MW a year. Source: assumption; IREN–Microsoft 200 MW (2025), 96 % of CoreWeave's revenue is
    /// contracted to a few.
    pub cloud_demand: Demand,
    /// Yearly growth of the rent at which new leases are signed, a share.
    /// Default: 0. Source: CBRE asking rents rose 15 %/yr 2022–24, later leases lie below them.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub hosting_rent_growth_per_year_share: f64,
    /// Yearly drift of the logarithm of a given accelerator's rent after its release.
    /// Default: −0.20. Source: recommended −20 %/yr; H100 −8.6 to −36 %/yr by start date.
    #[schemars(range(min = -3.0, max = 1.0))]
    pub rent_log_drift_per_year: f64,
    /// Yearly volatility of the logarithm of all rents together; 0 makes rents deterministic.
    /// Default: 0.30. Source: recommended default on the H100 series 2023–26.
    #[schemars(range(min = 0.0, max = 3.0))]
    pub rent_log_vol_per_year: f64,
    /// Years after which half of a market-wide shock to rents is gone.
    /// Default: 2. Source: H100 one-year contracts 2.85 (early 2024), 1.70 (October 2025), 2.35 USD/h (March 2026).
    #[schemars(range(min = 0.05, max = 100.0))]
    pub rent_shock_half_life_years: f64,
    /// Dated rents of an accelerator by its name, in place of its catalogue rent; between dates the logarithm is linear,
    /// after the last the drift goes on.
    /// Default: none. Source: user's data.
    pub rent_paths: BTreeMap<String, Vec<DatedRent>>,
}

impl Default for AiMarket {
    fn default() -> Self {
        Self {
            hosting_demand: Demand { limit_mw: 2_000.0, limit_mw_per_year: 250.0 },
            cloud_demand: Demand { limit_mw: 400.0, limit_mw_per_year: 50.0 },
            hosting_rent_growth_per_year_share: 0.0,
            rent_log_drift_per_year: -0.20,
            rent_log_vol_per_year: 0.30,
            rent_shock_half_life_years: 2.0,
            rent_paths: BTreeMap::new(),
        }
    }
}

impl AiMarket {
    /// Median rent of an accelerator on a day, USD per GPU-hour: its dated rents, or its rent at release (also before it)
    /// falling by the drift.
    pub fn median_rent_usd_per_gpu_hour(&self, accelerator: &Accelerator, day: Day) -> f64 {
        self.median_rent_on_path(&self.path(accelerator), day)
    }

    fn median_rent_on_path(&self, path: &[(Day, f64)], day: Day) -> f64 {
        match path.iter().position(|(date, _)| *date > day) {
            Some(0) => path[0].1,
            Some(next) => interpolate(path[next - 1], path[next], day),
            None => path
                .last()
                .map_or(0.0, |&(date, rent)| rent * exp(self.rent_log_drift_per_year * day.years_since(date))),
        }
    }

    /// Rent of an accelerator day by day from `start`, USD per GPU-hour: the median times a shock that all
    /// accelerators share. Dated rents are kept as given; shocks go on from the last of them.
    pub fn daily_rent_usd_per_gpu_hour(
        &self,
        accelerator: &Accelerator,
        start: Day,
        days: usize,
        seed: u64,
    ) -> Vec<f64> {
        let shocks = self.daily_log_shocks(days, seed);
        let path = self.path(accelerator);
        let given_until = self.rent_paths.contains_key(&accelerator.name).then(|| path.last().map(|p| p.0));
        let first_free = given_until.flatten().map_or(0, |last| (last.0 - start.0).max(0) as usize);
        let base = shocks.get(first_free).copied().unwrap_or(0.0);
        (0..days)
            .map(|i| {
                let shock = if i <= first_free { 0.0 } else { shocks[i] - base };
                self.median_rent_on_path(&path, start.plus_days(i as i32)) * exp(shock)
            })
            .collect()
    }

    /// Mean rent of an accelerator on a day as a run that begins on `start` draws it, USD per GPU-hour: the median times
    /// exp(variance of the shock / 2).
    pub fn mean_rent_usd_per_gpu_hour(&self, accelerator: &Accelerator, start: Day, day: Day) -> f64 {
        let dated = self.rent_paths.get(&accelerator.name).filter(|path| !path.is_empty());
        let given_until = dated.and_then(|_| self.path(accelerator).last().map(|p| p.0));
        let free_from = given_until.map_or(start, |last| last.max(start));
        let reversion = core::f64::consts::LN_2 / self.rent_shock_half_life_years;
        let spread = |years: f64| {
            let gone = 1.0 - exp(-2.0 * reversion * years.max(0.0));
            self.rent_log_vol_per_year * self.rent_log_vol_per_year * gone / (2.0 * reversion)
        };
        // The shock counts from the last given rent on: x(t) - x(free_from), both starting from 0 at the start.
        let (base_years, years) = (free_from.years_since(start), day.years_since(free_from));
        let kept = exp(-reversion * years.max(0.0));
        let variance = if years > 0.0 { spread(years) + (1.0 - kept) * (1.0 - kept) * spread(base_years) } else { 0.0 };
        self.median_rent_usd_per_gpu_hour(accelerator, day) * exp(0.5 * variance)
    }

    /// Shock to the logarithm of all rents, day by day from 0: mean-reverting (Ornstein–Uhlenbeck) with the
    /// given volatility and half-life, sampled exactly.
    fn daily_log_shocks(&self, days: usize, seed: u64) -> Vec<f64> {
        let reversion = core::f64::consts::LN_2 / self.rent_shock_half_life_years;
        let keep = exp(-reversion / DAYS_PER_YEAR);
        let step = self.rent_log_vol_per_year * ((1.0 - keep * keep) / (2.0 * reversion)).sqrt();
        let mut random = rng::stream(seed, "ai rent", "");
        let mut shock = 0.0;
        (0..days)
            .map(|_| {
                let today = shock;
                let draw: f64 = StandardNormal.sample(&mut random);
                shock = keep * shock + step * draw;
                today
            })
            .collect()
    }

    /// Dated rents of an accelerator; the release alone if none are given. Dates that cannot be read are left out:
    /// [`Self::check`] has refused them.
    fn path(&self, accelerator: &Accelerator) -> Vec<(Day, f64)> {
        let given = self.rent_paths.get(&accelerator.name).map(Vec::as_slice).unwrap_or_default();
        let dated: Vec<_> =
            given.iter().filter_map(|p| Some((Day::parse(&p.date).ok()?, p.usd_per_gpu_hour))).collect();
        if dated.is_empty() { vec![(accelerator.release, accelerator.release_rent_usd_per_gpu_hour)] } else { dated }
    }

    /// What does not fit together, as (key, what to do).
    pub fn check(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        for (name, path) in &self.rent_paths {
            if path.is_empty() {
                wrong.push((format!("rent_paths.{name}"), "give at least one dated rent, or remove the entry".into()));
            }
            let mut before: Option<Day> = None;
            for (i, point) in path.iter().enumerate() {
                let key = format!("rent_paths.{name}.{i}.date");
                match Day::parse(&point.date) {
                    Err(_) => wrong.push((key, format!("`{}` is no date: write YYYY-MM-DD", point.date))),
                    Ok(day) => {
                        if before.is_some_and(|b| b >= day) {
                            wrong
                                .push((key, format!("`{}` is not after the date before it: sort by date", point.date)));
                        }
                        before = Some(day);
                    }
                }
            }
        }
        wrong
    }
}

/// Between two dated rents the logarithm is linear.
fn interpolate(from: (Day, f64), to: (Day, f64), day: Day) -> f64 {
    let share = f64::from(day.0 - from.0.0) / f64::from(to.0.0 - from.0.0);
    exp(ln(from.1) + share * (ln(to.1) - ln(from.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::{Catalogue, Machines};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn accelerator(name: &str) -> Accelerator {
        let catalogue = Catalogue::build(&Machines::default(), day("2030-01-01")).unwrap();
        catalogue.accelerator_named(name).unwrap().clone()
    }

    fn point(date: &str, usd_per_gpu_hour: f64) -> DatedRent {
        DatedRent { date: date.into(), usd_per_gpu_hour }
    }

    #[test]
    fn catalogue_rents_pass_through_the_published_ones() {
        // (accelerator, day, low, high) of the reference tables
        let published = [
            ("H100 SXM 80GB", "2024-07-01", 2.4, 3.5),
            ("H100 SXM 80GB", "2025-07-01", 1.65, 2.6),
            ("H100 SXM 80GB", "2026-07-01", 1.9, 2.6),
            ("B200 192GB", "2026-07-01", 4.2, 6.5),
            ("H200 SXM 141GB", "2026-05-15", 3.5, 4.5),
            ("A100 SXM 80GB", "2026-05-15", 1.10, 1.50),
            ("MI300X 192GB", "2026-05-15", 1.9, 3.0),
            ("L40S 48GB", "2026-05-15", 0.8, 1.9),
        ];
        for (name, on, low, high) in published {
            let rent = AiMarket::default().median_rent_usd_per_gpu_hour(&accelerator(name), day(on));
            assert!((low..=high).contains(&rent), "{name} {on}: {rent}");
        }
    }

    #[test]
    fn without_volatility_rents_decay_by_the_drift_alone() {
        let market = AiMarket { rent_log_vol_per_year: 0.0, ..AiMarket::default() };
        let h100 = accelerator("H100 SXM 80GB");
        let rents = market.daily_rent_usd_per_gpu_hour(&h100, h100.release, 1000, 1);
        assert_eq!(rents[0], 4.0);
        assert!((ln(rents[731] / rents[0]) / (731.0 / DAYS_PER_YEAR) + 0.20).abs() < 1e-9);
        assert_eq!(rents, market.daily_rent_usd_per_gpu_hour(&h100, h100.release, 1000, 2));
    }

    #[test]
    fn shocks_are_the_same_for_all_accelerators_and_repeat_for_the_same_seed() {
        let market = AiMarket::default();
        let (h100, b200) = (accelerator("H100 SXM 80GB"), accelerator("B200 192GB"));
        let start = day("2026-01-01");
        let of = |a: &Accelerator, seed| market.daily_rent_usd_per_gpu_hour(a, start, 400, seed);
        let ratio = |i: usize| of(&h100, 1)[i] / of(&b200, 1)[i];
        assert!((ratio(0) - ratio(399)).abs() < 1e-9);
        assert_eq!(of(&h100, 1), of(&h100, 1));
        assert_ne!(of(&h100, 1), of(&h100, 2));
    }

    #[test]
    fn shocks_have_the_volatility_asked_for_and_do_not_run_away() {
        let market = AiMarket::default();
        let shocks = market.daily_log_shocks(200_000, 7);
        let steps: Vec<f64> = shocks.windows(2).map(|w| w[1] - w[0]).collect();
        let sd = |v: &[f64]| (v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64).sqrt();
        assert!((sd(&steps) * DAYS_PER_YEAR.sqrt() / 0.30 - 1.0).abs() < 0.02);
        // Stationary sd σ/√(2κ) with κ = ln 2 / 2 years.
        let stationary = 0.30 / (2.0 * core::f64::consts::LN_2 / 2.0).sqrt();
        assert!((sd(&shocks) / stationary - 1.0).abs() < 0.15, "{}", sd(&shocks));
    }

    #[test]
    fn dated_rents_are_met_on_their_days_whatever_the_shocks_and_drift_on_after_the_last() {
        let mut market = AiMarket::default();
        let path = vec![point("2024-01-01", 2.85), point("2025-10-01", 1.70), point("2026-03-01", 2.35)];
        market.rent_paths.insert("H100 SXM 80GB".into(), path);
        assert!(market.check().is_empty());
        let h100 = accelerator("H100 SXM 80GB");
        let start = day("2024-01-01");
        let rents = market.daily_rent_usd_per_gpu_hour(&h100, start, 2000, 3);
        let on = |text| rents[(day(text).0 - start.0) as usize];
        assert!((on("2024-01-01") - 2.85).abs() < 1e-12);
        assert!((on("2025-10-01") - 1.70).abs() < 1e-12);
        assert!((on("2026-03-01") - 2.35).abs() < 1e-12);
        assert!(on("2024-11-01") < 2.85 && on("2024-11-01") > 1.70);
        let median = market.median_rent_usd_per_gpu_hour(&h100, day("2027-03-01"));
        assert!((median / 2.35 - exp(-0.2)).abs() < 1e-3);
        assert_ne!(on("2027-03-01"), median);
    }

    #[test]
    fn unsorted_and_unreadable_dates_are_refused() {
        let mut market = AiMarket::default();
        market
            .rent_paths
            .insert("x".into(), vec![point("2024-05-01", 2.0), point("2024-01-01", 2.0), point("May", 2.0)]);
        market.rent_paths.insert("y".into(), Vec::new());
        let keys: Vec<_> = market.check().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["rent_paths.x.1.date", "rent_paths.x.2.date", "rent_paths.y"]);
    }
}
