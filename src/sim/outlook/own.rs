//! The hashrate that a plan itself puts on the network.

use rayon::prelude::*;

use crate::calendar::Day;
use crate::dispatch::{Loads, MinerTier, dispatch_hour};
use crate::placement::field::{Field, FieldSite, SampleDay};

/// Hashrate of our own machines that run, by path and time; the default is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnHashrate {
    /// First day of each segment.
    from: Vec<Day>,
    /// By path and segment, EH/s.
    eh_s: Vec<Vec<f64>>,
}

impl OwnHashrate {
    /// On a path and a day, EH/s.
    pub fn eh_s(&self, path: usize, day: Day) -> f64 {
        let segment = self.from.partition_point(|first| *first <= day);
        let of_path = self.eh_s.get(path).map(Vec::as_slice).unwrap_or_default();
        segment.checked_sub(1).and_then(|s| of_path.get(s)).copied().unwrap_or(0.0)
    }

    /// Mean over the paths on a day, EH/s.
    pub fn mean_eh_s(&self, day: Day) -> f64 {
        let sum: f64 = (0..self.eh_s.len()).map(|path| self.eh_s(path, day)).sum();
        if self.eh_s.is_empty() { 0.0 } else { sum / self.eh_s.len() as f64 }
    }
}

/// The hashrate of a plan: `running_mw(site, segment, model)` is the MW of connection that run. Every sampled day is
/// dispatched, so machines that stand still do not count.
pub fn own_hashrate(field: &Field, running_mw: &(dyn Fn(usize, usize, usize) -> f64 + Sync)) -> OwnHashrate {
    let mut days = vec![vec![0.0; field.segments()]; field.paths];
    for day in &field.days {
        days[day.path][day.segment] += 1.0;
    }
    let sites: Vec<Vec<f64>> =
        (0..field.sites.len()).into_par_iter().map(|s| site_eh_s(field, s, running_mw)).collect();
    let mut eh_s = vec![vec![0.0; field.segments()]; field.paths];
    for of_days in sites {
        for (day, mean_eh_s) in field.days.iter().zip(of_days) {
            eh_s[day.path][day.segment] += mean_eh_s / days[day.path][day.segment];
        }
    }
    OwnHashrate { from: field.boundaries[..field.segments()].to_vec(), eh_s }
}

/// Mean hashrate of a site on each sampled day, EH/s.
fn site_eh_s(field: &Field, s: usize, running_mw: &(dyn Fn(usize, usize, usize) -> f64 + Sync)) -> Vec<f64> {
    let site = &field.sites[s];
    let draw: Vec<f64> = (0..field.models.len()).map(|m| draw_mw_per_mw(site, m)).collect();
    let loads = |segment: usize| -> Vec<f64> {
        draw.iter()
            .enumerate()
            .map(|(m, draw)| if *draw > 0.0 { draw * running_mw(s, segment, m) } else { 0.0 })
            .collect()
    };
    let by_segment: Vec<Vec<f64>> = (0..field.segments()).map(loads).collect();
    let mines = |mw: &[f64]| mw.iter().zip(&field.models).any(|(mw, m)| *mw > 0.0 && !m.tiers.is_empty());
    let day_eh_s = |(i, day): (usize, &SampleDay)| {
        let mw = &by_segment[day.segment];
        if mines(mw) { day_eh_s(field, site, i, mw) } else { 0.0 }
    };
    field.days.iter().enumerate().map(day_eh_s).collect()
}

/// Meter MW per MW of connection of a model at a site; 0 where it is neither offered nor stands.
fn draw_mw_per_mw(site: &FieldSite, model: usize) -> f64 {
    let stages = site.standing.iter().map(|b| &b.stage).chain(site.offers.iter().map(|o| &o.stage));
    stages.filter(|s| s.model == model).map(|s| s.draw_mw_per_mw).next().unwrap_or(0.0)
}

fn day_eh_s(field: &Field, site: &FieldSite, i: usize, mw: &[f64]) -> f64 {
    let terms = field.terms_of_day(site, &field.days[i]);
    let mut ai_mw = 0.0;
    let mut tiers: Vec<(MinerTier, f64)> = Vec::new();
    for (model, mw) in field.models.iter().zip(mw) {
        if model.kind.is_firm() {
            ai_mw += mw;
        }
        tiers.extend(
            model.tiers.iter().filter(|_| *mw > 0.0).map(|t| {
                (MinerTier { mw: mw * t.share, value_usd_per_mwh: t.value_on(&field.days[i]) }, t.eh_s_per_mw)
            }),
        );
    }
    tiers.sort_by(|a, b| b.0.value_usd_per_mwh.total_cmp(&a.0.value_usd_per_mwh));
    let miners: Vec<MinerTier> = tiers.iter().map(|t| t.0).collect();
    let eh_s = |hour: usize| {
        let result = dispatch_hour(&site.hours.hour(hour), &terms, &Loads { ai_mw, miners: &miners });
        let mut left_mw = result.mining_mw;
        tiers.iter().fold(0.0, |sum, (tier, eh_s_per_mw)| {
            let mw = left_mw.min(tier.mw);
            left_mw -= mw;
            sum + mw * eh_s_per_mw
        })
    };
    (24 * i..24 * (i + 1)).map(eh_s).sum::<f64>() / 24.0
}
