//! What the energy cost, and what it would have earned on the grid.

use bevy_ecs::prelude::*;

use crate::dispatch::{Hour, HourResult, Terms};
use crate::energy::Forward;
use crate::finance::{Account, Line, Quantity};
use crate::placement::FarmKind;
use crate::sim::components::{At, Farm, GridSale, Site, Today};
use crate::sim::resources::{Calendar, Ledger, Order, Plan};

/// Books each farm's energy by source, its cost, and the grid sales given up for it; and what the site could sell.
pub fn energy(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    order: Res<Order>,
    sites: Query<(&Site, &Today)>,
    farms: Query<(&Farm, &At)>,
    sales: Query<&GridSale>,
    mut ledger: ResMut<Ledger>,
) {
    for &entity in &order.farms {
        let Ok((farm, at)) = farms.get(entity) else { continue };
        let Ok((_, today)) = sites.get(at.0) else { continue };
        if today.slots_mw(farm.kind) <= 0.0 {
            continue;
        }
        let forward = plan.0.sites[farm.site].grid.as_ref().and_then(|g| g.forward.as_ref());
        let bill = if farm.kind == FarmKind::Mining {
            let mut bill = mining_bill(&today.results);
            if let Some(forward) = forward.filter(|f| f.holds(calendar.today)) {
                bill.settle(forward, today.mining_slots_mw, &today.hours, &today.results);
            }
            bill
        } else {
            ai_bill(&today.results, today.ai_share(farm.kind), today.backup_usd_per_mwh)
        };
        bill.book(ledger.0.account(farm.index));
    }
    for &entity in &order.sites {
        let (Ok((site, today)), Ok(sale)) = (sites.get(entity), sales.get(entity)) else { continue };
        book_grid_sale(&today.hours, &today.results, &site.terms, ledger.0.account(sale.0));
    }
}

/// A farm's energy of a day.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Bill {
    surplus_mwh: f64,
    hydro_mwh: f64,
    grid_mwh: f64,
    backup_mwh: f64,
    unserved_mwh: f64,
    energy_usd: f64,
    backup_usd: f64,
    credits_usd: f64,
    forgone_usd: f64,
}

impl Bill {
    fn book(&self, account: &mut Account) {
        account.count(Quantity::SurplusMwh, self.surplus_mwh);
        account.count(Quantity::HydroMwh, self.hydro_mwh);
        account.count(Quantity::GridMwh, self.grid_mwh);
        account.count(Quantity::BackupMwh, self.backup_mwh);
        account.count(Quantity::UnservedMwh, self.unserved_mwh);
        account.add(Line::CurtailmentCredits, self.credits_usd);
        account.add(Line::EnergyCost, -self.energy_usd);
        account.add(Line::BackupFuel, -self.backup_usd);
        account.add(Line::ForgoneGridSales, -self.forgone_usd);
    }

    /// Settles what mines of so many MW bought forward: on what they draw from the grid it lowers the cost of their
    /// energy, the rest is sold back.
    fn settle(&mut self, forward: &Forward, mines_mw: f64, hours: &[Hour; 24], results: &[HourResult; 24]) {
        let bought_mw = forward.share * mines_mw;
        for (hour, r) in hours.iter().zip(results) {
            let gain = forward.gain_usd_per_mwh(hour.price_usd_per_mwh);
            let used_mw = bought_mw.min(r.mining.grid_mw);
            self.energy_usd -= used_mw * gain;
            self.credits_usd += (bought_mw - used_mw) * gain;
        }
    }
}

fn mining_bill(results: &[HourResult; 24]) -> Bill {
    let mut bill = Bill::default();
    for r in results {
        bill.surplus_mwh += r.mining.surplus_mw;
        bill.hydro_mwh += r.mining.hydro_mw;
        bill.grid_mwh += r.mining.grid_mw;
        bill.energy_usd += r.mining_energy_cost_usd;
        let local_mw = r.mining.surplus_mw + r.mining.hydro_mw;
        bill.forgone_usd += forgone_usd(r) * share(local_mw, local_mw + r.ai.surplus_mw + r.ai.hydro_mw);
    }
    bill
}

/// An AI farm's part of the site's AI load.
fn ai_bill(results: &[HourResult; 24], part: f64, backup_usd_per_mwh: f64) -> Bill {
    let mut bill = Bill::default();
    for r in results {
        let backup_usd = r.ai.backup_mw * backup_usd_per_mwh;
        bill.surplus_mwh += part * r.ai.surplus_mw;
        bill.hydro_mwh += part * r.ai.hydro_mw;
        bill.grid_mwh += part * r.ai.grid_mw;
        bill.backup_mwh += part * r.ai.backup_mw;
        bill.unserved_mwh += part * r.ai_unserved_mw;
        bill.energy_usd += part * (r.ai_energy_cost_usd - backup_usd);
        bill.backup_usd += part * backup_usd;
        let local_mw = r.ai.surplus_mw + r.ai.hydro_mw;
        bill.forgone_usd += part * forgone_usd(r) * share(local_mw, local_mw + r.mining.surplus_mw + r.mining.hydro_mw);
    }
    bill
}

/// Export margin the site gave up in an hour because farms used its energy, USD.
fn forgone_usd(r: &HourResult) -> f64 {
    r.baseline_export_margin_usd - r.export_margin_usd
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Books what the site would sell if no farm stood there.
fn book_grid_sale(hours: &[Hour; 24], results: &[HourResult; 24], terms: &Terms, account: &mut Account) {
    let saleable: [(f64, f64); 24] = core::array::from_fn(|hour| saleable_mw(&hours[hour], terms));
    account.add_each(Line::GridSaleRevenue, results.iter().map(|r| r.baseline_export_margin_usd));
    account.count_each(Quantity::SurplusMwh, saleable.iter().map(|(surplus_mw, _)| *surplus_mw));
    account.count_each(Quantity::HydroMwh, saleable.iter().map(|(_, hydro_mw)| *hydro_mw));
}

/// Local power that pays when exported, cheapest first, MW of surplus and of hydro.
pub(super) fn saleable_mw(hour: &Hour, terms: &Terms) -> (f64, f64) {
    let netback = hour.price_usd_per_mwh - terms.export_fee_usd_per_mwh;
    let offer = |mw: f64, cost: f64| if netback > cost { mw } else { 0.0 };
    let surplus = offer(hour.surplus_mw, terms.surplus_cost_usd_per_mwh);
    let hydro = offer(hour.hydro_mw, terms.hydro_cost_usd_per_mwh);
    if terms.surplus_cost_usd_per_mwh <= terms.hydro_cost_usd_per_mwh {
        let first = least(surplus, hour.export_mw);
        (first, least(hydro, hour.export_mw - first))
    } else {
        let first = least(hydro, hour.export_mw);
        (least(surplus, hour.export_mw - first), first)
    }
}

/// The lesser of two numbers; `f64::min` minds NaN, too, of which there is none.
fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Loads, MinerTier, dispatch_hour};

    #[test]
    fn what_is_bought_forward_cheapens_the_energy_used_and_is_sold_back_otherwise() {
        let terms = Terms {
            surplus_cost_usd_per_mwh: 0.0,
            hydro_cost_usd_per_mwh: 0.0,
            import_adder_usd_per_mwh: 0.0,
            export_fee_usd_per_mwh: 0.0,
            backup_mw: 0.0,
            backup_cost_usd_per_mwh: 0.0,
        };
        // Eight hours each: the mine stands still, runs on the grid, runs on surplus with 2 MW from the grid.
        let hours: [Hour; 24] = core::array::from_fn(|h| Hour {
            surplus_mw: if h >= 16 { 8.0 } else { 0.0 },
            hydro_mw: 0.0,
            import_mw: 20.0,
            export_mw: 0.0,
            price_usd_per_mwh: if h < 8 { 100.0 } else { 20.0 },
            miners_called_off: false,
        });
        let miners = [MinerTier { mw: 10.0, value_usd_per_mwh: 50.0 }];
        let results = hours.map(|hour| dispatch_hour(&hour, &terms, &Loads { ai_mw: 0.0, miners: &miners }));
        let spot = mining_bill(&results);
        assert_eq!(spot.energy_usd, 8.0 * (200.0 + 40.0));
        let forward = Forward { share: 0.6, price_usd_per_mwh: 30.0, until: None };
        let mut bill = spot;
        bill.settle(&forward, 10.0, &hours, &results);
        assert_eq!(bill.energy_usd - spot.energy_usd, 8.0 * 10.0 * (6.0 + 2.0));
        assert_eq!(bill.credits_usd, 8.0 * (6.0 * 70.0 - 4.0 * 10.0));
        let forward_usd: f64 = hours.iter().map(|h| 6.0 * forward.gain_usd_per_mwh(h.price_usd_per_mwh)).sum();
        assert_eq!(bill.credits_usd - (bill.energy_usd - spot.energy_usd), forward_usd);
    }
}
