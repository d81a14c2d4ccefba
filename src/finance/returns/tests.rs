use proptest::prelude::*;

use super::*;
use crate::finance::closing::tests::{Span, assert_close, day, untaxed};
use crate::finance::{FinanceParams, Ledger, Treasury};

/// Prices and amounts of a farm, as factors on what it earns and more for each MWh.
#[derive(Clone, Copy)]
struct Prices {
    revenue: f64,
    more_usd_per_mwh: f64,
}

const TODAY: Prices = Prices { revenue: 1.0, more_usd_per_mwh: 0.0 };

fn mine(params: &FinanceParams, usd: &[f64], prices: Prices) -> Books {
    Span::with_halving(usd.len()).close(&[Kind::Mining], params, |ledger, month| {
        let revenue = prices.revenue * usd[month];
        ledger.quote_btc(prices.revenue * 50.0);
        ledger.add(0, Line::CoinRevenue, revenue);
        ledger.add(0, Line::PoolFee, -0.02 * revenue);
        ledger.count(0, Quantity::BtcMined, usd[month] / 45.0);
        ledger.count(0, Quantity::HashrateEhHours, 2.4);
        costs(ledger, month, prices);
    })
}

fn costs(ledger: &mut Ledger, month: usize, prices: Prices) {
    let mwh = 5.0 + month as f64;
    ledger.count(0, Quantity::GridMwh, mwh);
    ledger.add(0, Line::EnergyCost, -(4.0 + prices.more_usd_per_mwh) * mwh);
    ledger.add(0, Line::FixedOm, -3.0);
    if month == 0 {
        ledger.add(0, Line::MachineCapital, -2_000.0);
        ledger.add(0, Line::InfrastructureCapital, -500.0);
    }
}

fn cloud(params: &FinanceParams, usd: &[f64], prices: Prices) -> Books {
    let months = usd.len();
    Span::with_halving(months).close(&[Kind::Cloud], params, |ledger, month| {
        let rent = prices.revenue * usd[month];
        ledger.add(0, Line::CloudRent, rent);
        ledger.add(0, Line::SlaCredits, -0.03 * rent);
        ledger.add(0, Line::VariableOm, -0.1 * rent);
        ledger.count(0, Quantity::GpuHours, 100.0);
        let paid_before = if month == 0 { 200.0 } else { 0.0 } - if month + 1 == months { 200.0 } else { 0.0 };
        ledger.add(0, Line::Prepayments, prices.revenue * paid_before);
        costs(ledger, month, prices);
    })
}

fn hall(params: &FinanceParams, usd: &[f64], prices: Prices) -> Books {
    Span::with_halving(usd.len()).close(&[Kind::Hosting], params, |ledger, month| {
        let rent = prices.revenue * usd[month];
        ledger.add(0, Line::HostingRent, rent);
        ledger.add(0, Line::SlaCredits, -0.01 * rent);
        ledger.add(0, Line::FixedOm, -0.15 * rent);
        ledger.count(0, Quantity::CriticalItKwMonths, 10.0);
        ledger.add(0, Line::InfrastructureCapital, if month == 0 { -2_000.0 } else { 0.0 });
    })
}

fn figures(books: &Books, kind: Kind) -> UnitFigures {
    books.unit_figures(kind, |_| true, |_| true)
}

fn taxed() -> FinanceParams {
    FinanceParams {
        state_tax_rate_share: 0.06,
        bonus_depreciation_share: 0.5,
        infrastructure_credit_share: 0.1,
        corporate_overhead_usd_per_year: 20.0,
        ..FinanceParams::default()
    }
}

#[test]
fn a_levelised_cost_is_revenue_less_value_by_amount() {
    let books = mine(&untaxed(), &[450.0; 12], TODAY);
    // Twelve months earn 5400 less 108 for the pool, and cost 4 USD for each of 126 MWh, 36 USD and 2500 USD at first.
    let npv_usd = 5_400.0 - 108.0 - 504.0 - 36.0 - 2_500.0;
    assert_close(books.returns(|_| true).npv_usd, npv_usd);
    let mining = figures(&books, Kind::Mining);
    assert_close(mining.levelised_usd_per_btc.unwrap(), (5_400.0 - npv_usd) / 120.0);
    assert_close(mining.levelised_usd_per_mwh.unwrap(), (5_400.0 - npv_usd) / 126.0);
    assert_close(mining.levelised_usd_per_ph_day.unwrap(), (5_400.0 - npv_usd) / 1_200.0);
    assert_close(mining.break_even_btc_price_usd.unwrap(), 45.0 * (3_040.0 / 0.98) / 5_400.0);
    assert_close(mining.break_even_hashprice_usd_per_ph_day.unwrap(), (3_040.0 / 0.98) / 1_200.0);
    assert_close(mining.break_even_power_usd_per_mwh.unwrap(), 4.0 + npv_usd / 126.0);
    let rented = figures(&cloud(&untaxed(), &[450.0; 12], TODAY), Kind::Cloud);
    assert_close(rented.levelised_usd_per_gpu_hour.unwrap(), (3_040.0 + 0.13 * 5_400.0) / 1_200.0);
    assert_close(rented.break_even_rent_usd_per_gpu_hour.unwrap(), 3_040.0 / 0.87 / 1_200.0);
    let let_out = figures(&hall(&untaxed(), &[450.0; 12], TODAY), Kind::Hosting);
    assert_close(let_out.levelised_usd_per_kw_month.unwrap(), (2_000.0 + 0.16 * 5_400.0) / 120.0);
    assert_close(let_out.break_even_rent_usd_per_kw_month.unwrap(), 2_000.0 / 0.84 / 120.0);
    assert_eq!(let_out.break_even_power_usd_per_mwh, None);
}

#[test]
fn at_its_levelised_cost_a_mine_without_tax_is_worth_nothing() {
    let params = FinanceParams { discount_rate_per_year: 0.1, ..untaxed() };
    let books = cloud(&params, &[300.0; 30], TODAY);
    let cost_usd = figures(&books, Kind::Cloud).levelised_usd_per_gpu_hour.unwrap();
    let present_hours = 100.0 * books.totals(|_| true, |_| true).discounted_usd(Line::CloudRent) / 300.0;
    let lacking_usd = cost_usd * present_hours - books.totals(|_| true, |_| true).discounted_usd(Line::CloudRent);
    assert_close(lacking_usd, -books.returns(|_| true).npv_usd);
}

#[test]
fn there_is_no_figure_of_what_is_not_sold() {
    let nothing = Span::months(5).close(&[Kind::Mining], &taxed(), |_, _| ());
    for kind in [Kind::Mining, Kind::Cloud, Kind::Hosting, Kind::GridSale, Kind::All] {
        assert_eq!(figures(&nothing, kind), UnitFigures::default());
        assert_eq!(nothing.unit_figures(kind, |_| false, |_| true), UnitFigures::default());
    }
}

#[test]
fn a_mine_that_gains_at_no_price_of_coins_has_no_break_even_price() {
    let books = Span::months(12).close(&[Kind::Mining], &untaxed(), |ledger, _| {
        ledger.add(0, Line::CoinRevenue, 10.0);
        ledger.add(0, Line::DemandResponse, 5.0);
        ledger.count(0, Quantity::BtcMined, 1.0);
    });
    assert_eq!(figures(&books, Kind::Mining).break_even_btc_price_usd, None);
}

#[test]
fn hosted_machines_bring_no_hashprice() {
    let hosted = |months: usize| {
        let books = Span::months(12).close(&[Kind::Mining], &untaxed(), |ledger, month| {
            let line = if month < months { Line::HostingFees } else { Line::CoinRevenue };
            ledger.add(0, line, 90.0);
            ledger.count(0, Quantity::HashrateEhHours, 2.4);
            ledger.count(0, Quantity::BtcMined, if month < months { 0.0 } else { 2.0 });
            ledger.add(0, Line::MachineCapital, if month == 0 { -900.0 } else { 0.0 });
        });
        figures(&books, Kind::Mining)
    };
    let (all, some) = (hosted(12), hosted(6));
    assert_eq!((all.levelised_usd_per_ph_day, all.break_even_hashprice_usd_per_ph_day), (None, None));
    // Six months at 100 PH/s·days must bring what 540 USD of fees leave of the machines.
    assert_close(some.levelised_usd_per_ph_day.unwrap(), (900.0 - 540.0) / 600.0);
    assert_close(some.break_even_hashprice_usd_per_ph_day.unwrap(), (900.0 - 540.0) / 600.0);
    assert_close(some.break_even_btc_price_usd.unwrap(), (900.0 - 540.0) / 12.0);
}

/// A mine and a grid sale that are the same in both epochs, the mine bought in the first.
fn two_epochs() -> Books {
    let mut ledger = Ledger::new(day("2024-01-01"), 3);
    let (mine, sale) = (ledger.add_farm("a/mining", "a", Kind::Mining), ledger.add_farm("a/sale", "a", Kind::GridSale));
    for month in 0..12 {
        ledger.begin_period(day("2024-01-01").plus_months(month), if month < 4 { 3 } else { 4 });
        ledger.add(mine, Line::MachineCapital, if month == 0 { -900.0 } else { 0.0 });
        ledger.add(mine, Line::CoinRevenue, 90.0);
        ledger.count(mine, Quantity::BtcMined, 2.0);
        ledger.count(mine, Quantity::CapacityMwHours, 7.0);
        ledger.add(sale, Line::GridSaleRevenue, 30.0);
        ledger.count(sale, Quantity::GridMwh, 3.0);
    }
    let carried = crate::finance::TaxLosses::CarriedForward;
    let params = FinanceParams { tax_losses: carried, tax_rate_share: 0.2, ..untaxed() };
    ledger.close(day("2024-12-31"), &params)
}

#[test]
fn in_an_epoch_like_the_whole_everything_costs_as_much_as_in_the_whole() {
    let books = two_epochs();
    for kind in [Kind::Mining, Kind::GridSale] {
        let whole = books.unit_figures(kind, |farm| farm.kind == kind, |_| true);
        for epoch in [3, 4] {
            let part = books.unit_figures(kind, |farm| farm.kind == kind, |period| period.epoch == epoch);
            let both = |figure: fn(&UnitFigures) -> Option<f64>| (figure(&part), figure(&whole));
            for (part, whole) in [
                both(|figures| figures.levelised_usd_per_mwh),
                both(|figures| figures.levelised_usd_per_btc),
                both(|figures| figures.break_even_btc_price_usd),
            ] {
                assert_eq!(part.is_some(), whole.is_some());
                assert_close(part.unwrap_or(0.0), whole.unwrap_or(0.0));
            }
        }
    }
}

fn revenue() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(50.0..500.0f64, 14..30)
}

proptest! {
    #[test]
    fn at_the_break_even_price_of_coins_a_mine_is_worth_nothing(usd in revenue(), hold in any::<bool>()) {
        let treasury = if hold { Treasury::Hold { share: 0.5, months: Some(4) } } else { Treasury::SellAtOnce };
        let params = FinanceParams { treasury, ..taxed() };
        let price_usd = figures(&mine(&params, &usd, TODAY), Kind::Mining).break_even_btc_price_usd.unwrap();
        let there = mine(&params, &usd, Prices { revenue: price_usd / 45.0, ..TODAY });
        prop_assert!(there.returns(|_| true).npv_usd.abs() < 1e-7);
    }

    #[test]
    fn at_the_break_even_price_of_power_a_farm_is_worth_nothing(usd in revenue()) {
        for (kind, close) in [(Kind::Mining, mine as fn(&FinanceParams, &[f64], Prices) -> Books), (Kind::Cloud, cloud)] {
            let price_usd = figures(&close(&taxed(), &usd, TODAY), kind).break_even_power_usd_per_mwh.unwrap();
            let there = close(&taxed(), &usd, Prices { more_usd_per_mwh: price_usd - 4.0, ..TODAY });
            prop_assert!(there.returns(|_| true).npv_usd.abs() < 1e-7);
        }
    }

    #[test]
    fn at_its_break_even_rent_a_cloud_or_a_hall_is_worth_nothing(usd in revenue()) {
        let total: f64 = usd.iter().sum();
        let amount = usd.len() as f64;
        let rent = figures(&cloud(&taxed(), &usd, TODAY), Kind::Cloud).break_even_rent_usd_per_gpu_hour.unwrap();
        let there = cloud(&taxed(), &usd, Prices { revenue: rent * 100.0 * amount / total, ..TODAY });
        prop_assert!(there.returns(|_| true).npv_usd.abs() < 1e-7);
        let rent = figures(&hall(&taxed(), &usd, TODAY), Kind::Hosting).break_even_rent_usd_per_kw_month.unwrap();
        let there = hall(&taxed(), &usd, Prices { revenue: rent * 10.0 * amount / total, ..TODAY });
        prop_assert!(there.returns(|_| true).npv_usd.abs() < 1e-7);
    }
}
