use proptest::prelude::*;

use super::*;
use crate::finance::Treasury;

const HOLD: Treasury = Treasury::Hold { share: 0.5, months: Some(2) };

/// Mines that find a coin a month, of which a tenth is the pool's, at these prices, with these energy costs.
fn mined(mines: usize, prices: &[f64], energy_usd: &[f64], params: &FinanceParams, halving: bool) -> Books {
    let span = Span { months: prices.len(), halving };
    span.close(&vec![Kind::Mining; mines], params, |ledger, month| {
        ledger.quote_btc(prices[month]);
        for mine in 0..mines {
            ledger.count(mine, Quantity::BtcMined, 1.0);
            ledger.add(mine, Line::CoinRevenue, prices[month]);
            ledger.add(mine, Line::PoolFee, -0.1 * prices[month]);
            ledger.add(mine, Line::EnergyCost, -energy_usd[month]);
        }
    })
}

fn with(treasury: Treasury) -> FinanceParams {
    FinanceParams { treasury, ..untaxed() }
}

const RISING: [f64; 5] = [100.0, 200.0, 300.0, 400.0, 500.0];

#[test]
fn half_the_coins_are_kept_for_two_months() {
    // 0.45 coins a month are kept: 45 USD in January, which bring 135 USD in March.
    let books = mined(1, &RISING, &[0.0; 5], &with(HOLD), false);
    assert_all_close(&by_month(&books, Line::CoinsHeld), &[-45.0, -90.0, -90.0, -90.0, 315.0]);
    assert_all_close(&by_month(&books, Line::CoinGains), &[0.0, 0.0, 90.0, 90.0, 135.0]);
}

#[test]
fn coins_kept_to_the_end_are_sold_at_the_last_price() {
    let hold = Treasury::Hold { share: 0.5, months: None };
    let books = mined(1, &RISING, &[0.0; 5], &with(hold), false);
    assert_all_close(&by_month(&books, Line::CoinsHeld), &[-45.0, -90.0, -135.0, -180.0, 450.0]);
    assert_all_close(&by_month(&books, Line::CoinGains), &[0.0, 0.0, 0.0, 0.0, 450.0]);
}

#[test]
fn no_more_coins_are_sold_than_costs_ask() {
    let (prices, energy) = ([100.0, 200.0, 100.0], [30.0, 280.0, 30.0]);
    let books = mined(1, &prices, &energy, &with(Treasury::CoverCosts {}), false);
    // 60 of 90 USD are kept, 0.6 coins; February sells all of its own 180 USD and half a coin more; March the other 0.1
    // and 0.6 of its own.
    assert_all_close(&by_month(&books, Line::CoinsHeld), &[-60.0, 50.0, 10.0]);
    assert_all_close(&by_month(&books, Line::CoinGains), &[0.0, 50.0, 0.0]);
    let cash = books.flows(|_| true);
    assert!(cash[0].1.abs() < 1e-9 && cash[1].1.abs() < 1e-9, "{cash:?}");
}

#[test]
fn coins_pay_the_loan_of_a_share_and_not_that_of_a_coverage() {
    let buys = |debt: Vec<Tranche>| {
        let params = FinanceParams { debt, ..with(Treasury::CoverCosts {}) };
        Span::months(3).close(&[Kind::Mining], &params, |ledger, month| {
            ledger.quote_btc(100.0);
            ledger.count(0, Quantity::BtcMined, 1.0);
            ledger.add(0, Line::CoinRevenue, 100.0);
            ledger.add(0, Line::MachineCapital, if month == 0 { -360.0 } else { 0.0 });
        })
    };
    let share = buys(vec![Tranche { rate_per_year: 0.0, ..loan(0.5, 1) }]);
    assert_all_close(&by_month(&share, Line::CoinsHeld), &[-100.0, -85.0, 185.0]);
    // The year's cash, all coins being sold in March, is that of three months.
    let covered = buys(vec![sized(1.0, 1)]);
    assert_all_close(&by_month(&covered, Line::CoinsHeld), &[-100.0, -100.0, 200.0]);
    assert_close(sum(&covered, Line::DebtDraws), 360.0);
}

#[test]
fn each_farm_has_a_treasury_of_its_own_and_a_halving_changes_none() {
    for treasury in [HOLD, Treasury::Hold { share: 0.5, months: None }, Treasury::CoverCosts {}] {
        let params = with(treasury);
        let (one, two) = (mined(1, &RISING, &[50.0; 5], &params, false), mined(2, &RISING, &[50.0; 5], &params, true));
        for line in [Line::CoinsHeld, Line::CoinGains] {
            let doubled: Vec<f64> = by_month(&one, line).iter().map(|usd| 2.0 * usd).collect();
            assert_all_close(&by_month(&two, line), &doubled);
        }
    }
}

#[test]
fn gains_are_taxed_as_income_of_the_year_they_are_made_in() {
    let close = |treasury: Treasury| {
        let params = FinanceParams { treasury, discount_rate_per_year: 0.0, ..FinanceParams::default() };
        mined(1, &RISING, &[0.0; 5], &params, false)
    };
    let (kept, sold) = (close(Treasury::Hold { share: 0.5, months: None }), close(Treasury::SellAtOnce));
    assert_close(sum(&kept, Line::Tax) - sum(&sold, Line::Tax), -0.21 * 450.0);
    assert_close(kept.returns(|_| true).npv_usd - sold.returns(|_| true).npv_usd, 0.79 * 450.0);
}

fn treasuries() -> impl Strategy<Value = Treasury> {
    let hold = (0.0..1.0f64, prop::option::of(1..30u32)).prop_map(|(share, months)| Treasury::Hold { share, months });
    prop_oneof![hold, Just(Treasury::CoverCosts {})]
}

proptest! {
    #[test]
    fn what_is_kept_is_sold_in_the_end(
        treasury in treasuries(), prices in prop::collection::vec(1.0..1e5f64, 1..30), halving in any::<bool>(),
        energy in 0.0..1e5f64,
    ) {
        let books = mined(1, &prices, &vec![energy; prices.len()], &with(treasury), halving);
        prop_assert!(sum(&books, Line::CoinsHeld).abs() < 1e-5);
        prop_assert!(sum(&books, Line::CoinGains).is_finite());
    }

    #[test]
    fn where_the_price_stands_still_a_treasury_gains_nothing_and_loses_no_cash(
        treasury in treasuries(), months in 1..30usize, energy in 0.0..200.0f64,
    ) {
        let close = |treasury: Treasury| {
            let params = FinanceParams { treasury, ..FinanceParams::default() };
            mined(1, &vec![100.0; months], &vec![energy; months], &params, true)
        };
        let (kept, sold) = (close(treasury), close(Treasury::SellAtOnce));
        prop_assert!(by_month(&kept, Line::CoinGains).iter().all(|usd| usd.abs() < 1e-9));
        let cash = |books: &Books| books.totals(|_| true, |_| true).cash_flow_usd();
        prop_assert!((cash(&kept) - cash(&sold)).abs() < 1e-8);
    }
}
