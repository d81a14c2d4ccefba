use proptest::prelude::*;

use super::*;
use crate::finance::Treasury;
use crate::finance::project::WorkingCapital;

fn with_working() -> FinanceParams {
    FinanceParams {
        working_capital: Some(WorkingCapital { operating_cost_months: 2.0, receivable_months: 1.0 }),
        ..untaxed()
    }
}

#[test]
fn two_months_of_cost_and_one_of_revenue_are_tied_up_and_given_back() {
    let books = Span::months(3).close(&[Kind::Cloud], &with_working(), |ledger, month| {
        ledger.add(0, Line::EnergyCost, [-4.0, -20.0, -10.0][month]);
        ledger.add(0, Line::FixedOm, [-6.0, 0.0, -20.0][month]);
        ledger.add(0, Line::ForgoneGridSales, -9.0);
        ledger.add(0, Line::CloudRent, [5.0, 6.0, 7.0][month]);
    });
    // 2·20 + 6 at the end of January, 2·30 + 7 at that of February.
    assert_all_close(&by_month(&books, Line::WorkingCapital), &[-46.0, -21.0, 67.0]);
}

#[test]
fn nobody_owes_what_kept_coins_have_gained() {
    let close = |treasury: Treasury| {
        let params = FinanceParams { treasury, ..with_working() };
        Span::months(4).close(&[Kind::Mining], &params, |ledger, month| {
            ledger.quote_btc([10.0, 20.0, 30.0, 1_000.0][month]);
            ledger.count(0, Quantity::BtcMined, 1.0);
            ledger.add(0, Line::CoinRevenue, 10.0);
        })
    };
    let (kept, sold) = (close(Treasury::Hold { share: 1.0, months: None }), close(Treasury::SellAtOnce));
    assert!(sum(&kept, Line::CoinGains) > 3_000.0);
    assert_all_close(&by_month(&kept, Line::WorkingCapital), &by_month(&sold, Line::WorkingCapital));
}

proptest! {
    #[test]
    fn all_working_capital_comes_back(
        usd in prop::collection::vec((-1e5..1e5f64, 0.0..1e5f64), 1..30), halving in any::<bool>(),
    ) {
        let span = Span { months: usd.len(), halving };
        let books = span.close(&[Kind::Mining, Kind::Cloud], &with_working(), |ledger, month| {
            ledger.add(0, Line::CoinRevenue, usd[month].0);
            ledger.add(1, Line::EnergyCost, -usd[month].1);
        });
        prop_assert!(sum(&books, Line::WorkingCapital).abs() < 1e-6);
    }
}
