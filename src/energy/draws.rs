//! Draws that several runs share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::sampling::Sampling;
use super::supply::{supply, typical};
use super::{Hourly, Location, SiteEnergy};

/// The draws of sites of late, for runs that may want the same ones: those of a sweep that compares scenarios under the
/// same luck.
///
/// A draw is found again by all that it depends on, so that what a run gets is what [`supply`] would give it. Draws are
/// kept up to a limit; the one that was not asked for the longest goes first. Several threads may ask at a time; two that
/// want the same new draw both make it.
#[derive(Debug, Default)]
pub struct Draws {
    limit_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    draws: BTreeMap<Key, Draw>,
    bytes: usize,
    /// Number of the last question.
    asked: u64,
}

/// SHA-256 of all that a draw depends on.
type Key = [u8; 32];

#[derive(Debug)]
struct Draw {
    hourly: Arc<Hourly>,
    /// Number of the question that it last answered.
    asked: u64,
}

impl Draws {
    /// Keeps draws of that many bytes together; [`Draws::default`] keeps none. A site's hour takes 32 bytes.
    pub fn within(limit_bytes: usize) -> Self {
        Self { limit_bytes, kept: Mutex::default() }
    }

    /// What [`supply`] gives.
    ///
    /// # Panics
    /// As [`supply`].
    pub fn supply(&self, site: &str, at: Location, energy: &SiteEnergy, sampling: &Sampling) -> Arc<Hourly> {
        if self.limit_bytes == 0 {
            return Arc::new(supply(site, at, energy, sampling));
        }
        let key = key(site, at, energy, sampling);
        if let Some(hourly) = self.kept().ask(&key) {
            return hourly;
        }
        let hourly = Arc::new(supply(site, at, energy, sampling));
        self.kept().keep(key, &hourly, self.limit_bytes);
        hourly
    }

    /// What [`supply_sample`](super::supply_sample) gives.
    ///
    /// # Panics
    /// As [`supply`].
    pub fn supply_sample(&self, site: &str, at: Location, energy: &SiteEnergy, sampling: &Sampling) -> Arc<Hourly> {
        self.supply(site, at, &typical(energy), sampling)
    }

    /// A thread that panicked left it whole: nothing between two of its changes can.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn ask(&mut self, key: &Key) -> Option<Arc<Hourly>> {
        self.asked += 1;
        let draw = self.draws.get_mut(key)?;
        draw.asked = self.asked;
        Some(Arc::clone(&draw.hourly))
    }

    fn keep(&mut self, key: Key, hourly: &Arc<Hourly>, limit_bytes: usize) {
        if bytes(hourly) > limit_bytes || self.draws.contains_key(&key) {
            return;
        }
        self.bytes += bytes(hourly);
        while self.bytes > limit_bytes {
            self.forget_one();
        }
        self.draws.insert(key, Draw { hourly: Arc::clone(hourly), asked: self.asked });
    }

    /// Forgets the draw that was not asked for the longest. There are some dozens: no order is kept for it.
    fn forget_one(&mut self) {
        let oldest = self.draws.iter().min_by_key(|(_, draw)| draw.asked).map(|(key, _)| *key);
        if let Some(draw) = oldest.and_then(|key| self.draws.remove(&key)) {
            self.bytes -= bytes(&draw.hourly);
        }
    }
}

fn bytes(hourly: &Hourly) -> usize {
    let Hourly { surplus_mw, hydro_mw, price_usd_per_mwh, grid_available } = hourly;
    let hours = surplus_mw.len() + hydro_mw.len() + price_usd_per_mwh.len() + grid_available.len();
    hours * size_of::<f64>()
}

/// All that a draw depends on but the files.
#[derive(Serialize)]
struct Cause<'a> {
    seed: u64,
    stream: &'a str,
    site: &'a str,
    at: Location,
    energy: &'a SiteEnergy,
    weather: &'a super::Weather,
    first_day: i32,
    days: usize,
}

fn key(site: &str, at: Location, energy: &SiteEnergy, sampling: &Sampling) -> Key {
    let Sampling { seed, stream, weather, files, start, days } = *sampling;
    let energy = without_terms(energy);
    let cause = Cause { seed, stream, site, at, energy: &energy, weather, first_day: start.0, days };
    let text = serde_json::to_vec(&cause).expect("a site's keys are numbers and texts");
    let mut digest = Sha256::new_with_prefix(text);
    for (_, source) in energy.sources() {
        let Some(series) = files.get(&source.key()) else { continue };
        digest.update(series.start_unix.to_le_bytes());
        digest.update((series.values.len() as u64).to_le_bytes());
        for value in &series.values {
            digest.update(value.to_le_bytes());
        }
    }
    digest.finalize().into()
}

/// The energy without what a draw does not depend on: prices and limits, so that runs which differ in them share it.
///
/// What is not named here counts, whether or not a draw depends on it: a key that is new cannot be forgotten.
fn without_terms(energy: &SiteEnergy) -> SiteEnergy {
    let mut energy = SiteEnergy { export: None, ..energy.clone() };
    if let Some(surplus) = &mut energy.surplus {
        surplus.cost_usd_per_mwh = 0.0;
    }
    if let Some(hydro) = &mut energy.hydro {
        hydro.water_value_usd_per_mwh = 0.0;
    }
    if let Some(grid) = &mut energy.grid {
        grid.import_limit_mw = 0.0;
        grid.delivery_adder_usd_per_mwh = 0.0;
        grid.demand_charge_usd_per_kw_month = 0.0;
        grid.capacity_charge_usd_per_kw_year = 0.0;
        grid.coincident_peak_charge_usd_per_kw_year = 0.0;
        grid.co2_kg_per_mwh = None;
        grid.demand_response = None;
        grid.forward = None;
    }
    energy
}

#[cfg(test)]
mod tests;
