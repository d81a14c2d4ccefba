//! What the cash flows say: value, return, payback, levelised cost, coverage; over the whole and by halving epoch.

use serde::Serialize;

use super::epochs::{self, EpochFigures};
use super::funding::coverage;
use super::params::Project;
use super::statement::Statement;
use crate::finance::{Class, Line, NoIrr, NoMirr, discounted, irr, mirr, payback_years};
use crate::math;

/// What a project is worth to its owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Net present value after tax, USD, at the beginning of construction.
    pub npv_usd: f64,
    /// Internal rate of return per year, or why there is none.
    pub irr_per_year: Result<f64, NoIrr>,
    /// Modified internal rate of return per year, or why there is none.
    pub mirr_per_year: Result<f64, NoMirr>,
    /// Years from the beginning of construction until the money is back for good; `None`: never.
    pub payback_years: Option<f64>,
    /// Years until it is back with interest at the discount rate; `None`: never.
    pub discounted_payback_years: Option<f64>,
    /// Levelised cost of everything that is sold.
    pub levelised: Vec<Levelised>,
    /// Least debt service coverage of a year with debt service.
    pub minimum_dscr: Option<f64>,
    /// Mean coverage of the years with debt service.
    pub average_dscr: Option<f64>,
    /// The same by halving epoch; empty where no halving is stated.
    pub epochs: Vec<EpochFigures>,
}

/// Something a project sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Energy exported, MWh.
    MwhSold,
    /// Energy of hosted machines, MWh.
    MwhHosted,
    /// Energy used, MWh: all revenue is laid on it.
    MwhUsed,
    /// Coins, BTC.
    Btc,
    /// Days of a PH/s.
    PhDay,
    /// Accelerator hours.
    GpuHour,
    /// Months of a kW of critical IT.
    KwMonth,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::MwhSold, Self::MwhHosted, Self::MwhUsed, Self::Btc, Self::PhDay, Self::GpuHour, Self::KwMonth];

    /// How it is called in a sentence.
    pub fn unit(self) -> &'static str {
        match self {
            Self::MwhSold => "MWh sold",
            Self::MwhHosted => "MWh hosted",
            Self::MwhUsed => "MWh used",
            Self::Btc => "BTC",
            Self::PhDay => "PH/s and day",
            Self::GpuHour => "GPU-hour",
            Self::KwMonth => "kW and month",
        }
    }

    fn amounts(self, statement: &Statement) -> &[f64] {
        let amounts = &statement.amounts;
        match self {
            Self::MwhSold => &amounts.exported_mwh,
            Self::MwhHosted => &amounts.hosted_mwh,
            Self::MwhUsed => &amounts.used_mwh,
            Self::Btc => &amounts.btc,
            Self::PhDay => &amounts.ph_days,
            Self::GpuHour => &amounts.gpu_hours,
            Self::KwMonth => &amounts.kw_months,
        }
    }

    /// Whether a line is the revenue it brings.
    fn brings(self, line: Line) -> bool {
        match self {
            Self::MwhSold => line == Line::GridSaleRevenue,
            Self::MwhHosted => line == Line::HostingFees,
            Self::MwhUsed => line.class() == Class::Revenue,
            Self::Btc | Self::PhDay => line == Line::CoinRevenue,
            Self::GpuHour => line == Line::CloudRent,
            Self::KwMonth => line == Line::HostingRent,
        }
    }
}

/// What a unit sold must bring for the net present value to be zero, tax on what is sold included: (present value of its
/// revenue − net present value) / present value of the amount. SAM's levelised cost of energy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Levelised {
    /// What is sold.
    pub product: Product,
    /// In the money of each year, USD per unit: amounts are discounted at the nominal rate.
    pub nominal_usd: f64,
    /// In the money of the beginning, USD per unit: amounts are discounted at the real rate.
    pub real_usd: f64,
}

/// Discount factors by period at the nominal and at the real rate.
pub(super) struct Factors {
    pub nominal: Vec<f64>,
    pub real: Vec<f64>,
}

impl Figures {
    pub(super) fn of(project: &Project, statement: &Statement) -> Self {
        let rate = project.nominal_rate_per_year();
        let factors = Factors {
            nominal: statement.time.discount(rate),
            real: statement.time.discount((1.0 + rate) / (1.0 + project.inflation_per_year) - 1.0),
        };
        let cash = statement.cash_flow_usd();
        let flows = statement.dated(&cash);
        let whole = 0..statement.time.periods();
        let npv_usd = worth(&cash, &factors.nominal);
        let coverage = coverage(statement);
        // Paid back is counted from the time values are for, not from the first flow.
        let first_years = flows.iter().find(|flow| flow.1 != 0.0).map_or(0.0, |flow| flow.0);
        Self {
            npv_usd,
            irr_per_year: irr(&flows),
            mirr_per_year: mirr(&flows, rate, project.reinvestment_rate_per_year.unwrap_or(rate)),
            payback_years: payback_years(&flows).map(|years| years + first_years),
            discounted_payback_years: payback_years(&discounted(rate, &flows)).map(|years| years + first_years),
            levelised: levelised(statement, &factors, whole, npv_usd),
            minimum_dscr: least(coverage.iter().copied()),
            average_dscr: mean(coverage.iter().copied()),
            epochs: epochs::of(project, statement, &factors, &coverage),
        }
    }
}

pub(super) fn worth(flows: &[f64], factors: &[f64]) -> f64 {
    flows.iter().zip(factors).map(|(usd, factor)| usd * factor).sum()
}

pub(super) fn least(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(f64::min)
}

pub(super) fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    (!values.is_empty()).then(|| math::mean(&values))
}

/// Levelised cost of everything sold in some periods, which are worth so much.
pub(super) fn levelised(
    statement: &Statement,
    factors: &Factors,
    periods: core::ops::Range<usize>,
    value_usd: f64,
) -> Vec<Levelised> {
    let part = |row: &[f64], factors: &[f64]| worth(&row[periods.clone()], &factors[periods.clone()]);
    let of_product = |product: Product| {
        let amounts = product.amounts(statement);
        let amount = part(amounts, &factors.nominal);
        if amount <= 0.0 {
            return None;
        }
        let brings = Line::ALL.into_iter().filter(|line| product.brings(*line));
        let revenue_usd: f64 = brings.map(|line| part(statement.row(line), &factors.nominal)).sum();
        let cost_usd = revenue_usd - value_usd;
        Some(Levelised { product, nominal_usd: cost_usd / amount, real_usd: cost_usd / part(amounts, &factors.real) })
    };
    Product::ALL.into_iter().filter_map(of_product).collect()
}
