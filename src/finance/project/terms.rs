//! Taxes and credits of a project.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finance::{TaxLosses, income_tax_share};

/// `[tax]`: income tax and tax credits. Nothing is taxed where nothing is said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Taxation {
    /// What happens to a year's tax loss.
    /// Default: as_incurred. Source: SAM's single-owner model.
    pub tax_losses: TaxLosses,
    /// Federal tax; the state's tax is deducted from its base.
    /// Default: none. Source: user's choice; 0.21 in the United States (26 U.S.C. § 11(b)).
    pub federal: Jurisdiction,
    /// State tax.
    /// Default: none. Source: user's choice.
    pub state: Jurisdiction,
}

impl Taxation {
    /// Tax on a dollar of income, the state's and the federal on what it leaves, share.
    pub fn income_tax_share(&self) -> f64 {
        income_tax_share(self.federal.rate_share, self.state.rate_share)
    }
}

/// One authority's tax and credits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Jurisdiction {
    /// Tax on profit after depreciation and interest, share.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub rate_share: f64,
    /// Part of the basis of assets with `bonus_depreciation` deducted in the first year, before their schedule, share.
    /// Default: 0. Source: user's choice; 1.0 federally for property acquired after 19 January 2025 (26 U.S.C. § 168(k)).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub bonus_depreciation_share: f64,
    /// Investment tax credit of the first year, share of the cost of assets with `investment_credit`.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub investment_credit_share: f64,
    /// Most that `investment_credit_share` gives, USD.
    /// Default: 1e15, no limit. Source: user's choice.
    #[schemars(range(min = 0.0, max = 1e15))]
    pub investment_credit_maximum_usd: f64,
    /// Investment tax credit of the first year as an amount, USD, beside the share.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = 0.0, max = 1e15))]
    pub investment_credit_usd: f64,
    /// Part of this authority's investment credits taken off the depreciable basis of the assets that earn them, for
    /// federal tax, share.
    /// Default: 0.5 for the federal credit, 0 for a state's. Source: 26 U.S.C. § 50(c)(3); SAM's defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub credit_reduces_federal_basis_share: Option<f64>,
    /// The same for state tax.
    /// Default: 0.5 for the federal credit, 0 for a state's. Source: SAM's defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub credit_reduces_state_basis_share: Option<f64>,
    /// Production tax credit of year 1, USD per MWh exported. It is rounded to whole dollars (0.1 cent per kWh) in
    /// every year.
    /// Default: 0. Source: user's choice; the rounding is that of 26 U.S.C. § 45(b)(2) and of SAM.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub production_credit_usd_per_mwh: f64,
    /// Yearly rise of the production credit, share; inflation does not come on top.
    /// Default: 0. Source: user's choice.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub production_credit_escalator_per_year: f64,
    /// Years in which the production credit is paid.
    /// Default: 10. Source: 26 U.S.C. § 45(a)(2).
    #[schemars(range(min = 0, max = 100))]
    pub production_credit_years: u32,
}

impl Default for Jurisdiction {
    fn default() -> Self {
        Self {
            rate_share: 0.0,
            bonus_depreciation_share: 0.0,
            investment_credit_share: 0.0,
            investment_credit_maximum_usd: 1e15,
            investment_credit_usd: 0.0,
            credit_reduces_federal_basis_share: None,
            credit_reduces_state_basis_share: None,
            production_credit_usd_per_mwh: 0.0,
            production_credit_escalator_per_year: 0.0,
            production_credit_years: 10,
        }
    }
}
