use proptest::prelude::*;

use super::*;

/// 1200 USD of machines and 1000 USD of halls in January.
fn bought(ledger: &mut Ledger, month: usize) {
    if month == 0 {
        ledger.add(0, Line::MachineCapital, -1_200.0);
        ledger.add(0, Line::InfrastructureCapital, -1_000.0);
    }
}

fn with_debt(debt: Vec<Tranche>) -> FinanceParams {
    FinanceParams { debt, ..untaxed() }
}

/// Payments on 600 USD at 1 % a month over twelve months: 600·0.01/(1 − 1.01⁻¹²).
const LEVEL_USD: f64 = 53.309_273;

#[test]
fn half_the_machines_are_lent_and_paid_back_from_the_month_after() {
    let tranche = Tranche { fee_share: 0.02, reserve_months: 3.0, ..loan(0.5, 1) };
    let params = FinanceParams { reserve_interest_per_year: 0.06, ..with_debt(vec![tranche]) };
    let books = Span::months(15).close(&[Kind::Mining], &params, bought);
    let drawn = by_month(&books, Line::DebtDraws);
    assert_all_close(&drawn, &[[600.0].as_slice(), &[0.0; 14]].concat());
    assert_close(sum(&books, Line::DebtFees), -12.0);
    let interest = by_month(&books, Line::Interest);
    assert_all_close(&interest[..3], &[0.0, -6.0, -5.526_907]);
    let principal = by_month(&books, Line::Principal);
    for month in 1..=12 {
        assert!((interest[month] + principal[month] + LEVEL_USD).abs() < 1e-5, "{month}");
    }
    assert_eq!((interest[13], principal[13], sum(&books, Line::DebtAtEnd)), (0.0, 0.0, 0.0));
    let kept_usd = 3.0 * LEVEL_USD;
    let mut reserve = [0.0; 15];
    (reserve[0], reserve[12]) = (-kept_usd, kept_usd);
    assert_all_close(&by_month(&books, Line::DebtReserve), &reserve);
    let earned = [[0.0].as_slice(), &[0.005 * kept_usd; 12], &[0.0; 2]].concat();
    assert_all_close(&by_month(&books, Line::DebtReserveInterest), &earned);
}

#[test]
fn interest_alone_is_paid_at_first() {
    let tranche = Tranche { interest_only_months: 3, repayment: Repayment::LevelPrincipal, ..loan(0.5, 1) };
    let books = Span::months(14).close(&[Kind::Mining], &with_debt(vec![tranche]), bought);
    let part = 600.0 / 9.0;
    let want = [[0.0; 4].as_slice(), &[-part; 9], &[0.0]].concat();
    assert_all_close(&by_month(&books, Line::Principal), &want);
    let interest = by_month(&books, Line::Interest);
    assert_all_close(&interest[1..6], &[-6.0, -6.0, -6.0, -6.0, -0.01 * (600.0 - part)]);
}

#[test]
fn what_is_owed_when_the_run_ends_is_repaid_then() {
    let tranche = Tranche { rate_per_year: 0.0, ..loan(0.5, 1) };
    for (months, owed_usd) in [(1, 600.0), (6, 350.0), (12, 50.0), (13, 0.0), (20, 0.0)] {
        let books = Span::months(months).close(&[Kind::Mining], &with_debt(vec![tranche.clone()]), bought);
        assert_close(sum(&books, Line::DebtAtEnd), -owed_usd);
        assert_close(by_month(&books, Line::DebtAtEnd)[months - 1], -owed_usd);
    }
}

#[test]
fn a_halving_within_a_month_doubles_no_payment_and_parts_no_draw_from_what_it_pays() {
    let tranche = Tranche { fee_share: 0.02, reserve_months: 2.0, ..loan(0.5, 1) };
    let params = FinanceParams { reserve_interest_per_year: 0.05, ..with_debt(vec![tranche]) };
    let book = |ledger: &mut Ledger, month: usize| {
        if month == 0 || month == 3 {
            ledger.add(0, Line::MachineCapital, -1_000.0);
        }
    };
    let whole = Span::months(18).close(&[Kind::Mining], &params, book);
    let split = Span::with_halving(18).close(&[Kind::Mining], &params, book);
    for line in Line::ALL.into_iter().filter(|line| line.is_cash()) {
        assert_all_close(&by_month(&split, line), &by_month(&whole, line));
    }
    assert_all_close(&by_period(&split, Line::DebtDraws)[3..5], &[500.0, 0.0]);
    let principal = by_period(&split, Line::Principal);
    assert!(principal[3] == 0.0 && principal[4] < 0.0, "paid at the month's end: {principal:?}");
}

#[test]
fn two_loans_are_paid_side_by_side() {
    let (first, second) = (loan(0.5, 1), Tranche { finances: Finances::Infrastructure, ..loan(0.3, 2) });
    let close = |debt: Vec<Tranche>| Span::months(20).close(&[Kind::Mining], &with_debt(debt), bought);
    let (one, other, both) = (close(vec![first.clone()]), close(vec![second.clone()]), close(vec![first, second]));
    assert_close(sum(&both, Line::DebtDraws), 600.0 + 300.0);
    for line in [Line::DebtDraws, Line::Interest, Line::Principal, Line::DebtAtEnd] {
        let apart: Vec<f64> = by_month(&one, line).iter().zip(by_month(&other, line)).map(|(a, b)| a + b).collect();
        assert_all_close(&by_month(&both, line), &apart);
    }
}

/// A mine of 10,000 USD that earns 100 USD a month, in 2025 some other sum, and stands still in one month or none.
fn earning(debt: Tranche, in_2025_usd: f64, idle: Option<usize>) -> Books {
    let mut ledger = Ledger::new(day("2024-01-01"), 3);
    let farm = ledger.add_farm("a/mining", "a", Kind::Mining);
    for month in 0..36 {
        ledger.begin_period(day("2024-01-01").plus_months(month as i32), 3);
        if idle != Some(month) {
            ledger.count(farm, Quantity::CapacityMwHours, 1.0);
        }
        ledger.add(farm, Line::CoinRevenue, if month / 12 == 1 { in_2025_usd } else { 100.0 });
        ledger.add(farm, Line::MachineCapital, if month == 0 { -10_000.0 } else { 0.0 });
    }
    ledger.close(day("2026-12-31"), &with_debt(vec![debt]))
}

#[test]
fn a_sized_loan_is_exactly_covered_in_its_worst_full_year() {
    // The loan L is paid in 36 parts, of which 2024 has eleven and 2025 and 2026 have twelve each.
    let poor = earning(sized(2.0, 3), 40.0, None);
    assert_close(sum(&poor, Line::DebtDraws), 480.0 / 2.0 * 3.0);
    assert_close(poor.coverage(|_| true, |_| true).minimum.unwrap(), 2.0);
    let mean = (1_200.0 / 220.0 + 2.0 + 5.0) / 3.0;
    assert_close(poor.coverage(|_| true, |_| true).average.unwrap(), mean);
    let idle = earning(sized(2.0, 3), 40.0, Some(17));
    assert_close(sum(&idle, Line::DebtDraws), 1_800.0);
}

#[test]
fn a_sized_loan_has_a_limit_and_is_none_where_a_year_loses() {
    let limited = Tranche { maximum_share: Some(0.05), ..sized(2.0, 3) };
    assert_close(sum(&earning(limited, 40.0, None), Line::DebtDraws), 500.0);
    assert_close(sum(&earning(sized(2.0, 3), 1e4, None), Line::DebtDraws), 1_800.0);
    let rich = Tranche { maximum_share: None, ..sized(1.0, 100) };
    assert_close(sum(&earning(rich, 1e3, None), Line::DebtDraws), 10_000.0);
    let losing = earning(sized(1.3, 3), -1.0, None);
    for line in Line::ALL.into_iter().filter(|line| line.class() == crate::finance::Class::Financing) {
        assert_eq!(sum(&losing, line), 0.0, "{line:?}");
    }
}

#[test]
fn a_sized_loan_is_covered_by_what_other_loans_leave() {
    let other = Tranche { rate_per_year: 0.0, finances: Finances::Everything, ..loan(0.036, 3) };
    let mut ledger = Ledger::new(day("2024-01-01"), 3);
    ledger.add_farm("a/mining", "a", Kind::Mining);
    let book = |ledger: &mut Ledger, month: usize| {
        ledger.add(0, Line::CoinRevenue, 100.0);
        ledger.add(0, Line::MachineCapital, if month == 0 { -10_000.0 } else { 0.0 });
    };
    // 360 USD in 36 parts of 10 leave 1080 a year, half of which pays 12/36 of the loan.
    let books = Span::months(36).close(&[Kind::Mining], &with_debt(vec![sized(2.0, 3), other]), book);
    assert_close(sum(&books, Line::DebtDraws), 360.0 + 540.0 * 3.0);
}

fn purchases() -> impl Strategy<Value = Vec<(usize, bool, f64)>> {
    prop::collection::vec((0..30usize, any::<bool>(), 0.0..1e6f64), 0..8)
}

fn tranches() -> impl Strategy<Value = Vec<Tranche>> {
    let tranche = (0.0..0.5f64, 1..5u32, 0.0..0.3f64, 0..12u32, any::<bool>(), 0.0..12.0f64).prop_map(
        |(share, years, rate_per_year, interest_only_months, level, reserve_months)| Tranche {
            rate_per_year,
            interest_only_months: interest_only_months.min(11),
            repayment: if level { Repayment::LevelPayment } else { Repayment::LevelPrincipal },
            finances: if level { Finances::Everything } else { Finances::Machines },
            fee_share: 0.01,
            reserve_months,
            ..loan(share, years)
        },
    );
    prop::collection::vec(tranche, 1..3)
}

proptest! {
    #[test]
    fn all_that_is_drawn_is_repaid_and_every_reserve_given_back(
        purchases in purchases(), debt in tranches(), months in 1..31usize, target in 1.0..3.0f64,
    ) {
        let debt: Vec<Tranche> = debt.into_iter().chain([sized(target, 4)]).collect();
        let books = Span::with_halving(months).close(&[Kind::Mining], &with_debt(debt), |ledger, month| {
            ledger.add(0, Line::CoinRevenue, 1e5);
            for (_, machine, usd) in purchases.iter().filter(|p| p.0 == month) {
                ledger.add(0, if *machine { Line::MachineCapital } else { Line::InfrastructureCapital }, -usd);
            }
        });
        let left = sum(&books, Line::DebtDraws) + sum(&books, Line::Principal) + sum(&books, Line::DebtAtEnd);
        prop_assert!(left.abs() < 1e-3, "{left}");
        prop_assert!(sum(&books, Line::DebtReserve).abs() < 1e-3);
        prop_assert!(sum(&books, Line::DebtAtEnd) <= 1e-6 && sum(&books, Line::Interest) <= 0.0);
        prop_assert!(by_period(&books, Line::DebtDraws).iter().all(|usd| *usd >= 0.0));
    }

    #[test]
    fn a_sized_loan_is_covered_in_every_full_year(
        cash in prop::collection::vec(-50.0..500.0f64, 36), target in 1.0..3.0f64,
    ) {
        let debt = Tranche { rate_per_year: 0.08, maximum_share: Some(0.4), ..sized(target, 3) };
        let books = Span::with_halving(36).close(&[Kind::Mining], &with_debt(vec![debt]), |ledger, month| {
            ledger.add(0, Line::CoinRevenue, cash[month]);
            ledger.add(0, Line::MachineCapital, if month == 0 { -10_000.0 } else { 0.0 });
        });
        let drawn_usd = sum(&books, Line::DebtDraws);
        let Some(minimum) = books.coverage(|_| true, |_| true).minimum else {
            prop_assert_eq!(drawn_usd, 0.0);
            return Ok(());
        };
        prop_assert!(drawn_usd <= 4_000.0 + 1e-6);
        let limited = drawn_usd > 4_000.0 - 1e-6;
        prop_assert!(limited && minimum >= target - 1e-9 || (minimum - target).abs() < 1e-9, "{minimum} for {target}");
    }
}
