use super::super::tables::Scope;
use super::*;
use crate::calendar::Day;
use crate::finance::{FinanceParams, Kind, Ledger, Line, Quantity};

/// Two sites over two years with a halving in April of the first, with loans and coins kept.
fn books() -> Books {
    let start = Day::parse("2024-01-01").unwrap();
    let mut ledger = Ledger::new(start, 3);
    for (name, site, kind) in [
        ("a/mining", "a", Kind::Mining),
        ("a/cloud", "a", Kind::Cloud),
        ("b/mining", "b", Kind::Mining),
        ("b/grid_sale", "b", Kind::GridSale),
        ("b/hosting", "b", Kind::Hosting),
    ] {
        ledger.add_farm(name, site, kind);
    }
    for month in 0..24 {
        ledger.begin_period(start.plus_months(month), if month > 3 { 4 } else { 3 });
        half_a_month(&mut ledger, f64::from(month));
        if month == 3 {
            ledger.begin_period(Day::parse("2024-04-20").unwrap(), 4);
            half_a_month(&mut ledger, 3.5);
        }
    }
    let params: FinanceParams = toml::from_str(
        "tax_losses = 'carried_forward'
        treasury = { policy = 'hold', share = 0.5 }
        debt = [
            { name = 'share', share = 0.5, rate_per_year = 0.1, tenor_years = 3, reserve_months = 2 },
            { name = 'sized', target_dscr = 1.5, rate_per_year = 0.1, tenor_years = 1, maximum_share = 0.4 },
        ]",
    )
    .unwrap();
    ledger.close(start.plus_months(24).plus_days(-1), &params)
}

fn half_a_month(ledger: &mut Ledger, month: f64) {
    ledger.quote_btc(100.0 + month);
    for farm in [0, 2] {
        ledger.count(farm, Quantity::BtcMined, 1.0);
        ledger.add(farm, Line::CoinRevenue, 100.0 + month);
    }
    ledger.add(1, Line::CloudRent, 50.0);
    ledger.add(3, Line::GridSaleRevenue, 20.0);
    for farm in 0..3 {
        ledger.count(farm, Quantity::CapacityMwHours, 1.0);
        ledger.count(farm, Quantity::GridMwh, 2.0);
        ledger.add(farm, Line::EnergyCost, -10.0 * farm as f64);
    }
    if month == 0.0 || month == 3.0 {
        for farm in 0..3 {
            ledger.add(farm, Line::MachineCapital, -500.0);
        }
    }
}

#[test]
fn epochs_add_up_to_the_whole_at_every_scope() {
    let rows = returns_rows(&books());
    let wholes: Vec<&ReturnsRow> = rows.iter().filter(|row| row.epoch.is_none()).collect();
    assert!(wholes.len() > 10);
    for whole in wholes {
        let same = |row: &&ReturnsRow| {
            row.epoch.is_some() && (row.scope, &row.name, row.kind) == (whole.scope, &whole.name, whole.kind)
        };
        let epochs: Vec<&ReturnsRow> = rows.iter().filter(same).collect();
        assert_eq!(epochs.len(), 2, "{} {:?}", whole.name, whole.kind);
        let sum = |value: fn(&ReturnsRow) -> f64| epochs.iter().map(|row| value(row)).sum::<f64>();
        assert!((sum(|row| row.npv_usd) - whole.npv_usd).abs() < 1e-9, "{} {:?}", whole.name, whole.kind);
        assert!((sum(|row| row.equity_npv_usd) - whole.equity_npv_usd).abs() < 1e-9);
        assert!(epochs.iter().all(|row| row.irr_per_year.is_none() && row.payback_years.is_none()));
    }
}

#[test]
fn farms_add_up_to_sites_and_sites_to_the_portfolio() {
    let rows = returns_rows(&books());
    let sum = |scope: Scope, epoch: Option<u32>, value: fn(&ReturnsRow) -> f64| -> f64 {
        let counts = |row: &&ReturnsRow| {
            let farm = scope == Scope::Farm && row.kind != Kind::GridSale;
            row.scope == scope && row.epoch == epoch && (farm || row.kind == Kind::All)
        };
        rows.iter().filter(counts).map(value).sum()
    };
    for epoch in [None, Some(3), Some(4)] {
        for value in [|row: &ReturnsRow| row.npv_usd, |row: &ReturnsRow| row.equity_npv_usd] {
            let whole = sum(Scope::Portfolio, epoch, value);
            assert!((sum(Scope::Farm, epoch, value) - whole).abs() < 1e-9);
            assert!((sum(Scope::Site, epoch, value) - whole).abs() < 1e-9);
        }
    }
}

#[test]
fn a_farm_of_which_nothing_is_booked_has_no_row_and_coverage_is_that_of_loans() {
    let rows = returns_rows(&books());
    assert!(rows.iter().all(|row| row.name != "b/hosting" && row.kind != Kind::Hosting));
    let of = |name: &str| rows.iter().find(|row| row.name == name && row.epoch.is_none()).unwrap();
    assert!(of("a/mining").minimum_dscr.is_some_and(|dscr| dscr > 0.0));
    assert_eq!((of("b/grid_sale").minimum_dscr, of("b/grid_sale").average_dscr), (None, None));
    let epoch = rows.iter().find(|row| row.name == "a/mining" && row.epoch == Some(4)).unwrap();
    assert!(epoch.minimum_dscr.is_some(), "2025 begins in it");
}
