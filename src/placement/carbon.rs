//! What the farms' purchases emit, and what decisions are charged for it.
//!
//! A cap on emissions is kept by a price: the optimiser maximises value − price · emissions, and no plan that keeps the
//! cap is worth more than that maximum + price · cap. The price is one figure for a tonne of any day in the money of the
//! objective (discounted, after tax); on a day it is so many dollars a tonne as are worth that figure. Imports cost
//! that much more in every decision. Nobody is paid it: tenants repay what power costs, books book what it costs.

use rayon::prelude::*;

use super::field::{Field, FieldSite, FirmCurve, SampleDay};
use crate::calendar::DAYS_PER_YEAR;
use crate::dispatch::slice::slice_import_mwh;
use crate::dispatch::{MinerTier, Terms};

/// What the solver's rounding may emit, t/year: interior points have no exact zeros, and a cap may be 0.
const ROUNDING_T_PER_YEAR: f64 = 1e-3;

/// Emissions of a plan, tonnes of CO2 over the horizon.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Emitted {
    /// Mean over the paths, by site.
    pub by_site_t: Vec<f64>,
    /// On each path.
    pub by_path_t: Vec<f64>,
}

impl Emitted {
    /// Of all sites.
    pub fn total_t(&self) -> f64 {
        self.by_site_t.iter().sum()
    }
}

impl Field {
    /// Length of the horizon, years.
    pub fn years(&self) -> f64 {
        let ends = self.boundaries.first().zip(self.boundaries.last());
        ends.map_or(0.0, |(first, last)| f64::from(last.0 - first.0) / DAYS_PER_YEAR)
    }

    /// Tonnes that may be emitted over the horizon, where there is a cap.
    pub fn cap_t(&self) -> Option<f64> {
        self.co2.map(|cap| (cap.t_per_year + ROUNDING_T_PER_YEAR) * self.years())
    }

    /// Money of a day that is worth so much, per tonne; nothing where money of the day is worth nothing.
    pub fn internal_usd_per_t(&self, worth_usd_per_t: f64, day: &SampleDay) -> f64 {
        if day.weight > 0.0 { worth_usd_per_t * day.days / day.weight } else { 0.0 }
    }

    /// Prices of a site's sources on a sampled day as decisions reckon with them.
    pub fn terms_of_day(&self, site: &FieldSite, day: &SampleDay) -> Terms {
        match &self.co2 {
            Some(cap) if cap.worth_usd_per_t > 0.0 => self.terms_at(cap.worth_usd_per_t, site, day),
            _ => site.terms,
        }
    }

    fn terms_at(&self, worth_usd_per_t: f64, site: &FieldSite, day: &SampleDay) -> Terms {
        let carbon_usd_per_mwh = self.internal_usd_per_t(worth_usd_per_t, day) * site.co2_t_per_mwh;
        Terms { import_adder_usd_per_mwh: site.terms.import_adder_usd_per_mwh + carbon_usd_per_mwh, ..site.terms }
    }

    /// Charges decisions for carbon from now on. `curves` are those of [`FieldSite::firm_curves`] without any charge:
    /// what AI lacks is counted at the dearest source's price, which rises with the charge, and nothing is paid for it.
    pub fn charge(&mut self, worth_usd_per_t: f64, curves: &[Vec<FirmCurve>]) {
        if let Some(cap) = &mut self.co2 {
            cap.worth_usd_per_t = worth_usd_per_t;
        }
        let field = &*self;
        let charged: Vec<Vec<FirmCurve>> = (0..curves.len())
            .into_par_iter()
            .map(|s| (0..curves[s].len()).map(|g| field.charged(&field.sites[s], g, &curves[s][g])).collect())
            .collect();
        for (site, curves) in self.sites.iter_mut().zip(charged) {
            site.firm_curves = curves;
        }
    }

    /// A curve with what the welfare counts too much for shortfall given back.
    fn charged(&self, site: &FieldSite, segment: usize, curve: &FirmCurve) -> FirmCurve {
        let mut charged = curve.clone();
        let most_mw = curve.step_mw * curve.discounted_usd.len().saturating_sub(1) as f64;
        for (d, day) in self.days.iter().enumerate().filter(|(_, day)| day.segment == segment) {
            let terms = self.terms_of_day(site, day);
            for h in 24 * d..24 * (d + 1) {
                let price = site.hours.price_usd_per_mwh[h];
                let more_usd = terms.shortfall_usd_per_mwh(price) - site.terms.shortfall_usd_per_mwh(price);
                let power_mw = site.hours.surplus_mw[h] + site.hours.hydro_mw[h] + site.hours.import_mw[h];
                if more_usd <= 0.0 || power_mw >= most_mw {
                    continue;
                }
                for (k, usd) in charged.discounted_usd.iter_mut().enumerate() {
                    *usd += day.weight * more_usd * (k as f64 * curve.step_mw - power_mw).max(0.0);
                }
            }
        }
        charged
    }

    /// What farms emit that draw so many MW at full run (`[site][segment * models + model]`) and are charged so much.
    pub fn emitted(&self, draws: &[Vec<f64>], worth_usd_per_t: f64) -> Emitted {
        let of_site = |s: usize| self.emitted_at(s, &draws[s], worth_usd_per_t);
        let by_site: Vec<Vec<f64>> = (0..self.sites.len()).into_par_iter().map(of_site).collect();
        let paths = self.paths as f64;
        Emitted {
            by_path_t: (0..self.paths).map(|p| paths * by_site.iter().map(|site| site[p]).sum::<f64>()).collect(),
            by_site_t: by_site.iter().map(|site| site.iter().sum()).collect(),
        }
    }

    /// Those of one site: each path's part in the mean, tonnes.
    pub fn emitted_at(&self, s: usize, draws: &[f64], worth_usd_per_t: f64) -> Vec<f64> {
        let mut by_path_t = vec![0.0; self.paths];
        for (d, day) in self.days.iter().enumerate() {
            by_path_t[day.path] += self.emitted_on_day(s, d, draws, worth_usd_per_t);
        }
        by_path_t
    }

    fn emitted_on_day(&self, s: usize, d: usize, draws: &[f64], worth_usd_per_t: f64) -> f64 {
        let (site, day, models) = (&self.sites[s], &self.days[d], self.models.len());
        let draws = &draws[day.segment * models..(day.segment + 1) * models];
        if site.co2_t_per_mwh <= 0.0 || draws.iter().all(|mw| *mw <= 0.0) {
            return 0.0;
        }
        let mut firm_mw = 0.0;
        let mut miners: Vec<MinerTier> = Vec::new();
        for (model, mw) in self.models.iter().zip(draws) {
            firm_mw += if model.kind.is_firm() { *mw } else { 0.0 };
            miners.extend(
                model.tiers.iter().map(|tier| MinerTier { mw: mw * tier.share, value_usd_per_mwh: tier.value_on(day) }),
            );
        }
        miners.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
        let terms = self.terms_at(worth_usd_per_t, site, day);
        day.days * site.co2_t_per_mwh * slice_import_mwh(&site.hours.day(d), &terms, firm_mw, &miners)
    }
}

impl Terms {
    /// At what the welfare counts a MWh that AI lacks in an hour of this price.
    fn shortfall_usd_per_mwh(&self, price_usd_per_mwh: f64) -> f64 {
        let local = self.surplus_cost_usd_per_mwh.max(self.hydro_cost_usd_per_mwh);
        local.max(self.backup_cost_usd_per_mwh).max(price_usd_per_mwh + self.import_adder_usd_per_mwh)
    }
}
