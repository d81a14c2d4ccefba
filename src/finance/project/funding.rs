//! Who pays for it: loans, what they cost, the reserves that go with them, and working capital.

use super::operation::first_cost_usd;
use super::params::Project;
use super::statement::{Statement, Time};
use super::{AssetClass, treasury};
use crate::finance::debt::{Finances, Payment, Tranche};
use crate::finance::{Class, Line};

/// Books working capital, loans and reserves; coins are kept or sold in between, knowing what loans cost.
pub(super) fn book(project: &Project, statement: &mut Statement) {
    statement.loans_usd = vec![0.0; project.debt.len()];
    book_working_capital(project, statement);
    book_shares(project, statement);
    if let Some(mining) = &project.mining {
        treasury::book(mining, statement);
    }
    book_sculpted(project, statement);
    let paid_usd = project.construction_financing_usd
        + project.other_financing_usd
        + project.debt.iter().map(|tranche| tranche.closing_usd).sum::<f64>();
    statement.row_mut(Line::DebtFees)[0] -= paid_usd;
}

fn book_working_capital(project: &Project, statement: &mut Statement) {
    let Some(params) = &project.working_capital else { return };
    let periods = |months: f64| months * statement.time.per_year as f64 / 12.0;
    let cost = statement.sum(|line| matches!(line.class(), Class::Energy | Class::Operating));
    let revenue = statement.sum(|line| line.class() == Class::Revenue);
    let kept = Reserve::of(cost[1..].iter().map(|usd| -usd * periods(params.operating_cost_months)));
    let owed = Reserve::of(revenue[1..].iter().map(|usd| usd * periods(params.receivable_months)));
    for reserve in [&kept, &owed] {
        reserve.book(statement, Line::WorkingCapital, Line::WorkingCapitalInterest, project.reserve_interest_per_year);
    }
    statement.receivables_usd = owed.changes().collect();
    statement.cost_reserve_usd = kept.0[0];
}

/// What a reserve holds at the end of each period: what the next one asks; USD.
struct Reserve(Vec<f64>);

impl Reserve {
    /// From what each period of operation asks to have been put aside.
    fn of(asked_usd: impl Iterator<Item = f64>) -> Self {
        Self(asked_usd.chain(core::iter::once(0.0)).collect())
    }

    fn changes(&self) -> impl Iterator<Item = f64> {
        let before = core::iter::once(0.0).chain(self.0.iter().copied());
        self.0.iter().zip(before).map(|(now, before)| now - before)
    }

    fn book(&self, statement: &mut Statement, line: Line, interest: Line, rate_per_year: f64) {
        for (row, change) in statement.row_mut(line).iter_mut().zip(self.changes()) {
            *row -= change;
        }
        let rate = rate_per_year / statement.time.per_year as f64;
        if rate > 0.0 {
            for (row, held) in statement.row_mut(interest).iter_mut().skip(1).zip(&self.0) {
                *row += rate * held;
            }
        }
    }
}

/// Per dollar of a loan at the end of construction: interest accrued during it, drawn in equal parts at the months' ends.
fn construction_interest_share(tranche: &Tranche, time: Time) -> f64 {
    let months = time.construction_months;
    if months < 2 {
        return 0.0;
    }
    let monthly = 1.0 + tranche.rate_per_year / 12.0;
    let grown: f64 = (0..months).scan(1.0, |factor, _| Some(core::mem::replace(factor, *factor * monthly))).sum();
    1.0 - months as f64 / grown
}

/// A loan that is a share of what it finances, and what it adds to the cost it is a share of.
struct Share<'a> {
    /// Place of the loan in the file.
    index: usize,
    tranche: &'a Tranche,
    /// Loan per dollar of cost: SAM's s·(1 + s·f) with fee f.
    per_cost: f64,
    /// Reserve and interest during construction per dollar of the loan.
    adds: f64,
}

/// The loans of a project that are shares of cost.
struct Shares<'a> {
    project: &'a Project,
    loans: Vec<Share<'a>>,
}

impl<'a> Shares<'a> {
    fn of(project: &'a Project) -> Self {
        let time = Time::of(project);
        let loan = |(index, tranche): (usize, &'a Tranche)| {
            let share = tranche.share?;
            let reserve = tranche.reserve_months / 12.0 * time.per_year as f64;
            let adds =
                reserve * tranche.first_payment_share(time.per_year) + construction_interest_share(tranche, time);
            Some(Share { index, tranche, per_cost: share * (1.0 + share * tranche.fee_share), adds })
        };
        Self { project, loans: project.debt.iter().enumerate().filter_map(loan).collect() }
    }

    /// What a loan is a share of, where that is not everything, USD.
    fn of_part_usd(&self, loan: &Share) -> Option<f64> {
        match loan.tranche.finances {
            Finances::Everything => None,
            Finances::Infrastructure => Some(first_cost_usd(self.project, Some(AssetClass::Infrastructure))),
            Finances::Machines => Some(first_cost_usd(self.project, Some(AssetClass::Machines))),
        }
    }

    /// Part of the loans on everything that their own reserves and interest during construction take.
    fn own_needs_share(&self) -> f64 {
        let on_everything = self.loans.iter().filter(|loan| loan.tranche.finances == Finances::Everything);
        on_everything.map(|loan| loan.adds * loan.per_cost).sum()
    }

    /// The loans, USD.
    ///
    /// Cost of everything is that of what is built and of financing, the working capital kept for cost, and these loans'
    /// own reserves and interest during construction; so with L = g·(B + Σ a·L) the sizes solve one linear equation.
    fn sizes_usd(&self, cost_reserve_usd: f64) -> Vec<f64> {
        let project = self.project;
        let closing_usd: f64 = project.debt.iter().map(|tranche| tranche.closing_usd).sum();
        let on_parts = self.loans.iter().filter_map(|loan| Some(loan.adds * loan.per_cost * self.of_part_usd(loan)?));
        let whole_usd = (first_cost_usd(project, None)
            + project.construction_financing_usd
            + project.other_financing_usd
            + closing_usd
            + cost_reserve_usd
            + on_parts.sum::<f64>())
            / (1.0 - self.own_needs_share());
        self.loans.iter().map(|loan| loan.per_cost * self.of_part_usd(loan).unwrap_or(whole_usd)).collect()
    }
}

/// Part of the loans on everything that their own reserves and interest during construction take; what is borrowed grows
/// without end as it comes near 1.
pub(super) fn own_needs_share(project: &Project) -> f64 {
    Shares::of(project).own_needs_share()
}

fn book_shares(project: &Project, statement: &mut Statement) {
    let shares = Shares::of(project);
    for (loan, usd) in shares.loans.iter().zip(shares.sizes_usd(statement.cost_reserve_usd)) {
        let payments: Vec<Payment> = loan.tranche.payments(usd, statement.time.per_year).collect();
        book_loan(project, loan.index, usd, &payments, statement);
    }
}

/// Books the loans that are sized to a coverage of the cash there is, in the order of the file: each counts on what those
/// before it leave.
fn book_sculpted(project: &Project, statement: &mut Statement) {
    for (index, tranche) in project.debt.iter().enumerate() {
        let Some(target) = tranche.target_dscr else { continue };
        let periods = tranche.periods(statement.time.per_year);
        let cash = cash_for_debt_usd(statement);
        let others = statement.sum(is_service);
        let service: Vec<f64> =
            cash.iter().zip(others).skip(1).take(periods).map(|(cash, other)| (cash + other) / target).collect();
        let (loan_usd, payments) = tranche.sculpted(&service, statement.time.per_year);
        let most_usd =
            tranche.maximum_share.map_or(f64::INFINITY, |share| share * cost_usd(project, tranche, statement));
        let (loan_usd, payments) = if loan_usd > most_usd {
            let part = most_usd / loan_usd;
            tranche.sculpted(&service.iter().map(|usd| part * usd).collect::<Vec<_>>(), statement.time.per_year)
        } else {
            (loan_usd, payments)
        };
        book_loan(project, index, loan_usd, &payments, statement);
    }
}

/// What a loan's limit is a share of, USD: the cost of what is built and of financing it, before the debt reserve, with
/// the fee taken on all that is built, as SAM reckons it.
fn cost_usd(project: &Project, tranche: &Tranche, statement: &Statement) -> f64 {
    let built_usd = first_cost_usd(project, None);
    let closing_usd: f64 = project.debt.iter().map(|tranche| tranche.closing_usd).sum();
    (1.0 + tranche.fee_share) * built_usd
        + project.construction_financing_usd
        + project.other_financing_usd
        + closing_usd
        + statement.cost_reserve_usd
}

/// Whether a line is service of debt.
fn is_service(line: Line) -> bool {
    matches!(line, Line::Interest | Line::Principal)
}

fn book_loan(project: &Project, index: usize, loan_usd: f64, payments: &[Payment], statement: &mut Statement) {
    let tranche = &project.debt[index];
    let time = statement.time;
    let accrued_usd = loan_usd * construction_interest_share(tranche, time);
    statement.loans_usd[index] = loan_usd;
    statement.construction_interest_usd += accrued_usd;
    statement.row_mut(Line::DebtDraws)[0] += loan_usd;
    statement.row_mut(Line::Interest)[0] -= accrued_usd;
    statement.row_mut(Line::DebtFees)[0] -= tranche.fee_share * loan_usd;
    for (period, payment) in payments.iter().enumerate() {
        statement.row_mut(Line::Interest)[period + 1] -= payment.interest_usd;
        statement.row_mut(Line::Principal)[period + 1] -= payment.principal_usd;
    }
    if tranche.reserve_months > 0.0 {
        let periods = tranche.reserve_months / 12.0 * time.per_year as f64;
        let reserve = Reserve::of(payments.iter().map(|payment| periods * payment.total_usd()));
        reserve.book(statement, Line::DebtReserve, Line::DebtReserveInterest, project.reserve_interest_per_year);
    }
}

/// Cash before tax that lenders count on, USD by period: EBITDA as it is paid. Coins kept are not there, prepaid hours
/// were paid before, what customers owe is still to come (SAM's `cf_cash_for_ds`).
fn cash_for_debt_usd(statement: &Statement) -> Vec<f64> {
    let mut cash = statement.sum(|line| line.serves_debt() || matches!(line, Line::Resale | Line::EndValue));
    cash.iter_mut().zip(&statement.receivables_usd).for_each(|(cash, change)| *cash -= change);
    cash
}

/// Debt service coverage in each year, `None` in those without service.
pub(super) fn coverage(statement: &Statement) -> Vec<Option<f64>> {
    let cash = statement.by_year(&cash_for_debt_usd(statement));
    let service = statement.by_year(&statement.sum(is_service));
    let years = cash.iter().zip(&service).skip(1);
    years.map(|(cash, service)| (*service != 0.0).then(|| -cash / service)).collect()
}
