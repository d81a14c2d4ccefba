//! What is built and bought.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finance::{Depreciation, Line};
use crate::math::powf;

/// One thing that is built or bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Name, unique. Required.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Cost, USD, when it is bought for the first time. Required.
    #[schemars(range(min = 0.0, max = 1e13))]
    pub cost_usd: f64,
    /// What it is.
    /// Default: infrastructure. Source: user's choice.
    #[serde(default)]
    pub class: AssetClass,
    /// Tax depreciation; it must be given where profit is taxed.
    /// Default: none. Source: user's choice; IRS Publication 946 has computers in 5 years, land improvements in 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depreciation: Option<Depreciation>,
    /// Shares of the basis deducted in the year of purchase and each after it, a schedule of one's own instead of
    /// `depreciation`; they need not add up to 1.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), inner(range(min = 0.0, max = 1.0)))]
    pub depreciation_shares: Option<Vec<f64>>,
    /// Whether bonus depreciation is taken on it.
    /// Default: true. Source: user's choice.
    #[serde(default = "yes")]
    pub bonus_depreciation: bool,
    /// Whether it earns the investment tax credit.
    /// Default: true, but false for what is not depreciated. Source: 26 U.S.C. § 50(b): credits are for depreciable property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub investment_credit: Option<bool>,
    /// Years after which it is replaced, again and again while the project lasts; 0 for never.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub replaced_every_years: u32,
    /// Yearly change of its price, share: what a replacement costs.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = -0.9, max = 1.0))]
    pub price_change_per_year: f64,
    /// What it brings when it is replaced, share of what was paid for it; taxed as income.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub resale_share: f64,
    /// What it is worth at the end of the last year, share of what was paid for it; taxed as income.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub salvage_share: f64,
}

fn yes() -> bool {
    true
}

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssetClass {
    /// Buildings, connection, cooling, backup, plant.
    #[default]
    Infrastructure,
    /// Mining machines and accelerators.
    Machines,
}

impl AssetClass {
    /// The line its cost is booked to.
    pub fn line(self) -> Line {
        match self {
            Self::Infrastructure => Line::InfrastructureCapital,
            Self::Machines => Line::MachineCapital,
        }
    }
}

/// One purchase of an asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Purchase {
    /// Years of operation before it: 0 for what is there at the beginning, else it is paid at the end of that year.
    pub after_years: usize,
    /// Cost, USD.
    pub usd: f64,
    /// Years of operation before it is replaced or the project ends.
    pub until_years: usize,
}

impl Asset {
    /// Whether it earns the investment tax credit.
    pub(super) fn earns_credit(&self) -> bool {
        self.investment_credit.unwrap_or(self.depreciation != Some(Depreciation::None {}))
    }

    /// Shares of the basis deducted in the year of purchase and each after it.
    pub(super) fn depreciation_schedule(&self) -> Vec<f64> {
        let usual = || self.depreciation.map(|depreciation| depreciation.shares().collect());
        self.depreciation_shares.clone().or_else(usual).unwrap_or_default()
    }

    /// Its purchases in a project of so many years. None is made for the day the project ends.
    pub(super) fn purchases(&self, years: usize) -> impl Iterator<Item = Purchase> {
        let step = if self.replaced_every_years == 0 { years } else { self.replaced_every_years as usize };
        (0..years).step_by(step).map(move |after_years| Purchase {
            after_years,
            usd: self.cost_usd * powf(1.0 + self.price_change_per_year, after_years as f64),
            until_years: (after_years + step).min(years),
        })
    }
}
