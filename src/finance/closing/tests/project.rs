//! What is true of all closed books, whatever was booked.

use proptest::prelude::*;

use super::*;
use crate::finance::project::WorkingCapital;
use crate::finance::{Class, Quantity, TaxLosses, Treasury};

const BOOKED: [Line; 9] = [
    Line::CoinRevenue,
    Line::CloudRent,
    Line::EnergyCost,
    Line::FixedOm,
    Line::MachineCapital,
    Line::InfrastructureCapital,
    Line::Resale,
    Line::EndValue,
    Line::Prepayments,
];

type Booking = (usize, usize, usize, f64);

fn bookings() -> impl Strategy<Value = Vec<Booking>> {
    prop::collection::vec((0..3usize, 0..30usize, 0..BOOKED.len(), 0.0..1e6f64), 1..40)
}

fn closed(bookings: &[Booking], params: &FinanceParams, k: f64) -> Books {
    Span::with_halving(30).close(&[Kind::Mining, Kind::Mining, Kind::Cloud], params, |ledger, month| {
        ledger.quote_btc(k * (100.0 + month as f64));
        for (farm, _, line, usd) in bookings.iter().filter(|b| b.1 == month) {
            let line = BOOKED[*line];
            let earned = line.class() == Class::Revenue || matches!(line, Line::Resale | Line::EndValue);
            ledger.add(*farm, line, if earned { k * usd } else { -k * usd });
            if line == Line::CoinRevenue {
                ledger.count(*farm, Quantity::BtcMined, usd / 100.0);
            }
        }
    })
}

fn finance() -> impl Strategy<Value = FinanceParams> {
    (0.0..0.3f64, 0.0..0.5f64, 0.0..0.1f64, any::<bool>(), 0.0..0.5f64, any::<bool>()).prop_map(
        |(rate, tax, state, carried, credit, hold)| FinanceParams {
            discount_rate_per_year: rate,
            tax_rate_share: tax,
            state_tax_rate_share: state,
            bonus_depreciation_share: 0.6,
            infrastructure_credit_share: credit,
            tax_losses: if carried { TaxLosses::CarriedForward } else { TaxLosses::AsIncurred },
            working_capital: Some(WorkingCapital { operating_cost_months: 1.5, receivable_months: 1.0 }),
            treasury: if hold { Treasury::Hold { share: 0.4, months: Some(3) } } else { Treasury::SellAtOnce },
            corporate_overhead_usd_per_year: 1e4,
            reserve_interest_per_year: 0.02,
            ..FinanceParams::default()
        },
    )
}

fn debt() -> Vec<Tranche> {
    let site = Tranche { finances: Finances::Infrastructure, interest_only_months: 6, fee_share: 0.01, ..loan(0.5, 5) };
    let machines = Tranche { reserve_months: 3.0, ..loan(0.4, 2) };
    vec![site, machines, Tranche { rate_per_year: 0.09, maximum_share: Some(0.3), ..sized(1.5, 2) }]
}

fn scale(bookings: &[Booking]) -> f64 {
    bookings.iter().map(|b| b.3).sum::<f64>() + 1e5
}

proptest! {
    #[test]
    fn loans_change_what_the_owner_has_and_not_what_the_farms_are_worth(bookings in bookings(), params in finance()) {
        let own = closed(&bookings, &params, 1.0);
        let lent = closed(&bookings, &FinanceParams { debt: debt(), ..params }, 1.0);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-11 * scale(&bookings);
        for farm in own.farms() {
            let (a, b) = (own.returns(|f| f == farm).npv_usd, lent.returns(|f| f == farm).npv_usd);
            prop_assert!(close(a, b), "{a} {b}");
        }
        let without = own.equity_returns(|_| true).npv_usd;
        prop_assert!(close(without, own.returns(|_| true).npv_usd));
        let totals = lent.totals(|_| true, |_| true);
        let financing: f64 = Line::ALL.into_iter().filter(|line| line.class() == Class::Financing)
            .map(|line| totals.discounted_usd(line)).sum();
        let added = financing + totals.discounted_usd(Line::InterestTaxShield);
        prop_assert!(close(lent.equity_returns(|_| true).npv_usd - lent.returns(|_| true).npv_usd, added));
    }

    #[test]
    fn money_of_another_unit_is_worth_as_much(bookings in bookings(), params in finance(), k in 0.01..100.0f64) {
        let params = FinanceParams { debt: debt(), ..params };
        let scaled = FinanceParams {
            corporate_overhead_usd_per_year: k * params.corporate_overhead_usd_per_year,
            ..params.clone()
        };
        let (one, other) = (closed(&bookings, &params, 1.0), closed(&bookings, &scaled, k));
        let close = |a: f64, b: f64| (k * a - b).abs() <= 1e-10 * k * scale(&bookings);
        prop_assert!(close(one.returns(|_| true).npv_usd, other.returns(|_| true).npv_usd));
        prop_assert!(close(one.equity_returns(|_| true).npv_usd, other.equity_returns(|_| true).npv_usd));
    }

    #[test]
    fn every_capital_dollar_of_the_basis_is_deducted_once(bookings in bookings(), params in finance()) {
        let books = closed(&bookings, &params, 1.0);
        let deducted = -(sum(&books, Line::Depreciation) + sum(&books, Line::WriteOff));
        let halls = -sum(&books, Line::InfrastructureCapital) * params.infrastructure_basis_share();
        prop_assert!((deducted - halls + sum(&books, Line::MachineCapital)).abs() <= 0.02);
    }
}
