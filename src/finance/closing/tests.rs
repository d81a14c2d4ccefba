//! Books closed beside what a pencil makes of them.

mod coins;
mod loans;
mod project;
mod taxes;
mod working;

use crate::calendar::Day;
use crate::finance::debt::{Finances, Repayment, Tranche};
use crate::finance::{Books, FinanceParams, Kind, Ledger, Line, Quantity};

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A ledger of so many months from January 2024 on, its last day, and whether a halving splits 20 April 2024 off.
#[derive(Clone, Copy)]
pub struct Span {
    pub months: usize,
    pub halving: bool,
}

impl Span {
    pub fn months(months: usize) -> Self {
        Self { months, halving: false }
    }

    pub fn with_halving(months: usize) -> Self {
        Self { months, halving: true }
    }

    /// Farms of these kinds with 10 MW·h in every period, and what `book` books at each month's beginning.
    pub fn close(self, kinds: &[Kind], params: &FinanceParams, book: impl Fn(&mut Ledger, usize)) -> Books {
        let start = day("2024-01-01");
        let mut ledger = Ledger::new(start, 3);
        for (i, kind) in kinds.iter().enumerate() {
            ledger.add_farm(&format!("s{}/{i}", i % 2), &format!("s{}", i % 2), *kind);
        }
        for month in 0..self.months {
            let epoch = if self.halving && month > 3 { 4 } else { 3 };
            ledger.begin_period(start.plus_months(month as i32), epoch);
            runs(&mut ledger);
            book(&mut ledger, month);
            if self.halving && month == 3 {
                ledger.begin_period(day("2024-04-20"), 4);
                runs(&mut ledger);
            }
        }
        ledger.close(start.plus_months(self.months as i32).plus_days(-1), params)
    }
}

fn runs(ledger: &mut Ledger) {
    for farm in 0..ledger.farms().len() {
        ledger.count(farm, Quantity::CapacityMwHours, 10.0);
    }
}

/// A line of all farms by period.
pub fn by_period(books: &Books, line: Line) -> Vec<f64> {
    books.periods().iter().map(|period| books.totals(|_| true, |p| p == period).usd(line)).collect()
}

/// A line of all farms by month.
pub fn by_month(books: &Books, line: Line) -> Vec<f64> {
    let mut months: Vec<(String, f64)> = Vec::new();
    for (period, usd) in books.periods().iter().zip(by_period(books, line)) {
        let label = period.first.month_label();
        match months.last_mut() {
            Some(last) if last.0 == label => last.1 += usd,
            _ => months.push((label, usd)),
        }
    }
    months.into_iter().map(|month| month.1).collect()
}

/// A line of all farms over the run.
pub fn sum(books: &Books, line: Line) -> f64 {
    books.totals(|_| true, |_| true).usd(line)
}

pub fn untaxed() -> FinanceParams {
    FinanceParams { tax_rate_share: 0.0, discount_rate_per_year: 0.0, ..FinanceParams::default() }
}

/// A level loan of 12 % a year on machines.
pub fn loan(share: f64, tenor_years: u32) -> Tranche {
    Tranche {
        name: "machines".into(),
        share: Some(share),
        target_dscr: None,
        maximum_share: None,
        finances: Finances::Machines,
        rate_per_year: 0.12,
        tenor_years,
        repayment: Repayment::LevelPayment,
        interest_only_months: 0,
        fee_share: 0.0,
        closing_usd: 0.0,
        reserve_months: 0.0,
    }
}

/// A loan without interest on everything, sized to a coverage.
pub fn sized(target_dscr: f64, tenor_years: u32) -> Tranche {
    Tranche {
        name: "sized".into(),
        share: None,
        target_dscr: Some(target_dscr),
        finances: Finances::Everything,
        rate_per_year: 0.0,
        ..loan(0.0, tenor_years)
    }
}

#[track_caller]
pub fn assert_close(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{got} for {want}");
}

#[track_caller]
pub fn assert_all_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{got:?} for {want:?}");
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() <= 1e-5, "{got:?} for {want:?}");
    }
}

#[test]
fn books_without_farms_close() {
    let params = FinanceParams { debt: vec![loan(0.5, 3)], ..FinanceParams::default() };
    let books = Span::months(7).close(&[], &params, |_, _| ());
    assert_eq!(books.returns(|_| true).npv_usd, 0.0);
    assert_eq!(books.coverage(|_| true, |_| true), crate::finance::Coverage::default());
}
