use super::*;
use crate::finance::{Depreciation, TaxLosses};

/// A mine that pays this for machines and halls in January and earns 100 USD a month.
fn taxed(months: usize, machines_usd: f64, halls_usd: f64, params: &FinanceParams) -> Books {
    Span::with_halving(months).close(&[Kind::Mining], params, |ledger, month| {
        ledger.add(0, Line::CoinRevenue, 100.0);
        if month == 0 {
            ledger.add(0, Line::MachineCapital, -machines_usd);
            ledger.add(0, Line::InfrastructureCapital, -halls_usd);
        }
    })
}

fn in_year(books: &Books, year: i16, line: Line) -> f64 {
    books.totals(|_| true, |p| p.first.year() == year).usd(line)
}

fn with_state() -> FinanceParams {
    FinanceParams { tax_rate_share: 0.2, state_tax_rate_share: 0.1, ..FinanceParams::default() }
}

#[test]
fn state_tax_is_deducted_from_federal_income() {
    for tax_losses in [TaxLosses::AsIncurred, TaxLosses::CarriedForward] {
        let books = taxed(12, 0.0, 0.0, &FinanceParams { tax_losses, ..with_state() });
        assert_close(sum(&books, Line::StateTax), -120.0);
        assert_close(sum(&books, Line::Tax), -0.2 * (1_200.0 - 120.0));
        assert_close(by_month(&books, Line::StateTax)[11], -120.0);
    }
}

#[test]
fn state_and_federal_bonus_are_deducted_apart() {
    let params = FinanceParams { bonus_depreciation_share: 1.0, state_bonus_depreciation_share: 0.4, ..with_state() };
    let books = taxed(72, 1_000.0, 0.0, &params);
    assert_close(in_year(&books, 2024, Line::Depreciation), -1_000.0);
    // 40 % at once, and of the rest the fifth of the first year.
    assert_close(in_year(&books, 2024, Line::StateDepreciation), -520.0);
    assert_close(in_year(&books, 2024, Line::StateTax), -0.1 * (1_200.0 - 520.0));
    assert_close(in_year(&books, 2024, Line::Tax), -0.2 * (1_200.0 - 1_000.0 - 68.0));
    assert_close(sum(&books, Line::StateDepreciation), -1_000.0);
    assert_eq!(sum(&books, Line::WriteOff), 0.0);
}

#[test]
fn a_credit_is_paid_in_december_and_halves_its_part_of_the_basis() {
    let params = FinanceParams { infrastructure_credit_share: 0.1, ..FinanceParams::default() };
    let books = taxed(30, 200.0, 1_000.0, &params);
    assert_close(by_month(&books, Line::InvestmentTaxCredit)[11], 100.0);
    assert_close(sum(&books, Line::InvestmentTaxCredit), 100.0);
    assert_close(sum(&books, Line::Depreciation) + sum(&books, Line::WriteOff), -(200.0 + 950.0));
    assert_close(in_year(&books, 2024, Line::Depreciation), -(0.2 * 200.0 + 0.05 * 950.0));
    assert_close(books.totals(|_| true, |p| p.first.year() == 2024).tax_usd(), 0.21 * (1_200.0 - 87.5) - 100.0);
}

#[test]
fn what_is_not_yet_deducted_is_written_off_when_the_run_ends_within_a_year() {
    let books = taxed(30, 1_000.0, 0.0, &FinanceParams::default());
    let half_year = 192.0 * 181.0 / 365.2425;
    assert_close(in_year(&books, 2026, Line::Depreciation), -half_year);
    assert_close(by_month(&books, Line::WriteOff)[29], -(1_000.0 - 200.0 - 320.0 - half_year));
    assert_close(in_year(&books, 2026, Line::Tax), -0.21 * (600.0 - 480.0));
    let short = taxed(5, 1_000.0, 0.0, &FinanceParams::default());
    assert_close(sum(&short, Line::Tax), -0.21 * (500.0 - 1_000.0));
    assert_close(sum(&short, Line::Depreciation) + sum(&short, Line::WriteOff), -1_000.0);
}

#[test]
fn land_is_deducted_only_when_it_is_booked_out() {
    let params = FinanceParams { infrastructure_depreciation: Depreciation::None {}, ..FinanceParams::default() };
    let books = taxed(24, 0.0, 500.0, &params);
    assert_eq!(sum(&books, Line::Depreciation), 0.0);
    assert_close(sum(&books, Line::WriteOff), -500.0);
    assert_close(in_year(&books, 2025, Line::Tax), -0.21 * (1_200.0 - 500.0));
}

#[test]
fn interest_saves_tax_and_the_shield_says_how_much() {
    let debt = vec![Tranche { repayment: Repayment::LevelPrincipal, ..loan(0.6, 1) }];
    let books = taxed(24, 1_000.0, 0.0, &FinanceParams { debt, ..with_state() });
    // 600 USD, eleven months of 2024: 6 + 5.5 + … + 1; the last in January.
    assert_close(in_year(&books, 2024, Line::Interest), -38.5);
    let saved_share = 0.1 + 0.2 * 0.9;
    assert_close(in_year(&books, 2024, Line::InterestTaxShield), 38.5 * saved_share);
    assert_close(in_year(&books, 2025, Line::InterestTaxShield), 0.5 * saved_share);
}
