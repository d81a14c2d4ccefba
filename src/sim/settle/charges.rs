//! Charges that depend on peaks: demand, capacity, coincident peaks.

use bevy_ecs::prelude::*;

use crate::energy::Grid;
use crate::finance::Line;
use crate::placement::FarmKind;
use crate::sim::components::{At, Farm, Site, Today};
use crate::sim::resources::{Calendar, Ledger, Order, Plan};

/// Import in an hour by kind of farm ([`FarmKind::ALL`]'s order), MW.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Peak([f64; 3]);

impl Peak {
    fn total_mw(&self) -> f64 {
        self.0.iter().sum()
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mw, more)| *mw += more);
    }
}

/// The peaks a connection is billed for.
#[derive(Component, Debug, Default)]
pub struct Peaks {
    month: Peak,
    year: Peak,
    /// Months of the calendar year with import: a year that is cut short pays its part.
    months: u8,
    /// Highest price of the month so far and the import of its hour: the system's peak, as the site sees it.
    system: Option<(f64, Peak)>,
    /// Sum of the imports at the system peaks of June to September.
    coincident: Peak,
}

/// Months whose highest-priced hour stands for the system's coincident peak. Source: ERCOT four coincident peaks.
pub const COINCIDENT_MONTHS: core::ops::RangeInclusive<i8> = 6..=9;

/// Follows the peaks day by day and books the charges: demand monthly, capacity and coincident peaks at the year's
/// end (or the run's). Leases pass power through, so a hosting tenant repays its part in full.
pub fn charges(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    order: Res<Order>,
    mut sites: Query<(&Site, &Today, &mut Peaks)>,
    farms: Query<(&Farm, &At)>,
    mut ledger: ResMut<Ledger>,
) {
    for &entity in &order.sites {
        let Ok((site, today, mut peaks)) = sites.get_mut(entity) else { continue };
        let Some(grid) = &plan.0.sites[site.index].grid else { continue };
        peaks.watch(today);
        if !calendar.month_ends {
            continue;
        }
        let here: Vec<&Farm> = order
            .farms
            .iter()
            .filter_map(|&f| farms.get(f).ok())
            .filter(|(_, at)| at.0 == entity)
            .map(|(f, _)| f)
            .collect();
        let year_ends = calendar.today.month() == 12 || calendar.today.plus_days(1) == calendar.end;
        for (kind, usd) in peaks.close_month(grid, calendar.today.month(), year_ends) {
            if let Some(farm) = here.iter().find(|f| f.kind == kind) {
                ledger.0.add(farm.index, Line::DemandCharges, -usd);
                if kind == FarmKind::Hosting {
                    ledger.0.add(farm.index, Line::PowerPassThrough, usd);
                }
            }
        }
    }
}

impl Peaks {
    fn watch(&mut self, today: &Today) {
        let hosting_share = today.ai_share(FarmKind::Hosting);
        let mut month_mw = self.month.total_mw();
        let (prices, account) = (&today.stretch.power().price_usd_per_mwh, &today.account);
        let import = |hour: usize| {
            let (mining_mw, ai_mw) = (account.mining.grid_mw[hour], account.ai.grid_mw[hour]);
            let hosting_mw = ai_mw * hosting_share;
            Peak([mining_mw, hosting_mw, ai_mw - hosting_mw])
        };
        let mut highest = self.system.map_or(f64::NEG_INFINITY, |(price, _)| price);
        for (hour, price) in prices.iter().copied().enumerate() {
            let import_mw = import(hour).total_mw();
            if import_mw > month_mw {
                (self.month, month_mw) = (import(hour), import_mw);
            }
            if price > highest {
                (self.system, highest) = (Some((price, import(hour))), price);
            }
        }
        if month_mw > self.year.total_mw() {
            self.year = self.month;
        }
    }

    /// Charges of the month, USD by kind of farm; resets what is billed.
    fn close_month(&mut self, grid: &Grid, month: i8, year_ends: bool) -> Vec<(FarmKind, f64)> {
        if COINCIDENT_MONTHS.contains(&month)
            && let Some((_, import)) = self.system
        {
            self.coincident.add(&import);
        }
        let mut bills: Vec<(FarmKind, f64)> = Vec::new();
        let mut bill = |peak: &Peak, usd_per_kw: f64| {
            if usd_per_kw > 0.0 {
                bills.extend(FarmKind::ALL.into_iter().zip(peak.0).map(|(kind, mw)| (kind, 1_000.0 * usd_per_kw * mw)));
            }
        };
        bill(&self.month, grid.demand_charge_usd_per_kw_month);
        // A farm that came during the year pays for its part.
        self.months += u8::from(self.month.total_mw() > 0.0);
        if year_ends {
            bill(&self.year, grid.capacity_charge_usd_per_kw_year * f64::from(self.months) / 12.0);
            bill(&self.coincident, grid.coincident_peak_charge_usd_per_kw_year / 4.0);
            self.year = Peak::default();
            self.months = 0;
            self.coincident = Peak::default();
        }
        self.month = Peak::default();
        self.system = None;
        bills
    }
}
