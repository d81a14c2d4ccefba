//! What the cash flows say: value, return, payback, levelised cost, coverage; over the whole and by halving epoch.

use serde::Serialize;

use super::funding::coverage;
use super::params::Project;
use super::statement::{Statement, Time};
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

/// What a halving epoch adds to the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpochFigures {
    /// Years of operation before it.
    pub from_year: f64,
    /// Years of operation at its end.
    pub to_year: f64,
    /// Sum of its cash flows, USD; the first epoch carries the construction.
    pub cash_flow_usd: f64,
    /// Their present value, USD; the epochs add up to the whole.
    pub npv_usd: f64,
    /// Levelised cost of what it sells: its own revenue and running cost, and of all else (capital, loans, the tax they
    /// save) its part by discounted time.
    pub levelised: Vec<Levelised>,
    /// Mean price of a coin at which it would add nothing to the value, with its part of all else as for the levelised
    /// cost, USD; `None` where coins are worth nothing or the price would be negative. Return and payback belong to the
    /// whole: an epoch alone has no investment of its own.
    pub break_even_usd_per_btc: Option<f64>,
    /// The same as a hashprice, USD per PH/s and day.
    pub break_even_usd_per_ph_day: Option<f64>,
    /// Least coverage of a year that begins in it.
    pub minimum_dscr: Option<f64>,
    /// Mean coverage of the years that begin in it.
    pub average_dscr: Option<f64>,
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
struct Factors {
    nominal: Vec<f64>,
    real: Vec<f64>,
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
            epochs: epochs(project, statement, &factors, &cash, &coverage),
        }
    }
}

fn worth(flows: &[f64], factors: &[f64]) -> f64 {
    flows.iter().zip(factors).map(|(usd, factor)| usd * factor).sum()
}

fn least(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(f64::min)
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    (!values.is_empty()).then(|| math::mean(&values))
}

fn levelised(
    statement: &Statement,
    factors: &Factors,
    periods: core::ops::Range<usize>,
    npv_usd: f64,
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
        let cost_usd = revenue_usd - npv_usd;
        Some(Levelised { product, nominal_usd: cost_usd / amount, real_usd: cost_usd / part(amounts, &factors.real) })
    };
    Product::ALL.into_iter().filter_map(of_product).collect()
}

fn epochs(
    project: &Project,
    statement: &Statement,
    factors: &Factors,
    cash: &[f64],
    coverage: &[Option<f64>],
) -> Vec<EpochFigures> {
    let time = statement.time;
    let Some(mining) = project.mining.as_ref().filter(|m| !m.halvings_after_months.is_empty()) else {
        return Vec::new();
    };
    let inner = mining.halvings_after_months.iter().map(|months| 1 + time.after_months(*months));
    let mut bounds: Vec<usize> = core::iter::once(0).chain(inner).chain([time.periods()]).collect();
    bounds.dedup();
    let running = running_usd(project, statement, factors);
    let whole = 1..time.periods();
    let rest_usd = worth(cash, &factors.nominal) - running.iter().sum::<f64>();
    let present_time = |periods: core::ops::Range<usize>| factors.nominal[periods].iter().sum::<f64>();
    let figures = |pair: &[usize]| {
        let periods = pair[0]..pair[1];
        let operated = pair[0].max(1)..pair[1];
        let value_usd = running[periods.clone()].iter().sum::<f64>()
            + rest_usd * present_time(operated) / present_time(whole.clone());
        let years = || years_beginning_in(time, &periods).map(|year| coverage[year]);
        let coins = coins(project, statement, factors, &periods);
        let factor = (coins.worth_usd > 0.0).then(|| 1.0 - value_usd / coins.worth_usd).filter(|k| *k >= 0.0);
        let at = |amount: f64| factor.filter(|_| amount > 0.0).map(|k| k * coins.revenue_usd / amount);
        EpochFigures {
            break_even_usd_per_btc: at(coins.btc),
            break_even_usd_per_ph_day: at(coins.ph_days),
            from_year: pair[0].saturating_sub(1) as f64 / time.per_year as f64,
            to_year: (pair[1] - 1) as f64 / time.per_year as f64,
            cash_flow_usd: cash[periods.clone()].iter().sum(),
            npv_usd: worth(&cash[periods.clone()], &factors.nominal[periods.clone()]),
            levelised: levelised(statement, factors, periods.clone(), value_usd),
            minimum_dscr: least(years()),
            average_dscr: mean(years()),
        }
    };
    bounds.windows(2).map(figures).collect()
}

/// What coins bring in an epoch.
struct Coins {
    /// After the pool's fee and tax, discounted, USD.
    worth_usd: f64,
    /// Before both, USD.
    revenue_usd: f64,
    btc: f64,
    ph_days: f64,
}

fn coins(project: &Project, statement: &Statement, factors: &Factors, periods: &core::ops::Range<usize>) -> Coins {
    let row = |line| &statement.row(line)[periods.clone()];
    let left = income_factors(project, statement.time, factors);
    let net = row(Line::CoinRevenue).iter().zip(row(Line::PoolFee)).zip(&left[periods.clone()]);
    let sum = |amounts: &[f64]| amounts[periods.clone()].iter().sum::<f64>();
    Coins {
        worth_usd: net.map(|((revenue, fee), left)| (revenue + fee) * left).sum(),
        revenue_usd: sum(statement.row(Line::CoinRevenue)),
        btc: sum(&statement.amounts.btc),
        ph_days: sum(&statement.amounts.ph_days),
    }
}

/// What is left of a dollar of taxable income of each period, discounted: its tax is due at the year's end.
fn income_factors(project: &Project, time: Time, factors: &Factors) -> Vec<f64> {
    let taxed_share = project.tax.income_tax_share();
    let left = |period: usize| match period {
        0 => 0.0,
        _ => factors.nominal[period] - taxed_share * factors.nominal[time.last_of_year(time.year_of(period))],
    };
    (0..time.periods()).map(left).collect()
}

/// Present value of revenue less running cost of each period, after tax, USD.
fn running_usd(project: &Project, statement: &Statement, factors: &Factors) -> Vec<f64> {
    let runs = |line: Line| matches!(line.class(), Class::Revenue | Class::Energy | Class::Operating);
    let left = income_factors(project, statement.time, factors);
    statement.sum(runs).iter().zip(left).map(|(usd, left)| usd * left).collect()
}

fn years_beginning_in(time: Time, periods: &core::ops::Range<usize>) -> impl Iterator<Item = usize> {
    (0..time.years).filter(move |year| periods.contains(&time.of_year(*year).start))
}
