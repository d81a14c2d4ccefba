//! The project file: its general keys and its costs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::terms::Taxation;
use super::{Asset, Cloud, DemandResponse, Exports, HostedMining, Lease, Mining};
use crate::finance::by_year::ByYear;
use crate::finance::debt::Tranche;
use crate::finance::rate::{RateBasis, nominal_rate};

/// A stand-alone project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Name of the project. Required.
    #[schemars(length(min = 1))]
    pub name: String,
    /// What the project asks, for the reader.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Years of operation. Required.
    #[schemars(range(min = 1, max = 100))]
    pub years: u32,
    /// Length of a period: flows fall on the ends of years or of months.
    /// Default: annual. Source: SAM's single-owner model.
    #[serde(default)]
    pub timing: Timing,
    /// Months of construction before the first revenue. What is built is paid in equal parts at their ends, loans are
    /// drawn alike and their interest is added to them, and values are those at their beginning. With 0 all is paid at
    /// once, at the time values are for.
    /// Default: 0. Source: SAM's single-owner model.
    #[serde(default)]
    #[schemars(range(min = 0, max = 120))]
    pub construction_months: u32,
    /// Cost of a construction loan, USD, beside the interest that `construction_months` brings: it counts as cost of
    /// what is built, for loans, depreciation and credits.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e12))]
    pub construction_financing_usd: f64,
    /// Other cost of financing, USD (development fee, legal), which counts in the same way.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e12))]
    pub other_financing_usd: f64,
    /// Rate at which cash flows are discounted, share per year. Required.
    #[schemars(range(min = -0.5, max = 2.0))]
    pub discount_rate_per_year: f64,
    /// Whether that rate counts inflation.
    /// Default: nominal. Source: choice; SAM's `real_discount_rate` is real.
    #[serde(default)]
    pub discount_rate_is: RateBasis,
    /// Rise of costs in general, share per year: operation, maintenance and insurance follow it. Prices and rents do not;
    /// they have escalators of their own.
    /// Default: 0. Source: SAM's rules.
    #[serde(default)]
    #[schemars(range(min = -0.2, max = 1.0))]
    pub inflation_per_year: f64,
    /// Rate at which income is reinvested in the modified internal rate of return, share per year; outlays are financed
    /// at the discount rate.
    /// Default: the nominal discount rate. Source: choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -0.5, max = 2.0))]
    pub reinvestment_rate_per_year: Option<f64>,
    /// What is built and bought. Required.
    #[schemars(length(min = 1))]
    pub capital: Vec<Asset>,
    /// Energy sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exports: Option<Exports>,
    /// Coins mined with machines of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mining: Option<Mining>,
    /// Machines of a client hosted for a fee per kWh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_mining: Option<HostedMining>,
    /// Critical IT leased to a tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Accelerators of one's own, rented by the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud>,
    /// Payments for being ready to switch off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand_response: Option<DemandResponse>,
    /// Energy bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy: Option<Energy>,
    /// Cost of running.
    /// Default: none. Source: user's choice.
    #[serde(default)]
    pub operation: Operation,
    /// Money tied up in the running business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_capital: Option<WorkingCapital>,
    /// Income tax and tax credits.
    /// Default: none. Source: user's choice.
    #[serde(default)]
    pub tax: Taxation,
    /// Loans.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub debt: Vec<Tranche>,
    /// Interest on reserves and working capital, share per year of what they held at the period's beginning; taxed.
    /// Default: 0. Source: user's choice; SAM's default is 1.25 %.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub reserve_interest_per_year: f64,
}

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// A year.
    #[default]
    Annual,
    /// A month: a twelfth of each yearly figure, interest of a twelfth of the yearly rate; tax is paid and credited in
    /// the twelfth month.
    Monthly,
}

/// `[energy]`: energy bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Energy {
    /// Energy used, MWh per year. Required.
    pub mwh_per_year: ByYear,
    /// Price at the meter with delivery, USD/MWh; negative where one is paid for taking it. Required.
    pub price_usd_per_mwh: ByYear,
    /// Yearly rise of the price, share; inflation does not come on top.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub price_escalator_per_year: f64,
    /// Demand, capacity and coincident-peak charges, USD per year, rising as the price.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e12))]
    pub demand_charges_usd_per_year: f64,
}

/// `[operation]`: cost of running. A cost with an escalator is, in year k, (1 + inflation + escalator)^(k−1) times that
/// of year 1 (SAM's rule); one given for each year is taken as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Operation {
    /// Fixed operation and maintenance, USD per year.
    /// Default: 0. Source: user's choice.
    pub fixed_om_usd_per_year: ByYear,
    /// Yearly rise of it above inflation, share.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub fixed_om_escalator_per_year: f64,
    /// Variable operation and maintenance, USD per MWh sold, used or hosted.
    /// Default: 0. Source: user's choice.
    pub variable_om_usd_per_mwh: ByYear,
    /// Yearly rise of it above inflation, share.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub variable_om_escalator_per_year: f64,
    /// Insurance per year, share of what was paid for what stands, rising with inflation.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub insurance_per_year_share: f64,
    /// Property tax per year, share of the assessed value of what stands.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub property_tax_per_year_share: f64,
    /// Assessed value in the first year of what stands, share of what was paid for it.
    /// Default: 1. Source: SAM's default.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub property_tax_assessed_share: f64,
    /// Yearly fall of the assessed value, share of the first year's; it does not fall below 0.
    /// Default: 0. Source: SAM's default.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub property_tax_decline_per_year_share: f64,
    /// Lease of the site, USD per year.
    /// Default: 0. Source: user's choice.
    pub site_lease_usd_per_year: ByYear,
    /// Yearly rise of it above inflation, share.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub site_lease_escalator_per_year: f64,
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            fixed_om_usd_per_year: ByYear::First(0.0),
            fixed_om_escalator_per_year: 0.0,
            variable_om_usd_per_mwh: ByYear::First(0.0),
            variable_om_escalator_per_year: 0.0,
            insurance_per_year_share: 0.0,
            property_tax_per_year_share: 0.0,
            property_tax_assessed_share: 1.0,
            property_tax_decline_per_year_share: 0.0,
            site_lease_usd_per_year: ByYear::First(0.0),
            site_lease_escalator_per_year: 0.0,
        }
    }
}

/// `[working_capital]`: put aside a period ahead, given back in the last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WorkingCapital {
    /// Months of the coming period's energy and operating cost (a year's part; in months and in a run the next month's)
    /// kept in cash.
    /// Default: 0. Source: user's choice; SAM's default is 6.
    #[schemars(range(min = 0.0, max = 36.0))]
    pub operating_cost_months: f64,
    /// Months of the coming period's revenue that customers owe.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = 0.0, max = 36.0))]
    pub receivable_months: f64,
}

impl Project {
    /// Rate at which the project's nominal money is discounted, share per year.
    pub fn nominal_rate_per_year(&self) -> f64 {
        nominal_rate(self.discount_rate_per_year, self.discount_rate_is, self.inflation_per_year)
    }

    /// The same project paid by its owner alone: without loans and what they cost.
    #[must_use]
    pub fn without_debt(&self) -> Self {
        Self { debt: Vec::new(), construction_financing_usd: 0.0, other_financing_usd: 0.0, ..self.clone() }
    }

    /// Whether anything of the project is financed by others than its owner.
    pub fn has_financing(&self) -> bool {
        !self.debt.is_empty() || self.construction_financing_usd + self.other_financing_usd > 0.0
    }
}
