//! What a project earns and what running it costs, before loans and tax.

use super::assets::Purchase;
use super::contracts::{Cloud, Exports, HostedMining, Lease, LeaseStructure, Mining};
use super::params::{Operation, Project};
use super::statement::{Statement, Time};
use super::{Asset, AssetClass};
use crate::calendar::DAYS_PER_YEAR;
use crate::finance::Line;
use crate::finance::by_year::ByYear;

/// Hours of a mean year.
const HOURS: f64 = 24.0 * DAYS_PER_YEAR;

/// Books revenue, energy, operation, purchases and what they bring back.
pub(super) fn book(project: &Project, statement: &mut Statement) {
    if let Some(exports) = &project.exports {
        export(exports, statement);
    }
    if let Some(mining) = &project.mining {
        mine(mining, statement);
    }
    if let Some(hosted) = &project.hosted_mining {
        host(hosted, statement);
    }
    if let Some(cloud) = &project.cloud {
        rent_out(cloud, statement);
    }
    if let Some(response) = &project.demand_response {
        let growth = Growth::at(response.escalator_per_year);
        spread_by_year(statement, Line::DemandResponse, &response.usd_per_year, growth, 1.0);
    }
    if let Some(energy) = &project.energy {
        let growth = Growth::at(energy.price_escalator_per_year);
        let used = spread(statement.time, &energy.mwh_per_year, Growth::NONE);
        let price = each_period(statement.time, &energy.price_usd_per_mwh, growth);
        add_product(statement.row_mut(Line::EnergyCost), &used, &price, -1.0);
        statement.amounts.used_mwh = used;
        let charges = ByYear::First(energy.demand_charges_usd_per_year);
        spread_by_year(statement, Line::DemandCharges, &charges, growth, -1.0);
    }
    operate(&project.operation, project.inflation_per_year, statement);
    for asset in &project.capital {
        for purchase in asset.purchases(statement.time.years) {
            own(asset, purchase, project, statement);
        }
    }
    // Last: what an NNN tenant repays is all that was booked.
    if let Some(lease) = &project.lease {
        let_out(lease, statement);
    }
}

/// Factor by which a figure of year 1 has grown.
#[derive(Debug, Clone, Copy)]
struct Growth(f64);

impl Growth {
    const NONE: Self = Self(1.0);

    fn at(per_year: f64) -> Self {
        Self(1.0 + per_year)
    }
}

/// A figure by period, by the year the period is in.
fn each_period(time: Time, figure: &ByYear, growth: Growth) -> Vec<f64> {
    let mut periods = Vec::with_capacity(time.periods());
    periods.push(0.0);
    let mut factor = 1.0;
    for year in 0..time.years {
        let value = figure.of(year, factor);
        periods.extend(core::iter::repeat_n(value, time.per_year));
        factor *= growth.0;
    }
    periods
}

/// A yearly figure in equal parts over the year's periods.
fn spread(time: Time, figure: &ByYear, growth: Growth) -> Vec<f64> {
    let mut periods = each_period(time, figure, growth);
    if time.per_year > 1 {
        for value in &mut periods {
            *value /= time.per_year as f64;
        }
    }
    periods
}

fn spread_by_year(statement: &mut Statement, line: Line, figure: &ByYear, growth: Growth, sign: f64) {
    let periods = spread(statement.time, figure, growth);
    for (row, value) in statement.row_mut(line).iter_mut().zip(periods) {
        *row += sign * value;
    }
}

fn add_product(row: &mut [f64], amount: &[f64], price: &[f64], sign: f64) {
    for ((row, amount), price) in row.iter_mut().zip(amount).zip(price) {
        *row += sign * amount * price;
    }
}

fn export(exports: &Exports, statement: &mut Statement) {
    let time = statement.time;
    let growth = Growth::at(exports.price_escalator_per_year);
    let sold = spread(time, &exports.mwh_per_year, Growth::at(-exports.degradation_per_year));
    let price = each_period(time, &exports.price_usd_per_mwh, growth);
    add_product(statement.row_mut(Line::GridSaleRevenue), &sold, &price, 1.0);
    if exports.curtailment_credit_usd_per_mwh != 0.0 {
        let curtailed = spread(time, &exports.curtailed_mwh_per_year, Growth::NONE);
        let credit = each_period(time, &ByYear::First(exports.curtailment_credit_usd_per_mwh), growth);
        add_product(statement.row_mut(Line::CurtailmentCredits), &curtailed, &credit, 1.0);
    }
    statement.amounts.exported_mwh = sold;
}

fn mine(mining: &Mining, statement: &mut Statement) {
    let time = statement.time;
    let price = each_period(time, &mining.price_usd_per_btc, Growth::at(mining.price_growth_per_year));
    let left = |figure: &ByYear, growth| {
        let mut periods = each_period(time, figure, growth);
        if matches!(figure, ByYear::First(_)) {
            halve(mining, time, &mut periods);
        }
        periods
    };
    let per_year = time.per_year as f64;
    if let Some(hashrate) = &mining.hashrate_ph_s {
        let ph = each_period(time, hashrate, Growth::NONE);
        let days = mining.uptime_share * DAYS_PER_YEAR / per_year;
        statement.amounts.ph_days = ph.iter().map(|ph| ph * days).collect();
    }
    match (&mining.btc_per_year, &mining.hashprice_usd_per_ph_day) {
        (Some(coins), _) => {
            let btc = left(coins, Growth::at(mining.btc_growth_per_year));
            statement.amounts.btc = btc.iter().map(|btc| btc / per_year).collect();
            add_product(statement.row_mut(Line::CoinRevenue), &btc, &price, 1.0 / per_year);
        }
        (None, Some(hashprice)) => {
            let hashprice = left(hashprice, Growth::at(mining.hashprice_growth_per_year));
            let ph_days = core::mem::take(&mut statement.amounts.ph_days);
            add_product(statement.row_mut(Line::CoinRevenue), &ph_days, &hashprice, 1.0);
            statement.amounts.ph_days = ph_days;
            let worth = statement.row(Line::CoinRevenue).iter().zip(&price);
            statement.amounts.btc = worth.map(|(usd, price)| if *usd > 0.0 { usd / price } else { 0.0 }).collect();
        }
        (None, None) => {}
    }
    if mining.pool_fee_share > 0.0 {
        let fee: Vec<f64> = statement.row(Line::CoinRevenue).iter().map(|usd| -mining.pool_fee_share * usd).collect();
        statement.row_mut(Line::PoolFee).copy_from_slice(&fee);
    }
    statement.amounts.btc_usd = price;
}

/// What the halvings leave of a figure by period.
fn halve(mining: &Mining, time: Time, periods: &mut [f64]) {
    for months in &mining.halvings_after_months {
        for value in periods.iter_mut().skip(1 + time.after_months(*months)) {
            *value *= mining.halving_leaves_share;
        }
    }
}

fn host(hosted: &HostedMining, statement: &mut Statement) {
    let time = statement.time;
    let used = spread(time, &hosted.mwh_per_year, Growth::NONE);
    let fee = each_period(time, &hosted.fee_usd_per_kwh, Growth::at(hosted.fee_escalator_per_year));
    add_product(statement.row_mut(Line::HostingFees), &used, &fee, 1_000.0);
    statement.amounts.hosted_mwh = used;
}

fn rent_out(cloud: &Cloud, statement: &mut Statement) {
    let time = statement.time;
    let gpus = each_period(time, &cloud.gpus, Growth::NONE);
    let rent = each_period(time, &cloud.rent_usd_per_gpu_hour, Growth::at(cloud.rent_growth_per_year));
    let hours = HOURS / time.per_year as f64;
    let mut contracted_usd = vec![0.0; time.periods()];
    for period in 1..time.periods() {
        let contract = cloud.contract.as_ref().filter(|c| time.year_of(period) < c.years as usize);
        let sold_ahead = gpus[period] * contract.map_or(0.0, |c| c.capacity_share) * hours;
        let on_market =
            gpus[period] * contract.map_or(1.0, |c| 1.0 - c.capacity_share) * cloud.utilisation_share * hours;
        contracted_usd[period] = sold_ahead * contract.map_or(0.0, |c| c.usd_per_gpu_hour);
        let revenue_usd = on_market * rent[period] + contracted_usd[period];
        statement.amounts.gpu_hours[period] = sold_ahead + on_market;
        statement.row_mut(Line::CloudRent)[period] += revenue_usd;
        statement.row_mut(Line::VariableOm)[period] -= cloud.selling_cost_share * revenue_usd;
    }
    if let Some(contract) = cloud.contract.as_ref().filter(|c| c.prepaid_share > 0.0) {
        let row = statement.row_mut(Line::Prepayments);
        row[0] = contract.prepaid_share * contracted_usd.iter().sum::<f64>();
        for (row, usd) in row.iter_mut().zip(contracted_usd).skip(1) {
            *row -= contract.prepaid_share * usd;
        }
    }
}

fn operate(operation: &Operation, inflation_per_year: f64, statement: &mut Statement) {
    let time = statement.time;
    let rises = |escalator: f64| Growth(1.0 + inflation_per_year + escalator);
    let fixed = &operation.fixed_om_usd_per_year;
    spread_by_year(statement, Line::FixedOm, fixed, rises(operation.fixed_om_escalator_per_year), -1.0);
    let lease = &operation.site_lease_usd_per_year;
    spread_by_year(statement, Line::SiteLease, lease, rises(operation.site_lease_escalator_per_year), -1.0);
    if !operation.variable_om_usd_per_mwh.is_zero() {
        let price =
            each_period(time, &operation.variable_om_usd_per_mwh, rises(operation.variable_om_escalator_per_year));
        let mwh = statement.amounts.handled_mwh();
        add_product(statement.row_mut(Line::VariableOm), &mwh, &price, -1.0);
    }
}

impl super::statement::Amounts {
    /// Energy sold, used or hosted, MWh by period.
    fn handled_mwh(&self) -> Vec<f64> {
        let used = self.exported_mwh.iter().zip(&self.used_mwh).map(|(sold, used)| sold + used);
        // Energy bought for a client's machines is the energy they use: it is handled once.
        if self.used_mwh.iter().any(|mwh| *mwh > 0.0) {
            used.collect()
        } else {
            used.zip(&self.hosted_mwh).map(|(mwh, hosted)| mwh + hosted).collect()
        }
    }
}

/// Books a purchase, what it costs to own it, and what it brings in the end.
fn own(asset: &Asset, purchase: Purchase, project: &Project, statement: &mut Statement) {
    let time = statement.time;
    let paid_in = if purchase.after_years == 0 { 0 } else { time.last_of_year(purchase.after_years - 1) };
    statement.row_mut(asset.class.line())[paid_in] -= purchase.usd;
    let ends = time.last_of_year(purchase.until_years - 1);
    if purchase.until_years == time.years {
        statement.row_mut(Line::EndValue)[ends] += asset.salvage_share * purchase.usd;
    } else {
        statement.row_mut(Line::Resale)[ends] += asset.resale_share * purchase.usd;
    }
    let operation = &project.operation;
    let taxed_share = operation.property_tax_per_year_share * operation.property_tax_assessed_share;
    let mut insured_usd = operation.insurance_per_year_share * purchase.usd / time.per_year as f64;
    for (age, year) in (purchase.after_years..purchase.until_years).enumerate() {
        let assessed = (1.0 - age as f64 * operation.property_tax_decline_per_year_share).max(0.0);
        let taxed_usd = taxed_share * assessed * purchase.usd / time.per_year as f64;
        for period in time.of_year(year) {
            statement.row_mut(Line::Insurance)[period] -= insured_usd;
            statement.row_mut(Line::PropertyTax)[period] -= taxed_usd;
        }
        insured_usd *= 1.0 + project.inflation_per_year;
    }
}

fn let_out(lease: &Lease, statement: &mut Statement) {
    let time = statement.time;
    let months = 12.0 / time.per_year as f64;
    let kw = each_period(time, &lease.critical_it_kw, Growth::NONE);
    let rent = each_period(time, &lease.rent_usd_per_kw_month, Growth::at(lease.escalator_per_year));
    add_product(statement.row_mut(Line::HostingRent), &kw, &rent, months);
    let mut free = f64::from(lease.free_rent_months);
    for period in 1..time.periods() {
        let paid_share = 1.0 - (free / months).min(1.0);
        statement.row_mut(Line::HostingRent)[period] *= paid_share;
        free = (free - months).max(0.0);
    }
    statement.amounts.kw_months = kw.iter().map(|kw| kw * months).collect();
    if lease.structure == LeaseStructure::Nnn {
        let repaid = [
            Line::EnergyCost,
            Line::DemandCharges,
            Line::FixedOm,
            Line::VariableOm,
            Line::Insurance,
            Line::PropertyTax,
        ];
        let costs = statement.sum(|line| repaid.contains(&line));
        for (row, cost) in statement.row_mut(Line::PowerPassThrough).iter_mut().zip(costs) {
            *row -= cost;
        }
    }
}

/// Cost of everything there is at the beginning, USD, and of that of one class.
pub(super) fn first_cost_usd(project: &Project, class: Option<AssetClass>) -> f64 {
    let chosen = project.capital.iter().filter(|asset| class.is_none_or(|class| asset.class == class));
    chosen.map(|asset| asset.cost_usd).sum()
}
