//! Models after the last of the catalogue.

use crate::calendar::Day;
use crate::compute::machines::{Accelerator, Machines, MiningMachine};
use crate::math::powf;

/// Beginning of the names of projected machines; the user's own may not begin so.
pub(super) const PROJECTED: &str = "Projected ";

/// One machine a year after the last release: the power and cooling of the most efficient one, whose J/TH falls
/// by `improvement` a year from its own release on.
pub(super) fn projected_mining(known: &[MiningMachine], improvement: f64, until: Day) -> Vec<MiningMachine> {
    let Some(best) = known.iter().min_by(|a, b| a.efficiency().0.total_cmp(&b.efficiency().0)) else {
        return Vec::new();
    };
    let last_year = known.iter().map(|m| m.release.year()).max().unwrap_or_default();
    (last_year + 1..=until.year())
        .map(|year| {
            let release = Day::from_date(jiff::civil::date(year, 1, 1));
            let efficiency = best.efficiency().0 * powf(1.0 - improvement, release.years_since(best.release));
            MiningMachine {
                name: format!("{PROJECTED}{year}"),
                vendor: "projected".into(),
                release,
                hashrate_th_s: best.power_w / efficiency,
                listed_usd_per_th: None,
                fixed_usd_per_th: None,
                source: format!("{} improved by {} a year", best.name, improvement),
                ..best.clone()
            }
        })
        .collect()
}

/// One accelerator every cadence after the newest flagship, with its rent and cost times the factors.
pub(super) fn projected_accelerators(known: &[Accelerator], machines: &Machines, until: Day) -> Vec<Accelerator> {
    let projection = &machines.projection;
    let Some(last) = known.iter().filter(|a| a.flagship).max_by_key(|a| a.release) else {
        return Vec::new();
    };
    let cadence_months = libm::round(12.0 * projection.accelerator_cadence_years).max(12.0) as i32;
    let next = |release: Day| release.plus_months(cadence_months);
    core::iter::successors(Some(next(last.release)), |release| Some(next(*release)))
        .take_while(|release| *release <= until)
        .map(|release| Accelerator {
            name: format!("{PROJECTED}accelerator {}", release.year()),
            vendor: "projected".into(),
            release,
            all_in_kw: last.all_in_kw * projection.accelerator_cost_factor,
            price_usd: last.price_usd * projection.accelerator_cost_factor,
            release_rent_usd_per_gpu_hour: last.release_rent_usd_per_gpu_hour * projection.accelerator_rent_factor,
            flagship: true,
            source: format!("as {}", last.name),
        })
        .collect()
}
