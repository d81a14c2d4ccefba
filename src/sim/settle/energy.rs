//! What the energy cost, and what it would have earned on the grid.

use bevy_ecs::prelude::*;

use crate::dispatch::{HourResult, Hours, Power};
use crate::energy::Forward;
use crate::finance::{Account, Line, Quantity};
use crate::placement::FarmKind;
use crate::sim::components::{At, Farm, GridSale, Today};
use crate::sim::resources::{Calendar, Ledger, Order, Plan};

/// Books each farm's energy by source, its cost, and the grid sales given up for it; and what the site could sell.
pub fn energy(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    order: Res<Order>,
    sites: Query<&Today>,
    farms: Query<(&Farm, &At)>,
    sales: Query<&GridSale>,
    mut ledger: ResMut<Ledger>,
) {
    for &entity in &order.farms {
        let Ok((farm, at)) = farms.get(entity) else { continue };
        let Ok(today) = sites.get(at.0) else { continue };
        if today.slots_mw(farm.kind) <= 0.0 {
            continue;
        }
        let forward = plan.0.sites[farm.site].grid.as_ref().and_then(|g| g.forward.as_ref());
        let bill = if farm.kind == FarmKind::Mining {
            let mut bill = mining_bill(&today.account);
            if let Some(forward) = forward.filter(|f| f.holds(calendar.today)) {
                bill.settle(forward, today.mining_slots_mw, today.stretch.power(), &today.account);
            }
            bill
        } else {
            ai_bill(&today.account, today.ai_share(farm.kind), today.backup_usd_per_mwh)
        };
        bill.book(ledger.0.account(farm.index));
    }
    for (&entity, params) in order.sites.iter().zip(&plan.0.sites) {
        let (Ok(today), Ok(sale)) = (sites.get(entity), sales.get(entity)) else { continue };
        if params.export.is_none() {
            continue;
        }
        book_grid_sale(&today.account, ledger.0.account(sale.0));
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
    fn settle(&mut self, forward: &Forward, mines_mw: f64, power: &Power<Hours>, account: &HourResult<Hours>) {
        let bought_mw = forward.share * mines_mw;
        for (price, grid_mw) in power.price_usd_per_mwh.iter().zip(account.mining.grid_mw) {
            let gain = forward.gain_usd_per_mwh(*price);
            let used_mw = bought_mw.min(grid_mw);
            self.energy_usd -= used_mw * gain;
            self.credits_usd += (bought_mw - used_mw) * gain;
        }
    }
}

fn mining_bill(account: &HourResult<Hours>) -> Bill {
    Bill {
        surplus_mwh: account.mining.surplus_mw.iter().sum(),
        hydro_mwh: account.mining.hydro_mw.iter().sum(),
        grid_mwh: account.mining.grid_mw.iter().sum(),
        energy_usd: account.mining_energy_cost_usd.iter().sum(),
        forgone_usd: account.mining_forgone_usd.iter().sum(),
        ..Bill::default()
    }
}

/// An AI farm's part of the site's AI load.
fn ai_bill(account: &HourResult<Hours>, part: f64, backup_usd_per_mwh: f64) -> Bill {
    let of_part = |figure: &Hours| figure.iter().map(|of_all| part * of_all).sum();
    let ai = &account.ai;
    let backup_usd = ai.backup_mw.map(|mw| mw * backup_usd_per_mwh);
    let energy_usd = account.ai_energy_cost_usd.iter().zip(backup_usd).map(|(usd, backup)| part * (usd - backup));
    Bill {
        surplus_mwh: of_part(&ai.surplus_mw),
        hydro_mwh: of_part(&ai.hydro_mw),
        grid_mwh: of_part(&ai.grid_mw),
        backup_mwh: of_part(&ai.backup_mw),
        unserved_mwh: of_part(&account.ai_unserved_mw),
        energy_usd: energy_usd.sum(),
        backup_usd: of_part(&backup_usd),
        forgone_usd: of_part(&account.ai_forgone_usd),
        credits_usd: 0.0,
    }
}

/// Books what the site would sell if no farm stood there.
fn book_grid_sale(day: &HourResult<Hours>, account: &mut Account) {
    account.add_each(Line::GridSaleRevenue, day.baseline_export_margin_usd);
    account.count_each(Quantity::SurplusMwh, day.baseline_surplus_mw);
    account.count_each(Quantity::HydroMwh, day.baseline_hydro_mw);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Loads, MinerTier, Terms, dispatch_day_as_if};

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
        let power = Power {
            surplus_mw: core::array::from_fn(|h| if h >= 16 { 8.0 } else { 0.0 }),
            import_mw: [20.0; 24],
            price_usd_per_mwh: core::array::from_fn(|h| if h < 8 { 100.0 } else { 20.0 }),
            ..Power::default()
        };
        let miners = [MinerTier { mw: 10.0, value_usd_per_mwh: 50.0 }];
        let mut account = HourResult::default();
        let loads = Loads { ai_mw: 0.0, miners: &miners };
        dispatch_day_as_if(&power, &[false; 24], &terms, &terms, &loads, &mut account);
        let spot = mining_bill(&account);
        assert_eq!(spot.energy_usd, 8.0 * (200.0 + 40.0));
        let forward = Forward { share: 0.6, price_usd_per_mwh: 30.0, until: None };
        let mut bill = spot;
        bill.settle(&forward, 10.0, &power, &account);
        assert_eq!(bill.energy_usd - spot.energy_usd, 8.0 * 10.0 * (6.0 + 2.0));
        assert_eq!(bill.credits_usd, 8.0 * (6.0 * 70.0 - 4.0 * 10.0));
        let forward_usd: f64 = power.price_usd_per_mwh.iter().map(|usd| 6.0 * forward.gain_usd_per_mwh(*usd)).sum();
        assert_eq!(bill.credits_usd - (bill.energy_usd - spot.energy_usd), forward_usd);
    }
}
