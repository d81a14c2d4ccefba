//! Depreciation, tax and tax credits, year by year.

use super::Asset;
use super::assets::Purchase;
use super::operation::first_cost_usd;
use super::params::Project;
use super::statement::Statement;
use super::terms::Jurisdiction;
use crate::finance::Line;
use crate::finance::{TaxLosses, pooled_taxes};

/// Books depreciation, credits and taxes. Taxes and credits are due in the last period of their year.
pub(super) fn book(project: &Project, statement: &mut Statement) {
    let time = statement.time;
    let tax = &project.tax;
    let costs = Costs::of(project, statement);
    let credits = [&tax.federal, &tax.state].map(|authority| Credits::of(authority, &costs, statement));
    for (authority, line) in [(&tax.federal, Line::Depreciation), (&tax.state, Line::StateDepreciation)] {
        let taken = deducted(project, authority, line, &costs, &credits, time.years);
        for (year, usd) in taken.into_iter().enumerate() {
            for period in time.of_year(year) {
                statement.row_mut(line)[period] = -usd / time.per_year as f64;
            }
        }
    }
    let profit = statement.sum(|line| line.is_taxable() && line != Line::Depreciation);
    let profit = statement.by_year(&profit);
    let depreciation = [Line::Depreciation, Line::StateDepreciation].map(|l| statement.by_year(statement.row(l)));
    let state_base: Vec<f64> = (1..=time.years).map(|year| profit[year] + depreciation[1][year]).collect();
    let state_tax = taxes(state_base, &tax.state, tax.tax_losses);
    let federal_base: Vec<f64> = (0..time.years)
        .map(|year| {
            let credited = credits[1].production_usd[year] + if year == 0 { credits[1].investment_usd } else { 0.0 };
            profit[year + 1] + depreciation[0][year + 1] + state_tax[year] + credited
        })
        .collect();
    let federal_tax = taxes(federal_base, &tax.federal, tax.tax_losses);
    for year in 0..time.years {
        let due = time.last_of_year(year);
        statement.row_mut(Line::StateTax)[due] = state_tax[year];
        statement.row_mut(Line::Tax)[due] = federal_tax[year];
        statement.row_mut(Line::ProductionTaxCredit)[due] =
            credits[0].production_usd[year] + credits[1].production_usd[year];
    }
    let first = time.last_of_year(0);
    statement.row_mut(Line::InvestmentTaxCredit)[first] = credits[0].investment_usd + credits[1].investment_usd;
}

/// Tax of each year, USD, negative when paid: a project is a portfolio of one.
fn taxes(base_usd: Vec<f64>, authority: &Jurisdiction, losses: TaxLosses) -> Vec<f64> {
    pooled_taxes(&[base_usd], authority.rate_share, losses).remove(0)
}

/// What was paid, as tax sees it: the cost of building carries that of financing the building.
struct Costs {
    /// Basis per dollar of first cost.
    factor: f64,
    /// Basis that earns the investment credit, USD.
    creditable_usd: f64,
}

impl Costs {
    fn of(project: &Project, statement: &Statement) -> Self {
        let built_usd = first_cost_usd(project, None);
        let financing_usd =
            project.construction_financing_usd + project.other_financing_usd + statement.construction_interest_usd;
        let factor = if built_usd > 0.0 { 1.0 + financing_usd / built_usd } else { 1.0 };
        let creditable = project.capital.iter().filter(|asset| asset.earns_credit());
        Self { factor, creditable_usd: factor * creditable.map(|asset| asset.cost_usd).sum::<f64>() }
    }
}

/// One authority's credits.
struct Credits {
    /// Investment credit of the first year, USD.
    investment_usd: f64,
    /// Production credit by year, USD.
    production_usd: Vec<f64>,
}

impl Credits {
    fn of(authority: &Jurisdiction, costs: &Costs, statement: &Statement) -> Self {
        let of_cost_usd = authority.investment_credit_share * costs.creditable_usd;
        let investment_usd = of_cost_usd.min(authority.investment_credit_maximum_usd) + authority.investment_credit_usd;
        let sold_mwh = statement.by_year(&statement.amounts.exported_mwh);
        let mut rate = authority.production_credit_usd_per_mwh;
        let production = sold_mwh.iter().skip(1).enumerate().map(|(year, mwh)| {
            let paid = if year < authority.production_credit_years as usize { (rate + 0.5).floor() } else { 0.0 };
            rate *= 1.0 + authority.production_credit_escalator_per_year;
            mwh * paid
        });
        Self { investment_usd, production_usd: production.collect() }
    }
}

/// What is deducted for the assets in each year, USD.
fn deducted(
    project: &Project,
    authority: &Jurisdiction,
    line: Line,
    costs: &Costs,
    credits: &[Credits; 2],
    years: usize,
) -> Vec<f64> {
    let mut taken = vec![0.0; years];
    let reduced_usd = reduction_usd(project, line, credits);
    for asset in &project.capital {
        for purchase in asset.purchases(years) {
            let mut basis_usd = purchase.usd;
            if purchase.after_years == 0 {
                basis_usd *= costs.factor;
                if asset.earns_credit() && costs.creditable_usd > 0.0 {
                    basis_usd -= reduced_usd * basis_usd / costs.creditable_usd;
                }
            }
            deduct(asset, purchase, basis_usd, authority.bonus_depreciation_share, &mut taken);
        }
    }
    taken
}

/// What the credits take off the basis, USD.
fn reduction_usd(project: &Project, line: Line, credits: &[Credits; 2]) -> f64 {
    let shares = [(&project.tax.federal, 0.5), (&project.tax.state, 0.0)];
    let of_authority = shares.iter().zip(credits).map(|((authority, usual), credits)| {
        let share = match line {
            Line::StateDepreciation => authority.credit_reduces_state_basis_share,
            _ => authority.credit_reduces_federal_basis_share,
        };
        share.unwrap_or(*usual) * credits.investment_usd
    });
    of_authority.sum()
}

/// A purchase is deducted from the year it is made in; what the last year leaves is lost.
fn deduct(asset: &Asset, purchase: Purchase, basis_usd: f64, bonus_share: f64, taken: &mut [f64]) {
    let schedule = asset.depreciation_schedule();
    if schedule.is_empty() {
        return;
    }
    let bonus_usd = if asset.bonus_depreciation { bonus_share * basis_usd } else { 0.0 };
    let first = purchase.after_years.saturating_sub(1);
    taken[first] += bonus_usd;
    for (year, share) in taken[first..].iter_mut().zip(schedule) {
        *year += share * (basis_usd - bonus_usd);
    }
}
